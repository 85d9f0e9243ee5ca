/* SPDX-License-Identifier: Apache-2.0 */
/* return_to.h - the way back to the application that sent a person to choose a new password.
 *
 * An exact list of each app, which its operator sets (return_urls). A request names one of them,
 * its outbox row keeps it, and the page after the reset offers it; no mail has it, and nobody is
 * sent anywhere without pressing the button. */
#ifndef REKEY_ACCOUNT_RETURN_TO_H
#define REKEY_ACCOUNT_RETURN_TO_H

#include "account/operation.h"

enum { RETURN_URL_MAX = 512 };

/* An https address in the one spelling it is kept and compared in; or an http one of this machine
 * itself, for who develops. No name or password before the host, no fragment, nothing that a
 * browser would read otherwise than we do. ERR_BAD_SETTING: it is none. */
MUST_USE enum err return_normalize(struct arena *arena, struct str text, struct str *ret_url);

/* The address if it is on ctx->app's list, in the list's spelling. NONE stays NONE.
 * ERR_BAD_RETURN: it is not. */
MUST_USE enum err return_check(struct ctx *ctx, struct str typed, struct str *ret_url);

struct return_named {
	struct str url;
};

/* The same for a page that comes with an address. ERR_BAD_RETURN. */
extern const struct operation return_look_op; /* struct return_named -> struct return_named */

/* What the request of a token named, if it is on the list still. NONE: nothing, or it is not. */
MUST_USE enum err return_of_token(struct ctx *ctx, const struct token *token, struct str *ret_url);

#endif
