/* SPDX-License-Identifier: Apache-2.0 */
/* commands_moving.c - rekey account export, rekey account import: to another house, or from one. */
#include "account/administration.h"
#include "base/clock.h"
#include "cli/cli.h"
#include "cli/records.h"
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { TICK_MS = 200, LINE_MS = 10 * 1000, PAGE_ARENA = 96 * 1024 * 1024 };

static const struct out_field record_fields[] = {
	OUT("id", TEXT, struct account_record, id),
	OUT("email", TEXT, struct account_record, email),
	OUT("username", TEXT, struct account_record, username),
	OUT("status", TEXT, struct account_record, status),
	OUT("created_at", TEXT, struct account_record, created_at),
	OUT("password_hash", TEXT, struct account_record, password_hash),
	OUT("name", TEXT, struct account_record, name),
	OUT("locale", TEXT, struct account_record, locale),
	OUT("guest", TEXT, struct account_record, guest),
	OUT("email_login", TEXT, struct account_record, email_login),
	OUT("email_verified", TEXT, struct account_record, email_verified),
	OUT("fields", TEXT, struct account_record, fields),
};

/* ---- export ---- */

static enum err export_page(struct ctx *ctx, struct account_export *export, bool *ret_more)
{
	struct account_record_list list;
	struct str json;

	TRY(operation_run(ctx, &account_export_op, export, &list));
	for (size_t i = 0; i < list.n; i++) {
		TRY(json_write(ctx->arena, record_fields, COUNT_OF(record_fields), &list.items[i],
		               &json));
		printf("%s\n", json.ptr);
	}
	export->page.after = list.last;
	*ret_more = (int64_t)list.n == export->page.max;
	return OK;
}

enum err cli_account_export(struct cli *cli)
{
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(PAGE_ARENA);
	struct ctx ctx = cli->ctx;
	struct account_export export = { .page = { 0, ACCOUNT_PAGE_MAX },
		                         .with_hashes = cli_has(cli->invocation, "--with-hashes") };
	bool more = true;

	NEED(arena);
	ctx.arena = arena;
	while (more && !ferror(stdout)) {
		TRY(export_page(&ctx, &export, &more));
		arena_reset(arena);
	}
	return OK;
}

/* ---- import ---- */

struct importing {
	struct cli *cli;
	struct records records;
	struct ctx ctx; /* whose arena is that of a page */
	struct account_record *page;
	int64_t *lines; /* of the page's records */
	size_t n;       /* records in the page */
	enum import_source source;
	bool source_is_known;
	const char *why; /* the file is no list of accounts */
	struct import_seen *seen;
	bool drop_hashes, json;
	int64_t imported, existing, refused, incomplete;
	int64_t hashes[IMPORT_HASHES];
	bool dry_run;
	int64_t size;     /* of the file; 0: nobody knows */
	int64_t shown_ms; /* when the progress was; 0: never */
};

static const struct out_field imported_out[] = {
	OUT("imported", INTEGER, struct importing, imported),
	OUT("existing", INTEGER, struct importing, existing),
	OUT("refused", INTEGER, struct importing, refused),
	OUT("incomplete", INTEGER_IF_ANY, struct importing, incomplete),
	OUT("without_password", INTEGER_IF_ANY, struct importing, hashes[HASH_NONE]),
	OUT("argon2id", INTEGER_IF_ANY, struct importing, hashes[HASH_ARGON2ID]),
	OUT("bcrypt", INTEGER_IF_ANY, struct importing, hashes[HASH_BCRYPT]),
	OUT("other_hashes", INTEGER_IF_ANY, struct importing, hashes[HASH_OTHER]),
};

/* What becomes of a line. */
struct line_report {
	int64_t line;
	struct str outcome, why;
};

static const struct out_field line_out[] = {
	OUT("line", INTEGER, struct line_report, line),
	OUT("outcome", TEXT, struct line_report, outcome),
	OUT("why", TEXT, struct line_report, why),
};

/* ---- progress ---- */

static void clear_progress(const struct importing *importing)
{
	if (importing->shown_ms > 0 && isatty(STDERR_FILENO))
		fprintf(stderr, "\r\033[K");
}

