/* SPDX-License-Identifier: Apache-2.0 */
/* fair_queue_test.c - who is served in which order, and who has to go.
 *
 * A story is told in marks: "Ax" comes a caller of app A's network x, "-" the next one is being
 * served, "." the one served longest is done. Callers are numbered from 0 as they come, by one
 * letter each: 0 to 9, then a to z. At the end of the story all who wait are served. */
#include "base/fair_queue.h"
#include "unit.h"
#include <string.h>

enum { ITEMS_MAX = 36 };

static const char names[] = "0123456789abcdefghijklmnopqrstuvwxyz";

struct story {
	struct fair_queue *queue;
	size_t max;
	struct fair_item items[ITEMS_MAX];
	size_t n_items;
	char served[ITEMS_MAX + 1], refused[ITEMS_MAX + 1];
	size_t n_served, n_refused, n_done;
};

static char name_of(const struct story *story, const struct fair_item *item)
{
	return names[item - story->items];
}

static void come(struct story *story, char app, char network)
{
	struct fair_item *item = &story->items[story->n_items++];
	struct fair_item *goes = NULL;

	item->caller = (struct caller){ app, (uint64_t)network };
	bool full =
		fair_queue_waiting(story->queue) + fair_queue_served(story->queue) == story->max;
	if (full)
		goes = fair_queue_evict(story->queue, item->caller);
	if (full)
		story->refused[story->n_refused++] = name_of(story, goes ? goes : item);
	if (!full || goes)
		fair_queue_push(story->queue, item);
}

static bool serve(struct story *story)
{
	const struct fair_item *item = fair_queue_pop(story->queue);

	if (item)
		story->served[story->n_served++] = name_of(story, item);
	return item != NULL;
}

static void finish(struct story *story)
{
	const char *name = strchr(names, story->served[story->n_done++]);

	fair_queue_done(story->queue, story->items[name - names].caller);
}

static void tell(struct story *story, size_t max, const char *marks)
{
	*story = (struct story){ .queue = fair_queue_new(max), .max = max };
	assert_non_null(story->queue);
	for (const char *mark = marks; *mark; mark++) {
		if (*mark == '-')
			CHECK(marks, serve(story));
		else if (*mark == '.')
			finish(story);
		else if (*mark != ' ')
			come(story, mark[0], mark[1]), mark++;
	}
	while (serve(story))
		continue;
	while (story->n_done < story->n_served)
		finish(story);
	CHECK(marks, fair_queue_waiting(story->queue) == 0);
	CHECK(marks, fair_queue_served(story->queue) == 0);
	fair_queue_free(story->queue);
}

TEST(apps_take_turns_and_so_do_networks_within_an_app)
{
	static const struct {
		const char *name, *marks, *served;
	} cases[] = {
		{ "nobody", "", "" },
		{ "one", "Ax", "0" },
		{ "one network: first come, first served", "Ax Ax Ax Ax", "0123" },
		{ "two networks", "Ax Ax Ax Ay Ay", "03142" },
		{ "behind a crowd", "Ax Ax Ax Ax Ax Ax Ay", "0612345" },
		{ "three networks", "Ax Ax Ax Ay Ay Az", "035142" },
		{ "two apps", "Ax Ax Ax Bx Bx", "03142" },
		{ "an app with many networks has no more turns than one with one",
		  "Aw Ax Ay Az Bx Bx Bx", "0415263" },
		{ "networks take turns while apps do", "Ax Ax Ay Bx Bx", "03241" },
		{ "one number in two apps is two networks", "Ax Ax Ay Bx By", "03241" },
		{ "who comes during the turns comes last in them", "Ax Ax Ay - Az", "0213" },
		{ "who comes back comes last in them", "Ax Ay Az - Ax Ax", "01234" },
		{ "an app that comes back too", "Ax Bx Cx - Ax Ax", "01234" },
		{ "what is being served does not count", "Ax - Ax Ay", "012" },
		{ "nor what is done", "Ax - . Ax Ay", "012" },
	};

	FOREACH(c, cases) {
		struct story story;
		tell(&story, ITEMS_MAX, c->marks);
		CHECK(c->name, strcmp(story.served, c->served) == 0);
		CHECK(c->name, strcmp(story.refused, "") == 0);
	}
}

