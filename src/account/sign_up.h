/* SPDX-License-Identifier: Apache-2.0 */
/* sign_up.h - accounts that people make for themselves, and addresses that they show to be theirs.
 *
 * A sign-up is a row of its own until the link that is mailed to its address is followed: until
 * then there is no account, and log-in and recovery answer as for a stranger. Of several sign-ups
 * with one address, the one that is confirmed becomes the account, with its own password, and the
 * others are void: who signed up first with somebody else's address has nothing. */
#ifndef REKEY_ACCOUNT_SIGN_UP_H
#define REKEY_ACCOUNT_SIGN_UP_H

#include "account/account.h"
#include "account/recovery.h"

struct account_sign_up {
	struct str email;
	struct secret password;
	struct str username, name, locale; /* NONE: not said */
};

/* Writes the same for an address that has an account and for one that has none; what is mailed is
 * thought out later. ERR_BAD_EMAIL, _USERNAME, _NAME, _LOCALE; ERR_PASSWORD_SHORT, _LONG,
 * _GUESSABLE; ERR_USERNAME_TAKEN: names are public, addresses are not. ERR_NOT_ALLOWED: the app
 * makes its accounts itself. */
extern const struct operation account_sign_up_op; /* -> struct recovery_requested */

struct verification_request {
	struct str email;
};

/* The link once more, for an address that has something to confirm. ERR_BAD_EMAIL. */
extern const struct operation verification_request_op; /* -> struct recovery_requested */

struct confirmation {
	struct secret token;
	struct str address; /* what the person typed; NONE: nobody asked (an API's client) */
};

/* Makes the account of a sign-up, or marks an account's address as verified.
 * ERR_TOKEN_INVALID. ERR_WRONG_ADDRESS, ERR_USERNAME_TAKEN (meanwhile): nothing is spent. */
extern const struct operation account_verify_op; /* struct confirmation -> struct nothing */

/* ---- for other confirmations by a mailed link ---- */

/* Whether the address that was typed is this one, however it is spelled. ERR_WRONG_ADDRESS. */
MUST_USE enum err confirmation_check_address(struct ctx *ctx, const struct confirmation *in,
                                             struct str address);

/* What people may say of themselves. An empty text is as good as none. */
MUST_USE enum err profile_accept(struct ctx *ctx, struct str name, struct str locale,
                                 struct str *ret_name, struct str *ret_locale);

#endif
