# SPDX-License-Identifier: Apache-2.0
"""Who sends what the doors do not expect: members left out, doubled, added, of another type, nested, and
names that are not quite a member's. Each is refused and writes nothing, though the rest of the
request is right: at the end of each scenario the same request without the trick succeeds."""

import json
import re
import urllib.parse

import pytest
from attacks import (ACCOUNT, NO_LIMITS, SAME_ORIGIN, TABLES, address, confirm_token, hack_code, hack_session, has_everything, is_done, is_refused,
                     link_token, rows, settled)
from people import Person
from server import NEW_PASSWORD, PASSWORD, text_of, token_in
from wire import encode_multipart

SETTINGS = NO_LIMITS
pytestmark = pytest.mark.timeout(300)

ACCOUNTS, EMAIL, VERIFICATION, SESSIONS = "/api/v1/accounts", "/api/v1/account/email", "/api/v1/account/verification", "/api/v1/sessions"
WELCOME = "https://shop.example/welcome"
ACCOUNT_FORMS = ["/account/" + form for form in ("profile", "password", "email", "sessions/end", "sessions/end-others", "delete")]
CODE_GUESSES = 5  # the right one, too, has to be among them

WRONG_TYPES = ["null", "true", "false", "0", "1", "-1", "1e1", "1.5", "[]", "{}", "[[]]", '[""]', "[null]", '{"$ne": ""}', '{"$regex": ".*"}',
               '{"$gt": ""}', '{"$where": "1"}', '{"length": 43}', '{"": ""}', '{"0": "x"}', '{"toString": "x"}', "1e99999", "NaN", "'x'",
               "undefined", '"\\u0000"', '"x\\u0000y"', '"\\ud800"', "[" * 5000 + "]" * 5000, '{"a":' * 2000 + "1" + "}" * 2000]
WRONG_TEXTS = ["", " ", "0", "1", "1e1", "true", "null", "[]", "{}", "*", "%", "_", "' --", "' OR '1'='1", '" OR ""="', "'; --", "$ne", "\\", "..",
               "%00", "{{x}}", "${x}", "\u202e", "\ufeff", "1" * 300]
EXTRA = {"password": "another password", "id": 1, "user_id": 1, "account_id": 1, "role": "admin", "epoch": 1, "phc": "x", "status": 0,
         "email_key": "x", "username_key": "x", "app_id": 1, "app": "other", "kind": 0, "mail": 0, "discloses": True, "access_s": 999999999,
         "repeated": "x", "confirm": NEW_PASSWORD, "__proto__": {"admin": True}, "constructor": {}, "redirect_to": "http://evil.example",
         "": "", "x": None, "expires_in": 1}


# A text that is no token may well be a password: these are tried where they are too short for one.
def wrong_texts(member):
    if member == "code":
        return WRONG_TEXTS[:CODE_GUESSES - 1]
    return [text for text in WRONG_TEXTS if not (takes_any_text(member) and 8 <= len(text) <= 256)]


def takes_any_text(member):
    return member in ("new", "newPassword", "new_password", "confirm", "password")


class Door:
    """A request that succeeds: the members that it has, and how they are sent."""

    def __init__(self, method, path, members, headers=None, bearer=None, host=None):
        self.method, self.path, self.members = method, path, members
        self.options = {"headers": headers, "bearer": bearer, "host": host}

    def send(self, rekey, **options):
        return rekey.request(self.method, self.path, **{**self.options, **options})


def sign_up_token(rekey, name):
    assert rekey.post(ACCOUNTS, email=address(name), password=PASSWORD).status == 202
    return token_in(rekey.mail_to(address(name)))


def address_token(rekey, name, new):
    assert rekey.put(EMAIL, bearer=rekey.session_of(address(name)), email=address(new), password=PASSWORD).status == 202
    return token_in(rekey.mail_to(address(new)))


def not_me_token(rekey, name):
    assert rekey.put(ACCOUNT, bearer=rekey.session_of(address(name)), old=PASSWORD, new=NEW_PASSWORD).status == 204
    return token_in(rekey.mail_to(address(name)))


