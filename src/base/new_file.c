/* SPDX-License-Identifier: Apache-2.0 */
/* new_file.c - fsync, rename, fsync. */
#include "base/new_file.h"
#include "base/crypto.h"
#include "base/log.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_ROOM = 4096 };

static enum err refuse(const char *doing, const char *path)
{
	log_error("cannot %s %s: %s", doing, path, strerror(errno));
	return ERR_CONFIG;
}

static bool is_taken(const char *path)
{
	struct stat status;

	return lstat(path, &status) == 0;
}

enum err new_file_begin(struct arena *arena, struct str path, struct str *ret_part)
{
	struct str part;

	TRY(arena_str(arena, path, &path));
	if (is_taken(path.ptr))
		return ERR_CONFLICT;
	/* "./": so that no name is taken for an address (file:...). */
	TRY(arena_printf(arena, &part, "%s%.*s.part-%08x", str_starts(path, "/") ? "" : "./",
	                 STR_ARG(path), random_below(UINT32_MAX)));
	int fd = open(part.ptr, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return refuse("make", path.ptr);
	close(fd);
	*ret_part = part;
	return OK;
}

static bool sync_path(const char *path, int flags)
{
	int fd = open(path, flags | O_RDONLY | O_CLOEXEC);
	bool good = fd >= 0 && fsync(fd) == 0;
	int why = errno;

	if (fd >= 0)
		close(fd);
	errno = why;
	return good;
}

enum err folder_of(struct arena *arena, struct str path, struct str *ret_folder)
{
	while (path.len > 0 && path.ptr[path.len - 1] != '/')
		path.len--;
	return arena_printf(arena, ret_folder, "%.*s.", STR_ARG(path));
}

/* Some file systems cannot promise to replace nothing; there the look before has to do. */
static bool take_name(const char *part, const char *path)
{
	if (renameat2(AT_FDCWD, part, AT_FDCWD, path, RENAME_NOREPLACE) == 0)
		return true;
	if (errno != EINVAL && errno != ENOSYS)
		return false;
	if (is_taken(path)) {
		errno = EEXIST;
		return false;
	}
	return rename(part, path) == 0;
}

enum err new_file_finish(struct arena *arena, const char *part, const char *path,
                         int64_t *ret_bytes)
{
	struct stat status;
	struct str folder;

	TRY(folder_of(arena, str(path), &folder));

	if (stat(part, &status) != 0 || !sync_path(part, 0))
		return refuse("write", part);
	if (!take_name(part, path))
		return errno == EEXIST ? ERR_CONFLICT : refuse("make", path);
	if (!sync_path(folder.ptr, O_DIRECTORY)) {
		enum err err = refuse("keep on the disk", path);
		unlink(path);
		return err;
	}
	*ret_bytes = status.st_size;
	return OK;
}

void new_file_abandon(const char *part)
{
	static const char *const endings[] = { "", "-journal", "-wal", "-shm" };
	char path[PATH_ROOM];

	FOREACH(ending, endings) {
		if (snprintf(path, sizeof(path), "%s%s", part, *ending) < (int)sizeof(path))
			unlink(path);
	}
}
