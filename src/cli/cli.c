/* SPDX-License-Identifier: Apache-2.0 */
/* cli.c - the table of commands, and the words before, behind and around them. */
#include "cli/cli.h"
#include "account/app.h"
#include "cli/help.h"
#include "cli/print.h"
#include "base/clock.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ARENA_MAX = 64 * 1024 * 1024, SECRET_ROOM = 8192 };

const struct command commands[] = {
	{ "serve", "[--config FILE] [--set section.key=value]... [--dev]",
	  "the server; --dev: on loopback, with a demo app, mails kept at /dev/mail",
	  "--dev --print-routes --print-openapi --print-api? ", 0, 0, false, NULL },
	{ "app add",
	  "NAME [--dialect account|backtory|hacksystem]... [--host HOST]... [--origin URL]... "
	  "[--alias NAME]... [--language en|fa|tr|bn|fr|pt] [--id ID] [--keys-stdin]",
	  "adds an app and shows its keys, this once",
	  "--dialect= --host= --origin= --alias= --language= --id= --keys-stdin ", 1, 1, false,
	  cli_app_add },
	{ "app list", "", "the apps", "", 0, 0, false, cli_app_list },
	{ "app show", "NAME", "one app and its settings", "", 1, 1, false, cli_app_show },
	{ "app set", "NAME KEY=VALUE...", "changes settings of an app", "", 2, OPERANDS_MAX, false,
	  cli_app_set },
	{ "app disable", "NAME", "lets an app answer that its service is disabled", "", 1, 1, false,
	  cli_app_disable },
	{ "app enable", "NAME", "lets a disabled app work again", "", 1, 1, false, cli_app_enable },
	{ "app remove", "NAME [--yes]",
	  "erases an app for good, with its names and texts; --yes: with its accounts, if it has "
	  "any",
	  "--yes ", 1, 1, false, cli_app_remove },
	{ "provider list", "", "who else vouches for the users of an app", "", 0, 0, true,
	  cli_provider_list },
	{ "provider show", "NAME", "one provider and its settings, without the secret", "", 1, 1,
	  true, cli_provider_show },
	{ "provider set", "NAME KEY=VALUE... [--secret-stdin]",
	  "adds a provider that people may sign in by (OpenID Connect), or changes it",
	  "--secret-stdin ", 1, OPERANDS_MAX, true, cli_provider_set },
	{ "provider remove", "NAME", "lets nobody sign in by a provider any more", "", 1, 1, true,
	  cli_provider_remove },
	{ "provider people", "NAME", "who is who at a provider, oldest first", "", 1, 1, true,
	  cli_provider_people },
	{ "provider link", "NAME LOGIN SUBJECT",
	  "lets a person of a provider sign in to an account that is there", "", 3, 3, true,
	  cli_provider_link },
	{ "provider unlink", "NAME LOGIN", "ends that", "", 2, 2, true, cli_provider_unlink },
	{ "account add", "EMAIL [--username NAME] [--password-stdin]",
	  "adds an account: its password is the first line of standard input, or chosen by mailed "
	  "invitation",
	  "--username= --password-stdin ", 1, 1, true, cli_account_add },
	{ "account list", "[--limit N]", "the accounts, oldest first", "--limit= ", 0, 0, true,
	  cli_account_list },
	{ "account show", "LOGIN", "one account, found by its address or its username", "", 1, 1,
	  true, cli_account_show },
	{ "account set", "LOGIN username=NAME email=ADDRESS",
	  "changes the username of an account, or the address of a lost mailbox", "", 2,
	  OPERANDS_MAX, true, cli_account_set },
	{ "account disable", "LOGIN",
	  "ends all sessions and mailed links of an account at once, and lets nobody in", "", 1, 1,
	  true, cli_account_disable },
	{ "account enable", "LOGIN", "lets the owner of a disabled account in again", "", 1, 1,
	  true, cli_account_enable },
	{ "account recover", "LOGIN",
	  "mails the owner a link to choose a new password; nobody else sees it", "", 1, 1, true,
	  cli_account_recover },
	{ "account export", "[--with-hashes]",
	  "writes the accounts to standard output as JSON lines", "--with-hashes ", 0, 0, true,
	  cli_account_export },
	{ "account import", "FILE [--source rekey|backtory|xano] [--dry-run] [--drop-hashes]",
	  "adds the accounts of a file (-: standard input) of JSON lines or CSV",
	  "--source= --dry-run --drop-hashes ", 1, 1, true, cli_account_import },
	{ "account remove", "LOGIN",
	  "erases an account for good, with its sessions, links and mails; the audit trail keeps "
	  "the "
	  "events without the person",
	  "", 1, 1, true, cli_account_remove },
	{ "messages list", "", "what Hack System's clients are told", "", 0, 0, true,
	  cli_messages_list },
	{ "messages show", "NAME", "one message", "", 1, 1, true, cli_messages_show },
	{ "messages set", "NAME message=TEXT type=TYPE input=NAME",
	  "changes a message; the next answer has it", "", 2, 4, true, cli_messages_set },
	{ "messages import", "FILE", "changes the messages that a file (-: standard input) has", "",
	  1, 1, true, cli_messages_import },
	{ "messages export", "", "writes the messages to standard output as JSON lines", "", 0, 0,
	  true, cli_messages_export },
	{ "mail-templates list", "", "what Hack System's mails say", "", 0, 0, true,
	  cli_templates_list },
	{ "mail-templates show", "NAME", "one mail template", "", 1, 1, true, cli_templates_show },
	{ "mail-templates set", "NAME subject=TEXT content=TEXT send_name=TEXT sender=ADDRESS",
	  "changes a mail template; the next mail has it", "", 2, 5, true, cli_templates_set },
	{ "mail-templates import", "FILE",
	  "changes the mail templates that a file (-: standard input) has", "", 1, 1, true,
	  cli_templates_import },
	{ "mail-templates export", "", "writes the mail templates to standard output as JSON lines",
	  "", 0, 0, true, cli_templates_export },
	{ "content list", "", "what Hack System's applications show and are built of", "", 0, 0,
	  true, cli_content_list },
	{ "content show", "TABLE/NAME", "one row of app_structure or content_strings", "", 1, 1,
	  true, cli_content_show },
	{ "content set", "TABLE/NAME KEY=VALUE...",
	  "changes a row of app_structure or content_strings, or makes it; the next answer has it",
	  "", 2, OPERANDS_MAX, true, cli_content_set },
	{ "content remove", "TABLE/NAME", "takes a row away", "", 1, 1, true, cli_content_remove },
	{ "content import", "FILE [--table TABLE]",
	  "makes or replaces the rows that a file (-: standard input) has", "--table= ", 1, 1, true,
	  cli_content_import },
	{ "content export", "", "writes the content to standard output as JSON lines", "", 0, 0,
	  true, cli_content_export },
	{ "waitinglist list", "[--limit N]", "the addresses on the waiting list, in their order",
	  "--limit= ", 0, 0, true, cli_waitinglist_list },
	{ "waitinglist remove", "ADDRESS", "takes an address off the waiting list", "", 1, 1, true,
	  cli_waitinglist_remove },
	{ "mail list", "", "the outbox, newest first", "", 0, 0, false, cli_mail_list },
	{ "mail show", "ID", "one row of the outbox", "", 1, 1, false, cli_mail_show },
	{ "mail retry", "ID | --all", "sends dead mails again", "--all! ", 1, 1, false,
	  cli_mail_retry },
	{ "audit list", "[--account LOGIN] [--since TIME] [--limit N]",
	  "what was done and refused, newest first", "--account= --since= --limit= ", 0, 0, true,
	  cli_audit_list },
	{ "key rotate", "",
	  "makes a new key that signs access tokens; the old ones verify until their tokens are "
	  "dead",
	  "", 0, 0, false, cli_key_rotate },
	{ "key list", "", "the keys that sign and verify access tokens", "", 0, 0, false,
	  cli_key_list },
	{ "migrate", "", "brings the database's schema up to this program's", "", 0, 0, false,
	  cli_migrate },
	{ "backup", "FILE", "copies the database into a new file, while servers run", "", 1, 1,
	  false, cli_backup },
	{ "copy", "--from URL --to URL",
	  "moves a database that no server uses between SQLite and PostgreSQL, and compares the "
	  "two",
	  "--from= --to= ", 0, 0, false, cli_copy },
	{ "doctor", "", "checks everything the server depends on, and says what to mend", "", 0, 0,
	  false, cli_doctor },
	{ "calibrate", "[--target-ms N]",
	  "measures Argon2id on this machine, and prints the cost to configure", "--target-ms= ", 0,
	  0, false, cli_calibrate },
	{ "help", "[COMMAND]", "says more", "", 0, 2, false, NULL },
};

