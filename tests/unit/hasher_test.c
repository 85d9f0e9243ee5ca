/* SPDX-License-Identifier: Apache-2.0 */
/* hasher_test.c - right and wrong passwords, strangers, and what a crowd gets. */
#include "unit.h"
#include "hash/hasher.h"
#include <pthread.h>
#include <sodium.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

/* Made by the reference library of Argon2 (libargon2) from "password". */
#define BY_OTHERS_SALT_8 "$argon2id$v=19$m=16,t=3,p=1$c2FsdHNhbHQ$TXLZcLYYoSjvsRJzgmVf9w"
#define BY_OTHERS_SALT_16                                                                          \
	"$argon2id$v=19$m=65,t=2,p=1$MDEyMzQ1Njc4OWFiY2RlZg$lAg0USNGJStYREvhlBLvr4DoUtRF1aAr"
#define BY_OTHERS_SALT_32                                                                          \
	"$argon2id$v=19$m=100,t=1,p=1$"                                                            \
	"yMnKy8zNzs/Q0dLT1NXW19jZ2tvc3d7f4OHi4+Tl5uc$"                                             \
	"m7NrYCk1WO2yxrT2UDEelnKA2FH13AXzRttMG5LxGHW6gsXV1uTRSeFt34TCAAfS/vYwTYixZjEQdrrt3DqRaQ"

/* The greatest memory that a PHC string may ask for. */
#define OF_1_GIB(salt)                                                                             \
	"$argon2id$v=19$m=1048576,t=1,p=1$" salt "$AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"

#define BYTES(literal)                                                                             \
	{                                                                                          \
		"" literal, sizeof(literal) - 1                                                    \
	}
#define SECRET(literal) ((struct secret)BYTES(literal))
#define NOBODY          ((struct caller){ 0, 0 })

static struct hasher *start(unsigned threads, unsigned queue_max, uint32_t memory_kib,
                            uint32_t passes)
{
	struct hasher_options options = { threads, queue_max, memory_kib, passes,
		                          HASHER_PATIENCE_MS };
	struct hasher *hasher = NULL;

	CHECK("start", hasher_start(&options, &hasher) == OK);
	return hasher;
}

static bool matches(struct hasher *hasher, struct secret password, const char *phc)
{
	bool match = false;

	CHECK("verify", hasher_verify(hasher, NOBODY, password, phc, &match) == OK);
	return match;
}

TEST(the_password_that_was_hashed_matches_and_no_other)
{
	static const char long_one[1024] = { 1 };
	static const struct {
		const char *name;
		struct secret right, wrong;
		bool same;
	} cases[] = {
		{ "same", BYTES("correct horse"), BYTES("correct horse"), true },
		{ "other", BYTES("correct horse"), BYTES("battery staple"), false },
		{ "case", BYTES("correct horse"), BYTES("Correct horse"), false },
		{ "one byte less", BYTES("correct horse"), BYTES("correct hors"), false },
		{ "one byte more", BYTES("correct horse"), BYTES("correct horse "), false },
		{ "NUL inside, same", BYTES("a\0b"), BYTES("a\0b"), true },
		{ "NUL inside, differs behind", BYTES("a\0b"), BYTES("a\0c"), false },
		{ "NUL inside, ends before", BYTES("a\0b"), BYTES("a"), false },
		{ "NUL behind", BYTES("a\0"), BYTES("a"), false },
		{ "empty, same", BYTES(""), BYTES(""), true },
		{ "empty against NUL", BYTES(""), BYTES("\0"), false },
		{ "empty against none", BYTES(""), { NULL, 0 }, true },
		{ "not UTF-8, same", BYTES("\xff\xfe\x80"), BYTES("\xff\xfe\x80"), true },
		{ "1024 bytes", { long_one, 1024 }, { long_one, 1024 }, true },
		{ "1024 bytes or 1023", { long_one, 1024 }, { long_one, 1023 }, false },
	};
	struct hasher *hasher = start(2, 4, 64, 2);

	FOREACH(c, cases) {
		struct str phc;
		CHECK(c->name, hasher_hash(hasher, NOBODY, t->arena, c->right, &phc) == OK);
		CHECK(c->name, matches(hasher, c->wrong, phc.ptr) == c->same);
	}
	CHECK("all counted", hasher_count(hasher) == 2 * COUNT_OF(cases));
	hasher_stop(hasher);
}

