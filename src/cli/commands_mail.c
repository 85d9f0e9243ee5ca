/* SPDX-License-Identifier: Apache-2.0 */
/* commands_mail.c - rekey mail ..., rekey audit ..., rekey migrate. */
#include "account/outbox.h"
#include "base/moment.h"
#include "cli/cli.h"
#include "cli/print.h"
#include <stdio.h>

/* A row of the outbox in words; the login is what a person typed, so it is shown as it is. */
struct mail_shown {
	int64_t id, attempts, created_at, next_attempt_at, settled_at;
	struct str kind, state, login, reference, last_error;
};

static const struct out_field mail_out[] = {
	OUT("id", INTEGER, struct mail_shown, id),
	OUT("state", TEXT, struct mail_shown, state),
	OUT("kind", TEXT, struct mail_shown, kind),
	OUT("login", TEXT, struct mail_shown, login),
	OUT("reference", TEXT, struct mail_shown, reference),
	OUT("attempts", INTEGER, struct mail_shown, attempts),
	OUT("created_at", TIME, struct mail_shown, created_at),
	OUT("next_attempt_at", TIME, struct mail_shown, next_attempt_at),
	OUT("settled_at", TIME, struct mail_shown, settled_at),
	OUT("last_error", TEXT, struct mail_shown, last_error),
};

static const struct out_field audit_out[] = {
	OUT("id", INTEGER, struct audit_row, id),
	OUT("at", TIME, struct audit_row, at),
	OUT("event", TEXT, struct audit_row, event),
	OUT("outcome", TEXT, struct audit_row, outcome),
	OUT("account", INTEGER, struct audit_row, account_id),
	OUT("network", TEXT, struct audit_row, network),
};

static struct mail_shown to_shown(const struct outbox_row *row)
{
	return (struct mail_shown){
		.id = row->id,
		.attempts = row->attempts,
		.created_at = row->created_at,
		.next_attempt_at = row->next_attempt_at,
		.settled_at = row->settled_at,
		.kind = str(outbox_kind_words[row->kind]),
		.state = str(outbox_state_words[row->state]),
		.login = row->login,
		.reference = row->reference,
		.last_error = row->last_error,
	};
}

static enum err list_mail(struct cli *cli, struct outbox_list *ret_list)
{
	const struct nothing nothing = { 0 };

	return operation_run(&cli->ctx, &mail_list_op, &nothing, ret_list);
}

enum err cli_mail_list(struct cli *cli)
{
	struct outbox_list list;

	TRY(list_mail(cli, &list));
	struct mail_shown *shown = arena_array(cli->arena, list.n + 1, sizeof(*shown));
	NEED(shown);
	for (size_t i = 0; i < list.n; i++)
		shown[i] = to_shown(&list.items[i]);
	return cli_print_list(cli, mail_out, COUNT_OF(mail_out), shown, list.n, sizeof(*shown));
}

static enum err read_id(const struct cli *cli, struct mail_id *ret_id)
{
	long long number;

	if (!str_to_number(str(cli->invocation->operands[0]), INT64_MAX, &number))
		return ERR_NOT_FOUND;
	ret_id->id = number;
	return OK;
}

enum err cli_mail_show(struct cli *cli)
{
	struct mail_id id;
	struct outbox_row row;

	TRY(read_id(cli, &id));
	TRY(operation_run(&cli->ctx, &mail_show_op, &id, &row));
	struct mail_shown shown = to_shown(&row);
	return cli_print(cli, mail_out, COUNT_OF(mail_out), &shown);
}

/* Dead rows of one list, newest first, below an id that it lowers: a mail that dies again meanwhile
 * is not retried twice. */
static enum err retry_listed(struct cli *cli, int64_t *below, size_t *n)
{
	struct outbox_list list;
	struct nothing nothing;

