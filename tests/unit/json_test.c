/* SPDX-License-Identifier: Apache-2.0 */
/* json_test.c - objects in as flat members, structs out as nested objects. */
#include "base/json.h"
#include "unit.h"
#include <string.h>

#define TEXT(literal)                                                                              \
	{                                                                                          \
		"" literal, sizeof(literal) - 1                                                    \
	}

/* "name=text;name=null;name=other;" */
static const char *shown(struct test *t, const struct members *members)
{
	struct buf buf = buf_in(t->arena);
	struct str text;

	for (size_t i = 0; i < members->n; i++) {
		const struct member *member = &members->items[i];
		buf_add(&buf, member->name);
		buf_puts(&buf, "=");
		if (member->kind == MEMBER_TEXT)
			buf_add(&buf, member->text);
		else
			buf_puts(&buf, member->kind == MEMBER_NULL ? "<null>" : "<other>");
		buf_puts(&buf, ";");
	}
	CHECK("arena", buf_str(&buf, &text) == OK);
	return text.ptr;
}

TEST(a_json_object_becomes_flat_members)
{
	static const struct {
		const char *name, *in, *want;
	} cases[] = {
		{ "empty", "{}", "" },
		{ "one", "{\"a\":\"b\"}", "a=b;" },
		{ "white space", " \t\r\n{ \"a\" : \"b\" } \n", "a=b;" },
		{ "empty text", "{\"a\":\"\"}", "a=;" },
		{ "null", "{\"a\":null}", "a=<null>;" },
		{ "number", "{\"a\":1}", "a=<other>;" },
		{ "zero", "{\"a\":0}", "a=<other>;" },
		{ "exponent", "{\"a\":1e1}", "a=<other>;" },
		{ "true", "{\"a\":true}", "a=<other>;" },
		{ "false", "{\"a\":false}", "a=<other>;" },
		{ "array", "{\"a\":[]}", "a=<other>;" },
		{ "array of texts", "{\"email\":[\"a@x\",\"b@x\"]}", "email=<other>;" },
		{ "array of objects", "{\"a\":[{\"b\":\"c\"}]}", "a=<other>;" },
		{ "empty object", "{\"a\":{}}", "a=<other>;" },
		{ "an operator", "{\"token\":{\"$regex\":\".*\"}}", "token.$regex=.*;" },
		{ "nested", "{\"user\":{\"email\":\"a@x\"}}", "user.email=a@x;" },
		{ "nested deeper", "{\"a\":{\"b\":{\"c\":{\"d\":\"e\"}}}}", "a.b.c.d=e;" },
		{ "nested beside flat", "{\"a\":{\"b\":\"1\",\"c\":null},\"d\":\"2\"}",
		  "a.b=1;a.c=<null>;d=2;" },
		{ "a dotted name meets a nested one", "{\"a.b\":\"1\",\"a\":{\"b\":\"2\"}}",
		  "a.b=1;a.b=2;" },
		{ "escapes", "{\"a\":\"\\u00e9\\n\\\"\\\\\\/\"}", "a=\xc3\xa9\n\"\\/;" },
		{ "a pair of surrogates", "{\"a\":\"\\ud83d\\udc34\"}", "a=\xf0\x9f\x90\xb4;" },
		{ "an escaped name", "{\"\\u0061\":\"1\"}", "a=1;" },
	};
	FOREACH(c, cases) {
		struct members members = { .n = 0 };
		CHECK(c->name, json_read(t->arena, str(c->in), &members) == OK);
		CHECK(c->name, strcmp(shown(t, &members), c->want) == 0);
	}
}

