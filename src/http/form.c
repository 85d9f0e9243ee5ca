/* SPDX-License-Identifier: Apache-2.0 */
/* form.c - pairs, cut and decoded. libmicrohttpd 0.9.75 has a reader too, but it carries what
 * follows a broken escape over into the next field, and ends texts at a NUL. */
#include "http/form.h"
#include "base/text.h"

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20; /* lower case */
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool is_escape(struct str text)
{
	return text.len >= 3 && text.ptr[0] == '%' && hex_digit(text.ptr[1]) >= 0 &&
	       hex_digit(text.ptr[2]) >= 0;
}

static enum err decode(struct arena *arena, struct str text, struct str *ret_decoded)
{
	char *decoded = arena_alloc(arena, text.len + 1);
	size_t len = 0;

	NEED(decoded);
	while (text.len > 0) {
		bool escape = is_escape(text);
		if (escape)
			decoded[len++] =
				(char)(hex_digit(text.ptr[1]) * 16 + hex_digit(text.ptr[2]));
		else
			decoded[len++] = text.ptr[0] == '+' ? ' ' : text.ptr[0];
		text = str_from(text, escape ? 3 : 1);
	}
	*ret_decoded = (struct str){ decoded, len };
	return text_is_utf8(*ret_decoded) ? OK : ERR_MALFORMED;
}

/* Cuts what stands before the mark off *text, and the mark with it. */
static struct str cut(struct str *text, char mark)
{
	size_t n = str_find(*text, mark);
	struct str part = { text->ptr, n };

	*text = str_from(*text, n < text->len ? n + 1 : n);
	return part;
}

enum err form_read_urlencoded(struct arena *arena, struct str body, struct members *members)
{
	while (body.len > 0) {
		struct member member = { .kind = MEMBER_TEXT };
		struct str value = cut(&body, '&');
		if (value.len == 0)
			continue;
		struct str name = cut(&value, '=');
		TRY(decode(arena, name, &member.name));
		TRY(decode(arena, value, &member.text));
		TRY(members_add(members, member));
	}
	return OK;
}
