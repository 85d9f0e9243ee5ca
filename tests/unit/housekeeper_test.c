/* SPDX-License-Identifier: Apache-2.0 */
/* housekeeper_test.c - what has had its time goes, to the second, a little at a time, and nobody
 * reads a whole table to find it. */
#include "house.h"
#include "store/queries.h"
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define OLD SECRET("correct horse")
#define NEW SECRET("battery staple")
#define ANN "ann@example.org"

/* INSERT ... of n rows: $i counts them. */
#define MANY(n) "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < " #n ") "
#define SESSIONS(n, account, epoch, ends)                                                          \
	MANY(n)                                                                                    \
	"INSERT INTO session (account_id, epoch, public_id, nonce, generation, access_digest,"     \
	" created_at, refreshed_at, expires_at, ends_at, network, client) SELECT " account         \
	", " epoch ", 's" epoch "-' || i, randomblob(32), 0, randomblob(32), 0, 0, 0, " ends       \
	", '', '' FROM n"
#define MAILS(n, state, login, settled)                                                            \
	MANY(n)                                                                                    \
	"INSERT INTO outbox (app_id, kind, state, nonce, reference, login, account_id, epoch,"     \
	" network, attempts, created_at, expires_at, next_attempt_at, settled_at, last_error)"     \
	" SELECT 1, 0, " state ", randomblob(32), '', " login ", 0, 0, '', 0, 0, 1795400000,"      \
	" 1795400000, " settled ", '' FROM n"
#define TOKENS(n, expires)                                                                         \
	MANY(n)                                                                                    \
	"INSERT INTO token (account_id, outbox_id, purpose, epoch, digest, state, created_at,"     \
	" expires_at) SELECT 1, 1000000 + i, 0, 1, randomblob(32), 0, 0, " expires " FROM n"
#define TRAIL(n, at)                                                                               \
	MANY(n)                                                                                    \
	"INSERT INTO audit (app_id, account_id, at, event, outcome, network)"                      \
	" SELECT 1, 1, " at ", 'event', 'done', '' FROM n"
#define START "1795400000" /* of the house's clock */

static void open_with_ann(struct house *house, struct test *t)
{
	house_open(house, t, NULL);
	house_add(house, ANN, "ann", "correct horse");
	house_sql(house, "DELETE FROM audit");
}

TEST(each_row_goes_at_the_end_of_its_time_and_not_a_second_before)
{
	static const struct {
		const char *name, *row, *rows;
		int64_t kept_s;
	} cases[] = {
		{ "a session, with its refresh token", SESSIONS(1, "1", "1", START), "session", 0 },
		{ "a token, a week later", TOKENS(1, START), "token", 7 * DAY },
		{ "a sent mail", MAILS(1, "1", "NULL", START), "outbox", 7 * DAY },
		{ "a dead mail", MAILS(1, "2", "'x'", START), "outbox", 7 * DAY },
		{ "a dropped mail", MAILS(1, "3", "'x'", START), "outbox", 7 * DAY },
		{ "what a stranger typed", MAILS(1, "3", "'x'", START),
		  "outbox WHERE login IS NOT NULL", DAY },
		{ "what a member typed stays with the mail", MAILS(1, "1", "'x'", START),
		  "outbox WHERE login IS NOT NULL", 7 * DAY },
		{ "a mail that nobody took", MAILS(1, "0", "'x'", "0"), "outbox", 7 * DAY },
		{ "a line of the trail", TRAIL(1, START), "audit", 365 * DAY },
	};
	FOREACH(c, cases) {
		struct house house;
		open_with_ann(&house, t);
		house_sql(&house, c->row);
		int64_t end = house.now + c->kept_s;
		house.now = end - 1;
		house_sweep(&house);
		CHECK(c->name, house_rows(&house, c->rows) == 1);
		house.now = end;
		house_sweep(&house);
		CHECK(c->name, house_rows(&house, c->rows) == 0);
		house_close(&house);
	}
}

