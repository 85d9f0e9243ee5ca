# SPDX-License-Identifier: Apache-2.0
"""The account as its person has it: profile, another address, deletion, the typed code; and "it was
not me" on its page."""

import concurrent.futures
import re

import pytest
from server import PASSWORD, link_in, text_of, token_in

SETTINGS = {"limits.requests_per_network": "none", "limits.failures_per_network": "none", "limits.failures_per_login": "none"}

ACCOUNT, EMAIL = "/api/v1/account", "/api/v1/account/email"
ANN, NEW, EVE = "ann@example.org", "new@example.net", "eve@example.com"
OTHER = "battery staple"


@pytest.fixture
def ann(rekey):
    rekey.has_account(ANN, username="ann", password=PASSWORD)
    return rekey


def on_page(rekey, link, **values):
    page = rekey.open_link(link)
    assert page.status == 200, page.text
    return rekey.submit(page.page.form_with("address"), at="/verify", **values)


def faulty_fields(answer):
    """Which are marked; the first thing that a person comes to is the same."""
    fields = [attributes for tag, attributes in answer.page.tags if tag == "input"]
    faulty = {field["id"] for field in fields if field.get("aria-invalid")}
    assert {field["id"] for field in fields if "autofocus" in field} == faulty
    return faulty


# ---- profile ----

def test_a_person_sees_their_account_and_no_secret_of_it(ann):
    answer = ann.get(ACCOUNT, bearer=ann.session_of(ANN))
    assert answer.status == 200
    assert set(answer.body) == {"id", "email", "email_verified", "username", "created_at", "password_changed_at"}
    assert (answer.body["email"], answer.body["username"], answer.body["email_verified"]) == (ANN, "ann", True)


def test_a_person_changes_what_is_theirs_to_say_and_nothing_else(ann):
    session = ann.session_of(ANN)
    answer = ann.request("PATCH", ACCOUNT, bearer=session, name="Ann", locale="fr")
    assert (answer.status, answer.body["name"], answer.body["locale"]) == (200, "Ann", "fr")
    for member in ("email", "password", "id", "status", "email_verified", "created_at", "role"):
        refused = ann.request("PATCH", ACCOUNT, bearer=session, json_value={member: "x"})
        assert (refused.status, refused.code) == (400, "malformed"), member
    ann.asks_for_reset(ANN)
    assert ann.mail_to(ANN)["Content-Language"] == "fr"


def test_of_two_changes_at_once_neither_is_lost(ann):
    session = ann.session_of(ANN)
    with concurrent.futures.ThreadPoolExecutor(2) as both:
        for round_, locale in zip(range(20), ["fr", "en"] * 10):
            said = {"name": f"Ann {round_}", "locale": locale}
            answers = [both.submit(ann.request, "PATCH", ACCOUNT, bearer=session, **{member: value}) for member, value in said.items()]
            assert [answer.result().status for answer in answers] == [200, 200]
            shown = ann.get(ACCOUNT, bearer=session).body
            assert {member: shown[member] for member in said} == said


def test_a_person_deletes_their_account_with_the_password(ann):
    session = ann.session_of(ANN)
    wrong = ann.delete(ACCOUNT, bearer=session, password=OTHER)
    assert (wrong.status, wrong.code) == (403, "wrong_password")
    assert ann.delete(ACCOUNT, bearer=session).status == 400
    assert ann.delete(ACCOUNT, bearer=session, password=PASSWORD).status == 204
    assert not ann.can_log_in(ANN, PASSWORD)
    assert ann.get(ACCOUNT, bearer=session).status == 401


@pytest.mark.parametrize("method, path, members", [("GET", ACCOUNT, {}), ("PATCH", ACCOUNT, {"name": "x"}), ("DELETE", ACCOUNT, {"password": PASSWORD}),
                                                   ("PUT", EMAIL, {"email": NEW, "password": PASSWORD})])
def test_without_a_session_there_is_no_account(ann, method, path, members):
    answer = ann.request(method, path, **members)
    assert (answer.status, answer.code) == (401, "unauthenticated")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


