/* SPDX-License-Identifier: Apache-2.0 */
/* receive.c - headers, query and forms as libmicrohttpd has parsed them, copied and looked at. */
#include "http/receive.h"
#include "base/text.h"
#include "http/form.h"
#include <microhttpd.h>
#include <string.h>
#include <strings.h>

enum { FORM_BUFFER = 4096 };

/* ---- what MHD knows of a request, copied into its arena ---- */

struct copying {
	struct request *request;
	enum err err;
};

/* libmicrohttpd lets a return inside a line pass, where the next reader may see an end (RFC 9112,
 * 2.2). */
static bool is_one_line(struct str text)
{
	return str_find(text, '\r') == text.len && str_find(text, '\n') == text.len;
}

static enum MHD_Result copy_header(void *state, enum MHD_ValueKind kind, const char *key,
                                   size_t key_size, const char *value, size_t value_size)
{
	struct copying *copying = state;
	struct request *request = copying->request;
	struct header header;

	(void)kind;
	if (request->n_headers == HEADERS_MAX) {
		request->fault = ERR_MALFORMED;
		return MHD_NO;
	}
	copying->err = arena_str(request->arena, (struct str){ key, key_size }, &header.name);
	if (copying->err == OK)
		copying->err =
			arena_str(request->arena, (struct str){ value ? value : "", value_size },
		                  &header.value);
	if (copying->err != OK)
		return MHD_NO;
	if (!is_one_line(header.name) || !is_one_line(header.value))
		request->fault = ERR_MALFORMED;
	request->headers[request->n_headers++] = header;
	return MHD_YES;
}

static enum MHD_Result copy_query(void *state, enum MHD_ValueKind kind, const char *key,
                                  size_t key_size, const char *value, size_t value_size)
{
	struct copying *copying = state;
	struct request *request = copying->request;
	struct member member = { .kind = MEMBER_TEXT };
	struct str name = { key, key_size }, text = { value ? value : "", value_size };

	(void)kind;
	if (!text_is_utf8(name) || !text_is_utf8(text)) {
		request->fault = ERR_MALFORMED;
		return MHD_YES;
	}
	copying->err = arena_str(request->arena, name, &member.name);
	if (copying->err == OK)
		copying->err = arena_str(request->arena, text, &member.text);
	if (copying->err != OK)
		return MHD_NO;
	if (members_add(&request->query, member) != OK)
		request->fault = ERR_MALFORMED;
	return MHD_YES;
}

/* What frames a request must be said once: two lengths, or two ways of telling the end, are how one
 * request is smuggled inside another (RFC 9112, 6.3). So must who asks and what the body is: of
 * two, a proxy before us may have looked at the other. */
static bool framing_is_plain(const struct request *request)
{
	static const char *const once[] = { "Content-Length", "Transfer-Encoding", "Host",
		                            "Authorization", "Content-Type" };
	size_t seen[COUNT_OF(once)] = { 0 };

	for (size_t i = 0; i < request->n_headers; i++) {
		for (size_t j = 0; j < COUNT_OF(once); j++)
			seen[j] += str_is_nocase(request->headers[i].name, once[j]);
	}
	return seen[0] + seen[1] <= 1 && seen[2] <= 1 && seen[3] <= 1 && seen[4] <= 1;
}

enum err receive_head(struct MHD_Connection *connection, const char *method, const char *url,
                      struct request *request)
{
	struct copying copying = { request, OK };

	TRY(arena_str(request->arena, str(method), &request->method));
	TRY(arena_str(request->arena, str(url), &request->path));
	if (!text_is_utf8(request->path) || request->path.ptr[0] != '/')
		request->fault = ERR_NO_ROUTE;
	MHD_get_connection_values_n(connection, MHD_HEADER_KIND, copy_header, &copying);
	if (copying.err == OK)
		MHD_get_connection_values_n(connection, MHD_GET_ARGUMENT_KIND, copy_query,
		                            &copying);
	if (!framing_is_plain(request))
		request->fault = ERR_MALFORMED;
	return copying.err;
}

/* ---- forms of several parts ---- */

/* A field may come in several pieces; each piece of one field follows the other. */
struct form {
	struct arena *arena;
	struct members *members;
	struct buf value;
	struct str name;
	enum member_kind kind;
	enum err err;
};

static void finish_field(struct form *form)
{
	struct member member = { .name = form->name, .kind = form->kind };

	if (!form->name.ptr || form->err != OK)
		return;
	form->err = buf_str(&form->value, &member.text);
	if (form->err == OK && (!text_is_utf8(member.name) || !text_is_utf8(member.text)))
		form->err = ERR_MALFORMED;
	if (member.kind != MEMBER_TEXT)
		member.text = STR_NONE;
	if (form->err == OK)
		form->err = members_add(form->members, member);
	form->name = STR_NONE;
}

static enum MHD_Result on_field(void *state, enum MHD_ValueKind kind, const char *key,
                                const char *filename, const char *content_type,
                                const char *encoding, const char *data, uint64_t offset,
                                size_t size)
{
	struct form *form = state;

	(void)kind, (void)content_type, (void)encoding;
	if (offset == 0) {
		finish_field(form);
		form->value = buf_in(form->arena);
		form->kind = filename ? MEMBER_OTHER : MEMBER_TEXT; /* a file is no text */
		if (form->err == OK)
			form->err = arena_str(form->arena, str(key ? key : ""), &form->name);
	}
	buf_add(&form->value, (struct str){ data, size });
	return form->err == OK ? MHD_YES : MHD_NO;
}

static enum err read_parts(const struct request *request, struct members *members)
{
	struct form form = { .arena = request->arena, .members = members };

	/* Names come as C strings, which a NUL would end early. */
	if (memchr(request->body.ptr, '\0', request->body.len))
		return ERR_MALFORMED;
	struct MHD_PostProcessor *processor =
		MHD_create_post_processor(request->connection, FORM_BUFFER, on_field, &form);

	if (!processor)
		return ERR_MALFORMED;
	enum MHD_Result read = MHD_post_process(processor, request->body.ptr, request->body.len);
	if (MHD_destroy_post_processor(processor) != MHD_YES || read != MHD_YES)
		return form.err != OK ? form.err : ERR_MALFORMED;
	finish_field(&form);
	return form.err;
}

enum err request_read_form(const struct request *request, struct members *members)
{
	static const char multipart[] = "multipart/";
	struct str type = request_header(request, "Content-Type");

	if (request->body.len == 0)
		return OK;
	if (type.ptr && strncasecmp(type.ptr, multipart, strlen(multipart)) == 0)
		return read_parts(request, members);
	return form_read_urlencoded(request->arena, request->body, members);
}
