/* SPDX-License-Identifier: Apache-2.0 */
/* store_test.c - the verbs on a real file: what is unique, what is guarded,
 * what is spent once. */
#include "database.h"
#include "store/queries.h"
#include "store/schema.h"
#include "store/store.h"
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NOW = 1795400000 };

struct shop {
	struct test *t;
	struct scratch scratch;
	const char *path;
	struct str url;
	struct store *store;
	struct tx *tx;
};

static void shop_open(struct shop *shop, struct test *t)
{
	*shop = (struct shop){ .t = t };
	scratch_make(&shop->scratch);
	shop->path = scratch_path(&shop->scratch, t->arena, "rekey.db");
	shop->url = database_make(&shop->scratch, t->arena);
	CHECK("open", store_open(shop->url.ptr, NULL, &shop->store) == OK);
}

static void shop_close(struct shop *shop)
{
	store_close(shop->store);
	database_remove(shop->url, shop->t->arena);
	scratch_remove(&shop->scratch);
}

static void begin(struct shop *shop)
{
	CHECK("begin", tx_begin(shop->store, &shop->tx) == OK);
}

static enum err end(struct shop *shop, enum err err)
{
	if (err == OK)
		err = tx_commit(&shop->tx);
	tx_rollback(&shop->tx);
	return err;
}

/* One write in a transaction of its own, which is committed if it went well. */
#define WRITE(shop, call) (begin(shop), end(shop, call))

static struct str numbered(struct test *t, const char *format, int n)
{
	struct str text;

	CHECK("text", arena_printf(t->arena, &text, "%s-%d", format, n) == OK);
	return text;
}

static int64_t add_app(struct shop *shop, int n)
{
	const struct app app = {
		.name = numbered(shop->t, "app", n),
		.public_id = numbered(shop->t, "public", n),
		.dialects = DIALECT_ALL,
		.standard_error_status = 400,
		.language = STR("en"),
		.sender = STR("Ann & Co"),
		.created_at = NOW,
	};
	int64_t id = 0;

	CHECK("app", WRITE(shop, store_app_add(shop->tx, &app, &id)) == OK);
	CHECK("alias", WRITE(shop, store_app_name_add(shop->tx, APP_ALIAS, app.name, id)) == OK);
	return id;
}

static struct account new_account(struct shop *shop, int64_t app_id, int n)
{
	return (struct account){
		.app_id = app_id,
		.public_id = numbered(shop->t, "id", n),
		.email = numbered(shop->t, "Email", n),
		.email_key = numbered(shop->t, "email", n),
		.username = numbered(shop->t, "Name", n),
		.phc = STR("$argon2id$old"),
	};
}

static struct account add_account(struct shop *shop, int64_t app_id, int n)
{
	struct account account = new_account(shop, app_id, n);
	int64_t id = 0;

	CHECK("account",
	      WRITE(shop, store_account_add(shop->tx, &account, numbered(shop->t, "name", n), NOW,
	                                    &id)) == OK);
	CHECK("account", store_account_by_id(shop->store, shop->t->arena, id, &account) == OK);
	return account;
}

static enum err set_password(struct shop *shop, const struct account *account, int64_t floor,
                             int64_t *ret_epoch)
{
	const struct new_password password = {
		.account_id = account->id,
		.epoch = account->epoch,
		.phc = STR("$argon2id$new"),
		.now = NOW + 1,
		.outbox_floor = floor,
	};

	return WRITE(shop, store_account_set_password(shop->tx, &password, ret_epoch));
}

static struct digest digest_number(int n)
{
	char text[16];

	return digest_of((struct secret){ text, (size_t)snprintf(text, sizeof(text), "%d", n) });
}

/* ---- the file ---- */

SQLITE_TEST(a_store_is_a_private_file_that_is_found_again)
{
	struct shop shop;
	struct stat status;
	const char *const names[] = { "rekey.db", "rekey.db-wal", "rekey.db-shm" };

	shop_open(&shop, t);
	int64_t id = add_app(&shop, 1);
	FOREACH(name, names) {
		CHECK(*name, stat(scratch_path(&shop.scratch, t->arena, *name), &status) == 0);
		CHECK(*name, (status.st_mode & 07777) == 0600);
	}
	CHECK("answers", store_ping(shop.store) == OK);
	store_close(shop.store);
	CHECK("again", store_open(shop.url.ptr, NULL, &shop.store) == OK);
	struct app app;
	CHECK("kept", store_app_by_id(shop.store, t->arena, id, &app) == OK);
	CHECK("every column",
	      str_is(app.name, "app-1") && str_is(app.public_id, "public-1") &&
	              app.dialects == DIALECT_ALL && app.standard_error_status == 400 &&
	              str_is(app.language, "en") && str_is(app.sender, "Ann & Co") &&
	              !app.public_url.ptr && !app.reset_url.ptr && app.created_at == NOW);
	shop_close(&shop);
	store_close(NULL);
}

TEST(a_database_of_a_newer_program_is_refused_and_left_alone)
{
	struct shop shop;

	shop_open(&shop, t);
	store_close(shop.store);
	shop.store = NULL;
	database_sql(shop.url, t->arena,
	             on_postgres() ? "UPDATE schema_version SET version = 99"
	                           : "PRAGMA user_version = 99");
	for (int again = 0; again < 2; again++)
		CHECK("newer", store_open(shop.url.ptr, NULL, &shop.store) == ERR_SCHEMA_NEWER);
	CHECK("newer, looked at",
	      store_open_existing(shop.url.ptr, NULL, &shop.store) == ERR_SCHEMA_NEWER);
	CHECK("untouched", shop.store == NULL);
	shop_close(&shop);
}

