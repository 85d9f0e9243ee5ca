/* SPDX-License-Identifier: Apache-2.0 */
/* app_look.c - colours that can be read, out of one that an operator chose; and pictures, known by
 * their first bytes and not by what somebody calls them. */
#include "account/app_look.h"
#include "base/text.h"
#include <math.h>
#include <string.h>

enum { VERSION_BYTES = 8 };

struct str app_title(const struct app *app)
{
	return app->title.ptr ? app->title : app->name;
}

enum err look_version(struct arena *arena, struct str bytes, struct str *ret_version)
{
	struct digest digest = digest_of((struct secret){ bytes.ptr, bytes.len });

	return spell_hex(arena, digest.bytes, VERSION_BYTES, ret_version);
}

/* ---- colours ---- */

enum { WHOLE = 256, STEP = 8 };

/* More than the 4.5 that is asked for, so that rounding takes nothing from it. */
#define CONTRAST_WANTED 4.6

static const struct colour black = { 0, 0, 0 }, white = { 255, 255, 255 };

/* What the colours of each scheme begin with, and how much of the accent goes in. */
static const struct scheme {
	struct colour ground, sheet, wash, hair;
	int in_ground, in_sheet, in_wash, in_hair; /* of WHOLE */
} schemes[] = {
	{ { 0xf3, 0xf5, 0xf5 },
	  { 0xff, 0xff, 0xff },
	  { 0xfc, 0xfd, 0xfd },
	  { 0xdf, 0xe4, 0xe3 },
	  10,
	  0,
	  20,
	  18 },
	{ { 0x0f, 0x12, 0x13 },
	  { 0x18, 0x1c, 0x1e },
	  { 0x22, 0x28, 0x2a },
	  { 0x2c, 0x34, 0x36 },
	  8,
	  10,
	  22,
	  22 },
};

bool colour_read(struct str text, struct colour *ret_colour)
{
	unsigned char bytes[3];

	if (text.len != 1 + 2 * sizeof(bytes) || text.ptr[0] != '#' ||
	    !read_hex(str_from(text, 1), bytes, sizeof(bytes)))
		return false;
	*ret_colour = (struct colour){ bytes[0], bytes[1], bytes[2] };
	return true;
}

static double linear(unsigned char channel)
{
	double part = channel / 255.0;

	return part <= 0.04045 ? part / 12.92 : pow((part + 0.055) / 1.055, 2.4);
}

static double luminance(struct colour colour)
{
	return 0.2126 * linear(colour.red) + 0.7152 * linear(colour.green) +
	       0.0722 * linear(colour.blue);
}

double colour_contrast(struct colour a, struct colour b)
{
	double one = luminance(a) + 0.05, other = luminance(b) + 0.05;

	return one > other ? one / other : other / one;
}

static unsigned char mix_channel(unsigned char from, unsigned char into, int part)
{
	return (unsigned char)((from * part + into * (WHOLE - part)) / WHOLE);
}

/* `part` of `from`, the rest of `into`. */
static struct colour mix(struct colour from, struct colour into, int part)
{
	return (struct colour){ mix_channel(from.red, into.red, part),
		                mix_channel(from.green, into.green, part),
		                mix_channel(from.blue, into.blue, part) };
}

/* On each of what it may lie on. */
static bool can_be_read(struct colour key, const struct palette *palette)
{
	return colour_contrast(key, palette->ground) >= CONTRAST_WANTED &&
	       colour_contrast(key, palette->sheet) >= CONTRAST_WANTED &&
	       colour_contrast(key, palette->wash) >= CONTRAST_WANTED;
}

/* The accent, no further towards black or white than it has to go. */
static struct colour readable(struct colour accent, struct colour towards,
                              const struct palette *palette)
{
	struct colour key = accent;

	for (int part = STEP; part <= WHOLE && !can_be_read(key, palette); part += STEP)
		key = mix(towards, accent, part);
	return key;
}

struct palette palette_of(struct colour accent, bool dark)
{
	const struct scheme *scheme = &schemes[dark];
	struct palette palette = {
		.ground = mix(accent, scheme->ground, scheme->in_ground),
		.sheet = mix(accent, scheme->sheet, scheme->in_sheet),
		.wash = mix(accent, scheme->wash, scheme->in_wash),
		.hair = mix(accent, scheme->hair, scheme->in_hair),
	};

	palette.key = readable(accent, dark ? white : black, &palette);
	palette.on_key = colour_contrast(white, palette.key) >= CONTRAST_WANTED ? white : black;
	return palette;
}

/* ---- its picture ---- */

enum { SVG_HEAD = 1024 };

static bool has_at(struct str image, size_t at, const char *bytes, size_t n)
{
	return image.len >= at + n && memcmp(image.ptr + at, bytes, n) == 0;
}

/* Text that begins as markup and soon has the root that it must have. */
static bool is_svg(struct str image)
{
	struct str head = { image.ptr, image.len < SVG_HEAD ? image.len : SVG_HEAD };

	return head.len > 0 && head.ptr[0] == '<' && text_is_utf8(image) &&
	       memmem(head.ptr, head.len, "<svg", strlen("<svg")) != NULL;
}

struct str logo_type(struct str image)
{
	if (image.len > LOGO_BYTES_MAX)
		return STR_NONE;
	if (has_at(image, 0, "\x89PNG\r\n\x1a\n", 8))
		return STR("image/png");
	if (has_at(image, 0, "RIFF", 4) && has_at(image, 8, "WEBP", 4))
		return STR("image/webp");
	return is_svg(image) ? STR("image/svg+xml") : STR_NONE;
}

static enum err app_logo(struct ctx *ctx, const struct nothing *in, struct app_logo *ret_logo)
{
	(void)in;
	return store_app_logo(ctx->store, ctx->arena, ctx->app.id, ret_logo);
}
OPERATION(app_logo, struct nothing, struct app_logo, REQUIRES_NOTHING, LIMIT_NONE, COST_QUICK)
