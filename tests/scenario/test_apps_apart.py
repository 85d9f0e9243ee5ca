# SPDX-License-Identifier: Apache-2.0
"""Two apps with the same people: every identifier, key and token of one, at every door of the other.

A door is a row: a request with one place in it for something that its caller has. A new route joins by a row, and
something new that an app or a person has joins by a line in things_of(). Afterwards each door is opened by what it is
made for, so that a door that refuses everybody proves nothing, and so that nothing was spent by being tried elsewhere."""

import dataclasses
import functools
import json
import re
import types
import typing
import urllib.parse

import pytest
from providers import CLIENT_SECRET, Provider, query_of
from server import NO_LIMITS, link_in, secret_in, text_of, token_in
from wire import basic

SETTINGS = NO_LIMITS
ACCOUNT, ACCOUNTS, SESSIONS = "/api/v1/account", "/api/v1/accounts", "/api/v1/sessions"
PASSWORD_PATH, EMAIL, VERIFICATION = ACCOUNT + "/password", ACCOUNT + "/email", ACCOUNT + "/verification"
PEOPLE = ("ann", "bob", "cid", "dan", "eve", "fay", "gil", "hal", "ida", "jon", "kim", "lea", "max", "nia", "ole", "rex", "sam", "tom", "uli", "wes")
NEW = "another password of theirs"


@dataclasses.dataclass
class Side:
    """One of the two apps: what it and its people have."""
    app: typing.Any
    things: dict
    codes: dict = dataclasses.field(default_factory=dict)  # that a provider gave, to go with a state

    @property
    def password(self):
        return self.things["password"]

    @property
    def ways(self):
        """How a request says that it means this app."""
        return {"name": {"prefix": f"/api:{self.app.name}"}, "alias": {"prefix": f"/api:the-{self.app.name}-one"},
                "host": {"host": f"{self.app.name}.example"}}


@dataclasses.dataclass
class Door:
    name: str
    opens_to: str  # what of its own app, of things_of()
    knock: typing.Callable  # (rekey, the side it is at, what is tried, the way) -> the answer
    by_header: bool = False  # the app is named by Backtory's header alone
    is_open: typing.Callable = lambda answer: answer.status < 400
    opened: int = 2  # hundred and something: what it answers to its own


def call(rekey, method, path, way, **options):
    way = dict(way)
    return rekey.request(method, way.pop("prefix", "") + path, **{**way, **options})


def backtory(rekey, path, app_id, key=None, bearer=None, **options):
    headers = {"X-Backtory-Authentication-Id": app_id}
    if key is not None:
        headers["X-Backtory-Authentication-Key"] = key
    return rekey.post("/auth/" + path, headers=headers, bearer=bearer, **options)


def users(rekey, method, path, at, bearer, **options):
    return rekey.request(method, "/auth/" + path, headers={"X-Backtory-Authentication-Id": at.app.id}, bearer=bearer, **options)


def quoted(thing):
    return urllib.parse.quote(thing, safe="")


def introspect(rekey, at, way, headers, token):
    return call(rekey, "POST", SESSIONS + "/introspect", way, headers=headers, token=token)


def type_code(rekey, thing, way):
    """A reference and its code; of what is neither, both."""
    reference, _, code = thing.partition(" ")
    return call(rekey, "PUT", PASSWORD_PATH, way, reference=reference, code=code or reference, new=NEW)


def type_code_on_page(rekey, thing, way):
    reference, _, code = thing.partition(" ")
    return call(rekey, "POST", "/password-reset/code", way,
                form={"email": "wes@example.org", "reference": reference, "code": code or reference, "new": NEW, "confirm": NEW})


def comes_back(rekey, at, state, way, path, **said):
    return call(rekey, "GET", path + "/continue", way, query={"redirect_uri": at.things.get("redirect address", "x"), "state": state, **said})


