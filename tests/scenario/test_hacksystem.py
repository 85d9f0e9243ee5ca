# SPDX-License-Identifier: Apache-2.0
"""Hack System: reset by a code, in the documented order, with the messages of an editable table."""

import json

import pytest
from server import NEW_PASSWORD, PASSWORD, secret_in, text_of

RESET, LOGIN = "/reset/password", "/auth/login"
STANDARD = "ERROR_FATAL"
INPUT = "ERROR_CODE_INPUT_ERROR"


@pytest.fixture
def hack(rekey):
    rekey.has_app("hack", dialects=["hacksystem"])
    rekey.has_account("ann@example.org")
    return rekey


def check_row(rekey, answer, name, app="hack", status=400):
    """A precondition: the message of its row, whose type and input are the payload."""
    row = rekey.message(name, app)
    assert answer.status == status, (name, answer.status, answer.raw)
    assert answer.type == "application/json"
    payload = {"type": row["type"], "input": row["input"]}
    assert answer.body["code"] == STANDARD and answer.body["message"] == row["message"], (name, answer.body, row)
    assert set(answer.body) == {"code", "message", "payload"}
    assert answer.body["payload"] == (payload if any(payload.values()) else ""), (name, answer.body, row)


def check_error(answer, status, code, message=None):
    assert answer.status == status, (answer.status, answer.raw)
    assert answer.type == "application/json" and answer.body["code"] == code, answer.body
    assert answer.body["message"] and set(answer.body) <= {"code", "message", "payload"}
    if message:
        assert answer.body["message"] == message


def reset_code(rekey, address="ann@example.org", prefix=""):
    answer = rekey.get(prefix + RESET, query={"email": address})
    assert answer.status == 200, answer.raw
    return secret_in(rekey.mail_to(address))


def test_the_shipped_rows_are_there(hack):
    names = {row["internal_name"] for row in hack.command_json("messages", "list", "--app", "hack")}
    assert {"resetcode_empty", "password_empty", "email_empty", "user_exist", "user_dontexist", "password_invalid",
            "resetcode_invalid", "password_updated", "password_rejected"} <= names


@pytest.mark.proves("hacksystem", "GET /reset/password", "POST /reset/password", "POST /auth/login")
def test_a_reset_by_the_mailed_code(hack):
    answer = hack.get(RESET, query={"email": "ann@example.org"})
    assert answer.status == 200 and set(answer.body) == {"message", "type"}
    code = secret_in(hack.mail_to("ann@example.org"))
    assert len(code) >= 22  # 128 bits
    assert hack.hack_log_in("ann@example.org").status == 200
    answer = hack.post(RESET, code=code, password=NEW_PASSWORD)
    row = hack.message("password_updated", "hack")
    assert (answer.status, answer.body) == (200, {"message": row["message"], "type": row["type"]})
    assert hack.hack_log_in("ann@example.org", NEW_PASSWORD).status == 200
    check_row(hack, hack.hack_log_in("ann@example.org", PASSWORD), "password_invalid")


def test_the_checks_of_a_reset_come_in_order(hack):
    code = reset_code(hack)
    for body, row in (
        ({}, "resetcode_empty"),
        ({"code": ""}, "resetcode_empty"),
        ({"code": None, "password": None}, "resetcode_empty"),
        ({"code": "", "password": ""}, "resetcode_empty"),
        ({"password": NEW_PASSWORD}, "resetcode_empty"),
        ({"code": code}, "password_empty"),
        ({"code": code, "password": ""}, "password_empty"),
        ({"code": code, "password": None}, "password_empty"),
        ({"code": "unknown", "password": ""}, "password_empty"),
        ({"code": "unknown", "password": NEW_PASSWORD}, "resetcode_invalid"),
        ({"code": "unknown", "password": "short"}, "resetcode_invalid"),
    ):
        check_row(hack, hack.post(RESET, json_value=body), row)
    assert hack.post(RESET, code=code, password=NEW_PASSWORD).status == 200
    check_row(hack, hack.post(RESET, code=code, password="another one entirely"), "resetcode_invalid")


