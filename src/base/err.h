/* SPDX-License-Identifier: Apache-2.0 */
/* err.h - the one list of everything that can go wrong.
 *
 * Expected refusals (a wrong password) and failures (the database is away) are one type, so that
 * TRY() carries both. Every wire dialect maps each of them to its own status and code through an
 * array; a unit test walks the arrays for gaps. The sentence is for logs and for the command line.
 */
#ifndef REKEY_BASE_ERR_H
#define REKEY_BASE_ERR_H

#include "base/defs.h"

#define ERR_LIST(X)                                                                                \
	/* Failures: nobody's fault but ours or the machine's. */                                  \
	X(ERR_NOMEM, "out of memory")                                                              \
	X(ERR_STORE, "the database cannot be read or written")                                     \
	X(ERR_INTERNAL, "an unexpected failure")                                                   \
	X(ERR_RETRY, "another writer came first; run the operation again")                         \
	X(ERR_BUSY, "too much work is waiting already")                                            \
	X(ERR_UNREACHABLE, "a sign-in provider does not answer as it should")                      \
	/* What the store says of a row; operations turn these into refusals. */                   \
	X(ERR_NOT_FOUND, "there is no such row")                                                   \
	X(ERR_CONFLICT, "a unique value is taken")                                                 \
	/* Refusals of the request's form. */                                                      \
	X(ERR_NO_ROUTE, "nothing is served at this path")                                          \
	X(ERR_METHOD, "this path does not take this method")                                       \
	X(ERR_MEDIA_TYPE, "the body has a media type that is not understood here")                 \
	X(ERR_TOO_LARGE, "the body is larger than 16 KiB")                                         \
	X(ERR_TIMEOUT, "the request took too long to arrive")                                      \
	X(ERR_MALFORMED, "the request cannot be understood")                                       \
	X(ERR_MEMBER_TYPE, "a member has the wrong type")                                          \
	X(ERR_MEMBER_MISSING, "a member is missing")                                               \
	X(ERR_BAD_EMAIL, "this is no e-mail address")                                              \
	X(ERR_BAD_USERNAME, "this cannot be a username")                                           \
	X(ERR_BAD_NAME, "this cannot be a name")                                                   \
	X(ERR_BAD_LOCALE, "this is no language tag")                                               \
	X(ERR_BAD_FIELD, "this cannot be kept of an account, or it is too much")                   \
	X(ERR_OUT_OF_RANGE, "a number or a list is out of its range")                              \
	X(ERR_EMPTY_EMAIL, "the e-mail address is empty")                                          \
	X(ERR_EMPTY_PASSWORD, "the password is empty")                                             \
	X(ERR_EMPTY_CODE, "the reset code is empty")                                               \
	X(ERR_CROSS_SITE, "a form of another site was sent here")                                  \
	/* Refusals by the gate. */                                                                \
	X(ERR_NO_APP, "no app answers to this name")                                               \
	X(ERR_APP_DISABLED, "the app is disabled")                                                 \
	X(ERR_BAD_KEY, "the app's key is wrong")                                                   \
	X(ERR_NO_SESSION, "no session token was given")                                            \
	X(ERR_BAD_SESSION, "the session token is unknown or expired")                              \
	X(ERR_NOT_ALLOWED, "this is for the operator alone")                                       \
	X(ERR_RATE_LIMITED, "too many requests or failures; wait")                                 \
	/* Refusals by an operation. */                                                            \
	X(ERR_BAD_CREDENTIALS, "wrong login or password")                                          \
	X(ERR_NOT_ACTIVATED, "the account waits for its mailed link to be used")                   \
	X(ERR_NO_ACCOUNT, "there is no such account")                                              \
	X(ERR_WRONG_PASSWORD, "the current password is wrong")                                     \
	X(ERR_TOKEN_INVALID, "the token is unknown, spent, replaced or expired")                   \
	X(ERR_WRONG_USERNAME, "the username is not the one this link was made for")                \
	X(ERR_WRONG_ADDRESS, "the address is not the one this link was mailed for")                \
	X(ERR_CHANGES_HELD, "somebody said 'it was not me': changes are held for some days")       \
	X(ERR_PASSWORD_SHORT, "the new password is too short")                                     \
	X(ERR_PASSWORD_LONG, "the new password is too long")                                       \
	X(ERR_PASSWORD_GUESSABLE, "the new password is one that anybody would try first")          \
	X(ERR_PASSWORD_SAME, "the new password is the old one")                                    \
	X(ERR_PASSWORDS_DIFFER, "the two passwords are not the same")                              \
	X(ERR_USERNAME_TAKEN, "the username is taken")                                             \
	X(ERR_EMAIL_TAKEN, "the e-mail address is taken")                                          \
	X(ERR_APP_EXISTS, "an app of this name, alias or host exists already")                     \
	X(ERR_APP_NOT_EMPTY, "the app still has accounts")                                         \
	X(ERR_TWO_KEYS, "two of these keys are good already; retire the former one before")        \
	X(ERR_NOT_MEMBER, "the workspace is not the person's")                                     \
	X(ERR_NO_TEMPLATE, "there is no template for this mail")                                   \
	X(ERR_NO_MAIL, "no mail server is configured")                                             \
	X(ERR_NO_PROVIDER, "there is no such sign-in provider")                                    \
	X(ERR_BAD_REDIRECT, "the redirect address is none of the provider's redirect_uris")        \
	X(ERR_BAD_RETURN, "the address to go back to is none of the app's return_urls")            \
	X(ERR_BAD_STATE, "the sign-in is unknown, over, or was begun elsewhere")                   \
	X(ERR_LINKED, "another account of the app is this person already")                         \
	X(ERR_NOT_LINKED, "the account is nobody there")                                           \
	X(ERR_SIGN_IN_REFUSED, "the provider does not vouch for this person")                      \
	X(ERR_BAD_SETTING, "there is no such setting, or it does not take this value")             \
	X(ERR_NOT_WHOLE, "a provider needs client_id, issuer, authorization_url, token_url, "      \
	                 "keys_url and scopes with openid; one is missing")                        \
	/* The program's own start. */                                                             \
	X(ERR_CONFIG, "the configuration is wrong")                                                \
	X(ERR_SCHEMA_NEWER, "the database was made by a newer rekey")                              \
	X(ERR_SCHEMA_OLDER,                                                                        \
	  "the database is of an older rekey, and steps of the schema are missing")

enum err {
	OK = 0,
#define X(name, sentence) name,
	ERR_LIST(X)
#undef X
		ERR_COUNT
};

/* The enumerator's name, "ERR_STORE", and its sentence. Constants; OK gives "OK" and "done". */
const char *err_name(enum err err);
const char *err_sentence(enum err err);

#endif
