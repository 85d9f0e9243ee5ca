# SPDX-License-Identifier: Apache-2.0
"""Sessions over HTTP: refreshed, listed, ended; two tabs at once; a thief with an old token."""

import concurrent.futures

import pytest

SETTINGS = {"limits.requests_per_network": "none", "limits.failures_per_network": "none", "limits.failures_per_login": "none"}

SESSIONS = "/api/v1/sessions"
ANN, PASSWORD = "ann@example.org", "correct horse"


@pytest.fixture
def ann(rekey):
    rekey.has_account(ANN, password=PASSWORD)
    return rekey


def log_in(rekey, **options):
    answer = rekey.post(SESSIONS, login=ANN, password=PASSWORD, **options)
    assert answer.status == 201, answer.text
    return answer.body


def refresh(rekey, token):
    return rekey.post(SESSIONS + "/refresh", refresh_token=token)


def lives(rekey, tokens):
    return rekey.get(SESSIONS, bearer=tokens["access_token"]).status == 200


def test_a_refresh_answers_in_the_shape_of_a_log_in(ann):
    first = log_in(ann)
    answer = refresh(ann, first["refresh_token"])
    assert answer.status == 200 and set(answer.body) == set(first) == {"access_token", "token_type", "expires_in", "refresh_token"}
    assert answer.body["token_type"] == "Bearer" and answer.body["expires_in"] == 900
    assert answer.headers["Cache-Control"] == "no-store"
    assert lives(ann, answer.body)


def test_two_tabs_that_refresh_at_once_get_the_same_successor(ann):
    first = log_in(ann)
    with concurrent.futures.ThreadPoolExecutor(16) as tabs:
        answers = list(tabs.map(lambda _: refresh(ann, first["refresh_token"]), range(16)))
    assert {answer.status for answer in answers} == {200}
    successor, = {answer.body["refresh_token"] for answer in answers}
    assert refresh(ann, successor).status == 200


def test_a_thief_who_comes_late_with_an_old_refresh_token_ends_the_session_and_no_other(ann):
    first, other = log_in(ann), log_in(ann)
    second = refresh(ann, first["refresh_token"]).body
    third = refresh(ann, second["refresh_token"]).body
    answer = refresh(ann, first["refresh_token"])
    assert (answer.status, answer.code) == (401, "bad_credentials")
    assert not lives(ann, third) and refresh(ann, third["refresh_token"]).status == 401
    assert lives(ann, other)


def test_a_changed_password_kills_refresh_tokens_but_the_callers(ann):
    own, other = log_in(ann), log_in(ann)
    changed = ann.put("/api/v1/account/password", bearer=own["access_token"], old=PASSWORD, new="battery staple")
    assert changed.status == 204
    assert refresh(ann, other["refresh_token"]).status == 401
    assert refresh(ann, own["refresh_token"]).status == 200


def test_refresh_tokens_outlive_a_restart(ann):
    first = log_in(ann)
    ann.restart()
    assert refresh(ann, first["refresh_token"]).status == 200


@pytest.mark.parametrize("body", [{}, {"refresh_token": None}, {"refresh_token": 1}, {"refresh_token": {"$regex": ".*"}}, {"refresh_token": ["x"]},
                                  {"refresh_token": "x", "login": ANN}])
def test_a_refresh_takes_one_text_and_nothing_else(ann, body):
    answer = ann.post(SESSIONS + "/refresh", json_value=body)
    assert (answer.status, answer.code) == (400, "malformed")


def test_a_person_sees_when_where_and_by_what_their_sessions_were_opened(ann):
    first = log_in(ann, headers={"User-Agent": "Telephone/1.0"})
    second = log_in(ann, headers={"User-Agent": "Desk"})
    sessions = ann.get(SESSIONS, bearer=first["access_token"]).body["sessions"]
    assert [(s["client"], s["current"], s["network"]) for s in sessions] == [("Desk", False, "127.0.0.1"), ("Telephone/1.0", True, "127.0.0.1")]
    assert all(s[name].endswith("Z") for s in sessions for name in ("created_at", "last_used_at", "ends_at"))
    assert not any(token in ann.get(SESSIONS, bearer=first["access_token"]).text for token in (*first.values(), *second.values()) if isinstance(token, str)
                   and len(token) > 20)


def test_a_person_ends_one_session_the_own_and_all_others(ann):
    a, b, c = log_in(ann), log_in(ann), log_in(ann)
    newest = ann.get(SESSIONS, bearer=a["access_token"]).body["sessions"][0]["id"]
    assert ann.delete(f"{SESSIONS}/{newest}", bearer=a["access_token"]).status == 204
    assert not lives(ann, c) and lives(ann, b)
    gone = ann.delete(f"{SESSIONS}/{newest}", bearer=a["access_token"])
    assert (gone.status, gone.code) == (404, "not_found")
    assert ann.delete(SESSIONS, bearer=a["access_token"]).status == 204
    assert not lives(ann, b) and lives(ann, a)
    assert ann.delete(SESSIONS + "/current", bearer=a["access_token"]).status == 204
    assert not lives(ann, a) and refresh(ann, a["refresh_token"]).status == 401


def test_a_session_of_somebody_else_is_not_there(ann):
    ann.has_account("eva@example.org", password=PASSWORD)
    eva = ann.post(SESSIONS, login="eva@example.org", password=PASSWORD).body
    own = log_in(ann)
    hers = ann.get(SESSIONS, bearer=eva["access_token"]).body["sessions"][0]["id"]
    assert ann.delete(f"{SESSIONS}/{hers}", bearer=own["access_token"]).status == 404
    assert lives(ann, eva)


@pytest.mark.parametrize("method, path", [("GET", SESSIONS), ("DELETE", SESSIONS), ("DELETE", SESSIONS + "/current"), ("DELETE", SESSIONS + "/0" * 12)])
def test_sessions_are_shown_and_ended_by_who_has_one(ann, method, path):
    for bearer in (None, "x", "a.b.c"):
        answer = ann.request(method, path.rstrip("/"), bearer=bearer)
        assert (answer.status, answer.code) in [(401, "unauthenticated"), (404, "not_found")]
        assert answer.status == 404 or answer.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("path", ["/%ff", "/%00", "/" + "a" * 5000, "/a%2fb", "/current%00", "/.."])
def test_a_path_that_is_no_id_is_nobodys(ann, path):
    own = log_in(ann)
    assert ann.delete(SESSIONS + path, bearer=own["access_token"]).status in (400, 404)
    assert lives(ann, own)
