/* SPDX-License-Identifier: Apache-2.0 */
/* recovery_test.c - asking for a mail, and Backtory's made password. */
#include "house.h"
#include <string.h>

#define OLD SECRET("correct horse")
#define NEW SECRET("battery staple")
#define ANN "ann@example.org"

/* ---- asking ---- */

/* All columns but id, nonce, reference and login. */
#define SAME_COLUMNS                                                                               \
	"app_id || '/' || kind || '/' || state || '/' || coalesce(account_id, -1) || '/' ||"       \
	" epoch || '/' || network || '/' || attempts || '/' || created_at || '/' || expires_at ||" \
	" '/' || next_attempt_at || '/' || settled_at || '/' || last_error || '/' ||"              \
	" length(nonce) || '/' || length(reference) || '/' || (login IS NULL)"

TEST(a_stranger_and_a_member_ask_with_the_same_row)
{
	static const struct {
		const char *name;
		enum outbox_kind mail;
		const char *member, *stranger;
	} cases[] = {
		{ "by address", OUTBOX_RECOVERY, ANN, "bob@example.org" },
		{ "for a code", OUTBOX_RECOVERY_CODE, ANN, "bob@example.org" },
		{ "by username", OUTBOX_RECOVERY_NAMED, "ann", "bob" },
		{ "by what cannot be a username", OUTBOX_RECOVERY_NAMED, "ann", " \n" },
		{ "a disabled member", OUTBOX_RECOVERY, ANN, "dora@example.org" },
		{ "a member of another app", OUTBOX_RECOVERY, ANN, "cleo@example.org" },
	};
	struct house house;

	house_open(&house, t, NULL);
	house_add(&house, ANN, "ann", "correct horse");
	house_add(&house, "dora@example.org", "dora", "correct horse");
	house_sql(&house, "UPDATE account SET status = 1 WHERE username = 'dora'");
	struct app demo = house.app;
	house.app = house_add_app(&house, "other", "en");
	house_add(&house, "cleo@example.org", "cleo", "correct horse");
	house.app = demo;
	struct str audit = house_sql(&house, "SELECT count(*) FROM audit");
	FOREACH(c, cases) {
		house_sql(&house, "DELETE FROM outbox");
		CHECK(c->name, house_ask(&house, c->mail, c->member) == OK);
		CHECK(c->name, house_ask(&house, c->mail, c->stranger) == OK);
		CHECK(c->name, str_is(house_sql(&house, "SELECT count(*) FROM outbox"), "2"));
		CHECK(c->name, str_is(house_sql(&house, "SELECT count(DISTINCT " SAME_COLUMNS
		                                        ") FROM outbox"),
		                      "1"));
		CHECK(c->name,
		      str_is(house_sql(&house, "SELECT count(DISTINCT nonce) FROM outbox"), "2"));
	}
	CHECK("nothing is audited",
	      str_equal(house_sql(&house, "SELECT count(*) FROM audit"), audit));
	house_close(&house);
}

TEST(a_dialect_that_discloses_tells_a_stranger_unless_the_app_conceals)
{
	static const struct {
		const char *name, *login;
		bool discloses, conceals;
		enum err want;
	} cases[] = {
		{ "member", "ann", true, false, OK },
		{ "stranger", "bob", true, false, ERR_NO_ACCOUNT },
		{ "member, concealed", "ann", true, true, OK },
		{ "stranger, concealed", "bob", true, true, OK },
		{ "stranger, where nothing is disclosed", "bob", false, false, OK },
	};
	struct house house;

	house_open(&house, t, NULL);
	house_add(&house, ANN, "ann", "correct horse");
	FOREACH(c, cases) {
		house_set(&house, "conceal_accounts", c->conceals ? "yes" : "no");
		struct ctx ctx = house_client(&house);
		const struct recovery_request in = { .login = str(c->login),
			                             .kind = LOGIN_USERNAME,
			                             .mail = OUTBOX_RECOVERY_NAMED,
			                             .discloses = c->discloses };
		struct recovery_requested requested;
		size_t before = house_count_mails(&house, OUTBOX_RECOVERY_NAMED);
		CHECK(c->name,
		      operation_run(&ctx, &recovery_request_op, &in, &requested) == c->want);
		CHECK(c->name, requested.reference.len == (c->want == OK ? 9 : 0));
		CHECK(c->name,
		      house_count_mails(&house, OUTBOX_RECOVERY_NAMED) == before + (c->want == OK));
	}
	CHECK("no address", house_ask(&house, OUTBOX_RECOVERY, "ann") == ERR_BAD_EMAIL);
	house_close(&house);
}

