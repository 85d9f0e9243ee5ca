/* SPDX-License-Identifier: Apache-2.0 */
/* inspection.c - the database by its own words, the mail server by a conversation without a mail,
 * and hashes by the clock. */
#include "account/inspection.h"
#include "base/clock.h"
#include "outbound/smtp.h"
#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

/* ---- the database ---- */

/* Takes the write lock, and gives it back without having written. */
static bool can_write(struct ctx *ctx)
{
	CLEANUP(tx_rollback) struct tx *tx = NULL;

	return tx_begin(ctx->store, &tx) == OK;
}

static enum err database_inspect(struct ctx *ctx, const struct database_inspect *in,
                                 struct database_state *ret_state)
{
	struct database_state state = { 0 };

	TRY(store_check(ctx->store, ctx->arena, &state.finding, &state.journal));
	TRY(store_census(ctx->store, ctx->arena, in->late_before, &state.census));
	state.writable = can_write(ctx);
	*ret_state = state;
	return OK;
}
OPERATION(database_inspect, struct database_inspect, struct database_state, REQUIRES_OPERATOR,
          LIMIT_NONE, COST_WRITE)

/* ---- the mail server ---- */

enum { PROBE_TIMEOUT_S = 20 };

static void stop_smtp(struct smtp **smtp)
{
	smtp_stop(*smtp);
}

static enum err mail_server_inspect(struct ctx *ctx, const struct mail_server *in,
                                    struct mail_server_state *ret_state)
{
	CLEANUP(stop_smtp) struct smtp *smtp = NULL;
	const struct smtp_options options = {
		.url = in->url,
		.starttls_required = in->starttls_required,
		.timeout_s = PROBE_TIMEOUT_S,
		.ca_file = in->ca_file,
	};

	TRY(smtp_start(&options, &smtp));
	return smtp_probe(smtp, ctx->arena, &ret_state->works, &ret_state->reason);
}
OPERATION(mail_server_inspect, struct mail_server, struct mail_server_state, REQUIRES_OPERATOR,
          LIMIT_NONE, COST_WRITE)

/* ---- hashes ---- */

enum { TEXT_ARENA = 64 * 1024 };

/* Threads that ask for one hash after the other until the time is over. */
struct hashing {
	struct hasher *hasher;
	int64_t end_us;
	_Atomic int64_t hashes;
	atomic_bool failed;
	pthread_t threads[HASH_TOGETHER_MAX];
	unsigned n_threads;
};

static void *keep_hashing(void *state)
{
	struct hashing *hashing = state;
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(TEXT_ARENA);
	const struct secret password = { "a password", 10 };
	struct str phc;

	do {
		if (!arena || hasher_hash(hashing->hasher, (struct caller){ 0 }, arena, password,
		                          &phc) != OK) {
			atomic_store(&hashing->failed, true);
			return NULL;
		}
		atomic_fetch_add(&hashing->hashes, 1);
		arena_reset(arena);
	} while (clock_steady_us() < hashing->end_us);
	return NULL;
}

static void hash_together(struct hashing *hashing, unsigned together, int64_t for_ms)
{
	hashing->end_us = clock_steady_us() + for_ms * 1000;
	atomic_store(&hashing->hashes, 0);
	hashing->n_threads = 0;
	while (hashing->n_threads < together &&
	       pthread_create(&hashing->threads[hashing->n_threads], NULL, keep_hashing, hashing) ==
	               0)
		hashing->n_threads++;
	if (hashing->n_threads < together)
		atomic_store(&hashing->failed, true);
	for (unsigned i = 0; i < hashing->n_threads; i++)
		pthread_join(hashing->threads[i], NULL);
}

static int64_t cpu_us(void)
{
	struct timespec used;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
	return (int64_t)used.tv_sec * 1000000 + used.tv_nsec / 1000;
}

static void stop_hasher(struct hasher **hasher)
{
	hasher_stop(*hasher);
}

static enum err hash_measure(struct ctx *ctx, const struct hash_load *in,
                             struct hash_speed *ret_speed)
{
	CLEANUP(stop_hasher) struct hasher *hasher = NULL;
	const struct hasher_options options = { in->together, in->together, in->memory_kib,
		                                in->passes, HASHER_PATIENCE_MS };

	(void)ctx;
	assert(in->together >= 1 && in->together <= HASH_TOGETHER_MAX);
	TRY(hasher_start(&options, &hasher));
	struct hashing hashing = { .hasher = hasher };
	hash_together(&hashing, in->together,
	              0); /* the first hash of a thread waits for its memory */
	int64_t began = clock_steady_us(), cpu_began = cpu_us();
	hash_together(&hashing, in->together, in->for_ms);
	if (atomic_load(&hashing.failed))
		return ERR_NOMEM;
	ret_speed->elapsed_us = clock_steady_us() - began;
	ret_speed->cpu_us = cpu_us() - cpu_began;
	ret_speed->hashes = atomic_load(&hashing.hashes);
	ret_speed->kept = hasher_count_kept(hasher) == hasher_count(hasher);
	return OK;
}
OPERATION(hash_measure, struct hash_load, struct hash_speed, REQUIRES_OPERATOR, LIMIT_NONE,
          COST_HASH)

static enum err vitals(struct ctx *ctx, const struct nothing *in, struct vitals *ret_vitals)
{
	struct outbox_state_count count;

	(void)in;
	TRY(store_outbox_count(ctx->store, ctx->arena, &count));
	*ret_vitals = (struct vitals){
		.mails_due = count.due,
		.mails_dead = count.dead,
		.oldest_due_s = count.oldest_due_at ? ctx->now - count.oldest_due_at : 0,
	};
	return OK;
}
OPERATION(vitals, struct nothing, struct vitals, REQUIRES_SERVER, LIMIT_NONE, COST_QUICK)
