# SPDX-License-Identifier: Apache-2.0
"""What script/bench and script/timing rest on: their arithmetic, their accounts, their verdict."""

import argparse
import pathlib
import random
import sys

import pytest
import server

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent / "bench"))

import calls
import house
import ranks
import timing

CHEAP = {"hash.memory_kib": 8, "hash.passes": 1}


def test_the_auc_is_the_share_of_pairs_that_are_won_a_tie_being_half_a_win():
    for _ in range(50):
        first = [random.randint(0, 9) for _ in range(random.randint(1, 12))]
        second = [random.randint(0, 9) for _ in range(random.randint(1, 12))]
        won = sum((a > b) + (a == b) / 2 for a in first for b in second)
        assert ranks.auc(first, second) == pytest.approx(won / len(first) / len(second))
    assert ranks.auc([5, 6], [1, 2]) == 1 and ranks.auc([3, 3], [3, 3]) == 0.5


@pytest.fixture
def home():
    with house.House(server.binary(), CHEAP) as made:
        yield made


def test_copied_accounts_are_accounts(home):
    home.seed(calls.APPS, members=3, invited=2)
    with home.serving() as rekey:
        assert all(rekey.can_log_in(house.member(i), house.PASSWORD) for i in range(3))
        assert rekey.can_log_in("member00002", house.PASSWORD)
        assert not rekey.can_log_in(house.invited_address(1), house.PASSWORD)
        assert rekey.reset_token(house.invited_address(1))
        rekey.check_sanitizers()


# A documented difference, as long as the app does not conceal it.
def test_who_is_told_apart_by_the_answer_is_told_apart(home):
    home.seed({"default": (("account",), {}), "shop": (("backtory",), {})}, members=2)
    with home.serving() as rekey:
        call = next(call for call in calls.recovery_calls(home.apps) if call.format == "backtory")
        asked = argparse.Namespace(pairs=3, pause_ms=0)
        (*_, verdict), = timing.rows_of(rekey, call, asked)
        assert verdict.startswith("ANSWERS DIFFER"), verdict
