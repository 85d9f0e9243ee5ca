# SPDX-License-Identifier: Apache-2.0
"""examples/single-page as a person has it in Chromium: on its own origin, and its Rekey on another."""

import functools
import http.server
import os
import pathlib
import re
import shlex
import threading

import pytest
from playwright.sync_api import expect, sync_playwright
from server import NEW_PASSWORD, NO_LIMITS, PASSWORD, PUBLIC_URL, link_in, text_of

SETTINGS = NO_LIMITS
FOLDER = pathlib.Path(__file__).parents[2] / "examples" / "single-page"
IN_THE_FILES = "http://127.0.0.1:8080"  # where the example looks for Rekey
SHOP, STRANGER = "http://shop.example", "http://evil.example"
ANN, NEW, OTHER = "ann@example.org", "new@example.net", "a third password"
# What a server can say that a <meta> cannot, too.
POLICY = ("default-src 'none'; connect-src {rekey}; script-src 'self'; style-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; "
          "frame-ancestors 'none'; require-trusted-types-for 'script'").format(rekey=PUBLIC_URL)


class Files(http.server.SimpleHTTPRequestHandler):
    """The folder as it is, but for Rekey's address in the page."""

    referrers = []

    def do_GET(self):
        self.referrers.append(self.headers["Referer"])
        if self.path.partition("?")[0] != "/":
            return super().do_GET()
        page = (FOLDER / "index.html").read_text()
        assert page.count(IN_THE_FILES) == 2
        body = page.replace(IN_THE_FILES, PUBLIC_URL).encode()
        self.send_response(200)
        for name, value in (("Content-Type", "text/html; charset=utf-8"), ("Content-Length", str(len(body))), ("Content-Security-Policy", POLICY)):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture
def rekey(make_rekey, request):
    return make_rekey(getattr(request, "param", {})).start()


@pytest.fixture
def chromium(rekey):
    """Chromium, which finds Rekey, the example and a copy of it at a stranger's each at a port of its own."""
    served = [http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Files, directory=FOLDER)) for _ in range(2)]
    for one in served:
        threading.Thread(target=one.serve_forever, daemon=True).start()
    Files.referrers.clear()
    rules = ", ".join(f"MAP {name}:80 127.0.0.1:{port}" for name, port in zip(
        ("rekey.example", "shop.example", "evil.example"), (rekey.port, *(one.server_port for one in served)), strict=True))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(  # which takes our http for the https that it stands for
            executable_path=os.environ.get("REKEY_CHROMIUM", "/usr/bin/chromium"),
            args=["--no-sandbox", f"--host-resolver-rules={rules}, MAP * ~NOTFOUND",
                  f"--unsafely-treat-insecure-origin-as-secure={PUBLIC_URL},{SHOP},{STRANGER}"])
        yield browser
        browser.close()
    for one in served:
        one.shutdown()
        one.server_close()
    assert set(Files.referrers) <= {None}


class Person:
    """Somebody at the example, by the keyboard; remembers what was asked of the network and what went wrong."""

    def __init__(self, page):
        self.page, self.requests, self.complaints, self.refusals = page, [], [], set()
        page.set_default_timeout(20_000)
        page.on("request", lambda request: self.requests.append(request))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        # Aborted is what was under way when the person left the page.
        page.on("requestfailed", lambda request: self.complaints.append(f"{request.method} {request.url} {request.failure}")
                if request.failure != "net::ERR_ABORTED" else None)
        page.on("console", lambda message: self.complaints.append(message.text) if message.type in ("error", "warning") else None)

    def opens(self, url=SHOP + "/"):
        self.page.goto(url)

    def follows(self, link):
        self.page.get_by_role("link", name=link).locator("visible=true").focus()
        self.page.keyboard.press("Enter")

    def sends(self, form, **typed):
        for name, value in typed.items():
            self.page.fill(f"form[name={form}] [name={name}]", value)
        self.page.locator(f"form[name={form}]:visible > button").press("Enter")

    def reads(self, *words):
        for one in words:
            expect(self.page.locator("main")).to_contain_text(one, use_inner_text=True, timeout=20_000)

    def is_told(self, form, words):
        expect(self.page.locator(f"form[name={form}] .problem")).to_contain_text(words, timeout=20_000)

    def signs_in(self, login=ANN, password=PASSWORD):
        self.sends("sign-in", login=login, password=password)
        self.reads("Your account", login, "Here")

    def comes_back(self):
        """From another tab; Chromium without a screen does not say so by itself."""
        self.page.evaluate("document.dispatchEvent(new Event('visibilitychange', {bubbles: true}))")

    def sent(self, method, path):
        return [request for request in self.requests if (request.method, request.url) == (method, PUBLIC_URL + path)]

    def sees_refusals(self, *statuses):
        """The browser writes these into its console by itself."""
        self.refusals |= {f"Failed to load resource: the server responded with a status of {status}" for status in statuses}


