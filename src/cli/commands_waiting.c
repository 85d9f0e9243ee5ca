/* SPDX-License-Identifier: Apache-2.0 */
/* commands_waiting.c - rekey waitinglist ...: who waits for an account. */
#include "account/waiting_list.h"
#include "cli/cli.h"
#include "cli/print.h"
#include <stdio.h>

enum { PAGE_ROWS = 500, PAGE_ARENA = 4 * 1024 * 1024 };

static const struct out_field waiting_out[] = {
	OUT("email", TEXT, struct waiting_entry, email),
	OUT("created_at", TIME, struct waiting_entry, created_at),
	OUT("account_created", BOOL, struct waiting_entry, account_created),
};

static const struct out_field removed_out[] = { OUT("email", TEXT, struct waiting_join, email) };

/* A page has an arena of its own, which is wiped behind it. */
enum err cli_waitinglist_list(struct cli *cli)
{
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(PAGE_ARENA);
	struct ctx ctx = cli->ctx;
	struct waiting_query query = { .max = PAGE_ROWS };
	struct waiting_list list = { .n = PAGE_ROWS };
	int64_t limit;

	NEED(arena);
	ctx.arena = arena;
	TRY(cli_read_limit(cli, &limit));
	struct listing listing = listing_begin(cli_has(cli->invocation, "--json"), waiting_out,
	                                       COUNT_OF(waiting_out));
	while (limit > 0 && list.n == PAGE_ROWS && !ferror(stdout)) {
		query.max = limit < PAGE_ROWS ? limit : PAGE_ROWS;
		TRY(operation_run(&ctx, &waiting_list_op, &query, &list));
		TRY(listing_add(&listing, arena, list.items, list.n, sizeof(list.items[0])));
		query.after = list.n > 0 ? list.items[list.n - 1].id : query.after;
		limit -= (int64_t)list.n;
		arena_reset(arena);
	}
	listing_end(&listing);
	return OK;
}

enum err cli_waitinglist_remove(struct cli *cli)
{
	const struct waiting_join in = { str(cli->invocation->operands[0]) };
	struct nothing nothing;

	TRY(operation_run(&cli->ctx, &waiting_remove_op, &in, &nothing));
	return cli_has(cli->invocation, "--json")
	               ? cli_print(cli, removed_out, COUNT_OF(removed_out), &in)
	               : OK;
}