SQLITE_TEST(a_look_makes_no_database_and_takes_no_step)
{
	struct scratch scratch;
	struct store *store = NULL;
	struct stat status;
	struct str url;

	scratch_make(&scratch);
	const char *path = scratch_path(&scratch, t->arena, "rekey.db");
	CHECK("url", arena_printf(t->arena, &url, "sqlite:%s", path) == OK);
	CHECK("missing", store_open_existing(url.ptr, NULL, &store) == ERR_NOT_FOUND);
	CHECK("still missing", stat(path, &status) != 0);
	scratch_file(&scratch, t->arena, "rekey.db", "", 0600);
	CHECK("of no schema", store_open_existing(url.ptr, NULL, &store) == ERR_SCHEMA_OLDER);
	CHECK("still empty", stat(path, &status) == 0 && status.st_size == 0 && !store);
	CHECK("made", store_open(url.ptr, NULL, &store) == OK);
	store_close(store);
	CHECK("there", store_open_existing(url.ptr, NULL, &store) == OK);
	CHECK("answers", store_ping(store) == OK);
	store_close(store);
	scratch_remove(&scratch);
}

TEST(a_database_is_counted_and_read_as_a_whole)
{
	struct shop shop;
	struct census census;
	struct str finding, journal;
	int64_t account_id;

	shop_open(&shop, t);
	CHECK("empty", store_census(shop.store, t->arena, NOW, &census) == OK && census.apps == 0 &&
	                       census.audit_id == 0 && census.audited_at == 0);
	int64_t id = add_app(&shop, 1);
	struct account account = new_account(&shop, id, 1);
	const struct audit_row row = {
		.at = NOW, .event = STR("x"), .outcome = STR("done"), .network = STR("")
	};
	struct outbox_row mail = { .app_id = id,
		                   .reference = STR("r"),
		                   .login = STR("ann"),
		                   .network = STR(""),
		                   .created_at = NOW - 1,
		                   .expires_at = NOW,
		                   .next_attempt_at = NOW };
	CHECK("account", WRITE(&shop, store_account_add(shop.tx, &account, STR("name-1"), NOW,
	                                                &account_id)) == OK);
	CHECK("audit", WRITE(&shop, store_audit_add(shop.tx, &row)) == OK);
	CHECK("mail", WRITE(&shop, store_outbox_add(shop.tx, &mail, &mail.id)) == OK);
	CHECK("census", store_census(shop.store, t->arena, NOW, &census) == OK);
	CHECK("rows", census.apps == 1 && census.accounts == 1 && census.audit_id == 1 &&
	                      census.audited_at == NOW && census.bytes > 4096);
	CHECK("late", census.late_mails == 1 && census.dead_mails == 0);
	CHECK("not late yet",
	      store_census(shop.store, t->arena, NOW - 1, &census) == OK && census.late_mails == 0);
	CHECK("check", store_check(shop.store, t->arena, &finding, &journal) == OK);
	CHECK("whole", str_is(finding, "ok") && str_is(journal, "wal"));
	shop_close(&shop);
}

TEST(every_query_declares_what_it_has)
{
	for (enum query q = 0; q < QUERY_COUNT; q++) {
		const struct query_text *query = &query_texts[q];
		CHECK("named", query->name && query->sqlite);
		CHECK("pg_dump copies", query->postgres || q == QUERY_COPY);
		CHECK(query->name, strspn(query->parameters, "itb") == strlen(query->parameters));
		CHECK(query->name, strspn(query->columns, "itb") == strlen(query->columns));
	}
	struct shop shop; /* opening prepares every one and compares it with what it
	                     declares */
	shop_open(&shop, t);
	shop_close(&shop);
}

SQLITE_TEST(a_url_names_a_file_and_perhaps_its_bound)
{
	static const struct {
		const char *name, *ending;
		enum err want;
	} cases[] = {
		{ "a path", "/a.db", OK },
		{ "a bound", "/b.db?max_page_count=100", OK },
		{ "a bound that is none", "/c.db?max_page_count=-1", ERR_CONFIG },
		{ "an empty bound", "/c.db?max_page_count=", ERR_CONFIG },
		{ "another parameter", "/c.db?mode=memory", ERR_CONFIG },
		{ "no such folder", "/nowhere/c.db", ERR_STORE },
	};
	struct scratch scratch;

	scratch_make(&scratch);
	FOREACH(c, cases) {
		struct store *store = NULL;
		struct str url;
		CHECK(c->name,
		      arena_printf(t->arena, &url, "sqlite:%s%s", scratch.dir, c->ending) == OK);
		struct kept_stderr kept = stderr_keep();
		enum err err = store_open(url.ptr, NULL, &store);
		stderr_kept(&kept, t->arena);
		CHECK(c->name, err == c->want && (store != NULL) == (err == OK));
		store_close(store);
	}
	scratch_remove(&scratch);
}

SQLITE_TEST(a_full_file_refuses_writes_and_still_reads)
{
	struct shop shop;
	struct str url, bound;
	struct arena *arena = t->arena;
	enum err err = OK;

	shop_open(&shop, t);
	int64_t id = add_app(&shop, 1);
	store_close(shop.store);
	url = shop.url;
	CHECK("url", arena_printf(arena, &bound, "%s?max_page_count=40", url.ptr) == OK);
	CHECK("open", store_open(bound.ptr, NULL, &shop.store) == OK);
	struct kept_stderr kept = stderr_keep();
	for (int i = 0; i < 2000 && err == OK; i++) {
		struct account account = new_account(&shop, id, i);
		int64_t account_id;
		err = WRITE(&shop, store_account_add(shop.tx, &account, numbered(t, "n", i), NOW,
		                                     &account_id));
	}
	stderr_kept(&kept, arena);
	struct account account;
	CHECK("full", err == ERR_STORE);
	CHECK("still reads",
	      store_account_by_email(shop.store, arena, id, STR("email-0"), &account) == OK);
	CHECK("still there", store_ping(shop.store) == OK);
	shop_close(&shop);
}

/* A writer, while another waits for its turn. */
struct waiting {
	struct shop *shop;
	pthread_t thread;
	enum err told;
};

static void *write_one_row(void *state)
{
	struct waiting *waiting = state;
	const struct audit_row row = { .at = NOW,
		                       .event = STR("the one who waited"),
		                       .outcome = STR("done"),
		                       .network = STR("") };
	struct tx *tx = NULL;

	waiting->told = tx_begin(waiting->shop->store, &tx);
	if (waiting->told == OK)
		waiting->told = store_audit_add(tx, &row);
	if (waiting->told == OK)
		waiting->told = tx_commit(&tx);
	tx_rollback(&tx);
	return NULL;
}

