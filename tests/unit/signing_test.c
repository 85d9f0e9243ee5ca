/* SPDX-License-Identifier: Apache-2.0 */
/* signing_test.c - keys that are made, rotated, raced for and lost, and the tokens they sign. */
#include "house.h"
#include "account/signing.h"
#include <string.h>

enum { LIVES_S = 900, CALLS_MAX = 50 };

/* STR() of a constant initializer. */
#define TEXT(literal)                                                                              \
	{                                                                                          \
		"" literal, sizeof(literal) - 1                                                    \
	}

static const struct access_grant grant = {
	.account_id = TEXT("aaaaaaaaaaaaaaaaaaaaaaaa"),
	.session_id = TEXT("cccccccccccccccccccccccc"),
	.token_id = TEXT("00112233445566778899aabbccddeeff"),
};

/* A client whose operation is under way. */
static struct ctx inside(const struct house *house)
{
	struct ctx ctx = house_client(house);

	ctx.store = house->service.store;
	ctx.hasher = house->service.hasher;
	return ctx;
}

static struct secret token_of(struct house *house)
{
	CLEANUP(signing_key_cleanup) struct signing_key *key = NULL;
	struct ctx ctx = inside(house);
	struct secret token;

	CHECK("key", signing_key_current(&ctx, &key) == OK);
	struct access_grant now = grant;
	now.issued_at = house->now;
	now.expires_at = house->now + LIVES_S;
	CHECK("sign", access_token_sign(&ctx, key, &now, &token) == OK);
	return token;
}

static const char *outcome_of(struct house *house, struct secret token)
{
	struct ctx ctx = inside(house);
	struct access_claims got;
	enum err err = access_token_verify(&ctx, token, &got);

	CHECK("verify", err == OK || err == ERR_BAD_SESSION);
	CHECK("a reason", (err == OK) == (ctx.denied == NULL));
	return err == OK ? "good" : ctx.denied;
}

static bool is_good(struct house *house, struct secret token)
{
	return strcmp(outcome_of(house, token), "good") == 0;
}

static struct key_rotated rotate(struct house *house)
{
	struct ctx ctx = house_operator(house);
	const struct nothing nothing = { 0 };
	struct key_rotated rotated;

	CHECK("rotate", operation_run(&ctx, &key_rotate_op, &nothing, &rotated) == OK);
	return rotated;
}

static struct key_set key_set(struct house *house)
{
	struct ctx ctx = house_client(house);
	const struct nothing nothing = { 0 };
	struct key_set set;

	CHECK("set", operation_run(&ctx, &key_set_op, &nothing, &set) == OK);
	return set;
}

static struct key_states key_list(struct house *house)
{
	struct ctx ctx = house_operator(house);
	const struct nothing nothing = { 0 };
	struct key_states states;

	CHECK("list", operation_run(&ctx, &key_list_op, &nothing, &states) == OK);
	return states;
}

/* As another server of the same database, or this one after a restart. */
static void forget_keys(struct house *house)
{
	keyring_free(house->service.keyring);
	house->service.keyring = keyring_new();
	CHECK("keyring", house->service.keyring);
}

TEST(a_token_says_whose_it_is_for_which_app_and_until_when)
{
	struct house house;
	struct access_claims got;

	house_open(&house, t, NULL);
	struct secret token = token_of(&house);
	struct ctx ctx = inside(&house);
	CHECK("verify", access_token_verify(&ctx, token, &got) == OK);
	CHECK("iss", str_is(got.iss, "https://id.example.org"));
	CHECK("sub", str_equal(got.sub, grant.account_id));
	CHECK("sid", str_equal(got.sid, grant.session_id));
	CHECK("aud", str_equal(got.aud, house.app.public_id));
	CHECK("client_id", str_equal(got.client_id, house.app.public_id));
	CHECK("times", got.iat == house.now && got.exp == house.now + LIVES_S);
	CHECK("jti", str_equal(got.jti, grant.token_id));
	CHECK("again, by what is remembered", is_good(&house, token));
	CHECK("no two alike", !secret_equal(token, token_of(&house)));
	forget_keys(&house);
	CHECK("elsewhere", is_good(&house, token));
	house_close(&house);
}

