/* SPDX-License-Identifier: Apache-2.0 */
/* app.c - finding, adding and removing apps; what an operator sets of them is in app_settings.c. */
#include "account/app.h"
#include "account/app_priv.h"
#include "account/message.h"
#include "account/origin.h"
#include "account/return_to.h"
#include "base/language.h"
#include "base/text.h"
#include <string.h>

enum { HOST_MAX = 253, GIVEN_KEY_MIN = 12, GIVEN_KEY_MAX = 64 };

/* ---- which app ---- */

enum err ascii_lower(struct arena *arena, struct str text, struct str *ret_lower)
{
	char *copy = arena_alloc(arena, text.len + 1);

	NEED(copy);
	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];
		copy[i] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
	}
	*ret_lower = (struct str){ copy, text.len };
	return OK;
}

static enum err find_fallback(struct ctx *ctx, struct app *ret_app)
{
	enum err err = store_app_only(ctx->store, ctx->arena, ret_app);

	if (err == ERR_NOT_FOUND)
		err = store_app_by_alias(ctx->store, ctx->arena, STR("default"), ret_app);
	if (err == ERR_NOT_FOUND)
		err = store_app_by_alias(ctx->store, ctx->arena, ctx->service->policy.default_app,
		                         ret_app);
	return err;
}

static enum err find_by_host(struct ctx *ctx, struct str host, struct app *ret_app)
{
	if (!host.ptr || !text_is_utf8(host))
		return ERR_NOT_FOUND;
	TRY(ascii_lower(ctx->arena, host, &host));
	return store_app_by_host(ctx->store, ctx->arena, host, ret_app);
}

static enum err app_find(struct ctx *ctx, const struct app_hints *hints, struct app *ret_app)
{
	enum err err;
	struct str alias;

	/* What is no text is nobody's name, and nothing to ask a database for. */
	if ((hints->public_id.ptr && !text_is_utf8(hints->public_id)) ||
	    (hints->alias.ptr && !text_is_utf8(hints->alias)))
		return ERR_NO_APP;
	if (hints->public_id.ptr) {
		err = store_app_by_public_id(ctx->store, ctx->arena, hints->public_id, ret_app);
	} else if (hints->alias.ptr) {
		TRY(ascii_lower(ctx->arena, hints->alias, &alias));
		err = store_app_by_alias(ctx->store, ctx->arena, alias, ret_app);
	} else {
		err = find_by_host(ctx, hints->host, ret_app);
		if (err == ERR_NOT_FOUND)
			err = find_fallback(ctx, ret_app);
	}
	return err == ERR_NOT_FOUND ? ERR_NO_APP : err;
}
OPERATION(app_find, struct app_hints, struct app, REQUIRES_NOTHING, LIMIT_NONE, COST_QUICK)

enum err app_by_name(struct ctx *ctx, struct str name, struct app *ret_app)
{
	const struct app_hints hints = { .alias = name };

	return app_find(ctx, &hints, ret_app);
}

static enum err app_show(struct ctx *ctx, const struct app_named *in, struct app *ret_app)
{
	return app_by_name(ctx, in->name, ret_app);
}
OPERATION(app_show, struct app_named, struct app, REQUIRES_OPERATOR, LIMIT_NONE, COST_QUICK)

static enum err app_list(struct ctx *ctx, const struct nothing *in, struct app_list *ret_list)
{
	(void)in;
	return store_apps(ctx->store, ctx->arena, ret_list);
}
OPERATION(app_list, struct nothing, struct app_list, REQUIRES_OPERATOR, LIMIT_NONE, COST_QUICK)

/* Its own name is an alias that nobody gave it. */
static void leave_out(struct str_list *names, struct str own)
{
	size_t kept = 0;

	for (size_t i = 0; i < names->n; i++) {
		if (!str_equal(names->items[i], own))
			names->items[kept++] = names->items[i];
	}
	names->n = kept;
}

static enum err app_details(struct ctx *ctx, const struct app_named *in,
                            struct app_details *ret_details)
{
	struct app_details details;
	struct str own;