/* A statement that finds the disk full may end the whole transaction of its group. */
SQLITE_TEST(who_waits_behind_one_that_fills_the_disk_is_told_the_truth)
{
	struct shop shop;
	struct waiting waiting = { .shop = &shop };
	struct str bound, filler = numbered(t, "%02000d", 1);
	const struct audit_row row = {
		.at = NOW, .event = STR("x"), .outcome = filler, .network = STR("")
	};
	enum err err = OK;

	shop_open(&shop, t);
	store_close(shop.store);
	CHECK("url", arena_printf(t->arena, &bound, "%s?max_page_count=60", shop.url.ptr) == OK);
	CHECK("open", store_open(bound.ptr, NULL, &shop.store) == OK);
	struct kept_stderr kept = stderr_keep();
	begin(&shop);
	CHECK("thread", pthread_create(&waiting.thread, NULL, write_one_row, &waiting) == 0);
	usleep(100000); /* it waits by now; if not, nothing is lost but the point */
	for (int i = 0; i < 2000 && err == OK; i++)
		err = store_audit_add(shop.tx, &row);
	tx_rollback(&shop.tx);
	pthread_join(waiting.thread, NULL);
	stderr_kept(&kept, t->arena);
	struct str rows = database_sql(shop.url, t->arena, "SELECT count(*) FROM audit");
	CHECK("full", err == ERR_STORE);
	CHECK("what was refused is not there, and what was taken is",
	      str_is(rows, waiting.told == OK ? "1" : "0"));
	shop_close(&shop);
}

TEST(what_is_rolled_back_was_never_there)
{
	struct shop shop;
	struct account account, found;
	struct tx *tx = NULL;
	int64_t id;

	shop_open(&shop, t);
	account = new_account(&shop, add_app(&shop, 1), 1);
	CHECK("begin", tx_begin(shop.store, &tx) == OK);
	CHECK("add", store_account_add(tx, &account, STR("name-1"), NOW, &id) == OK);
	CHECK("others see nothing yet",
	      store_account_by_id(shop.store, t->arena, id, &found) == ERR_NOT_FOUND);
	tx_rollback(&tx);
	CHECK("gone", tx == NULL);
	tx_rollback(&tx);
	CHECK("nothing", store_account_by_id(shop.store, t->arena, id, &found) == ERR_NOT_FOUND);
	shop_close(&shop);
}

/* ---- apps ---- */

TEST(an_app_is_found_by_its_names_and_alone_only_while_it_is_alone)
{
	struct shop shop;
	struct app app, other;
	struct app_list list;

	shop_open(&shop, t);
	CHECK("none", store_app_only(shop.store, t->arena, &app) == ERR_NOT_FOUND);
	int64_t id = add_app(&shop, 1);
	CHECK("host",
	      WRITE(&shop, store_app_name_add(shop.tx, APP_HOST, STR("id.example.org"), id)) == OK);
	CHECK("second alias",
	      WRITE(&shop, store_app_name_add(shop.tx, APP_ALIAS, STR("one"), id)) == OK);
	CHECK("only", store_app_only(shop.store, t->arena, &app) == OK && app.id == id);
	int64_t other_id = add_app(&shop, 2);
	CHECK("several", store_app_only(shop.store, t->arena, &app) == ERR_NOT_FOUND);
	CHECK("name", store_app_by_alias(shop.store, t->arena, STR("app-2"), &other) == OK &&
	                      other.id == other_id);
	CHECK("alias",
	      store_app_by_alias(shop.store, t->arena, STR("one"), &app) == OK && app.id == id);
	CHECK("case", store_app_by_alias(shop.store, t->arena, STR("ONE"), &app) == ERR_NOT_FOUND);
	CHECK("host", store_app_by_host(shop.store, t->arena, STR("id.example.org"), &app) == OK &&
	                      app.id == id);
	CHECK("no host",
	      store_app_by_host(shop.store, t->arena, STR("example.org"), &app) == ERR_NOT_FOUND);
	CHECK("public id",
	      store_app_by_public_id(shop.store, t->arena, STR("public-2"), &app) == OK &&
	              app.id == other_id);
	CHECK("no public id",
	      store_app_by_public_id(shop.store, t->arena, STR(""), &app) == ERR_NOT_FOUND);
	CHECK("all", store_apps(shop.store, t->arena, &list) == OK && list.n == 2 &&
	                     str_is(list.items[0].name, "app-1"));
	shop_close(&shop);
}

TEST(names_that_are_taken_are_a_conflict)
{
	struct shop shop;
	struct account account;
	int64_t id;

	shop_open(&shop, t);
	int64_t app = add_app(&shop, 1), other_app = add_app(&shop, 2);
	add_account(&shop, app, 1);
	CHECK("alias", WRITE(&shop, store_app_name_add(shop.tx, APP_ALIAS, STR("app-1"),
	                                               other_app)) == ERR_CONFLICT);
	CHECK("host", WRITE(&shop, store_app_name_add(shop.tx, APP_HOST, STR("h"), app)) == OK);
	CHECK("host", WRITE(&shop, store_app_name_add(shop.tx, APP_HOST, STR("h"), other_app)) ==
	                      ERR_CONFLICT);
	const struct app same = { .name = STR("app-1"),
		                  .public_id = STR("x"),
		                  .language = STR("en") };
	CHECK("app name", WRITE(&shop, store_app_add(shop.tx, &same, &id)) == ERR_CONFLICT);

	account = new_account(&shop, app, 2);
	account.email_key = STR("email-1");
	CHECK("e-mail", WRITE(&shop, store_account_add(shop.tx, &account, STR("name-2"), NOW,
	                                               &id)) == ERR_CONFLICT);
	account = new_account(&shop, app, 2);
	CHECK("username", WRITE(&shop, store_account_add(shop.tx, &account, STR("name-1"), NOW,
	                                                 &id)) == ERR_CONFLICT);
	account = new_account(&shop, other_app, 1);
	CHECK("another app",
	      WRITE(&shop, store_account_add(shop.tx, &account, STR("name-1"), NOW, &id)) == OK);
	for (int i = 10; i < 12; i++) { /* what nobody has, any number has */
		account = new_account(&shop, app, i);
		account.email_key = STR_NONE;
		CHECK("no keys",
		      WRITE(&shop, store_account_add(shop.tx, &account, STR_NONE, NOW, &id)) == OK);
	}
	shop_close(&shop);
}

