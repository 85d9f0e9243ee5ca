/* SPDX-License-Identifier: Apache-2.0 */
/* import_seen.h - the names of a file's records so far, for a dry run, which adds nothing that a
 * later record could meet.
 *
 * Names are kept as short keyed hashes, 24 bytes each, up to 16 million of them. */
#ifndef REKEY_ACCOUNT_IMPORT_SEEN_H
#define REKEY_ACCOUNT_IMPORT_SEEN_H

#include "account/administration.h"

enum seen_kind { SEEN_ID, SEEN_EMAIL, SEEN_USERNAME };

/* What else a record has; NONE: it has none. */
struct seen_record {
	struct str id, username;
};

/* Which of it a record and the one before it have in common. */
struct seen_same {
	bool id, username;
};

/* Whether a record had this name. A name of NONE was never there. */
bool import_seen_has(const struct import_seen *seen, enum seen_kind kind, struct str name,
                     const struct seen_record *record, struct seen_same *ret_same);

/* ERR_NOMEM: also, there are too many. */
MUST_USE enum err import_seen_add(struct import_seen *seen, enum seen_kind kind, struct str name,
                                  const struct seen_record *record);

#endif
