/* SPDX-License-Identifier: Apache-2.0 */
/* backtory.c - the users service of Backtory, below /auth. */
#include "account/account.h"
#include "account/master.h"
#include "account/password.h"
#include "account/recovery.h"
#include "account/registration.h"
#include "account/signing.h"
#include "account/user_administration.h"
#include "base/clock.h"
#include "base/text.h"
#include "dialect/document.h"
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

static const struct log_in log_in_preset = { .kind = LOGIN_USERNAME,
	                                     .terms = { .form = ACCESS_USER_JWT } };

static const struct field refresh_fields[] = {
	FIELD("refresh_token", SECRET, struct session_refresh, refresh_token),
};

static const struct session_refresh refresh_preset = { .terms = { .form = ACCESS_USER_JWT } };

static const struct field log_out_fields[] = {
	FIELD("refresh-token", SECRET, struct session_end_by_token, refresh_token),
};

#define SAID(type)                                                                                 \
	FIELD_MAYBE_NULL("firstName", TEXT, type, words.first_name),                               \
		FIELD_MAYBE_NULL("lastName", TEXT, type, words.last_name),                         \
		FIELD_MAYBE_NULL("email", TEXT, type, words.email),                                \
		FIELD_MAYBE_NULL("phoneNumber", TEXT, type, words.phone_number),                   \
		FIELD_MAYBE_NULL("avatar", TEXT, type, words.avatar),                              \
		FIELD_REST_OF("*", type, words.more)

static const struct field register_fields[] = {
	FIELD("username", TEXT, struct user_register, username),
	FIELD("password", SECRET, struct user_register, password),
	SAID(struct user_register),
};

static const struct field update_fields[] = {
	FIELD_MAYBE_NULL("username", TEXT, struct user_update, username),
	SAID(struct user_update),
};

static const struct field update_by_id_fields[] = {
	FIELD("user_id", TEXT, struct user_update, id),
	FIELD_MAYBE_NULL("username", TEXT, struct user_update, username),
	SAID(struct user_update),
};

static const struct field complete_fields[] = {
	FIELD("newUsername", TEXT, struct guest_complete, username),
	FIELD("newPassword", SECRET, struct guest_complete, new_password),
	FIELD_MAYBE_NULL("lastPassword", SECRET, struct guest_complete, last_password),
	SAID(struct guest_complete),
};

static const struct field complete_by_master_fields[] = {
	FIELD("userId", TEXT, struct guest_complete, id),
	FIELD("newUsername", TEXT, struct guest_complete, username),
	FIELD("newPassword", SECRET, struct guest_complete, new_password),
	FIELD_MAYBE_NULL("lastPassword", SECRET, struct guest_complete, last_password),
	SAID(struct guest_complete),
};

static const struct field by_id_fields[] = {
	FIELD("user_id", TEXT, struct user_named, id),
};

static const struct field by_username_fields[] = {
	FIELD("username", TEXT, struct user_named, username),
};

static const struct field by_ids_fields[] = {
	FIELD("userIds", WORDS, struct users_named, ids),
};

static const struct user_search search_preset = { .page = 1, .page_size = 10 };

static const struct field search_fields[] = {
	FIELD_MAYBE("word", TEXT, struct user_search, word),
	FIELD_MAYBE("page", NUMBER, struct user_search, page),
	FIELD_MAYBE("pageSize", NUMBER, struct user_search, page_size),
};

#define SHOWN                                                                                      \
	OUT("userId", TEXT, struct user, id),                                                      \
		OUT("username", TEXT_OR_NULL, struct user, username),                              \
		OUT("firstName", TEXT_OR_NULL, struct user, first_name),                           \
		OUT("lastName", TEXT_OR_NULL, struct user, last_name),                             \
		OUT("email", TEXT_OR_NULL, struct user, email),                                    \
		OUT("phoneNumber", TEXT_OR_NULL, struct user, phone_number),                       \
		OUT("avatar", TEXT_OR_NULL, struct user, avatar),                                  \
		OUT("guest", BOOL, struct user, guest), OUT("active", BOOL, struct user, active)

static const struct out_field user_out[] = {
	SHOWN,
	OUT("*", PAIRS, struct user, more),
};

/* Clients read the one id or the other. */
static const struct out_field guest_out[] = {
	OUT("id", TEXT, struct user, id),
	OUT("password", SECRET, struct user, password),
	SHOWN,
};

static const struct out_field users_out[] = {
	OUT_LIST_OF("users", struct user_list, items, user_out, struct user),
};

static const struct out_field found_out[] = {
	OUT_LIST_OF("users", struct users_found, page.items, user_out, struct user),
	OUT("userCount", INTEGER, struct users_found, count),
};

static const struct out_field count_out[] = {
	OUT("numberOfUser", INTEGER, struct user_count, users),
};

