/* SPDX-License-Identifier: Apache-2.0 */
/* provider_talk.h - a code becomes a person: what is said between us and a provider. */
#ifndef REKEY_ACCOUNT_PROVIDER_TALK_H
#define REKEY_ACCOUNT_PROVIDER_TALK_H

#include "account/provider.h"
#include "jose/id_token.h"
#include "outbound/https.h"

struct provider_code {
	struct secret code;
	struct str redirect_uri;
	struct secret verifier; /* of the code challenge that was sent; NONE: none was */
	struct str nonce;
};

/* Exchanges the code, checks the ID token by the provider's keys, and asks who it is of. Blocks, as
 * long as the turn lasts at most; no transaction may be open.
 * ERR_SIGN_IN_REFUSED, by deny(): the code is none, or the ID token is not good. ERR_UNREACHABLE,
 * by deny(), and logged: the provider does not answer as it should. */
MUST_USE enum err provider_ask_person(struct ctx *ctx, struct https_turn *turn,
                                      const struct provider *provider,
                                      const struct provider_code *code,
                                      struct person_claims *ret_person);

#endif