def on_page(rekey, method, path, at, thing, way, **fields):
    """With a cookie and the token of its forms; of what is neither, both."""
    cookie, _, token = thing.partition(" ")
    headers = {"Cookie": f"__Host-rekey-{at.app.id}={cookie}", "Sec-Fetch-Site": "same-origin"}
    form = {"form": {"form_token": token or cookie, **fields}} if method == "POST" else {}
    return call(rekey, method, path, way, headers=headers, **form)


def is_signed_in(answer):
    """A page of the account, or the way to it: others are sent to, or shown, where one signs in."""
    if answer.status == 303:
        return not answer.headers["Location"].endswith(("sign-in", "password-reset"))
    return answer.status == 200 and not any(attributes.get("id") == "sign-in" for _, attributes in answer.page.tags)


def page_door(what, opens_to, method, path, opened=3, **fields):
    return Door("person: " + what, opens_to, lambda rekey, at, thing, way: on_page(
        rekey, method, path, at, thing, way, **{key: value(at) if callable(value) else value for key, value in fields.items()}),
        is_open=is_signed_in, opened=opened)


# A person's own pages.
PAGE_DOORS = [
    Door("person: a sign-in", "password", lambda rekey, at, thing, way: on_page(
        rekey, "POST", "/sign-in", at, "x", way, login="sam", password=thing), is_open=is_signed_in, opened=3),
    page_door("whether somebody is signed in", "page session", "GET", "/sign-in"),
    page_door("the way to another password", "page session", "GET", "/.well-known/change-password"),
    page_door("the account", "page session", "GET", "/account", opened=2),
    page_door("the profile", "page session", "POST", "/account/profile", name="Sam"),
    Door("person: the end of another session", "page session's other id", lambda rekey, at, thing, way: on_page(
        rekey, "POST", "/account/sessions/end", at, at.things["page session"], way, id=thing), is_open=is_signed_in, opened=3),
    page_door("the end of all others", "page session", "POST", "/account/sessions/end-others"),
    page_door("another address", "page session", "POST", "/account/email", email="new-sam@example.org", password=lambda at: at.password),
    page_door("another password", "page session of one who changes", "POST", "/account/password", old=lambda at: at.password, new=NEW, confirm=NEW),
    page_door("the end of the account", "page session of one who leaves", "POST", "/account/delete", opened=2, password=lambda at: at.password, sure="yes"),
]


# LinkedIn's calls, and those of any other provider.
def provider_doors(path):
    return [
        Door(f"hacksystem: a sign-in is begun at {path}", "redirect address", lambda rekey, at, thing, way: call(
            rekey, "GET", path + "/init", way, query={"redirect_uri": thing})),
        Door(f"hacksystem: a sign-in is finished at {path}", f"state of {path}", lambda rekey, at, thing, way: comes_back(
            rekey, at, thing, way, path, code=at.codes.get(path, "x"))),
        Door(f"hacksystem: a sign-in was refused at {path}", f"another state of {path}", lambda rekey, at, thing, way: comes_back(
            rekey, at, thing, way, path, error="access_denied"), is_open=lambda answer: "vouch" in answer.text, opened=4),
    ]


PROVIDER_PATHS = ("/linkedin", "/oauth/linkedin")


