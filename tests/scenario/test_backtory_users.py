# SPDX-License-Identifier: Apache-2.0
"""Backtory's users: registration, guests, what is said of a user, administration by the master, tokens and their end."""

import concurrent.futures
import re
import time

import jwt
import pytest
from backtory import (COMPLETE, COMPLETE_MASTER, GUESTS, LOGIN, LOGOUT, ME, MEMBERS, REFRESH, USERS, Shop, is_authentication_error,
                      is_error)
from server import NEW_PASSWORD, NO_LIMITS, PASSWORD, App, has_link, link_in, path_of, secret_in, text_of

SETTINGS = NO_LIMITS
ALL = {"firstName": "Ann", "lastName": "Example", "email": "ann@example.org", "phoneNumber": "+15550100", "avatar": "https://x.example/a.png"}
NOBODY = "0" * 24


@pytest.fixture
def shop(rekey):
    return Shop(rekey)


# ---- registration ----

@pytest.mark.proves("backtory", "POST /auth/users")
def test_a_user_is_registered_and_can_log_in_at_once(shop):
    answer = shop.register(**ALL)
    assert answer.status == 201 and answer.type == "application/json"
    user = answer.body
    assert set(user) == MEMBERS and len(user["userId"]) == 24 and int(user["userId"], 16)
    assert user == {**user, **ALL, "username": "ann", "guest": False, "active": True}
    assert PASSWORD not in answer.text
    assert shop.log_in().status == 200
    shop.rekey.gets_no_mail(0.5)


def test_a_username_and_a_password_are_all_that_is_required(shop):
    user = shop.has_user()
    assert {name for name, value in user.items() if value is None} == {"firstName", "lastName", "email", "phoneNumber", "avatar"}
    for members in ({"username": "bob"}, {"password": PASSWORD}, {}, {"username": None, "password": PASSWORD}, {"username": "bob", "password": 1}):
        assert is_error(shop.call("POST", USERS, json_value=members), 400, "BadRequest")
    assert is_error(shop.register("bob", "short"), 400, "PasswordRejected")
    assert is_error(shop.register("bob", email="no address"), 400)
    assert shop.call("GET", USERS + "/get-number-of-user", bearer=shop.master()).body == {"numberOfUser": 1}


def test_a_username_that_is_taken_is_409_in_any_case_and_spelling(shop):
    shop.has_user("Ann")
    for spelled in ("Ann", "ann", "ANN", "ａｎｎ"):
        answer = shop.register(spelled)
        assert answer.status in (409, 201), answer.raw
        assert spelled == "ａｎｎ" or is_error(answer, 409, "UsernameTaken")


def test_an_address_is_neither_unique_nor_a_login(shop):
    shop.has_user("ann", email="both@example.org")
    shop.has_user("bob", email="both@example.org")
    assert is_authentication_error(shop.log_in("both@example.org"), "invalid_grant")
    assert shop.call("POST", "/auth/forgot-password", query={"username": "bob"}).status == 200
    assert "bob" in text_of(shop.rekey.mail_to("both@example.org"))


def test_an_app_that_makes_its_users_itself_registers_nobody(rekey):
    shop = Shop(rekey, sign_up="closed")
    assert is_error(shop.register(), 403, "Forbidden")
    assert is_error(shop.call("POST", GUESTS, length=False), 403, "Forbidden")


# ---- what is said of a user ----

@pytest.mark.proves("backtory", "GET /auth/users/me")
def test_a_user_sees_what_is_said_of_them(shop):
    user = shop.has_user(**ALL, team="blue")
    assert shop.me(shop.session()).body == user == {**user, "team": "blue"}


@pytest.mark.proves("backtory", "PUT /auth/users/me")
def test_a_user_changes_what_is_said_and_what_is_not_said_stays(shop):
    user = shop.has_user(**ALL)
    session = shop.session()
    changed = shop.call("PUT", ME, bearer=session, lastName="Other", team="blue")
    assert changed.status == 200 and changed.body == {**user, "lastName": "Other", "team": "blue"}
    again = shop.call("PUT", ME, bearer=session, team="red", level="3")
    assert again.body == {**user, "lastName": "Other", "team": "red", "level": "3"} == shop.me(session).body


