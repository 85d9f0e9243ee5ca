/* SPDX-License-Identifier: Apache-2.0 */
/* signing.c - keys out of the database, parsed once; tokens by jose/. */
#include "account/signing.h"
#include "account/app.h"
#include "base/clock.h"
#include "base/log.h"
#include "jose/known_tokens.h"
#include <pthread.h>
#include <stdlib.h>

enum {
	VERIFIERS = 8,
	ROTATION_SLACK_S = 60, /* for a token that is being signed when its key retires */
	EVERY_KEY = -1,
};

#define SEAL_PURPOSE "signing key"

/* ---- what the process keeps ---- */

struct keyring {
	pthread_mutex_t mutex; /* guards the keys */
	struct signing_key *signer;
	struct signing_key *verifiers[VERIFIERS];
	unsigned next; /* the place that the next verifier takes */
	struct known_tokens *known;
};

struct keyring *keyring_new(void)
{
	struct keyring *keyring = calloc(1, sizeof(*keyring));

	if (!keyring)
		return NULL;
	pthread_mutex_init(&keyring->mutex, NULL);
	keyring->known = known_tokens_new();
	if (keyring->known)
		return keyring;
	keyring_free(keyring);
	return NULL;
}

void keyring_free(struct keyring *keyring)
{
	if (!keyring)
		return;
	signing_key_release(keyring->signer);
	for (int i = 0; i < VERIFIERS; i++)
		signing_key_release(keyring->verifiers[i]);
	known_tokens_free(keyring->known);
	pthread_mutex_destroy(&keyring->mutex);
	free(keyring);
}

static bool is_of(const struct signing_key *key, struct str kid)
{
	return key && str_equal(signing_key_kid(key), kid);
}

/* For the caller to hold; NULL: it is not kept. */
static struct signing_key *find_signer(struct keyring *keyring, struct str kid)
{
	pthread_mutex_lock(&keyring->mutex);
	struct signing_key *found =
		is_of(keyring->signer, kid) ? signing_key_hold(keyring->signer) : NULL;
	pthread_mutex_unlock(&keyring->mutex);
	return found;
}

static struct signing_key *find_verifier(struct keyring *keyring, struct str kid)
{
	struct signing_key *found = NULL;

	pthread_mutex_lock(&keyring->mutex);
	for (int i = 0; i < VERIFIERS && !found; i++) {
		if (is_of(keyring->verifiers[i], kid))
			found = signing_key_hold(keyring->verifiers[i]);
	}
	pthread_mutex_unlock(&keyring->mutex);
	return found;
}

/* In the place of the one before, whose private half is then nowhere. */
static void keep_signer(struct keyring *keyring, struct signing_key *key)
{
	pthread_mutex_lock(&keyring->mutex);
	struct signing_key *before = keyring->signer;
	keyring->signer = signing_key_hold(key);
	pthread_mutex_unlock(&keyring->mutex);
	signing_key_release(before);
}

static void keep_verifier(struct keyring *keyring, struct signing_key *key)
{
	pthread_mutex_lock(&keyring->mutex);
	struct signing_key **place = &keyring->verifiers[keyring->next++ % VERIFIERS];
	struct signing_key *before = *place;
	*place = signing_key_hold(key);
	pthread_mutex_unlock(&keyring->mutex);
	signing_key_release(before);
}

/* ---- keys out of rows ---- */

/* ERR_MALFORMED: it was sealed by another. */
static enum err unseal_by(struct ctx *ctx, const struct key *key, const struct signing_key_row *row,
                          struct signing_key **ret_key)
{
	struct secret jwk;

	TRY(unseal(ctx->arena, key, SEAL_PURPOSE, row->kid, row->sealed_jwk, &jwk));
	return signing_key_parse(ctx->arena, jwk, ret_key);
}

static enum err unseal_key(struct ctx *ctx, const struct signing_key_row *row,
                           struct signing_key **ret_key)
{
	enum err err = unseal_by(ctx, ctx->service->key, row, ret_key);

	if (err != ERR_MALFORMED)
		return err;
	log_error("the key file is not the one that sealed the signing key: bring that one back, "
	          "or let rekey key rotate make a new key");
	return ERR_INTERNAL;
}

static enum err signer_of(struct ctx *ctx, const struct signing_key_row *row,
                          struct signing_key **ret_key)
{
	struct signing_key *key = find_signer(ctx->service->keyring, row->kid);

	if (!key) {
		TRY(unseal_key(ctx, row, &key));
		keep_signer(ctx->service->keyring, key);
	}
	*ret_key = key;
	return OK;
}

static enum err verifier_of(struct ctx *ctx, const struct signing_key_row *row,
                            struct signing_key **ret_key)
{
	struct signing_key *key = find_verifier(ctx->service->keyring, row->kid);

