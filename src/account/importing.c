/* SPDX-License-Identifier: Apache-2.0 */
/* importing.c - accounts come from another house, a page of records at a time. */
#include "account/account.h"
#include "account/import_seen.h"
#include "account/sign_up.h"
#include "base/moment.h"
#include "base/text.h"
#include "hash/old_hash.h"
#include "hash/phc.h"
#include <string.h>

enum {
	PUBLIC_ID_BYTES = 12,
	ARGON2ID_WORK_MAX = 4096, /* MiB that are filled, in all passes together */
};

/* A record, understood. */
struct newcomer {
	struct account account;
	struct str username_key;
	bool has_own_id;
	struct str fields; /* a JSON object; NONE: there are none */
};

static enum err refuse(const char *why, struct import_fate *fate)
{
	*fate = (struct import_fate){ .outcome = IMPORT_REFUSED, .why = why };
	return OK;
}

/* ---- a record ---- */

static bool id_is_good(struct str id)
{
	for (size_t i = 0; i < id.len; i++) {
		if (!((id.ptr[i] >= '0' && id.ptr[i] <= '9') ||
		      (id.ptr[i] >= 'a' && id.ptr[i] <= 'f')))
			return false;
	}
	return id.len == 2 * PUBLIC_ID_BYTES;
}

static bool read_flag(struct str word, int64_t *ret_flag)
{
	*ret_flag = str_is_nocase(word, "true") || str_is(word, "1");
	return *ret_flag || str_is_nocase(word, "false") || str_is(word, "0");
}

/* What is neither a login nor a hash nor left out; NULL: it is all good. */
static const char *read_rest(const struct account_record *record, struct account *account)
{
	int64_t verified;

	if (record->id.ptr && !id_is_good(record->id))
		return "the id is not 24 hex digits";
	if (record->status.ptr && !account_status_read(record->status, &account->status))
		return "the status is none of active, disabled and inactive";
	if (record->guest.ptr && !read_flag(record->guest, &account->guest))
		return "guest is neither true nor false";
	if (record->email_verified.ptr && !read_flag(record->email_verified, &verified))
		return "email_verified is neither true nor false";
	if (record->created_at.ptr && !moment_read(record->created_at, &account->created_at))
		return "created_at is neither a date such as 2026-11-01T08:30:00Z nor Unix seconds";
	return NULL;
}

/* The hash pool checks what is in the database, whatever it costs: so a file may not bring it. */
static const char *argon2id_refusal(const struct phc *phc)
{
	return (uint64_t)phc->memory_kib * phc->passes > (uint64_t)ARGON2ID_WORK_MAX * 1024
	               ? "the password_hash asks for more time or memory than a log-in may take"
	               : NULL;
}

/* NULL: it is taken, or need not be, and *ret_hash says what it is. */
static const char *read_hash(struct str hash, bool drop_hashes, struct account *account,
                             enum import_hash *ret_hash)
{
	struct phc phc;

	*ret_hash = HASH_NONE;
	if (!hash.ptr)
		return NULL;
	const char *why =
		phc_parse(hash, &phc) == OK ? argon2id_refusal(&phc) : old_hash_refusal(hash);
	if (why)
		return drop_hashes ? NULL : why;
	account->phc = hash;
	bool old = old_hash_is_one(hash);
	*ret_hash = !old                                         ? HASH_ARGON2ID
	            : strcmp(old_hash_name(hash), "bcrypt") == 0 ? HASH_BCRYPT
	                                                         : HASH_OTHER;
	return NULL;
}

static enum err leave_out_email(struct ctx *ctx, struct account_record *record)
{
	return arena_printf(ctx->arena, &record->left_out, "email%s%.*s",
	                    record->left_out.len ? ", " : "", STR_ARG(record->left_out));
}

/* An address that is no login need not be one at all: nobody has asked for that there. */
static enum err read_email(struct ctx *ctx, struct account_record *record, struct account *account)
{
	int64_t is_login = 1, verified;

	if (!record->email.ptr)
		return OK;
	if (record->email_login.ptr && !read_flag(record->email_login, &is_login))
		return ERR_BAD_EMAIL;
	verified = is_login; /* the operator vouches for it */
	if (record->email_verified.ptr)
		read_flag(record->email_verified, &verified);
	enum err err =
		email_normalize(ctx->arena, record->email, &account->email, &account->email_key);
	account->email_verified_at = err == OK && verified ? ctx->now : 0;
	if (!is_login) {
		account->email_key = STR_NONE;
		return err == ERR_BAD_EMAIL ? leave_out_email(ctx, record) : err;
	}
	return err;
}

static enum err read_names(struct ctx *ctx, struct account_record *record,
                           struct newcomer *newcomer)
{
	struct account *account = &newcomer->account;

	TRY(read_email(ctx, record, account));
	if (record->username.ptr || !account->email_key.ptr)
		TRY(username_normalize(ctx->arena, record->username, &account->username,
		                       &newcomer->username_key));
	return profile_accept(ctx, record->name, record->locale, &account->name, &account->locale);
}

