# SPDX-License-Identifier: Apache-2.0
"""Who tries to have somebody else's link mailed to themselves: by a second address, by an address that
two readers read differently, or by one that only looks like the stored one."""

import itertools
import json
import urllib.parse

import pytest
from attacks import ACCOUNT, ASKERS, NO_LIMITS, address, has_everything, is_refused, rows, settled
from server import PASSWORD, Refused, recipients_of
from test_poisoning import INJECTIONS

SETTINGS = NO_LIMITS

STORED = ["kate@example.org", "ian@example.org", "miss@example.org", "o'hara@example.org", "user@xn--bcher-kva.example"]


@pytest.fixture
def sunk(make_rekey, sink):
    """A server that mails by SMTP to a sink, with the addresses that the attacker is after."""
    rekey = make_rekey({"mail.url": sink.url()}).start()
    rekey.app = rekey.has_app("default", dialects=["account", "backtory", "hacksystem"], conceal_accounts="yes")
    for stored in STORED:
        rekey.has_account(stored, username=stored.split("@")[0], app="default")
    return rekey


def envelopes(rekey, sink):
    """Every recipient so far, in the envelope and in the header, once nothing is due."""
    settled(rekey)
    for one in sink.accepted():
        assert one.recipients == recipients_of(one.mail), (one.recipients, recipients_of(one.mail))
        assert not one.mail["Cc"] and not one.mail["Bcc"] and not one.mail["Reply-To"]
    return [one.recipients for one in sink.accepted()]


# ---- two addresses ----

TWO = ["kate@example.org{0}eve@evil.example".format(separator) for separator in (
    ",", ", ", ";", "; ", "|", " ", "\t", "\n", "\r\n", "\r", "\0", "%00", "%0a", "%0d%0a", "%20", "&", "&email=", "%26email=", "#", "%23", "\\n", "\v", "\f",
    "\u0085", "\u2028", "\u00a0", "\u3000", "\uff0c", "\u037e", "\u061b", "\ufe50", ">,<", "\r\nBcc: ", "\r\nRCPT TO:", "\u560a\u560d")]
READ_TWICE = [
    "kate@example.org<eve@evil.example>", "<kate@example.org>eve@evil.example", "a@x<b@y>", "kate <eve@evil.example>", '"kate@example.org" <eve@evil.example>',
    '"kate@example.org"@evil.example', '"kate@example.org eve"@evil.example', '"kate"@example.org', '"k\\ate"@example.org', 'kate@example.org(@evil.example)',
    "kate(eve@evil.example)@example.org", "(eve@evil.example)kate@example.org", "kate@(evil.example)example.org", "kate@example.org@evil.example",
    "eve@evil.example@example.org", "@evil.example:kate@example.org", "@evil.example,@x.example:kate@example.org", "kate@[127.0.0.1]", "kate@127.0.0.1\r\n",
    "kate@example.org\\@evil.example", "kate\\@example.org", "kate@example.org/@evil.example", "kate@example.org?@evil.example", "kate@evil.example\0@example.org",
    "group:kate@example.org,eve@evil.example;", "kate@example.org;eve@evil.example;", "mailto:kate@example.org", "mailto:kate@example.org?cc=eve@evil.example",
    "kate@example.org?bcc=eve@evil.example", "kate@example.org eve@evil.example", "kate@example.org>", "<kate@example.org", "kate@example.org.", "kate@.example.org",
    "kate@example..org", "kate@-example.org", "kate@exam_ple.org/", "kate@exam%70le.org", "kate@example.org:25", "kate@example.org\u00ad", "kate@exam\u00adple.org",
    "kate@example\u3002org", "kate@example\uff0eorg", "kate@example\uff61org", "kate\u0040example.org\u200b", "kate\uff20example.org", "kate\ufe6bexample.org",
    "=?utf-8?q?kate?= <eve@evil.example>", "kate@=?utf-8?q?example=2eorg?=", "=?x?q?kate=40example.org=00?=foo@evil.example\0"]
