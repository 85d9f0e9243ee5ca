/* SPDX-License-Identifier: Apache-2.0 */
/* serve.c - request in, answer out: which app, which dialect, which row; the members by its fields;
 * the operation through the gate; the result by its table. One function for every thread. */
#include "dialect/serve.h"
#include "account/app.h"
#include "account/limits.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "dialect/cors.h"
#include <assert.h>
#include <stdio.h>
#include <string.h>

enum { STRUCT_MAX = 2048 };

#define RETRY_AFTER_S "2"

/* ---- paths ---- */

static bool is_slash_run(struct str path, size_t i)
{
	return path.ptr[i] == '/' && i + 1 < path.len && path.ptr[i + 1] == '/';
}

/* Compares a path with a route's; loosely, where clients double slashes or add one at the end. What
 * stands in the place of a {name} is *ret_segment, if there is one. */
static bool path_captures(struct str path, const char *route, bool loose, struct str *ret_segment)
{
	size_t i = 0;

	for (; *route; route++) {
		while (loose && i < path.len && is_slash_run(path, i))
			i++;
		if (*route == '{') {
			size_t len = str_find(str_from(path, i), '/');
			*ret_segment = (struct str){ path.ptr + i, len };
			if (len == 0)
				return false;
			i += len;
			route = strchr(route, '}');
			continue;
		}
		if (i == path.len || path.ptr[i] != *route)
			return false;
		i++;
	}
	while (loose && i < path.len && path.ptr[i] == '/')
		i++;
	return i == path.len;
}

static bool path_matches(struct str path, const char *route, bool loose)
{
	struct str segment;

	return path_captures(path, route, loose, &segment);
}

/* Takes /api:NAME off the front. NONE: there is none. */
static struct str take_alias(struct str *path)
{
	if (!str_starts(*path, "/api:"))
		return STR_NONE;
	struct str rest = str_from(*path, strlen("/api:"));
	size_t end = str_find(rest, '/');
	*path = end < rest.len ? str_from(rest, end) : STR("/");
	return (struct str){ rest.ptr, end };
}

/* The path as the dialect's table spells it: as it is, rather than with a {member} in it. NULL: it
 * does not list it. */
static const char *listed_path(const struct dialect *dialect, struct str path)
{
	const char *found = NULL;

	for (size_t i = 0; i < dialect->n_routes; i++) {
		const char *listed = dialect->routes[i].path;
		if (!path_matches(path, listed, dialect->loose_slashes))
			continue;
		if (!strchr(listed, '{'))
			return listed;
		found = found ? found : listed;
	}
	return found;
}

static bool dialect_has_path(const struct dialect *dialect, struct str path)
{
	return listed_path(dialect, path) != NULL;
}

static bool is_head_of(struct str method, const char *of)
{
	return str_is(method, "HEAD") && strcmp(of, "GET") == 0;
}

/* listed: the request's path as its dialect's table spells it. */
static bool route_matches(const struct route *route, const char *listed, struct str method)
{
	return strcmp(route->path, listed) == 0 &&
	       (str_is(method, route->method) || is_head_of(method, route->method));
}

/* Before the app is known: any row of any dialect that may wait decides. */
static bool routes_are_quick(const struct serving *serving, const struct request *request)
{
	struct str path = request->path;

	take_alias(&path);
	for (const struct dialect *const *d = serving->dialects; *d; d++) {
		const char *listed = listed_path(*d, path);
		for (size_t i = 0; listed && i < (*d)->n_routes; i++) {
			const struct route *route = &(*d)->routes[i];
			if (route->operation && route->operation->cost != COST_QUICK &&
			    route_matches(route, listed, request->method))
				return false;
		}
	}
	return true;
}

/* On an I/O thread. */
bool serve_is_quick(void *state, const struct request *request)
{
	const struct serving *serving = state;
	const struct service *service = serving->doors.service;

	return store_is_in_process(service->store) && routes_are_quick(serving, request) &&
	       !limits_are_near(service, request->peer, clock_now());
}

/* ---- which app ---- */

static struct str without_port(struct str host)
{
	size_t end = host.len;

	while (end > 0 && host.ptr[end - 1] >= '0' && host.ptr[end - 1] <= '9')
		end--;
	if (end > 0 && host.ptr[end - 1] == ':')
		host.len = end - 1;
	return host;
}