TEST(an_account_keeps_its_columns_and_is_found_in_its_own_app)
{
	struct shop shop;
	struct account account, found;

	shop_open(&shop, t);
	int64_t app = add_app(&shop, 1), other_app = add_app(&shop, 2);
	account = add_account(&shop, app, 1);
	CHECK("columns", account.app_id == app && str_is(account.public_id, "id-1") &&
	                         str_is(account.email, "Email-1") &&
	                         str_is(account.username, "Name-1") &&
	                         str_is(account.phc, "$argon2id$old") && account.epoch == 1 &&
	                         account.status == ACCOUNT_ACTIVE && account.created_at == NOW &&
	                         account.password_set_at == NOW &&
	                         account.password_expires_at == 0 && account.outbox_floor == 0);
	CHECK("by e-mail",
	      store_account_by_email(shop.store, t->arena, app, STR("email-1"), &found) == OK &&
	              found.id == account.id);
	CHECK("by username",
	      store_account_by_username(shop.store, t->arena, app, STR("name-1"), &found) == OK &&
	              found.id == account.id);
	CHECK("elsewhere", store_account_by_email(shop.store, t->arena, other_app, STR("email-1"),
	                                          &found) == ERR_NOT_FOUND);
	CHECK("elsewhere", store_account_by_username(shop.store, t->arena, other_app, STR("name-1"),
	                                             &found) == ERR_NOT_FOUND);
	shop_close(&shop);
}

static bool field_is(const struct account_field *field, const char *name, const char *value)
{
	return str_is(field->name, name) && str_is(field->value, value);
}

TEST(fields_of_an_account_keep_their_order_and_go_with_it)
{
	struct shop shop;
	struct account_field_list list;

	shop_open(&shop, t);
	int64_t app = add_app(&shop, 1);
	int64_t ann = add_account(&shop, app, 1).id, bob = add_account(&shop, app, 2).id;
	const struct {
		int64_t account_id;
		struct account_field field;
	} sets[] = { { ann, { STR("zip"), STR("1000") } }, { ann, { STR("city"), STR("Bern") } },
		     { bob, { STR("zip"), STR("9999") } }, { ann, { STR("zip"), STR("3000") } },
		     { ann, { STR("pet"), STR("") } },     { ann, { STR("city"), STR_NONE } },
		     { bob, { STR("city"), STR_NONE } } };
	FOREACH(set, sets) {
		struct tx *tx;
		CHECK("set",
		      tx_begin(shop.store, &tx) == OK &&
		              store_account_field_set(tx, set->account_id, &set->field) == OK &&
		              tx_commit(&tx) == OK);
	}
	CHECK("hers", store_account_fields(shop.store, t->arena, ann, &list) == OK && list.n == 2);
	CHECK("first", field_is(&list.items[0], "zip", "3000"));
	CHECK("an empty one is one", field_is(&list.items[1], "pet", ""));
	CHECK("his", store_account_fields(shop.store, t->arena, bob, &list) == OK && list.n == 1 &&
	                     field_is(&list.items[0], "zip", "9999"));
	struct tx *tx;
	CHECK("removed", tx_begin(shop.store, &tx) == OK && store_account_remove(tx, ann) == OK &&
	                         tx_commit(&tx) == OK);
	CHECK("none", store_account_fields(shop.store, t->arena, ann, &list) == OK && list.n == 0);
	shop_close(&shop);
}

TEST(of_two_who_change_a_profile_at_once_neither_is_lost)
{
	struct shop shop;
	struct account read, found;

	shop_open(&shop, t);
	read = add_account(&shop, add_app(&shop, 1), 1);
	struct account named = read, spoken = read, renamed = read;
	named.name = STR("Ann");
	spoken.locale = STR("fa");
	renamed.username = STR("anna");
	CHECK("first",
	      WRITE(&shop, store_account_set_profile(shop.tx, &named, STR("name-1"), &read)) == OK);
	CHECK("second", WRITE(&shop, store_account_set_profile(shop.tx, &spoken, STR("name-1"),
	                                                       &read)) == ERR_RETRY);
	CHECK("third", WRITE(&shop, store_account_set_profile(shop.tx, &renamed, STR("anna"),
	                                                      &read)) == ERR_RETRY);
	CHECK("read", store_account_by_id(shop.store, t->arena, read.id, &found) == OK);
	CHECK("the first stands",
	      str_is(found.name, "Ann") && !found.locale.ptr && str_is(found.username, "Name-1"));
	renamed.name = found.name;
	CHECK("again", WRITE(&shop, store_account_set_profile(shop.tx, &renamed, STR("anna"),
	                                                      &found)) == OK);
	CHECK("stale", WRITE(&shop, store_account_set_profile(shop.tx, &named, STR("name-1"),
	                                                      &found)) == ERR_RETRY);
	shop_close(&shop);
}

/* ---- the epoch ---- */

