/* SPDX-License-Identifier: Apache-2.0 */
/* sheet_text.c - a sheet as plain text: paragraphs, with an empty line between. */
#include "mail/sheet.h"

static void add_paragraph(struct buf *out, struct str words)
{
	if (words.len == 0)
		return;
	buf_puts(out, out->len > 0 ? "\n\n" : "");
	buf_add(out, words);
}

static void add_facts(struct buf *out, const struct sheet *sheet)
{
	for (size_t i = 0; i < sheet->n_facts; i++) {
		buf_puts(out, i == 0 ? "\n\n" : "\n");
		buf_add(out, sheet->facts[i].line);
	}
}

enum err sheet_text(struct arena *arena, const struct sheet *sheet, struct str *ret_text)
{
	struct buf out = buf_in(arena);

	add_paragraph(&out, sheet->heading);
	for (size_t i = 0; i < sheet->n_blocks; i++) {
		const struct sheet_block *block = &sheet->blocks[i];
		if (block->kind == SHEET_FACTS)
			add_facts(&out, sheet);
		add_paragraph(&out, block->words);
		add_paragraph(&out, block->link);
	}
	add_paragraph(&out, sheet->footer);
	return buf_str(&out, ret_text);
}