/* ERR_NO_APP is no refusal yet: each dialect has its own answer to it. */
static enum err find_app(struct visit *visit)
{
	struct str host = request_header(visit->request, "Host");
	struct app_hints hints = {
		.public_id = request_header(visit->request, "X-Backtory-Authentication-Id"),
		.alias = take_alias(&visit->path),
		.host = host.ptr ? without_port(host) : STR_NONE,
	};

	visit->named.header = hints.public_id.ptr != NULL;
	visit->named.alias = hints.alias.ptr != NULL;
	visit->named.announced = cors_announces_app(visit->request);
	enum err err = operation_run(&visit->ctx, &app_find_op, &hints, &visit->ctx.app);
	return err == ERR_NO_APP ? OK : err;
}

/* ---- which dialect ---- */

static bool app_serves(const struct app *app, const struct dialect *dialect)
{
	return dialect->bit == 0 || (app->dialects & dialect->bit) != 0;
}

/* Below the /api:NAME of no app. Nobody but Hack System's clients and ours has such addresses, and
 * the former are told so in their words. */
static bool is_below_nobody(const struct visit *visit)
{
	return visit->named.alias && !visit->named.header && visit->ctx.app.id == 0 &&
	       !str_starts(visit->path, "/api/");
}

/* A path belongs to the dialect that lists it. One path is in two lists: with the Id header it is
 * the one's whose clients send it; else the other's, if the app serves that. */
static const struct dialect *dialect_of_path(const struct serving *serving,
                                             const struct visit *visit)
{
	const struct dialect *found = NULL;

	if (is_below_nobody(visit))
		return &dialect_hacksystem;
	for (const struct dialect *const *d = serving->dialects; *d; d++) {
		if (!dialect_has_path(*d, visit->path))
			continue;
		if (!found)
			found = *d;
		else if (!visit->named.header && !visit->named.announced &&
		         app_serves(&visit->ctx.app, *d))
			found = *d;
	}
	return found;
}

/* Nobody lists it: whose "not found" is it? The last dialect that the app serves and whose world
 * it looks like; a browser gets a page. */
static const struct dialect *dialect_of_nothing(const struct serving *serving,
                                                const struct visit *visit)
{
	struct str accept = request_header(visit->request, "Accept");

	if (str_starts(visit->path, "/api/"))
		return &dialect_account;
	if (visit->named.header)
		return &dialect_backtory;
	if (visit->named.alias && app_serves(&visit->ctx.app, &dialect_hacksystem))
		return &dialect_hacksystem;
	if (accept.ptr && strstr(accept.ptr, "text/html"))
		return serving->dialects[0];
	if (app_serves(&visit->ctx.app, &dialect_hacksystem))
		return &dialect_hacksystem;
	return str_starts(visit->path, "/auth/") ? &dialect_backtory : &dialect_account;
}

/* ---- which row ---- */

enum err visit_methods(struct visit *visit, struct str *ret_methods)
{
	const struct dialect *dialect = visit->dialect;
	struct buf allow = buf_in(visit->request->arena);
	const char *last = NULL;

	for (size_t i = 0; i < dialect->n_routes; i++) {
		const struct route *route = &dialect->routes[i];
		if (strcmp(route->path, visit->response->route) != 0 ||
		    (last && strcmp(last, route->method) == 0))
			continue;
		buf_printf(&allow, "%s%s", last ? ", " : "", route->method);
		if (strcmp(route->method, "GET") == 0)
			buf_puts(&allow, ", HEAD");
		last = route->method;
	}
	return buf_str(&allow, ret_methods);
}

static enum err allow_header(struct visit *visit)
{
	struct str methods;

	TRY(visit_methods(visit, &methods));
	response_header(visit->response, "Allow", methods);
	return ERR_METHOD;
}

/* The rows of this path and method, each after the one before; NULL: no more. */
static const struct route *next_row(const struct visit *visit, const struct route *before)
{
	const struct dialect *dialect = visit->dialect;
	const struct route *end = dialect->routes + dialect->n_routes;
	const struct route *row = before ? before + 1 : dialect->routes;

	while (row < end && !route_matches(row, visit->response->route, visit->request->method))
		row++;
	return row < end ? row : NULL;
}

