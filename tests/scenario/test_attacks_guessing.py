# SPDX-License-Identifier: Apache-2.0
"""Who guesses: passwords of one account, one password at many, tokens; from one network, from many, or from
one that calls itself many. And who would lock somebody else out by guessing.

The limits are set low in each scenario, and those that it is not about are off."""

import http.client
import json
import re
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from attacks import ACCOUNT, ASKERS, REDEEMERS, SAME_ORIGIN, address, has_everything, id_of, link_token, settled
from server import NEW_PASSWORD, PASSWORD, has_reset_link, text_of, token_in
from wire import basic

OFF = {f"limits.{name}": "none" for name in ("requests_per_network", "failures_per_network", "failures_per_login", "mails_per_address")}
PROXY = {"server.trusted_proxies": "127.0.0.0/30"}  # this test at 127.0.0.1, and 127.0.0.2 behind it


@pytest.fixture
def limited(make_rekey):
    """limited(failures_per_login="3/1h"): a server with ann and bob, behind a proxy that may name its clients."""
    def make(settings=PROXY, **limits):
        rekey = make_rekey({**OFF, **settings, **{f"limits.{name}": value for name, value in limits.items()}}).start()
        rekey.app = has_everything(rekey, "ann", "bob")
        return rekey
    return make


def at(network):
    """The header by which the proxy names its client."""
    return {"X-Forwarded-For": network}


def guess(rekey, name="ann", password="wrong", network="198.51.100.7"):
    return rekey.log_in(address(name), password, headers=at(network))


def guesses_of(rekey, headers):
    """One wrong log-in for each of these, for a login that nobody has guessed at before."""
    return [rekey.log_in(f"somebody{number}@example.org", "wrong", headers=more).status for number, more in enumerate(headers)]


def is_limited(answer):
    assert answer.status != 429 or int(answer.headers["Retry-After"]) > 0
    return answer.status == 429


def doors_that_guess(rekey):
    """Every door at which a secret can be guessed, and how each words its refusal."""
    backtory, key = rekey.backtory_headers(rekey.app), rekey.backtory_headers(rekey.app, rekey.app.client_key)
    bob = rekey.session_of(address("bob"), headers=at("192.0.2.1"))
    unknown = "B" * 43
    page = {"token": unknown, "new": NEW_PASSWORD, "confirm": NEW_PASSWORD}
    return {
        "log in": lambda more: rekey.log_in(address("ann"), "wrong", headers=more),
        "log in by name": lambda more: rekey.log_in("ann", "wrong", headers=more),
        "old password": lambda more: rekey.put(ACCOUNT, json_value={"old": "wrong", "new": NEW_PASSWORD}, bearer=bob, headers=more),
        "token": lambda more: rekey.put(ACCOUNT, json_value={"token": unknown, "new": NEW_PASSWORD}, headers=more),
        "typed code": lambda more: rekey.put(ACCOUNT, json_value={"reference": "K7Q2-9FMX", "code": "0000-0000", "new": NEW_PASSWORD}, headers=more),
        "refresh token": lambda more: rekey.post("/api/v1/sessions/refresh", json_value={"refresh_token": unknown}, headers=more),
        "verification": lambda more: rekey.put("/api/v1/account/verification", json_value={"token": unknown}, headers=more),
        "new address": lambda more: rekey.put("/api/v1/account/email", json_value={"token": unknown}, headers=more),
        "password for a new address": lambda more: rekey.put("/api/v1/account/email", json_value={"email": "x@example.org", "password": "wrong"},
                                                             bearer=bob, headers=more),
        "key of the app": lambda more: rekey.post("/api/v1/sessions/introspect", json_value={"token": "x"}, headers={**basic(rekey.app.id, "x"), **more}),
        "log in at Backtory": lambda more: rekey.post("/auth/login", form={"username": "ann", "password": "wrong"}, headers={**key, **more}),
        "last password": lambda more: rekey.post("/auth/change-password", json_value={"lastPassword": "wrong", "newPassword": NEW_PASSWORD}, bearer=bob,
                                                 headers={**backtory, **more}),
        "log in at Hack System": lambda more: rekey.post("/auth/login", json_value={"email": address("ann"), "password": "wrong"}, headers=more),
        "code": lambda more: rekey.post("/reset/password", json_value={"code": unknown, "password": NEW_PASSWORD}, headers=more),
        "page": lambda more: rekey.post("/password-reset", form=page, headers={**SAME_ORIGIN, **more}, host="rekey.example"),
        **{path: lambda more, path=path: rekey.post(path, form={"token": unknown, "address": address("ann")}, headers={**SAME_ORIGIN, **more},
                                                    host="rekey.example") for path in ("/verify", "/verify/email", "/verify/not-me")},
        "confirm page": lambda more: rekey.post("/password-reset/confirm", form={"token": unknown, "username": "ann"}, headers={**SAME_ORIGIN, **more}, host="rekey.example"),
    }


