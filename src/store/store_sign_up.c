/* SPDX-License-Identifier: Apache-2.0 */
/* store_sign_up.c - accounts that their owners have yet to confirm. */
#include "store/store_priv.h"

static const struct column sign_up_columns[] = {
	COLUMN(INTEGER, struct sign_up, id),         COLUMN(INTEGER, struct sign_up, app_id),
	COLUMN(INTEGER, struct sign_up, outbox_id),  COLUMN(BYTES32, struct sign_up, nonce),
	COLUMN(BYTES32, struct sign_up, digest),     COLUMN(TEXT, struct sign_up, email),
	COLUMN(TEXT, struct sign_up, email_key),     COLUMN(TEXT, struct sign_up, username),
	COLUMN(TEXT, struct sign_up, username_key),  COLUMN(TEXT, struct sign_up, name),
	COLUMN(TEXT, struct sign_up, locale),        COLUMN(TEXT, struct sign_up, phc),
	COLUMN(INTEGER, struct sign_up, state),      COLUMN(INTEGER, struct sign_up, created_at),
	COLUMN(INTEGER, struct sign_up, expires_at),
};

enum err store_sign_up_add(struct tx *tx, const struct sign_up *sign_up)
{
	const struct value args[] = {
		INTEGER(sign_up->app_id),     INTEGER(sign_up->outbox_id),
		BYTES(sign_up->nonce),        BYTES(sign_up->digest),
		TEXT(sign_up->email),         TEXT(sign_up->email_key),
		TEXT(sign_up->username),      TEXT(sign_up->username_key),
		TEXT(sign_up->name),          TEXT(sign_up->locale),
		TEXT(sign_up->phc),           INTEGER(sign_up->created_at),
		INTEGER(sign_up->expires_at),
	};
	int64_t id;

	return tx_number(tx, QUERY_SIGN_UP_ADD, ARGS(args), &id);
}

enum err store_sign_up_by_outbox(struct store *store, struct arena *arena, int64_t outbox_id,
                                 struct sign_up *ret_sign_up)
{
	const struct value args[] = { INTEGER(outbox_id) };

	return store_one(store, arena, QUERY_SIGN_UP_BY_OUTBOX, ARGS(args),
	                 ROWS(sign_up_columns, struct sign_up), ret_sign_up);
}

enum err store_sign_up_by_digest(struct store *store, struct arena *arena,
                                 const struct digest *digest, int64_t app_id,
                                 struct sign_up *ret_sign_up)
{
	const struct value args[] = { BYTES(*digest), INTEGER(app_id) };

	return store_one(store, arena, QUERY_SIGN_UP_BY_DIGEST, ARGS(args),
	                 ROWS(sign_up_columns, struct sign_up), ret_sign_up);
}

enum err store_sign_up_newest(struct store *store, struct arena *arena, int64_t app_id,
                              struct str email_key, int64_t now, struct sign_up *ret_sign_up)
{
	const struct value args[] = { INTEGER(app_id), TEXT(email_key), INTEGER(now) };

	return store_one(store, arena, QUERY_SIGN_UP_NEWEST, ARGS(args),
	                 ROWS(sign_up_columns, struct sign_up), ret_sign_up);
}

static const struct column number_column[] = { { COLUMN_INTEGER, 0 } };

enum err store_sign_ups_waiting(struct store *store, struct arena *arena, int64_t app_id,
                                struct str email_key, int64_t now, int64_t *ret_waiting)
{
	const struct value args[] = { INTEGER(app_id), TEXT(email_key), INTEGER(now) };

	return store_one(store, arena, QUERY_SIGN_UPS_WAITING, ARGS(args),
	                 ROWS(number_column, int64_t), ret_waiting);
}

enum err store_sign_up_confirm(struct tx *tx, const struct sign_up *sign_up, int64_t now)
{
	const struct value args[] = { INTEGER(sign_up->id), INTEGER(now) };
	const struct value others[] = { INTEGER(sign_up->app_id), TEXT(sign_up->email_key) };
	int64_t id;

	TRY(tx_number(tx, QUERY_SIGN_UP_CONFIRM, ARGS(args), &id));
	return tx_run(tx, QUERY_SIGN_UPS_REPLACE, ARGS(others));
}
