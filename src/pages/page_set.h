/* SPDX-License-Identifier: Apache-2.0 */
/* page_set.h - the files that pages are made of: ours, and what an operator puts in their place.
 *
 * A file in DIR (server.templates) takes the place of ours of the same name, and one in DIR/APP
 * does so for that app alone. A set is read as a whole and never changes: who draws a page keeps
 * the one that it began with, while a newer one is read. Thread-safe. */
#ifndef REKEY_PAGES_PAGE_SET_H
#define REKEY_PAGES_PAGE_SET_H

#include "pages/template.h"

enum { PAGE_VERSION_LETTERS = 16 };

struct page_sets;

/* One reading of the files, held. */
struct page_files {
	struct template_set templates;
	const char *version; /* of what is no template: the same bytes, the same letters */
	struct page_reading *reading;
};

/* dir NONE: ours alone. The caller owns it: page_sets_close() it, when nobody holds files of it.
 * ERR_CONFIG: a file is broken, or is none of ours; file, line and reason are logged. ERR_NOMEM. */
MUST_USE enum err page_sets_open(struct str dir, struct page_sets **ret_sets);

/* Reads again. On an error, which is logged, everything stays as it was. */
MUST_USE enum err page_sets_read_again(struct page_sets *sets);

/* NULL is a no-op. */
void page_sets_close(struct page_sets *sets);

/* The files for an app, for as long as they are held:
 *     CLEANUP(page_files_leave) struct page_files files = page_files_take(sets, app);
 * sets NULL: ours alone. */
struct page_files page_files_take(struct page_sets *sets, struct str app);
void page_files_leave(struct page_files *files);

#endif
