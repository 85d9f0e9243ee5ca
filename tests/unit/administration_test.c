/* SPDX-License-Identifier: Apache-2.0 */
/* administration_test.c - what an operator does to accounts, and what it does to what they hold. */
#include "account/administration.h"
#include "house.h"
#include <string.h>

#define OLD          SECRET("correct horse")
#define NEW          SECRET("battery staple")
#define ANN          "ann@example.org"
#define SALT_AND_TAG "c2FsdHNhbHRzYWx0c2FsdA$oTqevm7Mots+ZV8RWGoaOlSTX3noEb5GL9iPJaS0tjg"
#define PHC          "$argon2id$v=19$m=8,t=1,p=1$" SALT_AND_TAG

static void open_with_ann(struct house *house, struct test *t)
{
	house_open(house, t, NULL);
	house_add(house, ANN, "ann", "correct horse");
}

static enum err set_status(struct house *house, const char *login, enum account_status status)
{
	struct ctx ctx = house_operator(house);
	const struct account_status_set in = { str(login), status };
	struct account_view view;
	enum err err = operation_run(&ctx, &account_set_status_op, &in, &view);

	CHECK(login, err != OK || view.status == (int64_t)status);
	return err;
}

TEST(a_disabled_account_has_no_session_and_no_link_and_enabling_brings_none_back)
{
	struct house house;

	open_with_ann(&house, t);
	struct secret session = house_session(&house, ANN, OLD);
	struct secret token = house_mailed_token(&house, OUTBOX_RECOVERY, ANN);
	CHECK("before", house_session_lives(&house, session));
	CHECK("disable", set_status(&house, "ann", ACCOUNT_DISABLED) == OK);
	CHECK("trail", house_count_outcomes(&house, "account_set_status", "disabled") == 1);
	CHECK("session", !house_session_lives(&house, session));
	CHECK("log-in", !house_opens(&house, ANN, OLD));
	CHECK("link", house_reset(&house, token, NEW) == ERR_TOKEN_INVALID);

	int64_t epoch = house_account(&house, ANN).epoch;
	CHECK("again", set_status(&house, ANN, ACCOUNT_DISABLED) == OK);
	CHECK("nothing to do", house_account(&house, ANN).epoch == epoch);
	CHECK("trail", house_count_outcomes(&house, "account_set_status", "disabled") == 1);

	CHECK("enable", set_status(&house, ANN, ACCOUNT_ACTIVE) == OK);
	CHECK("trail", house_count_outcomes(&house, "account_set_status", "enabled") == 1);
	CHECK("session", !house_session_lives(&house, session));
	CHECK("link", house_reset(&house, token, NEW) == ERR_TOKEN_INVALID);
	CHECK("log-in", house_opens(&house, ANN, OLD));
	CHECK("nobody", set_status(&house, "bob", ACCOUNT_DISABLED) == ERR_NO_ACCOUNT);
	house_close(&house);
}

TEST(accounts_are_the_operators_to_change_and_nobody_elses)
{
	static const struct {
		const char *name;
		const struct operation *operation;
	} operations[] = {
		{ "show", &account_show_op },       { "list", &account_list_op },
		{ "set", &account_set_op },         { "status", &account_set_status_op },
		{ "recover", &account_recover_op }, { "export", &account_export_op },
		{ "import", &account_import_op },
	};
	struct house house;
	long in[32] = { 0 }, out[32];

	open_with_ann(&house, t);
	FOREACH(c, operations) {
		struct ctx ctx = house_client(&house);
		CHECK(c->name,
		      c->operation->in_size <= sizeof(in) && c->operation->out_size <= sizeof(out));
		CHECK(c->name, operation_run(&ctx, c->operation, in, out) == ERR_NOT_ALLOWED);
	}
	house_close(&house);
}

