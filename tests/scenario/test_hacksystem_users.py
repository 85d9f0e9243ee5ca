# SPDX-License-Identifier: Apache-2.0
"""Hack System: signing up with a workspace, the user, the change of a password and of a profile."""

import json
import time

import pytest
from server import NEW_PASSWORD, PASSWORD, secret_in
from test_hacksystem import INPUT, check_error, check_row

SIGN_UP, USER, CHANGE, PROFILE = "/auth/signup", "/auth/user", "/user/password", "/user/profile"
ANN, BOB = "ann@example.org", "bob@example.org"
DENIED = "ERROR_CODE_ACCESS_DENIED"


@pytest.fixture
def hack(rekey):
    rekey.has_app("hack", dialects=["hacksystem"])
    return rekey


def signs_up(rekey, address=ANN, password=PASSWORD, prefix=""):
    answer = rekey.post(prefix + SIGN_UP, email=address, password=password)
    assert answer.status == 200 and set(answer.body) == {"authToken"}, answer.raw
    return answer.body["authToken"]


def user_of(rekey, token, **options):
    answer = rekey.get(USER, bearer=token, **options)
    assert answer.status == 200, answer.raw
    return answer.body


# ---- signing up ----

def test_the_checks_of_a_sign_up_come_in_order(hack):
    signs_up(hack)
    for body, row in (
        ({}, "email_empty"),
        ({"email": "", "password": ""}, "email_empty"),
        ({"email": None, "password": "short"}, "email_empty"),
        ({"email": ANN}, "password_empty"),
        ({"email": "no address", "password": ""}, "password_empty"),
        ({"email": ANN, "password": None}, "password_empty"),
        ({"email": ANN, "password": "1234567"}, "password_rejected"),
        ({"email": BOB, "password": "x" * 257}, "password_rejected"),
    ):
        check_row(hack, hack.post(SIGN_UP, json_value=body), row)
    check_error(hack.post(SIGN_UP, email="no address", password="short"), 400, INPUT, "Invalid email format.")
    taken = hack.post(SIGN_UP, email="ANN@Example.org", password=NEW_PASSWORD)
    row = hack.message("user_exist", "hack")
    check_error(taken, 403, DENIED, row["message"])
    assert taken.body["payload"] == {"type": row["type"], "input": row["input"]}
    for value in (1, True, [], ["x"], {}, {"$ne": ""}):
        check_error(hack.post(SIGN_UP, email=value, password=PASSWORD), 400, INPUT)
        check_error(hack.post(SIGN_UP, email=BOB, password=value), 400, INPUT)
    assert hack.sql("SELECT email FROM account") == [(ANN,)]


def test_whoever_makes_a_user_makes_the_workspace_too(hack, tmp_path):
    hack.has_account("bob@example.org", app="hack")
    users = tmp_path / "users.csv"
    users.write_text("id,created_at,email,password\n7,1700000000000,cem@example.org,\n", encoding="utf-8")
    hack.command("account", "import", str(users), "--source", "xano", "--app", "hack")
    named = hack.sql("SELECT workspace.name FROM workspace JOIN workspace_member ON workspace_id = workspace.id"
                     " JOIN account ON account.id = account_id ORDER BY account.email")
    assert [name for name, in named] == ["bob", "cem"]


@pytest.mark.proves("hacksystem", "POST /auth/signup", "GET /auth/user")
def test_a_sign_up_makes_a_user_with_a_workspace_and_lets_them_in(hack):
    before = int(time.time()) * 1000
    token = signs_up(hack, "Ann.Lee+x@example.org")
    body = user_of(hack, token)
    assert set(body) == {"user", "workspace"} and set(body["user"]) == {"id", "created_at", "email", "info"}
    workspace, = body["workspace"]
    assert workspace == {"id": workspace["id"], "created_at": body["user"]["created_at"], "name": "Ann.Lee+x", "users": [body["user"]["id"]]}
    assert body["user"]["email"] == "Ann.Lee+x@example.org" and body["user"]["info"] == {}
    assert before <= body["user"]["created_at"] <= time.time() * 1000 and isinstance(body["user"]["id"], int)
    assert hack.hack_log_in("ann.lee+x@example.org").status == 200
    assert hack.sql("SELECT expires_at - refreshed_at FROM session ORDER BY id LIMIT 1") == [(86400,)]
    hack.gets_no_mail()