@pytest.mark.proves("backtory", "PUT /auth/users/{user_id}")
def test_a_user_is_changed_by_the_own_token_or_the_masters(shop):
    user = shop.has_user(**ALL)
    path = f"{USERS}/{user['userId']}"
    assert shop.call("PUT", path, bearer=shop.session(), firstName="A").body == {**user, "firstName": "A"}
    assert shop.call("PUT", path, bearer=shop.master(), firstName="B", level="3").body == {**user, "firstName": "B", "level": "3"}
    assert is_error(shop.call("PUT", f"{USERS}/{NOBODY}", bearer=shop.master(), firstName="C"), 404, "UserNotFound")


def test_a_whole_user_may_be_sent_back_with_a_change(shop):
    """As applications do that keep the object they got: what nobody may change is passed over, and null is as good as not said."""
    user = shop.has_user()
    session = shop.session()
    answer = shop.call("PUT", ME, bearer=session, json_value={**user, "firstName": "Ann", "userId": NOBODY, "guest": True, "active": False})
    assert answer.status == 200 and answer.body == {**user, "firstName": "Ann"}
    assert shop.call("PUT", ME, bearer=session, json_value=answer.body).body == answer.body


def test_a_username_is_changed_unless_it_is_anothers(shop):
    shop.has_user("bob")
    user = shop.has_user("ann")
    session = shop.session("ann")
    assert is_error(shop.call("PUT", ME, bearer=session, username="BOB"), 409, "UsernameTaken")
    assert is_error(shop.call("PUT", ME, bearer=session, username=""), 400)
    assert shop.call("PUT", ME, bearer=session, username="ann2", team="blue").body == {**user, "username": "ann2", "team": "blue"}
    assert shop.log_in("ann").status == 401 and shop.log_in("ann2").status == 200
    assert shop.me(session).status == 200


def test_of_another_address_the_old_one_is_told_if_it_was_verified(shop):
    shop.has_user(email="old@example.org")
    session = shop.session()
    assert shop.call("PUT", ME, bearer=session, email="newer@example.org").body["email"] == "newer@example.org"
    shop.rekey.gets_no_mail(1)
    shop.rekey.sql("UPDATE account SET email_verified_at = 1")
    assert shop.call("PUT", ME, bearer=session, email="newest@example.org").status == 200
    mail = shop.rekey.mail_to("newer@example.org")
    assert "newest@example.org" in text_of(mail)
    assert shop.me(session).body["email"] == "newest@example.org"
    assert shop.call("PUT", ME, bearer=session, email="").body["email"] is None


def test_who_says_it_was_not_me_gets_the_address_back(shop):
    shop.has_user(email="ann@example.org")
    shop.rekey.sql("UPDATE account SET email_verified_at = 1")
    session = shop.session()
    assert shop.call("PUT", ME, bearer=session, email="thief@example.org").status == 200
    link = link_in(shop.rekey.mail_to("ann@example.org"))
    form = shop.rekey.open_link(link).page.form_with("token")
    done = shop.rekey.submit(form, at="/verify", address="ann@example.org", old=PASSWORD)
    assert done.status == 200, done.text
    assert shop.me(session).status == 401
    assert has_link(shop.rekey.mail_to("ann@example.org"))  # the way back in


# ---- activation ----

def test_a_new_user_waits_for_the_mailed_link_where_the_app_asks_for_it(rekey):
    shop = Shop(rekey, activation="mail")
    user = shop.has_user(email="ann@example.org")
    assert user["active"] is False and shop.user(user["userId"])["active"] is False
    refused = shop.log_in()
    assert is_authentication_error(refused, "invalid_grant") and "link" in refused.body["error_description"]
    assert shop.log_in(password="not the password").body["error_description"] != refused.body["error_description"]
    link = link_in(rekey.mail_to("ann@example.org"))
    form = rekey.open_link(link).page.form_with("token")
    assert shop.log_in().status == 401  # a scanner that opens the link makes nobody active
    assert "another" in rekey.submit(form, at="/verify", address="eve@example.org").page.says.lower() or shop.log_in().status == 401
    assert rekey.submit(form, at="/verify", address="ann@example.org").status == 200
    assert shop.log_in().status == 200 and shop.me(shop.session()).body == {**user, "active": True}


