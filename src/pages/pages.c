/* SPDX-License-Identifier: Apache-2.0 */
/* pages.c - the routes of the hosted pages, and which page tells which outcome. */
#include "pages/pages.h"
#include "account/app.h"
#include "account/email_change.h"
#include "account/password.h"
#include "account/password_policy.h"
#include "account/recovery.h"
#include "base/log.h"
#include "dialect/document.h"
#include "http/status.h"
#include "pages/show.h"
#include "pages/verify.h"
#include <string.h>

/* ---- asking for a mail ---- */

static enum err show_home(struct visit *visit, const void *nothing)
{
	const struct template_value values[] = {
		{ .name = "dev", .text = visit->doors->mail_dir.ptr ? STR("yes") : STR_NONE },
		{ .name = NULL },
	};

	(void)nothing;
	return page_show(visit, "home.html", values);
}

struct str page_typed(const struct visit *visit, const char *name)
{
	for (size_t i = 0; i < visit->members.n; i++) {
		if (str_is(visit->members.items[i].name, name))
			return visit->members.items[i].text;
	}
	return STR_NONE;
}

static enum err show_ask(struct visit *visit, struct str error)
{
	const struct template_value values[] = {
		{ .name = "email", .text = page_typed(visit, "email") },
		{ .name = "error", .text = error },
		{ .name = NULL },
	};

	return page_show(visit, "password-reset-ask.html", values);
}

static enum err show_empty_ask(struct visit *visit, const void *nothing)
{
	(void)nothing;
	return show_ask(visit, STR_NONE);
}

static enum err show_asked(struct visit *visit, const void *result)
{
	const struct recovery_requested *requested = result;
	const struct template_value values[] = {
		{ .name = "reference", .text = requested->reference },
		{ .name = "email", .text = page_typed(visit, "email") },
		{ .name = "dev", .text = visit->doors->mail_dir.ptr ? STR("yes") : STR_NONE },
		{ .name = NULL },
	};

	return page_show(visit, "password-reset-asked.html", values);
}

/* ---- the mailed link ---- */

static enum err show_dead(struct visit *visit, enum token_fate fate)
{
	static const struct {
		const char *title, *explanation;
	} words[] = {
		[TOKEN_FATE_LIVE] = { "This link does not work",
		                      "It may have been cut short on its way. Please open it from "
		                      "the "
		                      "mail once more, or ask for a new one." },
		[TOKEN_FATE_SPENT] = { "This link has been used",
		                       "A link works once. If it was you who used it, the new "
		                       "password "
		                       "is valid: please sign in with it. If not, ask for a new "
		                       "link at "
		                       "once." },
		[TOKEN_FATE_REPLACED] = { "A newer link has taken this one’s place",
		                          "Please look for the newest mail, or ask for a new link. "
		                          "Links "
		                          "also end when the password has been changed "
		                          "meanwhile." },
		[TOKEN_FATE_EXPIRED] = { "This link is too old", "For your safety a link works for "
		                                                 "a short time only. Please ask "
		                                                 "for a new one." },
	};
	const struct template_value values[] = {
		{ .name = "title", .text = str(words[fate].title) },
		{ .name = "explanation", .text = str(words[fate].explanation) },
		{ .name = NULL },
	};

	visit->response->status = 410;
	return page_show(visit, "link-dead.html", values);
}

/* What the link of this visit's token is worth. An unknown one is as good as never mailed. */
static enum err look_at_link(struct visit *visit, struct recovery_link_state *ret_state)
{
	struct str token = page_typed(visit, "token");
	const struct recovery_link link = { .token = { token.ptr, token.len } };

	return operation_run(&visit->ctx, &recovery_link_op, &link, ret_state);
}

static enum err show_token_page(struct visit *visit, const struct recovery_link_state *state,
                                struct str error)
{
	struct str token = page_typed(visit, "token"), min_length;
	bool has_api = (visit->ctx.app.dialects & DIALECT_ACCOUNT) != 0;