# ---- many guesses ----

def test_passwords_of_one_account_one_after_another(limited):
    """Zitadel's CVE-2025-64102. After the limit each further try has to wait longer; the right password too."""
    rekey = limited(failures_per_login="3/1h")
    assert [guess(rekey).status for _ in range(3)] == [401] * 3
    waits = []
    for password in ("wrong", PASSWORD, "wrong", "wrong", PASSWORD):
        answer = guess(rekey, password=password)
        assert is_limited(answer) and answer.code == "rate_limited" and answer.type == "application/problem+json"
        waits.append(int(answer.headers["Retry-After"]))
    assert waits == sorted(set(waits)) and waits[0] <= 10 < waits[2] and waits[-1] <= 3600, waits


def test_a_wait_ends_and_the_right_password_ends_the_count(limited):
    rekey = limited(failures_per_login="3/1h")
    for _ in range(3):
        guess(rekey)
    wait = int(guess(rekey).headers["Retry-After"])
    time.sleep(wait + 1)
    assert guess(rekey, password=PASSWORD).status == 201
    assert [guess(rekey).status for _ in range(3)] == [401] * 3 and is_limited(guess(rekey))


def test_a_wait_grows_no_longer_than_the_period(limited):
    rekey = limited(failures_per_login="2/8s")
    waits = [int(answer.headers["Retry-After"]) for answer in (guess(rekey) for _ in range(12)) if is_limited(answer)]
    assert len(waits) == 10 and max(waits) <= 8


def test_passwords_of_one_account_under_other_spellings_of_its_name(limited):
    rekey = limited(failures_per_login="4/1h")
    spellings = ["ann@example.org", "ANN@example.org", "ann@EXAMPLE.ORG", "Ann@Example.org"]
    assert [rekey.log_in(name, "wrong", headers=at("198.51.100.7")).status for name in spellings] == [401] * 4
    assert all(is_limited(rekey.log_in(name, PASSWORD, headers=at("198.51.100.7"))) for name in spellings)


def test_one_password_tried_at_many_accounts(limited):
    """Spraying: the network's count knows no names, and a full one refuses the right password too."""
    rekey = limited(failures_per_network="5/1h")
    assert guesses_of(rekey, [at("198.51.100.7")] * 8) == [401] * 5 + [429] * 3
    answer = guess(rekey, password=PASSWORD)
    assert is_limited(answer) and 3500 <= int(answer.headers["Retry-After"]) <= 3600
    assert guess(rekey, password=PASSWORD, network="198.51.100.8").status == 201


def test_guesses_spread_over_all_doors(limited):
    """One count for all of them, whichever format or page the guess comes by."""
    rekey = limited(failures_per_network="19/1h")
    doors = doors_that_guess(rekey)
    assert len(doors) == 19
    first = {name: send(at("198.51.100.7")).status for name, send in doors.items()}
    assert 429 not in first.values() and all(400 <= status < 500 for status in first.values()), first
    for name, send in doors.items():
        answer = send(at("198.51.100.7"))
        assert is_limited(answer), (name, answer.status)
        assert not is_limited(send(at("203.0.113.9"))), name


