/* SPDX-License-Identifier: Apache-2.0 */
/* page_set.c - reads the operator's files, checks them, and hands them out while newer ones come.
 */
#include "pages/page_set.h"
#include "base/crypto.h"
#include "base/log.h"
#include "base/text.h"
#include "pages/pages.h"
#include "pages/template_names.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { READING_MAX = 64 * 1024 * 1024, FILE_MAX = 256 * 1024, APPS_MAX = 1000 };

/* The files of one app; those of the first are everybody's else. */
struct variant {
	struct str app;
	struct embedded *files; /* as page_files: in its order, ended by a NULL name */
	struct str *paths;      /* where each was read; NONE: it is ours */
	char version[PAGE_VERSION_LETTERS + 1];
};

struct page_reading {
	struct page_sets *sets; /* whose lock guards the holders */
	struct arena *arena;
	size_t holders;
	struct variant *variants;
	size_t n;
};

struct page_sets {
	pthread_mutex_t lock;
	struct page_reading *newest;
	char *dir; /* NULL: ours alone */
};

static size_t count_files(void)
{
	size_t n = 0;

	while (page_files[n].name)
		n++;
	return n;
}

/* ---- versions ---- */

static enum err make_version(struct arena *arena, const struct embedded *files, char *ret_version)
{
	struct buf buf = buf_in(arena);
	struct str bytes, letters;

	for (; files->name; files++) {
		if (str_ends(str(files->name), ".html"))
			continue;
		buf_puts(&buf, files->name);
		buf_putc(&buf, '\0');
		buf_add(&buf, files->text);
	}
	TRY(buf_str(&buf, &bytes));
	struct digest digest = digest_of((struct secret){ bytes.ptr, bytes.len });
	TRY(spell_hex(arena, digest.bytes, PAGE_VERSION_LETTERS / 2, &letters));
	memcpy(ret_version, letters.ptr, letters.len + 1);
	return OK;
}

/* ---- reading ---- */

static enum err complain(struct str path, const char *why)
{
	log_error("%.*s: %s", STR_ARG(path), why);
	return ERR_CONFIG;
}

static enum err new_variant(struct page_reading *reading, const struct variant *like,
                            struct str app, struct variant **ret_variant)
{
	struct arena *arena = reading->arena;
	struct variant *variant = &reading->variants[reading->n];
	size_t n = count_files() + 1;

	variant->app = app;
	NEED(variant->files = arena_array(arena, n, sizeof(variant->files[0])));
	NEED(variant->paths = arena_array(arena, n, sizeof(variant->paths[0])));
	memcpy(variant->files, like ? like->files : page_files, n * sizeof(variant->files[0]));
	if (like)
		memcpy(variant->paths, like->paths, n * sizeof(variant->paths[0]));
	reading->n++;
	*ret_variant = variant;
	return OK;
}

static void close_file(int *file)
{
	if (*file >= 0)
		close(*file);
}

static enum err read_file(struct arena *arena, int folder, const char *name, struct str path,
                          struct str *ret_text)
{
	CLEANUP(close_file) int file = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat is;
	size_t len = 0;
	ssize_t n;

	if (file < 0 || fstat(file, &is) != 0)
		return complain(path, strerror(errno));
	if (is.st_size > FILE_MAX)
		return complain(path, "this file is too large");
	char *bytes = arena_alloc(arena, (size_t)is.st_size + 1);
	NEED(bytes);
	while ((n = read(file, bytes + len, (size_t)is.st_size - len)) > 0)
		len += (size_t)n;
	if (n < 0)
		return complain(path, strerror(errno));
	*ret_text = (struct str){ bytes, len };
	return text_is_utf8(*ret_text) ? OK : complain(path, "this file is not UTF-8");
}

static enum err take_file(struct page_reading *reading, struct variant *variant, int folder,
                          const char *name, struct str path)
{
	size_t i = 0;

	while (page_files[i].name && strcmp(page_files[i].name, name) != 0)
		i++;
	if (!page_files[i].name || str_ends(str(name), ".gz"))
		return complain(path, "no page is made of a file of this name");
	variant->paths[i] = path;
	return read_file(reading->arena, folder, name, path, &variant->files[i].text);
}

static enum err read_folder(struct page_reading *reading, struct str path, struct str app);

/* One name in a folder: a file of ours, or, in the first folder, an app. */
static enum err take_entry(struct page_reading *reading, struct variant *variant, DIR *folder,
                           const char *name, struct str path)
{
	struct stat is;

	if (name[0] == '.')
		return OK;
	if (fstatat(dirfd(folder), name, &is, 0) != 0)
		return complain(path, strerror(errno));
	if (!S_ISDIR(is.st_mode))
		return take_file(reading, variant, dirfd(folder), name, path);
	return variant->app.ptr ? complain(path, "no page is made of a folder") : OK;
}

static enum err take_entries(struct page_reading *reading, struct variant *variant, DIR *folder,
                             struct str path)
{
	const struct dirent *entry;
	struct str inside;

	while ((entry = readdir(folder))) {
		TRY(arena_printf(reading->arena, &inside, "%.*s/%s", STR_ARG(path), entry->d_name));
		TRY(take_entry(reading, variant, folder, entry->d_name, inside));
	}
	return OK;
}

/* The apps' folders, when the files that they share have been read. */
static enum err take_apps(struct page_reading *reading, DIR *folder, struct str path)
{
	const struct dirent *entry;
	struct str inside, app;
	struct stat is;