static bool is_meant(const struct visit *visit, const struct route *row)
{
	if (row->when_header && !str_is(request_header(visit->request, row->when_header), "1"))
		return false;
	return !row->when || members_have(&visit->members, row->when);
}

/* Picks by the members that came, and a header: the first row that is meant, or that takes any. */
static const struct route *pick_row(const struct visit *visit)
{
	const struct route *row = next_row(visit, NULL);

	while (row && !is_meant(visit, row))
		row = next_row(visit, row);
	return row;
}

/* ---- members ---- */

static bool media_type_is(struct str content_type, const char *type)
{
	struct str bare = { content_type.ptr, str_find(content_type, ';') };

	while (bare.len > 0 && bare.ptr[bare.len - 1] == ' ')
		bare.len--;
	return str_is_nocase(bare, type);
}

static enum err read_body(struct visit *visit, unsigned takes)
{
	const struct request *request = visit->request;
	struct str type = request_header(request, "Content-Type");

	if (request->body.len == 0)
		return OK;
	if ((takes & TAKES_JSON) && type.ptr && media_type_is(type, "application/json"))
		return json_read(request->arena, request->body, &visit->members);
	if ((takes & TAKES_FORM) && type.ptr &&
	    (media_type_is(type, "application/x-www-form-urlencoded") ||
	     media_type_is(type, "multipart/form-data")))
		return request_read_form(request, &visit->members);
	return ERR_MEDIA_TYPE;
}

/* By all that the rows of this path and method take between them. */
static enum err read_members(struct visit *visit)
{
	unsigned takes = TAKES_NOTHING;

	for (const struct route *row = next_row(visit, NULL); row; row = next_row(visit, row))
		takes |= row->takes;
	for (size_t i = 0; i < visit->request->query.n; i++) {
		if ((takes & TAKES_QUERY) || !visit->dialect->lenient)
			TRY(members_add(&visit->members, visit->request->query.items[i]));
	}
	return read_body(visit, takes);
}

/* What stands in the place of the path's {name} is a member like others. */
static enum err read_path(struct visit *visit)
{
	const char *open = strchr(visit->route->path, '{');
	struct member member = { .kind = MEMBER_TEXT };
	struct str segment;

	if (!open || !path_captures(visit->path, visit->route->path, visit->dialect->loose_slashes,
	                            &segment))
		return OK;
	if (!text_is_utf8(segment))
		return ERR_NOT_FOUND;
	member.name = (struct str){ open + 1, strcspn(open + 1, "}") };
	TRY(arena_str(visit->request->arena, segment, &member.text));
	return members_add(&visit->members, member);
}

/* What one row takes from the query, another must not: a token there would end in a log. And where
 * it may, there is no body: half of a request in each is two requests. */
static enum err check_query(const struct visit *visit)
{
	const struct request *request = visit->request;
	bool stray = request->query.n > 0 &&
	             (!(visit->route->takes & TAKES_QUERY) || request->body.len > 0);

	return stray && !visit->dialect->lenient ? ERR_MALFORMED : OK;
}

/* ---- the walk ---- */

/* A form that another site's page sends is told by Sec-Fetch-Site; where a browser does not know
 * that header, by Origin, which our own pages (no-referrer) send as "null". */
static enum err check_site(const struct visit *visit)
{
	struct str site = request_header(visit->request, "Sec-Fetch-Site");
	struct str origin = request_header(visit->request, "Origin");
	struct str host = request_header(visit->request, "Host");

	if (!visit->dialect->same_site || !str_is(visit->request->method, "POST"))
		return OK;
	if (site.ptr)
		return str_is(site, "same-origin") || str_is(site, "none") ? OK : ERR_CROSS_SITE;
	if (!origin.ptr || str_is(origin, "null"))
		return OK;
	size_t scheme = str_find(origin, ':');
	bool ours = scheme + 3 <= origin.len && str_equal(str_from(origin, scheme + 3), host);
	return ours ? OK : ERR_CROSS_SITE;
}

static enum err render_result(struct visit *visit, const void *result)
{
	const struct route *route = visit->route;

