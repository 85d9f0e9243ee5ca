# SPDX-License-Identifier: Apache-2.0
"""Mail: through a real server, through one that fails, and what a mail looks like."""

import email.utils
import json
import re
import time

import pytest
from mail_server import PASSWORD as MAIL_PASSWORD
from mail_server import USER as MAIL_USER
from server import (MAIL_FROM, NEW_PASSWORD, NO_LIMITS, PASSWORD, has_reset_link, html_of, link_in, recipients_of, secret_in,
                    text_of, token_in)
from sink import CLOSE, HANG

SETTINGS = NO_LIMITS


@pytest.fixture
def posted(make_rekey, mail_server):
    """A server that mails through the real mail server."""
    rekey = make_rekey({"mail.url": mail_server.url(), "mail.starttls": "required",
                        "mail.ca_file": mail_server.ca_file}).start()
    rekey.seen_mails |= {mail["Message-ID"] for mail in mail_server.mails()}
    rekey.delivers_to(mail_server)
    return rekey


@pytest.fixture
def sunk(make_rekey, sink):
    return make_rekey({"mail.url": sink.url()}).start()


# ---- through a real server ----

def test_a_whole_reset_through_a_real_mail_server(posted):
    posted.has_account("ann@example.org")
    session = posted.session_of("ann@example.org")
    reference = posted.asks_for_reset("ann@example.org").body["reference"]
    mail = posted.mail_to("ann@example.org")
    assert reference in text_of(mail)
    page = posted.open_link(link_in(mail))
    assert page.status == 200
    answer = posted.submit(page.page.form_with("new"), new=NEW_PASSWORD, confirm=NEW_PASSWORD)
    assert answer.status in (200, 303)
    assert posted.can_log_in("ann@example.org", NEW_PASSWORD)
    assert not posted.can_log_in("ann@example.org", PASSWORD)
    assert not posted.session_lives(session)
    notice = posted.mail_to("ann@example.org")
    assert not has_reset_link(notice) and NEW_PASSWORD not in text_of(notice)
    posted.gets_no_mail()


def test_a_whole_backtory_recovery_through_a_real_mail_server(posted):
    app = posted.has_app("shop", dialects=["backtory"])
    posted.has_account("ann@example.org", username="ann")
    answer = posted.post("/auth/forgot-password", query={"username": "ann"}, headers=posted.backtory_headers(app))
    assert answer.status == 200
    page = posted.open_link(link_in(posted.mail_to("ann@example.org"))).page
    posted.submit(page.form_with("username"), username="ann")
    made = secret_in(posted.mail_to("ann@example.org"))
    deadline = time.monotonic() + 20
    while posted.backtory_log_in(app, "ann", made).status != 200:
        assert time.monotonic() < deadline
    assert posted.backtory_log_in(app, "ann", PASSWORD).status == 401


def test_a_whole_hack_system_reset_through_a_real_mail_server(posted):
    posted.has_app("hack", dialects=["hacksystem"])
    posted.has_account("ann@example.org")
    assert posted.get("/reset/password", query={"email": "ann@example.org"}).status == 200
    code = secret_in(posted.mail_to("ann@example.org"))
    assert posted.post("/reset/password", code=code, password=NEW_PASSWORD).status == 200
    assert posted.hack_log_in("ann@example.org", NEW_PASSWORD).status == 200


def test_the_real_server_got_it_with_tls_and_log_in_from_the_configured_sender(posted, mail_server):
    posted.has_account("ann@example.org")
    posted.asks_for_reset("ann@example.org")
    mail = posted.mail_to("ann@example.org")
    assert "with ESMTPSA" in " ".join(str(mail["Received"]).split())  # S: by TLS, A: with AUTH
    assert str(mail["Return-Path"]).strip("<> ") in ("", MAIL_FROM)
    assert recipients_of(mail) == ["ann@example.org"] and mail["Delivered-To"] == "ann@example.org"


def test_without_the_authoritys_certificate_nothing_is_sent(make_rekey, mail_server, certificates):
    rekey = make_rekey({"mail.url": mail_server.url(), "mail.starttls": "required",
                        "mail.ca_file": certificates / "ca.pem"}).start()
    rekey.has_account("eve@example.org")
    rekey.asks_for_reset("eve@example.org")
    deadline = time.monotonic() + 30
    while not rekey.sql("SELECT count(*) FROM outbox WHERE attempts > 0 AND last_error <> ''")[0][0]:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    time.sleep(1)
    assert not [mail for mail in mail_server.mails() if "eve@example.org" in recipients_of(mail)]


