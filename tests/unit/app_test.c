/* SPDX-License-Identifier: Apache-2.0 */
/* app_test.c - apps, their settings, their links and their texts. */
#include "house.h"
#include <string.h>

#define ANN "ann@example.org"

TEST(an_app_takes_the_settings_it_has_and_no_others)
{
	static const struct {
		const char *name, *key, *value;
		bool good;
	} cases[] = {
		{ "conceal", "conceal_accounts", "yes", true },
		{ "conceal not", "conceal_accounts", "no", true },
		{ "conceal perhaps", "conceal_accounts", "1", false },
		{ "conceal empty", "conceal_accounts", "", false },
		{ "status of errors 500", "standard_error_status", "500", true },
		{ "status of errors 400", "standard_error_status", "400", true },
		{ "status of errors 200", "standard_error_status", "200", false },
		{ "recovery by form", "recovery", "form", true },
		{ "recovery generated", "recovery", "generated", true },
		{ "recovery by pigeon", "recovery", "pigeon", false },
		{ "disabled", "status", "disabled", true },
		{ "active", "status", "active", true },
		{ "case of a choice", "status", "Active", false },
		{ "French", "language", "fr", true },
		{ "English", "language", "en", true },
		{ "German is not spoken", "language", "de", false },
		{ "no language", "language", "", false },
		{ "https", "public_url", "https://id.example.org", true },
		{ "http", "public_url", "http://127.0.0.1:8080", true },
		{ "a slash at the end", "public_url", "https://id.example.org/", true },
		{ "a path", "reset_url", "https://app.example.org/reset?x=1", true },
		{ "unset", "public_url", "", true },
		{ "no scheme", "public_url", "id.example.org", false },
		{ "javascript", "reset_url", "javascript:alert(1)", false },
		{ "data", "reset_url", "data:text/html,x", false },
		{ "two slashes", "reset_url", "//evil.example.org", false },
		{ "scheme in capitals", "reset_url", "HTTPS://app.example.org", false },
		{ "line end", "reset_url", "https://a.example.org/\r\nBcc: eve@x.org", false },
		{ "space", "reset_url", "https://a.example.org/ x", false },
		{ "quote", "reset_url", "https://a.example.org/\"x", false },
		{ "markup", "reset_url", "https://a.example.org/<script>", false },
		{ "fragment", "reset_url", "https://a.example.org/#x", false },
		{ "sender", "sender", "Ann & \xc3\x89va <Co>", true },
		{ "sender with a line end", "sender", "Ann\r\nBcc: eve@x.org", false },
		{ "sender that is too long", "sender",
		  "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", false },
		{ "unknown", "name", "x", false },
		{ "unknown and empty", "", "", false },
		{ "case of a key", "Status", "active", false },
	};
	struct house house;

	house_open(&house, t, NULL);
	FOREACH(c, cases) {
		struct ctx ctx = house_operator(&house);
		const struct app_setting settings[] = { { STR("sender"), STR("before") },
			                                { str(c->key), str(c->value) } };
		const struct app_set in = { STR("demo"), settings, 2 };
		struct app app;
		house_set(&house, "sender", "untouched");
		CHECK(c->name, operation_run(&ctx, &app_set_op, &in, &app) ==
		                       (c->good ? OK : ERR_BAD_SETTING));
		house_set(&house, "status", "active");
		CHECK(c->name, c->good || str_is(house.app.sender, "untouched"));
	}
	house_close(&house);
}

TEST(every_setting_of_the_help_is_one)
{
	struct house house;

	house_open(&house, t, NULL);
	for (const struct app_setting_row *row = app_setting_rows; row->key; row++) {
		static const char *const values[] = { "yes",    "400", "form",
			                              "active", "en",  "https://x.org" };
		int taken = 0;
		FOREACH(value, values) {
			struct ctx ctx = house_operator(&house);
			const struct app_setting setting = { str(row->key), str(*value) };
			const struct app_set in = { STR("demo"), &setting, 1 };
			struct app app;
			taken += operation_run(&ctx, &app_set_op, &in, &app) == OK;
		}
		CHECK(row->key, taken > 0 && strlen(row->takes) > 5);
	}
	house_close(&house);
}

