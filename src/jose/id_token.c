/* SPDX-License-Identifier: Apache-2.0 */
/* id_token.c - signatures by cjose, behind a list of what is allowed; claims by jansson. */
#include "jose/id_token.h"
#include "base/crypto.h"
#include "base/json.h"
#include "jose/signing_key_priv.h"
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

enum {
	KEYS_MAX = 32,
	KID_MAX = 256, /* bytes */
	HEADER_BYTES_MAX = 4096,
	RSA_BITS_MIN = 2048,
	CLAIMS_DEPTH_MAX = 32,
};

/* ---- keys ---- */

struct provider_key {
	cjose_jwk_t *jwk;
	const char *algorithm; /* the one it is for: "RS256" */
	char kid[KID_MAX + 1];
};

struct jwks {
	struct provider_key keys[KEYS_MAX];
	size_t n;
	atomic_uint holders;
};

static const char *text_of(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text ? text : "";
}

/* The caller owns *ret_object. */
static enum err load_object(struct str text, json_t **ret_object)
{
	json_error_t error;

	if (!json_is_shallow(text, CLAIMS_DEPTH_MAX))
		return ERR_MALFORMED;
	json_t *json =
		json_loadb(text.ptr ? text.ptr : "", text.len, JSON_REJECT_DUPLICATES, &error);
	if (!json)
		return json_error_code(&error) == json_error_out_of_memory ? ERR_NOMEM
		                                                           : ERR_MALFORMED;
	if (!json_is_object(json)) {
		json_decref(json);
		return ERR_MALFORMED;
	}
	*ret_object = json;
	return OK;
}

static const char *algorithm_of_kind(const json_t *key)
{
	const char *kind = text_of(key, "kty");

	if (strcmp(kind, "RSA") == 0)
		return "RS256";
	return strcmp(kind, "EC") == 0 && strcmp(text_of(key, "crv"), "P-256") == 0 ? "ES256"
	                                                                            : NULL;
}

/* NULL: it is of no use here. */
static const char *algorithm_for(const json_t *key)
{
	const char *algorithm = algorithm_of_kind(key), *said = text_of(key, "alg");
	const char *use = text_of(key, "use"), *kid = text_of(key, "kid");

	if (!algorithm || (*use && strcmp(use, "sig") != 0) ||
	    (*said && strcmp(said, algorithm) != 0) || !*kid || strlen(kid) > KID_MAX)
		return NULL;
	return algorithm;
}

/* What cjose takes of a key, and nothing else that a provider may have put beside it. */
static char *bare_key(const json_t *key)
{
	static const char *const members[] = { "kty", "crv", "x", "y", "n", "e" };
	json_t *bare = json_object();

	FOREACH(name, members) {
		json_t *value = json_object_get(key, *name);
		if (bare && json_is_string(value))
			json_object_set(bare, *name, value);
	}
	char *text = bare ? json_dumps(bare, JSON_COMPACT) : NULL;
	json_decref(bare);
	return text;
}

static bool is_strong(cjose_jwk_t *jwk)
{
	cjose_err complaint = { 0 };

	return cjose_jwk_get_kty(jwk, &complaint) != CJOSE_JWK_KTY_RSA ||
	       cjose_jwk_get_keysize(jwk, &complaint) >= RSA_BITS_MIN;
}

/* One that cannot be read is passed over, like one of another kind. */
static enum err add_key(struct jwks *jwks, const json_t *key)
{
	const char *algorithm = algorithm_for(key);
	cjose_err complaint = { 0 };

	if (!algorithm || jwks->n == KEYS_MAX)
		return OK;
	char *text = bare_key(key);
	NEED(text);
	cjose_jwk_t *jwk = cjose_jwk_import(text, strlen(text), &complaint);
	free(text);
	if (!jwk)
		return complaint.code == CJOSE_ERR_NO_MEMORY ? ERR_NOMEM : OK;
	if (!is_strong(jwk)) {
		cjose_jwk_release(jwk);
		return OK;
	}
	struct provider_key *place = &jwks->keys[jwks->n++];
	place->jwk = jwk;
	place->algorithm = algorithm;
	memcpy(place->kid, text_of(key, "kid"), strlen(text_of(key, "kid")));
	return OK;
}

static enum err add_keys(struct jwks *jwks, const json_t *set)
{
	const json_t *keys = json_object_get(set, "keys");

	for (size_t i = 0; i < json_array_size(keys); i++)
		TRY(add_key(jwks, json_array_get(keys, i)));
	return jwks->n > 0 ? OK : ERR_MALFORMED;
}

enum err jwks_parse(struct str json, struct jwks **ret_jwks)
{
	CLEANUP(jwks_cleanup) struct jwks *jwks = calloc(1, sizeof(*jwks));
	json_t *set;

	NEED(jwks);
	atomic_init(&jwks->holders, 1);
	TRY(load_object(json, &set));
	enum err err = add_keys(jwks, set);
	json_decref(set);
	TRY(err);
	*ret_jwks = jwks;
	jwks = NULL;
	return OK;
}

