/* SPDX-License-Identifier: Apache-2.0 */
/* outbox_test.c - mail is tried again, given up, and brought back. */
#include "house.h"
#include <string.h>

#define OLD SECRET("correct horse")
#define NEW SECRET("battery staple")
#define ANN "ann@example.org"

TEST(a_mail_is_tried_again_ever_later_and_dies_when_its_link_does)
{
	static const int64_t delays[] = { 5, 10, 20, 40, 80, 160, 320, 640 };
	struct house house;
	struct outbox_row row;
	struct letter letter;
	size_t n = 0;

	house_open(&house, t, NULL);
	house_add(&house, ANN, "ann", "correct horse");
	CHECK("ask", house_ask(&house, OUTBOX_RECOVERY, ANN) == OK);
	int64_t id, asked = house.now;
	do {
		CHECK("due", house_next_mail(&house, &row, &letter) && letter.send);
		id = row.id;
		struct kept_stderr kept = stderr_keep();
		enum err err = house_settle(&house, &row, MAIL_TRANSIENT);
		stderr_kept(&kept, t->arena);
		CHECK("settled", err == OK);
		row = house_row(&house, id);
		if (row.state != OUTBOX_DUE)
			break;
		CHECK("ever later",
		      n < COUNT_OF(delays) && row.next_attempt_at - house.now == delays[n]);
		CHECK("its reason", str_is(row.last_error, "451 not now"));
		CHECK("in time", row.next_attempt_at < asked + 30 * MINUTE);
		n++;
		house.now = row.next_attempt_at - 1;
		CHECK("not before", !house_next_mail(&house, &row, &letter));
		house.now++;
	} while (true);
	CHECK("all of them", n == COUNT_OF(delays));
	CHECK("dead", row.state == OUTBOX_DEAD && row.settled_at == house.now);
	house.now += DAY;
	CHECK("stays dead", !house_next_mail(&house, &row, &letter));

	struct ctx ctx = house_operator(&house);
	const struct mail_id mail = { id };
	struct nothing nothing;
	CHECK("retry", operation_run(&ctx, &mail_retry_op, &mail, &nothing) == OK);
	CHECK("due", house_next_mail(&house, &row, &letter) && letter.send && row.id == id);
	CHECK("as long as a new one", letter.minutes == 30);
	CHECK("its link works", house_reset(&house, house_link_token(&house, &letter), NEW) == OK);
	CHECK("no such mail", operation_run(&ctx, &mail_retry_op, &(struct mail_id){ 999 },
	                                    &nothing) == ERR_NOT_FOUND);
	house_close(&house);
}

TEST(a_notice_is_tried_for_three_days_and_never_rarer_than_every_quarter_of_an_hour)
{
	struct house house;
	struct outbox_row row;
	struct letter letter;
	int attempts = 0;

	house_open(&house, t, NULL);
	house_add(&house, ANN, "ann", "correct horse");
	CHECK("change", house_change(&house, house_session(&house, ANN, OLD), OLD, NEW) == OK);
	int64_t from = house.now;
	struct kept_stderr kept = stderr_keep();
	do {
		if (!house_next_mail(&house, &row, &letter) || !letter.send ||
		    house_settle(&house, &row, MAIL_TRANSIENT) != OK)
			break;
		attempts++;
		row = house_row(&house, row.id);
		if (row.next_attempt_at - house.now > 15 * MINUTE)
			break;
		house.now = row.next_attempt_at;
	} while (row.state == OUTBOX_DUE && attempts < 1000);
	stderr_kept(&kept, t->arena);
	CHECK("dead in the end", row.state == OUTBOX_DEAD);
	CHECK("three days", attempts > 3 * 24 * 4 - 10 && attempts < 3 * 24 * 4 + 10);
	CHECK("three days", row.settled_at - from > 3 * DAY - 16 * MINUTE);
	house_close(&house);
}

TEST(a_mail_that_is_refused_for_good_waits_for_the_operator)
{
	struct house house;
	struct outbox_row row;
	struct letter letter;
	struct outbox_list list;
	const struct nothing nothing = { 0 };

	house_open(&house, t, NULL);
	house_add(&house, ANN, "ann", "correct horse");
	house_confirm_made(&house, "ann");
	CHECK("made", house_next_mail(&house, &row, &letter) && letter.send);
	struct secret made = letter.secret;
	struct kept_stderr kept = stderr_keep();
	enum err err = house_settle(&house, &row, MAIL_PERMANENT);
	struct str log = stderr_kept(&kept, t->arena);
	CHECK("settled", err == OK);
	CHECK("dead", house_row(&house, row.id).state == OUTBOX_DEAD);
	CHECK("logged without the password",
	      strstr(log.ptr, "451 not now") && !strstr(log.ptr, made.ptr));
	CHECK("the old password stays", house_opens(&house, ANN, OLD));
	struct ctx ctx = house_operator(&house);
	CHECK("listed", operation_run(&ctx, &mail_list_op, &nothing, &list) == OK);
	CHECK("newest first", list.n == 2 && list.items[0].id == row.id);
	CHECK("nobody is mailed", !house_next_mail(&house, &row, &letter));
	house_close(&house);
}

