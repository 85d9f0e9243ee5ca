/* SPDX-License-Identifier: Apache-2.0 */
/* server.h - HTTP/1.1 by libmicrohttpd: connections, limits, and threads that may wait.
 *
 * One I/O thread per core reads requests by epoll. A request that the handler calls quick is served
 * right there; any other is suspended and queued for a worker thread, which may block, and resumed
 * with its answer. Networks take turns in that queue; when it is full, somebody is answered at once
 * (request->fault is ERR_BUSY): whoever comes, or the newest of the network with the most.
 *
 * Every answer has an X-Request-Id and a line in the log (log_request()), by which it can be found.
 * What libmicrohttpd refuses by itself, before a request is made of it, has neither: a request line
 * or header it cannot read (400), and headers beyond the limit (431).
 *
 * Limits: 16 KiB of body, 32 KiB of request line and headers together (431), 20 s of silence, and
 * 30 s for a whole request to arrive, however slowly it trickles. */
#ifndef REKEY_HTTP_SERVER_H
#define REKEY_HTTP_SERVER_H

#include "base/network.h"
#include "http/request.h"

struct http_server;

struct http_handler {
	void *state;
	/* Called on an I/O thread when the headers are there. true: serve may run there too. */
	bool (*is_quick)(void *state, const struct request *request);
	/* Fills *response; called for faulty requests as well, so that the answer has the form of
	 * what was asked. Must not keep anything of the request. */
	void (*serve)(void *state, struct request *request, struct response *response);
};

struct http_options {
	unsigned io_threads;      /* 1..64 */
	unsigned workers;         /* 1..1024 threads that may block */
	unsigned queue_max;       /* requests waiting for a worker */
	unsigned connections_max; /* open at once, suspended ones included; see crowd.h */
	struct network_list trusted_proxies; /* borrowed until http_stop() */
	bool unlogged;                       /* its requests are not worth a line each */
};

/* Binds "host:port", "[host]:port" (port 0: any free one) or "unix:PATH". The caller owns
 * *ret_socket until http_start takes it. ret_url (at least URL_ROOM bytes):
 * "http://127.0.0.1:8080". ERR_CONFIG: it cannot be bound; the reason is logged. */
enum { URL_ROOM = 256 };
MUST_USE enum err http_bind(const char *listen, int *ret_socket, char *ret_url);

/* Whether the bound socket can be reached from this machine alone. */
bool http_is_loopback(int socket);

/* Takes the socket. The handler is borrowed until http_stop(). */
MUST_USE enum err http_start(const struct http_options *options, int socket,
                             const struct http_handler *handler, struct http_server **ret_server);

/* Stops listening, finishes and answers every request that has begun to be served, ends the
 * threads. Blocks. NULL is a no-op. */
void http_stop(struct http_server *server);

#endif
