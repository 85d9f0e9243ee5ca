/* SPDX-License-Identifier: Apache-2.0 */
/* language_test.c - which language is meant, how it spells, and how words get their values. */
#include "base/texts.h"
#include "unit.h"
#include <string.h>

#define NO_LANGUAGE LANGUAGE_COUNT

TEST(a_language_is_found_by_the_first_part_of_its_tag)
{
	static const struct {
		const char *name, *tag;
		enum language want;
	} cases[] = {
		{ "plain", "fa", LANGUAGE_PERSIAN },
		{ "with a region", "fr-CA", LANGUAGE_FRENCH },
		{ "with a script", "bn-Beng-BD", LANGUAGE_BENGALI },
		{ "in capitals", "PT-BR", LANGUAGE_PORTUGUESE },
		{ "one that is not spoken", "de", NO_LANGUAGE },
		{ "longer than a tag of ours", "english", NO_LANGUAGE },
		{ "nothing", "", NO_LANGUAGE },
		{ "only a region", "-CA", NO_LANGUAGE },
	};

	FOREACH(c, cases) {
		enum language language = NO_LANGUAGE;
		bool found = language_find(str(c->tag), &language);
		CHECK(c->name, language == c->want && found == (c->want != NO_LANGUAGE));
	}
}

TEST(the_heaviest_language_of_a_header_is_taken_and_of_several_the_first)
{
	static const struct {
		const char *name, *header;
		enum language want;
	} cases[] = {
		{ "one", "tr", LANGUAGE_TURKISH },
		{ "as Chromium sends it", "fr-CA,fr;q=0.9,en;q=0.8", LANGUAGE_FRENCH },
		{ "the heavier one comes later", "en;q=0.4, fa;q=0.5", LANGUAGE_PERSIAN },
		{ "equal weights", "pt;q=0.5, bn;q=0.5", LANGUAGE_PORTUGUESE },
		{ "ones that are not spoken", "de, nl;q=0.9, bn;q=0.1", LANGUAGE_BENGALI },
		{ "three digits", "en;q=0.123,fr;q=0.124", LANGUAGE_FRENCH },
		{ "not wanted at all", "fr;q=0", NO_LANGUAGE },
		{ "any", "*", NO_LANGUAGE },
		{ "a weight that is none", "fr;q=high, tr;q=0.1", LANGUAGE_TURKISH },
		{ "only commas", ",,,", NO_LANGUAGE },
		{ "nothing", "", NO_LANGUAGE },
	};

	FOREACH(c, cases) {
		enum language language = NO_LANGUAGE;
		bool found = language_accept(str(c->header), &language);
		CHECK(c->name, language == c->want && found == (c->want != NO_LANGUAGE));
	}
}

TEST(numbers_and_durations_are_spelled_as_each_language_does)
{
	static const struct {
		enum language language;
		int64_t seconds;
		const char *want;
	} cases[] = {
		{ LANGUAGE_ENGLISH, 1800, "30 minutes" }, { LANGUAGE_ENGLISH, 60, "1 minute" },
		{ LANGUAGE_ENGLISH, 1790, "30 minutes" }, { LANGUAGE_ENGLISH, 7200, "2 hours" },
		{ LANGUAGE_ENGLISH, 259200, "3 days" },   { LANGUAGE_ENGLISH, 45, "45 seconds" },
		{ LANGUAGE_ENGLISH, -3, "1 second" },     { LANGUAGE_PERSIAN, 1800, "۳۰ دقیقه" },
		{ LANGUAGE_TURKISH, 1800, "30 dakika" },  { LANGUAGE_BENGALI, 1800, "৩০ মিনিট" },
		{ LANGUAGE_FRENCH, 7200, "2 heures" },    { LANGUAGE_PORTUGUESE, 259200, "3 dias" },
	};
	struct str text;

	FOREACH(c, cases) {
		CHECK(c->want, language_duration(t->arena, c->language, c->seconds, &text) == OK);
		/* French sets its number apart by a no-break space. */
		CHECK(c->want, str_is(text, c->want) || memmem(text.ptr, text.len, "\xc2\xa0", 2));
	}
	CHECK("digits", language_number(t->arena, LANGUAGE_PERSIAN, 1234, &text) == OK);
	CHECK("digits", str_is(text, "۱۲۳۴"));
	CHECK("no groups", language_number(t->arena, LANGUAGE_ENGLISH, 1234, &text) == OK);
	CHECK("no groups", str_is(text, "1234"));
}

