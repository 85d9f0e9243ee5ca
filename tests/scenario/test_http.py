# SPDX-License-Identifier: Apache-2.0
"""HTTP itself: bytes that are no request, requests that never end, and floods."""

import socket
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import wire
from server import NEW_PASSWORD, NO_LIMITS, PASSWORD
from wire import read_until_closed

PATH = "/api/v1/account/password"
BOUND = 90  # seconds that a stalled connection may live at most


def still_serves(rekey):
    return rekey.is_alive() and rekey.put(PATH, email="ann@example.org").status == 202


def begin(rekey, data):
    connection = socket.create_connection((rekey.host, rekey.port), timeout=BOUND)
    connection.sendall(data)
    return connection


HEAD = f"PUT {PATH} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n".encode()


@pytest.mark.timeout(BOUND + 60)
def test_what_stalls_ends_in_bounded_time(rekey):
    """All at once, so that the test takes as long as the longest."""
    rekey.has_account("ann@example.org")
    stalls = {
        "says nothing": b"",
        "half a request line": b"PUT /api",
        "half a header": HEAD + b"X-Half: ",
        "no body": HEAD + b"Content-Length: 100\r\n\r\n",
        "half a body": HEAD + b'Content-Length: 100\r\n\r\n{"email":',
        "no chunk": HEAD + b"Transfer-Encoding: chunked\r\n\r\n",
        "half a chunk": HEAD + b'Transfer-Encoding: chunked\r\n\r\nff\r\n{"email":',
        "no last chunk": HEAD + b'Transfer-Encoding: chunked\r\n\r\n1c\r\n{"email": "ann@example.org"}\r\n',
    }

    def one(data):
        began = time.monotonic()
        with begin(rekey, data) as connection:
            received = read_until_closed(connection)
        return time.monotonic() - began, received

    with ThreadPoolExecutor(len(stalls)) as pool:
        ended = dict(zip(stalls, pool.map(one, stalls.values())))
    for name, (_, received) in ended.items():
        assert not received or received.startswith((b"HTTP/1.1 4", b"HTTP/1.0 4")), (name, received[:100])
    assert still_serves(rekey)
    rekey.mail_to("ann@example.org")
    rekey.gets_no_mail()


