/* SPDX-License-Identifier: Apache-2.0 */
/* cookie.h - cookies as RFC 6265bis wants them. One whose name begins with "__Host-" is a secret:
 * it is ours alone, comes by TLS (or from this machine), and belongs to one host and all of its
 * paths. Any other is a mere wish, and works without TLS too. Scripts see neither. */
#ifndef REKEY_PAGES_COOKIE_H
#define REKEY_PAGES_COOKIE_H

#include "dialect/dialect.h"

/* The first value of that name. NONE: it was not sent. */
struct str cookie_value(const struct request *request, const char *name);

/* Sends the cookie. name: of the arena or a constant; value: letters, digits, '-'
 * and '_'. max_age: seconds; 0: it ends now; below 0: with the browser's session. */
MUST_USE enum err cookie_set(struct visit *visit, const char *name, struct secret value,
                             int64_t max_age);

#endif
