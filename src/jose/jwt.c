/* SPDX-License-Identifier: Apache-2.0 */
/* jwt.c - signed and verified by cjose, behind a form that is stricter than cjose's. */
#include "jose/jwt.h"
#include "base/crypto.h"
#include "base/json.h"
#include "jose/signing_key_priv.h"
#include <jansson.h>
#include <string.h>

enum {
	HEADER_MAX = 256, /* bytes */
	SCALAR_SIZE = SIGNATURE_SIZE / 2,
	SIGNATURE_LETTERS = 86,
	HEADER_MEMBERS = 3,
};

#define TYPE_OURS  "at+jwt"
#define TYPE_OTHER "JWT"
#define ALGORITHM  "ES256"

#define SCOPE_USER   "client"
#define SCOPE_MASTER "master"

/* The order of P-256 (SEC 2, 2.4.2), and half of it, rounded down. */
static const unsigned char order[SCALAR_SIZE] = {
	0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff,
	0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17,
	0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
};
static const unsigned char half_order[SCALAR_SIZE] = {
	0x7f, 0xff, 0xff, 0xff, 0x80, 0x00, 0x00, 0x00, 0x7f, 0xff, 0xff,
	0xff, 0xff, 0xff, 0xff, 0xff, 0xde, 0x73, 0x7d, 0x56, 0xd3, 0x8b,
	0xcf, 0x42, 0x79, 0xdc, 0xe5, 0x61, 0x7e, 0x31, 0x92, 0xa8,
};

static bool is_low(const unsigned char *s)
{
	return memcmp(s, half_order, SCALAR_SIZE) <= 0;
}

/* s becomes n - s, which signs the same. s is below n. */
static void mirror(unsigned char *s)
{
	int borrow = 0;

	for (int i = SCALAR_SIZE - 1; i >= 0; i--) {
		int difference = order[i] - s[i] - borrow;
		borrow = difference < 0;
		s[i] = (unsigned char)difference;
	}
}

/* ---- signing ---- */

struct written {
	struct access_claims claims;
	struct str_list scope;
};

static const struct out_field our_claims_out[] = {
	OUT("iss", TEXT, struct written, claims.iss),
	OUT("sub", TEXT, struct written, claims.sub),
	OUT("aud", TEXT, struct written, claims.aud),
	OUT("client_id", TEXT, struct written, claims.client_id),
	OUT("sid", TEXT, struct written, claims.sid),
	OUT("jti", TEXT, struct written, claims.jti),
	OUT("iat", INTEGER, struct written, claims.iat),
	OUT("exp", INTEGER, struct written, claims.exp),
};

static const struct out_field user_claims_out[] = {
	OUT("user_id", TEXT, struct written, claims.sub),
	OUT("user_name", TEXT_OR_NULL, struct written, claims.user_name),
	OUT("client_id", TEXT, struct written, claims.client_id),
	OUT("scope", WORDS, struct written, scope),
	OUT("sid", TEXT, struct written, claims.sid),
	OUT("jti", TEXT, struct written, claims.jti),
	OUT("iat", INTEGER, struct written, claims.iat),
	OUT("exp", INTEGER, struct written, claims.exp),
};

static const struct out_field master_claims_out[] = {
	OUT("user_id", TEXT_OR_NULL, struct written, claims.sub),
	OUT("user_name", TEXT_OR_NULL, struct written, claims.user_name),
	OUT("client_id", TEXT, struct written, claims.client_id),
	OUT("scope", WORDS, struct written, scope),
	OUT("key", TEXT, struct written, claims.key),
	OUT("jti", TEXT, struct written, claims.jti),
	OUT("iat", INTEGER, struct written, claims.iat),
	OUT("exp", INTEGER, struct written, claims.exp),
};

