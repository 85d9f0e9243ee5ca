/* SPDX-License-Identifier: Apache-2.0 */
/* speech.c - finds the language, and keeps what the person chose. */
#include "pages/speech.h"
#include "base/url.h"
#include "pages/cookie.h"
#include "pages/pages.h"
#include "pages/person.h"
#include "pages/show.h"
#include <string.h>

#define CHOSEN "rekey-language"

enum { CHOICE_S = 365 * 24 * 60 * 60, VALUES = 4 };

enum language page_language(const struct visit *visit)
{
	const struct request *request = visit->request;
	enum language language = LANGUAGE_ENGLISH;

	if (!language_find(cookie_value(request, CHOSEN), &language) &&
	    !language_find(visit->locale, &language) &&
	    !language_find(members_text(&request->query, "lang"), &language) &&
	    !language_accept(request_header(request, "Accept-Language"), &language))
		(void)language_find(visit->ctx.app.language, &language);
	return language;
}

void page_speak_for(struct visit *visit, struct str locale)
{
	visit->locale = locale;
}

static bool has_page(const struct dialect *dialect, struct str path)
{
	for (size_t i = 0; i < dialect->n_routes; i++) {
		const struct route *route = &dialect->routes[i];
		if (strcmp(route->method, "GET") == 0 && str_is(path, route->path) &&
		    route->ok == 200 && !strchr(route->path, '{') && !str_starts(path, "/dev/"))
			return true;
	}
	return false;
}

/* A page that a visit without a form shows, and that has words in several languages. */
static bool is_page(struct str path)
{
	return has_page(&dialect_pages, path) || has_page(&dialect_person, path);
}

/* The page of this visit, or of the form that led here: "/verify" of "/verify/email". */
static struct str page_of(const struct visit *visit)
{
	struct str path = visit->route ? str(visit->route->path) : STR("/");

	while (path.len > 1 && !is_page(path)) {
		do
			path.len--;
		while (path.len > 1 && path.ptr[path.len] != '/');
	}
	return path;
}

static enum err row_of(struct arena *arena, enum language language, bool current,
                       const struct template_value **ret_row)
{
	struct template_value *row = arena_array(arena, VALUES, sizeof(*row));

	NEED(row);
	row[0] = (struct template_value){ .name = "tag", .text = str(languages[language].tag) };
	row[1] = (struct template_value){ .name = "own_name",
		                          .text = str(languages[language].own_name) };
	row[2] = (struct template_value){ .name = "current", .text = page_flag(current) };
	*ret_row = row;
	return OK;
}

enum err speech_values(struct visit *visit, struct speech_values *ret_values)
{
	struct arena *arena = visit->request->arena;
	const struct template_value **rows = arena_array(arena, LANGUAGE_COUNT, sizeof(rows[0]));
	enum language spoken = page_language(visit);
	bool one_language = visit->route && (str_starts(str(visit->route->path), "/dev/") ||
	                                     str_starts(str(visit->route->path), "/problems/"));

	NEED(rows);
	for (enum language i = 0; i < LANGUAGE_COUNT; i++)
		TRY(row_of(arena, i, i == spoken, &rows[i]));
	ret_values->rows = (struct template_rows){ rows, LANGUAGE_COUNT };
	ret_values->here = one_language ? STR_NONE : page_of(visit);
	return OK;
}

/* ---- the switch ---- */

/* Letters of base64url: whatever else came is no token of ours, and goes into no address. */
static bool is_token(struct str token)
{
	for (size_t i = 0; i < token.len; i++) {
		char c = token.ptr[i];
		if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9') &&
		    c != '-' && c != '_')
			return false;
	}
	return token.len > 0;
}

/* Where the person was: the page, with the token of its link or the address to go back to.
 * Relative, so that it stays on whatever host the person has come to. */
static enum err way_back(struct visit *visit, struct str *ret_url)
{
	struct str page = page_typed(visit, "back"), token = page_typed(visit, "token");
	struct str return_to = page_typed(visit, "return_to");
	struct buf url = buf_in(visit->request->arena);

	buf_puts(&url, ".");
	buf_add(&url, is_page(page) ? page : STR("/"));
	if (is_token(token)) {
		buf_puts(&url, "?token=");
		buf_add(&url, token);
	} else if (return_to.ptr) {
		buf_puts(&url, "?");
		url_add_pair(&url, "return_to", return_to);
	}
	return buf_str(&url, ret_url);
}

enum err speech_choose(struct visit *visit, const void *nothing)
{
	enum language language;
	struct str url;

	(void)nothing;
	if (language_find(page_typed(visit, "lang"), &language)) {
		struct str tag = str(languages[language].tag);
		TRY(cookie_set(visit, CHOSEN, (struct secret){ tag.ptr, tag.len }, CHOICE_S));
	}
	TRY(way_back(visit, &url));
	page_redirect(visit, url);
	return OK;
}
