/* SPDX-License-Identifier: Apache-2.0 */
/* operator_words.h - a mail by an app's own template, whose words are the operator's.
 *
 * Its places are {{link}}, {{code}}, {{secret}}, {{app}}, {{username}}, {{email}}, {{minutes}},
 * {{position}}, {{reference}}, {{network}} and {{time}}; any other becomes nothing. Values stand in
 * it as they are, for an operator may make a link of them; a username, which anybody chooses, is
 * inert (inert.h). */
#ifndef REKEY_MAIL_OPERATOR_WORDS_H
#define REKEY_MAIL_OPERATOR_WORDS_H

#include "account/outbox.h"
#include "mail/sheet.h"

/* Fills what the template says: subject and blocks; *ret_text is the whole of it, as it stands.
 * ERR_NOMEM. */
MUST_USE enum err operator_words(struct arena *arena, const struct letter *letter,
                                 struct sheet *sheet, struct str *ret_text);

#endif
