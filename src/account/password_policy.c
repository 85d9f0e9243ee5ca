/* SPDX-License-Identifier: Apache-2.0 */
/* password_policy.c - length, guesses, and nothing that makes people write it down. */
#include "account/password_policy.h"
#include "account/app_priv.h"
#include "base/text.h"
#include <zxcvbn.h>

/* An estimate in bits: 11.55 are three thousand tries, the list that everybody has (OWASP ASVS 5.0,
 * 6.2.4). The others only colour what a person is told. */
static const double score_bits[PASSWORD_SCORE_MAX] = { 11.55, 25, 35, 50 };

/* What is estimated at once. The time that zxcvbn takes grows with the fifth power of the length of
 * a path over the keyboard that turns at every key: two seconds for fifty times "12". */
enum { PIECE_BYTES = 32 };

/* Words that are names of somebody here, in lower case, as the estimate wants them. Those of fewer
 * letters would be found in any password. */
enum { WORD_LETTERS_MIN = 3, WORDS_MAX = 32 };

struct known_words {
	const char *items[WORDS_MAX + 1]; /* ended by NULL */
	size_t n;
};

int64_t password_min_length(const struct ctx *ctx)
{
	int64_t own = ctx->app.password_min_length;

	return own != 0 ? own : ctx->service->policy.password_min_length;
}

struct password_owner password_owner_of(const struct account *account)
{
	return (struct password_owner){ account->email, account->username, account->name };
}

/* ---- how many tries it would take ---- */

static struct str first_piece(struct str text)
{
	return (struct str){ text.ptr, text.len < PIECE_BYTES ? text.len : PIECE_BYTES };
}

/* In pieces, as a password that is this word will be. */
static enum err add_word(struct ctx *ctx, struct known_words *words, struct str word)
{
	struct str lower;

	while (word.len >= WORD_LETTERS_MIN && words->n < WORDS_MAX) {
		struct str piece = first_piece(word);
		TRY(ascii_lower(ctx->arena, piece, &lower));
		words->items[words->n++] = lower.ptr;
		word = str_from(word, piece.len);
	}
	return OK;
}

static bool divides(char c)
{
	switch (c) {
	case ' ':
	case '.':
	case '-':
	case '_':
	case '+':
	case '@':
		return true;
	default:
		return false;
	}
}

/* All of it, what stands before an @, and the parts. */
static enum err add_name(struct ctx *ctx, struct known_words *words, struct str name)
{
	size_t begin = 0, at = str_find(name, '@');

	TRY(add_word(ctx, words, name));
	if (at < name.len)
		TRY(add_word(ctx, words, (struct str){ name.ptr, at }));
	for (size_t i = 0; i <= name.len; i++) {
		if (i < name.len && !divides(name.ptr[i]))
			continue;
		if (i - begin < name.len)
			TRY(add_word(ctx, words, (struct str){ name.ptr + begin, i - begin }));
		begin = i + 1;
	}
	return OK;
}

enum err password_score(struct ctx *ctx, struct secret nfc, const struct password_owner *owner,
                        int64_t *ret_score)
{
	struct known_words words = { .n = 0 };
	size_t judged = nfc.len < PASSWORD_JUDGED_BYTES ? nfc.len : PASSWORD_JUDGED_BYTES;
	struct str rest = { nfc.ptr, judged }, piece;
	int64_t score = 0;

	TRY(add_name(ctx, &words, owner->email));
	TRY(add_name(ctx, &words, owner->username));
	TRY(add_name(ctx, &words, owner->name));
	TRY(add_name(ctx, &words, ctx->app.name));
	for (; score == 0 && rest.len > 0; rest = str_from(rest, piece.len)) {
		TRY(arena_str(ctx->arena, first_piece(rest), &piece));
		double bits = ZxcvbnMatch(piece.ptr, words.items, NULL);
		while (score < PASSWORD_SCORE_MAX && bits >= score_bits[score])
			score++;
	}
	*ret_score = score;
	return OK;
}

/* ---- whether it is taken ---- */

enum err password_accept(struct ctx *ctx, struct secret password,
                         const struct password_owner *owner, struct secret *ret_nfc)
{
	const struct policy *policy = &ctx->service->policy;
	struct secret nfc;
	int64_t score;

	TRY(secret_nfc(ctx->arena, password, &nfc));
	int64_t length = (int64_t)text_length((struct str){ nfc.ptr, nfc.len });
	if (length < password_min_length(ctx))
		return ERR_PASSWORD_SHORT;
	if (length > policy->password_max_length)
		return ERR_PASSWORD_LONG;
	TRY(password_score(ctx, nfc, owner, &score));
	if (score == 0)
		return ERR_PASSWORD_GUESSABLE;
	*ret_nfc = nfc;
	return OK;
}
