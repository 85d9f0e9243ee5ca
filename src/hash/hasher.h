/* SPDX-License-Identifier: Apache-2.0 */
/* hasher.h - Argon2id on a bounded pool of threads.
 *
 * Never uses more than threads * memory_kib of RAM: calls wait their turn in a queue, and a full
 * queue refuses at once (ERR_BUSY), so a flood of log-ins costs 503s and not the machine. (A hash
 * that was made at another cost is checked at that cost, 1 GiB at most.) Thread-safe.
 *
 * Passwords are borrowed for the call and are any bytes, none and NUL included; nothing here
 * shortens or normalizes them. Call crypto_start() first. */
#ifndef REKEY_HASH_HASHER_H
#define REKEY_HASH_HASHER_H

#include "base/arena.h"

struct hasher;

struct hasher_options {
	unsigned threads;    /* 1..64 */
	unsigned queue_max;  /* jobs waiting, beyond those running */
	uint32_t memory_kib; /* Argon2 m, for each running job: 8..1048576 */
	uint32_t passes;     /* Argon2 t: 1..64 */
};

/* Starts the threads. On OK the caller owns *ret_hasher: hasher_stop() it.
 * ERR_NOMEM: *ret_hasher is untouched. */
MUST_USE enum err hasher_start(const struct hasher_options *options, struct hasher **ret_hasher);

/* Finishes what is waiting, lets those calls return, ends the threads and releases everything.
 * No call may begin after this one. Blocks. NULL is a no-op. */
void hasher_stop(struct hasher *hasher);

/* Makes a hash at the configured cost with a salt of its own, as a PHC string (phc.h) in arena.
 * Blocks. ERR_BUSY: the queue is full. ERR_NOMEM: the machine has no memory for the hash, or the
 * arena none for the text. */
MUST_USE enum err hasher_hash(struct hasher *hasher, struct arena *arena, struct secret password,
                              struct str *ret_phc);

/* Checks password against phc. Takes the time of one hash whatever the outcome: phc == NULL means
 * "no such account" and costs a decoy hash, and so does a phc that is none; neither ever matches.
 * Blocks. ERR_BUSY: the queue is full. ERR_NOMEM: the machine has no memory for the hash. Both
 * leave *ret_match untouched. */
MUST_USE enum err hasher_verify(struct hasher *hasher, struct secret password, const char *phc,
                                bool *ret_match);

/* true: phc was made with less memory or fewer passes than the configured, so hash the password
 * anew while it is at hand. false for what is no PHC string, and for NULL. */
bool hasher_is_outdated(const struct hasher *hasher, const char *phc);

/* Hashes made since the start, decoys included. */
uint64_t hasher_count(const struct hasher *hasher);

#endif
