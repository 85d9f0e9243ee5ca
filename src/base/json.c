/* SPDX-License-Identifier: Apache-2.0 */
/* json.c - jansson's values, flattened on the way in and nested on the way out. */
#include "base/json.h"
#include "base/clock.h"
#include "base/json_stream.h"
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

enum { DEPTH_MAX = 8, SEGMENT_MAX = 64 };

enum err members_add(struct members *members, struct member member)
{
	if (members->n == MEMBERS_MAX)
		return ERR_MALFORMED;
	members->items[members->n++] = member;
	return OK;
}

const struct member *members_find(const struct members *members, struct str name)
{
	for (size_t i = 0; i < members->n; i++) {
		if (str_equal(members->items[i].name, name))
			return &members->items[i];
	}
	return NULL;
}

struct str members_text(const struct members *members, const char *name)
{
	const struct member *member = members_find(members, str(name));

	return member && member->kind == MEMBER_TEXT ? member->text : STR_NONE;
}

bool rest_next(const struct rest *rest, const struct member **member)
{
	size_t n = rest->members ? rest->members->n : 0;
	size_t i = *member ? (size_t)(*member - rest->members->items) + 1 : 0;

	while (i < n && !(rest->which >> i & 1))
		i++;
	if (i >= n)
		return false;
	*member = &rest->members->items[i];
	return true;
}

/* ---- numbers ---- */

enum { REAL_ROOM = 32 };

/* With as few digits as read back the same: 0.1, and not 0.10000000000000001. */
static const char *spell_real(double real, char text[REAL_ROOM])
{
	for (int digits = 15; digits <= 17; digits++) {
		snprintf(text, REAL_ROOM, "%.*g", digits, real);
		if (strtod(text, NULL) == real)
			break;
	}
	return text;
}

static bool has_real(const json_t *value)
{
	const char *key;
	json_t *item;
	size_t i;

	/* What is looked at is not changed; jansson's loop wants to be able to. */
	json_object_foreach((json_t *)(uintptr_t)value, key, item)
	{
		if (has_real(item))
			return true;
	}
	json_array_foreach(value, i, item)
	{
		if (has_real(item))
			return true;
	}
	return json_is_real(value);
}

static enum err dump(struct arena *arena, const json_t *value, struct str *ret_json);

/* As dump() does, but for the numbers. */
static enum err spell(struct arena *arena, struct json_stream *json, const char *name,
                      const json_t *value)
{
	char real[REAL_ROOM];
	const char *key;
	struct str text;
	json_t *item;
	size_t i;

	if (json_is_real(value)) {
		spell_real(json_real_value(value), real);
		/* Without a point it would come back as another type. */
		TRY(arena_printf(arena, &text, "%s%s", real, strpbrk(real, ".e") ? "" : ".0"));
		json_put_raw(json, name, text.ptr);
	} else if (json_is_object(value)) {
		json_begin(json, name, '{');
		json_object_foreach((json_t *)(uintptr_t)value, key, item)
			TRY(spell(arena, json, key, item));
		json_end(json, '}');
	} else if (json_is_array(value)) {
		json_begin(json, name, '[');
		json_array_foreach(value, i, item) TRY(spell(arena, json, NULL, item));
		json_end(json, ']');
	} else {
		TRY(dump(arena, value, &text));
		json_put_raw(json, name, text.ptr);
	}
	return OK;
}

static enum err dump_with_reals(struct arena *arena, const json_t *value, struct str *ret_json)
{
	struct json_stream json = json_stream_in(arena);

	TRY(spell(arena, &json, NULL, value));
	return json_stream_str(&json, ret_json);
}

/* Its text ends with a NUL. */
static enum err dump(struct arena *arena, const json_t *value, struct str *ret_json)
{
	if (has_real(value))
		return dump_with_reals(arena, value, ret_json);
	size_t size = json_dumpb(value, NULL, 0, JSON_COMPACT | JSON_ENCODE_ANY);
	char *text = size ? arena_alloc(arena, size + 1) : NULL;

	NEED(text);
	json_dumpb(value, text, size, JSON_COMPACT | JSON_ENCODE_ANY);
	text[size] = '\0';
	*ret_json = (struct str){ text, size };
	return OK;
}

/* An array of texts; any other is left MEMBER_OTHER. */
static enum err read_list(struct arena *arena, const json_t *array, struct member *member)
{
	size_t n = json_array_size(array);
	struct str *items = arena_array(arena, n, sizeof(items[0]));

	NEED(items);
	for (size_t i = 0; i < n; i++) {
		const json_t *item = json_array_get(array, i);
		if (!json_is_string(item))
			return OK;
		TRY(arena_str(arena,
		              (struct str){ json_string_value(item), json_string_length(item) },
		              &items[i]));
	}
	member->kind = MEMBER_LIST;
	member->list = (struct str_list){ items, n };
	return OK;
}

/* A text, or what has none: numbers and booleans as JSON spells them. */
static enum err read_value(struct arena *arena, const json_t *value, struct member *member)
{
	char real[REAL_ROOM];

