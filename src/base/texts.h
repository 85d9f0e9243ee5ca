/* SPDX-License-Identifier: Apache-2.0 */
/* texts.h - the words for people, in every language: src/texts, made into a table at build.
 *
 * The build refuses a key that some language lacks, that has other places there than in English,
 * that nobody uses, or that somebody uses and nobody has. Thread-safe. */
#ifndef REKEY_BASE_TEXTS_H
#define REKEY_BASE_TEXTS_H

#include "base/language.h"

/* Marks a literal as a key, for the check of the build. */
#define TEXT(key) key

struct text_row {
	const char *key;
	const char *words[LANGUAGE_COUNT];
};

extern const struct text_row text_rows[]; /* n_texts, sorted by key */
extern const size_t n_texts;

/* What {{name}} in a text stands for. */
struct text_place {
	const char *name;
	struct str value;
};

/* STR_NONE: there is no such key. */
struct str text_find(enum language language, struct str key);

/* The same, for a key of ours: the build has looked for it. */
struct str text_of(enum language language, const char *key);

/* Whether a value among the words must be set apart, by U+2068 before it and U+2069 behind it, so
 * that it turns nobody's direction: whatever is not ASCII in a language that runs left to right. */
bool text_must_isolate(enum language language, struct str value);
#define TEXT_ISOLATE     "\xe2\x81\xa8"
#define TEXT_ISOLATE_END "\xe2\x81\xa9"

/* Cuts the first piece off *rest: words before a place, and the place's name; STR_NONE: they were
 * the last. */
struct text_piece {
	struct str words, place;
};
struct text_piece text_next(struct str *rest);

/* The text with its places filled; ended by a NULL name. ERR_INTERNAL: one is not given. */
MUST_USE enum err text_fill(struct arena *arena, enum language language, struct str text,
                            const struct text_place *places, struct str *ret_text);

#endif
