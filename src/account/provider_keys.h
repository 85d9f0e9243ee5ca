/* SPDX-License-Identifier: Apache-2.0 */
/* provider_keys.h - the public keys of providers, as a process keeps them for a while.
 *
 * A set is good for KEYS_KEPT_S; a token of a key that is not in it has it fetched anew, once in
 * KEYS_AGAIN_S, so that nobody's made-up key names are a flood for the provider. The place that a
 * set was fetched from is its name: nothing of it is written anywhere. Thread-safe. */
#ifndef REKEY_ACCOUNT_PROVIDER_KEYS_H
#define REKEY_ACCOUNT_PROVIDER_KEYS_H

#include "base/arena.h"
#include "jose/id_token.h"

enum { KEYS_KEPT_S = 3600, KEYS_AGAIN_S = 60, KEY_SETS_MAX = 16 };

struct provider_keys;

/* NULL: out of memory. The caller owns it: provider_keys_free() it. NULL is a no-op there. */
struct provider_keys *provider_keys_new(void);
void provider_keys_free(struct provider_keys *keys);

/* The set of a place that is still good; the caller holds it. NULL: there is none. */
struct jwks *provider_keys_find(struct provider_keys *keys, struct str url, int64_t now);

/* Whether the set of a place may be fetched anew because a key was not in it; it counts as fetched
 * from then on. */
bool provider_keys_may_ask_again(struct provider_keys *keys, struct str url, int64_t now);

/* In the place of the one before. */
void provider_keys_keep(struct provider_keys *keys, struct str url, struct jwks *jwks, int64_t now);

#endif
