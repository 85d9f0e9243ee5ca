/* SPDX-License-Identifier: Apache-2.0 */
/* session_cookie.c - one cookie of one app. */
#include "pages/session_cookie.h"
#include "pages/cookie.h"

static enum err name_of(struct visit *visit, struct str *ret_name)
{
	return arena_printf(visit->request->arena, ret_name, "__Host-rekey-%.*s",
	                    STR_ARG(visit->ctx.app.public_id));
}

enum err session_cookie_read(struct visit *visit)
{
	struct str name, value;

	if (visit->ctx.app.id == 0)
		return OK;
	TRY(name_of(visit, &name));
	value = cookie_value(visit->request, name.ptr);
	visit->ctx.page_token = (struct secret){ value.ptr, value.len };
	return OK;
}

enum err session_cookie_set(struct visit *visit, struct secret token)
{
	struct str name;

	TRY(name_of(visit, &name));
	return cookie_set(visit, name.ptr, token, -1);
}

enum err session_cookie_remove(struct visit *visit)
{
	struct str name;

	TRY(name_of(visit, &name));
	return cookie_set(visit, name.ptr, SECRET_NONE, 0);
}
