/* SPDX-License-Identifier: Apache-2.0 */
/* crypto.c - libsodium, spelled the way this house needs it. */
#include "base/crypto.h"
#include <sodium.h>
#include <string.h>

_Static_assert(DIGEST_SIZE == crypto_hash_sha256_BYTES, "digests are SHA-256");
_Static_assert(DIGEST_SIZE == crypto_auth_hmacsha256_BYTES, "derived secrets are HMAC-SHA-256");
_Static_assert(KEY_SIZE == crypto_auth_hmacsha256_KEYBYTES, "the key file is an HMAC key");
_Static_assert(DIGEST_SIZE == crypto_aead_xchacha20poly1305_ietf_KEYBYTES,
               "what is derived is a key to seal with");

enum { STACK_WIPED = 16384, MIME_LINE = 76, MIME_LINE_BYTES = MIME_LINE / 4 * 3 };

enum err crypto_start(void)
{
	return sodium_init() < 0 ? ERR_INTERNAL : OK;
}

void wipe(void *bytes, size_t size)
{
	sodium_memzero(bytes, size);
}

#ifdef __x86_64__
__attribute__((target("avx512f"))) static void wipe_avx512(void)
{
#define ZERO(n) "vpxord %%zmm" #n ", %%zmm" #n ", %%zmm" #n "\n\t"
	__asm__ volatile(ZERO(16) ZERO(17) ZERO(18) ZERO(19) ZERO(20) ZERO(21) ZERO(22) ZERO(23)
	                         ZERO(24) ZERO(25) ZERO(26) ZERO(27) ZERO(28) ZERO(29) ZERO(30)
	                                 ZERO(31)::
	                                         : "xmm16", "xmm17", "xmm18", "xmm19", "xmm20",
	                                           "xmm21", "xmm22", "xmm23", "xmm24", "xmm25",
	                                           "xmm26", "xmm27", "xmm28", "xmm29", "xmm30",
	                                           "xmm31");
#undef ZERO
}

__attribute__((target("avx"))) static void wipe_avx(void)
{
	__asm__ volatile("vzeroall" ::
	                         : "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7",
	                           "xmm8", "xmm9", "xmm10", "xmm11", "xmm12", "xmm13", "xmm14",
	                           "xmm15");
}

static void wipe_registers(void)
{
	if (__builtin_cpu_supports("avx512f"))
		wipe_avx512();
	if (__builtin_cpu_supports("avx"))
		wipe_avx();
}
#else
/* Elsewhere the next copy overwrites them. */
static void wipe_registers(void)
{
}
#endif

void wipe_thread(void)
{
	sodium_stackzero(STACK_WIPED);
	wipe_registers();
}

void random_bytes(void *bytes, size_t size)
{
	randombytes_buf(bytes, size);
}

struct nonce random_nonce(void)
{
	struct nonce nonce;

	random_bytes(nonce.bytes, sizeof(nonce.bytes));
	return nonce;
}

enum err random_reference(struct arena *arena, struct str *ret_reference)
{
	unsigned char random[5];
	struct str letters;

	random_bytes(random, sizeof(random));
	TRY(spell_base32(arena, random, 8, &letters));
	return arena_printf(arena, ret_reference, "%.4s-%.4s", letters.ptr, letters.ptr + 4);
}

uint32_t random_below(uint32_t limit)
{
	return randombytes_uniform(limit);
}

bool secret_equal(struct secret a, struct secret b)
{
	return a.ptr && b.ptr && a.len == b.len && sodium_memcmp(a.ptr, b.ptr, a.len) == 0;
}

bool digest_equal(const struct digest *a, const struct digest *b)
{
	return sodium_memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}

struct digest digest_of(struct secret secret)
{
	struct digest digest;

	crypto_hash_sha256(digest.bytes, (const unsigned char *)secret.ptr, secret.len);
	return digest;
}

struct digest derive(const struct key *key, const char *purpose, const struct nonce *nonce)
{
	struct digest derived;
	crypto_auth_hmacsha256_state state;

	crypto_auth_hmacsha256_init(&state, key->bytes, sizeof(key->bytes));
	crypto_auth_hmacsha256_update(&state, (const unsigned char *)purpose, strlen(purpose) + 1);
	crypto_auth_hmacsha256_update(&state, nonce->bytes, sizeof(nonce->bytes));
	crypto_auth_hmacsha256_final(&state, derived.bytes);
	wipe(&state, sizeof(state));
	return derived;
}

enum {
	SEAL_NONCE = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
	SEAL_TAG = crypto_aead_xchacha20poly1305_ietf_ABYTES,
};

static struct digest sealing_key(const struct key *key, const char *purpose)
{
	static const struct nonce nothing;

	return derive(key, purpose, &nothing);
}

enum err seal(struct arena *arena, const struct key *key, const char *purpose, struct str name,
              struct secret plain, struct str *ret_sealed)
{
	unsigned char *sealed = arena_alloc(arena, SEAL_NONCE + plain.len + SEAL_TAG);

	NEED(sealed);
	struct digest sealing = sealing_key(key, purpose);
	random_bytes(sealed, SEAL_NONCE);
	crypto_aead_xchacha20poly1305_ietf_encrypt(sealed + SEAL_NONCE, NULL,
	                                           (const unsigned char *)plain.ptr, plain.len,
	                                           (const unsigned char *)name.ptr, name.len, NULL,
	                                           sealed, sealing.bytes);
	wipe(&sealing, sizeof(sealing));
	*ret_sealed = (struct str){ (char *)sealed, SEAL_NONCE + plain.len + SEAL_TAG };
	return OK;
}

