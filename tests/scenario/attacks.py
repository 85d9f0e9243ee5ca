# SPDX-License-Identifier: Apache-2.0
"""What the attacks have in common: an app that every format serves, its doors as rows, and what the
database holds before and after."""

import contextlib
import random
import string
import time

import server
from server import NEW_PASSWORD, PASSWORD, PUBLIC_URL, secret_in, token_in

ACCOUNT = "/api/v1/account/password"
SAME_ORIGIN = {"Origin": PUBLIC_URL, "Sec-Fetch-Site": "same-origin"}
UNKNOWN = "A" * 43
# Attacks are tried without limits, whose 429 would hide what a door says; those have a file of their own.
NO_LIMITS = getattr(server, "NO_LIMITS", {})
TABLES = ("account", "session", "token", "outbox", "sign_up", "account_field", "workspace", "workspace_member", "waiting", "sign_in")


def has_everything(rekey, *names):
    """One app in all three formats, with an account for each name."""
    app = rekey.has_app("default", dialects=["account", "backtory", "hacksystem"])
    for name in names or ("ann",):
        rekey.has_account(address(name), username=name, app="default")
    return app


def address(name):
    return f"{name}@example.org"


# ---- what must not change ----

# Of an account all but what housekeeping notes there.
COLUMNS = {"account": "id, app_id, public_id, email, email_key, username, username_key, phc, epoch, status, password_set_at,"
                      " password_expires_at, outbox_floor, created_at"}


def rows(rekey, *tables):
    """All of them as they are, by one connection: this is asked after every attack."""
    with contextlib.closing(rekey.storage.connect()) as connection:
        return {table: connection.execute(f"SELECT {COLUMNS.get(table, '*')} FROM {table} ORDER BY id").fetchall() for table in tables or TABLES}


def passwords(rekey):
    """Every account's hash and epoch, by its id."""
    return {number: (phc, epoch) for number, phc, epoch in rekey.sql("SELECT id, phc, epoch FROM account")}


def id_of(rekey, name, app="default"):
    return rekey.sql("SELECT account.id FROM account JOIN app ON app.id = app_id WHERE username = ? AND app.name = ?", name, app)[0][0]


def settled(rekey, seconds=20):
    """Waits until no mail is due."""
    deadline = time.monotonic() + seconds
    while rekey.sql("SELECT count(*) FROM outbox WHERE state = 0")[0][0]:
        assert time.monotonic() < deadline
        time.sleep(0.02)


# ---- getting a secret as its owner does ----

def link_token(rekey, name="ann", **options):
    return rekey.reset_token(address(name), **options)


def hack_code(rekey, name="ann"):
    assert rekey.get("/reset/password", query={"email": address(name)}).status == 200
    return secret_in(rekey.mail_to(address(name)))


def hack_session(rekey, name):
    return rekey.hack_log_in(address(name)).body["authToken"]


def confirm_token(rekey, app, name="ann"):
    answer = rekey.post("/auth/forgot-password", query={"username": name}, headers=rekey.backtory_headers(app))
    assert answer.status == 200, answer.raw
    return token_in(rekey.mail_to(address(name)))


# ---- doors that redeem a token ----

def put_account(rekey, token, new=NEW_PASSWORD, **options):
    return rekey.put_password(token=token, new=new, **options)


def post_hack(rekey, token, new=NEW_PASSWORD, **options):
    return rekey.post("/reset/password", json_value={"code": token, "password": new}, **options)


def post_hack_form(rekey, token, new=NEW_PASSWORD, **options):
    return rekey.post("/reset/password", form={"code": token, "password": new}, **options)


def post_hack_parts(rekey, token, new=NEW_PASSWORD, **options):
    return rekey.post("/reset/password", multipart={"code": token, "password": new}, **options)


def post_page(rekey, token, new=NEW_PASSWORD, headers=None, **options):
    return rekey.post("/password-reset", form={"token": token, "new": new, "confirm": new},
                      headers={**SAME_ORIGIN, **(headers or {})}, **{"host": "rekey.example", **options})