static enum err say_left_out(struct ctx *ctx, const struct account_record *record,
                             struct import_fate *fate)
{
	struct str why;

	if (!record->left_out.ptr)
		return OK;
	TRY(arena_printf(ctx->arena, &why, "without %.*s, which cannot be kept",
	                 STR_ARG(record->left_out)));
	fate->why = why.ptr;
	return OK;
}

static enum err give_id(struct ctx *ctx, struct str id, struct newcomer *newcomer)
{
	newcomer->account.public_id = id;
	newcomer->has_own_id = id.ptr != NULL;
	return id.ptr ? OK : account_new_public_id(ctx, &newcomer->account.public_id);
}

static bool is_about_words(enum err err)
{
	return err == ERR_BAD_EMAIL || err == ERR_BAD_USERNAME || err == ERR_BAD_NAME ||
	       err == ERR_BAD_LOCALE;
}

static enum err understand(struct ctx *ctx, const struct account_record *from, bool drop_hashes,
                           struct newcomer *newcomer, struct import_fate *fate)
{
	struct account *account = &newcomer->account;
	struct account_record record = *from;

	*account = (struct account){ .app_id = ctx->app.id,
		                     .created_at = ctx->now,
		                     .password_set_at = ctx->now };
	newcomer->fields = STR_NONE;
	if (record.more.n > 0)
		TRY(json_values_write(ctx->arena, &record.more, &newcomer->fields));
	if (!record.email.ptr && !record.username.ptr)
		return refuse("neither an email nor a username is there", fate);
	enum err err = read_names(ctx, &record, newcomer);
	if (is_about_words(err))
		return refuse(err_sentence(err), fate);
	TRY(err);
	const char *why = read_rest(&record, account);
	if (!why)
		why = read_hash(record.password_hash, drop_hashes, account, &fate->hash);
	if (why)
		return refuse(why, fate);
	TRY(say_left_out(ctx, &record, fate));
	return give_id(ctx, record.id, newcomer);
}

/* ---- who is there already ---- */

static bool same_text(struct str one, struct str other)
{
	return one.ptr ? other.ptr && str_equal(one, other) : !other.ptr;
}

static enum err judge(const struct newcomer *newcomer, const struct account *there, bool by_email,
                      struct import_fate *fate)
{
	const struct account *wanted = &newcomer->account;

	if (newcomer->has_own_id && !same_text(wanted->public_id, there->public_id))
		return refuse(by_email ? "the address is another account's"
		                       : "the username is another account's",
		              fate);
	if (by_email && wanted->username.ptr && !same_text(wanted->username, there->username))
		return refuse("the address is there, with another username", fate);
	if (!by_email && (wanted->email_key.ptr || !same_text(wanted->username, there->username)))
		return refuse("the username is another account's", fate);
	*fate = (struct import_fate){ .outcome = IMPORT_EXISTING };
	return OK;
}

/* Leaves the fate of whom nobody has met alone. */
static enum err look(struct ctx *ctx, const struct newcomer *newcomer, struct import_fate *fate)
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
	if (err == OK)
		return judge(newcomer, &there, by_email, fate);
	if (err == ERR_NOT_FOUND && newcomer->has_own_id)
		err = store_account_by_public_id(ctx->store, ctx->arena, wanted->app_id,
		                                 wanted->public_id, &there);
	if (err == OK)
		return refuse("the id is another account's", fate);
	return err == ERR_NOT_FOUND ? OK : err;
}

/* ---- a dry run ---- */

/* As judge() does it. The account of a record without an id has one that no other record has. */
static enum err judge_seen(const struct newcomer *newcomer, const struct seen_same *same,
                           bool by_email, struct import_fate *fate)
{
	const struct account *wanted = &newcomer->account;

	if (newcomer->has_own_id && !same->id)
		return refuse(by_email ? "the address is in the file before, with another id"
		                       : "the username is in the file before",
		              fate);
	if (by_email && wanted->username.ptr && !same->username)
		return refuse("the address is in the file before, with another username", fate);
	if (!by_email && (wanted->email_key.ptr || !same->username))
		return refuse("the username is in the file before", fate);
	*fate = (struct import_fate){ IMPORT_EXISTING, "it is in the file twice", 0 };
	return OK;
}

/* What would be there by now. */
static enum err look_at_seen(struct import_seen *seen, const struct newcomer *newcomer,
                             struct import_fate *fate)
{
	const struct account *wanted = &newcomer->account;
	const struct seen_record record = {
		.id = newcomer->has_own_id ? wanted->public_id : STR_NONE,
		.username = wanted->username,
	};
	struct seen_same same = { false, false };