# Those that spend something stand behind those that need it.
DOORS = [
    Door("account: a log-in by the password", "password", lambda rekey, at, thing, way: call(
        rekey, "POST", SESSIONS, way, login="ann@example.org", password=thing)),
    Door("account: a log-in as", "username", lambda rekey, at, thing, way: call(
        rekey, "POST", SESSIONS, way, login=thing, password=at.password)),
    Door("backtory: a log-in by the key", "client key", lambda rekey, at, thing, way: backtory(
        rekey, "login", at.app.id, thing, form={"username": "ann", "password": at.password}), by_header=True),
    Door("backtory: a log-in at the app", "public id", lambda rekey, at, thing, way: backtory(
        rekey, "login", thing, at.app.client_key, form={"username": "ann", "password": at.password}), by_header=True),
    Door("backtory: a log-in by the password", "password", lambda rekey, at, thing, way: backtory(
        rekey, "login", at.app.id, at.app.client_key, form={"username": "ann", "password": thing}), by_header=True),
    Door("backtory: a log-in as", "username", lambda rekey, at, thing, way: backtory(
        rekey, "login", at.app.id, at.app.client_key, form={"username": thing, "password": at.password}), by_header=True),
    Door("hacksystem: a log-in by the password", "password", lambda rekey, at, thing, way: call(
        rekey, "POST", "/auth/login", way, email="ann@example.org", password=thing)),
    Door("hacksystem: a log-in as", "address", lambda rekey, at, thing, way: call(
        rekey, "POST", "/auth/login", way, email=thing, password=at.password)),
    Door("pages: a mailed link", "recovery token", lambda rekey, at, thing, way: call(
        rekey, "GET", "/password-reset", way, query={"token": thing})),
    Door("pages: the form of a mailed link", "recovery token", lambda rekey, at, thing, way: call(
        rekey, "POST", "/password-reset", way, form={"token": thing, "new": NEW, "confirm": NEW})),
    Door("account: a reset", "another recovery token", lambda rekey, at, thing, way: call(
        rekey, "PUT", PASSWORD_PATH, way, token=thing, new=NEW)),
    Door("hacksystem: a reset", "reset code", lambda rekey, at, thing, way: call(
        rekey, "POST", "/reset/password", way, code=thing, password=NEW)),
    Door("pages: a confirmation", "confirmation token", lambda rekey, at, thing, way: call(
        rekey, "POST", "/password-reset/confirm", way, form={"token": thing, "username": "bob"})),
    Door("account: the list of sessions", "session", lambda rekey, at, thing, way: call(rekey, "GET", SESSIONS, way, bearer=thing)),
    Door("account: the end of a session", "another session's id", lambda rekey, at, thing, way: call(
        rekey, "DELETE", SESSIONS + "/" + urllib.parse.quote(thing, safe=""), way, bearer=at.things["session"])),
    Door("account: the end of all other sessions", "session", lambda rekey, at, thing, way: call(rekey, "DELETE", SESSIONS, way, bearer=thing)),
    Door("account: a refresh", "refresh token", lambda rekey, at, thing, way: call(
        rekey, "POST", SESSIONS + "/refresh", way, refresh_token=thing)),
    Door("account: the end of this session", "another session", lambda rekey, at, thing, way: call(
        rekey, "DELETE", SESSIONS + "/current", way, bearer=thing)),
    Door("account: the account", "session", lambda rekey, at, thing, way: call(rekey, "GET", ACCOUNT, way, bearer=thing)),
    Door("account: a change of the profile", "session", lambda rekey, at, thing, way: call(
        rekey, "PATCH", ACCOUNT, way, bearer=thing, name="Ann")),
    Door("account: a change of address", "session", lambda rekey, at, thing, way: call(
        rekey, "PUT", EMAIL, way, bearer=thing, email="elsewhere@example.org", password=at.password)),
    Door("account: a change of address by the password", "password", lambda rekey, at, thing, way: call(
        rekey, "PUT", EMAIL, way, bearer=at.things["session"], email="elsewhere@example.net", password=thing)),
    Door("account: the end of an account by the password", "password", lambda rekey, at, thing, way: call(
        rekey, "DELETE", ACCOUNT, way, bearer=at.things["session of one who leaves"], password=thing)),
    Door("account: the end of an account", "session of another who leaves", lambda rekey, at, thing, way: call(
        rekey, "DELETE", ACCOUNT, way, bearer=thing, password=at.password)),
    Door("account: the confirmation of an address", "sign-up token", lambda rekey, at, thing, way: call(
        rekey, "PUT", VERIFICATION, way, token=thing)),
    Door("account: the confirmation of a new address", "address token", lambda rekey, at, thing, way: call(
        rekey, "PUT", EMAIL, way, token=thing)),
    Door("account: a typed code", "typed code", lambda rekey, at, thing, way: type_code(rekey, thing, way)),
    Door("pages: a typed code", "another typed code", lambda rekey, at, thing, way: type_code_on_page(rekey, thing, way)),
    Door("pages: a link that asks for the address", "another sign-up token", lambda rekey, at, thing, way: call(
        rekey, "GET", "/verify", way, query={"token": thing})),
    Door("pages: the confirmation of an address", "another sign-up token", lambda rekey, at, thing, way: call(
        rekey, "POST", "/verify", way, form={"token": thing, "address": "qin@example.org"})),
    Door("pages: the confirmation of a new address", "another address token", lambda rekey, at, thing, way: call(
        rekey, "POST", "/verify/email", way, form={"token": thing, "address": "new-max@example.org"})),
    Door("pages: it was not me", "not-me token", lambda rekey, at, thing, way: call(
        rekey, "POST", "/verify/not-me", way, form={"token": thing, "address": "kim@example.org"})),
    Door("account: who may ask about a token, by the client key", "client key", lambda rekey, at, thing, way: introspect(
        rekey, at, way, basic(at.app.id, thing), at.things["session"])),
    Door("account: who may ask about a token, by the master key", "master key", lambda rekey, at, thing, way: introspect(
        rekey, at, way, basic(at.app.id, thing), at.things["session"])),
    Door("account: who may ask about a token, as", "id and client key", lambda rekey, at, thing, way: introspect(
        rekey, at, way, {"Authorization": "Basic " + thing}, at.things["session"])),
    Door("account: whether a token lives", "session", lambda rekey, at, thing, way: introspect(
        rekey, at, way, basic(at.app.id, at.app.client_key), thing), is_open=lambda answer: answer.body.get("active") is not False),
    Door("account: a change with a session", "session", lambda rekey, at, thing, way: call(
        rekey, "PUT", PASSWORD_PATH, way, old=at.password, new=NEW, bearer=thing)),
    Door("hacksystem: the user", "hack session", lambda rekey, at, thing, way: call(rekey, "GET", "/auth/user", way, bearer=thing)),
    Door("hacksystem: the user, by a token in the query", "hack session", lambda rekey, at, thing, way: call(
        rekey, "GET", "/auth/user", way, query={"authtoken": thing})),
    Door("hacksystem: a change of the profile", "hack session", lambda rekey, at, thing, way: call(
        rekey, "PUT", "/user/profile", way, bearer=thing, user={"info": {"a": 1}})),
    Door("hacksystem: a change of the workspace", "workspace", lambda rekey, at, thing, way: call(
        rekey, "PUT", "/user/profile", way, bearer=at.things["hack session of a workspace"], workspace_info={"name": "another"}, workspace_id=thing)),
    Door("hacksystem: a change of the password", "hack session", lambda rekey, at, thing, way: call(
        rekey, "PUT", "/user/password", way, bearer=thing, password=at.password, new_password=NEW)),
    Door("backtory: a change with a session", "backtory session", lambda rekey, at, thing, way: backtory(
        rekey, "change-password", at.app.id, bearer=thing, lastPassword=at.password, newPassword=NEW), by_header=True),
    Door("backtory: a refresh", "backtory refresh token", lambda rekey, at, thing, way: rekey.post(
        "/auth/login", headers={"X-Backtory-Authentication-Id": at.app.id, "X-Backtory-Authentication-Refresh": "1"},
        form={"refresh_token": thing}), by_header=True),
    Door("backtory: a log-in of the master", "master key", lambda rekey, at, thing, way: backtory(rekey, "login", at.app.id, thing), by_header=True),
    Door("backtory: the user", "guest session", lambda rekey, at, thing, way: users(rekey, "GET", "users/me", at, thing), by_header=True),
    Door("backtory: a change of the user", "guest session", lambda rekey, at, thing, way: users(
        rekey, "PUT", "users/me", at, thing, firstName="Ann"), by_header=True),
    Door("backtory: a change of a user by the master", "master token", lambda rekey, at, thing, way: users(
        rekey, "PUT", "users/" + at.things["account id"], at, thing, firstName="Ann"), by_header=True),
    Door("backtory: a change of a user by id", "account id", lambda rekey, at, thing, way: users(
        rekey, "PUT", "users/" + quoted(thing), at, at.things["master token"], firstName="Ann"), by_header=True),
    Door("backtory: a user by id", "account id", lambda rekey, at, thing, way: users(
        rekey, "GET", "users/" + quoted(thing), at, at.things["master token"]), by_header=True),
    Door("backtory: a user by name", "master token", lambda rekey, at, thing, way: users(
        rekey, "GET", "users/by-username/ann", at, thing), by_header=True),
    Door("backtory: users by ids", "account id", lambda rekey, at, thing, way: users(
        rekey, "POST", "users/by-user-ids", at, at.things["master token"], userIds=[thing]), by_header=True,
         is_open=lambda answer: answer.body.get("users") != []),
    Door("backtory: a search", "master token", lambda rekey, at, thing, way: users(
        rekey, "GET", "users/search", at, thing, query={"word": ""}), by_header=True),
    Door("backtory: a search for what is said elsewhere", "password", lambda rekey, at, thing, way: users(
        rekey, "GET", "users/search", at, at.things["master token"], query={"word": thing[:100] if len(thing) > 4 else "?" + thing}), by_header=True,  # "1" is in everybody's words
         is_open=lambda answer: answer.body.get("users") != []),
    Door("backtory: the number of users", "master token", lambda rekey, at, thing, way: users(
        rekey, "GET", "users/get-number-of-user", at, thing), by_header=True),
    Door("backtory: a guest who becomes somebody", "guest session", lambda rekey, at, thing, way: users(
        rekey, "POST", "guest-users/complete-registration", at, thing, newUsername="una", newPassword=NEW), by_header=True),
    Door("backtory: a guest who becomes somebody by the master", "guest id", lambda rekey, at, thing, way: users(
        rekey, "POST", "guest-users/complete-registration-master", at, at.things["master token"], userId=thing, newUsername="vic",
        newPassword=NEW), by_header=True),
    Door("backtory: the end of a user", "id of one who is removed", lambda rekey, at, thing, way: users(
        rekey, "DELETE", "users/" + quoted(thing), at, at.things["master token"]), by_header=True),
    Door("backtory: the end of a user by the master", "master token", lambda rekey, at, thing, way: users(
        rekey, "DELETE", "users/" + at.things["guest id"], at, thing), by_header=True),
    Door("backtory: a recovery of", "username", lambda rekey, at, thing, way: backtory(
        rekey, "forgot-password", at.app.id, query={"username": thing}, length=False), by_header=True),
    *(door for path in PROVIDER_PATHS for door in provider_doors(path)),
    *PAGE_DOORS,
]

