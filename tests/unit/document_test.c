/* SPDX-License-Identifier: Apache-2.0 */
/* document_test.c - what is routed is documented: no row without its words, no error unsaid. */
#include "dialect/document.h"
#include "house.h"
#include <string.h>

/* Every dialect that has a page. */
static const struct dialect *const documented[] = { &dialect_account, &dialect_backtory,
	                                            &dialect_hacksystem };

#define FOREACH_DIALECT(dialect)                                                                   \
	for (size_t d = 0; d < COUNT_OF(documented); d++)                                          \
		for (const struct dialect *dialect = documented[d]; dialect; dialect = NULL)

static const char *row_name(struct test *t, const struct route *route)
{
	struct str name;

	CHECK(route->path, arena_printf(t->arena, &name, "%s %s %s", route->method, route->path,
	                                route->when ? route->when : "") == OK);
	return name.ptr;
}

#define FOREACH_ROW_OF(dialect, row)                                                               \
	for (const struct route *row = (dialect)->routes;                                          \
	     row < (dialect)->routes + (dialect)->n_routes; row++)                                 \
		if (!row->aside)

#define FOREACH_ROW(row) FOREACH_DIALECT(dialect) FOREACH_ROW_OF(dialect, row)

static bool is_sentence(const char *text)
{
	return text && strlen(text) > 1 && text[strlen(text) - 1] == '.';
}

static bool same_call(const struct route *a, const struct route *b)
{
	return strcmp(a->method, b->method) == 0 && strcmp(a->path, b->path) == 0;
}

TEST(every_row_says_what_it_does)
{
	FOREACH_ROW(row)
	CHECK(row_name(t, row), is_sentence(row->summary));
}

TEST(rows_alike_say_on_the_first_what_they_are_together)
{
	FOREACH_ROW(row)
	{
		bool first = true, several = false;
		FOREACH_ROW_OF(dialect, other)
		{
			first = first && (other >= row || !same_call(other, row));
			several = several || (other != row && same_call(other, row));
		}
		CHECK(row_name(t, row), (row->about != NULL) == (first && several));
		CHECK(row_name(t, row), !row->about || is_sentence(row->about));
	}
}

/* One status has one schema in OpenAPI. */
TEST(rows_alike_that_have_one_status_have_one_body)
{
	FOREACH_ROW_OF(&dialect_account, row)
	FOREACH_ROW_OF(&dialect_account, other)
	{
		if (same_call(row, other) && row->ok == other->ok)
			CHECK(row_name(t, row), row->out == other->out);
	}
}

static void check_words(struct test *t, const struct dialect *dialect, const struct route *row,
                        const char *member)
{
	const struct member_words *words = document_member(dialect, row, member);
	struct str name;

	CHECK(member, arena_printf(t->arena, &name, "%s: %s", row_name(t, row), member) == OK);
	CHECK(name.ptr, words && words->meaning && *words->meaning && words->example);
	/* OpenAPI does not nest, and the pages once. */
	CHECK(name.ptr, !strchr(member, '.') || (dialect != &dialect_account &&
	                                         strchr(member, '.') == strrchr(member, '.')));
}

static void check_given(struct test *t, const struct dialect *dialect, const struct route *row,
                        const struct out_field *out, size_t n_out)
{
	for (size_t i = 0; i < n_out; i++) {
		check_words(t, dialect, row, out[i].name);
		check_given(t, dialect, row, out[i].fields, out[i].n_fields);
	}
}

TEST(every_member_says_what_it_means_and_what_it_looks_like)
{
	FOREACH_ROW(row)
	{
		for (size_t i = 0; i < row->n_fields; i++)
			check_words(t, dialect, row, row->fields[i].name);
		check_given(t, dialect, row, row->out, row->n_out);
	}
}

static const char *last_part(const char *name)
{
	const char *dot = strrchr(name, '.');

	return dot ? dot + 1 : name;
}

static bool row_has(const struct route *row, const char *member)
{
	bool has = row->say && (strcmp(member, "message") == 0 || strcmp(member, "type") == 0);

	for (size_t i = 0; i < row->n_fields; i++)
		has = has || strcmp(row->fields[i].name, member) == 0;
	for (size_t i = 0; i < row->n_out; i++) {
		has = has || strcmp(last_part(row->out[i].name), member) == 0;
		for (size_t j = 0; j < row->out[i].n_fields; j++)
			has = has || strcmp(row->out[i].fields[j].name, member) == 0;
	}
	return has;
}

static void check_words_used(const struct dialect *dialect, const struct member_words *words)
{
	const char *dot = strchr(words->name, '.'), *member = dot ? dot + 1 : words->name;
	bool used = false;

	FOREACH_ROW_OF(dialect, row)
	used = used || (row_has(row, member) && document_member(dialect, row, member) == words);
	CHECK(words->name, used);
}

TEST(no_words_are_about_a_member_that_no_row_has)
{
	FOREACH_DIALECT(dialect)
	for (size_t i = 0; i < dialect->words->n_members; i++)
		check_words_used(dialect, &dialect->words->members[i]);
}

