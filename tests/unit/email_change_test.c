/* SPDX-License-Identifier: Apache-2.0 */
/* email_change_test.c - another address, and what becomes of everything that hung on the old one;
 * "it was not me"; and what people say of themselves. */
#include "account/email_change.h"
#include "account/not_me.h"
#include "account/profile.h"
#include "house.h"

#define ANN  "ann@example.org"
#define NEW  "new@example.net"
#define EVE  "eve@example.com"
#define OLD  SECRET("correct horse")
#define NEXT SECRET("battery staple")

static void open_with_ann(struct house *house, struct test *t)
{
	house_open(house, t, NULL);
	house_add(house, ANN, "ann", "correct horse");
}

static enum err ask(struct house *house, struct secret bearer, const char *email,
                    struct secret password)
{
	struct ctx ctx = house_member(house, bearer);
	const struct email_change in = { str(email), password };
	struct recovery_requested requested;

	return operation_run(&ctx, &email_change_op, &in, &requested);
}

static enum err confirm(struct house *house, struct secret token, const char *address)
{
	struct ctx ctx = house_client(house);
	const struct confirmation in = { token, str(address) };
	struct nothing nothing;

	return operation_run(&ctx, &email_confirm_op, &in, &nothing);
}

static struct letter next_letter(struct house *house, enum letter_kind kind, const char *to)
{
	struct outbox_row row;
	struct letter letter = { .send = false };

	CHECK(to, house_next_mail(house, &row, &letter));
	CHECK(to, letter.send && letter.kind == kind && str_is(letter.to, to));
	CHECK(to, house_settle(house, &row, MAIL_SENT) == OK);
	return letter;
}

static struct secret token_of(struct house *house, enum letter_kind kind, const char *to)
{
	struct letter letter = next_letter(house, kind, to);

	return house_link_token(house, &letter);
}

static bool next_is_dropped(struct house *house)
{
	struct outbox_row row;
	struct letter letter;

	return house_next_mail(house, &row, &letter) && !letter.send;
}

/* Asks with the password, and follows the link; the notice is next. */
static void move_to(struct house *house, const char *email, struct secret password)
{
	struct secret bearer = house_session(house, "ann", password);

	CHECK("asked", ask(house, bearer, email, password) == OK);
	CHECK("confirmed", confirm(house, token_of(house, LETTER_CHANGE_EMAIL, email), NULL) == OK);
}

TEST(an_address_changes_when_the_new_one_confirms_and_the_old_one_is_told)
{
	struct house house;

	open_with_ann(&house, t);
	struct secret bearer = house_session(&house, ANN, OLD);
	struct secret reset = house_mailed_token(&house, OUTBOX_RECOVERY, ANN);
	CHECK("asked", ask(&house, bearer, "New@Example.NET", OLD) == OK);
	struct secret token = token_of(&house, LETTER_CHANGE_EMAIL, "New@example.net");
	CHECK("not yet", house_opens(&house, ANN, OLD) && !house_opens(&house, NEW, OLD));
	CHECK("another address", confirm(&house, token, ANN) == ERR_WRONG_ADDRESS);
	CHECK("confirmed", confirm(&house, token, NEW) == OK);
	CHECK("the new one", house_opens(&house, NEW, OLD) && !house_opens(&house, ANN, OLD));
	CHECK("verified", house_account(&house, NEW).email_verified_at == house.now);
	CHECK("sessions live on", house_session_lives(&house, bearer));
	CHECK("once", confirm(&house, token, NEW) == ERR_TOKEN_INVALID);
	CHECK("what the old one was mailed is void",
	      house_reset(&house, reset, NEXT) == ERR_TOKEN_INVALID);
	struct letter notice = next_letter(&house, LETTER_EMAIL_CHANGED, ANN);
	CHECK("it says where to", str_is(notice.new_email, "New@example.net"));
	house_close(&house);
}

