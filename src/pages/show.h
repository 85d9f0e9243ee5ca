/* SPDX-License-Identifier: Apache-2.0 */
/* show.h - a template as the answer to a visit, with what every page has. */
#ifndef REKEY_PAGES_SHOW_H
#define REKEY_PAGES_SHOW_H

#include "dialect/dialect.h"
#include "pages/template.h"

enum { PAGE_VALUES_MAX = 32 };

/* Answers with the template `name`. Adds language, its switch, direction, base and the app's look
 * to the values given, and the headers that keep a page private and to itself. values ends with a
 * NULL name; with ours there are PAGE_VALUES_MAX at most, the end included. */
MUST_USE enum err page_show(struct visit *visit, const char *name,
                            const struct template_value *values);

/* The way back to the app's root: one step for each slash below it. */
MUST_USE enum err page_base(struct visit *visit, struct str *ret_base);

/* Sends the browser to get another page (RFC 9110, 15.4.4). */
void page_redirect(struct visit *visit, struct str url);

/* What was typed into a form, for the person to mend. NONE: nothing. */
struct str page_typed(const struct visit *visit, const char *name);
struct secret page_typed_secret(const struct visit *visit, const char *name);

/* A value that only a section asks for: there, or not. */
struct str page_flag(bool is);

/* The values min and min_length: of a password, for the form and for people. */
enum { LENGTH_VALUES = 2 };
MUST_USE enum err page_length(struct visit *visit, struct template_value ret_values[LENGTH_VALUES]);

/* Answers with the words for an error, and nothing else. */
MUST_USE enum err page_show_error(struct visit *visit, enum err err);

/* Development mode: the list of mails that were kept, one of them, and its HTML as it came. */
MUST_USE enum err page_dev_mails(struct visit *visit, const void *nothing);
MUST_USE enum err page_dev_mail(struct visit *visit, const void *nothing);
MUST_USE enum err page_dev_mail_html(struct visit *visit, const void *nothing);

#endif