def test_each_door_says_it_in_its_own_words(limited):
    rekey = limited(failures_per_network="1/1h")
    doors = doors_that_guess(rekey)
    guess(rekey)
    answers = {name: send(at("198.51.100.7")) for name, send in doors.items()}
    assert {answer.status for answer in answers.values()} == {429}
    assert all(1 <= int(answer.headers["Retry-After"]) <= 3600 for answer in answers.values())
    for name in ("log in", "old password", "token"):
        assert answers[name].type == "application/problem+json" and answers[name].code == "rate_limited"
    for name in ("log in at Backtory", "last password"):
        assert answers[name].body.get("message") or answers[name].body.get("error_description")
    for name in ("log in at Hack System", "code"):
        assert answers[name].code == "ERROR_CODE_TOO_MANY_REQUESTS"
    for name in ("page", "confirm page"):
        assert answers[name].type == "text/html" and answers[name].page.says


def test_tokens_guessed_and_tokens_that_were_known(limited):
    """A dead token is its owner, late; an unknown one is a guess."""
    rekey = limited(failures_per_network="4/1h")
    spent = link_token(rekey)
    assert rekey.put_password(token=spent, new=NEW_PASSWORD).status == 204
    rekey.mail_to(address("ann"))
    superseded = link_token(rekey)
    live = link_token(rekey)
    for _ in range(3):
        for dead in (spent, superseded):
            assert rekey.put_password(token=dead, new="yet another password", headers=at("198.51.100.7")).status == 410
    tries = [REDEEMERS[door](rekey, f"{number:043}", headers=at("198.51.100.7")).status for number, door in enumerate([*REDEEMERS] * 2)]
    assert tries[:4].count(429) == 0 and set(tries[4:]) == {429}, tries
    assert is_limited(rekey.put_password(token=live, new="yet another password", headers=at("198.51.100.7")))
    assert rekey.put_password(token=live, new="yet another password", headers=at("198.51.100.8")).status == 204


def test_the_current_password_guessed_through_the_change_form(limited):
    """T-CHG: a thief with a session has no more tries than one without."""
    rekey = limited(failures_per_network="4/1h")
    session = rekey.session_of(address("ann"), headers=at("192.0.2.1"))
    statuses = [rekey.put_password(old=old, new=NEW_PASSWORD, bearer=session, headers=at("198.51.100.7")).status for old in ["wrong"] * 4 + [PASSWORD] * 2]
    assert statuses == [403] * 4 + [429] * 2
    assert rekey.put_password(old=PASSWORD, new=NEW_PASSWORD, bearer=session, headers=at("192.0.2.1")).status == 204


def test_guesses_between_which_the_attacker_signs_in_as_themselves(limited):
    """T-IPBLOCK: an own success ends nothing but the own login's count."""
    rekey = limited(failures_per_network="6/1h", failures_per_login="3/1h")
    for _ in range(3):
        assert guess(rekey).status == 401
        assert guess(rekey, "bob", PASSWORD).status == 201
    assert is_limited(guess(rekey)) and guess(rekey, "bob", PASSWORD).status == 201
    assert guesses_of(rekey, [at("198.51.100.7")] * 4).count(429) >= 1


def at_once(rekey, count=100):
    with ThreadPoolExecutor(count) as pool:
        answers = list(pool.map(lambda number: guess(rekey, password=f"wrong {number}"), range(count)))
    statuses = [answer.status for answer in answers]
    assert set(statuses) <= {401, 429, 503}
    return statuses


def test_a_hundred_guesses_at_one_login_at_once(limited):
    """Many requests at one moment, before the first is counted."""
    rekey = limited(settings={**PROXY, "hash.queue_max": 200}, failures_per_login="10/1h")
    assert at_once(rekey).count(401) <= 10


def test_a_hundred_guesses_of_one_network_at_once(limited):
    """The network's count may be overrun by what is under way when it fills, and by no more than that, once."""
    rekey = limited(failures_per_network="10/1h")
    first = at_once(rekey)
    assert first.count(401) >= 10, {status: first.count(status) for status in set(first)}
    assert set(at_once(rekey)) == {429} and is_limited(guess(rekey, password=PASSWORD))