# ---- another address ----

def test_an_address_is_changed_on_the_page_of_the_mail_to_the_new_one(ann):
    session = ann.session_of(ANN)
    answer = ann.put(EMAIL, bearer=session, email=NEW, password=PASSWORD)
    assert answer.status == 202 and set(answer.body) == {"reference"}
    mail = ann.mail_to(NEW)
    assert on_page(ann, link_in(mail), address=ANN).status == 422
    assert ann.can_log_in(ANN, PASSWORD)
    assert on_page(ann, link_in(mail), address=NEW).status == 200
    assert ann.can_log_in(NEW, PASSWORD) and not ann.can_log_in(ANN, PASSWORD)
    assert ann.get(ACCOUNT, bearer=session).body["email"] == NEW
    assert NEW in text_of(ann.mail_to(ANN))


def test_an_app_changes_an_address_with_the_token_alone_once(ann):
    session = ann.session_of(ANN)
    assert ann.put(EMAIL, bearer=session, email=NEW, password=PASSWORD).status == 202
    token = token_in(ann.mail_to(NEW))
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        statuses = sorted(answer.status for answer in pool.map(lambda _: ann.put(EMAIL, token=token), range(8)))
    assert statuses == [204] + [410] * 7


def test_an_address_changes_by_nothing_but_the_password(ann):
    session = ann.session_of(ANN)
    for members in ({"email": NEW}, {"email": NEW, "password": ""}, {"email": NEW, "password": OTHER}, {"email": NEW, "token": "x"},
                    {"email": [NEW], "password": PASSWORD}):
        assert ann.put(EMAIL, bearer=session, **members).status in (400, 403)
    ann.gets_no_mail(1)


def test_another_accounts_address_is_told_to_its_owner_alone(ann):
    ann.has_account(EVE, password=PASSWORD)
    answer = ann.put(EMAIL, bearer=ann.session_of(ANN), email=EVE, password=PASSWORD)
    assert answer.status == 202
    assert "already" in ann.mail_to(EVE)["Subject"]
    assert ann.can_log_in(ANN, PASSWORD) and ann.can_log_in(EVE, PASSWORD)


# ---- the typed code ----

def code_in(mail):
    found, = [line.strip() for line in text_of(mail).splitlines() if re.fullmatch(r"[0-9A-Z]{4}-[0-9A-Z]{4}", line.strip())]
    return found


def test_a_code_is_typed_with_its_reference(ann):
    reference = ann.asks_for_reset(ANN).body["reference"]
    mail = ann.mail_to(ANN)
    code = code_in(mail)
    wrong = ann.put_password(reference=reference, code="0000-0000", new=OTHER)
    assert (wrong.status, wrong.code) == (410, "token_invalid")
    short = ann.put_password(reference=reference, code=code, new="short")
    assert (short.status, short.code) == (422, "password_rejected")
    assert ann.put_password(reference=reference, code=code.lower().replace("-", " "), new=OTHER).status == 204
    assert ann.can_log_in(ANN, OTHER)
    assert ann.put_password(token=token_in(mail), new=PASSWORD).status == 410
    assert code not in ann.stderr()


def test_guesses_at_a_code_end_after_five_however_many_come_at_once(ann):
    reference = ann.asks_for_reset(ANN).body["reference"]
    mail = ann.mail_to(ANN)
    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        statuses = set(pool.map(lambda n: ann.put_password(reference=reference, code=f"{n:08d}", new=OTHER).status, range(40)))
    assert statuses == {410}
    assert ann.put_password(reference=reference, code=code_in(mail), new=OTHER).status == 410
    assert ann.put_password(token=token_in(mail), new=OTHER).status == 204


def test_strangers_references_are_answered_as_members(ann):
    stranger = ann.asks_for_reset("nobody@example.org").body["reference"]
    member = ann.asks_for_reset(ANN).body["reference"]
    answers = [ann.put_password(reference=reference, code="0000-0000", new=OTHER) for reference in (stranger, member) * 7]
    assert {(answer.status, answer.code) for answer in answers} == {(410, "token_invalid")}