def test_a_body_that_is_not_there_is_an_empty_code(hack):
    check_row(hack, hack.post(RESET, length=False), "resetcode_empty")
    check_row(hack, hack.post(RESET), "resetcode_empty")


def test_a_member_of_another_type_is_an_input_error(hack):
    for value in (1, 0, True, False, [], ["x"], {}, {"$ne": ""}, 1.5):
        check_error(hack.post(RESET, code=value, password=NEW_PASSWORD), 400, INPUT)
        check_error(hack.post(RESET, code="x", password=value), 400, INPUT)
        check_error(hack.post(LOGIN, email=value, password=PASSWORD), 400, INPUT)
        check_error(hack.post(LOGIN, email="ann@example.org", password=value), 400, INPUT)


def test_a_malformed_body_is_an_input_error(hack):
    for name, body in {"no JSON": b"x", "an array": b"[]", "half": b'{"code":', "bad UTF-8": b'{"code":"\xff","password":"x"}',
                       "NUL": b'{"code":"a\\u0000b","password":"a brand new password"}', "deep": b"[" * 8000,
                       "doubled": b'{"code":"a","code":"b","password":"a brand new password"}'}.items():
        answer = hack.post(RESET, body=body, type="application/json")
        assert (name, answer.status) == (name, 400), answer.raw
        check_error(answer, 400, INPUT)


def test_a_request_for_a_code_checks_the_address_in_order(hack):
    for query in ("", "?email=", "?email"):
        check_row(hack, hack.get(RESET + query), "email_empty")
    for address in ("not an address", "ann@", "@example.org", "ann@example.org,eve@example.org",
                    "ann@example.org\r\nBcc: eve@example.org"):
        check_error(hack.get(RESET, query={"email": address}), 400, INPUT, "Invalid email format.")
    check_row(hack, hack.get(RESET, query={"email": "nobody@example.org"}), "user_dontexist")
    hack.gets_no_mail()


def test_the_checks_of_a_log_in_come_in_order(hack):
    for body, row in (
        ({}, "email_empty"),
        ({"email": "", "password": ""}, "email_empty"),
        ({"email": None}, "email_empty"),
        ({"password": PASSWORD}, "email_empty"),
        ({"email": "ann@example.org"}, "password_empty"),
        ({"email": "nobody@example.org", "password": ""}, "password_empty"),
        ({"email": "ann@example.org", "password": None}, "password_empty"),
        ({"email": "nobody@example.org", "password": "wrong"}, "user_dontexist"),
        ({"email": "ann@example.org", "password": "wrong"}, "password_invalid"),
    ):
        check_row(hack, hack.post(LOGIN, json_value=body), row)
    check_error(hack.post(LOGIN, email="ann", password=PASSWORD), 400, INPUT, "Invalid email format.")
    answer = hack.post(LOGIN, email="ann@example.org", password=PASSWORD)
    assert answer.status == 200 and set(answer.body) == {"authToken"} and answer.body["authToken"]


def test_a_message_edited_while_the_server_runs_is_in_the_next_answer(hack):
    code = reset_code(hack)
    hack.sets_message("resetcode_empty", "hack", message="Le code manque, « vraiment ».", type="warning", input="code")
    answer = hack.post(RESET)
    assert answer.body == {"code": STANDARD, "message": "Le code manque, « vraiment ».",
                           "payload": {"type": "warning", "input": "code"}}
    hack.sets_message("resetcode_invalid", "hack", message='<b>"no"</b> \\ {{name}}', type="", input="")
    answer = hack.post(RESET, code="unknown", password=NEW_PASSWORD)
    assert answer.body == {"code": STANDARD, "message": '<b>"no"</b> \\ {{name}}', "payload": ""}
    hack.sets_message("password_updated", "hack", message="C'est fait.", type="joy")
    answer = hack.post(RESET, code=code, password=NEW_PASSWORD)
    assert answer.body == {"message": "C'est fait.", "type": "joy"}
    hack.sets_message("user_dontexist", "hack", message="Who?")
    assert hack.get(RESET, query={"email": "nobody@example.org"}).body["message"] == "Who?"


