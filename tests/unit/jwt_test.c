/* SPDX-License-Identifier: Apache-2.0 */
/* jwt_test.c - access tokens are taken as they are made and no other way. Forgeries are signed
 * rightly, by cjose itself and with our own key, so that nothing but their form is at fault. */
#include "unit.h"
#include "base/crypto.h"
#include "base/json.h"
#include "jose/jwt.h"
#include "jose/known_tokens.h"
#include <cjose/cjose.h>
#include <stdlib.h>
#include <string.h>

enum { MANY = 300, BIG_ARENA = 256 * 1024 * 1024 };

#define HEADER "{\"alg\":\"ES256\",\"typ\":\"at+jwt\",\"kid\":\"%s\""

struct bench {
	struct test *t;
	struct new_signing_key made;
	struct signing_key *key, *public_key;
	struct secret token;
};

/* STR() of a constant initializer. */
#define TEXT(literal)                                                                              \
	{                                                                                          \
		"" literal, sizeof(literal) - 1                                                    \
	}

static const struct access_claims claims = {
	.iss = TEXT("https://id.example.org"),
	.sub = TEXT("aaaaaaaaaaaaaaaaaaaaaaaa"),
	.aud = TEXT("bbbbbbbbbbbbbbbbbbbbbbbb"),
	.client_id = TEXT("bbbbbbbbbbbbbbbbbbbbbbbb"),
	.sid = TEXT("cccccccccccccccccccccccc"),
	.jti = TEXT("00112233445566778899aabbccddeeff"),
	.iat = 1795400000,
	.exp = 1795400900,
};

static void bench_open(struct bench *bench, struct test *t)
{
	*bench = (struct bench){ .t = t };
	const struct secret *text = &bench->made.private_jwk;
	CHECK("make", signing_key_make(t->arena, &bench->made) == OK);
	CHECK("private", signing_key_parse(t->arena, *text, &bench->key) == OK);
	const struct secret public_text = { bench->made.public_jwk.ptr,
		                            bench->made.public_jwk.len };
	CHECK("public", signing_key_parse(t->arena, public_text, &bench->public_key) == OK);
	CHECK("sign", jwt_sign(t->arena, bench->key, &claims, &bench->token) == OK);
}

static void bench_close(struct bench *bench)
{
	signing_key_release(bench->key);
	signing_key_release(bench->public_key);
}

/* What a server makes of a token, with an arena of its own. */
static enum err take(const struct bench *bench, struct secret token)
{
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(64 * 1024);
	struct access_claims got;
	struct jwt jwt;

	TRY(jwt_read(arena, token, &jwt));
	if (!str_equal(jwt.kid, signing_key_kid(bench->public_key)))
		return ERR_NOT_FOUND;
	TRY(jwt_verify(&jwt, bench->public_key));
	return jwt_claims(arena, &jwt, &got);
}

static bool refused(const struct bench *bench, struct secret token)
{
	enum err err = take(bench, token);

	CHECK("a refusal", err == OK || err == ERR_MALFORMED || err == ERR_NOT_FOUND);
	return err != OK;
}

/* A token of any header and any payload, signed by the key. */
static struct secret forge(struct bench *bench, cjose_jwk_t *jwk, const char *header_json,
                           const char *payload)
{
	cjose_err complaint = { 0 };
	cjose_header_t *header = cjose_header_new(&complaint);
	struct members *members = arena_alloc(bench->t->arena, sizeof(*members));
	struct secret token = SECRET_NONE;
	const char *text = NULL;
	struct str copy;

	CHECK(header_json, json_read(bench->t->arena, str(header_json), members) == OK);
	for (size_t i = 0; i < members->n; i++) {
		const struct member *member = &members->items[i];
		const char *raw = member->kind == MEMBER_TEXT ? NULL : "[\"exp\"]";
		CHECK(header_json,
		      raw ? cjose_header_set_raw(header, member->name.ptr, raw, &complaint)
		          : cjose_header_set(header, member->name.ptr, member->text.ptr,
		                             &complaint));
	}
	cjose_jws_t *jws =
		cjose_jws_sign(jwk, header, (const uint8_t *)payload, strlen(payload), &complaint);
	CHECK(header_json, jws && cjose_jws_export(jws, &text, &complaint));
	CHECK(header_json, arena_str(bench->t->arena, str(text), &copy) == OK);
	token = (struct secret){ copy.ptr, copy.len };
	cjose_jws_release(jws);
	cjose_header_release(header);
	return token;
}

