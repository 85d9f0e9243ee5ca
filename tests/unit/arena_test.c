/* SPDX-License-Identifier: Apache-2.0 */
/* arena_test.c - a bounded memory that forgets. */
#include "unit.h"
#include <string.h>

enum { SMALL_MAX = 64 * 1024 };

/* Looks at bytes that the arena has taken back, too. */
__attribute__((no_sanitize_address)) static bool all_zero(const unsigned char *bytes, size_t size)
{
	while (size > 0 && bytes[size - 1] == 0)
		size--;
	return size == 0;
}

TEST(an_arena_never_grows_beyond_its_maximum)
{
	static const struct {
		const char *name;
		size_t piece;
	} cases[] = {
		{ "small pieces", 100 },
		{ "pieces of a block", 8192 },
		{ "large pieces", 20000 },
		{ "pieces of one byte", 1 },
	};
	FOREACH(c, cases) {
		struct arena *arena = arena_new(SMALL_MAX);
		size_t total = 0;
		CHECK(c->name, arena != NULL);
		while (total <= 2 * SMALL_MAX && arena_alloc(arena, c->piece))
			total += c->piece;
		CHECK(c->name, total > 0 && total <= SMALL_MAX);
		CHECK(c->name, arena_alloc(arena, SMALL_MAX + 1) == NULL);
		arena_reset(arena);
		CHECK(c->name, arena_alloc(arena, c->piece) != NULL);
		arena_free(arena);
	}
}

TEST(sizes_that_no_machine_has_are_refused)
{
	struct arena *arena = arena_new(SMALL_MAX);

	CHECK("all bytes", arena_alloc(arena, SIZE_MAX) == NULL);
	CHECK("all but alignment", arena_alloc(arena, SIZE_MAX - 15) == NULL);
	CHECK("a product that overflows", arena_array(arena, SIZE_MAX / 8 + 1, 16) == NULL);
	CHECK("a product that overflows to little", arena_array(arena, (size_t)1 << 63, 2) == NULL);
	CHECK("none of nothing", arena_array(arena, 0, SIZE_MAX) != NULL);
	arena_free(arena);
}

TEST(what_an_arena_gives_is_zeroed_aligned_and_apart)
{
	struct arena *arena = arena_new(SMALL_MAX);
	unsigned char *before = NULL;

	for (size_t size = 1; size < 300; size += 7) {
		unsigned char *bytes = arena_alloc(arena, size);
		CHECK("given", bytes != NULL);
		CHECK("aligned", (uintptr_t)bytes % _Alignof(max_align_t) == 0);
		CHECK("zeroed", all_zero(bytes, size));
		CHECK("apart", !before || *before == 0xaa);
		memset(bytes, 0xaa, size);
		before = bytes;
	}
	arena_free(arena);
}

TEST(a_reset_wipes_every_byte_and_starts_again)
{
	struct arena *arena = arena_new(SMALL_MAX);
	struct secret copy;

	CHECK("copy", arena_secret(arena, (struct secret){ "correct horse", 13 }, &copy) == OK);
	CHECK("beyond the first block", arena_alloc(arena, 20000) != NULL);
	unsigned char *first = (unsigned char *)(uintptr_t)copy.ptr; /* the block stays */
	arena_reset(arena);
	CHECK("wiped", all_zero(first, 14));
	CHECK("the same place", arena_alloc(arena, 14) == first);
	CHECK("zeroed", all_zero(first, 14));
	arena_free(arena);
	arena_free(NULL);
}

TEST(copies_end_in_nul_and_none_stays_none)
{
	struct str copy = STR("untouched"), text = { "abcdef", 3 };
	struct secret secret = { "x", 1 };

	CHECK("text", arena_str(t->arena, text, &copy) == OK);
	CHECK("text", str_is(copy, "abc") && copy.ptr[3] == '\0' && copy.ptr != text.ptr);
	CHECK("NUL inside", arena_str(t->arena, (struct str){ "a\0b", 3 }, &copy) == OK);
	CHECK("NUL inside", copy.len == 3 && memcmp(copy.ptr, "a\0b", 4) == 0);
	CHECK("empty", arena_str(t->arena, STR(""), &copy) == OK);
	CHECK("empty", copy.ptr && copy.len == 0 && copy.ptr[0] == '\0');
	CHECK("none", arena_str(t->arena, STR_NONE, &copy) == OK && !copy.ptr);
	CHECK("no secret", arena_secret(t->arena, SECRET_NONE, &secret) == OK && !secret.ptr);
}

TEST(a_copy_that_does_not_fit_leaves_the_output_alone)
{
	static char big[SMALL_MAX + 1];
	struct arena *arena = arena_new(SMALL_MAX);
	struct str copy = STR("untouched");

	memset(big, 'x', SMALL_MAX);
	CHECK("copy", arena_str(arena, (struct str){ big, SMALL_MAX }, &copy) == ERR_NOMEM);
	CHECK("printf", arena_printf(arena, &copy, "%s%s", big, big) == ERR_NOMEM);
	CHECK("untouched", str_is(copy, "untouched"));
	CHECK("what fits still fits", arena_printf(arena, &copy, "%s-%d", "a", 1) == OK);
	CHECK("what fits still fits", str_is(copy, "a-1") && copy.ptr[3] == '\0');
	arena_free(arena);
}

TEST(a_buffer_grows_with_what_is_added)
{
	struct buf buf = buf_in(t->arena);
	struct str text;

	CHECK("nothing yet", buf_str(&buf, &text) == OK && text.len == 0 && text.ptr[0] == '\0');
	for (int i = 0; i < 1000; i++) {
		buf_puts(&buf, "ab");
		buf_putc(&buf, 'c');
		buf_add(&buf, (struct str){ "def", 1 });
		buf_printf(&buf, "%d", i % 10);
	}
	buf_puts(&buf, NULL);
	buf_add(&buf, STR_NONE);
	CHECK("all of it", buf_str(&buf, &text) == OK && text.len == 5000);
	CHECK("ends in NUL", text.ptr[text.len] == '\0');
	for (int i = 0; i < 1000; i++) {
		char want[] = { 'a', 'b', 'c', 'd', (char)('0' + i % 10) };
		CHECK("in order", memcmp(text.ptr + 5 * i, want, 5) == 0);
	}
}

TEST(a_buffer_remembers_that_something_is_missing)
{
	struct arena *arena = arena_new(SMALL_MAX);
	struct buf buf = buf_in(arena), formatted = buf_in(arena);
	struct str text = STR("untouched");

	for (int i = 0; i < SMALL_MAX; i++)
		buf_puts(&buf, "x");
	CHECK("failed", buf.failed);
	buf_puts(&buf, "");
	buf_putc(&buf, 'y');
	CHECK("told in the end", buf_str(&buf, &text) == ERR_NOMEM);
	arena_reset(arena);
	buf_printf(&formatted, "%*d", SMALL_MAX, 1);
	buf_puts(&formatted, "fits");
	CHECK("printf too", buf_str(&formatted, &text) == ERR_NOMEM);
	CHECK("untouched", str_is(text, "untouched"));
	arena_free(arena);
}