def typed_code(rekey, name):
    reference = rekey.asks_for_reset(address(name)).body["reference"]
    code, = re.findall(r"(?m)^\s*([0-9A-Z]{4}-[0-9A-Z]{4})\s*$", text_of(rekey.mail_to(address(name))))
    return {"reference": reference, "code": code, "new": NEW_PASSWORD}


def json_doors(rekey, app):
    session = rekey.session_of(address("ann"))
    new = {"token": NEW_PASSWORD, "new": NEW_PASSWORD}
    return {
        "account: ask": Door("PUT", ACCOUNT, {"email": address("ann")}),
        "account: change": Door("PUT", ACCOUNT, {"old": PASSWORD, "new": NEW_PASSWORD}, bearer=session),
        "account: reset": Door("PUT", ACCOUNT, {**new, "token": link_token(rekey, "bob")}),
        "account: typed code": Door("PUT", ACCOUNT, typed_code(rekey, "fay")),
        "account: log in": Door("POST", SESSIONS, {"login": address("cem"), "password": PASSWORD}),
        "account: refresh": Door("POST", SESSIONS + "/refresh", {"refresh_token": rekey.log_in(address("cem")).body["refresh_token"]}),
        "account: sign up": Door("POST", ACCOUNTS, {"email": address("new"), "password": PASSWORD}),
        "account: ask for verification": Door("PUT", VERIFICATION, {"email": address("ann")}),
        "account: verify": Door("PUT", VERIFICATION, {"token": sign_up_token(rekey, "newer")}),
        "account: ask for another address": Door("PUT", EMAIL, {"email": address("elsewhere"), "password": PASSWORD},
                                                bearer=rekey.session_of(address("hal"))),
        "account: confirm another address": Door("PUT", EMAIL, {"token": address_token(rekey, "gus", "new-gus")}),
        "account: delete": Door("DELETE", "/api/v1/account", {"password": PASSWORD}, bearer=rekey.session_of(address("ian"))),
        "backtory: change": Door("POST", "/auth/change-password", {"lastPassword": PASSWORD, "newPassword": NEW_PASSWORD},
                                 headers=rekey.backtory_headers(app), bearer=rekey.backtory_session(app, "dan")),
        "hacksystem: reset": Door("POST", "/reset/password", {"code": hack_code(rekey, "eva"), "password": NEW_PASSWORD}),
        "hacksystem: log in": Door("POST", "/auth/login", {"email": address("cem"), "password": PASSWORD}),
        "hacksystem: sign up": Door("POST", "/auth/signup", {"email": address("nia"), "password": PASSWORD}),
        "hacksystem: change": Door("PUT", "/user/password", {"password": PASSWORD, "new_password": NEW_PASSWORD}, bearer=hack_session(rekey, "kim")),
        "hacksystem: waiting list": Door("POST", "/waitinglist", {"email": address("olaf")}),
    }


def account_doors(rekey):
    """The forms of a person's own pages; each person has one, for some end the session."""
    def door(name, path, **members):
        person = Person(rekey).signs_in(address(name))
        cookie = "; ".join(f"{key}={value}" for key, value in person.cookies.items())
        return Door("POST", path, {"form_token": person.form_token(), **members}, headers={**SAME_ORIGIN, "Cookie": cookie}, host="rekey.example")

    other, = [session for session in rekey.get(SESSIONS, bearer=rekey.session_of(address("pia"))).body["sessions"] if session["current"]]
    return {
        "page: change": door("lea", "/account/password", old=PASSWORD, new=NEW_PASSWORD, confirm=NEW_PASSWORD),
        "page: another address": door("max", "/account/email", email=address("new-max"), password=PASSWORD),
        "page: end a session": door("pia", "/account/sessions/end", id=other["id"]),
        "page: end the others": door("quy", "/account/sessions/end-others"),
        "page: delete": door("rob", "/account/delete", password=PASSWORD, sure="yes"),
        "page: sign out": door("sue", "/sign-out"),
    }


