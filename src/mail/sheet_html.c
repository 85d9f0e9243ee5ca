/* SPDX-License-Identifier: Apache-2.0 */
/* sheet_html.c - a sheet as the HTML that mail clients understand.
 *
 * Outlook lays out tables and little else, so tables carry the design, with a fixed one around them
 * that it alone sees. Gmail keeps no more than inline styles of some mails, so those are the light
 * sheet, whole; the dark one and the narrow one are in a style element, for whoever reads it. */
#include "mail/sheet.h"
#include <string.h>

#define FONT                                                                                       \
	"font-family:system-ui,-apple-system,'Segoe UI',Roboto,'Noto Sans','Nirmala UI',Tahoma,"   \
	"Arial,sans-serif;"
#define MONOSPACE "font-family:ui-monospace,Consolas,Menlo,monospace;"

static const char style_sheet[] =
	"<style>\n"
	":root{color-scheme:light dark;supported-color-schemes:light dark}\n"
	"@media (max-width:480px){\n"
	".sheet{padding:24px 20px!important}\n"
	"}\n"
	"@media (prefers-color-scheme:dark){\n"
	".ground{background-color:#0e1616!important}\n"
	".sheet{background-color:#172221!important;border-color:#2b3a38!important}\n"
	".ink{color:#e4eeeb!important}\n"
	".soft{color:#a5b6b3!important}\n"
	".key{color:#83d9cc!important}\n"
	".button{background-color:#83d9cc!important}\n"
	".on-key{color:#04302c!important}\n"
	".wash{background-color:#1e302d!important}\n"
	"}\n"
	"</style>\n"
	"<!--[if mso]><style>td,th,p,a,h1,h2{font-family:Arial,sans-serif!important}</style>"
	"<![endif]-->\n";

static void add_escaped(struct buf *out, struct str text)
{
	static const struct {
		char letter;
		const char *escape;
	} escapes[] = { { '&', "&amp;" },
		        { '<', "&lt;" },
		        { '>', "&gt;" },
		        { '"', "&quot;" },
		        { '\n', "<br>\n" } };

	for (size_t i = 0; i < text.len; i++) {
		const char *escape = NULL;
		FOREACH(row, escapes) {
			if (row->letter == text.ptr[i])
				escape = row->escape;
		}
		if (escape)
			buf_puts(out, escape);
		else
			buf_putc(out, text.ptr[i]);
	}
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
		const char *end = memmem(words.ptr, words.len, "\n\n", 2);
		struct str one = { words.ptr, end ? (size_t)(end - words.ptr) : words.len };
		add_framed(out, "<p style=\"margin:0 0 16px\">", one, "</p>\n");
		words = str_from(words, end ? one.len + 2 : one.len);
	}
}

/* A cell with a ground of its own: what Outlook can pad and colour. */
static void open_cell(struct buf *out, const char *table_style, const char *class,
                      const char *attributes, const char *style)
{
	buf_printf(out,
	           "<table role=\"presentation\" style=\"border-collapse:separate;"
	           "border-spacing:0;%s\"><tbody><tr><td class=\"%s\"%s style=\"%s\">",
	           table_style, class, attributes, style);
}

static void close_cell(struct buf *out)
{
	buf_puts(out, "</td></tr></tbody></table>\n");
}

static void add_button(struct buf *out, const struct sheet_block *block)
{
	open_cell(out, "margin:8px 0 16px", "button", "",
	          "background-color:#0a6462;border-radius:10px;text-align:center;"
	          "mso-padding-alt:14px 28px");
	add_framed(out, "<a class=\"on-key\" href=\"", block->link,
	           "\" style=\"display:inline-block;padding:14px 28px;" FONT
	           "font-size:16px;font-weight:600;line-height:1.4;color:#ffffff;"
	           "text-decoration:none\">");
	add_escaped(out, block->words);
	buf_puts(out, "</a>");
	close_cell(out);
}

static void add_link(struct buf *out, const struct sheet_block *block)
{
	if (block->words.len == 0) {
		add_framed(out,
		           "<p dir=\"ltr\" style=\"margin:0 0 16px;word-break:break-all\">"
		           "<a class=\"key\" style=\"color:#0a6462\" href=\"",
		           block->link, "\">");
		add_framed(out, "", block->link, "</a></p>\n");
		return;
	}
	add_button(out, block);
	add_framed(out, "<p class=\"soft\" style=\"margin:0 0 16px;font-size:13px;color:#4c5f5e\">",
	           block->hint, "<br>\n");
	add_framed(out, "<span dir=\"ltr\" style=\"word-break:break-all\">", block->link,
	           "</span></p>\n");
}

