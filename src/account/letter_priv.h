/* SPDX-License-Identifier: Apache-2.0 */
/* letter_priv.h - what the two kinds of letters share: those about an account (letter.c), and those
 * about an address that somebody gave (letter_address.c). */
#ifndef REKEY_ACCOUNT_LETTER_PRIV_H
#define REKEY_ACCOUNT_LETTER_PRIV_H

#include "account/outbox.h"
#include "account/token.h"

/* Whether the row is about an address; and what it says, or that there is nobody to mail. */
bool letter_is_of_address(const struct outbox_row *row);
MUST_USE enum err letter_of_address(struct ctx *ctx, const struct outbox_row *row,
                                    struct letter *ret_letter);

/* Addresses under .invalid (RFC 2606) are placeholders: nobody's, or anybody's. */
bool letter_can_be_sent_to(struct str email);

/* Where the row's mail goes. */
struct str letter_address(const struct outbox_row *row, const struct account *account);

/* Settles the row without a mail: there is nobody to mail, or it has lost its sense. */
MUST_USE enum err letter_drop(struct ctx *ctx, const struct outbox_row *row, const char *reason);
MUST_USE enum err letter_give_up(struct ctx *ctx, const struct outbox_row *row);

/* <page>?token=<token>: own_page, or where there is none, our_page of the app's hosted ones. */
MUST_USE enum err letter_write_link(struct ctx *ctx, struct str own_page, const char *our_page,
                                    struct secret token, struct str *ret_link);

/* Makes the row's token. ERR_NOT_FOUND: a newer request has its token, or the account has moved on.
 * ERR_RATE_LIMITED. */
MUST_USE enum err letter_add_token(struct ctx *ctx, const struct outbox_row *row,
                                   const struct account *account, enum token_purpose purpose,
                                   struct secret token);

/* By the app's own template of this name. ERR_NOT_FOUND: it has none. */
MUST_USE enum err letter_write_template(struct ctx *ctx, const char *name, struct letter *letter);

/* The link that sets a password, on own_page or ours, and how long it lives. */
MUST_USE enum err letter_write_reset(struct ctx *ctx, struct str own_page, struct secret token,
                                     int64_t expires_at, struct letter *letter);

/* What every letter has. */
MUST_USE enum err letter_write_envelope(struct ctx *ctx, const struct outbox_row *row,
                                        const struct account *account, struct letter *letter);

#endif
