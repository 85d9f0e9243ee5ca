/* SPDX-License-Identifier: Apache-2.0 */
/* letter_address.c - what is mailed to an address that somebody gave: for a new account, for
 * another link, or as an account's new one. Whoever has it already is told, and nobody else. */
#include "account/letter_priv.h"
#include "account/message.h"
#include "base/clock.h"

bool letter_is_of_address(const struct outbox_row *row)
{
	return (row->kind >= OUTBOX_SIGN_UP && row->kind <= OUTBOX_EMAIL_CHANGE) ||
	       row->kind == OUTBOX_WAITING_POSITION;
}

/* What such a row comes to. */
struct answer {
	enum letter_kind kind;
	struct account account; /* to whom: an account, or what will be one */
	struct secret token;
	int64_t expires_at;  /* of a link that sets a password */
	struct str position; /* on the waiting list */
	const char *drop;    /* NULL: mail it */
};

static enum err answer_sign_up(struct ctx *ctx, const struct sign_up *sign_up,
                               struct answer *answer)
{
	answer->kind = LETTER_VERIFY;
	answer->account = (struct account){
		.email = sign_up->email,
		.username = sign_up->username,
		.locale = sign_up->locale,
	};
	return sign_up_token_derive(ctx, &sign_up->nonce, &answer->token);
}

/* Whoever has the address is told, and nobody else. */
static void answer_taken(const struct account *owner, struct answer *answer)
{
	answer->kind = LETTER_ADDRESS_TAKEN;
	answer->account = *owner;
	if (owner->status != ACCOUNT_ACTIVE)
		answer->drop = "the account is disabled";
	else if (owner->email_verified_at == 0 || !letter_can_be_sent_to(owner->email))
		answer->drop = "the address that has the account is not verified";
}

static enum err answer_with_token(struct ctx *ctx, const struct outbox_row *row,
                                  const struct account *account, enum token_purpose purpose,
                                  struct answer *answer)
{
	answer->kind = purpose == TOKEN_CHANGE_EMAIL   ? LETTER_CHANGE_EMAIL
	               : purpose == TOKEN_SET_PASSWORD ? LETTER_RESET_LINK
	                                               : LETTER_VERIFY;
	answer->account = *account;
	ctx->account_id = account->id;
	TRY(token_derive(ctx, purpose, &row->nonce, &answer->token));
	enum err err = letter_add_token(ctx, row, account, purpose, answer->token);
	if (err == ERR_NOT_FOUND)
		answer->drop = "a newer request took its place, or the account has changed";
	return err == ERR_NOT_FOUND ? OK : err;
}

/* `owner`: of the address; id 0: nobody. */
static enum err answer_change(struct ctx *ctx, const struct outbox_row *row,
                              const struct account *owner, struct answer *answer)
{
	struct account account;

	enum err err = store_account_by_id(ctx->store, ctx->arena, row->account_id, &account);
	if (err == ERR_NOT_FOUND || (err == OK && account.epoch != row->epoch)) {
		answer->drop = "the account has changed since this was asked for";
		return OK;
	}
	TRY(err);
	if (owner->id == account.id)
		answer->drop = "the address is the account's already";
	else if (owner->id != 0)
		answer_taken(owner, answer);
	else
		return answer_with_token(ctx, row, &account, TOKEN_CHANGE_EMAIL, answer);
	return OK;
}

static const char *reason_to_prove_nothing(const struct ctx *ctx, const struct outbox_row *row,
                                           const struct account *owner)
{
	if (owner->email_verified_at != 0)
		return "the address is verified already";
	if (owner->status == ACCOUNT_DISABLED)
		return "the account is disabled";
	if (owner->recovery_held_until > ctx->now)
		return "somebody said 'it was not me', and the account is held";
	if (owner->outbox_floor >= row->id)
		return "the password was changed after this was asked for";
	return NULL;
}

/* Whoever made the account may not be who reads its mail. That one proves the address by setting a
 * password, and keeps no password, session or sign-in of the other's. */
static enum err answer_owner(struct ctx *ctx, const struct outbox_row *row,
                             const struct account *owner, struct answer *answer)
{
	int64_t expires_at = ctx->now + ctx->service->policy.reset_minutes * MINUTE;
	struct outbox_row reset = *row;

	answer->drop = reason_to_prove_nothing(ctx, row, owner);
	if (answer->drop)
		return OK;
	if (owner->status == ACCOUNT_INACTIVE)
		return answer_with_token(ctx, row, owner, TOKEN_VERIFY_EMAIL, answer);
	if (reset.expires_at > expires_at)
		reset.expires_at = expires_at;
	answer->expires_at = reset.expires_at;
	enum err err = answer_with_token(ctx, &reset, owner, TOKEN_SET_PASSWORD, answer);
	if (err == ERR_RATE_LIMITED)
		answer->drop = "too many mails to this address";
	return err == ERR_RATE_LIMITED ? OK : err;
}