TEST(a_username_is_changed_taken_away_and_refused)
{
	static const struct {
		const char *name, *login, *username;
		enum err want;
		const char *after; /* of ann's; NULL: none */
	} cases[] = {
		{ "another", "ann", "Ann.Lee", OK, "Ann.Lee" },
		{ "by the new one, in its own case", "ANN.LEE", "ann.lee", OK, "ann.lee" },
		{ "taken", ANN, "BOB", ERR_USERNAME_TAKEN, "ann.lee" },
		{ "no name", ANN, "a\nb", ERR_BAD_USERNAME, "ann.lee" },
		{ "none", ANN, "", OK, NULL },
		{ "none again", ANN, "", OK, NULL },
		{ "nobody's any more", "ann", "x", ERR_NO_ACCOUNT, NULL },
	};
	struct house house;

	open_with_ann(&house, t);
	house_add(&house, "bob@example.org", "bob", "correct horse");
	struct secret session = house_session(&house, ANN, OLD);
	FOREACH(c, cases) {
		struct ctx ctx = house_operator(&house);
		const struct account_set in = { str(c->login), str(c->username), STR_NONE };
		struct account_view view;
		CHECK(c->name, operation_run(&ctx, &account_set_op, &in, &view) == c->want);
		struct account account = house_account(&house, ANN);
		CHECK(c->name,
		      c->after ? str_is(account.username, c->after) : account.username.ptr == NULL);
	}
	CHECK("sessions live on", house_session_lives(&house, session));
	CHECK("trail", house_count_outcomes(&house, "account_set", "username changed") == 4);
	house_close(&house);
}

TEST(another_address_is_told_to_both_and_ends_what_the_old_one_had)
{
	static const struct {
		const char *name, *email;
		enum err want;
	} refused[] = {
		{ "taken", "BOB@example.org", ERR_EMAIL_TAKEN },
		{ "no address", "ann", ERR_BAD_EMAIL },
		{ "empty", "", ERR_BAD_EMAIL },
		{ "the one it has", "ANN@example.org", OK },
	};
	struct house house;
	struct outbox_row row;
	struct letter letter;
	struct account_view view;

	open_with_ann(&house, t);
	house_add(&house, "bob@example.org", "bob", "correct horse");
	struct secret session = house_session(&house, ANN, OLD);
	struct secret token = house_mailed_token(&house, OUTBOX_RECOVERY, ANN);
	size_t mails = house_rows(&house, "outbox");
	struct ctx ctx = house_operator(&house);
	FOREACH(c, refused) {
		const struct account_set in = { STR("ann"), STR_NONE, str(c->email) };
		CHECK(c->name, operation_run(&ctx, &account_set_op, &in, &view) == c->want);
		CHECK(c->name, house_session_lives(&house, session));
		CHECK(c->name, house_rows(&house, "outbox") == mails);
	}
	const struct account_set half = { STR("ann"), STR("bob"), STR("new@example.org") };
	CHECK("half", operation_run(&ctx, &account_set_op, &half, &view) == ERR_USERNAME_TAKEN);

	const struct account_set in = { STR("ann"), STR_NONE, STR("New@example.org") };
	CHECK("set", operation_run(&ctx, &account_set_op, &in, &view) == OK);
	CHECK("set", str_is(view.email, "New@example.org"));
	CHECK("trail", house_count_outcomes(&house, "account_set", "address changed") == 1);
	CHECK("session", !house_session_lives(&house, session));
	CHECK("link", house_reset(&house, token, NEW) == ERR_TOKEN_INVALID);
	CHECK("log-in",
	      house_opens(&house, "new@example.org", OLD) && !house_opens(&house, ANN, OLD));
	bool told_old = false, told_new = false;
	while (house_next_mail(&house, &row, &letter)) {
		CHECK("notice", letter.send && letter.kind == LETTER_EMAIL_MOVED);
		CHECK("nothing to undo it by", !letter.link.ptr);
		told_old = told_old || str_is(letter.to, ANN);
		told_new = told_new || str_is(letter.to, "New@example.org");
		CHECK("sent", house_settle(&house, &row, MAIL_SENT) == OK);
	}
	CHECK("both", told_old && told_new);
	house_close(&house);
}

