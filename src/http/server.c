/* SPDX-License-Identifier: Apache-2.0 */
/* server.c - libmicrohttpd on one side, struct request and struct response on the other. */
#include "http/server.h"
#include "base/clock.h"
#include "base/crowd.h"
#include "base/crypto.h"
#include "base/log.h"
#include "base/queue.h"
#include "http/deadline.h"
#include "http/peer.h"
#include "http/receive.h"
#include <microhttpd.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	ARENA_MAX = 4 * 1024 * 1024, /* a page of the largest users, as JSON */
	/* Beyond 32 KiB libmicrohttpd maps this memory and unmaps it, so it leaves nothing behind.
	 */
	CONNECTION_MEMORY = 36 * 1024,
	WORKER_STACK = 1024 * 1024,
	DISCARDED_MAX = 4 * 1024 * 1024,
	IDLE_S = 20,     /* of silence */
	REQUEST_S = 30,  /* for a whole request to arrive, or an answer to be taken */
	STOP_MS = 10000, /* for what was begun to be finished */
	STOP_STEP_MS = 5,
};

struct http_server {
	struct MHD_Daemon *daemon;
	const struct http_handler *handler;
	struct queue *queue;
	struct deadlines *deadlines;
	struct crowd *crowd;
	pthread_t *workers;
	unsigned n_workers;
	int socket;
	struct network_list trusted_proxies;
	bool unlogged;
	atomic_bool warned_of_proxy;
	atomic_int n_exchanges; /* begun and not completed */
};

/* One request on its way: made at its first byte of body or end of headers, gone when it is
 * answered. The I/O thread and a worker have it in turn, never together. */
struct exchange {
	struct fair_item item; /* in the queue while it waits for a worker */
	struct http_server *server;
	struct MHD_Connection *connection;
	struct arena *arena;
	struct request request;
	struct response response;
	int64_t begun_us; /* when all of the request was there */
	char *body;
	size_t arrived; /* bytes of body, those thrown away included */
	bool quick;
	bool served;
};

/* ---- in ---- */

static struct address other_end(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);

	return address_of_socket(info ? info->client_addr : NULL);
}

/* After the headers are there. */
static enum err copy_peer(struct exchange *exchange)
{
	struct http_server *server = exchange->server;
	struct address sender = other_end(exchange->connection);
	struct address peer = peer_of(&exchange->request, &sender, &server->trusted_proxies);
	char text[ADDRESS_ROOM];

	if (peer_is_unknown_proxy(&exchange->request, &sender, &server->trusted_proxies) &&
	    !atomic_exchange(&server->warned_of_proxy, true))
		log_warning("a request from this machine carries X-Forwarded-For, and "
		            "server.trusted_proxies does not name its sender: all clients of that "
		            "proxy share one network's limits");
	address_spell(&peer, text);
	return arena_str(exchange->arena, str(text), &exchange->request.peer);
}

static enum err copy_request(struct exchange *exchange, const char *method, const char *url)
{
	struct request *request = &exchange->request;

	request->arena = exchange->arena;
	request->connection = exchange->connection;
	TRY(random_reference(exchange->arena, &request->reference));
	TRY(receive_head(exchange->connection, method, url, request));
	return copy_peer(exchange);
}

static void exchange_free(struct exchange *exchange)
{
	if (!exchange)
		return;
	arena_free(exchange->arena);
	wipe(exchange, sizeof(*exchange));
	free(exchange);
}

static struct exchange *exchange_new(struct http_server *server, struct MHD_Connection *connection,
                                     const char *method, const char *url)
{
	struct exchange *exchange = calloc(1, sizeof(*exchange));

	if (!exchange)
		return NULL;
	exchange->server = server;
	exchange->connection = connection;
	exchange->arena = arena_new(ARENA_MAX);
	if (!exchange->arena || copy_request(exchange, method, url) != OK) {
		exchange_free(exchange);
		return NULL;
	}
	atomic_fetch_add(&server->n_exchanges, 1);
	exchange->quick = server->handler->is_quick(server->handler->state, &exchange->request);
	return exchange;
}

/* Keeps what fits. What does not is read and thrown away, so that the client gets its answer and
 * not a broken pipe; but not for ever. MHD_NO: enough of it, hang up. */
static enum MHD_Result take_body(struct exchange *exchange, const char *bytes, size_t size)
{
	struct request *request = &exchange->request;

	if (!exchange->body)
		exchange->body = arena_alloc(exchange->arena, BODY_MAX + 1);
	if (!exchange->body)
		return MHD_NO;
	exchange->arrived += size;
	if (exchange->arrived > BODY_MAX) {
		request->fault = ERR_TOO_LARGE;
		return exchange->arrived > DISCARDED_MAX ? MHD_NO : MHD_YES;
	}
	memcpy(exchange->body + request->body.len, bytes, size);
	request->body = (struct str){ exchange->body, request->body.len + size };
	return MHD_YES;
}