def test_guesses_from_a_thousand_networks_at_one_account(limited):
    """What limits each network limits none of them together: there the hash pool does, and the audit trail shows it."""
    rekey = limited(failures_per_login="3/1h", failures_per_network="3/1h")
    statuses = [guess(rekey, network=f"198.51.{number // 250}.{number % 250 + 1}").status for number in range(60)]
    assert set(statuses) == {401}
    assert sum("wrong password" in str(row) for row in rekey.command_json("audit", "list")) >= 60


def test_a_typed_code_guessed_from_a_hundred_networks_at_once(limited):
    """What OWASP asks of short codes: the count is of the reference, wherever the guesses come from, and anybody's or nobody's alike."""
    rekey = limited()
    asked = [rekey.asks_for_reset(name).body["reference"] for name in (address("ann"), "nobody@example.org")]
    mail = rekey.mail_to(address("ann"))
    code, = re.findall(r"(?m)^\s*([0-9A-Z]{4}-[0-9A-Z]{4})\s*$", text_of(mail))

    def one(number):
        return rekey.put(ACCOUNT, json_value={"reference": asked[number % 2], "code": f"{number:04d}-{number:04d}", "new": NEW_PASSWORD},
                         headers=at(f"198.51.100.{number}"))

    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(one, range(1, 201)))
    assert {(answer.status, answer.code) for answer in answers} <= {(410, "token_invalid"), (503, "unavailable")}
    right = rekey.put(ACCOUNT, json_value={"reference": asked[0], "code": code, "new": NEW_PASSWORD}, headers=at("192.0.2.99"))
    assert (right.status, right.code) == (410, "token_invalid")
    assert rekey.put_password(token=token_in(mail), new=NEW_PASSWORD).status == 204


def test_a_flood_from_one_network(limited):
    rekey = limited(requests_per_network="6/1h")
    answers = [guess(rekey, password=PASSWORD) for _ in range(9)]
    assert [answer.status for answer in answers] == [201] * 6 + [429] * 3
    assert all(is_limited(answer) and int(answer.headers["Retry-After"]) > 3000 for answer in answers[6:])
    assert guess(rekey, password=PASSWORD, network="198.51.100.8").status == 201


def test_a_limit_waited_for(limited):
    rekey = limited(failures_per_network="2/8s")
    answers = [guess(rekey) for _ in range(3)]
    assert [answer.status for answer in answers] == [401, 401, 429]
    time.sleep(int(answers[-1].headers["Retry-After"]) + 1)
    assert guess(rekey, password=PASSWORD).status == 201


def test_a_limit_forgotten_by_a_restart(limited):
    rekey = limited(failures_per_network="6/1h", failures_per_login="2/1h", requests_per_network="50/1h")
    assert [guess(rekey).status for _ in range(3)] == [401, 401, 429]
    for _ in range(2):
        rekey.restart()
        assert is_limited(guess(rekey))
    assert guesses_of(rekey, [at("198.51.100.7")] * 6)[-1] == 429
    rekey.restart()
    assert is_limited(guess(rekey, "bob", PASSWORD))


def test_the_limits_that_nobody_set(make_rekey):
    """They are on: more than sixty unknown tokens in a minute are too many."""
    rekey = make_rekey({key: None for key in OFF}).start()
    has_everything(rekey)
    statuses = [rekey.put_password(token=f"{number:043}", new=NEW_PASSWORD).status for number in range(70)]
    assert statuses[:50] == [410] * 50 and statuses[-1] == 429


# ---- who is locked out ----

