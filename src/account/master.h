/* SPDX-License-Identifier: Apache-2.0 */
/* master.h - the back end of an app, which administrates its accounts by the app's master key.
 *
 * For the key it gets a token of minutes, and shows that from then on. The token is of the app and
 * of that one key: it is signed, nothing is written down, and it ends when the key is retired. It
 * is nobody's session, cannot be refreshed, and opens no call that is a person's own. */
#ifndef REKEY_ACCOUNT_MASTER_H
#define REKEY_ACCOUNT_MASTER_H

#include "account/operation.h"

struct master_token {
	struct secret access_token;
	int64_t expires_in; /* seconds */
	struct str id;      /* worth nothing to a thief */
};

/* ERR_MEMBER_MISSING: it was the client key, and that alone is no log-in. */
extern const struct operation master_log_in_op; /* struct nothing -> struct master_token */

/* Whether it is a living token of ctx->app's master. ERR_NOT_FOUND: it is something else.
 * ERR_BAD_SESSION, by deny(): it is none of this app, or has ended. */
MUST_USE enum err master_find(struct ctx *ctx, struct secret token);

#endif