TEST(every_byte_of_a_password_of_256_code_points_matters)
{
	enum { SIZE = 256 * 4 };
	char password[SIZE];
	struct hasher *hasher = start(1, 0, 8, 1);
	struct str phc;

	for (size_t i = 0; i < SIZE; i += 4)
		memcpy(password + i, "\xf0\x9f\x94\x91", 4); /* U+1F511 */
	CHECK("hash",
	      hasher_hash(hasher, NOBODY, t->arena, (struct secret){ password, SIZE }, &phc) == OK);
	CHECK("same", matches(hasher, (struct secret){ password, SIZE }, phc.ptr));
	for (size_t i = 0; i < SIZE; i++) {
		password[i] ^= 1;
		CHECK("one bit", !matches(hasher, (struct secret){ password, SIZE }, phc.ptr));
		password[i] ^= 1;
	}
	hasher_stop(hasher);
}

TEST(a_hash_tells_its_cost_and_has_a_salt_of_its_own)
{
	struct hasher *hasher = start(1, 0, 64, 3);
	struct str one, two;

	CHECK("one", hasher_hash(hasher, NOBODY, t->arena, SECRET("secret"), &one) == OK);
	CHECK("two", hasher_hash(hasher, NOBODY, t->arena, SECRET("secret"), &two) == OK);
	CHECK("cost", str_starts(one, "$argon2id$v=19$m=64,t=3,p=1$"));
	CHECK("salt", !str_equal(one, two));
	CHECK("length", one.len == strlen("$argon2id$v=19$m=64,t=3,p=1$") + 22 + 1 + 43);
	hasher_stop(hasher);
}

TEST(hashes_are_exchanged_with_libsodium_both_ways)
{
	static const struct {
		const char *name;
		unsigned long long passes;
		size_t memory_kib;
	} cases[] = {
		{ "as configured", 2, 64 },
		{ "less", 1, 8 },
		{ "more", 5, 200 },
	};
	struct hasher *hasher = start(1, 0, 64, 2);
	struct str ours;

	FOREACH(c, cases) {
		char theirs[crypto_pwhash_STRBYTES];
		CHECK(c->name,
		      crypto_pwhash_str_alg(theirs, "secret", 6, c->passes, c->memory_kib * 1024,
		                            crypto_pwhash_ALG_ARGON2ID13) == 0);
		CHECK(c->name, matches(hasher, SECRET("secret"), theirs));
		CHECK(c->name, !matches(hasher, SECRET("Secret"), theirs));
	}
	CHECK("ours", hasher_hash(hasher, NOBODY, t->arena, SECRET("secret"), &ours) == OK);
	CHECK("right", crypto_pwhash_str_verify(ours.ptr, "secret", 6) == 0);
	CHECK("wrong", crypto_pwhash_str_verify(ours.ptr, "Secret", 6) != 0);
	hasher_stop(hasher);
}

TEST(hashes_from_elsewhere_match_whatever_their_sizes_and_cost)
{
	static const struct {
		const char *name, *phc;
	} cases[] = {
		{ "8 bytes of salt, 16 of hash", BY_OTHERS_SALT_8 },
		{ "16 bytes of salt, 24 of hash", BY_OTHERS_SALT_16 },
		{ "32 bytes of salt, 64 of hash", BY_OTHERS_SALT_32 },
	};
	struct hasher *hasher = start(1, 0, 8, 1);

	FOREACH(c, cases) {
		CHECK(c->name, matches(hasher, SECRET("password"), c->phc));
		CHECK(c->name, !matches(hasher, SECRET("passwore"), c->phc));
		CHECK(c->name, !matches(hasher, SECRET(""), c->phc));
	}
	CHECK("one hash each", hasher_count(hasher) == 3 * COUNT_OF(cases));
	hasher_stop(hasher);
}

