/* SPDX-License-Identifier: Apache-2.0 */
/* main.c - starts everything in order and stops it in reverse; the only file that sees all folders.
 */
#include "account/account.h"
#include "account/app.h"
#include "account/content.h"
#include "account/decoy.h"
#include "account/housekeeper.h"
#include "account/provider_keys.h"
#include "account/request_counter.h"
#include "account/signing.h"
#include "account/turnstile.h"
#include "base/clock.h"
#include "base/key_file.h"
#include "base/log.h"
#include "cli/cli.h"
#include "dialect/document.h"
#include "dialect/operations.h"
#include "mail/mailer.h"
#include "outbound/https.h"
#include "pages/page_set.h"
#include "pages/pages.h"
#include "pages/person.h"
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	SETTINGS_ARENA = 256 * 1024,
	DOCUMENT_ARENA = 4 * 1024 * 1024,
	WORKERS_SPARE =
		8, /* beyond those that may all wait: for a hash, at the turnstile, elsewhere */
	QUEUE_MAX = 512,
	CONNECTIONS_MAX = 4096,
	CONNECTIONS_MIN = 64,
	FILES_OF_OURS = 64,
};

#define DEFAULT_CONFIG "/etc/rekey/rekey.conf"
#define DEMO_EMAIL     "demo@example.org"
#define DEMO_PASSWORD  "a-quiet-river"
#define DEMO_FROM      "rekey@localhost"
#define DEMO_MAIL_DIR  "rekey-mail"

/* All that runs, in the order in which it is started. */
struct process {
	struct arena *arena; /* for as long as the process lives */
	struct settings settings;
	bool dev;
	struct key key;
	struct service service;
	char url[URL_ROOM];
	int socket;
	struct mailer *mailer;
	struct housekeeper *housekeeper;
	struct page_sets *pages;
	struct serving serving;
	struct http_handler handler;
	struct http_server *http;
	struct tally tally;
	struct http_handler operations_handler;
	int operations_socket; /* below 0: none */
	struct http_server *operations;
};

static const struct dialect *const dialects[] = { &dialect_pages,      &dialect_person,
	                                          &dialect_account,    &dialect_backtory,
	                                          &dialect_hacksystem, NULL };

/* ---- what every command needs ---- */

/* As many open files as the machine allows; a connection is one, and some are ours. */
static unsigned connections_max(void)
{
	struct rlimit files = { 0 };

	if (getrlimit(RLIMIT_NOFILE, &files) != 0)
		return CONNECTIONS_MIN;
	files.rlim_cur = files.rlim_max;
	if (files.rlim_cur > CONNECTIONS_MAX + FILES_OF_OURS)
		files.rlim_cur = CONNECTIONS_MAX + FILES_OF_OURS;
	setrlimit(RLIMIT_NOFILE, &files);
	return files.rlim_cur > FILES_OF_OURS + CONNECTIONS_MIN
	               ? (unsigned)(files.rlim_cur - FILES_OF_OURS)
	               : CONNECTIONS_MIN;
}

static bool serves(const struct invocation *invocation)
{
	return strcmp(invocation->command->name, "serve") == 0;
}

static enum err read_settings(const struct invocation *invocation, struct process *process)
{
	const char *file = cli_option(invocation, "--config", 0);
	const struct config_sources sources = {
		.file = file ? file : DEFAULT_CONFIG,
		.file_may_be_missing = file == NULL,
		.sets = invocation->sets,
		.n_sets = invocation->n_sets,
	};

	process->dev = cli_has(invocation, "--dev");
	return settings_read(process->arena, &sources, process->dev || !serves(invocation),
	                     &process->settings);
}

/* After the line that says where it listens, which is the first. */
static void warn(const struct settings *settings)
{
	if (!hash_cost_is_advised(settings))
		log_warning("hash.memory_kib and hash.passes are below OWASP's minimum (19456 KiB "
		            "with 2 "
		            "passes): passwords are easier to guess from a stolen database");
	if (!settings->mail_url.ptr)
		log_warning("mail.url is not set: mails wait in the outbox");
	if (mail_goes_in_the_clear(settings))
		log_warning("mail.starttls = off: mails, and the password of mail.url, leave this "
		            "machine in the clear");
}

