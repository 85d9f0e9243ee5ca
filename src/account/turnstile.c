/* SPDX-License-Identifier: Apache-2.0 */
/* turnstile.c - a row of gates, one picked by the digest; behind each a list of who is inside. */
#include "account/turnstile.h"
#include "base/crowd.h"
#include <pthread.h>
#include <stdlib.h>

enum { GATES = 64 };

struct gate {
	pthread_mutex_t mutex; /* guards the list and its passes */
	pthread_cond_t left;   /* somebody has */
	struct turnstile_pass *inside;
};

struct turnstile {
	pthread_mutex_t mutex; /* guards those who wait: how many, and from where */
	int n_waiting;
	struct crowd *crowd;
	struct gate gates[GATES];
};

static struct gate *gate_of(struct turnstile *turnstile, const struct digest *digest)
{
	return &turnstile->gates[digest->bytes[0] % GATES];
}

struct turnstile *turnstile_new(void)
{
	struct turnstile *turnstile = calloc(1, sizeof(*turnstile));

	if (!turnstile)
		return NULL;
	pthread_mutex_init(&turnstile->mutex, NULL);
	for (int i = 0; i < GATES; i++) {
		pthread_mutex_init(&turnstile->gates[i].mutex, NULL);
		pthread_cond_init(&turnstile->gates[i].left, NULL);
	}
	turnstile->crowd = crowd_new(TURNSTILE_WAITERS_MAX);
	if (turnstile->crowd)
		return turnstile;
	turnstile_free(turnstile);
	return NULL;
}

void turnstile_free(struct turnstile *turnstile)
{
	if (!turnstile)
		return;
	for (int i = 0; i < GATES; i++) {
		pthread_cond_destroy(&turnstile->gates[i].left);
		pthread_mutex_destroy(&turnstile->gates[i].mutex);
	}
	pthread_mutex_destroy(&turnstile->mutex);
	crowd_free(turnstile->crowd);
	free(turnstile);
}

static int64_t count_inside(const struct gate *gate, const struct digest *digest)
{
	int64_t n = 0;

	for (const struct turnstile_pass *pass = gate->inside; pass; pass = pass->next)
		n += digest_equal(&pass->digest, digest);
	return n;
}

static bool get_in_line(struct turnstile *turnstile, uint64_t network)
{
	pthread_mutex_lock(&turnstile->mutex);
	bool room = turnstile->n_waiting < TURNSTILE_WAITERS_MAX &&
	            crowd_has_room(turnstile->crowd, network);
	if (room) {
		turnstile->n_waiting++;
		crowd_enter(turnstile->crowd, network);
	}
	pthread_mutex_unlock(&turnstile->mutex);
	return room;
}

static void leave_line(struct turnstile *turnstile, uint64_t network)
{
	pthread_mutex_lock(&turnstile->mutex);
	turnstile->n_waiting--;
	crowd_leave(turnstile->crowd, network);
	pthread_mutex_unlock(&turnstile->mutex);
}

/* With the gate's mutex held. */
static enum err wait_for_room(struct turnstile *turnstile, struct gate *gate,
                              const struct digest *digest, int64_t room, uint64_t network)
{
	if (count_inside(gate, digest) < room)
		return OK;
	if (!get_in_line(turnstile, network))
		return ERR_BUSY;
	while (count_inside(gate, digest) >= room)
		pthread_cond_wait(&gate->left, &gate->mutex);
	leave_line(turnstile, network);
	return OK;
}

enum err turnstile_enter(struct turnstile *turnstile, const struct digest *digest, int64_t room,
                         uint64_t network, struct turnstile_pass *pass)
{
	struct gate *gate = gate_of(turnstile, digest);

	pthread_mutex_lock(&gate->mutex);
	enum err err = wait_for_room(turnstile, gate, digest, room, network);
	if (err == OK) {
		*pass = (struct turnstile_pass){ turnstile, *digest, gate->inside };
		gate->inside = pass;
	}
	pthread_mutex_unlock(&gate->mutex);
	return err;
}

void turnstile_leave(struct turnstile_pass *pass)
{
	if (!pass->turnstile)
		return;
	struct gate *gate = gate_of(pass->turnstile, &pass->digest);
	pthread_mutex_lock(&gate->mutex);
	struct turnstile_pass **link = &gate->inside;
	while (*link != pass)
		link = &(*link)->next;
	*link = pass->next;
	pthread_cond_broadcast(&gate->left);
	pthread_mutex_unlock(&gate->mutex);
	pass->turnstile = NULL;
}