	TRY(arena_printf(visit->request->arena, &min_length, "%lld",
	                 (long long)password_min_length(&visit->ctx)));
	const struct template_value values[] = {
		{ .name = "token", .secret = { token.ptr, token.len } },
		{ .name = "min_length", .text = min_length },
		{ .name = "username", .text = state->login },
		{ .name = "error", .text = error },
		{ .name = "put_url", .text = has_api ? STR("api/v1/account/password") : STR_NONE },
		{ .name = NULL },
	};
	return page_show(visit,
	                 state->purpose == TOKEN_MAKE_PASSWORD ? "confirm.html"
	                                                       : "password-reset-form.html",
	                 values);
}

static enum err show_link(struct visit *visit, const void *result)
{
	const struct recovery_link_state *state = result;

	if (state->fate != TOKEN_FATE_LIVE)
		return show_dead(visit, state->fate);
	return show_token_page(visit, state, STR_NONE);
}

static enum err show_done(struct visit *visit, const void *nothing)
{
	static const struct template_value values[] = { { .name = NULL } };

	(void)nothing;
	return page_show(visit, "password-reset-done.html", values);
}

static enum err show_confirmed(struct visit *visit, const void *nothing)
{
	static const struct template_value values[] = { { .name = NULL } };

	(void)nothing;
	return page_show(visit, "confirm-done.html", values);
}

/* W3C, "A Well-Known URL for Changing Passwords": the page itself stands elsewhere. */
static enum err show_way_to_change(struct visit *visit, const void *nothing)
{
	struct str base, page;

	(void)nothing;
	if (visit->ctx.app.id == 0)
		return ERR_NO_APP;
	TRY(app_public_url(&visit->ctx, &visit->ctx.app, &base));
	TRY(arena_printf(visit->request->arena, &page, "%.*s/password-reset", STR_ARG(base)));
	visit->response->status = 303;
	response_header(visit->response, "Location", page);
	return OK;
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
	[ERR_USERNAME_TAKEN] = { 409, "This username is taken by now",
	                         "Somebody else has taken the username meanwhile. Please sign up "
	                         "again "
	                         "with another one.",
	                         0, 0, 0 },
	[ERR_WRONG_PASSWORD] = { 422, "Please check what you entered",
	                         "This is not the password of before the change. Nothing was done.",
	                         0, 0, 0 },
};

static const struct route routes[] = {
	{ .method = "GET", .path = "/", .ok = 200, .render = show_home },
	{ .method = "GET",
	  .path = "/.well-known/change-password",
	  .ok = 303,
	  .render = show_way_to_change },
	{ .method = "GET",
	  .path = "/password-reset",
	  .when = "token",
	  .takes = TAKES_QUERY,
	  .operation = &recovery_link_op,
	  .fields = FIELDS(link_fields),
	  .ok = 200,
	  .render = show_link },
	{ .method = "GET", .path = "/password-reset", .ok = 200, .render = show_empty_ask },
	{ .method = "POST",
	  .path = "/password-reset",
	  .when = "token",
	  .takes = TAKES_FORM,
	  .operation = &password_reset_op,
	  .fields = FIELDS(save_fields),
	  .ok = 200,
	  .render = show_done },
	{ .method = "POST",
	  .path = "/password-reset",
	  .takes = TAKES_FORM,
	  .operation = &recovery_request_op,
	  .preset = &ask_preset,
	  .fields = FIELDS(ask_fields),
	  .ok = 200,
	  .render = show_asked },
	{ .method = "POST",
	  .path = "/password-reset/confirm",
	  .takes = TAKES_FORM,
	  .operation = &recovery_confirm_op,
	  .fields = FIELDS(confirm_fields),
	  .ok = 200,
	  .render = show_confirmed },
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
	{ .method = "GET", .path = "/problems/{code}", .ok = 200, .render = show_problem },
	{ .method = "GET", .path = "/dev/mail", .ok = 200, .render = page_dev_mails },
	{ .method = "GET",
	  .path = "/dev/mail/show",
	  .takes = TAKES_QUERY,
	  .ok = 200,
	  .render = page_dev_mail },
	{ .method = "GET",
	  .path = "/assets/rekey.css",
	  .ok = 200,
	  .render = page_asset,
	  .asset = "rekey.css" },
	{ .method = "GET",
	  .path = "/assets/password-reset.js",
	  .ok = 200,
	  .render = page_asset,
	  .asset = "password-reset.js" },
};

