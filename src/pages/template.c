/* SPDX-License-Identifier: Apache-2.0 */
/* template.c - reads a template piece by piece: once to check it, later to show it. */
#include "pages/template.h"
#include <string.h>

/* A piece is the literal text up to the next tag, and that tag. */
enum kind {
	PIECE_END, /* no tag: the file is over */
	PIECE_FAULT,
	PIECE_VALUE,
	PIECE_IF,     /* {{#name}} */
	PIECE_UNLESS, /* {{^name}} */
	PIECE_CLOSE,
	PIECE_INCLUDE,
	PIECE_COMMENT,
	PIECE_WORDS, /* {{@key}} */
};

struct piece {
	struct str literal;
	enum kind kind;
	struct str name;
	size_t at; /* of the tag */
};

struct scan {
	const struct embedded *file;
	size_t at;
};

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
static enum kind tag_read(struct str inside, struct str *ret_name)
{
	static const char signs[] = "#^/>!@";
	static const enum kind kinds[] = { PIECE_IF,      PIECE_UNLESS,  PIECE_CLOSE,
		                           PIECE_INCLUDE, PIECE_COMMENT, PIECE_WORDS };
	const char *sign = inside.len ? memchr(signs, inside.ptr[0], sizeof(signs) - 1) : NULL;
	enum kind kind = sign ? kinds[sign - signs] : PIECE_VALUE;

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

static struct piece piece_next(struct scan *scan)
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

/* Where in the HTML we are: as much of its grammar as tells whether a value would be in quotes. */
enum html { HTML_TEXT, HTML_TAG, HTML_DOUBLE_QUOTED, HTML_SINGLE_QUOTED };

struct check {
	const struct embedded *files;
	struct template_fault *fault;
	enum html html;
	unsigned depth;
};

static enum html html_after(enum html html, char c)
{
	switch (html) {
	case HTML_TEXT:
		return c == '<' ? HTML_TAG : HTML_TEXT;
	case HTML_TAG:
		return c == '>'    ? HTML_TEXT
		       : c == '"'  ? HTML_DOUBLE_QUOTED
		       : c == '\'' ? HTML_SINGLE_QUOTED
		                   : HTML_TAG;
	case HTML_DOUBLE_QUOTED:
		return c == '"' ? HTML_TAG : HTML_DOUBLE_QUOTED;
	case HTML_SINGLE_QUOTED:
		return c == '\'' ? HTML_TAG : HTML_SINGLE_QUOTED;
	}
	return html;
}

static enum err fault(struct check *check, const struct embedded *file, const struct piece *piece,
                      const char *why)
{
	unsigned line = 1;

	for (size_t i = 0; i < piece->at; i++)
		line += file->text.ptr[i] == '\n';
	*check->fault = (struct template_fault){ file->name, line, why, piece->name };
	return ERR_INTERNAL;
}

static enum err check_file(struct check *check, const struct embedded *file);
static enum err check_block(struct check *check, struct scan *scan, const struct piece *open);

static enum err check_include(struct check *check, const struct embedded *file,
                              const struct piece *piece)
{
	const struct embedded *included = embedded_find(check->files, piece->name);

	if (!included)
		return fault(check, file, piece, "there is no such template to include");
	if (check->html != HTML_TEXT)
		return fault(check, file, piece, "an include stands inside an HTML tag");
	if (check->depth == TEMPLATE_DEPTH_MAX)
		return fault(check, file, piece, "includes are too deep, or in a circle");
	return check_file(check, included);
}

static enum err check_words(struct check *check, const struct embedded *file,
                            const struct piece *piece)
{
	if (!text_find(LANGUAGE_ENGLISH, piece->name).ptr)
		return fault(check, file, piece, "there are no such words");
	if (check->html == HTML_TAG)
		return fault(check, file, piece, "the words have no quotes");
	return OK;
}

static enum err check_section(struct check *check, struct scan *scan, const struct piece *open)
{
	enum html html = check->html;

