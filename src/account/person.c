/* SPDX-License-Identifier: Apache-2.0 */
/* person.c - signing up at once, showing a person with their workspaces, and changing both. */
#include "account/person.h"
#include "account/account.h"
#include "account/account_field.h"
#include "account/password_policy.h"
#include "account/sign_up.h"
#include "base/json_stream.h"
#include "base/text.h"
#include <string.h>

/* ---- signing up ---- */

static enum err check_address(struct ctx *ctx, struct str email_key)
{
	struct account other;

	enum err err =
		store_account_by_email(ctx->store, ctx->arena, ctx->app.id, email_key, &other);
	if (err == OK)
		return deny(ctx, ERR_EMAIL_TAKEN, "address is taken");
	return err == ERR_NOT_FOUND ? OK : err;
}

static enum err read_sign_up(struct ctx *ctx, const struct person_sign_up *in,
                             struct account *account)
{
	struct secret password;

	account->app_id = ctx->app.id;
	account->epoch = 1;
	TRY(email_normalize(ctx->arena, in->email, &account->email, &account->email_key));
	const struct password_owner owner = password_owner_of(account);
	TRY(password_accept(ctx, in->password, &owner, &password));
	TRY(check_address(ctx, account->email_key));
	TRY(hasher_hash(ctx->hasher, caller_of(ctx), ctx->arena, password, &account->phc));
	return account_new_public_id(ctx, &account->public_id);
}

static enum err open_in_store(struct ctx *ctx, struct account *account,
                              struct session_made *session)
{
	CLEANUP(tx_rollback) struct tx *tx = NULL;

	TRY(tx_begin(ctx->store, &tx));
	TRY(account_open(ctx, tx, account, STR_NONE));
	session->row.account_id = account->id;
	TRY(session_open(tx, session));
	TRY(audit_done(ctx, tx, "account made"));
	return tx_commit(&tx);
}

static enum err person_sign_up(struct ctx *ctx, const struct person_sign_up *in,
                               struct session_tokens *ret_tokens)
{
	struct account account = { 0 };
	struct session_made session;

	ctx->account_id = 0;
	if (ctx->app.sign_up == SIGN_UP_CLOSED)
		return deny(ctx, ERR_NOT_ALLOWED, "sign-up is closed");
	TRY(read_sign_up(ctx, in, &account));
	TRY(session_make(ctx, &account, in->terms, &session));
	enum err err = open_in_store(ctx, &account, &session);
	if (err == ERR_CONFLICT)
		return deny(ctx, ERR_EMAIL_TAKEN, "address was taken meanwhile");
	TRY(err);
	*ret_tokens = session.tokens;
	return OK;
}
OPERATION(person_sign_up, struct person_sign_up, struct session_tokens, REQUIRES_APP,
          LIMIT_REQUESTS, COST_HASH)

/* ---- what is kept ---- */

/* What is of a record, or of another format's, and not for its person to say. */
static bool is_passed_over(struct str name)
{
	static const char *const names[] = { "id",    "userId",     "user_id",        "created_at",
		                             "email", "username",   "guest",          "active",
		                             "token", "reset_code", "linkedin_oauth", "status" };

	FOREACH(one, names) {
		if (str_is_nocase(name, *one))
			return true;
	}
	return account_field_is_password(name);
}

/* ---- showing ---- */

/* An application reads members of it without asking whether it is there. */
static enum err spell_fields(struct ctx *ctx, int64_t account_id, struct str *ret_json)
{
	struct json_stream json = json_stream_in(ctx->arena);
	struct account_field_list fields;
	bool has_info = false;

	TRY(store_account_fields(ctx->store, ctx->arena, account_id, &fields));
	json_begin(&json, NULL, '{');
	for (size_t i = 0; i < fields.n; i++) {
		const struct account_field *field = &fields.items[i];
		if (is_passed_over(field->name))
			continue;
		has_info |= str_is(field->name, "info");
		if (json_is_structure(field->value))
			json_put_raw(&json, field->name.ptr, field->value.ptr);
		else
			json_put_text(&json, field->name.ptr, field->value);
	}
	if (!has_info)
		json_put_raw(&json, "info", "{}");
	json_end(&json, '}');
	return json_stream_str(&json, ret_json);
}

static enum err read_workspaces(struct ctx *ctx, int64_t account_id,
                                struct person_workspace_list *ret_list)
{
	struct workspace_list list;

	TRY(store_workspaces_of(ctx->store, ctx->arena, account_id, &list));
	struct person_workspace *items = arena_array(ctx->arena, list.n, sizeof(items[0]));
	NEED(items);
	for (size_t i = 0; i < list.n; i++) {
		const struct workspace *workspace = &list.items[i];
		items[i] = (struct person_workspace){
			.id = workspace->id,
			.name = workspace->name,
			.created_at = workspace->created_at,
		};
		TRY(store_workspace_members(ctx->store, ctx->arena, workspace->id,
		                            &items[i].users));
	}
	*ret_list = (struct person_workspace_list){ items, list.n };
	return OK;
}

static enum err read_person(struct ctx *ctx, const struct account *account,
                            struct person *ret_person)
{
	struct person person = {
		.id = account->id,
		.email = account->email,
		.name = account->name,
		.created_at = account->created_at,
	};

	TRY(spell_fields(ctx, account->id, &person.fields));
	TRY(read_workspaces(ctx, account->id, &person.workspaces));
	*ret_person = person;
	return OK;
}

static enum err person_show(struct ctx *ctx, const struct nothing *in, struct person *ret_person)
{
	struct account account;

