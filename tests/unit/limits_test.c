/* SPDX-License-Identifier: Apache-2.0 */
/* limits_test.c - how often may somebody ask, and be wrong. */
#include "account/limits.h"
#include "account/request_counter.h"
#include "base/network.h"
#include "house.h"
#include <pthread.h>
#include <string.h>

#define GOOD SECRET("correct horse battery")
#define BAD  SECRET("wrong password")

static struct ctx from(struct house *house, const char *network)
{
	struct ctx ctx = house_client(house);

	ctx.network = str(network);
	return ctx;
}

struct tried {
	enum err err;
	int64_t retry_after_s;
};

static struct tried log_in_from(struct house *house, const char *network, const char *login,
                                struct secret password)
{
	struct ctx ctx = from(house, network);
	const struct log_in in = { .login = str(login), .password = password };
	struct session_tokens tokens;

	enum err err = operation_run(&ctx, &account_log_in_op, &in, &tokens);
	return (struct tried){ err, ctx.retry_after_s };
}

static void guess_wrong(struct house *house, const char *network, const char *login, int times)
{
	for (int i = 0; i < times; i++)
		CHECK(login, log_in_from(house, network, login, BAD).err == ERR_BAD_CREDENTIALS);
}

static void open_house(struct house *house, struct test *t)
{
	house_open(house, t, NULL);
	house_add(house, "ann@example.org", "ann", "correct horse battery");
	house->service.policy.failures_per_login = (struct rate){ 3, 900 };
	house->service.policy.failures_per_network = (struct rate){ 0 };
}

TEST(a_login_with_too_many_failures_has_to_wait_and_longer_each_time)
{
	static const struct {
		const char *name, *login;
	} cases[] = { { "a member's", "ann@example.org" }, { "a stranger's", "bob@example.org" } };
	struct house house;

	open_house(&house, t);
	FOREACH(c, cases) {
		guess_wrong(&house, "192.0.2.1", c->login, 3);
		struct tried first = log_in_from(&house, "192.0.2.1", c->login, BAD);
		struct tried second = log_in_from(&house, "192.0.2.1", c->login, BAD);
		CHECK(c->name, first.err == ERR_RATE_LIMITED && first.retry_after_s == 10);
		CHECK(c->name, second.err == ERR_RATE_LIMITED && second.retry_after_s == 20);
		for (int i = 0; i < 20; i++)
			second = log_in_from(&house, "192.0.2.1", c->login, BAD);
		CHECK(c->name, second.retry_after_s == 900);
	}
	house_close(&house);
}

TEST(the_right_password_works_once_the_wait_is_over_and_forgets_the_failures)
{
	struct house house;

	open_house(&house, t);
	guess_wrong(&house, "192.0.2.1", "ann@example.org", 3);
	house.now += 5;
	CHECK("after it", log_in_from(&house, "192.0.2.1", "ann@example.org", GOOD).err == OK);
	guess_wrong(&house, "192.0.2.1", "ann@example.org", 3);
	CHECK("before it",
	      log_in_from(&house, "192.0.2.1", "ann@example.org", GOOD).err == ERR_RATE_LIMITED);
	house.now += 9;
	CHECK("a knock made it longer",
	      log_in_from(&house, "192.0.2.1", "ann@example.org", GOOD).err == ERR_RATE_LIMITED);
	house.now += 20;
	CHECK("in the end", log_in_from(&house, "192.0.2.1", "ann@example.org", GOOD).err == OK);
	house_close(&house);
}

TEST(failures_are_counted_by_login_and_network_and_app)
{
	static const struct {
		const char *name, *network, *login;
		enum err want;
	} cases[] = {
		{ "as it was", "192.0.2.1", "ann@example.org", ERR_RATE_LIMITED },
		{ "in other letters", "192.0.2.1", "ANN@Example.ORG", ERR_RATE_LIMITED },
		{ "from elsewhere", "192.0.2.2", "ann@example.org", ERR_BAD_CREDENTIALS },
		{ "somebody else", "192.0.2.1", "bob@example.org", ERR_BAD_CREDENTIALS },
	};
	struct house house;

	open_house(&house, t);
	guess_wrong(&house, "192.0.2.1", "ann@example.org", 3);
	FOREACH(c, cases)
		CHECK(c->name, log_in_from(&house, c->network, c->login, BAD).err == c->want);
	struct app mine = house.app;
	house.app = house_add_app(&house, "other", "en");
	guess_wrong(&house, "192.0.2.1", "ann@example.org", 3);
	house.app = mine;
	house_close(&house);
}

