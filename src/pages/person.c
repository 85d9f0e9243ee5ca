/* SPDX-License-Identifier: Apache-2.0 */
/* person.c - the routes of a person's own pages, and how an error is told in their forms. */
#include "pages/person.h"
#include "account/account.h"
#include "account/email_change.h"
#include "account/page_session.h"
#include "account/password.h"
#include "account/profile.h"
#include "account/sign_up.h"
#include "pages/errors.h"
#include "pages/form_guard.h"
#include "pages/person_priv.h"
#include "pages/session_cookie.h"
#include "pages/show.h"
#include "pages/speech.h"
#include <string.h>

/* ---- for all of them ---- */

enum err person_go(struct visit *visit, const char *where)
{
	struct str base, address;

	TRY(page_base(visit, &base));
	TRY(arena_printf(visit->request->arena, &address, "%.*s%s", STR_ARG(base), where));
	page_redirect(visit, address);
	return OK;
}

enum err person_problem(struct visit *visit, field_of_error fields, enum err err,
                        struct template_value ret_values[PROBLEM_VALUES])
{
	struct str place;

	memset(ret_values, 0, PROBLEM_VALUES * sizeof(ret_values[0]));
	if (err == OK)
		return OK;
	if (!fields[err])
		return ERR_NO_ROUTE;
	TRY(arena_printf(visit->request->arena, &place, "%s_error", fields[err]));
	const char *words = visit_error(visit, err)->text;
	ret_values[0] = (struct template_value){ .name = "problem", .key = words };
	ret_values[1] =
		(struct template_value){ .name = "problem_field", .text = str(fields[err]) };
	ret_values[2] = (struct template_value){ .name = place.ptr, .key = words };
	return OK;
}

/* ---- fields ---- */

static const struct log_in sign_in_preset = { .terms = { .form = ACCESS_PAGE } };

static const struct field sign_in_fields[] = {
	FIELD("login", TEXT, struct log_in, login),
	FIELD("password", SECRET, struct log_in, password),
};

static const struct field sign_up_fields[] = {
	FIELD("email", TEXT, struct account_sign_up, email),
	FIELD("password", SECRET, struct account_sign_up, password),
	FIELD_MAYBE("name", TEXT, struct account_sign_up, name),
	FIELD_MAYBE("locale", TEXT, struct account_sign_up, locale),
};

static const struct field profile_fields[] = {
	FIELD_MAYBE("name", TEXT, struct profile_update, name),
	FIELD_MAYBE("username", TEXT, struct profile_update, username),
	FIELD_MAYBE("locale", TEXT, struct profile_update, locale),
};

static const struct field password_fields[] = {
	FIELD("old", SECRET, struct password_change, old_password),
	FIELD("new", SECRET, struct password_change, new_password),
	FIELD("confirm", SECRET, struct password_change, repeated),
};

static const struct field email_fields[] = {
	FIELD("email", TEXT, struct email_change, email),
	FIELD("password", SECRET, struct email_change, password),
};

static const struct field session_fields[] = {
	FIELD("id", TEXT, struct session_end, id),
};

static const struct field delete_fields[] = {
	FIELD("password", SECRET, struct profile_delete, password),
	FIELD("sure", TEXT, struct profile_delete, sure),
};

/* ---- routes ---- */

#define NOT_YOURS                                                                                  \
	{                                                                                          \
		403, TEXT("form-stale-title"), TEXT("form-stale"), 0, 0, 0                         \
	}

static const struct wire_error form_errors[ERR_COUNT] = {
	[ERR_CROSS_SITE] = NOT_YOURS,
	[ERR_BAD_USERNAME] = { 422, TEXT("error-form-title"), TEXT("profile-bad-username"), 0, 0,
	                       0 },
	[ERR_NOT_FOUND] = { 404, TEXT("error-odd-title"), TEXT("session-gone"), 0, 0, 0 },
};

static const struct wire_error delete_errors[ERR_COUNT] = {
	[ERR_CROSS_SITE] = NOT_YOURS,
	[ERR_MEMBER_MISSING] = { 422, TEXT("error-form-title"), TEXT("deletion-unsure"), 0, 0, 0 },
};

/* A form that was posted to, opened as a page: as by a reload after signing in again. */
static enum err go_to_account(struct visit *visit, const void *nothing)
{
	(void)nothing;
	return person_go(visit, "account");
}

