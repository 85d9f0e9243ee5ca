/* SPDX-License-Identifier: Apache-2.0 */
/* key_file_test.c - made once, kept private, shared by all who start together.
 */
#include "base/key_file.h"
#include "scratch.h"
#include <pthread.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { AT_ONCE = 20 };

#define HEX62 "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e"
#define HEX64 HEX62 "1f"

static bool same_key(const struct key *a, const struct key *b)
{
	return memcmp(a->bytes, b->bytes, KEY_SIZE) == 0;
}

TEST(a_key_file_is_made_once_for_its_owner_alone_and_found_again)
{
	struct scratch scratch;
	struct key made = { { 0 } }, found = { { 0 } };
	static const struct key zero;
	struct stat status;

	scratch_make(&scratch);
	const char *path = scratch_path(&scratch, t->arena, "key");
	CHECK("made", key_file_load(path, &made) == OK);
	CHECK("not nothing", !same_key(&made, &zero));
	CHECK("its mode", stat(path, &status) == 0 && (status.st_mode & 07777) == 0600);
	CHECK("64 digits and a line end", status.st_size == 2 * KEY_SIZE + 1);
	CHECK("no second name is left", status.st_nlink == 1);
	CHECK("found", key_file_load(path, &found) == OK);
	CHECK("the same", same_key(&made, &found));
	scratch_remove(&scratch);
}

TEST(a_key_file_holds_64_hex_digits_that_only_its_owner_reads)
{
	static const struct {
		const char *name, *text;
		unsigned mode;
		bool good;
		const char *says; /* in the log */
	} cases[] = {
		{ "as made", HEX64 "\n", 0600, true, "" },
		{ "without a line end", HEX64, 0600, true, "" },
		{ "read only", HEX64 "\n", 0400, true, "" },
		{ "read by the group", HEX64 "\n", 0640, false, "chmod 600" },
		{ "read by all", HEX64 "\n", 0604, false, "chmod 600" },
		{ "written by the group", HEX64 "\n", 0620, false, "chmod 600" },
		{ "empty", "", 0600, false, "64 hex digits" },
		{ "one digit short", HEX62 "1", 0600, false, "64 hex digits" },
		{ "no hex", "correct horse battery staple", 0600, false, "64 hex digits" },
		{ "a letter that is none", HEX62 "1g", 0600, false, "64 hex digits" },
		{ "space before", " " HEX64, 0600, false, "64 hex digits" },
	};
	struct scratch scratch;

	scratch_make(&scratch);
	FOREACH(c, cases) {
		struct key key = { { 0xaa } };
		const char *path = scratch_file(&scratch, t->arena, "key", c->text, c->mode);
		struct kept_stderr kept = stderr_keep();
		enum err err = key_file_load(path, &key);
		struct str log = stderr_kept(&kept, t->arena);
		CHECK(c->name, err == (c->good ? OK : ERR_CONFIG));
		CHECK(c->name, c->good ? log.len == 0 : strstr(log.ptr, c->says) != NULL);
		CHECK(c->name, !c->good || (key.bytes[0] == 0 && key.bytes[31] == 0x1f));
		CHECK(c->name, !strstr(log.ptr, "1c1d1e"));
	}
	scratch_remove(&scratch);
}

TEST(a_key_file_that_cannot_be_made_is_an_error_of_the_configuration)
{
	static const struct {
		const char *name, *path;
	} cases[] = {
		{ "no such folder", "/nonexistent/rekey/key" },
		{ "a folder", "/tmp" },
		{ "not for files", "/proc/key" },
	};
	FOREACH(c, cases) {
		struct key key;
		struct kept_stderr kept = stderr_keep();
		enum err err = key_file_load(c->path, &key);
		struct str log = stderr_kept(&kept, t->arena);
		CHECK(c->name, err == ERR_CONFIG);
		CHECK(c->name, strstr(log.ptr, c->path) != NULL);
	}
}

struct loading {
	const char *path;
	pthread_barrier_t *start;
	struct key key;
	enum err err;
};

static void *load(void *state)
{
	struct loading *loading = state;

	pthread_barrier_wait(loading->start);
	loading->err = key_file_load(loading->path, &loading->key);
	return NULL;
}

static void load_at_once(const char *path)
{
	struct loading loadings[AT_ONCE];
	pthread_t threads[AT_ONCE];
	pthread_barrier_t start;
	struct key later;

	pthread_barrier_init(&start, NULL, AT_ONCE);
	for (int i = 0; i < AT_ONCE; i++) {
		loadings[i] = (struct loading){ .path = path, .start = &start };
		CHECK("thread", pthread_create(&threads[i], NULL, load, &loadings[i]) == 0);
	}
	for (int i = 0; i < AT_ONCE; i++)
		pthread_join(threads[i], NULL);
	pthread_barrier_destroy(&start);
	CHECK("found later", key_file_load(path, &later) == OK);
	for (int i = 0; i < AT_ONCE; i++) {
		CHECK("loaded", loadings[i].err == OK);
		CHECK("shared", same_key(&loadings[i].key, &later));
	}
}

TEST(twenty_that_start_at_once_share_one_key)
{
	for (int round = 0; round < 20; round++) {
		struct scratch scratch;
		scratch_make(&scratch);
		load_at_once(scratch_path(&scratch, t->arena, "key"));
		scratch_remove(&scratch);
	}
}

TEST(a_look_at_a_key_file_makes_none)
{
	struct scratch scratch;
	struct key made = { { 0 } }, found = { { 0 } };
	struct stat status;

	scratch_make(&scratch);
	const char *path = scratch_path(&scratch, t->arena, "key");
	CHECK("missing", key_file_read(path, &found) == ERR_NOT_FOUND);
	CHECK("still missing", stat(path, &status) != 0);
	CHECK("made", key_file_load(path, &made) == OK);
	CHECK("found", key_file_read(path, &found) == OK && same_key(&made, &found));
	scratch_remove(&scratch);
}
