/* SPDX-License-Identifier: Apache-2.0 */
/* sign_up.c - the page of those who have no account yet. */
#include "account/sign_up.h"
#include "pages/person_priv.h"
#include "pages/show.h"
#include "pages/verify.h"

static field_of_error fields = {
	[ERR_BAD_EMAIL] = "email",
	[ERR_BAD_NAME] = "name",
	[ERR_PASSWORD_SHORT] = "new-password",
	[ERR_PASSWORD_LONG] = "new-password",
	[ERR_PASSWORD_GUESSABLE] = "new-password",
};

static enum err show(struct visit *visit, enum err err)
{
	struct template_value values[2 + LENGTH_VALUES + PROBLEM_VALUES] = {
		{ .name = "email", .text = page_typed(visit, "email") },
		{ .name = "name", .text = page_typed(visit, "name") },
	};
	static const struct template_value nothing[] = { { .name = NULL } };

	if (visit->ctx.app.sign_up == SIGN_UP_CLOSED)
		return page_show(visit, "sign-up-closed.html", nothing);
	TRY(person_length(visit, values + 2));
	TRY(person_problem(visit, fields, err, values + 2 + LENGTH_VALUES));
	return page_show(visit, "sign-up.html", values);
}

enum err sign_up_show(struct visit *visit, const void *nothing)
{
	(void)nothing;
	return show(visit, OK);
}

enum err sign_up_again(struct visit *visit, enum err err)
{
	return show(visit, err);
}

enum err sign_up_done(struct visit *visit, const void *result)
{
	const struct recovery_requested *requested = result;
	const struct template_value values[] = {
		{ .name = "reference", .text = requested->reference },
		{ .name = "email", .text = page_typed(visit, "email") },
		{ .name = "dev", .text = visit->doors->mail_dir.ptr ? STR("yes") : STR_NONE },
		{ .name = NULL },
	};

	return page_show(visit, "sign-up-done.html", values);
}
