/* SPDX-License-Identifier: Apache-2.0 */
/* url.h - texts as they stand in queries and forms. */
#ifndef REKEY_BASE_URL_H
#define REKEY_BASE_URL_H

#include "base/arena.h"

/* Adds the text with everything percent-encoded but RFC 3986's unreserved letters. */
void url_add_encoded(struct buf *buf, struct str text);

/* Adds "name=value", the value encoded, with a '&' before it unless the buffer is empty or ends in
 * '?' or '&'. The name is ours and stands as it is. */
void url_add_pair(struct buf *buf, const char *name, struct str value);

#endif