def test_a_user_who_waits_needs_an_address_and_is_mailed_the_link_again_by_forgot_password(rekey):
    shop = Shop(rekey, activation="mail")
    assert is_error(shop.register(), 400)
    shop.has_user(email="ann@example.org")
    first = link_in(rekey.mail_to("ann@example.org"))
    assert shop.call("POST", "/auth/forgot-password", query={"username": "ann"}).status == 200
    again = link_in(rekey.mail_to("ann@example.org"))
    assert again != first and rekey.open_link(first).status == 410
    form = rekey.open_link(again).page.form_with("token")
    assert rekey.submit(form, at="/verify", address="ann@example.org").status == 200
    assert shop.log_in().status == 200 and shop.log_in(password=NEW_PASSWORD).status == 401


def test_the_operator_lets_a_user_in_who_waits_and_others_do_not_wait(rekey):
    shop = Shop(rekey)
    shop.has_user("bob", email="bob@example.org")
    rekey.sets_app("shop", activation="mail")
    shop.has_user("ann", email="ann@example.org")
    assert shop.log_in("bob").status == 200 and shop.log_in("ann").status == 401
    rekey.command("account", "enable", "ann")
    assert shop.log_in("ann").status == 200
    assert shop.guest()["active"] is True


# ---- guests ----

@pytest.mark.proves("backtory", "POST /auth/guest-users")
def test_a_guest_has_a_made_name_and_password_and_both_ids(shop):
    guest, other = shop.guest(), shop.guest()
    assert set(guest) == MEMBERS | {"id", "password"} and guest["id"] == guest["userId"] and guest["guest"] is True
    assert len({guest["username"], other["username"], guest["password"], other["password"]}) == 4
    session = shop.session(guest["username"], guest["password"])
    assert shop.me(session).body == {name: value for name, value in guest.items() if name not in ("id", "password")}


@pytest.mark.proves("backtory", "POST /auth/guest-users/complete-registration")
def test_a_guest_becomes_a_user_by_the_own_token(shop):
    guest = shop.guest()
    session, elsewhere = (shop.session(guest["username"], guest["password"]) for _ in range(2))
    answer = shop.call("POST", COMPLETE, bearer=session, firstName="Bob", lastName="B", lastPassword=guest["password"], newUsername="bob",
                       newPassword=PASSWORD, email="bob@example.org")
    assert answer.status == 200, answer.raw
    assert answer.body == {**answer.body, "userId": guest["userId"], "username": "bob", "firstName": "Bob", "email": "bob@example.org", "guest": False}
    assert shop.me(session).body == answer.body and shop.me(elsewhere).status == 401
    assert shop.log_in("bob").status == 200 and shop.log_in(guest["username"], guest["password"]).status == 401
    assert is_error(shop.call("POST", COMPLETE, bearer=session, newUsername="bob2", newPassword=NEW_PASSWORD), 409, "Conflict")


@pytest.mark.proves("backtory", "POST /auth/guest-users/complete-registration-master")
def test_a_guest_becomes_a_user_by_the_masters_token(shop):
    guest = shop.guest()
    session = shop.session(guest["username"], guest["password"])
    members = {"userId": guest["id"], "newUsername": "bob", "newPassword": guest["password"], "firstName": "Bob"}
    assert is_error(shop.call("POST", COMPLETE_MASTER, bearer=session, **members), 403, "Forbidden")
    assert is_error(shop.call("POST", COMPLETE_MASTER, bearer=shop.master(), **{**members, "userId": NOBODY}), 404, "UserNotFound")
    answer = shop.call("POST", COMPLETE_MASTER, bearer=shop.master(), **members)
    assert answer.status == 200 and answer.body["guest"] is False and answer.body["username"] == "bob"
    assert shop.me(session).status == 401 and shop.log_in("bob", guest["password"]).status == 200


