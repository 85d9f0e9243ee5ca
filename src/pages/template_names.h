/* SPDX-License-Identifier: Apache-2.0 */
/* template_names.h - whether a template that takes the place of ours shows only what is there. */
#ifndef REKEY_PAGES_TEMPLATE_NAMES_H
#define REKEY_PAGES_TEMPLATE_NAMES_H

#include "pages/template.h"

/* Ours and theirs have the same names in the same order, and theirs has passed template_check().
 * Refuses a value that our template of that name does not use, and one that stands outside of the
 * sections that ours has around it, unless a section of its own name is around it: there it may not
 * be given; and a page of more than 512 values. ERR_INTERNAL: *ret_fault says what; only then is it
 * written. ERR_NOMEM. */
MUST_USE enum err template_names_check(struct arena *arena, const struct embedded *ours,
                                       const struct embedded *theirs,
                                       struct template_fault *ret_fault);

#endif
