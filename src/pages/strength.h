/* SPDX-License-Identifier: Apache-2.0 */
/* strength.h - what password.js shows below a new password. */
#ifndef REKEY_PAGES_STRENGTH_H
#define REKEY_PAGES_STRENGTH_H

#include "dialect/dialect.h"

/* {"score": 0..4, "text": "..."} in the page's language; 0: it would be refused, and why. */
MUST_USE enum err strength_show(struct visit *visit, const void *result);

#endif
