/* SPDX-License-Identifier: Apache-2.0 */
/* fields_test.c - members into structs: what is unknown, doubled, mistyped,
 * null or missing. */
#include "http/fields.h"
#include "unit.h"

struct in {
	struct str name, nick;
	struct secret word, again;
	int64_t preset;
};

static const struct field strict[] = {
	FIELD("name", TEXT, struct in, name),
	FIELD("word", SECRET, struct in, word),
	FIELD_MAYBE("nick", TEXT, struct in, nick),
};

/* As a dialect has it whose refusals come in the order of its fields. */
static const struct field checked[] = {
	FIELD_OR("word", SECRET, struct in, word, ERR_EMPTY_CODE),
	FIELD_OR("again", SECRET, struct in, again, ERR_EMPTY_PASSWORD),
};

struct fields_case {
	const char *name, *json;
	bool lenient;
	enum err want;
	const char *culprit; /* NULL: none */
};

static void check_case(struct test *t, const struct fields_case *c, const struct field *fields,
                       size_t n_fields, struct in *ret_in)
{
	struct members members = { .n = 0 };
	struct str culprit = STR_NONE;

	*ret_in = (struct in){ .preset = 42 };
	CHECK(c->name, json_read(t->arena, str(c->json), &members) == OK);
	CHECK(c->name,
	      fields_decode(fields, n_fields, &members, c->lenient, ret_in, &culprit) == c->want);
	CHECK(c->name, str_is(culprit, c->culprit ? c->culprit : ""));
	CHECK(c->name, (culprit.ptr == NULL) == (c->culprit == NULL));
	CHECK(c->name, ret_in->preset == 42);
}

TEST(members_are_decoded_by_their_fields_or_refused)
{
	static const struct fields_case cases[] = {
		{ "all", "{\"name\":\"ann\",\"word\":\"x\",\"nick\":\"a\"}", false, OK, NULL },
		{ "any order", "{\"word\":\"x\",\"name\":\"ann\"}", false, OK, NULL },
		{ "empty is there", "{\"word\":\"\",\"name\":\"\"}", false, OK, NULL },
		{ "missing", "{\"name\":\"ann\"}", false, ERR_MEMBER_MISSING, "word" },
		{ "all missing", "{}", false, ERR_MEMBER_MISSING, "name" },
		{ "only the optional", "{\"nick\":\"a\"}", false, ERR_MEMBER_MISSING, "name" },
		{ "null", "{\"name\":null,\"word\":\"x\"}", false, ERR_MEMBER_TYPE, "name" },
		{ "null for the optional", "{\"name\":\"a\",\"word\":\"x\",\"nick\":null}", false,
		  ERR_MEMBER_TYPE, "nick" },
		{ "number", "{\"name\":\"ann\",\"word\":0}", false, ERR_MEMBER_TYPE, "word" },
		{ "true", "{\"name\":true,\"word\":\"x\"}", false, ERR_MEMBER_TYPE, "name" },
		{ "array", "{\"name\":[\"a\",\"b\"],\"word\":\"x\"}", false, ERR_MEMBER_TYPE,
		  "name" },
		{ "empty object", "{\"name\":{},\"word\":\"x\"}", false, ERR_MEMBER_TYPE, "name" },
		{ "object", "{\"name\":{\"$ne\":\"\"},\"word\":\"x\"}", false, ERR_MALFORMED,
		  "name.$ne" },
		{ "unknown", "{\"name\":\"ann\",\"word\":\"x\",\"role\":\"admin\"}", false,
		  ERR_MALFORMED, "role" },
		{ "unknown, passed over", "{\"name\":\"ann\",\"word\":\"x\",\"role\":1}", true, OK,
		  NULL },
		{ "lenient, and still missing", "{\"role\":1,\"word\":\"x\"}", true,
		  ERR_MEMBER_MISSING, "name" },
		{ "lenient, and still mistyped", "{\"name\":1,\"word\":\"x\"}", true,
		  ERR_MEMBER_TYPE, "name" },
		{ "a name in capitals is another", "{\"Name\":\"ann\",\"word\":\"x\"}", false,
		  ERR_MALFORMED, "Name" },
	};
	FOREACH(c, cases) {
		struct in in;
		check_case(t, c, strict, COUNT_OF(strict), &in);
		CHECK(c->name, c->want != OK || (in.name.ptr && in.word.ptr));
	}
}