TEST(what_the_operator_keeps_longer_is_kept_longer)
{
	struct house house;

	open_with_ann(&house, t);
	house_sql(&house, MAILS(1, "1", "NULL", START));
	house_sql(&house, TRAIL(1, START));
	house.service.policy.retention_mail_days = 30;
	house.service.policy.retention_audit_days = -1;
	house.now += 30 * DAY - 1;
	house_sweep(&house);
	CHECK("mail", house_rows(&house, "outbox") == 1);
	house.now += 100 * 365 * (int64_t)DAY;
	house_sweep(&house);
	CHECK("mail", house_rows(&house, "outbox") == 0);
	CHECK("the trail for ever", house_rows(&house, "audit") == 1);
	house_close(&house);
}

TEST(a_mail_that_is_due_or_under_way_is_not_swept)
{
	struct house house;
	struct outbox_row row;
	struct letter letter;

	open_with_ann(&house, t);
	CHECK("ask", house_ask(&house, OUTBOX_RECOVERY, ANN) == OK);
	house_sweep(&house);
	CHECK("due", house_next_mail(&house, &row, &letter) && letter.send);
	house_sweep(&house);
	CHECK("under way", house_settle(&house, &row, MAIL_SENT) == OK);
	CHECK("settled", house_row(&house, row.id).state == OUTBOX_SENT);
	CHECK("its link works", house_reset(&house, house_link_token(&house, &letter), NEW) == OK);
	house_close(&house);
}

TEST(sessions_that_a_new_password_ended_are_swept_and_no_others)
{
	struct house house;

	open_with_ann(&house, t);
	house_add(&house, "bob@example.org", "bob", "correct horse");
	struct secret own = house_session(&house, ANN, OLD),
		      other = house_session(&house, ANN, OLD);
	struct secret bob = house_session(&house, "bob", OLD);
	house_sweep(&house);
	CHECK("all live", house_rows(&house, "session") == 3);
	CHECK("change", house_change(&house, own, OLD, NEW) == OK);
	house_sweep(&house);
	CHECK("one is gone", house_rows(&house, "session") == 2);
	CHECK("the right one",
	      house_session_lives(&house, own) && house_session_lives(&house, bob));
	CHECK("the right one", !house_session_lives(&house, other));
	CHECK("nobody to look at", house_rows(&house, "account WHERE swept_epoch <> epoch") == 0);
	house_close(&house);
}

TEST(a_batch_is_small_and_batches_follow_until_all_is_swept)
{
	struct house house;
	const size_t batch = HOUSE_BATCH;

	open_with_ann(&house, t);
	house_sql(&house, SESSIONS(450, "1", "1", "1"));
	CHECK("a full one", house_sweep_some(&house, SWEEP_SESSIONS_ENDED));
	CHECK("its rows", house_rows(&house, "session") == 450 - batch);
	CHECK("another", house_sweep_some(&house, SWEEP_SESSIONS_ENDED));
	CHECK("the last", !house_sweep_some(&house, SWEEP_SESSIONS_ENDED));
	CHECK("all", house_rows(&house, "session") == 0);
	house_sql(&house, SESSIONS(450, "1", "0", "1795500000"));
	house_sql(&house, "UPDATE account SET swept_epoch = 0");
	CHECK("revoked ones", house_sweep_some(&house, SWEEP_SESSIONS_REVOKED));
	CHECK("their rows", house_rows(&house, "session") == 450 - batch);
	CHECK("not done with the account",
	      house_rows(&house, "account WHERE swept_epoch <> epoch") == 1);
	house_sweep(&house);
	CHECK("all", house_rows(&house, "session") == 0);
	CHECK("done", house_rows(&house, "account WHERE swept_epoch <> epoch") == 0);
	house_close(&house);
}

