/* SPDX-License-Identifier: Apache-2.0 */
/* commands_test.c - the tables of the command line have no gaps. */
#include "cli/help.h"
#include "unit.h"
#include <stdio.h>
#include <string.h>

TEST(every_command_has_examples_that_call_it)
{
	for (size_t i = 0; i < n_commands; i++) {
		const struct manual *manual = manual_of(&commands[i]);
		char call[128];

		snprintf(call, sizeof(call), "rekey %s", commands[i].name);
		CHECK(call, manual && manual->examples);
		for (const char *line = manual->examples; *line; line += strcspn(line, "\n") + 1) {
			const char *at = strstr(line, call);
			CHECK(call, at && at < line + strcspn(line, "\n"));
		}
	}
}

static bool is_command(const char *name)
{
	for (size_t i = 0; i < n_commands; i++) {
		if (strcmp(commands[i].name, name) == 0)
			return true;
	}
	return false;
}

TEST(nothing_is_said_of_a_command_that_there_is_none_of)
{
	for (size_t i = 0; i < n_manuals; i++) {
		CHECK(manuals[i].command, is_command(manuals[i].command));
		for (size_t j = 0; j < i; j++)
			CHECK(manuals[i].command,
			      strcmp(manuals[i].command, manuals[j].command) != 0);
	}
}

static const struct option_row *find_row(const char *name, size_t len)
{
	for (size_t i = 0; i < n_option_rows; i++) {
		if (strlen(option_rows[i].name) == len &&
		    strncmp(option_rows[i].name, name, len) == 0)
			return &option_rows[i];
	}
	return NULL;
}

static void check_options(const char *list)
{
	while (*list) {
		size_t len = strcspn(list, "=!? ");
		const struct option_row *row = find_row(list, len);
		CHECK(list, row && row->sentence);
		CHECK(list,
		      (list[len] == '=' || list[len] == '?') == (row->takes != TAKES_NOTHING));
		CHECK(list, (row->takes != TAKES_NOTHING) == (row->value != NULL));
		CHECK(list, (row->takes == TAKES_WORD) == (row->words != NULL));
		list += strcspn(list, " ") + 1;
	}
}

TEST(every_option_has_a_sentence_and_takes_what_its_command_says)
{
	check_options(common_options);
	for (size_t i = 0; i < n_commands; i++)
		check_options(commands[i].options);
}
