/* SPDX-License-Identifier: Apache-2.0 */
/* language.c - which language is meant, and ICU's spelling of numbers and times. */
#include "base/language.h"
#include <stdio.h>
#include <string.h>
#include <unicode/udat.h>
#include <unicode/unumberformatter.h>
#include <unicode/ustring.h>

enum { MINUTE_S = 60, HOUR_S = 3600, DAY_S = 86400, SPELLED_MAX = 128 };

const struct language_traits languages[LANGUAGE_COUNT] = {
	[LANGUAGE_ENGLISH] = { "en", "English", "en_GB", false },
	[LANGUAGE_PERSIAN] = { "fa", "فارسی", "fa@calendar=persian", true },
	[LANGUAGE_TURKISH] = { "tr", "Türkçe", "tr", false },
	[LANGUAGE_BENGALI] = { "bn", "বাংলা", "bn", false },
	[LANGUAGE_FRENCH] = { "fr", "Français", "fr", false },
	[LANGUAGE_PORTUGUESE] = { "pt", "Português", "pt", false },
};

/* ---- which one ---- */

bool language_find(struct str tag, enum language *ret_language)
{
	struct str first = { tag.ptr, str_find(tag, '-') };

	for (enum language i = 0; i < LANGUAGE_COUNT; i++) {
		if (str_is_nocase(first, languages[i].tag)) {
			*ret_language = i;
			return true;
		}
	}
	return false;
}

/* Thousandths: ";q=0.8" is 800; without a weight, 1000; one that cannot be read, 0. */
static int weight_of(struct str parameter)
{
	int weight = 0, step = 1000;

	parameter = str_trim(parameter);
	if (parameter.len == 0)
		return 1000;
	if (!str_starts(parameter, "q=") && !str_starts(parameter, "Q="))
		return 0;
	for (size_t i = 2; i < parameter.len && i < 7; i++) {
		char c = parameter.ptr[i];
		if (i == 3 && c == '.')
			continue;
		if (c < '0' || c > '9')
			return 0;
		weight += (c - '0') * step;
		step /= 10;
	}
	return weight > 1000 ? 1000 : weight;
}

bool language_accept(struct str header, enum language *ret_language)
{
	int best = 0;

	while (header.len > 0) {
		struct str weighed = str_cut(&header, ",");
		struct str tag = str_trim(str_cut(&weighed, ";"));
		int weight = weight_of(weighed);
		enum language language;

		if (weight > best && language_find(tag, &language)) {
			best = weight;
			*ret_language = language;
		}
	}
	return best > 0;
}

/* ---- how it spells ---- */

static enum err to_utf8(struct arena *arena, const UChar *from, int32_t n, struct str *ret_text)
{
	char bytes[SPELLED_MAX * 3];
	int32_t len = 0;
	UErrorCode status = U_ZERO_ERROR;

	u_strToUTF8(bytes, sizeof(bytes), &len, from, n, &status);
	if (U_FAILURE(status))
		return ERR_INTERNAL;
	return arena_str(arena, (struct str){ bytes, (size_t)len }, ret_text);
}

/* By a skeleton of ICU's number formatter, which is ASCII. */
static enum err spell_number(struct arena *arena, enum language language, const char *skeleton,
                             int64_t n, struct str *ret_text)
{
	UChar wide[SPELLED_MAX], spelled[SPELLED_MAX];
	UErrorCode status = U_ZERO_ERROR;

	u_uastrncpy(wide, skeleton, SPELLED_MAX);
	UNumberFormatter *formatter =
		unumf_openForSkeletonAndLocale(wide, -1, languages[language].locale, &status);
	UFormattedNumber *result = unumf_openResult(&status);
	unumf_formatInt(formatter, n, result, &status);
	int32_t len = unumf_resultToString(result, spelled, SPELLED_MAX, &status);
	unumf_closeResult(result);
	unumf_close(formatter);
	if (status == U_MEMORY_ALLOCATION_ERROR)
		return ERR_NOMEM;
	return U_FAILURE(status) ? ERR_INTERNAL : to_utf8(arena, spelled, len, ret_text);
}

enum err language_number(struct arena *arena, enum language language, int64_t n,
                         struct str *ret_text)
{
	return spell_number(arena, language, "group-off", n, ret_text);
}

/* Day, month in words, year, and the hours as everybody counts them: of 24. They are ICU's own, its
 * pattern generator would only take half a millisecond to find them. */
static const UChar *const moments[LANGUAGE_COUNT] = {
	[LANGUAGE_ENGLISH] = u"d MMMM y 'at' HH:mm",
	[LANGUAGE_PERSIAN] = u"d MMMM y 'ساعت' HH:mm",
	[LANGUAGE_TURKISH] = u"d MMMM y HH:mm",
	[LANGUAGE_BENGALI] = u"d MMMM, y 'এ' HH:mm",
	[LANGUAGE_FRENCH] = u"d MMMM y 'à' HH:mm",
	[LANGUAGE_PORTUGUESE] = u"d 'de' MMMM 'de' y 'às' HH:mm",
};

enum err language_moment(struct arena *arena, enum language language, int64_t at,
                         struct str *ret_text)
{
	static const UChar utc[] = { 'U', 'T', 'C', 0 };
	const char *locale = languages[language].locale;
	UChar spelled[SPELLED_MAX];
	UErrorCode status = U_ZERO_ERROR;
	struct str text;

	UDateFormat *format = udat_open(UDAT_PATTERN, UDAT_PATTERN, locale, utc, -1,
	                                moments[language], -1, &status);
	int32_t len = udat_format(format, (UDate)at * 1000, spelled, SPELLED_MAX, NULL, &status);
	udat_close(format);
	if (status == U_MEMORY_ALLOCATION_ERROR)
		return ERR_NOMEM;
	if (U_FAILURE(status))
		return ERR_INTERNAL;
	TRY(to_utf8(arena, spelled, len, &text));
	return arena_printf(arena, ret_text, "%.*s UTC", STR_ARG(text));
}

enum err language_duration(struct arena *arena, enum language language, int64_t seconds,
                           struct str *ret_text)
{
	static const struct {
		int64_t size;
		const char *name;
	} units[] = {
		{ DAY_S, "day" }, { HOUR_S, "hour" }, { MINUTE_S, "minute" }, { 1, "second" }
	};
	char skeleton[64];
	size_t unit = 0;

	if (seconds < 1)
		seconds = 1;
	if (seconds > 90)
		seconds = (seconds + MINUTE_S - 1) / MINUTE_S * MINUTE_S;
	while (seconds % units[unit].size != 0)
		unit++;
	snprintf(skeleton, sizeof(skeleton), "unit/%s unit-width-full-name group-off",
	         units[unit].name);
	return spell_number(arena, language, skeleton, seconds / units[unit].size, ret_text);
}
