/* SPDX-License-Identifier: Apache-2.0 */
/* serve_test.c - requests that only http/server.c or nobody would send, and who answers them. */
#include "dialect/serve.h"
#include "house.h"
#include "pages/pages.h"
#include "pages/person.h"
#include <string.h>

static const struct dialect *const dialects[] = { &dialect_pages,      &dialect_person,
	                                          &dialect_account,    &dialect_backtory,
	                                          &dialect_hacksystem, NULL };

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

/* ---- pages of other origins ---- */

static const char *header_of(const struct response *response, const char *name)
{
	for (size_t i = 0; i < response->n_headers; i++) {
		if (str_is_nocase(response->headers[i].name, name))
			return response->headers[i].value.ptr;
	}
	return NULL;
}

static bool says(const struct response *response, const char *name, const char *value)
{
	const char *said = header_of(response, name);

	return value ? said && strcmp(said, value) == 0 : !said;
}

struct call {
	const char *method, *path;
	struct header headers[4]; /* those behind the last have no name */
};

static struct response make_call(struct house *house, const struct call *call)
{
	struct serving serving = { .doors = { .service = &house->service }, .dialects = dialects };
	struct request request = {
		.arena = house->t->arena,
		.method = str(call->method),
		.path = str(call->path),
		.peer = STR("192.0.2.1"),
	};
	struct response response = { .status = 0 };

	FOREACH(header, call->headers) {
		if (header->name.ptr)
			request.headers[request.n_headers++] = *header;
	}
	serve(&serving, &request, &response);
	return response;
}

#define OURS                                                                                       \
	{                                                                                          \
		STR("Origin"), STR("https://shop.example")                                         \
	}
#define THEIRS                                                                                     \
	{                                                                                          \
		STR("Origin"), STR("https://other.example")                                        \
	}
#define WANTS(word)                                                                                \
	{                                                                                          \
		STR("Access-Control-Request-Method"), STR(word)                                    \
	}
#define SENDS(word)                                                                                \
	{                                                                                          \
		STR("Access-Control-Request-Headers"), STR(word)                                   \
	}
#define BACKTORY_ID "content-type,x-backtory-authentication-id"

