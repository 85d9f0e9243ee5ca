/* SPDX-License-Identifier: Apache-2.0 */
/* limits.h - how often a network may ask, and how often a network or a login may be wrong.
 *
 * The gate asks here by an operation's column `limit`; operations that check a password say whose
 * it is. A window begins with the first event and takes the limit's period; beyond its count the
 * answer is ERR_RATE_LIMITED until the window is over (ctx->retry_after_s). Counts are rows of the
 * database, so they outlive the process and hold for all servers of it.
 *
 * A login is limited by (app, login as normalized, network), whether or not it is anybody's, and is
 * never locked: after its count of failures each further try has to wait, 5 seconds first and twice
 * as long after every try, knocks too early included, a period at most. A log-in forgets all that;
 * so does a finished recovery, which is never in the way of these limits. Nothing that another
 * network does can keep a person out (OWASP ASVS 5.0, 6.1.1). */
#ifndef REKEY_ACCOUNT_LIMITS_H
#define REKEY_ACCOUNT_LIMITS_H

#include "account/operation.h"

/* ---- for the gate ---- */

/* Counts this request, once per ctx. ERR_RATE_LIMITED. */
MUST_USE enum err limits_count_request(struct ctx *ctx);

/* Whether one of the next requests of a network may be the first too many, whose refusal is written
 * down: not for a thread that must not wait. */
bool limits_are_near(const struct service *service, struct str network, int64_t now);

/* Whether this network may guess at all. ERR_RATE_LIMITED. */
MUST_USE enum err limits_check_network(struct ctx *ctx);

/* Writes down what this request has done to its limits, in the transaction that audits its refusal.
 */
MUST_USE enum err limits_charge(struct ctx *ctx, struct tx *tx);

/* Lets the next guess at the same login in. */
void limits_leave(struct ctx *ctx);

/* ---- for operations of LIMIT_LOGIN ---- */

/* Before the password is checked. `login` is what was tried, normalized. Blocks while as many
 * guesses at it are under way as may still be wrong. ERR_RATE_LIMITED, ERR_BUSY. */
MUST_USE enum err limits_enter_login(struct ctx *ctx, struct str login);

/* The same for a password of the account that ctx names, tried elsewhere than at the log-in: `what`
 * is a counter of its own, which no login's name can be. */
MUST_USE enum err limits_enter_own(struct ctx *ctx, const char *what);

/* It was right: the login starts anew. */
MUST_USE enum err limits_forgive(struct ctx *ctx, struct tx *tx);

/* The person has proved to be the owner in another way; login NONE is a no-op. */
MUST_USE enum err limits_forget_login(struct ctx *ctx, struct tx *tx, struct str login);

/* Counts one try at the code of a reference, whether or not that is anybody's, before it is looked
 * at: of tries at once, CODE_GUESSES_MAX are let in. ERR_TOKEN_INVALID: there were enough. */
MUST_USE enum err limits_take_code(struct ctx *ctx, struct str reference);

/* ---- for our own threads ---- */

struct limits_save {
	int64_t least; /* requests of one network that are worth a write: 1 or more */
	size_t from;   /* 0, then where the last one ended */
};

struct limits_saved {
	size_t next; /* go on from here; 0: that was all */
};

/* Saves some of what was counted in memory, and learns what other servers have. */
extern const struct operation limits_save_op;

#endif
