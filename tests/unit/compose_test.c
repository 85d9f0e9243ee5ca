/* SPDX-License-Identifier: Apache-2.0 */
/* compose_test.c - what a mail looks like, and what can never get into it. */
#include "unit.h"
#include "mail/compose.h"
#include <string.h>

/* STR() where only constants may stand. */
#define TEXT(literal)                                                                              \
	{                                                                                          \
		"" literal, sizeof(literal) - 1                                                    \
	}
#define X10      "xxxxxxxxxx"
#define X70      X10 X10 X10 X10 X10 X10 X10
#define GREETING "gr\xc3\xbc\xc3\x9f\x65"

static const struct mail plain = {
	.from_name = TEXT("Rekey"),
	.from = TEXT("rekey@example.org"),
	.to = TEXT("ann@example.org"),
	.subject = TEXT("Your new password"),
	.text = TEXT("Hello\nhttps://example.org/password-reset?token=abc\n"),
	.language = TEXT("en"),
	.message_id = TEXT("12.abc@example.org"),
	.date = 1795400000,
};

static bool has(struct str eml, const char *part)
{
	return memmem(eml.ptr, eml.len, part, strlen(part)) != NULL;
}

/* The rest of the header line that begins with name, folds and all. */
static struct str header(struct str eml, const char *name)
{
	struct str rest = eml;

	while (rest.len > 0 && !str_starts(rest, "\r\n")) {
		size_t n = str_find(rest, '\n') + 1;
		while (n < rest.len && rest.ptr[n] == ' ')
			n += str_find(str_from(rest, n), '\n') + 1;
		if (str_starts(rest, name))
			return (struct str){ rest.ptr + strlen(name), n - strlen(name) - 2 };
		rest = str_from(rest, n);
	}
	return STR_NONE;
}

/* What every mail keeps to: CRLF, lines of 998 at most, none that begins with a dot, and one header
 * of each name up to the first empty line. */
static bool is_well_formed(struct str eml)
{
	size_t start = 0, headers = 0;

	for (size_t i = 0; i < eml.len; i++) {
		if (eml.ptr[i] == '\r' && (i + 1 == eml.len || eml.ptr[i + 1] != '\n'))
			return false;
		if (eml.ptr[i] != '\n')
			continue;
		if (i == 0 || eml.ptr[i - 1] != '\r' || i - 1 - start > 998 ||
		    eml.ptr[start] == '.')
			return false;
		if (i - 1 == start)
			break;
		headers += eml.ptr[start] != ' ';
		start = i + 1;
	}
	return headers == 9 || headers == 10;
}

TEST(a_plain_mail_is_these_bytes)
{
	static const char want[] = "Date: Mon, 23 Nov 2026 02:13:20 +0000\r\n"
				   "From: \"Rekey\" <rekey@example.org>\r\n"
				   "To: ann@example.org\r\n"
				   "Subject: Your new password\r\n"
				   "Message-ID: <12.abc@example.org>\r\n"
				   "MIME-Version: 1.0\r\n"
				   "Auto-Submitted: auto-generated\r\n"
				   "Content-Language: en\r\n"
				   "Content-Type: text/plain; charset=utf-8\r\n"
				   "Content-Transfer-Encoding: 7bit\r\n"
				   "\r\n"
				   "Hello\r\n"
				   "https://example.org/password-reset?token=abc\r\n";
	struct str eml = STR_NONE;

	CHECK("composes", mail_compose(t->arena, &plain, &eml) == OK);
	CHECK("bytes", str_is(eml, want));
}

