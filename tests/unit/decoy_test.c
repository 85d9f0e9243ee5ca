/* SPDX-License-Identifier: Apache-2.0 */
/* decoy_test.c - strangers look like members, in the same proportion. */
#include "account/administration.h"
#include "account/decoy.h"
#include "house.h"
#include "unit.h"
#include <string.h>

enum { MEMBERS = 40, LOGINS = 4000 };

#define BCRYPT "$2b$04$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e"
#define SHA    "$5$rounds=1000$saltstring$95Bg/RfV2QriLpMdLPHK9el0Ighm6E3CBqMKzZKgCa2"

/* So many of each kind; the rest have no password. */
static void import_members(struct house *house, size_t n_bcrypt, size_t n_sha)
{
	struct account_record records[MEMBERS];
	const struct account_import in = { .items = records, .n = MEMBERS };
	struct account_import_fates fates;
	struct ctx ctx = house_operator(house);

	for (size_t i = 0; i < MEMBERS; i++) {
		records[i] = (struct account_record){
			.password_hash = i < n_bcrypt           ? STR(BCRYPT)
			                 : i < n_bcrypt + n_sha ? STR(SHA)
			                                        : STR_NONE,
		};
		CHECK("name",
		      arena_printf(house->t->arena, &records[i].username, "member %zu", i) == OK);
	}
	CHECK("import", operation_run(&ctx, &account_import_op, &in, &fates) == OK);
}

/* What the n-th stranger is checked against: its first letters' fourth, or '-'. */
static char look(struct house *house, size_t n)
{
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(64 * 1024);
	struct ctx ctx = house_client(house);
	struct str login;
	const char *phc;

	ctx.store = house->service.store;
	ctx.arena = arena;
	CHECK("login", arena_printf(ctx.arena, &login, "stranger %zu", n) == OK);
	CHECK("decoy", decoy_for(&ctx, login, &phc) == OK);
	return phc ? phc[1] : '-';
}

static void look_at_all(struct house *house, char looks[LOGINS])
{
	for (size_t i = 0; i < LOGINS; i++)
		looks[i] = look(house, i);
}

static size_t count(const char looks[LOGINS], char like)
{
	size_t n = 0;

	for (size_t i = 0; i < LOGINS; i++)
		n += looks[i] == like;
	return n;
}

static bool is_about(size_t n, size_t want)
{
	return n + LOGINS / 25 > want && n < want + LOGINS / 25;
}

TEST(as_many_strangers_look_like_members_with_old_hashes_as_there_are_such_members)
{
	static char looks[LOGINS], again[LOGINS];
	struct house house;

	house_open(&house, t, NULL);
	look_at_all(&house, looks);
	CHECK("nobody has one", count(looks, '-') == LOGINS);
	import_members(&house, 20, 10);
	house.now += 30;
	CHECK("half a minute later", look(&house, 1) == '-');
	house.now += 31;
	look_at_all(&house, looks);
	CHECK("half", is_about(count(looks, '2'), LOGINS / 2));
	CHECK("a quarter", is_about(count(looks, '5'), LOGINS / 4));
	look_at_all(&house, again);
	CHECK("always the same", memcmp(looks, again, LOGINS) == 0);
	house_close(&house);
}

/* As members log in, strangers change like they do: to no old hash, and never back. */
TEST(a_stranger_changes_once_when_members_do)
{
	static char before[LOGINS], after[LOGINS];
	struct house house;
	struct session_tokens tokens;

	house_open(&house, t, NULL);
	import_members(&house, MEMBERS, 0);
	look_at_all(&house, before);
	CHECK("all", count(before, '2') == LOGINS);
	for (size_t i = 0; i < MEMBERS; i++) {
		struct str name;
		CHECK("name", arena_printf(t->arena, &name, "member %zu", i) == OK);
		CHECK("log in",
		      house_log_in(&house, name.ptr, SECRET("correct horse"), &tokens) == OK);
		if (i % 10 != 9)
			continue;
		house.now += 61;
		look_at_all(&house, after);
		CHECK("fewer", is_about(count(after, '2'), LOGINS * (MEMBERS - 1 - i) / MEMBERS));
		for (size_t j = 0; j < LOGINS; j++)
			CHECK("never back", before[j] == '2' || after[j] != '2');
		memcpy(before, after, LOGINS);
	}
	CHECK("none", count(after, '-') == LOGINS);
	house_close(&house);
}

TEST(a_stranger_does_not_get_in_by_the_password_of_a_decoy)
{
	struct session_tokens tokens;
	struct house house;

	house_open(&house, t, NULL);
	import_members(&house, MEMBERS, 0);
	CHECK("a stranger", house_log_in(&house, "stranger", SECRET("correct horse"), &tokens) ==
	                            ERR_BAD_CREDENTIALS);
	CHECK("a member", house_log_in(&house, "member 1", SECRET("correct horse"), &tokens) == OK);
	house_close(&house);
}

enum { SALTS = 6000 };

/* A page of members, each with a salt of their own. */
static void import_salted(struct house *house, size_t first, size_t n)
{
	struct account_record *records = arena_array(house->t->arena, n, sizeof(records[0]));
	const struct account_import in = { .items = records, .n = n };
	struct account_import_fates fates;
	struct ctx ctx = house_operator(house);

	CHECK("records", records != NULL);
	for (size_t i = 0; i < n; i++) {
		records[i] = (struct account_record){ 0 };
		CHECK("name", arena_printf(house->t->arena, &records[i].username, "salted %zu",
		                           first + i) == OK);
		CHECK("hash", arena_printf(house->t->arena, &records[i].password_hash,
		                           "$5$%zu$95Bg/RfV2QriLpMdLPHK9el0Ighm6E3CBqMKzZKgCa2",
		                           first + i) == OK);
	}
	CHECK("import", operation_run(&ctx, &account_import_op, &in, &fates) == OK);
}

TEST(members_with_a_salt_of_their_own_each_are_of_one_kind)
{
	static char looks[LOGINS];
	struct house house;
	struct old_hash_count_list list;

	house_open(&house, t, NULL);
	import_members(&house, MEMBERS, 0);
	for (size_t i = 0; i < SALTS; i += ACCOUNT_PAGE_MAX)
		import_salted(&house, i, ACCOUNT_PAGE_MAX);
	struct ctx ctx = house_client(&house);
	CHECK("count", store_old_hashes(house.service.store, t->arena, ctx.app.id, &list) == OK);
	CHECK("kinds",
	      list.n == 2 && list.items[0].count == MEMBERS && list.items[1].count == SALTS);
	look_at_all(&house, looks);
	CHECK("most", count(looks, '5') > LOGINS - LOGINS / 25);
	house_close(&house);
}
