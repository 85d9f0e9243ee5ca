/* SPDX-License-Identifier: Apache-2.0 */
/* store_app.c - apps, their names and hosts, and the texts an operator may edit. */
#include "store/store_priv.h"

static const struct column app_columns[] = {
	COLUMN(INTEGER, struct app, id),
	COLUMN(TEXT, struct app, name),
	COLUMN(TEXT, struct app, public_id),
	COLUMN(BYTES32, struct app, client_key_digest),
	COLUMN(BYTES32, struct app, master_key_digest),
	COLUMN(INTEGER, struct app, dialects),
	COLUMN(INTEGER, struct app, status),
	COLUMN(INTEGER, struct app, conceal_accounts),
	COLUMN(INTEGER, struct app, standard_error_status),
	COLUMN(INTEGER, struct app, recovery),
	COLUMN(TEXT, struct app, language),
	COLUMN(TEXT, struct app, public_url),
	COLUMN(TEXT, struct app, reset_url),
	COLUMN(TEXT, struct app, sender),
	COLUMN(INTEGER, struct app, created_at),
	COLUMN(BYTES32_OR_NONE, struct app, former_client_key_digest),
	COLUMN(BYTES32_OR_NONE, struct app, former_master_key_digest),
	COLUMN(INTEGER, struct app, password_min_length),
	COLUMN(INTEGER, struct app, sign_up),
	COLUMN(INTEGER, struct app, activation),
	COLUMN(TEXT, struct app, title),
	COLUMN(TEXT, struct app, accent),
	COLUMN(TEXT, struct app, logo),
};

static const struct column logo_columns[] = {
	COLUMN(TEXT, struct app_logo, type),
	COLUMN(BYTES, struct app_logo, image),
};

/* The names of an app, of each kind. */
static const struct {
	enum query read, add, remove;
} name_queries[APP_NAME_KINDS] = {
	[APP_HOST] = { QUERY_APP_HOSTS, QUERY_APP_HOST_ADD, QUERY_APP_HOST_REMOVE },
	[APP_ALIAS] = { QUERY_APP_ALIASES, QUERY_APP_ALIAS_ADD, QUERY_APP_ALIAS_REMOVE },
	[APP_ORIGIN] = { QUERY_APP_ORIGINS, QUERY_APP_ORIGIN_ADD, QUERY_APP_ORIGIN_REMOVE },
	[APP_RETURN] = { QUERY_APP_RETURNS, QUERY_APP_RETURN_ADD, QUERY_APP_RETURN_REMOVE },
};

static const struct column message_columns[] = {
	COLUMN(TEXT, struct message, internal_name),
	COLUMN(TEXT, struct message, message),
	COLUMN(TEXT, struct message, type),
	COLUMN(TEXT, struct message, input),
};

static const struct column template_columns[] = {
	COLUMN(TEXT, struct mail_template, email_name),
	COLUMN(TEXT, struct mail_template, send_name),
	COLUMN(TEXT, struct mail_template, sender),
	COLUMN(TEXT, struct mail_template, subject),
	COLUMN(TEXT, struct mail_template, content),
};

enum err store_app_by_id(struct store *store, struct arena *arena, int64_t id, struct app *ret_app)
{
	const struct value args[] = { INTEGER(id) };

	return store_one(store, arena, QUERY_APP_BY_ID, ARGS(args), ROWS(app_columns, struct app),
	                 ret_app);
}

static enum err app_by_text(struct store *store, struct arena *arena, enum query q, struct str text,
                            struct app *ret_app)
{
	const struct value args[] = { TEXT(text) };

	return store_one(store, arena, q, ARGS(args), ROWS(app_columns, struct app), ret_app);
}

enum err store_app_by_public_id(struct store *store, struct arena *arena, struct str public_id,
                                struct app *ret_app)
{
	return app_by_text(store, arena, QUERY_APP_BY_PUBLIC_ID, public_id, ret_app);
}

enum err store_app_by_alias(struct store *store, struct arena *arena, struct str alias,
                            struct app *ret_app)
{
	return app_by_text(store, arena, QUERY_APP_BY_ALIAS, alias, ret_app);
}

enum err store_app_by_host(struct store *store, struct arena *arena, struct str host,
                           struct app *ret_app)
{
	return app_by_text(store, arena, QUERY_APP_BY_HOST, host, ret_app);
}

enum err store_app_only(struct store *store, struct arena *arena, struct app *ret_app)
{
	return store_one(store, arena, QUERY_APP_ONLY, NULL, 0, ROWS(app_columns, struct app),
	                 ret_app);
}

enum err store_apps(struct store *store, struct arena *arena, struct app_list *ret_list)
{
	struct any_list list;

