/* SPDX-License-Identifier: Apache-2.0 */
/* database.h - a database for one test, on the engine that all tests of this run are about.
 *
 * SQLite, unless REKEY_TEST_POSTGRES is the url of a PostgreSQL database
 * ("postgresql://user@host/name") where schemas may be made. */
#ifndef REKEY_DATABASE_H
#define REKEY_DATABASE_H

#include "scratch.h"

bool on_postgres(void);

/* An empty one: its url. It is the test's until database_remove(); a file is the scratch folder's.
 */
struct str database_make(const struct scratch *scratch, struct arena *arena);
void database_remove(struct str url, struct arena *arena);

/* Runs SQL past the store and returns the first column of the first row. */
struct str database_sql(struct str url, struct arena *arena, const char *sql);

#endif
