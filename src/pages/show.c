/* SPDX-License-Identifier: Apache-2.0 */
/* show.c - what all pages have in common: the frame, and headers that keep them to themselves. */
#include "pages/show.h"
#include "account/app_look.h"
#include "account/password_policy.h"
#include "pages/assets.h"
#include "pages/pages.h"
#include "pages/speech.h"
#include <assert.h>

#define CONTENT_SECURITY_POLICY                                                                    \
	"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "                \
	"connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

/* Where forms are guarded, they say where they come from; else nobody learns the address of a page,
 * which may have a token in it. */
static struct str referrer_policy(const struct visit *visit)
{
	bool guarded = visit->route && visit->route->guard != GUARD_NONE;

	return guarded ? STR("same-origin") : STR("no-referrer");
}

static void private_headers(const struct visit *visit)
{
	struct response *response = visit->response;

	response_header(response, "Content-Security-Policy", STR(CONTENT_SECURITY_POLICY));
	response_header(response, "Referrer-Policy", referrer_policy(visit));
	response_header(response, "X-Frame-Options", STR("DENY"));
	response_header(response, "Cross-Origin-Opener-Policy", STR("same-origin"));
}

enum err page_base(struct visit *visit, struct str *ret_base)
{
	struct buf base = buf_in(visit->request->arena);

	for (size_t i = 1; i < visit->path.len; i++) {
		if (visit->path.ptr[i] == '/')
			buf_puts(&base, "../");
	}
	return buf_str(&base, ret_base);
}

void page_redirect(struct visit *visit, struct str url)
{
	visit->response->status = 303;
	response_header(visit->response, "Location", url);
}

struct str page_typed(const struct visit *visit, const char *name)
{
	return members_text(&visit->members, name);
}

struct secret page_typed_secret(const struct visit *visit, const char *name)
{
	struct str typed = page_typed(visit, name);

	return (struct secret){ typed.ptr, typed.len };
}

struct str page_flag(bool is)
{
	return is ? STR("yes") : STR_NONE;
}

enum err page_length(struct visit *visit, struct template_value ret_values[LENGTH_VALUES])
{
	struct arena *arena = visit->request->arena;
	int64_t least = password_min_length(&visit->ctx);
	struct str digits, spelled;

	TRY(arena_printf(arena, &digits, "%lld", (long long)least));
	TRY(language_number(arena, page_language(visit), least, &spelled));
	ret_values[0] = (struct template_value){ .name = "min", .text = digits };
	ret_values[1] = (struct template_value){ .name = "min_length", .text = spelled };
	return OK;
}

enum err page_show(struct visit *visit, const char *name, const struct template_value *values)
{
	CLEANUP(page_files_leave)
	struct page_files files = page_files_take(visit->doors->pages, visit->ctx.app.name);
	enum language language = page_language(visit);
	const struct app *app = &visit->ctx.app;
	struct template_value all[PAGE_VALUES_MAX] = { { .name = NULL } };
	struct str base, colours;
	struct speech_values speech;
	size_t n = 0;

	files.templates.language = language;
	TRY(page_base(visit, &base));
	TRY(page_colours_version(visit->request->arena, app, &colours));
	TRY(speech_values(visit, &speech));
	all[n++] = (struct template_value){ .name = "lang", .text = str(languages[language].tag) };
	all[n++] = (struct template_value){
		.name = "dir", .text = languages[language].right_to_left ? STR("rtl") : STR("ltr")
	};
	all[n++] = (struct template_value){ .name = "base", .text = base };
	all[n++] = (struct template_value){ .name = "app", .text = app_title(app) };
	all[n++] = (struct template_value){ .name = "version", .text = str(files.version) };
	all[n++] = (struct template_value){ .name = "colours", .text = colours };
	all[n++] = (struct template_value){ .name = "logo", .text = app->logo };
	all[n++] = (struct template_value){ .name = "languages", .rows = &speech.rows };
	all[n++] = (struct template_value){ .name = "here", .text = speech.here };
	for (; values->name && n < PAGE_VALUES_MAX - 1; values++)
		all[n++] = *values;
	assert(!values->name);
	TRY(template_render(visit->request->arena, &files.templates, name, all,
	                    &visit->response->body));
	visit->response->content_type = STR("text/html; charset=utf-8");
	response_header(visit->response, "Content-Language", str(languages[language].tag));
	private_headers(visit);
	return OK;
}

enum err page_show_error(struct visit *visit, enum err err)
{
	const struct wire_error *error = visit_error(visit, err);
	bool ours = error->status >= 500; /* who asks the operator for help can name the request */
	struct str wait = STR_NONE;

	if (err == ERR_RATE_LIMITED)
		TRY(language_duration(visit->request->arena, page_language(visit),
		                      visit->ctx.retry_after_s, &wait));
	const struct template_value values[] = {
		{ .name = "title", .key = error->code },
		{ .name = "explanation", .key = error->text },
		{ .name = "wait", .text = wait },
		{ .name = "reference", .text = ours ? visit->request->reference : STR_NONE },
		{ .name = NULL },
	};
	return page_show(visit, "error.html", values);
}
