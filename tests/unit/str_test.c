/* SPDX-License-Identifier: Apache-2.0 */
/* str_test.c - comparing, cutting and reading text. */
#include "unit.h"
#include <limits.h>
#include <string.h>

TEST(a_whole_decimal_number_is_read_or_refused)
{
	static const struct {
		const char *name, *in;
		long long max, want; /* want < 0: refused */
	} cases[] = {
		{ "zero", "0", 10, 0 },
		{ "one digit", "7", 10, 7 },
		{ "leading zeros", "0010", 10, 10 },
		{ "the maximum", "10", 10, 10 },
		{ "one more than the maximum", "11", 10, -1 },
		{ "one digit above the maximum", "9", 8, -1 },
		{ "only zero is allowed", "0", 0, 0 },
		{ "only zero is allowed, one", "1", 0, -1 },
		{ "the greatest there is", "9223372036854775807", LLONG_MAX, LLONG_MAX },
		{ "one more than there is", "9223372036854775808", LLONG_MAX, -1 },
		{ "ten times what there is", "92233720368547758070", LLONG_MAX, -1 },
		{ "far too long", "99999999999999999999999999999999999999", LLONG_MAX, -1 },
		{ "empty", "", 10, -1 },
		{ "minus", "-1", 10, -1 },
		{ "plus", "+1", 10, -1 },
		{ "space before", " 1", 10, -1 },
		{ "space behind", "1 ", 10, -1 },
		{ "line end", "1\n", 10, -1 },
		{ "hexadecimal", "0x1", 10, -1 },
		{ "a point", "1.0", 10, -1 },
		{ "exponent", "1e1", 10, -1 },
		{ "a unit", "1s", 10, -1 },
		{ "Arabic digit", "\xd9\xa1", 10, -1 },
	};
	FOREACH(c, cases) {
		long long got = -2;
		bool good = str_to_number(str(c->in), c->max, &got);
		CHECK(c->name, good == (c->want >= 0));
		CHECK(c->name, got == (good ? c->want : -2));
	}
}

TEST(text_is_equal_byte_for_byte)
{
	static const struct {
		const char *name;
		struct str a, b;
		bool equal, nocase;
	} cases[] = {
		{ "same", { "ann", 3 }, { "ann", 3 }, true, true },
		{ "case", { "ann", 3 }, { "aNN", 3 }, false, true },
		{ "other", { "ann", 3 }, { "bob", 3 }, false, false },
		{ "longer", { "ann", 3 }, { "anne", 4 }, false, false },
		{ "empty", { "", 0 }, { "", 0 }, true, true },
		{ "NUL inside", { "a\0b", 3 }, { "a\0c", 3 }, false, false },
		{ "cut before NUL", { "a\0b", 1 }, { "a", 1 }, true, true },
		{ "sharp s", { "\xc3\x9f", 2 }, { "ss", 2 }, false, false },
		{ "Kelvin sign", { "\xe2\x84\xaa", 3 }, { "kkk", 3 }, false, false },
		{ "accented letters keep their case",
		  { "\xc3\x89", 2 },
		  { "\xc3\xa9", 2 },
		  false,
		  false },
		{ "signs beside the letters", { "@[`{", 4 }, { "`{@[", 4 }, false, false },
	};
	FOREACH(c, cases) {
		CHECK(c->name, str_equal(c->a, c->b) == c->equal);
		CHECK(c->name, str_equal(c->b, c->a) == c->equal);
	}
	CHECK("none is as long as empty", str_equal(STR_NONE, STR("")));
	FOREACH(c, cases) {
		if (!memchr(c->b.ptr, 0, c->b.len))
			CHECK(c->name, str_is_nocase(c->a, c->b.ptr) == c->nocase);
	}
}

TEST(a_character_is_found_where_it_stands_first)
{
	static const struct {
		const char *name;
		struct str in;
		char c;
		size_t want;
	} cases[] = {
		{ "first", { "a@b", 3 }, 'a', 0 },
		{ "middle", { "a@b", 3 }, '@', 1 },
		{ "last", { "a@b", 3 }, 'b', 2 },
		{ "twice", { "a@b@c", 5 }, '@', 1 },
		{ "absent", { "ab", 2 }, '@', 2 },
		{ "beyond the end", { "a@b", 1 }, '@', 1 },
		{ "behind a NUL", { "a\0@", 3 }, '@', 2 },
		{ "a NUL", { "a\0@", 3 }, '\0', 1 },
		{ "in nothing", { "", 0 }, '@', 0 },
		{ "in none", { NULL, 0 }, '@', 0 },
	};
	FOREACH(c, cases)
		CHECK(c->name, str_find(c->in, c->c) == c->want);
}

TEST(a_text_starts_with_a_prefix_or_does_not)
{
	static const struct {
		const char *name, *in, *prefix;
		bool want;
	} cases[] = {
		{ "prefix", "https://x", "https://", true },
		{ "all of it", "https://", "https://", true },
		{ "one byte short", "https:/", "https://", false },
		{ "case", "HTTPS://x", "https://", false },
		{ "nothing", "x", "", true },
		{ "of nothing", "", "x", false },
	};
	FOREACH(c, cases)
		CHECK(c->name, str_starts(str(c->in), c->prefix) == c->want);
}

TEST(a_text_ends_with_a_suffix_or_does_not)
{
	static const struct {
		const char *name, *in, *suffix;
		bool want;
	} cases[] = {
		{ "suffix", "home.html", ".html", true },
		{ "all of it", ".html", ".html", true },
		{ "longer than all of it", "html", ".html", false },
		{ "in the middle", "home.html.gz", ".html", false },
		{ "nothing", "x", "", true },
	};
	FOREACH(c, cases)
		CHECK(c->name, str_ends(str(c->in), c->suffix) == c->want);
}

TEST(a_text_is_cut_at_the_first_mark)
{
	static const struct {
		const char *name, *in, *mark, *before, *rest;
	} cases[] = {
		{ "in two", "a,b", ",", "a", "b" },
		{ "at the first", "a,b,c", ",", "a", "b,c" },
		{ "at the start", ",b", ",", "", "b" },
		{ "at the end", "a,", ",", "a", "" },
		{ "by two letters", "a\nb\n\nc", "\n\n", "a\nb", "c" },
		{ "half a mark", "a\n", "\n\n", "a\n", "" },
		{ "without a mark", "ab", ",", "ab", "" },
		{ "nothing", "", ",", "", "" },
	};
	FOREACH(c, cases) {
		struct str rest = str(c->in), before = str_cut(&rest, c->mark);
		CHECK(c->name, str_is(before, c->before) && str_is(rest, c->rest));
	}
}

TEST(spaces_around_a_text_are_trimmed_and_those_within_stay)
{
	CHECK("around", str_is(str_trim(STR(" \t a b\t ")), "a b"));
	CHECK("none", str_is(str_trim(STR("a b")), "a b"));
	CHECK("nothing else", str_trim(STR(" \t")).len == 0);
	CHECK("nothing", str_trim(STR_NONE).len == 0);
}

TEST(the_rest_of_a_text_is_a_part_of_it)
{
	struct str rest = str_from(STR("token=abc"), 6), nothing = str_from(STR("abc"), 3);

	CHECK("middle", str_is(rest, "abc"));
	CHECK("end", nothing.len == 0 && nothing.ptr != NULL);
	CHECK("no C string", str(NULL).ptr == NULL && str(NULL).len == 0);
}