TEST(a_household_of_ipv6_is_one_network)
{
	struct house house;

	open_house(&house, t);
	guess_wrong(&house, "2001:db8:1:2::1", "ann@example.org", 3);
	CHECK("the same /64",
	      log_in_from(&house, "2001:db8:1:2:ffff::9", "ann@example.org", BAD).err ==
	              ERR_RATE_LIMITED);
	CHECK("another /64", log_in_from(&house, "2001:db8:1:3::1", "ann@example.org", BAD).err ==
	                             ERR_BAD_CREDENTIALS);
	house_close(&house);
}

TEST(a_finished_recovery_forgets_the_failures_of_both_logins)
{
	struct house house;

	open_house(&house, t);
	house_add(&house, "eve@example.org", "eve", "correct horse battery");
	struct ctx ctx = house_client(&house);
	const char *network = ctx.network.ptr ? ctx.network.ptr : "";
	guess_wrong(&house, network, "eve@example.org", 3);
	guess_wrong(&house, network, "eve", 3);
	struct secret token = house_mailed_token(&house, OUTBOX_RECOVERY, "eve@example.org");
	CHECK("reset", house_reset(&house, token, SECRET("another password")) == OK);
	CHECK("by e-mail",
	      log_in_from(&house, network, "eve@example.org", SECRET("another password")).err ==
	              OK);
	CHECK("by name", log_in_from(&house, network, "eve", SECRET("another password")).err == OK);
	house_close(&house);
}

TEST(a_network_with_too_many_failures_may_not_guess_until_its_window_is_over)
{
	struct house house;

	open_house(&house, t);
	house.service.policy.failures_per_network = (struct rate){ 4, 60 };
	guess_wrong(&house, "192.0.2.1", "a@example.org", 2);
	CHECK("a success does not count",
	      log_in_from(&house, "192.0.2.1", "ann@example.org", GOOD).err == OK);
	guess_wrong(&house, "192.0.2.1", "b@example.org", 2);
	house.now += 20;
	struct tried tried = log_in_from(&house, "192.0.2.1", "ann@example.org", GOOD);
	CHECK("refused", tried.err == ERR_RATE_LIMITED && tried.retry_after_s == 40);
	CHECK("others", log_in_from(&house, "192.0.2.9", "ann@example.org", GOOD).err == OK);
	CHECK("recovery goes on", house_ask(&house, OUTBOX_RECOVERY, "ann@example.org") == OK);
	house.now += 40;
	CHECK("over", log_in_from(&house, "192.0.2.1", "ann@example.org", GOOD).err == OK);
	house_close(&house);
}

TEST(an_unknown_token_is_a_failure_and_one_that_was_good_once_is_none)
{
	struct house house;

	open_house(&house, t);
	house.service.policy.failures_per_network = (struct rate){ 2, 60 };
	struct secret token = house_mailed_token(&house, OUTBOX_RECOVERY, "ann@example.org");
	CHECK("spent", house_reset(&house, token, SECRET("another password")) == OK);
	for (int i = 0; i < 5; i++)
		CHECK("spent again",
		      house_reset(&house, token, SECRET("another password")) == ERR_TOKEN_INVALID);
	for (int i = 0; i < 2; i++)
		CHECK("unknown", house_reset(&house, SECRET("never-was"),
		                             SECRET("another password")) == ERR_TOKEN_INVALID);
	CHECK("refused",
	      house_reset(&house, token, SECRET("another password")) == ERR_RATE_LIMITED);
	house_close(&house);
}

TEST(the_holder_of_a_session_cannot_guess_the_password_for_ever)
{
	struct house house;

	open_house(&house, t);
	struct secret bearer = house_session(&house, "ann@example.org", GOOD);
	for (int i = 0; i < 3; i++)
		CHECK("wrong", house_change(&house, bearer, BAD, SECRET("another password")) ==
		                       ERR_WRONG_PASSWORD);
	CHECK("refused",
	      house_change(&house, bearer, GOOD, SECRET("another password")) == ERR_RATE_LIMITED);
	house.now += 10;
	CHECK("in time", house_change(&house, bearer, GOOD, SECRET("another password")) == OK);
	house_close(&house);
}

/* ---- at once ---- */

struct guesser {
	struct house *house;
	struct secret password;
	enum err err;
};

static void *guess(void *state)
{
	struct guesser *guesser = state;
	struct arena *arena = arena_new(1 << 20);
	struct ctx ctx = from(guesser->house, "192.0.2.1");
	const struct log_in in = { .login = STR("ann@example.org"), .password = guesser->password };
	struct session_tokens tokens;

	ctx.arena = arena;
	guesser->err = operation_run(&ctx, &account_log_in_op, &in, &tokens);
	arena_free(arena);
	return NULL;
}