static const struct {
	const char *type;
	const struct out_field *claims;
	size_t n_claims;
	const char *scope; /* NULL: it says none */
} forms[] = {
	[JWT_OURS] = { TYPE_OURS, our_claims_out, COUNT_OF(our_claims_out), NULL },
	[JWT_USER] = { TYPE_OTHER, user_claims_out, COUNT_OF(user_claims_out), SCOPE_USER },
	[JWT_MASTER] = { TYPE_OTHER, master_claims_out, COUNT_OF(master_claims_out), SCOPE_MASTER },
};

static cjose_header_t *make_header(const struct signing_key *key, const char *type,
                                   cjose_err *complaint)
{
	cjose_header_t *header = cjose_header_new(complaint);

	if (header && cjose_header_set(header, "alg", ALGORITHM, complaint) &&
	    cjose_header_set(header, "typ", type, complaint) &&
	    cjose_header_set(header, "kid", key->kid, complaint))
		return header;
	cjose_header_release(header);
	return NULL;
}

static enum err sign(struct arena *arena, const struct signing_key *key, const char *type,
                     struct str payload, struct str *ret_text)
{
	cjose_err complaint = { 0 };
	cjose_header_t *header = make_header(key, type, &complaint);
	cjose_jws_t *jws = header ? cjose_jws_sign(key->jwk, header, (const uint8_t *)payload.ptr,
	                                           payload.len, &complaint)
	                          : NULL;
	const char *text = NULL;

	enum err err = jws && cjose_jws_export(jws, &text, &complaint)
	                       ? arena_str(arena, str(text), ret_text)
	                       : cjose_complaint(&complaint, ERR_INTERNAL);
	cjose_jws_release(jws);
	cjose_header_release(header);
	return err;
}

/* The same token with the lower of the two signatures. */
static enum err lower(struct arena *arena, struct str text, struct secret *ret_token)
{
	unsigned char signature[SIGNATURE_SIZE];
	struct secret spelled;
	struct str token;

	if (text.len <= SIGNATURE_LETTERS || text.len > JWT_MAX)
		return ERR_INTERNAL;
	text.len -= SIGNATURE_LETTERS;
	if (!read_base64url((struct secret){ text.ptr + text.len, SIGNATURE_LETTERS }, signature,
	                    sizeof(signature)))
		return ERR_INTERNAL;
	if (!is_low(signature + SCALAR_SIZE))
		mirror(signature + SCALAR_SIZE);
	TRY(spell_base64url(arena, signature, sizeof(signature), &spelled));
	TRY(arena_printf(arena, &token, "%.*s%s", STR_ARG(text), spelled.ptr));
	*ret_token = (struct secret){ token.ptr, token.len };
	return OK;
}

enum err jwt_sign(struct arena *arena, const struct signing_key *key,
                  const struct access_claims *claims, struct secret *ret_token)
{
	struct str scope = str(forms[claims->form].scope), payload, text;
	const struct written written = { *claims, { &scope, 1 } };

	if (!key->is_private)
		return ERR_INTERNAL;
	TRY(json_write(arena, forms[claims->form].claims, forms[claims->form].n_claims, &written,
	               &payload));
	TRY(sign(arena, key, forms[claims->form].type, payload, &text));
	return lower(arena, text, ret_token);
}

/* ---- reading ---- */

static size_t count_dots(struct secret token)
{
	size_t n = 0;

	for (size_t i = 0; i < token.len; i++)
		n += token.ptr[i] == '.';
	return n;
}

bool jwt_has_form(struct secret token)
{
	return token.ptr && token.len <= JWT_MAX && count_dots(token) == 2;
}

/* Exactly these, in any order. */
static enum err check_header(const struct members *members, struct jwt *ret_jwt)
{
	struct str algorithm = STR_NONE, type = STR_NONE, kid = STR_NONE;
	const struct {
		const char *name;
		struct str *text;
	} known[HEADER_MEMBERS] = { { "alg", &algorithm }, { "typ", &type }, { "kid", &kid } };

