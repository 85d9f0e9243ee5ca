/* SPDX-License-Identifier: Apache-2.0 */
/* provider.c - the rows, and what an operator sets of them. */
#include "account/provider.h"
#include "base/log.h"
#include "outbound/https.h"
#include <string.h>

enum { LINE_MAX_BYTES = 256, SECRET_MAX = 1024 };

#define SEAL_PURPOSE "client secret"

/* STR() of a constant initializer. */
#define TEXT(literal)                                                                              \
	{                                                                                          \
		"" literal, sizeof(literal) - 1                                                    \
	}

/* What is known by name. LinkedIn's tokens carry no nonce, and it refuses a code verifier from
 * clients that it has not enabled for it. */
static const struct provider known[] = {
	{ .name = TEXT("linkedin"),
	  .issuer = TEXT("https://www.linkedin.com/oauth"),
	  .authorization_url = TEXT("https://www.linkedin.com/oauth/v2/authorization"),
	  .token_url = TEXT("https://www.linkedin.com/oauth/v2/accessToken"),
	  .keys_url = TEXT("https://www.linkedin.com/oauth/openid/jwks"),
	  .user_info_url = TEXT("https://api.linkedin.com/v2/userinfo"),
	  .scopes = TEXT("openid profile email"),
	  .pkce = 0,
	  .nonce = NONCE_IF_ANY,
	  .state = STATE_IF_ANY,
	  .auth = AUTH_POST },
};

/* Of any other everything is asked for that can be. */
static const struct provider unknown = {
	.scopes = TEXT("openid profile email"),
	.pkce = 1,
	.nonce = NONCE_REQUIRED,
	.state = STATE_REQUIRED,
	.auth = AUTH_BASIC,
};

/* ---- settings ---- */

enum setting_kind { SETTING_LINE, SETTING_PLACE, SETTING_CHOICE, SETTING_REDIRECTS };

static const struct setting {
	const char *key;
	enum setting_kind kind;
	size_t offset;
	bool may_be_missing;
	const char *choices[2]; /* in the order of their values */
} settings[] = {
	{ "issuer", SETTING_PLACE, offsetof(struct provider, issuer), false, { 0 } },
	{ "client_id", SETTING_LINE, offsetof(struct provider, client_id), false, { 0 } },
	{ "authorization_url",
	  SETTING_PLACE,
	  offsetof(struct provider, authorization_url),
	  false,
	  { 0 } },
	{ "token_url", SETTING_PLACE, offsetof(struct provider, token_url), false, { 0 } },
	{ "keys_url", SETTING_PLACE, offsetof(struct provider, keys_url), false, { 0 } },
	{ "user_info_url", SETTING_PLACE, offsetof(struct provider, user_info_url), true, { 0 } },
	{ "scopes", SETTING_LINE, offsetof(struct provider, scopes), false, { 0 } },
	{ "redirect_uris",
	  SETTING_REDIRECTS,
	  offsetof(struct provider, redirect_uris),
	  true,
	  { 0 } },
	{ "pkce", SETTING_CHOICE, offsetof(struct provider, pkce), false, { "off", "on" } },
	{ "nonce",
	  SETTING_CHOICE,
	  offsetof(struct provider, nonce),
	  false,
	  { "optional", "required" } },
	{ "state",
	  SETTING_CHOICE,
	  offsetof(struct provider, state),
	  false,
	  { "optional", "required" } },
	{ "client_authentication",
	  SETTING_CHOICE,
	  offsetof(struct provider, auth),
	  false,
	  { "post", "basic" } },
};

const struct app_setting_row provider_setting_rows[] = {
	{ "client_id", "what the provider calls the app" },
	{ "redirect_uris", "list of the app's addresses that people may come back to" },
	{ "issuer", "https://...: exactly as the provider's ID tokens say it (iss)" },
	{ "authorization_url", "https://...: where people are sent to sign in" },
	{ "token_url", "https://...: where a code is exchanged" },
	{ "keys_url", "https://...: the provider's public keys (jwks_uri)" },
	{ "user_info_url", "https://...: who a token is of; empty: the ID token says all" },
	{ "scopes", "what is asked for, with spaces between, openid among it" },
	{ "pkce", "on or off: whether a code challenge is sent" },
	{ "nonce", "required or optional: whether an ID token without our nonce is refused" },
	{ "state", "required or optional: whether a sign-in is finished by its state alone" },
	{ "client_authentication", "post or basic: how the client secret is shown" },
	{ NULL, NULL },
};

