/* SPDX-License-Identifier: Apache-2.0 */
/* email_change.c - asking for another address, and confirming it. */
#include "account/email_change.h"
#include "account/limits.h"
#include "account/outbox.h"
#include "account/password.h"
#include "base/text.h"

static enum err email_change(struct ctx *ctx, const struct email_change *in,
                             struct recovery_requested *ret_requested)
{
	CLEANUP(tx_rollback) struct tx *tx = NULL;
	struct outbox_row row = { .kind = OUTBOX_EMAIL_CHANGE };
	struct account account;
	int64_t id;

	TRY(email_normalize(ctx->arena, in->email, &row.address, &row.login));
	TRY(password_prove(ctx, in->password, &account));
	row.account_id = account.id;
	row.epoch = account.epoch;
	TRY(outbox_prepare(ctx, &row));
	TRY(tx_begin(ctx->store, &tx));
	TRY(store_outbox_add(tx, &row, &id));
	TRY(limits_forgive(ctx, tx));
	TRY(audit_done(ctx, tx, "asked"));
	TRY(outbox_commit(ctx, &tx));
	ret_requested->reference = row.reference;
	return OK;
}
OPERATION(email_change, struct email_change, struct recovery_requested, REQUIRES_SESSION,
          LIMIT_LOGIN, COST_HASH)

static enum err confirm_in_store(struct ctx *ctx, const struct token *token,
                                 const struct account *account)
{
	CLEANUP(tx_rollback) struct tx *tx = NULL;
	struct new_email email = {
		.account_id = account->id,
		.epoch = account->epoch,
		.email = token->address,
		.email_key = token->address_key,
		.now = ctx->now,
	};
	int64_t epoch;

	TRY(tx_begin(ctx->store, &tx));
	TRY(token_spend(ctx, &tx, token));
	TRY(outbox_add_notice(ctx, tx, OUTBOX_EMAIL_CHANGED, account, &email.outbox_floor));
	TRY(store_account_set_email(tx, &email, &epoch));
	TRY(store_sessions_restamp(tx, account->id, account->epoch, epoch));
	TRY(audit_done(ctx, tx, "done"));
	return outbox_commit(ctx, &tx);
}

static enum err email_confirm(struct ctx *ctx, const struct confirmation *in,
                              struct nothing *ret_nothing)
{
	struct token token;
	struct account account;

	(void)ret_nothing;
	TRY(token_find_live(ctx, in->token, TOKEN_CHANGE_EMAIL, &token));
	TRY(confirmation_check_address(ctx, in, token.address));
	TRY(token_account(ctx, &token, &account));
	if (account.held_until > ctx->now)
		return deny(ctx, ERR_CHANGES_HELD, "changes are held");
	enum err err = confirm_in_store(ctx, &token, &account);
	return err == ERR_CONFLICT
	               ? deny_dead(ctx, ERR_TOKEN_INVALID, "address has an account by now")
	               : err;
}
OPERATION(email_confirm, struct confirmation, struct nothing, REQUIRES_APP, LIMIT_GUESS, COST_WRITE)
