/* SPDX-License-Identifier: Apache-2.0 */
/* peer.h - a connection of libmicrohttpd, for what asks it for a header while it reads a form. */
#ifndef REKEY_FUZZ_PEER_H
#define REKEY_FUZZ_PEER_H

#include "base/str.h"

/* Sends a request with this Content-Type, and calls with_connection from libmicrohttpd's handler,
 * as the server would be called. All in this thread. false: libmicrohttpd refused the header. */
bool peer_request(struct str content_type, void (*with_connection)(void *state, void *connection),
                  void *state);

#endif
