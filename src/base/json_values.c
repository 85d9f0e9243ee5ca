/* SPDX-License-Identifier: Apache-2.0 */
/* json_values.c - jansson's members as texts, one level deep. */
#include "base/json_values.h"
#include <jansson.h>
#include <string.h>

enum { DEPTH_MAX = 8 };

/* jansson goes down by recursion, further than a small stack has room for. */
static bool is_shallow(struct str text)
{
	int depth = 0;
	bool in_string = false;

	for (size_t i = 0; i < text.len && depth <= DEPTH_MAX; i++) {
		char c = text.ptr[i];
		if (in_string && c == '\\')
			i++;
		else if (c == '"')
			in_string = !in_string;
		else if (!in_string && (c == '{' || c == '['))
			depth++;
		else if (!in_string && (c == '}' || c == ']'))
			depth--;
	}
	return depth <= DEPTH_MAX;
}

/* As JSON spells it. */
static enum err dump(struct arena *arena, const json_t *value, struct str *ret_text)
{
	const size_t flags = JSON_COMPACT | JSON_ENCODE_ANY;
	size_t size = json_dumpb(value, NULL, 0, flags);
	char *text = size ? arena_alloc(arena, size + 1) : NULL;

	NEED(text);
	json_dumpb(value, text, size, flags);
	*ret_text = (struct str){ text, size };
	return OK;
}

static enum err read_member(struct arena *arena, const char *name, const json_t *value,
                            struct named_text *ret_member)
{
	*ret_member = (struct named_text){ .value = STR_NONE };
	if (*name == '\0')
		return ERR_MALFORMED;
	TRY(arena_str(arena, str(name), &ret_member->name));
	if (json_is_null(value))
		return OK;
	if (!json_is_string(value))
		return dump(arena, value, &ret_member->value);
	struct str text = { json_string_value(value), json_string_length(value) };
	return arena_str(arena, text, &ret_member->value);
}

static enum err read_object(struct arena *arena, json_t *object, size_t max,
                            struct named_texts *ret_values)
{
	struct named_texts values = { .n = 0 };
	const char *name;
	json_t *value;

	if (!json_is_object(object) || json_object_size(object) > max)
		return ERR_MALFORMED;
	values.items = arena_array(arena, json_object_size(object) + 1, sizeof(values.items[0]));
	NEED(values.items);
	json_object_foreach(object, name, value)
		TRY(read_member(arena, name, value, &values.items[values.n++]));
	*ret_values = values;
	return OK;
}

enum err json_values_read(struct arena *arena, struct str text, size_t max,
                          struct named_texts *ret_values)
{
	json_error_t error;

	if (!text.ptr || !is_shallow(text))
		return ERR_MALFORMED;
	json_t *root = json_loadb(text.ptr, text.len, JSON_REJECT_DUPLICATES, &error);
	if (!root)
		return json_error_code(&error) == json_error_out_of_memory ? ERR_NOMEM
		                                                           : ERR_MALFORMED;
	enum err err = read_object(arena, root, max, ret_values);
	json_decref(root);
	return err;
}

/* How many went. Not deeper than what was read. */
static size_t prune(json_t *value, bool (*is_unwanted)(struct str name))
{
	const char *name;
	json_t *item;
	void *next;
	size_t i, n = 0;

	json_object_foreach_safe(value, next, name, item)
	{
		if (!is_unwanted(str(name)))
			n += prune(item, is_unwanted);
		else if (json_object_del(value, name) == 0)
			n++;
	}
	json_array_foreach(value, i, item) n += prune(item, is_unwanted);
	return n;
}

enum err json_values_prune(struct arena *arena, struct str text,
                           bool (*is_unwanted)(struct str name), struct str *ret_text)
{
	json_error_t error;

	*ret_text = text;
	if (text.len == 0 || (text.ptr[0] != '{' && text.ptr[0] != '[') || !is_shallow(text))
		return OK;
	json_t *root = json_loadb(text.ptr, text.len, 0, &error);
	if (!root)
		return json_error_code(&error) == json_error_out_of_memory ? ERR_NOMEM : OK;
	enum err err = prune(root, is_unwanted) > 0 ? dump(arena, root, ret_text) : OK;
	json_decref(root);
	return err;
}

/* NULL: no memory, or a text that is none. */
static json_t *object_of(const struct named_texts *values)
{
	json_t *object = json_object();

	for (size_t i = 0; object && i < values->n; i++) {
		struct str value = values->items[i].value;
		if (json_object_set_new(object, values->items[i].name.ptr,
		                        value.ptr ? json_stringn(value.ptr, value.len)
		                                  : json_null()) != 0) {
			json_decref(object);
			return NULL;
		}
	}
	return object;
}

enum err json_values_write(struct arena *arena, const struct named_texts *values,
                           struct str *ret_json)
{
	json_t *object = object_of(values);

	if (!object)
		return ERR_INTERNAL;
	enum err err = dump(arena, object, ret_json);
	json_decref(object);
	return err;
}
