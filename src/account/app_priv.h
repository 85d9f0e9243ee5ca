/* SPDX-License-Identifier: Apache-2.0 */
/* app_priv.h - how names and keys of apps are spelled, for the files that keep them. */
#ifndef REKEY_ACCOUNT_APP_PRIV_H
#define REKEY_ACCOUNT_APP_PRIV_H

#include "account/app.h"

/* In lower case, ASCII letters alone. */
MUST_USE enum err ascii_lower(struct arena *arena, struct str text, struct str *ret_lower);

/* One of the tags that people are spoken to in, as we spell it. */
bool app_language_is_good(struct str tag);

/* Letters, digits, - and dots. */
bool host_is_good(struct str host);

/* The name as it is kept and compared. ERR_BAD_SETTING: it cannot be one of this kind. */
MUST_USE enum err app_name_spell(struct arena *arena, enum app_name_kind kind, struct str name,
                                 struct str *ret_name);

/* A new key: 24 random hex digits. */
MUST_USE enum err app_key_make(struct arena *arena, struct secret *ret_key);

/* The app of this name or alias. ERR_NO_APP. */
MUST_USE enum err app_by_name(struct ctx *ctx, struct str name, struct app *ret_app);

#endif
