/* SPDX-License-Identifier: Apache-2.0 */
/* str.c - comparing, cutting and reading text. */
#include "base/str.h"
#include <string.h>
#include <strings.h>

struct str str(const char *c_string)
{
	return c_string ? (struct str){ c_string, strlen(c_string) } : STR_NONE;
}

bool str_equal(struct str a, struct str b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

bool str_is(struct str s, const char *c_string)
{
	return str_equal(s, str(c_string));
}

bool str_starts(struct str s, const char *prefix)
{
	size_t len = strlen(prefix);

	return s.len >= len && memcmp(s.ptr, prefix, len) == 0;
}

bool str_ends(struct str s, const char *suffix)
{
	size_t len = strlen(suffix);

	return s.len >= len && str_is(str_from(s, s.len - len), suffix);
}

bool str_is_nocase(struct str s, const char *c_string)
{
	return s.len == strlen(c_string) && strncasecmp(s.ptr, c_string, s.len) == 0;
}

struct str str_from(struct str s, size_t from)
{
	return (struct str){ s.ptr + from, s.len - from };
}

size_t str_find(struct str s, char c)
{
	const char *found = s.len ? memchr(s.ptr, c, s.len) : NULL;

	return found ? (size_t)(found - s.ptr) : s.len;
}

struct str str_cut(struct str *rest, const char *mark)
{
	size_t len = strlen(mark);
	const char *found = rest->len ? memmem(rest->ptr, rest->len, mark, len) : NULL;
	struct str before = { rest->ptr, found ? (size_t)(found - rest->ptr) : rest->len };

	*rest = str_from(*rest, found ? before.len + len : before.len);
	return before;
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t';
}

struct str str_trim(struct str s)
{
	while (s.len > 0 && is_space(s.ptr[0]))
		s = str_from(s, 1);
	while (s.len > 0 && is_space(s.ptr[s.len - 1]))
		s.len--;
	return s;
}

bool str_to_number(struct str s, long long max, long long *ret_number)
{
	long long number = 0;

	if (s.len == 0)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		if (s.ptr[i] < '0' || s.ptr[i] > '9')
			return false;
		int digit = s.ptr[i] - '0';
		if (digit > max || number > (max - digit) / 10)
			return false;
		number = number * 10 + digit;
	}
	*ret_number = number;
	return true;
}
