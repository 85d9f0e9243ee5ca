# SPDX-License-Identifier: Apache-2.0
"""Backtory's users service: log-in, change-password, forgot-password, both status tables."""

import contextlib
import json
import resource

import pytest
from server import NEW_PASSWORD, PASSWORD, has_link, text_of
from wire import encode_multipart

CHANGE, FORGOT, LOGIN = "/auth/change-password", "/auth/forgot-password", "/auth/login"
WRONG_ID = "0123456789abcdef01234567"


@pytest.fixture
def app(rekey):
    made = rekey.has_app("shop", dialects=["backtory"])
    rekey.has_account("ann@example.org", username="ann")
    return made


def change(rekey, app, session, last=PASSWORD, new=NEW_PASSWORD, path=CHANGE, **options):
    headers = rekey.backtory_headers(app)
    if session is not None:
        headers["Authorization"] = f"Bearer {session}"
    return rekey.post(path, headers=headers, lastPassword=last, newPassword=new, **options)


def forgot(rekey, app, username="ann", **options):
    return rekey.post(FORGOT, query={"username": username}, headers=rekey.backtory_headers(app), length=False, **options)


def check_error(answer, status, path=None):
    """The error body of everything but authentication."""
    assert answer.status == status, (answer.status, answer.raw)
    assert answer.type == "application/json"
    assert set(answer.body) == {"timestamp", "status", "error", "exception", "message", "path"}, answer.body
    assert answer.body["status"] == status and answer.body["timestamp"] and answer.body["message"]
    if path:
        assert answer.body["path"] == path


def check_authentication_error(answer, status, *errors):
    assert answer.status == status, (answer.status, answer.raw)
    assert answer.type == "application/json"
    assert set(answer.body) == {"error", "error_description"} and answer.body["error_description"], answer.body
    if errors:
        assert answer.body["error"] in errors


# ---- log-in ----

@pytest.mark.proves("backtory", "POST /auth/login with username")
def test_fields_of_a_log_in_come_in_three_encodings(rekey, app):
    fields = {"username": "ann", "password": PASSWORD}
    headers = rekey.backtory_headers(app, app.client_key)
    for name, options in {
        "multipart": {"multipart": fields},
        "urlencoded": {"form": fields},
        "query, no body": {"query": fields, "length": False},
        "query, empty body": {"query": fields},
        "query, empty body of a type": {"query": fields, "type": "application/x-www-form-urlencoded"},
    }.items():
        answer = rekey.post(LOGIN, headers=headers, **options)
        assert (name, answer.status) == (name, 200), answer.raw
        assert answer.type == "application/json"
        body = answer.body
        assert body["token_type"] == "bearer" and body["access_token"] and body["expires_in"] > 0, name
        assert set(body) <= {"access_token", "token_type", "refresh_token", "expires_in", "scope", "jti"}


def test_multipart_parts_are_raw_utf_8(rekey, app):
    rekey.has_account("sara@example.org", username="سارا", password="گذرواژه‌ی سارا")
    for password, status in (("گذرواژه‌ی سارا", 200), ("گذرواژه‌ی سارآ", 401)):
        answer = rekey.backtory_log_in(app, "سارا", password)
        assert answer.status == status, answer.raw


def test_multipart_of_every_chunking_and_odd_spelling_is_read(rekey, app):
    body, media_type = encode_multipart({"username": "ann", "password": PASSWORD})
    boundary = media_type.partition("boundary=")[2]
    for spelled in (media_type, f'multipart/form-data; boundary="{boundary}"', media_type.replace("form-data", "Form-Data")):
        answer = rekey.post(LOGIN, headers=rekey.backtory_headers(app, app.client_key), body=body, type=spelled)
        assert (spelled, answer.status) == (spelled, 200), answer.raw
    head = (f"POST {LOGIN} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n"
            f"X-Backtory-Authentication-Id: {app.id}\r\nX-Backtory-Authentication-Key: {app.client_key}\r\n"
            f"Content-Type: {media_type}\r\n\r\n").encode()
    chunks = b"".join(b"1\r\n%c\r\n" % byte for byte in body) + b"0\r\n\r\n"
    assert rekey.raw(head + chunks).status == 200


