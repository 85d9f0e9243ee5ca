/* SPDX-License-Identifier: Apache-2.0 */
/* provider.h - who else may vouch for an app's users: a row for each provider of OpenID Connect.
 *
 * A row says everything in which one provider differs from another, so that a second one is a row
 * and no code. Of providers that are known by name (LinkedIn) the operator has to say the client
 * alone. The client's secret is sealed by the key file, and shown to nobody but the provider. */
#ifndef REKEY_ACCOUNT_PROVIDER_H
#define REKEY_ACCOUNT_PROVIDER_H

#include "account/app.h"

enum { PROVIDER_NAME_MAX = 32, REDIRECT_URIS_MAX = 16 };

struct provider_named {
	struct str name;
};

/* A row in the words of its settings. */
struct provider_shown {
	struct str name, issuer, client_id, client_secret; /* client_secret: "set" or "none" */
	struct str authorization_url, token_url, keys_url, user_info_url, scopes;
	struct str_list redirect_uris;
	struct str pkce, nonce, state, client_authentication;
	int64_t created_at;
};

struct provider_shown_list {
	struct provider_shown *items;
	size_t n;
};

struct provider_set {
	struct str name;                    /* a-z 0-9 - _, up to 32 */
	const struct app_setting *settings; /* of provider_setting_rows */
	size_t n_settings;
	struct secret client_secret; /* NONE: as it is; "": none */
};

/* Of ctx->app, by its operator. Adds it if it is not there, with what is known of its name. A list
 * is changed as those of app_set_op are. ERR_BAD_SETTING: there is no such setting, or a value
 * cannot be. ERR_NOT_WHOLE: something is missing without which nobody can sign in. Nothing was
 * changed. */
extern const struct operation provider_set_op; /* struct provider_set -> struct provider_shown */

extern const struct operation provider_list_op; /* struct nothing -> struct provider_shown_list */

/* ERR_NO_PROVIDER. */
extern const struct operation provider_show_op; /* provider_named -> struct provider_shown */

/* Nobody can sign in by it from then on; who is who there is kept. ERR_NO_PROVIDER. */
extern const struct operation provider_remove_op; /* provider_named -> struct nothing */

/* The settings, for the help: name and what it takes. */
extern const struct app_setting_row provider_setting_rows[]; /* ends with a NULL key */

/* ---- who is who ---- */

/* Of an account, and what the provider calls its person (sub). */
struct person_link {
	struct str provider, login, subject;
};

/* By the operator, who vouches for it: of an account that was there before its person signed in by
 * the provider, as after a move from another system. ERR_NO_PROVIDER, ERR_NO_ACCOUNT,
 * ERR_BAD_SETTING (what is no subject), ERR_LINKED. */
extern const struct operation person_link_op; /* -> struct nothing */

/* ->subject is ignored: it ends whatever there is. ERR_NOT_LINKED. */
extern const struct operation person_unlink_op; /* struct person_link -> struct nothing */

struct person_page {
	struct str provider;
	int64_t after, max; /* numbers of links; 0: the first page */
};

struct linked_person {
	struct str subject;
	struct str id, email; /* of the account; email NONE: it has none */
	int64_t created_at;
};

struct linked_person_list {
	struct linked_person *items;
	size_t n;
	int64_t last; /* for the next page's `after` */
};

/* ERR_NO_PROVIDER. */
extern const struct operation person_list_op; /* struct person_page -> linked_person_list */

/* ---- for signing in ---- */

/* The row of ctx->app. ERR_NO_PROVIDER, by deny(). */
MUST_USE enum err provider_find(struct ctx *ctx, struct str name, struct provider *ret_provider);

/* Whether it is one of the row's, letter by letter (RFC 9700, 2.1). */
bool provider_has_redirect(const struct provider *provider, struct str redirect_uri);

/* NONE: it has none. ERR_INTERNAL: another key file sealed it; logged. */
MUST_USE enum err provider_secret(struct ctx *ctx, const struct provider *provider,
                                  struct secret *ret_secret);

#endif
