/* SPDX-License-Identifier: Apache-2.0 */
/* text.h - Unicode and the spelling of addresses and names, by libunistring and libidn2. */
#ifndef REKEY_BASE_TEXT_H
#define REKEY_BASE_TEXT_H

#include "base/arena.h"

enum {
	EMAIL_MAX = 254,       /* bytes: RFC 5321, 4.5.3.1.3 less the angle brackets */
	EMAIL_LOCAL_MAX = 64,  /* bytes: RFC 5321, 4.5.3.1.1 */
	USERNAME_MAX = 128,    /* code points */
	PERSON_NAME_MAX = 200, /* code points */
};

/* Valid UTF-8 (RFC 3629) without U+0000. */
bool text_is_utf8(struct str text);

/* Code points; text must be valid UTF-8. */
size_t text_length(struct str text);

/* What a terminal may be shown of any bytes: control characters, what ends a line or turns its
 * direction, and what is not UTF-8 become escapes (\n, \x1b, \u202e). ERR_NOMEM. */
MUST_USE enum err text_printable(struct arena *arena, struct str text, struct str *ret_plain);

/* How many columns of a terminal a printable text takes, and the part of it that fits in so many.
 */
size_t text_columns(struct str text);
struct str text_fit(struct str text, size_t columns);

/* Normalization Form C (UAX 15). ERR_MALFORMED: not UTF-8. ERR_NOMEM. */
MUST_USE enum err text_nfc(struct arena *arena, struct str text, struct str *ret_nfc);

/* The same for a password, whose copy lives in the arena alone. */
MUST_USE enum err secret_nfc(struct arena *arena, struct secret secret, struct secret *ret_nfc);

/* What was typed or pasted as one word of ASCII, on whatever keyboard: decimal digits of any script
 * become ASCII's, small letters of ASCII capitals; white space, dashes and marks of format (those
 * of direction, joiners) vanish; whatever else stays. What is not UTF-8 stays as it is. */
MUST_USE enum err secret_typed(struct arena *arena, struct secret typed, struct secret *ret_word);

/* Spells an address one way: the local part in NFC with its case kept, the domain as lower-case
 * ASCII (IDNA 2008). ret_key is what two spellings of one mailbox have in common, for finding and
 * for uniqueness: the address with the ASCII letters of its local part in lower case too. Other
 * letters are never folded, so that no look-alike (dotless i, long s) finds another's account.
 * ERR_BAD_EMAIL: not one address of the form local@domain, or more than one, or with white space,
 * control characters, quotes or comments. */
MUST_USE enum err email_normalize(struct arena *arena, struct str email, struct str *ret_email,
                                  struct str *ret_key);

/* What a person or a thing is called: NFC, 1 to max code points, no control characters, line
 * separators or changes of direction, no white space at an end. ERR_BAD_NAME: it is not such a
 * name. */
MUST_USE enum err name_normalize(struct arena *arena, struct str text, size_t max,
                                 struct str *ret_name);

/* Any text, case-folded and in NFC, for comparing parts of texts. ERR_MALFORMED: not UTF-8. */
MUST_USE enum err text_fold(struct arena *arena, struct str text, struct str *ret_folded);

/* The same idea for usernames, of USERNAME_MAX code points; the key is case-folded.
 * ERR_BAD_USERNAME: it is not such a name. */
MUST_USE enum err username_normalize(struct arena *arena, struct str username, struct str *ret_name,
                                     struct str *ret_key);

#endif
