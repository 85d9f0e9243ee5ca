# SPDX-License-Identifier: Apache-2.0
"""Who tries to have the link in somebody else's mail lead to a place of their own, by what a request says
of its host; and who tries to be sent on to such a place by one of our own pages."""

import itertools
import urllib.parse

import pytest
from attacks import ACCOUNT, ASKERS, NO_LIMITS, REDEEMERS, SAME_ORIGIN, address, has_everything, is_done, is_refused, link_token, settled
from server import MAIL_FROM, NEW_PASSWORD, PASSWORD, PUBLIC_URL, has_reset_link, html_of, link_in, text_of
from test_poisoning import POISONS
from wire import Page

SETTINGS = NO_LIMITS

LINK = f"{PUBLIC_URL}/password-reset?token="
MORE_POISONS = {
    "Host in another case": {"host": "REKEY.example"}, "Host with a dot": {"host": "rekey.example."}, "Host as a number": {"host": "2130706433"},
    "Host of IPv6": {"host": "[::1]:80"}, "Host with a zone": {"host": "[fe80::1%25evil.example]"}, "Host with a template": {"host": "{{link}}.evil.example"},
    "Host with a line end, escaped": {"host": "rekey.example%0d%0aX: evil"}, "Host in Unicode": {"host": "r\u0435key.example"},
    "Host of many labels": {"host": ".".join(["evil"] * 60)}, "Host with a port of letters": {"host": "rekey.example:evil"},
    "Host with two ports": {"host": "rekey.example:80:1337"}, "Host with a tab": {"host": "rekey.example\tevil.example"},
    "Host with a comma": {"host": "rekey.example, evil.example"},
    "X-Forwarded-Host twice": {"fields": ["X-Forwarded-Host: rekey.example", "X-Forwarded-Host: evil.example"]},
    "X-Forwarded-Host, a list": {"fields": ["X-Forwarded-Host: evil.example, rekey.example"]},
    "X-Forwarded-Proto alone": {"fields": ["X-Forwarded-Proto: javascript"]}, "X-Forwarded-Scheme": {"fields": ["X-Forwarded-Scheme: evil"]},
    "X-Forwarded-Path": {"fields": ["X-Forwarded-Path: //evil.example/"]}, "X-Forwarded-For": {"fields": ["X-Forwarded-For: evil.example"]},
    "X-Forwarded": {"fields": ["X-Forwarded: host=evil.example"]}, "X-Real-Host": {"fields": ["X-Real-Host: evil.example"]},
    "X-Original-Host": {"fields": ["X-Original-Host: evil.example"]}, "X-Base-URL": {"fields": ["X-Base-URL: http://evil.example"]},
    "X-Script-Name": {"fields": ["X-Script-Name: //evil.example"]}, "Forwarded twice": {"fields": ["Forwarded: host=rekey.example", "Forwarded: host=evil.example"]},
    "Via": {"fields": ["Via: 1.1 evil.example"]}, "True-Client-IP": {"fields": ["True-Client-IP: evil.example"]}, "From": {"fields": ["From: eve@evil.example"]},
    "User-Agent": {"fields": ["User-Agent: http://evil.example/{{link}}"]}, "Accept-Language": {"fields": ["Accept-Language: http://evil.example"]},
    "Cookie": {"fields": ["Cookie: host=evil.example; base_url=http://evil.example"]},
}
# A line before the Host is folded into nothing; a Host of a configured app's is tried in test_apps.py.
DOORS = {
    "account": ("PUT", ACCOUNT, {}, '{"email": "ann@example.org"}', "application/json"),
    "account by query": ("PUT", ACCOUNT + "?email=ann@example.org", {}, "", None),
    "backtory": ("POST", "/auth/forgot-password?username=ann", {"X-Backtory-Authentication-Id": "{id}"}, "", None),
    "hacksystem": ("GET", "/reset/password?email=ann@example.org", {}, "", None),
    "page": ("POST", "/password-reset", {}, "email=ann%40example.org", "application/x-www-form-urlencoded"),
}


def poisoned(door, app, poison):
    """One request to a door, with the lines of a poison."""
    method, path, headers, body, media_type = DOORS[door]
    host, target = poison.get("host", "rekey.example"), path
    if poison.get("path"):
        target = "http://evil.example" + path
    lines = [f"{method} {target} HTTP/1.1", f"Host: {host}", "Connection: close", *(f"{name}: {value.format(id=app.id)}" for name, value in headers.items())]
    if media_type:
        lines.append(f"Content-Type: {media_type}")
    if method != "GET":
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, *poison.get("fields", [])]).encode() + b"\r\n\r\n" + body.encode()


