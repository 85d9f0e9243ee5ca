/* SPDX-License-Identifier: Apache-2.0 */
/* json_stream_test.c - a document that is written piece by piece is JSON. */
#include "base/json_stream.h"
#include "base/json.h"
#include "unit.h"

TEST(a_stream_puts_commas_and_names_where_they_belong)
{
	struct json_stream json = json_stream_in(t->arena);
	struct str text = { 0 };

	json_begin(&json, NULL, '{');
	json_begin(&json, "list", '[');
	json_put_raw(&json, NULL, "1");
	json_begin(&json, NULL, '{');
	json_end(&json, '}');
	json_put_text(&json, NULL, STR("two"));
	json_end(&json, ']');
	json_begin(&json, "empty", '[');
	json_end(&json, ']');
	json_put_text(&json, "none", STR_NONE);
	json_put_raw(&json, "yes", "true");
	json_end(&json, '}');
	CHECK("written", json_stream_str(&json, &text) == OK);
	CHECK("as it should be",
	      str_is(text, "{\"list\":[1,{},\"two\"],\"empty\":[],\"none\":null,\"yes\":true}"));
}

TEST(a_streams_texts_come_back_as_they_went_in)
{
	static const char *const texts[] = {
		"", "plain", "\"quoted\" \\ slashed", "a\nline", "\x01\x1f\ttabbed", "گذرواژه é 𝄞"
	};

	FOREACH(want, texts) {
		struct json_stream json = json_stream_in(t->arena);
		struct members members = { .n = 0 };
		struct str text = { 0 };

		json_begin(&json, NULL, '{');
		json_put_text(&json, "text", str(*want));
		json_end(&json, '}');
		CHECK(*want, json_stream_str(&json, &text) == OK);
		CHECK(*want, json_read(t->arena, text, &members) == OK);
		CHECK(*want, members.n == 1 && str_is(members.items[0].text, *want));
	}
}
