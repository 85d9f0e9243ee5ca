/* SPDX-License-Identifier: Apache-2.0 */
/* form_guard.h - that a form was sent by the person whose session it acts on, from a page of ours.
 *
 * Three things say so, and each has to (OWASP ASVS 5.0, 3.5.1): Sec-Fetch-Site, where the browser
 * knows it; Origin, where there is one; and, of a form that acts on a session, a token that only
 * that session's pages have. A request that has neither of the two headers is refused: whatever
 * can send forms and keep cookies sends one of them. */
#ifndef REKEY_PAGES_FORM_GUARD_H
#define REKEY_PAGES_FORM_GUARD_H

#include "dialect/dialect.h"

#define FORM_TOKEN "form_token" /* the member */

enum { FORM_NOTE_LETTERS = 22 }; /* of base64url: 132 bits */

/* The token of the forms of ctx->session: derived from its nonce, kept nowhere. */
MUST_USE enum err form_token_spell(struct visit *visit, struct secret *ret_token);

/* For struct dialect: holds a POST against its route's guard. ERR_CROSS_SITE. */
MUST_USE enum err form_guard_admit(struct visit *visit);

/* ---- what was done, told on the page that the browser is sent to ---- */

/* A word for the address of that page, which only this session's pages can make: so no link can
 * say to anybody that something was done. */
MUST_USE enum err form_note_spell(struct visit *visit, const char *what, struct secret *ret_note);

/* Whether `note` is that word. */
MUST_USE enum err form_note_is(struct visit *visit, const char *what, struct secret note,
                               bool *ret_is);

#endif