TEST(nobody_who_should_not_be_mailed_is_mailed)
{
	static const struct {
		const char *name;
		enum outbox_kind mail;
		const char *login;
		bool send;
	} cases[] = {
		{ "a member", OUTBOX_RECOVERY, ANN, true },
		{ "a member, by name", OUTBOX_RECOVERY_NAMED, "ann", true },
		{ "a member, for a code", OUTBOX_RECOVERY_CODE, ANN, true },
		{ "a stranger", OUTBOX_RECOVERY, "bob@example.org", false },
		{ "a stranger, by name", OUTBOX_RECOVERY_NAMED, "bob", false },
		{ "no name at all", OUTBOX_RECOVERY_NAMED, "\n", false },
		{ "a disabled account", OUTBOX_RECOVERY, "dora@example.org", false },
		{ "without an address", OUTBOX_RECOVERY_NAMED, "eli", false },
		{ "a placeholder address", OUTBOX_RECOVERY, "fay@users.invalid", false },
		{ "a look-alike", OUTBOX_RECOVERY, "a\xc5\x84n@example.org", false },
		{ "a member of another app", OUTBOX_RECOVERY, "cleo@example.org", false },
	};
	struct house house;

	house_open(&house, t, NULL);
	house_add(&house, ANN, "ann", "correct horse");
	house_add(&house, "dora@example.org", "dora", "correct horse");
	house_sql(&house, "UPDATE account SET status = 1 WHERE username = 'dora'");
	house_add(&house, NULL, "eli", "correct horse");
	house_add(&house, "fay@users.invalid", "fay", "correct horse");
	struct app demo = house.app;
	house.app = house_add_app(&house, "other", "en");
	house_add(&house, "cleo@example.org", "cleo", "correct horse");
	house.app = demo;
	FOREACH(c, cases) {
		struct outbox_row row;
		struct letter letter;
		CHECK(c->name, house_ask(&house, c->mail, c->login) == OK);
		CHECK(c->name, house_next_mail(&house, &row, &letter));
		CHECK(c->name, letter.send == c->send);
		if (c->send)
			CHECK(c->name, str_is(letter.to, ANN) &&
			                       house_settle(&house, &row, MAIL_SENT) == OK);
		CHECK(c->name,
		      house_row(&house, row.id).state == (c->send ? OUTBOX_SENT : OUTBOX_DROPPED));
	}
	house_close(&house);
}

TEST(a_code_is_mailed_by_the_template_of_the_app)
{
	struct house house;
	struct outbox_row row;
	struct letter letter;
	struct mail_template changed;

	house_open(&house, t, NULL);
	house_add(&house, ANN, "ann", "correct horse");
	struct ctx ctx = house_operator(&house);
	const struct mail_template in = { .email_name = STR("reset_password"),
		                          .send_name = STR("The desk"),
		                          .sender = STR("desk@EXAMPLE.org"),
		                          .subject = STR("Code {{code}}") };
	CHECK("edit", operation_run(&ctx, &mail_template_set_op, &in, &changed) == OK);
	CHECK("the rest stays", changed.content.len > 100);
	CHECK("ask", house_ask(&house, OUTBOX_RECOVERY_CODE, ANN) == OK);
	CHECK("mail", house_next_mail(&house, &row, &letter) && letter.kind == LETTER_TEMPLATE);
	CHECK("its words", str_is(letter.subject, "Code {{code}}") &&
	                           str_equal(letter.content, changed.content));
	CHECK("its sender",
	      str_is(letter.sender_name, "The desk") && str_is(letter.sender, "desk@example.org"));
	CHECK("the code is the token of the link",
	      secret_equal(letter.secret, house_link_token(&house, &letter)));
	CHECK("it works", house_reset(&house, letter.secret, NEW) == OK);
	house_close(&house);
}

