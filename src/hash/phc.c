/* SPDX-License-Identifier: Apache-2.0 */
/* phc.c - PHC strings, read from left to right; what is left gets shorter with every piece. */
#include "hash/phc.h"
#include "base/crypto.h"
#include <assert.h>
#include <sodium.h>
#include <string.h>

enum {
	BASE64 = sodium_base64_VARIANT_ORIGINAL_NO_PADDING,
	SALT_TEXT = sodium_base64_ENCODED_LEN(PHC_SALT_MAX, BASE64),
	HASH_TEXT = sodium_base64_ENCODED_LEN(PHC_HASH_MAX, BASE64),
};

static bool take_literal(struct str *rest, const char *literal)
{
	if (!str_starts(*rest, literal))
		return false;
	*rest = str_from(*rest, strlen(literal));
	return true;
}

/* A number from min to max without leading zeros, up to `end`, which goes with it. */
static bool take_number(struct str *rest, char end, long long min, long long max,
                        uint32_t *ret_number)
{
	struct str digits = { rest->ptr, str_find(*rest, end) };
	long long number;

	if (digits.len == rest->len || digits.len == 0 || digits.ptr[0] == '0')
		return false;
	if (!str_to_number(digits, max, &number) || number < min)
		return false;
	*ret_number = (uint32_t)number;
	*rest = str_from(*rest, digits.len + 1);
	return true;
}

/* libsodium 1.0.18 takes every byte from 0x80 on for a '/'. */
static bool is_ascii(struct str text)
{
	for (size_t i = 0; i < text.len; i++)
		if ((unsigned char)text.ptr[i] >= 0x80)
			return false;
	return true;
}

static bool read_base64(struct str text, size_t min, size_t max, unsigned char *ret_bytes,
                        size_t *ret_len)
{
	int refused =
		sodium_base642bin(ret_bytes, max, text.ptr, text.len, NULL, ret_len, NULL, BASE64);

	return !refused && *ret_len >= min && is_ascii(text);
}

static bool parse(struct str rest, struct phc *phc)
{
	if (!take_literal(&rest, "$argon2id$v=19$m=") ||
	    !take_number(&rest, ',', PHC_MEMORY_MIN, PHC_MEMORY_MAX, &phc->memory_kib) ||
	    !take_literal(&rest, "t=") ||
	    !take_number(&rest, ',', 1, PHC_PASSES_MAX, &phc->passes) ||
	    !take_literal(&rest, "p=1$"))
		return false;
	size_t end = str_find(rest, '$');
	if (end == rest.len)
		return false;
	return read_base64((struct str){ rest.ptr, end }, PHC_SALT_MIN, PHC_SALT_MAX, phc->salt,
	                   &phc->salt_len) &&
	       read_base64(str_from(rest, end + 1), PHC_HASH_MIN, PHC_HASH_MAX, phc->hash,
	                   &phc->hash_len);
}

enum err phc_parse(struct str text, struct phc *ret_phc)
{
	struct phc phc = { 0 };
	bool parsed = text.ptr && parse(text, &phc);

	if (parsed)
		*ret_phc = phc;
	wipe(&phc, sizeof(phc));
	return parsed ? OK : ERR_MALFORMED;
}

enum err phc_write(struct arena *arena, const struct phc *phc, struct str *ret_text)
{
	char salt[SALT_TEXT], hash[HASH_TEXT];

	assert(phc->salt_len >= PHC_SALT_MIN && phc->salt_len <= PHC_SALT_MAX);
	assert(phc->hash_len >= PHC_HASH_MIN && phc->hash_len <= PHC_HASH_MAX);
	sodium_bin2base64(salt, sizeof(salt), phc->salt, phc->salt_len, BASE64);
	sodium_bin2base64(hash, sizeof(hash), phc->hash, phc->hash_len, BASE64);
	enum err err = arena_printf(arena, ret_text, "$argon2id$v=19$m=%u,t=%u,p=1$%s$%s",
	                            (unsigned)phc->memory_kib, (unsigned)phc->passes, salt, hash);
	wipe(hash, sizeof(hash));
	return err;
}
