# SPDX-License-Identifier: Apache-2.0
"""Mails in the six languages: which one, what each kind says, and that nothing in them is a trap or broken."""

import json
import os
import pathlib
import re
import shutil
import subprocess
import urllib.parse

import pytest
from server import NEW_PASSWORD, NO_LIMITS, PASSWORD, link_in, recipients_of, secret_in, text_of, token_in

SETTINGS = NO_LIMITS
NODE_MODULES = pathlib.Path(os.environ.get("REKEY_NODE_MODULES") or pathlib.Path(__file__).parents[2] / "build-test/node/node_modules")
LANGUAGES = ("en", "fa", "tr", "bn", "fr", "pt")
SCRIPTS = {"fa": "[\u0600-\u06ff]", "bn": "[\u0980-\u09ff]"}
CLIPPED = 102 * 1024  # bytes of HTML, from which Gmail hides the rest
HOSTILE = ["shop.evil.example", "<a href=http://evil.example>", "ann\u200d@evil.example", "{{link}}{{code}}", "=?utf-8?q?=0aBcc:eve@evil.example?="]


@pytest.fixture
def house(make_rekey, mail_server):
    """A server that mails through the real mail server, for all three formats."""
    rekey = make_rekey({"mail.url": mail_server.url(), "mail.starttls": "required", "mail.ca_file": mail_server.ca_file}).start()
    rekey.seen_mails |= {mail["Message-ID"] for mail in mail_server.mails()}
    rekey.delivers_to(mail_server)
    rekey.app = rekey.has_app(dialects=["account", "backtory", "hacksystem"])
    return rekey


def in_language(language):
    return {"Accept-Language": f"xx, {language};q=0.8"}


def every_kind(rekey, name, language):
    """{kind: mail}, one of each that a person is mailed, asked for in a language."""
    said = in_language(language)
    ann, new, amy = (f"{who}.{name}@example.org" for who in ("ann", "new", "amy"))
    mails = {}
    rekey.post("/api/v1/accounts", email=ann, password=PASSWORD, username=f"ann-{name}", headers=said)
    mails["verify"] = rekey.mail_to(ann)
    assert rekey.put("/api/v1/account/verification", token=token_in(mails["verify"]), headers=said).status == 204
    rekey.post("/api/v1/accounts", email=ann, password=PASSWORD, headers=said)
    mails["taken"] = rekey.mail_to(ann)
    rekey.asks_for_reset(ann, headers=said)
    mails["reset"] = rekey.mail_to(ann)
    assert rekey.put_password(token=token_in(mails["reset"]), new=NEW_PASSWORD, headers=said).status == 204
    mails["changed"] = rekey.mail_to(ann)
    rekey.post("/auth/forgot-password", query={"username": f"ann-{name}"}, headers={**rekey.backtory_headers(rekey.app), **said})
    mails["confirm"] = rekey.mail_to(ann)
    form = rekey.open_link(link_in(mails["confirm"]), headers=said).page.form_with("username")
    rekey.request(form.method, urllib.parse.urljoin("/password-reset", form.action), form={**form.inputs, "username": f"ann-{name}"}, host="rekey.example",
                  headers={"Origin": "http://rekey.example", "Sec-Fetch-Site": "same-origin", **said})
    mails["made"] = rekey.mail_to(ann)
    session = rekey.session_of(ann, secret_in(mails["made"]))
    rekey.put("/api/v1/account/email", email=new, password=secret_in(mails["made"]), bearer=session, headers=said)
    mails["change"] = rekey.mail_to(new)
    assert rekey.put("/api/v1/account/email", token=token_in(mails["change"]), headers=said).status == 204
    mails["moved"] = rekey.mail_to(ann)
    rekey.command("account", "add", amy)
    mails["invitation"] = rekey.mail_to(amy)
    assert rekey.get("/reset/password", query={"email": new}, headers=said).status == 200
    mails["template"] = rekey.mail_to(new)
    return mails


def parts_of(mail):
    return mail.get_body(("plain",)).get_content(), mail.get_body(("html",)).get_content()