/* ---- the made password ---- */

TEST(a_confirmation_with_another_username_spends_nothing)
{
	static const struct {
		const char *name, *username;
		enum err want;
		const char *outcome;
	} cases[] = {
		{ "another", "bob", ERR_WRONG_USERNAME, "wrong username" },
		{ "a member's, but another", "cleo", ERR_WRONG_USERNAME, "wrong username" },
		{ "the address", ANN, ERR_WRONG_USERNAME, "wrong username" },
		{ "nothing", "", ERR_WRONG_USERNAME, "wrong username" },
		{ "no username", " \n", ERR_WRONG_USERNAME, "wrong username" },
		{ "the right one, in capitals", "ANN", OK, "done" },
		{ "twice", "ann", ERR_TOKEN_INVALID, "token is spent" },
	};
	struct house house;

	house_open(&house, t, NULL);
	house_add(&house, ANN, "ann", "correct horse");
	house_add(&house, "cleo@example.org", "cleo", "correct horse");
	house_sql(&house, "UPDATE account SET email_verified_at = 0 RETURNING 1");
	struct secret token = house_mailed_token(&house, OUTBOX_RECOVERY_NAMED, "ann");
	FOREACH(c, cases) {
		CHECK(c->name, house_confirm(&house, token, c->username) == c->want);
		CHECK(c->name, strcmp(house_last_outcome(&house), c->outcome) == 0);
	}
	CHECK("one mail", house_count_mails(&house, OUTBOX_MADE_PASSWORD) == 1);
	CHECK("the link had reached its owner",
	      house_account(&house, ANN).email_verified_at == house.now);
	CHECK("and nobody else's",
	      house_account(&house, "cleo@example.org").email_verified_at == 0);
	struct secret reset = house_mailed_token(&house, OUTBOX_RECOVERY, ANN);
	CHECK("a link for something else",
	      house_confirm(&house, reset, "ann") == ERR_TOKEN_INVALID);
	house_close(&house);
}

static struct secret made_password(struct house *house, struct outbox_row *ret_row)
{
	struct letter letter;

	CHECK("made", house_next_mail(house, ret_row, &letter));
	CHECK("made", ret_row->kind == OUTBOX_MADE_PASSWORD && letter.send &&
	                      letter.kind == LETTER_MADE_PASSWORD);
	CHECK("made", letter.secret.len == 20 && !letter.link.ptr && str_is(letter.to, ANN));
	return letter.secret;
}

TEST(the_old_password_works_until_the_made_one_is_mailed)
{
	struct house house;
	struct outbox_row row;

	house_open(&house, t, NULL);
	house_add(&house, ANN, "ann", "correct horse");
	struct secret session = house_session(&house, ANN, OLD);
	house_confirm_made(&house, "ann");
	CHECK("confirmed", house_opens(&house, ANN, OLD) && house_session_lives(&house, session));
	struct secret made = made_password(&house, &row);
	CHECK("written", house_opens(&house, ANN, OLD) && !house_opens(&house, ANN, made));
	CHECK("not accepted", house_settle(&house, &row, MAIL_TRANSIENT) == OK);
	CHECK("not accepted", house_opens(&house, ANN, OLD) && !house_opens(&house, ANN, made));
	house.now += MINUTE;
	struct secret again = made_password(&house, &row);
	CHECK("the same", secret_equal(made, again));
	CHECK("accepted", house_settle(&house, &row, MAIL_SENT) == OK);
	CHECK("why", strcmp(house_last_outcome(&house), "made password mailed") == 0);
	CHECK("old", !house_opens(&house, ANN, OLD));
	CHECK("sessions are over", !house_session_lives(&house, session));
	CHECK("made", house_opens(&house, ANN, made));
	CHECK("no notice beside it", house_count_mails(&house, OUTBOX_PASSWORD_CHANGED) == 0);
	CHECK("settled", house_row(&house, row.id).state == OUTBOX_SENT);
	CHECK("settled twice", house_settle(&house, &row, MAIL_SENT) == OK);
	CHECK("is settled once", house_opens(&house, ANN, made));
	house_close(&house);
}

