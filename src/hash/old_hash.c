/* SPDX-License-Identifier: Apache-2.0 */
/* old_hash.c - a text is read by the form that its beginning names, and nothing is computed that
 * has not been read and bounded. */
#include "hash/old_hash.h"
#include "base/crypto.h"
#include <crypt.h>
#include <errno.h>
#include <openssl/evp.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum {
	ROUNDS_MIN = 1000,
	SHA_ROUNDS_MAX = 1000 * 1000,
	PBKDF2_ROUNDS_MAX = 2 * 1000 * 1000,
	SALT_MAX = 128, /* letters */
	SHA_SALT_MAX = 16,
	SHA_PASSWORD_MAX = 128, /* bytes: each round takes longer with more of them */
	BCRYPT_COST_MIN = 4,
	BCRYPT_LEN = 60,
	BCRYPT_TAG = 31,
	TAG_256 = 43, /* letters of 256 bits, and of 512 */
	TAG_512 = 86,
	YESCRYPT_SALT_MAX = 86, /* letters of 64 bytes */
	SCRYPT_PASSES_MAX = 4,  /* its p */
	SCRYPT_BLOCK_MAX = 32,  /* its r */
	PBKDF2_TAG_MAX = 64,
};

static const char is_malformed[] = "the password_hash begins as one that is taken, and is none";
static const char is_weak[] = "the password_hash is one that is too easily guessed at to be kept";
static const char is_costly[] =
	"the password_hash asks for more time or memory than a log-in may take";

/* What was read of a text. */
struct old_hash {
	const struct form *form;
	struct str text;
	size_t kind_len;     /* letters in front, up to the salt */
	size_t n_compared;   /* of crypt(5): letters at the end */
	size_t password_max; /* of crypt(5): bytes of a password that may match */
	const EVP_MD *md;    /* of PBKDF2, like the rest */
	int rounds;
	struct str salt;
	unsigned char salt_bytes[SALT_MAX];
	unsigned char tag[PBKDF2_TAG_MAX];
	size_t tag_len;
};

/* How a kind of text begins, and what reads the rest of it: NULL, or why it is not taken. */
struct form {
	const char *prefix, *name;
	const char *(*read)(struct str rest, struct old_hash *hash);
	enum err (*verify)(const struct old_hash *hash, struct secret password, bool *ret_match);
};

/* ---- pieces ---- */

static const char letters[] = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

static bool is_letters(struct str text)
{
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] == '\0' || !strchr(letters, text.ptr[i]))
			return false;
	}
	return true;
}

static uint32_t value_of(char letter)
{
	return (uint32_t)(strchr(letters, letter) - letters);
}

/* Five letters, the lowest six bits first. */
static uint32_t value_of_five(const char *five)
{
	uint32_t value = 0;

	for (int i = 0; i < 5; i++)
		value |= value_of(five[i]) << 6 * i;
	return value;
}

/* The part before the next c, which goes with it. */
static bool take_until(struct str *rest, char c, struct str *ret_part)
{
	size_t end = str_find(*rest, c);

	if (end == rest->len)
		return false;
	*ret_part = (struct str){ rest->ptr, end };
	*rest = str_from(*rest, end + 1);
	return true;
}

/* A number as every one of these systems writes it: without zeros in front. */
static bool read_number(struct str digits, long long max, long long *ret_number)
{
	return digits.len > 0 && digits.ptr[0] != '0' && str_to_number(digits, max, ret_number);
}

/* All that is before it says what the hash costs. */
static void salt_begins(struct old_hash *hash, const char *salt)
{
	hash->kind_len = (size_t)(salt - hash->text.ptr);
}

/* ---- crypt(5) ---- */

static const char *read_bcrypt(struct str rest, struct old_hash *hash)
{
	long long cost;

	if (hash->text.len != BCRYPT_LEN || rest.ptr[2] != '$' ||
	    !str_to_number((struct str){ rest.ptr, 2 }, 99, &cost) ||
	    !is_letters(str_from(rest, 3)) || cost < BCRYPT_COST_MIN)
		return is_malformed;
	/* Of the salt's last letter two bits count; some wrote the others as they came, and
	 * libcrypt writes them as zeros. So only what is behind the salt is compared. */
	hash->n_compared = BCRYPT_TAG;
	hash->password_max = BCRYPT_PASSWORD_MAX;
	salt_begins(hash, rest.ptr + 3);
	return cost > BCRYPT_COST_MAX ? is_costly : NULL;
}

