/* SPDX-License-Identifier: Apache-2.0 */
/* person_priv.h - what the rows of person.c show. */
#ifndef REKEY_PAGES_PERSON_PRIV_H
#define REKEY_PAGES_PERSON_PRIV_H

#include "dialect/dialect.h"
#include "pages/template.h"

/* Which field of a form an error is about, by its id: [ERR_COUNT]. "": none of them, and it is told
 * above the form; NULL: it does not belong to the form at all. */
typedef const char *const field_of_error[ERR_COUNT];

/* The values of an error in a form: problem, problem_field, and FIELD_error for the field's own
 * place. err OK: there is none. ERR_NO_ROUTE: it does not belong to the form. */
enum { PROBLEM_VALUES = 4 };
MUST_USE enum err person_problem(struct visit *visit, field_of_error fields, enum err err,
                                 struct template_value ret_values[PROBLEM_VALUES]);

/* Sends the browser to `where`, below the app's root. */
MUST_USE enum err person_go(struct visit *visit, const char *where);

/* ---- sign_in.c ---- */

MUST_USE enum err sign_in_show(struct visit *visit, const void *result); /* page_session_look_op */
MUST_USE enum err sign_in_again(struct visit *visit, enum err err);
MUST_USE enum err sign_in_done(struct visit *visit, const void *result); /* account_log_in_op */
MUST_USE enum err sign_out_done(struct visit *visit, const void *nothing);

/* W3C, "A Well-Known URL for Changing Passwords": where the signed-in and the others go. */
MUST_USE enum err sign_in_way_to_change(struct visit *visit,
                                        const void *result); /* page_session_look_op */

/* ---- sign_up.c ---- */

MUST_USE enum err sign_up_show(struct visit *visit, const void *nothing);
MUST_USE enum err sign_up_again(struct visit *visit, enum err err);
MUST_USE enum err sign_up_done(struct visit *visit, const void *result); /* account_sign_up_op */

/* ---- my_account.c ---- */

MUST_USE enum err my_account_show(struct visit *visit, const void *nothing);
MUST_USE enum err my_account_again(struct visit *visit, enum err err);
MUST_USE enum err my_account_done(struct visit *visit, const void *result);
MUST_USE enum err my_account_password_done(struct visit *visit, const void *nothing);
MUST_USE enum err my_account_deleted(struct visit *visit, const void *nothing);

#endif