TEST(text_comes_before_html_and_the_boundary_is_in_neither)
{
	struct mail message = plain;
	struct str eml = STR_NONE, again = STR_NONE;

	message.html = STR("<p>Hello</p>\n");
	CHECK("composes", mail_compose(t->arena, &message, &eml) == OK);
	struct str type = header(eml, "Content-Type: ");
	CHECK("type", str_starts(type, "multipart/alternative;\r\n boundary=\"=_"));
	const char *text = memmem(eml.ptr, eml.len, "text/plain", 10);
	const char *html = memmem(eml.ptr, eml.len, "text/html", 9);
	CHECK("order", text && html && text < html);
	struct str boundary = str_from(type, str_find(type, '"') + 1);
	boundary.len--;
	/* A text that holds the boundary gets another one. */
	CHECK("text", arena_printf(t->arena, &message.text, "--%.*s--\n", STR_ARG(boundary)) == OK);
	CHECK("composes", mail_compose(t->arena, &message, &again) == OK);
	CHECK("moved", !str_equal(header(again, "Content-Type: "), type));
}

TEST(the_same_mail_composes_to_the_same_bytes)
{
	struct mail message = plain;
	struct str one = STR_NONE, two = STR_NONE, other = STR_NONE;

	message.html = STR("<p>" GREETING "</p>\n");
	CHECK("one", mail_compose(t->arena, &message, &one) == OK);
	CHECK("two", mail_compose(t->arena, &message, &two) == OK);
	CHECK("same", str_equal(one, two));
	message.message_id = STR("13.abc@example.org");
	CHECK("other", mail_compose(t->arena, &message, &other) == OK);
	CHECK("another boundary",
	      !str_equal(header(one, "Content-Type: "), header(other, "Content-Type: ")));
}

TEST(a_subject_stays_one_subject)
{
	static const struct {
		const char *name;
		struct str in;
		const char *want;
	} cases[] = {
		{ "plain", TEXT("Hello"), "Hello" },
		{ "none", TEXT(""), "" },
		{ "injected header", TEXT("Hi\r\nBcc: eve@example.org"),
		  "Hi Bcc: eve@example.org" },
		{ "injected body", TEXT("Hi\n\n<script>"), "Hi <script>" },
		{ "lone CR", TEXT("Hi\rX: y"), "Hi X: y" },
		{ "NUL", TEXT("Hi\0X"), "Hi X" },
		{ "tab, escape, DEL",
		  TEXT("a\tb\x1b"
		       "c\x7f"),
		  "a b c" },
		{ "ends", TEXT("  a   b  "), "a b" },
		{ "next line (C1)",
		  TEXT("a\xc2\x85"
		       "b"),
		  "a b" },
		{ "line separator",
		  TEXT("a\xe2\x80\xa8"
		       "b"),
		  "a b" },
		{ "override",
		  TEXT("a\xe2\x80\xae"
		       "b"),
		  "a b" },
		{ "not UTF-8",
		  TEXT("a\xff\xc2"
		       "b"),
		  "a??b" },
		{ "looks encoded", TEXT("=?utf-8?q?x?="), "=?UTF-8?B?PT91dGYtOD9xP3g/PQ==?=" },
		{ "non-ASCII", TEXT(GREETING), "=?UTF-8?B?Z3LDvMOfZQ==?=" },
		{ "non-ASCII injection", TEXT("\xc3\xbc\r\nX: y"), "=?UTF-8?B?w7wgWDogeQ==?=" },
		{ "67 fit", TEXT("1234 12 " X10 X10 X10 X10 X10 "123456789"),
		  "1234 12 " X10 X10 X10 X10 X10 "123456789" },
		{ "68 fold", TEXT("1234 12 " X10 X10 X10 X10 X10 "1234567890"),
		  "1234 12\r\n " X10 X10 X10 X10 X10 "1234567890" },
		{ "a word of 75", TEXT("a " X70 "12345 b"), "a\r\n " X70 "12345\r\n b" },
		{ "a word of 76", TEXT("a " X70 "123456"),
		  "=?UTF-8?B?YSB4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4?=\r\n"
		  " =?UTF-8?B?eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4MTIzNDU2?=" },
		/* 39 bytes fit behind the name; the 39th would be half a character. */
		{ "no character is split", TEXT(X10 X10 X10 "12345678\xc3\xbc"),
		  "=?UTF-8?B?eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4MTIzNDU2Nzg=?=\r\n"
		  " =?UTF-8?B?w7w=?=" },
	};
	FOREACH(c, cases) {
		struct mail message = plain;
		struct str eml = STR_NONE;
		message.subject = c->in;
		CHECK(c->name, mail_compose(t->arena, &message, &eml) == OK);
		CHECK(c->name, str_is(header(eml, "Subject: "), c->want));
		CHECK(c->name, is_well_formed(eml));
		CHECK(c->name, header(eml, "Bcc:").ptr == NULL && header(eml, "X:").ptr == NULL);
	}
}

