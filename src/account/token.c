/* SPDX-License-Identifier: Apache-2.0 */
/* token.c - deriving mailed secrets, and judging those that come back. */
#include "account/token.h"

/* Each purpose derives by a word of its own, so that no token is good for another's use. */
static const char *const purpose_words[] = {
	[TOKEN_SET_PASSWORD] = "set password",
	[TOKEN_MAKE_PASSWORD] = "make password",
	[TOKEN_VERIFY_EMAIL] = "verify email",
	[TOKEN_CHANGE_EMAIL] = "change email",
	[TOKEN_NOT_ME] = "not me",
};

static enum err derive_token(struct ctx *ctx, const char *word, const struct nonce *nonce,
                             struct secret *ret_token)
{
	struct digest derived = derive(ctx->service->key, word, nonce);
	enum err err = spell_base64url(ctx->arena, derived.bytes, sizeof(derived.bytes), ret_token);

	wipe(&derived, sizeof(derived));
	return err;
}

static enum err derive_letters(struct ctx *ctx, const char *word, const struct nonce *nonce,
                               size_t n_letters, struct secret *ret_text)
{
	struct digest derived = derive(ctx->service->key, word, nonce);
	struct str letters;

	enum err err = spell_base32(ctx->arena, derived.bytes, n_letters, &letters);
	wipe(&derived, sizeof(derived));
	TRY(err);
	*ret_text = (struct secret){ letters.ptr, letters.len };
	return OK;
}

enum err token_derive(struct ctx *ctx, enum token_purpose purpose, const struct nonce *nonce,
                      struct secret *ret_token)
{
	return derive_token(ctx, purpose_words[purpose], nonce, ret_token);
}

enum err sign_up_token_derive(struct ctx *ctx, const struct nonce *nonce, struct secret *ret_token)
{
	return derive_token(ctx, "sign up", nonce, ret_token);
}

enum err code_derive(struct ctx *ctx, const struct nonce *nonce, struct secret *ret_code)
{
	return derive_letters(ctx, "typed code", nonce, CODE_LETTERS, ret_code);
}

enum err made_password_derive(struct ctx *ctx, const struct nonce *nonce,
                              struct secret *ret_password)
{
	return derive_letters(ctx, "made password", nonce, MADE_PASSWORD_LETTERS, ret_password);
}

enum token_fate token_fate(const struct token *token, int64_t now)
{
	if (token->state == TOKEN_SPENT)
		return TOKEN_FATE_SPENT;
	/* What was not me outlives every change that is made after it. */
	bool moved = token->purpose != TOKEN_NOT_ME && token->epoch != token->account_epoch;
	if (token->state == TOKEN_REPLACED || moved)
		return TOKEN_FATE_REPLACED;
	return token->expires_at <= now ? TOKEN_FATE_EXPIRED : TOKEN_FATE_LIVE;
}

enum err token_check_live(struct ctx *ctx, const struct token *token, enum token_purpose purpose)
{
	static const char *const reasons[] = {
		[TOKEN_FATE_SPENT] = "token is spent",
		[TOKEN_FATE_REPLACED] = "token is replaced",
		[TOKEN_FATE_EXPIRED] = "token has expired",
	};

	ctx->account_id = token->account_id;
	enum token_fate fate = token_fate(token, ctx->now);
	ctx->fate = fate;
	if (fate != TOKEN_FATE_LIVE)
		return deny_dead(ctx, ERR_TOKEN_INVALID, reasons[fate]);
	if (token->purpose != (int64_t)purpose)
		return deny_dead(ctx, ERR_TOKEN_INVALID, "token is for something else");
	return OK;
}

enum err token_find_live(struct ctx *ctx, struct secret token, enum token_purpose purpose,
                         struct token *ret_token)
{
	struct digest digest = digest_of(token);
	struct token row;

	enum err err = store_token_by_digest(ctx->store, ctx->arena, &digest, ctx->app.id, &row);
	if (err == ERR_NOT_FOUND)
		return deny_guess(ctx, ERR_TOKEN_INVALID, "no such token");
	TRY(err);
	TRY(token_check_live(ctx, &row, purpose));
	*ret_token = row;
	return OK;
}

enum err token_account(struct ctx *ctx, const struct token *token, struct account *ret_account)
{
	struct account account;

	enum err err = store_account_by_id(ctx->store, ctx->arena, token->account_id, &account);
	if (err == ERR_NOT_FOUND)
		return deny_removed(ctx, ERR_TOKEN_INVALID);
	TRY(err);
	if (account.epoch != token->epoch)
		return deny(ctx, ERR_TOKEN_INVALID, "token was replaced meanwhile");
	*ret_account = account;
	return OK;
}

enum err token_spend(struct ctx *ctx, struct tx **tx, const struct token *token)
{
	enum err err = store_account_lock(*tx, token->account_id);

	if (err == OK)
		err = store_token_consume(*tx, token, ctx->now);
	if (err == ERR_NOT_FOUND)
		return tx_refuse(tx, deny(ctx, ERR_TOKEN_INVALID, "token was spent meanwhile"));
	return err;
}