TEST(a_stranger_costs_one_hash_and_never_matches)
{
	static const struct {
		const char *name, *phc;
	} cases[] = {
		{ "no account", NULL },
		{ "no hash", "" },
		{ "not a hash", "!" },
		{ "the password itself", "secret" },
		{ "another scheme",
		  "$2b$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy" },
		{ "too dear",
		  "$argon2id$v=19$m=1048577,t=1,p=1$c2FsdHNhbHQ$c2FsdHNhbHRzYWx0c2FsdA" },
		{ "cut", "$argon2id$v=19$m=64,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA" },
	};
	struct hasher *hasher = start(1, 0, 64, 2);
	uint64_t made = 0;

	FOREACH(c, cases) {
		bool match = true;
		CHECK(c->name,
		      hasher_verify(hasher, NOBODY, SECRET("secret"), c->phc, &match) == OK);
		CHECK(c->name, !match);
		CHECK(c->name, hasher_count(hasher) == ++made);
	}
	hasher_stop(hasher);
}

TEST(a_hash_is_outdated_when_it_cost_less_than_one_would_now)
{
#define TAIL ",p=1$c2FsdHNhbHRzYWx0c2FsdA$AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"
	static const struct {
		const char *name, *phc;
		bool outdated;
	} cases[] = {
		{ "same", "$argon2id$v=19$m=64,t=2" TAIL, false },
		{ "more memory", "$argon2id$v=19$m=65,t=2" TAIL, false },
		{ "more passes", "$argon2id$v=19$m=64,t=3" TAIL, false },
		{ "less memory", "$argon2id$v=19$m=63,t=2" TAIL, true },
		{ "fewer passes", "$argon2id$v=19$m=64,t=1" TAIL, true },
		{ "less memory, more passes", "$argon2id$v=19$m=8,t=64" TAIL, true },
		{ "more memory, fewer passes", "$argon2id$v=19$m=1048576,t=1" TAIL, true },
		{ "not a hash", "secret", false },
		{ "empty", "", false },
		{ "none", NULL, false },
	};
#undef TAIL
	struct hasher *hasher = start(1, 0, 64, 2);

	FOREACH(c, cases)
		CHECK(c->name, hasher_is_outdated(hasher, c->phc) == c->outdated);
	CHECK("free of cost", hasher_count(hasher) == 0);
	hasher_stop(hasher);
}

enum { CROWD = 12 };

struct crowd {
	struct hasher *hasher;
	pthread_barrier_t gate;
	atomic_uint ok, busy, other;
	pthread_t callers[CROWD];
};

static void *caller(void *arg)
{
	struct crowd *crowd = arg;
	bool match = true;

	pthread_barrier_wait(&crowd->gate);
	enum err err = hasher_verify(crowd->hasher, NOBODY, SECRET("secret"), NULL, &match);
	if (err == OK && !match)
		atomic_fetch_add(&crowd->ok, 1);
	else if (err == ERR_BUSY && match) /* untouched */
		atomic_fetch_add(&crowd->busy, 1);
	else
		atomic_fetch_add(&crowd->other, 1);
	return NULL;
}

static void crowd_come(struct crowd *crowd)
{
	pthread_barrier_init(&crowd->gate, NULL, CROWD);
	for (size_t i = 0; i < CROWD; i++)
		CHECK("caller", pthread_create(&crowd->callers[i], NULL, caller, crowd) == 0);
}

static void crowd_leave(struct crowd *crowd)
{
	for (size_t i = 0; i < CROWD; i++)
		pthread_join(crowd->callers[i], NULL);
	pthread_barrier_destroy(&crowd->gate);
}

/* A hash takes so long here that the crowd is there before the first is done; on a machine that
 * is too busy to start it in that time, it comes again. */
