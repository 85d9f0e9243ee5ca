/* SPDX-License-Identifier: Apache-2.0 */
/* page_set_test.c - an operator's templates: what takes the place of ours, and what is refused. */
#include "pages/page_set.h"
#include "pages/pages.h"
#include "pages/template_names.h"
#include "scratch.h"
#include "unit.h"
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Ours, with one template in the place of one of ours. */
static enum err check(struct arena *arena, const char *name, const char *text,
                      struct template_fault *ret_fault)
{
	const struct embedded ours[] = {
		{ "page.html",
		  STR("{{>part-head.html}}\n{{#email}}{{email}}{{/email}}{{^email}}{{other}}"
		      "{{/email}}{{#rows}}{{cell}}{{/rows}}{{sure}}{{@choose-hint}}") },
		{ "part-head.html", STR("{{lang}}") },
		{ NULL, { NULL, 0 } },
	};
	struct embedded theirs[COUNT_OF(ours)];

	memcpy(theirs, ours, sizeof(ours));
	for (size_t i = 0; i < COUNT_OF(ours) - 1; i++) {
		if (strcmp(theirs[i].name, name) == 0)
			theirs[i].text = str(text);
	}
	return template_names_check(arena, ours, theirs, ret_fault);
}

TEST(a_template_may_show_what_ours_shows_and_no_more)
{
	static const struct {
		const char *name, *file, *text;
		unsigned line; /* 0: it is good */
	} cases[] = {
		{ "nothing at all", "page.html", "", 0 },
		{ "as ours", "page.html", "{{#email}}{{email}}{{/email}}{{sure}}", 0 },
		{ "what is always there", "page.html", "{{lang}} {{sure}}", 0 },
		{ "inside of more sections", "page.html", "{{#email}}{{sure}}{{/email}}", 0 },
		{ "a section alone", "page.html", "{{#rows}}!{{/rows}}{{^rows}}?{{/rows}}", 0 },
		{ "a row", "page.html", "{{#rows}}{{cell}}{{/rows}}", 0 },
		{ "where ours is not there", "page.html", "{{^email}}{{other}}{{/email}}", 0 },
		{ "words", "page.html", "{{@choose-hint}} {{min_length}}", 0 },
		{ "words without places", "page.html", "{{@choose-title}}", 0 },
		{ "an unknown value", "page.html", "{{lang}}\n\n{{colour}}", 3 },
		{ "an unknown section", "page.html", "{{#colour}}x{{/colour}}", 1 },
		{ "what may not be there", "page.html", "a\n{{email}}", 2 },
		{ "what is only elsewhere there", "page.html", "{{#email}}{{other}}{{/email}}", 1 },
		{ "a cell outside of its row", "page.html", "{{cell}}", 1 },
		{ "words whose places are not there", "page.html", "{{@asked-text}}", 1 },
		{ "a part with a value of its pages", "part-head.html", "{{sure}}", 0 },
		{ "a part with an unknown value", "part-head.html", "\n{{colour}}", 2 },
	};

	FOREACH(c, cases) {
		struct template_fault fault = { 0 };
		enum err err = check(t->arena, c->file, c->text, &fault);
		CHECK(c->name, err == (c->line ? ERR_INTERNAL : OK));
		CHECK(c->name, fault.line == c->line);
		CHECK(c->name, !c->line || strcmp(fault.file, c->file) == 0);
	}
}

TEST(a_template_that_shows_values_without_end_is_refused_where_they_are_too_many)
{
	struct template_fault fault = { 0 };
	struct buf text = buf_in(t->arena);
	struct str many;

	for (int i = 0; i < 600; i++)
		buf_puts(&text, "{{sure}}\n");
	CHECK("written", buf_str(&text, &many) == OK);
	CHECK("refused", check(t->arena, "page.html", many.ptr, &fault) == ERR_INTERNAL);
	CHECK("where", fault.line == 513 && strcmp(fault.file, "page.html") == 0);
}

/* A folder of templates, with one for the app called shop in it. */
struct shelf {
	struct scratch scratch;
	const char *shop;
};

static void shelf_make(struct shelf *shelf, struct arena *arena)
{
	scratch_make(&shelf->scratch);
	shelf->shop = scratch_path(&shelf->scratch, arena, "shop");
	CHECK("made", mkdir(shelf->shop, 0700) == 0);
}

static void shelf_remove(struct shelf *shelf, struct arena *arena)
{
	struct str inside;

	CHECK("named", arena_printf(arena, &inside, "%s/home.html", shelf->shop) == OK);
	unlink(inside.ptr);
	rmdir(shelf->shop);
	scratch_remove(&shelf->scratch);
}

