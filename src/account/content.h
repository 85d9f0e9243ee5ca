/* SPDX-License-Identifier: Apache-2.0 */
/* content.h - what a Hack System application shows and is built of, as its operator edits it while
 * the server runs: rows of app_structure, and of content_strings, each of which belongs to a page
 * (its slug) or to all (global).
 *
 * A row has a name, for the operator to find it by, and members of the operator's own choosing. */
#ifndef REKEY_ACCOUNT_CONTENT_H
#define REKEY_ACCOUNT_CONTENT_H

#include "account/operation.h"

/* Of all rows of an app, which one answer may have to carry. */
enum {
	CONTENT_ROWS_MAX = 500,
	CONTENT_BYTES_MAX = 128 * 1024, /* of their members */
	CONTENT_NAME_MAX = 128,         /* code points */
};

struct content_wanted {
	struct str slug; /* NONE: what is global alone */
};

struct content_shown {
	struct content_list strings, structure;
};

extern const struct operation content_show_op; /* struct content_wanted -> struct content_shown */

/* ---- for the operator, of ctx->app ---- */

/* "app_structure/menu": a table and the name of a row. */
struct content_named {
	struct str name;
};

struct content_entry {
	struct str table, name;
	struct str members; /* an object in JSON, with slug and global where the table has them */
};

struct content_entry_list {
	struct content_entry *items;
	size_t n;
};

extern const struct operation content_list_op; /* struct nothing -> struct content_entry_list */
extern const struct operation content_find_op; /* struct content_named -> struct content_entry */

/* Changes the members that are given, or makes the row. ERR_NOT_FOUND: there is no such table.
 * ERR_BAD_NAME. ERR_BAD_SETTING: slug is no text, or global no yes or no; or the app has too much.
 */
extern const struct operation content_set_op; /* struct content_entry -> struct content_entry */

/* The same, and the row has no other members. A row without a name is called by its member id, as
 * the rows of another platform's export have one. */
extern const struct operation content_import_op; /* struct content_entry -> struct content_entry */

/* ERR_NOT_FOUND. */
extern const struct operation content_remove_op; /* struct content_named -> struct nothing */

/* "app_structure/menu" in its two halves. */
struct content_entry content_split(struct str name);

#endif
