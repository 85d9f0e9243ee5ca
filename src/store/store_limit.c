/* SPDX-License-Identifier: Apache-2.0 */
/* store_limit.c - counters that expire. */
#include "store/store_priv.h"

static const struct column counter_columns[] = {
	COLUMN(INTEGER, struct limit_counter, count),
	COLUMN(INTEGER, struct limit_counter, window_ends_at),
	COLUMN(INTEGER, struct limit_counter, refused_until),
};

enum err store_limit_read(struct store *store, struct arena *arena, const struct digest *key,
                          struct limit_counter *ret_counter)
{
	const struct value args[] = { BYTES(*key) };

	return store_one(store, arena, QUERY_LIMIT_READ, ARGS(args),
	                 ROWS(counter_columns, struct limit_counter), ret_counter);
}

enum err store_limit_take(struct tx *tx, struct arena *arena, const struct digest *key, int64_t n,
                          int64_t now, int64_t ends_at, struct limit_counter *ret_counter)
{
	const struct value args[] = { BYTES(*key), INTEGER(n), INTEGER(ends_at), INTEGER(now) };

	return tx_one(tx, arena, QUERY_LIMIT_TAKE, ARGS(args),
	              ROWS(counter_columns, struct limit_counter), ret_counter);
}

enum err store_limit_refuse(struct tx *tx, const struct digest *key,
                            const struct limit_counter *counter)
{
	const struct value args[] = { INTEGER(counter->refused_until),
		                      INTEGER(counter->window_ends_at), BYTES(*key) };

	return tx_run(tx, QUERY_LIMIT_REFUSE, ARGS(args));
}

enum err store_limit_forget(struct tx *tx, const struct digest *key)
{
	const struct value args[] = { BYTES(*key) };

	return tx_run(tx, QUERY_LIMIT_FORGET, ARGS(args));
}
