/* SPDX-License-Identifier: Apache-2.0 */
/* page_session.h - the session of a person who signed in on the hosted pages.
 *
 * It is a session like any other (session.h): listed, ended and outlived by its account's epoch in
 * the same way. Its one token is kept in a cookie and has no refresh token beside it. It ends an
 * hour after its last use, and twelve hours after the sign-in whatever is done (within what NIST
 * SP 800-63B-4, 2.2.3 allows). What the row keeps of its token is a keyed digest: so no access
 * token of an API is good as a cookie, and no cookie at an API. */
#ifndef REKEY_ACCOUNT_PAGE_SESSION_H
#define REKEY_ACCOUNT_PAGE_SESSION_H

#include "account/operation.h"

enum {
	PAGE_IDLE_S = 60 * 60,
	PAGE_WHOLE_S = 12 * 60 * 60,
	PAGE_KEEP_S = 60, /* two uses nearer than this are one */
};

/* ---- for session.c and the gate ---- */

/* The token of this session's generation, and what the row keeps of a token. */
MUST_USE enum err page_token_spell(struct ctx *ctx, const struct session *session,
                                   struct secret *ret_token);
struct digest page_token_digest(const struct ctx *ctx, struct secret token);

/* The living session of ctx->page_token and ctx->app. ERR_NOT_FOUND: there is none. */
MUST_USE enum err page_session_find(struct ctx *ctx, struct session *ret_session);

/* ---- operations ---- */

struct page_session_seen {
	int64_t lives; /* 0 or 1 */
};

/* Whether somebody is signed in here; nobody is a good answer too. */
extern const struct operation page_session_look_op; /* struct nothing -> page_session_seen */

/* Keeps the session up, for a page that the person opens. */
extern const struct operation page_session_keep_op; /* struct nothing -> struct nothing */

struct page_session_renewed {
	struct secret token;
};

/* Another token for the same session, once a password was shown in it; the one before is dead
 * (OWASP ASVS 5.0, 7.2.4). */
extern const struct operation
	page_session_renew_op; /* struct nothing -> struct page_session_renewed */

/* Ends it, if there is one. */
extern const struct operation page_session_end_op; /* struct nothing -> struct nothing */

#endif
