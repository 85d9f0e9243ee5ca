/* SPDX-License-Identifier: Apache-2.0 */
/* pages.c - the routes of the hosted pages, and which page tells which outcome. */
#include "pages/pages.h"
#include "account/app.h"
#include "account/app_look.h"
#include "account/email_change.h"
#include "account/password.h"
#include "account/password_strength.h"
#include "account/recovery.h"
#include "account/return_to.h"
#include "dialect/document.h"
#include "http/status.h"
#include "pages/errors.h"
#include "pages/assets.h"
#include "pages/recovery.h"
#include "pages/show.h"
#include "pages/speech.h"
#include "pages/strength.h"
#include "pages/verify.h"
#include <string.h>

/* ---- the door ---- */

static enum err show_home(struct visit *visit, const void *nothing)
{
	bool open = visit->ctx.app.id != 0 && visit->ctx.app.sign_up != SIGN_UP_CLOSED;
	const struct template_value values[] = {
		{ .name = "sign_up", .text = page_flag(open) },
		{ .name = "dev", .text = page_flag(visit->doors->mail_dir.ptr) },
		{ .name = NULL },
	};

	(void)nothing;
	return page_show(visit, "home.html", values);
}

/* ---- what the API's problems mean ---- */

/* Once for each code, whichever of the errors with that code it was. */
static const struct wire_error *error_of_code(struct str code)
{
	for (enum err err = OK + 1; err < ERR_COUNT; err++) {
		if (str_is(code, dialect_account.errors[err].code))
			return &dialect_account.errors[err];
	}
	return NULL;
}

static enum err show_problem(struct visit *visit, const void *nothing)
{
	struct str code = str_from(visit->path, strlen("/problems/")), status;
	const struct problem_words *words = document_problem(&dialect_account, code);
	const struct wire_error *error = error_of_code(code);

	(void)nothing;
	if (!words || !error)
		return ERR_NOT_FOUND;
	TRY(arena_printf(visit->request->arena, &status, "%d %s", error->status,
	                 http_reason(error->status)));
	const struct template_value values[] = {
		{ .name = "code", .text = code },
		{ .name = "status", .text = status },
		{ .name = "meaning", .text = str(words->meaning) },
		{ .name = "advice", .text = str(words->advice) },
		{ .name = NULL },
	};
	return page_show(visit, "problem.html", values);
}

/* ---- routes ---- */

static const struct field ask_fields[] = {
	FIELD("email", TEXT, struct recovery_request, login),
	FIELD_MAYBE("return_to", TEXT, struct recovery_request, return_to),
};

static const struct field return_fields[] = {
	FIELD("return_to", TEXT, struct return_named, url),
};

static const struct recovery_request ask_preset = { .kind = LOGIN_EMAIL, .mail = OUTBOX_RECOVERY };

static const struct field link_fields[] = {
	FIELD("token", SECRET, struct recovery_link, token),
};

static const struct field save_fields[] = {
	FIELD("token", SECRET, struct password_reset, token),
	FIELD("new", SECRET, struct password_reset, new_password),
	FIELD("confirm", SECRET, struct password_reset, repeated),
};

static const struct field code_fields[] = {
	FIELD_OR("email", TEXT, struct password_reset_by_code, email, ERR_EMPTY_EMAIL),
	FIELD_OR("reference", TEXT, struct password_reset_by_code, reference, ERR_EMPTY_CODE),
	FIELD_OR("code", SECRET, struct password_reset_by_code, code, ERR_EMPTY_CODE),
	FIELD_OR("new", SECRET, struct password_reset_by_code, new_password, ERR_EMPTY_PASSWORD),
	FIELD("confirm", SECRET, struct password_reset_by_code, repeated),
};

static const struct field strength_fields[] = {
	FIELD("password", SECRET, struct password_typed, password),
	FIELD_MAYBE("token", SECRET, struct password_typed, token),
	FIELD_MAYBE("email", TEXT, struct password_typed, email),
	FIELD_MAYBE("username", TEXT, struct password_typed, username),
	FIELD_MAYBE("name", TEXT, struct password_typed, name),
};

static const struct field confirm_fields[] = {
	FIELD("token", SECRET, struct recovery_confirm, token),
	FIELD("username", TEXT, struct recovery_confirm, username),
};

static const struct field look_fields[] = {
	FIELD("token", SECRET, struct confirmation, token),
};

static const struct field verify_fields[] = {
	FIELD("token", SECRET, struct confirmation, token),
	FIELD("address", TEXT, struct confirmation, address),
};

static const struct field not_me_fields[] = {
	FIELD("token", SECRET, struct not_me, confirmation.token),
	FIELD("address", TEXT, struct not_me, confirmation.address),
	FIELD_MAYBE("old", SECRET, struct not_me, old_password),
};

/* About what is said at a confirmation. */
static const struct wire_error verify_errors[ERR_COUNT] = {
	[ERR_USERNAME_TAKEN] = { 409, TEXT("error-username-taken-title"),
	                         TEXT("error-username-taken"), 0, 0, 0 },
	[ERR_WRONG_PASSWORD] = { 422, TEXT("error-form-title"), TEXT("error-wrong-old-password"), 0,
	                         0, 0 },
};

