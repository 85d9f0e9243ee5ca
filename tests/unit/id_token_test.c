/* SPDX-License-Identifier: Apache-2.0 */
/* id_token_test.c - ID tokens that are right but for one thing, signed by cjose itself. */
#include "unit.h"
#include "jose/id_token.h"
#include <cjose/cjose.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

enum { NOW = 1795400000 };

#define ISSUER "https://id.example.org"
#define GOOD                                                                                       \
	"{\"iss\":\"" ISSUER "\",\"aud\":\"shop\",\"sub\":\"ann\",\"iat\":1795400000,"             \
	"\"exp\":1795400300,\"nonce\":\"n\"}"
#define WITH(aud, iat, exp, more)                                                                  \
	"{\"iss\":\"" ISSUER "\",\"aud\":" aud ",\"sub\":\"ann\",\"iat\":" iat ",\"exp\":" exp     \
	",\"nonce\":\"n\"" more "}"
#define HEADER(alg, kid) "{\"alg\":\"" alg "\",\"kid\":\"" kid "\",\"typ\":\"JWT\"}"

/* A provider with a key of each kind. */
struct bench {
	struct test *t;
	cjose_jwk_t *rsa, *ec, *short_rsa;
	struct jwks *jwks;
};

static void add_key(struct buf *buf, cjose_jwk_t *jwk, const char *more)
{
	cjose_err complaint = { 0 };
	char *json = cjose_jwk_to_json(jwk, false, &complaint);

	CHECK("json", json);
	buf_printf(buf, "%s%.*s%s}", buf->ptr[buf->len - 1] == '[' ? "" : ",",
	           (int)strlen(json) - 1, json, more);
	free(json);
}

static struct str set_of(const struct bench *bench)
{
	struct buf buf = buf_in(bench->t->arena);
	struct str text;

	buf_puts(&buf, "{\"keys\":[");
	add_key(&buf, bench->rsa, ",\"kid\":\"r\",\"use\":\"sig\",\"x5c\":[\"MIIC\"]");
	add_key(&buf, bench->ec, ",\"kid\":\"e\",\"alg\":\"ES256\"");
	add_key(&buf, bench->rsa, ",\"kid\":\"enc\",\"use\":\"enc\"");
	add_key(&buf, bench->rsa, ",\"kid\":\"ps\",\"alg\":\"PS256\"");
	add_key(&buf, bench->short_rsa, ",\"kid\":\"short\"");
	buf_puts(&buf, ",{\"kty\":\"oct\",\"kid\":\"o\",\"k\":\"AAAA\"},{},1]}");
	CHECK("set", buf_str(&buf, &text) == OK);
	return text;
}

static void bench_open(struct bench *bench, struct test *t)
{
	cjose_err complaint = { 0 };

	*bench = (struct bench){ .t = t };
	bench->rsa = cjose_jwk_create_RSA_random(2048, (const uint8_t *)"\1\0\1", 3, &complaint);
	bench->short_rsa =
		cjose_jwk_create_RSA_random(1024, (const uint8_t *)"\1\0\1", 3, &complaint);
	bench->ec = cjose_jwk_create_EC_random(CJOSE_JWK_EC_P_256, &complaint);
	CHECK("keys", bench->rsa && bench->ec && bench->short_rsa);
	CHECK("jwks", jwks_parse(set_of(bench), &bench->jwks) == OK);
}

static void bench_close(struct bench *bench)
{
	jwks_release(bench->jwks);
	cjose_jwk_release(bench->rsa);
	cjose_jwk_release(bench->ec);
	cjose_jwk_release(bench->short_rsa);
}

/* The header's parts as they are, whether or not they can be. */
static struct secret sign(struct bench *bench, cjose_jwk_t *jwk, const char *alg,
                          const char *header_json, const char *claims)
{
	cjose_err complaint = { 0 };
	json_t *parts = json_loads(header_json, 0, NULL);
	cjose_header_t *header = cjose_header_new(&complaint);
	const char *key, *text = NULL;
	struct str copy;
	json_t *value;

	json_object_foreach(parts, key, value)
	{
		const char *word = json_string_value(value);
		char *raw = json_dumps(value, JSON_ENCODE_ANY);
		CHECK(key, word ? cjose_header_set(header, key, word, &complaint)
		                : cjose_header_set_raw(header, key, raw, &complaint));
		free(raw);
	}
	CHECK(alg, cjose_header_set(header, "alg", alg, &complaint));
	cjose_jws_t *jws =
		cjose_jws_sign(jwk, header, (const uint8_t *)claims, strlen(claims), &complaint);
	CHECK(header_json, jws && cjose_jws_export(jws, &text, &complaint));
	CHECK("copy", arena_str(bench->t->arena, str(text), &copy) == OK);
	cjose_jws_release(jws);
	cjose_header_release(header);
	json_decref(parts);
	return (struct secret){ copy.ptr, copy.len };
}

