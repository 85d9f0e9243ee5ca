/* SPDX-License-Identifier: Apache-2.0 */
/* user.c - what is said of a user, what is kept of it, and how it is changed. */
#include "account/user.h"
#include "account/account.h"
#include "account/account_field.h"
#include "account/outbox.h"
#include "base/text.h"
#include <string.h>
#include <strings.h>

/* ---- what is kept ---- */

/* Fields that every user has, by the names that their applications know. */
static const struct {
	const char *name;
	size_t said, shown; /* of struct user_words and of struct user */
} known[] = {
	{ "firstName", offsetof(struct user_words, first_name), offsetof(struct user, first_name) },
	{ "lastName", offsetof(struct user_words, last_name), offsetof(struct user, last_name) },
	{ "phoneNumber", offsetof(struct user_words, phone_number),
	  offsetof(struct user, phone_number) },
	{ "avatar", offsetof(struct user_words, avatar), offsetof(struct user, avatar) },
};

/* What the service itself says of an account: applications send all of it back when they change a
 * part, and nobody becomes another by it. */
static const char *const own_words[] = { "userId", "user_id", "id",    "username",
	                                 "email",  "guest",   "active" };

static bool is_never_kept(struct str name)
{
	FOREACH(word, own_words) {
		if (str_is_nocase(name, *word))
			return true;
	}
	FOREACH(field, known) {
		if (str_is(name, field->name))
			return true;
	}
	return account_field_is_password(name);
}

static enum err add_field(struct account_field_list *fields, struct str name, struct str value)
{
	if (!value.ptr || !account_field_name_is_good(name))
		return ERR_BAD_FIELD;
	fields->items[fields->n++] = (struct account_field){ name, value };
	return OK;
}

/* Numbers and booleans are kept as they are spelled; null is as good as not said. */
static enum err accept_more(const struct rest *more, struct account_field_list *fields)
{
	const struct member *member = NULL;

	while (rest_next(more, &member)) {
		if (member->kind != MEMBER_NULL && !is_never_kept(member->name))
			TRY(add_field(fields, member->name, member->text));
	}
	return OK;
}

static enum err accept_email(struct ctx *ctx, struct str email, struct user_said *said)
{
	struct str key;

	said->says_email = email.ptr != NULL;
	return email.len > 0 ? email_normalize(ctx->arena, email, &said->email, &key) : OK;
}

enum err user_accept(struct ctx *ctx, const struct user_words *words, struct user_said *ret_said)
{
	struct user_said said = { .email = STR_NONE };

	said.fields.items = arena_array(ctx->arena, COUNT_OF(known) + MEMBERS_MAX,
	                                sizeof(said.fields.items[0]));
	NEED(said.fields.items);
	FOREACH(field, known) {
		struct str value;
		memcpy(&value, (const char *)words + field->said, sizeof(value));
		if (value.ptr)
			TRY(add_field(&said.fields, str(field->name), value));
	}
	TRY(accept_more(&words->more, &said.fields));
	TRY(accept_email(ctx, words->email, &said));
	*ret_said = said;
	return OK;
}

/* ---- showing ---- */

static struct str *place_of(struct user *user, struct str name)
{
	FOREACH(field, known) {
		if (str_is(name, field->name))
			return (struct str *)(void *)((char *)user + field->shown);
	}
	return NULL;
}

/* Over what was there by this name. There is room for one more. */
static void show_field(const struct account_field *field, struct user *user)
{
	struct out_pair *pairs = user->more.items;
	struct str *place = place_of(user, field->name);
	size_t i = 0;

	while (!place && i < user->more.n && !str_equal(pairs[i].name, field->name))
		i++;
	if (place)
		*place = field->value;
	else
		pairs[i] = (struct out_pair){ field->name, field->value };
	if (!place && i == user->more.n)
		user->more.n++;
}

enum err user_with(struct ctx *ctx, const struct account *account,
                   const struct account_field_list *kept, const struct account_field_list *said,
                   struct user *ret_user)
{
	struct user user = {
		.id = account->public_id,
		.username = account->username,
		.email = account->email,
		.guest = account->guest,
		.active = account->status == ACCOUNT_ACTIVE,
	};

	user.more.items = arena_array(ctx->arena, kept->n + said->n, sizeof(struct out_pair));
	NEED(user.more.items);
	for (size_t i = 0; i < kept->n; i++)
		show_field(&kept->items[i], &user);
	for (size_t i = 0; i < said->n; i++)
		show_field(&said->items[i], &user);
	*ret_user = user;
	return OK;
}

enum err user_of(struct ctx *ctx, const struct account *account, struct user *ret_user)
{
	const struct account_field_list nothing = { NULL, 0 };
	struct account_field_list kept;

