/* SPDX-License-Identifier: Apache-2.0 */
/* store.c - connections lent out for a read or a transaction, and rows poured into structs. */
#include "store/store_priv.h"
#include "base/clock.h"
#include "store/group.h"
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { READERS = 4, WAIT_MS_MAX = 10000, NUMBER_ARENA = 64 * 1024, LIST_FIRST = 8 };

/* Connections, opened as they are needed, up to a maximum; then a caller waits its turn, but not
 * for ever. */
struct pool {
	pthread_mutex_t mutex;
	pthread_cond_t returned;
	struct conn *idle[STORE_CONNECTIONS_MAX];
	size_t n_idle, n_open, max;
};

struct store {
	const struct driver *driver;
	char *url;
	struct pool pool;
	struct group *group; /* of an engine with one writer; NULL: each writer commits by itself */
	struct conn *grouped;
};

struct tx {
	struct store *store;
	struct conn *conn;
	struct arena *arena; /* for the numbers that writes return */
};

static void pool_init(struct pool *pool)
{
	pthread_condattr_t steady;

	pthread_condattr_init(&steady);
	pthread_condattr_setclock(&steady, CLOCK_MONOTONIC);
	pthread_mutex_init(&pool->mutex, NULL);
	pthread_cond_init(&pool->returned, &steady);
	pthread_condattr_destroy(&steady);
	pool->max = READERS;
}

/* With the mutex held. */
static enum err wait_for_room(struct pool *pool)
{
	struct timespec until;
	int waited = 0;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += WAIT_MS_MAX / 1000;
	while (pool->n_idle == 0 && pool->n_open >= pool->max && waited == 0)
		waited = pthread_cond_timedwait(&pool->returned, &pool->mutex, &until);
	return pool->n_idle > 0 || pool->n_open < pool->max ? OK : ERR_BUSY;
}

/* One more, or one less after all. */
static void pool_count(struct pool *pool, int n)
{
	pthread_mutex_lock(&pool->mutex);
	pool->n_open += (size_t)n;
	pthread_cond_signal(&pool->returned);
	pthread_mutex_unlock(&pool->mutex);
}

static enum err borrow(struct store *store, struct conn **ret_conn)
{
	struct pool *pool = &store->pool;
	struct conn *conn = NULL;

	pthread_mutex_lock(&pool->mutex);
	enum err err = wait_for_room(pool);
	if (err == OK && pool->n_idle > 0)
		conn = pool->idle[--pool->n_idle];
	else if (err == OK)
		pool->n_open++;
	pthread_mutex_unlock(&pool->mutex);
	if (err == OK && !conn) {
		err = store->driver->open(store->url, OPEN_MORE, &conn);
		if (err != OK)
			pool_count(pool, -1);
	}
	if (err == OK)
		*ret_conn = conn;
	return err;
}

static void give_back(struct store *store, struct conn *conn)
{
	struct pool *pool = &store->pool;

	pthread_mutex_lock(&pool->mutex);
	pool->idle[pool->n_idle++] = conn;
	pthread_cond_signal(&pool->returned);
	pthread_mutex_unlock(&pool->mutex);
}

static void pool_close(struct pool *pool, const struct driver *driver)
{
	while (pool->n_idle > 0)
		driver->close(pool->idle[--pool->n_idle]);
	pthread_cond_destroy(&pool->returned);
	pthread_mutex_destroy(&pool->mutex);
}

/* The first connection looks at the schema. */
static enum err open_first(struct store *store, enum opening opening)
{
	struct conn *conn = NULL;

	TRY(store->driver->open(store->url, opening, &conn));
	if (store->driver->one_writer) {
		store->grouped = conn;
		NEED(store->group = group_new(store->driver, conn));
		return OK;
	}
	store->pool.n_open = 1;
	give_back(store, conn);
	return OK;
}

static const struct driver *driver_of(const char *url)
{
	bool postgres = str_starts(str(url), "postgresql:") || str_starts(str(url), "postgres:");

	return postgres ? &driver_postgres : &driver_sqlite;
}

static enum err open_as(const char *url, enum opening opening, const struct driver *driver,
                        struct store **ret_store)
{
	struct store *store = calloc(1, sizeof(*store));

