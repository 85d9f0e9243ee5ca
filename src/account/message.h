/* SPDX-License-Identifier: Apache-2.0 */
/* message.h - the texts of an app that its operator edits while the server runs.
 *
 * Hack System answers with rows of its table `messages` and mails by those of
 * `transactional_emails`. An app gets its own copy of the shipped rows, in its language, when it is
 * made; from then on the rows are the operator's. They are read anew for every answer. */
#ifndef REKEY_ACCOUNT_MESSAGE_H
#define REKEY_ACCOUNT_MESSAGE_H

#include "account/operation.h"

enum { MESSAGE_TEXT_MAX = 1000, TEMPLATE_TEXT_MAX = 20000 };

struct message_named {
	struct str name;
};

/* ERR_NOT_FOUND. */
extern const struct operation message_find_op; /* struct message_named -> struct message */
extern const struct operation message_list_op; /* struct nothing -> struct message_list */

/* Members that are NONE stay as they are. ERR_NOT_FOUND: no answer says a row of this name, so it
 * is a slip. ERR_BAD_SETTING: a text is too long or not UTF-8. */
extern const struct operation message_set_op; /* struct message -> struct message */

/* ERR_NOT_FOUND; a template's name is one of those shipped, so a new one is ERR_NOT_FOUND too. */
extern const struct operation
	mail_template_find_op; /* struct message_named -> struct mail_template */
extern const struct operation
	mail_template_list_op; /* struct nothing -> struct mail_template_list */
extern const struct operation
	mail_template_set_op; /* struct mail_template -> struct mail_template */

#define RESET_PASSWORD_TEMPLATE   "reset_password"
#define WAITING_POSITION_TEMPLATE "waiting_position"

/* Before a mail by the template of this name is asked for. ERR_NO_TEMPLATE: the app has none, or it
 * says nothing. ERR_NO_MAIL: the server sends no mail at all. */
MUST_USE enum err mail_template_check(struct ctx *ctx, const char *name);

/* Writes the shipped rows of a new app. */
MUST_USE enum err messages_ship(struct tx *tx, int64_t app_id, struct str language);

/* Puts the rows that still say what was shipped in one language into another; those that the
 * operator has edited stay. */
MUST_USE enum err messages_translate(struct ctx *ctx, struct tx *tx, int64_t app_id,
                                     struct str from, struct str to);

#endif
