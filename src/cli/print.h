/* SPDX-License-Identifier: Apache-2.0 */
/* print.h - what commands show: columns for people, JSON for programs, by one table of fields.
 *
 * People get aligned columns, dates in UTC, - for what is not there, and no byte that a terminal
 * would obey. Programs get what is stored. */
#ifndef REKEY_CLI_PRINT_H
#define REKEY_CLI_PRINT_H

#include "base/json.h"

enum { PRINT_COLUMNS_MAX = 32 };

/* A list that may be longer than memory, page by page. */
struct listing {
	const struct out_field *fields;
	size_t n_fields;
	bool json, terminal;
	size_t n; /* rows so far */
	size_t widths[PRINT_COLUMNS_MAX];
};

struct listing listing_begin(bool json, const struct out_field *fields, size_t n_fields);
MUST_USE enum err listing_add(struct listing *listing, struct arena *arena, const void *items,
                              size_t n_items, size_t size);
void listing_end(struct listing *listing);

/* One struct: a line for each field, or an object. */
MUST_USE enum err print_item(struct arena *arena, bool json, const struct out_field *fields,
                             size_t n_fields, const void *item);

#endif
