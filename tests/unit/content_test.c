/* SPDX-License-Identifier: Apache-2.0 */
/* content_test.c - rows that an operator edits, and the waiting list. */
#include "account/content.h"
#include "account/waiting_list.h"
#include "house.h"
#include "mail/words.h"
#include <string.h>

#define ANN "ann@example.org"

/* ---- content ---- */

static enum err edit(struct house *house, const struct operation *operation, const char *name,
                     const char *members)
{
	struct ctx ctx = house_operator(house);
	struct content_entry in = content_split(str(name)), entry;

	ctx.app = house->app;
	in.members = str(members);
	return operation_run(&ctx, operation, &in, &entry);
}

static struct content_entry entry_of(struct house *house, const char *name)
{
	struct ctx ctx = house_operator(house);
	const struct content_named in = { str(name) };
	struct content_entry entry;

	ctx.app = house->app;
	CHECK(name, operation_run(&ctx, &content_find_op, &in, &entry) == OK);
	return entry;
}

TEST(a_row_keeps_what_is_not_changed_and_an_import_replaces_it)
{
	struct house house;

	house_open(&house, t, NULL);
	CHECK("made", edit(&house, &content_set_op, "content_strings/hi",
	                   "{\"slug\":\"home\",\"text\":\"Hi\",\"n\":[1]}") == OK);
	CHECK("changed", edit(&house, &content_set_op, "content_strings/hi",
	                      "{\"global\":\"yes\",\"text\":\"Ho\",\"more\":true}") == OK);
	CHECK("merged", str_is(entry_of(&house, "content_strings/hi").members,
	                       "{\"slug\":\"home\",\"global\":true,\"text\":\"Ho\",\"n\":[1],"
	                       "\"more\":true}"));
	CHECK("imported", edit(&house, &content_import_op, "content_strings/hi",
	                       "{\"id\":3,\"a\":null}") == OK);
	CHECK("replaced", str_is(entry_of(&house, "content_strings/hi").members,
	                         "{\"slug\":\"\",\"global\":false,\"a\":null}"));
	CHECK("imported",
	      edit(&house, &content_import_op, "content_strings/hi", "{\"global\":null}") == OK);
	CHECK("null is no", str_is(entry_of(&house, "content_strings/hi").members,
	                           "{\"slug\":\"\",\"global\":false}"));
	CHECK("of the other table",
	      edit(&house, &content_set_op, "app_structure/hi", "{\"slug\":\"a member\"}") == OK);
	CHECK("two", house_rows(&house, "content") == 2);
	CHECK("a slug is a member there",
	      str_is(entry_of(&house, "app_structure/hi").members, "{\"slug\":\"a member\"}"));
	house_close(&house);
}

TEST(a_row_that_does_not_fit_is_not_made)
{
	static const struct {
		const char *name, *members;
		enum err want;
	} cases[] = {
		{ "nothing/x", "{}", ERR_NOT_FOUND },
		{ "app_structure", "{}", ERR_BAD_NAME },
		{ "app_structure/a\nb", "{}", ERR_BAD_NAME },
		{ "app_structure/x", "[]", ERR_BAD_SETTING },
		{ "app_structure/x", "{\"a\":", ERR_BAD_SETTING },
		{ "app_structure/x", "{\"name\":\"y\"}", ERR_BAD_SETTING },
		{ "content_strings/x", "{\"slug\":1}", ERR_BAD_SETTING },
		{ "content_strings/x", "{\"global\":\"maybe\"}", ERR_BAD_SETTING },
	};
	struct house house;

	house_open(&house, t, NULL);
	FOREACH(c, cases)
		CHECK(c->members, edit(&house, &content_set_op, c->name, c->members) == c->want);
	CHECK("none", house_rows(&house, "content") == 0);
	house_close(&house);
}

