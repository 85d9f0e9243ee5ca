/* SPDX-License-Identifier: Apache-2.0 */
/* sheet_html.c - a sheet as the HTML that mail clients understand.
 *
 * Outlook lays out tables and little else, so tables carry the design, with a fixed one around them
 * that it alone sees. Gmail keeps no more than inline styles of some mails, so those are the light
 * sheet, whole; the dark one and the narrow one are in a style element, for whoever reads it. */
#include "mail/sheet.h"
#include "account/app_look.h"
#include "base/html.h"
#include <stdio.h>

#define FONT                                                                                       \
	"font-family:system-ui,-apple-system,'Segoe UI',Roboto,'Noto Sans','Nirmala UI',Tahoma,"   \
	"Arial,sans-serif;"
#define MONOSPACE "font-family:ui-monospace,Consolas,Menlo,monospace;"

/* The colours of a scheme, as HTML spells them. */
struct paint {
	char key[8], on_key[8], ground[8], sheet[8], wash[8], hair[8];
};

/* What is being written. */
struct canvas {
	struct buf *out;
	const struct sheet *sheet;
	struct paint light, dark;
};

/* Those of our pages (pages/files/rekey.css). */
static const struct paint our_light = { "#0a6462", "#ffffff", "#eef3f1",
	                                "#ffffff", "#e6f1ee", "#d5dfdc" };
static const struct paint our_dark = { "#83d9cc", "#04302c", "#0e1616",
	                               "#172221", "#1e302d", "#2b3a38" };

#define INK  "#17292a"
#define SOFT "#4c5f5e"

static void spell(char room[8], struct colour colour)
{
	snprintf(room, 8, "#%02x%02x%02x", colour.red, colour.green, colour.blue);
}

static struct paint paint_of(struct colour accent, bool dark)
{
	const struct palette palette = palette_of(accent, dark);
	struct paint paint;

	spell(paint.key, palette.key);
	spell(paint.on_key, palette.on_key);
	spell(paint.ground, palette.ground);
	spell(paint.sheet, palette.sheet);
	spell(paint.wash, palette.wash);
	spell(paint.hair, palette.hair);
	return paint;
}

static struct canvas canvas_of(struct buf *out, const struct sheet *sheet)
{
	struct canvas canvas = { out, sheet, our_light, our_dark };
	struct colour accent;

	if (sheet->accent.len > 0 && colour_read(sheet->accent, &accent)) {
		canvas.light = paint_of(accent, false);
		canvas.dark = paint_of(accent, true);
	}
	return canvas;
}

/* Lines stay lines. */
static void add_escaped(struct buf *out, struct str text)
{
	while (str_find(text, '\n') < text.len) {
		html_add(out, str_cut(&text, "\n"));
		buf_puts(out, "<br>\n");
	}
	html_add(out, text);
}

/* before, the words, and after. */
static void add_framed(struct buf *out, const char *before, struct str words, const char *after)
{
	buf_puts(out, before);
	add_escaped(out, words);
	buf_puts(out, after);
}

static const char *side_of(const struct sheet *sheet)
{
	return sheet->right_to_left ? "right" : "left";
}

static const char *direction_of(const struct sheet *sheet)
{
	return sheet->right_to_left ? "rtl" : "ltr";
}

/* ---- blocks ---- */

static void add_paragraphs(struct buf *out, struct str words)
{
	while (words.len > 0) {
		struct str one = str_cut(&words, "\n\n");
		add_framed(out, "<p style=\"margin:0 0 16px\">", one, "</p>\n");
	}
}

/* A cell with a ground of its own: what Outlook can pad and colour. */
static void open_cell(struct buf *out, const char *table_style, const char *class,
                      const char *attributes, const char *style, const char *ground)
{
	buf_printf(out,
	           "<table role=\"presentation\" style=\"border-collapse:separate;"
	           "border-spacing:0;%s\"><tbody><tr><td class=\"%s\"%s style=\"%s;"
	           "background-color:%s\">",
	           table_style, class, attributes, style, ground);
}

static void close_cell(struct buf *out)
{
	buf_puts(out, "</td></tr></tbody></table>\n");
}

static void add_button(const struct canvas *canvas, const struct sheet_block *block)
{
	const struct paint *paint = &canvas->light;
	struct buf *out = canvas->out;

	open_cell(out, "margin:8px 0 16px", "button", "",
	          "border-radius:10px;text-align:center;mso-padding-alt:14px 28px", paint->key);
	add_framed(out, "<a class=\"on-key\" href=\"", block->link,
	           "\" style=\"display:inline-block;padding:14px 28px;" FONT
	           "font-size:16px;font-weight:600;line-height:1.4;text-decoration:none;");
	buf_printf(out, "color:%s\">", paint->on_key);
	add_escaped(out, block->words);
	buf_puts(out, "</a>");
	close_cell(out);
}