	if (!key) {
		const struct secret jwk = { row->public_jwk.ptr, row->public_jwk.len };
		enum err err = signing_key_parse(ctx->arena, jwk, &key);
		if (err != OK)
			return err == ERR_MALFORMED ? ERR_INTERNAL : err;
		keep_verifier(ctx->service->keyring, key);
	}
	*ret_key = key;
	return OK;
}

static enum err make_row(struct ctx *ctx, struct signing_key_row *ret_row)
{
	struct new_signing_key made;
	struct signing_key_row row = { .created_at = ctx->now };

	TRY(signing_key_make(ctx->arena, &made));
	TRY(seal(ctx->arena, ctx->service->key, SEAL_PURPOSE, made.kid, made.private_jwk,
	         &row.sealed_jwk));
	row.kid = made.kid;
	row.public_jwk = made.public_jwk;
	*ret_row = row;
	return OK;
}

/* Of those who come at one moment one gets in, whose key the others find when they look again. */
static enum err add_row(struct tx *tx, const struct signing_key_row *row)
{
	enum err err = store_signing_key_add(tx, row);

	return err == ERR_CONFLICT ? ERR_RETRY : err;
}

static enum err make_first(struct ctx *ctx, struct signing_key_row *ret_row)
{
	CLEANUP(tx_rollback) struct tx *tx = NULL;

	TRY(make_row(ctx, ret_row));
	TRY(tx_begin(ctx->store, &tx));
	TRY(add_row(tx, ret_row));
	return tx_commit(&tx);
}

enum err signing_key_current(struct ctx *ctx, struct signing_key **ret_key)
{
	struct signing_key_row row;
	enum err err = store_signing_key_current(ctx->store, ctx->arena, &row);

	if (err == ERR_NOT_FOUND)
		err = make_first(ctx, &row);
	TRY(err);
	return signer_of(ctx, &row, ret_key);
}

/* ---- tokens ---- */

enum err access_token_sign(struct ctx *ctx, const struct signing_key *key,
                           const struct access_grant *grant, struct secret *ret_token)
{
	struct access_claims claims = {
		.form = grant->form,
		.sub = grant->account_id,
		.user_name = grant->username,
		.key = grant->key,
		.aud = ctx->app.public_id,
		.client_id = ctx->app.public_id,
		.sid = grant->session_id,
		.jti = grant->token_id,
		.iat = grant->issued_at,
		.exp = grant->expires_at,
	};

	TRY(app_public_url(ctx, &ctx->app, &claims.iss));
	return jwt_sign(ctx->arena, key, &claims, ret_token);
}

bool access_token_has_form(struct secret bearer)
{
	return jwt_has_form(bearer);
}

static enum err refuse(struct ctx *ctx, enum err err, enum err expected, const char *reason)
{
	return err == expected ? deny(ctx, ERR_BAD_SESSION, reason) : err;
}

/* Once for each token, unless it was forgotten. */
static enum err check_signature(struct ctx *ctx, const struct jwt *jwt,
                                const struct signing_key_row *row)
{
	CLEANUP(signing_key_cleanup) struct signing_key *key = NULL;
	struct known_tokens *known = ctx->service->keyring->known;
	struct digest digest = digest_of(jwt->token);

	if (known_tokens_have(known, &digest))
		return OK;
	TRY(verifier_of(ctx, row, &key));
	TRY(jwt_verify(jwt, key));
	known_tokens_add(known, &digest);
	return OK;
}

/* iss is for others: an app's public url may change while its tokens live. */
static enum err check_claims(struct ctx *ctx, const struct access_claims *claims)
{
	if (!str_equal(claims->aud, ctx->app.public_id) ||
	    !str_equal(claims->client_id, ctx->app.public_id))
		return deny(ctx, ERR_BAD_SESSION, "the access token is another app's");
	if (claims->exp <= ctx->now)
		return deny(ctx, ERR_BAD_SESSION, "the access token has expired");
	return OK;
}

enum err access_token_verify(struct ctx *ctx, struct secret token, struct access_claims *ret_claims)
{
	struct store *store = ctx->service->store;
	struct signing_key_row row;
	struct access_claims claims;
	struct jwt jwt;

	TRY(refuse(ctx, jwt_read(ctx->arena, token, &jwt), ERR_MALFORMED,
	           "this is no access token"));
	TRY(refuse(ctx, store_signing_key_by_kid(store, ctx->arena, jwt.kid, ctx->now, &row),
	           ERR_NOT_FOUND, "the access token is of no key of ours"));
	TRY(refuse(ctx, check_signature(ctx, &jwt, &row), ERR_MALFORMED,
	           "the access token's signature is wrong"));
	TRY(refuse(ctx, jwt_claims(ctx->arena, &jwt, &claims), ERR_MALFORMED,
	           "the access token's claims are not ours"));
	TRY(check_claims(ctx, &claims));
	*ret_claims = claims;
	return OK;
}

/* ---- keys ---- */

