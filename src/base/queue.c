/* SPDX-License-Identifier: Apache-2.0 */
/* queue.c - a ring of pointers behind a mutex. */
#include "base/queue.h"
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

struct queue {
	pthread_mutex_t mutex;
	pthread_cond_t not_empty;
	size_t first, n, max;
	bool closed;
	void *items[];
};

struct queue *queue_new(size_t max)
{
	struct queue *queue = calloc(1, sizeof(*queue) + max * sizeof(queue->items[0]));

	if (!queue)
		return NULL;
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
	free(queue);
}

enum err queue_push(struct queue *queue, void *item)
{
	enum err err = ERR_BUSY;

	pthread_mutex_lock(&queue->mutex);
	if (!queue->closed && queue->n < queue->max) {
		queue->items[(queue->first + queue->n) % queue->max] = item;
		queue->n++;
		pthread_cond_signal(&queue->not_empty);
		err = OK;
	}
	pthread_mutex_unlock(&queue->mutex);
	return err;
}

void *queue_pop(struct queue *queue)
{
	void *item = NULL;

	pthread_mutex_lock(&queue->mutex);
	while (queue->n == 0 && !queue->closed)
		pthread_cond_wait(&queue->not_empty, &queue->mutex);
	if (queue->n > 0) {
		item = queue->items[queue->first];
		queue->first = (queue->first + 1) % queue->max;
		queue->n--;
	}
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
