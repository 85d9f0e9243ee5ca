/* SPDX-License-Identifier: Apache-2.0 */
/* fields.c - members in, by a table. */
#include "http/fields.h"
#include <string.h>

/* What is inside of an object is its own affair. */
static bool is_named(const struct field *field, struct str name)
{
	size_t len = strlen(field->name);

	if (field->kind == FIELD_JSON && name.len > len && name.ptr[len] == '.')
		name.len = len;
	return str_is(name, field->name);
}

static const struct field *field_named(const struct field *fields, size_t n_fields, struct str name)
{
	for (size_t i = 0; i < n_fields; i++) {
		if (fields[i].kind != FIELD_REST && is_named(&fields[i], name))
			return &fields[i];
	}
	return NULL;
}

static const struct field *rest_field(const struct field *fields, size_t n_fields)
{
	for (size_t i = 0; i < n_fields; i++) {
		if (fields[i].kind == FIELD_REST)
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

static enum err take_number(const struct member *member, void *place)
{
	long long number;

	if ((member->kind != MEMBER_TEXT && member->kind != MEMBER_OTHER) ||
	    !str_to_number(member->text, INT64_MAX, &number))
		return ERR_MEMBER_TYPE;
	memcpy(place, &(int64_t){ number }, sizeof(int64_t));
	return OK;
}

static enum err take_member(const struct field *field, const struct member *member, void *in)
{
	const struct secret secret = { member->text.ptr, member->text.len };
	char *place = (char *)in + field->offset;

	if (field->kind == FIELD_JSON)
		return OK; /* take_objects() */

	if (member->kind == MEMBER_NULL &&
	    (field->need == FIELD_CHECKED || field->need == FIELD_OR_NULL))
		return OK;
	if (field->kind == FIELD_NUMBER)
		return take_number(member, place);
	if (member->kind != (field->kind == FIELD_WORDS ? MEMBER_LIST : MEMBER_TEXT))
		return ERR_MEMBER_TYPE;
	if (field->kind == FIELD_WORDS)
		memcpy(place, &member->list, sizeof(member->list));
	else if (field->kind == FIELD_TEXT)
		memcpy(place, &member->text, sizeof(member->text));
	else
		memcpy(place, &secret, sizeof(secret));
	return OK;
}

static enum err take_objects(const struct field *fields, size_t n_fields,
                             const struct members *members, void *in, struct str *ret_culprit)
{
	for (size_t i = 0; i < n_fields; i++) {
		struct str json;
		if (fields[i].kind != FIELD_JSON || members->n == 0)
			continue;
		*ret_culprit = str(fields[i].name);
		enum err err = json_part(members, fields[i].name, &json);
		if (err == OK)
			memcpy((char *)in + fields[i].offset, &json, sizeof(json));
		else if (err != ERR_NOT_FOUND)
			return err;
	}
	return OK;
}

static void put_rest(const struct field *field, struct rest rest, void *in)
{
	if (field)
		memcpy((char *)in + field->offset, &rest, sizeof(rest));
}

bool members_have(const struct members *members, const char *name)
{
	return members_find(members, str(name)) != NULL;
}

static enum err check_present(const struct field *field, const struct members *members)
{
	const struct member *member = members_find(members, str(field->name));

	if (field->need == FIELD_CHECKED)
		return !member || member->kind == MEMBER_NULL || member->text.len == 0
		               ? field->empty
		               : OK;
	return field->need == FIELD_REQUIRED && !member ? ERR_MEMBER_MISSING : OK;
}

enum err fields_decode(const struct field *fields, size_t n_fields, const struct members *members,
                       bool lenient, void *ret_in, struct str *ret_culprit)
{
	const struct field *others = rest_field(fields, n_fields);
	struct rest rest = { members, 0 };

	for (size_t i = 0; i < members->n; i++) {
		const struct member *member = &members->items[i];
		const struct field *field = field_named(fields, n_fields, member->name);
		if (!field && !others && lenient)
			continue;
		*ret_culprit = member->name;
		if ((!field && !others) || came_before(members, i))
			return ERR_MALFORMED;
		if (field)
			TRY(take_member(field, member, ret_in));
		else
			rest.which |= (uint64_t)1 << i;
	}
	put_rest(others, rest, ret_in);
	TRY(take_objects(fields, n_fields, members, ret_in, ret_culprit));
	for (size_t i = 0; i < n_fields; i++) {
		*ret_culprit = str(fields[i].name);
		TRY(check_present(&fields[i], members));
	}
	*ret_culprit = STR_NONE;
	return OK;
}