@pytest.mark.parametrize("door", DOORS)
def test_a_request_that_claims_another_host_proxy_or_prefix(make_rekey, sink, door):
    """Zitadel's CVE-2025-64101 and a dozen others: the link led where the request said it came to."""
    rekey = make_rekey({"mail.url": sink.url()}).start()
    app = has_everything(rekey)
    served = 0
    for name, poison in {**POISONS, **MORE_POISONS}.items():
        had = len(sink.accepted())
        answer = rekey.raw(poisoned(door, app, poison))
        assert answer is None or is_done(answer) or is_refused(answer), (name, answer.status)
        settled(rekey)
        new = sink.accepted()[had:]
        assert len(new) == (answer is not None and is_done(answer)), name
        served += len(new)
        for one in new:
            assert link_in(one.mail).startswith(LINK), name
            assert one.sender in ("", MAIL_FROM) and one.recipients == [address("ann")], name
            assert one.mail["From"].addresses[0].addr_spec == MAIL_FROM and one.mail["Message-ID"].endswith("@rekey.example>"), name
            assert not one.mail["Reply-To"] and not one.mail["Return-Path"], name
            token = link_in(one.mail).removeprefix(LINK)  # which may spell anything
            for words in (text_of(one.mail).replace(token, ""), html_of(one.mail).replace(token, ""), str(one.mail["From"]) + str(one.mail["Subject"])):
                assert not any(word in words.lower() for word in ("evil", ":1337", "javascript:", "2130706433", "[::1]")), name
            assert b"evil.example" not in one.raw, name
        if answer is not None:  # Backtory's errors repeat the path that was asked for
            assert "evil" not in str(answer.headers.pairs) and (b"evil" not in answer.raw or door == "backtory"), name
    assert served > len(MORE_POISONS) / 2  # most are plain requests to the one app there is


def test_the_host_of_another_app_brings_that_apps_link_and_no_other(rekey):
    """A request chooses its app; what it cannot choose is where that app's links lead."""
    for name in ("red", "blue"):
        rekey.has_app(name, hosts=[f"{name}.example"], public_url=f"https://id.{name}.example")
        rekey.has_account(address("ann"), app=name)
    for name, prefix, host in itertools.product(("red", "blue"), ("", "/api:red", "/api:blue"), ("red.example", "blue.example:1337", "evil.example")):
        expected = prefix.removeprefix("/api:") or host.split(".")[0]
        answer = rekey.put(prefix + ACCOUNT, json_value={"email": address("ann")}, host=host, headers={"X-Forwarded-Host": f"{name}.evil.example"})
        if expected == "evil":
            assert answer.status == 404
            continue
        assert answer.status == 202
        assert link_in(rekey.mail_to(address("ann"))).startswith(f"https://id.{expected}.example/password-reset?token="), (prefix, host)
    rekey.gets_no_mail()


def test_a_place_of_the_attackers_named_in_the_request(rekey):
    """Gladys' CVE-2026-93340: the client said where its link should lead."""
    app = has_everything(rekey)
    places = ("redirect_to", "redirect_uri", "redirect", "origin", "url", "return_to", "next", "callback", "host", "base_url", "reset_url", "public_url", "link", "site")
    for place in places:
        for value in ("http://evil.example", "//evil.example", {"url": "http://evil.example"}):
            assert rekey.put(ACCOUNT, json_value={"email": address("ann"), place: value}).status == 400, place
        more = {place: "http://evil.example"}
        assert is_refused(rekey.put(ACCOUNT, query={"email": address("ann"), **more}))
        assert is_refused(rekey.get("/reset/password", query={"email": address("ann"), **more}))
        assert is_refused(rekey.post("/auth/forgot-password", query={"username": "ann", **more}, headers=rekey.backtory_headers(app)))
    rekey.gets_no_mail()
    form = {"email": address("ann"), "return_to": "http://evil.example"}  # the one that a page knows, from a list
    assert rekey.post("/password-reset", form=form).status == 400
    rekey.gets_no_mail()
    for place in set(places) - {"return_to"}:  # a page passes over what it does not know
        form = {"email": address("ann"), place: "http://evil.example"}
        answer = rekey.post("/password-reset?" + urllib.parse.urlencode({place: "http://evil.example"}), form=form)
        assert answer.status == 200 and b"evil" not in answer.raw, place
        mail = rekey.mail_to(address("ann"))
        assert link_in(mail).startswith(LINK) and "evil.example" not in mail.as_string(), place


