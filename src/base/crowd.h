/* SPDX-License-Identifier: Apache-2.0 */
/* crowd.h - how many places each network holds, of a kind that has a maximum, so that none takes
 * them all.
 *
 * A network may hold seven times as many as are left for others: alone 7/8 of them, two of them
 * 7/15 each, and so on. So however many are greedy, there is room for one more. A proxy is one
 * network. Thread-safe. */
#ifndef REKEY_BASE_CROWD_H
#define REKEY_BASE_CROWD_H

#include "base/network.h"

struct crowd;

/* With max places in all. NULL: out of memory. The caller owns it: crowd_free() it. NULL is a
 * no-op there. */
struct crowd *crowd_new(unsigned max);
void crowd_free(struct crowd *crowd);

/* Whether the network (network_of() its address) may take one more. 0, which is none, always may.
 * Who asks on two threads at once may get one more than that. */
bool crowd_has_room(const struct crowd *crowd, uint64_t network);

/* A place was taken, or left. */
void crowd_enter(struct crowd *crowd, uint64_t network);
void crowd_leave(struct crowd *crowd, uint64_t network);

#endif
