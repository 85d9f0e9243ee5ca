/* SPDX-License-Identifier: Apache-2.0 */
/* sign_up_test.c - accounts that people make for themselves: pending until their address is proven,
 * and nobody's before. */
#include "account/sign_up.h"
#include "house.h"

#define ANN      "ann@example.org"
#define PASSWORD SECRET("correct horse")
#define OTHER    SECRET("battery staple")

static enum err sign_up(struct house *house, const struct account_sign_up *in)
{
	struct ctx ctx = house_client(house);
	struct recovery_requested requested;

	return operation_run(&ctx, &account_sign_up_op, in, &requested);
}

static void sign_up_as(struct house *house, const char *email, struct secret password)
{
	const struct account_sign_up in = { .email = str(email), .password = password };

	CHECK(email, sign_up(house, &in) == OK);
}

static enum err verify(struct house *house, struct secret token, const char *address)
{
	struct ctx ctx = house_client(house);
	const struct confirmation in = { token, str(address) };
	struct nothing nothing;

	return operation_run(&ctx, &account_verify_op, &in, &nothing);
}

/* The next mail, which has to be of this kind; its token, if it has a link. */
static struct secret next_token(struct house *house, enum letter_kind kind)
{
	struct outbox_row row;
	struct letter letter;

	CHECK("a mail", house_next_mail(house, &row, &letter));
	CHECK("its kind", letter.send && letter.kind == kind);
	CHECK("sent", house_settle(house, &row, MAIL_SENT) == OK);
	return letter.link.ptr ? house_link_token(house, &letter) : SECRET_NONE;
}

static bool next_is_dropped(struct house *house)
{
	struct outbox_row row;
	struct letter letter;

	return house_next_mail(house, &row, &letter) && !letter.send;
}

TEST(nobody_signs_up_where_that_is_closed)
{
	struct house house;
	const struct account_sign_up in = { .email = STR(ANN), .password = PASSWORD };

	house_open(&house, t, NULL);
	house_sql(&house, "UPDATE app SET sign_up = 1 RETURNING 1");
	house.app.sign_up = SIGN_UP_CLOSED;
	CHECK("refused", sign_up(&house, &in) == ERR_NOT_ALLOWED);
	CHECK("nothing is kept", house_rows(&house, "sign_up") == 0);
	CHECK("nothing is mailed", house_count_mails(&house, OUTBOX_SIGN_UP) == 0);
	house_close(&house);
}

TEST(a_sign_up_is_no_account_until_its_link_is_followed)
{
	struct house house;
	const struct account_sign_up in = {
		.email = STR("Ann@EXAMPLE.org"),
		.password = PASSWORD,
		.username = STR("Ann"),
		.name = STR("Ann Example"),
		.locale = STR("fr-CA"),
	};

	house_open(&house, t, NULL);
	CHECK("signed up", sign_up(&house, &in) == OK);
	CHECK("no account", house_rows(&house, "account") == 0);
	CHECK("no log-in", !house_opens(&house, ANN, PASSWORD));
	CHECK("a stranger's recovery", house_ask(&house, OUTBOX_RECOVERY, ANN) == OK);
	struct secret token = next_token(&house, LETTER_VERIFY);
	CHECK("mails nothing", next_is_dropped(&house));
	CHECK("confirmed", verify(&house, token, NULL) == OK);
	struct account account = house_account(&house, ANN);
	CHECK("its address", str_is(account.email, "Ann@example.org"));
	CHECK("verified", account.email_verified_at == house.now);
	CHECK("as it was said", str_is(account.username, "Ann") &&
	                                str_is(account.name, "Ann Example") &&
	                                str_is(account.locale, "fr-CA"));
	CHECK("by address", house_opens(&house, ANN, PASSWORD));
	CHECK("by name", house_opens(&house, "ann", PASSWORD));
	CHECK("once", verify(&house, token, NULL) == ERR_TOKEN_INVALID);
	house_close(&house);
}

