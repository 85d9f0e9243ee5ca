/* SPDX-License-Identifier: Apache-2.0 */
/* openapi_request.c - what a call takes, as OpenAPI has it. */
#include "dialect/openapi_priv.h"
#include <stdio.h>
#include <string.h>

/* No text may have U+0000 in it. */
#define ANY_TEXT    "^[^\\u0000]*$"
#define ANY_SEGMENT "^[^/\\u0000]+$"

static void put_taken(struct openapi *w, const char *name, const struct route *route,
                      const struct field *field, const char *pattern)
{
	const struct member_words *words = document_member(w->dialect, route, field->name);
	char number[32];

	json_begin(&w->json, name, '{');
	openapi_text(w, "type", "string");
	if (words) {
		openapi_text(w, "description", words->meaning);
		if (words->format)
			openapi_text(w, "format", words->format);
		if (words->max_length > 0) {
			snprintf(number, sizeof(number), "%u", words->max_length);
			json_put_raw(&w->json, "maxLength", number);
		}
	}
	openapi_text(w, "pattern", pattern);
	json_end(&w->json, '}');
}

static void put_required(struct openapi *w, const struct route *route)
{
	json_begin(&w->json, "required", '[');
	for (size_t i = 0; i < route->n_fields; i++) {
		if (!field_is_in_path(route, &route->fields[i]) &&
		    route->fields[i].need != FIELD_OPTIONAL)
			openapi_text(w, NULL, route->fields[i].name);
	}
	json_end(&w->json, ']');
}

static void put_body_schema(struct openapi *w, const char *name, const struct route *route)
{
	json_begin(&w->json, name, '{');
	openapi_text(w, "type", "object");
	openapi_text(w, "title", route->summary);
	json_begin(&w->json, "properties", '{');
	for (size_t i = 0; i < route->n_fields; i++) {
		if (!field_is_in_path(route, &route->fields[i]))
			put_taken(w, route->fields[i].name, route, &route->fields[i], ANY_TEXT);
	}
	json_end(&w->json, '}');
	put_required(w, route);
	json_put_raw(&w->json, "additionalProperties", "false");
	json_end(&w->json, '}');
}

static void put_body_example(struct openapi *w, const struct route *route)
{
	json_begin(&w->json, route->when ? route->when : "body", '{');
	openapi_text(w, "summary", route->summary);
	json_begin(&w->json, "value", '{');
	for (size_t i = 0; i < route->n_fields; i++) {
		const struct field *field = &route->fields[i];
		const struct member_words *words = document_member(w->dialect, route, field->name);
		if (words && !field_is_in_path(route, field))
			openapi_text(w, field->name, words->example);
	}
	json_end(&w->json, '}');
	json_end(&w->json, '}');
}

static bool takes_body(const struct route *route, unsigned as)
{
	return route_has_body(route) && (route->takes & as);
}

static size_t count_bodies(const struct call *call, unsigned as)
{
	size_t n = 0;

	for (const struct route *row = call_row(call, NULL); row; row = call_row(call, row))
		n += takes_body(row, as);
	return n;
}

/* A row whose members may all be left out does without a body too. */
static bool body_is_due(const struct call *call)
{
	for (const struct route *row = call_row(call, NULL); row; row = call_row(call, row)) {
		bool due = false;
		for (size_t i = 0; i < row->n_fields; i++)
			due = due || (row->fields[i].need != FIELD_OPTIONAL &&
			              !field_is_in_path(row, &row->fields[i]));
		if (!due)
			return false;
	}
	return true;
}

static void put_body_schemas(struct openapi *w, const struct call *call, unsigned as)
{
	bool several = count_bodies(call, as) > 1;

	if (several) {
		json_begin(&w->json, "schema", '{');
		json_begin(&w->json, "oneOf", '[');
	}
	for (const struct route *row = call_row(call, NULL); row; row = call_row(call, row)) {
		if (takes_body(row, as))
			put_body_schema(w, several ? NULL : "schema", row);
	}
	if (several) {
		json_end(&w->json, ']');
		json_end(&w->json, '}');
	}
}

static void put_content(struct openapi *w, const struct call *call, const char *type, unsigned as)
{
	if (count_bodies(call, as) == 0)
		return;
	json_begin(&w->json, type, '{');
	put_body_schemas(w, call, as);
	json_begin(&w->json, "examples", '{');
	for (const struct route *row = call_row(call, NULL); row; row = call_row(call, row)) {
		if (takes_body(row, as))
			put_body_example(w, row);
	}
	json_end(&w->json, '}');
	json_end(&w->json, '}');
}

/* What is taken from a query too is not said here: it is for clients that are there already. */
void openapi_request_body(struct openapi *w, const struct call *call)
{
	if (count_bodies(call, TAKES_JSON) == 0)
		return;
	json_begin(&w->json, "requestBody", '{');
	json_put_raw(&w->json, "required", body_is_due(call) ? "true" : "false");
	json_begin(&w->json, "content", '{');
	put_content(w, call, JSON_TYPE, TAKES_JSON);
	put_content(w, call, "application/x-www-form-urlencoded", TAKES_FORM);
	json_end(&w->json, '}');
	json_end(&w->json, '}');
}

static void put_parameter(struct openapi *w, const struct route *route, const struct field *field)
{
	const struct member_words *words = document_member(w->dialect, route, field->name);
	bool in_path = field_is_in_path(route, field);

	json_begin(&w->json, NULL, '{');
	openapi_text(w, "name", field->name);
	openapi_text(w, "in", in_path ? "path" : "query");
	json_put_raw(&w->json, "required",
	             in_path || field->need != FIELD_OPTIONAL ? "true" : "false");
	put_taken(w, "schema", route, field, in_path ? ANY_SEGMENT : ANY_TEXT);
	openapi_text(w, "example", words ? words->example : "");
	json_end(&w->json, '}');
}

/* Rows alike have the same path; what they take from a query, the first says. */
void openapi_parameters(struct openapi *w, const struct call *call)
{
	const struct route *route = call->first;

	if (!strchr(route->path, '{') && !route_has_query(route))
		return;
	json_begin(&w->json, "parameters", '[');
	for (size_t i = 0; i < route->n_fields; i++) {
		if (field_is_in_path(route, &route->fields[i]) || route_has_query(route))
			put_parameter(w, route, &route->fields[i]);
	}
	json_end(&w->json, ']');
}
