/* SPDX-License-Identifier: Apache-2.0 */
/* recovery.c - which page tells which outcome of a recovery. */
#include "pages/recovery.h"
#include "account/password.h"
#include "account/recovery.h"
#include "account/return_to.h"
#include "base/url.h"
#include "pages/show.h"
#include "pages/speech.h"

/* ---- asking for a mail ---- */

/* The page that asks, from any page: with the address to go back to. return_to NONE: without. */
static enum err ask_url_of(struct visit *visit, struct str return_to, struct str *ret_url)
{
	struct buf url = buf_in(visit->request->arena);

	buf_puts(&url, "password-reset");
	if (return_to.ptr) {
		buf_puts(&url, "?");
		url_add_pair(&url, "return_to", return_to);
	}
	return buf_str(&url, ret_url);
}

/* error: a key; NULL: nothing is wrong. */
static enum err show_ask(struct visit *visit, struct str return_to, const char *error)
{
	const struct template_value values[] = {
		{ .name = "email", .text = page_typed(visit, "email") },
		{ .name = "return_to", .text = return_to },
		{ .name = "error", .key = error },
		{ .name = NULL },
	};

	return page_show(visit, "password-reset-ask.html", values);
}

enum err recovery_show_ask(struct visit *visit, const void *nothing)
{
	(void)nothing;
	return show_ask(visit, STR_NONE, NULL);
}

enum err recovery_show_ask_for(struct visit *visit, const void *result)
{
	const struct return_named *found = result;

	return show_ask(visit, found->url, NULL);
}

enum err recovery_show_asked(struct visit *visit, const void *result)
{
	const struct recovery_requested *requested = result;
	struct str ask_url;

	TRY(ask_url_of(visit, page_typed(visit, "return_to"), &ask_url));
	const struct template_value values[] = {
		{ .name = "reference", .text = requested->reference },
		{ .name = "email", .text = page_typed(visit, "email") },
		{ .name = "return_to", .text = page_typed(visit, "return_to") },
		{ .name = "ask_url", .text = ask_url },
		{ .name = "dev", .text = page_flag(visit->doors->mail_dir.ptr) },
		{ .name = NULL },
	};
	return page_show(visit, "password-reset-asked.html", values);
}

/* ---- what is over ---- */

struct dead_words {
	const char *title, *explanation;
};

static enum err show_dead(struct visit *visit, const struct dead_words *words, const char *button,
                          struct str return_to)
{
	struct str ask_url;

	TRY(ask_url_of(visit, return_to, &ask_url));
	const struct template_value values[] = {
		{ .name = "title", .key = words->title },
		{ .name = "explanation", .key = words->explanation },
		{ .name = "button", .key = button },
		{ .name = "ask_url", .text = ask_url },
		{ .name = NULL },
	};
	visit->response->status = 410;
	return page_show(visit, "link-dead.html", values);
}

/* LIVE stands for a link that nobody knows. */
static enum err show_dead_link(struct visit *visit, enum token_fate fate, struct str return_to)
{
	static const struct dead_words words[] = {
		[TOKEN_FATE_LIVE] = { TEXT("link-unknown-title"), TEXT("link-unknown-text") },
		[TOKEN_FATE_SPENT] = { TEXT("link-spent-title"), TEXT("link-spent-text") },
		[TOKEN_FATE_REPLACED] = { TEXT("link-replaced-title"), TEXT("link-replaced-text") },
		[TOKEN_FATE_EXPIRED] = { TEXT("link-expired-title"), TEXT("link-expired-text") },
	};

	return show_dead(visit, &words[fate], TEXT("link-new"), return_to);
}

/* Only who has the right code is told what has become of it. */
static enum err show_dead_code(struct visit *visit, enum token_fate fate)
{
	static const struct dead_words words[] = {
		[TOKEN_FATE_SPENT] = { TEXT("code-spent-title"), TEXT("code-spent-text") },
		[TOKEN_FATE_REPLACED] = { TEXT("code-replaced-title"), TEXT("code-replaced-text") },
		[TOKEN_FATE_EXPIRED] = { TEXT("code-expired-title"), TEXT("code-expired-text") },
	};

	return show_dead(visit, &words[fate], TEXT("code-new"), STR_NONE);
}

/* ---- forms with a new password ---- */

/* What is wrong, and the field that it is wrong with; all of it NULL: nothing. */
struct complaint {
	const char *text; /* a key */
	const char *field;
};

static const char *const faulty_fields[ERR_COUNT] = {
	[ERR_BAD_EMAIL] = "address",        [ERR_EMPTY_EMAIL] = "address",
	[ERR_TOKEN_INVALID] = "code",       [ERR_EMPTY_CODE] = "code",
	[ERR_PASSWORDS_DIFFER] = "confirm", [ERR_PASSWORD_SHORT] = "new",
	[ERR_PASSWORD_LONG] = "new",        [ERR_PASSWORD_GUESSABLE] = "new",
	[ERR_PASSWORD_SAME] = "new",        [ERR_EMPTY_PASSWORD] = "new",
};

static struct str bad(const struct complaint *complaint, const char *field)
{
	return page_flag(complaint->field && str_is(str(complaint->field), field));
}

/* ---- the mailed link ---- */

/* What the link of this visit's token is worth. An unknown one is as good as never mailed. */
static enum err look_at_link(struct visit *visit, struct recovery_link_state *ret_state)
{
	const struct recovery_link link = { .token = page_typed_secret(visit, "token") };

	return operation_run(&visit->ctx, &recovery_link_op, &link, ret_state);
}