TEST(a_change_of_address_needs_a_session_and_the_password)
{
	struct house house;

	open_with_ann(&house, t);
	struct secret bearer = house_session(&house, ANN, OLD);
	CHECK("no session", ask(&house, SECRET_NONE, NEW, OLD) == ERR_NO_SESSION);
	CHECK("wrong", ask(&house, bearer, NEW, NEXT) == ERR_WRONG_PASSWORD);
	CHECK("no address", ask(&house, bearer, "new", OLD) == ERR_BAD_EMAIL);
	CHECK("nothing is mailed", house_count_mails(&house, OUTBOX_EMAIL_CHANGE) == 0);
	house_close(&house);
}

/* Two changes side by side: each link makes the address that it was mailed to, and no other. */
TEST(a_link_confirms_the_address_it_was_mailed_to_and_the_newest_alone)
{
	struct house house;

	open_with_ann(&house, t);
	struct secret bearer = house_session(&house, ANN, OLD);
	CHECK("first", ask(&house, bearer, NEW, OLD) == OK);
	CHECK("second", ask(&house, bearer, EVE, OLD) == OK);
	struct secret first = token_of(&house, LETTER_CHANGE_EMAIL, NEW);
	struct secret second = token_of(&house, LETTER_CHANGE_EMAIL, EVE);
	CHECK("replaced", confirm(&house, first, NULL) == ERR_TOKEN_INVALID);
	CHECK("not by another's address", confirm(&house, second, NEW) == ERR_WRONG_ADDRESS);
	CHECK("the newest", confirm(&house, second, EVE) == OK);
	CHECK("its own", str_is(house_account(&house, EVE).email, EVE));
	house_close(&house);
}

TEST(a_taken_address_is_told_and_stays_anothers)
{
	struct house house;

	open_with_ann(&house, t);
	house_add(&house, EVE, NULL, "correct horse");
	struct secret bearer = house_session(&house, ANN, OLD);
	CHECK("asked alike", ask(&house, bearer, EVE, OLD) == OK);
	next_letter(&house, LETTER_ADDRESS_TAKEN, EVE);
	CHECK("one's own", ask(&house, bearer, ANN, OLD) == OK);
	CHECK("mails nothing", next_is_dropped(&house));
	CHECK("asked", ask(&house, bearer, NEW, OLD) == OK);
	struct secret token = token_of(&house, LETTER_CHANGE_EMAIL, NEW);
	house_add(&house, NEW, NULL, "correct horse");
	CHECK("taken meanwhile", confirm(&house, token, NULL) == ERR_TOKEN_INVALID);
	CHECK("as it was", house_opens(&house, ANN, OLD));
	house_close(&house);
}

TEST(a_change_of_address_dies_with_the_password_it_was_asked_with)
{
	struct house house;

	open_with_ann(&house, t);
	struct secret bearer = house_session(&house, ANN, OLD);
	CHECK("asked", ask(&house, bearer, NEW, OLD) == OK);
	struct secret token = token_of(&house, LETTER_CHANGE_EMAIL, NEW);
	CHECK("asked again", ask(&house, bearer, EVE, OLD) == OK);
	CHECK("changed", house_change(&house, bearer, OLD, NEXT) == OK);
	CHECK("mailed before", confirm(&house, token, NULL) == ERR_TOKEN_INVALID);
	CHECK("not mailed after", next_is_dropped(&house));
	house_close(&house);
}

TEST(an_address_that_was_never_verified_is_sent_no_notice)
{
	struct house house;

	open_with_ann(&house, t);
	house_sql(&house, "UPDATE account SET email_verified_at = 0 RETURNING 1");
	move_to(&house, NEW, OLD);
	CHECK("the old one is not told", next_is_dropped(&house));
	house_sql(&house, "UPDATE account SET email_verified_at = 0 RETURNING 1");
	struct secret bearer = house_session(&house, "ann", OLD);
	CHECK("changed", house_change(&house, bearer, OLD, NEXT) == OK);
	CHECK("not told", next_is_dropped(&house));
	struct secret reset = house_mailed_token(&house, OUTBOX_RECOVERY, NEW);
	CHECK("reset", house_reset(&house, reset, OLD) == OK);
	next_letter(&house, LETTER_PASSWORD_CHANGED, NEW);
	house_close(&house);
}