TEST(a_preflight_is_answered_to_pages_of_the_apps_origins_alone)
{
	const struct {
		const char *name;
		struct call call;
		int status;
		const char *origin, *methods, *headers;
	} cases[] = {
		{ "its own",
		  { "OPTIONS", "/api/v1/account/password", { OURS, WANTS("PUT") } },
		  204,
		  "https://shop.example",
		  "PUT",
		  "Authorization, Content-Type" },
		{ "in capitals, as no browser says it",
		  { "OPTIONS",
		    "/api/v1/account/password",
		    { { STR("Origin"), STR("HTTPS://SHOP.example") }, WANTS("PUT") } },
		  204,
		  "HTTPS://SHOP.example",
		  "PUT",
		  "Authorization, Content-Type" },
		{ "below its name",
		  { "OPTIONS", "/api:demo/api/v1/account/password", { OURS, WANTS("PUT") } },
		  204,
		  "https://shop.example",
		  "PUT",
		  "Authorization, Content-Type" },
		{ "of another app",
		  { "OPTIONS", "/api/v1/account/password", { THEIRS, WANTS("PUT") } },
		  405,
		  NULL,
		  NULL,
		  NULL },
		{ "of another app, below its name",
		  { "OPTIONS", "/api:other/api/v1/account/password", { OURS, WANTS("PUT") } },
		  405,
		  NULL,
		  NULL,
		  NULL },
		{ "the other's, below its name",
		  { "OPTIONS", "/api:other/api/v1/account/password", { THEIRS, WANTS("PUT") } },
		  204,
		  "https://other.example",
		  "PUT",
		  "Authorization, Content-Type" },
		{ "null",
		  { "OPTIONS",
		    "/api/v1/account/password",
		    { { STR("Origin"), STR("null") }, WANTS("PUT") } },
		  405,
		  NULL,
		  NULL,
		  NULL },
		{ "no origin",
		  { "OPTIONS", "/api/v1/account/password", { WANTS("PUT") } },
		  405,
		  NULL,
		  NULL,
		  NULL },
		{ "no preflight, but OPTIONS",
		  { "OPTIONS", "/api/v1/account/password", { OURS } },
		  405,
		  "https://shop.example",
		  NULL,
		  NULL },
		{ "a path that nobody lists",
		  { "OPTIONS", "/api/v1/nothing", { OURS, WANTS("PUT") } },
		  404,
		  "https://shop.example",
		  NULL,
		  NULL },
		{ "a page",
		  { "OPTIONS", "/password-reset", { OURS, WANTS("PUT") } },
		  405,
		  NULL,
		  NULL,
		  NULL },
		{ "Backtory, of any app's origin",
		  { "OPTIONS",
		    "/auth/forgot-password",
		    { THEIRS, WANTS("PUT"), SENDS(BACKTORY_ID) } },
		  204,
		  "https://other.example",
		  "POST",
		  "Authorization, Content-Type, X-Backtory-Authentication-Id, "
		  "X-Backtory-Authentication-Key, X-Backtory-Authentication-Refresh, "
		  "SDK-Version, instance-id" },
		{ "Backtory, of nobody's origin",
		  { "OPTIONS",
		    "/auth/forgot-password",
		    { { STR("Origin"), STR("https://x.example") },
		      WANTS("PUT"),
		      SENDS(BACKTORY_ID) } },
		  405,
		  NULL,
		  NULL,
		  NULL },
		{ "the path of two, announced as Backtory's",
		  { "OPTIONS", "/auth/login", { THEIRS, WANTS("PUT"), SENDS(BACKTORY_ID) } },
		  204,
		  "https://other.example",
		  "POST",
		  "Authorization, Content-Type, X-Backtory-Authentication-Id, "
		  "X-Backtory-Authentication-Key, X-Backtory-Authentication-Refresh, "
		  "SDK-Version, instance-id" },
		{ "the path of two, else Hack System's",
		  { "OPTIONS", "/auth/login", { OURS, WANTS("PUT"), SENDS("content-type") } },
		  204,
		  "https://shop.example",
		  "POST",
		  "Authorization, Content-Type, X-Data-Source" },
		{ "the path of two, Hack System's, of another app",
		  { "OPTIONS", "/auth/login", { THEIRS, WANTS("PUT"), SENDS("content-type") } },
		  404,
		  NULL,
		  NULL,
		  NULL },
		{ "Hack System, two methods",
		  { "OPTIONS", "/reset/password", { OURS, WANTS("GET") } },
		  204,
		  "https://shop.example",
		  "GET, HEAD, POST",
		  "Authorization, Content-Type, X-Data-Source" },
	};
	struct house house;

	house_open(&house, t, NULL);
	house.service.policy.default_app = STR("demo");
	house_set(&house, "origins", "https://shop.example");
	struct ctx ctx = house_operator(&house);
	house_add_app(&house, "other", "en");
	const struct app_setting setting = { STR("origins"), STR("https://other.example") };
	const struct app_set set = { STR("other"), &setting, 1 };
	struct app_changed changed;
	CHECK("other", operation_run(&ctx, &app_set_op, &set, &changed) == OK);
	FOREACH(c, cases) {
		struct response response = make_call(&house, &c->call);
		bool page = strcmp(c->call.path, "/password-reset") == 0;
		CHECK(c->name, response.status == c->status);
		CHECK(c->name, says(&response, "Access-Control-Allow-Origin", c->origin));
		CHECK(c->name, says(&response, "Access-Control-Allow-Methods", c->methods));
		CHECK(c->name, says(&response, "Access-Control-Allow-Headers", c->headers));
		CHECK(c->name,
		      says(&response, "Access-Control-Max-Age", c->methods ? "7200" : NULL));
		CHECK(c->name, says(&response, "Access-Control-Allow-Credentials", NULL));
		CHECK(c->name, says(&response, "Vary", page ? NULL : "Origin"));
		CHECK(c->name, c->status != 204 || !response.body.ptr);
	}
	CHECK("no guess, no request of anybody's", house_rows(&house, "limit_counter") == 0);
	house_close(&house);
}

