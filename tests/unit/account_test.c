/* SPDX-License-Identifier: Apache-2.0 */
/* account_test.c - log-in, and what the audit trail learns of it; new accounts. */
#include "house.h"
#include <string.h>

#define OLD SECRET("correct horse")
#define NEW SECRET("battery staple")
#define ANN "ann@example.org"

struct log_in_case {
	const char *name, *login;
	struct secret password;
	enum login_kind kind;
	bool discloses;
	enum err want;
	const char *outcome; /* "": nothing was written */
};

static void check_log_in(struct house *house, const struct log_in_case *c)
{
	struct ctx ctx = house_client(house);
	const struct log_in in = { str(c->login), c->password, c->kind, { 0 }, c->discloses };
	struct session_tokens tokens = { .expires_in = 42 };
	uint64_t hashes = hasher_count(house->service.hasher);
	size_t before = house_count_outcomes(house, "account_log_in", c->outcome);

	CHECK(c->name, operation_run(&ctx, &account_log_in_op, &in, &tokens) == c->want);
	CHECK(c->name, (tokens.access_token.ptr != NULL) == (c->want == OK));
	CHECK(c->name, tokens.expires_in == (c->want == OK ? 15 * MINUTE : 0));
	CHECK(c->name, house_count_outcomes(house, "account_log_in", c->outcome) ==
	                       before + (*c->outcome != '\0'));
	/* Whoever it is, it takes the time of one hash. */
	CHECK(c->name,
	      hasher_count(house->service.hasher) - hashes == (c->want == ERR_BAD_EMAIL ? 0 : 1));
}

#define BAD ERR_BAD_CREDENTIALS
#define ANY LOGIN_EMAIL_OR_USERNAME

TEST(a_log_in_is_refused_in_one_way_and_audited_in_many)
{
	const struct log_in_case cases[] = {
		{ "by address", ANN, OLD, ANY, false, OK, "done" },
		{ "by username", "ann", OLD, ANY, false, OK, "done" },
		{ "case of the address", "ANN@Example.ORG", OLD, ANY, false, OK, "done" },
		{ "case of the username", "ANN", OLD, ANY, false, OK, "done" },
		{ "a stranger's address", "bob@example.org", OLD, ANY, false, BAD,
		  "no such account" },
		{ "a stranger's name", "bob", OLD, ANY, false, BAD, "no such account" },
		{ "what is neither", " \n", OLD, ANY, false, BAD, "no such account" },
		{ "nothing", "", OLD, ANY, false, BAD, "no such account" },
		{ "a wrong password", ANN, NEW, ANY, false, BAD, "wrong password" },
		{ "case of the password", ANN, SECRET("Correct horse"), ANY, false, BAD,
		  "wrong password" },
		{ "the start of the password", ANN, SECRET("correct hors"), ANY, false, BAD,
		  "wrong password" },
		{ "an empty password", ANN, SECRET(""), ANY, false, BAD, "wrong password" },
		{ "a disabled account", "dora", OLD, ANY, false, BAD, "account is disabled" },
		{ "a disabled account, wrong password", "dora", NEW, ANY, false, BAD,
		  "wrong password" },
		{ "a username where addresses are wanted", "ann", OLD, LOGIN_EMAIL, false,
		  ERR_BAD_EMAIL, "" },
		{ "an address where usernames are wanted", ANN, OLD, LOGIN_USERNAME, false, BAD,
		  "no such account" },
		{ "a stranger, disclosed", "bob@example.org", OLD, LOGIN_EMAIL, true,
		  ERR_NO_ACCOUNT, "no such account" },
		{ "a wrong password, disclosed", ANN, NEW, LOGIN_EMAIL, true, BAD,
		  "wrong password" },
	};
	const struct log_in_case concealed = {
		"a stranger, concealed", "bob@example.org", OLD, LOGIN_EMAIL, true, BAD,
		"no such account"
	};
	struct house house;

	house_open(&house, t, NULL);
	house_add(&house, ANN, "ann", "correct horse");
	house_add(&house, "dora@example.org", "dora", "correct horse");
	house_sql(&house, "UPDATE account SET status = 1 WHERE username = 'dora'");
	FOREACH(c, cases)
		check_log_in(&house, c);
	house_set(&house, "conceal_accounts", "yes");
	check_log_in(&house, &concealed);
	house_close(&house);
}

TEST(a_refusal_names_its_account_in_the_audit_trail_and_a_strangers_names_none)
{
	struct house house;
	struct audit_list list;

	house_open(&house, t, NULL);
	const struct audit_wanted newest = { .app_id = house.app.id,
		                             .below_id = INT64_MAX,
		                             .max = 2 };
	house_add(&house, ANN, "ann", "correct horse");
	CHECK("wrong", !house_opens(&house, ANN, NEW));
	CHECK("stranger", !house_opens(&house, "bob", NEW));
	CHECK("audit", store_audit_page(house.service.store, t->arena, &newest, &list) == OK);
	CHECK("stranger", list.items[0].account_id == 0);
	CHECK("member", list.items[1].account_id == house_account(&house, ANN).id);
	CHECK("columns",
	      str_is(list.items[1].network, "192.0.2.1") && list.items[1].at == house.now);
	house_close(&house);
}