static void add_link(const struct canvas *canvas, const struct sheet_block *block)
{
	struct buf *out = canvas->out;

	if (block->words.len == 0) {
		buf_printf(out,
		           "<p dir=\"ltr\" style=\"margin:0 0 16px;word-break:break-all\">"
		           "<a class=\"key\" style=\"color:%s\"",
		           canvas->light.key);
		add_framed(out, " href=\"", block->link, "\">");
		add_framed(out, "", block->link, "</a></p>\n");
		return;
	}
	add_button(canvas, block);
	add_framed(out,
	           "<p class=\"soft\" style=\"margin:0 0 16px;font-size:13px;color:" SOFT "\">",
	           block->hint, "<br>\n");
	add_framed(out, "<span dir=\"ltr\" style=\"word-break:break-all\">", block->link,
	           "</span></p>\n");
}

static void add_code(const struct canvas *canvas, const struct sheet_block *block)
{
	struct buf *out = canvas->out;

	open_cell(out, "width:100%;margin:0 0 16px", "wash ink", " dir=\"ltr\"",
	          "padding:16px;border-radius:10px;text-align:center;color:" INK,
	          canvas->light.wash);
	add_framed(out,
	           "<code style=\"" MONOSPACE
	           "font-size:22px;font-weight:600;letter-spacing:1px;word-break:break-all\">",
	           block->words, "</code>");
	close_cell(out);
}

static void add_fact(struct buf *out, const struct sheet *sheet, const struct sheet_fact *fact)
{
	const char *side = side_of(sheet);

	buf_printf(out,
	           "<tr><th scope=\"row\" class=\"soft\" style=\"padding:%s;width:34%%;"
	           "text-align:%s;vertical-align:top;font-weight:400;color:" SOFT "\">",
	           sheet->right_to_left ? "4px 0 4px 12px" : "4px 12px 4px 0", side);
	add_escaped(out, fact->name);
	buf_printf(out,
	           "</th>\n<td dir=\"auto\" class=\"ink\" style=\"padding:4px 0;text-align:%s;"
	           "vertical-align:top;color:" INK ";word-break:break-word\">",
	           side);
	add_framed(out, "", fact->value, "</td></tr>\n");
}

static void add_facts(const struct canvas *canvas)
{
	const struct sheet *sheet = canvas->sheet;
	struct buf *out = canvas->out;

	open_cell(out, "width:100%;margin:8px 0 16px", "wash", "",
	          "padding:12px 16px;border-radius:10px", canvas->light.wash);
	buf_puts(out, "\n<table style=\"width:100%;border-collapse:collapse;" FONT
	              "font-size:14px;line-height:1.6\"><tbody>\n");
	for (size_t i = 0; i < sheet->n_facts; i++)
		add_fact(out, sheet, &sheet->facts[i]);
	buf_puts(out, "</tbody></table>\n");
	close_cell(out);
}

static void add_block(const struct canvas *canvas, const struct sheet_block *block)
{
	struct buf *out = canvas->out;

	switch (block->kind) {
	case SHEET_TEXT:
		add_paragraphs(out, block->words);
		break;
	case SHEET_HEADING:
		add_framed(out,
		           "<h2 class=\"ink\" style=\"margin:24px 0 8px;font-size:16px;"
		           "line-height:1.4;color:" INK "\">",
		           block->words, "</h2>\n");
		break;
	case SHEET_LINK:
		add_link(canvas, block);
		break;
	case SHEET_CODE:
		add_code(canvas, block);
		break;
	case SHEET_FACTS:
		add_facts(canvas);
		break;
	}
}

/* ---- the frame ---- */

/* For whoever reads it: the dark scheme, and narrow screens. */
static void add_style_sheet(const struct canvas *canvas)
{
	const struct paint *dark = &canvas->dark;

	buf_puts(canvas->out, "<style>\n"
	                      ":root{color-scheme:light dark;supported-color-schemes:light dark}\n"
	                      "@media (max-width:480px){\n"
	                      ".sheet{padding:24px 20px!important}\n"
	                      "}\n"
	                      "@media (prefers-color-scheme:dark){\n"
	                      ".ink{color:#e4eeeb!important}\n"
	                      ".soft{color:#a5b6b3!important}\n");
	buf_printf(canvas->out,
	           ".ground{background-color:%s!important}\n"
	           ".sheet{background-color:%s!important;border-color:%s!important}\n"
	           ".key{color:%s!important}\n"
	           ".button{background-color:%s!important}\n"
	           ".on-key{color:%s!important}\n"
	           ".wash{background-color:%s!important}\n"
	           "}\n</style>\n",
	           dark->ground, dark->sheet, dark->hair, dark->key, dark->key, dark->on_key,
	           dark->wash);
	buf_puts(canvas->out, "<!--[if mso]><style>td,th,p,a,h1,h2{font-family:Arial,sans-serif"
	                      "!important}</style><![endif]-->\n");
}

