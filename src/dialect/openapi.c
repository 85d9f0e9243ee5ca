/* SPDX-License-Identifier: Apache-2.0 */
/* openapi.c - a dialect as OpenAPI 3.1, in the order of its tables: the frame and the calls. */
#include "dialect/openapi_priv.h"
#include <ctype.h>
#include <stdio.h>
#include <string.h>

enum { REF_ROOM = 64, METHOD_ROOM = 16 };

void openapi_text(struct openapi *w, const char *name, const char *text)
{
	json_put_text(&w->json, name, str(text));
}

void openapi_buf(struct openapi *w, const char *name, struct buf *buf)
{
	struct str text;

	if (buf_str(buf, &text) == OK)
		json_put_text(&w->json, name, text);
	else
		w->failed = true;
}

void openapi_ref(struct openapi *w, const char *name, const char *kind, const char *component)
{
	char ref[REF_ROOM];

	snprintf(ref, sizeof(ref), "#/components/%s/%s", kind, component);
	json_begin(&w->json, name, '{');
	openapi_text(w, "$ref", ref);
	json_end(&w->json, '}');
}

/* ---- calls ---- */

/* PUT /api/v1/account/password is put_account_password, for those who make a client of this. */
static void put_operation_id(struct openapi *w, const struct route *route)
{
	static const char prefix[] = "/api/v1";
	const char *path = route->path;
	struct buf id = buf_in(w->arena);

	if (strncmp(path, prefix, strlen(prefix)) == 0)
		path += strlen(prefix);
	for (const char *c = route->method; *c; c++)
		buf_putc(&id, (char)tolower((unsigned char)*c));
	for (const char *c = path; *c; c++) {
		if (isalnum((unsigned char)*c))
			buf_putc(&id, *c);
		else if (id.ptr && id.ptr[id.len - 1] != '_' && c[1])
			buf_putc(&id, '_');
	}
	openapi_buf(w, "operationId", &id);
}

static void put_description(struct openapi *w, const struct call *call)
{
	struct buf words = buf_in(w->arena);

	if (!call->first->about)
		return;
	buf_puts(&words, "The members tell which of these it is.\n");
	for (const struct route *row = call_row(call, NULL); row; row = call_row(call, row))
		buf_printf(&words, "\n- with `%s`: %s", row->when ? row->when : "none of those",
		           row->summary);
	openapi_buf(w, "description", &words);
}

/* Rows alike may show different things; each is then as good as another to who looks from outside.
 */
static void put_security(struct openapi *w, const struct call *call)
{
	static const char *const schemes[] = { [SHOWS_BEARER] = "session", [SHOWS_KEY] = "app" };
	bool shown[SHOWS_KEY + 1] = { false };

	for (const struct route *row = call_row(call, NULL); row; row = call_row(call, row))
		shown[route_shows(row)] = true;
	json_begin(&w->json, "security", '[');
	for (size_t i = SHOWS_BEARER; i <= SHOWS_KEY; i++) {
		if (!shown[i])
			continue;
		json_begin(&w->json, NULL, '{');
		json_put_raw(&w->json, schemes[i], "[]");
		json_end(&w->json, '}');
	}
	if (shown[SHOWS_NOTHING] && (shown[SHOWS_BEARER] || shown[SHOWS_KEY]))
		json_put_raw(&w->json, NULL, "{}");
	json_end(&w->json, ']');
}

static void put_call(struct openapi *w, const struct call *call)
{
	const struct route *first = call->first;
	char method[METHOD_ROOM];
	size_t len = 0;

	for (; first->method[len] && len < sizeof(method) - 1; len++)
		method[len] = (char)tolower((unsigned char)first->method[len]);
	method[len] = '\0';
	json_begin(&w->json, method, '{');
	put_operation_id(w, first);
	openapi_text(w, "summary", first->about ? first->about : first->summary);
	put_description(w, call);
	put_security(w, call);
	openapi_parameters(w, call);
	openapi_request_body(w, call);
	openapi_responses(w, call);
	json_end(&w->json, '}');
}

static bool path_came_before(const struct dialect *dialect, const struct route *route)
{
	for (const struct route *before = dialect->routes; before < route; before++) {
		if (strcmp(before->path, route->path) == 0)
			return true;
	}
	return false;
}

static void put_paths(struct openapi *w)
{
	struct call outer = { .dialect = w->dialect };

	json_begin(&w->json, "paths", '{');
	while (call_next(&outer)) {
		struct call call = { .dialect = w->dialect };
		if (path_came_before(w->dialect, outer.first))
			continue;
		json_begin(&w->json, outer.first->path, '{');
		while (call_next(&call)) {
			if (strcmp(call.first->path, outer.first->path) == 0)
				put_call(w, &call);
		}
		json_end(&w->json, '}');
	}
	json_end(&w->json, '}');
}

/* ---- the frame ---- */

