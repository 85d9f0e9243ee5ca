/* SPDX-License-Identifier: Apache-2.0 */
/* registration.c - an account at once: of a user, or of a guest. */
#include "account/registration.h"
#include "account/account.h"
#include "account/account_field.h"
#include "account/limits.h"
#include "account/outbox.h"
#include "account/password_check.h"
#include "account/password_policy.h"
#include "base/text.h"

enum { GUEST_NAME_BYTES = 10, GUEST_PASSWORD_BYTES = 13, GUEST_PASSWORD_LETTERS = 20 };

/* An account that is about to be, and what is said of it. */
struct new_user {
	struct account account;
	struct str username_key;
	struct user_said said;
};

/* ---- making one ---- */

/* Whoever has the name is not told; names are public. */
static enum err check_username(struct ctx *ctx, struct str username_key)
{
	struct account other;

	enum err err = store_account_by_username(ctx->store, ctx->arena, ctx->app.id, username_key,
	                                         &other);
	if (err == OK)
		return deny(ctx, ERR_USERNAME_TAKEN, "username is taken");
	return err == ERR_NOT_FOUND ? OK : err;
}

/* The limit on mails is the address's, as for all that an address is given for. */
static enum err add_activation(struct ctx *ctx, struct tx *tx, const struct account *account)
{
	struct outbox_row row = { .kind = OUTBOX_VERIFICATION, .account_id = ctx->account_id };
	struct str spelled;
	int64_t id;

	TRY(email_normalize(ctx->arena, account->email, &spelled, &row.login));
	row.epoch = 1;
	TRY(outbox_prepare(ctx, &row));
	return store_outbox_add(tx, &row, &id);
}

static enum err add_user(struct ctx *ctx, struct new_user *user)
{
	CLEANUP(tx_rollback) struct tx *tx = NULL;

	TRY(tx_begin(ctx->store, &tx));
	TRY(account_open(ctx, tx, &user->account, user->username_key));
	TRY(account_fields_write(ctx, tx, ctx->account_id, &user->said.fields));
	if (user->account.status == ACCOUNT_INACTIVE)
		TRY(add_activation(ctx, tx, &user->account));
	TRY(audit_done(ctx, tx, "done"));
	return outbox_commit(ctx, &tx);
}

/* Adds it, and shows it as it is. */
static enum err make_user(struct ctx *ctx, struct new_user *user, struct user *ret_user)
{
	const struct account_field_list nothing = { NULL, 0 };

	user->account.app_id = ctx->app.id;
	TRY(account_new_public_id(ctx, &user->account.public_id));
	TRY(user_with(ctx, &user->account, &nothing, &user->said.fields, ret_user));
	enum err err = add_user(ctx, user);
	return err == ERR_CONFLICT ? deny(ctx, ERR_USERNAME_TAKEN, "username was taken meanwhile")
	                           : err;
}

static enum err check_open(struct ctx *ctx)
{
	return ctx->app.sign_up == SIGN_UP_CLOSED ? deny(ctx, ERR_NOT_ALLOWED, "sign-up is closed")
	                                          : OK;
}

static enum err hash_accepted(struct ctx *ctx, struct secret password, struct str *ret_phc)
{
	return hasher_hash(ctx->hasher, caller_of(ctx), ctx->arena, password, ret_phc);
}

/* ---- a user ---- */

static enum err user_register(struct ctx *ctx, const struct user_register *in,
                              struct user *ret_user)
{
	struct new_user user = { .account = { .status = ACCOUNT_ACTIVE } };
	struct secret password;

	TRY(check_open(ctx));
	TRY(user_accept(ctx, &in->words, &user.said));
	user.account.email = user.said.email;
	if (ctx->app.activation == ACTIVATION_BY_MAIL) {
		user.account.status = ACCOUNT_INACTIVE;
		if (!user.account.email.ptr)
			return ERR_BAD_EMAIL;
	}
	TRY(username_normalize(ctx->arena, in->username, &user.account.username,
	                       &user.username_key));
	const struct password_owner owner = password_owner_of(&user.account);
	TRY(password_accept(ctx, in->password, &owner, &password));
	TRY(check_username(ctx, user.username_key));
	TRY(hash_accepted(ctx, password, &user.account.phc));
	return make_user(ctx, &user, ret_user);
}
OPERATION(user_register, struct user_register, struct user, REQUIRES_APP, LIMIT_REQUESTS, COST_HASH)

/* ---- a guest ---- */

static enum err make_guest_words(struct ctx *ctx, struct str *ret_username,
                                 struct secret *ret_password)
{
	unsigned char name[GUEST_NAME_BYTES], bytes[GUEST_PASSWORD_BYTES];
	struct str spelled, letters;

	random_bytes(name, sizeof(name));
	random_bytes(bytes, sizeof(bytes));
	TRY(spell_hex(ctx->arena, name, sizeof(name), &spelled));
	enum err err = spell_base32(ctx->arena, bytes, GUEST_PASSWORD_LETTERS, &letters);
	wipe(bytes, sizeof(bytes));
	TRY(err);
	*ret_password = (struct secret){ letters.ptr, letters.len };
	return arena_printf(ctx->arena, ret_username, "guest-%.*s", STR_ARG(spelled));
}

