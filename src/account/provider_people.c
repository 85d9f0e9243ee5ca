/* SPDX-License-Identifier: Apache-2.0 */
/* provider_people.c - who is who at a provider, as its operator says and sees it. */
#include "account/account.h"
#include "account/provider.h"
#include "jose/id_token.h"

/* Of the row's issuer; and of ctx->app's account, where one is meant. */
static enum err read_link(struct ctx *ctx, const struct person_link *in,
                          struct identity *ret_identity)
{
	struct provider provider;
	struct account account;

	TRY(provider_find(ctx, in->provider, &provider));
	TRY(account_find(ctx, in->login, &account));
	*ret_identity = (struct identity){
		.app_id = ctx->app.id,
		.account_id = account.id,
		.provider = provider.name,
		.issuer = provider.issuer,
		.subject = in->subject,
		.created_at = ctx->now,
		.vouched = 1,
	};
	return OK;
}

static enum err person_link(struct ctx *ctx, const struct person_link *in,
                            struct nothing *ret_nothing)
{
	CLEANUP(tx_rollback) struct tx *tx = NULL;
	struct identity identity;

	(void)ret_nothing;
	if (!subject_is_good(in->subject))
		return ERR_BAD_SETTING;
	TRY(read_link(ctx, in, &identity));
	TRY(tx_begin(ctx->store, &tx));
	enum err err = store_identity_add(tx, &identity);
	if (err == ERR_CONFLICT)
		return ERR_LINKED;
	TRY(err);
	TRY(audit_done(ctx, tx, "done"));
	return tx_commit(&tx);
}
OPERATION(person_link, struct person_link, struct nothing, REQUIRES_OPERATOR, LIMIT_NONE,
          COST_WRITE)

static enum err person_unlink(struct ctx *ctx, const struct person_link *in,
                              struct nothing *ret_nothing)
{
	CLEANUP(tx_rollback) struct tx *tx = NULL;
	struct identity identity;

	(void)ret_nothing;
	TRY(read_link(ctx, in, &identity));
	TRY(tx_begin(ctx->store, &tx));
	enum err err = store_identity_remove(tx, &identity);
	if (err == ERR_NOT_FOUND)
		return ERR_NOT_LINKED;
	TRY(err);
	TRY(audit_done(ctx, tx, "done"));
	return tx_commit(&tx);
}
OPERATION(person_unlink, struct person_link, struct nothing, REQUIRES_OPERATOR, LIMIT_NONE,
          COST_WRITE)

/* Whose account goes meanwhile is left out. */
static enum err show(struct ctx *ctx, const struct identity *identity,
                     struct linked_person_list *list)
{
	struct account account;
	enum err err = store_account_by_id(ctx->store, ctx->arena, identity->account_id, &account);

	if (err != OK)
		return err == ERR_NOT_FOUND ? OK : err;
	list->items[list->n++] = (struct linked_person){
		.subject = identity->subject,
		.id = account.public_id,
		.email = account.email,
		.created_at = identity->created_at,
	};
	return OK;
}

static enum err person_list(struct ctx *ctx, const struct person_page *in,
                            struct linked_person_list *ret_list)
{
	struct linked_person_list list = { 0 };
	struct identity_list rows;
	struct provider provider;

	TRY(provider_find(ctx, in->provider, &provider));
	const struct identity after = { .id = in->after,
		                        .app_id = ctx->app.id,
		                        .issuer = provider.issuer };
	TRY(store_identity_page(ctx->store, ctx->arena, &after, in->max, &rows));
	NEED(list.items = arena_array(ctx->arena, rows.n + 1, sizeof(list.items[0])));
	for (size_t i = 0; i < rows.n; i++)
		TRY(show(ctx, &rows.items[i], &list));
	list.last = rows.n > 0 ? rows.items[rows.n - 1].id : 0;
	*ret_list = list;
	return OK;
}
OPERATION(person_list, struct person_page, struct linked_person_list, REQUIRES_OPERATOR, LIMIT_NONE,
          COST_WRITE)
