/* SPDX-License-Identifier: Apache-2.0 */
/* hacksystem.c - Hack System, an application on a low-code platform. What its clients are told
 * comes from the app's table `messages`, read anew for every answer. */
#include "account/account.h"
#include "account/content.h"
#include "account/message.h"
#include "account/password.h"
#include "account/person.h"
#include "account/recovery.h"
#include "account/sign_in.h"
#include "account/waiting_list.h"
#include "dialect/document.h"
#include <string.h>

enum { AUTH_TOKEN_S = 86400 };

static const struct field log_in_fields[] = {
	FIELD_OR("email", TEXT, struct log_in, login, ERR_EMPTY_EMAIL),
	FIELD_OR("password", SECRET, struct log_in, password, ERR_EMPTY_PASSWORD),
};

static const struct log_in log_in_preset = {
	.kind = LOGIN_EMAIL,
	.terms = { ACCESS_OPAQUE, AUTH_TOKEN_S },
	.discloses = true,
};

static const struct field sign_up_fields[] = {
	FIELD_OR("email", TEXT, struct person_sign_up, email, ERR_EMPTY_EMAIL),
	FIELD_OR("password", SECRET, struct person_sign_up, password, ERR_EMPTY_PASSWORD),
};

static const struct person_sign_up sign_up_preset = {
	.terms = { ACCESS_OPAQUE, AUTH_TOKEN_S },
};

static const struct out_field session_out[] = {
	OUT("authToken", SECRET, struct session_tokens, access_token),
};

static const struct field forgot_fields[] = {
	FIELD_OR("email", TEXT, struct recovery_request, login, ERR_EMPTY_EMAIL),
};

static const struct recovery_request forgot_preset = {
	.kind = LOGIN_EMAIL,
	.mail = OUTBOX_RECOVERY_CODE,
	.discloses = true,
};

static const struct field reset_fields[] = {
	FIELD_OR("code", SECRET, struct password_reset, token, ERR_EMPTY_CODE),
	FIELD_OR("password", SECRET, struct password_reset, new_password, ERR_EMPTY_PASSWORD),
};

/* A current password that is not said is not the right one. */
static const struct field change_fields[] = {
	FIELD_OR("new_password", SECRET, struct password_change, new_password, ERR_MEMBER_MISSING),
	FIELD_OR("password", SECRET, struct password_change, old_password, ERR_WRONG_PASSWORD),
};

static const struct field profile_fields[] = {
	FIELD_MAYBE_NULL("user", JSON, struct person_update, user),
	FIELD_MAYBE_NULL("workspace_info", JSON, struct person_update, workspace),
	FIELD_MAYBE_NULL("workspace_id", NUMBER, struct person_update, workspace_id),
};

static const struct person_update profile_preset = { .workspace_id = NO_WORKSPACE };

static const struct out_field workspace_out[] = {
	OUT("id", INTEGER, struct person_workspace, id),
	OUT("created_at", MILLISECONDS, struct person_workspace, created_at),
	OUT("name", TEXT, struct person_workspace, name),
	OUT("users", NUMBERS, struct person_workspace, users),
};

static const struct out_field person_out[] = {
	OUT("user.id", INTEGER, struct person, id),
	OUT("user.created_at", MILLISECONDS, struct person, created_at),
	OUT("user.email", TEXT, struct person, email),
	OUT("user.name", TEXT, struct person, name),
	OUT("user.*", MEMBERS, struct person, fields),
	OUT_LIST_OF("workspace", struct person, workspaces.items, workspace_out,
	            struct person_workspace),
};

static const struct field content_fields[] = {
	FIELD_MAYBE("slug", TEXT, struct content_wanted, slug),
};

static const struct out_field string_out[] = {
	OUT("id", INTEGER, struct content, id),
	OUT("created_at", MILLISECONDS, struct content, created_at),
	OUT("name", TEXT, struct content, name),
	OUT("slug", TEXT, struct content, slug),
	OUT("global", BOOL, struct content, global),
	OUT("*", MEMBERS, struct content, members),
};

