/* SPDX-License-Identifier: Apache-2.0 */
/* request.h - one HTTP request and its answer, as everything behind the server sees them.
 *
 * All texts live in request->arena until the answer is on its way; then the arena is wiped. */
#ifndef REKEY_HTTP_REQUEST_H
#define REKEY_HTTP_REQUEST_H

#include "base/json.h"

enum {
	BODY_MAX = 16 * 1024, /* bytes: more is ERR_TOO_LARGE */
	HEADERS_MAX = 64,
	RESPONSE_HEADERS_MAX = 16,
};

struct header {
	struct str name, value;
};

struct request {
	struct arena *arena;
	struct str method;    /* "GET" */
	struct str path;      /* percent-decoded, begins with '/', without the query */
	struct str peer;      /* the client's address, without port */
	struct str reference; /* "K7Q2-9FMX": random, of our own; the answer's X-Request-Id */
	struct header headers[HEADERS_MAX];
	size_t n_headers;
	struct members query; /* decoded; repeated names are kept */
	struct str body;
	enum err fault;   /* OK, or why it is not served: ERR_TOO_LARGE, ERR_BUSY, ERR_TIMEOUT,
	                     ERR_MALFORMED */
	void *connection; /* the server's own */
};

struct response {
	int status;
	struct str content_type; /* NONE: there is no body */
	struct str body;
	struct header headers[RESPONSE_HEADERS_MAX];
	size_t n_headers;
	const char *route; /* the path as our table spells it, for the log; NULL: it is in none */
};

/* The value of a header, by its name without regard to case. NONE: it is not there. */
struct str request_header(const struct request *request, const char *name);

/* Adds a header; the value is one line of ours or of the arena. More than RESPONSE_HEADERS_MAX is
 * the caller's fault. */
void response_header(struct response *response, const char *name, struct str value);

/* Adds the fields of a form body (application/x-www-form-urlencoded or multipart/form-data) to
 * members. A file among them is no text. ERR_MALFORMED: it cannot be read so, a value is not UTF-8,
 * or there is U+0000. */
MUST_USE enum err request_read_form(const struct request *request, struct members *members);

#endif
