/* SPDX-License-Identifier: Apache-2.0 */
/* help.c - pages from the tables, in three spellings: plain, scdoc's for man, and Markdown. */
#include "cli/help.h"
#include "account/provider.h"
#include <stdio.h>
#include <string.h>

#define EXIT_SENTENCE                                                                              \
	"0: done. 1: refused or failed, and a line on standard error says why and what to do.\n"   \
	"2: wrong usage.\n"

enum { SENTENCE_ROOM = 1024 };

/* How a page is spelled. */
struct style {
	void (*heading)(const char *title);
	void (*text)(const char *lines); /* prose; lines that begin with four spaces are code */
	void (*code)(const char *lines);
	void (*item)(const char *term, const char *value, const char *sentence);
};

/* ---- plain ---- */

static void plain_heading(const char *title)
{
	printf("\n%s:\n", title);
}

static void plain_text(const char *lines)
{
	printf("%s", lines);
}

static void print_indented(const char *lines)
{
	while (*lines) {
		size_t len = strcspn(lines, "\n");
		printf("    %.*s\n", (int)len, lines);
		lines += len + (lines[len] == '\n');
	}
}

enum { PAGE_COLUMNS = 98, TERM_COLUMNS = 27 };

/* Words from a column on, and below each other where they would be too wide; then a line's end. */
static void print_wrapped(const char *words, size_t column, size_t indent)
{
	for (bool first = true; *words; first = false) {
		size_t len = strcspn(words, " ");
		if (!first && column + 1 + len > PAGE_COLUMNS)
			column = (size_t)printf("\n%*s", (int)indent, "") - 1;
		else if (!first)
			column += (size_t)printf(" ");
		printf("%.*s", (int)len, words);
		column += len;
		words += len + (words[len] == ' ');
	}
	printf("\n");
}

static void plain_item(const char *term, const char *value, const char *sentence)
{
	char whole[128];

	snprintf(whole, sizeof(whole), "%s%s%s", term, value ? " " : "", value ? value : "");
	int from = printf("    %-22s ", whole);
	print_wrapped(sentence, (size_t)from, TERM_COLUMNS);
}

static const struct style plain = { plain_heading, plain_text, print_indented, plain_item };

/* ---- scdoc ---- */

static void scdoc_escaped(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (strchr("\\*_#`[]|+~<>&", text[i]) || (i == 0 && strchr("-.'", text[i])))
			printf("\\");
		printf("%c", text[i]);
	}
}

static void scdoc_heading(const char *title)
{
	printf("\n# ");
	for (const char *c = title; *c; c++)
		printf("%c", *c >= 'a' && *c <= 'z' ? *c - 'a' + 'A' : *c);
	printf("\n\n");
}

/* A backslash counts in code too. */
static void scdoc_literal(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		printf(text[i] == '\\' ? "\\\\" : "%c", text[i]);
}

static void scdoc_code(const char *lines)
{
	printf("```\n");
	scdoc_literal(lines, strlen(lines));
	printf("```\n\n");
}

/* Goes into and out of a literal block as the indent does. */
static void scdoc_text(const char *lines)
{
	bool code = false;

	while (*lines) {
		size_t len = strcspn(lines, "\n");
		bool indented = strncmp(lines, "    ", 4) == 0;
		if (indented != code && len > 0) {
			printf("%s", indented ? "```\n" : "```\n\n");
			code = indented;
		}
		if (code)
			scdoc_literal(lines + (len > 4 ? 4 : 0), len > 4 ? len - 4 : 0);
		else
			scdoc_escaped(lines, len);
		printf("\n");
		lines += len + (lines[len] == '\n');
	}
	if (code)
		printf("```\n");
}

static void scdoc_item(const char *term, const char *value, const char *sentence)
{
	printf("*");
	scdoc_escaped(term, strlen(term));
	printf("*");
	if (value) {
		printf(" ");
		scdoc_escaped(value, strlen(value));
	}
	printf("\n\t");
	scdoc_escaped(sentence, strlen(sentence));
	printf("\n\n");
}

