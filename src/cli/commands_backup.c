/* SPDX-License-Identifier: Apache-2.0 */
/* commands_backup.c - rekey backup: the copy, how far it is, and nothing left if it is interrupted.
 */
#include "account/backup.h"
#include "base/new_file.h"
#include "cli/cli.h"
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

enum { TICK_MS = 500 };

/* ---- the watch: a thread that shows the progress, and takes the signals ---- */

struct watch {
	const struct backup *backup;
	sigset_t signals;
	pthread_t thread;
	bool shown;
};

static const int ending_signals[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };

static void show_progress(struct watch *watch)
{
	struct stat status;
	int64_t about = watch->backup->bytes_about;

	if (!isatty(STDERR_FILENO) || stat(watch->backup->part.ptr, &status) != 0 || about <= 0)
		return;
	watch->shown = true;
	if (status.st_size < about)
		fprintf(stderr, "\r%3lld %% of %lld MiB", (long long)(status.st_size * 100 / about),
		        (long long)(about >> 20));
	else
		fprintf(stderr, "\rreading it back ...");
}

/* Ends the program as the signal would have, without what was copied so far. */
static void abandon(const struct watch *watch, int number)
{
	sigset_t one;

	new_file_abandon(watch->backup->part.ptr);
	signal(number, SIG_DFL);
	sigemptyset(&one);
	sigaddset(&one, number);
	pthread_sigmask(SIG_UNBLOCK, &one, NULL);
	raise(number);
}

static void *keep_watch(void *state)
{
	const struct timespec tick = { .tv_nsec = TICK_MS * 1000000L };
	struct watch *watch = state;

	for (;;) {
		int number = sigtimedwait(&watch->signals, NULL, &tick);
		if (number == SIGUSR1)
			return NULL;
		if (number > 0)
			abandon(watch, number);
		show_progress(watch);
	}
}

/* From here on no other thread sees these signals. SIGUSR1 is ours: the watch is over. */
static enum err watch_start(struct watch *watch, const struct backup *backup)
{
	*watch = (struct watch){ .backup = backup };
	sigemptyset(&watch->signals);
	sigaddset(&watch->signals, SIGUSR1);
	FOREACH(number, ending_signals)
		sigaddset(&watch->signals, *number);
	pthread_sigmask(SIG_BLOCK, &watch->signals, NULL);
	return pthread_create(&watch->thread, NULL, keep_watch, watch) == 0 ? OK : ERR_NOMEM;
}

static void watch_stop(struct watch *watch)
{
	pthread_kill(watch->thread, SIGUSR1);
	pthread_join(watch->thread, NULL);
	if (watch->shown)
		fprintf(stderr, "\r\033[K");
}

/* ---- the command ---- */

struct backup_shown {
	struct str file, key_file;
	int64_t bytes, apps, accounts;
};

static const struct out_field backup_out[] = {
	OUT("file", TEXT, struct backup_shown, file),
	OUT("bytes", INTEGER, struct backup_shown, bytes),
	OUT("apps", INTEGER, struct backup_shown, apps),
	OUT("accounts", INTEGER, struct backup_shown, accounts),
	OUT("key_file", TEXT, struct backup_shown, key_file),
};

static enum err show(struct cli *cli, const struct backup *backup, const struct backup_made *made)
{
	const struct backup_shown shown = {
		.file = backup->file,
		.key_file = cli->start->settings->key_file,
		.bytes = made->bytes,
		.apps = made->apps,
		.accounts = made->accounts,
	};

	if (cli_has(cli->invocation, "--json"))
		return cli_print(cli, backup_out, COUNT_OF(backup_out), &shown);
	printf("wrote %.*s: %lld bytes, accounts: %lld; the key file %.*s is not in it: keep a "
	       "copy of that elsewhere\n",
	       STR_ARG(shown.file), (long long)shown.bytes, (long long)shown.accounts,
	       STR_ARG(shown.key_file));
	return OK;
}

/* The log has the reason, of all but a name that is taken. */
static enum err refuse_begin(struct cli *cli, enum err err)
{
	const char *file = cli->invocation->operands[0];

	cli->status = EXIT_REFUSED;
	if (err == ERR_CONFLICT)
		fprintf(stderr, "rekey: backup: there is a %s already: name another file\n", file);
	else if (err == ERR_CONFIG)
		fprintf(stderr, "rekey: backup: %s cannot be made\n", file);
	else
		return err;
	return OK;
}

/* Mostly it is the disk, of which a database says little. */
static enum err refuse_finish(struct cli *cli, const struct backup *backup, enum err err)
{
	struct statvfs disk;
	struct str folder;

	if (err == ERR_CONFLICT)
		return refuse_begin(cli, err);
	TRY(folder_of(cli->arena, backup->file, &folder));
	cli->status = EXIT_REFUSED;
	fprintf(stderr, "rekey: backup: %.*s was not made, and nothing is left of it",
	        STR_ARG(backup->file));
	if (err != ERR_STORE && err != ERR_CONFIG)
		fprintf(stderr, ": %s", err_sentence(err));
	else if (statvfs(folder.ptr, &disk) == 0)
		fprintf(stderr, "; it takes up to %lld KiB, and the disk has %lld",
		        (long long)(backup->bytes_about / 1024),
		        (long long)disk.f_bavail * (long long)(disk.f_frsize / 1024));
	fprintf(stderr, "\n");
	return OK;
}

static enum err refuse_unopened(struct cli *cli)
{
	const struct start *start = cli->start;

	if (start->store == ERR_NOT_FOUND)
		fprintf(stderr, "rekey: backup: there is no database at %.*s: see database.url\n",
		        STR_ARG(start->settings->database_url));
	else if (start->store == ERR_SCHEMA_OLDER)
		fprintf(stderr,
		        "rekey: backup: %s: use the rekey that the server runs, or take "
		        "the steps with rekey migrate\n",
		        err_sentence(start->store));
	else
		return start->store;
	cli->status = EXIT_REFUSED;
	return OK;
}

static enum err refuse_served(struct cli *cli)
{
	fprintf(stderr, "rekey: backup: a PostgreSQL database is backed up by PostgreSQL's own "
	                "programs: pg_dump, or pg_basebackup with an archive\n");
	cli->status = EXIT_REFUSED;
	return OK;
}

enum err cli_backup(struct cli *cli)
{
	const struct backup_request request = { str(cli->invocation->operands[0]) };
	struct backup backup;
	struct backup_made made;
	struct watch watch;

	if (database_is_served(cli->start->settings))
		return refuse_served(cli);
	if (cli->start->store != OK)
		return refuse_unopened(cli);
	enum err err = operation_run(&cli->ctx, &backup_begin_op, &request, &backup);
	if (err != OK)
		return refuse_begin(cli, err);
	err = watch_start(&watch, &backup);
	if (err == OK) {
		err = operation_run(&cli->ctx, &backup_finish_op, &backup, &made);
		watch_stop(&watch);
	} else {
		new_file_abandon(backup.part.ptr);
	}
	return err == OK ? show(cli, &backup, &made) : refuse_finish(cli, &backup, err);
}
