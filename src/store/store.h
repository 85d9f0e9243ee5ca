/* SPDX-License-Identifier: Apache-2.0 */
/* store.h - account state at rest: the rows, and the verbs that read and write them.
 *
 * Reads take a store and borrow a connection for one query. Writes take a tx, so a write without a
 * transaction does not compile; read before you begin, and guard what you write by what you read
 * (WHERE epoch = ...). Texts of a row live in the arena they were read into. The store sees PHC
 * strings and digests, never a password or a token. Thread-safe; a tx belongs to one thread.
 *
 * Every verb may answer ERR_STORE, ERR_NOMEM, or ERR_BUSY (no connection became free in time);
 * readers of one row answer ERR_NOT_FOUND, adders ERR_CONFLICT where a unique value is taken. */
#ifndef REKEY_STORE_STORE_H
#define REKEY_STORE_STORE_H

#include "base/arena.h"
#include "base/crypto.h"
#include "base/json.h"

struct store;
struct tx;
struct driver;

/* url: "sqlite:PATH", or "sqlite:PATH?max_page_count=N" to bound the file; or "postgresql://..." as
 * libpq takes it, several hosts included, of which the primary is found; with "prepare=off" in its
 * query behind a pooler that shares connections between transactions. driver: NULL finds the engine
 * by the url. Creates what is missing, the schema included. The caller owns *ret_store. */
MUST_USE enum err store_open(const char *url, const struct driver *driver,
                             struct store **ret_store);

/* The same for a database that is there, without making or changing anything: a look at what may
 * belong to a running server, or to none. Writes are possible. ERR_NOT_FOUND: there is none.
 * ERR_SCHEMA_OLDER, ERR_SCHEMA_NEWER: it is of another rekey. */
MUST_USE enum err store_open_existing(const char *url, const struct driver *driver,
                                      struct store **ret_store);
void store_close(struct store *store);

/* How many connections to a server there may be at once, 4 if this is not said; before it is used
 * by several threads. An engine in this process has as many as it likes. */
enum { STORE_CONNECTIONS_MAX = 200 };
void store_set_connections(struct store *store, size_t max);

/* Whether a read of one row is a matter of microseconds, fit for a thread that must not wait. */
bool store_is_in_process(const struct store *store);

/* OK: the database answers. */
MUST_USE enum err store_ping(struct store *store);

/* ---- the database as a whole ---- */

struct census {
	int64_t bytes; /* of the database, those not yet in its file included */
	int64_t apps, accounts;
	int64_t audit_id; /* the newest audit row, and when it was written; 0: there is none */
	int64_t audited_at;
	int64_t late_mails; /* due, and asked for before the given moment */
	int64_t dead_mails;
};

MUST_USE enum err store_census(struct store *store, struct arena *arena, int64_t late_before,
                               struct census *ret_census);

/* Reads all of it. *ret_finding is "ok", or what is broken. *ret_journal is "wal" as it should be.
 */
MUST_USE enum err store_check(struct store *store, struct arena *arena, struct str *ret_finding,
                              struct str *ret_journal);

/* Writes a copy of the database as it is now into a file that is empty or missing; others may write
 * meanwhile, and what they write is not in it. On an error the file may be there in part. */
MUST_USE enum err store_copy(struct store *store, struct arena *arena, struct str path);

/* ---- tables as a whole, from one database to another ---- */

enum { STORE_TABLES = 25 };

const char *store_table_name(size_t table); /* 0..STORE_TABLES-1, in the order to copy them in */

/* How many rows, and a digest of all of them in their order: the same in every engine. */
struct table_sum {
	int64_t rows;
	struct digest digest;
};

/* Hears how far it is, every so often. */
struct table_watch {
	void (*told)(void *state, const char *table, int64_t rows);
	void *state;
};

/* Writes what is in a table of `from` into that of `to`, a transaction for every thousand rows or
 * so; passes over rows that are there already. The sum is of what was read. watch may be NULL. */
MUST_USE enum err store_table_copy(struct store *from, struct store *to, struct arena *arena,
                                   size_t table, const struct table_watch *watch,
                                   struct table_sum *ret_sum);
MUST_USE enum err store_table_sum(struct store *store, struct arena *arena, size_t table,
                                  const struct table_watch *watch, struct table_sum *ret_sum);

/* After all tables were copied: new rows get numbers beyond theirs. */
MUST_USE enum err store_copy_finish(struct store *to);

MUST_USE enum err tx_begin(struct store *store, struct tx **ret_tx);

/* Waits until all of it is on the disk; on any error nothing is. Either way *tx is gone (NULL). */
MUST_USE enum err tx_commit(struct tx **tx);

/* Rolls back, and waits until what the refusal rests on is on the disk: it may be the work of
 * another transaction of the same group. Gives the refusal, or ERR_STORE if that work was lost. */
MUST_USE enum err tx_refuse(struct tx **tx, enum err refusal);

/* CLEANUP(tx_rollback) struct tx *tx = NULL; */
void tx_rollback(struct tx **tx);

/* ---- apps ---- */

enum dialect_bit {
	DIALECT_ACCOUNT = 1 << 0,
	DIALECT_BACKTORY = 1 << 1,
	DIALECT_HACKSYSTEM = 1 << 2,
	DIALECT_ALL = DIALECT_ACCOUNT | DIALECT_BACKTORY | DIALECT_HACKSYSTEM,
};

enum app_status { APP_ACTIVE, APP_DISABLED };

/* Whether a stranger may make an account. */
enum app_sign_up { SIGN_UP_OPEN, SIGN_UP_CLOSED };

/* When a new user of Backtory's is active. */
enum app_activation { ACTIVATION_NONE, ACTIVATION_BY_MAIL };