	TRY(app_by_name(ctx, in->name, &details.app));
	for (enum app_name_kind kind = 0; kind < APP_NAME_KINDS; kind++)
		TRY(store_app_names(ctx->store, ctx->arena, kind, details.app.id,
		                    &details.names[kind]));
	TRY(ascii_lower(ctx->arena, details.app.name, &own));
	leave_out(&details.names[APP_ALIAS], own);
	TRY(app_dialect_words(ctx->arena, details.app.dialects, &details.dialects));
	TRY(store_app_count_accounts(ctx->store, ctx->arena, details.app.id, &details.accounts));
	*ret_details = details;
	return OK;
}
OPERATION(app_details, struct app_named, struct app_details, REQUIRES_OPERATOR, LIMIT_NONE,
          COST_WRITE)

/* ---- pages elsewhere ---- */

static enum err app_origin(struct ctx *ctx, const struct app_origin_asked *in,
                           struct app_origin_found *ret_found)
{
	struct str origin;
	bool has = false;

	enum err err = origin_normalize(ctx->arena, in->origin, &origin);
	if (err == ERR_BAD_SETTING)
		return OK; /* nobody's */
	TRY(err);
	if (in->dialect != 0)
		TRY(store_dialect_has_origin(ctx->store, ctx->arena, origin, in->dialect, &has));
	else
		TRY(store_app_has_origin(ctx->store, ctx->arena, origin, ctx->app.id, &has));
	ret_found->is_ours = has;
	return OK;
}
OPERATION(app_origin, struct app_origin_asked, struct app_origin_found, REQUIRES_NOTHING,
          LIMIT_NONE, COST_QUICK)

/* ---- a new app ---- */

static bool name_is_good(struct str name)
{
	for (size_t i = 0; i < name.len; i++) {
		char c = name.ptr[i];
		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		      c == '-' || c == '_'))
			return false;
	}
	return name.len > 0 && name.len <= APP_NAME_MAX;
}

bool app_language_is_good(struct str tag)
{
	enum language language;

	return language_find(tag, &language) && str_is(tag, languages[language].tag);
}

bool host_is_good(struct str host)
{
	for (size_t i = 0; i < host.len; i++) {
		char c = host.ptr[i];
		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		      c == '-' || c == '.'))
			return false;
	}
	return host.len > 0 && host.len <= HOST_MAX;
}

enum err app_name_spell(struct arena *arena, enum app_name_kind kind, struct str name,
                        struct str *ret_name)
{
	if (kind == APP_ORIGIN)
		return origin_normalize(arena, name, ret_name);
	if (kind == APP_RETURN)
		return return_normalize(arena, name, ret_name);
	if (kind == APP_HOST ? !host_is_good(name) : !name_is_good(name))
		return ERR_BAD_SETTING;
	return ascii_lower(arena, name, ret_name);
}

enum err app_key_make(struct arena *arena, struct secret *ret_key)
{
	unsigned char bytes[APP_KEY_LETTERS / 2];
	struct str hex;

	random_bytes(bytes, sizeof(bytes));
	enum err err = spell_hex(arena, bytes, sizeof(bytes), &hex);
	wipe(bytes, sizeof(bytes));
	TRY(err);
	*ret_key = (struct secret){ hex.ptr, hex.len };
	return OK;
}

static enum err key_or_new(struct arena *arena, struct secret given, struct secret *ret_key)
{
	if (!given.ptr)
		return app_key_make(arena, ret_key);
	if (given.len < GIVEN_KEY_MIN || given.len > GIVEN_KEY_MAX ||
	    strspn(given.ptr, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_") <
	            given.len)
		return ERR_BAD_SETTING;
	*ret_key = given;
	return OK;
}

static enum err id_or_new(struct arena *arena, struct str given, struct str *ret_id)
{
	struct secret made;