static enum err start_service(struct process *process)
{
	const struct settings *settings = &process->settings;
	struct service *service = &process->service;
	const struct https_options asking = { .ca_file = settings->outbound_ca_file.ptr };
	const struct hasher_options hashing = {
		.threads = (unsigned)settings->hash_threads,
		.queue_max = (unsigned)settings->hash_queue_max,
		.memory_kib = (uint32_t)settings->hash_memory_kib,
		.passes = (uint32_t)settings->hash_passes,
		.patience_ms = HASHER_PATIENCE_MS,
	};

	service->policy = (struct policy){
		.password_min_length = settings->password_min_length,
		.password_max_length = settings->password_max_length,
		.reset_minutes = settings->reset_minutes,
		.access_minutes = settings->access_minutes,
		.refresh_days = settings->refresh_days,
		.requests_per_network = settings->requests_per_network,
		.failures_per_network = settings->failures_per_network,
		.failures_per_login = settings->failures_per_login,
		.mails_per_address = settings->mails_per_address,
		.cannot_mail = !process->dev && !settings->mail_url.ptr,
		.retention_mail_days = settings->retention_mail_days,
		.retention_audit_days = settings->retention_audit_days,
		.public_url = settings->public_url.ptr ? settings->public_url : STR(""),
		.default_app = process->dev ? STR("demo") : STR("default"),
	};
	TRY(key_file_load(settings->key_file.ptr, &process->key));
	service->key = &process->key;
	NEED(service->turnstile = turnstile_new());
	NEED(service->decoys = decoys_new());
	NEED(service->keyring = keyring_new());
	NEED(service->requests = request_counter_new());
	NEED(service->outbox_bell = bell_new());
	NEED(service->provider_keys = provider_keys_new());
	TRY(https_start(&asking, &service->https));
	TRY(store_open(settings->database_url.ptr, NULL, &service->store));
	store_set_connections(service->store, (size_t)settings->database_connections);
	return hasher_start(&hashing, &service->hasher);
}

static void stop_service(struct service *service)
{
	hasher_stop(service->hasher);
	store_close(service->store);
	https_stop(service->https);
	provider_keys_free(service->provider_keys);
	bell_free(service->outbox_bell);
	request_counter_free(service->requests);
	keyring_free(service->keyring);
	decoys_free(service->decoys);
	turnstile_free(service->turnstile);
}

/* ---- development mode ---- */

/* The demo app's keys are the same at every start, so that they can be printed at every start. */
static enum err demo_key(struct process *process, const char *purpose, struct secret *ret_key)
{
	static const struct nonce nothing;
	struct digest derived = derive(&process->key, purpose, &nothing);
	struct str hex;

	TRY(spell_hex(process->arena, derived.bytes, APP_KEY_LETTERS / 2, &hex));
	*ret_key = (struct secret){ hex.ptr, hex.len };
	return OK;
}

/* Known to everyone, and as long as the policy wants it. */
static enum err demo_password(struct process *process, struct secret *ret_password)
{
	struct buf words = buf_in(process->arena);
	struct str password;

	buf_puts(&words, DEMO_PASSWORD);
	while (words.len < (size_t)process->settings.password_min_length)
		buf_puts(&words, "-" DEMO_PASSWORD);
	TRY(buf_str(&words, &password));
	*ret_password = (struct secret){ password.ptr, password.len };
	return OK;
}

static enum err add_demo_app(struct process *process, struct ctx *ctx)
{
	struct app_add app = { .name = STR("demo"), .dialects = DIALECT_ALL };
	struct app_added added;

	TRY(demo_key(process, "demo client key", &app.client_key));
	TRY(demo_key(process, "demo master key", &app.master_key));
	return operation_run(ctx, &app_add_op, &app, &added);
}

/* To ctx->app, unless it is there. */
static enum err add_demo_account(struct process *process, struct ctx *ctx)
{
	struct account_add account = { .email = STR(DEMO_EMAIL), .username = STR("demo") };
	struct account_added added;

