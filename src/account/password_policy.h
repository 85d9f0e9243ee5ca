/* SPDX-License-Identifier: Apache-2.0 */
/* password_policy.h - which passwords are taken.
 *
 * Any characters, in NFC (NIST SP 800-63B-4, 3.1.1.2), by number of code points and by how many
 * tries a guesser would need: no composition rules (OWASP ASVS 5.0, 6.2.5), nothing cut off. What
 * is refused is only what anybody would try first, the owner's and the app's own names among it
 * (6.2.11). */
#ifndef REKEY_ACCOUNT_PASSWORD_POLICY_H
#define REKEY_ACCOUNT_PASSWORD_POLICY_H

#include "account/operation.h"

/* What others know of the person whose password it is. Each may be NONE. */
struct password_owner {
	struct str email, username, name;
};

struct password_owner password_owner_of(const struct account *account);

/* Code points: the app's own, else the server's. */
int64_t password_min_length(const struct ctx *ctx);

/* From 0, refused as guessable, to PASSWORD_SCORE_MAX. Judged by its first PASSWORD_JUDGED_BYTES,
 * piece by piece up to the first that is not guessable, so that none costs more than a hash. */
enum { PASSWORD_SCORE_MAX = 4, PASSWORD_JUDGED_BYTES = 100 };
MUST_USE enum err password_score(struct ctx *ctx, struct secret nfc,
                                 const struct password_owner *owner, int64_t *ret_score);

/* Spells it in NFC, counts and judges. ERR_PASSWORD_SHORT, ERR_PASSWORD_LONG,
 * ERR_PASSWORD_GUESSABLE, ERR_MALFORMED (not UTF-8). */
MUST_USE enum err password_accept(struct ctx *ctx, struct secret password,
                                  const struct password_owner *owner, struct secret *ret_nfc);

#endif
