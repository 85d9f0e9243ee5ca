/* SPDX-License-Identifier: Apache-2.0 */
/* old_hash_test.c - hashes that others made: which are taken, what they match, what they may cost.
 */
#include "hash/old_hash.h"
#include "hash/hasher.h"
#include "unit.h"
#include <string.h>

/* Made by others from "correct horse" unless another password stands beside it: bcrypt's first two
 * are of the tables that its authors published, SHA-crypt's are by OpenSSL, PBKDF2's by Python, and
 * the rest by libcrypt. */
static const struct vector {
	const char *kind, *text, *password;
} vectors[] = {
	{ "bcrypt", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW", "U*U" },
	{ "bcrypt", "$2y$05$/OK.fbVrR/bpIqNJ5ianF.Sa7shbm4.OzKpvFnX1pQLmQW96oUlCq", "\xa3" },
	{ "bcrypt", "$2b$04$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e", NULL },
	/* The salt's last letter has bits that nobody uses. */
	{ "bcrypt", "$2b$04$abcdefghijklmnopqrstuvjydOTSfIH/d5oUHpsygqV5X9xJLQc6e", NULL },
	{ "SHA-256-crypt", "$5$saltstring$5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc5",
	  "Hello world!" },
	{ "SHA-256-crypt", "$5$rounds=1000$saltstring$95Bg/RfV2QriLpMdLPHK9el0Ighm6E3CBqMKzZKgCa2",
	  NULL },
	{ "SHA-512-crypt",
	  "$6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uBnIFNjnQJuesI"
	  "68u4OTLiBFdcbYEdFCoEOfaS35inz1",
	  "Hello world!" },
	{ "scrypt", "$7$6U..../....saltsaltsalt$ygmhntyFBT/zNcmKjchCCKOIE4RXVpr5PV6Ck07hYlD",
	  NULL },
	{ "yescrypt", "$y$j75$k2XAnEHBqQ1Ct2aMXFKNa/$E9XAySfP6N2THWdzNKesSVmhpcmhNusa8y5TMfT668.",
	  NULL },
	{ "yescrypt", "$gy$j75$k2XAnEHBqQ1Ct2aMXFKNa/$RN3TUGpE/R08bZbHu0pPGSmmmB6msfmolN.ykDKU/W9",
	  NULL },
	{ "PBKDF2",
	  "pbkdf2_sha256$1000$seasalt$mQnueSakb748zqBAC1tmWVZsZbi2zPGZarEzTGdfmso=", NULL },
	{ "PBKDF2", "pbkdf2_sha1$1000$seasalt$iQvkNOF1wEL4Khh8eogJ8rUhipM=", NULL },
	{ "PBKDF2",
	  "$pbkdf2-sha256$1000$8PHy8/T19vf4.fr7/P3./w$JwgcbJZlHBoE0uPBMy9SZsCsIJXsYLx/"
	  "8XwH97PVwMU",
	  NULL },
	{ "PBKDF2",
	  "$pbkdf2-sha512$1000$8PHy8/T19vf4.fr7/P3./w$xqu1f3FSdHbs02z9AocIk0UpBf6S9uqlRTfcS56zkPqT"
	  "xPMhm.kj4D.e8E9DRlH/uXf/Pe1g59vHIM0MwcvtiA",
	  NULL },
};

static bool matches(const char *text, const char *password, size_t len)
{
	bool match = false;

	CHECK(text, old_hash_verify(str(text), (struct secret){ password, len }, &match) == OK);
	return match;
}

static bool matches_text(const char *text, const char *password)
{
	return matches(text, password, strlen(password));
}

static const char *password_of(const struct vector *v)
{
	return v->password ? v->password : "correct horse";
}

TEST(hashes_of_every_kind_match_the_password_that_others_made_them_from)
{
	FOREACH(v, vectors) {
		CHECK(v->text, old_hash_is_one(str(v->text)));
		CHECK(v->text, strcmp(old_hash_name(str(v->text)), v->kind) == 0);
		CHECK(v->text, matches_text(v->text, password_of(v)));
		CHECK(v->text, !matches_text(v->text, "correct hors"));
		CHECK(v->text, !matches_text(v->text, "Correct horse"));
		CHECK(v->text, !matches_text(v->text, ""));
	}
}

/* A C string ends there, and HMAC fills up a short key with zeros. */
TEST(a_password_with_a_nul_is_not_the_part_before_it)
{
	FOREACH(v, vectors) {
		char with_nul[32] = "";
		size_t len = strlen(password_of(v));
		memcpy(with_nul, password_of(v), len);
		memcpy(with_nul + len + 1, "tail", 4);
		CHECK(v->text, matches(v->text, with_nul, len));
		CHECK(v->text, !matches(v->text, with_nul, len + 1));
		CHECK(v->text, !matches(v->text, with_nul, len + 5));
	}
}

/* Of 80 letters x; bcrypt has looked at 72 of them. */
TEST(what_bcrypt_cannot_tell_apart_does_not_match)
{
	static const char hash[] = "$2b$04$abcdefghijklmnopqrstuubzadhGtS2zEF.gu0yd0opP6cVzb.e0i";
	char password[80];

	memset(password, 'x', sizeof(password));
	CHECK("all it looks at", matches(hash, password, 72));
	CHECK("one less", !matches(hash, password, 71));
	CHECK("one more", !matches(hash, password, 73));
	CHECK("the very one", !matches(hash, password, 80));
	password[79] = 'y';
	CHECK("another end", !matches(hash, password, 80));
}

/* Made by OpenSSL from 128 and 129 letters x: each round takes longer with more of them. */
TEST(sha_crypt_matches_no_password_of_more_than_128_bytes)
{
	static const char *const hashes[] = {
		"$5$saltstring$uXZ.R10FAqbrJQY/uDOXbeEdxsjyb3RTawHjpALDoF8",
		"$5$saltstring$KhD4cdK3fKFre7vilP50pL.CSRQLIvbw1rHXleui.G7"
	};
	char password[129];

	memset(password, 'x', sizeof(password));
	CHECK("128", matches(hashes[0], password, 128));
	CHECK("129", !matches(hashes[0], password, 129));
	CHECK("the very one", !matches(hashes[1], password, 129));
	CHECK("its beginning", !matches(hashes[1], password, 128));
}

TEST(a_password_longer_than_libcrypt_takes_does_not_match_its_beginning)
{
	static const char hash[] = "$5$saltstring$5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc5";
	static char password[1024];

	memset(password, 'x', sizeof(password));
	CHECK("long", !matches(hash, password, 511));
	CHECK("longer", !matches(hash, password, 512));
	CHECK("longest", !matches(hash, password, 1024));
}

/* One letter less, more or another: it is refused, or it is another hash, which does not match. */
TEST(a_hash_that_was_cut_or_changed_never_matches)
{
	static const char others[] = "$./09AZaz =+,:\\\n\x80";

	FOREACH(v, vectors) {
		size_t len = strlen(v->text);
		for (size_t i = 0; i < len; i++) {
			char *mutant = arena_alloc(t->arena, len + 2);
			memcpy(mutant, v->text, i);
			mutant[i] = '\0';
			CHECK(mutant, !old_hash_is_one(str(mutant)));
			memcpy(mutant, v->text, len + 1);
			mutant[i] = others[i % (sizeof(others) - 1)];
			if (i < 7 || mutant[i] == v->text[i] || !old_hash_is_one(str(mutant)))
				continue;
			/* Of bcrypt's salt the last letter has unused bits, as above. */
			CHECK(mutant, !matches_text(mutant, password_of(v)) || i == 28);
		}
		char *longer = arena_alloc(t->arena, len + 2);
		memcpy(longer, v->text, len);
		memcpy(longer + len, ".", 2);
		CHECK(longer, !old_hash_is_one(str(longer)));
	}
}

#define TAG_43 "ygmhntyFBT/zNcmKjchCCKOIE4RXVpr5PV6Ck07hYlD"

TEST(what_costs_too_much_or_is_too_weak_is_refused_with_the_reason)
{
	static const struct {
		const char *text, *why; /* NULL: it is taken */
	} cases[] = {
		{ "$2b$14$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e", NULL },
		{ "$2b$15$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e", "more time" },
		{ "$2b$31$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e", "more time" },
		{ "$2b$03$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e", "is none" },
		{ "$2b$1a$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e", "is none" },
		{ "$2x$05$/OK.fbVrR/bpIqNJ5ianF.CE5elHaaO4EbggVDjb8P19RukzXSM3e", "too easily" },
		{ "$5$rounds=1000000$s$" TAG_43, NULL },
		{ "$5$rounds=1000001$s$" TAG_43, "more time" },
		{ "$5$rounds=999999999$s$" TAG_43, "more time" },
		{ "$5$rounds=9999999999$s$" TAG_43, "is none" },
		{ "$5$rounds=999$s$" TAG_43, "is none" },
		{ "$5$rounds=01000$s$" TAG_43, "is none" },
		{ "$5$rounds=-1$s$" TAG_43, "is none" },
		{ "$5$0123456789abcdef$" TAG_43, NULL },
		{ "$5$0123456789abcdefg$" TAG_43, "is none" },
		{ "$5$a:b$" TAG_43, "is none" },
		/* The letters are N's power of two, and r and p low first: N = 2^16 and r = 8 are
		 * 64 MiB. */
		{ "$7$FU..../....saltsaltsalt$" TAG_43, "more time" },
		{ "$7$E6..../....saltsaltsalt$" TAG_43, NULL },
		{ "$7$F6..../....saltsaltsalt$" TAG_43, NULL },
		{ "$7$G6..../....saltsaltsalt$" TAG_43, "more time" },
		{ "$7$6U....2....saltsaltsalt$" TAG_43, NULL },
		{ "$7$6V..../....saltsaltsalt$" TAG_43, "more time" },
		{ "$7$6U....3....saltsaltsalt$" TAG_43, "more time" },
		{ "$7$zU..../....saltsaltsalt$" TAG_43, "more time" },
		{ "$7$6zzzzz/....saltsaltsalt$" TAG_43, "more time" },
		{ "$7$6U.........saltsaltsalt$" TAG_43, "is none" },
		{ "$y$jBT$saltsalt$" TAG_43, NULL },
		{ "$y$jCT$saltsalt$" TAG_43, NULL },
		{ "$y$j9U$saltsalt$" TAG_43, "more time" },
		{ "$y$jDT$saltsalt$" TAG_43, "more time" },
		{ "$y$j9T$salts$" TAG_43, "is none" },
		{ "$y$j9T$" TAG_43 TAG_43 "$" TAG_43, NULL },
		{ "$y$j9T$" TAG_43 TAG_43 "s$" TAG_43, "is none" },
		{ "$y$j9T2$saltsalt$" TAG_43, "is none" },
		{ "$y$k9T$saltsalt$" TAG_43, "is none" },
		{ "$y$jzT$saltsalt$" TAG_43, "is none" },
		{ "pbkdf2_sha256$2000000$s$mQnueSakb748zqBAC1tmWVZsZbi2zPGZarEzTGdfmso=", NULL },
		{ "pbkdf2_sha256$2000001$s$mQnueSakb748zqBAC1tmWVZsZbi2zPGZarEzTGdfmso=",
		  "more time" },
		{ "pbkdf2_sha256$999$s$mQnueSakb748zqBAC1tmWVZsZbi2zPGZarEzTGdfmso=",
		  "too easily" },
		{ "pbkdf2_sha256$1000$s$mQnueSakb748zqBAC1tmWVZsZbi2zPGZarEzTGdfms", "is none" },
		{ "pbkdf2_sha1$1000$s$mQnueSakb748zqBAC1tmWVZsZbi2zPGZarEzTGdfmso=", "is none" },
		{ "$1$k2XAnEHB$gSpCGj8tputEsDyOYa0191", "too easily" },
		{ "$apr1$k2XAnEHB$gSpCGj8tputEsDyOYa0191", "too easily" },
		{ "_J9..k2XAgSpCGj8tput", "too easily" },
		{ "abSpCGj8tputE", "no kind that is known" },
		{ "5f4dcc3b5aa765d61d8327deb882cf99", "no kind that is known" },
		{ "", "no kind that is known" },
		{ "*", "no kind that is known" },
	};
	FOREACH(c, cases) {
		const char *why = old_hash_refusal(str(c->text));
		CHECK(c->text, !why == !c->why);
		CHECK(c->text, !why || strstr(why, c->why));
		CHECK(c->text, old_hash_is_one(str(c->text)) == !c->why);
	}
	CHECK("none", !old_hash_is_one(STR_NONE));
}

TEST(a_kind_is_the_scheme_and_its_parameters_whatever_the_salt)
{
	static const struct {
		const char *text, *kind;
	} cases[] = {
		{ "$2b$04$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e", "$2b$04$" },
		{ "$5$saltstring$5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc5", "$5$" },
		{ "$5$rounds=1000$saltstring$95Bg/RfV2QriLpMdLPHK9el0Ighm6E3CBqMKzZKgCa2",
		  "$5$rounds=1000$" },
		{ "$5$$" TAG_43, "$5$" },
		{ "$7$6U..../....saltsaltsalt$" TAG_43, "$7$6U..../...." },
		{ "$y$j75$k2XAnEHBqQ1Ct2aMXFKNa/$" TAG_43, "$y$j75$" },
		{ "pbkdf2_sha256$1000$s$mQnueSakb748zqBAC1tmWVZsZbi2zPGZarEzTGdfmso=",
		  "pbkdf2_sha256$1000$" },
		{ "$pbkdf2-sha256$1000$8PHy8/T19vf4.fr7/P3./w$"
		  "JwgcbJZlHBoE0uPBMy9SZsCsIJXsYLx/8XwH97PVwMU",
		  "$pbkdf2-sha256$1000$" },
	};
	FOREACH(c, cases)
		CHECK(c->text, str_is(old_hash_kind(str(c->text)), c->kind));
	CHECK("ours", !old_hash_kind(STR("$argon2id$v=19$m=64,t=1,p=1$x$y")).ptr);
	CHECK("none", !old_hash_kind(STR_NONE).ptr);
}

TEST(the_pool_checks_old_hashes_and_asks_for_better_ones)
{
	const struct hasher_options options = { 1, 4, 64, 1, HASHER_PATIENCE_MS };
	const struct secret right = { "correct horse", 13 }, wrong = { "correct mouse", 13 };
	static const char hash[] = "$2b$04$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e";
	struct caller nobody = { 0, 0 };
	struct hasher *hasher = NULL;
	bool match = false;

	CHECK("start", hasher_start(&options, &hasher) == OK);
	CHECK("right", hasher_verify(hasher, nobody, right, hash, &match) == OK && match);
	CHECK("wrong", hasher_verify(hasher, nobody, wrong, hash, &match) == OK && !match);
	CHECK("none",
	      hasher_verify(hasher, nobody, (struct secret){ NULL, 0 }, hash, &match) == OK &&
	              !match);
	CHECK("costly",
	      hasher_verify(hasher, nobody, right,
	                    "$2b$31$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e",
	                    &match) == OK &&
	              !match);
	CHECK("outdated", hasher_is_outdated(hasher, hash));
	CHECK("no hash", !hasher_is_outdated(hasher, "$1$k2XAnEHB$gSpCGj8tputEsDyOYa0191"));
	hasher_stop(hasher);
}