	TRY(demo_password(process, &account.password));
	enum err err = operation_run(ctx, &account_add_op, &account, &added);
	return err == ERR_EMAIL_TAKEN || err == ERR_USERNAME_TAKEN ? OK : err;
}

/* Something to see, until the developer has something else. */
static enum err add_demo_content(struct ctx *ctx)
{
	static const char *const rows[][3] = {
		{ "app_structure", "home", "{\"path\":\"/\",\"title\":\"Home\",\"position\":1}" },
		{ "app_structure", "account",
		  "{\"path\":\"/account\",\"title\":\"Your account\",\"position\":2}" },
		{ "content_strings", "footer", "{\"global\":true,\"text\":\"Served by Rekey\"}" },
		{ "content_strings", "welcome",
		  "{\"slug\":\"home\",\"text\":\"Welcome to the demo\"}" },
		{ "content_strings", "account-title",
		  "{\"slug\":\"account\",\"text\":\"Your account\"}" },
	};
	const struct nothing nothing = { 0 };
	struct content_entry_list there;
	struct content_entry made;

	TRY(operation_run(ctx, &content_list_op, &nothing, &there));
	for (size_t i = 0; there.n == 0 && i < COUNT_OF(rows); i++) {
		const struct content_entry row = { str(rows[i][0]), str(rows[i][1]),
			                           str(rows[i][2]) };
		TRY(operation_run(ctx, &content_set_op, &row, &made));
	}
	return OK;
}

static void print_demo(const struct process *process, const struct app *app, struct secret key,
                       struct secret master_key, struct secret password)
{
	const char *url = process->url;

	printf("\n"
	       "Rekey is up, in development mode. Open:\n"
	       "  %s/sign-in          sign in, and see the account\n"
	       "  %s/password-reset   ask for a new password\n"
	       "  %s/dev/mail         the mails, kept and not sent\n"
	       "\n"
	       "The demo account: " DEMO_EMAIL ", username demo, password %.*s (unless changed)\n"
	       "The demo app: id %.*s, client key %.*s, master key %.*s\n"
	       "\n"
	       "Try, in another terminal (of several mails, the newest one's link works):\n"
	       "  curl -i -X PUT %s/api/v1/account/password -H 'Content-Type: application/json' -d "
	       "'{\"email\":\"" DEMO_EMAIL "\"}'\n"
	       "  curl -i -X POST '%s/auth/forgot-password?username=demo' -H "
	       "'X-Backtory-Authentication-Id: %.*s'\n"
	       "  curl -i '%s/reset/password?email=" DEMO_EMAIL "'\n\n",
	       url, url, url, (int)password.len, password.ptr, STR_ARG(app->public_id),
	       (int)key.len, key.ptr, (int)master_key.len, master_key.ptr, url, url,
	       STR_ARG(app->public_id), url);
	fflush(stdout);
}

static enum err start_demo(struct process *process)
{
	const struct app_named demo = { STR("demo") };
	const struct nothing nothing = { 0 };
	struct ctx ctx = {
		.service = &process->service,
		.arena = process->arena,
		.now = clock_now(),
		.actor = ACTOR_OPERATOR,
		.network = STR("development mode"),
	};
	struct app_list apps;
	struct secret key, master_key, password;

	TRY(operation_run(&ctx, &app_list_op, &nothing, &apps));
	if (apps.n == 0)
		TRY(add_demo_app(process, &ctx));
	if (operation_run(&ctx, &app_show_op, &demo, &ctx.app) != OK)
		return OK; /* an app of the developer's own: nothing to show */
	TRY(add_demo_account(process, &ctx));
	TRY(add_demo_content(&ctx));
	TRY(demo_key(process, "demo client key", &key));
	TRY(demo_key(process, "demo master key", &master_key));
	TRY(demo_password(process, &password));
	print_demo(process, &ctx.app, key, master_key, password);
	return OK;
}

/* ---- the server ---- */

