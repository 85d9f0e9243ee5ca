/* SPDX-License-Identifier: Apache-2.0 */
/* store_account.c - accounts, and the trail of what was done to them. */
#include "store/store_priv.h"

static const struct column account_columns[] = {
	COLUMN(INTEGER, struct account, id),
	COLUMN(INTEGER, struct account, app_id),
	COLUMN(TEXT, struct account, public_id),
	COLUMN(TEXT, struct account, email),
	COLUMN(TEXT, struct account, email_key),
	COLUMN(TEXT, struct account, username),
	COLUMN(TEXT, struct account, phc),
	COLUMN(INTEGER, struct account, epoch),
	COLUMN(INTEGER, struct account, status),
	COLUMN(INTEGER, struct account, password_set_at),
	COLUMN(INTEGER, struct account, password_expires_at),
	COLUMN(INTEGER, struct account, outbox_floor),
	COLUMN(INTEGER, struct account, created_at),
	COLUMN(TEXT, struct account, name),
	COLUMN(TEXT, struct account, locale),
	COLUMN(INTEGER, struct account, email_verified_at),
	COLUMN(INTEGER, struct account, held_until),
	COLUMN(INTEGER, struct account, recovery_held_until),
	COLUMN(INTEGER, struct account, guest),
};

static const struct column audit_columns[] = {
	COLUMN(INTEGER, struct audit_row, id),         COLUMN(INTEGER, struct audit_row, app_id),
	COLUMN(INTEGER, struct audit_row, account_id), COLUMN(INTEGER, struct audit_row, at),
	COLUMN(TEXT, struct audit_row, event),         COLUMN(TEXT, struct audit_row, outcome),
	COLUMN(TEXT, struct audit_row, network),
};

static const struct column count_columns[] = { { COLUMN_INTEGER, 0 } };

static const struct column size_columns[] = {
	COLUMN(INTEGER, struct account_fields_size, count),
	COLUMN(INTEGER, struct account_fields_size, bytes),
};

static enum err account_by_key(struct store *store, struct arena *arena, enum query q,
                               int64_t app_id, struct str key, struct account *ret_account)
{
	const struct value args[] = { INTEGER(app_id), TEXT(key) };

	return store_one(store, arena, q, ARGS(args), ROWS(account_columns, struct account),
	                 ret_account);
}

enum err store_account_by_email(struct store *store, struct arena *arena, int64_t app_id,
                                struct str email_key, struct account *ret_account)
{
	return account_by_key(store, arena, QUERY_ACCOUNT_BY_EMAIL, app_id, email_key, ret_account);
}

enum err store_account_by_username(struct store *store, struct arena *arena, int64_t app_id,
                                   struct str username_key, struct account *ret_account)
{
	return account_by_key(store, arena, QUERY_ACCOUNT_BY_USERNAME, app_id, username_key,
	                      ret_account);
}

enum err store_account_by_public_id(struct store *store, struct arena *arena, int64_t app_id,
                                    struct str public_id, struct account *ret_account)
{
	return account_by_key(store, arena, QUERY_ACCOUNT_BY_PUBLIC_ID, app_id, public_id,
	                      ret_account);
}

enum err store_account_by_id(struct store *store, struct arena *arena, int64_t id,
                             struct account *ret_account)
{
	const struct value args[] = { INTEGER(id) };

	return store_one(store, arena, QUERY_ACCOUNT_BY_ID, ARGS(args),
	                 ROWS(account_columns, struct account), ret_account);
}

enum err store_account_page(struct store *store, struct arena *arena, int64_t app_id, int64_t after,
                            int64_t max, struct account_list *ret_list)
{
	const struct value args[] = { INTEGER(app_id), INTEGER(after), INTEGER(max) };
	struct any_list list;

	TRY(store_all(store, arena, QUERY_ACCOUNT_PAGE, ARGS(args),
	              ROWS(account_columns, struct account), &list));
	*ret_list = (struct account_list){ list.items, list.n };
	return OK;
}

