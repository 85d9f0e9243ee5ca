/* SPDX-License-Identifier: Apache-2.0 */
/* config_fuzz.c - a configuration file, a file that a value is read from, and --set arguments.
 *
 * Either all settings are within their ranges, or exactly one line says what is wrong. Values may
 * be read from VALUE_FILE, which holds the second text, and from no other file. */
#include "fuzz.h"
#include "base/text.h"
#include "cli/settings.h"
#include "outbound/smtp.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { CONFIG_FD = 800, VALUE_FD = 801, SETS_MAX = 8 };

#define CONFIG_FILE "/proc/self/fd/800"
#define VALUE_FILE  "/proc/self/fd/801"
#define FROM_FILE   "_from_file"

static void make_file(int fd)
{
	int made = memfd_create("config", MFD_CLOEXEC);

	HOLDS(made >= 0 && dup2(made, fd) == fd);
	close(made);
}

void fuzz_start(void)
{
	make_file(CONFIG_FD);
	make_file(VALUE_FD);
}

static void fill_file(int fd, struct str text)
{
	HOLDS(ftruncate(fd, 0) == 0);
	HOLDS(pwrite(fd, text.ptr, text.len, 0) == (ssize_t)text.len);
}

/* Whether each path that could be read from is ours: a device or a pipe would hold us up. */
static bool reads_no_other_file(struct str input)
{
	const char *at;

	while ((at = input.len ? memmem(input.ptr, input.len, FROM_FILE, strlen(FROM_FILE))
	                       : NULL)) {
		input = str_from(input, (size_t)(at - input.ptr) + strlen(FROM_FILE));
		struct str line = { input.ptr, str_find(input, '\n') };
		line.len = str_find(line, SEPARATOR);
		line = str_from(line, str_find(line, '/'));
		if (line.len > 0 && !str_is(line, VALUE_FILE))
			return false;
	}
	return true;
}

static void check_number_in_range(const struct config_key *key, const struct settings *settings)
{
	int64_t number = *(const int64_t *)((const char *)settings + key->offset);

	HOLDS(number >= key->min && number <= key->max);
}

static void check_text_value(const struct config_key *key, const struct settings *settings)
{
	struct str text = *(const struct str *)((const char *)settings + key->offset);

	HOLDS(text.ptr || !key->fallback);
	HOLDS(!text.ptr || strlen(text.ptr) >= text.len);
}

static void check_settings(const struct settings *settings)
{
	for (size_t i = 0; i < n_setting_keys; i++) {
		if (setting_keys[i].kind == CONFIG_NUMBER)
			check_number_in_range(&setting_keys[i], settings);
		else if (setting_keys[i].kind == CONFIG_TEXT)
			check_text_value(&setting_keys[i], settings);
	}
	for (size_t i = 0; i < settings->public_url.len; i++) {
		char c = settings->public_url.ptr[i];
		HOLDS(c > ' ' || (unsigned char)c >= 0x80);
		HOLDS(!strchr("\"<>", c));
	}
	HOLDS(settings->password_min_length <= settings->password_max_length);
	HOLDS(settings->key_file.len > 0);
}

/* A mail server's address, as mailer.c passes it on; nobody is connected to. */
static void check_mail_url(const struct settings *settings)
{
	const struct smtp_options options = { .url = settings->mail_url,
		                              .starttls_required = true };
	struct smtp *smtp = NULL;

	if (!str_starts(settings->mail_url, "smtp"))
		return;
	enum err err = smtp_start(&options, &smtp);
	HOLDS(err == OK || err == ERR_CONFIG);
	if (err == OK)
		smtp_stop(smtp);
}

/* What settings_read() printed is one line that begins with our name, or nothing. */
static void check_printed(enum err err, const char *printed, size_t len)
{
	if (err == OK) {
		HOLDS(len == 0);
		return;
	}
	HOLDS(err == ERR_CONFIG && len > 0);
	HOLDS(strncmp(printed, "rekey: ", strlen("rekey: ")) == 0);
	HOLDS(memchr(printed, '\n', len) == printed + len - 1);
}

static size_t take_sets(struct arena *arena, struct str texts, const char *ret_sets[SETS_MAX])
{
	static const char no_lines[] = { '\n', '\0' };
	size_t n = 0;

	while (texts.len > 0 && n < SETS_MAX)
		ret_sets[n++] = fuzz_copy(arena, fuzz_part(&texts), no_lines, sizeof(no_lines)).ptr;
	return n;
}

void fuzz_input(struct arena *arena, struct str input)
{
	const char *sets[SETS_MAX];
	struct settings settings;
	struct config_sources sources = { .file = CONFIG_FILE, .sets = sets };
	FILE *real_stderr = stderr;
	char *printed = NULL;
	size_t len = 0;

	if (input.len == 0 || !reads_no_other_file(input))
		return;
	bool dev = input.ptr[0] == 'd';
	input = str_from(input, 1);
	fill_file(CONFIG_FD, fuzz_part(&input));
	fill_file(VALUE_FD, fuzz_part(&input));
	sources.n_sets = take_sets(arena, input, sets);
	stderr = open_memstream(&printed, &len);
	HOLDS(stderr);
	enum err err = settings_read(arena, &sources, dev, &settings);
	fclose(stderr);
	stderr = real_stderr;
	check_printed(err, printed, len);
	free(printed);
	if (err != OK)
		return;
	check_settings(&settings);
	check_mail_url(&settings);
}
