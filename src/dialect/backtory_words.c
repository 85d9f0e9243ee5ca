/* SPDX-License-Identifier: Apache-2.0 */
/* backtory_words.c - what the members and the errors of Backtory's users service mean, said once.
 */
#include "dialect/document.h"

#define AN_ID           "0c6d8f2b7a9e415d3e8b6f10"
#define A_USER_ID       "9a41e6c07d5b4f2e83c1d0a7"
#define A_MASTER_TOKEN  "eyJhbGciOiJFUzI1NiJ9.eyJzY29wZSI6WyJtYXN0ZXIiXX0.c2lnbmF0dXJl"
#define AN_ACCESS_TOKEN "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhbm4ifQ.c2lnbmF0dXJl"

#define A_REFRESH_TOKEN "U3q1m9G8bZVqg0nTq0cJ5oJ6kqN8p2wXb1Zr4sYtE7c"

static const struct member_words members[] = {
	{ .name = "username",
	  .meaning = "the user's name to log in by, 128 characters at most; in a change, left out "
	             "or null: as it is",
	  .example = "ann" },
	{ .name = "user_register.username",
	  .meaning = "a name to log in by, 128 characters at most",
	  .example = "bob" },
	{ .name = "guest_add.username",
	  .meaning = "made, to log in by",
	  .example = "guest-0f3a7c51d2e94b608a1d" },
	{ .name = "guest_add.firstName", .meaning = "not said yet", .example = "null" },
	{ .name = "guest_add.lastName", .meaning = "not said yet", .example = "null" },
	{ .name = "guest_add.email", .meaning = "not said yet", .example = "null" },
	{ .name = "guest_add.phoneNumber", .meaning = "not said yet", .example = "null" },
	{ .name = "guest_add.avatar", .meaning = "not said yet", .example = "null" },
	{ .name = "newUsername", .meaning = "a name to log in by", .example = "bob" },
	{ .name = "password",
	  .meaning = "the user's password: 8 to 256 characters, unless the server is set up for "
	             "other lengths, and any of them",
	  .example = "correct horse battery" },
	{ .name = "account_log_in_with_key.password",
	  .meaning = "the user's password",
	  .example = "correct+horse+battery" },
	{ .name = "guest_add.password",
	  .meaning = "made, and shown this once",
	  .example = "7KQM2RXW4ZBT9HCN6PVD" },
	{ .name = "guest_complete.lastPassword",
	  .meaning = "the guest's password; if it is sent it has to be right",
	  .example = "7KQM2RXW4ZBT9HCN6PVD" },
	{ .name = "guest_complete_by_master.lastPassword",
	  .meaning = "the guest's password; if it is sent it has to be right",
	  .example = "7KQM2RXW4ZBT9HCN6PVD" },
	{ .name = "firstName",
	  .meaning = "as the application has it; null if it was never said",
	  .example = "Ann" },
	{ .name = "lastName", .meaning = "as the application has it", .example = "Example" },
	{ .name = "phoneNumber", .meaning = "as the application has it", .example = "+15550100" },
	{ .name = "avatar",
	  .meaning = "as the application has it",
	  .example = "https://app.example.org/ann.png" },
	{ .name = "email",
	  .meaning =
	          "where mail goes, neither unique nor a login; in a change, an empty text takes "
	          "it away",
	  .example = "ann@example.org" },
	{ .name = "*",
	  .meaning = "any other member is kept as a text, and shown beside the others: 32 of them "
	             "with those above, names of 64 bytes that begin with a letter, and "
	             "2048 bytes in all. userId, id, guest, active and whatever has password "
	             "in its name are passed over",
	  .example = "\"team\":\"blue\"" },
	{ .name = "userId", .meaning = "the user's id", .example = A_USER_ID },
	{ .name = "user_id", .meaning = "the user's id", .example = A_USER_ID },
	{ .name = "id", .meaning = "the same as userId", .example = A_USER_ID },
	{ .name = "guest", .meaning = "whether the user is a guest still", .example = "false" },
	{ .name = "guest_add.guest",
	  .meaning = "whether the user is a guest still",
	  .example = "true" },
	{ .name = "active",
	  .meaning =
	          "whether the user can log in: not before the mailed link is used, where the app "
	          "asks for that, and not while the operator has disabled the user",
	  .example = "true" },
	{ .name = "userIds",
	  .meaning = "ids of users, 100 at most",
	  .example = "[\"" A_USER_ID "\"]" },
	{ .name = "users", .meaning = "in the order in which they were made", .example = "" },
	{ .name = "users_by_ids.users", .meaning = "in the order of the ids", .example = "" },
	{ .name = "word",
	  .meaning =
	          "a part of the username, the address, the names or the telephone number, in any "
	          "case; empty: everybody",
	  .example = "ann" },
	{ .name = "page", .meaning = "from 1; 1 if it is not sent", .example = "1" },
	{ .name = "pageSize", .meaning = "1 to 100; 10 if it is not sent", .example = "10" },
	{ .name = "userCount", .meaning = "how many there are on all pages", .example = "1" },
	{ .name = "numberOfUser", .meaning = "how many users the app has", .example = "1" },
	{ .name = "refresh-token",
	  .meaning = "of the session that ends; one that is of none is answered alike",
	  .example = A_REFRESH_TOKEN },
	{ .name = "alg", .meaning = "the algorithm of the signatures", .example = "ES256" },
	{ .name = "value",
	  .meaning = "the public key, as PEM",
	  .example = "-----BEGIN PUBLIC KEY-----\\n…\\n-----END PUBLIC KEY-----\\n" },
	{ .name = "lastPassword",
	  .meaning = "the password that is to be replaced",
	  .example = "correct horse battery" },
	{ .name = "newPassword",
	  .meaning = "the new password: 8 to 256 characters, unless the server is set up for other "
	             "lengths, and any of them",
	  .example = "a brand new password" },
	{ .name = "access_token",
	  .meaning = "shown with further calls, as `Authorization: Bearer`: a JWT (ES256) with "
	             "user_id, user_name, client_id, scope, exp and jti",
	  .example = AN_ACCESS_TOKEN },
	{ .name = "token_type", .meaning = "how the access token is shown", .example = "bearer" },
	{ .name = "refresh_token",
	  .meaning = "gets the next access token",
	  .example = A_REFRESH_TOKEN },
	{ .name = "expires_in",
	  .meaning = "seconds that the access token lives",
	  .example = "900" },
	{ .name = "scope",
	  .meaning = "whose token it is: a user's (client), or the back end's (master)",
	  .example = "client" },
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
	{ "Forbidden",
	  "The token is good, but for other calls: a user's for the user alone, the master's for "
	  "administration. Or it is a registration, and the app makes its users itself.",
	  "Do not send it again." },
	{ "unauthorized", "The call needs an access token, and none was shown.",
	  "Log in, and send the token as the Authorization header's Bearer." },
	{ "invalid_token", "The access token is unknown, has ended, or is for other calls.",
	  "Refresh it, or log in again, and send the call once more." },
	{ "invalid_grant",
	  "At log-in: the username or the password is wrong, or the refresh token is dead.",
	  "Have the person log in again." },
	{ "Conflict", "Something of this kind is there already, or the user is no guest any more.",
	  "Choose another one." },
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
	           [SHOWS_MASTER] = "-H 'Authorization: Bearer " A_MASTER_TOKEN "'",
	           [SHOWS_KEY] = "-H 'X-Backtory-Authentication-Key: KEY'" },
	.members = members,
	.n_members = COUNT_OF(members),
	.problems = problems,
	.n_problems = COUNT_OF(problems),
};
