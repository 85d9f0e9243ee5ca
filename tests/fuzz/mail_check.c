/* SPDX-License-Identifier: Apache-2.0 */
/* mail_check.c - lines, then headers, then parts decoded. */
#include "mail_check.h"
#include "fuzz.h"
#include <string.h>

enum { LINE_MAX_BYTES = 998 };

/* Cuts the first line off *text, without its CRLF. */
static struct str cut_line(struct str *text)
{
	size_t n = str_find(*text, '\n');
	struct str line = { text->ptr, n };

	HOLDS(n > 0 && n < text->len && text->ptr[n - 1] == '\r');
	line.len--;
	*text = str_from(*text, n + 1);
	return line;
}

static bool is_ascii(struct str text)
{
	for (size_t i = 0; i < text.len; i++) {
		if ((unsigned char)text.ptr[i] >= 0x80)
			return false;
	}
	return true;
}

static void check_lines(const struct mail *mail, struct str eml)
{
	bool may_be_utf8 = !is_ascii(mail->from) || !is_ascii(mail->to);

	while (eml.len > 0) {
		struct str line = cut_line(&eml);
		HOLDS(line.len <= LINE_MAX_BYTES && !str_starts(line, "."));
		for (size_t i = 0; i < line.len; i++) {
			unsigned char c = (unsigned char)line.ptr[i];
			HOLDS((c >= ' ' && c != 0x7f) || c == '\t');
			HOLDS(c < 0x80 ||
			      (may_be_utf8 && (str_starts(line, "From: ") ||
			                       str_starts(line, "To: ") || line.ptr[0] == ' ')));
		}
	}
}

/* The value of the next header, unfolded into *ret_value; it must be this one. */
static struct str take_header(struct arena *arena, struct str *eml, const char *name)
{
	struct buf value = buf_in(arena);
	struct str line = cut_line(eml), result;

	HOLDS(str_starts(line, name));
	buf_add(&value, str_from(line, strlen(name)));
	while (eml->len > 0 && eml->ptr[0] == ' ') {
		line = cut_line(eml);
		HOLDS(str_find(str_from(line, 1), ' ') != 0); /* no line of spaces alone */
		buf_add(&value, line);
	}
	HOLDS(buf_str(&value, &result) == OK);
	return result;
}

/* The text of a part as it was given: every line ended by '\n'. */
static struct str lines_of(struct arena *arena, struct str text)
{
	struct buf lines = buf_in(arena);
	struct str result;

	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] != '\r' || i + 1 == text.len || text.ptr[i + 1] != '\n')
			buf_putc(&lines, text.ptr[i]);
	}
	HOLDS(buf_str(&lines, &result) == OK);
	if (result.len > 0 && result.ptr[result.len - 1] != '\n') {
		/* A return that the text ends with stands before the line end that is added. */
		if (result.ptr[result.len - 1] == '\r')
			lines.len--;
		buf_putc(&lines, '\n');
		HOLDS(buf_str(&lines, &result) == OK);
	}
	return result;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Adds a line, of quoted-printable (RFC 2045, 6.7) or as it is, and its end if it has one. */
static void decode_line(struct buf *out, struct str line, bool quoted)
{
	HOLDS(!quoted || line.len <= 76);
	for (size_t i = 0; i < line.len; i++) {
		if (!quoted || line.ptr[i] != '=') {
			buf_putc(out, line.ptr[i]);
			continue;
		}
		if (i + 1 == line.len)
			return;
		HOLDS(i + 2 < line.len && hex_digit(line.ptr[i + 1]) >= 0 &&
		      hex_digit(line.ptr[i + 2]) >= 0);
		buf_putc(out, (char)(hex_digit(line.ptr[i + 1]) * 16 + hex_digit(line.ptr[i + 2])));
		i += 2;
	}
	buf_putc(out, '\n');
}

static void check_part(struct arena *arena, struct str part, const char *type, struct str text)
{
	struct buf decoded = buf_in(arena);
	struct str result;

	HOLDS(str_is(cut_line(&part), type));
	struct str encoding = cut_line(&part);
	bool quoted = str_is(encoding, "Content-Transfer-Encoding: quoted-printable");
	HOLDS(quoted || str_is(encoding, "Content-Transfer-Encoding: 7bit"));
	HOLDS(cut_line(&part).len == 0);
	while (part.len > 0)
		decode_line(&decoded, cut_line(&part), quoted);
	HOLDS(buf_str(&decoded, &result) == OK);
	HOLDS(str_equal(result, lines_of(arena, text)));
}

/* Cuts what stands before the delimiter line off *body. */
static struct str cut_part(struct str *body, struct str delimiter)
{
	const char *found = memmem(body->ptr, body->len, delimiter.ptr, delimiter.len);

	HOLDS(found);
	struct str part = { body->ptr, (size_t)(found - body->ptr) };
	*body = str_from(*body, part.len + delimiter.len);
	return part;
}

static void check_body(struct arena *arena, const struct mail *mail, struct str body)
{
	static const char plain[] = "Content-Type: text/plain; charset=utf-8";
	struct str opening, between, closing;

	if (!mail->html.ptr) {
		check_part(arena, body, plain, mail->text);
		return;
	}
	struct str type = take_header(arena, &body, "Content-Type: multipart/alternative;");
	HOLDS(str_starts(type, " boundary=\"") && type.ptr[type.len - 1] == '"');
	struct str boundary = { type.ptr + 11, type.len - 12 };
	HOLDS(arena_printf(arena, &opening, "\r\n--%.*s\r\n", STR_ARG(boundary)) == OK);
	HOLDS(arena_printf(arena, &between, "\r\n--%.*s\r\n", STR_ARG(boundary)) == OK);
	HOLDS(arena_printf(arena, &closing, "\r\n--%.*s--\r\n", STR_ARG(boundary)) == OK);
	HOLDS(cut_part(&body, opening).len == 0);
	check_part(arena, cut_part(&body, between), plain, mail->text);
	check_part(arena, cut_part(&body, closing), "Content-Type: text/html; charset=utf-8",
	           mail->html);
	HOLDS(body.len == 0);
}

void check_mail(struct arena *arena, const struct mail *mail, struct str eml)
{
	check_lines(mail, eml);
	take_header(arena, &eml, "Date: ");
	struct str from = take_header(arena, &eml, "From: ");
	struct str to = take_header(arena, &eml, "To: ");
	take_header(arena, &eml, "Subject: ");
	struct str id = take_header(arena, &eml, "Message-ID: <");
	HOLDS(id.len > 0 && str_find(id, '>') == id.len - 1);
	HOLDS(take_header(arena, &eml, "MIME-Version: 1.0").len == 0);
	HOLDS(take_header(arena, &eml, "Auto-Submitted: auto-generated").len == 0);
	if (str_starts(eml, "Content-Language"))
		take_header(arena, &eml, "Content-Language: ");
	/* One address each: no unquoted comma adds another. */
	HOLDS(!fuzz_has(to, ",") && !fuzz_has(to, " ") && str_find(to, '@') < to.len);
	HOLDS(from.len > 0 && (from.ptr[0] == '"' || from.ptr[0] == '=' || !fuzz_has(from, ",")));
	check_body(arena, mail, eml);
}
