/* SPDX-License-Identifier: Apache-2.0 */
/* operation_test.c - the one gate before every operation. */
#include "house.h"
#include <string.h>

#define OLD SECRET("correct horse")
#define ANN "ann@example.org"

enum app_shown { APP_GIVEN, APP_SWITCHED_OFF, APP_NONE, APP_OTHER };
enum key_shown { KEY_NONE, KEY_RIGHT, KEY_WRONG, KEY_EMPTY, KEY_OF_OTHER };
enum bearer_shown {
	BEARER_NONE,
	BEARER_OWN,
	BEARER_EMPTY,
	BEARER_UNKNOWN,
	BEARER_CUT,
	BEARER_REFRESH,
	BEARER_OF_OTHER,
};

TEST(the_gate_lets_in_by_the_columns_of_the_operation_alone)
{
	static const struct {
		const char *name;
		const struct operation *operation;
		enum actor actor;
		enum app_shown app;
		enum key_shown key;
		enum bearer_shown bearer;
		int64_t later_s;
		enum err want;
	} cases[] = {
		{ "nothing is required", &app_find_op, ACTOR_CLIENT, APP_NONE, KEY_NONE,
		  BEARER_NONE, 0, OK },
		{ "an app", &account_log_in_op, ACTOR_CLIENT, APP_GIVEN, KEY_NONE, BEARER_NONE, 0,
		  OK },
		{ "an app: none", &account_log_in_op, ACTOR_CLIENT, APP_NONE, KEY_NONE, BEARER_NONE,
		  0, ERR_NO_APP },
		{ "an app: disabled", &account_log_in_op, ACTOR_CLIENT, APP_SWITCHED_OFF, KEY_NONE,
		  BEARER_NONE, 0, ERR_APP_DISABLED },
		{ "an app: disabled, asked by the operator", &account_log_in_op, ACTOR_OPERATOR,
		  APP_SWITCHED_OFF, KEY_NONE, BEARER_NONE, 0, ERR_APP_DISABLED },

		{ "a key", &account_log_in_with_key_op, ACTOR_CLIENT, APP_GIVEN, KEY_RIGHT,
		  BEARER_NONE, 0, OK },
		{ "a key: none", &account_log_in_with_key_op, ACTOR_CLIENT, APP_GIVEN, KEY_NONE,
		  BEARER_NONE, 0, ERR_BAD_KEY },
		{ "a key: wrong", &account_log_in_with_key_op, ACTOR_CLIENT, APP_GIVEN, KEY_WRONG,
		  BEARER_NONE, 0, ERR_BAD_KEY },
		{ "a key: empty", &account_log_in_with_key_op, ACTOR_CLIENT, APP_GIVEN, KEY_EMPTY,
		  BEARER_NONE, 0, ERR_BAD_KEY },
		{ "a key: another app's", &account_log_in_with_key_op, ACTOR_CLIENT, APP_GIVEN,
		  KEY_OF_OTHER, BEARER_NONE, 0, ERR_BAD_KEY },
		{ "a key: no app", &account_log_in_with_key_op, ACTOR_CLIENT, APP_NONE, KEY_RIGHT,
		  BEARER_NONE, 0, ERR_NO_APP },
		{ "a key: right, the app disabled", &account_log_in_with_key_op, ACTOR_CLIENT,
		  APP_SWITCHED_OFF, KEY_RIGHT, BEARER_NONE, 0, ERR_APP_DISABLED },

		{ "a session", &password_change_op, ACTOR_CLIENT, APP_GIVEN, KEY_NONE, BEARER_OWN,
		  0, OK },
		{ "a session: its last second", &password_change_op, ACTOR_CLIENT, APP_GIVEN,
		  KEY_NONE, BEARER_OWN, 15 * MINUTE - 1, OK },
		{ "a session: expired", &password_change_op, ACTOR_CLIENT, APP_GIVEN, KEY_NONE,
		  BEARER_OWN, 15 * MINUTE, ERR_BAD_SESSION },
		{ "a session: none", &password_change_op, ACTOR_CLIENT, APP_GIVEN, KEY_RIGHT,
		  BEARER_NONE, 0, ERR_NO_SESSION },
		{ "a session: empty", &password_change_op, ACTOR_CLIENT, APP_GIVEN, KEY_NONE,
		  BEARER_EMPTY, 0, ERR_NO_SESSION },
		{ "a session: unknown", &password_change_op, ACTOR_CLIENT, APP_GIVEN, KEY_NONE,
		  BEARER_UNKNOWN, 0, ERR_BAD_SESSION },
		{ "a session: cut short", &password_change_op, ACTOR_CLIENT, APP_GIVEN, KEY_NONE,
		  BEARER_CUT, 0, ERR_BAD_SESSION },
		{ "a session: its refresh token", &password_change_op, ACTOR_CLIENT, APP_GIVEN,
		  KEY_NONE, BEARER_REFRESH, 0, ERR_BAD_SESSION },
		{ "a session: of another app", &password_change_op, ACTOR_CLIENT, APP_GIVEN,
		  KEY_NONE, BEARER_OF_OTHER, 0, ERR_BAD_SESSION },
		{ "a session: shown to another app", &password_change_op, ACTOR_CLIENT, APP_OTHER,
		  KEY_NONE, BEARER_OWN, 0, ERR_BAD_SESSION },
		{ "a session: no app", &password_change_op, ACTOR_CLIENT, APP_NONE, KEY_NONE,
		  BEARER_OWN, 0, ERR_NO_APP },
		{ "a session: the app disabled", &password_change_op, ACTOR_CLIENT,
		  APP_SWITCHED_OFF, KEY_NONE, BEARER_OWN, 0, ERR_APP_DISABLED },
		{ "a session: asked by the operator, who has none", &password_change_op,
		  ACTOR_OPERATOR, APP_GIVEN, KEY_NONE, BEARER_NONE, 0, ERR_NO_SESSION },

		{ "the operator", &app_add_op, ACTOR_OPERATOR, APP_NONE, KEY_NONE, BEARER_NONE, 0,
		  OK },
		{ "the operator: a client with all there is", &app_add_op, ACTOR_CLIENT, APP_GIVEN,
		  KEY_RIGHT, BEARER_OWN, 0, ERR_NOT_ALLOWED },
		{ "the operator: a thread of ours", &app_add_op, ACTOR_SERVER, APP_GIVEN, KEY_NONE,
		  BEARER_NONE, 0, ERR_NOT_ALLOWED },
		{ "the operator, of a disabled app", &account_add_op, ACTOR_OPERATOR,
		  APP_SWITCHED_OFF, KEY_NONE, BEARER_NONE, 0, OK },

		{ "the server", &mail_claim_op, ACTOR_SERVER, APP_NONE, KEY_NONE, BEARER_NONE, 0,
		  OK },
		{ "the server: a client", &mail_claim_op, ACTOR_CLIENT, APP_GIVEN, KEY_RIGHT,
		  BEARER_OWN, 0, ERR_NOT_ALLOWED },
		{ "the server: the operator", &mail_claim_op, ACTOR_OPERATOR, APP_GIVEN, KEY_RIGHT,
		  BEARER_OWN, 0, ERR_NOT_ALLOWED },
	};
	struct house house;
	struct session_tokens own, foreign;

	house_open(&house, t, NULL);
	house_add(&house, ANN, "ann", "correct horse");
	CHECK("own", house_log_in(&house, "ann", OLD, &own) == OK);
	struct app demo = house.app, other = house_add_app(&house, "other", "en"), off = demo;
	house.app = other;
	house_add(&house, ANN, "ann", "correct horse");
	CHECK("foreign", house_log_in(&house, "ann", OLD, &foreign) == OK);
	house.app = demo;
	off.status = APP_DISABLED;

	const struct secret key[] = {
		[KEY_NONE] = SECRET_NONE,
		[KEY_RIGHT] = house.client_key,
		[KEY_WRONG] = SECRET("client-key-of-demp"),
		[KEY_EMPTY] = SECRET(""),
		[KEY_OF_OTHER] = SECRET("client-key-of-other"),
	};
	const struct secret bearer[] = {
		[BEARER_NONE] = SECRET_NONE,
		[BEARER_OWN] = own.access_token,
		[BEARER_EMPTY] = SECRET(""),
		[BEARER_UNKNOWN] = SECRET("no-such-token-no-such-token-no-such-token-x"),
		[BEARER_CUT] = { own.access_token.ptr, own.access_token.len - 1 },
		[BEARER_REFRESH] = own.refresh_token,
		[BEARER_OF_OTHER] = foreign.access_token,
	};
	const struct app app[] = { demo, off, { 0 }, other };
	FOREACH(c, cases) {
		struct ctx ctx = house_client(&house);
		ctx.actor = c->actor;
		ctx.app = app[c->app];
		ctx.app_key = key[c->key];
		ctx.bearer = bearer[c->bearer];
		ctx.now += c->later_s;
		CHECK(c->name, operation_enter(&ctx, c->operation) == c->want);
		CHECK(c->name, (ctx.entered == c->operation) == (c->want == OK));
	}
	house_close(&house);
}

