/* SPDX-License-Identifier: Apache-2.0 */
/* person_test.c - accounts that are opened at once, with a workspace, and what their people say. */
#include "account/person.h"
#include "house.h"
#include <string.h>

#define ANN      "ann@example.org"
#define BOB      "bob@example.org"
#define PASSWORD SECRET("correct horse")

static enum err sign_up(struct house *house, const char *email, struct secret password,
                        struct session_tokens *ret_tokens)
{
	struct ctx ctx = house_client(house);
	const struct person_sign_up in = { str(email), password, { ACCESS_OPAQUE, 86400 } };

	return operation_run(&ctx, &person_sign_up_op, &in, ret_tokens);
}

static struct secret signed_up(struct house *house, const char *email)
{
	struct session_tokens tokens;

	CHECK(email, sign_up(house, email, PASSWORD, &tokens) == OK);
	return tokens.access_token;
}

static struct person person_of(struct house *house, struct secret bearer)
{
	struct ctx ctx = house_member(house, bearer);
	const struct nothing nothing = { 0 };
	struct person person;

	CHECK("shown", operation_run(&ctx, &person_show_op, &nothing, &person) == OK);
	return person;
}

static enum err update(struct house *house, struct secret bearer, const struct person_update *in)
{
	struct ctx ctx = house_member(house, bearer);
	struct person person;

	return operation_run(&ctx, &person_update_op, in, &person);
}

TEST(a_sign_up_is_an_account_a_workspace_and_a_session_or_nothing)
{
	struct house house;
	struct session_tokens tokens;

	house_open(&house, t, NULL);
	struct secret bearer = signed_up(&house, "Ann.Lee@Example.org");
	struct person person = person_of(&house, bearer);
	CHECK("its address", str_is(person.email, "Ann.Lee@example.org"));
	CHECK("its fields", str_is(person.fields, "{\"info\":{}}"));
	CHECK("its workspace", person.workspaces.n == 1 &&
	                               str_is(person.workspaces.items[0].name, "Ann.Lee") &&
	                               person.workspaces.items[0].users.n == 1 &&
	                               person.workspaces.items[0].users.items[0] == person.id);
	CHECK("not verified", house_account(&house, "ann.lee@example.org").email_verified_at == 0);
	CHECK("taken",
	      sign_up(&house, "ann.lee@EXAMPLE.org", PASSWORD, &tokens) == ERR_EMAIL_TAKEN);
	CHECK("short", sign_up(&house, BOB, SECRET("1234567"), &tokens) == ERR_PASSWORD_SHORT);
	CHECK("no address", sign_up(&house, "bob", PASSWORD, &tokens) == ERR_BAD_EMAIL);
	house_set(&house, "sign_up", "closed");
	CHECK("closed", sign_up(&house, BOB, PASSWORD, &tokens) == ERR_NOT_ALLOWED);
	CHECK("one of each", house_rows(&house, "account") == 1 &&
	                             house_rows(&house, "workspace") == 1 &&
	                             house_rows(&house, "session") == 1);
	house_close(&house);
}

struct said {
	const char *name, *user, *workspace;
	int64_t workspace_id;
	enum err want;
};

static void check_said(struct house *house, struct secret bearer, const struct said *said)
{
	const struct person_update in = { said->workspace_id, str(said->user),
		                          str(said->workspace) };

	CHECK(said->name, update(house, bearer, &in) == said->want);
}

#define NONE NO_WORKSPACE

TEST(what_cannot_be_said_of_a_person_is_refused_and_changes_nothing)
{
	static const struct said cases[] = {
		{ "a list for a name", "{\"name\":[]}", NULL, NONE, ERR_MEMBER_TYPE },
		{ "a name of two lines", "{\"name\":\"a\\nb\"}", NULL, NONE, ERR_BAD_NAME },
		{ "no field's name", "{\"\":\"a\"}", NULL, NONE, ERR_BAD_FIELD },
		{ "a prototype", "{\"__proto__\":{}}", NULL, NONE, ERR_BAD_FIELD },
		{ "a dot", "{\"a.b\":1}", NULL, NONE, ERR_BAD_FIELD },
		{ "a workspace's bad name", "{\"info\":1}", "{\"name\":\" \"}", NONE,
		  ERR_BAD_NAME },
		{ "a number for it", NULL, "{\"name\":1}", NONE, ERR_MEMBER_TYPE },
		{ "another's workspace", "{\"info\":1}", "{\"name\":\"x\"}", 2, ERR_NOT_MEMBER },
		{ "nobody's workspace", "{\"info\":1}", NULL, 3, ERR_NOT_MEMBER },
	};
	struct house house;

	house_open(&house, t, NULL);
	struct secret bearer = signed_up(&house, ANN);
	signed_up(&house, BOB);
	FOREACH(c, cases) {
		check_said(&house, bearer, c);
		struct person person = person_of(&house, bearer);
		CHECK(c->name, str_is(person.fields, "{\"info\":{}}") && !person.name.ptr);
		CHECK(c->name, str_is(person.workspaces.items[0].name, "ann"));
	}
	CHECK("bob's", house_rows(&house, "workspace WHERE name = 'bob'") == 1);
	house_close(&house);
}

