/* SPDX-License-Identifier: Apache-2.0 */
/* dialect_test.c - the tables of every dialect, walked for gaps. */
#include "base/texts.h"
#include "account/master.h"
#include "account/registration.h"
#include "account/user_administration.h"
#include "dialect/dialect.h"
#include "account/sign_in.h"
#include "house.h"
#include "http/status.h"
#include "pages/pages.h"
#include "pages/person.h"
#include <stdio.h>
#include <string.h>

enum { STRUCT_MAX = 2048 /* as serve.c has room for */ };

static const struct dialect *const dialects[] = { &dialect_pages, &dialect_person, &dialect_account,
	                                          &dialect_backtory, &dialect_hacksystem };

/* CHECK names the row: "account PUT /api/v1/account/password token". */
static const char *row_name(struct test *t, const struct dialect *dialect,
                            const struct route *route)
{
	struct str name;

	CHECK(dialect->name,
	      arena_printf(t->arena, &name, "%s %s %s %s", dialect->name, route->method,
	                   route->path, route->when ? route->when : "") == OK);
	return name.ptr;
}

#define FOREACH_ROUTE(dialect, route)                                                              \
	FOREACH(dialect, dialects)                                                                 \
		for (const struct route *route = (*dialect)->routes;                               \
		     route < (*dialect)->routes + (*dialect)->n_routes; route++)

TEST(every_error_has_a_status_and_a_code_in_every_dialect)
{
	FOREACH(dialect, dialects) {
		const struct wire_error *errors = (*dialect)->errors;
		CHECK((*dialect)->name, errors[OK].status == 0);
		for (enum err err = OK + 1; err < ERR_COUNT; err++) {
			char name[80];
			snprintf(name, sizeof(name), "%s %s", (*dialect)->name, err_name(err));
			CHECK(name, errors[err].status >= 400 && errors[err].status < 600);
			CHECK(name, errors[err].code && *errors[err].code);
			CHECK(name, errors[err].text || errors[err].message);
			CHECK(name, strcmp(http_reason(errors[err].status), "Error") != 0);
			CHECK(name, (errors[err].field != NULL) == (errors[err].reason != NULL));
		}
	}
}

TEST(failures_are_never_the_fault_of_the_client)
{
	static const enum err failures[] = { ERR_NOMEM,        ERR_STORE,        ERR_INTERNAL,
		                             ERR_RETRY,        ERR_BUSY,         ERR_CONFIG,
		                             ERR_SCHEMA_NEWER, ERR_SCHEMA_OLDER, ERR_APP_DISABLED,
		                             ERR_UNREACHABLE };

	FOREACH(dialect, dialects) {
		for (enum err err = OK + 1; err < ERR_COUNT; err++) {
			bool failure = false;
			FOREACH(f, failures)
				failure = failure || *f == err;
			CHECK(err_name(err), ((*dialect)->errors[err].status >= 500) == failure);
		}
	}
}

TEST(an_error_whose_text_is_a_key_says_it_in_every_language)
{
	FOREACH_ROUTE(dialect, route)
	{
		for (enum err err = OK + 1; (*dialect)->keyed && err < ERR_COUNT; err++) {
			const struct wire_error *error =
				route->overlay && route->overlay[err].status
					? &route->overlay[err]
					: &(*dialect)->errors[err];
			for (enum language language = 0; language < LANGUAGE_COUNT; language++)
				CHECK(error->text, text_of(language, error->text).len > 5);
		}
	}
	CHECK("there is one", dialect_account.keyed);
}

TEST(an_overlay_says_a_status_and_a_code_where_it_says_anything)
{
	FOREACH_ROUTE(dialect, route)
	{
		const char *name = row_name(t, *dialect, route);
		for (enum err err = OK; route->overlay && err < ERR_COUNT; err++) {
			const struct wire_error *error = &route->overlay[err];
			CHECK(name, (error->status == 0) == (error->code == NULL));
			CHECK(name, error->status == 0 || (err != OK && error->text));
		}
	}
}

TEST(every_row_says_method_path_and_status_and_does_something)
{
	static const char *const methods[] = { "GET", "POST", "PUT", "PATCH", "DELETE" };

	FOREACH_ROUTE(dialect, route)
	{
		const char *name = row_name(t, *dialect, route);
		bool known = false;
		FOREACH(method, methods)
			known = known || strcmp(route->method, *method) == 0;
		CHECK(name, known && route->path[0] == '/');
		CHECK(name, (route->ok >= 200 && route->ok < 300) || route->ok == 303);
		CHECK(name, route->operation || route->render);
		/* Only pages ask nothing, and what describes the API. */
		CHECK(name, route->operation || (*dialect)->bit == 0 ||
		                    strcmp(route->path, "/openapi.json") == 0);
		CHECK(name, strcmp(route->method, "GET") != 0 ||
		                    (route->takes & ~(unsigned)TAKES_QUERY) == 0);
		CHECK(name, route->n_fields == 0 || route->takes != TAKES_NOTHING ||
		                    strchr(route->path, '{'));
		/* An answer without a body, and a body without an answer. */
		CHECK(name, route->ok != 204 || (route->n_out == 0 && !route->render));
	}
}

