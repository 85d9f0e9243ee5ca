/* SPDX-License-Identifier: Apache-2.0 */
/* waiting_list.c - joining the list; its mail is thought out later (letter_address.c). */
#include "account/waiting_list.h"
#include "account/message.h"
#include "account/outbox.h"
#include "base/text.h"

static enum err waiting_join(struct ctx *ctx, const struct waiting_join *in,
                             struct nothing *ret_nothing)
{
	CLEANUP(tx_rollback) struct tx *tx = NULL;
	struct outbox_row row = { .kind = OUTBOX_WAITING_POSITION };
	struct waiting_entry waiting = { .created_at = ctx->now };
	int64_t id;

	(void)ret_nothing;
	TRY(email_normalize(ctx->arena, in->email, &waiting.email, &waiting.email_key));
	TRY(mail_template_check(ctx, WAITING_POSITION_TEMPLATE));
	row.login = waiting.email_key;
	TRY(outbox_prepare(ctx, &row));
	TRY(tx_begin(ctx->store, &tx));
	TRY(store_waiting_add(tx, ctx->app.id, &waiting));
	TRY(store_outbox_add(tx, &row, &id));
	return outbox_commit(ctx, &tx);
}
OPERATION(waiting_join, struct waiting_join, struct nothing, REQUIRES_APP, LIMIT_REQUESTS,
          COST_WRITE)

/* ---- for the operator ---- */

static enum err waiting_list(struct ctx *ctx, const struct waiting_query *in,
                             struct waiting_list *ret_list)
{
	return store_waiting_page(ctx->store, ctx->arena, ctx->app.id, in->after, in->max,
	                          ret_list);
}
OPERATION(waiting_list, struct waiting_query, struct waiting_list, REQUIRES_OPERATOR, LIMIT_NONE,
          COST_QUICK)

static enum err waiting_remove(struct ctx *ctx, const struct waiting_join *in,
                               struct nothing *ret_nothing)
{
	CLEANUP(tx_rollback) struct tx *tx = NULL;
	struct str email, key;

	(void)ret_nothing;
	TRY(email_normalize(ctx->arena, in->email, &email, &key));
	TRY(tx_begin(ctx->store, &tx));
	TRY(store_waiting_remove(tx, ctx->app.id, key));
	TRY(audit_done(ctx, tx, "removed"));
	return tx_commit(&tx);
}
OPERATION(waiting_remove, struct waiting_join, struct nothing, REQUIRES_OPERATOR, LIMIT_NONE,
          COST_WRITE)
