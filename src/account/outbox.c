/* SPDX-License-Identifier: Apache-2.0 */
/* outbox.c - queueing mail, claiming it, and settling it. */
#include "account/outbox.h"
#include "account/account.h"
#include "account/token.h"
#include "base/clock.h"
#include "base/log.h"

enum { RETRY_FIRST_S = 5, RETRY_MAX_S = 15 * MINUTE };

const char *const outbox_kind_words[OUTBOX_KIND_COUNT] = {
	[OUTBOX_RECOVERY] = "recovery",
	[OUTBOX_RECOVERY_NAMED] = "recovery by username",
	[OUTBOX_RECOVERY_CODE] = "recovery by code",
	[OUTBOX_MADE_PASSWORD] = "made password",
	[OUTBOX_PASSWORD_CHANGED] = "password changed",
	[OUTBOX_INVITATION] = "invitation",
	[OUTBOX_SIGN_UP] = "sign-up",
	[OUTBOX_VERIFICATION] = "verification",
	[OUTBOX_EMAIL_CHANGE] = "change of address",
	[OUTBOX_EMAIL_CHANGED] = "address changed",
	[OUTBOX_EMAIL_MOVED] = "address changed by the operator",
	[OUTBOX_WAITING_POSITION] = "place on the waiting list",
};

const char *const outbox_state_words[] = {
	[OUTBOX_DUE] = "due",
	[OUTBOX_SENT] = "sent",
	[OUTBOX_DEAD] = "dead",
	[OUTBOX_DROPPED] = "dropped",
};

/* ---- queueing ---- */

/* The request's own, so that its mail, its answer and the log can be laid side by side. */
static enum err reference_of(struct ctx *ctx, struct str *ret_reference)
{
	*ret_reference = ctx->reference;
	return ctx->reference.ptr ? OK : random_reference(ctx->arena, ret_reference);
}

/* How long a mail has sense: a link, while it lives; a made password, as long as its person may
 * wait for it; a notice, for three days, as long as "it was not me" can be said. */
static int64_t sense_s(const struct ctx *ctx, int64_t kind)
{
	switch (kind) {
	case OUTBOX_MADE_PASSWORD:
	case OUTBOX_SIGN_UP:
	case OUTBOX_VERIFICATION:
	case OUTBOX_EMAIL_CHANGE:
	case OUTBOX_WAITING_POSITION:
		return DAY;
	case OUTBOX_PASSWORD_CHANGED:
	case OUTBOX_EMAIL_CHANGED:
	case OUTBOX_EMAIL_MOVED:
	case OUTBOX_INVITATION:
		return 3 * DAY;
	default:
		return ctx->service->policy.reset_minutes * MINUTE;
	}
}

enum err outbox_prepare(struct ctx *ctx, struct outbox_row *row)
{
	TRY(reference_of(ctx, &row->reference));
	row->app_id = ctx->app.id;
	row->nonce = random_nonce();
	row->language = ctx->language;
	row->network = ctx->network.ptr ? ctx->network : STR("");
	row->created_at = ctx->now;
	row->next_attempt_at = ctx->now;
	row->expires_at = ctx->now + sense_s(ctx, row->kind);
	return OK;
}

enum err outbox_commit(struct ctx *ctx, struct tx **tx)
{
	TRY(tx_commit(tx));
	bell_ring(ctx->service->outbox_bell);
	return OK;
}

enum err outbox_queue(struct ctx *ctx, struct outbox_row *row)
{
	CLEANUP(tx_rollback) struct tx *tx = NULL;
	int64_t id;

	TRY(outbox_prepare(ctx, row));
	TRY(tx_begin(ctx->store, &tx));
	TRY(store_outbox_add(tx, row, &id));
	return outbox_commit(ctx, &tx);
}

