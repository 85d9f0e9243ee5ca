/* SPDX-License-Identifier: Apache-2.0 */
/* driver_postgres.c - PostgreSQL as an engine: prepared statements, and transactions that end.
 *
 * READ COMMITTED, for every guard of ours is a WHERE of the statement that writes, which PostgreSQL
 * looks at again once it has the row's lock; where two rows have to agree, the account is locked
 * first (QUERY_ACCOUNT_LOCK). Whoever waits for a lock, or for the server, waits for a bounded
 * time. A connection that has died idle is replaced unnoticed; in a transaction that is ERR_RETRY,
 * since nothing of it has happened, and in its COMMIT it is ERR_STORE, since nobody can know. */
#include "base/embedded.h"
#include "base/log.h"
#include "store/driver.h"
#include "store/postgres_link.h"
#include "store/schema.h"
#include <endian.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	ARGS_MAX = 24,
	ANSWER_MS =
		15000, /* beyond the server's own limits below: it has been stopped, or cut off */
	COMMIT_MS = 30000, /* a standby may have to have it, too */
	OID_INT8 = 20,
	OID_INT4 = 23,
	OID_TEXT = 25,
	OID_BYTEA = 17,
};

/* SET LOCAL ends with the transaction, so that a pooler's next client does not inherit it. */
static const char begin_words[] =
	"BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; SET LOCAL lock_timeout = 5000;"
	" SET LOCAL statement_timeout = 10000; SET LOCAL idle_in_transaction_session_timeout = "
	"30000";

/* Without the limit of a statement, for a COMMIT that is cancelled while it waits for a standby
 * calls itself done. */
static const char commit_words[] = "SET LOCAL statement_timeout = 0; COMMIT";

struct conn {
	struct postgres_link link;
	PGresult *rows; /* of the query that fetch reads; NULL: of none */
	int next_row;
	int depth; /* 0: in no transaction; 1: in one; 2: in a part of one */
};

/* ---- errors ---- */

/* What a SQLSTATE means to a caller, by its first letters. `lost`: the connection is of no use. */
static const struct meaning {
	const char *state;
	enum err err;
	bool quiet, lost;
} meanings[] = {
	{ "23505", ERR_CONFLICT, true, false }, /* unique_violation */
	{ "23503", ERR_RETRY, true, false },    /* foreign_key_violation: removed meanwhile */
	{ "40", ERR_RETRY, true, false },       /* serialization failure, deadlock */
	{ "55P03", ERR_BUSY, false, false },    /* lock_not_available in time */
	{ "57014", ERR_BUSY, false, false },    /* query_canceled: it took too long */
	{ "53300", ERR_BUSY, false, true },     /* too_many_connections */
	{ "25006", ERR_RETRY, false, true },    /* read_only_sql_transaction: no primary any more */
	{ "57P", ERR_RETRY, false, true },      /* the server is shut down, or starts */
	{ "08", ERR_RETRY, false, true },       /* connection exceptions */
	{ "26000", ERR_STORE, false, true },    /* invalid_sql_statement_name: see below */
	{ "42P05", ERR_STORE, false, true },    /* duplicate_prepared_statement */
};

static const struct meaning *meaning_of(const char *state)
{
	static const struct meaning unknown = { "", ERR_STORE, false, false };

	FOREACH(meaning, meanings) {
		if (strncmp(state, meaning->state, strlen(meaning->state)) == 0)
			return meaning;
	}
	return &unknown;
}

/* The server's words go to the log here; its details do not, as they show the values of rows. */
static void log_words(const char *doing, const char *state, const PGresult *result)
{
	const char *words = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);

	log_error("postgres: %s: %s (%s)", doing, words ? words : "the connection is gone", state);
	if (strcmp(state, "26000") == 0 || strcmp(state, "42P05") == 0)
		log_error("postgres: behind a pooler that shares connections between transactions, "
		          "add prepare=off to database.url");
}

/* NULL: there was no answer. */
static enum err result_err(struct conn *conn, const char *doing, const PGresult *result)
{
	const char *state = result ? PQresultErrorField(result, PG_DIAG_SQLSTATE) : NULL;