@pytest.mark.parametrize("body", [{"reference": "K7Q2-9FMX", "code": "x"}, {"code": "x", "new": OTHER}, {"reference": "x", "new": OTHER},
                                  {"reference": "x", "code": 12345678, "new": OTHER}, {"reference": "x", "code": "x", "new": OTHER, "token": "x"},
                                  {"reference": "x", "code": "x", "new": OTHER, "email": ANN}])
def test_a_code_comes_with_its_reference_and_nothing_else(ann, body):
    answer = ann.put_password(json_value=body)
    assert (answer.status, answer.code) == (400, "malformed")


# ---- "it was not me" ----

def test_who_did_not_change_the_password_ends_all_sessions_and_chooses_a_new_one(ann):
    thief = ann.session_of(ANN)
    assert ann.put_password(bearer=thief, old=PASSWORD, new=OTHER).status == 204
    link = link_in(ann.mail_to(ANN))
    assert ann.open_link(link).status == 200 and ann.session_lives(thief)
    assert on_page(ann, link, address=EVE).status == 422 and ann.session_lives(thief)
    assert on_page(ann, link, address=ANN).status == 200
    assert ann.get(ACCOUNT, bearer=thief).status == 401
    again = ann.session_of(ANN, OTHER)
    held = ann.put_password(bearer=again, old=OTHER, new="the thief's own")
    assert (held.status, held.code) == (403, "changes_held")
    reset = token_in(ann.mail_to(ANN))
    assert ann.put_password(token=reset, new="a third password").status == 204
    assert not ann.can_log_in(ANN, OTHER) and ann.can_log_in(ANN, "a third password")


def test_the_old_address_comes_back_for_who_knows_the_old_password(ann):
    session = ann.session_of(ANN)
    assert ann.put(EMAIL, bearer=session, email=EVE, password=PASSWORD).status == 202
    assert ann.put(EMAIL, token=token_in(ann.mail_to(EVE))).status == 204
    link = link_in(ann.mail_to(ANN))
    wrong = on_page(ann, link, address=ANN, old=OTHER)
    assert wrong.status == 422 and ann.get(ACCOUNT, bearer=session).status == 200
    assert faulty_fields(wrong) == {"old"}
    assert faulty_fields(on_page(ann, link, address=EVE, old=PASSWORD)) == {"address"}
    held = on_page(ann, link, address=ANN, old="")
    assert held.status == 200 and ann.get(ACCOUNT, bearer=session).status == 401
    ann.asks_for_reset(EVE)
    ann.gets_no_mail(1)
    assert on_page(ann, link, address=ANN, old=PASSWORD).status == 200
    assert ann.put_password(token=token_in(ann.mail_to(ANN)), new=OTHER).status == 204
    assert ann.can_log_in(ANN, OTHER) and not ann.can_log_in(EVE, OTHER)
    assert ann.open_link(link).status == 410


def test_a_not_me_link_cut_short_or_of_another_kind_does_nothing(ann):
    session = ann.session_of(ANN)
    reset = ann.reset_token(ANN)
    assert ann.put_password(bearer=session, old=PASSWORD, new=OTHER).status == 204
    token = token_in(ann.mail_to(ANN))
    for wrong in (token[:-1], token[:-1] + ("A" if token[-1] != "A" else "B"), "", reset):
        answer = ann.post("/verify/not-me", form={"token": wrong, "address": ANN}, headers={"Sec-Fetch-Site": "same-origin"})
        assert answer.status == 410, (wrong, answer.status)
    bare = ann.get("/verify")  # as of a link that ended at its question mark
    assert bare.status == 410 and bare.page.says == ann.get("/verify", query={"token": "unknown"}).page.says
    assert ann.put_password(token=token, new="a third password").status == 410
    assert ann.put("/api/v1/account/verification", token=token).status == 410
    assert ann.session_lives(session)
