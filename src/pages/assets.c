/* SPDX-License-Identifier: Apache-2.0 */
/* assets.c - what pages load, all of it from here: the style sheet and the scripts, the app's
 * colours, its picture. An address has a version in it, so a browser may keep what it got. */
#include "pages/assets.h"
#include "account/app_look.h"
#include "pages/pages.h"
#include <string.h>

/* An address of another version may come from a page of another server of ours, which has another
 * answer: this one is good for once. */
#define KEPT "public, max-age=31536000, immutable"
#define ONCE "no-store"

#define PICTURE "image/svg+xml"

/* A picture that is opened by itself: whatever it holds, nothing of it runs. */
#define PICTURE_POLICY "default-src 'none'; style-src 'unsafe-inline'; sandbox"

/* The segments of /assets/VERSION/NAME. */
static struct str version_of(const struct visit *visit)
{
	struct str rest = str_from(visit->path, strlen("/assets/"));

	return (struct str){ rest.ptr, str_find(rest, '/') };
}

static struct str name_of(const struct visit *visit)
{
	struct str rest = str_from(visit->path, strlen("/assets/"));

	return str_from(rest, str_find(rest, '/') + 1);
}

static void answer(struct visit *visit, struct str body, struct str type, struct str version)
{
	visit->response->body = body;
	visit->response->content_type = type;
	visit->cache = str_equal(version_of(visit), version) ? KEPT : ONCE;
}

/* ---- files ---- */

static const struct {
	const char *end, *type;
} types[] = {
	{ ".css", "text/css; charset=utf-8" },
	{ ".js", "text/javascript; charset=utf-8" },
	{ ".svg", PICTURE },
};

/* NULL: it is no asset. */
static const char *type_of(struct str name)
{
	FOREACH(type, types) {
		if (str_ends(name, type->end))
			return type->type;
	}
	return NULL;
}

/* Of "br, gzip;q=0.8": whether gzip is one of them, and not one that is refused. */
static bool takes_gzip(struct str list)
{
	while (list.len > 0) {
		struct str item = str_cut(&list, ",");
		struct str name = str_trim(str_cut(&item, ";"));
		struct str weight = str_from(item, str_find(item, '='));
		if (str_is_nocase(name, "gzip"))
			return weight.len == 0 || strcspn(weight.ptr, "123456789,") < weight.len;
	}
	return false;
}

/* Ours, unless an operator's stands in its place, is there compressed as well. */
static enum err compress(struct visit *visit, const struct embedded *file, struct str *body)
{
	struct str name;

	TRY(arena_printf(visit->request->arena, &name, "%s.gz", file->name));
	const struct embedded *compressed = embedded_find(page_files, name);
	response_header(visit->response, "Vary", STR("Accept-Encoding"));
	if (!compressed || file->text.ptr != embedded_find(page_files, str(file->name))->text.ptr ||
	    !takes_gzip(request_header(visit->request, "Accept-Encoding")))
		return arena_str(visit->request->arena, file->text, body);
	*body = compressed->text;
	response_header(visit->response, "Content-Encoding", STR("gzip"));
	return OK;
}

enum err page_asset(struct visit *visit, const void *nothing)
{
	CLEANUP(page_files_leave)
	struct page_files files = page_files_take(visit->doors->pages, visit->ctx.app.name);
	struct str name = name_of(visit), body;
	const struct embedded *file = embedded_find(files.templates.files, name);
	const char *type = type_of(name);

	(void)nothing;
	if (!file || !type)
		return ERR_NOT_FOUND;
	TRY(compress(visit, file, &body));
	answer(visit, body, str(type), str(files.version));
	if (strcmp(type, PICTURE) == 0)
		response_header(visit->response, "Content-Security-Policy", STR(PICTURE_POLICY));
	return OK;
}

/* ---- the app's colours ---- */

static void add_colour(struct buf *css, const char *name, struct colour colour)
{
	buf_printf(css, "--%s:#%02x%02x%02x;", name, colour.red, colour.green, colour.blue);
}

static void add_palette(struct buf *css, struct colour accent, bool dark)
{
	struct palette palette = palette_of(accent, dark);

	buf_puts(css, ":root{");
	add_colour(css, "key", palette.key);
	add_colour(css, "on-key", palette.on_key);
	add_colour(css, "ground", palette.ground);
	add_colour(css, "sheet", palette.sheet);
	add_colour(css, "wash", palette.wash);
	add_colour(css, "hair", palette.hair);
	buf_puts(css, "}");
}

/* NONE: it has our colours. */
static enum err colours_of(struct arena *arena, const struct app *app, struct str *ret_css)
{
	struct buf css = buf_in(arena);
	struct colour accent;

	*ret_css = STR_NONE;
	if (!app->accent.ptr || !colour_read(app->accent, &accent))
		return OK;
	add_palette(&css, accent, false);
	buf_puts(&css, "@media(prefers-color-scheme:dark){");
	add_palette(&css, accent, true);
	buf_puts(&css, "}\n");
	return buf_str(&css, ret_css);
}

enum err page_colours_version(struct arena *arena, const struct app *app, struct str *ret_version)
{
	struct str css;

	TRY(colours_of(arena, app, &css));
	*ret_version = STR_NONE;
	return css.ptr ? look_version(arena, css, ret_version) : OK;
}

enum err page_colours(struct visit *visit, const void *nothing)
{
	struct arena *arena = visit->request->arena;
	struct str css, version;

	(void)nothing;
	TRY(colours_of(arena, &visit->ctx.app, &css));
	if (!css.ptr)
		return ERR_NOT_FOUND;
	TRY(look_version(arena, css, &version));
	answer(visit, css, STR("text/css; charset=utf-8"), version);
	return OK;
}

/* ---- its picture ---- */

enum err page_logo(struct visit *visit, const void *result)
{
	const struct app_logo *logo = result;
	struct str version;

	TRY(look_version(visit->request->arena, logo->image, &version));
	answer(visit, logo->image, logo->type, version);
	response_header(visit->response, "Content-Security-Policy", STR(PICTURE_POLICY));
	return OK;
}
