/* SPDX-License-Identifier: Apache-2.0 */
/* app_settings.c - what the operator sets of an app: single values, lists, keys. */
#include "account/app_look.h"
#include "account/app_priv.h"
#include "account/message.h"
#include "base/text.h"

enum { URL_MAX = 512, TITLE_MAX = 192, MIN_LENGTH_FLOOR = 8, MIN_LENGTH_MAX = 64 };

enum { LIST_DIALECTS = APP_NAME_KINDS, LIST_COUNT };

struct names {
	struct str items[APP_NAMES_MAX];
	size_t n;
};

/* What a command changes, before it is written. */
struct change {
	struct app_changed made;
	struct app_details before;
	struct names lists[LIST_COUNT];
	struct str own_name;
	struct app_logo logo;
	bool logo_given;
};

/* ---- single values ---- */

enum setting_kind {
	SETTING_CHOICE,
	SETTING_URL,
	SETTING_LANGUAGE,
	SETTING_LINE,
	SETTING_TITLE,
	SETTING_MIN_LENGTH,
	SETTING_COLOUR,
	SETTING_LOGO,
};

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
	{ "activation",
	  SETTING_CHOICE,
	  offsetof(struct app, activation),
	  { { "none", ACTIVATION_NONE }, { "mail", ACTIVATION_BY_MAIL } } },
	{ "status",
	  SETTING_CHOICE,
	  offsetof(struct app, status),
	  { { "active", APP_ACTIVE }, { "disabled", APP_DISABLED } } },
	{ "sign_up",
	  SETTING_CHOICE,
	  offsetof(struct app, sign_up),
	  { { "open", SIGN_UP_OPEN }, { "closed", SIGN_UP_CLOSED } } },
	{ "password_min_length",
	  SETTING_MIN_LENGTH,
	  offsetof(struct app, password_min_length),
	  { { 0 } } },
	{ "language", SETTING_LANGUAGE, offsetof(struct app, language), { { 0 } } },
	{ "public_url", SETTING_URL, offsetof(struct app, public_url), { { 0 } } },
	{ "reset_url", SETTING_URL, offsetof(struct app, reset_url), { { 0 } } },
	{ "sender", SETTING_LINE, offsetof(struct app, sender), { { 0 } } },
	{ "title", SETTING_TITLE, offsetof(struct app, title), { { 0 } } },
	{ "accent", SETTING_COLOUR, offsetof(struct app, accent), { { 0 } } },
	{ "logo", SETTING_LOGO, offsetof(struct app, logo), { { 0 } } },
};

const struct app_setting_row app_setting_rows[] = {
	{ "conceal_accounts", "yes or no: no log-in or recovery tells whether an account exists" },
	{ "standard_error_status", "400 or 500: the status of Hack System's standard errors" },
	{ "recovery", "generated or form: what Backtory's mailed link leads to" },
	{ "activation", "none or mail: whether a new user of Backtory's waits for a mailed link" },
	{ "status", "active or disabled" },
	{ "language", "en, fa, tr, bn, fr or pt: of its pages and mails for whoever has not said "
	              "another, and of the messages it is shipped with" },
	{ "public_url", "http(s)://...: where its hosted pages are reached from outside" },
	{ "reset_url", "http(s)://...: its own page that takes ?token=" },
	{ "sender", "the name that its mails come from" },
	{ "title", "what people call it, on its pages and in its mails; its name if empty" },
	{ "accent", "#rrggbb: the colour of its links and buttons, made readable where it is not" },
	{ "logo",
	  "@FILE: a picture for its pages, PNG, WebP or SVG of 64 KiB at most; empty: none" },
	{ "sign_up", "open or closed: whether a stranger may make an account" },
	{ "password_min_length", "8 to 64 code points, or 0: as password.min_length" },
	{ "dialects", "list of account, backtory, hacksystem: the formats it serves" },
	{ "hosts", "list: the names, without port, at which it is the one that answers" },
	{ "aliases", "list: what it is called in /api:NAME beside its own name" },
	{ "origins", "list of scheme://host[:port]: whose pages may call it from a browser" },
	{ "return_urls", "list of https://...: where people may go back to after a reset" },
	{ "client_key", "new or retire: see above" },
	{ "master_key", "new or retire: see above" },
	{ NULL, NULL },
};