@pytest.fixture
def ann(rekey, chromium):
    rekey.has_app("shop", origins=[SHOP], reset_url=SHOP + "/", sender="The Shop")
    person = Person(chromium.new_context().new_page())
    yield person
    assert [words for words in person.complaints if not any(words.startswith(refusal) for refusal in person.refusals)] == []
    for request in person.requests:
        assert request.url.startswith((SHOP + "/", PUBLIC_URL + "/", "data:")), request.url
        assert "cookie" not in request.headers
    assert person.page.evaluate("[document.cookie, localStorage.length, sessionStorage.length]") == ["", 0, 0]


def test_a_person_signs_up_verifies_signs_in_changes_and_recovers_through_the_apps_own_page(rekey, ann):
    ann.opens()
    ann.follows("Sign up")
    ann.sends("sign-up", email=ANN, username="ann", password=PASSWORD)
    ann.reads("Look into your mailbox", ANN)
    mail = rekey.mail_to(ANN)
    assert ann.page.inner_text("#signed-up .reference") in text_of(mail)

    link = link_in(mail)
    assert link.startswith(f"{PUBLIC_URL}/verify?token=")
    ann.opens(link)
    ann.page.fill("input[name=address]", ANN)
    ann.page.keyboard.press("Enter")
    ann.page.wait_for_url(lambda url: "token" not in url)
    ann.reads("confirmed")

    ann.opens()
    ann.signs_in()
    ann.sends("password", old=PASSWORD, new=NEW_PASSWORD)
    ann.reads("Your password is changed.")
    rekey.mail_to(ANN)
    ann.sends("sign-out")
    ann.reads("You are signed out.")
    assert not rekey.can_log_in(ANN, PASSWORD) and rekey.can_log_in(ANN, NEW_PASSWORD)

    ann.follows("Forgot your password?")
    ann.sends("forgot", email=ANN)
    ann.reads("a mail is on its way")
    link = link_in(rekey.mail_to(ANN))
    assert link.startswith(SHOP) and "?token=" in link
    token = link.partition("token=")[2]
    ann.opens(link)
    ann.reads("Choose a new password")
    expect(ann.page.locator("#new-password h1")).to_be_focused()
    assert ann.page.url == f"{SHOP}/#/new-password" and not ann.page.is_visible("[name=code]")
    ann.sends("new-password", new=OTHER)
    ann.reads("Your new password is saved")
    ann.signs_in("ann@example.org", OTHER)
    assert not rekey.can_log_in(ANN, NEW_PASSWORD)

    for _ in range(4):  # nor does the way back lead to it
        ann.page.go_back()
        assert token not in ann.page.url
    assert not [request for request in ann.requests if token in request.url and request.resource_type != "document"]
    assert not [request for request in ann.requests if token in str(request.headers)]