TEST(a_made_password_dies_unused_and_lives_used)
{
	struct house house;
	struct outbox_row row;

	house_open(&house, t, NULL);
	house_add(&house, ANN, "ann", "correct horse");
	house_confirm_made(&house, "ann");
	struct secret unused = made_password(&house, &row);
	CHECK("accepted", house_settle(&house, &row, MAIL_SENT) == OK);
	house.now += DAY;
	CHECK("dead", !house_opens(&house, ANN, unused));
	CHECK("why", strcmp(house_last_outcome(&house), "made password died unused") == 0);
	CHECK("the old one stays dead too", !house_opens(&house, ANN, OLD));

	house_confirm_made(&house, "ann");
	struct secret used = made_password(&house, &row);
	CHECK("accepted", house_settle(&house, &row, MAIL_SENT) == OK);
	CHECK("another", !secret_equal(unused, used));
	house.now += DAY - 1;
	CHECK("wrong passwords do not use it", !house_opens(&house, ANN, unused));
	CHECK("will die", house_account(&house, ANN).password_expires_at == house.now + 1);
	CHECK("used in its last second", house_opens(&house, ANN, used));
	CHECK("normal now", house_account(&house, ANN).password_expires_at == 0);
	house.now += 365 * DAY;
	CHECK("lives", house_opens(&house, ANN, used));
	house_close(&house);
}

TEST(a_made_password_is_void_after_a_change)
{
	struct house house;
	struct outbox_row row, again;
	struct letter letter;

	house_open(&house, t, NULL);
	house_add(&house, ANN, "ann", "correct horse");
	struct secret session = house_session(&house, ANN, OLD);
	house_confirm_made(&house, "ann");
	struct secret made = made_password(&house, &row);
	CHECK("changed while it is under way", house_change(&house, session, OLD, NEW) == OK);
	CHECK("accepted all the same", house_settle(&house, &row, MAIL_SENT) == OK);
	CHECK("void", !house_opens(&house, ANN, made) && house_opens(&house, ANN, NEW));
	CHECK("the session lives", house_session_lives(&house, session));

	house_confirm_made(&house, "ann");
	CHECK("changed before it is written", house_change(&house, session, NEW, OLD) == OK);
	CHECK("not mailed", house_next_mail(&house, &again, &letter) && !letter.send);
	CHECK("dropped", house_row(&house, again.id).state == OUTBOX_DROPPED);
	house_close(&house);
}

TEST(an_app_may_have_a_form_instead_of_a_made_password)
{
	struct house house;
	struct outbox_row row;
	struct letter letter;

	house_open(&house, t, NULL);
	house_add(&house, ANN, "ann", "correct horse");
	CHECK("ask", house_ask(&house, OUTBOX_RECOVERY_NAMED, "ann") == OK);
	CHECK("confirm", house_next_mail(&house, &row, &letter) &&
	                         letter.kind == LETTER_CONFIRM_LINK &&
	                         str_is(letter.username, "ann"));
	house_set(&house, "recovery", "form");
	CHECK("ask", house_ask(&house, OUTBOX_RECOVERY_NAMED, "ann") == OK);
	CHECK("form", house_next_mail(&house, &row, &letter) && letter.kind == LETTER_RESET_LINK);
	CHECK("it works", house_reset(&house, house_link_token(&house, &letter), NEW) == OK);
	house_close(&house);
}
