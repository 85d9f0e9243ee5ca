/* SPDX-License-Identifier: Apache-2.0 */
/* text.c - normal forms, so that what people type twice is the same twice. */
#include "base/text.h"
#include "base/crypto.h"
#include <ctype.h>
#include <idn2.h>
#include <stdlib.h>
#include <string.h>
#include <unicase.h>
#include <unictype.h>
#include <uninorm.h>
#include <unistr.h>
#include <uniwidth.h>

enum { LABEL_MAX = 63 };

bool text_is_utf8(struct str text)
{
	return text.len == 0 || (u8_check((const uint8_t *)text.ptr, text.len) == NULL &&
	                         memchr(text.ptr, '\0', text.len) == NULL);
}

size_t text_length(struct str text)
{
	return u8_mbsnlen((const uint8_t *)text.ptr, text.len);
}

/* Moves what libunistring made into the arena and leaves nothing of it on the heap. */
static enum err take(struct arena *arena, uint8_t *bytes, size_t len, struct str *ret_text)
{
	NEED(bytes);
	enum err err = arena_str(arena, (struct str){ (const char *)bytes, len }, ret_text);
	wipe(bytes, len);
	free(bytes);
	return err;
}

enum err text_nfc(struct arena *arena, struct str text, struct str *ret_nfc)
{
	size_t len = 0;

	if (!text_is_utf8(text))
		return ERR_MALFORMED;
	if (text.len == 0)
		return arena_str(arena, text, ret_nfc);
	uint8_t *nfc = u8_normalize(UNINORM_NFC, (const uint8_t *)text.ptr, text.len, NULL, &len);
	return take(arena, nfc, len, ret_nfc);
}

enum err secret_nfc(struct arena *arena, struct secret secret, struct secret *ret_nfc)
{
	struct str nfc;

	TRY(text_nfc(arena, (struct str){ secret.ptr, secret.len }, &nfc));
	*ret_nfc = (struct secret){ nfc.ptr, nfc.len };
	return OK;
}

/* What becomes of one character that was typed; 0: nothing. It is its own length or shorter. */
static ucs4_t plain(ucs4_t c)
{
	int digit = uc_decimal_value(c);

	if (digit >= 0)
		return (ucs4_t)('0' + digit);
	if (uc_is_property_white_space(c) || uc_is_general_category(c, UC_CATEGORY_Pd) ||
	    uc_is_general_category(c, UC_CATEGORY_Cf))
		return 0;
	return c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c;
}

enum err secret_typed(struct arena *arena, struct secret typed, struct secret *ret_word)
{
	uint8_t *word = arena_alloc(arena, typed.len + 1);
	size_t n = 0;
	ucs4_t c;

	NEED(word);
	for (size_t i = 0; i < typed.len;) {
		int len = u8_mbtoucr(&c, (const uint8_t *)typed.ptr + i, typed.len - i);
		if (len < 1)
			return arena_secret(arena, typed, ret_word);
		i += (size_t)len;
		if (plain(c))
			n += (size_t)u8_uctomb(word + n, plain(c), (ptrdiff_t)(typed.len - n));
	}
	*ret_word = (struct secret){ (const char *)word, n };
	return OK;
}

/* A dot-atom (RFC 5322, 3.2.3) whose letters may be any of Unicode's beyond ASCII (RFC 6531). */
static bool local_part_is_good(struct str local)
{
	static const char marks[] = "!#$%&'*+-/=?^_`{|}~.";
	ucs4_t c;

	if (local.len == 0 || local.len > EMAIL_LOCAL_MAX || local.ptr[0] == '.' ||
	    local.ptr[local.len - 1] == '.')
		return false;
	for (size_t i = 0; i < local.len;) {
		i += (size_t)u8_mbtouc(&c, (const uint8_t *)local.ptr + i, local.len - i);
		bool ascii_good = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
		                  (c >= 'a' && c <= 'z') || (c < 128 && c && strchr(marks, (int)c));
		bool wide_good = c >= 128 && !uc_is_general_category(c, UC_CATEGORY_C) &&
		                 !uc_is_general_category(c, UC_CATEGORY_Z);
		if (!ascii_good && !wide_good)
			return false;
		if (c == '.' && i < local.len && local.ptr[i] == '.')
			return false;
	}
	return true;
}

