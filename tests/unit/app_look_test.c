/* SPDX-License-Identifier: Apache-2.0 */
/* app_look_test.c - colours that can be read whatever an operator chose, and pictures that are. */
#include "account/app_look.h"
#include "house.h"
#include "pages/pages.h"
#include <stdio.h>
#include <string.h>

enum { CHANNEL_STEP = 17 };

/* The n-th colour of this name in our style sheet: the light scheme's, then the dark one's. */
static struct colour of_sheet(const char *name, size_t n)
{
	struct str css = embedded_find(page_files, STR("rekey.css"))->text;
	struct colour colour = { 0 };
	char start[32];

	snprintf(start, sizeof(start), "--%s:", name);
	for (size_t i = 0; i <= n && css.len > 0; i++) {
		const char *found = memmem(css.ptr, css.len, start, strlen(start));
		css = found ? str_from(css, (size_t)(found - css.ptr) + strlen(start)) : STR("");
	}
	while (css.len > 0 && css.ptr[0] == ' ')
		css = str_from(css, 1);
	struct str written = { css.ptr, css.len < 7 ? css.len : 7 };
	CHECK(name, colour_read(written, &colour));
	return colour;
}

static void check_palette(const char *name, const struct palette *palette, size_t dark)
{
	struct colour soft = of_sheet("soft", dark), ink = of_sheet("ink", dark);
	const struct colour under[] = { palette->ground, palette->sheet, palette->wash };

	FOREACH(colour, under) {
		CHECK(name, colour_contrast(palette->key, *colour) >= 4.5);
		CHECK(name, colour_contrast(soft, *colour) >= 4.5);
		CHECK(name, colour_contrast(ink, *colour) >= 7);
	}
	CHECK(name, colour_contrast(palette->on_key, palette->key) >= 4.5);
	CHECK(name, colour_contrast(of_sheet("line", dark), palette->sheet) >= 3);
}

TEST(any_accent_gives_colours_that_can_be_read_in_both_schemes)
{
	for (int red = 0; red <= 255; red += CHANNEL_STEP * 3) {
		for (int green = 0; green <= 255; green += CHANNEL_STEP * 3) {
			for (int blue = 0; blue <= 255; blue += CHANNEL_STEP * 3) {
				const struct colour accent = { (unsigned char)red,
					                       (unsigned char)green,
					                       (unsigned char)blue };
				struct palette light = palette_of(accent, false);
				struct palette dark = palette_of(accent, true);
				char name[32];
				snprintf(name, sizeof(name), "#%02x%02x%02x", red, green, blue);
				check_palette(name, &light, 0);
				check_palette(name, &dark, 1);
			}
		}
	}
}

TEST(our_own_colours_can_be_read_in_both_schemes)
{
	for (size_t dark = 0; dark < 2; dark++) {
		const struct palette ours = {
			of_sheet("key", dark),   of_sheet("on-key", dark), of_sheet("ground", dark),
			of_sheet("sheet", dark), of_sheet("wash", dark),   of_sheet("hair", dark),
		};
		check_palette("ours", &ours, dark);
		CHECK("what is wrong",
		      colour_contrast(of_sheet("bad", dark), of_sheet("bad-wash", dark)) >= 4.5);
	}
}

TEST(an_accent_that_can_be_read_stays_as_it_is)
{
	const struct colour accent = { 0x8a, 0x1c, 0x5b };
	struct palette light = palette_of(accent, false);

	CHECK("as it was chosen", memcmp(&light.key, &accent, sizeof(accent)) == 0);
	CHECK("contrast of black and white",
	      (int)colour_contrast((struct colour){ 0, 0, 0 }, (struct colour){ 255, 255, 255 }) ==
	              21);
}

TEST(a_colour_is_six_digits_and_nothing_else)
{
	static const struct {
		const char *text;
		bool good;
	} cases[] = {
		{ "#0a6462", true },   { "#0A64fF", true },   { "0a6462", false },
		{ "#0a646", false },   { "#fff", false },     { "red", false },
		{ "#0a6462;", false }, { "#gggggg", false },  { "", false },
		{ "#0a64 2", false },  { "#0a64622", false },
	};
	struct colour colour;

	FOREACH(c, cases)
		CHECK(c->text, colour_read(str(c->text), &colour) == c->good);
}

