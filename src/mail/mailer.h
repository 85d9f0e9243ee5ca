/* SPDX-License-Identifier: Apache-2.0 */
/* mailer.h - the threads that send what is due in the outbox.
 *
 * They claim rows, ask the core what each one says, hand the mail over and bring the verdict back.
 * A mail leaves up to a quarter of a second after its row was written, at a moment left to chance.
 * A row whose verdict cannot be written is due again when its lease is over, with the same mail. */
#ifndef REKEY_MAIL_MAILER_H
#define REKEY_MAIL_MAILER_H

#include "account/operation.h"

struct mailer;

struct mailer_options {
	const struct service *service;
	const char *url;  /* smtp://, smtps:// or file:DIR; NULL: mail waits in the outbox */
	const char *from; /* the address that mails come from */
	bool starttls_required;
	const char *ca_file; /* NULL: the system's */
};

/* Starts the threads. On OK the caller owns *ret_mailer: mailer_stop() it. ERR_CONFIG: the url
 * cannot be used, or its directory cannot be made. */
MUST_USE enum err mailer_start(const struct mailer_options *options, struct mailer **ret_mailer);

/* Finishes the mails under way. Blocks. NULL is a no-op. */
void mailer_stop(struct mailer *mailer);

#endif
