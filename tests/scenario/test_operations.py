# SPDX-License-Identifier: Apache-2.0
"""What the operator's own programs ask: /healthz, /readyz and /metrics, on a listener of their own; and
the well-known address that changes a password."""

import re

import pytest
from ports import free_port
from wire import Client


@pytest.fixture
def watched(make_rekey):
    port = free_port()
    rekey = make_rekey({"server.operations_listen": f"127.0.0.1:{port}"}).start()
    rekey.operations = Client("127.0.0.1", port)
    rekey.has_account("ann@example.org")
    return rekey


def metric(rekey, name):
    found, = re.findall(rf"^{re.escape(name)} (\d+)$", rekey.operations.get("/metrics").text, re.MULTILINE)
    return int(found)


def test_a_balancer_learns_that_it_is_up_and_ready(watched):
    for path in ("/healthz", "/readyz", "/metrics"):
        answer = watched.operations.get(path)
        assert answer.status == 200 and answer.type == "text/plain", path
        assert watched.operations.head(path).status == 200
        assert watched.operations.post(path).status == 405


def test_what_is_the_operators_is_on_no_other_listener(watched):
    for path in ("/healthz", "/readyz", "/metrics"):
        assert watched.get(path).status == 404, path
    for path in ("/", "/api/v1/account", "/password-reset", "/metrics/", "/../metrics"):
        assert watched.operations.get(path).status == 404, path


def test_numbers_follow_what_happens_and_name_nobody(watched):
    hashes, refusals = metric(watched, "rekey_password_hashes_total"), metric(watched, 'rekey_answers_total{class="4xx"}')
    assert watched.log_in("ann@example.org", "wrong").status == 401
    watched.asks_for_reset("ann@example.org")
    assert metric(watched, "rekey_password_hashes_total") == hashes + 1
    assert metric(watched, 'rekey_answers_total{class="4xx"}') == refusals + 1
    assert metric(watched, "rekey_database_up") == 1 and metric(watched, "rekey_mails_dead") == 0
    text = watched.operations.get("/metrics").text
    assert "ann" not in text and "example.org" not in text
    names = set(re.findall(r"^# TYPE (\S+) (?:counter|gauge)$", text, re.MULTILINE))
    assert {line.partition(" ")[0].partition("{")[0] for line in text.splitlines() if not line.startswith("#")} == names


def test_a_dead_mail_is_seen(watched):
    watched.asks_for_reset("ann@example.org")
    watched.mail_to("ann@example.org")
    watched.sql("UPDATE outbox SET state = 2 WHERE kind = 0")
    assert metric(watched, "rekey_mails_dead") == 1


def test_a_place_that_was_asked_for_has_to_be_free(make_rekey, watched):
    second = make_rekey({"server.operations_listen": f"127.0.0.1:{watched.operations.port}"})
    done = second.run("serve")
    assert done.returncode == 1 and str(watched.operations.port) in done.stderr


def test_requests_of_the_operators_programs_fill_no_log(watched):
    watched.operations.get("/healthz")
    watched.get("/password-reset")
    watched.stop()  # what is logged is written by and by
    assert "GET /password-reset" in watched.stderr() and "healthz" not in watched.stderr()


# ---- the well-known address ----

def test_a_password_manager_is_led_to_the_page(watched):
    answer = watched.get("/.well-known/change-password")
    assert (answer.status, answer.headers["Location"]) == (303, "http://rekey.example/password-reset")
    assert watched.get("/password-reset").status == 200
    assert watched.get("/.well-known/resource-that-should-not-exist-whose-status-code-should-not-be-200").status == 404


def test_each_app_is_led_to_its_own_page(watched):
    watched.has_app("shop", public_url="https://id.shop.example")
    watched.has_app("plain")
    for prefix, place in (("/api:shop", "https://id.shop.example"), ("/api:plain", "http://rekey.example/api:plain")):
        answer = watched.get(prefix + "/.well-known/change-password", host="evil.example")
        assert (answer.status, answer.headers["Location"]) == (303, place + "/password-reset")
