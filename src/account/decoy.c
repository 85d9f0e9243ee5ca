/* SPDX-License-Identifier: Apache-2.0 */
/* decoy.c - a count of old hashes for each app, and a place among the accounts for each stranger.
 */
#include "account/decoy.h"
#include "base/crypto.h"
#include "hash/old_hash.h"
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum {
	APPS_MAX = 64, /* counted at a time; a further one takes the place of another */
	KINDS_MAX = 8, /* of hashes of one app, the most frequent */
	FRESH_S = 60,
	PLACES = 1 << 30,
};

struct kind {
	char phc[OLD_HASH_TEXT_MAX + 1]; /* of this scheme and cost */
	int64_t count;
};

struct mix {
	int64_t app_id, counted_at; /* 0: never */
	int64_t accounts;
	struct kind kinds[KINDS_MAX];
	size_t n_kinds;
};

struct decoys {
	pthread_mutex_t mutex;
	struct mix mixes[APPS_MAX];
};

struct decoys *decoys_new(void)
{
	struct decoys *decoys = calloc(1, sizeof(*decoys));

	if (decoys)
		pthread_mutex_init(&decoys->mutex, NULL);
	return decoys;
}

void decoys_free(struct decoys *decoys)
{
	if (!decoys)
		return;
	pthread_mutex_destroy(&decoys->mutex);
	free(decoys);
}

/* ---- counting ---- */

static void add_kind(struct mix *mix, const struct old_hash_count *row)
{
	struct kind *kind = &mix->kinds[mix->n_kinds];

	if (mix->n_kinds == KINDS_MAX || !old_hash_is_one(row->phc))
		return;
	memcpy(kind->phc, row->phc.ptr, row->phc.len);
	kind->phc[row->phc.len] = '\0';
	kind->count = row->count;
	mix->n_kinds++;
}

static enum err count(struct ctx *ctx, struct mix *mix)
{
	struct old_hash_count_list list;

	mix->n_kinds = 0;
	TRY(store_old_hashes(ctx->store, ctx->arena, ctx->app.id, &list));
	for (size_t i = 0; i < list.n; i++)
		add_kind(mix, &list.items[i]);
	return mix->n_kinds > 0 ? store_app_count_accounts(ctx->store, ctx->arena, ctx->app.id,
	                                                   &mix->accounts)
	                        : OK;
}

/* The app's place in the table. With the mutex held. */
static struct mix *place_of(struct decoys *decoys, int64_t app_id)
{
	return &decoys->mixes[(uint64_t)app_id % APPS_MAX];
}

/* true: *ret_mix is fresh. Otherwise it is the caller's turn to count: those who come meanwhile do
 * with what was counted before. */
static bool take_mix(struct decoys *decoys, int64_t app_id, int64_t now, struct mix *ret_mix)
{
	pthread_mutex_lock(&decoys->mutex);
	struct mix *mix = place_of(decoys, app_id);
	bool fresh = mix->app_id == app_id && mix->counted_at != 0 &&
	             mix->counted_at + FRESH_S > now && mix->counted_at <= now;
	if (fresh)
		*ret_mix = *mix;
	else if (mix->app_id == app_id)
		mix->counted_at = now;
	pthread_mutex_unlock(&decoys->mutex);
	return fresh;
}

static void put_mix(struct decoys *decoys, const struct mix *mix)
{
	pthread_mutex_lock(&decoys->mutex);
	*place_of(decoys, mix->app_id) = *mix;
	pthread_mutex_unlock(&decoys->mutex);
}

/* ---- choosing ---- */

/* Where a login stands for the n-th kind, from 0 to PLACES - 1. */
static int64_t place_for(const struct ctx *ctx, struct str login, size_t n)
{
	struct buf buf = buf_in(ctx->arena);
	struct str text = STR_NONE;
	struct nonce nonce = { { 0 } };
	uint32_t place;

	buf_printf(&buf, "%lld %zu ", (long long)ctx->app.id, n);
	buf_add(&buf, login);
	if (buf_str(&buf, &text) != OK)
		return PLACES - 1;
	struct digest digest = digest_of((struct secret){ text.ptr, text.len });
	memcpy(nonce.bytes, digest.bytes, sizeof(nonce.bytes));
	digest = derive(ctx->service->key, "decoy", &nonce);
	memcpy(&place, digest.bytes, sizeof(place));
	return place % PLACES;
}

/* Each kind has its own try, at what the kinds before it have left: while counts only fall, nobody
 * who was of none becomes one of any. */
static const struct kind *choose(const struct ctx *ctx, const struct mix *mix, struct str login)
{
	int64_t left = mix->accounts;

	for (size_t i = 0; i < mix->n_kinds && left > 0; i++) {
		const struct kind *kind = &mix->kinds[i];
		if ((double)place_for(ctx, login, i) * (double)left <
		    (double)kind->count * (double)PLACES)
			return kind;
		left -= kind->count;
	}
	return NULL;
}

enum err decoy_for(struct ctx *ctx, struct str login, const char **ret_phc)
{
	struct mix mix = { .app_id = ctx->app.id, .counted_at = ctx->now };
	struct str phc = STR_NONE;

	if (!take_mix(ctx->service->decoys, ctx->app.id, ctx->now, &mix)) {
		if (count(ctx, &mix) == OK)
			put_mix(ctx->service->decoys, &mix);
		else
			mix.n_kinds = 0;
	}
	const struct kind *kind = choose(ctx, &mix, login);
	if (kind)
		TRY(arena_str(ctx->arena, str(kind->phc), &phc));
	*ret_phc = phc.ptr;
	return OK;
}
