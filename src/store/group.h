/* SPDX-License-Identifier: Apache-2.0 */
/* group.h - many transactions, one COMMIT: writers of one connection share an fsync.
 *
 * An engine with one writer has its transactions in turn anyway. Each is a savepoint in a common
 * transaction; who leaves while others wait lets them in first, and whoever leaves last commits for
 * all. Nobody returns before that COMMIT, those who rolled back included: what they saw may be the
 * work of others that is not on the disk yet. If it fails, it fails for everyone. Thread-safe. */
#ifndef REKEY_STORE_GROUP_H
#define REKEY_STORE_GROUP_H

#include "store/driver.h"

struct group;

/* How many transactions share one COMMIT at most. */
enum { GROUP_MAX = 64 };

/* conn stays the caller's, and is nobody else's while the group lives. NULL: out of memory. */
struct group *group_new(const struct driver *driver, struct conn *conn);
void group_free(struct group *group);

/* Waits for its turn, then begins. On OK the connection is the caller's until group_leave().
 * ERR_BUSY: the turn did not come in time. */
MUST_USE enum err group_enter(struct group *group, struct conn **ret_conn);

/* Commits or rolls back the caller's part, and waits for the COMMIT. OK: all of it is on the disk.
 * Anything else: nothing of the caller's is, and after a rollback, what the caller saw may not be.
 */
MUST_USE enum err group_leave(struct group *group, bool commit);

#endif
