/* SPDX-License-Identifier: Apache-2.0 */
/* errors.h - how a page tells each error: `code` is the key of its title, `text` that of its
 * explanation (base/texts.h). A form shows the explanation of a 422 beside what was typed. */
#ifndef REKEY_PAGES_ERRORS_H
#define REKEY_PAGES_ERRORS_H

#include "dialect/dialect.h"

extern const struct wire_error page_errors[ERR_COUNT];

#endif
