/* SPDX-License-Identifier: Apache-2.0 */
/* store_outbox.c - mail to be sent, and the one-time tokens that it carries. */
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
};

static const struct column token_columns[] = {
	COLUMN(INTEGER, struct token, id),
	COLUMN(INTEGER, struct token, account_id),
	COLUMN(INTEGER, struct token, outbox_id),
	COLUMN(INTEGER, struct token, purpose),
	COLUMN(INTEGER, struct token, epoch),
	COLUMN(INTEGER, struct token, state),
	COLUMN(INTEGER, struct token, created_at),
	COLUMN(INTEGER, struct token, expires_at),
	COLUMN(INTEGER, struct token, account_epoch),
	COLUMN(TEXT, struct token, username_key),
	COLUMN(BYTES32, struct token, digest),
	COLUMN(INTEGER, struct token, app_id),
	COLUMN(INTEGER, struct token, account_status),
};

enum err store_token_add(struct tx *tx, const struct new_token *token)
{
	const struct value args[] = {
		INTEGER(token->outbox_id), INTEGER(token->purpose),    BYTES(token->digest),
		INTEGER(token->now),       INTEGER(token->expires_at), INTEGER(token->account_id),
		INTEGER(token->epoch),
	};
	const struct value older[] = { INTEGER(token->account_id), INTEGER(token->outbox_id) };
	int64_t id;

	TRY(tx_number(tx, QUERY_TOKEN_ADD, ARGS(args), &id));
	return tx_run(tx, QUERY_TOKENS_REPLACE, ARGS(older));
}

enum err store_token_by_digest(struct store *store, struct arena *arena,
                               const struct digest *digest, int64_t app_id, struct token *ret_token)
{
	const struct value args[] = { BYTES(*digest) };
	struct token token;

	TRY(store_one(store, arena, QUERY_TOKEN_BY_DIGEST, ARGS(args),
	              ROWS(token_columns, struct token), &token));
	if (!digest_equal(&token.digest, digest) || token.app_id != app_id ||
	    token.account_status != ACCOUNT_ACTIVE)
		return ERR_NOT_FOUND;
	*ret_token = token;
	return OK;
}

static const struct column mailed_columns[] = {
	COLUMN(INTEGER, struct tokens_mailed, count),
	COLUMN(INTEGER, struct tokens_mailed, live),
};

enum err store_tokens_mailed(struct tx *tx, struct arena *arena, const struct new_token *token,
                             int64_t since, struct tokens_mailed *ret_mailed)
{
	const struct value args[] = { INTEGER(token->now), INTEGER(token->account_id),
		                      INTEGER(since), INTEGER(token->outbox_id) };

	return tx_one(tx, arena, QUERY_TOKENS_MAILED, ARGS(args),
	              ROWS(mailed_columns, struct tokens_mailed), ret_mailed);
}

enum err store_token_consume(struct tx *tx, const struct token *token, int64_t now)
{
	const struct value args[] = { INTEGER(token->id), INTEGER(now), INTEGER(token->epoch),
		                      INTEGER(token->account_id) };
	int64_t account_id;

	return tx_number(tx, QUERY_TOKEN_CONSUME, ARGS(args), &account_id);
}

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
	};

	return tx_number(tx, QUERY_OUTBOX_ADD, ARGS(args), ret_id);
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