	if (check->depth == TEMPLATE_DEPTH_MAX)
		return fault(check, scan->file, open, "sections are too deep");
	TRY(check_block(check, scan, open));
	if (check->html != html)
		return fault(check, scan->file, open, "a section ends elsewhere in the HTML");
	return OK;
}

static enum err check_end(struct check *check, const struct embedded *file,
                          const struct piece *open, const struct piece *end)
{
	if (end->kind == PIECE_END && open)
		return fault(check, file, open, "a section is never closed");
	if (end->kind == PIECE_END && check->html != HTML_TEXT)
		return fault(check, file, end, "an HTML tag is never closed");
	if (end->kind == PIECE_CLOSE && !(open && str_equal(open->name, end->name)))
		return fault(check, file, end, "this closes another section than the open one");
	check->depth--;
	return OK;
}

/* Inside of a comment of HTML quotes are none, whatever we would take them for. */
static enum err check_literal(struct check *check, const struct embedded *file,
                              const struct piece *piece)
{
	const struct str text = piece->literal;

	for (size_t i = 0; i < text.len; i++) {
		if (check->html == HTML_TEXT && str_starts(str_from(text, i), "<!--")) {
			const struct piece comment = {
				.name = { text.ptr + i, strlen("<!--") },
				.at = (size_t)(text.ptr - file->text.ptr) + i,
			};
			return fault(check, file, &comment, "a comment is written {{! so }}");
		}
		check->html = html_after(check->html, text.ptr[i]);
	}
	return OK;
}

/* Up to the end of the section `open`, or of the file (NULL). */
static enum err check_block(struct check *check, struct scan *scan, const struct piece *open)
{
	check->depth++;
	for (;;) {
		struct piece piece = piece_next(scan);
		TRY(check_literal(check, scan->file, &piece));
		switch (piece.kind) {
		case PIECE_FAULT:
			return fault(check, scan->file, &piece, "this is no tag");
		case PIECE_VALUE:
			if (check->html == HTML_TAG)
				return fault(check, scan->file, &piece, "a value has no quotes");
			break;
		case PIECE_WORDS:
			TRY(check_words(check, scan->file, &piece));
			break;
		case PIECE_IF:
		case PIECE_UNLESS:
			TRY(check_section(check, scan, &piece));
			break;
		case PIECE_INCLUDE:
			TRY(check_include(check, scan->file, &piece));
			break;
		case PIECE_COMMENT:
			break;
		case PIECE_CLOSE:
		case PIECE_END:
			return check_end(check, scan->file, open, &piece);
		}
	}
}

static enum err check_file(struct check *check, const struct embedded *file)
{
	struct scan scan = { .file = file };

	return check_block(check, &scan, NULL);
}

static bool is_html(const char *name)
{
	size_t len = strlen(name);

	return len > 5 && strcmp(name + len - 5, ".html") == 0;
}

enum err template_check(const struct template_set *set, struct template_fault *ret_fault)
{
	struct check check = { .files = set->files, .fault = ret_fault };

	for (const struct embedded *file = set->files; file->name; file++)
		if (is_html(file->name))
			TRY(check_file(&check, file));
	return OK;
}

struct scope {
	const struct template_value *values;
	const struct scope *outer; /* NULL: the caller's own */
};

struct render {
	const struct embedded *files;
	enum language language;
	struct buf out;
	unsigned depth;
};

static struct str value_text(const struct template_value *value)
{
	return value->text.ptr ? value->text : (struct str){ value->secret.ptr, value->secret.len };
}

/* NULL: not given, in no scope. */
static const struct template_value *scope_find(const struct scope *scope, struct str name)
{
	for (; scope; scope = scope->outer)
		for (const struct template_value *value = scope->values; value->name; value++)
			if (str_is(name, value->name) &&
			    (value->rows || value->key || value_text(value).ptr))
				return value;
	return NULL;
}

static const char *escape_of(char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	default:
		return NULL;
	}
}

static void add_escaped(struct buf *out, struct str text)
{
	size_t from = 0;

	for (size_t i = 0; i < text.len; i++) {
		const char *escape = escape_of(text.ptr[i]);
		if (!escape)
			continue;
		buf_add(out, (struct str){ text.ptr + from, i - from });
		buf_puts(out, escape);
		from = i + 1;
	}
	buf_add(out, str_from(text, from));
}

/* A value among words; words have no words in them. */
static enum err render_place(struct render *render, const struct scope *scope, struct str name)
{
	const struct template_value *value = scope_find(scope, name);

