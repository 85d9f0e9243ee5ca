/* SPDX-License-Identifier: Apache-2.0 */
/* recovery.h - the pages of who wants another password: asking for a mail, its link, its code.
 *
 * The address to go back to (return_to) goes along hidden from page to page, and is looked up in
 * the app's list by every operation that takes it. */
#ifndef REKEY_PAGES_RECOVERY_H
#define REKEY_PAGES_RECOVERY_H

#include "dialect/dialect.h"

/* Asks for the address; with a return_to that was found on the list, or without one. */
MUST_USE enum err recovery_show_ask(struct visit *visit, const void *nothing);
MUST_USE enum err recovery_show_ask_for(struct visit *visit, const void *result);
MUST_USE enum err recovery_show_asked(struct visit *visit, const void *result);

/* What a mailed link leads to: a form, or why there is none. */
MUST_USE enum err recovery_show_link(struct visit *visit, const void *result);

/* The form of the typed code, with what is known already. */
MUST_USE enum err recovery_show_code(struct visit *visit, const void *nothing);

/* The ends. */
MUST_USE enum err recovery_show_done(struct visit *visit, const void *result);
MUST_USE enum err recovery_show_confirmed(struct visit *visit, const void *nothing);

/* The page for an error of these routes. ERR_NO_ROUTE: it is none of theirs, or any other's as
 * well. */
MUST_USE enum err recovery_show_error(struct visit *visit, enum err err);

/* About what is said of a typed code. */
extern const struct wire_error recovery_code_errors[ERR_COUNT];

#endif
