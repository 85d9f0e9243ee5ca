# SPDX-License-Identifier: Apache-2.0
"""The life of an account in Chromium, with scripts, without them, and by the keyboard alone: signing up, confirming,
signing in, changing the password, ending a session, changing the address, deleting it all."""

import os
import re
import urllib.parse

import pytest
from playwright.sync_api import expect, sync_playwright
from server import NEW_PASSWORD, NO_LIMITS, PASSWORD, link_in, path_of

SETTINGS = NO_LIMITS
pytestmark = pytest.mark.sqlite
ANN, NEW = "ann@example.org", "new@example.net"


@pytest.fixture
def chromium(rekey):
    """By the server's own address: Chromium keeps __Host- cookies of this machine, and of what has TLS."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("REKEY_CHROMIUM", "/usr/bin/chromium"),
            args=["--no-sandbox", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"])
        yield browser
        browser.close()


class Tab:
    def __init__(self, rekey, chromium, **options):
        self.url = rekey.url
        self.context = chromium.new_context(**options)
        self.page = self.context.new_page()
        self.page.set_default_timeout(20_000)
        self.complaints, self.hosts = [], set()
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", lambda message: self.complaints.append(message.text) if "Content Security" in message.text else None)
        self.page.on("request", lambda request: self.hosts.add(urllib.parse.urlsplit(request.url).netloc))

    def opens(self, path):
        self.page.goto(self.url + path)

    def section(self, heading):
        return self.page.get_by_role("region", name=heading, exact=True)

    def reads(self, words):
        expect(self.page.locator("main")).to_contain_text(words)

    def is_at(self, path):
        expect(self.page).to_have_url(re.compile(re.escape(self.url + path) + r"([?#].*)?$"))

    def is_well(self):
        assert not self.complaints and self.hosts == {urllib.parse.urlsplit(self.url).netloc}, (self.complaints, self.hosts)


def signs_in(tab, login, password):
    tab.opens("/sign-in")
    tab.page.get_by_label("E-mail address or username").fill(login)
    tab.page.get_by_label("Password", exact=True).fill(password)
    tab.page.get_by_role("button", name="Sign in").click()


def follows(tab, rekey, address):
    """Opens the mailed link, and types the address that it asks for."""
    tab.opens(path_of(link_in(rekey.mail_to(address))))
    tab.page.get_by_label("E-mail address").fill(address)
    tab.page.locator("main button[type=submit]").click()


def test_the_life_of_an_account(rekey, chromium):
    rekey.has_app()
    for javascript in (True, False):
        tab, phone = Tab(rekey, chromium, java_script_enabled=javascript), Tab(rekey, chromium, java_script_enabled=javascript)
        tab.opens("/")
        tab.page.get_by_role("link", name="Create an account").click()
        tab.page.get_by_label("E-mail address").fill(ANN)
        tab.page.get_by_label("Name").fill("Ann Example")
        tab.page.get_by_label("Password", exact=True).fill(PASSWORD)
        tab.page.get_by_role("button", name="Create my account").click()
        tab.reads("mail to")
        follows(tab, rekey, ANN)
        tab.reads("Your address is confirmed")
        tab.page.get_by_role("link", name="Sign in").click()
        tab.is_at("/sign-in")

        signs_in(tab, ANN, "not the password")
        tab.reads("is wrong")
        expect(tab.page.locator("#problem")).to_be_focused()
        expect(tab.page.get_by_label("E-mail address or username")).to_have_value(ANN)
        signs_in(tab, ANN, PASSWORD)
        tab.is_at("/account")
        tab.reads(ANN)
        cookie, = [cookie for cookie in tab.context.cookies() if cookie["name"].startswith("__Host-")]
        assert cookie["secure"] and cookie["httpOnly"] and cookie["sameSite"] == "Lax" and cookie["path"] == "/"

        signs_in(phone, ANN, PASSWORD)
        phone.is_at("/account")
        tab.opens("/account")
        devices = tab.section("Where you are signed in")
        expect(devices.get_by_role("listitem")).to_have_count(2)
        devices.get_by_role("button", name="Sign it out").click()
        tab.reads("That device is signed out")
        phone.opens("/account")
        phone.is_at("/sign-in")

        signs_in(phone, ANN, PASSWORD)
        password = tab.section("Password")
        password.get_by_label("Current password").fill(PASSWORD)
        password.get_by_label("New password", exact=True).fill(NEW_PASSWORD)
        password.locator("#confirm").fill(NEW_PASSWORD)
        password.get_by_role("button", name="Change the password").click()
        tab.reads("Your password is changed")
        phone.opens("/account")
        phone.is_at("/sign-in")
        rekey.mail_to(ANN)

        address = tab.section("E-mail address")
        address.get_by_label("New e-mail address").fill(NEW)
        address.get_by_label("Current password").fill(NEW_PASSWORD)
        address.get_by_role("button", name="Change the address").click()
        tab.reads("mailbox of the new address")
        follows(tab, rekey, NEW)
        tab.reads("Your address is changed")
        rekey.mail_to(ANN)
        tab.opens("/account")
        tab.reads(f"You are signed in as {NEW}")

        deletion = tab.section("Delete the account")
        deletion.get_by_label("Current password").fill(NEW_PASSWORD)
        deletion.get_by_label("Yes, delete").check()
        deletion.get_by_role("button", name="Delete my account").click()
        tab.reads("Your account is deleted")
        assert not [cookie for cookie in tab.context.cookies() if cookie["name"].startswith("__Host-")]
        signs_in(tab, NEW, NEW_PASSWORD)
        tab.reads("is wrong")
        tab.is_well(), phone.is_well()
        tab.context.close(), phone.context.close()


def goes_to(page, element, presses=60):
    """By Tab alone, and sees where they are."""
    for _ in range(presses):
        if element.evaluate("element => element === document.activeElement"):
            seen = element.evaluate("element => { const style = getComputedStyle(element); return [style.outlineStyle, style.outlineWidth]; }")
            assert seen[0] != "none" and seen[1] != "0px", seen
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"no Tab leads to {element}")


def test_the_account_by_the_keyboard_alone(rekey, chromium):
    rekey.has_account(ANN, username="ann")
    tab = Tab(rekey, chromium)
    page = tab.page

    def types(label, words):
        goes_to(page, label)
        page.keyboard.type(words)

    def presses(name, within=page):
        goes_to(page, within.get_by_role("button", name=name, exact=True))
        page.keyboard.press("Enter")

    tab.opens("/sign-in")
    types(page.get_by_label("E-mail address or username"), "ann")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    tab.is_at("/account")

    password = tab.section("Password")
    types(password.get_by_label("Current password"), PASSWORD)
    types(password.get_by_label("New password", exact=True), NEW_PASSWORD)
    types(password.locator("#confirm"), "something else")
    presses("Change the password")
    expect(page.locator("#problem")).to_be_focused()  # the next Tab leads from the words to the field
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#confirm")).to_be_focused()

    tab.opens("/account")
    profile = tab.section("About you")
    types(profile.get_by_label("Name", exact=True), "Ann")
    presses("Save")
    tab.reads("Your changes are saved")
    deletion = tab.section("Delete the account")
    types(deletion.get_by_label("Current password"), PASSWORD)
    goes_to(page, deletion.get_by_label("Yes, delete"))
    page.keyboard.press("Space")
    presses("Delete my account")
    tab.reads("Your account is deleted")
    tab.is_well()
