/* SPDX-License-Identifier: Apache-2.0 */
/* kept_mail_test.c - what was composed is read again as it was. */
#include "mail/compose.h"
#include "pages/kept_mail.h"
#include "unit.h"

TEST(a_composed_mail_is_read_again_as_it_was)
{
	static const struct {
		const char *name, *subject, *text, *html;
	} cases[] = {
		{ "ASCII", "Choose a new password", "Hello\n\nhttps://x.example/?token=a\n",
		  "<p>Hello</p>\n" },
		{ "Persian", "گذرواژهٔ تازه‌ای برای demo انتخاب کنید",
		  "سلام\n\n=3D\n", "<p dir=\"rtl\">سلام</p>\n" },
		{ "Bengali, over several encoded-words",
		  "demo-এর জন্য নতুন পাসওয়ার্ড দরকার কি না নিশ্চিত করুন, অনুগ্রহ করে",
		  "একটি নতুন পাসওয়ার্ড\n", "<p>একটি</p>\n" },
		{ "a long one in ASCII, which is folded",
		  "A subject that is so long that it has to go on on a second line of its header",
		  "x\n", "<p>x</p>\n" },
		{ "an encoded-word that a person typed", "=?UTF-8?B?eA==?=", "x\n", "<p>x</p>\n" },
	};
	FOREACH(c, cases) {
		const struct mail mail = {
			.from_name = STR("Shop"),
			.from = STR("rekey@example.org"),
			.to = STR("ann@example.org"),
			.subject = str(c->subject),
			.text = str(c->text),
			.html = str(c->html),
			.message_id = STR("1@example.org"),
			.date = 1795400000,
		};
		struct str eml, got;
		CHECK(c->name, mail_compose(t->arena, &mail, &eml) == OK);
		CHECK(c->name, kept_mail_header(t->arena, eml, "Subject", &got) == OK);
		CHECK(c->name, str_is(got, c->subject));
		CHECK(c->name, kept_mail_header(t->arena, eml, "Date", &got) == OK);
		CHECK(c->name, str_is(got, "Mon, 23 Nov 2026 02:13:20 +0000"));
		CHECK(c->name, kept_mail_part(t->arena, eml, "text/plain", &got) == OK);
		CHECK(c->name, str_is(got, c->text));
		CHECK(c->name, kept_mail_part(t->arena, eml, "text/html", &got) == OK);
		CHECK(c->name, str_is(got, c->html));
	}
}

TEST(what_a_kept_mail_lacks_is_not_there)
{
	static const char *const broken[] = {
		"",
		"\r\n",
		"Subject: x",
		"\r\nSubject: x",
		"Content-Type: text/plain",
		"Content-Type: text/plain\r\n--",
		"Content-Type: text/plain\r\n\r\nx",
		"\r\nX: =?UTF-8?B?",
	};
	FOREACH(eml, broken) {
		struct str got;
		CHECK(*eml,
		      kept_mail_header(t->arena, str(*eml), "Subject", &got) == OK && !got.ptr);
		CHECK(*eml,
		      kept_mail_part(t->arena, str(*eml), "text/plain", &got) == OK && !got.ptr);
	}
}

TEST(words_that_cannot_be_decoded_stay_as_they_came)
{
	static const struct {
		const char *name, *subject;
	} cases[] = {
		{ "no base64", "=?UTF-8?B?%%%?=" },
		{ "never ended", "=?UTF-8?B?eA==" },
		{ "not UTF-8", "=?UTF-8?B?/w==?=" },
		{ "a zero byte", "=?UTF-8?B?AA==?=" },
	};
	FOREACH(c, cases) {
		struct str eml, got;
		CHECK(c->name,
		      arena_printf(t->arena, &eml, "\r\nSubject: %s\r\n\r\n", c->subject) == OK);
		CHECK(c->name,
		      kept_mail_header(t->arena, eml, "Subject", &got) == OK && got.len > 0);
	}
}
