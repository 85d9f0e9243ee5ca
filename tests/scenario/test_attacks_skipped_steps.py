# SPDX-License-Identifier: Apache-2.0
"""Who tries to reach a new password without the step that proves who they are.

Every pair of a state and a request is tried. The only edges into "password set" carry a live token
of that very account, or a live session of it and its current password; after every other pair each
account has the hash it had before."""

import base64
import itertools

import pytest
from attacks import (ACCOUNT, CHANGERS, NO_LIMITS, REDEEMERS, SAME_ORIGIN, UNKNOWN, address, confirm_token, hack_code, has_everything,
                     id_of, is_done, is_refused, link_token, log_in_everywhere, passwords, post_confirm, rows, settled)
from server import NEW_PASSWORD, PASSWORD, secret_in

SETTINGS = NO_LIMITS

OTHER = "other.example"
NAMES = ("ann", "bob", "eva", "lea", "mia", "pia", "sue")


# ---- the states ----

def dead_tokens(rekey, app):
    """A token for each state from which no request may set a password; each of an account of its own."""
    found = {"unknown": UNKNOWN, "empty": ""}
    found["expired"] = link_token(rekey, "eva")
    rekey.tokens_expire()
    found["spent"] = link_token(rekey, "sue")
    assert rekey.put_password(token=found["spent"], new="a password of sue").status == 204
    found["superseded"] = link_token(rekey, "pia")
    link_token(rekey, "pia")
    found["superseded across formats"] = hack_code(rekey, "pia")
    confirm_token(rekey, app, "pia")
    found["from before a change"] = link_token(rekey, "lea")
    session = rekey.session_of(address("lea"))
    assert rekey.put_password(old=PASSWORD, new="a password of lea", bearer=session).status == 204
    found["of another purpose"] = confirm_token(rekey, app, "mia")
    found["of another app"] = link_token(rekey, "ann", host=OTHER)
    return found


def look_alikes(rekey, app):
    """What the attacker may have seen or stolen, and no token: even the whole database."""
    assert rekey.put_password(old=PASSWORD, new="a password of bob", bearer=rekey.session_of(address("bob"))).status == 204
    answer = rekey.log_in(address("bob"), "a password of bob")
    nonce, reference = rekey.sql("SELECT nonce, reference FROM outbox ORDER BY id DESC LIMIT 1")[0]
    digest, = rekey.sql("SELECT digest FROM token WHERE state = 0 AND purpose = 0 ORDER BY id DESC LIMIT 1")[0]
    phc, public_id = rekey.sql("SELECT phc, public_id FROM account WHERE id = ?", id_of(rekey, "ann"))[0]
    spelled = {f"{name} in {how}": spell(value) for name, value in (("nonce", nonce), ("digest", digest)) for how, spell in (
        ("hex", bytes.hex), ("base64url", lambda value: base64.urlsafe_b64encode(value).decode().rstrip("=")))}
    return {"access token": answer.body["access_token"], "refresh token": answer.body["refresh_token"], "reference": reference,
            "hash": phc, "public id": public_id, "client key": app.client_key, "master key": app.master_key, "app id": app.id,
            "address": address("ann"), "old password": PASSWORD, **spelled}


