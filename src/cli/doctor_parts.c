/* SPDX-License-Identifier: Apache-2.0 */
/* doctor_parts.c - checks of the database, the hashes and the mail, by operations. */
#include "account/signing.h"
#include "base/clock.h"
#include "cli/doctor_priv.h"
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CLOCK_SLACK_S = 5, HASH_MEASURE_MS = 300, HASH_MS_MAX = 1000 };

/* ---- the database ---- */

/* Main has tried to open it. */
static enum err check_opening(struct doctor *doctor)
{
	switch (doctor->cli->start->store) {
	case ERR_NOT_FOUND: /* of a file told by check_database_file() */
		return !database_is_served(doctor->settings)
		               ? OK
		               : note(doctor, MARK_WARN,
		                      "rekey migrate or the first start makes it",
		                      "the database is empty");
	case ERR_SCHEMA_OLDER:
		return note(
			doctor, MARK_WARN,
			"make a backup with the rekey that ran before; the start takes the steps",
			"steps of the schema are missing");
	case ERR_SCHEMA_NEWER:
		return note(doctor, MARK_FAIL,
		            "install that one again, or bring back the backup made before it",
		            "the database was made by a newer rekey than " REKEY_VERSION);
	default:
		return note(
			doctor, MARK_FAIL,
			"standard error has the reason; rekey backup copies are brought back by "
			"copying",
			"the database cannot be opened");
	}
}

static enum err inspect(struct doctor *doctor)
{
	struct ctx *ctx = &doctor->cli->ctx;
	const struct database_inspect in = { ctx->now - LATE_MINUTES * MINUTE };
	enum err err = operation_run(ctx, &database_inspect_op, &in, &doctor->database);

	if (err == ERR_NOMEM)
		return err;
	doctor->inspected = err == OK;
	return err == OK ? OK
	                 : note(doctor, MARK_FAIL, "bring back a backup",
	                        "the database cannot be read: standard error has the reason");
}

static enum err check_journal(struct doctor *doctor)
{
	struct str journal = doctor->database.journal;

	if (database_is_served(doctor->settings))
		return note(doctor, MARK_FAIL,
		            "set synchronous_commit = on for the user or the database",
		            "commits are %.*s: what was answered may be lost", STR_ARG(journal));
	return note(doctor, MARK_WARN, "the next start sets it", "the journal is %.*s and not wal",
	            STR_ARG(journal));
}

enum err check_database(struct doctor *doctor)
{
	const struct database_state *state = &doctor->database;

	if (doctor->cli->start->store != OK)
		return check_opening(doctor);
	TRY(inspect(doctor));
	if (!doctor->inspected)
		return OK;
	if (!str_is(state->finding, "ok"))
		return note(doctor, MARK_FAIL, "bring back a backup",
		            "the database is broken: %.*s", STR_ARG(state->finding));
	if (!state->writable)
		return note(doctor, MARK_FAIL, "end the program that keeps the database locked",
		            "the database cannot be written: standard error has the reason");
	if (!str_is(state->journal, "wal"))
		TRY(check_journal(doctor));
	return note(doctor, MARK_OK, NULL, "%.*s is whole: %lld bytes, apps: %lld, accounts: %lld",
	            STR_ARG(doctor->database_path), (long long)state->census.bytes,
	            (long long)state->census.apps, (long long)state->census.accounts);
}

/* Of a key file that cannot be read check_key_file() has told. */
enum err check_signing_key(struct doctor *doctor)
{
	const struct key_inspect in = { &doctor->key };
	struct key_inspected inspected;

	if (!doctor->inspected || !doctor->has_key)
		return OK;
	TRY(operation_run(&doctor->cli->ctx, &key_inspect_op, &in, &inspected));
	if (!inspected.exists)
		return note(doctor, MARK_OK, NULL, "there is none yet: the next start makes it");
	if (!inspected.unseals)
		return note(doctor, MARK_FAIL,
		            "bring the key file back that the servers began with, or run rekey key "
		            "rotate",
		            "it was sealed by another key file");
	return note(doctor, MARK_OK, NULL, "the key file opens it");
}

enum err check_audit_clock(struct doctor *doctor)
{
	int64_t ahead = doctor->database.census.audited_at - doctor->cli->ctx.now;

	if (!doctor->inspected || doctor->database.census.audited_at == 0)
		return OK;
	if (ahead > CLOCK_SLACK_S)
		return note(doctor, MARK_FAIL, "set the clock: links and sessions end by it",
		            "the audit trail is %lld seconds ahead of the clock", (long long)ahead);
	return note(doctor, MARK_OK, NULL, "the audit trail is not ahead of the clock");
}

enum err check_outbox(struct doctor *doctor)
{
	const struct census *census = &doctor->database.census;

