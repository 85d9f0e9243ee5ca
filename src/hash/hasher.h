/* SPDX-License-Identifier: Apache-2.0 */
/* hasher.h - Argon2id on a bounded pool of threads.
 *
 * Never uses more than threads * memory_kib of RAM: calls wait their turn in a queue with a
 * maximum, so a flood of log-ins costs 503s and not the machine. (A hash that was made at another
 * cost is checked at that cost, 1 GiB at most; one that another system made at its own,
 * old_hash.h.) Thread-safe.
 *
 * The queue is fair (base/fair_queue.h): apps take turns, within an app its networks, so a caller
 * waits for one hash of every other app and network, whatever crowd they have sent. A call is
 * answered ERR_BUSY when
 *  - the queue is full, and no other app or network has more in it than the caller's: at once;
 *  - it has waited in a full queue, the last of the largest crowd, and somebody came who had less
 *    in it: that one takes its place;
 *  - the wait would be longer than patience_ms, by the number of hashes before it and the average
 *    time that one took lately: at once. So nobody's password is hashed for a client that has
 *    given up by then.
 * See docs/fair-hash-queue.md.
 *
 * Passwords are borrowed for the call and are any bytes, none and NUL included; nothing here
 * shortens or normalizes them. Call crypto_start() first. */
#ifndef REKEY_HASH_HASHER_H
#define REKEY_HASH_HASHER_H

#include "base/arena.h"
#include "base/network.h"

struct hasher;

struct hasher_options {
	unsigned threads;    /* 1..64 */
	unsigned queue_max;  /* jobs waiting, beyond those running */
	uint32_t memory_kib; /* Argon2 m, for each running job: 8..1048576 */
	uint32_t passes;     /* Argon2 t: 1..64 */
	int64_t patience_ms; /* the longest wait worth beginning: HASHER_PATIENCE_MS */
};

/* Clients and proxies give up after some seconds, and people before them: most programs wait ten
 * or more, a person at a form hardly five. A hash for somebody who has left is waste, and takes the
 * place of one who has not. */
enum { HASHER_PATIENCE_MS = 5000 };

/* Starts the threads. On OK the caller owns *ret_hasher: hasher_stop() it.
 * ERR_NOMEM: *ret_hasher is untouched. */
MUST_USE enum err hasher_start(const struct hasher_options *options, struct hasher **ret_hasher);

/* Finishes what is waiting, lets those calls return, ends the threads and releases everything.
 * No call may begin after this one. Blocks. NULL is a no-op. */
void hasher_stop(struct hasher *hasher);

/* Makes a hash at the configured cost with a salt of its own, as a PHC string (phc.h) in arena.
 * Blocks. ERR_BUSY: see above. ERR_NOMEM: the machine has no memory for the hash, or the arena none
 * for the text. */
MUST_USE enum err hasher_hash(struct hasher *hasher, struct caller caller, struct arena *arena,
                              struct secret password, struct str *ret_phc);

/* Checks password against phc. Takes the time of one hash whatever the outcome: phc == NULL means
 * "no such account" and costs a decoy hash, and so does a phc that is none; neither ever matches.
 * An old hash (old_hash.h) is checked as it is. A phc of a lower cost than the configured takes as
 * long, if it does not match; of a higher, longer.
 * Blocks. ERR_BUSY: see above. ERR_NOMEM: the machine has no memory for the hash. Both leave
 * *ret_match untouched. */
MUST_USE enum err hasher_verify(struct hasher *hasher, struct caller caller, struct secret password,
                                const char *phc, bool *ret_match);

/* true: phc was made with less memory or fewer passes than the configured, or is an old hash
 * (old_hash.h), so hash the password anew while it is at hand. false for what is no hash, and for
 * NULL. */
bool hasher_is_outdated(const struct hasher *hasher, const char *phc);

/* Hashes made since the start, decoys included. */
uint64_t hasher_count(const struct hasher *hasher);

/* How many of these were made in memory that their thread keeps (kept_memory.h). */
uint64_t hasher_count_kept(const struct hasher *hasher);

#endif
