/* SPDX-License-Identifier: Apache-2.0 */
/* fault_test.c - the store fails at every single call of every operation of the main job, once or
 * from then on, and nothing is ever half-done. */
#include "account/sign_in.h"
#include "house.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OLD SECRET("correct horse")
#define NEW SECRET("battery staple")
#define ANN "ann@example.org"

/* How a call may fail: these of the ways below, or with REKEY_FULL_SWEEP in the environment all. */
#define WELCOME "https://shop.example/welcome"

enum { CALLS_MAX = 200, WAYS_SAMPLED = 2 };

/* What a run starts from, and what came of it. */
struct scene {
	struct house house;
	struct secret own, other; /* sessions from before */
	struct secret token;
	struct secret next; /* the password that is to work afterwards */
	struct outbox_row row;
	struct letter letter;
};

struct flow {
	const char *name;
	void (*prepare)(struct scene *scene);
	enum err (*run)(struct scene *scene);
	/* done: the run answered OK. */
	void (*check)(struct scene *scene, const char *name, bool done);
};

static size_t rows(struct scene *scene, const char *sql)
{
	long long n = 0;

	CHECK(sql, str_to_number(house_sql(&scene->house, sql), 1000, &n));
	return (size_t)n;
}

static bool works(struct scene *scene, struct secret password)
{
	return house_opens(&scene->house, ANN, password);
}

/* One of the two passwords works and the other does not; the notice was queued with the change. */
static void check_password(struct scene *scene, const char *name, bool changed, size_t notices)
{
	CHECK(name, works(scene, scene->next) == changed);
	CHECK(name, works(scene, OLD) == !changed);
	CHECK(name, house_count_mails(&scene->house, OUTBOX_PASSWORD_CHANGED) == notices);
	CHECK(name, house_session_lives(&scene->house, scene->other) == !changed);
	CHECK(name, house_account(&scene->house, ANN).epoch == (changed ? 2 : 1));
}

/* ---- log-in ---- */

static void prepare_nothing(struct scene *scene)
{
	(void)scene;
}

static void prepare_dearer_hash(struct scene *scene)
{
	house_hash_at(&scene->house, 16);
}

static enum err log_in(struct scene *scene)
{
	struct session_tokens tokens = { .expires_in = 42 };
	enum err err = house_log_in(&scene->house, ANN, OLD, &tokens);

	scene->own = tokens.access_token;
	CHECK("tokens of a failure", err == OK || (!tokens.access_token.ptr && !tokens.expires_in));
	return err;
}

static void check_log_in(struct scene *scene, const char *name, bool done)
{
	CHECK(name, rows(scene, "SELECT count(*) FROM session") == (done ? 3 : 2));
	CHECK(name,
	      house_count_outcomes(&scene->house, "account_log_in", "done") == (done ? 3 : 2));
	CHECK(name, !done || house_session_lives(&scene->house, scene->own));
	check_password(scene, name, false, 0);
}

static void check_dearer_hash(struct scene *scene, const char *name, bool done)
{
	bool dear = str_starts(house_account(&scene->house, ANN).phc, "$argon2id$v=19$m=16,");

	CHECK(name, dear == done);
	check_log_in(scene, name, done);
}

/* ---- change ---- */

static enum err change(struct scene *scene)
{
	return house_change(&scene->house, scene->own, OLD, scene->next);
}

static void check_change(struct scene *scene, const char *name, bool done)
{
	CHECK(name, house_session_lives(&scene->house, scene->own));
	CHECK(name, house_count_outcomes(&scene->house, "password_change", "done") == done);
	check_password(scene, name, done, done);
}

/* ---- reset ---- */

static void prepare_token(struct scene *scene)
{
	scene->token = house_mailed_token(&scene->house, OUTBOX_RECOVERY, ANN);
}

static enum err reset(struct scene *scene)
{
	return house_reset(&scene->house, scene->token, scene->next);
}

static void check_reset(struct scene *scene, const char *name, bool done)
{
	CHECK(name, rows(scene, "SELECT count(*) FROM token WHERE state = 1") == done);
	CHECK(name,
	      rows(scene, "SELECT count(*) FROM token WHERE state = 0 AND purpose = 0") == !done);
	CHECK(name, house_session_lives(&scene->house, scene->own) == !done);
	check_password(scene, name, done, done);
	/* What was not done can still be. */
	CHECK(name, house_reset(&scene->house, scene->token, scene->next) ==
	                    (done ? ERR_TOKEN_INVALID : OK));
}

