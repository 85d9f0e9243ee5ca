# SPDX-License-Identifier: Apache-2.0
"""What the password managers of Chromium, Safari and Firefox look for in a form, on every form that has to do with a password.

Chromium: autocomplete tokens, a username field in every form, ids and names that stay, a POST that leads to another page. Safari:
passwordrules, one-time-code. Firefox: a text or e-mail field before the password. All of them: the well-known address; and that nobody
is kept from pasting."""

import pytest
from server import PASSWORD, PUBLIC_URL, link_in, token_in

pytestmark = pytest.mark.sqlite

ANN = "ann@example.org"
SAME_ORIGIN = {"Origin": PUBLIC_URL, "Sec-Fetch-Site": "same-origin"}

# Each form: the path that it is on, what its action ends with, and (id, name, type, autocomplete) of its fields in their order.
FORMS = {
    "sign in": ("/sign-in", "sign-in", [
        ("login", "login", "text", "username"), ("password", "password", "password", "current-password")]),
    "sign up": ("/sign-up", "sign-up", [
        ("email", "email", "email", "username"), ("name", "name", "text", "name"), ("new-password", "password", "password", "new-password")]),
    "ask for a link": ("/password-reset", "password-reset", [
        ("email", "email", "email", "username")]),
    "a new password by a link": ("reset", "password-reset", [
        ("username", None, "text", "username"), ("new", "new", "password", "new-password"), ("confirm", "confirm", "password", "new-password")]),
    "a new password by a code": ("/password-reset/code", "password-reset/code", [
        ("email", "email", "email", "username"), ("reference", "reference", "text", "off"), ("code", "code", "text", "one-time-code"),
        ("new", "new", "password", "new-password"), ("confirm", "confirm", "password", "new-password")]),
    "have a password made": ("confirm", "password-reset/confirm", [
        ("username", "username", "text", "username")]),
    "confirm an address": ("verify", "verify", [
        ("address", "address", "email", "email")]),
    "it was not me": ("not me", "verify/not-me", [
        ("address", "address", "email", "username"), ("old", "old", "password", "current-password")]),
    "change the password": ("account", "account/password", [
        ("password-login", None, "text", "username"), ("old", "old", "password", "current-password"),
        ("new", "new", "password", "new-password"), ("confirm", "confirm", "password", "new-password")]),
    "change the address": ("account", "account/email", [
        (None, None, "text", "username"), ("email", "email", "email", "email"), ("email-password", "password", "password", "current-password")]),
    "delete the account": ("account", "account/delete", [
        (None, None, "text", "username"), ("delete-password", "password", "password", "current-password"), ("sure", "sure", "checkbox", None)]),
}


class Form:
    def __init__(self, attributes):
        self.attributes, self.fields, self.buttons = attributes, [], []


def action_of(form):
    return form.attributes["action"].replace("../", "").partition("?")[0]


def forms_of(page):
    """The forms of a page with their fields and buttons; and the labels and ids of all of it."""
    forms, labels, ids = [], set(), []
    for tag, attributes in page.tags:
        if "id" in attributes:
            ids.append(attributes["id"])
        if tag == "form":
            forms.append(Form(attributes))
        elif tag == "label":
            labels.add(attributes.get("for"))
        elif tag in ("input", "select") and attributes.get("type") != "hidden" and forms:
            forms[-1].fields.append(attributes)
        elif tag == "button" and forms:
            forms[-1].buttons.append(attributes)
    return forms, labels, ids


