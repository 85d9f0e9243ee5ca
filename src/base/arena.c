/* SPDX-License-Identifier: Apache-2.0 */
/* arena.c - a chain of blocks, wiped when the request is over. */
#include "base/arena.h"
#include "base/crypto.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Under AddressSanitizer whatever is not handed out is out of bounds, and a guard stands behind
 * each piece, so that one byte too many is seen inside a block too. */
#ifdef __has_feature
#if __has_feature(address_sanitizer)
#define HAS_GUARDS
#endif
#endif
#if defined(HAS_GUARDS) || defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#define CLOSE_BYTES(bytes, size) ASAN_POISON_MEMORY_REGION(bytes, size)
#define OPEN_BYTES(bytes, size)  ASAN_UNPOISON_MEMORY_REGION(bytes, size)
enum { GUARD = 16 };
#else
#define CLOSE_BYTES(bytes, size) ((void)(bytes), (void)(size))
#define OPEN_BYTES(bytes, size)  ((void)(bytes), (void)(size))
enum { GUARD = 0 };
#endif

enum { BLOCK_MIN = 8192, ALIGN = _Alignof(max_align_t) };

struct block {
	struct block *next;
	size_t size, used;
	_Alignas(max_align_t) char bytes[];
};

struct arena {
	struct block *first; /* kept by arena_reset() */
	struct block *last;
	size_t total, max;
};

static struct block *block_new(size_t size)
{
	struct block *block = calloc(1, sizeof(*block) + size);

	if (!block)
		return NULL;
	block->size = size;
	CLOSE_BYTES(block->bytes, size);
	return block;
}

static void block_wipe(struct block *block)
{
	OPEN_BYTES(block->bytes, block->used);
	wipe(block->bytes, block->used);
	CLOSE_BYTES(block->bytes, block->used);
	block->used = 0;
}

struct arena *arena_new(size_t max)
{
	struct arena *arena = calloc(1, sizeof(*arena));

	if (!arena)
		return NULL;
	arena->first = arena->last = block_new(BLOCK_MIN);
	if (!arena->first) {
		free(arena);
		return NULL;
	}
	arena->total = BLOCK_MIN;
	arena->max = max;
	return arena;
}

void arena_reset(struct arena *arena)
{
	struct block *block = arena->first->next;

	while (block) {
		struct block *next = block->next;
		block_wipe(block);
		free(block);
		block = next;
	}
	block_wipe(arena->first);
	arena->first->next = NULL;
	arena->last = arena->first;
	arena->total = arena->first->size;
}

void arena_free(struct arena *arena)
{
	if (!arena)
		return;
	arena_reset(arena);
	free(arena->first);
	free(arena);
}

void arena_cleanup(struct arena **arena)
{
	arena_free(*arena);
}

void *arena_alloc(struct arena *arena, size_t size)
{
	if (size > arena->max)
		return NULL;
	size_t wanted = size;
	size += GUARD;
	size = (size + ALIGN - 1) / ALIGN * ALIGN;
	if (arena->last->size - arena->last->used < size) {
		size_t block_size = size > BLOCK_MIN ? size : BLOCK_MIN;
		if (arena->total + block_size > arena->max)
			return NULL;
		struct block *block = block_new(block_size);
		if (!block)
			return NULL;
		arena->last->next = block;
		arena->last = block;
		arena->total += block_size;
	}
	void *bytes = arena->last->bytes + arena->last->used;
	arena->last->used += size;
	OPEN_BYTES(bytes, wanted);
	return bytes;
}

void *arena_array(struct arena *arena, size_t n, size_t size)
{
	size_t bytes;

	return __builtin_mul_overflow(n, size, &bytes) ? NULL : arena_alloc(arena, bytes);
}

enum err arena_str(struct arena *arena, struct str from, struct str *ret_copy)
{
	if (!from.ptr) {
		*ret_copy = STR_NONE;
		return OK;
	}
	char *copy = arena_alloc(arena, from.len + 1);
	NEED(copy);
	memcpy(copy, from.ptr, from.len);
	*ret_copy = (struct str){ copy, from.len };
	return OK;
}

enum err arena_secret(struct arena *arena, struct secret from, struct secret *ret_copy)
{
	struct str copy;

	TRY(arena_str(arena, (struct str){ from.ptr, from.len }, &copy));
	*ret_copy = (struct secret){ copy.ptr, copy.len };
	return OK;
}

enum err arena_printf(struct arena *arena, struct str *ret_text, const char *format, ...)
{
	va_list args, again;

	va_start(args, format);
	va_copy(again, args);
	int len = vsnprintf(NULL, 0, format, args);
	va_end(args);
	char *text = len < 0 ? NULL : arena_alloc(arena, (size_t)len + 1);
	if (text)
		vsnprintf(text, (size_t)len + 1, format, again);
	va_end(again);
	NEED(text);
	*ret_text = (struct str){ text, (size_t)len };
	return OK;
}

struct buf buf_in(struct arena *arena)
{
	return (struct buf){ .arena = arena };
}

/* Makes room for n more bytes and a NUL. */
static bool buf_room(struct buf *buf, size_t n)
{
	if (buf->failed)
		return false;
	if (buf->size - buf->len > n)
		return true;
	size_t size = 2 * buf->size + n + 256;
	char *bigger = arena_alloc(buf->arena, size);
	if (!bigger) {
		buf->failed = true;
		return false;
	}
	if (buf->len)
		memcpy(bigger, buf->ptr, buf->len);
	buf->ptr = bigger;
	buf->size = size;
	return true;
}

void buf_add(struct buf *buf, struct str text)
{
	if (text.len == 0 || !buf_room(buf, text.len))
		return;
	memcpy(buf->ptr + buf->len, text.ptr, text.len);
	buf->len += text.len;
	buf->ptr[buf->len] = '\0';
}

void buf_puts(struct buf *buf, const char *c_string)
{
	buf_add(buf, str(c_string));
}

void buf_putc(struct buf *buf, char c)
{
	buf_add(buf, (struct str){ &c, 1 });
}

void buf_printf(struct buf *buf, const char *format, ...)
{
	va_list args, again;

	va_start(args, format);
	va_copy(again, args);
	int len = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (len < 0) {
		buf->failed = true;
	} else if (buf_room(buf, (size_t)len)) {
		vsnprintf(buf->ptr + buf->len, (size_t)len + 1, format, again);
		buf->len += (size_t)len;
	}
	va_end(again);
}

enum err buf_str(struct buf *buf, struct str *ret_text)
{
	if (!buf_room(buf, 0))
		return ERR_NOMEM;
	buf->ptr[buf->len] = '\0';
	*ret_text = (struct str){ buf->ptr, buf->len };
	return OK;
}
