/* SPDX-License-Identifier: Apache-2.0 */
/* print.c - widths by what a terminal makes of the text, and texts that it can be trusted with. */
#include "cli/print.h"
#include "base/clock.h"
#include "base/text.h"
#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* On a terminal a cell is cut, lest one long text take the lines of all others. */
enum { CELL_COLUMNS_MAX = 48, NAME_COLUMNS = 22, GAP = 2 };

/* ---- one value ---- */

static enum err spell_text(struct arena *arena, const void *from, struct str *ret_text)
{
	struct str text;

	memcpy(&text, from, sizeof(text));
	TRY(text_printable(arena, text, ret_text));
	if (ret_text->len == 0)
		*ret_text = STR("-");
	return OK;
}

static enum err spell_time(struct arena *arena, int64_t at, struct str *ret_text)
{
	char text[TIME_ROOM];

	*ret_text = STR("-");
	return at == 0 ? OK : arena_str(arena, str(time_spell(at, text)), ret_text);
}

static enum err spell_value(struct arena *arena, const struct out_field *field, const char *item,
                            struct str *ret_text);

/* The first members of its items, one behind the other. */
static enum err spell_list(struct arena *arena, const struct out_field *field,
                           const struct out_list *list, struct str *ret_text)
{
	struct buf all = buf_in(arena);
	struct str one;

	for (size_t i = 0; i < list->n; i++) {
		TRY(spell_value(arena, field->fields, (const char *)list->items + i * field->size,
		                &one));
		buf_puts(&all, i ? ", " : "");
		buf_add(&all, one);
	}
	buf_puts(&all, list->n ? "" : "-");
	return buf_str(&all, ret_text);
}

static enum err spell_words(struct arena *arena, const struct str_list *list, struct str *ret_text)
{
	struct buf all = buf_in(arena);
	struct str one;

	for (size_t i = 0; i < list->n; i++) {
		TRY(text_printable(arena, list->items[i], &one));
		buf_puts(&all, i ? " " : "");
		buf_add(&all, one);
	}
	buf_puts(&all, list->n ? "" : "-");
	return buf_str(&all, ret_text);
}

static enum err spell_value(struct arena *arena, const struct out_field *field, const char *item,
                            struct str *ret_text)
{
	const void *from = item + field->offset;

	switch (field->kind) {
	case OUT_TEXT:
	case OUT_TEXT_OR_NULL:
	case OUT_SECRET:
		return spell_text(arena, from, ret_text);
	case OUT_INTEGER:
	case OUT_INTEGER_IF_ANY:
		return arena_printf(arena, ret_text, "%lld", (long long)*(const int64_t *)from);
	case OUT_TIME:
		return spell_time(arena, *(const int64_t *)from, ret_text);
	case OUT_BOOL:
		*ret_text = *(const int64_t *)from ? STR("yes") : STR("no");
		return OK;
	case OUT_CONSTANT:
		*ret_text = str(field->constant);
		return OK;
	case OUT_LIST:
		return spell_list(arena, field, from, ret_text);
	case OUT_WORDS:
		return spell_words(arena, from, ret_text);
	case OUT_MEMBERS:
		return spell_text(arena, from, ret_text);
	case OUT_NUMBERS:
	case OUT_MILLISECONDS:
	case OUT_PAIRS:
		break; /* no command prints any */
	}
	return ERR_INTERNAL;
}

static void print_padded(struct str text, size_t columns)
{
	size_t width = text_columns(text);

	printf("%.*s%*s", STR_ARG(text), width < columns ? (int)(columns - width) : 0, "");
}

/* ---- one struct ---- */

/* A secret is shown once, when it is made. */
static bool is_hidden(const struct out_field *field, const char *item)
{
	struct secret secret;

	if (field->kind != OUT_SECRET)
		return false;
	memcpy(&secret, item + field->offset, sizeof(secret));
	return !secret.ptr;
}

/* The lines of a longer text stand below each other. */
static enum err print_field(struct arena *arena, const struct out_field *field, const char *item)
{
	struct str text, line;

