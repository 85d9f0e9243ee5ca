/* SPDX-License-Identifier: Apache-2.0 */
/* doctor.c - rekey doctor: the table of checks, and one line for each thing found. */
#include "cli/doctor_priv.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { WHAT_ROOM = 1024 };

static const char *const mark_words[MARK_COUNT] = { "ok", "warn", "FAIL" };

static const struct out_field finding_out[] = {
	OUT("check", TEXT, struct finding, check),
	OUT("state", TEXT, struct finding, mark),
	OUT("what", TEXT, struct finding, what),
	OUT("advice", TEXT, struct finding, advice),
};

enum err note(struct doctor *doctor, enum mark mark, const char *advice, const char *format, ...)
{
	struct finding *finding = &doctor->findings[doctor->n_findings];
	char what[WHAT_ROOM];
	va_list args;

	if (doctor->n_findings == FINDINGS_MAX)
		return ERR_INTERNAL;
	va_start(args, format);
	vsnprintf(what, sizeof(what), format, args);
	va_end(args);
	for (char *c = what; *c; c++) {
		if ((unsigned char)*c < ' ' || *c == 127)
			*c = '?';
	}
	*finding = (struct finding){ str(doctor->check), str(mark_words[mark]), STR_NONE,
		                     str(advice) };
	TRY(arena_str(doctor->cli->arena, str(what), &finding->what));
	doctor->n_findings++;
	doctor->failed = doctor->failed || mark == MARK_FAIL;
	if (cli_has(doctor->cli->invocation, "--json"))
		return OK;
	printf("%-4s %-13s %s%s%s\n", mark_words[mark], doctor->check, what, advice ? ": " : "",
	       advice ? advice : "");
	fflush(stdout); /* the next check may take its time */
	return OK;
}

static enum err check_configuration(struct doctor *doctor)
{
	const struct start *start = doctor->cli->start;

	if (!start->settings)
		return note(doctor, MARK_FAIL, "mend it; rekey help serve lists the keys", "%.*s",
		            STR_ARG(start->refusal));
	return note(doctor, MARK_OK, NULL, "%s is understood",
	            start->config_file ? start->config_file : "what the environment and --set say");
}

enum wants { WANTS_NOTHING, WANTS_SETTINGS, WANTS_FILE /* that is the database */ };

/* In the order in which a server needs them. */
static const struct check {
	const char *name;
	enum err (*run)(struct doctor *doctor);
	enum wants wants;
} checks[] = {
	{ "configuration", check_configuration, WANTS_NOTHING },
	{ "public url", check_public_url, WANTS_SETTINGS },
	{ "key file", check_key_file, WANTS_SETTINGS },
	{ "database", check_database_file, WANTS_FILE },
	{ "database", check_database, WANTS_SETTINGS },
	{ "signing key", check_signing_key, WANTS_SETTINGS },
	{ "disk", check_disk, WANTS_FILE },
	{ "clock", check_machine_clock, WANTS_NOTHING },
	{ "clock", check_audit_clock, WANTS_SETTINGS },
	{ "hash", check_hash, WANTS_SETTINGS },
	{ "mail", check_mail, WANTS_SETTINGS },
	{ "outbox", check_outbox, WANTS_SETTINGS },
	{ "open files", check_open_files, WANTS_NOTHING },
};

static bool has_what_it_wants(const struct doctor *doctor, const struct check *check)
{
	if (check->wants == WANTS_FILE)
		return doctor->settings && !database_is_served(doctor->settings);
	return doctor->settings || check->wants == WANTS_NOTHING;
}

/* Of a url that is no path nothing is shown: it may hold a password. */
static enum err name_database(struct doctor *doctor)
{
	doctor->database_path = STR("PostgreSQL");
	return database_is_served(doctor->settings)
	               ? OK
	               : database_path(doctor->cli->arena, doctor->settings,
	                               &doctor->database_path);
}

static enum err run_checks(struct doctor *doctor)
{
	FOREACH(check, checks) {
		doctor->check = check->name;
		if (has_what_it_wants(doctor, check))
			TRY(check->run(doctor));
	}
	return OK;
}

enum err cli_doctor(struct cli *cli)
{
	struct doctor doctor = { .cli = cli, .settings = cli->start->settings };

	NEED(doctor.findings = arena_array(cli->arena, FINDINGS_MAX, sizeof(*doctor.findings)));
	if (doctor.settings)
		TRY(name_database(&doctor));
	enum err err = run_checks(&doctor);
	wipe(&doctor.key, sizeof(doctor.key));
	TRY(err);
	cli->status = doctor.failed ? EXIT_REFUSED : EXIT_DONE;
	if (!cli_has(cli->invocation, "--json"))
		return OK;
	return cli_print_list(cli, finding_out, COUNT_OF(finding_out), doctor.findings,
	                      doctor.n_findings, sizeof(doctor.findings[0]));
}
