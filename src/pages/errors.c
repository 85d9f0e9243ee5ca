/* SPDX-License-Identifier: Apache-2.0 */
/* errors.c - what a page says of each error. */
#include "pages/errors.h"
#include "base/texts.h"

#define BUSY                                                                                       \
	{                                                                                          \
		503, TEXT("error-busy-title"), TEXT("error-busy"), 0, 0, 0                         \
	}
#define FAULT(s)                                                                                   \
	{                                                                                          \
		s, TEXT("error-sorry-title"), TEXT("error-sorry"), 0, 0, 0                         \
	}
#define FORM(text)                                                                                 \
	{                                                                                          \
		422, TEXT("error-form-title"), text, 0, 0, 0                                       \
	}
#define ODD(s, text)                                                                               \
	{                                                                                          \
		s, TEXT("error-odd-title"), text, 0, 0, 0                                          \
	}
#define NOWHERE                                                                                    \
	{                                                                                          \
		404, TEXT("error-nowhere-title"), TEXT("error-nowhere"), 0, 0, 0                   \
	}

const struct wire_error page_errors[ERR_COUNT] = {
	[ERR_NOMEM] = BUSY,
	[ERR_RATE_LIMITED] = { 429, TEXT("error-busy-title"), TEXT("error-rate"), 0, 0, 0 },
	[ERR_BUSY] = BUSY,
	[ERR_RETRY] = BUSY,
	[ERR_STORE] = FAULT(503),
	[ERR_INTERNAL] = FAULT(500),
	[ERR_CONFIG] = FAULT(500),
	[ERR_SCHEMA_NEWER] = FAULT(500),
	[ERR_SCHEMA_OLDER] = FAULT(500),
	[ERR_APP_DISABLED] = { 503, TEXT("error-off-title"), TEXT("error-off"), 0, 0, 0 },
	[ERR_NOT_FOUND] = NOWHERE,
	[ERR_NO_ROUTE] = NOWHERE,
	[ERR_NO_APP] = NOWHERE,
	[ERR_METHOD] = ODD(405, TEXT("error-method")),
	[ERR_MEDIA_TYPE] = ODD(415, TEXT("error-not-understood")),
	[ERR_TOO_LARGE] = ODD(413, TEXT("error-too-large")),
	[ERR_TIMEOUT] = ODD(408, TEXT("error-timeout")),
	[ERR_MALFORMED] = ODD(400, TEXT("error-not-understood")),
	[ERR_MEMBER_TYPE] = ODD(400, TEXT("error-not-understood")),
	[ERR_MEMBER_MISSING] = ODD(400, TEXT("error-missing")),
	[ERR_CROSS_SITE] = ODD(403, TEXT("error-cross-site")),
	[ERR_NOT_ALLOWED] = ODD(403, TEXT("error-not-allowed")),
	[ERR_NO_SESSION] = ODD(401, TEXT("error-sign-in-first")),
	[ERR_BAD_SESSION] = ODD(401, TEXT("error-sign-in-again")),
	[ERR_BAD_KEY] = ODD(401, TEXT("error-not-allowed")),
	[ERR_NOT_MEMBER] = ODD(400, TEXT("error-unknown-request")),
	[ERR_NO_TEMPLATE] = ODD(400, TEXT("error-unknown-request")),
	[ERR_NO_MAIL] = ODD(400, TEXT("error-unknown-request")),
	[ERR_BAD_SETTING] = ODD(400, TEXT("error-unknown-request")),
	[ERR_NOT_WHOLE] = ODD(400, TEXT("error-unknown-request")),
	[ERR_CONFLICT] = ODD(409, TEXT("error-taken")),
	[ERR_USERNAME_TAKEN] = ODD(409, TEXT("error-taken")),
	[ERR_EMAIL_TAKEN] = ODD(409, TEXT("error-taken")),
	[ERR_APP_EXISTS] = ODD(409, TEXT("error-taken")),
	[ERR_APP_NOT_EMPTY] = ODD(409, TEXT("error-app-not-empty")),
	[ERR_TWO_KEYS] = ODD(409, TEXT("error-two-keys")),
	[ERR_UNREACHABLE] = BUSY,
	[ERR_NO_PROVIDER] = ODD(404, TEXT("error-no-provider")),
	[ERR_BAD_REDIRECT] = ODD(400, TEXT("error-bad-redirect")),
	[ERR_BAD_RETURN] = { 400, TEXT("error-return-title"), TEXT("error-return"), 0, 0, 0 },
	[ERR_LINKED] = ODD(409, TEXT("error-linked")),
	[ERR_NOT_LINKED] = ODD(404, TEXT("error-not-linked")),
	[ERR_BAD_STATE] = ODD(403, TEXT("error-bad-state")),
	[ERR_SIGN_IN_REFUSED] = ODD(403, TEXT("error-sign-in-refused")),
	[ERR_BAD_CREDENTIALS] = ODD(401, TEXT("error-bad-credentials")),
	[ERR_NO_ACCOUNT] = ODD(401, TEXT("error-bad-credentials")),
	[ERR_NOT_ACTIVATED] = ODD(401, TEXT("error-bad-credentials")),
	[ERR_WRONG_PASSWORD] = ODD(403, TEXT("error-wrong-password")),
	[ERR_TOKEN_INVALID] = { 410, TEXT("link-unknown-title"), TEXT("error-token"), 0, 0, 0 },
	[ERR_BAD_EMAIL] = FORM(TEXT("error-bad-email")),
	[ERR_BAD_USERNAME] = FORM(TEXT("error-bad-username")),
	[ERR_EMPTY_EMAIL] = FORM(TEXT("error-empty-email")),
	[ERR_EMPTY_PASSWORD] = FORM(TEXT("error-empty-password")),
	[ERR_EMPTY_CODE] = FORM(TEXT("error-empty-code")),
	[ERR_WRONG_USERNAME] = FORM(TEXT("error-wrong-username")),
	[ERR_WRONG_ADDRESS] = FORM(TEXT("error-wrong-address")),
	[ERR_CHANGES_HELD] = ODD(403, TEXT("error-held")),
	[ERR_BAD_NAME] = FORM(TEXT("error-bad-name")),
	[ERR_BAD_LOCALE] = FORM(TEXT("error-bad-locale")),
	[ERR_BAD_FIELD] = FORM(TEXT("error-bad-field")),
	[ERR_OUT_OF_RANGE] = FORM(TEXT("error-out-of-range")),
	[ERR_PASSWORD_SHORT] = FORM(TEXT("error-password-short")),
	[ERR_PASSWORD_LONG] = FORM(TEXT("error-password-long")),
	[ERR_PASSWORD_GUESSABLE] = FORM(TEXT("error-password-guessable")),
	[ERR_PASSWORD_SAME] = FORM(TEXT("error-password-same")),
	[ERR_PASSWORDS_DIFFER] = FORM(TEXT("error-passwords-differ")),
};
