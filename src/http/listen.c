/* SPDX-License-Identifier: Apache-2.0 */
/* listen.c - the socket: of an address, a path, or systemd. */
#include "base/log.h"
#include "http/server.h"
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { BACKLOG = 4096, SYSTEMD_FIRST_FD = 3, PORT_MAX = 65535 };

static enum err refuse(const char *listen_on, const char *why)
{
	log_error("server.listen: cannot listen on %s: %s", listen_on, why);
	return ERR_CONFIG;
}

static enum err listen_systemd(int *ret_socket)
{
	const char *fds = getenv("LISTEN_FDS");

	if (!fds || strcmp(fds, "1") != 0)
		return refuse("systemd", "it has not handed over exactly one socket");
	*ret_socket = SYSTEMD_FIRST_FD;
	return OK;
}

static enum err bind_and_listen(const char *listen_on, const struct sockaddr *address,
                                socklen_t size, int *ret_socket)
{
	int yes = 1;
	int fd = socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return refuse(listen_on, strerror(errno));
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
	if (bind(fd, address, size) != 0 || listen(fd, BACKLOG) != 0) {
		enum err err = refuse(listen_on, strerror(errno));
		close(fd);
		return err;
	}
	*ret_socket = fd;
	return OK;
}

/* A socket that a killed server left behind goes; one that answers, or anything else, stays. */
static enum err make_way(const char *listen_on, const struct sockaddr_un *address)
{
	struct stat status;

	if (lstat(address->sun_path, &status) != 0)
		return OK;
	if (!S_ISSOCK(status.st_mode))
		return refuse(listen_on, "there is something else of this name");
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool answers =
		fd >= 0 && connect(fd, (const struct sockaddr *)address, sizeof(*address)) == 0;
	if (fd >= 0)
		close(fd);
	if (answers)
		return refuse(listen_on, "another server answers there");
	unlink(address->sun_path);
	return OK;
}

static enum err listen_unix(const char *listen_on, int *ret_socket)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	const char *path = listen_on + strlen("unix:");

	if (strlen(path) >= sizeof(address.sun_path) || !*path)
		return refuse(listen_on, "the path is empty or too long");
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	TRY(make_way(listen_on, &address));
	return bind_and_listen(listen_on, (const struct sockaddr *)&address, sizeof(address),
	                       ret_socket);
}

static enum err listen_tcp(const char *listen_on, int *ret_socket)
{
	const struct addrinfo hints = { .ai_flags = AI_PASSIVE | AI_NUMERICSERV,
		                        .ai_socktype = SOCK_STREAM };
	struct addrinfo *found = NULL;
	char host[NI_MAXHOST];
	const char *colon = strrchr(listen_on, ':');

	long long port;

	if (!colon || colon == listen_on || (size_t)(colon - listen_on) >= sizeof(host) ||
	    !str_to_number(str(colon + 1), PORT_MAX, &port))
		return refuse(listen_on, "it takes host:port, with a port from 0 to 65535");
	bool brackets = listen_on[0] == '[' && colon[-1] == ']';
	snprintf(host, sizeof(host), "%.*s", (int)(colon - listen_on) - 2 * brackets,
	         listen_on + brackets);
	int failed = getaddrinfo(host, colon + 1, &hints, &found);
	if (failed)
		return refuse(listen_on, gai_strerror(failed));
	enum err err = bind_and_listen(listen_on, found->ai_addr, found->ai_addrlen, ret_socket);
	freeaddrinfo(found);
	return err;
}

static void write_url(int socket, const char *listen_on, char *ret_url)
{
	struct sockaddr_storage address;
	socklen_t size = sizeof(address);
	char host[INET6_ADDRSTRLEN], port[NI_MAXSERV];

	memset(&address, 0, sizeof(address));
	if (getsockname(socket, (struct sockaddr *)&address, &size) != 0 ||
	    address.ss_family == AF_UNIX ||
	    getnameinfo((struct sockaddr *)&address, size, host, sizeof(host), port, sizeof(port),
	                NI_NUMERICHOST | NI_NUMERICSERV) != 0)
		snprintf(ret_url, URL_ROOM, "%s", listen_on);
	else if (address.ss_family == AF_INET6)
		snprintf(ret_url, URL_ROOM, "http://[%s]:%s", host, port);
	else
		snprintf(ret_url, URL_ROOM, "http://%s:%s", host, port);
}

enum err http_bind(const char *listen_on, int *ret_socket, char *ret_url)
{
	int fd = -1;

	if (strcmp(listen_on, "systemd") == 0)
		TRY(listen_systemd(&fd));
	else if (strncmp(listen_on, "unix:", 5) == 0)
		TRY(listen_unix(listen_on, &fd));
	else
		TRY(listen_tcp(listen_on, &fd));
	write_url(fd, listen_on, ret_url);
	*ret_socket = fd;
	return OK;
}

bool http_is_loopback(int socket)
{
	struct sockaddr_storage address;
	socklen_t size = sizeof(address);

	memset(&address, 0, sizeof(address));
	if (getsockname(socket, (struct sockaddr *)&address, &size) != 0)
		return false;
	if (address.ss_family == AF_INET) {
		const struct sockaddr_in *v4 = (const void *)&address;
		return (ntohl(v4->sin_addr.s_addr) >> 24) == 127;
	}
	if (address.ss_family == AF_INET6) {
		const struct sockaddr_in6 *v6 = (const void *)&address;
		return IN6_IS_ADDR_LOOPBACK(&v6->sin6_addr);
	}
	return address.ss_family == AF_UNIX;
}
