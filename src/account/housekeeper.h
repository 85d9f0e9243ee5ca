/* SPDX-License-Identifier: Apache-2.0 */
/* housekeeper.h - what has had its time leaves the database.
 *
 * A thread sweeps at the start and every minute: as many rows as take some milliseconds, in
 * a transaction of its own, then a rest that is several times as long, so that those who write
 * hardly notice. What is kept how long stands in docs/housekeeping.md. */
#ifndef REKEY_ACCOUNT_HOUSEKEEPER_H
#define REKEY_ACCOUNT_HOUSEKEEPER_H

#include "account/operation.h"

struct sweep_batch {
	enum sweep what;
	int64_t max; /* rows, about */
};

struct swept {
	bool more;       /* come back soon */
	int64_t held_us; /* how long others could not write */
};

/* One batch. */
extern const struct operation sweep_op; /* struct sweep_batch -> struct swept */

struct housekeeper;

/* Starts the thread. The service is borrowed until housekeeper_stop(). ERR_NOMEM. */
MUST_USE enum err housekeeper_start(const struct service *service,
                                    struct housekeeper **ret_housekeeper);

/* Finishes the batch under way. Blocks. NULL is a no-op. */
void housekeeper_stop(struct housekeeper *housekeeper);

#endif
