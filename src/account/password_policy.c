/* SPDX-License-Identifier: Apache-2.0 */
/* password_policy.c - length, and nothing that makes people write it down. */
#include "account/password_policy.h"
#include "base/text.h"

enum err password_accept(struct ctx *ctx, struct secret password, struct secret *ret_nfc)
{
	const struct policy *policy = &ctx->service->policy;
	struct secret nfc;

	TRY(secret_nfc(ctx->arena, password, &nfc));
	int64_t length = (int64_t)text_length((struct str){ nfc.ptr, nfc.len });
	if (length < policy->password_min_length)
		return ERR_PASSWORD_SHORT;
	if (length > policy->password_max_length)
		return ERR_PASSWORD_LONG;
	*ret_nfc = nfc;
	return OK;
}
