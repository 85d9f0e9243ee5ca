/* SPDX-License-Identifier: Apache-2.0 */
/* text_test.c - one spelling for each address, name and password, and what is
 * none. */
#include "base/text.h"
#include "unit.h"
#include <string.h>

#define X10 "xxxxxxxxxx"
#define X60 X10 X10 X10 X10 X10 X10
#define X64 X60 "xxxx"
#define D50 X10 X10 X10 X10 X10 /* a part of a domain */

/* 64 + 1 + 189 bytes */
#define DOMAIN_189 D50 "." D50 "." D50 "." X10 X10 X10 "xx.org"

TEST(an_email_address_is_spelled_one_way_or_refused)
{
	static const struct {
		const char *name, *in, *want, *key; /* want NULL: refused; key NULL: as want */
	} cases[] = {
		{ "plain", "ann@example.org", "ann@example.org", NULL },
		{ "host folds case", "ann@EXAMPLE.Org", "ann@example.org", NULL },
		{ "local part keeps case", "Ann.B@example.org", "Ann.B@example.org",
		  "ann.b@example.org" },
		{ "every mark of an atom", "a!#$%&'*+-/=?^_`{|}~z@example.org",
		  "a!#$%&'*+-/=?^_`{|}~z@example.org", NULL },
		{ "subdomain", "ann@mail.example.co.uk", "ann@mail.example.co.uk", NULL },
		{ "digits and hyphens", "1@a-1.b2", "1@a-1.b2", NULL },
		{ "host without a dot", "ann@localhost", "ann@localhost", NULL },

		{ "nothing", "", NULL, NULL },
		{ "no host", "ann@", NULL, NULL },
		{ "no local part", "@example.org", NULL, NULL },
		{ "no at sign", "ann.example.org", NULL, NULL },
		{ "only an at sign", "@", NULL, NULL },
		{ "two at signs", "ann@bob@example.org", NULL, NULL },
		{ "dot first", ".ann@example.org", NULL, NULL },
		{ "dot last", "ann.@example.org", NULL, NULL },
		{ "two dots", "an..n@example.org", NULL, NULL },
		{ "host: dot first", "ann@.example.org", NULL, NULL },
		{ "host: dot last", "ann@example.org.", NULL, NULL },
		{ "host: two dots", "ann@example..org", NULL, NULL },
		{ "host: hyphen first", "ann@-example.org", NULL, NULL },
		{ "host: hyphen last", "ann@example-.org", NULL, NULL },
		{ "host: underscore", "ann@exa_mple.org", NULL, NULL },
		{ "host: address literal", "ann@[127.0.0.1]", NULL, NULL },
		{ "host: port", "ann@example.org:25", NULL, NULL },
		{ "host: path", "ann@example.org/x", NULL, NULL },
		{ "host: percent", "ann@example%2eorg", NULL, NULL },

		{ "header injection", "ann@x.org\r\nBcc: eve@x.org", NULL, NULL },
		{ "line end behind", "ann@x.org\n", NULL, NULL },
		{ "line end before", "\nann@x.org", NULL, NULL },
		{ "line end inside", "an\nn@x.org", NULL, NULL },
		{ "carriage return", "ann@x.org\r", NULL, NULL },
		{ "tab", "ann@x.org\t", NULL, NULL },
		{ "space before", " ann@x.org", NULL, NULL },
		{ "space behind", "ann@x.org ", NULL, NULL },
		{ "space inside", "an n@x.org", NULL, NULL },
		{ "space in the host", "ann@x .org", NULL, NULL },
		{ "escape", "ann\x1b@x.org", NULL, NULL },
		{ "delete", "ann\x7f@x.org", NULL, NULL },
		{ "next line, a control of Latin-1", "an\xc2\x85n@x.org", NULL, NULL },
		{ "line separator", "an\xe2\x80\xa8n@x.org", NULL, NULL },
		{ "no-break space", "an\xc2\xa0n@x.org", NULL, NULL },
		{ "ideographic space in the host", "ann@x\xe3\x80\x80.org", NULL, NULL },
		{ "no-break space in the host", "ann@x\xc2\xa0.org", NULL, NULL },
		{ "soft hyphen in the host",
		  "ann@ex\xc2\xad"
		  "ample.org",
		  NULL, NULL },
		{ "zero-width space in the host",
		  "ann@ex\xe2\x80\x8b"
		  "ample.org",
		  NULL, NULL },
		{ "ideographic full stop in the host", "ann@x\xe3\x80\x82org", NULL, NULL },
		{ "right-to-left override", "an\xe2\x80\xaen@x.org", NULL, NULL },
		{ "zero-width space", "an\xe2\x80\x8bn@x.org", NULL, NULL },
		{ "private use", "an\xee\x80\x80n@x.org", NULL, NULL },
		{ "unassigned", "an\xcd\xb8n@x.org", NULL, NULL },

		{ "two, by comma", "ann@x.org,eve@x.org", NULL, NULL },
		{ "two, by comma and space", "ann@x.org, eve@x.org", NULL, NULL },
		{ "two, by semicolon", "ann@x.org;eve@x.org", NULL, NULL },
		{ "two, by space", "ann@x.org eve@x.org", NULL, NULL },
		{ "two, by line end", "ann@x.org\neve@x.org", NULL, NULL },
		{ "two, by percent-encoded line end", "ann@x.org%0aeve@x.org", NULL, NULL },
		{ "two, by percent-encoded copy", "ann@x.org%0d%0aCc:eve@x.org", NULL, NULL },
		{ "two, by bar", "ann@x.org|eve@x.org", NULL, NULL },
		{ "two, by slash", "ann@x.org/eve@x.org", NULL, NULL },
		{ "two, by backslash", "ann@x.org\\eve@x.org", NULL, NULL },
		{ "two, by brackets", "ann@x.org<eve@x.org>", NULL, NULL },
		{ "two, the first in brackets", "a@x<b@y>", NULL, NULL },
		{ "two, by NEL",
		  "ann@x.org\xc2\x85"
		  "eve@x.org",
		  NULL, NULL },
		{ "a name and brackets", "Ann <ann@x.org>", NULL, NULL },
		{ "brackets", "<ann@x.org>", NULL, NULL },
		{ "a route", "@y.org:ann@x.org", NULL, NULL },
		{ "a group", "all:ann@x.org;", NULL, NULL },
		{ "mailto", "mailto:ann@x.org", NULL, NULL },

		{ "quoted local part", "\"ann\"@x.org", NULL, NULL },
		{ "quoted space", "\"a b\"@x.org", NULL, NULL },
		{ "quoted at sign", "\"ann@y.org\"@x.org", NULL, NULL },
		{ "escaped at sign", "ann\\@y.org@x.org", NULL, NULL },
		{ "comment", "ann(eve)@x.org", NULL, NULL },
		{ "comment in the host", "ann@(eve)x.org", NULL, NULL },
		{ "encoded word", "=?utf-8?q?ann=40x.org?=", NULL, NULL },

		{ "local part of 64", X64 "@x.org", X64 "@x.org", NULL },
		{ "local part of 65", "x" X64 "@x.org", NULL, NULL },
		{ "254 in all", X64 "@" DOMAIN_189, X64 "@" DOMAIN_189, NULL },
		{ "255 in all", X64 "@x" DOMAIN_189, NULL, NULL },
		{ "host part of 63", "a@" X60 "xxx.org", "a@" X60 "xxx.org", NULL },
		{ "host part of 64", "a@" X64 ".org", NULL, NULL },

		{ "IDN becomes ASCII",
		  "ann@b\xc3\xbc"
		  "cher.example",
		  "ann@xn--bcher-kva.example", NULL },
		{ "IDN, capital",
		  "ann@B\xc3\x9c"
		  "CHER.example",
		  "ann@xn--bcher-kva.example", NULL },
		{ "IDN, decomposed",
		  "ann@bu\xcc\x88"
		  "cher.example",
		  "ann@xn--bcher-kva.example", NULL },
		{ "punycode stays", "ann@xn--bcher-kva.example", "ann@xn--bcher-kva.example",
		  NULL },
		{ "punycode, capital", "ann@XN--BCHER-KVA.example", "ann@xn--bcher-kva.example",
		  NULL },
		{ "sharp s of IDNA 2008",
		  "ann@stra\xc3\x9f"
		  "e.example",
		  "ann@xn--strae-oqa.example", NULL },
		{ "Persian host", "ann@\xd9\x85\xd8\xab\xd8\xa7\xd9\x84.example",
		  "ann@xn--mgbh0fb.example", NULL },
		{ "fullwidth host", "ann@\xef\xbd\x85xample.org", NULL, NULL },
		{ "Kelvin sign in the host", "ann@\xe2\x84\xaa.org", "ann@k.org", NULL },
		{ "long s in the host", "ann@\xc5\xbf.org", NULL, NULL },
		{ "dotless i in the host", "ann@b\xc4\xb1t.org", "ann@xn--bt-hpa.org", NULL },
		{ "punycode that is none", "ann@xn--\x7f.example", NULL, NULL },

		{ "fullwidth at sign is none", "ann\xef\xbc\xa0x.org", NULL, NULL },
		{ "Unicode local part", "\xc3\xa9l\xc3\xa9na@x.org", "\xc3\xa9l\xc3\xa9na@x.org",
		  NULL },
		{ "composed", "e\xcc\x81lena@x.org", "\xc3\xa9lena@x.org", NULL },
		{ "accented capital keeps its case", "\xc3\x89L@x.org", "\xc3\x89L@x.org",
		  "\xc3\x89l@x.org" },
		{ "dotless i is no i", "ad\xc4\xb1m@x.org", "ad\xc4\xb1m@x.org", NULL },
		{ "dotted capital I is no i", "\xc4\xb0@x.org", "\xc4\xb0@x.org", NULL },
		{ "long s is no s", "ma\xc5\xbfter@x.org", "ma\xc5\xbfter@x.org", NULL },
		{ "sharp s is not ss",
		  "stra\xc3\x9f"
		  "e@x.org",
		  "stra\xc3\x9f"
		  "e@x.org",
		  NULL },
		{ "fullwidth a is no a", "\xef\xbd\x81nn@x.org", "\xef\xbd\x81nn@x.org", NULL },
		{ "fi ligature stays", "\xef\xac\x81n@x.org", "\xef\xac\x81n@x.org", NULL },
		{ "Cyrillic a is no a", "\xd0\xb0nn@x.org", "\xd0\xb0nn@x.org", NULL },
		/* Canonically equivalent (UAX 15), so NFC itself spells it K. */
		{ "Kelvin sign is K", "\xe2\x84\xaa@x.org", "K@x.org", "k@x.org" },

		{ "not UTF-8", "an\xffn@x.org", NULL, NULL },
		{ "cut short", "ann\xc3@x.org", NULL, NULL },
		{ "overlong", "an\xc0\xaen@x.org", NULL, NULL },
		{ "surrogate", "an\xed\xa0\x80n@x.org", NULL, NULL },
	};
	FOREACH(c, cases) {
		struct str got = STR("untouched"), key = STR("untouched");
		enum err err = email_normalize(t->arena, str(c->in), &got, &key);
		CHECK(c->name, err == (c->want ? OK : ERR_BAD_EMAIL));
		CHECK(c->name, str_is(got, c->want ? c->want : "untouched"));
		CHECK(c->name, str_is(key, c->want ? c->key ? c->key : c->want : "untouched"));
	}
}

