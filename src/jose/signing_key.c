/* SPDX-License-Identifier: Apache-2.0 */
/* signing_key.c - cjose's JWKs, named by their thumbprints. */
#include "base/crypto.h"
#include "base/json.h"
#include "jose/signing_key_priv.h"
#include <stdlib.h>
#include <string.h>

enum {
	COORDINATE = 43, /* letters of 32 bytes as base64url */
	COORDINATE_SIZE = 32,
	PEM_LINE_BYTES = 48, /* 64 letters: RFC 7468, 2 */
};

struct jwk {
	struct str kty, crv, x, y, kid;
	struct secret d; /* NONE: it is a public one */
};

static const struct out_field public_out[] = {
	OUT("kty", TEXT, struct jwk, kty), OUT("crv", TEXT, struct jwk, crv),
	OUT("x", TEXT, struct jwk, x),     OUT("y", TEXT, struct jwk, y),
	OUT_FIXED("use", "sig"),           OUT_FIXED("alg", "ES256"),
	OUT("kid", TEXT, struct jwk, kid),
};

static const struct out_field private_out[] = {
	OUT("kty", TEXT, struct jwk, kty), OUT("crv", TEXT, struct jwk, crv),
	OUT("x", TEXT, struct jwk, x),     OUT("y", TEXT, struct jwk, y),
	OUT("d", SECRET, struct jwk, d),   OUT("kid", TEXT, struct jwk, kid),
};

/* Required members in alphabetical order, no spaces: RFC 7638, 3. */
static const struct out_field thumbprint_out[] = {
	OUT("crv", TEXT, struct jwk, crv),
	OUT("kty", TEXT, struct jwk, kty),
	OUT("x", TEXT, struct jwk, x),
	OUT("y", TEXT, struct jwk, y),
};

enum err cjose_complaint(const cjose_err *complaint, enum err otherwise)
{
	return complaint->code == CJOSE_ERR_NO_MEMORY ? ERR_NOMEM : otherwise;
}

static enum err read_jwk(struct arena *arena, struct str text, struct jwk *ret_jwk)
{
	struct members *members = arena_alloc(arena, sizeof(*members));

	NEED(members);
	TRY(json_read(arena, text, members));
	struct str d = members_text(members, "d");
	*ret_jwk = (struct jwk){
		.kty = members_text(members, "kty"),
		.crv = members_text(members, "crv"),
		.x = members_text(members, "x"),
		.y = members_text(members, "y"),
		.kid = members_text(members, "kid"),
		.d = { d.ptr, d.len },
	};
	return str_is(ret_jwk->kty, "EC") && str_is(ret_jwk->crv, "P-256") &&
	                       ret_jwk->x.len == COORDINATE && ret_jwk->y.len == COORDINATE
	               ? OK
	               : ERR_MALFORMED;
}

static enum err thumbprint(struct arena *arena, const struct jwk *jwk, struct str *ret_kid)
{
	struct str json;
	struct secret spelled;

	TRY(json_write(arena, thumbprint_out, COUNT_OF(thumbprint_out), jwk, &json));
	struct digest digest = digest_of((struct secret){ json.ptr, json.len });
	TRY(spell_base64url(arena, digest.bytes, sizeof(digest.bytes), &spelled));
	*ret_kid = (struct str){ spelled.ptr, spelled.len };
	return OK;
}

/* ---- making ---- */

static enum err make_pair(struct arena *arena, struct jwk *ret_jwk)
{
	cjose_err complaint = { 0 };
	cjose_jwk_t *made = cjose_jwk_create_EC_random(CJOSE_JWK_EC_P_256, &complaint);
	char *json = made ? cjose_jwk_to_json(made, true, &complaint) : NULL;

	enum err err = json ? read_jwk(arena, str(json), ret_jwk)
	                    : cjose_complaint(&complaint, ERR_INTERNAL);
	if (json)
		wipe(json, strlen(json));
	free(json);
	cjose_jwk_release(made);
	return err == ERR_MALFORMED ? ERR_INTERNAL : err;
}

enum err signing_key_make(struct arena *arena, struct new_signing_key *ret_key)
{
	struct new_signing_key key;
	struct str private_jwk;
	struct jwk jwk;

