/* SPDX-License-Identifier: Apache-2.0 */
/* request_counter.c - rows of a few places each; a client may stand in any place of its row. */
#include "account/request_counter.h"
#include "base/crypto.h"
#include <pthread.h>
#include <stdlib.h>

enum { ROWS = 2048, PLACES = 8, LOCKS = 64 };

struct request_counter {
	struct scatter_key key; /* so that nobody can choose whom to share a row with */
	pthread_mutex_t locks[LOCKS];
	struct request_count rows[ROWS][PLACES]; /* ends_at 0: free */
};

struct request_counter *request_counter_new(void)
{
	struct request_counter *counter = calloc(1, sizeof(*counter));

	if (!counter)
		return NULL;
	random_bytes(&counter->key, sizeof(counter->key));
	for (int i = 0; i < LOCKS; i++)
		pthread_mutex_init(&counter->locks[i], NULL);
	return counter;
}

void request_counter_free(struct request_counter *counter)
{
	for (int i = 0; counter && i < LOCKS; i++)
		pthread_mutex_destroy(&counter->locks[i]);
	free(counter);
}

/* Locks the client's row. */
static struct request_count *row_enter(struct request_counter *counter, uint64_t client,
                                       pthread_mutex_t **ret_lock)
{
	size_t row = scatter(&counter->key, &client, sizeof(client)) % ROWS;

	*ret_lock = &counter->locks[row % LOCKS];
	pthread_mutex_lock(*ret_lock);
	return counter->rows[row];
}

static struct request_count *find(struct request_count *row, uint64_t client)
{
	for (int i = 0; i < PLACES; i++) {
		if (row[i].ends_at != 0 && row[i].client == client)
			return &row[i];
	}
	return NULL;
}

/* A free place, one whose window is over, or that of who asked least. */
static struct request_count *find_room(struct request_count *row, int64_t now)
{
	struct request_count *least = &row[0];

	for (int i = 0; i < PLACES; i++) {
		if (row[i].ends_at <= now)
			return &row[i];
		if (row[i].count < least->count)
			least = &row[i];
	}
	return least;
}

static void count_one(struct request_count *place, struct request_count *ret_count)
{
	place->count++;
	place->unsaved++;
	*ret_count = *place;
}

bool request_counter_add(struct request_counter *counter, uint64_t client, int64_t now,
                         struct request_count *ret_count)
{
	pthread_mutex_t *lock;
	struct request_count *place = find(row_enter(counter, client, &lock), client);
	bool known = place && place->ends_at > now;

	if (known)
		count_one(place, ret_count);
	pthread_mutex_unlock(lock);
	return known;
}

int64_t request_counter_peek(struct request_counter *counter, uint64_t client, int64_t now)
{
	pthread_mutex_t *lock;
	const struct request_count *place = find(row_enter(counter, client, &lock), client);
	int64_t count = place && place->ends_at > now ? place->count : 0;

	pthread_mutex_unlock(lock);
	return count;
}

void request_counter_begin(struct request_counter *counter, const struct request_count *saved,
                           int64_t now, struct request_count *ret_count)
{
	pthread_mutex_t *lock;
	struct request_count *row = row_enter(counter, saved->client, &lock);
	struct request_count *place = find(row, saved->client);

	if (!place || place->ends_at <= now) {
		if (!place)
			place = find_room(row, now);
		*place = *saved;
	}
	count_one(place, ret_count);
	pthread_mutex_unlock(lock);
}

void request_counter_take_one(struct request_counter *counter, uint64_t client,
                              struct request_count *ret_count)
{
	pthread_mutex_t *lock;
	struct request_count *place = find(row_enter(counter, client, &lock), client);

	*ret_count = place ? *place : (struct request_count){ 0 };
	if (place)
		place->unsaved = 0;
	pthread_mutex_unlock(lock);
}

void request_counter_give_back(struct request_counter *counter, const struct request_count *count)
{
	pthread_mutex_t *lock;
	struct request_count *place = find(row_enter(counter, count->client, &lock), count->client);

	if (place && place->ends_at == count->ends_at)
		place->unsaved += count->unsaved;
	pthread_mutex_unlock(lock);
}

size_t request_counter_take_unsaved(struct request_counter *counter, size_t from, int64_t now,
                                    int64_t least, struct request_count *ret_counts, size_t max,
                                    size_t *ret_n)
{
	size_t row = from;

	*ret_n = 0;
	for (; row < ROWS && *ret_n + PLACES <= max; row++) {
		pthread_mutex_lock(&counter->locks[row % LOCKS]);
		for (int i = 0; i < PLACES; i++) {
			struct request_count *place = &counter->rows[row][i];
			if (place->ends_at <= now || place->unsaved < least)
				continue;
			ret_counts[(*ret_n)++] = *place;
			place->unsaved = 0;
		}
		pthread_mutex_unlock(&counter->locks[row % LOCKS]);
	}
	return row < ROWS ? row : 0;
}

void request_counter_learn(struct request_counter *counter, const struct request_count *count)
{
	pthread_mutex_t *lock;
	struct request_count *place = find(row_enter(counter, count->client, &lock), count->client);

	if (place && place->count < count->count + place->unsaved) {
		place->count = count->count + place->unsaved;
		place->ends_at = count->ends_at;
	}
	pthread_mutex_unlock(lock);
}