	TRY(store_all(store, arena, QUERY_APPS, NULL, 0, ROWS(app_columns, struct app), &list));
	*ret_list = (struct app_list){ list.items, list.n };
	return OK;
}

enum err store_app_add(struct tx *tx, const struct app *app, int64_t *ret_id)
{
	const struct value args[] = {
		TEXT(app->name),
		TEXT(app->public_id),
		BYTES(app->client_key_digest),
		BYTES(app->master_key_digest),
		INTEGER(app->dialects),
		INTEGER(app->status),
		INTEGER(app->conceal_accounts),
		INTEGER(app->standard_error_status),
		INTEGER(app->recovery),
		TEXT(app->language),
		TEXT(app->public_url),
		TEXT(app->reset_url),
		TEXT(app->sender),
		INTEGER(app->created_at),
	};

	return tx_number(tx, QUERY_APP_ADD, ARGS(args), ret_id);
}

enum err store_app_names(struct store *store, struct arena *arena, enum app_name_kind kind,
                         int64_t app_id, struct str_list *ret_names)
{
	static const struct column columns[] = { { COLUMN_TEXT, 0 } };
	const struct value args[] = { INTEGER(app_id) };
	struct any_list list;

	TRY(store_all(store, arena, name_queries[kind].read, ARGS(args), ROWS(columns, struct str),
	              &list));
	*ret_names = (struct str_list){ list.items, list.n };
	return OK;
}

enum err store_app_name_add(struct tx *tx, enum app_name_kind kind, struct str name, int64_t app_id)
{
	const struct value args[] = { TEXT(name), INTEGER(app_id) };

	return tx_run(tx, name_queries[kind].add, ARGS(args));
}

enum err store_app_name_remove(struct tx *tx, enum app_name_kind kind, struct str name,
                               int64_t app_id)
{
	const struct value args[] = { TEXT(name), INTEGER(app_id) };

	return tx_run(tx, name_queries[kind].remove, ARGS(args));
}

static enum err count(struct store *store, struct arena *arena, enum query q,
                      const struct value *args, size_t n_args, int64_t *ret_count)
{
	static const struct column columns[] = { { COLUMN_INTEGER, 0 } };

	return store_one(store, arena, q, args, n_args, ROWS(columns, int64_t), ret_count);
}

enum err store_app_has_origin(struct store *store, struct arena *arena, struct str origin,
                              int64_t app_id, bool *ret_has)
{
	const struct value args[] = { TEXT(origin), INTEGER(app_id) };
	int64_t n;

	TRY(count(store, arena, QUERY_APP_HAS_ORIGIN, ARGS(args), &n));
	*ret_has = n > 0;
	return OK;
}

enum err store_app_has_return(struct store *store, struct arena *arena, struct str url,
                              int64_t app_id, bool *ret_has)
{
	const struct value args[] = { TEXT(url), INTEGER(app_id) };
	int64_t n;

	TRY(count(store, arena, QUERY_APP_HAS_RETURN, ARGS(args), &n));
	*ret_has = n > 0;
	return OK;
}

enum err store_dialect_has_origin(struct store *store, struct arena *arena, struct str origin,
                                  int64_t dialects, bool *ret_has)
{
	const struct value args[] = { TEXT(origin), INTEGER(dialects) };
	int64_t n;

	TRY(count(store, arena, QUERY_DIALECT_HAS_ORIGIN, ARGS(args), &n));
	*ret_has = n > 0;
	return OK;
}

enum err store_app_count_accounts(struct store *store, struct arena *arena, int64_t app_id,
                                  int64_t *ret_count)
{
	const struct value args[] = { INTEGER(app_id) };

	return count(store, arena, QUERY_APP_COUNT_ACCOUNTS, ARGS(args), ret_count);
}

struct value store_digest_or_null(const struct digest *digest)
{
	static const struct digest none;

	if (digest_equal(digest, &none))
		return (struct value){ .kind = VALUE_NULL };
	return (struct value)BYTES(*digest);
}

static enum err set_key(struct tx *tx, enum query q, int64_t id, const struct digest *key,
                        const struct digest *former, const struct digest *read)
{
	const struct value args[] = { BYTES(*key), store_digest_or_null(former), INTEGER(id),
		                      BYTES(*read) };
	int64_t same;

	enum err err = tx_number(tx, q, ARGS(args), &same);
	return err == ERR_NOT_FOUND ? ERR_RETRY : err;
}

enum err store_app_set_keys(struct tx *tx, const struct app *app, const struct app *read)
{
	TRY(set_key(tx, QUERY_APP_SET_CLIENT_KEY, app->id, &app->client_key_digest,
	            &app->former_client_key_digest, &read->client_key_digest));
	return set_key(tx, QUERY_APP_SET_MASTER_KEY, app->id, &app->master_key_digest,
	               &app->former_master_key_digest, &read->master_key_digest);
}

