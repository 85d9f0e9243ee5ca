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

/* Of the sign-up that the row is about. */
MUST_USE enum err sign_up_token_derive(struct ctx *ctx, const struct nonce *nonce,
                                       struct secret *ret_token);

/* The code that a recovery's mail carries for typing: CODE_LETTERS of base32, 40 bits, which only
 * CODE_GUESSES_MAX tries and CODE_S seconds make enough (OWASP ASVS 5.0, 6.5.4, 6.5.5, 6.6.3). */
enum { CODE_LETTERS = 8, CODE_GUESSES_MAX = 5, CODE_S = 10 * 60 };
MUST_USE enum err code_derive(struct ctx *ctx, const struct nonce *nonce, struct secret *ret_code);

/* The password made for an account, from the nonce of the row that mails it. */
MUST_USE enum err made_password_derive(struct ctx *ctx, const struct nonce *nonce,
                                       struct secret *ret_password);

/* What a token is worth now. */
enum token_fate { TOKEN_FATE_LIVE, TOKEN_FATE_SPENT, TOKEN_FATE_REPLACED, TOKEN_FATE_EXPIRED };

enum token_fate token_fate(const struct token *token, int64_t now);

/* Whether a token that was found can be redeemed for this purpose; names its account in ctx.
 * ERR_TOKEN_INVALID: it cannot, and the audit trail knows why. */
MUST_USE enum err token_check_live(struct ctx *ctx, const struct token *token,
                                   enum token_purpose purpose);

/* The account of a live token, which has not moved on since. ERR_TOKEN_INVALID. */
MUST_USE enum err token_account(struct ctx *ctx, const struct token *token,
                                struct account *ret_account);

/* Spends it, once, with its account locked until *tx ends: the account before its tokens, as
 * whoever makes one does, else each might wait for the other. ERR_TOKEN_INVALID: somebody came
 * first, and *tx is gone. */
MUST_USE enum err token_spend(struct ctx *ctx, struct tx **tx, const struct token *token);

/* Finds a token of ctx->app that can be redeemed for this purpose, and names its account in ctx.
 * ERR_TOKEN_INVALID: there is none, and the audit trail knows why. */
MUST_USE enum err token_find_live(struct ctx *ctx, struct secret token, enum token_purpose purpose,
                                  struct token *ret_token);

#endif
