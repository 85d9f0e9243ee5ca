/* SPDX-License-Identifier: Apache-2.0 */
/* hacksystem_words.c - what the members and the errors of Hack System mean, said once. */
#include "dialect/document.h"

#define A_TOKEN "wmh3ZcU7q0Jr1xK9tV5bYd2sLfEoN8aGpQ4uRiTzM6k"

static const struct member_words members[] = {
	{ .name = "email", .meaning = "the user's address", .example = "ann@example.org" },
	{ .name = "person_sign_up.email",
	  .meaning = "the address of the user to be",
	  .example = "new@example.org" },
	{ .name = "waiting_join.email",
	  .meaning = "the address that waits",
	  .example = "new@example.org" },
	{ .name = "password",
	  .meaning =
	          "the user's password; a new one has 8 to 256 characters, unless the app or the "
	          "server is set up for other lengths, and any of them",
	  .example = "correct horse battery" },
	{ .name = "password_reset.password",
	  .meaning = "the new password",
	  .example = "a brand new password" },
	{ .name = "new_password",
	  .meaning = "the new password",
	  .example = "a brand new password" },
	{ .name = "code", .meaning = "the reset code of the mail", .example = "CODE" },
	{ .name = "authToken",
	  .meaning = "shown with the calls of a user, as `Authorization: Bearer` or as "
	             "`?authtoken=`; it lives for 86,400 seconds",
	  .example = A_TOKEN },
	{ .name = "message",
	  .meaning = "the words of the app's row of `messages`",
	  .example = "Your password has been changed." },
	{ .name = "recovery_request.message",
	  .meaning = "the words of the app's row of `messages`",
	  .example = "A reset code is on its way to your mailbox." },
	{ .name = "waiting_join.message",
	  .meaning = "the words of the app's row of `messages`",
	  .example = "You are on the waiting list. Your place is on its way to your mailbox." },
	{ .name = "type", .meaning = "the type of that row", .example = "success" },
	{ .name = "slug",
	  .meaning = "the page whose strings are wanted; of a string, the page that it belongs to",
	  .example = "home" },
	{ .name = "id", .meaning = "the number of the row", .example = "1" },
	{ .name = "created_at",
	  .meaning = "when it was made, in milliseconds since 1970",
	  .example = "1795400000000" },
	{ .name = "name",
	  .meaning = "what it is called; of a user, what they want to be called",
	  .example = "welcome",
	  .may_be_left_out = true },
	{ .name = "person_show.name",
	  .meaning = "of a user, what they want to be called; of a workspace, its name",
	  .example = "ann",
	  .may_be_left_out = true },
	{ .name = "person_update.name",
	  .meaning = "of a user, what they want to be called; of a workspace, its name",
	  .example = "Ann",
	  .may_be_left_out = true },
	{ .name = "users", .meaning = "the numbers of its members", .example = "[1]" },
	{ .name = "workspace",
	  .meaning = "all workspaces that the user is a member of",
	  .example = "" },
	{ .name = "strings",
	  .meaning = "the rows of `content_strings` of that page, and those that are global",
	  .example = "" },
	{ .name = "structure", .meaning = "all rows of `app_structure`", .example = "" },
	{ .name = "global", .meaning = "whether it belongs to all pages", .example = "false" },
	{ .name = "content_show.*",
	  .meaning = "and the other members of the row, as the operator has them",
	  .example = "\"text\":\"Hello\"" },
	{ .name = "person_show.*",
	  .meaning = "`info`, an object, and what else the application has said of the user",
	  .example = "\"info\":{}" },
	{ .name = "person_update.*",
	  .meaning = "`info`, an object, and what else the application has said of the user",
	  .example = "\"info\":{\"city\":\"Lyon\"}" },
	{ .name = "user",
	  .meaning =
	          "an object: `name`, `info`, and any others, up to 32 and 2,048 bytes together, "
	          "and 64 in a request, those inside of objects counted (a list is one); "
	          "null takes one away. What is not the user's to say (`id`, `created_at`, "
	          "`email`, `username`, `status`, `reset_code`, `token`, `linkedin_oauth` and "
	          "their "
	          "like, and whatever is called a password) is passed over",
	  .example = "{\"name\":\"Ann\",\"info\":{\"city\":\"Lyon\"}}" },
	{ .name = "provider",
	  .meaning = "what the operator has called the provider",
	  .example = "acme" },
	{ .name = "redirect_uri",
	  .meaning =
	          "where the person comes back to, exactly as the operator has listed it and the "
	          "sign-in was begun with it",
	  .example = "https://hack.example/welcome" },
	{ .name = "authUrl",
	  .meaning = "where to send the person",
	  .example = "https://provider.example/authorize?client_id=..." },
	{ .name = "sign_in_finish.code",
	  .meaning = "the code that the person came back with",
	  .example = "CODE-OF-THE-PROVIDER" },
	{ .name = "state",
	  .meaning =
	          "the `state` that the person came back with; the operator may allow that it is "
	          "left out",
	  .example = "STATE-OF-THE-SIGN-IN" },
	{ .name = "iss",
	  .meaning = "the `iss` that the person came back with, if there was one (RFC 9207)",
	  .example = "https://provider.example" },
	{ .name = "token",
	  .meaning = "shown with the calls of a user, as `authToken` is",
	  .example = A_TOKEN },
	{ .name = "sign_in_finish.name",
	  .meaning = "what the person wants to be called",
	  .example = "Ann Example" },
	{ .name = "workspace_info",
	  .meaning = "an object, of which `name` is taken",
	  .example = "{\"name\":\"Ann\"}" },
	{ .name = "workspace_id",
	  .meaning = "the number of the workspace; without it, the only one of the user is meant",
	  .example = "1" },
};

