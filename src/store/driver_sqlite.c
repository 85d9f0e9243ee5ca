/* SPDX-License-Identifier: Apache-2.0 */
/* driver_sqlite.c - SQLite as an engine: WAL, and every commit on the disk before it is answered.
 *
 * Readers and the one writer are connections of their own, so reads never wait for writes. */
#include "base/embedded.h"
#include "base/log.h"
#include "store/driver.h"
#include "store/schema.h"
#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BUSY_TIMEOUT_MS = 5000, PATH_MAX_BYTES = 1024, PAGES_MAX = 1 << 30 };

struct conn {
	sqlite3 *db;
	sqlite3_stmt *statements[QUERY_COUNT];
	sqlite3_stmt *active; /* stands on a row that fetch has not copied yet; else NULL */
	int depth;            /* 0: in no transaction; 1: in one; 2: in a part of one */
};

/* The engine's words go to the log here; the caller gets what it can act on. */
static enum err sqlite_err(struct conn *conn, const char *doing)
{
	int code = sqlite3_extended_errcode(conn->db);

	switch (code) {
	case SQLITE_CONSTRAINT_UNIQUE:
	case SQLITE_CONSTRAINT_PRIMARYKEY:
		return ERR_CONFLICT;
	case SQLITE_CONSTRAINT_FOREIGNKEY:
		return ERR_RETRY; /* removed meanwhile */
	case SQLITE_NOMEM:
		return ERR_NOMEM;
	default:
		break;
	}
	log_error("sqlite: %s: %s (%d)", doing, sqlite3_errmsg(conn->db), code);
	return (code & 0xff) == SQLITE_BUSY ? ERR_BUSY : ERR_STORE;
}

static void finish_active(struct conn *conn)
{
	if (conn->active)
		sqlite3_reset(conn->active);
	conn->active = NULL;
}

static enum err run_script(struct conn *conn, const char *sql)
{
	return sqlite3_exec(conn->db, sql, NULL, NULL, NULL) == SQLITE_OK ? OK
	                                                                  : sqlite_err(conn, sql);
}

static enum err schema_version(struct conn *conn, int *ret_version)
{
	sqlite3_stmt *statement = NULL;

	if (sqlite3_prepare_v2(conn->db, "PRAGMA user_version", -1, &statement, NULL) != SQLITE_OK)
		return sqlite_err(conn, "reading the schema's version");
	int stepped = sqlite3_step(statement);
	int version = sqlite3_column_int(statement, 0);
	sqlite3_finalize(statement);
	if (stepped != SQLITE_ROW)
		return sqlite_err(conn, "reading the schema's version");
	*ret_version = version;
	return OK;
}

static enum err take_steps(struct conn *conn, int version)
{
	char done[64];

	for (const struct embedded *step = schema_sqlite + version; step->name; step++) {
		TRY(run_script(conn, step->text.ptr));
		version++;
	}
	snprintf(done, sizeof(done), "PRAGMA user_version = %d", version);
	return run_script(conn, done);
}

/* Two programs may start at once: the second waits for the lock, then finds nothing to do. */
static enum err migrate(struct conn *conn)
{
	int version = 0, newest = schema_newest(schema_sqlite);

	TRY(schema_version(conn, &version));
	if (version == newest)
		return OK;
	TRY(run_script(conn, "BEGIN IMMEDIATE"));
	enum err err = schema_version(conn, &version);
	if (err == OK && version > newest)
		err = ERR_SCHEMA_NEWER;
	if (err == OK)
		err = take_steps(conn, version);
	if (err == OK)
		err = run_script(conn, "COMMIT");
	if (err != OK)
		sqlite3_exec(conn->db, "ROLLBACK", NULL, NULL, NULL);
	return err;
}

/* What a look at a database asks instead of migrate(). */
static enum err compare_schema(struct conn *conn)
{
	int version = 0, newest = schema_newest(schema_sqlite);

	TRY(schema_version(conn, &version));
	if (version == newest)
		return OK;
	return version > newest ? ERR_SCHEMA_NEWER : ERR_SCHEMA_OLDER;
}

static bool parameters_are_numbered(sqlite3_stmt *statement, const struct query_text *query)
{
	int n = sqlite3_bind_parameter_count(statement);

	if (n != (int)strlen(query->parameters) ||
	    sqlite3_column_count(statement) != (int)strlen(query->columns))
		return false;
	for (int i = 1; i <= n; i++) {
		char name[16];
		snprintf(name, sizeof(name), "$%d", i);
		if (strcmp(name, sqlite3_bind_parameter_name(statement, i)) != 0)
			return false;
	}
	return true;
}

