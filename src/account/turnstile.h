/* SPDX-License-Identifier: Apache-2.0 */
/* turnstile.h - so many at a time, please, for those who come with the same thing in hand.
 *
 * A token is spent by one guarded UPDATE, which alone decides who wins. But a hundred requests with
 * one token would each hash a password first, to lose afterwards. So holders of a live token pass
 * here one by one, and look again: those behind the winner see a spent token and cost nothing.
 * Strangers with guessed tokens never get here. And a hundred guesses at one login would all be
 * hashed before the first is counted; so no more of them are inside than may still be wrong.
 *
 * Those who wait are threads that serve nobody else meanwhile, so there is a maximum of them, and
 * no network may be all of them (base/crowd.h): somebody could send a live token of his own over
 * and over, with a password that will not be taken. Thread-safe. */
#ifndef REKEY_ACCOUNT_TURNSTILE_H
#define REKEY_ACCOUNT_TURNSTILE_H

#include "base/crypto.h"

enum { TURNSTILE_WAITERS_MAX = 128 };

struct turnstile;

/* A caller's place inside; zero it first, and keep it where it is until it has left. */
struct turnstile_pass {
	struct turnstile *turnstile; /* NULL: not inside */
	struct digest digest;
	struct turnstile_pass *next;
};

/* NULL: out of memory. The caller owns it: turnstile_free() it. NULL is a no-op there. */
struct turnstile *turnstile_new(void);
void turnstile_free(struct turnstile *turnstile);

/* Blocks until fewer than `room` callers (1 or more) with this digest are inside. network:
 * network_of() the caller. ERR_BUSY: too many wait already.
 *     CLEANUP(turnstile_leave) struct turnstile_pass pass = { 0 };
 *     TRY(turnstile_enter(turnstile, &digest, 1, network, &pass)); */
MUST_USE enum err turnstile_enter(struct turnstile *turnstile, const struct digest *digest,
                                  int64_t room, uint64_t network, struct turnstile_pass *pass);
void turnstile_leave(struct turnstile_pass *pass);

#endif
