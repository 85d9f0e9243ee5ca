/* SPDX-License-Identifier: Apache-2.0 */
/* words_test.c - what each mail says, in each language. */
#include "base/text.h"
#include "base/texts.h"
#include "house.h"
#include "mail/words.h"
#include <string.h>

#define INERT_ANN                                                                                  \
	"ann@\xe2\x81\xa0"                                                                         \
	"example.\xe2\x81\xa0"                                                                     \
	"org"
#define HOSTILE_APP  "<script>alert(1)<script>evil.example&\"'"
#define HOSTILE_USER "\"><img src=x>{{secret}}"
#define REFERENCE    "K7Q2-9FMX"
#define LINK         "https://id.example.org/password-reset?token=abc&x=\"y\""

static bool has(struct str text, const char *part)
{
	return memmem(text.ptr, text.len, part, strlen(part)) != NULL;
}

static struct letter full_letter(enum letter_kind kind, enum language language)
{
	return (struct letter){
		.send = true,
		.kind = kind,
		.to = STR("ann@example.org"),
		.app_name = STR("demo"),
		.sender_name = STR("demo"),
		.language = str(languages[language].tag),
		.link = STR(LINK),
		.secret = SECRET("CX8W73DTC3F3E0ME3TJ9"),
		.code = SECRET("ABCD-EFGH"),
		.new_email = STR("new@example.org"),
		.username = STR("ann-the-user"),
		.network = STR("192.0.2.7"),
		.reference = STR(REFERENCE),
		.minutes = 29,
		.message_id = STR("0123"),
		.at = 1795400000,
	};
}

/* Which key says that it can be ignored; what else each has. */
struct letter_case {
	const char *name;
	enum letter_kind kind;
	const char *if_not; /* what to do if it was somebody else */
	bool link, secret, code, names_address;
};

static const struct letter_case letter_cases[] = {
	{ "reset link", LETTER_RESET_LINK, "mail-reset-ignore", true, false, false, false },
	{ "reset link and code", LETTER_RESET_LINK_AND_CODE, "mail-reset-code-ignore", true, false,
	  true, false },
	{ "verify", LETTER_VERIFY, "mail-verify-ignore", true, false, false, true },
	{ "change email", LETTER_CHANGE_EMAIL, "mail-change-ignore", true, false, false, true },
	{ "address taken", LETTER_ADDRESS_TAKEN, "mail-taken-ignore", false, false, false, true },
	{ "email moved", LETTER_EMAIL_MOVED, "mail-tell", false, false, false, false },
	{ "email changed", LETTER_EMAIL_CHANGED, "mail-moved-not-me", true, false, false, false },
	{ "confirm link", LETTER_CONFIRM_LINK, "mail-confirm-ignore", true, false, false, false },
	{ "invitation", LETTER_INVITATION, "mail-invitation-ignore", true, false, false, true },
	{ "made password", LETTER_MADE_PASSWORD, "mail-tell", false, true, false, false },
	{ "password changed", LETTER_PASSWORD_CHANGED, "mail-password-not-me", true, false, false,
	  false },
};

static struct words words_for(struct test *t, const struct letter *letter, const char *name)
{
	struct words words;

	CHECK(name, words_of(t->arena, letter, &words) == OK);
	CHECK(name, words.subject.len > 10 && words.text.len > 100 && words.html.len > 200);
	CHECK(name, !has(words.subject, "{{") && !has(words.text, "{{") && !has(words.html, "{{"));
	CHECK(name, !has(words.subject, "}}") && !has(words.text, "}}") && !has(words.html, "}}"));
	CHECK(name, str_find(words.subject, '\n') == words.subject.len);
	CHECK(name,
	      text_is_utf8(words.subject) && text_is_utf8(words.text) && text_is_utf8(words.html));
	return words;
}

/* The words of a key up to their first place, which may be none. */
static const char *begin_of(struct test *t, enum language language, const char *key)
{
	struct str text = text_of(language, key), begin;

	CHECK(key, arena_str(t->arena, text_next(&text).words, &begin) == OK);
	return begin.ptr;
}

TEST(there_is_a_case_for_every_kind_of_letter)
{
	CHECK("and one for the app's own", COUNT_OF(letter_cases) + 1 == LETTER_KIND_COUNT);
}