TEST(an_email_address_with_nul_inside_is_refused)
{
	struct str got, key;

	CHECK("local part",
	      email_normalize(t->arena, STR("an\0n@x.org"), &got, &key) == ERR_BAD_EMAIL);
	CHECK("behind", email_normalize(t->arena, STR("ann@x.org\0"), &got, &key) == ERR_BAD_EMAIL);
	CHECK("in the host",
	      email_normalize(t->arena, STR("ann@x.org\0.y.org"), &got, &key) == ERR_BAD_EMAIL);
	CHECK("none", email_normalize(t->arena, STR_NONE, &got, &key) == ERR_BAD_EMAIL);
}

TEST(a_normalized_address_normalizes_to_itself)
{
	static const char *const cases[] = { "Ann@EXAMPLE.org",
		                             "ann@b\xc3\xbc"
		                             "cher.example",
		                             "e\xcc\x81@x.org",
		                             "ann@stra\xc3\x9f"
		                             "e.example" };

	FOREACH(c, cases) {
		struct str once, twice, key, key_again, ignored;
		CHECK(*c, email_normalize(t->arena, str(*c), &once, &key) == OK);
		CHECK(*c, email_normalize(t->arena, once, &twice, &key_again) == OK);
		CHECK(*c, str_equal(once, twice) && str_equal(key, key_again));
		CHECK(*c, email_normalize(t->arena, key, &ignored, &key_again) == OK);
		CHECK(*c, str_equal(key, key_again));
	}
}