static enum err check_dev(struct process *process)
{
	if (!process->dev || http_is_loopback(process->socket))
		return OK;
	log_error("--dev listens on loopback alone: set server.listen to 127.0.0.1:PORT");
	return ERR_CONFIG;
}

static enum err start_mail(struct process *process)
{
	struct settings *settings = &process->settings;

	if (process->dev && !settings->mail_url.ptr)
		settings->mail_url = STR("file:" DEMO_MAIL_DIR);
	if (process->dev && !settings->mail_from.ptr)
		settings->mail_from = STR(DEMO_FROM);
	const struct mailer_options options = {
		.service = &process->service,
		.url = settings->mail_url.ptr,
		.from = settings->mail_from.ptr,
		.starttls_required = settings->mail_starttls == STARTTLS_REQUIRED,
		.ca_file = settings->mail_ca_file.ptr,
	};
	return mailer_start(&options, &process->mailer);
}

static enum err start_http(struct process *process)
{
	const struct settings *settings = &process->settings;
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	const struct http_options options = {
		.io_threads = cores < 1    ? 1
		              : cores > 64 ? 64
		                           : (unsigned)cores,
		.workers = (unsigned)(settings->hash_threads + settings->hash_queue_max) +
		           TURNSTILE_WAITERS_MAX + HTTPS_TURNS_MAX + WORKERS_SPARE,
		.queue_max = QUEUE_MAX,
		.connections_max = connections_max(),
		.trusted_proxies = settings->trusted_proxies,
	};

	process->serving = (struct serving){
		.doors = { .service = &process->service,
		           .tally = &process->tally,
		           .dev = process->dev,
		           .pages = process->pages },
		.dialects = dialects,
	};
	if (process->dev && str_starts(settings->mail_url, "file:"))
		process->serving.doors.mail_dir = str_from(settings->mail_url, strlen("file:"));
	process->handler = (struct http_handler){ &process->serving, serve_is_quick, serve };
	return http_start(&options, process->socket, &process->handler, &process->http);
}

/* So that whoever fetches the key set before the first log-in finds the key in it. A server whose
 * key cannot be had serves what needs none. */
static void ensure_key(struct process *process)
{
	const struct nothing nothing = { 0 };
	struct nothing none;
	struct ctx ctx = {
		.service = &process->service,
		.arena = process->arena,
		.now = clock_now(),
		.actor = ACTOR_SERVER,
		.network = STR(""),
	};
	enum err err = operation_run(&ctx, &key_ensure_op, &nothing, &none);

	if (err != OK)
		log_error("there is no key to sign access tokens with: %s", err_sentence(err));
}

#define OPERATIONS_LISTEN "127.0.0.1:9090"

/* A place that was asked for has to be had, before anything else runs. */
static enum err bind_operations(struct process *process)
{
	struct str place = process->settings.operations_listen;
	char url[URL_ROOM];

	process->operations_socket = -1;
	if (!place.ptr || str_is(place, "none"))
		return OK;
	return http_bind(place.ptr, &process->operations_socket, url);
}

/* The usual place may be another server's of this machine. */
static enum err start_operations(struct process *process)
{
	const struct http_options options = {
		.io_threads = 1,
		.workers = 2,
		.queue_max = 16,
		.connections_max = CONNECTIONS_MIN,
		.unlogged = true,
	};
	char url[URL_ROOM];

	if (!process->settings.operations_listen.ptr &&
	    http_bind(OPERATIONS_LISTEN, &process->operations_socket, url) != OK)
		log_warning("so there is no /healthz, /readyz or /metrics: give "
		            "server.operations_listen a place of its own, or none");
	if (process->operations_socket < 0)
		return OK;
	process->operations_handler =
		(struct http_handler){ &process->serving.doors, operations_is_quick,
		                       operations_serve };
	return http_start(&options, process->operations_socket, &process->operations_handler,
	                  &process->operations);
}

