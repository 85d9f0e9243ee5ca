/* SPDX-License-Identifier: Apache-2.0 */
/* words.c - of each kind of letter, which words in which order; then its sheet, and both forms. */
#include "mail/words.h"
#include "account/token.h"
#include "base/clock.h"
#include "base/texts.h"
#include "mail/inert.h"
#include "mail/operator_words.h"
#include "mail/sheet.h"

enum { BLOCKS_MAX = 9, PLACES_MAX = 7 };

/* A block of a letter, and the key of its words. */
struct part {
	enum sheet_kind kind;
	const char *key; /* NULL: none are needed */
};

struct letter_words {
	const char *subject;
	const char *what;              /* happened */
	int64_t lives_s;               /* what the letter offers; 0: letter->minutes say it */
	struct part parts[BLOCKS_MAX]; /* up to the first without kind and key */
};

#define SAYS(key)                                                                                  \
	{                                                                                          \
		SHEET_TEXT, key                                                                    \
	}
#define HEADS(key)                                                                                 \
	{                                                                                          \
		SHEET_HEADING, key                                                                 \
	}
#define PRESSES(key)                                                                               \
	{                                                                                          \
		SHEET_LINK, key                                                                    \
	}
#define CODE                                                                                       \
	{                                                                                          \
		SHEET_CODE, NULL                                                                   \
	}
#define FACTS                                                                                      \
	{                                                                                          \
		SHEET_FACTS, NULL                                                                  \
	}

static const struct letter_words letters[LETTER_KIND_COUNT] = {
	[LETTER_RESET_LINK] = { TEXT("mail-reset-subject"),
	                        TEXT("mail-reset-what"),
	                        0,
	                        { SAYS(TEXT("mail-reset")), PRESSES(TEXT("mail-reset-button")),
	                          FACTS, HEADS(TEXT("mail-not-you")),
	                          SAYS(TEXT("mail-reset-ignore")) } },
	[LETTER_RESET_LINK_AND_CODE] = { TEXT("mail-reset-subject"),
	                                 TEXT("mail-reset-what"),
	                                 0,
	                                 { SAYS(TEXT("mail-reset")),
	                                   PRESSES(TEXT("mail-reset-button")),
	                                   SAYS(TEXT("mail-reset-code")), CODE, FACTS,
	                                   HEADS(TEXT("mail-not-you")),
	                                   SAYS(TEXT("mail-reset-code-ignore")) } },
	[LETTER_CONFIRM_LINK] = { TEXT("mail-confirm-subject"),
	                          TEXT("mail-reset-what"),
	                          0,
	                          { SAYS(TEXT("mail-confirm")),
	                            PRESSES(TEXT("mail-confirm-button")), FACTS,
	                            HEADS(TEXT("mail-not-you")),
	                            SAYS(TEXT("mail-confirm-ignore")) } },
	[LETTER_INVITATION] = { TEXT("mail-invitation-subject"),
	                        TEXT("mail-invitation-what"),
	                        3 * DAY,
	                        { SAYS(TEXT("mail-invitation")),
	                          PRESSES(TEXT("mail-invitation-button")), FACTS,
	                          HEADS(TEXT("mail-not-wanted")),
	                          SAYS(TEXT("mail-invitation-ignore")) } },
	[LETTER_MADE_PASSWORD] = { TEXT("mail-made-subject"),
	                           TEXT("mail-made-what"),
	                           DAY,
	                           { SAYS(TEXT("mail-made")), CODE, SAYS(TEXT("mail-made-next")),
	                             FACTS, HEADS(TEXT("mail-not-you")),
	                             SAYS(TEXT("mail-tell")) } },
	[LETTER_PASSWORD_CHANGED] = { TEXT("mail-password-subject"),
	                              TEXT("mail-password-what"),
	                              3 * DAY,
	                              { SAYS(TEXT("mail-password")), FACTS,
	                                HEADS(TEXT("mail-not-you")),
	                                SAYS(TEXT("mail-password-not-me")),
	                                PRESSES(TEXT("mail-not-me")), SAYS(TEXT("mail-find")) } },
	[LETTER_EMAIL_CHANGED] = { TEXT("mail-moved-subject"),
	                           TEXT("mail-moved-what"),
	                           3 * DAY,
	                           { SAYS(TEXT("mail-moved")), FACTS, HEADS(TEXT("mail-not-you")),
	                             SAYS(TEXT("mail-moved-not-me")), PRESSES(TEXT("mail-not-me")),
	                             SAYS(TEXT("mail-find")) } },
	[LETTER_EMAIL_MOVED] = { TEXT("mail-moved-by-us-subject"),
	                         TEXT("mail-moved-what"),
	                         0,
	                         { SAYS(TEXT("mail-moved-by-us")), FACTS,
	                           HEADS(TEXT("mail-not-you")), SAYS(TEXT("mail-tell")) } },
	[LETTER_VERIFY] = { TEXT("mail-verify-subject"),
	                    TEXT("mail-verify-what"),
	                    DAY,
	                    { SAYS(TEXT("mail-verify")), PRESSES(TEXT("mail-verify-button")), FACTS,
	                      HEADS(TEXT("mail-not-you")), SAYS(TEXT("mail-verify-ignore")) } },
	[LETTER_CHANGE_EMAIL] = { TEXT("mail-change-subject"),
	                          TEXT("mail-change-what"),
	                          DAY,
	                          { SAYS(TEXT("mail-change")), PRESSES(TEXT("mail-change-button")),
	                            FACTS, HEADS(TEXT("mail-not-you")),
	                            SAYS(TEXT("mail-change-ignore")) } },
	[LETTER_ADDRESS_TAKEN] = { TEXT("mail-taken-subject"),
	                           TEXT("mail-taken-what"),
	                           0,
	                           { SAYS(TEXT("mail-taken")), FACTS, HEADS(TEXT("mail-not-you")),
	                             SAYS(TEXT("mail-taken-ignore")) } },
};

