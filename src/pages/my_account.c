/* SPDX-License-Identifier: Apache-2.0 */
/* my_account.c - one page with everything of a person's account, shown after each of its forms. */
#include "account/page_session.h"
#include "account/profile.h"
#include "account/session.h"
#include "pages/device.h"
#include "pages/form_guard.h"
#include "pages/person_priv.h"
#include "pages/session_cookie.h"
#include "pages/show.h"
#include "pages/speech.h"
#include <string.h>

/* ---- the forms ---- */

static field_of_error profile_fields = {
	[ERR_BAD_NAME] = "name",           [ERR_BAD_USERNAME] = "username",
	[ERR_USERNAME_TAKEN] = "username", [ERR_CHANGES_HELD] = "username",
	[ERR_BAD_LOCALE] = "locale",
};

static field_of_error password_fields = {
	[ERR_WRONG_PASSWORD] = "old",
	[ERR_PASSWORD_SHORT] = "new",
	[ERR_PASSWORD_LONG] = "new",
	[ERR_PASSWORD_SAME] = "new",
	[ERR_PASSWORDS_DIFFER] = "confirm",
	[ERR_PASSWORD_GUESSABLE] = "new",
	[ERR_CHANGES_HELD] = "",
};

static field_of_error email_fields = {
	[ERR_BAD_EMAIL] = "email",
	[ERR_WRONG_PASSWORD] = "email-password",
	[ERR_CHANGES_HELD] = "",
};

static field_of_error delete_fields = {
	[ERR_WRONG_PASSWORD] = "delete-password",
	[ERR_MEMBER_MISSING] = "sure",
	[ERR_CHANGES_HELD] = "",
};

static field_of_error no_fields = {
	[ERR_NOT_FOUND] = "", /* a session that has ended meanwhile */
};

/* By the path that a form is sent to. `done` is what the page says afterwards. */
static const struct form {
	const char *path, *done;
	const char *const *fields;
} forms[] = {
	{ "/account/profile", TEXT("profile-done"), profile_fields },
	{ "/account/password", TEXT("password-done"), password_fields },
	{ "/account/email", TEXT("address-done"), email_fields },
	{ "/account/sessions/end", TEXT("session-ended"), no_fields },
	{ "/account/sessions/end-others", TEXT("sessions-ended"), no_fields },
	{ "/account/delete", NULL, delete_fields },
};

static const struct form *form_of(const struct visit *visit)
{
	for (size_t i = 0; i < COUNT_OF(forms); i++) {
		if (strcmp(visit->route->path, forms[i].path) == 0)
			return &forms[i];
	}
	return NULL;
}

static bool is_form(const struct visit *visit, const char *path)
{
	return strcmp(visit->route->path, path) == 0;
}

/* ---- rows ---- */

enum { LOCALE_VALUES = 5, SESSION_VALUES = 7 };

/* The account's own spelling of its language stays: "fr-CA" is French here, and "fr-CA" kept. */
static enum err locale_row(struct arena *arena, enum language language, struct str locale,
                           const struct template_value **ret_row)
{
	struct template_value *row = arena_array(arena, LOCALE_VALUES, sizeof(*row));
	struct str tag = str(languages[language].tag);
	enum language spoken;
	bool chosen = language_find(locale, &spoken) && spoken == language;

	NEED(row);
	row[0] = (struct template_value){ .name = "value", .text = chosen ? locale : tag };
	row[1] = (struct template_value){ .name = "tag", .text = tag };
	row[2] = (struct template_value){ .name = "own_name",
		                          .text = str(languages[language].own_name) };
	row[3] = (struct template_value){ .name = "chosen", .text = page_flag(chosen) };
	*ret_row = row;
	return OK;
}

static enum err locale_rows(struct arena *arena, struct str locale, struct template_rows *ret_rows)
{
	const struct template_value **rows = arena_array(arena, LANGUAGE_COUNT, sizeof(rows[0]));

	NEED(rows);
	for (enum language i = 0; i < LANGUAGE_COUNT; i++)
		TRY(locale_row(arena, i, locale, &rows[i]));
	*ret_rows = (struct template_rows){ rows, LANGUAGE_COUNT };
	return OK;
}

/* "Firefox, Linux"; a program that is no browser, by what it calls itself. */
static enum err spell_device(struct visit *visit, struct str client, struct str *ret_device)
{
	struct device device = device_of(client);

	if (device.browser && device.system) {
		const struct text_place places[] = {
			{ "browser", str(device.browser) },
			{ "system", str(device.system) },
			{ NULL, STR_NONE },
		};
		enum language language = page_language(visit);
		return text_fill(visit->request->arena, language,
		                 text_of(language, TEXT("session-device")), places, ret_device);
	}
	*ret_device = device.browser || device.system
	                      ? str(device.browser ? device.browser : device.system)
	              : client.len > 0 ? client
	                               : text_of(page_language(visit), TEXT("session-unknown"));
	return OK;
}

