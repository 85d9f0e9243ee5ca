# SPDX-License-Identifier: Apache-2.0
"""Who counts on a password being cut, folded or too long for the machine."""

import time

import pytest
from attacks import (ACCOUNT, NO_LIMITS, REDEEMERS, address, change_at_account, change_at_backtory, has_everything, is_done, is_refused,
                     link_token, passwords)
from server import NEW_PASSWORD, PASSWORD

SETTINGS = NO_LIMITS

LONG = "".join(chr(ord("a") + index % 26) for index in range(80))
NEAR = {"another letter at 73": LONG[:72] + "!" + LONG[73:], "another tail": LONG[:72] + "!" * 8, "the first 72": LONG[:72], "the first 64": LONG[:64],
        "one less": LONG[:-1], "one more": LONG + "x", "the last another": LONG[:-1] + "!", "upper case": LONG.upper(), "a space behind": LONG + " "}

SETTERS = {
    **{name: lambda rekey, app, new, redeem=redeem: redeem(rekey, link_token(rekey), new) for name, redeem in REDEEMERS.items()},
    "change at account": lambda rekey, app, new: change_at_account(rekey, app, rekey.session_of(address("ann")), PASSWORD, new),
    "change at Backtory": lambda rekey, app, new: change_at_backtory(rekey, app, rekey.backtory_session(app, "ann"), PASSWORD, new),
}


def logs_in(rekey, app, password):
    """At each format's own log-in."""
    return [rekey.log_in(address("ann"), password).status == 201, rekey.backtory_log_in(app, "ann", password).status == 200,
            rekey.hack_log_in(address("ann"), password).status == 200]


@pytest.mark.parametrize("way", SETTERS)
def test_a_password_that_differs_only_behind_its_72nd_byte(rekey, way):
    """bcrypt reads 72 bytes, and whoever used it bare took the rest for granted."""
    app = has_everything(rekey)
    assert is_done(SETTERS[way](rekey, app, LONG))
    assert logs_in(rekey, app, LONG) == [True] * 3
    for name, near in NEAR.items():
        assert logs_in(rekey, app, near) == [False] * 3, name
    session = rekey.session_of(address("ann"), LONG)
    for name, near in NEAR.items():
        assert change_at_account(rekey, app, session, near).status == change_at_backtory(rekey, app, session, near).status == 403, name


def test_a_password_of_wide_letters_that_differs_only_at_its_end(rekey):
    """72 bytes are 18 letters of four: the 256th counts as the first does."""
    app = has_everything(rekey)
    wide = "\U0001f511" * 255
    assert is_done(REDEEMERS["PUT of account"](rekey, link_token(rekey), wide + "a"))
    assert logs_in(rekey, app, wide + "a") == [True] * 3
    for near in (wide + "b", wide, wide[:18], wide + "\U0001f512", wide + "ab"):
        assert not any(logs_in(rekey, app, near))


@pytest.mark.parametrize("door", REDEEMERS)
def test_a_password_that_ends_at_a_nul(rekey, door):
    """C's own cut: refused as a whole, at every door, rather than kept as what stands before."""
    app = has_everything(rekey)
    token, before = link_token(rekey), passwords(rekey)
    for new in ("a brand new\0password", NEW_PASSWORD + "\0", "\0" + NEW_PASSWORD, "\0" * 12):
        assert is_refused(REDEEMERS[door](rekey, token, new)), new
    session = rekey.session_of(address("ann"))
    for old in (PASSWORD + "\0", PASSWORD + "\0more", "\0" + PASSWORD):
        assert change_at_account(rekey, app, session, old).status == change_at_backtory(rekey, app, session, old).status == 400
        assert not any(logs_in(rekey, app, old)), old
    assert passwords(rekey) == before
    assert is_done(REDEEMERS[door](rekey, token))


def test_a_password_of_a_mebibyte(rekey):
    """413 and at once: nothing of it is hashed, normalized or kept."""
    app = has_everything(rekey)
    token, before, huge = link_token(rekey), passwords(rekey), "x" * 2**20
    session = rekey.session_of(address("ann"))
    for send in (*(lambda redeem=redeem: redeem(rekey, token, huge) for redeem in REDEEMERS.values()), lambda: rekey.log_in(address("ann"), huge),
                 lambda: rekey.hack_log_in(address("ann"), huge), lambda: rekey.backtory_log_in(app, "ann", huge), lambda: change_at_account(rekey, app, session, huge),
                 lambda: change_at_backtory(rekey, app, session, huge), lambda: rekey.put(ACCOUNT, email=huge)):
        began = time.monotonic()
        assert send().status == 413
        assert time.monotonic() - began < 10
    assert passwords(rekey) == before and rekey.is_alive()


def test_a_log_in_with_letters_that_grow_when_they_are_normalized(rekey):
    """Sixteen kibibytes that normalize to more: answered as any wrong password, and the server goes on."""
    app = has_everything(rekey)
    for letter in ("\ufdfa", "\u0390", "\u1f82", "\ufb2c", "\U0001d160", "e" + "\u0301" * 60, "\u0344"):
        near = letter * (14000 // len(letter.encode("unicode_escape")))
        for answer in (rekey.log_in(address("ann"), near), rekey.backtory_log_in(app, "ann", near), rekey.hack_log_in(address("ann"), near)):
            assert is_refused(answer), (letter, answer.status)
    assert logs_in(rekey, app, PASSWORD) == [True] * 3
