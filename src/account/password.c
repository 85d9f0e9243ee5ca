/* SPDX-License-Identifier: Apache-2.0 */
/* password.c - a new password, by the old one or by a mailed token. */
#include "account/password.h"
#include "account/account.h"
#include "account/limits.h"
#include "account/outbox.h"
#include "account/password_check.h"
#include "account/password_policy.h"
#include "account/return_to.h"
#include "account/token.h"
#include "account/turnstile.h"
#include "base/network.h"
#include "base/text.h"

/* The account's new password, the notice to its owner, and the end of all that came before. The
 * account is locked. */
static enum err set_password(struct ctx *ctx, struct tx *tx, const struct account *account,
                             struct str phc, int64_t *ret_epoch)
{
	struct new_password password = {
		.account_id = account->id,
		.epoch = account->epoch,
		.phc = phc,
		.now = ctx->now,
	};

	TRY(outbox_add_notice(ctx, tx, OUTBOX_PASSWORD_CHANGED, account, &password.outbox_floor));
	return store_account_set_password(tx, &password, ret_epoch);
}

/* ---- by the old one ---- */

enum err password_prove(struct ctx *ctx, struct secret password, struct account *ret_account)
{
	struct password_checked checked;
	struct account account;

	TRY(account_of_session(ctx, &account));
	TRY(limits_enter_own(ctx, "own password"));
	TRY(password_check(ctx, password, account.phc.ptr, &checked));
	if (!checked.match)
		return deny_guess(ctx, ERR_WRONG_PASSWORD, "wrong password");
	if (account.held_until > ctx->now)
		return deny(ctx, ERR_CHANGES_HELD, "changes are held");
	*ret_account = account;
	return OK;
}

static enum err change_in_store(struct ctx *ctx, const struct account *account, struct str phc)
{
	CLEANUP(tx_rollback) struct tx *tx = NULL;
	int64_t epoch;

	TRY(tx_begin(ctx->store, &tx));
	TRY(store_account_lock_at(tx, account->id, account->epoch));
	TRY(set_password(ctx, tx, account, phc, &epoch));
	enum err err = store_session_restamp(tx, &ctx->session, epoch);
	if (err == ERR_NOT_FOUND)
		return tx_refuse(&tx, deny(ctx, ERR_BAD_SESSION, "session ended meanwhile"));
	TRY(err);
	TRY(limits_forgive(ctx, tx));
	TRY(audit_done(ctx, tx, "done"));
	return outbox_commit(ctx, &tx);
}

static enum err password_change(struct ctx *ctx, const struct password_change *in,
                                struct nothing *ret_nothing)
{
	struct account account;
	struct secret old_password, new_password;
	struct str phc;

	(void)ret_nothing;
	if (in->repeated.ptr && !secret_equal(in->new_password, in->repeated))
		return ERR_PASSWORDS_DIFFER;
	TRY(account_of_session(ctx, &account));
	const struct password_owner owner = password_owner_of(&account);
	TRY(password_accept(ctx, in->new_password, &owner, &new_password));
	TRY(secret_nfc(ctx->arena, in->old_password, &old_password));
	TRY(password_prove(ctx, in->old_password, &account));
	if (secret_equal(old_password, new_password))
		return deny(ctx, ERR_PASSWORD_SAME, "new password is the old one");
	TRY(hasher_hash(ctx->hasher, caller_of(ctx), ctx->arena, new_password, &phc));
	return change_in_store(ctx, &account, phc);
}
OPERATION(password_change, struct password_change, struct nothing, REQUIRES_SESSION, LIMIT_LOGIN,
          COST_HASH)

/* ---- by what was mailed ---- */

static enum err reset_in_store(struct ctx *ctx, const struct token *token,
                               const struct account *account, struct str phc)
{
	CLEANUP(tx_rollback) struct tx *tx = NULL;
	struct account renewed = *account;

	renewed.email_verified_at = ctx->now; /* the mail has reached its owner */
	TRY(tx_begin(ctx->store, &tx));
	TRY(token_spend(ctx, &tx, token));
	TRY(set_password(ctx, tx, &renewed, phc, &renewed.epoch));
	TRY(store_identities_doubt(tx, account->id));
	TRY(store_account_verify(tx, &renewed, ctx->now));
	TRY(store_account_release(tx, account->id));
	TRY(limits_forget_login(ctx, tx, account->email_key));
	TRY(limits_forget_login(ctx, tx, token->username_key));
	TRY(audit_done(ctx, tx, "done"));
	return outbox_commit(ctx, &tx);
}

/* With a live token in hand; `again` looks whether it still is. */
static enum err reset_by(struct ctx *ctx, const struct token *seen, struct secret typed,
                         enum err (*again)(struct ctx *ctx, const void *in,
                                           struct token *ret_token),
                         const void *in, struct password_reset_done *ret_done)
{
	struct token token;
	struct account account;
	struct secret new_password;
	struct str phc, return_to;
	bool same = false;

	TRY(token_account(ctx, seen, &account));
	TRY(return_of_token(ctx, seen, &return_to));
	const struct password_owner owner = password_owner_of(&account);
	TRY(password_accept(ctx, typed, &owner, &new_password));

	/* Those behind the winner find the token spent here, before they cost a hash. */
	CLEANUP(turnstile_leave) struct turnstile_pass pass = { 0 };
	TRY(turnstile_enter(ctx->service->turnstile, &seen->digest, 1, network_of(ctx->network),
	                    &pass));
	TRY(again(ctx, in, &token));

	TRY(token_account(ctx, &token, &account));
	TRY(hasher_verify(ctx->hasher, caller_of(ctx), new_password, account.phc.ptr, &same));
	if (same)
		return deny(ctx, ERR_PASSWORD_SAME, "new password is the old one");
	TRY(hasher_hash(ctx->hasher, caller_of(ctx), ctx->arena, new_password, &phc));
	TRY(reset_in_store(ctx, &token, &account, phc));
	ret_done->return_to = return_to;
	return OK;
}

