/* SPDX-License-Identifier: Apache-2.0 */
/* password_check.c - as it is kept, then as it was received. */
#include "account/password_check.h"
#include "base/crypto.h"
#include "base/text.h"

enum err password_check(struct ctx *ctx, struct secret password, const char *phc,
                        struct password_checked *ret_checked)
{
	struct password_checked checked = { .match = false };

	TRY(secret_nfc(ctx->arena, password, &checked.nfc));
	TRY(hasher_verify(ctx->hasher, caller_of(ctx), checked.nfc, phc, &checked.match));
	if (!checked.match && password.len > 0 && !secret_equal(password, checked.nfc)) {
		TRY(hasher_verify(ctx->hasher, caller_of(ctx), password, phc, &checked.match));
		checked.as_received = checked.match;
	}
	*ret_checked = checked;
	return OK;
}
