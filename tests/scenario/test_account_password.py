# SPDX-License-Identifier: Apache-2.0
"""PUT /api/v1/account/password: its three requests, and every error that concerns them."""

import json
import re

import pytest
from server import NEW_PASSWORD, PASSWORD, PUBLIC_URL, link_in, text_of, token_in

PATH = "/api/v1/account/password"
REFERENCE = re.compile(r"[0-9A-Z]{4}-[0-9A-Z]{4}")
JSON = "application/json"


def check_problem(answer, status, code, name=""):
    assert answer.status == status, (name, answer.status, answer.raw)
    assert answer.type == "application/problem+json", (name, answer.headers.pairs)
    body = answer.body
    assert body["type"] == f"{PUBLIC_URL}/problems/{code}", (name, body)
    assert (body["status"], body["code"]) == (status, code), (name, body)
    assert body["title"] and body["detail"], (name, body)


def test_a_request_for_a_reset_is_accepted_with_a_reference(rekey):
    rekey.has_account("ann@example.org")
    answer = rekey.put(PATH, email="ann@example.org")
    assert answer.status == 202 and answer.type == "application/json"
    assert set(answer.body) == {"reference"} and REFERENCE.fullmatch(answer.body["reference"])
    assert answer.body["reference"] in text_of(rekey.mail_to("ann@example.org"))


def test_a_stranger_and_a_member_get_the_same_answer(rekey):
    rekey.has_account("ann@example.org")
    member, stranger = (rekey.put(PATH, email=address) for address in ("ann@example.org", "nobody@example.org"))
    assert member.status == stranger.status == 202
    assert set(member.body) == set(stranger.body) == {"reference"}
    assert REFERENCE.fullmatch(stranger.body["reference"]) and len(member.raw) == len(stranger.raw)
    names = [sorted(name.lower() for name, _ in answer.headers.pairs) for answer in (member, stranger)]
    assert names[0] == names[1]
    rekey.mail_to("ann@example.org")
    rekey.gets_no_mail()


def test_a_stranger_leaves_as_many_rows_as_a_member(rekey):
    rekey.has_account("ann@example.org")
    counts = []
    for address in ("ann@example.org", "nobody@example.org"):
        before = rekey.sql("SELECT coalesce(max(id), 0) FROM outbox")[0][0]
        rekey.asks_for_reset(address)
        counts.append(rekey.sql("SELECT coalesce(max(id), 0) FROM outbox")[0][0] - before)
    assert counts == [1, 1]


def test_references_differ_from_request_to_request(rekey):
    rekey.has_account("ann@example.org")
    references = {rekey.asks_for_reset(address).body["reference"]
                  for address in ["ann@example.org"] * 4 + ["nobody@example.org"] * 4}
    assert len(references) == 8


def test_the_address_may_come_in_the_query_with_no_body(rekey):
    rekey.has_account("ann@example.org")
    answer = rekey.put(PATH, query={"email": "ann@example.org"})
    assert answer.status == 202 and REFERENCE.fullmatch(answer.body["reference"])
    assert answer.body["reference"] in text_of(rekey.mail_to("ann@example.org"))
    assert rekey.put(PATH, query={"email": "nobody@example.org"}, length=False).status == 202


def test_the_mailed_token_replaces_the_password(rekey):
    rekey.has_account("ann@example.org")
    token = rekey.reset_token("ann@example.org")
    assert rekey.can_log_in("ann@example.org", PASSWORD)  # until the token is redeemed
    answer = rekey.put(PATH, token=token, new=NEW_PASSWORD)
    assert (answer.status, answer.raw) == (204, b"")
    assert not rekey.can_log_in("ann@example.org", PASSWORD)
    assert rekey.can_log_in("ann@example.org", NEW_PASSWORD)


def test_the_link_of_the_mail_is_the_public_url_and_the_token(rekey):
    rekey.has_account("ann@example.org")
    rekey.asks_for_reset("ann@example.org")
    mail = rekey.mail_to("ann@example.org")
    assert link_in(mail) == f"{PUBLIC_URL}/password-reset?token={token_in(mail)}"


