/* SPDX-License-Identifier: Apache-2.0 */
/* profile.c - what a person sees and says of their own account. */
#include "account/profile.h"
#include "account/account.h"
#include "account/password.h"
#include "account/sign_up.h"
#include "base/text.h"

static struct profile profile_of(const struct account *account)
{
	return (struct profile){
		.id = account->public_id,
		.email = account->email,
		.username = account->username,
		.name = account->name,
		.locale = account->locale,
		.email_verified = account->email_verified_at != 0,
		.created_at = account->created_at,
		.password_changed_at = account->password_set_at,
	};
}

static enum err profile_show(struct ctx *ctx, const struct nothing *in, struct profile *ret_profile)
{
	struct account account;

	(void)in;
	TRY(account_of_session(ctx, &account));
	*ret_profile = profile_of(&account);
	return OK;
}
OPERATION(profile_show, struct nothing, struct profile, REQUIRES_SESSION, LIMIT_REQUESTS,
          COST_QUICK)

/* The name's key, as it is or as it becomes. */
static enum err take_username(struct ctx *ctx, struct str username, struct account *account,
                              struct str *ret_key)
{
	struct str spelled;

	if (!username.ptr && account->username.ptr)
		return username_normalize(ctx->arena, account->username, &spelled, ret_key);
	*ret_key = STR_NONE;
	if (!username.ptr)
		return OK;
	if (username.len == 0 && !account->email_key.ptr)
		return ERR_BAD_USERNAME;
	account->username = STR_NONE;
	if (username.len == 0)
		return OK;
	return username_normalize(ctx->arena, username, &account->username, ret_key);
}

static enum err update_in_store(struct ctx *ctx, const struct account *account,
                                struct str username_key, const struct account *read)
{
	CLEANUP(tx_rollback) struct tx *tx = NULL;

	TRY(tx_begin(ctx->store, &tx));
	TRY(store_account_set_profile(tx, account, username_key, read));
	TRY(audit_done(ctx, tx, "done"));
	return tx_commit(&tx);
}

/* A form says all of it again, changed or not. */
static bool changes_username(const struct profile_update *in, const struct account *account)
{
	struct str now = account->username.ptr ? account->username : STR("");

	return in->username.ptr && !str_equal(in->username, now);
}

static enum err profile_update(struct ctx *ctx, const struct profile_update *in,
                               struct profile *ret_profile)
{
	struct account account, read;
	struct str name, locale, username_key;

	TRY(account_of_session(ctx, &read));
	account = read;
	if (changes_username(in, &account) && account.held_until > ctx->now)
		return deny(ctx, ERR_CHANGES_HELD, "changes are held");
	TRY(profile_accept(ctx, in->name, in->locale, &name, &locale));
	if (in->name.ptr)
		account.name = name;
	if (in->locale.ptr)
		account.locale = locale;
	TRY(take_username(ctx, in->username, &account, &username_key));
	enum err err = update_in_store(ctx, &account, username_key, &read);
	if (err == ERR_CONFLICT)
		return deny(ctx, ERR_USERNAME_TAKEN, "username is taken");
	TRY(err);
	*ret_profile = profile_of(&account);
	return OK;
}
OPERATION(profile_update, struct profile_update, struct profile, REQUIRES_SESSION, LIMIT_REQUESTS,
          COST_WRITE)

static enum err profile_delete(struct ctx *ctx, const struct profile_delete *in,
                               struct nothing *ret_nothing)
{
	CLEANUP(tx_rollback) struct tx *tx = NULL;
	struct account account;

	(void)ret_nothing;
	if (in->sure.ptr && !str_is(in->sure, "yes"))
		return ERR_MEMBER_MISSING;
	TRY(password_prove(ctx, in->password, &account));
	TRY(tx_begin(ctx->store, &tx));
	TRY(store_account_lock_at(tx, account.id, account.epoch));
	TRY(store_account_remove(tx, account.id));
	ctx->account_id = 0;
	ctx->network = STR("");
	TRY(audit_done(ctx, tx, "removed by its person"));
	return tx_commit(&tx);
}
OPERATION(profile_delete, struct profile_delete, struct nothing, REQUIRES_SESSION, LIMIT_LOGIN,
          COST_HASH)