/* What a mailed Backtory link leads to. */
enum app_recovery { RECOVERY_GENERATED, RECOVERY_FORM };

struct app {
	int64_t id;
	struct str name;
	struct str public_id; /* 24 hex digits */
	struct digest client_key_digest, master_key_digest;
	/* Good as well, until they are retired; of zeros: there is none. */
	struct digest former_client_key_digest, former_master_key_digest;
	int64_t dialects; /* enum dialect_bit, ored */
	int64_t status;   /* enum app_status */
	int64_t conceal_accounts;
	int64_t standard_error_status;            /* 400 or 500 */
	int64_t recovery;                         /* enum app_recovery */
	int64_t sign_up;                          /* enum app_sign_up */
	int64_t activation;                       /* enum app_activation */
	int64_t password_min_length;              /* code points; 0: the server's */
	struct str language;                      /* a tag of base/language.h */
	struct str public_url, reset_url, sender; /* NONE: not set */
	struct str title;                         /* NONE: its name is what people see */
	struct str accent;                        /* "#rrggbb"; NONE: ours */
	struct str logo;                          /* the version of its picture; NONE: none */
	int64_t created_at;
};

struct app_list {
	struct app *items;
	size_t n;
};

MUST_USE enum err store_app_by_id(struct store *store, struct arena *arena, int64_t id,
                                  struct app *ret_app);
MUST_USE enum err store_app_by_public_id(struct store *store, struct arena *arena,
                                         struct str public_id, struct app *ret_app);
MUST_USE enum err store_app_by_alias(struct store *store, struct arena *arena, struct str alias,
                                     struct app *ret_app);
MUST_USE enum err store_app_by_host(struct store *store, struct arena *arena, struct str host,
                                    struct app *ret_app);
/* The one app there is; ERR_NOT_FOUND: there are none, or several. */
MUST_USE enum err store_app_only(struct store *store, struct arena *arena, struct app *ret_app);
MUST_USE enum err store_apps(struct store *store, struct arena *arena, struct app_list *ret_list);

/* The picture that stands for an app. */
struct app_logo {
	struct str type;  /* image/png, image/svg+xml, image/webp */
	struct str image; /* bytes */
};

/* ERR_NOT_FOUND: it has none. */
MUST_USE enum err store_app_logo(struct store *store, struct arena *arena, int64_t app_id,
                                 struct app_logo *ret_logo);
/* One without an image takes it away. Its version is the app's, by store_app_update(). */
MUST_USE enum err store_app_logo_set(struct tx *tx, int64_t app_id, const struct app_logo *logo);

/* What an app is called by, called from, or gone back to. A host and an alias are one app's; the
 * others may be of several. */
enum app_name_kind { APP_HOST, APP_ALIAS, APP_ORIGIN, APP_RETURN, APP_NAME_KINDS };

/* app->id is ignored and returned; policy and former keys are not written. The name becomes an
 * alias by store_app_name_add(). */
MUST_USE enum err store_app_add(struct tx *tx, const struct app *app, int64_t *ret_id);

/* In the order of their bytes; the app's own name is among its aliases. */
MUST_USE enum err store_app_names(struct store *store, struct arena *arena, enum app_name_kind kind,
                                  int64_t app_id, struct str_list *ret_names);
MUST_USE enum err store_app_name_add(struct tx *tx, enum app_name_kind kind, struct str name,
                                     int64_t app_id);
/* One that it does not have is removed as well. */
MUST_USE enum err store_app_name_remove(struct tx *tx, enum app_name_kind kind, struct str name,
                                        int64_t app_id);

/* Whether the app has this origin, and whether any app that serves one of these dialects has it. */
MUST_USE enum err store_app_has_origin(struct store *store, struct arena *arena, struct str origin,
                                       int64_t app_id, bool *ret_has);
MUST_USE enum err store_dialect_has_origin(struct store *store, struct arena *arena,
                                           struct str origin, int64_t dialects, bool *ret_has);

/* Whether its people may be led back to this address. */
MUST_USE enum err store_app_has_return(struct store *store, struct arena *arena, struct str url,
                                       int64_t app_id, bool *ret_has);

/* Writes status, dialects and every setting of app->id. */
MUST_USE enum err store_app_update(struct tx *tx, const struct app *app);

/* Writes the digests of its keys. ERR_RETRY: they are not those of `read` any more. */
MUST_USE enum err store_app_set_keys(struct tx *tx, const struct app *app, const struct app *read);

MUST_USE enum err store_app_count_accounts(struct store *store, struct arena *arena, int64_t app_id,
                                           int64_t *ret_count);

/* Removes the app with its accounts and all that is theirs, its names, texts and mails; the trail
 * keeps what was done, under a number that no app gets again, and no longer says by whom or from
 * where. ERR_NOT_FOUND: it is gone. */
MUST_USE enum err store_app_remove(struct tx *tx, int64_t id);

/* ---- accounts ---- */

enum account_status {
	ACCOUNT_ACTIVE,
	ACCOUNT_DISABLED,
	ACCOUNT_INACTIVE, /* nobody logs in before the mailed link was used */
};

struct account {
	int64_t id, app_id;
	struct str public_id; /* 24 hex digits */
	struct str email;     /* NONE: no mail can be sent */
	struct str email_key; /* NONE: the address is no login */
	struct str username;  /* NONE: it has no username */
	struct str phc;       /* NONE: no password yet */
	int64_t epoch;
	int64_t status; /* enum account_status */
	int64_t password_set_at;
	int64_t password_expires_at; /* 0: never */
	int64_t outbox_floor;
	int64_t created_at;
	struct str name, locale;   /* NONE: not said */
	int64_t email_verified_at; /* when mail to the address had reached its owner; 0: not yet */
	int64_t held_until, recovery_held_until; /* no changes, and no way back in, before that */
	int64_t guest;                           /* 1: made without a person's words */
};

