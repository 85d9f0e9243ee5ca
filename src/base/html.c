/* SPDX-License-Identifier: Apache-2.0 */
/* html.c - the five characters that are not themselves in HTML. */
#include "base/html.h"

static const char *escape_of(char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	default:
		return NULL;
	}
}

void html_add(struct buf *out, struct str text)
{
	size_t from = 0;

	for (size_t i = 0; i < text.len; i++) {
		const char *escape = escape_of(text.ptr[i]);
		if (!escape)
			continue;
		buf_add(out, (struct str){ text.ptr + from, i - from });
		buf_puts(out, escape);
		from = i + 1;
	}
	if (from < text.len)
		buf_add(out, str_from(text, from));
}