def test_a_form_signs_up_too_and_two_at_once_are_one(hack):
    assert hack.post(SIGN_UP, form={"email": ANN, "password": PASSWORD}).status == 200
    assert hack.post(SIGN_UP, multipart={"email": BOB, "password": PASSWORD}).status == 200
    assert hack.sql("SELECT count(*) FROM workspace") == [(2,)]


def test_a_closed_app_lets_nobody_sign_up(hack):
    hack.sets_app("hack", sign_up="closed")
    check_error(hack.post(SIGN_UP, email=ANN, password=PASSWORD), 403, DENIED)
    assert hack.sql("SELECT count(*) FROM account") == [(0,)]


def test_a_squatted_address_is_its_owners_by_a_reset(hack):
    """Whoever signs up with somebody else's address has a session until the owner comes."""
    squatter = signs_up(hack, ANN, "the squatter's own")
    assert hack.get("/reset/password", query={"email": ANN}).status == 200
    assert hack.post("/reset/password", code=secret_in(hack.mail_to(ANN)), password=NEW_PASSWORD).status == 200
    check_error(hack.get(USER, bearer=squatter), 401, "ERROR_CODE_UNAUTHORIZED")
    check_row(hack, hack.hack_log_in(ANN, "the squatter's own"), "password_invalid")
    assert hack.hack_log_in(ANN, NEW_PASSWORD).status == 200


def test_nobody_is_told_of_changes_at_an_address_that_was_not_verified(hack):
    token = signs_up(hack)
    assert hack.put(CHANGE, bearer=token, password=PASSWORD, new_password=NEW_PASSWORD).status == 200
    hack.gets_no_mail()


def test_a_sign_up_is_seen_on_the_waiting_list(hack):
    for address in (ANN, BOB):
        assert hack.post("/waitinglist", email=address).status == 200
        hack.mail_to(address)
    signs_up(hack)
    listed = hack.command_json("waitinglist", "list", "--app", "hack")
    assert [(entry["email"], entry["account_created"]) for entry in listed] == [(ANN, True), (BOB, False)]


# ---- the user ----

def test_who_shows_no_token_is_not_authorized(hack):
    token = signs_up(hack)
    for options in ({}, {"bearer": "x"}, {"bearer": ""}, {"query": {"authtoken": "x"}}, {"headers": {"Authorization": "Basic " + token}}):
        for method, path in (("GET", USER), ("PUT", CHANGE), ("PUT", PROFILE)):
            answer = hack.request(method, path, **options)
            check_error(answer, 401, "ERROR_CODE_UNAUTHORIZED", "Unauthorized - Authentication Required")
            assert set(answer.body) == {"code", "message"}
    assert hack.get(USER, query={"authtoken": token}).status == 200
    hack.sessions_expire()
    check_error(hack.get(USER, bearer=token), 401, "ERROR_CODE_UNAUTHORIZED")


def test_a_token_in_the_query_is_in_no_log_and_stands_alone(hack):
    """RFC 6750, 2: a client shows one token, in one way."""
    token, other = signs_up(hack), signs_up(hack, BOB)
    assert hack.get(USER, query={"authtoken": token}).body["user"]["email"] == ANN
    assert hack.put(CHANGE + "?authtoken=" + token, password="wrong", new_password=NEW_PASSWORD).status == 400
    for path, options in ((f"{USER}?authtoken={token}&authtoken={token}", {}), (f"{USER}?authtoken={token}&authtoken={other}", {}),
                          (f"{USER}?authtoken={token}", {"bearer": other}), (f"{USER}?authtoken={token}", {"bearer": token}),
                          (f"{USER}?authtoken=x", {"bearer": token})):
        check_error(hack.get(path, **options), 400, INPUT)
    assert hack.get(USER + "?authtoken=", bearer=token).status == 200
    assert token not in hack.stderr() and token not in hack.stdout() and "authtoken" not in hack.stderr()


def test_the_user_of_another_way_in_has_a_workspace_as_well(hack):
    hack.has_account(ANN)
    token = hack.hack_log_in(ANN).body["authToken"]
    workspace, = user_of(hack, token)["workspace"]
    assert workspace["name"] == ANN.partition("@")[0]
    assert hack.put(PROFILE, bearer=token, workspace_info={"name": "mine"}).body["workspace"][0]["name"] == "mine"


def test_a_user_who_has_left_every_workspace_is_told_so(hack):
    token = signs_up(hack)
    hack.sql("DELETE FROM workspace_member")
    assert user_of(hack, token)["workspace"] == []
    check_row(hack, hack.put(PROFILE, bearer=token, workspace_info={"name": "mine"}), "settings_info_error")