TEST(a_token_ends_with_its_second_and_is_its_apps_alone)
{
	struct house house;

	house_open(&house, t, NULL);
	struct secret token = token_of(&house);
	house.now += LIVES_S - 1;
	CHECK("its last second", is_good(&house, token));
	house.now++;
	CHECK("over", strcmp(outcome_of(&house, token), "the access token has expired") == 0);
	house.now -= LIVES_S;
	house.app = house_add_app(&house, "other", "en");
	CHECK("another app",
	      strcmp(outcome_of(&house, token), "the access token is another app's") == 0);
	house_close(&house);
}

TEST(what_is_no_token_of_ours_is_refused_for_its_own_reason)
{
	struct house house, elsewhere;

	house_open(&house, t, NULL);
	struct secret token = token_of(&house);
	struct secret cut = { token.ptr, token.len - 1 };
	CHECK("cut", strcmp(outcome_of(&house, cut), "this is no access token") == 0);
	CHECK("opaque",
	      strcmp(outcome_of(&house, SECRET("opaque")), "this is no access token") == 0);
	char *other = arena_alloc(t->arena, token.len + 1);
	memcpy(other, token.ptr, token.len);
	other[token.len - 50] = other[token.len - 50] == 'A' ? 'B' : 'A';
	CHECK("signature", strcmp(outcome_of(&house, (struct secret){ other, token.len }),
	                          "the access token's signature is wrong") == 0);
	house_open(&elsewhere, t, NULL);
	CHECK("kid",
	      strcmp(outcome_of(&elsewhere, token), "the access token is of no key of ours") == 0);
	house_close(&elsewhere);
	house_close(&house);
}

TEST(a_rotated_key_verifies_until_the_last_of_its_tokens_is_dead)
{
	struct house house;

	house_open(&house, t, NULL);
	struct secret before = token_of(&house);
	struct str old_kid = key_set(&house).items[0].kid;
	house.now += 10;
	struct key_rotated rotated = rotate(&house);
	struct secret after = token_of(&house);
	CHECK("both", is_good(&house, before) && is_good(&house, after));
	struct key_set set = key_set(&house);
	CHECK("two keys", set.n == 2);
	CHECK("the new one first", str_equal(set.items[0].kid, rotated.kid));
	CHECK("then the old one", str_equal(set.items[1].kid, old_kid));
	CHECK("another", !str_equal(old_kid, rotated.kid));
	CHECK("its private half is gone",
	      house_rows(&house, "signing_key WHERE sealed_jwk IS NOT NULL") == 1);
	CHECK("one signs", key_list(&house).items[0].signs && !key_list(&house).items[1].signs);
	house.now = rotated.old_verify_until - 1;
	CHECK("still there", key_set(&house).n == 2);
	house.now++;
	CHECK("gone from the set", key_set(&house).n == 1);
	CHECK("and from use",
	      strcmp(outcome_of(&house, before), "the access token is of no key of ours") == 0);
	CHECK("the operator sees it", key_list(&house).n == 2);
	house_sweep(&house);
	CHECK("until it is swept", key_list(&house).n == 1);
	CHECK("the one that signs stays", key_set(&house).n == 1);
	CHECK("the trail", house_count_outcomes(&house, "key_rotate", "done") == 1);
	house_close(&house);
}

TEST(a_key_rotated_by_another_server_signs_here_at_once)
{
	struct house house;

	house_open(&house, t, NULL);
	token_of(&house);
	struct keyring *here = house.service.keyring;
	house.service.keyring = keyring_new();
	struct key_rotated rotated = rotate(&house);
	struct secret theirs = token_of(&house);
	keyring_free(house.service.keyring);
	house.service.keyring = here;
	CHECK("theirs", is_good(&house, theirs));
	CLEANUP(signing_key_cleanup) struct signing_key *key = NULL;
	struct ctx ctx = inside(&house);
	CHECK("current", signing_key_current(&ctx, &key) == OK);
	CHECK("the new one", str_equal(signing_key_kid(key), rotated.kid));
	house_close(&house);
}