const size_t n_commands = COUNT_OF(commands);

const char common_options[] = "--config= --set= --app= --json --help ";

/* ---- words ---- */

/* Whether a list of options has this one, and what stands behind it there: '=' takes a value, '?'
 * may take one. */
static bool option_is_in(const char *list, const char *name, size_t len, char *ret_mark)
{
	for (const char *at = list; (at = strstr(at, name)); at++) {
		bool starts = at == list || at[-1] == ' ';
		if (starts && strchr(" =!?", at[len])) {
			*ret_mark = at[len];
			return true;
		}
	}
	return false;
}

static const struct command *find_command(int argc, char **argv, int *ret_n_words)
{
	char two[128];

	for (int n = 2; n >= 1; n--) {
		if (argc <= n)
			continue;
		snprintf(two, sizeof(two), "%s%s%s", argv[1], n == 2 ? " " : "",
		         n == 2 ? argv[2] : "");
		for (size_t i = 0; i < n_commands; i++) {
			if (strcmp(commands[i].name, two) == 0) {
				*ret_n_words = n;
				return &commands[i];
			}
		}
	}
	return NULL;
}

static int complain_usage(const struct command *command, const char *what, const char *word)
{
	fprintf(stderr, "rekey: %s%s%s; usage: rekey %s%s%s\n    %s\n", what, *word ? " " : "",
	        word, command->name, *command->usage ? " " : "", command->usage, command->summary);
	return EXIT_USAGE;
}