TEST(what_is_no_plain_json_object_is_malformed)
{
	static const struct {
		const char *name;
		struct str in;
	} cases[] = {
		{ "nothing", TEXT("") },
		{ "none", { NULL, 0 } },
		{ "white space", TEXT("  ") },
		{ "no JSON", TEXT("token=abc") },
		{ "a text", TEXT("\"a\"") },
		{ "a number", TEXT("1") },
		{ "null", TEXT("null") },
		{ "an array", TEXT("[]") },
		{ "an array of an object", TEXT("[{\"a\":\"b\"}]") },
		{ "a member twice", TEXT("{\"a\":\"1\",\"a\":\"2\"}") },
		{ "a member twice, once escaped", TEXT("{\"a\":\"1\",\"\\u0061\":\"2\"}") },
		{ "a member twice inside", TEXT("{\"a\":{\"b\":\"1\",\"b\":\"2\"}}") },
		{ "a member without a name", TEXT("{\"\":\"1\"}") },
		{ "members inside one without a name", TEXT("{\"\":{\"token\":\"x\"}}") },
		{ "too deep", TEXT("{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":"
		                   "1}}}}}}}}}") },
		{ "NUL escaped", TEXT("{\"a\":\"x\\u0000y\"}") },
		{ "NUL in a name", TEXT("{\"a\\u0000b\":\"x\"}") },
		{ "NUL as it is", TEXT("{\"a\":\"x\0y\"}") },
		{ "NUL behind", TEXT("{\"a\":\"x\"}\0") },
		{ "not UTF-8", TEXT("{\"a\":\"x\xff\"}") },
		{ "not UTF-8 in a name", TEXT("{\"\xff\":\"x\"}") },
		{ "overlong UTF-8", TEXT("{\"a\":\"\xc0\xaf\"}") },
		{ "surrogate in UTF-8", TEXT("{\"a\":\"\xed\xa0\x80\"}") },
		{ "half a pair of surrogates", TEXT("{\"a\":\"\\ud83d\"}") },
		{ "byte order mark", TEXT("\xef\xbb\xbf{\"a\":\"b\"}") },
		{ "UTF-16", TEXT("{\0}\0") },
		{ "cut short", TEXT("{\"a\":\"b\"") },
		{ "something behind", TEXT("{\"a\":\"b\"}x") },
		{ "two objects", TEXT("{}{}") },
		{ "a comma too many", TEXT("{\"a\":\"b\",}") },
		{ "single quotes", TEXT("{'a':'b'}") },
		{ "no quotes", TEXT("{a:\"b\"}") },
		{ "a comment", TEXT("{/**/\"a\":\"b\"}") },
		{ "a control character", TEXT("{\"a\":\"x\ny\"}") },
	};
	FOREACH(c, cases) {
		struct members members = { .n = 0 };
		CHECK(c->name, json_read(t->arena, c->in, &members) == ERR_MALFORMED);
	}
}

/* {"m0":"v","m1":"v",...} */
static struct str object_of(struct test *t, int n)
{
	struct buf buf = buf_in(t->arena);
	struct str text;

	for (int i = 0; i < n; i++)
		buf_printf(&buf, "%s\"m%d\":\"v\"", i ? "," : "{", i);
	buf_puts(&buf, "}");
	CHECK("arena", buf_str(&buf, &text) == OK);
	return text;
}

TEST(too_many_members_are_malformed)
{
	struct members members = { .n = 0 }, more = { .n = 0 };

	CHECK("as many as fit", json_read(t->arena, object_of(t, MEMBERS_MAX), &members) == OK);
	CHECK("as many as fit", members.n == MEMBERS_MAX);
	CHECK("one more",
	      json_read(t->arena, object_of(t, MEMBERS_MAX + 1), &more) == ERR_MALFORMED);
	CHECK("one more by hand",
	      members_add(&members, (struct member){ .name = STR("x") }) == ERR_MALFORMED);
}

TEST(arrays_within_arrays_end)
{
	struct buf deep = buf_in(t->arena);
	struct members members = { .n = 0 };
	struct str text;

	buf_puts(&deep, "{\"a\":");
	for (int i = 0; i < 8000; i++)
		buf_putc(&deep, '[');
	CHECK("arena", buf_str(&deep, &text) == OK);
	CHECK("deep", json_read(t->arena, text, &members) == ERR_MALFORMED);
}

TEST(members_without_room_are_out_of_memory)
{
	struct arena *arena = arena_new(16 * 1024);
	struct members members = { .n = 0 };
	struct buf buf = buf_in(t->arena);
	struct str text;

	buf_printf(&buf, "{\"a\":\"%*d\"}", 20000, 1);
	CHECK("text", buf_str(&buf, &text) == OK);
	CHECK("no room", json_read(arena, text, &members) == ERR_NOMEM);
	arena_free(arena);
}

