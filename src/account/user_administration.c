/* SPDX-License-Identifier: Apache-2.0 */
/* user_administration.c - the users of an app, found, counted and removed by its master. */
#include "account/user_administration.h"
#include "base/text.h"

enum { PAGES_MAX = 1000 * 1000 * 1000, WORD_MAX = 512 /* bytes */ };

/* ---- one ---- */

static enum err user_by_id(struct ctx *ctx, const struct user_named *in, struct user *ret_user)
{
	struct account account;

	TRY(user_find(ctx, in->id, &account));
	return user_of(ctx, &account, ret_user);
}
OPERATION(user_by_id, struct user_named, struct user, REQUIRES_MASTER, LIMIT_REQUESTS, COST_QUICK)

static enum err user_by_username(struct ctx *ctx, const struct user_named *in,
                                 struct user *ret_user)
{
	struct account account;
	struct str spelled, key;

	enum err err = username_normalize(ctx->arena, in->username, &spelled, &key);
	if (err == OK)
		err = store_account_by_username(ctx->store, ctx->arena, ctx->app.id, key, &account);
	if (err == ERR_NOT_FOUND || err == ERR_BAD_USERNAME)
		return ERR_NO_ACCOUNT;
	TRY(err);
	ctx->account_id = account.id;
	return user_of(ctx, &account, ret_user);
}
OPERATION(user_by_username, struct user_named, struct user, REQUIRES_MASTER, LIMIT_REQUESTS,
          COST_QUICK)

static enum err user_remove(struct ctx *ctx, const struct user_named *in,
                            struct nothing *ret_nothing)
{
	CLEANUP(tx_rollback) struct tx *tx = NULL;
	struct account account;

	(void)ret_nothing;
	TRY(user_find(ctx, in->id, &account));
	ctx->account_id = 0; /* the trail does not say whose it was */
	TRY(tx_begin(ctx->store, &tx));
	enum err err = store_account_remove(tx, account.id);
	if (err == ERR_NOT_FOUND)
		return ERR_NO_ACCOUNT;
	TRY(err);
	TRY(audit_done(ctx, tx, "removed"));
	return tx_commit(&tx);
}
OPERATION(user_remove, struct user_named, struct nothing, REQUIRES_MASTER, LIMIT_REQUESTS,
          COST_WRITE)

/* ---- several ---- */

static enum err list_users(struct ctx *ctx, const struct account_list *accounts,
                           struct user_list *ret_list)
{
	struct user_list list = { arena_array(ctx->arena, accounts->n, sizeof(struct user)), 0 };

	NEED(list.items);
	for (size_t i = 0; i < accounts->n; i++)
		TRY(user_of(ctx, &accounts->items[i], &list.items[list.n++]));
	*ret_list = list;
	return OK;
}

static enum err users_by_ids(struct ctx *ctx, const struct users_named *in,
                             struct user_list *ret_list)
{
	struct account_list found = { NULL, 0 };

	if (in->ids.n > USERS_MAX)
		return ERR_OUT_OF_RANGE;
	found.items = arena_array(ctx->arena, in->ids.n, sizeof(struct account));
	NEED(found.items);
	for (size_t i = 0; i < in->ids.n; i++) {
		enum err err = store_account_by_public_id(ctx->store, ctx->arena, ctx->app.id,
		                                          in->ids.items[i], &found.items[found.n]);
		if (err == ERR_NOT_FOUND)
			continue;
		TRY(err);
		found.n++;
	}
	return list_users(ctx, &found, ret_list);
}
OPERATION(users_by_ids, struct users_named, struct user_list, REQUIRES_MASTER, LIMIT_REQUESTS,
          COST_WRITE)

/* Anything that has the word in it, and no letter of it means more than itself. */
static enum err spell_pattern(struct ctx *ctx, struct str word, struct str *ret_pattern)
{
	struct buf pattern = buf_in(ctx->arena);
	struct str folded;

	if (word.len > WORD_MAX)
		return ERR_OUT_OF_RANGE;
	TRY(text_fold(ctx->arena, word, &folded));
	buf_putc(&pattern, '%');
	for (size_t i = 0; i < folded.len; i++) {
		char c = folded.ptr[i];
		if (c == '%' || c == '_' || c == '!')
			buf_putc(&pattern, '!');
		buf_putc(&pattern, c);
	}
	buf_putc(&pattern, '%');
	return buf_str(&pattern, ret_pattern);
}

static enum err user_search(struct ctx *ctx, const struct user_search *in,
                            struct users_found *ret_found)
{
	struct account_search search = {
		.app_id = ctx->app.id,
		.max = in->page_size,
	};
	struct account_list accounts;

	if (in->page < 1 || in->page > PAGES_MAX || in->page_size < 1 || in->page_size > USERS_MAX)
		return ERR_OUT_OF_RANGE;
	search.skip = (in->page - 1) * in->page_size;
	TRY(spell_pattern(ctx, in->word.ptr ? in->word : STR(""), &search.pattern));
	TRY(store_account_search_count(ctx->store, ctx->arena, &search, &ret_found->count));
	TRY(store_account_search(ctx->store, ctx->arena, &search, &accounts));
	return list_users(ctx, &accounts, &ret_found->page);
}
OPERATION(user_search, struct user_search, struct users_found, REQUIRES_MASTER, LIMIT_REQUESTS,
          COST_WRITE)

static enum err user_count(struct ctx *ctx, const struct nothing *in, struct user_count *ret_count)
{
	(void)in;
	return store_app_count_accounts(ctx->store, ctx->arena, ctx->app.id, &ret_count->users);
}
OPERATION(user_count, struct nothing, struct user_count, REQUIRES_MASTER, LIMIT_REQUESTS,
          COST_WRITE)
