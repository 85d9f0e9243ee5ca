/* SPDX-License-Identifier: Apache-2.0 */
/* registration.h - users who make an account for themselves, at once and by a username; and guests,
 * who have one before they have said anything, and become somebody later. */
#ifndef REKEY_ACCOUNT_REGISTRATION_H
#define REKEY_ACCOUNT_REGISTRATION_H

#include "account/user.h"

struct user_register {
	struct str username;
	struct secret password;
	struct user_words words;
};

/* Where the app asks for activation by mail, the user is not active until the mailed link is used,
 * and needs an address (ERR_BAD_EMAIL). ERR_USERNAME_TAKEN, ERR_BAD_USERNAME, ERR_PASSWORD_SHORT,
 * _LONG, _GUESSABLE, ERR_BAD_FIELD; ERR_NOT_ALLOWED: the app makes its accounts itself. */
extern const struct operation user_register_op; /* struct user_register -> struct user */

/* With a made username and a made password, which is shown this once. ERR_NOT_ALLOWED. */
extern const struct operation guest_add_op; /* struct nothing -> struct user */

struct guest_complete {
	struct str id; /* NONE: the caller's own */
	struct str username;
	struct secret last_password; /* NONE: not shown; the session, or the master, is enough */
	struct secret new_password;
	struct user_words words;
};

/* All sessions but the caller's own end. ERR_CONFLICT: the user is no guest. ERR_WRONG_PASSWORD,
 * ERR_CHANGES_HELD, and what user_register answers. */
extern const struct operation guest_complete_op; /* struct guest_complete -> struct user */
extern const struct operation guest_complete_by_master_op; /* the same, by id. ERR_NO_ACCOUNT */

#endif