static bool is_sha_salt(struct str salt)
{
	for (size_t i = 0; i < salt.len; i++) {
		if (salt.ptr[i] <= ' ' || salt.ptr[i] > '~' || strchr(":;*!\\", salt.ptr[i]))
			return false;
	}
	return salt.len <= SHA_SALT_MAX;
}

static const char *read_sha(struct str rest, struct old_hash *hash, size_t tag_len)
{
	long long rounds = ROUNDS_MIN;
	struct str part, salt;

	if (str_starts(rest, "rounds=")) {
		rest = str_from(rest, strlen("rounds="));
		if (!take_until(&rest, '$', &part) || !read_number(part, 999999999, &rounds))
			return is_malformed;
	}
	if (!take_until(&rest, '$', &salt) || !is_sha_salt(salt) || rest.len != tag_len ||
	    !is_letters(rest) || rounds < ROUNDS_MIN)
		return is_malformed;
	salt_begins(hash, salt.ptr);
	hash->n_compared = hash->text.len;
	hash->password_max = SHA_PASSWORD_MAX;
	return rounds > SHA_ROUNDS_MAX ? is_costly : NULL;
}

static const char *read_sha256(struct str rest, struct old_hash *hash)
{
	return read_sha(rest, hash, TAG_256);
}

static const char *read_sha512(struct str rest, struct old_hash *hash)
{
	return read_sha(rest, hash, TAG_512);
}

/* Salt and tag, behind the parameters. */
static bool read_salt_and_tag(struct str rest, struct old_hash *hash)
{
	struct str salt;

	salt_begins(hash, rest.ptr);
	hash->n_compared = hash->text.len;
	hash->password_max = CRYPT_MAX_PASSPHRASE_SIZE - 1;
	return take_until(&rest, '$', &salt) && salt.len <= SALT_MAX && is_letters(salt) &&
	       rest.len == TAG_256 && is_letters(rest);
}

/* N blocks, p more, and two to work with, of 128 r bytes each. */
static bool fits(uint32_t log2_n, uint64_t r, uint64_t p)
{
	return log2_n < 32 && r <= SCRYPT_BLOCK_MAX && p <= SCRYPT_PASSES_MAX &&
	       ((1ULL << log2_n) + p + 2) * r * 128 <= (uint64_t)OLD_HASH_MEMORY_MAX << 20;
}

static const char *read_scrypt(struct str rest, struct old_hash *hash)
{
	if (rest.len < 11 || !is_letters((struct str){ rest.ptr, 11 }) ||
	    !read_salt_and_tag(str_from(rest, 11), hash))
		return is_malformed;
	uint32_t log2_n = value_of(rest.ptr[0]), r = value_of_five(rest.ptr + 1),
		 p = value_of_five(rest.ptr + 6);
	if (log2_n == 0 || r == 0 || p == 0)
		return is_malformed;
	return fits(log2_n, r, p) ? NULL : is_costly;
}

/* Its salt is bytes, four letters for three of them: one letter alone is none. */
static bool is_yescrypt_salt(size_t len)
{
	return len <= YESCRYPT_SALT_MAX && len % 4 != 1;
}

/* As libcrypt makes them: the flavour j, then N and r in a letter each, and no other parameter.
 * These letters count from 1. */
static const char *read_yescrypt(struct str rest, struct old_hash *hash)
{
	if (rest.len < 4 || rest.ptr[0] != 'j' || rest.ptr[3] != '$' ||
	    !is_letters((struct str){ rest.ptr, 3 }) || !read_salt_and_tag(str_from(rest, 4), hash))
		return is_malformed;
	/* From 48 on, more letters follow. */
	uint32_t log2_n = value_of(rest.ptr[1]) + 1, r = value_of(rest.ptr[2]) + 1;
	if (log2_n > 47 || r > 47 ||
	    !is_yescrypt_salt(hash->text.len - hash->kind_len - 1 - TAG_256))
		return is_malformed;
	return fits(log2_n, r, 1) ? NULL : is_costly;
}

/* libcrypt's answer, for a password that is a C string. */
static bool compute_crypt(const struct old_hash *hash, const char *password,
                          struct crypt_data *data)
{
	char setting[OLD_HASH_TEXT_MAX + 1] = "";