static enum err find_by_token(struct ctx *ctx, const void *in, struct token *ret_token)
{
	const struct password_reset *reset = in;

	return token_find_live(ctx, reset->token, TOKEN_SET_PASSWORD, ret_token);
}

static enum err password_reset(struct ctx *ctx, const struct password_reset *in,
                               struct password_reset_done *ret_done)
{
	struct token token;

	TRY(find_by_token(ctx, in, &token));
	if (in->repeated.ptr && !secret_equal(in->new_password, in->repeated))
		return ERR_PASSWORDS_DIFFER;
	return reset_by(ctx, &token, in->new_password, find_by_token, in, ret_done);
}
OPERATION(password_reset, struct password_reset, struct password_reset_done, REQUIRES_APP,
          LIMIT_GUESS, COST_HASH)

/* ---- by the typed code ---- */

/* As it was typed, in the spelling that it was made in: I and L are 1, and O is 0 (the alphabet is
 * Crockford's). */
static enum err spell_code(struct ctx *ctx, struct secret typed, struct secret *ret_code)
{
	struct secret plain;

	TRY(secret_typed(ctx->arena, typed, &plain));
	char *letters = arena_alloc(ctx->arena, plain.len + 1);
	NEED(letters);
	for (size_t i = 0; i < plain.len; i++) {
		char c = plain.ptr[i];
		letters[i] = c == 'O' ? '0' : c == 'I' || c == 'L' ? '1' : c;
	}
	*ret_code = (struct secret){ letters, plain.len };
	return OK;
}

/* The same for the reference that people type beside it. */
static enum err spell_reference(struct ctx *ctx, struct str typed, struct str *ret_reference)
{
	struct secret letters;

	TRY(spell_code(ctx, (struct secret){ typed.ptr, typed.len }, &letters));
	size_t half = letters.len < 4 ? letters.len : 4;
	return arena_printf(ctx->arena, ret_reference, "%.*s-%.*s", (int)half, letters.ptr,
	                    (int)(letters.len - half), letters.ptr + half);
}

static enum err find_by_code(struct ctx *ctx, const void *in, struct token *ret_token)
{
	const struct password_reset_by_code *reset = in;
	struct coded_token found = { 0 };
	struct secret typed, code;

	TRY(spell_code(ctx, reset->code, &typed));
	enum err err = store_token_by_reference(ctx->store, ctx->arena, reset->reference,
	                                        ctx->app.id, &found);
	if (err != OK && err != ERR_NOT_FOUND)
		return err;
	TRY(code_derive(ctx, &found.nonce, &code));
	bool right = secret_equal(typed, code);
	if (err == ERR_NOT_FOUND)
		return deny_guess(ctx, ERR_TOKEN_INVALID, "no such reference");
	ctx->account_id = found.token.account_id;
	if (!right)
		return deny_guess(ctx, ERR_TOKEN_INVALID, "wrong code");
	TRY(token_check_live(ctx, &found.token, TOKEN_SET_PASSWORD));
	if (found.token.created_at + CODE_S <= ctx->now) {
		ctx->fate = TOKEN_FATE_EXPIRED;
		return deny_dead(ctx, ERR_TOKEN_INVALID, "code has expired");
	}
	*ret_token = found.token;
	return OK;
}

/* email_key NONE: nothing was said of it. */
static enum err check_address(struct ctx *ctx, const struct token *token, struct str email_key)
{
	struct account account;

	if (!email_key.ptr)
		return OK;
	TRY(token_account(ctx, token, &account));
	if (!str_equal(account.email_key, email_key))
		return deny_guess(ctx, ERR_TOKEN_INVALID, "right code, wrong address");
	return OK;
}

static enum err password_reset_by_code(struct ctx *ctx, const struct password_reset_by_code *in,
                                       struct password_reset_done *ret_done)
{
	static const struct password_owner nobody;
	struct password_reset_by_code spelled = *in;
	struct token token;
	struct secret accepted;
	struct str email_key = STR_NONE;

	if (in->repeated.ptr && !secret_equal(in->new_password, in->repeated))
		return ERR_PASSWORDS_DIFFER;
	if (in->email.ptr)
		TRY(email_normalize(ctx->arena, in->email, &spelled.email, &email_key));
	/* Before a guess is taken: what nobody could have is no reason to lose one. */
	TRY(password_accept(ctx, in->new_password, &nobody, &accepted));
	TRY(spell_reference(ctx, in->reference, &spelled.reference));
	TRY(limits_take_code(ctx, spelled.reference));
	TRY(find_by_code(ctx, &spelled, &token));
	TRY(check_address(ctx, &token, email_key));
	return reset_by(ctx, &token, in->new_password, find_by_code, &spelled, ret_done);
}
OPERATION(password_reset_by_code, struct password_reset_by_code, struct password_reset_done,
          REQUIRES_APP, LIMIT_GUESS, COST_HASH)
