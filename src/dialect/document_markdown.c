/* SPDX-License-Identifier: Apache-2.0 */
/* document_markdown.c - a dialect as a page for people, with an example to try for every row. */
#include "dialect/document_priv.h"
#include "http/status.h"
#include <stdio.h>
#include <string.h>

struct page {
	struct buf buf;
	const struct dialect *dialect;
};

static const char *example_of(const struct page *page, const struct route *route, const char *name)
{
	const struct member_words *words = document_member(page->dialect, route, name);

	return words ? words->example : "";
}

/* ---- the example ---- */

/* With what is exemplary in the places of the {names}. */
static void put_path(struct page *page, const struct route *route)
{
	for (const char *c = route->path; *c; c++) {
		if (*c != '{') {
			buf_putc(&page->buf, *c);
			continue;
		}
		for (size_t i = 0; i < route->n_fields; i++) {
			const char *name = route->fields[i].name;
			if (strncmp(c + 1, name, strlen(name)) == 0 && c[1 + strlen(name)] == '}')
				buf_puts(&page->buf, example_of(page, route, name));
		}
		c = strchr(c, '}');
	}
}

static void put_query(struct page *page, const struct route *route)
{
	const char *mark = "?";

	for (size_t i = 0; route_has_query(route) && i < route->n_fields; i++) {
		const char *name = route->fields[i].name;
		if (field_is_in_path(route, &route->fields[i]))
			continue;
		buf_printf(&page->buf, "%s%s=%s", mark, name, example_of(page, route, name));
		mark = "&";
	}
}

/* Of a list and of a rest, the example is in JSON. */
static void put_sent_member(struct page *page, const struct route *route, const struct field *field)
{
	const char *example = example_of(page, route, field->name);

	if (field->kind == FIELD_REST)
		buf_puts(&page->buf, example);
	else if (field->kind == FIELD_TEXT || field->kind == FIELD_SECRET)
		buf_printf(&page->buf, "\"%s\":\"%s\"", field->name, example);
	else
		buf_printf(&page->buf, "\"%s\":%s", field->name, example);
}

static void put_sent_form(struct page *page, const struct route *route)
{
	for (size_t i = 0; i < route->n_fields; i++) {
		const char *name = route->fields[i].name;
		if (!field_is_in_path(route, &route->fields[i]))
			buf_printf(&page->buf, " \\\n     -d '%s=%s'", name,
			           example_of(page, route, name));
	}
}

static void put_sent_body(struct page *page, const struct route *route)
{
	const char *comma = "";

	if (route_has_form(route))
		put_sent_form(page, route);
	if (!route_has_body(route))
		return;
	buf_puts(&page->buf, " \\\n     -H 'Content-Type: application/json' \\\n     -d '{");
	for (size_t i = 0; i < route->n_fields; i++) {
		if (field_is_in_path(route, &route->fields[i]))
			continue;
		buf_puts(&page->buf, comma);
		put_sent_member(page, route, &route->fields[i]);
		comma = ",";
	}
	buf_puts(&page->buf, "}'");
}

static void put_shown(struct page *page, const struct route *route)
{
	const struct document_words *words = page->dialect->words;
	const char *who = words->shows[route_shows(route)];

	if (words->shows_app)
		buf_printf(&page->buf, " \\\n     %s", words->shows_app);
	if (who)
		buf_printf(&page->buf, " \\\n     %s", who);
	if (route->when_header)
		buf_printf(&page->buf, " \\\n     -H '%s: 1'", route->when_header);
}

static void put_answer_members(struct page *page, const struct route *route,
                               const struct out_field *fields, size_t n_fields);

static void put_answer_value(struct page *page, const struct route *route,
                             const struct out_field *out)
{
	const char *example = example_of(page, route, out->name);

	switch (out->kind) {
	case OUT_LIST:
		buf_putc(&page->buf, '[');
		put_answer_members(page, route, out->fields, out->n_fields);
		buf_putc(&page->buf, ']');
		break;
	case OUT_WORDS:
		buf_printf(&page->buf, "[\"%s\"]", example);
		break;
	case OUT_INTEGER:
	case OUT_INTEGER_IF_ANY:
	case OUT_BOOL:
	case OUT_MILLISECONDS:
	case OUT_NUMBERS:
	case OUT_MEMBERS:
	case OUT_PAIRS:
		buf_puts(&page->buf, example);
		break;
	case OUT_CONSTANT:
		buf_printf(&page->buf, "\"%s\"", out->constant);
		break;
	case OUT_TEXT_OR_NULL:
		buf_printf(&page->buf, strcmp(example, "null") == 0 ? "%s" : "\"%s\"", example);
		break;
	case OUT_TEXT:
	case OUT_SECRET:
	case OUT_TIME:
		buf_printf(&page->buf, "\"%s\"", example);
		break;
	}
}

/* How many letters of a name are the object that it stands in, with the dot. */
static size_t outer_len(const char *name)
{
	const char *dot = strchr(name, '.');

	return dot ? (size_t)(dot - name) + 1 : 0;
}

