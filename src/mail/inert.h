/* SPDX-License-Identifier: Apache-2.0 */
/* inert.h - values that strangers gave, as words of a mail that nothing makes a link of.
 *
 * Mail clients turn whatever looks like an address or a domain into a link, also in plain text. A
 * username "shop.example" or an address that somebody typed must not become one in a mail that we
 * sign. So a word joiner (U+2060), which nobody sees, follows each mark that such words need. */
#ifndef REKEY_MAIL_INERT_H
#define REKEY_MAIL_INERT_H

#include "base/arena.h"

/* One line of text: what would end it or turn its direction becomes a space, and what is not UTF-8
 * a question mark; joiners stand behind ". @ : /" within words. ERR_NOMEM. */
MUST_USE enum err mail_inert(struct arena *arena, struct str value, struct str *ret_inert);

#endif