TEST(a_link_mailed_before_a_hold_waits_until_it_is_over)
{
	struct house house;

	open_with_ann(&house, t);
	struct secret bearer = house_session(&house, ANN, OLD);
	CHECK("asked", ask(&house, bearer, NEW, OLD) == OK);
	struct secret token = token_of(&house, LETTER_CHANGE_EMAIL, NEW);
	house_sql(&house, "UPDATE account SET held_until = 4000000000 RETURNING 1");
	CHECK("held", confirm(&house, token, NEW) == ERR_CHANGES_HELD);
	CHECK("as it was", house_opens(&house, ANN, OLD) && !house_opens(&house, NEW, OLD));
	house_sql(&house, "UPDATE account SET held_until = 0 RETURNING 1");
	CHECK("over", confirm(&house, token, NEW) == OK);
	house_close(&house);
}

static enum err update(struct house *house, struct secret bearer, const char *username,
                       const char *name, const char *locale, struct profile *ret_profile)
{
	struct ctx ctx = house_member(house, bearer);
	const struct profile_update in = { str(username), str(name), str(locale) };

	return operation_run(&ctx, &profile_update_op, &in, ret_profile);
}

/* ---- "it was not me" ---- */

static enum err not_me(struct house *house, struct secret token, const char *address,
                       struct secret old_password, bool *ret_mailed)
{
	struct ctx ctx = house_client(house);
	const struct not_me in = { { token, str(address) }, old_password };
	struct not_me_done done = { 0 };

	enum err err = operation_run(&ctx, &not_me_op, &in, &done);
	*ret_mailed = done.recovery_mailed;
	return err;
}

TEST(who_did_not_change_the_password_ends_all_sessions_and_gets_a_recovery)
{
	struct house house;
	bool mailed;

	open_with_ann(&house, t);
	struct secret thief = house_session(&house, ANN, OLD);
	CHECK("the thief", house_change(&house, thief, OLD, NEXT) == OK);
	struct secret link = token_of(&house, LETTER_PASSWORD_CHANGED, ANN);
	CHECK("lives", house_session_lives(&house, thief));
	CHECK("no address", not_me(&house, link, NULL, SECRET_NONE, &mailed) == ERR_WRONG_ADDRESS);
	CHECK("another", not_me(&house, link, EVE, SECRET_NONE, &mailed) == ERR_WRONG_ADDRESS);
	CHECK("nothing is done", house_session_lives(&house, thief));
	CHECK("it was not me", not_me(&house, link, ANN, SECRET_NONE, &mailed) == OK && mailed);
	CHECK("signed out", !house_session_lives(&house, thief));
	CHECK("once", not_me(&house, link, ANN, SECRET_NONE, &mailed) == ERR_TOKEN_INVALID);
	struct secret reset = token_of(&house, LETTER_RESET_LINK_AND_CODE, ANN);

	/* The thief still knows the password, and can change nothing with it. */
	thief = house_session(&house, ANN, NEXT);
	CHECK("held",
	      house_change(&house, thief, NEXT, SECRET("the thief's own")) == ERR_CHANGES_HELD);
	CHECK("held too", ask(&house, thief, EVE, NEXT) == ERR_CHANGES_HELD);
	struct profile profile;
	CHECK("and the name",
	      update(&house, thief, "eve", NULL, NULL, &profile) == ERR_CHANGES_HELD);
	CHECK("a new password", house_reset(&house, reset, SECRET("a third password")) == OK);
	CHECK("the thief is out", !house_opens(&house, ANN, NEXT));
	struct secret owner = house_session(&house, ANN, SECRET("a third password"));
	CHECK("no hold is left",
	      house_change(&house, owner, SECRET("a third password"), OLD) == OK);
	house_close(&house);
}

