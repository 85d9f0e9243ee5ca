/* SPDX-License-Identifier: Apache-2.0 */
/* document.c - what the tables say without saying it: calls, errors, credentials. */
#include "dialect/document_priv.h"
#include "base/texts.h"
#include <string.h>

/* ---- calls and their rows ---- */

static bool same_call(const struct route *a, const struct route *b)
{
	return strcmp(a->method, b->method) == 0 && strcmp(a->path, b->path) == 0;
}

static bool is_first_row(const struct dialect *dialect, const struct route *row)
{
	for (const struct route *before = dialect->routes; before < row; before++) {
		if (!before->aside && same_call(before, row))
			return false;
	}
	return !row->aside;
}

bool call_next(struct call *call)
{
	const struct route *end = call->dialect->routes + call->dialect->n_routes;
	const struct route *row = call->first ? call->first + 1 : call->dialect->routes;

	while (row < end && !is_first_row(call->dialect, row))
		row++;
	call->first = row;
	return row < end;
}

const struct route *call_row(const struct call *call, const struct route *before)
{
	const struct route *end = call->dialect->routes + call->dialect->n_routes;
	const struct route *row = before ? before + 1 : call->first;

	while (row < end && (row->aside || !same_call(call->first, row)))
		row++;
	return row < end ? row : NULL;
}

/* ---- members ---- */

bool field_is_in_path(const struct route *route, const struct field *field)
{
	size_t len = strlen(field->name);

	for (const char *at = route->path; (at = strchr(at, '{')); at++) {
		if (strncmp(at + 1, field->name, len) == 0 && at[1 + len] == '}')
			return true;
	}
	return false;
}

static bool has_fields_outside_path(const struct route *route)
{
	for (size_t i = 0; i < route->n_fields; i++) {
		if (!field_is_in_path(route, &route->fields[i]))
			return true;
	}
	return false;
}

bool route_has_body(const struct route *route)
{
	return (route->takes & TAKES_JSON) && has_fields_outside_path(route);
}

bool route_has_query(const struct route *route)
{
	return (route->takes & (TAKES_QUERY | TAKES_JSON | TAKES_FORM)) == TAKES_QUERY &&
	       has_fields_outside_path(route);
}

bool route_has_form(const struct route *route)
{
	return (route->takes & (TAKES_JSON | TAKES_FORM)) == TAKES_FORM &&
	       has_fields_outside_path(route);
}

/* "password_reset.token" is meant for the row of that operation alone. */
static bool words_are_meant(const struct member_words *words, const struct route *route,
                            const char *name)
{
	const char *dot = strchr(words->name, '.');

	if (!dot)
		return strcmp(words->name, name) == 0;
	return route->operation && strcmp(dot + 1, name) == 0 &&
	       strlen(route->operation->name) == (size_t)(dot - words->name) &&
	       strncmp(route->operation->name, words->name, (size_t)(dot - words->name)) == 0;
}

const struct member_words *document_member(const struct dialect *dialect, const struct route *route,
                                           const char *name)
{
	const struct member_words *found = NULL;
	const char *nested = strrchr(name, '.');

	name = nested ? nested + 1 : name;

	for (size_t i = 0; dialect->words && i < dialect->words->n_members; i++) {
		const struct member_words *words = &dialect->words->members[i];
		if (words_are_meant(words, route, name) && (!found || strchr(words->name, '.')))
			found = words;
	}
	return found;
}

const struct problem_words *document_problem(const struct dialect *dialect, struct str code)
{
	for (size_t i = 0; dialect->words && i < dialect->words->n_problems; i++) {
		if (str_is(code, dialect->words->problems[i].code))
			return &dialect->words->problems[i];
	}
	return NULL;
}

/* ---- errors ---- */

const struct wire_error *row_error(const struct dialect *dialect, const struct route *route,
                                   enum err err)
{
	if (route->overlay && route->overlay[err].status != 0)
		return &route->overlay[err];
	return &dialect->errors[err];
}

const char *error_says(const struct dialect *dialect, const struct wire_error *error)
{
	return dialect->keyed ? text_of(LANGUAGE_ENGLISH, error->text).ptr : error->text;
}

enum shows route_shows(const struct route *route)
{
	if (!route->operation)
		return SHOWS_NOTHING;
	switch (route->operation->requires) {
	case REQUIRES_SESSION:
	case REQUIRES_SESSION_OR_MASTER:
		return SHOWS_BEARER;
	case REQUIRES_MASTER:
		return SHOWS_MASTER;
	case REQUIRES_CLIENT_KEY:
	case REQUIRES_APP_KEY:
	case REQUIRES_GOOD_KEY:
		return SHOWS_KEY;
	case REQUIRES_NOTHING:
	case REQUIRES_APP:
	case REQUIRES_OPERATOR:
	case REQUIRES_SERVER:
		break;
	}
	return SHOWS_NOTHING;
}

/* Of the server itself: a header is broken, members come where none are taken, an app is not there,
 * the machine has too much to do. */
bool error_is_everywhere(enum err err)
{
	switch (err) {
	case ERR_MALFORMED:
	case ERR_MEMBER_TYPE:
	case ERR_MEMBER_MISSING:
	case ERR_NO_ROUTE:
	case ERR_NO_APP:
	case ERR_TOO_LARGE:
	case ERR_MEDIA_TYPE:
	case ERR_INTERNAL:
	case ERR_NOMEM:
	case ERR_STORE:
	case ERR_BUSY:
	case ERR_APP_DISABLED:
		return true;
	default:
		return false;
	}
}

static bool gate_refuses(const struct route *route, enum err err)
{
	if (!route->operation)
		return false;
	switch (err) {
	case ERR_RATE_LIMITED:
		return route->operation->limit != LIMIT_NONE;
	case ERR_NO_SESSION:
	case ERR_BAD_SESSION:
		return route_shows(route) == SHOWS_BEARER || route_shows(route) == SHOWS_MASTER;
	case ERR_BAD_KEY:
		return route_shows(route) == SHOWS_KEY;
	default:
		return false;
	}
}

static bool fields_refuse(const struct route *route, enum err err)
{
	for (size_t i = 0; i < route->n_fields; i++) {
		const struct field *field = &route->fields[i];
		if (field->need == FIELD_CHECKED && field->empty == err)
			return true;
	}
	return false;
}

bool document_lists_error(const struct route *route, enum err err)
{
	for (const enum err *own = route->refuses; own && *own != OK; own++) {
		if (*own == err)
			return true;
	}
	return error_is_everywhere(err) || gate_refuses(route, err) || fields_refuse(route, err);
}

bool call_lists_error(const struct call *call, enum err err)
{
	for (const struct route *row = call_row(call, NULL); row; row = call_row(call, row)) {
		if (document_lists_error(row, err))
			return true;
	}
	return false;
}

bool error_is_first_of_code(const struct dialect *dialect, enum err err)
{
	for (enum err before = OK + 1; before < err; before++) {
		if (strcmp(dialect->errors[before].code, dialect->errors[err].code) == 0)
			return false;
	}
	return true;
}
