/* SPDX-License-Identifier: Apache-2.0 */
/* config_test.c - four sources, one table, and a line that says where what is
 * wrong. */
#include "base/config.h"
#include "scratch.h"
#include <stdlib.h>
#include <string.h>

struct settings {
	struct str url, secret;
	int64_t size, mode;
};

static const struct config_key keys[] = {
	{ "server.url",
	  CONFIG_TEXT,
	  offsetof(struct settings, url),
	  "http://fallback",
	  0,
	  0,
	  { NULL },
	  "" },
	{ "server.secret",
	  CONFIG_TEXT,
	  offsetof(struct settings, secret),
	  NULL,
	  0,
	  0,
	  { NULL },
	  "" },
	{ "hash.size_kib",
	  CONFIG_NUMBER,
	  offsetof(struct settings, size),
	  "64",
	  8,
	  1024,
	  { NULL },
	  "" },
	{ "mail.mode",
	  CONFIG_CHOICE,
	  offsetof(struct settings, mode),
	  "required",
	  0,
	  0,
	  { "required", "off" },
	  "" },
};

static enum err read_quietly(struct test *t, const struct config_sources *sources,
                             struct settings *ret_settings, struct str *ret_said)
{
	struct kept_stderr kept = stderr_keep();
	enum err err = config_read(t->arena, keys, COUNT_OF(keys), sources, ret_settings);

	*ret_said = stderr_kept(&kept, t->arena);
	return err;
}

/* One complaint, one line. */
static bool is_line_with(struct str said, const char *what)
{
	return str_starts(said, "rekey: ") && strstr(said.ptr, what) &&
	       str_find(said, '\n') == said.len - 1;
}

TEST(without_any_source_the_fallbacks_stand)
{
	static const struct config_sources none = { .file = NULL };
	struct settings settings = { .secret = STR_NONE };
	struct str said;

	CHECK("none", read_quietly(t, &none, &settings, &said) == OK && said.len == 0);
	CHECK("text", str_is(settings.url, "http://fallback"));
	CHECK("no fallback", !settings.secret.ptr);
	CHECK("number", settings.size == 64);
	CHECK("choice", settings.mode == 0);
}

TEST(a_file_sets_keys_or_says_in_which_line_it_does_not)
{
	static const struct {
		const char *name, *text;
		const char *line; /* ":3: what": part of the complaint; NULL: it is good */
	} cases[] = {
		{ "empty", "", NULL },
		{ "comments", "# one\n; two\n\n", NULL },
		{ "every kind",
		  "[server]\nurl = http://file\n[hash]\nsize_kib=8\n[mail]\nmode = off\n", NULL },
		{ "no line end at the end", "[hash]\nsize_kib = 1024", NULL },
		{ "unknown key", "[server]\nurl = x\nport = 1\n", ":3: server.port is no key" },
		{ "unknown section", "# one\n[servers]\nurl = x\n", ":3: servers.url is no key" },
		{ "no section", "url = x\n", ":1: .url is no key" },
		{ "case of a key", "[server]\nURL = x\n", ":2: server.URL is no key" },
		{ "no number", "[hash]\nsize_kib = big\n",
		  ":2: hash.size_kib takes a whole number" },
		{ "a unit", "[hash]\n\nsize_kib = 64K\n",
		  ":3: hash.size_kib takes a whole number" },
		{ "negative", "[hash]\nsize_kib = -1\n", "from 8 to 1024, and no unit" },
		{ "empty number", "[hash]\nsize_kib =\n", ":2: hash.size_kib takes" },
		{ "below the range", "[hash]\nsize_kib = 7\n", ":2: hash.size_kib takes" },
		{ "above the range", "[hash]\nsize_kib = 1025\n", ":2: hash.size_kib takes" },
		{ "far above", "[hash]\nsize_kib = 99999999999999999999\n", ":2: hash.size_kib" },
		{ "no choice", "[mail]\nmode = maybe\n",
		  ":2: mail.mode takes one of: required off" },
		{ "case of a choice", "[mail]\nmode = OFF\n", ":2: mail.mode takes one of" },
		{ "empty text", "[server]\nurl =\n", ":2: server.url is empty" },
		{ "neither section nor key", "[server]\nurl\n", ":2: this line is neither" },
		{ "an open section", "[server\n", ":1: this line is neither" },
		{ "the first fault is told", "[x]\na=1\nb=2\n", ":2: x.a is no key" },
	};
	struct scratch scratch;

	scratch_make(&scratch);
	FOREACH(c, cases) {
		struct config_sources sources = {
			.file = scratch_file(&scratch, t->arena, "rekey.conf", c->text, 0600),
		};
		struct settings settings = { .size = 0 };
		struct str said;
		enum err err = read_quietly(t, &sources, &settings, &said);
		CHECK(c->name, err == (c->line ? ERR_CONFIG : OK));
		CHECK(c->name, c->line ? is_line_with(said, c->line) : said.len == 0);
		CHECK(c->name, !c->line || strstr(said.ptr, sources.file));
	}
	scratch_remove(&scratch);
}