struct thing {
	struct str text, other;
	struct secret secret;
	int64_t number, yes;
};

static const struct thing thing = {
	.text = TEXT("a\"b\xc3\xa9\n</script>"),
	.secret = TEXT("s3cret"),
	.number = -9007199254740993,
	.yes = 7,
};

TEST(a_struct_becomes_an_object_by_its_table)
{
	static const struct out_field flat[] = {
		OUT("text", TEXT, struct thing, text),
		OUT("none", TEXT, struct thing, other),
		OUT("secret", SECRET, struct thing, secret),
		OUT_FIXED("fixed", "Bearer"),
		OUT("number", INTEGER, struct thing, number),
		OUT("yes", BOOL, struct thing, yes),
	};
	static const struct out_field nested[] = {
		OUT("code", SECRET, struct thing, secret),
		OUT_FIXED("payload.type", "error"),
		OUT_FIXED("payload.input", "email"),
		OUT("payload.none", TEXT, struct thing, other),
		OUT_FIXED("errors[].field", "new"),
		OUT_FIXED("errors[].code", "too_short"),
		OUT_FIXED("a.b.c", "deep"),
		OUT_FIXED("last", ""),
	};
	static const struct out_field left_out[] = { OUT("none", TEXT, struct thing, other),
		                                     OUT("a.none", TEXT, struct thing, other) };
	static const struct {
		const char *name;
		const struct out_field *fields;
		size_t n;
		const char *want;
	} cases[] = {
		{ "flat", flat, COUNT_OF(flat),
		  "{\"text\":\"a\\\"b\xc3\xa9\\n</script>\",\"secret\":\"s3cret\","
		  "\"fixed\":\"Bearer\",\"number\":-9007199254740993,\"yes\":true}" },
		{ "nested", nested, COUNT_OF(nested),
		  "{\"code\":\"s3cret\",\"payload\":{\"type\":\"error\",\"input\":"
		  "\"email\"},"
		  "\"errors\":[{\"field\":\"new\",\"code\":\"too_short\"}],"
		  "\"a\":{\"b\":{\"c\":\"deep\"}},\"last\":\"\"}" },
		{ "all left out", left_out, COUNT_OF(left_out), "{}" },
		{ "no fields", flat, 0, "{}" },
	};
	FOREACH(c, cases) {
		struct str got = STR_NONE;
		CHECK(c->name, json_write(t->arena, c->fields, c->n, &thing, &got) == OK);
		CHECK(c->name, str_is(got, c->want) && got.ptr[got.len] == '\0');
	}
}

TEST(a_list_of_structs_becomes_an_array)
{
	struct thing things[] = { { .number = 1 }, { .number = 2, .yes = 1 } };
	static const struct out_field of_thing[] = { OUT("n", INTEGER, struct thing, number),
		                                     OUT("yes", BOOL, struct thing, yes) };
	struct lists {
		struct thing *items;
		size_t n;
	} list = { things, 2 };
	static const struct out_field fields[] = {
		OUT_LIST_OF("things", struct lists, items, of_thing, struct thing),
	};
	struct str got;

	CHECK("two", json_write(t->arena, fields, 1, &list, &got) == OK);
	CHECK("two", str_is(got, "{\"things\":[{\"n\":1,\"yes\":false},{\"n\":2,\"yes\":true}]}"));
	list.n = 0;
	CHECK("none", json_write(t->arena, fields, 1, &list, &got) == OK);
	CHECK("none", str_is(got, "{\"things\":[]}"));
}

TEST(a_time_is_spelled_in_utc_and_left_out_when_there_is_none)
{
	struct thing one = { .number = 1795400000 };
	static const struct out_field fields[] = { OUT("at", TIME, struct thing, number) };
	struct str got;

	CHECK("a time", json_write(t->arena, fields, 1, &one, &got) == OK);
	CHECK("RFC 3339", str_is(got, "{\"at\":\"2026-11-23T02:13:20Z\"}"));
	one.number = 0;
	CHECK("none", json_write(t->arena, fields, 1, &one, &got) == OK && str_is(got, "{}"));
}

