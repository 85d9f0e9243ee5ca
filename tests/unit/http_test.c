/* SPDX-License-Identifier: Apache-2.0 */
/* http_test.c - what stands behind the server is not shown a request that could be read in two
 * ways. */
#include "http/server.h"
#include "unit.h"
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ANSWER_MAX = 4096, IO_TIMEOUT_S = 10 };

static bool is_quick(void *state, const struct request *request)
{
	(void)state, (void)request;
	return true;
}

static void serve(void *state, struct request *request, struct response *response)
{
	(void)state;
	response->status = request->fault == OK ? 200 : 400;
}

static const struct http_handler handler = { NULL, is_quick, serve };

static struct http_server *start(int *ret_port)
{
	const struct http_options options = {
		.io_threads = 1, .workers = 1, .queue_max = 1, .connections_max = 4
	};
	struct http_server *server = NULL;
	char url[URL_ROOM];
	int socket;

	CHECK("bind", http_bind("127.0.0.1:0", &socket, url) == OK);
	CHECK("start", http_start(&options, socket, &handler, &server) == OK);
	*ret_port = (int)strtol(strrchr(url, ':') + 1, NULL, 10);
	return server;
}

/* The status of the answer to these bytes. */
static int status_of(int port, struct str bytes)
{
	const struct timeval patience = { .tv_sec = IO_TIMEOUT_S };
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
	char answer[ANSWER_MAX + 1] = { 0 };
	int status = 0, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	CHECK("connect", connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0);
	CHECK("send", send(fd, bytes.ptr, bytes.len, 0) == (ssize_t)bytes.len);
	CHECK("answer", recv(fd, answer, ANSWER_MAX, 0) > 0);
	close(fd);
	CHECK("status", sscanf(answer, "HTTP/1.1 %d", &status) == 1);
	return status;
}

TEST(a_header_is_one_line_or_the_request_is_malformed)
{
	static const struct {
		const char *name;
		struct str bytes;
		int want;
	} cases[] = {
#define REQUEST(header)                                                                            \
	{ "GET / HTTP/1.1\r\nHost: h\r\n" header "\r\n\r\n",                                       \
	  sizeof("GET / HTTP/1.1\r\nHost: h\r\n" header "\r\n\r\n") - 1 }
		{ "as it should be", REQUEST("X-A: b"), 200 },
		{ "spaces and tabs", REQUEST("X-A:  b\tc "), 200 },
		{ "letters beyond ASCII", REQUEST("X-A: \xc3\xa9"), 200 },
		{ "a return at the end", REQUEST("X-A: b\r"), 400 },
		{ "a return inside", REQUEST("X-A: b\rX-B: c"), 400 },
	};
	int port;
	struct http_server *server = start(&port);

	FOREACH(c, cases)
		CHECK(c->name, status_of(port, c->bytes) == c->want);
	http_stop(server);
}