	(void)in;
	TRY(account_of_session(ctx, &account));
	return read_person(ctx, &account, ret_person);
}
OPERATION(person_show, struct nothing, struct person, REQUIRES_SESSION, LIMIT_REQUESTS, COST_WRITE)

/* ---- changing ---- */

/* What becomes of the account and of one workspace. */
struct change {
	struct account account; /* with its new name */
	struct account_field_list fields;
	int64_t workspace_id;      /* NO_WORKSPACE: none is changed */
	struct str workspace_name; /* NONE: it stays */
};

static enum err take_name(struct ctx *ctx, const struct member *member, struct change *change)
{
	struct str locale;

	if (member->kind == MEMBER_OTHER)
		return ERR_MEMBER_TYPE;
	return profile_accept(ctx, member->text, STR_NONE, &change->account.name, &locale);
}

static enum err take_field(const struct member *member, struct change *change)
{
	if (!account_field_name_is_good(member->name))
		return ERR_BAD_FIELD;
	change->fields.items[change->fields.n++] = (struct account_field){
		member->name,
		member->kind == MEMBER_NULL ? STR_NONE : member->text,
	};
	return OK;
}

static enum err read_user(struct ctx *ctx, struct str json, struct change *change)
{
	struct members *members = arena_alloc(ctx->arena, sizeof(*members));

	NEED(members);
	change->fields.items =
		arena_array(ctx->arena, MEMBERS_MAX, sizeof(change->fields.items[0]));
	NEED(change->fields.items);
	if (json.ptr)
		TRY(json_read_flat(ctx->arena, json, members));
	for (size_t i = 0; i < members->n; i++) {
		const struct member *member = &members->items[i];
		if (is_passed_over(member->name))
			continue;
		TRY(str_is(member->name, "name") ? take_name(ctx, member, change)
		                                 : take_field(member, change));
	}
	return OK;
}

/* Which of the person's it is. */
static enum err find_workspace(struct ctx *ctx, const struct person_update *in,
                               struct change *change)
{
	struct workspace_list list;

	change->workspace_id = NO_WORKSPACE;
	if (!in->workspace.ptr && in->workspace_id == NO_WORKSPACE)
		return OK;
	TRY(store_workspaces_of(ctx->store, ctx->arena, change->account.id, &list));
	for (size_t i = 0; i < list.n; i++) {
		bool only = in->workspace_id == NO_WORKSPACE && list.n == 1;
		if (only || list.items[i].id == in->workspace_id)
			change->workspace_id = list.items[i].id;
	}
	return change->workspace_id == NO_WORKSPACE
	               ? deny(ctx, ERR_NOT_MEMBER, "workspace is not the person's")
	               : OK;
}

static enum err read_workspace(struct ctx *ctx, struct str json, struct change *change)
{
	struct members *members = arena_alloc(ctx->arena, sizeof(*members));

	NEED(members);
	if (json.ptr)
		TRY(json_read_flat(ctx->arena, json, members));
	for (size_t i = 0; i < members->n; i++) {
		const struct member *member = &members->items[i];
		if (!str_is(member->name, "name") || member->kind == MEMBER_NULL)
			continue;
		if (member->kind != MEMBER_TEXT)
			return ERR_MEMBER_TYPE;
		TRY(name_normalize(ctx->arena, member->text, PERSON_NAME_MAX,
		                   &change->workspace_name));
	}
	return OK;
}

static enum err write_name(struct ctx *ctx, struct tx *tx, const struct change *change,
                           const struct account *read)
{
	struct str spelled, key = STR_NONE;

	if (str_equal(change->account.name, read->name))
		return OK;
	if (read->username.ptr)
		TRY(username_normalize(ctx->arena, read->username, &spelled, &key));
	return store_account_set_profile(tx, &change->account, key, read);
}

static enum err rename_workspace(struct ctx *ctx, struct tx **tx, const struct change *change)
{
	if (!change->workspace_name.ptr)
		return OK;
	enum err err = store_workspace_rename(*tx, change->workspace_id, change->account.id,
	                                      change->workspace_name);
	return err == ERR_NOT_FOUND
	               ? tx_refuse(tx, deny(ctx, ERR_NOT_MEMBER, "workspace is not the person's"))
	               : err;
}

static enum err write_change(struct ctx *ctx, const struct change *change,
                             const struct account *read)
{
	CLEANUP(tx_rollback) struct tx *tx = NULL;

	TRY(tx_begin(ctx->store, &tx));
	TRY(store_account_lock_at(tx, read->id, read->epoch));
	TRY(write_name(ctx, tx, change, read));
	TRY(account_fields_write(ctx, tx, change->account.id, &change->fields));
	TRY(rename_workspace(ctx, &tx, change));
	TRY(audit_done(ctx, tx, "done"));
	return tx_commit(&tx);
}

static enum err person_update(struct ctx *ctx, const struct person_update *in,
                              struct person *ret_person)
{
	struct account read;
	struct change change = { .workspace_name = STR_NONE };

	TRY(account_of_session(ctx, &read));
	change.account = read;
	TRY(find_workspace(ctx, in, &change));
	TRY(read_user(ctx, in->user, &change));
	TRY(read_workspace(ctx, in->workspace, &change));
	TRY(write_change(ctx, &change, &read));
	return read_person(ctx, &change.account, ret_person);
}
OPERATION(person_update, struct person_update, struct person, REQUIRES_SESSION, LIMIT_REQUESTS,
          COST_WRITE)