def test_the_owner_locked_out_by_somebody_elses_guesses(limited):
    """ASVS 6.1.1: what limits the attacker is the attacker's; sessions, other networks and recovery go on."""
    rekey = limited(failures_per_login="3/1h", failures_per_network="8/1h")
    session = rekey.session_of(address("ann"), headers=at("192.0.2.1"))
    while not is_limited(guess(rekey)):
        pass
    for _ in range(8):
        guess(rekey)
    assert guess(rekey, password=PASSWORD, network="192.0.2.1").status == 201
    assert rekey.put_password(old="wrong", new=NEW_PASSWORD, bearer=session, headers=at("192.0.2.1")).status == 403
    assert rekey.sql("SELECT status FROM account WHERE id = ?", id_of(rekey, "ann")) == [(0,)]


def test_recovery_from_the_very_network_that_is_out_of_guesses(limited):
    """Recovery goes on while the login waits, and a finished reset ends the wait."""
    rekey = limited(failures_per_login="3/1h")
    while not is_limited(guess(rekey)):
        pass
    token = link_token(rekey, headers=at("198.51.100.7"))
    assert is_limited(guess(rekey, password=PASSWORD))
    assert rekey.put_password(token=token, new=NEW_PASSWORD, headers=at("198.51.100.7")).status == 204
    assert guess(rekey, password=NEW_PASSWORD).status == 201


def test_a_member_told_from_a_stranger_by_the_limit(limited):
    rekey = limited(failures_per_login="3/1h")
    seen = {}
    for name in ("ann", "nobody"):
        answers = [guess(rekey, name) for _ in range(7)]
        seen[name] = [(answer.status, answer.headers.get("Retry-After"), answer.body) for answer in answers]
    assert seen["ann"] == seen["nobody"] and [status for status, *_ in seen["ann"]] == [401] * 3 + [429] * 4


# ---- mails ----

def test_a_mailbox_flooded_with_links(limited):
    """Every door draws on one count; all are answered alike, and the newest link lives on."""
    rekey = limited(mails_per_address="3/1h")
    for number in range(5):
        for ask in ASKERS.values():
            assert ask(rekey, rekey.app, address("ann"), headers=at(f"198.51.100.{number + 1}")).status in (200, 202)
        assert rekey.post("/auth/forgot-password", query={"username": "ann"}, headers=rekey.backtory_headers(rekey.app)).status == 200
        assert rekey.put(ACCOUNT, email="nobody@example.org").status == 202
    settled(rekey)
    mails = [mail for mail in rekey.all_mails() if mail["To"] == address("ann")]
    assert 1 <= len(mails) <= 3 and all(has_reset_link(mail) for mail in mails)
    assert rekey.sql("SELECT count(*) FROM token WHERE state = 0 AND account_id = ?", id_of(rekey, "ann")) == [(1,)]
    rekey.asks_for_reset(address("bob"))
    rekey.mail_to(address("bob"))


def test_a_victim_whose_last_link_is_used_up_is_mailed_again(limited):
    """The limit never stands between an owner and the only way in."""
    rekey = limited(mails_per_address="1/1h")
    token = link_token(rekey)
    rekey.asks_for_reset(address("ann"))
    rekey.gets_no_mail()
    assert rekey.put_password(token=token, new=NEW_PASSWORD).status == 204
    assert not has_reset_link(rekey.mail_to(address("ann")))
    assert rekey.put_password(token=link_token(rekey), new="yet another password").status == 204


# ---- whose network it is ----

FORWARDED = ["X-Forwarded-For", "X-Real-IP", "X-Client-IP", "Client-IP", "True-Client-IP", "CF-Connecting-IP", "Fastly-Client-IP", "X-Cluster-Client-IP", "X-Originating-IP",
             "X-Remote-IP", "X-Remote-Addr", "X-ProxyUser-Ip", "X-Forwarded", "Forwarded-For", "X-Azure-ClientIP"]


def test_a_new_address_in_every_guess_where_no_proxy_is_trusted(limited):
    """allauth's notice and Parse Server's GHSA-vm5r-c87r-pf6x: the client named its own network."""
    rekey = limited(settings={}, failures_per_network="5/1h")
    statuses = guesses_of(rekey, ({**{name: f"203.0.113.{number}" for name in FORWARDED}, "Forwarded": f"for=203.0.113.{number}"} for number in range(1, 10)))
    assert statuses == [401] * 5 + [429] * 4


