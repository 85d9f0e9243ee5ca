/* SPDX-License-Identifier: Apache-2.0 */
/* known_tokens.c - rows of four places, the row picked by the digest's first bytes; few locks. */
#include "jose/known_tokens.h"
#include <pthread.h>
#include <stdlib.h>

enum { PLACES = 4, ROWS = KNOWN_TOKENS_MAX / PLACES, LOCKS = 64 };

/* An unused place is all zeros, which is nobody's digest. */
struct row {
	struct digest places[PLACES];
	unsigned next; /* the place that is taken next: the oldest */
};

struct known_tokens {
	pthread_mutex_t locks[LOCKS]; /* each guards every LOCKS-th row */
	struct row rows[ROWS];
};

/* Digests are of what others send, but not of their choosing: they know only good tokens, and those
 * are of our making. */
static unsigned row_of(const struct digest *digest)
{
	return (digest->bytes[0] | (unsigned)digest->bytes[1] << 8) % ROWS;
}

struct known_tokens *known_tokens_new(void)
{
	struct known_tokens *known = calloc(1, sizeof(*known));

	if (!known)
		return NULL;
	for (int i = 0; i < LOCKS; i++)
		pthread_mutex_init(&known->locks[i], NULL);
	return known;
}

void known_tokens_free(struct known_tokens *known)
{
	if (!known)
		return;
	for (int i = 0; i < LOCKS; i++)
		pthread_mutex_destroy(&known->locks[i]);
	free(known);
}

static bool row_has(const struct row *row, const struct digest *digest)
{
	bool found = false;

	for (int i = 0; i < PLACES; i++)
		found |= digest_equal(&row->places[i], digest);
	return found;
}

bool known_tokens_have(struct known_tokens *known, const struct digest *digest)
{
	unsigned number = row_of(digest);
	pthread_mutex_t *lock = &known->locks[number % LOCKS];

	pthread_mutex_lock(lock);
	bool found = row_has(&known->rows[number], digest);
	pthread_mutex_unlock(lock);
	return found;
}

void known_tokens_add(struct known_tokens *known, const struct digest *digest)
{
	unsigned number = row_of(digest);
	pthread_mutex_t *lock = &known->locks[number % LOCKS];
	struct row *row = &known->rows[number];

	pthread_mutex_lock(lock);
	if (!row_has(row, digest))
		row->places[row->next++ % PLACES] = *digest;
	pthread_mutex_unlock(lock);
}
