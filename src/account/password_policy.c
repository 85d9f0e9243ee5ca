/* SPDX-License-Identifier: Apache-2.0 */
/* password_policy.c - length, and nothing that makes people write it down. */
#include "account/password_policy.h"
#include "base/text.h"

int64_t password_min_length(const struct ctx *ctx)
{
	int64_t own = ctx->app.password_min_length;

	return own != 0 ? own : ctx->service->policy.password_min_length;
}

enum err password_accept(struct ctx *ctx, struct secret password, struct secret *ret_nfc)
{
	const struct policy *policy = &ctx->service->policy;
	struct secret nfc;

	TRY(secret_nfc(ctx->arena, password, &nfc));
	int64_t length = (int64_t)text_length((struct str){ nfc.ptr, nfc.len });
	if (length < password_min_length(ctx))
		return ERR_PASSWORD_SHORT;
	if (length > policy->password_max_length)
		return ERR_PASSWORD_LONG;
	*ret_nfc = nfc;
	return OK;
}
