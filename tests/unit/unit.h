/* SPDX-License-Identifier: Apache-2.0 */
/* unit.h - unit tests: TEST(a_sentence) { ... CHECK(case_name, condition); ... }
 *
 * A test gets `t`, with an arena that lives as long as the test. Tests enlist themselves; cmocka
 * runs them (unit.c). CHECK names the case that failed. */
#ifndef REKEY_UNIT_H
#define REKEY_UNIT_H

#include "base/arena.h"
#include "base/crypto.h"
#include "base/err.h"
#include "base/str.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>

struct test {
	struct arena *arena;
};

struct unit_test {
	const char *name, *file;
	void (*run)(struct test *t);
	bool of_sqlite; /* it is about files, and left out where the engine is another */
	struct unit_test *next;
};

void unit_enlist(struct unit_test *test);

#define UNIT_TEST(sentence, of_sqlite)                                                             \
	static void sentence(struct test *t);                                                      \
	__attribute__((constructor)) static void sentence##_enlist(void)                           \
	{                                                                                          \
		static struct unit_test test = { #sentence, __FILE__, sentence, of_sqlite, NULL }; \
		unit_enlist(&test);                                                                \
	}                                                                                          \
	static void sentence(__attribute__((unused)) struct test *t)

#define TEST(sentence)        UNIT_TEST(sentence, false)
#define SQLITE_TEST(sentence) UNIT_TEST(sentence, true)

#define CHECK(name, condition)                                                                     \
	do {                                                                                       \
		if (!(condition))                                                                  \
			fail_msg("%s:%d: case \"%s\": %s", __FILE__, __LINE__, (name),             \
			         #condition);                                                      \
	} while (0)

#endif
