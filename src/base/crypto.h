/* SPDX-License-Identifier: Apache-2.0 */
/* crypto.h - randomness, digests, derived secrets and their spelling, all by libsodium.
 *
 * Call crypto_start() before anything else here. Everything is thread-safe and cannot fail
 * otherwise, except for want of arena memory. */
#ifndef REKEY_BASE_CRYPTO_H
#define REKEY_BASE_CRYPTO_H

#include "base/arena.h"

enum {
	DIGEST_SIZE = 32, /* SHA-256 */
	NONCE_SIZE = 32,  /* 256 random bits */
	KEY_SIZE = 32,    /* the key file's 256 bits */
};

struct digest {
	unsigned char bytes[DIGEST_SIZE];
};

struct nonce {
	unsigned char bytes[NONCE_SIZE];
};

/* The server's own key (server.key_file): what mailed secrets are derived with. */
struct key {
	unsigned char bytes[KEY_SIZE];
};

/* ERR_INTERNAL: the machine has no randomness to give. */
MUST_USE enum err crypto_start(void);

/* Overwrites, in a way the compiler keeps. */
void wipe(void *bytes, size_t size);

/* Overwrites what finished calls left behind on this thread: its stack, about 16 KiB deep, and its
 * vector registers, in which a copied token stays for as long as the thread sleeps. */
void wipe_thread(void);

void random_bytes(void *bytes, size_t size);
struct nonce random_nonce(void);

/* What a person can read out over the telephone to name one request: "K7Q2-9FMX", 40 random bits.
 * No secret. */
MUST_USE enum err random_reference(struct arena *arena, struct str *ret_reference);

/* A number below limit, without bias. limit > 0. */
uint32_t random_below(uint32_t limit);

/* In constant time for equal lengths; the length is no secret. Two without bytes are not equal. */
bool secret_equal(struct secret a, struct secret b);
bool digest_equal(const struct digest *a, const struct digest *b);

/* SHA-256: for secrets of 112 bits or more (OWASP ASVS 5.0, 6.5.2), never for passwords. */
struct digest digest_of(struct secret secret);

/* HMAC-SHA-256(key, purpose NUL nonce): the same for the same three, and worthless for any other
 * purpose. 256 bits. */
struct digest derive(const struct key *key, const char *purpose, const struct nonce *nonce);

/* Encrypts what only holders of the key may read again, for one purpose, under one name (which is
 * no secret, and comes with it nowhere else): XChaCha20-Poly1305 by a key derived for the purpose,
 * its random nonce in front. */
MUST_USE enum err seal(struct arena *arena, const struct key *key, const char *purpose,
                       struct str name, struct secret plain, struct str *ret_sealed);

/* ERR_MALFORMED: it was not sealed so, by this key, for this purpose, under this name. */
MUST_USE enum err unseal(struct arena *arena, const struct key *key, const char *purpose,
                         struct str name, struct str sealed, struct secret *ret_plain);

/* A short keyed hash (SipHash-2-4), for tables in memory alone. */
struct scatter_key {
	unsigned char bytes[16];
};
uint64_t scatter(const struct scatter_key *key, const void *bytes, size_t size);

/* Spellings, in the arena, NUL behind. base64url without padding (RFC 4648, 5), lower-case hex,
 * and base32 of Crockford's alphabet, which has no letters that look like digits. */
MUST_USE enum err spell_base64url(struct arena *arena, const void *bytes, size_t size,
                                  struct secret *ret_text);
MUST_USE enum err spell_hex(struct arena *arena, const void *bytes, size_t size,
                            struct str *ret_text);
MUST_USE enum err spell_base32(struct arena *arena, const void *bytes, size_t n_letters,
                               struct str *ret_text);

/* Padded base64 with a line end (CR LF) after every 76 letters, as MIME wants it. */
MUST_USE enum err spell_base64_lines(struct arena *arena, struct str bytes, struct str *ret_text);

/* Reads exactly `size` bytes of base64url as spell_base64url() writes it. false: it is anything
 * else, another spelling of the same bytes included. */
MUST_USE bool read_base64url(struct secret text, void *ret_bytes, size_t size);

/* The same for any number of bytes up to `room`. */
MUST_USE bool read_base64url_within(struct secret text, void *ret_bytes, size_t room,
                                    size_t *ret_size);

/* Reads base64 with its padding (RFC 4648, 4). ERR_MALFORMED: it is anything else. */
MUST_USE enum err read_base64_secret(struct arena *arena, struct str text,
                                     struct secret *ret_bytes);

/* Reads exactly `size` bytes of hex. false: it is anything else. */
MUST_USE bool read_hex(struct str hex, void *ret_bytes, size_t size);

#endif
