/* SPDX-License-Identifier: Apache-2.0 */
/* sign_in.h - signing in by a provider that vouches for the person (OpenID Connect, code flow).
 *
 * Beginning one makes a row that waits for SIGN_IN_S, of one app, one provider and one redirect
 * address; `state`, the ID token's nonce and the code verifier are derived from the row by the key
 * file. Finishing one spends its row, before the provider is asked, and whatever comes of it.
 *
 * Who finishes with `state` means that row and no other. Who does not (the original system's
 * clients send the code alone) means the newest row of the same app, provider and redirect address
 * that was begun from the same network; where the provider takes a code challenge or gives the
 * nonce back, these tie the code to the row all the same. A provider's setting `state` ends that.
 *
 * The person is found by issuer and subject. A new one gets an account, unless its address has one
 * already: that is never linked to by an address alone, whoever vouches for it. See
 * docs/linkedin.md. */
#ifndef REKEY_ACCOUNT_SIGN_IN_H
#define REKEY_ACCOUNT_SIGN_IN_H

#include "account/provider.h"
#include "account/session.h"

enum { SIGN_IN_S = 10 * 60, SIGN_IN_CODE_MAX = 4096 };

struct sign_in_begin {
	struct str provider, redirect_uri;
};

struct sign_in_begun {
	struct str url; /* at the provider */
};

/* ERR_NO_PROVIDER, ERR_BAD_REDIRECT. */
extern const struct operation sign_in_begin_op; /* -> struct sign_in_begun */

struct sign_in_finish {
	struct str provider, redirect_uri;
	struct secret code;
	struct secret state;       /* NONE or empty: see above */
	struct str issuer;         /* RFC 9207; NONE: the provider did not say it */
	struct str error;          /* instead of a code; NONE or empty: there is none */
	struct str description;    /* of the error, for people */
	struct access_terms terms; /* of the dialect, never of the request */
};

struct signed_in {
	struct session_tokens tokens;
	struct str name, email; /* of the account; "": it has none */
};

/* ERR_MEMBER_MISSING: neither a code nor an error. ERR_NO_PROVIDER, ERR_BAD_REDIRECT.
 * ERR_BAD_STATE: there is no such sign-in, or it was another's, or finished or too late.
 * ERR_SIGN_IN_REFUSED: the provider or the person said no, what the provider said is not good, or
 * the account is disabled. ERR_UNREACHABLE. ERR_EMAIL_TAKEN: a new person's address has an account.
 * ERR_NOT_ALLOWED: the app takes no new people. ERR_BUSY. */
extern const struct operation sign_in_finish_op; /* -> struct signed_in */

#endif
