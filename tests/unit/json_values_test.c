/* SPDX-License-Identifier: Apache-2.0 */
/* json_values_test.c - objects as names and texts, there and back. */
#include "base/json_values.h"
#include "unit.h"
#include <string.h>

/* "name=text;name=-;" */
static const char *shown(struct test *t, const struct named_texts *values)
{
	struct buf buf = buf_in(t->arena);
	struct str text;

	for (size_t i = 0; i < values->n; i++) {
		struct str value = values->items[i].value;
		buf_add(&buf, values->items[i].name);
		buf_puts(&buf, "=");
		buf_add(&buf, value.ptr ? value : STR("-"));
		buf_puts(&buf, ";");
	}
	CHECK("arena", buf_str(&buf, &text) == OK);
	return text.ptr;
}

TEST(an_object_is_a_list_of_names_and_texts)
{
	static const struct {
		const char *in, *want; /* NULL: it is malformed */
	} cases[] = {
		{ "{}", "" },
		{ "{\"a\":\"b\",\"c\":\"\"}", "a=b;c=;" },
		{ "{\"b\":null,\"a\":1,\"c\":1.5,\"d\":true,\"e\":false}",
		  "b=-;a=1;c=1.5;d=true;e=false;" },
		{ "{\"a\": {\"b\": [1, \"x\", null]}, \"c\": []}",
		  "a={\"b\":[1,\"x\",null]};c=[];" },
		{ "{\"a.b\":\"c\"}", "a.b=c;" },
		{ "{\"a\":\"\\u00e9\\n\"}", "a=\xc3\xa9\n;" },
		{ "{\"a\":1,\"b\":2,\"c\":3,\"d\":4,\"e\":5,\"f\":6}", NULL }, /* more than 5 */
		{ "{\"a\":1,\"a\":2}", NULL },
		{ "{\"\":1}", NULL },
		{ "{\"a\":\"\\u0000\"}", NULL },
		{ "{\"a\":\"\xff\"}", NULL },
		{ "[]", NULL },
		{ "1", NULL },
		{ "", NULL },
		{ "{\"a\":1", NULL },
		{ "{\"a\":[[[[[[[[[1]]]]]]]]]}", NULL },
	};
	FOREACH(c, cases) {
		struct named_texts values;
		enum err err = json_values_read(t->arena, str(c->in), 5, &values);
		CHECK(c->in, err == (c->want ? OK : ERR_MALFORMED));
		CHECK(c->in, !c->want || strcmp(shown(t, &values), c->want) == 0);
	}
}

TEST(what_was_written_is_read_as_it_was)
{
	struct named_text items[] = { { STR("a"), STR("b\"\n\\") }, { STR("c"), STR_NONE } };
	const struct named_texts values = { items, COUNT_OF(items) };
	struct named_texts again;
	struct str json;

	CHECK("write", json_values_write(t->arena, &values, &json) == OK);
	CHECK(json.ptr, str_is(json, "{\"a\":\"b\\\"\\n\\\\\",\"c\":null}"));
	CHECK("read", json_values_read(t->arena, json, 5, &again) == OK);
	CHECK("same", strcmp(shown(t, &values), shown(t, &again)) == 0);
	items[0].value = STR("\xff");
	CHECK("no text", json_values_write(t->arena, &values, &json) == ERR_INTERNAL);
}
