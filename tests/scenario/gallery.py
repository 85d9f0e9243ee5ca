# SPDX-License-Identifier: Apache-2.0
"""Every page a person may see, and the way to it: a table for tests and screenshots. A new page is a row in PAGES."""

import urllib.parse

from playwright.sync_api import Error
from server import NEW_PASSWORD, NO_LIMITS, PASSWORD, link_in, path_of

ANN, TRIES = "ann@example.org", 3
RETURN_URL = "https://shop.example/welcome"
# What Rekey is set to: no limit, but for the one that a page tells of, and its own address, which browsers trust without TLS.
SETTINGS = {**NO_LIMITS, "limits.failures_per_login": f"{TRIES}/15m", "server.public_url": None}
NOISE = "Failed to load resource: the server responded with a status of"  # of a page whose status says what happened


class Tab:
    """One page of Chromium's, that knows what was served, what it loaded and what it complained about."""

    def __init__(self, browser, base, language, **context):
        self.base = base
        self.context = browser.new_context(locale=language, extra_http_headers={"Accept-Language": language}, **context)
        self.page = self.context.new_page()
        self.page.set_default_timeout(20_000)
        self.served, self.answer, self.requests, self.complaints = "", None, [], []
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("response", self.keep_answer)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", lambda said: self.complaints.append(said.text)
                     if said.type in ("error", "warning") and not said.text.startswith(NOISE) else None)

    def keep_answer(self, response):
        """The page itself, behind whatever led to it."""
        if response.request.is_navigation_request() and not 300 <= response.status < 400:
            self.answer = response

    def text(self):
        try:
            return self.answer.text()
        except Error:  # a page that has the browser forget everything is forgotten as well
            return self.context.request.get(self.page.url).text()

    def forgets(self):
        self.context.clear_cookies()
        self.requests.clear()
        self.complaints.clear()

    def opens(self, path):
        self.page.goto(self.base + path)
        self.served = self.text()

    def sends(self, form="main form", **values):
        """A form as it would go without a script: nothing in the page looks at it first."""
        for name, value in values.items():
            self.page.fill(f"{form} [name={name}]", value)
        with self.page.expect_navigation():
            self.page.locator(form).first.evaluate("form => HTMLFormElement.prototype.submit.call(form)")
        self.served = self.text()

    def close(self):
        self.context.close()


class Town:
    """A server with people in it; each way makes the person and the situation that it needs."""

    def __init__(self, rekey):
        self.rekey, self.people = rekey, 0
        self.app = rekey.command_json("app", "show", "demo")
        self.app = rekey.apps["demo"] = self.app[0] if isinstance(self.app, list) else self.app
        rekey.sets_app("demo", return_urls=RETURN_URL)
        rekey.has_account(ANN, username="ann", app="demo")

    def person(self):
        self.people += 1
        address = f"person{self.people}@example.org"
        self.rekey.has_account(address, username=f"person{self.people}", app="demo")
        return address

    def stranger(self):
        self.people += 1
        return f"new{self.people}@example.org"

    def signed_up(self):
        address = self.stranger()
        answer = self.rekey.post("/api/v1/accounts", email=address, password=PASSWORD)
        assert answer.status == 202, (answer.status, answer.body)
        return address

    def link(self, address):
        return path_of(link_in(self.rekey.mail_to(address)))

    def reset_link(self, address=None):
        address = address or self.person()
        self.rekey.asks_for_reset(address)
        return self.link(address)

    def named_link(self):
        address = self.person()
        answer = self.rekey.post("/auth/forgot-password", query={"username": address.partition("@")[0]},
                                 headers={"X-Backtory-Authentication-Id": self.app["id"]})
        assert answer.status < 300, (answer.status, answer.body)
        return self.link(address)

    def move_link(self):
        """Of a change of address that waits for its confirmation, and the new address."""
        address = self.person()
        new = "moved-" + address
        session = self.rekey.session_of(address)
        answer = self.rekey.put("/api/v1/account/email", email=new, password=PASSWORD, bearer=session)
        assert answer.status < 300, (answer.status, answer.body)
        return self.link(new), new

    def not_me_link(self, moved=False):
        """Of the notice about a change: of the password, or of the address."""
        if moved:
            link, new = self.move_link()
            address = new.removeprefix("moved-")
            token = urllib.parse.parse_qs(urllib.parse.urlsplit(link).query)["token"][0]
            self.rekey.post("/verify/email", form={"token": token, "address": new})
        else:
            address = self.person()
            answer = self.rekey.put_password(old=PASSWORD, new=NEW_PASSWORD, bearer=self.rekey.session_of(address))
            assert answer.status == 204, (answer.status, answer.body)
        return self.link(address), address


# ---- ways ----

def opened(path):
    return lambda tab, town: tab.opens(path)


def asks(address):
    def way(tab, town):
        tab.opens("/password-reset")
        tab.sends(email=address)
    return way


def chooses(first, second):
    def way(tab, town):
        tab.opens(town.reset_link())
        tab.sends(new=first, confirm=second)
    return way


def by_code(code=None):
    def way(tab, town):
        address = town.person()
        tab.opens("/password-reset")
        tab.sends(email=address)
        tab.sends("form[action$='password-reset/code']")
        if code:
            tab.sends("#password-code", code=code, new=NEW_PASSWORD, confirm=NEW_PASSWORD)
    return way