TEST(a_not_me_link_outlives_what_the_thief_does_next_and_dies_after_72_hours)
{
	struct house house;
	bool mailed;

	open_with_ann(&house, t);
	struct secret thief = house_session(&house, ANN, OLD);
	CHECK("once", house_change(&house, thief, OLD, NEXT) == OK);
	struct secret first = token_of(&house, LETTER_PASSWORD_CHANGED, ANN);
	CHECK("twice", house_change(&house, thief, NEXT, SECRET("a third password")) == OK);
	struct secret second = token_of(&house, LETTER_PASSWORD_CHANGED, ANN);
	CHECK("the first", not_me(&house, first, ANN, SECRET_NONE, &mailed) == OK);
	house.now += 3 * DAY;
	CHECK("too late", not_me(&house, second, ANN, SECRET_NONE, &mailed) == ERR_TOKEN_INVALID);
	house_close(&house);
}

TEST(the_old_address_comes_back_for_who_knows_the_old_password_and_for_nobody_else)
{
	struct house house;
	bool mailed;

	open_with_ann(&house, t);
	move_to(&house, EVE, OLD);
	struct secret link = token_of(&house, LETTER_EMAIL_CHANGED, ANN);
	struct secret thief = house_session(&house, EVE, OLD);
	CHECK("wrong", not_me(&house, link, ANN, NEXT, &mailed) == ERR_WRONG_PASSWORD);
	CHECK("nothing is done", house_session_lives(&house, thief));

	CHECK("without it", not_me(&house, link, ANN, SECRET_NONE, &mailed) == OK && !mailed);
	CHECK("signed out", !house_session_lives(&house, thief));
	CHECK("the address stays", house_account(&house, EVE).id != 0);
	CHECK("asked", house_ask(&house, OUTBOX_RECOVERY, EVE) == OK);
	CHECK("nobody is let in by mail", next_is_dropped(&house));

	CHECK("with it", not_me(&house, link, ANN, OLD, &mailed) == OK && mailed);
	CHECK("back", str_is(house_account(&house, ANN).email, ANN));
	struct secret reset = token_of(&house, LETTER_RESET_LINK_AND_CODE, ANN);
	CHECK("a new password", house_reset(&house, reset, NEXT) == OK);
	CHECK("the owner is in", house_opens(&house, ANN, NEXT));
	CHECK("the thief is not", !house_opens(&house, EVE, OLD) && !house_opens(&house, ANN, OLD));
	house_close(&house);
}

/* The thief changes the password first, so only the first notice's link knows the owner's. */
TEST(the_first_notice_undoes_a_theft_in_two_steps)
{
	struct house house;
	bool mailed;

	open_with_ann(&house, t);
	struct secret thief = house_session(&house, ANN, OLD);
	CHECK("the password", house_change(&house, thief, OLD, NEXT) == OK);
	struct secret first = token_of(&house, LETTER_PASSWORD_CHANGED, ANN);
	move_to(&house, EVE, NEXT);
	token_of(&house, LETTER_EMAIL_CHANGED, ANN);
	CHECK("the thief's own address",
	      not_me(&house, first, EVE, OLD, &mailed) == ERR_WRONG_ADDRESS);
	CHECK("put back", not_me(&house, first, ANN, OLD, &mailed) == OK && mailed);
	CHECK("reset", house_reset(&house, token_of(&house, LETTER_RESET_LINK_AND_CODE, ANN),
	                           SECRET("a third password")) == OK);
	CHECK("out", !house_opens(&house, EVE, NEXT) && !house_opens(&house, ANN, NEXT));
	house_close(&house);
}

/* A thief who has moved the account changes the password once more, so as to be mailed a link that
 * would bring all of it back. */
