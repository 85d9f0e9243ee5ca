/* SPDX-License-Identifier: Apache-2.0 */
/* session.c - opening sessions, keeping them up, listing and ending them. */
#include "account/session.h"
#include "account/page_session.h"
#include "account/signing.h"
#include "base/clock.h"
#include "base/text.h"
#include <stdio.h>
#include <string.h>

enum { SESSION_ID_BYTES = 12, TOKEN_ID_BYTES = 16, GENERATION_MAX = INT32_MAX };

/* What a refresh token is, before it is spelled in base64url. */
struct refresh_bytes {
	unsigned char session[SESSION_ID_BYTES];
	unsigned char generation[4]; /* most significant first */
	unsigned char proof[DIGEST_SIZE];
};

/* ---- tokens ---- */

/* Each generation's tokens are derived by a word of their own. */
static struct digest derive_of(struct ctx *ctx, const char *what, const struct session *session)
{
	char purpose[48];

	snprintf(purpose, sizeof(purpose), "%s %lld", what, (long long)session->generation);
	return derive(ctx->service->key, purpose, &session->nonce);
}

static enum err spell_refresh_token(struct ctx *ctx, const struct session *session,
                                    struct secret *ret_token)
{
	struct digest proof = derive_of(ctx, "refresh token", session);
	struct refresh_bytes bytes;

	if (!read_hex(session->public_id, bytes.session, sizeof(bytes.session)))
		return ERR_INTERNAL;
	for (int i = 0; i < 4; i++)
		bytes.generation[i] = (unsigned char)(session->generation >> (24 - 8 * i));
	memcpy(bytes.proof, proof.bytes, sizeof(bytes.proof));
	enum err err = spell_base64url(ctx->arena, &bytes, sizeof(bytes), ret_token);
	wipe(&bytes, sizeof(bytes));
	wipe(&proof, sizeof(proof));
	return err;
}

/* The same for as long as the token is: asked for again, it is signed again. */
static enum err spell_token_id(struct ctx *ctx, const struct session *session, struct str *ret_id)
{
	struct digest derived = derive_of(ctx, "access token id", session);

	return spell_hex(ctx->arena, derived.bytes, TOKEN_ID_BYTES, ret_id);
}

static enum err spell_opaque(struct ctx *ctx, const struct session *session,
                             struct secret *ret_token)
{
	struct digest derived = derive_of(ctx, "access token", session);
	enum err err = spell_base64url(ctx->arena, derived.bytes, sizeof(derived.bytes), ret_token);

	wipe(&derived, sizeof(derived));
	return err;
}

static enum err sign(struct ctx *ctx, const struct session *session, enum access_form form,
                     struct str token_id, struct secret *ret_token)
{
	CLEANUP(signing_key_cleanup) struct signing_key *key = NULL;
	const struct access_grant grant = {
		.form = form == ACCESS_JWT ? JWT_OURS : JWT_USER,
		.username = session->account_username,
		.account_id = session->account_public_id,
		.session_id = session->public_id,
		.token_id = token_id,
		.issued_at = session->refreshed_at,
		.expires_at = session->expires_at,
	};

	TRY(signing_key_current(ctx, &key));
	return access_token_sign(ctx, key, &grant, ret_token);
}

/* What each form is like, beside how it is spelled. */
static const struct {
	bool kept;       /* by its digest, in the row; a signed one names its session itself */
	bool refreshed;  /* by a token beside it */
	int64_t seconds; /* it lives; 0: as the dialect says, or the policy */
} forms[] = {
	[ACCESS_OPAQUE] = { true, true, 0 },
	[ACCESS_JWT] = { false, true, 0 },
	[ACCESS_USER_JWT] = { false, true, 0 },
	[ACCESS_PAGE] = { true, false, PAGE_IDLE_S },
};

