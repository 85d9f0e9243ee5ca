/* SPDX-License-Identifier: Apache-2.0 */
/* user_test.c - users who register at once, guests who become somebody, what is kept of both, and
 * the master of an app, who administrates them. */
#include "account/master.h"
#include "account/registration.h"
#include "account/sign_up.h"
#include "account/user_administration.h"
#include "account/account_field.h"
#include "house.h"
#include <stdio.h>
#include <string.h>

#define PASSWORD SECRET("correct horse")
#define OTHER    SECRET("battery staple")
#define STREET                                                                                     \
	"Stra\xc3\x9f"                                                                             \
	"e"

enum { CALLS_MAX = 200 };

/* What a request says, of texts alone. */
struct said {
	struct members members;
	struct user_words words;
};

static void say(struct said *said, const char *name, const char *value)
{
	const struct member member = { .name = str(name), .kind = MEMBER_TEXT, .text = str(value) };

	CHECK(name, members_add(&said->members, member) == OK);
	said->words.more = (struct rest){ &said->members, ((uint64_t)1 << said->members.n) - 1 };
}

static enum err add(struct house *house, const char *username, const struct user_words *words,
                    struct user *ret_user)
{
	struct ctx ctx = house_client(house);
	const struct user_register in = { str(username), PASSWORD, *words };

	return operation_run(&ctx, &user_register_op, &in, ret_user);
}

static struct user add_user(struct house *house, const char *username)
{
	const struct user_words words = { .email = STR("ann@example.org"),
		                          .first_name = STR("Ann") };
	struct user user;

	CHECK(username, add(house, username, &words, &user) == OK);
	return user;
}

static struct secret log_in(struct house *house, struct str username, struct secret password)
{
	struct ctx ctx = house_client(house);
	const struct log_in in = { .login = username,
		                   .password = password,
		                   .kind = LOGIN_USERNAME,
		                   .terms = { .form = ACCESS_USER_JWT } };
	struct session_tokens tokens;

	ctx.app_key = house->client_key;
	CHECK("log in", operation_run(&ctx, &account_log_in_with_key_op, &in, &tokens) == OK);
	return tokens.access_token;
}

static struct secret master_of(struct house *house, struct secret key, enum err want)
{
	struct ctx ctx = house_client(house);
	const struct nothing nothing = { 0 };
	struct master_token token;

	ctx.app_key = key;
	CHECK("master", operation_run(&ctx, &master_log_in_op, &nothing, &token) == want);
	return token.access_token;
}

static struct secret master(struct house *house)
{
	return master_of(house, SECRET("master-key-of-demo"), OK);
}

static enum err count(struct house *house, struct secret bearer, int64_t *ret_users)
{
	struct ctx ctx = house_member(house, bearer);
	const struct nothing nothing = { 0 };
	struct user_count found;

	enum err err = operation_run(&ctx, &user_count_op, &nothing, &found);
	*ret_users = found.users;
	return err;
}

/* ---- what is said of a user ---- */

TEST(what_is_said_is_kept_passed_over_or_refused_by_its_name)
{
	static const struct {
		const char *name;
		bool kept, good;
	} cases[] = {
		{ "team", true, true },         { "favouriteColour", true, true },
		{ "a1_-", true, true },         { "\xc3\xa9tage", true, true },
		{ "userId", false, true },      { "id", false, true },
		{ "guest", false, true },       { "active", false, true },
		{ "username", false, true },    { "password", false, true },
		{ "newPassword", false, true }, { "PASSWORDhash", false, true },
		{ "firstName", false, true },   { "__proto__", false, false },
		{ "1st", false, false },        { "a.b", false, false },
		{ "a b", false, false },        { "", false, false },
		{ "tab\t", false, false },      { "_x", false, false },
	};
	struct house house;

	house_open(&house, t, NULL);
	FOREACH(c, cases) {
		struct ctx ctx = house_client(&house);
		struct said said = { .words = { .email = STR_NONE } };
		struct user_said got;
		say(&said, c->name, "x");
		CHECK(c->name,
		      user_accept(&ctx, &said.words, &got) == (c->good ? OK : ERR_BAD_FIELD));
		CHECK(c->name, !c->good || got.fields.n == c->kept);
	}
	house_close(&house);
}

