# SPDX-License-Identifier: Apache-2.0
"""Attacks on who is signed in at the hosted pages: forms of other sites, of other sessions and of other apps, planted
and stolen cookies, frames, and links that say more than is true."""

import pytest
from attacks import change_at_backtory, rows
from people import HOST, OURS, Person, form_to
from server import NEW_PASSWORD, NO_LIMITS, PASSWORD, PUBLIC_URL

SETTINGS = NO_LIMITS
pytestmark = pytest.mark.sqlite
ANN, EVE, NEW = "ann@example.org", "eve@example.org", "new@example.net"
KEPT = ("account", "session", "token", "outbox", "sign_up")
EVIL = "https://evil.example"

# Of each form of the account: what its owner would fill in.
FORMS = {
    "account/profile": {"name": "Mallory", "username": "mallory", "locale": "fr"},
    "account/password": {"old": PASSWORD, "new": NEW_PASSWORD, "confirm": NEW_PASSWORD},
    "account/email": {"email": NEW, "password": PASSWORD},
    "account/sessions/end": {},
    "account/sessions/end-others": {},
    "account/delete": {"password": PASSWORD, "sure": "yes"},
    "sign-out": {},
}

# What a browser says of where a form comes from, when it does not come from a page of ours.
FOREIGN = {
    "another site": {"Origin": EVIL, "Sec-Fetch-Site": "cross-site"},
    "a neighbouring host": {"Origin": "http://shop.rekey.example", "Sec-Fetch-Site": "same-site"},
    "a frame without an origin": {"Origin": "null", "Sec-Fetch-Site": "cross-site"},
    "an old browser": {"Origin": EVIL},
    "an old browser that hides its origin": {"Origin": "null"},
    "an old browser that says nothing": {},
    "an origin that begins like ours": {"Origin": PUBLIC_URL + ".evil.example"},
    "an origin that ends like ours": {"Origin": "http://evil-rekey.example"},
    "our origin with another scheme": {"Origin": PUBLIC_URL.replace("http:", "https:")},
    "our origin on another port": {"Origin": PUBLIC_URL + ":8443"},
    "our origin as a user's name": {"Origin": "http://rekey.example@evil.example"},
    "nobody's page": {"Sec-Fetch-Site": "none", "Origin": PUBLIC_URL},
    "a page of ours, by its word alone": {"Sec-Fetch-Site": "same-origin", "Origin": EVIL},
    "only a referer": {"Referer": PUBLIC_URL + "/account"},
}


@pytest.fixture
def ann(rekey):
    rekey.has_account(ANN, username="ann")
    rekey.has_account(EVE, username="eve")
    Person(rekey).signs_in(ANN)  # somewhere else too
    return Person(rekey).signs_in(ANN)


def filled(rekey, ann):
    """Every form of the account, ready to be sent."""
    page = ann.opens("/account").page
    return {action: {**form_to(page, action).inputs, **values} for action, values in FORMS.items()}


def test_a_form_of_the_account_sent_by_another_site(rekey, ann):
    forms, before = filled(rekey, ann), rows(rekey, *KEPT)
    for name, headers in FOREIGN.items():
        for action, values in forms.items():
            answer = rekey.post("/" + action, form=values, headers=ann._headers(headers), host=HOST)
            assert answer.status == 403 and answer.type == "text/html", (name, action, answer.status)
            assert "Set-Cookie" not in answer.headers, (name, action)
    assert rows(rekey, *KEPT) == before and ann.is_signed_in()


def test_a_form_of_the_account_without_its_token_or_with_anothers(rekey, ann):
    eve, elsewhere = Person(rekey).signs_in(EVE), Person(rekey).signs_in(ANN)
    rekey.has_app("shop")
    rekey.has_account(ANN, app="shop")
    shopper = Person(rekey, prefix="/api:shop").signs_in(ANN)
    forms = filled(rekey, ann)
    own = ann.form_token()
    tokens = {"none": None, "an empty one": "", "a cut one": own[:-1], "a longer one": own + "A", "another letter": ("B" if own[0] == "A" else "A") + own[1:],
              "in other letters": own.swapcase(), "the cookie": next(iter(ann.cookies.values())), "another person's": eve.form_token(),
              "that of her other session": elsewhere.form_token(), "that of another app": shopper.form_token(),
              "an access token": rekey.session_of(ANN), "twice": [own, own]}
    before = rows(rekey, *KEPT)
    for name, token in tokens.items():
        for action, values in forms.items():
            fields = [(key, value) for key, value in values.items() if key != "form_token"]
            fields += [("form_token", one) for one in (token if isinstance(token, list) else [token]) if one is not None]
            answer = rekey.post("/" + action, form=fields, headers=ann._headers(OURS), host=HOST)
            assert answer.status in (400, 403), (name, action, answer.status)
    for action, values in forms.items():  # in the address, where a link could put it
        fields = {key: value for key, value in values.items() if key != "form_token"}
        answer = rekey.post("/" + action, form=fields, query={"form_token": own}, headers=ann._headers(OURS), host=HOST)
        assert answer.status == 403, action
    assert rows(rekey, *KEPT) == before
    for action, values in forms.items():  # and with nobody's cookie
        assert rekey.post("/" + action, form=values, headers=OURS, host=HOST).headers["Location"].endswith("sign-in"), action
    assert rows(rekey, *KEPT) == before and ann.is_signed_in()


