/* SPDX-License-Identifier: Apache-2.0 */
/* store_whole.c - the database as a whole: its census, its health, its copy. */
#include "store/store_priv.h"

static const struct column census_columns[] = {
	COLUMN(INTEGER, struct census, apps),       COLUMN(INTEGER, struct census, accounts),
	COLUMN(INTEGER, struct census, audit_id),   COLUMN(INTEGER, struct census, audited_at),
	COLUMN(INTEGER, struct census, late_mails), COLUMN(INTEGER, struct census, dead_mails),
};

enum err store_census(struct store *store, struct arena *arena, int64_t late_before,
                      struct census *ret_census)
{
	static const struct column bytes[] = { { COLUMN_INTEGER, 0 } };
	const struct value args[] = { INTEGER(late_before) };
	struct census census = { 0 };

	TRY(store_one(store, arena, QUERY_CENSUS, ARGS(args), ROWS(census_columns, struct census),
	              &census));
	TRY(store_one(store, arena, QUERY_BYTES, NULL, 0, ROWS(bytes, int64_t), &census.bytes));
	*ret_census = census;
	return OK;
}

enum err store_check(struct store *store, struct arena *arena, struct str *ret_finding,
                     struct str *ret_journal)
{
	static const struct column text[] = { { COLUMN_TEXT, 0 } };
	struct str journal;

	TRY(store_one(store, arena, QUERY_JOURNAL, NULL, 0, ROWS(text, struct str), &journal));
	TRY(store_one(store, arena, QUERY_CHECK, NULL, 0, ROWS(text, struct str), ret_finding));
	*ret_journal = journal;
	return OK;
}

enum err store_copy(struct store *store, struct arena *arena, struct str path)
{
	const struct value args[] = { TEXT(path) };
	const struct rows none = { .columns = NULL, .n_columns = 0, .size = 1 };
	struct any_list nothing;

	return store_all(store, arena, QUERY_COPY, ARGS(args), none, &nothing);
}
