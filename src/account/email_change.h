/* SPDX-License-Identifier: Apache-2.0 */
/* email_change.h - another address for an account: asked for with the password, confirmed by a link
 * that is mailed to the new one, told to the old one.
 *
 * A link confirms the address that it was mailed to and no other, however many changes were asked
 * for side by side. The epoch moves on with the change: whatever was mailed to the old address is
 * void. Sessions live on. */
#ifndef REKEY_ACCOUNT_EMAIL_CHANGE_H
#define REKEY_ACCOUNT_EMAIL_CHANGE_H

#include "account/sign_up.h"

struct email_change {
	struct str email;
	struct secret password;
};

/* Answers alike whether or not the address is anybody's. ERR_BAD_EMAIL, and as password_prove(). */
extern const struct operation email_change_op; /* -> struct recovery_requested */

/* ERR_TOKEN_INVALID. ERR_WRONG_ADDRESS, ERR_CHANGES_HELD: nothing is spent. */
extern const struct operation email_confirm_op; /* struct confirmation -> struct nothing */

#endif
