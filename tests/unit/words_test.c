/* SPDX-License-Identifier: Apache-2.0 */
/* words_test.c - what each mail says, in each language. */
#include "house.h"
#include "mail/texts.h"
#include <string.h>

#define HOSTILE_APP  "<script>alert(1)</script>&\"'"
#define HOSTILE_USER "\"><img src=x>{{secret}}"
#define REFERENCE    "K7Q2-9FMX"
#define LINK         "https://id.example.org/password-reset?token=abc&x=\"y\""

static bool has(struct str text, const char *part)
{
	return memmem(text.ptr, text.len, part, strlen(part)) != NULL;
}

static const char *const languages[] = { "en", "fr" };
static const char *const may_be_ignored[] = { "you can ignore this mail",
	                                      "vous pouvez ignorer cet e-mail" };

static struct letter full_letter(enum letter_kind kind, size_t language)
{
	return (struct letter){
		.send = true,
		.kind = kind,
		.to = STR("ann@example.org"),
		.app_name = STR("demo"),
		.sender_name = STR("demo"),
		.language = str(languages[language]),
		.link = STR(LINK),
		.secret = SECRET("CX8W73DTC3F3E0ME3TJ9"),
		.code = SECRET("ABCD-EFGH"),
		.new_email = STR("new@example.org"),
		.username = STR("ann-the-user"),
		.network = STR("192.0.2.7"),
		.reference = STR(REFERENCE),
		.minutes = STR("29"),
		.message_id = STR("0123"),
		.at = 1795400000,
	};
}

struct letter_case {
	const char *name;
	enum letter_kind kind;
	bool ignorable, link, secret;
	const char *also[3];
};

static const struct letter_case letter_cases[] = {
	{ "reset link", LETTER_RESET_LINK, true, true, false, { "demo", "29", NULL } },
	{ "reset link and code",
	  LETTER_RESET_LINK_AND_CODE,
	  true,
	  true,
	  false,
	  { "demo", "29", "ABCD-EFGH" } },
	{ "verify", LETTER_VERIFY, true, true, false, { "demo", "ann@example.org", NULL } },
	{ "change email",
	  LETTER_CHANGE_EMAIL,
	  true,
	  true,
	  false,
	  { "demo", "ann@example.org", NULL } },
	{ "address taken",
	  LETTER_ADDRESS_TAKEN,
	  true,
	  false,
	  false,
	  { "demo", "ann@example.org", NULL } },
	{ "email moved",
	  LETTER_EMAIL_MOVED,
	  false,
	  false,
	  false,
	  { "new@example.org", "demo", NULL } },
	{ "email changed",
	  LETTER_EMAIL_CHANGED,
	  false,
	  true,
	  false,
	  { "new@example.org", "192.0.2.7", "72" } },
	{ "confirm link",
	  LETTER_CONFIRM_LINK,
	  true,
	  true,
	  false,
	  { "demo", "29", "ann-the-user" } },
	{ "invitation", LETTER_INVITATION, true, true, false, { "demo", "ann@example.org", NULL } },
	{ "made password", LETTER_MADE_PASSWORD, false, false, true, { "demo", "24", NULL } },
	{ "password changed",
	  LETTER_PASSWORD_CHANGED,
	  false,
	  true,
	  false,
	  { "demo", "192.0.2.7", "2026-11-23, 02:13 UTC" } },
};

static struct words words_for(struct test *t, const struct letter *letter, const char *name)
{
	struct words words;

	CHECK(name, words_of(t->arena, letter, &words) == OK);
	CHECK(name, words.subject.len > 10 && words.text.len > 100 && words.html.len > 200);
	CHECK(name, !has(words.subject, "{{") && !has(words.text, "{{") && !has(words.html, "{{"));
	CHECK(name, !has(words.subject, "}}") && !has(words.text, "}}") && !has(words.html, "}}"));
	CHECK(name, str_find(words.subject, '\n') == words.subject.len);
	return words;
}

TEST(there_is_a_case_for_every_kind_of_letter)
{
	CHECK("and one for the app's own", COUNT_OF(letter_cases) + 1 == LETTER_KIND_COUNT);
}

TEST(every_letter_fills_its_places_in_every_language)
{
	for (size_t language = 0; language < COUNT_OF(languages); language++) {
		FOREACH(c, letter_cases) {
			struct letter letter = full_letter(c->kind, language);
			struct words words = words_for(t, &letter, c->name);
			CHECK(c->name, has(words.text, REFERENCE) && has(words.html, REFERENCE));
			CHECK(c->name, has(words.subject, "demo"));
			CHECK(c->name, has(words.text, LINK) == c->link);
			CHECK(c->name, has(words.text, "CX8W73DTC3F3E0ME3TJ9") == c->secret);
			CHECK(c->name, has(words.text, may_be_ignored[language]) == c->ignorable);
			CHECK(c->name, has(words.html, may_be_ignored[language]) == c->ignorable);
			for (size_t i = 0; i < COUNT_OF(c->also) && c->also[i]; i++)
				CHECK(c->name,
				      has(words.text, c->also[i]) && has(words.html, c->also[i]));
			CHECK(c->name, !has(words.subject, "CX8W"));
		}
	}
}