#define A64                                                                                        \
	"\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4" /* 8                    \
	                                                                      letters              \
	                                                                    */
#define A128 A64 A64 A64 A64 A64 A64 A64 A64 A64 A64 A64 A64 A64 A64 A64 A64

TEST(a_username_is_spelled_one_way_or_refused)
{
	static const struct {
		const char *name, *in, *want, *key; /* want NULL: refused; key NULL: as want */
	} cases[] = {
		{ "plain", "ann", "ann", NULL },
		{ "one letter", "a", "a", NULL },
		{ "case is folded in the key", "Ann", "Ann", "ann" },
		{ "space inside", "Ann Lee", "Ann Lee", "ann lee" },
		{ "signs", "a@b.c/d\"<>", "a@b.c/d\"<>", NULL },
		{ "composed", "e\xcc\x81va", "\xc3\xa9va", NULL },
		{ "accents fold too", "\xc3\x89VA", "\xc3\x89VA", "\xc3\xa9va" },
		{ "sharp s folds to ss",
		  "Stra\xc3\x9f"
		  "e",
		  "Stra\xc3\x9f"
		  "e",
		  "strasse" },
		{ "long s folds to s", "\xc5\xbf", "\xc5\xbf", "s" },
		{ "Kelvin sign is K", "\xe2\x84\xaa", "K", "k" },
		{ "Greek", "\xce\xa3\xce\x91\xce\xa3", "\xce\xa3\xce\x91\xce\xa3",
		  "\xcf\x83\xce\xb1\xcf\x83" },
		{ "Persian", "\xd8\xb3\xd8\xa7\xd8\xb1\xd8\xa7", "\xd8\xb3\xd8\xa7\xd8\xb1\xd8\xa7",
		  NULL },
		{ "dotless i stays", "\xc4\xb1", "\xc4\xb1", NULL },
		{ "128 letters", A128, A128, NULL },
		{ "129 letters", A128 "a", NULL, NULL },
		{ "more bytes than any name has", A128 A128 "a", NULL, NULL },
		{ "nothing", "", NULL, NULL },
		{ "space before", " ann", NULL, NULL },
		{ "space behind", "ann ", NULL, NULL },
		{ "only a space", " ", NULL, NULL },
		{ "no-break space behind", "ann\xc2\xa0", NULL, NULL },
		{ "ideographic space before",
		  "\xe3\x80\x80"
		  "ann",
		  NULL, NULL },
		{ "line end", "ann\n", NULL, NULL },
		{ "line end inside", "an\nn", NULL, NULL },
		{ "tab inside", "an\tn", NULL, NULL },
		{ "delete", "an\x7fn", NULL, NULL },
		{ "next line, a control of Latin-1", "an\xc2\x85n", NULL, NULL },
		{ "a line separator", "an\xe2\x80\xa8n", NULL, NULL },
		{ "a paragraph separator", "an\xe2\x80\xa9n", NULL, NULL },
		{ "not UTF-8", "an\xff", NULL, NULL },
		{ "cut short", "an\xc3", NULL, NULL },
	};
	FOREACH(c, cases) {
		struct str got = STR("untouched"), key = STR("untouched");
		enum err err = username_normalize(t->arena, str(c->in), &got, &key);
		CHECK(c->name, err == (c->want ? OK : ERR_BAD_USERNAME));
		CHECK(c->name, str_is(got, c->want ? c->want : "untouched"));
		CHECK(c->name, str_is(key, c->want ? c->key ? c->key : c->want : "untouched"));
	}
	struct str got, key;
	CHECK("an override of direction",
	      username_normalize(t->arena, STR("ann\u202egpj"), &got, &key) == ERR_BAD_USERNAME);
	CHECK("NUL", username_normalize(t->arena, STR("an\0n"), &got, &key) == ERR_BAD_USERNAME);
	CHECK("none", username_normalize(t->arena, STR_NONE, &got, &key) == ERR_BAD_USERNAME);
}