def test_a_mailed_code_is_typed_instead(rekey, ann):
    rekey.has_account(ANN)
    ann.opens(SHOP + "/#/forgot")
    ann.sends("forgot", email=ANN)
    ann.reads("type its code here")
    mail = text_of(rekey.mail_to(ANN))
    code, = re.findall(r"^\s*([0-9A-Z]{4}-[0-9A-Z]{4})\s*$", mail, re.M)
    assert ann.page.input_value("[name=reference]") in mail
    ann.sees_refusals(422)
    ann.sends("new-password", code=code.lower(), new="short")
    ann.is_told("new-password", "too short")
    ann.sends("new-password", new=NEW_PASSWORD)
    ann.reads("Your new password is saved")
    ann.signs_in(ANN, NEW_PASSWORD)


def test_an_access_token_that_is_over_is_renewed_once_for_all_who_wait(rekey, ann):
    rekey.has_account(ANN)
    ann.page.clock.install()
    ann.opens()
    ann.signs_in()
    first = ann.sent("GET", "/api/v1/account")[-1].headers["authorization"]
    ann.page.clock.fast_forward("15:00")
    with ann.page.expect_response(PUBLIC_URL + "/api/v1/account"), ann.page.expect_response(PUBLIC_URL + "/api/v1/sessions"):
        ann.comes_back()
    ann.sends("password", old=PASSWORD, new=NEW_PASSWORD)
    ann.reads("Your password is changed.")
    assert len(ann.sent("POST", "/api/v1/sessions/refresh")) == 1
    assert first not in {ann.sent("GET", "/api/v1/account")[-1].headers["authorization"], ann.sent("PUT", "/api/v1/account/password")[0].headers["authorization"]}


def test_an_address_changes_when_the_mail_to_the_new_one_was_opened(rekey, ann):
    rekey.has_account(ANN)
    ann.opens()
    ann.signs_in()
    ann.sends("email", email=NEW, password=PASSWORD)
    ann.reads(f"We have sent a mail to {NEW}.")
    expect(ann.page.locator("dd.email")).to_have_text(ANN)
    other = ann.page.context.new_page()
    other.goto(link_in(rekey.mail_to(NEW)))
    other.fill("input[name=address]", NEW)
    other.keyboard.press("Enter")
    expect(other.locator("main")).to_contain_text("Your address is changed")
    other.close()
    ann.comes_back()
    expect(ann.page.locator("dd.email")).to_have_text(NEW)


def test_a_person_ends_sessions_elsewhere_and_is_ended_from_there(rekey, ann):
    rekey.has_account(ANN)
    telephone, desk, car = (rekey.session_of(ANN, headers={"User-Agent": name}) for name in ("Telephone/1.0", "Desk/2.0", "Car/3.0"))
    ann.opens()
    ann.signs_in()
    ann.page.locator("li", has_text="Telephone/1.0").get_by_role("button").press("Enter")
    expect(ann.page.locator("#account li")).to_have_count(3)
    assert not rekey.session_lives(telephone) and rekey.session_lives(desk)
    ann.sends("sessions")
    expect(ann.page.locator("#account li")).to_have_count(1)
    assert not rekey.session_lives(desk) and not rekey.session_lives(car)

    elsewhere = rekey.session_of(ANN)
    assert rekey.delete("/api/v1/sessions", bearer=elsewhere).status == 204
    ann.sees_refusals(401)
    ann.sends("password", old=PASSWORD, new=NEW_PASSWORD)
    ann.reads("Your session has ended. Please sign in again.")
    assert rekey.can_log_in(ANN, PASSWORD)


def test_refusals_are_told_at_the_form_in_words_and_at_the_input(rekey, ann):
    rekey.has_account(ANN, username="ann")
    ann.sees_refusals(400, 401, 403, 409, 410, 422)
    ann.opens()
    ann.sends("sign-in", login=ANN, password="wrong")
    ann.is_told("sign-in", "The login or the password is wrong.")
    ann.follows("Sign up")
    ann.sends("sign-up", email=NEW, username="ann", password=PASSWORD)
    ann.is_told("sign-up", "Somebody has this username already.")
    ann.sends("sign-up", username=" x")
    ann.is_told("sign-up", "This cannot be a username.")  # Rekey's own words, as the page has none
    expect(ann.page.locator("form[name=sign-up] [name=username]")).to_have_attribute("aria-invalid", "true")
    ann.sends("sign-up", username="", password="short")
    ann.is_told("sign-up", "This password is too short.")
    expect(ann.page.locator("form[name=sign-up] [name=password]")).to_be_focused()
    expect(ann.page.locator("form[name=sign-up] [aria-invalid]")).to_have_count(1)
    ann.opens(SHOP + "/?token=spent")
    ann.sends("new-password", new=NEW_PASSWORD)
    ann.is_told("new-password", "Please ask for another mail.")
    ann.opens(SHOP + "/")
    ann.signs_in()
    ann.sends("password", old="wrong", new=NEW_PASSWORD)
    ann.is_told("password", "This is not your current password.")
    ann.sends("password", old=PASSWORD, new=PASSWORD)
    ann.is_told("password", "This is the password that you have already.")
    rekey.gets_no_mail()


