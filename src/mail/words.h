/* SPDX-License-Identifier: Apache-2.0 */
/* words.h - what a letter says, as the two forms of its mail.
 *
 * Ours say it in the letter's language, by src/texts/LANGUAGE/mail.txt. The app's own templates are
 * the operator's words (operator_words.c). */
#ifndef REKEY_MAIL_WORDS_H
#define REKEY_MAIL_WORDS_H

#include "account/outbox.h"

struct words {
	struct str subject, text, html;
};

/* ERR_NOMEM. */
MUST_USE enum err words_of(struct arena *arena, const struct letter *letter,
                           struct words *ret_words);

#endif
