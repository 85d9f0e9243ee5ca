/* SPDX-License-Identifier: Apache-2.0 */
/* recovery.h - getting back in: the request, the mailed link's page, Backtory's confirmation. */
#ifndef REKEY_ACCOUNT_RECOVERY_H
#define REKEY_ACCOUNT_RECOVERY_H

#include "account/account.h"
#include "account/token.h"

struct recovery_request {
	struct str login;
	struct str return_to; /* where its person goes back to afterwards; NONE: nowhere */
	/* Of the dialect, never of the request: */
	enum login_kind kind;  /* LOGIN_EMAIL or LOGIN_USERNAME */
	enum outbox_kind mail; /* what the answer by mail is */
	bool discloses; /* its documents tell strangers from members, unless the app conceals */
};

struct recovery_requested {
	struct str reference; /* the request's own, shown in the mail too */
};

/* Writes one row, the same for a stranger and a member, and lets the mail thread think.
 * ERR_BAD_RETURN, ERR_BAD_EMAIL. With `discloses`, a stranger is ERR_NO_ACCOUNT. By the app's
 * template: ERR_NO_MAIL, ERR_NO_TEMPLATE. */
extern const struct operation recovery_request_op; /* -> struct recovery_requested */

struct recovery_link {
	struct secret token;
};

struct recovery_link_state {
	enum token_fate fate;
	enum token_purpose purpose;
	struct str
		login; /* the account's own, for password managers; NONE unless the link is live */
	struct str return_to; /* of the app's list; NONE: the request named none */
	struct str locale;    /* the account's; NONE: not said, or the link is not live */
};

/* What the page of a mailed link shows. Changes nothing. ERR_TOKEN_INVALID: an unknown token. */
extern const struct operation recovery_link_op; /* -> struct recovery_link_state */

struct recovery_confirm {
	struct secret token;
	struct str username;
};

/* Spends the token of a Backtory link and queues the made password's mail; the old password works
 * until that mail is accepted. ERR_TOKEN_INVALID. ERR_WRONG_USERNAME: nothing is spent. */
extern const struct operation recovery_confirm_op; /* -> struct nothing */

#endif
