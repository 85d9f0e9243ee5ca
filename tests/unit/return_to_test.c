/* SPDX-License-Identifier: Apache-2.0 */
/* return_to_test.c - an address to go back to is spelled one way, on the list, or none. */
#include "account/return_to.h"
#include "house.h"
#include <string.h>

TEST(an_address_to_go_back_to_is_spelled_one_way_or_is_none)
{
	static const struct {
		const char *name, *in, *want; /* want NULL: refused */
	} cases[] = {
		{ "plain", "https://shop.example/welcome", "https://shop.example/welcome" },
		{ "no path", "https://shop.example", "https://shop.example/" },
		{ "a query alone", "https://shop.example?from=x", "https://shop.example/?from=x" },
		{ "capitals of the host", "HTTPS://Shop.Example/Welcome",
		  "https://shop.example/Welcome" },
		{ "the usual port", "https://shop.example:443/a", "https://shop.example/a" },
		{ "another port", "https://shop.example:8443/a", "https://shop.example:8443/a" },
		{ "this machine", "http://127.0.0.1:3000/a", "http://127.0.0.1:3000/a" },
		{ "by name", "http://localhost/a", "http://localhost/a" },
		{ "IPv6", "http://[::1]:3000/", "http://[::1]:3000/" },
		{ "in clear", "http://shop.example/a", NULL },
		{ "like this machine", "http://localhost.evil.example/", NULL },
		{ "like its number", "http://127.0.0.1.evil.example/", NULL },
		{ "a script", "javascript:alert(1)//https://shop.example/", NULL },
		{ "data", "data:text/html,x", NULL },
		{ "no scheme", "//shop.example/", NULL },
		{ "one slash", "https:/shop.example/", NULL },
		{ "no host", "https:///welcome", NULL },
		{ "a name before the host", "https://shop.example@evil.example/", NULL },
		{ "a backslash", "https://evil.example\\@shop.example/", NULL },
		{ "a fragment", "https://shop.example/#a", NULL },
		{ "a space", "https://shop.example/a b", NULL },
		{ "a tab", "https://shop\t.example/", NULL },
		{ "a line", "https://shop.example/\r\nX: y", NULL },
		{ "a quote", "https://shop.example/\"onload=", NULL },
		{ "markup", "https://shop.example/<b>", NULL },
		{ "two", "https://shop.example/,https://evil.example/", NULL },
		{ "other letters", "https://sh\xd0\xbep.example/", NULL },
		{ "a percent in the host", "https://shop%2eexample/", NULL },
		{ "nothing", "", NULL },
	};

	FOREACH(c, cases) {
		struct str got = { 0 }, again;
		enum err err = return_normalize(t->arena, str(c->in), &got);
		CHECK(c->name, err == (c->want ? OK : ERR_BAD_SETTING));
		CHECK(c->name, !c->want || str_is(got, c->want));
		CHECK(c->name, !c->want || (return_normalize(t->arena, got, &again) == OK &&
		                            str_equal(got, again)));
	}
}

static enum err ask(struct house *house, const char *return_to)
{
	struct ctx ctx = house_client(house);
	const struct recovery_request in = { .login = STR("ann@example.org"),
		                             .kind = LOGIN_EMAIL,
		                             .mail = OUTBOX_RECOVERY,
		                             .return_to = str(return_to) };
	struct recovery_requested requested;

	return operation_run(&ctx, &recovery_request_op, &in, &requested);
}

TEST(a_reset_leads_back_to_what_its_request_named_and_the_list_still_has)
{
	static const struct {
		const char *name, *list, *want;
	} cases[] = {
		{ "on it", "https://shop.example/in,https://other.example/",
		  "https://shop.example/in" },
		{ "taken off meanwhile", "https://other.example/", NULL },
	};

	FOREACH(c, cases) {
		struct house house;
		struct outbox_row row;
		struct letter letter;
		struct password_reset_done done;

		house_open(&house, t, NULL);
		house_add(&house, "ann@example.org", "ann", "correct horse");
		house_set(&house, "return_urls", "https://shop.example/in");
		CHECK(c->name, ask(&house, "https://shop.example/in?x") == ERR_BAD_RETURN);
		CHECK(c->name, ask(&house, "https://evil.example/in") == ERR_BAD_RETURN);
		CHECK(c->name, ask(&house, "") == ERR_BAD_RETURN);
		CHECK("nothing was asked", house_count_mails(&house, OUTBOX_RECOVERY) == 0);
		CHECK(c->name, ask(&house, "https://SHOP.example/in") == OK);
		CHECK(c->name, house_next_mail(&house, &row, &letter) && letter.send);
		CHECK("not in the mail", !memmem(letter.link.ptr, letter.link.len, "shop", 4));
		house_set(&house, "return_urls", c->list);
		struct ctx ctx = house_client(&house);
		const struct password_reset in = { .token = house_link_token(&house, &letter),
			                           .new_password = SECRET("battery staple") };
		CHECK(c->name, operation_run(&ctx, &password_reset_op, &in, &done) == OK);
		CHECK(c->name, c->want ? str_is(done.return_to, c->want) : !done.return_to.ptr);
		house_close(&house);
	}
}
