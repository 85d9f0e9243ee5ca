/* SPDX-License-Identifier: Apache-2.0 */
/* content.c - rows whose members are JSON, for an application to read and an operator to edit. */
#include "account/content.h"
#include "base/json_stream.h"
#include "base/text.h"

static const char *const tables[CONTENT_KINDS] = {
	[CONTENT_STRUCTURE] = "app_structure",
	[CONTENT_STRINGS] = "content_strings",
};

/* ---- for applications ---- */

/* In their order; one page of memory is enough for both. */
static enum err pick(struct arena *arena, const struct content_list *all, enum content_kind kind,
                     struct content_list *ret_list)
{
	struct content_list list = { arena_array(arena, all->n, sizeof(all->items[0])), 0 };

	NEED(list.items);
	for (size_t i = 0; i < all->n; i++) {
		if (all->items[i].kind == (int64_t)kind)
			list.items[list.n++] = all->items[i];
	}
	*ret_list = list;
	return OK;
}

/* A slug that is not said is no row's. */
static enum err content_show(struct ctx *ctx, const struct content_wanted *in,
                             struct content_shown *ret_shown)
{
	struct content_list all;

	TRY(store_content_of_slug(ctx->store, ctx->arena, ctx->app.id,
	                          in->slug.len > 0 ? in->slug : STR_NONE, &all));
	TRY(pick(ctx->arena, &all, CONTENT_STRINGS, &ret_shown->strings));
	return pick(ctx->arena, &all, CONTENT_STRUCTURE, &ret_shown->structure);
}
OPERATION(content_show, struct content_wanted, struct content_shown, REQUIRES_APP, LIMIT_REQUESTS,
          COST_WRITE)

/* ---- for the operator ---- */

struct content_entry content_split(struct str name)
{
	size_t slash = str_find(name, '/');

	return (struct content_entry){
		.table = { name.ptr, slash },
		.name = str_from(name, slash < name.len ? slash + 1 : slash),
	};
}

static enum err kind_of(struct str table, enum content_kind *ret_kind)
{
	for (enum content_kind kind = 0; kind < CONTENT_KINDS; kind++) {
		if (str_is(table, tables[kind])) {
			*ret_kind = kind;
			return OK;
		}
	}
	return ERR_NOT_FOUND;
}

/* A member as it was read: a text, or JSON. */
static void put_member(struct json_stream *json, const struct member *member)
{
	if (member->kind == MEMBER_OTHER)
		json_put_raw(json, member->name.ptr, member->text.ptr);
	else
		json_put_text(json, member->name.ptr, member->text);
}

static enum err read_members(struct arena *arena, struct str json, struct members **ret_members)
{
	struct members *members = arena_alloc(arena, sizeof(*members));

	NEED(members);
	if (json.ptr)
		TRY(json_read_flat(arena, json, members));
	*ret_members = members;
	return OK;
}

/* As one sees it: with the columns among the members. */
static enum err entry_of(struct ctx *ctx, const struct content *content,
                         struct content_entry *ret_entry)
{
	struct json_stream json = json_stream_in(ctx->arena);
	struct members *members;

	TRY(read_members(ctx->arena, content->members, &members));
	json_begin(&json, NULL, '{');
	if (content->kind == CONTENT_STRINGS) {
		json_put_text(&json, "slug", content->slug);
		json_put_raw(&json, "global", content->global ? "true" : "false");
	}
	for (size_t i = 0; i < members->n; i++)
		put_member(&json, &members->items[i]);
	json_end(&json, '}');
	ret_entry->table = str(tables[content->kind]);
	ret_entry->name = content->name;
	return json_stream_str(&json, &ret_entry->members);
}

static enum err content_list(struct ctx *ctx, const struct nothing *in,
                             struct content_entry_list *ret_list)
{
	struct content_list all;

	(void)in;
	TRY(store_content(ctx->store, ctx->arena, ctx->app.id, &all));
	struct content_entry *items = arena_array(ctx->arena, all.n, sizeof(items[0]));
	NEED(items);
	for (size_t i = 0; i < all.n; i++)
		TRY(entry_of(ctx, &all.items[i], &items[i]));
	*ret_list = (struct content_entry_list){ items, all.n };
	return OK;
}
OPERATION(content_list, struct nothing, struct content_entry_list, REQUIRES_OPERATOR, LIMIT_NONE,
          COST_QUICK)

static enum err find(struct ctx *ctx, struct str name, struct content *ret_content)
{
	struct content_entry wanted = content_split(name);
	enum content_kind kind;

	TRY(kind_of(wanted.table, &kind));
	return store_content_by_name(ctx->store, ctx->arena, ctx->app.id, kind, wanted.name,
	                             ret_content);
}

static enum err content_find(struct ctx *ctx, const struct content_named *in,
                             struct content_entry *ret_entry)
{
	struct content content;

	TRY(find(ctx, in->name, &content));
	return entry_of(ctx, &content, ret_entry);
}
OPERATION(content_find, struct content_named, struct content_entry, REQUIRES_OPERATOR, LIMIT_NONE,
          COST_QUICK)

static enum err content_remove(struct ctx *ctx, const struct content_named *in,
                               struct nothing *ret_nothing)
{
	CLEANUP(tx_rollback) struct tx *tx = NULL;
	struct content_entry wanted = content_split(in->name);
	enum content_kind kind;

