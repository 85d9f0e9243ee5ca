# SPDX-License-Identifier: Apache-2.0
"""Every answer has an id, and a line in the log that tells no more than it should."""

import collections
import re
import select
import socket
import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from server import NEW_PASSWORD, PASSWORD, text_of
from wire import parse_answer, read_until_closed

PATH = "/api/v1/account/password"
REFERENCE = "[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}"
LINE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ request: (?P<method>[A-Z]+|-) (?P<route>/\S*|-) (?P<status>\d{3})"
                  rf" (?P<ms>\d+\.\d)ms (?P<reference>{REFERENCE})")

Line = collections.namedtuple("Line", "method route status ms reference")


def lines_of(rekey):
    """Every line that names a request; one that is not of the form fails."""
    lines = []
    for line in rekey.stderr().splitlines():
        if " request: " in line:
            found = LINE.fullmatch(line)
            assert found, line
            lines.append(Line(found["method"], found["route"], int(found["status"]), float(found["ms"]), found["reference"]))
    return lines


def line_of(rekey, answer, seconds=5):
    """The one line with the answer's id; it may take a moment."""
    reference = answer.headers["X-Request-Id"]
    deadline = time.monotonic() + seconds
    while True:
        found = [line for line in lines_of(rekey) if line.reference == reference]
        if found:
            assert len(found) == 1, found
            return found[0]
        assert time.monotonic() < deadline, (reference, rekey.stderr())
        time.sleep(0.02)


def all_kinds(rekey):
    """Name, answer, and what the log has to say of method and route."""
    app = rekey.has_app("demo", dialects=["account", "backtory", "hacksystem"])
    rekey.has_account("ann@example.org", username="ann")
    session = rekey.session_of("ann@example.org")
    json = {"type": "application/json"}
    head = f"PUT {PATH} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nConnection: close\r\n".encode()
    headers = rekey.backtory_headers(app)
    yield "a page", rekey.get("/password-reset"), "GET", "/password-reset"
    yield "a page asked for by HEAD", rekey.head("/password-reset"), "HEAD", "/password-reset"
    yield "a file", rekey.get("/assets/1/rekey.css"), "GET", "/assets/{version}/{file}"
    yield "a file asked for by HEAD", rekey.head("/assets/1/rekey.css"), "HEAD", "/assets/{version}/{file}"
    yield "a recovery", rekey.put_password(email="ann@example.org"), "PUT", PATH
    yield "a recovery by the query", rekey.put(PATH, query={"email": "ann@example.org"}), "PUT", PATH
    yield "a change", rekey.put_password(old=PASSWORD, new=NEW_PASSWORD, bearer=session), "PUT", PATH
    yield "a refusal", rekey.put_password(old="wrong", new=NEW_PASSWORD), "PUT", PATH
    yield "a dead token", rekey.put_password(token="x" * 43, new=NEW_PASSWORD), "PUT", PATH
    yield "what is no JSON", rekey.put(PATH, body=b"{", **json), "PUT", PATH
    yield "another media type", rekey.put(PATH, body=b"x", type="text/plain"), "PUT", PATH
    yield "another method", rekey.delete(PATH), "DELETE", PATH
    yield "a method nobody knows", rekey.request("PASSWORD", PATH), "-", PATH
    yield "a path nobody knows", rekey.get("/secret-path/ann@example.org"), "GET", "-"
    yield "a path of no UTF-8", rekey.get("/%ff"), "GET", "-"
    yield "a large body", rekey.put(PATH, body=b"x" * 20000, **json), "PUT", PATH
    yield "a hopeless body", rekey.raw(head + b"Content-Length: 99999999\r\n\r\n"), "PUT", PATH
    yield "two lengths", rekey.raw(head + b"Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}"), "PUT", PATH
    yield "a form of another site", rekey.post("/password-reset", form={"email": "x@example.org"},
                                               headers={"Sec-Fetch-Site": "cross-site"}), "POST", "/password-reset"
    yield "backtory", rekey.post("/auth/forgot-password", query={"username": "ann"}, headers=headers), "POST", "/auth/forgot-password"
    yield "backtory with slashes", rekey.post("//auth//forgot-password/", query={"username": "no"}, headers=headers), \
        "POST", "/auth/forgot-password"
    yield "hacksystem", rekey.get("/reset/password", query={"email": ""}), "GET", "/reset/password"
    yield "by the app's name", rekey.get("/api:demo/reset/password", query={"email": "no@example.org"}), "GET", "/reset/password"


def test_every_kind_of_answer_has_an_id_and_the_line_of_that_id(rekey):
    seen = set()
    for name, answer, method, route in all_kinds(rekey):
        ids = answer.headers.all("X-Request-Id")
        assert len(ids) == 1 and re.fullmatch(REFERENCE, ids[0]), (name, ids)
        assert ids[0] not in seen, name
        seen.add(ids[0])
        line = line_of(rekey, answer)
        assert (name, line[:3]) == (name, (method, route, answer.status))
        assert line.ms < 60_000


