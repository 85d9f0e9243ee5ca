/* SPDX-License-Identifier: Apache-2.0 */
/* log.h - one line on standard error per event, for the operator.
 *
 *     2026-11-23T10:00:00Z error: mail 12 was refused: 550 no such mailbox
 *
 * Line ends and control characters inside a line are shown as '?', so that nothing that came from
 * outside can forge a line (OWASP ASVS 5.0, 16.4.1). Never hand it a secret. Thread-safe. */
#ifndef REKEY_BASE_LOG_H
#define REKEY_BASE_LOG_H

#include "base/defs.h"

void log_info(const char *format, ...) PRINTF(1, 2);
void log_warning(const char *format, ...) PRINTF(1, 2);
void log_error(const char *format, ...) PRINTF(1, 2);

#endif