def form_doors(rekey, app):
    page = {"headers": SAME_ORIGIN, "host": "rekey.example"}
    return {
        **account_doors(rekey),
        "page: sign in": Door("POST", "/sign-in", {"login": address("cem"), "password": PASSWORD}, **page),
        "page: sign up": Door("POST", "/sign-up", {"email": address("tom"), "password": PASSWORD}, **page),
        "page: ask": Door("POST", "/password-reset", {"email": address("ann")}, **page),
        "page: reset": Door("POST", "/password-reset", {"token": link_token(rekey, "bob"), "new": NEW_PASSWORD, "confirm": NEW_PASSWORD}, **page),
        "page: confirm": Door("POST", "/password-reset/confirm", {"token": confirm_token(rekey, app, "dan"), "username": "dan"}, **page),
        "page: verify": Door("POST", "/verify", {"token": sign_up_token(rekey, "newest"), "address": address("newest")}, **page),
        "page: confirm another address": Door("POST", "/verify/email", {"token": address_token(rekey, "hal", "new-hal"), "address": address("new-hal")}, **page),
        "page: it was not me": Door("POST", "/verify/not-me", {"token": not_me_token(rekey, "jan"), "address": address("jan")}, **page),
        "backtory: log in": Door("POST", "/auth/login", {"username": "cem", "password": PASSWORD}, headers=rekey.backtory_headers(app, app.client_key)),
        "backtory: refresh": Door("POST", "/auth/login", {"refresh_token": rekey.backtory_log_in(app, "cem").body["refresh_token"]},
                                  headers={**rekey.backtory_headers(app), "X-Backtory-Authentication-Refresh": "1"}),
        "hacksystem: reset": Door("POST", "/reset/password", {"code": hack_code(rekey, "eva"), "password": NEW_PASSWORD}),
        "hacksystem: log in": Door("POST", "/auth/login", {"email": address("cem"), "password": PASSWORD}),
        "hacksystem: sign up": Door("POST", "/auth/signup", {"email": address("nia"), "password": PASSWORD}),
        "hacksystem: change": Door("PUT", "/user/password", {"password": PASSWORD, "new_password": NEW_PASSWORD}, bearer=hack_session(rekey, "kim")),
        "hacksystem: waiting list": Door("POST", "/waitinglist", {"email": address("olaf")}),
    }


def query_doors(rekey, app):
    return {
        "account: ask": Door("PUT", ACCOUNT, {"email": address("ann")}),
        "backtory: ask": Door("POST", "/auth/forgot-password", {"username": "ann"}, headers=rekey.backtory_headers(app)),
        "backtory: log in": Door("POST", "/auth/login", {"username": "cem", "password": PASSWORD}, headers=rekey.backtory_headers(app, app.client_key)),
        "hacksystem: ask": Door("GET", "/reset/password", {"email": address("ann")}),
        "hacksystem: begin a sign-in": Door("GET", "/linkedin/init", {"redirect_uri": WELCOME}),
    }


NAMES = ("ann", "bob", "cem", "dan", "eva", "fay", "gus", "hal", "ian", "jan", "kim", "lea", "max", "pia", "quy", "rob", "sue")


@pytest.fixture
def everything(rekey):
    app = has_everything(rekey, *NAMES)
    rekey.has_account("guest@example.org", username="zoe", app="default")
    rekey.command("provider", "set", "linkedin", "client_id=x", f"redirect_uris={WELCOME}", "--app", "default")
    return app


def check_refused(rekey, door, name, requests):
    """Sends what the options of each request say, and compares the tables after each."""
    before, wrong = rows(rekey, *TABLES), []
    for trick, options in requests:
        answer = door.send(rekey, **options)
        after = rows(rekey, *TABLES)
        if not is_refused(answer) or after != before:
            wrong.append((trick[:200], answer.status, "written" if after != before else "nothing written"))
        before = after
    assert not wrong, (name, wrong)


