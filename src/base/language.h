/* SPDX-License-Identifier: Apache-2.0 */
/* language.h - the six languages that people are spoken to in, and how each spells numbers and
 * times: by ICU, in the language's own digits and calendar. Thread-safe. */
#ifndef REKEY_BASE_LANGUAGE_H
#define REKEY_BASE_LANGUAGE_H

#include "base/arena.h"

enum language {
	LANGUAGE_ENGLISH,
	LANGUAGE_PERSIAN,
	LANGUAGE_TURKISH,
	LANGUAGE_BENGALI,
	LANGUAGE_FRENCH,
	LANGUAGE_PORTUGUESE,
	LANGUAGE_COUNT
};

struct language_traits {
	const char *tag;      /* "fa" (RFC 5646) */
	const char *own_name; /* what its speakers call it */
	const char *locale;   /* ICU's name of it, with its calendar */
	bool right_to_left;
};

extern const struct language_traits languages[LANGUAGE_COUNT];

/* By the first part of a tag, in any case: "fr-CA" is French. false: we do not speak it, and
 * *ret_language is as it was. */
bool language_find(struct str tag, enum language *ret_language);

/* The best of an Accept-Language header (RFC 9110, 12.5.4) that we speak: the highest weight, of
 * several the first. false: none. */
bool language_accept(struct str header, enum language *ret_language);

/* "1234", without groups. */
MUST_USE enum err language_number(struct arena *arena, enum language language, int64_t n,
                                  struct str *ret_text);

/* Unix seconds as a date and a time of day in UTC: "30 November 2026 at 13:20 UTC". */
MUST_USE enum err language_moment(struct arena *arena, enum language language, int64_t at,
                                  struct str *ret_text);

/* How long something takes, in the largest unit that says it in a whole number, rounded up to
 * minutes above 90 seconds: "45 seconds", "30 minutes", "3 days". Below 1 is 1 second. */
MUST_USE enum err language_duration(struct arena *arena, enum language language, int64_t seconds,
                                    struct str *ret_text);

#endif
