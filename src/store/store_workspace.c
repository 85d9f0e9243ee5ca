/* SPDX-License-Identifier: Apache-2.0 */
/* store_workspace.c - workspaces with their members, and the waiting list. */
#include "store/store_priv.h"

static const struct column workspace_columns[] = {
	COLUMN(INTEGER, struct workspace, id),
	COLUMN(TEXT, struct workspace, name),
	COLUMN(INTEGER, struct workspace, created_at),
};

static const struct column waiting_columns[] = {
	COLUMN(INTEGER, struct waiting_entry, id),
	COLUMN(TEXT, struct waiting_entry, email),
	COLUMN(TEXT, struct waiting_entry, email_key),
	COLUMN(INTEGER, struct waiting_entry, created_at),
	COLUMN(INTEGER, struct waiting_entry, account_created),
};

static const struct column number_column[] = { { COLUMN_INTEGER, 0 } };

/* ---- workspaces ---- */

enum err store_workspace_add(struct tx *tx, const struct account *account, struct str name,
                             int64_t now)
{
	const struct value workspace[] = { INTEGER(account->app_id), TEXT(name), INTEGER(now) };
	int64_t id, member_id;

	TRY(tx_number(tx, QUERY_WORKSPACE_ADD, ARGS(workspace), &id));
	const struct value member[] = { INTEGER(account->id), INTEGER(id) };
	return tx_number(tx, QUERY_WORKSPACE_JOIN, ARGS(member), &member_id);
}

enum err store_workspaces_of(struct store *store, struct arena *arena, int64_t account_id,
                             struct workspace_list *ret_list)
{
	const struct value args[] = { INTEGER(account_id) };
	struct any_list list;

	TRY(store_all(store, arena, QUERY_WORKSPACES_OF, ARGS(args),
	              ROWS(workspace_columns, struct workspace), &list));
	*ret_list = (struct workspace_list){ list.items, list.n };
	return OK;
}

enum err store_workspace_members(struct store *store, struct arena *arena, int64_t id,
                                 struct number_list *ret_list)
{
	const struct value args[] = { INTEGER(id) };
	struct any_list list;

	TRY(store_all(store, arena, QUERY_WORKSPACE_MEMBERS, ARGS(args),
	              ROWS(number_column, int64_t), &list));
	*ret_list = (struct number_list){ list.items, list.n };
	return OK;
}

enum err store_workspace_rename(struct tx *tx, int64_t id, int64_t account_id, struct str name)
{
	const struct value args[] = { TEXT(name), INTEGER(id), INTEGER(account_id) };
	int64_t same;

	return tx_number(tx, QUERY_WORKSPACE_RENAME, ARGS(args), &same);
}

/* ---- the waiting list ---- */

enum err store_waiting_add(struct tx *tx, int64_t app_id, const struct waiting_entry *waiting)
{
	const struct value args[] = {
		INTEGER(app_id),
		TEXT(waiting->email),
		TEXT(waiting->email_key),
		INTEGER(waiting->created_at),
		INTEGER(waiting->account_created),
	};

	return tx_run(tx, QUERY_WAITING_ADD, ARGS(args));
}

enum err store_waiting_set_created(struct tx *tx, int64_t app_id, struct str email_key)
{
	const struct value args[] = { INTEGER(app_id), TEXT(email_key) };

	return tx_run(tx, QUERY_WAITING_SET_CREATED, ARGS(args));
}

enum err store_waiting_by_email(struct store *store, struct arena *arena, int64_t app_id,
                                struct str email_key, struct waiting_entry *ret_waiting)
{
	const struct value args[] = { INTEGER(app_id), TEXT(email_key) };

	return store_one(store, arena, QUERY_WAITING_BY_EMAIL, ARGS(args),
	                 ROWS(waiting_columns, struct waiting_entry), ret_waiting);
}

enum err store_waiting_position(struct store *store, struct arena *arena, int64_t app_id,
                                int64_t id, int64_t *ret_position)
{
	const struct value args[] = { INTEGER(app_id), INTEGER(id) };

	return store_one(store, arena, QUERY_WAITING_POSITION, ARGS(args),
	                 ROWS(number_column, int64_t), ret_position);
}

enum err store_waiting_page(struct store *store, struct arena *arena, int64_t app_id, int64_t after,
                            int64_t max, struct waiting_list *ret_list)
{
	const struct value args[] = { INTEGER(app_id), INTEGER(after), INTEGER(max) };
	struct any_list list;

	TRY(store_all(store, arena, QUERY_WAITING_PAGE, ARGS(args),
	              ROWS(waiting_columns, struct waiting_entry), &list));
	*ret_list = (struct waiting_list){ list.items, list.n };
	return OK;
}

enum err store_waiting_remove(struct tx *tx, int64_t app_id, struct str email_key)
{
	const struct value args[] = { INTEGER(app_id), TEXT(email_key) };
	int64_t id;

	return tx_number(tx, QUERY_WAITING_REMOVE, ARGS(args), &id);
}