def test_a_guest_is_completed_by_the_right_password_and_a_free_name_or_not_at_all(shop):
    shop.has_user("ann")
    guest = shop.guest()
    session = shop.session(guest["username"], guest["password"])
    good = {"newUsername": "bob", "newPassword": PASSWORD}
    assert is_error(shop.call("POST", COMPLETE, bearer=session, **good, lastPassword="wrong"), 403, "WrongPassword")
    assert is_error(shop.call("POST", COMPLETE, bearer=session, **{**good, "newUsername": "ANN"}), 409, "UsernameTaken")
    assert is_error(shop.call("POST", COMPLETE, bearer=session, **{**good, "newPassword": "short"}), 400, "PasswordRejected")
    assert is_error(shop.call("POST", COMPLETE, bearer=session, newUsername="bob"), 400)
    assert shop.me(session).body["guest"] is True
    assert shop.call("POST", COMPLETE, bearer=session, **good).status == 200


# ---- tokens ----

@pytest.mark.proves("backtory", "POST /auth/login with X-Backtory-Authentication-Refresh")
def test_a_session_goes_on_by_its_refresh_token(shop):
    shop.has_user()
    first = shop.tokens()
    answer = shop.refresh(first["refresh_token"])
    assert answer.status == 200 and set(answer.body) == set(first)
    second = answer.body
    assert second["access_token"] != first["access_token"] and second["refresh_token"] != first["refresh_token"]
    for encoding in ({"form": {"refresh_token": second["refresh_token"]}}, {"query": {"refresh_token": second["refresh_token"]}, "length": False}):
        assert shop.call("POST", LOGIN, headers=REFRESH, **encoding).status == 200
    assert shop.me(second["access_token"]).status == 200
    assert is_authentication_error(shop.refresh("nonsense"), "invalid_grant")
    assert is_error(shop.call("POST", LOGIN, headers=REFRESH, length=False), 400)


def test_a_refresh_shows_the_key_of_the_app_or_none(shop):
    shop.has_user()
    token = shop.tokens()["refresh_token"]
    for key, status in ((shop.app.client_key, 200), (shop.app.master_key, 417), (NOBODY, 417), ("", 417)):
        assert shop.refresh(token, headers={"X-Backtory-Authentication-Key": key}).status == status
    wrong = shop.rekey.post(LOGIN, headers={**REFRESH, "X-Backtory-Authentication-Id": NOBODY}, form={"refresh_token": token})
    assert is_authentication_error(wrong, "invalid_client", status=417)


@pytest.mark.proves("backtory", "POST /auth/login with nothing")
def test_the_master_logs_in_by_the_master_key_alone(shop):
    for options in ({"length": False}, {"type": "application/json"}, {}):
        answer = shop.log_in_master(**options)
        assert answer.status == 200, answer.raw
        assert set(answer.body) == {"access_token", "token_type", "expires_in", "scope", "jti"} and answer.body["token_type"] == "bearer"
    assert is_error(shop.log_in_master(shop.app.client_key), 400)  # a log-in without its fields
    assert is_authentication_error(shop.log_in_master(NOBODY), "invalid_client", status=417)
    assert is_authentication_error(shop.rekey.post(LOGIN, headers=shop.headers), "invalid_client", status=417)


@pytest.mark.proves("backtory", "GET /auth/token_key")
def test_access_tokens_are_verified_by_the_published_key_before_and_after_a_rotation(shop):
    user = shop.has_user()
    tokens = [(shop.tokens(), shop.log_in_master().body)]
    shop.rekey.command("key", "rotate")
    tokens.append((shop.tokens(), shop.log_in_master().body))
    answer = shop.call("GET", "/auth/token_key")
    assert answer.status == 200 and set(answer.body) == {"alg", "value"} and answer.body["value"].startswith("-----BEGIN PUBLIC KEY-----\n")
    (old_user, old_master), (new_user, new_master) = tokens
    verify = lambda token: jwt.decode(token, answer.body["value"], algorithms=[answer.body["alg"]])
    mine, masters = verify(new_user["access_token"]), verify(new_master["access_token"])
    assert (mine["user_id"], mine["user_name"], mine["client_id"], mine["scope"]) == (user["userId"], "ann", shop.app.id, ["client"])
    assert (masters["user_id"], masters["user_name"], masters["client_id"], masters["scope"]) == (None, None, shop.app.id, ["master"])
    for claims, body in ((mine, new_user), (masters, new_master)):
        assert claims["jti"] == body["jti"] and abs(claims["exp"] - time.time() - body["expires_in"]) < 10
    for old in (old_user, old_master):
        with pytest.raises(jwt.InvalidSignatureError):
            verify(old["access_token"])
    # To the server itself they are good until they have had their time.
    assert shop.me(old_user["access_token"]).status == 200
    assert shop.call("GET", USERS + "/get-number-of-user", bearer=old_master["access_token"]).status == 200