static void add_code(struct buf *out, const struct sheet_block *block)
{
	open_cell(out, "width:100%;margin:0 0 16px", "wash ink", " dir=\"ltr\"",
	          "padding:16px;background-color:#e6f1ee;border-radius:10px;text-align:center;"
	          "color:#17292a");
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
	           "<tr><th scope=\"row\" class=\"soft\" style=\"padding:4px 0;width:34%%;"
	           "text-align:%s;vertical-align:top;font-weight:400;color:#4c5f5e\">",
	           side);
	add_escaped(out, fact->name);
	buf_printf(out,
	           "</th>\n<td dir=\"auto\" class=\"ink\" style=\"padding:4px 0;text-align:%s;"
	           "vertical-align:top;color:#17292a;word-break:break-word\">",
	           side);
	add_framed(out, "", fact->value, "</td></tr>\n");
}

static void add_facts(struct buf *out, const struct sheet *sheet)
{
	open_cell(out, "width:100%;margin:8px 0 16px", "wash", "",
	          "padding:12px 16px;background-color:#e6f1ee;border-radius:10px");
	buf_puts(out, "\n<table style=\"width:100%;border-collapse:collapse;" FONT
	              "font-size:14px;line-height:1.6\"><tbody>\n");
	for (size_t i = 0; i < sheet->n_facts; i++)
		add_fact(out, sheet, &sheet->facts[i]);
	buf_puts(out, "</tbody></table>\n");
	close_cell(out);
}

static void add_block(struct buf *out, const struct sheet *sheet, const struct sheet_block *block)
{
	switch (block->kind) {
	case SHEET_TEXT:
		add_paragraphs(out, block->words);
		break;
	case SHEET_HEADING:
		add_framed(out,
		           "<h2 class=\"ink\" style=\"margin:24px 0 8px;font-size:16px;"
		           "line-height:1.4;color:#17292a\">",
		           block->words, "</h2>\n");
		break;
	case SHEET_LINK:
		add_link(out, block);
		break;
	case SHEET_CODE:
		add_code(out, block);
		break;
	case SHEET_FACTS:
		add_facts(out, sheet);
		break;
	}
}

/* ---- the frame ---- */

static void add_head(struct buf *out, const struct sheet *sheet)
{
	add_framed(out, "<!DOCTYPE html>\n<html lang=\"", sheet->language, "\" dir=\"");
	buf_puts(out, direction_of(sheet));
	buf_puts(out, "\">\n<head>\n<meta charset=\"utf-8\">\n"
	              "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
	              "<meta name=\"color-scheme\" content=\"light dark\">\n"
	              "<meta name=\"supported-color-schemes\" content=\"light dark\">\n"
	              "<meta name=\"format-detection\" content=\"telephone=no, date=no, "
	              "address=no, email=no, url=no\">\n");
	add_framed(out, "<title>", sheet->subject, "</title>\n");
	buf_puts(out, style_sheet);
	buf_puts(out, "</head>\n");
}

/* Language and direction once more: Gmail shows what is in the body, and not its attributes. */
static void open_body(struct buf *out, const struct sheet *sheet)
{
	buf_puts(out, "<body class=\"ground\" style=\"margin:0;padding:0;"
	              "background-color:#eef3f1\">\n");
	add_framed(out, "<div class=\"ground\" lang=\"", sheet->language, "\"");
	buf_printf(out, " dir=\"%s\" style=\"padding:0 8px;background-color:#eef3f1\">\n",
	           direction_of(sheet));
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

static void add_row(struct buf *out, const char *class, const char *style, struct str words)
{
	buf_printf(out, "<tr><td class=\"%s\" style=\"" FONT "%s\">", class, style);
	add_framed(out, "", words, "</td></tr>\n");
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

	add_head(&out, sheet);
	open_body(&out, sheet);
	add_row(&out, "key",
	        "padding:28px 4px 12px;font-size:16px;font-weight:600;line-height:1.4;"
	        "color:#0a6462",
	        sheet->sender);
	buf_puts(&out, "<tr><td class=\"sheet ink\" style=\"padding:32px;background-color:#ffffff;"
	               "border:1px solid #d5dfdc;border-radius:16px;" FONT
	               "font-size:16px;line-height:1.65;color:#17292a\">\n");
	if (sheet->heading.len > 0)
		add_framed(&out,
		           "<h1 class=\"ink\" style=\"margin:0 0 16px;font-size:24px;"
		           "line-height:1.35;color:#17292a\">",
		           sheet->heading, "</h1>\n");
	for (size_t i = 0; i < sheet->n_blocks; i++)
		add_block(&out, sheet, &sheet->blocks[i]);
	buf_puts(&out, "</td></tr>\n");
	add_row(&out, "soft", "padding:16px 4px 32px;font-size:13px;line-height:1.6;color:#4c5f5e",
	        sheet->footer);
	close_body(&out);
	return buf_str(&out, ret_html);
}