static enum err check(struct bench *bench, struct secret token, bool nonce_required,
                      struct person_claims *ret_claims)
{
	const struct id_token_terms terms = {
		.issuer = STR(ISSUER),
		.client_id = STR("shop"),
		.nonce = STR("n"),
		.nonce_required = nonce_required,
		.now = NOW,
	};
	const char *why = "";

	return id_token_check(bench->t->arena, token, bench->jwks, &terms, ret_claims, &why);
}

TEST(an_id_token_is_taken_as_its_provider_signs_it_and_no_other_way)
{
	struct bench bench;
	bench_open(&bench, t);
	const struct {
		const char *name;
		cjose_jwk_t *key;
		const char *alg, *header;
		enum err want;
	} cases[] = {
		{ "RS256", bench.rsa, "RS256", HEADER("RS256", "r"), OK },
		{ "ES256", bench.ec, "ES256", HEADER("ES256", "e"), OK },
		{ "without a type", bench.rsa, "RS256", "{\"kid\":\"r\"}", OK },
		{ "type in small letters", bench.rsa, "RS256", "{\"kid\":\"r\",\"typ\":\"jwt\"}",
		  OK },
		{ "with its place and key, unseen", bench.rsa, "RS256",
		  "{\"kid\":\"r\",\"jku\":\"https://evil.example\",\"x5u\":\"x\",\"jwk\":{}}", OK },
		{ "PS256", bench.rsa, "PS256", "{\"kid\":\"r\"}", ERR_MALFORMED },
		{ "RS512", bench.rsa, "RS512", "{\"kid\":\"r\"}", ERR_MALFORMED },
		{ "a key that is not for signatures", bench.rsa, "RS256", "{\"kid\":\"enc\"}",
		  ERR_NOT_FOUND },
		{ "a key of another algorithm", bench.rsa, "RS256", "{\"kid\":\"ps\"}",
		  ERR_NOT_FOUND },
		{ "a short key", bench.short_rsa, "RS256", "{\"kid\":\"short\"}", ERR_NOT_FOUND },
		{ "a shared key's name", bench.rsa, "RS256", "{\"kid\":\"o\"}", ERR_NOT_FOUND },
		{ "an unknown key", bench.rsa, "RS256", "{\"kid\":\"x\"}", ERR_NOT_FOUND },
		{ "no key", bench.rsa, "RS256", "{}", ERR_MALFORMED },
		{ "a key that is no text", bench.rsa, "RS256", "{\"kid\":[\"r\"]}", ERR_MALFORMED },
		{ "the other key's name", bench.rsa, "RS256", "{\"kid\":\"e\"}", ERR_MALFORMED },
		{ "an extension", bench.rsa, "RS256", "{\"kid\":\"r\",\"crit\":[\"exp\"]}",
		  ERR_MALFORMED },
		{ "a body as it is", bench.rsa, "RS256", "{\"kid\":\"r\",\"b64\":[]}",
		  ERR_MALFORMED },
		{ "another type", bench.rsa, "RS256", "{\"kid\":\"r\",\"typ\":\"at+jwt\"}",
		  ERR_MALFORMED },
		{ "a type that is no text", bench.rsa, "RS256", "{\"kid\":\"r\",\"typ\":[]}",
		  ERR_MALFORMED },
	};
	FOREACH(c, cases) {
		struct person_claims person;
		struct secret token = sign(&bench, c->key, c->alg, c->header, GOOD);
		CHECK(c->name, check(&bench, token, true, &person) == c->want);
	}
	bench_close(&bench);
}

