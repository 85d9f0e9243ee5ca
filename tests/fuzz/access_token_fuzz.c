/* SPDX-License-Identifier: Apache-2.0 */
/* access_token_fuzz.c - a bearer that looks like an access token. What is taken is, byte for byte,
 * one of those that were signed; a JWK that is taken is one too. */
#include "fuzz.h"
#include "base/crypto.h"
#include "jose/jwt.h"
#include <stdlib.h>
#include <string.h>

static struct arena *ours;
static struct signing_key *key;
static struct secret signed_token;

static void stop(void)
{
	signing_key_release(key);
	arena_free(ours);
}

void fuzz_start(void)
{
	const struct access_claims claims = {
		.iss = STR("i"),
		.sub = STR("s"),
		.aud = STR("a"),
		.client_id = STR("c"),
		.sid = STR("s"),
		.jti = STR("j"),
		.iat = 1,
		.exp = 2,
	};
	struct new_signing_key made;

	ours = arena_new(1024 * 1024);
	HOLDS(ours && crypto_start() == OK);
	HOLDS(signing_key_make(ours, &made) == OK);
	HOLDS(signing_key_parse(ours, made.private_jwk, &key) == OK);
	HOLDS(jwt_sign(ours, key, &claims, &signed_token) == OK);
	atexit(stop);
}

static void check_token(struct arena *arena, struct secret token)
{
	struct access_claims claims;
	struct jwt jwt;

	enum err err = jwt_read(arena, token, &jwt);
	HOLDS(err == OK || err == ERR_MALFORMED);
	if (err != OK)
		return;
	HOLDS(token.len <= JWT_MAX && jwt.kid.len == KID_LETTERS);
	bool good = jwt_verify(&jwt, key) == OK;
	HOLDS(good == secret_equal(token, signed_token));
	/* Of claims that nobody signed too: it must bear them. */
	err = jwt_claims(arena, &jwt, &claims);
	HOLDS(err == OK || err == ERR_MALFORMED);
	if (err == OK)
		fuzz_check_text(claims.sid);
}

/* The input's bytes over those of the token that is good, from a place that its first byte says. */
static void check_mutant(struct arena *arena, struct str input)
{
	char *mutant = arena_alloc(arena, signed_token.len);

	if (input.len < 2)
		return;
	HOLDS(mutant);
	memcpy(mutant, signed_token.ptr, signed_token.len);
	size_t at = (unsigned char)input.ptr[0] * signed_token.len / 256;
	for (size_t i = 1; i < input.len && at < signed_token.len; i++)
		mutant[at++] = input.ptr[i];
	check_token(arena, (struct secret){ mutant, signed_token.len });
}

static void check_key(struct arena *arena, struct secret text)
{
	struct signing_key *parsed = NULL;

	enum err err = signing_key_parse(arena, text, &parsed);
	HOLDS(err == OK || err == ERR_MALFORMED);
	signing_key_release(parsed);
}

void fuzz_input(struct arena *arena, struct str input)
{
	check_token(arena, (struct secret){ input.ptr, input.len });
	check_mutant(arena, input);
	check_key(arena, (struct secret){ input.ptr, input.len });
}
