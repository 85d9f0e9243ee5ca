/* SPDX-License-Identifier: Apache-2.0 */
/* living.c - the house of the unit tests, and a connection of our own that knows how it began. */
#include "living.h"
#include "fuzz.h"
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#define NEVER (1LL << 40) /* seconds */

/* What a request can change. */
static const char *const tables[] = { "account", "account_field", "workspace", "workspace_member",
	                              "waiting", "session",       "token",     "sign_up",
	                              "outbox",  "audit",         "sign_in" };

static struct house house;
static struct test test;
static sqlite3 *db;
static sqlite3_stmt *version, *look;
static int64_t version_before;

static void run_sql(const char *sql)
{
	HOLDS(sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK);
}

static int64_t read_version(void)
{
	HOLDS(sqlite3_step(version) == SQLITE_ROW);
	int64_t now = sqlite3_column_int64(version, 0);
	sqlite3_reset(version);
	return now;
}

static const char *digest_hex(const char *words)
{
	struct digest digest = digest_of((struct secret){ words, strlen(words) });
	struct str hex;

	HOLDS(spell_hex(test.arena, digest.bytes, sizeof(digest.bytes), &hex) == OK);
	return hex.ptr;
}

static void run_formatted(struct str sql)
{
	run_sql(sql.ptr);
}

static void add_token(const char *words, int outbox_id, enum token_purpose purpose,
                      enum token_state state, int64_t expires_at)
{
	struct str sql;

	HOLDS(arena_printf(test.arena, &sql,
	                   "INSERT INTO token (account_id, outbox_id, purpose, epoch, digest,"
	                   " state, created_at, expires_at) SELECT id, %d, %d, epoch, X'%s',"
	                   " %d, 0, %lld FROM account",
	                   outbox_id, (int)purpose, digest_hex(words), (int)state,
	                   (long long)expires_at) == OK);
	run_formatted(sql);
}

static void add_session(void)
{
	struct str sql;

	HOLDS(arena_printf(test.arena, &sql,
	                   "INSERT INTO session (account_id, epoch, public_id, nonce, generation,"
	                   " access_digest, created_at, refreshed_at, expires_at, ends_at, network,"
	                   " client) SELECT id, epoch, '0123456789abcdef01234567', zeroblob(32), 0,"
	                   " X'%s', 0, 0, %lld, %lld, '', '' FROM account",
	                   digest_hex(MEMBER_SESSION), NEVER, NEVER) == OK);
	run_formatted(sql);
}

/* Ids far above those that rows of the outbox will have. */
static void add_secrets(void)
{
	add_session();
	add_token(MEMBER_RESET, 1000001, TOKEN_SET_PASSWORD, TOKEN_LIVE, NEVER);
	add_token(MEMBER_MAKE, 1000002, TOKEN_MAKE_PASSWORD, TOKEN_LIVE, NEVER);
	add_token(SPENT_RESET, 1000003, TOKEN_SET_PASSWORD, TOKEN_SPENT, NEVER);
	add_token(OLD_RESET, 1000004, TOKEN_SET_PASSWORD, TOKEN_LIVE, 1);
}

static void keep_pristine(void)
{
	run_sql("ATTACH ':memory:' AS pristine");
	FOREACH(table, tables) {
		struct str sql;
		HOLDS(arena_printf(test.arena, &sql,
		                   "CREATE TABLE pristine.%s AS SELECT * FROM main.%s", *table,
		                   *table) == OK);
		run_formatted(sql);
	}
}

static void prepare(void)
{
	static const char look_sql[] =
		"SELECT a.id IS NULL, a.phc <> p.phc, a.epoch <> p.epoch AND a.phc = p.phc,"
		" (SELECT count(*) FROM main.session s WHERE s.account_id = p.id) >"
		" (SELECT count(*) FROM pristine.session),"
		" (SELECT count(*) FROM main.outbox WHERE kind = 3)"
		" FROM pristine.account p LEFT JOIN main.account a ON a.id = p.id";

	HOLDS(sqlite3_prepare_v2(db, look_sql, -1, &look, NULL) == SQLITE_OK);
	HOLDS(sqlite3_prepare_v2(db, "PRAGMA main.data_version", -1, &version, NULL) == SQLITE_OK);
	version_before = read_version();
}

static void stop(void)
{
	sqlite3_finalize(version);
	sqlite3_finalize(look);
	sqlite3_close(db);
	house_close(&house);
	arena_free(test.arena);
}

struct house *living_start(void)
{
	_Static_assert(OUTBOX_MADE_PASSWORD == 3, "the look counts these");

	test.arena = arena_new(1 << 20);
	HOLDS(test.arena);
	house_open(&house, &test, NULL);
	memset(&house.key, 7, sizeof(house.key));
	house.service.policy.default_app = STR("demo");
	house_add_app(&house, "other", "fr");
	house_add(&house, MEMBER_EMAIL, MEMBER_USERNAME, MEMBER_PASSWORD);
	HOLDS(sqlite3_open_v2(house.url.ptr + strlen("sqlite:"), &db, SQLITE_OPEN_READWRITE,
	                      NULL) == SQLITE_OK);
	sqlite3_busy_timeout(db, 5000);
	run_sql("PRAGMA synchronous = OFF");
	run_sql("UPDATE app SET public_id = '" APP_ID "' WHERE name = 'demo'");
	add_secrets();
	keep_pristine();
	prepare();
	atexit(stop);
	return &house;
}

struct happened living_look(void)
{
	struct happened happened;

	HOLDS(sqlite3_step(look) == SQLITE_ROW);
	happened.removed = sqlite3_column_int(look, 0) != 0;
	happened.password_set = sqlite3_column_int(look, 1) != 0;
	happened.sessions_ended = sqlite3_column_int(look, 2) != 0;
	happened.session_opened = sqlite3_column_int(look, 3) != 0;
	happened.password_asked_for = sqlite3_column_int(look, 4) != 0;
	HOLDS(sqlite3_step(look) == SQLITE_DONE); /* there was one account */
	sqlite3_reset(look);
	return happened;
}

void living_put_back(void)
{
	if (read_version() == version_before)
		return;
	run_sql("BEGIN IMMEDIATE;"
	        "DELETE FROM sign_in; DELETE FROM audit; DELETE FROM outbox; DELETE FROM sign_up; "
	        "DELETE FROM token;"
	        "DELETE FROM session; DELETE FROM account_field; DELETE FROM workspace_member;"
	        "DELETE FROM workspace; DELETE FROM waiting; DELETE FROM account;"
	        "INSERT INTO account SELECT * FROM pristine.account;"
	        "INSERT INTO account_field SELECT * FROM pristine.account_field;"
	        "INSERT INTO workspace SELECT * FROM pristine.workspace;"
	        "INSERT INTO workspace_member SELECT * FROM pristine.workspace_member;"
	        "INSERT INTO waiting SELECT * FROM pristine.waiting;"
	        "INSERT INTO session SELECT * FROM pristine.session;"
	        "INSERT INTO token SELECT * FROM pristine.token;"
	        "INSERT INTO sign_up SELECT * FROM pristine.sign_up;"
	        "INSERT INTO outbox SELECT * FROM pristine.outbox;"
	        "INSERT INTO audit SELECT * FROM pristine.audit;"
	        "DELETE FROM sqlite_sequence;"
	        "COMMIT");
	version_before = read_version();
}
