/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz.h - what all fuzzers share: one file per fuzzer, NAME_fuzz.c, run by libFuzzer.
 *
 * A fuzzer eats any bytes and says by HOLDS() what is true whatever they are. An input that needs
 * several texts has them one after the other, with SEPARATOR between. Seeds are the files below
 * seeds/NAME/; words that mutations should know are in NAME.dict. */
#ifndef REKEY_FUZZ_H
#define REKEY_FUZZ_H

#include "base/arena.h"
#include <stddef.h>
#include <stdint.h>

enum { SEPARATOR = 0x1e };

/* ---- what a fuzzer defines ---- */

/* Once, before the first input. */
void fuzz_start(void);

/* One input. It ends at its last byte, without a NUL; the arena lives as long as the call. */
void fuzz_input(struct arena *arena, struct str input);

/* ---- what it has ---- */

#define HOLDS(condition)                                                                           \
	do {                                                                                       \
		if (!(condition))                                                                  \
			fuzz_broken(__FILE__, __LINE__, #condition);                               \
	} while (0)

/* Says what does not hold, and aborts, so that the input is kept. */
_Noreturn void fuzz_broken(const char *file, int line, const char *what);

/* Cuts the next text off *rest, without the separator; empty when there is no more. */
struct str fuzz_part(struct str *rest);

/* A copy with a NUL behind, as the house's own texts have. Bytes of `without` are left out. */
struct str fuzz_copy(struct arena *arena, struct str text, const char *without, size_t n_without);

/* What every text that came in keeps to: UTF-8, no U+0000 inside, and one behind. */
void fuzz_check_text(struct str text);

bool fuzz_has(struct str text, const char *part);

#endif
