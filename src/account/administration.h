/* SPDX-License-Identifier: Apache-2.0 */
/* administration.h - what an operator does with the accounts of an app: looks at them, disables and
 * renames them, lets their owners back in, and moves them from house to house.
 *
 * None of it shows or chooses a password, and the token of a recovery is its owner's alone. */
#ifndef REKEY_ACCOUNT_ADMINISTRATION_H
#define REKEY_ACCOUNT_ADMINISTRATION_H

#include "account/account.h"
#include "base/json_values.h"

enum { ACCOUNT_PAGE_MAX = 500 };

struct account_named {
	struct str login; /* an address or a username */
};

/* An account without what only the service has to know. */
struct account_view {
	int64_t number; /* as the audit trail names it */
	struct str id;  /* 24 hex digits: as clients do */
	struct str email, username;
	int64_t status; /* enum account_status */
	int64_t has_password;
	int64_t password_set_at, password_expires_at, created_at;
};

/* ERR_NO_ACCOUNT. */
extern const struct operation account_show_op; /* struct account_named -> struct account_view */

struct account_page {
	int64_t after; /* the number of the last one of the page before; 0: the first page */
	int64_t max;   /* 1..ACCOUNT_PAGE_MAX */
};

struct account_view_list {
	struct account_view *items; /* in the order of their numbers */
	size_t n;
};

extern const struct operation account_list_op; /* struct account_page -> account_view_list */

struct account_status_set {
	struct str login;
	enum account_status status;
};

/* Disabling ends every session and mailed link at once. To a status that it has already nothing is
 * done. ERR_NO_ACCOUNT. */
extern const struct operation account_set_status_op; /* -> struct account_view */

struct account_set {
	struct str login;
	struct str username; /* NONE: as it is; "": none, where there is an address */
	struct str email;    /* NONE: as it is. Another one ends all sessions; both are told */
};

/* All of it or nothing. ERR_NO_ACCOUNT, ERR_BAD_USERNAME, ERR_BAD_EMAIL, ERR_USERNAME_TAKEN,
 * ERR_EMAIL_TAKEN. */
extern const struct operation account_set_op; /* -> struct account_view */

struct account_recovery {
	struct str email, reference; /* of the mail */
	const char *refusal;         /* NULL: it is on its way; else why nobody is mailed */
};

/* Mails the owner what a recovery of their own would. ERR_NO_ACCOUNT. */
extern const struct operation account_recover_op; /* struct account_named -> account_recovery */

/* ---- from house to house ---- */

/* An account in the words of a file. */
struct account_record {
	struct str id, email, username, status, created_at, password_hash;
	struct str name, locale; /* what its person wants to be called, and their language */
	struct str guest;        /* "true": made without a person's words */
	struct str email_login;  /* "false": mail goes to the address, and nobody is found by it */
	struct str email_verified; /* "true": mail to the address has reached its owner */
	struct str fields;         /* all else that is kept of it, as a JSON object of texts */
	struct named_texts more;   /* the same, of a file; what is in it goes before */
	struct str left_out;       /* names of what could not be kept, or of the first of it */
	size_t n_left_out;         /* how many those are */
};

enum import_source { IMPORT_FROM_REKEY, IMPORT_FROM_BACKTORY, IMPORT_FROM_XANO, IMPORT_SOURCES };

/* As the command line has them: "rekey", "backtory", "xano". */
extern const char *const import_source_names[IMPORT_SOURCES];

/* Whose words these are: by names that nobody else has. */
enum import_source import_source_of(const struct named_texts *words);

/* Understands them as an account's record, whose texts borrow theirs. *ret_why: NULL, or why they
 * are none. ERR_NOMEM. */
MUST_USE enum err import_read(struct arena *arena, enum import_source source,
                              const struct named_texts *words, struct account_record *ret_record,
                              const char **ret_why);

struct account_export {
	struct account_page page;
	bool with_hashes;
};

struct account_record_list {
	struct account_record *items;
	size_t n;
	int64_t last; /* for the next page's `after` */
};

/* A page of them. The first one is written to the audit trail, with what it held. */
extern const struct operation account_export_op; /* -> struct account_record_list */

/* What a dry run remembers of the records before. import_seen_new() NULL: out of memory. */
struct import_seen;
struct import_seen *import_seen_new(void);
void import_seen_free(struct import_seen *seen);

struct account_import {
	const struct account_record *items; /* only an address or a username has to be there */
	size_t n;                           /* at most ACCOUNT_PAGE_MAX */
	struct import_seen *seen;           /* NULL: do it. Else a dry run: nothing is written */
	bool drop_hashes; /* whose hash is not taken comes without a password, and recovers */
};

enum import_outcome {
	IMPORT_ADDED,
	IMPORT_EXISTING, /* an account of the same names is there, and stays as it is */
	IMPORT_REFUSED,
};

/* What its password is kept as. */
enum import_hash { HASH_NONE, HASH_ARGON2ID, HASH_BCRYPT, HASH_OTHER, IMPORT_HASHES };

struct import_fate {
	enum import_outcome outcome;
	const char *why;       /* it was refused; or what was left out of it */
	enum import_hash hash; /* of one that was added */
};

struct account_import_fates {
	struct import_fate *items; /* of each record */
};

/* Adds what is good of them in one transaction. Nobody is mailed. */
extern const struct operation account_import_op; /* -> struct account_import_fates */

#endif
