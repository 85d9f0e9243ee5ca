/* SPDX-License-Identifier: Apache-2.0 */
/* clock.c - the two clocks of the machine. */
#include "base/clock.h"
#include <time.h>

int64_t clock_now(void)
{
	return (int64_t)time(NULL);
}

int64_t clock_steady_ms(void)
{
	return clock_steady_us() / 1000;
}

int64_t clock_steady_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

const char *time_spell(int64_t at, char text[TIME_ROOM])
{
	time_t time = (time_t)at;
	struct tm utc = { 0 };

	gmtime_r(&time, &utc);
	if (strftime(text, TIME_ROOM, "%Y-%m-%dT%H:%M:%SZ", &utc) == 0)
		text[0] = '\0';
	return text;
}
