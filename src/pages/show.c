/* SPDX-License-Identifier: Apache-2.0 */
/* show.c - what all pages have in common: the frame, and headers that keep them to themselves. */
#include "pages/show.h"
#include "pages/pages.h"
#include "pages/speech.h"
#include "pages/verify.h"
#include <string.h>

#define CONTENT_SECURITY_POLICY                                                                    \
	"default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "            \
	"form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

static void private_headers(struct response *response)
{
	response_header(response, "Content-Security-Policy", STR(CONTENT_SECURITY_POLICY));
	response_header(response, "Referrer-Policy", STR("no-referrer"));
	response_header(response, "X-Frame-Options", STR("DENY"));
	response_header(response, "Cross-Origin-Opener-Policy", STR("same-origin"));
}

/* The way back to the app's root: one step for each slash below it. */
static enum err base_of(struct visit *visit, struct str *ret_base)
{
	struct buf base = buf_in(visit->request->arena);

	for (size_t i = 1; i < visit->path.len; i++) {
		if (visit->path.ptr[i] == '/')
			buf_puts(&base, "../");
	}
	return buf_str(&base, ret_base);
}

enum err page_show(struct visit *visit, const char *name, const struct template_value *values)
{
	enum language language = page_language(visit);
	const struct template_set set = { .files = page_files, .language = language };
	struct template_value all[PAGE_VALUES_MAX] = { { .name = NULL } };
	struct str base, token = page_typed(visit, "token");
	struct speech_values speech;
	size_t n = 0;

	TRY(base_of(visit, &base));
	TRY(speech_values(visit, &speech));
	all[n++] = (struct template_value){ .name = "lang", .text = str(languages[language].tag) };
	all[n++] = (struct template_value){
		.name = "dir", .text = languages[language].right_to_left ? STR("rtl") : STR("ltr")
	};
	all[n++] = (struct template_value){ .name = "base", .text = base };
	all[n++] = (struct template_value){ .name = "app", .text = visit->ctx.app.name };
	all[n++] = (struct template_value){ .name = "languages", .rows = &speech.rows };
	all[n++] = (struct template_value){ .name = "here", .text = speech.here };
	all[n++] =
		(struct template_value){ .name = "link_token", .secret = { token.ptr, token.len } };
	for (; values->name && n < PAGE_VALUES_MAX - 1; values++)
		all[n++] = *values;
	TRY(template_render(visit->request->arena, &set, name, all, &visit->response->body));
	visit->response->content_type = STR("text/html; charset=utf-8");
	response_header(visit->response, "Content-Language", str(languages[language].tag));
	private_headers(visit->response);
	return OK;
}

enum err page_asset(struct visit *visit, const void *nothing)
{
	const struct embedded *file = embedded_find(page_files, str(visit->route->asset));

	(void)nothing;
	if (!file)
		return ERR_INTERNAL;
	visit->response->body = file->text;
	visit->response->content_type = strstr(file->name, ".css")
	                                        ? STR("text/css; charset=utf-8")
	                                        : STR("text/javascript; charset=utf-8");
	return OK;
}