	if (import_seen_has(seen, SEEN_EMAIL, wanted->email_key, &record, &same))
		return judge_seen(newcomer, &same, true, fate);
	if (import_seen_has(seen, SEEN_USERNAME, newcomer->username_key, &record, &same))
		return judge_seen(newcomer, &same, false, fate);
	if (import_seen_has(seen, SEEN_ID, record.id, &record, &same))
		return refuse("the id is in the file before", fate);
	TRY(import_seen_add(seen, SEEN_ID, record.id, &record));
	TRY(import_seen_add(seen, SEEN_EMAIL, wanted->email_key, &record));
	return import_seen_add(seen, SEEN_USERNAME, newcomer->username_key, &record);
}

static enum err look_at_all(struct ctx *ctx, struct import_seen *seen,
                            const struct newcomer *newcomers, size_t n, struct import_fate *fates)
{
	for (size_t i = 0; i < n; i++) {
		if (fates[i].outcome == IMPORT_ADDED)
			TRY(look(ctx, &newcomers[i], &fates[i]));
		if (seen && fates[i].outcome == IMPORT_ADDED)
			TRY(look_at_seen(seen, &newcomers[i], &fates[i]));
	}
	return OK;
}

/* ---- adding them ---- */

/* *ret_met: it could not be added, for a reason to be told apart when the transaction is over. */
static enum err add(struct ctx *ctx, struct tx *tx, const struct newcomer *newcomer,
                    struct import_fate *fate, bool *ret_met)
{
	enum err err = store_account_import(tx, &newcomer->account, newcomer->username_key,
	                                    old_hash_kind(newcomer->account.phc), &ctx->account_id);

	*ret_met = err == ERR_NOT_FOUND;
	if (err == ERR_NOT_FOUND) {
		*fate = (struct import_fate){ .outcome = IMPORT_EXISTING };
		return OK;
	}
	TRY(err);
	struct account account = newcomer->account;
	account.id = ctx->account_id;
	TRY(account_open_workspace(ctx, tx, &account));
	if (newcomer->fields.ptr)
		TRY(store_account_fields_add(tx, ctx->account_id, newcomer->fields));
	return audit_done(ctx, tx, "done");
}

static enum err add_all(struct ctx *ctx, const struct newcomer *newcomers, size_t n,
                        struct import_fate *fates, bool *ret_met)
{
	CLEANUP(tx_rollback) struct tx *tx = NULL;

	TRY(tx_begin(ctx->store, &tx));
	for (size_t i = 0; i < n; i++) {
		if (fates[i].outcome == IMPORT_ADDED)
			TRY(add(ctx, tx, &newcomers[i], &fates[i], &ret_met[i]));
	}
	return tx_commit(&tx);
}

/* Those that somebody's names kept out. */
static enum err look_at_met(struct ctx *ctx, const struct newcomer *newcomers, size_t n,
                            const bool *met, struct import_fate *fates)
{
	for (size_t i = 0; i < n; i++) {
		if (!met[i])
			continue;
		fates[i] = (struct import_fate){ .outcome = IMPORT_ADDED };
		TRY(look(ctx, &newcomers[i], &fates[i]));
		if (fates[i].outcome == IMPORT_ADDED)
			TRY(refuse("an account of its names was there, and was just removed",
			           &fates[i]));
	}
	return OK;
}

/* A run that was broken off has left whole pages. Where a page's first one is there, the page is
 * read, which costs no transaction, and only what is missing is added. */
static enum err import_page(struct ctx *ctx, const struct newcomer *newcomers, size_t n,
                            struct import_fate *fates)
{
	bool *met = arena_array(ctx->arena, n + 1, sizeof(*met));
	size_t first = 0, left = 0;

	NEED(met);
	memset(met, 0, (n + 1) * sizeof(*met));
	while (first < n && fates[first].outcome != IMPORT_ADDED)
		first++;
	if (first < n)
		TRY(look(ctx, &newcomers[first], &fates[first]));
	if (first < n && fates[first].outcome != IMPORT_ADDED)
		TRY(look_at_all(ctx, NULL, newcomers, n, fates));
	for (size_t i = 0; i < n; i++)
		left += fates[i].outcome == IMPORT_ADDED;
	if (left == 0)
		return OK;
	TRY(add_all(ctx, newcomers, n, fates, met));
	return look_at_met(ctx, newcomers, n, met, fates);
}

static enum err account_import(struct ctx *ctx, const struct account_import *in,
                               struct account_import_fates *ret_fates)
{
	struct newcomer *newcomers = arena_array(ctx->arena, in->n + 1, sizeof(*newcomers));
	struct import_fate *fates = arena_array(ctx->arena, in->n + 1, sizeof(*fates));

	NEED(newcomers);
	NEED(fates);
	memset(fates, 0, (in->n + 1) * sizeof(*fates));
	for (size_t i = 0; i < in->n; i++)
		TRY(understand(ctx, &in->items[i], in->drop_hashes, &newcomers[i], &fates[i]));
	TRY(in->seen ? look_at_all(ctx, in->seen, newcomers, in->n, fates)
	             : import_page(ctx, newcomers, in->n, fates));
	ret_fates->items = fates;
	return OK;
}
OPERATION(account_import, struct account_import, struct account_import_fates, REQUIRES_OPERATOR,
          LIMIT_NONE, COST_WRITE)
