/* SPDX-License-Identifier: Apache-2.0 */
/* turnstile.h - one at a time, please, for those who hold the same token.
 *
 * A token is spent by one guarded UPDATE, which alone decides who wins. But a hundred requests with
 * one token would each hash a password first, to lose afterwards. So holders of a live token pass
 * here in turn, and look again: those behind the winner see a spent token and cost nothing. Holders
 * of different tokens rarely meet (there are 64 gates); strangers with guessed tokens never get
 * here. Those who wait are threads that serve nobody else meanwhile, so there is a maximum of them.
 * Blocks. */
#ifndef REKEY_ACCOUNT_TURNSTILE_H
#define REKEY_ACCOUNT_TURNSTILE_H

#include "base/crypto.h"
#include <pthread.h>

enum { TURNSTILE_WAITERS_MAX = 128 };

struct turnstile;

/* NULL: out of memory. The caller owns it: turnstile_free() it. NULL is a no-op there. */
struct turnstile *turnstile_new(void);
void turnstile_free(struct turnstile *turnstile);

/* ERR_BUSY: too many wait already.
 *     CLEANUP(turnstile_leave) pthread_mutex_t *gate = NULL;
 *     TRY(turnstile_enter(turnstile, &digest, &gate)); */
MUST_USE enum err turnstile_enter(struct turnstile *turnstile, const struct digest *digest,
                                  pthread_mutex_t **ret_gate);
void turnstile_leave(pthread_mutex_t **gate);

#endif