/* ---- asking ---- */

static enum err ask(struct scene *scene)
{
	return house_ask(&scene->house, OUTBOX_RECOVERY, ANN);
}

static void check_ask(struct scene *scene, const char *name, bool done)
{
	CHECK(name, house_count_mails(&scene->house, OUTBOX_RECOVERY) == done);
	CHECK(name, house_next_mail(&scene->house, &scene->row, &scene->letter) == done);
	check_password(scene, name, false, 0);
}

/* ---- claiming and writing ---- */

static void prepare_asked(struct scene *scene)
{
	CHECK("asked", ask(scene) == OK);
}

static enum err claim(struct scene *scene)
{
	struct ctx ctx = house_server(&scene->house);
	const struct nothing nothing = { 0 };
	struct outbox_list due;

	return operation_run(&ctx, &mail_claim_op, &nothing, &due);
}

static void check_claim(struct scene *scene, const char *name, bool done)
{
	struct house *house = &scene->house;

	CHECK(name, rows(scene, "SELECT attempts FROM outbox") == done);
	CHECK(name, house_next_mail(house, &scene->row, &scene->letter) == !done);
	house->now += OUTBOX_LEASE_S;
	CHECK(name, house_next_mail(house, &scene->row, &scene->letter) && scene->letter.send);
	CHECK(name, house_reset(house, house_link_token(house, &scene->letter), NEW) == OK);
}

static void prepare_claimed(struct scene *scene)
{
	struct ctx ctx = house_server(&scene->house);
	const struct nothing nothing = { 0 };
	struct outbox_list due;

	prepare_asked(scene);
	CHECK("claimed", operation_run(&ctx, &mail_claim_op, &nothing, &due) == OK && due.n == 1);
	scene->row = due.items[0];
}

static enum err write_mail(struct scene *scene)
{
	struct ctx ctx = house_server(&scene->house);
	enum err err = operation_run(&ctx, &mail_write_op, &scene->row, &scene->letter);

	CHECK("letter of a failure", err == OK || !scene->letter.send);
	return err;
}

static void check_write_mail(struct scene *scene, const char *name, bool done)
{
	struct house *house = &scene->house;
	struct str link = scene->letter.link;

	/* A token whose letter was never finished is that of the next attempt. */
	CHECK(name, !done || rows(scene, "SELECT count(*) FROM token") == 1);
	CHECK(name, house_row(house, scene->row.id).state == OUTBOX_DUE);
	house->now += OUTBOX_LEASE_S;
	CHECK(name, house_next_mail(house, &scene->row, &scene->letter) && scene->letter.send);
	CHECK(name, !done || str_equal(link, scene->letter.link));
	CHECK(name, house_reset(house, house_link_token(house, &scene->letter), NEW) == OK);
}

/* ---- confirming, and the made password ---- */

static void prepare_to_confirm(struct scene *scene)
{
	scene->token = house_mailed_token(&scene->house, OUTBOX_RECOVERY_NAMED, "ann");
}

static enum err confirm(struct scene *scene)
{
	return house_confirm(&scene->house, scene->token, "ann");
}

static void check_confirm(struct scene *scene, const char *name, bool done)
{
	CHECK(name, rows(scene, "SELECT count(*) FROM token WHERE state = 1") == done);
	CHECK(name, house_count_mails(&scene->house, OUTBOX_MADE_PASSWORD) == done);
	CHECK(name, house_session_lives(&scene->house, scene->own));
	check_password(scene, name, false, 0);
	CHECK(name,
	      house_confirm(&scene->house, scene->token, "ann") == (done ? ERR_TOKEN_INVALID : OK));
}

static void prepare_made(struct scene *scene)
{
	house_confirm_made(&scene->house, "ann");
	CHECK("made", house_next_mail(&scene->house, &scene->row, &scene->letter));
	CHECK("made", scene->row.kind == OUTBOX_MADE_PASSWORD && scene->letter.send);
	scene->next = scene->letter.secret;
}

static enum err settle_sent(struct scene *scene)
{
	return house_settle(&scene->house, &scene->row, MAIL_SENT);
}

