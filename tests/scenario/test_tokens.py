# SPDX-License-Identifier: Apache-2.0
"""One-time tokens and sessions: who may use them, how often, and until when."""

import string
import threading
from concurrent.futures import ThreadPoolExecutor

from server import NEW_PASSWORD, NO_LIMITS, PASSWORD, has_reset_link, html_of, text_of, token_in


def redeem(rekey, token, new=NEW_PASSWORD, **options):
    return rekey.put_password(token=token, new=new, **options)


def refused(rekey, token, **options):
    answer = redeem(rekey, token, **options)
    return (answer.status, answer.code) == (410, "token_invalid")


def test_of_100_parallel_redemptions_one_succeeds(make_rekey):
    rekey = make_rekey(NO_LIMITS | {"hash.queue_max": 200}).start()
    rekey.has_account("ann@example.org")
    token = rekey.reset_token("ann@example.org")
    barrier = threading.Barrier(100)

    def one(number):
        barrier.wait()
        return number, redeem(rekey, token, new=f"new password {number:03}")

    with ThreadPoolExecutor(100) as pool:
        answers = list(pool.map(one, range(100)))
    won = [number for number, answer in answers if answer.status == 204]
    lost = [answer for _, answer in answers if (answer.status, answer.code) == (410, "token_invalid")]
    assert (len(won), len(lost)) == (1, 99), sorted({(answer.status, answer.code) for _, answer in answers}, key=str)
    assert rekey.can_log_in("ann@example.org", f"new password {won[0]:03}")
    assert not rekey.can_log_in("ann@example.org", PASSWORD)
    for number in range(0, 100, 9):
        assert rekey.can_log_in("ann@example.org", f"new password {number:03}") == (number == won[0])


def test_of_parallel_redemptions_and_changes_one_wins_and_nothing_is_half_done(make_rekey):
    rekey = make_rekey(NO_LIMITS | {"hash.queue_max": 200}).start()
    rekey.has_account("ann@example.org")
    sessions = [rekey.session_of("ann@example.org") for _ in range(10)]
    token = rekey.reset_token("ann@example.org")
    barrier = threading.Barrier(20)

    def one(number):
        barrier.wait()
        new = f"new password {number:03}"
        if number < 10:
            return new, rekey.put_password(old=PASSWORD, new=new, bearer=sessions[number]).status
        return new, redeem(rekey, token, new=new).status

    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(one, range(20)))
    won = [new for new, status in answers if status == 204]
    assert len(won) == 1 and {status for _, status in answers} <= {204, 401, 403, 410}, answers
    assert [new for new, _ in answers if rekey.can_log_in("ann@example.org", new)] == won


def test_a_token_is_good_once(rekey):
    rekey.has_account("ann@example.org")
    token = rekey.reset_token("ann@example.org")
    assert redeem(rekey, token).status == 204
    assert refused(rekey, token, new="yet another password")
    rekey.restart()
    assert refused(rekey, token, new="yet another password")
    assert rekey.can_log_in("ann@example.org", NEW_PASSWORD)


def test_a_token_lives_over_a_restart(rekey):
    rekey.has_account("ann@example.org")
    token = rekey.reset_token("ann@example.org")
    session = rekey.session_of("ann@example.org")
    rekey.restart()
    assert rekey.session_lives(session)
    assert redeem(rekey, token).status == 204


def test_an_expired_token_is_refused(rekey):
    rekey.has_account("ann@example.org")
    token = rekey.reset_token("ann@example.org")
    rekey.tokens_expire()
    assert refused(rekey, token)


def test_a_token_lives_as_long_as_the_configuration_says(make_rekey):
    import time
    rekey = make_rekey({"tokens.reset_minutes": 7}).start()
    rekey.has_account("ann@example.org")
    rekey.reset_token("ann@example.org")
    (expires_at,), = rekey.sql("SELECT max(expires_at) FROM token")
    assert abs(expires_at - time.time() - 7 * 60) < 60


def test_a_newer_request_supersedes_the_older_token(rekey):
    rekey.has_account("ann@example.org")
    older, newer = (rekey.reset_token("ann@example.org") for _ in range(2))
    assert older != newer and refused(rekey, older)
    assert redeem(rekey, newer).status == 204


def test_a_request_for_a_stranger_or_another_supersedes_nothing(rekey):
    rekey.has_account("ann@example.org")
    rekey.has_account("bob@example.org")
    token = rekey.reset_token("ann@example.org")
    rekey.asks_for_reset("nobody@example.org")
    rekey.reset_token("bob@example.org")
    assert redeem(rekey, token).status == 204


def test_a_change_kills_outstanding_tokens(rekey):
    rekey.has_account("ann@example.org")
    token = rekey.reset_token("ann@example.org")
    session = rekey.session_of("ann@example.org")
    assert rekey.put_password(old=PASSWORD, new=NEW_PASSWORD, bearer=session).status == 204
    assert refused(rekey, token, new="yet another password")
    assert rekey.can_log_in("ann@example.org", NEW_PASSWORD)


