/* SPDX-License-Identifier: Apache-2.0 */
/* free_wiped.c - whatever any part of the program gives back to the heap is overwritten first.
 *
 * Libraries copy request bodies, JSON strings and mails, and free() the copies as they are. So the
 * program has its own free() and realloc(), which the libraries call too, in front of glibc's.
 * Part of the executable alone, never of a library or a sanitizer build, which have allocators of
 * their own. docs/wiping-freed-memory.md says what it costs. */
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

/* glibc's own, exported for this. */
extern void *__libc_malloc(size_t size);
extern void __libc_free(void *block);

void free(void *block)
{
	if (!block)
		return;
	explicit_bzero(block, malloc_usable_size(block));
	__libc_free(block);
}

/* glibc's would move a block and leave its bytes behind. A block that is large enough stays where
 * it is, unless more than half of it would be wasted. */
void *realloc(void *block, size_t size)
{
	size_t room = block ? malloc_usable_size(block) : 0;
	void *moved = NULL;

	if (block && size == 0) {
		free(block);
		return NULL;
	}
	if (!block || size > room || size < room / 2)
		moved = __libc_malloc(size);
	if (!block || (!moved && size > room))
		return moved;
	if (!moved) {
		explicit_bzero((char *)block + size, room - size);
		return block;
	}
	memcpy(moved, block, size < room ? size : room);
	free(block);
	return moved;
}
