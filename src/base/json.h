/* SPDX-License-Identifier: Apache-2.0 */
/* json.h - JSON in and out as flat tables, by jansson, of which this is the one home.
 *
 * A document comes in as a list of members whose names are dotted ("user.email"); it goes out by a
 * table of dotted names and the members of a struct that they spell. */
#ifndef REKEY_BASE_JSON_H
#define REKEY_BASE_JSON_H

#include "base/arena.h"

enum member_kind {
	MEMBER_TEXT,
	MEMBER_NULL,
	MEMBER_OTHER, /* a number, a boolean, an array: nothing here takes them */
};

struct member {
	struct str name;
	enum member_kind kind;
	struct str text; /* MEMBER_TEXT; NUL behind. It may be a secret: treat it as one. Of an
	                    integer among MEMBER_OTHER: its digits */
};

enum { MEMBERS_MAX = 64 };

struct members {
	struct member items[MEMBERS_MAX];
	size_t n;
};

/* Adds one. ERR_MALFORMED: there are too many. Names may repeat: who decodes them refuses that. */
MUST_USE enum err members_add(struct members *members, struct member member);

/* Adds the members of the object in text, those of nested objects under dotted names.
 * ERR_MALFORMED: no JSON object, invalid UTF-8, U+0000, a member twice or without a name, or too
 * deep or too many. */
MUST_USE enum err json_read(struct arena *arena, struct str text, struct members *members);

/* Whether nothing in it is nested deeper than that, told without nesting anything: for whoever
 * reads a document by jansson itself. */
bool json_is_shallow(struct str text, int depth_max);

enum out_kind {
	OUT_TEXT,           /* struct str; left out when it is NONE */
	OUT_SECRET,         /* struct secret; left out when it is NONE */
	OUT_INTEGER,        /* int64_t */
	OUT_INTEGER_IF_ANY, /* the same; left out when it is 0 */
	OUT_BOOL,           /* int64_t, 0 or 1 */
	OUT_TIME,     /* int64_t Unix seconds, as RFC 3339 has it, in UTC; left out when it is 0 */
	OUT_CONSTANT, /* the row's own text */
	OUT_LIST,     /* struct out_list: an array of objects, by the row's own table */
	OUT_WORDS,    /* struct str_list: an array of texts */
};

/* As every list of the house is laid out. */
struct out_list {
	void *items;
	size_t n;
};

struct out_field {
	const char *name; /* "payload.type" nests; "errors[].field" nests in an array of one */
	enum out_kind kind;
	size_t offset;
	const char *constant;
	const struct out_field *fields; /* OUT_LIST: of its items, each of this size */
	size_t n_fields, size;
};

#define OUT(name, kind, type, member)                                                              \
	{                                                                                          \
		name, OUT_##kind, offsetof(type, member), NULL, NULL, 0, 0                         \
	}
#define OUT_FIXED(name, text)                                                                      \
	{                                                                                          \
		name, OUT_CONSTANT, 0, text, NULL, 0, 0                                            \
	}
/* `member` is the pointer to the items; their number stands behind it. */
#define OUT_LIST_OF(name, type, member, table, item_type)                                          \
	{                                                                                          \
		name, OUT_LIST, offsetof(type, member), NULL, table, COUNT_OF(table),              \
			sizeof(item_type)                                                          \
	}

/* Writes one struct as an object by the table. ERR_INTERNAL: a text is not UTF-8. */
MUST_USE enum err json_write(struct arena *arena, const struct out_field *fields, size_t n_fields,
                             const void *item, struct str *ret_json);

#endif