# ---- redirects ----

CORPUS = ["//evil.example", "/\\evil.example", "\\\\evil.example", "/\t/evil.example", "\t//evil.example", "https:evil.example", "https:/evil.example", "http://evil.example",
          "http://rekey.example@evil.example", "http://rekey.example.evil.example", "http://evil.example#rekey.example", "http://evil.example?rekey.example",
          "//%65vil.example", "/%2f%2fevil.example", "%2f%2fevil.example", "/%5cevil.example", "javascript:alert(1)//evil.example", "data:text/html,evil.example",
          "http://xn--evil-.example", "http://\u0435vil.example", "//evil%E3%80%82example", "/..//evil.example", "/.evil.example", "http:///evil.example", ";//evil.example",
          "http://rekey.example\r\nLocation: http://evil.example", "%0d%0aLocation:%20http://evil.example"]
PARAMETERS = ["redirect", "redirect_to", "redirect_uri", "return", "return_to", "returnUrl", "next", "continue", "url", "ref", "dest", "callback", "to", "u", "r", "target"]


def test_a_redirect_to_a_place_of_the_attackers(rekey):
    """better-auth's CVE-2024-56734 and after: no door takes a place to go to, and none sends anywhere."""
    has_everything(rekey)
    token = link_token(rekey)
    for place in CORPUS:
        query = urllib.parse.urlencode({parameter: place for parameter in PARAMETERS})
        odd = urllib.parse.quote(place, safe="/%;:")
        for path in (f"/?{query}", f"/password-reset?{query}", f"/password-reset?token={token}&{query}", f"/password-reset?token=x&{query}", f"/password-reset/confirm?{query}",
                     f"/reset/password?{query}", f"/auth/login?{query}", f"/nothing?{query}", f"/.well-known/x?{query}", f"/assets/{odd}", "/" + odd.lstrip("/"), "//" + odd.lstrip("/")):
            answer = rekey.get(path)
            assert not 300 <= answer.status < 400 and not answer.headers.all("Location") and not answer.headers.all("Refresh"), (path, answer.status)
            assert not any(tag == "meta" and "http-equiv" in attributes for tag, attributes in (answer.page.tags if answer.type == "text/html" else [])), path
            assert b'evil.example"' not in answer.raw or answer.type.endswith("json"), path
    form = {"token": token, "new": NEW_PASSWORD, "confirm": NEW_PASSWORD, **{parameter: CORPUS[0] for parameter in PARAMETERS}}
    answer = rekey.post("/password-reset?" + urllib.parse.urlencode({"next": CORPUS[0]}), form=form, headers=SAME_ORIGIN, host="rekey.example")
    assert is_done(answer) and not answer.headers.all("Location") and b"evil" not in answer.raw


def test_no_answer_to_a_password_is_a_redirect_that_repeats_it(rekey):
    """RFC 9700, 4.12: a 307 would carry the password on."""
    app = has_everything(rekey)
    answers = [rekey.log_in(address("ann")), rekey.backtory_log_in(app, "ann"), rekey.hack_log_in(address("ann")), rekey.log_in(address("ann"), "wrong"),
               rekey.put_password(old=PASSWORD, new=NEW_PASSWORD, bearer=rekey.session_of(address("ann")))]
    rekey.mail_to(address("ann"))
    for number, redeem in enumerate(REDEEMERS.values()):
        answers.append(redeem(rekey, link_token(rekey), new=f"{NEW_PASSWORD} {number}"))
        assert is_done(answers[-1]) and not has_reset_link(rekey.mail_to(address("ann")))
    assert not [answer.status for answer in answers if 300 <= answer.status < 400]


# ---- texts that are markup elsewhere ----

NAMES = ["<a href=http://evil.example>ann", "\"><script>alert(1)</script>", "'><img src=x onerror=alert(1)>", "{{link}}{{code}}{{secret}}", "{{#token}}x{{/token}}", "${7*7}#{7*7}",
         "=HYPERLINK(\"http://evil.example\")", "&lt;b&gt;", "=?utf-8?q?=0aBcc:eve@evil.example?=", "</title><h1>evil"]


