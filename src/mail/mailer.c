/* SPDX-License-Identifier: Apache-2.0 */
/* mailer.c - claim, write, send, settle. */
#include "mail/mailer.h"
#include "account/outbox.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "base/log.h"
#include "mail/compose.h"
#include "mail/file_drop.h"
#include "mail/words.h"
#include "outbound/smtp.h"
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	THREADS = 2,
	POLL_MS = 1000,
	PAUSE_MS_MAX = 250,
	PAUSE_STEP_MS = 10,
	SMTP_TIMEOUT_S = 20,
	ARENA_MAX = 1024 * 1024
};

struct mailer {
	struct mailer_options options;
	struct smtp *smtp[THREADS]; /* NULL: mails are files */
	pthread_t threads[THREADS];
	atomic_uint next_thread;
	unsigned n_threads;
	atomic_bool stopping;
};

static const char *drop_dir(const struct mailer *mailer)
{
	return strncmp(mailer->options.url, "file:", 5) == 0 ? mailer->options.url + 5 : NULL;
}

static struct ctx new_ctx(const struct mailer *mailer, struct arena *arena)
{
	return (struct ctx){
		.service = mailer->options.service,
		.arena = arena,
		.now = clock_now(),
		.actor = ACTOR_SERVER,
		.network = STR(""),
	};
}

/* ---- one mail ---- */

static struct str domain_of(const char *address)
{
	const char *at = strrchr(address, '@');

	return str(at ? at + 1 : "localhost");
}

static enum err compose(struct mailer *mailer, struct arena *arena, const struct letter *letter,
                        struct str from, struct str *ret_eml)
{
	struct words words;
	struct mail mail = {
		.from_name = letter->sender_name,
		.from = from,
		.to = letter->to,
		.language = letter->language,
		.date = letter->at,
	};

	TRY(words_of(arena, letter, &words));
	mail.subject = words.subject;
	mail.text = words.text;
	mail.html = words.html;
	TRY(arena_printf(arena, &mail.message_id, "%.*s@%.*s", STR_ARG(letter->message_id),
	                 STR_ARG(domain_of(mailer->options.from))));
	return mail_compose(arena, &mail, ret_eml);
}

static enum err deliver(struct mailer *mailer, struct smtp *smtp, struct arena *arena,
                        const struct letter *letter, struct mail_settle *verdict)
{
	static const enum mail_outcome outcomes[SMTP_OUTCOME_COUNT] = {
		[SMTP_SENT] = MAIL_SENT,
		[SMTP_TRANSIENT] = MAIL_TRANSIENT,
		[SMTP_PERMANENT] = MAIL_PERMANENT,
	};
	struct str from = letter->sender.ptr ? letter->sender : str(mailer->options.from), eml;
	enum smtp_outcome outcome;

	TRY(compose(mailer, arena, letter, from, &eml));
	if (!smtp)
		return file_drop(arena, drop_dir(mailer), letter, eml, &verdict->outcome,
		                 &verdict->reason);
	TRY(smtp_send(smtp, arena, from, letter->to, eml, &outcome, &verdict->reason));
	verdict->outcome = outcomes[outcome];
	if (verdict->outcome == MAIL_SENT)
		verdict->reason = STR("");
	return OK;
}

static enum err send_one(struct mailer *mailer, struct smtp *smtp, struct arena *arena,
                         const struct outbox_row *row)
{
	struct ctx ctx = new_ctx(mailer, arena);
	struct mail_settle verdict = { .row = *row };
	struct letter letter;
	struct nothing nothing;

	TRY(operation_run(&ctx, &mail_write_op, row, &letter));
	if (!letter.send)
		return OK;
	verdict.made_phc = letter.made_phc;
	enum err err = deliver(mailer, smtp, arena, &letter, &verdict);
	if (err == ERR_BAD_EMAIL) {
		verdict.outcome = MAIL_PERMANENT;
		verdict.reason = STR("the address cannot be written in a mail");
	} else if (err != OK) {
		return err;
	}
	ctx = new_ctx(mailer, arena);
	return operation_run(&ctx, &mail_settle_op, &verdict, &nothing);
}

/* ---- the threads ---- */