	switch (json_typeof(value)) {
	case JSON_STRING:
		member->kind = MEMBER_TEXT;
		return arena_str(arena,
		                 (struct str){ json_string_value(value),
		                               json_string_length(value) },
		                 &member->text);
	case JSON_INTEGER:
		return arena_printf(arena, &member->text, "%lld",
		                    (long long)json_integer_value(value));
	case JSON_REAL:
		return arena_str(arena, str(spell_real(json_real_value(value), real)),
		                 &member->text);
	case JSON_TRUE:
	case JSON_FALSE:
		member->text = json_is_true(value) ? STR("true") : STR("false");
		return OK;
	case JSON_ARRAY:
		return read_list(arena, value, member);
	case JSON_NULL:
		member->kind = MEMBER_NULL;
		return OK;
	case JSON_OBJECT:
		break;
	}
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
		} else {
			TRY(read_value(arena, value, &member));
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

/* The caller owns *ret_root: json_decref() it. */
static enum err load(struct str text, json_t **ret_root)
{
	json_error_t error;

	if (!json_is_shallow(text, DEPTH_MAX))
		return ERR_MALFORMED;
	*ret_root = json_loadb(text.ptr ? text.ptr : "", text.len, JSON_REJECT_DUPLICATES, &error);
	if (*ret_root)
		return OK;
	return json_error_code(&error) == json_error_out_of_memory ? ERR_NOMEM : ERR_MALFORMED;
}

enum err json_read(struct arena *arena, struct str text, struct members *members)
{
	json_t *root;

	TRY(load(text, &root));
	members->arena = arena;
	members->source = text;
	enum err err =
		json_is_object(root) ? flatten(arena, root, STR(""), 0, members) : ERR_MALFORMED;
	json_decref(root);
	return err;
}

/* A value that is no text stays JSON. */
static enum err read_flat(struct arena *arena, json_t *object, struct members *members)
{
	const char *key;
	json_t *value;

	json_object_foreach(object, key, value)
	{
		struct member member = { .kind = MEMBER_OTHER };
		TRY(arena_str(arena, str(key), &member.name));
		if (json_is_string(value) || json_is_null(value))
			TRY(read_value(arena, value, &member));
		else
			TRY(dump(arena, value, &member.text));
		TRY(members_add(members, member));
	}
	return OK;
}

enum err json_read_flat(struct arena *arena, struct str text, struct members *members)
{
	json_t *root;

	TRY(load(text, &root));
	enum err err = json_is_object(root) ? read_flat(arena, root, members) : ERR_MALFORMED;
	json_decref(root);
	return err;
}

enum err json_part(const struct members *members, const char *name, struct str *ret_json)
{
	json_t *root;

	if (!members->source.ptr)
		return ERR_NOT_FOUND;
	TRY(load(members->source, &root));
	json_t *part = json_object_get(root, name);
	enum err err = !part || json_is_null(part) ? ERR_NOT_FOUND : ERR_MEMBER_TYPE;
	if (json_is_object(part))
		err = dump(members->arena, part, ret_json);
	json_decref(root);
	return err;
}

bool json_is_structure(struct str text)
{
	json_t *root;

	if (text.len == 0 || (text.ptr[0] != '{' && text.ptr[0] != '[') ||
	    !json_is_shallow(text, DEPTH_MAX - 1) || load(text, &root) != OK)
		return false;
	json_decref(root);
	return true;
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

static json_t *out_numbers(const struct number_list *list)
{
	json_t *array = json_array();

	for (size_t i = 0; array && i < list->n; i++) {
		if (json_array_append_new(array, json_integer(list->items[i])) != 0) {
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
	case OUT_TEXT_OR_NULL: {
		struct str text;
		memcpy(&text, from, sizeof(text));
		return text.ptr ? json_stringn(text.ptr, text.len) : json_null();
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
	case OUT_NUMBERS:
		return out_numbers(from);
	case OUT_MILLISECONDS:
		return json_integer(*(const int64_t *)from * 1000);
	case OUT_MEMBERS:
	case OUT_PAIRS:
		break; /* they have names of their own */
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

/* Goes down to where the last part of a dotted name belongs. NULL: no memory. */
static json_t *descend_all(json_t *object, const char **name)
{
	char segment[SEGMENT_MAX];

	for (const char *dot; object && (dot = strchr(*name, '.')); *name = dot + 1) {
		snprintf(segment, sizeof(segment), "%.*s", (int)(dot - *name), *name);
		object = descend(object, segment);
	}
	return object;
}

static enum err put(json_t *object, const struct out_field *field, const char *item)
{
	const char *name = field->name;

	object = descend_all(object, &name);
	NEED(object);
	return json_object_set_new(object, name, out_value(field, item)) == 0 ? OK : ERR_INTERNAL;
}

/* Their names are the data's: a dot in one means nothing. */
static enum err put_pairs(json_t *object, const struct out_list *list)
{
	const struct out_pair *pairs = list->items;

	for (size_t i = 0; i < list->n; i++) {
		if (json_object_setn_new(object, pairs[i].name.ptr, pairs[i].name.len,
		                         json_stringn(pairs[i].value.ptr, pairs[i].value.len)) != 0)
			return ERR_INTERNAL;
	}
	return OK;
}

/* Those that the table has said already stay as they are. */
static enum err put_members(json_t *object, const struct out_field *field, const char *item)
{
	const char *name = field->name;
	struct str text;
	json_t *more;

	memcpy(&text, item + field->offset, sizeof(text));
	if (!text.ptr)
		return OK;
	object = descend_all(object, &name);
	NEED(object);
	enum err err = load(text, &more);
	if (err != OK) /* nobody's request is at fault */
		return err == ERR_MALFORMED ? ERR_INTERNAL : err;
	int failed = json_object_update_missing(object, more);
	json_decref(more);
	return failed ? ERR_NOMEM : OK;
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
		if (fields[i].kind == OUT_MEMBERS)
			TRY(put_members(object, &fields[i], item));
		else if (fields[i].kind == OUT_PAIRS)
			TRY(put_pairs(object, (const void *)(item + fields[i].offset)));
		else if (!is_left_out(&fields[i], item))
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
	enum err err = dump(arena, value, ret_json);

	json_decref(value);
	return err;
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