static enum err start_server(struct process *process)
{
	TRY(page_sets_open(process->settings.templates, &process->pages));
	TRY(bind_operations(process));
	TRY(http_bind(process->settings.listen.ptr, &process->socket, process->url));
	TRY(check_dev(process));
	if (!process->settings.public_url.ptr)
		process->settings.public_url = str(process->url);
	TRY(start_service(process));
	ensure_key(process);
	TRY(start_mail(process));
	TRY(housekeeper_start(&process->service, &process->housekeeper));
	if (process->settings.log_requests)
		TRY(log_requests_start());
	TRY(start_http(process));
	fprintf(stderr, "listening on %s\n", process->url);
	warn(&process->settings);
	TRY(start_operations(process));
	return process->dev ? start_demo(process) : OK;
}

/* Waits for SIGTERM or SIGINT. At SIGHUP templates are read again; while one is broken, which is
 * logged, the former ones stay. */
static void wait_for_the_end(struct process *process, const sigset_t *signals)
{
	int signal = 0;

	while (sigwait(signals, &signal) == 0 && signal == SIGHUP) {
		if (page_sets_read_again(process->pages) == OK)
			log_info("templates have been read again");
		else
			log_warning("the templates stay as they were");
	}
}

static int serve_until_the_end(struct process *process, const sigset_t *signals)
{
	enum err err = start_server(process);

	if (err == OK)
		wait_for_the_end(process, signals);
	else if (err != ERR_CONFIG)
		log_error("the server cannot start: %s", err_sentence(err));
	http_stop(process->operations);
	http_stop(process->http);
	log_requests_stop();
	housekeeper_stop(process->housekeeper);
	mailer_stop(process->mailer);
	page_sets_close(process->pages);
	return err == OK ? EXIT_DONE : EXIT_REFUSED;
}

/* ---- commands ---- */

static enum err start_whole(struct process *process, const struct invocation *invocation,
                            struct start *ret_start)
{
	TRY(read_settings(invocation, process));
	ret_start->settings = &process->settings;
	return start_service(process);
}

/* The database as it is, and nothing else: neither it nor the key file is made. */
static enum err start_backup(struct process *process, const struct invocation *invocation,
                             struct start *ret_start)
{
	TRY(read_settings(invocation, process));
	ret_start->settings = &process->settings;
	ret_start->store = store_open_existing(process->settings.database_url.ptr, NULL,
	                                       &process->service.store);
	return OK;
}

/* The complaint about a configuration as a text: glibc lets stderr be set, and no thread runs yet.
 */
static enum err overhear_settings(struct process *process, const struct invocation *invocation,
                                  struct str *ret_said)
{
	char *said = NULL;
	size_t len = 0;
	FILE *usual = stderr, *ear = open_memstream(&said, &len);

	NEED(ear);
	stderr = ear;
	enum err err = read_settings(invocation, process);
	stderr = usual;
	if (fclose(ear) != 0)
		err = ERR_NOMEM;
	if (err == ERR_CONFIG &&
	    arena_str(process->arena, (struct str){ said, len }, ret_said) != OK)
		err = ERR_NOMEM;
	free(said);
	return err;
}

/* As for a backup, but doctor itself tells of a refused configuration: without "rekey: " before it
 * and the line's end behind it. */
static enum err start_doctor(struct process *process, const struct invocation *invocation,
                             struct start *ret_start)
{
	struct str said = STR_NONE;
	enum err err = overhear_settings(process, invocation, &said);

	if (err == OK)
		return start_backup(process, invocation, ret_start);
	if (str_starts(said, "rekey: "))
		said = str_from(said, strlen("rekey: "));
	said.len = str_find(said, '\n');
	ret_start->refusal = said;
	return err == ERR_CONFIG ? OK : err;
}

static enum err start_nothing(struct process *process, const struct invocation *invocation,
                              struct start *ret_start)
{
	(void)process;
	(void)invocation;
	(void)ret_start;
	return OK;
}

/* What a command needs, where it is not the whole service. */
static const struct {
	const char *command;
	enum err (*start)(struct process *process, const struct invocation *invocation,
	                  struct start *ret_start);
} starts[] = {
	{ "backup", start_backup },
	{ "doctor", start_doctor },
	{ "calibrate", start_nothing },
	{ "copy", start_nothing },
};