/* Sends what is due now. false: nothing was. */
static bool send_due(struct mailer *mailer, struct smtp *smtp, struct arena *arena)
{
	struct ctx ctx = new_ctx(mailer, arena);
	const struct nothing nothing = { 0 };
	struct outbox_list due;

	enum err err = operation_run(&ctx, &mail_claim_op, &nothing, &due);
	if (err != OK) {
		log_error("the outbox cannot be read: %s", err_sentence(err));
		return false;
	}
	for (size_t i = 0; i < due.n && !atomic_load(&mailer->stopping); i++) {
		err = send_one(mailer, smtp, arena, &due.items[i]);
		if (err != OK)
			log_error("mail %lld waits for another attempt: %s",
			          (long long)due.items[i].id, err_sentence(err));
	}
	return due.n > 0;
}

/* A mail costs transactions and time on a core, which whoever is served at that moment feels. Taken
 * up at once, it would tell by the time of the very next request whether the one before had anybody
 * to mail; so it is taken up at a moment that nobody can foresee. */
static void let_a_moment_pass(const struct mailer *mailer)
{
	int left_ms = (int)random_below(PAUSE_MS_MAX);

	for (; left_ms > 0 && !atomic_load(&mailer->stopping); left_ms -= PAUSE_STEP_MS)
		usleep((left_ms < PAUSE_STEP_MS ? left_ms : PAUSE_STEP_MS) * 1000);
}

static void *mail_thread(void *state)
{
	struct mailer *mailer = state;
	struct smtp *smtp = mailer->smtp[atomic_fetch_add(&mailer->next_thread, 1)];
	struct arena *arena = arena_new(ARENA_MAX);

	while (arena && !atomic_load(&mailer->stopping)) {
		bool some = send_due(mailer, smtp, arena);
		arena_reset(arena);
		wipe_thread();
		if (some)
			continue;
		bell_wait(mailer->options.service->outbox_bell, POLL_MS);
		let_a_moment_pass(mailer);
	}
	arena_free(arena);
	bell_ring(mailer->options.service->outbox_bell); /* two rings may wake only one: the next */
	return NULL;
}

/* Says what is wrong, and never the value: it holds a password. */
static enum err start_smtp(const struct smtp_options *options, struct smtp **ret_smtp)
{
	enum err err = smtp_start(options, ret_smtp);

	if (err == ERR_CONFIG)
		log_error("mail.url takes smtp://user:password@host:port or smtps://..., with the "
		          "special letters of user and password percent-encoded");
	return err;
}

static enum err connect_threads(struct mailer *mailer)
{
	const struct mailer_options *options = &mailer->options;
	const struct smtp_options smtp = {
		.url = str(options->url),
		.starttls_required = options->starttls_required,
		.timeout_s = SMTP_TIMEOUT_S,
		.ca_file = options->ca_file,
	};

	if (drop_dir(mailer))
		return file_drop_make(drop_dir(mailer));
	for (unsigned i = 0; i < THREADS; i++)
		TRY(start_smtp(&smtp, &mailer->smtp[i]));
	return OK;
}

static enum err start_threads(struct mailer *mailer)
{
	while (mailer->n_threads < THREADS) {
		if (pthread_create(&mailer->threads[mailer->n_threads], NULL, mail_thread,
		                   mailer) != 0)
			return ERR_NOMEM;
		mailer->n_threads++;
	}
	return OK;
}

enum err mailer_start(const struct mailer_options *options, struct mailer **ret_mailer)
{
	struct mailer *mailer = calloc(1, sizeof(*mailer));
	enum err err = OK;

	NEED(mailer);
	mailer->options = *options;
	if (options->url)
		err = connect_threads(mailer);
	if (err == OK && options->url)
		err = start_threads(mailer);
	if (err != OK) {
		mailer_stop(mailer);
		return err;
	}
	*ret_mailer = mailer;
	return OK;
}

void mailer_stop(struct mailer *mailer)
{
	if (!mailer)
		return;
	atomic_store(&mailer->stopping, true);
	if (mailer->n_threads > 0)
		bell_ring(mailer->options.service->outbox_bell);
	for (unsigned i = 0; i < mailer->n_threads; i++)
		pthread_join(mailer->threads[i], NULL);
	for (unsigned i = 0; i < THREADS; i++)
		smtp_stop(mailer->smtp[i]);
	free(mailer);
}