static const struct style scdoc = { scdoc_heading, scdoc_text, scdoc_code, scdoc_item };

/* ---- Markdown ---- */

static void markdown_heading(const char *title)
{
	printf("\n%s:\n\n", title);
}

static void markdown_item(const char *term, const char *value, const char *sentence)
{
	printf("- `%s%s%s`: %s\n", term, value ? " " : "", value ? value : "", sentence);
}

static const struct style markdown = { markdown_heading, plain_text, print_indented,
	                               markdown_item };

/* ---- what a page says ---- */

void name_part(char room[NAME_ROOM], const char *from, size_t len)
{
	if (len >= NAME_ROOM)
		len = NAME_ROOM - 1;
	memcpy(room, from, len);
	room[len] = '\0';
}

const struct manual *manual_of(const struct command *command)
{
	for (size_t i = 0; i < n_manuals; i++) {
		if (strcmp(manuals[i].command, command->name) == 0)
			return &manuals[i];
	}
	return NULL;
}

static void say_options_in(const struct style *style, const char *list)
{
	for (size_t i = 0; i < n_option_rows; i++) {
		const struct option_row *row = &option_rows[i];
		const char *at = strstr(list, row->name);
		if (at && strchr("=!? ", at[strlen(row->name)]))
			style->item(row->name, row->value, row->sentence);
	}
}

const struct app_setting_row *settings_of(const struct command *command)
{
	if (strcmp(command->name, "app set") == 0)
		return app_setting_rows;
	return strcmp(command->name, "provider set") == 0 ? provider_setting_rows : NULL;
}

static void say_settings(const struct style *style, const struct app_setting_row *rows)
{
	style->heading("Settings");
	for (const struct app_setting_row *row = rows; row->key; row++)
		style->item(row->key, NULL, row->takes);
}

static void say_range(const struct config_key *key, char *room, size_t size)
{
	size_t n = 0;

	*room = '\0';
	if (key->kind == CONFIG_NUMBER || key->kind == CONFIG_NUMBER_OR_NONE)
		n = (size_t)snprintf(room, size, "; %lld to %lld", (long long)key->min,
		                     (long long)key->max);
	if (key->fallback)
		snprintf(room + n, size - n, " (%s)", key->fallback);
}

static void say_keys(const struct style *style)
{
	char sentence[SENTENCE_ROOM], range[128];

	for (size_t i = 0; i < n_setting_keys; i++) {
		say_range(&setting_keys[i], range, sizeof(range));
		snprintf(sentence, sizeof(sentence), "%s%s", setting_keys[i].sentence, range);
		style->item(setting_keys[i].name, NULL, sentence);
	}
}

static void say_common(const struct style *style)
{
	style->heading("Everywhere");
	say_options_in(style, common_options);
	style->heading("Exit status");
	style->text(EXIT_SENTENCE);
}

/* All that stands below the usage. */
static void say_rest(const struct style *style, const struct command *command)
{
	const struct manual *manual = manual_of(command);

	if (settings_of(command))
		say_settings(style, settings_of(command));
	if (strcmp(command->name, "serve") == 0) {
		style->heading("Keys of the configuration");
		say_keys(style);
	}
	if (*command->options) {
		style->heading("Options");
		say_options_in(style, command->options);
	}
	if (manual && manual->examples) {
		style->heading("Examples");
		style->code(manual->examples);
	}
}

static void say_manual(const struct style *style, const struct command *command)
{
	const struct manual *manual = manual_of(command);

	if (manual && manual->text)
		style->text(manual->text);
}

/* ---- on a terminal ---- */

static void print_command(const struct command *command)
{
	enum { INDENT = 4 };

	printf("rekey %s%s%s\n    ", command->name, *command->usage ? " " : "", command->usage);
	print_wrapped(command->summary, INDENT, INDENT);
}

void help_of(const struct command *command)
{
	const struct manual *manual = manual_of(command);

	print_command(command);
	if (manual && manual->text)
		printf("\n");
	say_manual(&plain, command);
	say_rest(&plain, command);
	say_common(&plain);
}