	FOREACH(one, known) {
		for (size_t i = 0; i < members->n; i++) {
			const struct member *member = &members->items[i];
			if (member->kind == MEMBER_TEXT && str_is(member->name, one->name))
				*one->text = member->text;
		}
	}
	if (members->n != HEADER_MEMBERS || !str_is(algorithm, ALGORITHM) ||
	    kid.len != KID_LETTERS || (!str_is(type, TYPE_OURS) && !str_is(type, TYPE_OTHER)))
		return ERR_MALFORMED;
	ret_jwt->kid = kid;
	ret_jwt->is_ours = str_is(type, TYPE_OURS);
	return OK;
}

static enum err read_header(struct arena *arena, struct str part, struct jwt *ret_jwt)
{
	char json[HEADER_MAX];
	unsigned char digest[DIGEST_SIZE];
	struct members *members = arena_alloc(arena, sizeof(*members));
	size_t len;

	NEED(members);
	if (!read_base64url_within((struct secret){ part.ptr, part.len }, json, sizeof(json), &len))
		return ERR_MALFORMED;
	TRY(json_read(arena, (struct str){ json, len }, members));
	TRY(check_header(members, ret_jwt));
	return read_base64url((struct secret){ ret_jwt->kid.ptr, ret_jwt->kid.len }, digest,
	                      sizeof(digest))
	               ? OK
	               : ERR_MALFORMED;
}

/* 64 bytes of which the second half is low. */
static enum err check_signature_form(struct str part)
{
	unsigned char signature[SIGNATURE_SIZE];

	return read_base64url((struct secret){ part.ptr, part.len }, signature,
	                      sizeof(signature)) &&
	                       is_low(signature + SCALAR_SIZE)
	               ? OK
	               : ERR_MALFORMED;
}

static enum err check_payload_form(struct arena *arena, struct str part)
{
	char *bytes = arena_alloc(arena, part.len + 1);
	size_t len;

	NEED(bytes);
	return part.len > 0 && read_base64url_within((struct secret){ part.ptr, part.len }, bytes,
	                                             part.len, &len)
	               ? OK
	               : ERR_MALFORMED;
}

enum err jwt_read(struct arena *arena, struct secret token, struct jwt *ret_jwt)
{
	struct jwt jwt = { .token = token };

	if (!jwt_has_form(token))
		return ERR_MALFORMED;
	struct str rest = { token.ptr, token.len };
	struct str header = { rest.ptr, str_find(rest, '.') };
	rest = str_from(rest, header.len + 1);
	jwt.payload = (struct str){ rest.ptr, str_find(rest, '.') };
	TRY(check_signature_form(str_from(rest, jwt.payload.len + 1)));
	TRY(check_payload_form(arena, jwt.payload));
	TRY(read_header(arena, header, &jwt));
	*ret_jwt = jwt;
	return OK;
}

/* ---- verifying ---- */

enum err jwt_verify(const struct jwt *jwt, const struct signing_key *key)
{
	cjose_err complaint = { 0 };

	if (!str_equal(jwt->kid, signing_key_kid(key)))
		return ERR_MALFORMED;
	cjose_jws_t *jws = cjose_jws_import(jwt->token.ptr, jwt->token.len, &complaint);
	bool good = jws && cjose_jws_verify(jws, key->jwk, &complaint);
	cjose_jws_release(jws);
	return good ? OK : cjose_complaint(&complaint, ERR_MALFORMED);
}

struct text_claim {
	const char *ptr;
	size_t len;
};

/* Those of all forms, as they lie in jansson's value. */
struct read_claims {
	struct text_claim iss, sub, aud, client_id, sid, key, jti;
	json_int_t iat, exp;
};

static bool unpack_ours(json_t *json, struct read_claims *c)
{
	return json_unpack_ex(json, NULL, JSON_STRICT,
	                      "{s:s%, s:s%, s:s%, s:s%, s:s%, s:s%, s:I, s:I}", "iss", &c->iss.ptr,
	                      &c->iss.len, "sub", &c->sub.ptr, &c->sub.len, "aud", &c->aud.ptr,
	                      &c->aud.len, "client_id", &c->client_id.ptr, &c->client_id.len, "sid",
	                      &c->sid.ptr, &c->sid.len, "jti", &c->jti.ptr, &c->jti.len, "iat",
	                      &c->iat, "exp", &c->exp) == 0;
}