MUST_USE enum err store_account_by_email(struct store *store, struct arena *arena, int64_t app_id,
                                         struct str email_key, struct account *ret_account);
MUST_USE enum err store_account_by_username(struct store *store, struct arena *arena,
                                            int64_t app_id, struct str username_key,
                                            struct account *ret_account);
MUST_USE enum err store_account_by_public_id(struct store *store, struct arena *arena,
                                             int64_t app_id, struct str public_id,
                                             struct account *ret_account);
MUST_USE enum err store_account_by_id(struct store *store, struct arena *arena, int64_t id,
                                      struct account *ret_account);

/* Keeps the account as it is for all other writers until the transaction ends: for what rests on
 * several rows of it. ERR_NOT_FOUND. */
MUST_USE enum err store_account_lock(struct tx *tx, int64_t id);

/* The same of an account as it was read. ERR_RETRY: its epoch has moved, or it is gone. */
MUST_USE enum err store_account_lock_at(struct tx *tx, int64_t id, int64_t epoch);

struct account_list {
	struct account *items;
	size_t n;
};

/* The accounts of an app behind a number, in the order of their numbers, at most max. */
MUST_USE enum err store_account_page(struct store *store, struct arena *arena, int64_t app_id,
                                     int64_t after, int64_t max, struct account_list *ret_list);

/* Of the account as read; ERR_RETRY: it is in another epoch by now. Disabling moves the epoch, so
 * that this one statement ends every session and token. */
MUST_USE enum err store_account_set_status(struct tx *tx, const struct account *account,
                                           int64_t status);

/* Both NONE: it has no username from now on. ERR_CONFLICT: it is another's. ERR_RETRY. */
MUST_USE enum err store_account_rename(struct tx *tx, const struct account *account,
                                       struct str username, struct str username_key);

/* From another house: with status, password and age of its own. old_kind: of its hash, where that
 * is to be replaced; NONE: it is one of ours, or it has none. ERR_NOT_FOUND: its public id, address
 * or username is there already, and nothing was added; the transaction goes on. */
MUST_USE enum err store_account_import(struct tx *tx, const struct account *account,
                                       struct str username_key, struct str old_kind,
                                       int64_t *ret_id);

/* The fields of an account that has none, in one statement: a JSON object of texts. */
MUST_USE enum err store_account_fields_add(struct tx *tx, int64_t account_id, struct str fields);

/* account->id, ->epoch and holds are ignored: it starts in epoch 1. */
MUST_USE enum err store_account_add(struct tx *tx, const struct account *account,
                                    struct str username_key, int64_t now, int64_t *ret_id);

struct new_password {
	int64_t account_id, epoch; /* as read: another epoch by now gives ERR_RETRY */
	struct str phc;
	int64_t now;
	int64_t expires_at;   /* 0: never */
	int64_t outbox_floor; /* recoveries asked for before this outbox row become void */
};

/* The one statement that revokes every session and token of the account: the epoch moves on. */
MUST_USE enum err store_account_set_password(struct tx *tx, const struct new_password *password,
                                             int64_t *ret_epoch);

/* Replaces a hash by a better one of the same password. ERR_RETRY: it has changed meanwhile. */
MUST_USE enum err store_account_rehash(struct tx *tx, const struct account *account,
                                       struct str phc);

/* Writes name, locale and username. ERR_RETRY: they are not those of `read` any more, or its epoch
 * has moved. ERR_CONFLICT: another account has the username. */
MUST_USE enum err store_account_set_profile(struct tx *tx, const struct account *account,
                                            struct str username_key, const struct account *read);

/* Its owner has shown that mail to the address reaches them. An inactive one is active from then
 * on.
 */
MUST_USE enum err store_account_verify(struct tx *tx, const struct account *account, int64_t now);

struct new_email {
	int64_t account_id, epoch;   /* as read: another epoch by now gives ERR_RETRY */
	struct str email, email_key; /* NONE: none; its address is no login */
	int64_t now;                 /* when it was verified; 0: nobody has */
	int64_t outbox_floor;
};

/* The epoch moves on: whatever was mailed to the old address is void. Carry the sessions over by
 * store_sessions_restamp(). ERR_CONFLICT: another account has the address. */
MUST_USE enum err store_account_set_email(struct tx *tx, const struct new_email *email,
                                          int64_t *ret_epoch);

/* No changes until then, and no recovery either until recovery_until; the epoch moves on, so all
 * sessions and tokens end. ERR_RETRY. */
MUST_USE enum err store_account_hold(struct tx *tx, const struct account *account, int64_t until,
                                     int64_t recovery_until, int64_t *ret_epoch);
MUST_USE enum err store_account_release(struct tx *tx, int64_t id);

/* A made password was used: it is a normal one from now on. */
MUST_USE enum err store_account_keep_password(struct tx *tx, const struct account *account);

/* Removes the account with its sessions, its tokens and its mails; the trail keeps what was done
 * and no longer says by whom or from where. ERR_NOT_FOUND: it is gone. */
MUST_USE enum err store_account_remove(struct tx *tx, int64_t id);

/* How many accounts of an app have a hash that another house has made, and one such hash, for each
 * of the eight most frequent kinds. */
struct old_hash_count {
	struct str phc;
	int64_t count;
};

struct old_hash_count_list {
	struct old_hash_count *items;
	size_t n;
};

MUST_USE enum err store_old_hashes(struct store *store, struct arena *arena, int64_t app_id,
                                   struct old_hash_count_list *ret_list);

/* A named text of an account, beyond its columns. */
struct account_field {
	struct str name, value;
};

