/* SPDX-License-Identifier: Apache-2.0 */
/* file_drop.c - a file under another name first, then under its own. */
#include "mail/file_drop.h"
#include "base/log.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum err file_drop_make(const char *dir)
{
	if (mkdir(dir, 0700) == 0 || errno == EEXIST)
		return OK;
	log_error("cannot make the directory %s for mails: %s", dir, strerror(errno));
	return ERR_CONFIG;
}

static bool write_all(const char *path, struct str eml)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	bool good = fd >= 0;

	while (good && eml.len > 0) {
		ssize_t wrote = write(fd, eml.ptr, eml.len);
		good = wrote > 0;
		if (good)
			eml = str_from(eml, (size_t)wrote);
	}
	good = good && fsync(fd) == 0;
	if (fd >= 0)
		close(fd);
	return good;
}

enum err file_drop(struct arena *arena, const char *dir, const struct letter *letter,
                   struct str eml, enum mail_outcome *ret_outcome, struct str *ret_reason)
{
	struct str path, part;

	TRY(arena_printf(arena, &path, "%s/%lld-%.*s.eml", dir, (long long)letter->at,
	                 STR_ARG(letter->message_id)));
	TRY(arena_printf(arena, &part, "%.*s.part", STR_ARG(path)));
	*ret_reason = STR("");
	*ret_outcome = MAIL_SENT;
	if (!write_all(part.ptr, eml) || rename(part.ptr, path.ptr) != 0) {
		*ret_outcome = MAIL_TRANSIENT;
		return arena_printf(arena, ret_reason, "cannot write %.*s: %s", STR_ARG(path),
		                    strerror(errno));
	}
	return OK;
}
