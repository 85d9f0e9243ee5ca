/* SPDX-License-Identifier: Apache-2.0 */
/* deadline.h - connections that take too long are hung up on.
 *
 * A limit on silence does not stop a client that sends a byte now and then; this does. One thread
 * looks every second and shuts down the sockets that are overdue; whoever reads them sees the end.
 * Thread-safe. */
#ifndef REKEY_HTTP_DEADLINE_H
#define REKEY_HTTP_DEADLINE_H

#include "base/err.h"
#include <stdint.h>

struct deadlines;
struct deadline;

enum { DEADLINE_NEVER = -1 };

/* Starts the thread. The caller owns *ret_deadlines: deadlines_stop() it. */
MUST_USE enum err deadlines_start(struct deadlines **ret_deadlines);
void deadlines_stop(struct deadlines *deadlines);

/* Watches a socket until deadline_remove(), which must come before the socket is closed.
 * NULL: out of memory; that connection has no deadline, and the others take NULL. */
struct deadline *deadline_add(struct deadlines *deadlines, int socket, int64_t from_now_ms);
void deadline_set(struct deadline *deadline, int64_t from_now_ms);
void deadline_remove(struct deadline *deadline);

#endif