	if (!state || PQstatus(conn->link.pg) != CONNECTION_OK) {
		if (conn->link.pg)
			log_words(doing, state ? state : "-", result);
		postgres_disconnect(&conn->link);
		return ERR_RETRY;
	}
	const struct meaning *meaning = meaning_of(state);
	if (!meaning->quiet)
		log_words(doing, state, result);
	if (meaning->lost)
		postgres_disconnect(&conn->link);
	return meaning->err;
}

/* OK, or what the result says; the result is gone unless ret_result takes it. */
static enum err take_result(struct conn *conn, const char *doing, PGresult *result,
                            PGresult **ret_result)
{
	ExecStatusType status = result ? PQresultStatus(result) : PGRES_FATAL_ERROR;

	if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK) {
		if (ret_result)
			*ret_result = result;
		else
			PQclear(result);
		return OK;
	}
	enum err err = result_err(conn, doing, result);
	PQclear(result);
	return err;
}

/* ---- words without parameters ---- */

static enum err say_as(struct conn *conn, const char *doing, const char *words, int64_t timeout_ms,
                       PGresult **ret_result)
{
	if (!conn->link.pg)
		return ERR_RETRY;
	bool sent = PQsendQuery(conn->link.pg, words) == 1;
	PGresult *result = sent ? postgres_last(&conn->link, timeout_ms) : NULL;

	return take_result(conn, doing, result, ret_result);
}

static enum err say(struct conn *conn, const char *words, int64_t timeout_ms, PGresult **ret_result)
{
	return say_as(conn, words, words, timeout_ms, ret_result);
}

/* The one number that a script gives. */
static enum err ask_number(struct conn *conn, const char *words, int *ret_number)
{
	PGresult *result = NULL;

	TRY(say(conn, words, 0, &result));
	bool given = PQntuples(result) == 1 && PQnfields(result) == 1;
	if (given)
		*ret_number = (int)strtol(PQgetvalue(result, 0, 0), NULL, 10);
	PQclear(result);
	return given ? OK : ERR_STORE;
}

/* ---- the schema ---- */

/* 0: there is none. Asked of the table of tables, since what a session believes of a name may be
 * older than the lock that it has just been given. */
static enum err schema_version(struct conn *conn, int *ret_version)
{
	int there = 0;

	*ret_version = 0;
	TRY(ask_number(conn,
	               "SELECT count(*) FROM pg_tables WHERE tablename = 'schema_version'"
	               " AND schemaname = ANY (current_schemas(false))",
	               &there));
	return there ? ask_number(conn, "SELECT version FROM schema_version", ret_version) : OK;
}

static enum err take_steps(struct conn *conn)
{
	int version = 0, newest = schema_newest(schema_postgres);
	char done[64];

	TRY(schema_version(conn, &version));
	if (version > newest)
		return ERR_SCHEMA_NEWER;
	if (version == newest)
		return OK;
	for (const struct embedded *step = schema_postgres + version; step->name; step++)
		TRY(say_as(conn, step->name, step->text.ptr, 0, NULL));
	snprintf(done, sizeof(done), "UPDATE schema_version SET version = %d", newest);
	return say(conn, done, 0, NULL);
}

/* Several servers may start at once: the second waits for the lock, then finds nothing to do. */
static enum err migrate(struct conn *conn)
{
	int version = 0, newest = schema_newest(schema_postgres);

	TRY(schema_version(conn, &version));
	if (version == newest)
		return OK;
	TRY(say(conn, "BEGIN; SELECT pg_advisory_xact_lock(" LOCK_SCHEMA ")", 0, NULL));
	enum err err = take_steps(conn);
	if (err == OK)
		return say(conn, "COMMIT", 0, NULL);
	enum err undone = say(conn, "ROLLBACK", 0, NULL);
	return undone == OK ? err : undone;
}

/* What a look at a database asks instead of migrate(). */
static enum err compare_schema(struct conn *conn)
{
	int version = 0, newest = schema_newest(schema_postgres);

