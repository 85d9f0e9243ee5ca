/* SPDX-License-Identifier: Apache-2.0 */
/* password_policy_test.c - what is too easy to guess, and what is not. */
#include "account/password_policy.h"
#include "house.h"
#include <string.h>
#include <time.h>

#define WORDS(literal)                                                                             \
	{                                                                                          \
		literal, sizeof(literal) - 1                                                       \
	}

static const struct password_owner ann = {
	WORDS("ann.smith@mail.example.org"),
	WORDS("Anniesmith"),
	WORDS("Ann Marie Smith"),
};

TEST(what_anybody_would_try_first_is_refused)
{
	static const struct {
		const char *name, *password;
		enum err want;
	} cases[] = {
		{ "of every list", "password1", ERR_PASSWORD_GUESSABLE },
		{ "in a costume", "P@ssw0rd", ERR_PASSWORD_GUESSABLE },
		{ "digits in a row", "12345678", ERR_PASSWORD_GUESSABLE },
		{ "keys in a row", "qwertyuiop", ERR_PASSWORD_GUESSABLE },
		{ "one letter", "aaaaaaaaaaaaaaaaaaaaaaaa", ERR_PASSWORD_GUESSABLE },
		{ "spaces", "        ", ERR_PASSWORD_GUESSABLE },
		{ "twice", "passwordpassword", ERR_PASSWORD_GUESSABLE },
		{ "the own address", "ann.smith@mail.example.org", ERR_PASSWORD_GUESSABLE },
		{ "in capitals", "ANN.SMITH", ERR_PASSWORD_GUESSABLE },
		{ "what stands before the @", "ann.smith", ERR_PASSWORD_GUESSABLE },
		{ "the username", "anniesmith", ERR_PASSWORD_GUESSABLE },
		{ "and a digit", "anniesmith1", ERR_PASSWORD_GUESSABLE },
		{ "parts of the name", "mariesmith", ERR_PASSWORD_GUESSABLE },
		{ "the app's name", "demodemo", ERR_PASSWORD_GUESSABLE },
		{ "two words", "correct horse", OK },
		{ "another's username", "zeldaquist", OK },
		{ "digits that are no row", "83749372", OK },
		{ "a sentence with an own word", "smith walks to the river", OK },
		{ "another script",
		  "\xda\xaf\xd8\xb0\xd8\xb1\xd9\x88\xd8\xa7\xda\x98\xd9\x87 \xd9\x85\xd9\x86", OK },
		{ "short comes first", "demo", ERR_PASSWORD_SHORT },
	};
	struct house house;

	house_open(&house, t, NULL);
	FOREACH(c, cases) {
		struct ctx ctx = house_client(&house);
		const struct secret password = { c->password, strlen(c->password) };
		struct secret nfc;
		CHECK(c->name, password_accept(&ctx, password, &ann, &nfc) == c->want);
	}
	house_close(&house);
}

TEST(names_of_somebody_else_or_of_two_letters_do_not_make_a_password_easy)
{
	static const struct password_owner nobody, xu = { .email = WORDS("x.u@example.org") },
						   zelda = { .username = WORDS("ZeldaQuist") };
	struct house house;
	int64_t theirs, others;

	house_open(&house, t, NULL);
	struct ctx ctx = house_client(&house);
	CHECK("nobody's", password_score(&ctx, SECRET("zeldaquist"), &nobody, &others) == OK);
	CHECK("hers", password_score(&ctx, SECRET("zeldaquist"), &zelda, &theirs) == OK);
	CHECK("harder", theirs == 0 && others > 0);
	CHECK("two letters", password_score(&ctx, SECRET("xuqbupxuvk"), &xu, &theirs) == OK);
	CHECK("count for nothing",
	      password_score(&ctx, SECRET("xuqbupxuvk"), &nobody, &others) == OK &&
	              theirs == others);
	house_close(&house);
}

TEST(a_long_password_is_judged_by_its_beginning)
{
	static const struct password_owner nobody;
	char text[256];
	struct house house;
	int64_t score;

	house_open(&house, t, NULL);
	struct ctx ctx = house_client(&house);
	memset(text, 'x', sizeof(text));
	memcpy(text + PASSWORD_JUDGED_BYTES, "correct horse battery staple", 28);
	CHECK("judged",
	      password_score(&ctx, (struct secret){ text, sizeof(text) }, &nobody, &score) == OK);
	CHECK("as easy", score == 0);
	memcpy(text, "correct horse battery staple", 28);
	CHECK("judged",
	      password_score(&ctx, (struct secret){ text, sizeof(text) }, &nobody, &score) == OK);
	CHECK("the best", score == PASSWORD_SCORE_MAX);
	house_close(&house);
}

TEST(no_password_takes_longer_to_judge_than_to_hash)
{
	/* Of paths over a keyboard, whose every step is a turn. */
	static const char *const steps[] = { "12", "54", "qw", "4@", "19", "0o" };
	static const struct password_owner nobody;
	struct house house;
	char text[PASSWORD_JUDGED_BYTES];
	int64_t score;

	house_open(&house, t, NULL);
	struct ctx ctx = house_client(&house);
	FOREACH(step, steps) {
		clock_t begin = clock();
		for (size_t i = 0; i < sizeof(text); i++)
			text[i] = (*step)[i % 2];
		CHECK(*step, password_score(&ctx, (struct secret){ text, sizeof(text) }, &nobody,
		                            &score) == OK);
		CHECK("quickly", clock() - begin < CLOCKS_PER_SEC / 2);
	}
	house_close(&house);
}

TEST(a_long_name_is_as_easy_as_a_short_one_and_a_good_end_is_good)
{
	static const struct password_owner owner = {
		.email = WORDS("wilhelmina.featherstonehaugh@correspondence.example.org"),
	};
	struct house house;
	int64_t name, end;

	house_open(&house, t, NULL);
	struct ctx ctx = house_client(&house);
	CHECK("name", password_score(&ctx,
	                             SECRET("Wilhelmina.Featherstonehaugh@correspondence."
	                                    "example.org"),
	                             &owner, &name) == OK);
	CHECK("easy", name == 0);
	CHECK("end", password_score(&ctx,
	                            SECRET("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	                                   "correct horse battery staple"),
	                            &owner, &end) == OK);
	CHECK("good", end > 0);
	house_close(&house);
}
