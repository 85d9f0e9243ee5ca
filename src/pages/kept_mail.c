/* SPDX-License-Identifier: Apache-2.0 */
/* kept_mail.c - unfolds, and decodes encoded-words and quoted-printable. */
#include "pages/kept_mail.h"
#include "base/crypto.h"
#include "base/text.h"
#include <stdio.h>
#include <string.h>

#define WORD_START "=?UTF-8?B?"
#define WORD_END   "?="

static const char *find(struct str text, const char *part)
{
	return text.ptr ? memmem(text.ptr, text.len, part, strlen(part)) : NULL;
}

/* What stands before `at`, which lies in text. */
static struct str before(struct str text, const char *at)
{
	return (struct str){ text.ptr, (size_t)(at - text.ptr) };
}

/* ---- headers ---- */

/* The whole of a header, with the line ends that it is folded at. */
static struct str folded(struct str eml, const char *name)
{
	char start[32];

	snprintf(start, sizeof(start), "\r\n%s: ", name);
	const char *head = find(eml, strcmp(name, "Date") == 0 ? start + 2 : start);
	if (!head)
		return STR_NONE;
	struct str rest = str_from(eml, (size_t)(strstr(head, ": ") + 2 - eml.ptr));
	for (size_t i = 0; i + 2 < rest.len; i++) {
		if (rest.ptr[i] == '\r' && rest.ptr[i + 1] == '\n' && rest.ptr[i + 2] != ' ')
			return (struct str){ rest.ptr, i };
	}
	return STR_NONE;
}

static enum err unfold(struct arena *arena, struct str header, struct str *ret_line)
{
	struct buf line = buf_in(arena);

	for (size_t i = 0; i < header.len; i++) {
		if (header.ptr[i] != '\r' && header.ptr[i] != '\n')
			buf_putc(&line, header.ptr[i]);
	}
	return buf_str(&line, ret_line);
}

/* Adds an encoded-word; whatever is none stands as it came. */
static enum err add_word(struct buf *out, struct str base64)
{
	struct secret decoded;

	enum err err = read_base64_secret(out->arena, base64, &decoded);
	if (err == ERR_MALFORMED) {
		buf_add(out, base64);
		return OK;
	}
	TRY(err);
	buf_add(out, (struct str){ decoded.ptr, decoded.len });
	return OK;
}

static enum err decode_words(struct arena *arena, struct str line, struct str *ret_text)
{
	struct buf out = buf_in(arena);
	const struct str whole = line;
	const char *start, *end;

	while ((start = find(line, WORD_START)) != NULL) {
		struct str word = str_from(line, (size_t)(start - line.ptr) + strlen(WORD_START));
		end = find(word, WORD_END);
		if (!end)
			break;
		/* Space between two encoded-words is none (RFC 2047, 6.2). */
		if (!str_is(before(line, start), " ") || out.len == 0)
			buf_add(&out, before(line, start));
		TRY(add_word(&out, before(word, end)));
		line = str_from(word, (size_t)(end - word.ptr) + strlen(WORD_END));
	}
	buf_add(&out, line);
	TRY(buf_str(&out, ret_text));
	if (!text_is_utf8(*ret_text))
		*ret_text = whole;
	return OK;
}

enum err kept_mail_header(struct arena *arena, struct str eml, const char *name,
                          struct str *ret_value)
{
	struct str header = folded(eml, name), line;

	*ret_value = STR_NONE;
	if (!header.ptr)
		return OK;
	TRY(unfold(arena, header, &line));
	return decode_words(arena, line, ret_value);
}

/* ---- parts ---- */

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Quoted-printable (RFC 2045, 6.7) back to what it was. */
static enum err unquote(struct arena *arena, struct str quoted, struct str *ret_text)
{
	struct buf text = buf_in(arena);

	for (size_t i = 0; i < quoted.len; i++) {
		bool escape = quoted.ptr[i] == '=' && i + 2 < quoted.len;
		if (escape && quoted.ptr[i + 1] == '\r') {
			i += 2;
		} else if (escape && hex_digit(quoted.ptr[i + 1]) >= 0) {
			buf_putc(&text, (char)(hex_digit(quoted.ptr[i + 1]) * 16 +
			                       hex_digit(quoted.ptr[i + 2])));
			i += 2;
		} else if (quoted.ptr[i] != '\r') {
			buf_putc(&text, quoted.ptr[i]);
		}
	}
	return buf_str(&text, ret_text);
}

static enum err without_returns(struct arena *arena, struct str body, struct str *ret_text)
{
	struct buf text = buf_in(arena);

	for (size_t i = 0; i < body.len; i++) {
		if (body.ptr[i] != '\r')
			buf_putc(&text, body.ptr[i]);
	}
	return buf_str(&text, ret_text);
}

enum err kept_mail_part(struct arena *arena, struct str eml, const char *type, struct str *ret_text)
{
	char start[64];

	*ret_text = STR_NONE;
	snprintf(start, sizeof(start), "Content-Type: %s", type);
	const char *head = find(eml, start);
	if (!head)
		return OK;
	struct str part = str_from(eml, (size_t)(head - eml.ptr));
	const char *end = find(part, "\r\n--"), *body = find(part, "\r\n\r\n");
	if (!end || !body || body > end)
		return OK;
	struct str headers = before(part, body);
	part = before(part, end);
	part = str_from(part, headers.len + strlen("\r\n\r\n") <= part.len
	                              ? headers.len + strlen("\r\n\r\n")
	                              : part.len);
	return find(headers, "quoted-printable") ? unquote(arena, part, ret_text)
	                                         : without_returns(arena, part, ret_text);
}