TEST(what_a_person_says_is_kept_and_what_is_not_theirs_to_say_is_passed_over)
{
	static const struct said cases[] = {
		{ "a record as it came",
		  "{\"id\":7,\"created_at\":1,\"email\":\"eve@example.org\",\"password\":\"x\","
		  "\"reset_code\":\"x\",\"Password_Hash\":\"x\",\"userId\":\"x\",\"username\":"
		  "\"x\",\"guest\":1,\"token\":\"x\",\"linkedin_oauth\":"
		  "{},"
		  "\"info\":{\"a\":[1,true]},\"name\":\"Ann\",\"x\":\"1\",\"n\":2}",
		  "{\"id\":9,\"users\":[2],\"name\":\"Ann's\"}", 1, OK },
		{ "nothing", NULL, NULL, NONE, OK },
	};
	struct house house;

	house_open(&house, t, NULL);
	struct secret bearer = signed_up(&house, ANN);
	int64_t id = person_of(&house, bearer).id;
	FOREACH(c, cases) {
		check_said(&house, bearer, c);
		struct person person = person_of(&house, bearer);
		CHECK(c->name, person.id == id && str_is(person.email, ANN));
		CHECK(c->name, str_is(person.name, "Ann"));
		CHECK(c->name,
		      str_is(person.fields, "{\"info\":{\"a\":[1,true]},\"x\":\"1\",\"n\":\"2\"}"));
		CHECK(c->name, str_is(person.workspaces.items[0].name, "Ann's") &&
		                       person.workspaces.items[0].users.n == 1);
	}
	CHECK("the password", house_opens(&house, ANN, PASSWORD));
	house_close(&house);
}

/* Whoever fills the store through one account, or writes at once with themselves. */
TEST(there_is_a_bound_to_what_is_kept_of_a_person)
{
	struct house house;
	struct str much;

	house_open(&house, t, NULL);
	struct secret bearer = signed_up(&house, ANN);
	CHECK("much", arena_printf(t->arena, &much, "{\"a\":\"%01500d\"}", 0) == OK);
	const struct said first = { "fits", much.ptr, NULL, NONE, OK };
	check_said(&house, bearer, &first);
	CHECK("more", arena_printf(t->arena, &much, "{\"b\":\"%01500d\"}", 0) == OK);
	const struct said second = { "does not", much.ptr, NULL, NONE, ERR_BAD_FIELD };
	check_said(&house, bearer, &second);
	CHECK("one field", house_rows(&house, "account_field") == 1);
	house_close(&house);
}

TEST(an_ended_session_shows_and_changes_nobody)
{
	struct house house;
	const struct said said = { "ended", "{\"info\":1}", NULL, NONE, ERR_BAD_SESSION };

	house_open(&house, t, NULL);
	struct secret bearer = signed_up(&house, ANN);
	house_sql(&house, "UPDATE account SET epoch = epoch + 1");
	check_said(&house, bearer, &said);
	house_close(&house);
}

TEST(a_workspace_goes_with_its_last_member)
{
	struct house house;

	house_open(&house, t, NULL);
	signed_up(&house, ANN);
	signed_up(&house, BOB);
	house_sql(&house, "INSERT INTO workspace_member (account_id, workspace_id)"
	                  " SELECT min(account_id), max(workspace_id) FROM workspace_member"
	                  " RETURNING 1");
	CHECK("ann", house_remove(&house, ANN) == OK);
	CHECK("bob's stays",
	      house_rows(&house, "workspace") == 1 && house_rows(&house, "workspace_member") == 1);
	CHECK("bob", house_remove(&house, BOB) == OK);
	CHECK("none", house_rows(&house, "workspace") == 0);
	house_close(&house);
}