TEST(what_was_read_in_another_epoch_cannot_be_written)
{
	struct shop shop;
	struct account stale, account;
	int64_t epoch = 0, same = 0;

	shop_open(&shop, t);
	stale = add_account(&shop, add_app(&shop, 1), 1);
	CHECK("first", set_password(&shop, &stale, 7, &epoch) == OK && epoch == 2);
	CHECK("second", set_password(&shop, &stale, 8, &same) == ERR_RETRY && same == 0);
	CHECK("rehash", WRITE(&shop, store_account_rehash(shop.tx, &stale, STR("x"))) == ERR_RETRY);
	CHECK("keep", WRITE(&shop, store_account_keep_password(shop.tx, &stale)) == ERR_RETRY);
	const struct new_session session = { .account_id = stale.id,
		                             .epoch = stale.epoch,
		                             .public_id = STR("stale"),
		                             .network = STR(""),
		                             .client = STR("") };
	CHECK("session", WRITE(&shop, store_session_add(shop.tx, &session, &same)) == ERR_RETRY);
	CHECK("read", store_account_by_id(shop.store, t->arena, stale.id, &account) == OK);
	CHECK("the first stands", str_is(account.phc, "$argon2id$new") && account.epoch == 2 &&
	                                  account.outbox_floor == 7 &&
	                                  account.password_set_at == NOW + 1);
	CHECK("fresh rehash",
	      WRITE(&shop, store_account_rehash(shop.tx, &account, STR("y"))) == OK);
	CHECK("rehash from another hash",
	      WRITE(&shop, store_account_rehash(shop.tx, &account, STR("z"))) == ERR_RETRY);
	CHECK("read", store_account_by_id(shop.store, t->arena, stale.id, &account) == OK);
	CHECK("a better hash is no new password", account.epoch == 2 && str_is(account.phc, "y"));
	shop_close(&shop);
}

static struct session add_session(struct shop *shop, const struct account *account, int n)
{
	const struct digest digest = digest_number(n);
	struct new_session session = {
		.account_id = account->id,
		.epoch = account->epoch,
		.access_digest = &digest,
		.now = NOW,
		.expires_at = NOW + 100,
		.ends_at = NOW + 1000,
		.network = STR("192.0.2.1"),
		.client = STR("curl/8"),
	};
	struct session added = { .account_id = account->id, .epoch = account->epoch };

	CHECK("name", arena_printf(shop->t->arena, &session.public_id, "%024d", n) == OK);
	added.public_id = session.public_id;
	CHECK("session", WRITE(shop, store_session_add(shop->tx, &session, &added.id)) == OK);
	return added;
}

static bool session_lives(struct shop *shop, int64_t app, int n, int64_t now)
{
	struct digest digest = digest_number(n);
	struct session session;
	enum err err = store_session_by_access_digest(shop->store, shop->t->arena, &digest, app,
	                                              now, &session);

	CHECK("session", err == OK || err == ERR_NOT_FOUND);
	return err == OK;
}

TEST(a_session_lives_in_its_app_until_it_expires_or_its_epoch_ends)
{
	struct shop shop;
	int64_t epoch;

	shop_open(&shop, t);
	int64_t app = add_app(&shop, 1), other_app = add_app(&shop, 2);
	struct account account = add_account(&shop, app, 1), neighbour = add_account(&shop, app, 2);
	add_session(&shop, &account, 1);
	struct session own = add_session(&shop, &account, 2);
	add_session(&shop, &neighbour, 3);
	CHECK("lives", session_lives(&shop, app, 1, NOW));
	CHECK("last second", session_lives(&shop, app, 1, NOW + 99));
	CHECK("expired", !session_lives(&shop, app, 1, NOW + 100));
	CHECK("another app", !session_lives(&shop, other_app, 1, NOW));
	CHECK("unknown", !session_lives(&shop, app, 9, NOW));
	CHECK("password", set_password(&shop, &account, 0, &epoch) == OK);
	CHECK("both are over",
	      !session_lives(&shop, app, 1, NOW) && !session_lives(&shop, app, 2, NOW));
	CHECK("the neighbour's is not", session_lives(&shop, app, 3, NOW));
	CHECK("carried over", WRITE(&shop, store_session_restamp(shop.tx, &own, epoch)) == OK);
	CHECK("lives again",
	      session_lives(&shop, app, 2, NOW) && !session_lives(&shop, app, 1, NOW));
	CHECK("carried over once",
	      WRITE(&shop, store_session_restamp(shop.tx, &own, epoch)) == ERR_NOT_FOUND);
	shop_close(&shop);
}

TEST(a_session_is_refreshed_by_whoever_saw_its_newest_generation)
{
	struct shop shop;
	struct session read;
	const struct digest digest = digest_number(8);

	shop_open(&shop, t);
	int64_t app = add_app(&shop, 1), other_app = add_app(&shop, 2);
	struct account account = add_account(&shop, app, 1);
	struct session own = add_session(&shop, &account, 1);
	struct session_renewal renewal = { own.id, account.id, 0, &digest, NOW + 50, NOW + 150 };
	CHECK("refreshed", WRITE(&shop, store_session_refresh(shop.tx, &renewal)) == OK);
	CHECK("once", WRITE(&shop, store_session_refresh(shop.tx, &renewal)) == ERR_RETRY);
	CHECK("old token", !session_lives(&shop, app, 1, NOW));
	CHECK("new token", session_lives(&shop, app, 8, NOW + 149));
	CHECK("read",
	      store_session_by_public_id(shop.store, t->arena, own.public_id, app, &read) == OK);
	CHECK("columns", read.id == own.id && read.generation == 1 && read.created_at == NOW &&
	                         read.refreshed_at == NOW + 50 && read.expires_at == NOW + 150 &&
	                         read.ends_at == NOW + 1000 && str_is(read.client, "curl/8") &&
	                         str_is(read.network, "192.0.2.1") && read.account_epoch == 1 &&
	                         str_equal(read.account_public_id, account.public_id));
	CHECK("of another app", store_session_by_public_id(shop.store, t->arena, own.public_id,
	                                                   other_app, &read) == ERR_NOT_FOUND);
	shop_close(&shop);
}