TEST(the_newest_of_the_largest_crowd_makes_room_for_whoever_has_less)
{
	static const struct {
		const char *name;
		size_t max;
		const char *marks, *served, *refused;
	} cases[] = {
		{ "no more of the same", 2, "Ax Ax Ax Ax", "01", "23" },
		{ "another network", 3, "Ax Ax Ax Ay", "031", "2" },
		{ "until they are even", 4, "Ax Ax Ax Ax Ay Ay Ay", "0415", "326" },
		{ "of the longer line", 4, "Ax Ay Ay Ay Az", "0142", "3" },
		{ "of the longest line, wherever its turn is", 5, "Ay Ax Ax Ax Ay Az", "01542",
		  "3" },
		{ "no more than it has itself", 3, "Ax Ay Ay Ax", "012", "3" },
		{ "one each is even", 3, "Ax Ay Az Aw", "012", "3" },
		{ "another app", 3, "Ax Ax Ax Bx", "031", "2" },
		{ "another app, however many networks the first has", 4, "Aw Ax Ay Az Bx", "0412",
		  "3" },
		{ "apps first, networks then", 6, "Ax Ay Ay Ax Ay Bx Bx", "051632", "4" },
		{ "an app with its share makes room itself", 4, "Ax Ax Bx Bx By", "0214", "3" },
		{ "and for nobody who has as many", 4, "Ax Ax Bx By Bx", "0213", "4" },
		{ "apps of one each are even", 2, "Ax Bx Cx", "01", "2" },
		{ "what is being served counts", 2, "Ax - Ax Ay", "02", "1" },
		{ "and is not taken out", 2, "Ax - Ax - Ay", "01", "2" },
		{ "what is done does not count", 2, "Ax - . Ax Ay", "012", "" },
		{ "room for nobody", 0, "Ax", "", "0" },
	};

	FOREACH(c, cases) {
		struct story story;
		tell(&story, c->max, c->marks);
		CHECK(c->name, strcmp(story.served, c->served) == 0);
		CHECK(c->name, strcmp(story.refused, c->refused) == 0);
	}
}

static struct caller somebody(void)
{
	return (struct caller){ random_below(3), random_below(4) };
}

/* With lines of any length, in the middle of any turn. */
TEST(as_many_are_served_before_a_new_one_as_was_said)
{
	for (int round = 0; round < 2000; round++) {
		struct fair_item items[ITEMS_MAX], last = { .caller = somebody() };
		struct fair_queue *queue = fair_queue_new(ITEMS_MAX + 1);
		size_t n = random_below(ITEMS_MAX), before = 0;
		assert_non_null(queue);
		for (size_t i = 0; i < n; i++) {
			items[i].caller = somebody();
			fair_queue_push(queue, &items[i]);
			if (random_below(3) == 0)
				fair_queue_done(queue, fair_queue_pop(queue)->caller);
		}
		size_t said = fair_queue_ahead(queue, last.caller);
		fair_queue_push(queue, &last);
		while (fair_queue_pop(queue) != &last)
			before++;
		CHECK("as was said", before == said);
		fair_queue_free(queue);
	}
}

enum { ROOM = 8, THREADS = 2 };

/* Two crowds that send as much as they can, and a quiet one that has one at a time. */
struct street {
	struct fair_queue *queue;
	struct fair_item quiet, crowd[ROOM];
	bool quiet_is_in;
	bool is_in[ROOM];
	struct fair_item *served[THREADS];
};

static void left(struct street *street, const struct fair_item *item)
{
	if (item == &street->quiet)
		street->quiet_is_in = false;
	else
		street->is_in[item - street->crowd] = false;
}

static void arrive(struct street *street, const char *name, struct fair_item *item)
{
	if (fair_queue_waiting(street->queue) + fair_queue_served(street->queue) == ROOM) {
		struct fair_item *goes = fair_queue_evict(street->queue, item->caller);
		CHECK(name, goes != &street->quiet);
		CHECK(name, goes || item != &street->quiet);
		left(street, goes ? goes : item);
		if (!goes)
			return;
	}
	fair_queue_push(street->queue, item);
}

static void somebody_comes(struct street *street, const char *name, const int64_t *crowd_apps)
{
	size_t i = random_below(ROOM), crowd = random_below(2);

	if (random_below(4) == 0 && !street->quiet_is_in) {
		street->quiet_is_in = true;
		arrive(street, name, &street->quiet);
	} else if (!street->is_in[i]) {
		street->is_in[i] = true;
		street->crowd[i].caller = (struct caller){ crowd_apps[crowd], 1 + crowd };
		arrive(street, name, &street->crowd[i]);
	}
}

static void thread_turns(struct street *street)
{
	struct fair_item **served = &street->served[random_below(THREADS)];

	if (*served) {
		fair_queue_done(street->queue, (*served)->caller);
		left(street, *served);
	}
	*served = fair_queue_pop(street->queue);
}

TEST(one_at_a_time_always_gets_in_and_stays_whatever_crowds_come)
{
	static const struct {
		const char *name;
		int64_t crowd_apps[2];
	} cases[] = {
		{ "crowds in the same app", { 1, 1 } },
		{ "in another app", { 2, 2 } },
		{ "in two other apps", { 2, 3 } },
		{ "in the same and another", { 1, 2 } },
	};

	FOREACH(c, cases) {
		struct street street = { .queue = fair_queue_new(ROOM), .quiet.caller = { 1, 0 } };
		assert_non_null(street.queue);
		for (int step = 0; step < 20000; step++) {
			if (random_below(8) == 0)
				thread_turns(&street);
			else
				somebody_comes(&street, c->name, c->crowd_apps);
		}
		fair_queue_free(street.queue);
	}
}
