/* SPDX-License-Identifier: Apache-2.0 */
/* https_test.c - which addresses may be asked, and how many at once. What servers answer is in the
 * scenarios. */
#include "unit.h"
#include "base/url.h"
#include "outbound/https.h"
#include <string.h>

TEST(only_encrypted_addresses_and_this_machine_are_asked)
{
	static const struct {
		const char *url;
		bool good;
	} cases[] = {
		{ "https://id.example.org/token", true },
		{ "https://id.example.org:8443/token?tenant=x", true },
		{ "http://127.0.0.1:3000/token", true },
		{ "http://127.8.9.10/", true },
		{ "http://localhost:3000/token", true },
		{ "http://[::1]:3000/token", true },
		{ "http://id.example.org/token", false },
		{ "http://localhost.example.org/", false },
		{ "http://127.0.0.1.example.org/", false },
		{ "http://10.0.0.1/", false },
		{ "http://[fe80::1]/", false },
		{ "https://user@id.example.org/", false },
		{ "https://user:password@id.example.org/", false },
		{ "https://id.example.org/#part", false },
		{ "https://id.example.org/#", false },
		{ "https://", false },
		{ "ftp://127.0.0.1/", false },
		{ "file:///etc/passwd", false },
		{ "//id.example.org/", false },
		{ "id.example.org", false },
		{ "", false },
		{ "https://id.example.org/a b", false },
		{ "https://id.example.org/\r\nHost: x", false },
		{ "https://id.example.org\\@evil.example/", false },
		{ "HTTPS://id.example.org/", false },
	};
	char longest[HTTPS_URL_MAX + 2] = "https://id.example.org/";

	FOREACH(c, cases)
		CHECK(c->url, https_url_is_good(str(c->url)) == c->good);
	memset(longest + strlen(longest), 'x', HTTPS_URL_MAX - strlen(longest));
	CHECK("long", https_url_is_good((struct str){ longest, HTTPS_URL_MAX }));
	longest[HTTPS_URL_MAX] = 'x';
	CHECK("too long", !https_url_is_good((struct str){ longest, HTTPS_URL_MAX + 1 }));
	CHECK("none", !https_url_is_good(STR_NONE));
}

TEST(there_are_so_many_turns_at_once_and_no_more)
{
	struct https_turn *turns[HTTPS_TURNS_MAX] = { NULL }, *more = NULL;
	const struct https_options options = { .timeout_ms = 1 };
	struct https *https;

	CHECK("start", https_start(&options, &https) == OK);
	FOREACH(turn, turns)
		CHECK("turn", https_turn_take(https, &turns[turn - turns]) == OK);
	CHECK("no more", https_turn_take(https, &more) == ERR_BUSY && !more);
	https_turn_end(&turns[3]);
	CHECK("again", https_turn_take(https, &turns[3]) == OK);
	FOREACH(turn, turns)
		https_turn_end(&turns[turn - turns]);
	https_turn_end(&more);
	https_stop(https);
	https_stop(NULL);
}

TEST(nobody_is_asked_at_an_address_that_is_not_good)
{
	const struct https_options options = { 0 };
	const struct https_question question = { .url = STR("http://192.0.2.1/") };
	struct https_answer answer = { 7, STR_NONE };
	struct https_turn *turn = NULL;
	const char *why = NULL;
	struct https *https;

	CHECK("start", https_start(&options, &https) == OK);
	CHECK("turn", https_turn_take(https, &turn) == OK);
	CHECK("refused", https_ask(turn, t->arena, &question, &answer, &why) == ERR_UNREACHABLE);
	CHECK("why", why && answer.status == 7);
	https_turn_end(&turn);
	https_stop(https);
}

TEST(texts_stand_in_queries_with_all_that_is_special_encoded)
{
	struct buf buf = buf_in(t->arena);
	struct str got;

	buf_puts(&buf, "https://id.example.org/?");
	url_add_pair(&buf, "a", STR("AZaz09-._~"));
	url_add_pair(&buf, "b", STR("&=+ %/?#\xc3\xa9"));
	url_add_pair(&buf, "c", STR(""));
	CHECK("query", buf_str(&buf, &got) == OK);
	CHECK(got.ptr, str_is(got, "https://id.example.org/?a=AZaz09-._~"
	                           "&b=%26%3D%2B%20%25%2F%3F%23%C3%A9&c="));
	struct buf form = buf_in(t->arena);
	url_add_pair(&form, "a", STR("1"));
	CHECK("form", buf_str(&form, &got) == OK && str_is(got, "a=1"));
}
