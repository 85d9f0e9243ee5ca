/* SPDX-License-Identifier: Apache-2.0 */
/* commands_app.c - rekey app ..., rekey account ... */
#include "account/account.h"
#include "account/app.h"
#include "cli/cli.h"
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { PASSWORD_ROOM = 8192 };

static const struct out_field added_out[] = {
	OUT("name", TEXT, struct app_added, name),
	OUT("id", TEXT, struct app_added, public_id),
	OUT("client_key", SECRET, struct app_added, client_key),
	OUT("master_key", SECRET, struct app_added, master_key),
};

/* An app in the words of its settings. */
struct app_shown {
	struct str name, id, dialects, status, conceal_accounts, recovery;
	int64_t standard_error_status;
	struct str language, public_url, reset_url, sender;
};

static const struct out_field shown_out[] = {
	OUT("name", TEXT, struct app_shown, name),
	OUT("id", TEXT, struct app_shown, id),
	OUT("dialects", TEXT, struct app_shown, dialects),
	OUT("status", TEXT, struct app_shown, status),
	OUT("conceal_accounts", TEXT, struct app_shown, conceal_accounts),
	OUT("standard_error_status", INTEGER, struct app_shown, standard_error_status),
	OUT("recovery", TEXT, struct app_shown, recovery),
	OUT("language", TEXT, struct app_shown, language),
	OUT("public_url", TEXT, struct app_shown, public_url),
	OUT("reset_url", TEXT, struct app_shown, reset_url),
	OUT("sender", TEXT, struct app_shown, sender),
};

static const struct {
	const char *word;
	int64_t bit;
} dialects[] = {
	{ "account", DIALECT_ACCOUNT },
	{ "backtory", DIALECT_BACKTORY },
	{ "hacksystem", DIALECT_HACKSYSTEM },
};

static enum err show_dialects(struct arena *arena, int64_t bits, struct str *ret_words)
{
	struct buf words = buf_in(arena);

	FOREACH(dialect, dialects) {
		if (bits & dialect->bit)
			buf_printf(&words, "%s%s", words.len ? " " : "", dialect->word);
	}
	return buf_str(&words, ret_words);
}

static enum err to_shown(struct cli *cli, const struct app *app, struct app_shown *ret_shown)
{
	*ret_shown = (struct app_shown){
		.name = app->name,
		.id = app->public_id,
		.status = app->status == APP_DISABLED ? STR("disabled") : STR("active"),
		.conceal_accounts = app->conceal_accounts ? STR("yes") : STR("no"),
		.recovery = app->recovery == RECOVERY_FORM ? STR("form") : STR("generated"),
		.standard_error_status = app->standard_error_status,
		.language = app->language,
		.public_url = app->public_url,
		.reset_url = app->reset_url,
		.sender = app->sender,
	};
	return show_dialects(cli->arena, app->dialects, &ret_shown->dialects);
}

static enum err read_dialects(const struct invocation *invocation, int64_t *ret_bits)
{
	const char *word;
	int64_t bits = 0;

	for (size_t i = 0; (word = cli_option(invocation, "--dialect", i)); i++) {
		int64_t bit = 0;
		FOREACH(dialect, dialects) {
			if (strcmp(dialect->word, word) == 0)
				bit = dialect->bit;
		}
		if (!bit)
			return ERR_BAD_SETTING;
		bits |= bit;
	}
	*ret_bits = bits;
	return OK;
}

static enum err read_names(const struct invocation *invocation, const char *option,
                           struct str names[APP_NAMES_MAX])
{
	const char *word;

	for (size_t i = 0; (word = cli_option(invocation, option, i)); i++) {
		if (i == APP_NAMES_MAX)
			return ERR_BAD_SETTING;
		names[i] = str(word);
	}
	return OK;
}

enum err cli_app_add(struct cli *cli)
{
	const struct invocation *invocation = cli->invocation;
	struct app_add in = {
		.name = str(invocation->operands[0]),
		.language = str(cli_option(invocation, "--language", 0)),
	};
	struct app_added added;

