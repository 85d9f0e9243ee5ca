/* SPDX-License-Identifier: Apache-2.0 */
/* template_test.c - the template language: what it shows, and what it refuses. */
#include "pages/template.h"
#include "unit.h"

#define FILES(...) ((const struct embedded[]){ __VA_ARGS__, { NULL, { NULL, 0 } } })

static const struct template_value ann[] = { { "link", { "1", 1 }, { 0 }, NULL, NULL },
	                                     { "to", { "<ann>", 5 }, { 0 }, NULL, NULL },
	                                     { NULL, { 0 }, { 0 }, NULL, NULL } };
static const struct template_value bob[] = { { "link", { "2", 1 }, { 0 }, NULL, NULL },
	                                     { "to", { NULL, 0 }, { 0 }, NULL, NULL },
	                                     { NULL, { 0 }, { 0 }, NULL, NULL } };
static const struct template_value *const both[] = { ann, bob };
static const struct template_rows two_mails = { both, 2 }, no_mails = { NULL, 0 };

/* What every test below may name. */
static const struct template_value given[] = {
	{ "app", { "demo", 4 }, { 0 }, NULL, NULL },
	{ "empty", { "", 0 }, { 0 }, NULL, NULL },
	{ "none", { NULL, 0 }, { 0 }, NULL, NULL },
	{ "nasty", { "&<>\"'", 5 }, { 0 }, NULL, NULL },
	{ "tag", { "{{app}}", 7 }, { 0 }, NULL, NULL },
	{ "to", { "everyone", 8 }, { 0 }, NULL, NULL },
	{ "token", { 0 }, { "s3cret", 6 }, NULL, NULL },
	{ "mails", { 0 }, { 0 }, &two_mails, NULL },
	{ "no-mails", { 0 }, { 0 }, &no_mails, NULL },
	{ NULL, { 0 }, { 0 }, NULL, NULL },
};

static enum err render(struct test *t, const char *text, struct str *ret_html)
{
	struct template_set set = { .files = FILES({ "page.html", str(text) },
		                                   { "head.html", STR("<h1>{{app}}</h1>\n") },
		                                   { "circle.html", STR("{{>circle.html}}") }) };

	return template_render(t->arena, &set, "page.html", given, ret_html);
}

TEST(every_value_of_a_template_is_escaped)
{
	static const struct {
		const char *name, *value, *want;
	} cases[] = {
		{ "nothing", "", "" },
		{ "plain", "ann@example.org", "ann@example.org" },
		{ "ampersand", "a&b", "a&amp;b" },
		{ "entity", "&amp;", "&amp;amp;" },
		{ "element", "<script>x</script>", "&lt;script&gt;x&lt;/script&gt;" },
		{ "out of double quotes", "\" onclick=\"x", "&quot; onclick=&quot;x" },
		{ "out of single quotes", "' onclick='x", "&#39; onclick=&#39;x" },
		{ "only signs", "<<>>", "&lt;&lt;&gt;&gt;" },
		{ "at both ends", "<a>", "&lt;a&gt;" },
		{ "template language", "{{token}}{{/a}}{{", "{{token}}{{/a}}{{" },
		{ "Unicode", "\xd8\xb1\xd9\x85\xd8\xb2", "\xd8\xb1\xd9\x85\xd8\xb2" },
	};
	FOREACH(c, cases) {
		struct template_set set = { .files = FILES({ "a.html", STR("[{{v}}]") }) };
		struct template_value text[] = { { .name = "v", .text = str(c->value) }, { 0 } };
		struct str got = STR_NONE;
		CHECK(c->name, template_render(t->arena, &set, "a.html", text, &got) == OK);
		CHECK(c->name, got.len >= 2 && got.ptr[0] == '[' && got.ptr[got.len - 1] == ']');
		CHECK(c->name, str_is((struct str){ got.ptr + 1, got.len - 2 }, c->want));
		CHECK(c->name, got.ptr[got.len] == '\0');
	}
}

