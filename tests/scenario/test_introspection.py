# SPDX-License-Identifier: Apache-2.0
"""An app's back end asks whether a token lives (RFC 7662): who may ask, what it learns, and when a token is dead."""

import time

import attacks
import pytest
from server import NEW_PASSWORD, NO_LIMITS, PASSWORD
from wire import basic

SETTINGS = NO_LIMITS

SESSIONS, INTROSPECT = "/api/v1/sessions", "/api/v1/sessions/introspect"
ANN = "ann@example.org"
DEAD = {"active": False}


@pytest.fixture
def ann(rekey):
    rekey.has_account(ANN, username="ann")
    return rekey


def log_in(rekey, **options):
    answer = rekey.log_in(ANN, **options)
    assert answer.status == 201, answer.text
    return answer.body


def ask(rekey, token, app="default", key=None, **options):
    app = rekey.apps[app]
    return rekey.post(INTROSPECT, headers=basic(app.id, key or app.client_key), token=token, **options)


def told(rekey, token, **options):
    answer = ask(rekey, token, **options)
    assert answer.status == 200 and answer.type == "application/json", answer.raw
    assert answer.headers["Cache-Control"] == "no-store"
    return answer.body


def is_refused(answer):
    """As RFC 6750 and RFC 7617 have it; and not a word of any token."""
    return (answer.status, answer.code) == (401, "unauthenticated") and answer.headers["WWW-Authenticate"].startswith("Basic realm=") \
        and "active" not in answer.body


# ---- what is told ----

def test_a_token_that_lives_is_told_with_whose_it_is_and_until_when(ann):
    tokens = log_in(ann)
    account = ann.get("/api/v1/account", bearer=tokens["access_token"]).body
    session, = ann.get(SESSIONS, bearer=tokens["access_token"]).body["sessions"]
    got = told(ann, tokens["access_token"])
    assert set(got) == {"active", "token_type", "sub", "sid", "client_id", "username", "email", "exp", "iat"}
    assert (got["active"], got["token_type"], got["sub"], got["sid"]) == (True, "Bearer", account["id"], session["id"])
    assert (got["client_id"], got["username"], got["email"]) == (ann.apps["default"].id, "ann", ANN)
    assert got["exp"] - got["iat"] == 15 * 60 and abs(got["iat"] - time.time()) < 60


def test_a_refresh_token_is_told_as_one_and_with_its_own_end(ann):
    tokens = log_in(ann)
    access, refresh = (told(ann, tokens[name]) for name in ("access_token", "refresh_token"))
    assert (refresh["active"], refresh["token_type"], refresh["sub"], refresh["sid"]) == (True, "refresh_token", access["sub"], access["sid"])
    assert refresh["exp"] - refresh["iat"] == 30 * 24 * 3600


def test_whoever_has_no_username_is_told_without_one(rekey):
    rekey.has_account(ANN)
    got = told(rekey, log_in(rekey)["access_token"])
    assert got["active"] is True and "username" not in got and None not in got.values()


def test_the_body_may_be_json_or_a_form_and_the_hint_is_no_more_than_that(ann):
    tokens, app = log_in(ann), ann.apps["default"]
    for name in ("access_token", "refresh_token"):
        for hint in ({}, {"token_type_hint": "access_token"}, {"token_type_hint": "refresh_token"}, {"token_type_hint": "saml"}):
            members = {"token": tokens[name], **hint}
            answers = [ann.post(INTROSPECT, headers=basic(app.id, app.client_key), json_value=members),
                       ann.post(INTROSPECT, headers=basic(app.id, app.client_key), form=members)]
            assert [answer.status for answer in answers] == [200, 200] and answers[0].body == answers[1].body
            assert answers[0].body["active"] is True


def test_tokens_of_every_format_are_told(rekey):
    app = attacks.has_everything(rekey)
    for format, token in attacks.log_in_everywhere(rekey, app, "ann").items():
        assert told(rekey, token)["email"] == ANN, format


