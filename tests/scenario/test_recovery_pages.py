# SPDX-License-Identifier: Apache-2.0
"""Getting back in without a script: asking, the link, the typed code, the way back, and what is said of what is over."""

import re
import urllib.parse

import pytest
from server import NEW_PASSWORD, PASSWORD, PUBLIC_URL, link_in

pytestmark = pytest.mark.sqlite  # the store has tests of its own

ANN = "ann@example.org"
SHOP = "https://shop.example/signed-out?from=rekey"
SAME_ORIGIN = {"Origin": PUBLIC_URL, "Sec-Fetch-Site": "same-origin"}


def text_of(mail):
    return mail.get_body(("plain",)).get_content()




def asks(rekey, address=ANN, return_to=None):
    """Asks on the page; gives the page after it."""
    page = rekey.get("/password-reset", query={"return_to": return_to} if return_to else None).page
    return rekey.submit(page.form_with("email"), email=address)


def asks_for_code(rekey, **options):
    """The code page, with what the page before has given along, and the code of the mail."""
    asked = asks(rekey, **options)
    form = asked.page.form_with("reference")
    mail = rekey.mail_to(ANN)
    while form.inputs["reference"] not in text_of(mail):  # a notice of the change before
        mail = rekey.mail_to(ANN)
    codes = [code for code in re.findall(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}\b", text_of(mail)) if code != form.inputs["reference"]]
    assert len(set(codes)) == 1, text_of(mail)
    return rekey.submit(form), codes[0], mail


def types_code(rekey, page, code, new=NEW_PASSWORD, confirm=None, **more):
    return rekey.submit(page.page.form_with("code"), at="/password-reset/code", code=code, new=new, confirm=new if confirm is None else confirm, **more)


def test_a_person_types_the_code_of_the_mail(rekey):
    rekey.has_account(ANN)
    page, code, _ = asks_for_code(rekey)
    form = page.page.form_with("code")
    assert form.inputs["email"] == ANN and form.inputs["reference"]  # not asked for twice
    persian = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")
    done = types_code(rekey, page, " " + code.lower().replace("-", " ").translate(persian) + " ")
    assert done.status == 200 and rekey.can_log_in(ANN, NEW_PASSWORD) and not rekey.can_log_in(ANN, PASSWORD)
    assert "password" not in str(done.headers.all("Set-Cookie")).lower()


def test_the_code_page_stands_for_itself(rekey):
    rekey.has_account(ANN)
    _, code, mail = asks_for_code(rekey)
    reference = rekey.sql("SELECT reference FROM outbox ORDER BY id DESC LIMIT 1")[0][0]
    assert reference in text_of(mail)
    page = rekey.get("/password-reset/code")
    assert not page.page.form_with("code").inputs["email"]
    done = types_code(rekey, page, code, email=ANN.upper(), reference=reference.lower())
    assert done.status == 200 and rekey.can_log_in(ANN, NEW_PASSWORD)


def test_what_is_wrong_is_said_at_its_field_and_what_was_typed_stands_there_but_for_the_passwords(rekey):
    rekey.has_account(ANN)
    page, code, _ = asks_for_code(rekey)
    for name, values, faulty in (
        ("a wrong code", {"code": "0000-0000"}, {"code", "reference"}),
        ("no code", {"code": ""}, {"code", "reference"}),
        ("another's address", {"email": "bob@example.org"}, {"code", "reference"}),
        ("no address", {"email": ""}, {"email"}),
        ("what is no address", {"email": "ann"}, {"email"}),
        ("two passwords", {"confirm": "another one"}, {"confirm"}),
        ("a short one", {"new": "short", "confirm": "short"}, {"new"}),
        ("an easy one", {"new": "password1", "confirm": "password1"}, {"new"}),
    ):
        typed = {"code": code, "new": NEW_PASSWORD, "confirm": NEW_PASSWORD, **values}
        answer = rekey.submit(page.page.form_with("code"), at="/password-reset/code", **typed)
        assert answer.status == 422, (name, answer.status)
        inputs = {attributes.get("id"): attributes for tag, attributes in answer.page.tags if tag == "input" and attributes.get("id")}
        assert {id for id, attributes in inputs.items() if attributes.get("aria-invalid")} == faulty, name
        assert all("error" in inputs[id]["aria-describedby"].split() for id in faulty), name
        focused = {attributes.get("id") for _, attributes in answer.page.tags if "autofocus" in attributes}
        assert focused == (faulty & {"new", "confirm"} or {"problem"}), name
        form = answer.page.form_with("code")
        assert form.inputs["code"] == typed["code"] and form.inputs["new"] == form.inputs["confirm"] == "", name
        assert NEW_PASSWORD not in answer.text, name
    assert rekey.can_log_in(ANN, PASSWORD)
    assert types_code(rekey, page, code).status == 200  # three of five guesses were wrong


def test_five_guesses_and_no_more_and_the_link_lives_on(rekey):
    rekey.has_account(ANN)
    page, code, mail = asks_for_code(rekey)
    for _ in range(5):
        assert types_code(rekey, page, "0000-0000").status == 422
    assert types_code(rekey, page, code).status in (422, 429)
    link = rekey.open_link(link_in(mail))
    assert rekey.submit(link.page.form_with("new"), new=NEW_PASSWORD, confirm=NEW_PASSWORD).status == 200


def test_what_became_of_a_code_is_told_to_who_has_it(rekey):
    rekey.has_account(ANN)
    page, code, _ = asks_for_code(rekey)
    newer, new_code, _ = asks_for_code(rekey)
    said = {"replaced": types_code(rekey, page, code)}
    rekey.sql("UPDATE token SET created_at = created_at - 601")
    said["expired"] = types_code(rekey, newer, new_code)
    rekey.sql("UPDATE token SET created_at = created_at + 601")
    assert types_code(rekey, newer, new_code).status == 200
    said["spent"] = types_code(rekey, newer, new_code, new="a third password")
    said["unknown"] = types_code(rekey, rekey.get("/password-reset/code"), new_code, email=ANN, reference="AAAA-AAAA")
    assert {name: answer.status for name, answer in said.items()} == {"replaced": 410, "expired": 410, "spent": 410, "unknown": 422}
    assert len({answer.page.says for answer in said.values()}) == 4
    for answer in said.values():
        assert any(tag == "a" and attributes["href"].endswith("password-reset") for tag, attributes in answer.page.tags)
    assert rekey.can_log_in(ANN, NEW_PASSWORD)


def test_a_person_is_led_back_to_the_app_by_a_button(rekey):
    rekey.has_app("default")
    rekey.command("app", "set", "default", f"return_urls={SHOP},http://127.0.0.1:3000")
    rekey.has_account(ANN, app="default")

    def back(answer):
        return [attributes["href"] for tag, attributes in answer.page.tags if tag == "a" and attributes.get("href", "").startswith("https:")]

    asked = asks(rekey, return_to=SHOP)
    again = next(attributes["href"] for tag, attributes in asked.page.tags if tag == "a" and "return_to" in attributes.get("href", ""))
    assert rekey.get("/" + again).page.form_with("email").inputs["return_to"] == SHOP  # "another address"
    mail = rekey.mail_to(ANN)
    assert "shop.example" not in mail.as_string() and "return_to" not in mail.as_string()
    link = rekey.open_link(link_in(mail))
    assert back(link) == [SHOP]  # in the part that the script shows at the end
    done = rekey.submit(link.page.form_with("new"), new=NEW_PASSWORD, confirm=NEW_PASSWORD)
    assert (done.status, back(done)) == (200, [SHOP]) and not done.headers.all("Location")
    dead = rekey.open_link(link_in(mail))
    assert dead.status == 410 and "return_to=https%3A%2F%2Fshop.example" in dead.text

    page, code, mail = asks_for_code(rekey, return_to=SHOP.replace("shop", "SHOP"))
    assert back(types_code(rekey, page, code, new="a third password")) == [SHOP]
    rekey.command("app", "set", "default", f"return_urls-={SHOP}")
    assert back(rekey.open_link(link_in(mail))) == []
    assert rekey.command_json("app", "show", "default")["return_urls"] == ["http://127.0.0.1:3000/"]


def test_the_switch_of_languages_keeps_the_way_back(rekey):
    rekey.has_app("default")
    rekey.command("app", "set", "default", f"return_urls={SHOP}")
    page = rekey.get("/password-reset", query={"return_to": SHOP}).page
    switched = rekey.submit(page.form_with("lang"), lang="fa")
    assert switched.status == 303
    assert rekey.get(urllib.parse.urljoin("/language", switched.headers.get("Location"))).page.form_with("email").inputs["return_to"] == SHOP


def test_who_has_to_wait_is_told_how_long(make_rekey):
    rekey = make_rekey({"limits.requests_per_network": "3/2m"}).start()
    rekey.has_app()
    answers = [rekey.post("/password-reset", form={"email": ANN}, headers={**SAME_ORIGIN, "Accept-Language": "fr"}, host="rekey.example") for _ in range(5)]
    late = answers[-1]
    assert late.status == 429 and 0 < int(late.headers.get("Retry-After")) <= 120
    assert re.search(r"\d+\s(minutes?|secondes?)", late.page.says), late.page.says


def test_a_password_is_judged_while_it_is_typed(rekey):
    rekey.has_account("anniesmith@example.org", username="zeldaquist")
    token = rekey.reset_token("anniesmith@example.org")

    def judged(password, language="en", **more):
        answer = rekey.post("/password-strength", form={"password": password, **more}, headers={**SAME_ORIGIN, "Accept-Language": language},
                            host="rekey.example")
        assert answer.status == 200 and answer.type == "application/json" and answer.headers.get("Cache-Control") == "no-store"
        return answer.body["score"], answer.body["text"]

    assert judged("password1")[0] == judged("short")[0] == judged("x" * 257)[0] == 0
    assert len({judged(word)[1] for word in ("password1", "short", "x" * 257)}) == 3
    assert "۸" in judged("short", "fa")[1]
    scores = [judged(words)[0] for words in ("a brand", "a brand new", "a brand new one", "a brand new one that nobody knows at all")]
    assert scores == sorted(scores) and scores[-1] == 4
    assert judged("zeldaquist")[0] > 0 and judged("zeldaquist", username="ZeldaQuist")[0] == 0
    assert judged("zeldaquist", token=token)[0] == 0 and judged("zeldaquist", token="A" * 43)[0] > 0
    assert rekey.put_password(token=token, new=NEW_PASSWORD).status == 204  # looked at, and not spent
    assert judged("zeldaquist", token=token)[0] > 0  # a dead one knows nobody
    assert rekey.post("/password-strength", form={"password": "x"}, headers={"Sec-Fetch-Site": "cross-site"}).status == 403
    assert "zeldaquist" not in rekey.stderr()


@pytest.mark.parametrize("path", ["/password-reset", "/password-reset/code"])
def test_a_page_of_recovery_keeps_to_itself(rekey, path):
    rekey.has_app()
    answer = rekey.get(path)
    assert answer.headers.get("Cache-Control") == "no-store" and answer.headers.get("Referrer-Policy") == "no-referrer"
    assert "frame-ancestors 'none'" in answer.headers.get("Content-Security-Policy")


def test_browsers_find_the_way_to_change_a_password(rekey):
    """W3C, "A Well-Known URL for Changing Passwords"."""
    rekey.has_app()
    answer = rekey.get("/.well-known/change-password")
    assert answer.status == 303 and answer.headers.get("Location") == PUBLIC_URL + "/password-reset"
    missing = rekey.get("/.well-known/resource-that-should-not-exist-whose-status-code-should-not-be-200")
    assert missing.status == 404 and not missing.headers.all("Location")