static const struct out_field structure_out[] = {
	OUT("id", INTEGER, struct content, id),
	OUT("created_at", MILLISECONDS, struct content, created_at),
	OUT("name", TEXT, struct content, name),
	OUT("*", MEMBERS, struct content, members),
};

static const struct out_field content_out[] = {
	OUT_LIST_OF("strings", struct content_shown, strings.items, string_out, struct content),
	OUT_LIST_OF("structure", struct content_shown, structure.items, structure_out,
	            struct content),
};

static const struct field join_fields[] = {
	FIELD_OR("email", TEXT, struct waiting_join, email, ERR_EMPTY_EMAIL),
};

/* The provider is the path's: LinkedIn by its own two calls, any other by a row of its name. */
static const struct sign_in_begin linkedin_begin = { .provider = { "linkedin", 8 } };

static const struct field linkedin_begin_fields[] = {
	FIELD_OR("redirect_uri", TEXT, struct sign_in_begin, redirect_uri, ERR_MEMBER_MISSING),
};

static const struct field provider_begin_fields[] = {
	FIELD("provider", TEXT, struct sign_in_begin, provider),
	FIELD_OR("redirect_uri", TEXT, struct sign_in_begin, redirect_uri, ERR_MEMBER_MISSING),
};

static const struct out_field begun_out[] = {
	OUT("authUrl", TEXT, struct sign_in_begun, url),
};

static const struct sign_in_finish linkedin_finish = {
	.provider = { "linkedin", 8 },
	.terms = { ACCESS_OPAQUE, AUTH_TOKEN_S },
};

static const struct sign_in_finish provider_finish = { .terms = { ACCESS_OPAQUE, AUTH_TOKEN_S } };

/* What a provider adds when it sends a person back may be handed on as it came: whatever else it
 * is (RFC 6749, 4.1.2), it is passed over. */
#define FINISH_FIELDS                                                                              \
	FIELD_OR("redirect_uri", TEXT, struct sign_in_finish, redirect_uri, ERR_MEMBER_MISSING),   \
		FIELD_MAYBE("state", SECRET, struct sign_in_finish, state),                        \
		FIELD_MAYBE("iss", TEXT, struct sign_in_finish, issuer)

static const struct field linkedin_finish_fields[] = {
	FIELD_OR("code", SECRET, struct sign_in_finish, code, ERR_MEMBER_MISSING),
	FINISH_FIELDS,
};

static const struct field linkedin_refused_fields[] = {
	FIELD("error", TEXT, struct sign_in_finish, error),
	FIELD_MAYBE("code", SECRET, struct sign_in_finish, code),
	FIELD_MAYBE("error_description", TEXT, struct sign_in_finish, description),
	FINISH_FIELDS,
};

static const struct field provider_finish_fields[] = {
	FIELD("provider", TEXT, struct sign_in_finish, provider),
	FIELD_OR("code", SECRET, struct sign_in_finish, code, ERR_MEMBER_MISSING),
	FINISH_FIELDS,
};

static const struct field provider_refused_fields[] = {
	FIELD("provider", TEXT, struct sign_in_finish, provider),
	FIELD("error", TEXT, struct sign_in_finish, error),
	FIELD_MAYBE("code", SECRET, struct sign_in_finish, code),
	FIELD_MAYBE("error_description", TEXT, struct sign_in_finish, description),
	FINISH_FIELDS,
};

static const struct out_field signed_in_out[] = {
	OUT("token", SECRET, struct signed_in, tokens.access_token),
	OUT("name", TEXT, struct signed_in, name),
	OUT("email", TEXT, struct signed_in, email),
};

