/* SPDX-License-Identifier: Apache-2.0 */
/* password.h - the two ways to a new password: by the old one, or by a mailed token.
 *
 * Either ends every other session and every outstanding token of the account and queues the notice
 * mail to its owner, in the transaction that changes the password. */
#ifndef REKEY_ACCOUNT_PASSWORD_H
#define REKEY_ACCOUNT_PASSWORD_H

#include "account/operation.h"

struct password_change {
	struct secret old_password, new_password;
	struct secret repeated; /* NONE: it was not asked for twice */
};

/* ERR_PASSWORDS_DIFFER; ERR_PASSWORD_SHORT, _LONG, _GUESSABLE; ERR_WRONG_PASSWORD;
 * ERR_PASSWORD_SAME; ERR_CHANGES_HELD. The caller's own session lives on. */
extern const struct operation password_change_op; /* struct password_change -> struct nothing */

struct password_reset {
	struct secret token, new_password;
	struct secret repeated; /* NONE: it was not asked for twice */
};

struct password_reset_done {
	struct str return_to; /* where the request's person may go back to; NONE: nowhere */
};

/* ERR_TOKEN_INVALID: unknown, spent, replaced or expired, of another app, or for something else.
 * ERR_PASSWORD_SHORT, _LONG, _GUESSABLE, _SAME, ERR_PASSWORDS_DIFFER: the token is not spent. Opens
 * no session.
 */
extern const struct operation password_reset_op; /* -> struct password_reset_done */

struct password_reset_by_code {
	struct str reference; /* as the answer and the mail say it */
	struct secret code;   /* as the mail says it; case, spaces and hyphens are free */
	struct secret new_password;
	struct secret repeated; /* NONE: it was not asked for twice */
	struct str email;       /* of the account, beside the code; NONE: it was not asked for */
};

/* The same by the code of the same mail: link and code are spent together. Wrong guesses never kill
 * the link; after CODE_GUESSES_MAX tries at one reference, anybody's or nobody's, no code is right
 * any more. A wrong address is a wrong code, and one that is none ERR_BAD_EMAIL. */
extern const struct operation password_reset_by_code_op; /* -> struct password_reset_done */

/* Checks a person's own password at the door of a change that needs it, after the gate has found
 * their session, and reads the account. The failures count for themselves, apart from the log-in's.
 * ERR_BAD_SESSION: it ended meanwhile. ERR_CHANGES_HELD, ERR_WRONG_PASSWORD, ERR_RATE_LIMITED. */
MUST_USE enum err password_prove(struct ctx *ctx, struct secret password,
                                 struct account *ret_account);

#endif
