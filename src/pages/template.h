/* SPDX-License-Identifier: Apache-2.0 */
/* template.h - HTML out of templates, in a language that has no way to forget the escaping.
 *
 *     {{name}}               the value, always escaped: safe in text and in a quoted attribute
 *     {{#name}}...{{/name}}  shown if the value is there and not empty; once per row of a list,
 *                            whose values hide those of the same name around it
 *     {{^name}}...{{/name}}  shown if it is not there, or empty
 *     {{>file.html}}         another template, with the same values
 *     {{@key}}               the words of that key in the page's language (base/texts.h), their
 *                            places filled with the values of those names; escaped, all of it
 *     {{! words }}           nothing; for the SPDX line, which need not travel
 *
 * A tag that shows nothing itself and stands alone on its line takes the line with it. There is no
 * raw form. What escaping cannot do stays with the people who write: the scheme of a link is to be
 * checked by whoever gives it as a value, and no template holds a script or a style of its own.
 *
 * Templates are few, small and read where they lie; nothing is compiled or kept. Thread-safe. */
#ifndef REKEY_PAGES_TEMPLATE_H
#define REKEY_PAGES_TEMPLATE_H

#include "base/arena.h"
#include "base/embedded.h"
#include "base/texts.h"

/* Sections and includes may nest this deep, all together. */
enum { TEMPLATE_DEPTH_MAX = 16 };

struct template_set {
	const struct embedded *files; /* ended by .name == NULL */
	enum language language;       /* of the page */
};

/* One of text, secret, rows and key; an array of values ends with .name == NULL. */
struct template_value {
	const char *name;
	struct str text;                  /* STR_NONE: not there, as if it had not been listed */
	struct secret secret;             /* a token, for the form of the person who brought it */
	const struct template_rows *rows; /* a list */
	const char *key;                  /* of words, as {{@key}} has them */
};

struct template_rows {
	const struct template_value *const *values; /* n arrays */
	size_t n;
};

/* Where and why a template is wrong: "home.html:12: a section is never closed: dev". */
struct template_fault {
	const char *file;
	unsigned line;   /* from 1 */
	const char *why; /* a constant */
	struct str tag;  /* borrowed from the template; may be empty */
};

/* Reads every file of the set whose name ends in .html, so that a broken template stops the start
 * and never reaches a person. Refuses tags that are none, sections that do not close where and in
 * what they began, includes of unknown files or in a circle, words that no language has, and a
 * value or words inside an HTML tag without quotes around them. Quotes in an HTML comment confuse
 * it: use {{! }}. ERR_INTERNAL: *ret_fault says what; only then is it written. */
MUST_USE enum err template_check(const struct template_set *set, struct template_fault *ret_fault);

/* The template `name` with these values, in the arena, NUL behind. ERR_INTERNAL: no such template,
 * a broken one, or one that shows a value which is not given (sections may ask for such). */
MUST_USE enum err template_render(struct arena *arena, const struct template_set *set,
                                  const char *name, const struct template_value *values,
                                  struct str *ret_html);

#endif