TEST(a_template_shows_values_sections_lists_and_includes)
{
	static const struct {
		const char *name, *text, *want;
	} cases[] = {
		{ "no tag", "a { b }} c", "a { b }} c" },
		{ "nothing", "", "" },
		{ "value", "{{app}}", "demo" },
		{ "values side by side", "{{app}}{{app}}-{{empty}}", "demodemo-" },
		{ "secret", "<i value=\"{{token}}\">", "<i value=\"s3cret\">" },
		{ "value, escaped", "{{nasty}}", "&amp;&lt;&gt;&quot;&#39;" },
		{ "value with a tag in it", "{{tag}}", "{{app}}" },
		{ "section that is there", "<{{#app}}{{app}}{{/app}}>", "<demo>" },
		{ "section that is empty", "<{{#empty}}x{{/empty}}>", "<>" },
		{ "section that is not there", "<{{#none}}x{{none}}{{/none}}>", "<>" },
		{ "section nobody gave", "<{{#nobody}}{{nobody}}{{/nobody}}>", "<>" },
		{ "section of a secret", "{{#token}}x{{/token}}", "x" },
		{ "unless there", "<{{^app}}x{{/app}}>", "<>" },
		{ "unless empty", "{{^empty}}x{{/empty}}", "x" },
		{ "unless not there", "{{^nobody}}x{{/nobody}}", "x" },
		{ "either, or", "{{#none}}a{{/none}}{{^none}}b{{/none}}", "b" },
		{ "nested", "{{#app}}a{{#tag}}b{{#empty}}c{{/empty}}{{/tag}}d{{/app}}", "abd" },
		{ "nested in what is hidden", "{{#none}}a{{#app}}b{{/app}}c{{/none}}d", "d" },
		{ "nested, same name", "{{#app}}a{{#app}}b{{/app}}c{{/app}}", "abc" },
		{ "attribute", "<p{{#app}} id=\"{{app}}\"{{/app}}>", "<p id=\"demo\">" },
		{ "list", "{{#mails}}({{link}}){{/mails}}", "(1)(2)" },
		{ "list, escaped", "{{#mails}}{{to}},{{/mails}}", "&lt;ann&gt;,everyone," },
		{ "list, outer value", "{{#mails}}{{app}}{{/mails}}", "demodemo" },
		{ "list in a list", "{{#mails}}{{#mails}}{{link}}{{/mails}};{{/mails}}", "12;12;" },
		{ "section in a list", "{{#mails}}{{#to}}x{{/to}}{{/mails}}", "xx" },
		{ "list without rows", "<{{#no-mails}}x{{/no-mails}}>", "<>" },
		{ "unless rows", "{{^no-mails}}none{{/no-mails}}{{^mails}}x{{/mails}}", "none" },
		{ "include", "{{>head.html}}.", "<h1>demo</h1>\n." },
		{ "include in a list", "{{#mails}}{{>head.html}}{{/mails}}",
		  "<h1>demo</h1>\n<h1>demo</h1>\n" },
		{ "comment", "a{{! not \" < shown }}b", "ab" },
		{ "lines of their own", "a\n\t{{#app}}\n\tb\n\t{{/app}}\nc", "a\n\tb\nc" },
		{ "first line", "{{! x }}\n<p>", "<p>" },
		{ "last line", "a\n{{! x }}", "a\n" },
		{ "value on its own line", "a\n{{app}}\nb", "a\ndemo\nb" },
		{ "not alone", "a {{! x }}\nb{{! x }} \nc", "a \nb \nc" },
	};
	FOREACH(c, cases) {
		struct str got = STR_NONE;
		CHECK(c->name, render(t, c->text, &got) == OK);
		CHECK(c->name, str_is(got, c->want));
	}
}

TEST(a_template_that_cannot_be_shown_is_an_error_and_shows_nothing)
{
	static const struct {
		const char *name, *text;
	} cases[] = {
		{ "value nobody gave", "a{{nobody}}b" },
		{ "value that is not there", "{{none}}" },
		{ "list as a value", "{{mails}}" },
		{ "value of a row, outside", "{{#mails}}{{/mails}}{{link}}" },
		{ "never closed", "{{#app}}x" },
		{ "never closed, hidden", "{{#none}}x" },
		{ "closed, never opened", "x{{/app}}" },
		{ "crossed", "{{#app}}{{#tag}}{{/app}}{{/tag}}" },
		{ "unknown include", "{{>nobody.html}}" },
		{ "circle", "{{>circle.html}}" },
		{ "raw form", "{{{app}}}" },
		{ "other raw form", "{{&app}}" },
		{ "no name", "{{}}" },
		{ "no end", "a{{app" },
		{ "half an end", "a{{app}" },
	};
	FOREACH(c, cases) {
		struct str got = STR("untouched");
		CHECK(c->name, render(t, c->text, &got) == ERR_INTERNAL);
		CHECK(c->name, str_is(got, "untouched"));
	}

	struct template_set set = { .files = FILES({ "a.html", STR("") }) };
	struct str got = STR("untouched");
	CHECK("no such template",
	      template_render(t->arena, &set, "b.html", given, &got) == ERR_INTERNAL);
	CHECK("no such template", str_is(got, "untouched"));
}

