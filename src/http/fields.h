/* SPDX-License-Identifier: Apache-2.0 */
/* fields.h - the members of a request, decoded into an operation's in-struct by a table.
 *
 * A kind is a shape; rules (what a good password is) are the core's. */
#ifndef REKEY_HTTP_FIELDS_H
#define REKEY_HTTP_FIELDS_H

#include "base/json.h"

enum field_kind {
	FIELD_TEXT,
	FIELD_SECRET,
	FIELD_NUMBER, /* int64_t, from 0; a text of digits, or a JSON number */
	FIELD_WORDS,  /* struct str_list: an array of texts */
	FIELD_JSON,   /* struct str: an object, as JSON; OPTIONAL, and null is as good as absent */
	FIELD_REST,   /* struct rest: the members, of whatever kind, that no other field knows */
};

enum field_need {
	FIELD_REQUIRED, /* absent: ERR_MEMBER_MISSING; null: ERR_MEMBER_TYPE */
	FIELD_OPTIONAL, /* absent: NONE, or as it was preset */
	FIELD_OR_NULL,  /* the same, and null is as good as absent */
	FIELD_CHECKED,  /* absent, null or "": the row's own error, after every shape was checked */
};

struct field {
	const char *name;
	enum field_kind kind;
	size_t offset;
	enum field_need need;
	enum err empty; /* FIELD_CHECKED: for want of a value */
};

#define FIELD(name, kind, type, member)                                                            \
	{                                                                                          \
		name, FIELD_##kind, offsetof(type, member), FIELD_REQUIRED, OK                     \
	}
#define FIELD_MAYBE(name, kind, type, member)                                                      \
	{                                                                                          \
		name, FIELD_##kind, offsetof(type, member), FIELD_OPTIONAL, OK                     \
	}
#define FIELD_MAYBE_NULL(name, kind, type, member)                                                 \
	{                                                                                          \
		name, FIELD_##kind, offsetof(type, member), FIELD_OR_NULL, OK                      \
	}
/* `name` is for documents. */
#define FIELD_REST_OF(name, type, member)                                                          \
	{                                                                                          \
		name, FIELD_REST, offsetof(type, member), FIELD_OPTIONAL, OK                       \
	}
#define FIELD_OR(name, kind, type, member, empty)                                                  \
	{                                                                                          \
		name, FIELD_##kind, offsetof(type, member), FIELD_CHECKED, empty                   \
	}

/* Fills the fields' places in ret_in, in which the caller has put what no request may say. A rest
 * keeps a pointer to members.
 * ERR_MALFORMED: a member twice, or, unless lenient, one that no field knows. ERR_MEMBER_TYPE,
 * ERR_MEMBER_MISSING, or a row's own error. On an error *ret_culprit names the member. */
MUST_USE enum err fields_decode(const struct field *fields, size_t n_fields,
                                const struct members *members, bool lenient, void *ret_in,
                                struct str *ret_culprit);

/* Whether there is a member of this name, of whatever kind. */
bool members_have(const struct members *members, const char *name);

#endif