# ---- the password ----

def test_the_checks_of_a_change_of_password(hack):
    token = signs_up(hack)
    for body in ({}, {"password": PASSWORD}, {"password": PASSWORD, "new_password": ""}, {"password": PASSWORD, "new_password": None}):
        answer = hack.put(CHANGE, bearer=token, json_value=body)
        check_error(answer, 400, INPUT, "Missing param: new_password")
        assert answer.body["payload"] == {"param": "new_password"}
    for body in ({"new_password": NEW_PASSWORD}, {"password": "", "new_password": NEW_PASSWORD}, {"password": None, "new_password": NEW_PASSWORD},
                 {"password": "wrong", "new_password": NEW_PASSWORD}):
        check_row(hack, hack.put(CHANGE, bearer=token, json_value=body), "password_invalid")
    for new in ("1234567", "x" * 257, PASSWORD):
        check_row(hack, hack.put(CHANGE, bearer=token, password=PASSWORD, new_password=new), "password_rejected")
    for value in (1, True, [], {}):
        check_error(hack.put(CHANGE, bearer=token, password=value, new_password=NEW_PASSWORD), 400, INPUT)
        check_error(hack.put(CHANGE, bearer=token, password=PASSWORD, new_password=value), 400, INPUT)
    assert hack.hack_log_in(ANN).status == 200


@pytest.mark.proves("hacksystem", "PUT /user/password")
def test_a_change_of_password_ends_the_other_sessions(hack):
    token, other = signs_up(hack), hack.hack_log_in(ANN).body["authToken"]
    row = hack.message("password_updated", "hack")
    answer = hack.put(CHANGE, bearer=token, password=PASSWORD, new_password=NEW_PASSWORD)
    assert (answer.status, answer.body) == (200, {"message": row["message"], "type": row["type"]})
    assert user_of(hack, token)["user"]["email"] == ANN
    check_error(hack.get(USER, bearer=other), 401, "ERROR_CODE_UNAUTHORIZED")
    assert hack.hack_log_in(ANN, NEW_PASSWORD).status == 200 and hack.hack_log_in(ANN).status == 400


# ---- the profile ----

@pytest.mark.proves("hacksystem", "PUT /user/profile")
def test_what_a_user_says_comes_back_as_it_was_said(hack):
    token = signs_up(hack)
    info = {"city": "Lyon", "tags": ["a", 1, None, {"deep": [[]]}], "age": 33, "pi": 3.25, "news": True, "none": None, "empty": {}, "ü": "“é”"}
    answer = hack.put(PROFILE, bearer=token, user={"info": info, "name": "Ann Lee", "phone": "0049 123", "list": [1, "two"]})
    assert answer.status == 200 and answer.body == user_of(hack, token)
    user = answer.body["user"]
    assert (user["info"], user["name"], user["phone"], user["list"]) == (info, "Ann Lee", "0049 123", [1, "two"])
    hack.put(PROFILE, bearer=token, user={"phone": None, "name": None})
    user = user_of(hack, token)["user"]
    assert "phone" not in user and "name" not in user and user["info"] == info and user["list"] == [1, "two"]
    hack.put(PROFILE, bearer=token, user={"info": None})
    assert user_of(hack, token)["user"]["info"] == {}


def test_nothing_said_changes_nothing(hack):
    token = signs_up(hack)
    before = user_of(hack, token)
    for body in ({}, {"user": {}}, {"user": None, "workspace_info": None, "workspace_id": None}, {"workspace_info": {}},
                 {"workspace_id": before["workspace"][0]["id"]}, {"workspace_id": str(before["workspace"][0]["id"])}):
        answer = hack.put(PROFILE, bearer=token, json_value=body)
        assert (answer.status, answer.body) == (200, before), (body, answer.raw)
    assert hack.put(PROFILE, bearer=token, length=False).status == 200