TEST(a_password_is_spelled_in_nfc_and_otherwise_left_as_it_is)
{
	static const struct {
		const char *name;
		struct secret in;
		const char *want; /* NULL: refused */
	} cases[] = {
		{ "ASCII", { "correct horse", 13 }, "correct horse" },
		{ "spaces and case stay", { " A b ", 5 }, " A b " },
		{ "control characters stay", { "a\tb\x7f", 4 }, "a\tb\x7f" },
		{ "composed", { "caf\xc3\xa9", 5 }, "caf\xc3\xa9" },
		{ "decomposed", { "cafe\xcc\x81", 6 }, "caf\xc3\xa9" },
		{ "compatibility forms stay",
		  { "\xef\xac\x81\xc2\xb2", 5 },
		  "\xef\xac\x81\xc2\xb2" },
		{ "emoji", { "\xf0\x9f\x90\xb4", 4 }, "\xf0\x9f\x90\xb4" },
		{ "empty", { "", 0 }, "" },
		{ "not UTF-8", { "a\xff", 2 }, NULL },
		{ "cut short", { "a\xc3", 2 }, NULL },
		{ "NUL inside", { "a\0b", 3 }, NULL },
	};
	FOREACH(c, cases) {
		struct secret got = { "untouched", 9 };
		enum err err = secret_nfc(t->arena, c->in, &got);
		CHECK(c->name, err == (c->want ? OK : ERR_MALFORMED));
		CHECK(c->name,
		      str_is((struct str){ got.ptr, got.len }, c->want ? c->want : "untouched"));
		CHECK(c->name, got.ptr != c->in.ptr);
	}
	struct secret none = { "x", 1 };
	CHECK("none stays none", secret_nfc(t->arena, SECRET_NONE, &none) == OK && !none.ptr);
}