struct jwks *jwks_hold(struct jwks *jwks)
{
	if (jwks)
		atomic_fetch_add(&jwks->holders, 1);
	return jwks;
}

void jwks_release(struct jwks *jwks)
{
	if (!jwks || atomic_fetch_sub(&jwks->holders, 1) > 1)
		return;
	for (size_t i = 0; i < jwks->n; i++)
		cjose_jwk_release(jwks->keys[i].jwk);
	free(jwks);
}

void jwks_cleanup(struct jwks **jwks)
{
	jwks_release(*jwks);
}

/* ---- people ---- */

/* A text that is there and not empty; NONE otherwise. */
static enum err copy_text(struct arena *arena, const json_t *object, const char *name,
                          struct str *ret_text)
{
	const json_t *value = json_object_get(object, name);

	*ret_text = STR_NONE;
	if (json_string_length(value) == 0)
		return OK;
	return arena_str(arena, (struct str){ json_string_value(value), json_string_length(value) },
	                 ret_text);
}

bool subject_is_good(struct str subject)
{
	for (size_t i = 0; i < subject.len; i++) {
		if (subject.ptr[i] <= ' ' || subject.ptr[i] > '~')
			return false;
	}
	return subject.len > 0 && subject.len <= SUBJECT_MAX;
}

/* Some say "true" and mean true. */
static bool says_true(const json_t *value)
{
	return json_is_true(value) ||
	       (json_is_string(value) && strcmp(json_string_value(value), "true") == 0);
}

static enum err read_name(struct arena *arena, const json_t *claims, struct str *ret_name)
{
	struct str given, family;

	TRY(copy_text(arena, claims, "name", ret_name));
	TRY(copy_text(arena, claims, "given_name", &given));
	TRY(copy_text(arena, claims, "family_name", &family));
	if (ret_name->ptr || (!given.ptr && !family.ptr))
		return OK;
	return arena_printf(arena, ret_name, "%.*s%s%.*s", STR_ARG(given),
	                    given.ptr && family.ptr ? " " : "", STR_ARG(family));
}

static enum err read_person(struct arena *arena, const json_t *claims,
                            struct person_claims *ret_claims)
{
	struct person_claims person;

	TRY(copy_text(arena, claims, "sub", &person.subject));
	if (!subject_is_good(person.subject))
		return ERR_MALFORMED;
	TRY(copy_text(arena, claims, "email", &person.email));
	TRY(read_name(arena, claims, &person.name));
	person.email_verified = says_true(json_object_get(claims, "email_verified"));
	*ret_claims = person;
	return OK;
}

enum err person_claims_read(struct arena *arena, struct str json, struct person_claims *ret_claims)
{
	json_t *claims;

	TRY(load_object(json, &claims));
	enum err err = read_person(arena, claims, ret_claims);
	json_decref(claims);
	return err;
}

/* ---- the token's form ---- */

struct header {
	struct str algorithm, kid, type;
	bool is_extended; /* crit */
};

static enum err read_header(struct arena *arena, struct secret token, struct header *ret_header)
{
	struct secret part = { token.ptr, str_find((struct str){ token.ptr, token.len }, '.') };
	struct members *members = arena_alloc(arena, sizeof(*members));
	char *json = arena_alloc(arena, HEADER_BYTES_MAX);
	size_t len;

	NEED(members);
	NEED(json);
	if (!read_base64url_within(part, json, HEADER_BYTES_MAX, &len))
		return ERR_MALFORMED;
	TRY(json_read(arena, (struct str){ json, len }, members));
	*ret_header = (struct header){ 0 };
	for (size_t i = 0; i < members->n; i++) {
		const struct member *member = &members->items[i];
		struct str text = member->kind == MEMBER_TEXT ? member->text : STR_NONE;
		if (str_is(member->name, "alg"))
			ret_header->algorithm = text;
		else if (str_is(member->name, "kid"))
			ret_header->kid = text;
		else if (str_is(member->name, "typ"))
			ret_header->type = text.ptr ? text : STR("");
		else if (str_is(member->name, "crit") || str_is(member->name, "b64"))
			ret_header->is_extended = true;
	}
	return OK;
}

/* NULL: nothing. */
static const char *wrong_with_header(const struct header *header)
{
	if (!str_is(header->algorithm, "RS256") && !str_is(header->algorithm, "ES256"))
		return "the ID token is not signed by RS256 or ES256";
	if (header->is_extended)
		return "the ID token has an extension";
	if (header->type.ptr && !str_is_nocase(header->type, "JWT"))
		return "the token is of another type";
	return header->kid.ptr ? NULL : "the ID token names no key";
}

static const struct provider_key *find_key(const struct jwks *jwks, struct str kid)
{
	for (size_t i = 0; i < jwks->n; i++) {
		if (str_is(kid, jwks->keys[i].kid))
			return &jwks->keys[i];
	}
	return NULL;
}