TEST(decoded_members_stand_in_their_places)
{
	static const struct fields_case c = { "places", "{\"word\":\"s3cret\",\"name\":\"ann\"}",
		                              false, OK, NULL };
	struct in in;

	check_case(t, &c, strict, COUNT_OF(strict), &in);
	CHECK("text", str_is(in.name, "ann"));
	CHECK("secret", secret_equal(in.word, (struct secret){ "s3cret", 6 }));
	CHECK("absent", !in.nick.ptr && !in.again.ptr);
}

TEST(a_member_that_comes_twice_is_malformed)
{
	static const struct {
		const char *name;
		const char *names[3];
		bool lenient;
		enum err want;
	} cases[] = {
		{ "once", { "name", "word", NULL }, false, OK },
		{ "twice", { "name", "word", "name" }, false, ERR_MALFORMED },
		{ "twice, lenient", { "name", "word", "word" }, true, ERR_MALFORMED },
		{ "unknown twice, lenient", { "x", "x", NULL }, true, ERR_MEMBER_MISSING },
	};
	FOREACH(c, cases) {
		struct members members = { .n = 0 };
		struct in in = { .preset = 0 };
		struct str culprit;
		for (size_t i = 0; i < 3 && c->names[i]; i++)
			CHECK(c->name,
			      members_add(&members, (struct member){ .name = str(c->names[i]),
			                                             .kind = MEMBER_TEXT,
			                                             .text = STR("v") }) == OK);
		CHECK(c->name, fields_decode(strict, COUNT_OF(strict), &members, c->lenient, &in,
		                             &culprit) == c->want);
	}
}

TEST(checked_fields_are_refused_in_their_order_after_every_shape)
{
	static const struct fields_case cases[] = {
		{ "both there", "{\"again\":\"b\",\"word\":\"a\"}", false, OK, NULL },
		{ "first absent", "{\"again\":\"b\"}", false, ERR_EMPTY_CODE, "word" },
		{ "second absent", "{\"word\":\"a\"}", false, ERR_EMPTY_PASSWORD, "again" },
		{ "both absent: the first", "{}", false, ERR_EMPTY_CODE, "word" },
		{ "both empty, other order: the first", "{\"again\":\"\",\"word\":\"\"}", false,
		  ERR_EMPTY_CODE, "word" },
		{ "null is absent", "{\"again\":\"b\",\"word\":null}", false, ERR_EMPTY_CODE,
		  "word" },
		{ "second null", "{\"again\":null,\"word\":\"a\"}", false, ERR_EMPTY_PASSWORD,
		  "again" },
		{ "a shape before an empty one", "{\"again\":1,\"word\":\"\"}", false,
		  ERR_MEMBER_TYPE, "again" },
		{ "an unknown one before an empty one", "{\"word\":\"\",\"x\":\"\"}", false,
		  ERR_MALFORMED, "x" },
		{ "white space is no emptiness", "{\"again\":\" \",\"word\":\"a\"}", false, OK,
		  NULL },
	};
	FOREACH(c, cases) {
		struct in in;
		check_case(t, c, checked, COUNT_OF(checked), &in);
	}
}

TEST(whether_a_member_is_there_is_asked_by_its_name)
{
	struct members members = { .n = 0 };

	CHECK("read", json_read(t->arena, STR("{\"a\":null,\"b\":[],\"c\":\"\"}"), &members) == OK);
	CHECK("null", members_have(&members, "a"));
	CHECK("other", members_have(&members, "b"));
	CHECK("empty", members_have(&members, "c"));
	CHECK("absent", !members_have(&members, "d") && !members_have(&members, ""));
}

struct wide {
	int64_t page;
	struct str_list ids;
	struct rest rest;
	struct str nick;
};

static const struct field wide[] = {
	FIELD_MAYBE("page", NUMBER, struct wide, page),
	FIELD_MAYBE("ids", WORDS, struct wide, ids),
	FIELD_MAYBE_NULL("nick", TEXT, struct wide, nick),
	FIELD_REST_OF("…", struct wide, rest),
};

static enum err decode_wide(struct test *t, const char *json, struct members *members,
                            struct wide *ret_in)
{
	struct str culprit;

	*ret_in = (struct wide){ .page = 7 };
	CHECK(json, json_read(t->arena, str(json), members) == OK);
	return fields_decode(wide, COUNT_OF(wide), members, false, ret_in, &culprit);
}

