/* SPDX-License-Identifier: Apache-2.0 */
/* page_session.c - finding a session by its cookie, keeping it up, and ending it. */
#include "account/page_session.h"
#include "account/session.h"
#include <stdio.h>
#include <string.h>

/* ---- tokens ---- */

enum err page_token_spell(struct ctx *ctx, const struct session *session, struct secret *ret_token)
{
	char purpose[48];

	snprintf(purpose, sizeof(purpose), "page token %lld", (long long)session->generation);
	struct digest derived = derive(ctx->service->key, purpose, &session->nonce);
	enum err err = spell_base64url(ctx->arena, derived.bytes, sizeof(derived.bytes), ret_token);
	wipe(&derived, sizeof(derived));
	return err;
}

struct digest page_token_digest(const struct ctx *ctx, struct secret token)
{
	struct digest digest = digest_of(token);
	struct nonce nonce;

	_Static_assert(sizeof(nonce.bytes) == sizeof(digest.bytes), "one digest is one nonce");
	memcpy(nonce.bytes, digest.bytes, sizeof(nonce.bytes));
	return derive(ctx->service->key, "page token", &nonce);
}

enum err page_session_find(struct ctx *ctx, struct session *ret_session)
{
	if (!ctx->page_token.ptr)
		return ERR_NOT_FOUND;
	struct digest digest = page_token_digest(ctx, ctx->page_token);
	return store_session_by_access_digest(ctx->store, ctx->arena, &digest, ctx->app.id,
	                                      ctx->now, ret_session);
}

/* ---- operations ---- */

static enum err page_session_look(struct ctx *ctx, const struct nothing *in,
                                  struct page_session_seen *ret_seen)
{
	struct session session;
	enum err err = page_session_find(ctx, &session);

	(void)in;
	ret_seen->lives = err == OK;
	return err == ERR_NOT_FOUND ? OK : err;
}
OPERATION(page_session_look, struct nothing, struct page_session_seen, REQUIRES_APP, LIMIT_REQUESTS,
          COST_QUICK)

static int64_t ends_at(const struct ctx *ctx)
{
	int64_t idle = ctx->now + PAGE_IDLE_S;
	int64_t whole = ctx->session.created_at + PAGE_WHOLE_S;

	return idle < whole ? idle : whole;
}

static enum err page_session_keep(struct ctx *ctx, const struct nothing *in,
                                  struct nothing *ret_nothing)
{
	CLEANUP(tx_rollback) struct tx *tx = NULL;

	(void)in, (void)ret_nothing;
	if (ctx->session.refreshed_at + PAGE_KEEP_S > ctx->now)
		return OK;
	TRY(tx_begin(ctx->store, &tx));
	TRY(store_session_keep(tx, &ctx->session, ctx->now, ends_at(ctx)));
	return tx_commit(&tx);
}
OPERATION(page_session_keep, struct nothing, struct nothing, REQUIRES_SESSION, LIMIT_REQUESTS,
          COST_WRITE)

static enum err page_session_renew(struct ctx *ctx, const struct nothing *in,
                                   struct page_session_renewed *ret_renewed)
{
	CLEANUP(tx_rollback) struct tx *tx = NULL;
	struct session session = ctx->session;
	struct secret token;

	(void)in;
	session.generation++;
	TRY(page_token_spell(ctx, &session, &token));
	struct digest digest = page_token_digest(ctx, token);
	const struct session_renewal renewal = {
		.id = session.id,
		.account_id = session.account_id,
		.generation = ctx->session.generation,
		.access_digest = &digest,
		.now = ctx->now,
		.expires_at = session.ends_at,
	};
	TRY(tx_begin(ctx->store, &tx));
	TRY(store_session_refresh(tx, &renewal));
	ret_renewed->token = token;
	return tx_commit(&tx);
}
OPERATION(page_session_renew, struct nothing, struct page_session_renewed, REQUIRES_SESSION,
          LIMIT_REQUESTS, COST_WRITE)

static enum err page_session_end(struct ctx *ctx, const struct nothing *in,
                                 struct nothing *ret_nothing)
{
	struct session session;

	(void)in, (void)ret_nothing;
	enum err err = page_session_find(ctx, &session);
	if (err == ERR_NOT_FOUND)
		return OK;
	TRY(err);
	return session_end_found(ctx, &session);
}
OPERATION(page_session_end, struct nothing, struct nothing, REQUIRES_APP, LIMIT_REQUESTS,
          COST_WRITE)
