/* SPDX-License-Identifier: Apache-2.0 */
/* provider_keys.c - a handful of sets, the oldest of which makes room. */
#include "account/provider_keys.h"
#include "outbound/https.h"
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct kept_set {
	char url[HTTPS_URL_MAX + 1];
	struct jwks *jwks;
	int64_t fetched_at;
	int64_t asked_again_at;
};

struct provider_keys {
	pthread_mutex_t mutex;
	struct kept_set sets[KEY_SETS_MAX];
};

struct provider_keys *provider_keys_new(void)
{
	struct provider_keys *keys = calloc(1, sizeof(*keys));

	if (keys)
		pthread_mutex_init(&keys->mutex, NULL);
	return keys;
}

void provider_keys_free(struct provider_keys *keys)
{
	if (!keys)
		return;
	for (size_t i = 0; i < KEY_SETS_MAX; i++)
		jwks_release(keys->sets[i].jwks);
	pthread_mutex_destroy(&keys->mutex);
	free(keys);
}

/* With the mutex held, as the next two. NULL: it is not kept. */
static struct kept_set *find(struct provider_keys *keys, struct str url)
{
	for (size_t i = 0; i < KEY_SETS_MAX; i++) {
		if (keys->sets[i].jwks && str_is(url, keys->sets[i].url))
			return &keys->sets[i];
	}
	return NULL;
}

static struct kept_set *oldest(struct provider_keys *keys)
{
	struct kept_set *found = &keys->sets[0];

	for (size_t i = 1; i < KEY_SETS_MAX; i++) {
		if (keys->sets[i].fetched_at < found->fetched_at)
			found = &keys->sets[i];
	}
	return found;
}

/* A clock that was set back makes a set old, not young for ever. */
static bool is_fresh(const struct kept_set *set, int64_t now)
{
	return set->fetched_at <= now && now - set->fetched_at < KEYS_KEPT_S;
}

struct jwks *provider_keys_find(struct provider_keys *keys, struct str url, int64_t now)
{
	pthread_mutex_lock(&keys->mutex);
	struct kept_set *set = find(keys, url);
	struct jwks *jwks = set && is_fresh(set, now) ? jwks_hold(set->jwks) : NULL;
	pthread_mutex_unlock(&keys->mutex);
	return jwks;
}

bool provider_keys_may_ask_again(struct provider_keys *keys, struct str url, int64_t now)
{
	pthread_mutex_lock(&keys->mutex);
	struct kept_set *set = find(keys, url);
	bool may = !set || now - set->asked_again_at >= KEYS_AGAIN_S || set->asked_again_at > now;
	if (set && may)
		set->asked_again_at = now;
	pthread_mutex_unlock(&keys->mutex);
	return may;
}

void provider_keys_keep(struct provider_keys *keys, struct str url, struct jwks *jwks, int64_t now)
{
	if (url.len > HTTPS_URL_MAX)
		return;
	pthread_mutex_lock(&keys->mutex);
	struct kept_set *set = find(keys, url);
	if (!set) {
		set = oldest(keys);
		memset(set->url, 0, sizeof(set->url));
		memcpy(set->url, url.ptr, url.len);
		set->asked_again_at = 0;
	}
	struct jwks *before = set->jwks;
	set->jwks = jwks_hold(jwks);
	set->fetched_at = now;
	pthread_mutex_unlock(&keys->mutex);
	jwks_release(before);
}
