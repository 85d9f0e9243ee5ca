/* SPDX-License-Identifier: Apache-2.0 */
/* form_fuzz.c - a Content-Type and a form body of either kind, to the fields of every route.
 * Urlencoded ones stand beside another reader, and what a form of several parts is made of is what
 * is read. */
#include "decode.h"
#include "fuzz.h"
#include "http/server.h"
#include "base/text.h"
#include "peer.h"
#include <string.h>
#include <strings.h>

#define BOUNDARY "rekey-boundary"

struct form {
	struct request request;
	struct members members;
	enum err err;
};

void fuzz_start(void)
{
}

static void read_form(void *state, void *connection)
{
	struct form *form = state;

	form->request.connection = connection;
	form->err = request_read_form(&form->request, &form->members);
}

static int hex_digit(char c)
{
	static const char digits[] = "0123456789abcdef0123456789ABCDEF";
	const char *found = c ? strchr(digits, c) : NULL;

	return found ? (int)((found - digits) % 16) : -1;
}

/* '+' and %XX; a '%' that begins no escape stands for itself. */
static struct str decoded(struct arena *arena, struct str text)
{
	struct buf out = buf_in(arena);
	struct str result;

	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i] == '+' ? ' ' : text.ptr[i];
		if (c == '%' && i + 2 < text.len && hex_digit(text.ptr[i + 1]) >= 0 &&
		    hex_digit(text.ptr[i + 2]) >= 0) {
			c = (char)(hex_digit(text.ptr[i + 1]) * 16 + hex_digit(text.ptr[i + 2]));
			i += 2;
		}
		buf_putc(&out, c);
	}
	HOLDS(buf_str(&out, &result) == OK);
	return result;
}

/* What was read is what stands there, pair by pair. */
static void check_pairs(struct arena *arena, struct str body, const struct members *members)
{
	size_t n = 0;

	while (body.len > 0) {
		size_t end = str_find(body, '&');
		struct str pair = { body.ptr, end };
		body = str_from(body, end < body.len ? end + 1 : end);
		if (pair.len == 0)
			continue;
		size_t equals = str_find(pair, '=');
		struct str name = { pair.ptr, equals };
		struct str value = str_from(pair, equals < pair.len ? equals + 1 : equals);
		HOLDS(n < members->n);
		HOLDS(str_equal(members->items[n].name, decoded(arena, name)));
		HOLDS(str_equal(members->items[n].text, decoded(arena, value)));
		n++;
	}
	HOLDS(n == members->n);
}

static bool is_multipart(struct str type)
{
	return strncasecmp(type.ptr, "multipart/", strlen("multipart/")) == 0;
}

static void read_any(struct form *form, struct str type)
{
	form->request.n_headers = 1;
	form->request.headers[0] = (struct header){ STR("Content-Type"), type };
	form->err = ERR_MALFORMED; /* for a header that libmicrohttpd refuses */
	if (is_multipart(type))
		peer_request(type, read_form, form);
	else
		read_form(form, NULL);
	HOLDS(form->err == OK || form->err == ERR_MALFORMED);
}

/* Name, value, name, value: as a form of several parts. */
static void check_parts(struct arena *arena, struct str texts)
{
	static const char no_names[] = { '"', '\\', '\r', '\n', '\0' };
	struct form form = { .request = { .arena = arena } };
	struct buf body = buf_in(arena);
	struct members made = { .n = 0 };

	if (fuzz_has(texts, BOUNDARY) || !text_is_utf8(texts))
		return;
	while (texts.len > 0 && made.n < MEMBERS_MAX) {
		struct member *member = &made.items[made.n++];
		member->name = fuzz_copy(arena, fuzz_part(&texts), no_names, sizeof(no_names));
		member->text = fuzz_part(&texts);
		buf_printf(&body,
		           "--" BOUNDARY
		           "\r\nContent-Disposition: form-data; name=\"%.*s\"\r\n\r\n",
		           STR_ARG(member->name));
		buf_add(&body, member->text);
		buf_puts(&body, "\r\n");
	}
	buf_puts(&body, "--" BOUNDARY "--\r\n");
	HOLDS(buf_str(&body, &form.request.body) == OK);
	read_any(&form, STR("multipart/form-data; boundary=" BOUNDARY));
	HOLDS(form.err == OK);
	HOLDS(form.members.n == made.n);
	for (size_t i = 0; i < made.n; i++) {
		HOLDS(str_equal(form.members.items[i].name, made.items[i].name));
		HOLDS(str_equal(form.members.items[i].text, made.items[i].text));
	}
}

void fuzz_input(struct arena *arena, struct str input)
{
	static const char no_line_ends[] = { '\r', '\n', '\0' };
	struct form form = { .request = { .arena = arena } };
	struct str type = fuzz_copy(arena, fuzz_part(&input), no_line_ends, sizeof(no_line_ends));

	if (str_is(type, "parts")) {
		check_parts(arena, input);
		return;
	}
	form.request.body = input;
	read_any(&form, type);
	if (form.err != OK)
		return;
	check_members(&form.members);
	check_all_fields(&form.members);
	if (!is_multipart(type))
		check_pairs(arena, input, &form.members);
}
