/* SPDX-License-Identifier: Apache-2.0 */
/* old_hash.h - password hashes that other systems made, as they spell them.
 *
 * Nothing is hashed so anew. A hash of one of these kinds came with its account, is checked as it
 * is, and gives way to an Argon2id hash when its owner logs in. What is taken:
 *
 *     $2a$ $2b$ $2y$                bcrypt, cost 4 to 14
 *     $5$ $6$                       SHA-crypt, 1,000 to 1,000,000 rounds, passwords to 128 bytes
 *     $7$ $y$ $gy$                  scrypt, yescrypt and gost-yescrypt, r to 32, within 129 MiB
 *     pbkdf2_sha256$ pbkdf2_sha1$   PBKDF2 as Django writes it, 1,000 to 2,000,000 rounds
 *     $pbkdf2-sha256$ -sha512$      and as passlib writes it
 *
 * A row of the database never costs more than that, about a second and 129 MiB, whoever wrote it.
 * The first three are crypt(5) strings, checked by libcrypt, of which this is the one home; PBKDF2
 * is OpenSSL's. */
#ifndef REKEY_HASH_OLD_HASH_H
#define REKEY_HASH_OLD_HASH_H

#include "base/err.h"
#include "base/str.h"

enum {
	OLD_HASH_MEMORY_MAX =
		129, /* MiB: of N = 2^17, r = 8, p = 1 (OWASP), with what else it needs */
	OLD_HASH_TEXT_MAX = 384, /* bytes */
	BCRYPT_COST_MAX = 14,
	BCRYPT_PASSWORD_MAX = 72, /* bytes: it looks at no more */
};

/* Why a hash is not taken, in words for a report; NULL: it is. */
const char *old_hash_refusal(struct str text);

/* Whether it is a hash that old_hash_verify() checks. */
bool old_hash_is_one(struct str text);

/* What it is, for a report: "bcrypt", "PBKDF2". text is one. */
const char *old_hash_name(struct str text);

/* Its scheme and parameters, which say what a check of it costs: the beginning of text, without
 * salt or tag. NONE: it is none of these. */
struct str old_hash_kind(struct str text);

/* Checks the password in the time and memory that the hash asks for. One that the hash could not
 * tell from another is no match, and costs as much: with more bytes than bcrypt looks at (or
 * SHA-crypt has time for), or with a
 * NUL, where a C string ends and behind which HMAC sees no difference. text is one. Blocks: for
 * hash threads only. ERR_NOMEM: *ret_match is untouched. */
MUST_USE enum err old_hash_verify(struct str text, struct secret password, bool *ret_match);

#endif