def test_broken_multipart_is_refused(rekey, app):
    good, media_type = encode_multipart({"username": "ann", "password": PASSWORD})
    headers = rekey.backtory_headers(app, app.client_key)
    for name, (body, spelled) in {
        "no boundary": (good, "multipart/form-data"),
        "an empty boundary": (good, "multipart/form-data; boundary="),
        "another boundary": (good, "multipart/form-data; boundary=other"),
        "never closed": (good[:-10], media_type),
        "cut in a header": (good[:60], media_type),
        "empty": (b"", media_type),
        "doubled field": (encode_multipart([("username", "ann"), ("password", "wrong"), ("password", PASSWORD)])[0], media_type),
        "no password": (encode_multipart({"username": "ann"})[0], media_type),
        "NUL": (encode_multipart({"username": "ann\0", "password": PASSWORD})[0], media_type),
        "NUL in a name": (good.replace(b'"username"', b'"username\0x"'), media_type),
        "bad UTF-8": (good.replace(b"ann", b"an\xff"), media_type),
    }.items():
        answer = rekey.post(LOGIN, headers=headers, body=body, type=spelled)
        assert 400 <= answer.status < 500, (name, answer.status, answer.raw)
        assert isinstance(answer.body, dict), name


def test_a_wrong_user_or_password_is_401(rekey, app):
    answers = [rekey.backtory_log_in(app, *pair) for pair in (("ann", "wrong"), ("nobody", PASSWORD), ("nobody", "wrong"))]
    for answer in answers:
        check_authentication_error(answer, 401)
        assert answer.body == answers[0].body


def test_an_address_is_not_a_login_of_backtory(rekey, app):
    check_authentication_error(rekey.backtory_log_in(app, "ann@example.org"), 401)


def test_a_wrong_id_or_key_at_log_in_is_417(rekey, app):
    fields = {"username": "ann", "password": PASSWORD}
    for name, headers in {
        "a wrong Id": {"X-Backtory-Authentication-Id": WRONG_ID, "X-Backtory-Authentication-Key": app.client_key},
        "no hex": {"X-Backtory-Authentication-Id": "shop", "X-Backtory-Authentication-Key": app.client_key},
        "a wrong Key": {"X-Backtory-Authentication-Id": app.id, "X-Backtory-Authentication-Key": WRONG_ID},
        "no Key": {"X-Backtory-Authentication-Id": app.id},
        "an empty Key": {"X-Backtory-Authentication-Id": app.id, "X-Backtory-Authentication-Key": ""},
        "half a Key": {"X-Backtory-Authentication-Id": app.id, "X-Backtory-Authentication-Key": app.client_key[:12]},
        "nothing": {},
    }.items():
        for password in (PASSWORD, "wrong"):
            answer = rekey.post(LOGIN, headers=headers, multipart={**fields, "password": password})
            assert (name, answer.status) == (name, 417), answer.raw
            assert answer.body.get("error_description") or answer.body.get("message"), name


def test_ids_and_keys_are_24_hex_digits(app):
    for value in (app.id, app.client_key, app.master_key):
        assert len(value) == 24 and set(value) <= set("0123456789abcdef")
    assert len({app.id, app.client_key, app.master_key}) == 3


# ---- change password ----

@pytest.mark.proves("backtory", "POST /auth/change-password")
def test_change_password_200(rekey, app):
    session = rekey.backtory_session(app, "ann")
    answer = change(rekey, app, session)
    assert answer.status == 200, answer.raw
    assert rekey.backtory_log_in(app, "ann", NEW_PASSWORD).status == 200
    assert rekey.backtory_log_in(app, "ann", PASSWORD).status == 401


def test_change_password_403_when_the_last_password_is_wrong(rekey, app):
    session = rekey.backtory_session(app, "ann")
    for last in ("wrong", "", PASSWORD + " "):
        check_error(change(rekey, app, session, last=last), 403, CHANGE)
    assert rekey.backtory_log_in(app, "ann", PASSWORD).status == 200


