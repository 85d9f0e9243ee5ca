/* SPDX-License-Identifier: Apache-2.0 */
/* limits.c - counters in the database, and one in memory before them. */
#include "account/limits.h"
#include "account/request_counter.h"
#include "account/token.h"
#include "base/clock.h"
#include "base/network.h"
#include <stdlib.h>
#include <string.h>

enum {
	WAIT_FIRST_S = 5,
	SAVE_BATCH = 64,
	QUICK_AT_ONCE = 64,
	SHARES = 100, /* of a limit: how exactly it holds over several servers */
};

/* ---- keys ---- */

/* HMAC of what is limited: whoever reads the table learns no login that a stranger typed. */
static enum err limit_key(struct ctx *ctx, const char *what, int64_t app_id, uint64_t client,
                          struct str login, struct digest *ret_key)
{
	struct str text;
	struct nonce nonce;

	TRY(arena_printf(ctx->arena, &text, "%s %lld %llx %.*s", what, (long long)app_id,
	                 (unsigned long long)client, STR_ARG(login)));
	struct digest digest = digest_of((struct secret){ text.ptr, text.len });
	memcpy(nonce.bytes, digest.bytes, sizeof(nonce.bytes));
	*ret_key = derive(ctx->service->key, "limit", &nonce);
	return OK;
}

static enum err network_key(struct ctx *ctx, const char *what, uint64_t client,
                            struct digest *ret_key)
{
	return limit_key(ctx, what, 0, client, STR(""), ret_key);
}

static enum err login_key(struct ctx *ctx, struct str login, struct digest *ret_key)
{
	uint64_t client = network_of(ctx->network);

	return limit_key(ctx, "login", ctx->app.id, client, login, ret_key);
}

/* ---- rows ---- */

/* No row and a window that is over are alike: nothing has been counted. */
static enum err read_counter(struct ctx *ctx, const struct digest *key,
                             struct limit_counter *ret_counter)
{
	struct limit_counter counter = { 0 };

	enum err err = store_limit_read(ctx->service->store, ctx->arena, key, &counter);
	if (err != OK && err != ERR_NOT_FOUND)
		return err;
	if (counter.window_ends_at <= ctx->now)
		counter = (struct limit_counter){ 0 };
	*ret_counter = counter;
	return OK;
}

static enum err refuse_until(struct ctx *ctx, int64_t until, const char *reason)
{
	ctx->retry_after_s = until > ctx->now ? until - ctx->now : 1;
	return deny(ctx, ERR_RATE_LIMITED, reason);
}

/* ---- requests ---- */

static enum err begin_window(struct ctx *ctx, uint64_t client, struct request_count *ret_count)
{
	const struct rate *rate = &ctx->service->policy.requests_per_network;
	struct request_count saved = { .client = client, .ends_at = ctx->now + rate->period_s };
	struct limit_counter counter;
	struct digest key;

	TRY(network_key(ctx, "requests", client, &key));
	/* If the database is away, that is for the operation to say. */
	if (read_counter(ctx, &key, &counter) == OK && counter.count > 0) {
		saved.count = counter.count;
		saved.ends_at = counter.window_ends_at;
	}
	request_counter_begin(ctx->service->requests, &saved, ctx->now, ret_count);
	return OK;
}

static enum err save_one(struct ctx *ctx, struct tx *tx, const struct request_count *count,
                         struct request_count *ret_learned)
{
	struct limit_counter counter;
	struct digest key;

	TRY(network_key(ctx, "requests", count->client, &key));
	TRY(store_limit_take(tx, ctx->arena, &key, count->unsaved, ctx->now, count->ends_at,
	                     &counter));
	*ret_learned = (struct request_count){ .client = count->client,
		                               .count = counter.count,
		                               .ends_at = counter.window_ends_at };
	request_counter_learn(ctx->service->requests, ret_learned);
	return OK;
}

static enum err try_batch(struct ctx *ctx, const struct request_count *counts, size_t n,
                          struct request_count *ret_last)
{
	CLEANUP(tx_rollback) struct tx *tx = NULL;
	struct request_count learned;

	TRY(tx_begin(ctx->service->store, &tx));
	for (size_t i = 0; i < n; i++)
		TRY(save_one(ctx, tx, &counts[i], &learned));
	TRY(tx_commit(&tx));
	*ret_last = learned;
	return OK;
}

/* What could not be saved counts on, as unsaved. */
static enum err save_batch(struct ctx *ctx, const struct request_count *counts, size_t n,
                           struct request_count *ret_last)
{
	enum err err = try_batch(ctx, counts, n, ret_last);

	for (size_t i = 0; err != OK && i < n; i++)
		request_counter_give_back(ctx->service->requests, &counts[i]);
	return err;
}

/* Where several servers may count one network, each tells the others of every hundredth part of the
 * limit that it has counted, and hears of theirs, before it serves. */