# What both apps' people have alike is no crossing.
COMMON = ("username", "address")


def things_of(rekey, app):
    """All that can be tried elsewhere."""
    password, way = f"the password of {app.name}", {"prefix": f"/api:{app.name}"}
    ids = {}
    for person in PEOPLE:
        done = rekey.run("account", "add", f"{person}@example.org", "--username", person, "--app", app.name, "--password-stdin", "--json",
                         stdin=password + "\n")
        assert done.returncode == 0, done.stderr
        ids[person] = json.loads(done.stdout)["id"]

    def log_in(person):
        return call(rekey, "POST", SESSIONS, way, login=person, password=password).body

    session, refreshed, ended, leaves, leaves_too, kims = (log_in(person) for person in ("ann", "ida", "jon", "nia", "ole", "kim"))
    log_in("ann")
    entries = call(rekey, "GET", SESSIONS, way, bearer=session["access_token"]).body["sessions"]
    session_ids = {entry["current"]: entry["id"] for entry in entries}
    second = backtory(rekey, "login", app.id, app.client_key, form={"username": "eve", "password": password}).body
    hack = call(rekey, "POST", "/auth/login", way, email="hal@example.org", password=password).body
    signed_up = call(rekey, "POST", "/auth/signup", way, email="rae@example.org", password=password).body["authToken"]
    workspace, = call(rekey, "GET", "/auth/user", way, bearer=signed_up).body["workspace"]

    def mailed(person, ask):
        answer = ask(f"{person}@example.org")
        assert answer.status in (200, 202, 204), answer.raw
        return rekey.mail_to(f"{person}@example.org")

    def recovery(address):
        return call(rekey, "PUT", PASSWORD_PATH, way, email=address)

    def sign_up(address):
        return call(rekey, "POST", ACCOUNTS, way, email=address, password=password)

    def address_token(person):
        bearer = log_in(person)["access_token"]
        return token_in(mailed("new-" + person, lambda address: call(rekey, "PUT", EMAIL, way, bearer=bearer, email=address, password=password)))

    def typed_code(mail):
        return " ".join(re.findall(r"(?m)^\s*([0-9A-Z]{4}-[0-9A-Z]{4})\s*$", text_of(mail)))

    def page_session(person):
        answer = call(rekey, "POST", "/sign-in", way, headers={"Sec-Fetch-Site": "same-origin"}, form={"login": person, "password": password})
        cookie = answer.headers["Set-Cookie"].partition("=")[2].partition(";")[0]
        page = call(rekey, "GET", "/account", way, headers={"Cookie": f"__Host-rekey-{app.id}={cookie}"}).page
        return cookie + " " + page.form_with("form_token").inputs["form_token"]

    def change(address):
        return call(rekey, "PUT", PASSWORD_PATH, way, bearer=kims["access_token"], old=password, new=NEW)

    guests = [backtory(rekey, "guest-users", app.id, length=False).body for _ in range(2)]
    guest_session = backtory(rekey, "login", app.id, app.client_key, form={name: guests[0][name] for name in ("username", "password")}).body
    # What is said of somebody, and of nobody elsewhere.
    said = users(rekey, "PUT", "users/me", types.SimpleNamespace(app=app), second["access_token"], firstName=password)
    assert said.status == 200, said.raw
    pages = {"dan": mailed("dan", recovery), "fay": mailed("fay", recovery), "gil": mailed("gil", recovery), "kim": mailed("kim", change), "wes": mailed("wes", recovery)}
    reference, another_reference = (re.search(r"Reference: (\S+)", text_of(pages[name]))[1] for name in ("gil", "wes"))
    sams = log_in("sam")["access_token"]
    other_id, = (entry["id"] for entry in call(rekey, "GET", SESSIONS, way, bearer=sams).body["sessions"])
    return {
        "name": app.name, "alias": f"the-{app.name}-one", "host": f"{app.name}.example", "public id": app.id,
        "client key": app.client_key, "master key": app.master_key,
        "id and client key": basic(app.id, app.client_key)["Authorization"].split()[1],
        "account id": ids["ann"], "password": password, "username": "ann", "address": "ann@example.org",
        "session": session["access_token"], "its refresh token": session["refresh_token"], "another session": ended["access_token"],
        "session of one who leaves": leaves["access_token"], "session of another who leaves": leaves_too["access_token"],
        "refresh token": refreshed["refresh_token"], "session id": session_ids[True], "another session's id": session_ids[False],
        "page session": page_session("sam"), "page session's other id": other_id,
        "page session of one who changes": page_session("uli"), "page session of one who leaves": page_session("tom"),
        "backtory session": second["access_token"], "backtory refresh token": second["refresh_token"], "backtory jti": second["jti"],
        "master token": backtory(rekey, "login", app.id, app.master_key).body["access_token"],
        "guest session": guest_session["access_token"], "guest id": guests[1]["userId"], "id of one who is removed": ids["rex"],
        "guest's username": guests[0]["username"], "guest's password": guests[0]["password"],
        "hack session": hack["authToken"], "hack session of a workspace": signed_up, "workspace": str(workspace["id"]),
        "recovery token": token_in(pages["dan"]), "another recovery token": token_in(pages["fay"]),
        "typed code": reference + " " + typed_code(pages["gil"]), "reference": reference,
        "another typed code": another_reference + " " + typed_code(pages["wes"]), "not-me token": token_in(pages["kim"]),
        "sign-up token": token_in(mailed("pat", sign_up)), "another sign-up token": token_in(mailed("qin", sign_up)),
        "address token": address_token("lea"), "another address token": address_token("max"),
        "confirmation token": token_in(mailed("bob", lambda _: backtory(
            rekey, "forgot-password", app.id, query={"username": "bob"}, length=False))),
        "reset code": secret_in(mailed("cid", lambda address: call(rekey, "GET", "/reset/password", way, query={"email": address}))),
    }