def with_a_token(rekey, app, token):
    """Every request that a token could be put into, but the doors that are made for it."""
    fields = {"token": token, "new": NEW_PASSWORD}
    backtory = rekey.backtory_headers(app, app.client_key)
    return {
        "confirm page": lambda: post_confirm(rekey, token, "ann"),
        "opened link": lambda: rekey.get("/password-reset", query={"token": token}),
        "opened link with a password": lambda: rekey.get("/password-reset", query={**fields, "confirm": NEW_PASSWORD}),
        "HEAD of the link": lambda: rekey.head("/password-reset", query={"token": token}),
        "page, all in the query": lambda: rekey.post("/password-reset", query={**fields, "confirm": NEW_PASSWORD}, headers=SAME_ORIGIN),
        "page, token in the query": lambda: rekey.post("/password-reset", query={"token": token}, headers=SAME_ORIGIN,
                                                       form={"new": NEW_PASSWORD, "confirm": NEW_PASSWORD}),
        "page without the password": lambda: rekey.post("/password-reset", form={"token": token}, headers=SAME_ORIGIN),
        "query of account": lambda: rekey.put(ACCOUNT, query=fields),
        "query of Hack System": lambda: rekey.get("/reset/password", query={"code": token, "password": NEW_PASSWORD}),
        "query and body": lambda: rekey.put(ACCOUNT, query={"token": token}, json_value={"new": NEW_PASSWORD}),
        "bearer of a change": lambda: rekey.put(ACCOUNT, json_value={"old": PASSWORD, "new": NEW_PASSWORD}, bearer=token),
        "bearer of a change without old": lambda: rekey.put(ACCOUNT, json_value={"new": NEW_PASSWORD}, bearer=token),
        "bearer of Backtory": lambda: rekey.post("/auth/change-password", headers=backtory, bearer=token,
                                                 lastPassword=PASSWORD, newPassword=NEW_PASSWORD),
        "old password": lambda: rekey.put(ACCOUNT, json_value={"old": token, "new": NEW_PASSWORD}),
        "log-in": lambda: rekey.log_in(address("ann"), token),
        "log-in at Backtory": lambda: rekey.post("/auth/login", headers=backtory, form={"username": "ann", "password": token}),
        "method in a header": lambda: rekey.post(ACCOUNT, json_value=fields, headers={"X-HTTP-Method-Override": "PUT", "X-HTTP-Method": "PUT"}),
        "method in a form": lambda: rekey.post(ACCOUNT, form={"_method": "PUT", **fields}),
    }


@pytest.mark.timeout(300)
def test_no_state_but_a_live_token_of_that_account_leads_to_a_new_password(rekey):
    """Keycloak's CVE-2026-18963: a client-chosen step set anyone's password."""
    app = has_everything(rekey, *NAMES)
    rekey.has_app("other", dialects=["account", "backtory", "hacksystem"], hosts=[OTHER])
    rekey.has_account(address("ann"), username="ann", app="other")
    states = dead_tokens(rekey, app)
    states |= look_alikes(rekey, app)
    settled(rekey)
    before = passwords(rekey)
    for (state, token), (name, redeem) in itertools.product(states.items(), REDEEMERS.items()):
        answer = redeem(rekey, token)
        assert is_refused(answer), (state, name, answer.status, answer.raw)
        assert passwords(rekey) == before, (state, name)
    fresh = link_token(rekey, "ann")
    settled(rekey)
    tokens = rows(rekey, "token")
    for state, token in {**states, "fresh": fresh}.items():
        for name, send in with_a_token(rekey, app, token).items():
            # A password that is right opens a session: that is no new password.
            answer = send()
            assert is_refused(answer) or "link" in name or "log-in" in name, (state, name, answer.status)
            assert passwords(rekey) == before and rows(rekey, "token") == tokens, (state, name)
    assert rekey.put_password(token=fresh, new=NEW_PASSWORD).status == 204  # and nothing spent it


@pytest.mark.parametrize("door", REDEEMERS)
def test_a_live_token_sets_the_password_of_its_own_account_alone(rekey, door):
    has_everything(rekey, "ann", "bob")
    rekey.has_app("other", dialects=["account", "backtory", "hacksystem"], hosts=[OTHER])
    rekey.has_account(address("ann"), username="ann", app="other")
    token, bobs = link_token(rekey, "ann"), rekey.session_of(address("bob"))
    before = passwords(rekey)
    claims = {"Authorization": f"Bearer {bobs}", "X-User": "bob", "From": address("bob"), "Cookie": "user=bob; account_id=2"}
    for headers, host in (({**claims}, OTHER), ({"X-Backtory-Authentication-Id": rekey.apps["other"].id}, "rekey.example")):
        assert is_refused(REDEEMERS[door](rekey, token, headers=headers, host=host))
        assert passwords(rekey) == before
    assert is_done(REDEEMERS[door](rekey, token, headers=claims))
    after = passwords(rekey)
    assert [number for number in after if after[number] != before[number]] == [id_of(rekey, "ann")]
    assert rekey.can_log_in(address("ann"), NEW_PASSWORD) and rekey.can_log_in(address("bob"), PASSWORD)
    assert is_refused(REDEEMERS[door](rekey, token, new="yet another password")) and passwords(rekey) == after


