/* SPDX-License-Identifier: Apache-2.0 */
/* document.h - a dialect described by the tables that route and decode it: docs/api-NAME.md, and of
 * the account API /openapi.json and the pages below /problems/ too.
 *
 * What the tables cannot say are words: what a member means and looks like (it means the same in
 * every call), what a problem's code means and what to do about it. A unit test refuses a row
 * without its words. */
#ifndef REKEY_DIALECT_DOCUMENT_H
#define REKEY_DIALECT_DOCUMENT_H

#include "dialect/dialect.h"

struct member_words {
	const char *name;     /* "email"; "session_refresh.token": of that operation alone */
	const char *meaning;  /* the rest of the sentence "This is..." */
	const char *example;  /* as it is in JSON, a text without its quotes */
	const char *format;   /* as OpenAPI calls it; NULL: none */
	const char *pattern;  /* of a text that the server makes; NULL: any */
	unsigned max_length;  /* of a text that the server takes; 0: any */
	bool may_be_left_out; /* of an answer */
};

struct problem_words {
	const char *code;
	const char *meaning; /* whole sentences, as is the advice */
	const char *advice;
};

/* How a call shows who is asking. */
enum shows { SHOWS_NOTHING, SHOWS_BEARER, SHOWS_KEY, SHOWS_MASTER, SHOWS_COUNT };

struct document_words {
	const char *title, *introduction;
	const char *printed_by; /* the command that prints the page */
	const char *elsewhere;  /* where else it is described, a sentence; NULL: nowhere */
	/* How curl is told what the client shows: with every call (NULL: nothing), and by who is
	 * asking. */
	const char *shows_app, *shows[SHOWS_COUNT];
	const struct member_words *members;
	size_t n_members;
	const struct problem_words *problems;
	size_t n_problems;
};

extern const struct document_words account_words, backtory_words, hacksystem_words;

/* Whether a row can be answered with this error: what its operation refuses, and what the gate, its
 * fields and the server itself do. */
bool document_lists_error(const struct route *route, enum err err);

/* Of a nested member by its last name. NULL: there are none. */
const struct member_words *document_member(const struct dialect *dialect, const struct route *route,
                                           const char *name);
const struct problem_words *document_problem(const struct dialect *dialect, struct str code);

/* The dialect as OpenAPI 3.1. base: the prefix of every path. The same tables, the same bytes. */
MUST_USE enum err document_openapi(struct arena *arena, const struct dialect *dialect,
                                   struct str base, struct str *ret_json);

/* The dialect as a page for people, in Markdown, with an example to try for every row. */
MUST_USE enum err document_markdown(struct arena *arena, const struct dialect *dialect,
                                    struct str *ret_markdown);

/* What the documents in the source tree show as the server's address. */
#define DOCUMENT_EXAMPLE_BASE "https://id.example.org"

#endif
