/* SPDX-License-Identifier: Apache-2.0 */
/* moving.c - accounts leave for another house, page by page. */
#include "account/account.h"
#include "account/administration.h"
#include "base/clock.h"

/* Texts beyond its columns, as one JSON object. */
static enum err spell_fields(struct ctx *ctx, int64_t account_id, struct str *ret_json)
{
	struct account_field_list fields;

	TRY(store_account_fields(ctx->store, ctx->arena, account_id, &fields));
	if (fields.n == 0)
		return OK;
	struct named_text *texts = arena_array(ctx->arena, fields.n, sizeof(texts[0]));
	NEED(texts);
	for (size_t i = 0; i < fields.n; i++)
		texts[i] = (struct named_text){ fields.items[i].name, fields.items[i].value };
	const struct named_texts values = { texts, fields.n };
	return json_values_write(ctx->arena, &values, ret_json);
}

static enum err to_record(struct ctx *ctx, const struct account *account, bool with_hash,
                          struct account_record *ret_record)
{
	char created_at[TIME_ROOM];

	/* A made password ends, and its hash would not over there. */
	with_hash = with_hash && account->password_expires_at == 0;
	*ret_record = (struct account_record){
		.id = account->public_id,
		.email = account->email,
		.username = account->username,
		.status = account_status_word(account->status),
		.password_hash = with_hash ? account->phc : STR_NONE,
		.name = account->name,
		.locale = account->locale,
		.guest = account->guest ? STR("true") : STR_NONE,
		.email_login =
			account->email.ptr && !account->email_key.ptr ? STR("false") : STR_NONE,
		.email_verified = !account->email.ptr          ? STR_NONE
		                  : account->email_verified_at ? STR("true")
		                                               : STR("false"),
	};
	TRY(spell_fields(ctx, account->id, &ret_record->fields));
	return arena_str(ctx->arena, str(time_spell(account->created_at, created_at)),
	                 &ret_record->created_at);
}

static enum err audit_export(struct ctx *ctx, bool with_hashes)
{
	CLEANUP(tx_rollback) struct tx *tx = NULL;

	TRY(tx_begin(ctx->store, &tx));
	TRY(audit_done(ctx, tx, with_hashes ? "with hashes" : "without hashes"));
	return tx_commit(&tx);
}

static enum err account_export(struct ctx *ctx, const struct account_export *in,
                               struct account_record_list *ret_list)
{
	struct account_list page;

	TRY(store_account_page(ctx->store, ctx->arena, ctx->app.id, in->page.after, in->page.max,
	                       &page));
	ret_list->items = arena_array(ctx->arena, page.n + 1, sizeof(*ret_list->items));
	NEED(ret_list->items);
	for (size_t i = 0; i < page.n; i++)
		TRY(to_record(ctx, &page.items[i], in->with_hashes, &ret_list->items[i]));
	ret_list->n = page.n;
	ret_list->last = page.n > 0 ? page.items[page.n - 1].id : in->page.after;
	return in->page.after == 0 ? audit_export(ctx, in->with_hashes) : OK;
}
OPERATION(account_export, struct account_export, struct account_record_list, REQUIRES_OPERATOR,
          LIMIT_NONE, COST_WRITE)
