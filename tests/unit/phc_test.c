/* SPDX-License-Identifier: Apache-2.0 */
/* phc_test.c - one spelling is read and written, and nothing near it. */
#include "unit.h"
#include "hash/phc.h"
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define SALT   "c2FsdHNhbHRzYWx0c2FsdA" /* saltsaltsaltsalt */
#define SALT_8 "c2FsdHNhbHQ"            /* saltsalt */
#define HASH   "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"
#define COST   "$m=19456,t=2,p=1$"
#define A_20   "AAAAAAAAAAAAAAAAAAAA"
#define A_86   A_20 A_20 A_20 A_20 "AAAAAA" /* 64 bytes of zero */
#define GOOD   "$argon2id$v=19" COST SALT "$" HASH

/* A copy in memory of its very size, so that a sanitizer sees a read beyond the text. */
static enum err parse_tight(struct str text, struct phc *ret_phc)
{
	char *tight = malloc(text.len ? text.len : 1);

	assert_non_null(tight);
	memcpy(tight, text.ptr, text.len);
	enum err err = phc_parse((struct str){ tight, text.len }, ret_phc);
	free(tight);
	return err;
}

TEST(a_phc_string_is_read_into_its_parts)
{
	struct phc phc;

	CHECK("good", parse_tight(STR(GOOD), &phc) == OK);
	CHECK("m", phc.memory_kib == 19456);
	CHECK("t", phc.passes == 2);
	CHECK("salt", phc.salt_len == 16 && memcmp(phc.salt, "saltsaltsaltsalt", 16) == 0);
	CHECK("hash", phc.hash_len == 32);
	for (size_t i = 0; i < 32; i++)
		CHECK("hash", phc.hash[i] == i);
}

TEST(phc_strings_within_the_bounds_come_back_as_they_were)
{
	static const struct {
		const char *name, *text;
	} cases[] = {
		{ "usual", GOOD },
		{ "least cost", "$argon2id$v=19$m=8,t=1,p=1$" SALT "$" HASH },
		{ "greatest cost", "$argon2id$v=19$m=1048576,t=64,p=1$" SALT "$" HASH },
		{ "shortest salt", "$argon2id$v=19" COST SALT_8 "$" HASH },
		{ "longest salt", "$argon2id$v=19" COST A_86 "$" HASH },
		{ "shortest hash", "$argon2id$v=19" COST SALT "$" SALT },
		{ "longest of all", "$argon2id$v=19" COST A_86 "$" A_86 },
	};
	FOREACH(c, cases) {
		struct phc phc;
		struct str text;
		CHECK(c->name, parse_tight(str(c->text), &phc) == OK);
		CHECK(c->name, phc_write(t->arena, &phc, &text) == OK);
		CHECK(c->name, str_is(text, c->text));
	}
}

TEST(malformed_phc_strings_are_refused_and_leave_the_output_alone)
{
	static const struct {
		const char *name, *text;
	} cases[] = {
		{ "empty", "" },
		{ "a word", "password" },
		{ "bcrypt", "$2b$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy" },
		{ "argon2i", "$argon2i$v=19" COST SALT "$" HASH },
		{ "argon2d", "$argon2d$v=19" COST SALT "$" HASH },
		{ "upper case", "$ARGON2ID$v=19" COST SALT "$" HASH },
		{ "no version", "$argon2id" COST SALT "$" HASH },
		{ "old version", "$argon2id$v=16" COST SALT "$" HASH },
		{ "space in front", " " GOOD },
		{ "space behind", GOOD " " },
		{ "line end behind", GOOD "\n" },
		{ "more behind", GOOD "$" },
		{ "m below 8", "$argon2id$v=19$m=7,t=2,p=1$" SALT "$" HASH },
		{ "m above 1 GiB", "$argon2id$v=19$m=1048577,t=2,p=1$" SALT "$" HASH },
		{ "m of 4 GiB", "$argon2id$v=19$m=4194304,t=2,p=1$" SALT "$" HASH },
		{ "m wraps 32 bits", "$argon2id$v=19$m=4294967304,t=2,p=1$" SALT "$" HASH },
		{ "m wraps 64 bits",
		  "$argon2id$v=19$m=18446744073709551624,t=2,p=1$" SALT "$" HASH },
		{ "m negative", "$argon2id$v=19$m=-8,t=2,p=1$" SALT "$" HASH },
		{ "m signed", "$argon2id$v=19$m=+19456,t=2,p=1$" SALT "$" HASH },
		{ "m spaced", "$argon2id$v=19$m= 19456,t=2,p=1$" SALT "$" HASH },
		{ "m in hex", "$argon2id$v=19$m=0x4c00,t=2,p=1$" SALT "$" HASH },
		{ "m with a zero in front", "$argon2id$v=19$m=019456,t=2,p=1$" SALT "$" HASH },
		{ "m empty", "$argon2id$v=19$m=,t=2,p=1$" SALT "$" HASH },
		{ "t of 0", "$argon2id$v=19$m=19456,t=0,p=1$" SALT "$" HASH },
		{ "t above 64", "$argon2id$v=19$m=19456,t=65,p=1$" SALT "$" HASH },
		{ "t with a zero in front", "$argon2id$v=19$m=19456,t=02,p=1$" SALT "$" HASH },
		{ "t before m", "$argon2id$v=19$t=2,m=19456,p=1$" SALT "$" HASH },
		{ "p of 0", "$argon2id$v=19$m=19456,t=2,p=0$" SALT "$" HASH },
		{ "p of 2", "$argon2id$v=19$m=19456,t=2,p=2$" SALT "$" HASH },
		{ "p of 10", "$argon2id$v=19$m=19456,t=2,p=10$" SALT "$" HASH },
		{ "no p", "$argon2id$v=19$m=19456,t=2$" SALT "$" HASH },
		{ "a key id", "$argon2id$v=19$m=19456,t=2,p=1,keyid=AA$" SALT "$" HASH },
		{ "no salt and no hash", "$argon2id$v=19$m=19456,t=2,p=1" },
		{ "no hash", "$argon2id$v=19" COST SALT },
		{ "empty salt", "$argon2id$v=19" COST "$" HASH },
		{ "empty hash", "$argon2id$v=19" COST SALT "$" },
		{ "salt of 7 bytes", "$argon2id$v=19" COST "c2FsdHNhbA$" HASH },
		{ "salt of 65 bytes", "$argon2id$v=19" COST A_86 "A$" HASH },
		{ "salt of 300 bytes", "$argon2id$v=19" COST A_86 A_86 A_86 A_86 A_20 "$" HASH },
		{ "hash of 15 bytes", "$argon2id$v=19" COST SALT "$" A_20 },
		{ "hash of 66 bytes", "$argon2id$v=19" COST SALT "$" A_86 "AA" },
		{ "padding", "$argon2id$v=19" COST SALT "==$" HASH "=" },
		{ "base64url", "$argon2id$v=19" COST "c2FsdHNhbHRzYWx0c2F-_A$" HASH },
		{ "bits behind the last byte",
		  "$argon2id$v=19" COST "c2FsdHNhbHRzYWx0c2FsdB$" HASH },
		{ "a lone letter", "$argon2id$v=19" COST SALT "$" HASH "AA" },
		{ "a line end in the hash",
		  "$argon2id$v=19" COST SALT "$AAEC\nAwQFBgcICQoLDA0ODw" },
		{ "a byte beyond ASCII", "$argon2id$v=19" COST "c2Fs\xe9HNhbHRzYWx0c2FsdA$" HASH },
		{ "an empty part", "$argon2id$v=19" COST SALT "$$" HASH },
	};
	FOREACH(c, cases) {
		struct phc phc = { .passes = 77 };
		CHECK(c->name, parse_tight(str(c->text), &phc) == ERR_MALFORMED);
		CHECK(c->name, phc.passes == 77 && phc.hash_len == 0);
	}
	struct phc phc;
	CHECK("none", phc_parse(STR_NONE, &phc) == ERR_MALFORMED);
	CHECK("NUL behind", parse_tight(STR(GOOD "\0"), &phc) == ERR_MALFORMED);
	CHECK("NUL inside",
	      parse_tight(STR("$argon2id$v=19" COST SALT "\0$" HASH), &phc) == ERR_MALFORMED);
}