TEST(many_accounts_with_ended_sessions_are_swept_in_batches)
{
	struct house house;

	open_with_ann(&house, t);
	house_sql(&house, MANY(450) "INSERT INTO account (app_id, public_id, epoch, status,"
	                            " password_set_at, password_expires_at, outbox_floor,"
	                            " created_at) SELECT 1, 'id' || i, 2, 0, 0, 0, 0, 0 FROM n");
	house_sql(&house, SESSIONS(450, "1 + i", "1", "1795500000"));
	house_sql(&house, SESSIONS(450, "1 + i", "2", "1795500000"));
	CHECK("more", house_sweep_some(&house, SWEEP_SESSIONS_REVOKED));
	CHECK("some", house_rows(&house, "session WHERE epoch = 1") == 450 - HOUSE_BATCH);
	house_sweep(&house);
	CHECK("all", house_rows(&house, "session WHERE epoch = 1") == 0);
	CHECK("and no others", house_rows(&house, "session") == 450);
	CHECK("done", house_rows(&house, "account WHERE swept_epoch <> epoch") == 0);
	house_close(&house);
}

TEST(only_a_thread_of_the_server_may_sweep)
{
	struct house house;
	const struct sweep_batch batch = { SWEEP_AUDIT, HOUSE_BATCH };
	struct swept swept;

	open_with_ann(&house, t);
	struct ctx client = house_client(&house), admin = house_operator(&house);
	CHECK("client", operation_run(&client, &sweep_op, &batch, &swept) == ERR_NOT_ALLOWED);
	CHECK("operator", operation_run(&admin, &sweep_op, &batch, &swept) == ERR_NOT_ALLOWED);
	house_close(&house);
}

/* ---- what it costs ---- */

static const enum query sweeps[] = {
	QUERY_SWEEP_SESSIONS_ENDED,  QUERY_SWEEP_SESSIONS_REVOKED,
	QUERY_SWEEP_ACCOUNTS_SWEPT,  QUERY_SWEEP_TOKENS,
	QUERY_SWEEP_LOGINS_DROPPED,  QUERY_SWEEP_MAILS_SETTLED,
	QUERY_SWEEP_MAILS_UNCLAIMED, QUERY_SWEEP_AUDIT,
};

static const enum query removals[] = {
	QUERY_ACCOUNT_REMOVE_MAILS,
	QUERY_ACCOUNT_REMOVE_TRAIL,
	QUERY_ACCOUNT_REMOVE_WORKSPACES,
	QUERY_ACCOUNT_REMOVE,
};

/* Much of everything, none of which has had its time. */
static void fill(struct house *house)
{
	house_sql(house, MANY(20000) "INSERT INTO account (app_id, public_id, email_key, epoch,"
	                             " status, password_set_at, password_expires_at, outbox_floor,"
	                             " created_at) SELECT 1, 'id' || i, 'x' || i, 1, 0, 0, 0, 0, 0"
	                             " FROM n");
	house_sql(house,
	          MANY(20000) "INSERT INTO workspace (app_id, name, created_at) SELECT 1, 'w', 0"
	                      " FROM n");
	house_sql(house,
	          MANY(20000) "INSERT INTO workspace_member (account_id, workspace_id) SELECT"
	                      " 1 + i, 1 + i FROM n");
	house_sql(house, SESSIONS(20000, "1 + i", "1", "1795500000"));
	house_sql(house, TOKENS(20000, START));
	house_sql(house, MAILS(20000, "i % 4", "'y' || i", START));
	house_sql(house, TRAIL(20000, START));
	house_sql(house, "UPDATE audit SET account_id = 1 + id");
	house_sql(house, "ANALYZE");
}

