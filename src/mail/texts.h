/* SPDX-License-Identifier: Apache-2.0 */
/* texts.h - the words of each mail, in each language. */
#ifndef REKEY_MAIL_TEXTS_H
#define REKEY_MAIL_TEXTS_H

#include "account/outbox.h"

struct words {
	struct str subject, text, html; /* the HTML says the same, with links that can be pressed */
};

/* Fills the places {{link}}, {{secret}}, {{code}}, {{app}}, {{username}}, {{email}}, {{minutes}},
 * {{reference}}, {{time}}, {{network}}, {{typed_code}}, {{new_email}} of the letter's words; any
 * other place becomes nothing. The words are those of the letter's language, else English. */
MUST_USE enum err words_of(struct arena *arena, const struct letter *letter,
                           struct words *ret_words);

#endif
