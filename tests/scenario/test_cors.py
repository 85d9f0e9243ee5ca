# SPDX-License-Identifier: Apache-2.0
"""Pages of other origins: those in the app's list may call its formats from a browser, and nobody else's."""

import http.server
import os
import re
import threading

import pytest
from playwright.sync_api import sync_playwright
from server import PASSWORD

SHOP, OTHER, STRANGER = "https://shop.example", "https://other.example", "https://evil.example"
SESSIONS, PASSWORD_PATH = "/api/v1/sessions", "/api/v1/account/password"
NAMES = [f"Access-Control-{name}" for name in ("Allow-Origin", "Allow-Methods", "Allow-Headers", "Max-Age", "Expose-Headers", "Allow-Credentials")]


def cors(answer):
    return {name: answer.headers[name] for name in NAMES if name in answer.headers}


def ask_before(rekey, path, origin, method="POST", **options):
    return rekey.request("OPTIONS", path, headers={"Origin": origin, "Access-Control-Request-Method": method,
                                                   "Access-Control-Request-Headers": "authorization,content-type"}, **options)


@pytest.fixture
def two(rekey):
    rekey.has_app("shop", origins=[SHOP, "http://localhost:3000"], hosts=["shop-id.example"])
    rekey.has_app("other", origins=["https://OTHER.example:443"], hosts=["other-id.example"])
    rekey.has_account("ann@example.org", app="shop")
    return rekey


def test_a_preflight_tells_a_page_of_the_app_what_it_may_send(two):
    for host, origin in (("shop-id.example", SHOP), ("shop-id.example", "http://localhost:3000"), ("other-id.example", OTHER)):
        answer = ask_before(two, PASSWORD_PATH, origin, "PUT", host=host)
        assert (answer.status, answer.raw) == (204, b""), answer.raw
        assert cors(answer) == {"Access-Control-Allow-Origin": origin, "Access-Control-Allow-Methods": "PUT",
                                "Access-Control-Allow-Headers": "Authorization, Content-Type", "Access-Control-Max-Age": "7200",
                                "Access-Control-Expose-Headers": "Retry-After, X-Request-Id, WWW-Authenticate"}
        assert answer.headers["Vary"] == "Origin"
    assert {"GET", "HEAD", "POST", "DELETE"} <= set(ask_before(two, SESSIONS, SHOP, host="shop-id.example").headers["Access-Control-Allow-Methods"].split(", "))


@pytest.mark.parametrize("origin", [OTHER, STRANGER, "null", "*", SHOP + "/", SHOP + ".evil.example", "http://shop.example",
                                    SHOP + ":444", "https://a.shop.example", "", "https://shop.example https://evil.example"])
def test_another_page_gets_no_word_of_cors(two, origin):
    before = ask_before(two, SESSIONS, origin, host="shop-id.example")
    assert before.status == 405 and not cors(before)
    log_in = two.log_in("ann@example.org", host="shop-id.example", headers={"Origin": origin})
    assert log_in.status == 201 and not cors(log_in)  # its page cannot read it; a client without a browser is not kept out by CORS
    assert log_in.headers["Vary"] == "Origin"


def test_answers_and_errors_are_read_by_pages_of_the_app(two):
    headers = {"Origin": SHOP}
    for answer, status in (
            (two.log_in("ann@example.org", host="shop-id.example", headers=headers), 201),
            (two.log_in("ann@example.org", "wrong", host="shop-id.example", headers=headers), 401),
            (two.post(SESSIONS, host="shop-id.example", headers=headers, body="{", type="application/json"), 400),
            (two.post(SESSIONS, host="shop-id.example", headers=headers, body="x" * 20_000, type="application/json"), 413),
            (two.get("/api/v1/nothing", host="shop-id.example", headers=headers), 404),
            (two.delete(PASSWORD_PATH, host="shop-id.example", headers=headers), 405)):
        assert answer.status == status, answer.raw
        assert cors(answer) == {"Access-Control-Allow-Origin": SHOP, "Access-Control-Expose-Headers": "Retry-After, X-Request-Id, WWW-Authenticate"}
        assert answer.headers["X-Request-Id"] and answer.headers.all("Vary") == ["Origin"] + ["Accept-Language"] * (status >= 400)
    two.command("app", "disable", "shop")
    assert cors(two.log_in("ann@example.org", host="shop-id.example", headers=headers))["Access-Control-Allow-Origin"] == SHOP


def test_a_list_that_is_changed_holds_from_the_next_request_on(two):
    two.command("app", "set", "shop", f"origins-={SHOP}", f"origins+={STRANGER}")
    assert not cors(ask_before(two, SESSIONS, SHOP, host="shop-id.example"))
    assert ask_before(two, SESSIONS, STRANGER, host="shop-id.example").status == 204