def test_change_password_404_when_the_id_is_wrong(rekey, app):
    session = rekey.backtory_session(app, "ann")
    for headers in ({"X-Backtory-Authentication-Id": WRONG_ID}, {"X-Backtory-Authentication-Id": "x"}, {}):
        answer = rekey.post(CHANGE, headers=headers, bearer=session, lastPassword=PASSWORD, newPassword=NEW_PASSWORD)
        check_error(answer, 404, CHANGE)


def test_change_and_forgot_503_when_the_app_is_disabled(rekey, app):
    session = rekey.backtory_session(app, "ann")
    rekey.command("app", "disable", "shop")
    check_error(change(rekey, app, session), 503, CHANGE)
    check_error(forgot(rekey, app), 503, FORGOT)
    assert rekey.backtory_log_in(app, "ann").status == 503
    rekey.gets_no_mail()


@contextlib.contextmanager
def a_full_disk(rekey):
    """The server may not make any file longer than it already is, as if the disk were full."""
    pid = rekey.process.pid
    before = resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
    try:
        yield
    finally:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, before)


@pytest.fixture
def full_rekey(make_rekey):
    # A write beyond the limit has to fail as on a full disk, not to kill by SIGXFSZ.
    return make_rekey(prefix=["sh", "-c", "trap '' XFSZ; exec \"$@\"", "sh"]).start()


@pytest.mark.sqlite
def test_change_and_forgot_500_when_the_disk_is_full(full_rekey):
    rekey = full_rekey
    app = rekey.has_app("shop", dialects=["backtory"])
    rekey.has_account("ann@example.org", username="ann")
    session = rekey.backtory_session(app, "ann")
    with a_full_disk(rekey):
        check_error(change(rekey, app, session), 500, CHANGE)
        check_error(forgot(rekey, app), 500, FORGOT)
    assert rekey.is_alive()
    assert rekey.backtory_log_in(app, "ann", NEW_PASSWORD).status == 401
    assert rekey.backtory_log_in(app, "ann", PASSWORD).status == 200
    assert change(rekey, app, session).status == 200
    assert forgot(rekey, app).status == 200


def test_change_password_401_without_a_token_that_lives(rekey, app):
    session = rekey.backtory_session(app, "ann")
    base = rekey.backtory_headers(app)
    body = {"lastPassword": PASSWORD, "newPassword": NEW_PASSWORD}
    for name, value in {"none": None, "empty": "", "no token": "Bearer", "garbage": "Bearer x y", "unknown": "Bearer " + "A" * 43,
                        "basic": "Basic " + session, "bare": session}.items():
        headers = base if value is None else {**base, "Authorization": value}
        answer = rekey.post(CHANGE, headers=headers, **body)
        check_authentication_error(answer, 401, "unauthorized", "invalid_token")
    rekey.sessions_expire()
    check_authentication_error(change(rekey, app, session), 401, "unauthorized", "invalid_token")
    assert rekey.backtory_log_in(app, "ann", PASSWORD).status == 200


def test_change_password_400_for_a_malformed_body(rekey, app):
    session = rekey.backtory_session(app, "ann")
    for name, body in {
        "nothing": b"", "no JSON": b"x", "an array": b"[]", "empty": b"{}", "no new one": b'{"lastPassword":"x"}',
        "no last one": b'{"newPassword":"a brand new password"}',
        "a number": b'{"lastPassword":1,"newPassword":"a brand new password"}',
        "null": b'{"lastPassword":"correct horse battery","newPassword":null}',
        "an array inside": b'{"lastPassword":["correct horse battery"],"newPassword":"a brand new password"}',
        "doubled": b'{"lastPassword":"wrong","lastPassword":"correct horse battery","newPassword":"a brand new password"}',
        "NUL": b'{"lastPassword":"correct horse battery","newPassword":"a brand\\u0000new password"}',
        "bad UTF-8": b'{"lastPassword":"correct horse battery","newPassword":"a brand new \xff"}',
        "deep": b"[" * 8000,
    }.items():
        answer = rekey.post(CHANGE, headers=rekey.backtory_headers(app), bearer=session, body=body, type="application/json")
        assert (name, answer.status) == (name, 400), answer.raw
        check_error(answer, 400, CHANGE)
    assert rekey.backtory_log_in(app, "ann", PASSWORD).status == 200


