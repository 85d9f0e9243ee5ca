/* SPDX-License-Identifier: Apache-2.0 */
/* recovery.c - a request is one row; a link is looked at freely and spent once. */
#include "account/recovery.h"
#include "account/message.h"
#include "account/outbox.h"
#include "account/return_to.h"
#include "base/text.h"

/* The key to find the account by. What cannot be a username is nobody's, and kept as it came. */
static enum err login_key(struct ctx *ctx, const struct recovery_request *in, struct str *ret_key)
{
	struct str spelled;

	if (in->kind == LOGIN_EMAIL)
		return email_normalize(ctx->arena, in->login, &spelled, ret_key);
	enum err err = username_normalize(ctx->arena, in->login, &spelled, ret_key);
	if (err == ERR_BAD_USERNAME) {
		*ret_key = STR("");
		return OK;
	}
	return err;
}

/* Looks, whatever the app conceals, so that the time tells nothing either. */
static enum err check_disclosed(struct ctx *ctx, const struct recovery_request *in, struct str key)
{
	struct account account;

	if (!in->discloses)
		return OK;
	enum err err =
		in->kind == LOGIN_EMAIL
			? store_account_by_email(ctx->store, ctx->arena, ctx->app.id, key, &account)
			: store_account_by_username(ctx->store, ctx->arena, ctx->app.id, key,
	                                            &account);
	if (err == ERR_NOT_FOUND)
		return ctx->app.conceal_accounts ? OK
		                                 : deny(ctx, ERR_NO_ACCOUNT, "no such account");
	return err;
}

static enum err recovery_request(struct ctx *ctx, const struct recovery_request *in,
                                 struct recovery_requested *ret_requested)
{
	struct outbox_row row = { .kind = in->mail };

	TRY(return_check(ctx, in->return_to, &row.return_to));
	TRY(login_key(ctx, in, &row.login));
	TRY(check_disclosed(ctx, in, row.login));
	if (in->mail == OUTBOX_RECOVERY_CODE)
		TRY(mail_template_check(ctx, RESET_PASSWORD_TEMPLATE));
	TRY(outbox_queue(ctx, &row));
	ret_requested->reference = row.reference;
	return OK;
}
OPERATION(recovery_request, struct recovery_request, struct recovery_requested, REQUIRES_APP,
          LIMIT_REQUESTS, COST_WRITE)

static enum err recovery_link(struct ctx *ctx, const struct recovery_link *in,
                              struct recovery_link_state *ret_state)
{
	struct digest digest = digest_of(in->token);
	struct token token;
	struct account account;

	enum err err = store_token_by_digest(ctx->store, ctx->arena, &digest, ctx->app.id, &token);
	if (err == ERR_NOT_FOUND)
		return ERR_TOKEN_INVALID;
	TRY(err);
	if (token.purpose > TOKEN_MAKE_PASSWORD)
		return ERR_TOKEN_INVALID;
	ret_state->fate = token_fate(&token, ctx->now);
	ret_state->purpose = (enum token_purpose)token.purpose;
	TRY(return_of_token(ctx, &token, &ret_state->return_to));
	if (ret_state->fate != TOKEN_FATE_LIVE)
		return OK;
	err = store_account_by_id(ctx->store, ctx->arena, token.account_id, &account);
	TRY(err == ERR_NOT_FOUND ? ERR_TOKEN_INVALID : err);
	ret_state->locale = account.locale;
	if (ret_state->purpose == TOKEN_SET_PASSWORD)
		ret_state->login = account.email_key.ptr ? account.email : account.username;
	return OK;
}
OPERATION(recovery_link, struct recovery_link, struct recovery_link_state, REQUIRES_APP,
          LIMIT_REQUESTS, COST_QUICK)

/* The link has reached its owner, so from now on notices do too. */
static enum err confirm_in_store(struct ctx *ctx, const struct token *token)
{
	CLEANUP(tx_rollback) struct tx *tx = NULL;
	const struct account account = { .id = token->account_id, .epoch = token->epoch };
	struct outbox_row row = {
		.kind = OUTBOX_MADE_PASSWORD,
		.account_id = token->account_id,
		.epoch = token->epoch,
	};
	int64_t id;

	TRY(outbox_prepare(ctx, &row));
	TRY(tx_begin(ctx->store, &tx));
	TRY(token_spend(ctx, &tx, token));
	TRY(store_outbox_add(tx, &row, &id));
	TRY(store_identities_doubt(tx, account.id));
	TRY(store_account_verify(tx, &account, ctx->now));
	TRY(audit_done(ctx, tx, "done"));
	return outbox_commit(ctx, &tx);
}

static enum err recovery_confirm(struct ctx *ctx, const struct recovery_confirm *in,
                                 struct nothing *ret_nothing)
{
	struct token token;
	struct str username, key;

	(void)ret_nothing;
	TRY(token_find_live(ctx, in->token, TOKEN_MAKE_PASSWORD, &token));
	struct str expected = token.username_key;
	enum err err = username_normalize(ctx->arena, in->username, &username, &key);
	if (err == ERR_BAD_USERNAME || (err == OK && !str_equal(key, expected)))
		return deny_guess(ctx, ERR_WRONG_USERNAME, "wrong username");
	TRY(err);
	return confirm_in_store(ctx, &token);
}
OPERATION(recovery_confirm, struct recovery_confirm, struct nothing, REQUIRES_APP, LIMIT_GUESS,
          COST_WRITE)
