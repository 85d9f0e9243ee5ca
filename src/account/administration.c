/* SPDX-License-Identifier: Apache-2.0 */
/* administration.c - one account looked at, disabled, renamed, let back in. */
#include "account/administration.h"
#include "account/outbox.h"
#include "base/text.h"

/* ---- looking ---- */

static struct account_view view_of(const struct account *account)
{
	return (struct account_view){
		.number = account->id,
		.id = account->public_id,
		.email = account->email,
		.username = account->username,
		.status = account->status,
		.has_password = account->phc.ptr != NULL,
		.password_set_at = account->phc.ptr ? account->password_set_at : 0,
		.password_expires_at = account->password_expires_at,
		.created_at = account->created_at,
	};
}

static enum err account_show(struct ctx *ctx, const struct account_named *in,
                             struct account_view *ret_view)
{
	struct account account;

	TRY(account_find(ctx, in->login, &account));
	*ret_view = view_of(&account);
	return OK;
}
OPERATION(account_show, struct account_named, struct account_view, REQUIRES_OPERATOR, LIMIT_NONE,
          COST_QUICK)

static enum err account_list(struct ctx *ctx, const struct account_page *in,
                             struct account_view_list *ret_list)
{
	struct account_list page;

	TRY(store_account_page(ctx->store, ctx->arena, ctx->app.id, in->after, in->max, &page));
	ret_list->items = arena_array(ctx->arena, page.n + 1, sizeof(*ret_list->items));
	NEED(ret_list->items);
	for (size_t i = 0; i < page.n; i++)
		ret_list->items[i] = view_of(&page.items[i]);
	ret_list->n = page.n;
	return OK;
}
OPERATION(account_list, struct account_page, struct account_view_list, REQUIRES_OPERATOR,
          LIMIT_NONE, COST_QUICK)

/* ---- changing ---- */

static enum err set_status(struct ctx *ctx, const struct account *account,
                           enum account_status status)
{
	CLEANUP(tx_rollback) struct tx *tx = NULL;

	TRY(tx_begin(ctx->store, &tx));
	TRY(store_account_set_status(tx, account, status));
	TRY(audit_done(ctx, tx, status == ACCOUNT_DISABLED ? "disabled" : "enabled"));
	return tx_commit(&tx);
}

static enum err account_set_status(struct ctx *ctx, const struct account_status_set *in,
                                   struct account_view *ret_view)
{
	struct account account;

	TRY(account_find(ctx, in->login, &account));
	if (account.status != (int64_t)in->status)
		TRY(set_status(ctx, &account, in->status));
	account.status = in->status;
	*ret_view = view_of(&account);
	return OK;
}
OPERATION(account_set_status, struct account_status_set, struct account_view, REQUIRES_OPERATOR,
          LIMIT_NONE, COST_WRITE)

/* What an account is to be called from now on. */
struct new_names {
	bool sets_username;
	struct str username, username_key;
	struct str email, email_key; /* NONE: as it is */
};

static enum err read_names(struct ctx *ctx, const struct account_set *in,
                           const struct account *account, struct new_names *ret_names)
{
	struct new_names names = { .sets_username = in->username.ptr != NULL };

	if (in->email.ptr)
		TRY(email_normalize(ctx->arena, in->email, &names.email, &names.email_key));
	bool has_email = account->email_key.ptr || names.email_key.ptr;
	if (in->username.len > 0 || (names.sets_username && !has_email))
		TRY(username_normalize(ctx->arena, in->username, &names.username,
		                       &names.username_key));
	*ret_names = names;
	return OK;
}

static enum err add_move_notice(struct ctx *ctx, struct tx *tx, const struct account *account,
                                struct str address, int64_t *ret_id)
{
	struct outbox_row row = {
		.kind = OUTBOX_EMAIL_MOVED,
		.account_id = account->id,
		.epoch = account->epoch,
		.address = address,
	};

	TRY(outbox_prepare(ctx, &row));
	return store_outbox_add(tx, &row, ret_id);
}

/* To both places: whoever has lost the old one, or never had it, learns of it at the other. No
 * session lives on, for nobody knows whose they were; and no link of before undoes it, for it may
 * be a thief's. */
