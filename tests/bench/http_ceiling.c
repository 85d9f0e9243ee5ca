/* SPDX-License-Identifier: Apache-2.0 */
/* http_ceiling.c THREADS - libmicrohttpd with the options of src/http/server.c, and one answer of
 * 200 bytes, given on the I/O thread. Prints its port, and serves until its standard input ends. */
#include "ceiling.h"
#include <arpa/inet.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* As the server has them. */
enum { CONNECTION_MEMORY = 36 * 1024, CONNECTIONS_MAX = 4096, IDLE_S = 20, BACKLOG = 1024 };

/* As long as the answers that an account gets. */
static char body[] =
	"{\"access_token\":\"Ux1Yc0fGmJmZ8m3mS0o2nq9d7xq2m1hV3xk0pS5u8aE\",\"token_type\":"
	"\"Bearer\","
	"\"expires_in\":900,\"refresh_token\":\"b4tG0tQyG7f7o8Qm2m0r1Wk3nq9d7xq2m1hV3xk0pS5\","
	"\"note\":\"two hundred bytes of JSON\"}";

static enum MHD_Result answer(void *state, struct MHD_Connection *connection, const char *url,
                              const char *method, const char *version, const char *upload_data,
                              size_t *upload_data_size, void **con_cls)
{
	(void)state, (void)url, (void)method, (void)version, (void)upload_data;
	(void)upload_data_size;
	if (!*con_cls) { /* the headers alone */
		*con_cls = body;
		return MHD_YES;
	}
	struct MHD_Response *response =
		MHD_create_response_from_buffer(strlen(body), body, MHD_RESPMEM_PERSISTENT);
	MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, "application/json");
	MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
	enum MHD_Result queued = MHD_queue_response(connection, MHD_HTTP_OK, response);
	MHD_destroy_response(response);
	return queued;
}

/* Of any free port, on 127.0.0.1. */
static int open_socket(unsigned *ret_port)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	socklen_t size = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, size) != 0 ||
	    listen(fd, BACKLOG) != 0 || getsockname(fd, (struct sockaddr *)&address, &size) != 0) {
		perror("http_ceiling");
		exit(1);
	}
	*ret_port = ntohs(address.sin_port);
	return fd;
}

static struct MHD_Daemon *start(int socket, unsigned threads)
{
	const struct MHD_OptionItem pool[] = {
		{ threads > 1 ? MHD_OPTION_THREAD_POOL_SIZE : MHD_OPTION_END, threads, NULL },
		{ MHD_OPTION_END, 0, NULL },
	};

	return MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME, 0, NULL,
	                        NULL, answer, NULL, MHD_OPTION_LISTEN_SOCKET, socket,
	                        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY,
	                        MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS_MAX,
	                        MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_S,
	                        MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_ARRAY, pool,
	                        MHD_OPTION_END);
}

int main(int argc, char **argv)
{
	unsigned threads = (unsigned)number_argument(argc, argv, 1, 1, 64), port;
	int fd = open_socket(&port);
	struct MHD_Daemon *daemon = start(fd, threads);
	char byte;

	if (!daemon)
		return 1;
	printf("%u\n", port);
	fflush(stdout);
	while (read(STDIN_FILENO, &byte, 1) > 0)
		continue;
	MHD_stop_daemon(daemon);
	return 0;
}