enum err store_account_search(struct store *store, struct arena *arena,
                              const struct account_search *search, struct account_list *ret_list)
{
	const struct value args[] = { INTEGER(search->app_id), TEXT(search->pattern),
		                      INTEGER(search->max), INTEGER(search->skip) };
	struct any_list list;

	TRY(store_all(store, arena, QUERY_ACCOUNT_SEARCH, ARGS(args),
	              ROWS(account_columns, struct account), &list));
	*ret_list = (struct account_list){ list.items, list.n };
	return OK;
}

enum err store_account_search_count(struct store *store, struct arena *arena,
                                    const struct account_search *search, int64_t *ret_count)
{
	const struct value args[] = { INTEGER(search->app_id), TEXT(search->pattern) };

	return store_one(store, arena, QUERY_ACCOUNT_SEARCH_COUNT, ARGS(args),
	                 ROWS(count_columns, int64_t), ret_count);
}

enum err store_account_lock(struct tx *tx, int64_t id)
{
	const struct value args[] = { INTEGER(id) };
	int64_t same;

	return tx_number(tx, QUERY_ACCOUNT_LOCK, ARGS(args), &same);
}

enum err store_account_lock_at(struct tx *tx, int64_t id, int64_t epoch)
{
	const struct value args[] = { INTEGER(id), INTEGER(epoch) };
	int64_t same;

	return retry_if_gone(tx_number(tx, QUERY_ACCOUNT_LOCK_AT, ARGS(args), &same));
}

enum err store_account_add(struct tx *tx, const struct account *account, struct str username_key,
                           int64_t now, int64_t *ret_id)
{
	const struct value args[] = {
		INTEGER(account->app_id),
		TEXT(account->public_id),
		TEXT(account->email),
		TEXT(account->email_key),
		TEXT(account->username),
		TEXT(username_key),
		TEXT(account->phc),
		INTEGER(account->status),
		INTEGER(now),
		TEXT(account->name),
		TEXT(account->locale),
		INTEGER(account->email_verified_at),
		INTEGER(account->guest),
	};

	TRY(tx_number(tx, QUERY_ACCOUNT_ADD, ARGS(args), ret_id));
	return account->email_key.ptr
	               ? store_waiting_set_created(tx, account->app_id, account->email_key)
	               : OK;
}

enum err store_account_import(struct tx *tx, const struct account *account, struct str username_key,
                              struct str old_kind, int64_t *ret_id)
{
	const struct value args[] = {
		INTEGER(account->app_id),
		TEXT(account->public_id),
		TEXT(account->email),
		TEXT(account->email_key),
		TEXT(account->username),
		TEXT(username_key),
		TEXT(account->phc),
		INTEGER(account->status),
		INTEGER(account->password_set_at),
		INTEGER(account->created_at),
		TEXT(account->name),
		TEXT(account->locale),
		INTEGER(account->email_verified_at),
		INTEGER(account->guest),
		TEXT(old_kind),
	};

	return tx_number(tx, QUERY_ACCOUNT_IMPORT, ARGS(args), ret_id);
}

enum err store_account_set_status(struct tx *tx, const struct account *account, int64_t status)
{
	const struct value args[] = { INTEGER(status), INTEGER(account->id),
		                      INTEGER(account->epoch) };
	int64_t epoch;

	return retry_if_gone(tx_number(tx, QUERY_ACCOUNT_SET_STATUS, ARGS(args), &epoch));
}

enum err store_account_rename(struct tx *tx, const struct account *account, struct str username,
                              struct str username_key)
{
	const struct value args[] = { TEXT(username), TEXT(username_key), INTEGER(account->id),
		                      INTEGER(account->epoch) };
	int64_t id;

	return retry_if_gone(tx_number(tx, QUERY_ACCOUNT_RENAME, ARGS(args), &id));
}

enum err store_account_set_password(struct tx *tx, const struct new_password *password,
                                    int64_t *ret_epoch)
{
	const struct value args[] = {
		TEXT(password->phc),           INTEGER(password->now),
		INTEGER(password->expires_at), INTEGER(password->outbox_floor),
		INTEGER(password->account_id), INTEGER(password->epoch),
	};

	return retry_if_gone(tx_number(tx, QUERY_ACCOUNT_SET_PASSWORD, ARGS(args), ret_epoch));
}

