/* SPDX-License-Identifier: Apache-2.0 */
/* commands_app.c - rekey app ... */
#include "account/app.h"
#include "account/app_look.h"
#include "cli/cli.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const struct out_field added_out[] = {
	OUT("name", TEXT, struct app_added, name),
	OUT("id", TEXT, struct app_added, public_id),
	OUT("client_key", SECRET, struct app_added, client_key),
	OUT("master_key", SECRET, struct app_added, master_key),
};

/* An app in the words of its settings. */
struct app_shown {
	struct str name, id, status, conceal_accounts, recovery, sign_up, activation;
	struct str_list dialects, hosts, aliases, origins, return_urls;
	int64_t standard_error_status, password_min_length;
	struct str language, public_url, reset_url, sender;
	struct str title, accent, logo;
	int64_t client_keys, master_keys; /* that are good: one, or two while they are changed */
	int64_t accounts;
	struct secret client_key, master_key; /* new ones */
};

static const struct out_field shown_out[] = {
	OUT("name", TEXT, struct app_shown, name),
	OUT("id", TEXT, struct app_shown, id),
	OUT("dialects", WORDS, struct app_shown, dialects),
	OUT("hosts", WORDS, struct app_shown, hosts),
	OUT("aliases", WORDS, struct app_shown, aliases),
	OUT("origins", WORDS, struct app_shown, origins),
	OUT("return_urls", WORDS, struct app_shown, return_urls),
	OUT("status", TEXT, struct app_shown, status),
	OUT("conceal_accounts", TEXT, struct app_shown, conceal_accounts),
	OUT("standard_error_status", INTEGER, struct app_shown, standard_error_status),
	OUT("recovery", TEXT, struct app_shown, recovery),
	OUT("language", TEXT, struct app_shown, language),
	OUT("public_url", TEXT, struct app_shown, public_url),
	OUT("reset_url", TEXT, struct app_shown, reset_url),
	OUT("sender", TEXT, struct app_shown, sender),
	OUT("title", TEXT, struct app_shown, title),
	OUT("accent", TEXT, struct app_shown, accent),
	OUT("logo", TEXT, struct app_shown, logo),
	OUT("sign_up", TEXT, struct app_shown, sign_up),
	OUT("activation", TEXT, struct app_shown, activation),
	OUT("password_min_length", INTEGER, struct app_shown, password_min_length),
	OUT("client_keys", INTEGER, struct app_shown, client_keys),
	OUT("master_keys", INTEGER, struct app_shown, master_keys),
	OUT("accounts", INTEGER, struct app_shown, accounts),
	OUT("client_key", SECRET, struct app_shown, client_key),
	OUT("master_key", SECRET, struct app_shown, master_key),
};

enum { NEW_KEYS = 2, KEYS_ROOM = 256 };

static int64_t good_keys(const struct digest *former)
{
	static const struct digest none;

	return digest_equal(former, &none) ? 1 : 2;
}

static enum err read_shown(struct cli *cli, struct str name, struct app_shown *ret_shown)
{
	const struct app_named named = { name };
	struct app_details details;
	const struct app *app = &details.app;

	TRY(operation_run(&cli->ctx, &app_details_op, &named, &details));
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
		.title = app->title,
		.accent = app->accent,
		.logo = app->logo,
		.sign_up = app->sign_up == SIGN_UP_CLOSED ? STR("closed") : STR("open"),
		.activation = app->activation == ACTIVATION_BY_MAIL ? STR("mail") : STR("none"),
		.password_min_length = app->password_min_length,
		.dialects = details.dialects,
		.hosts = details.names[APP_HOST],
		.aliases = details.names[APP_ALIAS],
		.origins = details.names[APP_ORIGIN],
		.return_urls = details.names[APP_RETURN],
		.client_keys = good_keys(&app->former_client_key_digest),
		.master_keys = good_keys(&app->former_master_key_digest),
		.accounts = details.accounts,
	};
	return OK;
}

static enum err read_dialects(const struct invocation *invocation, int64_t *ret_bits)
{
	const char *word;
	int64_t bits = 0;

