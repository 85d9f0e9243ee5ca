/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz.c - libFuzzer on one side, fuzz_input() on the other. */
#include "fuzz.h"
#include "base/crypto.h"
#include "base/text.h"
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ARENA_MAX = 16 << 20 };

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc, (void)argv;
	HOLDS(crypto_start() == OK);
	fuzz_start();
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct arena *arena = arena_new(ARENA_MAX);

	HOLDS(arena);
	fuzz_input(arena, (struct str){ (const char *)bytes, size });
	arena_free(arena);
	return 0;
}

/* Past stdio, which a fuzzer may have turned elsewhere. Of several threads the first one is heard,
 * so that libFuzzer can write the input down in peace. */
void fuzz_broken(const char *file, int line, const char *what)
{
	static atomic_flag heard = ATOMIC_FLAG_INIT;

	while (atomic_flag_test_and_set(&heard))
		pause();
	dprintf(STDERR_FILENO, "%s:%d: this does not hold: %s\n", file, line, what);
	abort();
}

struct str fuzz_part(struct str *rest)
{
	size_t n = str_find(*rest, SEPARATOR);
	struct str part = { rest->ptr, n };

	*rest = n < rest->len ? str_from(*rest, n + 1) : STR("");
	return part;
}

struct str fuzz_copy(struct arena *arena, struct str text, const char *without, size_t n_without)
{
	char *copy = arena_alloc(arena, text.len + 1);
	size_t len = 0;

	HOLDS(copy);
	for (size_t i = 0; i < text.len; i++) {
		if (n_without == 0 || !memchr(without, text.ptr[i], n_without))
			copy[len++] = text.ptr[i];
	}
	return (struct str){ copy, len };
}

void fuzz_check_text(struct str text)
{
	HOLDS(text.ptr);
	HOLDS(text_is_utf8(text));
	HOLDS(text.ptr[text.len] == '\0');
}

bool fuzz_has(struct str text, const char *part)
{
	return text.len > 0 && memmem(text.ptr, text.len, part, strlen(part)) != NULL;
}