/* Takes one option and its value; *i is moved behind them. */
static int take_option(struct invocation *invocation, int argc, char **argv, int *i)
{
	const char *word = argv[*i], *equals = strchr(word, '=');
	size_t len = equals ? (size_t)(equals - word) : strlen(word);
	char name[OPTION_NAME_ROOM];
	char mark = ' ';

	snprintf(name, sizeof(name), "%.*s", (int)len, word);
	if (len >= sizeof(name) || (!option_is_in(common_options, name, len, &mark) &&
	                            !option_is_in(invocation->command->options, name, len, &mark)))
		return complain_usage(invocation->command, "there is no option", word);
	if (invocation->n_options == OPTIONS_MAX)
		return complain_usage(invocation->command, "too many options", "");
	struct option *option = &invocation->options[invocation->n_options++];
	memcpy(option->name, name, sizeof(name));
	option->value = equals ? equals + 1 : NULL;
	bool follows = *i + 1 < argc && (mark == '=' || strncmp(argv[*i + 1], "--", 2) != 0);
	if (mark == '=' && !equals && !follows)
		return complain_usage(invocation->command, "a value is missing for", word);
	if ((mark == '=' || mark == '?') && !equals && follows)
		option->value = argv[++*i];
	if (mark != '=' && mark != '?' && equals)
		return complain_usage(invocation->command, "this option takes no value:", word);
	if (strcmp(name, "--set") == 0)
		invocation->sets[invocation->n_sets++] = option->value;
	return EXIT_DONE;
}

/* Whether an option was given that stands in the place of the operands. */
static bool stands_instead(const struct invocation *invocation)
{
	for (size_t i = 0; i < invocation->n_options; i++) {
		const char *name = invocation->options[i].name;
		const char *at = strstr(invocation->command->options, name);
		if (at && at[strlen(name)] == '!')
			return true;
	}
	return false;
}

