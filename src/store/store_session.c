/* SPDX-License-Identifier: Apache-2.0 */
/* store_session.c - sessions of accounts. */
#include "store/store_priv.h"

static const struct column session_columns[] = {
	COLUMN(INTEGER, struct session, id),
	COLUMN(INTEGER, struct session, account_id),
	COLUMN(INTEGER, struct session, epoch),
	COLUMN(TEXT, struct session, public_id),
	COLUMN(BYTES32, struct session, nonce),
	COLUMN(INTEGER, struct session, generation),
	COLUMN(INTEGER, struct session, created_at),
	COLUMN(INTEGER, struct session, refreshed_at),
	COLUMN(INTEGER, struct session, expires_at),
	COLUMN(INTEGER, struct session, ends_at),
	COLUMN(TEXT, struct session, network),
	COLUMN(TEXT, struct session, client),
	COLUMN(TEXT, struct session, account_public_id),
	COLUMN(INTEGER, struct session, account_epoch),
	COLUMN(INTEGER, struct session, account_status),
	COLUMN(TEXT, struct session, account_username),
};

enum err store_session_add(struct tx *tx, const struct new_session *session, int64_t *ret_id)
{
	const struct value args[] = {
		TEXT(session->public_id),
		BYTES(session->nonce),
		BYTES_MAYBE(session->access_digest),
		INTEGER(session->now),
		INTEGER(session->expires_at),
		INTEGER(session->ends_at),
		TEXT(session->network),
		TEXT(session->client),
		INTEGER(session->account_id),
		INTEGER(session->epoch),
	};

	return retry_if_gone(tx_number(tx, QUERY_SESSION_ADD, ARGS(args), ret_id));
}

enum err store_session_by_access_digest(struct store *store, struct arena *arena,
                                        const struct digest *digest, int64_t app_id, int64_t now,
                                        struct session *ret_session)
{
	const struct value args[] = { BYTES(*digest), INTEGER(app_id), INTEGER(now) };

	return store_one(store, arena, QUERY_SESSION_BY_ACCESS_DIGEST, ARGS(args),
	                 ROWS(session_columns, struct session), ret_session);
}

enum err store_session_by_public_id(struct store *store, struct arena *arena, struct str public_id,
                                    int64_t app_id, struct session *ret_session)
{
	const struct value args[] = { TEXT(public_id), INTEGER(app_id) };

	return store_one(store, arena, QUERY_SESSION_BY_PUBLIC_ID, ARGS(args),
	                 ROWS(session_columns, struct session), ret_session);
}

enum err store_sessions_of(struct store *store, struct arena *arena, int64_t account_id,
                           int64_t epoch, int64_t now, int64_t max, struct session_list *ret_list)
{
	const struct value args[] = { INTEGER(account_id), INTEGER(epoch), INTEGER(now),
		                      INTEGER(max) };
	struct any_list list;

	TRY(store_all(store, arena, QUERY_SESSIONS_OF, ARGS(args),
	              ROWS(session_columns, struct session), &list));
	*ret_list = (struct session_list){ list.items, list.n };
	return OK;
}

enum err store_session_refresh(struct tx *tx, const struct session_renewal *renewal)
{
	const struct value args[] = {
		BYTES_MAYBE(renewal->access_digest), INTEGER(renewal->now),
		INTEGER(renewal->expires_at),        INTEGER(renewal->id),
		INTEGER(renewal->generation),        INTEGER(renewal->account_id),
	};
	int64_t id;

	return retry_if_gone(tx_number(tx, QUERY_SESSION_REFRESH, ARGS(args), &id));
}

enum err store_session_keep(struct tx *tx, const struct session *session, int64_t now,
                            int64_t ends_at)
{
	const struct value args[] = { INTEGER(now), INTEGER(ends_at), INTEGER(session->id),
		                      INTEGER(session->account_id) };
	int64_t id;

	return retry_if_gone(tx_number(tx, QUERY_SESSION_KEEP, ARGS(args), &id));
}

enum err store_session_restamp(struct tx *tx, const struct session *session, int64_t epoch)
{
	const struct value args[] = { INTEGER(epoch), INTEGER(session->id), INTEGER(session->epoch),
		                      INTEGER(session->account_id) };
	int64_t id;

	return tx_number(tx, QUERY_SESSION_RESTAMP, ARGS(args), &id);
}

enum err store_sessions_restamp(struct tx *tx, int64_t account_id, int64_t from_epoch,
                                int64_t to_epoch)
{
	const struct value args[] = { INTEGER(to_epoch), INTEGER(account_id), INTEGER(from_epoch) };
	int64_t n;

	return tx_count(tx, QUERY_SESSIONS_RESTAMP, ARGS(args), &n);
}

enum err store_session_end(struct tx *tx, struct str public_id, int64_t account_id)
{
	const struct value args[] = { TEXT(public_id), INTEGER(account_id) };
	int64_t id;

	return tx_number(tx, QUERY_SESSION_END, ARGS(args), &id);
}

enum err store_session_end_others(struct tx *tx, int64_t account_id, int64_t id, int64_t *ret_ended)
{
	const struct value args[] = { INTEGER(account_id), INTEGER(id) };

	return tx_count(tx, QUERY_SESSION_END_OTHERS, ARGS(args), ret_ended);
}
