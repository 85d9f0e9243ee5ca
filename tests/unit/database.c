/* SPDX-License-Identifier: Apache-2.0 */
/* database.c - a file in the scratch folder, or a database on the server that was given. */
#include "database.h"
#include <libpq-fe.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *server(void)
{
	return getenv("REKEY_TEST_POSTGRES");
}

bool on_postgres(void)
{
	return server() != NULL;
}

/* ---- PostgreSQL ---- */

static PGconn *connect_to(const char *url)
{
	PGconn *pg = PQconnectdb(url);

	CHECK(url, PQstatus(pg) == CONNECTION_OK);
	PQclear(PQexec(pg, "SET client_min_messages = warning"));
	return pg;
}

static struct str postgres_sql(const char *url, struct arena *arena, const char *sql)
{
	PGconn *pg = connect_to(url);
	PGresult *result = PQexec(pg, sql);
	ExecStatusType status = PQresultStatus(result);
	struct str first = STR_NONE;

	if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK)
		fail_msg("%s: %s", sql, PQerrorMessage(pg));
	if (PQntuples(result) > 0 && !PQgetisnull(result, 0, 0))
		CHECK(sql, arena_str(arena, str(PQgetvalue(result, 0, 0)), &first) == OK);
	PQclear(result);
	PQfinish(pg);
	return first;
}

/* Schemas of one database: they are made and gone in no time, which a database is not. */
static struct str postgres_make(struct arena *arena)
{
	static atomic_int made;
	int n = atomic_fetch_add(&made, 1), pid = (int)getpid();
	struct str url, sql;

	/* With a word of SQLite's that tests use. */
	CHECK("sql",
	      arena_printf(arena, &sql,
	                   "CREATE SCHEMA unit_%d_%d; CREATE FUNCTION"
	                   " unit_%d_%d.randomblob(integer) RETURNS bytea LANGUAGE sql AS $$ SELECT"
	                   " decode(md5(random()::text) || md5(random()::text), 'hex') $$",
	                   pid, n, pid, n) == OK);
	postgres_sql(server(), arena, sql.ptr);
	CHECK("url", arena_printf(arena, &url, "%s?options=-csearch_path%%3Dunit_%d_%d", server(),
	                          pid, n) == OK);
	return url;
}

static void postgres_remove(struct str url, struct arena *arena)
{
	struct str sql;

	CHECK("sql",
	      arena_printf(arena, &sql, "DROP SCHEMA %s CASCADE", strstr(url.ptr, "unit_")) == OK);
	postgres_sql(server(), arena, sql.ptr);
}

/* ---- SQLite ---- */

static int keep_first(void *state, int n, char **values, char **names)
{
	struct str *first = state;

	(void)names;
	if (n > 0 && !first->ptr)
		*first = str(values[0] ? strdup(values[0]) : NULL);
	return 0;
}

static struct str sqlite_sql(struct str url, struct arena *arena, const char *sql)
{
	struct str first = STR_NONE, copy;
	sqlite3 *db = NULL;

	CHECK(sql, sqlite3_open_v2(url.ptr + strlen("sqlite:"), &db, SQLITE_OPEN_READWRITE, NULL) ==
	                   SQLITE_OK);
	sqlite3_busy_timeout(db, 5000);
	CHECK(sql, sqlite3_exec(db, sql, keep_first, &first, NULL) == SQLITE_OK);
	sqlite3_close(db);
	CHECK(sql, arena_str(arena, first, &copy) == OK);
	free((char *)(uintptr_t)first.ptr);
	return copy;
}

/* ---- either ---- */

struct str database_make(const struct scratch *scratch, struct arena *arena)
{
	struct str url;

	if (on_postgres())
		return postgres_make(arena);
	CHECK("url", arena_printf(arena, &url, "sqlite:%s/rekey.db", scratch->dir) == OK);
	return url;
}

void database_remove(struct str url, struct arena *arena)
{
	if (on_postgres())
		postgres_remove(url, arena);
}

struct str database_sql(struct str url, struct arena *arena, const char *sql)
{
	return on_postgres() ? postgres_sql(url.ptr, arena, sql) : sqlite_sql(url, arena, sql);
}
