/* SPDX-License-Identifier: Apache-2.0 */
/* profile.h - the account as its own person sees it, changes what is theirs to say, and ends it. */
#ifndef REKEY_ACCOUNT_PROFILE_H
#define REKEY_ACCOUNT_PROFILE_H

#include "account/operation.h"

struct profile {
	struct str id; /* 24 hex digits */
	struct str email, username, name, locale;
	int64_t email_verified; /* 0 or 1 */
	int64_t created_at, password_changed_at;
};

extern const struct operation profile_show_op; /* struct nothing -> struct profile */

struct profile_update {
	struct str username, name, locale; /* NONE: as it is; "": none from now on */
};

/* ERR_BAD_USERNAME (also: the username is all that finds the account), _NAME, _LOCALE,
 * ERR_USERNAME_TAKEN, ERR_CHANGES_HELD (a username). */
extern const struct operation profile_update_op; /* -> struct profile */

struct profile_delete {
	struct secret password;
	struct str sure; /* "yes", where a form asks whether it is meant; NONE: nobody has asked */
};

/* Erases the account with all that is its; as password_prove(). ERR_MEMBER_MISSING: asked, and not
 * answered by yes. */
extern const struct operation profile_delete_op; /* -> struct nothing */

#endif
