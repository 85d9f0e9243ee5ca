/* SPDX-License-Identifier: Apache-2.0 */
/* sign_up.c - a sign-up is a row; its link makes the account. */
#include "account/sign_up.h"
#include "account/account.h"
#include "account/outbox.h"
#include "account/password_policy.h"
#include "base/clock.h"
#include "base/text.h"

enum { LOCALE_MAX = 35 }; /* RFC 5646, 4.4.1 */

/* ---- what people say of themselves ---- */

/* The shape of a language tag (RFC 5646, 2.1): letters and digits, in parts of 1 to 8. */
static bool locale_is_good(struct str locale)
{
	size_t part = 0;

	for (size_t i = 0; i < locale.len; i++) {
		char c = locale.ptr[i];
		bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
		bool digit = c >= '0' && c <= '9' && i > 0;
		if (c == '-' && part > 0)
			part = 0;
		else if ((!letter && !digit) || ++part > 8)
			return false;
	}
	return part > 0 && locale.len >= 2 && locale.len <= LOCALE_MAX;
}

enum err profile_accept(struct ctx *ctx, struct str name, struct str locale, struct str *ret_name,
                        struct str *ret_locale)
{
	*ret_name = *ret_locale = STR_NONE;
	if (name.len > 0)
		TRY(name_normalize(ctx->arena, name, PERSON_NAME_MAX, ret_name));
	if (locale.len > 0 && !locale_is_good(locale))
		return ERR_BAD_LOCALE;
	if (locale.len > 0)
		*ret_locale = locale;
	return OK;
}

/* ---- signing up ---- */

static enum err check_username(struct ctx *ctx, struct str username_key)
{
	struct account other;

	if (!username_key.ptr)
		return OK;
	enum err err = store_account_by_username(ctx->store, ctx->arena, ctx->app.id, username_key,
	                                         &other);
	if (err == OK)
		return deny(ctx, ERR_USERNAME_TAKEN, "username is taken");
	return err == ERR_NOT_FOUND ? OK : err;
}

static enum err read_sign_up(struct ctx *ctx, const struct account_sign_up *in,
                             struct sign_up *ret_sign_up)
{
	struct sign_up sign_up = { .app_id = ctx->app.id, .created_at = ctx->now };
	struct secret password;

	TRY(email_normalize(ctx->arena, in->email, &sign_up.email, &sign_up.email_key));
	if (in->username.ptr)
		TRY(username_normalize(ctx->arena, in->username, &sign_up.username,
		                       &sign_up.username_key));
	TRY(profile_accept(ctx, in->name, in->locale, &sign_up.name, &sign_up.locale));
	const struct password_owner owner = { sign_up.email, sign_up.username, sign_up.name };
	TRY(password_accept(ctx, in->password, &owner, &password));
	TRY(check_username(ctx, sign_up.username_key));
	TRY(hasher_hash(ctx->hasher, caller_of(ctx), ctx->arena, password, &sign_up.phc));
	*ret_sign_up = sign_up;
	return OK;
}

static enum err account_sign_up(struct ctx *ctx, const struct account_sign_up *in,
                                struct recovery_requested *ret_requested)
{
	CLEANUP(tx_rollback) struct tx *tx = NULL;
	struct outbox_row row = { .kind = OUTBOX_SIGN_UP };
	struct sign_up sign_up;
	struct secret token;

	if (ctx->app.sign_up == SIGN_UP_CLOSED)
		return deny(ctx, ERR_NOT_ALLOWED, "sign-up is closed");
	TRY(read_sign_up(ctx, in, &sign_up));
	row.login = sign_up.email_key;
	TRY(outbox_prepare(ctx, &row));
	sign_up.nonce = row.nonce;
	sign_up.expires_at = row.expires_at;
	TRY(sign_up_token_derive(ctx, &row.nonce, &token));
	sign_up.digest = digest_of(token);
	TRY(tx_begin(ctx->store, &tx));
	TRY(store_outbox_add(tx, &row, &sign_up.outbox_id));
	TRY(store_sign_up_add(tx, &sign_up));
	TRY(outbox_commit(ctx, &tx));
	ret_requested->reference = row.reference;
	return OK;
}
OPERATION(account_sign_up, struct account_sign_up, struct recovery_requested, REQUIRES_APP,
          LIMIT_REQUESTS, COST_HASH)

static enum err verification_request(struct ctx *ctx, const struct verification_request *in,
                                     struct recovery_requested *ret_requested)
{
	struct outbox_row row = { .kind = OUTBOX_VERIFICATION };
	struct str email;