TEST(a_broken_template_is_found_with_its_line_before_anyone_sees_it)
{
	static const struct {
		const char *name, *text;
		unsigned line; /* 0: nothing to complain of */
		const char *tag;
	} cases[] = {
		{ "fine", "<p>\n{{a}} {{#b}}<b id='{{c}}'>{{/b}}{{>fine.html}}", 0, "" },
		{ "empty", "", 0, "" },
		{ "no value is needed", "{{nobody}}", 0, "" },
		{ "attribute that comes and goes", "<p{{#a}} id=\"{{a}}\"{{/a}}>", 0, "" },
		{ "never closed", "\n\n{{#a}}\n{{b}}\n", 3, "a" },
		{ "inner never closed", "{{#a}}\n{{^b}}\n{{/a}}", 3, "a" },
		{ "closed, never opened", "\n{{/a}}", 2, "a" },
		{ "crossed", "{{#a}}\n{{#b}}\n{{/a}}{{/b}}", 3, "a" },
		{ "unknown include", "\n{{>nobody.html}}", 2, "nobody.html" },
		{ "include inside an HTML tag", "<p {{>fine.html}}>", 1, "fine.html" },
		{ "circle", "{{>bad.html}}", 1, "bad.html" },
		{ "no tag", "a\n{{ app }}", 2, " app " },
		{ "raw form", "{{{app}}}", 1, "{app" },
		{ "no end", "a\n\n{{app\n", 3, "" },
		{ "comment that hides a value without quotes", "\n<!-- \" --><p id={{a}} \">", 2,
		  "<!--" },
		{ "no comment, but the text of an attribute", "<p id=\"<!--\">", 0, "" },
		{ "value without quotes", "<p\nid={{a}}>", 2, "a" },
		{ "value as an attribute", "<p {{a}}>", 1, "a" },
		{ "value after the quotes", "<p id=\"x\"{{a}}>", 1, "a" },
		{ "value in other quotes", "<p id='\"{{a}}\"'>", 0, "" },
		{ "section that ends elsewhere", "{{#a}}<p {{/a}}>", 1, "a" },
		{ "HTML tag without an end", "<p>\n<p id=\"x\"\n", 3, "" },
		{ "quotes without an end", "<p id=\"x>\n", 2, "" },
	};
	FOREACH(c, cases) {
		struct template_set set = { .files = FILES({ "fine.html", STR("<p>{{x}}</p>") },
			                                   { "bad.html", str(c->text) },
			                                   { "script.js", STR("if (a < b) {{") }) };
		struct template_fault fault = { 0 };
		enum err want = c->line ? ERR_INTERNAL : OK;
		CHECK(c->name, template_check(&set, &fault) == want);
		CHECK(c->name, fault.line == c->line);
		CHECK(c->name, !c->line || str_is(str(fault.file), "bad.html"));
		CHECK(c->name, !c->line || (fault.why && str_is(fault.tag, c->tag)));
	}
}

/* n sections around one value. */
static struct str nested(struct test *t, unsigned n)
{
	struct buf text = buf_in(t->arena);
	struct str got = STR_NONE;

	for (unsigned i = 0; i < n; i++)
		buf_puts(&text, "{{#app}}");
	buf_puts(&text, "x");
	for (unsigned i = 0; i < n; i++)
		buf_puts(&text, "{{/app}}");
	CHECK("nested", buf_str(&text, &got) == OK);
	return got;
}

TEST(template_sections_nest_to_the_same_depth_in_checking_and_in_showing)
{
	static const struct {
		const char *name;
		unsigned n;
		enum err want;
	} cases[] = {
		{ "none", 0, OK },
		{ "deepest", TEMPLATE_DEPTH_MAX - 1, OK },
		{ "too deep", TEMPLATE_DEPTH_MAX, ERR_INTERNAL },
		{ "far too deep", 10000, ERR_INTERNAL },
	};
	FOREACH(c, cases) {
		struct template_set set = { .files = FILES({ "a.html", nested(t, c->n) }) };
		struct template_fault fault = { 0 };
		struct str got = STR_NONE;
		CHECK(c->name, template_check(&set, &fault) == c->want);
		CHECK(c->name, template_render(t->arena, &set, "a.html", given, &got) == c->want);
		CHECK(c->name, c->want != OK || str_is(got, "x"));
	}
}

TEST(a_page_larger_than_its_arena_is_out_of_memory_and_untouched)
{
	enum { ROWS = 1000 };
	static const struct template_value *values[ROWS];
	struct template_rows rows = { values, ROWS };
	struct template_value mails[] = { { .name = "mails", .rows = &rows }, { 0 } };
	struct template_set set = {
		.files = FILES(
			{ "a.html", STR("{{#mails}}<p>{{to}} and a few words</p>\n{{/mails}}") })
	};
	static const struct {
		const char *name;
		size_t max;
		enum err want;
	} cases[] = {
		{ "one block", 8192, ERR_NOMEM },
		{ "a few blocks", 40000, ERR_NOMEM },
		{ "room", 1 << 20, OK },
	};

	for (size_t i = 0; i < ROWS; i++)
		values[i] = ann;
	FOREACH(c, cases) {
		CLEANUP(arena_cleanup) struct arena *small = arena_new(c->max);
		struct str got = STR("untouched");
		CHECK(c->name, small);
		CHECK(c->name, template_render(small, &set, "a.html", mails, &got) == c->want);
		CHECK(c->name, c->want == OK || str_is(got, "untouched"));
		CHECK(c->name, c->want != OK || got.len == 35 * (size_t)ROWS);
	}
}
