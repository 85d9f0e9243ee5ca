/* SPDX-License-Identifier: Apache-2.0 */
/* dev_mail.c - development mode: the mails that were kept as files, to be read in the browser. It
 * reads what this program wrote (mail/compose.c), and no other mail. */
#include "pages/show.h"
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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

static struct str header_of(struct str eml, const char *name)
{
	char start[32];

	snprintf(start, sizeof(start), "\r\n%s: ", name);
	return between(eml, start, "\r\n");
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Quoted-printable (RFC 2045, 6.7) back to what it was. */
static enum err unquote(struct arena *arena, struct str quoted, struct str *ret_text)
{
	struct buf text = buf_in(arena);

	for (size_t i = 0; i < quoted.len; i++) {
		bool escape = quoted.ptr[i] == '=' && i + 2 < quoted.len;
		if (escape && quoted.ptr[i + 1] == '\r') {
			i += 2;
		} else if (escape && hex_digit(quoted.ptr[i + 1]) >= 0) {
			buf_putc(&text, (char)(hex_digit(quoted.ptr[i + 1]) * 16 +
			                       hex_digit(quoted.ptr[i + 2])));
			i += 2;
		} else if (quoted.ptr[i] != '\r') {
			buf_putc(&text, quoted.ptr[i]);
		}
	}
	return buf_str(&text, ret_text);
}

static enum err text_part(struct arena *arena, struct str eml, struct str *ret_text)
{
	struct str part = between(eml, "Content-Type: text/plain", "\r\n--");
	const char *end = part.len ? memmem(part.ptr, part.len, "\r\n\r\n", 4) : NULL;
	struct buf plain = buf_in(arena);

	if (!end) {
		*ret_text = STR("(this mail has no text)");
		return OK;
	}
	struct str head = { part.ptr, (size_t)(end - part.ptr) };
	struct str body = str_from(part, head.len + strlen("\r\n\r\n"));
	if (memmem(head.ptr, head.len, "quoted-printable", strlen("quoted-printable")))
		return unquote(arena, body, ret_text);
	for (size_t i = 0; i < body.len; i++) {
		if (body.ptr[i] != '\r')
			buf_putc(&plain, body.ptr[i]);
	}
	return buf_str(&plain, ret_text);
}

/* The line that is a link and nothing else. */
static struct str link_in(struct str text)
{
	struct str line = between(text, "\n\nhttp", "\n");

	if (!line.ptr)
		return STR_NONE;
	return (struct str){ line.ptr - strlen("http"), line.len + strlen("http") };
}

static enum err row_of(struct visit *visit, const char *file_name, struct template_value *row)
{
	struct arena *arena = visit->request->arena;
	struct str eml, link;

	TRY(read_mail(visit, str(file_name), &eml));
	TRY(arena_printf(arena, &link, "mail/show?name=%s", file_name));
	row[0] = (struct template_value){ .name = "link", .text = link };
	row[1] = (struct template_value){ .name = "subject", .text = header_of(eml, "Subject") };
	row[2] = (struct template_value){ .name = "to", .text = header_of(eml, "To") };
	row[3] = (struct template_value){ .name = "date", .text = between(eml, "Date: ", "\r\n") };
	row[4] = (struct template_value){ .name = NULL };
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
		struct template_value *row = arena_array(arena, 5, sizeof(*row));
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

enum err page_dev_mail(struct visit *visit, const void *nothing)
{
	struct str name = STR_NONE, eml, text;

	(void)nothing;
	for (size_t i = 0; i < visit->members.n; i++) {
		if (str_is(visit->members.items[i].name, "name"))
			name = visit->members.items[i].text;
	}
	if (!visit->doors->mail_dir.ptr || !name_is_good(name))
		return ERR_NO_ROUTE;
	TRY(read_mail(visit, name, &eml));
	TRY(text_part(visit->request->arena, eml, &text));
	const struct template_value from[] = { { .name = "name", .text = STR("From") },
		                               { .name = "value", .text = header_of(eml, "From") },
		                               { .name = NULL } };
	const struct template_value to[] = { { .name = "name", .text = STR("To") },
		                             { .name = "value", .text = header_of(eml, "To") },
		                             { .name = NULL } };
	const struct template_value *const header_rows[] = { from, to };
	const struct template_rows headers = { header_rows, COUNT_OF(header_rows) };
	const struct template_value values[] = {
		{ .name = "subject", .text = header_of(eml, "Subject") },
		{ .name = "headers", .rows = &headers },
		{ .name = "link", .text = link_in(text) },
		{ .name = "text", .text = text },
		{ .name = NULL },
	};
	return page_show(visit, "dev-mail-show.html", values);
}