static enum err session_row(struct visit *visit, const struct session_entry *session,
                            const struct template_value **ret_row)
{
	struct arena *arena = visit->request->arena;
	struct template_value *row = arena_array(arena, SESSION_VALUES, sizeof(*row));
	enum language language = page_language(visit);
	struct str device, opened, used;

	NEED(row);
	TRY(spell_device(visit, session->client, &device));
	TRY(language_moment(arena, language, session->created_at, &opened));
	TRY(language_moment(arena, language, session->last_used_at, &used));
	row[0] = (struct template_value){ .name = "id", .text = session->id };
	row[1] = (struct template_value){ .name = "device", .text = device };
	row[2] = (struct template_value){ .name = "network", .text = session->network };
	row[3] = (struct template_value){ .name = "opened", .text = opened };
	row[4] = (struct template_value){ .name = "used", .text = used };
	row[5] = (struct template_value){ .name = "current", .text = page_flag(session->current) };
	*ret_row = row;
	return OK;
}

static enum err session_rows(struct visit *visit, struct template_rows *ret_rows)
{
	struct session_entries sessions;
	struct nothing none = { 0 };

	TRY(operation_run(&visit->ctx, &session_list_op, &none, &sessions));
	const struct template_value **rows =
		arena_array(visit->request->arena, sessions.n, sizeof(rows[0]));
	NEED(rows);
	for (size_t i = 0; i < sessions.n; i++)
		TRY(session_row(visit, &sessions.items[i], &rows[i]));
	*ret_rows = (struct template_rows){ rows, sessions.n };
	return OK;
}

/* ---- the page ---- */

/* What was done, by the address that the form has sent the browser to. */
static enum err find_note(struct visit *visit, const char **ret_key)
{
	const struct secret note = page_typed_secret(visit, "done");

	*ret_key = NULL;
	for (size_t i = 0; i < COUNT_OF(forms) && note.ptr && !*ret_key; i++) {
		bool is = false;
		if (forms[i].done)
			TRY(form_note_is(visit, forms[i].done, note, &is));
		if (is)
			*ret_key = forms[i].done;
	}
	return OK;
}

static struct str typed_or(struct visit *visit, const char *path, const char *name, struct str kept)
{
	struct str typed = is_form(visit, path) ? page_typed(visit, name) : STR_NONE;

	if (typed.ptr)
		return typed;
	return kept.ptr ? kept : STR("");
}

static enum err show(struct visit *visit, field_of_error fields, enum err err)
{
	struct arena *arena = visit->request->arena;
	struct template_value length[LENGTH_VALUES], problem[PROBLEM_VALUES];
	struct template_rows locales, sessions;
	struct profile profile;
	struct nothing none = { 0 };
	struct secret form_token;
	const char *note;

	TRY(operation_run(&visit->ctx, &profile_show_op, &none, &profile));
	page_speak_for(visit, profile.locale);
	TRY(locale_rows(arena, typed_or(visit, "/account/profile", "locale", profile.locale),
	                &locales));
	TRY(session_rows(visit, &sessions));
	TRY(form_token_spell(visit, &form_token));
	TRY(find_note(visit, &note));
	TRY(page_length(visit, length));
	TRY(person_problem(visit, fields, err, problem));
	bool typed_email = is_form(visit, "/account/email");
	const struct template_value values[] = {
		{ .name = "form_token", .secret = form_token },
		{ .name = "login", .text = profile.email.ptr ? profile.email : profile.username },
		{ .name = "email", .text = profile.email },
		{ .name = "name",
		  .text = typed_or(visit, "/account/profile", "name", profile.name) },
		{ .name = "username",
		  .text = typed_or(visit, "/account/profile", "username", profile.username) },
		{ .name = "typed_email",
		  .text = typed_email ? page_typed(visit, "email") : STR_NONE },
		{ .name = "locales", .rows = &locales },
		{ .name = "sessions", .rows = &sessions },
		{ .name = "others", .text = page_flag(sessions.n > 1) },
		{ .name = "dev", .text = page_flag(visit->doors->mail_dir.ptr) },
		{ .name = "note", .key = note },
		length[0],
		length[1],
		problem[0],
		problem[1],
		problem[2],
		problem[3],
	};
	return page_show(visit, "account.html", values);
}

enum err my_account_show(struct visit *visit, const void *nothing)
{
	(void)nothing;
	return show(visit, no_fields, OK);
}

enum err my_account_again(struct visit *visit, enum err err)
{
	const struct form *form = form_of(visit);

	if (!form || !form->fields[err])
		return ERR_NO_ROUTE;
	return show(visit, form->fields, err);
}

/* ---- what was done ---- */

enum err my_account_done(struct visit *visit, const void *result)
{
	struct buf where = buf_in(visit->request->arena);
	const struct form *form = form_of(visit);
	struct secret note;
	struct str address;

	(void)result;
	if (!form || !form->done)
		return ERR_INTERNAL;
	TRY(form_note_spell(visit, form->done, &note));
	buf_puts(&where, "account?done=");
	buf_add(&where, (struct str){ note.ptr, note.len });
	TRY(buf_str(&where, &address));
	return person_go(visit, address.ptr);
}

enum err my_account_password_done(struct visit *visit, const void *nothing)
{
	struct page_session_renewed renewed;
	struct nothing none = { 0 };

	TRY(operation_run(&visit->ctx, &page_session_renew_op, &none, &renewed));
	TRY(session_cookie_set(visit, renewed.token));
	return my_account_done(visit, nothing);
}

enum err my_account_deleted(struct visit *visit, const void *nothing)
{
	static const struct template_value values[] = { { .name = NULL } };

	(void)nothing;
	TRY(session_cookie_remove(visit));
	return page_show(visit, "account-deleted.html", values);
}