TEST(sessions_are_listed_and_ended_by_their_own_account_alone)
{
	struct shop shop;
	struct session_list list;
	int64_t ended, epoch;

	shop_open(&shop, t);
	int64_t app = add_app(&shop, 1);
	struct account ann = add_account(&shop, app, 1), eva = add_account(&shop, app, 2);
	struct session first = add_session(&shop, &ann, 1), second = add_session(&shop, &ann, 2);
	struct session third = add_session(&shop, &ann, 3), hers = add_session(&shop, &eva, 4);
	CHECK("list", store_sessions_of(shop.store, t->arena, ann.id, 1, NOW, 9, &list) == OK);
	CHECK("newest first",
	      list.n == 3 && list.items[0].id == third.id && list.items[2].id == first.id);
	CHECK("some", store_sessions_of(shop.store, t->arena, ann.id, 1, NOW, 2, &list) == OK);
	CHECK("two", list.n == 2);
	CHECK("over",
	      store_sessions_of(shop.store, t->arena, ann.id, 1, NOW + 1000, 9, &list) == OK);
	CHECK("none", list.n == 0);
	CHECK("another's",
	      WRITE(&shop, store_session_end(shop.tx, hers.public_id, ann.id)) == ERR_NOT_FOUND);
	CHECK("own", WRITE(&shop, store_session_end(shop.tx, second.public_id, ann.id)) == OK);
	CHECK("twice",
	      WRITE(&shop, store_session_end(shop.tx, second.public_id, ann.id)) == ERR_NOT_FOUND);
	CHECK("others",
	      WRITE(&shop, store_session_end_others(shop.tx, ann.id, third.id, &ended)) == OK);
	CHECK("one", ended == 1 && session_lives(&shop, app, 3, NOW) &&
	                     !session_lives(&shop, app, 1, NOW) &&
	                     session_lives(&shop, app, 4, NOW));
	CHECK("password", set_password(&shop, &ann, 0, &epoch) == OK);
	CHECK("dead ones",
	      store_sessions_of(shop.store, t->arena, ann.id, epoch, NOW, 9, &list) == OK);
	CHECK("are not listed", list.n == 0);
	shop_close(&shop);
}

TEST(the_digest_of_a_session_is_unique)
{
	struct shop shop;
	int64_t id;

	shop_open(&shop, t);
	struct account account = add_account(&shop, add_app(&shop, 1), 1);
	add_session(&shop, &account, 1);
	const struct digest digest = digest_number(1);
	const struct new_session same = { .account_id = account.id,
		                          .epoch = account.epoch,
		                          .public_id = STR("another"),
		                          .access_digest = &digest,
		                          .network = STR(""),
		                          .client = STR("") };
	CHECK("same", WRITE(&shop, store_session_add(shop.tx, &same, &id)) == ERR_CONFLICT);
	shop_close(&shop);
}

/* ---- tokens ---- */

static enum err add_token(struct shop *shop, const struct account *account, int64_t outbox_id,
                          int64_t expires_at)
{
	const struct new_token token = {
		.outbox_id = outbox_id,
		.account_id = account->id,
		.epoch = account->epoch,
		.purpose = TOKEN_SET_PASSWORD,
		.digest = digest_number((int)outbox_id),
		.now = NOW,
		.expires_at = expires_at,
	};

	return WRITE(shop, store_token_add(shop->tx, &token));
}

static struct token token_of(struct shop *shop, int64_t app, int64_t outbox_id)
{
	struct digest digest = digest_number((int)outbox_id);
	struct token token;

	CHECK("token",
	      store_token_by_digest(shop->store, shop->t->arena, &digest, app, &token) == OK);
	return token;
}

TEST(a_token_is_made_once_and_replaced_by_that_of_a_newer_request)
{
	struct shop shop;
	struct token token, again;

	shop_open(&shop, t);
	int64_t app = add_app(&shop, 1);
	struct account account = add_account(&shop, app, 1), neighbour = add_account(&shop, app, 2);
	CHECK("made", add_token(&shop, &account, 10, NOW + 100) == OK);
	token = token_of(&shop, app, 10);
	CHECK("columns", token.account_id == account.id && token.outbox_id == 10 &&
	                         token.purpose == TOKEN_SET_PASSWORD && token.epoch == 1 &&
	                         token.state == TOKEN_LIVE && token.created_at == NOW &&
	                         token.expires_at == NOW + 100 && token.account_epoch == 1 &&
	                         str_is(token.username_key, "name-1"));
	CHECK("again", add_token(&shop, &account, 10, NOW + 200) == OK);
	again = token_of(&shop, app, 10);
	CHECK("the same", again.id == token.id && again.expires_at == NOW + 200);
	CHECK("a neighbour's", add_token(&shop, &neighbour, 11, NOW + 100) == OK);
	CHECK("changes nothing", token_of(&shop, app, 10).state == TOKEN_LIVE);
	CHECK("newer", add_token(&shop, &account, 12, NOW + 100) == OK);
	CHECK("replaced", token_of(&shop, app, 10).state == TOKEN_REPLACED);
	CHECK("lives", token_of(&shop, app, 12).state == TOKEN_LIVE);
	CHECK("the neighbour's lives", token_of(&shop, app, 11).state == TOKEN_LIVE);
	CHECK("older after newer", add_token(&shop, &account, 9, NOW + 100) == ERR_NOT_FOUND);
	CHECK("replaced stays so", add_token(&shop, &account, 10, NOW + 300) == ERR_NOT_FOUND);
	CHECK("replaced stays so", token_of(&shop, app, 10).state == TOKEN_REPLACED);
	shop_close(&shop);
}

TEST(a_token_is_not_made_for_an_account_that_has_moved_on)
{
	struct shop shop;
	struct account account, fresh;
	int64_t epoch;

	shop_open(&shop, t);
	account = add_account(&shop, add_app(&shop, 1), 1);
	CHECK("password", set_password(&shop, &account, 20, &epoch) == OK);
	CHECK("another epoch", add_token(&shop, &account, 30, NOW + 100) == ERR_NOT_FOUND);
	CHECK("read", store_account_by_id(shop.store, t->arena, account.id, &fresh) == OK);
	CHECK("below the floor", add_token(&shop, &fresh, 19, NOW + 100) == ERR_NOT_FOUND);
	CHECK("on the floor", add_token(&shop, &fresh, 20, NOW + 100) == ERR_NOT_FOUND);
	CHECK("above it", add_token(&shop, &fresh, 21, NOW + 100) == OK);
	shop_close(&shop);
}

