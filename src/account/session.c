/* SPDX-License-Identifier: Apache-2.0 */
/* session.c - opening a session. */
#include "account/session.h"
#include "base/clock.h"

static enum err derive_token(struct ctx *ctx, const char *purpose, const struct nonce *nonce,
                             struct secret *ret_token)
{
	struct digest derived = derive(ctx->service->key, purpose, nonce);
	enum err err = spell_base64url(ctx->arena, derived.bytes, sizeof(derived.bytes), ret_token);

	wipe(&derived, sizeof(derived));
	return err;
}

enum err session_open(struct ctx *ctx, struct tx *tx, const struct account *account,
                      int64_t access_s, struct session_tokens *ret_tokens)
{
	struct session_tokens tokens = { .expires_in = access_s };
	int64_t id, refresh_s = ctx->service->policy.refresh_days * DAY;
	struct new_session session = {
		.account_id = account->id,
		.epoch = account->epoch,
		.nonce = random_nonce(),
		.now = ctx->now,
		.expires_at = ctx->now + access_s,
		.ends_at = ctx->now + (refresh_s > access_s ? refresh_s : access_s),
		.network = ctx->network.ptr ? ctx->network : STR(""),
	};

	TRY(derive_token(ctx, "access token", &session.nonce, &tokens.access_token));
	TRY(derive_token(ctx, "refresh token", &session.nonce, &tokens.refresh_token));
	session.access_digest = digest_of(tokens.access_token);
	session.refresh_digest = digest_of(tokens.refresh_token);
	struct digest name = digest_of((struct secret){ (const char *)session.access_digest.bytes,
	                                                sizeof(session.access_digest.bytes) });
	TRY(spell_hex(ctx->arena, name.bytes, 16, &tokens.id));
	TRY(store_session_add(tx, &session, &id));
	*ret_tokens = tokens;
	return OK;
}
