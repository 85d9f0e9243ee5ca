/* SPDX-License-Identifier: Apache-2.0 */
/* pages_test.c - every hosted page, drawn as a browser would ask for it. */
#include "dialect/serve.h"
#include "house.h"
#include "pages/pages.h"
#include "pages/person.h"
#include "pages/template.h"
#include <string.h>

#define OLD SECRET("correct horse")
#define NEW SECRET("battery staple")
#define ANN "ann@example.org"

static const struct dialect *const all[] = { &dialect_pages,      &dialect_person,
	                                     &dialect_account,    &dialect_backtory,
	                                     &dialect_hacksystem, NULL };

struct visitor {
	struct house house;
	struct serving serving;
	struct request request;
	struct response response;
};

static void visitor_open(struct visitor *visitor, struct test *t)
{
	memset(visitor, 0, sizeof(*visitor));
	house_open(&visitor->house, t, NULL);
	house_add(&visitor->house, ANN, "ann", "correct horse");
	visitor->house.now = clock_now(); /* serve() reads the clock of the machine */
	visitor->serving = (struct serving){ .doors = { .service = &visitor->house.service },
		                             .dialects = all };
}

static void visitor_close(struct visitor *visitor)
{
	house_close(&visitor->house);
}

static bool says(const struct visitor *visitor, const char *part)
{
	struct str body = visitor->response.body;

	return body.ptr && memmem(body.ptr, body.len, part, strlen(part)) != NULL;
}

static struct str header_of(const struct visitor *visitor, const char *name)
{
	for (size_t i = 0; i < visitor->response.n_headers; i++) {
		if (str_is_nocase(visitor->response.headers[i].name, name))
			return visitor->response.headers[i].value;
	}
	return STR_NONE;
}

/* GET path?member=value; member NULL: no query. */
static void get(struct visitor *visitor, const char *path, const char *member, struct str value)
{
	struct request *request = &visitor->request;

	memset(request, 0, sizeof(*request));
	memset(&visitor->response, 0, sizeof(visitor->response));
	request->arena = visitor->house.t->arena;
	request->method = STR("GET");
	request->path = str(path);
	request->peer = STR("192.0.2.1");
	request->headers[request->n_headers++] =
		(struct header){ STR("Accept"), STR("text/html,*/*") };
	if (member)
		CHECK(path, members_add(&request->query, (struct member){ .name = str(member),
		                                                          .kind = MEMBER_TEXT,
		                                                          .text = value }) == OK);
	serve(&visitor->serving, request, &visitor->response);
}

static void check_is_private(const struct visitor *visitor, const char *name)
{
	CHECK(name, str_is(header_of(visitor, "Referrer-Policy"), "no-referrer"));
	CHECK(name, str_is(header_of(visitor, "Cache-Control"), "no-store"));
	CHECK(name, str_is(header_of(visitor, "X-Content-Type-Options"), "nosniff"));
	CHECK(name, str_is(header_of(visitor, "X-Frame-Options"), "DENY"));
	CHECK(name,
	      str_starts(header_of(visitor, "Content-Security-Policy"), "default-src 'none'; "));
	CHECK(name, str_is(visitor->response.content_type, "text/html; charset=utf-8"));
}

TEST(every_template_is_well_formed)
{
	static const struct template_set set = { .files = page_files };
	struct template_fault fault = { 0 };

	CHECK(fault.why ? fault.why : "check", template_check(&set, &fault) == OK);
}

TEST(no_page_holds_a_script_or_a_style_of_its_own_or_loads_from_elsewhere)
{
	static const char *const banned[] = { "<style",      " style=", " onclick=", " onload=",
		                              "javascript:", "http://", "https://",  "//cdn",
		                              "<iframe",     "<object", "<base",     "<script>" };

	for (const struct embedded *file = page_files; file->name; file++) {
		FOREACH(what, banned) {
			bool there = memmem(file->text.ptr, file->text.len, *what, strlen(*what)) !=
			             NULL;
			CHECK(file->name, !there || !strstr(file->name, ".html"));
		}
	}
}