/* On a terminal a line that changes; elsewhere one now and then. */
static void show_progress(struct importing *importing)
{
	int64_t now_ms = clock_steady_ms();
	bool terminal = isatty(STDERR_FILENO);
	int64_t at = ftell(importing->records.file);

	if (importing->shown_ms == 0 && !terminal)
		importing->shown_ms = now_ms;
	if (now_ms - importing->shown_ms < (terminal ? TICK_MS : LINE_MS))
		return;
	importing->shown_ms = now_ms;
	fprintf(stderr, "%s%lld imported, %lld existing, %lld refused", terminal ? "\r\033[K" : "",
	        (long long)importing->imported, (long long)importing->existing,
	        (long long)importing->refused);
	if (importing->size > 0 && at > 0)
		fprintf(stderr, ", %lld%%", (long long)(at * 100 / importing->size));
	if (!terminal)
		fprintf(stderr, "\n");
}

static int64_t size_of(FILE *file)
{
	struct stat stat;

	return fstat(fileno(file), &stat) == 0 && S_ISREG(stat.st_mode) ? stat.st_size : 0;
}

/* ---- the report ---- */

/* A dry run is for its report, of every line, to standard output. Otherwise what is wrong goes to
 * standard error. */
static enum err report(struct importing *importing, int64_t line, const char *outcome,
                       const char *why)
{
	struct line_report report = { line, str(outcome), str(why) };
	struct str json;

	clear_progress(importing);
	if (importing->dry_run && importing->json) {
		TRY(json_write(importing->ctx.arena, line_out, COUNT_OF(line_out), &report, &json));
		printf("%s\n", json.ptr);
		return OK;
	}
	if (importing->dry_run)
		printf("line %lld: %s%s%s\n", (long long)line, outcome, why ? ": " : "",
		       why ? why : "");
	else if (why)
		fprintf(stderr, "line %lld: %s\n", (long long)line, why);
	return OK;
}

static enum err report_refused(struct importing *importing, int64_t line, const char *why)
{
	importing->refused++;
	return report(importing, line, "refused", why);
}

static enum err report_fate(struct importing *importing, int64_t line,
                            const struct import_fate *fate)
{
	static const char *const outcomes[] = {
		[IMPORT_ADDED] = "added", [IMPORT_EXISTING] = "existing"
	};

	if (fate->outcome == IMPORT_REFUSED)
		return report_refused(importing, line, fate->why);
	if (fate->outcome == IMPORT_EXISTING) {
		importing->existing++;
	} else {
		importing->imported++;
		importing->hashes[fate->hash]++;
		importing->incomplete += fate->why != NULL;
	}
	return report(importing, line, outcomes[fate->outcome], fate->why);
}

/* ---- the file ---- */

/* Whose words they are, where --source does not say. */
static void recognize(struct importing *importing, const struct named_texts *words)
{
	if (!importing->source_is_known)
		importing->source = import_source_of(words);
	importing->source_is_known = true;
}

/* A first line that is not understood is no reason to refuse every other one for: nothing is read.
 */
static enum err check_header(struct importing *importing)
{
	struct named_text names[CELLS_MAX];
	struct named_texts words = { names, importing->records.n_columns };
	struct account_record record;

	if (importing->records.form != RECORDS_CSV)
		return OK;
	for (size_t i = 0; i < words.n; i++)
		names[i] = (struct named_text){ importing->records.names[i], STR_NONE };
	recognize(importing, &words);
	return import_read(importing->cli->arena, importing->source, &words, &record,
	                   &importing->why);
}

static enum err take(struct importing *importing, const struct named_texts *words)
{
	int64_t line = importing->records.line;
	struct account_record record;
	const char *why;

	recognize(importing, words);
	TRY(import_read(importing->ctx.arena, importing->source, words, &record, &why));
	if (why)
		return report_refused(importing, line, why);
	importing->page[importing->n] = record;
	importing->lines[importing->n++] = line;
	return OK;
}

/* Reads until the page is full. *ret_more: the file may go on. */
static enum err fill_page(struct importing *importing, bool *ret_more)
{
	struct records *records = &importing->records;

