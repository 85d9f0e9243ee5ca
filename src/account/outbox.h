/* SPDX-License-Identifier: Apache-2.0 */
/* outbox.h - mail, from the row that asks for it to the verdict on it.
 *
 * An operation queues a row in its own transaction. The mail thread claims due rows, asks here what
 * each one says (who it is for, which secret, which link), sends it, and brings the outcome back.
 * A claimed row that nobody settles is due again when its lease is over: a crash loses nothing. */
#ifndef REKEY_ACCOUNT_OUTBOX_H
#define REKEY_ACCOUNT_OUTBOX_H

#include "account/operation.h"

/* One at a time, so that a slow mail server holds no mail but the one in hand; the lease outlasts
 * the time limits of a delivery. */
enum { OUTBOX_LEASE_S = 45, OUTBOX_CLAIM_MAX = 1, OUTBOX_LIST_MAX = 1000 };

/* Fills what every new row has, by its kind: app, nonce, reference, network, times. ERR_NOMEM. */
MUST_USE enum err outbox_prepare(struct ctx *ctx, struct outbox_row *row);

/* Queues a request that writes nothing else; row is as outbox_prepare() takes it, and is filled. */
MUST_USE enum err outbox_queue(struct ctx *ctx, struct outbox_row *row);

/* Commits what has queued mail, and lets it be taken up. As tx_commit(). */
MUST_USE enum err outbox_commit(struct ctx *ctx, struct tx **tx);

/* Queues the notice that an account's password or address was changed (OUTBOX_PASSWORD_CHANGED,
 * OUTBOX_EMAIL_CHANGED), to the address of before, with a link for whoever did not do it
 * (not_me.h). The account is as it was before, and locked. Whose address was never verified is sent
 * none. */
MUST_USE enum err outbox_add_notice(struct ctx *ctx, struct tx *tx, enum outbox_kind kind,
                                    const struct account *account, int64_t *ret_id);

/* ---- for the mail thread ---- */

/* Takes some due rows. */
extern const struct operation mail_claim_op; /* struct nothing -> struct outbox_list */

enum letter_kind {
	LETTER_RESET_LINK,          /* link, minutes */
	LETTER_RESET_LINK_AND_CODE, /* the same, and code */
	LETTER_CONFIRM_LINK,        /* link, minutes, username */
	LETTER_INVITATION,          /* link */
	LETTER_MADE_PASSWORD,       /* secret */
	LETTER_PASSWORD_CHANGED,    /* network, at, link: "it was not me" */
	LETTER_EMAIL_CHANGED,       /* the same, and new_email */
	LETTER_EMAIL_MOVED,         /* at, new_email */
	LETTER_VERIFY,              /* link */
	LETTER_CHANGE_EMAIL,        /* link */
	LETTER_ADDRESS_TAKEN, /* to whoever has the address: somebody gave it for another account */
	LETTER_TEMPLATE, /* link, secret, minutes; or position: by the app's own subject and content
	                  */
	LETTER_KIND_COUNT
};

/* What one mail says; its words are the mail folder's. */
struct letter {
	bool send; /* false: nobody to mail, and the row is settled already */
	enum letter_kind kind;
	struct str to;
	struct str app_name, sender_name, sender; /* sender NONE: mail.from */
	struct str accent;                        /* "#rrggbb"; NONE: ours */
	struct str language;                      /* of its words; of a template's, the app's */
	struct str link;
	struct secret secret; /* a made password, or a reset code */
	struct secret code;   /* for typing, "K7Q2-9FMX" */
	struct str new_email; /* LETTER_EMAIL_CHANGED, LETTER_EMAIL_MOVED */
	struct str username, network, reference;
	struct str position;         /* on the waiting list */
	int64_t minutes;             /* how long the link lives, from now */
	struct str subject, content; /* LETTER_TEMPLATE */
	struct str message_id;       /* what stands before the @; the same at every attempt */
	struct str made_phc;         /* LETTER_MADE_PASSWORD: its hash, for when it is sent */
	int64_t at;                  /* when it was asked for, or done */
};

/* Looks the account up, derives the secret and makes the token of a claimed row. */
extern const struct operation mail_write_op; /* struct outbox_row -> struct letter */

enum mail_outcome { MAIL_SENT, MAIL_TRANSIENT, MAIL_PERMANENT };

struct mail_settle {
	struct outbox_row row; /* as claimed */
	enum mail_outcome outcome;
	struct str made_phc; /* of the letter */
	struct str reason;   /* one line; "" when sent */
};

/* MAIL_SENT makes a made password the account's; MAIL_TRANSIENT asks for another attempt after a
 * growing delay, while the mail has sense; anything else keeps the row for the operator. */
extern const struct operation mail_settle_op; /* struct mail_settle -> struct nothing */

/* ---- for the operator ---- */

struct mail_id {
	int64_t id;
};

/* struct nothing -> struct outbox_list: the newest rows, and before any others the dead ones, in
 * the order newest first. */
extern const struct operation mail_list_op;
extern const struct operation mail_show_op;  /* struct mail_id -> struct outbox_row */
extern const struct operation mail_retry_op; /* struct mail_id -> struct nothing; ERR_NOT_FOUND */

extern const char *const outbox_kind_words[OUTBOX_KIND_COUNT];
extern const char *const outbox_state_words[];

struct audit_query {
	struct str login;   /* NONE: whatever the account */
	int64_t since;      /* Unix seconds */
	int64_t below, max; /* numbers of rows less than this, so many of them at most */
};

/* The audit trail of ctx->app, newest first. ERR_NO_ACCOUNT. */
extern const struct operation audit_list_op; /* struct audit_query -> struct audit_list */

#endif