	TRY(read_dialects(invocation, &in.dialects));
	TRY(read_names(invocation, "--host", in.hosts));
	TRY(read_names(invocation, "--alias", in.aliases));
	TRY(operation_run(&cli->ctx, &app_add_op, &in, &added));
	return cli_print(cli, added_out, COUNT_OF(added_out), &added);
}

enum err cli_app_list(struct cli *cli)
{
	const struct nothing nothing = { 0 };
	struct app_list list;

	TRY(operation_run(&cli->ctx, &app_list_op, &nothing, &list));
	struct app_shown *shown = arena_array(cli->arena, list.n + 1, sizeof(*shown));
	NEED(shown);
	for (size_t i = 0; i < list.n; i++)
		TRY(to_shown(cli, &list.items[i], &shown[i]));
	return cli_print_list(cli, shown_out, COUNT_OF(shown_out), shown, list.n, sizeof(*shown));
}

static enum err print_app(struct cli *cli, const struct app *app)
{
	struct app_shown shown;

	TRY(to_shown(cli, app, &shown));
	return cli_print(cli, shown_out, COUNT_OF(shown_out), &shown);
}

enum err cli_app_show(struct cli *cli)
{
	const struct app_named named = { str(cli->invocation->operands[0]) };
	struct app app;

	TRY(operation_run(&cli->ctx, &app_show_op, &named, &app));
	return print_app(cli, &app);
}

static enum err set_and_print(struct cli *cli, const struct app_setting *settings, size_t n)
{
	const struct app_set in = { str(cli->invocation->operands[0]), settings, n };
	struct app app;

	TRY(operation_run(&cli->ctx, &app_set_op, &in, &app));
	return print_app(cli, &app);
}

enum err cli_app_set(struct cli *cli)
{
	struct app_setting settings[OPERANDS_MAX];
	size_t n = 0;

	for (size_t i = 1; i < cli->invocation->n_operands; i++) {
		struct str word = str(cli->invocation->operands[i]);
		size_t equals = str_find(word, '=');
		if (equals == word.len)
			return ERR_BAD_SETTING;
		settings[n++] =
			(struct app_setting){ { word.ptr, equals }, str_from(word, equals + 1) };
	}
	return set_and_print(cli, settings, n);
}

enum err cli_app_disable(struct cli *cli)
{
	const struct app_setting setting = { STR("status"), STR("disabled") };

	return set_and_print(cli, &setting, 1);
}

enum err cli_app_enable(struct cli *cli)
{
	const struct app_setting setting = { STR("status"), STR("active") };

	return set_and_print(cli, &setting, 1);
}

/* ---- accounts ---- */

static const struct out_field account_out[] = {
	OUT("id", TEXT, struct account_added, id),
	OUT("email", TEXT, struct account_added, email),
	OUT("username", TEXT, struct account_added, username),
};

/* All of standard input but the end of its last line. A second line, or U+0000, is no password. */
static enum err read_password(struct arena *arena, struct secret *ret_password)
{
	char *bytes = arena_alloc(arena, PASSWORD_ROOM);
	size_t len = 0;

	NEED(bytes);
	for (ssize_t n; (n = read(STDIN_FILENO, bytes + len, PASSWORD_ROOM - len)) > 0;)
		len += (size_t)n;
	if (len > 0 && bytes[len - 1] == '\n')
		len--;
	if (len > 0 && bytes[len - 1] == '\r')
		len--;
	if (memchr(bytes, '\n', len) || memchr(bytes, '\0', len))
		return ERR_MALFORMED;
	*ret_password = (struct secret){ bytes, len };
	return OK;
}

enum err cli_account_add(struct cli *cli)
{
	struct account_add in = {
		.email = str(cli->invocation->operands[0]),
		.username = str(cli_option(cli->invocation, "--username", 0)),
	};
	struct account_added added;

	if (cli_has(cli->invocation, "--password-stdin"))
		TRY(read_password(cli->arena, &in.password));
	TRY(operation_run(&cli->ctx, &account_add_op, &in, &added));
	return cli_print(cli, account_out, COUNT_OF(account_out), &added);
}

enum err cli_account_remove(struct cli *cli)
{
	const struct account_remove in = { str(cli->invocation->operands[0]) };
	struct nothing nothing;

	return operation_run(&cli->ctx, &account_remove_op, &in, &nothing);
}
