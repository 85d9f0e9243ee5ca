/* SPDX-License-Identifier: Apache-2.0 */
/* token.c - deriving mailed secrets, and judging those that come back. */
#include "account/token.h"

/* Each purpose derives by a word of its own, so that no token is good for another's use. */
static const char *const purpose_words[] = {
	[TOKEN_SET_PASSWORD] = "set password",
	[TOKEN_MAKE_PASSWORD] = "make password",
};

enum err token_derive(struct ctx *ctx, enum token_purpose purpose, const struct nonce *nonce,
                      struct secret *ret_token)
{
	struct digest derived = derive(ctx->service->key, purpose_words[purpose], nonce);
	enum err err = spell_base64url(ctx->arena, derived.bytes, sizeof(derived.bytes), ret_token);

	wipe(&derived, sizeof(derived));
	return err;
}

enum err made_password_derive(struct ctx *ctx, const struct nonce *nonce,
                              struct secret *ret_password)
{
	struct digest derived = derive(ctx->service->key, "made password", nonce);
	struct str letters;

	enum err err = spell_base32(ctx->arena, derived.bytes, MADE_PASSWORD_LETTERS, &letters);
	wipe(&derived, sizeof(derived));
	TRY(err);
	*ret_password = (struct secret){ letters.ptr, letters.len };
	return OK;
}

enum token_fate token_fate(const struct token *token, int64_t now)
{
	if (token->state == TOKEN_SPENT)
		return TOKEN_FATE_SPENT;
	if (token->state == TOKEN_REPLACED || token->epoch != token->account_epoch)
		return TOKEN_FATE_REPLACED;
	return token->expires_at <= now ? TOKEN_FATE_EXPIRED : TOKEN_FATE_LIVE;
}

enum err token_find_live(struct ctx *ctx, struct secret token, enum token_purpose purpose,
                         struct token *ret_token)
{
	static const char *const reasons[] = {
		[TOKEN_FATE_SPENT] = "token is spent",
		[TOKEN_FATE_REPLACED] = "token is replaced",
		[TOKEN_FATE_EXPIRED] = "token has expired",
	};
	struct digest digest = digest_of(token);
	struct token row;

	enum err err = store_token_by_digest(ctx->store, ctx->arena, &digest, ctx->app.id, &row);
	if (err == ERR_NOT_FOUND)
		return deny_guess(ctx, ERR_TOKEN_INVALID, "no such token");
	TRY(err);
	ctx->account_id = row.account_id;
	enum token_fate fate = token_fate(&row, ctx->now);
	if (fate != TOKEN_FATE_LIVE)
		return deny_dead(ctx, ERR_TOKEN_INVALID, reasons[fate]);
	if (row.purpose != (int64_t)purpose)
		return deny_dead(ctx, ERR_TOKEN_INVALID, "token is for something else");
	*ret_token = row;
	return OK;
}
