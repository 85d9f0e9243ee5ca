# SPDX-License-Identifier: Apache-2.0
"""Who wants to know who has an account: by what is answered, by its length, by how long it takes, by what
happens to the next request. Where a format documents such an answer, by its own setting."""

import os
import random
import re
import statistics
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from attacks import ACCOUNT, NO_LIMITS, UNKNOWN, address, has_everything, is_refused, link_token, post_confirm, settled
from server import NEW_PASSWORD, PASSWORD

SETTINGS = NO_LIMITS

PAIRS = 1000
REFERENCE = re.compile(rb"[0-9A-Z]{4}-[0-9A-Z]{4}")


def face(answer, *typed):
    """All that a client sees of an answer, but what is new in each and what the client typed itself."""
    body = REFERENCE.sub(b"REF", answer.raw)
    body = re.sub(rb'"timestamp":\d+', b"", body)
    for words in typed:
        body = body.replace(words.encode(), b"TYPED")
    headers = sorted((name.lower(), value) for name, value in answer.headers.pairs if name.lower() not in ("date", "content-length", "x-request-id"))
    return answer.status, headers, body


def doors(rekey, app):
    """Every door that takes a name, told by the name alone; account itself, or by an app that conceals."""
    backtory, key = rekey.backtory_headers(app), rekey.backtory_headers(app, app.client_key)
    return {
        "account: ask": lambda name: rekey.put(ACCOUNT, json_value={"email": address(name)}),
        "account: ask by query": lambda name: rekey.put(ACCOUNT, query={"email": address(name)}),
        "account: log in": lambda name: rekey.log_in(address(name), "wrong password"),
        "account: log in by name": lambda name: rekey.log_in(name, "wrong password"),
        "account: log in, empty": lambda name: rekey.log_in(address(name), ""),
        "account: log in, long": lambda name: rekey.log_in(address(name), "x" * 10000),
        "page: ask": lambda name: rekey.post("/password-reset", form={"email": address(name)}),
        "backtory: ask": lambda name: rekey.post("/auth/forgot-password", query={"username": name}, headers=backtory),
        "backtory: log in": lambda name: rekey.post("/auth/login", headers=key, form={"username": name, "password": "wrong password"}),
        "hacksystem: ask": lambda name: rekey.get("/reset/password", query={"email": address(name)}),
        "hacksystem: log in": lambda name: rekey.hack_log_in(address(name), "wrong password"),
        "hacksystem: log in, long": lambda name: rekey.hack_log_in(address(name), "x" * 10000),
    }


def members_of_every_kind(rekey):
    """One with a password, one invited who has none, one who is disabled, one whose made password died."""
    app = has_everything(rekey, "plain", "off", "dead")
    rekey.sets_app("default", conceal_accounts="yes")
    rekey.command("account", "add", address("guest"), "--username", "guest")
    rekey.mail_to(address("guest"))
    rekey.sql("UPDATE account SET status = 1 WHERE username = 'off'")
    rekey.sql("UPDATE account SET password_expires_at = 1 WHERE username = 'dead'")
    return app, ("plain", "guest", "off", "dead")


def test_a_member_told_from_a_stranger_by_the_answer(rekey):
    app, members = members_of_every_kind(rekey)
    for door, ask in doors(rekey, app).items():
        faces = {name: face(ask(name), address(name), name) for name in (*members, "nobody", "stranger")}
        assert len({str(one) for one in faces.values()}) == 1, (door, faces)
        lengths = {len(ask(name).raw) for name in ("plain", "nobod")}
        assert len(lengths) == 1, door


def test_a_member_told_from_a_stranger_by_the_right_password_of_a_dead_account(rekey):
    """The right password of an account that is off is answered as a wrong one of nobody."""
    app, _ = members_of_every_kind(rekey)
    for name in ("off", "dead"):
        for there, nobody in ((rekey.log_in(address(name)), rekey.log_in("nobody@example.org")), (rekey.backtory_log_in(app, name), rekey.backtory_log_in(app, "nobody")),
                              (rekey.hack_log_in(address(name)), rekey.hack_log_in("nobody@example.org"))):
            assert is_refused(there) and face(there) == face(nobody)


def test_a_member_told_from_a_stranger_by_the_next_request(rekey):
    """By a state that only members have: a repeated request, one after a reset, one after wrong passwords."""
    app, _ = members_of_every_kind(rekey)
    for door, ask in doors(rekey, app).items():
        faces = {name: [face(ask(name), address(name), name) for _ in range(4)] for name in ("plain", "nobody")}
        assert faces["plain"] == faces["nobody"], door
    assert rekey.sql("SELECT count(*) FROM outbox WHERE login LIKE '%plain%'") == rekey.sql("SELECT count(*) FROM outbox WHERE login LIKE '%nobody%'")


def test_an_account_of_another_app_told_from_nobody(rekey):
    has_everything(rekey)
    rekey.has_app("other", dialects=["account", "backtory", "hacksystem"], hosts=["other.example"], conceal_accounts="yes")
    for ask in (lambda name: rekey.log_in(address(name), PASSWORD, host="other.example"), lambda name: rekey.put(ACCOUNT, json_value={"email": address(name)}, host="other.example"),
                lambda name: rekey.post("/api:other/auth/login", email=address(name), password=PASSWORD)):
        assert face(ask("ann")) == face(ask("zed"))
    rekey.gets_no_mail()


