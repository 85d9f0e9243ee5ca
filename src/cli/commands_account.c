/* SPDX-License-Identifier: Apache-2.0 */
/* commands_account.c - rekey account ...: one account, or all of them page by page. */
#include "account/administration.h"
#include "cli/cli.h"
#include "cli/print.h"
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { PAGE_ARENA = 16 * 1024 * 1024 };

/* ---- a new one ---- */

static const struct out_field added_out[] = {
	OUT("id", TEXT, struct account_added, id),
	OUT("email", TEXT, struct account_added, email),
	OUT("username", TEXT, struct account_added, username),
};

enum err cli_account_add(struct cli *cli)
{
	struct account_add in = {
		.email = str(cli->invocation->operands[0]),
		.username = str(cli_option(cli->invocation, "--username", 0)),
	};
	struct account_added added;

	if (cli_has(cli->invocation, "--password-stdin"))
		TRY(cli_read_secret(cli->arena, &in.password));
	TRY(operation_run(&cli->ctx, &account_add_op, &in, &added));
	return cli_print(cli, added_out, COUNT_OF(added_out), &added);
}

/* ---- one ---- */

/* An account in words. */
struct account_shown {
	struct account_view view;
	struct str status, password;
};

static const struct out_field shown_out[] = {
	OUT("id", TEXT, struct account_shown, view.id),
	OUT("number", INTEGER, struct account_shown, view.number),
	OUT("email", TEXT, struct account_shown, view.email),
	OUT("username", TEXT, struct account_shown, view.username),
	OUT("status", TEXT, struct account_shown, status),
	OUT("password", TEXT, struct account_shown, password),
	OUT("password_set_at", TIME, struct account_shown, view.password_set_at),
	OUT("created_at", TIME, struct account_shown, view.created_at),
};

static const struct out_field listed_out[] = {
	OUT("email", TEXT, struct account_shown, view.email),
	OUT("username", TEXT, struct account_shown, view.username),
	OUT("status", TEXT, struct account_shown, status),
	OUT("created_at", TIME, struct account_shown, view.created_at),
	OUT("id", TEXT, struct account_shown, view.id),
};

static struct account_shown to_shown(const struct account_view *view)
{
	struct account_shown shown = { *view, account_status_word(view->status), STR("none") };

	if (view->has_password)
		shown.password =
			view->password_expires_at ? STR("made, and not used yet") : STR("set");
	return shown;
}

static enum err print_account(struct cli *cli, const struct account_view *view)
{
	struct account_shown shown = to_shown(view);

	return cli_print(cli, shown_out, COUNT_OF(shown_out), &shown);
}

static struct str login_of(const struct cli *cli)
{
	return str(cli->invocation->operands[0]);
}

enum err cli_account_show(struct cli *cli)
{
	const struct account_named in = { login_of(cli) };
	struct account_view view;

	TRY(operation_run(&cli->ctx, &account_show_op, &in, &view));
	return print_account(cli, &view);
}

static enum err set_status(struct cli *cli, enum account_status status)
{
	const struct account_status_set in = { login_of(cli), status };
	struct account_view view;

	TRY(operation_run(&cli->ctx, &account_set_status_op, &in, &view));
	return print_account(cli, &view);
}

enum err cli_account_disable(struct cli *cli)
{
	return set_status(cli, ACCOUNT_DISABLED);
}

enum err cli_account_enable(struct cli *cli)
{
	return set_status(cli, ACCOUNT_ACTIVE);
}

static const struct out_field set_in[] = {
	OUT("username", TEXT, struct account_set, username),
	OUT("email", TEXT, struct account_set, email),
};

enum err cli_account_set(struct cli *cli)
{
	struct account_set in = { .login = login_of(cli) };
	struct account_view view;

	TRY(cli_read_pairs(cli, set_in, COUNT_OF(set_in), &in));
	TRY(operation_run(&cli->ctx, &account_set_op, &in, &view));
	return print_account(cli, &view);
}

static const struct out_field recovery_out[] = {
	OUT("email", TEXT, struct account_recovery, email),
	OUT("reference", TEXT, struct account_recovery, reference),
};

enum err cli_account_recover(struct cli *cli)
{
	const struct account_named in = { login_of(cli) };
	struct account_recovery recovery;

	TRY(operation_run(&cli->ctx, &account_recover_op, &in, &recovery));
	if (!recovery.refusal)
		return cli_print(cli, recovery_out, COUNT_OF(recovery_out), &recovery);
	cli->status = EXIT_REFUSED;
	fprintf(stderr, "rekey: account recover: nobody is mailed: %s\n", recovery.refusal);
	return OK;
}

/* People see that it is done by seeing nothing; programs are told what is gone. Whoever looked
 * knows the account's number, which the trail of the removal must not learn. */
enum err cli_account_remove(struct cli *cli)
{
	const struct account_named named = { login_of(cli) };
	const struct account_remove in = { login_of(cli) };
	struct ctx looking = cli->ctx;
	struct account_view view;
	struct nothing nothing;

	TRY(operation_run(&looking, &account_show_op, &named, &view));
	TRY(operation_run(&cli->ctx, &account_remove_op, &in, &nothing));
	const struct account_added gone = { view.id, view.email, view.username };
	return cli_has(cli->invocation, "--json")
	               ? cli_print(cli, added_out, COUNT_OF(added_out), &gone)
	               : OK;
}

/* ---- all of them ---- */

/* A page has an arena of its own, which is wiped behind it. */
static struct ctx page_ctx(const struct cli *cli, struct arena *arena)
{
	struct ctx ctx = cli->ctx;

	ctx.arena = arena;
	return ctx;
}

static enum err list_page(struct ctx *ctx, struct account_page *page, struct listing *listing,
                          bool *ret_more)
{
	struct account_view_list list;

	TRY(operation_run(ctx, &account_list_op, page, &list));
	struct account_shown *shown = arena_array(ctx->arena, list.n + 1, sizeof(*shown));
	NEED(shown);
	for (size_t i = 0; i < list.n; i++)
		shown[i] = to_shown(&list.items[i]);
	if (list.n > 0)
		page->after = list.items[list.n - 1].number;
	*ret_more = (int64_t)list.n == page->max;
	return listing_add(listing, ctx->arena, shown, list.n, sizeof(*shown));
}

static int64_t least(int64_t one, int64_t other)
{
	return one < other ? one : other;
}

enum err cli_account_list(struct cli *cli)
{
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(PAGE_ARENA);
	struct ctx ctx = page_ctx(cli, arena);
	struct account_page page = { 0 };
	int64_t limit;
	bool more = true;

	NEED(arena);
	TRY(cli_read_limit(cli, &limit));
	struct listing listing =
		listing_begin(cli_has(cli->invocation, "--json"), listed_out, COUNT_OF(listed_out));
	while (more && limit > 0 && !ferror(stdout)) {
		page.max = least(limit, ACCOUNT_PAGE_MAX);
		limit -= page.max;
		TRY(list_page(&ctx, &page, &listing, &more));
		arena_reset(arena);
	}
	listing_end(&listing);
	return OK;
}
