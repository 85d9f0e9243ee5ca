/* SPDX-License-Identifier: Apache-2.0 */
/* doctor_machine.c - checks of files, names and limits, without opening anything of the service. */
#include "base/key_file.h"
#include "base/new_file.h"
#include "cli/doctor_priv.h"
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/timex.h>
#include <unistd.h>

enum {
	HOST_ROOM = 256,
	MIB = 1024 * 1024,
	DISK_MIB_MIN = 16,   /* below this the next commits may fail */
	DISK_MIB_SPARE = 64, /* beyond the database's own size, for the log and a backup */
	FILES_WANTED = 4096 + 64,
};

/* ---- the public URL ---- */

/* The host and the path of scheme://host:port/path. */
static void split_url(struct str url, struct str *ret_host, struct str *ret_path)
{
	struct str rest = str_from(url, str_find(url, ':') + strlen("://"));
	struct str host = { rest.ptr, str_find(rest, '/') };

	*ret_path = str_from(rest, host.len);
	if (str_starts(host, "["))
		host = (struct str){ host.ptr + 1, str_find(host, ']') - 1 };
	else
		host.len = str_find(host, ':');
	*ret_host = host;
}

static bool host_is_loopback(struct str host)
{
	return str_starts(host, "127.") || str_is_nocase(host, "localhost") || str_is(host, "::1");
}

static enum err check_host(struct doctor *doctor, struct str host)
{
	struct addrinfo *found = NULL;
	char name[HOST_ROOM];

	if (host.len == 0 || host.len >= sizeof(name))
		return note(doctor, MARK_FAIL, "set server.public_url to https://HOST",
		            "server.public_url has no host");
	snprintf(name, sizeof(name), "%.*s", STR_ARG(host));
	int failed = getaddrinfo(name, NULL, NULL, &found);
	if (failed)
		return note(doctor, MARK_WARN,
		            "people will not reach the links of mails: see the name's DNS records",
		            "%s is not known on this machine: %s", name, gai_strerror(failed));
	freeaddrinfo(found);
	return OK;
}

static enum err check_url_form(struct doctor *doctor, struct str url, struct str host,
                               struct str path)
{
	if (str_find(url, '@') < url.len)
		return note(doctor, MARK_FAIL, "leave user and password out of it",
		            "server.public_url names a user");
	if (!str_starts(url, "https://") && !host_is_loopback(host))
		return note(doctor, MARK_FAIL, "put a proxy with TLS in front, and write https://",
		            "links in mails begin with http://, readable on the way: %.*s",
		            STR_ARG(url));
	if (path.len > 0)
		return note(
			doctor, MARK_WARN,
			"give the server a host name of its own, or see that the proxy takes "
			"the path away",
			"server.public_url has a path, %.*s, and the server answers without one",
			STR_ARG(path));
	return note(doctor, MARK_OK, NULL, "links in mails begin with %.*s", STR_ARG(url));
}

enum err check_public_url(struct doctor *doctor)
{
	struct str url = doctor->settings->public_url, host, path;

	if (!url.ptr)
		return note(doctor, MARK_FAIL,
		            "set it to the https:// address that people reach this server by",
		            "server.public_url is not set");
	split_url(url, &host, &path);
	TRY(check_url_form(doctor, url, host, path));
	return check_host(doctor, host);
}

/* ---- files ---- */

/* Whose the files of the service should be: the database's owner's, or else whoever asks. */
static uid_t owner_wanted(const struct doctor *doctor)
{
	struct stat status;

	return stat(doctor->database_path.ptr, &status) == 0 ? status.st_uid : geteuid();
}

static bool there_is_a_database(const struct doctor *doctor)
{
	return database_is_served(doctor->settings) ? doctor->cli->start->store == OK
	                                            : access(doctor->database_path.ptr, F_OK) == 0;
}

static enum err check_missing_key(struct doctor *doctor, const char *path)
{
	if (errno != ENOENT)
		return note(doctor, MARK_FAIL, "run doctor as the user of the service",
		            "%s cannot be looked at: %s", path, strerror(errno));
	if (!there_is_a_database(doctor))
		return note(doctor, MARK_WARN, "the first start makes it", "there is no %s yet",
		            path);
	return note(doctor, MARK_FAIL,
	            "bring it back; the next start makes another, and a mail that is tried again "
	            "has a dead link",
	            "there is no %s, and there is a database", path);
}

enum err check_key_file(struct doctor *doctor)
{
	const char *path = doctor->settings->key_file.ptr;
	struct stat status;