/* A body that says beforehand that it is hopeless is not waited for. */
static bool is_hopeless(const struct exchange *exchange)
{
	struct str length = request_header(&exchange->request, "Content-Length");
	long long bytes = 0;

	return length.ptr && (!str_to_number(length, DISCARDED_MAX, &bytes));
}

/* ---- out ---- */

/* The body stays in the arena, which lives until MHD has sent it. */
static enum MHD_Result answer(struct exchange *exchange)
{
	struct response *response = &exchange->response;
	union {
		const char *in;
		void *out;
	} body = { response->body.ptr };
	struct MHD_Response *out = MHD_create_response_from_buffer(response->body.len, body.out,
	                                                           MHD_RESPMEM_PERSISTENT);

	if (!out)
		return MHD_NO;
	if (response->content_type.ptr)
		MHD_add_response_header(out, MHD_HTTP_HEADER_CONTENT_TYPE,
		                        response->content_type.ptr);
	MHD_add_response_header(out, "X-Request-Id", exchange->request.reference.ptr);
	for (size_t i = 0; i < response->n_headers; i++)
		MHD_add_response_header(out, response->headers[i].name.ptr,
		                        response->headers[i].value.ptr);
	if (exchange->request.fault != OK)
		MHD_add_response_header(out, MHD_HTTP_HEADER_CONNECTION, "close");
	enum MHD_Result queued =
		MHD_queue_response(exchange->connection, (unsigned)response->status, out);
	MHD_destroy_response(out);
	return queued;
}

/* ---- serving ---- */

/* A client may send any word as its method. */
static const char *known_method(struct str method)
{
	static const char *const known[] = { "GET",   "HEAD",   "POST",   "PUT",
		                             "PATCH", "DELETE", "OPTIONS" };

	FOREACH(word, known) {
		if (str_is(method, *word))
			return *word;
	}
	return "-";
}

/* Nothing in it is the client's: neither path nor query, header or body. */
static void log_exchange(const struct exchange *exchange)
{
	const struct response *response = &exchange->response;
	long long us = clock_steady_us() - exchange->begun_us;

	log_request("%s %s %d %lld.%lldms %s", known_method(exchange->request.method),
	            response->route ? response->route : "-", response->status, us / 1000,
	            us % 1000 / 100, exchange->request.reference.ptr);
}

static void serve(struct exchange *exchange)
{
	const struct http_handler *handler = exchange->server->handler;

	handler->serve(handler->state, &exchange->request, &exchange->response);
	if (!exchange->server->unlogged)
		log_exchange(exchange);
	wipe_thread();
	exchange->served = true;
}

static void *worker(void *state)
{
	struct http_server *server = state;
	struct exchange *exchange;

	while ((exchange = (void *)queue_pop(server->queue))) {
		serve(exchange);
		MHD_resume_connection(exchange->connection);
	}
	return NULL;
}

/* Hands it to a worker; MHD calls again once the answer is there. If somebody has to be refused
 * for it, that is done here. */
static enum MHD_Result hand_over(struct exchange *exchange)
{
	exchange->item.caller.network = network_of(exchange->request.peer);
	MHD_suspend_connection(exchange->connection);
	struct exchange *refused = (void *)queue_push(exchange->server->queue, &exchange->item);
	if (refused) {
		refused->request.fault = ERR_BUSY;
		serve(refused);
		MHD_resume_connection(refused->connection);
	}
	return MHD_YES;
}

/* Percent-decoding that leaves no U+0000 behind, which would end the text early: it becomes a byte
 * that is no UTF-8, so whoever reads it refuses it. */
static size_t unescape(void *state, struct MHD_Connection *connection, char *text)
{
	(void)state, (void)connection;
	size_t len = MHD_http_unescape(text);
	for (size_t i = 0; i < len; i++) {
		if (text[i] == '\0')
			text[i] = '\xff';
	}
	return len;
}

static struct deadline *deadline_of(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

	return info ? info->socket_context : NULL;
}

static enum MHD_Result on_request(void *state, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *upload_data,
                                  size_t *upload_data_size, void **con_cls)
{
	struct http_server *server = state;
	struct exchange *exchange = *con_cls;

	(void)version;
	if (!exchange) {
		exchange = exchange_new(server, connection, method, url);
		if (!exchange)
			return MHD_NO;
		*con_cls = exchange;
		if (!is_hopeless(exchange))
			return MHD_YES;
		exchange->request.fault = ERR_TOO_LARGE;
	} else if (*upload_data_size > 0) {
		enum MHD_Result taken = take_body(exchange, upload_data, *upload_data_size);
		*upload_data_size = 0;
		return taken;
	}
	deadline_set(deadline_of(connection), exchange->served ? REQUEST_S * 1000 : DEADLINE_NEVER);
	if (exchange->served)
		return answer(exchange);
	exchange->begun_us = clock_steady_us();
	if (!exchange->quick && exchange->request.fault == OK)
		return hand_over(exchange);
	serve(exchange);
	deadline_set(deadline_of(connection), REQUEST_S * 1000);
	return answer(exchange);
}

