/* SPDX-License-Identifier: Apache-2.0 */
/* html.h - text as HTML shows it, of pages and of mails. */
#ifndef REKEY_BASE_HTML_H
#define REKEY_BASE_HTML_H

#include "base/arena.h"

/* Adds the text escaped: whatever it is, it stays text, also between the quotes of an attribute. */
void html_add(struct buf *out, struct str text);

#endif
