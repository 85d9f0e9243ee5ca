/* SPDX-License-Identifier: Apache-2.0 */
/* template.c - shows a template, piece by piece, with the values that it is given. */
#include "base/html.h"
#include "pages/template_priv.h"

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

/* A value among words; words have no words in them. */
static enum err render_place(struct render *render, const struct scope *scope, struct str name)
{
	const struct template_value *value = scope_find(scope, name);

	if (!value || value->rows || value->key)
		return ERR_INTERNAL;
	bool apart = text_must_isolate(render->language, value_text(value));
	buf_puts(&render->out, apart ? TEXT_ISOLATE : "");
	html_add(&render->out, value_text(value));
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
		html_add(&render->out, piece.words);
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
	html_add(&render->out, value_text(value));
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
