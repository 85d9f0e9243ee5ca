/* SPDX-License-Identifier: Apache-2.0 */
/* driver.h - one database engine, as seven functions.
 *
 * Engines run queries (queries.h) and know nothing of accounts. What an engine itself says of a
 * failure (file, code, words) is logged here, where it is known; callers get the error alone. */
#ifndef REKEY_STORE_DRIVER_H
#define REKEY_STORE_DRIVER_H

#include "base/arena.h"
#include "base/crypto.h"
#include "store/queries.h"

enum value_kind { VALUE_NULL, VALUE_INTEGER, VALUE_TEXT, VALUE_BYTES };

struct value {
	enum value_kind kind;
	int64_t integer;
	struct str text; /* VALUE_TEXT and VALUE_BYTES */
};

/* A conn belongs to one thread at a time. */
struct conn;

enum opening {
	OPEN_MAKING,   /* makes what is missing: the file, and the steps of the schema */
	OPEN_EXISTING, /* makes and changes nothing */
	OPEN_MORE,     /* beside one that was opened so: does not even look at the schema, which a
	                  newer server of this database may have moved on meanwhile */
};

struct driver {
	const char *name; /* as written before the colon of database.url: "sqlite" */
	bool one_writer;  /* transactions are one connection's, in turn, and share its COMMIT */
	bool in_process;  /* a read of one row waits for nothing but the disk */

	/* Connects, takes the schema steps that are missing, and prepares every query, so bad SQL
	 * fails at start-up. ERR_SCHEMA_NEWER: the database is ahead of this program. With
	 * OPEN_EXISTING also, silently: ERR_NOT_FOUND, there is no such database, and
	 * ERR_SCHEMA_OLDER, steps are missing. */
	enum err (*open)(const char *url, enum opening opening, struct conn **ret_conn);
	void (*close)(struct conn *conn); /* NULL is a no-op */

	/* Runs q up to its first row. ERR_CONFLICT: a UNIQUE refused it. */
	enum err (*execute)(struct conn *conn, enum query q, const struct value *args,
	                    size_t n_args);
	/* Copies the next row into arena. ERR_NOT_FOUND: there is none. */
	enum err (*fetch)(struct conn *conn, struct arena *arena, struct value *ret_row,
	                  size_t n_columns);

	/* One begin inside another begins a part, which is committed or rolled back by itself and
	 * is on the disk when all of it is. SQLite: takes the write lock at once, ERR_BUSY if
	 * another program keeps it. ERR_RETRY, from here on and from whatever is run in it: nothing
	 * of it has happened, and it may succeed when it is begun anew. */
	enum err (*begin)(struct conn *conn);
	/* OK: it is on the disk, or a part is done. Anything else: roll it back; nothing of it is
	 * on the disk, but for ERR_STORE of a server that was lost meanwhile: then nobody knows. */
	enum err (*commit)(struct conn *conn);
	void (*rollback)(struct conn *conn);
};

extern const struct driver driver_sqlite, driver_postgres;

#endif
