/* SPDX-License-Identifier: Apache-2.0 */
/* queue.h - work handed from thread to thread, with a maximum; and a bell.
 *
 * A queue that is full refuses at once, so that a flood is answered and not kept. Thread-safe. */
#ifndef REKEY_BASE_QUEUE_H
#define REKEY_BASE_QUEUE_H

#include "base/err.h"
#include <stdbool.h>
#include <stdint.h>

struct queue;

/* NULL: out of memory. The caller owns it: queue_close(), end the poppers, queue_free() it. */
struct queue *queue_new(size_t max);
void queue_free(struct queue *queue);

/* ERR_BUSY: it is full or closed, and item is still the caller's. */
MUST_USE enum err queue_push(struct queue *queue, void *item);

/* Blocks until there is an item. NULL: the queue is closed and empty. */
MUST_USE void *queue_pop(struct queue *queue);

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
