/* SPDX-License-Identifier: Apache-2.0 */
/* log.h - one line on standard error per event, for the operator.
 *
 *     2026-11-23T10:00:00Z error: mail 12 was refused: 550 no such mailbox
 *
 * Line ends and control characters inside a line are shown as '?', so that nothing that came from
 * outside can forge a line (OWASP ASVS 5.0, 16.4.1). Never hand it a secret. Thread-safe. */
#ifndef REKEY_BASE_LOG_H
#define REKEY_BASE_LOG_H

#include "base/err.h"

/* Written at once, by one write(2). Blocks while the reader of standard error is behind. */
void log_info(const char *format, ...) PRINTF(1, 2);
void log_warning(const char *format, ...) PRINTF(1, 2);
void log_error(const char *format, ...) PRINTF(1, 2);

/* ---- the many lines: one per request ----
 *
 * They are collected, and written by a thread of their own within 200 ms, or before the next line
 * of the three above, so that the log stays in order. They never block: when the reader is so far
 * behind that there is no room left, they are dropped, and "N request lines lost" says so. */

/* Until then, and after log_requests_stop(), log_request() does nothing. ERR_NOMEM. */
MUST_USE enum err log_requests_start(void);

/* "2026-11-23T10:00:00Z request: ..." */
void log_request(const char *format, ...) PRINTF(1, 2);

/* When nobody calls log_request() any more. Writes what is left, for as long as a reader that takes
 * it needs, but a second at most. */
void log_requests_stop(void);

#endif