	TRY(list_mail(cli, &list));
	for (size_t i = 0; i < list.n; i++) {
		const struct mail_id id = { list.items[i].id };
		if (list.items[i].state != OUTBOX_DEAD || id.id >= *below)
			continue;
		TRY(operation_run(&cli->ctx, &mail_retry_op, &id, &nothing));
		*below = id.id;
		(*n)++;
	}
	return OK;
}

struct retried {
	int64_t retried;
};

static const struct out_field retried_out[] = {
	OUT("retried", INTEGER, struct retried, retried),
};

static enum err retry_all(struct cli *cli)
{
	int64_t below = INT64_MAX;
	size_t n = 0, before;

	do {
		before = n;
		TRY(retry_listed(cli, &below, &n));
	} while (n > before);
	const struct retried retried = { (int64_t)n };
	if (cli_has(cli->invocation, "--json"))
		return cli_print(cli, retried_out, COUNT_OF(retried_out), &retried);
	printf("%zu due again\n", n);
	return OK;
}

enum err cli_mail_retry(struct cli *cli)
{
	struct mail_id id;
	struct nothing nothing;

	if (cli_has(cli->invocation, "--all"))
		return retry_all(cli);
	TRY(read_id(cli, &id));
	TRY(operation_run(&cli->ctx, &mail_retry_op, &id, &nothing));
	return cli_mail_show(cli);
}

/* ---- the audit trail ---- */

enum { AUDIT_LIMIT = 1000, AUDIT_PAGE_MAX = 1000, PAGE_ARENA = 16 * 1024 * 1024 };

static enum err read_since(const struct cli *cli, int64_t *ret_since)
{
	const char *since = cli_option(cli->invocation, "--since", 0);

	*ret_since = 0;
	if (!since || moment_read_since(str(since), cli->ctx.now, ret_since))
		return OK;
	return cli_refuse(cli, "--since takes a date such as 2026-11-01, a time such as "
	                       "2026-11-01T08:30:00Z, or a span such as 24h or 7d");
}

static enum err list_trail(struct ctx *ctx, struct audit_query *query, int64_t limit,
                           struct listing *listing)
{
	struct audit_list list = { .n = 1 };

	while (limit > 0 && list.n > 0 && !ferror(stdout)) {
		query->max = limit < AUDIT_PAGE_MAX ? limit : AUDIT_PAGE_MAX;
		limit -= query->max;
		TRY(operation_run(ctx, &audit_list_op, query, &list));
		TRY(listing_add(listing, ctx->arena, list.items, list.n, sizeof(list.items[0])));
		if (list.n > 0)
			query->below = list.items[list.n - 1].id;
		arena_reset(ctx->arena);
	}
	return OK;
}

enum err cli_audit_list(struct cli *cli)
{
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(PAGE_ARENA);
	struct audit_query query = { .login = str(cli_option(cli->invocation, "--account", 0)),
		                     .below = INT64_MAX };
	struct ctx ctx = cli->ctx;
	int64_t limit = AUDIT_LIMIT;

	NEED(ctx.arena = arena);
	TRY(read_since(cli, &query.since));
	if (cli_has(cli->invocation, "--limit"))
		TRY(cli_read_limit(cli, &limit));
	struct listing listing =
		listing_begin(cli_has(cli->invocation, "--json"), audit_out, COUNT_OF(audit_out));
	TRY(list_trail(&ctx, &query, limit, &listing));
	listing_end(&listing);
	return OK;
}

struct migrated {
	int64_t up_to_date;
};

static const struct out_field migrated_out[] = {
	OUT("up_to_date", BOOL, struct migrated, up_to_date),
};

/* Opening the store has taken the steps already. */
enum err cli_migrate(struct cli *cli)
{
	const struct migrated migrated = { 1 };

	if (cli_has(cli->invocation, "--json"))
		return cli_print(cli, migrated_out, COUNT_OF(migrated_out), &migrated);
	printf("the schema is up to date\n");
	return OK;
}
