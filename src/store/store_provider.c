/* SPDX-License-Identifier: Apache-2.0 */
/* store_provider.c - providers of an app, sign-ins at them, and who is who there. */
#include "store/store_priv.h"

static const struct column provider_columns[] = {
	COLUMN(INTEGER, struct provider, id),
	COLUMN(INTEGER, struct provider, app_id),
	COLUMN(TEXT, struct provider, name),
	COLUMN(TEXT, struct provider, issuer),
	COLUMN(TEXT, struct provider, client_id),
	COLUMN(BYTES, struct provider, sealed_secret),
	COLUMN(TEXT, struct provider, authorization_url),
	COLUMN(TEXT, struct provider, token_url),
	COLUMN(TEXT, struct provider, keys_url),
	COLUMN(TEXT, struct provider, user_info_url),
	COLUMN(TEXT, struct provider, scopes),
	COLUMN(TEXT, struct provider, redirect_uris),
	COLUMN(INTEGER, struct provider, pkce),
	COLUMN(INTEGER, struct provider, nonce),
	COLUMN(INTEGER, struct provider, state),
	COLUMN(INTEGER, struct provider, auth),
	COLUMN(INTEGER, struct provider, created_at),
};

static const struct column sign_in_columns[] = {
	COLUMN(INTEGER, struct sign_in, id),           COLUMN(INTEGER, struct sign_in, provider_id),
	COLUMN(BYTES32, struct sign_in, state_digest), COLUMN(BYTES32, struct sign_in, nonce),
	COLUMN(TEXT, struct sign_in, redirect_uri),    COLUMN(INTEGER, struct sign_in, network),
	COLUMN(INTEGER, struct sign_in, created_at),   COLUMN(INTEGER, struct sign_in, expires_at),
	COLUMN(INTEGER, struct sign_in, spent_at),
};

static const struct column identity_columns[] = {
	COLUMN(INTEGER, struct identity, id),         COLUMN(INTEGER, struct identity, app_id),
	COLUMN(INTEGER, struct identity, account_id), COLUMN(TEXT, struct identity, provider),
	COLUMN(TEXT, struct identity, issuer),        COLUMN(TEXT, struct identity, subject),
	COLUMN(INTEGER, struct identity, created_at), COLUMN(INTEGER, struct identity, vouched),
};

#define PROVIDER_ROWS ROWS(provider_columns, struct provider)
#define SIGN_IN_ROWS  ROWS(sign_in_columns, struct sign_in)

/* ---- providers ---- */

enum err store_provider_by_name(struct store *store, struct arena *arena, int64_t app_id,
                                struct str name, struct provider *ret_provider)
{
	const struct value args[] = { INTEGER(app_id), TEXT(name) };

	return store_one(store, arena, QUERY_PROVIDER_BY_NAME, ARGS(args), PROVIDER_ROWS,
	                 ret_provider);
}

enum err store_providers(struct store *store, struct arena *arena, int64_t app_id,
                         struct provider_list *ret_list)
{
	const struct value args[] = { INTEGER(app_id) };
	struct any_list list;

	TRY(store_all(store, arena, QUERY_PROVIDERS, ARGS(args), PROVIDER_ROWS, &list));
	*ret_list = (struct provider_list){ list.items, list.n };
	return OK;
}

enum err store_provider_set(struct tx *tx, const struct provider *provider)
{
	const struct value args[] = {
		INTEGER(provider->app_id),
		TEXT(provider->name),
		TEXT(provider->issuer),
		TEXT(provider->client_id),
		{ .kind = provider->sealed_secret.ptr ? VALUE_BYTES : VALUE_NULL,
		  .text = provider->sealed_secret },
		TEXT(provider->authorization_url),
		TEXT(provider->token_url),
		TEXT(provider->keys_url),
		TEXT(provider->user_info_url),
		TEXT(provider->scopes),
		TEXT(provider->redirect_uris),
		INTEGER(provider->pkce),
		INTEGER(provider->nonce),
		INTEGER(provider->state),
		INTEGER(provider->auth),
		INTEGER(provider->created_at),
	};

	return tx_run(tx, QUERY_PROVIDER_SET, ARGS(args));
}