TEST(every_letter_fills_its_places_in_every_language)
{
	for (enum language language = 0; language < LANGUAGE_COUNT; language++) {
		FOREACH(c, letter_cases) {
			struct letter letter = full_letter(c->kind, language);
			struct words words = words_for(t, &letter, c->name);
			struct str when;
			CHECK(c->name, language_moment(t->arena, language, letter.at, &when) == OK);
			CHECK(c->name, has(words.text, REFERENCE) && has(words.html, REFERENCE));
			CHECK(c->name, has(words.text, when.ptr) && has(words.html, when.ptr));
			CHECK(c->name,
			      has(words.text, "192.0.2.7") && has(words.html, "192.0.2.7"));
			CHECK(c->name, has(words.subject, "demo") && !has(words.subject, "CX8W"));
			CHECK(c->name, has(words.text, LINK) == c->link);
			CHECK(c->name, has(words.text, "CX8W73DTC3F3E0ME3TJ9") == c->secret);
			CHECK(c->name, has(words.text, "ABCD-EFGH") == c->code);
			CHECK(c->name, has(words.text, INERT_ANN) == c->names_address);
			const char *if_not = begin_of(t, language, c->if_not);
			CHECK(c->name, has(words.text, if_not) && has(words.html, if_not));
		}
	}
}

TEST(a_letter_says_how_long_its_link_lives)
{
	static const struct {
		const char *name;
		enum letter_kind kind;
		int64_t seconds;
	} cases[] = {
		{ "a reset", LETTER_RESET_LINK, 29 * 60 },
		{ "a confirmation", LETTER_CONFIRM_LINK, 29 * 60 },
		{ "a sign-up", LETTER_VERIFY, 24 * 60 * 60 },
		{ "an invitation", LETTER_INVITATION, 3 * 24 * 60 * 60 },
		{ "a notice", LETTER_PASSWORD_CHANGED, 3 * 24 * 60 * 60 },
		{ "a made password", LETTER_MADE_PASSWORD, 24 * 60 * 60 },
		{ "a code", LETTER_RESET_LINK_AND_CODE, 10 * 60 },
	};

	for (enum language language = 0; language < LANGUAGE_COUNT; language++) {
		FOREACH(c, cases) {
			struct letter letter = full_letter(c->kind, language);
			struct str lives;
			CHECK(c->name,
			      language_duration(t->arena, language, c->seconds, &lives) == OK);
			CHECK(c->name, has(words_for(t, &letter, c->name).text, lives.ptr));
		}
	}
}

TEST(a_link_and_a_code_stand_alone_on_their_lines_and_one_link_can_be_pressed)
{
	static const char pressed[] =
		" href=\"https://id.example.org/password-reset?token=abc&amp;x=&quot;y&quot;\"";

	for (enum language language = 0; language < LANGUAGE_COUNT; language++) {
		FOREACH(c, letter_cases) {
			struct letter letter = full_letter(c->kind, language);
			struct words words = words_for(t, &letter, c->name);
			CHECK(c->name, has(words.text, "\n\n" LINK "\n\n") == c->link);
			CHECK(c->name, has(words.text, "\n\nABCD-EFGH\n\n") == c->code);
			CHECK(c->name, has(words.html, pressed) == c->link);
			CHECK(c->name, has(words.html, "<a ") == c->link);
			CHECK(c->name,
			      has(words.html, ">CX8W73DTC3F3E0ME3TJ9</code>") == c->secret);
		}
	}
}

TEST(a_mail_is_far_from_where_mail_clients_cut)
{
	for (enum language language = 0; language < LANGUAGE_COUNT; language++) {
		FOREACH(c, letter_cases) {
			struct letter letter = full_letter(c->kind, language);
			CHECK(c->name, words_for(t, &letter, c->name).html.len < 16 * 1024);
		}
	}
}

