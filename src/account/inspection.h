/* SPDX-License-Identifier: Apache-2.0 */
/* inspection.h - what an operator wants to know of the parts that a service is made of: the
 * database, the mail server, the speed of a hash. Nothing here changes anything. */
#ifndef REKEY_ACCOUNT_INSPECTION_H
#define REKEY_ACCOUNT_INSPECTION_H

#include "account/operation.h"

struct database_inspect {
	int64_t late_before; /* a mail asked for before this moment, and still due, is late */
};

struct database_state {
	struct str finding; /* "ok", or what is broken */
	struct str journal; /* "wal", as a server sets it */
	int64_t writable;   /* a transaction could be begun */
	struct census census;
};

/* Reads all of the database. ERR_STORE: it cannot be read; logged. */
extern const struct operation database_inspect_op; /* struct database_inspect -> database_state */

struct vitals {
	int64_t mails_due, mails_dead;
	int64_t oldest_due_s; /* how long it has waited; 0: none waits */
};

/* What changes by the minute, for whoever watches: reads little. ERR_STORE: the database is away.
 */
extern const struct operation vitals_op; /* struct nothing -> struct vitals */

struct mail_server {
	struct str url; /* smtp:// or smtps:// */
	bool starttls_required;
	const char *ca_file; /* NULL: the system's */
};

struct mail_server_state {
	bool works;
	struct str reason; /* why not, or whether there was a log-in */
};

/* Connects and logs in as for a mail, without one. Blocks, for up to 20 seconds. ERR_CONFIG: there
 * can be no such server. */
extern const struct operation mail_server_inspect_op; /* struct mail_server -> mail_server_state */

enum { HASH_TOGETHER_MAX = 64 };

struct hash_load {
	uint32_t memory_kib, passes;
	unsigned together; /* hashes at once, each on a thread of its own: 1..HASH_TOGETHER_MAX */
	int64_t for_ms;    /* at least; and at least one hash on each thread */
};

struct hash_speed {
	int64_t hashes, elapsed_us; /* elapsed_us * together / hashes: the time of one */
	int64_t cpu_us;             /* of elapsed_us * together that we were given */
	bool kept;                  /* made in kept memory (hash/kept_memory.h) */
};

/* ERR_NOMEM: the machine has no memory for that many hashes of this size. */
extern const struct operation hash_measure_op; /* struct hash_load -> struct hash_speed */

#endif