@functools.cache
def provider():
    return Provider()


def side_of(rekey, app):
    """With sign-ins at a provider that both apps know, under one client."""
    side, way = Side(app, things_of(rekey, app)), {"prefix": f"/api:{app.name}"}
    redirect_uri = side.things["redirect address"] = f"https://{app.name}.example/welcome"
    row = provider().settings(redirect_uris=redirect_uri, state="required")
    rekey.command("provider", "set", "linkedin", *(f"{key}={value}" for key, value in row.items()), "--app", app.name, "--secret-stdin",
                  stdin=CLIENT_SECRET + "\n")
    for path in PROVIDER_PATHS:
        for name in ("state", "another state"):
            url = call(rekey, "GET", path + "/init", way, query={"redirect_uri": redirect_uri}).body["authUrl"]
            side.things[f"{name} of {path}"] = query_of(url)["state"]
            side.codes.setdefault(path, provider().lets_in(url, sub=app.name, email=f"{app.name}@example.org"))
    return side


def two_sides(rekey):
    apps = [rekey.has_app(name, dialects=["account", "backtory", "hacksystem"], hosts=[f"{name}.example"], aliases=[f"the-{name}-one"])
            for name in ("red", "blue")]
    return [side_of(rekey, app) for app in apps]


def knocks(sides):
    """Every thing of one side, at every door of the other, by every way of saying which app is meant; a page's cookie
    says it once more, so there two ways are enough."""
    for own, at in (sides, reversed(sides)):
        for door in DOORS:
            ways = {"header": {}} if door.by_header else {
                **at.ways, "name, at the other's host": {**at.ways["name"], **own.ways["host"]}}
            if door in PAGE_DOORS:
                ways = {way: ways[way] for way in ("host", "name, at the other's host")}
            for way_name, way in ways.items():
                for thing_name, thing in own.things.items():
                    if thing_name not in COMMON:
                        yield f"{own.app.name}'s {thing_name} at {at.app.name}: {door.name}, by {way_name}", door, at, thing, way