TEST(a_recovery_by_the_operator_is_the_owners_and_is_audited)
{
	struct house house;
	struct outbox_row row;
	struct letter letter;
	struct account_recovery recovery;
	const struct account_named ann = { STR("ann") };

	open_with_ann(&house, t);
	struct ctx ctx = house_operator(&house);
	CHECK("recover", operation_run(&ctx, &account_recover_op, &ann, &recovery) == OK);
	CHECK("mailed", !recovery.refusal && str_is(recovery.email, ANN));
	CHECK("trail", house_count_outcomes(&house, "account_recover", "done") == 1);
	CHECK("mail", house_next_mail(&house, &row, &letter) && letter.send);
	CHECK("mail", row.kind == OUTBOX_RECOVERY && str_is(letter.to, ANN));
	CHECK("mail", str_equal(letter.reference, recovery.reference));
	struct secret token = house_link_token(&house, &letter);
	CHECK("sent", house_settle(&house, &row, MAIL_SENT) == OK);
	CHECK("the old one works until then", house_opens(&house, ANN, OLD));
	CHECK("reset", house_reset(&house, token, NEW) == OK && house_opens(&house, ANN, NEW));

	size_t mails = house_rows(&house, "outbox");
	CHECK("disable", set_status(&house, ANN, ACCOUNT_DISABLED) == OK);
	CHECK("disabled", operation_run(&ctx, &account_recover_op, &ann, &recovery) == OK);
	CHECK("disabled", recovery.refusal && strstr(recovery.refusal, "disabled"));
	CHECK("disabled", house_rows(&house, "outbox") == mails);
	house_close(&house);
}

TEST(a_list_is_read_page_by_page_and_of_one_app)
{
	struct house house;
	struct account_page page = { 0, 2 };
	struct account_view_list list;
	size_t n = 0;

	house_open(&house, t, NULL);
	for (int i = 0; i < 5; i++) {
		struct str email;
		CHECK("text", arena_printf(t->arena, &email, "a%d@example.org", i) == OK);
		house_add(&house, email.ptr, NULL, "correct horse");
	}
	struct ctx ctx = house_operator(&house);
	do {
		CHECK("page", operation_run(&ctx, &account_list_op, &page, &list) == OK);
		for (size_t i = 0; i < list.n; i++, n++) {
			CHECK("order", list.items[i].email.ptr[1] == (char)('0' + n));
			CHECK("no hash, but whether there is one", list.items[i].has_password);
			page.after = list.items[i].number;
		}
	} while (list.n == 2);
	CHECK("all", n == 5);

	ctx.app = house_add_app(&house, "other", "en");
	page.after = 0;
	CHECK("another app", operation_run(&ctx, &account_list_op, &page, &list) == OK);
	CHECK("another app", list.n == 0);
	house_close(&house);
}

/* ---- from house to house ---- */

static struct import_fate *import(struct house *house, struct ctx *ctx,
                                  const struct account_record *items, size_t n)
{
	const struct account_import in = { .items = items, .n = n };
	struct account_import_fates fates;

	*ctx = house_operator(house);
	CHECK("import", operation_run(ctx, &account_import_op, &in, &fates) == OK);
	return fates.items;
}

#define RECORD(...) ((struct account_record){ __VA_ARGS__ })

