/* SPDX-License-Identifier: Apache-2.0 */
/* password_test.c - a new password by the old one, and by a mailed link. */
#include "house.h"
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#define OLD SECRET("correct horse")
#define NEW SECRET("battery staple")
#define ANN "ann@example.org"

/* ---- by the old one ---- */

TEST(a_change_ends_every_other_session_and_keeps_its_own)
{
	struct house house;
	struct outbox_row row;
	struct letter letter;

	house_open(&house, t, NULL);
	house_add(&house, ANN, "ann", "correct horse");
	house_add(&house, "bob@example.org", "bob", "correct horse");
	struct secret own = house_session(&house, ANN, OLD),
		      other = house_session(&house, ANN, OLD);
	struct secret bobs = house_session(&house, "bob", OLD);
	struct secret token = house_mailed_token(&house, OUTBOX_RECOVERY, ANN);
	CHECK("change", house_change(&house, own, OLD, NEW) == OK);
	CHECK("audit", strcmp(house_last_outcome(&house), "done") == 0);
	CHECK("own", house_session_lives(&house, own));
	CHECK("other", !house_session_lives(&house, other));
	CHECK("another account's", house_session_lives(&house, bobs));
	CHECK("new password", house_opens(&house, ANN, NEW));
	CHECK("old password", !house_opens(&house, ANN, OLD));
	CHECK("the mailed link is void",
	      house_reset(&house, token, SECRET("third password")) == ERR_TOKEN_INVALID);
	CHECK("a notice", house_next_mail(&house, &row, &letter));
	CHECK("a notice", row.kind == OUTBOX_PASSWORD_CHANGED && letter.send &&
	                          letter.kind == LETTER_PASSWORD_CHANGED);
	CHECK("to its owner", str_is(letter.to, ANN) && str_is(letter.network, "192.0.2.1"));
	CHECK("and back", house_change(&house, own, NEW, OLD) == OK);
	house_close(&house);
}

TEST(a_change_that_is_refused_changes_nothing)
{
	char long_one[4 * 257 + 1];
	struct house house;

	for (int i = 0; i < 257; i++) /* code points of four bytes */
		memcpy(long_one + 4 * i, "\xf0\x9f\x90\xb4", 4);
	const struct {
		const char *name;
		struct secret old_password, new_password;
		enum err want;
		const char *outcome;
	} cases[] = {
		{ "wrong password", SECRET("wrong horse"), NEW, ERR_WRONG_PASSWORD,
		  "wrong password" },
		{ "empty password", SECRET(""), NEW, ERR_WRONG_PASSWORD, "wrong password" },
		{ "the same", OLD, OLD, ERR_PASSWORD_SAME, "new password is the old one" },
		{ "too short", OLD, SECRET("1234567"), ERR_PASSWORD_SHORT, "" },
		{ "nothing", OLD, SECRET(""), ERR_PASSWORD_SHORT, "" },
		{ "too short in letters", OLD, SECRET("\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9"),
		  ERR_PASSWORD_SHORT, "" },
		{ "short before wrong", SECRET("wrong horse"), SECRET("1"), ERR_PASSWORD_SHORT,
		  "" },
		{ "257 code points", OLD, { long_one, 4 * 257 }, ERR_PASSWORD_LONG, "" },
		{ "not UTF-8", OLD, SECRET("1234567\xff"), ERR_MALFORMED, "" },
		{ "NUL inside", OLD, SECRET("1234567\0x"), ERR_MALFORMED, "" },
	};
	house_open(&house, t, NULL);
	house_add(&house, ANN, "ann", "correct horse");
	struct secret own = house_session(&house, ANN, OLD),
		      other = house_session(&house, ANN, OLD);
	FOREACH(c, cases) {
		size_t before = house_count_outcomes(&house, "password_change", c->outcome);
		CHECK(c->name,
		      house_change(&house, own, c->old_password, c->new_password) == c->want);
		CHECK(c->name, house_count_outcomes(&house, "password_change", c->outcome) ==
		                       before + (*c->outcome != '\0'));
		CHECK(c->name,
		      house_session_lives(&house, own) && house_session_lives(&house, other));
		CHECK(c->name, house_account(&house, ANN).epoch == 1);
	}
	CHECK("no mail", house_count_mails(&house, OUTBOX_PASSWORD_CHANGED) == 0);
	CHECK("256 code points",
	      house_change(&house, own, OLD, (struct secret){ long_one, 4 * 256 }) == OK);
	CHECK("8 code points", house_change(&house, own, (struct secret){ long_one, 4 * 256 },
	                                    SECRET("  a swan")) == OK);
	CHECK("all of it counts", !house_opens(&house, ANN, SECRET("  a swa")));
	house_close(&house);
}