TEST(a_link_that_a_thief_was_mailed_dies_when_the_owner_is_back)
{
	struct house house;
	bool mailed;

	open_with_ann(&house, t);
	move_to(&house, EVE, OLD);
	struct secret owners = token_of(&house, LETTER_EMAIL_CHANGED, ANN);
	struct secret thief = house_session(&house, EVE, OLD);
	CHECK("planted", house_change(&house, thief, OLD, NEXT) == OK);
	struct secret thiefs = token_of(&house, LETTER_PASSWORD_CHANGED, EVE);
	CHECK("put back", not_me(&house, owners, ANN, OLD, &mailed) == OK && mailed);
	CHECK("void", not_me(&house, thiefs, EVE, NEXT, &mailed) == ERR_TOKEN_INVALID);
	CHECK("without a word too",
	      not_me(&house, thiefs, EVE, SECRET_NONE, &mailed) == ERR_TOKEN_INVALID);
	CHECK("the owner's", str_is(house_account(&house, ANN).email, ANN));
	CHECK("no hash of before is left", house_rows(&house, "token WHERE phc IS NOT NULL") == 0);
	house_close(&house);
}

TEST(an_old_address_that_has_another_account_by_now_holds_the_first)
{
	struct house house;
	bool mailed;

	open_with_ann(&house, t);
	move_to(&house, EVE, OLD);
	struct secret link = token_of(&house, LETTER_EMAIL_CHANGED, ANN);
	struct secret thief = house_session(&house, EVE, OLD);
	house_add(&house, ANN, NULL, "correct horse");
	CHECK("held", not_me(&house, link, ANN, OLD, &mailed) == OK && !mailed);
	CHECK("signed out", !house_session_lives(&house, thief));
	CHECK("pressed again", not_me(&house, link, ANN, SECRET_NONE, &mailed) == OK && !mailed);
	house_close(&house);
}

/* A name may be spelled like anything: no log-in by it clears the count of another's password. */
TEST(guesses_at_an_own_password_are_counted_where_no_login_is)
{
	struct house house;
	struct session_tokens tokens;

	open_with_ann(&house, t);
	house.service.policy.failures_per_login = (struct rate){ 3, 600 };
	house_add(&house, EVE, "own password of 1", "correct horse");
	struct secret bearer = house_session(&house, ANN, OLD);
	for (int i = 0; i < 3; i++) {
		CHECK("wrong", house_change(&house, bearer, NEXT, SECRET("another password")) ==
		                       ERR_WRONG_PASSWORD);
		CHECK("by the name", house_log_in(&house, "own password of 1", OLD, &tokens) == OK);
	}
	CHECK("enough",
	      house_change(&house, bearer, NEXT, SECRET("another password")) == ERR_RATE_LIMITED);
	house_close(&house);
}

TEST(a_hold_ends_by_itself)
{
	struct house house;
	bool mailed;

	open_with_ann(&house, t);
	CHECK("changed", house_change(&house, house_session(&house, ANN, OLD), OLD, NEXT) == OK);
	struct secret link = token_of(&house, LETTER_PASSWORD_CHANGED, ANN);
	CHECK("not me", not_me(&house, link, ANN, SECRET_NONE, &mailed) == OK);
	struct secret bearer = house_session(&house, ANN, NEXT);
	CHECK("held", house_change(&house, bearer, NEXT, OLD) == ERR_CHANGES_HELD);
	house.now += HOLD_S;
	bearer = house_session(&house, ANN, NEXT);
	CHECK("over", house_change(&house, bearer, NEXT, OLD) == OK);
	house_close(&house);
}

TEST(the_page_of_a_link_says_what_it_is_for_and_what_became_of_it)
{
	struct house house;
	struct confirmation_state state;
	bool mailed;

	open_with_ann(&house, t);
	move_to(&house, EVE, OLD);
	const struct confirmation link = { token_of(&house, LETTER_EMAIL_CHANGED, ANN), STR_NONE };
	struct ctx ctx = house_client(&house);
	CHECK("looked", operation_run(&ctx, &confirmation_look_op, &link, &state) == OK);
	CHECK("live", state.fate == TOKEN_FATE_LIVE && state.kind == CONFIRM_NOT_ME &&
	                      state.address_changed);
	CHECK("not me", not_me(&house, link.token, ANN, OLD, &mailed) == OK);
	ctx = house_client(&house);
	CHECK("again", operation_run(&ctx, &confirmation_look_op, &link, &state) == OK);
	CHECK("spent", state.fate == TOKEN_FATE_SPENT && !state.address_changed);
	const struct confirmation unknown = { SECRET("nothing"), STR_NONE };
	ctx = house_client(&house);
	CHECK("unknown",
	      operation_run(&ctx, &confirmation_look_op, &unknown, &state) == ERR_TOKEN_INVALID);
	house_close(&house);
}