	if (!value || value->rows || value->key)
		return ERR_INTERNAL;
	bool apart = text_must_isolate(render->language, value_text(value));
	buf_puts(&render->out, apart ? TEXT_ISOLATE : "");
	add_escaped(&render->out, value_text(value));
	buf_puts(&render->out, apart ? TEXT_ISOLATE_END : "");
	return OK;
}

static enum err render_words(struct render *render, const struct scope *scope, struct str key)
{
	struct str words = text_find(render->language, key);

	if (!words.ptr)
		return ERR_INTERNAL;
	while (words.len > 0) {
		struct text_piece piece = text_next(&words);
		add_escaped(&render->out, piece.words);
		if (piece.place.ptr)
			TRY(render_place(render, scope, piece.place));
	}
	return OK;
}

static enum err render_value(struct render *render, const struct scope *scope, struct str name)
{
	const struct template_value *value = scope_find(scope, name);

	if (!value || value->rows)
		return ERR_INTERNAL;
	if (value->key)
		return render_words(render, scope, str(value->key));
	add_escaped(&render->out, value_text(value));
	return OK;
}

static enum err render_file(struct render *render, struct str name, const struct scope *scope);
static enum err render_section(struct render *render, struct scan *scan, const struct piece *open,
                               const struct scope *scope);

/* Up to the end of the section `open`, or of the file (NULL). No scope: reads on, shows nothing. */
static enum err render_block(struct render *render, struct scan *scan, const struct piece *open,
                             const struct scope *scope)
{
	if (render->depth++ == TEMPLATE_DEPTH_MAX)
		return ERR_INTERNAL;
	for (;;) {
		struct piece piece = piece_next(scan);
		if (scope)
			buf_add(&render->out, piece.literal);
		switch (piece.kind) {
		case PIECE_FAULT:
			return ERR_INTERNAL;
		case PIECE_VALUE:
			if (scope)
				TRY(render_value(render, scope, piece.name));
			break;
		case PIECE_WORDS:
			if (scope)
				TRY(render_words(render, scope, piece.name));
			break;
		case PIECE_IF:
		case PIECE_UNLESS:
			TRY(render_section(render, scan, &piece, scope));
			break;
		case PIECE_INCLUDE:
			if (scope)
				TRY(render_file(render, piece.name, scope));
			break;
		case PIECE_COMMENT:
			break;
		case PIECE_CLOSE:
			render->depth--;
			return open && str_equal(open->name, piece.name) ? OK : ERR_INTERNAL;
		case PIECE_END:
			render->depth--;
			return open ? ERR_INTERNAL : OK;
		}
	}
}

static enum err render_rows(struct render *render, struct scan *scan, const struct piece *open,
                            const struct scope *scope, const struct template_rows *rows)
{
	size_t from = scan->at;

	for (size_t i = 0; i < rows->n; i++) {
		struct scope row = { rows->values[i], scope };
		scan->at = from;
		TRY(render_block(render, scan, open, &row));
	}
	return OK;
}

static enum err render_section(struct render *render, struct scan *scan, const struct piece *open,
                               const struct scope *scope)
{
	const struct template_value *value = scope_find(scope, open->name);
	const struct template_rows *rows = value ? value->rows : NULL;
	bool there = rows ? rows->n > 0 : value && (value->key || value_text(value).len > 0);
	bool shown = scope && there == (open->kind == PIECE_IF);

	if (shown && rows && open->kind == PIECE_IF)
		return render_rows(render, scan, open, scope, rows);
	return render_block(render, scan, open, shown ? scope : NULL);
}

static enum err render_file(struct render *render, struct str name, const struct scope *scope)
{
	struct scan scan = { .file = embedded_find(render->files, name) };

	return scan.file ? render_block(render, &scan, NULL, scope) : ERR_INTERNAL;
}

enum err template_render(struct arena *arena, const struct template_set *set, const char *name,
                         const struct template_value *values, struct str *ret_html)
{
	struct render render = { .files = set->files,
		                 .language = set->language,
		                 .out = buf_in(arena) };
	const struct scope scope = { .values = values };

	TRY(render_file(&render, str(name), &scope));
	return buf_str(&render.out, ret_html);
}