TEST(names_and_values_have_bounds_and_so_has_all_of_it)
{
	char text[2 * ACCOUNT_FIELDS_BYTES_MAX + 1] = "";
	struct house house;
	struct user user;

	house_open(&house, t, NULL);
	memset(text, 'x', sizeof(text) - 1);
	static const struct {
		size_t name, value, fields;
		enum err want;
	} cases[] = {
		{ ACCOUNT_FIELD_NAME_MAX, 1, 1, OK },
		{ ACCOUNT_FIELD_NAME_MAX + 1, 1, 1, ERR_BAD_FIELD },
		{ 4, ACCOUNT_FIELDS_BYTES_MAX - 4, 1, OK },
		{ 4, ACCOUNT_FIELDS_BYTES_MAX - 3, 1, ERR_BAD_FIELD },
		{ 4, 1, ACCOUNT_FIELDS_MAX, OK },
		{ 4, 1, ACCOUNT_FIELDS_MAX + 1, ERR_BAD_FIELD },
		{ 24, ACCOUNT_FIELDS_BYTES_MAX / 2 - 24, 2, OK },
		{ 25, ACCOUNT_FIELDS_BYTES_MAX / 2 - 24, 2, ERR_BAD_FIELD },
	};
	FOREACH(c, cases) {
		struct said said = { .words = { .email = STR_NONE } };
		char names[ACCOUNT_FIELDS_MAX + 1][ACCOUNT_FIELD_NAME_MAX + 2], username[16];
		for (size_t i = 0; i < c->fields; i++) {
			snprintf(names[i], sizeof(names[i]), "%c%c%.*s", 'a' + (int)(i / 26),
			         'a' + (int)(i % 26), (int)c->name - 2, text);
			say(&said, names[i], text);
			said.members.items[i].text.len = c->value;
		}
		snprintf(username, sizeof(username), "user%zu", (size_t)(c - cases));
		CHECK(username, add(&house, username, &said.words, &user) == c->want);
		CHECK(username, c->want != OK || user.more.n == c->fields);
	}
	CHECK("nothing of those that were refused", house_rows(&house, "account") == 4);
	house_close(&house);
}

static enum err update(struct house *house, struct secret bearer, const struct user_update *in,
                       struct user *ret_user)
{
	struct ctx ctx = house_member(house, bearer);

	return operation_run(&ctx, in->id.ptr ? &user_update_by_id_op : &user_update_op, in,
	                     ret_user);
}

TEST(what_is_not_said_in_a_change_stays)
{
	struct house house;
	struct user user;

	house_open(&house, t, NULL);
	struct user ann = add_user(&house, "ann");
	struct secret session = log_in(&house, ann.username, PASSWORD);
	struct user_update in = { .words = { .last_name = STR("Example") } };
	CHECK("changed", update(&house, session, &in, &user) == OK);
	CHECK("said", str_is(user.last_name, "Example") && str_is(user.first_name, "Ann"));
	CHECK("stays", str_equal(user.email, ann.email) && str_equal(user.username, ann.username));
	in = (struct user_update){ .words = { .email = STR("") } };
	CHECK("taken away", update(&house, session, &in, &user) == OK && !user.email.ptr);
	house_close(&house);
}

TEST(another_address_is_told_to_the_old_one_if_that_was_verified)
{
	struct house house;
	struct user user;

	house_open(&house, t, NULL);
	struct user ann = add_user(&house, "ann");
	struct secret session = log_in(&house, ann.username, PASSWORD);
	const struct user_update first = { .words = { .email = STR("b@example.org") } },
				 second = { .words = { .email = STR("c@example.org") } };
	struct letter letter;
	struct outbox_row row;
	CHECK("moved", update(&house, session, &first, &user) == OK);
	CHECK("nobody is told", house_next_mail(&house, &row, &letter) && !letter.send);
	house_sql(&house, "UPDATE account SET email_verified_at = 1 RETURNING 1");
	CHECK("moved", update(&house, session, &second, &user) == OK);
	CHECK("told", house_next_mail(&house, &row, &letter) && letter.send &&
	                      letter.kind == LETTER_EMAIL_CHANGED &&
	                      str_is(letter.to, "b@example.org"));
	CHECK("not verified",
	      strcmp(house_sql(&house, "SELECT email_verified_at FROM account").ptr, "0") == 0);
	CHECK("the session lives", house_session_lives(&house, session));
	house_close(&house);
}

/* ---- activation ---- */

