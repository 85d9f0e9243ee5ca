/* SPDX-License-Identifier: Apache-2.0 */
/* password_check.h - whether what somebody typed is the password of a hash.
 *
 * Our own hashes are of passwords in NFC. One that came from elsewhere is of the bytes that its
 * owner's machine sent there, in whatever normalization. So both are tried, of every hash alike:
 * what is typed in NFC, as nearly everything is, costs one hash, and anything else two, whoever it
 * is typed for. */
#ifndef REKEY_ACCOUNT_PASSWORD_CHECK_H
#define REKEY_ACCOUNT_PASSWORD_CHECK_H

#include "account/operation.h"

struct password_checked {
	bool match;
	bool as_received;  /* it matched, but not in NFC: hash it anew */
	struct secret nfc; /* the password as it is kept */
};

/* phc: as hasher_verify() takes it, NULL for a stranger. ERR_MALFORMED: the password is not UTF-8.
 * ERR_BUSY. */
MUST_USE enum err password_check(struct ctx *ctx, struct secret password, const char *phc,
                                 struct password_checked *ret_checked);

#endif