/* ---- errors ---- */

#define SORRY "Something went wrong here"
#define BUSY                                                                                       \
	{                                                                                          \
		503, "Please try again in a moment",                                               \
			"Too much is going on here just now. Nothing was changed.", 0, 0, 0        \
	}
#define FAULT(s)                                                                                   \
	{                                                                                          \
		s, SORRY,                                                                          \
			"It is not your fault, and nothing was changed. Please try again in a "    \
			"moment.",                                                                 \
			0, 0, 0                                                                    \
	}
#define FORM(text)                                                                                 \
	{                                                                                          \
		422, "Please check what you entered", text, 0, 0, 0                                \
	}
#define ODD(s, text)                                                                               \
	{                                                                                          \
		s, "This cannot be done", text, 0, 0, 0                                            \
	}
#define NOWHERE                                                                                    \
	{                                                                                          \
		404, "There is nothing here",                                                      \
			"The address may have been cut short. Please open it once more.", 0, 0, 0  \
	}

/* The code is the page's title, the text its explanation. */
static const struct wire_error errors[ERR_COUNT] = {
	[ERR_NOMEM] = BUSY,
	[ERR_RATE_LIMITED] = ODD(429, "Too many tries. Please wait a little and try again."),
	[ERR_BUSY] = BUSY,
	[ERR_RETRY] = BUSY,
	[ERR_STORE] = FAULT(503),
	[ERR_INTERNAL] = FAULT(500),
	[ERR_CONFIG] = FAULT(500),
	[ERR_SCHEMA_NEWER] = FAULT(500),
	[ERR_SCHEMA_OLDER] = FAULT(500),
	[ERR_APP_DISABLED] = { 503, "This service is switched off", "Please ask whoever runs it.",
	                       0, 0, 0 },
	[ERR_NOT_FOUND] = NOWHERE,
	[ERR_NO_ROUTE] = NOWHERE,
	[ERR_NO_APP] = NOWHERE,
	[ERR_METHOD] = ODD(405, "This address does not take this kind of request."),
	[ERR_MEDIA_TYPE] = ODD(415, "This form was sent in a way that is not understood here."),
	[ERR_TOO_LARGE] = ODD(413, "More was sent than fits."),
	[ERR_TIMEOUT] = ODD(408, "It took too long to arrive. Please try again."),
	[ERR_MALFORMED] = ODD(400, "This form was sent in a way that is not understood here."),
	[ERR_MEMBER_TYPE] = ODD(400, "This form was sent in a way that is not understood here."),
	[ERR_MEMBER_MISSING] = ODD(400, "Something is missing in this form."),
	[ERR_CROSS_SITE] = ODD(403, "This form was sent by another site."),
	[ERR_NOT_ALLOWED] = ODD(403, "This is not allowed."),
	[ERR_NO_SESSION] = ODD(401, "Please sign in first."),
	[ERR_BAD_SESSION] = ODD(401, "Please sign in again."),
	[ERR_BAD_KEY] = ODD(401, "This is not allowed."),
	[ERR_NOT_MEMBER] = ODD(400, "This is not understood here."),
	[ERR_NO_TEMPLATE] = ODD(400, "This is not understood here."),
	[ERR_NO_MAIL] = ODD(400, "This is not understood here."),
	[ERR_BAD_SETTING] = ODD(400, "This is not understood here."),
	[ERR_NOT_WHOLE] = ODD(400, "This is not understood here."),
	[ERR_CONFLICT] = ODD(409, "This is taken."),
	[ERR_USERNAME_TAKEN] = ODD(409, "This is taken."),
	[ERR_EMAIL_TAKEN] = ODD(409, "This is taken."),
	[ERR_APP_EXISTS] = ODD(409, "This is taken."),
	[ERR_APP_NOT_EMPTY] = ODD(409, "The app still has accounts."),
	[ERR_TWO_KEYS] = ODD(409, "Two keys are good already."),
	[ERR_UNREACHABLE] = BUSY,
	[ERR_NO_PROVIDER] = ODD(404, "There is no such sign-in."),
	[ERR_BAD_REDIRECT] = ODD(400, "The redirect address is not allowed."),
	[ERR_LINKED] = ODD(409, "Another account is linked."),
	[ERR_NOT_LINKED] = ODD(404, "Nothing is linked."),
	[ERR_BAD_STATE] = ODD(403, "This sign-in is unknown or over."),
	[ERR_SIGN_IN_REFUSED] = ODD(403, "The provider does not vouch for this."),
	[ERR_BAD_CREDENTIALS] = ODD(401, "The login or the password is wrong."),
	[ERR_NO_ACCOUNT] = ODD(401, "The login or the password is wrong."),
	[ERR_NOT_ACTIVATED] = ODD(401, "The login or the password is wrong."),
	[ERR_WRONG_PASSWORD] = ODD(403, "The current password is wrong."),
	[ERR_TOKEN_INVALID] = { 410, "This link does not work", "Please ask for a new one.", 0, 0,
	                        0 },
	[ERR_BAD_EMAIL] = FORM("This does not look like one e-mail address. Please check it."),
	[ERR_BAD_USERNAME] = FORM("Please enter your username."),
	[ERR_EMPTY_EMAIL] = FORM("Please enter your e-mail address."),
	[ERR_EMPTY_PASSWORD] = FORM("Please enter a password."),
	[ERR_EMPTY_CODE] = FORM("Please enter the code."),
	[ERR_WRONG_USERNAME] =
		FORM("This is not the username that this link was made for. Nothing was changed."),
	[ERR_WRONG_ADDRESS] =
		FORM("This is not the address that this link was mailed for. Nothing was changed."),
	[ERR_CHANGES_HELD] = ODD(403, "Changes are held for some days, for safety."),
	[ERR_BAD_NAME] = FORM("This cannot be a name."),
	[ERR_BAD_LOCALE] = FORM("This is no language."),
	[ERR_BAD_FIELD] = FORM("This cannot be kept."),
	[ERR_OUT_OF_RANGE] = FORM("This is out of its range."),
	[ERR_PASSWORD_SHORT] = FORM("This password is too short. Please take a longer one."),
	[ERR_PASSWORD_LONG] = FORM("This password is too long. Please take a shorter one."),
	[ERR_PASSWORD_SAME] =
		FORM("This is the password you have already. Please take another one."),
	[ERR_PASSWORDS_DIFFER] =
		FORM("These two are not the same. Please type the password again."),
};