TEST(who_waits_for_the_mailed_link_is_let_in_by_it_and_by_nothing_before)
{
	const struct user_words none = { .email = STR_NONE };
	struct house house;
	struct outbox_row row;
	struct letter letter;
	struct nothing nothing;
	struct user user;

	house_open(&house, t, NULL);
	house_set(&house, "activation", "mail");
	CHECK("an address is asked for", add(&house, "bob", &none, &user) == ERR_BAD_EMAIL);
	user = add_user(&house, "ann");
	CHECK("waits", !user.active);
	struct session_tokens tokens;
	CHECK("not yet", house_log_in(&house, "ann", PASSWORD, &tokens) == ERR_NOT_ACTIVATED);
	CHECK("and wrong", house_log_in(&house, "ann", OTHER, &tokens) == ERR_BAD_CREDENTIALS);
	CHECK("the link", house_next_mail(&house, &row, &letter) && letter.kind == LETTER_VERIFY);
	struct ctx ctx = house_client(&house);
	const struct confirmation wrong = { house_link_token(&house, &letter),
		                            STR("x@example.org") },
				  in = { wrong.token, STR("Ann@Example.org") };
	CHECK("another's address",
	      operation_run(&ctx, &account_verify_op, &wrong, &nothing) == ERR_WRONG_ADDRESS);
	ctx = house_client(&house);
	CHECK("used", operation_run(&ctx, &account_verify_op, &in, &nothing) == OK);
	CHECK("let in", house_log_in(&house, "ann", PASSWORD, &tokens) == OK);
	ctx = house_client(&house);
	CHECK("once", operation_run(&ctx, &account_verify_op, &in, &nothing) == ERR_TOKEN_INVALID);
	house_close(&house);
}

/* ---- guests ---- */

static struct user add_guest(struct house *house)
{
	struct ctx ctx = house_client(house);
	const struct nothing nothing = { 0 };
	struct user guest;

	CHECK("guest", operation_run(&ctx, &guest_add_op, &nothing, &guest) == OK);
	return guest;
}

TEST(a_guest_becomes_somebody_once_and_keeps_the_session_that_asks)
{
	struct house house;
	struct user user;

	house_open(&house, t, NULL);
	struct user guest = add_guest(&house);
	CHECK("a guest", guest.guest && guest.password.len == 20 && guest.active);
	struct secret session = log_in(&house, guest.username, guest.password),
		      elsewhere = log_in(&house, guest.username, guest.password);
	struct guest_complete in = { .username = STR("ann"),
		                     .last_password = OTHER,
		                     .new_password = PASSWORD };
	struct ctx ctx = house_member(&house, session);
	CHECK("wrong", operation_run(&ctx, &guest_complete_op, &in, &user) == ERR_WRONG_PASSWORD);
	in.last_password = guest.password;
	ctx = house_member(&house, session);
	CHECK("right", operation_run(&ctx, &guest_complete_op, &in, &user) == OK);
	CHECK("no guest", !user.guest && str_equal(user.id, guest.id));
	CHECK("its own", house_session_lives(&house, session));
	CHECK("the other", !house_session_lives(&house, elsewhere));
	ctx = house_member(&house, session);
	in.last_password = SECRET_NONE;
	CHECK("once", operation_run(&ctx, &guest_complete_op, &in, &user) == ERR_CONFLICT);
	house_close(&house);
}

/* The address of a guest may have been verified, by a recovery: a thief's session must not take it
 * away without a word. */
TEST(a_guest_who_completes_with_another_address_moves_as_anybody_does)
{
	struct house house;
	struct user user;
	struct outbox_row row;
	struct letter letter;

	house_open(&house, t, NULL);
	struct user guest = add_guest(&house);
	struct secret session = log_in(&house, guest.username, guest.password);
	house_sql(&house, "UPDATE account SET email = 'old@example.org', email_key ="
	                  " 'old@example.org', email_verified_at = 1, password_expires_at ="
	                  " 4000000000 RETURNING 1");
	const struct guest_complete in = { .username = STR("ann"),
		                           .new_password = PASSWORD,
		                           .words.email = STR("new@example.org") };
	struct ctx ctx = house_member(&house, session);
	CHECK("completed", operation_run(&ctx, &guest_complete_op, &in, &user) == OK);
	CHECK("shown", str_is(user.email, "new@example.org"));
	CHECK("kept", str_is(house_sql(&house, "SELECT email FROM account WHERE email_key IS NULL"
	                                       " AND email_verified_at = 0 AND"
	                                       " password_expires_at = 0"),
	                     "new@example.org"));
	CHECK("the session lives on", house_session_lives(&house, session));
	CHECK("a notice", house_next_mail(&house, &row, &letter) && letter.send);
	CHECK("of the password",
	      row.kind == OUTBOX_PASSWORD_CHANGED && str_is(letter.to, "old@example.org"));
	CHECK("sent", house_settle(&house, &row, MAIL_SENT) == OK);
	CHECK("another", house_next_mail(&house, &row, &letter) && letter.send);
	CHECK("of the address",
	      row.kind == OUTBOX_EMAIL_CHANGED && str_is(letter.to, "old@example.org"));
	house_close(&house);
}

