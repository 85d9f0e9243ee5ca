/* SPDX-License-Identifier: Apache-2.0 */
/* serve_test.c - requests that only http/server.c or nobody would send, and who answers them. */
#include "dialect/serve.h"
#include "house.h"
#include "pages/pages.h"
#include <string.h>

static const struct dialect *const dialects[] = { &dialect_pages, &dialect_account,
	                                          &dialect_backtory, &dialect_hacksystem, NULL };

static bool has(struct str text, const char *part)
{
	return text.len > 0 && memmem(text.ptr, text.len, part, strlen(part)) != NULL;
}

/* As the server has it when the path is no UTF-8. */
static struct response ask_for_no_text(struct house *house, struct str path, const char *name,
                                       struct str value)
{
	struct serving serving = { .doors = { .service = &house->service }, .dialects = dialects };
	struct request request = {
		.arena = house->t->arena,
		.method = STR("GET"),
		.path = path,
		.peer = STR("192.0.2.1"),
		.headers = { { str(name), value } },
		.n_headers = 1,
		.fault = ERR_NO_ROUTE,
	};
	struct response response = { .status = 0 };

	serve(&serving, &request, &response);
	return response;
}

TEST(a_path_that_is_no_text_is_not_found_in_the_words_of_its_dialect)
{
	const struct {
		const char *name;
		struct str path;
		const char *header, *words;
	} cases[] = {
		{ "account", STR("/api/v1/\xff"), "Host", "\"code\":\"not_found\"" },
		{ "backtory", STR("/auth/\xff"), "X-Backtory-Authentication-Id",
		  "\"exception\":\"NotFound\"" },
		{ "hacksystem", STR("/reset/\xff"), "Host", "\"ERROR_CODE_NOT_FOUND\"" },
		{ "a page", STR("/\xff"), "Accept", "<!" },
	};
	struct house house;

	house_open(&house, t, NULL);
	FOREACH(c, cases) {
		struct str value =
			strcmp(c->header, "Accept") == 0 ? STR("text/html") : house.app.public_id;
		struct response response = ask_for_no_text(&house, c->path, c->header, value);
		CHECK(c->name, response.status == 404);
		CHECK(c->name, has(response.body, c->words));
	}
	house_close(&house);
}