def test_an_app_names_where_its_links_lead(rekey):
    rekey.has_account("ann@example.org")
    for settings, start in (({"public_url": "https://ann.example"}, "https://ann.example/password-reset?token="),
                            ({"reset_url": "https://front.example/new-password"},
                             "https://front.example/new-password?token=")):
        rekey.sets_app("default", **settings)
        rekey.asks_for_reset("ann@example.org")
        assert link_in(rekey.mail_to("ann@example.org")).startswith(start)


def test_a_signed_in_account_changes_its_password_at_once(rekey):
    rekey.has_account("ann@example.org")
    session = rekey.session_of("ann@example.org")
    answer = rekey.put(PATH, old=PASSWORD, new=NEW_PASSWORD, bearer=session)
    assert (answer.status, answer.raw) == (204, b"")
    assert rekey.can_log_in("ann@example.org", NEW_PASSWORD) and not rekey.can_log_in("ann@example.org", PASSWORD)


MALFORMED = {
    "no body at all": b"",
    "white space": b"  ",
    "no JSON": b"email=ann@example.org",
    "half of an object": b'{"email": "ann@example.org"',
    "a second value behind": b'{"email": "ann@example.org"} {}',
    "a word behind": b'{"email": "ann@example.org"} x',
    "a comment": b'{"email": "ann@example.org" /* me */}',
    "a comma too many": b'{"email": "ann@example.org",}',
    "an array": b"[]",
    "an object in an array": b'[{"email": "ann@example.org"}]',
    "a string": b'"ann@example.org"',
    "null": b"null",
    "a number": b"1",
    "no members": b"{}",
    "the address is a number": b'{"email": 1}',
    "the address is null": b'{"email": null}',
    "the address is true": b'{"email": true}',
    "the address is an array": b'{"email": ["ann@example.org"]}',
    "two addresses": b'{"email": ["ann@example.org", "eve@example.org"]}',
    "the address is an object": b'{"email": {"$regex": ".*"}}',
    "a doubled member": b'{"email": "ann@example.org", "email": "ann@example.org"}',
    "a doubled member, spelled by escapes": b'{"email": "ann@example.org", "em\\u0061il": "eve@example.org"}',
    "an unknown member": b'{"email": "ann@example.org", "redirect_to": "http://evil.example"}',
    "a member in another case": b'{"Email": "ann@example.org"}',
    "an empty name": b'{"email": "ann@example.org", "": ""}',
    "a token and no password": b'{"token": "abc"}',
    "a password and nothing else": b'{"new": "a brand new password"}',
    "the old password alone": b'{"old": "correct horse battery"}',
    "the token is null": b'{"token": null, "new": "a brand new password"}',
    "the token is empty of meaning: 0": b'{"token": 0, "new": "a brand new password"}',
    "the token is 1e1": b'{"token": 1e1, "new": "a brand new password"}',
    "the token is true": b'{"token": true, "new": "a brand new password"}',
    "the token is an array": b'{"token": [], "new": "a brand new password"}',
    "the token is an object": b'{"token": {"$ne": ""}, "new": "a brand new password"}',
    "the new password is a number": b'{"token": "abc", "new": 12345678}',
    "the new password is null": b'{"token": "abc", "new": null}',
    "the new password is an array": b'{"token": "abc", "new": ["a brand new password"]}',
    "two new passwords": b'{"token": "abc", "new": "a brand new password", "new": "another new password"}',
    "the confirmation left the page": b'{"token": "abc", "new": "a brand new password", "confirm": "a brand new password"}',
    "address and token": b'{"email": "ann@example.org", "token": "abc", "new": "a brand new password"}',
    "address and new password": b'{"email": "ann@example.org", "new": "a brand new password"}',
    "token and old password": b'{"token": "abc", "old": "correct horse battery", "new": "a brand new password"}',
    "address and old password": b'{"email": "ann@example.org", "old": "x", "new": "a brand new password"}',
    "somebody's id": b'{"token": "abc", "new": "a brand new password", "account_id": 1}',
    "UTF-8 that ends too soon": b'{"email": "ann@example.org\xc3"}',
    "UTF-8 too long for its letter": b'{"email": "ann\xc0\xaf@example.org"}',
    "a surrogate in UTF-8": b'{"email": "ann\xed\xa0\x80@example.org"}',
    "beyond Unicode": b'{"email": "ann\xf4\x90\x80\x80@example.org"}',
    "Latin-1": b'{"email": "ren\xe9@example.org"}',
    "UTF-16": '{"email": "ann@example.org"}'.encode("utf-16"),
    "half a surrogate pair": b'{"email": "ann\\ud800@example.org"}',
    "a NUL byte": b'{"email": "ann@example.org\x00"}',
    "a NUL byte behind": b'{"email": "ann@example.org"}\x00',
    "a NUL by escape": b'{"email": "ann@example.org\\u0000"}',
    "a NUL in the name": b'{"email\\u0000": "ann@example.org"}',
    "a NUL in the new password": b'{"token": "abc", "new": "a brand new\\u0000 password"}',
    "a bare control character": b'{"email": "ann@example.org\n"}',
    "deep arrays": b"[" * 8000 + b"]" * 8000,
    "deep and open": b"[" * 16000,
    "deep objects": b'{"email":' * 1500 + b"1" + b"}" * 1500,
    "deep inside a member": b'{"email":' + b"[" * 7000 + b"]" * 7000 + b"}",
    "a number beyond numbers": b'{"email": 1e99999}',
    "no number": b'{"email": NaN}',
}


