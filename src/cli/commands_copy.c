/* SPDX-License-Identifier: Apache-2.0 */
/* commands_copy.c - rekey copy: how far it is, and what each table came to. */
#include "account/copy.h"
#include "base/clock.h"
#include "cli/cli.h"
#include <stdio.h>
#include <unistd.h>

enum { TICK_MS = 200 };

struct progress {
	int64_t shown_ms; /* 0: never */
};

static void show_progress(void *state, const char *table, int64_t rows)
{
	struct progress *progress = state;
	int64_t now_ms = clock_steady_ms();

	if (!isatty(STDERR_FILENO) || now_ms - progress->shown_ms < TICK_MS)
		return;
	progress->shown_ms = now_ms;
	fprintf(stderr, "\r\033[K%s: %lld rows", table, (long long)rows);
}

static const struct out_field copied_out[] = {
	OUT("table", TEXT, struct table_copied, table),
	OUT("rows", INTEGER, struct table_copied, rows),
	OUT("digest", TEXT, struct table_copied, digest),
	OUT("equal", BOOL, struct table_copied, equal),
};

static enum err show(struct cli *cli, const struct database_copied *copied)
{
	TRY(cli_print_list(cli, copied_out, COUNT_OF(copied_out), copied->tables, STORE_TABLES,
	                   sizeof(copied->tables[0])));
	if (copied->equal)
		return OK;
	cli->status = EXIT_REFUSED;
	fprintf(stderr,
	        "rekey: copy: the two differ: stop the servers of the first, and copy into a "
	        "database that has nothing else in it\n");
	return OK;
}

static enum err refuse(struct cli *cli, const char *why)
{
	cli->status = EXIT_REFUSED;
	fprintf(stderr, "rekey: copy: %s\n", why);
	return OK;
}

static enum err explain(struct cli *cli, enum err err)
{
	switch (err) {
	case ERR_CONFIG:
		return refuse(cli,
		              "--from and --to take two different addresses, each sqlite:PATH or "
		              "postgresql://user@host/name");
	case ERR_NOT_FOUND:
		return refuse(cli, "there is no database of rekey's at --from");
	case ERR_APP_EXISTS:
		return refuse(cli,
		              "the database at --to has apps of its own: copy into an empty one");
	case ERR_BUSY:
		return refuse(cli, "the database at --to is in use, or has rows of its own");
	case ERR_SCHEMA_OLDER:
		return refuse(cli, "steps of the schema are missing: rekey migrate takes them");
	default:
		return err;
	}
}

enum err cli_copy(struct cli *cli)
{
	const char *from = cli_option(cli->invocation, "--from", 0);
	const char *to = cli_option(cli->invocation, "--to", 0);
	struct progress progress = { 0 };
	struct database_copied copied;

	if (!from || !to)
		return explain(cli, ERR_CONFIG);
	const struct database_copy copy = { str(from), str(to), { show_progress, &progress } };
	enum err err = operation_run(&cli->ctx, &database_copy_op, &copy, &copied);
	if (progress.shown_ms > 0)
		fprintf(stderr, "\r\033[K");
	return err == OK ? show(cli, &copied) : explain(cli, err);
}
