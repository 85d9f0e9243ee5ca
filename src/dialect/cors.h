/* SPDX-License-Identifier: Apache-2.0 */
/* cors.h - pages of other origins: who may read an answer, and the question before a request.
 *
 * An origin is in an app's list, letter for letter, or it gets nothing: no header, no word. There
 * are no cookies here, so there is no credentials mode; a page shows a token as any client does. */
#ifndef REKEY_DIALECT_CORS_H
#define REKEY_DIALECT_CORS_H

#include "dialect/dialect.h"

/* When the app and the dialect are known: finds out whose page asks, and lets it read whatever the
 * answer will be, errors included. ERR_STORE and the like: it could not be found out. */
MUST_USE enum err cors_admit(struct visit *visit);

/* Whether this asks, for a page that was admitted, what may be asked. */
bool cors_is_preflight(const struct visit *visit);

/* Answers it. It runs no operation: it is no request of anybody's, and no guess. */
MUST_USE enum err cors_answer(struct visit *visit);

/* Whether a preflight says that the request will name its app by Backtory's header, which it does
 * not send itself. */
bool cors_announces_app(const struct request *request);

#endif
