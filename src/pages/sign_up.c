/* SPDX-License-Identifier: Apache-2.0 */
/* sign_up.c - the page of those who have no account yet. */
#include "account/sign_up.h"
#include "pages/person_priv.h"
#include "pages/show.h"

static field_of_error fields = {
	[ERR_BAD_EMAIL] = "email",
	[ERR_BAD_NAME] = "name",
	[ERR_PASSWORD_SHORT] = "new-password",
	[ERR_PASSWORD_LONG] = "new-password",
	[ERR_PASSWORD_GUESSABLE] = "new-password",
};

static enum err show(struct visit *visit, enum err err)
{
	static const struct template_value nothing[] = { { .name = NULL } };
	struct template_value length[LENGTH_VALUES], problem[PROBLEM_VALUES];

	if (visit->ctx.app.sign_up == SIGN_UP_CLOSED)
		return page_show(visit, "sign-up-closed.html", nothing);
	TRY(page_length(visit, length));
	TRY(person_problem(visit, fields, err, problem));
	const struct template_value values[] = {
		{ .name = "email", .text = page_typed(visit, "email") },
		{ .name = "name", .text = page_typed(visit, "name") },
		length[0],
		length[1],
		problem[0],
		problem[1],
		problem[2],
		problem[3],
	};
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
		{ .name = "dev", .text = page_flag(visit->doors->mail_dir.ptr) },
		{ .name = NULL },
	};

	return page_show(visit, "sign-up-done.html", values);
}
