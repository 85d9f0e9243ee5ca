/* SPDX-License-Identifier: Apache-2.0 */
/* moving.c - accounts leave for another house, or come from one, page by page. */
#include "account/administration.h"
#include "account/sign_up.h"
#include "base/clock.h"
#include "base/moment.h"
#include "base/text.h"
#include "hash/old_hash.h"
#include "hash/phc.h"

enum { PUBLIC_ID_BYTES = 12 };

static const struct {
	const char *word;
	enum account_status status;
} statuses[] = { { "active", ACCOUNT_ACTIVE }, { "disabled", ACCOUNT_DISABLED } };

/* ---- leaving ---- */

static enum err to_record(struct ctx *ctx, const struct account *account, bool with_hash,
                          struct account_record *ret_record)
{
	char created_at[TIME_ROOM];

	*ret_record = (struct account_record){
		.id = account->public_id,
		.email = account->email,
		.username = account->username,
		.status = str(statuses[account->status == ACCOUNT_DISABLED].word),
		.password_hash = with_hash ? account->phc : STR_NONE,
		.name = account->name,
		.locale = account->locale,
	};
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

/* ---- coming ---- */

/* A record, understood. */
struct newcomer {
	struct account account;
	struct str username_key;
};

static bool id_is_good(struct str id)
{
	for (size_t i = 0; i < id.len; i++) {
		if (!((id.ptr[i] >= '0' && id.ptr[i] <= '9') ||
		      (id.ptr[i] >= 'a' && id.ptr[i] <= 'f')))
			return false;
	}
	return id.len == 2 * PUBLIC_ID_BYTES;
}

static bool read_status(struct str word, int64_t *ret_status)
{
	FOREACH(status, statuses) {
		if (str_is(word, status->word)) {
			*ret_status = status->status;
			return true;
		}
	}
	return false;
}

/* What is neither a login nor left out; NULL: it is all good. */
static const char *read_rest(const struct account_record *record, struct account *account)
{
	struct phc phc;

	if (record->id.ptr && !id_is_good(record->id))
		return "the id is not 24 hex digits";
	if (record->status.ptr && !read_status(record->status, &account->status))
		return "the status is neither active nor disabled";
	if (record->created_at.ptr && !moment_read(record->created_at, &account->created_at))
		return "created_at is neither a date such as 2026-11-01T08:30:00Z nor Unix seconds";
	account->phc = record->password_hash;
	if (!record->password_hash.ptr || phc_parse(record->password_hash, &phc) == OK)
		return NULL;
	return old_hash_refusal(record->password_hash);
}

static enum err refuse(const char *why, struct import_fate *fate)
{
	*fate = (struct import_fate){ IMPORT_REFUSED, why };
	return OK;
}

static enum err read_names(struct ctx *ctx, const struct account_record *record,
                           struct newcomer *newcomer)
{
	struct account *account = &newcomer->account;

	if (record->email.ptr)
		TRY(email_normalize(ctx->arena, record->email, &account->email,
		                    &account->email_key));
	if (record->username.ptr || !record->email.ptr)
		TRY(username_normalize(ctx->arena, record->username, &account->username,
		                       &newcomer->username_key));
	return profile_accept(ctx, record->name, record->locale, &account->name, &account->locale);
}

static enum err give_id(struct ctx *ctx, struct str id, struct str *ret_id)
{
	unsigned char made[PUBLIC_ID_BYTES];

	*ret_id = id;
	if (id.ptr)
		return OK;
	random_bytes(made, sizeof(made));
	return spell_hex(ctx->arena, made, sizeof(made), ret_id);
}

static enum err understand(struct ctx *ctx, const struct account_record *record,
                           struct newcomer *newcomer, struct import_fate *fate)
{
	struct account *account = &newcomer->account;

	*account = (struct account){ .app_id = ctx->app.id,
		                     .created_at = ctx->now,
		                     .password_set_at = ctx->now };
	if (!record->email.ptr && !record->username.ptr)
		return refuse("neither an email nor a username is there", fate);
	enum err err = read_names(ctx, record, newcomer);
	if (err == ERR_BAD_EMAIL || err == ERR_BAD_USERNAME || err == ERR_BAD_NAME ||
	    err == ERR_BAD_LOCALE)
		return refuse(err_sentence(err), fate);
	TRY(err);
	const char *why = read_rest(record, account);
	if (why)
		return refuse(why, fate);
	return give_id(ctx, record->id, &account->public_id);
}

/* One that could not be added, to be told apart when the transaction is over. */
static enum err add(struct ctx *ctx, struct tx *tx, const struct newcomer *newcomer,
                    struct import_fate *fate)
{
	enum err err = store_account_import(tx, &newcomer->account, newcomer->username_key,
	                                    &ctx->account_id);

	if (err == ERR_NOT_FOUND) {
		fate->outcome = IMPORT_EXISTING;
		return OK;
	}
	TRY(err);
	return audit_done(ctx, tx, "done");
}

static enum err add_all(struct ctx *ctx, const struct newcomer *newcomers, size_t n,
                        struct import_fate *fates)
{
	CLEANUP(tx_rollback) struct tx *tx = NULL;

	TRY(tx_begin(ctx->store, &tx));
	for (size_t i = 0; i < n; i++) {
		if (fates[i].outcome == IMPORT_ADDED)
			TRY(add(ctx, tx, &newcomers[i], &fates[i]));
	}
	return tx_commit(&tx);
}

static bool same_text(struct str one, struct str other)
{
	return one.ptr ? other.ptr && str_equal(one, other) : !other.ptr;
}

/* Whose names are they? */
static enum err look_at_existing(struct ctx *ctx, const struct newcomer *newcomer,
                                 struct import_fate *fate)
{
	const struct account *wanted = &newcomer->account;
	struct account there = { 0 };
	enum err err = ERR_NOT_FOUND;

	if (wanted->email_key.ptr)
		err = store_account_by_email(ctx->store, ctx->arena, wanted->app_id,
		                             wanted->email_key, &there);
	bool by_email = err == OK;
	if (err == ERR_NOT_FOUND && newcomer->username_key.ptr)
		err = store_account_by_username(ctx->store, ctx->arena, wanted->app_id,
		                                newcomer->username_key, &there);
	if (err == ERR_NOT_FOUND)
		return refuse("the id is another account's", fate);
	TRY(err);
	if (wanted->username.ptr && !same_text(wanted->username, there.username))
		return refuse("the address is there, with another username", fate);
	if (wanted->email_key.ptr && !by_email)
		return refuse("the username is another account's", fate);
	return OK;
}

static enum err account_import(struct ctx *ctx, const struct account_import *in,
                               struct account_import_fates *ret_fates)
{
	struct newcomer *newcomers = arena_array(ctx->arena, in->n + 1, sizeof(*newcomers));
	struct import_fate *fates = arena_array(ctx->arena, in->n + 1, sizeof(*fates));

	NEED(newcomers);
	NEED(fates);
	for (size_t i = 0; i < in->n; i++)
		TRY(understand(ctx, &in->items[i], &newcomers[i], &fates[i]));
	TRY(add_all(ctx, newcomers, in->n, fates));
	for (size_t i = 0; i < in->n; i++) {
		if (fates[i].outcome == IMPORT_EXISTING)
			TRY(look_at_existing(ctx, &newcomers[i], &fates[i]));
	}
	ret_fates->items = fates;
	return OK;
}
OPERATION(account_import, struct account_import, struct account_import_fates, REQUIRES_OPERATOR,
          LIMIT_NONE, COST_WRITE)
