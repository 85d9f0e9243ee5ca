/* SPDX-License-Identifier: Apache-2.0 */
/* user_administration.h - what the back end of an app, by the app's master token, does with its
 * users: finds, counts and removes them. (It changes them by user_update_by_id_op.) */
#ifndef REKEY_ACCOUNT_USER_ADMINISTRATION_H
#define REKEY_ACCOUNT_USER_ADMINISTRATION_H

#include "account/user.h"

struct user_named {
	struct str id, username; /* one of them */
};

/* ERR_NO_ACCOUNT. */
extern const struct operation user_by_id_op;       /* struct user_named -> struct user */
extern const struct operation user_by_username_op; /* the same */

struct users_named {
	struct str_list ids; /* at most USERS_MAX */
};

/* Those that there are, in the order of the ids. ERR_OUT_OF_RANGE. */
extern const struct operation users_by_ids_op; /* struct users_named -> struct user_list */

struct user_search {
	int64_t page;      /* from 1 */
	int64_t page_size; /* 1..USERS_MAX */
	struct str
		word; /* a part of a username, an address, a name or a telephone number; "": all */
};

struct users_found {
	struct user_list page;
	int64_t count; /* on all pages */
};

/* ERR_OUT_OF_RANGE. */
extern const struct operation user_search_op; /* struct user_search -> struct users_found */

struct user_count {
	int64_t users;
};

extern const struct operation user_count_op; /* struct nothing -> struct user_count */

/* With its sessions, links and mails, as the operator's account_remove. ERR_NO_ACCOUNT. */
extern const struct operation user_remove_op; /* struct user_named -> struct nothing */

#endif
