/* SPDX-License-Identifier: Apache-2.0 */
/* password_strength.h - what a form says of a password while it is being typed. */
#ifndef REKEY_ACCOUNT_PASSWORD_STRENGTH_H
#define REKEY_ACCOUNT_PASSWORD_STRENGTH_H

#include "account/operation.h"

struct password_typed {
	struct secret password;
	struct secret token; /* of a mailed link, whose owner's words count; NONE: of none */
	struct str email, username, name; /* what the form says of its person; each may be NONE */
};

struct password_strength {
	int64_t refused; /* enum err, as it would be answered; OK: it would be taken */
	int64_t score;   /* 0 if it is refused, to PASSWORD_SCORE_MAX */
};

/* Changes nothing and keeps nothing. Of an account it shows no more than that: whether a word is
 * one of its names, to whoever holds a live token of it. */
extern const struct operation password_strength_op; /* struct password_typed -> ..._strength */

#endif
