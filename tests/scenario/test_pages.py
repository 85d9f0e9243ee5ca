# SPDX-License-Identifier: Apache-2.0
"""The hosted pages, as Chromium sees them with and without JavaScript, and as a scanner does."""

import json
import re
import urllib.parse

import pytest
from server import NEW_PASSWORD, PASSWORD, PUBLIC_URL, has_reset_link, link_in, path_of

with_and_without_javascript = pytest.mark.parametrize("javascript", [True, False], ids=["js", "no-js"])


class Tab:
    """A tab that remembers what it asked of the network and what went wrong in it."""

    def __init__(self, browser, javascript):
        self.context = browser.new_context(java_script_enabled=javascript)
        self.page = self.context.new_page()
        self.page.set_default_timeout(20_000)
        self.requests, self.complaints = [], []
        self.page.on("request", lambda request: self.requests.append((request.method, request.url, request.post_data, request.headers)))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", lambda message: self.complaints.append(message.text) if "Content Security" in message.text else None)

    def opens(self, url):
        return self.page.goto(url)

    def says(self):
        return self.page.inner_text("body")

    def fills(self, **values):
        for name, value in values.items():
            self.page.fill(f"input[name={name}]", value)

    def presses(self):
        self.page.locator("form").filter(has=self.page.locator("input[name]")).locator(
            "button:not([type=button]), input[type=submit]").first.click()

    # The words of the page after something has changed them.
    def waits_for_new_words(self, old):
        self.page.wait_for_function("old => document.body && document.body.innerText !== old", arg=old) \
            if self.has_javascript() else self.page.wait_for_load_state("load")
        return self.says()

    def has_javascript(self):
        try:
            return self.page.evaluate("1") == 1 and self.javascript
        except Exception:
            return False

    def sent(self, *methods):
        return [request for request in self.requests if request[0] in methods]


@pytest.fixture
def tab(browser):
    made = []

    def make(javascript=True):
        made.append(Tab(browser, javascript))
        made[-1].javascript = javascript
        return made[-1]

    yield make
    for one in made:
        assert not one.complaints, one.complaints
        for method, url, _, _ in one.requests:
            assert url.startswith((PUBLIC_URL + "/", "data:")), (method, url)


@with_and_without_javascript
def test_a_person_asks_for_a_reset_and_chooses_a_password(rekey, tab, javascript):
    rekey.has_account("ann@example.org")
    ours = tab(javascript)
    ours.opens(f"{PUBLIC_URL}/password-reset")
    before = ours.says()
    ours.fills(email="ann@example.org")
    ours.presses()
    words = ours.waits_for_new_words(before)
    assert re.search(r"[0-9A-Z]{4}-[0-9A-Z]{4}", words)  # the reference, to tell mails apart
    link = link_in(rekey.mail_to("ann@example.org"))
    assert link.startswith(f"{PUBLIC_URL}/password-reset?token=")
    ours.opens(link)
    before = ours.says()
    ours.fills(new=NEW_PASSWORD, confirm=NEW_PASSWORD)
    ours.presses()
    ours.waits_for_new_words(before)
    assert not has_reset_link(rekey.mail_to("ann@example.org"))  # the notice: it is done
    assert rekey.can_log_in("ann@example.org", NEW_PASSWORD) and not rekey.can_log_in("ann@example.org", PASSWORD)
    assert NEW_PASSWORD not in ours.page.url and NEW_PASSWORD not in ours.page.content()


def test_with_javascript_the_form_is_put_without_the_confirmation(rekey, tab):
    rekey.has_account("ann@example.org")
    rekey.asks_for_reset("ann@example.org")
    link = link_in(rekey.mail_to("ann@example.org"))
    ours = tab()
    ours.opens(link)
    before = ours.says()
    ours.fills(new=NEW_PASSWORD, confirm=NEW_PASSWORD)
    ours.presses()
    ours.waits_for_new_words(before)
    # How good a password is was asked while it was typed.
    (method, url, body, headers), = [sent for sent in ours.sent("PUT", "POST") if not sent[1].endswith("/password-strength")]
    assert method == "PUT" and url == f"{PUBLIC_URL}/api/v1/account/password"
    assert json.loads(body) == {"token": link.partition("token=")[2], "new": NEW_PASSWORD}
    assert headers["content-type"].startswith("application/json") and "token" not in headers.get("referer", "")