	if (!given.ptr) {
		TRY(app_key_make(arena, &made));
		given = (struct str){ made.ptr, made.len };
	}
	if (given.len != APP_KEY_LETTERS || strspn(given.ptr, "0123456789abcdef") < given.len)
		return ERR_BAD_SETTING;
	*ret_id = given;
	return OK;
}

static enum err add_names(struct tx *tx, const struct app_add *names, int64_t id)
{
	TRY(store_app_name_add(tx, APP_ALIAS, names->name, id));
	for (enum app_name_kind kind = 0; kind < APP_NAME_KINDS; kind++) {
		for (size_t i = 0; i < APP_NAMES_MAX && names->names[kind][i].ptr; i++)
			TRY(store_app_name_add(tx, kind, names->names[kind][i], id));
	}
	return OK;
}

/* All names as they are kept, the app's own as the alias that it is. */
static enum err spell_names(struct arena *arena, const struct app_add *in,
                            struct app_add *ret_names)
{
	TRY(app_name_spell(arena, APP_ALIAS, in->name, &ret_names->name));
	for (enum app_name_kind kind = 0; kind < APP_NAME_KINDS; kind++) {
		for (size_t i = 0; i < APP_NAMES_MAX && in->names[kind][i].ptr; i++)
			TRY(app_name_spell(arena, kind, in->names[kind][i],
			                   &ret_names->names[kind][i]));
	}
	return OK;
}

static enum err add_app(struct ctx *ctx, const struct app_add *names, const struct app *app)
{
	CLEANUP(tx_rollback) struct tx *tx = NULL;
	int64_t id;

	TRY(tx_begin(ctx->store, &tx));
	TRY(store_app_add(tx, app, &id));
	TRY(add_names(tx, names, id));
	TRY(messages_ship(tx, id, app->language));
	ctx->app.id = id;
	TRY(audit_done(ctx, tx, "done"));
	return tx_commit(&tx);
}

static enum err app_add(struct ctx *ctx, const struct app_add *in, struct app_added *ret_added)
{
	struct app app = {
		.name = in->name,
		.dialects = in->dialects ? in->dialects : DIALECT_ACCOUNT,
		.standard_error_status = 400,
		.language = in->language.ptr ? in->language : STR("en"),
		.created_at = ctx->now,
	};
	struct app_added added = { .name = in->name };
	struct app_add names = { 0 };

	TRY(spell_names(ctx->arena, in, &names));
	if (!app_language_is_good(app.language))
		return ERR_BAD_SETTING;
	TRY(id_or_new(ctx->arena, in->public_id, &app.public_id));
	TRY(key_or_new(ctx->arena, in->client_key, &added.client_key));
	TRY(key_or_new(ctx->arena, in->master_key, &added.master_key));
	if (secret_equal(added.client_key, added.master_key))
		return ERR_BAD_SETTING; /* whoever has the one would have the other */
	app.client_key_digest = digest_of(added.client_key);
	app.master_key_digest = digest_of(added.master_key);
	enum err err = add_app(ctx, &names, &app);
	if (err != OK)
		return err == ERR_CONFLICT ? ERR_APP_EXISTS : err;
	added.public_id = app.public_id;
	*ret_added = added;
	return OK;
}
OPERATION(app_add, struct app_add, struct app_added, REQUIRES_OPERATOR, LIMIT_NONE, COST_WRITE)

/* ---- the end of an app ---- */

static enum err app_remove(struct ctx *ctx, const struct app_remove *in,
                           struct nothing *ret_nothing)
{
	CLEANUP(tx_rollback) struct tx *tx = NULL;
	struct app app;
	int64_t accounts;

	(void)ret_nothing;
	TRY(app_by_name(ctx, in->name, &app));
	TRY(store_app_count_accounts(ctx->store, ctx->arena, app.id, &accounts));
	if (accounts > 0 && !in->with_accounts)
		return ERR_APP_NOT_EMPTY;
	TRY(tx_begin(ctx->store, &tx));
	enum err err = store_app_remove(tx, app.id);
	if (err == ERR_NOT_FOUND)
		return ERR_NO_APP;
	TRY(err);
	ctx->app.id = app.id;
	TRY(audit_done(ctx, tx, "removed"));
	return tx_commit(&tx);
}
OPERATION(app_remove, struct app_remove, struct nothing, REQUIRES_OPERATOR, LIMIT_NONE, COST_WRITE)

/* ---- links ---- */

enum err app_public_url(struct ctx *ctx, const struct app *app, struct str *ret_url)
{
	struct app fallback = { 0 };

	if (app->public_url.ptr) {
		*ret_url = app->public_url;
		return OK;
	}
	enum err err = find_fallback(ctx, &fallback);
	if (err != OK && err != ERR_NOT_FOUND)
		return err;
	bool bare = err == OK && fallback.id == app->id;
	return arena_printf(ctx->arena, ret_url, "%.*s%s%.*s",
	                    STR_ARG(ctx->service->policy.public_url),
	                    bare ? "" : "/api:", bare ? 0 : (int)app->name.len, app->name.ptr);
}
