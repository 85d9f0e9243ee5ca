/* SPDX-License-Identifier: Apache-2.0 */
/* kept_memory.c - mmap() and munmap() that lend a hash thread its own piece. */
#include "hash/kept_memory.h"
#include "base/crypto.h"
#include <errno.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifdef REKEY_KEEP_HASH_MEMORY

enum { HUGE_PAGE = 2 * 1024 * 1024 };

/* The one variable outside of functions in this house: mmap() has no argument to pass it by. */
static _Thread_local struct {
	char *base; /* NULL: this thread keeps nothing */
	size_t size;
	bool lent;
	unsigned long times_lent;
} piece;

static void *system_mmap(void *address, size_t length, int protection, int flags, int fd,
                         off_t offset)
{
	/* NOLINTNEXTLINE: what the system call returns is an address */
	return (void *)syscall(SYS_mmap, address, length, protection, flags, fd, offset);
}

/* Under both of its names: -D_FILE_OFFSET_BITS=64 calls it mmap64, and libsodium may call either.
 */
void *mmap(void *address, size_t length, int protection, int flags, int fd, off_t offset)
{
	bool fits = piece.base && !piece.lent && !address && (flags & MAP_ANONYMOUS) &&
	            length <= piece.size && length > piece.size / 16;

	if (!fits)
		return system_mmap(address, length, protection, flags, fd, offset);
	piece.lent = true;
	piece.times_lent++;
	return piece.base;
}

#undef mmap
extern __typeof__(mmap) plain_mmap __asm__("mmap");
void *plain_mmap(void *address, size_t length, int protection, int flags, int fd, off_t offset)
{
	return mmap(address, length, protection, flags, fd, offset);
}

int munmap(void *address, size_t length)
{
	if (!piece.base || address != piece.base)
		return (int)syscall(SYS_munmap, address, length);
	wipe(piece.base, length);
	piece.lent = false;
	return 0;
}

bool kept_memory_take(size_t size)
{
	size = (size + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE;
	char *mapped = system_mmap(NULL, size + HUGE_PAGE, PROT_READ | PROT_WRITE,
	                           MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (mapped == MAP_FAILED)
		return false;
	/* Aligned for huge pages; what hangs over at either end goes back. */
	size_t before = (HUGE_PAGE - (uintptr_t)mapped % HUGE_PAGE) % HUGE_PAGE;
	if (before > 0)
		syscall(SYS_munmap, mapped, before);
	syscall(SYS_munmap, mapped + before + size, HUGE_PAGE - before);
	piece.base = mapped + before;
	piece.size = size;
	madvise(piece.base, size, MADV_HUGEPAGE);
	madvise(piece.base, size, MADV_DONTDUMP);
	mlock(piece.base, size); /* as far as RLIMIT_MEMLOCK goes */
	wipe(piece.base, size);
	return true;
}

void kept_memory_give_back(void)
{
	if (!piece.base)
		return;
	wipe(piece.base, piece.size);
	syscall(SYS_munmap, piece.base, piece.size);
	piece.base = NULL;
	piece.size = 0;
}

unsigned long kept_memory_lent(void)
{
	return piece.times_lent;
}

#else

bool kept_memory_take(size_t size)
{
	(void)size;
	return false;
}

void kept_memory_give_back(void)
{
}

unsigned long kept_memory_lent(void)
{
	return 0;
}

#endif
