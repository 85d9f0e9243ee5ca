/* SPDX-License-Identifier: Apache-2.0 */
/* import_words_test.c - the words of three systems, understood. */
#include "account/account_field.h"
#include "account/administration.h"
#include "unit.h"
#include <string.h>

enum { WORDS_MAX = 40 };

/* "name=value;..." of texts without either sign. */
static struct named_texts words_of(struct test *t, const char *text)
{
	struct named_text *items = arena_array(t->arena, WORDS_MAX, sizeof(items[0]));
	struct named_texts words = { items, 0 };
	struct str rest = str(text);

	while (rest.len > 0) {
		size_t end = str_find(rest, ';');
		struct str one = { rest.ptr, end };
		size_t equals = str_find(one, '=');
		items[words.n].name = (struct str){ one.ptr, equals };
		items[words.n++].value = equals < one.len ? str_from(one, equals + 1) : STR_NONE;
		rest = str_from(rest, end + (end < rest.len));
	}
	return words;
}

TEST(a_source_is_recognized_by_its_words)
{
	static const struct {
		const char *words;
		enum import_source want;
	} cases[] = {
		{ "userId=1;username=ann", IMPORT_FROM_BACKTORY },
		{ "username=ann;phoneNumber=1;password=x", IMPORT_FROM_BACKTORY },
		{ "id=1;email=a@example.org;password=x", IMPORT_FROM_XANO },
		{ "email=a@example.org;linkedin_oauth", IMPORT_FROM_XANO },
		{ "email=a@example.org;password_hash=x", IMPORT_FROM_REKEY },
		{ "email=a@example.org", IMPORT_FROM_REKEY },
		{ "", IMPORT_FROM_REKEY },
	};
	FOREACH(c, cases) {
		struct named_texts words = words_of(t, c->words);
		CHECK(c->words, import_source_of(&words) == c->want);
	}
}

/* "id/email/email_login/username/hash/status/guest/created_at" */
static const char *shown(struct test *t, const struct account_record *record)
{
	const struct str *texts[] = {
		&record->id,       &record->email,         &record->email_login,
		&record->username, &record->password_hash, &record->status,
		&record->guest,    &record->created_at
	};
	struct buf buf = buf_in(t->arena);
	struct str text;

	FOREACH(one, texts) {
		buf_puts(&buf, one == texts ? "" : "/");
		buf_add(&buf, (*one)->ptr ? **one : STR("-"));
	}
	CHECK("arena", buf_str(&buf, &text) == OK);
	return text.ptr;
}

TEST(words_become_ours)
{
	static const struct {
		enum import_source source;
		const char *words, *want;
	} cases[] = {
		{ IMPORT_FROM_BACKTORY,
		  "userId=5a;username=ann;email=a@x;password={bcrypt}$2a;active=true;guest=false;"
		  "createdAt=1700000000123",
		  "5a/a@x/false/ann/$2a/active/false/1700000000" },
		{ IMPORT_FROM_BACKTORY, "username=ann;active=False",
		  "-/-/false/ann/-/inactive/-/-" },
		{ IMPORT_FROM_BACKTORY, "username=ann;active=perhaps",
		  "-/-/false/ann/-/perhaps/-/-" },
		{ IMPORT_FROM_XANO,
		  "id=7;email=a@x;password=$2a;created_at=1700000000123;reset_code=1",
		  "000000000000000000000007/a@x/-/-/$2a/-/-/1700000000" },
		{ IMPORT_FROM_XANO, "id=x7;created_at=2024-02-03 04:05:06+0000",
		  "x7/-/-/-/-/-/-/2024-02-03 04:05:06" },
		{ IMPORT_FROM_XANO, "created_at=2024-02-03T04:05:06.789Z",
		  "-/-/-/-/-/-/-/2024-02-03T04:05:06Z" },
		{ IMPORT_FROM_XANO, "created_at=2024-02-03T04:05:06.789+0000",
		  "-/-/-/-/-/-/-/2024-02-03T04:05:06" },
		{ IMPORT_FROM_XANO, "created_at=2024-02-03T04:05:06.789+02:00",
		  "-/-/-/-/-/-/-/2024-02-03T04:05:06+02:00" },
		{ IMPORT_FROM_XANO, "created_at=2024-02-03T04:05:06. yesterday",
		  "-/-/-/-/-/-/-/2024-02-03T04:05:06. yesterday" },
		{ IMPORT_FROM_XANO, "created_at=1700000000", "-/-/-/-/-/-/-/1700000000" },
		{ IMPORT_FROM_REKEY, "id=7;email=a@x;created_at=1700000000123;email_login=false",
		  "7/a@x/false/-/-/-/-/1700000000123" },
	};
	FOREACH(c, cases) {
		struct named_texts words = words_of(t, c->words);
		struct account_record record;
		const char *why;
		CHECK(c->words, import_read(t->arena, c->source, &words, &record, &why) == OK);
		CHECK(c->words, !why);
		if (strcmp(shown(t, &record), c->want) != 0)
			fail_msg("%s: %s", c->words, shown(t, &record));
	}
}

