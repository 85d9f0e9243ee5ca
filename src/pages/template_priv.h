/* SPDX-License-Identifier: Apache-2.0 */
/* template_priv.h - a template piece by piece: for those who check it and for who shows it. */
#ifndef REKEY_PAGES_TEMPLATE_PRIV_H
#define REKEY_PAGES_TEMPLATE_PRIV_H

#include "pages/template.h"

/* A piece is the literal text up to the next tag, and that tag. */
enum piece_kind {
	PIECE_END, /* no tag: the file is over */
	PIECE_FAULT,
	PIECE_VALUE,
	PIECE_IF,     /* {{#name}} */
	PIECE_UNLESS, /* {{^name}} */
	PIECE_CLOSE,
	PIECE_INCLUDE,
	PIECE_COMMENT,
	PIECE_WORDS, /* {{@key}} */
};

struct piece {
	struct str literal;
	enum piece_kind kind;
	struct str name;
	size_t at; /* of the tag */
};

struct scan {
	const struct embedded *file;
	size_t at;
};

/* The next one. Behind PIECE_END and PIECE_FAULT there is none. */
struct piece piece_next(struct scan *scan);

/* Says what is wrong at this byte of the file. ERR_INTERNAL, always. */
enum err template_complain(struct template_fault *ret_fault, const struct embedded *file, size_t at,
                           struct str tag, const char *why);

#endif
