/* SPDX-License-Identifier: Apache-2.0 */
/* unit.c - runs every enlisted test under cmocka. */
#include "database.h"
#include <stdlib.h>
#include <string.h>

enum { TESTS_MAX = 1024, ARENA_MAX = 8 << 20 };

static struct unit_test *first, **last = &first;

void unit_enlist(struct unit_test *test)
{
	*last = test;
	last = &test->next;
}

static void run(void **state)
{
	const struct unit_test *test = *state;
	struct test t = { .arena = arena_new(ARENA_MAX) };

	assert_non_null(t.arena);
	test->run(&t);
	arena_free(t.arena);
}

/* With an argument, only the tests of the files whose name has it: unit fault_test. */
int main(int argc, char **argv)
{
	static struct CMUnitTest tests[TESTS_MAX];
	size_t n = 0;

	if (crypto_start() != OK)
		return EXIT_FAILURE;
	for (struct unit_test *test = first; test && n < TESTS_MAX; test = test->next) {
		if (test->of_sqlite && on_postgres())
			continue;
		if (argc < 2 || strstr(test->file, argv[1]))
			tests[n++] = (struct CMUnitTest){ test->name, run, NULL, NULL, test };
	}
	return _cmocka_run_group_tests("unit", tests, n, NULL, NULL) ? EXIT_FAILURE : EXIT_SUCCESS;
}
