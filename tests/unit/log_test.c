/* SPDX-License-Identifier: Apache-2.0 */
/* log_test.c - one event, one line. */
#include "base/log.h"
#include "scratch.h"
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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

/* A pipe in the place of standard error, whose reader is this test. */
struct slow_reader {
	int read_end, stderr_before;
};

static struct slow_reader slow_reader_open(void)
{
	struct slow_reader reader = { .stderr_before = dup(STDERR_FILENO) };
	int ends[2];

	CHECK("pipe", reader.stderr_before >= 0 && pipe2(ends, O_CLOEXEC) == 0);
	dup2(ends[1], STDERR_FILENO);
	close(ends[1]);
	reader.read_end = ends[0];
	return reader;
}

/* All that is in the pipe now, or comes within 5 s if nothing is. */
static struct str slow_reader_read(const struct slow_reader *reader, struct arena *arena)
{
	struct pollfd in = { .fd = reader->read_end, .events = POLLIN };
	struct buf text = buf_in(arena);
	char bytes[4096];
	struct str all;

	for (int timeout_ms = 5000; poll(&in, 1, timeout_ms) > 0; timeout_ms = 0) {
		ssize_t n = read(reader->read_end, bytes, sizeof(bytes));
		if (n <= 0)
			break;
		buf_add(&text, (struct str){ bytes, (size_t)n });
	}
	CHECK("read", buf_str(&text, &all) == OK);
	return all;
}

static void slow_reader_close(const struct slow_reader *reader)
{
	dup2(reader->stderr_before, STDERR_FILENO);
	close(reader->stderr_before);
	close(reader->read_end);
}

static size_t lines_with(struct str text, const char *words)
{
	size_t n = 0;

	for (const char *at = text.ptr; (at = strstr(at, words)); at++)
		n++;
	return n;
}

TEST(request_lines_are_written_before_the_next_error_and_at_the_end)
{
	static const char *const in_order[] = { "request: first", "request: second", "error: third",
		                                "request: fourth" };
	struct kept_stderr kept = stderr_keep();
	enum err started = log_requests_start();
	log_request("%s", "first");
	log_request("%s", "second");
	log_error("%s", "third");
	log_request("%s", "fourth\nforged");
	log_requests_stop();
	log_request("%s", "after the end");
	struct str log = stderr_kept(&kept, t->arena);
	size_t at = 0;

	CHECK("started", started == OK);
	FOREACH(line, in_order) {
		const char *found = strstr(log.ptr + at, *line);
		CHECK(*line, found != NULL);
		at = (size_t)(found - log.ptr);
	}
	CHECK("four lines", lines_with(log, "\n") == 4);
	CHECK("none is forged", strstr(log.ptr, "fourth?forged") != NULL);
}

TEST(request_lines_are_written_soon_though_nothing_else_happens)
{
	struct slow_reader reader = slow_reader_open();
	enum err started = log_requests_start();
	log_request("%s", "only");
	struct str log = slow_reader_read(&reader, t->arena);
	log_requests_stop();
	slow_reader_close(&reader);

	CHECK("started", started == OK);
	CHECK("written", lines_with(log, "request: only\n") == 1);
}

/* Reads to the line with these words. Gives the lines that came and those that are told to be lost.
 */
static void account_for(const struct slow_reader *reader, struct arena *arena, const char *last,
                        size_t *ret_got, size_t *ret_lost)
{
	struct buf text = buf_in(arena);
	struct str part, log;

	*ret_lost = 0;
	do { /* what is read may end within a line */
		part = slow_reader_read(reader, arena);
		buf_add(&text, part);
	} while (part.len > 0 && !strstr(part.ptr, last));
	CHECK("whole", buf_str(&text, &log) == OK);
	for (const char *gap = log.ptr; (gap = strstr(gap, "warning: ")); gap++)
		*ret_lost += strtoull(gap + strlen("warning: "), NULL, 10);
	*ret_got = lines_with(log, "request: line");
}

TEST(a_reader_that_is_behind_costs_lines_and_never_time)
{
	enum { LINES = 50000 };
	struct slow_reader reader = slow_reader_open();
	size_t got, lost;

	enum err started = log_requests_start();
	for (int i = 0; i < LINES; i++) /* would block for ever if one waited for the reader */
		log_request("line %d", i);
	log_requests_stop(); /* gives up after a second */
	bool again = log_requests_start() == OK;
	log_request("%s", "when there is room");
	account_for(&reader, t->arena, "is room\n", &got, &lost);
	log_requests_stop();
	slow_reader_close(&reader);

	CHECK("started", started == OK && again);
	CHECK("some came, some were lost", got > 100 && lost > 100);
	CHECK("all are accounted for", got + lost == LINES);
}

TEST(a_line_that_tells_of_lost_ones_is_not_lost_unseen)
{
	enum { LINES = 50000, STOPS = 3 };
	struct slow_reader reader = slow_reader_open();
	size_t got, lost;

	enum err started = log_requests_start();
	for (int i = 0; i < LINES - STOPS; i++)
		log_request("line %d", i);
	for (int i = 0; i < STOPS; i++) {
		log_requests_stop(); /* and with what is left, the line that tells of the rest */
		started = started == OK ? log_requests_start() : started;
		log_request("line, %d", i);
	}
	log_request("%s", "when there is room");
	account_for(&reader, t->arena, "is room\n", &got, &lost);
	log_requests_stop();
	slow_reader_close(&reader);

	CHECK("started", started == OK);
	CHECK("all are accounted for", got + lost == LINES);
}