/* All that any page may show, with values that bite. */
TEST(every_page_is_drawn_with_its_values_escaped)
{
	static const struct template_set set = { .files = page_files };
	static const char evil[] = "<script>x</script>\" onload=\"x";
	static const char *const names[] = {
		"lang",
		"dir",
		"min",
		"here",
		"tag",
		"own_name",
		"current",

		"base",
		"app",
		"title",
		"explanation",
		"reference",
		"email",
		"error",
		"min_length",
		"username",
		"put_url",
		"subject",
		"text",
		"link",
		"dev",
		"name",
		"value",
		"to",
		"date",
		"token",
		"otherwise",
		"hint",
		"button",
		"action",
		"address",
		"old_password",
		"code",
		"status",
		"meaning",
		"advice",
		"version",
		"colours",
		"logo",
		"form_token",
		"login",
		"problem",
		"note",
		"typed_email",
		"sign_up",
		"others",
		"device",
		"network",
		"opened",
		"used",
		"id",
		"chosen",
		"problem_field",
		"name_error",
		"username_error",
		"old_error",
		"new_error",
		"confirm_error",
		"email_error",
		"sure_error",
		"email-password_error",
		"delete-password_error",
		"new-password_error",
		"ask_url",
		"return_to",
		"typed_code",
		"next",
		"next_url",
		"wait",
		"bad_new",
		"bad_code",
		"bad_address",
		"bad_confirm",
		"typed_reference",
	};
	struct template_value values[COUNT_OF(names) + 6] = { { .name = NULL } };
	const struct template_value *const rows[] = { values };
	const struct template_rows two = { rows, 1 };
	size_t n = 0, drawn = 0;

	FOREACH(name, names)
		values[n++] = (struct template_value){ .name = *name, .text = str(evil) };
	values[n++] = (struct template_value){ .name = "mails", .rows = &two };
	values[n++] = (struct template_value){ .name = "languages", .rows = &two };
	values[n++] = (struct template_value){ .name = "headers", .rows = &two };
	values[n++] = (struct template_value){ .name = "locales", .rows = &two };
	values[n++] = (struct template_value){ .name = "sessions", .rows = &two };
	for (const struct embedded *file = page_files; file->name; file++) {
		struct str html;
		if (!strstr(file->name, ".html") || str_starts(str(file->name), "part-"))
			continue;
		CHECK(file->name, template_render(t->arena, &set, file->name, values, &html) == OK);
		CHECK(file->name, str_starts(html, "<!DOCTYPE html>"));
		CHECK(file->name, !memmem(html.ptr, html.len, "<script>x", 9));
		CHECK(file->name, !memmem(html.ptr, html.len, "\" onload=\"x", 11));
		CHECK(file->name, !memmem(html.ptr, html.len, "{{", 2));
		drawn++;
	}
	CHECK("all", drawn >= 11);
}

TEST(every_address_that_is_opened_answers_with_a_page)
{
	struct visitor visitor;

	visitor_open(&visitor, t);
	for (size_t i = 0; i < dialect_pages.n_routes; i++) {
		const struct route *route = &dialect_pages.routes[i];
		bool dev = str_starts(str(route->path), "/dev/");
		if (strcmp(route->method, "GET") != 0 || route->when || route->ok == 303 ||
		    strchr(route->path, '{'))
			continue;
		get(&visitor, route->path, NULL, STR_NONE);
		CHECK(route->path, visitor.response.status == (dev ? 404 : 200));
		CHECK(route->path, visitor.response.body.len > 50);
		check_is_private(&visitor, route->path);
	}
	visitor_close(&visitor);
}

TEST(every_code_of_a_problem_has_a_page_and_no_other_word_has)
{
	struct visitor visitor;
	struct str path;

	visitor_open(&visitor, t);
	for (enum err err = OK + 1; err < ERR_COUNT; err++) {
		const char *code = dialect_account.errors[err].code;
		CHECK(code, arena_printf(t->arena, &path, "/problems/%s", code) == OK);
		get(&visitor, path.ptr, NULL, STR_NONE);
		CHECK(code, visitor.response.status == 200);
		CHECK(code, strstr(visitor.response.body.ptr, code));
		CHECK(code, strstr(visitor.response.body.ptr, "What to do"));
		check_is_private(&visitor, code);
	}
	get(&visitor, "/problems/nonsense", NULL, STR_NONE);
	CHECK("an unknown code", visitor.response.status == 404);
	visitor_close(&visitor);
}

TEST(what_a_page_loads_is_kept_for_as_long_as_it_is_the_same)
{
	static const struct {
		const char *name, *path;
		int status;
		bool kept;
		const char *part;
	} cases[] = {
		{ "the style sheet", "/assets/ours/rekey.css", 200, true, "color-scheme" },
		{ "a script", "/assets/ours/password-reset.js", 200, true, "password-reset" },
		{ "an icon", "/assets/ours/icon.svg", 200, true, "<svg" },
		{ "another version", "/assets/0123456789abcdef/rekey.css", 200, false,
		  "color-scheme" },
		{ "a template", "/assets/ours/home.html", 404, false, "There is nothing here" },
		{ "no file", "/assets/ours/none.css", 404, false, "There is nothing here" },
		{ "no version", "/assets/rekey.css", 404, false, "There is nothing here" },
		{ "a step out", "/assets/ours/../rekey.css", 404, false, "There is nothing here" },
		{ "colours that it has not", "/assets/ours/app.css", 404, false, "nothing here" },
		{ "a picture that it has not", "/assets/ours/logo", 404, false, "nothing here" },
	};
	struct visitor visitor;

	visitor_open(&visitor, t);
	FOREACH(c, cases) {
		get(&visitor, c->path, NULL, STR_NONE);
		struct str cache = header_of(&visitor, "Cache-Control");
		CHECK(c->name, visitor.response.status == c->status && says(&visitor, c->part));
		CHECK(c->name, c->kept ? str_is(cache, "public, max-age=31536000, immutable")
		                       : str_is(cache, "no-store"));
	}
	visitor_close(&visitor);
}