def test_messages_of_one_app_are_not_those_of_another(hack):
    hack.has_app("other", dialects=["hacksystem"])
    before = hack.message("resetcode_empty", "other")["message"]
    hack.sets_message("resetcode_empty", "hack", message="edited")
    assert hack.post("/api:other" + RESET).body["message"] == before
    assert hack.post("/api:hack" + RESET).body["message"] == "edited"


def test_an_unknown_column_of_a_message_is_refused(hack):
    for words in (("resetcode_empty", "colour=red"), ("resetcode_empty", "message")):
        done = hack.run("messages", "set", *words, "--app", "hack")
        assert done.returncode in (1, 2) and done.stderr


def test_standard_errors_are_500_where_the_app_says_so(hack):
    hack.sets_app("hack", standard_error_status="500")
    check_row(hack, hack.post(RESET), "resetcode_empty", status=500)
    check_row(hack, hack.post(RESET, code="unknown", password=NEW_PASSWORD), "resetcode_invalid", status=500)
    check_row(hack, hack.get(RESET, query={"email": "nobody@example.org"}), "user_dontexist", status=500)
    check_row(hack, hack.hack_log_in("ann@example.org", "wrong"), "password_invalid", status=500)
    check_error(hack.post(RESET, code=1, password=NEW_PASSWORD), 400, INPUT)
    check_error(hack.get("/nothing"), 404, "ERROR_CODE_NOT_FOUND")
    code = reset_code(hack)
    check_row(hack, hack.post(RESET, code=code, password="short"), "password_rejected", status=500)
    assert hack.run("app", "set", "hack", "standard_error_status=418").returncode == 1
    hack.sets_app("hack", standard_error_status="400")
    check_row(hack, hack.post(RESET), "resetcode_empty", status=400)


def test_a_refused_password_does_not_spend_the_code(hack):
    code = reset_code(hack)
    for password in ("1234567", "x" * 257, PASSWORD):
        answer = hack.post(RESET, code=code, password=password)
        check_error(answer, 400, STANDARD)
        assert answer.body["payload"] == "" or set(answer.body["payload"]) == {"type", "input"}
    check_row(hack, hack.post(RESET, code=code, password="1234567"), "password_rejected")
    assert hack.hack_log_in("ann@example.org", PASSWORD).status == 200
    assert hack.post(RESET, code=code, password=NEW_PASSWORD).status == 200


def test_every_path_answers_below_a_group_prefix(hack):
    hack.has_app("second", dialects=["hacksystem"], aliases=["x7Kd2"])
    hack.has_account("bob@example.org", app="second")
    for prefix in ("/api:second", "/api:x7Kd2"):
        code = reset_code(hack, "bob@example.org", prefix)
        check_row(hack, hack.post(prefix + RESET), "resetcode_empty", app="second")
        check_row(hack, hack.hack_log_in("ann@example.org", prefix=prefix), "user_dontexist", app="second")
        assert hack.post("/api:hack" + RESET, code=code, password=NEW_PASSWORD).status == 400
        assert hack.post(prefix + RESET, code=code, password=NEW_PASSWORD + prefix).status == 200
        hack.mail_to("bob@example.org")  # the notice
        assert hack.hack_log_in("bob@example.org", NEW_PASSWORD + prefix, prefix=prefix).status == 200
    for path in ("/api:nobody" + RESET, "/api:" + RESET, "/api:second/nothing", "/nothing"):
        answer = hack.post(path)
        assert (path, answer.status) == (path, 404), answer.raw
    for path in ("/api:nobody", "/api:nobody/", "/api:nobody/auth/user", "/api:nobody/auth/login", "/api:nobody/password-reset",
                 "/api:/auth/user", "/api:second/nothing"):
        answer = hack.get(path, headers={"Accept": "text/html"})
        check_error(answer, 404, "ERROR_CODE_NOT_FOUND", "Unable to locate request.")
        assert set(answer.body) == {"code", "message"}
    page = hack.get("/api:second/password-reset", headers={"Accept": "text/html"})
    assert page.status == 200 and page.headers["Content-Type"].startswith("text/html")
    answer = hack.post("/api:second/nothing")
    check_error(answer, 404, "ERROR_CODE_NOT_FOUND", "Unable to locate request.")
    assert set(answer.body) == {"code", "message"}