def test_without_javascript_the_form_is_posted(rekey, tab):
    rekey.has_account("ann@example.org")
    rekey.asks_for_reset("ann@example.org")
    ours = tab(javascript=False)
    ours.opens(link_in(rekey.mail_to("ann@example.org")))
    ours.fills(new=NEW_PASSWORD, confirm=NEW_PASSWORD)
    ours.presses()
    ours.page.wait_for_load_state("load")
    (method, url, body, headers), = ours.sent("PUT", "POST")
    assert method == "POST" and urllib.parse.urlsplit(url).path == "/password-reset"
    assert "token" not in headers.get("referer", "") and NEW_PASSWORD not in url
    assert urllib.parse.parse_qs(body)["new"] == [NEW_PASSWORD]
    assert rekey.can_log_in("ann@example.org", NEW_PASSWORD)


@with_and_without_javascript
def test_two_different_passwords_are_told_and_spend_nothing(rekey, tab, javascript):
    rekey.has_account("ann@example.org")
    rekey.asks_for_reset("ann@example.org")
    link = link_in(rekey.mail_to("ann@example.org"))
    ours = tab(javascript)
    ours.opens(link)
    before = ours.says()
    ours.fills(new=NEW_PASSWORD, confirm=NEW_PASSWORD + "!")
    ours.presses()
    told = ours.waits_for_new_words(before)
    assert told != before
    if javascript:
        assert not [sent for sent in ours.sent("PUT", "POST") if not sent[1].endswith("/password-strength")]  # checked in the page
    assert rekey.can_log_in("ann@example.org", PASSWORD) and not rekey.can_log_in("ann@example.org", NEW_PASSWORD)
    ours.fills(new=NEW_PASSWORD, confirm=NEW_PASSWORD)
    ours.presses()
    rekey.mail_to("ann@example.org")
    assert rekey.can_log_in("ann@example.org", NEW_PASSWORD)


@with_and_without_javascript
def test_a_refused_password_is_told_why_and_another_may_be_tried(rekey, tab, javascript):
    rekey.has_account("ann@example.org")
    rekey.asks_for_reset("ann@example.org")
    ours = tab(javascript)
    ours.opens(link_in(rekey.mail_to("ann@example.org")))
    before = ours.says()
    ours.fills(new=PASSWORD, confirm=PASSWORD)  # the old one: only the server knows
    ours.presses()
    told = ours.waits_for_new_words(before)
    assert told != before
    ours.fills(new=NEW_PASSWORD, confirm=NEW_PASSWORD)
    ours.presses()
    rekey.mail_to("ann@example.org")
    assert rekey.can_log_in("ann@example.org", NEW_PASSWORD)


@with_and_without_javascript
def test_opening_the_link_any_number_of_times_spends_nothing(rekey, tab, javascript):
    rekey.has_account("ann@example.org")
    rekey.asks_for_reset("ann@example.org")
    link = link_in(rekey.mail_to("ann@example.org"))
    ours = tab(javascript)
    for _ in range(4):
        assert ours.opens(link).status == 200
        ours.page.reload()
        rekey.open_link(link)
        rekey.head(path_of(link))
    assert not ours.sent("PUT", "POST")
    rekey.gets_no_mail()
    assert rekey.can_log_in("ann@example.org", PASSWORD)
    assert rekey.put_password(token=link.partition("token=")[2], new=NEW_PASSWORD).status == 204


@with_and_without_javascript
def test_a_person_confirms_a_made_password(rekey, tab, javascript):
    app = rekey.has_app("shop", dialects=["backtory"])
    rekey.has_account("ann@example.org", username="ann")
    rekey.post("/auth/forgot-password", query={"username": "ann"}, headers=rekey.backtory_headers(app))
    ours = tab(javascript)
    ours.opens(link_in(rekey.mail_to("ann@example.org")))
    before = ours.says()
    ours.fills(username="bob")
    ours.presses()
    ours.waits_for_new_words(before)
    assert ours.page.input_value("#username") == "bob"
    rekey.gets_no_mail()
    before = ours.says()
    ours.fills(username="ann")
    ours.presses()
    ours.waits_for_new_words(before)
    assert not has_reset_link(rekey.mail_to("ann@example.org"))
    assert [request for request in ours.sent("POST") if "username=ann" in (request[2] or "")]


