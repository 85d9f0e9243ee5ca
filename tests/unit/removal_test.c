/* SPDX-License-Identifier: Apache-2.0 */
/* removal_test.c - a removed account is gone with all that was its own, and whatever was under way
 * for it ends as it would for a stranger. */
#include "house.h"
#include <string.h>

#define OLD SECRET("correct horse")
#define NEW SECRET("battery staple")
#define ANN "ann@example.org"
#define BOB "bob@example.org"

static void open_with_two(struct house *house, struct test *t)
{
	house_open(house, t, NULL);
	house_add(house, BOB, "bob", "correct horse");
	house_add(house, ANN, "ann", "correct horse");
}

/* Something of everything that an account can have. */
static void live(struct house *house, const char *email, const char *username)
{
	struct outbox_row row;
	struct letter letter;

	house_session(house, email, OLD);
	CHECK(email, !house_opens(house, email, NEW));
	house_mailed_token(house, OUTBOX_RECOVERY, email);
	house_mailed_token(house, OUTBOX_RECOVERY_NAMED, username);
	CHECK(email, house_ask(house, OUTBOX_RECOVERY_CODE, email) == OK);
	CHECK(email, house_next_mail(house, &row, &letter));
	CHECK(email, house_change(house, house_session(house, email, OLD), OLD, NEW) == OK);
	CHECK(email, house_ask(house, OUTBOX_RECOVERY, email) == OK);
}

TEST(a_removed_account_takes_with_it_all_that_was_its_own_and_nothing_else)
{
	static const struct {
		const char *name, *rows;
	} own[] = {
		{ "account", "account WHERE id = 2" },
		{ "sessions", "session WHERE account_id = 2" },
		{ "tokens", "token WHERE account_id = 2" },
		{ "notices", "outbox WHERE account_id = 2" },
		{ "what was typed", "outbox WHERE login IN ('ann@example.org', 'ann')" },
		{ "trail", "audit WHERE account_id = 2" },
	}, others[] = {
		{ "account", "account WHERE id = 1" },
		{ "sessions", "session WHERE account_id = 1" },
		{ "tokens", "token WHERE account_id = 1" },
		{ "mails", "outbox WHERE account_id = 1 OR login IN ('bob@example.org', 'bob')" },
		{ "trail", "audit WHERE account_id = 1 AND network <> ''" },
		{ "a stranger's mail", "outbox WHERE login = 'nobody@example.org'" },
	};
	struct house house;
	size_t before[COUNT_OF(others)];

	open_with_two(&house, t);
	live(&house, ANN, "ann");
	live(&house, BOB, "bob");
	CHECK("ask", house_ask(&house, OUTBOX_RECOVERY, "nobody@example.org") == OK);
	FOREACH(o, own)
		CHECK(o->name, house_rows(&house, o->rows) > 0);
	FOREACH(o, others) {
		before[o - others] = house_rows(&house, o->rows);
		CHECK(o->name, before[o - others] > 0);
	}
	size_t trail = house_rows(&house, "audit");
	size_t nobodys = house_rows(&house, "audit WHERE account_id = 0 AND network <> ''");

	CHECK("removed", house_remove(&house, ANN) == OK);
	FOREACH(o, own)
		CHECK(o->name, house_rows(&house, o->rows) == 0);
	FOREACH(o, others)
		CHECK(o->name, house_rows(&house, o->rows) == before[o - others]);
	CHECK("the trail lost no line and has one more", house_rows(&house, "audit") == trail + 1);
	CHECK("that says so", house_count_outcomes(&house, "account_remove", "removed") == 1);
	CHECK("and no network but the operator's",
	      house_rows(&house, "audit WHERE account_id = 0 AND network <> ''") == nobodys + 1);
	CHECK("twice", house_remove(&house, ANN) == ERR_NO_ACCOUNT);
	CHECK("a stranger from now on", !house_opens(&house, ANN, NEW));
	CHECK("the other lives", house_opens(&house, BOB, NEW));
	house_close(&house);
}

