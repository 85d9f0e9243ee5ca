/* SPDX-License-Identifier: Apache-2.0 */
/* master.c - a token for the master key, and what it is worth. */
#include "account/master.h"
#include "account/signing.h"
#include "base/clock.h"
#include <string.h>

enum { TOKEN_ID_BYTES = 16, PROOF_BYTES = 16 };

/* What a token of this key carries of it. The key's own digest would be something to guess by. */
static enum err prove(struct ctx *ctx, const struct digest *key, struct str *ret_proof)
{
	struct nonce nonce;

	_Static_assert(sizeof(nonce.bytes) == sizeof(key->bytes), "a digest is as long as a nonce");
	memcpy(nonce.bytes, key->bytes, sizeof(nonce.bytes));
	struct digest proof = derive(ctx->service->key, "master token", &nonce);
	return spell_hex(ctx->arena, proof.bytes, PROOF_BYTES, ret_proof);
}

static enum err sign(struct ctx *ctx, struct access_grant *grant, struct secret *ret_token)
{
	CLEANUP(signing_key_cleanup) struct signing_key *key = NULL;
	struct digest digest = digest_of(ctx->app_key);

	TRY(prove(ctx, &digest, &grant->key));
	TRY(signing_key_current(ctx, &key));
	return access_token_sign(ctx, key, grant, ret_token);
}

static enum err write_audit(struct ctx *ctx)
{
	CLEANUP(tx_rollback) struct tx *tx = NULL;

	TRY(tx_begin(ctx->store, &tx));
	TRY(audit_done(ctx, tx, "done"));
	return tx_commit(&tx);
}

static enum err master_log_in(struct ctx *ctx, const struct nothing *in,
                              struct master_token *ret_token)
{
	unsigned char id[TOKEN_ID_BYTES];
	int64_t lives_s = ctx->service->policy.access_minutes * MINUTE;
	struct access_grant grant = {
		.form = JWT_MASTER,
		.issued_at = ctx->now,
		.expires_at = ctx->now + lives_s,
	};

	(void)in;
	if (!ctx->master)
		return ERR_MEMBER_MISSING;
	random_bytes(id, sizeof(id));
	TRY(spell_hex(ctx->arena, id, sizeof(id), &grant.token_id));
	TRY(sign(ctx, &grant, &ret_token->access_token));
	ret_token->expires_in = lives_s;
	ret_token->id = grant.token_id;
	return write_audit(ctx);
}
OPERATION(master_log_in, struct nothing, struct master_token, REQUIRES_APP_KEY, LIMIT_GUESS,
          COST_WRITE)

static enum err is_of_key(struct ctx *ctx, const struct digest *key, struct str proof, bool *ret_is)
{
	static const struct digest none = { { 0 } };
	struct str own;

	TRY(prove(ctx, key, &own));
	*ret_is =
		!digest_equal(key, &none) && secret_equal((struct secret){ own.ptr, own.len },
	                                                  (struct secret){ proof.ptr, proof.len });
	return OK;
}

enum err master_find(struct ctx *ctx, struct secret token)
{
	struct access_claims claims;
	bool is_of_current, is_of_former;

	if (!access_token_has_form(token))
		return ERR_NOT_FOUND;
	TRY(access_token_verify(ctx, token, &claims));
	if (claims.form != JWT_MASTER)
		return ERR_NOT_FOUND;
	TRY(is_of_key(ctx, &ctx->app.master_key_digest, claims.key, &is_of_current));
	TRY(is_of_key(ctx, &ctx->app.former_master_key_digest, claims.key, &is_of_former));
	if (!is_of_current && !is_of_former)
		return deny(ctx, ERR_BAD_SESSION, "the master key of this token is retired");
	return OK;
}
