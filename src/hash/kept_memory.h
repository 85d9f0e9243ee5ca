/* SPDX-License-Identifier: Apache-2.0 */
/* kept_memory.h - the memory of a hash, kept from one to the next.
 *
 * libsodium maps the memory of every hash and gives it back, and nearly half of a hash's time goes
 * to the page faults of that. So a hash thread keeps a piece for itself, and the program's own
 * mmap() and munmap() lend it to libsodium when it asks on that thread; on any other thread, and
 * for any other size, they are the system calls. The piece is wiped when it comes back. See
 * docs/keeping-hash-memory.md. In sanitizer builds nothing is kept. */
#ifndef REKEY_HASH_KEPT_MEMORY_H
#define REKEY_HASH_KEPT_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

/* Maps size bytes for this thread's hashes, touches and locks them. false: nothing is kept, and
 * every hash maps its own. */
bool kept_memory_take(size_t size);

/* Wipes and unmaps this thread's piece, if it has one. */
void kept_memory_give_back(void);

/* How often this thread's piece was lent. */
unsigned long kept_memory_lent(void);

#endif