TEST(only_the_operator_rotates_and_anyone_sees_the_set)
{
	struct house house;
	const struct nothing nothing = { 0 };
	struct key_rotated rotated;
	struct key_states states;
	struct key_set set;

	house_open(&house, t, NULL);
	struct ctx ctx = house_client(&house);
	CHECK("rotate", operation_run(&ctx, &key_rotate_op, &nothing, &rotated) == ERR_NOT_ALLOWED);
	ctx = house_client(&house);
	CHECK("list", operation_run(&ctx, &key_list_op, &nothing, &states) == ERR_NOT_ALLOWED);
	ctx = house_client(&house);
	ctx.app = (struct app){ 0 };
	CHECK("set", operation_run(&ctx, &key_set_op, &nothing, &set) == OK && set.n == 0);
	house_close(&house);
}

static void make_one_meanwhile(void *state)
{
	struct house *house = state;
	struct nothing none;
	const struct nothing nothing = { 0 };
	struct ctx ctx = house_server(house);

	CHECK("the other", operation_run(&ctx, &key_ensure_op, &nothing, &none) == OK);
}

TEST(of_two_servers_that_need_the_first_key_at_once_one_makes_it)
{
	struct house house;
	struct nothing none;
	const struct nothing nothing = { 0 };

	house_open(&house, t, driver_faulty());
	faulty_meet(QUERY_SIGNING_KEY_CURRENT, make_one_meanwhile, &house);
	struct ctx ctx = house_server(&house);
	CHECK("both are content", operation_run(&ctx, &key_ensure_op, &nothing, &none) == OK);
	CHECK("one key", house_rows(&house, "signing_key") == 1);
	house_close(&house);
}

TEST(a_key_file_that_did_not_seal_the_key_fails_loudly_and_rotation_mends_it)
{
	struct house house;
	struct signing_key *key = NULL;

	house_open(&house, t, NULL);
	struct secret before = token_of(&house);
	house.key.bytes[0] ^= 1;
	forget_keys(&house);
	struct ctx ctx = inside(&house);
	CHECK("no key", signing_key_current(&ctx, &key) == ERR_INTERNAL && !key);
	CHECK("none is made in its place", house_rows(&house, "signing_key") == 1);
	CHECK("what was signed is good", is_good(&house, before));
	rotate(&house);
	CHECK("mended", is_good(&house, token_of(&house)));
	house_close(&house);
}

TEST(a_rotation_happens_wholly_or_not_at_all)
{
	const struct nothing nothing = { 0 };
	struct key_rotated rotated;
	struct house house;
	enum err err = ERR_STORE;
	unsigned n = 0;

	house_open(&house, t, driver_faulty());
	struct secret before = token_of(&house);
	while (err != OK && n < CALLS_MAX) {
		struct ctx ctx = house_operator(&house);
		size_t had = house_rows(&house, "signing_key");
		faulty_arm(++n, ERR_STORE, FAULTY_ONCE);
		err = operation_run(&ctx, &key_rotate_op, &nothing, &rotated);
		faulty_heal();
		CHECK("a failure", err == OK || err == ERR_STORE);
		CHECK("rows", house_rows(&house, "signing_key") == had + (err == OK));
		CHECK("one signs", house_rows(&house, "signing_key WHERE retired_at = 0") == 1);
		CHECK("tokens", is_good(&house, before) && is_good(&house, token_of(&house)));
	}
	CHECK("every call failed once", err == OK && n > 5);
	house_close(&house);
}

/* ---- sessions ---- */

#define ANN      "ann@example.org"
#define PASSWORD SECRET("correct horse")

static struct session_tokens log_in(struct house *house)
{
	struct ctx ctx = house_client(house);
	const struct log_in in = {
		.login = STR(ANN),
		.password = PASSWORD,
		.terms = { .form = ACCESS_JWT },
	};
	struct session_tokens tokens;

	CHECK("log-in", operation_run(&ctx, &account_log_in_op, &in, &tokens) == OK);
	return tokens;
}