TEST(a_new_app_has_a_name_that_can_stand_in_a_path)
{
	static const struct {
		const char *name, *app, *alias, *host, *language;
		enum err want;
	} cases[] = {
		{ "plain", "one", NULL, NULL, NULL, OK },
		{ "all", "two", "Zwei_2", "Two.example.org", "fr", OK },
		{ "taken", "one", NULL, NULL, NULL, ERR_APP_EXISTS },
		{ "taken in another case", "ONE", NULL, NULL, NULL, ERR_APP_EXISTS },
		{ "an alias that is taken", "three", "zwei_2", NULL, NULL, ERR_APP_EXISTS },
		{ "a name that is an alias", "zwei_2", NULL, NULL, NULL, ERR_APP_EXISTS },
		{ "a host that is taken", "three", NULL, "two.EXAMPLE.org", NULL, ERR_APP_EXISTS },
		{ "nothing was kept", "three", NULL, NULL, NULL, OK },
		{ "empty", "", NULL, NULL, NULL, ERR_BAD_SETTING },
		{ "slash", "a/b", NULL, NULL, NULL, ERR_BAD_SETTING },
		{ "space", "a b", NULL, NULL, NULL, ERR_BAD_SETTING },
		{ "dot", "..", NULL, NULL, NULL, ERR_BAD_SETTING },
		{ "markup", "<b>", NULL, NULL, NULL, ERR_BAD_SETTING },
		{ "a bad alias", "four", "a/b", NULL, NULL, ERR_BAD_SETTING },
		{ "a bad host", "four", NULL, "a/b", NULL, ERR_BAD_SETTING },
		{ "German is not spoken", "four", NULL, NULL, "de", ERR_BAD_SETTING },
	};
	struct house house;

	house_open(&house, t, NULL);
	FOREACH(c, cases) {
		struct ctx ctx = house_operator(&house);
		const struct app_add in = { .name = str(c->app),
			                    .aliases = { str(c->alias) },
			                    .hosts = { str(c->host) },
			                    .language = str(c->language) };
		struct app_added added;
		CHECK(c->name, operation_run(&ctx, &app_add_op, &in, &added) == c->want);
		CHECK(c->name,
		      c->want != OK || (added.public_id.len == 24 &&
		                        added.client_key.len == APP_KEY_LETTERS &&
		                        added.master_key.len == APP_KEY_LETTERS &&
		                        !secret_equal(added.client_key, added.master_key)));
	}
	house_close(&house);
}

TEST(a_request_finds_its_app_by_id_by_name_by_host_or_because_it_is_alone)
{
	static const struct {
		const char *name;
		const char *public_id, *alias, *host;
		bool several;
		const char *want; /* NULL: ERR_NO_APP */
	} cases[] = {
		{ "alone", NULL, NULL, NULL, false, "demo" },
		{ "alone, unknown host", NULL, NULL, "x.example.org", false, "demo" },
		{ "alone, wrong name", NULL, "x", NULL, false, NULL },
		{ "alone, wrong id", "x", NULL, NULL, false, NULL },
		{ "by name", NULL, "other", NULL, true, "other" },
		{ "by name, in capitals", NULL, "OTHER", NULL, true, "other" },
		{ "by an empty name", NULL, "", NULL, true, NULL },
		{ "by host", NULL, NULL, "other.example.org", true, "other" },
		{ "by host, in capitals", NULL, NULL, "OTHER.Example.org", true, "other" },
		{ "name before host", NULL, "demo", "other.example.org", true, "demo" },
		{ "a wrong id is not mended by the rest", "x", "demo", "other.example.org", true,
		  NULL },
		{ "several, nobody is meant", NULL, NULL, NULL, true, NULL },
	};
	struct house house;

	house_open(&house, t, NULL);
	FOREACH(c, cases) {
		struct ctx ctx = house_operator(&house);
		const struct app_hints hints = { str(c->public_id), str(c->alias), str(c->host) };
		const struct app_add other = { .name = STR("other"),
			                       .hosts = { STR("other.example.org") } };
		struct app_added added;
		struct app app;
		if (c->several) /* the first time; then it is there */
			CHECK(c->name,
			      operation_run(&ctx, &app_add_op, &other, &added) != ERR_STORE);
		ctx = house_client(&house);
		CHECK(c->name, operation_run(&ctx, &app_find_op, &hints, &app) ==
		                       (c->want ? OK : ERR_NO_APP));
		CHECK(c->name, str_is(app.name, c->want ? c->want : ""));
	}
	struct ctx ctx = house_client(&house);
	const struct app_hints by_id = { .public_id = house.app.public_id, .alias = STR("other") };
	struct app app;
	CHECK("by id",
	      operation_run(&ctx, &app_find_op, &by_id, &app) == OK && str_is(app.name, "demo"));
	house.service.policy.default_app = STR("other");
	const struct app_hints none = { .host = STR("x.example.org") };
	CHECK("the default one",
	      operation_run(&ctx, &app_find_op, &none, &app) == OK && str_is(app.name, "other"));
	house_close(&house);
}

