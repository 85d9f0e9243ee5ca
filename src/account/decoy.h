/* SPDX-License-Identifier: Apache-2.0 */
/* decoy.h - what a stranger's password is checked against.
 *
 * Where every password is of Argon2id, a stranger costs a hash of that, and takes as long as a
 * member. Imported hashes take another time until their owners log in. So of the strangers of an
 * app as many look like such members as there are among its members, by the same kinds of hash:
 * which stranger does is decided by a keyed hash of what was typed, so it is always the same. As
 * members log in, the part gets smaller, and a stranger changes like a member, once, and never
 * back.
 *
 * What is counted is a minute old at most. Thread-safe. */
#ifndef REKEY_ACCOUNT_DECOY_H
#define REKEY_ACCOUNT_DECOY_H

#include "account/operation.h"

struct decoys;

/* NULL: out of memory. The caller owns it: decoys_free() it. NULL is a no-op there. */
struct decoys *decoys_new(void);
void decoys_free(struct decoys *decoys);

/* The hash that a stranger of this login is checked against, which never lets anybody in; NULL: the
 * hasher's own decoy. login: as limits count by it. Reads the store once a minute for each app;
 * where that fails, nobody has an old hash, and the log-in goes on. */
MUST_USE enum err decoy_for(struct ctx *ctx, struct str login, const char **ret_phc);

#endif