def test_what_is_not_one_of_the_three_requests_is_malformed(rekey):
    rekey.has_account("ann@example.org")
    session = rekey.session_of("ann@example.org")
    for name, body in MALFORMED.items():
        check_problem(rekey.put(PATH, body=body, type=JSON, bearer=session), 400, "malformed", name + ", signed in")
        answer = rekey.put(PATH, body=body, type=JSON)
        if b'"old"' in body and answer.status == 401:
            continue  # both are true of it
        check_problem(answer, 400, "malformed", name)
    assert rekey.can_log_in("ann@example.org", PASSWORD)
    rekey.gets_no_mail()


def test_the_query_is_for_one_address_and_nothing_else(rekey):
    rekey.has_account("ann@example.org")
    token = rekey.reset_token("ann@example.org")
    for name, query in {
        "two addresses": "email=ann@example.org&email=eve@example.org",
        "an unknown parameter": "email=ann@example.org&redirect_to=http://evil.example",
        "a token and a password": f"token={token}&new=a+brand+new+password",
        "an empty address": "email=",
        "no value": "email",
        "NUL": "email=ann@example.org%00",
        "bad UTF-8": "email=ann%ff@example.org",
        "an array as PHP spells it": "email[]=ann@example.org&email[]=eve@example.org",
    }.items():
        check_problem(rekey.put(f"{PATH}?{query}"), 400, "malformed", name)
    assert rekey.can_log_in("ann@example.org", PASSWORD)
    rekey.gets_no_mail()


def test_a_body_has_to_be_json_by_its_media_type(rekey):
    rekey.has_account("ann@example.org")
    body = json.dumps({"email": "ann@example.org"})
    for media_type in (None, "text/plain", "text/json", "application/x-www-form-urlencoded", "multipart/form-data",
                       "application/jsonp", "application/octet-stream", "application/xml", "json"):
        answer = rekey.put(PATH, body=body, type=media_type)
        assert (media_type, answer.status) == (media_type, 415), answer.raw
        assert answer.type == "application/problem+json" and answer.body["status"] == 415
    rekey.gets_no_mail()
    for media_type in ("application/json", "application/json; charset=utf-8", "Application/JSON", "application/json;charset=UTF-8"):
        assert (media_type, rekey.put(PATH, body=body, type=media_type).status) == (media_type, 202)


def test_other_methods_are_refused_with_the_one_that_is_allowed(rekey):
    rekey.has_app()
    for method in ("GET", "HEAD", "POST", "DELETE", "PATCH", "TRACE", "PROPFIND", "put"):
        answer = rekey.request(method, PATH)
        assert (method, answer.status) == (method, 405), answer.raw
        assert [word.strip() for word in answer.headers["Allow"].split(",")] == ["PUT"] or \
            {"PUT"} <= {word.strip() for word in answer.headers["Allow"].split(",")} <= {"PUT", "OPTIONS"}
        if method != "HEAD":
            assert answer.type == "application/problem+json" and answer.body["status"] == 405
    answer = rekey.put("/api/v1/sessions", login="ann@example.org", password=PASSWORD)
    assert answer.status == 405 and "POST" in answer.headers["Allow"]


