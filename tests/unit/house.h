/* SPDX-License-Identifier: Apache-2.0 */
/* house.h - a whole service for one test: a store in a scratch folder, hashes
 * that cost nothing, one app, no threads that send mail. The test is the mail
 * thread, and holds the clock. */
#ifndef REKEY_HOUSE_H
#define REKEY_HOUSE_H

#include "account/account.h"
#include "account/app.h"
#include "account/housekeeper.h"
#include "account/message.h"
#include "account/outbox.h"
#include "account/password.h"
#include "account/recovery.h"
#include "account/turnstile.h"
#include "base/clock.h"
#include "database.h"
#include "driver_faulty.h"

struct house {
	struct str made_phc; /* of the letter that was written last */
	struct test *t;
	struct scratch scratch;
	struct str url; /* of the database */
	struct key key;
	struct service service;
	int64_t now;    /* what every ctx begins with; move it at will */
	struct app app; /* "demo", of all dialects */
	struct secret client_key;
};

/* driver NULL: SQLite without faults. */
void house_open(struct house *house, struct test *t, const struct driver *driver);
void house_close(struct house *house);

/* Another hasher, of this cost. */
void house_hash_at(struct house *house, uint32_t memory_kib);

/* At the app's door: a stranger, and the holder of a session. */
struct ctx house_client(const struct house *house);
struct ctx house_member(const struct house *house, struct secret bearer);
struct ctx house_operator(const struct house *house);
struct ctx house_server(const struct house *house);

#define SECRET(literal) ((struct secret){ "" literal, sizeof(literal) - 1 })

/* ---- conversations; what is not expected to fail is checked ---- */

struct app house_add_app(struct house *house, const char *name, const char *language);
void house_set(struct house *house, const char *key, const char *value); /* of the app "demo" */

void house_add(struct house *house, const char *email, const char *username, const char *password);
enum err house_log_in(struct house *house, const char *login, struct secret password,
                      struct session_tokens *ret_tokens);
bool house_opens(struct house *house, const char *login, struct secret password);
struct secret house_session(struct house *house, const char *login, struct secret password);
bool house_session_lives(struct house *house, struct secret bearer);

enum err house_change(struct house *house, struct secret bearer, struct secret old_password,
                      struct secret new_password);
enum err house_reset(struct house *house, struct secret token, struct secret new_password);
enum err house_confirm(struct house *house, struct secret token, const char *username);

/* Asks for recovery: by e-mail, by username (OUTBOX_RECOVERY_NAMED), or for a
 * code. */
enum err house_ask(struct house *house, enum outbox_kind mail, const char *login);

/* Claims and writes the next due mail. false: nothing is due. letter.send is
 * false if it was nobody's. */
bool house_next_mail(struct house *house, struct outbox_row *ret_row, struct letter *ret_letter);
enum err house_settle(struct house *house, const struct outbox_row *row, enum mail_outcome outcome);

/* Sends whatever is due. */
void house_deliver(struct house *house);

/* What stands behind "token=". */
struct secret house_link_token(struct house *house, const struct letter *letter);

/* Asks, and takes the token of the mail, which counts as sent. */
struct secret house_mailed_token(struct house *house, enum outbox_kind mail, const char *login);

/* Asks for Backtory's made password and confirms; the row that mails it is
 * next. */
void house_confirm_made(struct house *house, const char *username);

/* One batch of so many rows; true: there may be more. And whatever has had its time. */
enum { HOUSE_BATCH = 200 };
bool house_sweep_some(struct house *house, enum sweep what);
void house_sweep(struct house *house);

/* By the operator. */
enum err house_remove(struct house *house, const char *login);

/* ---- what the store says ---- */

/* Runs SQL on the file, past the store, and returns the first column of the first row. */
struct str house_sql(struct house *house, const char *sql);

/* How many there are: "session WHERE epoch = 1". */
size_t house_rows(struct house *house, const char *from);

struct account house_account(struct house *house, const char *email_key);
struct outbox_row house_row(struct house *house, int64_t id);
size_t house_count_mails(struct house *house, enum outbox_kind kind);

/* The reason of the newest audit row, "" if there is none. */
const char *house_last_outcome(struct house *house);
size_t house_count_outcomes(struct house *house, const char *event, const char *outcome);

#endif
