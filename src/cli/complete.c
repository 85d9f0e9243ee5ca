/* SPDX-License-Identifier: Apache-2.0 */
/* complete.c - what the shell may put where the cursor stands, by the same tables. */
#include "account/app.h"
#include "cli/help.h"
#include <stdio.h>
#include <string.h>

/* The line so far: words that are there, and the one that is being typed. */
struct typed {
	char **words;
	size_t n;
	const char *current;
};

static void offer(const struct typed *typed, const char *word, const char *behind,
                  const char *sentence)
{
	char whole[256];

	snprintf(whole, sizeof(whole), "%s%s", word, behind);
	if (strncmp(whole, typed->current, strlen(typed->current)) == 0)
		printf("%s\t%s\n", whole, sentence);
}

/* ---- commands ---- */

static const struct command *find_typed(const struct typed *typed, size_t from, size_t *ret_n)
{
	char name[64];

	for (size_t n = 2; n >= 1; n--) {
		if (typed->n < from + n)
			continue;
		snprintf(name, sizeof(name), "%s%s%s", typed->words[from], n == 2 ? " " : "",
		         n == 2 ? typed->words[from + 1] : "");
		for (size_t i = 0; i < n_commands; i++) {
			if (strcmp(commands[i].name, name) == 0) {
				*ret_n = n;
				return &commands[i];
			}
		}
	}
	return NULL;
}

static bool is_first_of_family(size_t i, size_t len)
{
	return i == 0 || strncmp(commands[i].name, commands[i - 1].name, len) != 0 ||
	       commands[i - 1].name[len] != ' ';
}

static void offer_first_words(const struct typed *typed)
{
	for (size_t i = 0; i < n_commands; i++) {
		char family[NAME_ROOM];
		size_t len = strcspn(commands[i].name, " ");
		if (commands[i].name[len] == '\0') {
			offer(typed, commands[i].name, "", commands[i].summary);
		} else if (is_first_of_family(i, len)) {
			name_part(family, commands[i].name, len);
			offer(typed, family, "", "several commands");
		}
	}
}

static void offer_second_words(const struct typed *typed, const char *first)
{
	size_t len = strlen(first);

	for (size_t i = 0; i < n_commands; i++) {
		if (strncmp(commands[i].name, first, len) == 0 && commands[i].name[len] == ' ')
			offer(typed, commands[i].name + len + 1, "", commands[i].summary);
	}
}

static void offer_commands(const struct typed *typed, size_t from)
{
	if (typed->n == from)
		offer_first_words(typed);
	else if (typed->n == from + 1)
		offer_second_words(typed, typed->words[from]);
}

/* ---- options and their values ---- */

static const struct option_row *find_row(const char *name, size_t len)
{
	for (size_t i = 0; i < n_option_rows; i++) {
		if (strlen(option_rows[i].name) == len &&
		    strncmp(option_rows[i].name, name, len) == 0)
			return &option_rows[i];
	}
	return NULL;
}

static void offer_options(const struct typed *typed, const char *list)
{
	while (*list) {
		char name[NAME_ROOM];
		size_t len = strcspn(list, "=!? ");
		const struct option_row *row = find_row(list, len);
		name_part(name, list, len);
		offer(typed, name, "", row ? row->sentence : "");
		list += strcspn(list, " ");
		list += strspn(list, " ");
	}
}

static void offer_settings(const struct typed *typed)
{
	for (size_t i = 0; i < n_setting_keys; i++) {
		const struct config_key *key = &setting_keys[i];
		bool chosen = key->kind == CONFIG_CHOICE && strchr(typed->current, '=');
		for (size_t c = 0; chosen && c < CONFIG_CHOICES_MAX && key->choices[c]; c++) {
			char with_equals[128];
			snprintf(with_equals, sizeof(with_equals), "%s=", key->name);
			offer(typed, with_equals, key->choices[c], key->sentence);
		}
		if (!chosen)
			offer(typed, key->name, "=", key->sentence);
	}
}

static void offer_words(const struct typed *typed, const char *words)
{
	while (*words) {
		char word[NAME_ROOM];
		size_t len = strcspn(words, " ");
		name_part(word, words, len);
		offer(typed, word, "", "");
		words += len;
		words += strspn(words, " ");
	}
}

/* Whether the word before is an option whose value is being typed. */
static bool offer_value(const struct typed *typed)
{
	const char *before = typed->n ? typed->words[typed->n - 1] : "";
	const struct option_row *row = find_row(before, strlen(before));

	if (!row || row->takes == TAKES_NOTHING)
		return false;
	if (row->takes == TAKES_FILE)
		printf(":files\n");
	if (row->takes == TAKES_WORD)
		offer_words(typed, row->words);
	if (row->takes == TAKES_SETTING)
		offer_settings(typed);
	return true;
}

/* ---- the other words of a command ---- */

/* How many words that are no options, and no values of these, stand behind the command's name. */
static size_t count_operands(const struct typed *typed, size_t from)
{
	size_t n = 0;

	for (size_t i = from; i < typed->n; i++) {
		const struct option_row *row = find_row(typed->words[i], strlen(typed->words[i]));
		if (row && row->takes != TAKES_NOTHING)
			i++;
		else if (strncmp(typed->words[i], "--", 2) != 0)
			n++;
	}
	return n;
}

/* The keys of KEY=VALUE, as the usage spells them: "username=NAME". */
static void offer_keys(const struct typed *typed, const char *usage)
{
	for (const char *at = usage; *at; at += strcspn(at, " ")) {
		char key[NAME_ROOM];
		at += strspn(at, " ");
		size_t len = strcspn(at, "= ");
		name_part(key, at, len);
		if (at[len] == '=' && *at >= 'a' && *at <= 'z')
			offer(typed, key, "=", "");
	}
}

static void offer_operand(const struct typed *typed, const struct command *command, size_t n)
{
	if (n >= command->operands_max)
		return;
	if (strncmp(command->usage, "FILE", 4) == 0)
		printf(":files\n");
	if (n > 0 && settings_of(command)) {
		for (const struct app_setting_row *row = settings_of(command); row->key; row++)
			offer(typed, row->key, "=", row->takes);
	} else if (n > 0) {
		offer_keys(typed, command->usage);
	}
}

void complete(size_t n_words, char **words)
{
	const struct typed typed = { words, n_words ? n_words - 1 : 0,
		                     n_words ? words[n_words - 1] : "" };
	size_t n = 0;
	const struct command *command = find_typed(&typed, 0, &n);

	if (!command) {
		offer_commands(&typed, 0);
	} else if (strcmp(command->name, "help") == 0) {
		offer_commands(&typed, 1);
	} else if (!offer_value(&typed)) {
		if (*typed.current != '-')
			offer_operand(&typed, command, count_operands(&typed, n));
		if (*typed.current == '-' || command->operands_max == 0) {
			offer_options(&typed, command->options);
			offer_options(&typed, common_options);
		}
	}
}
