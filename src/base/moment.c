/* SPDX-License-Identifier: Apache-2.0 */
/* moment.c - ISO 8601 in UTC, read strictly: a day that the calendar does not have is none. */
#include "base/moment.h"
#include "base/clock.h"
#include <time.h>

#define LAST_MOMENT 253402300799 /* 9999-12-31T23:59:59Z */

/* Two or four digits, from min to max, which go. */
static bool take_digits(struct str *rest, size_t n, int min, int max, int *ret_number)
{
	long long number;

	if (rest->len < n || !str_to_number((struct str){ rest->ptr, n }, max, &number) ||
	    number < min)
		return false;
	*ret_number = (int)number;
	*rest = str_from(*rest, n);
	return true;
}

static bool take_char(struct str *rest, const char *any_of)
{
	for (; *any_of; any_of++) {
		if (rest->len > 0 && rest->ptr[0] == *any_of) {
			*rest = str_from(*rest, 1);
			return true;
		}
	}
	return false;
}

static bool take_time(struct str *rest, struct tm *tm)
{
	if (!take_digits(rest, 2, 0, 23, &tm->tm_hour) || !take_char(rest, ":") ||
	    !take_digits(rest, 2, 0, 59, &tm->tm_min))
		return false;
	if (take_char(rest, ":") && !take_digits(rest, 2, 0, 59, &tm->tm_sec))
		return false;
	take_char(rest, "Z");
	return true;
}

static bool read_iso(struct str text, int64_t *ret_at)
{
	struct tm tm = { 0 };
	int year, month;

	if (!take_digits(&text, 4, 1970, 9999, &year) || !take_char(&text, "-") ||
	    !take_digits(&text, 2, 1, 12, &month) || !take_char(&text, "-") ||
	    !take_digits(&text, 2, 1, 31, &tm.tm_mday))
		return false;
	tm.tm_year = year - 1900;
	tm.tm_mon = month - 1;
	int day = tm.tm_mday;
	if (take_char(&text, "T ") && !take_time(&text, &tm))
		return false;
	*ret_at = timegm(&tm);
	return text.len == 0 && tm.tm_mday == day; /* the 31st of February has become March */
}

bool moment_read(struct str text, int64_t *ret_at)
{
	long long seconds;
	int64_t at;

	if (str_to_number(text, LAST_MOMENT, &seconds)) {
		*ret_at = seconds;
		return true;
	}
	if (!text.ptr || !read_iso(text, &at))
		return false;
	*ret_at = at;
	return true;
}

bool moment_read_since(struct str text, int64_t now, int64_t *ret_at)
{
	static const struct {
		char letter;
		int64_t seconds;
	} units[] = { { 's', 1 }, { 'm', MINUTE }, { 'h', HOUR }, { 'd', DAY } };
	long long count;

	FOREACH(unit, units) {
		if (text.len < 2 || text.ptr[text.len - 1] != unit->letter ||
		    !str_to_number((struct str){ text.ptr, text.len - 1 }, now / unit->seconds,
		                   &count))
			continue;
		*ret_at = now - count * unit->seconds;
		return true;
	}
	return moment_read(text, ret_at);
}