static int take_words(struct invocation *invocation, int argc, char **argv, int from)
{
	const struct command *command = invocation->command;

	for (int i = from; i < argc; i++) {
		if (strncmp(argv[i], "--", 2) == 0) {
			int status = take_option(invocation, argc, argv, &i);
			if (status != EXIT_DONE)
				return status;
		} else if (invocation->n_operands == command->operands_max) {
			return complain_usage(command, "too many words:", argv[i]);
		} else {
			invocation->operands[invocation->n_operands++] = argv[i];
		}
	}
	if (cli_has(invocation, "--help"))
		return EXIT_DONE;
	if (stands_instead(invocation))
		return invocation->n_operands == 0
		               ? EXIT_DONE
		               : complain_usage(command,
		                                "too many words:", invocation->operands[0]);
	if (invocation->n_operands < command->operands_min)
		return complain_usage(command, "something is missing", "");
	return EXIT_DONE;
}

/* Nothing ran yet: these need no configuration. */
static bool is_answered(int argc, char **argv, int *ret_status)
{
	const char *word = argc >= 2 ? argv[1] : "";

	*ret_status = EXIT_DONE;
	if (strcmp(word, "--version") == 0)
		printf("rekey " REKEY_VERSION "\n");
	else if (strcmp(word, "--complete") == 0)
		complete((size_t)(argc - 2), argv + 2);
	else if (strcmp(word, "help") == 0 || strcmp(word, "--help") == 0)
		*ret_status = help(argc - 2, argv + 2);
	else
		return false;
	return true;
}

static int complain_command(int argc, char **argv)
{
	if (argc >= 2 && is_family(argv[1]))
		fprintf(stderr, "rekey: %s what? see rekey help %s\n", argv[1], argv[1]);
	else
		fprintf(stderr, "rekey: %s%s; see rekey help\n",
		        argc < 2 ? "no command was given" : "there is no command ",
		        argc < 2 ? "" : argv[1]);
	return EXIT_USAGE;
}

int cli_parse(int argc, char **argv, struct invocation *ret_invocation, bool *ret_stop)
{
	struct invocation invocation = { 0 };
	int n_words = 0;

	*ret_stop = true;
	int status;
	if (is_answered(argc, argv, &status))
		return status;
	invocation.command = find_command(argc, argv, &n_words);
	if (!invocation.command && argc == 3 && is_family(argv[1]) &&
	    strcmp(argv[2], "--help") == 0)
		return help(1, argv + 1);
	if (!invocation.command)
		return complain_command(argc, argv);
	status = take_words(&invocation, argc, argv, n_words + 1);
	if (status != EXIT_DONE)
		return status;
	if (cli_has(&invocation, "--help")) {
		help_of(invocation.command);
		return EXIT_DONE;
	}
	*ret_stop = false;
	*ret_invocation = invocation;
	return EXIT_DONE;
}

const char *cli_option(const struct invocation *invocation, const char *name, size_t n)
{
	for (size_t i = 0; i < invocation->n_options; i++) {
		if (strcmp(invocation->options[i].name, name) == 0 && n-- == 0)
			return invocation->options[i].value;
	}
	return NULL;
}

bool cli_has(const struct invocation *invocation, const char *name)
{
	for (size_t i = 0; i < invocation->n_options; i++) {
		if (strcmp(invocation->options[i].name, name) == 0)
			return true;
	}
	return false;
}

/* ---- running ---- */

static enum err find_app(struct cli *cli)
{
	const struct app_named named = { str(cli_option(cli->invocation, "--app", 0)) };

	return operation_run(&cli->ctx, &app_show_op, &named, &cli->ctx.app);
}

/* What a person at a terminal can do about it. */
static const char *advice(const struct cli *cli, enum err err)
{
	switch (err) {
	case ERR_NO_APP:
		return cli->invocation->command->wants_app && !cli_has(cli->invocation, "--app")
		               ? "; name one: --app NAME"
		               : "; see rekey app list";
	case ERR_NO_ACCOUNT:
		return "; it was looked for in one app: --app NAME names another";
	case ERR_BAD_SETTING:
		return "; see rekey help and the command's name";
	case ERR_PASSWORD_SHORT:
	case ERR_PASSWORD_LONG:
		return "; see password.min_length and password.max_length";
	default:
		return "";
	}
}

