/* SPDX-License-Identifier: Apache-2.0 */
/* fair_queue.c - a ring of apps, each a ring of networks, each a ring of those who wait. The first
 * of a ring has its turn and goes to the ring's end. */
#include "base/fair_queue.h"
#include <assert.h>
#include <stdlib.h>

/* All lines of one level. */
struct lines {
	struct link waiting; /* somebody waits there: they have turns */
	struct link served;  /* nobody waits, somebody is being served */
};

/* An app, which is a line of lines, or a network, which is a line of items. */
struct line {
	struct link link;
	uint64_t key;
	size_t n_waiting, n_served;
	struct lines networks; /* of an app */
	struct link items;     /* of a network, the oldest first */
};

struct fair_queue {
	size_t n_waiting, n_served, max;
	struct lines apps;
	struct link spare;
	struct line lines[]; /* as many as there can be: an app and a network for each item */
};

/* A link is the first member of whatever is linked. NULL: that was the last. */
static struct line *line_after(const struct link *link, const struct link *ring)
{
	return link->next == ring ? NULL : (void *)link->next;
}

static struct line *first_line(const struct link *ring)
{
	return line_after(ring, ring);
}

static void ring_init(struct link *ring)
{
	ring->next = ring->previous = ring;
}

static void *leave(struct link *link)
{
	link->next->previous = link->previous;
	link->previous->next = link->next;
	return link;
}

static void join(struct link *ring, struct link *link)
{
	link->next = ring;
	link->previous = ring->previous;
	link->next->previous = link->previous->next = link;
}

static void lines_init(struct lines *lines)
{
	ring_init(&lines->waiting);
	ring_init(&lines->served);
}

struct fair_queue *fair_queue_new(size_t max)
{
	struct fair_queue *queue = calloc(1, sizeof(*queue) + 2 * max * sizeof(queue->lines[0]));

	if (!queue)
		return NULL;
	queue->max = max;
	lines_init(&queue->apps);
	ring_init(&queue->spare);
	for (size_t i = 0; i < 2 * max; i++)
		join(&queue->spare, &queue->lines[i].link);
	return queue;
}

void fair_queue_free(struct fair_queue *queue)
{
	free(queue);
}

size_t fair_queue_waiting(const struct fair_queue *queue)
{
	return queue->n_waiting;
}

size_t fair_queue_served(const struct fair_queue *queue)
{
	return queue->n_served;
}

/* ---- lines ---- */

static struct line *find_in(const struct link *ring, uint64_t key)
{
	struct line *line = first_line(ring);

	while (line && line->key != key)
		line = line_after(&line->link, ring);
	return line;
}

static struct line *find(const struct lines *lines, uint64_t key)
{
	struct line *line = find_in(&lines->waiting, key);

	return line ? line : find_in(&lines->served, key);
}

static struct line *find_app(const struct fair_queue *queue, struct caller caller)
{
	return find(&queue->apps, (uint64_t)caller.app_id);
}

static struct line *find_network(const struct line *app, struct caller caller)
{
	return app ? find(&app->networks, caller.network) : NULL;
}

/* With nobody in it. */
static struct line *open_line(struct fair_queue *queue, struct lines *lines, uint64_t key)
{
	struct line *line = leave(queue->spare.next);

	line->key = key;
	lines_init(&line->networks);
	ring_init(&line->items);
	join(&lines->served, &line->link);
	return line;
}

/* To the end of where it belongs now. */
static void move(struct fair_queue *queue, struct lines *lines, struct line *line)
{
	leave(&line->link);
	if (line->n_waiting > 0)
		join(&lines->waiting, &line->link);
	else if (line->n_served > 0)
		join(&lines->served, &line->link);
	else
		join(&queue->spare, &line->link);
}

/* ---- the queue ---- */