static void check_settled(struct scene *scene, const char *name, bool done)
{
	struct house *house = &scene->house;

	CHECK(name, house_row(house, scene->row.id).state == (done ? OUTBOX_SENT : OUTBOX_DUE));
	CHECK(name, house_count_outcomes(house, "mail_settle", "made password mailed") == done);
	check_password(scene, name, done, 0);
	if (done)
		return;
	/* The lease ends, and the same password is mailed again. */
	house->now += OUTBOX_LEASE_S;
	CHECK(name, house_next_mail(house, &scene->row, &scene->letter) && scene->letter.send);
	CHECK(name, secret_equal(scene->letter.secret, scene->next));
	CHECK(name, house_settle(house, &scene->row, MAIL_SENT) == OK && works(scene, scene->next));
}

static void prepare_made_in_use(struct scene *scene)
{
	prepare_made(scene);
	CHECK("settled", settle_sent(scene) == OK);
}

static enum err log_in_with_made(struct scene *scene)
{
	struct session_tokens tokens;

	return house_log_in(&scene->house, ANN, scene->next, &tokens);
}

static void check_made_in_use(struct scene *scene, const char *name, bool done)
{
	CHECK(name, (house_account(&scene->house, ANN).password_expires_at == 0) == done);
	scene->house.now += DAY;
	CHECK(name, works(scene, scene->next) == done);
	CHECK(name, !works(scene, OLD));
}

/* ---- all of them, at every call ---- */

static void set_scene(struct scene *scene, struct test *t, const struct flow *flow)
{
	*scene = (struct scene){ .next = NEW };
	house_open(&scene->house, t, driver_faulty());
	house_add(&scene->house, ANN, "ann", "correct horse");
	scene->own = house_session(&scene->house, ANN, OLD);
	scene->other = house_session(&scene->house, ANN, OLD);
	flow->prepare(scene);
}

/* As after a start of the program anew, on the same file. */
static void start_anew(struct scene *scene)
{
	store_close(scene->house.service.store);
	CHECK("open", store_open(scene->house.url.ptr, NULL, &scene->house.service.store) == OK);
}

/* false: the run has fewer calls than n, so none failed. */
static bool fails_at(struct test *t, const struct flow *flow, unsigned n, enum err fault,
                     enum faulty_how how)
{
	struct scene scene;
	char name[80];

	snprintf(name, sizeof(name), "%s, %s at call %u%s", flow->name, err_name(fault), n,
	         how == FAULTY_ON ? " and on" : "");
	set_scene(&scene, t, flow);
	faulty_arm(n, fault, how);
	enum err err = flow->run(&scene);
	bool failed = faulty_heal() >= n;
	CHECK(name, err == (failed ? fault : OK));
	/* After one fault the same store goes on; after many, another opens the file. */
	if (how == FAULTY_ON)
		start_anew(&scene);
	flow->check(&scene, name, !failed);
	house_close(&scene.house);
	return failed;
}

static void fail_everywhere(struct test *t, const struct flow *flow)
{
	static const struct {
		enum err fault;
		enum faulty_how how;
	} ways[] = {
		{ ERR_STORE, FAULTY_ONCE }, { ERR_NOMEM, FAULTY_ON },  { ERR_STORE, FAULTY_ON },
		{ ERR_NOMEM, FAULTY_ONCE }, { ERR_BUSY, FAULTY_ONCE }, { ERR_BUSY, FAULTY_ON },
	};

	FOREACH(way, ways) {
		if (way == ways + WAYS_SAMPLED && !getenv("REKEY_FULL_SWEEP"))
			break;
		unsigned n = 1;
		while (n < CALLS_MAX && fails_at(t, flow, n, way->fault, way->how))
			n++;
		CHECK(flow->name, n > 2 && n < CALLS_MAX);
		arena_reset(t->arena);
	}
}

TEST(a_log_in_that_fails_opens_no_session)
{
	static const struct flow flow = { "log-in", prepare_nothing, log_in, check_log_in };

	fail_everywhere(t, &flow);
}

TEST(a_better_hash_that_fails_leaves_the_old_one)
{
	static const struct flow flow = { "log-in with a dearer hash", prepare_dearer_hash, log_in,
		                          check_dearer_hash };

	fail_everywhere(t, &flow);
}

TEST(a_change_that_fails_changes_nothing)
{
	static const struct flow flow = { "change", prepare_nothing, change, check_change };

	fail_everywhere(t, &flow);
}

TEST(a_reset_that_fails_spends_no_token)
{
	static const struct flow flow = { "reset", prepare_token, reset, check_reset };

	fail_everywhere(t, &flow);
}