def json_of(pairs):
    """An object of these pairs of a name and the JSON of its value, as they are."""
    return "{" + ", ".join(f"{json.dumps(name)}: {value}" for name, value in pairs) + "}"


def json_body(pairs):
    return {"body": json_of(pairs), "type": "application/json"}


# ---- JSON ----

@pytest.mark.timeout(300)
def test_a_member_of_another_type_instead_of_a_text(rekey, everything):
    """Strapi's CVE-2019-18818, Devise's CVE-2013-0233 and Parse Server's CVE-2026-30941: {}, 0 and {"$regex"} for a token."""
    doors = json_doors(rekey, everything)
    settled(rekey)
    for name, door in doors.items():
        good = {member: json.dumps(value) for member, value in door.members.items()}
        check_refused(rekey, door, name, [(f"{member} is {wrong}", json_body({**good, member: wrong}.items()))
                                          for member in good for wrong in WRONG_TYPES + [json.dumps(text) for text in wrong_texts(member)]])
        check_refused(rekey, door, name, [(f"{member} in an array, an object", json_body({**good, member: wrapped}.items()))
                                          for member, value in good.items() for wrapped in (f"[{value}]", f"[{value}, {value}]", f'{{"{member}": {value}}}')])
    for name, door in doors.items():
        assert is_done(door.send(rekey, json_value=door.members)), name


def test_a_member_left_out_doubled_or_added(rekey, everything):
    """Kiteworks' CVE-2026-102115, and the mass assignment of CVE-2026-8327."""
    doors = json_doors(rekey, everything)
    settled(rekey)
    for name, door in doors.items():
        good = [(member, json.dumps(value)) for member, value in door.members.items()]
        tricks = [("nothing", json_body([]))]
        for at, (member, value) in enumerate(good):
            tricks += [(f"no {member}", json_body(good[:at] + good[at + 1:])), (f"{member} twice", json_body([*good, (member, value)])),
                       (f"{member}, then another", json_body([*good, (member, '"x"')])), (f"another, then {member}", json_body([(member, '"x"'), *good])),
                       (f"{member} and null", json_body([*good, (member, "null")])),
                       (f"{member} by escapes", {"body": json_of(good)[:-1] + f', "\\u{ord(member[0]):04x}{member[1:]}": "x"}}', "type": "application/json"})]
            for spelled in (member.upper(), member.capitalize(), member + " ", " " + member, member + "[]", member + ".", "." + member,
                            member + "\u200b", member[:-1], "data." + member, "".join(chr(ord(letter) + 0xFEE0) for letter in member)):
                if spelled != member:
                    tricks.append((f"{spelled} for {member}", json_body(good[:at] + [(spelled, value)] + good[at + 1:])))
        tricks += [(f"and {extra}", json_body([*good, (extra, json.dumps(value))])) for extra, value in EXTRA.items() if extra not in door.members]
        check_refused(rekey, door, name, tricks)
    for name, door in doors.items():
        assert is_done(door.send(rekey, json_value=door.members)), name


def test_members_hidden_in_other_objects(rekey, everything):
    doors = json_doors(rekey, everything)
    settled(rekey)
    for name, door in doors.items():
        inner = json.dumps(door.members)
        check_refused(rekey, door, name, [(wrapped[:40], {"body": wrapped, "type": "application/json"}) for wrapped in (
            f'{{"": {inner}}}', f'{{"": {{"": {inner}}}}}', f"[{inner}]", f"[[{inner}]]", f'{{"data": {inner}}}', f'{{"user": {inner}}}', f'{{".": {inner}}}',
            f'{{"__proto__": {inner}}}', json.dumps(inner), inner + inner, inner + "\n" + inner, inner[:-1], inner[1:], inner + "x", inner + "\0",
            f"\ufeff{inner}", f"x={inner}", f")]}}',\n{inner}", f"/* */{inner}", inner[:-1] + ",}", inner.replace('"', "'"))])
    for name, door in doors.items():
        assert is_done(door.send(rekey, json_value=door.members)), name


