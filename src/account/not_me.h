/* SPDX-License-Identifier: Apache-2.0 */
/* not_me.h - "it was not me": what the notice of a changed password or address offers its reader,
 * and the page of every link that asks for a confirmation.
 *
 * The link is good for 72 hours and says who made no such change. It ends all sessions, holds
 * further changes for HOLD_S and starts a recovery, whose new password ends the hold. Where the
 * address has been changed, a recovery would go to whoever changed it; so then nobody is let in by
 * mail while the hold lasts, and the old address is put back only for who also knows the password
 * of before the change: a mailbox that was given up must not be enough. */
#ifndef REKEY_ACCOUNT_NOT_ME_H
#define REKEY_ACCOUNT_NOT_ME_H

#include "account/sign_up.h"

enum { HOLD_S = 72 * 60 * 60 };

struct not_me {
	struct confirmation
		confirmation;       /* its address is that of before the change, and must come */
	struct secret old_password; /* NONE or "": not said */
};

struct not_me_done {
	int64_t recovery_mailed; /* 1: to the address; 0: it is another one by now, and stays */
};

/* ERR_TOKEN_INVALID. ERR_WRONG_ADDRESS, ERR_WRONG_PASSWORD, ERR_RATE_LIMITED: nothing is done. */
extern const struct operation not_me_op; /* struct not_me -> struct not_me_done */

/* ---- the page of a link that asks for a confirmation ---- */

enum confirmation_kind { CONFIRM_ACCOUNT, CONFIRM_EMAIL, CONFIRM_NOT_ME };

struct confirmation_state {
	enum token_fate fate;
	enum confirmation_kind kind;
	int64_t address_changed; /* CONFIRM_NOT_ME: 1: it is another one by now */
	struct str locale;       /* the account's; NONE: not said, or there is none yet */
};

/* Changes nothing. ERR_TOKEN_INVALID: an unknown token. */
extern const struct operation confirmation_look_op; /* struct confirmation -> _state */

#endif