enum err outbox_add_notice(struct ctx *ctx, struct tx *tx, enum outbox_kind kind,
                           const struct account *account, int64_t *ret_id)
{
	bool verified = account->email_verified_at != 0;
	struct outbox_row row = {
		.kind = kind,
		.account_id = account->id,
		.epoch = account->epoch,
		.address = verified ? account->email : STR_NONE,
	};
	struct secret token;

	TRY(outbox_prepare(ctx, &row));
	TRY(store_outbox_add(tx, &row, ret_id));
	TRY(token_derive(ctx, TOKEN_NOT_ME, &row.nonce, &token));
	const struct new_token new_token = {
		.outbox_id = *ret_id,
		.account_id = account->id,
		.epoch = account->epoch,
		.purpose = TOKEN_NOT_ME,
		.digest = digest_of(token),
		.now = ctx->now,
		.expires_at = row.expires_at,
		.address = account->email,
		.address_key = account->email_key,
		.phc = account->phc,
	};
	return store_token_add_lasting(tx, &new_token);
}

/* ---- claiming ---- */

static enum err mail_claim(struct ctx *ctx, const struct nothing *in, struct outbox_list *ret_list)
{
	CLEANUP(tx_rollback) struct tx *tx = NULL;

	(void)in;
	TRY(tx_begin(ctx->store, &tx));
	TRY(store_outbox_claim(tx, ctx->arena, ctx->now, ctx->now + OUTBOX_LEASE_S,
	                       OUTBOX_CLAIM_MAX, ret_list));
	return tx_commit(&tx);
}
OPERATION(mail_claim, struct nothing, struct outbox_list, REQUIRES_SERVER, LIMIT_NONE, COST_WRITE)

/* ---- settling ---- */

static int64_t retry_delay_s(int64_t attempts)
{
	int64_t delay_s = RETRY_FIRST_S;

	for (int64_t i = 1; i < attempts && delay_s < RETRY_MAX_S; i++)
		delay_s *= 2;
	return delay_s < RETRY_MAX_S ? delay_s : RETRY_MAX_S;
}

static struct outbox_verdict verdict_on(const struct ctx *ctx, const struct mail_settle *in)
{
	int64_t next = ctx->now + retry_delay_s(in->row.attempts);
	struct outbox_verdict verdict = {
		.id = in->row.id,
		.attempts = in->row.attempts,
		.now = ctx->now,
		.state = OUTBOX_DEAD,
		.error = in->reason.ptr ? in->reason : STR(""),
	};

	if (in->outcome == MAIL_SENT)
		verdict.state = OUTBOX_SENT;
	if (in->outcome == MAIL_TRANSIENT && next < in->row.expires_at) {
		verdict.state = OUTBOX_DUE;
		verdict.next_attempt_at = next;
	}
	return verdict;
}

/* Whether a password that was just mailed is still wanted: not if the account has moved on. */
static enum err is_wanted(struct ctx *ctx, const struct mail_settle *in, bool *ret_wanted)
{
	struct account account;

	*ret_wanted = false;
	if (in->outcome != MAIL_SENT || in->row.kind != OUTBOX_MADE_PASSWORD || !in->made_phc.ptr)
		return OK;
	enum err err = store_account_by_id(ctx->store, ctx->arena, in->row.account_id, &account);
	if (err == OK)
		*ret_wanted = account.epoch == in->row.epoch;
	return err == ERR_NOT_FOUND ? OK : err;
}

/* The account before its mails, as its removal has it. Gone meanwhile: it is looked at anew. */
static enum err lock_wanted(struct tx *tx, int64_t account_id)
{
	enum err err = store_account_lock(tx, account_id);

	return err == ERR_NOT_FOUND ? ERR_RETRY : err;
}

static enum err settle(struct ctx *ctx, const struct mail_settle *in, bool set_password)
{
	CLEANUP(tx_rollback) struct tx *tx = NULL;
	struct outbox_verdict verdict = verdict_on(ctx, in);
	int64_t epoch;