/* ---- the master ---- */

TEST(a_masters_token_is_of_one_app_and_one_key_and_lives_for_minutes)
{
	struct house house;
	int64_t users;

	house_open(&house, t, NULL);
	add_user(&house, "ann");
	master_of(&house, house.client_key, ERR_MEMBER_MISSING);
	master_of(&house, SECRET("nobody's key"), ERR_BAD_KEY);
	struct secret token = master(&house);
	CHECK("counts", count(&house, token, &users) == OK && users == 1);
	struct app other = house_add_app(&house, "other", NULL), own = house.app;
	house.app = other;
	CHECK("elsewhere", count(&house, token, &users) == ERR_BAD_SESSION);
	house.app = own;
	house.now += house.service.policy.access_minutes * MINUTE - 1;
	CHECK("still", count(&house, token, &users) == OK);
	house.now += 1;
	CHECK("over", count(&house, token, &users) == ERR_BAD_SESSION);
	house_close(&house);
}

TEST(a_masters_token_ends_with_its_key_and_not_before)
{
	struct house house;
	int64_t users;

	house_open(&house, t, NULL);
	struct secret token = master(&house);
	house_set(&house, "master_key", "new");
	CHECK("two are good", count(&house, token, &users) == OK);
	house_set(&house, "master_key", "retire");
	CHECK("retired", count(&house, token, &users) == ERR_BAD_SESSION);
	house_close(&house);
}

TEST(each_call_takes_the_kind_of_token_it_is_for)
{
	struct house house;
	int64_t users;
	struct user user;

	house_open(&house, t, NULL);
	struct user ann = add_user(&house, "ann");
	struct secret session = log_in(&house, ann.username, PASSWORD), masters = master(&house);
	const struct user_update own = { .words = { .first_name = STR("A") } },
				 named = { .id = ann.id, .words = own.words },
				 nobody = { .id = STR("000000000000000000000000") };
	CHECK("no token", count(&house, SECRET_NONE, &users) == ERR_NO_SESSION);
	CHECK("a user's", count(&house, session, &users) == ERR_NOT_ALLOWED);
	CHECK("nonsense", count(&house, SECRET("nonsense"), &users) == ERR_BAD_SESSION);
	CHECK("the master's", update(&house, masters, &own, &user) == ERR_NOT_ALLOWED);
	CHECK("a user's", update(&house, session, &own, &user) == OK);
	CHECK("by id", update(&house, session, &named, &user) == OK);
	CHECK("by the master", update(&house, masters, &named, &user) == OK);
	CHECK("another", update(&house, session, &nobody, &user) == ERR_NOT_ALLOWED);
	CHECK("nobody", update(&house, masters, &nobody, &user) == ERR_NO_ACCOUNT);
	house_close(&house);
}

static enum err search(struct house *house, const struct user_search *in,
                       struct users_found *ret_found)
{
	struct ctx ctx = house_member(house, master(house));

	return operation_run(&ctx, &user_search_op, in, ret_found);
}

TEST(a_search_finds_a_part_in_any_case_and_no_letter_means_more)
{
	static const char *const names[] = { "ann", "a_n", "a%n", "a!n", STREET };
	static const struct {
		const char *word;
		size_t found;
	} cases[] = {
		{ "", 5 },   { "a", 5 },       { "AN", 5 },      { "a_n", 1 },
		{ "_", 1 },  { "%", 1 },       { "!", 1 },       { "!_", 0 },
		{ "zz", 0 }, { "STRASSE", 1 }, { "example", 5 },
	};
	struct house house;

	house_open(&house, t, NULL);
	FOREACH(name, names)
		add_user(&house, *name);
	FOREACH(c, cases) {
		const struct user_search in = { 1, 10, str(c->word) };
		struct users_found found;
		CHECK(c->word, search(&house, &in, &found) == OK);
		CHECK(c->word, found.page.n == c->found && found.count == (int64_t)c->found);
	}
	house_close(&house);
}

