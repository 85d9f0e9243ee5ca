/* SPDX-License-Identifier: Apache-2.0 */
/* cli.h - the command line: one table of commands over the same operations.
 *
 * Exit status 0: done. 1: refused or failed; one line on standard error says why and what to do.
 * 2: wrong usage. */
#ifndef REKEY_CLI_CLI_H
#define REKEY_CLI_CLI_H

#include "account/operation.h"
#include "base/json.h"
#include "cli/settings.h"

enum { EXIT_DONE, EXIT_REFUSED, EXIT_USAGE };
enum { OPERANDS_MAX = 64, OPTIONS_MAX = 64, OPTION_NAME_ROOM = 32 };

struct option {
	char name[OPTION_NAME_ROOM]; /* "--dialect" */
	const char *value;           /* NULL: it takes none */
};

/* What was typed. */
struct invocation {
	const struct command *command;
	const char *operands[OPERANDS_MAX];
	size_t n_operands;
	struct option options[OPTIONS_MAX];
	size_t n_options;
	const char *sets[OPTIONS_MAX];
	size_t n_sets;
};

/* What main has seen on its way to the command. */
struct start {
	const struct settings *settings; /* NULL: refused, or the command needs none */
	const char *config_file;         /* that was read, or would have been */
	struct str refusal;              /* of the configuration: the complaint's line */
	enum err store;                  /* what opening the database said */
};

struct cli {
	const struct invocation *invocation;
	const struct start *start;
	struct ctx ctx; /* the operator's; ctx.app is --app, where the command has one */
	struct arena *arena;
	int status; /* of a command that is done, and has said itself what is wrong */
};

struct command {
	const char *name;    /* "app add" */
	const char *usage;   /* what stands behind the name */
	const char *summary; /* one sentence */
	const char *options; /* those it takes beside the common ones: "--host= --all " ('=': a
	                        value; '?': or none) */
	size_t operands_min, operands_max;
	bool wants_app; /* it is about one app: --app NAME, the only one, or the default */
	enum err (*run)(struct cli *cli); /* NULL: main runs it */
};

extern const struct command commands[];
extern const size_t n_commands;
extern const char common_options[]; /* those of every command, spelled as in its row */

/* Understands the words. EXIT_DONE: go on. Otherwise help or a complaint was printed, and this is
 * the exit status; *ret_stop is set. */
int cli_parse(int argc, char **argv, struct invocation *ret_invocation, bool *ret_stop);

/* The value of an option, the n-th of its name. NULL: there is none. */
const char *cli_option(const struct invocation *invocation, const char *name, size_t n);
bool cli_has(const struct invocation *invocation, const char *name);

/* Runs a command that is not main's. Prints the complaint. The exit status. */
int cli_run(const struct service *service, const struct start *start,
            const struct invocation *invocation);

/* Prints one struct, or a list of them, by its table: for people, or as JSON for programs. */
MUST_USE enum err cli_print(struct cli *cli, const struct out_field *fields, size_t n_fields,
                            const void *item);
MUST_USE enum err cli_print_list(struct cli *cli, const struct out_field *fields, size_t n_fields,
                                 const void *items, size_t n_items, size_t size);

/* Reads the KEY=VALUE operands behind the first one into texts of a struct, by its table. A key
 * that is not in it, or stands there twice: ERR_BAD_SETTING. */
MUST_USE enum err cli_read_pairs(const struct cli *cli, const struct out_field *fields,
                                 size_t n_fields, void *into);

/* The same operands as settings, OPERANDS_MAX at most, for an operation that knows which there are.
 */
struct app_setting;
MUST_USE enum err cli_read_settings(const struct cli *cli, struct app_setting *settings,
                                    size_t *ret_n);

/* All of standard input but the end of its last line. ERR_MALFORMED: a second line, or U+0000. */
MUST_USE enum err cli_read_secret(struct arena *arena, struct secret *ret_secret);

/* --limit N, INT64_MAX without it. */
MUST_USE enum err cli_read_limit(const struct cli *cli, int64_t *ret_limit);

/* Prints why, and gives ERR_CONFIG, which has had its line then. */
MUST_USE enum err cli_refuse(const struct cli *cli, const char *why);

/* The commands of each family. */
enum err cli_app_add(struct cli *cli);
enum err cli_app_list(struct cli *cli);
enum err cli_app_show(struct cli *cli);
enum err cli_app_set(struct cli *cli);
enum err cli_app_disable(struct cli *cli);
enum err cli_app_enable(struct cli *cli);
enum err cli_app_remove(struct cli *cli);
enum err cli_provider_list(struct cli *cli);
enum err cli_provider_show(struct cli *cli);
enum err cli_provider_set(struct cli *cli);
enum err cli_provider_remove(struct cli *cli);
enum err cli_provider_people(struct cli *cli);
enum err cli_provider_link(struct cli *cli);
enum err cli_provider_unlink(struct cli *cli);
enum err cli_account_add(struct cli *cli);
enum err cli_account_list(struct cli *cli);
enum err cli_account_show(struct cli *cli);
enum err cli_account_set(struct cli *cli);
enum err cli_account_disable(struct cli *cli);
enum err cli_account_enable(struct cli *cli);
enum err cli_account_recover(struct cli *cli);
enum err cli_account_remove(struct cli *cli);
enum err cli_account_import(struct cli *cli);
enum err cli_account_export(struct cli *cli);
enum err cli_messages_list(struct cli *cli);
enum err cli_messages_show(struct cli *cli);
enum err cli_messages_set(struct cli *cli);
enum err cli_messages_import(struct cli *cli);
enum err cli_messages_export(struct cli *cli);
enum err cli_templates_list(struct cli *cli);
enum err cli_templates_show(struct cli *cli);
enum err cli_templates_set(struct cli *cli);
enum err cli_templates_import(struct cli *cli);
enum err cli_templates_export(struct cli *cli);
enum err cli_content_list(struct cli *cli);
enum err cli_content_show(struct cli *cli);
enum err cli_content_set(struct cli *cli);
enum err cli_content_remove(struct cli *cli);
enum err cli_content_import(struct cli *cli);
enum err cli_content_export(struct cli *cli);
enum err cli_waitinglist_list(struct cli *cli);
enum err cli_waitinglist_remove(struct cli *cli);
enum err cli_mail_list(struct cli *cli);
enum err cli_mail_show(struct cli *cli);
enum err cli_mail_retry(struct cli *cli);
enum err cli_audit_list(struct cli *cli);
enum err cli_key_rotate(struct cli *cli);
enum err cli_key_list(struct cli *cli);
enum err cli_migrate(struct cli *cli);
enum err cli_backup(struct cli *cli);
enum err cli_copy(struct cli *cli);
enum err cli_doctor(struct cli *cli);
enum err cli_calibrate(struct cli *cli);

#endif
