/* SPDX-License-Identifier: Apache-2.0 */
/* jwt.h - access tokens as JWTs (RFC 7519), signed by ES256: our own (RFC 9068), and those that
 * Backtory's clients read.
 *
 * One set of claims signed by one key has, for whoever did not sign it, one spelling: the form, the
 * header and the claims are taken exactly as they are made here and no other way. The three parts
 * are canonical base64url, without padding and without stray bits behind the last letter; the
 * header says alg ES256, the form's typ and a kid, and nothing else, so no token brings a key or
 * the address of one (jwk, jku, x5u), or an extension (crit); no member stands twice. An ECDSA
 * signature (r, s) has a twin (r, n-s) that anybody can work out: only the one with the lower s is
 * made and taken. Nothing here knows the time: whether a token has expired is its reader's to say.
 */
#ifndef REKEY_JOSE_JWT_H
#define REKEY_JOSE_JWT_H

#include "jose/signing_key.h"

enum { JWT_MAX = 2048, SIGNATURE_SIZE = 64 };

/* How a token spells what it says; it is read as no other. */
enum jwt_form {
	JWT_OURS, /* typ at+jwt: iss, sub, aud, client_id, sid, jti, iat, exp */
	JWT_USER, /* typ JWT: user_id, user_name, client_id, scope ["client"], sid, jti, iat, exp */
	JWT_MASTER, /* typ JWT: the same of nobody (null), scope ["master"], and key for sid */
};

struct access_claims {
	enum jwt_form form;
	struct str iss;       /* the app's public url; JWT_OURS alone */
	struct str sub;       /* the account's public id; NONE: the master's */
	struct str user_name; /* of JWT_USER, to be written: nobody reads it here; NONE: null */
	struct str aud;       /* the app's public id */
	struct str client_id; /* the same: our apps are their own clients */
	struct str sid;       /* the session's public id; NONE: the master's */
	struct str key;       /* of JWT_MASTER: what the app's master key proves itself by */
	struct str jti;       /* random, of this one token */
	int64_t iat, exp;     /* Unix seconds */
};

/* The key has to be a private one. ERR_INTERNAL: the claims are not UTF-8 or longer than fits, or
 * the key does not sign. */
MUST_USE enum err jwt_sign(struct arena *arena, const struct signing_key *key,
                           const struct access_claims *claims, struct secret *ret_token);

/* Whether it may be one: it has the two dots that no opaque token has. */
bool jwt_has_form(struct secret token);

/* A token whose form and header are good. Its signature nobody has looked at yet. */
struct jwt {
	bool is_ours;   /* its typ: JWT_OURS; else one of the others */
	struct str kid; /* that it names: KID_LETTERS of base64url */
	struct secret token;
	struct str payload; /* as it stands in the token */
};

/* ERR_MALFORMED. */
MUST_USE enum err jwt_read(struct arena *arena, struct secret token, struct jwt *ret_jwt);

/* Whether this key has signed it. ERR_MALFORMED: it has not. */
MUST_USE enum err jwt_verify(const struct jwt *jwt, const struct signing_key *key);

/* The claims of a token that jwt_verify() has found good, now or earlier. ERR_MALFORMED: a claim is
 * missing, unknown or of another type. */
MUST_USE enum err jwt_claims(struct arena *arena, const struct jwt *jwt,
                             struct access_claims *ret_claims);

#endif