static enum err prepare_all(struct conn *conn)
{
	for (enum query q = 0; q < QUERY_COUNT; q++) {
		const struct query_text *query = &query_texts[q];
		if (sqlite3_prepare_v3(conn->db, query->sqlite, -1, SQLITE_PREPARE_PERSISTENT,
		                       &conn->statements[q], NULL) != SQLITE_OK)
			return sqlite_err(conn, query->name);
		if (!parameters_are_numbered(conn->statements[q], query)) {
			log_error("query %s does not have the parameters and columns it declares",
			          query->name);
			return ERR_INTERNAL;
		}
	}
	return OK;
}

/* "sqlite:PATH?max_page_count=N": what this page of the manual promises of a url, and no more. */
static enum err read_url(const char *url, char ret_path[PATH_MAX_BYTES], long long *ret_pages)
{
	struct str rest = str(url), bound;
	long long pages = 0;

	if (str_starts(rest, "sqlite:"))
		rest = str_from(rest, strlen("sqlite:"));
	size_t question = str_find(rest, '?');
	bound = str_from(rest, question);
	if (bound.len > 0 &&
	    (!str_starts(bound, "?max_page_count=") ||
	     !str_to_number(str_from(bound, strlen("?max_page_count=")), PAGES_MAX, &pages)))
		return ERR_CONFIG;
	if (question == 0 || question >= PATH_MAX_BYTES || rest.ptr[0] == ':')
		return ERR_CONFIG;
	snprintf(ret_path, PATH_MAX_BYTES, "%.*s", (int)question, rest.ptr);
	*ret_pages = pages;
	return OK;
}

/* For its owner alone from the first moment; SQLite gives -wal and -shm the same mode. A file that
 * is there is not even opened: closing it would drop the locks (fcntl(2)) that SQLite holds on it
 * for the connections of this process, and the next program to leave would take the log with it. */
static enum err create_private(const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd < 0 && errno == EEXIST)
		return OK;
	if (fd < 0) {
		log_error("sqlite: cannot open %s: %s", path, strerror(errno));
		return ERR_STORE;
	}
	close(fd);
	return OK;
}

static enum err set_up(struct conn *conn, const char *path, enum opening opening, long long pages)
{
	char bound[64];

	if (sqlite3_open_v2(path, &conn->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) !=
	    SQLITE_OK)
		return conn->db ? sqlite_err(conn, path) : ERR_NOMEM;
	sqlite3_busy_timeout(conn->db, BUSY_TIMEOUT_MS);
	if (opening == OPEN_MAKING)
		TRY(run_script(conn, "PRAGMA journal_mode = WAL"));
	TRY(run_script(conn, "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;"
	                     "PRAGMA trusted_schema = OFF;"
	                     /* What was removed is written over, not only let go of. */
	                     "PRAGMA secure_delete = ON;"));
	if (opening != OPEN_MORE)
		TRY(opening == OPEN_MAKING ? migrate(conn) : compare_schema(conn));
	if (pages > 0) {
		snprintf(bound, sizeof(bound), "PRAGMA max_page_count = %lld", pages);
		TRY(run_script(conn, bound));
	}
	return prepare_all(conn);
}

static void sqlite_close(struct conn *conn)
{
	if (!conn)
		return;
	for (enum query q = 0; q < QUERY_COUNT; q++)
		sqlite3_finalize(conn->statements[q]);
	sqlite3_close(conn->db);
	free(conn);
}

static enum err sqlite_open(const char *url, enum opening opening, struct conn **ret_conn)
{
	char path[PATH_MAX_BYTES];
	long long pages = 0;

	if (read_url(url, path, &pages) != OK) {
		log_error("database.url takes sqlite:PATH, or sqlite:PATH?max_page_count=N");
		return ERR_CONFIG;
	}
	if (opening == OPEN_MAKING)
		TRY(create_private(path));
	else if (access(path, F_OK) != 0 && errno == ENOENT)
		return ERR_NOT_FOUND;
	struct conn *conn = calloc(1, sizeof(*conn));
	NEED(conn);
	enum err err = set_up(conn, path, opening, pages);
	if (err != OK) {
		sqlite_close(conn);
		return err;
	}
	*ret_conn = conn;
	return OK;
}

static int bind_value(sqlite3_stmt *statement, int i, const struct value *value)
{
	switch (value->kind) {
	case VALUE_INTEGER:
		return sqlite3_bind_int64(statement, i, value->integer);
	case VALUE_TEXT:
		return sqlite3_bind_text64(statement, i, value->text.ptr, value->text.len,
		                           SQLITE_STATIC, SQLITE_UTF8);
	case VALUE_BYTES:
		return sqlite3_bind_blob64(statement, i, value->text.ptr, value->text.len,
		                           SQLITE_STATIC);
	case VALUE_NULL:
		break;
	}
	return sqlite3_bind_null(statement, i);
}