static enum err spell_access(struct ctx *ctx, const struct session *session, enum access_form form,
                             struct str token_id, struct secret *ret_token)
{
	switch (form) {
	case ACCESS_OPAQUE:
		return spell_opaque(ctx, session, ret_token);
	case ACCESS_PAGE:
		return page_token_spell(ctx, session, ret_token);
	case ACCESS_JWT:
	case ACCESS_USER_JWT:
		return sign(ctx, session, form, token_id, ret_token);
	}
	return ERR_INTERNAL;
}

/* ret_digest: of the access token. */
static enum err spell_tokens(struct ctx *ctx, const struct session *session, enum access_form form,
                             struct session_tokens *ret_tokens, struct digest *ret_digest)
{
	struct session_tokens tokens = { .expires_in = session->expires_at - ctx->now };

	TRY(spell_token_id(ctx, session, &tokens.id));
	TRY(spell_access(ctx, session, form, tokens.id, &tokens.access_token));
	if (forms[form].refreshed)
		TRY(spell_refresh_token(ctx, session, &tokens.refresh_token));
	*ret_digest = form == ACCESS_PAGE ? page_token_digest(ctx, tokens.access_token)
	                                  : digest_of(tokens.access_token);
	*ret_tokens = tokens;
	return OK;
}

/* What the row keeps of it. */
static const struct digest *kept_digest(enum access_form form, const struct digest *digest)
{
	return forms[form].kept ? digest : NULL;
}

static int64_t access_seconds(const struct ctx *ctx, struct access_terms terms)
{
	if (forms[terms.form].seconds)
		return forms[terms.form].seconds;
	return terms.seconds ? terms.seconds : ctx->service->policy.access_minutes * MINUTE;
}

/* ---- finding ---- */

static enum err find_by_digest(struct ctx *ctx, struct secret token, struct session *ret_session)
{
	struct digest digest = digest_of(token);

	return store_session_by_access_digest(ctx->store, ctx->arena, &digest, ctx->app.id,
	                                      ctx->now, ret_session);
}

/* A signature does not keep a session alive: its row does. */
static enum err find_by_claims(struct ctx *ctx, struct secret token, struct session *ret_session)
{
	struct access_claims claims;
	struct session session;

	TRY(access_token_verify(ctx, token, &claims));
	if (claims.form == JWT_MASTER)
		return ERR_NOT_FOUND; /* nobody's session */
	TRY(store_session_by_public_id(ctx->store, ctx->arena, claims.sid, ctx->app.id, &session));
	if (session.epoch != session.account_epoch || session.account_status != ACCOUNT_ACTIVE ||
	    session.expires_at <= ctx->now || !str_equal(session.account_public_id, claims.sub))
		return ERR_NOT_FOUND;
	session.refreshed_at = claims.iat;
	session.expires_at = claims.exp;
	*ret_session = session;
	return OK;
}

enum err session_find(struct ctx *ctx, struct secret access_token, struct session *ret_session)
{
	return access_token_has_form(access_token) ? find_by_claims(ctx, access_token, ret_session)
	                                           : find_by_digest(ctx, access_token, ret_session);
}

/* ---- opening ---- */

/* What the client calls itself, as far as it is a text that can be shown. */
static struct str client_name(const struct ctx *ctx)
{
	struct str name = ctx->client;

	if (!name.ptr || !text_is_utf8(name))
		return STR("");
	if (name.len > CLIENT_BYTES_MAX) {
		name.len = CLIENT_BYTES_MAX;
		while (name.len > 0 && ((unsigned char)name.ptr[name.len] & 0xc0) == 0x80)
			name.len--; /* no letter is cut in two */
	}
	for (size_t i = 0; i < name.len; i++) {
		if ((unsigned char)name.ptr[i] < ' ' || name.ptr[i] == 0x7f)
			return STR("");
	}
	return name;
}