struct account_field_list {
	struct account_field *items;
	size_t n;
};

struct account_completion {
	int64_t account_id, epoch;
	struct str username, username_key, phc;
	int64_t outbox_floor; /* recoveries asked for before this outbox row become void */
	int64_t now;
};

/* Of a guest, who is none from then on; the epoch moves. ERR_RETRY: it is another epoch's, or no
 * guest. ERR_CONFLICT: the username is another's. */
MUST_USE enum err store_account_complete(struct tx *tx, const struct account_completion *completion,
                                         int64_t *ret_epoch);

struct account_search {
	int64_t app_id;
	struct str pattern; /* of LIKE, in lower case; escapes with ! */
	int64_t max, skip;
};

/* By username, address, names and telephone number, in the order of their numbers; and how many. */
MUST_USE enum err store_account_search(struct store *store, struct arena *arena,
                                       const struct account_search *search,
                                       struct account_list *ret_list);
MUST_USE enum err store_account_search_count(struct store *store, struct arena *arena,
                                             const struct account_search *search,
                                             int64_t *ret_count);

/* In the order in which they came to be. */
MUST_USE enum err store_account_fields(struct store *store, struct arena *arena, int64_t account_id,
                                       struct account_field_list *ret_list);

/* Of an account that is locked, so that what was counted stays so. A value of NONE removes it. */
MUST_USE enum err store_account_field_set(struct tx *tx, int64_t account_id,
                                          const struct account_field *field);

/* How many fields an account has that is locked, and of how many bytes. */
struct account_fields_size {
	int64_t count, bytes;
};

MUST_USE enum err store_account_fields_size(struct tx *tx, struct arena *arena, int64_t account_id,
                                            struct account_fields_size *ret_size);

/* ---- workspaces ---- */

struct workspace {
	int64_t id;
	struct str name;
	int64_t created_at;
};

struct workspace_list {
	struct workspace *items;
	size_t n;
};

/* Makes one of an account's, as its first member. */
MUST_USE enum err store_workspace_add(struct tx *tx, const struct account *account, struct str name,
                                      int64_t now);

/* Those that an account is a member of, oldest first. */
MUST_USE enum err store_workspaces_of(struct store *store, struct arena *arena, int64_t account_id,
                                      struct workspace_list *ret_list);

/* The numbers of its members' accounts. */
MUST_USE enum err store_workspace_members(struct store *store, struct arena *arena, int64_t id,
                                          struct number_list *ret_list);

/* ERR_NOT_FOUND: the account is no member of it. */
MUST_USE enum err store_workspace_rename(struct tx *tx, int64_t id, int64_t account_id,
                                         struct str name);

/* ---- the waiting list ---- */

struct waiting_entry {
	int64_t id;
	struct str email, email_key;
	int64_t created_at;
	int64_t account_created; /* 1: there is an account by now */
};

struct waiting_list {
	struct waiting_entry *items;
	size_t n;
};

/* Puts the address on the list of an app, once. */
MUST_USE enum err store_waiting_add(struct tx *tx, int64_t app_id,
                                    const struct waiting_entry *waiting);

/* If it is on the list, it has an account by now. */
MUST_USE enum err store_waiting_set_created(struct tx *tx, int64_t app_id, struct str email_key);
MUST_USE enum err store_waiting_by_email(struct store *store, struct arena *arena, int64_t app_id,
                                         struct str email_key, struct waiting_entry *ret_waiting);

/* 1: nobody is before it. */
MUST_USE enum err store_waiting_position(struct store *store, struct arena *arena, int64_t app_id,
                                         int64_t id, int64_t *ret_position);

/* Up to max of an app, in their order, those with a number above `after`. */
MUST_USE enum err store_waiting_page(struct store *store, struct arena *arena, int64_t app_id,
                                     int64_t after, int64_t max, struct waiting_list *ret_list);

/* ERR_NOT_FOUND: it is not on the list. */
MUST_USE enum err store_waiting_remove(struct tx *tx, int64_t app_id, struct str email_key);

/* ---- sessions ---- */

struct session {
	int64_t id, account_id, epoch;
	struct str public_id; /* 24 hex digits */
	struct nonce nonce;
	int64_t generation; /* of its refresh token, from 0 */
	int64_t created_at;
	int64_t refreshed_at;       /* when the refresh token was made */
	int64_t expires_at;         /* of the newest access token */
	int64_t ends_at;            /* of all of it */
	struct str network, client; /* where it was opened from, and by which program; never NONE */
	struct str account_public_id;
	int64_t account_epoch, account_status; /* now */
	struct str account_username;           /* NONE: it has none */
};

struct session_list {
	struct session *items;
	size_t n;
};

struct new_session {
	int64_t account_id, epoch; /* as read: another epoch by now gives ERR_RETRY */
	struct str public_id;
	struct nonce nonce;
	const struct digest *access_digest; /* NULL: its access tokens are signed */
	int64_t now, expires_at, ends_at;
	struct str network, client;
};

MUST_USE enum err store_session_add(struct tx *tx, const struct new_session *session,
                                    int64_t *ret_id);

/* Only one that lives: unexpired, of its account's epoch, the account active and of this app. */
MUST_USE enum err store_session_by_access_digest(struct store *store, struct arena *arena,
                                                 const struct digest *digest, int64_t app_id,
                                                 int64_t now, struct session *ret_session);

/* Dead ones too, of this app's accounts: see session_lives(). */
MUST_USE enum err store_session_by_public_id(struct store *store, struct arena *arena,
                                             struct str public_id, int64_t app_id,
                                             struct session *ret_session);