TEST(hostile_names_stay_text_and_become_no_links)
{
	for (enum language language = 0; language < LANGUAGE_COUNT; language++) {
		FOREACH(c, letter_cases) {
			struct letter letter = full_letter(c->kind, language);
			letter.app_name = STR(HOSTILE_APP);
			letter.username = STR(HOSTILE_USER);
			letter.network = STR("<b>");
			letter.to = STR("<i>@example.org");
			letter.new_email = STR("eve@evil.example");
			struct words words;
			CHECK(c->name, words_of(t->arena, &letter, &words) == OK);
			CHECK(c->name, !has(words.html, "<script") && !has(words.html, "<img") &&
			                       !has(words.html, "<b>") && !has(words.html, "<i>"));
			CHECK(c->name, !has(words.html, "evil.example") &&
			                       !has(words.text, "evil.example") &&
			                       !has(words.subject, "evil.example"));
			CHECK(c->name, has(words.html, "&lt;script&gt;alert(1)&lt;"));
			CHECK(c->name, has(words.text, "<script>alert(1)<")); /* text is text */
			if (c->kind != LETTER_CONFIRM_LINK)
				continue;
			/* A place in a value is no place. */
			CHECK(c->name, has(words.text, HOSTILE_USER));
			CHECK(c->name, !has(words.text, "CX8W") && !has(words.html, "CX8W"));
		}
	}
}

TEST(what_is_not_known_is_not_said)
{
	struct letter letter = full_letter(LETTER_RESET_LINK, LANGUAGE_ENGLISH);

	letter.network = STR("");
	letter.new_email = STR_NONE;
	struct words words = words_for(t, &letter, "by the operator");
	CHECK("no network", !has(words.text, "Network address"));
	CHECK("no address", !has(words.text, "New address"));
	CHECK("a reference", has(words.text, "Reference: " REFERENCE));
}

TEST(a_letter_is_in_its_language_and_else_in_english)
{
	static const struct {
		const char *in, *html;
	} cases[] = {
		{ "de", "<html lang=\"en\" dir=\"ltr\">" },
		{ "", "<html lang=\"en\" dir=\"ltr\">" },
		{ "en\r\nX", "<html lang=\"en\" dir=\"ltr\">" },
		{ "fr", "<html lang=\"fr\" dir=\"ltr\">" },
		{ "fr-CA", "<html lang=\"fr\" dir=\"ltr\">" },
		{ "fa", "<html lang=\"fa\" dir=\"rtl\">" },
		{ "bn", "<html lang=\"bn\" dir=\"ltr\">" },
	};

	FOREACH(c, cases) {
		struct letter letter = full_letter(LETTER_RESET_LINK, LANGUAGE_ENGLISH);
		letter.language = str(c->in);
		CHECK(c->in, has(words_for(t, &letter, c->in).html, c->html));
	}
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

TEST(a_username_in_a_template_is_no_link)
{
	struct letter letter = full_letter(LETTER_TEMPLATE, LANGUAGE_ENGLISH);
	struct words words;

	letter.username = STR("http://evil.example");
	letter.subject = letter.content = STR("Hello {{username}}");
	CHECK("told", words_of(t->arena, &letter, &words) == OK);
	CHECK("nowhere", !has(words.text, "://") && !has(words.text, "evil.example") &&
	                         !has(words.subject, "://") && !has(words.html, "evil.example"));
	CHECK("readable", has(words.text, "Hello http") && has(words.text, "evil."));
}

TEST(the_shipped_template_says_what_it_must_in_every_language)
{
	struct house house;

	house_open(&house, t, NULL);
	static const enum language shipped[] = { LANGUAGE_ENGLISH, LANGUAGE_FRENCH };

	FOREACH(language, shipped) {
		struct ctx ctx = house_operator(&house);
		const struct message_named named = { STR("reset_password") };
		struct letter letter = full_letter(LETTER_TEMPLATE, *language);
		struct mail_template template;
		if (*language != LANGUAGE_ENGLISH)
			ctx.app = house_add_app(&house, "autre", languages[*language].tag);
		CHECK("found",
		      operation_run(&ctx, &mail_template_find_op, &named, &template) == OK);
		letter.subject = template.subject;
		letter.content = template.content;
		struct words words = words_for(t, &letter, languages[*language].tag);
		CHECK("link", has(words.text, "\n\n" LINK "\n\n"));
		CHECK("code", has(words.text, "\n\nCX8W73DTC3F3E0ME3TJ9\n\n"));
		CHECK("the rest", has(words.text, REFERENCE) && has(words.text, "29") &&
		                          has(words.text, "ann@example.org"));
		CHECK("may be ignored",
		      has(words.text, *language == LANGUAGE_FRENCH ? "vous pouvez ignorer"
		                                                   : "you can ignore this mail"));
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