TEST(an_account_is_removed_by_its_address_or_its_username_in_its_app_alone)
{
	static const struct {
		const char *name, *login;
		enum err want;
	} cases[] = {
		{ "address", ANN, OK },
		{ "address in capitals", "ann@EXAMPLE.org", OK },
		{ "username", "ann", OK },
		{ "nobody's", "nobody", ERR_NO_ACCOUNT },
		{ "neither", "@", ERR_NO_ACCOUNT },
		{ "nothing", "", ERR_NO_ACCOUNT },
	};
	FOREACH(c, cases) {
		struct house house;
		struct nothing nothing;
		const struct account_remove in = { str(c->login) };
		open_with_two(&house, t);
		struct ctx elsewhere = house_operator(&house), client = house_client(&house);
		elsewhere.app = house_add_app(&house, "other", "en");
		CHECK(c->name, operation_run(&elsewhere, &account_remove_op, &in, &nothing) ==
		                       ERR_NO_ACCOUNT);
		CHECK(c->name,
		      operation_run(&client, &account_remove_op, &in, &nothing) == ERR_NOT_ALLOWED);
		CHECK(c->name, house_rows(&house, "account") == 2);
		CHECK(c->name, house_remove(&house, c->login) == c->want);
		CHECK(c->name, house_rows(&house, "account") == (c->want == OK ? 1 : 2));
		house_close(&house);
	}
}

TEST(a_mail_that_was_claimed_before_its_account_was_removed_is_not_sent)
{
	static const struct {
		const char *name;
		enum outbox_kind kind;
	} cases[] = {
		{ "recovery", OUTBOX_RECOVERY },
		{ "recovery by username", OUTBOX_RECOVERY_NAMED },
		{ "recovery by code", OUTBOX_RECOVERY_CODE },
		{ "made password", OUTBOX_MADE_PASSWORD },
		{ "notice", OUTBOX_PASSWORD_CHANGED },
	};
	FOREACH(c, cases) {
		struct house house;
		const struct nothing nothing = { 0 };
		struct outbox_list due;
		struct letter letter;
		open_with_two(&house, t);
		if (c->kind == OUTBOX_MADE_PASSWORD)
			house_confirm_made(&house, "ann");
		else if (c->kind == OUTBOX_PASSWORD_CHANGED)
			CHECK(c->name, house_change(&house, house_session(&house, ANN, OLD), OLD,
			                            NEW) == OK);
		else
			CHECK(c->name,
			      house_ask(&house, c->kind,
			                c->kind == OUTBOX_RECOVERY_NAMED ? "ann" : ANN) == OK);
		struct ctx ctx = house_server(&house);
		CHECK(c->name, operation_run(&ctx, &mail_claim_op, &nothing, &due) == OK);
		CHECK(c->name, due.n == 1 && due.items[0].kind == (int64_t)c->kind);
		CHECK(c->name, house_remove(&house, "ann") == OK);
		/* Another comes, and must not get what was the first one's. */
		house_add(&house, "eve@example.org", "eve", "correct horse");
		ctx = house_server(&house);
		CHECK(c->name, operation_run(&ctx, &mail_write_op, &due.items[0], &letter) == OK);
		CHECK(c->name, !letter.send);
		CHECK(c->name, house_rows(&house, "outbox WHERE login LIKE 'ann%'") == 0);
		CHECK(c->name, house_rows(&house, "token") == 0);
		house_close(&house);
	}
}

TEST(a_mail_that_is_on_its_way_when_its_account_is_removed_settles_nothing)
{
	static const enum mail_outcome outcomes[] = { MAIL_SENT, MAIL_TRANSIENT, MAIL_PERMANENT };

	FOREACH(outcome, outcomes) {
		struct house house;
		struct outbox_row row;
		struct letter letter;
		open_with_two(&house, t);
		house_confirm_made(&house, "ann");
		CHECK("made", house_next_mail(&house, &row, &letter) && letter.send);
		CHECK("removed", house_remove(&house, ANN) == OK);
		house_add(&house, "eve@example.org", "eve", "correct horse");
		size_t trail = house_rows(&house, "audit");
		CHECK("settled quietly", house_settle(&house, &row, *outcome) == OK);
		CHECK("no row comes back", house_rows(&house, "outbox WHERE account_id > 1") == 0);
		CHECK("no line either", house_rows(&house, "audit") == trail);
		CHECK("nobody has the made password",
		      !house_opens(&house, "eve", letter.secret) &&
		              !house_opens(&house, "bob", letter.secret));
		CHECK("nothing is due", !house_next_mail(&house, &row, &letter));
		house_close(&house);
	}
}