	visit->response->status = route->ok;
	if (route->render)
		return route->render(visit, result);
	if (visit->dialect->render_ok)
		return visit->dialect->render_ok(visit, result);
	if (route->n_out == 0)
		return OK;
	return visit_json(visit, "application/json", route->out, route->n_out, result);
}

static enum err run_route(struct visit *visit)
{
	const struct route *route = visit->route;
	const struct operation *operation = route->operation;
	_Alignas(max_align_t) char in[STRUCT_MAX] = { 0 }, result[STRUCT_MAX] = { 0 };

	if (!operation)
		return render_result(visit, NULL);
	assert(operation->in_size <= sizeof(in) && operation->out_size <= sizeof(result));
	if (route->preset)
		memcpy(in, route->preset, operation->in_size);
	TRY(check_query(visit));
	TRY(read_path(visit));
	if (visit->dialect->admit)
		TRY(visit->dialect->admit(visit));
	TRY(fields_decode(route->fields, route->n_fields, &visit->members,
	                  visit->dialect->lenient || route->lenient, in, &visit->culprit));
	TRY(operation_run(&visit->ctx, operation, in, result));
	return render_result(visit, result);
}

/* A row alone on its path refuses who may not before it looks at the body; among several, whose app
 * is not there, and the body tells which is meant. Until then the first speaks for all. */
static enum err find_row(struct visit *visit)
{
	const struct route *first = next_row(visit, NULL);

	if (!first)
		return allow_header(visit);
	visit->route = first;
	if (!next_row(visit, first)) {
		if (first->operation)
			TRY(operation_enter(&visit->ctx, first->operation));
		return read_members(visit);
	}
	TRY(operation_check_app(&visit->ctx, first->operation));
	TRY(read_members(visit));
	const struct route *row = pick_row(visit);
	if (!row)
		return ERR_MALFORMED;
	visit->route = row;
	return visit->dialect->key_first ? operation_enter(&visit->ctx, row->operation) : OK;
}

static enum err walk(struct visit *visit)
{
	const struct dialect *dialect = visit->dialect;

	TRY(visit->request->fault);
	if (!visit->response->route ||
	    (visit->ctx.app.id != 0 && !app_serves(&visit->ctx.app, dialect)))
		return ERR_NO_ROUTE;
	if (cors_is_preflight(visit))
		return cors_answer(visit);
	TRY(check_site(visit));
	if (dialect->credentials)
		TRY(dialect->credentials(visit));
	TRY(find_row(visit));
	return run_route(visit);
}

/* The one place where a failure is logged; a refusal is in the audit trail. */
static void log_failure(const struct visit *visit, enum err err)
{
	if (err == ERR_NOMEM || err == ERR_STORE || err == ERR_INTERNAL)
		log_error("%.*s %s: %s (%.*s)", STR_ARG(visit->request->method),
		          visit->route ? visit->route->path : "-", err_sentence(err),
		          STR_ARG(visit->request->reference));
}

/* Whole seconds, rounded up: RFC 9110, 10.2.3. */
static struct str retry_after(const struct visit *visit)
{
	struct str seconds;

	if (visit->ctx.retry_after_s <= 0 ||
	    arena_printf(visit->request->arena, &seconds, "%lld",
	                 (long long)visit->ctx.retry_after_s) != OK)
		return STR(RETRY_AFTER_S);
	return seconds;
}

static void render_error(struct visit *visit, enum err err)
{
	struct response *response = visit->response;

	log_failure(visit, err);
	response->status = visit_error(visit, err)->status;
	if (visit->dialect->render_error(visit, err) != OK) {
		/* Not even the words: the status alone, then. */
		response->content_type = STR_NONE;
		response->body = STR_NONE;
	}
	if (response->status == 503 || response->status == 429)
		response_header(response, "Retry-After", retry_after(visit));
}

static struct str cache_control(const struct visit *visit, enum err err)
{
	const char *cache = err == OK && visit->route ? visit->route->cache : NULL;

	if (err == OK && visit->cache)
		cache = visit->cache;
	return cache ? str(cache) : STR("no-store");
}

/* NONE: nobody says. */
static struct str language_asked(const struct visit *visit)
{
	enum language language;

