/* SPDX-License-Identifier: Apache-2.0 */
/* store_signing_key.c - the keys of access tokens, as texts and sealed bytes. */
#include "store/store_priv.h"

static const struct column signing_key_columns[] = {
	COLUMN(TEXT, struct signing_key_row, kid),
	COLUMN(TEXT, struct signing_key_row, public_jwk),
	COLUMN(BYTES, struct signing_key_row, sealed_jwk),
	COLUMN(INTEGER, struct signing_key_row, created_at),
	COLUMN(INTEGER, struct signing_key_row, retired_at),
	COLUMN(INTEGER, struct signing_key_row, verifies_until),
};

#define SIGNING_KEY_ROWS ROWS(signing_key_columns, struct signing_key_row)

enum err store_signing_key_current(struct store *store, struct arena *arena,
                                   struct signing_key_row *ret_row)
{
	return store_one(store, arena, QUERY_SIGNING_KEY_CURRENT, NULL, 0, SIGNING_KEY_ROWS,
	                 ret_row);
}

enum err store_signing_key_by_kid(struct store *store, struct arena *arena, struct str kid,
                                  int64_t now, struct signing_key_row *ret_row)
{
	const struct value args[] = { TEXT(kid), INTEGER(now) };

	return store_one(store, arena, QUERY_SIGNING_KEY_BY_KID, ARGS(args), SIGNING_KEY_ROWS,
	                 ret_row);
}

enum err store_signing_keys(struct store *store, struct arena *arena, int64_t since,
                            struct signing_key_list *ret_list)
{
	const struct value args[] = { INTEGER(since) };
	struct any_list list;

	TRY(store_all(store, arena, QUERY_SIGNING_KEYS, ARGS(args), SIGNING_KEY_ROWS, &list));
	*ret_list = (struct signing_key_list){ list.items, list.n };
	return OK;
}

enum err store_signing_key_add(struct tx *tx, const struct signing_key_row *row)
{
	const struct value args[] = {
		TEXT(row->kid),
		TEXT(row->public_jwk),
		{ .kind = VALUE_BYTES, .text = row->sealed_jwk },
		INTEGER(row->created_at),
	};

	return tx_run(tx, QUERY_SIGNING_KEY_ADD, ARGS(args));
}

enum err store_signing_keys_retire(struct tx *tx, int64_t now, int64_t verifies_until)
{
	const struct value args[] = { INTEGER(now), INTEGER(verifies_until) };

	return tx_run(tx, QUERY_SIGNING_KEYS_RETIRE, ARGS(args));
}