TEST(header_lines_are_76_letters_at_most)
{
	struct buf long_text = buf_in(t->arena);
	struct mail message = plain;
	struct str eml = STR_NONE;

	for (int i = 0; i < 400; i++)
		buf_puts(&long_text, i % 3 ? "\xe2\x82\xac" : "\xd8\xb3 ");
	CHECK("text", buf_str(&long_text, &message.subject) == OK);
	message.from_name = message.subject;
	CHECK("composes", mail_compose(t->arena, &message, &eml) == OK);
	for (size_t i = 0, n; !str_starts(str_from(eml, i), "\r\n"); i += n + 1) {
		n = str_find(str_from(eml, i), '\n');
		CHECK("76", n - 1 <= 76);
	}
}

TEST(a_sender_is_a_name_and_one_address)
{
	static const struct {
		const char *name;
		struct str in;
		const char *want;
	} cases[] = {
		{ "none", { NULL, 0 }, "rekey@example.org" },
		{ "only spaces", TEXT(" \r\n "), "rekey@example.org" },
		{ "quoted", TEXT("Ann \"A\\B\" Lee"),
		  "\"Ann \\\"A\\\\B\\\" Lee\" <rekey@example.org>" },
		{ "comma", TEXT("Lee, Ann"), "\"Lee, Ann\" <rekey@example.org>" },
		{ "another address", TEXT("Eve\" <eve@example.org>, \""),
		  "\"Eve\\\" <eve@example.org>, \\\"\" <rekey@example.org>" },
		{ "injected header", TEXT("A\r\nBcc: e@x.org"),
		  "\"A Bcc: e@x.org\" <rekey@example.org>" },
		{ "non-ASCII", TEXT(GREETING), "=?UTF-8?B?Z3LDvMOfZQ==?= <rekey@example.org>" },
		{ "looks encoded", TEXT("=?x?q?y?="),
		  "=?UTF-8?B?PT94P3E/eT89?= <rekey@example.org>" },
		{ "folded", TEXT(X10 X10 X10 X10 X10 X10),
		  "\"" X10 X10 X10 X10 X10 X10 "\"\r\n <rekey@example.org>" },
	};
	FOREACH(c, cases) {
		struct mail message = plain;
		struct str eml = STR_NONE;
		message.from_name = c->in;
		CHECK(c->name, mail_compose(t->arena, &message, &eml) == OK);
		CHECK(c->name, str_is(header(eml, "From: "), c->want));
		CHECK(c->name, is_well_formed(eml));
	}
}