def test_members_in_the_query_beside_the_body(rekey, everything):
    """Parameter pollution: one half of a request says one thing, the other half another."""
    doors = json_doors(rekey, everything)
    settled(rekey)
    for name, door in doors.items():
        tricks = [("all in both", {"json_value": door.members, "query": door.members}), ("all in the query alone", {"query": door.members, "json_value": {}})]
        for member, value in door.members.items():
            rest = {key: kept for key, kept in door.members.items() if key != member}
            tricks += [(f"{member} in the query", {"json_value": rest, "query": {member: value}}),
                       (f"another {member} in the query", {"json_value": door.members, "query": {member: "x"}})]
        tricks += [(f"{extra} in the query", {"json_value": door.members, "query": {extra: "x"}}) for extra in ("x", "user_id", "_method", "redirect_to")]
        check_refused(rekey, door, name, tricks)
    for name, door in doors.items():
        assert is_done(door.send(rekey, json_value=door.members)), name


def test_one_body_under_the_name_of_another_kind(rekey, everything):
    doors = json_doors(rekey, everything)
    settled(rekey)
    for name, door in doors.items():
        good, form = json.dumps(door.members), urllib.parse.urlencode(door.members)
        parts, parts_type = encode_multipart(door.members)
        check_refused(rekey, door, name, [(f"{kind} as {media_type}", {"body": body, "type": media_type}) for kind, body, media_type in (
            ("JSON", good, None), ("JSON", good, "text/plain"), ("JSON", good, "text/plain;application/json"), ("JSON", good, "application/x-www-form-urlencoded"),
            ("JSON", good, parts_type), ("JSON", good, "application/xml"), ("form", form, "application/json"), ("form", form, "text/plain"),
            ("parts", parts, "application/json"), ("parts", parts, "application/x-www-form-urlencoded"), ("JSON in UTF-16", good.encode("utf-16"), "application/json"),
            ("form with JSON's name", good + "=", "text/plain"))])
        both = [("Content-Type", "text/plain"), ("Content-Type", "application/json")]
        for order in (both, both[::-1]):
            check_refused(rekey, door, name, [("two media types", {"body": good, "headers": [*(door.options["headers"] or {}).items(), *order]})])
    for name, door in doors.items():
        assert is_done(door.send(rekey, json_value=door.members)), name


# ---- forms and queries ----

def tricks_of_names(door, lenient):
    """Pairs for a form or a query; pages pass over members that they do not know."""
    good = list(door.members.items())
    for at, (member, value) in enumerate(good):
        rest = good[:at] + good[at + 1:]
        yield f"no {member}", rest
        yield f"{member} twice", [*good, (member, value)]
        yield f"{member}, then another", [*good, (member, "x")]
        yield f"another, then {member}", [(member, "x"), *good]
        yield f"{member} and nothing", [*good, (member, "")]
        for spelled in (member + "[]", member + "[0]", member + "[$ne]", member + "[$regex]", member.upper(), member + "\0", member + "\0x", "\0" + member,
                        member + " ", member + ".", "user." + member, "user[" + member + "]", member + "\u200b", member + ";", member[:-1]):
            yield f"{spelled!r} for {member}", [*rest, (spelled, value)]
        for wrong in wrong_texts(member):
            yield f"{member} is {wrong!r}", [*rest, (member, wrong)]
        yield f"{member} and NUL", [*rest, (member, value + "\0")]
        yield f"{member} and NUL and more", [*rest, (member, value + "\0x")]
        if not takes_any_text(member):
            yield f"{member}, a second value after a comma", [*rest, (member, f"{value},{value}")]
    if not lenient:
        for extra in EXTRA:
            if extra not in door.members:
                yield f"and {extra}", [*good, (extra, "x")]
        yield "a name with NUL beside", [*good, (good[0][0] + "\0", "x")]


def hidden_field(door):
    """The first member is the secret or whom it is of; whatever stands in it stays its own. (In a new password it would be a part of it.)"""
    (first, value), *rest = door.members.items()
    return {"body": urllib.parse.urlencode([*rest, (first, value)]) + "%26" + (rest[0][0] if rest else first) + "=x", "type": "application/x-www-form-urlencoded"}


