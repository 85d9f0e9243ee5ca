/* SPDX-License-Identifier: Apache-2.0 */
/* verify.c - one form for all links that ask for a confirmation; its words are a table. */
#include "pages/verify.h"
#include "pages/show.h"

/* ---- the form ---- */

static const struct {
	const char *title, *explanation, *otherwise, *hint, *button, *action;
} forms[] = {
	[CONFIRM_ACCOUNT] = { "Confirm your address",
	                      "Please type the address that this mail was sent to. Then your "
	                      "account "
	                      "is ready, with the password that you chose when you signed up.",
	                      "You did not sign up? Then just close this page: without you nothing "
	                      "comes of it.",
	                      "The one that the mail came to.", "This is my address", "verify" },
	[CONFIRM_EMAIL] = { "Confirm your new address",
	                    "Please type your new address, the one that this mail was sent to. "
	                    "From "
	                    "then on it is the address of your account.",
	                    "You did not ask for this? Then just close this page: nothing changes.",
	                    "The new one.", "Use this address from now on", "verify/email" },
	[CONFIRM_NOT_ME] = { "It was not you?",
	                     "If you confirm, everybody is signed out of your account, and nothing "
	                     "of "
	                     "it can be changed for 72 hours, until you have chosen a new password "
	                     "by "
	                     "a link that we mail to you.",
	                     "It was you after all? Then just close this page: nothing happens.",
	                     "The one that this mail was sent to.", "It was not me",
	                     "verify/not-me" },
};

static enum err show_form(struct visit *visit, const struct confirmation_state *state,
                          struct str error)
{
	struct str token = page_typed(visit, "token"), address = page_typed(visit, "address");
	const struct template_value values[] = {
		{ .name = "title", .text = str(forms[state->kind].title) },
		{ .name = "explanation", .text = str(forms[state->kind].explanation) },
		{ .name = "otherwise", .text = str(forms[state->kind].otherwise) },
		{ .name = "hint", .text = str(forms[state->kind].hint) },
		{ .name = "button", .text = str(forms[state->kind].button) },
		{ .name = "action", .text = str(forms[state->kind].action) },
		{ .name = "old_password", .text = state->address_changed ? STR("yes") : STR_NONE },
		{ .name = "address", .text = address.ptr ? address : STR("") },
		{ .name = "token", .secret = { token.ptr, token.len } },
		{ .name = "error", .text = error },
		{ .name = NULL },
	};

	return page_show(visit, "verify.html", values);
}

static enum err show_dead(struct visit *visit, enum token_fate fate)
{
	static const struct {
		const char *title, *explanation;
	} words[] = {
		[TOKEN_FATE_LIVE] = { "This link does not work", "It may have been cut short on "
		                                                 "its way. Please open it from the "
		                                                 "mail once more." },
		[TOKEN_FATE_SPENT] = { "This link has been used",
		                       "A link works once. What it was for is done." },
		[TOKEN_FATE_REPLACED] = { "This link is not valid any more",
		                          "A newer one has taken its place, or the account has "
		                          "changed "
		                          "meanwhile. Nothing was changed by it." },
		[TOKEN_FATE_EXPIRED] = { "This link is too old",
		                         "For your safety a link works for a limited time only." },
	};
	const struct template_value values[] = {
		{ .name = "title", .text = str(words[fate].title) },
		{ .name = "explanation", .text = str(words[fate].explanation) },
		{ .name = NULL },
	};

	visit->response->status = 410;
	return page_show(visit, "verified.html", values);
}

static enum err show_state(struct visit *visit, const struct confirmation_state *state,
                           struct str error)
{
	if (state->fate != TOKEN_FATE_LIVE)
		return show_dead(visit, state->fate);
	return show_form(visit, state, error);
}

enum err verify_show(struct visit *visit, const void *result)
{
	return show_state(visit, result, STR_NONE);
}

/* ---- its ends ---- */

static enum err show_end(struct visit *visit, const char *title, const char *explanation)
{
	const struct template_value values[] = {
		{ .name = "title", .text = str(title) },
		{ .name = "explanation", .text = str(explanation) },
		{ .name = NULL },
	};

	return page_show(visit, "verified.html", values);
}

enum err verify_show_verified(struct visit *visit, const void *result)
{
	(void)result;
	return show_end(visit, "Your address is confirmed", "You can sign in now.");
}

enum err verify_show_changed(struct visit *visit, const void *result)
{
	(void)result;
	return show_end(visit, "Your address is changed",
	                "From now on mails go to the new address. We have told the old one.");
}

enum err verify_show_not_me(struct visit *visit, const void *result)
{
	const struct not_me_done *done = result;

	if (done->recovery_mailed)
		return show_end(
			visit, "Everybody is signed out",
			"We are mailing you a link to choose a new password. Until you have, "
			"nothing of your account can be changed for 72 hours.");
	return show_end(visit, "Everybody is signed out",
	                "Nothing of your account can be changed for 72 hours. If you remember the "
	                "password of before, open the link once more and type it: then we put your "
	                "address back. Otherwise please ask whoever runs this service.");
}

/* ---- errors ---- */

enum err verify_show_error(struct visit *visit, enum err err)
{
	struct str token = page_typed(visit, "token");
	const struct confirmation link = { .token = { token.ptr, token.len } };
	bool typed_wrong = err == ERR_WRONG_ADDRESS || err == ERR_WRONG_PASSWORD;
	struct confirmation_state state;

	if (!visit->route || !str_starts(str(visit->route->path), "/verify") ||
	    (!typed_wrong && err != ERR_TOKEN_INVALID))
		return ERR_NO_ROUTE;
	enum err looked = operation_run(&visit->ctx, &confirmation_look_op, &link, &state);
	if (looked == ERR_TOKEN_INVALID ||
	    (looked == OK && err == ERR_TOKEN_INVALID && state.fate == TOKEN_FATE_LIVE))
		return show_dead(visit, TOKEN_FATE_LIVE);
	TRY(looked);
	return show_state(visit, &state, str(visit_error(visit, err)->text));
}
