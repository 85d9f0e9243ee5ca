/* SPDX-License-Identifier: Apache-2.0 */
/* request.h - a request out of text, with what http/server.c promises of one; and what it shows. */
#ifndef REKEY_FUZZ_REQUEST_H
#define REKEY_FUZZ_REQUEST_H

#include "http/request.h"

/* "METHOD TARGET\nName: value\n...\n\nbody". false: the server would have refused it by itself. */
bool request_parse(struct arena *arena, struct str text, struct request *ret_request);

bool request_is_multipart(const struct request *request);

/* Everything that it says, decoded: query, body, the session's token. The request is as it came,
 * with its connection if it has several parts. */
struct shown {
	struct members members;
	struct str bearer;
};

void request_shown(const struct request *request, struct shown *ret_shown);
bool shown_has(const struct shown *shown, const char *text);

#endif