def test_a_form_with_fields_left_out_doubled_renamed_or_cut_by_nul(rekey, everything):
    doors = form_doors(rekey, everything)
    settled(rekey)
    for name, door in doors.items():
        check_refused(rekey, door, name, [(trick, {"form": pairs}) for trick, pairs in tricks_of_names(door, name.startswith("page"))])
        check_refused(rekey, door, name, [("nothing", {"form": {}}), ("bare names", {"body": "&".join(door.members), "type": "application/x-www-form-urlencoded"}),
                                          ("semicolons", {"body": urllib.parse.urlencode(door.members).replace("&", ";") + ";x=y",
                                                          "type": "application/x-www-form-urlencoded"}),
                                          ("a second field hidden in the secret", hidden_field(door))])
    for name, door in doors.items():
        assert is_done(door.send(rekey, form=door.members)), name


def test_multipart_with_fields_left_out_doubled_renamed_or_of_files(rekey, everything):
    doors = form_doors(rekey, everything)
    settled(rekey)
    for name, door in doors.items():
        check_refused(rekey, door, name, [(trick, {"multipart": pairs}) for trick, pairs in tricks_of_names(door, name.startswith("page"))])
        good, media_type = encode_multipart(door.members)
        first = next(iter(door.members))
        check_refused(rekey, door, name, [(trick, {"body": body, "type": media_type}) for trick, body in (
            ("two names in one part", good.replace(f'name="{first}"'.encode(), f'name="x"; name="{first}x"'.encode(), 1)),
            ("no name", good.replace(f'; name="{first}"'.encode(), b"", 1)), ("cut", good[:-6]))])
    for name, door in doors.items():
        assert is_done(door.send(rekey, multipart=door.members)), name


def test_a_query_with_parameters_left_out_doubled_renamed_or_smuggled(rekey, everything):
    doors = query_doors(rekey, everything)
    settled(rekey)
    for name, door in doors.items():
        check_refused(rekey, door, name, [(trick, {"query": pairs}) for trick, pairs in tricks_of_names(door, lenient=False)])
        smuggled = [door.path + "?" + "&".join(f"{member}={urllib.parse.quote(value, safe='')}{tail}" for member, value in door.members.items())
                    for tail in ("%26x=y", "%23", "%3Bx=y", "%0d%0aX:y", "%2526x=y", "%ff", "%c0%af", "&x", "&=", "&x=y&x=z")]
        before = rows(rekey)
        for path in smuggled:
            answer = rekey.request(door.method, path, headers=door.options["headers"])
            assert is_refused(answer), (name, path, answer.status)
            assert rows(rekey) == before, (name, path)
    for name, door in doors.items():
        assert is_done(door.send(rekey, query=door.members)), name


def test_two_credentials_where_one_is_meant(rekey, everything):
    """RFC 6750, section 2: a proxy may have looked at the other one."""
    anns, bobs = rekey.session_of(address("ann")), rekey.session_of(address("bob"))
    backtory = list(rekey.backtory_headers(everything).items())
    settled(rekey)
    before = rows(rekey)
    for first, second in ((anns, bobs), (anns, "x"), ("x", anns), (anns, anns)):
        both = [("Authorization", f"Bearer {first}"), ("Authorization", f"Bearer {second}")]
        assert is_refused(rekey.put(ACCOUNT, json_value={"old": PASSWORD, "new": NEW_PASSWORD}, headers=both))
        assert is_refused(rekey.post("/auth/change-password", json_value={"lastPassword": PASSWORD, "newPassword": NEW_PASSWORD}, headers=[*backtory, *both]))
    for header in (f"Bearer {anns}, Bearer {bobs}", f"Bearer {anns},{bobs}", f"Bearer {anns} {bobs}", f"Bearer Bearer {anns}", f'Bearer "{anns}"'):
        assert rekey.put(ACCOUNT, json_value={"old": PASSWORD, "new": NEW_PASSWORD}, headers={"Authorization": header}).status == 401
    assert rows(rekey) == before
    assert rekey.put(ACCOUNT, json_value={"old": PASSWORD, "new": NEW_PASSWORD}, bearer=anns).status == 204