static enum err share_count(struct ctx *ctx, uint64_t client, struct request_count *count)
{
	const struct rate *rate = &ctx->service->policy.requests_per_network;
	struct request_count mine;

	if (store_is_in_process(ctx->service->store) || count->count > rate->count ||
	    count->unsaved * SHARES < (rate->count > SHARES ? rate->count : SHARES))
		return OK;
	request_counter_take_one(ctx->service->requests, client, &mine);
	return mine.unsaved == 0 ? OK : save_batch(ctx, &mine, 1, count);
}

static enum err count_request(struct ctx *ctx, struct request_count *ret_count)
{
	uint64_t client = network_of(ctx->network);

	if (!request_counter_add(ctx->service->requests, client, ctx->now, ret_count))
		TRY(begin_window(ctx, client, ret_count));
	/* If the database is away, that is for the operation to say. */
	enum err err = share_count(ctx, client, ret_count);
	return err == ERR_NOMEM ? err : OK;
}

enum err limits_count_request(struct ctx *ctx)
{
	const struct rate *rate = &ctx->service->policy.requests_per_network;
	struct request_count count;

	if (ctx->actor != ACTOR_CLIENT || rate->count == 0 || ctx->counted)
		return OK;
	ctx->counted = true;
	TRY(count_request(ctx, &count));
	if (count.count <= rate->count)
		return OK;
	/* The trail has the first of a window, and so has the database; a flood of them writes
	 * nothing. */
	ctx->flooding = count.count == rate->count + 1;
	ctx->retry_after_s = count.ends_at - ctx->now;
	return ctx->flooding ? deny(ctx, ERR_RATE_LIMITED, "too many requests of this network")
	                     : ERR_RATE_LIMITED;
}

static int by_client(const void *one, const void *other)
{
	uint64_t a = ((const struct request_count *)one)->client;
	uint64_t b = ((const struct request_count *)other)->client;

	return (a > b) - (a < b);
}

static enum err limits_save(struct ctx *ctx, const struct limits_save *in,
                            struct limits_saved *ret_saved)
{
	struct request_count counts[SAVE_BATCH], last;
	size_t n;

	size_t next = request_counter_take_unsaved(ctx->service->requests, in->from, ctx->now,
	                                           in->least, counts, SAVE_BATCH, &n);
	/* In one order at every server, lest two of them wait for each other. */
	qsort(counts, n, sizeof(counts[0]), by_client);
	if (n > 0)
		TRY(save_batch(ctx, counts, n, &last));
	ret_saved->next = next;
	return OK;
}
OPERATION(limits_save, struct limits_save, struct limits_saved, REQUIRES_SERVER, LIMIT_NONE,
          COST_WRITE)

/* As many as may be on their way on other threads of that kind at this moment. */
bool limits_are_near(const struct service *service, struct str network, int64_t now)
{
	const struct rate *rate = &service->policy.requests_per_network;
	int64_t count = request_counter_peek(service->requests, network_of(network), now);

	return rate->count > 0 && count + QUICK_AT_ONCE > rate->count && count <= rate->count;
}

/* ---- guesses ---- */

enum err limits_check_network(struct ctx *ctx)
{
	const struct rate *rate = &ctx->service->policy.failures_per_network;
	uint64_t client = network_of(ctx->network);
	struct limit_counter counter;
	struct digest key;

	if (ctx->actor != ACTOR_CLIENT || rate->count == 0)
		return OK;
	TRY(network_key(ctx, "failures", client, &key));
	TRY(read_counter(ctx, &key, &counter));
	if (counter.count < rate->count)
		return OK;
	return refuse_until(ctx, counter.window_ends_at, "too many failures of this network");
}

/* Comes in while fewer are inside than may still be wrong, and looks again: one that was inside may
 * have been wrong meanwhile. */
static enum err enter_with_room(struct ctx *ctx, int64_t limit, struct limit_counter *counter)
{
	int64_t seen;

	do {
		turnstile_leave(&ctx->guess.pass);
		seen = counter->count;
		TRY(turnstile_enter(ctx->service->turnstile, &ctx->guess.key,
		                    seen < limit ? limit - seen : 1, network_of(ctx->network),
		                    &ctx->guess.pass));
		TRY(read_counter(ctx, &ctx->guess.key, counter));
	} while (counter->count > seen);
	return OK;
}

/* With ctx->guess.key. */
static enum err enter(struct ctx *ctx)
{
	const struct rate *rate = &ctx->service->policy.failures_per_login;
	struct limit_counter counter;

	TRY(read_counter(ctx, &ctx->guess.key, &counter));
	if (counter.refused_until <= ctx->now)
		TRY(enter_with_room(ctx, rate->count, &counter));
	ctx->guess.limited = true;
	ctx->guess.failed_before = counter.count > 0;
	if (counter.refused_until <= ctx->now)
		return OK;
	return refuse_until(ctx, counter.refused_until, "too many failures of this login");
}

