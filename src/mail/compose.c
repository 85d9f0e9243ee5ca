/* SPDX-License-Identifier: Apache-2.0 */
/* compose.c - headers (RFC 5322, RFC 2047) and parts (RFC 2045, RFC 2046) of one mail. */
#include "mail/compose.h"
#include "base/crypto.h"
#include "base/text.h"
#include <string.h>
#include <time.h>

enum {
	LINE_LENGTH = 76,         /* of header and quoted-printable lines, without CRLF */
	PLAIN_LINE_LENGTH = 900,  /* of lines sent as they are; RFC 5322 allows 998 */
	WORD_FRAME = 12,          /* "=?UTF-8?B?" and "?=" */
	QUOTED_NAME_LENGTH = 64,  /* longer names are encoded, which folds anywhere */
	MESSAGE_ID_LENGTH = 200,  /* what is used of it */
	LANGUAGE_LENGTH = 35,     /* RFC 5646, 4.4.1 */
	BOUNDARY_DIGEST_SIZE = 16 /* bytes of SHA-256 */
};

static bool is_ascii(struct str text)
{
	for (size_t i = 0; i < text.len; i++) {
		if ((unsigned char)text.ptr[i] >= 0x80)
			return false;
	}
	return true;
}

static bool has(struct str text, const char *part)
{
	return text.len > 0 && memmem(text.ptr, text.len, part, strlen(part)) != NULL;
}

/* Bytes of a character at the start of text that would end a line, or write over its neighbours:
 * C0, DEL and C1 controls, line and paragraph separators, directional overrides. 0: it is none. */
static size_t control_length(struct str text)
{
	const unsigned char *c = (const unsigned char *)text.ptr;

	if (c[0] < ' ' || c[0] == 0x7f)
		return 1;
	if (text.len >= 2 && c[0] == 0xc2 && c[1] >= 0x80 && c[1] < 0xa0)
		return 2;
	if (text.len >= 3 && c[0] == 0xe2 && c[1] == 0x80 && c[2] >= 0xa8 && c[2] <= 0xae)
		return 3;
	return 0;
}

/* A header's text as one line: a run of spaces and controls is one space, none at the ends. Text
 * that is not UTF-8 keeps its ASCII. */
static enum err header_text(struct arena *arena, struct str text, struct str *ret_line)
{
	struct buf line = buf_in(arena);
	bool utf8 = text_is_utf8(text), space = false;

	for (size_t i = 0; i < text.len;) {
		char c = text.ptr[i];
		size_t control = control_length(str_from(text, i));
		i += control ? control : 1;
		if (control || c == ' ') {
			space = line.len > 0;
			continue;
		}
		if (space)
			buf_putc(&line, ' ');
		space = false;
		buf_putc(&line, utf8 || (unsigned char)c < 0x80 ? c : '?');
	}
	return buf_str(&line, ret_line);
}

/* The ASCII letters and digits of text, and the marks, max of them at most. */
static enum err header_token(struct arena *arena, struct str text, const char *marks, size_t max,
                             struct str *ret_token)
{
	struct buf token = buf_in(arena);

	for (size_t i = 0; i < text.len && token.len < max; i++) {
		char c = text.ptr[i];
		if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
		    (c && strchr(marks, c)))
			buf_putc(&token, c);
	}
	return buf_str(&token, ret_token);
}

/* How many bytes of text fit in room and end between two characters. */
static size_t whole_characters(struct str text, size_t room)
{
	if (text.len <= room)
		return text.len;
	while (room > 0 && ((unsigned char)text.ptr[room] & 0xc0) == 0x80)
		room--;
	return room;
}

/* Adds text as encoded-words (RFC 2047), one a line; the first begins at column. */
static enum err add_encoded_words(struct buf *eml, struct str text, size_t column)
{
	while (text.len > 0) {
		struct str base64;
		size_t room = (LINE_LENGTH - WORD_FRAME - column) / 4 * 3;
		size_t n = whole_characters(text, room);
		TRY(spell_base64_lines(eml->arena, (struct str){ text.ptr, n }, &base64));
		base64.len -= 2; /* its line end */
		buf_puts(eml, "=?UTF-8?B?");
		buf_add(eml, base64);
		buf_puts(eml, "?=");
		text = str_from(text, n);
		if (text.len > 0)
			buf_puts(eml, "\r\n ");
		column = 1;
	}
	return OK;
}

/* Cuts the first word off *text, with the space behind it. */
static struct str next_word(struct str *text)
{
	size_t n = str_find(*text, ' ');
	struct str word = { text->ptr, n };

	*text = str_from(*text, n < text->len ? n + 1 : n);
	return word;
}

/* Whether each word fits in a line, the first behind column. */
static bool words_fit(struct str text, size_t column)
{
	size_t room = LINE_LENGTH - column;

	while (text.len > 0) {
		if (next_word(&text).len > room)
			return false;
		room = LINE_LENGTH - 1;
	}
	return true;
}

