/* SPDX-License-Identifier: Apache-2.0 */
/* crypto_test.c - derived secrets and their spellings, against vectors made by
 * other programs (Python's hmac, hashlib and base64; Crockford's alphabet
 * spelled out). */
#include "unit.h"
#include <string.h>

#define SECRET(literal)                                                                            \
	{                                                                                          \
		"" literal, sizeof(literal) - 1                                                    \
	}

/* The key 00 01 .. 1f, and the nonces 20 21 .. 3f and 00 00 .. 00. */
static struct key counting_key(void)
{
	struct key key;

	for (int i = 0; i < KEY_SIZE; i++)
		key.bytes[i] = (unsigned char)i;
	return key;
}

static struct nonce counting_nonce(void)
{
	struct nonce nonce;

	for (int i = 0; i < NONCE_SIZE; i++)
		nonce.bytes[i] = (unsigned char)(NONCE_SIZE + i);
	return nonce;
}

static struct str hex_of(struct test *t, const void *bytes, size_t size)
{
	struct str hex = STR_NONE;

	CHECK("hex", spell_hex(t->arena, bytes, size, &hex) == OK);
	return hex;
}

TEST(a_derived_secret_is_hmac_of_purpose_and_nonce)
{
	static const struct nonce zero;
	static const struct {
		const char *name, *purpose;
		bool counting;
		const char *want;
	} cases[] = {
		{ "set, counting nonce", "set password", true,
		  "16d835b38c707aa3e2fde346ddcaa172ff2f88d786d783b167e49acb2301b2ba" },
		{ "set, zero nonce", "set password", false,
		  "7bd345897ab4548f284ed757c001ce93572812bb929a398c362b7bf9e7739589" },
		{ "make, counting nonce", "make password", true,
		  "e2c177104342636bb57782f79d902c45b88631c4c497d68b397a7266e23e361b" },
		{ "make, zero nonce", "make password", false,
		  "5b4719a89140f2350c4dde61ab59bcbf14958a070ae3225b8ceda47c814c78b4" },
	};
	struct key key = counting_key();
	struct nonce counting = counting_nonce();

	FOREACH(c, cases) {
		for (int again = 0; again < 2; again++) {
			struct digest got =
				derive(&key, c->purpose, c->counting ? &counting : &zero);
			CHECK(c->name, str_is(hex_of(t, got.bytes, sizeof(got.bytes)), c->want));
		}
	}
}

TEST(a_derived_secret_is_another_for_another_key_purpose_or_nonce)
{
	struct key key = counting_key(), other_key = counting_key();
	struct nonce nonce = counting_nonce(), other_nonce = counting_nonce();

	other_key.bytes[KEY_SIZE - 1] ^= 1;
	other_nonce.bytes[0] ^= 0x80;
	const struct digest all[] = {
		derive(&key, "access token", &nonce),
		derive(&key, "access toke", &nonce),
		derive(&key, "", &nonce),
		derive(&key, "refresh token", &nonce),
		derive(&other_key, "access token", &nonce),
		derive(&key, "access token", &other_nonce),
	};
	for (size_t i = 0; i < COUNT_OF(all); i++) {
		for (size_t j = 0; j < COUNT_OF(all); j++)
			CHECK("pair", digest_equal(&all[i], &all[j]) == (i == j));
	}
}