enum err session_make(struct ctx *ctx, const struct account *account, struct access_terms terms,
                      struct session_made *ret_made)
{
	unsigned char id[SESSION_ID_BYTES];
	int64_t access_s = access_seconds(ctx, terms);
	int64_t refresh_s =
		forms[terms.form].refreshed ? ctx->service->policy.refresh_days * DAY : 0;
	struct session session = {
		.nonce = random_nonce(),
		.refreshed_at = ctx->now,
		.expires_at = ctx->now + access_s,
		.account_public_id = account->public_id,
		.account_username = account->username,
	};

	random_bytes(id, sizeof(id));
	TRY(spell_hex(ctx->arena, id, sizeof(id), &session.public_id));
	TRY(spell_tokens(ctx, &session, terms.form, &ret_made->tokens, &ret_made->digest));
	ret_made->row = (struct new_session){
		.account_id = account->id,
		.epoch = account->epoch,
		.public_id = session.public_id,
		.nonce = session.nonce,
		.access_digest = kept_digest(terms.form, &ret_made->digest),
		.now = ctx->now,
		.expires_at = session.expires_at,
		.ends_at = ctx->now + (refresh_s > access_s ? refresh_s : access_s),
		.network = ctx->network.ptr ? ctx->network : STR(""),
		.client = client_name(ctx),
	};
	return OK;
}

enum err session_open(struct tx *tx, const struct session_made *made)
{
	int64_t id;

	return store_session_add(tx, &made->row, &id);
}

/* ---- refreshing ---- */

/* Finds the session that the token names; session->generation is the token's own.
 * ERR_NOT_FOUND: it is no token of ours. */
static enum err find_by_refresh_token(struct ctx *ctx, struct secret token,
                                      struct session *ret_session, int64_t *ret_generation)
{
	struct refresh_bytes bytes;
	struct session session;
	struct str id;

	if (!read_base64url(token, &bytes, sizeof(bytes)))
		return ERR_NOT_FOUND;
	TRY(spell_hex(ctx->arena, bytes.session, sizeof(bytes.session), &id));
	enum err err =
		store_session_by_public_id(ctx->store, ctx->arena, id, ctx->app.id, &session);
	TRY(err);
	*ret_generation = session.generation;
	session.generation = 0;
	for (int i = 0; i < 4; i++)
		session.generation = session.generation << 8 | bytes.generation[i];
	struct digest proof = derive_of(ctx, "refresh token", &session);
	bool ours = secret_equal((struct secret){ (const char *)proof.bytes, sizeof(proof.bytes) },
	                         (struct secret){ (const char *)bytes.proof, sizeof(bytes.proof) });
	wipe(&bytes, sizeof(bytes));
	wipe(&proof, sizeof(proof));
	if (!ours)
		return ERR_NOT_FOUND;
	*ret_session = session;
	return OK;
}

static const char *reason_it_is_dead(const struct ctx *ctx, const struct session *session)
{
	if (session->account_status != ACCOUNT_ACTIVE)
		return "account is disabled";
	if (session->epoch != session->account_epoch)
		return "session ended with a change of the account";
	return session->ends_at <= ctx->now ? "session is over" : NULL;
}

/* A copy of the token is about: whoever has the newer one has to log in again too. */
static enum err end_for_reuse(struct ctx *ctx, const struct session *session)
{
	CLEANUP(tx_rollback) struct tx *tx = NULL;

	TRY(tx_begin(ctx->store, &tx));
	enum err err = store_session_end(tx, session->public_id, session->account_id);
	if (err != OK && err != ERR_NOT_FOUND)
		return err;
	TRY(tx_commit(&tx));
	return deny_dead(ctx, ERR_BAD_CREDENTIALS, "refresh token was replaced: session ended");
}

static enum err renew(struct ctx *ctx, const struct session *old, struct access_terms terms,
                      struct session_tokens *ret_tokens)
{
	CLEANUP(tx_rollback) struct tx *tx = NULL;
	struct session session = *old;
	struct digest digest;

