/* SPDX-License-Identifier: Apache-2.0 */
/* json.c - jansson's values, flattened on the way in and nested on the way out. */
#include "base/json.h"
#include "base/clock.h"
#include <jansson.h>
#include <string.h>

enum { DEPTH_MAX = 4, SEGMENT_MAX = 64 };

enum err members_add(struct members *members, struct member member)
{
	if (members->n == MEMBERS_MAX)
		return ERR_MALFORMED;
	members->items[members->n++] = member;
	return OK;
}

static enum err flatten(struct arena *arena, json_t *object, struct str prefix, int depth,
                        struct members *members)
{
	const char *key;
	json_t *value;

	if (depth == DEPTH_MAX)
		return ERR_MALFORMED;
	json_object_foreach(object, key, value)
	{
		struct member member = { .kind = MEMBER_OTHER };
		/* Its own members would come out one level up, as if they stood there. */
		if (*key == '\0')
			return ERR_MALFORMED;
		TRY(arena_printf(arena, &member.name, "%.*s%s%s", STR_ARG(prefix),
		                 prefix.len ? "." : "", key));
		if (json_is_object(value)) {
			TRY(flatten(arena, value, member.name, depth + 1, members));
			if (json_object_size(value) > 0)
				continue;
		} else if (json_is_string(value)) {
			struct str text = { json_string_value(value), json_string_length(value) };
			member.kind = MEMBER_TEXT;
			TRY(arena_str(arena, text, &member.text));
		} else if (json_is_integer(value)) {
			TRY(arena_printf(arena, &member.text, "%lld",
			                 (long long)json_integer_value(value)));
		} else if (json_is_null(value)) {
			member.kind = MEMBER_NULL;
		}
		TRY(members_add(members, member));
	}
	return OK;
}

/* jansson follows 2,048 levels down by recursion, more than a thread of small stack has room for.
 */
bool json_is_shallow(struct str text, int depth_max)
{
	int depth = 0;
	bool in_string = false;

	for (size_t i = 0; i < text.len && depth <= depth_max; i++) {
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
	return depth <= depth_max;
}

enum err json_read(struct arena *arena, struct str text, struct members *members)
{
	json_error_t error;

	if (!json_is_shallow(text, DEPTH_MAX))
		return ERR_MALFORMED;

	json_t *root =
		json_loadb(text.ptr ? text.ptr : "", text.len, JSON_REJECT_DUPLICATES, &error);
	if (!root)
		return json_error_code(&error) == json_error_out_of_memory ? ERR_NOMEM
		                                                           : ERR_MALFORMED;
	enum err err =
		json_is_object(root) ? flatten(arena, root, STR(""), 0, members) : ERR_MALFORMED;
	json_decref(root);
	return err;
}

static json_t *out_object(const struct out_field *fields, size_t n_fields, const char *item);

static json_t *out_list(const struct out_field *field, const struct out_list *from)
{
	json_t *list = json_array();

	for (size_t i = 0; list && i < from->n; i++) {
		json_t *object = out_object(field->fields, field->n_fields,
		                            (const char *)from->items + i * field->size);
		if (json_array_append_new(list, object) != 0) {
			json_decref(list);
			return NULL;
		}
	}
	return list;
}

static json_t *out_time(int64_t at)
{
	char text[TIME_ROOM];

	return json_string(time_spell(at, text));
}

/* NULL: no memory, or a text is not UTF-8. */
static json_t *out_words(const struct str_list *list)
{
	json_t *array = json_array();

	for (size_t i = 0; array && i < list->n; i++) {
		if (json_array_append_new(array, json_stringn(list->items[i].ptr,
		                                              list->items[i].len)) != 0) {
			json_decref(array);
			return NULL;
		}
	}
	return array;
}

static json_t *out_value(const struct out_field *field, const char *item)
{
	const void *from = item + field->offset;

	switch (field->kind) {
	case OUT_TEXT:
	case OUT_SECRET: {
		struct str text;
		memcpy(&text, from, sizeof(text));
		return json_stringn(text.ptr, text.len);
	}
	case OUT_INTEGER:
	case OUT_INTEGER_IF_ANY:
		return json_integer(*(const int64_t *)from);
	case OUT_BOOL:
		return json_boolean(*(const int64_t *)from != 0);
	case OUT_TIME:
		return out_time(*(const int64_t *)from);
	case OUT_CONSTANT:
		return json_string(field->constant);
	case OUT_LIST:
		return out_list(field, from);
	case OUT_WORDS:
		return out_words(from);
	}
	return NULL;
}

/* The object that `segment` names inside `object`, made when it is missing. NULL: no memory. */
static json_t *descend(json_t *object, const char *segment)
{
	char name[SEGMENT_MAX];
	size_t len = strlen(segment);
	bool list = len > 2 && strcmp(segment + len - 2, "[]") == 0;

	snprintf(name, sizeof(name), "%.*s", (int)(list ? len - 2 : len), segment);
	json_t *inner = json_object_get(object, name);
	if (inner)
		return list ? json_array_get(inner, 0) : inner;
	inner = json_object();
	json_t *outer = list ? json_pack("[o]", inner) : inner;
	return json_object_set_new(object, name, outer) == 0 ? inner : NULL;
}

static enum err put(json_t *object, const struct out_field *field, const char *item)
{
	char segment[SEGMENT_MAX];
	const char *name = field->name;

	for (const char *dot; (dot = strchr(name, '.')); name = dot + 1) {
		snprintf(segment, sizeof(segment), "%.*s", (int)(dot - name), name);
		object = descend(object, segment);
		NEED(object);
	}
	return json_object_set_new(object, name, out_value(field, item)) == 0 ? OK : ERR_INTERNAL;
}

static bool is_left_out(const struct out_field *field, const char *item)
{
	struct str text;

	if (field->kind == OUT_TIME || field->kind == OUT_INTEGER_IF_ANY)
		return *(const int64_t *)(const void *)(item + field->offset) == 0;
	if (field->kind != OUT_TEXT && field->kind != OUT_SECRET)
		return false;
	memcpy(&text, item + field->offset, sizeof(text));
	return text.ptr == NULL;
}

static enum err put_all(json_t *object, const struct out_field *fields, size_t n_fields,
                        const char *item)
{
	NEED(object);
	for (size_t i = 0; i < n_fields; i++) {
		if (!is_left_out(&fields[i], item))
			TRY(put(object, &fields[i], item));
	}
	return OK;
}

/* NULL: no memory, or a text that is none. */
static json_t *out_object(const struct out_field *fields, size_t n_fields, const char *item)
{
	json_t *object = json_object();

	if (put_all(object, fields, n_fields, item) == OK)
		return object;
	json_decref(object);
	return NULL;
}

/* Takes the value. */
static enum err dump_take(struct arena *arena, json_t *value, struct str *ret_json)
{
	size_t size = json_dumpb(value, NULL, 0, JSON_COMPACT);
	char *text = size ? arena_alloc(arena, size + 1) : NULL;

	if (text)
		json_dumpb(value, text, size, JSON_COMPACT);
	json_decref(value);
	NEED(text);
	*ret_json = (struct str){ text, size };
	return OK;
}

enum err json_write(struct arena *arena, const struct out_field *fields, size_t n_fields,
                    const void *item, struct str *ret_json)
{
	json_t *object = json_object();
	enum err err = put_all(object, fields, n_fields, item);

	if (err != OK) {
		json_decref(object);
		return err;
	}
	return dump_take(arena, object, ret_json);
}
