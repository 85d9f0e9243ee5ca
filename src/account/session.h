/* SPDX-License-Identifier: Apache-2.0 */
/* session.h - what a log-in gives, how it is kept up, and how it ends.
 *
 * A session has two tokens. The access token is shown with every request and lives for minutes; the
 * refresh token gets the next pair, and is replaced as it does. Both are derived from the session's
 * nonce by the key file, or the access token is signed: the database can give neither away. A
 * session lives until its ends_at (an absolute limit), while its epoch is its account's: one change
 * of the account's password ends all of them at once. An opaque access token ends when the next one
 * is made; a signed one lives out its minutes, as others take it by its signature alone, unless its
 * session ends.
 *
 * A refresh token says which session it is of and its generation, so that one which was replaced is
 * known as such. The one just replaced gives the same successor again until that is used, for
 * REFRESH_GRACE_S at most: an answer may have been lost, and two tabs may ask at once. Any older
 * one is in a thief's hands or was: it ends the session (RFC 9700, 4.14.2). */
#ifndef REKEY_ACCOUNT_SESSION_H
#define REKEY_ACCOUNT_SESSION_H

#include "account/operation.h"

enum { REFRESH_GRACE_S = 30, SESSIONS_LISTED_MAX = 200, CLIENT_BYTES_MAX = 200 };

/* The access token form of a dialect. */
enum access_form {
	ACCESS_OPAQUE,   /* 256 bits, looked up by their digest */
	ACCESS_JWT,      /* signed, and its session looked up by the id it says (signing.h) */
	ACCESS_USER_JWT, /* the same, as Backtory's clients read it */
	ACCESS_PAGE,     /* of a cookie, good on the hosted pages alone (page_session.h) */
};

/* Of the dialect, never of the request. */
struct access_terms {
	enum access_form form;
	int64_t seconds; /* that an access token lives; 0: as configured */
};

struct session_tokens {
	struct secret access_token, refresh_token; /* refresh: NONE of ACCESS_PAGE */
	int64_t expires_in;                        /* seconds that the access token lives */
	struct str id; /* of this access token: 32 hex digits, worth nothing to a thief */
};

/* The living session of an access token of ctx->app; its refreshed_at and expires_at are the
 * token's. ERR_NOT_FOUND: it has none, or it has ended. ERR_BAD_SESSION, by deny(): what has the
 * form of a signed one is none of this app, or has expired. */
MUST_USE enum err session_find(struct ctx *ctx, struct secret access_token,
                               struct session *ret_session);

/* A session that is about to be opened. */
struct session_made {
	struct new_session row;
	struct digest digest; /* of the access token; row.access_digest points to it, or nowhere */
	struct session_tokens tokens;
};

/* Makes one of the account, as it was read, with its tokens. It reads the store, and may write the
 * first key that signs: call it before tx_begin(). Errors of signing_key_current(). */
MUST_USE enum err session_make(struct ctx *ctx, const struct account *account,
                               struct access_terms terms, struct session_made *ret_made);

/* Opens it. ERR_RETRY: the account's epoch has moved since it was read. */
MUST_USE enum err session_open(struct tx *tx, const struct session_made *made);

/* Ends one that was found, and tells the audit trail; one that has ended meanwhile is as good. */
MUST_USE enum err session_end_found(struct ctx *ctx, const struct session *session);

struct session_refresh {
	struct secret refresh_token;
	struct access_terms terms;
};

/* ERR_BAD_CREDENTIALS: unknown, dead, or replaced long ago, which ends the session. */
extern const struct operation session_refresh_op; /* -> struct session_tokens */
extern const struct operation
	session_refresh_with_key_op; /* the same; a key that is shown is good */

struct session_entry {
	struct str id;
	int64_t created_at, last_used_at, ends_at;
	struct str network, client; /* client "": it said no name */
	int64_t current;            /* 1: the one that asks */
};

struct session_entries {
	struct session_entry *items;
	size_t n;
};

/* Those of the caller's account that live, newest first, SESSIONS_LISTED_MAX of them. */
extern const struct operation session_list_op; /* struct nothing -> struct session_entries */

struct session_end {
	struct str id; /* NONE: the caller's own */
};

/* Ends one of the caller's account. ERR_NOT_FOUND. */
extern const struct operation session_end_op; /* -> struct nothing */

struct session_end_by_token {
	struct secret refresh_token;
};

/* Ends the one that a refresh token is of, a replaced one too. One that is of none is done as well
 * (RFC 7009, 2.2): nobody learns from it whether it was one. */
extern const struct operation session_end_by_token_op; /* -> struct nothing */

/* Ends all of the caller's account but the caller's own. */
extern const struct operation session_end_others_op; /* struct nothing -> struct nothing */

struct session_introspect {
	struct secret token; /* an access token or a refresh token */
	struct str hint;     /* RFC 7662, 2.1: which of them; it is told apart without */
};

/* RFC 7662: what a token of ctx->app is worth now. One that is worth nothing is not active, and
 * nothing else is said of it. */
struct introspection {
	int64_t active;
	struct str subject, session, username, email; /* of an active one; ids of 24 hex digits */
	struct str client_id;                         /* the app's */
	struct str token_type;                        /* "Bearer", or "refresh_token" */
	int64_t expires_at, issued_at;                /* Unix seconds */
};

/* By the app's back end, with either of its keys. */
extern const struct operation session_introspect_op; /* -> struct introspection */

#endif