TEST(the_claims_of_an_id_token_are_those_of_this_sign_in)
{
	static const struct {
		const char *name, *claims;
		bool nonce_required;
		enum err want;
	} cases[] = {
		{ "good", GOOD, true, OK },
		{ "one audience in a list", WITH("[\"shop\"]", "1795400000", "1795400300", ""),
		  true, OK },
		{ "several and our party",
		  WITH("[\"x\",\"shop\"]", "1795400000", "1795400300", ",\"azp\":\"shop\""), true,
		  OK },
		{ "a moment too late", WITH("\"shop\"", "1795399000", "1795399941", ""), true, OK },
		{ "a moment too early", WITH("\"shop\"", "1795400060", "1795400300", ""), true,
		  OK },
		{ "times with a fraction", WITH("\"shop\"", "1795400000.5", "1795400300.5", ""),
		  true, OK },
		{ "several and no party", WITH("[\"x\",\"shop\"]", "1795400000", "1795400300", ""),
		  true, ERR_MALFORMED },
		{ "another party", WITH("\"shop\"", "1795400000", "1795400300", ",\"azp\":\"x\""),
		  true, ERR_MALFORMED },
		{ "another audience", WITH("\"shop2\"", "1795400000", "1795400300", ""), true,
		  ERR_MALFORMED },
		{ "an audience that begins like ours",
		  WITH("\"shop\\u0000\"", "1795400000", "1795400300", ""), true, ERR_MALFORMED },
		{ "no audience", WITH("[]", "1795400000", "1795400300", ""), true, ERR_MALFORMED },
		{ "too late", WITH("\"shop\"", "1795399000", "1795399940", ""), true,
		  ERR_MALFORMED },
		{ "too early", WITH("\"shop\"", "1795400061", "1795400300", ""), true,
		  ERR_MALFORMED },
		{ "not yet", WITH("\"shop\"", "1795400000", "1795400300", ",\"nbf\":1795400061"),
		  true, ERR_MALFORMED },
		{ "an end that is a text", WITH("\"shop\"", "1795400000", "\"1795400300\"", ""),
		  true, ERR_MALFORMED },
		{ "an end that is no time", WITH("\"shop\"", "1795400000", "null", ""), true,
		  ERR_MALFORMED },
		{ "a claim twice", WITH("\"shop\"", "1795400000", "1795400300", ",\"sub\":\"x\""),
		  true, ERR_MALFORMED },
		{ "no object", "[]", true, ERR_MALFORMED },
		{ "nothing", "", true, ERR_MALFORMED },
	};
	struct bench bench;
	bench_open(&bench, t);
	FOREACH(c, cases) {
		struct person_claims person;
		struct secret token =
			sign(&bench, bench.rsa, "RS256", "{\"kid\":\"r\"}", c->claims);
		CHECK(c->name, check(&bench, token, c->nonce_required, &person) == c->want);
	}
	bench_close(&bench);
}

TEST(what_is_said_of_a_person_is_read_as_far_as_it_can_be)
{
	static const struct {
		const char *json, *subject, *email, *name; /* subject NULL: refused */
		bool verified;
	} cases[] = {
		{ "{\"sub\":\"a\",\"email\":\"a@x.org\",\"email_verified\":true,\"name\":\"Ann\","
		  "\"locale\":{\"country\":\"US\"}}",
		  "a", "a@x.org", "Ann", true },
		{ "{\"sub\":\"a\",\"email_verified\":\"true\",\"given_name\":\"Ann\","
		  "\"family_name\":\"Lee\"}",
		  "a", NULL, "Ann Lee", true },
		{ "{\"sub\":\"a\",\"family_name\":\"Lee\",\"email_verified\":1}", "a", NULL, "Lee",
		  false },
		{ "{\"sub\":\"a\",\"email\":7,\"name\":\"\"}", "a", NULL, NULL, false },
		{ "{\"sub\":\"\"}", NULL, NULL, NULL, false },
		{ "{\"sub\":\"a b\"}", NULL, NULL, NULL, false },
		{ "{\"sub\":\"\\u00e9\"}", NULL, NULL, NULL, false },
		{ "{\"sub\":null}", NULL, NULL, NULL, false },
		{ "{}", NULL, NULL, NULL, false },
		{ "7", NULL, NULL, NULL, false },
	};
	FOREACH(c, cases) {
		struct person_claims got = { 0 };
		enum err err = person_claims_read(t->arena, str(c->json), &got);
		CHECK(c->json, err == (c->subject ? OK : ERR_MALFORMED));
		if (err != OK)
			continue;
		CHECK(c->json,
		      str_is(got.subject, c->subject) && got.email_verified == c->verified);
		CHECK(c->json, c->email ? str_is(got.email, c->email) : !got.email.ptr);
		CHECK(c->json, c->name ? str_is(got.name, c->name) : !got.name.ptr);
	}
}

TEST(a_set_without_a_key_of_use_is_none)
{
	static const char *const sets[] = {
		"",
		"[]",
		"{}",
		"{\"keys\":[]}",
		"{\"keys\":{}}",
		"{\"keys\":[null,1,\"x\",{}]}",
		"{\"keys\":[{\"kty\":\"oct\",\"kid\":\"o\",\"k\":\"AAAA\"}]}",
		"{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"kid\":\"e\",\"x\":\"AA\"}]}",
		"{\"keys\":[{\"kty\":\"RSA\",\"kid\":\"r\",\"n\":\"AQAB\"}]}",
	};
	FOREACH(set, sets) {
		struct jwks *jwks = NULL;
		CHECK(*set, jwks_parse(str(*set), &jwks) == ERR_MALFORMED && !jwks);
	}
}