TEST(a_link_leads_to_the_page_that_the_operator_named)
{
	static const struct {
		const char *name, *public_url, *reset_url;
		bool several;
		enum outbox_kind mail;
		const char *want;
	} cases[] = {
		{ "the only app", "", "", false, OUTBOX_RECOVERY,
		  "https://id.example.org/password-reset?token=" },
		{ "its own address", "https://demo.example.org/", "", false, OUTBOX_RECOVERY,
		  "https://demo.example.org/password-reset?token=" },
		{ "its own page", "", "https://demo.example.org/reset", false, OUTBOX_RECOVERY,
		  "https://demo.example.org/reset?token=" },
		{ "its own page, with a query", "", "https://demo.example.org/reset?a=b", false,
		  OUTBOX_RECOVERY, "https://demo.example.org/reset?a=b&token=" },
		{ "a confirmation is always ours", "", "https://demo.example.org/reset", false,
		  OUTBOX_RECOVERY_NAMED, "https://id.example.org/password-reset?token=" },
		{ "one of several", "", "", true, OUTBOX_RECOVERY,
		  "https://id.example.org/api:demo/password-reset?token=" },
	};
	struct house house;

	FOREACH(c, cases) {
		struct outbox_row row;
		struct letter letter;
		house_open(&house, t, NULL);
		house_add(&house, ANN, "ann", "correct horse");
		house_set(&house, "public_url", c->public_url);
		house_set(&house, "reset_url", c->reset_url);
		if (c->several)
			house_add_app(&house, "other", "en");
		CHECK(c->name,
		      house_ask(&house, c->mail, c->mail == OUTBOX_RECOVERY ? ANN : "ann") == OK);
		CHECK(c->name, house_next_mail(&house, &row, &letter));
		CHECK(c->name, str_starts(letter.link, c->want));
		CHECK(c->name, letter.link.len == strlen(c->want) + 43);
		house_close(&house);
	}
}

TEST(messages_are_shipped_in_the_language_of_the_app_and_edited_one_by_one)
{
	struct house house;
	struct message_list english, french;
	struct message message;
	const struct nothing nothing = { 0 };

	house_open(&house, t, NULL);
	struct ctx ctx = house_operator(&house), other = ctx;
	CHECK("English", operation_run(&ctx, &message_list_op, &nothing, &english) == OK);
	other.app = house_add_app(&house, "autre", "fr");
	CHECK("French", operation_run(&other, &message_list_op, &nothing, &french) == OK);
	CHECK("as many", english.n == french.n && english.n > 10);
	for (size_t i = 0; i < english.n; i++) {
		const char *name = english.items[i].internal_name.ptr;
		CHECK(name, str_is(french.items[i].internal_name, name));
		CHECK(name, str_equal(french.items[i].type, english.items[i].type));
		CHECK(name, str_equal(french.items[i].input, english.items[i].input));
		CHECK(name, !str_equal(french.items[i].message, english.items[i].message));
	}
	const struct message text = { .internal_name = STR("password_updated"),
		                      .message = STR("Done <b>!</b>") };
	CHECK("edit", operation_run(&ctx, &message_set_op, &text, &message) == OK);
	CHECK("the rest stays", str_is(message.type, "success") && str_is(message.input, ""));
	const struct message_named named = { STR("password_updated") };
	CHECK("found", operation_run(&ctx, &message_find_op, &named, &message) == OK &&
	                       str_is(message.message, "Done <b>!</b>"));
	CHECK("the other app's stays",
	      operation_run(&other, &message_find_op, &named, &message) == OK &&
	              !str_is(message.message, "Done <b>!</b>"));
	house_close(&house);
}

