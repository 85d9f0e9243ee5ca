/* SPDX-License-Identifier: Apache-2.0 */
/* account.c - adding accounts, logging in to them, and removing them. */
#include "account/account.h"
#include "account/decoy.h"
#include "account/limits.h"
#include "account/outbox.h"
#include "account/password_check.h"
#include "account/password_policy.h"
#include "base/clock.h"
#include "base/text.h"

enum { PUBLIC_ID_BYTES = 12 };

/* ---- log-in ---- */

static enum err find_by_email(struct ctx *ctx, struct str login, struct account *ret_account)
{
	struct str email, key;

	TRY(email_normalize(ctx->arena, login, &email, &key));
	return store_account_by_email(ctx->store, ctx->arena, ctx->app.id, key, ret_account);
}

static enum err find_by_username(struct ctx *ctx, struct str login, struct account *ret_account)
{
	struct str username, key;

	TRY(username_normalize(ctx->arena, login, &username, &key));
	return store_account_by_username(ctx->store, ctx->arena, ctx->app.id, key, ret_account);
}

/* ERR_NOT_FOUND: nobody. What cannot be a username is nobody's; what cannot be an address is an
 * error only where an address was asked for. */
static enum err find_by_login(struct ctx *ctx, const struct log_in *in, struct account *ret_account)
{
	if (in->kind == LOGIN_EMAIL)
		return find_by_email(ctx, in->login, ret_account);
	enum err err = ERR_NOT_FOUND;
	if (in->kind == LOGIN_EMAIL_OR_USERNAME)
		err = find_by_email(ctx, in->login, ret_account);
	if (err == ERR_NOT_FOUND || err == ERR_BAD_EMAIL)
		err = find_by_username(ctx, in->login, ret_account);
	return err == ERR_BAD_USERNAME ? ERR_NOT_FOUND : err;
}

/* What was tried, as failures are counted by it: one spelling for all that find the same account;
 * what nobody can be called, as it came. */
static enum err spell_login(struct ctx *ctx, const struct log_in *in, struct str *ret_login)
{
	struct str spelled;
	enum err err = ERR_BAD_EMAIL;

	*ret_login = in->login.ptr ? in->login : STR("");
	if (in->kind != LOGIN_USERNAME)
		err = email_normalize(ctx->arena, in->login, &spelled, ret_login);
	if (err == ERR_BAD_EMAIL && in->kind != LOGIN_EMAIL)
		err = username_normalize(ctx->arena, in->login, &spelled, ret_login);
	return err == ERR_BAD_EMAIL || err == ERR_BAD_USERNAME ? OK : err;
}

/* The configured cost has grown, or another house made the hash, and the password is at hand: a
 * better hash, or none if the pool has no time for it now. */
static enum err better_hash(struct ctx *ctx, const struct account *account,
                            const struct password_checked *checked, struct str *ret_phc)
{
	*ret_phc = STR_NONE;
	if (!checked->as_received && !hasher_is_outdated(ctx->hasher, account->phc.ptr))
		return OK;
	enum err err = hasher_hash(ctx->hasher, caller_of(ctx), ctx->arena, checked->nfc, ret_phc);
	return err == ERR_BUSY ? OK : err;
}

static enum err open_for(struct ctx *ctx, const struct log_in *in, const struct account *account,
                         struct str better_phc, struct session_tokens *ret_tokens)
{
	CLEANUP(tx_rollback) struct tx *tx = NULL;
	struct session_made session;

	TRY(session_make(ctx, account, in->terms, &session));
	TRY(tx_begin(ctx->store, &tx));
	if (better_phc.ptr)
		TRY(store_account_rehash(tx, account, better_phc));
	if (account->password_expires_at != 0)
		TRY(store_account_keep_password(tx, account));
	TRY(session_open(tx, &session));
	TRY(limits_forgive(ctx, tx));
	TRY(audit_done(ctx, tx, "done"));
	*ret_tokens = session.tokens;
	return tx_commit(&tx);
}

/* An unknown account, a wrong password, a disabled account and a made password that died are one
 * answer to the client and four in the audit trail. */
