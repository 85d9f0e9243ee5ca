/* SPDX-License-Identifier: Apache-2.0 */
/* template_check.c - what could go wrong in a template, before anybody sees it. */
#include "pages/template_priv.h"

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
	return template_complain(check->fault, file, piece->at, piece->name, why);
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
			size_t at = (size_t)(text.ptr - file->text.ptr) + i;
			return template_complain(check->fault, file, at, STR("<!--"),
			                         "a comment is written {{! so }}");
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

enum err template_check(const struct template_set *set, struct template_fault *ret_fault)
{
	struct check check = { .files = set->files, .fault = ret_fault };

	for (const struct embedded *file = set->files; file->name; file++)
		if (str_ends(str(file->name), ".html"))
			TRY(check_file(&check, file));
	return OK;
}