/* Members of one inner object stand one behind the other in the table. */
static void put_answer_members(struct page *page, const struct route *route,
                               const struct out_field *fields, size_t n_fields)
{
	const char *outer = "";

	buf_putc(&page->buf, '{');
	for (size_t i = 0; i < n_fields; i++) {
		const char *name = fields[i].name;
		size_t len = outer_len(name), open = outer_len(outer);
		bool same = len == open && strncmp(name, outer, len) == 0;
		buf_puts(&page->buf, open && !same ? "}" : "");
		buf_puts(&page->buf, i ? "," : "");
		if (len && !same)
			buf_printf(&page->buf, "\"%.*s\":{", (int)len - 1, name);
		if (fields[i].kind != OUT_PAIRS && fields[i].kind != OUT_MEMBERS)
			buf_printf(&page->buf, "\"%s\":", name + len);
		put_answer_value(page, route, &fields[i]);
		outer = name;
	}
	buf_puts(&page->buf, outer_len(outer) ? "}}" : "}");
}

/* A row of the app's `messages`. */
static void put_said(struct page *page, const struct route *route)
{
	buf_printf(&page->buf,
	           "Content-Type: application/json\n\n{\"message\":\"%s\",\"type\":\"%s\"}\n",
	           example_of(page, route, "message"), example_of(page, route, "type"));
}

static void put_example(struct page *page, const struct route *route)
{
	buf_puts(&page->buf, "\n```sh\ncurl -i");
	if (strcmp(route->method, "GET") != 0)
		buf_printf(&page->buf, " -X %s", route->method);
	buf_puts(&page->buf, " '" DOCUMENT_EXAMPLE_BASE);
	put_path(page, route);
	put_query(page, route);
	buf_putc(&page->buf, '\'');
	put_shown(page, route);
	put_sent_body(page, route);
	buf_printf(&page->buf, "\n```\n```http\nHTTP/1.1 %d %s\n", route->ok,
	           http_reason(route->ok));
	if (route->n_out > 0) {
		buf_puts(&page->buf, "Content-Type: application/json\n\n");
		put_answer_members(page, route, route->out, route->n_out);
		buf_putc(&page->buf, '\n');
	} else if (route->say) {
		put_said(page, route);
	} else if (route->render) {
		buf_puts(&page->buf, "Content-Type: application/json\n");
	}
	buf_puts(&page->buf, "```\n");
}

/* ---- members ---- */

static void put_member(struct page *page, const struct route *route, const char *name,
                       const char *place)
{
	const struct member_words *words = document_member(page->dialect, route, name);

	buf_printf(&page->buf, "| `%s` | %s | %s |\n", name, place, words ? words->meaning : "");
}

static const char *place_of(const struct route *route, const struct field *field)
{
	if (field_is_in_path(route, field))
		return "path";
	bool optional = field->need == FIELD_OPTIONAL || field->need == FIELD_OR_NULL;
	if (route_has_query(route))
		return optional ? "query, or left out" : "query";
	return optional ? "body, or left out" : "body";
}

static void put_given(struct page *page, const struct route *route, const struct out_field *fields,
                      size_t n_fields, const char *place)
{
	for (size_t i = 0; i < n_fields; i++) {
		const struct member_words *words =
			document_member(page->dialect, route, fields[i].name);
		bool maybe = words && words->may_be_left_out;
		put_member(page, route, fields[i].name,
		           maybe && *place == 'a' ? "answer, or left out" : place);
		if (fields[i].kind == OUT_LIST)
			put_given(page, route, fields[i].fields, fields[i].n_fields,
			          "answer, in each");
	}
}

static void put_members(struct page *page, const struct route *route)
{
	if (route->n_fields + route->n_out == 0 && !route->say)
		return;
	buf_puts(&page->buf, "\n| member | where | |\n| --- | --- | --- |\n");
	for (size_t i = 0; i < route->n_fields; i++)
		put_member(page, route, route->fields[i].name, place_of(route, &route->fields[i]));
	put_given(page, route, route->out, route->n_out, "answer");
	if (route->say) {
		put_member(page, route, "message", "answer");
		put_member(page, route, "type", "answer");
	}
}

/* ---- problems ---- */

static void put_problem_row(struct page *page, const struct wire_error *error)
{
	buf_printf(&page->buf, "| %d | `%s` | ", error->status, error->code);
	if (error->message)
		buf_printf(&page->buf, "the row `%s` of `messages` |\n", error->message);
	else
		buf_printf(&page->buf, "%s |\n", error_says(page->dialect, error));
}

static bool told_alike(const struct wire_error *one, const struct wire_error *other)
{
	const char *says = one->message ? one->message : one->text;
	const char *other_says = other->message ? other->message : other->text;

	return one->status == other->status && strcmp(one->code, other->code) == 0 &&
	       strcmp(says, other_says) == 0;
}