enum err store_app_remove(struct tx *tx, int64_t id)
{
	const struct value args[] = { INTEGER(id) };
	int64_t n;

	/* Whoever is writing of them is done by then, and whoever comes later finds nobody. */
	TRY(tx_count(tx, QUERY_APP_LOCK_ACCOUNTS, ARGS(args), &n));
	TRY(tx_run(tx, QUERY_APP_REMOVE_ACCOUNT_NUMBERS, ARGS(args)));
	TRY(tx_run(tx, QUERY_APP_REMOVE_NUMBER, ARGS(args)));
	TRY(tx_run(tx, QUERY_APP_REMOVE_TRAIL, ARGS(args)));
	return tx_number(tx, QUERY_APP_REMOVE, ARGS(args), &n);
}

enum err store_app_update(struct tx *tx, const struct app *app)
{
	const struct value args[] = {
		INTEGER(app->status),
		INTEGER(app->conceal_accounts),
		INTEGER(app->standard_error_status),
		INTEGER(app->recovery),
		TEXT(app->language),
		TEXT(app->public_url),
		TEXT(app->reset_url),
		TEXT(app->sender),
		INTEGER(app->dialects),
		INTEGER(app->password_min_length),
		INTEGER(app->sign_up),
		INTEGER(app->activation),
		TEXT(app->title),
		TEXT(app->accent),
		TEXT(app->logo),
		INTEGER(app->id),
	};
	int64_t id;

	return tx_number(tx, QUERY_APP_UPDATE, ARGS(args), &id);
}

enum err store_app_logo(struct store *store, struct arena *arena, int64_t app_id,
                        struct app_logo *ret_logo)
{
	const struct value args[] = { INTEGER(app_id) };

	return store_one(store, arena, QUERY_APP_LOGO, ARGS(args),
	                 ROWS(logo_columns, struct app_logo), ret_logo);
}

enum err store_app_logo_set(struct tx *tx, int64_t app_id, const struct app_logo *logo)
{
	const struct value args[] = {
		INTEGER(app_id),
		TEXT(logo->type),
		{ .kind = VALUE_BYTES, .text = logo->image },
	};

	return logo->image.len > 0 ? tx_run(tx, QUERY_APP_LOGO_SET, ARGS(args))
	                           : tx_run(tx, QUERY_APP_LOGO_REMOVE, args, 1);
}

enum err store_messages(struct store *store, struct arena *arena, int64_t app_id,
                        struct message_list *ret_list)
{
	const struct value args[] = { INTEGER(app_id) };
	struct any_list list;

	TRY(store_all(store, arena, QUERY_MESSAGES, ARGS(args),
	              ROWS(message_columns, struct message), &list));
	*ret_list = (struct message_list){ list.items, list.n };
	return OK;
}

enum err store_message_by_name(struct store *store, struct arena *arena, int64_t app_id,
                               struct str name, struct message *ret_message)
{
	const struct value args[] = { INTEGER(app_id), TEXT(name) };

	return store_one(store, arena, QUERY_MESSAGE_BY_NAME, ARGS(args),
	                 ROWS(message_columns, struct message), ret_message);
}

enum err store_message_set(struct tx *tx, int64_t app_id, const struct message *message)
{
	const struct value args[] = {
		INTEGER(app_id),     TEXT(message->internal_name), TEXT(message->message),
		TEXT(message->type), TEXT(message->input),
	};

	return tx_run(tx, QUERY_MESSAGE_SET, ARGS(args));
}

enum err store_mail_templates(struct store *store, struct arena *arena, int64_t app_id,
                              struct mail_template_list *ret_list)
{
	const struct value args[] = { INTEGER(app_id) };
	struct any_list list;

	TRY(store_all(store, arena, QUERY_MAIL_TEMPLATES, ARGS(args),
	              ROWS(template_columns, struct mail_template), &list));
	*ret_list = (struct mail_template_list){ list.items, list.n };
	return OK;
}

enum err store_mail_template_by_name(struct store *store, struct arena *arena, int64_t app_id,
                                     struct str name, struct mail_template *ret_template)
{
	const struct value args[] = { INTEGER(app_id), TEXT(name) };

	return store_one(store, arena, QUERY_MAIL_TEMPLATE_BY_NAME, ARGS(args),
	                 ROWS(template_columns, struct mail_template), ret_template);
}

enum err store_mail_template_set(struct tx *tx, int64_t app_id,
                                 const struct mail_template *template)
{
	const struct value args[] = {
		INTEGER(app_id),        TEXT(template->email_name), TEXT(template->send_name),
		TEXT(template->sender), TEXT(template->subject),    TEXT(template->content),
	};

	return tx_run(tx, QUERY_MAIL_TEMPLATE_SET, ARGS(args));
}