def faults_of_markup(folder, pages):
    """By html-validate: but for what Outlook and Gmail need (styles in place, comments that only Outlook reads)."""
    rules = {"no-inline-style": "off", "no-conditional-comment": "off"}
    (folder / ".htmlvalidate.json").write_text(json.dumps({"root": True, "extends": ["html-validate:standard"], "rules": rules}))
    for name, html in pages.items():
        (folder / f"{name}.html").write_text(html)
    done = subprocess.run([shutil.which("node"), NODE_MODULES / "html-validate/bin/html-validate.js", "--formatter", "json",
                           *sorted(folder.glob("*.html"))], cwd=folder, capture_output=True, text=True, timeout=120, check=False)
    assert done.stdout, done.stderr
    return [(pathlib.Path(page["filePath"]).name, fault["line"], fault["ruleId"], fault["message"])
            for page in json.loads(done.stdout) for fault in page["messages"]]


@pytest.mark.sqlite
def test_every_kind_of_mail_in_the_language_it_was_asked_for_in(house, tmp_path):
    house.sets_app("default", title="Corner Shop", accent="#7a1fa2")
    pages = {}
    for language in ("fa", "pt"):
        for kind, mail in every_kind(house, language, language).items():
            name = f"{kind}.{language}"
            text, html = parts_of(mail)
            pages[name] = html
            # The operator's own words, and an operator's command, are in the app's language.
            spoken = "en" if kind in ("template", "invitation") else language
            assert mail["Content-Language"] == spoken, name
            assert f'<html lang="{spoken}" dir="{"rtl" if spoken == "fa" else "ltr"}">' in html, name
            if spoken == "fa":
                assert all(re.search(SCRIPTS["fa"], part) for part in (str(mail["Subject"]), text, html)), name
            for words in (text, html, str(mail["Subject"])):
                assert "{{" not in words and "}}" not in words, name
            assert "Corner Shop" in text and "Corner Shop" in html and "Corner Shop" in str(mail["From"]), name
            assert ("new.%s@" % language in text_of(mail)) == (kind in ("change", "moved", "template")), name
            assert len(html.encode()) < CLIPPED and "#7a1fa2" in html, name
            assert not re.search(r"<(img|script|iframe|link|object|form)\b|\bsrc=|url\(", html, re.IGNORECASE), name
    faults = faults_of_markup(tmp_path, pages)
    assert not faults, faults


@pytest.mark.sqlite
def test_an_account_s_own_language_goes_before_that_of_whoever_asks(house):
    for number, language in enumerate(LANGUAGES):
        address = f"eve{number}@example.org"
        house.has_account(address)
        session = house.session_of(address)
        asked = LANGUAGES[number - 1]
        house.asks_for_reset(address, headers=in_language(asked))
        assert house.mail_to(address)["Content-Language"] == asked
        assert house.request("PATCH", "/api/v1/account", locale=f"{language}-XX", bearer=session).status == 200
        house.asks_for_reset(address, headers=in_language(asked))
        mail = house.mail_to(address)
        assert mail["Content-Language"] == language
        subject = str(mail["Subject"])
        assert "default" in subject and (language not in SCRIPTS or re.search(SCRIPTS[language], subject))


@pytest.mark.sqlite
def test_whoever_says_no_language_is_mailed_in_that_of_the_app(house):
    house.has_account("ann@example.org")
    for language in ("bn", "en"):
        house.sets_app("default", language=language)
        for headers in ({}, {"Accept-Language": "*"}, {"Accept-Language": "de, nl;q=0.5"}):
            house.asks_for_reset("ann@example.org", headers=headers)
            assert house.mail_to("ann@example.org")["Content-Language"] == language
    assert house.run("app", "set", "default", "language=de").returncode == 1


@pytest.mark.sqlite
def test_names_that_people_gave_are_no_links_in_any_part_or_header(house):
    for number, name in enumerate(HOSTILE):
        address = f"visit.www{number}@evil.example"
        house.has_account(address, username=name)
        for language in ("en", "fa"):
            house.post("/auth/forgot-password", query={"username": name}, headers={**house.backtory_headers(house.app), **in_language(language)})
            mail = house.mail_to(address)
            text, html = parts_of(mail)
            assert recipients_of(mail) == [address] and not mail["Bcc"] and len(mail.get_all("Subject")) == 1
            link = link_in(mail)
            for words in (text, html, str(mail["Subject"]), str(mail["From"])):
                words = words.replace(link, "")
                assert not re.search(r"evil\.example|@evil|www\.|http://evil|://evil", words), (name, words)
            assert html.count("<a ") == 1 and name.replace("\u200d", "")[:4] in text_of(mail).replace("\u200d", "")


