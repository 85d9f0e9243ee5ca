/* SPDX-License-Identifier: Apache-2.0 */
/* queue_test.c - a queue that refuses, drains and wakes; a bell that is not
 * missed. */
#include "base/clock.h"
#include "base/queue.h"
#include "unit.h"
#include <pthread.h>

enum { THREADS = 4, ITEMS = 1000 };

TEST(a_full_queue_refuses_and_keeps_its_order)
{
	struct queue *queue = queue_new(3);
	struct fair_item items[4] = { 0 };

	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < 3; i++)
			CHECK("fits", queue_push(queue, &items[i]) == NULL);
		CHECK("full", queue_push(queue, &items[3]) == &items[3]);
		CHECK("first in, first out", queue_pop(queue) == &items[0]);
		CHECK("room again", queue_push(queue, &items[3]) == NULL);
		CHECK("full again", queue_push(queue, &items[0]) == &items[0]);
		for (int i = 1; i < 4; i++)
			CHECK("in order", queue_pop(queue) == &items[i]);
	}
	queue_close(queue);
	queue_free(queue);
}

TEST(a_full_queue_has_room_for_another_network_and_gives_it_its_turn)
{
	struct queue *queue = queue_new(3);
	struct fair_item items[3] = { 0 }, other = { .caller.network = 1 };

	for (int i = 0; i < 3; i++)
		CHECK("fits", queue_push(queue, &items[i]) == NULL);
	CHECK("the newest goes", queue_push(queue, &other) == &items[2]);
	CHECK("first", queue_pop(queue) == &items[0]);
	CHECK("the other's turn", queue_pop(queue) == &other);
	CHECK("second", queue_pop(queue) == &items[1]);
	queue_free(queue);
}

TEST(a_closed_queue_refuses_new_items_and_gives_out_the_old)
{
	struct queue *queue = queue_new(3);
	struct fair_item items[3] = { 0 };

	CHECK("first", queue_push(queue, &items[0]) == NULL);
	CHECK("second", queue_push(queue, &items[1]) == NULL);
	queue_close(queue);
	CHECK("closed", queue_push(queue, &items[2]) == &items[2]);
	CHECK("drains", queue_pop(queue) == &items[0]);
	CHECK("drains", queue_pop(queue) == &items[1]);
	CHECK("empty", queue_pop(queue) == NULL);
	CHECK("stays empty", queue_pop(queue) == NULL);
	queue_free(queue);
	queue_free(NULL);
}

static void *pop_until_closed(void *state)
{
	struct queue *queue = state;
	uintptr_t n = 0;

	while (queue_pop(queue))
		n++;
	return (void *)n;
}

TEST(every_item_is_popped_once_and_closing_wakes_all_who_wait)
{
	struct queue *queue = queue_new(16);
	static struct fair_item items[ITEMS];
	pthread_t threads[THREADS];
	uintptr_t total = 0;

	for (int i = 0; i < THREADS; i++)
		CHECK("thread", pthread_create(&threads[i], NULL, pop_until_closed, queue) == 0);
	for (int i = 0; i < ITEMS;)
		i += queue_push(queue, &items[i]) == NULL;
	queue_close(queue);
	for (int i = 0; i < THREADS; i++) {
		void *n;
		pthread_join(threads[i], &n);
		total += (uintptr_t)n;
	}
	CHECK("once each", total == ITEMS);
	queue_free(queue);
}

static int64_t waited_ms(struct bell *bell, int64_t timeout_ms)
{
	int64_t from = clock_steady_ms();

	bell_wait(bell, timeout_ms);
	return clock_steady_ms() - from;
}

TEST(a_bell_keeps_one_ring_for_the_next_who_waits)
{
	struct bell *bell = bell_new();

	bell_ring(bell);
	bell_ring(bell);
	CHECK("rung before", waited_ms(bell, 10000) < 5000);
	CHECK("two rings are one", waited_ms(bell, 50) >= 49);
	CHECK("silence ends", waited_ms(bell, 0) < 5000);
	CHECK("more than a second", waited_ms(bell, 1050) >= 1049);
	bell_free(bell);
	bell_free(NULL);
}

static void *ring(void *bell)
{
	bell_ring(bell);
	return NULL;
}

TEST(a_bell_wakes_a_sleeper)
{
	struct bell *bell = bell_new();
	pthread_t ringer;

	CHECK("thread", pthread_create(&ringer, NULL, ring, bell) == 0);
	CHECK("woken", waited_ms(bell, 10000) < 5000);
	pthread_join(ringer, NULL);
	bell_free(bell);
}
