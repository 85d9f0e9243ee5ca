/* SPDX-License-Identifier: Apache-2.0 */
/* inert_test.c - what strangers gave, in a mail that must not make a link of it. */
#include "base/text.h"
#include "mail/inert.h"
#include "unit.h"

#define WJ "\xe2\x81\xa0"

TEST(what_a_mail_client_would_make_a_link_of_holds_joiners)
{
	static const struct {
		const char *name, *in, *want;
	} cases[] = {
		{ "nothing", "", "" },
		{ "a plain name", "demo", "demo" },
		{ "a name in Persian keeps its joiners", "می\xe2\x80\x8cرود", "می\xe2\x80\x8cرود" },
		{ "a domain", "shop.example", "shop." WJ "example" },
		{ "an address", "ann@example.org", "ann@" WJ "example." WJ "org" },
		{ "a link", "http://x.y/z", "http:" WJ "/" WJ "/" WJ "x." WJ "y/" WJ "z" },
		{ "a wide dot", "shop。example", "shop。" WJ "example" },
		{ "a leader of one dot", "shop․example", "shop․" WJ "example" },
		{ "a small dot", "shop﹒example", "shop﹒" WJ "example" },
		{ "a small at", "ann﹫example", "ann﹫" WJ "example" },
		{ "the end of a sentence", "Shop. Really.", "Shop. Really." },
		{ "joiners of its own vanish first", "a." WJ "b", "a." WJ " b" },
		{ "a line end", "a\r\nBcc: eve", "a  Bcc: eve" },
		{ "a line separator", "a\xe2\x80\xa8z", "a z" },
		{ "a change of direction", "\xe2\x80\xaegro.elpmaxe", " gro." WJ "elpmaxe" },
		{ "an isolate that is never closed",
		  "\xe2\x81\xa7"
		  "a",
		  " a" },
		{ "a mark of direction", "a\xe2\x80\x8f\xd8\x9cz", "a  z" },
		{ "a control of C1", "a\xc2\x85z", "a z" },
		{ "not UTF-8", "a\xff.b", "a?." WJ "b" },
		{ "markup is the HTML's to escape", "<b>", "<b>" },
		{ "four bytes", "\xf0\x9f\x94\x91.io", "\xf0\x9f\x94\x91." WJ "io" },
	};
	FOREACH(c, cases) {
		struct str got;
		CHECK(c->name, mail_inert(t->arena, str(c->in), &got) == OK);
		CHECK(c->name, str_is(got, c->want));
	}
}

TEST(no_name_is_inert_too)
{
	struct str got;

	CHECK("none", mail_inert(t->arena, STR_NONE, &got) == OK && got.ptr && got.len == 0);
}
