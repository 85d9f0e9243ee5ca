/* SPDX-License-Identifier: Apache-2.0 */
/* doctor_priv.h - what the checks of rekey doctor share. */
#ifndef REKEY_CLI_DOCTOR_PRIV_H
#define REKEY_CLI_DOCTOR_PRIV_H

#include "account/inspection.h"
#include "cli/cli.h"

enum { FINDINGS_MAX = 64, LATE_MINUTES = 10 };

enum mark { MARK_OK, MARK_WARN, MARK_FAIL, MARK_COUNT };

struct finding {
	struct str check, mark, what;
	struct str advice; /* NONE: nothing is to be done */
};

struct doctor {
	struct cli *cli;
	const struct settings *settings; /* NULL: the configuration was refused */
	const char *check;               /* the one that runs */
	struct str database_path;        /* or "PostgreSQL" */
	bool has_key;                    /* of the key file: */
	struct key key;
	bool inspected; /* the database could be read, and is as follows */
	struct database_state database;
	struct finding *findings;
	size_t n_findings;
	bool failed;
};

/* Adds a line: what is so, and what to do about it (NULL: nothing). */
MUST_USE enum err note(struct doctor *doctor, enum mark mark, const char *advice,
                       const char *format, ...) PRINTF(4, 5);

/* The checks. An error is one of doctor's own, such as ERR_NOMEM: what is wrong is a finding. */
enum err check_public_url(struct doctor *doctor);
enum err check_key_file(struct doctor *doctor);
enum err check_database_file(struct doctor *doctor);
enum err check_disk(struct doctor *doctor);
enum err check_machine_clock(struct doctor *doctor);
enum err check_open_files(struct doctor *doctor);

enum err check_database(struct doctor *doctor);
enum err check_signing_key(struct doctor *doctor);
enum err check_audit_clock(struct doctor *doctor);
enum err check_hash(struct doctor *doctor);
enum err check_mail(struct doctor *doctor);
enum err check_outbox(struct doctor *doctor);

#endif
