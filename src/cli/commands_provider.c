/* SPDX-License-Identifier: Apache-2.0 */
/* commands_provider.c - rekey provider ...: who else vouches for an app's users. */
#include "account/provider.h"
#include "cli/cli.h"
#include "cli/print.h"

enum { PAGE = 500, PAGE_ARENA = 4 * 1024 * 1024 };

static const struct out_field shown_out[] = {
	OUT("name", TEXT, struct provider_shown, name),
	OUT("client_id", TEXT, struct provider_shown, client_id),
	OUT("client_secret", TEXT, struct provider_shown, client_secret),
	OUT("redirect_uris", WORDS, struct provider_shown, redirect_uris),
	OUT("issuer", TEXT, struct provider_shown, issuer),
	OUT("authorization_url", TEXT, struct provider_shown, authorization_url),
	OUT("token_url", TEXT, struct provider_shown, token_url),
	OUT("keys_url", TEXT, struct provider_shown, keys_url),
	OUT("user_info_url", TEXT, struct provider_shown, user_info_url),
	OUT("scopes", TEXT, struct provider_shown, scopes),
	OUT("pkce", TEXT, struct provider_shown, pkce),
	OUT("nonce", TEXT, struct provider_shown, nonce),
	OUT("state", TEXT, struct provider_shown, state),
	OUT("client_authentication", TEXT, struct provider_shown, client_authentication),
	OUT("created_at", TIME, struct provider_shown, created_at),
};

static const struct out_field listed_out[] = {
	OUT("name", TEXT, struct provider_shown, name),
	OUT("client_id", TEXT, struct provider_shown, client_id),
	OUT("client_secret", TEXT, struct provider_shown, client_secret),
	OUT("issuer", TEXT, struct provider_shown, issuer),
};

static struct str name_of(const struct cli *cli)
{
	return str(cli->invocation->operands[0]);
}

enum err cli_provider_list(struct cli *cli)
{
	const struct nothing nothing = { 0 };
	struct provider_shown_list list;

	TRY(operation_run(&cli->ctx, &provider_list_op, &nothing, &list));
	return cli_print_list(cli, listed_out, COUNT_OF(listed_out), list.items, list.n,
	                      sizeof(list.items[0]));
}

enum err cli_provider_show(struct cli *cli)
{
	const struct provider_named named = { name_of(cli) };
	struct provider_shown shown;

	TRY(operation_run(&cli->ctx, &provider_show_op, &named, &shown));
	return cli_print(cli, shown_out, COUNT_OF(shown_out), &shown);
}

enum err cli_provider_set(struct cli *cli)
{
	struct app_setting settings[OPERANDS_MAX];
	struct provider_set in = { .name = name_of(cli), .settings = settings };
	struct provider_shown shown;

	TRY(cli_read_settings(cli, settings, &in.n_settings));
	if (cli_has(cli->invocation, "--secret-stdin"))
		TRY(cli_read_secret(cli->arena, &in.client_secret));
	TRY(operation_run(&cli->ctx, &provider_set_op, &in, &shown));
	return cli_print(cli, shown_out, COUNT_OF(shown_out), &shown);
}

enum err cli_provider_remove(struct cli *cli)
{
	static const struct out_field removed_out[] = {
		OUT("name", TEXT, struct provider_named, name),
	};
	const struct provider_named named = { name_of(cli) };
	struct nothing nothing;

	TRY(operation_run(&cli->ctx, &provider_remove_op, &named, &nothing));
	return cli_has(cli->invocation, "--json")
	               ? cli_print(cli, removed_out, COUNT_OF(removed_out), &named)
	               : OK;
}

/* ---- who is who ---- */

static enum err run_link(struct cli *cli, const struct operation *operation, const char *subject)
{
	const struct person_link link = { name_of(cli), str(cli->invocation->operands[1]),
		                          str(subject) };
	static const struct out_field link_out[] = {
		OUT("provider", TEXT, struct person_link, provider),
		OUT("login", TEXT, struct person_link, login),
		OUT("subject", TEXT, struct person_link, subject),
	};
	struct nothing nothing;

	TRY(operation_run(&cli->ctx, operation, &link, &nothing));
	return cli_has(cli->invocation, "--json")
	               ? cli_print(cli, link_out, COUNT_OF(link_out), &link)
	               : OK;
}

enum err cli_provider_link(struct cli *cli)
{
	return run_link(cli, &person_link_op, cli->invocation->operands[2]);
}

enum err cli_provider_unlink(struct cli *cli)
{
	return run_link(cli, &person_unlink_op, NULL);
}

static const struct out_field person_out[] = {
	OUT("subject", TEXT, struct linked_person, subject),
	OUT("email", TEXT, struct linked_person, email),
	OUT("created_at", TIME, struct linked_person, created_at),
	OUT("id", TEXT, struct linked_person, id),
};

/* Page by page, each in an arena of its own. */
enum err cli_provider_people(struct cli *cli)
{
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(PAGE_ARENA);
	struct listing listing =
		listing_begin(cli_has(cli->invocation, "--json"), person_out, COUNT_OF(person_out));
	struct person_page page = { .provider = name_of(cli), .max = PAGE };
	struct ctx ctx = cli->ctx;
	struct linked_person_list list;

	NEED(arena);
	ctx.arena = arena;
	do {
		arena_reset(arena);
		TRY(operation_run(&ctx, &person_list_op, &page, &list));
		TRY(listing_add(&listing, arena, list.items, list.n, sizeof(list.items[0])));
		page.after = list.last;
	} while (list.last > 0);
	listing_end(&listing);
	return OK;
}