@pytest.mark.proves("backtory", "DELETE /auth/logout")
def test_a_log_out_ends_the_session_of_its_refresh_token(shop):
    shop.has_user()
    tokens, other = shop.tokens(), shop.tokens()
    for _ in range(2):
        answer = shop.call("DELETE", LOGOUT, query={"refresh-token": tokens["refresh_token"]})
        assert answer.status == 200
    assert is_authentication_error(shop.refresh(tokens["refresh_token"]), "invalid_grant")
    assert is_authentication_error(shop.me(tokens["access_token"]), "invalid_token")
    assert shop.me(other["access_token"]).status == 200 and shop.refresh(other["refresh_token"]).status == 200
    assert is_error(shop.call("DELETE", LOGOUT), 400)


def test_a_client_that_hears_401_refreshes_and_repeats_the_call(shop):
    shop.has_user()
    tokens = shop.tokens()
    shop.rekey.sessions_expire()
    assert is_authentication_error(shop.me(tokens["access_token"]), "invalid_token")
    assert shop.me(shop.refresh(tokens["refresh_token"]).body["access_token"]).status == 200


# ---- administration ----

@pytest.mark.proves("backtory", "GET /auth/users/{user_id}", "GET /auth/users/by-username/{username}", "POST /auth/users/by-user-ids")
def test_the_master_finds_users_by_id_by_name_and_by_several_ids(shop):
    ann, bob = shop.has_user("ann", **ALL, team="blue"), shop.has_user("bob")
    sara = shop.has_user("سارا")
    master = shop.master()
    assert shop.call("GET", f"{USERS}/{ann['userId']}", bearer=master).body == ann
    assert shop.call("GET", f"{USERS}/by-username/ANN/", bearer=master).body == ann
    assert shop.call("GET", f"{USERS}/by-username/%D8%B3%D8%A7%D8%B1%D8%A7", bearer=master).body == sara
    ids = [bob["userId"], NOBODY, ann["userId"], "no id"]
    assert shop.call("POST", USERS + "/by-user-ids", bearer=master, userIds=ids).body == {"users": [bob, ann]}
    assert shop.call("POST", USERS + "/by-user-ids", bearer=master, userIds=[]).body == {"users": []}
    for path in (f"{USERS}/{NOBODY}", USERS + "/by-username/nobody", USERS + "/by-username/%20", USERS + "/x"):
        assert is_error(shop.call("GET", path, bearer=master), 404, "UserNotFound")


@pytest.mark.proves("backtory", "GET /auth/users/search", "GET /auth/users/get-number-of-user")
def test_the_master_searches_page_by_page_and_counts(shop):
    users = [shop.has_user(f"user{i:02}", firstName="Even" if i % 2 == 0 else "Odd", email=f"u{i}@Example.ORG") for i in range(23)]
    master = shop.master()

    def search(**query):
        answer = shop.call("GET", USERS + "/search", query=query, bearer=master)
        assert answer.status == 200, answer.raw
        return answer.body["users"], answer.body["userCount"]

    assert search(word="") == (users[:10], 23) == search()
    assert search(word="", page=3, pageSize=10) == (users[20:], 23)
    assert search(word="", page=4, pageSize=10) == ([], 23)
    assert search(word="USER1", page=2, pageSize=7) == (users[17:20], 10)
    assert search(word="even", page=1, pageSize=100) == (users[::2], 12)
    assert search(word="u22@example.org") == ([users[22]], 1)
    assert search(word="nobody") == ([], 0)
    assert shop.call("GET", "/auth//users/get-number-of-user/", bearer=master).body == {"numberOfUser": 23}