static int guess_at_once(struct house *house, struct secret password, enum err err)
{
	struct guesser guessers[12];
	pthread_t threads[12];
	int n = 0;

	for (int i = 0; i < 12; i++) {
		guessers[i] = (struct guesser){ house, password, OK };
		assert_int_equal(pthread_create(&threads[i], NULL, guess, &guessers[i]), 0);
	}
	for (int i = 0; i < 12; i++) {
		pthread_join(threads[i], NULL);
		n += guessers[i].err == err;
	}
	return n;
}

TEST(of_many_guesses_at_once_no_more_are_looked_at_than_may_be_wrong)
{
	struct house house;

	open_house(&house, t);
	CHECK("wrong", guess_at_once(&house, BAD, ERR_BAD_CREDENTIALS) == 3);
	house_close(&house);
}

TEST(many_right_passwords_at_once_are_all_let_in)
{
	struct house house;

	open_house(&house, t);
	CHECK("right", guess_at_once(&house, GOOD, OK) == 12);
	house_close(&house);
}

/* ---- requests ---- */

static enum err ask_from(struct house *house, const char *network, int64_t *ret_retry_after_s)
{
	struct ctx ctx = from(house, network);
	const struct recovery_request in = { .login = STR("ann@example.org"),
		                             .kind = LOGIN_EMAIL,
		                             .mail = OUTBOX_RECOVERY };
	struct recovery_requested requested;

	enum err err = operation_run(&ctx, &recovery_request_op, &in, &requested);
	*ret_retry_after_s = ctx.retry_after_s;
	return err;
}

static int ask_until_refused(struct house *house, const char *network, int max)
{
	int64_t retry_after_s;
	int n = 0;

	while (n < max && ask_from(house, network, &retry_after_s) == OK)
		n++;
	return n;
}

TEST(a_network_may_ask_so_often_in_a_window_and_the_trail_has_the_first_refusal)
{
	struct house house;
	int64_t retry_after_s;

	open_house(&house, t);
	house.service.policy.requests_per_network = (struct rate){ 5, 60 };
	CHECK("five", ask_until_refused(&house, "192.0.2.1", 50) == 5);
	house.now += 12;
	CHECK("refused", ask_from(&house, "192.0.2.1", &retry_after_s) == ERR_RATE_LIMITED &&
	                         retry_after_s == 48);
	CHECK("others", ask_until_refused(&house, "192.0.2.2", 3) == 3);
	CHECK("one row", house_count_outcomes(&house, "recovery_request",
	                                      "too many requests of this network") == 1);
	house.now += 48;
	CHECK("over", ask_from(&house, "192.0.2.1", &retry_after_s) == OK);
	house_close(&house);
}

static void save_all(struct house *house)
{
	struct limits_save some = { .least = 1 };
	struct limits_saved saved;

	do {
		struct ctx ctx = house_server(house);
		CHECK("save", operation_run(&ctx, &limits_save_op, &some, &saved) == OK);
		some.from = saved.next;
	} while (some.from != 0);
}

static void restart_counter(struct house *house, bool save)
{
	if (save)
		save_all(house);
	request_counter_free(house->service.requests);
	house->service.requests = request_counter_new();
	CHECK("memory", house->service.requests != NULL);
}

TEST(requests_are_remembered_over_a_stop_and_a_refusal_over_a_kill)
{
	struct house house;

	open_house(&house, t);
	house.service.policy.requests_per_network = (struct rate){ 5, 60 };
	CHECK("three", ask_until_refused(&house, "192.0.2.1", 3) == 3);
	restart_counter(&house, true);
	CHECK("two are left", ask_until_refused(&house, "192.0.2.1", 50) == 2);
	restart_counter(&house, false);
	CHECK("none is left", ask_until_refused(&house, "192.0.2.1", 50) == 0);
	house_close(&house);
}

TEST(a_save_learns_what_another_server_has_counted)
{
	struct house house;

	open_house(&house, t);
	house.service.policy.requests_per_network = (struct rate){ 10, 60 };
	CHECK("here", ask_until_refused(&house, "192.0.2.1", 4) == 4);
	struct request_counter *here = house.service.requests;
	house.service.requests = request_counter_new();
	CHECK("there", ask_until_refused(&house, "192.0.2.1", 3) == 3);
	restart_counter(&house, true);
	request_counter_free(house.service.requests);
	house.service.requests = here;
	save_all(&house);
	CHECK("three are left", ask_until_refused(&house, "192.0.2.1", 50) == 3);
	house_close(&house);
}