static const struct route routes[] = {
	{ .method = "GET",
	  .path = "/linkedin/init",
	  .takes = TAKES_QUERY,
	  .operation = &sign_in_begin_op,
	  .preset = &linkedin_begin,
	  .fields = FIELDS(linkedin_begin_fields),
	  .ok = 200,
	  .out = FIELDS(begun_out),
	  .summary = "Begins a sign-in by LinkedIn: says where to send the person.",
	  .refuses = REFUSES(ERR_NO_PROVIDER, ERR_BAD_REDIRECT) },
	{ .method = "GET",
	  .path = "/linkedin/continue",
	  .lenient = true,
	  .when = "error",
	  .aside = true,
	  .takes = TAKES_QUERY,
	  .operation = &sign_in_finish_op,
	  .preset = &linkedin_finish,
	  .fields = FIELDS(linkedin_refused_fields),
	  .ok = 200,
	  .out = FIELDS(signed_in_out) },
	{ .method = "GET",
	  .path = "/linkedin/continue",
	  .lenient = true,
	  .takes = TAKES_QUERY,
	  .operation = &sign_in_finish_op,
	  .preset = &linkedin_finish,
	  .fields = FIELDS(linkedin_finish_fields),
	  .ok = 200,
	  .out = FIELDS(signed_in_out),
	  .summary = "Finishes it with the code that the person came back with, or with the "
	             "`error` and `error_description` instead: finds the user by who they are at "
	             "LinkedIn, or makes one.",
	  .refuses = REFUSES(ERR_NO_PROVIDER, ERR_BAD_REDIRECT, ERR_BAD_STATE, ERR_SIGN_IN_REFUSED,
	                     ERR_UNREACHABLE, ERR_EMAIL_TAKEN, ERR_NOT_ALLOWED) },
	{ .method = "GET",
	  .path = "/oauth/{provider}/init",
	  .takes = TAKES_QUERY,
	  .operation = &sign_in_begin_op,
	  .fields = FIELDS(provider_begin_fields),
	  .ok = 200,
	  .out = FIELDS(begun_out),
	  .summary = "The same by any other provider that the operator has set up.",
	  .refuses = REFUSES(ERR_NO_PROVIDER, ERR_BAD_REDIRECT) },
	{ .method = "GET",
	  .path = "/oauth/{provider}/continue",
	  .lenient = true,
	  .when = "error",
	  .aside = true,
	  .takes = TAKES_QUERY,
	  .operation = &sign_in_finish_op,
	  .preset = &provider_finish,
	  .fields = FIELDS(provider_refused_fields),
	  .ok = 200,
	  .out = FIELDS(signed_in_out) },
	{ .method = "GET",
	  .path = "/oauth/{provider}/continue",
	  .lenient = true,
	  .takes = TAKES_QUERY,
	  .operation = &sign_in_finish_op,
	  .preset = &provider_finish,
	  .fields = FIELDS(provider_finish_fields),
	  .ok = 200,
	  .out = FIELDS(signed_in_out),
	  .summary = "The same by any other provider.",
	  .refuses = REFUSES(ERR_NO_PROVIDER, ERR_BAD_REDIRECT, ERR_BAD_STATE, ERR_SIGN_IN_REFUSED,
	                     ERR_UNREACHABLE, ERR_EMAIL_TAKEN, ERR_NOT_ALLOWED) },
	{ .method = "GET",
	  .path = "/reset/password",
	  .takes = TAKES_QUERY,
	  .operation = &recovery_request_op,
	  .preset = &forgot_preset,
	  .fields = FIELDS(forgot_fields),
	  .ok = 200,
	  .say = "resetcode_sent",
	  .summary = "Mails the user a reset code, by the app's template `reset_password`.",
	  .refuses = REFUSES(ERR_BAD_EMAIL, ERR_NO_ACCOUNT, ERR_NO_TEMPLATE, ERR_NO_MAIL) },
	{ .method = "POST",
	  .path = "/reset/password",
	  .takes = TAKES_JSON | TAKES_FORM,
	  .operation = &password_reset_op,
	  .fields = FIELDS(reset_fields),
	  .ok = 200,
	  .say = "password_updated",
	  .summary = "Sets a new password by the mailed code, spends the code, and ends all "
	             "sessions of the user.",
	  .refuses = REFUSES(ERR_TOKEN_INVALID, ERR_PASSWORD_SHORT, ERR_PASSWORD_LONG,
	                     ERR_PASSWORD_GUESSABLE, ERR_PASSWORD_SAME) },
	{ .method = "POST",
	  .path = "/auth/login",
	  .takes = TAKES_JSON | TAKES_FORM,
	  .operation = &account_log_in_op,
	  .preset = &log_in_preset,
	  .fields = FIELDS(log_in_fields),
	  .ok = 200,
	  .out = FIELDS(session_out),
	  .summary = "Logs a user in.",
	  .refuses = REFUSES(ERR_BAD_EMAIL, ERR_NO_ACCOUNT, ERR_BAD_CREDENTIALS) },
	{ .method = "POST",
	  .path = "/auth/signup",
	  .takes = TAKES_JSON | TAKES_FORM,
	  .operation = &person_sign_up_op,
	  .preset = &sign_up_preset,
	  .fields = FIELDS(sign_up_fields),
	  .ok = 200,
	  .out = FIELDS(session_out),
	  .summary = "Makes a user with a workspace, which is named by what stands before the @, "
	             "and logs them in.",
	  .refuses = REFUSES(ERR_BAD_EMAIL, ERR_PASSWORD_SHORT, ERR_PASSWORD_LONG,
	                     ERR_PASSWORD_GUESSABLE, ERR_EMAIL_TAKEN, ERR_NOT_ALLOWED) },
	{ .method = "GET",
	  .path = "/auth/user",
	  .operation = &person_show_op,
	  .ok = 200,
	  .out = FIELDS(person_out),
	  .summary = "The user of the token, and the workspaces that they are a member of." },
	{ .method = "GET",
	  .path = "/content",
	  .takes = TAKES_QUERY,
	  .operation = &content_show_op,
	  .fields = FIELDS(content_fields),
	  .ok = 200,
	  .out = FIELDS(content_out),
	  .summary =
	          "The strings of a page and those of all pages, and all of the app's structure." },
	{ .method = "PUT",
	  .path = "/user/password",
	  .takes = TAKES_JSON | TAKES_FORM,
	  .operation = &password_change_op,
	  .fields = FIELDS(change_fields),
	  .ok = 200,
	  .say = "password_updated",
	  .summary = "Sets a new password by the current one, and ends all other sessions of the "
	             "user.",
	  .refuses = REFUSES(ERR_PASSWORD_SHORT, ERR_PASSWORD_LONG, ERR_PASSWORD_GUESSABLE,
	                     ERR_PASSWORD_SAME, ERR_CHANGES_HELD) },
	{ .method = "PUT",
	  .path = "/user/profile",
	  .takes = TAKES_JSON,
	  .operation = &person_update_op,
	  .preset = &profile_preset,
	  .fields = FIELDS(profile_fields),
	  .ok = 200,
	  .out = FIELDS(person_out),
	  .summary = "Changes what is said of the user, and the name of one of their workspaces.",
	  .refuses = REFUSES(ERR_NOT_MEMBER, ERR_BAD_NAME, ERR_BAD_FIELD) },
	{ .method = "POST",
	  .path = "/waitinglist",
	  .takes = TAKES_JSON | TAKES_FORM,
	  .operation = &waiting_join_op,
	  .fields = FIELDS(join_fields),
	  .ok = 200,
	  .say = "waitinglist_added",
	  .summary = "Puts an address on the waiting list, once, and mails it its place by the "
	             "app's template `waiting_position`.",
	  .refuses = REFUSES(ERR_BAD_EMAIL, ERR_NO_TEMPLATE, ERR_NO_MAIL) },
};