/* Until its signature is a low one, as half of them are. */
static struct secret forge_low(struct bench *bench, const char *header, const char *payload)
{
	cjose_err complaint = { 0 };
	cjose_jwk_t *jwk = cjose_jwk_import(bench->made.private_jwk.ptr,
	                                    bench->made.private_jwk.len, &complaint);
	struct secret token;
	unsigned char signature[SIGNATURE_SIZE];

	do {
		token = forge(bench, jwk, header, payload);
		struct secret last = { token.ptr + token.len - 86, 86 };
		CHECK(header, read_base64url(last, signature, sizeof(signature)));
	} while (signature[SIGNATURE_SIZE / 2] >= 0x7f);
	cjose_jwk_release(jwk);
	return token;
}

static const char *with_kid(struct bench *bench, const char *format)
{
	char *text = arena_alloc(bench->t->arena, 1024);
	const char *hole = strstr(format, "%s");

	CHECK(format, hole);
	snprintf(text, 1024, "%.*s%s%s", (int)(hole - format), format, bench->made.kid.ptr,
	         hole + 2);
	return text;
}

#define GOOD_PAYLOAD                                                                               \
	"{\"iss\":\"i\",\"sub\":\"s\",\"aud\":\"a\",\"client_id\":\"c\",\"sid\":\"s\",\"jti\":"    \
	"\"j\",\"iat\":1,\"exp\":2}"

TEST(what_was_signed_is_read_back_by_the_public_key)
{
	struct access_claims got;
	struct bench bench;
	struct jwt jwt;

	bench_open(&bench, t);
	CHECK("read", jwt_read(t->arena, bench.token, &jwt) == OK);
	CHECK("kid", str_equal(jwt.kid, bench.made.kid));
	CHECK("verify", jwt_verify(&jwt, bench.public_key) == OK);
	CHECK("by the private one too", jwt_verify(&jwt, bench.key) == OK);
	CHECK("claims", jwt_claims(t->arena, &jwt, &got) == OK);
	CHECK("iss", str_equal(got.iss, claims.iss));
	CHECK("sub", str_equal(got.sub, claims.sub));
	CHECK("aud", str_equal(got.aud, claims.aud));
	CHECK("client_id", str_equal(got.client_id, claims.client_id));
	CHECK("sid", str_equal(got.sid, claims.sid));
	CHECK("jti", str_equal(got.jti, claims.jti));
	CHECK("times", got.iat == claims.iat && got.exp == claims.exp);
	CHECK("a public key signs nothing",
	      jwt_sign(t->arena, bench.public_key, &claims, &bench.token) == ERR_INTERNAL);
	bench_close(&bench);
}

TEST(a_key_of_another_name_or_curve_is_no_key)
{
	static const struct {
		const char *name, *jwk;
	} cases[] = {
		{ "nothing", "" },
		{ "no object", "[]" },
		{ "no member", "{}" },
		{ "another kind", "{\"kty\":\"oct\",\"k\":\"AAAA\"}" },
		{ "another curve", "{\"kty\":\"EC\",\"crv\":\"P-384\",\"x\":\"AA\",\"y\":\"AA\"}" },
		/* RFC 7515, A.3.1, without a kid. */
		{ "no name",
		  "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8"
		  "Tus9uPHvRVEU\",\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\"}" },
		{ "another's name",
		  "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8"
		  "Tus9uPHvRVEU\",\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\","
		  "\"kid\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"}" },
	};
	struct signing_key *key = NULL;

	FOREACH(c, cases) {
		struct secret text = { c->jwk, strlen(c->jwk) };
		CHECK(c->name, signing_key_parse(t->arena, text, &key) == ERR_MALFORMED);
	}
}

/* The vector of RFC 7515, A.3.1; its thumbprint by Python's hashlib. */
TEST(a_key_is_named_by_its_thumbprint)
{
	static const char jwk[] =
		"{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV"
		"76e8Tus9uPHvRVEU\",\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5"
		"a0\",\"kid\":\"oKIywvGUpTVTyxMQ3bwIIeQUudfr_CkLMjCE19ECD-U\"}";
	struct signing_key *key = NULL;
	struct secret token;

	CHECK("parse",
	      signing_key_parse(t->arena, (struct secret){ jwk, strlen(jwk) }, &key) == OK);
	CHECK("it only verifies", jwt_sign(t->arena, key, &claims, &token) == ERR_INTERNAL);
	signing_key_release(key);
}

