/* SPDX-License-Identifier: Apache-2.0 */
/* copy.h - a whole database moved to another place, of another engine if need be, and compared.
 *
 * For a database that no server uses meanwhile: what is changed during a copy is found, and the
 * copy then calls itself no copy. Rows that are at the other place already are passed over, so a
 * copy that was interrupted is begun again by the same words. The key file is not in it. */
#ifndef REKEY_ACCOUNT_COPY_H
#define REKEY_ACCOUNT_COPY_H

#include "account/operation.h"

struct database_copy {
	struct str from, to;      /* database.url of each; `to` is made if it is not there */
	struct table_watch watch; /* told of every thousand rows or so, and of the reading back */
};

struct table_copied {
	struct str table;
	int64_t rows;
	struct str digest; /* hex; of the rows at either place */
	int64_t equal;     /* 1: the two places have the same */
};

struct database_copied {
	struct table_copied tables[STORE_TABLES];
	bool equal; /* all of them */
};

/* ERR_CONFIG: the two are one. ERR_NOT_FOUND: there is no database to copy. ERR_APP_EXISTS:
 * `to` has apps of its own. ERR_SCHEMA_OLDER,
 * ERR_SCHEMA_NEWER: it is of another rekey. ERR_STORE: logged. */
extern const struct operation database_copy_op; /* struct database_copy -> struct database_copied */

#endif
