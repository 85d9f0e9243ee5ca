/* SPDX-License-Identifier: Apache-2.0 */
/* driver_faulty.c - a counter in front of under()-> */
#include "driver_faulty.h"
#include "database.h"
#include <stdatomic.h>

static atomic_uint calls, fails_at, fails_with, fails_on;

static struct {
	enum query query;
	void (*happen)(void *state);
	void *state;
} meeting;

void faulty_meet(enum query query, void (*happen)(void *state), void *state)
{
	meeting.query = query;
	meeting.happen = happen;
	meeting.state = state;
}

static void meet(enum query query)
{
	void (*happen)(void *state) = meeting.happen;

	if (!happen || query != meeting.query)
		return;
	meeting.happen = NULL;
	happen(meeting.state);
}

void faulty_arm(unsigned n, enum err err, enum faulty_how how)
{
	atomic_store(&fails_at, n);
	atomic_store(&fails_with, err);
	atomic_store(&fails_on, how == FAULTY_ON);
	atomic_store(&calls, 0);
}

unsigned faulty_heal(void)
{
	atomic_store(&fails_at, 0);
	return atomic_load(&calls);
}

/* Counts a call, and says whether it is to fail. */
static enum err turn(void)
{
	unsigned call = atomic_fetch_add(&calls, 1) + 1, at = atomic_load(&fails_at);
	bool fails = at != 0 && (atomic_load(&fails_on) ? call >= at : call == at);

	return fails ? (enum err)atomic_load(&fails_with) : OK;
}

static const struct driver *under(void)
{
	return on_postgres() ? &driver_postgres : &driver_sqlite;
}

static enum err faulty_open(const char *url, enum opening opening, struct conn **ret_conn)
{
	return under()->open(url, opening, ret_conn);
}

static void faulty_close(struct conn *conn)
{
	under()->close(conn);
}

static enum err faulty_execute(struct conn *conn, enum query q, const struct value *args,
                               size_t n_args)
{
	TRY(turn());
	TRY(under()->execute(conn, q, args, n_args));
	meet(q);
	return OK;
}

static enum err faulty_fetch(struct conn *conn, struct arena *arena, struct value *ret_row,
                             size_t n_columns)
{
	TRY(turn());
	return under()->fetch(conn, arena, ret_row, n_columns);
}

static enum err faulty_begin(struct conn *conn)
{
	TRY(turn());
	return under()->begin(conn);
}

static enum err faulty_commit(struct conn *conn)
{
	TRY(turn());
	return under()->commit(conn);
}

static void faulty_rollback(struct conn *conn)
{
	under()->rollback(conn);
}

#define FAULTY(one)                                                                                \
	{                                                                                          \
		.name = "faulty", .one_writer = one, .in_process = one, .open = faulty_open,       \
		.close = faulty_close, .execute = faulty_execute, .fetch = faulty_fetch,           \
		.begin = faulty_begin, .commit = faulty_commit, .rollback = faulty_rollback,       \
	}

const struct driver *driver_faulty(void)
{
	static const struct driver of_sqlite = FAULTY(true), of_postgres = FAULTY(false);

	return on_postgres() ? &of_postgres : &of_sqlite;
}
