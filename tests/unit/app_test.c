/* SPDX-License-Identifier: Apache-2.0 */
/* app_test.c - apps, their settings, their links and their texts. */
#include "account/origin.h"
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
		{ "sign-up closed", "sign_up", "closed", true },
		{ "sign-up perhaps", "sign_up", "invited", false },
		{ "the server's length", "password_min_length", "0", true },
		{ "the shortest length", "password_min_length", "8", true },
		{ "below the floor", "password_min_length", "7", false },
		{ "the longest length", "password_min_length", "64", true },
		{ "beyond it", "password_min_length", "65", false },
		{ "a length below none", "password_min_length", "-8", false },
		{ "no length", "password_min_length", "", false },
		{ "a host", "hosts", "id.example.org", true },
		{ "hosts", "hosts", "a.example.org,B.example.org", true },
		{ "no host", "hosts", "", true },
		{ "one host more", "hosts+", "c.example.org", true },
		{ "one that is not there less", "hosts-", "x.example.org", true },
		{ "a host with a port", "hosts", "a.example.org:80", false },
		{ "an empty one among hosts", "hosts", "a.example.org,,b.example.org", false },
		{ "an empty one behind hosts", "hosts", "a.example.org,", false },
		{ "an empty one before hosts", "hosts", ",a.example.org", false },
		{ "a space behind a comma", "hosts", "a.example.org, b.example.org", false },
		{ "another sign", "hosts*", "a.example.org", false },
		{ "a sign alone", "+", "a.example.org", false },
		{ "a sign where there is no list", "status+", "active", false },
		{ "16 hosts", "hosts", "a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p", true },
		{ "17 hosts", "hosts", "a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q", false },
		{ "16 hosts, one twice", "hosts", "a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,P", true },
		{ "an alias", "aliases", "Laden", true },
		{ "its own name as an alias", "aliases", "DEMO", true },
		{ "its own name taken away", "aliases-", "demo", true },
		{ "an alias with a slash", "aliases", "a/b", false },
		{ "an origin", "origins", "https://shop.example", true },
		{ "an origin of nothing", "origins+", "null", false },
		{ "every origin", "origins", "*", false },
		{ "two formats", "dialects", "account,hacksystem", true },
		{ "one format less", "dialects-", "backtory", true },
		{ "no format", "dialects", "", false },
		{ "every format less", "dialects-", "account,backtory,hacksystem", false },
		{ "an unknown format", "dialects", "soap", false },
		{ "an unknown format less", "dialects-", "soap", false },
		{ "a key of one's own", "client_key", "0123456789abcdef01234567", false },
		{ "an empty key", "master_key", "", false },
	};
	struct house house;

	house_open(&house, t, NULL);
	FOREACH(c, cases) {
		struct ctx ctx = house_operator(&house);
		const struct app_setting settings[] = { { STR("sender"), STR("before") },
			                                { str(c->key), str(c->value) } };
		const struct app_set in = { STR("demo"), settings, 2 };
		struct app_changed app;
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
		static const char *const values[] = {
			"yes", "400",     "form", "active", "en",      "https://x.org", "closed",
			"12",  "account", "new",  "mail",   "#0a6462", "<svg/>"
		};
		int taken = 0;
		FOREACH(value, values) {
			struct ctx ctx = house_operator(&house);
			const struct app_setting setting = { str(row->key), str(*value) };
			const struct app_set in = { STR("demo"), &setting, 1 };
			struct app_changed app;
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
		const char *origin;
	} cases[] = {
		{ "plain", "one", NULL, NULL, NULL, OK, NULL },
		{ "all", "two", "Zwei_2", "Two.example.org", "fr", OK, NULL },
		{ "taken", "one", NULL, NULL, NULL, ERR_APP_EXISTS, NULL },
		{ "taken in another case", "ONE", NULL, NULL, NULL, ERR_APP_EXISTS, NULL },
		{ "an alias that is taken", "three", "zwei_2", NULL, NULL, ERR_APP_EXISTS, NULL },
		{ "a name that is an alias", "zwei_2", NULL, NULL, NULL, ERR_APP_EXISTS, NULL },
		{ "a host that is taken", "three", NULL, "two.EXAMPLE.org", NULL, ERR_APP_EXISTS,
		  NULL },
		{ "nothing was kept", "three", NULL, NULL, NULL, OK, NULL },
		{ "empty", "", NULL, NULL, NULL, ERR_BAD_SETTING, NULL },
		{ "slash", "a/b", NULL, NULL, NULL, ERR_BAD_SETTING, NULL },
		{ "space", "a b", NULL, NULL, NULL, ERR_BAD_SETTING, NULL },
		{ "dot", "..", NULL, NULL, NULL, ERR_BAD_SETTING, NULL },
		{ "markup", "<b>", NULL, NULL, NULL, ERR_BAD_SETTING, NULL },
		{ "a bad alias", "four", "a/b", NULL, NULL, ERR_BAD_SETTING, NULL },
		{ "a bad host", "four", NULL, "a/b", NULL, ERR_BAD_SETTING, NULL },
		{ "German is not spoken", "four", NULL, NULL, "de", ERR_BAD_SETTING, NULL },
		{ "an origin", "four", NULL, NULL, NULL, OK, "https://Shop.example:443" },
		{ "the same of another", "five", NULL, NULL, NULL, OK, "https://shop.example" },
		{ "an origin with a path", "six", NULL, NULL, NULL, ERR_BAD_SETTING,
		  "https://shop.example/" },
	};
	struct house house;

	house_open(&house, t, NULL);
	FOREACH(c, cases) {
		struct ctx ctx = house_operator(&house);
		const struct app_add in = { .name = str(c->app),
			                    .names = { [APP_ALIAS] = { str(c->alias) },
			                               [APP_HOST] = { str(c->host) },
			                               [APP_ORIGIN] = { str(c->origin) } },
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
			                       .names[APP_HOST] = { STR("other.example.org") } };
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

TEST(an_origin_is_spelled_one_way_or_is_none)
{
	static const struct {
		const char *name, *in, *want; /* want NULL: refused */
	} cases[] = {
		{ "plain", "https://shop.example", "https://shop.example" },
		{ "capitals", "HTTPS://Shop.EXAMPLE", "https://shop.example" },
		{ "a port", "http://localhost:3000", "http://localhost:3000" },
		{ "the usual port", "https://shop.example:443", "https://shop.example" },
		{ "the usual port of http", "http://shop.example:80", "http://shop.example" },
		{ "the usual port of the other", "http://shop.example:443",
		  "http://shop.example:443" },
		{ "zeros before a port", "http://shop.example:0080", "http://shop.example" },
		{ "an address", "http://127.0.0.1:8080", "http://127.0.0.1:8080" },
		{ "a long address", "http://[::1]:3000", "http://[::1]:3000" },
		{ "a long address, bare", "http://[2001:DB8::1]", "http://[2001:db8::1]" },
		{ "an application's scheme", "capacitor://localhost", "capacitor://localhost" },
		{ "a slash", "https://shop.example/", NULL },
		{ "a path", "https://shop.example/x", NULL },
		{ "a query", "https://shop.example?x", NULL },
		{ "a fragment", "https://shop.example#x", NULL },
		{ "a user", "https://ann@shop.example", NULL },
		{ "a wildcard", "*", NULL },
		{ "a wildcard in a host", "https://*.example", NULL },
		{ "null", "null", NULL },
		{ "empty", "", NULL },
		{ "no scheme", "shop.example", NULL },
		{ "an empty scheme", "://shop.example", NULL },
		{ "a digit first", "3d://shop.example", NULL },
		{ "one slash", "https:/shop.example", NULL },
		{ "no host", "https://", NULL },
		{ "no host but a port", "https://:443", NULL },
		{ "an empty port", "https://shop.example:", NULL },
		{ "port 0", "https://shop.example:0", NULL },
		{ "port 65536", "https://shop.example:65536", NULL },
		{ "a port of letters", "https://shop.example:x", NULL },
		{ "two ports", "https://shop.example:1:2", NULL },
		{ "open brackets", "http://[::1", NULL },
		{ "empty brackets", "http://[]", NULL },
		{ "behind brackets", "http://[::1]x", NULL },
		{ "a zone", "http://[fe80::1%eth0]", NULL },
		{ "a space", "https://shop.example ", NULL },
		{ "a line end", "https://shop.example\r\nX: y", NULL },
		{ "two origins", "https://a.example https://b.example", NULL },
		{ "not ASCII",
		  "https://b\xc3\xbc"
		  "cher.example",
		  NULL },
	};
	FOREACH(c, cases) {
		struct str got = STR("untouched"), again;
		enum err err = origin_normalize(t->arena, str(c->in), &got);
		CHECK(c->name, err == (c->want ? OK : ERR_BAD_SETTING));
		CHECK(c->name, str_is(got, c->want ? c->want : "untouched"));
		CHECK(c->name, !c->want || (origin_normalize(t->arena, got, &again) == OK &&
		                            str_equal(again, got)));
	}
}

/* "a b" of a list, in its order. */
static const char *words_of(struct test *t, struct str_list list)
{
	struct buf words = buf_in(t->arena);
	struct str all;

	buf_puts(&words, "");
	for (size_t i = 0; i < list.n; i++)
		buf_printf(&words, "%s%.*s", i ? " " : "", STR_ARG(list.items[i]));
	CHECK("words", buf_str(&words, &all) == OK);
	return list.n ? all.ptr : "";
}

static struct app_details details_of(struct house *house, const char *name)
{
	struct ctx ctx = house_operator(house);
	const struct app_named named = { str(name) };
	struct app_details details;

	CHECK(name, operation_run(&ctx, &app_details_op, &named, &details) == OK);
	return details;
}

TEST(a_list_of_an_app_is_given_whole_or_changed_by_one)
{
	static const struct {
		const char *name, *key, *value, *want;
	} cases[] = {
		{ "whole", "hosts", "b.example,A.example", "a.example b.example" },
		{ "more", "hosts+", "c.example,a.example", "a.example b.example c.example" },
		{ "less", "hosts-", "B.EXAMPLE,c.example", "a.example" },
		{ "another whole", "hosts", "d.example", "d.example" },
		{ "none", "hosts", "", "" },
		{ "aliases", "aliases", "laden,demo", "laden" },
		{ "not its own name", "aliases-", "demo,laden", "" },
		{ "origins", "origins", "https://a.example:443", "https://a.example" },
		{ "one origin more", "origins+", "http://A.example",
		  "http://a.example "
		  "https://a.example" },
		{ "formats", "dialects", "hacksystem,account", "account hacksystem" },
		{ "one format less", "dialects-", "account", "hacksystem" },
	};
	struct house house;

	house_open(&house, t, NULL);
	FOREACH(c, cases) {
		house_set(&house, c->key, c->value);
		struct app_details details = details_of(&house, "demo");
		struct str_list list = *c->key == 'h'   ? details.names[APP_HOST]
		                       : *c->key == 'a' ? details.names[APP_ALIAS]
		                       : *c->key == 'o' ? details.names[APP_ORIGIN]
		                                        : details.dialects;
		CHECK(c->name, strcmp(words_of(t, list), c->want) == 0);
	}
	CHECK("still found by its name", details_of(&house, "demo").app.id == house.app.id);
	house_close(&house);
}

TEST(a_name_of_another_app_is_not_taken_and_then_nothing_is_changed)
{
	struct house house;

	house_open(&house, t, NULL);
	house_add_app(&house, "other", "en");
	house_set(&house, "hosts", "id.example.org");
	static const struct {
		const char *name, *key, *value;
		enum err want;
	} cases[] = {
		{ "its host", "hosts+", "ID.example.org", ERR_APP_EXISTS },
		{ "its name", "aliases", "Demo", ERR_APP_EXISTS },
		{ "its origin is not its own", "origins", "https://shop.example", OK },
	};
	house_set(&house, "origins", "https://shop.example");
	FOREACH(c, cases) {
		struct ctx ctx = house_operator(&house);
		const struct app_setting both[] = { { STR("sender"), STR("Eve") },
			                            { str(c->key), str(c->value) } };
		const struct app_set in = { STR("other"), both, 2 };
		struct app_changed changed;
		CHECK(c->name, operation_run(&ctx, &app_set_op, &in, &changed) == c->want);
		CHECK(c->name,
		      (details_of(&house, "other").app.sender.ptr != NULL) == (c->want == OK));
	}
	CHECK("the host is where it was", details_of(&house, "demo").names[APP_HOST].n == 1);
	house_close(&house);
}

static enum err change_key(struct house *house, const char *key, const char *value,
                           struct secret *ret_key)
{
	struct ctx ctx = house_operator(house);
	const struct app_setting setting = { str(key), str(value) };
	const struct app_set in = { STR("demo"), &setting, 1 };
	struct app_changed changed;

	TRY(operation_run(&ctx, &app_set_op, &in, &changed));
	house->app = changed.app;
	*ret_key = *key == 'c' ? changed.client_key : changed.master_key;
	return OK;
}

static const struct operation by_either_key_op;

/* Whether the gate takes the key as the client's, and as either. */
static void check_key(struct house *house, const char *name, struct secret key, bool client,
                      bool either)
{
	struct ctx ctx = house_client(house);

	ctx.app_key = key;
	CHECK(name, (operation_enter(&ctx, &account_log_in_with_key_op) == OK) == client);
	ctx = house_client(house);
	ctx.app_key = key;
	enum err err = operation_enter(&ctx, &by_either_key_op);
	CHECK(name, err == (either ? OK : ERR_BAD_KEY));
}

static enum err do_nothing(struct ctx *ctx, const void *in, void *ret_out)
{
	(void)ctx;
	(void)in;
	(void)ret_out;
	return OK;
}

static const struct operation by_either_key_op = { "by_either_key",
	                                           do_nothing,
	                                           sizeof(struct nothing),
	                                           sizeof(struct nothing),
	                                           REQUIRES_APP_KEY,
	                                           LIMIT_GUESS,
	                                           COST_QUICK };

TEST(two_keys_of_a_kind_are_good_until_the_former_is_retired)
{
	const struct secret client = SECRET("client-key-of-demo"),
			    master = SECRET("master-key-of-demo");
	struct secret second, third, master_second;
	struct house house;

	house_open(&house, t, NULL);
	check_key(&house, "client", client, true, true);
	check_key(&house, "master", master, false, true);
	check_key(&house, "none", SECRET_NONE, false, false);
	check_key(&house, "empty", SECRET(""), false, false);
	check_key(&house, "another app's", SECRET("client-key-of-other"), false, false);

	CHECK("new", change_key(&house, "client_key", "new", &second) == OK);
	CHECK("a key", second.len == APP_KEY_LETTERS && !secret_equal(second, client));
	check_key(&house, "the new one", second, true, true);
	check_key(&house, "the former one", client, true, true);
	CHECK("a third", change_key(&house, "client_key", "new", &third) == ERR_TWO_KEYS);
	check_key(&house, "the former one still", client, true, true);
	house_set(&house, "sender", "Shop");
	check_key(&house, "another setting ends no key", client, true, true);

	CHECK("master", change_key(&house, "master_key", "new", &master_second) == OK);
	check_key(&house, "the new master", master_second, false, true);
	check_key(&house, "the former master", master, false, true);

	CHECK("retire", change_key(&house, "client_key", "retire", &third) == OK && !third.ptr);
	check_key(&house, "the retired one", client, false, false);
	check_key(&house, "the one that stays", second, true, true);
	check_key(&house, "the other kind's former one", master, false, true);
	CHECK("retire twice", change_key(&house, "client_key", "retire", &third) == OK);
	check_key(&house, "the one that stays still", second, true, true);
	CHECK("and then a third", change_key(&house, "client_key", "new", &third) == OK);
	check_key(&house, "the third", third, true, true);
	const struct app_setting at_once[] = { { STR("client_key"), STR("retire") },
		                               { STR("client_key"), STR("new") },
		                               { STR("client_key"), STR("retire") } };
	struct ctx ctx = house_operator(&house);
	const struct app_set in = { STR("demo"), at_once, COUNT_OF(at_once) };
	struct app_changed changed;
	CHECK("after a theft", operation_run(&ctx, &app_set_op, &in, &changed) == OK);
	house.app = changed.app;
	check_key(&house, "the stolen one", third, false, false);
	check_key(&house, "the one in its place", changed.client_key, true, true);
	CHECK("the trail says so", house_count_outcomes(&house, "app_set", "keys changed") == 5);
	house_close(&house);
}

TEST(a_wrong_key_is_a_guess_and_no_key_is_none)
{
	struct house house;

	house_open(&house, t, NULL);
	struct ctx ctx = house_client(&house);
	ctx.app_key = SECRET("client-key-of-other");
	CHECK("wrong", operation_enter(&ctx, &by_either_key_op) == ERR_BAD_KEY);
	CHECK("a guess", ctx.guess.wrong);
	ctx = house_client(&house);
	CHECK("none", operation_enter(&ctx, &by_either_key_op) == ERR_BAD_KEY);
	CHECK("no guess", !ctx.guess.wrong);
	house_close(&house);
}

TEST(an_app_may_ask_for_longer_passwords_than_the_server)
{
	static const struct {
		const char *name, *app;
		int64_t server;
		const char *password;
		enum err want;
	} cases[] = {
		{ "the server's", "0", 10, "two swans", ERR_PASSWORD_SHORT },
		{ "the server's, met", "0", 10, "two swans.", OK },
		{ "longer", "12", 8, "eleven swan", ERR_PASSWORD_SHORT },
		{ "longer, met", "12", 8, "eleven swans", OK },
		{ "its own where the server asks for more", "8", 15, "a swan 8", OK },
		{ "never less than the floor", "8", 15, "a swan7", ERR_PASSWORD_SHORT },
	};
	struct house house;

	house_open(&house, t, NULL);
	FOREACH(c, cases) {
		house.service.policy.password_min_length = c->server;
		house_set(&house, "password_min_length", c->app);
		struct ctx ctx = house_operator(&house);
		struct str address;
		CHECK(c->name,
		      arena_printf(t->arena, &address, "a%d@example.org", (int)(c - cases)) == OK);
		const struct account_add in = { .email = address,
			                        .password = { c->password, strlen(c->password) } };
		struct account_added added;
		CHECK(c->name, operation_run(&ctx, &account_add_op, &in, &added) == c->want);
	}
	house_close(&house);
}

TEST(pages_of_an_origin_read_the_answers_of_its_app_alone)
{
	static const struct {
		const char *name, *origin;
		bool other; /* app */
		int64_t dialect;
		bool want;
	} cases[] = {
		{ "its own", "https://shop.example", false, 0, true },
		{ "in capitals", "HTTPS://SHOP.example:443", false, 0, true },
		{ "of another app", "https://shop.example", true, 0, false },
		{ "the other's of the other", "https://other.example", true, 0, true },
		{ "another scheme", "http://shop.example", false, 0, false },
		{ "another port", "https://shop.example:444", false, 0, false },
		{ "a longer host", "https://shop.example.evil.example", false, 0, false },
		{ "a subdomain", "https://a.shop.example", false, 0, false },
		{ "a sandbox", "null", false, 0, false },
		{ "nothing", "", false, 0, false },
		{ "anybody's of the format", "https://other.example", false, DIALECT_BACKTORY,
		  true },
		{ "nobody's", "https://x.example", false, DIALECT_BACKTORY, false },
		{ "of a format that it does not serve", "https://other.example", false,
		  DIALECT_HACKSYSTEM, false },
	};
	struct house house;

	house_open(&house, t, NULL);
	house_set(&house, "origins", "https://shop.example");
	struct app other = house_add_app(&house, "other", "en");
	struct ctx operator= house_operator(&house);
	const struct app_setting settings[] = { { STR("origins"), STR("https://other.example") },
		                                { STR("dialects-"), STR("hacksystem") } };
	const struct app_set set = { STR("other"), settings, 2 };
	struct app_changed changed;
	CHECK("other", operation_run(&operator, & app_set_op, &set, &changed) == OK);
	FOREACH(c, cases) {
		struct ctx ctx = house_client(&house);
		const struct app_origin_asked asked = { str(c->origin), c->dialect };
		struct app_origin_found found;
		if (c->other)
			ctx.app = other;
		CHECK(c->name, operation_run(&ctx, &app_origin_op, &asked, &found) == OK);
		CHECK(c->name, (found.is_ours != 0) == c->want);
	}
	house_close(&house);
}
