/* SPDX-License-Identifier: Apache-2.0 */
/* dev_mail.c - development mode: the mails that were kept as files, to be read in the browser. It
 * reads what this program wrote (mail/compose.c), and no other mail. */
#include "pages/kept_mail.h"
#include "pages/pages.h"
#include "pages/show.h"
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What a mail client would let it do, and less. */
#define MAIL_SANDBOX                                                                               \
	"sandbox; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; "         \
	"base-uri 'none'"

enum { MAILS_MAX = 100, MAIL_BYTES_MAX = 64 * 1024, NAME_BYTES_MAX = 128 };

static int newest_first(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*b)->d_name, (*a)->d_name);
}

static int is_mail(const struct dirent *entry)
{
	size_t len = strlen(entry->d_name);

	return len > 4 && len < NAME_BYTES_MAX && strcmp(entry->d_name + len - 4, ".eml") == 0;
}

/* Names that the list gave out, and no path. */
static bool name_is_good(struct str name)
{
	for (size_t i = 0; i < name.len; i++) {
		char c = name.ptr[i];
		bool good =
			(c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c == '-' || c == '.';
		if (!good || (c == '.' && i == 0))
			return false;
	}
	return name.len > 0 && name.len < NAME_BYTES_MAX;
}

static enum err read_mail(struct visit *visit, struct str name, struct str *ret_eml)
{
	struct str path;
	char *bytes = arena_alloc(visit->request->arena, MAIL_BYTES_MAX);

	NEED(bytes);
	TRY(arena_printf(visit->request->arena, &path, "%.*s/%.*s", STR_ARG(visit->doors->mail_dir),
	                 STR_ARG(name)));
	int fd = open(path.ptr, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	ssize_t len = fd < 0 ? -1 : read(fd, bytes, MAIL_BYTES_MAX);
	if (fd >= 0)
		close(fd);
	if (len < 0)
		return ERR_NO_ROUTE;
	*ret_eml = (struct str){ bytes, (size_t)len };
	return OK;
}

/* The part of text from the end of `after` up to `until`; STR_NONE: one is missing. */
static struct str between(struct str text, const char *after, const char *until)
{
	const char *from = text.len ? memmem(text.ptr, text.len, after, strlen(after)) : NULL;

	if (!from)
		return STR_NONE;
	from += strlen(after);
	size_t rest = text.len - (size_t)(from - text.ptr);
	const char *end = memmem(from, rest, until, strlen(until));
	return end ? (struct str){ from, (size_t)(end - from) } : STR_NONE;
}

/* The line that is a link and nothing else. */
static struct str link_in(struct str text)
{
	struct str line = between(text, "\n\nhttp", "\n");

	if (!line.ptr)
		return STR_NONE;
	return (struct str){ line.ptr - strlen("http"), line.len + strlen("http") };
}

enum { ROW_VALUES = 5 };

static enum err row_of(struct visit *visit, const char *file_name, struct template_value *row)
{
	struct arena *arena = visit->request->arena;
	struct str eml, link, subject, to, date;

	TRY(read_mail(visit, str(file_name), &eml));
	TRY(arena_printf(arena, &link, "mail/show?name=%s", file_name));
	TRY(kept_mail_header(arena, eml, "Subject", &subject));
	TRY(kept_mail_header(arena, eml, "To", &to));
	TRY(kept_mail_header(arena, eml, "Date", &date));
	const struct template_value values[ROW_VALUES] = {
		{ .name = "link", .text = link },
		{ .name = "subject", .text = subject },
		{ .name = "to", .text = to },
		{ .name = "date", .text = date },
		{ .name = NULL },
	};
	memcpy(row, values, sizeof(values));
	return OK;
}

static enum err rows_of(struct visit *visit, struct dirent **entries, size_t n,
                        struct template_rows *ret_rows)
{
	struct arena *arena = visit->request->arena;
	const struct template_value **rows = arena_array(arena, n + 1, sizeof(rows[0]));
	size_t n_rows = 0;

	NEED(rows);
	for (size_t i = 0; i < n && n_rows < MAILS_MAX; i++) {
		struct template_value *row = arena_array(arena, ROW_VALUES, sizeof(*row));
		NEED(row);
		enum err err = row_of(visit, entries[i]->d_name, row);
		if (err == OK)
			rows[n_rows++] = row;
		else if (err != ERR_NO_ROUTE) /* gone since the directory was read */
			return err;
	}
	*ret_rows = (struct template_rows){ rows, n_rows };
	return OK;
}

enum err page_dev_mails(struct visit *visit, const void *nothing)
{
	struct dirent **entries = NULL;
	struct template_rows rows;

	(void)nothing;
	if (!visit->doors->mail_dir.ptr)
		return ERR_NO_ROUTE;
	int n = scandir(visit->doors->mail_dir.ptr, &entries, is_mail, newest_first);
	if (n < 0)
		return ERR_INTERNAL;
	enum err err = rows_of(visit, entries, (size_t)n, &rows);
	for (int i = 0; i < n; i++)
		free(entries[i]);
	free(entries);
	TRY(err);
	const struct template_value values[] = {
		{ .name = "mails", .rows = &rows },
		{ .name = NULL },
	};
	return page_show(visit, "dev-mail.html", values);
}

/* The mail that the address names. ERR_NO_ROUTE: there is none. */
static enum err named_mail(struct visit *visit, struct str *ret_name, struct str *ret_eml)
{
	*ret_name = page_typed(visit, "name");
	if (!visit->doors->mail_dir.ptr || !name_is_good(*ret_name))
		return ERR_NO_ROUTE;
	return read_mail(visit, *ret_name, ret_eml);
}

enum err page_dev_mail(struct visit *visit, const void *nothing)
{
	struct arena *arena = visit->request->arena;
	struct str name, eml, text, html, from, to, subject, link = STR_NONE;

	(void)nothing;
	TRY(named_mail(visit, &name, &eml));
	TRY(kept_mail_part(arena, eml, "text/plain", &text));
	TRY(kept_mail_part(arena, eml, "text/html", &html));
	TRY(kept_mail_header(arena, eml, "From", &from));
	TRY(kept_mail_header(arena, eml, "To", &to));
	TRY(kept_mail_header(arena, eml, "Subject", &subject));
	if (html.ptr)
		TRY(arena_printf(arena, &link, "html?name=%.*s", STR_ARG(name)));
	const struct template_value from_row[] = { { .name = "name", .text = STR("From") },
		                                   { .name = "value", .text = from },
		                                   { .name = NULL } };
	const struct template_value to_row[] = { { .name = "name", .text = STR("To") },
		                                 { .name = "value", .text = to },
		                                 { .name = NULL } };
	const struct template_value *const header_rows[] = { from_row, to_row };
	const struct template_rows headers = { header_rows, COUNT_OF(header_rows) };
	const struct template_value values[] = {
		{ .name = "subject", .text = subject },
		{ .name = "headers", .rows = &headers },
		{ .name = "link", .text = link_in(text) },
		{ .name = "html", .text = link },
		{ .name = "text", .text = text.ptr ? text : STR("(this mail has no text)") },
		{ .name = NULL },
	};
	return page_show(visit, "dev-mail-show.html", values);
}

enum err page_dev_mail_html(struct visit *visit, const void *nothing)
{
	struct response *response = visit->response;
	struct str name, eml, html;

	(void)nothing;
	TRY(named_mail(visit, &name, &eml));
	TRY(kept_mail_part(visit->request->arena, eml, "text/html", &html));
	if (!html.ptr)
		return ERR_NO_ROUTE;
	response->body = html;
	response->content_type = STR("text/html; charset=utf-8");
	response_header(response, "Content-Security-Policy", STR(MAIL_SANDBOX));
	response_header(response, "Referrer-Policy", STR("no-referrer"));
	response_header(response, "X-Frame-Options", STR("DENY"));
	return OK;
}
