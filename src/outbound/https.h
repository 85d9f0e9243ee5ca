/* SPDX-License-Identifier: Apache-2.0 */
/* https.h - asks servers elsewhere, whose answers somebody waits for.
 *
 * A turn is one conversation of a few questions. There is a bounded number of turns at once, and a
 * turn ends at its deadline however slow the other side is, so that no number of slow servers takes
 * all workers. Certificate and host name are always checked, TLS is 1.2 or newer, a redirect is an
 * answer like any other, no proxy is asked whatever the environment says, and an answer has at most
 * HTTPS_ANSWER_MAX bytes. Without TLS only this machine itself is asked (http_url of loopback).
 *
 * What libcurl gives back to the heap is overwritten there (docs/wiping-freed-memory.md). */
#ifndef REKEY_OUTBOUND_HTTPS_H
#define REKEY_OUTBOUND_HTTPS_H

#include "base/arena.h"

enum { HTTPS_TURNS_MAX = 8, HTTPS_ANSWER_MAX = 64 * 1024, HTTPS_URL_MAX = 512 };

struct https;
struct https_turn;

struct https_options {
	const char *ca_file; /* PEM, to be trusted alone; NULL: the system's */
	int timeout_ms;      /* of one turn, all of its questions together; 0: 15,000 */
};

/* Connects to nobody. On OK the caller owns *ret_https: https_stop() it, when no turn is left.
 * ERR_NOMEM. ERR_INTERNAL: libcurl cannot do this. Thread-safe from then on. */
MUST_USE enum err https_start(const struct https_options *options, struct https **ret_https);
void https_stop(struct https *https);

/* Whether it may be asked: https://, or http:// to loopback, with a host, without user, password
 * and fragment, and no longer than HTTPS_URL_MAX. */
bool https_url_is_good(struct str url);

/* Takes a turn; it belongs to one thread. ERR_BUSY: HTTPS_TURNS_MAX are under way.
 *     CLEANUP(https_turn_end) struct https_turn *turn = NULL; */
MUST_USE enum err https_turn_take(struct https *https, struct https_turn **ret_turn);
void https_turn_end(struct https_turn **turn);

struct https_question {
	struct str url;
	struct str form;      /* NONE: GET; else POST of this application/x-www-form-urlencoded */
	struct secret bearer; /* NONE: none is shown */
	struct str user;      /* NONE: no HTTP Basic */
	struct secret password;
};

struct https_answer {
	int status; /* 200 */
	struct str body;
};

/* Blocks, until the turn's deadline at most. ERR_UNREACHABLE: there is no answer, and *ret_why says
 * so in a constant sentence. ERR_NOMEM, ERR_INTERNAL. */
MUST_USE enum err https_ask(struct https_turn *turn, struct arena *arena,
                            const struct https_question *question, struct https_answer *ret_answer,
                            const char **ret_why);

#endif