def test_with_a_wrong_password_for_the_mail_server_nothing_is_sent_and_the_operator_sees_why(make_rekey, mail_server):
    rekey = make_rekey({"mail.url": mail_server.url(password="wrong"), "mail.starttls": "required",
                        "mail.ca_file": mail_server.ca_file}).start()
    rekey.has_account("eva@example.org")
    rekey.asks_for_reset("eva@example.org")
    deadline = time.monotonic() + 30
    while not rekey.sql("SELECT count(*) FROM outbox WHERE attempts > 0 AND last_error <> ''")[0][0]:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert not [mail for mail in mail_server.mails() if "eva@example.org" in recipients_of(mail)]


def test_who_is_added_without_a_password_is_invited_to_choose_one(posted):
    posted.has_app()
    posted.command("account", "add", "amy@example.org", "--username", "amy")
    assert not posted.can_log_in("amy@example.org", "") and not posted.can_log_in("amy@example.org", PASSWORD)
    form = posted.open_link(link_in(posted.mail_to("amy@example.org"))).page.form_with("new")
    assert posted.submit(form, new=NEW_PASSWORD, confirm=NEW_PASSWORD).status in (200, 303)
    assert posted.can_log_in("amy@example.org", NEW_PASSWORD) and posted.can_log_in("amy", NEW_PASSWORD)


# Taken up at once, it would slow down the very next request, whose time would then tell that there
# was somebody to mail. script/timing measures that; here, that the pause is there at all.
def test_a_mail_leaves_at_a_moment_left_to_chance(make_rekey):
    rekey = make_rekey(NO_LIMITS).start()
    rekey.has_account("ann@example.org")
    waits = []
    for n in range(1, 21):
        rekey.asks_for_reset("ann@example.org")
        asked = time.monotonic()
        while len(list(rekey.mail_directory.glob("*.eml"))) < n:
            assert time.monotonic() < asked + 20
            time.sleep(0.002)
        waits.append(time.monotonic() - asked)
    assert sum(wait > 0.04 for wait in waits) >= 5, waits


# ---- STARTTLS ----

def test_where_starttls_is_required_and_not_offered_nothing_is_said(make_rekey, sink):
    rekey = make_rekey({"mail.url": sink.url(f"{MAIL_USER}:{MAIL_PASSWORD}@"), "mail.starttls": "required"}).start()
    rekey.has_account("ann@example.org")
    rekey.asks_for_reset("ann@example.org")
    sink.wait_for(lambda: sink.connections > 0)
    time.sleep(2)
    assert not [command for command in sink.commands if command.split(" ")[0] in ("AUTH", "MAIL", "RCPT", "DATA")]
    assert not sink.received


def test_starttls_is_the_default(make_rekey, sink):
    rekey = make_rekey({"mail.url": sink.url(), "mail.starttls": None}).start()
    rekey.has_account("ann@example.org")
    rekey.asks_for_reset("ann@example.org")
    sink.wait_for(lambda: sink.connections > 0)
    time.sleep(2)
    assert not sink.received


def test_where_starttls_is_required_and_refused_nothing_is_said(make_rekey, tls_sink, certificates):
    tls_sink.answers("STARTTLS", "454 4.7.0 not now")
    rekey = make_rekey({"mail.url": tls_sink.url(), "mail.starttls": "required", "mail.ca_file": certificates / "ca.pem"}).start()
    rekey.has_account("ann@example.org")
    rekey.asks_for_reset("ann@example.org")
    tls_sink.wait_for(lambda: "STARTTLS" in tls_sink.commands)
    time.sleep(2)
    assert not [command for command in tls_sink.commands if command.startswith("MAIL")]
    tls_sink.obeys()
    rekey.hurry_mail()
    tls_sink.wait_for(lambda: tls_sink.accepted(), seconds=60)


# ---- a server that fails ----