static bool is_of_family(const struct command *command, const char *family)
{
	size_t len = strlen(family);

	return strncmp(command->name, family, len) == 0 && command->name[len] == ' ';
}

bool is_family(const char *word)
{
	for (size_t i = 0; i < n_commands; i++) {
		if (is_of_family(&commands[i], word))
			return true;
	}
	return false;
}

static void help_of_all(const char *family)
{
	if (!family)
		printf("rekey " REKEY_VERSION ": changes passwords, and lets people back in.\n\n");
	for (size_t i = 0; i < n_commands; i++) {
		if (!family || is_of_family(&commands[i], family))
			print_command(&commands[i]);
	}
	say_common(&plain);
}

/* ---- manual pages ---- */

static void spell_page(const char *name, char page[NAME_ROOM])
{
	static const char prefix[] = "rekey-";

	memcpy(page, prefix, sizeof(prefix));
	if (strlen(name) < NAME_ROOM - sizeof(prefix))
		memcpy(page + strlen(prefix), name, strlen(name) + 1);
	for (char *c = page; *c; c++)
		*c = *c == ' ' ? '-' : *c;
}

static void begin_page(const char *page, int section, const char *sentence)
{
	printf("%s(%d) \"Rekey " REKEY_VERSION "\"\n", page, section);
	scdoc_heading("Name");
	printf("%s - %s\n", page, sentence);
	if (section == 1)
		scdoc_heading("Synopsis");
}

static void list_commands(const char *family)
{
	scdoc_heading("Commands");
	for (size_t i = 0; i < n_commands; i++) {
		char name[NAME_ROOM];
		snprintf(name, sizeof(name), "rekey %s", commands[i].name);
		if (!family || is_of_family(&commands[i], family))
			scdoc_item(name, *commands[i].usage ? commands[i].usage : NULL,
			           commands[i].summary);
	}
	say_common(&scdoc);
}

static void capitalize(const char *summary, char sentence[SENTENCE_ROOM])
{
	snprintf(sentence, SENTENCE_ROOM, "%s", summary);
	if (*sentence >= 'a' && *sentence <= 'z')
		*sentence = (char)(*sentence - 'a' + 'A');
}

static void page_of_command(const struct command *command)
{
	char page[NAME_ROOM], sentence[SENTENCE_ROOM];

	spell_page(command->name, page);
	begin_page(page, 1, command->summary);
	snprintf(sentence, sizeof(sentence), "rekey %s%s%s\n", command->name,
	         *command->usage ? " " : "", command->usage);
	scdoc_escaped(sentence, strlen(sentence));
	scdoc_heading("Description");
	capitalize(command->summary, sentence);
	scdoc_escaped(sentence, strlen(sentence));
	printf(".\n\n");
	say_manual(&scdoc, command);
	say_rest(&scdoc, command);
	say_common(&scdoc);
	scdoc_heading("See also");
	printf("*rekey*(1), *rekey.conf*(5)\n");
}

static void page_of_all(const char *family)
{
	char page[NAME_ROOM] = "rekey";

	if (family)
		spell_page(family, page);
	begin_page(page, 1,
	           family ? "several commands" : "changes passwords, and lets people back in");
	printf("rekey %s%sCOMMAND \\[WORD\\]...\n", family ? family : "", family ? " " : "");
	list_commands(family);
	scdoc_heading("See also");
	printf("*rekey-COMMAND*(1) of each, *rekey.conf*(5)\n");
}

static void page_of_configuration(void)
{
	begin_page("rekey.conf", 5, "the configuration of rekey");
	scdoc_heading("Description");
	scdoc_text(
		"An INI file, /etc/rekey/rekey.conf unless --config names another. A key is\n"
		"written section.key here, and stands in the file below its section:\n"
		"\n"
		"    [server]\n"
		"    public_url = https://id.example.org\n"
		"\n"
		"It can be given as --set section.key=value too, which goes before the\n"
		"environment variable REKEY_SECTION_KEY, which goes before the file. Any value\n"
		"may be read from the first line of another file: section.key_from_file = PATH,\n"
		"for secrets. An unknown key, a bad value or a wrong unit stops the start.\n"
		"What stands in brackets is used if nothing is given.\n");
	scdoc_heading("Keys");
	say_keys(&scdoc);
	scdoc_heading("See also");
	printf("*rekey*(1), *rekey-serve*(1)\n");
}