static void on_completed(void *state, struct MHD_Connection *connection, void **con_cls,
                         enum MHD_RequestTerminationCode code)
{
	struct http_server *server = state;
	struct exchange *exchange = *con_cls;

	(void)code;
	if (!exchange)
		return;
	*con_cls = NULL;
	exchange_free(exchange);
	wipe_thread();
	atomic_fetch_sub(&server->n_exchanges, 1);
	deadline_set(deadline_of(connection), REQUEST_S * 1000);
}

/* MHD_NO: it is hung up on. */
static enum MHD_Result on_accept(void *state, const struct sockaddr *address, socklen_t size)
{
	const struct http_server *server = state;
	const struct address sender = address_of_socket(address);

	(void)size;
	return crowd_has_room(server->crowd, network_of_address(&sender)) ? MHD_YES : MHD_NO;
}

static void on_connection(void *state, struct MHD_Connection *connection, void **socket_context,
                          enum MHD_ConnectionNotificationCode code)
{
	struct http_server *server = state;
	const struct address sender = other_end(connection);
	uint64_t network = network_of_address(&sender);

	if (code == MHD_CONNECTION_NOTIFY_STARTED) {
		crowd_enter(server->crowd, network);
		const union MHD_ConnectionInfo *info =
			MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
		*socket_context =
			deadline_add(server->deadlines, info->connect_fd, REQUEST_S * 1000);
	} else {
		crowd_leave(server->crowd, network);
		deadline_remove(*socket_context);
		*socket_context = NULL;
	}
}

/* ---- start and stop ---- */

static enum err start_workers(struct http_server *server, unsigned n)
{
	pthread_attr_t attributes;
	enum err err = OK;

	server->workers = calloc(n, sizeof(server->workers[0]));
	NEED(server->workers);
	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, WORKER_STACK);
	while (server->n_workers < n && err == OK) {
		if (pthread_create(&server->workers[server->n_workers], &attributes, worker,
		                   server) == 0)
			server->n_workers++;
		else
			err = ERR_NOMEM;
	}
	pthread_attr_destroy(&attributes);
	return err;
}

static enum err start_daemon(struct http_server *server, const struct http_options *options,
                             int socket)
{
	const struct MHD_OptionItem pool[] = {
		{ options->io_threads > 1 ? MHD_OPTION_THREAD_POOL_SIZE : MHD_OPTION_END,
		  (intptr_t)options->io_threads, NULL },
		{ MHD_OPTION_END, 0, NULL },
	};

	server->daemon =
		MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME, 0,
	                         on_accept, server, on_request, server, MHD_OPTION_LISTEN_SOCKET,
	                         socket, MHD_OPTION_NOTIFY_COMPLETED, on_completed, server,
	                         MHD_OPTION_NOTIFY_CONNECTION, on_connection, server,
	                         MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY,
	                         MHD_OPTION_CONNECTION_LIMIT, options->connections_max,
	                         MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_S,
	                         MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_UNESCAPE_CALLBACK,
	                         unescape, NULL, MHD_OPTION_ARRAY, pool, MHD_OPTION_END);
	return server->daemon ? OK : ERR_INTERNAL;
}

enum err http_start(const struct http_options *options, int socket,
                    const struct http_handler *handler, struct http_server **ret_server)
{
	struct http_server *server = calloc(1, sizeof(*server));

	NEED(server);
	server->handler = handler;
	server->socket = socket;
	server->trusted_proxies = options->trusted_proxies;
	server->unlogged = options->unlogged;
	server->queue = queue_new(options->queue_max);
	server->crowd = crowd_new(options->connections_max);
	enum err err =
		server->queue && server->crowd ? deadlines_start(&server->deadlines) : ERR_NOMEM;
	if (err == OK)
		err = start_workers(server, options->workers);
	if (err == OK)
		err = start_daemon(server, options, socket);
	if (err != OK) {
		http_stop(server);
		return err;
	}
	*ret_server = server;
	return OK;
}

/* What was begun gets its answer; what trickles in gets a few seconds. */
static void wait_for_exchanges(struct http_server *server)
{
	for (int waited_ms = 0; waited_ms < STOP_MS && atomic_load(&server->n_exchanges) > 0;
	     waited_ms += STOP_STEP_MS)
		usleep(STOP_STEP_MS * 1000);
}

void http_stop(struct http_server *server)
{
	if (!server)
		return;
	if (server->daemon) {
		MHD_quiesce_daemon(server->daemon);
		wait_for_exchanges(server);
	}
	if (server->queue)
		queue_close(server->queue);
	for (unsigned i = 0; i < server->n_workers; i++)
		pthread_join(server->workers[i], NULL);
	if (server->daemon)
		MHD_stop_daemon(server->daemon);
	deadlines_stop(server->deadlines);
	queue_free(server->queue);
	crowd_free(server->crowd);
	free(server->workers);
	close(server->socket);
	free(server);
}
