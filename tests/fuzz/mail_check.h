/* SPDX-License-Identifier: Apache-2.0 */
/* mail_check.h - a composed mail, read as a mail reader reads it. */
#ifndef REKEY_FUZZ_MAIL_CHECK_H
#define REKEY_FUZZ_MAIL_CHECK_H

#include "mail/compose.h"

/* Holds: our headers and no others, each once and in their order; lines of CRLF and 998 bytes at
 * most, none that begins with a dot; ASCII but for addresses; and the parts are the texts. */
void check_mail(struct arena *arena, const struct mail *mail, struct str eml);

#endif