/* One line of printable text that cannot break a header or a page. */
static bool line_is_good(struct str line, size_t max)
{
	if (!text_is_utf8(line))
		return false;
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

/* Below OWASP's floor nobody is, whatever the operator sets. */
static enum err set_min_length(struct str value, int64_t *ret_number)
{
	long long number;

	if (!str_to_number(value, MIN_LENGTH_MAX, &number) ||
	    (number != 0 && number < MIN_LENGTH_FLOOR))
		return ERR_BAD_SETTING;
	*ret_number = number;
	return OK;
}

/* The row keeps which picture it is; the picture itself is written beside it. */
static enum err set_logo(struct ctx *ctx, struct str image, struct change *change)
{
	struct str *version = &change->made.app.logo;

	change->logo = (struct app_logo){ logo_type(image), image };
	change->logo_given = true;
	if (image.len == 0) {
		*version = STR_NONE;
		return OK;
	}
	return change->logo.type.ptr ? look_version(ctx->arena, image, version) : ERR_BAD_SETTING;
}

static enum err set_one(struct ctx *ctx, const struct setting *setting, struct str value,
                        struct change *change)
{
	char *field = (char *)&change->made.app + setting->offset;
	struct colour colour;
	struct str *text = (struct str *)(void *)field;

	switch (setting->kind) {
	case SETTING_CHOICE:
		return set_choice(setting, value, (int64_t *)(void *)field);
	case SETTING_MIN_LENGTH:
		return set_min_length(value, (int64_t *)(void *)field);
	case SETTING_LANGUAGE:
		if (!app_language_is_good(value))
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
	case SETTING_TITLE:
		if (!line_is_good(value, TITLE_MAX))
			return ERR_BAD_SETTING;
		break;
	case SETTING_COLOUR:
		if (value.len > 0 && !colour_read(value, &colour))
			return ERR_BAD_SETTING;
		break;
	case SETTING_LOGO:
		return set_logo(ctx, value, change);
	}
	*text = value.len > 0 ? value : STR_NONE;
	return OK;
}

/* ---- lists ---- */

static const char *const list_keys[LIST_COUNT] = {
	[APP_HOST] = "hosts",         [APP_ALIAS] = "aliases",      [APP_ORIGIN] = "origins",
	[APP_RETURN] = "return_urls", [LIST_DIALECTS] = "dialects",
};

static const struct {
	const char *word;
	int64_t bit;
} dialects[] = {
	{ "account", DIALECT_ACCOUNT },
	{ "backtory", DIALECT_BACKTORY },
	{ "hacksystem", DIALECT_HACKSYSTEM },
};

int64_t app_dialect_bit(struct str word)
{
	FOREACH(dialect, dialects) {
		if (str_is(word, dialect->word))
			return dialect->bit;
	}
	return 0;
}

enum err app_dialect_words(struct arena *arena, int64_t bits, struct str_list *ret_words)
{
	struct str_list words = { arena_array(arena, COUNT_OF(dialects), sizeof(struct str)), 0 };

	NEED(words.items);
	FOREACH(dialect, dialects) {
		if (bits & dialect->bit)
			words.items[words.n++] = str(dialect->word);
	}
	*ret_words = words;
	return OK;
}

static size_t place_of(const struct names *names, struct str name)
{
	size_t i = 0;

	while (i < names->n && !str_equal(names->items[i], name))
		i++;
	return i;
}

static bool list_has(struct str_list list, struct str name)
{
	for (size_t i = 0; i < list.n; i++) {
		if (str_equal(list.items[i], name))
			return true;
	}
	return false;
}

static enum err names_add(struct names *names, struct str name)
{
	if (place_of(names, name) < names->n)
		return OK;
	if (names->n == APP_NAMES_MAX)
		return ERR_BAD_SETTING;
	names->items[names->n++] = name;
	return OK;
}

static void names_take(struct names *names, struct str name)
{
	size_t i = place_of(names, name);

	if (i < names->n)
		names->items[i] = names->items[--names->n];
}

static enum err spell_item(struct ctx *ctx, size_t list, struct str item, struct str *ret_item)
{
	if (list < APP_NAME_KINDS)
		return app_name_spell(ctx->arena, (enum app_name_kind)list, item, ret_item);
	*ret_item = item;
	return app_dialect_bit(item) ? OK : ERR_BAD_SETTING;
}

/* Its own name is its own without being in the list. */
static enum err change_item(struct ctx *ctx, struct change *change, size_t list, char how,
                            struct str item)
{
	TRY(spell_item(ctx, list, item, &item));
	if (list == APP_ALIAS && str_equal(item, change->own_name))
		return OK;
	if (how != '-')
		return names_add(&change->lists[list], item);
	names_take(&change->lists[list], item);
	return OK;
}

/* how: '+' adds, '-' takes away, '=' is the whole list. */
static enum err change_list(struct ctx *ctx, struct change *change, size_t list, char how,
                            struct str value)
{
	if (how == '=')
		change->lists[list].n = 0;
	while (value.len > 0) {
		size_t comma = str_find(value, ',');
		TRY(change_item(ctx, change, list, how, (struct str){ value.ptr, comma }));
		if (comma + 1 == value.len)
			return ERR_BAD_SETTING; /* nothing behind the last comma */
		value = str_from(value, comma < value.len ? comma + 1 : comma);
	}
	return OK;
}

static enum err read_lists(struct change *change)
{
	for (size_t list = 0; list < LIST_COUNT; list++) {
		struct str_list before = list < APP_NAME_KINDS ? change->before.names[list]
		                                               : change->before.dialects;
		for (size_t i = 0; i < before.n; i++)
			TRY(names_add(&change->lists[list], before.items[i]));
	}
	return OK;
}

static enum err write_lists(struct tx *tx, const struct change *change)
{
	int64_t id = change->before.app.id;

	for (enum app_name_kind kind = 0; kind < APP_NAME_KINDS; kind++) {
		const struct names *wanted = &change->lists[kind];
		struct str_list before = change->before.names[kind];
		for (size_t i = 0; i < before.n; i++) {
			if (place_of(wanted, before.items[i]) == wanted->n)
				TRY(store_app_name_remove(tx, kind, before.items[i], id));
		}
		for (size_t i = 0; i < wanted->n; i++) {
			if (!list_has(before, wanted->items[i]))
				TRY(store_app_name_add(tx, kind, wanted->items[i], id));
		}
	}
	return OK;
}

/* An app that serves nothing is not what anybody meant. */
static enum err take_dialects(struct change *change)
{
	const struct names *words = &change->lists[LIST_DIALECTS];

	change->made.app.dialects = 0;
	for (size_t i = 0; i < words->n; i++)
		change->made.app.dialects |= app_dialect_bit(words->items[i]);
	return words->n > 0 ? OK : ERR_BAD_SETTING;
}

/* ---- keys ---- */

static const struct key_setting {
	const char *key;
	size_t digest, former; /* of struct app */
	size_t made;           /* of struct app_changed */
} key_settings[] = {
	{ "client_key", offsetof(struct app, client_key_digest),
	  offsetof(struct app, former_client_key_digest),
	  offsetof(struct app_changed, client_key) },
	{ "master_key", offsetof(struct app, master_key_digest),
	  offsetof(struct app, former_master_key_digest),
	  offsetof(struct app_changed, master_key) },
};

/* The former key stays good until it is retired: clients change one after the other. */
static enum err set_key(struct ctx *ctx, const struct key_setting *setting, struct str value,
                        struct app_changed *made)
{
	static const struct digest none;
	char *app = (char *)&made->app;
	struct digest *digest = (struct digest *)(void *)(app + setting->digest);
	struct digest *former = (struct digest *)(void *)(app + setting->former);
	struct secret key;

	if (str_is(value, "retire")) {
		*former = none;
		return OK;
	}
	if (!str_is(value, "new"))
		return ERR_BAD_SETTING;
	if (!digest_equal(former, &none))
		return ERR_TWO_KEYS;
	TRY(app_key_make(ctx->arena, &key));
	*former = *digest;
	*digest = digest_of(key);
	*(struct secret *)(void *)((char *)made + setting->made) = key;
	return OK;
}

static bool keys_are_equal(const struct app *a, const struct app *b)
{
	return digest_equal(&a->client_key_digest, &b->client_key_digest) &&
	       digest_equal(&a->master_key_digest, &b->master_key_digest) &&
	       digest_equal(&a->former_client_key_digest, &b->former_client_key_digest) &&
	       digest_equal(&a->former_master_key_digest, &b->former_master_key_digest);
}

/* ---- all of them ---- */

/* hosts, hosts+ and hosts- are one list. */
static bool key_names_list(struct str key, const char *list, char *ret_how)
{
	char last = key.len > 0 ? key.ptr[key.len - 1] : '\0';
	bool has_sign = last == '+' || last == '-';

	*ret_how = has_sign ? last : '=';
	return str_is((struct str){ key.ptr, key.len - has_sign }, list);
}

static enum err set_named(struct ctx *ctx, const struct app_setting *wanted, struct change *change)
{
	char how;

	FOREACH(setting, settings) {
		if (str_is(wanted->key, setting->key))
			return set_one(ctx, setting, wanted->value, change);
	}
	FOREACH(setting, key_settings) {
		if (str_is(wanted->key, setting->key))
			return set_key(ctx, setting, wanted->value, &change->made);
	}
	for (size_t list = 0; list < LIST_COUNT; list++) {
		if (key_names_list(wanted->key, list_keys[list], &how))
			return change_list(ctx, change, list, how, wanted->value);
	}
	return ERR_BAD_SETTING;
}

static enum err read_change(struct ctx *ctx, const struct app_set *in, struct change *change)
{
	const struct app_named named = { in->name };

	TRY(app_details_op.run(ctx, &named, &change->before));
	change->made.app = change->before.app;
	TRY(ascii_lower(ctx->arena, change->before.app.name, &change->own_name));
	TRY(read_lists(change));
	for (size_t i = 0; i < in->n_settings; i++)
		TRY(set_named(ctx, &in->settings[i], change));
	return take_dialects(change);
}

static enum err write_change(struct ctx *ctx, const struct change *change)
{
	const struct app *before = &change->before.app, *app = &change->made.app;
	bool same_keys = keys_are_equal(before, app);
	CLEANUP(tx_rollback) struct tx *tx = NULL;

	TRY(tx_begin(ctx->store, &tx));
	TRY(store_app_update(tx, app));
	if (change->logo_given)
		TRY(store_app_logo_set(tx, app->id, &change->logo));
	if (!same_keys)
		TRY(store_app_set_keys(tx, app, before));
	TRY(write_lists(tx, change));
	TRY(messages_translate(ctx, tx, app->id, before->language, app->language));
	ctx->app.id = app->id;
	TRY(audit_done(ctx, tx, same_keys ? "done" : "keys changed"));
	return tx_commit(&tx);
}

static enum err app_set(struct ctx *ctx, const struct app_set *in, struct app_changed *ret_changed)
{
	struct change change = { 0 };

	TRY(read_change(ctx, in, &change));
	enum err err = write_change(ctx, &change);
	if (err != OK)
		return err == ERR_CONFLICT ? ERR_APP_EXISTS : err;
	*ret_changed = change.made;
	return OK;
}
OPERATION(app_set, struct app_set, struct app_changed, REQUIRES_OPERATOR, LIMIT_NONE, COST_WRITE)