TEST(a_message_that_does_not_fit_is_refused)
{
	char big[MESSAGE_TEXT_MAX + 2];
	struct house house;

	memset(big, 'x', sizeof(big));
	const struct {
		const char *name;
		struct message in;
		enum err want;
	} cases[] = {
		{ "unknown", { STR("mine"), STR("text"), STR_NONE, STR_NONE }, ERR_NOT_FOUND },
		{ "empty text", { STR("email_empty"), STR(""), STR_NONE, STR_NONE }, OK },
		{ "no name", { STR(""), STR("text"), STR_NONE, STR_NONE }, ERR_NOT_FOUND },
		{ "as long as may be",
		  { STR("email_empty"), { big, MESSAGE_TEXT_MAX }, STR_NONE, STR_NONE },
		  OK },
		{ "too long",
		  { STR("email_empty"), { big, MESSAGE_TEXT_MAX + 1 }, STR_NONE, STR_NONE },
		  ERR_BAD_SETTING },
		{ "a long type",
		  { STR("email_empty"), STR_NONE, { big, MESSAGE_TEXT_MAX + 1 }, STR_NONE },
		  ERR_BAD_SETTING },
		{ "not UTF-8",
		  { STR("email_empty"), STR("\xff"), STR_NONE, STR_NONE },
		  ERR_BAD_SETTING },
		{ "NUL", { STR("email_empty"), STR("a\0b"), STR_NONE, STR_NONE }, ERR_BAD_SETTING },
	};
	house_open(&house, t, NULL);
	FOREACH(c, cases) {
		struct ctx ctx = house_operator(&house);
		struct message message;
		CHECK(c->name, operation_run(&ctx, &message_set_op, &c->in, &message) == c->want);
	}
	struct ctx ctx = house_operator(&house);
	const struct mail_template unknown = { .email_name = STR("mine"), .subject = STR("x") };
	const struct mail_template bad = { .email_name = STR("reset_password"),
		                           .sender = STR("a@x.org\r\nBcc: b@x.org") };
	struct mail_template template;
	CHECK("a template of a new name",
	      operation_run(&ctx, &mail_template_set_op, &unknown, &template) == ERR_NOT_FOUND);
	CHECK("a sender that is none",
	      operation_run(&ctx, &mail_template_set_op, &bad, &template) == ERR_BAD_EMAIL);
	house_close(&house);
}

TEST(the_untouched_messages_of_an_app_follow_its_language)
{
	struct house house;
	struct message message;

	house_open(&house, t, NULL);
	struct ctx ctx = house_operator(&house);
	const struct message edited = { .internal_name = STR("email_empty"),
		                        .message = STR("Your address, please.") };
	const struct message_named untouched = { STR("password_updated") };
	const struct message_named mine = { edited.internal_name };
	CHECK("edit", operation_run(&ctx, &message_set_op, &edited, &message) == OK);
	house_set(&house, "language", "fr");
	CHECK("untouched", operation_run(&ctx, &message_find_op, &untouched, &message) == OK &&
	                           str_starts(message.message, "Votre mot de passe"));
	CHECK("edited", operation_run(&ctx, &message_find_op, &mine, &message) == OK &&
	                        str_equal(message.message, edited.message));
	house_set(&house, "language", "en");
	CHECK("and back", operation_run(&ctx, &message_find_op, &untouched, &message) == OK &&
	                          str_starts(message.message, "Your password"));
	house_close(&house);
}
