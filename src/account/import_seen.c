/* SPDX-License-Identifier: Apache-2.0 */
/* import_seen.c - a table of hashes with open addresses, doubled when it is half full. */
#include "account/import_seen.h"
#include "base/crypto.h"
#include <stdlib.h>

enum { SLOTS_FIRST = 1 << 12, SLOTS_MAX = 1 << 25 };

struct slot {
	uint64_t name, id, username; /* name 0: free */
};

struct import_seen {
	struct scatter_key keys[SEEN_USERNAME + 1];
	struct slot *slots;
	size_t n, n_slots; /* n_slots is a power of two */
};

struct import_seen *import_seen_new(void)
{
	struct import_seen *seen = calloc(1, sizeof(*seen));

	if (!seen)
		return NULL;
	random_bytes(seen->keys, sizeof(seen->keys));
	seen->n_slots = SLOTS_FIRST;
	seen->slots = calloc(seen->n_slots, sizeof(seen->slots[0]));
	if (seen->slots)
		return seen;
	free(seen);
	return NULL;
}

void import_seen_free(struct import_seen *seen)
{
	if (!seen)
		return;
	free(seen->slots);
	free(seen);
}

static uint64_t hash_of(const struct import_seen *seen, enum seen_kind kind, struct str name)
{
	uint64_t hash = name.ptr ? scatter(&seen->keys[kind], name.ptr, name.len) : 0;

	return hash != 0 ? hash : 1;
}

/* Where the name is, or would be. */
static struct slot *find(struct slot *slots, size_t n_slots, uint64_t name)
{
	size_t i = name & (n_slots - 1);

	while (slots[i].name != 0 && slots[i].name != name)
		i = (i + 1) & (n_slots - 1);
	return &slots[i];
}

static enum err grow(struct import_seen *seen)
{
	size_t n_slots = seen->n_slots * 2;
	struct slot *slots = n_slots <= SLOTS_MAX ? calloc(n_slots, sizeof(slots[0])) : NULL;

	NEED(slots);
	for (size_t i = 0; i < seen->n_slots; i++) {
		if (seen->slots[i].name != 0)
			*find(slots, n_slots, seen->slots[i].name) = seen->slots[i];
	}
	free(seen->slots);
	seen->slots = slots;
	seen->n_slots = n_slots;
	return OK;
}

bool import_seen_has(const struct import_seen *seen, enum seen_kind kind, struct str name,
                     const struct seen_record *record, struct seen_same *ret_same)
{
	if (!name.ptr)
		return false;
	const struct slot *slot = find(seen->slots, seen->n_slots, hash_of(seen, kind, name));
	ret_same->id = slot->id == hash_of(seen, SEEN_ID, record->id);
	ret_same->username = slot->username == hash_of(seen, SEEN_USERNAME, record->username);
	return slot->name != 0;
}

enum err import_seen_add(struct import_seen *seen, enum seen_kind kind, struct str name,
                         const struct seen_record *record)
{
	if (!name.ptr)
		return OK;
	if (seen->n >= seen->n_slots / 2)
		TRY(grow(seen));
	struct slot *slot = find(seen->slots, seen->n_slots, hash_of(seen, kind, name));
	seen->n += slot->name == 0;
	*slot = (struct slot){ hash_of(seen, kind, name), hash_of(seen, SEEN_ID, record->id),
		               hash_of(seen, SEEN_USERNAME, record->username) };
	return OK;
}
