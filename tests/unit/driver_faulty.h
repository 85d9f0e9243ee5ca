/* SPDX-License-Identifier: Apache-2.0 */
/* driver_faulty.h - the engine of this run (database.h), which fails when a test says so.
 *
 * Every begin, commit, execute and fetch is counted; the one whose turn it is
 * answers with an error and does nothing. Opening, closing and rolling back
 * never fail. A commit that fails has written nothing, as driver.h promises.
 *
 * A driver has no place of its own to keep things, so the counter is one for
 * the process: one test at a time. */
#ifndef REKEY_DRIVER_FAULTY_H
#define REKEY_DRIVER_FAULTY_H

#include "store/driver.h"

const struct driver *driver_faulty(void);

enum faulty_how {
	FAULTY_ONCE, /* the next call is good again */
	FAULTY_ON,   /* and so are all that follow, until faulty_heal() */
};

/* Counts from 1 again; the call of number n, 0 for none, fails with err. */
void faulty_arm(unsigned n, enum err err, enum faulty_how how);

/* Once, behind the next execute() of this query, something else happens: between what the caller
 * read and what it makes of it. Not behind a query of a transaction: a second one would wait for
 * it. */
void faulty_meet(enum query query, void (*happen)(void *state), void *state);

/* No call fails any more. Returns how many there were since faulty_arm(). */
unsigned faulty_heal(void);

#endif
