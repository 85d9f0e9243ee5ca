# SPDX-License-Identifier: Apache-2.0
"""The calls whose answers must not tell, by their time, what they do not tell by their words.

A row: the format, what is asked, in which state the mail server is, and two makers of requests: for
somebody or something that is there, and for one that is not. Each takes a number and gives bytes, of
the same length. `paused`: each request waits until what the one before has set going is over, and
is followed at once by a stranger's, whose time may tell what the server is busy with."""

import dataclasses
import functools
import json
import secrets
import urllib.parse

import house
import server
from client import request_bytes

MEMBERS, INVITED, DEAD_TOKENS, CODES = 400, 100, 12, 300
WRONG = "not the right password"
APPS = {
    "default": (("account",), {}),
    "shop": (("backtory",), {"conceal_accounts": "yes"}),
    "hack": (("hacksystem",), {"conceal_accounts": "yes"}),
}


@dataclasses.dataclass
class Call:
    format: str
    name: str
    known: object
    unknown: object
    mail: str = "up"  # or "down": nobody listens there; "dear": up, and hashes cost more than when they were made
    paused: bool = False
    probe: object = None


def stranger_name(i):
    return f"nobody{i:05d}"


def member_name(i):
    return f"member{i % MEMBERS:05d}"


def invited(i):
    return house.invited_address(i % INVITED)


# As long as an invited one's.
def uninvited(i):
    return f"ghost{i:06d}@bench.example"


# ---- requests ----

def recovery(login):
    return request_bytes("PUT", "/api/v1/account/password", {"email": login})


def log_in(login):
    return request_bytes("POST", "/api/v1/sessions", {"login": login, "password": WRONG})


def redemption(token):
    return request_bytes("PUT", "/api/v1/account/password", {"token": token, "new": "a password of my own"})


def sign_up(email):
    return request_bytes("POST", "/api/v1/accounts", {"email": email, "password": "a password of my own"})


def verification(email):
    return request_bytes("PUT", "/api/v1/account/verification", {"email": email})


def typed_code(reference):
    return request_bytes("PUT", "/api/v1/account/password", {"reference": reference, "code": "0000-0000", "new": "a password of my own"})


def email_change(bearer, email):
    return request_bytes("PUT", "/api/v1/account/email", {"email": email, "password": server.PASSWORD},
                         headers=[("Authorization", "Bearer " + bearer)])


def backtory_forgot(app, username):
    return request_bytes("POST", "/auth/forgot-password?username=" + username,
                         headers=[("X-Backtory-Authentication-Id", app.id)])


def backtory_log_in(app, username):
    return request_bytes(
        "POST", "/auth/login", body=urllib.parse.urlencode({"username": username, "password": WRONG}).encode(),
        headers=[("X-Backtory-Authentication-Id", app.id), ("X-Backtory-Authentication-Key", app.client_key),
                 ("Content-Type", "application/x-www-form-urlencoded")])


def hack_forgot(email):
    return request_bytes("GET", "/api:hack/reset/password?email=" + urllib.parse.quote(email))


def hack_log_in(email):
    return request_bytes("POST", "/api:hack/auth/login", {"email": email, "password": WRONG})


# ---- what is asked with them ----

def of_member(make):
    return lambda i: make(house.member(i % MEMBERS))


def of_stranger(make):
    return lambda i: make(house.stranger(i))


def of_names(make):
    return (lambda i: make(member_name(i))), (lambda i: make(stranger_name(i)))


def of_invited(make):
    return (lambda i: make(invited(i))), (lambda i: make(uninvited(i)))


def control_calls():
    """Strangers beside strangers: what the machine's own noise looks like."""
    return [Call("(control)", "log-in, wrong password: two strangers", of_stranger(log_in), of_stranger(log_in)),
            Call("(control)", "recovery: two strangers", of_stranger(recovery), of_stranger(recovery))]


def log_in_calls(apps):
    backtory = of_names(functools.partial(backtory_log_in, apps["shop"]))
    return [
        Call("account", "log-in, wrong password, by e-mail", of_member(log_in), of_stranger(log_in)),
        Call("account", "log-in, wrong password, by username", *of_names(log_in)),
        Call("account", "log-in to an account that has no password yet", *of_invited(log_in)),
        Call("backtory", "log-in, wrong password (concealing)", *backtory),
        Call("hacksystem", "log-in, wrong password (concealing)", of_member(hack_log_in), of_stranger(hack_log_in)),
    ]


def dearer_calls():
    """After the operator has raised the cost of a hash: whoever has not logged in since has a cheap one."""
    return [Call("account", "log-in, wrong password, to an account whose hash is old", of_member(log_in), of_stranger(log_in), "dear")]


def recovery_calls(apps):
    probe = of_stranger(recovery)
    backtory = of_names(functools.partial(backtory_forgot, apps["shop"]))
    made = []
    for mail in ("up", "down"):
        for paused in (False, True):
            how = {"mail": mail, "paused": paused, "probe": probe if paused else None}
            made += [
                Call("account", "recovery", of_member(recovery), probe, **how),
                Call("backtory", "forgot-password (concealing)", *backtory, **how),
                Call("hacksystem", "reset/password (concealing)", of_member(hack_forgot), of_stranger(hack_forgot), **how),
            ]
    made.append(Call("account", "recovery of an account that has no password yet", *of_invited(recovery)))
    return made


def address_calls():
    """Doors that mail whoever is named: the answer must not tell whose address it is already."""
    made = []
    for paused in (False, True):
        how = {"paused": paused, "probe": of_stranger(recovery) if paused else None}
        made += [
            Call("account", "sign-up, address taken and free", of_member(sign_up), of_stranger(sign_up), **how),
            Call("account", "verification, asked for again", of_member(verification), of_stranger(verification), **how),
        ]
    return made


def signed_in_calls(rekey):
    """Another's address beside nobody's, asked for as one's own; and references of members and strangers."""
    session = rekey.session_of(house.member(MEMBERS - 1))
    move = functools.partial(email_change, session)
    members, strangers = ([rekey.asks_for_reset(name(i)).body["reference"] for i in range(CODES)] for name in (house.member, house.stranger))
    made = [Call("account", "typed code, wrong", lambda i: typed_code(members[i % CODES]), lambda i: typed_code(strangers[i % CODES]))]
    for paused in (False, True):
        made.append(Call("account", "change of address to one that is taken and free", of_member(move), of_stranger(move), paused=paused,
                         probe=of_stranger(recovery) if paused else None))
    return made


def redemption_calls(rekey):
    """Of tokens that were good once, beside such as never were."""
    spent, replaced = dead_tokens(rekey)
    strange = lambda i: redemption(secrets.token_urlsafe(32))
    return [
        Call("account", "redemption, replaced token", lambda i: redemption(replaced[i % len(replaced)]), strange),
        Call("account", "redemption, spent token", lambda i: redemption(spent[i % len(spent)]), strange),
    ]


def dead_tokens(rekey):
    spent, replaced = [], []
    for i in range(DEAD_TOKENS):
        replaced.append(rekey.reset_token(house.member(i)))
        spent.append(rekey.reset_token(house.member(i)))
        answer = rekey.put_password(token=spent[-1], new=server.NEW_PASSWORD)
        assert answer.status == 204, (answer.status, json.dumps(answer.body))
    return spent, replaced
