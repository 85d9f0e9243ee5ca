/* SPDX-License-Identifier: Apache-2.0 */
/* template_fuzz.c - a template and a value. What the check lets through renders, and the value
 * changes no markup: tags and quotes are those that an innocent value gives. Then the same value in
 * each page that is shipped. */
#include "base/texts.h"
#include "fuzz.h"
#include "pages/pages.h"
#include "pages/template.h"
#include "pages/template_names.h"
#include <string.h>

enum { ROWS = 2, NAMES_MAX = 400, PAGES_MAX = 100 };

/* Every name in the shipped pages, and the pages. */
static struct template_value values[NAMES_MAX];
static const char *pages[PAGES_MAX];
static size_t n_values, n_pages;

static struct template_value *value_named(struct str name)
{
	for (size_t i = 0; i < n_values; i++) {
		if (str_is(name, values[i].name))
			return &values[i];
	}
	HOLDS(n_values < NAMES_MAX - 1);
	values[n_values].name = strndup(name.ptr, name.len);
	HOLDS(values[n_values].name);
	return &values[n_values++];
}

/* The places of the words, which are the same in every language. */
static void find_places(struct str key)
{
	struct str rest = text_find(LANGUAGE_ENGLISH, key);

	while (rest.len > 0) {
		struct text_piece piece = text_next(&rest);
		if (piece.place.ptr)
			value_named(piece.place);
	}
}

/* {{name}}, {{#name}}, {{^name}}, and what {{@key}} stands for */
static void find_names(struct str text)
{
	while (fuzz_has(text, "{{")) {
		const char *tag = memmem(text.ptr, text.len, "{{", 2);
		text = str_from(text, (size_t)(tag - text.ptr) + 2);
		struct str name = { text.ptr, str_find(text, '}') };
		if (str_starts(name, "#") || str_starts(name, "^"))
			name = str_from(name, 1);
		if (str_starts(name, "@"))
			find_places(str_from(name, 1));
		else if (name.len > 0 && !strchr("/>!", name.ptr[0]))
			value_named(name);
	}
}

void fuzz_start(void)
{
	const struct template_set shipped = { .files = page_files };
	struct template_fault fault;

	HOLDS(template_check(&shipped, &fault) == OK);
	for (const struct embedded *file = page_files; file->name; file++) {
		if (!strstr(file->name, ".html"))
			continue;
		find_names(file->text);
		HOLDS(n_pages < PAGES_MAX);
		pages[n_pages++] = file->name;
	}
}

/* What HTML is made of besides text. */
static struct str markup(struct arena *arena, struct str html)
{
	char *marks = arena_alloc(arena, html.len + 1);
	size_t len = 0;

	HOLDS(marks);
	for (size_t i = 0; i < html.len; i++) {
		char c = html.ptr[i];
		if (c == '<' || c == '>' || c == '"' || c == '\'')
			marks[len++] = c;
	}
	return (struct str){ marks, len };
}

static enum err render(struct arena *arena, const struct template_set *set, const char *name,
                       struct str value, struct str *ret_html)
{
	const struct template_value row[] = {
		{ .name = "inner", .text = value },
		{ .name = "a", .text = STR("hides the outer one") },
		{ .name = NULL },
	};
	const struct template_value *const rows[ROWS] = { row, row };
	const struct template_rows list = { rows, ROWS };

	for (size_t i = 0; i < n_values; i++)
		values[i].text = value;
	value_named(STR("a"))->text = value;
	value_named(STR("none"))->text = STR_NONE;
	value_named(STR("list"))->text = STR_NONE;
	value_named(STR("list"))->rows = &list;
	value_named(STR("token"))->text = STR_NONE;
	value_named(STR("token"))->secret = (struct secret){ value.ptr, value.len };
	return template_render(arena, set, name, values, ret_html);
}

static enum err check_value(struct arena *arena, const struct template_set *set, const char *name,
                            struct str value)
{
	struct str html, innocent;

	enum err err = render(arena, set, name, value, &html);
	HOLDS(render(arena, set, name, value.len > 0 ? STR("x") : STR(""), &innocent) == err);
	if (err == OK) {
		HOLDS(html.ptr[html.len] == '\0');
		HOLDS(str_equal(markup(arena, html), markup(arena, innocent)));
	}
	return err;
}

static enum language language_of(struct str value)
{
	return (enum language)(value.len % LANGUAGE_COUNT);
}

/* In the place of one of ours: what passes shows values that are there, and so is drawn. */
static void check_names(struct arena *arena, const struct template_set *set, struct str value)
{
	const struct embedded ours[] = {
		{ .name = "main.html",
		  .text = STR("{{a}}{{#list}}{{inner}}{{/list}}{{#none}}{{none}}{{/none}}") },
		{ .name = "leaf.html", .text = STR("<b title=\"{{a}}\">{{a}}</b>") },
		{ .name = NULL },
	};
	struct template_fault fault = { .file = NULL };

	enum err err = template_names_check(arena, ours, set->files, &fault);
	HOLDS(err != ERR_INTERNAL || (fault.line >= 1 && fault.why && fault.tag.len > 0));
	HOLDS(err != OK || check_value(arena, set, "main.html", value) == OK);
}

/* A template of its own, and a leaf that it may include. */
static void check_template(struct arena *arena, struct str text, struct str value)
{
	const struct embedded files[] = {
		{ .name = "main.html", .text = text },
		{ .name = "leaf.html", .text = STR("<b title=\"{{a}}\">{{a}}</b>") },
		{ .name = NULL },
	};
	const struct template_set set = { .files = files, .language = language_of(value) };
	struct template_fault fault = { .file = NULL };

	if (template_check(&set, &fault) == OK) {
		check_value(arena, &set, "main.html", value);
		check_names(arena, &set, value);
		return;
	}
	HOLDS(strcmp(fault.file, "main.html") == 0 && fault.line >= 1 && fault.why);
	HOLDS(fault.tag.len <= text.len);
}

void fuzz_input(struct arena *arena, struct str input)
{
	const struct template_set shipped = { .files = page_files, .language = language_of(input) };
	/* As every template that is embedded, it has a NUL behind. */
	struct str text = fuzz_copy(arena, fuzz_part(&input), NULL, 0);

	check_template(arena, text, input);
	size_t page = input.len > 0 ? (unsigned char)input.ptr[0] : 0;
	HOLDS(check_value(arena, &shipped, pages[page % n_pages], input) == OK);
}
