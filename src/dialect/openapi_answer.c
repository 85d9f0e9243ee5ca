/* SPDX-License-Identifier: Apache-2.0 */
/* openapi_answer.c - what a call is answered with, as OpenAPI has it. */
#include "dialect/openapi_priv.h"
#include "http/status.h"
#include <stdio.h>
#include <string.h>

enum { STATUS_ROOM = 8 };

#define PROBLEM_TYPE "application/problem+json"

static bool is_text(const struct out_field *out)
{
	return out->kind == OUT_TEXT || out->kind == OUT_SECRET || out->kind == OUT_TIME ||
	       out->kind == OUT_CONSTANT;
}

static const char *type_of(const struct out_field *out)
{
	switch (out->kind) {
	case OUT_TEXT:
	case OUT_TEXT_OR_NULL:
	case OUT_SECRET:
	case OUT_TIME:
	case OUT_CONSTANT:
		return "string";
	case OUT_INTEGER:
	case OUT_INTEGER_IF_ANY:
		return "integer";
	case OUT_BOOL:
		return "boolean";
	case OUT_LIST:
	case OUT_WORDS:
		return "array";
	case OUT_NUMBERS:
	case OUT_MILLISECONDS:
	case OUT_MEMBERS:
	case OUT_PAIRS:
		break; /* not in this document */
	}
	return "null";
}

static void put_answer_schema(struct openapi *w, const char *name, const struct route *route,
                              const struct out_field *fields, size_t n_fields);

static void put_given(struct openapi *w, const struct route *route, const struct out_field *out)
{
	const struct member_words *words = document_member(w->dialect, route, out->name);

	json_begin(&w->json, out->name, '{');
	openapi_text(w, "type", type_of(out));
	if (words) {
		openapi_text(w, "description", words->meaning);
		if (words->format)
			openapi_text(w, "format", words->format);
		if (words->pattern)
			openapi_text(w, "pattern", words->pattern);
	}
	if (out->kind == OUT_CONSTANT)
		openapi_text(w, "const", out->constant);
	if (out->kind == OUT_WORDS)
		json_put_raw(&w->json, "items", "{\"type\":\"string\"}");
	if (out->kind == OUT_LIST)
		put_answer_schema(w, "items", route, out->fields, out->n_fields);
	json_end(&w->json, '}');
}

static void put_answer_schema(struct openapi *w, const char *name, const struct route *route,
                              const struct out_field *fields, size_t n_fields)
{
	json_begin(&w->json, name, '{');
	openapi_text(w, "type", "object");
	json_begin(&w->json, "properties", '{');
	for (size_t i = 0; i < n_fields; i++)
		put_given(w, route, &fields[i]);
	json_end(&w->json, '}');
	json_begin(&w->json, "required", '[');
	for (size_t i = 0; i < n_fields; i++) {
		const struct member_words *words =
			document_member(w->dialect, route, fields[i].name);
		if (!words || !words->may_be_left_out)
			openapi_text(w, NULL, fields[i].name);
	}
	json_end(&w->json, ']');
	json_end(&w->json, '}');
}

static void put_answer_example(struct openapi *w, const char *name, const struct route *route,
                               const struct out_field *fields, size_t n_fields)
{
	json_begin(&w->json, name, '{');
	for (size_t i = 0; i < n_fields; i++) {
		const struct out_field *out = &fields[i];
		const struct member_words *words = document_member(w->dialect, route, out->name);
		const char *example = out->kind == OUT_CONSTANT ? out->constant
		                      : words                   ? words->example
		                                                : "";
		if (out->kind == OUT_LIST) {
			json_begin(&w->json, out->name, '[');
			put_answer_example(w, NULL, route, out->fields, out->n_fields);
			json_end(&w->json, ']');
		} else if (out->kind == OUT_WORDS) {
			json_begin(&w->json, out->name, '[');
			openapi_text(w, NULL, example);
			json_end(&w->json, ']');
		} else if (is_text(out)) {
			openapi_text(w, out->name, example);
		} else {
			json_put_raw(&w->json, out->name, example);
		}
	}
	json_end(&w->json, '}');
}

