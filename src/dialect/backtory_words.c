/* SPDX-License-Identifier: Apache-2.0 */
/* backtory_words.c - what the members and the errors of Backtory's users service mean, said once.
 */
#include "dialect/document.h"

#define AN_ID           "0c6d8f2b7a9e415d3e8b6f10"
#define AN_ACCESS_TOKEN "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhbm4ifQ.c2lnbmF0dXJl"

static const struct member_words members[] = {
	{ .name = "username", .meaning = "the user's name", .example = "ann" },
	{ .name = "password",
	  .meaning = "the user's password",
	  .example = "correct+horse+battery" },
	{ .name = "lastPassword",
	  .meaning = "the password that is to be replaced",
	  .example = "correct horse battery" },
	{ .name = "newPassword",
	  .meaning = "the new password: 8 to 256 characters, unless the server is set up for other "
	             "lengths, and any of them",
	  .example = "a brand new password" },
	{ .name = "access_token",
	  .meaning = "shown with the calls of a user, as `Authorization: Bearer`",
	  .example = AN_ACCESS_TOKEN },
	{ .name = "token_type", .meaning = "how the access token is shown", .example = "bearer" },
	{ .name = "refresh_token",
	  .meaning = "gets the next access token",
	  .example = "U3q1m9G8bZVqg0nTq0cJ5oJ6kqN8p2wXb1Zr4sYtE7c" },
	{ .name = "expires_in",
	  .meaning = "seconds that the access token lives",
	  .example = "900" },
	{ .name = "scope", .meaning = "whose token it is", .example = "client" },
	{ .name = "jti",
	  .meaning = "the access token's own name, worth nothing to a thief",
	  .example = "5f0c1d9be2a74c3388d0a7f6b1e2c3d4" },
};

static const struct problem_words problems[] = {
	{ "DataUnreachable", "The server could not read or write its data.",
	  "Send the call again; the server's log has the reason, under the X-Request-Id of the "
	  "answer." },
	{ "TooManyRequests", "There were too many requests, or too many wrong guesses.",
	  "Wait for as many seconds as Retry-After says." },
	{ "Overloaded", "There is too much to do. Nothing was changed.",
	  "Wait for as many seconds as Retry-After says, and send it again." },
	{ "ServiceDisabled", "The operator has disabled the app.", "Ask the operator." },
	{ "NotFound", "There is nothing at this address.", "Check the path." },
	{ "AppNotFound", "The header X-Backtory-Authentication-Id is missing, or names no app.",
	  "Send the app's id, 24 hex digits." },
	{ "invalid_client", "At log-in: the Authentication-Id or the Authentication-Key is wrong.",
	  "Send both as `rekey app add` showed them." },
	{ "UserNotFound", "There is no such user.", "Have the person type the name again." },
	{ "MethodNotAllowed", "There is such an address, but it does not take this method.",
	  "Allow lists the methods that it takes." },
	{ "UnsupportedMediaType", "The body is of a type that this call does not take.",
	  "Send JSON, at log-in a form, and say so in Content-Type." },
	{ "TooLarge", "The body is larger than 16 KiB.", "Send less." },
	{ "Timeout", "The request took too long to arrive.", "Send it again." },
	{ "BadRequest", "The request is not what is understood here; message says why.",
	  "Send just the members of the call, each once." },
	{ "ChangesHeld",
	  "The owner has said of an earlier change that it was not theirs. For some days nothing "
	  "of the account is changed by its password.",
	  "Tell the person so. A new password by mail is possible all the same." },
	{ "PasswordRejected", "The new password is not taken. Nothing was changed.",
	  "message says why. Have the person choose another one." },
	{ "WrongPassword", "The token is good, but the last password is not the one given.",
	  "Have the person type it again." },
	{ "Forbidden", "Who asks may not do this.", "Do not send it again." },
	{ "unauthorized", "The call needs an access token, and none was shown.",
	  "Log in, and send the token as the Authorization header's Bearer." },
	{ "invalid_token", "The access token is unknown, has ended, or is for other calls.",
	  "Refresh it, or log in again, and send the call once more." },
	{ "invalid_grant",
	  "At log-in: the username or the password is wrong, or the refresh token is dead.",
	  "Have the person log in again." },
	{ "Conflict", "Something of this kind is there already.", "Choose another one." },
	{ "UsernameTaken", "Somebody else has this username.",
	  "Have the person choose another one." },
};

const struct document_words backtory_words = {
	.title = "Backtory's users service",
	.introduction =
		"Users, log-in and passwords as applications written for Backtory expect them. "
		"Every call names its app by the header `X-Backtory-Authentication-Id`. Errors of "
		"authentication (401, and 417 at log-in) are `{\"error\":CODE,"
		"\"error_description\":…}`; all others are `{\"timestamp\",\"status\",\"error\","
		"\"exception\":CODE,\"message\",\"path\"}`. Slashes in a path may be doubled, and "
	        "one "
		"may stand at its end.",
	.printed_by = "rekey serve --print-api backtory",
	.shows_app = "-H 'X-Backtory-Authentication-Id: " AN_ID "'",
	.shows = { [SHOWS_BEARER] = "-H 'Authorization: Bearer " AN_ACCESS_TOKEN "'",
	           [SHOWS_KEY] = "-H 'X-Backtory-Authentication-Key: KEY'" },
	.members = members,
	.n_members = COUNT_OF(members),
	.problems = problems,
	.n_problems = COUNT_OF(problems),
};
