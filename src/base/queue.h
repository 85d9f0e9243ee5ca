/* SPDX-License-Identifier: Apache-2.0 */
/* queue.h - work handed from thread to thread, with a maximum and in turns; and a bell.
 *
 * Whose turn it is, and who has to go when the queue is full, is as fair_queue.h says: a flood is
 * answered and not kept, and keeps nobody else out. Thread-safe. */
#ifndef REKEY_BASE_QUEUE_H
#define REKEY_BASE_QUEUE_H

#include "base/err.h"
#include "base/fair_queue.h"

struct queue;

/* NULL: out of memory. The caller owns it: queue_close(), end the poppers, queue_free() it. */
struct queue *queue_new(size_t max);
void queue_free(struct queue *queue);

/* NULL: it is in the queue. Else who is not: the item itself, or another whose place it has taken
 * and which is the pusher's now. */
MUST_USE struct fair_item *queue_push(struct queue *queue, struct fair_item *item);

/* Blocks until there is an item. NULL: the queue is closed and empty. */
MUST_USE struct fair_item *queue_pop(struct queue *queue);

/* Refuses new items; what is in it can still be popped. Wakes everyone who waits. */
void queue_close(struct queue *queue);

/* A bell wakes one sleeper; a ring that nobody hears is kept for the next one who waits. */
struct bell;

struct bell *bell_new(void);
void bell_free(struct bell *bell);
void bell_ring(struct bell *bell);

/* Sleeps until it rings, or for timeout_ms at most. */
void bell_wait(struct bell *bell, int64_t timeout_ms);

#endif