	memcpy(setting, hash->text.ptr, hash->text.len);
	const char *made = crypt_rn(password, setting, data, sizeof(*data));
	size_t from = hash->text.len - hash->n_compared;
	return made && strlen(made) == hash->text.len &&
	       sodium_memcmp(made + from, hash->text.ptr + from, hash->n_compared) == 0;
}

/* What is longer, or has a NUL, is cut there, so that it costs what others cost. */
static enum err verify_crypt(const struct old_hash *hash, struct secret password, bool *ret_match)
{
	struct crypt_data *data = calloc(1, sizeof(*data));
	char cut[CRYPT_MAX_PASSPHRASE_SIZE] = "";

	NEED(data);
	size_t len = password.len < hash->password_max ? password.len : hash->password_max;
	if (len > 0)
		memcpy(cut, password.ptr, len);
	errno = 0;
	bool match = compute_crypt(hash, cut, data);
	enum err err = !match && errno == ENOMEM ? ERR_NOMEM : OK;
	bool whole = strlen(cut) == password.len;
	wipe(cut, sizeof(cut));
	wipe(data, sizeof(*data));
	free(data);
	if (err == OK)
		*ret_match = match && whole;
	return err;
}

/* ---- PBKDF2 ---- */

/* Base64 of 16 bytes or more, as one of both writes it. */
static bool read_base64(struct str text, int variant, unsigned char *ret_bytes, size_t room,
                        size_t *ret_len)
{
	const char *end;

	return sodium_base642bin(ret_bytes, room, text.ptr, text.len, NULL, ret_len, &end,
	                         variant) == 0 &&
	       end == text.ptr + text.len;
}

static const char *read_rounds(struct str digits, struct old_hash *hash)
{
	long long rounds;

	if (!read_number(digits, 999999999, &rounds))
		return is_malformed;
	hash->rounds = (int)rounds;
	return rounds < ROUNDS_MIN ? is_weak : rounds > PBKDF2_ROUNDS_MAX ? is_costly : NULL;
}

/* pbkdf2_sha256$ROUNDS$SALT$TAG: the salt is text, and the tag has padding. */
static const char *read_django(struct str rest, struct old_hash *hash, const EVP_MD *md)
{
	struct str rounds, salt;

	hash->md = md;
	if (!take_until(&rest, '$', &rounds) || !take_until(&rest, '$', &salt) || salt.len == 0 ||
	    salt.len > SALT_MAX ||
	    !read_base64(rest, sodium_base64_VARIANT_ORIGINAL, hash->tag, sizeof(hash->tag),
	                 &hash->tag_len) ||
	    hash->tag_len != (size_t)EVP_MD_get_size(md))
		return is_malformed;
	hash->salt = salt;
	salt_begins(hash, salt.ptr);
	return read_rounds(rounds, hash);
}

static const char *read_django_sha1(struct str rest, struct old_hash *hash)
{
	return read_django(rest, hash, EVP_sha1());
}

static const char *read_django_sha256(struct str rest, struct old_hash *hash)
{
	return read_django(rest, hash, EVP_sha256());
}

/* Base64 with a dot for the plus, and without padding. */
static bool read_dotted(struct str text, unsigned char *ret_bytes, size_t room, size_t *ret_len)
{
	char plain[SALT_MAX + 1];

	if (text.len > SALT_MAX || str_find(text, '+') < text.len)
		return false;
	for (size_t i = 0; i < text.len; i++)
		plain[i] = text.ptr[i] == '.' ? '+' : text.ptr[i];
	return read_base64((struct str){ plain, text.len },
	                   sodium_base64_VARIANT_ORIGINAL_NO_PADDING, ret_bytes, room, ret_len);
}

/* $pbkdf2-sha256$ROUNDS$SALT$TAG: salt and tag are bytes. */
static const char *read_passlib(struct str rest, struct old_hash *hash, const EVP_MD *md)
{
	struct str rounds, salt;

	hash->md = md;
	hash->salt.ptr = (const char *)hash->salt_bytes;
	if (!take_until(&rest, '$', &rounds) || !take_until(&rest, '$', &salt) ||
	    !read_dotted(salt, hash->salt_bytes, sizeof(hash->salt_bytes), &hash->salt.len) ||
	    hash->salt.len == 0 ||
	    !read_dotted(rest, hash->tag, sizeof(hash->tag), &hash->tag_len) ||
	    hash->tag_len != (size_t)EVP_MD_get_size(md))
		return is_malformed;
	salt_begins(hash, salt.ptr);
	return read_rounds(rounds, hash);
}

