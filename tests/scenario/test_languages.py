# SPDX-License-Identifier: Apache-2.0
"""Which language a page is in, and the switch that every page has."""

import re

import pytest
from server import NEW_PASSWORD, link_in, path_of

pytestmark = pytest.mark.sqlite

TITLES = {
    "en": "Forgot your password?",
    "fa": "فراموش",
    "tr": "unuttunuz",
    "bn": "ভুলে",
    "fr": "oublié",
    "pt": "senha",
}


def language_of(answer):
    found = re.search(r'<html lang="(\w+)" dir="(\w+)">', answer.text)
    assert found, answer.text[:300]
    assert found[2] == ("rtl" if found[1] == "fa" else "ltr")
    assert answer.headers["Content-Language"] == found[1]
    return found[1]


@pytest.mark.parametrize("language", TITLES)
def test_a_page_speaks_the_language_that_the_browser_asks_for(rekey, language):
    rekey.has_app()
    answer = rekey.get("/password-reset", headers={"Accept-Language": f"xx, {language};q=0.9"})
    assert language_of(answer) == language
    assert TITLES[language].lower() in answer.text.lower()
    assert f'value="{language}" lang="{language}" aria-current="true"' in answer.text


@pytest.mark.parametrize("lang,accept,want", [
    ("fr", "tr", "fr"),
    ("fr-CA", "tr", "fr"),
    ("xx", "tr", "tr"),
    ("", "tr", "tr"),
    ("../fr", "tr", "tr"),
], ids=["a language", "a region of one", "one that is not spoken", "nothing", "a path"])
def test_a_link_may_ask_for_a_language(rekey, lang, accept, want):
    assert language_of(rekey.get(f"/password-reset?lang={lang}", headers={"Accept-Language": accept})) == want


def test_nobody_s_language_is_that_of_the_app(rekey):
    rekey.has_app()
    assert language_of(rekey.get("/")) == "en"
    rekey.sets_app("default", language="fr")
    assert language_of(rekey.get("/")) == "fr"
    assert language_of(rekey.get("/", headers={"Accept-Language": "de"})) == "fr"


def test_a_mailed_link_speaks_the_language_of_its_account(rekey):
    rekey.has_account("ann@example.org")
    session = rekey.session_of("ann@example.org")
    rekey.request("PATCH", "/api/v1/account", json_value={"locale": "pt-BR"},
                  headers={"Authorization": f"Bearer {session}"})
    rekey.asks_for_reset("ann@example.org")
    link = path_of(link_in(rekey.mail_to("ann@example.org")))
    assert language_of(rekey.get(link, headers={"Accept-Language": "tr"})) == "pt"
    assert language_of(rekey.get(link, headers={"Accept-Language": "tr", "Cookie": "rekey-language=bn"})) == "bn"


def test_the_end_of_a_mailed_link_speaks_like_its_beginning(rekey):
    """Whose account it is is known while the link lives; its form takes the language along."""
    rekey.has_account("ann@example.org")
    rekey.sql("UPDATE account SET locale = 'pt-BR'")
    rekey.asks_for_reset("ann@example.org")
    form = rekey.open_link(link_in(rekey.mail_to("ann@example.org"))).page.form_with("new")
    for confirm, status in (("another one", 422), (NEW_PASSWORD, 200)):
        answer = rekey.submit(form, new=NEW_PASSWORD, confirm=confirm)
        assert (answer.status, language_of(answer)) == (status, "pt")
    assert any(tag == "a" and attributes["href"].endswith("sign-in") for tag, attributes in answer.page.tags)


def choose(rekey, language, headers=None, **fields):
    return rekey.post("/language", form={"lang": language, **fields}, headers=headers)


def test_the_switch_keeps_the_choice_and_leads_back_to_the_page(rekey):
    answer = choose(rekey, "fa", back="/password-reset")
    assert (answer.status, answer.headers["Location"]) == (303, "./password-reset")
    cookie = answer.headers["Set-Cookie"]
    assert cookie == "rekey-language=fa; Path=/; HttpOnly; SameSite=Lax; Max-Age=31536000"
    shown = rekey.get("/password-reset?lang=fr", headers={"Accept-Language": "tr", "Cookie": f"a=b; {cookie.split(';')[0]}"})
    assert language_of(shown) == "fa"


def test_the_switch_of_a_mailed_link_leads_back_to_that_link(rekey):
    rekey.has_account("ann@example.org")
    rekey.asks_for_reset("ann@example.org")
    link = path_of(link_in(rekey.mail_to("ann@example.org")))
    page = rekey.get(link).page
    switch = page.form_with("back")
    answer = choose(rekey, "tr", **switch.inputs)
    assert answer.headers["Location"] == "." + link
    assert language_of(rekey.get(link, headers={"Cookie": "rekey-language=tr"})) == "tr"


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example", "/\\evil.example", "/dev/mail", "/assets/rekey.css",
                                  "/nowhere", "", "/../admin", "/password-reset?token=x", "/\r\nSet-Cookie: a=b"])
def test_the_switch_leads_nowhere_else(rekey, back):
    answer = choose(rekey, "fr", back=back)
    assert (answer.status, answer.headers["Location"]) == (303, "./")


@pytest.mark.parametrize("token", ["a b", "x&return_to=https://evil.example", "../", "\"><script>", "x\r\nSet-Cookie: a=b"])
def test_the_switch_carries_no_token_that_is_none(rekey, token):
    answer = choose(rekey, "fr", back="/password-reset", token=token)
    assert answer.headers["Location"] == "./password-reset"


def test_a_language_that_is_not_spoken_changes_nothing(rekey):
    for language in ("xx", "", "fr\r\nX: y", "<b>"):
        answer = choose(rekey, language, back="/")
        assert answer.status == 303
        assert "Set-Cookie" not in answer.headers


def test_another_site_cannot_choose(rekey):
    answer = choose(rekey, "fr", back="/", headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status == 403
    assert "Set-Cookie" not in answer.headers


def test_an_error_is_told_in_the_language_of_the_person(rekey):
    rekey.has_app()
    answer = rekey.post("/password-reset", form={"email": "nobody"}, headers={"Accept-Language": "fr"})
    assert (answer.status, language_of(answer)) == (422, "fr")
    assert rekey.get("/nowhere", headers={"Accept-Language": "fa", "Accept": "text/html"}).status == 404