static const struct out_field key_out[] = {
	OUT("alg", TEXT, struct key_public, algorithm),
	OUT("value", TEXT, struct key_public, pem),
};

static const struct out_field session_out[] = {
	OUT("access_token", SECRET, struct session_tokens, access_token),
	OUT_FIXED("token_type", "bearer"),
	OUT("refresh_token", SECRET, struct session_tokens, refresh_token),
	OUT("expires_in", INTEGER, struct session_tokens, expires_in),
	OUT_FIXED("scope", "client"),
	OUT("jti", TEXT, struct session_tokens, id),
};

static const struct out_field master_out[] = {
	OUT("access_token", SECRET, struct master_token, access_token),
	OUT_FIXED("token_type", "bearer"),
	OUT("expires_in", INTEGER, struct master_token, expires_in),
	OUT_FIXED("scope", "master"),
	OUT("jti", TEXT, struct master_token, id),
};

/* Log-in tells a wrong app by 417, where every other call says 404. */
#define WRONG_CLIENT                                                                               \
	[ERR_NO_APP] = { 417, "invalid_client", "The Authentication-Id is wrong.", 0, 0, 0 },      \
	[ERR_BAD_KEY] = { 417, "invalid_client", "The Authentication-Key is wrong.", 0, 0, 0 }

static const struct wire_error log_in_errors[ERR_COUNT] = { WRONG_CLIENT };

static const struct wire_error refresh_errors[ERR_COUNT] = {
	WRONG_CLIENT,
	[ERR_BAD_CREDENTIALS] = { 401, "invalid_grant",
	                          "The refresh token is unknown or has ended.", 0, 0, 0 },
};

static const struct wire_error complete_errors[ERR_COUNT] = {
	[ERR_CONFLICT] = { 409, "Conflict", "The user is no guest any more.", 0, 0, 0 },
};

/* What whoever says something of a user may be told. */
#define REFUSES_SAID ERR_BAD_EMAIL, ERR_BAD_USERNAME, ERR_BAD_FIELD, ERR_USERNAME_TAKEN

