/* SPDX-License-Identifier: Apache-2.0 */
/* session_test.c - refresh tokens that are replaced, told from thieves', and die with their
 * session; and the sessions that a person sees and ends. */
#include "account/page_session.h"
#include "house.h"
#include <string.h>

#define ANN      "ann@example.org"
#define EVA      "eva@example.org"
#define PASSWORD SECRET("correct horse")

static void open_with_ann(struct house *house, struct test *t)
{
	house_open(house, t, NULL);
	house_add(house, ANN, "ann", "correct horse");
}

static struct session_tokens log_in(struct house *house, const char *login)
{
	struct session_tokens tokens = { 0 };

	CHECK("log-in", house_log_in(house, login, PASSWORD, &tokens) == OK);
	return tokens;
}

static enum err refresh(struct house *house, struct secret token, struct session_tokens *ret_tokens)
{
	struct ctx ctx = house_client(house);
	const struct session_refresh in = { token, { 0 } };

	return operation_run(&ctx, &session_refresh_op, &in, ret_tokens);
}

static bool is_same(const struct session_tokens *a, const struct session_tokens *b)
{
	return secret_equal(a->access_token, b->access_token) &&
	       secret_equal(a->refresh_token, b->refresh_token) && str_equal(a->id, b->id);
}

TEST(a_refresh_gives_a_new_pair_and_the_old_access_token_dies)
{
	struct house house;
	struct session_tokens second, third;

	open_with_ann(&house, t);
	struct session_tokens first = log_in(&house, ANN);
	house.now += 600;
	CHECK("refreshed", refresh(&house, first.refresh_token, &second) == OK);
	CHECK("another access token", !secret_equal(first.access_token, second.access_token));
	CHECK("another refresh token", !secret_equal(first.refresh_token, second.refresh_token));
	CHECK("15 minutes again", second.expires_in == 15 * MINUTE);
	CHECK("the old one is dead", !house_session_lives(&house, first.access_token));
	CHECK("the new one lives", house_session_lives(&house, second.access_token));
	CHECK("and again", refresh(&house, second.refresh_token, &third) == OK);
	CHECK("one session", house_rows(&house, "session") == 1);
	house_close(&house);
}

TEST(no_access_token_outlives_its_session)
{
	struct house house;
	struct session_tokens last;

	open_with_ann(&house, t);
	struct session_tokens first = log_in(&house, ANN);
	house.now += house.service.policy.refresh_days * DAY - 60;
	CHECK("a minute before its end", refresh(&house, first.refresh_token, &last) == OK);
	CHECK("a minute is left", last.expires_in == 60);
	CHECK("lives", house_session_lives(&house, last.access_token));
	house.now += 60;
	CHECK("dead", !house_session_lives(&house, last.access_token));
	CHECK("over", refresh(&house, last.refresh_token, &first) == ERR_BAD_CREDENTIALS);
	house_close(&house);
}

TEST(the_token_just_replaced_gives_the_same_successor_for_thirty_seconds)
{
	struct house house;
	struct session_tokens second, again;

	open_with_ann(&house, t);
	struct session_tokens first = log_in(&house, ANN);
	CHECK("refreshed", refresh(&house, first.refresh_token, &second) == OK);
	house.now += 30;
	CHECK("a lost answer", refresh(&house, first.refresh_token, &again) == OK);
	CHECK("the same", is_same(&second, &again));
	CHECK("what is left of it", again.expires_in == 15 * MINUTE - 30);
	house.now += 1;
	CHECK("too late", refresh(&house, first.refresh_token, &again) == ERR_BAD_CREDENTIALS);
	CHECK("all of it ended", house_rows(&house, "session") == 0);
	CHECK("the newest too",
	      refresh(&house, second.refresh_token, &again) == ERR_BAD_CREDENTIALS);
	CHECK("access too", !house_session_lives(&house, second.access_token));
	house_close(&house);
}