def test_paths_that_are_not_served_are_not_found(rekey):
    rekey.has_app()
    for path in ("/api/v1/nothing", "/api/v1/account/password/more", "/api/v1/account/passwor", "/api/v2/account/password",
                 "/api/v1/account/password%00", "/api/v1/../../etc/passwd"):
        assert rekey.put(path, email="ann@example.org").status == 404, path
    check_problem(rekey.put("/api/v1/nothing", email="ann@example.org"), 404, "not_found")


def test_a_body_of_more_than_16_kib_is_too_large(rekey):
    rekey.has_app()
    body = b'{"email": "ann@example.org"}'
    assert rekey.put(PATH, body=body.ljust(16 * 1024), type=JSON).status == 202
    answer = rekey.put(PATH, body=body.ljust(16 * 1024 + 1), type=JSON)
    assert answer.status == 413 and answer.type == "application/problem+json" and answer.body["status"] == 413
    assert rekey.put(PATH, body=body.ljust(2 * 1024 * 1024), type=JSON).status == 413
    assert rekey.put(PATH, email="ann@example.org").status == 202


def test_a_body_that_is_announced_as_huge_is_refused_before_it_is_sent(rekey):
    rekey.has_app()
    head = f"PUT {PATH} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1073741824\r\n"
    for expect in ("", "Expect: 100-continue\r\n"):
        received = rekey.send_raw((head + expect + "\r\n").encode() + (b"" if expect else b'{"email":'), timeout=60)
        assert b"100 Continue" not in received and received.startswith(b"HTTP/1.1 413"), received[:200]


def test_a_change_needs_a_session_that_lives(rekey):
    rekey.has_account("ann@example.org")
    session = rekey.session_of("ann@example.org")
    rekey.sessions_expire()
    for name, headers in {
        "none": {},
        "an expired one": {"Authorization": f"Bearer {session}"},
        "an unknown one": {"Authorization": "Bearer AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"},
        "an empty one": {"Authorization": "Bearer "},
        "no token": {"Authorization": "Bearer"},
        "another scheme": {"Authorization": f"Basic {session}"},
        "two tokens": {"Authorization": f"Bearer {session} {session}"},
    }.items():
        answer = rekey.put(PATH, old=PASSWORD, new=NEW_PASSWORD, headers=headers)
        check_problem(answer, 401, "unauthenticated", name)
        assert answer.headers["WWW-Authenticate"].startswith("Bearer"), name
    assert rekey.can_log_in("ann@example.org", PASSWORD)


def test_a_session_in_the_query_is_no_session(rekey):
    rekey.has_account("ann@example.org")
    session = rekey.session_of("ann@example.org")
    answer = rekey.put(f"{PATH}?access_token={session}", old=PASSWORD, new=NEW_PASSWORD)
    assert answer.status in (400, 401)
    assert rekey.can_log_in("ann@example.org", PASSWORD)


def test_a_wrong_old_password_is_told_as_such(rekey):
    rekey.has_account("ann@example.org")
    session = rekey.session_of("ann@example.org")
    for old in ("wrong", "", PASSWORD + "x", PASSWORD[:-1], PASSWORD.upper(), PASSWORD + " "):
        check_problem(rekey.put(PATH, old=old, new=NEW_PASSWORD, bearer=session), 403, "wrong_password", old)
    assert rekey.can_log_in("ann@example.org", PASSWORD) and rekey.session_lives(session)


def test_unknown_spent_superseded_and_expired_tokens_get_one_answer(rekey):
    for name in ("ann", "bob", "cem"):
        rekey.has_account(f"{name}@example.org")
    spent, superseded, expired = (rekey.reset_token(f"{name}@example.org") for name in ("ann", "bob", "cem"))
    rekey.tokens_expire()
    expired_answer = rekey.put(PATH, token=expired, new=NEW_PASSWORD)
    spent = rekey.reset_token("ann@example.org")
    assert rekey.put(PATH, token=spent, new=NEW_PASSWORD).status == 204
    superseded = rekey.reset_token("bob@example.org")
    rekey.reset_token("bob@example.org")
    answers = [
        expired_answer,
        rekey.put(PATH, token="AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", new=NEW_PASSWORD),
        rekey.put(PATH, token="", new=NEW_PASSWORD),
        rekey.put(PATH, token="x" * 5000, new=NEW_PASSWORD),
        rekey.put(PATH, token=spent, new="yet another password"),
        rekey.put(PATH, token=superseded, new=NEW_PASSWORD),
    ]
    for answer in answers:
        check_problem(answer, 410, "token_invalid")
        assert answer.body == answers[0].body
    assert rekey.can_log_in("bob@example.org", PASSWORD) and rekey.can_log_in("cem@example.org", PASSWORD)


