/* SPDX-License-Identifier: Apache-2.0 */
/* postgres_link.c - libpq, with a deadline for whatever it waits for. */
#include "store/postgres_link.h"
#include "base/clock.h"
#include "base/log.h"
#include <errno.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { SLICE_MS = 100 };

#define PREPARE_OFF "prepare=off"

/* ---- the url ---- */

/* Takes our own parameter out of the query of a url, since libpq refuses what it does not know. */
static bool take_parameter(char *url, const char *parameter)
{
	char *query = strchr(url, '?');
	size_t len = strlen(parameter);

	for (char *at = query; at; at = strchr(at + 1, '&')) {
		if (strncmp(at + 1, parameter, len) != 0 ||
		    (at[1 + len] != '\0' && at[1 + len] != '&'))
			continue;
		bool last = at[1 + len] == '\0';
		/* "?x&y" becomes "?y", "?y&x" becomes "?y", "?x" nothing. */
		if (last)
			*at = '\0';
		else
			memmove(at + 1, at + 2 + len, strlen(at + 2 + len) + 1);
		return true;
	}
	return false;
}

/* A password with a bare @ or / makes a host or a port of what stands behind it. */
static bool is_plausible(const PQconninfoOption *option)
{
	const char *value = option->val;

	if (!value || *value == '\0')
		return true;
	if (strcmp(option->keyword, "port") == 0)
		return strspn(value, "0123456789,") == strlen(value);
	if (strcmp(option->keyword, "host") == 0)
		return !strchr(value, '@') && (value[0] == '/' || !strchr(value, '/'));
	return true;
}

/* libpq's own words about a url may hold a part of a password, so they are not passed on. */
static enum err check_url(const char *url)
{
	char *complaint = NULL;
	PQconninfoOption *options = PQconninfoParse(url, &complaint);
	bool good = options != NULL;

	for (const PQconninfoOption *option = options; good && option->keyword; option++)
		good = is_plausible(option);
	PQfreemem(complaint);
	PQconninfoFree(options);
	if (good)
		return OK;
	log_error("database.url cannot be understood: see the connection URIs of libpq, and "
	          "percent-encode what is special in a password");
	return ERR_CONFIG;
}

enum err postgres_link_read(struct postgres_link *link, const char *url)
{
	*link = (struct postgres_link){ .url = strdup(url), .prepares = true };
	NEED(link->url);
	link->prepares = !take_parameter(link->url, PREPARE_OFF);
	return check_url(link->url);
}

void postgres_unlink(struct postgres_link *link)
{
	postgres_disconnect(link);
	free(link->url);
	link->url = NULL;
}

/* ---- connecting ---- */

/* What the server says by the way is not logged; but a COMMIT that it warns of is no COMMIT. */
static void hear_notice(void *state, const PGresult *notice)
{
	struct postgres_link *link = state;
	const char *severity = PQresultErrorField(notice, PG_DIAG_SEVERITY_NONLOCALIZED);

	if (severity && strcmp(severity, "WARNING") == 0)
		link->warned = true;
}

/* Of a server that cannot be reached the log tells once, whoever tries. */
static atomic_bool complained;

/* One line of what libpq says. */
static void complain(const struct postgres_link *link)
{
	const char *words = link->pg ? PQerrorMessage(link->pg) : "out of memory";
	struct str line = { words, strcspn(words, "\n") };

	if (!atomic_exchange(&complained, true))
		log_error("postgres: cannot connect: %.*s", STR_ARG(line));
}

void postgres_disconnect(struct postgres_link *link)
{
	PQfinish(link->pg);
	link->pg = NULL;
}

enum err postgres_connect(struct postgres_link *link)
{
	/* What stands before the url is the default that it may change; what stands behind it is
	 * not for it to say. A server that can only be read is no use: of several hosts, the
	 * primary. */
	static const char *const names[] = {
		"connect_timeout",  "keepalives_idle",
		"tcp_user_timeout", "target_session_attrs",
		"dbname",           "fallback_application_name",
		"client_encoding",  NULL,
	};
	const char *const values[] = { "3",       "10",    "10000", "read-write",
		                       link->url, "rekey", "UTF8",  NULL };

	link->pg = PQconnectdbParams(names, values, 1);
	if (PQstatus(link->pg) != CONNECTION_OK) {
		complain(link);
		postgres_disconnect(link);
		return ERR_STORE;
	}
	PQsetNoticeReceiver(link->pg, hear_notice, link);
	link->timed_out = false;
	if (atomic_exchange(&complained, false))
		log_warning("postgres: connected again");
	return OK;
}

/* ---- answers ---- */

/* Not for longer than a slice at a time: TLS may have what the socket no longer has. */
static bool wait_for_bytes(PGconn *pg, int64_t deadline_ms)
{
	struct pollfd socket = { .fd = PQsocket(pg), .events = POLLIN };
	int ready;

	do {
		int64_t left_ms = deadline_ms ? deadline_ms - clock_steady_ms() : SLICE_MS;
		if (left_ms <= 0)
			return false;
		ready = poll(&socket, 1, left_ms < SLICE_MS ? (int)left_ms : SLICE_MS);
	} while (ready < 0 && errno == EINTR);
	return ready >= 0;
}

PGresult *postgres_next(struct postgres_link *link, int64_t timeout_ms)
{
	int64_t deadline_ms = timeout_ms ? clock_steady_ms() + timeout_ms : 0;

	if (!link->pg)
		return NULL;
	while (PQisBusy(link->pg)) {
		if (!wait_for_bytes(link->pg, deadline_ms)) {
			log_error("postgres: no answer within %lld ms", (long long)timeout_ms);
			postgres_disconnect(link);
			link->timed_out = true;
			return NULL;
		}
		if (!PQconsumeInput(link->pg))
			break; /* PQgetResult() tells */
	}
	return PQgetResult(link->pg);
}

static bool is_error(const PGresult *result)
{
	return PQresultStatus(result) == PGRES_FATAL_ERROR ||
	       PQresultStatus(result) == PGRES_BAD_RESPONSE;
}

PGresult *postgres_last(struct postgres_link *link, int64_t timeout_ms)
{
	PGresult *last = NULL, *next;

	while ((next = postgres_next(link, timeout_ms))) {
		if (last && is_error(last)) {
			PQclear(next);
			continue;
		}
		PQclear(last);
		last = next;
	}
	if (!link->pg) {
		PQclear(last);
		return NULL;
	}
	return last;
}
