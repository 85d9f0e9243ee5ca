/* SPDX-License-Identifier: Apache-2.0 */
/* backup.c - copy, read back, rename. */
#include "account/backup.h"
#include "base/log.h"
#include "base/new_file.h"

static enum err audit(struct ctx *ctx, const char *outcome)
{
	CLEANUP(tx_rollback) struct tx *tx = NULL;

	TRY(tx_begin(ctx->store, &tx));
	TRY(audit_done(ctx, tx, outcome));
	return tx_commit(&tx);
}

/* ---- begin ---- */

static enum err check_name(struct str file)
{
	if (file.len > 0 && str_find(file, '?') == file.len)
		return OK;
	log_error("a backup takes the name of a file, without a question mark");
	return ERR_CONFIG;
}

static enum err backup_begin(struct ctx *ctx, const struct backup_request *in,
                             struct backup *ret_backup)
{
	struct backup backup = { 0 };
	struct census census;

	TRY(check_name(in->file));
	TRY(arena_str(ctx->arena, in->file, &backup.file));
	TRY(new_file_begin(ctx->arena, in->file, &backup.part));
	enum err err = audit(ctx, "begun");
	if (err == OK)
		err = store_census(ctx->store, ctx->arena, 0, &census);
	if (err != OK) {
		new_file_abandon(backup.part.ptr);
		return err;
	}
	backup.bytes_about = census.bytes;
	backup.audit_id = census.audit_id;
	*ret_backup = backup;
	return OK;
}
OPERATION(backup_begin, struct backup_request, struct backup, REQUIRES_OPERATOR, LIMIT_NONE,
          COST_WRITE)

/* ---- finish ---- */

static void close_copy(struct store **copy)
{
	store_close(*copy);
}

/* Opens the copy as a server would, reads every page of it, and looks for the last thing that was
 * written before it began: the row of its own beginning. */
static enum err read_back(struct ctx *ctx, const struct backup *in, struct census *ret_census)
{
	CLEANUP(close_copy) struct store *copy = NULL;
	struct str url, finding, journal;

	TRY(arena_printf(ctx->arena, &url, "sqlite:%.*s", STR_ARG(in->part)));
	TRY(store_open_existing(url.ptr, NULL, &copy));
	TRY(store_check(copy, ctx->arena, &finding, &journal));
	TRY(store_census(copy, ctx->arena, 0, ret_census));
	if (str_is(finding, "ok") && ret_census->audit_id >= in->audit_id)
		return OK;
	log_error("the copy is not good, and is removed: %.*s", STR_ARG(finding));
	return ERR_STORE;
}

static enum err copy(struct ctx *ctx, const struct backup *in, struct backup_made *ret_made)
{
	struct census census;

	TRY(store_copy(ctx->store, ctx->arena, in->part));
	TRY(read_back(ctx, in, &census));
	TRY(new_file_finish(ctx->arena, in->part.ptr, in->file.ptr, &ret_made->bytes));
	ret_made->apps = census.apps;
	ret_made->accounts = census.accounts;
	return OK;
}

/* A copy that the trail does not know of must not be. */
static enum err finish_audit(struct ctx *ctx, const struct backup *in)
{
	enum err err = audit(ctx, "done");

	if (err != OK)
		new_file_abandon(in->file.ptr);
	return err;
}

static enum err backup_finish(struct ctx *ctx, const struct backup *in,
                              struct backup_made *ret_made)
{
	enum err err = copy(ctx, in, ret_made);

	if (err == OK)
		err = finish_audit(ctx, in);
	if (err == OK)
		return OK;
	new_file_abandon(in->part.ptr);
	return deny(ctx, err == ERR_NOT_FOUND ? ERR_STORE : err, "no copy was made");
}
OPERATION(backup_finish, struct backup, struct backup_made, REQUIRES_OPERATOR, LIMIT_NONE,
          COST_WRITE)
