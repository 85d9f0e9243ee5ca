/* SPDX-License-Identifier: Apache-2.0 */
/* account.c - Rekey's own API below /api/v1: one password resource, problems as RFC 9457 has them.
 */
#include "account/account.h"
#include "account/app.h"
#include "account/email_change.h"
#include "account/password.h"
#include "account/profile.h"
#include "account/recovery.h"
#include "account/signing.h"
#include "base/texts.h"
#include "dialect/document.h"
#include "http/status.h"

static const struct field recovery_fields[] = {
	FIELD("email", TEXT, struct recovery_request, login),
};

static const struct recovery_request recovery_preset = { .kind = LOGIN_EMAIL,
	                                                 .mail = OUTBOX_RECOVERY };

static const struct out_field recovery_out[] = {
	OUT("reference", TEXT, struct recovery_requested, reference),
};

static const struct field reset_fields[] = {
	FIELD("token", SECRET, struct password_reset, token),
	FIELD("new", SECRET, struct password_reset, new_password),
};

static const struct field change_fields[] = {
	FIELD("old", SECRET, struct password_change, old_password),
	FIELD("new", SECRET, struct password_change, new_password),
};

static const struct field code_fields[] = {
	FIELD("reference", TEXT, struct password_reset_by_code, reference),
	FIELD("code", SECRET, struct password_reset_by_code, code),
	FIELD("new", SECRET, struct password_reset_by_code, new_password),
};

static const struct field sign_up_fields[] = {
	FIELD("email", TEXT, struct account_sign_up, email),
	FIELD("password", SECRET, struct account_sign_up, password),
	FIELD_MAYBE("username", TEXT, struct account_sign_up, username),
	FIELD_MAYBE("name", TEXT, struct account_sign_up, name),
	FIELD_MAYBE("locale", TEXT, struct account_sign_up, locale),
};

static const struct field verification_fields[] = {
	FIELD("email", TEXT, struct verification_request, email),
};

static const struct field confirmation_fields[] = {
	FIELD("token", SECRET, struct confirmation, token),
};

static const struct field email_fields[] = {
	FIELD("email", TEXT, struct email_change, email),
	FIELD("password", SECRET, struct email_change, password),
};

static const struct out_field profile_out[] = {
	OUT("id", TEXT, struct profile, id),
	OUT("email", TEXT, struct profile, email),
	OUT("email_verified", BOOL, struct profile, email_verified),
	OUT("username", TEXT, struct profile, username),
	OUT("name", TEXT, struct profile, name),
	OUT("locale", TEXT, struct profile, locale),
	OUT("created_at", TIME, struct profile, created_at),
	OUT("password_changed_at", TIME, struct profile, password_changed_at),
};

static const struct field profile_fields[] = {
	FIELD_MAYBE("username", TEXT, struct profile_update, username),
	FIELD_MAYBE("name", TEXT, struct profile_update, name),
	FIELD_MAYBE("locale", TEXT, struct profile_update, locale),
};

static const struct field delete_fields[] = {
	FIELD("password", SECRET, struct profile_delete, password),
};

static const struct log_in log_in_preset = { .terms = { .form = ACCESS_JWT } };

static const struct field log_in_fields[] = {
	FIELD("login", TEXT, struct log_in, login),
	FIELD("password", SECRET, struct log_in, password),
};

static const struct out_field session_out[] = {
	OUT("access_token", SECRET, struct session_tokens, access_token),
	OUT_FIXED("token_type", "Bearer"),
	OUT("expires_in", INTEGER, struct session_tokens, expires_in),
	OUT("refresh_token", SECRET, struct session_tokens, refresh_token),
};

static const struct session_refresh refresh_preset = { .terms = { .form = ACCESS_JWT } };

static const struct field refresh_fields[] = {
	FIELD("refresh_token", SECRET, struct session_refresh, refresh_token),
};