	TRY(store_account_fields(ctx->store, ctx->arena, account->id, &kept));
	return user_with(ctx, account, &kept, &nothing, ret_user);
}

/* ---- finding ---- */

enum err user_find(struct ctx *ctx, struct str id, struct account *ret_account)
{
	if (!ctx->master && id.ptr && !str_equal(id, ctx->session.account_public_id))
		return deny(ctx, ERR_NOT_ALLOWED, "the user is another");
	if (!ctx->master)
		return account_of_session(ctx, ret_account);
	enum err err =
		store_account_by_public_id(ctx->store, ctx->arena, ctx->app.id, id, ret_account);
	if (err == OK)
		ctx->account_id = ret_account->id;
	return err == ERR_NOT_FOUND ? ERR_NO_ACCOUNT : err;
}

static enum err user_show(struct ctx *ctx, const struct nothing *in, struct user *ret_user)
{
	struct account account;

	(void)in;
	TRY(account_of_session(ctx, &account));
	return user_of(ctx, &account, ret_user);
}
OPERATION(user_show, struct nothing, struct user, REQUIRES_SESSION, LIMIT_REQUESTS, COST_QUICK)

/* ---- changing ---- */

enum err user_move(struct ctx *ctx, struct tx *tx, const struct account *account, struct str to)
{
	struct new_email email = {
		.account_id = account->id,
		.epoch = account->epoch,
		.email = to,
		.outbox_floor = account->outbox_floor,
	};
	int64_t epoch;

	if (account->email.ptr)
		TRY(outbox_add_notice(ctx, tx, OUTBOX_EMAIL_CHANGED, account, &email.outbox_floor));
	TRY(store_account_set_email(tx, &email, &epoch));
	return store_sessions_restamp(tx, account->id, account->epoch, epoch);
}

/* What becomes of an account. */
struct change {
	const struct account *account;
	struct user_said said;
	bool renames, moves;
	struct str username, username_key;
};

static bool same_text(struct str a, struct str b)
{
	return (a.ptr == NULL) == (b.ptr == NULL) && str_equal(a, b);
}

static enum err read_change(struct ctx *ctx, const struct user_update *in,
                            const struct account *account, struct change *ret_change)
{
	struct change change = { .account = account };

	TRY(user_accept(ctx, &in->words, &change.said));
	if (in->username.ptr)
		TRY(username_normalize(ctx->arena, in->username, &change.username,
		                       &change.username_key));
	change.renames = in->username.ptr && !same_text(change.username, account->username);
	change.moves = change.said.says_email && !same_text(change.said.email, account->email);
	if ((change.renames || change.moves) && !ctx->master && account->held_until > ctx->now)
		return deny(ctx, ERR_CHANGES_HELD, "changes are held");
	*ret_change = change;
	return OK;
}

static enum err write_change(struct ctx *ctx, const struct change *change)
{
	CLEANUP(tx_rollback) struct tx *tx = NULL;
	const struct account *account = change->account;

	TRY(tx_begin(ctx->store, &tx));
	TRY(store_account_lock_at(tx, account->id, account->epoch));
	if (change->renames)
		TRY(store_account_rename(tx, account, change->username, change->username_key));
	TRY(account_fields_write(ctx, tx, account->id, &change->said.fields));
	if (change->moves)
		TRY(user_move(ctx, tx, account, change->said.email));
	TRY(audit_done(ctx, tx, change->moves ? "done, with another address" : "done"));
	return outbox_commit(ctx, &tx);
}

static enum err user_update(struct ctx *ctx, const struct user_update *in, struct user *ret_user)
{
	struct account_field_list kept;
	struct account account, changed;
	struct change change;

	TRY(user_find(ctx, in->id, &account));
	TRY(read_change(ctx, in, &account, &change));
	TRY(store_account_fields(ctx->store, ctx->arena, account.id, &kept));
	changed = account;
	if (change.renames)
		changed.username = change.username;
	if (change.moves)
		changed.email = change.said.email;
	/* Before it is done, so that what is done is told. */
	TRY(user_with(ctx, &changed, &kept, &change.said.fields, ret_user));
	enum err err = write_change(ctx, &change);
	return err == ERR_CONFLICT ? deny(ctx, ERR_USERNAME_TAKEN, "username is taken") : err;
}
OPERATION(user_update, struct user_update, struct user, REQUIRES_SESSION, LIMIT_REQUESTS,
          COST_WRITE)
OPERATION_AS(user_update_by_id, user_update, struct user_update, struct user,
             REQUIRES_SESSION_OR_MASTER, LIMIT_REQUESTS, COST_WRITE)