TEST(numbers_and_lists_have_their_shapes)
{
	static const struct {
		const char *name, *json;
		enum err want;
		int64_t page;
		size_t n_ids;
	} cases[] = {
		{ "absent: as preset", "{}", OK, 7, 0 },
		{ "a number", "{\"page\":12}", OK, 12, 0 },
		{ "digits in a text", "{\"page\":\"12\"}", OK, 12, 0 },
		{ "below nothing", "{\"page\":-1}", ERR_MEMBER_TYPE, 0, 0 },
		{ "a part", "{\"page\":1.5}", ERR_MEMBER_TYPE, 0, 0 },
		{ "beyond all", "{\"page\":\"9223372036854775808\"}", ERR_MEMBER_TYPE, 0, 0 },
		{ "no digits", "{\"page\":\"\"}", ERR_MEMBER_TYPE, 0, 0 },
		{ "true", "{\"page\":true}", ERR_MEMBER_TYPE, 0, 0 },
		{ "null", "{\"page\":null}", ERR_MEMBER_TYPE, 0, 0 },
		{ "a list", "{\"ids\":[\"a\",\"b\"]}", OK, 7, 2 },
		{ "an empty list", "{\"ids\":[]}", OK, 7, 0 },
		{ "a list of numbers", "{\"ids\":[1]}", ERR_MEMBER_TYPE, 0, 0 },
		{ "a list of lists", "{\"ids\":[[]]}", ERR_MEMBER_TYPE, 0, 0 },
		{ "a text for a list", "{\"ids\":\"a\"}", ERR_MEMBER_TYPE, 0, 0 },
		{ "null is absent where that is said", "{\"nick\":null}", OK, 7, 0 },
	};
	FOREACH(c, cases) {
		struct members members = { .n = 0 };
		struct wide in;
		CHECK(c->name, decode_wide(t, c->json, &members, &in) == c->want);
		CHECK(c->name, c->want != OK || (in.page == c->page && in.ids.n == c->n_ids));
	}
}

TEST(the_rest_is_what_no_other_field_knows)
{
	struct members members = { .n = 0 };
	const struct member *member = NULL;
	struct wide in;

	CHECK("decoded", decode_wide(t, "{\"a\":\"1\",\"page\":2,\"b\":true,\"c\":null,\"…\":\"\"}",
	                             &members, &in) == OK);
	CHECK("a", rest_next(&in.rest, &member) && str_is(member->name, "a"));
	CHECK("b", rest_next(&in.rest, &member) && str_is(member->text, "true"));
	CHECK("c", rest_next(&in.rest, &member) && member->kind == MEMBER_NULL);
	CHECK("its own name is nobody's",
	      rest_next(&in.rest, &member) && str_is(member->name, "…"));
	CHECK("the end", !rest_next(&in.rest, &member));
	CHECK("members_twice", members_add(&members, members.items[0]) == OK);
	struct str culprit;
	CHECK("twice",
	      fields_decode(wide, COUNT_OF(wide), &members, false, &in, &culprit) == ERR_MALFORMED);
}

struct with_object {
	struct str object, other;
};

static const struct field with_object[] = {
	FIELD_MAYBE_NULL("user", JSON, struct with_object, object),
	FIELD_MAYBE("other", TEXT, struct with_object, other),
};

TEST(an_object_is_taken_whole_and_nothing_else_is_taken_for_one)
{
	static const struct {
		const char *name, *text;
		enum err want;
		const char *object; /* NULL: none */
	} cases[] = {
		{ "an object", "{\"user\":{\"a\":{\"b\":[{}]},\"user\":1},\"other\":\"x\"}", OK,
		  "{\"a\":{\"b\":[{}]},\"user\":1}" },
		{ "an empty one", "{\"user\":{}}", OK, "{}" },
		{ "null", "{\"user\":null}", OK, NULL },
		{ "nothing", "{}", OK, NULL },
		{ "a text", "{\"user\":\"{}\"}", ERR_MEMBER_TYPE, NULL },
		{ "an array", "{\"user\":[{}]}", ERR_MEMBER_TYPE, NULL },
		{ "a number", "{\"user\":1}", ERR_MEMBER_TYPE, NULL },
		{ "what only begins so", "{\"userx\":{\"a\":1}}", ERR_MALFORMED, NULL },
		{ "its inside beside it", "{\"user\":{\"a\":1},\"user.a\":2}", ERR_MALFORMED,
		  NULL },
		{ "its inside alone", "{\"user.a\":2}", OK, NULL },
	};
	FOREACH(c, cases) {
		struct members members = { .n = 0 };
		struct with_object in = { STR_NONE, STR_NONE };
		struct str culprit;
		CHECK(c->name, json_read(t->arena, str(c->text), &members) == OK);
		CHECK(c->name, fields_decode(with_object, COUNT_OF(with_object), &members, false,
		                             &in, &culprit) == c->want);
		if (c->want == OK)
			CHECK(c->name, c->object ? str_is(in.object, c->object) : !in.object.ptr);
	}
}