#define FORM_OF_ACCOUNT(at, op, table, status, shown, errors)                                      \
	{ .method = "GET", .path = at, .ok = 303, .render = go_to_account },                       \
	{                                                                                          \
		.method = "POST", .path = at, .takes = TAKES_FORM, .operation = &op, table,        \
		.ok = status, .render = shown, .overlay = errors, .guard = GUARD_FORM,             \
		.again = my_account_again                                                          \
	}

static const struct route routes[] = {
	{ .method = "GET",
	  .path = "/sign-in",
	  .operation = &page_session_look_op,
	  .ok = 200,
	  .render = sign_in_show,
	  .guard = GUARD_SITE },
	{ .method = "POST",
	  .path = "/sign-in",
	  .takes = TAKES_FORM,
	  .operation = &account_log_in_op,
	  .preset = &sign_in_preset,
	  .fields = FIELDS(sign_in_fields),
	  .ok = 303,
	  .render = sign_in_done,
	  .guard = GUARD_SITE,
	  .again = sign_in_again },
	{ .method = "POST",
	  .path = "/sign-out",
	  .takes = TAKES_FORM,
	  .operation = &session_end_op,
	  .ok = 303,
	  .render = sign_out_done,
	  .overlay = form_errors,
	  .guard = GUARD_FORM },
	{ .method = "GET",
	  .path = "/sign-up",
	  .ok = 200,
	  .render = sign_up_show,
	  .guard = GUARD_SITE },
	{ .method = "POST",
	  .path = "/sign-up",
	  .takes = TAKES_FORM,
	  .operation = &account_sign_up_op,
	  .fields = FIELDS(sign_up_fields),
	  .ok = 200,
	  .render = sign_up_done,
	  .guard = GUARD_SITE,
	  .again = sign_up_again },
	{ .method = "GET",
	  .path = "/account",
	  .takes = TAKES_QUERY,
	  .operation = &page_session_keep_op,
	  .ok = 200,
	  .render = my_account_show,
	  .guard = GUARD_FORM },
	FORM_OF_ACCOUNT("/account/profile", profile_update_op, .fields = FIELDS(profile_fields),
	                303, my_account_done, form_errors),
	FORM_OF_ACCOUNT("/account/password", password_change_op, .fields = FIELDS(password_fields),
	                303, my_account_password_done, form_errors),
	FORM_OF_ACCOUNT("/account/email", email_change_op, .fields = FIELDS(email_fields), 303,
	                my_account_done, form_errors),
	FORM_OF_ACCOUNT("/account/sessions/end", session_end_op, .fields = FIELDS(session_fields),
	                303, my_account_done, form_errors),
	FORM_OF_ACCOUNT("/account/sessions/end-others", session_end_others_op, .n_fields = 0, 303,
	                my_account_done, form_errors),
	FORM_OF_ACCOUNT("/account/delete", profile_delete_op, .fields = FIELDS(delete_fields), 200,
	                my_account_deleted, delete_errors),
	{ .method = "GET",
	  .path = "/.well-known/change-password",
	  .operation = &page_session_look_op,
	  .ok = 303,
	  .render = sign_in_way_to_change },
};

/* ---- errors ---- */

/* Who is not signed in is sent to where it is done, and comes back to the account from there. */
static enum err go_to_sign_in(struct visit *visit)
{
	if (visit->ctx.page_token.ptr)
		TRY(session_cookie_remove(visit));
	return person_go(visit, "sign-in");
}

static enum err render_error(struct visit *visit, enum err err)
{
	enum err shown = ERR_NO_ROUTE;

	if (err == ERR_NO_SESSION || err == ERR_BAD_SESSION)
		return go_to_sign_in(visit);
	if (visit->route && visit->route->again)
		shown = visit->route->again(visit, err);
	if (shown == ERR_NO_SESSION || shown == ERR_BAD_SESSION)
		return go_to_sign_in(visit);
	return shown == ERR_NO_ROUTE ? page_show_error(visit, err) : shown;
}

const struct dialect dialect_person = {
	.name = "person",
	.routes = routes,
	.n_routes = COUNT_OF(routes),
	.errors = page_errors,
	.lenient = true,
	.same_site = true,
	.credentials = session_cookie_read,
	.admit = form_guard_admit,
	.speaks = page_language,
	.render_error = render_error,
};
