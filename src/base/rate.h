/* SPDX-License-Identifier: Apache-2.0 */
/* rate.h - "COUNT/PERIOD", as limits are written: 300/1m. */
#ifndef REKEY_BASE_RATE_H
#define REKEY_BASE_RATE_H

#include "base/str.h"
#include <stdint.h>

struct rate {
	int64_t count;    /* 1..1000000; 0: there is no limit */
	int64_t period_s; /* 1 second to 30 days */
};

/* "300/1m", its unit one of s, m, h, d; or "none". false: it is neither. */
MUST_USE bool rate_parse(struct str text, struct rate *ret_rate);

#endif
