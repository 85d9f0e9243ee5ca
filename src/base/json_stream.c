/* SPDX-License-Identifier: Apache-2.0 */
/* json_stream.c - commas, names and escapes. */
#include "base/json_stream.h"

struct json_stream json_stream_in(struct arena *arena)
{
	return (struct json_stream){ .buf = buf_in(arena) };
}

static void put_escaped(struct buf *buf, char c)
{
	if (c == '"' || c == '\\')
		buf_printf(buf, "\\%c", c);
	else if (c == '\n')
		buf_puts(buf, "\\n");
	else if ((unsigned char)c < ' ')
		buf_printf(buf, "\\u%04x", (unsigned)c);
	else
		buf_putc(buf, c);
}

static void put_string(struct buf *buf, struct str text)
{
	buf_putc(buf, '"');
	for (size_t i = 0; i < text.len; i++)
		put_escaped(buf, text.ptr[i]);
	buf_putc(buf, '"');
}

/* What stands before a value. */
static void lead_in(struct json_stream *json, const char *name)
{
	if (json->follows)
		buf_putc(&json->buf, ',');
	json->follows = true;
	if (!name)
		return;
	put_string(&json->buf, str(name));
	buf_putc(&json->buf, ':');
}

void json_begin(struct json_stream *json, const char *name, char bracket)
{
	lead_in(json, name);
	buf_putc(&json->buf, bracket);
	json->follows = false;
}

void json_end(struct json_stream *json, char bracket)
{
	buf_putc(&json->buf, bracket);
	json->follows = true;
}

void json_put_text(struct json_stream *json, const char *name, struct str text)
{
	lead_in(json, name);
	if (text.ptr)
		put_string(&json->buf, text);
	else
		buf_puts(&json->buf, "null");
}

void json_put_raw(struct json_stream *json, const char *name, const char *value)
{
	lead_in(json, name);
	buf_puts(&json->buf, value);
}

enum err json_stream_str(struct json_stream *json, struct str *ret_text)
{
	return buf_str(&json->buf, ret_text);
}