/* ---- places ---- */

/* What one letter's words are filled with. */
struct filling {
	struct arena *arena;
	enum language language;
	struct text_place places[PLACES_MAX];
};

/* Whatever people have typed becomes inert. */
static enum err prepare(struct filling *filling, const struct letter *letter)
{
	const struct letter_words *row = &letters[letter->kind];
	int64_t lives_s = row->lives_s ? row->lives_s : letter->minutes * MINUTE;
	struct text_place *places = filling->places;

	const struct text_place names[] = { { "app", letter->app_name },
		                            { "username", letter->username },
		                            { "email", letter->to },
		                            { "new-email", letter->new_email } };
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		places[i].name = names[i].name;
		TRY(mail_inert(filling->arena, names[i].value, &places[i].value));
	}
	places[4].name = "duration";
	TRY(language_duration(filling->arena, filling->language, lives_s, &places[4].value));
	places[5].name = "code-duration";
	return language_duration(filling->arena, filling->language, CODE_S, &places[5].value);
}

static enum err fill(const struct filling *filling, const char *key, struct str *ret_text)
{
	return text_fill(filling->arena, filling->language, text_of(filling->language, key),
	                 filling->places, ret_text);
}

/* ---- the sheet ---- */

static enum err add_fact(const struct filling *filling, struct sheet *sheet, const char *key,
                         struct str value)
{
	struct sheet_fact *fact = &sheet->facts[sheet->n_facts];
	const struct text_place places[] = { { "name", text_of(filling->language, key) },
		                             { "value", value },
		                             { NULL, STR_NONE } };

	if (value.len == 0)
		return OK;
	fact->name = places[0].value;
	fact->value = value;
	sheet->n_facts++;
	return text_fill(filling->arena, filling->language,
	                 text_of(filling->language, TEXT("mail-fact")), places, &fact->line);
}

static enum err add_facts(const struct filling *filling, const struct letter *letter,
                          struct sheet *sheet)
{
	struct str when, new_email;

	TRY(language_moment(filling->arena, filling->language, letter->at, &when));
	TRY(mail_inert(filling->arena, letter->new_email, &new_email));
	TRY(add_fact(filling, sheet, TEXT("mail-what"),
	             text_of(filling->language, letters[letter->kind].what)));
	TRY(add_fact(filling, sheet, TEXT("mail-when"), when));
	TRY(add_fact(filling, sheet, TEXT("mail-network"), letter->network));
	TRY(add_fact(filling, sheet, TEXT("mail-new-address"), new_email));
	return add_fact(filling, sheet, TEXT("mail-reference"), letter->reference);
}

/* The made password, or the code for typing: a letter has one of them. */
static struct str copied(const struct letter *letter)
{
	bool made = letter->kind == LETTER_MADE_PASSWORD;
	struct secret secret = made ? letter->secret : letter->code;

	return (struct str){ secret.ptr, secret.len }; /* into the mail that is to carry it */
}

static enum err add_part(const struct filling *filling, const struct letter *letter,
                         const struct part *part, struct sheet *sheet)
{
	struct sheet_block *block = &sheet->blocks[sheet->n_blocks++];

	block->kind = part->kind;
	switch (part->kind) {
	case SHEET_CODE:
		block->words = copied(letter);
		return OK;
	case SHEET_FACTS:
		return OK;
	case SHEET_LINK:
		block->link = letter->link;
		block->hint = text_of(filling->language, TEXT("mail-hint"));
		break;
	default:
		break;
	}
	return fill(filling, part->key, &block->words);
}

static bool is_end(const struct part *part)
{
	return part->kind == SHEET_TEXT && !part->key;
}

static enum err our_words(struct arena *arena, const struct letter *letter, enum language language,
                          struct sheet *sheet, struct str *ret_text)
{
	const struct letter_words *row = &letters[letter->kind];
	struct filling filling = { .arena = arena, .language = language };

	TRY(prepare(&filling, letter));
	NEED(sheet->blocks = arena_array(arena, BLOCKS_MAX, sizeof(sheet->blocks[0])));
	TRY(fill(&filling, row->subject, &sheet->subject));
	TRY(fill(&filling, TEXT("mail-sent-by"), &sheet->footer));
	TRY(add_facts(&filling, letter, sheet));
	for (size_t i = 0; i < BLOCKS_MAX && !is_end(&row->parts[i]); i++)
		TRY(add_part(&filling, letter, &row->parts[i], sheet));
	sheet->heading = sheet->subject;
	sheet->preheader = sheet->blocks[0].words;
	return sheet_text(arena, sheet, ret_text);
}

enum err words_of(struct arena *arena, const struct letter *letter, struct words *ret_words)
{
	enum language language = LANGUAGE_ENGLISH;
	struct words words;
	struct sheet sheet = { .n_blocks = 0 };

	language_find(letter->language, &language);
	sheet.language = str(languages[language].tag);
	sheet.right_to_left = languages[language].right_to_left;
	sheet.accent = letter->accent;
	TRY(mail_inert(arena, letter->app_name, &sheet.sender));
	if (letter->kind == LETTER_TEMPLATE)
		TRY(operator_words(arena, letter, &sheet, &words.text));
	else
		TRY(our_words(arena, letter, language, &sheet, &words.text));
	words.subject = sheet.subject;
	TRY(sheet_html(arena, &sheet, &words.html));
	*ret_words = words;
	return OK;
}
