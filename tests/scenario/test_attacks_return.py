# SPDX-License-Identifier: Apache-2.0
"""Who wants to be led somewhere by us, or to lead somebody else (CWE-601; lesson 26: three bypasses in a row of one list).

An app lists the addresses that its people may go back to. Nothing but one of these, letter by letter, is ever shown as a link, and
nobody is sent there without pressing it."""

import urllib.parse

import pytest
from attacks import SAME_ORIGIN, address
from server import NEW_PASSWORD, link_in
from test_attacks_poisoning import CORPUS

pytestmark = pytest.mark.sqlite

GOOD = "https://shop.example/welcome"
# Near misses of what is on the list.
NEAR = [
    "", "https://shop.example", "https://shop.example/", "https://shop.example/welcome/", "https://shop.example/welcome?", "https://shop.example/welcome#x",
    "https://shop.example/welcome?next=//evil.example", "https://shop.example/Welcome", "https://shop.example/welcome/../../evil", "https://shop.example//welcome",
    "https://shop.example/./welcome", "https://shop.example/%77elcome", "https://shop.example/welcome%00", "https://shop.example/welcome\0", "https://shop.example/welcome\n",
    " https://shop.example/welcome", "https://shop.example/welcome ", "\thttps://shop.example/welcome", "https://shop.example:444/welcome", "https://shop.example:443@evil.example/welcome",
    "https://shop.example.evil.example/welcome", "https://evilshop.example/welcome", "https://a.shop.example/welcome", "https://shop.example./welcome",
    "https://evil.example/https://shop.example/welcome", "https://evil.example?https://shop.example/welcome", "https://evil.example\\@shop.example/welcome",
    "https:\\\\shop.example\\welcome", "https:/shop.example/welcome", "https:shop.example/welcome", "//shop.example/welcome", "/welcome", "shop.example/welcome",
    "http://shop.example/welcome", "ftp://shop.example/welcome", "javascript://shop.example/welcome%0aalert(1)", "https://user@shop.example/welcome",
    "https://sh\u043ep.example/welcome", "https://shop\u3002example/welcome", "https://shop.example/welcome,https://evil.example/", GOOD + "," + GOOD,
    "*", "null", "https://*/welcome", "data:text/html,x",
]


@pytest.fixture
def shop(rekey):
    rekey.has_app("default")
    rekey.command("app", "set", "default", f"return_urls={GOOD}")
    rekey.has_account(address("ann"), app="default")
    return rekey


def outward(answer):
    """Every address of a page that leads away."""
    return [value for _, attributes in answer.page.tags for name, value in attributes.items()
            if name in ("href", "src", "action", "formaction", "content") and value and urllib.parse.urlsplit(value).scheme in ("http", "https", "javascript", "data")]


def test_a_way_back_that_is_not_on_the_list(shop):
    for place in NEAR + CORPUS:
        asked = shop.get("/password-reset", query={"return_to": place})
        sent = shop.post("/password-reset", form={"email": address("ann"), "return_to": place}, headers=SAME_ORIGIN, host="rekey.example")
        for answer in (asked, sent):
            assert answer.status == 400, (place, answer.status)
            assert not answer.headers.all("Location") and not answer.headers.all("Refresh") and not outward(answer), place
            assert "evil" not in answer.text and not answer.page.says.startswith("{"), place
    assert shop.sql("SELECT count(*) FROM outbox")[0][0] == 0
    shop.gets_no_mail()


def test_two_ways_back_are_none(shop):
    for query in (f"return_to={GOOD}&return_to=https://evil.example/", f"return_to=https://evil.example/&return_to={GOOD}", f"return_to[]={GOOD}", f"return_to={GOOD}&return_to={GOOD}"):
        answer = shop.get("/password-reset?" + query)
        assert "evil" not in answer.text and not outward(answer), query
        assert answer.status == (200 if "[]" in query else 400), query


def test_the_way_back_of_another_app(shop):
    shop.has_app("other", aliases=["elsewhere"])
    shop.command("app", "set", "other", "return_urls=https://evil.example/")
    for path, place in (("/password-reset", "https://evil.example/"), ("/api:elsewhere/password-reset", GOOD)):
        assert shop.get(path, query={"return_to": place}).status == 400, path


def test_a_way_back_given_where_the_password_is_set(shop):
    """Only the request for the mail names one: whoever has the link, or passes it on, cannot."""
    shop.asks_for_reset(address("ann"))
    link = link_in(shop.mail_to(address("ann")))
    page = shop.open_link(link + "&" + urllib.parse.urlencode({"return_to": GOOD}))
    assert page.status == 200 and not outward(page)
    done = shop.submit(page.page.form_with("new"), new=NEW_PASSWORD, confirm=NEW_PASSWORD, return_to=GOOD)
    assert done.status == 200 and not outward(done) and not done.headers.all("Location")


def test_a_way_back_through_the_switch_of_languages(shop):
    for place in NEAR + CORPUS:
        answer = shop.post("/language", form={"lang": "fr", "back": "/password-reset", "return_to": place}, headers=SAME_ORIGIN, host="rekey.example")
        target = urllib.parse.urljoin("http://rekey.example/language", answer.headers.get("Location"))
        if "\0" in place:
            assert answer.status == 400
            continue
        assert answer.status == 303 and target.partition("?")[0] == "http://rekey.example/password-reset", (place, target)
    for back in ("//evil.example", "https://evil.example", "/\\evil.example", "", "/dev/mail"):
        answer = shop.post("/language", form={"lang": "fr", "back": back, "return_to": GOOD}, headers=SAME_ORIGIN, host="rekey.example")
        assert urllib.parse.urlsplit(urllib.parse.urljoin("http://rekey.example/language", answer.headers.get("Location"))).netloc == "rekey.example", back


def test_what_cannot_be_a_way_back_cannot_be_listed(shop):
    before = shop.command_json("app", "show", "default")["return_urls"]
    for place in ("http://shop.example/", "javascript:alert(1)", "//shop.example/", "https://a@shop.example/", "https://shop.example/#x", "https://shop.example/a b", "*", "https://*/"):
        assert shop.run("app", "set", "default", f"return_urls+={place}").returncode == 1, place
    assert shop.command_json("app", "show", "default")["return_urls"] == before == [GOOD]