/* ---- by a mailed link ---- */

TEST(a_mailed_link_sets_a_password_once)
{
	struct house house;
	struct outbox_row row;
	struct letter letter;

	house_open(&house, t, NULL);
	house_add(&house, "Ann@Example.org", "ann", "correct horse");
	struct secret session = house_session(&house, ANN, OLD);
	CHECK("ask", house_ask(&house, OUTBOX_RECOVERY, "ANN@example.org") == OK);
	CHECK("mail", house_next_mail(&house, &row, &letter) && letter.send);
	CHECK("a link", letter.kind == LETTER_RESET_LINK_AND_CODE && letter.minutes == 30);
	CHECK("to the stored address", str_is(letter.to, "Ann@example.org"));
	CHECK("its page", str_starts(letter.link, "https://id.example.org/password-reset?token="));
	CHECK("its reference",
	      str_equal(letter.reference, row.reference) && row.reference.len == 9);
	struct secret token = house_link_token(&house, &letter), derived;
	struct ctx ctx = house_server(&house);
	CHECK("derived", token_derive(&ctx, TOKEN_SET_PASSWORD, &row.nonce, &derived) == OK);
	CHECK("derived", secret_equal(token, derived) && token.len == 43);
	CHECK("settle", house_settle(&house, &row, MAIL_SENT) == OK);

	CHECK("reset", house_reset(&house, token, NEW) == OK);
	CHECK("new password", house_opens(&house, ANN, NEW));
	CHECK("old password", !house_opens(&house, ANN, OLD));
	CHECK("sessions are over", !house_session_lives(&house, session));
	CHECK("a notice", house_count_mails(&house, OUTBOX_PASSWORD_CHANGED) == 1);
	CHECK("twice", house_reset(&house, token, SECRET("third password")) == ERR_TOKEN_INVALID);
	CHECK("why", strcmp(house_last_outcome(&house), "token is spent") == 0);
	CHECK("still the new one", house_opens(&house, ANN, NEW));
	CHECK("one notice", house_count_mails(&house, OUTBOX_PASSWORD_CHANGED) == 1);
	house_close(&house);
}

TEST(a_mail_that_is_written_again_is_the_same_mail)
{
	struct house house;
	struct outbox_row row, again_row;
	struct letter letter, again;

	house_open(&house, t, NULL);
	house_add(&house, ANN, "ann", "correct horse");
	CHECK("ask", house_ask(&house, OUTBOX_RECOVERY, ANN) == OK);
	CHECK("first", house_next_mail(&house, &row, &letter));
	house.now += OUTBOX_LEASE_S; /* a crash: nobody settles it */
	CHECK("second", house_next_mail(&house, &again_row, &again));
	CHECK("the same row", row.id == again_row.id && again_row.attempts == 2);
	CHECK("the same link", str_equal(letter.link, again.link));
	CHECK("the same name",
	      str_equal(letter.message_id, again.message_id) && letter.message_id.len == 32);
	CHECK("the same reference", str_equal(letter.reference, again.reference));
	CHECK("less time", letter.minutes == 30 && again.minutes == 30);
	CHECK("it works", house_reset(&house, house_link_token(&house, &letter), NEW) == OK);
	house_close(&house);
}

