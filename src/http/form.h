/* SPDX-License-Identifier: Apache-2.0 */
/* form.h - application/x-www-form-urlencoded, as browsers send it (WHATWG URL, 5.1). */
#ifndef REKEY_HTTP_FORM_H
#define REKEY_HTTP_FORM_H

#include "base/json.h"

/* Adds the pairs of body to members: '+' is a space, %XX a byte, and a '%' that begins no escape
 * stands for itself. A name without '=' has the value "". ERR_MALFORMED: too many, not UTF-8, or
 * U+0000. */
MUST_USE enum err form_read_urlencoded(struct arena *arena, struct str body,
                                       struct members *members);

#endif