TEST(a_list_of_texts_becomes_an_array_of_them)
{
	struct str words[] = { STR("a"), STR("\"") };
	const struct lists {
		struct str_list two, none;
	} lists = { { words, 2 }, { NULL, 0 } };
	static const struct out_field fields[] = { OUT("two", WORDS, struct lists, two),
		                                   OUT("none", WORDS, struct lists, none) };
	struct str got;

	CHECK("lists", json_write(t->arena, fields, COUNT_OF(fields), &lists, &got) == OK);
	CHECK("lists", str_is(got, "{\"two\":[\"a\",\"\\\"\"],\"none\":[]}"));
	words[0] = STR("\xff");
	CHECK("not UTF-8",
	      json_write(t->arena, fields, COUNT_OF(fields), &lists, &got) == ERR_INTERNAL);
}

TEST(pairs_become_members_of_their_own_names)
{
	struct out_pair pairs[] = { { STR("a.b"), STR("1") }, { STR("c"), STR("\"") } };
	const struct {
		struct str text, none;
		struct out_list pairs;
	} item = { STR("x"), STR_NONE, { pairs, 2 } };
	const struct out_field fields[] = {
		{ .name = "text", .kind = OUT_TEXT_OR_NULL, .offset = 0 },
		{ .name = "none", .kind = OUT_TEXT_OR_NULL, .offset = sizeof(struct str) },
		{ .name = "…", .kind = OUT_PAIRS, .offset = 2 * sizeof(struct str) },
	};
	struct str got;

	CHECK("flat", json_write(t->arena, fields, COUNT_OF(fields), &item, &got) == OK);
	CHECK("flat", str_is(got, "{\"text\":\"x\",\"none\":null,\"a.b\":\"1\",\"c\":\"\\\"\"}"));
	pairs[1].value = STR("\xff");
	CHECK("not UTF-8",
	      json_write(t->arena, fields, COUNT_OF(fields), &item, &got) == ERR_INTERNAL);
}

TEST(a_text_that_is_not_utf8_is_never_written)
{
	static struct thing bad = { .text = TEXT("\xff") };
	static const struct out_field fields[] = { OUT("text", TEXT, struct thing, text) };
	const struct out_list list = { &bad, 1 };
	static const struct out_field lists[] = {
		OUT_LIST_OF("bad", struct out_list, items, fields, struct thing),
	};
	struct str got = STR("untouched");

	CHECK("object", json_write(t->arena, fields, 1, &bad, &got) == ERR_INTERNAL);
	CHECK("list", json_write(t->arena, lists, 1, &list, &got) == ERR_INTERNAL);
	CHECK("untouched", str_is(got, "untouched"));
}

TEST(a_document_too_deep_is_malformed_and_brackets_in_a_text_are_text)
{
	static const struct {
		const char *name, *text;
		enum err want;
	} cases[] = {
		{ "eight levels", "{\"a\":{\"b\":{\"c\":{\"d\":{\"e\":{\"f\":{\"g\":{}}}}}}}}",
		  OK },
		{ "nine levels",
		  "{\"a\":{\"b\":{\"c\":{\"d\":{\"e\":{\"f\":{\"g\":{\"h\":{}}}}}}}}}",
		  ERR_MALFORMED },
		{ "nine arrays", "{\"a\":[[[[[[[[1]]]]]]]]}", ERR_MALFORMED },
		{ "brackets in a text", "{\"a\":\"[[[[[[{{{{{{\"}", OK },
		{ "a quote in a text", "{\"a\":\"\\\"[[[[[[[\"}", OK },
		{ "a backslash before the end", "{\"a\":\"\\\\\",\"b\":[[[[[[[[[]]]]]]]]]}",
		  ERR_MALFORMED },
	};
	FOREACH(c, cases) {
		struct members members = { .n = 0 };
		CHECK(c->name, json_read(t->arena, str(c->text), &members) == c->want);
	}
}