	if (visit->dialect->speaks)
		return str(languages[visit->dialect->speaks(visit)].tag);
	if (language_accept(request_header(visit->request, "Accept-Language"), &language))
		return str(languages[language].tag);
	return STR_NONE;
}

static void count(struct tally *tally, int status)
{
	if (tally && status >= 100 && status < 100 * STATUS_CLASSES)
		atomic_fetch_add(&tally->answers[status / 100], 1);
}

void serve(void *state, struct request *request, struct response *response)
{
	const struct serving *serving = state;
	struct visit visit = {
		.doors = &serving->doors,
		.request = request,
		.response = response,
		.ctx = { .service = serving->doors.service,
		         .arena = request->arena,
		         .now = clock_now(),
		         .actor = ACTOR_CLIENT,
		         .network = request->peer,
		         .client = request_header(request, "User-Agent"),
		         .reference = request->reference },
		.path = request->path,
	};

	enum err err = find_app(&visit);
	visit.dialect = dialect_of_path(serving, &visit);
	if (!visit.dialect)
		visit.dialect = dialect_of_nothing(serving, &visit);
	if (visit.dialect->named_by_header && !visit.named.header)
		visit.ctx.app = (struct app){ 0 };
	visit.ctx.language = language_asked(&visit);
	response->route = listed_path(visit.dialect, visit.path);
	response_header(response, "X-Content-Type-Options", STR("nosniff"));
	if (err == OK)
		err = cors_admit(&visit);
	if (err == OK)
		err = walk(&visit);
	response_header(response, "Cache-Control", cache_control(&visit, err));
	if (err != OK)
		render_error(&visit, err);
	count(visit.doors->tally, response->status);
}

/* ---- for dialects ---- */

const struct wire_error *visit_error(const struct visit *visit, enum err err)
{
	const struct route *route = visit->route;

	if (route && route->overlay && route->overlay[err].status != 0)
		return &route->overlay[err];
	return &visit->dialect->errors[err];
}

/* What stands behind the scheme ("Bearer ") of an Authorization header. NONE: it is another. */
static struct str authorization(const struct request *request, const char *scheme)
{
	struct str header = request_header(request, "Authorization");
	size_t len = strlen(scheme);

	if (header.len <= len || !str_is_nocase((struct str){ header.ptr, len }, scheme))
		return STR_NONE;
	struct str rest = str_from(header, len);
	while (rest.len > 0 && rest.ptr[0] == ' ')
		rest = str_from(rest, 1);
	return rest;
}

struct secret bearer_token(const struct request *request)
{
	struct str token = authorization(request, "Bearer ");

	return (struct secret){ token.ptr, token.len };
}

enum err basic_key(struct visit *visit, struct secret *ret_key)
{
	struct str spelled = authorization(visit->request, "Basic ");
	struct secret decoded;

	*ret_key = SECRET_NONE;
	if (!spelled.ptr)
		return OK;
	*ret_key = (struct secret){ "", 0 };
	enum err err = read_base64_secret(visit->request->arena, spelled, &decoded);
	if (err != OK)
		return err == ERR_MALFORMED ? OK : err;
	struct str pair = { decoded.ptr, decoded.len };
	size_t colon = str_find(pair, ':');
	if (colon < pair.len &&
	    str_equal((struct str){ pair.ptr, colon }, visit->ctx.app.public_id))
		*ret_key = (struct secret){ pair.ptr + colon + 1, pair.len - colon - 1 };
	return OK;
}

enum err visit_json(struct visit *visit, const char *content_type, const struct out_field *fields,
                    size_t n_fields, const void *from)
{
	TRY(json_write(visit->request->arena, fields, n_fields, from, &visit->response->body));
	visit->response->content_type = str(content_type);
	return OK;
}

void serve_print_routes(const struct serving *serving)
{
	for (const struct dialect *const *d = serving->dialects; *d; d++) {
		for (size_t i = 0; i < (*d)->n_routes; i++) {
			const struct route *route = &(*d)->routes[i];
			printf("%-10s %-6s %-32s %-10s %-24s %d\n", (*d)->name, route->method,
			       route->path,
			       route->when          ? route->when
			       : route->when_header ? route->when_header
			                            : "-",
			       route->operation ? route->operation->name : "-", route->ok);
		}
	}
}
