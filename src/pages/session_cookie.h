/* SPDX-License-Identifier: Apache-2.0 */
/* session_cookie.h - the cookie that a page's session is in.
 *
 * It is named after the app, so that two apps on one host have one each, and goes with the browser;
 * how long it is good for is the server's to know (account/page_session.h). */
#ifndef REKEY_PAGES_SESSION_COOKIE_H
#define REKEY_PAGES_SESSION_COOKIE_H

#include "dialect/dialect.h"

/* Finds the visit's token: ctx->page_token. For struct dialect. */
MUST_USE enum err session_cookie_read(struct visit *visit);

MUST_USE enum err session_cookie_set(struct visit *visit, struct secret token);
MUST_USE enum err session_cookie_remove(struct visit *visit);

#endif
