/* SPDX-License-Identifier: Apache-2.0 */
/* password_policy.h - which passwords are taken.
 *
 * Any characters, in NFC (NIST SP 800-63B-4, 3.1.1.2), by number of code points and by nothing
 * else: no composition rules (OWASP ASVS 5.0, 6.2.5), nothing cut off. */
#ifndef REKEY_ACCOUNT_PASSWORD_POLICY_H
#define REKEY_ACCOUNT_PASSWORD_POLICY_H

#include "account/operation.h"

/* Code points: the app's own, else the server's. */
int64_t password_min_length(const struct ctx *ctx);

/* Spells it in NFC and counts. ERR_PASSWORD_SHORT, ERR_PASSWORD_LONG, ERR_MALFORMED (not UTF-8). */
MUST_USE enum err password_accept(struct ctx *ctx, struct secret password, struct secret *ret_nfc);

#endif