def types(password):
    """And is told how good it is."""
    def way(tab, town):
        tab.opens(town.reset_link())
        tab.page.locator("#new").press_sequentially(password)
        tab.page.locator(".strength:not(:empty)").wait_for()
    return way


def comes_back(tab, town):
    tab.opens("/password-reset?return_to=" + urllib.parse.quote(RETURN_URL, safe=""))
    address = town.person()
    tab.sends(email=address)
    tab.opens(town.link(address))
    tab.sends(new=NEW_PASSWORD, confirm=NEW_PASSWORD)


def spent(tab, town):
    link = town.reset_link()
    tab.opens(link)
    tab.sends(new=NEW_PASSWORD, confirm=NEW_PASSWORD)
    tab.opens(link)


def replaced(tab, town):
    address = town.person()
    link = town.reset_link(address)
    town.reset_link(address)
    tab.opens(link)


def expired(tab, town):
    link = town.reset_link()
    town.rekey.tokens_expire()
    tab.opens(link)


def named(username=None):
    def way(tab, town):
        tab.opens(town.named_link())
        if username is not None:
            tab.sends(username=username or f"person{town.people}")
    return way


def verifies(address=None):
    def way(tab, town):
        new = town.signed_up()
        tab.opens(town.link(new))
        if address is not None:
            tab.sends(address=address or new)
    return way


def moves(confirmed):
    def way(tab, town):
        link, new = town.move_link()
        tab.opens(link)
        if confirmed:
            tab.sends(address=new)
    return way


def was_not_me(confirmed=False, moved=False, **values):
    def way(tab, town):
        link, address = town.not_me_link(moved)
        tab.opens(link)
        if confirmed:
            tab.sends(address=address, **values)
    return way


def signs_in(password=PASSWORD, then=lambda tab, town: None):
    def way(tab, town):
        tab.opens("/sign-in")
        tab.sends(login=town.person(), password=password)
        then(tab, town)
    return way


def guesses(tab, town):
    address = town.person()
    for _ in range(TRIES + 1):
        tab.opens("/sign-in")
        tab.sends(login=address, password="another password")


def signs_up(address=None):
    def way(tab, town):
        tab.opens("/sign-up")
        tab.sends(email=address or town.stranger(), password=NEW_PASSWORD)
    return way


def closed(tab, town):
    town.rekey.sets_app("demo", sign_up="closed")
    tab.opens("/sign-up")
    town.rekey.sets_app("demo", sign_up="open")


def sends_of_account(what, **values):
    return signs_in(then=lambda tab, town: tab.sends(f"form[action$='account/{what}']", **values))


def has_many_sessions(tab, town):
    for _ in range(2):
        town.rekey.session_of(f"person{town.people}@example.org")
    tab.opens("/account")


def deletes(tab, town):
    tab.page.check("[name=sure]")
    tab.sends("form[action$='account/delete']", password=PASSWORD)


PAGES = {
    "home": opened("/"),
    "sign-in": opened("/sign-in"),
    "sign-in-refused": signs_in("another password"),
    "sign-in-too-often": guesses,
    "sign-up": opened("/sign-up"),
    "sign-up-refused": signs_up("nobody"),
    "signed-up": signs_up(),
    "sign-up-closed": closed,
    "account": signs_in(then=has_many_sessions),
    "account-saved": sends_of_account("profile", name="Ann"),
    "account-refused": sends_of_account("password", old="another password", new=NEW_PASSWORD, confirm=NEW_PASSWORD),
    "account-moving": sends_of_account("email", email="elsewhere@example.org", password=PASSWORD),
    "account-deleted": signs_in(then=deletes),
    "signed-out": signs_in(then=lambda tab, town: tab.sends("#sign-out")),
    "ask": opened("/password-reset"),
    "ask-refused": asks("nobody"),
    "asked": asks(ANN),
    "choose": lambda tab, town: tab.opens(town.reset_link()),
    "choose-differ": chooses(NEW_PASSWORD, "something else"),
    "choose-weak": types("password12"),
    "choose-strong": types("a brand new password of mine"),
    "code": by_code(),
    "code-refused": by_code("0000-0000"),
    "chosen": chooses(NEW_PASSWORD, NEW_PASSWORD),
    "chosen-and-back": comes_back,
    "return-refused": opened("/password-reset?return_to=https%3A%2F%2Fevil.example%2F"),
    "link-spent": spent,
    "link-replaced": replaced,
    "link-expired": expired,
    "link-unknown": opened("/password-reset?token=unknown"),
    "confirm": named(),
    "confirm-refused": named("somebody"),
    "confirmed": named(""),
    "verify": verifies(),
    "verify-refused": verifies("another@example.org"),
    "verified": verifies(""),
    "verify-unknown": opened("/verify?token=unknown"),
    "move": moves(False),
    "moved": moves(True),
    "not-me": was_not_me(),
    "not-me-moved": was_not_me(moved=True),
    "not-me-refused": was_not_me(True, moved=True, old="not the one of before"),
    "not-me-held": was_not_me(True, moved=True),
    "not-me-done": was_not_me(True),
    "nowhere": opened("/nowhere"),
}
# In development mode, and in English: for developers.
PAGES_OF_DEVELOPMENT = {
    "problem": opened("/problems/bad_credentials"),
    "mails": opened("/dev/mail"),
    "mail": lambda tab, town: (tab.opens("/dev/mail"), tab.opens(
        "/dev/" + tab.page.locator("article a").first.get_attribute("href"))),
}