	TRY(email_normalize(ctx->arena, in->email, &email, &row.login));
	TRY(outbox_queue(ctx, &row));
	ret_requested->reference = row.reference;
	return OK;
}
OPERATION(verification_request, struct verification_request, struct recovery_requested,
          REQUIRES_APP, LIMIT_REQUESTS, COST_WRITE)

/* ---- confirming ---- */

enum err confirmation_check_address(struct ctx *ctx, const struct confirmation *in,
                                    struct str address)
{
	struct str email, key, address_key;

	if (!in->address.ptr)
		return OK;
	TRY(email_normalize(ctx->arena, address, &email, &address_key));
	enum err err = email_normalize(ctx->arena, in->address, &email, &key);
	if (err == ERR_BAD_EMAIL || (err == OK && !str_equal(key, address_key)))
		return deny_guess(ctx, ERR_WRONG_ADDRESS, "wrong address");
	return err;
}

static enum err make_account(struct ctx *ctx, const struct sign_up *sign_up)
{
	CLEANUP(tx_rollback) struct tx *tx = NULL;
	struct account account = {
		.app_id = sign_up->app_id,
		.email = sign_up->email,
		.email_key = sign_up->email_key,
		.username = sign_up->username,
		.phc = sign_up->phc,
		.name = sign_up->name,
		.locale = sign_up->locale,
		.email_verified_at = ctx->now,
	};

	TRY(account_new_public_id(ctx, &account.public_id));
	TRY(tx_begin(ctx->store, &tx));
	enum err err = store_sign_up_confirm(tx, sign_up, ctx->now);
	if (err == ERR_NOT_FOUND)
		return tx_refuse(&tx, deny(ctx, ERR_TOKEN_INVALID, "token was spent meanwhile"));
	TRY(err);
	TRY(account_open(ctx, tx, &account, sign_up->username_key));
	TRY(audit_done(ctx, tx, "account made"));
	return tx_commit(&tx);
}

static enum err confirm_sign_up(struct ctx *ctx, const struct confirmation *in,
                                const struct sign_up *sign_up)
{
	const struct account account = { .app_id = sign_up->app_id,
		                         .email_key = sign_up->email_key };

	if (sign_up->state != SIGN_UP_WAITING)
		return deny_dead(ctx, ERR_TOKEN_INVALID, "token is spent or replaced");
	if (sign_up->expires_at <= ctx->now)
		return deny_dead(ctx, ERR_TOKEN_INVALID, "token has expired");
	TRY(confirmation_check_address(ctx, in, sign_up->email));
	enum err err = make_account(ctx, sign_up);
	if (err != ERR_CONFLICT)
		return err;
	ctx->account_id = 0;
	if (account_who_is_taken(ctx, &account) == ERR_EMAIL_TAKEN)
		return deny_dead(ctx, ERR_TOKEN_INVALID, "address has an account by now");
	return deny(ctx, ERR_USERNAME_TAKEN, "username was taken meanwhile");
}

static enum err verify_in_store(struct ctx *ctx, const struct token *token,
                                const struct account *account)
{
	CLEANUP(tx_rollback) struct tx *tx = NULL;

	TRY(tx_begin(ctx->store, &tx));
	TRY(token_spend(ctx, &tx, token));
	TRY(store_identities_doubt(tx, account->id));
	TRY(store_account_verify(tx, account, ctx->now));
	TRY(audit_done(ctx, tx, "done"));
	return tx_commit(&tx);
}

static enum err verify_account(struct ctx *ctx, const struct confirmation *in)
{
	struct token token;
	struct account account;

	TRY(token_find_live(ctx, in->token, TOKEN_VERIFY_EMAIL, &token));
	TRY(token_account(ctx, &token, &account));
	TRY(confirmation_check_address(ctx, in, account.email));
	return verify_in_store(ctx, &token, &account);
}

static enum err account_verify(struct ctx *ctx, const struct confirmation *in,
                               struct nothing *ret_nothing)
{
	struct digest digest = digest_of(in->token);
	struct sign_up sign_up;

	(void)ret_nothing;
	enum err err =
		store_sign_up_by_digest(ctx->store, ctx->arena, &digest, ctx->app.id, &sign_up);
	if (err == ERR_NOT_FOUND)
		return verify_account(ctx, in);
	TRY(err);
	return confirm_sign_up(ctx, in, &sign_up);
}
OPERATION(account_verify, struct confirmation, struct nothing, REQUIRES_APP, LIMIT_GUESS,
          COST_WRITE)
