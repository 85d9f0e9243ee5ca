/* SPDX-License-Identifier: Apache-2.0 */
/* str.h - text as a pointer and a length, and secrets as something else.
 *
 * A str borrows its bytes. Those that an arena made also end in NUL, which len does not count.
 * A secret has the same shape and another type, so that no function that prints, logs or compares
 * text takes one by mistake: secrets are compared by secret_equal() (crypto.h) and by nothing else.
 */
#ifndef REKEY_BASE_STR_H
#define REKEY_BASE_STR_H

#include "base/defs.h"
#include <stdbool.h>

struct str {
	const char *ptr; /* NULL: there is no text, which is not the same as "" */
	size_t len;      /* bytes */
};

struct secret {
	const char *ptr; /* NULL: there is none */
	size_t len;      /* bytes */
};

struct str_list {
	struct str *items;
	size_t n;
};

#define STR(literal) ((struct str){ "" literal, sizeof(literal) - 1 })
#define STR_NONE     ((struct str){ NULL, 0 })
#define SECRET_NONE  ((struct secret){ NULL, 0 })

/* For printf: printf("%.*s", STR_ARG(s)). There is none for a secret. */
#define STR_ARG(s) (int)(s).len, (s).ptr ? (s).ptr : ""

/* Borrows a C string; NULL gives STR_NONE. */
struct str str(const char *c_string);

bool str_equal(struct str a, struct str b);
bool str_is(struct str s, const char *c_string);
bool str_starts(struct str s, const char *prefix);
bool str_ends(struct str s, const char *suffix);

/* Without upper and lower case, ASCII only: for header names, schemes, hosts. */
bool str_is_nocase(struct str s, const char *c_string);

/* The part of s from byte `from` on. from <= s.len. */
struct str str_from(struct str s, size_t from);

/* The place of the first c, or s.len. */
size_t str_find(struct str s, char c);

/* Takes what stands before the first mark off *rest, and the mark: "a" of "a,b", which is "b" then.
 * Without a mark, all of it. */
struct str str_cut(struct str *rest, const char *mark);

/* Without the spaces and tabs around it. */
struct str str_trim(struct str s);

/* Reads a whole decimal number without sign or space. false: it is none, or above max. */
MUST_USE bool str_to_number(struct str s, long long max, long long *ret_number);

#endif