	if (!doctor->inspected)
		return OK;
	if (census->late_mails > 0)
		TRY(note(doctor, MARK_WARN, "rekey mail list has the mail server's words",
		         "mails that wait for more than %d minutes: %lld", LATE_MINUTES,
		         (long long)census->late_mails));
	if (census->dead_mails > 0)
		TRY(note(doctor, MARK_WARN, "rekey mail list says why; rekey mail retry --all",
		         "dead mails: %lld", (long long)census->dead_mails));
	if (census->late_mails > 0 || census->dead_mails > 0)
		return OK;
	return note(doctor, MARK_OK, NULL, "no mail is late, and none is dead");
}

/* ---- hashes ---- */

static enum err tell_speed(struct doctor *doctor, const struct hash_speed *speed)
{
	const struct settings *settings = doctor->settings;
	int64_t hash_us = speed->elapsed_us / speed->hashes;
	int64_t per_second = hash_us > 0 ? settings->hash_threads * 1000000 / hash_us : 0;
	bool slow = hash_us > HASH_MS_MAX * 1000;
	const char *advice = NULL;

	if (slow)
		advice = "OWASP advises less than a second: see rekey calibrate";
	else if (!speed->kept)
		advice = "a release build that may lock its memory takes about half the time";
	return note(doctor, advice ? MARK_WARN : MARK_OK, advice,
	            "%.1f ms for %lld KiB and %lld passes, so %lld hashes/s by %lld threads; the "
	            "memory is %s",
	            (double)hash_us / 1000, (long long)settings->hash_memory_kib,
	            (long long)settings->hash_passes, (long long)per_second,
	            (long long)settings->hash_threads,
	            speed->kept ? "kept" : "mapped anew for each");
}

enum err check_hash(struct doctor *doctor)
{
	const struct settings *settings = doctor->settings;
	const struct hash_load load = { (uint32_t)settings->hash_memory_kib,
		                        (uint32_t)settings->hash_passes, 1, HASH_MEASURE_MS };
	struct hash_speed speed;

	if (!hash_cost_is_advised(settings))
		TRY(note(doctor, MARK_WARN, "rekey calibrate finds a cost for this machine",
		         "hash.memory_kib and hash.passes are below OWASP's minimum"));
	if (operation_run(&doctor->cli->ctx, &hash_measure_op, &load, &speed) != OK)
		return note(doctor, MARK_FAIL, "lower hash.memory_kib or hash.threads",
		            "there is no memory for a hash of %lld KiB",
		            (long long)settings->hash_memory_kib);
	return tell_speed(doctor, &speed);
}

/* ---- mail ---- */

static enum err check_mail_folder(struct doctor *doctor, const char *folder)
{
	struct stat status;

	if (stat(folder, &status) != 0)
		return note(doctor, errno == ENOENT ? MARK_WARN : MARK_FAIL,
		            errno == ENOENT ? "the start makes it" : "see mail.url",
		            "the folder for mails, %s: %s", folder, strerror(errno));
	if (!S_ISDIR(status.st_mode) || access(folder, W_OK | X_OK) != 0)
		return note(doctor, MARK_FAIL, "see its owner and mode",
		            "no mail can be written to %s", folder);
	return note(doctor, MARK_OK, NULL, "mails are files in %s, and are sent to nobody", folder);
}

static enum err check_mail_server(struct doctor *doctor)
{
	const struct settings *settings = doctor->settings;
	const struct mail_server server = {
		.url = settings->mail_url,
		.starttls_required = settings->mail_starttls == STARTTLS_REQUIRED,
		.ca_file = settings->mail_ca_file.ptr,
	};
	struct mail_server_state state;
	enum err err = operation_run(&doctor->cli->ctx, &mail_server_inspect_op, &server, &state);

	if (err == ERR_CONFIG)
		return note(doctor, MARK_FAIL,
		            "smtp://user:password@host:port, special letters percent-encoded",
		            "mail.url is no address of a mail server");
	TRY(err);
	if (!state.works)
		return note(doctor, MARK_FAIL,
		            "mails wait until this is mended: see mail.url, mail.starttls and "
		            "mail.ca_file",
		            "%.*s", STR_ARG(state.reason));
	return note(doctor, MARK_OK, NULL, "the mail server answers, %.*s", STR_ARG(state.reason));
}

enum err check_mail(struct doctor *doctor)
{
	const struct settings *settings = doctor->settings;

	if (!settings->mail_url.ptr)
		return note(doctor, MARK_WARN, "set mail.url and mail.from",
		            "mail.url is not set, and mails wait in the outbox");
	if (!settings->mail_from.ptr)
		TRY(note(doctor, MARK_FAIL, "set it to the address that mails come from",
		         "mail.from is not set"));
	if (mail_goes_in_the_clear(settings))
		TRY(note(doctor, MARK_WARN, "take mail.starttls = off away",
		         "mails, and the password of mail.url, leave this machine in the clear"));
	if (str_starts(settings->mail_url, "file:"))
		return check_mail_folder(doctor, settings->mail_url.ptr + strlen("file:"));
	return check_mail_server(doctor);
}