static enum err key_ensure(struct ctx *ctx, const struct nothing *in, struct nothing *ret_out)
{
	CLEANUP(signing_key_cleanup) struct signing_key *key = NULL;

	(void)in;
	(void)ret_out;
	return signing_key_current(ctx, &key);
}
OPERATION(key_ensure, struct nothing, struct nothing, REQUIRES_SERVER, LIMIT_NONE, COST_WRITE)

static enum err key_inspect(struct ctx *ctx, const struct key_inspect *in,
                            struct key_inspected *ret_inspected)
{
	CLEANUP(signing_key_cleanup) struct signing_key *key = NULL;
	struct signing_key_row row;

	enum err err = store_signing_key_current(ctx->store, ctx->arena, &row);
	if (err == ERR_NOT_FOUND)
		return OK;
	TRY(err);
	err = unseal_by(ctx, in->key, &row, &key);
	if (err != OK && err != ERR_MALFORMED)
		return err;
	*ret_inspected = (struct key_inspected){ true, err == OK };
	return OK;
}
OPERATION(key_inspect, struct key_inspect, struct key_inspected, REQUIRES_OPERATOR, LIMIT_NONE,
          COST_WRITE)

static enum err key_rotate(struct ctx *ctx, const struct nothing *in,
                           struct key_rotated *ret_rotated)
{
	int64_t lives_s = ctx->service->policy.access_minutes * MINUTE;
	int64_t until = ctx->now + lives_s + ROTATION_SLACK_S;
	CLEANUP(tx_rollback) struct tx *tx = NULL;
	struct signing_key_row row;

	(void)in;
	TRY(make_row(ctx, &row));
	TRY(tx_begin(ctx->store, &tx));
	TRY(store_signing_keys_retire(tx, ctx->now, until));
	TRY(add_row(tx, &row));
	TRY(audit_done(ctx, tx, "done"));
	TRY(tx_commit(&tx));
	*ret_rotated = (struct key_rotated){ row.kid, row.created_at, until };
	return OK;
}
OPERATION(key_rotate, struct nothing, struct key_rotated, REQUIRES_OPERATOR, LIMIT_NONE, COST_WRITE)

static enum err key_set(struct ctx *ctx, const struct nothing *in, struct key_set *ret_set)
{
	struct signing_key_list rows;

	(void)in;
	TRY(store_signing_keys(ctx->store, ctx->arena, ctx->now, &rows));
	struct public_jwk *jwks = arena_array(ctx->arena, rows.n, sizeof(jwks[0]));
	NEED(jwks);
	for (size_t i = 0; i < rows.n; i++) {
		enum err err = public_jwk_read(ctx->arena, rows.items[i].public_jwk, &jwks[i]);
		if (err != OK)
			return err == ERR_MALFORMED ? ERR_INTERNAL : err;
	}
	*ret_set = (struct key_set){ jwks, rows.n };
	return OK;
}
OPERATION(key_set, struct nothing, struct key_set, REQUIRES_NOTHING, LIMIT_REQUESTS, COST_QUICK)

static enum err key_public(struct ctx *ctx, const struct nothing *in, struct key_public *ret_public)
{
	CLEANUP(signing_key_cleanup) struct signing_key *first = NULL;
	struct signing_key_row row;
	struct public_jwk jwk;

	(void)in;
	enum err err = store_signing_key_current(ctx->store, ctx->arena, &row);
	if (err == ERR_NOT_FOUND) {
		TRY(signing_key_current(ctx, &first));
		err = store_signing_key_current(ctx->store, ctx->arena, &row);
	}
	if (err == OK)
		err = public_jwk_read(ctx->arena, row.public_jwk, &jwk);
	if (err == OK)
		err = public_jwk_pem(ctx->arena, &jwk, &ret_public->pem);
	ret_public->algorithm = STR("ES256");
	return err == ERR_NOT_FOUND || err == ERR_MALFORMED ? ERR_INTERNAL : err;
}
OPERATION(key_public, struct nothing, struct key_public, REQUIRES_APP, LIMIT_REQUESTS, COST_WRITE)

static enum err key_list(struct ctx *ctx, const struct nothing *in, struct key_states *ret_states)
{
	struct signing_key_list rows;

	(void)in;
	TRY(store_signing_keys(ctx->store, ctx->arena, EVERY_KEY, &rows));
	struct key_state *states = arena_array(ctx->arena, rows.n, sizeof(states[0]));
	NEED(states);
	for (size_t i = 0; i < rows.n; i++) {
		const struct signing_key_row *row = &rows.items[i];
		states[i] = (struct key_state){ row->kid, row->retired_at == 0, row->created_at,
			                        row->retired_at, row->verifies_until };
	}
	*ret_states = (struct key_states){ states, rows.n };
	return OK;
}
OPERATION(key_list, struct nothing, struct key_states, REQUIRES_OPERATOR, LIMIT_NONE, COST_QUICK)
