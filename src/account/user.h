/* SPDX-License-Identifier: Apache-2.0 */
/* user.h - an account as systems show it that keep more of a person than we do: names, a telephone
 * number, a picture, and whatever an application adds of its own.
 *
 * Such a user is found by the username. The address is neither unique nor a login: it is where mail
 * goes. What has no column is a text by a name (struct account_field), and there is a bound to
 * them; what the service itself knows of an account, and whatever is called a password, is never
 * taken as one. */
#ifndef REKEY_ACCOUNT_USER_H
#define REKEY_ACCOUNT_USER_H

#include "account/operation.h"
#include "base/json.h"

enum { USERS_MAX = 100 };

struct user {
	struct str id; /* 24 hex digits */
	struct str username, email, first_name, last_name, phone_number,
		avatar;       /* NONE: not said */
	struct out_list more; /* of struct out_pair */
	int64_t guest, active;
	struct secret password; /* of a guest that was just made; else NONE */
};

struct user_list {
	struct user *items;
	size_t n;
};

/* What a request says of a user. NONE: nothing, and it stays as it is. */
struct user_words {
	struct str first_name, last_name, phone_number, avatar;
	struct str email; /* "": none from now on */
	struct rest more;
};

/* The caller's own. */
extern const struct operation user_show_op; /* struct nothing -> struct user */

struct user_update {
	struct str id;       /* NONE: the caller's own */
	struct str username; /* NONE: as it is */
	struct user_words words;
};

/* ERR_BAD_USERNAME, ERR_USERNAME_TAKEN, ERR_BAD_EMAIL, ERR_BAD_FIELD, ERR_CHANGES_HELD (a username
 * or an address). Of another address the old one is told, if it was verified. */
extern const struct operation user_update_op; /* struct user_update -> struct user */
/* The same, by its own session (ERR_NOT_ALLOWED: another's) or by the master (ERR_NO_ACCOUNT). */
extern const struct operation user_update_by_id_op;

/* ---- for operations on users ---- */

/* What was said, in the spelling it is kept in. */
struct user_said {
	struct account_field_list fields;
	bool says_email;
	struct str email; /* NONE: none */
};

/* ERR_BAD_EMAIL, ERR_BAD_FIELD (a name or a value that cannot be). */
MUST_USE enum err user_accept(struct ctx *ctx, const struct user_words *words,
                              struct user_said *ret_said);

/* The account with what is kept of it, and what was just said over that. */
MUST_USE enum err user_with(struct ctx *ctx, const struct account *account,
                            const struct account_field_list *kept,
                            const struct account_field_list *said, struct user *ret_user);

/* The account with all that is kept of it. Reads the store. */
MUST_USE enum err user_of(struct ctx *ctx, const struct account *account, struct user *ret_user);

/* The one that a call is about: the caller's own, or for the master the one with this id, which
 * ctx->account_id names from then on. ERR_NO_ACCOUNT, ERR_NOT_ALLOWED, ERR_BAD_SESSION. */
MUST_USE enum err user_find(struct ctx *ctx, struct str id, struct account *ret_account);

/* Gives it another address, in whose transaction it is locked, and tells the old one. Nobody has
 * shown that mail to it reaches them; and as it is not unique it is no login, even if the one
 * before was. The sessions live on, what was mailed to the old address does not. */
MUST_USE enum err user_move(struct ctx *ctx, struct tx *tx, const struct account *account,
                            struct str to);

#endif
