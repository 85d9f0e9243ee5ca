/* SPDX-License-Identifier: Apache-2.0 */
/* turnstile.c - a row of mutexes, one picked by the token's digest. */
#include "account/turnstile.h"
#include <stdatomic.h>
#include <stdlib.h>

enum { GATES = 64 };

struct turnstile {
	atomic_int n_waiting;
	pthread_mutex_t gates[GATES];
};

struct turnstile *turnstile_new(void)
{
	struct turnstile *turnstile = calloc(1, sizeof(*turnstile));

	for (int i = 0; turnstile && i < GATES; i++)
		pthread_mutex_init(&turnstile->gates[i], NULL);
	return turnstile;
}

void turnstile_free(struct turnstile *turnstile)
{
	for (int i = 0; turnstile && i < GATES; i++)
		pthread_mutex_destroy(&turnstile->gates[i]);
	free(turnstile);
}

enum err turnstile_enter(struct turnstile *turnstile, const struct digest *digest,
                         pthread_mutex_t **ret_gate)
{
	pthread_mutex_t *gate = &turnstile->gates[digest->bytes[0] % GATES];
	bool room = atomic_fetch_add(&turnstile->n_waiting, 1) < TURNSTILE_WAITERS_MAX;

	if (room)
		pthread_mutex_lock(gate);
	atomic_fetch_sub(&turnstile->n_waiting, 1);
	if (!room)
		return ERR_BUSY;
	*ret_gate = gate;
	return OK;
}

void turnstile_leave(pthread_mutex_t **gate)
{
	if (*gate)
		pthread_mutex_unlock(*gate);
}