TEST(a_full_queue_refuses_at_once_and_what_was_admitted_is_done)
{
	enum { ROUNDS = 20 };
	static const struct {
		const char *name;
		unsigned threads, queue_max;
	} cases[] = {
		{ "no queue", 1, 0 },
		{ "two wait", 1, 2 },
		{ "two run, one waits", 2, 1 },
	};
	FOREACH(c, cases) {
		struct crowd crowd = { .hasher = start(c->threads, c->queue_max, 4096, 32) };
		unsigned round = 0;
		while (crowd.busy == 0 && round < ROUNDS) {
			crowd_come(&crowd);
			crowd_leave(&crowd);
			round++;
		}
		CHECK(c->name, crowd.busy > 0);
		CHECK(c->name, crowd.ok >= round * (c->threads + c->queue_max));
		CHECK(c->name, crowd.other == 0 && crowd.ok + crowd.busy == round * CROWD);
		CHECK(c->name, hasher_count(crowd.hasher) == crowd.ok);
		CHECK(c->name, !matches(crowd.hasher, SECRET("secret"), NULL));
		hasher_stop(crowd.hasher);
	}
}

TEST(a_queue_with_room_for_all_serves_all)
{
	struct crowd crowd = { .hasher = start(4, CROWD - 4, 64, 2) };

	for (unsigned round = 1; round <= 20; round++) {
		crowd_come(&crowd);
		crowd_leave(&crowd);
		CHECK("all", crowd.ok == round * CROWD && crowd.busy == 0 && crowd.other == 0);
	}
	CHECK("counted", hasher_count(crowd.hasher) == 20 * CROWD);
	hasher_stop(crowd.hasher);
}

struct flood {
	struct hasher *hasher;
	struct caller caller;
	atomic_bool ends;
	atomic_uint ok, busy;
	pthread_t threads[CROWD];
};

/* Asks again and again; it gets the processor back between refusals, as a client does. */
static void *keep_asking(void *arg)
{
	struct flood *flood = arg;
	bool match;

	while (!atomic_load(&flood->ends)) {
		enum err err =
			hasher_verify(flood->hasher, flood->caller, SECRET("secret"), NULL, &match);
		atomic_fetch_add(err == OK ? &flood->ok : &flood->busy, 1);
		if (err != OK)
			usleep(500);
	}
	return NULL;
}

static void flood_begins(struct flood *flood)
{
	for (size_t i = 0; i < CROWD; i++)
		CHECK("flood", pthread_create(&flood->threads[i], NULL, keep_asking, flood) == 0);
	while (atomic_load(&flood->busy) == 0)
		usleep(1000);
}

static void flood_ends(struct flood *flood)
{
	atomic_store(&flood->ends, true);
	for (size_t i = 0; i < CROWD; i++)
		pthread_join(flood->threads[i], NULL);
}

TEST(beside_a_flood_others_are_served_every_time)
{
	enum { CALLS = 10 };
	static const struct {
		const char *name;
		unsigned threads, queue_max;
		struct caller flood, other;
	} cases[] = {
		{ "another network", 1, 4, { 1, 1 }, { 1, 2 } },
		{ "the same network in another app", 1, 4, { 1, 1 }, { 2, 1 } },
		{ "ourselves", 1, 4, { 1, 1 }, { 0, 0 } },
		{ "with two threads", 2, 2, { 1, 1 }, { 1, 2 } },
		{ "with the smallest queue", 1, 1, { 1, 1 }, { 1, 2 } },
	};

	FOREACH(c, cases) {
		struct flood flood = {
			.hasher = start(c->threads, c->queue_max, 1024, 8),
			.caller = c->flood,
		};
		flood_begins(&flood);
		for (int i = 0; i < CALLS; i++) {
			bool match = true;
			CHECK(c->name, hasher_verify(flood.hasher, c->other, SECRET("secret"), NULL,
			                             &match) == OK);
			CHECK(c->name, !match);
		}
		flood_ends(&flood);
		CHECK(c->name, flood.busy > 0);
		CHECK(c->name, hasher_count(flood.hasher) == flood.ok + CALLS);
		hasher_stop(flood.hasher);
	}
}

