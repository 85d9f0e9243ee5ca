/* SPDX-License-Identifier: Apache-2.0 */
/* sheet_test.c - one sheet, as text and as HTML. */
#include "mail/sheet.h"
#include "unit.h"
#include <string.h>

#define LINK "https://id.example.org/verify?token=abc&x=\"y\""

static bool has(struct str text, const char *part)
{
	return memmem(text.ptr, text.len, part, strlen(part)) != NULL;
}

static size_t count(struct str text, const char *part)
{
	size_t n = 0;

	for (const char *at = text.ptr;
	     (at = memmem(at, text.len - (size_t)(at - text.ptr), part, strlen(part))) != NULL;
	     at++)
		n++;
	return n;
}

static struct sheet full_sheet(struct test *t)
{
	const struct sheet_block all[] = {
		{ SHEET_TEXT, STR("One.\n\nTwo <b>."), STR_NONE, STR_NONE },
		{ SHEET_LINK, STR("Press"), STR("Or open:"), STR(LINK) },
		{ SHEET_CODE, STR("ABCD-EFGH"), STR_NONE, STR_NONE },
		{ SHEET_FACTS, STR_NONE, STR_NONE, STR_NONE },
		{ SHEET_HEADING, STR("If not"), STR_NONE, STR_NONE },
		{ SHEET_TEXT, STR("Ignore it."), STR_NONE, STR_NONE },
	};
	struct sheet_block *blocks = arena_array(t->arena, COUNT_OF(all), sizeof(all[0]));

	CHECK("room", blocks);
	memcpy(blocks, all, sizeof(all));
	return (struct sheet){
		.language = STR("en"),
		.subject = STR("A \"subject\""),
		.sender = STR("Shop & Co"),
		.preheader = STR("One."),
		.heading = STR("A heading"),
		.footer = STR("By itself."),
		.blocks = blocks,
		.n_blocks = COUNT_OF(all),
		.facts = { { STR("When"), STR("today"), STR("When: today") },
		           { STR("From"), STR("::1"), STR("From: ::1") } },
		.n_facts = 2,
	};
}

TEST(a_sheet_as_text_has_each_thing_on_lines_of_its_own)
{
	const struct sheet sheet = full_sheet(t);
	struct str text;

	CHECK("text", sheet_text(t->arena, &sheet, &text) == OK);
	CHECK("text", str_is(text, "A heading\n\nOne.\n\nTwo <b>.\n\nPress\n\n" LINK
	                           "\n\nABCD-EFGH\n\nWhen: today\nFrom: ::1\n\nIf not\n\n"
	                           "Ignore it.\n\nBy itself."));
}

TEST(a_sheet_as_html_says_the_same_and_escapes_it)
{
	static const struct {
		const char *name, *part;
		size_t times;
	} cases[] = {
		{ "the title", "<title>A &quot;subject&quot;</title>", 1 },
		{ "the sender", ">Shop &amp; Co</td>", 1 },
		{ "one heading", "<h1", 1 },
		{ "a paragraph", ">One.</p>", 1 },
		{ "the next one", ">Two &lt;b&gt;.</p>", 1 },
		{ "one link to press", "<a ", 1 },
		{ "which leads there",
		  "href=\"https://id.example.org/verify?token=abc&amp;x=&quot;y&quot;\"", 1 },
		{ "and can be read", "token=abc&amp;x=&quot;y&quot;</span>", 1 },
		{ "the code", ">ABCD-EFGH</code>", 1 },
		{ "from left to right", "<td class=\"wash ink\" dir=\"ltr\"", 1 },
		{ "a fact", ">When</th>", 1 },
		{ "its value", ">today</td>", 1 },
		{ "the smaller heading", ">If not</h2>", 1 },
		{ "below", ">By itself.</td>", 1 },
		{ "no script", "<script", 0 },
		{ "no image", "<img", 0 },
		{ "nobody else is asked", "url(", 0 },
		{ "the dark scheme", "prefers-color-scheme:dark", 1 },
	};
	const struct sheet sheet = full_sheet(t);
	struct str html;

	CHECK("html", sheet_html(t->arena, &sheet, &html) == OK);
	FOREACH(c, cases)
		CHECK(c->name, count(html, c->part) == c->times);
}

TEST(every_table_of_the_layout_says_that_it_is_no_table)
{
	const struct sheet sheet = full_sheet(t);
	struct str html;

	CHECK("html", sheet_html(t->arena, &sheet, &html) == OK);
	/* The facts are one. */
	CHECK("roles", count(html, "<table") == count(html, "<table role=\"presentation\"") + 1);
	CHECK("closed", count(html, "<table") == count(html, "</table>"));
	CHECK("cells", count(html, "<td") == count(html, "</td>"));
}

TEST(a_sheet_runs_in_its_own_direction)
{
	struct sheet sheet = full_sheet(t);
	struct str html;

	CHECK("html", sheet_html(t->arena, &sheet, &html) == OK);
	CHECK("ltr", has(html, "<html lang=\"en\" dir=\"ltr\">") && !has(html, "text-align:right"));
	sheet.language = STR("fa");
	sheet.right_to_left = true;
	CHECK("html", sheet_html(t->arena, &sheet, &html) == OK);
	CHECK("rtl", has(html, "<html lang=\"fa\" dir=\"rtl\">") && !has(html, "text-align:left"));
	CHECK("rtl in the body", has(html, "<div class=\"ground\" lang=\"fa\" dir=\"rtl\""));
	CHECK("the code stays", has(html, "<td class=\"wash ink\" dir=\"ltr\""));
}

TEST(a_sheet_has_the_colours_of_its_accent)
{
	struct sheet sheet = full_sheet(t);
	struct str ours, theirs, odd;

	CHECK("ours", sheet_html(t->arena, &sheet, &ours) == OK && has(ours, "#0a6462"));
	sheet.accent = STR("#7a1fa2");
	CHECK("theirs", sheet_html(t->arena, &sheet, &theirs) == OK);
	CHECK("theirs", has(theirs, "#7a1fa2") && !has(theirs, "#0a6462"));
	sheet.accent = STR("red;}<b>");
	CHECK("no colour", sheet_html(t->arena, &sheet, &odd) == OK && str_equal(odd, ours));
}

TEST(a_link_without_words_stands_for_itself)
{
	struct sheet_block link = { .kind = SHEET_LINK, .link = STR(LINK) };
	const struct sheet sheet = { .language = STR("en"), .blocks = &link, .n_blocks = 1 };
	struct str text, html;

	CHECK("text", sheet_text(t->arena, &sheet, &text) == OK && str_is(text, LINK));
	CHECK("html", sheet_html(t->arena, &sheet, &html) == OK);
	CHECK("pressed", count(html, "<a ") == 1 && has(html, "token=abc&amp;x=&quot;y&quot;</a>"));
	CHECK("no heading", !has(html, "<h1"));
}

TEST(a_sheet_without_room_is_out_of_memory)
{
	struct arena *arena = arena_new(1024);
	const struct sheet sheet = full_sheet(t);
	struct str html = STR("untouched");

	CHECK("html", sheet_html(arena, &sheet, &html) == ERR_NOMEM && str_is(html, "untouched"));
	arena_free(arena);
}