int cli_run(const struct service *service, const struct start *start,
            const struct invocation *invocation)
{
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(ARENA_MAX);
	struct cli cli = {
		.invocation = invocation,
		.start = start,
		.arena = arena,
		.ctx = { .service = service,
		         .arena = arena,
		         .now = clock_now(),
		         .actor = ACTOR_OPERATOR,
		         .network = STR("command line") },
	};
	enum err err = arena ? OK : ERR_NOMEM;

	if (err == OK && invocation->command->wants_app)
		err = find_app(&cli);
	if (err == OK)
		err = invocation->command->run(&cli);
	if (err == OK && (fflush(stdout) != 0 || ferror(stdout))) {
		fprintf(stderr, "rekey: %s: it is done, but could not be shown: %s\n",
		        invocation->command->name, strerror(errno));
		return EXIT_REFUSED;
	}
	if (err == OK)
		return cli.status;
	if (err == ERR_CONFIG) /* which has had its line */
		return EXIT_REFUSED;
	fprintf(stderr, "rekey: %s: %s%s\n", invocation->command->name, err_sentence(err),
	        advice(&cli, err));
	return EXIT_REFUSED;
}

/* ---- for commands ---- */

enum err cli_print(struct cli *cli, const struct out_field *fields, size_t n_fields,
                   const void *item)
{
	return print_item(cli->arena, cli_has(cli->invocation, "--json"), fields, n_fields, item);
}

enum err cli_print_list(struct cli *cli, const struct out_field *fields, size_t n_fields,
                        const void *items, size_t n_items, size_t size)
{
	struct listing listing =
		listing_begin(cli_has(cli->invocation, "--json"), fields, n_fields);

	TRY(listing_add(&listing, cli->arena, items, n_items, size));
	listing_end(&listing);
	return OK;
}

enum err cli_refuse(const struct cli *cli, const char *why)
{
	fprintf(stderr, "rekey: %s: %s\n", cli->invocation->command->name, why);
	return ERR_CONFIG;
}

enum err cli_read_limit(const struct cli *cli, int64_t *ret_limit)
{
	const char *limit = cli_option(cli->invocation, "--limit", 0);
	long long number = INT64_MAX;

	if (limit && (!str_to_number(str(limit), INT64_MAX, &number) || number == 0))
		return cli_refuse(cli, "--limit takes a whole number from 1 on");
	*ret_limit = number;
	return OK;
}

static enum err read_pair(struct str word, const struct out_field *fields, size_t n_fields,
                          void *into)
{
	struct str key = { word.ptr, str_find(word, '=') }, old;
	size_t field = 0;

	while (field < n_fields && !str_is(key, fields[field].name))
		field++;
	if (field == n_fields || key.len == word.len)
		return ERR_BAD_SETTING;
	char *place = (char *)into + fields[field].offset;
	memcpy(&old, place, sizeof(old));
	if (old.ptr)
		return ERR_BAD_SETTING;
	struct str value = str_from(word, key.len + 1);
	memcpy(place, &value, sizeof(value));
	return OK;
}

enum err cli_read_settings(const struct cli *cli, struct app_setting *settings, size_t *ret_n)
{
	size_t n = 0;

	for (size_t i = 1; i < cli->invocation->n_operands; i++) {
		struct str word = str(cli->invocation->operands[i]);
		size_t equals = str_find(word, '=');
		if (equals == word.len)
			return ERR_BAD_SETTING;
		settings[n++] =
			(struct app_setting){ { word.ptr, equals }, str_from(word, equals + 1) };
	}
	*ret_n = n;
	return OK;
}

enum err cli_read_secret(struct arena *arena, struct secret *ret_secret)
{
	char *bytes = arena_alloc(arena, SECRET_ROOM);
	size_t len = 0;

	NEED(bytes);
	for (ssize_t n; (n = read(STDIN_FILENO, bytes + len, SECRET_ROOM - len)) > 0;)
		len += (size_t)n;
	if (len > 0 && bytes[len - 1] == '\n')
		len--;
	if (len > 0 && bytes[len - 1] == '\r')
		len--;
	if (memchr(bytes, '\n', len) || memchr(bytes, '\0', len))
		return ERR_MALFORMED;
	*ret_secret = (struct secret){ bytes, len };
	return OK;
}

enum err cli_read_pairs(const struct cli *cli, const struct out_field *fields, size_t n_fields,
                        void *into)
{
	for (size_t i = 1; i < cli->invocation->n_operands; i++)
		TRY(read_pair(str(cli->invocation->operands[i]), fields, n_fields, into));
	return OK;
}