static enum err answer_verification(struct ctx *ctx, const struct outbox_row *row,
                                    const struct account *owner, struct answer *answer)
{
	struct sign_up sign_up;

	if (owner->id != 0)
		return answer_owner(ctx, row, owner, answer);
	enum err err = store_sign_up_newest(ctx->store, ctx->arena, row->app_id, row->login,
	                                    ctx->now, &sign_up);
	if (err == ERR_NOT_FOUND) {
		answer->drop = "nobody has signed up with this address";
		return OK;
	}
	TRY(err);
	int64_t n;
	TRY(store_sign_ups_waiting(ctx->store, ctx->arena, row->app_id, row->login, ctx->now, &n));
	if (n == 1)
		return answer_sign_up(ctx, &sign_up, answer);
	answer->drop = "several have signed up with this address, and nobody knows who asks";
	return OK;
}

/* Of an account that waits for it. */
static enum err answer_activation(struct ctx *ctx, const struct outbox_row *row,
                                  struct answer *answer)
{
	struct account account;

	TRY(store_account_by_id(ctx->store, ctx->arena, row->account_id, &account));
	if (account.status == ACCOUNT_INACTIVE)
		return answer_with_token(ctx, row, &account, TOKEN_VERIFY_EMAIL, answer);
	answer->drop = "the account does not wait to be active";
	return OK;
}

/* Its mail is the app's own template. */
static enum err answer_waiting(struct ctx *ctx, const struct outbox_row *row, struct answer *answer)
{
	struct waiting_entry waiting;
	int64_t position;

	answer->kind = LETTER_TEMPLATE;
	TRY(store_waiting_by_email(ctx->store, ctx->arena, row->app_id, row->login, &waiting));
	answer->account.email = waiting.email; /* as it was given first */
	if (waiting.account_created)
		answer->drop = "there is an account by now";
	TRY(store_waiting_position(ctx->store, ctx->arena, row->app_id, waiting.id, &position));
	return arena_printf(ctx->arena, &answer->position, "%lld", (long long)position);
}

static enum err find_answer(struct ctx *ctx, const struct outbox_row *row, struct answer *answer)
{
	struct account owner = { 0 };
	struct sign_up sign_up;

	if (row->kind == OUTBOX_VERIFICATION && row->account_id != 0)
		return answer_activation(ctx, row, answer);
	if (row->kind == OUTBOX_WAITING_POSITION)
		return answer_waiting(ctx, row, answer);
	enum err err =
		store_account_by_email(ctx->store, ctx->arena, row->app_id, row->login, &owner);
	if (err != OK && err != ERR_NOT_FOUND)
		return err;
	if (row->kind == OUTBOX_EMAIL_CHANGE)
		return answer_change(ctx, row, &owner, answer);
	if (row->kind == OUTBOX_VERIFICATION)
		return answer_verification(ctx, row, &owner, answer);
	if (owner.id != 0) {
		answer_taken(&owner, answer);
		return OK;
	}
	TRY(store_sign_up_by_outbox(ctx->store, ctx->arena, row->id, &sign_up));
	return answer_sign_up(ctx, &sign_up, answer);
}

/* limits.mails_per_address, for whoever's address it is. */
static enum err was_mailed_enough(struct ctx *ctx, const struct outbox_row *row, bool *ret_enough)
{
	const struct rate *rate = &ctx->service->policy.mails_per_address;
	int64_t sent;

	TRY(store_outbox_sent_to(ctx->store, ctx->arena, row, ctx->now - rate->period_s, &sent));
	*ret_enough = rate->count > 0 && sent >= rate->count;
	return OK;
}

static enum err write_answer(struct ctx *ctx, const struct answer *answer, struct letter *letter)
{
	letter->kind = answer->kind;
	switch (answer->kind) {
	case LETTER_ADDRESS_TAKEN:
		letter->to = answer->account.email;
		return OK;
	case LETTER_TEMPLATE:
		letter->position = answer->position;
		return letter_write_template(ctx, WAITING_POSITION_TEMPLATE, letter);
	case LETTER_RESET_LINK:
		return letter_write_reset(ctx, ctx->app.reset_url, answer->token,
		                          answer->expires_at, letter);
	default:
		return letter_write_link(ctx, STR_NONE, "verify", answer->token, &letter->link);
	}
}

enum err letter_of_address(struct ctx *ctx, const struct outbox_row *row, struct letter *ret_letter)
{
	struct letter letter = { .send = true };
	struct answer answer = { .drop = NULL };
	bool enough;

	if (row->expires_at <= ctx->now)
		return letter_give_up(ctx, row);
	TRY(was_mailed_enough(ctx, row, &enough));
	if (enough)
		return letter_drop(ctx, row, "too many mails to this address");
	enum err err = find_answer(ctx, row, &answer);
	if (err == ERR_NOT_FOUND)
		return letter_drop(ctx, row, "what it was for is gone");
	TRY(err);
	if (!answer.drop && !letter_can_be_sent_to(letter_address(row, &answer.account)))
		answer.drop = "the address is a placeholder";
	if (answer.drop)
		return letter_drop(ctx, row, answer.drop);
	TRY(letter_write_envelope(ctx, row, &answer.account, &letter));
	err = write_answer(ctx, &answer, &letter);
	if (err == ERR_NOT_FOUND)
		return letter_drop(ctx, row, "the app has no such template any more");
	TRY(err);
	*ret_letter = letter;
	return OK;
}
