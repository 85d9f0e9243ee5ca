/* SPDX-License-Identifier: Apache-2.0 */
/* not_me.c - undoing what somebody else did. */
#include "account/not_me.h"
#include "account/limits.h"
#include "account/outbox.h"
#include "account/password_check.h"
#include "base/text.h"

/* ---- "it was not me" ---- */

static bool address_has_changed(const struct token *token, const struct account *account)
{
	/* An address that is no login has no key. */
	bool keyless = !token->address_key.ptr && !account->email_key.ptr;
	struct str before = keyless ? token->address : token->address_key;

	return !str_equal(before, keyless ? account->email : account->email_key);
}

static enum err check_old_password(struct ctx *ctx, const struct token *token,
                                   struct secret password)
{
	struct password_checked checked;

	TRY(limits_enter_own(ctx, "old password"));
	TRY(password_check(ctx, password, token->phc.ptr, &checked));
	return checked.match ? OK : deny_guess(ctx, ERR_WRONG_PASSWORD, "wrong password of before");
}

/* By the address, or where that is no login, by the username. */
static enum err add_recovery(struct ctx *ctx, struct tx *tx, const struct token *token)
{
	struct outbox_row row = { .kind = OUTBOX_RECOVERY, .login = token->address_key };
	int64_t id;

	if (!row.login.ptr) {
		row.kind = OUTBOX_RECOVERY_NAMED;
		row.login = token->username_key;
	}
	TRY(outbox_prepare(ctx, &row));
	return store_outbox_add(tx, &row, &id);
}

/* The address is as it was, or is put back: its reader gets a recovery. */
static enum err give_back(struct ctx *ctx, struct tx *tx, const struct token *token,
                          const struct account *account)
{
	struct new_email email = {
		.account_id = account->id,
		.email = token->address,
		.email_key = token->address_key,
		.now = ctx->now,
		.outbox_floor = account->outbox_floor,
	};

	enum err err = store_token_consume(tx, token, ctx->now);
	if (err == ERR_NOT_FOUND)
		return deny(ctx, ERR_TOKEN_INVALID, "token was spent meanwhile");
	TRY(err);
	TRY(store_tokens_void_not_me(tx, account->id, token->outbox_id));
	TRY(store_account_hold(tx, account, ctx->now + HOLD_S, 0, &email.epoch));
	if (address_has_changed(token, account))
		TRY(store_account_set_email(tx, &email, &email.epoch));
	TRY(add_recovery(ctx, tx, token));
	return audit_done(ctx, tx, "sessions ended, recovery mailed");
}

/* The address is another one, and its reader may be the thief. The link lives on, for who remembers
 * the old password later; so it is no hold for ever, and pressed again changes nothing. */
static enum err hold(struct ctx *ctx, struct tx *tx, const struct token *token,
                     const struct account *account)
{
	int64_t until = token->expires_at, epoch;

	enum err err = store_token_check(tx, token, ctx->now);
	if (err == ERR_NOT_FOUND)
		return deny(ctx, ERR_TOKEN_INVALID, "token was spent meanwhile");
	TRY(err);
	if (account->held_until >= until && account->recovery_held_until >= until)
		return audit_done(ctx, tx, "account is held already");
	TRY(store_account_hold(tx, account, until, until, &epoch));
	return audit_done(ctx, tx, "sessions ended, account held");
}

static enum err undo(struct ctx *ctx, const struct token *token, const struct account *account,
                     bool proven)
{
	CLEANUP(tx_rollback) struct tx *tx = NULL;

	TRY(tx_begin(ctx->store, &tx));
	TRY(store_account_lock_at(tx, account->id, account->epoch));
	enum err err = proven ? give_back(ctx, tx, token, account) : hold(ctx, tx, token, account);
	if (err == ERR_TOKEN_INVALID)
		return tx_refuse(&tx, err);
	TRY(err);
	TRY(limits_forgive(ctx, tx));
	return outbox_commit(ctx, &tx);
}

static enum err not_me(struct ctx *ctx, const struct not_me *in, struct not_me_done *ret_done)
{
	struct token token;
	struct account account;

	TRY(token_find_live(ctx, in->confirmation.token, TOKEN_NOT_ME, &token));
	if (!in->confirmation.address.ptr)
		return ERR_WRONG_ADDRESS;
	TRY(confirmation_check_address(ctx, &in->confirmation, token.address));
	enum err err = store_account_by_id(ctx->store, ctx->arena, token.account_id, &account);
	if (err == ERR_NOT_FOUND)
		return deny_removed(ctx, ERR_TOKEN_INVALID);
	TRY(err);
	bool changed = address_has_changed(&token, &account);
	bool proven = !changed || in->old_password.len > 0;
	if (changed && proven)
		TRY(check_old_password(ctx, &token, in->old_password));
	err = undo(ctx, &token, &account, proven);
	if (err == ERR_CONFLICT) { /* the old address has another account by now */
		proven = false;
		err = undo(ctx, &token, &account, proven);
	}
	TRY(err);
	ret_done->recovery_mailed = proven;
	return OK;
}
OPERATION(not_me, struct not_me, struct not_me_done, REQUIRES_APP, LIMIT_LOGIN, COST_HASH)

/* ---- the page ---- */

static enum token_fate sign_up_fate(const struct sign_up *sign_up, int64_t now)
{
	if (sign_up->state == SIGN_UP_CONFIRMED)
		return TOKEN_FATE_SPENT;
	if (sign_up->state == SIGN_UP_REPLACED)
		return TOKEN_FATE_REPLACED;
	return sign_up->expires_at <= now ? TOKEN_FATE_EXPIRED : TOKEN_FATE_LIVE;
}

static enum err look_at_token(struct ctx *ctx, const struct digest *digest,
                              struct confirmation_state *ret_state)
{
	struct token token;
	struct account account;

	TRY(store_token_by_digest(ctx->store, ctx->arena, digest, ctx->app.id, &token));
	if (token.purpose < TOKEN_VERIFY_EMAIL)
		return ERR_NOT_FOUND;
	ret_state->fate = token_fate(&token, ctx->now);
	ret_state->kind = token.purpose == TOKEN_VERIFY_EMAIL   ? CONFIRM_ACCOUNT
	                  : token.purpose == TOKEN_CHANGE_EMAIL ? CONFIRM_EMAIL
	                                                        : CONFIRM_NOT_ME;
	TRY(store_account_by_id(ctx->store, ctx->arena, token.account_id, &account));
	ret_state->locale = account.locale;
	ret_state->address_changed =
		ret_state->kind == CONFIRM_NOT_ME && address_has_changed(&token, &account);
	return OK;
}

static enum err confirmation_look(struct ctx *ctx, const struct confirmation *in,
                                  struct confirmation_state *ret_state)
{
	struct digest digest = digest_of(in->token);
	struct sign_up sign_up;

	enum err err =
		store_sign_up_by_digest(ctx->store, ctx->arena, &digest, ctx->app.id, &sign_up);
	if (err == OK) {
		ret_state->fate = sign_up_fate(&sign_up, ctx->now);
		ret_state->kind = CONFIRM_ACCOUNT;
		return OK;
	}
	if (err == ERR_NOT_FOUND)
		err = look_at_token(ctx, &digest, ret_state);
	return err == ERR_NOT_FOUND ? ERR_TOKEN_INVALID : err;
}
OPERATION(confirmation_look, struct confirmation, struct confirmation_state, REQUIRES_APP,
          LIMIT_REQUESTS, COST_QUICK)
