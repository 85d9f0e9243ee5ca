/* SPDX-License-Identifier: Apache-2.0 */
/* peer.h - whom a request comes from, with proxies before us or without. */
#ifndef REKEY_HTTP_PEER_H
#define REKEY_HTTP_PEER_H

#include "base/network.h"
#include "http/request.h"

/* The socket's other end; or, if that is a trusted proxy, whom X-Forwarded-For says it had there:
 * its rightmost address that is no trusted proxy itself. What stands further left was written by
 * that one, and may say anything. */
struct address peer_of(const struct request *request, const struct address *socket_peer,
                       const struct network_list *trusted);

/* Somebody near passes on requests of others, and nobody told us to believe it. */
bool peer_is_unknown_proxy(const struct request *request, const struct address *socket_peer,
                           const struct network_list *trusted);

#endif