OF_A_STRANGER = [
    "=?utf-8?q?kate=40example.org=3e=20?=@evil.example", "=?x?q?kate=40example.org=3ecollab?=@evil.example", "=?utf-7?q?&AGsAYQB0AGU-?=@example.org",
    "+AGsAYQB0AGU-@example.org", "kate+AEA-example.org@evil.example", "kate%example.org@evil.example", "kate%40example.org@evil.example",
    "kate!example.org@evil.example", "evil.example!kate@example.org", "kate=example.org@evil.example", "kate+eve@example.org", "kate/eve@example.org",
    "k.a.t.e@example.org", "kate@example.org.evil.example", "kate@mail.example.org", "kate@example.com", "kate'--@example.org", "kate'or'1'='1@example.org",
    "*@example.org", "%@example.org", "_ate@example.org", "{{email}}@example.org", "${kate}@example.org", "$(eve)@example.org", "`eve`@example.org",
    "|/bin/mail@example.org", "/dev/null@example.org", "kat@example.org", "katee@example.org"]


@pytest.mark.parametrize("door", ASKERS)
def test_a_second_recipient_in_any_disguise(sunk, sink, door):
    """GitLab's CVE-2023-7028, and the parsing discrepancies that PortSwigger lists: nobody is mailed."""
    accepted = [typed for typed in TWO + READ_TWICE + INJECTIONS if not is_refused(ASKERS[door](sunk, sunk.app, typed))]
    assert not accepted
    assert rows(sunk, "outbox") == {"outbox": []}
    for typed in OF_A_STRANGER:
        answer = ASKERS[door](sunk, sunk.app, typed)
        assert answer.status in (200, 202, 400, 422), (typed, answer.status)
    assert envelopes(sunk, sink) == []
    assert ASKERS[door](sunk, sunk.app, "kate@example.org").status in (200, 202)
    assert envelopes(sunk, sink) == [["kate@example.org"]]


def test_a_second_recipient_in_an_array_or_a_repeated_key(sunk, sink):
    kate, eve = "kate@example.org", "eve@evil.example"
    for value in ([kate, eve], [eve, kate], [kate], [[kate, eve]], {"0": kate, "1": eve}, {"email": kate}, {kate: eve}, [kate, None], [{"email": kate}]):
        assert sunk.put(ACCOUNT, json_value={"email": value}).status == 400, value
    for name in ("email[]", "emails", "to", "cc", "bcc", "recipient", "user", "email.0", "email ", "Email"):
        assert sunk.put(ACCOUNT, json_value={name: kate}).status == 400, name
        assert sunk.put(ACCOUNT, json_value={"email": kate, name: eve}).status == 400, name
        assert sunk.put(ACCOUNT, query=[("email", kate), (name, eve)]).status == 400, name
        assert is_refused(sunk.get("/reset/password", query=[("email", kate), (name, eve)])), name
        assert is_refused(sunk.post("/password-reset", form=[(name, eve)])), name
    for pairs in itertools.permutations([("email", kate), ("email", eve)]):
        assert is_refused(sunk.put(ACCOUNT, query=pairs)) and is_refused(sunk.get("/reset/password", query=pairs))
        assert is_refused(sunk.post("/password-reset", form=pairs)) and is_refused(sunk.post("/password-reset", multipart=pairs))
        body = "{" + ", ".join(f'"{name}": "{value}"' for name, value in pairs) + "}"
        assert is_refused(sunk.put(ACCOUNT, body=body, type="application/json"))
    for query in ("username=kate&username=ian", "username[]=kate&username[]=ian", "username=kate&email=eve@evil.example", "username=kate&to=eve@evil.example",
                  "username=kate%26email=eve@evil.example", "username=kate,ian", "username=kate%0aian", "username=kate@example.org"):
        answer = sunk.post("/auth/forgot-password?" + query, headers=sunk.backtory_headers(sunk.app))
        assert answer.status in (200, 400), (query, answer.raw)  # accounts are concealed: a stranger's name is 200
    assert envelopes(sunk, sink) == []


# ---- look-alikes ----