static struct str *text_at(struct provider *provider, const struct setting *setting)
{
	return (struct str *)(void *)((char *)provider + setting->offset);
}

static int64_t *number_at(struct provider *provider, const struct setting *setting)
{
	return (int64_t *)(void *)((char *)provider + setting->offset);
}

static bool line_is_good(struct str line)
{
	for (size_t i = 0; i < line.len; i++) {
		if (line.ptr[i] < ' ' || line.ptr[i] > '~')
			return false;
	}
	return line.len <= LINE_MAX_BYTES;
}

/* Where people come back to: TLS, or a program of the developer's own machine. */
static bool redirect_is_good(struct str uri)
{
	for (size_t i = 0; i < uri.len; i++) {
		if (uri.ptr[i] == '*' || uri.ptr[i] == ',')
			return false;
	}
	return https_url_is_good(uri);
}

static enum err set_choice(const struct setting *setting, struct str value, int64_t *ret_number)
{
	for (int64_t i = 0; i < (int64_t)COUNT_OF(setting->choices); i++) {
		if (str_is(value, setting->choices[i])) {
			*ret_number = i;
			return OK;
		}
	}
	return ERR_BAD_SETTING;
}

/* ---- redirect addresses: a list of its own ---- */

static struct str next_word(struct str *rest, char mark)
{
	size_t end = str_find(*rest, mark);
	struct str word = { rest->ptr, end };

	*rest = str_from(*rest, end < rest->len ? end + 1 : end);
	return word;
}

static bool list_has(struct str list, struct str word)
{
	while (list.len > 0) {
		if (str_equal(next_word(&list, ' '), word))
			return true;
	}
	return false;
}

static size_t list_length(struct str list)
{
	size_t n = 0;

	for (; list.len > 0; n++)
		next_word(&list, ' ');
	return n;
}

/* Adds those of `list` that are not in `without`, and not there already. */
static void add_words(struct buf *buf, struct str list, char mark, struct str without)
{
	while (list.len > 0) {
		struct str word = next_word(&list, mark);
		if (list_has(without, word) || list_has((struct str){ buf->ptr, buf->len }, word))
			continue;
		if (buf->len > 0)
			buf_putc(buf, ' ');
		buf_add(buf, word);
	}
}

/* how: '=' is the whole list, '+' adds, '-' takes away. */
static enum err set_redirects(struct ctx *ctx, char how, struct str value, struct str *list)
{
	struct buf given = buf_in(ctx->arena), made = buf_in(ctx->arena);
	struct str uris;

	for (struct str rest = value; rest.len > 0;) {
		if (!redirect_is_good(next_word(&rest, ',')))
			return ERR_BAD_SETTING;
	}
	add_words(&given, value, ',', STR_NONE);
	TRY(buf_str(&given, &uris));
	if (how != '=')
		add_words(&made, *list, ' ', how == '-' ? uris : STR_NONE);
	if (how != '-')
		add_words(&made, uris, ' ', STR_NONE);
	TRY(buf_str(&made, list));
	return list_length(*list) <= REDIRECT_URIS_MAX ? OK : ERR_BAD_SETTING;
}

bool provider_has_redirect(const struct provider *provider, struct str redirect_uri)
{
	return redirect_uri.len > 0 && list_has(provider->redirect_uris, redirect_uri);
}

/* ---- setting ---- */

static enum err set_one(struct ctx *ctx, const struct setting *setting, char how, struct str value,
                        struct provider *provider)
{
	switch (setting->kind) {
	case SETTING_CHOICE:
		return set_choice(setting, value, number_at(provider, setting));
	case SETTING_REDIRECTS:
		return set_redirects(ctx, how, value, text_at(provider, setting));
	case SETTING_PLACE:
		if (value.len > 0 && !https_url_is_good(value))
			return ERR_BAD_SETTING;
		break;
	case SETTING_LINE:
		if (!line_is_good(value))
			return ERR_BAD_SETTING;
		break;
	}
	*text_at(provider, setting) = value.len > 0 ? value : STR_NONE;
	return OK;
}

