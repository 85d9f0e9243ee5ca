/* SPDX-License-Identifier: Apache-2.0 */
/* file_drop.h - mails as files, for development and for tests: one .eml for each. */
#ifndef REKEY_MAIL_FILE_DROP_H
#define REKEY_MAIL_FILE_DROP_H

#include "account/outbox.h"

/* Makes the directory, for its owner alone, unless it is there. ERR_CONFIG: it cannot be. */
MUST_USE enum err file_drop_make(const char *dir);

/* Writes dir/TIME-MESSAGEID.eml, whole or not at all; the same mail again takes the same name. */
MUST_USE enum err file_drop(struct arena *arena, const char *dir, const struct letter *letter,
                            struct str eml, enum mail_outcome *ret_outcome, struct str *ret_reason);

#endif
