# SPDX-License-Identifier: Apache-2.0
"""The mail servers of these tests, seen by another client: so that a red mail scenario means the product."""

import smtplib
import socket
import ssl
import time

import pytest
from mail_server import PASSWORD, USER
from sink import CLOSE, HANG

MAIL = "Subject: a mail\r\n\r\nwith a line\r\n.\r\nof one dot\r\n"


def client(server, context=None):
    made = smtplib.SMTP("localhost", server.port, timeout=10)
    if context:
        made.starttls(context=context)
    return made


def test_the_real_mail_server_takes_mail_by_tls_and_log_in_only(mail_server):
    context = ssl.create_default_context(cafile=mail_server.ca_file)
    with pytest.raises(smtplib.SMTPException), client(mail_server) as clear:
        clear.sendmail("a@example.org", "zoe@example.org", MAIL)
    with pytest.raises(smtplib.SMTPException), client(mail_server, context) as stranger:
        stranger.sendmail("a@example.org", "zoe@example.org", MAIL)
    with pytest.raises(smtplib.SMTPAuthenticationError), client(mail_server, context) as wrong:
        wrong.login(USER, "wrong")
    with pytest.raises(ssl.SSLCertVerificationError):
        client(mail_server, ssl.create_default_context())
    with client(mail_server, context) as good:
        good.login(USER, PASSWORD)
        good.sendmail("a@example.org", "zoe@example.org", MAIL)
    deadline = time.monotonic() + 20
    while not (found := [mail for mail in mail_server.mails() if mail["Delivered-To"] == "zoe@example.org"]):
        assert time.monotonic() < deadline, mail_server.log()
        time.sleep(0.1)
    assert found[0]["Subject"] == "a mail" and "ESMTPSA" in found[0]["Received"]


def test_the_sink_keeps_what_it_takes(sink, tls_sink, certificates):
    context = ssl.create_default_context(cafile=certificates / "ca.pem")
    for server, secured in ((sink, None), (tls_sink, context)):
        with client(server, secured) as good:
            good.login(USER, PASSWORD)
            good.sendmail("a@example.org", "zoe@example.org", MAIL)
        one, = server.accepted()
        assert (one.sender, one.recipients, one.raw) == ("a@example.org", ["zoe@example.org"], MAIL.encode())


def test_the_sink_fails_as_it_is_told(sink):
    for step, line, code in (("RCPT", "450 4.2.0 later", 450), ("BODY", "550 5.7.1 no", 550), ("MAIL", "451 4.3.0 later", 451)):
        sink.answers(step, line, times=1)
        with pytest.raises(smtplib.SMTPException) as failed, client(sink) as told:
            told.sendmail("a@example.org", "zoe@example.org", MAIL)
        assert str(code) in str(failed.value)
    sink.answers("RCPT", CLOSE, times=1)
    with pytest.raises(smtplib.SMTPServerDisconnected), client(sink) as closed:
        closed.sendmail("a@example.org", "zoe@example.org", MAIL)
    sink.answers("CONNECT", HANG, times=1)
    with pytest.raises((socket.timeout, smtplib.SMTPServerDisconnected)):
        smtplib.SMTP("127.0.0.1", sink.port, timeout=1)
    assert not sink.accepted() and len(sink.received) == 1