void fair_queue_push(struct fair_queue *queue, struct fair_item *item)
{
	struct line *app = find_app(queue, item->caller);
	struct line *network = find_network(app, item->caller);

	assert(queue->n_waiting + queue->n_served < queue->max);
	if (!app)
		app = open_line(queue, &queue->apps, (uint64_t)item->caller.app_id);
	if (!network)
		network = open_line(queue, &app->networks, item->caller.network);
	join(&network->items, &item->link);
	queue->n_waiting++;
	if (app->n_waiting++ == 0)
		move(queue, &queue->apps, app);
	if (network->n_waiting++ == 0)
		move(queue, &app->networks, network);
}

struct fair_item *fair_queue_pop(struct fair_queue *queue)
{
	if (queue->n_waiting == 0)
		return NULL;
	struct line *app = (void *)queue->apps.waiting.next;
	struct line *network = (void *)app->networks.waiting.next;
	struct fair_item *item = leave(network->items.next);

	queue->n_waiting--, app->n_waiting--, network->n_waiting--;
	queue->n_served++, app->n_served++, network->n_served++;
	move(queue, &app->networks, network);
	move(queue, &queue->apps, app);
	return item;
}

void fair_queue_done(struct fair_queue *queue, struct caller caller)
{
	struct line *app = find_app(queue, caller);
	struct line *network = find_network(app, caller);

	assert(network && network->n_served > 0);
	queue->n_served--, app->n_served--, network->n_served--;
	if (network->n_waiting == 0)
		move(queue, &app->networks, network);
	if (app->n_waiting == 0)
		move(queue, &queue->apps, app);
}

/* ---- how many come before ---- */

/* The one that is to come is number `turns` of its own line, counted from 0: each other line has
 * had as many turns then, and one more if it stands before, as far as there is somebody in it. */
static size_t ahead_in(const struct lines *lines, const struct line *own, size_t turns)
{
	size_t before = 1, n = turns;

	for (struct line *line = first_line(&lines->waiting); line;
	     line = line_after(&line->link, &lines->waiting)) {
		if (line == own)
			before = 0;
		else
			n += line->n_waiting < turns + before ? line->n_waiting : turns + before;
	}
	return n;
}

size_t fair_queue_ahead(const struct fair_queue *queue, struct caller caller)
{
	const struct line *app = find_app(queue, caller);
	const struct line *network = find_network(app, caller);
	size_t in_network = network ? network->n_waiting : 0;
	size_t in_app = app ? ahead_in(&app->networks, network, in_network) : 0;

	return ahead_in(&queue->apps, app, in_app);
}

/* ---- who has to go ---- */

static size_t size_of(const struct line *line)
{
	return line ? line->n_waiting + line->n_served : 0;
}

/* Of those in which somebody waits; of equals, the one whose turn comes last. NULL: there is none.
 */
static struct line *largest(const struct lines *lines)
{
	struct line *found = NULL;

	for (struct line *line = first_line(&lines->waiting); line;
	     line = line_after(&line->link, &lines->waiting)) {
		if (size_of(line) >= size_of(found))
			found = line;
	}
	return found;
}

/* Whose newest goes for a new one of `own`; `own` itself if it has as many as any, with the new
 * one. */
static struct line *who_yields(const struct lines *lines, struct line *own)
{
	struct line *line = largest(lines);

	return size_of(own) + 1 < size_of(line) ? line : own;
}

struct fair_item *fair_queue_evict(struct fair_queue *queue, struct caller caller)
{
	struct line *own = find_app(queue, caller), *app = who_yields(&queue->apps, own);
	struct line *own_network = find_network(own, caller), *network = NULL;

	if (app && app == own)
		network = who_yields(&app->networks, own_network);
	else if (app)
		network = largest(&app->networks);
	if (!network || network == own_network)
		return NULL;
	struct fair_item *item = leave(network->items.previous);
	queue->n_waiting--;
	if (--network->n_waiting == 0)
		move(queue, &app->networks, network);
	if (--app->n_waiting == 0)
		move(queue, &queue->apps, app);
	return item;
}
