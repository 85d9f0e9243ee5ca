/* SPDX-License-Identifier: Apache-2.0 */
/* json_values.h - a JSON object as a list of names and texts, as a line of CSV is one.
 *
 * Where json.h reads what a table of fields names, this reads whatever there is: of files whose
 * columns nobody has told us. */
#ifndef REKEY_BASE_JSON_VALUES_H
#define REKEY_BASE_JSON_VALUES_H

#include "base/arena.h"

struct named_text {
	struct str name, value; /* value NONE: null, or an empty cell */
};

struct named_texts {
	struct named_text *items;
	size_t n;
};

/* The object's own members, in their order: texts as they are, all else as compact JSON spells it
 * ("true", "12", "{\"a\":1}"). ERR_MALFORMED: no JSON object, invalid UTF-8, U+0000, a member twice
 * or without a name, too deep, or more than max members. */
MUST_USE enum err json_values_read(struct arena *arena, struct str text, size_t max,
                                   struct named_texts *ret_values);

/* A text that is an object or an array in JSON, without the members, at any depth, whose names are
 * unwanted; any other text, and one that has none of them, as it is. */
MUST_USE enum err json_values_prune(struct arena *arena, struct str text,
                                    bool (*is_unwanted)(struct str name), struct str *ret_text);

/* An object of texts; those that are NONE are null. ERR_INTERNAL: one is not UTF-8. */
MUST_USE enum err json_values_write(struct arena *arena, const struct named_texts *values,
                                    struct str *ret_json);

#endif
