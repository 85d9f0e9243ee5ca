# SPDX-License-Identifier: Apache-2.0
"""Backtory's confirm page and the password that the server makes and mails."""

import re
import time

import pytest
from server import NEW_PASSWORD, NO_LIMITS, PASSWORD, has_link, has_reset_link, html_of, link_in, secret_in, text_of, token_in

SETTINGS = NO_LIMITS
FORGOT = "/auth/forgot-password"
MADE = re.compile(r"(?m)^\s*[A-Za-z0-9_-]{16,}\s*$")


@pytest.fixture
def app(rekey):
    made = rekey.has_app("shop", dialects=["backtory"])
    rekey.has_account("ann@example.org", username="ann")
    return made


def asks(rekey, app, username="ann"):
    """Asks for a new password; gives the link of the mail."""
    answer = rekey.post(FORGOT, query={"username": username}, headers=rekey.backtory_headers(app))
    assert answer.status == 200, answer.raw
    return link_in(rekey.mail_to("ann@example.org"))


def confirms(rekey, link, username="ann"):
    form = rekey.open_link(link).page.form_with("username")
    return rekey.submit(form, username=username)


def lives(rekey, app, session):
    answer = rekey.post("/auth/change-password", headers=rekey.backtory_headers(app), bearer=session,
                        lastPassword="not the last one", newPassword=NEW_PASSWORD)
    assert answer.status in (401, 403), answer.raw
    return answer.status == 403


def can_log_in(rekey, app, password):
    answer = rekey.backtory_log_in(app, "ann", password)
    assert answer.status in (200, 401), answer.raw
    return answer.status == 200


def waits_until(condition, seconds=30):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_the_link_opens_a_page_that_asks_for_the_username(rekey, app):
    link = asks(rekey, app)
    answer = rekey.open_link(link)
    assert answer.status == 200 and answer.type == "text/html"
    form = answer.page.form_with("username")
    assert form.method == "POST" and form.inputs["token"] in link and form.types["token"] == "hidden"
    assert form.inputs["username"] == "" and "ann" not in answer.page.says.split()


def test_a_confirmed_link_mails_a_made_password_that_replaces_the_old_one(rekey, app):
    link = asks(rekey, app)
    answer = confirms(rekey, link)
    assert answer.status in (200, 303), answer.raw
    mail = rekey.mail_to("ann@example.org")
    made = secret_in(mail)
    assert len(made) >= 13 and not has_link(mail)  # 80 bits need 13 letters even in base64
    waits_until(lambda: not can_log_in(rekey, app, PASSWORD))
    assert can_log_in(rekey, app, made)
    assert made not in answer.text


def test_the_made_password_becomes_a_normal_one_by_its_first_use(rekey, app):
    confirms(rekey, asks(rekey, app))
    made = secret_in(rekey.mail_to("ann@example.org"))
    waits_until(lambda: can_log_in(rekey, app, made))
    rekey.sql("UPDATE account SET password_expires_at = ? WHERE password_expires_at > 0", int(time.time()) - 1)
    session = rekey.backtory_session(app, "ann", made)
    answer = rekey.post("/auth/change-password", headers=rekey.backtory_headers(app), bearer=session,
                        lastPassword=made, newPassword=NEW_PASSWORD)
    assert answer.status == 200 and can_log_in(rekey, app, NEW_PASSWORD)


def test_a_made_password_that_is_not_used_dies_after_24_hours(rekey, app):
    confirms(rekey, asks(rekey, app))
    made = secret_in(rekey.mail_to("ann@example.org"))
    waits_until(lambda: rekey.sql("SELECT password_expires_at FROM account")[0][0])
    expires_at = rekey.sql("SELECT password_expires_at FROM account")[0][0]
    assert abs(expires_at - time.time() - 24 * 3600) < 120
    rekey.sql("UPDATE account SET password_expires_at = ?", int(time.time()) - 1)
    assert not can_log_in(rekey, app, made) and not can_log_in(rekey, app, PASSWORD)
    confirms(rekey, asks(rekey, app))  # and recovery goes on
    again = secret_in(rekey.mail_to("ann@example.org"))
    waits_until(lambda: can_log_in(rekey, app, again))


