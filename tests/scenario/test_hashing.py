# SPDX-License-Identifier: Apache-2.0
"""What a log-in costs the machine, on the release build: sanitizers bring an allocator of their own."""

import os

import pytest
from server import PASSWORD

LOG_INS, PAGES_OF_A_HASH = 20, 19456 // 4

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
