/* SPDX-License-Identifier: Apache-2.0 */
/* rate.c - reading a rate. */
#include "base/rate.h"

enum { COUNT_MAX = 1000000, PERIOD_MAX_S = 30 * 86400 };

static int64_t unit_s(char unit)
{
	switch (unit) {
	case 's':
		return 1;
	case 'm':
		return 60;
	case 'h':
		return 3600;
	case 'd':
		return 86400;
	default:
		return 0;
	}
}

bool rate_parse(struct str text, struct rate *ret_rate)
{
	size_t slash = str_find(text, '/');
	long long count = 0, periods = 0;

	if (str_is(text, "none")) {
		*ret_rate = (struct rate){ 0 };
		return true;
	}
	if (slash + 2 >= text.len)
		return false;
	int64_t unit = unit_s(text.ptr[text.len - 1]);
	struct str number = { text.ptr + slash + 1, text.len - slash - 2 };
	if (unit == 0 || !str_to_number((struct str){ text.ptr, slash }, COUNT_MAX, &count) ||
	    !str_to_number(number, PERIOD_MAX_S / unit, &periods) || count < 1 || periods < 1)
		return false;
	*ret_rate = (struct rate){ count, periods * unit };
	return true;
}
