/* SPDX-License-Identifier: Apache-2.0 */
/* http_fuzz.c - raw bytes over a socket to the server as it runs, with threads and all. What is
 * behind it gets what http/request.h promises; the client gets whole answers, and then the end.
 * Where libmicrohttpd does not see that the client has ended, which it may not until its limit of
 * silence, the input is left alone, and another client must be served meanwhile.
 *
 * At every SEPARATOR the bytes are sent in another piece. */
#include "base/text.h"
#include "fuzz.h"
#include "http/server.h"
#include <dirent.h>
#include <linux/sockios.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { PATIENCE_MS = 4000, SILENCE_MS = 10, READ_TURNS_MAX = 2000, ANSWERS_MAX = 1 << 20 };

#define MARK "X-Behind: the server\r\n"

static struct http_server *server;
static struct sockaddr_un address = { .sun_family = AF_UNIX };
static atomic_int n_served;

/* ---- behind the server ---- */

static void check_line(struct str text)
{
	HOLDS(text.ptr && text.ptr[text.len] == '\0');
	for (size_t i = 0; i < text.len; i++)
		HOLDS(text.ptr[i] && text.ptr[i] != '\r' && text.ptr[i] != '\n');
}

/* Content-Length and Transfer-Encoding say the same thing once; the body is as long as was said. */
static void check_framing(const struct request *request)
{
	struct str length = STR_NONE;
	size_t n = 0;

	for (size_t i = 0; i < request->n_headers; i++) {
		struct str name = request->headers[i].name;
		if (str_is_nocase(name, "Content-Length"))
			length = request->headers[i].value;
		n += str_is_nocase(name, "Content-Length") ||
		     str_is_nocase(name, "Transfer-Encoding");
	}
	HOLDS(n <= 1);
	long long bytes = 0;
	if (length.ptr && str_to_number(length, BODY_MAX, &bytes))
		HOLDS((size_t)bytes == request->body.len);
	HOLDS(n == 1 || request->body.len == 0);
}

static void check_request(const struct request *request)
{
	HOLDS(request->arena && request->connection && request->method.len > 0);
	HOLDS(request->n_headers <= HEADERS_MAX);
	HOLDS(request->query.n <= MEMBERS_MAX && request->body.len <= BODY_MAX);
	for (size_t i = 0; i < request->query.n; i++) {
		fuzz_check_text(request->query.items[i].name);
		fuzz_check_text(request->query.items[i].text);
	}
	if (request->fault != OK)
		return;
	for (size_t i = 0; i < request->n_headers; i++) {
		check_line(request->headers[i].name);
		check_line(request->headers[i].value);
	}
	fuzz_check_text(request->path);
	HOLDS(request->path.ptr[0] == '/');
	check_framing(request);
}

static bool is_quick(void *state, const struct request *request)
{
	(void)state;
	return str_is(request->method, "GET") || str_is(request->method, "HEAD");
}

static void serve(void *state, struct request *request, struct response *response)
{
	struct members members = { .n = 0 };

	(void)state;
	atomic_fetch_add(&n_served, 1);
	check_request(request);
	if (request->fault == OK && request->body.len > 0) {
		enum err err = request_read_form(request, &members);
		HOLDS(err == OK || err == ERR_MALFORMED);
	}
	response->status = request->fault == OK ? 200 : 400;
	response->content_type = STR("text/plain");
	response->body = request->path;
	response_header(response, "X-Behind", STR("the server"));
}

static const struct http_handler handler = { NULL, is_quick, serve };

/* ---- start and stop ---- */

static void stop(void)
{
	http_stop(server);
	unlink(address.sun_path);
}

void fuzz_start(void)
{
	const struct http_options options = {
		.io_threads = 1, .workers = 2, .queue_max = 4, .connections_max = 900
	};
	char listen_on[128], url[URL_ROOM];
	const char *below = getenv("TMPDIR");
	int socket;

	signal(SIGPIPE, SIG_IGN);
	int len = snprintf(address.sun_path, sizeof(address.sun_path), "%s/http-%d",
	                   below ? below : "/tmp", (int)getpid());
	HOLDS(len < (int)sizeof(address.sun_path));
	snprintf(listen_on, sizeof(listen_on), "unix:%.100s", address.sun_path);
	HOLDS(http_bind(listen_on, &socket, url) == OK);
	HOLDS(http_start(&options, socket, &handler, &server) == OK);
	atexit(stop);
}

/* ---- the client ---- */