	TRY(schema_version(conn, &version));
	if (version == 0)
		return ERR_NOT_FOUND;
	if (version == newest)
		return OK;
	return version > newest ? ERR_SCHEMA_NEWER : ERR_SCHEMA_OLDER;
}

/* ---- preparing ---- */

static Oid oid_of(char type)
{
	return type == 'i' ? OID_INT8 : type == 't' ? OID_TEXT : OID_BYTEA;
}

static int oids_of(const char *parameters, Oid ret_oids[ARGS_MAX])
{
	int n = 0;

	for (; parameters[n]; n++)
		ret_oids[n] = oid_of(parameters[n]);
	return n;
}

static const char *statement_name(const struct conn *conn, const struct query_text *query)
{
	return conn->link.prepares ? query->name : "";
}

static bool send_all(struct conn *conn)
{
	Oid oids[ARGS_MAX];
	bool sent = true;

	for (enum query q = 0; q < QUERY_COUNT; q++) {
		const struct query_text *query = &query_texts[q];
		const char *name = statement_name(conn, query);
		if (query->postgres)
			sent = sent &&
			       PQsendPrepare(conn->link.pg, name, query->postgres,
			                     oids_of(query->parameters, oids), oids) &&
			       PQsendDescribePrepared(conn->link.pg, name);
	}
	return sent && PQpipelineSync(conn->link.pg);
}

static bool is_as_declared(const PGresult *described, const struct query_text *query)
{
	int n = (int)strlen(query->columns);

	if (PQnparams(described) != (int)strlen(query->parameters) || PQnfields(described) != n)
		return false;
	for (int i = 0; i < n; i++) {
		Oid type = PQftype(described, i);
		bool integer = type == OID_INT8 || type == OID_INT4;
		if (query->columns[i] == 'i' ? !integer : type != oid_of(query->columns[i]))
			return false;
	}
	return true;
}

/* One result of a pipeline, and the NULL that ends it. */
static enum err next_of_pipeline(struct conn *conn, const char *doing, PGresult **ret_result)
{
	PGresult *result = postgres_next(&conn->link, ANSWER_MS);

	PQclear(postgres_next(&conn->link, ANSWER_MS));
	return take_result(conn, doing, result, ret_result);
}

static enum err read_prepared(struct conn *conn, const struct query_text *query)
{
	PGresult *described = NULL;

	TRY(next_of_pipeline(conn, query->name, NULL));
	TRY(next_of_pipeline(conn, query->name, &described));
	bool fits = is_as_declared(described, query);
	PQclear(described);
	if (fits)
		return OK;
	log_error("query %s does not have the parameters and columns it declares", query->name);
	return ERR_INTERNAL;
}

static enum err end_pipeline(struct conn *conn)
{
	PQclear(postgres_next(&conn->link, ANSWER_MS));
	return conn->link.pg && PQexitPipelineMode(conn->link.pg) ? OK : ERR_STORE;
}

/* All in one round trip. */
static enum err prepare_all(struct conn *conn)
{
	if (!PQenterPipelineMode(conn->link.pg) || !send_all(conn))
		return result_err(conn, "preparing", NULL);
	for (enum query q = 0; q < QUERY_COUNT; q++) {
		if (query_texts[q].postgres)
			TRY(read_prepared(conn, &query_texts[q]));
	}
	return end_pipeline(conn);
}

/* ---- opening ---- */

static void drop_rows(struct conn *conn)
{
	PQclear(conn->rows);
	conn->rows = NULL;
}

static void postgres_close(struct conn *conn)
{
	if (!conn)
		return;
	drop_rows(conn);
	postgres_unlink(&conn->link);
	free(conn);
}

/* A connection that is ready, a new one if the old one is gone. */
static enum err be_ready(struct conn *conn)
{
	if (conn->link.pg && PQstatus(conn->link.pg) == CONNECTION_OK &&
	    PQtransactionStatus(conn->link.pg) == PQTRANS_IDLE)
		return OK;
	postgres_disconnect(&conn->link);
	TRY(postgres_connect(&conn->link));
	if (!conn->link.prepares)
		return OK;
	enum err err = prepare_all(conn);
	if (err != OK)
		postgres_disconnect(&conn->link);
	return err;
}