static void put_answer_content(struct openapi *w, const struct route *route)
{
	if (route->n_out == 0 && !route->render)
		return;
	json_begin(&w->json, "content", '{');
	json_begin(&w->json, JSON_TYPE, '{');
	if (route->n_out > 0) {
		put_answer_schema(w, "schema", route, route->out, route->n_out);
		put_answer_example(w, "example", route, route->out, route->n_out);
	} else {
		json_put_raw(&w->json, "schema", "{\"type\":\"object\"}");
	}
	json_end(&w->json, '}');
	json_end(&w->json, '}');
}

static void put_headers(struct openapi *w, int status)
{
	json_begin(&w->json, "headers", '{');
	openapi_ref(w, "X-Request-Id", "headers", "RequestId");
	if (status == 401)
		openapi_ref(w, "WWW-Authenticate", "headers", "Challenge");
	if (status == 429 || status == 503)
		openapi_ref(w, "Retry-After", "headers", "RetryAfter");
	json_end(&w->json, '}');
}

/* The row that has this status for its success; NULL: none. Rows alike that share one share a body
 * too: a unit test sees to that. */
static const struct route *row_with_ok(const struct call *call, int status)
{
	const struct route *row = call_row(call, NULL);

	while (row && row->ok != status)
		row = call_row(call, row);
	return row;
}

static void put_success(struct openapi *w, const struct call *call, const char *number, int status)
{
	struct buf words = buf_in(w->arena);

	for (const struct route *row = call_row(call, NULL); row; row = call_row(call, row)) {
		if (row->ok == status)
			buf_printf(&words, "%s%s", words.len ? " " : "", row->summary);
	}
	json_begin(&w->json, number, '{');
	openapi_buf(w, "description", &words);
	put_headers(w, status);
	put_answer_content(w, row_with_ok(call, status));
	json_end(&w->json, '}');
}

/* ---- problems ---- */

/* The codes with which one status is answered, each by the first of its errors. */
struct codes {
	enum err errs[ERR_COUNT];
	size_t n;
};

static bool call_lists_code(const struct call *call, const char *code)
{
	const struct wire_error *errors = call->dialect->errors;

	for (enum err err = OK + 1; err < ERR_COUNT; err++) {
		if (strcmp(errors[err].code, code) == 0 && call_lists_error(call, err))
			return true;
	}
	return false;
}

static struct codes codes_of(const struct call *call, int status)
{
	const struct wire_error *errors = call->dialect->errors;
	struct codes codes = { .n = 0 };

	for (enum err err = OK + 1; err < ERR_COUNT; err++) {
		if (errors[err].status == status && error_is_first_of_code(call->dialect, err) &&
		    call_lists_code(call, errors[err].code))
			codes.errs[codes.n++] = err;
	}
	return codes;
}

static void describe_problem(struct openapi *w, const struct codes *codes)
{
	struct buf words = buf_in(w->arena);

	for (size_t i = 0; i < codes->n; i++) {
		const char *code = w->dialect->errors[codes->errs[i]].code;
		const struct problem_words *problem = document_problem(w->dialect, str(code));
		buf_printf(&words, "%s`%s`: %s", words.len ? " " : "", code,
		           problem ? problem->meaning : "");
	}
	openapi_buf(w, "description", &words);
}