enum err store_provider_remove(struct tx *tx, int64_t app_id, struct str name)
{
	const struct value args[] = { INTEGER(app_id), TEXT(name) };
	int64_t id;

	return tx_number(tx, QUERY_PROVIDER_REMOVE, ARGS(args), &id);
}

/* ---- sign-ins under way ---- */

enum err store_sign_in_add(struct tx *tx, const struct sign_in *sign_in)
{
	const struct value args[] = {
		INTEGER(sign_in->provider_id), BYTES(sign_in->state_digest),
		BYTES(sign_in->nonce),         TEXT(sign_in->redirect_uri),
		INTEGER(sign_in->network),     INTEGER(sign_in->created_at),
		INTEGER(sign_in->expires_at),
	};

	return tx_run(tx, QUERY_SIGN_IN_ADD, ARGS(args));
}

enum err store_sign_in_by_state(struct store *store, struct arena *arena,
                                const struct digest *digest, struct sign_in *ret_sign_in)
{
	const struct value args[] = { BYTES(*digest) };

	return store_one(store, arena, QUERY_SIGN_IN_BY_STATE, ARGS(args), SIGN_IN_ROWS,
	                 ret_sign_in);
}

enum err store_sign_in_newest(struct store *store, struct arena *arena, int64_t provider_id,
                              struct str redirect_uri, int64_t network, int64_t now,
                              struct sign_in *ret_sign_in)
{
	const struct value args[] = { INTEGER(provider_id), TEXT(redirect_uri), INTEGER(network),
		                      INTEGER(now) };

	return store_one(store, arena, QUERY_SIGN_IN_NEWEST, ARGS(args), SIGN_IN_ROWS, ret_sign_in);
}

enum err store_sign_in_spend(struct tx *tx, int64_t id, int64_t now)
{
	const struct value args[] = { INTEGER(now), INTEGER(id) };
	int64_t spent;

	return tx_number(tx, QUERY_SIGN_IN_SPEND, ARGS(args), &spent);
}

/* ---- who is who ---- */

enum err store_identity_find(struct store *store, struct arena *arena,
                             const struct identity *wanted, int64_t *ret_account_id)
{
	static const struct column columns[] = { { COLUMN_INTEGER, 0 } };
	const struct value args[] = { INTEGER(wanted->app_id), TEXT(wanted->issuer),
		                      TEXT(wanted->subject) };

	return store_one(store, arena, QUERY_IDENTITY_FIND, ARGS(args), ROWS(columns, int64_t),
	                 ret_account_id);
}

enum err store_identity_add(struct tx *tx, const struct identity *identity)
{
	const struct value args[] = {
		INTEGER(identity->app_id),  INTEGER(identity->account_id),
		TEXT(identity->provider),   TEXT(identity->issuer),
		TEXT(identity->subject),    INTEGER(identity->created_at),
		INTEGER(identity->vouched),
	};

	return tx_run(tx, QUERY_IDENTITY_ADD, ARGS(args));
}

enum err store_identity_page(struct store *store, struct arena *arena, const struct identity *after,
                             int64_t max, struct identity_list *ret_list)
{
	const struct value args[] = { INTEGER(after->app_id), TEXT(after->issuer),
		                      INTEGER(after->id), INTEGER(max) };
	struct any_list list;

	TRY(store_all(store, arena, QUERY_IDENTITY_PAGE, ARGS(args),
	              ROWS(identity_columns, struct identity), &list));
	*ret_list = (struct identity_list){ list.items, list.n };
	return OK;
}

enum err store_identity_remove(struct tx *tx, const struct identity *identity)
{
	const struct value args[] = { INTEGER(identity->account_id), TEXT(identity->issuer) };
	int64_t n;

	TRY(tx_count(tx, QUERY_IDENTITY_REMOVE, ARGS(args), &n));
	return n > 0 ? OK : ERR_NOT_FOUND;
}

enum err store_identities_doubt(struct tx *tx, int64_t account_id)
{
	const struct value args[] = { INTEGER(account_id) };

	return tx_run(tx, QUERY_IDENTITIES_DOUBT, ARGS(args));
}
