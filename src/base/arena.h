/* SPDX-License-Identifier: Apache-2.0 */
/* arena.h - memory with the lifetime of one request.
 *
 * Everything a request makes comes from its arena; nobody frees it piece by piece. arena_reset()
 * wipes all of it, so no secret outlives its request. An arena belongs to one thread at a time and
 * never grows beyond the maximum it was made with. */
#ifndef REKEY_BASE_ARENA_H
#define REKEY_BASE_ARENA_H

#include "base/err.h"
#include "base/str.h"
#include <stdint.h>

struct arena;

/* max: bytes, all blocks together. NULL: out of memory. The caller owns it: arena_free() it. */
struct arena *arena_new(size_t max);

/* Wipes and releases. NULL is a no-op. */
void arena_free(struct arena *arena);

/* CLEANUP(arena_cleanup) struct arena *arena = arena_new(...); */
void arena_cleanup(struct arena **arena);

/* Wipes everything and keeps the first block for the next request. */
void arena_reset(struct arena *arena);

/* Zeroed bytes, aligned for anything. NULL: out of memory, or beyond the arena's maximum. */
MUST_USE void *arena_alloc(struct arena *arena, size_t size);

/* An array of n items of one size; NULL also when the product overflows. */
MUST_USE void *arena_array(struct arena *arena, size_t n, size_t size);

/* Copies, each with a NUL behind it. A str without text stays without. */
MUST_USE enum err arena_str(struct arena *arena, struct str from, struct str *ret_copy);
MUST_USE enum err arena_secret(struct arena *arena, struct secret from, struct secret *ret_copy);

/* printf into the arena. */
MUST_USE enum err arena_printf(struct arena *arena, struct str *ret_text, const char *format, ...)
	PRINTF(3, 4);

/* A text that grows. A failed allocation is remembered: add as you like, then ask buf_str() once.
 */
struct buf {
	struct arena *arena;
	char *ptr;
	size_t len, size;
	bool failed;
};

struct buf buf_in(struct arena *arena);
void buf_add(struct buf *buf, struct str text);
void buf_puts(struct buf *buf, const char *c_string);
void buf_putc(struct buf *buf, char c);
void buf_printf(struct buf *buf, const char *format, ...) PRINTF(2, 3);

/* The text so far. ERR_NOMEM: some of it is missing. */
MUST_USE enum err buf_str(struct buf *buf, struct str *ret_text);

#endif
