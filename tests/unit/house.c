/* SPDX-License-Identifier: Apache-2.0 */
/* house.c - operations, run as their doors run them. */
#include "house.h"
#include "account/provider_keys.h"
#include "account/decoy.h"
#include "account/request_counter.h"
#include "account/signing.h"
#include "outbound/https.h"
#include <stdlib.h>
#include <string.h>

enum { HASH_KIB = 8, START = 1795400000 };

static void start_hasher(struct house *house, uint32_t memory_kib)
{
	const struct hasher_options options = {
		.threads = 2,
		.queue_max = 16,
		.memory_kib = memory_kib,
		.passes = 1,
		.patience_ms = HASHER_PATIENCE_MS,
	};

	CHECK("hasher", hasher_start(&options, &house->service.hasher) == OK);
}

static void start_parts(struct house *house, const struct driver *driver)
{
	struct service *service = &house->service;

	random_bytes(&house->key, sizeof(house->key));
	service->key = &house->key;
	service->policy = (struct policy){
		.password_min_length = 8,
		.password_max_length = 256,
		.reset_minutes = 30,
		.access_minutes = 15,
		.refresh_days = 30,
		.retention_mail_days = 7,
		.retention_audit_days = 365,
		.public_url = STR("https://id.example.org"),
		.default_app = STR("default"),
	};
	service->turnstile = turnstile_new();
	service->decoys = decoys_new();
	service->keyring = keyring_new();
	service->requests = request_counter_new();
	service->outbox_bell = bell_new();
	service->provider_keys = provider_keys_new();
	CHECK("https", https_start(&(struct https_options){ 0 }, &service->https) == OK);
	CHECK("parts", service->turnstile && service->decoys && service->keyring &&
	                       service->requests && service->outbox_bell && service->provider_keys);
	CHECK("store", store_open(house->url.ptr, driver, &service->store) == OK);
	start_hasher(house, HASH_KIB);
}

void house_open(struct house *house, struct test *t, const struct driver *driver)
{
	*house = (struct house){ .t = t, .now = START };
	scratch_make(&house->scratch);
	house->url = database_make(&house->scratch, t->arena);
	faulty_arm(0, OK, FAULTY_ONCE);
	start_parts(house, driver);
	house->app = house_add_app(house, "demo", "en");
	house->client_key = SECRET("client-key-of-demo");
}

void house_close(struct house *house)
{
	hasher_stop(house->service.hasher);
	store_close(house->service.store);
	bell_free(house->service.outbox_bell);
	request_counter_free(house->service.requests);
	keyring_free(house->service.keyring);
	provider_keys_free(house->service.provider_keys);
	https_stop(house->service.https);
	decoys_free(house->service.decoys);
	turnstile_free(house->service.turnstile);
	database_remove(house->url, house->t->arena);
	scratch_remove(&house->scratch);
}

void house_hash_at(struct house *house, uint32_t memory_kib)
{
	hasher_stop(house->service.hasher);
	start_hasher(house, memory_kib);
}

struct ctx house_client(const struct house *house)
{
	return (struct ctx){
		.service = &house->service,
		.arena = house->t->arena,
		.now = house->now,
		.actor = ACTOR_CLIENT,
		.network = STR("192.0.2.1"),
		.app = house->app,
	};
}

struct ctx house_member(const struct house *house, struct secret bearer)
{
	struct ctx ctx = house_client(house);

	ctx.bearer = bearer;
	return ctx;
}

struct ctx house_operator(const struct house *house)
{
	struct ctx ctx = house_client(house);

	ctx.actor = ACTOR_OPERATOR;
	return ctx;
}

struct ctx house_server(const struct house *house)
{
	struct ctx ctx = house_client(house);

	ctx.actor = ACTOR_SERVER;
	ctx.app = (struct app){ 0 };
	return ctx;
}

/* ---- conversations ---- */

struct app house_add_app(struct house *house, const char *name, const char *language)
{
	struct ctx ctx = house_operator(house);
	const struct app_named named = { str(name) };
	struct app_add in = {
		.name = str(name),
		.dialects = DIALECT_ALL,
		.language = str(language),
	};
	struct app_added added;
	struct app app;
	struct str key, master;

