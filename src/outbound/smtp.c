/* SPDX-License-Identifier: Apache-2.0 */
/* smtp.c - libcurl speaks SMTP; this file listens, and says what became of the mail. */
#include "outbound/smtp.h"
#include "base/crypto.h"
#include "outbound/curl_priv.h"
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum {
	CONNECT_TIMEOUT_S = 10,
	TIMEOUT_S = 30,
	REPLY_SIZE = 256, /* bytes kept of a reply's text */
	QUOTE_MIN = 12,   /* so many bytes of the body in a reply are a quotation */
};

/* How far a conversation has come, in its order. */
enum stage { GREETING, STARTTLS, LOG_IN, SENDER, RECIPIENT, DATA, NOOP };

static const struct {
	const char *command;
	enum stage stage;
} stages[] = {
	{ "EHLO ", GREETING }, { "HELO ", GREETING }, { "STARTTLS", STARTTLS },
	{ "AUTH ", LOG_IN },   { "MAIL ", SENDER },   { "RCPT ", RECIPIENT },
	{ "DATA\r\n", DATA },  { "NOOP", NOOP },
};

static const char *const stage_names[] = {
	[GREETING] = "the greeting",
	[STARTTLS] = "STARTTLS",
	[LOG_IN] = "log-in",
	[SENDER] = "MAIL FROM",
	[RECIPIENT] = "RCPT TO",
	[DATA] = "the message",
	[NOOP] = "NOOP",
};

/* One attempt to send one mail. */
struct talk {
	struct str unsent;
	enum stage stage;
	bool goodbye;                /* QUIT was said, and its reply is of no interest */
	bool logged_in;              /* or tried to */
	bool needs_utf8, lacks_utf8; /* SMTPUTF8 */
	int code;                    /* of the stage's last reply; 0: none yet */
	bool continues;              /* the reply's last line is still to come */
	char reply[REPLY_SIZE];      /* its text */
	size_t reply_len;
};

struct smtp {
	CURL *easy;
	bool has_user;
	struct talk talk;
	char error[CURL_ERROR_SIZE];
};

/* What libcurl sends. The only way to learn where the conversation is, and whether the server
 * offered SMTPUTF8: libcurl says so behind MAIL FROM, and sends the mail all the same if not. */
static void hear_command(struct talk *talk, struct str line)
{
	static const char parameter[] = " SMTPUTF8";

	FOREACH(s, stages) {
		if (str_starts(line, s->command)) {
			talk->stage = s->stage;
			talk->code = 0;
			talk->goodbye = false;
			talk->logged_in = talk->logged_in || s->stage == LOG_IN;
		}
	}
	if (str_starts(line, "QUIT\r\n"))
		talk->goodbye = true;
	if (str_starts(line, "MAIL "))
		talk->lacks_utf8 = talk->needs_utf8 &&
		                   !memmem(line.ptr, line.len, parameter, sizeof(parameter) - 1);
}

static int on_debug(CURL *easy, curl_infotype type, char *bytes, size_t size, void *context)
{
	struct smtp *smtp = context;

	(void)easy;
	if (type == CURLINFO_HEADER_OUT)
		hear_command(&smtp->talk, (struct str){ bytes, size });
	return 0;
}

/* Keeps a reply: its code, and its text with the lines joined. */
static void hear_reply(struct talk *talk, struct str line)
{
	long long code;

	if (line.len < 3 || !str_to_number((struct str){ line.ptr, 3 }, 599, &code))
		return;
	if (!talk->continues)
		talk->reply_len = 0;
	talk->code = (int)code;
	talk->continues = line.len > 3 && line.ptr[3] == '-';
	if (talk->reply_len > 0 && talk->reply_len < REPLY_SIZE)
		talk->reply[talk->reply_len++] = ' ';
	for (size_t i = 4; i < line.len && talk->reply_len < REPLY_SIZE; i++) {
		char c = line.ptr[i];
		if (c != '\r' && c != '\n')
			talk->reply[talk->reply_len++] = c >= ' ' && c <= '~' ? c : '?';
	}
}