static const struct out_field entry_out[] = {
	OUT("id", TEXT, struct session_entry, id),
	OUT("created_at", TIME, struct session_entry, created_at),
	OUT("last_used_at", TIME, struct session_entry, last_used_at),
	OUT("ends_at", TIME, struct session_entry, ends_at),
	OUT("network", TEXT, struct session_entry, network),
	OUT("client", TEXT, struct session_entry, client),
	OUT("current", BOOL, struct session_entry, current),
};

static const struct out_field entries_out[] = {
	OUT_LIST_OF("sessions", struct session_entries, items, entry_out, struct session_entry),
};

static const struct field introspect_fields[] = {
	FIELD("token", SECRET, struct session_introspect, token),
	FIELD_MAYBE("token_type_hint", TEXT, struct session_introspect, hint),
};

static const struct out_field introspection_out[] = {
	OUT("active", BOOL, struct introspection, active),
	OUT("token_type", TEXT, struct introspection, token_type),
	OUT("sub", TEXT, struct introspection, subject),
	OUT("sid", TEXT, struct introspection, session),
	OUT("client_id", TEXT, struct introspection, client_id),
	OUT("username", TEXT, struct introspection, username),
	OUT("email", TEXT, struct introspection, email),
	OUT("exp", INTEGER_IF_ANY, struct introspection, expires_at),
	OUT("iat", INTEGER_IF_ANY, struct introspection, issued_at),
};

static const struct field session_end_fields[] = {
	FIELD("id", TEXT, struct session_end, id),
};

static const struct out_field key_out[] = {
	OUT_FIXED("kty", "EC"),
	OUT_FIXED("crv", "P-256"),
	OUT("x", TEXT, struct public_jwk, x),
	OUT("y", TEXT, struct public_jwk, y),
	OUT_FIXED("use", "sig"),
	OUT_FIXED("alg", "ES256"),
	OUT("kid", TEXT, struct public_jwk, kid),
};

static const struct out_field key_set_out[] = {
	OUT_LIST_OF("keys", struct key_set, items, key_out, struct public_jwk),
};

/* The app's, or the server's own where that cannot be had. */
static struct str server_url(struct visit *visit)
{
	struct str url = visit->ctx.service->policy.public_url;

	if (visit->ctx.app.id != 0 && app_public_url(&visit->ctx, &visit->ctx.app, &url) != OK)
		return visit->ctx.service->policy.public_url;
	return url;
}

static enum err render_openapi(struct visit *visit, const void *nothing)
{
	struct str base = server_url(visit);

	(void)nothing;
	visit->response->content_type = STR("application/json");
	return document_openapi(visit->request->arena, &dialect_account, base,
	                        &visit->response->body);
}

#define REJECTED(field, why, text)                                                                 \
	{                                                                                          \
		422, "password_rejected", text, field, why, NULL                                   \
	}

/* A first password is called otherwise than a new one. */
static const struct wire_error sign_up_errors[ERR_COUNT] = {
	[ERR_PASSWORD_SHORT] = REJECTED("password", "too_short", TEXT("problem-first-short")),
	[ERR_PASSWORD_LONG] = REJECTED("password", "too_long", TEXT("problem-first-long")),
	[ERR_PASSWORD_GUESSABLE] =
		REJECTED("password", "guessable", TEXT("problem-first-guessable")),
};