TEST(an_import_tells_added_existing_and_refused_records_apart)
{
	const struct {
		const char *name;
		struct account_record record;
		enum import_outcome want;
		const char *why;
	} cases[] = {
		{ "an address", RECORD(.email = STR("b@example.org")), IMPORT_ADDED, NULL },
		{ "the same once more", RECORD(.email = STR("B@EXAMPLE.org")), IMPORT_EXISTING,
		  NULL },
		{ "a username", RECORD(.username = STR("carol")), IMPORT_ADDED, NULL },
		{ "the same once more", RECORD(.username = STR("carol")), IMPORT_EXISTING, NULL },
		{ "all of it",
		  RECORD(.id = STR("0123456789abcdef01234567"), .email = STR("d@example.org"),
		         .username = STR("dave"), .status = STR("disabled"),
		         .created_at = STR("2020-01-02"), .password_hash = STR(PHC),
		         .name = STR("Dave"), .locale = STR("fr")),
		  IMPORT_ADDED, NULL },
		{ "an account that was here before",
		  RECORD(.email = STR(ANN), .username = STR("ann"), .password_hash = STR(PHC)),
		  IMPORT_EXISTING, NULL },
		{ "another username", RECORD(.email = STR(ANN), .username = STR("anna")),
		  IMPORT_REFUSED, "with another username" },
		{ "a username of another's",
		  RECORD(.email = STR("e@example.org"), .username = STR("ann")), IMPORT_REFUSED,
		  "username is another account's" },
		{ "an id of another's",
		  RECORD(.id = STR("0123456789abcdef01234567"), .email = STR("f@example.org")),
		  IMPORT_REFUSED, "id is another account's" },
		{ "no id", RECORD(.id = STR("7"), .email = STR("g@example.org")), IMPORT_REFUSED,
		  "24 hex digits" },
		{ "no status", RECORD(.email = STR("g@example.org"), .status = STR("on")),
		  IMPORT_REFUSED, "none of active, disabled and inactive" },
		{ "no date", RECORD(.email = STR("g@example.org"), .created_at = STR("now")),
		  IMPORT_REFUSED, "created_at" },
		{ "another scheme",
		  RECORD(.email = STR("g@example.org"),
		         .password_hash = STR("$2b$12$abcdefghijklmnopqrstuv")),
		  IMPORT_REFUSED, "begins as one" },
		{ "a costly hash",
		  RECORD(.email = STR("g@example.org"),
		         .password_hash = STR("$argon2id$v=19$m=1048576,t=5,p=1$" SALT_AND_TAG)),
		  IMPORT_REFUSED, "more time or memory" },
		{ "no hash", RECORD(.email = STR("g@example.org"), .password_hash = STR("secret")),
		  IMPORT_REFUSED, "no kind that is known" },
		{ "no language", RECORD(.email = STR("g@example.org"), .locale = STR("f")),
		  IMPORT_REFUSED, "language" },
		{ "nobody", RECORD(.status = STR("active")), IMPORT_REFUSED, "neither an email" },
		{ "no address", RECORD(.email = STR("ann")), IMPORT_REFUSED, "no e-mail address" },
		{ "no name", RECORD(.username = STR("a\x1b")), IMPORT_REFUSED, "be a username" },
	};
	struct account_record records[COUNT_OF(cases)];
	struct house house;
	struct ctx ctx;

	open_with_ann(&house, t);
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		records[i] = cases[i].record;
	const struct import_fate *fates = import(&house, &ctx, records, COUNT_OF(cases));
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		CHECK(cases[i].name, fates[i].outcome == cases[i].want);
		CHECK(cases[i].name, !cases[i].why || strstr(fates[i].why, cases[i].why));
	}
	CHECK("rows", house_rows(&house, "account") == 4);
	CHECK("trail", house_count_outcomes(&house, "account_import", "done") == 3);
	CHECK("nobody is mailed", house_rows(&house, "outbox") == 0);
	CHECK("what was there stays", house_opens(&house, ANN, OLD));

	struct account dave = house_account(&house, "d@example.org");
	CHECK("dave", str_is(dave.public_id, "0123456789abcdef01234567"));
	CHECK("dave", str_is(dave.username, "dave") && str_is(dave.phc, PHC));
	CHECK("dave", str_is(dave.name, "Dave") && str_is(dave.locale, "fr"));
	CHECK("dave", dave.status == ACCOUNT_DISABLED && dave.created_at == 1577923200);
	house_close(&house);
}

/* The same records, judged and then done. */
TEST(a_dry_run_tells_records_of_one_name_apart_by_their_ids_as_the_run_does)
{
	const struct account_record records[] = {
		RECORD(.id = STR("0123456789abcdef01234567"), .email = STR("b@example.org")),
		RECORD(.id = STR("0123456789abcdef01234567"), .email = STR("b@example.org")),
		RECORD(.id = STR("0123456789abcdef01234568"), .email = STR("b@example.org")),
		RECORD(.email = STR("b@example.org")),
		RECORD(.username = STR("carol")),
		RECORD(.username = STR("carol"), .id = STR("0123456789abcdef01234569")),
		RECORD(.username = STR("carol")),
	};
	static const enum import_outcome want[] = {
		IMPORT_ADDED, IMPORT_EXISTING, IMPORT_REFUSED,  IMPORT_EXISTING,
		IMPORT_ADDED, IMPORT_REFUSED,  IMPORT_EXISTING,
	};
	struct account_import in = { .items = records, .n = COUNT_OF(records) };
	struct account_import_fates dry;
	struct house house;
	struct ctx ctx;

	open_with_ann(&house, t);
	in.seen = import_seen_new();
	ctx = house_operator(&house);
	CHECK("dry run", in.seen && operation_run(&ctx, &account_import_op, &in, &dry) == OK);
	import_seen_free(in.seen);
	CHECK("nothing is written", house_rows(&house, "account") == 1);
	const struct import_fate *fates = import(&house, &ctx, records, COUNT_OF(records));
	for (size_t i = 0; i < COUNT_OF(records); i++) {
		CHECK("dry run", dry.items[i].outcome == want[i]);
		CHECK("run", fates[i].outcome == want[i]);
	}
	house_close(&house);
}