static enum err set_named(struct ctx *ctx, const struct app_setting *wanted,
                          struct provider *provider)
{
	struct str key = wanted->key;
	char how = '=';

	if (key.len > 0 && (key.ptr[key.len - 1] == '+' || key.ptr[key.len - 1] == '-'))
		how = key.ptr[--key.len];
	FOREACH(setting, settings) {
		if (str_is(key, setting->key) && (how == '=' || setting->kind == SETTING_REDIRECTS))
			return set_one(ctx, setting, how, wanted->value, provider);
	}
	return ERR_BAD_SETTING;
}

static bool name_is_good(struct str name)
{
	for (size_t i = 0; i < name.len; i++) {
		char c = name.ptr[i];
		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_'))
			return false;
	}
	return name.len > 0 && name.len <= PROVIDER_NAME_MAX;
}

static bool is_whole(struct provider *provider)
{
	FOREACH(setting, settings) {
		bool is_text = setting->kind != SETTING_CHOICE;
		if (is_text && !setting->may_be_missing && text_at(provider, setting)->len == 0)
			return false;
	}
	return list_has(provider->scopes, STR("openid"));
}

static struct provider known_of(struct str name)
{
	FOREACH(provider, known) {
		if (str_equal(provider->name, name))
			return *provider;
	}
	return unknown;
}

/* Two apps' rows, or two rows of an app, have no secret in common that one could bring the other.
 */
static enum err seal_name(struct ctx *ctx, const struct provider *provider, struct str *ret_name)
{
	return arena_printf(ctx->arena, ret_name, "%.*s %.*s", STR_ARG(ctx->app.public_id),
	                    STR_ARG(provider->name));
}

static enum err set_secret(struct ctx *ctx, struct secret secret, struct provider *provider)
{
	struct str name;

	if (!secret.ptr)
		return OK;
	if (secret.len > SECRET_MAX || !line_is_good((struct str){ secret.ptr, secret.len }))
		return ERR_BAD_SETTING;
	provider->sealed_secret = STR_NONE;
	if (secret.len == 0)
		return OK;
	TRY(seal_name(ctx, provider, &name));
	return seal(ctx->arena, ctx->service->key, SEAL_PURPOSE, name, secret,
	            &provider->sealed_secret);
}

enum err provider_secret(struct ctx *ctx, const struct provider *provider,
                         struct secret *ret_secret)
{
	struct str name;

	*ret_secret = SECRET_NONE;
	if (!provider->sealed_secret.ptr)
		return OK;
	TRY(seal_name(ctx, provider, &name));
	enum err err = unseal(ctx->arena, ctx->service->key, SEAL_PURPOSE, name,
	                      provider->sealed_secret, ret_secret);
	if (err != ERR_MALFORMED)
		return err;
	log_error("the key file is not the one that sealed the client secret of %.*s: bring that "
	          "one back, or set the secret again (rekey provider set)",
	          STR_ARG(provider->name));
	return ERR_INTERNAL;
}

/* ---- showing ---- */

static enum err list_words(struct arena *arena, struct str list, struct str_list *ret_words)
{
	struct str_list words = { arena_array(arena, list_length(list) + 1, sizeof(struct str)),
		                  0 };

	NEED(words.items);
	while (list.len > 0)
		words.items[words.n++] = next_word(&list, ' ');
	*ret_words = words;
	return OK;
}

static enum err show(struct ctx *ctx, const struct provider *provider,
                     struct provider_shown *ret_shown)
{
	*ret_shown = (struct provider_shown){
		.name = provider->name,
		.issuer = provider->issuer,
		.client_id = provider->client_id,
		.client_secret = provider->sealed_secret.ptr ? STR("set") : STR("none"),
		.authorization_url = provider->authorization_url,
		.token_url = provider->token_url,
		.keys_url = provider->keys_url,
		.user_info_url = provider->user_info_url,
		.scopes = provider->scopes,
		.pkce = provider->pkce ? STR("on") : STR("off"),
		.nonce = provider->nonce == NONCE_REQUIRED ? STR("required") : STR("optional"),
		.state = provider->state == STATE_REQUIRED ? STR("required") : STR("optional"),
		.client_authentication = provider->auth == AUTH_BASIC ? STR("basic") : STR("post"),
		.created_at = provider->created_at,
	};
	return list_words(ctx->arena, provider->redirect_uris, &ret_shown->redirect_uris);
}

