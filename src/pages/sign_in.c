/* SPDX-License-Identifier: Apache-2.0 */
/* sign_in.c - the page that opens a session, and the way out of it. */
#include "account/app.h"
#include "account/page_session.h"
#include "account/session.h"
#include "pages/person_priv.h"
#include "pages/session_cookie.h"
#include "pages/show.h"

static field_of_error fields = {
	[ERR_BAD_CREDENTIALS] = "login",
	[ERR_NO_ACCOUNT] = "login",
	[ERR_NOT_ACTIVATED] = "login",
};

static enum err show(struct visit *visit, enum err err)
{
	bool open = visit->ctx.app.sign_up != SIGN_UP_CLOSED;
	struct template_value problem[PROBLEM_VALUES];

	TRY(person_problem(visit, fields, err, problem));
	const struct template_value values[] = {
		{ .name = "login", .text = page_typed(visit, "login") },
		{ .name = "sign_up", .text = page_flag(open) },
		problem[0],
		problem[1],
		problem[2],
		problem[3],
	};
	return page_show(visit, "sign-in.html", values);
}

enum err sign_in_show(struct visit *visit, const void *result)
{
	const struct page_session_seen *seen = result;

	return seen->lives ? person_go(visit, "account") : show(visit, OK);
}

/* 422, as of any form: a 401 would have to say how else to sign in (RFC 9110, 15.5.2). */
enum err sign_in_again(struct visit *visit, enum err err)
{
	TRY(show(visit, err));
	visit->response->status = 422;
	return OK;
}

/* Another session than the one that may have been there: nobody has known its token before. */
enum err sign_in_done(struct visit *visit, const void *result)
{
	const struct session_tokens *tokens = result;
	struct nothing none = { 0 };

	TRY(operation_run(&visit->ctx, &page_session_end_op, &none, &none));
	TRY(session_cookie_set(visit, tokens->access_token));
	return person_go(visit, "account");
}

enum err sign_out_done(struct visit *visit, const void *nothing)
{
	(void)nothing;
	TRY(session_cookie_remove(visit));
	return person_go(visit, "sign-in");
}

enum err sign_in_way_to_change(struct visit *visit, const void *result)
{
	const struct page_session_seen *seen = result;
	struct str base, page;

	TRY(app_public_url(&visit->ctx, &visit->ctx.app, &base));
	TRY(arena_printf(visit->request->arena, &page, "%.*s/%s", STR_ARG(base),
	                 seen->lives ? "account#password" : "password-reset"));
	page_redirect(visit, page);
	return OK;
}