def test_an_unknown_route_is_unable_to_locate_request(hack):
    for method, path in (("GET", "/nothing"), ("POST", "/reset"), ("GET", "/auth/nothing"), ("POST", "/reset/password/x")):
        answer = hack.request(method, path)
        check_error(answer, 404, "ERROR_CODE_NOT_FOUND", "Unable to locate request.")
        assert set(answer.body) == {"code", "message"}  # the member is absent
    for method in ("PUT", "DELETE", "PATCH"):
        answer = hack.request(method, RESET)
        assert answer.status in (404, 405) and set(answer.body) <= {"code", "message", "payload"}


def test_other_media_types_and_huge_bodies_are_refused(hack):
    good = json.dumps({"code": "unknown", "password": NEW_PASSWORD})
    for body, media_type, statuses in ((good, "text/plain", (400, 415)), (good.ljust(17000), "application/json", (400, 413))):
        answer = hack.post(RESET, body=body, type=media_type)
        assert answer.status in statuses and set(answer.body) <= {"code", "message", "payload"}, answer.raw


def test_concealed_accounts_get_200_and_one_answer_at_log_in(hack):
    hack.sets_app("hack", conceal_accounts="yes")
    member, stranger = (hack.get(RESET, query={"email": address}) for address in ("ann@example.org", "nobody@example.org"))
    assert (member.status, member.body) == (stranger.status, stranger.body) == (200, member.body)
    secret_in(hack.mail_to("ann@example.org"))
    hack.gets_no_mail()
    check_row(hack, hack.hack_log_in("nobody@example.org", "wrong"), "password_invalid")
    check_row(hack, hack.hack_log_in("ann@example.org", "wrong"), "password_invalid")
    check_row(hack, hack.get(RESET), "email_empty")


def test_a_french_app_speaks_french(hack):
    hack.has_app("rouge", dialects=["hacksystem"], language="fr")
    hack.has_account("zoe@example.org", app="rouge")
    french = hack.post("/api:rouge" + RESET).body
    english = hack.post("/api:hack" + RESET).body
    assert french["message"] != english["message"] and french["code"] == english["code"]
    for row in ("email_empty", "user_dontexist", "password_invalid", "resetcode_invalid", "password_updated"):
        assert hack.message(row, "rouge")["message"] != hack.message(row, "hack")["message"], row
    code = reset_code(hack, "zoe@example.org", "/api:rouge")
    hack.get("/api:hack" + RESET, query={"email": "ann@example.org"})
    english_mail = hack.mail_to("ann@example.org")
    french_mail, = [mail for mail in hack.all_mails() if mail["To"] == "zoe@example.org"]
    assert str(french_mail["Subject"]) != str(english_mail["Subject"])
    assert (french_mail["Content-Language"], english_mail["Content-Language"]) == ("fr", "en")
    assert "ignorer" in text_of(french_mail).lower()
    answer = hack.post("/api:rouge" + RESET, code=code, password=NEW_PASSWORD)
    assert answer.body["message"] == hack.message("password_updated", "rouge")["message"]


def test_a_code_expires_and_is_superseded(hack):
    first = reset_code(hack)
    second = reset_code(hack)
    check_row(hack, hack.post(RESET, code=first, password=NEW_PASSWORD), "resetcode_invalid")
    hack.tokens_expire()
    check_row(hack, hack.post(RESET, code=second, password=NEW_PASSWORD), "resetcode_invalid")
    third = reset_code(hack)
    assert hack.post(RESET, code=third, password=NEW_PASSWORD).status == 200


def test_log_in_belongs_to_backtory_where_the_id_header_is_sent(rekey):
    both = rekey.has_app("both", dialects=["backtory", "hacksystem"])
    rekey.has_account("ann@example.org", username="ann")
    assert rekey.backtory_log_in(both, "ann").status == 200
    assert set(rekey.hack_log_in("ann@example.org").body) == {"authToken"}
    only = rekey.has_app("only", dialects=["backtory"])
    answer = rekey.post("/api:only" + LOGIN, email="ann@example.org", password=PASSWORD)
    assert answer.status == 417, (only, answer.raw)
