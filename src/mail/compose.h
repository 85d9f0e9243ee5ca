/* SPDX-License-Identifier: Apache-2.0 */
/* compose.h - one mail as the bytes that go to the mail server.
 *
 * The same message always composes to the same bytes, so that a retry after a crash sends the same
 * mail again. No value can add a header or end one: whatever a text holds, it stays that text. */
#ifndef REKEY_MAIL_COMPOSE_H
#define REKEY_MAIL_COMPOSE_H

#include "base/arena.h"
#include <stdint.h>

struct mail {
	struct str from_name;  /* shown for the sender; none: the address alone */
	struct str from, to;   /* local@domain, one each; a local part may be UTF-8 */
	struct str subject;    /* UTF-8 */
	struct str text;       /* UTF-8, line ends are '\n' */
	struct str html;       /* the same as HTML; none: the mail is plain text alone */
	struct str language;   /* of both parts, "en" (RFC 5646); none: it is not said */
	struct str message_id; /* without angle brackets */
	int64_t date;          /* Unix seconds */
};

/* Writes an RFC 5322 message with CRLF line ends: text first, then HTML, as multipart/alternative.
 * ASCII parts stay as they are, with whole links; others are quoted-printable. No line begins with
 * a dot. In the subject and the sender's name, control characters become spaces; in the language
 * and the Message-ID whatever has no place there is left out. A non-ASCII address is written as
 * UTF-8, and its mail needs a server with SMTPUTF8 (RFC 6531).
 * ERR_BAD_EMAIL: from or to is not one address. ERR_INTERNAL: no calendar has this date.
 * ERR_NOMEM. Call crypto_start() before. */
MUST_USE enum err mail_compose(struct arena *arena, const struct mail *mail, struct str *ret_eml);

#endif
