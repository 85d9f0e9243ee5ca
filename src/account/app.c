/* SPDX-License-Identifier: Apache-2.0 */
/* app.c - finding, adding and setting up apps. */
#include "account/app.h"
#include "account/message.h"
#include "base/text.h"

enum { HOST_MAX = 253, URL_MAX = 512 };

/* ---- which app ---- */

static enum err lower(struct arena *arena, struct str text, struct str *ret_lower)
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
	TRY(lower(ctx->arena, host, &host));
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
		TRY(lower(ctx->arena, hints->alias, &alias));
		err = store_app_by_alias(ctx->store, ctx->arena, alias, ret_app);
	} else {
		err = find_by_host(ctx, hints->host, ret_app);
		if (err == ERR_NOT_FOUND)
			err = find_fallback(ctx, ret_app);
	}
	return err == ERR_NOT_FOUND ? ERR_NO_APP : err;
}
OPERATION(app_find, struct app_hints, struct app, REQUIRES_NOTHING, LIMIT_NONE, COST_QUICK)

static enum err app_show(struct ctx *ctx, const struct app_named *in, struct app *ret_app)
{
	const struct app_hints hints = { .alias = in->name };

	return app_find(ctx, &hints, ret_app);
}
OPERATION(app_show, struct app_named, struct app, REQUIRES_OPERATOR, LIMIT_NONE, COST_QUICK)

static enum err app_list(struct ctx *ctx, const struct nothing *in, struct app_list *ret_list)
{
	(void)in;
	return store_apps(ctx->store, ctx->arena, ret_list);
}
OPERATION(app_list, struct nothing, struct app_list, REQUIRES_OPERATOR, LIMIT_NONE, COST_QUICK)

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

static bool host_is_good(struct str host)
{
	for (size_t i = 0; i < host.len; i++) {
		char c = host.ptr[i];
		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		      c == '-' || c == '.'))
			return false;
	}
	return host.len > 0 && host.len <= HOST_MAX;
}

static enum err hex_key(struct arena *arena, struct str *ret_hex)
{
	unsigned char bytes[APP_KEY_LETTERS / 2];

	random_bytes(bytes, sizeof(bytes));
	enum err err = spell_hex(arena, bytes, sizeof(bytes), ret_hex);
	wipe(bytes, sizeof(bytes));
	return err;
}

static enum err key_or_new(struct arena *arena, struct secret given, struct secret *ret_key)
{
	struct str made;

	if (given.ptr) {
		*ret_key = given;
		return OK;
	}
	TRY(hex_key(arena, &made));
	*ret_key = (struct secret){ made.ptr, made.len };
	return OK;
}

static enum err add_names(struct ctx *ctx, struct tx *tx, const struct app_add *in, int64_t id)
{
	struct str name;

	TRY(lower(ctx->arena, in->name, &name));
	TRY(store_app_alias_add(tx, name, id));
	FOREACH(alias, in->aliases) {
		if (!alias->ptr)
			break;
		TRY(lower(ctx->arena, *alias, &name));
		TRY(store_app_alias_add(tx, name, id));
	}
	FOREACH(host, in->hosts) {
		if (!host->ptr)
			break;
		TRY(lower(ctx->arena, *host, &name));
		TRY(store_app_host_add(tx, name, id));
	}
	return OK;
}

static enum err names_are_good(const struct app_add *in)
{
	if (!name_is_good(in->name))
		return ERR_BAD_SETTING;
	FOREACH(alias, in->aliases) {
		if (alias->ptr && !name_is_good(*alias))
			return ERR_BAD_SETTING;
	}
	FOREACH(host, in->hosts) {
		if (host->ptr && !host_is_good(*host))
			return ERR_BAD_SETTING;
	}
	return OK;
}

static enum err add_app(struct ctx *ctx, const struct app_add *in, const struct app *app)
{
	CLEANUP(tx_rollback) struct tx *tx = NULL;
	int64_t id;

	TRY(tx_begin(ctx->store, &tx));
	TRY(store_app_add(tx, app, &id));
	TRY(add_names(ctx, tx, in, id));
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

	TRY(names_are_good(in));
	if (!messages_speak(app.language))
		return ERR_BAD_SETTING;
	TRY(hex_key(ctx->arena, &app.public_id));
	TRY(key_or_new(ctx->arena, in->client_key, &added.client_key));
	TRY(key_or_new(ctx->arena, in->master_key, &added.master_key));
	app.client_key_digest = digest_of(added.client_key);
	app.master_key_digest = digest_of(added.master_key);
	enum err err = add_app(ctx, in, &app);
	if (err != OK)
		return err == ERR_CONFLICT ? ERR_APP_EXISTS : err;
	added.public_id = app.public_id;
	*ret_added = added;
	return OK;
}
OPERATION(app_add, struct app_add, struct app_added, REQUIRES_OPERATOR, LIMIT_NONE, COST_WRITE)

/* ---- settings ---- */

enum setting_kind { SETTING_CHOICE, SETTING_URL, SETTING_LANGUAGE, SETTING_LINE };

struct choice {
	const char *word;
	int64_t value;
};