def test_the_made_password_ends_every_session(rekey, app):
    sessions = [rekey.backtory_session(app, "ann") for _ in range(2)]
    link = asks(rekey, app)
    assert all(lives(rekey, app, session) for session in sessions)
    confirms(rekey, link)
    made = secret_in(rekey.mail_to("ann@example.org"))
    waits_until(lambda: can_log_in(rekey, app, made))
    assert not any(lives(rekey, app, session) for session in sessions)


def test_the_old_password_works_until_the_mail_server_has_the_mail(make_rekey, sink):
    rekey = make_rekey({"mail.url": sink.url()}).start()
    app = rekey.has_app("shop", dialects=["backtory"])
    rekey.has_account("ann@example.org", username="ann")
    rekey.post(FORGOT, query={"username": "ann"}, headers=rekey.backtory_headers(app))
    sink.wait_for(lambda: sink.accepted())
    link = link_in(sink.accepted()[0].mail)
    session = rekey.backtory_session(app, "ann")
    sink.answers("BODY", "450 4.2.0 come again")
    confirms(rekey, link)
    sink.wait_for(lambda: len(sink.received) == 2)
    refused = secret_in(sink.received[1].mail)
    time.sleep(1)
    assert can_log_in(rekey, app, PASSWORD) and lives(rekey, app, session) and not can_log_in(rekey, app, refused)
    sink.obeys()
    rekey.hurry_mail()
    sink.wait_for(lambda: len(sink.accepted()) == 2, seconds=60)
    made = secret_in(sink.accepted()[1].mail)
    waits_until(lambda: can_log_in(rekey, app, made))
    assert not can_log_in(rekey, app, PASSWORD) and not lives(rekey, app, session)


def test_a_made_password_that_no_server_takes_leaves_the_old_one(make_rekey, sink):
    rekey = make_rekey({"mail.url": sink.url()}).start()
    app = rekey.has_app("shop", dialects=["backtory"])
    rekey.has_account("ann@example.org", username="ann")
    rekey.post(FORGOT, query={"username": "ann"}, headers=rekey.backtory_headers(app))
    sink.wait_for(lambda: sink.accepted())
    link = link_in(sink.accepted()[0].mail)
    sink.answers("RCPT", "550 5.1.1 no such mailbox")
    confirms(rekey, link)
    sink.wait_for(lambda: sum(command.startswith("RCPT") for command in sink.commands) == 2)
    time.sleep(1)
    assert can_log_in(rekey, app, PASSWORD)


def test_a_wrong_username_spends_nothing(rekey, app):
    rekey.has_account("bob@example.org", username="bob")
    link = asks(rekey, app)
    for username in ("bob", "nobody", "", " ", "ann@example.org", "x" * 1000):
        answer = confirms(rekey, link, username)
        assert answer.type == "text/html" and answer.status >= 400 or answer.page.form_with("username"), username
    rekey.gets_no_mail()
    assert can_log_in(rekey, app, PASSWORD)
    confirms(rekey, link)
    secret_in(rekey.mail_to("ann@example.org"))


def test_a_scanner_triggers_nothing(rekey, app):
    link = asks(rekey, app)
    token = token_in_link(link)
    for _ in range(3):
        assert rekey.open_link(link).status == 200
        assert rekey.request("HEAD", link.removeprefix("http://rekey.example")).status in (200, 405)
        rekey.submit(rekey.open_link(link).page.form_with("username"))
        rekey.post("/password-reset", form={"token": token})
        rekey.post("/password-reset", query={"token": token})
        rekey.post("/password-reset", query={"token": token, "username": "ann"})
        rekey.get("/password-reset", query={"token": token, "username": "ann"})
    rekey.gets_no_mail()
    assert can_log_in(rekey, app, PASSWORD)
    confirms(rekey, link)
    secret_in(rekey.mail_to("ann@example.org"))


def token_in_link(link):
    return link.partition("token=")[2]


