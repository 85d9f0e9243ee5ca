/* SPDX-License-Identifier: Apache-2.0 */
/* letter.c - what a due outbox row says: to whom, with which link and secret, or that there is
 * nobody to mail. */
#include "account/app.h"
#include "account/outbox.h"
#include "account/token.h"
#include "base/clock.h"
#include <string.h>

/* What the row is for, looked up anew at every attempt. */
struct recipient {
	struct account account;
	const char *drop; /* NULL: mail it; else why not */
};

static bool is_recovery(const struct outbox_row *row)
{
	return row->kind == OUTBOX_RECOVERY || row->kind == OUTBOX_RECOVERY_NAMED ||
	       row->kind == OUTBOX_RECOVERY_CODE;
}

static enum err find_account(struct ctx *ctx, const struct outbox_row *row,
                             struct account *ret_account)
{
	if (row->kind == OUTBOX_RECOVERY_NAMED)
		return store_account_by_username(ctx->store, ctx->arena, row->app_id, row->login,
		                                 ret_account);
	if (is_recovery(row))
		return store_account_by_email(ctx->store, ctx->arena, row->app_id, row->login,
		                              ret_account);
	return store_account_by_id(ctx->store, ctx->arena, row->account_id, ret_account);
}

/* Addresses under .invalid (RFC 2606) are placeholders: nobody's, or anybody's. */
static bool can_receive(struct str email)
{
	size_t end = strlen(".invalid");

	return email.len > end && !str_is(str_from(email, email.len - end), ".invalid");
}

static const char *reason_to_drop(const struct outbox_row *row, const struct account *account)
{
	if (!can_receive(account->email))
		return "the account has no address";
	if (account->status != ACCOUNT_ACTIVE)
		return "the account is disabled";
	if (is_recovery(row) && account->outbox_floor >= row->id)
		return "the password was changed after this was asked for";
	if (row->kind == OUTBOX_MADE_PASSWORD && account->epoch != row->epoch)
		return "the password was changed after this was confirmed";
	if (row->kind == OUTBOX_INVITATION && account->phc.ptr)
		return "the account has a password already";
	return NULL;
}

static enum err find_recipient(struct ctx *ctx, const struct outbox_row *row,
                               struct recipient *ret_recipient)
{
	struct recipient recipient = { .drop = NULL };

	enum err err = find_account(ctx, row, &recipient.account);
	if (err == ERR_NOT_FOUND)
		recipient.drop = "there is no such account";
	else if (err != OK)
		return err;
	else
		recipient.drop = reason_to_drop(row, &recipient.account);
	ctx->account_id = recipient.account.id;
	*ret_recipient = recipient;
	return OK;
}

/* Settles the row without a mail. */
static enum err settle_unsent(struct ctx *ctx, const struct outbox_row *row,
                              enum outbox_state state, const char *reason)
{
	CLEANUP(tx_rollback) struct tx *tx = NULL;
	const struct outbox_verdict verdict = {
		.id = row->id,
		.attempts = row->attempts,
		.state = state,
		.now = ctx->now,
		.error = str(reason),
	};

	TRY(tx_begin(ctx->store, &tx));
	enum err err = store_outbox_settle(tx, &verdict);
	if (err == ERR_NOT_FOUND)
		return OK;
	TRY(err);
	TRY(audit_done(ctx, tx, reason));
	return tx_commit(&tx);
}

static enum err drop(struct ctx *ctx, const struct outbox_row *row, const char *reason)
{
	return settle_unsent(ctx, row, OUTBOX_DROPPED, reason);
}

/* A dead link helps nobody. The operator may give the mail new life. */
static enum err give_up(struct ctx *ctx, const struct outbox_row *row)
{
	return settle_unsent(ctx, row, OUTBOX_DEAD, "it could not be sent while it had sense");
}

/* The token could not be made. Either a newer request has its own, or the account was read before a
 * password came into force: then the row is looked at anew, for a made password that was confirmed
 * before this was asked for voids nothing. */
static enum err drop_superseded(struct ctx *ctx, const struct outbox_row *row,
                                const struct account *account)
{
	struct account now;

	enum err err = store_account_by_id(ctx->store, ctx->arena, account->id, &now);
	if (err != OK && err != ERR_NOT_FOUND)
		return err;
	if (err == OK && now.epoch != account->epoch)
		return ERR_RETRY;
	return drop(ctx, row, "a newer request took its place");
}

/* <page>?token=<token>: the app's own page where it has one, for a confirmation always ours. */
static enum err write_link(struct ctx *ctx, enum token_purpose purpose, struct secret token,
                           struct str *ret_link)
{
	struct str page = ctx->app.reset_url;

	if (!page.ptr || purpose == TOKEN_MAKE_PASSWORD) {
		struct str base;
		TRY(app_public_url(ctx, &ctx->app, &base));
		TRY(arena_printf(ctx->arena, &page, "%.*s/password-reset", STR_ARG(base)));
	}
	bool has_query = str_find(page, '?') < page.len;
	return arena_printf(ctx->arena, ret_link, "%.*s%stoken=%.*s", STR_ARG(page),
	                    has_query ? "&" : "?", (int)token.len, token.ptr);
}

/* limits.mails_per_address: further requests mail nothing while the newest mailed link lives. */
static enum err check_mails(struct ctx *ctx, struct tx *tx, const struct new_token *token)
{
	const struct rate *rate = &ctx->service->policy.mails_per_address;
	struct tokens_mailed mailed;