static int run_command(struct process *process, const struct invocation *invocation)
{
	const char *name = invocation->command->name, *file = cli_option(invocation, "--config", 0);
	struct start start = { .config_file = file                                ? file
		                              : access(DEFAULT_CONFIG, F_OK) == 0 ? DEFAULT_CONFIG
		                                                                  : NULL };
	size_t i = 0;

	while (i < COUNT_OF(starts) && strcmp(starts[i].command, name) != 0)
		i++;
	enum err err = i < COUNT_OF(starts) ? starts[i].start(process, invocation, &start)
	                                    : start_whole(process, invocation, &start);
	if (err == OK)
		return cli_run(&process->service, &start, invocation);
	if (err != ERR_CONFIG) /* which has had its line */
		fprintf(stderr, "rekey: %s: %s\n", name, err_sentence(err));
	return EXIT_REFUSED;
}

/* Before the first thread, which inherits it: the main thread alone waits for these. */
static void block_signals(sigset_t *ret_signals)
{
	sigemptyset(ret_signals);
	sigaddset(ret_signals, SIGTERM);
	sigaddset(ret_signals, SIGINT);
	sigaddset(ret_signals, SIGHUP);
	pthread_sigmask(SIG_BLOCK, ret_signals, NULL);
}

static const struct dialect *documented(const char *name)
{
	for (const struct dialect *const *d = dialects; *d; d++) {
		if ((*d)->words && strcmp((*d)->name, name) == 0)
			return *d;
	}
	return NULL;
}

/* The account API for programs, or the dialect of this name (NULL: that one too), of which
 * docs/api-NAME.md is the printed page. */
static int print_document(bool openapi, const char *name)
{
	const struct dialect *dialect = name ? documented(name) : &dialect_account;
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(DOCUMENT_ARENA);
	const struct str base = STR(DOCUMENT_EXAMPLE_BASE);
	struct str text;
	enum err err = arena ? OK : ERR_NOMEM;

	if (!dialect) {
		fprintf(stderr, "rekey: serve: there is no page of a wire format %s\n", name);
		return EXIT_USAGE;
	}
	if (err == OK)
		err = openapi ? document_openapi(arena, dialect, base, &text)
		              : document_markdown(arena, dialect, &text);
	if (err == OK && (fwrite(text.ptr, 1, text.len, stdout) != text.len || fflush(stdout) != 0))
		err = ERR_INTERNAL;
	if (err != OK)
		fprintf(stderr, "rekey: serve: the document cannot be printed: %s\n",
		        err_sentence(err));
	return err == OK ? EXIT_DONE : EXIT_REFUSED;
}

static int run(struct process *process, const struct invocation *invocation)
{
	sigset_t signals;
	int status = EXIT_REFUSED;

	if (cli_has(invocation, "--print-routes")) {
		process->serving.dialects = dialects;
		serve_print_routes(&process->serving);
		return EXIT_DONE;
	}
	if (cli_has(invocation, "--print-openapi") || cli_has(invocation, "--print-api"))
		return print_document(cli_has(invocation, "--print-openapi"),
		                      cli_option(invocation, "--print-api", 0));
	if (!serves(invocation)) {
		status = run_command(process, invocation);
	} else {
		block_signals(&signals);
		if (read_settings(invocation, process) == OK)
			status = serve_until_the_end(process, &signals);
	}
	stop_service(&process->service);
	return status;
}

int main(int argc, char **argv)
{
	struct process process = { .socket = -1 };
	struct invocation invocation;
	bool stop = false;

	umask(077);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN); /* a file at its limit is a failed write, as on a full disk */

	int status = cli_parse(argc, argv, &invocation, &stop);
	if (stop)
		return status;
	process.arena = arena_new(SETTINGS_ARENA);
	if (!process.arena || crypto_start() != OK) {
		fprintf(stderr, "rekey: the machine has no memory or no randomness\n");
		return EXIT_REFUSED;
	}
	status = run(&process, &invocation);
	arena_free(process.arena);
	wipe(&process.key, sizeof(process.key));
	return status;
}