	(void)ret_nothing;
	TRY(kind_of(wanted.table, &kind));
	TRY(tx_begin(ctx->store, &tx));
	TRY(store_content_remove(tx, ctx->app.id, kind, wanted.name));
	TRY(audit_done(ctx, tx, "removed"));
	return tx_commit(&tx);
}
OPERATION(content_remove, struct content_named, struct nothing, REQUIRES_OPERATOR, LIMIT_NONE,
          COST_WRITE)

/* ---- editing ---- */

static bool read_yes(const struct member *member, int64_t *ret_yes)
{
	static const char *const words[][2] = { { "no", "yes" },
		                                { "false", "true" },
		                                { "0", "1" } };

	FOREACH(pair, words) {
		for (int yes = 0; yes < 2; yes++) {
			if (str_is_nocase(member->text, (*pair)[yes])) {
				*ret_yes = yes;
				return true;
			}
		}
	}
	return false;
}

static enum err take_slug(const struct member *member, struct content *content)
{
	if (member->kind != MEMBER_TEXT || member->text.len > CONTENT_NAME_MAX)
		return ERR_BAD_SETTING;
	content->slug = member->text;
	return OK;
}

/* What the row has a column for, what it numbers itself, and what it is called by. */
/* As databases have it where nobody has said so: null is no. */
static enum err read_global(const struct member *member, struct content *content)
{
	content->global = 0;
	if (member->kind == MEMBER_NULL)
		return OK;
	return read_yes(member, &content->global) ? OK : ERR_BAD_SETTING;
}

static enum err take_column(const struct member *member, struct content *content, bool *ret_taken)
{
	bool strings = content->kind == CONTENT_STRINGS;

	*ret_taken = true;
	if (str_is(member->name, "table") || str_is(member->name, "name"))
		return ERR_BAD_SETTING;
	if (str_is(member->name, "id") || str_is(member->name, "created_at"))
		return OK;
	if (strings && str_is(member->name, "slug"))
		return member->kind == MEMBER_NULL ? OK : take_slug(member, content);
	if (strings && str_is(member->name, "global"))
		return read_global(member, content);
	*ret_taken = false;
	return OK;
}

/* The old ones in their places, then what is new. */
static enum err merge(struct ctx *ctx, struct str old_json, struct str new_json,
                      struct content *content)
{
	struct json_stream json = json_stream_in(ctx->arena);
	struct members *old, *new;
	bool taken;

	TRY(read_members(ctx->arena, old_json, &old));
	TRY(read_members(ctx->arena, new_json, &new));
	json_begin(&json, NULL, '{');
	for (size_t i = 0; i < old->n; i++) {
		const struct member *newer = members_find(new, old->items[i].name);
		put_member(&json, newer ? newer : &old->items[i]);
	}
	for (size_t i = 0; i < new->n; i++) {
		TRY(take_column(&new->items[i], content, &taken));
		if (!taken && !members_find(old, new->items[i].name))
			put_member(&json, &new->items[i]);
	}
	json_end(&json, '}');
	return json_stream_str(&json, &content->members);
}

static enum err write(struct ctx *ctx, const struct content *content)
{
	CLEANUP(tx_rollback) struct tx *tx = NULL;
	struct content_size size;

	TRY(tx_begin(ctx->store, &tx));
	TRY(store_content_set(tx, ctx->app.id, content, ctx->now));
	TRY(store_content_size(tx, ctx->arena, ctx->app.id, &size));
	if (size.count > CONTENT_ROWS_MAX || size.bytes > CONTENT_BYTES_MAX)
		return ERR_BAD_SETTING;
	TRY(audit_done(ctx, tx, "done"));
	return tx_commit(&tx);
}

/* `keeps`: the members that are not given stay. */
static enum err change(struct ctx *ctx, const struct content_entry *in, bool keeps,
                       struct content_entry *ret_entry)
{
	struct content content = { .slug = STR("") }, old;
	enum content_kind kind;
	struct str name;

	TRY(kind_of(in->table, &kind));
	TRY(name_normalize(ctx->arena, in->name, CONTENT_NAME_MAX, &name));
	enum err err = store_content_by_name(ctx->store, ctx->arena, ctx->app.id, kind, name, &old);
	if (err != OK && err != ERR_NOT_FOUND)
		return err;
	if (err == OK && keeps)
		content = old;
	content.kind = kind;
	content.name = name;
	err = merge(ctx, content.members, in->members, &content);
	if (err == ERR_MALFORMED)
		return ERR_BAD_SETTING;
	TRY(err);
	TRY(write(ctx, &content));
	return entry_of(ctx, &content, ret_entry);
}

static enum err content_set(struct ctx *ctx, const struct content_entry *in,
                            struct content_entry *ret_entry)
{
	return change(ctx, in, true, ret_entry);
}
OPERATION(content_set, struct content_entry, struct content_entry, REQUIRES_OPERATOR, LIMIT_NONE,
          COST_WRITE)

static enum err content_import(struct ctx *ctx, const struct content_entry *in,
                               struct content_entry *ret_entry)
{
	struct content_entry entry = *in;
	struct members *members;

	enum err err = read_members(ctx->arena, in->members, &members);
	if (err == ERR_MALFORMED)
		return ERR_BAD_SETTING;
	TRY(err);
	const struct member *id = members_find(members, STR("id"));
	if (!entry.name.ptr && id)
		entry.name = id->text;
	return change(ctx, &entry, false, ret_entry);
}
OPERATION(content_import, struct content_entry, struct content_entry, REQUIRES_OPERATOR, LIMIT_NONE,
          COST_WRITE)