static enum err set_up(struct conn *conn, const char *url, enum opening opening)
{
	TRY(postgres_link_read(&conn->link, url));
	if (opening == OPEN_MORE)
		return be_ready(conn);
	TRY(postgres_connect(&conn->link));
	TRY(opening == OPEN_MAKING ? migrate(conn) : compare_schema(conn));
	return prepare_all(conn);
}

static enum err postgres_open(const char *url, enum opening opening, struct conn **ret_conn)
{
	struct conn *conn = calloc(1, sizeof(*conn));

	NEED(conn);
	enum err err = set_up(conn, url, opening);
	if (err != OK) {
		postgres_close(conn);
		return err == ERR_RETRY ? ERR_STORE : err;
	}
	*ret_conn = conn;
	return OK;
}

/* ---- queries ---- */

/* Arguments as libpq wants them, in binary; the integers have their bytes here. */
struct arguments {
	const char *values[ARGS_MAX];
	int lengths[ARGS_MAX], formats[ARGS_MAX];
	uint64_t integers[ARGS_MAX];
};

static void lay_out(const struct value *args, size_t n_args, struct arguments *ret_laid)
{
	for (size_t i = 0; i < n_args; i++) {
		ret_laid->formats[i] = 1;
		ret_laid->values[i] = args[i].text.ptr;
		ret_laid->lengths[i] = (int)args[i].text.len;
		if (args[i].kind == VALUE_NULL)
			ret_laid->values[i] = NULL;
		if (args[i].kind != VALUE_INTEGER)
			continue;
		ret_laid->integers[i] = htobe64((uint64_t)args[i].integer);
		ret_laid->values[i] = (const char *)&ret_laid->integers[i];
		ret_laid->lengths[i] = sizeof(ret_laid->integers[i]);
	}
}

static bool send_query(struct conn *conn, const struct query_text *query,
                       const struct arguments *args, int n)
{
	Oid oids[ARGS_MAX];

	if (conn->link.prepares)
		return PQsendQueryPrepared(conn->link.pg, query->name, n, args->values,
		                           args->lengths, args->formats, 1);
	oids_of(query->parameters, oids);
	return PQsendQueryParams(conn->link.pg, query->postgres, n, oids, args->values,
	                         args->lengths, args->formats, 1);
}

static enum err run_query(struct conn *conn, const struct query_text *query,
                          const struct arguments *args, int n)
{
	if (!conn->link.pg)
		return ERR_RETRY;
	PGresult *result =
		send_query(conn, query, args, n) ? postgres_last(&conn->link, ANSWER_MS) : NULL;

	return take_result(conn, query->name, result, &conn->rows);
}

/* It had died while nobody used it. */
static bool was_dead(const struct conn *conn, enum err err)
{
	return err == ERR_RETRY && !conn->link.pg && !conn->link.timed_out && conn->depth == 0;
}

static enum err postgres_execute(struct conn *conn, enum query q, const struct value *args,
                                 size_t n_args)
{
	const struct query_text *query = &query_texts[q];
	struct arguments laid;

	drop_rows(conn);
	conn->next_row = 0;
	if (!query->postgres)
		return ERR_INTERNAL;
	lay_out(args, n_args, &laid);
	if (conn->depth == 0)
		TRY(be_ready(conn));
	enum err err = run_query(conn, query, &laid, (int)n_args);
	if (!was_dead(conn, err))
		return err;
	TRY(be_ready(conn));
	return run_query(conn, query, &laid, (int)n_args);
}

static int64_t integer_at(const PGresult *rows, int row, int column)
{
	const char *bytes = PQgetvalue(rows, row, column);
	uint64_t wide;
	uint32_t narrow;

	if (PQgetlength(rows, row, column) == (int)sizeof(narrow)) {
		memcpy(&narrow, bytes, sizeof(narrow));
		return (int32_t)be32toh(narrow);
	}
	memcpy(&wide, bytes, sizeof(wide));
	return (int64_t)be64toh(wide);
}