static const struct route routes[] = {
	{ .method = "PUT",
	  .path = "/api/v1/account/password",
	  .when = "email",
	  .about = "A new password: by mail, by the mailed token or code, or by the old password.",
	  .takes = TAKES_JSON | TAKES_QUERY,
	  .operation = &recovery_request_op,
	  .summary = "Mails a link to the owner of the address, if there is an account with it.",
	  .refuses = REFUSES(ERR_BAD_EMAIL),
	  .preset = &recovery_preset,
	  .fields = FIELDS(recovery_fields),
	  .ok = 202,
	  .out = FIELDS(recovery_out) },
	{ .method = "PUT",
	  .path = "/api/v1/account/password",
	  .when = "token",
	  .takes = TAKES_JSON,
	  .operation = &password_reset_op,
	  .summary = "Sets a new password by the token of a mailed link, and ends all sessions of "
	             "the account.",
	  .refuses = REFUSES(ERR_TOKEN_INVALID, ERR_PASSWORD_SHORT, ERR_PASSWORD_LONG,
	                     ERR_PASSWORD_GUESSABLE, ERR_PASSWORD_SAME),
	  .fields = FIELDS(reset_fields),
	  .ok = 204 },
	{ .method = "PUT",
	  .path = "/api/v1/account/password",
	  .when = "old",
	  .takes = TAKES_JSON,
	  .operation = &password_change_op,
	  .summary =
	          "Sets a new password by the old one, and ends all other sessions of the account.",
	  .refuses = REFUSES(ERR_WRONG_PASSWORD, ERR_CHANGES_HELD, ERR_PASSWORD_SHORT,
	                     ERR_PASSWORD_LONG, ERR_PASSWORD_GUESSABLE, ERR_PASSWORD_SAME),
	  .fields = FIELDS(change_fields),
	  .ok = 204 },
	{ .method = "PUT",
	  .path = "/api/v1/account/password",
	  .when = "code",
	  .takes = TAKES_JSON,
	  .operation = &password_reset_by_code_op,
	  .summary = "Sets a new password by the code of the same mail, for who reads mail on "
	             "another device.",
	  .refuses = REFUSES(ERR_TOKEN_INVALID, ERR_PASSWORD_SHORT, ERR_PASSWORD_LONG,
	                     ERR_PASSWORD_GUESSABLE, ERR_PASSWORD_SAME),
	  .fields = FIELDS(code_fields),
	  .ok = 204 },
	{ .method = "POST",
	  .path = "/api/v1/accounts",
	  .takes = TAKES_JSON,
	  .operation = &account_sign_up_op,
	  .summary = "Signs up: mails a link that makes the account, or, where there is one "
	             "already, tells its owner so.",
	  .refuses = REFUSES(ERR_NOT_ALLOWED, ERR_BAD_EMAIL, ERR_BAD_USERNAME, ERR_BAD_NAME,
	                     ERR_BAD_LOCALE, ERR_PASSWORD_SHORT, ERR_PASSWORD_LONG,
	                     ERR_PASSWORD_GUESSABLE, ERR_USERNAME_TAKEN),
	  .fields = FIELDS(sign_up_fields),
	  .ok = 202,
	  .out = FIELDS(recovery_out),
	  .overlay = sign_up_errors },
	{ .method = "PUT",
	  .path = "/api/v1/account/verification",
	  .when = "email",
	  .about = "That an address belongs to who says so.",
	  .takes = TAKES_JSON,
	  .operation = &verification_request_op,
	  .summary = "Mails the link once more, if the address has something to confirm.",
	  .refuses = REFUSES(ERR_BAD_EMAIL),
	  .fields = FIELDS(verification_fields),
	  .ok = 202,
	  .out = FIELDS(recovery_out) },
	{ .method = "PUT",
	  .path = "/api/v1/account/verification",
	  .when = "token",
	  .takes = TAKES_JSON,
	  .operation = &account_verify_op,
	  .summary = "Confirms the address by the token of the mailed link: a sign-up becomes an "
	             "account.",
	  .refuses = REFUSES(ERR_TOKEN_INVALID, ERR_USERNAME_TAKEN),
	  .fields = FIELDS(confirmation_fields),
	  .ok = 204 },
	{ .method = "PUT",
	  .path = "/api/v1/account/email",
	  .when = "email",
	  .about = "Another address for the account.",
	  .takes = TAKES_JSON,
	  .operation = &email_change_op,
	  .summary = "Mails a link to the new address.",
	  .refuses = REFUSES(ERR_BAD_EMAIL, ERR_WRONG_PASSWORD, ERR_CHANGES_HELD),
	  .fields = FIELDS(email_fields),
	  .ok = 202,
	  .out = FIELDS(recovery_out) },
	{ .method = "PUT",
	  .path = "/api/v1/account/email",
	  .when = "token",
	  .takes = TAKES_JSON,
	  .operation = &email_confirm_op,
	  .summary = "Changes the address by the token of the mailed link, and tells the old one.",
	  .refuses = REFUSES(ERR_TOKEN_INVALID, ERR_CHANGES_HELD),
	  .fields = FIELDS(confirmation_fields),
	  .ok = 204 },
	{ .method = "GET",
	  .path = "/api/v1/account",
	  .operation = &profile_show_op,
	  .summary = "Shows the account.",
	  .ok = 200,
	  .out = FIELDS(profile_out) },
	{ .method = "PATCH",
	  .path = "/api/v1/account",
	  .takes = TAKES_JSON,
	  .operation = &profile_update_op,
	  .summary = "Changes what the person says of themselves, and shows the account.",
	  .refuses = REFUSES(ERR_BAD_USERNAME, ERR_BAD_NAME, ERR_BAD_LOCALE, ERR_USERNAME_TAKEN,
	                     ERR_CHANGES_HELD),
	  .fields = FIELDS(profile_fields),
	  .ok = 200,
	  .out = FIELDS(profile_out) },
	{ .method = "DELETE",
	  .path = "/api/v1/account",
	  .takes = TAKES_JSON,
	  .operation = &profile_delete_op,
	  .summary = "Erases the account for good, with all that is its.",
	  .refuses = REFUSES(ERR_WRONG_PASSWORD, ERR_CHANGES_HELD),
	  .fields = FIELDS(delete_fields),
	  .ok = 204 },
	{ .method = "POST",
	  .path = "/api/v1/sessions",
	  .takes = TAKES_JSON,
	  .operation = &account_log_in_op,
	  .preset = &log_in_preset,
	  .summary = "Signs in: opens a session.",
	  .refuses = REFUSES(ERR_BAD_CREDENTIALS),
	  .fields = FIELDS(log_in_fields),
	  .ok = 201,
	  .out = FIELDS(session_out) },
	{ .method = "GET",
	  .path = "/api/v1/sessions",
	  .operation = &session_list_op,
	  .summary = "Lists the sessions of the account.",
	  .ok = 200,
	  .out = FIELDS(entries_out) },
	{ .method = "DELETE",
	  .path = "/api/v1/sessions",
	  .operation = &session_end_others_op,
	  .summary = "Ends all sessions of the account but the one that asks.",
	  .ok = 204 },
	{ .method = "POST",
	  .path = "/api/v1/sessions/refresh",
	  .takes = TAKES_JSON,
	  .operation = &session_refresh_op,
	  .preset = &refresh_preset,
	  .summary = "Gives the next pair of tokens of a session.",
	  .refuses = REFUSES(ERR_BAD_CREDENTIALS),
	  .fields = FIELDS(refresh_fields),
	  .ok = 200,
	  .out = FIELDS(session_out) },
	{ .method = "POST",
	  .path = "/api/v1/sessions/introspect",
	  .takes = TAKES_JSON | TAKES_FORM,
	  .operation = &session_introspect_op,
	  .summary = "Tells an app’s back end whether a token lives, and whose it is (RFC 7662).",
	  .fields = FIELDS(introspect_fields),
	  .ok = 200,
	  .out = FIELDS(introspection_out) },
	{ .method = "DELETE",
	  .path = "/api/v1/sessions/current",
	  .operation = &session_end_op,
	  .summary = "Signs out: ends the session that asks.",
	  .refuses = REFUSES(ERR_NOT_FOUND),
	  .ok = 204 },
	{ .method = "DELETE",
	  .path = "/api/v1/sessions/{id}",
	  .operation = &session_end_op,
	  .summary = "Ends one session of the account.",
	  .refuses = REFUSES(ERR_NOT_FOUND),
	  .fields = FIELDS(session_end_fields),
	  .ok = 204 },
	{ .method = "GET",
	  .path = "/.well-known/jwks.json",
	  .operation = &key_set_op,
	  .summary = "The keys that verify access tokens (RFC 7517).",
	  .ok = 200,
	  .cache = "public, max-age=300",
	  .out = FIELDS(key_set_out) },
	{ .method = "GET",
	  .path = "/openapi.json",
	  .ok = 200,
	  .summary = "Describes all of this to programs, as OpenAPI 3.1.",
	  .render = render_openapi },
};

