/* SPDX-License-Identifier: Apache-2.0 */
/* store_content.c - rows of app_structure and content_strings. */
#include "store/store_priv.h"

static const struct column content_columns[] = {
	COLUMN(INTEGER, struct content, id),         COLUMN(INTEGER, struct content, kind),
	COLUMN(TEXT, struct content, name),          COLUMN(TEXT, struct content, slug),
	COLUMN(INTEGER, struct content, global),     COLUMN(TEXT, struct content, members),
	COLUMN(INTEGER, struct content, created_at),
};

static const struct column size_columns[] = {
	COLUMN(INTEGER, struct content_size, count),
	COLUMN(INTEGER, struct content_size, bytes),
};

static enum err read_list(struct store *store, struct arena *arena, enum query q,
                          const struct value *args, size_t n_args, struct content_list *ret_list)
{
	struct any_list list;

	TRY(store_all(store, arena, q, args, n_args, ROWS(content_columns, struct content), &list));
	*ret_list = (struct content_list){ list.items, list.n };
	return OK;
}

enum err store_content(struct store *store, struct arena *arena, int64_t app_id,
                       struct content_list *ret_list)
{
	const struct value args[] = { INTEGER(app_id) };

	return read_list(store, arena, QUERY_CONTENT_LIST, ARGS(args), ret_list);
}

enum err store_content_of_slug(struct store *store, struct arena *arena, int64_t app_id,
                               struct str slug, struct content_list *ret_list)
{
	const struct value args[] = { INTEGER(app_id), TEXT(slug) };

	return read_list(store, arena, QUERY_CONTENT_OF_SLUG, ARGS(args), ret_list);
}

enum err store_content_by_name(struct store *store, struct arena *arena, int64_t app_id,
                               enum content_kind kind, struct str name, struct content *ret_content)
{
	const struct value args[] = { INTEGER(app_id), INTEGER(kind), TEXT(name) };

	return store_one(store, arena, QUERY_CONTENT_BY_NAME, ARGS(args),
	                 ROWS(content_columns, struct content), ret_content);
}

enum err store_content_set(struct tx *tx, int64_t app_id, const struct content *content,
                           int64_t now)
{
	const struct value args[] = {
		INTEGER(app_id),     INTEGER(content->kind),   TEXT(content->name),
		TEXT(content->slug), INTEGER(content->global), TEXT(content->members),
		INTEGER(now),
	};
	int64_t id;

	return tx_number(tx, QUERY_CONTENT_SET, ARGS(args), &id);
}

enum err store_content_remove(struct tx *tx, int64_t app_id, enum content_kind kind,
                              struct str name)
{
	const struct value args[] = { INTEGER(app_id), INTEGER(kind), TEXT(name) };
	int64_t id;

	return tx_number(tx, QUERY_CONTENT_REMOVE, ARGS(args), &id);
}

enum err store_content_size(struct tx *tx, struct arena *arena, int64_t app_id,
                            struct content_size *ret_size)
{
	const struct value args[] = { INTEGER(app_id) };

	return tx_one(tx, arena, QUERY_CONTENT_SIZE, ARGS(args),
	              ROWS(size_columns, struct content_size), ret_size);
}
