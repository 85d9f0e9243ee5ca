/* SPDX-License-Identifier: Apache-2.0 */
/* dialect.h - how one outside world spells the core: its routes, fields, statuses and errors.
 *
 * A dialect decides spelling and status, nothing else. Everything here is a constant table; serve.c
 * walks them all in the same way. */
#ifndef REKEY_DIALECT_DIALECT_H
#define REKEY_DIALECT_DIALECT_H

#include "account/operation.h"
#include "base/language.h"
#include "http/fields.h"
#include "http/request.h"
#include <stdatomic.h>

struct visit;
struct dialect;
struct document_words;
struct page_sets;

/* How an error is told. `code` and `text` are the dialect's words; errors without a text use
 * err_sentence(). */
struct wire_error {
	int status; /* 0: not in this table */
	const char *code;
	const char *text;           /* account, pages: a key of src/texts */
	const char *field, *reason; /* account: the member that is at fault, and how */
	const char *message;        /* hacksystem: the row of `messages` that says it */
};

/* Where a route finds its members. */
enum takes {
	TAKES_NOTHING = 0,
	TAKES_QUERY = 1 << 0,
	TAKES_JSON = 1 << 1,
	TAKES_FORM = 1 << 2, /* both kinds */
};

/* What a form of ours has to show; see pages/form_guard.h. */
enum guard {
	GUARD_NONE,
	GUARD_SITE, /* that a page of ours sent it */
	GUARD_FORM, /* and that it was made for this session */
};

struct route {
	const char *method;
	const char *path; /* below the app's prefix; a segment may be a {member} */
	const char *when; /* of several rows alike: the member that picks this one; NULL: any */
	const char *when_header;           /* or the header that does, when it says 1; NULL: none */
	unsigned takes;                    /* enum takes, ored */
	const struct operation *operation; /* NULL: nothing is asked of the core */
	const void *preset;                /* in-struct with what no request may say; NULL: zeros */
	const struct field *fields;
	size_t n_fields;
	int ok;
	const char *cache; /* Cache-Control of a success; NULL: no-store */
	const struct out_field *out;
	size_t n_out;
	const struct wire_error
		*overlay; /* [ERR_COUNT]: where it differs from the dialect's errors */
	const char *say;  /* hacksystem: the row of `messages` that is the answer */
	/* Instead of `out`. */
	enum err (*render)(struct visit *visit, const void *result);
	enum guard guard; /* pages: what a POST has to show, or the forms of a GET will have to */
	/* Pages: tells an error in its form. ERR_NO_ROUTE: it is none that belongs there. */
	enum err (*again)(struct visit *visit, enum err err);
	bool lenient; /* members that nobody knows are passed over here */
	bool aside;   /* documents tell of it in the row alike that follows */
	/* Of a dialect that is documented; the rest of the document is derived (document.h). */
	const char *summary;     /* one sentence: what it does */
	const char *about;       /* on the first of several rows alike: what they are together */
	const enum err *refuses; /* what the operation itself answers; see REFUSES */
};

#define FIELDS(table) table, COUNT_OF(table)
#define REFUSES(...)                                                                               \
	(const enum err[])                                                                         \
	{                                                                                          \
		__VA_ARGS__, OK                                                                    \
	}

struct dialect {
	const char *name;
	int64_t bit; /* enum dialect_bit; 0: every app has it */
	const struct route *routes;
	size_t n_routes;
	const struct wire_error *errors; /* [ERR_COUNT], without gaps */
	bool keyed;                      /* documented, and the texts of its errors are keys */
	bool loose_slashes;              /* doubled and trailing ones are as good as none */
	bool named_by_header;            /* only the Id header names an app here */
	bool lenient;                    /* members that nobody knows are passed over */
	bool same_site;                  /* forms of other sites are refused */
	bool key_first;   /* who may not is refused before a member is looked at, whichever of
	                     several rows is meant */
	const char *cors; /* the headers that pages of the app's origins may send; NULL: they may
	                     not call at all */
	const struct document_words *words; /* NULL: nobody documents it */
	/* Finds what the caller shows: ctx->bearer, ctx->app_key. */
	enum err (*credentials)(struct visit *visit);
	/* Looks at the whole request before the operation runs. NULL: every one is good. */
	enum err (*admit)(struct visit *visit);
	/* Which language the person reads; NULL: what Accept-Language says, if anything. */
	enum language (*speaks)(const struct visit *visit);
	/* Writes the body of a success; NULL: JSON by the route's `out`. */
	enum err (*render_ok)(struct visit *visit, const void *result);
	enum err (*render_error)(struct visit *visit, enum err err);
};

/* How many answers of each class of status (2xx ...) were given since the start. */
enum { STATUS_CLASSES = 6 };
struct tally {
	atomic_ullong answers[STATUS_CLASSES];
};

/* What the doors of this process share. */
struct doors {
	const struct service *service;
	struct tally *tally; /* NULL: nobody counts */
	bool dev;
	struct str mail_dir;     /* where --dev keeps its mails; NONE: nowhere */
	struct page_sets *pages; /* what the hosted pages are made of; NULL: ours alone */
};

/* One request, as serve.c walks it through. */
struct visit {
	const struct doors *doors;
	struct request *request;
	struct response *response;
	struct ctx ctx;
	struct str path; /* below /api:NAME */
	struct app_names_found {
		bool header;    /* the Id header was there */
		bool alias;     /* the path began with /api:NAME */
		bool announced; /* a preflight says that it will be */
	} named;
	bool admitted; /* it is of a page of one of the app's origins */
	const struct dialect *dialect;
	const struct route *route; /* NULL until one is picked */
	struct members members;
	struct str culprit; /* the member an error is about; NONE: none */
	struct str
		locale; /* pages: what the account that the page is about prefers; NONE: unknown */
	const char *cache; /* Cache-Control of this success; NULL: the route's */
};

extern const struct dialect dialect_account, dialect_backtory, dialect_hacksystem;

/* The error's row: the route's overlay, else the dialect's own. */
const struct wire_error *visit_error(const struct visit *visit, enum err err);

/* The bearer token of an Authorization header, in any case (RFC 6750, 2.1). NONE: there is none. */
struct secret bearer_token(const struct request *request);

/* The app's key, shown by HTTP Basic (RFC 7617): the user is the app's public id. NONE: there is
 * none; empty, and so nobody's key, where it cannot be read or the user is another. */
MUST_USE enum err basic_key(struct visit *visit, struct secret *ret_key);

/* The methods of this path, with commas between. */
MUST_USE enum err visit_methods(struct visit *visit, struct str *ret_methods);

/* Writes a JSON body by a table. */
MUST_USE enum err visit_json(struct visit *visit, const char *content_type,
                             const struct out_field *fields, size_t n_fields, const void *from);

#endif