TEST(length_counts_code_points)
{
	static const struct {
		const char *name, *in;
		size_t want;
	} cases[] = {
		{ "nothing", "", 0 },
		{ "ASCII", "abc", 3 },
		{ "two bytes each", "\xc3\xa9\xc3\xa9", 2 },
		{ "four bytes", "\xf0\x9f\x90\xb4", 1 },
		{ "a letter and its accent", "e\xcc\x81", 2 },
	};
	FOREACH(c, cases)
		CHECK(c->name, text_length(str(c->in)) == c->want);
}

TEST(text_is_utf8_without_nul)
{
	static const struct {
		const char *name;
		struct str in;
		bool want;
	} cases[] = {
		{ "nothing", { "", 0 }, true },
		{ "none", { NULL, 0 }, true },
		{ "ASCII", { "abc", 3 }, true },
		{ "the last code point", { "\xf4\x8f\xbf\xbf", 4 }, true },
		{ "beyond it", { "\xf4\x90\x80\x80", 4 }, false },
		{ "surrogate", { "\xed\xa0\x80", 3 }, false },
		{ "overlong", { "\xc0\x80", 2 }, false },
		{ "NUL", { "a\0b", 3 }, false },
		{ "cut short", { "\xe2\x84", 2 }, false },
		{ "Latin-1", { "caf\xe9", 4 }, false },
	};
	FOREACH(c, cases)
		CHECK(c->name, text_is_utf8(c->in) == c->want);
}

