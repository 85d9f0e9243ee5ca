/* SPDX-License-Identifier: Apache-2.0 */
/* return_to.c - one spelling of an address, and whether it is on the app's list. */
#include "account/return_to.h"
#include "account/origin.h"
#include <string.h>

/* ---- one spelling ---- */

/* What may stand in an address by RFC 3986, but for the '#' of a fragment and the ',' that divides
 * our lists. A backslash is none: browsers take it for a slash. */
static bool is_of_an_address(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       (c != '\0' && strchr("-._~:/?[]@!$&'()*+;=%", c));
}

static bool is_of_this_machine(struct str origin)
{
	static const char *const hosts[] = { "http://127.0.0.1", "http://[::1]",
		                             "http://localhost" };

	FOREACH(host, hosts) {
		size_t len = strlen(*host);
		if (str_starts(origin, *host) && (origin.len == len || origin.ptr[len] == ':'))
			return true;
	}
	return false;
}

enum err return_normalize(struct arena *arena, struct str text, struct str *ret_url)
{
	struct str origin;
	size_t scheme = str_find(text, ':'), end;

	if (text.len > RETURN_URL_MAX || !str_starts(str_from(text, scheme), "://"))
		return ERR_BAD_SETTING;
	for (size_t i = 0; i < text.len; i++) {
		if (!is_of_an_address(text.ptr[i]))
			return ERR_BAD_SETTING;
	}
	for (end = scheme + strlen("://"); end < text.len; end++) {
		if (text.ptr[end] == '/' || text.ptr[end] == '?')
			break;
	}
	TRY(origin_normalize(arena, (struct str){ text.ptr, end }, &origin));
	if (!str_starts(origin, "https://") && !is_of_this_machine(origin))
		return ERR_BAD_SETTING;
	struct str rest = str_from(text, end);
	bool has_path = rest.len > 0 && rest.ptr[0] == '/';
	return arena_printf(arena, ret_url, "%.*s%s%.*s", STR_ARG(origin), has_path ? "" : "/",
	                    STR_ARG(rest));
}

/* ---- the list ---- */

enum err return_check(struct ctx *ctx, struct str typed, struct str *ret_url)
{
	struct str url;
	bool has = false;

	*ret_url = STR_NONE;
	if (!typed.ptr)
		return OK;
	enum err err = return_normalize(ctx->arena, typed, &url);
	if (err == ERR_BAD_SETTING)
		return ERR_BAD_RETURN;
	TRY(err);
	TRY(store_app_has_return(ctx->store, ctx->arena, url, ctx->app.id, &has));
	if (!has)
		return ERR_BAD_RETURN;
	*ret_url = url;
	return OK;
}

static enum err return_look(struct ctx *ctx, const struct return_named *in,
                            struct return_named *ret_named)
{
	return return_check(ctx, in->url, &ret_named->url);
}
OPERATION(return_look, struct return_named, struct return_named, REQUIRES_APP, LIMIT_REQUESTS,
          COST_QUICK)

enum err return_of_token(struct ctx *ctx, const struct token *token, struct str *ret_url)
{
	struct outbox_row row = { .return_to = STR_NONE };

	enum err err = store_outbox_by_id(ctx->store, ctx->arena, token->outbox_id, &row);
	if (err != OK && err != ERR_NOT_FOUND)
		return err;
	err = return_check(ctx, row.return_to, ret_url);
	return err == ERR_BAD_RETURN ? OK : err;
}