static enum err refresh(struct house *house, struct secret token, struct session_tokens *ret_tokens)
{
	struct ctx ctx = house_client(house);
	const struct session_refresh in = { token, { .form = ACCESS_JWT } };

	return operation_run(&ctx, &session_refresh_op, &in, ret_tokens);
}

static void end_it(struct house *house, struct session_tokens *tokens)
{
	struct ctx ctx = house_member(house, tokens->access_token);
	const struct session_end in = { STR_NONE };
	struct nothing none;

	CHECK("end", operation_run(&ctx, &session_end_op, &in, &none) == OK);
}

static void change_password(struct house *house, struct session_tokens *tokens)
{
	(void)tokens;
	CHECK("change", house_change(house, log_in(house).access_token, PASSWORD,
	                             SECRET("battery staple")) == OK);
}

static void remove_account(struct house *house, struct session_tokens *tokens)
{
	(void)tokens;
	CHECK("remove", house_remove(house, ANN) == OK);
}

static void disable_account(struct house *house, struct session_tokens *tokens)
{
	(void)tokens;
	house_sql(house, "UPDATE account SET status = 1");
}

static void come_late(struct house *house, struct session_tokens *tokens)
{
	house->now += tokens->expires_in;
}

TEST(a_signed_token_lives_no_longer_than_its_session)
{
	static const struct {
		const char *name;
		void (*end)(struct house *house, struct session_tokens *tokens);
	} cases[] = {
		{ "ended", end_it },
		{ "password changed", change_password },
		{ "account removed", remove_account },
		{ "account disabled", disable_account },
		{ "expired", come_late },
	};

	FOREACH(c, cases) {
		struct house house;
		house_open(&house, t, NULL);
		house_add(&house, ANN, "ann", "correct horse");
		struct session_tokens tokens = log_in(&house);
		CHECK(c->name, tokens.access_token.len > 100);
		CHECK(c->name, house_session_lives(&house, tokens.access_token));
		c->end(&house, &tokens);
		CHECK(c->name, !house_session_lives(&house, tokens.access_token));
		house_close(&house);
	}
}

TEST(a_signed_token_is_of_its_own_account_and_no_other)
{
	struct house house;

	house_open(&house, t, NULL);
	house_add(&house, ANN, "ann", "correct horse");
	struct session_tokens tokens = log_in(&house);
	house_sql(&house, "UPDATE account SET public_id = 'ffffffffffffffffffffffff'");
	CHECK("not a session's other owner", !house_session_lives(&house, tokens.access_token));
	house_close(&house);
}

TEST(the_changers_own_signed_token_outlives_the_change)
{
	struct house house;

	house_open(&house, t, NULL);
	house_add(&house, ANN, "ann", "correct horse");
	struct session_tokens tokens = log_in(&house);
	CHECK("change",
	      house_change(&house, tokens.access_token, PASSWORD, SECRET("battery staple")) == OK);
	CHECK("own", house_session_lives(&house, tokens.access_token));
	house_close(&house);
}

TEST(a_repeated_refresh_signs_the_same_claims_again)
{
	struct house house;
	struct session_tokens second, again;
	struct access_claims one, other;

	house_open(&house, t, NULL);
	house_add(&house, ANN, "ann", "correct horse");
	struct session_tokens first = log_in(&house);
	house.now += 60;
	CHECK("refresh", refresh(&house, first.refresh_token, &second) == OK);
	house.now += 20;
	CHECK("again", refresh(&house, first.refresh_token, &again) == OK);
	struct ctx ctx = inside(&house);
	CHECK("one", access_token_verify(&ctx, second.access_token, &one) == OK);
	CHECK("other", access_token_verify(&ctx, again.access_token, &other) == OK);
	CHECK("jti", str_equal(one.jti, other.jti) && str_equal(one.sid, other.sid));
	CHECK("times", one.iat == other.iat && one.exp == other.exp);
	CHECK("what is left", again.expires_in == second.expires_in - 20);
	CHECK("the first lives out its minutes", house_session_lives(&house, first.access_token));
	CHECK("no digest is kept",
	      house_rows(&house, "session WHERE access_digest IS NOT NULL") == 0);
	house_close(&house);
}