static const struct route routes[] = {
	{ .method = "POST",
	  .path = "/auth/change-password",
	  .takes = TAKES_JSON,
	  .operation = &password_change_op,
	  .summary =
	          "Sets a new password by the last one, and ends all other sessions of the user.",
	  .refuses = REFUSES(ERR_WRONG_PASSWORD, ERR_CHANGES_HELD, ERR_PASSWORD_SHORT,
	                     ERR_PASSWORD_LONG, ERR_PASSWORD_GUESSABLE, ERR_PASSWORD_SAME,
	                     ERR_NOT_ALLOWED),
	  .fields = FIELDS(change_fields),
	  .ok = 200 },
	{ .method = "POST",
	  .path = "/auth/forgot-password",
	  .takes = TAKES_QUERY,
	  .operation = &recovery_request_op,
	  .summary = "Mails the user a link by which a new password is made and mailed, or chosen "
	             "in a form, as the app is set.",
	  .refuses = REFUSES(ERR_NO_ACCOUNT),
	  .preset = &forgot_preset,
	  .fields = FIELDS(forgot_fields),
	  .ok = 200 },
	{ .method = "POST",
	  .path = "/auth/login",
	  .when_header = "X-Backtory-Authentication-Refresh",
	  .about =
	          "The way in: of a user, of a session that goes on, or of the app's own back end.",
	  .takes = TAKES_FORM | TAKES_QUERY,
	  .operation = &session_refresh_with_key_op,
	  .summary = "Gives the next tokens of a session.",
	  .refuses = REFUSES(ERR_BAD_CREDENTIALS),
	  .preset = &refresh_preset,
	  .fields = FIELDS(refresh_fields),
	  .ok = 200,
	  .out = FIELDS(session_out),
	  .overlay = refresh_errors },
	{ .method = "POST",
	  .path = "/auth/login",
	  .when = "username",
	  .takes = TAKES_FORM | TAKES_QUERY,
	  .operation = &account_log_in_with_key_op,
	  .summary = "Logs a user in, with the app's client key.",
	  .refuses = REFUSES(ERR_BAD_CREDENTIALS, ERR_NOT_ACTIVATED),
	  .preset = &log_in_preset,
	  .fields = FIELDS(log_in_fields),
	  .ok = 200,
	  .out = FIELDS(session_out),
	  .overlay = log_in_errors },
	{ .method = "POST",
	  .path = "/auth/login",
	  .takes = TAKES_FORM | TAKES_QUERY,
	  .operation = &master_log_in_op,
	  .summary = "Gives the app's own back end a token to administrate with, for the master "
	             "key alone.",
	  .ok = 200,
	  .out = FIELDS(master_out),
	  .overlay = log_in_errors },
	{ .method = "DELETE",
	  .path = "/auth/logout",
	  .takes = TAKES_QUERY,
	  .operation = &session_end_by_token_op,
	  .summary = "Ends the session of a refresh token, with its access tokens.",
	  .fields = FIELDS(log_out_fields),
	  .ok = 200 },
	{ .method = "GET",
	  .path = "/auth/token_key",
	  .operation = &key_public_op,
	  .summary = "The key that verifies access tokens.",
	  .ok = 200,
	  .out = FIELDS(key_out) },
	{ .method = "POST",
	  .path = "/auth/users",
	  .takes = TAKES_JSON,
	  .operation = &user_register_op,
	  .summary = "Registers a user.",
	  .refuses = REFUSES(REFUSES_SAID, ERR_PASSWORD_SHORT, ERR_PASSWORD_LONG,
	                     ERR_PASSWORD_GUESSABLE, ERR_NOT_ALLOWED),
	  .fields = FIELDS(register_fields),
	  .ok = 201,
	  .out = FIELDS(user_out) },
	{ .method = "POST",
	  .path = "/auth/guest-users",
	  .operation = &guest_add_op,
	  .summary = "Makes a guest, with a username and a password that are shown this once.",
	  .refuses = REFUSES(ERR_NOT_ALLOWED),
	  .ok = 201,
	  .out = FIELDS(guest_out) },
	{ .method = "POST",
	  .path = "/auth/guest-users/complete-registration",
	  .takes = TAKES_JSON,
	  .operation = &guest_complete_op,
	  .summary = "Makes the guest that asks a user with a name and a password.",
	  .refuses = REFUSES(REFUSES_SAID, ERR_PASSWORD_SHORT, ERR_PASSWORD_LONG,
	                     ERR_PASSWORD_GUESSABLE, ERR_WRONG_PASSWORD, ERR_CHANGES_HELD,
	                     ERR_CONFLICT, ERR_NOT_ALLOWED),
	  .fields = FIELDS(complete_fields),
	  .ok = 200,
	  .out = FIELDS(user_out),
	  .overlay = complete_errors },
	{ .method = "POST",
	  .path = "/auth/guest-users/complete-registration-master",
	  .takes = TAKES_JSON,
	  .operation = &guest_complete_by_master_op,
	  .summary = "The same of any guest, by the master.",
	  .refuses = REFUSES(REFUSES_SAID, ERR_PASSWORD_SHORT, ERR_PASSWORD_LONG,
	                     ERR_PASSWORD_GUESSABLE, ERR_WRONG_PASSWORD, ERR_CHANGES_HELD,
	                     ERR_CONFLICT, ERR_NOT_ALLOWED, ERR_NO_ACCOUNT),
	  .fields = FIELDS(complete_by_master_fields),
	  .ok = 200,
	  .out = FIELDS(user_out),
	  .overlay = complete_errors },
	{ .method = "GET",
	  .path = "/auth/users/me",
	  .operation = &user_show_op,
	  .summary = "Shows the user that asks.",
	  .refuses = REFUSES(ERR_NOT_ALLOWED),
	  .ok = 200,
	  .out = FIELDS(user_out) },
	{ .method = "PUT",
	  .path = "/auth/users/me",
	  .takes = TAKES_JSON,
	  .operation = &user_update_op,
	  .summary = "Changes what is said of the user that asks; what is not said stays.",
	  .refuses = REFUSES(REFUSES_SAID, ERR_CHANGES_HELD, ERR_NOT_ALLOWED),
	  .fields = FIELDS(update_fields),
	  .ok = 200,
	  .out = FIELDS(user_out) },
	{ .method = "GET",
	  .path = "/auth/users/search",
	  .takes = TAKES_QUERY,
	  .operation = &user_search_op,
	  .summary = "Finds users, page by page.",
	  .refuses = REFUSES(ERR_OUT_OF_RANGE, ERR_NOT_ALLOWED),
	  .preset = &search_preset,
	  .fields = FIELDS(search_fields),
	  .ok = 200,
	  .out = FIELDS(found_out) },
	{ .method = "GET",
	  .path = "/auth/users/get-number-of-user",
	  .operation = &user_count_op,
	  .summary = "Counts the users of the app.",
	  .refuses = REFUSES(ERR_NOT_ALLOWED),
	  .ok = 200,
	  .out = FIELDS(count_out) },
	{ .method = "POST",
	  .path = "/auth/users/by-user-ids",
	  .takes = TAKES_JSON,
	  .operation = &users_by_ids_op,
	  .summary = "Shows several users; ids that nobody has are passed over.",
	  .refuses = REFUSES(ERR_OUT_OF_RANGE, ERR_NOT_ALLOWED),
	  .fields = FIELDS(by_ids_fields),
	  .ok = 200,
	  .out = FIELDS(users_out) },
	{ .method = "GET",
	  .path = "/auth/users/by-username/{username}",
	  .operation = &user_by_username_op,
	  .summary = "Shows a user, by the username.",
	  .refuses = REFUSES(ERR_NO_ACCOUNT, ERR_NOT_ALLOWED),
	  .fields = FIELDS(by_username_fields),
	  .ok = 200,
	  .out = FIELDS(user_out) },
	{ .method = "GET",
	  .path = "/auth/users/{user_id}",
	  .operation = &user_by_id_op,
	  .summary = "Shows a user, by the id.",
	  .refuses = REFUSES(ERR_NO_ACCOUNT, ERR_NOT_ALLOWED),
	  .fields = FIELDS(by_id_fields),
	  .ok = 200,
	  .out = FIELDS(user_out) },
	{ .method = "PUT",
	  .path = "/auth/users/{user_id}",
	  .takes = TAKES_JSON,
	  .operation = &user_update_by_id_op,
	  .summary = "Changes what is said of a user, by the user's own token or the master's.",
	  .refuses = REFUSES(REFUSES_SAID, ERR_CHANGES_HELD, ERR_NO_ACCOUNT, ERR_NOT_ALLOWED),
	  .fields = FIELDS(update_by_id_fields),
	  .ok = 200,
	  .out = FIELDS(user_out) },
	{ .method = "DELETE",
	  .path = "/auth/users/{user_id}",
	  .operation = &user_remove_op,
	  .summary = "Erases a user for good, with all that is theirs.",
	  .refuses = REFUSES(ERR_NO_ACCOUNT, ERR_NOT_ALLOWED),
	  .fields = FIELDS(by_id_fields),
	  .ok = 200 },
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
	[ERR_NO_ACCOUNT] = { 404, "UserNotFound", "There is no such user.", 0, 0, 0 },
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
	[ERR_BAD_FIELD] = BAD("A member cannot be kept, or the user has too many of them."),
	[ERR_OUT_OF_RANGE] = BAD("A number, or the length of a list, is out of its range."),
	[ERR_WRONG_ADDRESS] = BAD("The address is another one."),
	[ERR_CHANGES_HELD] = { 403, "ChangesHeld", "Changes are held for some days.", 0, 0, 0 },
	[ERR_EMPTY_EMAIL] = BAD("A member is empty."),
	[ERR_EMPTY_PASSWORD] = BAD("A member is empty."),
	[ERR_EMPTY_CODE] = BAD("A member is empty."),
	[ERR_WRONG_USERNAME] = BAD("The username is another one."),
	[ERR_TOKEN_INVALID] = BAD("The token is not valid any more."),
	[ERR_NOT_MEMBER] = BAD("The workspace is another's."),
	[ERR_NO_TEMPLATE] = BAD("There is no such mail."),
	[ERR_NO_MAIL] = BAD("There is no such mail."),
	[ERR_BAD_SETTING] = BAD("There is no such setting."),
	[ERR_NOT_WHOLE] = BAD("A setting is missing."),
	[ERR_PASSWORD_SHORT] = REFUSED("The new password is too short."),
	[ERR_PASSWORD_LONG] = REFUSED("The new password is too long."),
	[ERR_PASSWORD_GUESSABLE] = REFUSED("The new password is too easy to guess."),
	[ERR_PASSWORD_SAME] = REFUSED("The new password is the old one."),
	[ERR_PASSWORDS_DIFFER] = REFUSED("The two passwords are not the same."),
	[ERR_WRONG_PASSWORD] = { 403, "WrongPassword", "The last password is wrong.", 0, 0, 0 },
	[ERR_NOT_ALLOWED] = { 403, "Forbidden", "This is not allowed.", 0, 0, 0 },
	[ERR_CROSS_SITE] = { 403, "Forbidden", "This was sent by another site.", 0, 0, 0 },
	[ERR_NO_SESSION] = { 401, "unauthorized", "This needs an access token.", 0, 0, 0 },
	[ERR_BAD_SESSION] = { 401, "invalid_token", "The access token is unknown or has expired.",
	                      0, 0, 0 },
	[ERR_BAD_KEY] = { 401, "unauthorized", "The Authentication-Key is wrong.", 0, 0, 0 },
	[ERR_NOT_ACTIVATED] = { 401, "invalid_grant",
	                        "The user is not active yet: please use the link in the mail.", 0,
	                        0, 0 },
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
	[ERR_BAD_RETURN] = { 400, "BadRequest", "The address to go back to is not allowed.", 0, 0,
	                     0 },
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
		"X-Backtory-Authentication-Key, X-Backtory-Authentication-Refresh, "
		"SDK-Version, instance-id",
	.key_first = true,
	.credentials = credentials,
	.render_error = render_error,
	.words = &backtory_words,
};
