/* SPDX-License-Identifier: Apache-2.0 */
/* account_field.h - what may be kept of an account beyond its columns (struct account_field),
 * whoever says it and in whatever format. */
#ifndef REKEY_ACCOUNT_ACCOUNT_FIELD_H
#define REKEY_ACCOUNT_ACCOUNT_FIELD_H

#include "account/operation.h"

/* A page of accounts has to fit in a request's arena, however much is kept of each of them. */
enum {
	ACCOUNT_FIELDS_MAX = 32,
	ACCOUNT_FIELD_NAME_MAX = 64,     /* bytes */
	ACCOUNT_FIELDS_BYTES_MAX = 2048, /* of all names and values together */
};

/* A letter first, and no dot: `__proto__` means something to the programs that read it, and what
 * stands inside another member has a dot in its name here. */
bool account_field_name_is_good(struct str name);

/* What is called a password is never kept as anything else. */
bool account_field_is_password(struct str name);

/* Sets those of the list, and takes away those of them that have no value. ERR_BAD_FIELD: they are
 * too many, or too long, together with those that the account has. */
MUST_USE enum err account_fields_write(struct ctx *ctx, struct tx *tx, int64_t account_id,
                                       const struct account_field_list *fields);

#endif
