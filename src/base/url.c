/* SPDX-License-Identifier: Apache-2.0 */
/* url.c - percent-encoding. */
#include "base/url.h"
#include <string.h>

static bool is_unreserved(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       (c != '\0' && strchr("-._~", c));
}

void url_add_encoded(struct buf *buf, struct str text)
{
	for (size_t i = 0; i < text.len; i++) {
		if (is_unreserved(text.ptr[i]))
			buf_putc(buf, text.ptr[i]);
		else
			buf_printf(buf, "%%%02X", (unsigned char)text.ptr[i]);
	}
}

void url_add_pair(struct buf *buf, const char *name, struct str value)
{
	char last = buf->len > 0 ? buf->ptr[buf->len - 1] : '?';

	buf_printf(buf, "%s%s=", last == '?' || last == '&' ? "" : "&", name);
	url_add_encoded(buf, value);
}