/* ---- operations ---- */

enum err provider_find(struct ctx *ctx, struct str name, struct provider *ret_provider)
{
	enum err err = name_is_good(name) ? store_provider_by_name(ctx->store, ctx->arena,
	                                                           ctx->app.id, name, ret_provider)
	                                  : ERR_NOT_FOUND;

	return err == ERR_NOT_FOUND ? deny(ctx, ERR_NO_PROVIDER, "no such provider") : err;
}

static enum err read_or_new(struct ctx *ctx, struct str name, struct provider *ret_provider)
{
	if (!name_is_good(name))
		return ERR_BAD_SETTING;
	enum err err =
		store_provider_by_name(ctx->store, ctx->arena, ctx->app.id, name, ret_provider);
	if (err != ERR_NOT_FOUND)
		return err;
	*ret_provider = known_of(name);
	ret_provider->app_id = ctx->app.id;
	ret_provider->name = name;
	ret_provider->created_at = ctx->now;
	return OK;
}

static enum err provider_set(struct ctx *ctx, const struct provider_set *in,
                             struct provider_shown *ret_shown)
{
	CLEANUP(tx_rollback) struct tx *tx = NULL;
	struct provider provider;

	TRY(read_or_new(ctx, in->name, &provider));
	for (size_t i = 0; i < in->n_settings; i++)
		TRY(set_named(ctx, &in->settings[i], &provider));
	TRY(set_secret(ctx, in->client_secret, &provider));
	if (!is_whole(&provider))
		return ERR_NOT_WHOLE;
	TRY(tx_begin(ctx->store, &tx));
	TRY(store_provider_set(tx, &provider));
	TRY(audit_done(ctx, tx, in->client_secret.ptr ? "client secret set" : "done"));
	TRY(tx_commit(&tx));
	return show(ctx, &provider, ret_shown);
}
OPERATION(provider_set, struct provider_set, struct provider_shown, REQUIRES_OPERATOR, LIMIT_NONE,
          COST_WRITE)

static enum err provider_list(struct ctx *ctx, const struct nothing *in,
                              struct provider_shown_list *ret_list)
{
	struct provider_list rows;

	(void)in;
	TRY(store_providers(ctx->store, ctx->arena, ctx->app.id, &rows));
	struct provider_shown *items = arena_array(ctx->arena, rows.n + 1, sizeof(items[0]));
	NEED(items);
	for (size_t i = 0; i < rows.n; i++)
		TRY(show(ctx, &rows.items[i], &items[i]));
	*ret_list = (struct provider_shown_list){ items, rows.n };
	return OK;
}
OPERATION(provider_list, struct nothing, struct provider_shown_list, REQUIRES_OPERATOR, LIMIT_NONE,
          COST_QUICK)

static enum err provider_show(struct ctx *ctx, const struct provider_named *in,
                              struct provider_shown *ret_shown)
{
	struct provider provider;

	TRY(provider_find(ctx, in->name, &provider));
	return show(ctx, &provider, ret_shown);
}
OPERATION(provider_show, struct provider_named, struct provider_shown, REQUIRES_OPERATOR,
          LIMIT_NONE, COST_QUICK)

static enum err provider_remove(struct ctx *ctx, const struct provider_named *in,
                                struct nothing *ret_nothing)
{
	CLEANUP(tx_rollback) struct tx *tx = NULL;

	(void)ret_nothing;
	TRY(tx_begin(ctx->store, &tx));
	enum err err = store_provider_remove(tx, ctx->app.id, in->name);
	if (err == ERR_NOT_FOUND)
		return ERR_NO_PROVIDER;
	TRY(err);
	TRY(audit_done(ctx, tx, "removed"));
	return tx_commit(&tx);
}
OPERATION(provider_remove, struct provider_named, struct nothing, REQUIRES_OPERATOR, LIMIT_NONE,
          COST_WRITE)