TEST(a_refresh_token_whose_successor_was_used_ends_the_session_at_once)
{
	struct house house;
	struct session_tokens second, third, again;

	open_with_ann(&house, t);
	struct session_tokens first = log_in(&house, ANN), elsewhere = log_in(&house, ANN);
	CHECK("second", refresh(&house, first.refresh_token, &second) == OK);
	CHECK("third", refresh(&house, second.refresh_token, &third) == OK);
	CHECK("the first", refresh(&house, first.refresh_token, &again) == ERR_BAD_CREDENTIALS);
	CHECK("audited", house_count_outcomes(&house, "session_refresh",
	                                      "refresh token was replaced: session ended") == 1);
	CHECK("the thief's or the owner's", !house_session_lives(&house, third.access_token));
	CHECK("another session stays", house_session_lives(&house, elsewhere.access_token));
	house_close(&house);
}

static struct secret changed(struct test *t, struct secret token, size_t at, char to)
{
	char *copy = arena_alloc(t->arena, token.len + 1);

	CHECK("copy", copy != NULL);
	memcpy(copy, token.ptr, token.len);
	copy[at] = to;
	return (struct secret){ copy, token.len };
}

TEST(a_refresh_token_that_was_changed_is_nobodys_and_ends_nothing)
{
	struct house house;
	struct session_tokens got;

	open_with_ann(&house, t);
	struct session_tokens first = log_in(&house, ANN);
	struct secret token = first.refresh_token;
	CHECK("64 letters", token.len == 64);
	for (size_t i = 0; i < token.len; i++) {
		char other = token.ptr[i] == 'A' ? 'B' : 'A';
		CHECK("a letter",
		      refresh(&house, changed(t, token, i, other), &got) == ERR_BAD_CREDENTIALS);
		CHECK("a prefix", refresh(&house, (struct secret){ token.ptr, i }, &got) ==
		                          ERR_BAD_CREDENTIALS);
	}
	CHECK("an access token", refresh(&house, first.access_token, &got) == ERR_BAD_CREDENTIALS);
	CHECK("none", refresh(&house, SECRET_NONE, &got) == ERR_BAD_CREDENTIALS);
	CHECK("as access", !house_session_lives(&house, token));
	CHECK("unharmed", refresh(&house, token, &got) == OK);
	house_close(&house);
}

TEST(a_refresh_token_dies_with_its_session)
{
	static const struct {
		const char *name, *sql, *outcome;
		int64_t later_s;
	} ends[] = {
		{ "its last day", "UPDATE session SET epoch = 1 RETURNING 1", "session is over",
		  30 * DAY },
		{ "a new password", "UPDATE account SET epoch = epoch + 1 RETURNING 1",
		  "session ended with a change of the account", 0 },
		{ "a disabled account", "UPDATE account SET status = 1 RETURNING 1",
		  "account is disabled", 0 },
		{ "removed", "DELETE FROM account RETURNING 1", "no such refresh token", 0 },
	};

	FOREACH(end, ends) {
		struct house house;
		struct session_tokens got;
		open_with_ann(&house, t);
		struct session_tokens tokens = log_in(&house, ANN);
		house.now += end->later_s;
		house_sql(&house, end->sql);
		CHECK(end->name,
		      refresh(&house, tokens.refresh_token, &got) == ERR_BAD_CREDENTIALS);
		CHECK(end->name, str_is(str(house_last_outcome(&house)), end->outcome));
		house_close(&house);
	}
}

TEST(a_refresh_token_of_one_app_is_nothing_in_another)
{
	struct house house;
	struct session_tokens got;

	open_with_ann(&house, t);
	struct session_tokens tokens = log_in(&house, ANN);
	struct app own = house.app;
	house.app = house_add_app(&house, "other", "en");
	CHECK("there", refresh(&house, tokens.refresh_token, &got) == ERR_BAD_CREDENTIALS);
	house.app = own;
	CHECK("here", refresh(&house, tokens.refresh_token, &got) == OK);
	house_close(&house);
}

/* ---- the person's sessions ---- */

static struct session_entries list(struct house *house, struct secret bearer)
{
	struct ctx ctx = house_member(house, bearer);
	const struct nothing in = { 0 };
	struct session_entries entries = { 0 };

	CHECK("list", operation_run(&ctx, &session_list_op, &in, &entries) == OK);
	return entries;
}