TEST(what_is_exported_can_be_imported_into_another_app_and_opens_there)
{
	struct account_export export = { .page = { 0, ACCOUNT_PAGE_MAX } };
	struct account_record_list bare, whole;
	struct house house;
	struct ctx into;

	open_with_ann(&house, t);
	struct ctx ctx = house_operator(&house);
	CHECK("bare", operation_run(&ctx, &account_export_op, &export, &bare) == OK);
	CHECK("bare", bare.n == 1 && !bare.items[0].password_hash.ptr);
	CHECK("trail", house_count_outcomes(&house, "account_export", "without hashes") == 1);
	export.with_hashes = true;
	CHECK("whole", operation_run(&ctx, &account_export_op, &export, &whole) == OK);
	CHECK("whole", whole.n == 1 && str_starts(whole.items[0].password_hash, "$argon2id$"));
	CHECK("trail", house_count_outcomes(&house, "account_export", "with hashes") == 1);
	export.page.after = whole.last;
	CHECK("the end", operation_run(&ctx, &account_export_op, &export, &bare) == OK);
	CHECK("the end", bare.n == 0);
	CHECK("one export", house_count_outcomes(&house, "account_export", "with hashes") == 1);

	house.app = house_add_app(&house, "other", "en");
	CHECK("before", !house_opens(&house, ANN, OLD));
	const struct import_fate *fates = import(&house, &into, whole.items, whole.n);
	CHECK("import", fates[0].outcome == IMPORT_ADDED);
	CHECK("after", house_opens(&house, ANN, OLD));
	house_close(&house);
}

/* What a record says of an address, by way of another house. */
TEST(an_address_is_as_verified_as_it_was)
{
	const struct {
		const char *name;
		struct account_record record;
		bool want;
	} cases[] = {
		{ "not said", RECORD(.email = STR("b@example.org")), true },
		{ "true", RECORD(.email = STR("c@example.org"), .email_verified = STR("true")),
		  true },
		{ "false", RECORD(.email = STR("d@example.org"), .email_verified = STR("false")),
		  false },
	};
	const struct account_export export = { .page = { 0, ACCOUNT_PAGE_MAX } };
	struct account_record records[COUNT_OF(cases)];
	struct account_record_list list;
	struct house house;
	struct ctx ctx;

	house_open(&house, t, NULL);
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		records[i] = cases[i].record;
	import(&house, &ctx, records, COUNT_OF(cases));
	CHECK("export", operation_run(&ctx, &account_export_op, &export, &list) == OK);
	CHECK("all", list.n == COUNT_OF(cases));
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct account account = house_account(&house, cases[i].record.email.ptr);
		CHECK(cases[i].name, (account.email_verified_at != 0) == cases[i].want);
		CHECK(cases[i].name,
		      str_is(list.items[i].email_verified, cases[i].want ? "true" : "false"));
	}
	house_close(&house);
}

/* Over there it would be one for good. */
TEST(the_hash_of_a_password_that_ends_does_not_leave)
{
	const struct account_export export = { .page = { 0, ACCOUNT_PAGE_MAX },
		                               .with_hashes = true };
	struct account_record_list list;
	struct house house;

	open_with_ann(&house, t);
	house_sql(&house, "UPDATE account SET password_expires_at = 9999999999");
	struct ctx ctx = house_operator(&house);
	CHECK("export", operation_run(&ctx, &account_export_op, &export, &list) == OK);
	CHECK("no hash", list.n == 1 && !list.items[0].password_hash.ptr);
	house_close(&house);
}