def test_change_password_400_with_the_reason_when_the_policy_refuses(rekey, app):
    session = rekey.backtory_session(app, "ann")
    messages = []
    for new in ("1234567", "x" * 257, PASSWORD):
        answer = change(rekey, app, session, new=new)
        check_error(answer, 400, CHANGE)
        messages.append(answer.body["message"])
    assert len(set(messages)) == 3, messages


def test_checks_come_in_order_id_disabled_token_body_last_password(rekey, app):
    session = rekey.backtory_session(app, "ann")
    good, bad_id = rekey.backtory_headers(app), {"X-Backtory-Authentication-Id": WRONG_ID}
    malformed = {"body": b"x", "type": "application/json"}
    # The last password is looked at last: a body whose new password is refused comes before it.
    assert change(rekey, app, session, last="wrong", new="short").status == 400
    assert rekey.post(CHANGE, headers=good, bearer="x", **malformed).status == 401
    rekey.command("app", "disable", "shop")
    assert rekey.post(CHANGE, headers=good, bearer="x", **malformed).status == 503
    assert rekey.post(CHANGE, headers=bad_id, bearer="x", **malformed).status == 404
    rekey.command("app", "enable", "shop")
    assert rekey.post(CHANGE, headers=bad_id, bearer="x", **malformed).status == 404


def test_the_scheme_is_spelled_bearer_or_Bearer(rekey, app):
    session = rekey.backtory_session(app, "ann")
    for scheme in ("Bearer", "bearer"):
        answer = rekey.post(CHANGE, headers={**rekey.backtory_headers(app), "Authorization": f"{scheme} {session}"},
                            lastPassword="wrong", newPassword=NEW_PASSWORD)
        assert (scheme, answer.status) == (scheme, 403)


def test_slashes_may_trail_and_double(rekey, app):
    session = rekey.backtory_session(app, "ann")
    for path in (CHANGE, CHANGE + "/", "/auth//change-password", "/auth//change-password/"):
        assert (path, change(rekey, app, session, last="wrong", path=path).status) == (path, 403)
    for path in (FORGOT, FORGOT + "/", "/auth//forgot-password", "/auth//forgot-password/"):
        answer = rekey.post(path, query={"username": "nobody"}, headers=rekey.backtory_headers(app))
        assert (path, answer.status) == (path, 404) and answer.body["status"] == 404
    for path in (LOGIN, LOGIN + "/", "/auth//login"):
        answer = rekey.post(path, headers=rekey.backtory_headers(app, app.client_key),
                            form={"username": "ann", "password": PASSWORD})
        assert (path, answer.status) == (path, 200)


def test_unknown_headers_are_ignored(rekey, app):
    session = rekey.backtory_session(app, "ann")
    headers = {**rekey.backtory_headers(app), "SDK-Version": "1", "instance-id": "abc", "Authorization": f"bearer {session}"}
    assert rekey.post(CHANGE, headers=headers, lastPassword=PASSWORD, newPassword=NEW_PASSWORD).status == 200


# ---- forgot password ----

@pytest.mark.proves("backtory", "POST /auth/forgot-password")
def test_forgot_password_200(rekey, app):
    assert forgot(rekey, app).status == 200
    mail = rekey.mail_to("ann@example.org")
    assert has_link(mail) and "ignore" in text_of(mail).lower()
    assert rekey.backtory_log_in(app, "ann", PASSWORD).status == 200


def test_forgot_password_404_for_a_wrong_id_or_an_unknown_username(rekey, app):
    check_error(forgot(rekey, app, "nobody"), 404, FORGOT)
    check_error(forgot(rekey, app, "ann@example.org"), 404, FORGOT)
    for headers in ({"X-Backtory-Authentication-Id": WRONG_ID}, {}):
        check_error(rekey.post(FORGOT, query={"username": "ann"}, headers=headers), 404, FORGOT)
    rekey.gets_no_mail()


