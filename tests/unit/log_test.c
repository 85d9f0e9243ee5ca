/* SPDX-License-Identifier: Apache-2.0 */
/* log_test.c - one event, one line. */
#include "base/log.h"
#include "scratch.h"
#include <string.h>

TEST(nothing_from_outside_can_forge_a_line_of_the_log)
{
	static const struct {
		const char *name, *in, *want;
	} cases[] = {
		{ "plain", "mail 12 was refused", "mail 12 was refused" },
		{ "line end", "a\n2026-01-01T00:00:00Z error: b",
		  "a?2026-01-01T00:00:00Z error: b" },
		{ "carriage return", "a\rb", "a?b" },
		{ "escape", "a\x1b[31mb", "a?[31mb" },
		{ "delete",
		  "a\x7f"
		  "b",
		  "a?b" },
		{ "tab", "a\tb", "a?b" },
		{ "a format", "%s%n%x", "%s%n%x" },
		{ "Unicode stays", "caf\xc3\xa9", "caf\xc3\xa9" },
		{ "nothing", "", "" },
	};
	FOREACH(c, cases) {
		struct kept_stderr kept = stderr_keep();
		log_error("%s", c->in);
		struct str line = stderr_kept(&kept, t->arena);
		size_t head = strlen("2026-11-23T10:00:00Z error: ");
		CHECK(c->name, line.len == head + strlen(c->want) + 1);
		CHECK(c->name, line.ptr[line.len - 1] == '\n' && line.ptr[19] == 'Z');
		CHECK(c->name, str_starts(str_from(line, 20), " error: "));
		CHECK(c->name, str_starts(str_from(line, head), c->want));
	}
}

TEST(a_line_of_the_log_is_cut_and_still_ends)
{
	char big[5000];

	memset(big, 'x', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	struct kept_stderr kept = stderr_keep();
	log_warning("%s", big);
	log_info("%s", "next");
	struct str lines = stderr_kept(&kept, t->arena);
	size_t first = str_find(lines, '\n');
	CHECK("cut", first > 500 && first < 1024);
	CHECK("the next is a line of its own", str_find(str_from(lines, first + 1), '\n') ==
	                                               strlen("2026-11-23T10:00:00Z info: next"));
}

TEST(every_error_has_a_name_and_a_sentence)
{
	for (enum err err = OK; err < ERR_COUNT; err++) {
		CHECK("name",
		      err_name(err) && (err == OK || str_starts(str(err_name(err)), "ERR_")));
		CHECK("sentence", err_sentence(err) && strlen(err_sentence(err)) > 3);
		for (enum err other = OK; other < err; other++)
			CHECK(err_name(err), strcmp(err_sentence(err), err_sentence(other)) != 0);
	}
	CHECK("OK", strcmp(err_name(OK), "OK") == 0 && strcmp(err_sentence(OK), "done") == 0);
}
