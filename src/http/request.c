/* SPDX-License-Identifier: Apache-2.0 */
/* request.c - headers in and out. */
#include "http/request.h"
#include <assert.h>

struct str request_header(const struct request *request, const char *name)
{
	for (size_t i = 0; i < request->n_headers; i++) {
		if (str_is_nocase(request->headers[i].name, name))
			return request->headers[i].value;
	}
	return STR_NONE;
}

void response_header(struct response *response, const char *name, struct str value)
{
	assert(response->n_headers < RESPONSE_HEADERS_MAX);
	response->headers[response->n_headers++] = (struct header){ str(name), value };
}