static void put_problem_schema(struct openapi *w, const struct codes *codes, const char *status)
{
	json_begin(&w->json, "schema", '{');
	json_begin(&w->json, "allOf", '[');
	openapi_ref(w, NULL, "schemas", "Problem");
	json_begin(&w->json, NULL, '{');
	json_begin(&w->json, "properties", '{');
	json_begin(&w->json, "status", '{');
	json_put_raw(&w->json, "const", status);
	json_end(&w->json, '}');
	json_begin(&w->json, "code", '{');
	json_begin(&w->json, "enum", '[');
	for (size_t i = 0; i < codes->n; i++)
		openapi_text(w, NULL, w->dialect->errors[codes->errs[i]].code);
	json_end(&w->json, ']');
	json_end(&w->json, '}');
	json_end(&w->json, '}');
	json_end(&w->json, '}');
	json_end(&w->json, ']');
	json_end(&w->json, '}');
}

static void put_problem_example(struct openapi *w, const struct wire_error *error,
                                const char *status)
{
	struct buf type = buf_in(w->arena);

	buf_printf(&type, "%.*s/problems/%s", STR_ARG(w->base), error->code);
	json_begin(&w->json, error->code, '{');
	json_begin(&w->json, "value", '{');
	openapi_buf(w, "type", &type);
	openapi_text(w, "title", http_reason(error->status));
	json_put_raw(&w->json, "status", status);
	openapi_text(w, "detail", error_says(w->dialect, error));
	openapi_text(w, "code", error->code);
	if (error->field) {
		json_begin(&w->json, "errors", '[');
		json_begin(&w->json, NULL, '{');
		openapi_text(w, "field", error->field);
		openapi_text(w, "code", error->reason);
		openapi_text(w, "detail", error_says(w->dialect, error));
		json_end(&w->json, '}');
		json_end(&w->json, ']');
	}
	json_end(&w->json, '}');
	json_end(&w->json, '}');
}

static void put_problem(struct openapi *w, const char *name, int status, const struct codes *codes)
{
	char number[STATUS_ROOM];

	snprintf(number, sizeof(number), "%d", status);
	json_begin(&w->json, name, '{');
	describe_problem(w, codes);
	put_headers(w, status);
	json_begin(&w->json, "content", '{');
	json_begin(&w->json, PROBLEM_TYPE, '{');
	put_problem_schema(w, codes, number);
	json_begin(&w->json, "examples", '{');
	for (size_t i = 0; i < codes->n; i++)
		put_problem_example(w, &w->dialect->errors[codes->errs[i]], number);
	json_end(&w->json, '}');
	json_end(&w->json, '}');
	json_end(&w->json, '}');
	json_end(&w->json, '}');
}

/* Whether some call has it as the one code of its status: those share one component. */
static bool stands_alone_somewhere(const struct dialect *dialect, enum err err)
{
	struct call call = { .dialect = dialect };

	while (call_next(&call)) {
		struct codes codes = codes_of(&call, dialect->errors[err].status);
		if (codes.n == 1 && codes.errs[0] == err)
			return true;
	}
	return false;
}

void openapi_problems(struct openapi *w)
{
	const struct wire_error *errors = w->dialect->errors;

	json_begin(&w->json, "responses", '{');
	for (enum err err = OK + 1; err < ERR_COUNT; err++) {
		struct codes codes = { .errs = { err }, .n = 1 };
		if (error_is_first_of_code(w->dialect, err) &&
		    stands_alone_somewhere(w->dialect, err))
			put_problem(w, errors[err].code, errors[err].status, &codes);
	}
	json_end(&w->json, '}');
}

void openapi_responses(struct openapi *w, const struct call *call)
{
	char number[STATUS_ROOM];

	json_begin(&w->json, "responses", '{');
	for (int status = STATUS_MIN; status <= STATUS_MAX; status++) {
		snprintf(number, sizeof(number), "%d", status);
		struct codes codes = codes_of(call, status);
		if (row_with_ok(call, status))
			put_success(w, call, number, status);
		else if (codes.n == 1)
			openapi_ref(w, number, "responses",
			            call->dialect->errors[codes.errs[0]].code);
		else if (codes.n > 1)
			put_problem(w, number, status, &codes);
	}
	json_end(&w->json, '}');
}
