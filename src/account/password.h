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
};

/* ERR_PASSWORD_SHORT, _LONG; ERR_WRONG_PASSWORD; ERR_PASSWORD_SAME. The caller's own session lives
 * on. */
extern const struct operation password_change_op; /* struct password_change -> struct nothing */

struct password_reset {
	struct secret token, new_password;
	struct secret repeated; /* NONE: it was not asked for twice */
};

/* ERR_TOKEN_INVALID: unknown, spent, replaced or expired, of another app, or for something else.
 * ERR_PASSWORD_SHORT, _LONG, _SAME, ERR_PASSWORDS_DIFFER: the token is not spent. Opens no session.
 */
extern const struct operation password_reset_op; /* struct password_reset -> struct nothing */

#endif