static bool is_first_of_family(size_t i, char family[NAME_ROOM])
{
	size_t len = strcspn(commands[i].name, " ");

	name_part(family, commands[i].name, len);
	return commands[i].name[len] == ' ' && (i == 0 || !is_of_family(&commands[i - 1], family));
}

static int print_pages(void)
{
	char page[NAME_ROOM], family[NAME_ROOM];

	printf("rekey.1\nrekey.conf.5\n");
	for (size_t i = 0; i < n_commands; i++) {
		if (is_first_of_family(i, family))
			printf("rekey-%s.1\n", family);
		spell_page(commands[i].name, page);
		printf("%s.1\n", page);
	}
	return EXIT_DONE;
}

static int print_page(const char *wanted)
{
	char page[NAME_ROOM], family[NAME_ROOM], bare[NAME_ROOM];
	size_t len = strlen(wanted);

	name_part(bare, wanted, len > 2 ? len - 2 : 0);
	if (strcmp(wanted, "rekey.conf.5") == 0) {
		page_of_configuration();
		return EXIT_DONE;
	}
	if (strcmp(bare, "rekey") == 0) {
		page_of_all(NULL);
		return EXIT_DONE;
	}
	for (size_t i = 0; i < n_commands; i++) {
		spell_page(commands[i].name, page);
		if (strcmp(page, bare) == 0) {
			page_of_command(&commands[i]);
			return EXIT_DONE;
		}
		bool first = is_first_of_family(i, family);
		spell_page(family, page);
		if (first && strcmp(page, bare) == 0) {
			page_of_all(family);
			return EXIT_DONE;
		}
	}
	fprintf(stderr, "rekey: help: there is no page %s; see rekey help --pages\n", wanted);
	return EXIT_USAGE;
}

/* ---- docs/commands.md ---- */

static int print_markdown(void)
{
	printf("# Commands\n\n"
	       "Every command, as `rekey help COMMAND` and `man rekey-COMMAND` say it too. This "
	       "page "
	       "is made by\n`rekey help --markdown`, and a test compares the two.\n");
	say_common(&markdown);
	for (size_t i = 0; i < n_commands; i++) {
		const struct command *command = &commands[i];
		char sentence[SENTENCE_ROOM];
		capitalize(command->summary, sentence);
		printf("\n## rekey %s\n\n    rekey %s%s%s\n\n%s.\n\n", command->name, command->name,
		       *command->usage ? " " : "", command->usage, sentence);
		say_manual(&markdown, command);
		say_rest(&markdown, command);
	}
	return EXIT_DONE;
}

/* ---- the command ---- */

static const struct command *find_command(const char *name)
{
	for (size_t i = 0; i < n_commands; i++) {
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	}
	return NULL;
}

static int help_of_name(const char *name)
{
	const struct command *command = find_command(name);

	if (command) {
		help_of(command);
	} else if (is_family(name)) {
		help_of_all(name);
	} else {
		fprintf(stderr, "rekey: help: there is no command %s; see rekey help\n", name);
		return EXIT_USAGE;
	}
	return EXIT_DONE;
}

int help(int n_words, char **words)
{
	char name[NAME_ROOM] = "";

	if (n_words == 1 && strcmp(words[0], "--pages") == 0)
		return print_pages();
	if (n_words == 1 && strcmp(words[0], "--markdown") == 0)
		return print_markdown();
	if (n_words == 2 && strcmp(words[0], "--scdoc") == 0)
		return print_page(words[1]);
	for (int i = 0; i < n_words; i++) {
		size_t len = strlen(name);
		snprintf(name + len, sizeof(name) - len, "%s%s", i ? " " : "", words[i]);
	}
	if (n_words == 0 || strcmp(name, "--help") == 0) {
		help_of_all(NULL);
		return EXIT_DONE;
	}
	return help_of_name(name);
}