TEST(whoever_signs_up_first_with_anothers_address_has_nothing)
{
	struct house house;

	house_open(&house, t, NULL);
	sign_up_as(&house, ANN, SECRET("the squatter's"));
	sign_up_as(&house, ANN, PASSWORD);
	sign_up_as(&house, ANN, SECRET("a later squatter's"));
	struct secret first = next_token(&house, LETTER_VERIFY);
	struct secret own = next_token(&house, LETTER_VERIFY);
	struct secret last = next_token(&house, LETTER_VERIFY);
	CHECK("the owner's own", verify(&house, own, NULL) == OK);
	CHECK("the owner's password", house_opens(&house, ANN, PASSWORD));
	CHECK("not the first", !house_opens(&house, ANN, SECRET("the squatter's")));
	CHECK("nor the last", !house_opens(&house, ANN, SECRET("a later squatter's")));
	CHECK("void", verify(&house, first, NULL) == ERR_TOKEN_INVALID &&
	                      verify(&house, last, NULL) == ERR_TOKEN_INVALID);
	CHECK("still the owner's", house_opens(&house, ANN, PASSWORD));
	CHECK("no hash is left", house_rows(&house, "sign_up WHERE phc <> ''") == 0);
	house_close(&house);
}

TEST(an_address_that_has_an_account_is_told_and_the_sign_up_comes_to_nothing)
{
	struct house house;

	house_open(&house, t, NULL);
	house_add(&house, ANN, NULL, "correct horse");
	sign_up_as(&house, "ANN@example.org", OTHER);
	next_token(&house, LETTER_ADDRESS_TAKEN);
	CHECK("the account is as it was", house_opens(&house, ANN, PASSWORD));
	CHECK("no other password", !house_opens(&house, ANN, OTHER));
	house_close(&house);
}

/* Stranger or member: the same rows are written before the answer. */
TEST(a_sign_up_writes_the_same_for_a_free_address_and_a_taken_one)
{
	struct house house;

	house_open(&house, t, NULL);
	house_add(&house, ANN, NULL, "correct horse");
	size_t outbox = house_rows(&house, "outbox");
	sign_up_as(&house, ANN, OTHER);
	sign_up_as(&house, "new@example.org", OTHER);
	CHECK("outbox", house_rows(&house, "outbox") == outbox + 2);
	CHECK("sign_up", house_rows(&house, "sign_up") == 2);
	CHECK("alike", house_rows(&house, "sign_up WHERE phc IS NOT NULL AND state = 0") == 2);
	house_close(&house);
}

TEST(what_cannot_be_an_account_is_refused_with_its_reason)
{
	static const struct {
		const char *name, *email, *password, *username, *said_name, *locale;
		enum err want;
	} cases[] = {
		{ "all is well", "b@example.org", "correct horse", "b", "B", "en", OK },
		{ "empty texts are none", "c@example.org", "correct horse", NULL, "", "", OK },
		{ "two addresses", "a@x.org,b@x.org", "correct horse", 0, 0, 0, ERR_BAD_EMAIL },
		{ "short", "b@example.org", "short", NULL, NULL, NULL, ERR_PASSWORD_SHORT },
		{ "name", "b@example.org", "correct horse", NULL, "a\nb", NULL, ERR_BAD_NAME },
		{ "override", "b@x.org", "correct horse", 0,
		  "a\xe2\x80\xae"
		  "b",
		  0, ERR_BAD_NAME },
		{ "locale", "b@example.org", "correct horse", NULL, NULL, "e n", ERR_BAD_LOCALE },
		{ "long locale", "b@x.org", "correct horse", 0, 0, "abcdefghi", ERR_BAD_LOCALE },
		{ "odd locale", "b@x.org", "correct horse", 0, 0, "en-", ERR_BAD_LOCALE },
		{ "username", "b@x.org", "correct horse", " x", NULL, NULL, ERR_BAD_USERNAME },
		{ "taken", "b@x.org", "correct horse", "ANN", NULL, NULL, ERR_USERNAME_TAKEN },
	};
	struct house house;

	house_open(&house, t, NULL);
	house_add(&house, ANN, "ann", "correct horse");
	FOREACH(c, cases) {
		const struct account_sign_up in = {
			str(c->email),    { c->password, str(c->password).len },
			str(c->username), str(c->said_name),
			str(c->locale),
		};
		CHECK(c->name, sign_up(&house, &in) == c->want);
	}
	house_close(&house);
}