TEST(a_new_account_never_gets_the_number_of_a_removed_one)
{
	struct house house;

	open_with_two(&house, t);
	CHECK("the newest", house_account(&house, ANN).id == 2 && house_remove(&house, ANN) == OK);
	house_add(&house, ANN, "ann", "correct horse");
	CHECK("a number of its own", house_account(&house, ANN).id == 3);
	CHECK("an older one", house_remove(&house, BOB) == OK);
	CHECK("and the newest", house_remove(&house, ANN) == OK);
	house_add(&house, BOB, "bob", "correct horse");
	CHECK("a number of its own", house_account(&house, BOB).id == 4);
	house_close(&house);
}

/* What has read the account, and is hashing while it goes, must not touch another. */
TEST(what_was_read_of_a_removed_account_cannot_be_written_to_its_successor)
{
	struct house house;
	struct digest digest;
	struct token token;
	struct tx *tx = NULL;
	int64_t epoch = 0;

	open_with_two(&house, t);
	struct account before = house_account(&house, ANN);
	struct secret ann = house_mailed_token(&house, OUTBOX_RECOVERY, ANN);
	digest = digest_of(ann);
	CHECK("token", store_token_by_digest(house.service.store, t->arena, &digest, house.app.id,
	                                     &token) == OK);
	CHECK("removed", house_remove(&house, ANN) == OK);
	house_add(&house, ANN, "ann", "correct horse");
	struct secret next = house_mailed_token(&house, OUTBOX_RECOVERY, ANN);
	const struct new_password password = {
		.account_id = before.id, .epoch = before.epoch, .phc = STR("x"), .now = house.now
	};
	CHECK("begin", tx_begin(house.service.store, &tx) == OK);
	CHECK("password", store_account_set_password(tx, &password, &epoch) == ERR_RETRY);
	CHECK("token", store_token_consume(tx, &token, house.now) == ERR_NOT_FOUND);
	tx_rollback(&tx);
	CHECK("the old link is dead", house_reset(&house, ann, NEW) == ERR_TOKEN_INVALID);
	CHECK("the new one lives", house_reset(&house, next, NEW) == OK);
	house_close(&house);
}

/* ---- apps ---- */

static enum err remove_app(struct house *house, const char *name, bool with_accounts)
{
	struct ctx ctx = house_operator(house);
	const struct app_remove in = { str(name), with_accounts };
	struct nothing nothing;

	return operation_run(&ctx, &app_remove_op, &in, &nothing);
}

