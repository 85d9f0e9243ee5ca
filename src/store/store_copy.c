/* SPDX-License-Identifier: Apache-2.0 */
/* store_copy.c - tables as a whole: read by pages, written by pages, and a digest of all their
 * rows. */
#include "store/store_priv.h"
#include <string.h>

enum {
	PAGE_ROWS = 1000,
	ALL_ROWS = 1000000,
	PAGE_ARENA = 256 * 1024 * 1024, /* at most */
	HEAD_ROOM = 9,
};

/* Parents first. The place of a row is its first column. */
static const struct table {
	const char *name;
	enum query read, write;
	int64_t page_rows; /* at most; of a page that holds what is one app's, all */
} tables[STORE_TABLES] = {
	{ "app", QUERY_READ_APP, QUERY_WRITE_APP, PAGE_ROWS },
	{ "app_alias", QUERY_READ_APP_ALIAS, QUERY_WRITE_APP_ALIAS, PAGE_ROWS },
	{ "app_host", QUERY_READ_APP_HOST, QUERY_WRITE_APP_HOST, PAGE_ROWS },
	{ "app_origin", QUERY_READ_APP_ORIGIN, QUERY_WRITE_APP_ORIGIN, ALL_ROWS },
	{ "app_logo", QUERY_READ_APP_LOGO, QUERY_WRITE_APP_LOGO, PAGE_ROWS },
	{ "app_return", QUERY_READ_APP_RETURN, QUERY_WRITE_APP_RETURN, ALL_ROWS },
	{ "message", QUERY_READ_MESSAGE, QUERY_WRITE_MESSAGE, ALL_ROWS },
	{ "mail_template", QUERY_READ_MAIL_TEMPLATE, QUERY_WRITE_MAIL_TEMPLATE, ALL_ROWS },
	{ "account", QUERY_READ_ACCOUNT, QUERY_WRITE_ACCOUNT, PAGE_ROWS },
	{ "account_field", QUERY_READ_ACCOUNT_FIELD, QUERY_WRITE_ACCOUNT_FIELD, PAGE_ROWS },
	{ "removed_account", QUERY_READ_REMOVED_ACCOUNT, QUERY_WRITE_REMOVED_ACCOUNT, PAGE_ROWS },
	{ "workspace", QUERY_READ_WORKSPACE, QUERY_WRITE_WORKSPACE, PAGE_ROWS },
	{ "workspace_member", QUERY_READ_WORKSPACE_MEMBER, QUERY_WRITE_WORKSPACE_MEMBER,
	  PAGE_ROWS },
	{ "waiting", QUERY_READ_WAITING, QUERY_WRITE_WAITING, PAGE_ROWS },
	{ "content", QUERY_READ_CONTENT, QUERY_WRITE_CONTENT, PAGE_ROWS },
	{ "session", QUERY_READ_SESSION, QUERY_WRITE_SESSION, PAGE_ROWS },
	{ "sign_up", QUERY_READ_SIGN_UP, QUERY_WRITE_SIGN_UP, PAGE_ROWS },
	{ "token", QUERY_READ_TOKEN, QUERY_WRITE_TOKEN, PAGE_ROWS },
	{ "outbox", QUERY_READ_OUTBOX, QUERY_WRITE_OUTBOX, PAGE_ROWS },
	{ "audit", QUERY_READ_AUDIT, QUERY_WRITE_AUDIT, PAGE_ROWS },
	{ "limit_counter", QUERY_READ_LIMIT_COUNTER, QUERY_WRITE_LIMIT_COUNTER, PAGE_ROWS },
	{ "signing_key", QUERY_READ_SIGNING_KEY, QUERY_WRITE_SIGNING_KEY, PAGE_ROWS },
	{ "provider", QUERY_READ_PROVIDER, QUERY_WRITE_PROVIDER, PAGE_ROWS },
	{ "sign_in", QUERY_READ_SIGN_IN, QUERY_WRITE_SIGN_IN, PAGE_ROWS },
	{ "identity", QUERY_READ_IDENTITY, QUERY_WRITE_IDENTITY, PAGE_ROWS },
};

const char *store_table_name(size_t table)
{
	return tables[table].name;
}

/* Before every row. */
static struct value first_place(const struct table *table)
{
	switch (query_texts[table->read].parameters[0]) {
	case 't':
		return (struct value){ .kind = VALUE_TEXT, .text = STR("") };
	case 'b':
		return (struct value){ .kind = VALUE_BYTES, .text = STR("") };
	default:
		return (struct value){ .kind = VALUE_INTEGER, .integer = -1 };
	}
}