def test_the_fields_are_what_password_managers_look_for(rekey):
    rekey.has_account("ann@example.org")
    page = rekey.get("/password-reset").page
    inputs = {attributes.get("name"): attributes for tag, attributes in page.tags if tag == "input"}
    assert inputs["email"].get("type") == "email" or "email" in inputs["email"].get("autocomplete", "")
    rekey.asks_for_reset("ann@example.org")
    page = rekey.open_link(link_in(rekey.mail_to("ann@example.org"))).page
    inputs = {attributes.get("name"): attributes for tag, attributes in page.tags if tag == "input"}
    for name in ("new", "confirm"):
        assert inputs[name]["type"] == "password" and inputs[name]["autocomplete"] == "new-password"
        assert int(inputs[name].get("maxlength") or 512) >= 512  # UTF-16 units: 256 code points may need two each
    assert inputs["token"]["type"] == "hidden"


def test_pages_carry_the_headers_that_keep_a_token_in(rekey):
    rekey.has_account("ann@example.org")
    rekey.asks_for_reset("ann@example.org")
    link = link_in(rekey.mail_to("ann@example.org"))
    form = rekey.open_link(link).page.form_with("new")
    answers = {
        "asks": rekey.get("/password-reset"),
        "form": rekey.open_link(link),
        "head": rekey.head(path_of(link)),
        "unknown": rekey.get("/password-reset?token=unknown"),
        "asked": rekey.post("/password-reset", form={"email": "ann@example.org"}),
        "refused": rekey.post("/password-reset", form={"email": "ann"}),
        "posted": rekey.submit(form, new="short", confirm="short"),
    }
    for name, answer in answers.items():
        headers = answer.headers
        policy = {words.split()[0]: words.split()[1:] for words in headers["Content-Security-Policy"].split(";") if words.split()}
        assert policy["default-src"] in (["'none'"], ["'self'"]), (name, policy)
        assert policy["frame-ancestors"] == ["'none'"] and policy["base-uri"] == ["'none'"], (name, policy)
        assert policy["form-action"] in (["'self'"], ["'none'"]), (name, policy)
        assert not any(word in " ".join(sum(policy.values(), [])) for word in ("unsafe-", "*", "http:", "data:")), (name, policy)
        assert headers["Referrer-Policy"] == "no-referrer", name
        assert "no-store" in headers["Cache-Control"], name
        assert headers["X-Content-Type-Options"] == "nosniff", name
        if name != "head" and answer.status != 303:
            assert headers["Content-Type"].lower().replace(" ", "") == "text/html;charset=utf-8", name


def test_the_fate_of_a_link_is_told_apart(rekey):
    for name in ("ann", "bob", "cem"):
        rekey.has_account(f"{name}@example.org")

    def link_of(address):
        rekey.asks_for_reset(address)
        return link_in(rekey.mail_to(address))

    expired = link_of("cem@example.org")
    rekey.tokens_expire()
    used = link_of("ann@example.org")
    assert rekey.put_password(token=used.partition("token=")[2], new=NEW_PASSWORD).status == 204
    replaced = link_of("bob@example.org")
    good = link_of("bob@example.org")
    said = {}
    for name, link in {"expired": expired, "used": used, "replaced": replaced, "unknown": f"{PUBLIC_URL}/password-reset?token=unknown"}.items():
        answer = rekey.open_link(link)
        assert answer.type == "text/html" and not [form for form in answer.page.forms if "new" in form.inputs], name
        said[name] = answer.page.says
    assert len(set(said.values())) == 4, said
    assert rekey.open_link(good).page.form_with("new")


def test_a_spent_form_posted_again_changes_nothing_and_says_so(rekey):
    rekey.has_account("ann@example.org")
    rekey.asks_for_reset("ann@example.org")
    form = rekey.open_link(link_in(rekey.mail_to("ann@example.org"))).page.form_with("new")
    rekey.submit(form, new=NEW_PASSWORD, confirm=NEW_PASSWORD)
    answer = rekey.submit(form, new="yet another password", confirm="yet another password")
    assert 400 <= answer.status < 500 and answer.type == "text/html" and answer.page.says
    assert rekey.can_log_in("ann@example.org", NEW_PASSWORD)


def test_the_page_that_asks_answers_strangers_and_members_alike(rekey):
    rekey.has_account("ann@example.org")
    said = [re.sub(r"[0-9A-Z]{4}-[0-9A-Z]{4}", "REF", rekey.post("/password-reset", form={"email": address}).page.says).replace(address, "ADDRESS")
            for address in ("ann@example.org", "eve@example.org")]
    assert said[0] == said[1]
    rekey.mail_to("ann@example.org")
    rekey.gets_no_mail()