LOOK_ALIKES = {  # what is typed: the one stored address that may be mailed, if any
    "\u212aate@example.org": "kate@example.org",  # the Kelvin sign: canonically the letter itself
    "\u0131an@example.org": None, "\u0130an@example.org": None, "i\u0307an@example.org": None, "\u0456an@example.org": None, "\u217aan@example.org": None,
    "mi\u017fs@example.org": None, "mi\u00df@example.org": None, "mi\u1e9e@example.org": None, "m\u0456ss@example.org": None, "\u217fiss@example.org": None,
    "\uff4b\uff41\uff54\uff45@example.org": None, "\U0001d4c0ate@example.org": None, "k\u0430te@example.org": None, "ka\u0301te@example.org": None,
    "ka\u200bte@example.org": None, "kate\u200d@example.org": None, "\ufeffkate@example.org": None, "\u202eetak@example.org": None, "kate\u0000@example.org": None,
    "kate@ex\u0430mple.org": None, "kate@examp\u017fe.org": None, "kate@\u24d4xample.org": None, "kate@\uff45xample.org": None, "kate@xn--exmple-4uf.org": None,
    "kate@example.\u043erg": None, "kate@exampl\u0435.org": None, "kate@xn--example-.org": None, "kate@example.org\u3002evil.example": None,
    "kate@example\u2024org": None, "o\u2019hara@example.org": None, "o\u02bchara@example.org": None, "o\uff07hara@example.org": None,
    "user@b\u00fccher.example": "user@xn--bcher-kva.example", "user@bu\u0308cher.example": "user@xn--bcher-kva.example",
    "user@xn--bcher-kva.example": "user@xn--bcher-kva.example", "user@XN--BCHER-KVA.example": "user@xn--bcher-kva.example", "user@bucher.example": None,
    "user@xn--bcher-kva": None, "user@xn--xn--bcher-kva-.example": None, "KATE@EXAMPLE.ORG": "kate@example.org", "M\u0130SS@example.org": None,
}


@pytest.mark.parametrize("door", ASKERS)
def test_an_address_that_only_looks_like_the_stored_one(sunk, sink, door):
    """Django's CVE-2019-19844: case mapping found the account, and the mail went to what was typed."""
    for typed in (typed for typed, stored in LOOK_ALIKES.items() if not stored):
        ASKERS[door](sunk, sunk.app, typed)
    assert envelopes(sunk, sink) == []
    for typed, stored in ((typed, stored) for typed, stored in LOOK_ALIKES.items() if stored):
        ASKERS[door](sunk, sunk.app, typed)
        assert envelopes(sunk, sink)[-1] == [stored], typed
        raw = sink.accepted()[-1].raw
        assert typed == stored or not any(spelled.encode() in raw for spelled in (typed, urllib.parse.quote(typed))), typed
    assert len(sink.accepted()) == sum(stored is not None for stored in LOOK_ALIKES.values())


PAIRS = [("kim@example.org", "\u212aim@example.org"), ("ivy@example.org", "\u0131vy@example.org"), ("ivy@example.org", "\u0130vy@example.org"),
         ("sam@example.org", "\u017fam@example.org"), ("ann@example.org", "\uff41nn@example.org"), ("ren\u00e9@example.org", "rene\u0301@example.org"),
         ("ren\u00e9@example.org", "rene@example.org"), ("stra\u00dfe@example.org", "strasse@example.org"), ("\ufb01n@example.org", "fin@example.org"),
         ("max@fa\u00df.example", "max@fass.example"), ("max@b\u00fcro.example", "max@xn--bro-hoa.example"), ("max@\u0431.example", "max@xn--b-.example"),
         ("Bob@example.org", "bob@example.org"), ("tom@Example.ORG", "tom@example.org"), ("a.b@example.org", "ab@example.org"), ("u+1@example.org", "u@example.org")]


def test_an_account_under_a_look_alike_of_the_victims_address(rekey):
    """The attacker's own account, with an address of their own that looks like the victim's: either it is
    refused as taken, or each is found by its own spelling alone."""
    for number, (victim, attacker) in enumerate(PAIRS):
        app = rekey.has_app(f"pair{number}")
        rekey.has_account(victim, app=app.name)
        try:
            rekey.has_account(attacker, app=app.name)
        except Refused:
            assert rekey.sql("SELECT count(*) FROM account WHERE app_id = (SELECT id FROM app WHERE name = ?)", app.name) == [(1,)]
            continue
        stored = [email for email, in rekey.sql("SELECT email FROM account JOIN app ON app.id = app_id WHERE app.name = ? ORDER BY account.id", app.name)]
        assert len(set(stored)) == 2, stored
        for typed, owner in zip((victim, attacker), stored):
            had = len(rekey.all_mails())
            assert rekey.put(f"/api:{app.name}{ACCOUNT}", email=typed).status == 202
            settled(rekey)
            assert [recipients_of(mail) for mail in rekey.all_mails()[had:]] == [[owner]], (typed, owner)


