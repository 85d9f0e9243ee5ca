# SPDX-License-Identifier: Apache-2.0
"""Xano's own client, @xano/js-sdk, against a fresh server: at the bare paths, and below a group's prefix. Each call is made
by the client, and what it gives or throws is compared with the documents."""

import json
import re

import pytest
from server import NEW_PASSWORD, PASSWORD, secret_in, text_of
from xano import file, xano

ANN, BOB = "ann@example.org", "bob@example.org"
THROWN = "There was an error with your request"


@pytest.fixture(params=["", "/api:hack", "/api:x7Kd2"], ids=["bare", "by name", "by alias"])
def talk(request, rekey):
    """A server, its address, and a client of it."""
    rekey.has_app("hack", dialects=["hacksystem"], aliases=["x7Kd2"])
    with xano(rekey.url + request.param) as client:
        yield rekey, client


def check_thrown(answer, status, code, message=None, payload=None):
    assert (answer["thrown"], answer["status"]) == (THROWN, status), answer
    assert answer["body"]["code"] == code and answer["headers"]["content-type"] == "application/json"
    assert message is None or answer["body"]["message"] == message
    assert answer["body"].get("payload") == payload, answer["body"]


def check_row(rekey, answer, name, status=400, code="ERROR_FATAL"):
    row = rekey.message(name, "hack")
    check_thrown(answer, status, code, row["message"], {"type": row["type"], "input": row["input"]})


def check_said(rekey, answer, name):
    row = rekey.message(name, "hack")
    assert (answer["status"], answer["body"]) == (200, {"message": row["message"], "type": row["type"]}), answer
    assert answer["prefixed"] == {"x_message": row["message"], "x_type": row["type"]}


@pytest.mark.proves("hacksystem", "GET /reset/password", "POST /reset/password", "POST /auth/login", "POST /auth/signup", "GET /auth/user", "GET /content", "PUT /user/password", "PUT /user/profile", "POST /waitinglist")
def test_its_whole_surface(talk):
    rekey, client = talk
    # ---- signing up, and the token ----
    assert client.hasAuthToken() == {"returned": False}
    check_thrown(client.get("/auth/user"), 401, "ERROR_CODE_UNAUTHORIZED", "Unauthorized - Authentication Required")
    check_row(rekey, client.post("/auth/signup"), "email_empty")
    check_row(rekey, client.post("/auth/signup", {"email": ANN}), "password_empty")
    check_row(rekey, client.post("/auth/signup", {"email": ANN, "password": "1234567"}), "password_rejected")
    signed_up = client.post("/auth/signup", {"email": ANN, "password": PASSWORD})
    assert signed_up["status"] == 200 and set(signed_up["body"]) == {"authToken"}
    check_row(rekey, client.post("/auth/signup", {"email": ANN, "password": PASSWORD}), "user_exist", 403, "ERROR_CODE_ACCESS_DENIED")
    assert client.setAuthToken(signed_up["body"]["authToken"]) == {"returned": "the client"}
    assert client.hasAuthToken() == {"returned": True}
    user = client.get("/auth/user")["body"]
    assert set(user) == {"user", "workspace"} and user["user"]["email"] == ANN and user["user"]["info"] == {}
    workspace, = user["workspace"]
    assert workspace["name"] == "ann" and workspace["users"] == [user["user"]["id"]]
    assert client.head("/auth/user")["status"] == 200

    # ---- the profile: the record as it came, changed, and sent back ----
    user["user"]["info"] = {"city": "Lyon", "tags": ["a", {"b": None}], "age": 33, "news": True}
    user["user"]["password"] = "a password by the back door"
    workspace["name"] = "Ann & Co"
    changed = client.put("/user/profile", {"user": user["user"], "workspace_info": workspace, "workspace_id": workspace["id"]})["body"]
    assert changed["user"] == {key: value for key, value in user["user"].items() if key != "password"}
    assert changed["workspace"] == [workspace] and client.get("/auth/user")["body"] == changed
    check_row(rekey, client.put("/user/profile", {"user": {}, "workspace_id": workspace["id"] + 1}), "settings_info_error")

    # ---- the password ----
    check_row(rekey, client.put("/user/password", {"password": "wrong", "new_password": NEW_PASSWORD}), "password_invalid")
    check_thrown(client.put("/user/password", {"password": PASSWORD}), 400, "ERROR_CODE_INPUT_ERROR", "Missing param: new_password",
                 {"param": "new_password"})
    check_said(rekey, client.put("/user/password", {"password": PASSWORD, "new_password": NEW_PASSWORD}), "password_updated")
    assert client.get("/auth/user")["status"] == 200  # this session lives on
    assert client.setAuthToken(None) == {"returned": "the client"} and client.hasAuthToken() == {"returned": False}
    check_thrown(client.get("/auth/user"), 401, "ERROR_CODE_UNAUTHORIZED")
    check_thrown(client.put("/user/password", {"password": PASSWORD, "new_password": NEW_PASSWORD}), 401, "ERROR_CODE_UNAUTHORIZED")
    check_thrown(client.put("/user/profile", {"user": {}}), 401, "ERROR_CODE_UNAUTHORIZED")

    # ---- log-in and the reset ----
    check_row(rekey, client.post("/auth/login", {"email": "", "password": ""}), "email_empty")
    check_row(rekey, client.post("/auth/login", {"email": ANN, "password": None}), "password_empty")
    check_row(rekey, client.post("/auth/login", {"email": BOB, "password": PASSWORD}), "user_dontexist")
    check_row(rekey, client.post("/auth/login", {"email": ANN, "password": PASSWORD}), "password_invalid")
    client.setAuthToken(client.post("/auth/login", {"email": ANN, "password": NEW_PASSWORD})["body"]["authToken"])
    assert client.get("/auth/user")["body"]["user"]["email"] == ANN
    client.setAuthToken(None)
    check_row(rekey, client.get("/reset/password"), "email_empty")
    check_row(rekey, client.get("/reset/password", {"email": BOB}), "user_dontexist")
    check_said(rekey, client.get("/reset/password", {"email": ANN}), "resetcode_sent")
    code = secret_in(rekey.mail_to(ANN))
    check_row(rekey, client.post("/reset/password", {"password": PASSWORD}), "resetcode_empty")
    check_row(rekey, client.post("/reset/password", {"code": "no code", "password": PASSWORD}), "resetcode_invalid")
    check_said(rekey, client.post("/reset/password", {"code": code, "password": PASSWORD}), "password_updated")
    check_row(rekey, client.post("/reset/password", {"code": code, "password": PASSWORD}), "resetcode_invalid")
    assert client.post("/auth/login", {"email": ANN, "password": PASSWORD})["status"] == 200

    # ---- content and the waiting list ----
    assert client.get("/content")["body"] == {"strings": [], "structure": []}
    rekey.command("content", "set", "content_strings/hello", "slug=home", "text=Hello", "--app", "hack")
    strings, = client.get("/content", {"slug": "home"})["body"]["strings"]
    assert (strings["name"], strings["text"]) == ("hello", "Hello")
    check_row(rekey, client.post("/waitinglist", {}), "email_empty")
    check_thrown(client.post("/waitinglist", {"email": "bob"}), 400, "ERROR_CODE_INPUT_ERROR", "Invalid email format.", "")
    check_said(rekey, client.post("/waitinglist", {"email": BOB}), "waitinglist_added")
    assert re.search(r"place on it is 1\.", text_of(rekey.mail_to(BOB)).replace("\n", " "))

    # ---- what there is none of ----
    for method in ("patch", "delete"):
        for path in ("/auth/user", "/user/profile", "/waitinglist", "/nothing"):
            check_thrown(getattr(client, method)(path, {"email": ANN}), 404, "ERROR_CODE_NOT_FOUND", "Unable to locate request.")
    for method, path in (("get", "/user/password"), ("post", "/user/profile"), ("put", "/auth/user"), ("get", "/nothing"), ("post", "/auth")):
        check_thrown(getattr(client, method)(path), 404, "ERROR_CODE_NOT_FOUND", "Unable to locate request.")