static void add_head(const struct canvas *canvas)
{
	const struct sheet *sheet = canvas->sheet;
	struct buf *out = canvas->out;

	add_framed(out, "<!DOCTYPE html>\n<html lang=\"", sheet->language, "\" dir=\"");
	buf_puts(out, direction_of(sheet));
	buf_puts(out, "\">\n<head>\n<meta charset=\"utf-8\">\n"
	              "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
	              "<meta name=\"color-scheme\" content=\"light dark\">\n"
	              "<meta name=\"supported-color-schemes\" content=\"light dark\">\n"
	              "<meta name=\"format-detection\" content=\"telephone=no, date=no, "
	              "address=no, email=no, url=no\">\n");
	add_framed(out, "<title>", sheet->subject, "</title>\n");
	add_style_sheet(canvas);
	buf_puts(out, "</head>\n");
}

/* Language and direction once more: Gmail shows what is in the body, and not its attributes. */
static void open_body(const struct canvas *canvas)
{
	const struct sheet *sheet = canvas->sheet;
	const char *ground = canvas->light.ground;
	struct buf *out = canvas->out;

	buf_printf(out,
	           "<body class=\"ground\" style=\"margin:0;padding:0;background-color:%s\">\n",
	           ground);
	add_framed(out, "<div class=\"ground\" lang=\"", sheet->language, "\"");
	buf_printf(out, " dir=\"%s\" style=\"padding:0 8px;background-color:%s\">\n",
	           direction_of(sheet), ground);
	if (sheet->preheader.len > 0)
		add_framed(out,
		           "<div style=\"display:none;max-height:0;overflow:hidden;"
		           "mso-hide:all\">",
		           sheet->preheader, "</div>\n");
	buf_puts(out, "<!--[if mso]><table role=\"presentation\" align=\"center\" width=\"600\" "
	              "cellpadding=\"0\" cellspacing=\"0\" border=\"0\"><tr><td><![endif]-->\n");
	buf_printf(out,
	           "<table role=\"presentation\" style=\"width:100%%;max-width:600px;"
	           "margin:0 auto;border-collapse:separate;border-spacing:0;text-align:%s\">"
	           "<tbody>\n",
	           side_of(sheet));
}

static void add_row(struct buf *out, const char *class, const char *style, const char *colour,
                    struct str words)
{
	buf_printf(out, "<tr><td class=\"%s\" style=\"" FONT "%s;color:%s\">", class, style,
	           colour);
	add_framed(out, "", words, "</td></tr>\n");
}

/* The sheet itself, with a heading and its blocks. */
static void add_sheet(const struct canvas *canvas)
{
	const struct sheet *sheet = canvas->sheet;
	struct buf *out = canvas->out;

	buf_printf(out,
	           "<tr><td class=\"sheet ink\" style=\"padding:32px;border-radius:16px;" FONT
	           "font-size:16px;line-height:1.65;color:" INK
	           ";background-color:%s;border:1px solid %s\">\n",
	           canvas->light.sheet, canvas->light.hair);
	if (sheet->heading.len > 0)
		add_framed(out,
		           "<h1 class=\"ink\" style=\"margin:0 0 16px;font-size:24px;"
		           "line-height:1.35;color:" INK "\">",
		           sheet->heading, "</h1>\n");
	for (size_t i = 0; i < sheet->n_blocks; i++)
		add_block(canvas, &sheet->blocks[i]);
	buf_puts(out, "</td></tr>\n");
}

static void close_body(struct buf *out)
{
	buf_puts(out, "</tbody></table>\n"
	              "<!--[if mso]></td></tr></table><![endif]-->\n"
	              "</div>\n</body>\n</html>\n");
}

enum err sheet_html(struct arena *arena, const struct sheet *sheet, struct str *ret_html)
{
	struct buf out = buf_in(arena);
	const struct canvas canvas = canvas_of(&out, sheet);

	add_head(&canvas);
	open_body(&canvas);
	add_row(&out, "key", "padding:28px 4px 12px;font-size:16px;font-weight:600;line-height:1.4",
	        canvas.light.key, sheet->sender);
	add_sheet(&canvas);
	if (sheet->footer.len > 0)
		add_row(&out, "soft", "padding:16px 4px 32px;font-size:13px;line-height:1.6", SOFT,
		        sheet->footer);
	close_body(&out);
	return buf_str(&out, ret_html);
}