TEST(members_of_an_object_stand_beside_others_and_override_none)
{
	const struct row {
		struct str more;
		int64_t id;
		struct number_list numbers;
	} some = { STR("{\"id\":7,\"a\":[1,null],\"inner\":{\"b\":2}}"),
		   3,
		   { (int64_t[]){ 4, 5 }, 2 } },
	  none = { STR_NONE, 3, { NULL, 0 } };
	static const struct out_field fields[] = {
		OUT("x.id", INTEGER, struct row, id),
		OUT("x.at", MILLISECONDS, struct row, id),
		OUT("x.*", MEMBERS, struct row, more),
		OUT("numbers", NUMBERS, struct row, numbers),
	};
	struct str got;

	CHECK("some", json_write(t->arena, fields, COUNT_OF(fields), &some, &got) == OK);
	CHECK("some",
	      str_is(got, "{\"x\":{\"id\":3,\"at\":3000,\"a\":[1,null],\"inner\":{\"b\":2}},"
	                  "\"numbers\":[4,5]}"));
	CHECK("none", json_write(t->arena, fields, COUNT_OF(fields), &none, &got) == OK);
	CHECK("none", str_is(got, "{\"x\":{\"id\":3,\"at\":3000},\"numbers\":[]}"));
}

TEST(an_object_is_read_as_it_stands)
{
	static const struct {
		const char *name, *text;
		enum member_kind kind;
		const char *want;
	} cases[] = {
		{ "a text", "{\"a.b\":\"x\"}", MEMBER_TEXT, "x" },
		{ "null", "{\"a.b\":null}", MEMBER_NULL, "" },
		{ "a number", "{\"a.b\":1.5}", MEMBER_OTHER, "1.5" },
		{ "one of many digits", "{\"a.b\":0.1}", MEMBER_OTHER, "0.1" },
		{ "one of no round value", "{\"a.b\":0.30000000000000004}", MEMBER_OTHER,
		  "0.30000000000000004" },
		{ "some inside", "{\"a.b\":{\"\\\"\":[0.1,2.0,-1e300,1],\"c\":null}}", MEMBER_OTHER,
		  "{\"\\\"\":[0.1,2.0,-1e+300,1],\"c\":null}" },
		{ "true", "{\"a.b\":true}", MEMBER_OTHER, "true" },
		{ "an object", "{\"a.b\":{\"c\":[1, \"é\"]}}", MEMBER_OTHER, "{\"c\":[1,\"é\"]}" },
		{ "nothing", "{\"a.b\":{}}", MEMBER_OTHER, "{}" },
	};
	FOREACH(c, cases) {
		struct members members = { .n = 0 };
		CHECK(c->name, json_read_flat(t->arena, str(c->text), &members) == OK);
		CHECK(c->name, members.n == 1 && str_is(members.items[0].name, "a.b") &&
		                       members.items[0].kind == c->kind &&
		                       str_is(members.items[0].text, c->want));
	}
	struct members members = { .n = 0 };
	CHECK("an array", json_read_flat(t->arena, STR("[]"), &members) == ERR_MALFORMED);
	CHECK("twice",
	      json_read_flat(t->arena, STR("{\"a\":1,\"a\":1}"), &members) == ERR_MALFORMED);
}

TEST(only_an_object_or_an_array_is_a_structure)
{
	static const char *const yes[] = { "{}", "[]", "{\"a\":[1]}", "[\"x\"]" };
	static const char *const no[] = { "",   "x",   "1",   "true", "\"x\"", "{",
		                          "[1", "{a}", " {}", "{}x",  "null" };

	FOREACH(text, yes)
		CHECK(*text, json_is_structure(str(*text)));
	FOREACH(text, no)
		CHECK(*text, !json_is_structure(str(*text)));
}

/* Whatever is shown as a structure is read again inside the object of all members. */
TEST(a_structure_can_be_a_member_of_what_is_shown)
{
	static const struct {
		const char *text;
		bool is_one;
	} cases[] = { { "[[[[[[[1]]]]]]]", true }, { "[[[[[[[[1]]]]]]]]", false } };
	static const struct out_field out[] = { { .name = "*", .kind = OUT_MEMBERS } };

	FOREACH(c, cases) {
		struct str members, json;
		CHECK(c->text, json_is_structure(str(c->text)) == c->is_one);
		CHECK("memory", arena_printf(t->arena, &members, "{\"x\":%s}", c->text) == OK);
		enum err err = json_write(t->arena, out, 1, &members, &json);
		CHECK(c->text, err == (c->is_one ? OK : ERR_INTERNAL));
	}
}