static enum err guest_add(struct ctx *ctx, const struct nothing *in, struct user *ret_user)
{
	struct new_user user = { .account = { .guest = 1 } };
	struct secret password;
	struct str made;

	(void)in;
	TRY(check_open(ctx));
	TRY(make_guest_words(ctx, &made, &password));
	TRY(username_normalize(ctx->arena, made, &user.account.username, &user.username_key));
	TRY(hash_accepted(ctx, password, &user.account.phc));
	TRY(make_user(ctx, &user, ret_user));
	ret_user->password = password;
	return OK;
}
OPERATION(guest_add, struct nothing, struct user, REQUIRES_APP, LIMIT_REQUESTS, COST_HASH)

/* ---- a guest becomes somebody ---- */

static enum err check_last_password(struct ctx *ctx, const struct account *account,
                                    struct secret password)
{
	struct password_checked checked;

	if (!password.ptr)
		return OK;
	TRY(limits_enter_own(ctx, "own password"));
	TRY(password_check(ctx, password, account->phc.ptr, &checked));
	return checked.match ? OK : deny_guess(ctx, ERR_WRONG_PASSWORD, "wrong password");
}

/* The notice of another password goes to the address of before; so does that of another address. */
static enum err complete_in_store(struct ctx *ctx, const struct account *guest,
                                  struct account_completion *completion,
                                  const struct user_said *said)
{
	CLEANUP(tx_rollback) struct tx *tx = NULL;
	struct account completed = *guest;

	TRY(tx_begin(ctx->store, &tx));
	TRY(store_account_lock_at(tx, guest->id, guest->epoch));
	TRY(account_fields_write(ctx, tx, guest->id, &said->fields));
	if (guest->email.ptr)
		TRY(outbox_add_notice(ctx, tx, OUTBOX_PASSWORD_CHANGED, guest,
		                      &completion->outbox_floor));
	TRY(store_account_complete(tx, completion, &completed.epoch));
	enum err err = ctx->master ? OK : store_session_restamp(tx, &ctx->session, completed.epoch);
	if (err == ERR_NOT_FOUND)
		return tx_refuse(&tx, deny(ctx, ERR_BAD_SESSION, "session ended meanwhile"));
	TRY(err);
	completed.outbox_floor = completion->outbox_floor;
	if (said->says_email && !str_equal(said->email, guest->email))
		TRY(user_move(ctx, tx, &completed, said->email));
	TRY(limits_forgive(ctx, tx));
	TRY(audit_done(ctx, tx, "done"));
	return outbox_commit(ctx, &tx);
}

static enum err read_completion(struct ctx *ctx, const struct guest_complete *in,
                                const struct account *account, struct user_said *ret_said,
                                struct account_completion *ret_completion)
{
	struct account_completion completion = {
		.account_id = account->id,
		.epoch = account->epoch,
		.outbox_floor = account->outbox_floor,
		.now = ctx->now,
	};
	struct secret password;

	TRY(user_accept(ctx, &in->words, ret_said));
	TRY(username_normalize(ctx->arena, in->username, &completion.username,
	                       &completion.username_key));
	const struct password_owner owner = {
		ret_said->says_email ? ret_said->email : account->email,
		completion.username,
		account->name,
	};
	TRY(password_accept(ctx, in->new_password, &owner, &password));
	TRY(check_last_password(ctx, account, in->last_password));
	TRY(hash_accepted(ctx, password, &completion.phc));
	*ret_completion = completion;
	return OK;
}

static enum err guest_complete(struct ctx *ctx, const struct guest_complete *in,
                               struct user *ret_user)
{
	struct account_completion completion;
	struct account_field_list kept;
	struct account account, changed;
	struct user_said said;

	TRY(user_find(ctx, in->id, &account));
	if (!account.guest)
		return deny(ctx, ERR_CONFLICT, "the user is no guest");
	if (!ctx->master && account.held_until > ctx->now)
		return deny(ctx, ERR_CHANGES_HELD, "changes are held");
	TRY(read_completion(ctx, in, &account, &said, &completion));
	TRY(store_account_fields(ctx->store, ctx->arena, account.id, &kept));
	changed = account;
	changed.username = completion.username;
	changed.email = said.says_email ? said.email : account.email;
	changed.guest = 0;
	TRY(user_with(ctx, &changed, &kept, &said.fields, ret_user));
	enum err err = complete_in_store(ctx, &account, &completion, &said);
	return err == ERR_CONFLICT ? deny(ctx, ERR_USERNAME_TAKEN, "username is taken") : err;
}
OPERATION(guest_complete, struct guest_complete, struct user, REQUIRES_SESSION, LIMIT_LOGIN,
          COST_HASH)
OPERATION_AS(guest_complete_by_master, guest_complete, struct guest_complete, struct user,
             REQUIRES_MASTER, LIMIT_LOGIN, COST_HASH)
