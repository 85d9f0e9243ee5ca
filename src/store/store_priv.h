/* SPDX-License-Identifier: Apache-2.0 */
/* store_priv.h - how the verbs run their queries: arguments in, columns out, by tables. */
#ifndef REKEY_STORE_STORE_PRIV_H
#define REKEY_STORE_STORE_PRIV_H

#include "store/driver.h"
#include "store/store.h"

#define INTEGER(i)                                                                                 \
	{                                                                                          \
		.kind = VALUE_INTEGER, .integer = (i)                                              \
	}
#define TEXT(s)                                                                                    \
	{                                                                                          \
		.kind = (s).ptr ? VALUE_TEXT : VALUE_NULL, .text = (s)                             \
	}
#define BYTES(d)                                                                                   \
	{                                                                                          \
		.kind = VALUE_BYTES, .text = {(const char *)(d).bytes, sizeof((d).bytes) }         \
	}
/* Of a digest that may not be there: NULL. */
#define BYTES_MAYBE(d)                                                                             \
	{                                                                                          \
		.kind = (d) ? VALUE_BYTES : VALUE_NULL, .text = {(const char *)(d), DIGEST_SIZE }  \
	}

/* A digest of zeros is none, NULL. */
struct value store_digest_or_null(const struct digest *digest);

/* Where a column of the result goes in the verb's struct. */
enum column_kind {
	COLUMN_INTEGER,
	COLUMN_TEXT,
	COLUMN_BYTES,
	COLUMN_BYTES32,
	COLUMN_BYTES32_OR_NONE, /* NULL is a digest of zeros, which no secret has */
};

struct column {
	enum column_kind kind;
	size_t offset;
};

#define COLUMN(kind, type, member)                                                                 \
	{                                                                                          \
		COLUMN_##kind, offsetof(type, member)                                              \
	}

struct rows {
	const struct column *columns;
	size_t n_columns;
	size_t size; /* of the struct one row fills */
};

#define ROWS(table, type) ((struct rows){ table, COUNT_OF(table), sizeof(type) })

/* A list of any row type, as every *_list is laid out. */
struct any_list {
	void *items;
	size_t n;
};

#define ARGS(args) args, COUNT_OF(args)

/* Reads one row into ret_row (ERR_NOT_FOUND: there is none), or all of them into a list. */
MUST_USE enum err store_one(struct store *store, struct arena *arena, enum query q,
                            const struct value *args, size_t n_args, struct rows rows,
                            void *ret_row);
MUST_USE enum err store_all(struct store *store, struct arena *arena, enum query q,
                            const struct value *args, size_t n_args, struct rows rows,
                            struct any_list *ret_list);

/* Rows as the engine gives them, one behind the other. */
struct value_rows {
	struct value *items;
	size_t n, n_columns;
};

MUST_USE enum err store_values(struct store *store, struct arena *arena, enum query q,
                               const struct value *args, size_t n_args, size_t n_columns,
                               struct value_rows *ret_rows);

/* A guarded write found its guard changed: someone came first, and the gate runs it again. */
static inline enum err retry_if_gone(enum err err)
{
	return err == ERR_NOT_FOUND ? ERR_RETRY : err;
}

/* The same inside a transaction, for UPDATE ... RETURNING. */
MUST_USE enum err tx_one(struct tx *tx, struct arena *arena, enum query q, const struct value *args,
                         size_t n_args, struct rows rows, void *ret_row);
MUST_USE enum err tx_all(struct tx *tx, struct arena *arena, enum query q, const struct value *args,
                         size_t n_args, struct rows rows, struct any_list *ret_list);

/* A write that returns one number; ERR_NOT_FOUND: no row was there to write. */
MUST_USE enum err tx_number(struct tx *tx, enum query q, const struct value *args, size_t n_args,
                            int64_t *ret_number);

/* A write that returns a number for each row it wrote: how many these are. */
MUST_USE enum err tx_count(struct tx *tx, enum query q, const struct value *args, size_t n_args,
                           int64_t *ret_rows);

/* A write that returns nothing. */
MUST_USE enum err tx_run(struct tx *tx, enum query q, const struct value *args, size_t n_args);

#endif