static const char *read_passlib_sha256(struct str rest, struct old_hash *hash)
{
	return read_passlib(rest, hash, EVP_sha256());
}

static const char *read_passlib_sha512(struct str rest, struct old_hash *hash)
{
	return read_passlib(rest, hash, EVP_sha512());
}

static enum err verify_pbkdf2(const struct old_hash *hash, struct secret password, bool *ret_match)
{
	unsigned char tag[PBKDF2_TAG_MAX];

	if (PKCS5_PBKDF2_HMAC(password.ptr, (int)password.len,
	                      (const unsigned char *)hash->salt.ptr, (int)hash->salt.len,
	                      hash->rounds, hash->md, (int)hash->tag_len, tag) != 1)
		return ERR_NOMEM;
	/* HMAC fills a short key up with zeros: a NUL at the end would change nothing. */
	*ret_match = sodium_memcmp(tag, hash->tag, hash->tag_len) == 0 &&
	             (password.len == 0 || !memchr(password.ptr, '\0', password.len));
	wipe(tag, sizeof(tag));
	return OK;
}

/* ---- what is taken, and what is known and is not ---- */

static const char *read_weak(struct str rest, struct old_hash *hash)
{
	(void)rest, (void)hash;
	return is_weak;
}

static const struct form forms[] = {
	{ "$2a$", "bcrypt", read_bcrypt, verify_crypt },
	{ "$2b$", "bcrypt", read_bcrypt, verify_crypt },
	{ "$2y$", "bcrypt", read_bcrypt, verify_crypt },
	{ "$5$", "SHA-256-crypt", read_sha256, verify_crypt },
	{ "$6$", "SHA-512-crypt", read_sha512, verify_crypt },
	{ "$7$", "scrypt", read_scrypt, verify_crypt },
	{ "$y$", "yescrypt", read_yescrypt, verify_crypt },
	{ "$gy$", "yescrypt", read_yescrypt, verify_crypt },
	{ "pbkdf2_sha256$", "PBKDF2", read_django_sha256, verify_pbkdf2 },
	{ "pbkdf2_sha1$", "PBKDF2", read_django_sha1, verify_pbkdf2 },
	{ "$pbkdf2-sha256$", "PBKDF2", read_passlib_sha256, verify_pbkdf2 },
	{ "$pbkdf2-sha512$", "PBKDF2", read_passlib_sha512, verify_pbkdf2 },
	{ "$1$", "MD5-crypt", read_weak, NULL },
	{ "$apr1$", "MD5-crypt", read_weak, NULL },
	{ "$2x$", "bcrypt with the fault of 2011", read_weak, NULL },
	{ "$3$", "NT", read_weak, NULL },
	{ "$md5", "MD5", read_weak, NULL },
	{ "$sha1$", "SHA-1", read_weak, NULL },
	{ "_", "DES", read_weak, NULL },
};

/* NULL: it is taken, and *ret_hash is what it says. */
static const char *read_text(struct str text, struct old_hash *ret_hash)
{
	*ret_hash = (struct old_hash){ .text = text };
	FOREACH(form, forms) {
		if (!str_starts(text, form->prefix))
			continue;
		ret_hash->form = form;
		return text.len > OLD_HASH_TEXT_MAX
		               ? is_malformed
		               : form->read(str_from(text, strlen(form->prefix)), ret_hash);
	}
	return "the password_hash is of no kind that is known: see docs/importing.md";
}

const char *old_hash_refusal(struct str text)
{
	struct old_hash hash;

	return read_text(text, &hash);
}

bool old_hash_is_one(struct str text)
{
	return text.ptr && !old_hash_refusal(text);
}

const char *old_hash_name(struct str text)
{
	struct old_hash hash;

	return read_text(text, &hash) ? "unknown" : hash.form->name;
}

struct str old_hash_kind(struct str text)
{
	struct old_hash hash;

	if (!text.ptr || read_text(text, &hash))
		return STR_NONE;
	return (struct str){ text.ptr, hash.kind_len };
}

enum err old_hash_verify(struct str text, struct secret password, bool *ret_match)
{
	struct old_hash hash;

	if (read_text(text, &hash))
		return ERR_INTERNAL;
	enum err err = hash.form->verify(&hash, password, ret_match);
	wipe(&hash, sizeof(hash));
	return err;
}
