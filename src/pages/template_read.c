/* SPDX-License-Identifier: Apache-2.0 */
/* template_read.c - cuts a template into its pieces, and counts its lines. */
#include "pages/template_priv.h"
#include <string.h>

static size_t find(struct str text, const char *two)
{
	const char *found = text.len ? memmem(text.ptr, text.len, two, 2) : NULL;

	return found ? (size_t)(found - text.ptr) : text.len;
}

static bool is_name(struct str name)
{
	for (size_t i = 0; i < name.len; i++) {
		char c = name.ptr[i];
		if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && !(c && strchr("_-.", c)))
			return false;
	}
	return name.len > 0;
}

/* What stands between the braces: a sign, or none, and a name. */
static enum piece_kind tag_read(struct str inside, struct str *ret_name)
{
	static const char signs[] = "#^/>!@";
	static const enum piece_kind kinds[] = { PIECE_IF,      PIECE_UNLESS,  PIECE_CLOSE,
		                                 PIECE_INCLUDE, PIECE_COMMENT, PIECE_WORDS };
	const char *sign = inside.len ? memchr(signs, inside.ptr[0], sizeof(signs) - 1) : NULL;
	enum piece_kind kind = sign ? kinds[sign - signs] : PIECE_VALUE;

	*ret_name = sign ? str_from(inside, 1) : inside;
	return kind == PIECE_COMMENT || is_name(*ret_name) ? kind : PIECE_FAULT;
}

/* Leaves out the line of a tag that stands alone on it: the white space before, the end after. */
static void take_line(struct str text, struct piece *piece, size_t *end)
{
	size_t from = piece->at;

	while (from > 0 && (text.ptr[from - 1] == ' ' || text.ptr[from - 1] == '\t'))
		from--;
	if (from > 0 && text.ptr[from - 1] != '\n')
		return;
	if (*end == text.len || text.ptr[*end] != '\n')
		return;
	piece->literal.len -= piece->at - from;
	*end += 1;
}

struct piece piece_next(struct scan *scan)
{
	struct str text = scan->file->text, rest = str_from(text, scan->at);
	size_t len = find(rest, "{{");
	struct piece piece = { .literal = { rest.ptr, len }, .at = scan->at + len };

	scan->at = piece.at;
	if (piece.at == text.len)
		return piece;

	struct str inside = str_from(rest, len + 2);
	size_t inside_len = find(inside, "}}");
	piece.kind = PIECE_FAULT;
	if (inside_len == inside.len)
		return piece;

	size_t end = piece.at + 2 + inside_len + 2;
	piece.kind = tag_read((struct str){ inside.ptr, inside_len }, &piece.name);
	if (piece.kind != PIECE_VALUE && piece.kind != PIECE_WORDS && piece.kind != PIECE_FAULT)
		take_line(text, &piece, &end);
	scan->at = end;
	return piece;
}

enum err template_complain(struct template_fault *ret_fault, const struct embedded *file, size_t at,
                           struct str tag, const char *why)
{
	unsigned line = 1;

	for (size_t i = 0; i < at; i++)
		line += file->text.ptr[i] == '\n';
	*ret_fault = (struct template_fault){ file->name, line, why, tag };
	return ERR_INTERNAL;
}
