/* SPDX-License-Identifier: Apache-2.0 */
/* scratch.c - mkdtemp() and back, and dup2() and back. */
#include "scratch.h"
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { KEPT_MAX = 16 * 1024 };

void scratch_make(struct scratch *scratch)
{
	const char *below = getenv("TMPDIR");
	int len = snprintf(scratch->dir, sizeof(scratch->dir), "%s/rekey-unit-XXXXXX",
	                   below ? below : "/tmp");

	CHECK("length", len < (int)sizeof(scratch->dir));
	CHECK("mkdtemp", mkdtemp(scratch->dir) != NULL);
}

void scratch_remove(struct scratch *scratch)
{
	DIR *dir = opendir(scratch->dir);

	CHECK("opendir", dir != NULL);
	for (struct dirent *entry; (entry = readdir(dir));)
		unlinkat(dirfd(dir), entry->d_name, 0);
	closedir(dir);
	CHECK("rmdir", rmdir(scratch->dir) == 0);
}

const char *scratch_path(const struct scratch *scratch, struct arena *arena, const char *name)
{
	struct str path;

	CHECK(name, arena_printf(arena, &path, "%s/%s", scratch->dir, name) == OK);
	return path.ptr;
}

const char *scratch_file(const struct scratch *scratch, struct arena *arena, const char *name,
                         const char *text, unsigned mode)
{
	const char *path = scratch_path(scratch, arena, name);
	ssize_t len = (ssize_t)strlen(text);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	CHECK(name, fd >= 0 && write(fd, text, (size_t)len) == len && fchmod(fd, mode) == 0);
	close(fd);
	return path;
}

struct kept_stderr stderr_keep(void)
{
	struct kept_stderr kept = { memfd_create("stderr", MFD_CLOEXEC), dup(STDERR_FILENO) };

	CHECK("memfd", kept.file >= 0 && kept.stderr_before >= 0);
	fflush(stderr);
	dup2(kept.file, STDERR_FILENO);
	return kept;
}

struct str stderr_kept(struct kept_stderr *kept, struct arena *arena)
{
	char *text = arena_alloc(arena, KEPT_MAX + 1);

	fflush(stderr);
	dup2(kept->stderr_before, STDERR_FILENO);
	close(kept->stderr_before);
	CHECK("arena", text != NULL);
	ssize_t len = pread(kept->file, text, KEPT_MAX, 0);
	close(kept->file);
	CHECK("pread", len >= 0);
	return (struct str){ text, (size_t)len };
}
