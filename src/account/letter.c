/* SPDX-License-Identifier: Apache-2.0 */
/* letter.c - what a due outbox row says: to whom, with which link and secret, or that there is
 * nobody to mail. */
#include "account/letter_priv.h"
#include "account/app.h"
#include "account/app_look.h"
#include "account/message.h"
#include "account/outbox.h"
#include "account/token.h"
#include "base/clock.h"
#include "base/language.h"
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

bool letter_can_be_sent_to(struct str email)
{
	size_t end = strlen(".invalid");

	return email.len > end && !str_is(str_from(email, email.len - end), ".invalid");
}

static bool is_notice(const struct outbox_row *row)
{
	return row->kind == OUTBOX_PASSWORD_CHANGED || row->kind == OUTBOX_EMAIL_CHANGED ||
	       row->kind == OUTBOX_EMAIL_MOVED;
}

struct str letter_address(const struct outbox_row *row, const struct account *account)
{
	return row->address.ptr ? row->address : account->email;
}

static const char *reason_to_drop(const struct ctx *ctx, const struct outbox_row *row,
                                  const struct account *account)
{
	if (is_notice(row) && !row->address.ptr)
		return "the address was not verified";
	if (!letter_can_be_sent_to(letter_address(row, account)))
		return "the account has no address";
	/* Whoever waits to be active is mailed that link once more. */
	if (account->status == ACCOUNT_INACTIVE && row->kind == OUTBOX_RECOVERY_NAMED)
		return NULL;
	if (account->status != ACCOUNT_ACTIVE)
		return "the account is disabled";
	if (account->recovery_held_until > ctx->now && !is_notice(row))
		return "somebody said 'it was not me', and the account is held";
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
		recipient.drop = reason_to_drop(ctx, row, &recipient.account);
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

enum err letter_drop(struct ctx *ctx, const struct outbox_row *row, const char *reason)
{
	return settle_unsent(ctx, row, OUTBOX_DROPPED, reason);
}

/* A dead link helps nobody. The operator may give the mail new life. */
enum err letter_give_up(struct ctx *ctx, const struct outbox_row *row)
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
	return letter_drop(ctx, row, "a newer request took its place");
}

/* <page>?token=<token>: the app's own page where it has one, for a confirmation always ours. */
enum err letter_write_link(struct ctx *ctx, struct str own_page, const char *our_page,
                           struct secret token, struct str *ret_link)
{
	struct str page = own_page;

	if (!page.ptr) {
		struct str base;
		TRY(app_public_url(ctx, &ctx->app, &base));
		TRY(arena_printf(ctx->arena, &page, "%.*s/%s", STR_ARG(base), our_page));
	}
	bool has_query = str_find(page, '?') < page.len;
	return arena_printf(ctx->arena, ret_link, "%.*s%stoken=%.*s", STR_ARG(page),
	                    has_query ? "&" : "?", (int)token.len, token.ptr);
}