	if (stat(path, &status) != 0)
		return check_missing_key(doctor, path);
	if (!S_ISREG(status.st_mode))
		return note(doctor, MARK_FAIL, "see server.key_file", "%s is no file", path);
	if (status.st_mode & (S_IRWXG | S_IRWXO))
		return note(doctor, MARK_FAIL, "chmod 600 it",
		            "%s may be read by others (mode %03o)", path,
		            (unsigned)status.st_mode & 0777);
	if (status.st_uid != owner_wanted(doctor))
		return note(doctor, MARK_FAIL, "chown it to the user of the service",
		            "%s belongs to user %u, and the database to user %u", path,
		            (unsigned)status.st_uid, (unsigned)owner_wanted(doctor));
	doctor->has_key = key_file_read(path, &doctor->key) == OK;
	if (!doctor->has_key)
		return note(doctor, MARK_FAIL, "bring back the one that the server began with",
		            "%s is no key that can be read", path);
	return note(doctor, MARK_OK, NULL, "%s is there, and its owner's alone", path);
}

enum err check_database_file(struct doctor *doctor)
{
	const char *path = doctor->database_path.ptr;
	struct str folder;
	struct stat status;

	TRY(folder_of(doctor->cli->arena, doctor->database_path, &folder));
	if (stat(path, &status) != 0)
		return note(doctor, MARK_FAIL,
		            errno == ENOENT ? "rekey migrate makes one, or see database.url"
		                            : "run doctor as the user of the service",
		            "there is no database at %s: %s", path, strerror(errno));
	if (status.st_mode & (S_IRWXG | S_IRWXO))
		TRY(note(doctor, MARK_WARN, "chmod 600 it", "%s may be read by others (mode %03o)",
		         path, (unsigned)status.st_mode & 0777));
	if (status.st_uid != geteuid() && geteuid() != 0)
		TRY(note(doctor, MARK_WARN, "run doctor as the user of the service",
		         "%s belongs to user %u", path, (unsigned)status.st_uid));
	if (access(path, W_OK) != 0)
		return note(doctor, MARK_FAIL, "see its owner and mode", "%s cannot be written: %s",
		            path, strerror(errno));
	if (access(folder.ptr, W_OK | X_OK) != 0)
		return note(doctor, MARK_FAIL,
		            "see its owner and mode: SQLite keeps its log beside the database",
		            "%s cannot be written: %s", folder.ptr, strerror(errno));
	return OK;
}

enum err check_disk(struct doctor *doctor)
{
	struct str folder;
	struct statvfs disk;
	struct stat status = { 0 };

	TRY(folder_of(doctor->cli->arena, doctor->database_path, &folder));
	if (statvfs(folder.ptr, &disk) != 0)
		return note(doctor, MARK_FAIL, "see database.url", "%s: %s", folder.ptr,
		            strerror(errno));
	int64_t free_mib = (int64_t)disk.f_bavail * (int64_t)disk.f_frsize / MIB;
	if (stat(doctor->database_path.ptr, &status) != 0)
		status.st_size = 0;
	int64_t wanted_mib = status.st_size / MIB + DISK_MIB_SPARE;
	enum mark mark = free_mib < DISK_MIB_MIN ? MARK_FAIL
	                 : free_mib < wanted_mib ? MARK_WARN
	                                         : MARK_OK;
	return note(doctor, mark,
	            mark == MARK_OK ? NULL : "make room: on a full disk no change is taken",
	            "%lld MiB are free beside the database", (long long)free_mib);
}

/* ---- the machine ---- */

enum err check_machine_clock(struct doctor *doctor)
{
	struct timex clock = { 0 };

	if (adjtimex(&clock) < 0)
		return note(doctor, MARK_WARN, NULL, "the kernel does not tell of its clock: %s",
		            strerror(errno));
	if (clock.status & STA_UNSYNC)
		return note(doctor, MARK_WARN, "install systemd-timesyncd or chrony",
		            "the clock is not synchronised, and links and sessions end by it");
	return note(doctor, MARK_OK, NULL, "the clock is synchronised");
}

enum err check_open_files(struct doctor *doctor)
{
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) != 0 || files.rlim_max >= FILES_WANTED)
		return note(doctor, MARK_OK, NULL, "%d files may be open at once", FILES_WANTED);
	return note(doctor, MARK_WARN, "LimitNOFILE=8192 in the unit, or ulimit -Hn 8192",
	            "%lld files may be open here at once, one for each connection",
	            (long long)files.rlim_max);
}