TEST(a_recovery_request_that_fails_leaves_no_row)
{
	static const struct flow flow = { "ask", prepare_nothing, ask, check_ask };

	fail_everywhere(t, &flow);
}

TEST(a_claim_that_fails_loses_no_mail)
{
	static const struct flow flow = { "claim", prepare_asked, claim, check_claim };

	fail_everywhere(t, &flow);
}

TEST(a_mail_that_could_not_be_written_is_written_again)
{
	static const struct flow flow = { "write", prepare_claimed, write_mail, check_write_mail };

	fail_everywhere(t, &flow);
}

TEST(a_confirmation_that_fails_spends_no_token)
{
	static const struct flow flow = { "confirm", prepare_to_confirm, confirm, check_confirm };

	fail_everywhere(t, &flow);
}

TEST(a_made_password_that_cannot_be_settled_is_mailed_again)
{
	static const struct flow flow = { "settle", prepare_made, settle_sent, check_settled };

	fail_everywhere(t, &flow);
}

TEST(a_made_password_whose_first_use_fails_is_unused)
{
	static const struct flow flow = { "log-in with a made password", prepare_made_in_use,
		                          log_in_with_made, check_made_in_use };

	fail_everywhere(t, &flow);
}

/* ---- housekeeping, and the end of an account ---- */

static void prepare_old_things(struct scene *scene)
{
	prepare_token(scene);
	scene->house.now += 10;
	house_sql(&scene->house, "UPDATE session SET ends_at = 1");
}

static enum err sweep(struct scene *scene)
{
	struct ctx ctx = house_server(&scene->house);
	const struct sweep_batch batch = { SWEEP_SESSIONS_ENDED, HOUSE_BATCH };
	struct swept swept;

	return operation_run(&ctx, &sweep_op, &batch, &swept);
}

static void check_swept(struct scene *scene, const char *name, bool done)
{
	CHECK(name, rows(scene, "SELECT count(*) FROM session") == (done ? 0 : 2));
	CHECK(name, rows(scene, "SELECT count(*) FROM token") == 1);
}

static enum err remove_account(struct scene *scene)
{
	return house_remove(&scene->house, ANN);
}

static void check_removed(struct scene *scene, const char *name, bool done)
{
	CHECK(name, rows(scene, "SELECT count(*) FROM account") == !done);
	CHECK(name, rows(scene, "SELECT count(*) FROM session") == (done ? 0 : 2));
	CHECK(name, rows(scene, "SELECT count(*) FROM token") == !done);
	CHECK(name, rows(scene, "SELECT count(*) FROM outbox") == !done);
	CHECK(name, (rows(scene, "SELECT count(*) FROM audit WHERE account_id = 1") == 0) == done);
	CHECK(name, house_count_outcomes(&scene->house, "account_remove", "removed") == done);
	CHECK(name, done || works(scene, OLD));
}

TEST(a_sweep_that_fails_sweeps_nothing)
{
	static const struct flow flow = { "sweep", prepare_old_things, sweep, check_swept };

	fail_everywhere(t, &flow);
}

TEST(a_removal_that_fails_removes_nothing)
{
	static const struct flow flow = { "remove", prepare_token, remove_account, check_removed };

	fail_everywhere(t, &flow);
}

/* ---- apps ---- */

static enum err change_app(struct scene *scene)
{
	struct ctx ctx = house_operator(&scene->house);
	const struct app_setting settings[] = { { STR("sender"), STR("Shop") },
		                                { STR("hosts"), STR("shop.example") },
		                                { STR("origins"), STR("https://shop.example") },
		                                { STR("client_key"), STR("new") } };
	const struct app_set in = { STR("demo"), settings, COUNT_OF(settings) };
	struct app_changed changed;

	return operation_run(&ctx, &app_set_op, &in, &changed);
}

static void check_app_changed(struct scene *scene, const char *name, bool done)
{
	CHECK(name, rows(scene, "SELECT count(*) FROM app WHERE sender IS NOT NULL") == done);
	CHECK(name, rows(scene, "SELECT count(*) FROM app WHERE former_client_key_digest"
	                        " IS NOT NULL") == done);
	CHECK(name, rows(scene, "SELECT count(*) FROM app_host") == done);
	CHECK(name, rows(scene, "SELECT count(*) FROM app_origin") == done);
	CHECK(name, house_count_outcomes(&scene->house, "app_set", "keys changed") == done);
}