@pytest.mark.timeout(600)
def test_nothing_that_one_app_has_opens_a_door_of_another(rekey):
    sides = two_sides(rekey)
    tried, crossings = 0, []
    for name, door, at, thing, way in knocks(sides):
        answer = door.knock(rekey, at, thing, way)
        assert answer.status < 500, (name, answer.status, answer.raw)
        tried += 1
        if isinstance(thing, str) and door.by_header:
            assert users(rekey, "DELETE", "logout", at, None, query={"refresh-token": thing}).status == 200
        if door.is_open(answer):
            crossings.append((name, answer.status))
    print(f"{tried} pairs tried, {len(crossings)} crossings")
    assert not crossings
    rekey.gets_no_mail()
    for side in sides:
        for door in DOORS:
            answer = door.knock(rekey, side, side.things[door.opens_to], {} if door.by_header else side.ways["host"])
            assert answer.status // 100 == door.opened and door.is_open(answer), (side.app.name, door.name, answer.status, answer.raw)
    assert tried > 11000


def test_what_anyone_may_ask_of_an_app_knows_nothing_of_another(rekey):
    """No token is shown here, and nobody is told apart: what counts is who gets which mail, and whose name is taken."""
    for name in ("red", "blue"):
        rekey.has_app(name, dialects=["account", "backtory", "hacksystem"], hosts=[f"{name}.example"])
    rekey.has_account("ann@example.org", username="ann", app="red")
    blue = {"host": "blue.example"}
    assert rekey.put(PASSWORD_PATH, email="ann@example.org", **blue).status == 202
    assert rekey.put(VERIFICATION, email="ann@example.org", **blue).status == 202
    assert rekey.get("/reset/password", query={"email": "ann@example.org"}, **blue).status == 400
    assert backtory(rekey, "forgot-password", rekey.apps["blue"].id, query={"username": "ann"}, length=False).status == 404
    rekey.gets_no_mail()
    signed_up = rekey.post(ACCOUNTS, email="ann@example.org", username="ann", password="the password of blue", **blue)
    assert signed_up.status == 202
    link = link_in(rekey.mail_to("ann@example.org"))
    assert rekey.open_link(link, host="red.example").status == 410 or "/api:" in link
    assert rekey.put(VERIFICATION, token=urllib.parse.parse_qs(urllib.parse.urlsplit(link).query)["token"][0], **blue).status == 204
    assert rekey.can_log_in("ann", "the password of blue", **blue)
    assert not rekey.can_log_in("ann", "the password of blue", host="red.example")


