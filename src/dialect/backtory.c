/* SPDX-License-Identifier: Apache-2.0 */
/* backtory.c - the users service of Backtory, below /auth. */
#include "account/account.h"
#include "account/password.h"
#include "account/recovery.h"
#include "base/clock.h"
#include "base/text.h"
#include "dialect/dialect.h"
#include "http/status.h"

static const struct field change_fields[] = {
	FIELD("lastPassword", SECRET, struct password_change, old_password),
	FIELD("newPassword", SECRET, struct password_change, new_password),
};

static const struct field forgot_fields[] = {
	FIELD_OR("username", TEXT, struct recovery_request, login, ERR_MEMBER_MISSING),
};

static const struct recovery_request forgot_preset = {
	.kind = LOGIN_USERNAME,
	.mail = OUTBOX_RECOVERY_NAMED,
	.discloses = true,
};

static const struct field log_in_fields[] = {
	FIELD("username", TEXT, struct log_in, login),
	FIELD("password", SECRET, struct log_in, password),
};

static const struct log_in log_in_preset = { .kind = LOGIN_USERNAME };

static const struct out_field session_out[] = {
	OUT("access_token", SECRET, struct session_tokens, access_token),
	OUT_FIXED("token_type", "bearer"),
	OUT("refresh_token", SECRET, struct session_tokens, refresh_token),
	OUT("expires_in", INTEGER, struct session_tokens, expires_in),
	OUT_FIXED("scope", "client"),
	OUT("jti", TEXT, struct session_tokens, id),
};

/* Log-in tells a wrong app by 417, where every other call says 404. */
static const struct wire_error log_in_errors[ERR_COUNT] = {
	[ERR_NO_APP] = { 417, "invalid_client", "The Authentication-Id is wrong.", 0, 0, 0 },
	[ERR_BAD_KEY] = { 417, "invalid_client", "The Authentication-Key is wrong.", 0, 0, 0 },
};

static const struct route routes[] = {
	{ .method = "POST",
	  .path = "/auth/change-password",
	  .takes = TAKES_JSON,
	  .operation = &password_change_op,
	  .fields = FIELDS(change_fields),
	  .ok = 200 },
	{ .method = "POST",
	  .path = "/auth/forgot-password",
	  .takes = TAKES_QUERY,
	  .operation = &recovery_request_op,
	  .preset = &forgot_preset,
	  .fields = FIELDS(forgot_fields),
	  .ok = 200 },
	{ .method = "POST",
	  .path = "/auth/login",
	  .takes = TAKES_FORM | TAKES_QUERY,
	  .operation = &account_log_in_with_key_op,
	  .preset = &log_in_preset,
	  .fields = FIELDS(log_in_fields),
	  .ok = 200,
	  .out = FIELDS(session_out),
	  .overlay = log_in_errors },
};

#define FAULT                                                                                      \
	{                                                                                          \
		500, "DataUnreachable", "The data could not be reached.", 0, 0, 0                  \
	}
#define BAD(text)                                                                                  \
	{                                                                                          \
		400, "BadRequest", text, 0, 0, 0                                                   \
	}
#define REFUSED(text)                                                                              \
	{                                                                                          \
		400, "PasswordRejected", text, 0, 0, 0                                             \
	}
#define TAKEN                                                                                      \
	{                                                                                          \
		409, "Conflict", "This is taken.", 0, 0, 0                                         \
	}

