/* SPDX-License-Identifier: Apache-2.0 */
/* https.c - one question, one answer, by libcurl. */
#include "outbound/https.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "base/network.h"
#include "outbound/curl_priv.h"
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { TURN_MS = 15000, CONNECT_MS = 5000, HEADERS_MAX_BYTES = 16 * 1024 };

struct https {
	char *ca_file;
	int timeout_ms;
	atomic_int turns; /* under way */
};

struct https_turn {
	struct https *https;
	CURL *easy;
	int64_t deadline_ms;
};

/* What has come of one answer. */
struct hearing {
	struct buf body;
	size_t header_bytes;
	bool too_long;
};

/* ---- start and stop ---- */

enum err https_start(const struct https_options *options, struct https **ret_https)
{
	struct https *https = calloc(1, sizeof(*https));

	NEED(https);
	https->timeout_ms = options->timeout_ms ? options->timeout_ms : TURN_MS;
	https->ca_file = options->ca_file ? strdup(options->ca_file) : NULL;
	if (options->ca_file && !https->ca_file) {
		free(https);
		return ERR_NOMEM;
	}
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
		free(https->ca_file);
		free(https);
		return ERR_INTERNAL;
	}
	*ret_https = https;
	return OK;
}

void https_stop(struct https *https)
{
	if (!https)
		return;
	curl_global_cleanup();
	free(https->ca_file);
	free(https);
}

/* ---- addresses ---- */

static void free_url(CURLU **url)
{
	curl_url_cleanup(*url);
}

static void free_part(char **part)
{
	curl_free(*part);
}

static bool has_part(CURLU *url, CURLUPart part)
{
	CLEANUP(free_part) char *text = NULL;

	return curl_url_get(url, part, &text, 0) == CURLUE_OK;
}

/* libcurl takes "localhost" for loopback without asking anybody. */
static bool host_is_near(CURLU *url)
{
	CLEANUP(free_part) char *text = NULL;
	struct address address;

	if (curl_url_get(url, CURLUPART_HOST, &text, 0) != CURLUE_OK)
		return false;
	struct str host = str(text);
	if (host.len > 2 && host.ptr[0] == '[')
		host = (struct str){ host.ptr + 1, host.len - 2 };
	return str_is(host, "localhost") ||
	       (address_parse(host, &address) && address_is_near(&address));
}

static bool parts_are_good(CURLU *url)
{
	CLEANUP(free_part) char *scheme = NULL;

	if (curl_url_get(url, CURLUPART_SCHEME, &scheme, 0) != CURLUE_OK ||
	    has_part(url, CURLUPART_USER) || has_part(url, CURLUPART_PASSWORD) ||
	    has_part(url, CURLUPART_FRAGMENT))
		return false;
	return str_is(str(scheme), "https") || (str_is(str(scheme), "http") && host_is_near(url));
}

bool https_url_is_good(struct str url)
{
	CLEANUP(free_url) CURLU *parsed = curl_url();
	char copy[HTTPS_URL_MAX + 1];

	if (!parsed || url.len > HTTPS_URL_MAX)
		return false;
	for (size_t i = 0; i < url.len; i++) {
		if (url.ptr[i] <= ' ' || url.ptr[i] == 0x7f || strchr("\"<>\\#", url.ptr[i]))
			return false;
	}
	memcpy(copy, url.ptr ? url.ptr : "", url.len);
	copy[url.len] = '\0';
	return (str_starts(url, "https://") || str_starts(url, "http://")) &&
	       curl_url_set(parsed, CURLUPART_URL, copy, 0) == CURLUE_OK && parts_are_good(parsed);
}

/* ---- turns ---- */

enum err https_turn_take(struct https *https, struct https_turn **ret_turn)
{
	if (atomic_fetch_add(&https->turns, 1) >= HTTPS_TURNS_MAX) {
		atomic_fetch_sub(&https->turns, 1);
		return ERR_BUSY;
	}
	struct https_turn *turn = calloc(1, sizeof(*turn));
	CURL *easy = turn ? curl_easy_init() : NULL;
	if (!easy) {
		free(turn);
		atomic_fetch_sub(&https->turns, 1);
		return ERR_NOMEM;
	}
	*turn = (struct https_turn){ https, easy, clock_steady_ms() + https->timeout_ms };
	*ret_turn = turn;
	return OK;
}

void https_turn_end(struct https_turn **turn)
{
	if (!*turn)
		return;
	curl_easy_cleanup((*turn)->easy);
	atomic_fetch_sub(&(*turn)->https->turns, 1);
	free(*turn);
	*turn = NULL;
}

/* ---- asking ---- */

/* Anything but the size ends the conversation. */
static size_t on_body(char *bytes, size_t size, size_t n, void *context)
{
	struct hearing *hearing = context;

	if (hearing->body.len + size * n > HTTPS_ANSWER_MAX) {
		hearing->too_long = true;
		return 0;
	}
	buf_add(&hearing->body, (struct str){ bytes, size * n });
	return hearing->body.failed ? 0 : size * n;
}

static size_t on_header(char *bytes, size_t size, size_t n, void *context)
{
	struct hearing *hearing = context;

	(void)bytes;
	hearing->header_bytes += size * n;
	hearing->too_long = hearing->header_bytes > HEADERS_MAX_BYTES;
	return hearing->too_long ? 0 : size * n;
}

