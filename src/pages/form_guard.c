/* SPDX-License-Identifier: Apache-2.0 */
/* form_guard.c - the site that a form was sent from, and the session that it was made for. */
#include "pages/form_guard.h"
#include "account/app.h"
#include <string.h>

/* ---- words derived from the session ---- */

static enum err spell(struct visit *visit, const char *purpose, struct secret *ret_word)
{
	struct ctx *ctx = &visit->ctx;
	struct digest derived = derive(ctx->service->key, purpose, &ctx->session.nonce);
	enum err err = spell_base64url(ctx->arena, derived.bytes, sizeof(derived.bytes), ret_word);

	wipe(&derived, sizeof(derived));
	return err;
}

enum err form_token_spell(struct visit *visit, struct secret *ret_token)
{
	return spell(visit, "form token", ret_token);
}

enum err form_note_spell(struct visit *visit, const char *what, struct secret *ret_note)
{
	struct str purpose;

	TRY(arena_printf(visit->request->arena, &purpose, "form note %s", what));
	TRY(spell(visit, purpose.ptr, ret_note));
	ret_note->len = FORM_NOTE_LETTERS;
	return OK;
}

enum err form_note_is(struct visit *visit, const char *what, struct secret note, bool *ret_is)
{
	struct secret word;

	TRY(form_note_spell(visit, what, &word));
	*ret_is = secret_equal(note, word);
	return OK;
}

/* ---- the site ---- */

/* The scheme and host of a URL, as an Origin header spells them. */
static struct str origin_of(struct str url)
{
	size_t scheme = str_find(url, ':');

	if (scheme + 3 > url.len)
		return STR_NONE;
	return (struct str){ url.ptr, scheme + 3 + str_find(str_from(url, scheme + 3), '/') };
}

/* The app may be reached by a host that its links do not name; the scheme is theirs all the same.
 */
static enum err is_our_origin(struct visit *visit, struct str origin, bool *ret_is)
{
	struct str host = request_header(visit->request, "Host"), url, reached;

	TRY(app_public_url(&visit->ctx, &visit->ctx.app, &url));
	TRY(arena_printf(visit->request->arena, &reached, "%.*s://%.*s", (int)str_find(url, ':'),
	                 url.ptr, STR_ARG(host)));
	*ret_is = str_equal(origin, origin_of(url)) || str_equal(origin, reached);
	return OK;
}

static enum err check_site(struct visit *visit)
{
	struct str site = request_header(visit->request, "Sec-Fetch-Site");
	struct str origin = request_header(visit->request, "Origin");
	bool ours;

	if (site.ptr && !str_is(site, "same-origin"))
		return ERR_CROSS_SITE;
	if (!origin.ptr || str_is(origin, "null"))
		return site.ptr ? OK : ERR_CROSS_SITE;
	TRY(is_our_origin(visit, origin, &ours));
	return ours ? OK : ERR_CROSS_SITE;
}

/* ---- the session ---- */

/* What the form shows. NONE: nothing, or several, of which one may be somebody else's. */
static struct secret shown_token(const struct visit *visit)
{
	struct str shown = STR_NONE;

	for (size_t i = 0; i < visit->members.n; i++) {
		if (!str_is(visit->members.items[i].name, FORM_TOKEN))
			continue;
		if (shown.ptr)
			return SECRET_NONE;
		shown = visit->members.items[i].text;
	}
	return (struct secret){ shown.ptr, shown.len };
}

static enum err check_token(struct visit *visit)
{
	struct secret token;

	TRY(operation_enter(&visit->ctx, visit->route->operation)); /* finds the session */
	TRY(form_token_spell(visit, &token));
	return secret_equal(shown_token(visit), token) ? OK : ERR_CROSS_SITE;
}

enum err form_guard_admit(struct visit *visit)
{
	enum guard guard = visit->route->guard;

	if (guard == GUARD_NONE || !str_is(visit->request->method, "POST"))
		return OK;
	TRY(check_site(visit));
	return guard == GUARD_FORM ? check_token(visit) : OK;
}