/* What any call may be answered with stands at the head of the page, unless the row tells it
 * otherwise. */
static bool is_of_row(const struct page *page, const struct route *route, enum err err)
{
	return document_lists_error(route, err) &&
	       (!error_is_everywhere(err) ||
	        row_error(page->dialect, route, err) != &page->dialect->errors[err]);
}

/* Two errors that are told alike are one row. */
static bool is_listed(const struct page *page, const struct route *route, enum err err)
{
	const struct wire_error *error = row_error(page->dialect, route, err);

	for (enum err before = OK + 1; before < err; before++) {
		const struct wire_error *other = row_error(page->dialect, route, before);
		if (is_of_row(page, route, before) && told_alike(other, error))
			return false;
	}
	return is_of_row(page, route, err);
}

static void put_problems(struct page *page, const struct route *route)
{
	const char *head = "\n| status | code | |\n| --- | --- | --- |\n";

	for (int status = STATUS_MIN; status <= STATUS_MAX; status++) {
		for (enum err err = OK + 1; err < ERR_COUNT; err++) {
			const struct wire_error *error = row_error(page->dialect, route, err);
			if (error->status != status || !is_listed(page, route, err))
				continue;
			buf_puts(&page->buf, head);
			head = "";
			put_problem_row(page, error);
		}
	}
}

static void put_codes(struct page *page)
{
	const struct document_words *words = page->dialect->words;

	buf_puts(&page->buf, "\n## Codes\n\n| code | what it means | what to do |\n"
	                     "| --- | --- | --- |\n");
	for (size_t i = 0; i < words->n_problems; i++)
		buf_printf(&page->buf, "| `%s` | %s | %s |\n", words->problems[i].code,
		           words->problems[i].meaning, words->problems[i].advice);
}

/* Of those that any call may be answered with, the first of its code and status. */
static bool is_common(const struct dialect *dialect, enum err err)
{
	for (enum err before = OK + 1; before < err; before++) {
		if (error_is_everywhere(before) &&
		    dialect->errors[before].status == dialect->errors[err].status &&
		    strcmp(dialect->errors[before].code, dialect->errors[err].code) == 0)
			return false;
	}
	return error_is_everywhere(err);
}

static void put_common_problems(struct page *page)
{
	buf_puts(&page->buf, "\nAny call may be answered so:\n\n| status | code | |\n"
	                     "| --- | --- | --- |\n");
	for (int status = STATUS_MIN; status <= STATUS_MAX; status++) {
		for (enum err err = OK + 1; err < ERR_COUNT; err++) {
			if (page->dialect->errors[err].status == status &&
			    is_common(page->dialect, err))
				put_problem_row(page, &page->dialect->errors[err]);
		}
	}
}

/* ---- calls ---- */

static void put_row(struct page *page, const struct call *call, const struct route *route)
{
	if (call->first->about)
		buf_printf(&page->buf, "\n### with `%s`\n",
		           route->when          ? route->when
		           : route->when_header ? route->when_header
		                                : "nothing");
	buf_printf(&page->buf, "\n%s\n", route->summary);
	if (route_has_body(route) && (route->takes & TAKES_QUERY))
		buf_puts(&page->buf, "The same is understood in the query, without a body, for old "
		                     "clients: what stands in an address ends up in logs.\n");
	if (route_has_body(route) && (route->takes & TAKES_FORM))
		buf_puts(&page->buf, "The same is understood as a form.\n");
	if (route_has_form(route) && (route->takes & TAKES_QUERY))
		buf_puts(&page->buf, "The form may be of either kind, and without a body the same "
		                     "is understood in the query.\n");
	put_example(page, route);
	put_members(page, route);
	put_problems(page, route);
}

static void put_call(struct page *page, const struct call *call)
{
	buf_printf(&page->buf, "\n## %s %s\n", call->first->method, call->first->path);
	if (call->first->about)
		buf_printf(&page->buf, "\n%s The members tell which of these it is.\n",
		           call->first->about);
	for (const struct route *row = call_row(call, NULL); row; row = call_row(call, row))
		put_row(page, call, row);
}

enum err document_markdown(struct arena *arena, const struct dialect *dialect,
                           struct str *ret_markdown)
{
	struct page page = { .buf = buf_in(arena), .dialect = dialect };
	struct call call = { .dialect = dialect };

	buf_printf(&page.buf, "# %s\n\n%s\n\n", dialect->words->title,
	           dialect->words->introduction);
	buf_printf(&page.buf,
	           "This page is printed by `%s` from the tables that the server itself reads, and "
	           "a test runs its examples.%s%s\n",
	           dialect->words->printed_by, dialect->words->elsewhere ? " " : "",
	           dialect->words->elsewhere ? dialect->words->elsewhere : "");
	put_common_problems(&page);
	while (call_next(&call))
		put_call(&page, &call);
	put_codes(&page);
	return buf_str(&page.buf, ret_markdown);
}