/* Those of the account that live in this epoch, newest first, so many at most. */
MUST_USE enum err store_sessions_of(struct store *store, struct arena *arena, int64_t account_id,
                                    int64_t epoch, int64_t now, int64_t max,
                                    struct session_list *ret_list);

struct session_renewal {
	int64_t id, account_id, generation; /* as read: another generation by now gives ERR_RETRY */
	const struct digest *access_digest; /* NULL: signed */
	int64_t now, expires_at;
};

/* The next generation of its refresh token. */
MUST_USE enum err store_session_refresh(struct tx *tx, const struct session_renewal *renewal);

/* Used now, and it lives until ends_at. ERR_RETRY: it has ended. */
MUST_USE enum err store_session_keep(struct tx *tx, const struct session *session, int64_t now,
                                     int64_t ends_at);

/* Carries a session over into its account's new epoch. ERR_NOT_FOUND: it has ended. */
MUST_USE enum err store_session_restamp(struct tx *tx, const struct session *session,
                                        int64_t epoch);

/* The same for all sessions of an account. */
MUST_USE enum err store_sessions_restamp(struct tx *tx, int64_t account_id, int64_t from_epoch,
                                         int64_t to_epoch);

/* ERR_NOT_FOUND: the account has no such session. */
MUST_USE enum err store_session_end(struct tx *tx, struct str public_id, int64_t account_id);

/* Ends all of the account but the one with this id; ret_ended: how many. */
MUST_USE enum err store_session_end_others(struct tx *tx, int64_t account_id, int64_t id,
                                           int64_t *ret_ended);

/* ---- one-time tokens ---- */

enum token_purpose {
	TOKEN_SET_PASSWORD,  /* its holder may choose a password */
	TOKEN_MAKE_PASSWORD, /* its holder, who knows the username, may have one made and mailed */
	TOKEN_VERIFY_EMAIL,  /* its holder reads what is mailed to the account's address */
	TOKEN_CHANGE_EMAIL,  /* the same of `address`, which becomes the account's */
	TOKEN_NOT_ME,        /* its holder did not make a change that was made */
};

/* Moves from LIVE to one of the others, and never back. */
enum token_state {
	TOKEN_LIVE,
	TOKEN_SPENT,
	TOKEN_REPLACED, /* by that of a newer request */
};

struct token {
	int64_t id, account_id, outbox_id;
	int64_t purpose; /* enum token_purpose */
	int64_t epoch;
	int64_t state; /* enum token_state */
	int64_t created_at, expires_at;
	int64_t account_epoch;   /* the account's now: another than the token's means replaced */
	struct str username_key; /* the account's */
	struct digest digest;
	int64_t app_id, account_status;  /* the account's */
	struct str address, address_key; /* TOKEN_CHANGE_EMAIL: the new; TOKEN_NOT_ME: the old */
	struct str phc; /* TOKEN_NOT_ME: the password's before; NONE: it had none */
};

/* A token whose mail also carries a code, to be typed together with the reference. */
struct coded_token {
	struct token token;
	struct str reference;
	struct nonce nonce; /* of its mail: the code is derived from it */
};

struct new_token {
	int64_t outbox_id, account_id, epoch;
	int64_t purpose; /* enum token_purpose */
	struct digest digest;
	int64_t now, expires_at;
	struct str address, address_key; /* of the purposes that have one */
	struct str phc;                  /* TOKEN_NOT_ME */
	struct str reference;            /* NONE: no code goes with it */
};

/* Makes the token of an outbox row, replaces those of older rows (and of like purpose), and is the
 * same when repeated. The account has to be locked: requests whose mails are written side by side
 * must see each other's. ERR_NOT_FOUND: it may not be, as the account has moved on, or a newer
 * request has its token. */
MUST_USE enum err store_token_add(struct tx *tx, const struct new_token *token);

/* Makes a TOKEN_NOT_ME, in the transaction of the change: no later request, and no new epoch, voids
 * it. */
MUST_USE enum err store_token_add_lasting(struct tx *tx, const struct new_token *token);

/* Whether it can still be consumed, when its account is locked. ERR_NOT_FOUND: it cannot. */
MUST_USE enum err store_token_check(struct tx *tx, const struct token *token, int64_t now);

/* Voids the account's TOKEN_NOT_MEs of changes that were made after this outbox row (0: all): what
 * they would bring back is what somebody else has made of the account. */
MUST_USE enum err store_tokens_void_not_me(struct tx *tx, int64_t account_id, int64_t outbox_id);

/* The newest of a reference, whatever its state; a reference of none takes as long. */
MUST_USE enum err store_token_by_reference(struct store *store, struct arena *arena,
                                           struct str reference, int64_t app_id,
                                           struct coded_token *ret_token);

/* Whatever its state, if its account is active. A digest of no token takes as long. */
MUST_USE enum err store_token_by_digest(struct store *store, struct arena *arena,
                                        const struct digest *digest, int64_t app_id,
                                        struct token *ret_token);

/* Spends it, once: ERR_NOT_FOUND for everyone else. */
MUST_USE enum err store_token_consume(struct tx *tx, const struct token *token, int64_t now);

/* How many tokens the account was mailed since then, and whether one of these still lives; that of
 * the outbox row itself is not counted. */
struct tokens_mailed {
	int64_t count, live;
};

MUST_USE enum err store_tokens_mailed(struct tx *tx, struct arena *arena,
                                      const struct new_token *token, int64_t since,
                                      struct tokens_mailed *ret_mailed);

/* ---- outbox ---- */