#define STANDARD(row)                                                                              \
	{                                                                                          \
		400, "ERROR_FATAL", NULL, NULL, NULL, row                                          \
	}
#define FATAL(s, text)                                                                             \
	{                                                                                          \
		s, "ERROR_FATAL", text, NULL, NULL, NULL                                           \
	}
#define INPUT(text)                                                                                \
	{                                                                                          \
		400, "ERROR_CODE_INPUT_ERROR", text, NULL, NULL, NULL                              \
	}
#define DENIED(row)                                                                                \
	{                                                                                          \
		403, "ERROR_CODE_ACCESS_DENIED", NULL, NULL, NULL, row                             \
	}
#define UNAUTHORIZED                                                                               \
	{                                                                                          \
		401, "ERROR_CODE_UNAUTHORIZED", "Unauthorized - Authentication Required", NULL,    \
			NULL, NULL                                                                 \
	}
#define NOWHERE(s)                                                                                 \
	{                                                                                          \
		s, "ERROR_CODE_NOT_FOUND", "Unable to locate request.", NULL, NULL, NULL           \
	}

static const struct wire_error errors[ERR_COUNT] = {
	[ERR_NOMEM] = FATAL(500, "The service could not do this."),
	[ERR_STORE] = FATAL(500, "The service could not do this."),
	[ERR_INTERNAL] = FATAL(500, "The service could not do this."),
	[ERR_CONFIG] = FATAL(500, "The service could not do this."),
	[ERR_SCHEMA_NEWER] = FATAL(500, "The service could not do this."),
	[ERR_SCHEMA_OLDER] = FATAL(500, "The service could not do this."),
	[ERR_BUSY] = FATAL(503, "Too much is going on here. Please try again."),
	[ERR_RETRY] = FATAL(503, "Too much is going on here. Please try again."),
	[ERR_APP_DISABLED] = FATAL(503, "The service is disabled for this app."),
	[ERR_UNREACHABLE] =
		FATAL(503, "The provider does not answer as it should. Please begin again."),
	[ERR_NO_PROVIDER] = NOWHERE(404),
	[ERR_BAD_REDIRECT] = INPUT("Invalid redirect_uri."),
	[ERR_BAD_RETURN] = INPUT("Invalid return_to."),
	[ERR_LINKED] = DENIED("user_exist"),
	[ERR_NOT_LINKED] = NOWHERE(404),
	[ERR_BAD_STATE] = { 403, "ERROR_CODE_ACCESS_DENIED",
	                    "This sign-in is unknown, over, or was begun elsewhere.", NULL, NULL,
	                    NULL },
	[ERR_SIGN_IN_REFUSED] = { 403, "ERROR_CODE_ACCESS_DENIED",
	                          "The provider does not vouch for this sign-in.", NULL, NULL,
	                          NULL },
	[ERR_NOT_FOUND] = NOWHERE(404),
	[ERR_NO_ROUTE] = NOWHERE(404),
	[ERR_NO_APP] = NOWHERE(404),
	[ERR_METHOD] = NOWHERE(404),
	[ERR_MEDIA_TYPE] = { 415, "ERROR_CODE_INPUT_ERROR",
	                     "The body has a type that is not taken here.", NULL, NULL, NULL },
	[ERR_TOO_LARGE] = { 413, "ERROR_CODE_INPUT_ERROR", "The body is larger than 16 KiB.", NULL,
	                    NULL, NULL },
	[ERR_TIMEOUT] = { 408, "ERROR_CODE_INPUT_ERROR", "The request took too long to arrive.",
	                  NULL, NULL, NULL },
	[ERR_MALFORMED] = INPUT("The input cannot be understood."),
	[ERR_MEMBER_TYPE] = INPUT("The input is not of the type it must have."),
	[ERR_MEMBER_MISSING] = INPUT("Missing param: "),
	[ERR_BAD_EMAIL] = INPUT("Invalid email format."),
	[ERR_BAD_USERNAME] = INPUT("Invalid username."),
	[ERR_BAD_NAME] = INPUT("Invalid name."),
	[ERR_BAD_LOCALE] = INPUT("Invalid language."),
	[ERR_BAD_FIELD] = INPUT("A value cannot be kept."),
	[ERR_OUT_OF_RANGE] = INPUT("A value is out of its range."),
	[ERR_WRONG_ADDRESS] = INPUT("Invalid email."),
	[ERR_CHANGES_HELD] = { 403, "ERROR_CODE_ACCESS_DENIED", "Changes are held for some days.",
	                       NULL, NULL, NULL },
	[ERR_WRONG_USERNAME] = INPUT("Invalid username."),
	[ERR_NOT_MEMBER] = STANDARD("settings_info_error"),
	[ERR_NO_TEMPLATE] = STANDARD("no_email_template_found"),
	[ERR_NO_MAIL] = STANDARD("email_not_sent"),
	[ERR_BAD_SETTING] = INPUT("Invalid setting."),
	[ERR_NOT_WHOLE] = INPUT("Invalid setting."),
	[ERR_EMPTY_EMAIL] = STANDARD("email_empty"),
	[ERR_EMPTY_PASSWORD] = STANDARD("password_empty"),
	[ERR_EMPTY_CODE] = STANDARD("resetcode_empty"),
	[ERR_NO_ACCOUNT] = STANDARD("user_dontexist"),
	[ERR_BAD_CREDENTIALS] = STANDARD("password_invalid"),
	[ERR_NOT_ACTIVATED] = STANDARD("password_invalid"),
	[ERR_WRONG_PASSWORD] = STANDARD("password_invalid"),
	[ERR_TOKEN_INVALID] = STANDARD("resetcode_invalid"),
	[ERR_PASSWORD_SHORT] = STANDARD("password_rejected"),
	[ERR_PASSWORD_LONG] = STANDARD("password_rejected"),
	[ERR_PASSWORD_GUESSABLE] = STANDARD("password_rejected"),
	[ERR_PASSWORD_SAME] = STANDARD("password_rejected"),
	[ERR_PASSWORDS_DIFFER] = STANDARD("password_rejected"),
	[ERR_CONFLICT] = DENIED("user_exist"),
	[ERR_EMAIL_TAKEN] = DENIED("user_exist"),
	[ERR_USERNAME_TAKEN] = DENIED("user_exist"),
	[ERR_APP_EXISTS] = DENIED("user_exist"),
	[ERR_APP_NOT_EMPTY] = INPUT("Invalid setting."),
	[ERR_TWO_KEYS] = INPUT("Invalid setting."),
	[ERR_RATE_LIMITED] = { 429, "ERROR_CODE_TOO_MANY_REQUESTS",
	                       "Too many requests. Please wait before the next one.", NULL, NULL,
	                       NULL },
	[ERR_CROSS_SITE] = { 403, "ERROR_CODE_ACCESS_DENIED", "This was sent by another site.",
	                     NULL, NULL, NULL },
	[ERR_NOT_ALLOWED] = { 403, "ERROR_CODE_ACCESS_DENIED", "This is not allowed.", NULL, NULL,
	                      NULL },
	[ERR_NO_SESSION] = UNAUTHORIZED,
	[ERR_BAD_SESSION] = UNAUTHORIZED,
	[ERR_BAD_KEY] = UNAUTHORIZED,
};