TEST(a_file_is_compressed_for_who_can_read_it)
{
	static const struct {
		const char *accepts;
		bool compressed;
	} cases[] = {
		{ "gzip", true },
		{ "gzip, deflate, br, zstd", true },
		{ "br, GZIP", true },
		{ "gzip;q=0.5", true },
		{ "gzip;q=1.0", true },
		{ "gzip;q=0", false },
		{ "gzip;q=0.0,br", false },
		{ "br;q=1,gzip ;q=0, zstd;q=1", false },
		{ "gzipped", false },
		{ "br", false },
		{ "", false },
		{ "identity", false },
	};
	struct visitor visitor;
	struct request *request = &visitor.request;

	visitor_open(&visitor, t);
	FOREACH(c, cases) {
		get(&visitor, "/assets/ours/rekey.css", NULL, STR_NONE);
		CHECK(c->accepts, !header_of(&visitor, "Content-Encoding").ptr);
		size_t plain = visitor.response.body.len;
		memset(&visitor.response, 0, sizeof(visitor.response));
		request->headers[request->n_headers++] =
			(struct header){ STR("Accept-Encoding"), str(c->accepts) };
		serve(&visitor.serving, request, &visitor.response);
		CHECK(c->accepts, str_is(header_of(&visitor, "Vary"), "Accept-Encoding"));
		CHECK(c->accepts,
		      str_is(header_of(&visitor, "Content-Encoding"), "gzip") == c->compressed);
		CHECK(c->accepts, (visitor.response.body.len < plain / 2) == c->compressed);
	}
	get(&visitor, "/assets/ours/rekey.css.gz", NULL, STR_NONE);
	CHECK("not by itself", visitor.response.status == 404);
	get(&visitor, "/assets/ours/icon.svg", NULL, STR_NONE);
	CHECK("an icon that nothing runs in",
	      str_starts(header_of(&visitor, "Content-Security-Policy"), "default-src 'none'; "));
	visitor_close(&visitor);
}

TEST(a_page_looks_as_its_app_does)
{
	struct visitor visitor;
	struct str path;

	visitor_open(&visitor, t);
	house_set(&visitor.house, "title", "The Shop & Co");
	house_set(&visitor.house, "accent", "#8a1c5b");
	house_set(&visitor.house, "logo", "<svg xmlns='http://www.w3.org/2000/svg'/>");
	get(&visitor, "/", NULL, STR_NONE);
	CHECK("its colours", says(&visitor, "/app.css\">"));
	CHECK("its picture", arena_printf(t->arena, &path, "/assets/%.*s/logo",
	                                  STR_ARG(visitor.house.app.logo)) == OK);
	CHECK("its picture", says(&visitor, path.ptr + 1));
	CHECK("its title", says(&visitor, "alt=\"The Shop &amp; Co\""));
	get(&visitor, path.ptr, NULL, STR_NONE);
	CHECK("a picture", str_is(visitor.response.content_type, "image/svg+xml"));
	CHECK("that nothing runs in",
	      str_is(header_of(&visitor, "Content-Security-Policy"),
	             "default-src 'none'; style-src 'unsafe-inline'; sandbox"));
	CHECK("kept", str_starts(header_of(&visitor, "Cache-Control"), "public"));
	get(&visitor, "/assets/x/app.css", NULL, STR_NONE);
	CHECK("its accent", says(&visitor, "--key:#8a1c5b;"));
	CHECK("in the dark", says(&visitor, "@media(prefers-color-scheme:dark)"));
	visitor_close(&visitor);
}

TEST(paths_lead_back_to_the_root_of_the_app)
{
	static const struct {
		const char *name, *path, *want;
	} cases[] = {
		{ "the root", "/", "href=\"assets/ours/rekey.css\"" },
		{ "below it", "/password-reset", "href=\"assets/ours/rekey.css\"" },
		{ "two below", "/password-reset/nowhere", "href=\"../assets/ours/rekey.css\"" },
		{ "an app's", "/api:demo/password-reset", "href=\"assets/ours/rekey.css\"" },
	};
	struct visitor visitor;

	visitor_open(&visitor, t);
	FOREACH(c, cases) {
		get(&visitor, c->path, NULL, STR_NONE);
		CHECK(c->name, says(&visitor, c->want));
	}
	visitor_close(&visitor);
}