#define UNAVAILABLE                                                                                \
	{                                                                                          \
		503, "unavailable", TEXT("problem-unavailable"), NULL, NULL, NULL                  \
	}
#define MALFORMED(text)                                                                            \
	{                                                                                          \
		400, "malformed", text, NULL, NULL, NULL                                           \
	}

static const struct wire_error errors[ERR_COUNT] = {
	[ERR_NOMEM] = UNAVAILABLE,
	[ERR_STORE] = UNAVAILABLE,
	[ERR_BUSY] = UNAVAILABLE,
	[ERR_RETRY] = UNAVAILABLE,
	[ERR_APP_DISABLED] = UNAVAILABLE,
	[ERR_INTERNAL] = { 500, "internal", TEXT("problem-internal"), NULL, NULL, NULL },
	[ERR_CONFIG] = { 500, "internal", TEXT("problem-internal"), NULL, NULL, NULL },
	[ERR_SCHEMA_NEWER] = { 500, "internal", TEXT("problem-internal"), NULL, NULL, NULL },
	[ERR_SCHEMA_OLDER] = { 500, "internal", TEXT("problem-internal"), NULL, NULL, NULL },
	[ERR_NOT_FOUND] = { 404, "not_found", TEXT("problem-nothing-here"), NULL, NULL, NULL },
	[ERR_NO_ROUTE] = { 404, "not_found", TEXT("problem-nothing-here"), NULL, NULL, NULL },
	[ERR_NO_APP] = { 404, "not_found", TEXT("problem-no-app"), NULL, NULL, NULL },
	[ERR_METHOD] = { 405, "method_not_allowed", TEXT("problem-method"), NULL, NULL, NULL },
	[ERR_MEDIA_TYPE] = { 415, "unsupported_media_type", TEXT("problem-media-type"), NULL, NULL,
	                     NULL },
	[ERR_TOO_LARGE] = { 413, "too_large", TEXT("problem-too-large"), NULL, NULL, NULL },
	[ERR_TIMEOUT] = { 408, "timeout", TEXT("problem-timeout"), NULL, NULL, NULL },
	[ERR_MALFORMED] = MALFORMED(TEXT("problem-malformed")),
	[ERR_MEMBER_TYPE] = MALFORMED(TEXT("problem-member-type")),
	[ERR_MEMBER_MISSING] = MALFORMED(TEXT("problem-member-missing")),
	[ERR_BAD_EMAIL] = { 400, "malformed", TEXT("problem-bad-email"), "email", "malformed",
	                    NULL },
	[ERR_BAD_USERNAME] = { 400, "malformed", TEXT("problem-bad-username"), "username",
	                       "malformed", NULL },
	[ERR_BAD_NAME] = { 400, "malformed", TEXT("problem-bad-name"), "name", "malformed", NULL },
	[ERR_BAD_LOCALE] = { 400, "malformed", TEXT("problem-bad-locale"), "locale", "malformed",
	                     NULL },
	[ERR_BAD_FIELD] = MALFORMED(TEXT("problem-bad-field")),
	[ERR_OUT_OF_RANGE] = MALFORMED(TEXT("problem-out-of-range")),
	[ERR_EMPTY_EMAIL] = MALFORMED(TEXT("problem-empty")),
	[ERR_EMPTY_PASSWORD] = MALFORMED(TEXT("problem-empty")),
	[ERR_EMPTY_CODE] = MALFORMED(TEXT("problem-empty")),
	[ERR_WRONG_USERNAME] = MALFORMED(TEXT("problem-wrong-username")),
	[ERR_WRONG_ADDRESS] = MALFORMED(TEXT("problem-wrong-address")),
	[ERR_CHANGES_HELD] = { 403, "changes_held", TEXT("problem-held"), NULL, NULL, NULL },
	[ERR_PASSWORDS_DIFFER] = MALFORMED(TEXT("problem-passwords-differ")),
	[ERR_NOT_MEMBER] = MALFORMED(TEXT("problem-not-member")),
	[ERR_NO_TEMPLATE] = MALFORMED(TEXT("problem-no-mail")),
	[ERR_NO_MAIL] = MALFORMED(TEXT("problem-no-mail")),
	[ERR_BAD_SETTING] = MALFORMED(TEXT("problem-bad-setting")),
	[ERR_NOT_WHOLE] = MALFORMED(TEXT("problem-not-whole")),
	[ERR_RATE_LIMITED] = { 429, "rate_limited", TEXT("problem-rate"), NULL, NULL, NULL },
	[ERR_CROSS_SITE] = { 403, "forbidden", TEXT("problem-cross-site"), NULL, NULL, NULL },
	[ERR_NOT_ALLOWED] = { 403, "forbidden", TEXT("problem-not-allowed"), NULL, NULL, NULL },
	[ERR_NO_SESSION] = { 401, "unauthenticated", TEXT("problem-no-session"), NULL, NULL, NULL },
	[ERR_BAD_SESSION] = { 401, "unauthenticated", TEXT("problem-bad-session"), NULL, NULL,
	                      NULL },
	[ERR_BAD_KEY] = { 401, "unauthenticated", TEXT("problem-bad-key"), NULL, NULL, NULL },
	[ERR_BAD_CREDENTIALS] = { 401, "bad_credentials", TEXT("problem-bad-credentials"), NULL,
	                          NULL, NULL },
	[ERR_NOT_ACTIVATED] = { 401, "bad_credentials", TEXT("problem-bad-credentials"), NULL, NULL,
	                        NULL },
	/* This API never tells who has an account. */
	[ERR_NO_ACCOUNT] = { 401, "bad_credentials", TEXT("problem-bad-credentials"), NULL, NULL,
	                     NULL },
	[ERR_WRONG_PASSWORD] = { 403, "wrong_password", TEXT("problem-wrong-password"), NULL, NULL,
	                         NULL },
	[ERR_TOKEN_INVALID] = { 410, "token_invalid", TEXT("problem-token"), NULL, NULL, NULL },
	[ERR_PASSWORD_SHORT] = REJECTED("new", "too_short", TEXT("problem-short")),
	[ERR_PASSWORD_LONG] = REJECTED("new", "too_long", TEXT("problem-long")),
	[ERR_PASSWORD_GUESSABLE] = REJECTED("new", "guessable", TEXT("problem-guessable")),
	[ERR_PASSWORD_SAME] = REJECTED("new", "same_as_old", TEXT("problem-same")),
	[ERR_CONFLICT] = { 409, "conflict", TEXT("problem-taken"), NULL, NULL, NULL },
	[ERR_USERNAME_TAKEN] = { 409, "username_taken", TEXT("problem-username-taken"), NULL, NULL,
	                         NULL },
	[ERR_EMAIL_TAKEN] = { 409, "conflict", TEXT("problem-taken"), NULL, NULL, NULL },
	[ERR_APP_EXISTS] = { 409, "conflict", TEXT("problem-taken"), NULL, NULL, NULL },
	[ERR_APP_NOT_EMPTY] = { 409, "conflict", TEXT("problem-app-not-empty"), NULL, NULL, NULL },
	[ERR_TWO_KEYS] = { 409, "conflict", TEXT("problem-two-keys"), NULL, NULL, NULL },
	[ERR_UNREACHABLE] = UNAVAILABLE,
	[ERR_NO_PROVIDER] = { 404, "not_found", TEXT("problem-no-provider"), NULL, NULL, NULL },
	[ERR_BAD_REDIRECT] = MALFORMED(TEXT("problem-bad-redirect")),
	[ERR_BAD_RETURN] = MALFORMED(TEXT("problem-bad-return")),
	[ERR_LINKED] = { 409, "conflict", TEXT("problem-linked"), NULL, NULL, NULL },
	[ERR_NOT_LINKED] = { 404, "not_found", TEXT("problem-not-linked"), NULL, NULL, NULL },
	[ERR_BAD_STATE] = { 403, "forbidden", TEXT("problem-bad-state"), NULL, NULL, NULL },
	[ERR_SIGN_IN_REFUSED] = { 403, "forbidden", TEXT("problem-not-vouched"), NULL, NULL, NULL },
};