def test_a_file_is_no_text(talk):
    """The client sends an object with a file in it as a form of parts. Nothing here takes a file."""
    rekey, client = talk
    for members in ({"email": file("ann.txt", ANN), "password": PASSWORD}, {"email": ANN, "password": file("password.txt", PASSWORD)},
                    {"email": ANN, "password": PASSWORD, "avatar": file("ann.png", "PNG")}):
        for path in ("/auth/signup", "/auth/login"):
            answer = client.post(path, members)
            check_thrown(answer, 400, "ERROR_CODE_INPUT_ERROR", payload=answer["body"].get("payload"))
    assert rekey.sql("SELECT count(*) FROM account") == [(0,)]


def test_the_headers_that_it_can_add_change_nothing(talk):
    rekey, client = talk
    token = client.post("/auth/signup", {"email": ANN, "password": PASSWORD})["body"]["authToken"]
    assert client.setDataSource("test") == {"returned": "the client"} and client.hasDataSource() == {"returned": True}
    assert client.get("/content")["status"] == 200
    own = client.get("/auth/user", None, {"Authorization": "Bearer " + token, "X-Anything": "x"})
    assert own["body"]["user"]["email"] == ANN
    assert client.get("/auth/user", {"authtoken": token})["body"] == own["body"]
    assert token not in rekey.stderr()


def test_a_client_that_is_made_with_a_token_has_it(rekey):
    rekey.has_app("hack", dialects=["hacksystem"])
    with xano(rekey.url) as client:
        token = client.post("/auth/signup", {"email": ANN, "password": PASSWORD})["body"]["authToken"]
    with xano(rekey.url + "/api:hack", authToken=token, responseObjectPrefix="my_") as client:
        user = client.get("/auth/user")["body"]
        assert user["my_user"]["my_email"] == ANN, json.dumps(user)
    rekey.sets_app("hack", standard_error_status="500")
    with xano(rekey.url) as client:
        check_row(rekey, client.post("/auth/login", {"email": ANN, "password": "wrong"}), "password_invalid", 500)
