/* SPDX-License-Identifier: Apache-2.0 */
/* defs.h - the few words this house adds to C. */
#ifndef REKEY_BASE_DEFS_H
#define REKEY_BASE_DEFS_H

#include <stddef.h>

#define MUST_USE     __attribute__((warn_unused_result))
#define PRINTF(f, a) __attribute__((format(printf, f, a)))

/* Runs fn(&variable) when the variable leaves its scope: CLEANUP(tx_rollback) struct tx *tx = NULL;
 */
#define CLEANUP(fn) __attribute__((cleanup(fn)))

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* FOREACH(c, cases) { use(c->name); } walks a true array, never a pointer. */
#define FOREACH(item, array)                                                                       \
	for (const __typeof__((array)[0]) *item = (array); item < (array) + COUNT_OF(array); item++)

/* Hands a failure to the caller. */
#define TRY(call)                                                                                  \
	do {                                                                                       \
		enum err try_err_ = (call);                                                        \
		if (try_err_ != OK)                                                                \
			return try_err_;                                                           \
	} while (0)

/* The same for an allocation: NEED(copy = arena_alloc(arena, n)); */
#define NEED(pointer)                                                                              \
	do {                                                                                       \
		if (!(pointer))                                                                    \
			return ERR_NOMEM;                                                          \
	} while (0)

#endif