def test_a_transient_failure_is_tried_again_with_the_same_mail(sunk, sink):
    sunk.has_account("ann@example.org")
    sink.answers("BODY", "450 4.2.0 come again", times=2)
    sunk.asks_for_reset("ann@example.org")
    for attempts in (1, 2):
        sink.wait_for(lambda: len(sink.received) == attempts, seconds=60)
        time.sleep(0.5)
        sunk.hurry_mail()
    sink.wait_for(lambda: sink.accepted(), seconds=60)
    first, second, third = (one.mail for one in sink.received)
    assert first["Message-ID"] == second["Message-ID"] == third["Message-ID"]
    assert link_in(first) == link_in(second) == link_in(third)
    assert text_of(first) == text_of(third)
    assert sunk.put_password(token=token_in(third), new=NEW_PASSWORD).status == 204


def test_the_delay_between_attempts_grows(sunk, sink):
    sunk.has_account("ann@example.org")
    sink.answers("RCPT", "450 4.2.0 come again")
    sunk.asks_for_reset("ann@example.org")
    delays = []
    for attempts in (1, 2, 3):
        sink.wait_for(lambda: len([command for command in sink.commands if command.startswith("RCPT")]) == attempts, seconds=60)
        # While the attempt is under way the row is leased: the lease is no delay.
        deadline = time.monotonic() + 30
        while sunk.sql("SELECT count(*) FROM outbox WHERE attempts = ? AND last_error <> '' AND next_attempt_at < ?",
                       attempts, int(time.time()) + 40)[0][0] == 0:
            assert time.monotonic() < deadline
            time.sleep(0.02)
        delays.append(sunk.sql("SELECT next_attempt_at FROM outbox")[0][0] - time.time())
        sunk.hurry_mail()
    assert 0 < delays[0], delays
    assert delays[0] < delays[2], delays


def test_every_step_that_fails_for_now_is_tried_again(sunk, sink):
    sunk.has_app()
    for number, (step, line) in enumerate((("CONNECT", "421 4.3.2 busy"), ("MAIL", "451 4.3.0 later"), ("RCPT", "450 4.2.1 later"),
                                           ("DATA", "451 4.3.0 later"), ("BODY", "452 4.3.1 full"), ("CONNECT", CLOSE),
                                           ("EHLO", CLOSE), ("RCPT", CLOSE), ("BODY", CLOSE))):
        address = f"ann{number}@example.org"
        sunk.has_account(address)
        sunk.restart()  # a connection of its own, lest one that stayed open be used again
        sink.answers(step, line, times=1)
        sunk.asks_for_reset(address)
        sink.wait_for(lambda: sink.is_done_with(step), seconds=60)
        time.sleep(0.3)
        deadline = time.monotonic() + 60
        while not [one for one in sink.accepted() if address in one.recipients]:
            assert time.monotonic() < deadline, (step, line)
            sunk.hurry_mail()
            time.sleep(0.5)
        sink.obeys()


def test_a_permanent_failure_is_listed_as_dead_and_can_be_retried(sunk, sink):
    sunk.has_account("ann@example.org")
    sink.answers("RCPT", "550 5.1.1 no such mailbox")
    sunk.asks_for_reset("ann@example.org")
    deadline = time.monotonic() + 30
    while not (dead := [row for row in sunk.mail_list() if row["state"] == "dead"]):
        assert time.monotonic() < deadline, sunk.mail_list()
        time.sleep(0.2)
    assert len(dead) == 1 and "550" in json.dumps(dead)
    attempts = len([command for command in sink.commands if command.startswith("RCPT")])
    time.sleep(2)
    assert len([command for command in sink.commands if command.startswith("RCPT")]) == attempts == 1
    sink.obeys()
    sunk.command("mail", "retry", str(dead[0]["id"]))
    sink.wait_for(lambda: sink.accepted(), seconds=60)
    assert sunk.put_password(token=token_in(sink.accepted()[0].mail), new=NEW_PASSWORD).status == 204
    assert not [row for row in sunk.mail_list() if row["state"] == "dead"]


def test_a_554_for_the_text_is_permanent_too(sunk, sink):
    sunk.has_account("ann@example.org")
    sink.answers("BODY", "554 5.7.1 looks like spam")
    sunk.asks_for_reset("ann@example.org")
    deadline = time.monotonic() + 30
    while not [row for row in sunk.mail_list() if row["state"] == "dead"]:
        assert time.monotonic() < deadline, sunk.mail_list()
        time.sleep(0.2)
    sink.obeys()
    sunk.command("mail", "retry", "--all")
    sink.wait_for(lambda: sink.accepted(), seconds=60)