	TRY(make_pair(arena, &jwk));
	TRY(thumbprint(arena, &jwk, &jwk.kid));
	TRY(json_write(arena, public_out, COUNT_OF(public_out), &jwk, &key.public_jwk));
	TRY(json_write(arena, private_out, COUNT_OF(private_out), &jwk, &private_jwk));
	key.kid = jwk.kid;
	key.private_jwk = (struct secret){ private_jwk.ptr, private_jwk.len };
	*ret_key = key;
	return OK;
}

/* ---- parsing ---- */

static enum err check_kid(struct arena *arena, const struct jwk *jwk)
{
	struct str kid;

	TRY(thumbprint(arena, jwk, &kid));
	return kid.len == KID_LETTERS && str_equal(kid, jwk->kid) ? OK : ERR_MALFORMED;
}

enum err signing_key_parse(struct arena *arena, struct secret text, struct signing_key **ret_key)
{
	cjose_err complaint = { 0 };
	struct jwk jwk;

	TRY(read_jwk(arena, (struct str){ text.ptr, text.len }, &jwk));
	TRY(check_kid(arena, &jwk));
	struct signing_key *key = calloc(1, sizeof(*key));
	NEED(key);
	key->jwk = cjose_jwk_import(text.ptr, text.len, &complaint);
	if (!key->jwk) {
		free(key);
		return cjose_complaint(&complaint, ERR_MALFORMED);
	}
	memcpy(key->kid, jwk.kid.ptr, jwk.kid.len);
	key->is_private = jwk.d.ptr != NULL;
	atomic_init(&key->holders, 1);
	*ret_key = key;
	return OK;
}

enum err public_jwk_read(struct arena *arena, struct str text, struct public_jwk *ret_jwk)
{
	struct jwk jwk;

	TRY(read_jwk(arena, text, &jwk));
	TRY(check_kid(arena, &jwk));
	*ret_jwk = (struct public_jwk){ jwk.kid, jwk.x, jwk.y };
	return OK;
}

/* RFC 5480: the algorithm (EC, on P-256) and the head of a point that is not compressed; behind it
 * the two coordinates. */
static const unsigned char spki_head[] = {
	0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06,
	0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04,
};

enum err public_jwk_pem(struct arena *arena, const struct public_jwk *jwk, struct str *ret_pem)
{
	struct {
		unsigned char head[sizeof(spki_head)], x[COORDINATE_SIZE], y[COORDINATE_SIZE];
	} spki;
	struct str line;
	struct buf pem = buf_in(arena);

	memcpy(spki.head, spki_head, sizeof(spki.head));
	if (!read_base64url((struct secret){ jwk->x.ptr, jwk->x.len }, spki.x, sizeof(spki.x)) ||
	    !read_base64url((struct secret){ jwk->y.ptr, jwk->y.len }, spki.y, sizeof(spki.y)))
		return ERR_MALFORMED;
	buf_puts(&pem, "-----BEGIN PUBLIC KEY-----\n");
	for (struct str rest = { (const char *)&spki, sizeof(spki) }; rest.len > 0;) {
		struct str bytes = { rest.ptr,
			             rest.len < PEM_LINE_BYTES ? rest.len : PEM_LINE_BYTES };
		TRY(spell_base64_lines(arena, bytes, &line));
		buf_printf(&pem, "%.*s\n", (int)(line.len - strlen("\r\n")), line.ptr);
		rest = str_from(rest, bytes.len);
	}
	buf_puts(&pem, "-----END PUBLIC KEY-----\n");
	return buf_str(&pem, ret_pem);
}

struct signing_key *signing_key_hold(struct signing_key *key)
{
	if (key)
		atomic_fetch_add(&key->holders, 1);
	return key;
}

void signing_key_release(struct signing_key *key)
{
	if (!key || atomic_fetch_sub(&key->holders, 1) > 1)
		return;
	cjose_jwk_release(key->jwk);
	free(key);
}

void signing_key_cleanup(struct signing_key **key)
{
	signing_key_release(*key);
}

struct str signing_key_kid(const struct signing_key *key)
{
	return (struct str){ key->kid, KID_LETTERS };
}