def test_a_form_with_fields_left_out_doubled_or_cut_by_nul(rekey, ann):
    stranger = Person(rekey)
    forms = {("/" + action): (ann, fields) for action, fields in filled(rekey, ann).items()}
    forms["/sign-in"] = stranger, {"login": ANN, "password": PASSWORD}
    forms["/sign-up"] = stranger, {"email": NEW, "password": NEW_PASSWORD}
    may_be_left_out = {"name", "username", "locale"}
    before = rows(rekey, *KEPT)
    for path, (person, fields) in forms.items():
        good = list(fields.items())
        for at, (member, value) in enumerate(good):
            rest = good[:at] + good[at + 1:]
            tricks = {"doubled": [*good, (member, value)], "another too": [*good, (member, "x")], "another before": [(member, "x"), *good],
                      "NUL": [*rest, (member, value + "\0x")], "a name cut by NUL": [*rest, (member + "\0", value)]}
            if member not in may_be_left_out:
                tricks |= {"left out": rest, "an array": [*rest, (member + "[]", value)], "in capitals": [*rest, (member.upper(), value)]}
            for trick, pairs in tricks.items():
                answer = rekey.post(path, form=pairs, headers=person._headers(OURS), host=HOST)
                assert 400 <= answer.status < 500, (path, member, trick, answer.status)
    assert rows(rekey, *KEPT) == before and ann.is_signed_in()


def test_a_link_or_a_body_that_is_no_form_does_nothing(rekey, ann):
    forms, before = filled(rekey, ann), rows(rekey, *KEPT)
    for action, values in forms.items():
        for method in ("GET", "HEAD", "PUT", "DELETE", "PATCH"):
            answer = rekey.request(method, "/" + action, query=values, headers=ann._headers(OURS), host=HOST)
            assert answer.status in (303, 405) and "Set-Cookie" not in answer.headers, (action, method)
        for options in ({"json_value": values}, {"body": "&".join(f"{key}={value}" for key, value in values.items()), "type": "text/plain"}):
            answer = rekey.post("/" + action, headers=ann._headers(OURS), host=HOST, **options)
            assert answer.status == 415, (action, answer.status)
    assert rows(rekey, *KEPT) == before and ann.is_signed_in()


def test_a_person_signed_in_or_signed_up_by_another_site(rekey):
    rekey.has_account(EVE)
    before = rows(rekey, *KEPT)
    for name, headers in FOREIGN.items():
        for path, fields in (("/sign-in", {"login": EVE, "password": PASSWORD}), ("/sign-up", {"email": NEW, "password": NEW_PASSWORD})):
            answer = rekey.post(path, form=fields, headers=headers, host=HOST)
            assert answer.status == 403 and "Set-Cookie" not in answer.headers, (name, path)
    assert rows(rekey, *KEPT) == before


def test_a_cookie_planted_before_the_person_signs_in(rekey, ann):
    name, = ann.cookies
    eve = Person(rekey).signs_in(EVE)
    for planted in ("A" * 43, "", next(iter(eve.cookies.values()))):
        victim = Person(rekey)
        victim.cookies = {name: planted}
        victim.signs_in(ANN)
        assert victim.cookies[name] not in (planted, "") and len(victim.cookies) == 1
        assert ANN in victim.opens("/account").page.says
        attacker = Person(rekey)
        attacker.cookies = {name: planted}
        assert not attacker.is_signed_in(), planted
    again = Person(rekey)
    again.cookies = dict(ann.cookies)
    again.signs_in(ANN)  # in the same browser: the session before is over
    assert again.is_signed_in() and not ann.is_signed_in()


def test_the_cookie_is_for_one_host_over_tls_and_for_no_script(rekey):
    app = rekey.has_app()
    rekey.has_account(ANN, app="default")
    ann = Person(rekey)
    answer = ann.posts("/sign-in", login=ANN, password=PASSWORD)
    line, = answer.headers.all("Set-Cookie")
    pair, *terms = [part.strip() for part in line.split(";")]
    assert pair.startswith(f"__Host-rekey-{app.id}=") and len(pair) < 4096
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(terms) and not [term for term in terms if term.lower().startswith("domain")]
    value = pair.partition("=")[2]
    assert len(value) == 43 and "no-store" in answer.headers["Cache-Control"]
    for where in (rekey.stderr(), ann.opens("/account").text, *(str(row) for table in KEPT for row in rows(rekey, table).values())):
        assert value not in where
    ended, = ann.fills(ann.opens("/account").page, "sign-out").headers.all("Set-Cookie")
    assert ended.startswith(pair.partition("=")[0] + "=;") and "Max-Age=0" in ended and "Secure" in ended
    ann.cookies = {pair.partition("=")[0]: value}
    assert not ann.is_signed_in()  # kept by somebody, it is worth nothing


