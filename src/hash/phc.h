/* SPDX-License-Identifier: Apache-2.0 */
/* phc.h - a password hash as the line of text that the database keeps.
 *
 *     $argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA$...
 *
 * This is the PHC string format with base64 (RFC 4648, 4) without padding: what libsodium and the
 * Argon2 reference library write and read, so hashes can come from elsewhere and leave again. */
#ifndef REKEY_HASH_PHC_H
#define REKEY_HASH_PHC_H

#include "base/arena.h"

enum {
	PHC_MEMORY_MIN = 8,       /* KiB */
	PHC_MEMORY_MAX = 1 << 20, /* KiB: a row of the database never takes more than 1 GiB */
	PHC_PASSES_MAX = 64,
	PHC_SALT_MIN = 8, /* bytes, like the rest */
	PHC_SALT_MAX = 64,
	PHC_HASH_MIN = 16,
	PHC_HASH_MAX = 64,
};

/* Argon2id, version 19, one lane. */
struct phc {
	uint32_t memory_kib; /* m */
	uint32_t passes;     /* t */
	size_t salt_len, hash_len;
	unsigned char salt[PHC_SALT_MAX];
	unsigned char hash[PHC_HASH_MAX];
};

/* Reads the one spelling that phc_write() has for a hash within the bounds above. ERR_MALFORMED:
 * it is anything else, such as another scheme, version or lane count, a leading zero, padding, or
 * one byte too many. */
MUST_USE enum err phc_parse(struct str text, struct phc *ret_phc);

/* The text, in the arena. phc is within the bounds. ERR_NOMEM. */
MUST_USE enum err phc_write(struct arena *arena, const struct phc *phc, struct str *ret_text);

#endif
