/* SPDX-License-Identifier: Apache-2.0 */
/* housekeeper.c - sweep some, rest, sweep more. */
#include "account/housekeeper.h"
#include "account/limits.h"
#include "base/clock.h"
#include "base/log.h"
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

enum {
	TOKEN_KEPT_DAYS = 7, /* past its end: a page may tell its holder what became of it */
	LOGIN_KEPT_DAYS = 1, /* for whoever asks why no mail came */
	SAVE_PERIOD_MS = 5 * 1000,
	SAVES_PER_SWEEP = 12,
	SAVED_SHARE = 10, /* of the limit: fewer requests are not worth a write */
	BATCH_FIRST =
		50, /* rows; later, as many as fit between half of HELD_US_MAX and all of it */
	BATCH_MIN = 50,
	BATCH_MAX = 500,
	HELD_US_MAX = 5000,
	REST = 4, /* times as long as the batch took */
	REST_MIN_MS = 5,
	REST_MAX_MS = 2000,
	ARENA_MAX = 64 * 1024,
};

/* ---- one batch ---- */

/* What was over at this time has had its time. */
static int64_t over_since(const struct ctx *ctx, enum sweep what)
{
	const struct policy *policy = &ctx->service->policy;

	switch (what) {
	case SWEEP_TOKENS:
	case SWEEP_SIGN_UPS:
		return ctx->now - TOKEN_KEPT_DAYS * DAY;
	case SWEEP_LOGINS:
		return ctx->now - LOGIN_KEPT_DAYS * DAY;
	case SWEEP_MAILS_SETTLED:
	case SWEEP_MAILS_UNCLAIMED:
		return ctx->now - policy->retention_mail_days * DAY;
	case SWEEP_AUDIT:
		return ctx->now - policy->retention_audit_days * DAY;
	default:
		return ctx->now;
	}
}

static enum err sweep(struct ctx *ctx, const struct sweep_batch *in, struct swept *ret_swept)
{
	CLEANUP(tx_rollback) struct tx *tx = NULL;
	bool more;

	if (in->what == SWEEP_AUDIT && ctx->service->policy.retention_audit_days < 0)
		return OK;
	TRY(tx_begin(ctx->store, &tx));
	enum err turn = store_sweep_turn(tx);
	if (turn == ERR_NOT_FOUND)
		return OK; /* another server does it */
	TRY(turn);
	int64_t began_us = clock_steady_us();
	TRY(store_sweep(tx, in->what, over_since(ctx, in->what), in->max, &more));
	int64_t held_us = clock_steady_us() - began_us;
	TRY(tx_commit(&tx));
	*ret_swept = (struct swept){ more, held_us };
	return OK;
}
OPERATION(sweep, struct sweep_batch, struct swept, REQUIRES_SERVER, LIMIT_NONE, COST_WRITE)

/* ---- the thread ---- */

struct housekeeper {
	const struct service *service;
	struct arena *arena;
	struct bell *bell; /* rung at the end */
	int64_t batch;     /* rows */
	pthread_t thread;
	bool has_thread;
	atomic_bool stopping;
};

/* A machine that is slow, or busy, sweeps less at a time. A batch that found little says nothing.
 */
static int64_t next_batch(int64_t batch, const struct swept *swept)
{
	if (swept->held_us > HELD_US_MAX)
		return batch / 2 > BATCH_MIN ? batch / 2 : BATCH_MIN;
	if (swept->more && swept->held_us < HELD_US_MAX / 2)
		return batch * 2 < BATCH_MAX ? batch * 2 : BATCH_MAX;
	return batch;
}

static enum err run(struct housekeeper *housekeeper, const struct operation *operation,
                    const void *in, void *ret_out)
{
	struct ctx ctx = {
		.service = housekeeper->service,
		.arena = housekeeper->arena,
		.now = clock_now(),
		.actor = ACTOR_SERVER,
		.network = STR(""),
	};

	enum err err = operation_run(&ctx, operation, in, ret_out);
	arena_reset(housekeeper->arena);
	return err;
}

