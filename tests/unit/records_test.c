/* SPDX-License-Identifier: Apache-2.0 */
/* records_test.c - rows out of JSON and CSV, good ones and bad ones beside each other. */
#include "cli/records.h"
#include "scratch.h"
#include "unit.h"
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

struct row {
	struct str a, b;
};

static const struct out_field fields[] = {
	OUT("a", TEXT, struct row, a),
	OUT("b", TEXT, struct row, b),
};

static void show_value(struct buf *buf, struct str value)
{
	if (value.ptr)
		buf_add(buf, value);
	else
		buf_puts(buf, "-");
}

/* "1:A/B 2:A/- 3!why", or "!why" of what cannot be opened. */
static const char *shown(struct test *t, struct records *records, enum err opened)
{
	struct buf buf = buf_in(t->arena);
	struct str text;
	enum err err = opened;

	if (opened == ERR_CONFIG)
		buf_printf(&buf, "!%s", records->why);
	while (opened == OK) {
		struct row row = { .a = STR_NONE };
		err = records_next(records, t->arena, &row);
		if (err != OK && err != ERR_MALFORMED)
			break;
		buf_printf(&buf, "%s%lld", buf.len ? " " : "", (long long)records->line);
		if (err == OK) {
			buf_puts(&buf, ":");
			show_value(&buf, row.a);
			buf_puts(&buf, "/");
			show_value(&buf, row.b);
		} else {
			buf_printf(&buf, "!%s", records->why);
		}
	}
	CHECK("the end", err == (opened == OK ? ERR_NOT_FOUND : ERR_CONFIG));
	CHECK("text", buf_str(&buf, &text) == OK);
	return text.ptr;
}

#define NO_OBJECT "!this is no JSON object, or has a member twice"

TEST(records_are_read_from_json_and_csv)
{
	static const struct {
		const char *name, *in, *want;
	} cases[] = {
		{ "nothing", "", "" },
		{ "blank", " \n\n", "" },

		{ "lines", "{\"a\":\"1\",\"b\":\"2\"}\n{\"b\":\"3\"}\n", "1:1/2 2:-/3" },
		{ "no end of the last line", "{\"a\":\"1\"}", "1:1/-" },
		{ "empty lines", "\n{\"a\":\"1\"}\r\n\r\n{\"a\":\"2\"}\n\n", "2:1/- 4:2/-" },
		{ "null and a number", "{\"a\":null,\"b\":12}", "1:-/12" },
		{ "an empty text is one", "{\"a\":\"\"}", "1:/-" },
		{ "a bad line stands alone", "{\"a\":\"1\"\n{\"a\":\"2\"}\nx\n{}\n",
		  "1" NO_OBJECT " 2:2/- 3" NO_OBJECT " 4:-/-" },
		{ "an unknown name", "{\"c\":\"1\"}", "1!there is no field c" },
		{ "a name that a terminal would obey", "{\"\\u001b[1m\":\"1\"}",
		  "1!there is no field \\x1b[1m" },
		{ "a fraction", "{\"a\":1.5}", "1!a value is neither a text nor a whole number" },
		{ "twice", "{\"a\":\"1\",\"a\":\"2\"}", "1" NO_OBJECT },

		{ "an empty array", "[]", "" },
		{ "an array", "[{\"a\":\"1\"},{\"a\":\"2\"}]", "1:1/- 1:2/-" },
		{ "laid out",
		  "[\n  {\n    \"a\": \"}{\\\\\\\"\",\n    \"b\": \"2\"\n  },\n  {\"a\": "
		  "\"3\"}\n]\n",
		  "2:}{\\\"/2 6:3/-" },
		{ "no object", "[{\"a\":\"1\"},\n5,{\"a\":\"2\"}]",
		  "1:1/- 2!an object should begin here" },
		{ "cut off behind one", "[{\"a\":\"1\"},\n",
		  "1:1/- 2!the file ends inside the array" },
		{ "cut off behind nothing", "[", "1!the file ends inside the array" },
		{ "lines behind it", "[{\"a\":\"1\"}]\n \n{\"a\":\"2\"}\n",
		  "1:1/- 1!something stands behind the array" },
		{ "another one", "[] []", "1!something stands behind the array" },
		{ "blanks behind it", "[{\"a\":\"1\"}] \r\n\t\n", "1:1/-" },
		{ "cut off", "[{\"a\":\"1\"},{\"a\":", "1:1/- 1!the file ends inside an object" },

		{ "CSV", "a,b\n1,2\n3,\n", "2:1/2 3:3/-" },
		{ "other columns", "b\r\n2\r\n", "2:-/2" },
		{ "a byte order mark",
		  "\xef\xbb\xbf"
		  "a,b\n1,2",
		  "2:1/2" },
		{ "quotes", "\"a\",b\n\"1,\"\"x\"\"\n2\",\"\"\n3,4\n", "2:1,\"x\"\n2/- 4:3/4" },
		{ "too few", "a,b\n1\n3,4\n",
		  "2!it has another number of values than the first line has names 3:3/4" },
		{ "behind a quote", "a,b\n\"1\"x,2\n3,4\n",
		  "2!something stands behind a closing quote, so nobody knows where the next "
		  "record "
		  "begins" },
		{ "an open quote", "a,b\n\"1,2\n", "2!a quote is not closed" },
		{ "an unknown column", "a,c\n1,2\n", "!there is no field c" },
		{ "a column twice", "a,a\n1,2\n", "!two columns have the same name" },
		{ "a column without a name", "a,\n1,2\n", "!there is no field " },
	};
	FOREACH(c, cases) {
		struct scratch scratch;
		struct records records;
		scratch_make(&scratch);
		const char *path = scratch_file(&scratch, t->arena, "file", c->in, 0600);
		enum err err = records_open(t->arena, path, fields, COUNT_OF(fields), &records);
		const char *got = shown(t, &records, err);
		if (strcmp(got, c->want) != 0)
			fail_msg("%s: %s", c->name, got);
		records_close(&records);
		scratch_remove(&scratch);
	}
}