static enum err show_link_form(struct visit *visit, const struct recovery_link_state *state,
                               const struct complaint *complaint)
{
	struct str ask_url;
	bool has_api = (visit->ctx.app.dialects & DIALECT_ACCOUNT) != 0;
	struct template_value length[LENGTH_VALUES];

	page_speak_for(visit, state->locale);
	TRY(page_length(visit, length));
	TRY(ask_url_of(visit, state->return_to, &ask_url));
	const struct template_value values[] = {
		{ .name = "token", .secret = page_typed_secret(visit, "token") },
		length[0],
		length[1],
		{ .name = "username", .text = state->login },
		{ .name = "typed_username", .text = page_typed(visit, "username") },
		{ .name = "error", .key = complaint->text },
		{ .name = "bad_new", .text = bad(complaint, "new") },
		{ .name = "bad_confirm", .text = bad(complaint, "confirm") },
		{ .name = "return_to", .text = state->return_to },
		{ .name = "ask_url", .text = ask_url },
		{ .name = "put_url", .text = has_api ? STR("api/v1/account/password") : STR_NONE },
		{ .name = NULL },
	};
	return page_show(visit,
	                 state->purpose == TOKEN_MAKE_PASSWORD ? "confirm.html"
	                                                       : "password-reset-form.html",
	                 values);
}

enum err recovery_show_link(struct visit *visit, const void *result)
{
	static const struct complaint none;
	const struct recovery_link_state *state = result;

	if (state->fate != TOKEN_FATE_LIVE)
		return show_dead_link(visit, state->fate, state->return_to);
	return show_link_form(visit, state, &none);
}

/* The form again, with what was wrong, while its token is good; else the fate of the link. */
static enum err show_link_again(struct visit *visit, enum err err,
                                const struct complaint *complaint)
{
	struct recovery_link_state state;

	enum err looked = look_at_link(visit, &state);
	if (looked == ERR_TOKEN_INVALID)
		return show_dead_link(visit, TOKEN_FATE_LIVE, STR_NONE);
	TRY(looked);
	bool other_purpose = err == ERR_TOKEN_INVALID;
	if (state.fate != TOKEN_FATE_LIVE || other_purpose)
		return show_dead_link(visit, state.fate, state.return_to);
	return show_link_form(visit, &state, complaint);
}

/* ---- the typed code ---- */

const struct wire_error recovery_code_errors[ERR_COUNT] = {
	[ERR_TOKEN_INVALID] = { 422, TEXT("error-form-title"), TEXT("code-wrong"), 0, 0, 0 },
};

/* The field that the head of the page leads to. Of the passwords the form tells right below them.
 */
static struct str field_above(const struct complaint *complaint)
{
	if (bad(complaint, "address").ptr)
		return STR("email");
	return bad(complaint, "code").ptr ? STR("code") : STR_NONE;
}

/* What was typed stands there again, but for the passwords. */
static enum err show_code_form(struct visit *visit, const struct complaint *complaint)
{
	struct template_value length[LENGTH_VALUES];
	struct str above = field_above(complaint);

	TRY(page_length(visit, length));
	const struct template_value values[] = {
		{ .name = "email", .text = page_typed(visit, "email") },
		{ .name = "typed_reference", .text = page_typed(visit, "reference") },
		{ .name = "typed_code", .secret = page_typed_secret(visit, "code") },
		length[0],
		length[1],
		{ .name = "error", .key = complaint->text },
		{ .name = "bad_address", .text = bad(complaint, "address") },
		{ .name = "bad_code", .text = bad(complaint, "code") },
		{ .name = "bad_new", .text = bad(complaint, "new") },
		{ .name = "bad_confirm", .text = bad(complaint, "confirm") },
		{ .name = "problem", .key = above.ptr ? complaint->text : NULL },
		{ .name = "problem_field", .text = above },
		{ .name = NULL },
	};
	return page_show(visit, "password-reset-code.html", values);
}

enum err recovery_show_code(struct visit *visit, const void *nothing)
{
	static const struct complaint none;

	(void)nothing;
	return show_code_form(visit, &none);
}

/* ---- the ends ---- */

enum err recovery_show_done(struct visit *visit, const void *result)
{
	const struct password_reset_done *done = result;
	const struct template_value values[] = {
		{ .name = "return_to", .text = done->return_to },
		{ .name = NULL },
	};

	return page_show(visit, "password-reset-done.html", values);
}

enum err recovery_show_confirmed(struct visit *visit, const void *nothing)
{
	static const struct template_value values[] = { { .name = NULL } };

	(void)nothing;
	return page_show(visit, "confirm-done.html", values);
}

/* ---- errors ---- */

enum err recovery_show_error(struct visit *visit, enum err err)
{
	const struct wire_error *error = visit_error(visit, err);
	const struct complaint complaint = { error->text, faulty_fields[err] };
	enum token_fate fate = (enum token_fate)visit->ctx.fate;

	if (!visit->route || !str_starts(str(visit->route->path), "/password-reset") ||
	    (err != ERR_TOKEN_INVALID && error->status != 422))
		return ERR_NO_ROUTE;
	if (str_is(str(visit->route->path), "/password-reset/code")) {
		if (err == ERR_TOKEN_INVALID && fate != TOKEN_FATE_LIVE)
			return show_dead_code(visit, fate);
		return show_code_form(visit, &complaint);
	}
	if (page_typed(visit, "token").ptr)
		return show_link_again(visit, err, &complaint);
	return show_ask(visit, page_typed(visit, "return_to"), error->text);
}
