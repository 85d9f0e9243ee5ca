/* SPDX-License-Identifier: Apache-2.0 */
/* crowd.c - a counter for each network. There are 4,096 of them: a few networks share one, and
 * nobody can choose with whom. */
#include "base/crowd.h"
#include "base/crypto.h"
#include <stdatomic.h>
#include <stdlib.h>

enum { COUNTERS_BITS = 12, TIMES_WHAT_IS_LEFT = 7 };

struct crowd {
	unsigned max;
	uint64_t secret; /* odd */
	atomic_uint all;
	atomic_uint counters[1 << COUNTERS_BITS];
};

struct crowd *crowd_new(unsigned max)
{
	struct crowd *crowd = calloc(1, sizeof(*crowd));

	if (!crowd)
		return NULL;
	crowd->max = max;
	random_bytes(&crowd->secret, sizeof(crowd->secret));
	crowd->secret |= 1;
	return crowd;
}

void crowd_free(struct crowd *crowd)
{
	free(crowd);
}

/* Multiplicative hashing: the highest bits of the product. */
static size_t counter_of(const struct crowd *crowd, uint64_t network)
{
	return network * crowd->secret >> (64 - COUNTERS_BITS);
}

bool crowd_has_room(const struct crowd *crowd, uint64_t network)
{
	unsigned all = atomic_load(&crowd->all);
	unsigned left = all < crowd->max ? crowd->max - all : 0;

	return network == 0 || atomic_load(&crowd->counters[counter_of(crowd, network)]) <
	                               TIMES_WHAT_IS_LEFT * left;
}

void crowd_enter(struct crowd *crowd, uint64_t network)
{
	atomic_fetch_add(&crowd->all, 1);
	atomic_fetch_add(&crowd->counters[counter_of(crowd, network)], 1);
}

void crowd_leave(struct crowd *crowd, uint64_t network)
{
	atomic_fetch_sub(&crowd->counters[counter_of(crowd, network)], 1);
	atomic_fetch_sub(&crowd->all, 1);
}