def test_preflights_are_no_guesses_and_no_requests_of_anybody(make_rekey):
    rekey = make_rekey({"limits.requests_per_network": "3/1m"}).start()
    rekey.has_app(origins=[SHOP])
    rekey.has_account("ann@example.org")
    assert {ask_before(rekey, SESSIONS, SHOP).status for _ in range(20)} == {204}
    answers = [rekey.log_in("ann@example.org", headers={"Origin": SHOP}) for _ in range(5)]
    assert [answer.status for answer in answers] == [201, 201, 201, 429, 429]
    assert answers[-1].headers["Access-Control-Allow-Origin"] == SHOP and answers[-1].headers["Retry-After"]


def test_our_own_pages_are_nobody_elses(two):
    for answer in (two.get("/password-reset", host="shop-id.example", headers={"Origin": SHOP}),
                   ask_before(two, "/password-reset", SHOP, host="shop-id.example"),
                   two.post("/password-reset", form={"email": "ann@example.org"}, host="shop-id.example", headers={"Origin": SHOP})):
        assert not cors(answer)
    two.gets_no_mail()


def test_backtorys_clients_name_their_app_only_behind_the_preflight(rekey):
    game, other = rekey.has_app("game", dialects=["backtory"], origins=[SHOP]), rekey.has_app("other", dialects=["backtory"], origins=[OTHER])
    rekey.has_account("ann@example.org", username="ann", app="game")
    announced = {"Access-Control-Request-Method": "POST",
                 "Access-Control-Request-Headers": "x-backtory-authentication-id,x-backtory-authentication-key"}
    for origin, status in ((SHOP, 204), (OTHER, 204), (STRANGER, 405)):
        answer = rekey.request("OPTIONS", "/auth/login", headers={"Origin": origin, **announced})
        assert (answer.status, cors(answer).get("Access-Control-Allow-Origin")) == (status, origin if status == 204 else None)
    for app, origin in ((game, SHOP), (other, OTHER)):
        for asks in (SHOP, OTHER):
            answer = rekey.post("/auth/login", headers={**rekey.backtory_headers(app, app.client_key), "Origin": asks},
                                form={"username": "ann", "password": PASSWORD})
            assert ("Access-Control-Allow-Origin" in cors(answer)) == (asks == origin)


class Elsewhere(http.server.BaseHTTPRequestHandler):
    """A page of somebody's that does nothing."""

    def do_GET(self):
        body = b"<!doctype html><title>elsewhere</title>"
        self.send_response(200)
        for name, value in (("Content-Type", "text/html"), ("Content-Length", str(len(body)))):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture
def pages_elsewhere(rekey):
    """Chromium, which finds the server of the test behind its name, and pages of others behind theirs."""
    served = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Elsewhere)
    threading.Thread(target=served.serve_forever, daemon=True).start()
    elsewhere = f"127.0.0.1:{served.server_port}"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=os.environ.get("REKEY_CHROMIUM", "/usr/bin/chromium"),
            args=["--no-sandbox", f"--host-resolver-rules=MAP rekey.example:80 127.0.0.1:{rekey.port}, MAP shop.example:80 {elsewhere}, "
                                  f"MAP evil.example:80 {elsewhere}, MAP * ~NOTFOUND"])
        yield chromium
        chromium.close()
    served.shutdown()
    served.server_close()


def test_chromium_shows_the_answers_to_a_page_of_the_app_alone(rekey, pages_elsewhere):
    rekey.has_app(origins=["http://shop.example"])
    rekey.has_account("ann@example.org")
    script = """async (password) => {
        try {
            const answer = await fetch("http://rekey.example/api/v1/sessions", {method: "POST",
                headers: {"Content-Type": "application/json"}, body: JSON.stringify({login: "ann@example.org", password})});
            return [answer.status, answer.headers.get("X-Request-Id"), await answer.json()];
        } catch (error) { return ["not shown", String(error), {}]; } }"""
    for origin, shown in (("http://shop.example", True), ("http://evil.example", False)):
        page = pages_elsewhere.new_page()
        page.goto(origin + "/")
        for password, status in ((PASSWORD, 201), ("wrong", 401)):
            got, request_id, body = page.evaluate(script, password)
            assert got == (status if shown else "not shown"), (origin, got, request_id)
            assert not shown or (re.fullmatch(r"\w{4}-\w{4}", request_id) and body)
        page.close()
    # The stranger's page was told no before it could send anything.
    assert [row["outcome"] for row in rekey.command_json("audit", "list") if row["event"] == "account_log_in"] == ["wrong password", "done"]
