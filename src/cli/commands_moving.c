/* SPDX-License-Identifier: Apache-2.0 */
/* commands_moving.c - rekey account export, rekey account import: to another house, or from one. */
#include "account/administration.h"
#include "base/clock.h"
#include "cli/cli.h"
#include "cli/records.h"
#include <stdio.h>
#include <unistd.h>

enum { TICK_MS = 200, PAGE_ARENA = 96 * 1024 * 1024 };

static const struct out_field record_fields[] = {
	OUT("id", TEXT, struct account_record, id),
	OUT("email", TEXT, struct account_record, email),
	OUT("username", TEXT, struct account_record, username),
	OUT("status", TEXT, struct account_record, status),
	OUT("created_at", TEXT, struct account_record, created_at),
	OUT("password_hash", TEXT, struct account_record, password_hash),
	OUT("name", TEXT, struct account_record, name),
	OUT("locale", TEXT, struct account_record, locale),
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
	int64_t imported, existing, refused;
	int64_t shown_ms; /* when the progress was; 0: never */
};

static const struct out_field imported_out[] = {
	OUT("imported", INTEGER, struct importing, imported),
	OUT("existing", INTEGER, struct importing, existing),
	OUT("refused", INTEGER, struct importing, refused),
};

static void clear_progress(const struct importing *importing)
{
	if (importing->shown_ms > 0)
		fprintf(stderr, "\r\033[K");
}

static void show_progress(struct importing *importing)
{
	int64_t now_ms = clock_steady_ms();

	if (!isatty(STDERR_FILENO) || now_ms - importing->shown_ms < TICK_MS)
		return;
	importing->shown_ms = now_ms;
	fprintf(stderr, "\r\033[K%lld imported, %lld existing, %lld refused",
	        (long long)importing->imported, (long long)importing->existing,
	        (long long)importing->refused);
}

static void report(struct importing *importing, int64_t line, const char *why)
{
	importing->refused++;
	clear_progress(importing);
	fprintf(stderr, "line %lld: %s\n", (long long)line, why);
}

/* Reads until the page is full. *ret_more: the file may go on. */
static enum err fill_page(struct importing *importing, bool *ret_more)
{
	importing->n = 0;
	while (importing->n < ACCOUNT_PAGE_MAX) {
		struct account_record record = { 0 };
		enum err err = records_next(&importing->records, importing->ctx.arena, &record);
		*ret_more = err != ERR_NOT_FOUND;
		if (err == ERR_NOT_FOUND)
			return OK;
		if (err == ERR_MALFORMED) {
			report(importing, importing->records.line, importing->records.why);
			continue;
		}
		TRY(err);
		importing->page[importing->n] = record;
		importing->lines[importing->n++] = importing->records.line;
	}
	return OK;
}

static enum err import_page(struct importing *importing)
{
	const struct account_import in = { importing->page, importing->n };
	struct account_import_fates fates;

	if (importing->n == 0)
		return OK;
	TRY(operation_run(&importing->ctx, &account_import_op, &in, &fates));
	for (size_t i = 0; i < importing->n; i++) {
		switch (fates.items[i].outcome) {
		case IMPORT_ADDED:
			importing->imported++;
			break;
		case IMPORT_EXISTING:
			importing->existing++;
			break;
		case IMPORT_REFUSED:
			report(importing, importing->lines[i], fates.items[i].why);
			break;
		}
	}
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

static enum err import_file(struct importing *importing)
{
	struct cli *cli = importing->cli;
	enum err err = records_open(cli->arena, cli->invocation->operands[0], record_fields,
	                            COUNT_OF(record_fields), &importing->records);

	if (err == ERR_CONFIG) {
		cli->status = EXIT_REFUSED;
		fprintf(stderr, "rekey: account import: %s\n", importing->records.why);
		return OK;
	}
	TRY(err);
	err = import_all(importing);
	clear_progress(importing);
	if (importing->refused > 0 || err != OK)
		cli->status = EXIT_REFUSED;
	/* Also when it broke off: what is in is in. */
	enum err printed = cli_print(cli, imported_out, COUNT_OF(imported_out), importing);
	return err != OK ? err : printed;
}

enum err cli_account_import(struct cli *cli)
{
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(PAGE_ARENA);
	struct importing importing = { .cli = cli, .ctx = cli->ctx };

	NEED(arena);
	importing.ctx.arena = arena;
	importing.page = arena_array(cli->arena, ACCOUNT_PAGE_MAX, sizeof(*importing.page));
	importing.lines = arena_array(cli->arena, ACCOUNT_PAGE_MAX, sizeof(*importing.lines));
	NEED(importing.page);
	NEED(importing.lines);
	enum err err = import_file(&importing);
	records_close(&importing.records);
	return err;
}
