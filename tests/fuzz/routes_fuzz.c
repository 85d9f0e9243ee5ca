/* SPDX-License-Identifier: Apache-2.0 */
/* routes_fuzz.c - whole requests, served by a whole service: request line, headers, an empty line
 * and a body, with '\n' for line ends.
 *
 * Whatever is asked: the status is one that a table knows, what is said is well-formed, a password
 * is set and a session opened only for who showed the secret that allows it, and mail goes only to
 * the member. Half of the requests begin as a row of the tables, with the fields that it has. */
#include "base/text.h"
#include "dialect/serve.h"
#include "fuzz.h"
#include "living.h"
#include "mail/words.h"
#include "mail_check.h"
#include "pages/pages.h"
#include "pages/person.h"
#include "peer.h"
#include "request.h"
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static const struct dialect *const dialects[] = { &dialect_pages,      &dialect_person,
	                                          &dialect_account,    &dialect_backtory,
	                                          &dialect_hacksystem, NULL };

static struct house *house;
static struct serving serving = { .dialects = dialects };

void fuzz_start(void)
{
	house = living_start();
	serving.doors.service = &house->service;
	serving.doors.mail_dir = str(house->scratch.dir);
}

/* ---- what the answer says ---- */

static bool table_knows(const struct wire_error *errors, int status)
{
	for (enum err err = OK + 1; errors && err < ERR_COUNT; err++) {
		if (errors[err].status == status)
			return true;
	}
	return false;
}

static bool some_table_knows(int status)
{
	for (const struct dialect *const *d = dialects; *d; d++) {
		if (table_knows((*d)->errors, status))
			return true;
		for (size_t i = 0; i < (*d)->n_routes; i++) {
			if ((*d)->routes[i].ok == status ||
			    table_knows((*d)->routes[i].overlay, status))
				return true;
		}
	}
	return false;
}

static void check_body(struct str input, const struct response *response)
{
	json_error_t error;

	HOLDS(response->status < 400 || response->body.len > 0);
	HOLDS((response->body.len > 0) <= (response->content_type.ptr != NULL));
	HOLDS(text_is_utf8(response->body));
	if (fuzz_has(response->content_type, "json")) {
		json_t *json = json_loadb(response->body.ptr, response->body.len,
		                          JSON_REJECT_DUPLICATES, &error);
		HOLDS(json_is_object(json));
		json_decref(json);
	} else {
		HOLDS(!fuzz_has(response->body, "<rk")); /* a tag of the dictionary's */
	}
	HOLDS(!fuzz_has(response->body, "$argon2id$") || fuzz_has(input, "$argon2id$"));
}

static void check_header(const struct header *header)
{
	fuzz_check_text(header->name);
	fuzz_check_text(header->value);
	HOLDS(header->name.len > 0 && header->value.len > 0);
	for (size_t i = 0; i < header->value.len; i++)
		HOLDS(header->value.ptr[i] >= ' ' && header->value.ptr[i] <= '~');
}

static bool has_header(const struct response *response, const char *name)
{
	size_t n = 0;

	for (size_t i = 0; i < response->n_headers; i++)
		n += str_is(response->headers[i].name, name);
	HOLDS(n <= 1);
	return n == 1;
}

static void check_response(struct str input, const struct response *response)
{
	HOLDS(some_table_knows(response->status));
	HOLDS(response->status < 500);
	HOLDS(response->n_headers <= RESPONSE_HEADERS_MAX);
	for (size_t i = 0; i < response->n_headers; i++)
		check_header(&response->headers[i]);
	HOLDS(has_header(response, "Cache-Control"));
	HOLDS(has_header(response, "X-Content-Type-Options"));
	HOLDS(response->status != 405 || has_header(response, "Allow"));
	HOLDS(response->status != 204 || response->body.len == 0);
	HOLDS(!fuzz_has(response->content_type, "html") ||
	      has_header(response, "Content-Security-Policy"));
	check_body(input, response);
}

/* ---- what became of the member ---- */

static void check_happened(const struct shown *shown)
{
	struct happened happened = living_look();
	bool knows_password = shown_has(shown, MEMBER_PASSWORD);
	HOLDS(!happened.session_opened || knows_password);
	HOLDS(!happened.password_asked_for ||
	      (shown_has(shown, MEMBER_MAKE) && shown_has(shown, MEMBER_USERNAME)));
	HOLDS(!happened.password_set || shown_has(shown, MEMBER_RESET) ||
	      (knows_password && shown_has(shown, MEMBER_SESSION)));
	HOLDS(!happened.removed || (knows_password && shown_has(shown, MEMBER_SESSION)));
	/* Another address voids what was mailed; nothing else does without a password. */
	HOLDS(!happened.sessions_ended || shown_has(shown, MEMBER_SESSION));
	/* What one secret allows leaves the other things alone. */
	HOLDS(happened.password_set + happened.session_opened + happened.password_asked_for +
	              happened.removed <=
	      1);
}

/* The mails that go to an address because somebody gave it. */
static bool goes_where_asked(const struct outbox_row *row)
{
	return row->kind == OUTBOX_SIGN_UP || row->kind == OUTBOX_VERIFICATION ||
	       row->kind == OUTBOX_EMAIL_CHANGE || row->kind == OUTBOX_WAITING_POSITION;
}

static bool shown_address(struct arena *arena, const struct shown *shown, struct str address)
{
	for (size_t i = 0; i < shown->members.n; i++) {
		const struct member *member = &shown->members.items[i];
		struct str said, key;
		if (member->kind == MEMBER_TEXT &&
		    email_normalize(arena, member->text, &said, &key) == OK &&
		    str_equal(said, address))
			return true;
	}
	return false;
}

/* Whatever the request claims, mail goes to the member's address or to one that was asked for, with
 * links to ourselves. */