	TRY(tx_begin(ctx->store, &tx));
	if (set_password)
		TRY(lock_wanted(tx, in->row.account_id));
	enum err err = store_outbox_settle(tx, &verdict);
	if (err == ERR_NOT_FOUND)
		return OK; /* its lease ran out: whoever has it now settles it */
	TRY(err);
	if (set_password) {
		const struct new_password password = {
			.account_id = in->row.account_id,
			.epoch = in->row.epoch,
			.phc = in->made_phc,
			.now = ctx->now,
			.expires_at = ctx->now + DAY,
			.outbox_floor = in->row.id,
		};
		TRY(store_identities_doubt(tx, in->row.account_id));
		TRY(store_account_set_password(tx, &password, &epoch));
		TRY(audit_done(ctx, tx, "made password mailed"));
	}
	TRY(tx_commit(&tx));
	if (verdict.state != OUTBOX_SENT)
		log_warning("mail %lld (%s) %s: %.*s", (long long)in->row.id,
		            outbox_kind_words[in->row.kind],
		            verdict.state == OUTBOX_DUE ? "will be tried again"
		                                        : "was given up, see rekey mail list",
		            STR_ARG(verdict.error));
	return OK;
}

static enum err mail_settle(struct ctx *ctx, const struct mail_settle *in,
                            struct nothing *ret_nothing)
{
	bool set_password = false;

	(void)ret_nothing;
	ctx->app.id = in->row.app_id;
	ctx->account_id = in->row.account_id;
	TRY(is_wanted(ctx, in, &set_password));
	return settle(ctx, in, set_password);
}
OPERATION(mail_settle, struct mail_settle, struct nothing, REQUIRES_SERVER, LIMIT_NONE, COST_WRITE)

/* ---- for the operator ---- */

static enum err mail_list(struct ctx *ctx, const struct nothing *in, struct outbox_list *ret_list)
{
	(void)in;
	return store_outbox_newest(ctx->store, ctx->arena, OUTBOX_LIST_MAX, ret_list);
}
OPERATION(mail_list, struct nothing, struct outbox_list, REQUIRES_OPERATOR, LIMIT_NONE, COST_QUICK)

static enum err mail_show(struct ctx *ctx, const struct mail_id *in, struct outbox_row *ret_row)
{
	return store_outbox_by_id(ctx->store, ctx->arena, in->id, ret_row);
}
OPERATION(mail_show, struct mail_id, struct outbox_row, REQUIRES_OPERATOR, LIMIT_NONE, COST_QUICK)

/* The link lives as long again as a new one: it is the operator who was late. */
static enum err mail_retry(struct ctx *ctx, const struct mail_id *in, struct nothing *ret_nothing)
{
	CLEANUP(tx_rollback) struct tx *tx = NULL;
	struct outbox_row row;

	(void)ret_nothing;
	TRY(mail_show(ctx, in, &row));
	TRY(tx_begin(ctx->store, &tx));
	TRY(store_outbox_retry(tx, row.id, ctx->now, ctx->now + sense_s(ctx, row.kind)));
	ctx->app.id = row.app_id;
	TRY(audit_done(ctx, tx, "done"));
	return outbox_commit(ctx, &tx);
}
OPERATION(mail_retry, struct mail_id, struct nothing, REQUIRES_OPERATOR, LIMIT_NONE, COST_WRITE)

static enum err audit_list(struct ctx *ctx, const struct audit_query *in,
                           struct audit_list *ret_list)
{
	struct account account = { 0 };

	if (in->login.ptr)
		TRY(account_find(ctx, in->login, &account));
	const struct audit_wanted wanted = { ctx->app.id, account.id, in->since, in->below,
		                             in->max };
	return store_audit_page(ctx->store, ctx->arena, &wanted, ret_list);
}
OPERATION(audit_list, struct audit_query, struct audit_list, REQUIRES_OPERATOR, LIMIT_NONE,
          COST_QUICK)
