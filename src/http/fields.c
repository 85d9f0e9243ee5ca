/* SPDX-License-Identifier: Apache-2.0 */
/* fields.c - members in, by a table. */
#include "http/fields.h"
#include <string.h>

static const struct field *field_named(const struct field *fields, size_t n_fields, struct str name)
{
	for (size_t i = 0; i < n_fields; i++) {
		if (str_is(name, fields[i].name))
			return &fields[i];
	}
	return NULL;
}

static bool came_before(const struct members *members, size_t i)
{
	for (size_t j = 0; j < i; j++) {
		if (str_equal(members->items[j].name, members->items[i].name))
			return true;
	}
	return false;
}

/* Both kinds are a pointer and a length. */
static void put(const struct field *field, struct str text, void *in)
{
	const struct secret secret = { text.ptr, text.len };
	char *place = (char *)in + field->offset;

	if (field->kind == FIELD_TEXT)
		memcpy(place, &text, sizeof(text));
	else
		memcpy(place, &secret, sizeof(secret));
}

static enum err take_member(const struct field *field, const struct member *member, void *in)
{
	if (member->kind == MEMBER_NULL && field->need == FIELD_CHECKED)
		return OK;
	if (member->kind != MEMBER_TEXT)
		return ERR_MEMBER_TYPE;
	put(field, member->text, in);
	return OK;
}

static const struct member *member_named(const struct members *members, const char *name)
{
	for (size_t i = 0; i < members->n; i++) {
		if (str_is(members->items[i].name, name))
			return &members->items[i];
	}
	return NULL;
}

bool members_have(const struct members *members, const char *name)
{
	return member_named(members, name) != NULL;
}

static enum err check_present(const struct field *field, const struct members *members)
{
	const struct member *member = member_named(members, field->name);

	if (field->need == FIELD_CHECKED)
		return !member || member->kind == MEMBER_NULL || member->text.len == 0
		               ? field->empty
		               : OK;
	return field->need == FIELD_REQUIRED && !member ? ERR_MEMBER_MISSING : OK;
}

enum err fields_decode(const struct field *fields, size_t n_fields, const struct members *members,
                       bool lenient, void *ret_in, struct str *ret_culprit)
{
	for (size_t i = 0; i < members->n; i++) {
		const struct member *member = &members->items[i];
		const struct field *field = field_named(fields, n_fields, member->name);
		if (!field && lenient)
			continue;
		*ret_culprit = member->name;
		if (!field || came_before(members, i))
			return ERR_MALFORMED;
		TRY(take_member(field, member, ret_in));
	}
	for (size_t i = 0; i < n_fields; i++) {
		*ret_culprit = str(fields[i].name);
		TRY(check_present(&fields[i], members));
	}
	*ret_culprit = STR_NONE;
	return OK;
}