	importing->n = 0;
	while (importing->n < ACCOUNT_PAGE_MAX) {
		struct named_texts words = { 0 };
		enum err err = records_next(records, importing->ctx.arena, &words);
		*ret_more = err != ERR_NOT_FOUND;
		if (err == ERR_NOT_FOUND)
			return OK;
		if (err != OK && err != ERR_MALFORMED)
			return err;
		TRY(err == OK ? take(importing, &words)
		              : report_refused(importing, records->line, records->why));
	}
	return OK;
}

static enum err import_page(struct importing *importing)
{
	const struct account_import in = { importing->page, importing->n, importing->seen,
		                           importing->drop_hashes };
	struct account_import_fates fates;

	if (importing->n == 0)
		return OK;
	TRY(operation_run(&importing->ctx, &account_import_op, &in, &fates));
	for (size_t i = 0; i < importing->n; i++)
		TRY(report_fate(importing, importing->lines[i], &fates.items[i]));
	return OK;
}

static enum err import_all(struct importing *importing)
{
	bool more = true;

	while (more) {
		TRY(fill_page(importing, &more));
		TRY(import_page(importing));
		show_progress(importing);
		arena_reset(importing->ctx.arena);
	}
	return OK;
}

static enum err refuse_file(struct importing *importing, const char *why)
{
	importing->cli->status = EXIT_REFUSED;
	fprintf(stderr, "rekey: account import: %s\n", why);
	return OK;
}

static enum err import_file(struct importing *importing)
{
	struct cli *cli = importing->cli;
	enum err err = records_open(cli->arena, cli->invocation->operands[0], NULL, 0,
	                            &importing->records);

	if (err == ERR_CONFIG)
		return refuse_file(importing, importing->records.why);
	TRY(err);
	importing->size = size_of(importing->records.file);
	TRY(check_header(importing));
	if (importing->why)
		return refuse_file(importing, importing->why);
	err = import_all(importing);
	clear_progress(importing);
	if (err == ERR_CONFIG)
		err = refuse_file(importing, importing->records.why);
	if (importing->dry_run)
		fprintf(stderr, "a dry run: nothing was written\n");
	if (importing->refused > 0 || err != OK)
		cli->status = EXIT_REFUSED;
	/* Also when it broke off: what is in is in. */
	enum err printed = cli_print(cli, imported_out, COUNT_OF(imported_out), importing);
	return err != OK ? err : printed;
}

/* The options. */
static enum err read_options(struct importing *importing)
{
	const struct cli *cli = importing->cli;
	const char *from = cli_option(cli->invocation, "--source", 0);

	importing->dry_run = cli_has(cli->invocation, "--dry-run");
	importing->drop_hashes = cli_has(cli->invocation, "--drop-hashes");
	importing->json = cli_has(cli->invocation, "--json");
	if (importing->dry_run)
		NEED(importing->seen = import_seen_new());
	for (size_t i = 0; from && i < IMPORT_SOURCES; i++) {
		if (strcmp(from, import_source_names[i]) == 0) {
			importing->source = (enum import_source)i;
			importing->source_is_known = true;
		}
	}
	return from && !importing->source_is_known
	               ? cli_refuse(cli, "--source is rekey, backtory or xano")
	               : OK;
}

static enum err run_import(struct importing *importing)
{
	struct cli *cli = importing->cli;

	TRY(read_options(importing));
	importing->page = arena_array(cli->arena, ACCOUNT_PAGE_MAX, sizeof(*importing->page));
	importing->lines = arena_array(cli->arena, ACCOUNT_PAGE_MAX, sizeof(*importing->lines));
	NEED(importing->page);
	NEED(importing->lines);
	return import_file(importing);
}

enum err cli_account_import(struct cli *cli)
{
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(PAGE_ARENA);
	struct importing importing = { .cli = cli, .ctx = cli->ctx };

	NEED(arena);
	importing.ctx.arena = arena;
	enum err err = run_import(&importing);
	records_close(&importing.records);
	import_seen_free(importing.seen);
	return err;
}