/* The form again, with what was wrong, while its token is good; else the fate of the link. */
static enum err show_form_again(struct visit *visit, enum err err, struct str error)
{
	struct recovery_link_state state;

	enum err looked = look_at_link(visit, &state);
	if (looked == ERR_TOKEN_INVALID)
		return show_dead(visit, TOKEN_FATE_LIVE);
	TRY(looked);
	bool other_purpose = err == ERR_TOKEN_INVALID;
	if (state.fate != TOKEN_FATE_LIVE || other_purpose)
		return show_dead(visit, state.fate);
	return show_token_page(visit, &state, error);
}

static enum err render_error(struct visit *visit, enum err err)
{
	const struct wire_error *error = visit_error(visit, err);
	const struct template_value values[] = {
		{ .name = "title", .text = str(error->code) },
		{ .name = "explanation", .text = str(error->text) },
		{ .name = NULL },
	};

	enum err shown = verify_show_error(visit, err);
	if (shown != ERR_NO_ROUTE)
		return shown;
	if (err == ERR_TOKEN_INVALID || (error->status == 422 && page_typed(visit, "token").ptr))
		return show_form_again(visit, err, str(error->text));
	if (error->status == 422)
		return show_ask(visit, str(error->text));
	return page_show(visit, "error.html", values);
}

const struct dialect dialect_pages = {
	.name = "pages",
	.routes = routes,
	.n_routes = COUNT_OF(routes),
	.errors = errors,
	.lenient = true,
	.same_site = true,
	.render_error = render_error,
};

enum err pages_check(void)
{
	static const struct template_set set = { page_files };
	struct template_fault fault;

	if (template_check(&set, &fault) == OK)
		return OK;
	log_error("%s:%u: %s: %.*s", fault.file, fault.line, fault.why, STR_ARG(fault.tag));
	return ERR_CONFIG;
}