static enum err move_mailbox(struct ctx *ctx, struct tx *tx, const struct account *account,
                             const struct new_names *names)
{
	struct new_email email = {
		.account_id = account->id,
		.epoch = account->epoch,
		.email = names->email,
		.email_key = names->email_key,
		.now = ctx->now,
	};
	int64_t epoch;

	if (account->email.ptr)
		TRY(add_move_notice(ctx, tx, account, account->email, &email.outbox_floor));
	TRY(add_move_notice(ctx, tx, account, names->email, &email.outbox_floor));
	TRY(store_account_set_email(tx, &email, &epoch));
	TRY(store_account_release(tx, account->id));
	TRY(store_tokens_void_not_me(tx, account->id, 0));
	return audit_done(ctx, tx, "address changed");
}

static enum err set_names(struct ctx *ctx, const struct account *account,
                          const struct new_names *names)
{
	CLEANUP(tx_rollback) struct tx *tx = NULL;

	TRY(tx_begin(ctx->store, &tx));
	TRY(store_account_lock_at(tx, account->id, account->epoch));
	if (names->sets_username) {
		TRY(store_account_rename(tx, account, names->username, names->username_key));
		TRY(audit_done(ctx, tx, "username changed"));
	}
	if (names->email.ptr)
		TRY(move_mailbox(ctx, tx, account, names));
	return outbox_commit(ctx, &tx);
}

/* Whose is the name that is taken? */
static enum err who_has_it(struct ctx *ctx, const struct new_names *names)
{
	const struct account wanted = { .app_id = ctx->app.id, .email_key = names->email_key };

	return account_who_is_taken(ctx, &wanted);
}

static enum err account_set(struct ctx *ctx, const struct account_set *in,
                            struct account_view *ret_view)
{
	struct account account;
	struct new_names names;

	TRY(account_find(ctx, in->login, &account));
	TRY(read_names(ctx, in, &account, &names));
	if (names.email_key.ptr && account.email_key.ptr &&
	    str_equal(names.email_key, account.email_key))
		names.email = STR_NONE; /* it has it */
	enum err err = OK;
	if (names.sets_username || names.email.ptr)
		err = set_names(ctx, &account, &names);
	if (err == ERR_CONFLICT)
		return who_has_it(ctx, &names);
	TRY(err);
	if (names.sets_username)
		account.username = names.username;
	if (names.email.ptr)
		account.email = names.email;
	*ret_view = view_of(&account);
	return OK;
}
OPERATION(account_set, struct account_set, struct account_view, REQUIRES_OPERATOR, LIMIT_NONE,
          COST_WRITE)

/* ---- letting an owner back in ---- */

static const char *reason_not_to_mail(const struct ctx *ctx, const struct account *account)
{
	if (account->recovery_held_until > ctx->now)
		return "somebody said 'it was not me' of its address: give it the owner's own by "
		       "account set";
	if (!account->email.ptr)
		return "the account has no address";
	return account->status == ACCOUNT_ACTIVE ? NULL : "the account is disabled";
}

/* The row that its owner would have written: by the address, or where that is no login, by the
 * username. */
static enum err prepare_recovery(struct ctx *ctx, const struct account *account,
                                 struct outbox_row *ret_row)
{
	struct outbox_row row = { .kind = OUTBOX_RECOVERY, .login = account->email_key };
	struct str spelled;

	if (!row.login.ptr) {
		row.kind = OUTBOX_RECOVERY_NAMED;
		TRY(username_normalize(ctx->arena, account->username, &spelled, &row.login));
	}
	TRY(outbox_prepare(ctx, &row));
	*ret_row = row;
	return OK;
}

static enum err account_recover(struct ctx *ctx, const struct account_named *in,
                                struct account_recovery *ret_recovery)
{
	CLEANUP(tx_rollback) struct tx *tx = NULL;
	struct account account;
	struct outbox_row row;
	int64_t id;

	TRY(account_find(ctx, in->login, &account));
	ret_recovery->email = account.email;
	ret_recovery->refusal = reason_not_to_mail(ctx, &account);
	if (ret_recovery->refusal)
		return OK;
	TRY(prepare_recovery(ctx, &account, &row));
	TRY(tx_begin(ctx->store, &tx));
	TRY(store_outbox_add(tx, &row, &id));
	TRY(audit_done(ctx, tx, "done"));
	TRY(outbox_commit(ctx, &tx));
	ret_recovery->reference = row.reference;
	return OK;
}
OPERATION(account_recover, struct account_named, struct account_recovery, REQUIRES_OPERATOR,
          LIMIT_NONE, COST_WRITE)
