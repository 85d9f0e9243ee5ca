/* SPDX-License-Identifier: Apache-2.0 */
/* group.c - a turn for each, a COMMIT for all. */
#include "store/group.h"
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

enum { WAIT_S_MAX = 10 };

/* One common transaction, from the first who enters to the COMMIT. */
struct batch {
	unsigned members; /* that still have to learn the result */
	unsigned left;    /* that have done their part */
	bool settled;
	enum err result;
};

struct group {
	const struct driver *driver;
	struct conn *conn;
	pthread_mutex_t mutex;
	pthread_cond_t turn, settled;
	unsigned waiting;
	bool turn_taken;
	struct batch *batch; /* the open one; NULL: the connection is in no transaction */
};

struct group *group_new(const struct driver *driver, struct conn *conn)
{
	struct group *group = calloc(1, sizeof(*group));
	pthread_condattr_t steady;

	if (!group)
		return NULL;
	group->driver = driver;
	group->conn = conn;
	pthread_mutex_init(&group->mutex, NULL);
	pthread_condattr_init(&steady);
	pthread_condattr_setclock(&steady, CLOCK_MONOTONIC);
	pthread_cond_init(&group->turn, &steady);
	pthread_cond_init(&group->settled, &steady);
	pthread_condattr_destroy(&steady);
	return group;
}

void group_free(struct group *group)
{
	if (!group)
		return;
	pthread_cond_destroy(&group->settled);
	pthread_cond_destroy(&group->turn);
	pthread_mutex_destroy(&group->mutex);
	free(group);
}

/* With the mutex held. */
static enum err wait_for_turn(struct group *group)
{
	struct timespec until;
	int waited = 0;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += WAIT_S_MAX;
	group->waiting++;
	while (group->turn_taken && waited == 0)
		waited = pthread_cond_timedwait(&group->turn, &group->mutex, &until);
	group->waiting--;
	if (group->turn_taken)
		return ERR_BUSY;
	group->turn_taken = true;
	return OK;
}

static void give_turn(struct group *group)
{
	group->turn_taken = false;
	pthread_cond_signal(&group->turn);
}

/* The first opens the common transaction. The turn is the caller's. */
static enum err join(struct group *group)
{
	if (!group->batch) {
		struct batch *batch = calloc(1, sizeof(*batch));
		NEED(batch);
		enum err err = group->driver->begin(group->conn);
		if (err != OK) {
			free(batch);
			return err;
		}
		group->batch = batch;
	}
	return group->driver->begin(group->conn);
}

/* Commits for all. With the mutex held, and the turn. */
static void settle(struct group *group)
{
	struct batch *batch = group->batch;

	pthread_mutex_unlock(&group->mutex);
	enum err result = group->driver->commit(group->conn);
	if (result != OK)
		group->driver->rollback(group->conn);
	pthread_mutex_lock(&group->mutex);
	batch->result = result;
	batch->settled = true;
	group->batch = NULL;
	pthread_cond_broadcast(&group->settled);
}

/* Whoever leaves last settles; the others wait for that. With the mutex held, and the turn, which
 * is given on. */
static enum err leave_batch(struct group *group)
{
	struct batch *batch = group->batch;

	batch->left++;
	if (group->waiting == 0 || batch->left >= GROUP_MAX)
		settle(group);
	give_turn(group);
	while (!batch->settled)
		pthread_cond_wait(&group->settled, &group->mutex);
	enum err result = batch->result;
	if (--batch->members == 0)
		free(batch);
	return result;
}

enum err group_enter(struct group *group, struct conn **ret_conn)
{
	pthread_mutex_lock(&group->mutex);
	enum err err = wait_for_turn(group);
	if (err == OK) {
		pthread_mutex_unlock(&group->mutex);
		err = join(group);
		pthread_mutex_lock(&group->mutex);
		if (group->batch)
			group->batch->members++;
		/* Who could not begin leaves like everyone else: others may rest on it to settle.
		 */
		if (err != OK && group->batch)
			(void)(leave_batch(group) == OK);
		else if (err != OK)
			give_turn(group);
	}
	pthread_mutex_unlock(&group->mutex);
	if (err == OK)
		*ret_conn = group->conn;
	return err;
}

enum err group_leave(struct group *group, bool commit)
{
	enum err own = OK;

	if (commit)
		own = group->driver->commit(group->conn);
	if (!commit || own != OK)
		group->driver->rollback(group->conn);
	pthread_mutex_lock(&group->mutex);
	enum err all = leave_batch(group);
	pthread_mutex_unlock(&group->mutex);
	return own != OK ? own : all;
}
