/* SPDX-License-Identifier: Apache-2.0 */
/* code_test.c - the code beside the mailed link: one secret's second door, with five tries. */
#include "account/token.h"
#include "house.h"

#define ANN "ann@example.org"
#define OLD SECRET("correct horse")
#define NEW SECRET("battery staple")

struct mailed {
	struct str reference;
	struct secret code, link;
};

static struct mailed mailed_code(struct house *house)
{
	struct outbox_row row;
	struct letter letter;

	CHECK("asked", house_ask(house, OUTBOX_RECOVERY, ANN) == OK);
	CHECK("mail",
	      house_next_mail(house, &row, &letter) && letter.kind == LETTER_RESET_LINK_AND_CODE);
	CHECK("sent", house_settle(house, &row, MAIL_SENT) == OK);
	return (struct mailed){ letter.reference, letter.code, house_link_token(house, &letter) };
}

static enum err reset(struct house *house, struct str reference, struct secret code,
                      struct secret new_password)
{
	struct ctx ctx = house_client(house);
	const struct password_reset_by_code in = { .reference = reference,
		                                   .code = code,
		                                   .new_password = new_password };
	struct password_reset_done done;

	return operation_run(&ctx, &password_reset_by_code_op, &in, &done);
}

static void open_with_ann(struct house *house, struct test *t)
{
	house_open(house, t, NULL);
	house_add(house, ANN, NULL, "correct horse");
}

TEST(the_code_resets_like_the_link_and_both_are_spent_together)
{
	struct house house;

	open_with_ann(&house, t);
	struct mailed mailed = mailed_code(&house);
	CHECK("eight letters and a hyphen", mailed.code.len == 9 && mailed.code.ptr[4] == '-');
	CHECK("short",
	      reset(&house, mailed.reference, mailed.code, SECRET("short")) == ERR_PASSWORD_SHORT);
	CHECK("the old one",
	      reset(&house, mailed.reference, mailed.code, OLD) == ERR_PASSWORD_SAME);
	CHECK("reset", reset(&house, mailed.reference, mailed.code, NEW) == OK);
	CHECK("in", house_opens(&house, ANN, NEW) && !house_opens(&house, ANN, OLD));
	CHECK("the code is spent",
	      reset(&house, mailed.reference, mailed.code, OLD) == ERR_TOKEN_INVALID);
	CHECK("the link too", house_reset(&house, mailed.link, OLD) == ERR_TOKEN_INVALID);
	house_close(&house);
}

TEST(the_link_spends_the_code)
{
	struct house house;

	open_with_ann(&house, t);
	struct mailed mailed = mailed_code(&house);
	CHECK("reset", house_reset(&house, mailed.link, NEW) == OK);
	CHECK("spent", reset(&house, mailed.reference, mailed.code, OLD) == ERR_TOKEN_INVALID);
	house_close(&house);
}

TEST(a_code_is_typed_as_people_type)
{
	struct house house;
	struct str spelled;

	open_with_ann(&house, t);
	struct mailed mailed = mailed_code(&house);
	char *typed = arena_alloc(t->arena, 20);
	size_t n = 0;
	for (size_t i = 0; i < mailed.code.len; i++) {
		char c = mailed.code.ptr[i];
		typed[n++] = c >= 'A' && c <= 'Z' ? (char)(c + 32)
		             : c == '0'           ? 'o'
		             : c == '1'           ? 'l'
		                                  : c;
		typed[n++] = ' ';
	}
	spelled = (struct str){ typed, n };
	CHECK("small letters, spaces, look-alikes",
	      reset(&house, mailed.reference, (struct secret){ spelled.ptr, spelled.len }, NEW) ==
	              OK);
	house_close(&house);
}

TEST(five_tries_are_all_and_never_kill_the_link)
{
	struct house house;

	open_with_ann(&house, t);
	struct mailed mailed = mailed_code(&house);
	for (int i = 0; i < CODE_GUESSES_MAX; i++)
		CHECK("wrong", reset(&house, mailed.reference, SECRET("0000-0000"), NEW) ==
		                       ERR_TOKEN_INVALID);
	CHECK("the right one, too late",
	      reset(&house, mailed.reference, mailed.code, NEW) == ERR_TOKEN_INVALID);
	CHECK("why", str_is(str(house_last_outcome(&house)), "too many tries at this reference"));
	house.now += CODE_S;
	CHECK("nor later", reset(&house, mailed.reference, mailed.code, NEW) == ERR_TOKEN_INVALID);
	CHECK("the link lives", house_reset(&house, mailed.link, NEW) == OK);
	house_close(&house);
}

TEST(a_code_is_good_for_ten_minutes)
{
	struct house house;

	open_with_ann(&house, t);
	struct mailed mailed = mailed_code(&house);
	house.now += CODE_S - 1;
	struct mailed later = mailed_code(&house);
	CHECK("the older is replaced",
	      reset(&house, mailed.reference, mailed.code, NEW) == ERR_TOKEN_INVALID);
	house.now += CODE_S;
	CHECK("too old", reset(&house, later.reference, later.code, NEW) == ERR_TOKEN_INVALID);
	CHECK("its link lives", house_reset(&house, later.link, NEW) == OK);
	house_close(&house);
}

TEST(references_of_strangers_behave_alike)
{
	struct house house;
	struct str nobodys = STR("K7Q2-9FMX");

	open_with_ann(&house, t);
	for (int i = 0; i < CODE_GUESSES_MAX; i++)
		CHECK("wrong",
		      reset(&house, nobodys, SECRET("0000-0000"), NEW) == ERR_TOKEN_INVALID);
	CHECK("no such", str_is(str(house_last_outcome(&house)), "no such reference"));
	CHECK("counted", reset(&house, nobodys, SECRET("0000-0000"), NEW) == ERR_TOKEN_INVALID);
	CHECK("alike", str_is(str(house_last_outcome(&house)), "too many tries at this reference"));
	house_close(&house);
}

TEST(a_code_is_nothing_in_another_app_or_with_another_reference)
{
	struct house house;

	open_with_ann(&house, t);
	struct mailed first = mailed_code(&house);
	house_add(&house, "eva@example.org", NULL, "correct horse");
	struct app own = house.app;
	house.app = house_add_app(&house, "other", "en");
	CHECK("there", reset(&house, first.reference, first.code, NEW) == ERR_TOKEN_INVALID);
	house.app = own;
	CHECK("another's reference",
	      reset(&house, STR("K7Q2-9FMX"), first.code, NEW) == ERR_TOKEN_INVALID);
	CHECK("none", reset(&house, first.reference, SECRET(""), NEW) == ERR_TOKEN_INVALID);
	CHECK("here", reset(&house, first.reference, first.code, NEW) == OK);
	house_close(&house);
}