/* The first hash tells how long one takes. */
TEST(whoever_would_wait_longer_than_the_patience_is_refused_at_once)
{
	enum { ROUNDS = 20 };
	static const struct {
		const char *name;
		int64_t patience_ms;
		bool some_are_refused;
	} cases[] = {
		{ "no patience", 0, true },
		{ "for about one hash", 30, true },
		{ "for all of them", 3600000, false },
	};

	FOREACH(c, cases) {
		struct hasher_options options = { 1, CROWD, 4096, 32, c->patience_ms };
		struct crowd crowd = { .hasher = NULL };
		unsigned round = 0;
		CHECK(c->name, hasher_start(&options, &crowd.hasher) == OK);
		CHECK(c->name, !matches(crowd.hasher, SECRET("secret"), NULL));
		while (round == 0 || (c->some_are_refused && !crowd.busy && round < ROUNDS)) {
			crowd_come(&crowd);
			crowd_leave(&crowd);
			round++;
		}
		CHECK(c->name, (crowd.busy > 0) == c->some_are_refused);
		CHECK(c->name, crowd.ok >= round && crowd.other == 0);
		CHECK("an idle hasher serves", !matches(crowd.hasher, SECRET("secret"), NULL));
		hasher_stop(crowd.hasher);
	}
}

/* One more call is refused only while the whole crowd is inside; if it was too early or too late,
 * they all come again. */
TEST(stopping_finishes_what_waits)
{
	enum { ROUNDS = 20 };
	struct crowd crowd = { .hasher = start(1, CROWD - 1, 4096, 32) };

	for (unsigned round = 0; crowd.hasher && round < ROUNDS; round++) {
		bool match;
		crowd.ok = crowd.busy = 0;
		crowd_come(&crowd);
		usleep(5000);
		if (hasher_verify(crowd.hasher, NOBODY, SECRET("secret"), NULL, &match) ==
		    ERR_BUSY) {
			hasher_stop(crowd.hasher);
			crowd.hasher = NULL;
		}
		crowd_leave(&crowd);
	}
	CHECK("all were inside", crowd.hasher == NULL);
	CHECK("all are done", crowd.ok == CROWD && crowd.busy == 0 && crowd.other == 0);
}

TEST(an_idle_hasher_stops)
{
	static const struct {
		const char *name;
		unsigned threads;
	} cases[] = { { "one thread", 1 }, { "three", 3 }, { "as many as may be", 64 } };

	FOREACH(c, cases) {
		struct hasher *hasher = start(c->threads, 0, 8, 1);
		CHECK(c->name, hasher_count(hasher) == 0);
		hasher_stop(hasher);
	}
	hasher_stop(NULL);
}

/* As hasher_verify(), while the process may grow by no more than 256 MiB. */
static enum err verify_in_want(struct hasher *hasher, const char *phc, bool *ret_match)
{
	struct rlimit old, tight;
	FILE *statm = fopen("/proc/self/statm", "r");
	unsigned long long pages = 0;

	assert_non_null(statm);
	assert_int_equal(fscanf(statm, "%llu", &pages), 1);
	fclose(statm);
	getrlimit(RLIMIT_AS, &old);
	tight = old;
	tight.rlim_cur = pages * (unsigned long long)sysconf(_SC_PAGESIZE) + (256 << 20);
	setrlimit(RLIMIT_AS, &tight);
	enum err err = hasher_verify(hasher, NOBODY, SECRET("secret"), phc, ret_match);
	setrlimit(RLIMIT_AS, &old);
	return err;
}

TEST(want_of_memory_is_an_error_and_no_verdict)
{
	static const struct {
		const char *name, *phc;
	} cases[] = {
		{ "salt of our size", OF_1_GIB("c2FsdHNhbHRzYWx0c2FsdA") },
		{ "salt of another", OF_1_GIB("c2FsdHNhbHQ") },
	};
	struct hasher *hasher = start(1, 0, 8, 1);
	uint64_t made = 0;

	FOREACH(c, cases) {
		bool match = true;
		CHECK(c->name, verify_in_want(hasher, c->phc, &match) == ERR_NOMEM);
		CHECK(c->name, match); /* untouched */
		CHECK(c->name, hasher_count(hasher) == made);
		CHECK("a small one goes on", verify_in_want(hasher, NULL, &match) == OK && !match);
		CHECK("and is counted", hasher_count(hasher) == ++made);
	}
	hasher_stop(hasher);
}
