/* SPDX-License-Identifier: Apache-2.0 */
/* group_test.c - one COMMIT for many, over an engine that only counts. */
#include "store/group.h"
#include "unit.h"
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

enum { THREADS = 32, COMMIT_US = 5000 };

/* Stands for a connection with one writer: a COMMIT takes a while, and may be told to fail. */
struct conn {
	atomic_int depth, commits, inside;
	atomic_int inside_at_once; /* the most that were ever in the connection together */
	bool commit_fails;
};

static enum err count_begin(struct conn *conn)
{
	atomic_fetch_add(&conn->depth, 1);
	return OK;
}

static enum err count_commit(struct conn *conn)
{
	if (atomic_load(&conn->depth) == 1) {
		usleep(COMMIT_US);
		atomic_fetch_add(&conn->commits, 1);
		if (conn->commit_fails)
			return ERR_STORE;
	}
	atomic_fetch_sub(&conn->depth, 1);
	return OK;
}

static void count_rollback(struct conn *conn)
{
	atomic_fetch_sub(&conn->depth, 1);
}

static const struct driver counting = {
	.name = "counting",
	.one_writer = true,
	.in_process = true,
	.begin = count_begin,
	.commit = count_commit,
	.rollback = count_rollback,
};

struct member {
	struct group *group;
	bool commit;
	enum err entered, left;
};

static void *take_part(void *state)
{
	struct member *member = state;
	struct conn *conn = NULL;

	member->entered = group_enter(member->group, &conn);
	if (member->entered != OK)
		return NULL;
	int inside = atomic_fetch_add(&conn->inside, 1) + 1;
	if (inside > atomic_load(&conn->inside_at_once))
		atomic_store(&conn->inside_at_once, inside);
	atomic_fetch_sub(&conn->inside, 1);
	member->left = group_leave(member->group, member->commit);
	return NULL;
}

/* Every third one rolls back. */
static void run_members(struct conn *conn, struct member *members)
{
	pthread_t threads[THREADS];
	struct group *group = group_new(&counting, conn);

	assert_non_null(group);
	for (int i = 0; i < THREADS; i++) {
		members[i] = (struct member){ .group = group, .commit = i % 3 != 0 };
		assert_int_equal(pthread_create(&threads[i], NULL, take_part, &members[i]), 0);
	}
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	group_free(group);
}

TEST(writers_who_come_together_share_commits_and_are_never_inside_together)
{
	struct conn conn;
	struct member members[THREADS];

	memset(&conn, 0, sizeof(conn));
	run_members(&conn, members);
	for (int i = 0; i < THREADS; i++)
		CHECK("all is well", members[i].entered == OK && members[i].left == OK);
	CHECK("fewer commits than writers", conn.commits < THREADS && conn.commits > 0);
	CHECK("one inside at a time", conn.inside_at_once == 1);
	CHECK("nothing is left open", conn.depth == 0);
}

TEST(a_commit_that_fails_fails_for_all_of_its_group_refusals_included)
{
	struct conn conn;
	struct member members[THREADS];

	memset(&conn, 0, sizeof(conn));
	conn.commit_fails = true;
	run_members(&conn, members);
	for (int i = 0; i < THREADS; i++)
		CHECK("told", members[i].entered == OK && members[i].left == ERR_STORE);
	CHECK("nothing is left open", conn.depth == 0);
}

TEST(a_writer_alone_waits_for_nobody)
{
	struct conn conn;
	struct conn *lent = NULL;

	memset(&conn, 0, sizeof(conn));
	struct group *group = group_new(&counting, &conn);
	assert_non_null(group);
	for (int i = 1; i <= 3; i++) {
		CHECK("in", group_enter(group, &lent) == OK && lent == &conn);
		CHECK("out", group_leave(group, true) == OK);
		CHECK("its own commit", conn.commits == i);
	}
	group_free(group);
}