/* In the dialect's own table, or where one of its rows tells it otherwise. */
static bool code_is_used(const struct dialect *dialect, const char *code)
{
	bool used = false;

	for (enum err err = OK + 1; err < ERR_COUNT; err++) {
		used = used || strcmp(dialect->errors[err].code, code) == 0;
		FOREACH_ROW_OF(dialect, row)
		used = used || (row->overlay && row->overlay[err].status != 0 &&
		                strcmp(row->overlay[err].code, code) == 0);
	}
	return used;
}

TEST(every_code_says_what_it_means_and_what_to_do)
{
	FOREACH_DIALECT(dialect)
	for (enum err err = OK + 1; err < ERR_COUNT; err++) {
		const char *code = dialect->errors[err].code;
		const struct problem_words *words = document_problem(dialect, str(code));
		CHECK(code, words && is_sentence(words->meaning) && is_sentence(words->advice));
	}
	FOREACH_DIALECT(dialect)
	for (size_t i = 0; i < dialect->words->n_problems; i++)
		CHECK(dialect->words->problems[i].code,
		      code_is_used(dialect, dialect->words->problems[i].code));
}

/* One code has one status, or the document could not say which. Hack System has a handful of codes,
 * and says both. */
TEST(a_code_has_one_status)
{
	FOREACH_DIALECT(dialect)
	for (enum err a = OK + 1; dialect != &dialect_hacksystem && a < ERR_COUNT; a++) {
		for (enum err b = OK + 1; b < ERR_COUNT; b++)
			CHECK(err_name(a),
			      strcmp(dialect->errors[a].code, dialect->errors[b].code) ||
			              dialect->errors[a].status == dialect->errors[b].status);
	}
}

TEST(a_row_lists_no_error_twice_and_none_that_is_derived)
{
	FOREACH_ROW(row)
	{
		struct route bare = *row;
		bare.refuses = NULL;
		for (const enum err *own = row->refuses; own && *own; own++) {
			CHECK(row_name(t, row), !document_lists_error(&bare, *own));
			for (const enum err *other = row->refuses; other < own; other++)
				CHECK(row_name(t, row), *other != *own);
		}
	}
}

TEST(errors_of_the_gate_and_the_fields_are_derived)
{
	static const struct field fields[] = {
		{ .name = "x", .need = FIELD_CHECKED, .empty = ERR_EMPTY_CODE }
	};
	static const struct operation quiet = { .requires = REQUIRES_APP },
				      limited = { .requires = REQUIRES_APP, .limit = LIMIT_GUESS },
				      session = { .requires = REQUIRES_SESSION },
				      keyed = { .requires = REQUIRES_CLIENT_KEY };
	static const enum err own[] = { ERR_TOKEN_INVALID, OK };
	static const struct {
		const char *name;
		struct route route;
		enum err err;
		bool listed;
	} cases[] = {
		{ "anything may be malformed", { .path = "/" }, ERR_MALFORMED, true },
		{ "anything may be too large", { .path = "/" }, ERR_TOO_LARGE, true },
		{ "anything may fail", { .path = "/" }, ERR_STORE, true },
		{ "nobody is asked who it is", { .path = "/" }, ERR_NO_SESSION, false },
		{ "nothing is counted", { .operation = &quiet }, ERR_RATE_LIMITED, false },
		{ "it is counted", { .operation = &limited }, ERR_RATE_LIMITED, true },
		{ "a session is asked for", { .operation = &session }, ERR_BAD_SESSION, true },
		{ "not a key", { .operation = &session }, ERR_BAD_KEY, false },
		{ "a key is asked for", { .operation = &keyed }, ERR_BAD_KEY, true },
		{ "not a session", { .operation = &keyed }, ERR_NO_SESSION, false },
		{ "a field's own", { .fields = FIELDS(fields) }, ERR_EMPTY_CODE, true },
		{ "no field's", { .fields = NULL }, ERR_EMPTY_CODE, false },
		{ "the operation's own", { .refuses = own }, ERR_TOKEN_INVALID, true },
		{ "not the operation's own", { .refuses = own }, ERR_CONFLICT, false },
	};

	FOREACH(c, cases)
		CHECK(c->name, document_lists_error(&c->route, c->err) == c->listed);
}

TEST(the_documents_are_the_same_every_time)
{
	struct str once = { 0 }, again = { 0 };

	CHECK("once",
	      document_openapi(t->arena, &dialect_account, STR("https://x.org"), &once) == OK);
	CHECK("again",
	      document_openapi(t->arena, &dialect_account, STR("https://x.org"), &again) == OK);
	CHECK("the same", once.len > 0 && str_equal(once, again));
	FOREACH_DIALECT(dialect)
	{
		CHECK("once", document_markdown(t->arena, dialect, &once) == OK);
		CHECK("again", document_markdown(t->arena, dialect, &again) == OK);
		CHECK("the same", once.len > 0 && str_equal(once, again));
	}
}

/* A request's arena has to hold it. */
TEST(a_document_without_room_says_so)
{
	CLEANUP(arena_cleanup) struct arena *small = arena_new(64 * 1024);
	struct str text = { 0 };

	CHECK("refused",
	      document_openapi(small, &dialect_account, STR("https://x.org"), &text) == ERR_NOMEM);
	CHECK("untouched", text.ptr == NULL);
}