TEST(an_address_of_another_system_is_not_taken_for_verified)
{
	static const struct {
		enum import_source source;
		const char *words, *want;
	} cases[] = {
		{ IMPORT_FROM_REKEY, "email=a@x", NULL },
		{ IMPORT_FROM_REKEY, "email=a@x;email_verified=false", "false" },
		{ IMPORT_FROM_BACKTORY, "email=a@x", "false" },
		{ IMPORT_FROM_XANO, "email=a@x", "false" },
	};
	FOREACH(c, cases) {
		struct named_texts words = words_of(t, c->words);
		struct account_record record;
		const char *why;
		CHECK(c->words, import_read(t->arena, c->source, &words, &record, &why) == OK);
		CHECK(c->words, !why && (c->want ? str_is(record.email_verified, c->want)
		                                 : !record.email_verified.ptr));
	}
}

TEST(what_is_no_word_is_kept_left_out_or_an_error)
{
	struct named_texts words = words_of(
		t, "city=Ulm;access_token=x;oldPassword=x;client_secret=x;nothing;1st=x;a.b=c");
	struct account_record record;
	const char *why;

	CHECK("read", import_read(t->arena, IMPORT_FROM_BACKTORY, &words, &record, &why) == OK);
	CHECK("kept", !why && record.more.n == 1 && str_is(record.more.items[0].name, "city"));
	CHECK("left out", str_is(record.left_out, "1st, a.b"));
	CHECK("read", import_read(t->arena, IMPORT_FROM_REKEY, &words, &record, &why) == OK);
	CHECK("an error", why && strcmp(why, "there is no field city") == 0);
	words = words_of(
		t,
		"username=ann;fields={\"city\":\"Ulm\",\"token_color\":\"red\",\"avatar\":null}");
	CHECK("read", import_read(t->arena, IMPORT_FROM_REKEY, &words, &record, &why) == OK);
	CHECK("kept", !why && record.more.n == 2 && str_is(record.more.items[0].value, "Ulm"));
	CHECK("no secret", str_is(record.more.items[1].name, "token_color"));
	words = words_of(t, "username=ann;fields=[]");
	CHECK("read", import_read(t->arena, IMPORT_FROM_REKEY, &words, &record, &why) == OK);
	CHECK("no object", why && strstr(why, "no JSON object"));
}