static void put_info(struct openapi *w)
{
	json_begin(&w->json, "info", '{');
	openapi_text(w, "title", w->dialect->words->title);
	openapi_text(w, "version", REKEY_VERSION);
	openapi_text(w, "description", w->dialect->words->introduction);
	json_begin(&w->json, "license", '{');
	openapi_text(w, "name", "Apache License 2.0");
	openapi_text(w, "identifier", "Apache-2.0");
	json_end(&w->json, '}');
	json_end(&w->json, '}');
	json_begin(&w->json, "servers", '[');
	json_begin(&w->json, NULL, '{');
	json_put_text(&w->json, "url", w->base);
	json_end(&w->json, '}');
	json_end(&w->json, ']');
}

static void put_described(struct openapi *w, const char *name, const char *description,
                          const char *format)
{
	json_begin(&w->json, name, '{');
	openapi_text(w, "type", "string");
	openapi_text(w, "description", description);
	if (format)
		openapi_text(w, "format", format);
	json_end(&w->json, '}');
}

static void put_fault_list(struct openapi *w)
{
	json_begin(&w->json, "errors", '{');
	openapi_text(w, "type", "array");
	openapi_text(w, "description", "The members that are at fault, if it is about any.");
	json_begin(&w->json, "items", '{');
	openapi_text(w, "type", "object");
	json_begin(&w->json, "properties", '{');
	put_described(w, "field", "The member.", NULL);
	put_described(w, "code", "For programs: what it is about the member.", NULL);
	put_described(w, "detail", "A sentence for people.", NULL);
	json_end(&w->json, '}');
	json_put_raw(&w->json, "required", "[\"field\",\"code\",\"detail\"]");
	json_end(&w->json, '}');
	json_end(&w->json, '}');
}

/* RFC 9457, as the account dialect's problem_out writes it. */
static void put_problem_component(struct openapi *w)
{
	json_begin(&w->json, "Problem", '{');
	openapi_text(w, "type", "object");
	openapi_text(w, "description", "What went wrong, as RFC 9457 has it.");
	json_begin(&w->json, "properties", '{');
	put_described(w, "type", "A page about this code, for people.", "uri");
	put_described(w, "title", "The name of the status.", NULL);
	json_put_raw(&w->json, "status", "{\"type\":\"integer\"}");
	put_described(w, "detail",
	              "A sentence for people, in the language that Content-Language says.", NULL);
	json_begin(&w->json, "code", '{');
	openapi_text(w, "type", "string");
	openapi_text(w, "description", "For programs: the same in every language and version.");
	json_begin(&w->json, "enum", '[');
	for (size_t i = 0; i < w->dialect->words->n_problems; i++)
		openapi_text(w, NULL, w->dialect->words->problems[i].code);
	json_end(&w->json, ']');
	json_end(&w->json, '}');
	put_fault_list(w);
	json_end(&w->json, '}');
	json_put_raw(&w->json, "required", "[\"type\",\"title\",\"status\",\"detail\",\"code\"]");
	json_end(&w->json, '}');
}

static void put_header_component(struct openapi *w, const char *name, const char *description,
                                 const char *schema)
{
	json_begin(&w->json, name, '{');
	openapi_text(w, "description", description);
	json_put_raw(&w->json, "required", "true");
	json_put_raw(&w->json, "schema", schema);
	json_end(&w->json, '}');
}

static void put_components(struct openapi *w)
{
	json_begin(&w->json, "components", '{');
	json_begin(&w->json, "schemas", '{');
	put_problem_component(w);
	json_end(&w->json, '}');
	openapi_problems(w);
	json_begin(&w->json, "headers", '{');
	put_header_component(w, "RequestId",
	                     "The server's name for this request, also in its log and in the mails "
	                     "that the request caused.",
	                     "{\"type\":\"string\",\"pattern\":\"^[0-9A-Z]{4}-[0-9A-Z]{4}$\"}");
	put_header_component(w, "RetryAfter", "Seconds to wait before the next try.",
	                     "{\"type\":\"integer\",\"minimum\":1}");
	put_header_component(w, "Challenge", "What has to be shown (RFC 9110, 11.6.1).",
	                     "{\"type\":\"string\"}");
	json_end(&w->json, '}');
	json_begin(&w->json, "securitySchemes", '{');
	json_put_raw(
		&w->json, "session",
		"{\"type\":\"http\",\"scheme\":\"bearer\",\"description\":\"An access token.\"}");
	json_put_raw(&w->json, "app",
	             "{\"type\":\"http\",\"scheme\":\"basic\",\"description\":\"The app's id, and "
	             "one of its keys.\"}");
	json_end(&w->json, '}');
	json_end(&w->json, '}');
}

enum err document_openapi(struct arena *arena, const struct dialect *dialect, struct str base,
                          struct str *ret_json)
{
	struct openapi w = {
		.json = json_stream_in(arena),
		.arena = arena,
		.dialect = dialect,
		.base = base,
	};
	struct str json;

	json_begin(&w.json, NULL, '{');
	openapi_text(&w, "openapi", "3.1.0");
	put_info(&w);
	put_paths(&w);
	put_components(&w);
	json_end(&w.json, '}');
	TRY(json_stream_str(&w.json, &json));
	if (w.failed)
		return ERR_NOMEM;
	*ret_json = json;
	return OK;
}