	NEED(store);
	store->driver = driver ? driver : driver_of(url);
	pool_init(&store->pool);
	store->url = strdup(url);
	enum err err = store->url ? open_first(store, opening) : ERR_NOMEM;
	if (err != OK) {
		store_close(store);
		return err;
	}
	*ret_store = store;
	return OK;
}

enum err store_open(const char *url, const struct driver *driver, struct store **ret_store)
{
	return open_as(url, OPEN_MAKING, driver, ret_store);
}

enum err store_open_existing(const char *url, const struct driver *driver, struct store **ret_store)
{
	return open_as(url, OPEN_EXISTING, driver, ret_store);
}

void store_close(struct store *store)
{
	if (!store)
		return;
	pool_close(&store->pool, store->driver);
	group_free(store->group);
	store->driver->close(store->grouped);
	free(store->url);
	free(store);
}

void store_set_connections(struct store *store, size_t max)
{
	if (!store->driver->in_process)
		store->pool.max = max < STORE_CONNECTIONS_MAX ? max : STORE_CONNECTIONS_MAX;
}

bool store_is_in_process(const struct store *store)
{
	return store->driver->in_process;
}

static enum err begin(struct tx *tx)
{
	struct store *store = tx->store;

	if (store->group)
		return group_enter(store->group, &tx->conn);
	TRY(borrow(store, &tx->conn));
	enum err err = store->driver->begin(tx->conn);
	if (err != OK)
		give_back(store, tx->conn);
	return err;
}

enum err tx_begin(struct store *store, struct tx **ret_tx)
{
	struct tx *tx = calloc(1, sizeof(*tx));

	NEED(tx);
	tx->store = store;
	tx->arena = arena_new(NUMBER_ARENA);
	enum err err = tx->arena ? begin(tx) : ERR_NOMEM;
	if (err != OK) {
		arena_free(tx->arena);
		free(tx);
		return err;
	}
	*ret_tx = tx;
	return OK;
}

static enum err end(struct tx *tx, bool commit)
{
	struct store *store = tx->store;
	enum err err = OK;

	if (store->group)
		return group_leave(store->group, commit);
	if (commit)
		err = store->driver->commit(tx->conn);
	if (!commit || err != OK)
		store->driver->rollback(tx->conn);
	give_back(store, tx->conn);
	return err;
}

static enum err tx_end(struct tx **tx, bool commit)
{
	enum err err = end(*tx, commit);

	arena_free((*tx)->arena);
	free(*tx);
	*tx = NULL;
	return err;
}

enum err tx_commit(struct tx **tx)
{
	return tx_end(tx, true);
}

enum err tx_refuse(struct tx **tx, enum err refusal)
{
	enum err err = tx_end(tx, false);

	return err == OK ? refusal : err;
}

void tx_rollback(struct tx **tx)
{
	/* What failed has failed already: there is nothing more to tell. */
	if (*tx && tx_end(tx, false) != OK)
		return;
}

/* ---- rows ---- */

enum { COLUMNS_MAX = 24 };

static enum err pour_bytes32(const struct value *value, void *into)
{
	if (value->text.len != DIGEST_SIZE)
		return ERR_STORE;
	memcpy(into, value->text.ptr, DIGEST_SIZE);
	return OK;
}

static enum err pour(struct rows rows, const struct value *values, char *ret_row)
{
	for (size_t i = 0; i < rows.n_columns; i++) {
		void *into = ret_row + rows.columns[i].offset;
		switch (rows.columns[i].kind) {
		case COLUMN_INTEGER:
			*(int64_t *)into = values[i].integer;
			break;
		case COLUMN_TEXT:
		case COLUMN_BYTES:
			*(struct str *)into = values[i].text;
			break;
		case COLUMN_BYTES32:
			TRY(pour_bytes32(&values[i], into));
			break;
		case COLUMN_BYTES32_OR_NONE:
			memset(into, 0, DIGEST_SIZE);
			if (values[i].kind != VALUE_NULL)
				TRY(pour_bytes32(&values[i], into));
			break;
		}
	}
	return OK;
}

static enum err fetch_row(const struct driver *driver, struct conn *conn, struct arena *arena,
                          struct rows rows, void *ret_row)
{
	struct value values[COLUMNS_MAX];

	TRY(driver->fetch(conn, arena, values, rows.n_columns));
	return pour(rows, values, ret_row);
}

