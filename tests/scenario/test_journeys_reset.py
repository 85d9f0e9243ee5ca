# SPDX-License-Identifier: Apache-2.0
"""Getting back in, as a person does it in Chromium: with a script and without, in every language, and by the keyboard alone."""

import re

import pytest
from playwright.sync_api import expect
from server import NEW_PASSWORD, PASSWORD, PUBLIC_URL, link_in, text_of

pytestmark = pytest.mark.sqlite

SHOP = "https://shop.example/welcome"
LANGUAGES = {"en": "ltr", "fa": "rtl", "tr": "ltr", "bn": "ltr", "fr": "ltr", "pt": "ltr"}
NAMES = ("ann", "bob", "cleo", "dan")


def address(name):
    return f"{name}@example.org"


def code_in(mail, reference):
    codes = {code for code in re.findall(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}\b", text_of(mail).replace(link_in(mail), "")) if code != reference}
    assert len(codes) == 1, text_of(mail)
    return codes.pop()


class Person:
    """Somebody at a browser. What went wrong in it is remembered."""

    def __init__(self, browser, **options):
        self.context = browser.new_context(**options)
        self.page = self.context.new_page()
        self.page.set_default_timeout(20_000)
        self.complaints = []
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", lambda message: self.hears(message))
        self.page.on("request", lambda request: self.complaints.append(request.url) if not request.url.startswith((PUBLIC_URL + "/", "data:")) else None)

    def hears(self, message):
        """A picture for the tab, which Chromium asks for by itself, is no page's."""
        if message.type in ("error", "warning") and not message.location["url"].endswith("/favicon.ico"):
            self.complaints.append(f"{message.text} {message.location['url']}")

    def opens(self, url):
        self.page.goto(url)

    def fills(self, **values):
        for name, value in values.items():
            self.page.fill(f"main input[name={name}]", value)

    def sends(self, form="main form"):
        self.page.locator(f"{form} button[type=submit]").click()

    def heading(self):
        return self.page.inner_text("h1")

    def comes_to_another_page(self, heading):
        expect(self.page.locator("h1")).not_to_have_text(heading, timeout=20_000)

    def asks(self, name, return_to=None):
        self.opens(f"{PUBLIC_URL}/password-reset" + (f"?return_to={SHOP}" if return_to else ""))
        before = self.heading()
        self.fills(email=address(name))
        self.sends("#password-ask")
        self.comes_to_another_page(before)

    def ends(self):
        """What Chromium says of a header that is for https alone, and of a dead link's status, is no fault."""
        assert [one for one in self.complaints if "Opener-Policy" not in one and "status of 410" not in one] == []
        self.context.close()


@pytest.fixture
def house(rekey):
    """An app in two formats, with a way back, and somebody for each journey."""
    rekey.has_app("default", dialects=["account", "backtory"])
    rekey.command("app", "set", "default", f"return_urls={SHOP}", "title=The Shop")
    for name in NAMES:
        rekey.has_account(address(name), username=name, app="default")
    return rekey


@pytest.mark.parametrize("javascript", [True, False], ids=["js", "no-js"])
def test_a_person_gets_back_in_by_the_link_the_code_or_a_made_password_and_undoes_what_was_not_them(house, browser, javascript):
    person = Person(browser, java_script_enabled=javascript)
    reset_by_link(house, person, javascript)
    reset_by_code(house, person)
    made_password(house, person)
    not_me(house, person)
    person.ends()


def reset_by_link(house, person, javascript):
    person.asks("ann", return_to=SHOP)
    mail = house.mail_to(address("ann"))
    assert person.page.inner_text(".reference strong") in text_of(mail) and "shop.example" not in mail.as_string()
    person.opens(link_in(mail))
    assert ("token" in person.page.url) != javascript  # which takes it out of the address
    assert person.page.input_value("#username") == address("ann")
    before = person.heading()
    show = person.page.locator("button[data-shows]")
    assert show.is_visible() == javascript
    if javascript:
        person.page.locator("#new").press_sequentially("password1")
        expect(person.page.locator("#new-strength")).to_have_attribute("data-score", "0", timeout=20_000)
        assert person.page.inner_text("#new-strength")
        person.page.fill("#new", NEW_PASSWORD)
        expect(person.page.locator("#new-strength")).to_have_attribute("data-score", "3", timeout=20_000)
        show.click()
        assert [person.page.get_attribute(f"#{id}", "type") for id in ("new", "confirm")] == ["text", "text"]
    person.fills(new=NEW_PASSWORD, confirm=NEW_PASSWORD)
    person.sends("#password-reset")
    person.comes_to_another_page(before)
    back = person.page.locator("main a.button:visible")
    assert back.get_attribute("href") == SHOP and "The Shop" in back.inner_text()
    assert house.can_log_in("ann", NEW_PASSWORD) and not house.can_log_in("ann", PASSWORD)
    house.mail_to(address("ann"))
    person.opens(link_in(mail))
    assert "used" in person.heading()


def nothing():
    """What a journey does at each of its pages, unless it is told more."""


def reset_by_code(house, person, new=NEW_PASSWORD, look=nothing):
    person.asks("bob")
    reference = person.page.inner_text(".reference strong")
    before = person.heading()
    person.page.locator("main form button").click()
    person.comes_to_another_page(before)
    assert (person.page.input_value("#email"), person.page.input_value("#reference")) == (address("bob"), reference)
    look()
    before = person.heading()
    person.fills(code=code_in(house.mail_to(address("bob")), reference).lower(), new=new, confirm=new)
    person.sends("#password-code")
    person.comes_to_another_page(before)
    look()
    assert house.can_log_in("bob", new)
    house.mail_to(address("bob"))


def made_password(house, person, look=nothing):
    assert house.post("/auth/forgot-password", query={"username": "cleo"}, headers=house.backtory_headers(house.apps["default"])).status == 200
    person.opens(link_in(house.mail_to(address("cleo"))))
    look()
    before = person.heading()
    person.fills(username="cleo")
    person.sends()
    person.comes_to_another_page(before)
    look()
    house.mail_to(address("cleo"))
    assert not house.can_log_in("cleo", PASSWORD)


def not_me(house, person):
    session = house.session_of("dan")
    assert house.put_password(old=PASSWORD, new="chosen by a thief", bearer=session).status == 204
    person.opens(link_in(house.mail_to(address("dan"))))
    before = person.heading()
    person.fills(address=address("dan"))
    person.sends()
    person.comes_to_another_page(before)
    assert not house.session_lives(session)
    link = link_in(house.mail_to(address("dan")))  # to choose another one
    person.opens(link)
    before = person.heading()
    person.fills(new=NEW_PASSWORD, confirm=NEW_PASSWORD)
    person.sends("#password-reset")
    person.comes_to_another_page(before)
    assert house.can_log_in("dan", NEW_PASSWORD)


def test_the_journeys_speak_every_language_from_end_to_end(house, browser):
    said = {}
    for number, (language, direction) in enumerate(LANGUAGES.items()):
        person = Person(browser, locale=language)
        pages = []

        def look(at_language=language, at_direction=direction, person=person, pages=pages):
            root = person.page.locator("html")
            assert (root.get_attribute("lang"), root.get_attribute("dir")) == (at_language, at_direction)
            assert person.page.evaluate("getComputedStyle(document.querySelector('main')).direction") == at_direction
            pages.append(person.page.inner_text("main"))

        person.opens(PUBLIC_URL + "/password-reset")
        look()
        person.asks("ann")
        look()
        mail = house.mail_to(address("ann"))
        person.opens(link_in(mail))
        look()
        person.page.fill("#new", "short")
        expect(person.page.locator("#new-strength")).not_to_be_empty(timeout=20_000)
        look()
        before = person.heading()
        new = f"{NEW_PASSWORD} {number}"
        person.fills(new=new, confirm=new)
        person.sends("#password-reset")
        person.comes_to_another_page(before)
        look()
        assert house.can_log_in("ann", new)
        house.mail_to(address("ann"))
        person.opens(link_in(mail))
        look()
        reset_by_code(house, person, new, look)
        made_password(house, person, look)
        person.ends()
        said[language] = pages
    for steps in zip(*said.values(), strict=True):
        assert len(set(steps)) == len(LANGUAGES), steps  # no page is the same in two


class Typist(Person):
    """Somebody without a mouse."""

    def tabs_to(self, selector):
        for _ in range(30):
            self.page.keyboard.press("Tab")
            if self.page.evaluate("selector => document.activeElement.matches(selector)", selector):
                outline = self.page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
                assert outline != "none", selector
                return
        raise AssertionError(f"no way to {selector}")

    def types(self, **words):
        for place, text in words.items():
            self.tabs_to("#" + place)
            self.page.keyboard.type(text)

    def enters(self):
        before = self.heading()
        self.page.keyboard.press("Enter")
        self.comes_to_another_page(before)

    def asks(self, name):
        self.opens(PUBLIC_URL + "/password-reset")
        self.types(email=address(name))
        self.enters()


def test_the_link_by_the_keyboard_alone(house, browser):
    person = Typist(browser)
    keyboard = person.page.keyboard
    person.asks("ann")
    person.opens(link_in(house.mail_to(address("ann"))))
    person.types(new=NEW_PASSWORD, confirm=NEW_PASSWORD + "!")
    keyboard.press("Enter")
    expect(person.page.locator("#error")).not_to_be_empty(timeout=20_000)
    assert person.page.evaluate("document.activeElement.id") == "confirm"  # where it is to be mended
    keyboard.press("Backspace")
    person.tabs_to("button[data-shows]")
    keyboard.press("Space")
    assert person.page.get_attribute("#new", "type") == "text"
    person.tabs_to("#save")
    person.enters()
    assert person.page.evaluate("document.activeElement.tagName") == "H1"  # so that it is read aloud
    assert house.can_log_in("ann", NEW_PASSWORD)
    person.ends()


def test_the_code_the_made_password_and_it_was_not_me_by_the_keyboard_alone(house, browser):
    person = Typist(browser)
    person.asks("bob")
    reference = person.page.inner_text(".reference strong")
    person.tabs_to("main form button")
    person.enters()
    person.types(code=code_in(house.mail_to(address("bob")), reference), new=NEW_PASSWORD, confirm=NEW_PASSWORD)
    person.enters()
    assert house.can_log_in("bob", NEW_PASSWORD)

    assert house.post("/auth/forgot-password", query={"username": "cleo"}, headers=house.backtory_headers(house.apps["default"])).status == 200
    person.opens(link_in(house.mail_to(address("cleo"))))
    person.types(username="cleo")
    person.enters()
    house.mail_to(address("cleo"))
    assert not house.can_log_in("cleo", PASSWORD)

    session = house.session_of("dan")
    assert house.put_password(old=PASSWORD, new="chosen by a thief", bearer=session).status == 204
    person.opens(link_in(house.mail_to(address("dan"))))
    person.types(address=address("dan"))
    person.enters()
    assert not house.session_lives(session)
    person.ends()