/* ---- what people say of themselves ---- */

TEST(a_person_sees_and_changes_what_is_theirs_to_say)
{
	struct house house;
	struct profile profile;
	const struct nothing nothing = { 0 };

	open_with_ann(&house, t);
	house_add(&house, EVE, "eve", "correct horse");
	struct secret bearer = house_session(&house, ANN, OLD);
	struct ctx ctx = house_member(&house, bearer);
	CHECK("show", operation_run(&ctx, &profile_show_op, &nothing, &profile) == OK);
	CHECK("as it is", str_is(profile.email, ANN) && str_is(profile.username, "ann") &&
	                          !profile.name.ptr && profile.email_verified &&
	                          profile.id.len == 24);
	CHECK("name", update(&house, bearer, NULL, "Ann", "en-GB", &profile) == OK);
	CHECK("said", str_is(profile.name, "Ann") && str_is(profile.locale, "en-GB") &&
	                      str_is(profile.username, "ann"));
	CHECK("taken", update(&house, bearer, "EVE", NULL, NULL, &profile) == ERR_USERNAME_TAKEN);
	CHECK("no name", update(&house, bearer, NULL, "a\tb", NULL, &profile) == ERR_BAD_NAME);
	CHECK("renamed", update(&house, bearer, "Anna", NULL, NULL, &profile) == OK);
	CHECK("by the new name", house_opens(&house, "ANNA", OLD));
	CHECK("not by the old", !house_opens(&house, "ann", OLD));
	CHECK("what was said stays", str_is(profile.name, "Ann"));
	CHECK("unsaid", update(&house, bearer, "", "", "", &profile) == OK);
	CHECK("none", !profile.name.ptr && !profile.locale.ptr && !profile.username.ptr);
	CHECK("by address", house_opens(&house, ANN, OLD));
	house_close(&house);
}

TEST(an_account_without_an_address_keeps_a_username)
{
	struct house house;
	struct profile profile;

	house_open(&house, t, NULL);
	house_add(&house, NULL, "ann", "correct horse");
	struct secret bearer = house_session(&house, "ann", OLD);
	CHECK("none", update(&house, bearer, "", NULL, NULL, &profile) == ERR_BAD_USERNAME);
	CHECK("another", update(&house, bearer, "anna", NULL, NULL, &profile) == OK);
	house_close(&house);
}

TEST(a_person_deletes_their_account_with_the_password_and_nothing_stays)
{
	struct house house;
	struct nothing nothing;

	open_with_ann(&house, t);
	struct secret bearer = house_session(&house, ANN, OLD);
	struct secret reset = house_mailed_token(&house, OUTBOX_RECOVERY, ANN);
	struct ctx ctx = house_member(&house, bearer);
	struct profile_delete in = { .password = NEXT };
	CHECK("wrong",
	      operation_run(&ctx, &profile_delete_op, &in, &nothing) == ERR_WRONG_PASSWORD);
	in.password = OLD;
	ctx = house_member(&house, bearer);
	CHECK("deleted", operation_run(&ctx, &profile_delete_op, &in, &nothing) == OK);
	CHECK("gone", house_rows(&house, "account") == 0 && house_rows(&house, "session") == 0 &&
	                      house_rows(&house, "token") == 0);
	CHECK("no session", !house_session_lives(&house, bearer));
	CHECK("no link", house_reset(&house, reset, NEXT) == ERR_TOKEN_INVALID);
	CHECK("nobody in the trail", house_rows(&house, "audit WHERE account_id <> 0") == 0);
	house_close(&house);
}