@pytest.mark.sqlite
def test_a_notice_of_a_new_address_makes_no_link_of_it(house):
    house.has_account("ann@example.org")
    house.sql("UPDATE account SET email_verified_at = 1")
    house.command("account", "set", "ann@example.org", "email=www.new@evil.example")
    text, html = parts_of(house.mail_to("ann@example.org"))
    assert "evil.example" not in text and "evil.example" not in html and "evil" in text


@pytest.mark.sqlite
def test_problems_are_told_in_the_language_that_is_asked_for(rekey):
    rekey.has_account("ann@example.org")
    details = set()
    for language in LANGUAGES:
        answer = rekey.log_in("ann@example.org", "wrong", headers=in_language(language))
        assert (answer.status, answer.code, answer.body["title"]) == (401, "bad_credentials", "Unauthorized")
        assert answer.headers["Content-Language"] == language and "Accept-Language" in str(answer.headers.pairs)
        details.add(answer.body["detail"])
        short = rekey.post("/api/v1/accounts", email="new@example.org", password="x", headers=in_language(language))
        assert (short.status, short.body["errors"][0]["code"]) == (422, "too_short")
        details.add(short.body["errors"][0]["detail"])
    assert len(details) == 2 * len(LANGUAGES)
    plain = rekey.log_in("ann@example.org", "wrong")
    assert (plain.body["detail"], plain.headers["Content-Language"]) == ("The login or the password is wrong.", "en")
    rekey.sets_app("default", language="fr")
    assert rekey.log_in("ann@example.org", "wrong").headers["Content-Language"] == "fr"
    assert rekey.log_in("ann@example.org", "wrong", headers=in_language("tr")).headers["Content-Language"] == "tr"


@pytest.mark.sqlite
def test_an_app_in_any_language_is_shipped_messages_and_templates_of_it(rekey):
    said = set()
    for language in LANGUAGES:
        rekey.has_app(f"hack-{language}", dialects=["hacksystem"], language=language)
        answer = rekey.post(f"/api:hack-{language}/reset/password", code="", password="")
        assert answer.status == 400 and answer.body["payload"] == {"type": "error", "input": "code"}
        said.add(answer.body["message"])
        rekey.has_account(f"{language}@example.org", app=f"hack-{language}")
        assert rekey.get(f"/api:hack-{language}/reset/password", query={"email": f"{language}@example.org"}).status == 200
        mail = rekey.mail_to(f"{language}@example.org")
        assert mail["Content-Language"] == language and secret_in(mail) and link_in(mail)
        said.add(str(mail["Subject"]).replace(f"-{language}", ""))
    assert len(said) == 2 * len(LANGUAGES)


@pytest.mark.sqlite
def test_development_mode_shows_a_mail_in_a_sandbox(make_rekey):
    rekey = make_rekey(flags=["--dev"]).start()
    rekey.has_account("ann@example.org")
    rekey.asks_for_reset("ann@example.org", headers=in_language("bn"))
    mail = rekey.mail_to("ann@example.org")
    assert str(mail["Subject"]) in rekey.get("/dev/mail").text.replace("&quot;", '"')
    name = re.search(r"show\?name=([^\"]+)", rekey.get("/dev/mail").text)[1]
    assert f"html?name={name}" in rekey.get(f"/dev/mail/show?name={name}").text
    shown = rekey.get(f"/dev/mail/html?name={name}")
    assert shown.status == 200 and shown.text == parts_of(mail)[1].replace("\r\n", "\n") and shown.type == "text/html"
    policy = shown.headers["Content-Security-Policy"]
    assert "sandbox" in policy and "allow" not in policy and "default-src 'none'" in policy and "script" not in policy
    for wrong in ("", "../rekey.db", "nothing.eml", "%2e%2e/x"):
        assert rekey.get(f"/dev/mail/html?name={wrong}").status == 404