def test_a_page_of_the_largest_users_is_shown_whole(shop):
    """Each says as much as there is room for, of what takes the most room in JSON."""
    anybody = shop.has_user()
    number, = shop.rekey.sql("SELECT id FROM account WHERE username = 'ann'")[0]
    for i in range(2, 101):
        shop.rekey.sql("INSERT INTO account (app_id, public_id, username, username_key, epoch, status, password_set_at, password_expires_at, outbox_floor, created_at, id) "
                       f"SELECT app_id, '{i:024x}', 'user{i}', 'user{i}', 1, 0, 0, 0, 0, 0, {number + i} FROM account WHERE username = 'ann'")
    for account, in shop.rekey.sql("SELECT id FROM account"):
        for half in ("a", "b"):
            shop.rekey.sql("INSERT INTO account_field (account_id, name, value) VALUES (?, ?, ?)", account, half, "\x01" * 1023)
    for answer in (shop.call("GET", USERS + "/search", query={"word": "", "pageSize": "100"}, bearer=shop.master()),
                   shop.call("POST", USERS + "/by-user-ids", json_value={"userIds": [anybody["userId"]] * 100}, bearer=shop.master())):
        assert answer.status == 200 and all(len(user["a"]) == 1023 for user in answer.body["users"]), answer.text[:200]
        assert len(answer.body["users"]) in (1, 100)


def test_of_two_changes_at_once_neither_is_refused_for_the_other(shop):
    """A session that another change has carried over is as good as before."""
    shop.has_user()
    session = shop.session()
    with concurrent.futures.ThreadPoolExecutor(2) as both:
        for round_ in range(10):
            answers = [both.submit(shop.call, "PUT", ME, bearer=session, email=f"{name}{round_}@example.org") for name in ("ann", "bob")]
            assert [answer.result().status for answer in answers] == [200, 200]


@pytest.mark.proves("backtory", "DELETE /auth/users/{user_id}")
def test_the_master_deletes_a_user_with_all_that_is_theirs(shop):
    user = shop.has_user(**ALL, team="blue")
    tokens = shop.tokens()
    assert shop.call("DELETE", f"{USERS}/{user['userId']}/", bearer=shop.master()).status == 200
    assert is_error(shop.call("GET", f"{USERS}/{user['userId']}", bearer=shop.master()), 404)
    assert is_error(shop.call("DELETE", f"{USERS}/{user['userId']}", bearer=shop.master()), 404)
    assert shop.me(tokens["access_token"]).status == 401 and shop.refresh(tokens["refresh_token"]).status == 401
    assert shop.rekey.sql("SELECT count(*) FROM account_field")[0][0] == 0
    assert shop.has_user()["userId"] != user["userId"]


# ---- apps, paths, order ----

CALLS = [("POST", USERS), ("POST", GUESTS), ("POST", COMPLETE), ("POST", COMPLETE_MASTER), ("GET", ME), ("PUT", ME), ("GET", USERS + "/search"),
         ("GET", USERS + "/get-number-of-user"), ("POST", USERS + "/by-user-ids"), ("GET", USERS + "/by-username/ann"),
         ("GET", USERS + "/" + NOBODY), ("PUT", USERS + "/" + NOBODY), ("DELETE", USERS + "/" + NOBODY), ("DELETE", LOGOUT),
         ("GET", "/auth/token_key")]
OPEN = {("POST", USERS), ("POST", GUESTS), ("DELETE", LOGOUT), ("GET", "/auth/token_key")}


def test_the_id_comes_before_the_token_and_the_token_before_the_body(shop):
    rekey, bad = shop.rekey, {"body": "{", "type": "application/json"}
    for method, path in CALLS:
        body = bad if method in ("POST", "PUT") else {}
        for headers in ({}, {"X-Backtory-Authentication-Id": NOBODY}):
            assert is_error(rekey.request(method, path, headers=headers, **body), 404, "AppNotFound"), (method, path)
        if (method, path) not in OPEN:
            assert is_authentication_error(shop.call(method, path, **body), "unauthorized"), (method, path)
            for bearer in ("nonsense", "a.b.c"):
                assert is_authentication_error(shop.call(method, path, bearer=bearer, **body), "invalid_token"), (method, path)
    for headers, status in (({}, 417), ({"X-Backtory-Authentication-Id": NOBODY}, 417)):
        assert is_authentication_error(rekey.post(LOGIN, headers=headers, **bad), "invalid_client", status=status)


