/* SPDX-License-Identifier: Apache-2.0 */
/* smtp_test.c - what is refused before a mail server is asked. */
#include "unit.h"
#include "outbound/smtp.h"

/* Nothing listens on port 1. */
#define NOBODY "127.0.0.1:1"

TEST(a_mail_server_is_named_by_an_smtp_url)
{
	static const struct {
		const char *name, *in;
		enum err want;
	} cases[] = {
		{ "plain", "smtp://" NOBODY, OK },
		{ "TLS", "smtps://" NOBODY, OK },
		{ "log-in, encoded", "smtp://us%3Aer:p%40ss%2Fword@" NOBODY, OK },
		{ "name for EHLO", "smtp://" NOBODY "/mail.example.org", OK },
		{ "none", NULL, ERR_CONFIG },
		{ "empty", "", ERR_CONFIG },
		{ "no scheme", NOBODY, ERR_CONFIG },
		{ "another scheme", "http://" NOBODY, ERR_CONFIG },
		{ "a file", "file:///etc/passwd", ERR_CONFIG },
		{ "no host", "smtp://", ERR_CONFIG },
		{ "no such port", "smtp://127.0.0.1:99999", ERR_CONFIG },
		{ "NUL in the password", "smtp://a:b%00c@" NOBODY, ERR_CONFIG },
		{ "line end in the user", "smtp://a%0d%0ab:c@" NOBODY, ERR_CONFIG },
		{ "login options", "smtp://a;AUTH=PLAIN:b@" NOBODY, ERR_CONFIG },
	};
	FOREACH(c, cases) {
		struct smtp_options options = { .url = str(c->in) };
		struct smtp *smtp = NULL;
		CHECK(c->name, smtp_start(&options, &smtp) == c->want);
		CHECK(c->name, (smtp != NULL) == (c->want == OK));
		smtp_stop(smtp);
	}
}

TEST(an_address_cannot_add_an_smtp_command)
{
	static const struct {
		const char *name, *in;
	} cases[] = {
		{ "empty", "" },
		{ "space", "ann lee@example.org" },
		{ "line end", "ann@example.org\r\nRCPT TO:<eve@example.org>" },
		{ "parameter", "ann@example.org> NOTIFY=NEVER" },
		{ "brackets", "<ann@example.org>" },
		{ "DEL", "ann\x7f@example.org" },
	};
	struct smtp_options options = { .url = STR("smtp://" NOBODY) };
	struct str good = STR("rekey@example.org"), reason = STR_NONE;
	enum smtp_outcome outcome = SMTP_OUTCOME_COUNT;
	struct smtp *smtp = NULL;

	CHECK("start", smtp_start(&options, &smtp) == OK);
	FOREACH(c, cases) {
		struct str bad = str(c->in);
		CHECK(c->name, smtp_send(smtp, t->arena, good, bad, STR("x"), &outcome, &reason) ==
		                       ERR_BAD_EMAIL);
		CHECK(c->name, smtp_send(smtp, t->arena, bad, good, STR("x"), &outcome, &reason) ==
		                       ERR_BAD_EMAIL);
		CHECK(c->name, outcome == SMTP_OUTCOME_COUNT && reason.ptr == NULL);
	}
	smtp_stop(smtp);
}

TEST(a_server_that_does_not_listen_may_do_so_later)
{
	struct smtp_options options = { .url = STR("smtp://ann:sesame@" NOBODY),
		                        .starttls_required = true,
		                        .timeout_s = 5 };
	struct str from = STR("rekey@example.org"), to = STR("ann@example.org");
	struct str reason = STR_NONE;
	enum smtp_outcome outcome = SMTP_OUTCOME_COUNT;
	struct smtp *smtp = NULL;

	CHECK("start", smtp_start(&options, &smtp) == OK);
	for (int i = 0; i < 2; i++) {
		CHECK("send", smtp_send(smtp, t->arena, from, to, STR("Subject: x\r\n\r\nx\r\n"),
		                        &outcome, &reason) == OK);
		CHECK("outcome", outcome == SMTP_TRANSIENT);
		CHECK("reason", str_starts(reason, "no connection to the mail server: "));
	}
	bool works = true;
	CHECK("probe", smtp_probe(smtp, t->arena, &works, &reason) == OK && !works);
	CHECK("reason", str_starts(reason, "no connection to the mail server: "));
	smtp_stop(smtp);
	smtp_stop(NULL);
}