TEST(a_moment_is_told_in_the_calendar_of_the_language)
{
	static const struct {
		enum language language;
		const char *parts[3];
	} cases[] = {
		{ LANGUAGE_ENGLISH, { "2 November 2026", "13:05", "UTC" } },
		{ LANGUAGE_PERSIAN, { "۱۱ آبان ۱۴۰۵", "۱۳:۰۵", "UTC" } },
		{ LANGUAGE_TURKISH, { "2 Kasım 2026", "13:05", "UTC" } },
		{ LANGUAGE_BENGALI, { "২ নভেম্বর", "১৩:০৫", "UTC" } },
		{ LANGUAGE_FRENCH, { "2 novembre 2026", "13:05", "UTC" } },
		{ LANGUAGE_PORTUGUESE, { "2 de novembro de 2026", "13:05", "UTC" } },
	};
	struct str text;

	FOREACH(c, cases) {
		CHECK(c->parts[0], language_moment(t->arena, c->language, 1793624700, &text) == OK);
		FOREACH(part, c->parts)
			CHECK(text.ptr, memmem(text.ptr, text.len, *part, strlen(*part)) != NULL);
	}
}

TEST(every_text_is_there_in_every_language_and_found_by_its_key)
{
	CHECK("some", n_texts > 50);
	for (size_t i = 0; i < n_texts; i++) {
		CHECK("sorted", i == 0 || strcmp(text_rows[i - 1].key, text_rows[i].key) < 0);
		for (enum language language = 0; language < LANGUAGE_COUNT; language++) {
			struct str found = text_of(language, text_rows[i].key);
			CHECK(text_rows[i].key, found.len > 0);
			CHECK(text_rows[i].key, found.ptr == text_rows[i].words[language]);
		}
	}
	CHECK("unknown", !text_find(LANGUAGE_ENGLISH, STR("no-such-words")).ptr);
	CHECK("a part of one", !text_find(LANGUAGE_ENGLISH, STR("home-titl")).ptr);
	CHECK("nothing", !text_find(LANGUAGE_ENGLISH, STR("")).ptr);
}

TEST(a_value_among_words_turns_nobody_s_direction)
{
	static const struct {
		const char *name, *text, *value, *want;
		enum language language;
	} cases[] = {
		{ "ASCII in English", "to {{who}}.", "ann", "to ann.", LANGUAGE_ENGLISH },
		{ "Persian in English", "to {{who}}.", "رضا",
		  "to " TEXT_ISOLATE "رضا" TEXT_ISOLATE_END ".", LANGUAGE_ENGLISH },
		{ "ASCII in Persian", "به {{who}}.", "ann",
		  "به " TEXT_ISOLATE "ann" TEXT_ISOLATE_END ".", LANGUAGE_PERSIAN },
		{ "braces in a value", "{{who}}", "{{who}}", "{{who}}", LANGUAGE_FRENCH },
		{ "a brace that opens nothing", "a {{ b", "x", "a {{ b", LANGUAGE_FRENCH },
		{ "no place", "plain", "x", "plain", LANGUAGE_TURKISH },
	};

	FOREACH(c, cases) {
		const struct text_place places[] = { { "who", str(c->value) }, { NULL, STR_NONE } };
		struct str got;
		CHECK(c->name, text_fill(t->arena, c->language, str(c->text), places, &got) == OK);
		CHECK(c->name, str_is(got, c->want));
	}
}

TEST(words_with_a_place_that_is_not_given_are_not_shown)
{
	const struct text_place places[] = { { "who", STR_NONE }, { NULL, STR_NONE } };
	struct str got;

	CHECK("unknown",
	      text_fill(t->arena, LANGUAGE_ENGLISH, STR("{{what}}"), places, &got) == ERR_INTERNAL);
	CHECK("none",
	      text_fill(t->arena, LANGUAGE_ENGLISH, STR("{{who}}"), places, &got) == ERR_INTERNAL);
}
