/* SPDX-License-Identifier: Apache-2.0 */
/* receive.h - from what libmicrohttpd knows of a request to a struct request; for server.c. */
#ifndef REKEY_HTTP_RECEIVE_H
#define REKEY_HTTP_RECEIVE_H

#include "http/request.h"

struct MHD_Connection;

/* Copies method, path, headers and query into request->arena. What must not be served so is said
 * by request->fault. ERR_NOMEM. */
MUST_USE enum err receive_head(struct MHD_Connection *connection, const char *method,
                               const char *url, struct request *request);

#endif
