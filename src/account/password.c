/* SPDX-License-Identifier: Apache-2.0 */
/* password.c - a new password, by the old one or by a mailed token. */
#include "account/password.h"
#include "account/limits.h"
#include "account/outbox.h"
#include "account/password_policy.h"
#include "account/token.h"
#include "account/turnstile.h"
#include "base/network.h"
#include "base/text.h"

/* The account's new password, the notice to its owner, and the end of all that came before. */
static enum err set_password(struct ctx *ctx, struct tx *tx, const struct account *account,
                             struct str phc, int64_t *ret_epoch)
{
	struct new_password password = {
		.account_id = account->id,
		.epoch = account->epoch,
		.phc = phc,
		.now = ctx->now,
	};

	TRY(outbox_add_notice(ctx, tx, account, &password.outbox_floor));
	return store_account_set_password(tx, &password, ret_epoch);
}

static enum err change_in_store(struct ctx *ctx, const struct account *account, struct str phc)
{
	CLEANUP(tx_rollback) struct tx *tx = NULL;
	int64_t epoch;

	TRY(tx_begin(ctx->store, &tx));
	TRY(set_password(ctx, tx, account, phc, &epoch));
	TRY(store_session_restamp(tx, &ctx->session, epoch));
	TRY(limits_forgive(ctx, tx));
	TRY(audit_done(ctx, tx, "done"));
	TRY(tx_commit(&tx));
	bell_ring(ctx->service->outbox_bell);
	return OK;
}

/* A counter of its own: who has a session may guess here without having guessed at the log-in. No
 * login can be spelled so. */
static enum err spell_own_login(struct ctx *ctx, struct str *ret_login)
{
	return arena_printf(ctx->arena, ret_login, "own password of %lld",
	                    (long long)ctx->account_id);
}

static enum err password_change(struct ctx *ctx, const struct password_change *in,
                                struct nothing *ret_nothing)
{
	struct account account;
	struct secret old_password, new_password;
	struct str login, phc;
	bool match = false;

	(void)ret_nothing;
	TRY(password_accept(ctx, in->new_password, &new_password));
	TRY(secret_nfc(ctx->arena, in->old_password, &old_password));
	enum err err =
		store_account_by_id(ctx->store, ctx->arena, ctx->session.account_id, &account);
	if (err == ERR_NOT_FOUND)
		return deny_removed(ctx, ERR_BAD_SESSION);
	TRY(err);
	/* A session that was good a moment ago may have been ended by another change. */
	if (account.epoch != ctx->session.epoch)
		return deny(ctx, ERR_BAD_SESSION, "session ended meanwhile");
	TRY(spell_own_login(ctx, &login));
	TRY(limits_enter_login(ctx, login));
	TRY(hasher_verify(ctx->hasher, caller_of(ctx), old_password, account.phc.ptr, &match));
	if (!match)
		return deny_guess(ctx, ERR_WRONG_PASSWORD, "wrong password");
	if (secret_equal(old_password, new_password))
		return deny(ctx, ERR_PASSWORD_SAME, "new password is the old one");
	TRY(hasher_hash(ctx->hasher, caller_of(ctx), ctx->arena, new_password, &phc));
	return change_in_store(ctx, &account, phc);
}
OPERATION(password_change, struct password_change, struct nothing, REQUIRES_SESSION, LIMIT_LOGIN,
          COST_HASH)

static enum err reset_in_store(struct ctx *ctx, const struct token *token,
                               const struct account *account, struct str phc)
{
	CLEANUP(tx_rollback) struct tx *tx = NULL;
	int64_t epoch;

	TRY(tx_begin(ctx->store, &tx));
	/* The account before its tokens, as whoever makes one does: else each might wait for the
	 * other. */
	enum err err = store_account_lock(tx, account->id);
	if (err == OK)
		err = store_token_consume(tx, token, ctx->now);
	if (err == ERR_NOT_FOUND)
		return tx_refuse(&tx, deny(ctx, ERR_TOKEN_INVALID, "token was spent meanwhile"));
	TRY(err);
	TRY(set_password(ctx, tx, account, phc, &epoch));
	TRY(limits_forget_login(ctx, tx, account->email_key));
	TRY(limits_forget_login(ctx, tx, token->username_key));
	TRY(audit_done(ctx, tx, "done"));
	TRY(tx_commit(&tx));
	bell_ring(ctx->service->outbox_bell);
	return OK;
}

static enum err password_reset(struct ctx *ctx, const struct password_reset *in,
                               struct nothing *ret_nothing)
{
	struct token token;
	struct account account;
	struct secret new_password;
	struct str phc;
	bool same = false;

	(void)ret_nothing;
	TRY(token_find_live(ctx, in->token, TOKEN_SET_PASSWORD, &token));
	if (in->repeated.ptr && !secret_equal(in->new_password, in->repeated))
		return ERR_PASSWORDS_DIFFER;
	TRY(password_accept(ctx, in->new_password, &new_password));

	/* Those behind the winner find the token spent here, before they cost a hash. */
	struct digest digest = digest_of(in->token);
	CLEANUP(turnstile_leave) struct turnstile_pass pass = { 0 };
	TRY(turnstile_enter(ctx->service->turnstile, &digest, 1, network_of(ctx->network), &pass));
	TRY(token_find_live(ctx, in->token, TOKEN_SET_PASSWORD, &token));

	enum err err = store_account_by_id(ctx->store, ctx->arena, token.account_id, &account);
	if (err == ERR_NOT_FOUND)
		return deny_removed(ctx, ERR_TOKEN_INVALID);
	TRY(err);
	if (account.epoch != token.epoch)
		return deny(ctx, ERR_TOKEN_INVALID, "token was replaced meanwhile");
	TRY(hasher_verify(ctx->hasher, caller_of(ctx), new_password, account.phc.ptr, &same));
	if (same)
		return deny(ctx, ERR_PASSWORD_SAME, "new password is the old one");
	TRY(hasher_hash(ctx->hasher, caller_of(ctx), ctx->arena, new_password, &phc));
	return reset_in_store(ctx, &token, &account, phc);
}
OPERATION(password_reset, struct password_reset, struct nothing, REQUIRES_APP, LIMIT_GUESS,
          COST_HASH)