def test_a_page_repeats_nothing_as_markup(rekey):
    rekey.has_app()
    markup = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>"
    for answer in (rekey.get("/password-reset", query={"token": markup}), rekey.get("/password-reset", query={"email": markup}),
                   rekey.get("/password-reset", query={markup: "x"}), rekey.post("/password-reset", form={"email": markup + "@example.org"}),
                   rekey.post("/password-reset", form={"token": markup, "new": NEW_PASSWORD, "confirm": NEW_PASSWORD})):
        assert "<script>alert" not in answer.text and "<img src=x" not in answer.text


def test_broken_forms_are_refused_as_pages(rekey):
    rekey.has_account("ann@example.org")
    token = rekey.reset_token("ann@example.org")
    for name, options in {
        "nothing": {"form": {}},
        "no token": {"form": {"new": NEW_PASSWORD, "confirm": NEW_PASSWORD}},
        "an empty token": {"form": {"token": "", "new": NEW_PASSWORD, "confirm": NEW_PASSWORD}},
        "no confirmation": {"form": {"token": token, "new": NEW_PASSWORD}},
        "doubled": {"form": [("token", token), ("new", NEW_PASSWORD), ("new", "something else"), ("confirm", NEW_PASSWORD)]},
        "two tokens": {"form": [("token", "x"), ("token", token), ("new", NEW_PASSWORD), ("confirm", NEW_PASSWORD)]},
        "JSON": {"json_value": {"token": token, "new": NEW_PASSWORD, "confirm": NEW_PASSWORD}},
        "text": {"body": f"token={token}&new={NEW_PASSWORD}&confirm={NEW_PASSWORD}", "type": "text/plain"},
        "bad UTF-8": {"body": f"token={token}&new=%ff%fe%fd12345&confirm=%ff%fe%fd12345", "type": "application/x-www-form-urlencoded"},
        "half an escape": {"body": f"token={token}&new=password%&confirm=password%2", "type": "application/x-www-form-urlencoded"},
        "NUL": {"form": {"token": token, "new": "password\0more", "confirm": "password\0more"}},
        "huge": {"form": {"token": token, "new": "x" * 20000, "confirm": "x" * 20000}},
    }.items():
        answer = rekey.post("/password-reset", **options)
        assert 400 <= answer.status < 500, (name, answer.status)
        assert answer.type == "text/html", name
    assert rekey.can_log_in("ann@example.org", PASSWORD)
    assert rekey.put_password(token=token, new=NEW_PASSWORD).status == 204


def test_a_form_of_another_site_is_refused(rekey):
    rekey.has_account("ann@example.org")
    token = rekey.reset_token("ann@example.org")
    form = {"token": token, "new": NEW_PASSWORD, "confirm": NEW_PASSWORD}
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "http://evil.example", "Sec-Fetch-Site": "cross-site"},
                    {"Origin": "http://evil.example"}):
        for fields in (form, {"email": "ann@example.org"}):
            answer = rekey.post("/password-reset", form=fields, headers=headers, host="rekey.example")
            assert 400 <= answer.status < 500, (headers, answer.status)
    assert rekey.can_log_in("ann@example.org", PASSWORD)
    rekey.gets_no_mail()


def test_a_password_of_any_letters_survives_the_form(rekey):
    rekey.has_account("ann@example.org")
    for new in ("گذرواژه‌ی تازه", "a+b c%41&d=e;f", " spaces around ", "🔑" * 200):
        rekey.asks_for_reset("ann@example.org")
        form = rekey.open_link(link_in(rekey.mail_to("ann@example.org"))).page.form_with("new")
        assert rekey.submit(form, new=new, confirm=new).status in (200, 303), new
        rekey.mail_to("ann@example.org")
        assert rekey.can_log_in("ann@example.org", new), new


def test_other_methods_on_a_page_are_refused(rekey):
    rekey.has_app()
    for method in ("PUT", "DELETE", "PATCH", "TRACE"):
        answer = rekey.request(method, "/password-reset")
        assert answer.status == 405 and {"GET", "POST"} <= {word.strip() for word in answer.headers["Allow"].split(",")}


def test_the_files_of_the_pages_are_typed_and_of_this_site(rekey):
    rekey.has_app()
    for tag, attributes in rekey.get("/password-reset").page.tags:
        address = attributes.get("src") or (attributes.get("href") if tag == "link" else None)
        if not address:
            continue
        assert urllib.parse.urlsplit(address).netloc == "", address
        answer = rekey.get(urllib.parse.urljoin("/password-reset", address))
        assert answer.status == 200 and answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.type in ("text/css", "text/javascript", "application/javascript", "image/svg+xml", "image/png", "image/x-icon"), address
