/* SPDX-License-Identifier: Apache-2.0 */
/* id_token.h - what a provider of OpenID Connect says of a person, and whether it was the provider.
 *
 * An ID token is taken as RFC 8725 wants it: signed by RS256 or ES256 and nothing else (neither
 * "none" nor anything with a shared key), by a key of the provider's own set that the token names
 * (kid) and that is of the algorithm's kind (RSA of 2048 bits or more, P-256); a key or an address
 * of one inside the token (jwk, jku, x5u, x5c) is never looked at, and an extension (crit) is
 * refused. Nothing here knows the network: who has the keys fetched them. */
#ifndef REKEY_JOSE_ID_TOKEN_H
#define REKEY_JOSE_ID_TOKEN_H

#include "base/arena.h"

enum {
	ID_TOKEN_MAX = 16 * 1024,
	ID_TOKEN_LEEWAY_S = 60, /* of the provider's clock and ours */
	SUBJECT_MAX = 255,      /* OpenID Connect Core 1.0, 2 */
};

/* ---- keys ---- */

struct jwks;

/* Reads a JWK Set (RFC 7517, 5). Keys of other kinds, and those that are not for signatures, are
 * passed over. Parsed, it never changes, and any number of threads may use it. The caller holds
 * *ret_jwks: jwks_release() it. ERR_MALFORMED: it is none, or has no key that can be used. */
MUST_USE enum err jwks_parse(struct str json, struct jwks **ret_jwks);

struct jwks *jwks_hold(struct jwks *jwks);
void jwks_release(struct jwks *jwks); /* NULL is a no-op */

/* CLEANUP(jwks_cleanup) struct jwks *jwks = NULL; */
void jwks_cleanup(struct jwks **jwks);

/* ---- people ---- */

struct person_claims {
	struct str subject;
	struct str email, name; /* NONE: not said */
	bool email_verified;    /* the provider says so */
};

/* What can be one: printable ASCII without spaces, SUBJECT_MAX at most. */
bool subject_is_good(struct str subject);

/* Of a user info answer. ERR_MALFORMED: it is no object, or has no subject. */
MUST_USE enum err person_claims_read(struct arena *arena, struct str json,
                                     struct person_claims *ret_claims);

struct id_token_terms {
	struct str issuer, client_id;
	struct str nonce; /* that was sent */
	bool nonce_required;
	int64_t now; /* Unix seconds */
};

/* ERR_NOT_FOUND: none of the keys has its name, but newer ones of the provider may. ERR_MALFORMED:
 * it is no token of this issuer for this client and this sign-in; *ret_why says why in a constant
 * sentence. */
MUST_USE enum err id_token_check(struct arena *arena, struct secret token, const struct jwks *jwks,
                                 const struct id_token_terms *terms,
                                 struct person_claims *ret_claims, const char **ret_why);

#endif
