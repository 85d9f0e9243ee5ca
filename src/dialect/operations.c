/* SPDX-License-Identifier: Apache-2.0 */
/* operations.c - three short answers for the operator's own programs. */
#include "dialect/operations.h"
#include "account/inspection.h"
#include "base/clock.h"

static enum err read_vitals(const struct doors *doors, struct request *request,
                            struct vitals *ret_vitals)
{
	const struct nothing nothing = { 0 };
	struct ctx ctx = {
		.service = doors->service,
		.arena = request->arena,
		.now = clock_now(),
		.actor = ACTOR_SERVER,
	};

	return operation_run(&ctx, &vitals_op, &nothing, ret_vitals);
}

static void answer(struct response *response, int status, struct str body)
{
	response->status = status;
	response->content_type = STR("text/plain; charset=utf-8");
	response->body = body;
}

static void show_health(const struct doors *doors, struct request *request,
                        struct response *response)
{
	(void)doors, (void)request;
	answer(response, 200, STR("ok\n"));
}

static void show_readiness(const struct doors *doors, struct request *request,
                           struct response *response)
{
	struct vitals vitals;

	if (read_vitals(doors, request, &vitals) == OK)
		answer(response, 200, STR("ready\n"));
	else
		answer(response, 503, STR("the database does not answer\n"));
}

static void put_metric(struct buf *out, const char *name, const char *type, const char *help)
{
	buf_printf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void put_number(struct buf *out, const char *name, const char *type, const char *help,
                       long long value)
{
	put_metric(out, name, type, help);
	buf_printf(out, "%s %lld\n", name, value);
}

static void put_answers(struct buf *out, const struct tally *tally)
{
	put_metric(out, "rekey_answers_total", "counter", "Answers by class of status.");
	for (int class = 1; class < STATUS_CLASSES; class ++)
		buf_printf(out, "rekey_answers_total{class=\"%dxx\"} %llu\n", class,
		           (unsigned long long)atomic_load(&tally->answers[class]));
}

static void put_mails(struct buf *out, const struct vitals *vitals)
{
	put_number(out, "rekey_mails_due", "gauge", "Mails that wait to be sent.",
	           (long long)vitals->mails_due);
	put_number(out, "rekey_mails_dead", "gauge",
	           "Mails that were given up: see rekey mail list.", (long long)vitals->mails_dead);
	put_number(out, "rekey_mail_oldest_due_seconds", "gauge",
	           "How long the oldest of the mails that wait has waited.",
	           (long long)vitals->oldest_due_s);
}

static void show_metrics(const struct doors *doors, struct request *request,
                         struct response *response)
{
	struct buf out = buf_in(request->arena);
	struct vitals vitals = { 0 };
	struct str text;
	bool ready = read_vitals(doors, request, &vitals) == OK;

	put_metric(&out, "rekey_build_info", "gauge", "The version, as a label.");
	buf_printf(&out, "rekey_build_info{version=\"%s\"} 1\n", REKEY_VERSION);
	put_number(&out, "rekey_database_up", "gauge", "1 while the database answers.", ready);
	put_answers(&out, doors->tally);
	put_number(&out, "rekey_password_hashes_total", "counter", "Password hashes computed.",
	           (long long)hasher_count(doors->service->hasher));
	if (ready)
		put_mails(&out, &vitals);
	if (buf_str(&out, &text) == OK)
		answer(response, 200, text);
	else
		answer(response, 503, STR("out of memory\n"));
	response->content_type = STR("text/plain; version=0.0.4; charset=utf-8");
}

static const struct {
	const char *path;
	void (*show)(const struct doors *doors, struct request *request, struct response *response);
} shows[] = {
	{ "/healthz", show_health },
	{ "/readyz", show_readiness },
	{ "/metrics", show_metrics },
};

bool operations_is_quick(void *state, const struct request *request)
{
	(void)state;
	return str_is(request->path, "/healthz");
}

void operations_serve(void *state, struct request *request, struct response *response)
{
	bool reads = str_is(request->method, "GET") || str_is(request->method, "HEAD");

	response_header(response, "Cache-Control", STR("no-store"));
	answer(response, request->fault == OK ? 404 : 400, STR("there is nothing here\n"));
	FOREACH(row, shows) {
		if (request->fault != OK || !str_is(request->path, row->path))
			continue;
		response->route = row->path;
		if (reads)
			row->show(state, request, response);
		else
			answer(response, 405, STR("GET alone\n"));
		if (!reads)
			response_header(response, "Allow", STR("GET, HEAD"));
	}
}