	if (is_hidden(field, item))
		return OK;
	print_padded(str(field->name), NAME_COLUMNS);
	if (field->kind != OUT_TEXT) {
		TRY(spell_value(arena, field, item, &line));
		printf(" %.*s\n", STR_ARG(line));
		return OK;
	}
	memcpy(&text, item + field->offset, sizeof(text));
	for (size_t from = 0, end;; from = end + 1) {
		struct str rest = str_from(text, from);
		end = from + str_find(rest, '\n');
		rest.len = end - from;
		TRY(spell_text(arena, &rest, &line));
		bool blank = from > 0 && rest.len == 0;
		printf("%*s%.*s\n", from ? NAME_COLUMNS + 1 : 1, "", blank ? 0 : (int)line.len,
		       line.ptr);
		if (end >= text.len)
			return OK;
	}
}

enum err print_item(struct arena *arena, bool json, const struct out_field *fields, size_t n_fields,
                    const void *item)
{
	struct str text;

	if (json) {
		TRY(json_write(arena, fields, n_fields, item, &text));
		printf("%s\n", text.ptr);
		return OK;
	}
	for (size_t i = 0; i < n_fields; i++)
		TRY(print_field(arena, &fields[i], item));
	return OK;
}

/* ---- lists ---- */

struct listing listing_begin(bool json, const struct out_field *fields, size_t n_fields)
{
	struct listing listing = { .fields = fields,
		                   .n_fields = n_fields,
		                   .json = json,
		                   .terminal = isatty(STDOUT_FILENO) };

	assert(n_fields <= PRINT_COLUMNS_MAX);
	for (size_t i = 0; i < n_fields; i++)
		listing.widths[i] = text_columns(str(fields[i].name));
	return listing;
}

static enum err add_json(struct listing *listing, struct arena *arena, const char *items,
                         size_t n_items, size_t size)
{
	struct str text;

	for (size_t i = 0; i < n_items; i++) {
		TRY(json_write(arena, listing->fields, listing->n_fields, items + i * size, &text));
		printf("%s%s", listing->n++ ? ",\n" : "[", text.ptr);
	}
	return OK;
}

static void print_cell(const struct listing *listing, size_t column, struct str text)
{
	bool last = column + 1 == listing->n_fields;

	print_padded(text, last ? 0 : listing->widths[column] + GAP);
	if (last)
		printf("\n");
}

static struct str cut(const struct listing *listing, struct str text)
{
	return listing->terminal ? text_fit(text, CELL_COLUMNS_MAX) : text;
}

/* Columns are as wide as their widest value so far: those of a first page stay for the next. */
static enum err add_rows(struct listing *listing, struct arena *arena, const char *items,
                         size_t n_items, size_t size)
{
	struct str *cells = arena_array(arena, n_items * listing->n_fields + 1, sizeof(*cells));

	NEED(cells);
	for (size_t i = 0; i < n_items * listing->n_fields; i++) {
		size_t column = i % listing->n_fields;
		TRY(spell_value(arena, &listing->fields[column],
		                items + i / listing->n_fields * size, &cells[i]));
		cells[i] = cut(listing, cells[i]);
		size_t width = text_columns(cells[i]);
		if (width > listing->widths[column])
			listing->widths[column] = width;
	}
	for (size_t i = 0; listing->n == 0 && i < listing->n_fields; i++)
		print_cell(listing, i, str(listing->fields[i].name));
	for (size_t i = 0; i < n_items * listing->n_fields; i++)
		print_cell(listing, i % listing->n_fields, cells[i]);
	listing->n += n_items;
	return OK;
}

enum err listing_add(struct listing *listing, struct arena *arena, const void *items,
                     size_t n_items, size_t size)
{
	return listing->json ? add_json(listing, arena, items, n_items, size)
	                     : add_rows(listing, arena, items, n_items, size);
}

void listing_end(struct listing *listing)
{
	if (listing->json)
		printf("%s]\n", listing->n ? "" : "[");
	for (size_t i = 0; !listing->json && listing->n == 0 && i < listing->n_fields; i++)
		print_cell(listing, i, str(listing->fields[i].name));
}