TEST(a_person_sees_their_living_sessions_and_which_one_asks)
{
	struct house house;

	open_with_ann(&house, t);
	house_add(&house, EVA, NULL, "correct horse");
	struct session_tokens first = log_in(&house, ANN);
	house.now += 60;
	struct session_tokens second = log_in(&house, ANN);
	log_in(&house, EVA);
	struct session_entries entries = list(&house, first.access_token);
	CHECK("two", entries.n == 2);
	CHECK("newest first", entries.items[0].created_at == house.now &&
	                              entries.items[1].created_at == house.now - 60);
	CHECK("which one", !entries.items[0].current && entries.items[1].current);
	CHECK("end", entries.items[0].ends_at == house.now + 30 * DAY);
	CHECK("the other asks", list(&house, second.access_token).items[0].current);
	house_close(&house);
}

TEST(a_client_is_shown_by_its_own_name_if_that_is_a_text)
{
	static const struct {
		const char *name, *client, *want;
	} cases[] = {
		{ "a browser", "Mozilla/5.0 (X11)", "Mozilla/5.0 (X11)" },
		{ "none", NULL, "" },
		{ "no text", "\xff\xfe", "" },
		{ "control characters", "a\x1b[31mred", "" },
	};
	struct house house;

	open_with_ann(&house, t);
	FOREACH(c, cases) {
		struct ctx ctx = house_client(&house);
		const struct log_in in = { .login = STR(ANN), .password = PASSWORD };
		struct session_tokens tokens;
		ctx.client = str(c->client);
		CHECK(c->name, operation_run(&ctx, &account_log_in_op, &in, &tokens) == OK);
		CHECK(c->name, str_is(list(&house, tokens.access_token).items[0].client, c->want));
	}
	house_close(&house);
}

static enum err end(struct house *house, struct secret bearer, struct str id)
{
	struct ctx ctx = house_member(house, bearer);
	const struct session_end in = { id };
	struct nothing nothing;

	return operation_run(&ctx, &session_end_op, &in, &nothing);
}

TEST(a_person_ends_one_session_or_their_own_or_all_others)
{
	struct house house;
	struct nothing nothing = { 0 };

	open_with_ann(&house, t);
	house_add(&house, EVA, NULL, "correct horse");
	struct session_tokens a = log_in(&house, ANN), b = log_in(&house, ANN);
	struct session_tokens c = log_in(&house, ANN), hers = log_in(&house, EVA);
	struct str of_b = list(&house, a.access_token).items[1].id;
	struct str of_eva = list(&house, hers.access_token).items[0].id;
	CHECK("another's", end(&house, a.access_token, of_eva) == ERR_NOT_FOUND);
	CHECK("no such", end(&house, a.access_token, STR("nothing")) == ERR_NOT_FOUND);
	CHECK("one", end(&house, a.access_token, of_b) == OK);
	CHECK("it is over", !house_session_lives(&house, b.access_token));
	CHECK("its refresh token too", refresh(&house, b.refresh_token, &b) == ERR_BAD_CREDENTIALS);
	CHECK("others live", house_session_lives(&house, a.access_token) &&
	                             house_session_lives(&house, c.access_token));
	struct ctx ctx = house_member(&house, c.access_token);
	CHECK("all others", operation_run(&ctx, &session_end_others_op, &nothing, &nothing) == OK);
	CHECK("a is over", !house_session_lives(&house, a.access_token));
	CHECK("c and Eva's live", house_session_lives(&house, c.access_token) &&
	                                  house_session_lives(&house, hers.access_token));
	CHECK("own", end(&house, c.access_token, STR_NONE) == OK);
	CHECK("over", !house_session_lives(&house, c.access_token));
	house_close(&house);
}

/* ---- of the hosted pages ---- */

static struct secret sign_in_on_page(struct house *house)
{
	struct ctx ctx = house_client(house);
	const struct log_in in = { .login = STR(ANN),
		                   .password = PASSWORD,
		                   .terms = { .form = ACCESS_PAGE } };
	struct session_tokens tokens;

	CHECK("signed in", operation_run(&ctx, &account_log_in_op, &in, &tokens) == OK);
	CHECK("an hour", tokens.expires_in == PAGE_IDLE_S);
	CHECK("no refresh token", !tokens.refresh_token.ptr);
	return tokens.access_token;
}

static struct ctx on_page(struct house *house, struct secret token)
{
	struct ctx ctx = house_client(house);

	ctx.page_token = token;
	return ctx;
}

static enum err keep(struct house *house, struct secret token)
{
	struct ctx ctx = on_page(house, token);
	struct nothing none = { 0 };