struct problem {
	struct str type, title, detail, code;
	int64_t status;
	struct str field, reason, field_detail; /* NONE: it is about no member */
};

static const struct out_field problem_out[] = {
	OUT("type", TEXT, struct problem, type),
	OUT("title", TEXT, struct problem, title),
	OUT("status", INTEGER, struct problem, status),
	OUT("detail", TEXT, struct problem, detail),
	OUT("code", TEXT, struct problem, code),
	OUT("errors[].field", TEXT, struct problem, field),
	OUT("errors[].code", TEXT, struct problem, reason),
	OUT("errors[].detail", TEXT, struct problem, field_detail),
};

/* <public_url>/problems/<code> */
static enum err problem_type(struct visit *visit, const char *code, struct str *ret_type)
{
	struct str base = server_url(visit);

	return arena_printf(visit->request->arena, ret_type, "%.*s/problems/%s", STR_ARG(base),
	                    code);
}

/* The one that was asked for, else the app's, else English. */
static enum language language_of(const struct visit *visit)
{
	enum language language = LANGUAGE_ENGLISH;

	if (!language_find(visit->ctx.language, &language))
		(void)language_find(visit->ctx.app.language, &language);
	return language;
}

static enum err render_error(struct visit *visit, enum err err)
{
	const struct wire_error *error = visit_error(visit, err);
	enum language language = language_of(visit);
	struct problem problem = {
		.title = str(http_reason(error->status)),
		.detail = text_of(language, error->text),
		.code = str(error->code),
		.status = error->status,
		.field = str(error->field),
		.reason = str(error->reason),
	};

	if (visit->culprit.ptr && !problem.field.ptr) {
		problem.field = visit->culprit;
		problem.reason = str(error->code);
	}
	if (problem.field.ptr)
		problem.field_detail = problem.detail;
	if (error->status == 401)
		response_header(visit->response, "WWW-Authenticate",
		                err == ERR_BAD_KEY ? STR("Basic realm=\"app\"") : STR("Bearer"));
	response_header(visit->response, "Content-Language", str(languages[language].tag));
	response_header(visit->response, "Vary", STR("Accept-Language"));
	TRY(problem_type(visit, error->code, &problem.type));
	return visit_json(visit, "application/problem+json", problem_out, COUNT_OF(problem_out),
	                  &problem);
}

static enum err credentials(struct visit *visit)
{
	visit->ctx.bearer = bearer_token(visit->request);
	return basic_key(visit, &visit->ctx.app_key);
}

const struct dialect dialect_account = {
	.name = "account",
	.bit = DIALECT_ACCOUNT,
	.routes = routes,
	.n_routes = COUNT_OF(routes),
	.errors = errors,
	.keyed = true,
	.cors = "Authorization, Content-Type",
	.credentials = credentials,
	.render_error = render_error,
	.words = &account_words,
};
