/* SPDX-License-Identifier: Apache-2.0 */
/* crowd_test.c - how many places a network gets, alone and beside others. */
#include "base/crowd.h"
#include "unit.h"

enum { MAX = 1200, NETWORKS_MAX = 4, TIMES = 7 };

/* As many as it gets. */
static void fill(struct crowd *crowd, uint64_t network, unsigned *had)
{
	while (crowd_has_room(crowd, network)) {
		crowd_enter(crowd, network);
		(*had)++;
	}
}

/* By turns, until none gets more. */
static void fill_all(struct crowd *crowd, unsigned n_networks, unsigned *had)
{
	bool more = true;

	while (more) {
		more = false;
		for (unsigned i = 0; i < n_networks; i++) {
			if (!crowd_has_room(crowd, i + 1))
				continue;
			crowd_enter(crowd, i + 1);
			had[i]++;
			more = true;
		}
	}
}

/* Two networks share a counter once in some hundred crowds, and then a share; never in a row. */
static bool shares_are_equal(unsigned n)
{
	unsigned had[NETWORKS_MAX] = { 0 }, late = 0, share = TIMES * MAX / (TIMES * n + 1);
	struct crowd *crowd = crowd_new(MAX);
	bool equal = true;

	assert_non_null(crowd);
	fill_all(crowd, n, had);
	for (unsigned i = 0; i < n; i++)
		equal = equal && had[i] >= share - TIMES && had[i] <= share + TIMES;
	fill(crowd, NETWORKS_MAX + 1, &late);
	crowd_free(crowd);
	return equal && late > 0;
}

TEST(greedy_networks_have_equal_shares_and_leave_room_for_another)
{
	static const struct {
		const char *name;
		unsigned n;
	} cases[] = { { "one", 1 }, { "two", 2 }, { "three", 3 }, { "four", 4 } };

	FOREACH(c, cases) {
		bool equal = false;
		for (int i = 0; i < 5 && !equal; i++)
			equal = shares_are_equal(c->n);
		CHECK(c->name, equal);
	}
	crowd_free(NULL);
}

TEST(what_is_left_can_be_taken_again)
{
	struct crowd *crowd = crowd_new(MAX);
	unsigned had = 0, again = 0;

	assert_non_null(crowd);
	fill(crowd, 1, &had);
	CHECK("seven eighths", had == MAX / 8 * 7);
	for (unsigned i = 0; i < 100; i++)
		crowd_leave(crowd, 1);
	fill(crowd, 1, &again);
	CHECK("again", again == 100);
	crowd_free(crowd);
}

TEST(what_has_no_address_has_no_limit_of_its_own)
{
	struct crowd *crowd = crowd_new(MAX);

	assert_non_null(crowd);
	for (unsigned i = 0; i < MAX; i++) {
		CHECK("room", crowd_has_room(crowd, 0));
		crowd_enter(crowd, 0);
	}
	crowd_free(crowd);
}