	return operation_run(&ctx, &page_session_keep_op, &none, &none);
}

TEST(a_session_of_the_pages_ends_an_hour_after_its_last_use)
{
	struct house house;

	open_with_ann(&house, t);
	struct secret token = sign_in_on_page(&house);
	house.now += PAGE_IDLE_S - 1;
	CHECK("in the last second", keep(&house, token) == OK);
	house.now += PAGE_IDLE_S - 1;
	CHECK("kept up", keep(&house, token) == OK);
	house.now += PAGE_IDLE_S;
	CHECK("idle", keep(&house, token) == ERR_BAD_SESSION);
	house_sweep(&house);
	CHECK("swept", house_rows(&house, "session") == 0);
	house_close(&house);
}

TEST(a_session_of_the_pages_ends_twelve_hours_after_the_sign_in)
{
	struct house house;

	open_with_ann(&house, t);
	struct secret token = sign_in_on_page(&house);
	for (int64_t used = 0; used < PAGE_WHOLE_S - 1800; used += 1800) {
		CHECK("used", keep(&house, token) == OK);
		house.now += 1800;
	}
	CHECK("half an hour is left", keep(&house, token) == OK);
	house.now += 1799;
	CHECK("the last second", keep(&house, token) == OK);
	house.now += 1;
	CHECK("over", keep(&house, token) == ERR_BAD_SESSION);
	house_close(&house);
}

TEST(a_cookie_is_no_access_token_and_no_access_token_a_cookie)
{
	struct house house;
	struct session_tokens opaque;
	const struct log_in in = { .login = STR(ANN),
		                   .password = PASSWORD,
		                   .terms = { .form = ACCESS_OPAQUE } };

	open_with_ann(&house, t);
	struct secret token = sign_in_on_page(&house);
	struct ctx ctx = house_client(&house);
	CHECK("opaque", operation_run(&ctx, &account_log_in_op, &in, &opaque) == OK);
	CHECK("as a bearer", !house_session_lives(&house, token));
	CHECK("as a cookie", keep(&house, opaque.access_token) == ERR_BAD_SESSION);
	CHECK("a refresh token as a cookie", keep(&house, opaque.refresh_token) == ERR_BAD_SESSION);
	CHECK("each at its door",
	      house_session_lives(&house, opaque.access_token) && keep(&house, token) == OK);
	CHECK("not in the database",
	      house_rows(&house, "session WHERE access_digest IS NULL") == 0);
	house_close(&house);
}

TEST(a_renewed_cookie_takes_the_place_of_the_one_before)
{
	struct house house;
	struct page_session_renewed renewed;
	struct nothing none = { 0 };

	open_with_ann(&house, t);
	struct secret token = sign_in_on_page(&house);
	struct ctx ctx = on_page(&house, token);
	CHECK("renewed", operation_run(&ctx, &page_session_renew_op, &none, &renewed) == OK);
	CHECK("the new one", keep(&house, renewed.token) == OK);
	CHECK("the one before", keep(&house, token) == ERR_BAD_SESSION);
	CHECK("one session", house_rows(&house, "session") == 1);
	ctx = on_page(&house, renewed.token);
	CHECK("ended", operation_run(&ctx, &page_session_end_op, &none, &none) == OK);
	CHECK("gone", house_rows(&house, "session") == 0);
	CHECK("ended again", operation_run(&ctx, &page_session_end_op, &none, &none) == OK);
	house_close(&house);
}

TEST(whether_somebody_is_signed_in_is_no_refusal)
{
	struct house house;
	struct page_session_seen seen;
	struct nothing none = { 0 };

	open_with_ann(&house, t);
	struct ctx nobody = house_client(&house), unknown = on_page(&house, SECRET("nonsense"));
	struct ctx ann = on_page(&house, sign_in_on_page(&house));
	CHECK("nobody",
	      operation_run(&nobody, &page_session_look_op, &none, &seen) == OK && !seen.lives);
	CHECK("unknown",
	      operation_run(&unknown, &page_session_look_op, &none, &seen) == OK && !seen.lives);
	CHECK("ann", operation_run(&ann, &page_session_look_op, &none, &seen) == OK && seen.lives);
	CHECK("no refusal", house_rows(&house, "audit WHERE event = 'page_session_look'") == 0);
	house_close(&house);
}