/* One row of the app's table. Its absence is the operator's doing, and is said plainly. */
static enum err read_message(struct visit *visit, const char *name, struct message *ret_message)
{
	const struct message_named named = { str(name) };

	enum err err = operation_run(&visit->ctx, &message_find_op, &named, ret_message);
	if (err != ERR_NOT_FOUND)
		return err;
	*ret_message = (struct message){ str(name), str(name), STR(""), STR("") };
	return OK;
}

struct answer {
	struct str code, message;
	struct str type, input; /* of the payload; NONE: left out */
	struct str empty_payload;
	struct str param;
};

static const struct out_field answer_out[] = {
	OUT("code", TEXT, struct answer, code),
	OUT("message", TEXT, struct answer, message),
	OUT("payload.type", TEXT, struct answer, type),
	OUT("payload.input", TEXT, struct answer, input),
	OUT("payload.param", TEXT, struct answer, param),
	OUT("payload", TEXT, struct answer, empty_payload),
};

static const struct out_field said_out[] = {
	OUT("message", TEXT, struct message, message),
	OUT("type", TEXT, struct message, type),
};

static enum err render_ok(struct visit *visit, const void *result)
{
	const struct route *route = visit->route;
	struct message message;

	if (!route->say)
		return visit_json(visit, "application/json", route->out, route->n_out, result);
	TRY(read_message(visit, route->say, &message));
	return visit_json(visit, "application/json", said_out, COUNT_OF(said_out), &message);
}