TEST(every_key_is_of_one_length_and_every_signature_is_low_and_good)
{
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(BIG_ARENA);
	struct bench bench;

	bench_open(&bench, t);
	for (int i = 0; i < MANY; i++) {
		struct new_signing_key made;
		struct secret token;
		struct access_claims other = claims;
		CHECK("make", signing_key_make(arena, &made) == OK);
		CHECK("kid", made.kid.len == KID_LETTERS);
		CHECK("public", made.public_jwk.len == bench.made.public_jwk.len);
		CHECK("private", made.private_jwk.len == bench.made.private_jwk.len);
		CHECK("no private half", !strstr(made.public_jwk.ptr, "\"d\""));
		other.exp += i;
		CHECK("sign", jwt_sign(arena, bench.key, &other, &token) == OK);
		CHECK("take", take(&bench, token) == OK);
	}
	bench_close(&bench);
}

TEST(every_prefix_bit_and_padding_of_a_token_is_refused)
{
	struct bench bench;
	char variant[JWT_MAX];

	bench_open(&bench, t);
	size_t len = bench.token.len;
	CHECK("as it is", take(&bench, bench.token) == OK);
	for (size_t n = 0; n < len; n++) {
		CHECK("prefix", refused(&bench, (struct secret){ bench.token.ptr, n }));
		CHECK("suffix",
		      refused(&bench, (struct secret){ bench.token.ptr + n + 1, len - n - 1 }));
		for (int bit = 0; bit < 8; bit++) {
			memcpy(variant, bench.token.ptr, len);
			variant[n] ^= (char)(1 << bit);
			CHECK("bit", refused(&bench, (struct secret){ variant, len }));
		}
		/* One letter less, and one more, wherever it stands. */
		memcpy(variant, bench.token.ptr, n);
		memcpy(variant + n, bench.token.ptr + n + 1, len - n - 1);
		CHECK("without", refused(&bench, (struct secret){ variant, len - 1 }));
		static const char more[] = "=A. \n\t";
		for (const char *c = more; *c; c++) {
			variant[n] = *c;
			memcpy(variant + n + 1, bench.token.ptr + n, len - n);
			CHECK("inserted", refused(&bench, (struct secret){ variant, len + 1 }));
		}
	}
	bench_close(&bench);
}