def test_a_name_that_is_markup_a_template_or_a_header(make_rekey, sink):
    """Keycloak's and Kanidm's HTML injection by a display name: it is text wherever it appears."""
    rekey = make_rekey({"mail.url": sink.url()}).start()
    app = rekey.has_app("default", dialects=["account", "backtory", "hacksystem"], sender="<b>Shop</b> \"{{link}}\"")
    for number, name in enumerate(NAMES):
        rekey.has_account(f"{{{{code}}}}{number}@example.org", username=name, app="default")
        had = len(sink.accepted())
        assert rekey.post("/auth/forgot-password", query={"username": name}, headers=rekey.backtory_headers(app)).status == 200, name
        sink.wait_for(lambda had=had: len(sink.accepted()) > had)
        assert rekey.get("/reset/password", query={"email": f"{{{{code}}}}{number}@example.org"}).status == 200, name
        sink.wait_for(lambda had=had: len(sink.accepted()) > had + 1)
        for one in sink.accepted()[had:]:
            tags = [tag for tag, _ in Page(html_of(one.mail)).tags]
            assert tags.count("a") == 1 and tags.count("h1") <= 1 and not {"script", "img", "b"} & set(tags), (name, tags)
            assert not one.mail["Bcc"] and one.recipients == [f"{{{{code}}}}{number}@example.org"] and "<b>Shop" not in html_of(one.mail), name
            assert len(one.mail.get_all("From")) == len(one.mail.get_all("Subject")) == 1 and has_reset_link(one.mail), name
            token = link_in(one.mail).partition("token=")[2]
            page = rekey.get("/password-reset", query={"token": token})
            assert "<script>alert" not in page.text and not [tag for tag, has in page.page.tags if tag in ("img", "b") or "evil" in has.get("href", "")], name
            assert token not in str(one.mail["From"]) + str(one.mail["Subject"]) + str(one.mail["To"]), name
    for name in ("ann\r\nBcc: eve@evil.example", "ann\nX: y", "\u202ennA", "ann\u2028bob", "ann\u2029bob", "ann\x1b[2J", "ann\x00", "\u2066ann\u2069"):
        done = rekey.run("account", "add", "x@example.org", "--username", name.replace("\0", "\x01"), "--password-stdin", stdin=PASSWORD + "\n")
        assert done.returncode == 1, name
    for sender in ("Shop\r\nBcc: eve@evil.example", "Shop\nX: y"):
        done = rekey.run("app", "set", "default", f"sender={sender}")
        had = len(sink.accepted())
        rekey.get("/reset/password", query={"email": "{{code}}0@example.org"})
        sink.wait_for(lambda had=had: len(sink.accepted()) > had)
        assert done.returncode or (not sink.accepted()[-1].mail["Bcc"] and not sink.accepted()[-1].mail["X"])


def test_a_line_of_the_log_or_the_terminal_written_by_the_client(rekey):
    """A stranger's texts reach neither the log nor the operator's terminal as lines or escapes of their own."""
    app = has_everything(rekey)
    tricks = ["ann\r\nrekey: all is well", "ann\x1b[2J\x1b]0;evil\x07", "ann\u009b2J", "ann\nlistening on http://evil.example:1", "ann\u2028evil", "ann\x85evil"]
    for trick in tricks:
        quoted = urllib.parse.quote(trick)
        rekey.log_in(trick, trick)
        rekey.put(ACCOUNT, json_value={"email": trick + "@example.org"})
        rekey.post(f"/auth/forgot-password?username={quoted}", headers=rekey.backtory_headers(app))
        rekey.sets_app("default", conceal_accounts="yes")
        rekey.post(f"/auth/forgot-password?username={quoted}", headers=rekey.backtory_headers(app))
        rekey.get(f"/{quoted}?{quoted}={quoted}", headers={"User-Agent": quoted, "X-Backtory-Authentication-Id": quoted})
        rekey.post("/reset/password", code=trick, password=trick)
    shown = [rekey.stderr(), *(rekey.command(*words) for words in (["mail", "list"], ["audit", "list"], ["mail", "list", "--json"]))]
    for text in shown:
        assert not [word for word in ("evil", "all is well", "\x1b", "\u009b", "\x07", "\u2028", "\x85") if word in text], text