	CHECK(name, arena_printf(ctx.arena, &key, "client-key-of-%s", name) == OK);
	CHECK(name, arena_printf(ctx.arena, &master, "master-key-of-%s", name) == OK);
	in.client_key = (struct secret){ key.ptr, key.len };
	in.master_key = (struct secret){ master.ptr, master.len };
	CHECK(name, operation_run(&ctx, &app_add_op, &in, &added) == OK);
	ctx = house_operator(house);
	CHECK(name, operation_run(&ctx, &app_show_op, &named, &app) == OK);
	return app;
}

void house_set(struct house *house, const char *key, const char *value)
{
	struct ctx ctx = house_operator(house);
	const struct app_setting setting = { str(key), str(value) };
	const struct app_set in = { STR("demo"), &setting, 1 };

	struct app_changed changed;

	CHECK(key, operation_run(&ctx, &app_set_op, &in, &changed) == OK);
	house->app = changed.app;
}

void house_add(struct house *house, const char *email, const char *username, const char *password)
{
	struct ctx ctx = house_operator(house);
	const struct account_add in = {
		.email = str(email),
		.username = str(username),
		.password = { password, strlen(password) },
	};
	struct account_added added;

	CHECK(email, operation_run(&ctx, &account_add_op, &in, &added) == OK);
}

enum err house_log_in(struct house *house, const char *login, struct secret password,
                      struct session_tokens *ret_tokens)
{
	struct ctx ctx = house_client(house);
	const struct log_in in = { .login = str(login), .password = password };

	return operation_run(&ctx, &account_log_in_op, &in, ret_tokens);
}

bool house_opens(struct house *house, const char *login, struct secret password)
{
	struct session_tokens tokens;
	enum err err = house_log_in(house, login, password, &tokens);

	CHECK(login, err == OK || err == ERR_BAD_CREDENTIALS);
	return err == OK;
}

struct secret house_session(struct house *house, const char *login, struct secret password)
{
	struct session_tokens tokens;

	CHECK(login, house_log_in(house, login, password, &tokens) == OK);
	return tokens.access_token;
}

bool house_session_lives(struct house *house, struct secret bearer)
{
	struct ctx ctx = house_member(house, bearer);
	enum err err = operation_enter(&ctx, &password_change_op);

	CHECK("session", err == OK || err == ERR_BAD_SESSION);
	return err == OK;
}

enum err house_change(struct house *house, struct secret bearer, struct secret old_password,
                      struct secret new_password)
{
	struct ctx ctx = house_member(house, bearer);
	const struct password_change in = { old_password, new_password, SECRET_NONE };
	struct nothing nothing;

	return operation_run(&ctx, &password_change_op, &in, &nothing);
}

enum err house_reset(struct house *house, struct secret token, struct secret new_password)
{
	struct ctx ctx = house_client(house);
	const struct password_reset in = { .token = token, .new_password = new_password };
	struct password_reset_done done;

	return operation_run(&ctx, &password_reset_op, &in, &done);
}

enum err house_confirm(struct house *house, struct secret token, const char *username)
{
	struct ctx ctx = house_client(house);
	const struct recovery_confirm in = { token, str(username) };
	struct nothing nothing;

	return operation_run(&ctx, &recovery_confirm_op, &in, &nothing);
}

enum err house_ask(struct house *house, enum outbox_kind mail, const char *login)
{
	struct ctx ctx = house_client(house);
	const struct recovery_request in = {
		.login = str(login),
		.kind = mail == OUTBOX_RECOVERY_NAMED ? LOGIN_USERNAME : LOGIN_EMAIL,
		.mail = mail,
	};
	struct recovery_requested requested;

	return operation_run(&ctx, &recovery_request_op, &in, &requested);
}

bool house_next_mail(struct house *house, struct outbox_row *ret_row, struct letter *ret_letter)
{
	struct ctx ctx = house_server(house);
	const struct nothing nothing = { 0 };
	struct outbox_list due;

	CHECK("claim", operation_run(&ctx, &mail_claim_op, &nothing, &due) == OK);
	CHECK("one at a time", due.n <= 1);
	if (due.n == 0)
		return false;
	*ret_row = due.items[0];
	ctx = house_server(house);
	CHECK("write", operation_run(&ctx, &mail_write_op, ret_row, ret_letter) == OK);
	house->made_phc = ret_letter->made_phc;
	return true;
}

enum err house_settle(struct house *house, const struct outbox_row *row, enum mail_outcome outcome)
{
	struct ctx ctx = house_server(house);
	const struct mail_settle in = {
		.row = *row,
		.outcome = outcome,
		.made_phc = house->made_phc,
		.reason = outcome == MAIL_SENT ? STR("") : STR("451 not now"),
	};
	struct nothing nothing;