TEST(a_picture_is_known_by_its_bytes)
{
	char large[LOGO_BYTES_MAX + 1];
	const struct {
		const char *name;
		struct str image;
		const char *want;
	} cases[] = {
		{ "PNG", STR("\x89PNG\r\n\x1a\n...."), "image/png" },
		{ "WebP", STR("RIFF\0\0\0\0WEBPVP8 "), "image/webp" },
		{ "SVG", STR("<svg xmlns=\"http://www.w3.org/2000/svg\"/>"), "image/svg+xml" },
		{ "SVG with a declaration", STR("<?xml version=\"1.0\"?>\n<svg/>"),
		  "image/svg+xml" },
		{ "SVG that is no text", STR("<svg>\xff</svg>"), NULL },
		{ "a page", STR("<!DOCTYPE html><p>Hello"), NULL },
		{ "GIF", STR("GIF89a......"), NULL },
		{ "half a PNG", STR("\x89PNG"), NULL },
		{ "sound", STR("RIFF\0\0\0\0WAVEfmt "), NULL },
		{ "words", STR("my logo"), NULL },
		{ "nothing", STR(""), NULL },
		{ "as large as may be", { large, LOGO_BYTES_MAX }, "image/png" },
		{ "too large", { large, LOGO_BYTES_MAX + 1 }, NULL },
	};

	memset(large, 0, sizeof(large));
	memcpy(large, "\x89PNG\r\n\x1a\n", 8);
	FOREACH(c, cases)
		CHECK(c->name,
		      c->want ? str_is(logo_type(c->image), c->want) : !logo_type(c->image).ptr);
}

static enum err set(struct house *house, const char *key, struct str value, struct app *ret_app)
{
	struct ctx ctx = house_operator(house);
	const struct app_setting setting = { str(key), value };
	const struct app_set in = { STR("demo"), &setting, 1 };
	struct app_changed changed;

	enum err err = operation_run(&ctx, &app_set_op, &in, &changed);
	if (err == OK)
		*ret_app = changed.app;
	return err;
}

TEST(a_picture_is_kept_beside_its_app_until_it_is_taken_away)
{
	const struct str svg = STR("<svg/>"), png = STR("\x89PNG\r\n\x1a\n\0\0");
	const struct nothing nothing = { 0 };
	struct house house;
	struct app app, other;
	struct app_logo logo;

	house_open(&house, t, NULL);
	struct ctx ctx = house_client(&house);
	CHECK("none", operation_run(&ctx, &app_logo_op, &nothing, &logo) == ERR_NOT_FOUND);
	CHECK("kept", set(&house, "logo", svg, &app) == OK && app.logo.len == 16);
	CHECK("found", operation_run(&ctx, &app_logo_op, &nothing, &logo) == OK);
	CHECK("as it was", str_equal(logo.image, svg) && str_is(logo.type, "image/svg+xml"));
	CHECK("no picture", set(&house, "logo", STR("@file.svg"), &app) == ERR_BAD_SETTING);
	CHECK("another",
	      set(&house, "logo", png, &other) == OK && !str_equal(app.logo, other.logo));
	CHECK("its bytes", operation_run(&ctx, &app_logo_op, &nothing, &logo) == OK &&
	                           str_equal(logo.image, png));
	CHECK("away", set(&house, "logo", STR(""), &app) == OK && !app.logo.ptr);
	CHECK("gone", operation_run(&ctx, &app_logo_op, &nothing, &logo) == ERR_NOT_FOUND);
	house_close(&house);
}

TEST(an_app_is_called_by_its_title_if_it_has_one)
{
	struct house house;
	struct app app;

	house_open(&house, t, NULL);
	CHECK("its name", str_is(app_title(&house.app), "demo"));
	CHECK("set", set(&house, "title", STR("فروشگاه"), &app) == OK);
	CHECK("its title", str_is(app_title(&app), "فروشگاه"));
	CHECK("two lines", set(&house, "title", STR("a\nb"), &app) == ERR_BAD_SETTING);
	CHECK("no text", set(&house, "title", STR("\xff"), &app) == ERR_BAD_SETTING);
	CHECK("unset",
	      set(&house, "title", STR(""), &app) == OK && str_is(app_title(&app), "demo"));
	house_close(&house);
}
