/* SPDX-License-Identifier: Apache-2.0 */
/* moment_test.c - dates as people write them. */
#include "base/moment.h"
#include "unit.h"

enum { NOW = 1795400000, NONE = -1 };

TEST(a_moment_is_read_strictly)
{
	static const struct {
		const char *in;
		int64_t want, since; /* NONE: it is none; since: as moment_read_since() has it */
	} cases[] = {
		{ "1970-01-01", 0, 0 },
		{ "2026-11-01", 1793491200, 1793491200 },
		{ "2026-11-01T08:30:00Z", 1793521800, 1793521800 },
		{ "2026-11-01 08:30:00", 1793521800, 1793521800 },
		{ "2026-11-01T08:30Z", 1793521800, 1793521800 },
		{ "2024-02-29", 1709164800, 1709164800 },
		{ "9999-12-31T23:59:59Z", 253402300799, 253402300799 },
		{ "1793491200", 1793491200, 1793491200 },
		{ "0", 0, 0 },
		{ "24h", NONE, NOW - 86400 },
		{ "7d", NONE, NOW - 604800 },
		{ "15m", NONE, NOW - 900 },
		{ "0s", NONE, NOW },
		{ "", NONE, NONE },
		{ "yesterday", NONE, NONE },
		{ "d", NONE, NONE },
		{ "-1d", NONE, NONE },
		{ "1.5h", NONE, NONE },
		{ "99999999d", NONE, NONE },
		{ "2026-02-29", NONE, NONE },
		{ "2026-11-31", NONE, NONE },
		{ "2026-13-01", NONE, NONE },
		{ "2026-11-1", NONE, NONE },
		{ "1969-12-31", NONE, NONE },
		{ "2026-11-01T", NONE, NONE },
		{ "2026-11-01T24:00:00Z", NONE, NONE },
		{ "2026-11-01T08:60:00Z", NONE, NONE },
		{ "2026-11-01T08:30:00+01:00", NONE, NONE },
		{ "2026-11-01T08:30:00Zx", NONE, NONE },
		{ " 2026-11-01", NONE, NONE },
		{ "253402300800", NONE, NONE },
	};
	FOREACH(c, cases) {
		int64_t at = NONE, since = NONE;
		CHECK(c->in, moment_read(str(c->in), &at) == (c->want != NONE));
		CHECK(c->in, at == c->want);
		CHECK(c->in, moment_read_since(str(c->in), NOW, &since) == (c->since != NONE));
		CHECK(c->in, since == c->since);
	}
	int64_t at;
	CHECK("no text", !moment_read(STR_NONE, &at));
}