@pytest.mark.timeout(2 * BOUND + 60)
def test_a_body_that_drips_forever_ends_in_bounded_time(rekey):
    rekey.has_app()

    def drip(head, drop):
        began = time.monotonic()
        with begin(rekey, HEAD + head) as connection:
            connection.settimeout(0.5)
            while time.monotonic() - began < BOUND:
                try:
                    connection.sendall(drop)
                    if connection.recv(65536) == b"":
                        break
                except TimeoutError:
                    continue
                except OSError:
                    break
        return time.monotonic() - began

    with ThreadPoolExecutor(2) as pool:
        chunked = pool.submit(drip, b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n")
        plain = pool.submit(drip, b"Content-Length: 10000\r\n\r\n", b" ")
    assert chunked.result() < BOUND and plain.result() < BOUND
    assert still_serves(rekey)


def test_a_chunked_body_without_end_is_cut_at_16_kib(rekey):
    rekey.has_app()
    received = b""
    with begin(rekey, HEAD + b"Transfer-Encoding: chunked\r\n\r\n") as connection:
        try:
            for _ in range(2000):
                connection.sendall(b"1000\r\n" + b" " * 4096 + b"\r\n")
            connection.shutdown(socket.SHUT_WR)
        except OSError:
            pass
        try:
            received = connection.recv(65536)
        except OSError:
            pass
    assert not received or received.startswith(b"HTTP/1.1 413"), received[:200]
    assert still_serves(rekey)


def test_a_chunked_body_is_read(rekey):
    rekey.has_account("ann@example.org")
    body = b'{"email": "ann@example.org"}'
    chunks = b"".join(b"1\r\n%c\r\n" % byte for byte in body) + b"0\r\n\r\n"
    assert rekey.raw(HEAD + b"Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks).status == 202
    rekey.mail_to("ann@example.org")


MALFORMED = {
    "nothing": b"",
    "an empty line": b"\r\n",
    "NULs": b"\x00" * 100,
    "TLS": bytes.fromhex("160301020001000001fc0303") + b"\x00" * 200,
    "no version": f"PUT {PATH}\r\n\r\n".encode(),
    "version 9": f"PUT {PATH} HTTP/9.9\r\nHost: x\r\n\r\n".encode(),
    "a name with a space": HEAD + b"Bad Name: x\r\nContent-Length: 2\r\n\r\n{}",
    "a line without colon": HEAD + b"nothing\r\nContent-Length: 2\r\n\r\n{}",
    "a negative length": HEAD + b"Content-Length: -1\r\n\r\n{}",
    "a length of letters": HEAD + b"Content-Length: two\r\n\r\n{}",
    "a length beyond 64 bits": HEAD + b"Content-Length: 99999999999999999999999999\r\n\r\n{}",
    "two lengths": HEAD + b'Content-Length: 28\r\nContent-Length: 2\r\n\r\n{"email": "ann@example.org"}',
    "length and chunks": HEAD + b'Content-Length: 28\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    "a bad chunk size": HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
    "a chunk beyond 64 bits": HEAD + b"Transfer-Encoding: chunked\r\n\r\nffffffffffffffffffff\r\n{}",
    "another transfer encoding": HEAD + b"Transfer-Encoding: gzip\r\n\r\n{}",
    "bare CR": HEAD.replace(b"\r\n", b"\r") + b"\r\r",
    "a NUL in a header": HEAD + b"X: a\x00b\r\nContent-Length: 2\r\n\r\n{}",
    "a path with a NUL": b"PUT /api\x00/v1 HTTP/1.1\r\nHost: x\r\n\r\n",
    "a path of bad escapes": b"PUT /%zz%f/%00 HTTP/1.1\r\nHost: x\r\n\r\n",
    "no path": b"PUT  HTTP/1.1\r\nHost: x\r\n\r\n",
    "a path without slash": b"PUT x HTTP/1.1\r\nHost: x\r\n\r\n",
    "a path of stars": b"OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n",
    "CONNECT": b"CONNECT evil.example:443 HTTP/1.1\r\nHost: x\r\n\r\n",
    "a long method": b"P" * 5000 + b" / HTTP/1.1\r\nHost: x\r\n\r\n",
    "a long path": b"PUT /" + b"a" * 100_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    "a long query": f"PUT {PATH}?email=".encode() + b"a" * 100_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    "a long header": HEAD + b"X-Long: " + b"a" * 1_000_000 + b"\r\nContent-Length: 2\r\n\r\n{}",
    "a long name": HEAD + b"X" * 1_000_000 + b": a\r\nContent-Length: 2\r\n\r\n{}",
    "many headers": HEAD + b"".join(b"X-%d: a\r\n" % number for number in range(20_000)) + b"Content-Length: 2\r\n\r\n{}",
    "many parameters": f"PUT {PATH}?".encode() + b"&".join(b"a%d=b" % number for number in range(2000)) + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    "many cookies": HEAD + b"Cookie: " + b"; ".join(b"a%d=b" % number for number in range(3000)) + b"\r\nContent-Length: 2\r\n\r\n{}",
}


def test_what_is_no_request_does_no_harm(rekey):
    rekey.has_account("ann@example.org")
    wrong = []
    with ThreadPoolExecutor(8) as pool:  # some are waited for until the limit on silence
        answers = list(pool.map(lambda data: rekey.raw(data, half_close=True), MALFORMED.values()))
    for name, answer in zip(MALFORMED, answers):
        # Without an answer, or with a refusal; a success or a fault of the server is neither.
        if answer is not None and not 400 <= answer.status < 500 and answer.status not in (501, 505):
            wrong.append((name, answer.status, answer.raw))
    assert not wrong
    assert still_serves(rekey)
    rekey.mail_to("ann@example.org")
    rekey.gets_no_mail()


def test_a_connection_serves_many_requests_in_turn(make_rekey):
    rekey = make_rekey(NO_LIMITS).start()
    rekey.has_account("ann@example.org")
    body = b'{"login": "ann@example.org", "password": "wrong"}'
    one = b"POST /api/v1/sessions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body) + body
    last = one.replace(b"Host: x", b"Host: x\r\nConnection: close")
    received = rekey.send_raw(one * 20 + last)
    assert received.count(b"HTTP/1.1 401") == 21


def test_a_client_that_leaves_in_the_middle_leaves_nothing_behind(rekey):
    rekey.has_account("ann@example.org")
    for _ in range(30):
        with begin(rekey, HEAD + b'Content-Length: 28\r\n\r\n{"email": "ann@') as connection:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
        body = b'{"login": "ann@example.org", "password": "wrong"}'
        with begin(rekey, b"POST /api/v1/sessions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
                   % len(body) + body) as connection:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
    assert still_serves(rekey)
    rekey.mail_to("ann@example.org")
    rekey.gets_no_mail()


def test_expect_100_is_answered(rekey):
    rekey.has_app()
    with begin(rekey, HEAD + b"Expect: 100-continue\r\nConnection: close\r\nContent-Length: 28\r\n\r\n") as connection:
        connection.settimeout(10)
        assert connection.recv(100).startswith(b"HTTP/1.1 100")
        connection.sendall(b'{"email": "ann@example.org"}')
        assert b"HTTP/1.1 202" in read_until_closed(connection)


def test_a_flood_of_log_ins_is_answered_or_told_to_come_again(make_rekey):
    rekey = make_rekey({"hash.queue_max": 1, "hash.threads": 1, "hash.memory_kib": 8192}).start()
    rekey.has_account("ann@example.org")
    with ThreadPoolExecutor(60) as pool:
        answers = list(pool.map(lambda _: rekey.log_in("ann@example.org"), range(120)))
    busy = [answer for answer in answers if answer.status == 503]
    assert {answer.status for answer in answers} <= {201, 503} and len(busy) < 120
    assert busy, "the queue of one never filled"
    for answer in busy:
        assert answer.type == "application/problem+json" and answer.code == "unavailable"
        assert int(answer.headers["Retry-After"]) > 0
    assert rekey.can_log_in("ann@example.org", PASSWORD)


def test_many_idle_connections_do_not_stop_the_server(rekey):
    rekey.has_account("ann@example.org")
    connections = [begin(rekey, b"PUT /api") for _ in range(200)]
    try:
        assert rekey.put_password(email="ann@example.org").status == 202
        assert rekey.can_log_in("ann@example.org", PASSWORD)
    finally:
        for connection in connections:
            connection.close()
    assert not rekey.can_log_in("ann@example.org", NEW_PASSWORD)


# As it was once: as many silent connections of one address as the server takes, and nobody else got in.
def test_idle_connections_of_one_network_leave_room_for_another(make_rekey):
    rekey = make_rekey(prefix=["sh", "-c", "ulimit -n 192; exec \"$@\"", "sh"]).start()
    rekey.has_account("ann@example.org")
    other = wire.Client(rekey.host, rekey.port, source="127.0.0.2")
    connections = [begin(rekey, b"PUT /api") for _ in range(200)]
    began = time.monotonic()
    try:
        for _ in range(4):
            assert other.post("/api/v1/sessions", login="ann@example.org", password=PASSWORD).status == 201
        assert time.monotonic() - began < 10, "it got in when the silent ones were hung up on"
    finally:
        for connection in connections:
            connection.close()


def test_an_app_named_by_what_is_no_text_is_nobodys(rekey):
    """Bytes that a database would not take for text are not asked of it."""
    rekey.has_app("one", dialects=["account", "backtory", "hacksystem"], hosts=["one.example"])
    rekey.has_app("two")
    for head in (b"GET /password-reset HTTP/1.1\r\nHost: \xff\xfe\r\n", b"GET /api:%ff/reset/password HTTP/1.1\r\nHost: x\r\n",
                 b"GET /api:a%00b/reset/password HTTP/1.1\r\nHost: x\r\n",
                 b"POST /auth/forgot-password?username=ann HTTP/1.1\r\nHost: x\r\nX-Backtory-Authentication-Id: \xff\xfe\r\n"):
        answer = rekey.raw(head + b"Connection: close\r\n\r\n")
        assert answer is None or answer.status < 500, (head, answer.raw)
    assert " error: " not in rekey.stderr()
