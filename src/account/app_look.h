/* SPDX-License-Identifier: Apache-2.0 */
/* app_look.h - how an app looks to people, on its pages and in its mails: what it is called, its
 * colours, its picture. */
#ifndef REKEY_ACCOUNT_APP_LOOK_H
#define REKEY_ACCOUNT_APP_LOOK_H

#include "account/operation.h"

enum { LOGO_BYTES_MAX = 64 * 1024 };

/* What people call it: its title, else its name. */
struct str app_title(const struct app *app);

/* Which version of a picture or a style sheet this is: the same bytes, the same letters. */
MUST_USE enum err look_version(struct arena *arena, struct str bytes, struct str *ret_version);

/* ---- colours ---- */

struct colour {
	unsigned char red, green, blue;
};

/* The colours that follow from an accent, each so far from what it lies on that it can be read:
 * words 4.5 to 1 (WCAG 2.2, 1.4.3). */
struct palette {
	struct colour key, on_key; /* links and buttons, and the words on buttons */
	struct colour ground;      /* around the sheet that a page is */
	struct colour sheet, wash; /* it, and what stands out on it */
	struct colour hair;        /* thin lines */
};

/* "#rrggbb", in any case. false: it is anything else. */
MUST_USE bool colour_read(struct str text, struct colour *ret_colour);

/* 1 to 21, as WCAG 2.2 counts it. */
double colour_contrast(struct colour a, struct colour b);

/* Any accent will do: it is darkened, or lightened, until it can be read. */
struct palette palette_of(struct colour accent, bool dark);

/* ---- its picture ---- */

/* What an image is by its first bytes: image/png, image/webp, image/svg+xml. NONE: it is none of
 * these, or larger than LOGO_BYTES_MAX. */
struct str logo_type(struct str image);

/* That of ctx->app. ERR_NOT_FOUND: it has none. */
extern const struct operation app_logo_op; /* struct nothing -> struct app_logo */

#endif