/* Those of 401 and 417 are OAuth's {"error","error_description"}; see render_error(). */
static const struct wire_error errors[ERR_COUNT] = {
	[ERR_NOMEM] = FAULT,
	[ERR_STORE] = FAULT,
	[ERR_INTERNAL] = FAULT,
	[ERR_CONFIG] = FAULT,
	[ERR_SCHEMA_NEWER] = FAULT,
	[ERR_RATE_LIMITED] = { 429, "TooManyRequests",
	                       "Too many requests. Please wait before the next one.", 0, 0, 0 },
	[ERR_SCHEMA_OLDER] = FAULT,
	[ERR_BUSY] = { 503, "Overloaded", "Too much is going on here. Please try again.", 0, 0, 0 },
	[ERR_RETRY] = { 503, "Overloaded", "Too much is going on here. Please try again.", 0, 0,
	                0 },
	[ERR_APP_DISABLED] = { 503, "ServiceDisabled", "The service is disabled for this app.", 0,
	                       0, 0 },
	[ERR_NOT_FOUND] = { 404, "NotFound", "There is nothing here.", 0, 0, 0 },
	[ERR_NO_ROUTE] = { 404, "NotFound", "There is nothing here.", 0, 0, 0 },
	[ERR_NO_APP] = { 404, "AppNotFound", "The Authentication-Id is wrong.", 0, 0, 0 },
	[ERR_NO_ACCOUNT] = { 404, "UserNotFound", "There is no user of this name.", 0, 0, 0 },
	[ERR_METHOD] = { 405, "MethodNotAllowed", "This address does not take this method.", 0, 0,
	                 0 },
	[ERR_MEDIA_TYPE] = { 415, "UnsupportedMediaType",
	                     "The body has a type that is not taken here.", 0, 0, 0 },
	[ERR_TOO_LARGE] = { 413, "TooLarge", "The body is larger than 16 KiB.", 0, 0, 0 },
	[ERR_TIMEOUT] = { 408, "Timeout", "The request took too long to arrive.", 0, 0, 0 },
	[ERR_MALFORMED] = BAD("The body is not what is understood here."),
	[ERR_MEMBER_TYPE] = BAD("A member is not of the type it must have."),
	[ERR_MEMBER_MISSING] = BAD("A member is missing."),
	[ERR_BAD_EMAIL] = BAD("This is not one e-mail address."),
	[ERR_BAD_USERNAME] = BAD("This cannot be a username."),
	[ERR_BAD_NAME] = BAD("This cannot be a name."),
	[ERR_BAD_LOCALE] = BAD("This is no language tag."),
	[ERR_WRONG_ADDRESS] = BAD("The address is another one."),
	[ERR_CHANGES_HELD] = { 403, "ChangesHeld", "Changes are held for some days.", 0, 0, 0 },
	[ERR_EMPTY_EMAIL] = BAD("A member is empty."),
	[ERR_EMPTY_PASSWORD] = BAD("A member is empty."),
	[ERR_EMPTY_CODE] = BAD("A member is empty."),
	[ERR_WRONG_USERNAME] = BAD("The username is another one."),
	[ERR_TOKEN_INVALID] = BAD("The token is not valid any more."),
	[ERR_BAD_SETTING] = BAD("There is no such setting."),
	[ERR_PASSWORD_SHORT] = REFUSED("The new password is too short."),
	[ERR_PASSWORD_LONG] = REFUSED("The new password is too long."),
	[ERR_PASSWORD_SAME] = REFUSED("The new password is the old one."),
	[ERR_PASSWORDS_DIFFER] = REFUSED("The two passwords are not the same."),
	[ERR_WRONG_PASSWORD] = { 403, "WrongPassword", "The last password is wrong.", 0, 0, 0 },
	[ERR_NOT_ALLOWED] = { 403, "Forbidden", "This is not allowed.", 0, 0, 0 },
	[ERR_CROSS_SITE] = { 403, "Forbidden", "This was sent by another site.", 0, 0, 0 },
	[ERR_NO_SESSION] = { 401, "unauthorized", "This needs an access token.", 0, 0, 0 },
	[ERR_BAD_SESSION] = { 401, "invalid_token", "The access token is unknown or has expired.",
	                      0, 0, 0 },
	[ERR_BAD_KEY] = { 401, "unauthorized", "The Authentication-Key is wrong.", 0, 0, 0 },
	[ERR_BAD_CREDENTIALS] = { 401, "invalid_grant", "The username or the password is wrong.", 0,
	                          0, 0 },
	[ERR_CONFLICT] = TAKEN,
	[ERR_USERNAME_TAKEN] = { 409, "UsernameTaken", "This username is taken.", 0, 0, 0 },
	[ERR_EMAIL_TAKEN] = TAKEN,
	[ERR_APP_EXISTS] = TAKEN,
	[ERR_APP_NOT_EMPTY] = TAKEN,
	[ERR_TWO_KEYS] = TAKEN,
	[ERR_UNREACHABLE] = { 503, "Overloaded", "A provider does not answer.", 0, 0, 0 },
	[ERR_NO_PROVIDER] = { 404, "NotFound", "There is no such sign-in.", 0, 0, 0 },
	[ERR_BAD_REDIRECT] = { 400, "BadRequest", "The redirect address is not allowed.", 0, 0, 0 },
	[ERR_LINKED] = TAKEN,
	[ERR_NOT_LINKED] = { 404, "NotFound", "Nothing is linked.", 0, 0, 0 },
	[ERR_BAD_STATE] = { 403, "Forbidden", "This sign-in is unknown or over.", 0, 0, 0 },
	[ERR_SIGN_IN_REFUSED] = { 403, "Forbidden", "The provider does not vouch for this.", 0, 0,
	                          0 },
};

struct failure {
	int64_t timestamp_ms, status;
	struct str error, exception, message, path;
};

static const struct out_field failure_out[] = {
	OUT("timestamp", INTEGER, struct failure, timestamp_ms),
	OUT("status", INTEGER, struct failure, status),
	OUT("error", TEXT, struct failure, error),
	OUT("exception", TEXT, struct failure, exception),
	OUT("message", TEXT, struct failure, message),
	OUT("path", TEXT, struct failure, path),
};

static const struct out_field oauth_out[] = {
	OUT("error", TEXT, struct failure, error),
	OUT("error_description", TEXT, struct failure, message),
};

static enum err render_error(struct visit *visit, enum err err)
{
	const struct wire_error *error = visit_error(visit, err);
	struct failure failure = {
		.timestamp_ms = visit->ctx.now * 1000,
		.status = error->status,
		.error = str(error->code),
		.message = str(error->text),
	};

	if (error->status == 401 || error->status == 417)
		return visit_json(visit, "application/json", oauth_out, COUNT_OF(oauth_out),
		                  &failure);
	failure.error = str(http_reason(error->status));
	failure.exception = str(error->code);
	/* JSON has no spelling for a path that is no text: then it goes unsaid. */
	failure.path = text_is_utf8(visit->path) ? visit->path : STR_NONE;
	return visit_json(visit, "application/json", failure_out, COUNT_OF(failure_out), &failure);
}

static enum err credentials(struct visit *visit)
{
	struct str key = request_header(visit->request, "X-Backtory-Authentication-Key");

	visit->ctx.bearer = bearer_token(visit->request);
	visit->ctx.app_key = (struct secret){ key.ptr, key.len };
	return OK;
}

const struct dialect dialect_backtory = {
	.name = "backtory",
	.bit = DIALECT_BACKTORY,
	.routes = routes,
	.n_routes = COUNT_OF(routes),
	.errors = errors,
	.loose_slashes = true,
	.named_by_header = true,
	.cors = "Authorization, Content-Type, X-Backtory-Authentication-Id, "
		"X-Backtory-Authentication-Key",
	.credentials = credentials,
	.render_error = render_error,
};