TEST(a_mail_goes_to_one_address_or_nowhere)
{
	static const struct {
		const char *name;
		struct str in;
		const char *want; /* NULL: refused */
	} cases[] = {
		{ "plain", TEXT("Ann.Lee@example.org"), "Ann.Lee@example.org" },
		{ "SMTPUTF8", TEXT("gr\xc3\xbcn@example.org"), "gr\xc3\xbcn@example.org" },
		{ "IDN",
		  TEXT("ann@b\xc3\xbc"
		       "cher.example"),
		  "ann@xn--bcher-kva.example" },
		{ "none", { NULL, 0 }, NULL },
		{ "no host", TEXT("ann@"), NULL },
		{ "two", TEXT("ann@example.org,eve@example.org"), NULL },
		{ "injected header", TEXT("ann@example.org\r\nBcc: eve@example.org"), NULL },
		{ "space in the host", TEXT("ann@exam ple.org"), NULL },
		{ "line end alone", TEXT("ann@example.org\n"), NULL },
		{ "NUL", TEXT("ann@example.org\0"), NULL },
		{ "C1 control", TEXT("a\xc2\x85n@example.org"), NULL },
		{ "brackets", TEXT("<ann@example.org>"), NULL },
		{ "comment", TEXT("ann(x)@example.org"), NULL },
		{ "not UTF-8", TEXT("a\xffn@example.org"), NULL },
	};
	FOREACH(c, cases) {
		struct mail message = plain;
		struct str eml = STR_NONE;
		message.to = c->in;
		enum err err = mail_compose(t->arena, &message, &eml);
		CHECK(c->name, err == (c->want ? OK : ERR_BAD_EMAIL));
		CHECK(c->name, c->want ? str_is(header(eml, "To: "), c->want) : eml.ptr == NULL);
		message.to = plain.to;
		message.from = c->in;
		CHECK(c->name, mail_compose(t->arena, &message, &eml) == err);
	}
}

TEST(the_other_headers_cannot_be_left_either)
{
	struct mail message = plain;
	struct str eml = STR_NONE;

	message.message_id = STR("1>\r\nBcc: eve@x.org\0 <\xc3\xbc");
	message.language = STR("en\r\nBcc: eve@x.org");
	CHECK("composes", mail_compose(t->arena, &message, &eml) == OK);
	CHECK("id", str_is(header(eml, "Message-ID: "), "<1Bcceve@x.org>"));
	CHECK("language", str_is(header(eml, "Content-Language: "), "enBcceve"
	                                                            "xorg"));
	CHECK("form", is_well_formed(eml));
	message.language = STR("\xc3\xbc");
	CHECK("composes", mail_compose(t->arena, &message, &eml) == OK);
	CHECK("left out", header(eml, "Content-Language:").ptr == NULL);
}

TEST(a_text_is_sent_as_it_is_or_as_quoted_printable)
{
	static const struct {
		const char *name;
		struct str in;
		const char *want; /* behind the empty line */
	} cases[] = {
		{ "empty", TEXT(""), "" },
		{ "as it is", TEXT("a = b \n\tc\n"), "a = b \r\n\tc\r\n" },
		{ "no last line end", TEXT("a\nb"), "a\r\nb\r\n" },
		{ "CRLF already", TEXT("a\r\nb\r\n"), "a\r\nb\r\n" },
		{ "lone CR", TEXT("a\rb\n"), "a=0Db\r\n" },
		{ "NUL", TEXT("a\0b\n"), "a=00b\r\n" },
		{ "dot", TEXT(".\n.a.b\n"), "=2E\r\n=2Ea.b\r\n" },
		{ "equals sign", TEXT("\xc3\xbc=\n"), "=C3=BC=3D\r\n" },
		{ "space at the end", TEXT("\xc3\xbc \n\t\n  a\n"), "=C3=BC=20\r\n=09\r\n  a\r\n" },
		{ "empty lines", TEXT("\xc3\xbc\n\n\na\n"), "=C3=BC\r\n\r\n\r\na\r\n" },
		{ "exactly 76", TEXT("\xc3\xbc" X70 "\n"), "=C3=BC" X70 "\r\n" },
		{ "77", TEXT("\xc3\xbc" X70 "1\n"),
		  "=C3=BC" X10 X10 X10 X10 X10 X10 "xxxxxxxxx=\r\nx1\r\n" },
		{ "76 with a space at the end",
		  TEXT("\xc3\xbc" X10 X10 X10 X10 X10 X10 "1234567 \n"),
		  "=C3=BC" X10 X10 X10 X10 X10 X10 "1234567=20\r\n" },
		{ "77 with a space at the end",
		  TEXT("\xc3\xbc" X10 X10 X10 X10 X10 X10 "12345678 \n"),
		  "=C3=BC" X10 X10 X10 X10 X10 X10 "12345678=\r\n=20\r\n" },
		{ "a space before a soft break",
		  TEXT("\xc3\xbc" X10 X10 X10 X10 X10 X10 "12345678 ab\n"),
		  "=C3=BC" X10 X10 X10 X10 X10 X10 "12345678 =\r\nab\r\n" },
		{ "an escape is not split", TEXT("\xc3\xbc" X10 X10 X10 X10 X10 X10 "1234567=b\n"),
		  "=C3=BC" X10 X10 X10 X10 X10 X10 "1234567=\r\n=3Db\r\n" },
		{ "a dot behind a soft break",
		  TEXT("\xc3\xbc" X10 X10 X10 X10 X10 X10 "123456789.b\n"),
		  "=C3=BC" X10 X10 X10 X10 X10 X10 "123456789=\r\n=2Eb\r\n" },
	};
	FOREACH(c, cases) {
		struct mail message = plain;
		struct str eml = STR_NONE;
		message.text = c->in;
		CHECK(c->name, mail_compose(t->arena, &message, &eml) == OK);
		const char *body = memmem(eml.ptr, eml.len, "\r\n\r\n", 4);
		CHECK(c->name, body && strcmp(body + 4, c->want) == 0);
		CHECK(c->name, eml.len == (size_t)(body + 4 - eml.ptr) + strlen(c->want));
		bool as_it_is = has(eml, "Content-Transfer-Encoding: 7bit\r\n");
		CHECK(c->name, as_it_is == (strchr(c->want, '=') == NULL ||
		                            strncmp(c->want, "a = b", 5) == 0));
	}
}

