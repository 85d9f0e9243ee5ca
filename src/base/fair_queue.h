/* SPDX-License-Identifier: Apache-2.0 */
/* fair_queue.h - a waiting line in which nobody stands behind somebody else's crowd.
 *
 * Whoever waits belongs to a network of an app. Apps take turns; within an app its networks take
 * turns; within a network who came first is first. So a caller waits for one of every other app,
 * and for one of every other network of its own, however many of them there are.
 *
 * When there is no room, it is not simply the last to come who is refused: see fair_queue_evict().
 * Why so is in docs/fair-hash-queue.md.
 *
 * Those who wait are linked where they lie and belong to their owners; nothing is allocated after
 * fair_queue_new(). Not thread-safe. The time of a call grows with the number of apps, and of
 * networks of one app, that wait. */
#ifndef REKEY_BASE_FAIR_QUEUE_H
#define REKEY_BASE_FAIR_QUEUE_H

#include "base/network.h"

struct fair_queue;

/* Two neighbours in a ring. */
struct link {
	struct link *next, *previous;
};

/* The first member of whatever waits. Set the caller. */
struct fair_item {
	struct link link;
	struct caller caller;
};

/* For max items at most that wait or are being served. NULL: out of memory. The caller owns it:
 * fair_queue_free() it, which leaves alone what is in it. NULL is a no-op there. */
struct fair_queue *fair_queue_new(size_t max);
void fair_queue_free(struct fair_queue *queue);

/* How many wait, and how many are being served. */
size_t fair_queue_waiting(const struct fair_queue *queue);
size_t fair_queue_served(const struct fair_queue *queue);

/* How many of those who wait now would be served before a new one of this caller. */
size_t fair_queue_ahead(const struct fair_queue *queue, struct caller caller);

/* Adds it to its line. There is room for it. */
void fair_queue_push(struct fair_queue *queue, struct fair_item *item);

/* Takes out whose turn it is: it is being served until fair_queue_done(). NULL: nobody waits. */
struct fair_item *fair_queue_pop(struct fair_queue *queue);
void fair_queue_done(struct fair_queue *queue, struct caller caller);

/* Takes out whoever has to go so that a new one of this caller can come: the newest of the network
 * with most, of the app with most. What is being served counts for both. NULL: nobody has to go,
 * and the new one is refused, because with it there would be as many of its own. */
struct fair_item *fair_queue_evict(struct fair_queue *queue, struct caller caller);

#endif