enum err store_account_rehash(struct tx *tx, const struct account *account, struct str phc)
{
	const struct value args[] = { TEXT(phc), INTEGER(account->id), INTEGER(account->epoch),
		                      TEXT(account->phc) };
	int64_t id;

	return retry_if_gone(tx_number(tx, QUERY_ACCOUNT_REHASH, ARGS(args), &id));
}

enum err store_account_keep_password(struct tx *tx, const struct account *account)
{
	const struct value args[] = { INTEGER(account->id), INTEGER(account->epoch) };
	int64_t id;

	return retry_if_gone(tx_number(tx, QUERY_ACCOUNT_KEEP_PASSWORD, ARGS(args), &id));
}

enum err store_account_set_profile(struct tx *tx, const struct account *account,
                                   struct str username_key, const struct account *read)
{
	const struct value args[] = {
		TEXT(account->name), TEXT(account->locale), TEXT(account->username),
		TEXT(username_key),  INTEGER(read->id),     INTEGER(read->epoch),
		TEXT(read->name),    TEXT(read->locale),    TEXT(read->username),
	};
	int64_t id;

	return retry_if_gone(tx_number(tx, QUERY_ACCOUNT_SET_PROFILE, ARGS(args), &id));
}

enum err store_account_verify(struct tx *tx, const struct account *account, int64_t now)
{
	const struct value args[] = { INTEGER(now), INTEGER(account->id), INTEGER(account->epoch) };
	int64_t id;

	return retry_if_gone(tx_number(tx, QUERY_ACCOUNT_VERIFY, ARGS(args), &id));
}

enum err store_account_set_email(struct tx *tx, const struct new_email *email, int64_t *ret_epoch)
{
	const struct value args[] = {
		TEXT(email->email),           TEXT(email->email_key),     INTEGER(email->now),
		INTEGER(email->outbox_floor), INTEGER(email->account_id), INTEGER(email->epoch),
	};

	return retry_if_gone(tx_number(tx, QUERY_ACCOUNT_SET_EMAIL, ARGS(args), ret_epoch));
}

enum err store_account_complete(struct tx *tx, const struct account_completion *completion,
                                int64_t *ret_epoch)
{
	const struct value args[] = {
		TEXT(completion->username), TEXT(completion->username_key),
		TEXT(completion->phc),      INTEGER(completion->outbox_floor),
		INTEGER(completion->now),   INTEGER(completion->account_id),
		INTEGER(completion->epoch),
	};

	return retry_if_gone(tx_number(tx, QUERY_ACCOUNT_COMPLETE, ARGS(args), ret_epoch));
}

enum err store_account_hold(struct tx *tx, const struct account *account, int64_t until,
                            int64_t recovery_until, int64_t *ret_epoch)
{
	const struct value args[] = { INTEGER(until), INTEGER(recovery_until), INTEGER(account->id),
		                      INTEGER(account->epoch) };

	return retry_if_gone(tx_number(tx, QUERY_ACCOUNT_HOLD, ARGS(args), ret_epoch));
}

enum err store_account_release(struct tx *tx, int64_t id)
{
	const struct value args[] = { INTEGER(id) };

	return tx_run(tx, QUERY_ACCOUNT_RELEASE, ARGS(args));
}

enum err store_account_remove(struct tx *tx, int64_t id)
{
	const struct value args[] = { INTEGER(id) };
	int64_t same;

	/* Whoever is writing of it is done by then, and whoever comes later finds nobody. */
	TRY(tx_number(tx, QUERY_ACCOUNT_LOCK_ALL, ARGS(args), &same));
	TRY(tx_run(tx, QUERY_ACCOUNT_REMOVE_MAILS, ARGS(args)));
	TRY(tx_run(tx, QUERY_ACCOUNT_REMOVE_SIGN_UPS, ARGS(args)));
	TRY(tx_run(tx, QUERY_ACCOUNT_REMOVE_WORKSPACES, ARGS(args)));
	TRY(tx_run(tx, QUERY_ACCOUNT_REMOVE_WAITING, ARGS(args)));
	TRY(tx_run(tx, QUERY_ACCOUNT_REMOVE_TRAIL, ARGS(args)));
	TRY(tx_run(tx, QUERY_ACCOUNT_REMOVE_NUMBER, ARGS(args)));
	return tx_number(tx, QUERY_ACCOUNT_REMOVE, ARGS(args), &same);
}