static bool shows(struct page_sets *sets, const char *app, const char *name, const char *words)
{
	CLEANUP(page_files_leave) struct page_files files = page_files_take(sets, str(app));

	return str_is(embedded_find(files.templates.files, str(name))->text, words);
}

static bool is_ours(struct page_sets *sets, const char *app, const char *name)
{
	return shows(sets, app, name, embedded_find(page_files, str(name))->text.ptr);
}

TEST(a_file_of_the_operators_takes_the_place_of_ours_for_all_apps_or_for_one)
{
	struct page_sets *sets;
	struct shelf shelf;

	shelf_make(&shelf, t->arena);
	scratch_file(&shelf.scratch, t->arena, "home.html", "for all", 0600);
	scratch_file(&shelf.scratch, t->arena, ".home.html.swp", "an editor's", 0600);
	scratch_file(&shelf.scratch, t->arena, "shop/home.html", "for the shop", 0600);
	CHECK("read", page_sets_open(str(shelf.scratch.dir), &sets) == OK);
	CHECK("the shop's", shows(sets, "shop", "home.html", "for the shop"));
	CHECK("everybody's", shows(sets, "other", "home.html", "for all"));
	CHECK("ours", is_ours(sets, "shop", "error.html") && is_ours(sets, "other", "rekey.css"));
	page_sets_close(sets);
	shelf_remove(&shelf, t->arena);
}

TEST(a_broken_template_is_refused_by_file_and_line)
{
	static const struct {
		const char *name, *file, *text, *said;
	} cases[] = {
		{ "a section that is not closed", "home.html", "a\nb\n{{#dev}}",
		  "/home.html:3: a section is never closed: dev" },
		{ "an unknown value", "error.html", "\n{{colour}}",
		  "/error.html:2: this page has no such value: colour" },
		{ "for one app", "shop/home.html", "{{nothing}}",
		  "/shop/home.html:1: this page has no such value: nothing" },
		{ "a part", "part-foot.html", "{{>part-none.html}}",
		  "/part-foot.html:1: there is no such template to include: part-none.html" },
		{ "another name", "hom.html", "x",
		  "/hom.html: no page is made of a file of this name" },
		{ "no text", "home.html", "\xff", "/home.html: this file is not UTF-8" },
	};

	FOREACH(c, cases) {
		struct page_sets *sets;
		struct shelf shelf;
		shelf_make(&shelf, t->arena);
		scratch_file(&shelf.scratch, t->arena, c->file, c->text, 0600);
		struct kept_stderr kept = stderr_keep();
		enum err err = page_sets_open(str(shelf.scratch.dir), &sets);
		struct str said = stderr_kept(&kept, t->arena);
		CHECK(c->name, err == ERR_CONFIG);
		CHECK(c->name, memmem(said.ptr, said.len, c->said, strlen(c->said)));
		shelf_remove(&shelf, t->arena);
	}
}

TEST(what_is_read_again_takes_the_place_of_the_former_unless_it_is_broken)
{
	struct page_sets *sets;
	struct shelf shelf;
	char version[PAGE_VERSION_LETTERS + 1];

	shelf_make(&shelf, t->arena);
	CHECK("read", page_sets_open(str(shelf.scratch.dir), &sets) == OK);
	struct page_files held = page_files_take(sets, STR("other"));
	memcpy(version, held.version, sizeof(version));
	scratch_file(&shelf.scratch, t->arena, "rekey.css", "p{}", 0600);
	CHECK("again", page_sets_read_again(sets) == OK && shows(sets, "x", "rekey.css", "p{}"));
	CHECK("who holds it keeps it", strcmp(held.version, version) == 0);
	page_files_leave(&held);
	held = page_files_take(sets, STR("other"));
	CHECK("another version", strcmp(held.version, version) != 0);
	page_files_leave(&held);
	scratch_file(&shelf.scratch, t->arena, "home.html", "{{", 0600);
	struct kept_stderr kept = stderr_keep();
	enum err err = page_sets_read_again(sets);
	CHECK("told", stderr_kept(&kept, t->arena).len > 0);
	CHECK("broken", err == ERR_CONFIG && shows(sets, "x", "rekey.css", "p{}"));
	page_sets_close(sets);
	shelf_remove(&shelf, t->arena);
}

TEST(a_folder_that_is_not_there_is_refused)
{
	struct page_sets *sets;
	struct kept_stderr kept = stderr_keep();
	enum err err = page_sets_open(STR("/nowhere/at/all"), &sets);

	CHECK("told", stderr_kept(&kept, t->arena).len > 0);
	CHECK("refused", err == ERR_CONFIG);
	CHECK("ours", page_sets_open(STR_NONE, &sets) == OK);
	CHECK("as they are", is_ours(sets, "any", "home.html"));
	page_sets_close(sets);
}