	return operation_run(&ctx, &mail_settle_op, &in, &nothing);
}

void house_deliver(struct house *house)
{
	struct outbox_row row;
	struct letter letter;

	while (house_next_mail(house, &row, &letter)) {
		if (letter.send)
			CHECK("settle", house_settle(house, &row, MAIL_SENT) == OK);
	}
}

struct secret house_link_token(struct house *house, const struct letter *letter)
{
	const char *token = letter->link.ptr ? strstr(letter->link.ptr, "token=") : NULL;
	struct secret copy;

	CHECK("a link with a token", token != NULL);
	CHECK("copy", arena_secret(house->t->arena,
	                           (struct secret){ token + strlen("token="),
	                                            strlen(token + strlen("token=")) },
	                           &copy) == OK);
	return copy;
}

struct secret house_mailed_token(struct house *house, enum outbox_kind mail, const char *login)
{
	struct outbox_row row;
	struct letter letter;

	CHECK(login, house_ask(house, mail, login) == OK);
	do
		CHECK(login, house_next_mail(house, &row, &letter));
	while (row.kind != (int64_t)mail);
	CHECK(login, letter.send);
	CHECK(login, house_settle(house, &row, MAIL_SENT) == OK);
	return house_link_token(house, &letter);
}

void house_confirm_made(struct house *house, const char *username)
{
	struct secret token = house_mailed_token(house, OUTBOX_RECOVERY_NAMED, username);

	CHECK(username, house_confirm(house, token, username) == OK);
}

bool house_sweep_some(struct house *house, enum sweep what)
{
	struct ctx ctx = house_server(house);
	const struct sweep_batch batch = { what, HOUSE_BATCH };
	struct swept swept;

	CHECK("sweep", operation_run(&ctx, &sweep_op, &batch, &swept) == OK);
	return swept.more;
}

void house_sweep(struct house *house)
{
	for (enum sweep what = 0; what < SWEEP_COUNT; what++) {
		int batches = 1;
		while (house_sweep_some(house, what))
			CHECK("it ends", batches++ < 100);
	}
}

enum err house_remove(struct house *house, const char *login)
{
	struct ctx ctx = house_operator(house);
	const struct account_remove in = { str(login) };
	struct nothing nothing;

	return operation_run(&ctx, &account_remove_op, &in, &nothing);
}

/* ---- what the store says ---- */

struct str house_sql(struct house *house, const char *sql)
{
	return database_sql(house->url, house->t->arena, sql);
}

size_t house_rows(struct house *house, const char *from)
{
	struct str sql;
	long long n = 0;

	CHECK(from, arena_printf(house->t->arena, &sql, "SELECT count(*) FROM %s", from) == OK);
	CHECK(from, str_to_number(house_sql(house, sql.ptr), 1000000, &n));
	return (size_t)n;
}

struct account house_account(struct house *house, const char *email_key)
{
	struct account account;

	CHECK(email_key, store_account_by_email(house->service.store, house->t->arena,
	                                        house->app.id, str(email_key), &account) == OK);
	return account;
}

struct outbox_row house_row(struct house *house, int64_t id)
{
	struct outbox_row row;

	CHECK("row", store_outbox_by_id(house->service.store, house->t->arena, id, &row) == OK);
	return row;
}

size_t house_count_mails(struct house *house, enum outbox_kind kind)
{
	struct outbox_list list;
	size_t n = 0;

	CHECK("list",
	      store_outbox_newest(house->service.store, house->t->arena, 1000, &list) == OK);
	for (size_t i = 0; i < list.n; i++)
		n += list.items[i].kind == (int64_t)kind;
	return n;
}

static struct audit_list audit(struct house *house)
{
	const struct audit_wanted wanted = { .app_id = house->app.id,
		                             .below_id = INT64_MAX,
		                             .max = 1000 };
	struct audit_list list;

	CHECK("audit",
	      store_audit_page(house->service.store, house->t->arena, &wanted, &list) == OK);
	return list;
}

const char *house_last_outcome(struct house *house)
{
	struct audit_list list = audit(house);

	return list.n > 0 ? list.items[0].outcome.ptr : "";
}

size_t house_count_outcomes(struct house *house, const char *event, const char *outcome)
{
	struct audit_list list = audit(house);
	size_t n = 0;

	for (size_t i = 0; i < list.n; i++)
		n += str_is(list.items[i].event, event) && str_is(list.items[i].outcome, outcome);
	return n;
}