TEST(no_two_rows_are_alike_and_none_stands_behind_one_that_takes_all)
{
	FOREACH_ROUTE(dialect, route)
	{
		const char *name = row_name(t, *dialect, route);
		for (const struct route *before = (*dialect)->routes; before < route; before++) {
			if (strcmp(before->method, route->method) != 0 ||
			    strcmp(before->path, route->path) != 0)
				continue;
			CHECK(name, before->when || before->when_header);
			CHECK(name, !route->when || !before->when ||
			                    strcmp(before->when, route->when) != 0);
		}
	}
}

/* Two dialects that list one path: the log-in, told apart by the Id header, and no other. */
TEST(one_path_is_in_two_dialects_and_no_other)
{
	FOREACH_ROUTE(dialect, route)
	{
		const char *name = row_name(t, *dialect, route);
		FOREACH(other, dialects) {
			for (size_t i = 0; other != dialect && i < (*other)->n_routes; i++)
				CHECK(name, strcmp((*other)->routes[i].path, route->path) != 0 ||
				                    strcmp(route->path, "/auth/login") == 0);
		}
	}
}

static size_t size_of_kind(enum out_kind kind)
{
	switch (kind) {
	case OUT_TEXT:
	case OUT_TEXT_OR_NULL:
	case OUT_MEMBERS:
		return sizeof(struct str);
	case OUT_SECRET:
		return sizeof(struct secret);
	case OUT_INTEGER:
	case OUT_INTEGER_IF_ANY:
	case OUT_BOOL:
	case OUT_TIME:
	case OUT_MILLISECONDS:
		return sizeof(int64_t);
	case OUT_LIST:
	case OUT_PAIRS:
		return sizeof(struct out_list);
	case OUT_WORDS:
		return sizeof(struct str_list);
	case OUT_NUMBERS:
		return sizeof(struct number_list);
	case OUT_CONSTANT:
		break;
	}
	return 0;
}

TEST(fields_and_outputs_stand_inside_the_structs_of_the_operation)
{
	FOREACH_ROUTE(dialect, route)
	{
		const char *name = row_name(t, *dialect, route);
		const struct operation *operation = route->operation;
		CHECK(name, operation || (!route->preset && route->n_fields == 0));
		if (!operation)
			continue;
		CHECK(name, operation->in_size <= STRUCT_MAX && operation->out_size <= STRUCT_MAX);
		for (size_t i = 0; i < route->n_fields; i++) {
			const struct field *field = &route->fields[i];
			CHECK(name, field->offset % _Alignof(struct str) == 0);
			CHECK(name, field->offset + sizeof(struct str) <= operation->in_size);
			CHECK(name, (field->need == FIELD_CHECKED) == (field->empty != OK));
			for (size_t j = 0; j < i; j++) {
				CHECK(name, route->fields[j].offset != field->offset);
				CHECK(name, strcmp(route->fields[j].name, field->name) != 0);
			}
		}
		for (size_t i = 0; i < route->n_out; i++) {
			const struct out_field *out = &route->out[i];
			CHECK(name, out->offset + size_of_kind(out->kind) <= operation->out_size);
			CHECK(name, (out->kind == OUT_CONSTANT) == (out->constant != NULL));
			for (size_t j = 0; j < out->n_fields; j++)
				CHECK(name,
				      out->fields[j].offset + size_of_kind(out->fields[j].kind) <=
				              out->size);
		}
	}
}

/* A member that picks a row is one that the row takes. */
TEST(a_row_takes_the_member_it_is_picked_by)
{
	FOREACH_ROUTE(dialect, route)
	{
		const char *name = row_name(t, *dialect, route);
		bool taken = route->when == NULL;
		for (size_t i = 0; i < route->n_fields && route->when; i++)
			taken = taken || strcmp(route->fields[i].name, route->when) == 0;
		CHECK(name, taken);
	}
}

TEST(no_request_reaches_what_is_the_operators_or_the_servers)
{
	FOREACH_ROUTE(dialect, route)
	{
		const char *name = row_name(t, *dialect, route);
		CHECK(name, !route->operation || route->operation->requires < REQUIRES_OPERATOR);
	}
}