def test_all_dead_mails_are_retried_though_a_thousand_newer_requests_bury_them(sunk, sink):
    # Found by script/torture: the list ended after the newest 1000 rows, whatever their state.
    sunk.has_account("ann@example.org")
    sink.answers("RCPT", "550 5.1.1 no such mailbox")
    sunk.asks_for_reset("ann@example.org")
    sink.wait_for(lambda: sunk.mail_list()[0]["state"] == "dead")
    sink.obeys()
    sunk.sql("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)"
             " INSERT INTO outbox (app_id, kind, state, nonce, reference, login, epoch, network, attempts, created_at,"
             " expires_at, next_attempt_at, settled_at, last_error)"
             " SELECT app_id, kind, 3, nonce, reference, 'nobody@example.org', epoch, network, attempts, created_at,"
             " expires_at, next_attempt_at, settled_at, last_error FROM outbox, n WHERE id = 1")
    assert [row["id"] for row in sunk.mail_list() if row["state"] == "dead"] == [1]
    assert sunk.command("mail", "retry", "--all") == "1 due again\n"
    sink.wait_for(lambda: sink.accepted(), seconds=60)


def test_retrying_a_mail_that_is_not_there_is_refused(sunk):
    sunk.has_app()
    done = sunk.run("mail", "retry", "4711")
    assert done.returncode == 1 and len(done.stderr.strip().splitlines()) == 1


def test_a_mail_is_not_sent_when_its_link_would_be_dead(sunk, sink):
    sunk.has_account("ann@example.org")
    sink.answers("RCPT", "450 4.2.0 come again")
    sunk.asks_for_reset("ann@example.org")
    sink.wait_for(lambda: [command for command in sink.commands if command.startswith("RCPT")])
    time.sleep(0.5)
    sunk.sql("UPDATE outbox SET expires_at = ?", int(time.time()) - 1)
    sink.obeys()
    sunk.hurry_mail()
    time.sleep(4)
    assert not sink.accepted()


def test_a_server_that_hangs_holds_up_no_request(sunk, sink):
    sunk.has_account("ann@example.org")
    sink.answers("CONNECT", HANG)
    sunk.asks_for_reset("ann@example.org")
    sink.wait_for(lambda: sink.connections > 0)
    began = time.monotonic()
    for _ in range(3):
        sunk.asks_for_reset("nobody@example.org")
        assert sunk.can_log_in("ann@example.org", PASSWORD)
    assert time.monotonic() - began < 5


def test_a_mail_survives_a_crash_between_request_and_mail(sunk, sink):
    sunk.has_account("ann@example.org")
    sink.answers("CONNECT", "421 4.3.2 busy")
    reference = sunk.asks_for_reset("ann@example.org").body["reference"]
    sunk.kill()
    sink.obeys()
    sunk.start()
    sunk.hurry_mail()
    sink.wait_for(lambda: sink.accepted(), seconds=60)
    mail = sink.accepted()[0].mail
    assert reference in text_of(mail)
    assert sunk.put_password(token=token_in(mail), new=NEW_PASSWORD).status == 204


def test_a_mail_survives_a_crash_in_the_middle_of_its_sending(sunk, sink):
    sunk.has_account("ann@example.org")
    sink.answers("BODY", HANG, times=1)
    sunk.asks_for_reset("ann@example.org")
    sink.wait_for(lambda: sink.received)
    sunk.kill()
    sink.obeys()
    sunk.start()
    deadline = time.monotonic() + 90
    while not sink.accepted():
        assert time.monotonic() < deadline, "the mail that was being sent when the server died never came"
        sunk.hurry_mail()
        time.sleep(0.5)
    assert sink.accepted()[0].mail["Message-ID"] == sink.received[0].mail["Message-ID"]
    assert sunk.put_password(token=token_in(sink.accepted()[0].mail), new=NEW_PASSWORD).status == 204


# ---- what a mail looks like ----

