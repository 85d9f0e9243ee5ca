/* SPDX-License-Identifier: Apache-2.0 */
/* verify.h - the pages of mailed links that ask before anything is done: to confirm a sign-up or an
 * address, and to say "it was not me". */
#ifndef REKEY_PAGES_VERIFY_H
#define REKEY_PAGES_VERIFY_H

#include "account/not_me.h"
#include "dialect/dialect.h"

/* For routes: the page of a link, and the ends of its three forms. */
MUST_USE enum err verify_show(struct visit *visit, const void *result); /* confirmation_look_op */
MUST_USE enum err verify_show_verified(struct visit *visit,
                                       const void *result); /* account_verify_op */
MUST_USE enum err verify_show_changed(struct visit *visit,
                                      const void *result); /* email_confirm_op */
MUST_USE enum err verify_show_not_me(struct visit *visit, const void *result); /* not_me_op */

/* The form again, with what was wrong, while its token is good; else what became of the link.
 * ERR_NO_ROUTE: this visit is none of these pages', or the error is not about what was typed. */
MUST_USE enum err verify_show_error(struct visit *visit, enum err err);

#endif
