/* SPDX-License-Identifier: Apache-2.0 */
/* waiting_list.h - people who want an account before there is room for them.
 *
 * An address is on the list once, and keeps its place. Whoever gives it gets the same answer
 * whether or not it was there already, or has an account: what there is to say goes to its mailbox,
 * within limits.mails_per_address. */
#ifndef REKEY_ACCOUNT_WAITING_LIST_H
#define REKEY_ACCOUNT_WAITING_LIST_H

#include "account/operation.h"

struct waiting_join {
	struct str email;
};

/* ERR_BAD_EMAIL. ERR_NO_MAIL, ERR_NO_TEMPLATE: nothing was done. */
extern const struct operation waiting_join_op; /* -> struct nothing */

struct waiting_query {
	int64_t after, max; /* numbers above this, so many of them at most */
};

/* Of ctx->app, by its operator, first come first. */
extern const struct operation waiting_list_op; /* struct waiting_query -> struct waiting_list */

/* Takes an address off the list. ERR_BAD_EMAIL, ERR_NOT_FOUND. */
extern const struct operation waiting_remove_op; /* struct waiting_join -> struct nothing */

#endif
