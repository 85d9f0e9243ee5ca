/* SPDX-License-Identifier: Apache-2.0 */
/* clock.h - what time it is. */
#ifndef REKEY_BASE_CLOCK_H
#define REKEY_BASE_CLOCK_H

#include <stdint.h>

enum { MINUTE = 60, HOUR = 60 * MINUTE, DAY = 24 * HOUR };

/* Unix time in whole seconds; a request reads it once, into ctx->now. */
int64_t clock_now(void);

/* Milliseconds, and microseconds, that never jump, for measuring spans. */
int64_t clock_steady_ms(void);
int64_t clock_steady_us(void);

/* "2026-11-24T09:30:00Z" (RFC 3339), in UTC; returns text. */
enum { TIME_ROOM = 24 };
const char *time_spell(int64_t at, char text[TIME_ROOM]);

#endif
