/* SPDX-License-Identifier: Apache-2.0 */
/* mail_fuzz.c - names, addresses and texts of all kinds in a mail, first as they are, then through
 * a template of the operator's. */
#include "fuzz.h"
#include "base/text.h"
#include "mail/words.h"
#include "mail_check.h"

void fuzz_start(void)
{
}

static void compose(struct arena *arena, const struct mail *mail)
{
	struct str eml, again;

	enum err err = mail_compose(arena, mail, &eml);
	HOLDS(err == OK || err == ERR_BAD_EMAIL || err == ERR_INTERNAL);
	if (err != OK)
		return;
	check_mail(arena, mail, eml);
	HOLDS(mail_compose(arena, mail, &again) == OK && str_equal(again, eml));
}

static bool letter_is_utf8(const struct letter *letter)
{
	return text_is_utf8(letter->to) && text_is_utf8(letter->app_name) &&
	       text_is_utf8(letter->username) && text_is_utf8(letter->link) &&
	       text_is_utf8((struct str){ letter->secret.ptr, letter->secret.len }) &&
	       text_is_utf8(letter->subject) && text_is_utf8(letter->content);
}

/* The mailed words of a letter: no value of it is HTML, and none adds a place. */
static void check_words(const struct letter *letter, const struct words *words)
{
	HOLDS(!fuzz_has(words->html, "<rk"));
	HOLDS(!letter_is_utf8(letter) || (text_is_utf8(words->subject) &&
	                                  text_is_utf8(words->text) && text_is_utf8(words->html)));
}

static void write_letter(struct arena *arena, struct mail *mail, struct str subject,
                         struct str content, int64_t kind)
{
	struct words words;
	const struct letter letter = {
		.kind = (enum letter_kind)(kind % LETTER_KIND_COUNT),
		.to = mail->to,
		.app_name = mail->from_name,
		.username = mail->subject,
		.language = mail->language,
		.link = mail->html.ptr ? mail->html : STR(""),
		.secret = { mail->text.ptr, mail->text.len },
		.network = STR("192.0.2.1"),
		.reference = STR("K7Q2-9FMX"),
		.minutes = 30,
		.subject = subject,
		.content = content,
		.at = mail->date,
	};

	HOLDS(words_of(arena, &letter, &words) == OK);
	check_words(&letter, &words);
	mail->subject = words.subject;
	mail->text = words.text;
	mail->html = words.html;
	compose(arena, mail);
}

static struct str or_else(struct str text, struct str fallback)
{
	return text.len > 0 ? text : fallback;
}

void fuzz_input(struct arena *arena, struct str input)
{
	struct mail mail = { .message_id = fuzz_part(&input) };

	for (size_t i = 0; i < mail.message_id.len && i < 5; i++)
		mail.date = mail.date * 256 + (unsigned char)mail.message_id.ptr[i];
	mail.from_name = fuzz_part(&input);
	mail.from = or_else(fuzz_part(&input), STR("rekey@example.org"));
	mail.to = or_else(fuzz_part(&input), STR("ann@example.org"));
	mail.language = fuzz_part(&input);
	mail.subject = fuzz_part(&input);
	mail.text = fuzz_part(&input);
	mail.html = fuzz_part(&input);
	if (mail.html.len == 0)
		mail.html = STR_NONE;
	compose(arena, &mail);

	struct str subject = fuzz_part(&input);
	write_letter(arena, &mail, subject, fuzz_part(&input), mail.date);
}
