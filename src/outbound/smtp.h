/* SPDX-License-Identifier: Apache-2.0 */
/* smtp.h - hands finished mails to a mail server.
 *
 * A struct smtp belongs to one thread, and keeps its connection for the next mail. Certificate and
 * host name are always checked, and TLS is 1.2 or newer. With starttls_required nothing, not even
 * the user's name, goes to a server that offers no encryption.
 *
 * The program ignores SIGPIPE. User and password live inside libcurl until smtp_stop(). What
 * libcurl gives back to the heap is overwritten there (docs/wiping-freed-memory.md). Of a mail it
 * keeps nothing, unless a line began with a dot: its buffer for doubling dots outlives the mail.
 */
#ifndef REKEY_OUTBOUND_SMTP_H
#define REKEY_OUTBOUND_SMTP_H

#include "base/arena.h"

struct smtp;

struct smtp_options {
	struct str url;         /* smtp:// or smtps://, user:password@ percent-encoded, host, port;
	                           a path is the name for EHLO, else it is the machine's */
	bool starttls_required; /* for smtp://; false: never encrypted, for a server on loopback */
	int connect_timeout_s;  /* 0: 10 */
	int timeout_s;          /* for one mail, connecting and all; 0: 30 */
	const char *ca_file;    /* PEM, to be trusted alone; NULL: the system's */
};

enum smtp_outcome {
	SMTP_SENT,      /* the server has taken it */
	SMTP_TRANSIENT, /* later it may work: busy, unreachable, too slow, or to be mended here */
	SMTP_PERMANENT, /* the server will never take this mail */
	SMTP_OUTCOME_COUNT
};

/* Connects to nobody yet. On OK the caller owns *ret_smtp: smtp_stop() it. ERR_CONFIG: this is no
 * such url. ERR_NOMEM. ERR_INTERNAL: libcurl cannot do this. */
MUST_USE enum err smtp_start(const struct smtp_options *options, struct smtp **ret_smtp);

/* Says good-bye to the server without waiting for its answer. NULL is a no-op. */
void smtp_stop(struct smtp *smtp);

/* Sends eml, whose lines end in CRLF, from one address to one other. Blocks, for timeout_s in
 * general and a second timeout_s against a server that refuses and then hangs.
 * The outcome is no error: OK says only that there is one. *ret_reason is a line for the operator,
 * "refused at RCPT TO: 550 5.1.1 no such mailbox", with no password and nothing of the mail's body
 * in it. A mail that timed out may have been taken all the same.
 * ERR_BAD_EMAIL: from or to could not stand in an SMTP command. ERR_NOMEM. Then the rets are
 * untouched. */
MUST_USE enum err smtp_send(struct smtp *smtp, struct arena *arena, struct str from, struct str to,
                            struct str eml, enum smtp_outcome *ret_outcome, struct str *ret_reason);

/* Connects, encrypts and logs in as for a mail, says NOOP, and sends none. Blocks, for timeout_s.
 * *ret_works: a mail would get as far as its sender. If not, *ret_reason is a line as above; if so,
 * it says whether there was a log-in. ERR_NOMEM, ERR_INTERNAL: the rets are untouched. */
MUST_USE enum err smtp_probe(struct smtp *smtp, struct arena *arena, bool *ret_works,
                             struct str *ret_reason);

#endif