static enum err account_log_in(struct ctx *ctx, const struct log_in *in,
                               struct session_tokens *ret_tokens)
{
	struct account account = { 0 };
	struct password_checked checked;
	struct str login, better_phc;
	const char *decoy;

	enum err found = find_by_login(ctx, in, &account);
	if (found != OK && found != ERR_NOT_FOUND)
		return found;
	ctx->account_id = account.id;
	TRY(spell_login(ctx, in, &login));
	TRY(limits_enter_login(ctx, login));

	/* Before any verdict, so that every verdict takes as long. */
	TRY(decoy_for(ctx, login, &decoy));
	TRY(password_check(ctx, in->password, found == OK ? account.phc.ptr : decoy, &checked));

	if (found == ERR_NOT_FOUND && in->discloses && !ctx->app.conceal_accounts)
		return deny_guess(ctx, ERR_NO_ACCOUNT, "no such account");
	if (found == ERR_NOT_FOUND)
		return deny_guess(ctx, ERR_BAD_CREDENTIALS, "no such account");
	if (!checked.match)
		return deny_guess(ctx, ERR_BAD_CREDENTIALS, "wrong password");
	if (account.status == ACCOUNT_INACTIVE)
		return deny(ctx, ERR_NOT_ACTIVATED, "account is not active yet");
	if (account.status != ACCOUNT_ACTIVE)
		return deny_guess(ctx, ERR_BAD_CREDENTIALS, "account is disabled");
	if (account.password_expires_at != 0 && account.password_expires_at <= ctx->now)
		return deny_guess(ctx, ERR_BAD_CREDENTIALS, "made password died unused");

	TRY(better_hash(ctx, &account, &checked, &better_phc));
	return open_for(ctx, in, &account, better_phc, ret_tokens);
}
OPERATION(account_log_in, struct log_in, struct session_tokens, REQUIRES_APP, LIMIT_LOGIN,
          COST_HASH)
OPERATION_AS(account_log_in_with_key, account_log_in, struct log_in, struct session_tokens,
             REQUIRES_CLIENT_KEY, LIMIT_LOGIN, COST_HASH)

/* ---- a new account ---- */

static enum err invite(struct ctx *ctx, struct tx *tx)
{
	struct outbox_row row = {
		.kind = OUTBOX_INVITATION,
		.account_id = ctx->account_id,
		.epoch = 1,
	};
	int64_t id;

	TRY(outbox_prepare(ctx, &row));
	return store_outbox_add(tx, &row, &id);
}

static enum err add_account(struct ctx *ctx, struct account *account, struct str username_key)
{
	CLEANUP(tx_rollback) struct tx *tx = NULL;

	TRY(tx_begin(ctx->store, &tx));
	TRY(account_open(ctx, tx, account, username_key));
	if (!account->phc.ptr)
		TRY(invite(ctx, tx));
	TRY(audit_done(ctx, tx, "done"));
	return tx_commit(&tx);
}

static enum err hash_new(struct ctx *ctx, struct secret password, struct account *account)
{
	const struct password_owner owner = password_owner_of(account);
	struct secret accepted;

	TRY(password_accept(ctx, password, &owner, &accepted));
	return hasher_hash(ctx->hasher, caller_of(ctx), ctx->arena, accepted, &account->phc);
}

enum err account_new_public_id(struct ctx *ctx, struct str *ret_id)
{
	unsigned char public_id[PUBLIC_ID_BYTES];

	random_bytes(public_id, sizeof(public_id));
	return spell_hex(ctx->arena, public_id, sizeof(public_id), ret_id);
}

enum err account_who_is_taken(struct ctx *ctx, const struct account *account)
{
	struct account other;
	enum err err = ERR_NOT_FOUND;

	if (account->email_key.ptr)
		err = store_account_by_email(ctx->store, ctx->arena, account->app_id,
		                             account->email_key, &other);
	if (err == OK)
		return ERR_EMAIL_TAKEN;
	return err == ERR_NOT_FOUND ? ERR_USERNAME_TAKEN : err;
}

static enum err account_add(struct ctx *ctx, const struct account_add *in,
                            struct account_added *ret_added)
{
	struct account account = { .app_id = ctx->app.id };
	struct str username_key = STR_NONE;

