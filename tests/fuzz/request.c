/* SPDX-License-Identifier: Apache-2.0 */
/* request.c - what http/server.c does with what libmicrohttpd gives it, from plain text. */
#include "request.h"
#include "base/text.h"
#include "dialect/dialect.h"
#include "fuzz.h"
#include "http/form.h"
#include "http/server.h"
#include <string.h>
#include <strings.h>

static const char not_in_lines[] = { '\r', '\0' };

static struct str cut(struct str *text, char mark)
{
	size_t n = str_find(*text, mark);
	struct str part = { text->ptr, n };

	*text = str_from(*text, n < text->len ? n + 1 : n);
	return part;
}

static struct str trimmed(struct str text)
{
	while (text.len > 0 && (text.ptr[0] == ' ' || text.ptr[0] == '\t'))
		text = str_from(text, 1);
	while (text.len > 0 && (text.ptr[text.len - 1] == ' ' || text.ptr[text.len - 1] == '\t'))
		text.len--;
	return text;
}

static int hex_digit(char c)
{
	static const char digits[] = "0123456789abcdef0123456789ABCDEF";
	const char *found = c ? strchr(digits, c) : NULL;

	return found ? (int)((found - digits) % 16) : -1;
}

/* A NUL becomes a byte that is no UTF-8. */
static struct str decoded(struct arena *arena, struct str text, bool plus_is_space)
{
	char *out = arena_alloc(arena, text.len + 1);
	size_t len = 0;

	HOLDS(out);
	for (size_t i = 0; i < text.len; i++) {
		char c = plus_is_space && text.ptr[i] == '+' ? ' ' : text.ptr[i];
		if (c == '%' && i + 2 < text.len && hex_digit(text.ptr[i + 1]) >= 0 &&
		    hex_digit(text.ptr[i + 2]) >= 0) {
			c = (char)(hex_digit(text.ptr[i + 1]) * 16 + hex_digit(text.ptr[i + 2]));
			i += 2;
		}
		out[len++] = c ? c : '\xff';
	}
	return (struct str){ out, len };
}

static void parse_query(struct request *request, struct str query)
{
	while (query.len > 0) {
		struct member member = { .kind = MEMBER_TEXT };
		struct str value = cut(&query, '&');
		struct str name = cut(&value, '=');
		member.name = decoded(request->arena, name, true);
		member.text = decoded(request->arena, value, true);
		if (!text_is_utf8(member.name) || !text_is_utf8(member.text) ||
		    members_add(&request->query, member) != OK)
			request->fault = ERR_MALFORMED;
	}
}

static bool parse_line(struct request *request, struct str line)
{
	request->method = fuzz_copy(request->arena, cut(&line, ' '), NULL, 0);
	struct str path = cut(&line, '?');
	request->path = decoded(request->arena, path, false);
	parse_query(request, line);
	if (!text_is_utf8(request->path) || request->path.ptr[0] != '/')
		request->fault = ERR_NO_ROUTE;
	return request->method.len > 0 && request->path.len > 0;
}

/* Each at most once, as the server sees to. */
static bool is_once(const struct request *request, struct str name)
{
	static const char *const once[] = { "Host", "Content-Type" };

	FOREACH(header, once) {
		if (str_is_nocase(name, *header))
			return !request_header(request, *header).ptr;
	}
	return true;
}

static bool parse_header(struct request *request, struct str line)
{
	struct header *header = &request->headers[request->n_headers];
	struct str name = cut(&line, ':');

	if (request->n_headers == HEADERS_MAX || name.len == 0 || !is_once(request, name))
		return false;
	header->name = fuzz_copy(request->arena, name, NULL, 0);
	header->value = fuzz_copy(request->arena, trimmed(line), NULL, 0);
	request->n_headers++;
	return true;
}

bool request_parse(struct arena *arena, struct str text, struct request *ret_request)
{
	struct request request = { .arena = arena, .peer = STR("192.0.2.1") };
	struct str line = fuzz_copy(arena, cut(&text, '\n'), not_in_lines, sizeof(not_in_lines));

	if (!parse_line(&request, line))
		return false;
	while (text.len > 0) {
		line = fuzz_copy(arena, cut(&text, '\n'), not_in_lines, sizeof(not_in_lines));
		if (line.len == 0)
			break;
		if (!parse_header(&request, line))
			return false;
	}
	if (text.len > BODY_MAX)
		request.fault = ERR_TOO_LARGE;
	text.len = text.len > BODY_MAX ? BODY_MAX : text.len;
	request.body = text.len > 0 ? fuzz_copy(arena, text, NULL, 0) : STR_NONE;
	*ret_request = request;
	return true;
}

bool request_is_multipart(const struct request *request)
{
	static const char multipart[] = "multipart/";
	struct str type = request_header(request, "Content-Type");

	return type.ptr && strncasecmp(type.ptr, multipart, strlen(multipart)) == 0;
}

/* By the reader that takes the body, whatever its type is. */
void request_shown(const struct request *request, struct shown *ret_shown)
{
	struct secret bearer = bearer_token(request);

	ret_shown->members = request->query;
	ret_shown->bearer = (struct str){ bearer.ptr, bearer.len };
	if (request_is_multipart(request)) {
		if (request_read_form(request, &ret_shown->members) == OK)
			return;
	} else if (json_read(request->arena, request->body, &ret_shown->members) == OK) {
		return;
	}
	ret_shown->members = request->query;
	if (form_read_urlencoded(request->arena, request->body, &ret_shown->members) != OK)
		ret_shown->members = request->query;
}

bool shown_has(const struct shown *shown, const char *text)
{
	for (size_t i = 0; i < shown->members.n; i++) {
		if (str_is(shown->members.items[i].text, text))
			return true;
	}
	return str_is(shown->bearer, text);
}