static enum err copy_column(const PGresult *rows, int row, int column, struct arena *arena,
                            struct value *ret_value)
{
	const struct str from = { PQgetvalue(rows, row, column),
		                  (size_t)PQgetlength(rows, row, column) };

	*ret_value = (struct value){ .kind = VALUE_NULL };
	if (PQgetisnull(rows, row, column))
		return OK;
	switch (PQftype(rows, column)) {
	case OID_INT8:
	case OID_INT4:
		ret_value->kind = VALUE_INTEGER;
		ret_value->integer = integer_at(rows, row, column);
		return OK;
	case OID_BYTEA:
		ret_value->kind = VALUE_BYTES;
		break;
	default:
		ret_value->kind = VALUE_TEXT;
		break;
	}
	return arena_str(arena, from, &ret_value->text);
}

static enum err postgres_fetch(struct conn *conn, struct arena *arena, struct value *ret_row,
                               size_t n_columns)
{
	if (!conn->rows || conn->next_row == PQntuples(conn->rows)) {
		drop_rows(conn);
		return ERR_NOT_FOUND;
	}
	for (size_t i = 0; i < n_columns; i++)
		TRY(copy_column(conn->rows, conn->next_row, (int)i, arena, &ret_row[i]));
	conn->next_row++;
	return OK;
}

/* ---- transactions ---- */

static enum err begin_first(struct conn *conn)
{
	TRY(be_ready(conn));
	enum err err = say(conn, begin_words, ANSWER_MS, NULL);
	if (!was_dead(conn, err))
		return err;
	TRY(be_ready(conn));
	return say(conn, begin_words, ANSWER_MS, NULL);
}

static enum err postgres_begin(struct conn *conn)
{
	drop_rows(conn);
	TRY(conn->depth == 0 ? begin_first(conn) : say(conn, "SAVEPOINT part", ANSWER_MS, NULL));
	conn->depth++;
	return OK;
}

/* A transaction that has failed takes no more words, but for a COMMIT that calls itself ROLLBACK.
 */
static enum err commit_all(struct conn *conn)
{
	PGresult *result = NULL;

	conn->link.warned = false;
	enum err err = say(conn, commit_words, COMMIT_MS, &result);
	bool committed = err == OK && strcmp(PQcmdStatus(result), "COMMIT") == 0;
	PQclear(result);
	if (committed && !conn->link.warned) {
		conn->depth = 0;
		return OK;
	}
	/* Nobody knows whether it has happened, so it cannot be run again. */
	return !conn->link.pg || committed ? ERR_STORE : err != OK ? err : ERR_STORE;
}

static enum err postgres_commit(struct conn *conn)
{
	drop_rows(conn);
	if (!conn->link.pg)
		return ERR_RETRY;
	if (conn->depth == 1)
		return commit_all(conn);
	TRY(say(conn, "RELEASE part", ANSWER_MS, NULL));
	conn->depth--;
	return OK;
}

static void postgres_rollback(struct conn *conn)
{
	const char *words = conn->depth == 1 ? "ROLLBACK" : "ROLLBACK TO part; RELEASE part";

	drop_rows(conn);
	if (conn->depth == 0)
		return;
	conn->depth--;
	/* What cannot even be rolled back is left to the server to end. */
	if (conn->link.pg && PQtransactionStatus(conn->link.pg) != PQTRANS_IDLE &&
	    say(conn, words, ANSWER_MS, NULL) != OK)
		postgres_disconnect(&conn->link);
}

const struct driver driver_postgres = {
	.name = "postgresql",
	.one_writer = false,
	.in_process = false,
	.open = postgres_open,
	.close = postgres_close,
	.execute = postgres_execute,
	.fetch = postgres_fetch,
	.begin = postgres_begin,
	.commit = postgres_commit,
	.rollback = postgres_rollback,
};