TEST(what_is_wrong_with_a_new_password_does_not_spend_the_link)
{
	static const struct {
		const char *name, *new_password, *repeated;
		enum err want;
	} cases[] = {
		{ "too short", "1234567", NULL, ERR_PASSWORD_SHORT },
		{ "the old one", "correct horse", NULL, ERR_PASSWORD_SAME },
		{ "typed differently", "battery staple", "battery stable", ERR_PASSWORDS_DIFFER },
		{ "typed once", "battery staple", "", ERR_PASSWORDS_DIFFER },
		{ "not UTF-8", "1234567\xff", NULL, ERR_MALFORMED },
		{ "good at last", "battery staple", "battery staple", OK },
	};
	struct house house;

	house_open(&house, t, NULL);
	house_add(&house, ANN, "ann", "correct horse");
	struct secret token = house_mailed_token(&house, OUTBOX_RECOVERY, ANN);
	FOREACH(c, cases) {
		struct ctx ctx = house_client(&house);
		struct password_reset in = { .token = token };
		struct password_reset_done done;
		struct str new_password = str(c->new_password), repeated = str(c->repeated);
		in.new_password = (struct secret){ new_password.ptr, new_password.len };
		in.repeated = (struct secret){ repeated.ptr, repeated.len };
		CHECK(c->name, operation_run(&ctx, &password_reset_op, &in, &done) == c->want);
		CHECK(c->name, house_opens(&house, ANN, c->want == OK ? NEW : OLD));
	}
	house_close(&house);
}

/* Every way to spoil a good token. */
TEST(only_the_very_token_sets_a_password)
{
	struct house house;
	char spoiled[64];

	house_open(&house, t, NULL);
	house_add(&house, ANN, "ann", "correct horse");
	struct secret token = house_mailed_token(&house, OUTBOX_RECOVERY, ANN);
	CHECK("43 letters", token.len == 43);
	for (size_t cut = 0; cut < token.len; cut++) {
		CHECK("a start of it", house_reset(&house, (struct secret){ token.ptr, cut },
		                                   NEW) == ERR_TOKEN_INVALID);
		CHECK("an end of it",
		      house_reset(&house,
		                  (struct secret){ token.ptr + cut + 1, token.len - cut - 1 },
		                  NEW) == ERR_TOKEN_INVALID);
	}
	for (size_t at = 0; at < token.len; at++) {
		memcpy(spoiled, token.ptr, token.len);
		spoiled[at] ^= 0x20;
		CHECK("another case", house_reset(&house, (struct secret){ spoiled, token.len },
		                                  NEW) == ERR_TOKEN_INVALID);
	}
	static const char *const tails[] = { "=", " ", "\n", "A" };
	FOREACH(tail, tails) {
		snprintf(spoiled, sizeof(spoiled), "%.43s%s", token.ptr, *tail);
		CHECK("more of it", house_reset(&house, (struct secret){ spoiled, 44 }, NEW) ==
		                            ERR_TOKEN_INVALID);
	}
	CHECK("why", strcmp(house_last_outcome(&house), "no such token") == 0);
	CHECK("none", house_reset(&house, SECRET_NONE, NEW) == ERR_TOKEN_INVALID);
	CHECK("itself", house_reset(&house, token, NEW) == OK);
	house_close(&house);
}

TEST(a_link_dies_by_time_by_a_newer_one_and_by_a_change)
{
	static const struct {
		const char *name, *outcome;
	} cases[] = {
		{ "time", "token has expired" },
		{ "a newer one", "token is replaced" },
		{ "a change", "token is replaced" },
		{ "another purpose", "token is for something else" },
		{ "another app", "no such token" },
	};
	struct house house;

	FOREACH(c, cases) {
		house_open(&house, t, NULL);
		house_add(&house, ANN, "ann", "correct horse");
		struct app other = house_add_app(&house, "other", "en");
		struct secret session = house_session(&house, ANN, OLD);
		bool made = c == &cases[3];
		struct secret token =
			house_mailed_token(&house, made ? OUTBOX_RECOVERY_NAMED : OUTBOX_RECOVERY,
		                           made ? "ann" : ANN);
		struct app demo = house.app;
		if (c == &cases[0])
			house.now += 30 * MINUTE;
		if (c == &cases[1])
			house_mailed_token(&house, OUTBOX_RECOVERY, ANN);
		if (c == &cases[2])
			CHECK(c->name, house_change(&house, session, OLD, NEW) == OK);
		if (c == &cases[4])
			house.app = other;
		CHECK(c->name,
		      house_reset(&house, token, SECRET("third password")) == ERR_TOKEN_INVALID);
		CHECK(c->name, strcmp(house_last_outcome(&house), c->outcome) == 0);
		house.app = demo;
		CHECK(c->name, house_opens(&house, ANN, c == &cases[2] ? NEW : OLD));
		house_close(&house);
	}
}