static sqlite3 *open_file(struct house *house)
{
	sqlite3 *db = NULL;

	CHECK("open", sqlite3_open_v2(house->url.ptr + strlen("sqlite:"), &db,
	                              SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK);
	CHECK("keys",
	      sqlite3_exec(db, "PRAGMA foreign_keys = ON; BEGIN", NULL, NULL, NULL) == SQLITE_OK);
	return db;
}

/* A table that is read from end to end is a SCAN of the plan without an index. The trail's oldest
 * rows are read by its key, as many as LIMIT says. */
static void check_plan(struct house *house, sqlite3 *db, enum query q)
{
	const struct query_text *query = &query_texts[q];
	struct str sql;
	sqlite3_stmt *plan = NULL;

	CHECK(query->name,
	      arena_printf(house->t->arena, &sql, "EXPLAIN QUERY PLAN %s", query->sqlite) == OK);
	CHECK(query->name, sqlite3_prepare_v2(db, sql.ptr, -1, &plan, NULL) == SQLITE_OK);
	while (sqlite3_step(plan) == SQLITE_ROW) {
		const char *step = (const char *)sqlite3_column_text(plan, 3);
		bool scans = strstr(step, "SCAN") && !strstr(step, "USING") &&
		             !strstr(step, "SCAN moved") &&
		             !(q == QUERY_SWEEP_AUDIT && strstr(step, "SCAN audit"));
		CHECK(step, !scans);
	}
	sqlite3_finalize(plan);
}

/* The steps of SQLite's machine that it takes to find nothing. */
static int steps_of(sqlite3 *db, enum query q, int64_t first)
{
	const struct query_text *query = &query_texts[q];
	sqlite3_stmt *statement = NULL;

	CHECK(query->name,
	      sqlite3_prepare_v2(db, query->sqlite, -1, &statement, NULL) == SQLITE_OK);
	sqlite3_bind_int64(statement, 1, first);
	if (strlen(query->parameters) > 1)
		sqlite3_bind_int64(statement, 2, HOUSE_BATCH);
	while (sqlite3_step(statement) == SQLITE_ROW)
		;
	int steps = sqlite3_stmt_status(statement, SQLITE_STMTSTATUS_VM_STEP, 0);
	sqlite3_finalize(statement);
	return steps;
}

SQLITE_TEST(no_sweep_reads_more_than_a_batch_however_much_there_is)
{
	struct house house;

	open_with_ann(&house, t);
	fill(&house);
	sqlite3 *db = open_file(&house);
	FOREACH(q, sweeps) {
		bool by_time = strlen(query_texts[*q].parameters) > 1;
		check_plan(&house, db, *q);
		int steps = steps_of(db, *q, by_time ? 1795400000 - 1 : HOUSE_BATCH);
		CHECK(query_texts[*q].name, steps < 40 * HOUSE_BATCH);
	}
	CHECK("nothing was swept", sqlite3_total_changes(db) == 0);
	sqlite3_close(db);
	house_close(&house);
}

SQLITE_TEST(removing_an_account_reads_what_is_the_accounts_alone)
{
	struct house house;

	open_with_ann(&house, t);
	fill(&house);
	sqlite3 *db = open_file(&house);
	FOREACH(q, removals) {
		check_plan(&house, db, *q);
		CHECK(query_texts[*q].name, steps_of(db, *q, 77) < 1000);
	}
	sqlite3_close(db);
	house_close(&house);
}

/* ---- the thread ---- */

TEST(the_housekeeper_sweeps_at_its_start_and_stops_at_once)
{
	struct house house;
	struct housekeeper *housekeeper = NULL;

	open_with_ann(&house, t);
	house_sql(&house, SESSIONS(450, "1", "1", "1"));
	house_sql(&house, TOKENS(450, "1"));
	CHECK("start", housekeeper_start(&house.service, &housekeeper) == OK);
	for (int i = 0;
	     i < 1000 && (house_rows(&house, "token") > 0 || house_rows(&house, "session") > 0);
	     i++)
		usleep(10000);
	int64_t began_ms = clock_steady_ms();
	housekeeper_stop(housekeeper);
	CHECK("at once", clock_steady_ms() - began_ms < 5000);
	CHECK("swept", house_rows(&house, "session") == 0 && house_rows(&house, "token") == 0);
	housekeeper_stop(NULL);
	house_close(&house);
}