enum outbox_kind {
	OUTBOX_RECOVERY,         /* login: an email_key. A link to set a password */
	OUTBOX_RECOVERY_NAMED,   /* login: a username_key. A link to what app.recovery says */
	OUTBOX_RECOVERY_CODE,    /* login: an email_key. By the app's template reset_password */
	OUTBOX_MADE_PASSWORD,    /* to account_id: the password made for it */
	OUTBOX_PASSWORD_CHANGED, /* to account_id: the notice */
	OUTBOX_INVITATION,       /* to account_id: a link to set its first password */
	/* What an address was given for: login: its email_key. They share a limit. */
	OUTBOX_SIGN_UP, /* a link to confirm, or, to whoever has it already, that it is taken */
	OUTBOX_VERIFICATION,  /* the link once more */
	OUTBOX_EMAIL_CHANGE,  /* for account_id, to `address`: a link to confirm; or as above */
	OUTBOX_EMAIL_CHANGED, /* for account_id, to `address`, the old one: the notice */
	/* The same, by the operator, to the old and the new, without a link to undo it. */
	OUTBOX_EMAIL_MOVED,
	OUTBOX_WAITING_POSITION, /* login: an email_key, of the waiting list */
	OUTBOX_KIND_COUNT
};

/* DUE until its mail is accepted, refused for good, out of sense, or nobody's. DEAD goes back to
 * DUE by the operator's retry. */
enum outbox_state { OUTBOX_DUE, OUTBOX_SENT, OUTBOX_DEAD, OUTBOX_DROPPED };

struct outbox_row {
	int64_t id, app_id;
	int64_t kind;  /* enum outbox_kind */
	int64_t state; /* enum outbox_state */
	struct nonce nonce;
	struct str reference;
	struct str login;   /* the key of what was typed; NONE: nothing was */
	int64_t account_id; /* other kinds; 0: none */
	int64_t epoch;      /* other kinds: the account's when the row was written */
	struct str network;
	int64_t attempts;
	int64_t created_at, expires_at, next_attempt_at, settled_at;
	struct str last_error;
	struct str address;   /* where it goes; NONE: to the account's address */
	struct str language;  /* it was asked for in; "" or NONE: nobody said */
	struct str return_to; /* of the app's, for after a reset; NONE: nowhere */
};

struct outbox_list {
	struct outbox_row *items;
	size_t n;
};

struct outbox_verdict {
	int64_t id, attempts; /* of the claimed row */
	int64_t state;        /* enum outbox_state; OUTBOX_DUE: try again */
	int64_t next_attempt_at;
	int64_t now;
	struct str error; /* "" when there is none */
};

MUST_USE enum err store_outbox_add(struct tx *tx, const struct outbox_row *row, int64_t *ret_id);

/* Mails that were sent since then because somebody gave the address of this row, without its own.
 */
MUST_USE enum err store_outbox_sent_to(struct store *store, struct arena *arena,
                                       const struct outbox_row *row, int64_t since,
                                       int64_t *ret_sent);

/* Takes up to max due rows for itself until lease_until; attempts has counted this one. */
MUST_USE enum err store_outbox_claim(struct tx *tx, struct arena *arena, int64_t now,
                                     int64_t lease_until, int64_t max,
                                     struct outbox_list *ret_list);

/* ERR_NOT_FOUND: the lease ran out and someone else has it. */
MUST_USE enum err store_outbox_settle(struct tx *tx, const struct outbox_verdict *verdict);

/* Makes a dead row due again. ERR_NOT_FOUND: it is not dead. */
MUST_USE enum err store_outbox_retry(struct tx *tx, int64_t id, int64_t now, int64_t expires_at);
MUST_USE enum err store_outbox_by_id(struct store *store, struct arena *arena, int64_t id,
                                     struct outbox_row *ret_row);

struct outbox_state_count {
	int64_t due, dead;
	int64_t oldest_due_at; /* when it was asked for; 0: none is due */
};

MUST_USE enum err store_outbox_count(struct store *store, struct arena *arena,
                                     struct outbox_state_count *ret_count);

/* Newest first. When there are more than max, the dead ones are preferred. */
MUST_USE enum err store_outbox_newest(struct store *store, struct arena *arena, int64_t max,
                                      struct outbox_list *ret_list);

/* ---- sign-ups ---- */

/* Moves from WAITING to one of the others, and never back. */
enum sign_up_state { SIGN_UP_WAITING, SIGN_UP_CONFIRMED, SIGN_UP_REPLACED };

/* An account to be. */
struct sign_up {
	int64_t id, app_id, outbox_id;
	struct nonce nonce;
	struct digest digest; /* of its link's token */
	struct str email, email_key;
	struct str username, username_key, name, locale; /* NONE: not said */
	struct str phc;
	int64_t state; /* enum sign_up_state */
	int64_t created_at, expires_at;
};

/* ->id and ->state are ignored: it waits. */
MUST_USE enum err store_sign_up_add(struct tx *tx, const struct sign_up *sign_up);
MUST_USE enum err store_sign_up_by_outbox(struct store *store, struct arena *arena,
                                          int64_t outbox_id, struct sign_up *ret_sign_up);
MUST_USE enum err store_sign_up_by_digest(struct store *store, struct arena *arena,
                                          const struct digest *digest, int64_t app_id,
                                          struct sign_up *ret_sign_up);

/* Of an address: the newest that waits and can be confirmed. */
MUST_USE enum err store_sign_up_newest(struct store *store, struct arena *arena, int64_t app_id,
                                       struct str email_key, int64_t now,
                                       struct sign_up *ret_sign_up);

/* How many of an address wait and can be confirmed. */
MUST_USE enum err store_sign_ups_waiting(struct store *store, struct arena *arena, int64_t app_id,
                                         struct str email_key, int64_t now, int64_t *ret_waiting);

/* Confirms it, once: ERR_NOT_FOUND for everyone else. The others of its address are replaced. None
 * of them keeps its hash. */