static enum err sweep_batch(struct housekeeper *housekeeper, enum sweep what, bool *ret_more)
{
	const struct sweep_batch batch = { what, housekeeper->batch };
	struct swept swept;

	enum err err = run(housekeeper, &sweep_op, &batch, &swept);
	*ret_more = swept.more;
	if (err == OK)
		housekeeper->batch = next_batch(batch.max, &swept);
	return err;
}

static enum err save_limits(struct housekeeper *housekeeper, int64_t least)
{
	struct limits_save some = { .least = least };
	struct limits_saved saved;

	do {
		TRY(run(housekeeper, &limits_save_op, &some, &saved));
		some.from = saved.next;
	} while (some.from != 0);
	return OK;
}

static void rest(struct housekeeper *housekeeper, int64_t took_ms)
{
	int64_t rest_ms = REST * took_ms;

	if (rest_ms < REST_MIN_MS)
		rest_ms = REST_MIN_MS;
	bell_wait(housekeeper->bell, rest_ms < REST_MAX_MS ? rest_ms : REST_MAX_MS);
}

/* In turns, so that no kind waits for a million of another. */
static enum err sweep_all(struct housekeeper *housekeeper)
{
	bool done[SWEEP_COUNT] = { false };
	size_t n_done = 0;

	for (enum sweep what = 0; n_done < SWEEP_COUNT; what = (what + 1) % SWEEP_COUNT) {
		bool more = false;
		if (atomic_load(&housekeeper->stopping))
			return OK;
		if (done[what])
			continue;
		int64_t began_ms = clock_steady_ms();
		TRY(sweep_batch(housekeeper, what, &more));
		rest(housekeeper, clock_steady_ms() - began_ms);
		done[what] = !more;
		n_done += !more;
	}
	return OK;
}

static void *keep_house(void *state)
{
	struct housekeeper *housekeeper = state;

	int64_t worth = housekeeper->service->policy.requests_per_network.count / SAVED_SHARE + 1;

	for (unsigned round = 0; !atomic_load(&housekeeper->stopping); round++) {
		enum err err = save_limits(housekeeper, worth);
		if (err == OK && round % SAVES_PER_SWEEP == 0)
			err = sweep_all(housekeeper);
		if (err != OK)
			log_error("housekeeping will be tried again: %s", err_sentence(err));
		if (!atomic_load(&housekeeper->stopping))
			bell_wait(housekeeper->bell, SAVE_PERIOD_MS);
	}
	enum err err = save_limits(housekeeper, 1);
	if (err != OK)
		log_error("the counts of requests are not saved: %s", err_sentence(err));
	return NULL;
}

static enum err start(struct housekeeper *housekeeper)
{
	NEED(housekeeper->arena = arena_new(ARENA_MAX));
	NEED(housekeeper->bell = bell_new());
	if (pthread_create(&housekeeper->thread, NULL, keep_house, housekeeper) != 0)
		return ERR_NOMEM;
	housekeeper->has_thread = true;
	return OK;
}

enum err housekeeper_start(const struct service *service, struct housekeeper **ret_housekeeper)
{
	struct housekeeper *housekeeper = calloc(1, sizeof(*housekeeper));

	NEED(housekeeper);
	housekeeper->service = service;
	housekeeper->batch = BATCH_FIRST;
	enum err err = start(housekeeper);
	if (err != OK) {
		housekeeper_stop(housekeeper);
		return err;
	}
	*ret_housekeeper = housekeeper;
	return OK;
}

void housekeeper_stop(struct housekeeper *housekeeper)
{
	if (!housekeeper)
		return;
	atomic_store(&housekeeper->stopping, true);
	if (housekeeper->has_thread) {
		bell_ring(housekeeper->bell);
		pthread_join(housekeeper->thread, NULL);
	}
	bell_free(housekeeper->bell);
	arena_free(housekeeper->arena);
	free(housekeeper);
}