	if (!in->email.ptr && !in->password.ptr)
		return ERR_BAD_EMAIL;

	if (in->email.ptr)
		TRY(email_normalize(ctx->arena, in->email, &account.email, &account.email_key));
	account.email_verified_at = in->email.ptr ? ctx->now : 0; /* the operator vouches for it */
	if (in->username.ptr || !in->email.ptr)
		TRY(username_normalize(ctx->arena, in->username, &account.username, &username_key));
	if (in->password.ptr)
		TRY(hash_new(ctx, in->password, &account));
	TRY(account_new_public_id(ctx, &account.public_id));
	enum err err = add_account(ctx, &account, username_key);
	if (err == ERR_CONFLICT)
		return account_who_is_taken(ctx, &account);
	TRY(err);
	*ret_added = (struct account_added){ account.public_id, account.email, account.username };
	return OK;
}
OPERATION(account_add, struct account_add, struct account_added, REQUIRES_OPERATOR, LIMIT_NONE,
          COST_HASH)

enum err account_open_workspace(struct ctx *ctx, struct tx *tx, const struct account *account)
{
	struct str email = account->email;

	if (!(ctx->app.dialects & DIALECT_HACKSYSTEM) || !account->email_key.ptr)
		return OK;
	return store_workspace_add(tx, account, (struct str){ email.ptr, str_find(email, '@') },
	                           ctx->now);
}

enum err account_open(struct ctx *ctx, struct tx *tx, struct account *account,
                      struct str username_key)
{
	TRY(store_account_add(tx, account, username_key, ctx->now, &account->id));
	ctx->account_id = account->id;
	return account_open_workspace(ctx, tx, account);
}

enum err account_of_session(struct ctx *ctx, struct account *ret_account)
{
	struct account account;

	enum err err =
		store_account_by_id(ctx->store, ctx->arena, ctx->session.account_id, &account);
	if (err == ERR_NOT_FOUND)
		return deny_removed(ctx, ERR_BAD_SESSION);
	TRY(err);
	if (account.epoch != ctx->session.epoch)
		return ERR_RETRY;
	*ret_account = account;
	return OK;
}

static const char *const status_words[] = {
	[ACCOUNT_ACTIVE] = "active",
	[ACCOUNT_DISABLED] = "disabled",
	[ACCOUNT_INACTIVE] = "inactive",
};

struct str account_status_word(int64_t status)
{
	return str(status_words[status]);
}

bool account_status_read(struct str word, int64_t *ret_status)
{
	for (size_t i = 0; i < COUNT_OF(status_words); i++) {
		if (str_is(word, status_words[i])) {
			*ret_status = (int64_t)i;
			return true;
		}
	}
	return false;
}

enum err account_find(struct ctx *ctx, struct str login, struct account *ret_account)
{
	const struct log_in by_login = { .login = login };
	enum err err = find_by_login(ctx, &by_login, ret_account);

	if (err == OK)
		ctx->account_id = ret_account->id;
	return err == ERR_NOT_FOUND ? ERR_NO_ACCOUNT : err;
}

/* ---- the end of an account ---- */

static enum err account_remove(struct ctx *ctx, const struct account_remove *in,
                               struct nothing *ret_nothing)
{
	const struct log_in by_login = { .login = in->login };
	CLEANUP(tx_rollback) struct tx *tx = NULL;
	struct account account;

	(void)ret_nothing;
	enum err err = find_by_login(ctx, &by_login, &account);
	if (err == ERR_NOT_FOUND)
		return ERR_NO_ACCOUNT;
	TRY(err);
	TRY(tx_begin(ctx->store, &tx));
	err = store_account_remove(tx, account.id);
	if (err == ERR_NOT_FOUND)
		return ERR_NO_ACCOUNT;
	TRY(err);
	TRY(audit_done(ctx, tx, "removed"));
	return tx_commit(&tx);
}
OPERATION(account_remove, struct account_remove, struct nothing, REQUIRES_OPERATOR, LIMIT_NONE,
          COST_WRITE)