/* Keeps what has come. false: that was the end. */
static bool receive(int fd, struct buf *answers)
{
	char bytes[4096];
	ssize_t n = recv(fd, bytes, sizeof(bytes), 0);

	if (n > 0)
		buf_add(answers, (struct str){ bytes, (size_t)n });
	HOLDS(answers->len <= ANSWERS_MAX);
	return n > 0;
}

/* As /proc/self/task/ID/stat says: behind the name, which ends with the last parenthesis. */
static bool is_runnable(const char *thread)
{
	char path[300], line[512] = "";

	snprintf(path, sizeof(path), "/proc/self/task/%s/stat", thread);
	FILE *file = fopen(path, "re");
	if (!file)
		return false;
	if (!fgets(line, sizeof(line), file))
		line[0] = '\0';
	fclose(file);
	const char *name_end = strrchr(line, ')');
	return name_end && strncmp(name_end, ") S", 3) != 0;
}

static int runnable_threads(void)
{
	DIR *threads = opendir("/proc/self/task");
	int n = 0;

	HOLDS(threads);
	for (const struct dirent *thread; (thread = readdir(threads));)
		n += thread->d_name[0] != '.' && is_runnable(thread->d_name);
	closedir(threads);
	return n;
}

/* poll() with PATIENCE_MS. A server that wanted to run all that time and had no processor is not
 * one that has forgotten us: it is waited for, until libFuzzer says that it hangs. */
static void await(struct pollfd *ready)
{
	while (poll(ready, 1, PATIENCE_MS) != 1)
		HOLDS(runnable_threads() > 1);
}

/* Sends all that the server takes and reads what it says meanwhile. false: it has hung up. */
static bool say(int fd, struct str bytes, struct buf *answers)
{
	while (bytes.len > 0) {
		struct pollfd ready = { .fd = fd, .events = POLLIN | POLLOUT };
		await(&ready);
		if ((ready.revents & POLLIN) && !receive(fd, answers))
			return false;
		if (!(ready.revents & (POLLOUT | POLLERR | POLLHUP)))
			continue;
		ssize_t n = send(fd, bytes.ptr, bytes.len, MSG_DONTWAIT);
		if (n < 0)
			return false;
		bytes = str_from(bytes, (size_t)n);
	}
	return true;
}

/* An end that comes together with the bytes before it is what libmicrohttpd mostly misses. */
static void wait_until_read(int fd)
{
	int unread = 1;

	for (int turn = 0; unread > 0 && turn < READ_TURNS_MAX; turn++) {
		HOLDS(ioctl(fd, SIOCOUTQ, &unread) == 0);
		sched_yield();
	}
}

/* false: nothing has come for SILENCE_MS. */
static bool hear_to_the_end(int fd, struct buf *answers)
{
	struct pollfd ready = { .fd = fd, .events = POLLIN };

	do {
		if (poll(&ready, 1, SILENCE_MS) != 1)
			return false;
	} while (receive(fd, answers));
	return true;
}

static int connect_anew(void)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	HOLDS(fd >= 0);
	HOLDS(connect(fd, (const struct sockaddr *)&address, sizeof(address)) == 0);
	return fd;
}

static void check_that_others_are_served(struct arena *arena)
{
	static const char request[] = "POST /x HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
	struct buf answers = buf_in(arena);
	int fd = connect_anew();
	struct pollfd ready = { .fd = fd, .events = POLLIN };

	HOLDS(say(fd, str(request), &answers));
	do
		await(&ready);
	while (receive(fd, &answers));
	HOLDS(fuzz_has((struct str){ answers.ptr, answers.len }, MARK));
	close(fd);
}

static int count(struct str text, const char *part)
{
	int n = 0;

	while (fuzz_has(text, part)) {
		const char *at = memmem(text.ptr, text.len, part, strlen(part));
		text = str_from(text, (size_t)(at - text.ptr) + 1);
		n++;
	}
	return n;
}

void fuzz_input(struct arena *arena, struct str input)
{
	struct buf answers = buf_in(arena);
	struct str said;
	int fd = connect_anew();

	atomic_store(&n_served, 0);
	while (input.len > 0 && say(fd, fuzz_part(&input), &answers))
		;
	wait_until_read(fd);
	shutdown(fd, SHUT_WR);
	bool ended = hear_to_the_end(fd, &answers);
	close(fd);
	HOLDS(buf_str(&answers, &said) == OK);
	HOLDS(said.len == 0 || str_starts(said, "HTTP/1."));
	/* Each request that was served had one answer, and none begins inside another. */
	HOLDS(count(said, MARK) <= atomic_load(&n_served));
	if (!ended)
		check_that_others_are_served(arena);
}