def test_a_flood_is_refused_with_ids_and_lines_as_well(make_rekey):
    rekey = make_rekey({"hash.threads": 1, "hash.queue_max": 1, "hash.memory_kib": 65536, "hash.passes": 4}).start()
    rekey.has_account("ann@example.org")
    with ThreadPoolExecutor(60) as pool:
        answers = list(pool.map(lambda _: rekey.log_in("ann@example.org"), range(60)))
    busy = [answer for answer in answers if answer.status == 503]
    assert busy
    assert len({answer.headers["X-Request-Id"] for answer in answers}) == 60
    for answer in answers:
        assert line_of(rekey, answer)[:3] == ("POST", "/api/v1/sessions", answer.status)


@pytest.mark.sqlite
def test_a_request_that_finds_the_queue_full_has_an_id_and_a_line_as_well(make_rekey):
    """All workers wait for a database that another program keeps, and the queue fills behind them."""
    rekey = make_rekey({"hash.threads": 1, "hash.queue_max": 1}).start()
    rekey.has_app()
    request = (f"PUT {PATH} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nConnection: close\r\n"
               'Content-Length: 28\r\n\r\n{"email": "ann@example.org"}').encode()
    keeper = sqlite3.connect(rekey.database, isolation_level=None, timeout=20)
    connections = []
    try:
        keeper.execute("BEGIN IMMEDIATE")
        for _ in range(700):
            connections.append(socket.create_connection((rekey.host, rekey.port), timeout=30))
            connections[-1].sendall(request)
        answered, _, _ = select.select(connections, [], [], 30)
        answer = parse_answer(read_until_closed(answered[0]))
    finally:
        keeper.close()
        for connection in connections:
            connection.close()
    assert answer.status == 503 and int(answer.headers["Retry-After"]) > 0
    assert line_of(rekey, answer)[:3] == ("PUT", PATH, 503)


def test_what_a_client_calls_its_request_is_not_believed(rekey):
    answer = rekey.get("/password-reset", headers={"X-Request-Id": "AAAA-AAAA"})
    assert answer.headers.all("X-Request-Id") != ["AAAA-AAAA"]
    line_of(rekey, answer)
    assert "AAAA-AAAA" not in rekey.stderr()


def test_the_reference_of_a_recovery_is_the_id_of_its_request_and_stands_in_the_mail(rekey):
    rekey.has_account("ann@example.org")
    for ask in (lambda: rekey.put_password(email="ann@example.org"),
                lambda: rekey.put_password(email="stranger@example.org")):
        answer = ask()
        assert answer.body == {"reference": answer.headers["X-Request-Id"]}
        assert line_of(rekey, answer).status == 202
        assert [row["reference"] for row in rekey.mail_list()].count(answer.body["reference"]) == 1
    first = rekey.put_password(email="ann@example.org").headers["X-Request-Id"]
    mails = [text_of(rekey.mail_to("ann@example.org")) for _ in range(2)]
    assert sum(first in mail for mail in mails) == 1


def test_the_mail_that_tells_of_a_change_names_its_request(rekey):
    rekey.has_account("ann@example.org")
    answer = rekey.put_password(old=PASSWORD, new=NEW_PASSWORD, bearer=rekey.session_of("ann@example.org"))
    assert answer.status == 204
    assert answer.headers["X-Request-Id"] in text_of(rekey.mail_to("ann@example.org"))


def test_nothing_that_a_client_sends_is_in_the_log(rekey):
    rekey.has_account("ann@example.org")
    words = ["word-in-the-path", "word-in-the-query", "word-in-a-header", "word-in-the-body", "WORDASMETHOD", "ann@example.org"]
    answers = [
        rekey.get("/word-in-the-path"),
        rekey.get("/word-in-the-path%0a2026-01-01T00:00:00Z%20request:%20forged"),
        rekey.get("/password-reset", query={"token": "word-in-the-query"}, headers={"User-Agent": "word-in-a-header"}),
        rekey.get("/api:word-in-the-path/reset/password?email=ann@example.org"),
        rekey.put_password(email="ann@example.org", bearer="word-in-a-header"),
        rekey.put(PATH, query={"email": "ann@example.org"}),
        rekey.put_password(token="word-in-the-body", new="word-in-the-body"),
        rekey.request("WORDASMETHOD", PATH),
        rekey.log_in("ann@example.org", "word-in-the-body"),
    ]
    for answer in answers:
        line_of(rekey, answer)
    log = rekey.stderr()
    assert [word for word in [*words, "forged"] if word in log] == []


def test_lines_are_written_soon_and_all_of_them_at_the_end(rekey):
    answer = rekey.get("/password-reset")
    began = time.monotonic()
    line_of(rekey, answer)
    assert time.monotonic() - began < 10
    last = [rekey.get("/password-reset") for _ in range(20)]
    rekey.stop()
    logged = {line.reference for line in lines_of(rekey)}
    assert {answer.headers["X-Request-Id"] for answer in last} <= logged


def test_the_log_of_requests_can_be_turned_off(make_rekey):
    rekey = make_rekey({"log.requests": "off"}).start()
    assert "X-Request-Id" in rekey.get("/password-reset").headers
    rekey.stop()
    assert lines_of(rekey) == []


@pytest.mark.parametrize("value", ["yes", "", "ON"])
def test_the_key_takes_on_or_off(make_rekey, value):
    done = make_rekey({"log.requests": value}).run("serve")
    assert done.returncode == 1 and "log.requests" in done.stderr and "off on" in done.stderr
