/* SPDX-License-Identifier: Apache-2.0 */
/* peer.c - a socket pair: this program on one end, libmicrohttpd on the other, in one thread. */
#include "peer.h"
#include "fuzz.h"
#include <microhttpd.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

enum { REQUEST_MAX = 8192, TURNS_MAX = 100 };

struct call {
	void (*with_connection)(void *state, void *connection);
	void *state;
	bool begun, called, over;
};

static struct call *current;

static enum MHD_Result on_request(void *state, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *upload_data,
                                  size_t *upload_data_size, void **con_cls)
{
	(void)state, (void)url, (void)method, (void)version, (void)upload_data;
	(void)upload_data_size, (void)con_cls;
	if (!current->begun) {
		current->begun = true;
		return MHD_YES;
	}
	current->called = true;
	current->with_connection(current->state, connection);
	return MHD_NO; /* hang up */
}

static void on_connection(void *state, struct MHD_Connection *connection, void **socket_context,
                          enum MHD_ConnectionNotificationCode code)
{
	(void)state, (void)connection, (void)socket_context;
	if (code == MHD_CONNECTION_NOTIFY_CLOSED)
		current->over = true;
}

static void quiet(void *state, const char *format, va_list args)
{
	(void)state, (void)format, (void)args;
}

static struct MHD_Daemon *start(void)
{
	return MHD_start_daemon(MHD_USE_NO_LISTEN_SOCKET | MHD_USE_ERROR_LOG, 0, NULL, NULL,
	                        on_request, NULL, MHD_OPTION_EXTERNAL_LOGGER, quiet, NULL,
	                        MHD_OPTION_NOTIFY_CONNECTION, on_connection, NULL,
	                        MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_END);
}

bool peer_request(struct str content_type, void (*with_connection)(void *state, void *connection),
                  void *state)
{
	static struct MHD_Daemon *daemon;
	struct call call = { .with_connection = with_connection, .state = state };
	struct sockaddr nobody = { .sa_family = AF_UNIX };
	char request[REQUEST_MAX];
	int ends[2];

	if (!daemon)
		daemon = start();
	HOLDS(daemon);
	int len = snprintf(request, sizeof(request),
	                   "POST / HTTP/1.1\r\nHost: h\r\nContent-Type: %.*s\r\n\r\n",
	                   STR_ARG(content_type));
	if (len >= REQUEST_MAX)
		return false;
	HOLDS(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) == 0);
	HOLDS(write(ends[0], request, (size_t)len) == len);
	current = &call;
	HOLDS(MHD_add_connection(daemon, ends[1], &nobody, sizeof(nobody)) == MHD_YES);
	for (int turn = 0; turn < TURNS_MAX && !call.called && !call.over; turn++)
		MHD_run(daemon);
	close(ends[0]);
	for (int turn = 0; turn < TURNS_MAX && !call.over; turn++)
		MHD_run(daemon);
	HOLDS(call.over);
	return call.called;
}
