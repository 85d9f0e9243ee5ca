/* SPDX-License-Identifier: Apache-2.0 */
/* pages.h - the hosted pages: one more dialect, whose encoding is forms in, templates out.
 *
 * They work without JavaScript. Opening a link never spends it. */
#ifndef REKEY_PAGES_PAGES_H
#define REKEY_PAGES_PAGES_H

#include "base/embedded.h"
#include "dialect/dialect.h"

extern const struct dialect dialect_pages;

/* Every template of src/pages/files, checked: a broken one stops the start. ERR_CONFIG: logged. */
MUST_USE enum err pages_check(void);

/* The files themselves; ends with a NULL name. */
extern const struct embedded page_files[];

#endif
