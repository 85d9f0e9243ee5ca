/* SPDX-License-Identifier: Apache-2.0 */
/* insert_ceiling.c SECONDS FILE ROWS - rows a second that bare SQLite puts on the disk, each the
 * size of one of the outbox, ROWS of them to a COMMIT. FILE is a database that is not there yet. */
#include "ceiling.h"
#include <sqlite3.h>

static const char set_up[] =
	"PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
	"CREATE TABLE mail (id INTEGER PRIMARY KEY, app_id INTEGER, kind INTEGER, state INTEGER,"
	" nonce BLOB, reference TEXT, login TEXT, account_id INTEGER, epoch INTEGER, network TEXT,"
	" attempts INTEGER, created_at INTEGER, expires_at INTEGER, next_attempt_at INTEGER,"
	" settled_at INTEGER, last_error TEXT) STRICT";

static const char insert[] =
	"INSERT INTO mail VALUES (NULL, 1, 0, 0, randomblob(32), 'K7Q2-9FMX', $1, 0, 0,"
	" '127.0.0.1', 0, $2, $2 + 1800, $2, 0, '')";

static void must(sqlite3 *db, int code, int wanted)
{
	if (code == wanted)
		return;
	fprintf(stderr, "insert_ceiling: %s\n", sqlite3_errmsg(db));
	exit(1);
}

static void run(sqlite3 *db, const char *sql)
{
	must(db, sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
}

static void insert_row(sqlite3_stmt *statement, long i)
{
	char login[64];

	snprintf(login, sizeof(login), "member%ld@bench.example", i);
	sqlite3_bind_text(statement, 1, login, -1, SQLITE_STATIC);
	sqlite3_bind_int64(statement, 2, (sqlite3_int64)time(NULL));
	must(sqlite3_db_handle(statement), sqlite3_step(statement), SQLITE_DONE);
	sqlite3_reset(statement);
}

int main(int argc, char **argv)
{
	double seconds = (double)number_argument(argc, argv, 1, 1, 600);
	long rows = number_argument(argc, argv, 3, 1, 10000), n = 0;
	sqlite3 *db = NULL;
	sqlite3_stmt *statement = NULL;

	must(db, sqlite3_open(argv[2], &db), SQLITE_OK);
	run(db, set_up);
	must(db, sqlite3_prepare_v2(db, insert, -1, &statement, NULL), SQLITE_OK);
	double start = now_s();
	while (now_s() < start + seconds) {
		run(db, "BEGIN IMMEDIATE");
		for (long i = 0; i < rows; i++)
			insert_row(statement, n++);
		run(db, "COMMIT");
	}
	printf("{\"per_second\": %.2f}\n", (double)n / (now_s() - start));
	sqlite3_finalize(statement);
	sqlite3_close(db);
	return 0;
}