TEST(a_token_is_spent_once_while_it_lives)
{
	struct shop shop;
	struct digest nobody = digest_number(99);
	struct token token;

	shop_open(&shop, t);
	int64_t app = add_app(&shop, 1), other_app = add_app(&shop, 2);
	struct account account = add_account(&shop, app, 1);
	CHECK("made", add_token(&shop, &account, 10, NOW + 100) == OK);
	token = token_of(&shop, app, 10);
	CHECK("unknown",
	      store_token_by_digest(shop.store, t->arena, &nobody, app, &token) == ERR_NOT_FOUND);
	struct digest digest = digest_number(10);
	CHECK("another app", store_token_by_digest(shop.store, t->arena, &digest, other_app,
	                                           &token) == ERR_NOT_FOUND);
	CHECK("expired",
	      WRITE(&shop, store_token_consume(shop.tx, &token, NOW + 100)) == ERR_NOT_FOUND);
	struct token stale = token;
	stale.epoch++;
	CHECK("another epoch",
	      WRITE(&shop, store_token_consume(shop.tx, &stale, NOW)) == ERR_NOT_FOUND);
	CHECK("last second", WRITE(&shop, store_token_consume(shop.tx, &token, NOW + 99)) == OK);
	CHECK("twice", WRITE(&shop, store_token_consume(shop.tx, &token, NOW)) == ERR_NOT_FOUND);
	CHECK("spent", token_of(&shop, app, 10).state == TOKEN_SPENT);
	CHECK("spent stays so", add_token(&shop, &account, 10, NOW + 300) == ERR_NOT_FOUND);
	CHECK("a newer one", add_token(&shop, &account, 11, NOW + 100) == OK);
	CHECK("spent is not replaced", token_of(&shop, app, 10).state == TOKEN_SPENT);
	shop_close(&shop);
}

enum { SPENDERS = 8 };

struct spending {
	struct shop *shop;
	struct token token;
	enum err err;
};

static void *spend(void *state)
{
	struct spending *spending = state;
	struct tx *tx = NULL;

	spending->err = tx_begin(spending->shop->store, &tx);
	if (spending->err == OK)
		spending->err = store_token_consume(tx, &spending->token, NOW);
	if (spending->err == OK)
		spending->err = tx_commit(&tx);
	tx_rollback(&tx);
	return NULL;
}

TEST(of_many_who_spend_one_token_at_once_one_does)
{
	struct shop shop;
	struct spending spendings[SPENDERS];
	pthread_t threads[SPENDERS];
	int done = 0;

	shop_open(&shop, t);
	int64_t app = add_app(&shop, 1);
	struct account account = add_account(&shop, app, 1);
	CHECK("made", add_token(&shop, &account, 10, NOW + 100) == OK);
	for (int i = 0; i < SPENDERS; i++) {
		spendings[i] = (struct spending){ &shop, token_of(&shop, app, 10), OK };
		CHECK("thread", pthread_create(&threads[i], NULL, spend, &spendings[i]) == 0);
	}
	for (int i = 0; i < SPENDERS; i++) {
		pthread_join(threads[i], NULL);
		CHECK("verdict", spendings[i].err == OK || spendings[i].err == ERR_NOT_FOUND);
		done += spendings[i].err == OK;
	}
	CHECK("one", done == 1);
	shop_close(&shop);
}

/* ---- outbox ---- */

static int64_t add_row(struct shop *shop, int64_t app, int64_t due)
{
	const struct outbox_row row = {
		.app_id = app,
		.kind = OUTBOX_RECOVERY,
		.nonce = { { 1, 2, 3 } },
		.reference = STR("K7Q2-9FMX"),
		.login = STR("email-1"),
		.network = STR("192.0.2.1"),
		.created_at = NOW,
		.expires_at = NOW + 1800,
		.next_attempt_at = due,
	};
	int64_t id = 0;

	CHECK("row", WRITE(shop, store_outbox_add(shop->tx, &row, &id)) == OK);
	return id;
}

static struct outbox_list claim(struct shop *shop, int64_t now, int64_t max)
{
	struct outbox_list list = { NULL, 0 };

	CHECK("claim", WRITE(shop, store_outbox_claim(shop->tx, shop->t->arena, now, now + 45, max,
	                                              &list)) == OK);
	return list;
}

static enum err settle(struct shop *shop, const struct outbox_row *row, enum outbox_state state,
                       int64_t next)
{
	const struct outbox_verdict verdict = {
		.id = row->id,
		.attempts = row->attempts,
		.state = state,
		.next_attempt_at = next,
		.now = NOW + 5,
		.error = state == OUTBOX_SENT ? STR("") : STR("451 not now"),
	};

	return WRITE(shop, store_outbox_settle(shop->tx, &verdict));
}

TEST(a_due_row_is_claimed_by_one_until_its_lease_is_over)
{
	struct shop shop;
	struct outbox_list first, second;

	shop_open(&shop, t);
	int64_t app = add_app(&shop, 1), id = add_row(&shop, app, NOW);
	CHECK("not before its time", claim(&shop, NOW - 1, 10).n == 0);
	first = claim(&shop, NOW, 10);
	CHECK("claimed", first.n == 1 && first.items[0].id == id && first.items[0].attempts == 1);
	CHECK("columns", str_is(first.items[0].reference, "K7Q2-9FMX") &&
	                         str_is(first.items[0].login, "email-1") &&
	                         first.items[0].nonce.bytes[2] == 3 &&
	                         first.items[0].expires_at == NOW + 1800 &&
	                         first.items[0].next_attempt_at == NOW + 45);
	CHECK("by one", claim(&shop, NOW + 44, 10).n == 0);
	second = claim(&shop, NOW + 45, 10);
	CHECK("the lease is over", second.n == 1 && second.items[0].attempts == 2);
	CHECK("late", settle(&shop, &first.items[0], OUTBOX_SENT, 0) == ERR_NOT_FOUND);
	CHECK("in time", settle(&shop, &second.items[0], OUTBOX_SENT, 0) == OK);
	CHECK("twice", settle(&shop, &second.items[0], OUTBOX_DEAD, 0) == ERR_NOT_FOUND);
	CHECK("over", claim(&shop, NOW + 1000, 10).n == 0);
	shop_close(&shop);
}