/* A label (RFC 1035, 2.3.1; RFC 1123, 2.1): letters, digits, and hyphens that stand inside. */
static bool label_is_good(struct str label)
{
	for (size_t i = 0; i < label.len; i++) {
		char c = label.ptr[i];
		bool edge = i == 0 || i == label.len - 1;
		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c == '-' && !edge)))
			return false;
	}
	return label.len > 0 && label.len <= LABEL_MAX;
}

/* What IDNA leaves of a domain that mail can go to. */
static bool domain_is_good(struct str domain)
{
	for (;;) {
		size_t dot = str_find(domain, '.');
		if (!label_is_good((struct str){ domain.ptr, dot }))
			return false;
		if (dot == domain.len)
			return true;
		domain = str_from(domain, dot + 1);
	}
}

/* IDNA's mapping would drop white space and controls in silence: what is not a domain stays none.
 */
static bool domain_is_plain(struct str domain)
{
	for (size_t i = 0; i < domain.len; i++) {
		unsigned char c = (unsigned char)domain.ptr[i];
		if (c < 128 && !isalnum(c) && c != '-' && c != '.')
			return false;
	}
	return true;
}

static enum err domain_normalize(struct arena *arena, struct str domain, struct str *ret_ascii)
{
	struct str terminated;
	char *ascii = NULL;

	if (!domain_is_plain(domain))
		return ERR_BAD_EMAIL;
	/* IDNA 2008 as it is, without the mappings of UTS 46, which would drop or replace letters
	 * in silence; case alone is folded. */
	size_t len = 0;
	uint8_t *folded =
		u8_tolower((const uint8_t *)domain.ptr, domain.len, NULL, UNINORM_NFC, NULL, &len);
	TRY(take(arena, folded, len, &terminated));
	int result = idn2_to_ascii_8z(terminated.ptr, &ascii, IDN2_NFC_INPUT | IDN2_NO_TR46);
	if (result == IDN2_MALLOC)
		return ERR_NOMEM;
	if (result != IDN2_OK)
		return ERR_BAD_EMAIL;
	enum err err = arena_str(arena, str(ascii), ret_ascii);
	idn2_free(ascii);
	return err;
}

enum err email_normalize(struct arena *arena, struct str email, struct str *ret_email,
                         struct str *ret_key)
{
	struct str nfc, domain, normal, key;

	if (email.len > EMAIL_MAX || !text_is_utf8(email))
		return ERR_BAD_EMAIL;
	TRY(text_nfc(arena, email, &nfc));
	size_t at = str_find(nfc, '@');
	if (at == nfc.len || !local_part_is_good((struct str){ nfc.ptr, at }))
		return ERR_BAD_EMAIL;
	domain = str_from(nfc, at + 1);
	if (str_find(domain, '@') != domain.len)
		return ERR_BAD_EMAIL;
	TRY(domain_normalize(arena, domain, &domain));
	if (!domain_is_good(domain))
		return ERR_BAD_EMAIL;
	TRY(arena_printf(arena, &normal, "%.*s@%.*s", (int)at, nfc.ptr, STR_ARG(domain)));
	if (normal.len > EMAIL_MAX)
		return ERR_BAD_EMAIL;
	char *lower = arena_alloc(arena, normal.len + 1);
	NEED(lower);
	for (size_t i = 0; i < normal.len; i++) {
		char c = normal.ptr[i];
		lower[i] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
	}
	key = (struct str){ lower, normal.len };
	*ret_email = normal;
	*ret_key = key;
	return OK;
}