# Anyone may ask for these, and there is nothing to show; the key set is of all apps.
OPEN_TO_ALL = {("person", "account_sign_up"), ("pages", "app_logo"), ("pages", "password_strength"), ("pages", "return_look"),
               ("account", "recovery_request"), ("hacksystem", "recovery_request"), ("pages", "recovery_request"), ("account", "account_sign_up"),
               ("account", "verification_request"), ("account", "key_set"), ("backtory", "user_register"), ("backtory", "guest_add"),
               ("backtory", "key_public"),
               # It answers alike whatever it is shown; that it ended nothing of the other app is what opening the doors shows.
               ("backtory", "session_end_by_token"), ("person", "session_end"),
               ("hacksystem", "person_sign_up"), ("hacksystem", "content_show"),
               ("hacksystem", "waiting_join")}


def knocked(door):
    """What a door's request looks like: (method, path, names of what it carries)."""
    class Listener:
        def request(self, method, path, query=None, form=None, headers=None, **options):
            self.heard = method, path.removeprefix("/api:red"), {*(query or {}), *(form or {}), *(headers or {}), *options}

        def post(self, path, **options):
            self.request("POST", path, **options)

    listener = Listener()
    app = types.SimpleNamespace(name="red", id="id", client_key="key", master_key="key")
    things = {name: "x" for name in ("password", "session", "session of one who leaves", "master token", "account id", "guest id", "hack session of a workspace", "page session")}
    door.knock(listener, Side(app, things), "x", {"prefix": "/api:red"})
    return listener.heard


def leads_to(knock, method, path, when):
    asked, asked_path, names = knock
    pattern = re.sub(r"\\{\w+\\}", "[^/]+", re.escape(path))
    return asked == method and re.fullmatch(pattern, asked_path) and (when == "-" or when in names)


def test_every_route_that_runs_an_operation_is_a_door_or_open_to_all(rekey):
    """A new route that nobody tried from the other app is found here."""
    done = rekey.run("serve", "--print-routes")
    assert done.returncode == 0, done.stderr
    routes = [line.split()[:5] for line in done.stdout.splitlines()]
    heard = [(door.name.split(":")[0], knocked(door)) for door in DOORS]
    untried = [(dialect, method, path, when, operation) for dialect, method, path, when, operation in routes
               if operation != "-" and (dialect, operation) not in OPEN_TO_ALL
               and not any(name == dialect and leads_to(knock, method, path, when) for name, knock in heard)]
    assert len(routes) > 30 and not untried, "add rows to DOORS for these"
