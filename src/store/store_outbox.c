/* SPDX-License-Identifier: Apache-2.0 */
/* store_outbox.c - mail to be sent. */
#include "store/store_priv.h"

static const struct column outbox_columns[] = {
	COLUMN(INTEGER, struct outbox_row, id),
	COLUMN(INTEGER, struct outbox_row, app_id),
	COLUMN(INTEGER, struct outbox_row, kind),
	COLUMN(INTEGER, struct outbox_row, state),
	COLUMN(BYTES32, struct outbox_row, nonce),
	COLUMN(TEXT, struct outbox_row, reference),
	COLUMN(TEXT, struct outbox_row, login),
	COLUMN(INTEGER, struct outbox_row, account_id),
	COLUMN(INTEGER, struct outbox_row, epoch),
	COLUMN(TEXT, struct outbox_row, network),
	COLUMN(INTEGER, struct outbox_row, attempts),
	COLUMN(INTEGER, struct outbox_row, created_at),
	COLUMN(INTEGER, struct outbox_row, expires_at),
	COLUMN(INTEGER, struct outbox_row, next_attempt_at),
	COLUMN(INTEGER, struct outbox_row, settled_at),
	COLUMN(TEXT, struct outbox_row, last_error),
	COLUMN(TEXT, struct outbox_row, address),
	COLUMN(TEXT, struct outbox_row, language),
	COLUMN(TEXT, struct outbox_row, return_to),
};

enum err store_outbox_add(struct tx *tx, const struct outbox_row *row, int64_t *ret_id)
{
	const struct value args[] = {
		INTEGER(row->app_id),
		INTEGER(row->kind),
		BYTES(row->nonce),
		TEXT(row->reference),
		TEXT(row->login),
		INTEGER(row->account_id),
		INTEGER(row->epoch),
		TEXT(row->network),
		INTEGER(row->created_at),
		INTEGER(row->expires_at),
		INTEGER(row->next_attempt_at),
		TEXT(row->address),
		TEXT(row->language.ptr ? row->language : STR("")),
		TEXT(row->return_to),
	};

	return tx_number(tx, QUERY_OUTBOX_ADD, ARGS(args), ret_id);
}

static const struct column number_column[] = { { COLUMN_INTEGER, 0 } };

enum err store_outbox_sent_to(struct store *store, struct arena *arena,
                              const struct outbox_row *row, int64_t since, int64_t *ret_sent)
{
	const struct value args[] = {
		INTEGER(row->app_id), TEXT(row->login),        INTEGER(since),
		INTEGER(row->id),     INTEGER(OUTBOX_SIGN_UP), INTEGER(OUTBOX_WAITING_POSITION),
	};

	return store_one(store, arena, QUERY_OUTBOX_SENT_TO, ARGS(args),
	                 ROWS(number_column, int64_t), ret_sent);
}

enum err store_outbox_claim(struct tx *tx, struct arena *arena, int64_t now, int64_t lease_until,
                            int64_t max, struct outbox_list *ret_list)
{
	const struct value args[] = { INTEGER(lease_until), INTEGER(now), INTEGER(max) };
	struct any_list list;

	TRY(tx_all(tx, arena, QUERY_OUTBOX_CLAIM, ARGS(args),
	           ROWS(outbox_columns, struct outbox_row), &list));
	*ret_list = (struct outbox_list){ list.items, list.n };
	return OK;
}

enum err store_outbox_settle(struct tx *tx, const struct outbox_verdict *verdict)
{
	const struct value args[] = {
		INTEGER(verdict->state),
		INTEGER(verdict->next_attempt_at),
		INTEGER(verdict->state == OUTBOX_DUE ? 0 : verdict->now),
		TEXT(verdict->error),
		INTEGER(verdict->id),
		INTEGER(verdict->attempts),
	};
	int64_t id;

	return tx_number(tx, QUERY_OUTBOX_SETTLE, ARGS(args), &id);
}

enum err store_outbox_retry(struct tx *tx, int64_t id, int64_t now, int64_t expires_at)
{
	const struct value args[] = { INTEGER(now), INTEGER(expires_at), INTEGER(id) };
	int64_t same;

	return tx_number(tx, QUERY_OUTBOX_RETRY, ARGS(args), &same);
}

enum err store_outbox_by_id(struct store *store, struct arena *arena, int64_t id,
                            struct outbox_row *ret_row)
{
	const struct value args[] = { INTEGER(id) };

	return store_one(store, arena, QUERY_OUTBOX_BY_ID, ARGS(args),
	                 ROWS(outbox_columns, struct outbox_row), ret_row);
}

enum err store_outbox_newest(struct store *store, struct arena *arena, int64_t max,
                             struct outbox_list *ret_list)
{
	const struct value args[] = { INTEGER(max) };
	struct any_list list;

	TRY(store_all(store, arena, QUERY_OUTBOX_NEWEST, ARGS(args),
	              ROWS(outbox_columns, struct outbox_row), &list));
	*ret_list = (struct outbox_list){ list.items, list.n };
	return OK;
}

static const struct column count_columns[] = {
	COLUMN(INTEGER, struct outbox_state_count, due),
	COLUMN(INTEGER, struct outbox_state_count, dead),
	COLUMN(INTEGER, struct outbox_state_count, oldest_due_at),
};

enum err store_outbox_count(struct store *store, struct arena *arena,
                            struct outbox_state_count *ret_count)
{
	return store_one(store, arena, QUERY_OUTBOX_COUNT, NULL, 0,
	                 ROWS(count_columns, struct outbox_state_count), ret_count);
}
