/* SPDX-License-Identifier: Apache-2.0 */
/* password_strength.c - judges a password for the form that it is typed into. */
#include "account/password_strength.h"
#include "account/password_policy.h"
#include "account/token.h"

/* Of a dead or an unknown link nothing is known but what was typed. */
static enum err owner_of_link(struct ctx *ctx, struct secret token, struct password_owner *owner)
{
	struct digest digest = digest_of(token);
	struct account account;
	struct token found;

	if (!token.ptr)
		return OK;
	enum err err = store_token_by_digest(ctx->store, ctx->arena, &digest, ctx->app.id, &found);
	if (err == OK && token_fate(&found, ctx->now) == TOKEN_FATE_LIVE)
		err = store_account_by_id(ctx->store, ctx->arena, found.account_id, &account);
	else if (err == OK)
		err = ERR_NOT_FOUND;
	if (err == OK)
		*owner = password_owner_of(&account);
	return err == ERR_NOT_FOUND ? OK : err;
}

static enum err password_strength(struct ctx *ctx, const struct password_typed *in,
                                  struct password_strength *ret_strength)
{
	struct password_owner owner = { in->email, in->username, in->name };
	struct secret nfc;

	TRY(owner_of_link(ctx, in->token, &owner));
	enum err err = password_accept(ctx, in->password, &owner, &nfc);
	switch (err) {
	case OK:
		return password_score(ctx, nfc, &owner, &ret_strength->score);
	case ERR_PASSWORD_SHORT:
	case ERR_PASSWORD_LONG:
	case ERR_PASSWORD_GUESSABLE:
		ret_strength->refused = err;
		return OK;
	default:
		return err;
	}
}
OPERATION(password_strength, struct password_typed, struct password_strength, REQUIRES_APP,
          LIMIT_REQUESTS, COST_WRITE)
