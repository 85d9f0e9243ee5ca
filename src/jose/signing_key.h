/* SPDX-License-Identifier: Apache-2.0 */
/* signing_key.h - a key pair that signs access tokens: ECDSA on P-256 (ES256), as a JWK, by cjose.
 *
 * A key is named by its own digest (`kid`, the thumbprint of RFC 7638), so that one name never
 * means two keys. As text it is a JWK (RFC 7517): the public one is for everybody; the private one
 * is a secret, and kept sealed. Parsed, it never changes, and any number of threads may use it. */
#ifndef REKEY_JOSE_SIGNING_KEY_H
#define REKEY_JOSE_SIGNING_KEY_H

#include "base/arena.h"

enum { KID_LETTERS = 43 }; /* SHA-256 as base64url */

struct new_signing_key {
	struct str kid;
	struct str public_jwk; /* kty, crv, x, y, use (sig), alg (ES256), kid */
	struct secret private_jwk;
};

/* Makes one, by randomness of the machine. ERR_INTERNAL: it has none to give, or no P-256. */
MUST_USE enum err signing_key_make(struct arena *arena, struct new_signing_key *ret_key);

/* What differs from one public JWK of ours to another; the coordinates as base64url. */
struct public_jwk {
	struct str kid, x, y;
};

/* Takes one that signing_key_make() gave apart. ERR_MALFORMED: it is none. */
MUST_USE enum err public_jwk_read(struct arena *arena, struct str text, struct public_jwk *ret_jwk);

/* The same as PEM (RFC 7468): a SubjectPublicKeyInfo. ERR_MALFORMED: no coordinates. */
MUST_USE enum err public_jwk_pem(struct arena *arena, const struct public_jwk *jwk,
                                 struct str *ret_pem);

struct signing_key;

/* Reads a JWK as signing_key_make() gives it: a private one signs and verifies, a public one only
 * verifies. The caller holds *ret_key: signing_key_release() it. ERR_MALFORMED: it is no key of
 * P-256, or its kid is not its thumbprint. */
MUST_USE enum err signing_key_parse(struct arena *arena, struct secret jwk,
                                    struct signing_key **ret_key);

/* One more, or one less who has it in hand; the last one frees it. NULL is a no-op. */
struct signing_key *signing_key_hold(struct signing_key *key);
void signing_key_release(struct signing_key *key);

/* CLEANUP(signing_key_cleanup) struct signing_key *key = NULL; */
void signing_key_cleanup(struct signing_key **key);

struct str signing_key_kid(const struct signing_key *key); /* as long as the key is held */

#endif
