/* SPDX-License-Identifier: Apache-2.0 */
/* key_file.c - a key written whole under another name, then linked to its own. */
#include "base/key_file.h"
#include "base/log.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { HEX_DIGITS = 2 * KEY_SIZE, PATH_ROOM = 1024 };

static enum err refuse(const char *path, const char *why)
{
	log_error("the key file %s %s", path, why);
	return ERR_CONFIG;
}

static enum err check_mode(int fd, const char *path)
{
	struct stat status;

	if (fstat(fd, &status) != 0)
		return refuse(path, strerror(errno));
	return status.st_mode & (S_IRWXG | S_IRWXO)
	               ? refuse(path, "may be read by others: chmod 600 it")
	               : OK;
}

static enum err read_key(int fd, const char *path, struct key *ret_key)
{
	char hex[HEX_DIGITS];

	TRY(check_mode(fd, path));
	ssize_t len = read(fd, hex, sizeof(hex));
	bool good = len == sizeof(hex) &&
	            read_hex((struct str){ hex, sizeof(hex) }, ret_key->bytes, KEY_SIZE);
	wipe(hex, sizeof(hex));
	return good ? OK : refuse(path, "does not hold 64 hex digits");
}

static bool write_new(const char *path)
{
	unsigned char random[KEY_SIZE];
	char hex[HEX_DIGITS + 2];
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd < 0)
		return false;
	random_bytes(random, sizeof(random));
	for (int i = 0; i < KEY_SIZE; i++)
		snprintf(hex + 2 * i, 3, "%02x", random[i]);
	hex[HEX_DIGITS] = '\n';
	bool good = write(fd, hex, HEX_DIGITS + 1) == HEX_DIGITS + 1 && fsync(fd) == 0;
	close(fd);
	wipe(random, sizeof(random));
	wipe(hex, sizeof(hex));
	return good;
}

/* Whoever links first has made it. */
static enum err make(const char *path)
{
	char part[PATH_ROOM];

	if (snprintf(part, sizeof(part), "%s.%08x", path, random_below(UINT32_MAX)) >=
	    (int)sizeof(part))
		return refuse(path, "has too long a name");
	bool good = write_new(part) && (link(part, path) == 0 || errno == EEXIST);
	int why = errno;
	unlink(part);
	return good ? OK : refuse(path, strerror(why));
}

enum err key_file_read(const char *path, struct key *ret_key)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return errno == ENOENT ? ERR_NOT_FOUND : refuse(path, strerror(errno));
	enum err err = read_key(fd, path, ret_key);
	close(fd);
	return err;
}

enum err key_file_load(const char *path, struct key *ret_key)
{
	enum err err = key_file_read(path, ret_key);

	if (err != ERR_NOT_FOUND)
		return err;
	TRY(make(path));
	err = key_file_read(path, ret_key);
	return err == ERR_NOT_FOUND ? refuse(path, strerror(ENOENT)) : err;
}
