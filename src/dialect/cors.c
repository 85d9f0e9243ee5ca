/* SPDX-License-Identifier: Apache-2.0 */
/* cors.c - the headers of the Fetch standard's CORS protocol. */
#include "dialect/cors.h"
#include "account/app.h"
#include <string.h>

/* What a page may read beside the body. */
#define EXPOSED "Retry-After, X-Request-Id, WWW-Authenticate"

/* Seconds that a browser may go by one preflight. What it then sends is still refused, or its
 * answer not shown, as soon as the origin has left the list. */
#define MAX_AGE "7200"

static bool asks_before(const struct request *request)
{
	return str_is(request->method, "OPTIONS") &&
	       request_header(request, "Access-Control-Request-Method").ptr;
}

bool cors_announces_app(const struct request *request)
{
	struct str names = request_header(request, "Access-Control-Request-Headers");

	return asks_before(request) && names.ptr &&
	       strcasestr(names.ptr, "x-backtory-authentication-id");
}

/* A preflight does not say which app its request will name by header: then any app's origin that
 * serves this dialect may send it, and the request is judged by its own app's list. */
static struct app_origin_asked question(const struct visit *visit, struct str origin)
{
	bool of_any = visit->dialect->named_by_header && asks_before(visit->request);

	return (struct app_origin_asked){ origin, of_any ? visit->dialect->bit : 0 };
}

enum err cors_admit(struct visit *visit)
{
	struct str origin = request_header(visit->request, "Origin");
	struct app_origin_found found;

	if (!visit->dialect->cors)
		return OK;
	response_header(visit->response, "Vary", STR("Origin"));
	if (!origin.ptr)
		return OK;
	const struct app_origin_asked asked = question(visit, origin);
	TRY(operation_run(&visit->ctx, &app_origin_op, &asked, &found));
	if (!found.is_ours)
		return OK;
	visit->admitted = true;
	response_header(visit->response, "Access-Control-Allow-Origin", origin);
	response_header(visit->response, "Access-Control-Expose-Headers", STR(EXPOSED));
	return OK;
}

bool cors_is_preflight(const struct visit *visit)
{
	return visit->admitted && asks_before(visit->request);
}

enum err cors_answer(struct visit *visit)
{
	struct response *response = visit->response;
	struct str methods;

	TRY(visit_methods(visit, &methods));
	response->status = 204;
	response_header(response, "Access-Control-Allow-Methods", methods);
	response_header(response, "Access-Control-Allow-Headers", str(visit->dialect->cors));
	response_header(response, "Access-Control-Max-Age", STR(MAX_AGE));
	return OK;
}