TEST(a_page_is_shown_its_own_strings_of_its_own_app)
{
	struct house house;
	struct content_shown shown;

	house_open(&house, t, NULL);
	struct app demo = house.app;
	house.app = house_add_app(&house, "other", "en");
	CHECK("theirs",
	      edit(&house, &content_set_op, "content_strings/c", "{\"slug\":\"home\"}") == OK);
	house.app = demo;
	CHECK("a", edit(&house, &content_set_op, "content_strings/a", "{\"slug\":\"home\"}") == OK);
	CHECK("b", edit(&house, &content_set_op, "content_strings/b", "{\"slug\":\"x\"}") == OK);
	struct ctx ctx = house_client(&house);
	const struct content_wanted wanted = { STR("home") }, nothing = { STR("") };
	CHECK("home", operation_run(&ctx, &content_show_op, &wanted, &shown) == OK);
	CHECK("one", shown.strings.n == 1 && str_is(shown.strings.items[0].name, "a"));
	CHECK("no slug", operation_run(&ctx, &content_show_op, &nothing, &shown) == OK);
	CHECK("none", shown.strings.n == 0 && shown.structure.n == 0);
	house_close(&house);
}

/* ---- the waiting list ---- */

static enum err join(struct house *house, const char *email)
{
	struct ctx ctx = house_client(house);
	const struct waiting_join in = { str(email) };
	struct nothing nothing;

	return operation_run(&ctx, &waiting_join_op, &in, &nothing);
}

/* The next mail says this place. */
static void check_place(struct house *house, const char *to, const char *place)
{
	struct outbox_row row;
	struct letter letter;
	struct words words;
	struct str says;

	CHECK(to, house_next_mail(house, &row, &letter) && letter.send);
	CHECK(to, str_is(letter.to, to) && letter.kind == LETTER_TEMPLATE);
	CHECK(to, words_of(house->t->arena, &letter, &words) == OK);
	CHECK(to, arena_printf(house->t->arena, &says, "Your place on it is %s.", place) == OK);
	CHECK(to, memmem(words.text.ptr, words.text.len, says.ptr, says.len));
	CHECK(to, house_settle(house, &row, MAIL_SENT) == OK);
}

static bool next_is_dropped(struct house *house)
{
	struct outbox_row row;
	struct letter letter;

	return house_next_mail(house, &row, &letter) && !letter.send;
}

TEST(a_place_on_the_list_is_kept_until_there_is_an_account)
{
	struct house house;

	house_open(&house, t, NULL);
	CHECK("ann", join(&house, "Ann@Example.org") == OK);
	check_place(&house, "Ann@example.org", "1");
	CHECK("bob", join(&house, "bob@example.org") == OK);
	check_place(&house, "bob@example.org", "2");
	CHECK("again, in another spelling", join(&house, ANN) == OK);
	check_place(&house, "Ann@example.org", "1"); /* the address of before, and no other */
	house_add(&house, ANN, NULL, "correct horse");
	CHECK("marked", house_rows(&house, "waiting WHERE account_created = 1") == 1);
	CHECK("once more", join(&house, ANN) == OK);
	CHECK("is told nothing", next_is_dropped(&house));
	CHECK("bob again", join(&house, "bob@example.org") == OK);
	check_place(&house, "bob@example.org", "1");
	CHECK("gone", house_remove(&house, ANN) == OK);
	CHECK("off the list", house_rows(&house, "waiting") == 1);
	house_close(&house);
}

TEST(without_a_template_or_a_mail_server_nobody_joins)
{
	struct house house;

	house_open(&house, t, NULL);
	house_sql(&house, "UPDATE mail_template SET content = '' WHERE app_id = 1 AND email_name ="
	                  " 'waiting_position' RETURNING app_id");
	CHECK("no template", join(&house, ANN) == ERR_NO_TEMPLATE);
	house_sql(&house,
	          "UPDATE mail_template SET content = 'x' WHERE app_id = 1 RETURNING app_id");
	house.service.policy.cannot_mail = true;
	CHECK("no mail", join(&house, ANN) == ERR_NO_MAIL);
	CHECK("nothing", house_rows(&house, "waiting") == 0 && house_rows(&house, "outbox") == 0);
	house.service.policy.cannot_mail = false;
	CHECK("no address", join(&house, "ann") == ERR_BAD_EMAIL);
	CHECK("joined", join(&house, ANN) == OK);
	house_close(&house);
}

TEST(a_template_that_goes_before_its_mail_takes_it_along)
{
	struct house house;

	house_open(&house, t, NULL);
	CHECK("joined", join(&house, ANN) == OK);
	house_sql(&house, "DELETE FROM mail_template WHERE email_name = 'waiting_position'"
	                  " RETURNING app_id");
	CHECK("dropped", next_is_dropped(&house));
	house_close(&house);
}
