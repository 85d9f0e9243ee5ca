/* SPDX-License-Identifier: Apache-2.0 */
/* old_hash_fuzz.c - a hash that somebody else wrote, and a password.
 *
 * It is taken or there is a reason; what is taken and costs little enough to try does not match a
 * password that it could not tell from another. */
#include "fuzz.h"
#include "hash/old_hash.h"
#include <string.h>

void fuzz_start(void)
{
}

static bool is_cheap(struct str text)
{
	static const char *const cheap[] = { "$2a$04$",
		                             "$2b$04$",
		                             "$2y$04$",
		                             "$5$rounds=1000$",
		                             "$6$rounds=1000$",
		                             "pbkdf2_sha256$1000$",
		                             "$pbkdf2-sha512$1000$" };

	FOREACH(prefix, cheap) {
		if (str_starts(text, *prefix))
			return true;
	}
	return false;
}

void fuzz_input(struct arena *arena, struct str input)
{
	struct str rest = input, text = fuzz_copy(arena, fuzz_part(&rest), "\0", 1);
	struct secret password = { rest.ptr, rest.len };
	bool match = false;

	const char *why = old_hash_refusal(text);
	HOLDS(old_hash_is_one(text) == !why);
	HOLDS(strlen(old_hash_name(text)) > 0);
	if (why || !is_cheap(text))
		return;
	HOLDS(text.len <= OLD_HASH_TEXT_MAX);
	HOLDS(old_hash_verify(text, password, &match) == OK);
	bool has_nul = rest.len > 0 && memchr(rest.ptr, 0, rest.len);
	HOLDS(!match || !has_nul);
	HOLDS(!match || !str_starts(text, "$2") || rest.len <= BCRYPT_PASSWORD_MAX);
}