TEST(what_is_secret_inside_of_a_value_is_not_kept)
{
	static const struct {
		const char *name, *value, *want;
	} cases[] = {
		{ "linkedin_oauth", "{\"name\":\"Ann\",\"access_token\":\"x\",\"id\":\"7\"}",
		  "{\"id\":\"7\"}" },
		{ "linkedin_oauth", "{\"id\":7}", "{\"id\":7}" },
		{ "linkedin_oauth", "{\"code\":\"x\"}", NULL },
		{ "linkedin_oauth", "[\"x\"]", NULL },
		{ "linkedin_oauth", "x", NULL },
		{ "google_oauth",
		  "{\"id\":1,\"refreshToken\":\"x\",\"a\":[{\"password\":1,\"b\":2}]}",
		  "{\"id\":1,\"a\":[{\"b\":2}]}" },
		{ "info", "{ \"a\": [1] }", "{ \"a\": [1] }" },
		{ "info", "{token", "{token" },
	};
	struct named_text item;
	struct named_texts words = { &item, 1 };
	struct account_record record;
	const char *why;

	FOREACH(c, cases) {
		item = (struct named_text){ str(c->name), str(c->value) };
		CHECK("read", import_read(t->arena, IMPORT_FROM_XANO, &words, &record, &why) == OK);
		CHECK(c->value, record.more.n == (c->want ? 1 : 0));
		CHECK(c->value, !c->want || str_is(record.more.items[0].value, c->want));
	}
}

/* Whoever could have a field of such a name would tell a client who somebody is. */
TEST(what_a_service_says_of_an_account_is_no_field)
{
	static const struct {
		enum import_source source;
		const char *words, *left_out;
	} cases[] = {
		{ IMPORT_FROM_BACKTORY, "city=Ulm;user_id=x;status=x", "user_id, status" },
		{ IMPORT_FROM_XANO, "city=Ulm;userId=x;username=x;guest=x;active=x",
		  "userId, username, guest, active" },
		{ IMPORT_FROM_REKEY,
		  "fields={\"id\":\"x\",\"city\":\"Ulm\",\"email\":\"x\",\"created_at\":\"1\"}",
		  "id, email, created_at" },
	};
	FOREACH(c, cases) {
		struct named_texts words = words_of(t, c->words);
		struct account_record record;
		const char *why;
		CHECK(c->words, import_read(t->arena, c->source, &words, &record, &why) == OK);
		CHECK(c->words, !why && str_is(record.left_out, c->left_out));
		CHECK(c->words, record.more.n == 1 && str_is(record.more.items[0].name, "city"));
	}
}

TEST(eight_names_of_what_is_left_out_are_told)
{
	struct named_texts words =
		words_of(t, "a.1=x;a.2=x;a.3=x;a.4=x;a.5=x;a.6=x;a.7=x;a.8=x;a.9=x;a.10=x");
	struct account_record record;
	const char *why;

	CHECK("read", import_read(t->arena, IMPORT_FROM_XANO, &words, &record, &why) == OK);
	CHECK("others",
	      str_is(record.left_out, "a.1, a.2, a.3, a.4, a.5, a.6, a.7, a.8 and others"));
	words.n = 8;
	CHECK("read", import_read(t->arena, IMPORT_FROM_XANO, &words, &record, &why) == OK);
	CHECK("all", str_is(record.left_out, "a.1, a.2, a.3, a.4, a.5, a.6, a.7, a.8"));
}

TEST(an_account_keeps_32_fields_of_two_kibibytes_in_all)
{
	static char big[ACCOUNT_FIELDS_BYTES_MAX];
	struct named_text items[WORDS_MAX];
	struct named_texts words = { items, WORDS_MAX };
	struct account_record record;
	const char *why;

	for (size_t i = 0; i < WORDS_MAX; i++) {
		CHECK("name", arena_printf(t->arena, &items[i].name, "f%zu", i) == OK);
		items[i].value = STR("x");
	}
	CHECK("read", import_read(t->arena, IMPORT_FROM_XANO, &words, &record, &why) == OK);
	CHECK("32", record.more.n == ACCOUNT_FIELDS_MAX && record.left_out.ptr);
	memset(big, 'x', sizeof(big) - 1);
	items[0].value = str(big); /* a byte too long, with its name */
	items[1].value = items[2].value = (struct str){ big, ACCOUNT_FIELDS_BYTES_MAX / 2 };
	items[3].value = STR("x");
	words.n = 4;
	CHECK("read", import_read(t->arena, IMPORT_FROM_XANO, &words, &record, &why) == OK);
	CHECK(record.left_out.ptr, str_is(record.left_out, "f0, f2"));
	CHECK("what fits", record.more.n == 2 && str_is(record.more.items[1].name, "f3"));
}