def test_a_question_that_is_none_is_malformed(ann):
    tokens, app = log_in(ann), ann.apps["default"]
    for body in ({}, {"token": None}, {"token": 1}, {"token": [tokens["access_token"]]}, {"token": {"$ne": ""}},
                 {"token": tokens["access_token"], "app": "default"}):
        answer = ann.post(INTROSPECT, headers=basic(app.id, app.client_key), json_value=body)
        assert (answer.status, answer.code) == (400, "malformed"), body
    assert ann.get(INTROSPECT, headers=basic(app.id, app.client_key), query={"token": tokens["access_token"]}).status == 405


# ---- of what is dead, or not the app's, nothing ----

def end(rekey, tokens):
    assert rekey.delete(SESSIONS + "/current", bearer=tokens["access_token"]).status == 204


def end_from_elsewhere(rekey, tokens):
    assert rekey.delete(SESSIONS, bearer=log_in(rekey)["access_token"]).status == 204


def change_password(rekey, tokens):
    other = log_in(rekey)["access_token"]
    assert rekey.put_password(old=PASSWORD, new=NEW_PASSWORD, bearer=other).status == 204
    assert told(rekey, other)["active"] is True


def reset_password(rekey, tokens):
    assert rekey.put_password(token=rekey.reset_token(ANN), new=NEW_PASSWORD).status == 204


def remove_account(rekey, tokens):
    rekey.command("account", "remove", ANN)


@pytest.mark.parametrize("die", [end, end_from_elsewhere, change_password, reset_password, remove_account])
def test_tokens_that_died_are_inactive_at_once_and_nothing_else_is_told(ann, die):
    tokens = log_in(ann)
    assert told(ann, tokens["access_token"])["active"] is True
    die(ann, tokens)
    assert told(ann, tokens["access_token"]) == told(ann, tokens["refresh_token"]) == DEAD


def test_an_expired_token_is_inactive_and_its_refresh_token_is_not(ann):
    tokens = log_in(ann)
    ann.sessions_expire()
    assert told(ann, tokens["access_token"]) == DEAD and told(ann, tokens["refresh_token"])["active"] is True
    newer = ann.post(SESSIONS + "/refresh", refresh_token=tokens["refresh_token"]).body
    assert told(ann, newer["access_token"])["active"] is True
    assert ann.sql("UPDATE session SET ends_at = ?", int(time.time()) - 1) == 1
    assert told(ann, newer["refresh_token"]) == DEAD


def test_an_older_access_token_of_a_refreshed_session_has_its_own_times(ann):
    first = log_in(ann)
    before = told(ann, first["access_token"])
    second = ann.post(SESSIONS + "/refresh", refresh_token=first["refresh_token"]).body
    ann.sql("UPDATE session SET refreshed_at = refreshed_at + 10")
    assert told(ann, first["access_token"]) == before
    assert told(ann, second["access_token"])["sid"] == before["sid"]


def test_a_refresh_token_that_was_replaced_and_used_again_is_inactive(ann):
    first = log_in(ann)
    second = ann.post(SESSIONS + "/refresh", refresh_token=first["refresh_token"]).body
    third = ann.post(SESSIONS + "/refresh", refresh_token=second["refresh_token"]).body
    assert told(ann, first["refresh_token"]) == DEAD
    assert told(ann, third["refresh_token"])["active"] is True  # to ask is not to use


def test_what_is_no_token_is_inactive(ann):
    reset = ann.reset_token(ANN)
    for text in ("x", "a.b.c", "", reset, ann.apps["default"].client_key, log_in(ann)["access_token"][:-1], "A" * 43, ".."):
        assert told(ann, text) == DEAD, text
    assert ann.put_password(token=reset, new=NEW_PASSWORD).status == 204


# ---- who may ask ----