struct setting {
	const char *key;
	enum setting_kind kind;
	size_t offset;
	struct choice choices[3];
};

static const struct setting settings[] = {
	{ "conceal_accounts",
	  SETTING_CHOICE,
	  offsetof(struct app, conceal_accounts),
	  { { "no", 0 }, { "yes", 1 } } },
	{ "standard_error_status",
	  SETTING_CHOICE,
	  offsetof(struct app, standard_error_status),
	  { { "400", 400 }, { "500", 500 } } },
	{ "recovery",
	  SETTING_CHOICE,
	  offsetof(struct app, recovery),
	  { { "generated", RECOVERY_GENERATED }, { "form", RECOVERY_FORM } } },
	{ "status",
	  SETTING_CHOICE,
	  offsetof(struct app, status),
	  { { "active", APP_ACTIVE }, { "disabled", APP_DISABLED } } },
	{ "language", SETTING_LANGUAGE, offsetof(struct app, language), { { 0 } } },
	{ "public_url", SETTING_URL, offsetof(struct app, public_url), { { 0 } } },
	{ "reset_url", SETTING_URL, offsetof(struct app, reset_url), { { 0 } } },
	{ "sender", SETTING_LINE, offsetof(struct app, sender), { { 0 } } },
};

const struct app_setting_row app_setting_rows[] = {
	{ "conceal_accounts", "yes or no: no answer tells whether an account exists" },
	{ "standard_error_status", "400 or 500: the status of Hack System's standard errors" },
	{ "recovery", "generated or form: what Backtory's mailed link leads to" },
	{ "status", "active or disabled" },
	{ "language", "en or fr: of its mails and of the messages it is shipped with" },
	{ "public_url", "http(s)://...: where its hosted pages are reached from outside" },
	{ "reset_url", "http(s)://...: its own page that takes ?token=" },
	{ "sender", "the name that its mails come from" },
	{ NULL, NULL },
};

/* One line of printable text that cannot break a header or a page. */
static bool line_is_good(struct str line, size_t max)
{
	for (size_t i = 0; i < line.len; i++) {
		if ((unsigned char)line.ptr[i] < ' ' || line.ptr[i] == 127)
			return false;
	}
	return line.len <= max;
}

static bool url_is_good(struct str url)
{
	if (!str_starts(url, "https://") && !str_starts(url, "http://"))
		return false;
	for (size_t i = 0; i < url.len; i++) {
		if (url.ptr[i] <= ' ' || url.ptr[i] == 127 || url.ptr[i] == '"' ||
		    url.ptr[i] == '<' || url.ptr[i] == '>' || url.ptr[i] == '#')
			return false;
	}
	return url.len <= URL_MAX;
}

static struct str without_slash(struct str url)
{
	while (url.len > 0 && url.ptr[url.len - 1] == '/')
		url.len--;
	return url;
}

static enum err set_choice(const struct setting *setting, struct str value, int64_t *ret_number)
{
	FOREACH(choice, setting->choices) {
		if (choice->word && str_is(value, choice->word)) {
			*ret_number = choice->value;
			return OK;
		}
	}
	return ERR_BAD_SETTING;
}

static enum err set_one(const struct setting *setting, struct str value, struct app *app)
{
	char *field = (char *)app + setting->offset;
	struct str *text = (struct str *)(void *)field;

	switch (setting->kind) {
	case SETTING_CHOICE:
		return set_choice(setting, value, (int64_t *)(void *)field);
	case SETTING_LANGUAGE:
		if (!messages_speak(value))
			return ERR_BAD_SETTING;
		break;
	case SETTING_URL:
		if (value.len > 0 && !url_is_good(value))
			return ERR_BAD_SETTING;
		value = without_slash(value);
		break;
	case SETTING_LINE:
		if (!line_is_good(value, APP_NAME_MAX))
			return ERR_BAD_SETTING;
		break;
	}
	*text = value.len > 0 ? value : STR_NONE;
	return OK;
}

static enum err set_named(const struct app_setting *wanted, struct app *app)
{
	FOREACH(setting, settings) {
		if (str_is(wanted->key, setting->key))
			return set_one(setting, wanted->value, app);
	}
	return ERR_BAD_SETTING;
}

static enum err app_set(struct ctx *ctx, const struct app_set *in, struct app *ret_app)
{
	const struct app_named named = { in->name };
	struct app app;

	TRY(app_show(ctx, &named, &app));
	struct str old_language = app.language;
	for (size_t i = 0; i < in->n_settings; i++)
		TRY(set_named(&in->settings[i], &app));
	CLEANUP(tx_rollback) struct tx *tx = NULL;
	TRY(tx_begin(ctx->store, &tx));
	TRY(store_app_update(tx, &app));
	TRY(messages_translate(ctx, tx, app.id, old_language, app.language));
	ctx->app.id = app.id;
	TRY(audit_done(ctx, tx, "done"));
	TRY(tx_commit(&tx));
	*ret_app = app;
	return OK;
}
OPERATION(app_set, struct app_set, struct app, REQUIRES_OPERATOR, LIMIT_NONE, COST_WRITE)

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