/* Rows poured into structs, or (rows.columns NULL) left as values. */
static enum err fetch_one_of(const struct driver *driver, struct conn *conn, struct arena *arena,
                             struct rows rows, void *ret_row)
{
	if (rows.columns)
		return fetch_row(driver, conn, arena, rows, ret_row);
	return driver->fetch(conn, arena, ret_row, rows.n_columns);
}

static enum err fetch_all(const struct driver *driver, struct conn *conn, struct arena *arena,
                          struct rows rows, struct any_list *ret_list)
{
	size_t n = 0, room = LIST_FIRST;
	char *items = arena_array(arena, room, rows.size);

	NEED(items);
	for (;; n++) {
		if (n == room) {
			char *bigger = arena_array(arena, 2 * room, rows.size);
			NEED(bigger);
			memcpy(bigger, items, n * rows.size);
			items = bigger;
			room *= 2;
		}
		enum err err = fetch_one_of(driver, conn, arena, rows, items + n * rows.size);
		if (err == ERR_NOT_FOUND)
			break;
		TRY(err);
	}
	*ret_list = (struct any_list){ items, n };
	return OK;
}

enum err store_one(struct store *store, struct arena *arena, enum query q, const struct value *args,
                   size_t n_args, struct rows rows, void *ret_row)
{
	struct conn *conn = NULL;

	TRY(borrow(store, &conn));
	enum err err = store->driver->execute(conn, q, args, n_args);
	if (err == OK)
		err = fetch_row(store->driver, conn, arena, rows, ret_row);
	give_back(store, conn);
	return err;
}

enum err store_all(struct store *store, struct arena *arena, enum query q, const struct value *args,
                   size_t n_args, struct rows rows, struct any_list *ret_list)
{
	struct conn *conn = NULL;

	TRY(borrow(store, &conn));
	enum err err = store->driver->execute(conn, q, args, n_args);
	if (err == OK)
		err = fetch_all(store->driver, conn, arena, rows, ret_list);
	give_back(store, conn);
	return err;
}

enum err store_values(struct store *store, struct arena *arena, enum query q,
                      const struct value *args, size_t n_args, size_t n_columns,
                      struct value_rows *ret_rows)
{
	const struct rows raw = { NULL, n_columns, n_columns * sizeof(struct value) };
	struct any_list list;

	TRY(store_all(store, arena, q, args, n_args, raw, &list));
	*ret_rows = (struct value_rows){ list.items, list.n, n_columns };
	return OK;
}

enum err tx_all(struct tx *tx, struct arena *arena, enum query q, const struct value *args,
                size_t n_args, struct rows rows, struct any_list *ret_list)
{
	TRY(tx->store->driver->execute(tx->conn, q, args, n_args));
	return fetch_all(tx->store->driver, tx->conn, arena, rows, ret_list);
}

enum err tx_one(struct tx *tx, struct arena *arena, enum query q, const struct value *args,
                size_t n_args, struct rows rows, void *ret_row)
{
	TRY(tx->store->driver->execute(tx->conn, q, args, n_args));
	return fetch_row(tx->store->driver, tx->conn, arena, rows, ret_row);
}

enum err tx_number(struct tx *tx, enum query q, const struct value *args, size_t n_args,
                   int64_t *ret_number)
{
	struct value number;

	TRY(tx->store->driver->execute(tx->conn, q, args, n_args));
	TRY(tx->store->driver->fetch(tx->conn, tx->arena, &number, 1));
	*ret_number = number.integer;
	return OK;
}

enum err tx_count(struct tx *tx, enum query q, const struct value *args, size_t n_args,
                  int64_t *ret_rows)
{
	struct value number;
	int64_t rows = 0;

	TRY(tx->store->driver->execute(tx->conn, q, args, n_args));
	for (;; rows++) {
		enum err err = tx->store->driver->fetch(tx->conn, tx->arena, &number, 1);
		if (err == ERR_NOT_FOUND)
			break;
		TRY(err);
	}
	*ret_rows = rows;
	return OK;
}

enum err tx_run(struct tx *tx, enum query q, const struct value *args, size_t n_args)
{
	return tx->store->driver->execute(tx->conn, q, args, n_args);
}

enum err store_ping(struct store *store)
{
	static const struct column columns[] = { { COLUMN_INTEGER, 0 } };
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(NUMBER_ARENA);
	int64_t apps;

	NEED(arena);
	return store_one(store, arena, QUERY_PING, NULL, 0, ROWS(columns, int64_t), &apps);
}