def test_a_confirmed_link_is_spent(rekey, app):
    link = asks(rekey, app)
    form = rekey.open_link(link).page.form_with("username")
    rekey.submit(form, username="ann")
    made = secret_in(rekey.mail_to("ann@example.org"))
    waits_until(lambda: can_log_in(rekey, app, made))
    rekey.submit(form, username="ann")
    time.sleep(1.5)
    assert not [mail for mail in rekey.unread_mails() if MADE.search(text_of(mail))]
    assert can_log_in(rekey, app, made)
    assert not [form for form in rekey.open_link(link).page.forms if "username" in form.inputs]


def test_a_confirm_token_resets_nothing_by_itself(rekey, app):
    """A link of one purpose is worthless for another, where an app serves both."""
    rekey.has_app("both", dialects=["backtory", "account"])
    rekey.has_account("ann@example.org", username="ann", app="both")
    both = rekey.apps["both"]
    token = token_in_link(asks(rekey, both))
    answer = rekey.put("/api/v1/account/password", headers=rekey.backtory_headers(both), token=token, new=NEW_PASSWORD)
    assert answer.status == 410
    rekey.post("/password-reset", form={"token": token, "new": NEW_PASSWORD, "confirm": NEW_PASSWORD})
    assert not can_log_in(rekey, both, NEW_PASSWORD) and can_log_in(rekey, both, PASSWORD)


def test_with_recovery_form_the_link_opens_the_form_and_no_password_is_mailed(rekey, app):
    rekey.sets_app("shop", recovery="form")
    session = rekey.backtory_session(app, "ann")
    link = asks(rekey, app)
    page = rekey.open_link(link).page
    form = page.form_with("new")
    assert "confirm" in form.inputs and form.types["token"] == "hidden"
    answer = rekey.submit(form, new=NEW_PASSWORD, confirm=NEW_PASSWORD)
    assert answer.status in (200, 303), answer.raw
    notice = rekey.mail_to("ann@example.org")
    assert NEW_PASSWORD not in text_of(notice) + html_of(notice) and not has_reset_link(notice)
    rekey.gets_no_mail()
    assert can_log_in(rekey, app, NEW_PASSWORD) and not can_log_in(rekey, app, PASSWORD)
    assert not lives(rekey, app, session)
    rekey.sets_app("shop", recovery="generated")
    rekey.open_link(asks(rekey, app)).page.form_with("username")


def test_a_newer_request_replaces_the_older_link(rekey, app):
    older, newer = asks(rekey, app), asks(rekey, app)
    form = rekey.open_link(newer).page.form_with("username")
    rekey.submit(form, username="ann", token=token_in_link(older))
    rekey.gets_no_mail()
    assert can_log_in(rekey, app, PASSWORD)
    rekey.submit(form, username="ann")
    secret_in(rekey.mail_to("ann@example.org"))


def test_a_member_without_an_address_gets_200_and_no_mail(rekey, app):
    rekey.sql("UPDATE account SET email = NULL, email_key = NULL")
    answer = rekey.post(FORGOT, query={"username": "ann"}, headers=rekey.backtory_headers(app))
    assert answer.status == 200
    rekey.gets_no_mail()


def test_a_confirm_page_of_an_expired_link_says_so(rekey, app):
    link = asks(rekey, app)
    form = rekey.open_link(link).page.form_with("username")
    rekey.tokens_expire()
    assert not rekey.open_link(link).page.forms or "username" not in rekey.open_link(link).page.forms[0].inputs
    rekey.submit(form, username="ann")
    rekey.gets_no_mail()
    assert can_log_in(rekey, app, PASSWORD)


def test_the_mail_that_confirms_is_not_a_notice_with_a_link(rekey, app):
    link = asks(rekey, app)
    confirms(rekey, link)
    mail = rekey.mail_to("ann@example.org")
    assert token_in_link(link) not in text_of(mail) + html_of(mail)


def test_tokens_are_long_enough_to_be_unguessable(rekey, app):
    rekey.post(FORGOT, query={"username": "ann"}, headers=rekey.backtory_headers(app))
    assert len(token_in(rekey.mail_to("ann@example.org"))) >= 22