	session.generation++;
	session.refreshed_at = ctx->now;
	session.expires_at = ctx->now + access_seconds(ctx, terms);
	if (session.expires_at > session.ends_at)
		session.expires_at = session.ends_at;
	TRY(spell_tokens(ctx, &session, terms.form, ret_tokens, &digest));
	const struct session_renewal renewal = {
		.id = session.id,
		.account_id = session.account_id,
		.generation = old->generation,
		.access_digest = kept_digest(terms.form, &digest),
		.now = ctx->now,
		.expires_at = session.expires_at,
	};
	TRY(tx_begin(ctx->store, &tx));
	TRY(store_session_refresh(tx, &renewal));
	return tx_commit(&tx);
}

static enum err session_refresh(struct ctx *ctx, const struct session_refresh *in,
                                struct session_tokens *ret_tokens)
{
	struct session session;
	struct digest digest;
	int64_t generation;

	enum err err = find_by_refresh_token(ctx, in->refresh_token, &session, &generation);
	if (err == ERR_NOT_FOUND)
		return deny_guess(ctx, ERR_BAD_CREDENTIALS, "no such refresh token");
	TRY(err);
	ctx->account_id = session.account_id;
	const char *dead = reason_it_is_dead(ctx, &session);
	if (dead)
		return deny_dead(ctx, ERR_BAD_CREDENTIALS, dead);
	if (session.generation == generation && generation < GENERATION_MAX)
		return renew(ctx, &session, in->terms, ret_tokens);
	if (session.generation + 1 != generation ||
	    session.refreshed_at + REFRESH_GRACE_S < ctx->now)
		return end_for_reuse(ctx, &session);
	session.generation = generation;
	return spell_tokens(ctx, &session, in->terms.form, ret_tokens, &digest);
}
OPERATION(session_refresh, struct session_refresh, struct session_tokens, REQUIRES_APP, LIMIT_GUESS,
          COST_WRITE)
OPERATION_AS(session_refresh_with_key, session_refresh, struct session_refresh,
             struct session_tokens, REQUIRES_GOOD_KEY, LIMIT_GUESS, COST_WRITE)

/* ---- the person's sessions ---- */

static enum err session_list(struct ctx *ctx, const struct nothing *in,
                             struct session_entries *ret_entries)
{
	struct session_list list;

	(void)in;
	TRY(store_sessions_of(ctx->store, ctx->arena, ctx->session.account_id, ctx->session.epoch,
	                      ctx->now, SESSIONS_LISTED_MAX, &list));
	struct session_entry *entries = arena_array(ctx->arena, list.n, sizeof(entries[0]));
	NEED(entries);
	for (size_t i = 0; i < list.n; i++) {
		const struct session *session = &list.items[i];
		entries[i] = (struct session_entry){
			.id = session->public_id,
			.created_at = session->created_at,
			.last_used_at = session->refreshed_at,
			.ends_at = session->ends_at,
			.network = session->network,
			.client = session->client,
			.current = session->id == ctx->session.id,
		};
	}
	*ret_entries = (struct session_entries){ entries, list.n };
	return OK;
}
OPERATION(session_list, struct nothing, struct session_entries, REQUIRES_SESSION, LIMIT_REQUESTS,
          COST_QUICK)

static enum err session_end(struct ctx *ctx, const struct session_end *in,
                            struct nothing *ret_nothing)
{
	CLEANUP(tx_rollback) struct tx *tx = NULL;

	(void)ret_nothing;
	TRY(tx_begin(ctx->store, &tx));
	TRY(store_session_end(tx, in->id.ptr ? in->id : ctx->session.public_id,
	                      ctx->session.account_id));
	TRY(audit_done(ctx, tx, "done"));
	return tx_commit(&tx);
}
OPERATION(session_end, struct session_end, struct nothing, REQUIRES_SESSION, LIMIT_REQUESTS,
          COST_WRITE)