def test_a_new_address_in_front_of_what_the_proxy_adds(limited):
    """The rightmost hop that is no proxy of ours counts; what stands left of it is the client's own word."""
    rekey = limited(failures_per_network="4/1h")
    chains = [at(f"203.0.113.{number}, 198.51.100.7") for number in range(3)] + [at(f"127.0.0.1, 203.0.113.{number},198.51.100.7 , 127.0.0.2") for number in range(3)]
    assert guesses_of(rekey, chains) == [401] * 4 + [429] * 2
    lines = [("X-Forwarded-For", "203.0.113.77"), ("X-Forwarded-For", "198.51.100.7")]
    assert is_limited(rekey.log_in("two-lines@example.org", "wrong", headers=lines))
    others = [{"X-Forwarded-For": "198.51.100.7", **{name: f"203.0.113.{number}" for name in FORWARDED[1:]}, "Forwarded": f"for=203.0.113.{number}"} for number in range(3)]
    assert guesses_of(rekey, others) == [429] * 3
    assert not is_limited(rekey.log_in("other@example.org", "wrong", headers=at("198.51.100.7, 203.0.113.50")))


def from_address(rekey, source, headers):
    """A wrong log-in from another address of this machine, which is no proxy."""
    connection = http.client.HTTPConnection(rekey.host, rekey.port, timeout=60, source_address=(source, 0))
    try:
        connection.request("POST", "/api/v1/sessions", json.dumps({"login": f"x{time.monotonic_ns()}@example.org", "password": "wrong"}),
                           {"Content-Type": "application/json", **headers})
        return connection.getresponse().status
    finally:
        connection.close()


def test_an_address_claimed_by_a_peer_that_is_no_proxy(limited):
    rekey = limited(failures_per_network="4/1h")
    assert [from_address(rekey, "127.0.0.9", at(f"203.0.113.{number}")) for number in range(7)] == [401] * 4 + [429] * 3
    assert from_address(rekey, "127.0.0.10", at("127.0.0.9")) == 401


def test_an_address_that_is_none(limited):
    """What cannot be read as an address makes no network of its own: the peer's counts."""
    rekey = limited(failures_per_network="5/1h")
    garbage = ["evil", "", "198.51.100", "198.51.100.256", "1.2.3.4.5", "0x7f.1", "2130706433", "198.51.100.7 evil", "for=198.51.100.7", "unknown", "_hidden", "-", ",", ",,",
               "::g", "[", "%00", "198.51.100.7%20", "a" * 4000]
    statuses = guesses_of(rekey, [at(word) for word in garbage])
    assert statuses == [401] * 5 + [429] * (len(garbage) - 5)


def test_the_same_address_spelled_in_other_ways(limited):
    rekey = limited(failures_per_network="3/1h")
    assert guesses_of(rekey, [at(word) for word in ("198.51.100.7", "::ffff:198.51.100.7", "::FFFF:c633:6407", " 198.51.100.7\t", "198.51.100.7")]) == [401] * 3 + [429] * 2


def test_a_new_address_of_the_same_ipv6_network_in_every_guess(limited):
    """A /64 is one customer's, with more addresses than there are guesses."""
    rekey = limited(failures_per_network="4/1h")
    statuses = guesses_of(rekey, [at(f"2001:db8:0:1:{number:x}::{number + 1:x}") for number in range(7)])
    assert statuses == [401] * 4 + [429] * 3
    assert guesses_of(rekey, [at("2001:db8:0:2::1")]) == [401]


def test_a_count_is_of_one_network_and_kept_without_the_login_in_plain(limited):
    """What is counted is a digest: the table of counters lists no logins that were typed."""
    rekey = limited(failures_per_login="3/1h", failures_per_network="9/1h")
    for _ in range(5):
        guess(rekey, "a-login-that-nobody-has")
    rekey.stop()
    assert b"a-login-that-nobody-has" not in rekey.storage.dump()
