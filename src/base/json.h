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
	MEMBER_LIST,  /* an array of texts */
	MEMBER_OTHER, /* a number, a boolean, any other array */
};

struct member {
	struct str name;
	enum member_kind kind;
	struct str text;      /* MEMBER_TEXT; NUL behind. It may be a secret: treat it as one. Of a
	                         number or a boolean among MEMBER_OTHER: as JSON spells it */
	struct str_list list; /* MEMBER_LIST */
};

enum { MEMBERS_MAX = 64 };

struct members {
	struct member items[MEMBERS_MAX];
	size_t n;
	struct arena *arena; /* of a document: see json_part() */
	struct str source;
};

/* Some of a request's members, by a bit for each. */
struct rest {
	const struct members *members;
	uint64_t which;
};

_Static_assert(MEMBERS_MAX <= 64, "a bit for each member");

/* The next one behind *member (NULL: the first). false: no more. */
bool rest_next(const struct rest *rest, const struct member **member);

/* Adds one. ERR_MALFORMED: there are too many. Names may repeat: who decodes them refuses that. */
MUST_USE enum err members_add(struct members *members, struct member member);

/* The first member of this name. NULL: there is none. */
const struct member *members_find(const struct members *members, struct str name);

/* Its text. NONE: there is none, or it is no text. */
struct str members_text(const struct members *members, const char *name);

/* Adds the members of the object in text, those of nested objects under dotted names.
 * ERR_MALFORMED: no JSON object, invalid UTF-8, U+0000, a member twice or without a name, or too
 * deep or too many. */
MUST_USE enum err json_read(struct arena *arena, struct str text, struct members *members);

/* The same of the object's own members alone: of an object, an array, a number or a boolean, which
 * are MEMBER_OTHER, the text is its JSON. */
MUST_USE enum err json_read_flat(struct arena *arena, struct str text, struct members *members);

/* The object that is the document's own member of this name, as JSON. ERR_NOT_FOUND: there is none,
 * or it is null. ERR_MEMBER_TYPE: it is no object. */
MUST_USE enum err json_part(const struct members *members, const char *name, struct str *ret_json);

/* Whether a text is an object or an array in JSON, and nothing else; one that OUT_MEMBERS can take
 * as a member, so a level less deep than what is read. */
bool json_is_structure(struct str text);

/* Whether nothing in it is nested deeper than that, told without nesting anything: for whoever
 * reads a document by jansson itself. */
bool json_is_shallow(struct str text, int depth_max);

enum out_kind {
	OUT_TEXT,           /* struct str; left out when it is NONE */
	OUT_TEXT_OR_NULL,   /* struct str; null when it is NONE */
	OUT_SECRET,         /* struct secret; left out when it is NONE */
	OUT_INTEGER,        /* int64_t */
	OUT_INTEGER_IF_ANY, /* the same; left out when it is 0 */
	OUT_BOOL,           /* int64_t, 0 or 1 */
	OUT_TIME,     /* int64_t Unix seconds, as RFC 3339 has it, in UTC; left out when it is 0 */
	OUT_CONSTANT, /* the row's own text */
	OUT_LIST,     /* struct out_list: an array of objects, by the row's own table */
	OUT_WORDS,    /* struct str_list: an array of texts */
	OUT_NUMBERS,  /* struct number_list: an array of numbers */
	OUT_MILLISECONDS, /* int64_t Unix seconds, as milliseconds */
	OUT_MEMBERS, /* struct str, an object in JSON: its members beside the others, of which they
	                can be none */
	OUT_PAIRS,   /* struct out_list of struct out_pair: each a member beside the others */
};

struct out_pair {
	struct str name, value;
};

struct number_list {
	int64_t *items;
	size_t n;
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
