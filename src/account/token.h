/* SPDX-License-Identifier: Apache-2.0 */
/* token.h - mailed one-time tokens: derived, never stored.
 *
 * A token is HMAC(key file, purpose, nonce of the outbox row), 256 bits as base64url. The row keeps
 * the nonce and the token's digest, so a crash between two attempts sends the same mail again. */
#ifndef REKEY_ACCOUNT_TOKEN_H
#define REKEY_ACCOUNT_TOKEN_H

#include "account/operation.h"

enum { MADE_PASSWORD_LETTERS = 20 }; /* of base32: 100 bits */

MUST_USE enum err token_derive(struct ctx *ctx, enum token_purpose purpose,
                               const struct nonce *nonce, struct secret *ret_token);

/* The password made for an account, from the nonce of the row that mails it. */
MUST_USE enum err made_password_derive(struct ctx *ctx, const struct nonce *nonce,
                                       struct secret *ret_password);

/* What a token is worth now. */
enum token_fate { TOKEN_FATE_LIVE, TOKEN_FATE_SPENT, TOKEN_FATE_REPLACED, TOKEN_FATE_EXPIRED };

enum token_fate token_fate(const struct token *token, int64_t now);

/* Finds a token of ctx->app that can be redeemed for this purpose, and names its account in ctx.
 * ERR_TOKEN_INVALID: there is none, and the audit trail knows why. */
MUST_USE enum err token_find_live(struct ctx *ctx, struct secret token, enum token_purpose purpose,
                                  struct token *ret_token);

#endif