TEST(when_there_is_no_room_the_network_that_asked_least_gives_way)
{
	struct request_counter *counter = request_counter_new();
	struct request_count count = { .ends_at = 100 };
	uint64_t busy = UINT64_MAX;

	assert_non_null(counter);
	count.client = busy;
	request_counter_begin(counter, &count, 1, &count);
	for (int i = 0; i < 50; i++)
		CHECK("counts", request_counter_add(counter, busy, 1, &count));
	for (int i = 0; i < 100000; i++) {
		struct request_count other = { .client = (uint64_t)i, .ends_at = 100 };
		request_counter_begin(counter, &other, 1, &other);
	}
	CHECK("is still known", request_counter_add(counter, busy, 1, &count));
	CHECK("with its count", count.count == 52);
	CHECK("its window ends", !request_counter_add(counter, busy, 100, &count));
	request_counter_free(counter);
}

/* ---- mails ---- */

TEST(one_address_is_mailed_so_often_while_the_newest_link_lives)
{
	struct outbox_row row;
	struct letter letter;
	struct house house;

	open_house(&house, t);
	house.service.policy.mails_per_address = (struct rate){ 3, 1800 };
	for (int i = 0; i < 3; i++)
		house_mailed_token(&house, OUTBOX_RECOVERY, "ann@example.org");
	CHECK("asked", house_ask(&house, OUTBOX_RECOVERY, "ann@example.org") == OK);
	CHECK("written", house_next_mail(&house, &row, &letter) && !letter.send);
	CHECK("why", strcmp(house_last_outcome(&house), "too many mails to this address") == 0);
	house.now += 1801;
	house_mailed_token(&house, OUTBOX_RECOVERY, "ann@example.org");
	house_close(&house);
}

TEST(who_has_used_the_newest_link_may_have_another)
{
	struct secret token = SECRET_NONE;
	struct house house;

	open_house(&house, t);
	house.service.policy.mails_per_address = (struct rate){ 3, 1800 };
	for (int i = 0; i < 3; i++)
		token = house_mailed_token(&house, OUTBOX_RECOVERY, "ann@example.org");
	CHECK("used", house_reset(&house, token, SECRET("another password")) == OK);
	house_deliver(&house);
	house_mailed_token(&house, OUTBOX_RECOVERY, "ann@example.org");
	house_close(&house);
}

TEST(what_could_not_be_saved_is_unsaved_again_and_counts_on)
{
	struct request_counter *counter = request_counter_new();
	const struct request_count none = { .client = 7, .ends_at = 100 };
	struct request_count count, taken;

	CHECK("made", counter != NULL);
	CHECK("nothing yet", request_counter_peek(counter, 7, 1) == 0);
	request_counter_begin(counter, &none, 1, &count);
	CHECK("another", request_counter_add(counter, 7, 1, &count) && count.count == 2);
	CHECK("seen", request_counter_peek(counter, 7, 1) == 2);
	CHECK("its window is over", request_counter_peek(counter, 7, 100) == 0);
	request_counter_take_one(counter, 7, &taken);
	CHECK("handed out", taken.unsaved == 2);
	request_counter_give_back(counter, &taken);
	request_counter_take_one(counter, 7, &taken);
	CHECK("again", taken.unsaved == 2 && taken.count == 2);
	request_counter_free(counter);
}

/* The first request too many is written down, by a thread that may wait. */
TEST(a_network_near_its_limit_is_told_before_it_is_served)
{
	static const struct {
		const char *name;
		int64_t count;
		bool near;
	} cases[] = {
		{ "far from it", 36, false },
		{ "as many may be under way as are left", 37, true },
		{ "the next is too many", 100, true },
		{ "beyond it nothing is written", 101, false },
	};
	struct house house;
	uint64_t client = network_of(STR("203.0.113.7"));

	house_open(&house, t, NULL);
	house.service.policy.requests_per_network = (struct rate){ 100, 60 };
	FOREACH(c, cases) {
		const struct request_count before = { client, c->count - 1, 0, house.now + 60 };
		struct request_count count;
		request_counter_free(house.service.requests);
		house.service.requests = request_counter_new();
		request_counter_begin(house.service.requests, &before, house.now, &count);
		CHECK(c->name,
		      limits_are_near(&house.service, STR("203.0.113.7"), house.now) == c->near);
	}
	house_close(&house);
}