TEST(lines_of_900_bytes_stay_whole_and_longer_ones_do_not)
{
	struct mail message = plain;
	struct str eml = STR_NONE;
	char line[902];

	memset(line, 'a', sizeof(line));
	line[900] = '\n';
	message.text = (struct str){ line, 901 };
	CHECK("900", mail_compose(t->arena, &message, &eml) == OK && has(eml, ": 7bit"));
	line[900] = 'a';
	line[901] = '\n';
	message.text = (struct str){ line, 902 };
	CHECK("901", mail_compose(t->arena, &message, &eml) == OK && has(eml, ": quoted-"));
}

TEST(dates_are_in_utc_and_english)
{
	static const struct {
		const char *name;
		int64_t in;
		const char *want; /* NULL: refused */
	} cases[] = {
		{ "epoch", 0, "Thu, 01 Jan 1970 00:00:00 +0000" },
		{ "leap day", 1709251199, "Thu, 29 Feb 2024 23:59:59 +0000" },
		{ "beyond 32 bits", 4102444800, "Fri, 01 Jan 2100 00:00:00 +0000" },
		{ "no such year", INT64_MAX, NULL },
	};
	FOREACH(c, cases) {
		struct mail message = plain;
		struct str eml = STR_NONE;
		message.date = c->in;
		enum err err = mail_compose(t->arena, &message, &eml);
		CHECK(c->name, err == (c->want ? OK : ERR_INTERNAL));
		CHECK(c->name, !c->want || str_is(header(eml, "Date: "), c->want));
	}
}

TEST(a_mail_beyond_the_arena_is_out_of_memory)
{
	struct mail message = plain;
	struct str eml = STR_NONE;

	message.html = message.text;
	for (size_t max = 0; max < 40000; max += 512) {
		struct arena *arena = arena_new(max);
		CHECK("arena", arena != NULL);
		enum err err = mail_compose(arena, &message, &eml);
		arena_free(arena);
		CHECK("answer", err == OK || err == ERR_NOMEM);
		if (max < 8192)
			CHECK("too small", err == ERR_NOMEM || max >= 512);
	}
}
