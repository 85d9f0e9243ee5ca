# SPDX-License-Identifier: Apache-2.0
"""Several servers on one database: they share accounts, tokens, sessions, limits and the outbox, and nothing is done twice."""

import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import wire
from server import NEW_PASSWORD, NO_LIMITS, PASSWORD, token_in

pytestmark = pytest.mark.no_tables  # the first of them makes them
TOKENS = int(os.environ.get("REKEY_TOKENS", "60"))


@pytest.fixture
def make_servers(make_rekey):
    """Two servers of one database and one key file, as the manual has them."""

    def make(settings=None):
        first = make_rekey(settings).start()
        second = make_rekey({**(settings or {}), "server.key_file": first.directory / "rekey.key"}, storage=first.storage).start()
        return first, second

    return make


@pytest.fixture
def servers(make_servers):
    return make_servers(NO_LIMITS)


def at_once(calls):
    """Their results, all begun at one moment."""
    barrier = threading.Barrier(len(calls))

    def run(call):
        barrier.wait()
        return call()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def outbox_is_empty(rekey, seconds=20):
    """Nothing is due, or within some seconds nothing is."""
    deadline = time.monotonic() + seconds
    while rekey.sql("SELECT count(*) FROM outbox WHERE state = 0")[0][0]:
        assert time.monotonic() < deadline, rekey.stderr()
        time.sleep(0.05)


def mails_of(servers):
    return [mail for rekey in servers for mail in rekey.all_mails()]


class Mailbox:
    """The mails of one server, for another to read."""

    def __init__(self, rekey):
        self.mails = rekey.all_mails


def mail_to(servers, address):
    """From whichever server sent it."""
    if not servers[0].mailboxes:
        servers[0].delivers_to(Mailbox(servers[1]))
    return servers[0].mail_to(address)


def forget_mails(servers):
    """So that a thousand of them are not read a thousand times."""
    for rekey in servers:
        for path in rekey.mail_directory.glob("*.eml"):
            path.unlink()


def test_tokens_that_are_redeemed_at_two_servers_at_once_are_spent_once(servers):
    refused = won = 0
    for number in range(TOKENS):
        address = f"ann{number}@example.org"
        servers[0].has_account(address)
        servers[number % 2].asks_for_reset(address)
        token = token_in(mail_to(servers, address))
        forget_mails(servers)
        passwords = [f"new password at server {one}" for one in range(2)]
        answers = at_once([lambda rekey=rekey, new=new: rekey.put_password(token=token, new=new) for rekey, new in zip(servers, passwords)])
        assert sorted(answer.status for answer in answers) == [204, 410], [(answer.status, answer.body) for answer in answers]
        winner = [answer.status for answer in answers].index(204)
        won, refused = won + 1, refused + 1
        assert servers[1 - winner].can_log_in(address, passwords[winner]) and not servers[winner].can_log_in(address, passwords[1 - winner])
    assert (won, refused) == (TOKENS, TOKENS)


def test_a_session_that_is_ended_at_one_server_is_refused_by_the_other_in_the_next_request(servers):
    one, other = servers
    one.has_account("ann@example.org")
    password = PASSWORD
    for number in range(10):
        here, there = one.session_of("ann@example.org", password), other.session_of("ann@example.org", password)
        assert other.session_lives(here) and one.session_lives(there)
        assert one.put_password(old=password, new=f"new password {number}", bearer=here).status == 204
        assert not other.session_lives(there) and not one.session_lives(there) and other.session_lives(here)
        password = f"new password {number}"


def test_of_links_asked_for_at_two_servers_at_once_one_lives(servers):
    servers[0].has_account("ann@example.org")
    for _ in range(8):
        at_once([lambda rekey=rekey: rekey.asks_for_reset("ann@example.org") for rekey in servers for _ in range(2)])
        outbox_is_empty(servers[0])
        assert servers[0].sql("SELECT count(*) FROM token WHERE state = 0")[0][0] == 1


def test_a_mail_is_sent_by_one_of_the_servers(servers):
    for number in range(20):
        servers[0].has_account(f"ann{number}@example.org")
    for number in range(20):
        servers[number % 2].asks_for_reset(f"ann{number}@example.org")
    outbox_is_empty(servers[0])
    mails = mails_of(servers)
    assert len(mails) == len({mail["Message-ID"] for mail in mails}) == 20


@pytest.mark.postgresql
def test_requests_of_one_network_are_counted_by_both_servers_together(make_servers):
    servers = make_servers({"limits.requests_per_network": "20/1h"})
    servers[0].has_app()
    statuses = [servers[number % 2].put_password(email="nobody@example.org").status for number in range(30)]
    assert statuses == [202] * 20 + [429] * 10


def test_failures_of_one_login_and_of_one_network_are_counted_by_both_servers_together(make_servers):
    servers = make_servers({**NO_LIMITS, "limits.failures_per_login": "4/1h"})
    servers[0].has_account("ann@example.org")
    statuses = [servers[number % 2].log_in("ann@example.org", "a wrong password").status for number in range(6)]
    assert statuses == [401] * 4 + [429] * 2
    assert servers[0].log_in("ann@example.org", PASSWORD).status == 429
    servers = make_servers({**NO_LIMITS, "limits.failures_per_network": "5/1h"})
    servers[0].has_account("ann@example.org")
    statuses = [servers[number % 2].log_in(f"nobody{number}@example.org", "a wrong password").status for number in range(8)]
    assert statuses == [401] * 5 + [429] * 3


def test_a_message_edited_by_the_operator_is_in_the_next_answer_of_every_server(servers):
    servers[0].has_app("hack", dialects=["hacksystem"])
    servers[0].sets_message("resetcode_empty", "hack", message="Where is the code?")
    for rekey in servers:
        assert rekey.post("/reset/password", password="x").body["message"] == "Where is the code?"


def test_what_one_server_keeps_is_gone_with_neither(servers):
    """One of them is killed: what it had answered is at the other, and its mail goes out from there."""
    one, other = servers
    one.has_account("ann@example.org")
    session = one.session_of("ann@example.org")
    assert one.put_password(old=PASSWORD, new=NEW_PASSWORD, bearer=session).status == 204
    answers = [one.put_password(email="ann@example.org").status for _ in range(3)]
    one.kill()
    assert answers == [202] * 3
    assert other.session_lives(session) and other.can_log_in("ann@example.org", NEW_PASSWORD)
    other.hurry_mail()
    outbox_is_empty(other)


def test_clients_of_two_networks_at_two_servers(servers):
    """The same person from two addresses: nothing is kept in one server alone."""
    one, other = servers
    one.has_account("ann@example.org")
    elsewhere = wire.Client(other.host, other.port, source="127.0.0.2")
    answer = elsewhere.post("/api/v1/sessions", login="ann@example.org", password=PASSWORD)
    assert answer.status == 201 and one.session_lives(answer.body["access_token"])