def test_whose_token_it_was_told_by_its_refusal(rekey):
    has_everything(rekey, "ann", "bob")
    spent = link_token(rekey)
    assert rekey.put_password(token=spent, new=NEW_PASSWORD).status == 204
    rekey.has_app("other", dialects=["account"], hosts=["other.example"])
    known, unknown = (rekey.put_password(token=token, new="yet another password") for token in (spent, UNKNOWN))
    assert face(known) == face(unknown)
    live = link_token(rekey, "bob")
    elsewhere = [rekey.put_password(token=token, new=NEW_PASSWORD, host="other.example") for token in (live, UNKNOWN)]
    assert face(elsewhere[0]) == face(elsewhere[1])
    # Before it costs a hash: a password that could not be taken tells nothing of a dead token either.
    assert face(rekey.put_password(token=spent, new="short")) == face(rekey.put_password(token=UNKNOWN, new="short"))
    assert "bob" not in post_confirm(rekey, live, "bob").page.says


def test_documented_disclosures_end_where_the_app_conceals(rekey):
    """Backtory's 404 and Hack System's user_dontexist are documented; conceal_accounts answers all alike."""
    app = has_everything(rekey)
    backtory = rekey.backtory_headers(app)
    asks = (lambda name: rekey.post("/auth/forgot-password", query={"username": name}, headers=backtory), lambda name: rekey.get("/reset/password", query={"email": address(name)}),
            lambda name: rekey.hack_log_in(address(name), "wrong"))
    assert [ask("nobody").status for ask in asks] == [404, 400, 400]
    assert all(face(ask("ann")) != face(ask("nobody")) for ask in asks)
    rekey.sets_app("default", conceal_accounts="yes")
    assert all(face(ask("ann")) == face(ask("nobody")) for ask in asks)


# ---- time ----

def auc(left, right):
    """The chance that one of the left took longer than one of the right (Mann-Whitney)."""
    ranked = sorted([(value, 0) for value in left] + [(value, 1) for value in right])
    ranks = sum(rank for rank, (_, side) in enumerate(ranked, 1) if side == 0)
    return (ranks - len(left) * (len(left) + 1) / 2) / (len(left) * len(right))


def tells_apart(measure, members, strangers):
    """Interleaves at random; a difference counts where the medians are a millisecond apart and the ranks too."""
    times = {"member": [], "stranger": []}
    order = ["member", "stranger"] * PAIRS
    random.Random(1).shuffle(order)
    for kind in order:
        name = random.choice(members if kind == "member" else strangers)
        began = time.perf_counter()
        measure(name)
        times[kind].append(time.perf_counter() - began)
    gap = abs(statistics.median(times["member"]) - statistics.median(times["stranger"]))
    return gap >= 0.001 and abs(auc(times["member"], times["stranger"]) - 0.5) > 0.05, gap, auc(times["member"], times["stranger"])


@pytest.mark.skipif(not os.environ.get("REKEY_RELEASE_BIN"), reason="REKEY_RELEASE_BIN is not set")
@pytest.mark.timeout(600)
@pytest.mark.parametrize("door", ["account: ask", "account: log in", "account: log in by name", "page: ask", "backtory: ask", "backtory: log in", "hacksystem: ask",
                                  "hacksystem: log in"])
def test_a_member_told_from_a_stranger_by_the_time(make_rekey, door):
    """T-ENUM: a thousand pairs, interleaved; the hash costs some milliseconds, so that one left out would show."""
    rekey = make_rekey({"hash.memory_kib": 4096, "hash.passes": 2}, program=os.environ["REKEY_RELEASE_BIN"]).start()
    app, members = members_of_every_kind(rekey)
    ask = doors(rekey, app)[door]
    for name in ("plain", "nobody"):
        ask(name)
    told, gap, rank = tells_apart(ask, members, ["nobody", "stranger", "someone", "other"])
    assert not told, (gap, rank)


def test_the_statistic_tells_a_millisecond(rekey):
    """That the test above can fail."""
    rekey.has_app()

    def slow_for_members(name):
        time.sleep(0.0002 + (0.0025 if name == "plain" else 0) + random.random() / 2000)

    assert tells_apart(slow_for_members, ["plain"], ["nobody"])[0]


def test_a_flood_that_makes_members_wait(make_rekey):
    """A full queue refuses members and strangers alike, before anyone is looked up."""
    rekey = make_rekey({"hash.queue_max": 1, "hash.threads": 1, "hash.memory_kib": 8192}).start()
    has_everything(rekey)
    with ThreadPoolExecutor(40) as pool:
        answers = list(pool.map(lambda number: (number % 2, rekey.log_in(address("ann" if number % 2 else "nobody"), "wrong")), range(160)))
    busy = {member: {str(face(answer)[0]) + answer.text for which, answer in answers if which == member and answer.status == 503} for member in (0, 1)}
    assert busy[0] and busy[0] == busy[1]
    settled(rekey)