enum err letter_write_reset(struct ctx *ctx, struct str own_page, struct secret token,
                            int64_t expires_at, struct letter *letter)
{
	TRY(letter_write_link(ctx, own_page, "password-reset", token, &letter->link));
	letter->minutes = (expires_at - ctx->now + MINUTE - 1) / MINUTE;
	return OK;
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

enum err letter_add_token(struct ctx *ctx, const struct outbox_row *row,
                          const struct account *account, enum token_purpose purpose,
                          struct secret token)
{
	CLEANUP(tx_rollback) struct tx *tx = NULL;
	bool coded = row->kind == OUTBOX_RECOVERY;
	const struct new_token new_token = {
		.outbox_id = row->id,
		.account_id = account->id,
		.epoch = account->epoch,
		.purpose = purpose,
		.digest = digest_of(token),
		.now = ctx->now,
		.expires_at = row->expires_at,
		.address = row->address,
		.address_key = row->address.ptr ? row->login : STR_NONE,
		.reference = coded ? row->reference : STR_NONE,
	};

	TRY(tx_begin(ctx->store, &tx));
	TRY(store_account_lock(tx, account->id));
	if (purpose <= TOKEN_MAKE_PASSWORD || is_recovery(row))
		TRY(check_mails(ctx, tx, &new_token));
	TRY(store_token_add(tx, &new_token));
	TRY(audit_done(ctx, tx,
	               purpose <= TOKEN_MAKE_PASSWORD ? "recovery mailed" : "link mailed"));
	return tx_commit(&tx);
}

enum err letter_write_template(struct ctx *ctx, const char *name, struct letter *letter)
{
	struct mail_template template;

	TRY(store_mail_template_by_name(ctx->store, ctx->arena, ctx->app.id, str(name), &template));
	letter->kind = LETTER_TEMPLATE;
	letter->language = ctx->app.language; /* its words are the operator's */
	letter->subject = template.subject;
	letter->content = template.content;
	if (template.send_name.len > 0)
		letter->sender_name = template.send_name;
	if (template.sender.len > 0)
		letter->sender = template.sender;
	return OK;
}

static enum err write_reset_template(struct ctx *ctx, struct secret token, struct letter *letter)
{
	enum err err = letter_write_template(ctx, RESET_PASSWORD_TEMPLATE, letter);

	letter->secret = token;
	return err == ERR_NOT_FOUND ? ERR_INTERNAL : err; /* every app has its copy */
}

/* In two halves, which people type with fewer slips. */
static enum err write_code(struct ctx *ctx, const struct outbox_row *row, struct letter *letter)
{
	struct secret code;
	struct str spelled;

	TRY(code_derive(ctx, &row->nonce, &code));
	TRY(arena_printf(ctx->arena, &spelled, "%.*s-%.*s", CODE_LETTERS / 2, code.ptr,
	                 CODE_LETTERS / 2, code.ptr + CODE_LETTERS / 2));
	letter->kind = LETTER_RESET_LINK_AND_CODE;
	letter->code = (struct secret){ spelled.ptr, spelled.len };
	return OK;
}

static enum err write_activation(struct ctx *ctx, const struct outbox_row *row,
                                 const struct account *account, struct letter *letter)
{
	struct secret token;

	letter->kind = LETTER_VERIFY;
	TRY(token_derive(ctx, TOKEN_VERIFY_EMAIL, &row->nonce, &token));
	TRY(letter_add_token(ctx, row, account, TOKEN_VERIFY_EMAIL, token));
	return letter_write_link(ctx, STR_NONE, "verify", token, &letter->link);
}

/* ERR_NOT_FOUND: a newer request has its token, or the account has moved on. ERR_RATE_LIMITED. */
static enum err write_recovery(struct ctx *ctx, const struct outbox_row *row,
                               const struct account *account, struct letter *letter)
{
	enum token_purpose purpose = TOKEN_SET_PASSWORD;
	struct secret token;

	if (account->status == ACCOUNT_INACTIVE)
		return write_activation(ctx, row, account, letter);
	letter->kind = row->kind == OUTBOX_INVITATION ? LETTER_INVITATION : LETTER_RESET_LINK;
	if (row->kind == OUTBOX_RECOVERY_NAMED && ctx->app.recovery == RECOVERY_GENERATED) {
		purpose = TOKEN_MAKE_PASSWORD;
		letter->kind = LETTER_CONFIRM_LINK;
	}
	TRY(token_derive(ctx, purpose, &row->nonce, &token));
	TRY(letter_add_token(ctx, row, account, purpose, token));
	struct str own = purpose == TOKEN_SET_PASSWORD ? ctx->app.reset_url : STR_NONE;
	TRY(letter_write_reset(ctx, own, token, row->expires_at, letter));
	if (row->kind == OUTBOX_RECOVERY)
		return write_code(ctx, row, letter);
	return row->kind == OUTBOX_RECOVERY_CODE ? write_reset_template(ctx, token, letter) : OK;
}

/* Its token was made with the change. */
static enum err write_notice(struct ctx *ctx, const struct outbox_row *row,
                             const struct account *account, struct letter *letter)
{
	struct secret token;

	if (row->kind != OUTBOX_PASSWORD_CHANGED)
		letter->new_email = account->email.ptr ? account->email : STR("");
	letter->kind = LETTER_EMAIL_MOVED;
	if (row->kind == OUTBOX_EMAIL_MOVED)
		return OK;
	letter->kind =
		row->kind == OUTBOX_EMAIL_CHANGED ? LETTER_EMAIL_CHANGED : LETTER_PASSWORD_CHANGED;
	TRY(token_derive(ctx, TOKEN_NOT_ME, &row->nonce, &token));
	return letter_write_link(ctx, STR_NONE, "verify", token, &letter->link);
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
	case OUTBOX_EMAIL_CHANGED:
	case OUTBOX_EMAIL_MOVED:
		return write_notice(ctx, row, account, letter);
	default:
		return write_recovery(ctx, row, account, letter);
	}
}

/* The person's own, if we speak it; else that of whoever asked; else the app's. */
static struct str language_for(const struct ctx *ctx, const struct outbox_row *row,
                               const struct account *account)
{
	enum language language;

	if (language_find(account->locale, &language) || language_find(row->language, &language))
		return str(languages[language].tag);
	return ctx->app.language;
}

enum err letter_write_envelope(struct ctx *ctx, const struct outbox_row *row,
                               const struct account *account, struct letter *letter)
{
	struct digest name = derive(ctx->service->key, "message id", &row->nonce);

	letter->to = letter_address(row, account);
	letter->app_name = app_title(&ctx->app);
	letter->accent = ctx->app.accent;
	letter->sender_name = ctx->app.sender.ptr ? ctx->app.sender : letter->app_name;
	letter->language = language_for(ctx, row, account);
	letter->username = account->username;
	letter->network = row->network;
	letter->reference = row->reference;
	letter->at = row->created_at;
	return spell_hex(ctx->arena, name.bytes, 16, &letter->message_id);
}

/* ---- all of it ---- */

static enum err mail_write(struct ctx *ctx, const struct outbox_row *row, struct letter *ret_letter)
{
	struct letter letter = { .send = true };
	struct recipient recipient;

	TRY(store_app_by_id(ctx->store, ctx->arena, row->app_id, &ctx->app));
	if (letter_is_of_address(row))
		return letter_of_address(ctx, row, ret_letter);
	TRY(find_recipient(ctx, row, &recipient));
	if (recipient.drop)
		return letter_drop(ctx, row, recipient.drop);
	TRY(letter_write_envelope(ctx, row, &recipient.account, &letter));
	if (row->expires_at <= ctx->now)
		return letter_give_up(ctx, row);
	enum err err = write_body(ctx, row, &recipient.account, &letter);
	if (err == ERR_NOT_FOUND)
		return drop_superseded(ctx, row, &recipient.account);
	if (err == ERR_RATE_LIMITED)
		return letter_drop(ctx, row, "too many mails to this address");
	TRY(err);
	*ret_letter = letter;
	return OK;
}
OPERATION(mail_write, struct outbox_row, struct letter, REQUIRES_SERVER, LIMIT_NONE, COST_HASH)