TEST(a_terminal_is_shown_no_byte_that_it_would_obey)
{
	static const struct {
		const char *name, *in, *want;
		size_t columns;
	} cases[] = {
		{ "nothing", "", "", 0 },
		{ "plain", "Ann Lee", "Ann Lee", 7 },
		{ "letters of two columns", "\xe6\xbc\xa2\xe5\xad\x97", "\xe6\xbc\xa2\xe5\xad\x97",
		  4 },
		{ "a combining accent takes none", "e\xcc\x81", "e\xcc\x81", 1 },
		{ "an escape sequence", "\x1b[31mred\x1b[0m", "\\x1b[31mred\\x1b[0m", 18 },
		{ "a title is set", "\x1b]0;x\x07", "\\x1b]0;x\\x07", 12 },
		{ "C1 controls",
		  "\xc2\x9b"
		  "31m",
		  "\\x9b31m", 7 },
		{ "lines and tabs", "a\r\nb\tc", "a\\r\\nb\\tc", 9 },
		{ "a line separator",
		  "a\xe2\x80\xa8"
		  "b",
		  "a\\u2028b", 8 },
		{ "turned around", "\xe2\x80\xaegpj", "\\u202egpj", 9 },
		{ "delete", "a\x7f", "a\\x7f", 5 },
		{ "not UTF-8", "a\xff\xc3", "a\\xff\\xc3", 9 },
	};
	FOREACH(c, cases) {
		struct str plain;
		CHECK(c->name, text_printable(t->arena, str(c->in), &plain) == OK);
		CHECK(c->name, str_is(plain, c->want));
		CHECK(c->name, text_columns(plain) == c->columns);
	}
}

TEST(a_text_is_cut_between_letters_and_never_wider_than_asked)
{
	const struct str wide = str("a\xe6\xbc\xa2"
	                            "e\xcc\x81z"); /* 1, 2, 1 and 1 columns */
	static const size_t lengths[] = { 0, 1, 1, 4, 7, 8, 8 };

	for (size_t columns = 0; columns < COUNT_OF(lengths); columns++)
		CHECK("columns", text_fit(wide, columns).len == lengths[columns]);
}

TEST(a_word_typed_on_any_keyboard_is_the_word_that_was_meant)
{
	static const struct {
		const char *name, *typed, *want;
	} cases[] = {
		{ "as it was mailed", "K7Q2-9FMX", "K7Q29FMX" },
		{ "small, with spaces", " k7q2 9fmx ", "K7Q29FMX" },
		{ "Persian digits", "K۷Q۲-۹FMX", "K7Q29FMX" },
		{ "Arabic digits", "٧٢", "72" },
		{ "Bengali digits", "k৭q২৯fmx", "K7Q29FMX" },
		{ "digits of full width", "７", "7" },
		{ "pasted with its marks of direction", "\xe2\x81\xa6K7Q2\xe2\x81\xa9\xe2\x80\x8e",
		  "K7Q2" },
		{ "a dash and a no-break space", "K7\xe2\x80\x93Q2\xc2\xa0", "K7Q2" },
		{ "other letters stay", "ЖÄß", "ЖÄß" },
		{ "what is not UTF-8 stays", "k-\xff", "k-\xff" },
		{ "nothing", "", "" },
	};

	FOREACH(c, cases) {
		struct secret word;
		CHECK(c->name, secret_typed(t->arena, (struct secret){ c->typed, strlen(c->typed) },
		                            &word) == OK);
		CHECK(c->name, secret_equal(word, (struct secret){ c->want, strlen(c->want) }));
	}
}