def test_forgot_password_400_without_a_username(rekey, app):
    # An empty name is malformed, or nobody's: either is documented.
    assert rekey.post(FORGOT + "?username=", headers=rekey.backtory_headers(app)).status in (400, 404)
    for query in ("", "?", "?username=ann&username=bob", "?username=ann%00", "?username=%ff", "?user=ann"):
        answer = rekey.post(FORGOT + query, headers=rekey.backtory_headers(app))
        assert (query, answer.status) == (query, 400), answer.raw
        check_error(answer, 400, FORGOT)
    rekey.gets_no_mail()


def test_a_post_may_have_neither_body_nor_length(rekey, app):
    head = f"POST {FORGOT}?username=ann HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Backtory-Authentication-Id: {app.id}\r\n"
    for name, more in {"plain curl": "", "length 0 and a type": "Content-Length: 0\r\nContent-Type: application/json\r\n",
                       "length 0": "Content-Length: 0\r\n"}.items():
        answer = rekey.raw((head + more + "\r\n").encode())
        assert answer is not None and (name, answer.status) == (name, 200), answer.raw
        rekey.mail_to("ann@example.org")


def test_concealed_accounts_get_200_for_all(rekey, app):
    rekey.sets_app("shop", conceal_accounts="yes")
    member, stranger = forgot(rekey, app, "ann"), forgot(rekey, app, "nobody")
    assert (member.status, member.raw) == (stranger.status, stranger.raw) == (200, member.raw)
    rekey.mail_to("ann@example.org")
    rekey.gets_no_mail()
    check_error(rekey.post(FORGOT, query={"username": "ann"}, headers={"X-Backtory-Authentication-Id": WRONG_ID}), 404)
    rekey.sets_app("shop", conceal_accounts="no")
    assert forgot(rekey, app, "nobody").status == 404


def test_other_methods_and_unknown_paths_are_told_in_backtorys_own_words(rekey, app):
    session = rekey.backtory_session(app, "ann")
    for method in ("GET", "PUT", "DELETE"):
        for path in (CHANGE, FORGOT):
            answer = rekey.request(method, path, headers=rekey.backtory_headers(app), bearer=session)
            check_error(answer, 405, path)
            assert "POST" in answer.headers["Allow"]
    check_error(rekey.get("/auth/nothing", headers=rekey.backtory_headers(app)), 404, "/auth/nothing")


def test_other_media_types_and_huge_bodies_are_refused(rekey, app):
    session = rekey.backtory_session(app, "ann")
    good = json.dumps({"lastPassword": PASSWORD, "newPassword": NEW_PASSWORD})
    for body, media_type in ((good, "text/plain"), (good.ljust(17000), "application/json"), (good, "multipart/form-data; boundary=x")):
        answer = rekey.post(CHANGE, headers=rekey.backtory_headers(app), bearer=session, body=body, type=media_type)
        assert answer.status in (400, 413, 415), answer.raw
        check_error(answer, answer.status, CHANGE)
    assert rekey.backtory_log_in(app, "ann", PASSWORD).status == 200


def test_an_app_serves_its_own_format_only(rekey, app):
    assert rekey.put("/api/v1/account/password", email="ann@example.org").status == 404
    assert rekey.get("/reset/password?email=ann@example.org").status == 404
    rekey.gets_no_mail()
    account = rekey.has_app("front", dialects=["account"])
    answer = rekey.post(FORGOT, query={"username": "ann"}, headers={"X-Backtory-Authentication-Id": account.id})
    assert answer.status == 404


def test_a_session_of_one_app_is_nothing_to_another(rekey, app):
    other = rekey.has_app("other", dialects=["backtory"])
    rekey.has_account("ann@example.org", username="ann", app="other")
    session = rekey.backtory_session(app, "ann")
    check_authentication_error(change(rekey, other, session), 401, "unauthorized", "invalid_token")