/* A page that begins behind the place, which moves to its last row. */
static enum err read_page(struct store *store, struct arena *arena, const struct table *table,
                          struct value *place, struct value_rows *ret_rows)
{
	const struct value args[] = { *place, INTEGER(table->page_rows) };
	struct value_rows rows;

	TRY(store_values(store, arena, table->read, ARGS(args),
	                 strlen(query_texts[table->read].columns), &rows));
	if (rows.n > 0)
		*place = rows.items[(rows.n - 1) * rows.n_columns];
	*ret_rows = rows;
	return OK;
}

static enum err write_page(struct store *store, const struct table *table,
                           const struct value_rows *rows)
{
	CLEANUP(tx_rollback) struct tx *tx = NULL;

	TRY(tx_begin(store, &tx));
	for (size_t i = 0; i < rows->n; i++)
		TRY(tx_run(tx, table->write, rows->items + i * rows->n_columns, rows->n_columns));
	return tx_commit(&tx);
}

/* Its place outlives the page that it was read with. */
static enum err keep_place(struct arena *arena, struct value *place)
{
	return place->kind == VALUE_INTEGER ? OK : arena_str(arena, place->text, &place->text);
}

/* Its kind, its number or length, its bytes: the same in every engine. */
static void add_value(struct buf *buf, const struct value *value)
{
	char head[HEAD_ROOM] = { (char)value->kind };
	uint64_t number = value->kind == VALUE_INTEGER ? (uint64_t)value->integer : value->text.len;

	for (int i = 1; i < HEAD_ROOM; i++, number >>= 8)
		head[i] = (char)(number & 0xff);
	buf_add(buf, (struct str){ head, HEAD_ROOM });
	if (value->kind == VALUE_TEXT || value->kind == VALUE_BYTES)
		buf_add(buf, value->text);
}

/* The digest so far, and one row more. */
static enum err add_row(struct arena *arena, const struct value *row, size_t n,
                        struct digest *digest)
{
	struct buf buf = buf_in(arena);
	struct str bytes;

	buf_add(&buf, (struct str){ (const char *)digest->bytes, sizeof(digest->bytes) });
	for (size_t i = 0; i < n; i++)
		add_value(&buf, &row[i]);
	TRY(buf_str(&buf, &bytes));
	*digest = digest_of((struct secret){ bytes.ptr, bytes.len });
	return OK;
}

static enum err take_page(struct store *to, struct arena *arena, const struct table *table,
                          const struct value_rows *rows, struct table_sum *sum)
{
	for (size_t i = 0; i < rows->n; i++)
		TRY(add_row(arena, rows->items + i * rows->n_columns, rows->n_columns,
		            &sum->digest));
	sum->rows += (int64_t)rows->n;
	return to ? write_page(to, table, rows) : OK;
}

/* Page by page, each in an arena of its own. to NULL: only sums. */
static enum err walk(struct store *from, struct store *to, struct arena *arena, size_t number,
                     const struct table_watch *watch, struct table_sum *ret_sum)
{
	CLEANUP(arena_cleanup) struct arena *page = arena_new(PAGE_ARENA);
	const struct table *table = &tables[number];
	struct value place = first_place(table);
	struct table_sum sum = { 0 };
	struct value_rows rows;

	NEED(page);
	do {
		arena_reset(page);
		TRY(read_page(from, page, table, &place, &rows));
		TRY(take_page(to, page, table, &rows, &sum));
		TRY(keep_place(arena, &place));
		if (watch)
			watch->told(watch->state, table->name, sum.rows);
	} while (rows.n > 0);
	*ret_sum = sum;
	return OK;
}

enum err store_table_copy(struct store *from, struct store *to, struct arena *arena, size_t table,
                          const struct table_watch *watch, struct table_sum *ret_sum)
{
	return walk(from, to, arena, table, watch, ret_sum);
}

enum err store_table_sum(struct store *store, struct arena *arena, size_t table,
                         const struct table_watch *watch, struct table_sum *ret_sum)
{
	return walk(store, NULL, arena, table, watch, ret_sum);
}

enum err store_copy_finish(struct store *to)
{
	CLEANUP(tx_rollback) struct tx *tx = NULL;
	int64_t next;

	TRY(tx_begin(to, &tx));
	TRY(tx_number(tx, QUERY_NUMBERS, NULL, 0, &next));
	return tx_commit(&tx);
}