def post_confirm(rekey, token, username="ann", headers=None, **options):
    return rekey.post("/password-reset/confirm", form={"token": token, "username": username},
                      headers={**SAME_ORIGIN, **(headers or {})}, **{"host": "rekey.example", **options})


REDEEMERS = {
    "PUT of account": put_account,
    "JSON of Hack System": post_hack,
    "form of Hack System": post_hack_form,
    "multipart of Hack System": post_hack_parts,
    "form of the page": post_page,
}


def is_done(answer):
    return 200 <= answer.status < 400  # a page may lead on


def is_refused(answer):
    """By what was asked, and not for having asked too often."""
    return 400 <= answer.status < 500 and answer.status != 429


# ---- doors that change a password by the old one ----

def change_at_account(rekey, app, session, old, new=NEW_PASSWORD):
    return rekey.put_password(old=old, new=new, bearer=session)


def change_at_backtory(rekey, app, session, old, new=NEW_PASSWORD):
    return rekey.post("/auth/change-password", headers=rekey.backtory_headers(app), bearer=session,
                      lastPassword=old, newPassword=new)


CHANGERS = {"account": change_at_account, "backtory": change_at_backtory}


# ---- doors that mail ----

def asks_account(rekey, app, name, **options):
    return rekey.put(ACCOUNT, json_value={"email": name}, **options)


def asks_account_by_query(rekey, app, name, **options):
    return rekey.put(ACCOUNT, query={"email": name}, **options)


def asks_hack(rekey, app, name, **options):
    return rekey.get("/reset/password", query={"email": name}, **options)


def asks_page(rekey, app, name, headers=None, **options):
    return rekey.post("/password-reset", form={"email": name}, headers=headers, **options)


ASKERS = {"account": asks_account, "account by query": asks_account_by_query, "hacksystem": asks_hack, "page": asks_page}


# ---- log-in, by each format ----

def log_in_everywhere(rekey, app, name, password=PASSWORD):
    """An access token of each format."""
    return {
        "account": rekey.session_of(address(name), password),
        "backtory": rekey.backtory_session(app, name, password),
        "hacksystem": rekey.hack_log_in(address(name), password).body["authToken"],
    }


def lives_at_backtory(rekey, app, session):
    answer = change_at_backtory(rekey, app, session, "not the last one")
    assert answer.status in (401, 403), answer.raw
    return answer.status == 403


# ---- what a token may be mistaken for ----

PLACES = 64


def variants(token):
    """What is nearly the token: cut, prolonged, one bit off, in another case or another base64. In a long one not at
    every place, but at some from end to end."""
    letters = string.ascii_letters + string.digits + "-_"
    places = range(len(token))
    if len(token) > PLACES:
        places = sorted({0, len(token) - 1, *random.Random(1).sample(places, PLACES - 2)})
    found = {token[:place] for place in places} | {token[place:] for place in places}
    found |= {token + more for more in ("=", "==", "A", " ", "\n", "%00", "&", "#", ";", ".", token)}
    found |= {before + token for before in (" ", "\t", "A", "=", "+")}
    found |= {token.swapcase(), token.upper(), token.lower(), token[::-1], token.encode().hex(),
              "".join(chr(ord(letter) + 0xFEE0) for letter in token), "\u200b" + token, token + "\u0301"}
    for at in places:
        letter = token[at]
        for bit in range(7):
            found.add(token[:at] + chr(ord(letter) ^ 1 << bit) + token[at + 1:])
        found |= {token[:at] + letter.swapcase() + token[at + 1:], token[:at] + token[at + 1:],
                  token[:at] + letters[(letters.find(letter) + 1) % 64] + token[at + 1:]}
    found |= {token[:-1] + letter for letter in letters}  # the bits that base64 leaves unused
    found |= {token.replace("-", "+").replace("_", "/") + padding for padding in ("=", "==")}
    return sorted(found - {token})