def test_a_username_that_looks_like_the_victims(sunk, sink):
    """Backtory finds accounts by username: what finds the victim's mails the victim, and nobody else."""
    for number, name in enumerate(("admin", "stra\u00dfe", "\u0130ris", "\u03c3\u03bf\u03c6\u03af\u03b1\u03c2")):
        owner, had = f"{number}@owner.example", len(sink.accepted())
        sunk.has_account(owner, username=name, app="default")
        for typed in ("ADMIN", "Admin", "\uff41dmin", "adm\u0131n", "adm\u0130n", "\u0430dmin", "admin ", " admin", "admin\u200b", "ad\u00admin", "admin\0", "STRASSE",
                      "strasse", "stra\u1e9ee", "iris", "\u0131ris", "i\u0307ris", "\u03c3\u03bf\u03c6\u03af\u03b1\u03c3", "\u03a3\u039f\u03a6\u038a\u0391\u03a3", name):
            answer = sunk.post("/auth/forgot-password", query={"username": typed}, headers=sunk.backtory_headers(sunk.app))
            assert answer.status in (200, 400), (name, typed, answer.status)
        got = envelopes(sunk, sink)[had:]
        assert got and all(len(recipients) == 1 and recipients[0].endswith("@owner.example") for recipients in got)
        assert [owner] in got  # mail threads overtake each other
        try:
            sunk.has_account("eve@evil.example", username=name.upper(), app="default")
            raise AssertionError(f"{name.upper()} was free beside {name}")
        except Refused:
            pass
        assert sunk.sql("SELECT email FROM account ORDER BY id DESC LIMIT 1") == [(owner,)]


def test_a_username_that_is_somebody_elses_address(rekey):
    """Pre-hijacking by a name: what names the address is its owner's, whoever took it as a username before."""
    rekey.has_app("default", dialects=["account", "backtory", "hacksystem"])
    rekey.has_account("eve@evil.example", username="ann@example.org", password="a password of eve", app="default")
    assert rekey.put(ACCOUNT, email="ann@example.org").status == 202
    rekey.gets_no_mail()
    rekey.has_account("ann@example.org", username="ann", app="default")
    assert rekey.can_log_in("ann@example.org", PASSWORD) and not rekey.can_log_in("ann@example.org", "a password of eve")
    assert rekey.reset_token("ann@example.org")
    assert rekey.get("/reset/password", query={"email": "ann@example.org"}).status == 200
    rekey.mail_to("ann@example.org")
    rekey.gets_no_mail()


# ---- addresses that are nobody's ----

@pytest.mark.parametrize("placeholder", ["ann@users.invalid", "ann@invalid.invalid", "ann@USERS.INVALID"])
def test_the_mail_of_a_placeholder_address(make_rekey, sink, placeholder):
    """Keycloak gave service accounts such addresses: the owner of a placeholder's domain could reset."""
    rekey = make_rekey({"mail.url": sink.url()}).start()
    app = has_everything(rekey, "bob")
    rekey.has_account(placeholder, username="ann", app="default")
    for door in ASKERS:
        assert ASKERS[door](rekey, app, placeholder).status in (200, 202), door
    assert rekey.post("/auth/forgot-password", query={"username": "ann"}, headers=rekey.backtory_headers(app)).status == 200
    assert rekey.put_password(old=PASSWORD, new="a brand new password", bearer=rekey.session_of(placeholder)).status == 204
    settled(rekey)
    assert not [line for line in sink.commands if line.upper().startswith(("MAIL", "RCPT"))]
    rekey.asks_for_reset(address("bob"))
    sink.wait_for(lambda: [one for one in sink.accepted() if one.recipients == [address("bob")]])


def test_a_sign_of_the_victims_address_comes_back_to_nobody(sunk, sink):
    """A reply, a bounce and an auto-reply go to the configured sender, whatever the request says of itself."""
    hints = {"From": "eve@evil.example", "Reply-To": "eve@evil.example", "Return-Path": "<eve@evil.example>", "Sender": "eve@evil.example",
             "X-Forwarded-For": "evil.example", "Referer": "http://evil.example/", "Disposition-Notification-To": "eve@evil.example"}
    assert sunk.put(ACCOUNT, json_value={"email": "kate@example.org"}, headers=hints).status == 202
    assert envelopes(sunk, sink) == [["kate@example.org"]]
    one, = sink.accepted()
    assert b"evil.example" not in one.raw and one.sender in ("", "no-reply@rekey.example")
    assert json.dumps(sink.commands).count("evil") == 0
