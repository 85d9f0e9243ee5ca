/* SPDX-License-Identifier: Apache-2.0 */
/* account.h - adding accounts, logging in to them, and removing them. */
#ifndef REKEY_ACCOUNT_ACCOUNT_H
#define REKEY_ACCOUNT_ACCOUNT_H

#include "account/session.h"

/* What a dialect calls a login. */
enum login_kind { LOGIN_EMAIL_OR_USERNAME, LOGIN_EMAIL, LOGIN_USERNAME };

struct log_in {
	struct str login;
	struct secret password;
	/* Of the dialect, never of the request: */
	enum login_kind kind;
	struct access_terms terms;
	bool discloses; /* its documents tell strangers from members, unless the app conceals */
};

/* ERR_NOT_ACTIVATED: right, but its mailed link was not used yet.
 * ERR_BAD_CREDENTIALS: unknown, wrong, disabled, or a made password that died unused, all after the
 * time of one hash. With `discloses`, an unknown login is ERR_NO_ACCOUNT, in the same time.
 * ERR_BAD_EMAIL: LOGIN_EMAIL, and it is none. */
extern const struct operation account_log_in_op; /* struct log_in -> struct session_tokens */
extern const struct operation account_log_in_with_key_op; /* the same, with the app's client key */

struct account_add {
	struct str email;       /* NONE only with a username */
	struct str username;    /* NONE: none */
	struct secret password; /* NONE: its owner is invited by mail to choose one */
};

struct account_added {
	struct str id; /* 24 hex digits */
	struct str email, username;
};

/* Of ctx->app, by its operator. Without a password it needs an address (ERR_BAD_EMAIL), and nobody
 * can log in before its owner has followed the mailed invitation. ERR_BAD_EMAIL, ERR_BAD_USERNAME,
 * ERR_PASSWORD_SHORT, _LONG, _GUESSABLE, ERR_EMAIL_TAKEN, ERR_USERNAME_TAKEN. */
extern const struct operation account_add_op; /* struct account_add -> struct account_added */

/* 24 hex digits that no account has. */
MUST_USE enum err account_new_public_id(struct ctx *ctx, struct str *ret_id);

/* Which of an account's unique names is another's, after the store said that one is:
 * ERR_EMAIL_TAKEN, ERR_USERNAME_TAKEN. */
MUST_USE enum err account_who_is_taken(struct ctx *ctx, const struct account *account);

/* What an account's status is called: "active". account_status_read: false for a word that is none.
 */
struct str account_status_word(int64_t status);
bool account_status_read(struct str word, int64_t *ret_status);

/* For operations on one account of ctx->app, which ctx->account_id names from then on.
 * ERR_NO_ACCOUNT. */
MUST_USE enum err account_find(struct ctx *ctx, struct str login, struct account *ret_account);

/* Adds the account, whose id ctx->account_id and it have from then on; in an app that serves Hack
 * System's users, with a workspace named by what stands before the @. ERR_CONFLICT: one of its
 * names is taken. */
MUST_USE enum err account_open(struct ctx *ctx, struct tx *tx, struct account *account,
                               struct str username_key);

/* The workspace alone, of one that was just added. */
MUST_USE enum err account_open_workspace(struct ctx *ctx, struct tx *tx,
                                         const struct account *account);

/* That of the session that asks. ERR_RETRY: another change has moved its epoch meanwhile, and the
 * session has to be looked at again. ERR_BAD_SESSION: it was removed. */
MUST_USE enum err account_of_session(struct ctx *ctx, struct account *ret_account);

struct account_remove {
	struct str login; /* an address or a username */
};

/* Of ctx->app, by its operator: with its sessions, links and mails, in one transaction. What is
 * under way for it ends as for a stranger. The audit trail keeps the events, and no longer says
 * whose. ERR_NO_ACCOUNT. */
extern const struct operation account_remove_op; /* struct account_remove -> struct nothing */

#endif
