/* SPDX-License-Identifier: Apache-2.0 */
/* assets.h - what pages load, at /assets/VERSION/NAME. */
#ifndef REKEY_PAGES_ASSETS_H
#define REKEY_PAGES_ASSETS_H

#include "dialect/dialect.h"
#include "pages/page_set.h"

/* A file of the set that is no template. */
MUST_USE enum err page_asset(struct visit *visit, const void *nothing);

/* The app's colours as a style sheet, and its version. NONE: it has ours. */
MUST_USE enum err page_colours(struct visit *visit, const void *nothing);
MUST_USE enum err page_colours_version(struct arena *arena, const struct app *app,
                                       struct str *ret_version);

/* The app's picture. result: struct app_logo. */
MUST_USE enum err page_logo(struct visit *visit, const void *result);

#endif