static const struct route routes[] = {
	{ .method = "GET", .path = "/", .ok = 200, .render = show_home },
	{ .method = "GET",
	  .path = "/password-reset",
	  .when = "token",
	  .takes = TAKES_QUERY,
	  .operation = &recovery_link_op,
	  .fields = FIELDS(link_fields),
	  .ok = 200,
	  .render = recovery_show_link },
	{ .method = "GET",
	  .path = "/password-reset",
	  .when = "return_to",
	  .takes = TAKES_QUERY,
	  .operation = &return_look_op,
	  .fields = FIELDS(return_fields),
	  .ok = 200,
	  .render = recovery_show_ask_for },
	{ .method = "GET", .path = "/password-reset", .ok = 200, .render = recovery_show_ask },
	{ .method = "POST",
	  .path = "/password-reset",
	  .when = "token",
	  .takes = TAKES_FORM,
	  .operation = &password_reset_op,
	  .fields = FIELDS(save_fields),
	  .ok = 200,
	  .render = recovery_show_done },
	{ .method = "POST",
	  .path = "/password-reset",
	  .takes = TAKES_FORM,
	  .operation = &recovery_request_op,
	  .preset = &ask_preset,
	  .fields = FIELDS(ask_fields),
	  .ok = 200,
	  .render = recovery_show_asked },
	{ .method = "GET",
	  .path = "/password-reset/code",
	  .ok = 200,
	  .render = recovery_show_code },
	{ .method = "POST",
	  .path = "/password-reset/code",
	  .when = "code",
	  .takes = TAKES_FORM,
	  .operation = &password_reset_by_code_op,
	  .fields = FIELDS(code_fields),
	  .ok = 200,
	  .render = recovery_show_done,
	  .overlay = recovery_code_errors },
	{ .method = "POST",
	  .path = "/password-reset/code",
	  .takes = TAKES_FORM,
	  .ok = 200,
	  .render = recovery_show_code },
	{ .method = "POST",
	  .path = "/password-strength",
	  .takes = TAKES_FORM,
	  .operation = &password_strength_op,
	  .fields = FIELDS(strength_fields),
	  .ok = 200,
	  .render = strength_show },
	{ .method = "POST",
	  .path = "/password-reset/confirm",
	  .takes = TAKES_FORM,
	  .operation = &recovery_confirm_op,
	  .fields = FIELDS(confirm_fields),
	  .ok = 200,
	  .render = recovery_show_confirmed },
	{ .method = "GET",
	  .path = "/verify",
	  .when = "token",
	  .takes = TAKES_QUERY,
	  .operation = &confirmation_look_op,
	  .fields = FIELDS(look_fields),
	  .ok = 200,
	  .render = verify_show },
	{ .method = "POST",
	  .path = "/verify",
	  .takes = TAKES_FORM,
	  .operation = &account_verify_op,
	  .fields = FIELDS(verify_fields),
	  .ok = 200,
	  .render = verify_show_verified,
	  .overlay = verify_errors },
	{ .method = "POST",
	  .path = "/verify/email",
	  .takes = TAKES_FORM,
	  .operation = &email_confirm_op,
	  .fields = FIELDS(verify_fields),
	  .ok = 200,
	  .render = verify_show_changed },
	{ .method = "POST",
	  .path = "/verify/not-me",
	  .takes = TAKES_FORM,
	  .operation = &not_me_op,
	  .fields = FIELDS(not_me_fields),
	  .ok = 200,
	  .render = verify_show_not_me,
	  .overlay = verify_errors },
	{ .method = "POST",
	  .path = "/language",
	  .takes = TAKES_FORM,
	  .ok = 303,
	  .render = speech_choose },
	{ .method = "GET", .path = "/problems/{code}", .ok = 200, .render = show_problem },
	{ .method = "GET", .path = "/dev/mail", .ok = 200, .render = page_dev_mails },
	{ .method = "GET",
	  .path = "/dev/mail/show",
	  .takes = TAKES_QUERY,
	  .ok = 200,
	  .render = page_dev_mail },
	{ .method = "GET",
	  .path = "/dev/mail/html",
	  .takes = TAKES_QUERY,
	  .ok = 200,
	  .render = page_dev_mail_html },
	{ .method = "GET", .path = "/assets/{version}/app.css", .ok = 200, .render = page_colours },
	{ .method = "GET",
	  .path = "/assets/{version}/logo",
	  .operation = &app_logo_op,
	  .ok = 200,
	  .render = page_logo },
	{ .method = "GET", .path = "/assets/{version}/{file}", .ok = 200, .render = page_asset },
};

/* ---- errors ---- */

static enum err render_error(struct visit *visit, enum err err)
{
	enum err shown = verify_show_error(visit, err);

	if (shown == ERR_NO_ROUTE)
		shown = recovery_show_error(visit, err);
	return shown == ERR_NO_ROUTE ? page_show_error(visit, err) : shown;
}

const struct dialect dialect_pages = {
	.name = "pages",
	.routes = routes,
	.n_routes = COUNT_OF(routes),
	.errors = page_errors,
	.lenient = true,
	.same_site = true,
	.speaks = page_language,
	.render_error = render_error,
};