/* A precondition's words and payload are its row's. */
static enum err say_row(struct visit *visit, const char *name, struct answer *answer)
{
	struct message message;

	TRY(read_message(visit, name, &message));
	answer->message = message.message;
	if (message.type.len > 0 || message.input.len > 0) {
		answer->type = message.type;
		answer->input = message.input;
	} else {
		answer->empty_payload = STR("");
	}
	return OK;
}

static enum err say_text(struct visit *visit, enum err err, const struct wire_error *error,
                         struct answer *answer)
{
	answer->message = str(error->text);
	if (err == ERR_MEMBER_MISSING) {
		answer->param = visit->culprit;
		return arena_printf(visit->request->arena, &answer->message, "%s%.*s", error->text,
		                    STR_ARG(visit->culprit));
	}
	if (err == ERR_MEMBER_TYPE && visit->culprit.ptr)
		answer->param = visit->culprit;
	else if (error->status != 401 && error->status != 404)
		answer->empty_payload = STR("");
	return OK;
}

static enum err render_error(struct visit *visit, enum err err)
{
	const struct wire_error *error = visit_error(visit, err);
	struct answer answer = { .code = str(error->code) };

	if (error->message)
		TRY(say_row(visit, error->message, &answer));
	else
		TRY(say_text(visit, err, error, &answer));
	if (error->message && error->status == 400)
		visit->response->status = (int)visit->ctx.app.standard_error_status;
	return visit_json(visit, "application/json", answer_out, COUNT_OF(answer_out), &answer);
}

/* The platform's clients may send the token as ?authtoken= too; it is no member of any call. More
 * than one token is nobody's (RFC 6750, 2). */
static enum err credentials(struct visit *visit)
{
	struct members *query = &visit->request->query;
	size_t kept = 0, shown;

	visit->ctx.bearer = bearer_token(visit->request);
	shown = visit->ctx.bearer.ptr != NULL;
	for (size_t i = 0; i < query->n; i++) {
		struct str token = query->items[i].text;
		if (!str_is(query->items[i].name, "authtoken")) {
			query->items[kept++] = query->items[i];
			continue;
		}
		if (token.len > 0 && ++shown)
			visit->ctx.bearer = (struct secret){ token.ptr, token.len };
	}
	query->n = kept;
	return shown > 1 ? ERR_MALFORMED : OK;
}

const struct dialect dialect_hacksystem = {
	.name = "hacksystem",
	.bit = DIALECT_HACKSYSTEM,
	.routes = routes,
	.n_routes = COUNT_OF(routes),
	.errors = errors,
	.cors = "Authorization, Content-Type, X-Data-Source",
	.credentials = credentials,
	.render_ok = render_ok,
	.render_error = render_error,
	.words = &hacksystem_words,
};