TEST(a_link_works_to_its_last_second)
{
	struct house house;

	house_open(&house, t, NULL);
	house_add(&house, ANN, "ann", "correct horse");
	struct secret token = house_mailed_token(&house, OUTBOX_RECOVERY, ANN);
	house.now += 30 * MINUTE - 1;
	CHECK("last second", house_reset(&house, token, NEW) == OK);
	house_close(&house);
}

TEST(an_older_request_that_is_mailed_late_does_not_displace_a_newer_one)
{
	struct house house;
	struct outbox_row older, newer;
	struct letter letter, late;
	struct ctx ctx;

	house_open(&house, t, NULL);
	house_add(&house, ANN, "ann", "correct horse");
	CHECK("older", house_ask(&house, OUTBOX_RECOVERY, ANN) == OK);
	CHECK("claimed", house_next_mail(&house, &older, &late));
	CHECK("sent late", house_settle(&house, &older, MAIL_TRANSIENT) == OK);
	struct secret token = house_mailed_token(&house, OUTBOX_RECOVERY, ANN);
	house.now += 60;
	CHECK("the older again", house_next_mail(&house, &newer, &letter));
	CHECK("it is the older", newer.id == older.id && !letter.send);
	CHECK("dropped", house_row(&house, older.id).state == OUTBOX_DROPPED);
	CHECK("its link is dead",
	      house_reset(&house, house_link_token(&house, &late), NEW) == ERR_TOKEN_INVALID);
	CHECK("the newer lives", house_reset(&house, token, NEW) == OK);
	ctx = house_client(&house);
	CHECK("nothing else is due", operation_enter(&ctx, &account_log_in_op) == OK);
	house_close(&house);
}

TEST(a_request_from_before_a_change_mails_nothing_after_it)
{
	struct house house;
	struct outbox_row row;
	struct letter letter;

	house_open(&house, t, NULL);
	house_add(&house, ANN, "ann", "correct horse");
	struct secret session = house_session(&house, ANN, OLD);
	CHECK("ask", house_ask(&house, OUTBOX_RECOVERY, ANN) == OK);
	CHECK("change", house_change(&house, session, OLD, NEW) == OK);
	CHECK("the request", house_next_mail(&house, &row, &letter) && row.kind == OUTBOX_RECOVERY);
	CHECK("is void", !letter.send && house_row(&house, row.id).state == OUTBOX_DROPPED);
	CHECK("the notice", house_next_mail(&house, &row, &letter) && letter.send &&
	                            row.kind == OUTBOX_PASSWORD_CHANGED);
	house_close(&house);
}

struct redeeming {
	pthread_barrier_t *start;
	struct house *house;
	struct arena *arena;
	struct secret token;
	int n;
	enum err err;
};

static void *redeem(void *state)
{
	struct redeeming *redeeming = state;
	struct ctx ctx = house_client(redeeming->house);
	struct password_reset in = { .token = redeeming->token };
	struct password_reset_done done;
	struct str text;

	ctx.arena = redeeming->arena;
	pthread_barrier_wait(redeeming->start);
	redeeming->err = arena_printf(ctx.arena, &text, "new password %d", redeeming->n);
	in.new_password = (struct secret){ text.ptr, text.len };
	if (redeeming->err == OK)
		redeeming->err = operation_run(&ctx, &password_reset_op, &in, &done);
	return NULL;
}