	for (size_t i = 0; (word = cli_option(invocation, "--dialect", i)); i++) {
		int64_t bit = app_dialect_bit(str(word));
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

/* Two lines of standard input: the client key and the master key. */
static enum err read_keys(struct cli *cli, struct app_add *in)
{
	char *lines = arena_alloc(cli->arena, KEYS_ROOM);
	struct secret *const keys[] = { &in->client_key, &in->master_key };

	NEED(lines);
	size_t len = fread(lines, 1, KEYS_ROOM - 1, stdin);
	struct str rest = { lines, len };
	for (size_t i = 0; i < COUNT_OF(keys); i++) {
		size_t end = str_find(rest, '\n');
		*keys[i] = (struct secret){ rest.ptr, end };
		lines[rest.ptr + end - lines] = '\0';
		rest = str_from(rest, end < rest.len ? end + 1 : end);
	}
	return rest.len == 0 ? OK : ERR_BAD_SETTING;
}

enum err cli_app_add(struct cli *cli)
{
	const struct invocation *invocation = cli->invocation;
	struct app_add in = {
		.name = str(invocation->operands[0]),
		.language = str(cli_option(invocation, "--language", 0)),
		.public_id = str(cli_option(invocation, "--id", 0)),
	};
	struct app_added added;

	if (cli_has(invocation, "--keys-stdin"))
		TRY(read_keys(cli, &in));
	TRY(read_dialects(invocation, &in.dialects));
	TRY(read_names(invocation, "--host", in.names[APP_HOST]));
	TRY(read_names(invocation, "--alias", in.names[APP_ALIAS]));
	TRY(read_names(invocation, "--origin", in.names[APP_ORIGIN]));
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
		TRY(read_shown(cli, list.items[i].name, &shown[i]));
	return cli_print_list(cli, shown_out, COUNT_OF(shown_out) - NEW_KEYS, shown, list.n,
	                      sizeof(*shown));
}

enum err cli_app_show(struct cli *cli)
{
	struct app_shown shown;

	TRY(read_shown(cli, str(cli->invocation->operands[0]), &shown));
	return cli_print(cli, shown_out, COUNT_OF(shown_out) - NEW_KEYS, &shown);
}

static enum err set_and_print(struct cli *cli, const struct app_setting *settings, size_t n)
{
	const struct app_set in = { str(cli->invocation->operands[0]), settings, n };
	struct app_changed changed;
	struct app_shown shown;

	TRY(operation_run(&cli->ctx, &app_set_op, &in, &changed));
	TRY(read_shown(cli, in.name, &shown));
	shown.client_key = changed.client_key;
	shown.master_key = changed.master_key;
	bool has_new = shown.client_key.ptr || shown.master_key.ptr;
	return cli_print(cli, shown_out, COUNT_OF(shown_out) - (has_new ? 0 : NEW_KEYS), &shown);
}

static enum err read_picture(struct cli *cli, const char *path, struct str *ret_image)
{
	char *bytes = arena_alloc(cli->arena, LOGO_BYTES_MAX + 1);

	NEED(bytes);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t len = fd < 0 ? -1 : read(fd, bytes, LOGO_BYTES_MAX + 1);
	int why = errno;
	if (fd >= 0)
		close(fd);
	if (len < 0) {
		fprintf(stderr, "rekey: app set: %s: %s\n", path, strerror(why));
		return ERR_CONFIG;
	}
	*ret_image = (struct str){ bytes, (size_t)len };
	return OK;
}

/* The picture in the place of its name, and what a person can mend said in words. */
static enum err look_at(struct cli *cli, struct app_setting *setting)
{
	struct colour colour;

	if (str_is(setting->key, "accent") && setting->value.len > 0 &&
	    !colour_read(setting->value, &colour))
		return cli_refuse(cli, "accent takes a colour as #rrggbb, such as '#0a6462'");
	if (!str_is(setting->key, "logo") || setting->value.len == 0)
		return OK;
	if (setting->value.ptr[0] != '@')
		return cli_refuse(cli, "logo takes a file, as in logo=@shop.svg, or nothing");
	TRY(read_picture(cli, setting->value.ptr + 1, &setting->value));
	if (setting->value.len > LOGO_BYTES_MAX)
		return cli_refuse(cli, "the logo is too large: 64 KiB at most");
	if (!logo_type(setting->value).ptr)
		return cli_refuse(cli, "the logo is neither PNG nor WebP nor SVG");
	return OK;
}

enum err cli_app_set(struct cli *cli)
{
	struct app_setting settings[OPERANDS_MAX];
	size_t n;

	TRY(cli_read_settings(cli, settings, &n));
	for (size_t i = 0; i < n; i++)
		TRY(look_at(cli, &settings[i]));
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

/* What is lost with the app is said before it is. */
static enum err refuse_to_remove(struct cli *cli, struct str name)
{
	struct app_shown shown;

	TRY(read_shown(cli, name, &shown));
	fprintf(stderr, "rekey: app remove: %.*s still has %lld account%s; --yes removes %s too\n",
	        STR_ARG(shown.name), (long long)shown.accounts, shown.accounts == 1 ? "" : "s",
	        shown.accounts == 1 ? "it" : "them");
	cli->status = EXIT_REFUSED;
	return OK;
}

static const struct out_field removed_out[] = {
	OUT("name", TEXT, struct app_remove, name),
};

enum err cli_app_remove(struct cli *cli)
{
	const struct app_remove in = { str(cli->invocation->operands[0]),
		                       cli_has(cli->invocation, "--yes") };
	struct nothing nothing;

	enum err err = operation_run(&cli->ctx, &app_remove_op, &in, &nothing);
	if (err == ERR_APP_NOT_EMPTY)
		return refuse_to_remove(cli, in.name);
	TRY(err);
	return cli_has(cli->invocation, "--json")
	               ? cli_print(cli, removed_out, COUNT_OF(removed_out), &in)
	               : OK;
}