static const struct column old_hash_columns[] = {
	COLUMN(TEXT, struct old_hash_count, phc),
	COLUMN(INTEGER, struct old_hash_count, count),
};

enum err store_old_hashes(struct store *store, struct arena *arena, int64_t app_id,
                          struct old_hash_count_list *ret_list)
{
	const struct value args[] = { INTEGER(app_id) };
	struct any_list list;

	TRY(store_all(store, arena, QUERY_OLD_HASHES, ARGS(args),
	              ROWS(old_hash_columns, struct old_hash_count), &list));
	*ret_list = (struct old_hash_count_list){ list.items, list.n };
	return OK;
}

static const struct column field_columns[] = {
	COLUMN(TEXT, struct account_field, name),
	COLUMN(TEXT, struct account_field, value),
};

enum err store_account_fields(struct store *store, struct arena *arena, int64_t account_id,
                              struct account_field_list *ret_list)
{
	const struct value args[] = { INTEGER(account_id) };
	struct any_list list;

	TRY(store_all(store, arena, QUERY_ACCOUNT_FIELDS, ARGS(args),
	              ROWS(field_columns, struct account_field), &list));
	*ret_list = (struct account_field_list){ list.items, list.n };
	return OK;
}

enum err store_account_fields_size(struct tx *tx, struct arena *arena, int64_t account_id,
                                   struct account_fields_size *ret_size)
{
	const struct value args[] = { INTEGER(account_id) };

	return tx_one(tx, arena, QUERY_ACCOUNT_FIELDS_SIZE, ARGS(args),
	              ROWS(size_columns, struct account_fields_size), ret_size);
}

enum err store_account_fields_add(struct tx *tx, int64_t account_id, struct str fields)
{
	const struct value args[] = { INTEGER(account_id), TEXT(fields) };

	return tx_run(tx, QUERY_ACCOUNT_FIELDS_ADD, ARGS(args));
}

enum err store_account_field_set(struct tx *tx, int64_t account_id,
                                 const struct account_field *field)
{
	const struct value set[] = { INTEGER(account_id), TEXT(field->name), TEXT(field->value) };
	const struct value remove[] = { INTEGER(account_id), TEXT(field->name) };

	return field->value.ptr ? tx_run(tx, QUERY_ACCOUNT_FIELD_SET, ARGS(set))
	                        : tx_run(tx, QUERY_ACCOUNT_FIELD_REMOVE, ARGS(remove));
}

enum err store_audit_add(struct tx *tx, const struct audit_row *row)
{
	const struct value args[] = {
		INTEGER(row->app_id), INTEGER(row->account_id), INTEGER(row->at),
		TEXT(row->event),     TEXT(row->outcome),       TEXT(row->network),
	};

	return tx_run(tx, QUERY_AUDIT_ADD, ARGS(args));
}

enum err store_audit_page(struct store *store, struct arena *arena,
                          const struct audit_wanted *wanted, struct audit_list *ret_list)
{
	const struct value of_any[] = { INTEGER(wanted->app_id), INTEGER(wanted->below_id),
		                        INTEGER(wanted->since), INTEGER(wanted->max) };
	const struct value of_one[] = { INTEGER(wanted->app_id), INTEGER(wanted->below_id),
		                        INTEGER(wanted->since), INTEGER(wanted->account_id),
		                        INTEGER(wanted->max) };
	const struct rows rows = ROWS(audit_columns, struct audit_row);
	struct any_list list;

	if (wanted->account_id)
		TRY(store_all(store, arena, QUERY_AUDIT_PAGE_OF, ARGS(of_one), rows, &list));
	else
		TRY(store_all(store, arena, QUERY_AUDIT_PAGE, ARGS(of_any), rows, &list));
	*ret_list = (struct audit_list){ list.items, list.n };
	return OK;
}