TEST(a_username_that_was_taken_meanwhile_spends_no_link)
{
	struct house house;
	const struct account_sign_up in = { STR("b@example.org"), PASSWORD, STR("ann"), STR_NONE,
		                            STR_NONE };

	house_open(&house, t, NULL);
	CHECK("signed up", sign_up(&house, &in) == OK);
	struct secret token = next_token(&house, LETTER_VERIFY);
	house_add(&house, ANN, "ann", "correct horse");
	CHECK("taken", verify(&house, token, NULL) == ERR_USERNAME_TAKEN);
	CHECK("no account", house_rows(&house, "account") == 1);
	CHECK("removed", house_remove(&house, "ann") == OK);
	CHECK("free again", verify(&house, token, NULL) == OK);
	house_close(&house);
}

TEST(a_page_asks_for_the_address_and_a_wrong_one_spends_nothing)
{
	static const char *const wrong[] = { "eva@example.org", "ann@example.com", "ann", "" };
	struct house house;

	house_open(&house, t, NULL);
	sign_up_as(&house, ANN, PASSWORD);
	struct secret token = next_token(&house, LETTER_VERIFY);
	FOREACH(address, wrong)
		CHECK(*address, verify(&house, token, *address) == ERR_WRONG_ADDRESS);
	CHECK("as the person spells it", verify(&house, token, "ANN@Example.ORG") == OK);
	house_close(&house);
}

TEST(a_sign_up_lives_for_a_day_and_is_swept)
{
	struct house house;

	house_open(&house, t, NULL);
	sign_up_as(&house, ANN, PASSWORD);
	struct secret token = next_token(&house, LETTER_VERIFY);
	house.now += DAY;
	CHECK("too old", verify(&house, token, NULL) == ERR_TOKEN_INVALID);
	house_sweep(&house);
	CHECK("kept for its page", house_rows(&house, "sign_up") == 1);
	house.now += 7 * DAY;
	house_sweep(&house);
	CHECK("swept", house_rows(&house, "sign_up") == 0);
	house_close(&house);
}

static enum err ask_again(struct house *house, const char *email)
{
	struct ctx ctx = house_client(house);
	const struct verification_request in = { str(email) };
	struct recovery_requested requested;

	return operation_run(&ctx, &verification_request_op, &in, &requested);
}

TEST(the_link_is_mailed_again_to_whoever_has_something_to_confirm)
{
	struct house house;

	house_open(&house, t, NULL);
	sign_up_as(&house, ANN, PASSWORD);
	struct secret token = next_token(&house, LETTER_VERIFY);
	CHECK("asked", ask_again(&house, "ann@EXAMPLE.org") == OK);
	CHECK("the same", secret_equal(token, next_token(&house, LETTER_VERIFY)));
	CHECK("a stranger", ask_again(&house, "eva@example.org") == OK);
	CHECK("nobody to mail", next_is_dropped(&house));
	CHECK("confirmed", verify(&house, token, NULL) == OK);
	CHECK("a member", ask_again(&house, ANN) == OK);
	CHECK("nothing to confirm", next_is_dropped(&house));
	CHECK("no address", ask_again(&house, "ann") == ERR_BAD_EMAIL);
	house_close(&house);
}