TEST(a_change_of_an_app_that_fails_changes_nothing)
{
	static const struct flow flow = { "app set", prepare_nothing, change_app,
		                          check_app_changed };

	fail_everywhere(t, &flow);
}

/* ---- providers ---- */

static enum err set_provider(struct scene *scene)
{
	struct ctx ctx = house_operator(&scene->house);
	const struct app_setting settings[] = { { STR("client_id"), STR("shop") },
		                                { STR("redirect_uris"), STR(WELCOME) } };
	const struct provider_set in = { .name = STR("linkedin"),
		                         .settings = settings,
		                         .n_settings = COUNT_OF(settings) };
	struct provider_shown shown;

	return operation_run(&ctx, &provider_set_op, &in, &shown);
}

static void check_provider_set(struct scene *scene, const char *name, bool done)
{
	CHECK(name, rows(scene, "SELECT count(*) FROM provider") == done);
	CHECK(name, house_count_outcomes(&scene->house, "provider_set", "done") == done);
}

TEST(a_provider_whose_setting_fails_is_not_there)
{
	static const struct flow flow = { "provider set", prepare_nothing, set_provider,
		                          check_provider_set };

	fail_everywhere(t, &flow);
}

static void prepare_provider(struct scene *scene)
{
	CHECK("provider", set_provider(scene) == OK);
}

static enum err begin_sign_in(struct scene *scene)
{
	struct ctx ctx = house_client(&scene->house);
	const struct sign_in_begin in = { STR("linkedin"), STR(WELCOME) };
	struct sign_in_begun begun;

	return operation_run(&ctx, &sign_in_begin_op, &in, &begun);
}

static void check_begun(struct scene *scene, const char *name, bool done)
{
	CHECK(name, rows(scene, "SELECT count(*) FROM sign_in") == done);
}

TEST(a_sign_in_whose_beginning_fails_is_none)
{
	static const struct flow flow = { "sign-in", prepare_provider, begin_sign_in, check_begun };

	fail_everywhere(t, &flow);
}

static enum err remove_app(struct scene *scene)
{
	struct ctx ctx = house_operator(&scene->house);
	const struct app_remove in = { STR("demo"), true };
	struct nothing nothing;

	return operation_run(&ctx, &app_remove_op, &in, &nothing);
}

static void check_app_removed(struct scene *scene, const char *name, bool done)
{
	CHECK(name, rows(scene, "SELECT count(*) FROM app") == !done);
	CHECK(name, rows(scene, "SELECT count(*) FROM account") == !done);
	CHECK(name, (rows(scene, "SELECT newest_id FROM removed_account") > 0) == done);
	CHECK(name, (rows(scene, "SELECT count(*) FROM audit WHERE account_id = 1") == 0) == done);
	CHECK(name, house_count_outcomes(&scene->house, "app_remove", "removed") == done);
	CHECK(name, works(scene, OLD) == !done);
}

TEST(the_removal_of_an_app_that_fails_removes_nothing)
{
	static const struct flow flow = { "app remove", prepare_token, remove_app,
		                          check_app_removed };

	fail_everywhere(t, &flow);
}

TEST(a_refusal_stands_though_the_audit_trail_cannot_be_written)
{
	static const struct flow nothing = { "", prepare_nothing, NULL, NULL };
	unsigned n = 1, calls;

	do {
		struct scene scene;
		struct session_tokens tokens;
		set_scene(&scene, t, &nothing);
		struct kept_stderr kept = stderr_keep();
		faulty_arm(n, ERR_STORE, FAULTY_ONCE);
		enum err err = house_log_in(&scene.house, ANN, NEW, &tokens);
		calls = faulty_heal();
		struct str log = stderr_kept(&kept, t->arena);
		/* The first calls read the account: without it there is no verdict. */
		bool read_failed = err == ERR_STORE;
		CHECK("refused, or no verdict", err == ERR_BAD_CREDENTIALS || read_failed);
		CHECK("not a long read", !read_failed || n <= 2);
		CHECK("the operator is told",
		      read_failed || calls < n ||
		              strstr(log.ptr, "the audit trail misses a refusal"));
		CHECK("one account, two sessions", works(&scene, OLD));
		house_close(&scene.house);
		n++;
	} while (calls >= n - 1);
	CHECK("the trail was tried", n > 5);
}
