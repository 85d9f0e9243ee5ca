/* SPDX-License-Identifier: Apache-2.0 */
/* config.c - inih for the file; one way to set a key, wherever its value came from. */
#include "base/config.h"
#include <ctype.h>
#include <errno.h>
#include <ini.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { NAME_ROOM = 128, VALUE_ROOM = 4096 };

#define FROM_FILE   "_from_file"
#define ENVIRONMENT "REKEY_"

struct reading {
	struct arena *arena;
	const struct config_key *keys;
	size_t n_keys;
	const char *file;
	FILE *open_file;
	int line; /* that was read last */
	char *settings;
	enum err err;
};

static enum err complain(const char *place, const char *name, const char *why)
{
	fprintf(stderr, "rekey: %s: %s %s\n", place, name, why);
	return ERR_CONFIG;
}

/* ---- one value ---- */

static enum err set_number(const struct config_key *key, const char *place, struct str value,
                           void *into)
{
	char why[160];
	long long number;
	bool or_none = key->kind == CONFIG_NUMBER_OR_NONE;

	if (or_none && str_is(value, "none")) {
		*(int64_t *)into = CONFIG_NONE;
		return OK;
	}
	if (str_to_number(value, key->max, &number) && number >= key->min) {
		*(int64_t *)into = number;
		return OK;
	}
	snprintf(why, sizeof(why), "takes a whole number from %lld to %lld, and no unit%s",
	         (long long)key->min, (long long)key->max, or_none ? "; or none" : "");
	return complain(place, key->name, why);
}

static enum err set_choice(const struct config_key *key, const char *place, struct str value,
                           void *into)
{
	char why[160] = "takes one of:";

	for (int i = 0; i < CONFIG_CHOICES_MAX && key->choices[i]; i++) {
		if (str_is(value, key->choices[i])) {
			*(int64_t *)into = i;
			return OK;
		}
		size_t len = strlen(why);
		snprintf(why + len, sizeof(why) - len, " %s", key->choices[i]);
	}
	return complain(place, key->name, why);
}

static enum err set_rate(const struct config_key *key, const char *place, struct str value,
                         void *into)
{
	if (rate_parse(value, into))
		return OK;
	return complain(place, key->name,
	                "takes COUNT/PERIOD, as in 300/1m (units s, m, h, d; at most 1000000 in "
	                "30 days), or none");
}

static enum err set_networks(struct reading *reading, const struct config_key *key,
                             const char *place, struct str value, void *into)
{
	enum err err = network_list_parse(reading->arena, value, into);

	if (err != ERR_MALFORMED)
		return err;
	return complain(place, key->name,
	                "takes addresses and networks with commas between, as in 127.0.0.1, "
	                "10.0.0.0/8, 2001:db8::/32; unix for who comes by a Unix socket");
}

static enum err set_value(struct reading *reading, const struct config_key *key, const char *place,
                          struct str value)
{
	void *into = reading->settings + key->offset;

	switch (key->kind) {
	case CONFIG_NUMBER:
	case CONFIG_NUMBER_OR_NONE:
		return set_number(key, place, value, into);
	case CONFIG_CHOICE:
		return set_choice(key, place, value, into);
	case CONFIG_RATE:
		return set_rate(key, place, value, into);
	case CONFIG_NETWORKS:
		return set_networks(reading, key, place, value, into);
	case CONFIG_TEXT:
		break;
	}
	if (value.len == 0)
		return complain(place, key->name, "is empty: give it a value or leave it out");
	return arena_str(reading->arena, value, into);
}

static enum err set_from_file(struct reading *reading, const struct config_key *key,
                              const char *place, const char *path)
{
	char line[VALUE_ROOM], why[VALUE_ROOM];
	FILE *file = fopen(path, "re");
	bool good = file && fgets(line, sizeof(line), file);

	if (file)
		fclose(file);
	if (!good) {
		snprintf(why, sizeof(why), "cannot be read from %.1000s: %s", path,
		         file ? "the file is empty" : strerror(errno));
		return complain(place, key->name, why);
	}
	enum err err = set_value(reading, key, place, (struct str){ line, strcspn(line, "\r\n") });
	explicit_bzero(line, sizeof(line));
	return err;
}

static enum err set_named(struct reading *reading, const char *name, const char *place,
                          const char *value)
{
	size_t len = strlen(name), suffix = strlen(FROM_FILE);
	bool from_file = len > suffix && strcmp(name + len - suffix, FROM_FILE) == 0;
	struct str bare = { name, from_file ? len - suffix : len };

	for (size_t i = 0; i < reading->n_keys; i++) {
		const struct config_key *key = &reading->keys[i];
		if (!str_is(bare, key->name))
			continue;
		return from_file ? set_from_file(reading, key, place, value)
		                 : set_value(reading, key, place, str(value));
	}
	return complain(place, name, "is no key: see rekey help serve for those there are");
}

/* ---- the four sources, in order ---- */

static enum err set_fallbacks(struct reading *reading)
{
	for (size_t i = 0; i < reading->n_keys; i++) {
		const struct config_key *key = &reading->keys[i];
		if (key->fallback)
			TRY(set_value(reading, key, "default", str(key->fallback)));
	}
	return OK;
}