MUST_USE enum err store_sign_up_confirm(struct tx *tx, const struct sign_up *sign_up, int64_t now);

/* ---- limits ---- */

struct limit_counter {
	int64_t count;
	int64_t window_ends_at; /* from then on the count is none */
	int64_t refused_until;  /* 0: nobody is */
};

MUST_USE enum err store_limit_read(struct store *store, struct arena *arena,
                                   const struct digest *key, struct limit_counter *ret_counter);

/* Counts n more: in the window that runs, or in a new one until ends_at. */
MUST_USE enum err store_limit_take(struct tx *tx, struct arena *arena, const struct digest *key,
                                   int64_t n, int64_t now, int64_t ends_at,
                                   struct limit_counter *ret_counter);

/* Writes refused_until and window_ends_at of a counter that was taken in the same transaction. */
MUST_USE enum err store_limit_refuse(struct tx *tx, const struct digest *key,
                                     const struct limit_counter *counter);
MUST_USE enum err store_limit_forget(struct tx *tx, const struct digest *key);

/* ---- keys of access tokens ---- */

struct signing_key_row {
	struct str kid, public_jwk;
	struct str sealed_jwk; /* bytes; NONE: it has retired */
	int64_t created_at;
	int64_t retired_at;     /* 0: it signs */
	int64_t verifies_until; /* of a retired one */
};

struct signing_key_list {
	struct signing_key_row *items;
	size_t n;
};

/* The one that signs. */
MUST_USE enum err store_signing_key_current(struct store *store, struct arena *arena,
                                            struct signing_key_row *ret_row);

/* Only one that still verifies. */
MUST_USE enum err store_signing_key_by_kid(struct store *store, struct arena *arena, struct str kid,
                                           int64_t now, struct signing_key_row *ret_row);

/* Those that verify after that moment, or (since -1) all of them: the one that signs, then the
 * others, newest first. */
MUST_USE enum err store_signing_keys(struct store *store, struct arena *arena, int64_t since,
                                     struct signing_key_list *ret_list);

/* Makes it the one that signs. ERR_CONFLICT: there is one, which has to be retired before. */
MUST_USE enum err store_signing_key_add(struct tx *tx, const struct signing_key_row *row);

/* The one that signs, if there is one, signs no more, and its private half is gone. */
MUST_USE enum err store_signing_keys_retire(struct tx *tx, int64_t now, int64_t verifies_until);

/* ---- providers that vouch for an app's users (OpenID Connect) ---- */

enum provider_nonce { NONCE_IF_ANY, NONCE_REQUIRED };
enum provider_state { STATE_IF_ANY, STATE_REQUIRED };
enum provider_auth { AUTH_POST, AUTH_BASIC };

struct provider {
	int64_t id, app_id;
	struct str name; /* "linkedin" */
	struct str issuer, client_id;
	struct str sealed_secret; /* bytes; NONE: it has none */
	struct str authorization_url, token_url, keys_url;
	struct str user_info_url; /* NONE: the ID token says all */
	struct str scopes;
	struct str redirect_uris; /* with spaces between; NONE: none yet */
	int64_t pkce;             /* 0 or 1 */
	int64_t nonce;            /* enum provider_nonce: of the ID token */
	int64_t state;            /* enum provider_state: of who finishes a sign-in */
	int64_t auth;             /* enum provider_auth: how the secret is shown */
	int64_t created_at;
};

struct provider_list {
	struct provider *items;
	size_t n;
};

MUST_USE enum err store_provider_by_name(struct store *store, struct arena *arena, int64_t app_id,
                                         struct str name, struct provider *ret_provider);
MUST_USE enum err store_providers(struct store *store, struct arena *arena, int64_t app_id,
                                  struct provider_list *ret_list);

/* Adds it, or makes the one of its name so. ->id is ignored. */
MUST_USE enum err store_provider_set(struct tx *tx, const struct provider *provider);

/* With the sign-ins that are under way. ERR_NOT_FOUND. */
MUST_USE enum err store_provider_remove(struct tx *tx, int64_t app_id, struct str name);

/* A sign-in from when it is begun until it is finished, once. */
struct sign_in {
	int64_t id, provider_id;
	struct digest state_digest;
	struct nonce nonce; /* state, nonce and code verifier are derived from it */
	struct str redirect_uri;
	int64_t network; /* network_of() who began it */
	int64_t created_at, expires_at;
	int64_t spent_at; /* 0: it waits */
};

MUST_USE enum err store_sign_in_add(struct tx *tx, const struct sign_in *sign_in);
MUST_USE enum err store_sign_in_by_state(struct store *store, struct arena *arena,
                                         const struct digest *digest, struct sign_in *ret_sign_in);

/* The newest that waits, of these three. */
MUST_USE enum err store_sign_in_newest(struct store *store, struct arena *arena,
                                       int64_t provider_id, struct str redirect_uri,
                                       int64_t network, int64_t now, struct sign_in *ret_sign_in);

/* Spends it, once: ERR_NOT_FOUND for everyone else. */
MUST_USE enum err store_sign_in_spend(struct tx *tx, int64_t id, int64_t now);

/* Who somebody is at an issuer, whose subjects are never given to others. */
struct identity {
	int64_t id, app_id, account_id;
	struct str provider; /* the name it had when this was written */
	struct str issuer, subject;
	int64_t created_at;
	int64_t vouched; /* 1: the operator says so, which no reset undoes */
};

/* ->account_id of this issuer and subject. */
MUST_USE enum err store_identity_find(struct store *store, struct arena *arena,
                                      const struct identity *wanted, int64_t *ret_account_id);

struct identity_list {
	struct identity *items;
	size_t n;
};

