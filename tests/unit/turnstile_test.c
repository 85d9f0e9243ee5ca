/* SPDX-License-Identifier: Apache-2.0 */
/* turnstile_test.c - one at a time, and no more in line than there is room for. */
#include "account/turnstile.h"
#include "unit.h"
#include <stdatomic.h>
#include <unistd.h>

enum { CROWD = TURNSTILE_WAITERS_MAX + 32 };

struct visitor {
	struct turnstile *turnstile;
	const struct digest *digest;
	atomic_int *inside, *busy;
	bool alone;
	enum err err;
};

static void *visit(void *state)
{
	struct visitor *visitor = state;
	CLEANUP(turnstile_leave) pthread_mutex_t *gate = NULL;

	visitor->err = turnstile_enter(visitor->turnstile, visitor->digest, &gate);
	if (visitor->err != OK) {
		atomic_fetch_add(visitor->busy, 1);
		return NULL;
	}
	visitor->alone = atomic_fetch_add(visitor->inside, 1) == 0;
	atomic_fetch_sub(visitor->inside, 1);
	return NULL;
}

TEST(holders_of_one_token_pass_one_by_one_and_a_crowd_is_refused)
{
	static struct visitor visitors[CROWD];
	static pthread_t threads[CROWD];
	struct turnstile *turnstile = turnstile_new();
	const struct digest digest = digest_of((struct secret){ "token", 5 });
	atomic_int inside = 0, busy = 0;
	pthread_mutex_t *gate = NULL;

	assert_non_null(turnstile);
	CHECK("first", turnstile_enter(turnstile, &digest, &gate) == OK);
	for (int i = 0; i < CROWD; i++) {
		visitors[i] = (struct visitor){ turnstile, &digest, &inside, &busy, true, OK };
		assert_int_equal(pthread_create(&threads[i], NULL, visit, &visitors[i]), 0);
	}
	/* The first stays until those for whom there is no room have been told. */
	for (int i = 0; i < 10000 && atomic_load(&busy) < CROWD - TURNSTILE_WAITERS_MAX; i++)
		usleep(1000);
	turnstile_leave(&gate);
	for (int i = 0; i < CROWD; i++)
		pthread_join(threads[i], NULL);
	CHECK("refused", busy == CROWD - TURNSTILE_WAITERS_MAX);
	for (int i = 0; i < CROWD; i++)
		CHECK("alone", visitors[i].alone);
	turnstile_free(turnstile);
}
