/* SPDX-License-Identifier: Apache-2.0 */
/* person.h - an account as Hack System has it: an address, whatever an application keeps of its
 * person, and workspaces.
 *
 * It is opened at once: the address is not verified then, and counts for as little as any other
 * such address until its owner has come in by a reset, which ends every session of before. What has
 * no column is a field (struct account_field): a text as it is, anything else as JSON. */
#ifndef REKEY_ACCOUNT_PERSON_H
#define REKEY_ACCOUNT_PERSON_H

#include "account/session.h"

struct person_sign_up {
	struct str email;
	struct secret password;
	struct access_terms terms; /* of the dialect, never of the request */
};

/* Opens an account, a workspace named by what stands before the @, and a session. ERR_BAD_EMAIL;
 * ERR_PASSWORD_SHORT, _LONG, _GUESSABLE; ERR_EMAIL_TAKEN. ERR_NOT_ALLOWED: the app makes its
 * accounts itself.
 */
extern const struct operation person_sign_up_op; /* -> struct session_tokens */

struct person_workspace {
	int64_t id;
	struct str name;
	struct number_list users; /* numbers of accounts */
	int64_t created_at;
};

struct person_workspace_list {
	struct person_workspace *items;
	size_t n;
};

struct person {
	int64_t id; /* the account's number */
	struct str email, name;
	struct str fields; /* an object in JSON, never without "info" */
	int64_t created_at;
	struct person_workspace_list workspaces;
};

/* The caller's own. */
extern const struct operation person_show_op; /* struct nothing -> struct person */

enum { NO_WORKSPACE = -1 };

/* The texts are an object in JSON each, or NONE: nothing is said. */
struct person_update {
	int64_t workspace_id; /* NO_WORKSPACE: the only one */
	struct str user;
	struct str workspace;
};

/* Members of the user that are null are no more; what nobody may say of themselves (an id, the
 * address, a password, a reset code...) is passed over, as it comes back with the record. Of the
 * workspace the name is taken. ERR_NOT_MEMBER: the workspace is not the person's, or it is not
 * clear which is meant. ERR_BAD_NAME, ERR_BAD_FIELD, ERR_MEMBER_TYPE. */
extern const struct operation person_update_op; /* -> struct person */

#endif
