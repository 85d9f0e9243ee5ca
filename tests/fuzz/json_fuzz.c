/* SPDX-License-Identifier: Apache-2.0 */
/* json_fuzz.c - a JSON body, decoded by the fields of every route of every dialect; and JSON that
 * we write, read again. */
#include "fuzz.h"
#include "decode.h"
#include "base/text.h"
#include <string.h>

void fuzz_start(void)
{
}

struct texts {
	struct str plain, nested, second, listed;
};

static const struct out_field texts_out[] = {
	OUT("plain", TEXT, struct texts, plain),
	OUT("nested.first", TEXT, struct texts, nested),
	OUT("nested.second", TEXT, struct texts, second),
	OUT("list[].item", TEXT, struct texts, listed),
};

static void check_member(const struct members *members, const char *name, struct str text)
{
	for (size_t i = 0; i < members->n; i++) {
		const struct member *member = &members->items[i];
		if (str_is(member->name, name)) {
			HOLDS(member->kind == MEMBER_TEXT && str_equal(member->text, text));
			return;
		}
	}
	HOLDS(text.ptr == NULL);
}

/* Whatever a text holds, it stays that text. */
static void check_writing(struct arena *arena, const struct texts *texts)
{
	struct members again = { .n = 0 };
	struct str json;

	HOLDS(json_write(arena, texts_out, COUNT_OF(texts_out), texts, &json) == OK);
	HOLDS(json_read(arena, json, &again) == OK);
	check_member(&again, "plain", texts->plain);
	check_member(&again, "nested.first", texts->nested);
	check_member(&again, "nested.second", texts->second);
}

void fuzz_input(struct arena *arena, struct str input)
{
	struct members members = { .n = 0 };
	struct texts texts = { .plain = STR_NONE };

	enum err err = json_read(arena, input, &members);
	HOLDS(err == OK || err == ERR_MALFORMED);
	if (err == OK) {
		check_members(&members);
		check_all_fields(&members);
		struct str *into[] = { &texts.plain, &texts.nested, &texts.second, &texts.listed };
		for (size_t i = 0; i < members.n && i < COUNT_OF(into); i++)
			*into[i] = members.items[i].text;
		check_writing(arena, &texts);
	}
	if (text_is_utf8(input))
		check_writing(arena, &(struct texts){ .plain = input, .second = input });
}
