# SPDX-License-Identifier: Apache-2.0
"""What a log-in costs the machine, and others, on the release build: sanitizers bring an allocator of
their own, and take their time."""

import collections
import contextlib
import os
import threading

import pytest
import wire
from server import NO_LIMITS, PASSWORD

SETTINGS = NO_LIMITS

LOG_INS, PAGES_OF_A_HASH = 20, 19456 // 4
CROWD, WAIT_SECONDS = 100, 30

pytestmark = pytest.mark.skipif(not os.environ.get("REKEY_RELEASE_BIN"), reason="REKEY_RELEASE_BIN is not set")


def page_faults(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
        return int(stat.read().rsplit(")", 1)[1].split()[7])


def test_a_hash_takes_no_page_fault_for_its_memory(make_rekey):
    rekey = make_rekey({"hash.memory_kib": 19456, "hash.passes": 2}, program=os.environ["REKEY_RELEASE_BIN"]).start()
    rekey.has_account("ann@example.org")
    for _ in range(4):
        assert rekey.log_in("ann@example.org", PASSWORD).status == 201
    before = page_faults(rekey.process.pid)
    for _ in range(LOG_INS):
        assert rekey.log_in("ann@example.org", PASSWORD).status == 201
    each = (page_faults(rekey.process.pid) - before) / LOG_INS
    assert each < PAGES_OF_A_HASH / 20, f"{each} page faults a log-in"


@contextlib.contextmanager
def flood(rekey, **options):
    """A crowd on one network that logs in with a wrong password, again and again. Gives how often it
    got which status."""
    ends, statuses, refused = threading.Event(), collections.Counter(), threading.Event()

    def keep_asking():
        client = wire.Client(rekey.host, rekey.port, source="127.0.0.1")
        while not ends.is_set():
            answer = client.post("/api/v1/sessions", login="eve@example.org", password="a wrong password", **options)
            statuses[answer.status] += 1
            if answer.status == 503:
                refused.set()

    crowd = [threading.Thread(target=keep_asking) for _ in range(CROWD)]
    for one in crowd:
        one.start()
    try:
        assert refused.wait(WAIT_SECONDS), statuses
        yield statuses
    finally:
        ends.set()
        for one in crowd:
            one.join()


@pytest.fixture
def busy_rekey(make_rekey):
    settings = {"hash.memory_kib": 19456, "hash.passes": 2, "hash.threads": 2, "hash.queue_max": 4}
    rekey = make_rekey(settings, program=os.environ["REKEY_RELEASE_BIN"])
    rekey.has_app("one", hosts=["one.example"])
    rekey.has_app("two", hosts=["two.example"])
    for app in ("one", "two"):
        rekey.has_account("ann@example.org", app=app)
    return rekey.start()


@pytest.mark.parametrize("source, app", [("127.0.0.2", "one"), ("127.0.0.1", "two"), ("127.0.0.2", "two")],
                         ids=["another network", "the same network in another app", "another of both"])
def test_beside_a_flood_from_one_network_others_log_in_every_time(busy_rekey, source, app):
    other = wire.Client(busy_rekey.host, busy_rekey.port, source=source)
    with flood(busy_rekey, host="one.example") as statuses:
        for _ in range(LOG_INS):
            answer = other.post("/api/v1/sessions", host=app + ".example", login="ann@example.org", password=PASSWORD)
            assert answer.status == 201, (answer.status, answer.body)
    assert set(statuses) == {401, 503}, statuses


def test_two_floods_leave_room_for_a_third(busy_rekey):
    other = wire.Client(busy_rekey.host, busy_rekey.port, source="127.0.0.2")
    with flood(busy_rekey, host="one.example"), flood(busy_rekey, host="two.example"):
        for _ in range(LOG_INS):
            answer = other.post("/api/v1/sessions", host="one.example", login="ann@example.org", password=PASSWORD)
            assert answer.status == 201, (answer.status, answer.body)