enum err unseal(struct arena *arena, const struct key *key, const char *purpose, struct str name,
                struct str sealed, struct secret *ret_plain)
{
	const unsigned char *bytes = (const unsigned char *)sealed.ptr;

	if (sealed.len < SEAL_NONCE + SEAL_TAG)
		return ERR_MALFORMED;
	size_t len = sealed.len - SEAL_NONCE - SEAL_TAG;
	char *plain = arena_alloc(arena, len + 1);
	NEED(plain);
	struct digest sealing = sealing_key(key, purpose);
	int broken = crypto_aead_xchacha20poly1305_ietf_decrypt((unsigned char *)plain, NULL, NULL,
	                                                        bytes + SEAL_NONCE,
	                                                        sealed.len - SEAL_NONCE,
	                                                        (const unsigned char *)name.ptr,
	                                                        name.len, bytes, sealing.bytes);
	wipe(&sealing, sizeof(sealing));
	if (broken)
		return ERR_MALFORMED;
	*ret_plain = (struct secret){ plain, len };
	return OK;
}

enum err spell_base64url(struct arena *arena, const void *bytes, size_t size,
                         struct secret *ret_text)
{
	enum { VARIANT = sodium_base64_VARIANT_URLSAFE_NO_PADDING };
	size_t room = sodium_base64_encoded_len(size, VARIANT);
	char *text = arena_alloc(arena, room);

	NEED(text);
	sodium_bin2base64(text, room, bytes, size, VARIANT);
	*ret_text = (struct secret){ text, room - 1 };
	return OK;
}

enum err spell_hex(struct arena *arena, const void *bytes, size_t size, struct str *ret_text)
{
	char *text = arena_alloc(arena, 2 * size + 1);

	NEED(text);
	sodium_bin2hex(text, 2 * size + 1, bytes, size);
	*ret_text = (struct str){ text, 2 * size };
	return OK;
}

enum err spell_base32(struct arena *arena, const void *bytes, size_t n_letters,
                      struct str *ret_text)
{
	static const char letters[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
	const unsigned char *from = bytes;
	char *text = arena_alloc(arena, n_letters + 1);

	NEED(text);
	for (size_t i = 0; i < n_letters; i++) {
		size_t bit = 5 * i;
		unsigned pair = (unsigned)from[bit / 8] << 8;
		if (bit % 8 > 3)
			pair |= from[bit / 8 + 1];
		text[i] = letters[pair >> (11 - bit % 8) & 31];
	}
	*ret_text = (struct str){ text, n_letters };
	return OK;
}

bool read_base64url_within(struct secret text, void *ret_bytes, size_t room, size_t *ret_size)
{
	return text.ptr && sodium_base642bin(ret_bytes, room, text.ptr, text.len, NULL, ret_size,
	                                     NULL, sodium_base64_VARIANT_URLSAFE_NO_PADDING) == 0;
}

bool read_base64url(struct secret text, void *ret_bytes, size_t size)
{
	size_t len = 0;

	return read_base64url_within(text, ret_bytes, size, &len) && len == size;
}

enum err spell_base64_lines(struct arena *arena, struct str bytes, struct str *ret_text)
{
	struct buf lines = buf_in(arena);

	for (size_t at = 0; at < bytes.len; at += MIME_LINE_BYTES) {
		char line[MIME_LINE + 1];
		size_t n = bytes.len - at < MIME_LINE_BYTES ? bytes.len - at : MIME_LINE_BYTES;
		sodium_bin2base64(line, sizeof(line), (const unsigned char *)bytes.ptr + at, n,
		                  sodium_base64_VARIANT_ORIGINAL);
		buf_puts(&lines, line);
		buf_puts(&lines, "\r\n");
		wipe(line, sizeof(line));
	}
	return buf_str(&lines, ret_text);
}

enum err read_base64_secret(struct arena *arena, struct str text, struct secret *ret_bytes)
{
	size_t room = text.len / 4 * 3 + 1, len = 0;
	char *bytes = arena_alloc(arena, room);

	NEED(bytes);
	if (sodium_base642bin((unsigned char *)bytes, room, text.ptr, text.len, NULL, &len, NULL,
	                      sodium_base64_VARIANT_ORIGINAL) != 0)
		return ERR_MALFORMED;
	*ret_bytes = (struct secret){ bytes, len };
	return OK;
}

bool read_hex(struct str hex, void *ret_bytes, size_t size)
{
	size_t got = 0;

	return hex.len == 2 * size &&
	       sodium_hex2bin(ret_bytes, size, hex.ptr, hex.len, NULL, &got, NULL) == 0 &&
	       got == size;
}

uint64_t scatter(const struct scatter_key *key, const void *bytes, size_t size)
{
	uint64_t hash;
	unsigned char out[crypto_shorthash_BYTES];

	_Static_assert(sizeof(hash) == sizeof(out) &&
	                       sizeof(key->bytes) == crypto_shorthash_KEYBYTES,
	               "SipHash-2-4 as libsodium has it");
	crypto_shorthash(out, bytes, size, key->bytes);
	memcpy(&hash, out, sizeof(hash));
	return hash;
}
