/* SPDX-License-Identifier: Apache-2.0 */
/* verify.c - one form for all links that ask for a confirmation; its words are a table. */
#include "pages/verify.h"
#include "pages/show.h"
#include "pages/speech.h"

/* ---- the form ---- */

static const struct {
	const char *title, *explanation, *otherwise, *hint, *button, *action;
} forms[] = {
	[CONFIRM_ACCOUNT] = { TEXT("verify-title"), TEXT("verify-text"), TEXT("verify-otherwise"),
	                      TEXT("verify-hint"), TEXT("verify-button"), "verify" },
	[CONFIRM_EMAIL] = { TEXT("move-title"), TEXT("move-text"), TEXT("move-otherwise"),
	                    TEXT("move-hint"), TEXT("move-button"), "verify/email" },
	[CONFIRM_NOT_ME] = { TEXT("not-me-title"), TEXT("not-me-text"), TEXT("not-me-otherwise"),
	                     TEXT("not-me-hint"), TEXT("not-me-button"), "verify/not-me" },
};

/* error: a key; bad_old: it is about the old password, and not about the address. */
static enum err show_form(struct visit *visit, const struct confirmation_state *state,
                          const char *error, bool bad_old)
{
	struct str address = page_typed(visit, "address");
	const struct template_value values[] = {
		{ .name = "title", .key = forms[state->kind].title },
		{ .name = "explanation", .key = forms[state->kind].explanation },
		{ .name = "otherwise", .key = forms[state->kind].otherwise },
		{ .name = "hint", .key = forms[state->kind].hint },
		{ .name = "button", .key = forms[state->kind].button },
		{ .name = "action", .text = str(forms[state->kind].action) },
		{ .name = "old_password", .text = page_flag(state->address_changed) },
		{ .name = "address", .text = address.ptr ? address : STR("") },
		{ .name = "token", .secret = page_typed_secret(visit, "token") },
		{ .name = "error", .key = error },
		{ .name = "bad_address", .text = error && !bad_old ? STR("yes") : STR_NONE },
		{ .name = "bad_old", .text = error && bad_old ? STR("yes") : STR_NONE },
		{ .name = NULL },
	};

	return page_show(visit, "verify.html", values);
}

/* Where a person goes on, and what the button says. */
struct next_step {
	const char *url, *words; /* below the app's root; a key */
};

static const struct next_step to_start = { ".", TEXT("back-to-start") },
			      to_sign_in = { "sign-in", TEXT("sign-in-title") },
			      to_sign_up = { "sign-up", TEXT("sign-up-title") },
			      to_new_password = { "password-reset", TEXT("choose-title") };

static const struct next_step *step_after(const struct confirmation_state *state)
{
	if (state->kind == CONFIRM_NOT_ME)
		return &to_new_password;
	bool lost = state->kind == CONFIRM_ACCOUNT && state->fate == TOKEN_FATE_EXPIRED;
	return lost ? &to_sign_up : &to_sign_in;
}

static enum err show_dead(struct visit *visit, enum token_fate fate, const struct next_step *next)
{
	static const struct {
		const char *title, *explanation;
	} words[] = {
		[TOKEN_FATE_LIVE] = { TEXT("link-unknown-title"), TEXT("confirm-unknown-text") },
		[TOKEN_FATE_SPENT] = { TEXT("link-spent-title"), TEXT("confirm-spent-text") },
		[TOKEN_FATE_REPLACED] = { TEXT("confirm-replaced-title"),
		                          TEXT("confirm-replaced-text") },
		[TOKEN_FATE_EXPIRED] = { TEXT("link-expired-title"), TEXT("confirm-expired-text") },
	};
	const struct template_value values[] = {
		{ .name = "title", .key = words[fate].title },
		{ .name = "explanation", .key = words[fate].explanation },
		{ .name = "next", .key = next->words },
		{ .name = "next_url", .text = str(next->url) },
		{ .name = NULL },
	};

	visit->response->status = 410;
	return page_show(visit, "verified.html", values);
}

static enum err show_state(struct visit *visit, const struct confirmation_state *state,
                           const char *error, bool bad_old)
{
	page_speak_for(visit, state->locale);
	if (state->fate != TOKEN_FATE_LIVE)
		return show_dead(visit, state->fate, step_after(state));
	return show_form(visit, state, error, bad_old);
}

enum err verify_show(struct visit *visit, const void *result)
{
	return show_state(visit, result, NULL, false);
}

/* ---- its ends ---- */

static enum err show_end(struct visit *visit, const char *title, const char *explanation,
                         const struct next_step *next)
{
	const struct template_value values[] = {
		{ .name = "title", .key = title },
		{ .name = "explanation", .key = explanation },
		{ .name = "next", .key = next ? next->words : NULL },
		{ .name = "next_url", .text = next ? str(next->url) : STR_NONE },
		{ .name = NULL },
	};

	return page_show(visit, "verified.html", values);
}

enum err verify_show_verified(struct visit *visit, const void *result)
{
	(void)result;
	return show_end(visit, TEXT("verified-title"), TEXT("verified-text"), &to_sign_in);
}

enum err verify_show_changed(struct visit *visit, const void *result)
{
	(void)result;
	return show_end(visit, TEXT("moved-title"), TEXT("moved-text"), &to_sign_in);
}

enum err verify_show_not_me(struct visit *visit, const void *result)
{
	const struct not_me_done *done = result;

	return show_end(visit, TEXT("signed-out-title"),
	                done->recovery_mailed ? TEXT("signed-out-mailed") : TEXT("signed-out-held"),
	                NULL);
}

/* ---- errors ---- */

enum err verify_show_error(struct visit *visit, enum err err)
{
	const struct confirmation link = { .token = page_typed_secret(visit, "token") };
	bool typed_wrong = err == ERR_WRONG_ADDRESS || err == ERR_WRONG_PASSWORD;
	struct confirmation_state state;

	bool cut_short = err == ERR_MEMBER_MISSING && !page_typed(visit, "token").ptr;
	if (!visit->route || !str_starts(str(visit->route->path), "/verify") ||
	    (!typed_wrong && !cut_short && err != ERR_TOKEN_INVALID))
		return ERR_NO_ROUTE;
	if (cut_short)
		return show_dead(visit, TOKEN_FATE_LIVE, &to_start);
	enum err looked = operation_run(&visit->ctx, &confirmation_look_op, &link, &state);
	if (looked == ERR_TOKEN_INVALID ||
	    (looked == OK && err == ERR_TOKEN_INVALID && state.fate == TOKEN_FATE_LIVE))
		return show_dead(visit, TOKEN_FATE_LIVE, &to_start);
	TRY(looked);
	return show_state(visit, &state, visit_error(visit, err)->text, err == ERR_WRONG_PASSWORD);
}
