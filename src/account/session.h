/* SPDX-License-Identifier: Apache-2.0 */
/* session.h - what a log-in gives: two opaque tokens, stored as digests alone.
 *
 * Both are derived from the session's nonce by the key file, 256 bits each. A session lives while
 * its epoch is its account's: one change of the account's password ends all of them at once. */
#ifndef REKEY_ACCOUNT_SESSION_H
#define REKEY_ACCOUNT_SESSION_H

#include "account/operation.h"

struct session_tokens {
	struct secret access_token, refresh_token;
	int64_t expires_in; /* seconds that the access token lives */
	struct str id;      /* of this access token: 32 hex digits, worth nothing to a thief */
};

/* Opens a session of the account, as it was read, in tx. access_s: seconds.
 * ERR_RETRY: the account's epoch has moved since. */
MUST_USE enum err session_open(struct ctx *ctx, struct tx *tx, const struct account *account,
                               int64_t access_s, struct session_tokens *ret_tokens);

#endif