@pytest.mark.parametrize("rekey", [{"limits.failures_per_login": "2/15m"}], indirect=True, ids=["limited"])
def test_who_was_wrong_too_often_is_told_how_long_to_wait(rekey, ann):
    rekey.has_account(ANN)
    ann.sees_refusals(401, 429)
    ann.opens()
    for _ in range(2):
        ann.sends("sign-in", login=ANN, password="wrong")
        ann.is_told("sign-in", "The login or the password is wrong.")
    ann.sends("sign-in")
    expect(ann.page.locator("form[name=sign-in] .problem")).to_have_text(re.compile(r"Please try again in \d+ seconds\."))


def test_a_page_of_another_origin_gets_nothing(rekey, chromium):
    rekey.has_app("shop", origins=[SHOP], reset_url=SHOP + "/")
    rekey.has_account(ANN)
    eve = Person(chromium.new_context().new_page())
    eve.opens(STRANGER + "/")
    eve.sends("sign-in", login=ANN, password=PASSWORD)
    eve.is_told("sign-in", "We cannot reach our service.")
    assert any("blocked by CORS policy" in words for words in eve.complaints), eve.complaints
    eve.opens(STRANGER + "/#/forgot")
    eve.sends("forgot", email=ANN)
    eve.is_told("forgot", "We cannot reach our service.")
    rekey.gets_no_mail()
    assert not [row for row in rekey.command_json("audit", "list") if row["event"] == "account_log_in"]


def test_the_page_is_of_use_on_a_small_telephone_and_by_the_keyboard(rekey, ann):
    rekey.has_account(ANN)
    ann.page.set_viewport_size({"width": 320, "height": 568})
    ann.opens()
    for view in ("sign-in", "sign-up", "forgot", "new-password", "account"):
        if view == "account":
            ann.opens()
            ann.signs_in()
        else:
            ann.opens(f"{SHOP}/#/{view}")
        expect(ann.page.locator(f"#{view} h1")).to_be_focused()
        assert ann.page.evaluate("document.documentElement.scrollWidth") <= 320, view
        small = ann.page.evaluate("""[...document.querySelectorAll("input, button, a")].filter(e => e.checkVisibility() && e.type !== "checkbox")
            .filter(e => e.getBoundingClientRect().height < 40 || (e.matches("input") && (!e.labels.length || parseFloat(getComputedStyle(e).fontSize) < 16)))
            .map(e => e.outerHTML)""")
        assert not small, small


def test_the_commands_of_its_readme_are_taken_as_they_are_written(rekey):
    rekey.has_app("demo")
    readme = (FOLDER / "README.md").read_text().replace("\\\n", " ")
    commands = re.findall(r"^ {4,}(?:build/)?rekey (app .*)$", readme, re.M)
    assert len(commands) == 3
    for command in commands:
        rekey.command(*shlex.split(command.replace("--set database.url=sqlite:var/rekey.db", "")))
    demo, shop = (rekey.command_json("app", "show", name) for name in ("demo", "shop"))
    assert (demo["origins"], demo["reset_url"]) == (["http://127.0.0.1:3000"], "http://127.0.0.1:3000")
    assert (shop["origins"], shop["reset_url"], shop["sender"]) == (["https://shop.example"], "https://shop.example", "The Shop")
