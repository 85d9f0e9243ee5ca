/* SPDX-License-Identifier: Apache-2.0 */
/* config.h - settings by a table: from an INI file, the environment, and the command line.
 *
 * A key is "section.key". Its value comes from the last of: the row's fallback, the file, the
 * environment variable REKEY_SECTION_KEY, --set section.key=value. Wherever a value may stand,
 * section.key_from_file may name a file to read it from (its first line), for secrets.
 *
 * A variable of a known section that names no key (REKEY_HASH_MEMORY) is as unknown as a key of the
 * file; REKEY_ANYTHING_ELSE is not looked at.
 *
 * What is unknown or out of range stops the start, with one line on standard error that says where
 * it stands and what would be right. */
#ifndef REKEY_BASE_CONFIG_H
#define REKEY_BASE_CONFIG_H

#include "base/network.h"
#include "base/rate.h"

enum config_kind {
	CONFIG_TEXT,           /* struct str; STR_NONE without a fallback */
	CONFIG_NUMBER,         /* int64_t, a whole number of the unit in the key's name */
	CONFIG_NUMBER_OR_NONE, /* the same, or CONFIG_NONE for the word none */
	CONFIG_CHOICE,         /* int64_t: the place of the word among the choices */
	CONFIG_RATE,           /* struct rate: "300/1m", or "none" */
	CONFIG_NETWORKS,       /* struct network_list: "10.0.0.0/8, 2001:db8::/32, unix" */
};

enum { CONFIG_CHOICES_MAX = 4, CONFIG_NONE = -1 };

struct config_key {
	const char *name; /* "hash.memory_kib" */
	enum config_kind kind;
	size_t offset;        /* in the settings */
	const char *fallback; /* NULL: none */
	int64_t min, max;     /* of numbers */
	const char *choices[CONFIG_CHOICES_MAX];
	const char *sentence; /* what it is, for the manual */
};

struct config_sources {
	const char *file;         /* NULL: none */
	bool file_may_be_missing; /* it is the default place, and nobody asked for it */
	const char *const *sets;  /* "section.key=value" */
	size_t n_sets;
};

/* Fills the settings. Texts live in the arena. ERR_CONFIG: the line is printed. ERR_NOMEM. */
MUST_USE enum err config_read(struct arena *arena, const struct config_key *keys, size_t n_keys,
                              const struct config_sources *sources, void *ret_settings);

#endif