def test_a_refused_password_is_told_why_and_does_not_spend_the_token(rekey):
    rekey.has_account("ann@example.org")
    token = rekey.reset_token("ann@example.org")
    for name, new in {"empty": "", "7 code points": "1234567", "257 code points": "x" * 257, "the old one": PASSWORD}.items():
        answer = rekey.put(PATH, token=token, new=new)
        check_problem(answer, 422, "password_rejected", name)
        assert [error["field"] for error in answer.body["errors"]] == ["new"], name
        assert all(error["code"] and error["detail"] for error in answer.body["errors"]), name
    assert rekey.can_log_in("ann@example.org", PASSWORD)
    assert rekey.put(PATH, token=token, new=NEW_PASSWORD).status == 204


def test_reasons_of_a_refused_password_differ(rekey):
    rekey.has_account("ann@example.org")
    session = rekey.session_of("ann@example.org")
    codes = [rekey.put(PATH, old=PASSWORD, new=new, bearer=session).body["errors"][0]["code"]
             for new in ("short", "x" * 300, PASSWORD)]
    assert len(set(codes)) == 3, codes


def test_answers_are_not_kept_by_caches(rekey):
    rekey.has_account("ann@example.org")
    for answer in (rekey.log_in("ann@example.org"), rekey.log_in("ann@example.org", "wrong"),
                   rekey.put(PATH, email="ann@example.org")):
        assert "no-store" in answer.headers.get("Cache-Control", "")


def test_an_app_that_is_not_there_is_not_found(rekey):
    rekey.has_app("red", hosts=["red.example"])
    rekey.has_app("blue", hosts=["blue.example"])
    check_problem(rekey.put(PATH, email="ann@example.org", host="green.example"), 404, "not_found")
    assert rekey.put(PATH, email="ann@example.org", host="red.example").status == 202


@pytest.mark.parametrize("password", ["wrong", "", PASSWORD.upper()])
def test_a_stranger_and_a_member_with_a_wrong_password_get_the_same_answer(rekey, password):
    rekey.has_account("ann@example.org", username="ann")
    stranger = rekey.post("/api/v1/sessions", login="nobody@example.org", password=password)
    member = rekey.post("/api/v1/sessions", login="ann@example.org", password=password)
    by_name = rekey.post("/api/v1/sessions", login="ann", password=password)
    for answer in (stranger, member, by_name):
        check_problem(answer, 401, "bad_credentials")
        assert answer.body == stranger.body


def test_a_session_is_opened_by_address_or_username(rekey):
    rekey.has_account("ann@example.org", username="Ann")
    for login in ("ann@example.org", "Ann", "ann@EXAMPLE.org"):
        answer = rekey.post("/api/v1/sessions", login=login, password=PASSWORD)
        assert (login, answer.status) == (login, 201), answer.raw
        body = answer.body
        assert body["token_type"] == "Bearer" and body["access_token"] and body["expires_in"] > 0
        assert set(body) <= {"access_token", "token_type", "expires_in", "refresh_token"}


def test_a_malformed_log_in_is_malformed(rekey):
    rekey.has_account("ann@example.org")
    for name, body in {
        "nothing": b"", "no JSON": b"x", "empty": b"{}", "no password": b'{"login": "ann@example.org"}',
        "no login": b'{"password": "correct horse battery"}', "a number": b'{"login": "ann@example.org", "password": 1}',
        "an array": b'{"login": "ann@example.org", "password": ["correct horse battery", "wrong"]}',
        "an unknown member": b'{"login": "ann@example.org", "password": "correct horse battery", "x": 1}',
        "doubled": b'{"login": "ann@example.org", "password": "wrong", "password": "correct horse battery"}',
    }.items():
        check_problem(rekey.post("/api/v1/sessions", body=body, type=JSON), 400, "malformed", name)
    assert rekey.post("/api/v1/sessions", body=b"login=ann", type="text/plain").status == 415
