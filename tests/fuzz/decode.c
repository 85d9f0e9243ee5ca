/* SPDX-License-Identifier: Apache-2.0 */
/* decode.c - fields_decode() by every table there is, beside the plainest reading of the table. */
#include "decode.h"
#include "fuzz.h"
#include "dialect/dialect.h"
#include "pages/pages.h"
#include "pages/person.h"
#include <string.h>

enum { STRUCT_MAX = 2048 };

static const struct dialect *const dialects[] = { &dialect_pages, &dialect_person, &dialect_account,
	                                          &dialect_backtory, &dialect_hacksystem };

void check_members(const struct members *members)
{
	HOLDS(members->n <= MEMBERS_MAX);
	for (size_t i = 0; i < members->n; i++) {
		fuzz_check_text(members->items[i].name);
		if (members->items[i].kind == MEMBER_TEXT)
			fuzz_check_text(members->items[i].text);
	}
}

static size_t count_named(const struct members *members, struct str name,
                          const struct member **ret_last)
{
	size_t n = 0;

	for (size_t i = 0; i < members->n; i++) {
		if (str_equal(members->items[i].name, name)) {
			n++;
			*ret_last = &members->items[i];
		}
	}
	return n;
}

/* A row that was decoded says each member once, of the right shape, and in its own place. */
static void check_field(const struct field *field, const struct members *members, const char *in)
{
	const struct member *member = NULL;
	size_t n = count_named(members, str(field->name), &member);
	struct str place;

	memcpy(&place, in + field->offset, sizeof(place));
	if (field->kind == FIELD_JSON) { /* of a document; a form has none */
		HOLDS(!place.ptr || (place.len >= 2 && place.ptr[0] == '{'));
		return;
	}
	HOLDS(n <= 1);
	HOLDS(n == 1 || field->need == FIELD_OPTIONAL || field->need == FIELD_OR_NULL);
	if (n == 0 || (member->kind == MEMBER_NULL && field->need == FIELD_OR_NULL)) {
		HOLDS(field->kind == FIELD_NUMBER || place.ptr == NULL);
		return;
	}
	if (field->kind == FIELD_NUMBER) {
		HOLDS(*(const int64_t *)(const void *)(in + field->offset) >= 0);
		return;
	}
	if (field->kind == FIELD_WORDS) {
		HOLDS(member->kind == MEMBER_LIST);
		return;
	}
	HOLDS(member->kind == MEMBER_TEXT);
	HOLDS(place.ptr == member->text.ptr && place.len == member->text.len);
	HOLDS(field->need != FIELD_CHECKED || place.len > 0);
}

/* What no other field knows, and nothing else. */
static void check_rest(const struct route *route, const struct field *field, const char *in)
{
	const struct member *member = NULL;
	struct rest rest;

	memcpy(&rest, in + field->offset, sizeof(rest));
	while (rest_next(&rest, &member)) {
		for (size_t i = 0; i < route->n_fields; i++)
			HOLDS(&route->fields[i] == field ||
			      !str_is(member->name, route->fields[i].name));
	}
}

static bool is_field(const struct route *route, struct str name)
{
	for (size_t i = 0; i < route->n_fields; i++) {
		const struct field *field = &route->fields[i];
		bool inside = field->kind == FIELD_JSON && name.len > strlen(field->name) &&
		              name.ptr[strlen(field->name)] == '.' && str_starts(name, field->name);
		if (inside || field->kind == FIELD_REST || str_is(name, field->name))
			return true;
	}
	return false;
}

static void check_route(const struct dialect *dialect, const struct route *route,
                        const struct members *members)
{
	_Alignas(max_align_t) char in[STRUCT_MAX] = { 0 };
	struct str culprit = STR_NONE;

	enum err err = fields_decode(route->fields, route->n_fields, members, dialect->lenient, in,
	                             &culprit);
	HOLDS((err == OK) == (culprit.ptr == NULL));
	if (err != OK) {
		HOLDS(dialect->errors[err].status >= 400 && dialect->errors[err].status < 500);
		return;
	}
	for (size_t i = 0; i < route->n_fields; i++)
		if (route->fields[i].kind == FIELD_REST)
			check_rest(route, &route->fields[i], in);
		else
			check_field(&route->fields[i], members, in);
	for (size_t i = 0; i < members->n; i++)
		HOLDS(dialect->lenient || is_field(route, members->items[i].name));
}

void check_all_fields(const struct members *members)
{
	FOREACH(dialect, dialects) {
		for (size_t i = 0; i < (*dialect)->n_routes; i++)
			check_route(*dialect, &(*dialect)->routes[i], members);
	}
}
