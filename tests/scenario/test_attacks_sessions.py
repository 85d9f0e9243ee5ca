# SPDX-License-Identifier: Apache-2.0
"""Who keeps a session after its owner has changed the password, changes a password without knowing it, or
lets somebody else's browser do it."""

import itertools
from concurrent.futures import ThreadPoolExecutor

import pytest
from attacks import (ACCOUNT, NO_LIMITS, REDEEMERS, address, change_at_account, change_at_backtory, confirm_token, hack_code,
                     has_everything, is_done, is_refused, link_token, lives_at_backtory, log_in_everywhere, passwords, post_confirm, rows,
                     settled)
from server import NEW_PASSWORD, PASSWORD, PUBLIC_URL, secret_in
from wire import encode_multipart

SETTINGS = NO_LIMITS

EVIL = {"Origin": "https://evil.example", "Referer": "https://evil.example/", "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}


def stolen_sessions(rekey, app):
    """One of each format, and the secrets that came with them."""
    found = log_in_everywhere(rekey, app, "ann")
    assert all(rekey.session_lives(session) and lives_at_backtory(rekey, app, session) for session in found.values())
    refresh = [rekey.log_in(address("ann")).body["refresh_token"], rekey.backtory_log_in(app, "ann").body["refresh_token"]]
    return list(found.values()), refresh


def confirmed(rekey, app):
    assert is_done(post_confirm(rekey, confirm_token(rekey, app)))
    secret_in(rekey.mail_to(address("ann")))
    settled(rekey)


WAYS = {
    "change at account": lambda rekey, app: change_at_account(rekey, app, rekey.session_of(address("ann")), PASSWORD),
    "change at Backtory": lambda rekey, app: change_at_backtory(rekey, app, rekey.backtory_session(app, "ann"), PASSWORD),
    "a made password": confirmed,
    **{f"reset by {name}": lambda rekey, app, redeem=redeem: redeem(rekey, link_token(rekey)) for name, redeem in REDEEMERS.items()},
    "reset by a code": lambda rekey, app: REDEEMERS["JSON of Hack System"](rekey, hack_code(rekey)),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_stolen_session_after_the_password_was_changed_or_reset(rekey, way):
    """NocoDB, Flowintel, ZenML, Directus, Mastodon: tokens outlived the reset. Here they end with it, in the next request."""
    app = has_everything(rekey, "ann", "bob")
    sessions, refresh = stolen_sessions(rekey, app)
    bobs = rekey.session_of(address("bob"))
    answer = WAYS[way](rekey, app)
    assert answer is None or is_done(answer)
    for again in (False, True):
        for session in [*sessions, *refresh]:
            assert rekey.put_password(old=NEW_PASSWORD, new="chosen by a thief", bearer=session).status == 401
            assert change_at_backtory(rekey, app, session, NEW_PASSWORD, "chosen by a thief").status == 401
        assert rekey.session_lives(bobs)
        if not again:
            rekey.restart()
    assert not rekey.can_log_in(address("ann"), "chosen by a thief")


def test_a_session_opened_while_the_password_changes(make_rekey):
    """A log-in with the old password that is under way when the password changes: its session is stale or none."""
    rekey = make_rekey({"hash.queue_max": 200}).start()
    app = has_everything(rekey)
    own, old = rekey.session_of(address("ann")), PASSWORD
    for number in range(6):
        new = f"{NEW_PASSWORD} {number}"
        with ThreadPoolExecutor(16) as pool:
            logs = [pool.submit(rekey.log_in, address("ann"), old) for _ in range(12)]
            change = pool.submit(change_at_account, rekey, app, own, old, new)
            assert is_done(change.result())
            opened = [answer.body["access_token"] for answer in (log.result() for log in logs) if answer.status == 201]
        assert not [session for session in opened if rekey.session_lives(session)], number
        old = new


def test_a_session_named_by_the_attacker(rekey):
    """Fixation: every log-in makes a session of its own, whatever came with it."""
    app = has_everything(rekey)
    mine = rekey.session_of(address("ann"))
    headers = {"Authorization": f"Bearer {mine}", "Cookie": f"session={mine}; access_token={mine}", "X-Session-Id": mine}
    tokens = {mine}
    for _ in range(3):
        answer = rekey.post("/api/v1/sessions", json_value={"login": address("ann"), "password": PASSWORD}, headers=headers)
        tokens |= {answer.body["access_token"], answer.body["refresh_token"]}
        answer = rekey.post("/auth/login", form={"username": "ann", "password": PASSWORD}, headers={**headers, **rekey.backtory_headers(app, app.client_key)})
        tokens |= {answer.body["access_token"], answer.body["refresh_token"]}
        tokens.add(rekey.post("/auth/login", json_value={"email": address("ann"), "password": PASSWORD}, headers=headers).body["authToken"])
    # Opaque ones, those that refresh, and signed ones.
    assert len(tokens) == 1 + 3 * 5 and all(len(token) in (43, 64) or token.count(".") == 2 for token in tokens)


def test_a_session_put_where_it_ends_in_a_log(rekey):
    """RFC 6750, 2.3: a query, a form or a cookie is no place for a token, but where a format documents it."""
    app = has_everything(rekey)
    session = rekey.session_of(address("ann"))
    before = passwords(rekey)
    change = {"old": PASSWORD, "new": NEW_PASSWORD}
    for name in ("access_token", "token", "authtoken", "auth_token", "bearer", "Authorization", "session"):
        assert is_refused(rekey.put(ACCOUNT, json_value=change, query={name: session})), name
        assert is_refused(rekey.put(ACCOUNT, json_value={**change, name: session})), name
        assert is_refused(rekey.put(ACCOUNT, json_value=change, headers={"Cookie": f"{name}={session}"})), name
        assert is_refused(rekey.post("/auth/change-password", json_value={"lastPassword": PASSWORD, "newPassword": NEW_PASSWORD},
                                     headers={**rekey.backtory_headers(app), "Cookie": f"{name}={session}"}, query={name: session})), name
    assert passwords(rekey) == before and session not in rekey.stderr()


# ---- without proof ----

def test_a_change_without_the_current_password(rekey):
    """EventSentry's CVE-2026-24443, Concrete's CVE-2026-8327, Capgo's CVE-2026-56308."""
    app = has_everything(rekey, "ann", "bob")
    sessions = log_in_everywhere(rekey, app, "ann")
    before = passwords(rekey)
    for session in sessions.values():
        for body in ({"new": NEW_PASSWORD}, {"old": None, "new": NEW_PASSWORD}, {"password": NEW_PASSWORD}, {"old": PASSWORD, "new": NEW_PASSWORD, "email": address("bob")},
                     {"old": PASSWORD, "new": NEW_PASSWORD, "user_id": 2}, {"old": PASSWORD, "new": NEW_PASSWORD, "login": "bob"}, {"new": NEW_PASSWORD, "force": True},
                     {"old": PASSWORD, "new": NEW_PASSWORD, "password": "x"}, {"old": PASSWORD, "new": NEW_PASSWORD, "role": "admin"}, {"email": "eve@evil.example", "old": PASSWORD}):
            assert rekey.put(ACCOUNT, json_value=body, bearer=session).status == 400, body
        assert rekey.put(ACCOUNT, json_value={"old": "", "new": NEW_PASSWORD}, bearer=session).status == 403
        for body in ({"newPassword": NEW_PASSWORD}, {"lastPassword": None, "newPassword": NEW_PASSWORD}, {"lastPassword": PASSWORD, "newPassword": NEW_PASSWORD, "userId": "2"},
                     {"lastPassword": PASSWORD, "newPassword": NEW_PASSWORD, "username": "bob"}):
            assert rekey.post("/auth/change-password", json_value=body, bearer=session, headers=rekey.backtory_headers(app)).status == 400, body
        for key in (app.client_key, app.master_key):
            answer = rekey.post("/auth/change-password", json_value={"lastPassword": "", "newPassword": NEW_PASSWORD}, bearer=session,
                                headers=rekey.backtory_headers(app, key))
            assert answer.status == 403
    # Backtory's users change what is said of them by the session alone, and never a password: documented.
    passed_over = rekey.put("/auth/users/me", json_value={"password": NEW_PASSWORD, "newPassword": NEW_PASSWORD}, bearer=sessions["account"],
                            headers=rekey.backtory_headers(app))
    assert passed_over.status == 200 and NEW_PASSWORD not in passed_over.text and passwords(rekey) == before
    paths = ("/api/v1/account", "/auth/users/me", "/user/profile", "/user/password", "/api/v1/account/email")
    for method, path in set(itertools.product(("PATCH", "PUT", "POST"), paths)) - {("PUT", "/auth/users/me")}:
        answer = rekey.request(method, path, json_value={"password": NEW_PASSWORD, "email": "eve@evil.example"}, bearer=sessions["account"], headers=rekey.backtory_headers(app))
        assert is_refused(answer), (method, path, answer.status)
    assert passwords(rekey) == before


def test_the_current_password_of_somebody_else(rekey):
    app = has_everything(rekey, "ann")
    rekey.has_account(address("bob"), username="bob", password="a password of bob", app="default")
    before = passwords(rekey)
    for session, old in ((rekey.session_of(address("ann")), "a password of bob"), (rekey.session_of(address("bob"), "a password of bob"), PASSWORD)):
        assert change_at_account(rekey, app, session, old).status == 403
        assert change_at_backtory(rekey, app, session, old).status == 403
    assert passwords(rekey) == before


# ---- by somebody else's browser ----

def test_a_form_or_a_script_of_another_site(rekey):
    """AuthTake's CVE-2026-89279. What a browser sends without asking first changes nothing; what it asks about is not allowed."""
    has_everything(rekey)
    token, session = link_token(rekey), rekey.session_of(address("ann"))
    settled(rekey)
    before = rows(rekey)
    cookies = {"Cookie": f"session={session}; token={session}; authToken={session}"}
    form = {"token": token, "new": NEW_PASSWORD, "confirm": NEW_PASSWORD}
    for site in (EVIL, {"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site", "Origin": "http://evil.rekey.example"},
                 {"Origin": "null", "Sec-Fetch-Site": "cross-site"}, {"Origin": "http://rekey.example.evil.example"}, {"Origin": "http://rekey.example:1337"},
                 {"Origin": "http://evil.example/rekey.example"}, {"Origin": "http://rekey.exampl"}, {"Origin": "rekey.example"}, {"Origin": "x"}, {"Origin": ""}):
        for path, fields in (("/password-reset", form), ("/password-reset", {"email": address("ann")}), ("/password-reset/confirm", {"token": token, "username": "ann"})):
            for kind in ({"form": fields}, {"multipart": fields}, {"body": "&".join(f"{key}={value}" for key, value in fields.items()), "type": "text/plain"}):
                answer = rekey.post(path, headers={**site, **cookies}, host="rekey.example", **kind)
                assert is_refused(answer), (site, path, answer.status)
    for simple in ("text/plain", "application/x-www-form-urlencoded", encode_multipart({})[1], None):
        for method, path, body in (("POST", "/api/v1/sessions", '{"login": "ann@example.org", "password": "correct horse battery"}'),
                                   ("POST", ACCOUNT, '{"old": "correct horse battery", "new": "a brand new password"}'),
                                   ("PUT", ACCOUNT, '{"old": "correct horse battery", "new": "a brand new password"}'),
                                   ("PUT", ACCOUNT, '{"email": "ann@example.org"}')):
            assert is_refused(rekey.request(method, path, body=body, type=simple, headers={**EVIL, **cookies})), (method, path, simple)
        assert is_refused(rekey.post("/auth/change-password", body='{"lastPassword": "correct horse battery", "newPassword": "a brand new password"}', type=simple,
                                     headers={**EVIL, **cookies}))
        assert is_refused(rekey.post("/auth/forgot-password?username=ann", type=simple, headers={**EVIL, **cookies}))  # no Id: a browser would have to ask
    assert rows(rekey) == before


def test_another_site_that_asks_whether_it_may_call(rekey):
    app = has_everything(rekey)
    for path in (ACCOUNT, "/api/v1/sessions", "/auth/change-password", "/auth/forgot-password", "/auth/login", "/reset/password", "/password-reset", "/password-reset/confirm"):
        for origin in ("https://evil.example", "null", "http://rekey.example.evil.example", PUBLIC_URL + ".evil.example", "http://localhost"):
            asked = {"Origin": origin, "Access-Control-Request-Method": "PUT", "Access-Control-Request-Headers": "authorization,content-type,x-backtory-authentication-id"}
            for answer in (rekey.request("OPTIONS", path, headers=asked), rekey.post(path, json_value={}, headers={"Origin": origin, **rekey.backtory_headers(app)}),
                           rekey.get(path, headers={"Origin": origin})):
                assert not [name for name, _ in answer.headers.pairs if name.lower().startswith("access-control-")], (path, origin)


def test_a_page_in_a_frame_of_another_site(rekey):
    """T-CLICK: no page may be framed, whatever its outcome."""
    has_everything(rekey)
    token = link_token(rekey)
    for answer in (rekey.get("/"), rekey.get("/password-reset"), rekey.get("/password-reset", query={"token": token}), rekey.get("/password-reset?token=x"),
                   rekey.post("/password-reset", form={"email": address("ann")}), rekey.post("/password-reset", form={"email": "x"}),
                   rekey.post("/password-reset/confirm", form={"token": "x", "username": "x"}), rekey.get("/nothing", headers={"Accept": "text/html"}),
                   rekey.post("/password-reset", form={"email": address("ann")}, headers=EVIL)):
        assert answer.type == "text/html" and "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"], answer.status


def test_a_link_that_is_looked_at_by_machines(rekey):
    """ASVS 3.5.3: no safe method changes anything at a door of ours; what a scanner opens stays unspent."""
    app = has_everything(rekey)
    token = link_token(rekey)
    settled(rekey)
    before = rows(rekey)
    for method in ("GET", "HEAD", "OPTIONS", "TRACE"):
        for path in ("/password-reset", "/password-reset/confirm", ACCOUNT, "/auth/change-password", "/auth/forgot-password", "/auth/login", "/api/v1/sessions"):
            query = {"token": token, "new": NEW_PASSWORD, "confirm": NEW_PASSWORD, "username": "ann", "email": address("ann"), "password": PASSWORD, "login": "ann"}
            rekey.request(method, path, query=query, headers={**rekey.backtory_headers(app, app.client_key), "Purpose": "prefetch"})
    assert rows(rekey) == before
    assert rekey.put_password(token=token, new=NEW_PASSWORD).status == 204
