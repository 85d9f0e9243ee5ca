/* SPDX-License-Identifier: Apache-2.0 */
/* operation.c - the gate: who may, how often it is tried, and what the audit trail learns. */
#include "account/operation.h"
#include "account/limits.h"
#include "account/master.h"
#include "account/page_session.h"
#include "account/session.h"
#include "base/log.h"
#include "base/network.h"
#include <string.h>

enum { TRIES_MAX = 3 };

static bool shows_bearer(const struct ctx *ctx)
{
	return ctx->bearer.ptr && ctx->bearer.len > 0;
}

/* Whether a token is none of a kind, rather than not to be looked at for a fault. */
static bool is_none(enum err err)
{
	return err == ERR_NOT_FOUND || err == ERR_BAD_SESSION;
}

/* Of a cookie. A visit shows either that or a bearer, by its door. */
static enum err find_page_session(struct ctx *ctx)
{
	enum err err = page_session_find(ctx, &ctx->session);

	if (err == OK)
		ctx->account_id = ctx->session.account_id;
	return is_none(err) ? deny(ctx, ERR_BAD_SESSION, "no such session, or it has ended") : err;
}

/* A token that is good, and for other calls, is told from one that is no good: who holds it would
 * refresh it in vain. */
static enum err find_session(struct ctx *ctx)
{
	if (ctx->page_token.ptr)
		return find_page_session(ctx);
	if (!shows_bearer(ctx))
		return ERR_NO_SESSION;
	enum err err = session_find(ctx, ctx->bearer, &ctx->session);
	if (err == OK)
		ctx->account_id = ctx->session.account_id;
	if (err != ERR_NOT_FOUND)
		return err;
	err = master_find(ctx, ctx->bearer);
	if (err == OK)
		return deny(ctx, ERR_NOT_ALLOWED, "the master's token is nobody's session");
	return is_none(err) ? deny(ctx, ERR_BAD_SESSION, "no such session, or it has ended") : err;
}

static enum err find_master(struct ctx *ctx)
{
	struct session session;

	if (!shows_bearer(ctx))
		return ERR_NO_SESSION;
	enum err err = master_find(ctx, ctx->bearer);
	ctx->master = err == OK;
	if (err != ERR_NOT_FOUND)
		return err;
	err = session_find(ctx, ctx->bearer, &session);
	if (err == OK) {
		ctx->account_id = session.account_id;
		return deny(ctx, ERR_NOT_ALLOWED, "a session does not administrate");
	}
	return is_none(err) ? deny(ctx, ERR_BAD_SESSION, "no such token, or it has ended") : err;
}

static enum err find_session_or_master(struct ctx *ctx)
{
	enum err err = shows_bearer(ctx) ? master_find(ctx, ctx->bearer) : ERR_NOT_FOUND;

	ctx->master = err == OK;
	ctx->denied = NULL; /* for what it is not */
	return is_none(err) ? find_session(ctx) : err;
}

static enum err check_app(const struct ctx *ctx)
{
	if (ctx->app.id == 0)
		return ERR_NO_APP;
	return ctx->app.status == APP_DISABLED ? ERR_APP_DISABLED : OK;
}

/* While keys are changed two of a kind are good. Both are looked at, whichever it is, so that the
 * time does not tell. A former key that is none is a digest of zeros, which no key has. */
static bool key_is(const struct digest *shown, const struct digest *key,
                   const struct digest *former)
{
	bool is_key = digest_equal(shown, key), is_former = digest_equal(shown, former);

	return is_key | is_former;
}

static enum err check_key(struct ctx *ctx, bool master_is_good)
{
	const struct app *app = &ctx->app;

	if (!ctx->app_key.ptr)
		return ERR_BAD_KEY;
	struct digest digest = digest_of(ctx->app_key);
	bool client = key_is(&digest, &app->client_key_digest, &app->former_client_key_digest);
	bool master = key_is(&digest, &app->master_key_digest, &app->former_master_key_digest);
	ctx->master = master & master_is_good;
	return client | (master & master_is_good) ? OK : deny_guess(ctx, ERR_BAD_KEY, "wrong key");
}

static enum err check_requirement(struct ctx *ctx, enum requirement requirement)
{
	switch (requirement) {
	case REQUIRES_NOTHING:
		return OK;
	case REQUIRES_APP:
		return check_app(ctx);
	case REQUIRES_CLIENT_KEY:
		TRY(check_app(ctx));
		return check_key(ctx, false);
	case REQUIRES_APP_KEY:
		TRY(check_app(ctx));
		return check_key(ctx, true);
	case REQUIRES_GOOD_KEY:
		TRY(check_app(ctx));
		return ctx->app_key.ptr ? check_key(ctx, false) : OK;
	case REQUIRES_SESSION:
		TRY(check_app(ctx));
		return find_session(ctx);
	case REQUIRES_MASTER:
		TRY(check_app(ctx));
		return find_master(ctx);
	case REQUIRES_SESSION_OR_MASTER:
		TRY(check_app(ctx));
		return find_session_or_master(ctx);
	case REQUIRES_OPERATOR:
		return ctx->actor == ACTOR_OPERATOR ? OK : ERR_NOT_ALLOWED;
	case REQUIRES_SERVER:
		return ctx->actor == ACTOR_SERVER ? OK : ERR_NOT_ALLOWED;
	}
	return ERR_NOT_ALLOWED;
}

