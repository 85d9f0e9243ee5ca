/* SPDX-License-Identifier: Apache-2.0 */
/* store_sweep.c - rows that have had their time, some at a time. */
#include "store/store_priv.h"

static const enum query queries[SWEEP_COUNT] = {
	[SWEEP_SESSIONS_ENDED] = QUERY_SWEEP_SESSIONS_ENDED,
	[SWEEP_SESSIONS_REVOKED] = QUERY_SWEEP_SESSIONS_REVOKED,
	[SWEEP_TOKENS] = QUERY_SWEEP_TOKENS,
	[SWEEP_SIGN_UPS] = QUERY_SWEEP_SIGN_UPS,
	[SWEEP_LOGINS] = QUERY_SWEEP_LOGINS_DROPPED,
	[SWEEP_MAILS_SETTLED] = QUERY_SWEEP_MAILS_SETTLED,
	[SWEEP_MAILS_UNCLAIMED] = QUERY_SWEEP_MAILS_UNCLAIMED,
	[SWEEP_AUDIT] = QUERY_SWEEP_AUDIT,
	[SWEEP_LIMITS] = QUERY_SWEEP_LIMITS,
	[SWEEP_SIGNING_KEYS] = QUERY_SWEEP_SIGNING_KEYS,
	[SWEEP_SIGN_INS] = QUERY_SWEEP_SIGN_INS,
};

/* Accounts whose epoch has moved are few, and are told by an index; once they have no session of an
 * earlier one, they leave it. */
static enum err sweep_revoked(struct tx *tx, int64_t max, bool *ret_more)
{
	const struct value args[] = { INTEGER(max) };
	int64_t sessions, accounts;

	TRY(tx_count(tx, QUERY_SWEEP_SESSIONS_REVOKED, ARGS(args), &sessions));
	TRY(tx_count(tx, QUERY_SWEEP_ACCOUNTS_SWEPT, ARGS(args), &accounts));
	*ret_more = sessions >= max || accounts >= max;
	return OK;
}

enum err store_sweep_turn(struct tx *tx)
{
	int64_t one;

	return tx_number(tx, QUERY_SWEEP_TURN, NULL, 0, &one);
}

enum err store_sweep(struct tx *tx, enum sweep what, int64_t before, int64_t max, bool *ret_more)
{
	const struct value args[] = { INTEGER(before), INTEGER(max) };
	int64_t rows;

	if (what == SWEEP_SESSIONS_REVOKED)
		return sweep_revoked(tx, max, ret_more);
	TRY(tx_count(tx, queries[what], ARGS(args), &rows));
	*ret_more = rows >= max;
	return OK;
}
