/* SPDX-License-Identifier: Apache-2.0 */
/* form_test.c - urlencoded forms: every field keeps what is its own. */
#include "http/form.h"
#include "unit.h"

/* The members as "name=value;name=value;". */
static struct str flat(struct test *t, const struct members *members)
{
	struct buf text = buf_in(t->arena);
	struct str result;

	for (size_t i = 0; i < members->n; i++) {
		buf_add(&text, members->items[i].name);
		buf_putc(&text, '=');
		buf_add(&text, members->items[i].text);
		buf_putc(&text, ';');
	}
	CHECK("memory", buf_str(&text, &result) == OK);
	return result;
}

TEST(a_form_is_read_field_by_field)
{
	static const struct {
		const char *name, *body, *want;
	} cases[] = {
		{ "two fields", "token=abc&new=secret", "token=abc;new=secret;" },
		{ "a space and an escape", "new=p%61ss+word%2B%26%3d", "new=pass word+&=;" },
		{ "both cases of hex", "a=%c3%A9", "a=\xc3\xa9;" },
		{ "an escaped name", "n%65w=x", "new=x;" },
		{ "a name alone", "dev&new", "dev=;new=;" },
		{ "no name", "=x", "=x;" },
		{ "nothing between", "&&a=1&", "a=1;" },
		{ "a second equals sign", "a=b=c", "a=b=c;" },
		{ "a name that repeats", "a=1&a=2", "a=1;a=2;" },
		/* With libmicrohttpd's reader these were "100", and "%next". */
		{ "a percent sign at the end", "old=100%&new=next", "old=100%;new=next;" },
		{ "a broken escape", "old=5%s&new=5%zz%4", "old=5%s;new=5%zz%4;" },
		{ "an escape of a percent sign", "a=%2500", "a=%00;" },
		{ "two percent signs", "a=%%41", "a=%A;" },
		{ "nothing", "", "" },
	};
	FOREACH(c, cases) {
		struct members members = { .n = 0 };
		CHECK(c->name, form_read_urlencoded(t->arena, str(c->body), &members) == OK);
		CHECK(c->name, str_is(flat(t, &members), c->want));
	}
}

TEST(a_form_that_is_no_text_is_refused_whole)
{
	static const struct {
		const char *name;
		struct str body;
	} cases[] = {
		{ "a NUL", { "new=abc\0def", 11 } },
		{ "an escaped NUL", { "new=abc%00def", 13 } },
		{ "a NUL in a name", { "new\0x=abc", 9 } },
		{ "an escaped NUL in a name", { "new%00x=abc", 11 } },
		{ "half a letter", { "new=%c3", 7 } },
		{ "half a letter as it is", { "new=\xc3", 5 } },
	};
	FOREACH(c, cases) {
		struct members members = { .n = 0 };
		CHECK(c->name, form_read_urlencoded(t->arena, c->body, &members) == ERR_MALFORMED);
	}
}

TEST(a_form_of_too_many_fields_is_refused)
{
	struct members members = { .n = 0 };
	struct buf body = buf_in(t->arena);
	struct str text;

	for (int i = 0; i < MEMBERS_MAX; i++)
		buf_puts(&body, "a&");
	CHECK("memory", buf_str(&body, &text) == OK);
	CHECK("as many as fit", form_read_urlencoded(t->arena, text, &members) == OK);
	CHECK("one more", form_read_urlencoded(t->arena, STR("a=1"), &members) == ERR_MALFORMED);
}
