# SPDX-License-Identifier: Apache-2.0
"""Two apps with the same people: every identifier, key and token of one, at every door of the other.

A door is a row: a request with one place in it for something that its caller has. A new route joins by a row, and
something new that an app or a person has joins by a line in things_of(). Afterwards each door is opened by what it is
made for, so that a door that refuses everybody proves nothing, and so that nothing was spent by being tried elsewhere."""

import base64
import dataclasses
import json
import typing
import urllib.parse

from server import NO_LIMITS, secret_in, token_in

SETTINGS = NO_LIMITS
PASSWORD_PATH, SESSIONS = "/api/v1/account/password", "/api/v1/sessions"
PEOPLE = ("ann", "bob", "cid", "dan", "eve", "fay", "hal", "ida", "jon")
NEW = "another password of theirs"


@dataclasses.dataclass
class Side:
    """One of the two apps: what it and its people have."""
    app: typing.Any
    things: dict

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


def call(rekey, method, path, way, **options):
    way = dict(way)
    return rekey.request(method, way.pop("prefix", "") + path, **{**way, **options})


def backtory(rekey, path, app_id, key=None, bearer=None, **options):
    headers = {"X-Backtory-Authentication-Id": app_id}
    if key is not None:
        headers["X-Backtory-Authentication-Key"] = key
    return rekey.post("/auth/" + path, headers=headers, bearer=bearer, **options)


def basic(user, key):
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{key}".encode()).decode()}


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
    Door("account: a change with a session", "session", lambda rekey, at, thing, way: call(
        rekey, "PUT", PASSWORD_PATH, way, old=at.password, new=NEW, bearer=thing)),
    Door("backtory: a change with a session", "backtory session", lambda rekey, at, thing, way: backtory(
        rekey, "change-password", at.app.id, bearer=thing, lastPassword=at.password, newPassword=NEW), by_header=True),
    Door("backtory: a recovery of", "username", lambda rekey, at, thing, way: backtory(
        rekey, "forgot-password", at.app.id, query={"username": thing}, length=False), by_header=True),
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

    session, refreshed, ended = log_in("ann"), log_in("ida"), log_in("jon")
    log_in("ann")
    entries = call(rekey, "GET", SESSIONS, way, bearer=session["access_token"]).body["sessions"]
    session_ids = {entry["current"]: entry["id"] for entry in entries}
    second = backtory(rekey, "login", app.id, app.client_key, form={"username": "eve", "password": password}).body
    hack = call(rekey, "POST", "/auth/login", way, email="hal@example.org", password=password).body

    def mailed(person, ask):
        answer = ask(f"{person}@example.org")
        assert answer.status in (200, 202), answer.raw
        return rekey.mail_to(f"{person}@example.org")

    def recovery(address):
        return call(rekey, "PUT", PASSWORD_PATH, way, email=address)

    return {
        "name": app.name, "alias": f"the-{app.name}-one", "host": f"{app.name}.example", "public id": app.id,
        "client key": app.client_key, "master key": app.master_key,
        "id and client key": basic(app.id, app.client_key)["Authorization"].split()[1],
        "account id": ids["ann"], "password": password, "username": "ann", "address": "ann@example.org",
        "session": session["access_token"], "its refresh token": session["refresh_token"], "another session": ended["access_token"],
        "refresh token": refreshed["refresh_token"], "session id": session_ids[True], "another session's id": session_ids[False],
        "backtory session": second["access_token"], "backtory refresh token": second["refresh_token"], "backtory jti": second["jti"],
        "hack session": hack["authToken"],
        "recovery token": token_in(mailed("dan", recovery)), "another recovery token": token_in(mailed("fay", recovery)),
        "confirmation token": token_in(mailed("bob", lambda _: backtory(
            rekey, "forgot-password", app.id, query={"username": "bob"}, length=False))),
        "reset code": secret_in(mailed("cid", lambda address: call(rekey, "GET", "/reset/password", way, query={"email": address}))),
    }


def two_sides(rekey):
    apps = [rekey.has_app(name, dialects=["account", "backtory", "hacksystem"], hosts=[f"{name}.example"], aliases=[f"the-{name}-one"])
            for name in ("red", "blue")]
    return [Side(app, things_of(rekey, app)) for app in apps]


def knocks(sides):
    """Every thing of one side, at every door of the other, by every way of saying which app is meant."""
    for own, at in (sides, reversed(sides)):
        for door in DOORS:
            ways = {"header": {}} if door.by_header else {
                **at.ways, "name, at the other's host": {**at.ways["name"], **own.ways["host"]}}
            for way_name, way in ways.items():
                for thing_name, thing in own.things.items():
                    if thing_name not in COMMON:
                        yield f"{own.app.name}'s {thing_name} at {at.app.name}: {door.name}, by {way_name}", door, at, thing, way


def test_nothing_that_one_app_has_opens_a_door_of_another(rekey):
    sides = two_sides(rekey)
    tried, crossings = 0, []
    for name, door, at, thing, way in knocks(sides):
        answer = door.knock(rekey, at, thing, way)
        assert answer.status < 500, (name, answer.status, answer.raw)
        tried += 1
        if answer.status < 400:
            crossings.append((name, answer.status))
    print(f"{tried} pairs tried, {len(crossings)} crossings")
    assert not crossings
    rekey.gets_no_mail()
    for side in sides:
        for door in DOORS:
            answer = door.knock(rekey, side, side.things[door.opens_to], {} if door.by_header else side.ways["host"])
            assert 200 <= answer.status < 300, (side.app.name, door.name, answer.status, answer.raw)
    assert tried > 1500


def test_every_route_of_a_dialect_is_a_door_or_says_why_not(rekey):
    """A new route that nobody tried from the other app is found here."""
    needs_nothing = {"recovery_request", "-", "recovery_link"}  # anyone may ask; the mailed link is a door by its page
    known = {"account_log_in", "account_log_in_with_key", "password_reset", "password_change", "recovery_confirm", "session_list",
             "session_end", "session_end_others", "session_refresh"}
    done = rekey.run("serve", "--print-routes")
    assert done.returncode == 0, done.stderr
    operations = {line.split()[4] for line in done.stdout.splitlines()}
    assert operations - needs_nothing <= known, "add a row to DOORS for the routes of these"
