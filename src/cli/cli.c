/* SPDX-License-Identifier: Apache-2.0 */
/* cli.c - the table of commands, and the words before, behind and around them. */
#include "cli/cli.h"
#include "account/app.h"
#include "base/clock.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ARENA_MAX = 64 * 1024 * 1024 };

const struct command commands[] = {
	{ "serve", "[--config FILE] [--set section.key=value]... [--dev]",
	  "the server; --dev: on loopback, with a demo app, mails kept at /dev/mail",
	  "--dev --print-routes ", 0, 0, false, NULL },
	{ "app add",
	  "NAME [--dialect account|backtory|hacksystem]... [--host HOST]... [--origin URL]... "
	  "[--alias NAME]... [--language en|fr]",
	  "adds an app and shows its keys, this once",
	  "--dialect= --host= --origin= --alias= --language= ", 1, 1, false, cli_app_add },
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
	{ "account add", "EMAIL [--username NAME] [--password-stdin]",
	  "adds an account: its password is the first line of standard input, or chosen by mailed "
	  "invitation",
	  "--username= --password-stdin ", 1, 1, true, cli_account_add },
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
	{ "mail-templates list", "", "what Hack System's mails say", "", 0, 0, true,
	  cli_templates_list },
	{ "mail-templates show", "NAME", "one mail template", "", 1, 1, true, cli_templates_show },
	{ "mail-templates set", "NAME subject=TEXT content=TEXT send_name=TEXT sender=ADDRESS",
	  "changes a mail template; the next mail has it", "", 2, 5, true, cli_templates_set },
	{ "mail list", "", "the outbox, newest first", "", 0, 0, false, cli_mail_list },
	{ "mail show", "ID", "one row of the outbox", "", 1, 1, false, cli_mail_show },
	{ "mail retry", "ID | --all", "sends dead mails again", "--all! ", 1, 1, false,
	  cli_mail_retry },
	{ "audit list", "", "what was done and refused, newest first", "", 0, 0, true,
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

static const char common_options[] = "--config= --set= --app= --json --help ";

/* ---- help ---- */

static void print_command(FILE *to, const struct command *command)
{
	fprintf(to, "rekey %s%s%s\n    %s\n", command->name, *command->usage ? " " : "",
	        command->usage, command->summary);
}

static void print_app_settings(void)
{
	printf("\nSettings:\n");
	for (const struct app_setting_row *row = app_setting_rows; row->key; row++)
		printf("    %-22s %s\n", row->key, row->takes);
}

static void print_keys(void)
{
	printf("\nKeys of the configuration (a file, --set KEY=VALUE, or REKEY_SECTION_KEY):\n");
	for (size_t i = 0; i < n_setting_keys; i++)
		printf("    %-22s %s%s%s%s\n", setting_keys[i].name, setting_keys[i].sentence,
		       setting_keys[i].fallback ? " (" : "",
		       setting_keys[i].fallback ? setting_keys[i].fallback : "",
		       setting_keys[i].fallback ? ")" : "");
}

static void print_help_of(const struct command *command)
{
	const char *manual = cli_manual(command->name);

	print_command(stdout, command);
	if (manual)
		printf("\n%s", manual);
	if (strcmp(command->name, "app set") == 0)
		print_app_settings();
	if (strcmp(command->name, "serve") == 0)
		print_keys();
}

static void print_help(FILE *to)
{
	fprintf(to, "rekey " REKEY_VERSION ": changes passwords, and lets people back in.\n\n");
	for (size_t i = 0; i < n_commands; i++)
		print_command(to, &commands[i]);
	fprintf(to, "\nEverywhere: --config FILE, --set section.key=value, --app NAME, --json\n");
}

/* ---- words ---- */

/* Whether a list of options has this one, and whether it takes a value. */
static bool option_is_in(const char *list, const char *name, size_t len, bool *ret_takes_value)
{
	for (const char *at = list; (at = strstr(at, name)); at++) {
		bool starts = at == list || at[-1] == ' ';
		if (starts && strchr(" =!", at[len])) {
			*ret_takes_value = at[len] == '=';
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
	fprintf(stderr, "rekey: %s%s%s; usage: ", what, *word ? " " : "", word);
	print_command(stderr, command);
	return EXIT_USAGE;
}

/* Takes one option and its value; *i is moved behind them. */
static int take_option(struct invocation *invocation, int argc, char **argv, int *i)
{
	const char *word = argv[*i], *equals = strchr(word, '=');
	size_t len = equals ? (size_t)(equals - word) : strlen(word);
	char name[OPTION_NAME_ROOM];
	bool takes_value = false;

	snprintf(name, sizeof(name), "%.*s", (int)len, word);
	if (len >= sizeof(name) ||
	    (!option_is_in(common_options, name, len, &takes_value) &&
	     !option_is_in(invocation->command->options, name, len, &takes_value)))
		return complain_usage(invocation->command, "there is no option", word);
	if (invocation->n_options == OPTIONS_MAX)
		return complain_usage(invocation->command, "too many options", "");
	struct option *option = &invocation->options[invocation->n_options++];
	memcpy(option->name, name, sizeof(name));
	option->value = equals ? equals + 1 : NULL;
	if (takes_value && !equals) {
		if (*i + 1 == argc)
			return complain_usage(invocation->command, "a value is missing for", word);
		option->value = argv[++*i];
	}
	if (!takes_value && equals)
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

static int help(int argc, char **argv)
{
	int n_words = 0;
	const struct command *command = find_command(argc - 1, argv + 1, &n_words);

	if (argc > 2 && (!command || n_words != argc - 2)) {
		fprintf(stderr, "rekey: help: there is no command %s; see rekey help\n",
		        argv[argc - 1]);
		return EXIT_USAGE;
	}
	if (command)
		print_help_of(command);
	else
		print_help(stdout);
	return EXIT_DONE;
}

int cli_parse(int argc, char **argv, struct invocation *ret_invocation, bool *ret_stop)
{
	struct invocation invocation = { 0 };
	int n_words = 0;

	*ret_stop = true;
	if (argc >= 2 && strcmp(argv[1], "--version") == 0) {
		printf("rekey " REKEY_VERSION "\n");
		return EXIT_DONE;
	}
	if (argc >= 2 && (strcmp(argv[1], "help") == 0 || strcmp(argv[1], "--help") == 0))
		return help(argc, argv);
	invocation.command = find_command(argc, argv, &n_words);
	if (!invocation.command) {
		fprintf(stderr, "rekey: %s%s; see rekey help\n",
		        argc < 2 ? "no command was given" : "there is no command ",
		        argc < 2 ? "" : argv[1]);
		return EXIT_USAGE;
	}
	int status = take_words(&invocation, argc, argv, n_words + 1);
	if (status != EXIT_DONE)
		return status;
	if (cli_has(&invocation, "--help")) {
		print_help_of(invocation.command);
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
	fprintf(stderr, "rekey: %s: %s%s\n", invocation->command->name, err_sentence(err),
	        advice(&cli, err));
	return EXIT_REFUSED;
}

/* ---- printing ---- */

static void print_value(const struct out_field *field, const char *item);

static void print_names(const struct out_field *field, const struct out_list *list)
{
	for (size_t i = 0; i < list->n; i++) {
		printf("%s", i ? ", " : "");
		print_value(field->fields, (const char *)list->items + i * field->size);
	}
}

static void print_words(const struct str_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		printf("%s%.*s", i ? " " : "", STR_ARG(list->items[i]));
}

static void print_value(const struct out_field *field, const char *item)
{
	const void *from = item + field->offset;
	struct str text;

	switch (field->kind) {
	case OUT_TEXT:
	case OUT_SECRET:
		memcpy(&text, from, sizeof(text));
		printf("%.*s", STR_ARG(text));
		break;
	case OUT_INTEGER:
	case OUT_INTEGER_IF_ANY:
		printf("%lld", (long long)*(const int64_t *)from);
		break;
	case OUT_BOOL:
		printf("%s", *(const int64_t *)from ? "yes" : "no");
		break;
	case OUT_TIME: {
		char time[TIME_ROOM];
		int64_t at = *(const int64_t *)from;
		printf("%s", at ? time_spell(at, time) : "");
		break;
	}
	case OUT_CONSTANT:
		printf("%s", field->constant);
		break;
	case OUT_LIST: /* their first members, one behind the other */
		print_names(field, from);
		break;
	case OUT_WORDS:
		print_words(from);
		break;
	}
}

enum err cli_print(struct cli *cli, const struct out_field *fields, size_t n_fields,
                   const void *item)
{
	struct str json;

	if (cli_has(cli->invocation, "--json")) {
		TRY(json_write(cli->arena, fields, n_fields, item, &json));
		printf("%s\n", json.ptr);
		return OK;
	}
	for (size_t i = 0; i < n_fields; i++) {
		printf("%-22s ", fields[i].name);
		print_value(&fields[i], item);
		printf("\n");
	}
	return OK;
}

enum err cli_print_list(struct cli *cli, const struct out_field *fields, size_t n_fields,
                        const void *items, size_t n_items, size_t size)
{
	struct str json;

	if (cli_has(cli->invocation, "--json")) {
		TRY(json_write_list(cli->arena, fields, n_fields, items, n_items, size, &json));
		printf("%s\n", json.ptr);
		return OK;
	}
	for (size_t i = 0; i < n_fields; i++)
		printf("%s%s", i ? "\t" : "", fields[i].name);
	printf("\n");
	for (size_t item = 0; item < n_items; item++) {
		for (size_t i = 0; i < n_fields; i++) {
			printf("%s", i ? "\t" : "");
			print_value(&fields[i], (const char *)items + item * size);
		}
		printf("\n");
	}
	return OK;
}
