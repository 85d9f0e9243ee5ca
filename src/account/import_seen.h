/* SPDX-License-Identifier: Apache-2.0 */
/* import_seen.h - the names of a file's records so far, for a dry run, which adds nothing that a
 * later record could meet.
 *
 * Names are kept as short keyed hashes, 16 bytes each, up to 16 million of them. */
#ifndef REKEY_ACCOUNT_IMPORT_SEEN_H
#define REKEY_ACCOUNT_IMPORT_SEEN_H

#include "account/administration.h"

enum seen_kind { SEEN_ID, SEEN_EMAIL, SEEN_USERNAME };

/* Whether a record had this name, and whether that one's username was this one. A name of NONE was
 * never there. */
bool import_seen_has(const struct import_seen *seen, enum seen_kind kind, struct str name,
                     struct str username, bool *ret_same_username);

/* ERR_NOMEM: also, there are too many. */
MUST_USE enum err import_seen_add(struct import_seen *seen, enum seen_kind kind, struct str name,
                                  struct str username);

#endif
