/* SPDX-License-Identifier: Apache-2.0 */
/* account_field.c - the bounds of what is kept, checked where it is written. */
#include "account/account_field.h"

bool account_field_name_is_good(struct str name)
{
	unsigned char first = name.len > 0 ? (unsigned char)name.ptr[0] : '_';

	for (size_t i = 0; i < name.len; i++) {
		if ((unsigned char)name.ptr[i] <= ' ' || name.ptr[i] == 0x7f || name.ptr[i] == '.')
			return false;
	}
	return name.len <= ACCOUNT_FIELD_NAME_MAX &&
	       ((first >= 'A' && first <= 'Z') || (first >= 'a' && first <= 'z') || first >= 0x80);
}

bool account_field_is_password(struct str name)
{
	static const char password[] = "password";
	size_t len = sizeof(password) - 1;

	for (size_t i = 0; i + len <= name.len; i++) {
		if (str_is_nocase((struct str){ name.ptr + i, len }, password))
			return true;
	}
	return false;
}

enum err account_fields_write(struct ctx *ctx, struct tx *tx, int64_t account_id,
                              const struct account_field_list *fields)
{
	struct account_fields_size size;

	for (size_t i = 0; i < fields->n; i++)
		TRY(store_account_field_set(tx, account_id, &fields->items[i]));
	if (fields->n == 0)
		return OK;
	TRY(store_account_fields_size(tx, ctx->arena, account_id, &size));
	return size.count <= ACCOUNT_FIELDS_MAX && size.bytes <= ACCOUNT_FIELDS_BYTES_MAX
	               ? OK
	               : ERR_BAD_FIELD;
}