/* What the server answers. Anything but the size ends the conversation. */
static size_t on_reply(char *bytes, size_t size, size_t n, void *context)
{
	struct smtp *smtp = context;

	if (smtp->talk.goodbye)
		return size * n;
	hear_reply(&smtp->talk, (struct str){ bytes, size * n });
	return smtp->talk.lacks_utf8 ? 0 : size * n;
}

static size_t on_upload(char *room, size_t size, size_t n, void *context)
{
	struct smtp *smtp = context;
	struct str *unsent = &smtp->talk.unsent;
	size_t part = unsent->len < size * n ? unsent->len : size * n;

	if (part > 0)
		memcpy(room, unsent->ptr, part);
	*unsent = str_from(*unsent, part);
	return part;
}

/* A sink: SMTP has no body to receive, and libcurl would print it. */
static size_t on_download(char *bytes, size_t size, size_t n, void *context)
{
	(void)bytes;
	(void)context;
	return size * n;
}

static enum err url_error(CURLUcode code)
{
	if (code == CURLUE_OK)
		return OK;
	return code == CURLUE_OUT_OF_MEMORY ? ERR_NOMEM : ERR_CONFIG;
}

static void free_url(CURLU **url)
{
	curl_url_cleanup(*url);
}

static void free_part(char **part)
{
	if (*part)
		wipe(*part, strlen(*part));
	curl_free(*part);
}

static void free_copy(char **copy)
{
	if (*copy)
		wipe(*copy, strlen(*copy));
	free(*copy);
}

/* Sets an option to a decoded part of the url, and takes that part out of it. */
static enum err move_part(CURLU *url, CURLUPart part, CURL *easy, CURLoption option)
{
	CLEANUP(free_part) char *text = NULL;
	CURLUcode code = curl_url_get(url, part, &text, CURLU_URLDECODE);

	if (code == CURLUE_NO_USER || code == CURLUE_NO_PASSWORD)
		return OK;
	TRY(url_error(code));
	SET(easy, option, text);
	return url_error(curl_url_set(url, part, NULL, 0));
}

static enum err set_server(CURL *easy, struct str url, bool *ret_has_user)
{
	CLEANUP(free_url) CURLU *parsed = curl_url();
	CLEANUP(free_copy) char *copy = url.ptr ? strndup(url.ptr, url.len) : strdup("");
	CLEANUP(free_part) char *scheme = NULL, *options = NULL, *rest = NULL, *user = NULL;

	NEED(parsed);
	NEED(copy);
	if (strlen(copy) != url.len)
		return ERR_CONFIG;
	TRY(url_error(curl_url_set(parsed, CURLUPART_URL, copy, 0)));
	TRY(url_error(curl_url_get(parsed, CURLUPART_SCHEME, &scheme, 0)));
	if (!str_is(str(scheme), "smtp") && !str_is(str(scheme), "smtps"))
		return ERR_CONFIG;
	/* A ';' in the user's name begins options of libcurl's own: it has to be encoded. */
	if (curl_url_get(parsed, CURLUPART_OPTIONS, &options, 0) != CURLUE_NO_OPTIONS)
		return ERR_CONFIG;
	*ret_has_user = curl_url_get(parsed, CURLUPART_USER, &user, 0) == CURLUE_OK;
	TRY(move_part(parsed, CURLUPART_USER, easy, CURLOPT_USERNAME));
	TRY(move_part(parsed, CURLUPART_PASSWORD, easy, CURLOPT_PASSWORD));
	TRY(url_error(curl_url_get(parsed, CURLUPART_URL, &rest, 0)));
	SET(easy, CURLOPT_URL, rest);
	return OK;
}