static enum err try_again(struct ctx *ctx, const void *in, void *ret_out)
{
	int *left = (int *)(uintptr_t)in;

	memset(ret_out, 0xaa, sizeof(int64_t));
	if (*left == 0)
		return OK;
	--*left;
	return deny(ctx, ERR_RETRY, "someone came first");
}

TEST(an_operation_that_lost_a_race_is_run_three_times_and_then_is_busy)
{
	static const struct operation op = { "try_again",     try_again,        0,
		                             sizeof(int64_t), REQUIRES_NOTHING, LIMIT_NONE,
		                             COST_WRITE };
	static const struct {
		const char *name;
		int losses;
		enum err want;
		int left;
	} cases[] = {
		{ "wins", 0, OK, 0 },
		{ "wins the second", 1, OK, 0 },
		{ "wins the third", 2, OK, 0 },
		{ "loses all", 9, ERR_BUSY, 6 },
	};
	struct house house;

	house_open(&house, t, NULL);
	FOREACH(c, cases) {
		struct ctx ctx = house_client(&house);
		int left = c->losses;
		int64_t out = 0;
		CHECK(c->name, operation_run(&ctx, &op, &left, &out) == c->want);
		CHECK(c->name, left == c->left);
		CHECK(c->name, (out != 0) == (c->want == OK));
	}
	CHECK("a race is denied once",
	      house_count_outcomes(&house, "try_again", "someone came first") == 1);
	house_close(&house);
}

TEST(what_the_gate_refuses_after_a_denial_is_not_audited_as_that_denial)
{
	struct house house;
	struct session_tokens tokens;
	struct outbox_list due;
	const struct nothing nothing = { 0 };

	house_open(&house, t, NULL);
	house_add(&house, "ann@example.org", "ann", "correct horse");
	struct ctx ctx = house_client(&house);
	const struct log_in in = { .login = STR("ann@example.org"),
		                   .password = SECRET("battery staple") };
	CHECK("denied",
	      operation_run(&ctx, &account_log_in_op, &in, &tokens) == ERR_BAD_CREDENTIALS);
	CHECK("refused", operation_run(&ctx, &mail_claim_op, &nothing, &due) == ERR_NOT_ALLOWED);
	CHECK("once", house_count_outcomes(&house, "account_log_in", "wrong password") == 1);
	house_close(&house);
}