def test_a_recovery_mail_is_well_formed(sunk, sink):
    sunk.has_account("ann@example.org")
    reference = sunk.asks_for_reset("ann@example.org").body["reference"]
    sink.wait_for(lambda: sink.accepted())
    received = sink.accepted()[0]
    mail, raw = received.mail, received.raw
    assert received.recipients == ["ann@example.org"] and received.sender in ("", MAIL_FROM)
    for name in ("From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type", "Auto-Submitted"):
        assert len(mail.get_all(name, [])) == 1, name
    assert mail["Auto-Submitted"] == "auto-generated"
    assert recipients_of(mail) == ["ann@example.org"] and not mail["Cc"] and not mail["Bcc"]
    assert email.utils.parseaddr(str(mail["From"]))[1] == MAIL_FROM
    assert re.fullmatch(r"<[^<>@\s]+@[^<>@\s]+>", mail["Message-ID"])
    assert abs(email.utils.parsedate_to_datetime(str(mail["Date"])).timestamp() - time.time()) < 120
    assert mail.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
    assert all(part.get_content_charset() == "utf-8" for part in mail.iter_parts())
    for words in (text_of(mail), html_of(mail)):
        assert "ignore" in words.lower() and reference in words and token_in(mail) in words
    lines = raw.split(b"\r\n")
    assert b"\n" not in b"".join(lines) and max(len(line) for line in lines) <= 998
    assert not mail.defects and not [part.defects for part in mail.walk() if part.defects]


def test_the_html_part_has_no_trackers_and_leads_only_to_the_link(sunk, sink):
    sunk.has_account("ann@example.org")
    sunk.asks_for_reset("ann@example.org")
    sink.wait_for(lambda: sink.accepted())
    mail = sink.accepted()[0].mail
    words = html_of(mail)
    assert not re.search(r"<(img|script|iframe|link|object|form)\b", words, re.IGNORECASE)
    assert set(re.findall(r'href="([^"]*)"', words)) == {link_in(mail)}
    assert not re.search(r"\bsrc=|url\(", words, re.IGNORECASE)


def test_a_mail_goes_to_the_stored_address_alone(sunk, sink):
    sunk.has_account("Ann.Smith@example.org")
    for number, typed in enumerate(("ann.smith@example.org", "ANN.SMITH@EXAMPLE.ORG", "Ann.Smith@Example.Org")):
        sunk.asks_for_reset(typed)
        sink.wait_for(lambda: len(sink.accepted()) == number + 1)
        received = sink.accepted()[number]
        assert received.recipients == ["Ann.Smith@example.org"] and recipients_of(received.mail) == ["Ann.Smith@example.org"]
        assert typed == "Ann.Smith@example.org" or typed.encode() not in received.raw


def test_look_alikes_of_an_address_reach_nobody_else(sunk, sink):
    """Django's CVE-2019-19844: the mail went to the typed address, which only looked like the stored one."""
    for name in ("kate", "ian", "miss"):
        sunk.has_account(f"{name}@example.org")
    for typed in ("\u212aate@example.org", "\u0131an@example.org", "mi\u017fs@example.org", "ｋate@example.org", "İan@example.org",
                  "kate@examp\u0142e.org", "kate@ex\u0430mple.org", "mi\u017fs@exam\u200bple.org"):
        assert sunk.put_password(email=typed).status in (202, 400), typed
    sunk.has_account("last@example.org")
    sunk.asks_for_reset("last@example.org")
    sink.wait_for(lambda: [one for one in sink.accepted() if one.recipients == ["last@example.org"]])
    for one in sink.accepted():
        assert one.recipients in (["last@example.org"], ["kate@example.org"]), one.recipients


def test_a_domain_may_be_spelled_in_unicode_or_ascii(sunk, sink):
    sunk.has_account("ann@bücher.example")
    for number, typed in enumerate(("ann@bücher.example", "ann@xn--bcher-kva.example", "ann@BÜCHER.example")):
        sunk.asks_for_reset(typed)
        sink.wait_for(lambda: len(sink.accepted()) == number + 1)
        assert sink.accepted()[number].recipients == ["ann@xn--bcher-kva.example"]


def test_a_line_with_a_dot_does_not_end_a_mail(sunk, sink):
    sunk.has_account(".".join(["a"] * 20) + "@example.org")
    sunk.asks_for_reset(".".join(["a"] * 20) + "@example.org")
    sink.wait_for(lambda: sink.accepted())
    assert sink.accepted()[0].raw.rstrip().endswith(b"--")
