/* SPDX-License-Identifier: Apache-2.0 */
/* app.h - apps (tenants): which one a request means, and what its operator may set. */
#ifndef REKEY_ACCOUNT_APP_H
#define REKEY_ACCOUNT_APP_H

#include "account/operation.h"

enum { APP_NAMES_MAX = 16, APP_NAME_MAX = 64, APP_KEY_LETTERS = 24 };

/* What a request says of the app it means; each may be NONE. The first that is there decides, in
 * this order; a host that no app has falls through to the only app, or the default one. */
struct app_hints {
	struct str public_id; /* of a header: wrong is wrong */
	struct str alias;     /* of a path /api:NAME: wrong is wrong */
	struct str host;      /* without port */
};

/* ERR_NO_APP. */
extern const struct operation app_find_op; /* struct app_hints -> struct app */

struct app_add {
	struct str name;                                 /* a-z 0-9 - _, up to 64 */
	int64_t dialects;                                /* enum dialect_bit; 0: account alone */
	struct str names[APP_NAME_KINDS][APP_NAMES_MAX]; /* those behind the last are NONE */
	struct str language; /* "en", "fa", "tr", "bn", "fr", "pt"; NONE: "en" */
	/* Of an app that comes from elsewhere, whose clients know them; NONE: made. */
	struct str public_id;                 /* 24 lower-case hex digits */
	struct secret client_key, master_key; /* 12 to 64 letters, digits, - and _ */
};

struct app_added {
	struct str name, public_id;
	struct secret client_key, master_key; /* shown this once, stored as digests */
};

/* ERR_APP_EXISTS, ERR_BAD_SETTING (a name, host, origin, language, id or key that cannot be). */
extern const struct operation app_add_op; /* struct app_add -> struct app_added */

extern const struct operation app_list_op; /* struct nothing -> struct app_list */

struct app_named {
	struct str name;
};

/* ERR_NO_APP. NONE as a name: the only app, or the default one. */
extern const struct operation app_show_op; /* struct app_named -> struct app */

struct app_details {
	struct app app;
	struct str_list names[APP_NAME_KINDS]; /* aliases without its own name */
	struct str_list dialects;
	int64_t accounts;
};

extern const struct operation app_details_op; /* struct app_named -> struct app_details */

struct app_remove {
	struct str name;
	bool with_accounts; /* however many there are */
};

/* By the operator: with its accounts and all that is theirs, in one transaction; what is under way
 * for it finds no app. The trail keeps the events, and no longer says whose. ERR_NO_APP,
 * ERR_APP_NOT_EMPTY: it has accounts, and not even its own name is gone. */
extern const struct operation app_remove_op; /* struct app_remove -> struct nothing */

struct app_origin_asked {
	struct str origin; /* as a browser sent it */
	int64_t dialect; /* 0: is it ctx->app's? Else enum dialect_bit: any app's that serves it? */
};

struct app_origin_found {
	int64_t is_ours; /* 0 or 1 */
};

/* Whether pages of an origin may read the app's answers. */
extern const struct operation
	app_origin_op; /* struct app_origin_asked -> struct app_origin_found */

/* What formats are called. app_dialect_bit: 0 for a word that is none. */
int64_t app_dialect_bit(struct str word);
MUST_USE enum err app_dialect_words(struct arena *arena, int64_t bits, struct str_list *ret_words);

/* A list (hosts, aliases, origins, dialects) is given whole, with commas; a key with + or - behind
 * it adds to the list or takes away. */
struct app_setting {
	struct str key, value;
};

struct app_set {
	struct str name;
	const struct app_setting *settings;
	size_t n_settings;
};

struct app_changed {
	struct app app;
	struct secret client_key, master_key; /* new ones, shown this once; NONE: unchanged */
};

/* ERR_NO_APP, ERR_BAD_SETTING, ERR_APP_EXISTS (a host or alias is another's), ERR_TWO_KEYS (a third
 * would end one that may be in use): nothing was changed. An empty value unsets a text. */
extern const struct operation app_set_op; /* struct app_set -> struct app_changed */

/* The settings that `app set` takes, for its help: name and what it takes. */
struct app_setting_row {
	const char *key, *takes;
};

extern const struct app_setting_row app_setting_rows[]; /* ends with a NULL key */

/* The prefix of links to this app's hosted pages, without a slash at its end: its public_url, else
 * the server's, with /api:NAME where the bare path would mean another app. */
MUST_USE enum err app_public_url(struct ctx *ctx, const struct app *app, struct str *ret_url);

#endif