def test_the_token_of_one_account_with_the_name_of_another(rekey):
    """authentik's CVE-2023-26481: a recovery token was good for whoever was named beside it."""
    app = has_everything(rekey, "ann", "bob")
    token, confirm = link_token(rekey, "bob"), confirm_token(rekey, app, "ann")
    before = passwords(rekey)
    for name, value in {"email": address("ann"), "username": "ann", "login": "ann", "user_id": 1, "account_id": id_of(rekey, "ann"),
                        "public_id": "0" * 24, "user": {"email": address("ann")}}.items():
        assert rekey.put(ACCOUNT, json_value={"token": token, "new": NEW_PASSWORD, name: value}).status == 400, name
        assert rekey.post("/reset/password", json_value={"code": token, "password": NEW_PASSWORD, name: value}).status == 400, name
    assert is_refused(post_confirm(rekey, confirm, "bob")) and is_refused(post_confirm(rekey, token, "bob"))
    rekey.gets_no_mail()
    assert passwords(rekey) == before
    form = {"token": token, "new": NEW_PASSWORD, "confirm": NEW_PASSWORD, "email": address("ann"), "username": "ann", "account_id": "1"}
    rekey.post("/password-reset", form=form, headers=SAME_ORIGIN, host="rekey.example")
    changed = [number for number, kept in passwords(rekey).items() if kept != before[number]]
    assert changed in ([], [id_of(rekey, "bob")])


@pytest.mark.parametrize("door", CHANGERS)
def test_no_session_and_password_but_a_live_one_and_its_own_lead_to_a_new_password(rekey, door):
    app = has_everything(rekey, *NAMES)
    other = rekey.has_app("other", dialects=["account", "backtory"], hosts=[OTHER])
    rekey.has_account(address("ann"), username="ann", password="ann at the other app", app="other")
    rekey.has_account("sue2@example.org", username="sue2", app="other")
    answer = rekey.log_in(address("ann"))
    sessions = {"none": "", "unknown": UNKNOWN, "refresh token": answer.body["refresh_token"], "reset token": link_token(rekey, "ann"),
                "client key": app.client_key, "master key": app.master_key,
                "of another app": rekey.session_of("sue2@example.org", host=OTHER), "of another app by name": rekey.backtory_session(other, "sue2")}
    ended = log_in_everywhere(rekey, app, "sue")
    assert rekey.put_password(token=link_token(rekey, "sue"), new="a password of sue").status == 204
    sessions |= {f"ended, of {name}": session for name, session in ended.items()}
    expired = rekey.session_of(address("eva"))
    rekey.sql("UPDATE session SET expires_at = 1 WHERE account_id = ?", id_of(rekey, "eva"))
    sessions["expired"] = expired
    phc, = rekey.sql("SELECT phc FROM account WHERE id = ?", id_of(rekey, "ann"))[0]
    settled(rekey)
    before = passwords(rekey)
    for state, session in sessions.items():
        for old in (PASSWORD, "a password of sue", "", NEW_PASSWORD):
            answer = CHANGERS[door](rekey, app, session, old)
            assert answer.status == 401, (state, old, answer.status)
            assert passwords(rekey) == before, (state, old)
    live = log_in_everywhere(rekey, app, "ann")
    for (name, session), old in itertools.product(live.items(), (
            "", " ", "wrong", phc, NEW_PASSWORD, PASSWORD + "\u200b", PASSWORD.upper(), "a password of sue", "ann at the other app")):
        assert CHANGERS[door](rekey, app, session, old).status == 403, (name, old)
        assert passwords(rekey) == before, (name, old)
    assert is_done(CHANGERS[door](rekey, app, live[door], PASSWORD))
    assert [number for number, kept in passwords(rekey).items() if kept != before[number]] == [id_of(rekey, "ann")]


def test_state_that_the_client_holds_is_believed_by_nobody(rekey):
    """Zitadel's CVE-2026-119128: a cookie said that the check had been passed."""
    app = has_everything(rekey)
    before = passwords(rekey)
    words = ("verificationCheck", "verified", "reset", "step", "state", "session", "token", "code", "auth", "user", "remember_me")
    cookies = "; ".join(f"{word}={value}" for word, value in zip(words, itertools.cycle(("true", "1", "done", "ann", "eyJhbGciOiJub25lIn0.e30."))))
    hints = {"Cookie": cookies, "X-Verified": "true", "X-Authenticated-User": "ann", "X-Remote-User": "ann", "Remote-User": "ann",
             "X-Forwarded-User": "ann", "X-User-Id": "1", "X-Reset-Verified": "1"}
    for headers in (hints, {**hints, "Authorization": "Bearer true"}, {**hints, "Authorization": "Basic YW5uOg=="}):
        for token in ("", "true", "1", "null", "undefined", "skip"):
            for name, redeem in REDEEMERS.items():
                assert is_refused(redeem(rekey, token, headers=headers)), (name, token)
        assert rekey.put(ACCOUNT, json_value={"new": NEW_PASSWORD}, headers=headers).status == 400
        assert rekey.put(ACCOUNT, json_value={"old": PASSWORD, "new": NEW_PASSWORD}, headers=headers).status == 401
        assert rekey.post("/auth/change-password", json_value={"lastPassword": PASSWORD, "newPassword": NEW_PASSWORD},
                          headers={**headers, **rekey.backtory_headers(app)}).status == 401
    assert passwords(rekey) == before