def test_a_token_of_an_api_as_a_cookie_and_a_cookie_at_an_api(rekey):
    app = rekey.has_app("default", dialects=["account", "backtory", "hacksystem"])
    rekey.has_account(ANN, username="ann", app="default")
    ann = Person(rekey).signs_in(ANN)
    name, = ann.cookies
    cookie = ann.cookies[name]
    assert rekey.get("/api/v1/account", bearer=cookie).status == 401
    assert change_at_backtory(rekey, app, cookie, PASSWORD).status == 401
    assert rekey.get("/api/v1/account", headers=ann._headers({})).status == 401
    assert rekey.put_password(old=PASSWORD, new=NEW_PASSWORD, headers=ann._headers({})).status == 401
    signed = rekey.log_in(ANN).body
    for token in (signed["access_token"], signed["refresh_token"], rekey.hack_log_in(ANN).body["authToken"]):
        thief = Person(rekey)
        thief.cookies = {name: token}
        assert not thief.is_signed_in()
        assert rekey.get("/account", bearer=token, host=HOST).headers["Location"] == "sign-in"
    assert ann.is_signed_in()


def test_a_page_of_the_account_in_a_frame_or_a_cache(rekey, ann):
    pages = [ann.opens(path) for path in ("/account", "/sign-up")] + [Person(rekey).opens("/sign-in")]
    pages.append(ann.fills(ann.opens("/account").page, "account/profile", name="x" * 300))
    pages.append(Person(rekey).posts("/sign-in", login=ANN, password="wrong"))
    pages.append(ann.posts("/account/profile", name="x"))
    for answer in pages:
        headers = answer.headers
        assert headers["X-Frame-Options"] == "DENY" and "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert "form-action 'self'" in headers["Content-Security-Policy"] and "unsafe" not in headers["Content-Security-Policy"]
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin" and headers["Cache-Control"] == "no-store"
        assert headers["Referrer-Policy"] in ("same-origin", "no-referrer") and headers["X-Content-Type-Options"] == "nosniff"
        assert not [name for name, _ in headers.pairs if name.lower().startswith("access-control")]


def test_a_link_that_sends_a_person_on_from_the_pages_of_the_account(rekey, ann):
    places = (EVIL, "//evil.example", "/\\evil.example", "https:evil.example", "javascript:alert(1)", "/account/../../evil")
    names = ("next", "return_to", "redirect", "redirect_uri", "url", "continue", "to", "back")
    for place in places:
        query = {name: place for name in names}
        for person, path in ((ann, "/sign-in"), (Person(rekey), "/account"), (ann, "/account/password")):
            answer = rekey.get(path, query=query, headers=person._headers({}), host=HOST)
            assert answer.status == 303 and "evil" not in answer.headers["Location"], (path, place)
        answer = rekey.post("/sign-in", query=query, form={"login": ANN, "password": PASSWORD, **query}, headers=OURS, host=HOST)
        assert (answer.status, answer.headers["Location"]) == (303, "account")
        for header in ("Host", "X-Forwarded-Host", "Forwarded"):
            value = "host=evil.example" if header == "Forwarded" else "evil.example"
            answer = rekey.get("/account", headers=[(header, value)], host=None if header == "Host" else HOST)
            assert "evil" not in answer.headers.get("Location", ""), header


def test_a_link_that_says_something_was_done(rekey, ann):
    plain = ann.opens("/account").page.says
    answer = ann.fills(ann.opens("/account").page, "account/profile", name="")
    note = answer.headers["Location"].partition("done=")[2]
    assert "saved" in ann.opens(f"/account?done={note}").page.says
    other = Person(rekey).signs_in(ANN)
    for forged in ("profile-done", "password-done", "", "<b>x</b>", note[:-1], note + "A", note.swapcase(), "A" * 22):
        assert "saved" not in ann.opens("/account?done=" + forged.replace("<", "%3C")).page.says, forged
    assert "saved" not in other.opens(f"/account?done={note}").page.says  # nor with the note of another session
    assert "saved" not in plain


def test_the_current_password_guessed_through_the_forms_of_the_account(make_rekey):
    rekey = make_rekey({"limits.failures_per_login": "5/15m"}).start()
    rekey.has_account(ANN)
    ann = Person(rekey).signs_in(ANN)
    token = ann.form_token()
    guesses = [("/account/password", {"old": "wrong", "new": NEW_PASSWORD, "confirm": NEW_PASSWORD}), ("/account/email", {"email": NEW, "password": "wrong"}),
               ("/account/delete", {"password": "wrong", "sure": "yes"})]
    said = [ann.posts(*guess[:1], form_token=token, **guess[1]).status for guess in guesses * 3]
    assert said[:5] == [403] * 5 and set(said[5:]) == {429}, said
    right = ann.posts("/account/delete", form_token=token, password=PASSWORD, sure="yes")
    assert right.status == 429 and int(right.headers["Retry-After"]) > 0 and ann.is_signed_in()