/* Steps once. A finished or failed statement is reset, so that it keeps no lock and no snapshot. */
static enum err step(struct conn *conn, sqlite3_stmt *statement, enum query q)
{
	int stepped = sqlite3_step(statement);

	conn->active = stepped == SQLITE_ROW ? statement : NULL;
	if (stepped == SQLITE_ROW)
		return OK;
	enum err err = stepped == SQLITE_DONE ? OK : sqlite_err(conn, query_texts[q].name);
	sqlite3_reset(statement);
	return err;
}

static enum err sqlite_execute(struct conn *conn, enum query q, const struct value *args,
                               size_t n_args)
{
	sqlite3_stmt *statement = conn->statements[q];

	finish_active(conn);
	for (size_t i = 0; i < n_args; i++) {
		if (bind_value(statement, (int)i + 1, &args[i]) != SQLITE_OK)
			return sqlite_err(conn, query_texts[q].name);
	}
	enum err err = step(conn, statement, q);
	if (!conn->active)
		sqlite3_clear_bindings(statement);
	return err;
}

static enum err copy_column(sqlite3_stmt *statement, int i, struct arena *arena,
                            struct value *ret_value)
{
	*ret_value = (struct value){ .kind = VALUE_NULL };
	switch (sqlite3_column_type(statement, i)) {
	case SQLITE_INTEGER:
		ret_value->kind = VALUE_INTEGER;
		ret_value->integer = sqlite3_column_int64(statement, i);
		return OK;
	case SQLITE_TEXT:
	case SQLITE_BLOB: {
		bool text = sqlite3_column_type(statement, i) == SQLITE_TEXT;
		const char *bytes = text ? (const char *)sqlite3_column_text(statement, i)
		                         : sqlite3_column_blob(statement, i);
		struct str from = { bytes ? bytes : "",
			            (size_t)sqlite3_column_bytes(statement, i) };
		ret_value->kind = text ? VALUE_TEXT : VALUE_BYTES;
		return arena_str(arena, from, &ret_value->text);
	}
	default:
		return OK;
	}
}

static enum query query_of(const struct conn *conn, const sqlite3_stmt *statement)
{
	enum query q = 0;

	while (q < QUERY_COUNT - 1 && conn->statements[q] != statement)
		q++;
	return q;
}

static enum err sqlite_fetch(struct conn *conn, struct arena *arena, struct value *ret_row,
                             size_t n_columns)
{
	sqlite3_stmt *statement = conn->active;

	if (!statement)
		return ERR_NOT_FOUND;
	for (size_t i = 0; i < n_columns; i++)
		TRY(copy_column(statement, (int)i, arena, &ret_row[i]));
	return step(conn, statement, query_of(conn, statement));
}

/* The first begin takes the write lock; one inside another is a savepoint. */
static enum err sqlite_begin(struct conn *conn)
{
	/* A full disk may have ended the whole of it: a part of nothing would be one by itself. */
	if (conn->depth > 0 && sqlite3_get_autocommit(conn->db))
		return ERR_STORE;
	TRY(run_script(conn, conn->depth == 0 ? "BEGIN IMMEDIATE" : "SAVEPOINT part"));
	conn->depth++;
	return OK;
}

static enum err sqlite_commit(struct conn *conn)
{
	finish_active(conn);
	TRY(run_script(conn, conn->depth == 1 ? "COMMIT" : "RELEASE part"));
	conn->depth--;
	return OK;
}

/* A full disk may have made SQLite roll back everything by itself. */
static void sqlite_rollback(struct conn *conn)
{
	bool alive = sqlite3_get_autocommit(conn->db) == 0;

	finish_active(conn);
	if (alive && conn->depth > 0)
		sqlite3_exec(conn->db,
		             conn->depth == 1 ? "ROLLBACK" : "ROLLBACK TO part; RELEASE part", NULL,
		             NULL, NULL);
	if (conn->depth > 0)
		conn->depth--;
}

const struct driver driver_sqlite = {
	.name = "sqlite",
	.one_writer = true,
	.in_process = true,
	.open = sqlite_open,
	.close = sqlite_close,
	.execute = sqlite_execute,
	.fetch = sqlite_fetch,
	.begin = sqlite_begin,
	.commit = sqlite_commit,
	.rollback = sqlite_rollback,
};