/* inih says nothing of the line it is at; the reader that feeds it counts. */
static char *next_line(char *line, int size, void *state)
{
	struct reading *reading = state;

	reading->line++;
	char *got = fgets(line, size, reading->open_file);
	/* Nor does it stand for itself: inih would add an indented line to the value before it. */
	if (got)
		memmove(got, got + strspn(got, " \t"), strlen(got + strspn(got, " \t")) + 1);
	/* inih would read the rest as a line of its own: what is no pair is refused, by its number.
	 */
	if (got && !strchr(got, '\n') && !feof(reading->open_file)) {
		got[0] = '?';
		got[1] = '\0';
		while (!feof(reading->open_file) && fgetc(reading->open_file) != '\n')
			;
	}
	return got;
}

static int on_pair(void *state, const char *section, const char *name, const char *value)
{
	struct reading *reading = state;
	char place[NAME_ROOM * 2], full[NAME_ROOM];

	if (reading->err != OK)
		return 0;
	snprintf(place, sizeof(place), "%.200s:%d", reading->file, reading->line);
	snprintf(full, sizeof(full), "%.50s.%.70s", section, name);
	reading->err = set_named(reading, full, place, value ? value : "");
	return reading->err == OK;
}

static enum err read_file(struct reading *reading, bool may_be_missing)
{
	char place[NAME_ROOM * 2];

	reading->open_file = fopen(reading->file, "re");
	if (!reading->open_file && errno == ENOENT && may_be_missing)
		return OK;
	if (!reading->open_file)
		return complain(reading->file,
		                "the configuration cannot be read:", strerror(errno));
	int bad_line = ini_parse_stream(next_line, reading, on_pair, reading);
	fclose(reading->open_file);
	if (reading->err != OK || bad_line == 0)
		return reading->err;
	snprintf(place, sizeof(place), "%.200s:%d", reading->file, bad_line);
	return complain(place, "this line",
	                "is neither [section] nor key = value, or longer than 199 bytes");
}

/* The i-th name that a variable may have: each key's, and its _from_file. */
static void spell_variable(const struct reading *reading, size_t i, char name[NAME_ROOM],
                           char variable[NAME_ROOM])
{
	snprintf(name, NAME_ROOM, "%s%s", reading->keys[i / 2].name, i % 2 ? FROM_FILE : "");
	snprintf(variable, NAME_ROOM, ENVIRONMENT "%s", name);
	for (char *c = variable; *c; c++)
		*c = *c == '.' ? '_' : (char)toupper(*c);
}

/* Whether it begins as the variables of a key's section do: REKEY_HASH_. Others of our name are
 * somebody else's, as those that Kubernetes makes of a service. */
static bool is_of_section(const struct config_key *key, const char *variable)
{
	const char *at = variable + strlen(ENVIRONMENT);

	for (const char *c = key->name; *c != '.'; c++, at++) {
		if (*at != toupper(*c))
			return false;
	}
	return *at == '_';
}

static enum err check_variable(const struct reading *reading, const char *entry)
{
	char name[NAME_ROOM], known[NAME_ROOM], variable[NAME_ROOM];
	bool ours = false;

	if (strncmp(entry, ENVIRONMENT, strlen(ENVIRONMENT)) != 0)
		return OK;
	snprintf(variable, sizeof(variable), "%.*s", (int)strcspn(entry, "="), entry);
	for (size_t i = 0; i < 2 * reading->n_keys; i++) {
		spell_variable(reading, i, name, known);
		if (strcmp(known, variable) == 0)
			return OK;
		ours = ours || is_of_section(&reading->keys[i / 2], variable);
	}
	return ours ? complain("environment", variable,
	                       "is no key: see rekey help serve for those there are")
	            : OK;
}

static enum err read_environment(struct reading *reading)
{
	char name[NAME_ROOM], variable[NAME_ROOM];

	for (size_t i = 0; i < 2 * reading->n_keys; i++) {
		spell_variable(reading, i, name, variable);
		const char *value = getenv(variable);
		if (value)
			TRY(set_named(reading, name, variable, value));
	}
	for (char **entry = environ; entry && *entry; entry++)
		TRY(check_variable(reading, *entry));
	return OK;
}

static enum err read_sets(struct reading *reading, const struct config_sources *sources)
{
	for (size_t i = 0; i < sources->n_sets; i++) {
		char name[NAME_ROOM];
		const char *equals = strchr(sources->sets[i], '=');
		if (!equals || equals == sources->sets[i])
			return complain("--set", sources->sets[i],
			                "is not of the form section.key=value");
		snprintf(name, sizeof(name), "%.*s", (int)(equals - sources->sets[i]),
		         sources->sets[i]);
		TRY(set_named(reading, name, "--set", equals + 1));
	}
	return OK;
}

enum err config_read(struct arena *arena, const struct config_key *keys, size_t n_keys,
                     const struct config_sources *sources, void *ret_settings)
{
	struct reading reading = {
		.arena = arena,
		.keys = keys,
		.n_keys = n_keys,
		.file = sources->file,
		.settings = ret_settings,
	};

	TRY(set_fallbacks(&reading));
	if (sources->file)
		TRY(read_file(&reading, sources->file_may_be_missing));
	TRY(read_environment(&reading));
	return read_sets(&reading, sources);
}
