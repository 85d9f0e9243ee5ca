/* SPDX-License-Identifier: Apache-2.0 */
/* moment.h - points in time as people write them; time_spell() (clock.h) writes one. */
#ifndef REKEY_BASE_MOMENT_H
#define REKEY_BASE_MOMENT_H

#include "base/str.h"
#include <stdint.h>

/* Reads "2026-11-01" (its first second in UTC), "2026-11-01T08:30:00Z" (a space for the T, seconds
 * and Z may be missing), or Unix seconds. No moment is before 1970 or after 9999. false: it is none
 * of these. */
MUST_USE bool moment_read(struct str text, int64_t *ret_at);

/* The same, or how long before `now` it was: "90s", "15m", "24h", "7d". */
MUST_USE bool moment_read_since(struct str text, int64_t now, int64_t *ret_at);

#endif