TEST(a_digest_is_sha_256)
{
	static const struct {
		const char *name;
		struct secret in;
		const char *want;
	} cases[] = {
		{ "abc", SECRET("abc"),
		  "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
		{ "empty", SECRET(""),
		  "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
		{ "none",
		  { NULL, 0 },
		  "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
	};
	FOREACH(c, cases) {
		struct digest got = digest_of(c->in);
		CHECK(c->name, str_is(hex_of(t, got.bytes, sizeof(got.bytes)), c->want));
	}
}

TEST(bytes_are_spelled_as_base64url_without_padding_and_as_hex)
{
	static const struct {
		const char *name;
		struct str in;
		const char *base64url, *hex;
	} cases[] = {
		{ "nothing", SECRET(""), "", "" },
		{ "1 byte", SECRET("f"), "Zg", "66" },
		{ "2 bytes", SECRET("fo"), "Zm8", "666f" },
		{ "3 bytes", SECRET("foo"), "Zm9v", "666f6f" },
		{ "4 bytes", SECRET("foob"), "Zm9vYg", "666f6f62" },
		{ "minus and underscore", SECRET("\xfb\xff\xfe"), "-__-", "fbfffe" },
		{ "a nonce's worth",
		  SECRET("\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f"
		         "\x10\x11"
		         "\x12\x13\x14\x15\x16\x17\x18\x19\x1a\x1b\x1c\x1d\x1e\x1f"),
		  "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8",
		  "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f" },
	};
	FOREACH(c, cases) {
		struct secret text = SECRET_NONE;
		struct str hex = STR_NONE;
		CHECK(c->name, spell_base64url(t->arena, c->in.ptr, c->in.len, &text) == OK);
		CHECK(c->name, str_is((struct str){ text.ptr, text.len }, c->base64url));
		CHECK(c->name, text.ptr[text.len] == '\0');
		CHECK(c->name, spell_hex(t->arena, c->in.ptr, c->in.len, &hex) == OK);
		CHECK(c->name, str_is(hex, c->hex) && hex.ptr[hex.len] == '\0');
	}
}

TEST(bytes_are_spelled_as_base32_without_letters_that_look_like_digits)
{
	static const struct {
		const char *name;
		struct str in;
		size_t n_letters;
		const char *want;
	} cases[] = {
		{ "nothing", SECRET(""), 0, "" },
		{ "all ones", SECRET("\xff\xff\xff\xff\xff"), 8, "ZZZZZZZZ" },
		{ "counting", SECRET("\x01\x02\x03\x04\x05"), 8, "04106105" },
		{ "part of the bytes", SECRET("foobar"), 9, "CSQPYRK1E" },
		{ "one letter", SECRET("\xf8"), 1, "Z" },
		{ "the whole alphabet",
		  SECRET("\x00\x44\x32\x14\xc7\x42\x54\xb6\x35\xcf\x84\x65\x3a\x56\xd7\xc6"
		         "\x75\xbe"
		         "\x77\xdf"),
		  32, "0123456789ABCDEFGHJKMNPQRSTVWXYZ" },
	};
	FOREACH(c, cases) {
		struct str got = STR_NONE;
		CHECK(c->name, spell_base32(t->arena, c->in.ptr, c->n_letters, &got) == OK);
		CHECK(c->name, str_is(got, c->want) && got.ptr[got.len] == '\0');
	}
}

TEST(base64_for_mail_has_lines_of_76_letters)
{
	static const char want[] =
		"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEyMzQ1"
		"Njc4\r\n"
		"OTo7PD0+"
		"P0BBQkNERUZHSElKS0xNTk9QUVJTVFVWV1hZWltcXV5fYGFiY2RlZmdoaWprbG1ub3Bx\r\n"
		"cnN0dXZ3\r\n";
	char bytes[120];
	struct str got;

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (char)i;
	CHECK("120 bytes", spell_base64_lines(t->arena, (struct str){ bytes, 120 }, &got) == OK);
	CHECK("120 bytes", str_is(got, want));
	CHECK("a full line", spell_base64_lines(t->arena, (struct str){ bytes, 57 }, &got) == OK);
	CHECK("a full line", got.len == 78 && str_find(got, '\r') == 76);
	CHECK("padding", spell_base64_lines(t->arena, STR("f"), &got) == OK);
	CHECK("padding", str_is(got, "Zg==\r\n"));
	CHECK("nothing", spell_base64_lines(t->arena, STR(""), &got) == OK && got.len == 0);
}

TEST(spelling_without_room_is_refused)
{
	static const char bytes[64 * 1024];
	struct arena *arena = arena_new(64 * 1024);
	struct secret secret = SECRET("untouched");
	struct str text = STR("untouched");

	CHECK("base64url", spell_base64url(arena, bytes, sizeof(bytes), &secret) == ERR_NOMEM);
	CHECK("hex", spell_hex(arena, bytes, sizeof(bytes), &text) == ERR_NOMEM);
	CHECK("base32", spell_base32(arena, bytes, sizeof(bytes), &text) == ERR_NOMEM);
	CHECK("lines",
	      spell_base64_lines(arena, (struct str){ bytes, sizeof(bytes) }, &text) == ERR_NOMEM);
	CHECK("untouched", secret.len == 9 && str_is(text, "untouched"));
	arena_free(arena);
}

TEST(two_secrets_are_equal_only_if_both_are_there_and_all_bytes_agree)
{
	static const struct {
		const char *name;
		struct secret a, b;
		bool want;
	} cases[] = {
		{ "same", SECRET("abc"), SECRET("abc"), true },
		{ "first byte", SECRET("abc"), SECRET("xbc"), false },
		{ "last byte", SECRET("abc"), SECRET("abx"), false },
		{ "one bit", SECRET("abc"), SECRET("abb"), false },
		{ "case", SECRET("abc"), SECRET("abC"), false },
		{ "shorter", SECRET("abc"), SECRET("ab"), false },
		{ "longer", SECRET("abc"), SECRET("abcd"), false },
		{ "behind a NUL", SECRET("a\0b"), SECRET("a\0c"), false },
		{ "NUL and all", SECRET("a\0b"), SECRET("a\0b"), true },
		{ "empty and empty", SECRET(""), SECRET(""), true },
		{ "empty and some", SECRET(""), SECRET("a"), false },
		{ "none and none", { NULL, 0 }, { NULL, 0 }, false },
		{ "none and empty", { NULL, 0 }, SECRET(""), false },
		{ "none and some", { NULL, 0 }, SECRET("abc"), false },
	};
	FOREACH(c, cases) {
		CHECK(c->name, secret_equal(c->a, c->b) == c->want);
		CHECK(c->name, secret_equal(c->b, c->a) == c->want);
	}
}

TEST(hex_is_read_whole_or_refused)
{
	static const struct {
		const char *name;
		struct str in;
		bool want;
	} cases[] = {
		{ "lower case", SECRET("00ff7f80"), true },
		{ "upper case", SECRET("00FF7F80"), true },
		{ "one digit short", SECRET("00ff7f8"), false },
		{ "one byte short", SECRET("00ff7f"), false },
		{ "one byte more", SECRET("00ff7f8000"), false },
		{ "a letter that is none", SECRET("00ff7f8g"), false },
		{ "space", SECRET("00ff7f8 "), false },
		{ "colons", SECRET("00:ff:7f"), false },
		{ "a prefix", SECRET("0x00ff7f"), false },
		{ "a sign", SECRET("+0ff7f80"), false },
		{ "line end", SECRET("00ff7f8\n"), false },
		{ "NUL", SECRET("00ff7f8\0"), false },
		{ "nothing", SECRET(""), false },
	};
	FOREACH(c, cases) {
		unsigned char got[5] = { 0, 0, 0, 0, 0xaa };
		CHECK(c->name, read_hex(c->in, got, 4) == c->want);
		CHECK(c->name, !c->want || memcmp(got, "\x00\xff\x7f\x80", 4) == 0);
		CHECK(c->name, got[4] == 0xaa);
	}
}

TEST(random_numbers_keep_below_their_limit_and_nonces_do_not_repeat)
{
	bool seen[3] = { false };

	for (int i = 0; i < 1000; i++) {
		uint32_t got = random_below(3);
		CHECK("below", got < 3);
		seen[got] = true;
		CHECK("one", random_below(1) == 0);
	}
	CHECK("all come", seen[0] && seen[1] && seen[2]);
	for (int i = 0; i < 100; i++) {
		struct nonce a = random_nonce(), b = random_nonce();
		CHECK("another", memcmp(a.bytes, b.bytes, NONCE_SIZE) != 0);
	}
}

TEST(wiped_bytes_are_zero)
{
	unsigned char bytes[100];

	memset(bytes, 0xaa, sizeof(bytes));
	wipe(bytes, sizeof(bytes) - 1);
	for (size_t i = 0; i < sizeof(bytes) - 1; i++)
		CHECK("zero", bytes[i] == 0);
	CHECK("and no more", bytes[sizeof(bytes) - 1] == 0xaa);
	wipe_thread();
}

TEST(base64_is_read_with_its_padding_or_not_at_all)
{
	static const struct {
		const char *name, *in, *want; /* want NULL: refused */
	} cases[] = {
		{ "empty", "", "" },
		{ "one byte", "QQ==", "A" },
		{ "two bytes", "QUI=", "AB" },
		{ "three bytes", "QUJD", "ABC" },
		{ "both odd letters", "+/+/", "\xfb\xff\xbf" },
		{ "no padding", "QQ", NULL },
		{ "too little padding", "QQ=", NULL },
		{ "too much padding", "QUJD=", NULL },
		{ "bits behind the end", "QR==", NULL },
		{ "letters of the other alphabet", "-_-_", NULL },
		{ "a space", "QU JD", NULL },
		{ "a space at the end", "QUJD ", NULL },
		{ "something behind", "QQ==QQ==", NULL },
		{ "half a group", "QUJDQ", NULL },
	};
	FOREACH(c, cases) {
		struct secret got = SECRET_NONE;
		enum err err = read_base64_secret(t->arena, str(c->in), &got);
		CHECK(c->name, err == (c->want ? OK : ERR_MALFORMED));
		CHECK(c->name, !c->want || (got.ptr && got.len == strlen(c->want) &&
		                            strncmp(got.ptr, c->want, got.len) == 0));
	}
}

TEST(what_is_sealed_is_read_by_the_same_key_for_the_same_purpose_under_the_same_name)
{
	const struct secret plain = SECRET("a private key");
	struct key key = counting_key(), other = counting_key();
	struct secret got;
	struct str sealed, again;

	other.bytes[0] ^= 1;
	CHECK("seal", seal(t->arena, &key, "purpose", STR("name"), plain, &sealed) == OK);
	CHECK("seal", seal(t->arena, &key, "purpose", STR("name"), plain, &again) == OK);
	CHECK("never twice alike", !str_equal(sealed, again));
	CHECK("hidden", !memmem(sealed.ptr, sealed.len, plain.ptr, plain.len));
	CHECK("unseal", unseal(t->arena, &key, "purpose", STR("name"), sealed, &got) == OK);
	CHECK("the same", secret_equal(got, plain));
	CHECK("key",
	      unseal(t->arena, &other, "purpose", STR("name"), sealed, &got) == ERR_MALFORMED);
	CHECK("purpose",
	      unseal(t->arena, &key, "purposes", STR("name"), sealed, &got) == ERR_MALFORMED);
	CHECK("name",
	      unseal(t->arena, &key, "purpose", STR("Name"), sealed, &got) == ERR_MALFORMED);
	CHECK("nothing",
	      unseal(t->arena, &key, "purpose", STR("name"), STR(""), &got) == ERR_MALFORMED);
	for (size_t i = 0; i < sealed.len; i++) {
		struct str cut = { sealed.ptr, i };
		CHECK("cut",
		      unseal(t->arena, &key, "purpose", STR("name"), cut, &got) == ERR_MALFORMED);
		char *broken = arena_alloc(t->arena, sealed.len);
		memcpy(broken, sealed.ptr, sealed.len);
		broken[i] ^= 1;
		CHECK("broken", unseal(t->arena, &key, "purpose", STR("name"),
		                       (struct str){ broken, sealed.len }, &got) == ERR_MALFORMED);
	}
}

TEST(base64url_is_read_as_it_is_spelled_and_no_other_way)
{
	static const struct {
		const char *name, *text;
		long long size; /* -1: refused */
	} cases[] = {
		{ "nothing", "", 0 },
		{ "one byte", "AQ", 1 },
		{ "two bytes", "AQI", 2 },
		{ "three bytes", "-_-_", 3 },
		{ "one letter", "A", -1 },
		{ "padding", "AQ==", -1 },
		{ "half of the padding", "AQI=", -1 },
		{ "stray bits", "AR", -1 },
		{ "stray bits of two bytes", "AQJ", -1 },
		{ "the other alphabet", "+/+/", -1 },
		{ "a space", "AQ ", -1 },
		{ "a line end", "AQID\n", -1 },
		{ "too long", "AQIDBA", -1 },
	};
	unsigned char bytes[3];

	FOREACH(c, cases) {
		size_t size = 0;
		struct secret text = { c->text, strlen(c->text) };
		bool good = read_base64url_within(text, bytes, sizeof(bytes), &size);
		CHECK(c->name, good == (c->size >= 0));
		CHECK(c->name, !good || (long long)size == c->size);
		CHECK(c->name,
		      read_base64url(text, bytes, sizeof(bytes)) == (c->size == sizeof(bytes)));
	}
}