TEST(an_answer_is_read_by_pages_of_the_apps_origins_alone_and_errors_as_well)
{
	const struct {
		const char *name;
		struct call call;
		int status;
		bool read;
	} cases[] = {
		{ "an error", { "POST", "/api/v1/sessions", { OURS } }, 400, true },
		{ "no session", { "PUT", "/api/v1/account/password", { OURS } }, 400, true },
		{ "a method that is none",
		  { "DELETE", "/api/v1/account/password", { OURS } },
		  405,
		  true },
		{ "of another app", { "POST", "/api/v1/sessions", { THEIRS } }, 400, false },
		{ "of nobody", { "POST", "/api/v1/sessions", { { { 0 }, { 0 } } } }, 400, false },
		{ "a page of ours", { "GET", "/password-reset", { OURS } }, 200, false },
	};
	struct house house;

	house_open(&house, t, NULL);
	house_set(&house, "origins", "https://shop.example");
	FOREACH(c, cases) {
		struct response response = make_call(&house, &c->call);
		CHECK(c->name, response.status == c->status);
		CHECK(c->name, says(&response, "Access-Control-Allow-Origin",
		                    c->read ? "https://shop.example" : NULL));
		CHECK(c->name,
		      says(&response, "Access-Control-Expose-Headers",
		           c->read ? "Retry-After, X-Request-Id, WWW-Authenticate" : NULL));
	}
	house_set(&house, "status", "disabled");
	struct response response = make_call(&house, &cases[0].call);
	CHECK("disabled",
	      response.status == 503 && header_of(&response, "Access-Control-Allow-Origin"));
	house_close(&house);
}

/* ---- keys ---- */

TEST(a_key_is_shown_by_http_basic_with_the_apps_own_id)
{
	/* The id is of 24 digits; "id:key" in base64. */
	static const struct {
		const char *name, *header, *key; /* NULL: none was shown */
	} cases[] = {
		{ "right", "Basic MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3OnNlY3JldA==", "secret" },
		{ "in another case",
		  "bAsIc MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3OnNlY3JldA==", "secret" },
		{ "a colon in the key", "Basic MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3OmE6Yg==", "a:b" },
		{ "no key", "Basic MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3Og==", "" },
		{ "no colon", "Basic MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3", "" },
		{ "another id", "Basic MTEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3OnNlY3JldA==", "" },
		{ "no id", "Basic OnNlY3JldA==", "" },
		{ "a name in its place", "Basic ZGVtbzpzZWNyZXQ=", "" },
		{ "no base64", "Basic !", "" },
		{ "a space behind", "Basic MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3OnNlY3JldA== ", "" },
		{ "the scheme alone", "Basic", NULL },
		{ "another scheme", "Bearer MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3OnNlY3JldA==", NULL },
		{ "nothing", "", NULL },
	};
	FOREACH(c, cases) {
		struct request request = { .arena = t->arena, .n_headers = 1 };
		struct visit visit = {
			.request = &request,
			.ctx = { .app = { .id = 1, .public_id = STR("0123456789abcdef01234567") } },
		};
		struct secret key = SECRET("untouched");
		request.headers[0] = (struct header){ STR("Authorization"), str(c->header) };
		CHECK(c->name, basic_key(&visit, &key) == OK);
		CHECK(c->name, (key.ptr != NULL) == (c->key != NULL));
		CHECK(c->name, !c->key || (key.len == strlen(c->key) &&
		                           strncmp(key.ptr, c->key, key.len) == 0));
	}
}

/* A DELETE of the session called "refresh" is a DELETE of a path that takes POST alone. */
TEST(a_path_listed_as_it_is_wins_over_one_with_a_member_in_it)
{
	static const struct {
		const char *method, *path, *allow;
		int status;
	} cases[] = {
		{ "DELETE", "/api/v1/sessions/refresh", "POST", 405 },
		{ "GET", "/api/v1/sessions/refresh", "POST", 405 },
		{ "GET", "/api/v1/sessions/current", "DELETE", 405 },
		{ "GET", "/api/v1/sessions/3f0d6a1b", "DELETE", 405 },
		{ "DELETE", "/api/v1/sessions/3f0d6a1b", NULL, 401 },
		{ "DELETE", "/api/v1/sessions/current", NULL, 401 },
	};
	struct house house;

	house_open(&house, t, NULL);
	FOREACH(c, cases) {
		struct serving serving = { .doors = { .service = &house.service },
			                   .dialects = dialects };
		struct request request = {
			.arena = t->arena,
			.method = str(c->method),
			.path = str(c->path),
			.peer = STR("192.0.2.1"),
		};
		struct response response = { .status = 0 };
		struct str allow = STR_NONE;
		serve(&serving, &request, &response);
		for (size_t i = 0; i < response.n_headers; i++) {
			if (str_is(response.headers[i].name, "Allow"))
				allow = response.headers[i].value;
		}
		CHECK(c->path, response.status == c->status);
		CHECK(c->path, str_equal(allow, str(c->allow)));
	}
	house_close(&house);
}
