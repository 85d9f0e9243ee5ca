/* SPDX-License-Identifier: Apache-2.0 */
/* operations.h - what the operator's own programs ask: /healthz, /readyz and /metrics, on a
 * listener of their own, which no client of an app should reach (OWASP ASVS 5.0, 13.4.5).
 *
 * /healthz: 200 while the process serves. /readyz: 200 while the database answers too, else 503: a
 * balancer should send requests elsewhere. /metrics: numbers in the text format of Prometheus, of
 * this process since its start, but for the outbox, which is the database's. */
#ifndef REKEY_DIALECT_OPERATIONS_H
#define REKEY_DIALECT_OPERATIONS_H

#include "dialect/serve.h"

/* For struct http_handler: state is a struct doors, with a tally. */
bool operations_is_quick(void *state, const struct request *request);
void operations_serve(void *state, struct request *request, struct response *response);

#endif