def test_every_call_of_a_disabled_app_is_503(shop):
    shop.has_user()
    session = shop.session()
    shop.rekey.command("app", "disable", "shop")
    for method, path in [*CALLS, ("POST", LOGIN)]:
        assert is_error(shop.call(method, path, bearer=session), 503, "ServiceDisabled"), (method, path)
        assert is_error(shop.call(method, path, bearer="nonsense", body="{", type="application/json"), 503), (method, path)
    shop.rekey.command("app", "enable", "shop")
    assert shop.me(session).status == 200


def test_slashes_may_trail_and_double_on_every_path(shop):
    for method, path in CALLS:
        for spelled in (path + "/", path.replace("/auth/", "/auth//"), path.replace("/auth/", "//auth//") + "//"):
            first, again = shop.call(method, path, bearer="x"), shop.call(method, spelled, bearer="x")
            assert (first.status, spelled) == (again.status, spelled) and first.status != 404


def test_bearer_is_spelled_in_any_case(shop):
    shop.has_user()
    session, master = shop.session(), shop.master()
    for scheme in ("Bearer", "bearer", "BEARER"):
        assert shop.call("GET", ME, headers={"Authorization": f"{scheme} {session}"}).status == 200
        assert shop.call("GET", USERS + "/get-number-of-user", headers={"Authorization": f"{scheme} {master}"}).status == 200


def test_a_registered_user_forgets_and_changes_the_password(shop):
    """All of the two documented calls, for an account whose address is no login."""
    shop.has_user(email="ann@example.org")
    assert shop.call("POST", "/auth/forgot-password", query={"username": "ann"}, length=False).status == 200
    form = shop.rekey.open_link(link_in(shop.rekey.mail_to("ann@example.org"))).page.form_with("username")
    assert shop.rekey.submit(form, at="/password-reset", username="ann").status == 200
    made = secret_in(shop.rekey.mail_to("ann@example.org"))
    session = shop.session("ann", made)
    assert is_error(shop.call("POST", "/auth/change-password", bearer=session, lastPassword="x", newPassword=NEW_PASSWORD), 403, "WrongPassword")
    assert shop.call("POST", "/auth/change-password", bearer=session, lastPassword=made, newPassword=NEW_PASSWORD).status == 200
    assert shop.me(session).status == 200 and shop.log_in(password=NEW_PASSWORD).status == 200 and shop.log_in(password=made).status == 401


def test_a_user_without_an_address_gets_200_and_no_mail(shop):
    shop.has_user()
    assert shop.call("POST", "/auth/forgot-password", query={"username": "ann"}).status == 200
    shop.rekey.gets_no_mail()


def test_recovery_by_form_mails_no_password(rekey):
    shop = Shop(rekey, recovery="form")
    shop.has_user(email="ann@example.org")
    assert shop.call("POST", "/auth/forgot-password", query={"username": "ann"}).status == 200
    link = link_in(rekey.mail_to("ann@example.org"))
    form = rekey.open_link(link).page.form_with("new")
    assert rekey.submit(form, at=path_of(link), new=NEW_PASSWORD, confirm=NEW_PASSWORD).status == 200
    assert shop.log_in(password=NEW_PASSWORD).status == 200


def test_the_demo_app_serves_all_of_it_with_what_it_prints(make_rekey):
    rekey = make_rekey({"server.public_url": None, "mail.url": None, "mail.from": None, "mail.starttls": None}, flags=["--dev"]).start()
    deadline = time.monotonic() + 10
    while "master key" not in rekey.stdout():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    shown = re.search(r"id (\w+), client key (\w+), master key (\w+)", rekey.stdout())
    password = re.search(r"username demo, password (\S+)", rekey.stdout())[1]
    shop = Shop(rekey, app=App("demo", *shown.groups()))
    assert shop.me(shop.session("demo", password)).body["username"] == "demo"
    guest = shop.guest()
    assert shop.user(guest["userId"])["guest"] is True
    assert shop.call("GET", USERS + "/get-number-of-user", bearer=shop.master()).body == {"numberOfUser": 2}