def test_every_door_there_is_was_tried(rekey, everything):
    """The list of routes, as the program prints it: who adds one adds it here, or to the second set."""
    printed = {(method, path) for _, method, path, *_ in (line.split() for line in rekey.command("serve", "--print-routes").splitlines())}
    doors = [*json_doors(rekey, everything).values(), *form_doors(rekey, everything).values(), *query_doors(rekey, everything).values()]
    only_shows = {("GET", "/"), ("GET", "/password-reset"), ("GET", "/dev/mail"), ("GET", "/dev/mail/show"), ("GET", "/assets/{version}/{file}"),
                  ("GET", "/assets/{version}/app.css"), ("GET", "/assets/{version}/logo"), ("GET", "/verify"), ("GET", "/api/v1/account"), ("GET", SESSIONS), ("GET", "/.well-known/jwks.json"), ("GET", "/openapi.json"),
                  ("GET", "/problems/{code}"), ("GET", "/.well-known/change-password"), ("GET", "/auth/token_key"), ("GET", "/auth/users/me"),
                  ("GET", "/auth/users/{user_id}"), ("GET", "/auth/users/by-username/{username}"), ("GET", "/auth/users/get-number-of-user"), ("GET", "/auth/user")}
    only_shows |= {("GET", path) for path in ("/sign-in", "/sign-up", "/account", "/account/profile", "/account/password", "/account/email",
                                              "/account/sessions/end", "/account/sessions/end-others", "/account/delete", "/password-reset/code",
                                              "/dev/mail/html")}
    # test_languages.py, test_recovery_pages.py
    only_shows |= {("POST", "/language"), ("POST", "/password-strength")}
    without_members = {("DELETE", SESSIONS), ("DELETE", SESSIONS + "/current"), ("DELETE", SESSIONS + "/{id}"), ("POST", "/auth/guest-users"),
                       ("DELETE", "/auth/users/{user_id}")}
    # All of a profile may be left out, and a question about any text is one: test_my_account.py, test_introspection.py,
    # test_attacks_hacksystem.py, test_hacksystem_content.py.
    # A guess too many ends the typed code: test_recovery_pages.py, test_account_pages.py.
    tried_elsewhere = {("POST", "/password-reset/code"), ("POST", "/account/profile"), ("PATCH", "/api/v1/account"), ("POST", SESSIONS + "/introspect"), ("PUT", "/user/profile"), ("GET", "/content")}
    # These keep what nobody knows as texts, or take no texts: test_attacks_users.py.
    tried_elsewhere |= {("POST", "/auth/users"), ("PUT", "/auth/users/me"), ("PUT", "/auth/users/{user_id}"), ("POST", "/auth/users/by-user-ids"),
                        ("GET", "/auth/users/search"), ("DELETE", "/auth/logout"), ("POST", "/auth/guest-users/complete-registration"),
                        ("POST", "/auth/guest-users/complete-registration-master")}
    # Their forms answer by leading on, and take nothing without a cookie and its token: test_attacks_forms.py.
    only_shows |= {("GET", "/sign-in"), ("GET", "/sign-up"), ("GET", "/account")} | {("GET", path) for path in ACCOUNT_FORMS}
    tried_elsewhere |= {("POST", path) for path in ("/sign-in", "/sign-up", "/sign-out", *ACCOUNT_FORMS)}
    # A language that is none is passed over: test_languages.py.
    tried_elsewhere |= {("POST", "/language")}
    # A try with the right state spends it: test_linkedin.py.
    tried_elsewhere |= {("GET", "/linkedin/continue"), ("GET", "/oauth/{provider}/init"), ("GET", "/oauth/{provider}/continue")}
    assert printed == {(door.method, door.path) for door in doors} | only_shows | without_members | tried_elsewhere