/* What makes a name read as another one, or as two lines: U+2028 and U+2029 end one. */
static bool is_layout(ucs4_t c)
{
	return (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

enum err name_normalize(struct arena *arena, struct str text, size_t max, struct str *ret_name)
{
	struct str name;
	ucs4_t c = 0;

	if (text.len == 0 || text.len > 4 * max || !text_is_utf8(text))
		return ERR_BAD_NAME;
	TRY(text_nfc(arena, text, &name));
	if (text_length(name) > max)
		return ERR_BAD_NAME;
	for (size_t i = 0; i < name.len;) {
		size_t first = i;
		i += (size_t)u8_mbtouc(&c, (const uint8_t *)name.ptr + i, name.len - i);
		bool at_an_end = first == 0 || i == name.len;
		if (uc_is_general_category(c, UC_CATEGORY_Cc) || is_layout(c) ||
		    (at_an_end && uc_is_general_category(c, UC_CATEGORY_Z)))
			return ERR_BAD_NAME;
	}
	*ret_name = name;
	return OK;
}

enum err text_fold(struct arena *arena, struct str text, struct str *ret_folded)
{
	size_t len = 0;

	if (!text_is_utf8(text))
		return ERR_MALFORMED;
	uint8_t *folded =
		u8_casefold((const uint8_t *)text.ptr, text.len, NULL, UNINORM_NFC, NULL, &len);
	return take(arena, folded, len, ret_folded);
}

enum err username_normalize(struct arena *arena, struct str username, struct str *ret_name,
                            struct str *ret_key)
{
	struct str name, key;

	enum err err = name_normalize(arena, username, USERNAME_MAX, &name);
	TRY(err == ERR_BAD_NAME ? ERR_BAD_USERNAME : err);
	TRY(text_fold(arena, name, &key));
	*ret_name = name;
	*ret_key = key;
	return OK;
}

/* ---- for a terminal ---- */

static void add_escaped(struct buf *buf, ucs4_t c)
{
	static const struct {
		ucs4_t c;
		const char *escape;
	} short_ones[] = { { '\n', "\\n" }, { '\r', "\\r" }, { '\t', "\\t" } };

	FOREACH(one, short_ones) {
		if (one->c == c) {
			buf_puts(buf, one->escape);
			return;
		}
	}
	buf_printf(buf, c < 0x100 ? "\\x%02x" : "\\u%04x", (unsigned)c);
}

static bool is_printable(ucs4_t c)
{
	return !uc_is_general_category(c, UC_CATEGORY_Cc) && !is_layout(c) && c != 0x200e &&
	       c != 0x200f && c != 0x061c;
}

enum err text_printable(struct arena *arena, struct str text, struct str *ret_plain)
{
	struct buf buf = buf_in(arena);
	ucs4_t c;

	for (size_t i = 0; i < text.len;) {
		int n = u8_mbtoucr(&c, (const uint8_t *)text.ptr + i, text.len - i);
		if (n <= 0)
			buf_printf(&buf, "\\x%02x", (unsigned char)text.ptr[i]);
		else if (is_printable(c))
			buf_add(&buf, (struct str){ text.ptr + i, (size_t)n });
		else
			add_escaped(&buf, c);
		i += n <= 0 ? 1 : (size_t)n;
	}
	return buf_str(&buf, ret_plain);
}

size_t text_columns(struct str text)
{
	int columns = u8_width((const uint8_t *)text.ptr, text.len, "UTF-8");

	return columns < 0 ? 0 : (size_t)columns;
}

struct str text_fit(struct str text, size_t columns)
{
	struct str fits = { text.ptr, 0 };
	ucs4_t c;

	while (fits.len < text.len) {
		size_t n = (size_t)u8_mbtouc(&c, (const uint8_t *)text.ptr + fits.len,
		                             text.len - fits.len);
		if (text_columns((struct str){ text.ptr, fits.len + n }) > columns)
			break;
		fits.len += n;
	}
	return fits;
}