TEST(a_link_stands_alone_on_its_line_and_can_be_pressed)
{
	static const char pressed[] =
		"<p><a "
		"href=\"https://id.example.org/password-reset?token=abc&amp;x=&quot;y&quot;\">"
		"https://id.example.org/password-reset?token=abc&amp;x=&quot;y&quot;</a></p>";

	for (size_t language = 0; language < COUNT_OF(languages); language++) {
		FOREACH(c, letter_cases) {
			struct letter letter = full_letter(c->kind, language);
			struct words words = words_for(t, &letter, c->name);
			CHECK(c->name, has(words.text, "\n\n" LINK "\n\n") == c->link);
			CHECK(c->name, has(words.html, pressed) == c->link);
			CHECK(c->name,
			      has(words.html, "<code>CX8W73DTC3F3E0ME3TJ9</code>") == c->secret);
		}
	}
}

TEST(hostile_names_stay_text)
{
	for (size_t language = 0; language < COUNT_OF(languages); language++) {
		FOREACH(c, letter_cases) {
			struct letter letter = full_letter(c->kind, language);
			letter.app_name = STR(HOSTILE_APP);
			letter.username = STR(HOSTILE_USER);
			letter.network = STR("<b>");
			letter.to = STR("<i>@example.org");
			struct words words;
			CHECK(c->name, words_of(t->arena, &letter, &words) == OK);
			CHECK(c->name, !has(words.html, "<script") && !has(words.html, "<img") &&
			                       !has(words.html, "<b>") && !has(words.html, "<i>"));
			CHECK(c->name,
			      has(words.html, "&lt;script&gt;alert(1)&lt;/script&gt;&amp;"));
			CHECK(c->name, has(words.text, HOSTILE_APP)); /* plain text is plain */
			if (c->kind != LETTER_CONFIRM_LINK)
				continue;
			/* A place in a value is no place. */
			CHECK(c->name, has(words.text, HOSTILE_USER));
			CHECK(c->name, !has(words.text, "CX8W") && !has(words.html, "CX8W"));
		}
	}
}

TEST(an_unknown_language_is_english)
{
	static const char *const unknown[] = { "de", "EN", "", "fr-CA", "en\r\nX" };

	FOREACH(name, unknown) {
		struct letter letter = full_letter(LETTER_RESET_LINK, 0);
		letter.language = str(*name);
		CHECK(*name, has(words_for(t, &letter, *name).text, may_be_ignored[0]));
		CHECK(*name, has(words_for(t, &letter, *name).html, "<html lang=\"en\">"));
	}
	struct letter letter = full_letter(LETTER_RESET_LINK, 1);
	CHECK("fr", has(words_for(t, &letter, "fr").html, "<html lang=\"fr\">"));
}

TEST(places_of_a_template_are_filled_once_and_unknown_ones_vanish)
{
	static const struct {
		const char *name, *content, *want;
	} cases[] = {
		{ "nothing", "Hello", "Hello" },
		{ "every place",
		  "{{app}} {{email}} {{code}} {{secret}} {{minutes}} {{reference}} "
		  "{{network}} {{time}}",
		  "demo ann@example.org CX8W73DTC3F3E0ME3TJ9 CX8W73DTC3F3E0ME3TJ9 29 " REFERENCE
		  " 192.0.2.7 2026-11-23, 02:13 UTC" },
		{ "twice", "{{app}}{{app}}", "demodemo" },
		{ "unknown", "a{{password_hash}}b", "ab" },
		{ "empty", "a{{}}b", "ab" },
		{ "spaces are part of the name", "a{{ app }}b", "ab" },
		{ "never closed", "a{{app", "a{{app" },
		{ "never opened", "app}}b", "app}}b" },
		{ "single braces", "{app}", "{app}" },
		{ "a format", "%s%n%d", "%s%n%d" },
	};
	FOREACH(c, cases) {
		struct letter letter = full_letter(LETTER_TEMPLATE, 0);
		struct words words;
		letter.subject = letter.content = str(c->content);
		CHECK(c->name, words_of(t->arena, &letter, &words) == OK);
		CHECK(c->name, str_is(words.text, c->want) && str_is(words.subject, c->want));
	}
}

TEST(the_shipped_template_says_what_it_must_in_every_language)
{
	struct house house;

	house_open(&house, t, NULL);
	for (size_t language = 0; language < COUNT_OF(languages); language++) {
		struct ctx ctx = house_operator(&house);
		const struct message_named named = { STR("reset_password") };
		struct letter letter = full_letter(LETTER_TEMPLATE, language);
		struct mail_template template;
		if (language > 0)
			ctx.app = house_add_app(&house, "autre", languages[language]);
		CHECK("found",
		      operation_run(&ctx, &mail_template_find_op, &named, &template) == OK);
		letter.subject = template.subject;
		letter.content = template.content;
		struct words words = words_for(t, &letter, languages[language]);
		CHECK("link", has(words.text, "\n\n" LINK "\n\n"));
		CHECK("code", has(words.text, "\n\nCX8W73DTC3F3E0ME3TJ9\n\n"));
		CHECK("the rest", has(words.text, REFERENCE) && has(words.text, "29") &&
		                          has(words.text, "ann@example.org"));
		CHECK("may be ignored", has(words.text, may_be_ignored[language]));
	}
	house_close(&house);
}

TEST(words_without_room_are_out_of_memory)
{
	struct arena *arena = arena_new(8 * 1024);
	struct letter letter = full_letter(LETTER_RESET_LINK, 0);
	struct words words = { .subject = STR("untouched") };
	enum err err = OK;

	for (int i = 0; i < 10 && err == OK; i++)
		err = words_of(arena, &letter, &words);
	CHECK("out of memory", err == ERR_NOMEM);
	arena_free(arena);
}