TEST(of_many_who_redeem_one_token_at_once_one_does)
{
	enum { REDEEMERS = 20 };
	struct redeeming redeemings[REDEEMERS];
	pthread_t threads[REDEEMERS];
	pthread_barrier_t start;
	struct house house;
	int done = 0;

	house_open(&house, t, NULL);
	house_add(&house, ANN, "ann", "correct horse");
	struct secret token = house_mailed_token(&house, OUTBOX_RECOVERY, ANN);
	house_hash_at(&house, 16 * 1024); /* long enough for all to see the token alive */
	uint64_t hashes = hasher_count(house.service.hasher);
	pthread_barrier_init(&start, NULL, REDEEMERS);
	for (int i = 0; i < REDEEMERS; i++) {
		redeemings[i] =
			(struct redeeming){ &start, &house, arena_new(64 * 1024), token, i, OK };
		CHECK("thread", pthread_create(&threads[i], NULL, redeem, &redeemings[i]) == 0);
	}
	for (int i = 0; i < REDEEMERS; i++) {
		char text[32];
		pthread_join(threads[i], NULL);
		arena_free(redeemings[i].arena);
		CHECK("verdict", redeemings[i].err == OK || redeemings[i].err == ERR_TOKEN_INVALID);
		done += redeemings[i].err == OK;
		struct secret mine = { text,
			               (size_t)snprintf(text, sizeof(text), "new password %d", i) };
		if (redeemings[i].err == OK)
			CHECK("the winner's password", house_opens(&house, ANN, mine));
	}
	pthread_barrier_destroy(&start);
	CHECK("one", done == 1);
	/* Verify and hash by the winner, and the log-in above: the others cost nothing. */
	CHECK("hashes", hasher_count(house.service.hasher) - hashes == 3);
	CHECK("one notice", house_count_mails(&house, OUTBOX_PASSWORD_CHANGED) == 1);
	house_close(&house);
}

/* ---- what a link is worth ---- */

static enum err look(struct house *house, struct secret token,
                     struct recovery_link_state *ret_state)
{
	struct ctx ctx = house_client(house);
	const struct recovery_link in = { token };

	return operation_run(&ctx, &recovery_link_op, &in, ret_state);
}

TEST(looking_at_a_link_tells_its_fate_and_changes_nothing)
{
	struct recovery_link_state state;
	struct house house;

	house_open(&house, t, NULL);
	house_add(&house, ANN, "ann", "correct horse");
	CHECK("unknown", look(&house, SECRET("no such token"), &state) == ERR_TOKEN_INVALID);
	struct secret token = house_mailed_token(&house, OUTBOX_RECOVERY, ANN);
	for (int i = 0; i < 3; i++) {
		CHECK("live", look(&house, token, &state) == OK && state.fate == TOKEN_FATE_LIVE);
		CHECK("live", state.purpose == TOKEN_SET_PASSWORD && str_is(state.login, ANN));
	}
	house.now += 30 * MINUTE;
	CHECK("expired", look(&house, token, &state) == OK && state.fate == TOKEN_FATE_EXPIRED);
	CHECK("whose it was stays untold", !state.login.ptr);
	house.now -= 30 * MINUTE;
	struct secret made = house_mailed_token(&house, OUTBOX_RECOVERY_NAMED, "ann");
	CHECK("replaced", look(&house, token, &state) == OK && state.fate == TOKEN_FATE_REPLACED);
	CHECK("to confirm", look(&house, made, &state) == OK && state.fate == TOKEN_FATE_LIVE);
	CHECK("to confirm", state.purpose == TOKEN_MAKE_PASSWORD && !state.login.ptr);
	token = house_mailed_token(&house, OUTBOX_RECOVERY, ANN);
	CHECK("reset", house_reset(&house, token, NEW) == OK);
	CHECK("spent", look(&house, token, &state) == OK && state.fate == TOKEN_FATE_SPENT);
	house_close(&house);
}