TEST(a_file_may_be_missing_only_where_nobody_asked_for_it)
{
	struct config_sources sources = { .file = "/nonexistent/rekey.conf",
		                          .file_may_be_missing = true };
	struct settings settings = { .size = 0 };
	struct str said;

	CHECK("the default place", read_quietly(t, &sources, &settings, &said) == OK);
	sources.file_may_be_missing = false;
	CHECK("asked for", read_quietly(t, &sources, &settings, &said) == ERR_CONFIG);
	CHECK("says which", is_line_with(said, "/nonexistent/rekey.conf"));
	sources = (struct config_sources){ .file = "/tmp", .file_may_be_missing = true };
	CHECK("a folder is no file",
	      read_quietly(t, &sources, &settings, &said) != OK || settings.size == 64);
}

TEST(the_later_source_wins)
{
	static const struct {
		const char *name;
		bool file, environment, set;
		int64_t want;
	} cases[] = {
		{ "fallback", false, false, false, 64 },
		{ "file", true, false, false, 100 },
		{ "environment", false, true, false, 200 },
		{ "set", false, false, true, 300 },
		{ "file, environment", true, true, false, 200 },
		{ "file, set", true, false, true, 300 },
		{ "environment, set", false, true, true, 300 },
		{ "all", true, true, true, 300 },
	};
	static const char *const sets[] = { "hash.size_kib=300" };
	struct scratch scratch;

	scratch_make(&scratch);
	const char *file =
		scratch_file(&scratch, t->arena, "rekey.conf", "[hash]\nsize_kib = 100\n", 0600);
	FOREACH(c, cases) {
		const struct config_sources sources = { .file = c->file ? file : NULL,
			                                .sets = sets,
			                                .n_sets = c->set ? 1 : 0 };
		struct settings settings = { .size = 0 };
		struct str said;
		if (c->environment)
			setenv("REKEY_HASH_SIZE_KIB", "200", 1);
		enum err err = read_quietly(t, &sources, &settings, &said);
		unsetenv("REKEY_HASH_SIZE_KIB");
		CHECK(c->name, err == OK && settings.size == c->want);
	}
	scratch_remove(&scratch);
}

TEST(environment_and_set_name_themselves_when_they_are_wrong)
{
	static const struct {
		const char *name, *variable, *value, *set, *says;
	} cases[] = {
		{ "good variable", "REKEY_MAIL_MODE", "off", NULL, NULL },
		{ "bad variable", "REKEY_MAIL_MODE", "on", NULL,
		  "REKEY_MAIL_MODE: mail.mode takes" },
		{ "empty variable", "REKEY_SERVER_URL", "", NULL,
		  "REKEY_SERVER_URL: server.url is empty" },
		{ "a variable that is no key", "REKEY_BIN", "x", NULL, NULL },
		{ "an unknown key of a known section", "REKEY_HASH_SIZE", "1", NULL,
		  "environment: REKEY_HASH_SIZE is no key" },
		{ "a section and nothing", "REKEY_HASH_", "1", NULL,
		  "environment: REKEY_HASH_ is no key" },
		{ "a key and more", "REKEY_HASH_SIZE_KIB_MAX", "1", NULL,
		  "environment: REKEY_HASH_SIZE_KIB_MAX is no key" },
		{ "in lower case", "rekey_hash_size", "1", NULL, NULL },
		{ "a longer word than the section", "REKEY_HASHES_SIZE", "1", NULL, NULL },
		{ "another section", "REKEY_TEST_POSTGRES", "x", NULL, NULL },
		{ "our name alone", "REKEY_", "x", NULL, NULL },
		{ "good set", NULL, NULL, "mail.mode=off", NULL },
		{ "set with = in it", NULL, NULL, "server.url=a=b", NULL },
		{ "bad number", NULL, NULL, "hash.size_kib=1.5", "--set: hash.size_kib takes" },
		{ "unknown", NULL, NULL, "hash.passes=2", "--set: hash.passes is no key" },
		{ "no value", NULL, NULL, "mail.mode", "--set: mail.mode is not of the form" },
		{ "no key", NULL, NULL, "=off", "--set: =off is not of the form" },
		{ "nothing", NULL, NULL, "", "is not of the form" },
		{ "empty value", NULL, NULL, "server.url=", "--set: server.url is empty" },
		{ "a long name", NULL, NULL,
		  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		  "aaaaaaaaa"
		  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		  "aaaaaaaaa"
		  "=1",
		  "is no key" },
	};
	FOREACH(c, cases) {
		const struct config_sources sources = { .sets = &c->set, .n_sets = c->set ? 1 : 0 };
		struct settings settings = { .size = 0 };
		struct str said;
		if (c->variable)
			setenv(c->variable, c->value, 1);
		enum err err = read_quietly(t, &sources, &settings, &said);
		if (c->variable)
			unsetenv(c->variable);
		CHECK(c->name, err == (c->says ? ERR_CONFIG : OK));
		CHECK(c->name, c->says ? is_line_with(said, c->says) : said.len == 0);
	}
}