	if (rate->count == 0)
		return OK;
	TRY(store_tokens_mailed(tx, ctx->arena, token, ctx->now - rate->period_s, &mailed));
	return mailed.count >= rate->count && mailed.live > 0 ? ERR_RATE_LIMITED : OK;
}

static enum err add_token(struct ctx *ctx, const struct outbox_row *row,
                          const struct account *account, enum token_purpose purpose,
                          struct secret token)
{
	CLEANUP(tx_rollback) struct tx *tx = NULL;
	const struct new_token new_token = {
		.outbox_id = row->id,
		.account_id = account->id,
		.epoch = account->epoch,
		.purpose = purpose,
		.digest = digest_of(token),
		.now = ctx->now,
		.expires_at = row->expires_at,
	};

	TRY(tx_begin(ctx->store, &tx));
	TRY(store_account_lock(tx, account->id));
	TRY(check_mails(ctx, tx, &new_token));
	TRY(store_token_add(tx, &new_token));
	TRY(audit_done(ctx, tx, "recovery mailed"));
	return tx_commit(&tx);
}

static enum err write_template(struct ctx *ctx, struct secret token, struct letter *letter)
{
	struct mail_template template;

	enum err err = store_mail_template_by_name(ctx->store, ctx->arena, ctx->app.id,
	                                           STR("reset_password"), &template);
	if (err == ERR_NOT_FOUND)
		return ERR_INTERNAL; /* every app has its copy */
	TRY(err);
	letter->kind = LETTER_TEMPLATE;
	letter->subject = template.subject;
	letter->content = template.content;
	letter->secret = token;
	if (template.send_name.len > 0)
		letter->sender_name = template.send_name;
	if (template.sender.len > 0)
		letter->sender = template.sender;
	return OK;
}

/* ERR_NOT_FOUND: a newer request has its token, or the account has moved on. ERR_RATE_LIMITED. */
static enum err write_recovery(struct ctx *ctx, const struct outbox_row *row,
                               const struct account *account, struct letter *letter)
{
	enum token_purpose purpose = TOKEN_SET_PASSWORD;
	struct secret token;

	letter->kind = row->kind == OUTBOX_INVITATION ? LETTER_INVITATION : LETTER_RESET_LINK;
	if (row->kind == OUTBOX_RECOVERY_NAMED && ctx->app.recovery == RECOVERY_GENERATED) {
		purpose = TOKEN_MAKE_PASSWORD;
		letter->kind = LETTER_CONFIRM_LINK;
	}
	TRY(token_derive(ctx, purpose, &row->nonce, &token));
	TRY(add_token(ctx, row, account, purpose, token));
	TRY(write_link(ctx, purpose, token, &letter->link));
	TRY(arena_printf(ctx->arena, &letter->minutes, "%lld",
	                 (long long)((row->expires_at - ctx->now + MINUTE - 1) / MINUTE)));
	return row->kind == OUTBOX_RECOVERY_CODE ? write_template(ctx, token, letter) : OK;
}

static enum err write_body(struct ctx *ctx, const struct outbox_row *row,
                           const struct account *account, struct letter *letter)
{
	switch ((enum outbox_kind)row->kind) {
	case OUTBOX_MADE_PASSWORD:
		letter->kind = LETTER_MADE_PASSWORD;
		TRY(made_password_derive(ctx, &row->nonce, &letter->secret));
		/* Before it is sent: once the mail is accepted nothing may be in the way. */
		return hasher_hash(ctx->hasher, caller_of(ctx), ctx->arena, letter->secret,
		                   &letter->made_phc);
	case OUTBOX_PASSWORD_CHANGED:
		letter->kind = LETTER_PASSWORD_CHANGED;
		return OK;
	default:
		return write_recovery(ctx, row, account, letter);
	}
}

static enum err write_envelope(struct ctx *ctx, const struct outbox_row *row,
                               const struct account *account, struct letter *letter)
{
	struct digest name = derive(ctx->service->key, "message id", &row->nonce);

	letter->to = account->email;
	letter->app_name = ctx->app.name;
	letter->sender_name = ctx->app.sender.ptr ? ctx->app.sender : ctx->app.name;
	letter->language = ctx->app.language;
	letter->username = account->username;
	letter->network = row->network;
	letter->reference = row->reference;
	letter->at = row->created_at;
	return spell_hex(ctx->arena, name.bytes, 16, &letter->message_id);
}

static enum err mail_write(struct ctx *ctx, const struct outbox_row *row, struct letter *ret_letter)
{
	struct letter letter = { .send = true };
	struct recipient recipient;

	TRY(store_app_by_id(ctx->store, ctx->arena, row->app_id, &ctx->app));
	TRY(find_recipient(ctx, row, &recipient));
	if (recipient.drop)
		return drop(ctx, row, recipient.drop);
	TRY(write_envelope(ctx, row, &recipient.account, &letter));
	if (row->expires_at <= ctx->now)
		return give_up(ctx, row);
	enum err err = write_body(ctx, row, &recipient.account, &letter);
	if (err == ERR_NOT_FOUND)
		return drop_superseded(ctx, row, &recipient.account);
	if (err == ERR_RATE_LIMITED)
		return drop(ctx, row, "too many mails to this address");
	TRY(err);
	*ret_letter = letter;
	return OK;
}
OPERATION(mail_write, struct outbox_row, struct letter, REQUIRES_SERVER, LIMIT_NONE, COST_HASH)