def test_every_variant_of_a_token_is_refused(make_rekey):
    rekey = make_rekey(NO_LIMITS).start()
    rekey.has_account("ann@example.org")
    token = rekey.reset_token("ann@example.org")
    alphabet = string.ascii_letters + string.digits + "-_"
    variants = {token[:length] for length in range(len(token))} | {token[start:] for start in range(1, len(token))}
    variants |= {token + more for more in ("=", "==", "A", " ", "\n", "%00", "&", token, "." + token)}
    variants |= {" " + token, "\t" + token, "A" + token, token.swapcase(), token.upper(), token.lower(), token[::-1]}
    for at, letter in enumerate(token):
        value = alphabet.find(letter)
        flipped = alphabet[value ^ 1] if value ^ 1 < len(alphabet) else "A"
        variants |= {token[:at] + flipped + token[at + 1:], token[:at] + letter.swapcase() + token[at + 1:],
                     token[:at] + chr(ord(letter) ^ 1) + token[at + 1:], token[:at] + token[at + 1:]}
    for letter in alphabet:  # the bits that base64 leaves unused in its last letter
        variants.add(token[:-1] + letter)
    variants |= {"".join(chr(ord(letter) + 0xFEE0) for letter in token)}  # fullwidth
    variants.discard(token)
    wrong = [variant for variant in sorted(variants) if not refused(rekey, variant)]
    assert not wrong
    assert rekey.can_log_in("ann@example.org", PASSWORD)
    assert redeem(rekey, token).status == 204


def test_the_token_of_one_app_is_nothing_at_another(rekey):
    rekey.has_app("red", hosts=["red.example"])
    rekey.has_app("blue", hosts=["blue.example"])
    for name in ("red", "blue"):
        rekey.has_account("ann@example.org", app=name)
    token = rekey.reset_token("ann@example.org", host="red.example")
    session = rekey.session_of("ann@example.org", host="red.example")
    assert refused(rekey, token, host="blue.example")
    assert not rekey.session_lives(session, host="blue.example")
    assert rekey.can_log_in("ann@example.org", PASSWORD, host="blue.example")
    assert redeem(rekey, token, host="red.example").status == 204
    assert rekey.can_log_in("ann@example.org", PASSWORD, host="blue.example")
    assert rekey.can_log_in("ann@example.org", NEW_PASSWORD, host="red.example")


def test_a_change_ends_all_other_sessions_at_once_and_keeps_its_own(rekey):
    rekey.has_account("ann@example.org")
    rekey.has_account("bob@example.org")
    others = [rekey.session_of("ann@example.org") for _ in range(3)]
    own, bobs = rekey.session_of("ann@example.org"), rekey.session_of("bob@example.org")
    assert all(rekey.session_lives(session) for session in [*others, own, bobs])
    assert rekey.put_password(old=PASSWORD, new=NEW_PASSWORD, bearer=own).status == 204
    assert not any(rekey.session_lives(session) for session in others)
    assert rekey.session_lives(own) and rekey.session_lives(bobs)
    assert rekey.put_password(old=NEW_PASSWORD, new="a third password", bearer=own).status == 204


def test_a_reset_ends_every_session_at_once(rekey):
    rekey.has_account("ann@example.org")
    sessions = [rekey.session_of("ann@example.org") for _ in range(3)]
    token = rekey.reset_token("ann@example.org")
    assert redeem(rekey, token).status == 204
    assert not any(rekey.session_lives(session) for session in sessions)


def test_a_reset_opens_no_session(rekey):
    rekey.has_account("ann@example.org")
    token = rekey.reset_token("ann@example.org")
    answer = redeem(rekey, token)
    assert answer.raw == b"" and not answer.headers.all("Set-Cookie")
    assert rekey.sql("SELECT count(*) FROM session")[0][0] == 0
    assert not rekey.session_lives(token)


def test_a_session_is_no_token_and_a_token_no_session(rekey):
    rekey.has_account("ann@example.org")
    token, session = rekey.reset_token("ann@example.org"), rekey.session_of("ann@example.org")
    assert refused(rekey, session)
    assert not rekey.session_lives(token)


def test_the_owner_is_told_of_a_change_and_of_a_reset(rekey):
    rekey.has_account("ann@example.org")
    session = rekey.session_of("ann@example.org")
    assert rekey.put_password(old=PASSWORD, new=NEW_PASSWORD, bearer=session).status == 204
    notices = [rekey.mail_to("ann@example.org")]
    token = rekey.reset_token("ann@example.org")
    assert redeem(rekey, token, new="a third password").status == 204
    notices.append(rekey.mail_to("ann@example.org"))
    for notice in notices:
        words = text_of(notice) + html_of(notice)
        assert "password" in words.lower() and not has_reset_link(notice)
        for secret in (PASSWORD, NEW_PASSWORD, "a third password", token, session):
            assert secret not in words
    rekey.gets_no_mail()


def test_refused_requests_mail_no_notice(rekey):
    rekey.has_account("ann@example.org")
    session = rekey.session_of("ann@example.org")
    rekey.put_password(old="wrong", new=NEW_PASSWORD, bearer=session)
    rekey.put_password(old=PASSWORD, new="short", bearer=session)
    refused(rekey, "unknown")
    rekey.gets_no_mail()


def test_tokens_of_two_requests_at_one_time_differ(rekey):
    rekey.has_account("ann@example.org")
    rekey.has_account("bob@example.org")
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(rekey.asks_for_reset, ["ann@example.org", "bob@example.org"]))
    tokens = {token_in(rekey.mail_to(f"{name}@example.org")) for name in ("ann", "bob")}
    assert len(tokens) == 2 and all(len(token) >= 22 for token in tokens)
