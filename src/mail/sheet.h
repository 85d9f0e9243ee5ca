/* SPDX-License-Identifier: Apache-2.0 */
/* sheet.h - a mail as its parts, from which both of its forms are made.
 *
 * The same sheet becomes plain text (sheet_text.c) and HTML (sheet_html.c), so neither says what
 * the other does not. Whatever fills it is text: the HTML escapes every word of it. */
#ifndef REKEY_MAIL_SHEET_H
#define REKEY_MAIL_SHEET_H

#include "base/arena.h"

enum { SHEET_FACTS_MAX = 6 };

enum sheet_kind {
	SHEET_TEXT,    /* words: paragraphs, with an empty line between */
	SHEET_HEADING, /* words: above what follows */
	SHEET_LINK,    /* link, its words (NONE: it stands for itself), and a hint for who cannot
	                  press it */
	SHEET_CODE,    /* words: to be copied by hand, from left to right in every language */
	SHEET_FACTS,   /* the table of what happened */
};

struct sheet_block {
	enum sheet_kind kind;
	struct str words, hint, link;
};

struct sheet_fact {
	struct str name, value; /* "When", "23 November 2026" */
	struct str line;        /* both, as one line of plain text */
};

struct sheet {
	struct str language; /* "fa" (RFC 5646) */
	bool right_to_left;
	struct str subject;
	struct str sender;    /* whose mail it is; stands above it */
	struct str preheader; /* what lists of mails show beside the subject */
	struct str heading;   /* NONE: it begins with its text */
	struct str footer;    /* NONE: nothing is below */
	struct str accent;    /* "#rrggbb"; NONE: ours */
	struct sheet_block *blocks;
	size_t n_blocks;
	struct sheet_fact facts[SHEET_FACTS_MAX];
	size_t n_facts;
};

/* Plain text: a link, a code and each fact on lines of their own. ERR_NOMEM. */
MUST_USE enum err sheet_text(struct arena *arena, const struct sheet *sheet, struct str *ret_text);

/* One HTML document that asks nobody for anything. ERR_NOMEM. */
MUST_USE enum err sheet_html(struct arena *arena, const struct sheet *sheet, struct str *ret_html);

#endif