TEST(the_last_letter_of_each_part_has_one_spelling)
{
	static const char letters[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_+/=";
	struct bench bench;
	char variant[JWT_MAX];

	bench_open(&bench, t);
	for (size_t n = 0; n < bench.token.len; n++) {
		if (n + 1 < bench.token.len && bench.token.ptr[n + 1] != '.')
			continue;
		for (const char *c = letters; *c; c++) {
			memcpy(variant, bench.token.ptr, bench.token.len);
			variant[n] = *c;
			CHECK("letter",
			      *c == bench.token.ptr[n] ||
			              refused(&bench, (struct secret){ variant, bench.token.len }));
		}
	}
	bench_close(&bench);
}

/* (r, n - s) signs as (r, s) does: cjose takes it, and we do not. */
TEST(the_twin_of_a_signature_is_refused)
{
	static const unsigned char order[] = {
		0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff,
		0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17,
		0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
	};
	unsigned char signature[SIGNATURE_SIZE];
	struct bench bench;
	struct secret spelled;
	struct str twin;
	cjose_err complaint = { 0 };
	int borrow = 0;

	bench_open(&bench, t);
	struct str head = { bench.token.ptr, bench.token.len - 86 };
	CHECK("signature", read_base64url((struct secret){ bench.token.ptr + head.len, 86 },
	                                  signature, sizeof(signature)));
	for (int i = 31; i >= 0; i--) {
		int difference = order[i] - signature[32 + i] - borrow;
		borrow = difference < 0;
		signature[32 + i] = (unsigned char)difference;
	}
	CHECK("spell", spell_base64url(t->arena, signature, sizeof(signature), &spelled) == OK);
	CHECK("twin", arena_printf(t->arena, &twin, "%.*s%s", STR_ARG(head), spelled.ptr) == OK);
	cjose_jwk_t *jwk =
		cjose_jwk_import(bench.made.public_jwk.ptr, bench.made.public_jwk.len, &complaint);
	cjose_jws_t *jws = cjose_jws_import(twin.ptr, twin.len, &complaint);
	CHECK("good for others", jws && cjose_jws_verify(jws, jwk, &complaint));
	cjose_jws_release(jws);
	cjose_jwk_release(jwk);
	CHECK("refused here", refused(&bench, (struct secret){ twin.ptr, twin.len }));
	bench_close(&bench);
}

TEST(a_header_is_ours_or_refused_however_well_it_is_signed)
{
	static const struct {
		const char *name, *header;
		bool good;
	} cases[] = {
		{ "ours", HEADER "}", true },
		{ "ours, in another order", "{\"kid\":\"%s\",\"typ\":\"at+jwt\",\"alg\":\"ES256\"}",
		  true },
		{ "no type", "{\"alg\":\"ES256\",\"kid\":\"%s\"}", false },
		{ "another type", "{\"alg\":\"ES256\",\"typ\":\"JWT\",\"kid\":\"%s\"}", false },
		{ "the long type",
		  "{\"alg\":\"ES256\",\"typ\":\"application/at+jwt\",\"kid\":\"%s\"}", false },
		{ "the type in capitals", "{\"alg\":\"ES256\",\"typ\":\"AT+JWT\",\"kid\":\"%s\"}",
		  false },
		{ "crit", HEADER ",\"crit\":[\"exp\"]}", false },
		{ "jku", HEADER ",\"jku\":\"https://evil.example/jwks.json\"}", false },
		{ "x5u", HEADER ",\"x5u\":\"https://evil.example/x5c\"}", false },
		{ "jwk", HEADER ",\"jwk\":[\"exp\"]}", false },
		{ "b64", HEADER ",\"b64\":null}", false },
		{ "a longer kid", "{\"alg\":\"ES256\",\"typ\":\"at+jwt\",\"kid\":\"%s=\"}", false },
		{ "kid as a list", "{\"alg\":\"ES256\",\"typ\":\"at+jwt\",\"kid\":[\"%s\"]}",
		  false },
	};
	struct bench bench;

	bench_open(&bench, t);
	FOREACH(c, cases) {
		struct secret token = forge_low(&bench, with_kid(&bench, c->header), GOOD_PAYLOAD);
		CHECK(c->name, refused(&bench, token) == !c->good);
	}
	bench_close(&bench);
}

static struct secret put_together(struct bench *bench, const char *header, struct str behind)
{
	struct secret spelled;
	struct str token;

	CHECK(header, spell_base64url(bench->t->arena, header, strlen(header), &spelled) == OK);
	CHECK(header,
	      arena_printf(bench->t->arena, &token, "%s%.*s", spelled.ptr, STR_ARG(behind)) == OK);
	return (struct secret){ token.ptr, token.len };
}

TEST(another_algorithm_is_refused_before_any_signature_is_looked_at)
{
	static const char *const headers[] = {
		"{\"alg\":\"none\",\"typ\":\"at+jwt\",\"kid\":\"%s\"}",
		"{\"alg\":\"None\",\"typ\":\"at+jwt\",\"kid\":\"%s\"}",
		"{\"alg\":\"\",\"typ\":\"at+jwt\",\"kid\":\"%s\"}",
		"{\"typ\":\"at+jwt\",\"kid\":\"%s\"}",
		"{\"alg\":\"es256\",\"typ\":\"at+jwt\",\"kid\":\"%s\"}",
		"{\"alg\":\"ES384\",\"typ\":\"at+jwt\",\"kid\":\"%s\"}",
		"{\"alg\":\"RS256\",\"typ\":\"at+jwt\",\"kid\":\"%s\"}",
		"{\"alg\":[\"ES256\"],\"typ\":\"at+jwt\",\"kid\":\"%s\"}",
		"{\"alg\":\"ES256\",\"alg\":\"none\",\"typ\":\"at+jwt\",\"kid\":\"%s\"}",
		"{\"alg\":\"none\",\"alg\":\"ES256\",\"typ\":\"at+jwt\",\"kid\":\"%s\"}",
	};
	struct bench bench;
	struct jwt jwt;

	bench_open(&bench, t);
	struct str token = { bench.token.ptr, bench.token.len };
	struct str behind = str_from(token, str_find(token, '.'));
	struct str payload = { behind.ptr, behind.len - 86 };
	FOREACH(header, headers) {
		const char *text = with_kid(&bench, *header);
		CHECK(text, jwt_read(t->arena, put_together(&bench, text, behind), &jwt) ==
		                    ERR_MALFORMED);
		CHECK(text, jwt_read(t->arena, put_together(&bench, text, payload), &jwt) ==
		                    ERR_MALFORMED);
	}
	bench_close(&bench);
}

TEST(a_mac_by_the_public_key_is_no_signature)
{
	const char *keys[2];
	struct bench bench;
	cjose_err complaint = { 0 };

	bench_open(&bench, t);
	const char *header =
		with_kid(&bench, "{\"alg\":\"HS256\",\"typ\":\"at+jwt\",\"kid\":\"%s\"}");
	keys[0] = bench.made.public_jwk.ptr;
	keys[1] = strstr(bench.made.public_jwk.ptr, "\"x\":\"") + 5;
	FOREACH(key, keys) {
		cjose_jwk_t *jwk =
			cjose_jwk_create_oct_spec((const uint8_t *)*key, strlen(*key), &complaint);
		struct secret token = forge(&bench, jwk, header, GOOD_PAYLOAD);
		CHECK("HS256", refused(&bench, token));
		cjose_jwk_release(jwk);
	}
	bench_close(&bench);
}

TEST(a_token_of_a_foreign_key_under_our_name_is_refused)
{
	struct bench ours, theirs;

	bench_open(&ours, t);
	bench_open(&theirs, t);
	struct secret token = forge_low(&theirs, with_kid(&ours, HEADER "}"), GOOD_PAYLOAD);
	struct jwt jwt;
	CHECK("form", jwt_read(t->arena, token, &jwt) == OK);
	CHECK("their signature", jwt_verify(&jwt, ours.public_key) == ERR_MALFORMED);
	CHECK("under their name", take(&ours, theirs.token) == ERR_NOT_FOUND);
	CHECK("and not by their key", jwt_read(t->arena, theirs.token, &jwt) == OK &&
	                                      jwt_verify(&jwt, ours.public_key) == ERR_MALFORMED);
	bench_close(&ours);
	bench_close(&theirs);
}

TEST(claims_are_all_there_of_their_types_and_no_others)
{
	static const struct {
		const char *name, *payload;
		bool good;
	} cases[] = {
		{ "ours", GOOD_PAYLOAD, true },
		{ "empty object", "{}", false },
		{ "no JSON", "exp", false },
		{ "a list", "[]", false },
		{ "one more",
		  "{\"iss\":\"i\",\"sub\":\"s\",\"aud\":\"a\",\"client_id\":\"c\",\"sid\":\"s\","
		  "\"jti\":\"j\",\"iat\":1,\"exp\":2,\"scope\":\"all\"}",
		  false },
		{ "no exp",
		  "{\"iss\":\"i\",\"sub\":\"s\",\"aud\":\"a\",\"client_id\":\"c\",\"sid\":\"s\","
		  "\"jti\":\"j\",\"iat\":1}",
		  false },
		{ "exp as text",
		  "{\"iss\":\"i\",\"sub\":\"s\",\"aud\":\"a\",\"client_id\":\"c\",\"sid\":\"s\","
		  "\"jti\":\"j\",\"iat\":1,\"exp\":\"2\"}",
		  false },
		{ "exp with a fraction",
		  "{\"iss\":\"i\",\"sub\":\"s\",\"aud\":\"a\",\"client_id\":\"c\",\"sid\":\"s\","
		  "\"jti\":\"j\",\"iat\":1,\"exp\":2.5}",
		  false },
		{ "exp beyond all numbers",
		  "{\"iss\":\"i\",\"sub\":\"s\",\"aud\":\"a\",\"client_id\":\"c\",\"sid\":\"s\","
		  "\"jti\":\"j\",\"iat\":1,\"exp\":99999999999999999999}",
		  false },
		{ "exp twice",
		  "{\"iss\":\"i\",\"sub\":\"s\",\"aud\":\"a\",\"client_id\":\"c\",\"sid\":\"s\","
		  "\"jti\":\"j\",\"iat\":1,\"exp\":2,\"exp\":3}",
		  false },
		{ "a list of audiences",
		  "{\"iss\":\"i\",\"sub\":\"s\",\"aud\":[\"a\",\"b\"],\"client_id\":\"c\",\"sid\":"
		  "\"s\",\"jti\":\"j\",\"iat\":1,\"exp\":2}",
		  false },
		{ "sid null",
		  "{\"iss\":\"i\",\"sub\":\"s\",\"aud\":\"a\",\"client_id\":\"c\",\"sid\":null,"
		  "\"jti\":\"j\",\"iat\":1,\"exp\":2}",
		  false },
	};
	struct bench bench;

	bench_open(&bench, t);
	FOREACH(c, cases) {
		struct secret token = forge_low(&bench, with_kid(&bench, HEADER "}"), c->payload);
		CHECK(c->name, refused(&bench, token) == !c->good);
	}
	bench_close(&bench);
}

TEST(what_is_too_long_is_refused_and_never_made)
{
	struct access_claims long_claims = claims;
	struct bench bench;
	struct secret token;

	bench_open(&bench, t);
	char *text = arena_alloc(t->arena, JWT_MAX + 1);
	memset(text, 'a', JWT_MAX);
	long_claims.iss = (struct str){ text, JWT_MAX };
	CHECK("made", jwt_sign(t->arena, bench.key, &long_claims, &token) == ERR_INTERNAL);
	long_claims.iss.len = 1000;
	CHECK("a long one", jwt_sign(t->arena, bench.key, &long_claims, &token) == OK);
	CHECK("a long one", token.len <= JWT_MAX && take(&bench, token) == OK);
	text[10] = text[20] = '.';
	CHECK("form", jwt_has_form((struct secret){ text, JWT_MAX }));
	CHECK("form", !jwt_has_form((struct secret){ text, JWT_MAX + 1 }));
	CHECK("nothing", !jwt_has_form(SECRET_NONE));
	bench_close(&bench);
}

TEST(a_known_token_is_known_until_newer_ones_take_its_place)
{
	struct known_tokens *known = known_tokens_new();
	struct digest first = digest_of((struct secret){ "first", 5 }), other = first;

	CHECK("memory", known);
	CHECK("nobody", !known_tokens_have(known, &first));
	known_tokens_add(known, &first);
	known_tokens_add(known, &first);
	CHECK("the first", known_tokens_have(known, &first));
	other.bytes[31] ^= 1;
	CHECK("its neighbour", !known_tokens_have(known, &other));
	for (int i = 0; i < 3; i++) {
		other.bytes[30]++;
		known_tokens_add(known, &other);
		CHECK("beside the first", known_tokens_have(known, &other));
	}
	CHECK("still there", known_tokens_have(known, &first));
	other.bytes[30]++;
	known_tokens_add(known, &other);
	CHECK("the oldest goes", !known_tokens_have(known, &first));
	CHECK("the newest stays", known_tokens_have(known, &other));
	known_tokens_free(known);
}

/* ---- the forms that Backtory's clients read ---- */

static struct access_claims claims_of(enum jwt_form form)
{
	struct access_claims of = claims;

	of.form = form;
	of.user_name = form == JWT_USER ? STR("ann") : STR_NONE;
	if (form == JWT_MASTER) {
		of.sub = of.sid = STR_NONE;
		of.key = STR("00112233445566778899aabbccddeeff");
	}
	return of;
}

TEST(a_token_of_each_form_is_read_as_that_form_and_no_other)
{
	static const enum jwt_form forms[] = { JWT_OURS, JWT_USER, JWT_MASTER };
	struct bench bench;

	bench_open(&bench, t);
	FOREACH(form, forms) {
		const struct access_claims made = claims_of(*form);
		struct access_claims got;
		struct secret token;
		struct jwt jwt;
		CHECK("sign", jwt_sign(t->arena, bench.key, &made, &token) == OK);
		CHECK("read", jwt_read(t->arena, token, &jwt) == OK);
		CHECK("verify", jwt_verify(&jwt, bench.public_key) == OK);
		CHECK("claims", jwt_claims(t->arena, &jwt, &got) == OK);
		CHECK("form", got.form == *form && jwt.is_ours == (*form == JWT_OURS));
		CHECK("who", str_equal(got.sub, made.sub) && str_equal(got.sid, made.sid));
		CHECK("nobody", (*form == JWT_MASTER) == (got.sub.ptr == NULL));
		CHECK("the key", str_equal(got.key, made.key));
		CHECK("the app",
		      str_equal(got.aud, claims.aud) && str_equal(got.client_id, claims.aud));
	}
	bench_close(&bench);
}

TEST(a_user_without_a_name_has_null_for_it)
{
	struct access_claims nameless = claims_of(JWT_USER), got;
	struct bench bench;
	struct secret token;
	struct jwt jwt;

	bench_open(&bench, t);
	nameless.user_name = STR_NONE;
	CHECK("sign", jwt_sign(t->arena, bench.key, &nameless, &token) == OK);
	CHECK("read", jwt_read(t->arena, token, &jwt) == OK);
	CHECK("claims", jwt_claims(t->arena, &jwt, &got) == OK && got.form == JWT_USER);
	bench_close(&bench);
}

TEST(claims_that_are_of_no_form_are_malformed)
{
#define OF_USER "\"client_id\":\"b\",\"sid\":\"c\",\"jti\":\"j\",\"iat\":1,\"exp\":2"
#define OF_KEY  "\"client_id\":\"b\",\"key\":\"k\",\"jti\":\"j\",\"iat\":1,\"exp\":2"
	static const struct {
		const char *name, *payload;
		bool good;
	} cases[] = {
		{ "a user",
		  "{\"user_id\":\"a\",\"user_name\":\"ann\",\"scope\":[\"client\"]," OF_USER "}",
		  true },
		{ "the master",
		  "{\"user_id\":null,\"user_name\":null,\"scope\":[\"master\"]," OF_KEY "}", true },
		{ "a user with the master's scope",
		  "{\"user_id\":\"a\",\"user_name\":\"ann\",\"scope\":[\"master\"]," OF_USER "}",
		  false },
		{ "both scopes",
		  "{\"user_id\":\"a\",\"user_name\":\"ann\",\"scope\":[\"client\",\"master\"]"
		  "," OF_USER "}",
		  false },
		{ "a scope that is no list",
		  "{\"user_id\":\"a\",\"user_name\":\"ann\",\"scope\":\"client\"," OF_USER "}",
		  false },
		{ "the master with a session",
		  "{\"user_id\":null,\"user_name\":null,\"scope\":[\"master\"]," OF_USER "}",
		  false },
		{ "the master with a user",
		  "{\"user_id\":\"a\",\"user_name\":null,\"scope\":[\"master\"]," OF_KEY "}",
		  false },
		{ "a user without an id",
		  "{\"user_id\":null,\"user_name\":\"ann\",\"scope\":[\"client\"]," OF_USER "}",
		  false },
		{ "one more",
		  "{\"user_id\":\"a\",\"user_name\":\"ann\",\"scope\":[\"client\"],\"x\":1," OF_USER
		  "}",
		  false },
		{ "a name that is no text",
		  "{\"user_id\":\"a\",\"user_name\":1,\"scope\":[\"client\"]," OF_USER "}", false },
	};
	struct bench bench;

	bench_open(&bench, t);
	FOREACH(c, cases) {
		const struct jwt jwt = { .is_ours = false };
		struct access_claims got;
		struct secret spelled;
		CHECK(c->name,
		      spell_base64url(t->arena, c->payload, strlen(c->payload), &spelled) == OK);
		struct jwt other = jwt;
		other.payload = (struct str){ spelled.ptr, spelled.len };
		CHECK(c->name, (jwt_claims(t->arena, &other, &got) == OK) == c->good);
		other.is_ours = true;
		CHECK(c->name, jwt_claims(t->arena, &other, &got) == ERR_MALFORMED);
	}
	bench_close(&bench);
}

TEST(a_public_key_is_spelled_as_pem)
{
	const struct public_jwk jwk = {
		.x = STR("f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"),
		.y = STR("x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"),
	};
	const struct public_jwk bad = { .x = STR("x"), .y = jwk.y };
	struct str pem;

	CHECK("spelled", public_jwk_pem(t->arena, &jwk, &pem) == OK);
	/* As openssl spells the key of RFC 7515, A.3. */
	CHECK("the same",
	      str_is(pem, "-----BEGIN PUBLIC KEY-----\n"
	                  "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEf83OJ3D2xF1Bg8vub9tLe1gHMzV7\n"
	                  "6e8Tus9uPHvRVEXH8UTNG72bfocs3+257rn0s2ldbqkLJK2KRiMohYjlrQ==\n"
	                  "-----END PUBLIC KEY-----\n"));
	CHECK("no coordinates", public_jwk_pem(t->arena, &bad, &pem) == ERR_MALFORMED);
}
