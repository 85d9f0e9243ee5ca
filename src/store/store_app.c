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

enum err store_app_alias_add(struct tx *tx, struct str alias, int64_t app_id)
{
	const struct value args[] = { TEXT(alias), INTEGER(app_id) };

	return tx_run(tx, QUERY_APP_ALIAS_ADD, ARGS(args));
}

enum err store_app_host_add(struct tx *tx, struct str host, int64_t app_id)
{
	const struct value args[] = { TEXT(host), INTEGER(app_id) };

	return tx_run(tx, QUERY_APP_HOST_ADD, ARGS(args));
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
		INTEGER(app->id),
	};
	int64_t id;

	return tx_number(tx, QUERY_APP_UPDATE, ARGS(args), &id);
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