/* Those of an app and issuer behind a number, in the order of their numbers, at most max. */
MUST_USE enum err store_identity_page(struct store *store, struct arena *arena,
                                      const struct identity *after, int64_t max,
                                      struct identity_list *ret_list);

/* All of an account at this issuer. ERR_NOT_FOUND: there is none. */
MUST_USE enum err store_identity_remove(struct tx *tx, const struct identity *identity);

/* ERR_CONFLICT: the app knows this subject already. */
MUST_USE enum err store_identity_add(struct tx *tx, const struct identity *identity);

/* Of an account whose address nobody has verified: whoever reads its mail is its owner, and need
 * not be who signed in by a provider that did not verify it either. Of any other, and of what the
 * operator vouches for: nothing is done. */
MUST_USE enum err store_identities_doubt(struct tx *tx, int64_t account_id);

/* ---- audit ---- */

struct audit_row {
	int64_t id, app_id, account_id, at;
	struct str event, outcome, network;
};

struct audit_list {
	struct audit_row *items;
	size_t n;
};

MUST_USE enum err store_audit_add(struct tx *tx, const struct audit_row *row);

/* What happened at `since` or later in rows below a number, newest first, at most max. */
struct audit_wanted {
	int64_t app_id;
	int64_t account_id; /* 0: of any */
	int64_t since, below_id, max;
};

MUST_USE enum err store_audit_page(struct store *store, struct arena *arena,
                                   const struct audit_wanted *wanted, struct audit_list *ret_list);

/* ---- housekeeping ---- */

/* What has had its time; `before` is a time for each but the second. */
enum sweep {
	SWEEP_SESSIONS_ENDED,   /* ends_at */
	SWEEP_SESSIONS_REVOKED, /* by a new epoch of their account */
	SWEEP_TOKENS,           /* expires_at */
	SWEEP_SIGN_UPS,         /* expires_at */
	SWEEP_LOGINS,           /* what was typed, of mails that nobody got: settled_at */
	SWEEP_MAILS_SETTLED,    /* settled_at */
	SWEEP_MAILS_UNCLAIMED,  /* that nobody ever took: expires_at */
	SWEEP_AUDIT,            /* at */
	SWEEP_LIMITS,           /* counters whose window is over */
	SWEEP_SIGNING_KEYS,     /* retired ones: verifies_until */
	SWEEP_SIGN_INS,         /* at providers: expires_at */
	SWEEP_COUNT
};

/* Of all servers of a database, one sweeps at a time: until the transaction ends, this one.
 * ERR_NOT_FOUND: another does. */
MUST_USE enum err store_sweep_turn(struct tx *tx);

/* Sweeps rows that had their time at `before` or earlier, about max of them; reads a bounded number
 * of rows to find them, however many there are. ret_more: there may be more. */
MUST_USE enum err store_sweep(struct tx *tx, enum sweep what, int64_t before, int64_t max,
                              bool *ret_more);

/* ---- the texts of an app that its operator may edit ---- */

/* Hack System's tables of that name. */
enum content_kind { CONTENT_STRUCTURE, CONTENT_STRINGS, CONTENT_KINDS };

struct content {
	int64_t id;
	int64_t kind; /* enum content_kind */
	struct str name;
	struct str slug;    /* of strings: the page that it belongs to; "": none */
	int64_t global;     /* of strings: 1: it belongs to all of them */
	struct str members; /* a JSON object: the rest, as the operator has it */
	int64_t created_at;
};

struct content_list {
	struct content *items;
	size_t n;
};

/* All of an app's, by their tables. */
MUST_USE enum err store_content(struct store *store, struct arena *arena, int64_t app_id,
                                struct content_list *ret_list);

/* All of the structure, and the strings of a slug or of all. */
MUST_USE enum err store_content_of_slug(struct store *store, struct arena *arena, int64_t app_id,
                                        struct str slug, struct content_list *ret_list);
MUST_USE enum err store_content_by_name(struct store *store, struct arena *arena, int64_t app_id,
                                        enum content_kind kind, struct str name,
                                        struct content *ret_content);

/* Adds the row, or replaces the one of its name, whose number and time of making it keeps. */
MUST_USE enum err store_content_set(struct tx *tx, int64_t app_id, const struct content *content,
                                    int64_t now);

/* ERR_NOT_FOUND. */
MUST_USE enum err store_content_remove(struct tx *tx, int64_t app_id, enum content_kind kind,
                                       struct str name);

/* How many rows an app has, and the bytes of their members. */
struct content_size {
	int64_t count, bytes;
};

MUST_USE enum err store_content_size(struct tx *tx, struct arena *arena, int64_t app_id,
                                     struct content_size *ret_size);

struct message {
	struct str internal_name, message, type, input;
};

struct message_list {
	struct message *items;
	size_t n;
};

struct mail_template {
	struct str email_name, send_name, sender, subject, content;
};

struct mail_template_list {
	struct mail_template *items;
	size_t n;
};

MUST_USE enum err store_messages(struct store *store, struct arena *arena, int64_t app_id,
                                 struct message_list *ret_list);
MUST_USE enum err store_message_by_name(struct store *store, struct arena *arena, int64_t app_id,
                                        struct str name, struct message *ret_message);
MUST_USE enum err store_message_set(struct tx *tx, int64_t app_id, const struct message *message);
MUST_USE enum err store_mail_templates(struct store *store, struct arena *arena, int64_t app_id,
                                       struct mail_template_list *ret_list);
MUST_USE enum err store_mail_template_by_name(struct store *store, struct arena *arena,
                                              int64_t app_id, struct str name,
                                              struct mail_template *ret_template);
MUST_USE enum err store_mail_template_set(struct tx *tx, int64_t app_id,
                                          const struct mail_template *template);

#endif
