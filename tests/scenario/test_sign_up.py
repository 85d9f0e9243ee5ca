# SPDX-License-Identifier: Apache-2.0
"""Signing up, and the page of the mailed link; squatters, scanners and the curious."""

import pytest
from server import link_in, text_of, token_in

SETTINGS = {"limits.requests_per_network": "none", "limits.failures_per_network": "none", "limits.failures_per_login": "none"}

ACCOUNTS, VERIFICATION = "/api/v1/accounts", "/api/v1/account/verification"
ANN, PASSWORD = "ann@example.org", "correct horse"


@pytest.fixture
def house(rekey):
    rekey.has_app()
    return rekey


def sign_up(rekey, email=ANN, password=PASSWORD, **members):
    answer = rekey.post(ACCOUNTS, email=email, password=password, **members)
    assert answer.status == 202, answer.text
    return answer


def confirm(rekey, link, address):
    page = rekey.open_link(link)
    assert page.status == 200, page.text
    return rekey.submit(page.page.form_with("address"), at="/verify", address=address)


def test_a_person_signs_up_confirms_on_the_page_and_signs_in(house):
    answer = sign_up(house, username="ann", name="Ann Example", locale="en")
    assert set(answer.body) == {"reference"}
    assert house.log_in(ANN, PASSWORD).status == 401
    mail = house.mail_to(ANN)
    assert answer.body["reference"] in text_of(mail) and link_in(mail).startswith("http://rekey.example/verify?token=")
    done = confirm(house, link_in(mail), ANN)
    assert done.status == 200 and "confirmed" in done.page.says
    assert house.can_log_in(ANN, PASSWORD) and house.can_log_in("ANN", PASSWORD)


def test_an_app_confirms_with_the_token_alone(house):
    sign_up(house)
    token = token_in(house.mail_to(ANN))
    answer = house.put(VERIFICATION, token=token)
    assert (answer.status, answer.raw) == (204, b"")
    assert house.can_log_in(ANN, PASSWORD)
    again = house.put(VERIFICATION, token=token)
    assert (again.status, again.code) == (410, "token_invalid")


def test_a_scanner_that_opens_the_link_and_presses_its_button_confirms_nothing(house):
    sign_up(house)
    link = link_in(house.mail_to(ANN))
    for address in ("", "scanner@example.com", "ann@example.com"):
        page = house.open_link(link)
        pressed = house.submit(page.page.form_with("address"), at="/verify", address=address)
        assert pressed.status == 422, pressed.text
    assert not house.can_log_in(ANN, PASSWORD)
    assert confirm(house, link, "ANN@example.org").status == 200
    used = house.open_link(link)
    assert used.status == 410 and "has been used" in used.page.says


def test_an_attacker_who_signs_up_with_anothers_address_first_never_gets_in(house):
    sign_up(house, password="the attacker's")
    house.mail_to(ANN)
    sign_up(house, password="the owner's own")
    assert house.put(VERIFICATION, token=token_in(house.mail_to(ANN))).status == 204
    sign_up(house, password="the attacker's again")
    assert "already" in house.mail_to(ANN)["Subject"]
    for password in ("the attacker's", "the attacker's again"):
        assert not house.can_log_in(ANN, password)
    assert house.can_log_in(ANN, "the owner's own")


def test_an_attacker_who_signed_up_is_out_when_the_owner_recovers(house):
    sign_up(house, password="the attacker's")
    house.mail_to(ANN)
    house.asks_for_reset(ANN)
    house.gets_no_mail()
    house.has_account(ANN, password="the owner's own")
    token = house.reset_token(ANN)
    assert house.put_password(token=token, new="battery staple").status == 204
    assert not house.can_log_in(ANN, "the attacker's")


def test_a_taken_address_gets_the_same_answer_and_its_owner_a_mail(house):
    house.has_account(ANN, password=PASSWORD)
    stranger, member = sign_up(house, email="new@example.org"), sign_up(house, password="battery staple")
    assert (stranger.status, set(stranger.body)) == (member.status, set(member.body)) == (202, {"reference"})
    mail = house.mail_to(ANN)
    assert "already" in mail["Subject"] and "token=" not in text_of(mail)
    assert house.can_log_in(ANN, PASSWORD) and not house.can_log_in(ANN, "battery staple")


def test_the_link_comes_again_for_who_asks(house):
    sign_up(house)
    first = token_in(house.mail_to(ANN))
    for address in (ANN, "nobody@example.org"):
        answer = house.put(VERIFICATION, email=address)
        assert answer.status == 202 and set(answer.body) == {"reference"}
    assert token_in(house.mail_to(ANN)) == first
    house.gets_no_mail()


@pytest.mark.parametrize("members, status, code, field", [
    ({"email": "ann"}, 400, "malformed", "email"),
    ({"email": "ann@example.org,eve@example.org"}, 400, "malformed", "email"),
    ({"email": ["ann@example.org", "eve@example.org"]}, 400, "malformed", "email"),
    ({"password": "short"}, 422, "password_rejected", "password"),
    ({"password": "x" * 257}, 422, "password_rejected", "password"),
    ({"username": "demo"}, 409, "username_taken", None),
    ({"username": " x"}, 400, "malformed", "username"),
    ({"name": "a\nb"}, 400, "malformed", "name"),
    ({"locale": "english please"}, 400, "malformed", "locale"),
    ({"role": "admin"}, 400, "malformed", "role"),
    ({"email_verified": True}, 400, "malformed", "email_verified"),
    ({"id": "0" * 24}, 400, "malformed", "id"),
])
def test_a_sign_up_that_cannot_be_says_why(house, members, status, code, field):
    house.has_account("demo@example.org", username="Demo")
    answer = house.post(ACCOUNTS, json_value={"email": ANN, "password": PASSWORD, **members})
    assert (answer.status, answer.code) == (status, code), answer.text
    assert field is None or answer.body["errors"][0]["field"] == field
    house.gets_no_mail(0.5)


def test_an_app_that_makes_its_accounts_itself_takes_no_sign_up(house):
    house.sets_app("default", sign_up="closed")
    answer = house.post(ACCOUNTS, email=ANN, password=PASSWORD)
    assert (answer.status, answer.code) == (403, "forbidden")
    house.gets_no_mail(0.5)


def test_a_name_with_markup_is_inert_in_every_mail(house):
    sign_up(house, name="<b>Ann</b>{{link}}", username="<img src=x>")
    mail = house.mail_to(ANN)
    assert "<img" not in mail.get_body(("html",)).get_content()


def test_a_pending_sign_up_outlives_a_kill(house):
    sign_up(house)
    house.kill()
    house.start()
    assert house.put(VERIFICATION, token=token_in(house.mail_to(ANN))).status == 204
    assert house.can_log_in(ANN, PASSWORD)