static enum err set_place(CURL *easy, const struct https *https, struct str url)
{
	SET(easy, CURLOPT_URL, url.ptr);
	SET(easy, CURLOPT_PROTOCOLS_STR, str_starts(url, "https://") ? "https" : "http");
	SET(easy, CURLOPT_PROXY, ""); /* whatever the environment says */
	SET(easy, CURLOPT_FOLLOWLOCATION, 0L);
	SET(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	SET(easy, CURLOPT_SSL_VERIFYPEER, 1L);
	SET(easy, CURLOPT_SSL_VERIFYHOST, 2L);
	if (https->ca_file) {
		SET(easy, CURLOPT_CAINFO, https->ca_file);
		SET(easy, CURLOPT_CAPATH, (char *)NULL);
	}
	return OK;
}

static enum err set_times(CURL *easy, int64_t left_ms)
{
	SET(easy, CURLOPT_NOSIGNAL, 1L);
	SET(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)(left_ms < CONNECT_MS ? left_ms : CONNECT_MS));
	SET(easy, CURLOPT_TIMEOUT_MS, (long)left_ms);
	return OK;
}

static enum err set_question(CURL *easy, const struct https_question *question,
                             const struct curl_slist *headers)
{
	SET(easy, CURLOPT_USERAGENT, "rekey");
	SET(easy, CURLOPT_HTTPHEADER, headers);
	if (question->form.ptr) {
		SET(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)question->form.len);
		SET(easy, CURLOPT_POSTFIELDS, question->form.ptr);
	}
	if (question->user.ptr) {
		SET(easy, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
		SET(easy, CURLOPT_USERNAME, question->user.ptr);
		SET(easy, CURLOPT_PASSWORD, question->password.ptr ? question->password.ptr : "");
	}
	return OK;
}

static enum err set_ears(CURL *easy, struct hearing *hearing)
{
	SET(easy, CURLOPT_WRITEFUNCTION, on_body);
	SET(easy, CURLOPT_WRITEDATA, hearing);
	SET(easy, CURLOPT_HEADERFUNCTION, on_header);
	SET(easy, CURLOPT_HEADERDATA, hearing);
	return OK;
}

struct headers {
	struct curl_slist *list;
};

static void free_headers(struct headers *headers)
{
	curl_slist_free_all(headers->list);
}

static enum err add_header(struct headers *headers, const char *line)
{
	struct curl_slist *longer = curl_slist_append(headers->list, line);

	NEED(longer);
	headers->list = longer;
	return OK;
}

static enum err make_headers(struct arena *arena, const struct https_question *question,
                             struct headers *headers)
{
	struct str line;

	TRY(add_header(headers, "Accept: application/json"));
	if (!question->bearer.ptr)
		return OK;
	TRY(arena_printf(arena, &line, "Authorization: Bearer %.*s", (int)question->bearer.len,
	                 question->bearer.ptr));
	return add_header(headers, line.ptr);
}

static const char *why_not(CURLcode code, const struct hearing *hearing)
{
	static const struct {
		CURLcode code;
		const char *words;
	} failures[] = {
		{ CURLE_COULDNT_RESOLVE_HOST, "the provider's host is unknown" },
		{ CURLE_COULDNT_CONNECT, "no connection to the provider" },
		{ CURLE_OPERATION_TIMEDOUT, "the provider took too long" },
		{ CURLE_SSL_CONNECT_ERROR, "no encryption with the provider" },
		{ CURLE_PEER_FAILED_VERIFICATION, "the provider's certificate is not trusted" },
		{ CURLE_SSL_CACERT_BADFILE, "the file of trusted certificates cannot be read" },
	};
	if (hearing->too_long)
		return "the provider's answer is too long";
	FOREACH(failure, failures) {
		if (failure->code == code)
			return failure->words;
	}
	return "the connection to the provider broke";
}

static enum err perform(struct https_turn *turn, const struct hearing *hearing,
                        struct https_answer *ret_answer, const char **ret_why)
{
	long status = 0;
	CURLcode code = curl_easy_perform(turn->easy);

	if (code == CURLE_OUT_OF_MEMORY || hearing->body.failed)
		return ERR_NOMEM;
	if (code != CURLE_OK ||
	    curl_easy_getinfo(turn->easy, CURLINFO_RESPONSE_CODE, &status) != CURLE_OK) {
		*ret_why = why_not(code, hearing);
		return ERR_UNREACHABLE;
	}
	ret_answer->status = (int)status;
	return OK;
}

enum err https_ask(struct https_turn *turn, struct arena *arena,
                   const struct https_question *question, struct https_answer *ret_answer,
                   const char **ret_why)
{
	CLEANUP(free_headers) struct headers headers = { NULL };
	struct hearing hearing = { .body = buf_in(arena) };
	int64_t left_ms = turn->deadline_ms - clock_steady_ms();

	if (left_ms <= 0) {
		*ret_why = "the provider took too long";
		return ERR_UNREACHABLE;
	}
	if (!https_url_is_good(question->url)) {
		*ret_why = "the provider's address cannot be asked";
		return ERR_UNREACHABLE;
	}
	curl_easy_reset(turn->easy); /* connections stay */
	TRY(make_headers(arena, question, &headers));
	TRY(set_place(turn->easy, turn->https, question->url));
	TRY(set_times(turn->easy, left_ms));
	TRY(set_question(turn->easy, question, headers.list));
	TRY(set_ears(turn->easy, &hearing));
	enum err err = perform(turn, &hearing, ret_answer, ret_why);
	curl_easy_reset(turn->easy); /* headers and form are the caller's */
	TRY(err);
	return buf_str(&hearing.body, &ret_answer->body);
}