@pytest.fixture
def pages(rekey):
    """Every page of FORMS, by its path or its word."""
    app = rekey.has_app("default", dialects=["account", "backtory"], password_min_length="12")
    rekey.has_account(ANN, username="ann", app="default")
    rekey.has_account("cleo@example.org", username="cleo", app="default")
    assert rekey.post("/auth/forgot-password", query={"username": "cleo"}, headers=rekey.backtory_headers(app)).status == 200
    made = link_in(rekey.mail_to("cleo@example.org"))
    assert rekey.post("/api/v1/accounts", email="bob@example.org", password="a password of bob").status == 202
    verify = link_in(rekey.mail_to("bob@example.org"))
    session = rekey.session_of("ann")
    assert rekey.put("/api/v1/account/email", email="new@example.org", password=PASSWORD, bearer=session).status == 202
    assert rekey.put("/api/v1/account/email", token=token_in(rekey.mail_to("new@example.org"))).status == 204
    not_me = link_in(rekey.mail_to(ANN))
    signed_in = rekey.post("/sign-in", form={"login": "ann", "password": PASSWORD}, headers=SAME_ORIGIN, host="rekey.example")
    assert signed_in.status == 303
    cookie = signed_in.headers.get("Set-Cookie").partition(";")[0]
    by_mail = {"confirm": made, "verify": verify, "not me": not_me}
    found = {path: rekey.get(path) for path, _, _ in FORMS.values() if path.startswith("/")}
    found.update({word: rekey.open_link(link) for word, link in by_mail.items()})
    found["account"] = rekey.get("/account", headers={"Cookie": cookie}, host="rekey.example")
    rekey.asks_for_reset("new@example.org")
    found["reset"] = rekey.open_link(link_in(rekey.mail_to("new@example.org")))
    assert {answer.status for answer in found.values()} == {200}, {word: answer.status for word, answer in found.items()}
    return {word: answer.page for word, answer in found.items()}


def test_every_form_has_what_password_managers_look_for(pages):
    for name, (word, action, wanted) in FORMS.items():
        forms, labels, ids = forms_of(pages[word])
        assert len(ids) == len(set(ids)), name
        form = next(form for form in forms if action_of(form) == action)
        assert form.attributes["method"] == "post" and form.attributes.get("autocomplete") != "off", name
        fields = [(field.get("id"), field.get("name"), field.get("type"), field.get("autocomplete")) for field in form.fields]
        assert fields == wanted, name
        assert any(button.get("type") == "submit" for button in form.buttons), name
        passwords = [field for field in form.fields if field["type"] == "password"]
        kinds = [field.get("autocomplete") for field in form.fields]
        if passwords:  # the name comes before the first password, as text that can be read
            assert kinds.index("username") < form.fields.index(passwords[0]), name
            assert form.fields[kinds.index("username")]["type"] in ("text", "email"), name
            shows = next(button["data-shows"].split() for button in form.buttons if "data-shows" in button)
            assert shows == [field["id"] for field in passwords], name
        for field in passwords:
            assert "maxlength" not in field and "readonly" not in field and "disabled" not in field and "pattern" not in field, (name, field)
            if field["autocomplete"] == "new-password":
                assert (field["minlength"], field["passwordrules"]) == ("12", "minlength: 12;") and "required" in field, (name, field)
            else:
                assert "minlength" not in field, (name, field)  # an old one may be shorter than is asked for now
        for field in form.fields:
            assert not [key for key in field if key.startswith("on")], (name, field)
            assert field.get("id") in labels or "hidden" in field, (name, field)
            assert all(id in ids for id in field.get("aria-describedby", "").split()), (name, field)


def test_no_form_with_a_password_is_missing_above(pages):
    told = {(word, action) for word, action, _ in FORMS.values()}
    for word, page in pages.items():
        for form in forms_of(page)[0]:
            action = action_of(form)
            assert (word, action) in told or not [field for field in form.fields if field.get("type") == "password"], (word, action)


def test_the_name_of_a_known_person_stands_in_the_form(pages):
    """So that the new password is kept beside the old one."""
    for word, action, name in (("reset", "password-reset", "new@example.org"), ("account", "account/password", "new@example.org"),
                               ("account", "account/email", "new@example.org"), ("account", "account/delete", "new@example.org")):
        form = next(form for form in forms_of(pages[word])[0] if action_of(form) == action)
        field = next(field for field in form.fields if field.get("autocomplete") == "username")
        assert (field["value"], "readonly" in field) == (name, True), (word, action)