/* The newest may be an attacker's, and nobody knows who asks. */
TEST(the_link_of_several_sign_ups_is_not_mailed_again)
{
	struct house house;

	house_open(&house, t, NULL);
	sign_up_as(&house, ANN, PASSWORD);
	next_token(&house, LETTER_VERIFY);
	sign_up_as(&house, ANN, OTHER);
	next_token(&house, LETTER_VERIFY);
	CHECK("asked", ask_again(&house, ANN) == OK);
	CHECK("nothing", next_is_dropped(&house));
	house_close(&house);
}

TEST(an_account_whose_address_is_not_verified_is_its_mail_readers_by_a_new_password)
{
	struct house house;

	house_open(&house, t, NULL);
	house_add(&house, ANN, NULL, "correct horse");
	house_sql(&house, "UPDATE account SET email_verified_at = 0 RETURNING 1");
	struct secret theirs = house_session(&house, ANN, PASSWORD);
	CHECK("asked", ask_again(&house, ANN) == OK);
	struct secret token = next_token(&house, LETTER_RESET_LINK);
	CHECK("sets a password", house_reset(&house, token, SECRET("my own staple")) == OK);
	CHECK("now", house_account(&house, ANN).email_verified_at == house.now);
	CHECK("not who came first",
	      !house_session_lives(&house, theirs) && !house_opens(&house, ANN, PASSWORD));
	CHECK("once", house_reset(&house, token, OTHER) == ERR_TOKEN_INVALID);
	house_sql(&house, "UPDATE account SET email_verified_at = 0 RETURNING 1");
	struct secret reset = house_mailed_token(&house, OUTBOX_RECOVERY, ANN);
	CHECK("a reset link is no verification", verify(&house, reset, ANN) == ERR_TOKEN_INVALID);
	CHECK("reset", house_reset(&house, reset, OTHER) == OK);
	CHECK("proves it too", house_account(&house, ANN).email_verified_at == house.now);
	house_close(&house);
}

TEST(an_account_that_waits_to_be_active_confirms_its_address_and_keeps_no_sign_in_of_others)
{
	struct house house;

	house_open(&house, t, NULL);
	house_add(&house, ANN, NULL, "correct horse");
	house_sql(&house, "UPDATE account SET email_verified_at = 0, status = 2 RETURNING 1");
	house_sql(&house, "INSERT INTO identity (app_id, account_id, provider, issuer, subject,"
	                  " created_at) SELECT app_id, id, 'acme', 'https://acme.example', 's', 1"
	                  " FROM account RETURNING 1");
	CHECK("asked", ask_again(&house, ANN) == OK);
	struct secret token = next_token(&house, LETTER_VERIFY);
	CHECK("wrong address", verify(&house, token, "eva@example.org") == ERR_WRONG_ADDRESS);
	CHECK("verified", verify(&house, token, ANN) == OK);
	CHECK("now", house_account(&house, ANN).email_verified_at == house.now);
	CHECK("nobody by a provider", house_rows(&house, "identity") == 0);
	CHECK("its password", house_opens(&house, ANN, PASSWORD));
	CHECK("once", verify(&house, token, ANN) == ERR_TOKEN_INVALID);
	house_close(&house);
}

TEST(an_address_is_not_flooded_whoever_signs_up_with_it)
{
	struct house house;

	house_open(&house, t, NULL);
	house.service.policy.mails_per_address = (struct rate){ 2, 600 };
	house_add(&house, ANN, NULL, "correct horse");
	for (int i = 0; i < 4; i++) {
		sign_up_as(&house, ANN, OTHER);
		if (i < 2)
			next_token(&house, LETTER_ADDRESS_TAKEN);
		else
			CHECK("enough", next_is_dropped(&house));
	}
	house.now += 601;
	sign_up_as(&house, ANN, OTHER);
	next_token(&house, LETTER_ADDRESS_TAKEN);
	house_close(&house);
}