/* Hashes may be 16 bytes, so only texts that end before theirs do are cut for certain. */
TEST(a_cut_phc_string_is_read_to_its_end_and_no_further)
{
	struct phc phc;
	size_t least = sizeof(GOOD) - sizeof(HASH) + 22;

	for (size_t len = 0; len < sizeof(GOOD) - 1; len++) {
		enum err err = parse_tight((struct str){ GOOD, len }, &phc);
		CHECK(&GOOD[len], err == OK || err == ERR_MALFORMED);
		CHECK(&GOOD[len], err == ERR_MALFORMED || len >= least);
	}
}

/* What is accepted after one byte was changed must be what is written for it. */
TEST(no_two_texts_are_the_same_phc_string)
{
	struct str good = STR(GOOD);

	for (size_t i = 0; i < good.len; i++) {
		for (int byte = 0; byte < 256; byte++) {
			char text[sizeof(GOOD)] = GOOD;
			char again[sizeof(GOOD) + 1] = "";
			struct phc phc;
			text[i] = (char)byte;
			if (parse_tight((struct str){ text, good.len }, &phc) != OK)
				continue;
			struct arena *arena = arena_new(8192);
			struct str written;
			assert_non_null(arena);
			CHECK(text, phc_write(arena, &phc, &written) == OK);
			CHECK(text, written.len == good.len);
			memcpy(again, written.ptr, written.len);
			CHECK(text, memcmp(again, text, good.len) == 0);
			arena_free(arena);
		}
	}
}

TEST(what_libsodium_writes_is_read_and_written_alike)
{
	static const struct {
		const char *name;
		unsigned long long passes;
		size_t memory_kib;
	} cases[] = {
		{ "least", 1, 8 },
		{ "two passes", 2, 64 },
		{ "odd memory", 3, 1021 },
	};
	FOREACH(c, cases) {
		char theirs[crypto_pwhash_STRBYTES];
		struct phc phc;
		struct str ours;
		CHECK(c->name,
		      crypto_pwhash_str_alg(theirs, "secret", 6, c->passes, c->memory_kib * 1024,
		                            crypto_pwhash_ALG_ARGON2ID13) == 0);
		CHECK(c->name, phc_parse(str(theirs), &phc) == OK);
		CHECK(c->name, phc.passes == c->passes && phc.memory_kib == c->memory_kib);
		CHECK(c->name, phc_write(t->arena, &phc, &ours) == OK);
		CHECK(c->name, str_is(ours, theirs));
	}
}

TEST(writing_a_phc_string_says_when_the_arena_is_full)
{
	struct arena *full = arena_new(64);
	struct phc phc;
	struct str text = STR("untouched");

	assert_non_null(full);
	while (arena_alloc(full, 16))
		;
	CHECK("parse", phc_parse(STR(GOOD), &phc) == OK);
	CHECK("full", phc_write(full, &phc, &text) == ERR_NOMEM);
	CHECK("untouched", str_is(text, "untouched"));
	arena_free(full);
}
