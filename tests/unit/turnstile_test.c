/* SPDX-License-Identifier: Apache-2.0 */
/* turnstile_test.c - one at a time, and no more in line than there is room for. */
#include "account/turnstile.h"
#include "unit.h"
#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

enum { CROWD = TURNSTILE_WAITERS_MAX + 32 };

struct visitor {
	struct turnstile *turnstile;
	const struct digest *digest;
	uint64_t network;
	int64_t room;
	atomic_int *inside, *busy;
	bool had_room;
	enum err err;
};

static void *visit(void *state)
{
	struct visitor *visitor = state;
	CLEANUP(turnstile_leave) struct turnstile_pass pass = { 0 };

	visitor->err = turnstile_enter(visitor->turnstile, visitor->digest, visitor->room,
	                               visitor->network, &pass);
	if (visitor->err != OK) {
		atomic_fetch_add(visitor->busy, 1);
		return NULL;
	}
	visitor->had_room = atomic_fetch_add(visitor->inside, 1) < visitor->room;
	usleep(100);
	atomic_fetch_sub(visitor->inside, 1);
	return NULL;
}

/* A crowd of one network in front of a closed gate, until `refused` of it have been told; then
 * somebody of another network; then it opens. */
static void crowd_comes(uint64_t network, int refused, enum err want_other)
{
	static struct visitor visitors[CROWD + 1];
	static pthread_t threads[CROWD + 1];
	struct turnstile *turnstile = turnstile_new();
	const struct digest digest = digest_of((struct secret){ "token", 5 });
	atomic_int inside = 0, busy = 0;
	struct turnstile_pass pass = { 0 };

	assert_non_null(turnstile);
	CHECK("first", turnstile_enter(turnstile, &digest, 1, network, &pass) == OK);
	for (int i = 0; i <= CROWD; i++) {
		/* The last one comes when those for whom there is no room have been told. */
		for (int j = 0; i == CROWD && j < 10000 && atomic_load(&busy) < refused; j++)
			usleep(1000);
		visitors[i] = (struct visitor){ turnstile, &digest, network,         1,
			                        &inside,   &busy,   .had_room = true };
		if (i == CROWD)
			visitors[i].network = 99;
		assert_int_equal(pthread_create(&threads[i], NULL, visit, &visitors[i]), 0);
	}
	usleep(20 * 1000);
	turnstile_leave(&pass);
	for (int i = 0; i <= CROWD; i++)
		pthread_join(threads[i], NULL);
	CHECK("other", visitors[CROWD].err == want_other);
	CHECK("refused", busy == refused + (want_other != OK));
	for (int i = 0; i <= CROWD; i++)
		CHECK("alone", visitors[i].had_room);
	turnstile_free(turnstile);
}

TEST(holders_of_one_token_pass_one_by_one_and_a_crowd_is_refused)
{
	crowd_comes(0, CROWD - TURNSTILE_WAITERS_MAX, ERR_BUSY);
}

TEST(a_crowd_from_one_network_leaves_room_in_the_line_for_others)
{
	crowd_comes(1, CROWD - TURNSTILE_WAITERS_MAX / 8 * 7, OK);
}

TEST(as_many_as_there_is_room_for_are_inside_at_once_and_another_digest_has_its_own)
{
	static struct visitor visitors[32];
	pthread_t threads[32];
	struct turnstile *turnstile = turnstile_new();
	const struct digest digest = digest_of((struct secret){ "login", 5 });
	const struct digest other = digest_of((struct secret){ "other", 5 });
	struct turnstile_pass first = { 0 }, second = { 0 };
	atomic_int inside = 0, busy = 0;

	assert_non_null(turnstile);
	CHECK("one", turnstile_enter(turnstile, &other, 1, 0, &first) == OK);
	for (int i = 0; i < 32; i++) {
		visitors[i] =
			(struct visitor){ turnstile, &digest, 0, 3, &inside, &busy, true, OK };
		assert_int_equal(pthread_create(&threads[i], NULL, visit, &visitors[i]), 0);
	}
	CHECK("two of another", turnstile_enter(turnstile, &other, 2, 0, &second) == OK);
	for (int i = 0; i < 32; i++)
		pthread_join(threads[i], NULL);
	for (int i = 0; i < 32; i++)
		CHECK("room", visitors[i].err == OK && visitors[i].had_room);
	turnstile_leave(&first);
	turnstile_leave(&second);
	turnstile_leave(&second); /* once is enough, twice is no harm */
	turnstile_free(turnstile);
}