TEST(secrets_are_never_taken_from_a_query_but_by_a_mailed_link)
{
	FOREACH_ROUTE(dialect, route)
	{
		const char *name = row_name(t, *dialect, route);
		bool link = *dialect == &dialect_pages && strcmp(route->method, "GET") == 0;
		/* As its clients send it. A refresh token that ends its session is worth nothing
		 * to whoever reads the log. */
		bool backtory_session =
			*dialect == &dialect_backtory && (strcmp(route->path, "/auth/login") == 0 ||
		                                          strcmp(route->path, "/auth/logout") == 0);
		/* Documented so, and a code is worth nothing without our client's secret. */
		bool code = route->operation == &sign_in_finish_op;
		for (size_t i = 0; i < route->n_fields; i++)
			CHECK(name, route->fields[i].kind != FIELD_SECRET ||
			                    !(route->takes & TAKES_QUERY) || link || code ||
			                    backtory_session);
	}
}

TEST(a_get_changes_no_password)
{
	static const struct operation *const writers[] = {
		&password_change_op,
		&password_reset_op,
		&recovery_confirm_op,
		&account_log_in_op,
		&account_log_in_with_key_op,
		&session_refresh_op,
		&session_end_op,
		&session_end_others_op,
		&user_register_op,
		&user_update_op,
		&user_update_by_id_op,
		&guest_add_op,
		&guest_complete_op,
		&guest_complete_by_master_op,
		&user_remove_op,
		&session_end_by_token_op,
		&master_log_in_op,
	};

	FOREACH_ROUTE(dialect, route)
	{
		FOREACH(writer, writers)
			CHECK(row_name(t, *dialect, route),
			      route->operation != *writer || strcmp(route->method, "GET") != 0);
	}
}

TEST(pages_of_other_origins_call_apis_and_never_our_own_pages)
{
	FOREACH(dialect, dialects) {
		const char *headers = (*dialect)->cors;
		CHECK((*dialect)->name, (headers != NULL) == (*dialect != &dialect_pages &&
		                                              *dialect != &dialect_person));
		CHECK((*dialect)->name, !headers || strstr(headers, "Content-Type"));
		CHECK((*dialect)->name, !headers || !(*dialect)->same_site);
	}
}

static bool same_text(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

TEST(the_account_dialect_tells_strangers_like_wrong_passwords)
{
	const struct wire_error *a = &dialect_account.errors[ERR_NO_ACCOUNT],
				*b = &dialect_account.errors[ERR_BAD_CREDENTIALS];

	CHECK("status", a->status == b->status);
	CHECK("code", same_text(a->code, b->code));
	CHECK("text", same_text(a->text, b->text));
	CHECK("field", same_text(a->field, b->field) && same_text(a->reason, b->reason));
	for (size_t i = 0; i < dialect_account.n_routes; i++) {
		const struct wire_error *overlay = dialect_account.routes[i].overlay;
		CHECK(dialect_account.routes[i].path,
		      !overlay || (overlay[ERR_NO_ACCOUNT].status == 0 &&
		                   overlay[ERR_BAD_CREDENTIALS].status == 0));
	}
}

static bool is_shipped(struct house *house, const struct app *app, const char *name)
{
	struct ctx ctx = house_operator(house);
	const struct message_named named = { str(name) };
	struct message message;

	ctx.app = *app;
	return operation_run(&ctx, &message_find_op, &named, &message) == OK &&
	       message.message.len > 0;
}

TEST(every_message_that_hacksystem_names_is_shipped_in_every_language)
{
	const struct dialect *dialect = &dialect_hacksystem;
	struct house house;

	house_open(&house, t, NULL);
	const struct app apps[] = { house.app, house_add_app(&house, "autre", "fr") };
	FOREACH(app, apps) {
		for (enum err err = OK; err < ERR_COUNT; err++) {
			const char *message = dialect->errors[err].message;
			CHECK(err_name(err), !message || is_shipped(&house, app, message));
		}
		for (size_t i = 0; i < dialect->n_routes; i++) {
			const struct route *route = &dialect->routes[i];
			CHECK(row_name(t, dialect, route),
			      !route->say || is_shipped(&house, app, route->say));
		}
	}
	house_close(&house);
}

TEST(only_hacksystem_speaks_by_messages)
{
	FOREACH(dialect, dialects) {
		for (enum err err = OK; err < ERR_COUNT; err++)
			CHECK(err_name(err),
			      *dialect == &dialect_hacksystem || !(*dialect)->errors[err].message);
	}
	FOREACH_ROUTE(dialect, route)
	CHECK(row_name(t, *dialect, route), *dialect == &dialect_hacksystem || !route->say);
}