TEST(a_removed_app_takes_with_it_all_that_was_its_own_and_nothing_else)
{
	static const struct {
		const char *name, *rows;
	} own[] = {
		{ "app", "app WHERE id = 2" },
		{ "host", "app_host WHERE app_id = 2" },
		{ "alias", "app_alias WHERE app_id = 2" },
		{ "origin", "app_origin WHERE app_id = 2" },
		{ "way back", "app_return WHERE app_id = 2" },
		{ "messages", "message WHERE app_id = 2" },
		{ "templates", "mail_template WHERE app_id = 2" },
		{ "accounts", "account WHERE app_id = 2" },
		{ "sessions", "session WHERE account_id > 2" },
		{ "tokens", "token WHERE account_id > 2" },
		{ "mails", "outbox WHERE app_id = 2" },
		{ "persons in the trail", "audit WHERE app_id = 2 AND account_id <> 0" },
	}, others[] = {
		{ "app", "app WHERE id = 1" },
		{ "host", "app_host WHERE app_id = 1" },
		{ "messages", "message WHERE app_id = 1" },
		{ "accounts", "account WHERE app_id = 1" },
		{ "sessions", "session WHERE account_id < 3" },
		{ "tokens", "token WHERE account_id < 3" },
		{ "mails", "outbox WHERE app_id = 1" },
		{ "trail", "audit WHERE app_id = 1 AND network <> ''" },
	};
	struct house house;
	size_t before[COUNT_OF(others)];

	open_with_two(&house, t);
	live(&house, ANN, "ann");
	house_set(&house, "hosts", "demo.example.org");
	struct app demo = house.app;
	house.app = house_add_app(&house, "other", "en");
	house_add(&house, BOB, "bob", "correct horse");
	house_add(&house, ANN, "ann", "correct horse");
	live(&house, ANN, "ann");
	struct ctx ctx = house_operator(&house);
	const struct app_setting settings[] = { { STR("hosts"), STR("other.example.org") },
		                                { STR("origins"), STR("https://o.example") },
		                                { STR("return_urls"), STR("https://o.example/") } };
	const struct app_set set = { STR("other"), settings, 3 };
	struct app_changed changed;
	CHECK("names", operation_run(&ctx, &app_set_op, &set, &changed) == OK);
	FOREACH(o, own)
		CHECK(o->name, house_rows(&house, o->rows) > 0);
	FOREACH(o, others) {
		before[o - others] = house_rows(&house, o->rows);
		CHECK(o->name, before[o - others] > 0);
	}
	size_t trail = house_rows(&house, "audit");

	CHECK("not with accounts", remove_app(&house, "other", false) == ERR_APP_NOT_EMPTY);
	FOREACH(o, own)
		CHECK(o->name, house_rows(&house, o->rows) > 0);
	struct ctx client = house_client(&house);
	const struct app_remove in = { STR("other"), true };
	struct nothing nothing;
	CHECK("not by a client",
	      operation_run(&client, &app_remove_op, &in, &nothing) == ERR_NOT_ALLOWED);
	CHECK("removed", remove_app(&house, "other", true) == OK);
	FOREACH(o, own)
		CHECK(o->name, house_rows(&house, o->rows) == 0);
	FOREACH(o, others)
		CHECK(o->name, house_rows(&house, o->rows) == before[o - others]);
	CHECK("the trail lost no line and has one more", house_rows(&house, "audit") == trail + 1);
	CHECK("without networks but the operator's",
	      house_rows(&house, "audit WHERE app_id = 2 AND network <> ''") == 1);
	CHECK("that says so", house_count_outcomes(&house, "app_remove", "removed") == 1);
	CHECK("twice", remove_app(&house, "other", true) == ERR_NO_APP);
	house.app = demo;
	CHECK("the other app lives", house_opens(&house, ANN, NEW));
	house_close(&house);
}

TEST(no_number_of_a_removed_app_or_of_its_accounts_is_used_again)
{
	struct house house;

	house_open(&house, t, NULL);
	house_add(&house, BOB, "bob", "correct horse");
	struct app demo = house.app;
	house.app = house_add_app(&house, "other", "en");
	house_add(&house, ANN, "ann", "correct horse");
	int64_t app = house.app.id, account = house_account(&house, ANN).id;
	CHECK("removed", remove_app(&house, "other", true) == OK);
	CHECK("an empty one goes unasked", house_add_app(&house, "third", "en").id > app &&
	                                           remove_app(&house, "third", false) == OK);
	house.app = house_add_app(&house, "other", "en");
	house_add(&house, ANN, "ann", "correct horse");
	CHECK("app", house.app.id > app + 1);
	CHECK("account", house_account(&house, ANN).id > account);
	CHECK("its trail is its own", house_count_outcomes(&house, "app_remove", "removed") == 0);
	house.app = demo;
	house_close(&house);
}

TEST(what_is_under_way_for_a_removed_app_finds_nobody)
{
	struct house house;
	struct outbox_row row;
	struct letter letter;

	house_open(&house, t, NULL);
	struct app demo = house.app;
	house.app = house_add_app(&house, "other", "en");
	house_add(&house, ANN, "ann", "correct horse");
	struct secret session = house_session(&house, ANN, OLD);
	struct secret token = house_mailed_token(&house, OUTBOX_RECOVERY, ANN);
	CHECK("ask", house_ask(&house, OUTBOX_RECOVERY, ANN) == OK);
	CHECK("removed", remove_app(&house, "other", true) == OK);
	/* house.app is what a request knows that found its app before. */
	CHECK("no session", !house_session_lives(&house, session));
	CHECK("no token", house_reset(&house, token, NEW) == ERR_TOKEN_INVALID);
	CHECK("nobody", !house_opens(&house, ANN, OLD));
	CHECK("no mail", !house_next_mail(&house, &row, &letter));
	CHECK("a mail that cannot be queued", house_ask(&house, OUTBOX_RECOVERY, ANN) == ERR_BUSY);
	house.app = demo;
	house_close(&house);
}