@pytest.fixture
def two(rekey):
    for name in ("red", "blue"):
        rekey.has_app(name, hosts=[f"{name}.example"])
        rekey.has_account(ANN, app=name)
    return rekey


def test_the_token_of_another_app_is_inactive(two):
    reds = log_in(two, host="red.example")
    assert told(two, reds["access_token"], app="red", host="red.example")["active"] is True
    for token in (reds["access_token"], reds["refresh_token"]):
        assert told(two, token, app="blue", host="blue.example") == DEAD
        assert is_refused(ask(two, token, app="blue", host="red.example"))
        assert is_refused(ask(two, token, app="red", host="blue.example"))


def test_either_key_of_the_app_is_good_and_no_other(two):
    token, red, blue = log_in(two, host="red.example")["access_token"], two.apps["red"], two.apps["blue"]

    def asks(headers):
        return two.post(INTROSPECT, headers=headers, token=token, host="red.example")

    for key in (red.client_key, red.master_key):
        assert asks(basic(red.id, key)).body["active"] is True
        assert asks({"Authorization": basic(red.id, key)["Authorization"].replace("Basic", "basic")}).status == 200
    for user, key in ((red.id, blue.client_key), (red.id, blue.master_key), (blue.id, red.client_key), (blue.id, blue.client_key), (red.id, ""),
                      ("", red.client_key), (red.name, red.client_key), (red.id, red.client_key[:-1]), (red.id, red.client_key + "x"),
                      (red.id, red.client_key.swapcase()), (red.id + ":" + red.client_key, ""), (ANN, PASSWORD), (red.id, token)):
        assert is_refused(asks(basic(user, key))), (user, key)
    for headers in ({}, {"Authorization": "Basic"}, {"Authorization": "Basic ="}, {"Authorization": "Basic !!!"},
                    {"Authorization": "Basic " + red.client_key}, {"Authorization": "Bearer " + red.client_key}, {"Authorization": "Bearer " + token},
                    {"X-Backtory-Authentication-Id": red.id, "X-Backtory-Authentication-Key": red.client_key}):
        assert is_refused(asks(headers)), headers


def test_the_old_key_is_good_until_it_is_retired(ann):
    token, old = log_in(ann)["access_token"], ann.apps["default"]
    for name in ("client_key", "master_key"):
        new = ann.command_json("app", "set", "default", f"{name}=new")[name]
        assert told(ann, token, key=getattr(old, name))["active"] is True and told(ann, token, key=new)["active"] is True
        ann.command("app", "set", "default", f"{name}=retire")
        assert is_refused(ask(ann, token, key=getattr(old, name)))
        assert told(ann, token, key=new)["active"] is True


def test_a_disabled_app_is_answered_nothing_until_it_is_enabled(ann):
    token = log_in(ann)["access_token"]
    ann.command("app", "disable", "default")
    answer = ask(ann, token)
    assert (answer.status, answer.code) == (503, "unavailable") and "active" not in answer.body
    ann.command("app", "enable", "default")
    assert told(ann, token)["active"] is True


# ---- how often ----

def test_a_back_end_asks_as_often_as_it_likes_but_guesses_no_keys(make_rekey):
    rekey = make_rekey({"limits.requests_per_network": "3/1m", "limits.failures_per_network": "5/1m"}).start()
    rekey.has_account(ANN)
    token = log_in(rekey)["access_token"]
    assert {told(rekey, token)["active"] for _ in range(20)} == {True}
    assert {told(rekey, "no such token")["active"] for _ in range(20)} == {False}
    assert all(is_refused(ask(rekey, token, key=f"a guess {number}")) for number in range(5))
    for key in ("one more", None):
        answer = ask(rekey, token, key=key)
        assert (answer.status, answer.code) == (429, "rate_limited") and int(answer.headers["Retry-After"]) > 0
    assert rekey.get(SESSIONS, bearer=token).status == 200  # of requests there are two left
