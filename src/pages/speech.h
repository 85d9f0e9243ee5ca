/* SPDX-License-Identifier: Apache-2.0 */
/* speech.h - which language a page is in, and the switch that every page has.
 *
 * What the person has chosen by the switch (a cookie) goes before everything; then the account's
 * own, where the page knows whose it is; then `lang=` of the link; then Accept-Language; then the
 * app's; then English. */
#ifndef REKEY_PAGES_SPEECH_H
#define REKEY_PAGES_SPEECH_H

#include "dialect/dialect.h"
#include "pages/template.h"

enum language page_language(const struct visit *visit);

/* The page is for somebody whose locale is this ("fr-CA"); NONE: nothing is known. */
void page_speak_for(struct visit *visit, struct str locale);

/* The values of the switch: `languages`, its buttons; `here`, the page to come back to; NONE where
 * the page cannot be shown again. */
struct speech_values {
	struct template_rows rows;
	struct str here;
};
MUST_USE enum err speech_values(struct visit *visit, struct speech_values *ret_values);

/* For the route of the switch: keeps the choice, and leads back to the page. */
MUST_USE enum err speech_choose(struct visit *visit, const void *nothing);

#endif
