/* SPDX-License-Identifier: Apache-2.0 */
/* smtp_fuzz.c - a mail server that answers with any bytes. Whatever it says, the mail is sent or
 * not, for a reason of one printable line that quotes neither the password nor the mail.
 *
 * The first text is the greeting; each one after it answers what the client says next, or its
 * silence. A byte 0x1f in it is the server's quotation of what it has heard last. */
#include "fuzz.h"
#include "outbound/smtp.h"
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { TIMEOUT_S = 2, SILENCE_MS = 3, TURNS_MAX = 64, QUOTATION = 0x1f };

#define PASSWORD "password-of-the-mail-server"
/* As it is sent (RFC 4616), behind a NUL, the user and a NUL, which are 6 bytes. */
#define PASSWORD_SENT "cGFzc3dvcmQtb2YtdGhlLW1haWwtc2VydmVy"
#define TOKEN         "token-in-the-mail-0123456789"

static const char eml[] =
	"From: a@b.example\r\nSubject: x\r\n\r\nhttps://x.example/?token=" TOKEN "\r\n";

static int listener;
static char url[128];

void fuzz_start(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	socklen_t size = sizeof(address);
	struct str text;

	signal(SIGPIPE, SIG_IGN);
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	HOLDS(listener >= 0);
	HOLDS(bind(listener, (struct sockaddr *)&address, size) == 0);
	HOLDS(listen(listener, 4) == 0);
	HOLDS(getsockname(listener, (struct sockaddr *)&address, &size) == 0);
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(1 << 16);
	HOLDS(arena_printf(arena, &text, "smtp://user:" PASSWORD "@127.0.0.1:%d/client.example",
	                   (int)ntohs(address.sin_port)) == OK);
	HOLDS(text.len < sizeof(url));
	memcpy(url, text.ptr, text.len + 1);
}

/* ---- the server ---- */

struct talk {
	int fd;
	char heard[512];
	size_t n_heard;
};

/* false: the client has gone. */
static bool say(const struct talk *talk, struct str text)
{
	while (text.len > 0) {
		size_t n = str_find(text, QUOTATION);
		if (send(talk->fd, text.ptr, n, 0) < 0)
			return false;
		if (n == text.len)
			break;
		if (send(talk->fd, talk->heard, talk->n_heard, 0) < 0)
			return false;
		text = str_from(text, n + 1);
	}
	return true;
}

/* Keeps the first line. */
static bool listen_to(struct talk *talk)
{
	struct pollfd ready = { .fd = talk->fd, .events = POLLIN };

	if (poll(&ready, 1, SILENCE_MS) != 1)
		return true;
	ssize_t n = recv(talk->fd, talk->heard, sizeof(talk->heard), 0);
	if (n <= 0)
		return false;
	talk->n_heard = str_find((struct str){ talk->heard, (size_t)n }, '\r');
	return true;
}

/* One connection; it ends when the texts do. */
static void *play_server(void *state)
{
	struct str texts = *(struct str *)state;
	const struct linger at_once = { .l_onoff = 1, .l_linger = 0 };
	struct talk talk = { .fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC) };

	HOLDS(talk.fd >= 0);
	for (int turn = 0; turn < TURNS_MAX && texts.len > 0; turn++) {
		if (!say(&talk, fuzz_part(&texts)) || !listen_to(&talk))
			break;
	}
	/* A reset leaves no port behind that waits. */
	setsockopt(talk.fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
	close(talk.fd);
	return NULL;
}

/* ---- the client ---- */

static void check_reason(struct str reason)
{
	HOLDS(reason.len > 0);
	for (size_t i = 0; i < reason.len; i++)
		HOLDS(reason.ptr[i] >= ' ' && reason.ptr[i] <= '~');
	HOLDS(!fuzz_has(reason, PASSWORD_SENT));
	HOLDS(!fuzz_has(reason, TOKEN));
}

void fuzz_input(struct arena *arena, struct str input)
{
	const struct smtp_options options = {
		.url = str(url),
		.connect_timeout_s = TIMEOUT_S,
		.timeout_s = TIMEOUT_S,
	};
	enum smtp_outcome outcome = SMTP_OUTCOME_COUNT;
	struct smtp *smtp = NULL;
	struct str reason;
	pthread_t server;

	if (input.len == 0)
		return;
	HOLDS(smtp_start(&options, &smtp) == OK);
	HOLDS(pthread_create(&server, NULL, play_server, &input) == 0);
	HOLDS(smtp_send(smtp, arena, STR("a@b.example"), STR("ann@example.org"), str(eml), &outcome,
	                &reason) == OK);
	smtp_stop(smtp);
	pthread_join(server, NULL);
	HOLDS(outcome < SMTP_OUTCOME_COUNT);
	check_reason(reason);
}