/* ---- its claims ---- */

static bool is_text(const json_t *value, struct str text)
{
	return json_is_string(value) &&
	       str_equal((struct str){ json_string_value(value), json_string_length(value) }, text);
}

/* One audience, ours; or several with ours, and we are the party that asked. */
static bool audience_is_good(const json_t *claims, struct str client_id)
{
	const json_t *audience = json_object_get(claims, "aud");
	const json_t *party = json_object_get(claims, "azp");
	bool found = is_text(audience, client_id);

	for (size_t i = 0; i < json_array_size(audience); i++)
		found = found || is_text(json_array_get(audience, i), client_id);
	if (party || json_array_size(audience) > 1)
		return found && is_text(party, client_id);
	return found;
}

/* INT64_MIN: there is none. */
static int64_t time_of(const json_t *claims, const char *name)
{
	const json_t *value = json_object_get(claims, name);

	if (json_is_integer(value))
		return json_integer_value(value);
	if (json_is_real(value) && json_real_value(value) > 0 && json_real_value(value) < 1e15)
		return (int64_t)json_real_value(value);
	return INT64_MIN;
}

static const char *wrong_with_times(const json_t *claims, int64_t now)
{
	int64_t issued = time_of(claims, "iat"), not_before = time_of(claims, "nbf");
	int64_t expires = time_of(claims, "exp");

	if (expires == INT64_MIN || issued == INT64_MIN)
		return "the ID token does not say when it was made and expires";
	if (expires <= now - ID_TOKEN_LEEWAY_S)
		return "the ID token has expired";
	if (issued > now + ID_TOKEN_LEEWAY_S ||
	    (not_before != INT64_MIN && not_before > now + ID_TOKEN_LEEWAY_S))
		return "the ID token is of the future";
	return NULL;
}

/* One that is there is ours, whether or not there has to be one. */
static const char *wrong_with_nonce(const json_t *claims, const struct id_token_terms *terms)
{
	const json_t *nonce = json_object_get(claims, "nonce");

	if (nonce ? is_text(nonce, terms->nonce) : !terms->nonce_required)
		return NULL;
	return nonce ? "the ID token is of another sign-in (nonce)" : "the ID token has no nonce";
}

static const char *wrong_with_claims(const json_t *claims, const struct id_token_terms *terms)
{
	if (!is_text(json_object_get(claims, "iss"), terms->issuer))
		return "the ID token is of another issuer";
	if (!audience_is_good(claims, terms->client_id))
		return "the ID token is for another client";
	const char *wrong = wrong_with_times(claims, terms->now);
	return wrong ? wrong : wrong_with_nonce(claims, terms);
}

static enum err check_claims(struct arena *arena, struct str payload,
                             const struct id_token_terms *terms, struct person_claims *ret_claims,
                             const char **ret_why)
{
	json_t *claims;

	*ret_why = "the ID token's claims cannot be read";
	TRY(load_object(payload, &claims));
	const char *wrong = wrong_with_claims(claims, terms);
	enum err err = wrong ? ERR_MALFORMED : read_person(arena, claims, ret_claims);
	if (wrong)
		*ret_why = wrong;
	json_decref(claims);
	return err;
}

/* ---- all of it ---- */

static enum err verify(struct arena *arena, struct secret token, const struct provider_key *key,
                       struct str *ret_payload)
{
	cjose_err complaint = { 0 };
	uint8_t *bytes = NULL;
	size_t len = 0;

	cjose_jws_t *jws = cjose_jws_import(token.ptr, token.len, &complaint);
	enum err err =
		jws && cjose_jws_verify(jws, key->jwk, &complaint) &&
				cjose_jws_get_plaintext(jws, &bytes, &len, &complaint)
			? arena_str(arena, (struct str){ (const char *)bytes, len }, ret_payload)
			: cjose_complaint(&complaint, ERR_MALFORMED);
	cjose_jws_release(jws);
	return err;
}

enum err id_token_check(struct arena *arena, struct secret token, const struct jwks *jwks,
                        const struct id_token_terms *terms, struct person_claims *ret_claims,
                        const char **ret_why)
{
	struct header header;
	struct str payload;

	*ret_why = "the ID token cannot be read";
	if (!token.ptr || token.len > ID_TOKEN_MAX)
		return ERR_MALFORMED;
	TRY(read_header(arena, token, &header));
	const char *wrong = wrong_with_header(&header);
	if (wrong) {
		*ret_why = wrong;
		return ERR_MALFORMED;
	}
	const struct provider_key *key = find_key(jwks, header.kid);
	*ret_why = "the ID token is of no key of the provider";
	if (!key)
		return ERR_NOT_FOUND;
	*ret_why = "the ID token's signature is wrong";
	if (!str_is(header.algorithm, key->algorithm))
		return ERR_MALFORMED;
	TRY(verify(arena, token, key, &payload));
	return check_claims(arena, payload, terms, ret_claims, ret_why);
}