static bool is_limited(const struct ctx *ctx)
{
	return ctx->actor == ACTOR_CLIENT && ctx->service->policy.failures_per_login.count != 0 &&
	       !ctx->guess.pass.turnstile;
}

enum err limits_enter_login(struct ctx *ctx, struct str login)
{
	if (!is_limited(ctx))
		return OK;
	TRY(login_key(ctx, login, &ctx->guess.key));
	return enter(ctx);
}

enum err limits_enter_own(struct ctx *ctx, const char *what)
{
	struct str number;

	if (!is_limited(ctx))
		return OK;
	TRY(arena_printf(ctx->arena, &number, "%lld", (long long)ctx->account_id));
	TRY(limit_key(ctx, what, ctx->app.id, network_of(ctx->network), number, &ctx->guess.key));
	return enter(ctx);
}

/* 5 s, 10 s, 20 s ... for each failure that reaches the limit or is beyond it. */
static int64_t wait_s(const struct rate *rate, int64_t count)
{
	int64_t wait = WAIT_FIRST_S;

	for (int64_t i = rate->count; i < count && wait < rate->period_s; i++)
		wait *= 2;
	return wait < rate->period_s ? wait : rate->period_s;
}

static enum err charge_login(struct ctx *ctx, struct tx *tx)
{
	const struct rate *rate = &ctx->service->policy.failures_per_login;
	struct limit_counter counter;

	TRY(store_limit_take(tx, ctx->arena, &ctx->guess.key, 1, ctx->now,
	                     ctx->now + rate->period_s, &counter));
	if (counter.count < rate->count)
		return OK;
	counter.refused_until = ctx->now + wait_s(rate, counter.count);
	/* The count is kept for a period after the last try that may be made. */
	counter.window_ends_at = counter.refused_until + rate->period_s;
	TRY(store_limit_refuse(tx, &ctx->guess.key, &counter));
	if (ctx->retry_after_s > 0)
		ctx->retry_after_s = counter.refused_until - ctx->now;
	return OK;
}

static enum err charge_network(struct ctx *ctx, struct tx *tx, int64_t n)
{
	const struct rate *rate = &ctx->service->policy.failures_per_network;
	uint64_t client = network_of(ctx->network);
	struct limit_counter counter;
	struct digest key;

	if (rate->count == 0)
		return OK;
	TRY(network_key(ctx, "failures", client, &key));
	return store_limit_take(tx, ctx->arena, &key, n, ctx->now, ctx->now + rate->period_s,
	                        &counter);
}

/* Now and not by and by: a server that is killed must find it refused when it is back. */
static enum err charge_flood(struct ctx *ctx, struct tx *tx)
{
	uint64_t client = network_of(ctx->network);
	struct request_count count, learned;

	request_counter_take_one(ctx->service->requests, client, &count);
	return count.unsaved > 0 ? save_one(ctx, tx, &count, &learned) : OK;
}

enum err limits_charge(struct ctx *ctx, struct tx *tx)
{
	bool knocks = ctx->guess.limited && ctx->retry_after_s > 0;

	if (ctx->actor != ACTOR_CLIENT)
		return OK;
	if (ctx->flooding)
		return charge_flood(ctx, tx);
	if (ctx->guess.wrong || ctx->guess.dead)
		TRY(charge_network(ctx, tx, ctx->guess.wrong));
	return ctx->guess.limited && (ctx->guess.wrong || knocks) ? charge_login(ctx, tx) : OK;
}

void limits_leave(struct ctx *ctx)
{
	turnstile_leave(&ctx->guess.pass);
}

enum err limits_forgive(struct ctx *ctx, struct tx *tx)
{
	if (!ctx->guess.limited || !ctx->guess.failed_before)
		return OK;
	return store_limit_forget(tx, &ctx->guess.key);
}

enum err limits_forget_login(struct ctx *ctx, struct tx *tx, struct str login)
{
	struct digest key;

	if (!login.ptr || ctx->service->policy.failures_per_login.count == 0)
		return OK;
	TRY(login_key(ctx, login, &key));
	return store_limit_forget(tx, &key);
}

enum err limits_take_code(struct ctx *ctx, struct str reference)
{
	CLEANUP(tx_rollback) struct tx *tx = NULL;
	struct limit_counter counter;
	struct digest key;

	TRY(limit_key(ctx, "code", ctx->app.id, 0, reference, &key));
	TRY(tx_begin(ctx->store, &tx));
	TRY(store_limit_take(tx, ctx->arena, &key, 1, ctx->now, ctx->now + 2 * CODE_S, &counter));
	TRY(tx_commit(&tx));
	if (counter.count <= CODE_GUESSES_MAX)
		return OK;
	return deny_guess(ctx, ERR_TOKEN_INVALID, "too many tries at this reference");
}