TEST(a_password_is_hashed_anew_at_log_in_when_the_cost_has_grown)
{
	struct house house;

	house_open(&house, t, NULL);
	house_add(&house, ANN, "ann", "correct horse");
	struct secret session = house_session(&house, ANN, OLD);
	struct account before = house_account(&house, ANN);
	CHECK("as it was", str_starts(before.phc, "$argon2id$v=19$m=8,"));
	house_hash_at(&house, 32);
	CHECK("wrong password", !house_opens(&house, ANN, NEW));
	CHECK("changes nothing", str_equal(house_account(&house, ANN).phc, before.phc));
	CHECK("right password", house_opens(&house, ANN, OLD));
	struct account after = house_account(&house, ANN);
	CHECK("anew", str_starts(after.phc, "$argon2id$v=19$m=32,"));
	CHECK("and nothing else",
	      after.epoch == before.epoch && after.password_set_at == before.password_set_at);
	CHECK("sessions live on", house_session_lives(&house, session));
	CHECK("the password too", house_opens(&house, ANN, OLD));
	CHECK("once", str_equal(house_account(&house, ANN).phc, after.phc));
	house_hash_at(&house, 8);
	CHECK("cheaper again", house_opens(&house, ANN, OLD));
	CHECK("never worse", str_equal(house_account(&house, ANN).phc, after.phc));
	house_close(&house);
}

TEST(a_password_is_the_same_however_its_accents_are_spelled)
{
	struct house house;

	house_open(&house, t, NULL);
	house_add(&house, ANN, "ann",
	          "cre\xcc\x80me br\xc3\xbbl\xc3\xa9"
	          "e");
	CHECK("composed", house_opens(&house, ANN,
	                              SECRET("cr\xc3\xa8me br\xc3\xbbl\xc3\xa9"
	                                     "e")));
	CHECK("decomposed", house_opens(&house, ANN,
	                                SECRET("cre\xcc\x80me bru\xcc\x82le\xcc\x81"
	                                       "e")));
	CHECK("without", !house_opens(&house, ANN, SECRET("creme brulee")));
	house_close(&house);
}

/* ---- new accounts ---- */

TEST(an_account_is_added_or_refused_with_the_reason)
{
	static const struct {
		const char *name, *email, *username, *password;
		enum err want;
	} cases[] = {
		{ "both", "bob@example.org", "bob", "a swan 8", OK },
		{ "an address alone", "cleo@example.org", NULL, "a swan 8", OK },
		{ "a username alone", NULL, "dan", "a swan 8", OK },
		{ "neither", NULL, NULL, "a swan 8", ERR_BAD_USERNAME },
		{ "no address", "bob", "bob2", "a swan 8", ERR_BAD_EMAIL },
		{ "no username", "eve@example.org", " eve", "a swan 8", ERR_BAD_USERNAME },
		{ "the address is taken", "Ann@EXAMPLE.org", "ann2", "a swan 8", ERR_EMAIL_TAKEN },
		{ "the username is taken", "ann2@example.org", "ANN", "a swan 8",
		  ERR_USERNAME_TAKEN },
		{ "the username alone is taken", NULL, "ann", "a swan 8", ERR_USERNAME_TAKEN },
		{ "both are taken", ANN, "ann", "a swan 8", ERR_EMAIL_TAKEN },
		{ "what anybody would try", "eve@example.org", NULL, "12345678",
		  ERR_PASSWORD_GUESSABLE },
		{ "too short", "fay@example.org", NULL, "1234567", ERR_PASSWORD_SHORT },
		{ "long enough, by letters and not bytes", "gil@example.org", NULL,
		  "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9", ERR_PASSWORD_SHORT },
		{ "not UTF-8", "hal@example.org", NULL, "1234567\xff", ERR_MALFORMED },
	};
	struct house house;

	house_open(&house, t, NULL);
	house_add(&house, ANN, "ann", "correct horse");
	FOREACH(c, cases) {
		struct ctx ctx = house_operator(&house);
		const struct account_add in = { str(c->email),
			                        str(c->username),
			                        { c->password, strlen(c->password) } };
		struct account_added added;
		CHECK(c->name, operation_run(&ctx, &account_add_op, &in, &added) == c->want);
		CHECK(c->name, added.id.len == (c->want == OK ? 24 : 0));
	}
	house_close(&house);
}

TEST(an_account_without_a_password_is_invited_by_mail_to_choose_one)
{
	struct house house;
	struct outbox_row row;
	struct letter letter;
	struct account_added added;
	const struct nothing nothing = { 0 };
	struct outbox_list list;

	house_open(&house, t, NULL);
	struct ctx ctx = house_operator(&house);
	const struct account_add nameless = { .username = STR("bob") };
	CHECK("nowhere to mail it",
	      operation_run(&ctx, &account_add_op, &nameless, &added) == ERR_BAD_EMAIL);
	const struct account_add in = { .email = STR(ANN), .username = STR("ann") };
	CHECK("added", operation_run(&ctx, &account_add_op, &in, &added) == OK);
	CHECK("nobody logs in",
	      !house_opens(&house, ANN, SECRET("")) && !house_opens(&house, "ann", OLD));
	CHECK("why", strcmp(house_last_outcome(&house), "wrong password") == 0);
	CHECK("invited", house_next_mail(&house, &row, &letter) && letter.send &&
	                         letter.kind == LETTER_INVITATION && str_is(letter.to, ANN));
	CHECK("settled", house_settle(&house, &row, MAIL_SENT) == OK);
	house.now += 3 * DAY - 1;
	struct secret token = house_link_token(&house, &letter);
	CHECK("for three days", house_reset(&house, token, NEW) == OK);
	CHECK("chosen", house_opens(&house, ANN, NEW));
	CHECK("once", house_reset(&house, token, OLD) == ERR_TOKEN_INVALID);
	ctx = house_operator(&house);
	CHECK("listed", operation_run(&ctx, &mail_list_op, &nothing, &list) == OK);
	house_close(&house);
}