TEST(rows_are_claimed_in_the_order_they_are_due_and_no_more_than_asked_for)
{
	struct shop shop;
	struct outbox_list list;

	shop_open(&shop, t);
	int64_t app = add_app(&shop, 1);
	int64_t late = add_row(&shop, app, NOW + 2), early = add_row(&shop, app, NOW + 1);
	list = claim(&shop, NOW + 2, 1);
	CHECK("the earlier", list.n == 1 && list.items[0].id == early);
	list = claim(&shop, NOW + 2, 1);
	CHECK("the later", list.n == 1 && list.items[0].id == late);
	for (int i = 0; i < 20; i++)
		add_row(&shop, app, NOW);
	CHECK("many", claim(&shop, NOW + 3, 15).n == 15);
	CHECK("the rest", claim(&shop, NOW + 3, 15).n == 5);
	CHECK("newest first", store_outbox_newest(shop.store, t->arena, 3, &list) == OK &&
	                              list.n == 3 && list.items[0].id > list.items[2].id);
	shop_close(&shop);
}

TEST(a_dead_row_is_listed_however_many_newer_ones_there_are)
{
	struct shop shop;
	struct outbox_list list;

	shop_open(&shop, t);
	int64_t app = add_app(&shop, 1), dead = add_row(&shop, app, NOW);
	list = claim(&shop, NOW, 1);
	CHECK("dies", settle(&shop, &list.items[0], OUTBOX_DEAD, 0) == OK);
	for (int i = 0; i < 5; i++)
		add_row(&shop, app, NOW);
	CHECK("listed", store_outbox_newest(shop.store, t->arena, 3, &list) == OK && list.n == 3);
	CHECK("the newest, newest first",
	      list.items[0].id == dead + 5 && list.items[1].id == dead + 4);
	CHECK("and the dead one", list.items[2].id == dead && list.items[2].state == OUTBOX_DEAD);
	shop_close(&shop);
}

TEST(a_row_is_settled_tried_again_or_brought_back_from_the_dead)
{
	struct shop shop;
	struct outbox_row row, found;

	shop_open(&shop, t);
	int64_t app = add_app(&shop, 1), id = add_row(&shop, app, NOW);
	row = claim(&shop, NOW, 1).items[0];
	CHECK("again later", settle(&shop, &row, OUTBOX_DUE, NOW + 60) == OK);
	CHECK("read", store_outbox_by_id(shop.store, t->arena, id, &found) == OK);
	CHECK("due", found.state == OUTBOX_DUE && found.next_attempt_at == NOW + 60 &&
	                     found.settled_at == 0 && str_is(found.last_error, "451 not now"));
	CHECK("not yet", claim(&shop, NOW + 59, 1).n == 0);
	CHECK("a living row is not retried",
	      WRITE(&shop, store_outbox_retry(shop.tx, id, NOW, NOW + 9)) == ERR_NOT_FOUND);
	row = claim(&shop, NOW + 60, 1).items[0];
	CHECK("dead", settle(&shop, &row, OUTBOX_DEAD, 0) == OK);
	CHECK("read", store_outbox_by_id(shop.store, t->arena, id, &found) == OK);
	CHECK("dead", found.state == OUTBOX_DEAD && found.settled_at == NOW + 5);
	CHECK("dead rows wait", claim(&shop, NOW + 9999, 1).n == 0);
	CHECK("retry", WRITE(&shop, store_outbox_retry(shop.tx, id, NOW + 100, NOW + 900)) == OK);
	CHECK("read", store_outbox_by_id(shop.store, t->arena, id, &found) == OK);
	CHECK("due again",
	      found.state == OUTBOX_DUE && found.expires_at == NOW + 900 && found.settled_at == 0);
	row = claim(&shop, NOW + 100, 1).items[0];
	CHECK("dropped", settle(&shop, &row, OUTBOX_DROPPED, 0) == OK);
	CHECK("the dropped stay so",
	      WRITE(&shop, store_outbox_retry(shop.tx, id, NOW, NOW + 9)) == ERR_NOT_FOUND);
	CHECK("no such row",
	      store_outbox_by_id(shop.store, t->arena, 999, &found) == ERR_NOT_FOUND);
	shop_close(&shop);
}

/* ---- texts and the trail ---- */

TEST(messages_keep_their_order_when_they_are_edited)
{
	struct shop shop;
	const struct message one = { STR("one"), STR("1"), STR("error"), STR("email") };
	const struct message two = { STR("two"), STR("2"), STR(""), STR("") };
	const struct message one_again = { STR("one"), STR("I"), STR(""), STR("x") };
	struct message found;
	struct message_list list;

	shop_open(&shop, t);
	int64_t app = add_app(&shop, 1), other_app = add_app(&shop, 2);
	CHECK("one", WRITE(&shop, store_message_set(shop.tx, app, &one)) == OK);
	CHECK("two", WRITE(&shop, store_message_set(shop.tx, app, &two)) == OK);
	CHECK("edited", WRITE(&shop, store_message_set(shop.tx, app, &one_again)) == OK);
	CHECK("all", store_messages(shop.store, t->arena, app, &list) == OK && list.n == 2);
	CHECK("in order", str_is(list.items[0].message, "I") && str_is(list.items[1].message, "2"));
	CHECK("by name",
	      store_message_by_name(shop.store, t->arena, app, STR("one"), &found) == OK &&
	              str_is(found.input, "x"));
	CHECK("of its app", store_message_by_name(shop.store, t->arena, other_app, STR("one"),
	                                          &found) == ERR_NOT_FOUND);
	shop_close(&shop);
}

TEST(the_audit_trail_is_read_newest_first_for_one_app)
{
	struct shop shop;
	struct audit_list list;
	const struct audit_wanted newest = { .app_id = 1, .below_id = INT64_MAX, .max = 2 };

	shop_open(&shop, t);
	for (int i = 0; i < 5; i++) {
		const struct audit_row row = { .app_id = 1 + i % 2,
			                       .account_id = i,
			                       .at = NOW + i,
			                       .event = STR("log_in"),
			                       .outcome = STR("done"),
			                       .network = STR("") };
		CHECK("add", WRITE(&shop, store_audit_add(shop.tx, &row)) == OK);
	}
	CHECK("list", store_audit_page(shop.store, t->arena, &newest, &list) == OK && list.n == 2);
	CHECK("newest first", list.items[0].at == NOW + 4 && list.items[1].at == NOW + 2);
	shop_close(&shop);
}