TEST(a_value_may_stand_in_a_file_of_its_own)
{
	static const struct {
		const char *name, *key, *text;
		const char *want; /* of server.secret; NULL: refused */
		const char *says;
	} cases[] = {
		{ "a line", "server.secret_from_file", "s3cret\n", "s3cret", NULL },
		{ "no line end", "server.secret_from_file", "s3cret", "s3cret", NULL },
		{ "CR LF", "server.secret_from_file", "s3cret\r\n", "s3cret", NULL },
		{ "the first line", "server.secret_from_file", "one\ntwo\n", "one", NULL },
		{ "spaces stay", "server.secret_from_file", " a b \n", " a b ", NULL },
		{ "empty file", "server.secret_from_file", "", NULL, "the file is empty" },
		{ "empty line", "server.secret_from_file", "\n", NULL, "server.secret is empty" },
		{ "missing file", "server.secret_from_file", NULL, NULL, "cannot be read from" },
		{ "no such key", "server.sekret_from_file", "x", NULL, "is no key" },
		{ "only the ending", "_from_file", "x", NULL, "is no key" },
	};
	struct scratch scratch;

	scratch_make(&scratch);
	FOREACH(c, cases) {
		struct settings settings = { .size = 0 };
		const char *path = c->text ? scratch_file(&scratch, t->arena, "s", c->text, 0600)
		                           : "/nonexistent/s";
		struct str set, said;
		CHECK(c->name, arena_printf(t->arena, &set, "%s=%s", c->key, path) == OK);
		const struct config_sources sources = { .sets = &set.ptr, .n_sets = 1 };
		enum err err = read_quietly(t, &sources, &settings, &said);
		CHECK(c->name, err == (c->want ? OK : ERR_CONFIG));
		CHECK(c->name, !c->want || str_is(settings.secret, c->want));
		CHECK(c->name, !c->says || is_line_with(said, c->says));
	}
	scratch_remove(&scratch);
}

TEST(a_file_of_its_own_is_named_in_the_configuration_and_the_environment_too)
{
	struct scratch scratch;
	struct settings settings = { .size = 0 };
	struct str text, said;

	scratch_make(&scratch);
	const char *number = scratch_file(&scratch, t->arena, "number", "512\n", 0600);
	const char *secret = scratch_file(&scratch, t->arena, "secret", "s3cret\n", 0600);
	CHECK("text",
	      arena_printf(t->arena, &text, "[hash]\nsize_kib_from_file = %s\n", number) == OK);
	const struct config_sources sources = {
		.file = scratch_file(&scratch, t->arena, "rekey.conf", text.ptr, 0600)
	};
	setenv("REKEY_SERVER_SECRET_FROM_FILE", secret, 1);
	enum err err = read_quietly(t, &sources, &settings, &said);
	unsetenv("REKEY_SERVER_SECRET_FROM_FILE");
	CHECK("read", err == OK);
	CHECK("by the configuration", settings.size == 512);
	CHECK("by the environment", str_is(settings.secret, "s3cret"));
	scratch_remove(&scratch);
}

TEST(a_line_of_the_file_that_is_too_long_is_refused_and_not_cut)
{
	struct scratch scratch;
	struct config_sources sources = { .file = NULL };
	struct settings settings = { .size = 0 };
	struct str text, said;

	scratch_make(&scratch);
	CHECK("text", arena_printf(t->arena, &text, "[server]\nurl = http://%0*d\n", 300, 1) == OK);
	sources.file = scratch_file(&scratch, t->arena, "rekey.conf", text.ptr, 0600);
	CHECK("refused", read_quietly(t, &sources, &settings, &said) == ERR_CONFIG);
	CHECK("says where", is_line_with(said, ":2: this line is neither"));
	scratch_remove(&scratch);
}

TEST(an_indented_key_is_a_key_and_not_more_of_the_value_before_it)
{
	struct scratch scratch;
	struct config_sources sources = { .file = NULL };
	struct settings settings = { .size = 0 };
	struct str said;

	scratch_make(&scratch);
	sources.file = scratch_file(&scratch, t->arena, "rekey.conf",
	                            "[server]\n  url = http://a\n\tsecret = s3cret\n", 0600);
	CHECK("read", read_quietly(t, &sources, &settings, &said) == OK);
	CHECK("the first", str_is(settings.url, "http://a"));
	CHECK("the second", str_is(settings.secret, "s3cret"));
	scratch_remove(&scratch);
}
