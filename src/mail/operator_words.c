/* SPDX-License-Identifier: Apache-2.0 */
/* operator_words.c - fills a template's places, and finds the link and the code among its
 * paragraphs. */
#include "mail/operator_words.h"
#include "base/crypto.h"
#include "base/texts.h"
#include "mail/inert.h"
#include <stdio.h>
#include <time.h>

static struct str time_text(int64_t at, char *room, size_t size)
{
	time_t time = (time_t)at;
	struct tm utc;

	gmtime_r(&time, &utc);
	return (struct str){ room, strftime(room, size, "%Y-%m-%d, %H:%M UTC", &utc) };
}

static struct str number_text(int64_t number, char *room, size_t size)
{
	return (struct str){ room, (size_t)snprintf(room, size, "%lld", (long long)number) };
}

static void add_place(struct buf *out, const struct letter *letter, struct str name)
{
	struct str secret = { letter->secret.ptr, letter->secret.len }; /* for who is mailed it */
	char time_room[32], minutes_room[24];
	const struct text_place places[] = {
		{ "link", letter->link },
		{ "secret", secret },
		{ "code", secret },
		{ "app", letter->app_name },
		{ "username", letter->username },
		{ "email", letter->to },
		{ "minutes", number_text(letter->minutes, minutes_room, sizeof(minutes_room)) },
		{ "position", letter->position },
		{ "reference", letter->reference },
		{ "network", letter->network },
		{ "time", time_text(letter->at, time_room, sizeof(time_room)) },
	};

	FOREACH(place, places) {
		if (str_is(name, place->name))
			buf_add(out, place->value);
	}
}

static enum err fill(struct arena *arena, const struct letter *letter, struct str words,
                     struct str *ret_text)
{
	struct buf out = buf_in(arena);

	while (words.len > 0) {
		struct text_piece piece = text_next(&words);
		buf_add(&out, piece.words);
		if (piece.place.ptr)
			add_place(&out, letter, piece.place);
	}
	return buf_str(&out, ret_text);
}

/* ---- paragraphs ---- */

static struct sheet_block block_of(const struct letter *letter, struct str paragraph)
{
	if (letter->link.len > 0 && str_equal(paragraph, letter->link))
		return (struct sheet_block){ .kind = SHEET_LINK, .link = paragraph };
	if (letter->secret.len > 0 &&
	    secret_equal((struct secret){ paragraph.ptr, paragraph.len }, letter->secret))
		return (struct sheet_block){ .kind = SHEET_CODE, .words = paragraph };
	return (struct sheet_block){ .kind = SHEET_TEXT, .words = paragraph };
}

static enum err add_blocks(struct arena *arena, const struct letter *letter, struct str text,
                           struct sheet *sheet)
{
	size_t n = 0;

	for (struct str rest = text; rest.len > 0; n++)
		str_cut(&rest, "\n\n");
	NEED(sheet->blocks = arena_array(arena, n + 1, sizeof(sheet->blocks[0])));
	while (text.len > 0)
		sheet->blocks[sheet->n_blocks++] = block_of(letter, str_cut(&text, "\n\n"));
	return OK;
}

enum err operator_words(struct arena *arena, const struct letter *letter, struct sheet *sheet,
                        struct str *ret_text)
{
	struct letter told = *letter;

	TRY(mail_inert(arena, letter->username, &told.username));
	TRY(fill(arena, &told, letter->subject, &sheet->subject));
	TRY(fill(arena, &told, letter->content, ret_text));
	return add_blocks(arena, &told, *ret_text, sheet);
}