/* Opens a link as it is now. */
static void check_link(struct visitor *visitor, const char *name, struct secret token, int status,
                       const char *part)
{
	get(visitor, "/password-reset", "token", (struct str){ token.ptr, token.len });
	CHECK(name, visitor->response.status == status);
	CHECK(name, says(visitor, part));
	CHECK(name, says(visitor, "<h1"));
	check_is_private(visitor, name);
}

TEST(a_mailed_link_shows_its_form_or_says_why_not)
{
	struct visitor visitor;
	struct house *house = &visitor.house;

	visitor_open(&visitor, t);
	struct secret replaced = house_mailed_token(house, OUTBOX_RECOVERY, ANN);
	struct secret live = house_mailed_token(house, OUTBOX_RECOVERY, ANN);
	check_link(&visitor, "live", live, 200, "name=\"confirm\"");
	CHECK("its token", says(&visitor, live.ptr));
	CHECK("for password managers", says(&visitor, "value=\"" ANN "\""));
	check_link(&visitor, "opened again", live, 200, "name=\"confirm\"");
	check_link(&visitor, "replaced", replaced, 410, "newer link");
	check_link(&visitor, "unknown", SECRET("no-such-token"), 410, "does not work");
	check_link(&visitor, "empty", SECRET(""), 410, "does not work");
	check_link(&visitor, "hostile", SECRET("\"><script>x</script>"), 410, "does not work");
	CHECK("hostile", !says(&visitor, "<script>x"));
	CHECK("spend it", house_reset(house, live, NEW) == OK);
	check_link(&visitor, "spent", live, 410, "has been used");
	house->now -= HOUR;
	struct secret expired = house_mailed_token(house, OUTBOX_RECOVERY, ANN);
	check_link(&visitor, "expired", expired, 410, "too old");
	house->now += HOUR;
	struct secret made = house_mailed_token(house, OUTBOX_RECOVERY_NAMED, "ann");
	check_link(&visitor, "to confirm", made, 200, "name=\"username\"");
	CHECK("to confirm", says(&visitor, "password-reset/confirm") && !says(&visitor, ANN));
	visitor_close(&visitor);
}

TEST(an_unknown_address_is_a_page_for_people)
{
	struct visitor visitor;

	visitor_open(&visitor, t);
	get(&visitor, "/nowhere", NULL, STR_NONE);
	CHECK("404", visitor.response.status == 404 && says(&visitor, "There is nothing here"));
	check_is_private(&visitor, "404");
	get(&visitor, "/password-reset/confirm", NULL, STR_NONE);
	CHECK("405", visitor.response.status == 405);
	CHECK("405", str_is(header_of(&visitor, "Allow"), "POST"));
	visitor_close(&visitor);
}

TEST(what_a_form_causes_is_in_the_language_of_its_page)
{
	static const struct dialect *const hosted[] = { &dialect_pages, &dialect_person };
	struct request request = {
		.headers = { { STR("Cookie"), STR("rekey-language=fa") },
		             { STR("Accept-Language"), STR("fr") } },
		.n_headers = 2,
	};
	struct visit visit = { .request = &request };

	(void)t;
	FOREACH(dialect, hosted) {
		CHECK((*dialect)->name,
		      (*dialect)->speaks && (*dialect)->speaks(&visit) == LANGUAGE_PERSIAN);
	}
}

TEST(every_error_of_a_page_is_a_page)
{
	struct visitor visitor;

	visitor_open(&visitor, t);
	for (enum err err = OK + 1; err < ERR_COUNT; err++) {
		struct visit visit = { .doors = &visitor.serving.doors,
			               .request = &visitor.request,
			               .response = &visitor.response,
			               .ctx = house_client(&visitor.house),
			               .path = STR("/password-reset"),
			               .dialect = &dialect_pages };
		memset(&visitor.response, 0, sizeof(visitor.response));
		visitor.request.arena = t->arena;
		visitor.request.reference = STR("K7Q2-9FMX");
		bool ours = visit_error(&visit, err)->status >= 500;
		CHECK(err_name(err), dialect_pages.render_error(&visit, err) == OK);
		CHECK(err_name(err), says(&visitor, "K7Q2-9FMX") == ours);
		CHECK(err_name(err), visitor.response.body.len > 200 && says(&visitor, "<h1"));
	}
	visitor_close(&visitor);
}