TEST(a_file_that_is_not_there_is_told)
{
	struct records records;

	CHECK("open", records_open(t->arena, "/nowhere/at/all", fields, COUNT_OF(fields),
	                           &records) == ERR_CONFIG);
	CHECK("why", strstr(records.why, "No such file") != NULL);
	records_close(&records);
}

TEST(a_read_that_fails_is_told_with_the_reason)
{
	struct records records;
	struct row row;

	CHECK("a folder",
	      records_open(t->arena, "/", fields, COUNT_OF(fields), &records) == ERR_CONFIG);
	CHECK(records.why, strstr(records.why, "Is a directory") != NULL);
	records_close(&records);

	struct scratch scratch;
	scratch_make(&scratch);
	const char *path = scratch_file(&scratch, t->arena, "file", "a,b\n1,2\n", 0600);
	CHECK("open", records_open(t->arena, path, fields, COUNT_OF(fields), &records) == OK);
	CHECK("a row", records_next(&records, t->arena, &row) == OK);
	int folder = open("/", O_RDONLY | O_CLOEXEC);
	CHECK("in its place", folder >= 0 && dup2(folder, fileno(records.file)) >= 0);
	CHECK("told", records_next(&records, t->arena, &row) == ERR_CONFIG);
	CHECK(records.why, strstr(records.why, "Is a directory") != NULL);
	close(folder);
	records_close(&records);
	scratch_remove(&scratch);
}

TEST(a_record_takes_64_kib_at_most)
{
	static char line[RECORD_MAX + 200];
	struct scratch scratch;
	struct records records;

	memset(line, 'x', sizeof(line));
	memcpy(line, "{\"a\":\"", 6);
	memcpy(line + sizeof(line) - 16, "\"}\n{\"a\":\"1\"}\n", 14);
	scratch_make(&scratch);
	const char *path = scratch_file(&scratch, t->arena, "file", line, 0600);
	CHECK("open", records_open(t->arena, path, fields, COUNT_OF(fields), &records) == OK);
	const char *got = shown(t, &records, OK);
	CHECK(got, strcmp(got, "1!the line is longer than 64 KiB 2:1/-") == 0);
	records_close(&records);
	scratch_remove(&scratch);
}