static void check_mails(struct arena *arena, const struct shown *shown)
{
	struct arena *before = house->t->arena;
	struct outbox_row row;
	struct letter letter;
	struct words words;
	struct str eml;

	house->t->arena = arena;
	house->now = clock_now();
	while (house_next_mail(house, &row, &letter)) {
		if (!letter.send)
			continue;
		HOLDS(str_is(letter.to, MEMBER_EMAIL) ||
		      (goes_where_asked(&row) && shown_address(arena, shown, letter.to)));
		HOLDS(!letter.link.ptr || str_starts(letter.link, "https://id.example.org/"));
		HOLDS(words_of(arena, &letter, &words) == OK);
		const struct mail mail = {
			.from_name = letter.sender_name,
			.from = STR("rekey@example.org"),
			.to = letter.to,
			.subject = words.subject,
			.text = words.text,
			.html = words.html,
			.language = letter.language,
			.message_id = letter.message_id,
			.date = house->now,
		};
		HOLDS(mail_compose(arena, &mail, &eml) == OK);
		check_mail(arena, &mail, eml);
	}
	house->t->arena = before;
}

/* ---- one request ---- */

struct asking {
	struct request *request;
	struct str input;
};

static void ask(void *state, void *connection)
{
	struct asking *asking = state;
	struct request *request = asking->request;
	struct response response = { .status = 0 };
	struct shown shown;

	request->connection = connection;
	request_shown(request, &shown);
	serve_is_quick(&serving, request);
	serve(&serving, request, &response);
	check_response(asking->input, &response);
	check_happened(&shown);
	check_mails(request->arena, &shown);
}

void fuzz_input(struct arena *arena, struct str input)
{
	struct request request;
	struct asking asking = { .request = &request, .input = input };

	if (!request_parse(arena, input, &request))
		return;
	struct str type = request_header(&request, "Content-Type");
	if (request_is_multipart(&request))
		peer_request(type, ask, &asking);
	else
		ask(&asking, NULL);
	living_put_back();
}

/* ---- requests by the tables ---- */

static const char *const good_values[] = {
	MEMBER_EMAIL, MEMBER_USERNAME, MEMBER_PASSWORD,         MEMBER_RESET,      MEMBER_MAKE,
	SPENT_RESET,  OLD_RESET,       "another good password", "eve@example.org", "<rk>",
	"",           "short",
};

static const char *const good_headers[] = {
	"Host: id.example.org:443\n",
	"Host: other\n",
	"X-Backtory-Authentication-Id: " APP_ID "\n",
	"X-Backtory-Authentication-Key: " APP_KEY "\n",
	"Authorization: Bearer " MEMBER_SESSION "\n",
	"Accept: text/html\n",
	"Origin: https://evil.example\n",
	"Sec-Fetch-Site: same-origin\n",
};

#define PICK(array) ((array)[(size_t)rand_r(&dice) % COUNT_OF(array)])

/* The fields of a row, mostly with the values that they are for. */
static void add_fields(struct buf *text, const struct route *route, bool json, unsigned dice)
{
	static const char *const joints[2][3] = { { "", "=", "&" }, { "\"", "\":\"", "\"," } };

	buf_puts(text, json ? "{" : "");
	for (size_t i = 0; i < route->n_fields; i++) {
		bool last = i + 1 == route->n_fields;
		buf_puts(text, joints[json][0]);
		buf_puts(text, route->fields[i].name);
		buf_puts(text, joints[json][1]);
		buf_puts(text, PICK(good_values));
		buf_puts(text, last ? (json ? "\"}" : "") : joints[json][2]);
	}
	buf_puts(text, json && route->n_fields == 0 ? "}" : "");
}

static void add_request(struct buf *text, const struct route *route, unsigned dice)
{
	bool in_query = (route->takes & TAKES_QUERY) && rand_r(&dice) % 2;
	bool json =
		(route->takes & TAKES_JSON) && (!(route->takes & TAKES_FORM) || rand_r(&dice) % 2);

	buf_printf(text, "%s %s%s", route->method, rand_r(&dice) % 8 ? "" : "/api:demo",
	           route->path);
	if (in_query) {
		buf_puts(text, "?");
		add_fields(text, route, false, dice);
	}
	buf_puts(text, "\n");
	for (size_t i = 0; i < COUNT_OF(good_headers); i++)
		buf_puts(text, rand_r(&dice) % 2 ? good_headers[i] : "");
	if (!in_query && route->takes != TAKES_NOTHING) {
		buf_puts(text, json ? "Content-Type: application/json\n\n"
		                    : "Content-Type: application/x-www-form-urlencoded\n\n");
		add_fields(text, route, json, dice);
	}
}

size_t LLVMFuzzerMutate(uint8_t *bytes, size_t size, size_t max);
size_t LLVMFuzzerCustomMutator(uint8_t *bytes, size_t size, size_t max, unsigned dice);

size_t LLVMFuzzerCustomMutator(uint8_t *bytes, size_t size, size_t max, unsigned dice)
{
	if (rand_r(&dice) % 2)
		return LLVMFuzzerMutate(bytes, size, max);
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(1 << 20);
	struct buf text = buf_in(arena);
	const struct dialect *dialect = dialects[(size_t)rand_r(&dice) % (COUNT_OF(dialects) - 1)];
	struct str request;

	add_request(&text, &dialect->routes[(size_t)rand_r(&dice) % dialect->n_routes], dice);
	HOLDS(buf_str(&text, &request) == OK);
	if (request.len > max)
		request.len = max;
	memcpy(bytes, request.ptr, request.len);
	return rand_r(&dice) % 4 ? request.len : LLVMFuzzerMutate(bytes, request.len, max);
}
