/* SPDX-License-Identifier: Apache-2.0 */
/* serve.h - the one way from a request to its answer, for every dialect. */
#ifndef REKEY_DIALECT_SERVE_H
#define REKEY_DIALECT_SERVE_H

#include "dialect/dialect.h"
#include "http/server.h"

struct serving {
	struct doors doors;
	const struct dialect *const *dialects; /* ends with NULL; pages first */
};

/* For struct http_handler: state is a struct serving. */
bool serve_is_quick(void *state, const struct request *request);
void serve(void *state, struct request *request, struct response *response);

/* Prints every row of every dialect, one a line: method, path, operation, status. */
void serve_print_routes(const struct serving *serving);

#endif