/* In an array too, and what stands in it is read as no record of its own. */
TEST(an_object_that_is_too_long_is_refused_alone)
{
	static char text[2 * RECORD_MAX];
	static const char begin[] = "[{\"a\":\"", end[] = "{\"}\n,{\"a\":\"1\"}]";
	struct scratch scratch;
	struct records records;

	memset(text, 'x', sizeof(text));
	memcpy(text, begin, strlen(begin));
	memcpy(text + sizeof(text) - sizeof(end), end, sizeof(end));
	scratch_make(&scratch);
	const char *path = scratch_file(&scratch, t->arena, "file", text, 0600);
	CHECK("open", records_open(t->arena, path, fields, COUNT_OF(fields), &records) == OK);
	const char *got = shown(t, &records, OK);
	CHECK(got, strcmp(got, "1!the object is longer than 64 KiB 2:1/-") == 0);
	records_close(&records);
	scratch_remove(&scratch);
}

/* "1:a=1,b=- 2!why" */
static const char *shown_any(struct test *t, struct records *records)
{
	struct buf buf = buf_in(t->arena);
	struct named_texts words;
	struct str text;
	enum err err;

	while ((err = records_next(records, t->arena, &words)) != ERR_NOT_FOUND) {
		CHECK("a record", err == OK || err == ERR_MALFORMED);
		buf_printf(&buf, "%s%lld", buf.len ? " " : "", (long long)records->line);
		if (err == ERR_MALFORMED)
			buf_printf(&buf, "!%s", records->why);
		for (size_t i = 0; err == OK && i < words.n; i++) {
			buf_printf(&buf, "%s%.*s=", i ? "," : ":", STR_ARG(words.items[i].name));
			show_value(&buf, words.items[i].value);
		}
	}
	CHECK("text", buf_str(&buf, &text) == OK);
	return text.ptr;
}

TEST(without_a_table_a_record_has_all_names_that_it_has)
{
	static const struct {
		const char *name, *in, *want; /* want NULL: it is refused whole */
	} cases[] = {
		{ "CSV", "a,b c\n1,\n\"x\ny\",2\n", "2:a=1,b c=- 3:a=x\ny,b c=2" },
		{ "JSON", "{\"a\":true,\"b\":null}\n{\"c\":{\"d\":1}}\nx",
		  "1:a=true,b=- 2:c={\"d\":1} 3" NO_OBJECT },
		{ "a column twice", "a,b,a\n1,2,3\n", NULL },
		{ "a column without a name", "a,,b\n1,2,3\n", NULL },
	};
	FOREACH(c, cases) {
		struct scratch scratch;
		struct records records;
		scratch_make(&scratch);
		const char *path = scratch_file(&scratch, t->arena, "file", c->in, 0600);
		enum err err = records_open(t->arena, path, NULL, 0, &records);
		CHECK(c->name, err == (c->want ? OK : ERR_CONFIG));
		if (c->want && strcmp(shown_any(t, &records), c->want) != 0)
			fail_msg("%s is not %s", c->name, c->want);
		records_close(&records);
		scratch_remove(&scratch);
	}
}

/* Whatever stands between its quotes. */
TEST(a_cell_that_is_too_long_is_read_to_its_end)
{
	enum { PAD = RECORD_MAX + 100 };
	static char file[PAD + 100];
	struct scratch scratch;
	struct records records;
	size_t len = (size_t)snprintf(file, sizeof(file), "a,b\n1,\"");

	memset(file + len, 'x', PAD);
	snprintf(file + len + PAD, sizeof(file) - len - PAD, "\n2,forged\n\"\n3,4\n");
	scratch_make(&scratch);
	const char *path = scratch_file(&scratch, t->arena, "file", file, 0600);
	CHECK("open", records_open(t->arena, path, fields, COUNT_OF(fields), &records) == OK);
	const char *got = shown(t, &records, OK);
	CHECK(got, strcmp(got, "2!the record is longer than 64 KiB 5:3/4") == 0);
	records_close(&records);
	scratch_remove(&scratch);
}
