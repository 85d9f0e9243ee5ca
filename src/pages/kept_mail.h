/* SPDX-License-Identifier: Apache-2.0 */
/* kept_mail.h - a mail that was kept as a file, read again.
 *
 * It knows what this program writes (mail/compose.c), and no other mail. Any bytes may be given. */
#ifndef REKEY_PAGES_KEPT_MAIL_H
#define REKEY_PAGES_KEPT_MAIL_H

#include "base/arena.h"

/* The header of this name as one line, its encoded-words (RFC 2047) decoded. STR_NONE: the mail has
 * none. ERR_NOMEM. */
MUST_USE enum err kept_mail_header(struct arena *arena, struct str eml, const char *name,
                                   struct str *ret_value);

/* The part of this type ("text/plain") as it was before it was encoded. STR_NONE: the mail has
 * none. ERR_NOMEM. */
MUST_USE enum err kept_mail_part(struct arena *arena, struct str eml, const char *type,
                                 struct str *ret_text);

#endif
