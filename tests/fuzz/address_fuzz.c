/* SPDX-License-Identifier: Apache-2.0 */
/* address_fuzz.c - an address, a username and a password as people type them: what is accepted is
 * one line of bounded length, and the same when it is typed again. */
#include "fuzz.h"
#include "base/text.h"
#include <string.h>

void fuzz_start(void)
{
}

/* One line, in which nothing ends a header or moves the cursor. */
static void check_line(struct str text)
{
	fuzz_check_text(text);
	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.ptr[i];
		HOLDS(c >= ' ' && c != 0x7f);
		HOLDS(c != 0xc2 || (unsigned char)text.ptr[i + 1] >= 0xa0); /* C1 */
	}
}

static void check_email(struct arena *arena, struct str typed)
{
	static const char not_in_addresses[] = " <>()[],;:\\\"";
	struct str email, key, again, again_key;

	enum err err = email_normalize(arena, typed, &email, &key);
	HOLDS(err == OK || err == ERR_BAD_EMAIL);
	if (err != OK)
		return;
	check_line(email);
	check_line(key);
	size_t at = str_find(email, '@');
	struct str domain = str_from(email, at);
	HOLDS(email.len <= EMAIL_MAX && at > 0 && at <= EMAIL_LOCAL_MAX);
	HOLDS(domain.len > 1 && str_find(str_from(domain, 1), '@') == domain.len - 1);
	for (size_t i = 0; i < email.len; i++)
		HOLDS(!strchr(not_in_addresses, email.ptr[i]));
	for (size_t i = at; i < email.len; i++)
		HOLDS((unsigned char)email.ptr[i] < 0x80 &&
		      !(email.ptr[i] >= 'A' && email.ptr[i] <= 'Z'));
	HOLDS(email_normalize(arena, email, &again, &again_key) == OK);
	HOLDS(str_equal(again, email) && str_equal(again_key, key));
	HOLDS(email_normalize(arena, key, &again, &again_key) == OK);
	HOLDS(str_equal(again, key) && str_equal(again_key, key));
}

static void check_username(struct arena *arena, struct str typed)
{
	struct str name, key, again, again_key;

	enum err err = username_normalize(arena, typed, &name, &key);
	HOLDS(err == OK || err == ERR_BAD_USERNAME);
	if (err != OK)
		return;
	check_line(name);
	check_line(key);
	HOLDS(name.len > 0 && key.len > 0 && text_length(name) <= USERNAME_MAX);
	HOLDS(username_normalize(arena, name, &again, &again_key) == OK);
	HOLDS(str_equal(again, name) && str_equal(again_key, key));
	/* Folding may make a name longer, and then the key is no name. */
	if (username_normalize(arena, key, &again, &again_key) == OK)
		HOLDS(str_equal(again_key, key));
}

static void check_password(struct arena *arena, struct str typed)
{
	struct secret nfc, again;

	enum err err = secret_nfc(arena, (struct secret){ typed.ptr, typed.len }, &nfc);
	HOLDS(err == (text_is_utf8(typed) ? OK : ERR_MALFORMED));
	if (err != OK)
		return;
	fuzz_check_text((struct str){ nfc.ptr, nfc.len });
	HOLDS(nfc.len <= 3 * typed.len); /* UAX 15: the most that NFC makes of UTF-8 */
	HOLDS(secret_nfc(arena, nfc, &again) == OK);
	HOLDS(str_equal((struct str){ again.ptr, again.len }, (struct str){ nfc.ptr, nfc.len }));
}

void fuzz_input(struct arena *arena, struct str input)
{
	check_email(arena, input);
	check_username(arena, input);
	check_password(arena, input);
}
