/* SPDX-License-Identifier: Apache-2.0 */
/* pages.c - the routes of the hosted pages, and which page tells which outcome. */
#include "pages/pages.h"
#include "account/app.h"
#include "account/app_look.h"
#include "account/email_change.h"
#include "account/password.h"
#include "account/password_policy.h"
#include "account/recovery.h"
#include "dialect/document.h"
#include "http/status.h"
#include "pages/errors.h"
#include "pages/assets.h"
#include "pages/show.h"
#include "pages/speech.h"
#include "pages/verify.h"
#include <string.h>

/* ---- asking for a mail ---- */

static enum err show_home(struct visit *visit, const void *nothing)
{
	bool open = visit->ctx.app.id != 0 && visit->ctx.app.sign_up != SIGN_UP_CLOSED;
	const struct template_value values[] = {
		{ .name = "sign_up", .text = open ? STR("yes") : STR_NONE },
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

/* error: a key; NULL: nothing is wrong. */
static enum err show_ask(struct visit *visit, const char *error)
{
	const struct template_value values[] = {
		{ .name = "email", .text = page_typed(visit, "email") },
		{ .name = "error", .key = error },
		{ .name = NULL },
	};

	return page_show(visit, "password-reset-ask.html", values);
}

static enum err show_empty_ask(struct visit *visit, const void *nothing)
{
	(void)nothing;
	return show_ask(visit, NULL);
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
		[TOKEN_FATE_LIVE] = { TEXT("link-unknown-title"), TEXT("link-unknown-text") },
		[TOKEN_FATE_SPENT] = { TEXT("link-spent-title"), TEXT("link-spent-text") },
		[TOKEN_FATE_REPLACED] = { TEXT("link-replaced-title"), TEXT("link-replaced-text") },
		[TOKEN_FATE_EXPIRED] = { TEXT("link-expired-title"), TEXT("link-expired-text") },
	};
	const struct template_value values[] = {
		{ .name = "title", .key = words[fate].title },
		{ .name = "explanation", .key = words[fate].explanation },
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
                                const char *error)
{
	struct str token = page_typed(visit, "token"), min_length, spelled;
	bool has_api = (visit->ctx.app.dialects & DIALECT_ACCOUNT) != 0;
	long long least = password_min_length(&visit->ctx);

	page_speak_for(visit, state->locale);
	TRY(arena_printf(visit->request->arena, &min_length, "%lld", least));
	TRY(language_number(visit->request->arena, page_language(visit), least, &spelled));
	const struct template_value values[] = {
		{ .name = "token", .secret = { token.ptr, token.len } },
		{ .name = "min", .text = min_length },
		{ .name = "min_length", .text = spelled },
		{ .name = "username", .text = state->login },
		{ .name = "error", .key = error },
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
	return show_token_page(visit, state, NULL);
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
	{ .method = "GET", .path = "/assets/{version}/app.css", .ok = 200, .render = page_colours },
	{ .method = "GET",
	  .path = "/assets/{version}/logo",
	  .operation = &app_logo_op,
	  .ok = 200,
	  .render = page_logo },
	{ .method = "GET", .path = "/assets/{version}/{file}", .ok = 200, .render = page_asset },
};

/* ---- errors ---- */

/* The form again, with what was wrong, while its token is good; else the fate of the link. */
static enum err show_form_again(struct visit *visit, enum err err, const char *error)
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
	enum err shown = verify_show_error(visit, err);

	if (shown != ERR_NO_ROUTE)
		return shown;
	if (err == ERR_TOKEN_INVALID || (error->status == 422 && page_typed(visit, "token").ptr))
		return show_form_again(visit, err, error->text);
	if (error->status == 422)
		return show_ask(visit, error->text);
	return page_show_error(visit, err);
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