static bool unpack_user(json_t *json, struct read_claims *c)
{
	const char *scope;
	json_t *user_name;

	return json_unpack_ex(json, NULL, JSON_STRICT,
	                      "{s:s%, s:o, s:s%, s:[s], s:s%, s:s%, s:I, s:I}", "user_id",
	                      &c->sub.ptr, &c->sub.len, "user_name", &user_name, "client_id",
	                      &c->client_id.ptr, &c->client_id.len, "scope", &scope, "sid",
	                      &c->sid.ptr, &c->sid.len, "jti", &c->jti.ptr, &c->jti.len, "iat",
	                      &c->iat, "exp", &c->exp) == 0 &&
	       strcmp(scope, SCOPE_USER) == 0 &&
	       (json_is_string(user_name) || json_is_null(user_name));
}

static bool unpack_master(json_t *json, struct read_claims *c)
{
	const char *scope;

	return json_unpack_ex(json, NULL, JSON_STRICT,
	                      "{s:n, s:n, s:s%, s:[s], s:s%, s:s%, s:I, s:I}", "user_id",
	                      "user_name", "client_id", &c->client_id.ptr, &c->client_id.len,
	                      "scope", &scope, "key", &c->key.ptr, &c->key.len, "jti", &c->jti.ptr,
	                      &c->jti.len, "iat", &c->iat, "exp", &c->exp) == 0 &&
	       strcmp(scope, SCOPE_MASTER) == 0;
}

/* By the one form of its typ that it fits. */
static bool unpack(json_t *json, bool is_ours, enum jwt_form *ret_form, struct read_claims *c)
{
	*ret_form = JWT_OURS;
	if (is_ours)
		return unpack_ours(json, c);
	*ret_form = JWT_USER;
	bool fits = unpack_user(json, c);
	if (!fits) {
		*c = (struct read_claims){ .iat = 0 };
		*ret_form = JWT_MASTER;
		fits = unpack_master(json, c);
	}
	c->aud = c->client_id;
	return fits;
}

static enum err copy_claims(struct arena *arena, json_t *json, bool is_ours,
                            struct access_claims *ret_claims)
{
	struct read_claims c = { .iat = 0 };
	struct access_claims claims = { .iss = STR_NONE };

	if (!unpack(json, is_ours, &claims.form, &c))
		return ERR_MALFORMED;
	const struct {
		const struct text_claim *from;
		struct str *to;
	} texts[] = {
		{ &c.iss, &claims.iss }, { &c.sub, &claims.sub },
		{ &c.aud, &claims.aud }, { &c.client_id, &claims.client_id },
		{ &c.sid, &claims.sid }, { &c.key, &claims.key },
		{ &c.jti, &claims.jti },
	};
	FOREACH(text, texts) {
		if (text->from->ptr)
			TRY(arena_str(arena, (struct str){ text->from->ptr, text->from->len },
			              text->to));
	}
	claims.iat = c.iat;
	claims.exp = c.exp;
	*ret_claims = claims;
	return OK;
}

enum err jwt_claims(struct arena *arena, const struct jwt *jwt, struct access_claims *ret_claims)
{
	char *bytes = arena_alloc(arena, jwt->payload.len + 1);
	json_error_t error;
	size_t len;

	NEED(bytes);
	if (!read_base64url_within((struct secret){ jwt->payload.ptr, jwt->payload.len }, bytes,
	                           jwt->payload.len, &len))
		return ERR_MALFORMED;
	json_t *json = json_loadb(bytes, len, JSON_REJECT_DUPLICATES, &error);
	if (!json)
		return json_error_code(&error) == json_error_out_of_memory ? ERR_NOMEM
		                                                           : ERR_MALFORMED;
	enum err err = copy_claims(arena, json, jwt->is_ours, ret_claims);
	json_decref(json);
	return err;
}
