/* SPDX-License-Identifier: Apache-2.0 */
/* postgres_link.h - a connection to a PostgreSQL server that answers in time, or is given up.
 *
 * For driver_postgres.c. A link is made by its url and connected when it is needed; a server that
 * restarts, or hands over to its standby, ends it, and the next who needs it connects anew. */
#ifndef REKEY_STORE_POSTGRES_LINK_H
#define REKEY_STORE_POSTGRES_LINK_H

#include "base/err.h"
#include "base/str.h"
#include <libpq-fe.h>
#include <stdbool.h>
#include <stdint.h>

struct postgres_link {
	PGconn *pg; /* NULL: not connected */
	char *url;  /* as libpq takes it */
	/* Statements have names, which live as long as the server's end of the connection: not
	 * behind a pooler that gives each transaction another one ("prepare=off"). */
	bool prepares;
	bool warned;    /* by the server, since this was last set to false */
	bool timed_out; /* the last connection ended so, and not because it was dead */
};

/* Reads the url ("postgresql://...", one of libpq's, and "prepare=off" if it says so); does not
 * connect. ERR_CONFIG, ERR_NOMEM. postgres_unlink() it in any case. */
MUST_USE enum err postgres_link_read(struct postgres_link *link, const char *url);
void postgres_unlink(struct postgres_link *link);

/* Blocks for some seconds at most. OK, or ERR_STORE, of which the log tells the first time. */
MUST_USE enum err postgres_connect(struct postgres_link *link);

/* Gives the connection up. */
void postgres_disconnect(struct postgres_link *link);

/* The next result of what was sent; NULL: there is none, or (link->pg is NULL then) the server did
 * not answer in timeout_ms, or is gone. PQclear() it. timeout_ms 0: waits for as long as it takes.
 */
PGresult *postgres_next(struct postgres_link *link, int64_t timeout_ms);

/* The last of all results of what was sent, or the first that is an error. */
PGresult *postgres_last(struct postgres_link *link, int64_t timeout_ms);

#endif
