/* SPDX-License-Identifier: Apache-2.0 */
/* backup.h - a copy of the whole database, made while others write.
 *
 * The copy holds every change that was acknowledged before it began. It has neither the key file
 * nor what the configuration says. Both steps are written to the audit trail. */
#ifndef REKEY_ACCOUNT_BACKUP_H
#define REKEY_ACCOUNT_BACKUP_H

#include "account/operation.h"

struct backup_request {
	struct str file; /* its name to be; nothing of that name may be there */
};

struct backup {
	struct str file;     /* NUL behind it, and behind the part */
	struct str part;     /* where it is written until it is whole (new_file.h) */
	int64_t bytes_about; /* how large it will be at most */
	int64_t audit_id;    /* a row that the copy has to hold */
};

/* Makes the part and writes "begun" to the audit trail. ERR_CONFLICT: the name is taken.
 * ERR_CONFIG: there can be no such file, or not as an address of a database; logged. */
extern const struct operation backup_begin_op; /* struct backup_request -> struct backup */

struct backup_made {
	int64_t bytes, apps, accounts;
};

/* Fills the part, reads all of it back, and gives it its name. On an error nothing is left of it.
 * ERR_STORE, ERR_CONFLICT, ERR_CONFIG: the reason is logged. */
extern const struct operation backup_finish_op; /* struct backup -> struct backup_made */

#endif