struct made {
	struct house *house;
	struct outbox_row row;
};

static void comes_into_force(void *state)
{
	struct made *made = state;

	CHECK("settled", house_settle(made->house, &made->row, MAIL_SENT) == OK);
}

/* Found by script/torture, 2026-11: the request was dropped as superseded, and nothing was mailed.
 */
TEST(a_request_survives_a_made_password_that_comes_into_force_while_its_mail_is_written)
{
	struct house house;
	struct made made = { .house = &house };
	struct outbox_row row;
	struct letter letter;

	house_open(&house, t, driver_faulty());
	house_add(&house, ANN, "ann", "correct horse");
	house_confirm_made(&house, "ann");
	CHECK("made", house_next_mail(&house, &made.row, &letter) && letter.send);
	CHECK("ask", house_ask(&house, OUTBOX_RECOVERY, ANN) == OK);
	faulty_meet(QUERY_ACCOUNT_BY_EMAIL, comes_into_force, &made);
	CHECK("mailed", house_next_mail(&house, &row, &letter) && letter.send);
	CHECK("the made one is in force", house_account(&house, ANN).epoch == 2);
	CHECK("its link works", house_reset(&house, house_link_token(&house, &letter), NEW) == OK);
	house_close(&house);
}

TEST(a_mail_whose_time_is_over_is_kept_for_the_operator_and_not_sent)
{
	struct house house;
	struct outbox_row row;
	struct letter letter;

	house_open(&house, t, NULL);
	house_add(&house, ANN, "ann", "correct horse");
	CHECK("ask", house_ask(&house, OUTBOX_RECOVERY, ANN) == OK);
	house.now += 30 * MINUTE; /* nobody ran for so long */
	CHECK("too late", house_next_mail(&house, &row, &letter) && !letter.send);
	CHECK("kept", house_row(&house, row.id).state == OUTBOX_DEAD);
	house_close(&house);
}

TEST(an_account_that_was_disabled_meanwhile_is_not_mailed)
{
	struct house house;
	struct outbox_row row;
	struct letter letter;
	int dropped = 0;

	house_open(&house, t, NULL);
	house_add(&house, ANN, "ann", "correct horse");
	CHECK("change", house_change(&house, house_session(&house, ANN, OLD), OLD, NEW) == OK);
	CHECK("the notice", house_next_mail(&house, &row, &letter) && letter.send);
	CHECK("later", house_settle(&house, &row, MAIL_TRANSIENT) == OK);
	house_confirm_made(&house, "ann");
	house_sql(&house, "UPDATE account SET status = 1");
	house.now += MINUTE;
	for (; house_next_mail(&house, &row, &letter); dropped++) {
		row = house_row(&house, row.id);
		CHECK("dropped", !letter.send && row.state == OUTBOX_DROPPED);
		CHECK("why", str_is(row.last_error, "the account is disabled"));
	}
	CHECK("the notice and the made password", dropped == 2);
	house_close(&house);
}

TEST(a_link_that_is_retried_lives_as_long_as_a_new_one_however_often)
{
	struct house house;
	struct outbox_row row;
	struct letter letter;
	struct nothing nothing;

	house_open(&house, t, NULL);
	house_add(&house, ANN, "ann", "correct horse");
	CHECK("ask", house_ask(&house, OUTBOX_RECOVERY, ANN) == OK);
	for (int i = 0; i < 3; i++) {
		CHECK("next", house_next_mail(&house, &row, &letter) && letter.send);
		CHECK("thirty minutes", row.expires_at - house.now <= 30 * MINUTE);
		CHECK("as the mail says", letter.minutes == 30);
		struct kept_stderr kept = stderr_keep();
		enum err err = house_settle(&house, &row, MAIL_PERMANENT);
		(void)stderr_kept(&kept, t->arena);
		CHECK("refused", err == OK);
		house.now += 10 * MINUTE;
		struct ctx ctx = house_operator(&house);
		const struct mail_id id = { row.id };
		CHECK("retry", operation_run(&ctx, &mail_retry_op, &id, &nothing) == OK);
	}
	house_close(&house);
}

TEST(a_made_password_is_hashed_before_its_mail_goes_out)
{
	struct house house;
	struct outbox_row row;
	struct letter letter;

	house_open(&house, t, NULL);
	house_add(&house, ANN, "ann", "correct horse");
	house_confirm_made(&house, "ann");
	CHECK("made", house_next_mail(&house, &row, &letter) && letter.send);
	CHECK("hashed", letter.made_phc.ptr != NULL);
	uint64_t hashes = hasher_count(house.service.hasher);
	CHECK("accepted", house_settle(&house, &row, MAIL_SENT) == OK);
	CHECK("nothing left to hash", hasher_count(house.service.hasher) == hashes);
	house_close(&house);
}
