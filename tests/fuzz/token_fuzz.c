/* SPDX-License-Identifier: Apache-2.0 */
/* token_fuzz.c - what a thief would forge: an Authorization header, a password hash as text, hex,
 * and numbers. */
#include "fuzz.h"
#include "base/crypto.h"
#include "dialect/dialect.h"
#include "hash/phc.h"
#include <string.h>
#include <strings.h>

void fuzz_start(void)
{
}

static void check_bearer(struct arena *arena, struct str value)
{
	static const char no_line_ends[] = { '\r', '\n', '\0' };
	struct str header = fuzz_copy(arena, value, no_line_ends, sizeof(no_line_ends));
	struct request request = { .arena = arena, .n_headers = 1 };

	request.headers[0] = (struct header){ STR("authorization"), header };
	struct secret token = bearer_token(&request);
	bool is_bearer = header.len > 7 && strncasecmp(header.ptr, "bearer ", 7) == 0;
	HOLDS((token.ptr != NULL) == is_bearer);
	if (!is_bearer)
		return;
	HOLDS(token.ptr + token.len == header.ptr + header.len);
	HOLDS(token.len == 0 || token.ptr[0] != ' ');
	for (const char *c = header.ptr + 7; c < token.ptr; c++)
		HOLDS(*c == ' ');
}

/* There is one spelling of a hash, and its cost is within the bounds. */
static void check_phc(struct arena *arena, struct str text)
{
	struct phc phc;
	struct str again;

	enum err err = phc_parse(text, &phc);
	HOLDS(err == OK || err == ERR_MALFORMED);
	if (err != OK)
		return;
	HOLDS(phc.memory_kib >= PHC_MEMORY_MIN && phc.memory_kib <= PHC_MEMORY_MAX);
	HOLDS(phc.passes >= 1 && phc.passes <= PHC_PASSES_MAX);
	HOLDS(phc.salt_len >= PHC_SALT_MIN && phc.salt_len <= PHC_SALT_MAX);
	HOLDS(phc.hash_len >= PHC_HASH_MIN && phc.hash_len <= PHC_HASH_MAX);
	HOLDS(phc_write(arena, &phc, &again) == OK);
	HOLDS(str_equal(again, text));
}

static void check_hex(struct arena *arena, struct str text)
{
	unsigned char bytes[16];
	struct str again;

	if (!read_hex(text, bytes, sizeof(bytes)))
		return;
	HOLDS(spell_hex(arena, bytes, sizeof(bytes), &again) == OK);
	HOLDS(again.len == text.len && strncasecmp(again.ptr, text.ptr, text.len) == 0);
}

static void check_number(struct arena *arena, struct str text)
{
	static const long long maxima[] = { 0, 9, 255, 65535, 1LL << 53, INT64_MAX };
	struct str again;

	FOREACH(max, maxima) {
		long long number = -1;
		if (!str_to_number(text, *max, &number))
			continue;
		HOLDS(number >= 0 && number <= *max);
		while (text.len > 1 && text.ptr[0] == '0')
			text = str_from(text, 1);
		HOLDS(arena_printf(arena, &again, "%lld", number) == OK);
		HOLDS(str_equal(again, text));
	}
}

void fuzz_input(struct arena *arena, struct str input)
{
	check_bearer(arena, input);
	check_phc(arena, input);
	check_hex(arena, input);
	check_number(arena, input);
}