TEST(pages_and_lists_of_users_have_bounds)
{
	static const struct {
		struct user_search in;
		enum err want;
	} cases[] = {
		{ { 0, 10, { 0 } }, ERR_OUT_OF_RANGE },
		{ { 1, 0, { 0 } }, ERR_OUT_OF_RANGE },
		{ { 1, USERS_MAX, { 0 } }, OK },
		{ { 1, USERS_MAX + 1, { 0 } }, ERR_OUT_OF_RANGE },
		{ { 1000000000, USERS_MAX, { 0 } }, OK },
		{ { 1000000001, 1, { 0 } }, ERR_OUT_OF_RANGE },
		{ { INT64_MAX, INT64_MAX, { 0 } }, ERR_OUT_OF_RANGE },
	};
	struct house house;
	struct str ids[USERS_MAX + 1];

	house_open(&house, t, NULL);
	FOREACH(c, cases) {
		struct users_found found;
		CHECK("page", search(&house, &c->in, &found) == c->want);
	}
	for (size_t i = 0; i < COUNT_OF(ids); i++)
		ids[i] = STR("000000000000000000000000");
	for (size_t n = USERS_MAX; n <= USERS_MAX + 1; n++) {
		struct ctx ctx = house_member(&house, master(&house));
		const struct users_named in = { { ids, n } };
		struct user_list list;
		CHECK("ids", operation_run(&ctx, &users_by_ids_op, &in, &list) ==
		                     (n > USERS_MAX ? ERR_OUT_OF_RANGE : OK));
	}
	house_close(&house);
}

TEST(the_master_removes_a_user_and_nobody_of_another_app)
{
	struct house house;
	struct nothing nothing;

	house_open(&house, t, NULL);
	struct user ann = add_user(&house, "ann");
	struct app own = house.app;
	const struct user_named in = { .id = ann.id };
	house.app = house_add_app(&house, "other", NULL);
	struct ctx ctx = house_member(&house, master_of(&house, SECRET("master-key-of-other"), OK));
	CHECK("elsewhere", operation_run(&ctx, &user_remove_op, &in, &nothing) == ERR_NO_ACCOUNT);
	house.app = own;
	ctx = house_member(&house, master(&house));
	CHECK("here", operation_run(&ctx, &user_remove_op, &in, &nothing) == OK);
	CHECK("with its fields", house_rows(&house, "account_field") == 0);
	CHECK("nobody", house_rows(&house, "account") == 0);
	ctx = house_member(&house, master(&house));
	CHECK("again", operation_run(&ctx, &user_remove_op, &in, &nothing) == ERR_NO_ACCOUNT);
	house_close(&house);
}

/* ---- faults ---- */

/* The store fails at every call in turn: there is all of a user, or nothing, and the answer says
 * which. */
TEST(a_registration_that_fails_leaves_nothing)
{
	bool failed = true;

	for (unsigned n = 1; failed && n < CALLS_MAX; n++) {
		const struct user_words words = { .email = STR("ann@example.org"),
			                          .first_name = STR("Ann") };
		struct house house;
		struct user user;
		house_open(&house, t, driver_faulty());
		house_set(&house, "activation", "mail");
		faulty_arm(n, ERR_STORE, FAULTY_ONCE);
		enum err err = add(&house, "ann", &words, &user);
		failed = faulty_heal() >= n;
		CHECK("told", err == (failed ? ERR_STORE : OK));
		CHECK("the account", house_rows(&house, "account") == (failed ? 0 : 1));
		CHECK("its field", house_rows(&house, "account_field") == (failed ? 0 : 1));
		CHECK("its mail", house_rows(&house, "outbox") == (failed ? 0 : 1));
		house_close(&house);
		CHECK("enough calls", failed || n > 4);
	}
	CHECK("it comes about at last", !failed);
}

TEST(a_change_or_a_completion_that_fails_changes_nothing)
{
	bool failed = true;

	for (unsigned n = 1; failed && n < CALLS_MAX; n++) {
		struct house house;
		struct user user;
		house_open(&house, t, driver_faulty());
		struct user guest = add_guest(&house);
		struct secret session = log_in(&house, guest.username, guest.password);
		const struct guest_complete in = { .username = STR("ann"),
			                           .new_password = PASSWORD,
			                           .words = { .first_name = STR("Ann") } };
		struct ctx ctx = house_member(&house, session);
		faulty_arm(n, ERR_STORE, FAULTY_ONCE);
		enum err err = operation_run(&ctx, &guest_complete_op, &in, &user);
		failed = faulty_heal() >= n;
		CHECK("told", err == (failed ? ERR_STORE : OK));
		CHECK("its field", house_rows(&house, "account_field") == (failed ? 0 : 1));
		CHECK("the session", house_session_lives(&house, session));
		CHECK("the name",
		      str_is(house_sql(&house, "SELECT count(*) FROM account WHERE guest = 1"),
		             failed ? "1" : "0"));
		house_close(&house);
	}
	CHECK("it comes about at last", !failed);
}