static enum err set_security(CURL *easy, const struct smtp_options *options)
{
	SET(easy, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
	SET(easy, CURLOPT_PROXY, ""); /* whatever the environment says */
	SET(easy, CURLOPT_USE_SSL,
	    (long)(options->starttls_required ? CURLUSESSL_ALL : CURLUSESSL_NONE));
	SET(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	SET(easy, CURLOPT_SSL_VERIFYPEER, 1L);
	SET(easy, CURLOPT_SSL_VERIFYHOST, 2L);
	if (options->ca_file) {
		SET(easy, CURLOPT_CAINFO, options->ca_file);
		SET(easy, CURLOPT_CAPATH, (char *)NULL);
	}
	return OK;
}

static enum err set_limits(CURL *easy, const struct smtp_options *options)
{
	long connect_s =
		options->connect_timeout_s ? options->connect_timeout_s : CONNECT_TIMEOUT_S;
	long whole_s = options->timeout_s ? options->timeout_s : TIMEOUT_S;

	SET(easy, CURLOPT_NOSIGNAL, 1L);
	SET(easy, CURLOPT_CONNECTTIMEOUT, connect_s);
	SET(easy, CURLOPT_TIMEOUT, whole_s);
	/* The whole does not count the good-bye after a refusal; this does. */
	SET(easy, CURLOPT_SERVER_RESPONSE_TIMEOUT, whole_s);
	return OK;
}

static enum err set_ears(CURL *easy, struct smtp *smtp)
{
	SET(easy, CURLOPT_ERRORBUFFER, smtp->error);
	SET(easy, CURLOPT_VERBOSE, 1L); /* to on_debug() */
	SET(easy, CURLOPT_DEBUGFUNCTION, on_debug);
	SET(easy, CURLOPT_DEBUGDATA, smtp);
	SET(easy, CURLOPT_HEADERFUNCTION, on_reply);
	SET(easy, CURLOPT_HEADERDATA, smtp);
	SET(easy, CURLOPT_WRITEFUNCTION, on_download);
	SET(easy, CURLOPT_UPLOAD, 1L);
	SET(easy, CURLOPT_READFUNCTION, on_upload);
	SET(easy, CURLOPT_READDATA, smtp);
	return OK;
}

static void stop_unless_started(struct smtp **smtp)
{
	smtp_stop(*smtp);
}

enum err smtp_start(const struct smtp_options *options, struct smtp **ret_smtp)
{
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return ERR_INTERNAL;
	CLEANUP(stop_unless_started) struct smtp *smtp = calloc(1, sizeof(*smtp));
	if (!smtp) {
		curl_global_cleanup();
		return ERR_NOMEM;
	}
	NEED(smtp->easy = curl_easy_init());
	TRY(set_ears(smtp->easy, smtp));
	TRY(set_server(smtp->easy, options->url, &smtp->has_user));
	TRY(set_security(smtp->easy, options));
	TRY(set_limits(smtp->easy, options));
	*ret_smtp = smtp;
	smtp = NULL;
	return OK;
}

void smtp_stop(struct smtp *smtp)
{
	curl_socket_t kept = CURL_SOCKET_BAD;

	if (!smtp)
		return;
	/* libcurl says QUIT and would wait two minutes for the answer. */
	if (smtp->easy && curl_easy_getinfo(smtp->easy, CURLINFO_ACTIVESOCKET, &kept) == CURLE_OK &&
	    kept != CURL_SOCKET_BAD)
		shutdown(kept, SHUT_RD);
	curl_easy_cleanup(smtp->easy);
	curl_global_cleanup();
	wipe(smtp, sizeof(*smtp));
	free(smtp);
}

/* What can stand between the angle brackets of MAIL FROM and RCPT TO. */
static bool address_is_good(struct str address)
{
	for (size_t i = 0; i < address.len; i++) {
		unsigned char c = (unsigned char)address.ptr[i];
		if (c <= ' ' || c == 0x7f || c == '<' || c == '>')
			return false;
	}
	return address.len > 0;
}

static bool is_ascii(struct str text)
{
	for (size_t i = 0; i < text.len; i++) {
		if ((unsigned char)text.ptr[i] >= 0x80)
			return false;
	}
	return true;
}

struct mail {
	struct str from, to, eml;
	struct curl_slist *recipients;
};

static void free_recipients(struct mail *mail)
{
	curl_slist_free_all(mail->recipients);
}

static enum err attempt(struct smtp *smtp, const struct mail *mail, bool anew, CURLcode *ret_code)
{
	smtp->talk = (struct talk){ .unsent = mail->eml };
	smtp->talk.needs_utf8 = !is_ascii(mail->from) || !is_ascii(mail->to);
	smtp->error[0] = '\0';
	SET(smtp->easy, CURLOPT_FRESH_CONNECT, anew ? 1L : 0L);
	SET(smtp->easy, CURLOPT_MAIL_FROM, mail->from.ptr);
	SET(smtp->easy, CURLOPT_MAIL_RCPT, mail->recipients);
	SET(smtp->easy, CURLOPT_INFILESIZE_LARGE, (curl_off_t)mail->eml.len);
	CURLcode code = curl_easy_perform(smtp->easy);
	smtp->talk.unsent = STR_NONE;
	SET(smtp->easy, CURLOPT_MAIL_RCPT, (struct curl_slist *)NULL);
	*ret_code = code;
	return code == CURLE_OUT_OF_MEMORY ? ERR_NOMEM : OK;
}

/* Whether the server had given up a kept connection before this mail came. */
static bool was_stale(const struct smtp *smtp, CURLcode code)
{
	long connects = 1;

	if (code == CURLE_OK || code == CURLE_OPERATION_TIMEDOUT || smtp->talk.stage != SENDER)
		return false;
	return curl_easy_getinfo(smtp->easy, CURLINFO_NUM_CONNECTS, &connects) == CURLE_OK &&
	       connects == 0 && (smtp->talk.code == 0 || smtp->talk.code == 421);
}

static bool was_refused(const struct talk *talk)
{
	return talk->code >= 400 && !talk->continues;
}

/* "Log in first", "not with this password", "not without encryption" (RFC 4954, 6): a setting that
 * the operator can mend while the mail still has sense. */
static bool is_about_log_in(int code)
{
	return code == 530 || code == 534 || code == 535 || code == 538;
}

static enum smtp_outcome outcome_of(const struct talk *talk, CURLcode code)
{
	if (code == CURLE_OK)
		return SMTP_SENT;
	if (talk->lacks_utf8)
		return SMTP_PERMANENT;
	if (was_refused(talk) && talk->code >= 500 && talk->stage >= SENDER &&
	    !is_about_log_in(talk->code))
		return SMTP_PERMANENT;
	return SMTP_TRANSIENT;
}

static const char *failure_words(CURLcode code)
{
	static const struct {
		CURLcode code;
		const char *words;
	} failures[] = {
		{ CURLE_COULDNT_RESOLVE_HOST, "the mail server's name is unknown" },
		{ CURLE_COULDNT_CONNECT, "no connection to the mail server" },
		{ CURLE_OPERATION_TIMEDOUT, "the mail server took too long" },
		{ CURLE_USE_SSL_FAILED, "no encryption with the mail server" },
		{ CURLE_SSL_CONNECT_ERROR, "no encryption with the mail server" },
		{ CURLE_PEER_FAILED_VERIFICATION, "the mail server's certificate is not trusted" },
		{ CURLE_SSL_CACERT_BADFILE, "the file of trusted certificates cannot be read" },
		{ CURLE_LOGIN_DENIED, "the mail server does not let us log in" },
		{ CURLE_RECV_ERROR, "the connection to the mail server broke" },
		{ CURLE_SEND_ERROR, "the connection to the mail server broke" },
	};
	FOREACH(f, failures) {
		if (f->code == code)
			return f->words;
	}
	return "the mail could not be handed over";
}

/* A server may quote what it was sent. Of a log-in the status alone is kept (535 5.7.8), and
 * elsewhere what is also in the mail's body is hidden. */
static void hide_quotations(struct talk *talk, struct str eml)
{
	static const char empty_line[] = "\r\n\r\n";
	const char *body = memmem(eml.ptr, eml.len, empty_line, sizeof(empty_line) - 1);
	size_t size = body ? eml.len - (size_t)(body - eml.ptr) : 0;
	char shown[REPLY_SIZE];

	if (talk->stage == LOG_IN) {
		size_t status = 0;
		while (status < talk->reply_len && strchr("0123456789.", talk->reply[status]))
			status++;
		talk->reply_len = status;
	}
	memcpy(shown, talk->reply, sizeof(shown));
	for (size_t i = 0; body && i + QUOTE_MIN <= talk->reply_len; i++) {
		if (memmem(body, size, talk->reply + i, QUOTE_MIN))
			memset(shown + i, '*', QUOTE_MIN);
	}
	memcpy(talk->reply, shown, sizeof(shown));
	wipe(shown, sizeof(shown));
}

static enum err reason_of(struct smtp *smtp, struct arena *arena, CURLcode code,
                          struct str *ret_reason)
{
	const struct talk *talk = &smtp->talk;
	int len = (int)talk->reply_len;

	if (code == CURLE_OK)
		return arena_printf(arena, ret_reason, "taken: %d %.*s", talk->code, len,
		                    talk->reply);
	if (talk->lacks_utf8)
		return arena_str(arena,
		                 STR("the mail server does not offer SMTPUTF8, which an address "
		                     "with letters beyond ASCII needs"),
		                 ret_reason);
	if (was_refused(talk))
		return arena_printf(arena, ret_reason, "refused at %s: %d %.*s",
		                    stage_names[talk->stage], talk->code, len, talk->reply);
	for (char *c = smtp->error; *c; c++) {
		if (*c < ' ' || *c > '~')
			*c = '?';
	}
	return arena_printf(arena, ret_reason, "%s: %s", failure_words(code),
	                    smtp->error[0] ? smtp->error : curl_easy_strerror(code));
}

enum err smtp_send(struct smtp *smtp, struct arena *arena, struct str from, struct str to,
                   struct str eml, enum smtp_outcome *ret_outcome, struct str *ret_reason)
{
	CLEANUP(free_recipients) struct mail mail = { .eml = eml };
	CURLcode code = CURLE_OK;

	if (!address_is_good(from) || !address_is_good(to))
		return ERR_BAD_EMAIL;
	TRY(arena_str(arena, from, &mail.from));
	TRY(arena_str(arena, to, &mail.to));
	NEED(mail.recipients = curl_slist_append(NULL, mail.to.ptr));
	TRY(attempt(smtp, &mail, false, &code));
	if (was_stale(smtp, code))
		TRY(attempt(smtp, &mail, true, &code));
	hide_quotations(&smtp->talk, eml);
	/* From here on nothing may fail: a mail that was taken must not be sent again. */
	*ret_outcome = outcome_of(&smtp->talk, code);
	if (reason_of(smtp, arena, code, ret_reason) != OK)
		*ret_reason = STR("there was no memory to say why");
	wipe(&smtp->talk, sizeof(smtp->talk));
	return OK;
}

/* ---- a look at the server ---- */

/* Without anything to upload libcurl says this one command, after all that comes before a mail. */
static enum err say_noop(struct smtp *smtp, CURLcode *ret_code)
{
	smtp->talk = (struct talk){ .stage = GREETING };
	smtp->error[0] = '\0';
	SET(smtp->easy, CURLOPT_FRESH_CONNECT, 1L);
	SET(smtp->easy, CURLOPT_UPLOAD, 0L);
	SET(smtp->easy, CURLOPT_CUSTOMREQUEST, "NOOP");
	CURLcode code = curl_easy_perform(smtp->easy);
	SET(smtp->easy, CURLOPT_CUSTOMREQUEST, (char *)NULL);
	SET(smtp->easy, CURLOPT_UPLOAD, 1L);
	*ret_code = code;
	return code == CURLE_OUT_OF_MEMORY ? ERR_NOMEM : OK;
}

enum err smtp_probe(struct smtp *smtp, struct arena *arena, bool *ret_works, struct str *ret_reason)
{
	CURLcode code = CURLE_OK;
	struct str reason;

	TRY(say_noop(smtp, &code));
	hide_quotations(&smtp->talk, STR(""));
	/* libcurl goes on without a log-in where none is offered, and the mails are refused later.
	 */
	bool skipped = code == CURLE_OK && smtp->has_user && !smtp->talk.logged_in;
	if (skipped)
		TRY(arena_str(arena, STR("the mail server offers no log-in that we know"),
		              &reason));
	else if (code == CURLE_OK)
		TRY(arena_str(arena, smtp->has_user ? STR("logged in") : STR("without a log-in"),
		              &reason));
	else
		TRY(reason_of(smtp, arena, code, &reason));
	wipe(&smtp->talk, sizeof(smtp->talk));
	*ret_works = code == CURLE_OK && !skipped;
	*ret_reason = reason;
	return OK;
}
