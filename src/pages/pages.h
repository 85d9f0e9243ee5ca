/* SPDX-License-Identifier: Apache-2.0 */
/* pages.h - the hosted pages: one more dialect, whose encoding is forms in, templates out.
 *
 * They work without JavaScript. Opening a link never spends it. */
#ifndef REKEY_PAGES_PAGES_H
#define REKEY_PAGES_PAGES_H

#include "base/embedded.h"
#include "dialect/dialect.h"

extern const struct dialect dialect_pages;

/* The files themselves; ends with a NULL name. */
extern const struct embedded page_files[];

#endif