enum err session_end_found(struct ctx *ctx, const struct session *session)
{
	CLEANUP(tx_rollback) struct tx *tx = NULL;

	ctx->account_id = session->account_id;
	TRY(tx_begin(ctx->store, &tx));
	enum err err = store_session_end(tx, session->public_id, session->account_id);
	if (err == ERR_NOT_FOUND)
		return OK;
	TRY(err);
	TRY(audit_done(ctx, tx, "done"));
	return tx_commit(&tx);
}

static enum err session_end_by_token(struct ctx *ctx, const struct session_end_by_token *in,
                                     struct nothing *ret_nothing)
{
	struct session session;
	int64_t generation;

	(void)ret_nothing;
	enum err err = find_by_refresh_token(ctx, in->refresh_token, &session, &generation);
	if (err == ERR_NOT_FOUND)
		return OK;
	TRY(err);
	return session_end_found(ctx, &session);
}
OPERATION(session_end_by_token, struct session_end_by_token, struct nothing, REQUIRES_APP,
          LIMIT_REQUESTS, COST_WRITE)

static enum err session_end_others(struct ctx *ctx, const struct nothing *in,
                                   struct nothing *ret_nothing)
{
	CLEANUP(tx_rollback) struct tx *tx = NULL;
	int64_t ended;

	(void)in, (void)ret_nothing;
	TRY(tx_begin(ctx->store, &tx));
	TRY(store_session_end_others(tx, ctx->session.account_id, ctx->session.id, &ended));
	TRY(audit_done(ctx, tx, "done"));
	return tx_commit(&tx);
}
OPERATION(session_end_others, struct nothing, struct nothing, REQUIRES_SESSION, LIMIT_REQUESTS,
          COST_WRITE)

/* ---- for the app's back end ---- */

/* A refresh token of the newest generation, or the one before, while it is good for a successor. */
static enum err find_refreshable(struct ctx *ctx, struct secret token, struct session *ret_session)
{
	struct session session;
	int64_t generation;

	TRY(find_by_refresh_token(ctx, token, &session, &generation));
	bool recent = session.generation + 1 == generation &&
	              session.refreshed_at + REFRESH_GRACE_S >= ctx->now;
	if (reason_it_is_dead(ctx, &session) || (session.generation != generation && !recent))
		return ERR_NOT_FOUND;
	*ret_session = session;
	return OK;
}

static enum err introspect(struct ctx *ctx, const struct session *session, const char *type,
                           int64_t expires_at, struct introspection *ret_found)
{
	struct account account;

	TRY(store_account_by_id(ctx->store, ctx->arena, session->account_id, &account));
	*ret_found = (struct introspection){
		.active = 1,
		.subject = account.public_id,
		.session = session->public_id,
		.username = account.username,
		.email = account.email,
		.client_id = ctx->app.public_id,
		.token_type = str(type),
		.expires_at = expires_at,
		.issued_at = session->refreshed_at,
	};
	return OK;
}

/* To be no token of this app that lives is an answer like any other here. */
static bool is_none(enum err err)
{
	return err == ERR_NOT_FOUND || err == ERR_BAD_SESSION;
}

static enum err session_introspect(struct ctx *ctx, const struct session_introspect *in,
                                   struct introspection *ret_found)
{
	struct session session;

	enum err err = session_find(ctx, in->token, &session);
	if (err == OK) {
		err = introspect(ctx, &session, "Bearer", session.expires_at, ret_found);
	} else if (is_none(err)) {
		err = find_refreshable(ctx, in->token, &session);
		if (err == OK)
			err = introspect(ctx, &session, "refresh_token", session.ends_at,
			                 ret_found);
	}
	return is_none(err) ? OK : err;
}
OPERATION(session_introspect, struct session_introspect, struct introspection, REQUIRES_APP_KEY,
          LIMIT_FAILURES, COST_QUICK)
