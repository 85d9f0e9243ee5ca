/* SPDX-License-Identifier: Apache-2.0 */
/* deadline.c - a list of sockets and a thread that looks at it every second. */
#include "http/deadline.h"
#include "base/clock.h"
#include "base/queue.h"
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/socket.h>

enum { LOOK_MS = 1000 };

struct deadline {
	struct deadlines *list;
	struct deadline *next, *previous;
	int socket;
	int64_t due_ms; /* steady clock, or DEADLINE_NEVER */
};

struct deadlines {
	pthread_mutex_t mutex;
	struct deadline ends; /* of the ring */
	struct bell *bell;
	pthread_t thread;
	atomic_bool stopping;
	bool started;
};

static void hang_up_overdue(struct deadlines *deadlines)
{
	int64_t now_ms = clock_steady_ms();

	pthread_mutex_lock(&deadlines->mutex);
	for (struct deadline *d = deadlines->ends.next; d != &deadlines->ends; d = d->next) {
		if (d->due_ms != DEADLINE_NEVER && d->due_ms <= now_ms) {
			shutdown(d->socket, SHUT_RDWR);
			d->due_ms = DEADLINE_NEVER;
		}
	}
	pthread_mutex_unlock(&deadlines->mutex);
}

static void *look(void *state)
{
	struct deadlines *deadlines = state;

	while (!atomic_load(&deadlines->stopping)) {
		bell_wait(deadlines->bell, LOOK_MS);
		hang_up_overdue(deadlines);
	}
	return NULL;
}

enum err deadlines_start(struct deadlines **ret_deadlines)
{
	struct deadlines *deadlines = calloc(1, sizeof(*deadlines));

	NEED(deadlines);
	pthread_mutex_init(&deadlines->mutex, NULL);
	deadlines->ends.next = deadlines->ends.previous = &deadlines->ends;
	deadlines->bell = bell_new();
	deadlines->started =
		deadlines->bell && pthread_create(&deadlines->thread, NULL, look, deadlines) == 0;
	if (!deadlines->started) {
		deadlines_stop(deadlines);
		return ERR_NOMEM;
	}
	*ret_deadlines = deadlines;
	return OK;
}

void deadlines_stop(struct deadlines *deadlines)
{
	if (!deadlines)
		return;
	if (deadlines->started) {
		atomic_store(&deadlines->stopping, true);
		bell_ring(deadlines->bell);
		pthread_join(deadlines->thread, NULL);
	}
	bell_free(deadlines->bell);
	pthread_mutex_destroy(&deadlines->mutex);
	free(deadlines);
}

static int64_t due(int64_t from_now_ms)
{
	return from_now_ms == DEADLINE_NEVER ? DEADLINE_NEVER : clock_steady_ms() + from_now_ms;
}

struct deadline *deadline_add(struct deadlines *deadlines, int socket, int64_t from_now_ms)
{
	struct deadline *deadline = calloc(1, sizeof(*deadline));

	if (!deadline)
		return NULL;
	deadline->list = deadlines;
	deadline->socket = socket;
	deadline->due_ms = due(from_now_ms);
	pthread_mutex_lock(&deadlines->mutex);
	deadline->next = deadlines->ends.next;
	deadline->previous = &deadlines->ends;
	deadline->next->previous = deadline->previous->next = deadline;
	pthread_mutex_unlock(&deadlines->mutex);
	return deadline;
}

void deadline_set(struct deadline *deadline, int64_t from_now_ms)
{
	if (!deadline)
		return;
	pthread_mutex_lock(&deadline->list->mutex);
	deadline->due_ms = due(from_now_ms);
	pthread_mutex_unlock(&deadline->list->mutex);
}

void deadline_remove(struct deadline *deadline)
{
	if (!deadline)
		return;
	pthread_mutex_lock(&deadline->list->mutex);
	deadline->next->previous = deadline->previous;
	deadline->previous->next = deadline->next;
	pthread_mutex_unlock(&deadline->list->mutex);
	free(deadline);
}