	rewinddir(folder);
	while ((entry = readdir(folder))) {
		if (entry->d_name[0] == '.' || fstatat(dirfd(folder), entry->d_name, &is, 0) != 0 ||
		    !S_ISDIR(is.st_mode))
			continue;
		TRY(arena_printf(reading->arena, &inside, "%.*s/%s", STR_ARG(path), entry->d_name));
		if (reading->n == APPS_MAX)
			return complain(inside, "there are too many folders");
		TRY(arena_str(reading->arena, str(entry->d_name), &app));
		TRY(read_folder(reading, inside, app));
	}
	return OK;
}

static void close_folder(DIR **folder)
{
	if (*folder)
		closedir(*folder);
}

/* app NONE: the first folder, with those of the apps in it. */
static enum err read_folder(struct page_reading *reading, struct str path, struct str app)
{
	CLEANUP(close_folder) DIR *folder = opendir(path.ptr);
	struct variant *variant;

	if (!folder)
		return complain(path, strerror(errno));
	TRY(new_variant(reading, reading->n > 0 ? &reading->variants[0] : NULL, app, &variant));
	TRY(take_entries(reading, variant, folder, path));
	return app.ptr ? OK : take_apps(reading, folder, path);
}

/* ---- checking ---- */

static enum err check_variant(struct variant *variant)
{
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(READING_MAX);
	const struct template_set set = { .files = variant->files };
	struct template_fault fault;
	size_t i = 0;

	NEED(arena);
	enum err err = template_check(&set, &fault);
	if (err == OK)
		err = template_names_check(arena, page_files, variant->files, &fault);
	if (err == OK)
		return make_version(arena, variant->files, variant->version);
	if (err != ERR_INTERNAL)
		return err;
	while (strcmp(variant->files[i].name, fault.file) != 0)
		i++;
	log_error("%.*s:%u: %s%s%.*s",
	          STR_ARG(variant->paths[i].ptr ? variant->paths[i] : str(fault.file)), fault.line,
	          fault.why, fault.tag.len > 0 ? ": " : "", STR_ARG(fault.tag));
	return ERR_CONFIG;
}

static void reading_free(struct page_reading *reading)
{
	if (!reading)
		return;
	arena_free(reading->arena);
	free(reading);
}

static void reading_cleanup(struct page_reading **reading)
{
	reading_free(*reading);
}

static enum err read_all(struct page_sets *sets, struct page_reading **ret_reading)
{
	CLEANUP(reading_cleanup) struct page_reading *reading = calloc(1, sizeof(*reading));
	struct variant *ours;

	NEED(reading);
	NEED(reading->arena = arena_new(READING_MAX));
	NEED(reading->variants = arena_array(reading->arena, APPS_MAX, sizeof(struct variant)));
	TRY(sets->dir ? read_folder(reading, str(sets->dir), STR_NONE)
	              : new_variant(reading, NULL, STR_NONE, &ours));
	for (size_t i = 0; i < reading->n; i++)
		TRY(check_variant(&reading->variants[i]));
	reading->sets = sets;
	reading->holders = 1;
	*ret_reading = reading;
	reading = NULL;
	return OK;
}

/* ---- for all threads ---- */

static void reading_leave(struct page_reading *reading)
{
	if (!reading)
		return;
	pthread_mutex_lock(&reading->sets->lock);
	bool last = --reading->holders == 0;
	pthread_mutex_unlock(&reading->sets->lock);
	if (last)
		reading_free(reading);
}

enum err page_sets_open(struct str dir, struct page_sets **ret_sets)
{
	struct page_sets *sets = calloc(1, sizeof(*sets));

	NEED(sets);
	pthread_mutex_init(&sets->lock, NULL);
	sets->dir = dir.ptr ? strndup(dir.ptr, dir.len) : NULL;
	enum err err = dir.ptr && !sets->dir ? ERR_NOMEM : read_all(sets, &sets->newest);
	if (err != OK)
		page_sets_close(sets);
	else
		*ret_sets = sets;
	return err;
}

enum err page_sets_read_again(struct page_sets *sets)
{
	struct page_reading *reading, *before;

	TRY(read_all(sets, &reading));
	pthread_mutex_lock(&sets->lock);
	before = sets->newest;
	sets->newest = reading;
	pthread_mutex_unlock(&sets->lock);
	reading_leave(before);
	return OK;
}

void page_sets_close(struct page_sets *sets)
{
	if (!sets)
		return;
	reading_leave(sets->newest);
	pthread_mutex_destroy(&sets->lock);
	free(sets->dir);
	free(sets);
}

static struct page_reading *hold_newest(struct page_sets *sets)
{
	pthread_mutex_lock(&sets->lock);
	struct page_reading *reading = sets->newest;
	reading->holders++;
	pthread_mutex_unlock(&sets->lock);
	return reading;
}

struct page_files page_files_take(struct page_sets *sets, struct str app)
{
	if (!sets)
		return (struct page_files){ .templates = { .files = page_files },
			                    .version = "ours" };

	struct page_reading *reading = hold_newest(sets);
	const struct variant *variant = &reading->variants[0];
	for (size_t i = 1; i < reading->n; i++) {
		if (str_equal(reading->variants[i].app, app))
			variant = &reading->variants[i];
	}
	return (struct page_files){ { .files = variant->files }, variant->version, reading };
}

void page_files_leave(struct page_files *files)
{
	reading_leave(files->reading);
}