def test_a_workspace_is_renamed_by_its_members_alone(hack):
    token, others = signs_up(hack), signs_up(hack, BOB)
    mine, theirs = (user_of(hack, one)["workspace"][0] for one in (token, others))
    for name in ("Ann & Co", "<b>Ann</b>", "x" * 200, "{{link}}", "a;b"):
        answer = hack.put(PROFILE, bearer=token, workspace_info={"name": name}, workspace_id=mine["id"])
        assert answer.status == 200 and answer.body["workspace"] == [{**mine, "name": name}], answer.raw
    for number in (theirs["id"], 0, 10 ** 9, 2 ** 62):
        for body in ({"workspace_info": {"name": "stolen"}, "workspace_id": number}, {"workspace_id": number}):
            check_row(hack, hack.put(PROFILE, bearer=token, json_value=body), "settings_info_error")
    for number in (-1, 1.5, "x", "", True, [mine["id"]], {"id": mine["id"]}, "1e3", 2 ** 70):
        answer = hack.put(PROFILE, bearer=token, workspace_info={"name": "x"}, workspace_id=number)
        check_error(answer, 400, INPUT)
    for name in ("", " x", "x\n", "a\r\nBcc: eve@evil.example", "\u202ex", "x" * 201):
        check_error(hack.put(PROFILE, bearer=token, workspace_info={"name": name}, workspace_id=mine["id"]), 400, INPUT, "Invalid name.")
    for wrong in (1, True, ["x"], {"a": "b"}):
        check_error(hack.put(PROFILE, bearer=token, workspace_info={"name": wrong}), 400, INPUT)
    assert user_of(hack, others)["workspace"] == [theirs]


def test_a_refused_profile_changes_nothing_at_all(hack):
    token, others = signs_up(hack), signs_up(hack, BOB)
    before, theirs = user_of(hack, token), user_of(hack, others)["workspace"][0]
    for body in ({"user": {"info": {"a": 1}}, "workspace_info": {"name": "x"}, "workspace_id": theirs["id"]},
                 {"user": {"info": {"a": 1}}, "workspace_info": {"name": " "}},
                 {"user": {"name": "ok", "info": "x" * 3000}}, {"user": {"name": ["x"]}}, {"user": {"name": "x\n"}},
                 {"user": {f"f{number}": "x" for number in range(40)}}, {"user": {"x" * 65: "y"}}, {"user": {"": "y"}},
                 {"user": "x"}, {"user": []}, {"user": 1}, {"workspace_info": "x"}, {"workspace_info": [1]}, {"user": {}, "other": 1}):
        answer = hack.put(PROFILE, bearer=token, json_value=body)
        assert answer.status == 400 and set(answer.body) <= {"code", "message", "payload"}, (body, answer.raw)
        assert user_of(hack, token) == before, body
    deep = json.loads("[" * 9 + "]" * 9)
    check_error(hack.put(PROFILE, bearer=token, user={"info": deep}), 400, INPUT)


def test_a_request_has_64_members_those_inside_of_objects_counted(hack):
    token = signs_up(hack)
    inside = {f"m{number}": number for number in range(64)}
    answer = hack.put(PROFILE, bearer=token, user={"info": inside, "list": [0.1, 0.5, list(range(100))]})
    check_error(answer, 400, INPUT)
    del inside["m63"]
    answer = hack.put(PROFILE, bearer=token, user={"info": inside, "list": [0.1, 0.5, list(range(100))]})
    assert answer.status == 200 and answer.body["user"]["info"] == inside and b"[0.1,0.5,[0," in answer.raw


def test_a_text_of_deep_json_stays_a_text(hack):
    token = signs_up(hack)
    for depth in range(6, 12):
        text = "[" * depth + "1" + "]" * depth
        answer = hack.put(PROFILE, bearer=token, user={"x": text})
        assert answer.status == 200, (depth, answer.raw)
        assert user_of(hack, token) == answer.body and (depth < 8 or answer.body["user"]["x"] == text)


# ---- the end ----

def test_a_removed_user_leaves_nothing_behind(hack):
    signs_up(hack)
    others = signs_up(hack, BOB)
    hack.post("/waitinglist", email=ANN)
    hack.sql("INSERT INTO workspace_member (account_id, workspace_id) SELECT min(account_id), max(workspace_id) FROM workspace_member")
    assert user_of(hack, others)["workspace"][0]["users"] == [number for number, in hack.sql("SELECT id FROM account ORDER BY id")]
    hack.command("account", "remove", ANN, "--app", "hack")
    workspace, = user_of(hack, others)["workspace"]
    assert workspace["users"] == [user_of(hack, others)["user"]["id"]]
    assert hack.sql("SELECT count(*) FROM workspace") == [(1,)] and hack.sql("SELECT count(*) FROM waiting") == [(0,)]
    hack.command("app", "remove", "hack", "--yes")
    for table in ("account", "workspace", "workspace_member", "waiting", "content", "account_field"):
        assert hack.sql(f"SELECT count(*) FROM {table}") == [(0,)], table
