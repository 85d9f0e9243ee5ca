/* SPDX-License-Identifier: Apache-2.0 */
/* known_tokens.h - tokens whose signature was found good, so that it is looked at once and not at
 * every request.
 *
 * Only that: what else makes a token good (its key, its time, its session) is asked every time. A
 * token is kept as its digest, in a table of fixed size where a newer one takes the place of an
 * older one; whoever is forgotten is verified again. Thread-safe. */
#ifndef REKEY_JOSE_KNOWN_TOKENS_H
#define REKEY_JOSE_KNOWN_TOKENS_H

#include "base/crypto.h"

enum { KNOWN_TOKENS_MAX = 16384 }; /* 512 KiB */

struct known_tokens;

/* NULL: out of memory. The caller owns it: known_tokens_free() it. NULL is a no-op there. */
struct known_tokens *known_tokens_new(void);
void known_tokens_free(struct known_tokens *known);

bool known_tokens_have(struct known_tokens *known, const struct digest *digest);
void known_tokens_add(struct known_tokens *known, const struct digest *digest);

#endif