def test_no_door_hands_the_client_any_state_to_forge(rekey):
    app = has_everything(rekey)
    token = link_token(rekey)
    answers = [rekey.get("/password-reset"), rekey.get("/password-reset", query={"token": token}), rekey.put(ACCOUNT, email=address("ann")),
               rekey.post("/password-reset", form={"email": address("ann")}), rekey.get("/reset/password", query={"email": address("ann")}),
               rekey.post("/auth/forgot-password", query={"username": "ann"}, headers=rekey.backtory_headers(app)),
               rekey.log_in(address("ann")), rekey.backtory_log_in(app, "ann"), rekey.hack_log_in(address("ann")), rekey.get("/")]
    for answer in answers:
        assert is_done(answer) and not answer.headers.all("Set-Cookie"), answer.headers.pairs


@pytest.mark.parametrize("door", REDEEMERS)
def test_a_reset_signs_nobody_in(rekey, door):
    """A recovery that ends in a session skips whatever else stands before one."""
    has_everything(rekey)
    answer = REDEEMERS[door](rekey, link_token(rekey))
    assert is_done(answer) and not answer.headers.all("Set-Cookie") and not answer.headers.all("Location")
    assert rows(rekey, "session") == {"session": []}
    assert not any(word in answer.text.lower() for word in ("access_token", "authtoken", "refresh_token", "bearer"))


def test_a_confirmation_without_the_page_or_the_name_makes_no_password(rekey):
    app = has_everything(rekey, "ann", "bob")
    token, reset = confirm_token(rekey, app), link_token(rekey, "bob")
    settled(rekey)
    before, sent = passwords(rekey), rows(rekey, "outbox")
    for name in ("", " ", "bob", "a", "an", "anna", "*", "%", "ann\n", "ann ", "null", address("ann"), "'or 1=1--"):
        assert is_refused(post_confirm(rekey, token, name)), name
    for dead in (UNKNOWN, "", reset, token[:-1]):
        assert is_refused(post_confirm(rekey, dead, "bob")) and is_refused(post_confirm(rekey, dead, "ann"))
    for options in ({"query": {"token": token, "username": "ann"}}, {"json_value": {"token": token, "username": "ann"}}):
        assert is_refused(rekey.post("/password-reset/confirm", headers=SAME_ORIGIN, host="rekey.example", **options))
        assert is_refused(rekey.get("/password-reset/confirm", query={"token": token, "username": "ann"}))
    assert passwords(rekey) == before and rows(rekey, "outbox") == sent
    assert is_done(post_confirm(rekey, token, "ann"))
    made = secret_in(rekey.mail_to(address("ann")))
    settled(rekey)
    changed = [number for number, kept in passwords(rekey).items() if kept != before[number]]
    assert changed == [id_of(rekey, "ann")] and rekey.can_log_in(address("ann"), made)


def test_an_account_without_a_password_yet_is_opened_by_none(rekey):
    """An invited account is there and has no hash: nothing equals nothing."""
    app = rekey.has_app("default", dialects=["account", "backtory", "hacksystem"])
    rekey.command("account", "add", address("ann"), "--username", "ann")
    rekey.mail_to(address("ann"))
    for password in ("", " ", "null", "None", "*", "!", "x", PASSWORD, "$argon2id$v=19$m=8,t=1,p=1$"):
        assert rekey.log_in(address("ann"), password).status == 401, password
        assert rekey.backtory_log_in(app, "ann", password).status == 401, password
        assert is_refused(rekey.hack_log_in(address("ann"), password)), password
    assert rekey.sql("SELECT phc FROM account") == [(None,)] and rows(rekey, "session") == {"session": []}
