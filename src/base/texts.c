/* SPDX-License-Identifier: Apache-2.0 */
/* texts.c - finds words by their key, and fills their places. */
#include "base/texts.h"
#include <stdlib.h>
#include <string.h>

static int compare_key(const void *key, const void *row)
{
	const struct str *wanted = key;
	const char *has = ((const struct text_row *)row)->key;
	size_t len = strlen(has);
	int order = memcmp(wanted->ptr, has, wanted->len < len ? wanted->len : len);

	return order ? order : (wanted->len > len) - (wanted->len < len);
}

struct str text_find(enum language language, struct str key)
{
	const struct text_row *row =
		key.len ? bsearch(&key, text_rows, n_texts, sizeof(text_rows[0]), compare_key)
			: NULL;

	return row ? str(row->words[language]) : STR_NONE;
}

struct str text_of(enum language language, const char *key)
{
	return text_find(language, str(key));
}

bool text_must_isolate(enum language language, struct str value)
{
	if (languages[language].right_to_left)
		return true;
	for (size_t i = 0; i < value.len; i++) {
		if ((unsigned char)value.ptr[i] >= 0x80)
			return true;
	}
	return false;
}

struct text_piece text_next(struct str *rest)
{
	const char *open = rest->len ? memmem(rest->ptr, rest->len, "{{", 2) : NULL;
	size_t before = open ? (size_t)(open - rest->ptr) : rest->len;
	struct str inside = str_from(*rest, open ? before + 2 : before);
	const char *close = inside.len ? memmem(inside.ptr, inside.len, "}}", 2) : NULL;
	struct text_piece piece = { { rest->ptr, before }, STR_NONE };

	if (!close) {
		piece.words = *rest;
		*rest = str_from(*rest, rest->len);
		return piece;
	}
	piece.place = (struct str){ inside.ptr, (size_t)(close - inside.ptr) };
	*rest = str_from(inside, piece.place.len + 2);
	return piece;
}

static const struct text_place *place_find(const struct text_place *places, struct str name)
{
	for (; places->name; places++) {
		if (str_is(name, places->name) && places->value.ptr)
			return places;
	}
	return NULL;
}

enum err text_fill(struct arena *arena, enum language language, struct str text,
                   const struct text_place *places, struct str *ret_text)
{
	struct buf out = buf_in(arena);

	while (text.len > 0) {
		struct text_piece piece = text_next(&text);
		buf_add(&out, piece.words);
		if (!piece.place.ptr)
			break;
		const struct text_place *place = place_find(places, piece.place);
		if (!place)
			return ERR_INTERNAL;
		bool apart = text_must_isolate(language, place->value);
		buf_puts(&out, apart ? TEXT_ISOLATE : "");
		buf_add(&out, place->value);
		buf_puts(&out, apart ? TEXT_ISOLATE_END : "");
	}
	return buf_str(&out, ret_text);
}
