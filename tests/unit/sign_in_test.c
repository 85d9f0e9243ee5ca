/* SPDX-License-Identifier: Apache-2.0 */
/* sign_in_test.c - sign-ins that wait for their person, and the keys of who vouches for them. What
 * providers answer is in the scenarios. */
#include "house.h"
#include "account/provider_keys.h"
#include "account/sign_in.h"
#include <string.h>

#define WELCOME "https://shop.example/welcome"

static enum err set_up(struct house *house, const char *state)
{
	struct ctx ctx = house_operator(house);
	const struct app_setting settings[] = { { STR("client_id"), STR("shop") },
		                                { STR("redirect_uris"), STR(WELCOME) },
		                                { STR("state"), str(state) } };
	const struct provider_set in = { .name = STR("linkedin"),
		                         .settings = settings,
		                         .n_settings = COUNT_OF(settings),
		                         .client_secret = { "sesame", 6 } };
	struct provider_shown shown;

	return operation_run(&ctx, &provider_set_op, &in, &shown);
}

static enum err begin(struct house *house, const char *uri, struct str *ret_url)
{
	struct ctx ctx = house_client(house);
	const struct sign_in_begin in = { STR("linkedin"), str(uri) };
	struct sign_in_begun begun;
	enum err err = operation_run(&ctx, &sign_in_begin_op, &in, &begun);

	*ret_url = begun.url;
	return err;
}

/* One that the person refused: it goes as far as the row, and no network is asked. */
static enum err refuse(struct house *house, struct secret state)
{
	struct ctx ctx = house_client(house);
	const struct sign_in_finish in = {
		.provider = STR("linkedin"),
		.redirect_uri = STR(WELCOME),
		.state = state,
		.error = STR("access_denied"),
	};
	struct signed_in signed_in;

	return operation_run(&ctx, &sign_in_finish_op, &in, &signed_in);
}

static struct secret state_in(struct str url)
{
	const char *at = strstr(url.ptr, "&state=");

	CHECK(url.ptr, at);
	return (struct secret){ at + strlen("&state="), strcspn(at + strlen("&state="), "&") };
}

TEST(a_sign_in_waits_for_ten_minutes_and_is_finished_once)
{
	struct house house;
	struct str first = STR_NONE, second = STR_NONE;

	house_open(&house, t, NULL);
	CHECK("set up", set_up(&house, "optional") == OK);
	CHECK("elsewhere", begin(&house, WELCOME "/", &first) == ERR_BAD_REDIRECT);
	CHECK("begin", begin(&house, WELCOME, &first) == OK);
	CHECK("begin another", begin(&house, WELCOME, &second) == OK);
	CHECK("rows", house_rows(&house, "sign_in") == 2);
	CHECK("spent", refuse(&house, state_in(first)) == ERR_SIGN_IN_REFUSED);
	CHECK("again", refuse(&house, state_in(first)) == ERR_BAD_STATE);
	house.now += SIGN_IN_S - 1;
	CHECK("in time, without a state", refuse(&house, SECRET_NONE) == ERR_SIGN_IN_REFUSED);
	CHECK("which was the other", refuse(&house, state_in(second)) == ERR_BAD_STATE);
	CHECK("none is left", refuse(&house, SECRET_NONE) == ERR_BAD_STATE);
	CHECK("a third", begin(&house, WELCOME, &first) == OK);
	house.now += SIGN_IN_S;
	CHECK("too late", refuse(&house, state_in(first)) == ERR_BAD_STATE);
	CHECK("too late for anybody", refuse(&house, SECRET_NONE) == ERR_BAD_STATE);
	house_close(&house);
}

TEST(a_state_may_be_asked_for)
{
	struct house house;
	struct str url;

	house_open(&house, t, NULL);
	CHECK("set up", set_up(&house, "required") == OK);
	CHECK("begin", begin(&house, WELCOME, &url) == OK);
	CHECK("without", refuse(&house, SECRET_NONE) == ERR_BAD_STATE);
	CHECK("with", refuse(&house, state_in(url)) == ERR_SIGN_IN_REFUSED);
	house_close(&house);
}

TEST(keys_are_kept_for_an_hour_and_asked_for_again_once_a_minute)
{
	static const char set[] = "{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"kid\":\"e\","
				  "\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\","
				  "\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\"}]}";
	struct provider_keys *keys = provider_keys_new();
	struct jwks *jwks = NULL, *found;
	struct str url = STR("https://id.example.org/keys"), other;

	CHECK("new", keys && jwks_parse(str(set), &jwks) == OK);
	CHECK("nothing yet", !provider_keys_find(keys, url, 1000));
	provider_keys_keep(keys, url, jwks, 1000);
	found = provider_keys_find(keys, url, 1000 + KEYS_KEPT_S - 1);
	CHECK("kept", found == jwks);
	jwks_release(found);
	CHECK("an hour later", !provider_keys_find(keys, url, 1000 + KEYS_KEPT_S));
	CHECK("the clock was set back", !provider_keys_find(keys, url, 999));
	CHECK("elsewhere", !provider_keys_find(keys, STR("https://id.example.org/key"), 1000));
	CHECK("once", provider_keys_may_ask_again(keys, url, 1001));
	CHECK("not at once", !provider_keys_may_ask_again(keys, url, 1001 + KEYS_AGAIN_S - 1));
	CHECK("a minute later", provider_keys_may_ask_again(keys, url, 1001 + KEYS_AGAIN_S));
	for (int i = 0; i < KEY_SETS_MAX; i++) {
		CHECK("url", arena_printf(t->arena, &other, "https://%d.example.org/", i) == OK);
		provider_keys_keep(keys, other, jwks, 2000 + i);
	}
	CHECK("the oldest made room", !provider_keys_find(keys, url, 2000));
	jwks_release(jwks);
	provider_keys_free(keys);
	provider_keys_free(NULL);
}
