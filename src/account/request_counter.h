/* SPDX-License-Identifier: Apache-2.0 */
/* request_counter.h - how many requests each network has made in its window, in memory.
 *
 * Reads are answered in microseconds, so they cannot wait for the database to count them. Counts
 * live here and are saved by and by (limits.c), which is also how servers of one database learn of
 * each other's. A table of fixed size; when a place is needed, the network that asked least gives
 * way. Thread-safe. */
#ifndef REKEY_ACCOUNT_REQUEST_COUNTER_H
#define REKEY_ACCOUNT_REQUEST_COUNTER_H

#include "base/err.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct request_counter;

struct request_count {
	uint64_t client; /* network_of() it */
	int64_t count;   /* in the window, saved or not */
	int64_t unsaved; /* of these */
	int64_t ends_at; /* of the window */
};

/* NULL: out of memory. The caller owns it: request_counter_free() it. NULL is a no-op there. */
struct request_counter *request_counter_new(void);
void request_counter_free(struct request_counter *counter);

/* Counts one more. false: there is no window for this client; begin one. */
bool request_counter_add(struct request_counter *counter, uint64_t client, int64_t now,
                         struct request_count *ret_count);

/* The count in the window that runs; 0: none does. */
int64_t request_counter_peek(struct request_counter *counter, uint64_t client, int64_t now);

/* Begins a window with what is saved of it and one more, or joins one begun meanwhile. */
void request_counter_begin(struct request_counter *counter, const struct request_count *saved,
                           int64_t now, struct request_count *ret_count);

/* Hands out what is unsaved of one client, as saved from now on; all zero: nothing. */
void request_counter_take_one(struct request_counter *counter, uint64_t client,
                              struct request_count *ret_count);

/* What was handed out could not be saved: it is unsaved again. */
void request_counter_give_back(struct request_counter *counter, const struct request_count *count);

/* Hands out up to max counts with `least` unsaved or more, as saved from now on. Go on from the
 * place it returns; 0: that was all. */
size_t request_counter_take_unsaved(struct request_counter *counter, size_t from, int64_t now,
                                    int64_t least, struct request_count *ret_counts, size_t max,
                                    size_t *ret_n);

/* What the database says of a client by now: never less than is known here. */
void request_counter_learn(struct request_counter *counter, const struct request_count *count);

#endif