/* Adds words that fit, folded at spaces. */
static void add_folded(struct buf *eml, struct str text, size_t column)
{
	const char *between = "";

	while (text.len > 0) {
		struct str word = next_word(&text);
		if (column + 1 + word.len > LINE_LENGTH && *between) {
			between = "\r\n ";
			column = 0;
		}
		buf_puts(eml, between);
		buf_add(eml, word);
		column += word.len + (*between ? 1 : 0);
		between = " ";
	}
}

/* ASCII that no reader takes for an encoded-word. */
static bool is_plain(struct str text)
{
	return is_ascii(text) && !has(text, "=?");
}

static enum err add_subject(struct buf *eml, struct str subject)
{
	static const char name[] = "Subject: ";
	size_t column = sizeof(name) - 1;
	struct str line;

	TRY(header_text(eml->arena, subject, &line));
	buf_puts(eml, name);
	if (is_plain(line) && words_fit(line, column))
		add_folded(eml, line, column);
	else
		TRY(add_encoded_words(eml, line, column));
	buf_puts(eml, "\r\n");
	return OK;
}

/* "Ann \"A\" Lee", for ASCII. */
static enum err quoted_name(struct arena *arena, struct str name, struct str *ret_quoted)
{
	struct buf quoted = buf_in(arena);

	buf_putc(&quoted, '"');
	for (size_t i = 0; i < name.len; i++) {
		if (name.ptr[i] == '"' || name.ptr[i] == '\\')
			buf_putc(&quoted, '\\');
		buf_putc(&quoted, name.ptr[i]);
	}
	buf_putc(&quoted, '"');
	return buf_str(&quoted, ret_quoted);
}

/* Letters since the last line end. */
static size_t column_of(const struct buf *buf)
{
	const char *end = buf->len ? memrchr(buf->ptr, '\n', buf->len) : NULL;

	return end ? buf->len - (size_t)(end - buf->ptr) - 1 : buf->len;
}

static enum err add_from(struct buf *eml, struct str name, struct str address)
{
	static const char header[] = "From: ";
	struct str line, quoted;

	TRY(header_text(eml->arena, name, &line));
	TRY(quoted_name(eml->arena, line, &quoted));
	buf_puts(eml, header);
	if (line.len == 0) {
		buf_printf(eml, "%.*s\r\n", STR_ARG(address));
		return OK;
	}
	if (is_plain(line) && quoted.len <= QUOTED_NAME_LENGTH)
		buf_add(eml, quoted);
	else
		TRY(add_encoded_words(eml, line, sizeof(header) - 1));
	if (column_of(eml) + address.len + strlen(" <>") > LINE_LENGTH)
		buf_puts(eml, "\r\n");
	buf_printf(eml, " <%.*s>\r\n", STR_ARG(address));
	return OK;
}

/* In UTC, in words that no locale changes (RFC 5322, 3.3). */
static enum err add_date(struct buf *eml, int64_t date)
{
	static const char days[7][4] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };
	static const char months[12][4] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
		                            "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
	time_t time = (time_t)date;
	struct tm utc;

	if (!gmtime_r(&time, &utc) || utc.tm_year < 0 || utc.tm_year > 9999 - 1900)
		return ERR_INTERNAL;
	buf_printf(eml, "Date: %s, %02d %s %04d %02d:%02d:%02d +0000\r\n", days[utc.tm_wday],
	           utc.tm_mday, months[utc.tm_mon], utc.tm_year + 1900, utc.tm_hour, utc.tm_min,
	           utc.tm_sec);
	return OK;
}

/* Cuts the first line off *text, without its line end. */
static struct str next_line(struct str *text)
{
	size_t n = str_find(*text, '\n');
	struct str line = { text->ptr, n };

	*text = str_from(*text, n < text->len ? n + 1 : n);
	if (n > 0 && line.ptr[n - 1] == '\r')
		line.len--;
	return line;
}

/* Whether every server takes the line as it is. */
static bool line_is_7bit(struct str line)
{
	if (line.len > PLAIN_LINE_LENGTH || str_starts(line, "."))
		return false;
	for (size_t i = 0; i < line.len; i++) {
		if ((line.ptr[i] < ' ' && line.ptr[i] != '\t') || line.ptr[i] > '~')
			return false;
	}
	return true;
}

static bool is_7bit(struct str text)
{
	while (text.len > 0) {
		if (!line_is_7bit(next_line(&text)))
			return false;
	}
	return true;
}

/* Adds a line as quoted-printable (RFC 2045, 6.7). A dot that would begin a line is quoted too, so
 * that no server has to double it and none forgets to take one away. */
static void add_quoted_line(struct buf *part, struct str line)
{
	size_t column = 0;

	for (size_t i = 0; i < line.len; i++) {
		unsigned char c = (unsigned char)line.ptr[i];
		bool last = i + 1 == line.len;
		size_t end = last ? LINE_LENGTH : LINE_LENGTH - 1; /* leaves room for '=' */
		bool as_is = c > ' ' && c <= '~' && c != '=';
		if (c == ' ' || c == '\t')
			as_is = !last;
		else if (c == '.')
			as_is = column > 0 && column < end;
		size_t length = as_is ? 1 : 3;
		if (column + length > end) {
			buf_puts(part, "=\r\n");
			column = 0;
		}
		if (as_is)
			buf_putc(part, (char)c);
		else
			buf_printf(part, "=%02X", c);
		column += length;
	}
	buf_puts(part, "\r\n");
}

