/* SPDX-License-Identifier: Apache-2.0 */
/* kept_mail_fuzz.c - a kept mail, read again for development mode's pages: any bytes for a file,
 * and any name for one. */
#include "base/text.h"
#include "fuzz.h"
#include "pages/show.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char dir[64], file[128];

static void stop(void)
{
	unlink(file);
	rmdir(dir);
}

void fuzz_start(void)
{
	const char *below = getenv("TMPDIR");
	int len = snprintf(dir, sizeof(dir), "%s/rekey-mail-XXXXXX", below ? below : "/tmp");

	HOLDS(len < (int)sizeof(dir) && mkdtemp(dir));
	snprintf(file, sizeof(file), "%s/1.eml", dir);
	atexit(stop);
}

static void write_file(struct str eml)
{
	int fd = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	HOLDS(fd >= 0 && write(fd, eml.ptr, eml.len) == (ssize_t)eml.len);
	close(fd);
}

static enum err show(struct arena *arena, enum err (*page)(struct visit *, const void *),
                     struct str name, struct response *response)
{
	const struct doors doors = { .dev = true, .mail_dir = str(dir) };
	struct request request = { .arena = arena };
	struct visit visit = {
		.doors = &doors, .request = &request, .response = response, .path = STR("/dev/mail")
	};
	const struct member member = { .name = STR("name"), .kind = MEMBER_TEXT, .text = name };

	HOLDS(members_add(&visit.members, member) == OK);
	return page(&visit, NULL);
}

static void check_page(struct arena *arena, enum err (*page)(struct visit *, const void *))
{
	struct response response = { .status = 0 };

	/* A mail without its headers is none of ours, and is not shown. */
	enum err err = show(arena, page, STR("1.eml"), &response);
	HOLDS(err == OK || err == ERR_INTERNAL);
	HOLDS(err != OK || response.body.len > 0);
	HOLDS(!fuzz_has(response.body, "<rk"));
}

void fuzz_input(struct arena *arena, struct str input)
{
	struct response response = { .status = 0 };

	write_file(input);
	check_page(arena, page_dev_mails);
	check_page(arena, page_dev_mail);
	enum err err = show(arena, page_dev_mail_html, STR("1.eml"), &response);
	HOLDS(err == OK || err == ERR_NO_ROUTE);
	/* No other name leads to a file. */
	struct str name = fuzz_copy(arena, input, NULL, 0);
	if (text_is_utf8(name) && !str_is(name, "1.eml"))
		HOLDS(show(arena, page_dev_mail, name, &response) == ERR_NO_ROUTE);
}
