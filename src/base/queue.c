/* SPDX-License-Identifier: Apache-2.0 */
/* queue.c - a fair queue behind a mutex. */
#include "base/queue.h"
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

struct queue {
	pthread_mutex_t mutex;
	pthread_cond_t not_empty;
	struct fair_queue *items;
	size_t max;
	bool closed;
};

struct queue *queue_new(size_t max)
{
	struct queue *queue = calloc(1, sizeof(*queue));

	if (!queue)
		return NULL;
	queue->items = fair_queue_new(max);
	if (!queue->items) {
		free(queue);
		return NULL;
	}
	pthread_mutex_init(&queue->mutex, NULL);
	pthread_cond_init(&queue->not_empty, NULL);
	queue->max = max;
	return queue;
}

void queue_free(struct queue *queue)
{
	if (!queue)
		return;
	pthread_cond_destroy(&queue->not_empty);
	pthread_mutex_destroy(&queue->mutex);
	fair_queue_free(queue->items);
	free(queue);
}

/* With the mutex held. */
static struct fair_item *push(struct queue *queue, struct fair_item *item)
{
	struct fair_item *evicted = NULL;

	if (queue->closed)
		return item;
	if (fair_queue_waiting(queue->items) == queue->max) {
		evicted = fair_queue_evict(queue->items, item->caller);
		if (!evicted)
			return item;
	}
	fair_queue_push(queue->items, item);
	pthread_cond_signal(&queue->not_empty);
	return evicted;
}

struct fair_item *queue_push(struct queue *queue, struct fair_item *item)
{
	pthread_mutex_lock(&queue->mutex);
	struct fair_item *refused = push(queue, item);
	pthread_mutex_unlock(&queue->mutex);
	return refused;
}

struct fair_item *queue_pop(struct queue *queue)
{
	pthread_mutex_lock(&queue->mutex);
	while (fair_queue_waiting(queue->items) == 0 && !queue->closed)
		pthread_cond_wait(&queue->not_empty, &queue->mutex);
	struct fair_item *item = fair_queue_pop(queue->items);
	if (item) /* what the popper does with it is not counted */
		fair_queue_done(queue->items, item->caller);
	pthread_mutex_unlock(&queue->mutex);
	return item;
}

void queue_close(struct queue *queue)
{
	pthread_mutex_lock(&queue->mutex);
	queue->closed = true;
	pthread_cond_broadcast(&queue->not_empty);
	pthread_mutex_unlock(&queue->mutex);
}

struct bell {
	pthread_mutex_t mutex;
	pthread_cond_t rings;
	bool rung;
};

struct bell *bell_new(void)
{
	struct bell *bell = calloc(1, sizeof(*bell));
	pthread_condattr_t steady;

	if (!bell)
		return NULL;
	pthread_condattr_init(&steady);
	pthread_condattr_setclock(&steady, CLOCK_MONOTONIC);
	pthread_mutex_init(&bell->mutex, NULL);
	pthread_cond_init(&bell->rings, &steady);
	pthread_condattr_destroy(&steady);
	return bell;
}

void bell_free(struct bell *bell)
{
	if (!bell)
		return;
	pthread_cond_destroy(&bell->rings);
	pthread_mutex_destroy(&bell->mutex);
	free(bell);
}

void bell_ring(struct bell *bell)
{
	pthread_mutex_lock(&bell->mutex);
	bell->rung = true;
	pthread_cond_signal(&bell->rings);
	pthread_mutex_unlock(&bell->mutex);
}

void bell_wait(struct bell *bell, int64_t timeout_ms)
{
	struct timespec until;
	int waited = 0;

	clock_gettime(CLOCK_MONOTONIC, &until);
	int64_t ns = until.tv_nsec + timeout_ms % 1000 * 1000000;
	until.tv_sec += timeout_ms / 1000 + ns / 1000000000;
	until.tv_nsec = ns % 1000000000;
	pthread_mutex_lock(&bell->mutex);
	while (!bell->rung && waited == 0)
		waited = pthread_cond_timedwait(&bell->rings, &bell->mutex, &until);
	bell->rung = false;
	pthread_mutex_unlock(&bell->mutex);
}