struct part {
	const char *type;     /* "plain" */
	const char *encoding; /* "7bit" */
	struct str body;      /* encoded, CRLF at its end */
};

static enum err encode_part(struct arena *arena, const char *type, struct str text,
                            struct part *ret_part)
{
	struct buf body = buf_in(arena);
	struct part part = { .type = type };
	bool plain = is_7bit(text);

	part.encoding = plain ? "7bit" : "quoted-printable";
	while (text.len > 0) {
		struct str line = next_line(&text);
		if (plain) {
			buf_add(&body, line);
			buf_puts(&body, "\r\n");
		} else {
			add_quoted_line(&body, line);
		}
	}
	TRY(buf_str(&body, &part.body));
	*ret_part = part;
	return OK;
}

static void add_part(struct buf *eml, const struct part *part)
{
	buf_printf(eml,
	           "Content-Type: text/%s; charset=utf-8\r\n"
	           "Content-Transfer-Encoding: %s\r\n\r\n",
	           part->type, part->encoding);
	buf_add(eml, part->body);
}

/* The first of a row of digests of the Message-ID that neither part holds. */
static enum err find_boundary(struct arena *arena, struct str message_id, const struct part *text,
                              const struct part *html, struct str *ret_boundary)
{
	struct str seed, hex, boundary;
	unsigned turn = 0;

	do {
		TRY(arena_printf(arena, &seed, "%u %.*s", turn++, STR_ARG(message_id)));
		struct digest digest = digest_of((struct secret){ seed.ptr, seed.len });
		TRY(spell_hex(arena, digest.bytes, BOUNDARY_DIGEST_SIZE, &hex));
		TRY(arena_printf(arena, &boundary, "=_%.*s", STR_ARG(hex)));
	} while (has(text->body, boundary.ptr) || has(html->body, boundary.ptr));
	*ret_boundary = boundary;
	return OK;
}

static enum err add_body(struct buf *eml, const struct mail *mail, struct str message_id)
{
	struct part text, html;
	struct str boundary;

	TRY(encode_part(eml->arena, "plain", mail->text, &text));
	if (!mail->html.ptr) {
		add_part(eml, &text);
		return OK;
	}
	TRY(encode_part(eml->arena, "html", mail->html, &html));
	TRY(find_boundary(eml->arena, message_id, &text, &html, &boundary));
	buf_printf(eml,
	           "Content-Type: multipart/alternative;\r\n boundary=\"%.*s\"\r\n"
	           "\r\n--%.*s\r\n",
	           STR_ARG(boundary), STR_ARG(boundary));
	add_part(eml, &text);
	buf_printf(eml, "\r\n--%.*s\r\n", STR_ARG(boundary));
	add_part(eml, &html);
	buf_printf(eml, "\r\n--%.*s--\r\n", STR_ARG(boundary));
	return OK;
}

/* The spelling of one address; no letter of it is passed over in silence. */
static enum err header_address(struct arena *arena, struct str address, struct str *ret_address)
{
	struct str key;

	for (size_t i = 0; i < address.len; i++) {
		if (address.ptr[i] == ' ' || control_length(str_from(address, i)))
			return ERR_BAD_EMAIL;
	}
	return email_normalize(arena, address, ret_address, &key);
}

static enum err add_headers(struct buf *eml, const struct mail *mail, struct str message_id)
{
	struct str from, to, language;

	TRY(header_address(eml->arena, mail->from, &from));
	TRY(header_address(eml->arena, mail->to, &to));
	TRY(header_token(eml->arena, mail->language, "-", LANGUAGE_LENGTH, &language));
	TRY(add_date(eml, mail->date));
	TRY(add_from(eml, mail->from_name, from));
	buf_printf(eml, "To: %.*s\r\n", STR_ARG(to));
	TRY(add_subject(eml, mail->subject));
	buf_printf(eml, "Message-ID: <%.*s>\r\n", STR_ARG(message_id));
	buf_puts(eml, "MIME-Version: 1.0\r\nAuto-Submitted: auto-generated\r\n"); /* RFC 3834 */
	if (language.len > 0)
		buf_printf(eml, "Content-Language: %.*s\r\n", STR_ARG(language));
	return OK;
}

enum err mail_compose(struct arena *arena, const struct mail *mail, struct str *ret_eml)
{
	struct buf eml = buf_in(arena);
	struct str message_id;

	TRY(header_token(arena, mail->message_id, "!#$%&'*+-/=?^_`{|}~.@", MESSAGE_ID_LENGTH,
	                 &message_id));
	TRY(add_headers(&eml, mail, message_id));
	TRY(add_body(&eml, mail, message_id));
	return buf_str(&eml, ret_eml);
}