static const struct problem_words problems[] = {
	{ "ERROR_FATAL",
	  "With 400 (or 500, as the app is set): a precondition does not hold, and message and "
	  "payload are of the row of messages that says which. With 500: the server could not do "
	  "it. With 503: there is too much to do, or the app is disabled.",
	  "Show the person the message. After a 503 wait for as many seconds as Retry-After "
	  "says." },
	{ "ERROR_CODE_INPUT_ERROR",
	  "The input is not what is understood here: a member is missing, of another type, or one "
	  "that nobody knows. payload.param names it where there is one.",
	  "Send just the members of the call, each once." },
	{ "ERROR_CODE_ACCESS_DENIED",
	  "The address has a user already, or what is asked for is not allowed.",
	  "Have the person log in, or choose another address." },
	{ "ERROR_CODE_UNAUTHORIZED", "The call needs a token, and none that lives was shown.",
	  "Log in, and send the token as the Authorization header's Bearer." },
	{ "ERROR_CODE_NOT_FOUND", "There is no such call.", "Check the method and the path." },
	{ "ERROR_CODE_TOO_MANY_REQUESTS",
	  "There were too many requests, or too many wrong guesses.",
	  "Wait for as many seconds as Retry-After says." },
};

const struct document_words hacksystem_words = {
	.title = "Hack System",
	.introduction =
		"Users, workspaces, content and a waiting list as applications written for Hack "
		"System on Xano expect them. Every path also answers below a group's prefix, "
		"`/api:NAME`, NAME being the app's name or one of its aliases. Errors are "
		"`{\"code\",\"message\",\"payload\"}`; where they come from a row of the app's "
		"table "
		"`messages`, `payload` is its `{\"type\",\"input\"}`, and the status 400 below is "
		"500 "
		"with the app setting `standard_error_status = 500`. A member that is absent, null "
		"or empty is one and the same.",
	.printed_by = "rekey serve --print-api hacksystem",
	.elsewhere = "How the tables are edited is in [texts.md](texts.md), what differs from the "
		     "original in [from-hacksystem.md](from-hacksystem.md).",
	.shows = { [SHOWS_BEARER] = "-H 'Authorization: Bearer " A_TOKEN "'" },
	.members = members,
	.n_members = COUNT_OF(members),
	.problems = problems,
	.n_problems = COUNT_OF(problems),
};
