/* SPDX-License-Identifier: Apache-2.0 */
/* strength.c - a score, and its words. */
#include "pages/strength.h"
#include "account/password_policy.h"
#include "account/password_strength.h"
#include "base/texts.h"
#include "pages/speech.h"

struct told {
	int64_t score;
	struct str text;
};

static const struct out_field told_out[] = {
	OUT("score", INTEGER, struct told, score),
	OUT("text", TEXT, struct told, text),
};

/* What is missing of a short one is said as a number. */
static enum err words_of(struct visit *visit, const struct password_strength *strength,
                         struct str *ret_text)
{
	static const char *const praise[PASSWORD_SCORE_MAX + 1] = {
		TEXT("error-password-guessable"),
		TEXT("strength-1"),
		TEXT("strength-2"),
		TEXT("strength-3"),
		TEXT("strength-4"),
	};
	enum language language = page_language(visit);
	struct str least;

	if (strength->refused != ERR_PASSWORD_SHORT) {
		const char *key = strength->refused == OK
		                          ? praise[strength->score]
		                          : visit_error(visit, (enum err)strength->refused)->text;
		*ret_text = text_of(language, key);
		return OK;
	}
	TRY(language_number(visit->request->arena, language, password_min_length(&visit->ctx),
	                    &least));
	const struct text_place places[] = { { "min_length", least }, { NULL, STR_NONE } };
	return text_fill(visit->request->arena, language, text_of(language, TEXT("choose-short")),
	                 places, ret_text);
}

enum err strength_show(struct visit *visit, const void *result)
{
	const struct password_strength *strength = result;
	struct told told = { .score = strength->score };

	TRY(words_of(visit, strength, &told.text));
	return visit_json(visit, "application/json", told_out, COUNT_OF(told_out), &told);
}
