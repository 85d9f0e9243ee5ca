/* SPDX-License-Identifier: Apache-2.0 */
/* inert.c - character by character, by two tables. */
#include "mail/inert.h"
#include "base/text.h"
#include <string.h>

#define WORD_JOINER "\xe2\x81\xa0"

/* What a domain, an address or a scheme cannot be spelled without; the wide ones are dots to
 * whoever looks names up (UTS 46). */
static const char *const marks[] = { ".", "@", ":", "/", "。", "．", "｡", "＠", "․", "﹒", "﹫" };

/* First and last of each row of characters that end a line or turn its direction. */
static const struct {
	unsigned first, last;
} turns[] = {
	{ 0x00, 0x1f },     { 0x7f, 0x9f },     { 0x061c, 0x061c },
	{ 0x200e, 0x200f }, { 0x2028, 0x202e }, { 0x2060, 0x2069 },
};

/* Bytes of the character at the start of valid UTF-8, and which it is. */
static size_t read_character(struct str text, unsigned *ret_character)
{
	const unsigned char *c = (const unsigned char *)text.ptr;
	size_t len = c[0] < 0x80 ? 1 : c[0] < 0xe0 ? 2 : c[0] < 0xf0 ? 3 : 4;
	unsigned character = len == 1 ? c[0] : c[0] & (0xffU >> (len + 1));

	for (size_t i = 1; i < len; i++)
		character = character << 6 | (c[i] & 0x3fU);
	*ret_character = character;
	return len;
}

static bool turns_line(unsigned character)
{
	FOREACH(row, turns) {
		if (character >= row->first && character <= row->last)
			return true;
	}
	return false;
}

static bool is_mark(struct str character)
{
	FOREACH(mark, marks) {
		if (str_is(character, *mark))
			return true;
	}
	return false;
}

/* Text that is not UTF-8 keeps its ASCII. */
static enum err readable(struct arena *arena, struct str value, struct str *ret_text)
{
	struct buf text = buf_in(arena);

	*ret_text = value;
	if (value.len == 0 || text_is_utf8(value))
		return OK;
	for (size_t i = 0; i < value.len; i++) {
		unsigned char c = (unsigned char)value.ptr[i];
		buf_putc(&text, c > 0 && c < 0x80 ? value.ptr[i] : '?');
	}
	return buf_str(&text, ret_text);
}

enum err mail_inert(struct arena *arena, struct str value, struct str *ret_inert)
{
	struct buf inert = buf_in(arena);
	struct str text;

	TRY(readable(arena, value, &text));
	for (size_t i = 0; i < text.len;) {
		unsigned character;
		struct str one = { text.ptr + i, read_character(str_from(text, i), &character) };
		i += one.len;
		if (turns_line(character)) {
			buf_putc(&inert, ' ');
			continue;
		}
		buf_add(&inert, one);
		if (is_mark(one) && i < text.len && text.ptr[i] != ' ')
			buf_puts(&inert, WORD_JOINER);
	}
	return buf_str(&inert, ret_inert);
}