static enum err check_limit(struct ctx *ctx, enum limit limit)
{
	if (limit >= LIMIT_REQUESTS)
		TRY(limits_count_request(ctx));
	return limit >= LIMIT_GUESS || limit == LIMIT_FAILURES ? limits_check_network(ctx) : OK;
}

enum err deny(struct ctx *ctx, enum err err, const char *reason)
{
	ctx->denied = reason;
	return err;
}

enum err deny_guess(struct ctx *ctx, enum err err, const char *reason)
{
	ctx->guess.wrong = true;
	return deny(ctx, err, reason);
}

enum err deny_dead(struct ctx *ctx, enum err err, const char *reason)
{
	ctx->guess.dead = true;
	return deny(ctx, err, reason);
}

enum err deny_removed(struct ctx *ctx, enum err err)
{
	ctx->account_id = 0;
	ctx->network = STR("");
	return deny(ctx, err, "account was removed meanwhile");
}

struct caller caller_of(const struct ctx *ctx)
{
	if (ctx->actor != ACTOR_CLIENT)
		return (struct caller){ 0 };
	return (struct caller){ ctx->app.id, network_of(ctx->network) };
}

enum err audit_done(struct ctx *ctx, struct tx *tx, const char *outcome)
{
	const struct audit_row row = {
		.app_id = ctx->app.id,
		.account_id = ctx->account_id,
		.at = ctx->now,
		.event = str(ctx->entered->name),
		.outcome = str(outcome),
		.network = ctx->network.ptr ? ctx->network : STR(""),
	};

	return store_audit_add(tx, &row);
}

/* A refusal has no transaction of its own to be written in. If the trail cannot be written, the
 * refusal stands all the same. */
static enum err write_refusal(struct ctx *ctx)
{
	CLEANUP(tx_rollback) struct tx *tx = NULL;

	TRY(tx_begin(ctx->store, &tx));
	TRY(audit_done(ctx, tx, ctx->denied));
	TRY(limits_charge(ctx, tx));
	return tx_commit(&tx);
}

static void audit_refusal(struct ctx *ctx)
{
	enum err err = ERR_RETRY;

	for (int i = 0; i < TRIES_MAX && err == ERR_RETRY; i++)
		err = write_refusal(ctx);

	if (err != OK)
		log_error("the audit trail misses a refusal (%s, %s): %s", ctx->entered->name,
		          ctx->denied, err_sentence(err));
}

enum err operation_check_app(struct ctx *ctx, const struct operation *operation)
{
	return operation->requires == REQUIRES_NOTHING ? OK : check_app(ctx);
}

enum err operation_enter(struct ctx *ctx, const struct operation *operation)
{
	if (ctx->entered == operation && !ctx->denied)
		return OK;
	ctx->store = ctx->service->store;
	ctx->hasher = ctx->service->hasher;
	ctx->entered = operation;
	ctx->denied = NULL;
	enum err err = check_limit(ctx, operation->limit);
	if (err == OK)
		err = check_requirement(ctx, operation->requires);
	if (ctx->denied)
		audit_refusal(ctx);
	if (err != OK)
		ctx->entered = NULL;
	return err;
}

static enum err run_once(struct ctx *ctx, const struct operation *operation, const void *in,
                         void *ret_out)
{
	memset(ret_out, 0, operation->out_size);
	ctx->denied = NULL;
	ctx->guess.wrong = ctx->guess.dead = false;
	return operation->run(ctx, in, ret_out);
}

/* What has changed meanwhile may be the session: another change has carried it over, or ended it.
 */
static enum err run_again(struct ctx *ctx, const struct operation *operation, const void *in,
                          void *ret_out)
{
	ctx->denied = NULL;
	if (operation->requires == REQUIRES_SESSION ||
	    operation->requires == REQUIRES_SESSION_OR_MASTER)
		TRY(check_requirement(ctx, operation->requires));
	return run_once(ctx, operation, in, ret_out);
}

enum err operation_run(struct ctx *ctx, const struct operation *operation, const void *in,
                       void *ret_out)
{
	memset(ret_out, 0, operation->out_size);
	TRY(operation_enter(ctx, operation));
	enum err err = run_once(ctx, operation, in, ret_out);
	for (int i = 1; i < TRIES_MAX && err == ERR_RETRY; i++)
		err = run_again(ctx, operation, in, ret_out);
	if (err != OK)
		memset(ret_out, 0, operation->out_size);
	if (err != OK && ctx->denied)
		audit_refusal(ctx);
	limits_leave(ctx);
	return err == ERR_RETRY ? ERR_BUSY : err;
}
