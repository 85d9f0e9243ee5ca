/* SPDX-License-Identifier: Apache-2.0 */
/* signing.h - access tokens that other programs can check, and the keys that sign them.
 *
 * One key signs; it lives in the database, sealed by the key file, and is made when it is first
 * needed. Rotated keys verify until the last token that they signed is dead. What a token says is
 * signed; whether its session still lives is asked at the session's row, at every request. */
#ifndef REKEY_ACCOUNT_SIGNING_H
#define REKEY_ACCOUNT_SIGNING_H

#include "account/operation.h"
#include "jose/jwt.h"

/* What a process keeps of keys and tokens, none of which can change: keys as they were parsed, each
 * under the name that is its digest, and which signatures were good. Whether a key may still be
 * used is in the database. Thread-safe. NULL: out of memory. The caller owns it: keyring_free() it.
 * NULL is a no-op there. */
struct keyring *keyring_new(void);
void keyring_free(struct keyring *keyring);

/* ---- tokens ---- */

/* The key that signs now; made if there is none. It reads the store and may write: call it before
 * tx_begin(). The caller holds it:
 *     CLEANUP(signing_key_cleanup) struct signing_key *key = NULL;
 *     TRY(signing_key_current(ctx, &key));
 * ERR_RETRY: another server made one at the same moment. ERR_INTERNAL: it was sealed by another key
 * file; logged. */
MUST_USE enum err signing_key_current(struct ctx *ctx, struct signing_key **ret_key);

/* What a token says, beside its app. */
struct access_grant {
	enum jwt_form form;
	struct str username;               /* JWT_USER; NONE: it has none */
	struct str key;                    /* JWT_MASTER */
	struct str account_id, session_id; /* public ids; NONE: JWT_MASTER */
	struct str token_id;
	int64_t issued_at, expires_at;
};

/* An access token of ctx->app. Reads the store, for the app's public url: before tx_begin(). */
MUST_USE enum err access_token_sign(struct ctx *ctx, const struct signing_key *key,
                                    const struct access_grant *grant, struct secret *ret_token);

/* Whether a bearer may be such a token; what is not is an opaque one. */
bool access_token_has_form(struct secret bearer);

/* Whether it is one, of ctx->app, and has not expired; no word on its session. ERR_BAD_SESSION, by
 * deny(): it is not. */
MUST_USE enum err access_token_verify(struct ctx *ctx, struct secret token,
                                      struct access_claims *ret_claims);

/* ---- keys ---- */

/* Makes the first key, and looks whether the one that signs can be unsealed.
 * Errors of signing_key_current(). */
extern const struct operation key_ensure_op; /* struct nothing -> struct nothing */

struct key_inspect {
	const struct key *key; /* of the key file */
};

struct key_inspected {
	bool exists, unseals; /* the key that signs */
};

/* Changes nothing, and takes the key file's key as it is given. */
extern const struct operation key_inspect_op; /* struct key_inspect -> struct key_inspected */

struct key_rotated {
	struct str kid; /* of the new key */
	int64_t created_at;
	int64_t old_verify_until; /* all others are worth nothing from then on */
};

/* A new key signs from now on. The old ones verify for as long as a token of theirs may live. */
extern const struct operation key_rotate_op; /* struct nothing -> struct key_rotated */

struct key_set {
	struct public_jwk *items;
	size_t n;
};

/* The keys that verify now, the one that signs first: for anyone to know. */
extern const struct operation key_set_op; /* struct nothing -> struct key_set */

struct key_public {
	struct str algorithm, pem;
};

/* The one that signs, for who reads PEM. */
extern const struct operation key_public_op; /* struct nothing -> struct key_public */

struct key_state {
	struct str kid;
	int64_t signs;                                  /* 1: it does */
	int64_t created_at, retired_at, verifies_until; /* verifies_until 0: as long as it signs */
};

struct key_states {
	struct key_state *items;
	size_t n;
};

/* And those that have had their time and were not swept yet. */
extern const struct operation key_list_op; /* struct nothing -> struct key_states */

#endif
