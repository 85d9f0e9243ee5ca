/* SPDX-License-Identifier: Apache-2.0 */
/* help.h - what is said about commands, all of it from the tables: on a terminal, in manual pages,
 * in docs/commands.md, and to a shell that completes what is typed. */
#ifndef REKEY_CLI_HELP_H
#define REKEY_CLI_HELP_H

#include "cli/cli.h"

/* rekey help [COMMAND | FAMILY], and for whoever builds: help --pages lists the manual pages, help
 * --scdoc PAGE is the source of one, help --markdown that of docs/commands.md. The exit status. */
int help(int n_words, char **words);
void help_of(const struct command *command);

/* Whether it is the first word of commands of two. */
bool is_family(const char *word);

/* rekey --complete WORD...: what the last word may become, those before it being given: a line for
 * each, with a tab and a sentence behind it where there is one. A line ":files" stands for names of
 * files. */
void complete(size_t n_words, char **words);

/* What help says of a command where one sentence is not enough, and lines to try, each of which a
 * test runs. */
struct manual {
	const char *command;
	const char *text; /* NULL: the sentence is enough */
	const char *examples;
};

/* NULL: there is none. */
const struct manual *manual_of(const struct command *command);
extern const struct manual manuals[];
extern const size_t n_manuals;

/* The settings that a command's KEY=VALUE may name, up to a NULL key. NULL: it takes none such. */
struct app_setting_row;
const struct app_setting_row *settings_of(const struct command *command);

/* What an option takes. */
enum option_takes { TAKES_NOTHING, TAKES_ANYTHING, TAKES_FILE, TAKES_WORD, TAKES_SETTING };

struct option_row {
	const char *name;  /* "--dialect" */
	const char *value; /* as it is called: "NAME"; NULL: it takes none */
	enum option_takes takes;
	const char *words; /* of TAKES_WORD: "account backtory" */
	const char *sentence;
};

extern const struct option_row option_rows[];
extern const size_t n_option_rows;

enum { NAME_ROOM = 80 };

/* The first len bytes, or as many as fit, as a C string. */
void name_part(char room[NAME_ROOM], const char *from, size_t len);

#endif
