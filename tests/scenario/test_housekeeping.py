# SPDX-License-Identifier: Apache-2.0
"""What has had its time leaves the database, and an account that is removed leaves nothing of itself.

A server sweeps when it starts, so a test moves the rows' times while none runs."""

import threading
import time

import pytest
from server import NEW_PASSWORD, NO_LIMITS, PASSWORD, Refused
from sink import HANG

DAY = 86400


def becomes(rekey, rows, wanted, seconds=15):
    """The number of rows is, or within some seconds becomes, the wanted one."""
    deadline = time.monotonic() + seconds
    while (found := rekey.sql(f"SELECT count(*) FROM {rows}")[0][0]) != wanted:
        assert time.monotonic() < deadline, (rows, found, rekey.stderr())
        time.sleep(0.05)


def ages(rekey, table, column, seconds):
    assert rekey.sql(f"UPDATE {table} SET {column} = {column} - ?", seconds) > 0


def a_member_and_a_stranger(rekey):
    """Two sessions, a mail with a link, and a mail that nobody gets."""
    rekey.has_account("ann@example.org")
    sessions = [rekey.session_of("ann@example.org") for _ in range(2)]
    rekey.asks_for_reset("stranger@example.org")
    token = rekey.reset_token("ann@example.org")
    becomes(rekey, "outbox WHERE state <> 0", 2)
    return sessions, token


def test_what_lives_is_still_there_after_a_sweep(rekey):
    sessions, token = a_member_and_a_stranger(rekey)
    rekey.restart()
    becomes(rekey, "session", 2)
    time.sleep(1)
    becomes(rekey, "outbox WHERE login IS NOT NULL", 2)
    assert rekey.session_lives(sessions[0]) and rekey.session_lives(sessions[1])
    assert rekey.put_password(token=token, new=NEW_PASSWORD).status == 204


def test_everything_goes_when_its_time_is_over(rekey):
    a_member_and_a_stranger(rekey)
    rekey.stop()
    ages(rekey, "session", "ends_at", 31 * DAY)
    ages(rekey, "token", "expires_at", 8 * DAY)
    ages(rekey, "outbox", "settled_at", 8 * DAY)
    ages(rekey, "audit", "at", 366 * DAY)
    rekey.start()
    for rows in ("session", "token", "outbox", "audit"):
        becomes(rekey, rows, 0)
    becomes(rekey, "account", 1)
    assert rekey.can_log_in("ann@example.org", PASSWORD)


def test_what_a_stranger_typed_goes_after_a_day_and_the_mail_stays_for_the_operator(rekey):
    a_member_and_a_stranger(rekey)
    rekey.stop()
    ages(rekey, "outbox", "settled_at", DAY + 60)
    rekey.start()
    becomes(rekey, "outbox WHERE login = 'stranger@example.org'", 0)
    rows = rekey.mail_list()
    assert sorted(row["state"] for row in rows) == ["dropped", "sent"]
    assert [row["login"] for row in rows if row["state"] == "sent"] == ["ann@example.org"]
    rekey.stop()
    assert b"stranger@example.org" not in rekey.storage.dump()


def test_sessions_that_a_new_password_ended_go_as_well(rekey):
    sessions, _ = a_member_and_a_stranger(rekey)
    assert rekey.put_password(old=PASSWORD, new=NEW_PASSWORD, bearer=sessions[0]).status == 204
    rekey.restart()
    becomes(rekey, "session", 1)
    assert rekey.session_lives(sessions[0])


@pytest.mark.parametrize("days, left", [("none", 1), (400, 1), (300, 0)])
def test_the_trail_is_kept_as_long_as_the_operator_says(make_rekey, days, left):
    rekey = make_rekey({"retention.audit_days": days}).start()
    rekey.has_account("ann@example.org")
    rekey.stop()
    rekey.sql("DELETE FROM audit WHERE event <> 'account_add'")
    ages(rekey, "audit", "at", 350 * DAY)
    rekey.start()
    if left:
        time.sleep(1.5)
    becomes(rekey, "audit", left)


def test_the_keys_tell_their_ranges(make_rekey):
    for key, value, words in (("retention.audit_days", "0", "1 to 36500, and no unit; or none"),
                              ("retention.audit_days", "forever", "or none"),
                              ("retention.mail_days", "none", "1 to 3650"), ("retention.mail_days", "0", "1 to 3650")):
        done = make_rekey({key: value}).run("serve")
        assert done.returncode == 1 and key in done.stderr and words in done.stderr, done.stderr


def test_many_rows_are_swept_while_people_are_served(rekey):
    a_member_and_a_stranger(rekey)
    rekey.stop()
    rekey.sql("WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000) INSERT INTO session (account_id, epoch,"
              " public_id, nonce, generation, access_digest, created_at, refreshed_at, expires_at, ends_at, network, client)"
              " SELECT 1, 1, CAST(i AS text), randomblob(32), 0, randomblob(32), 0, 0, 0, 1, '', '' FROM n")
    rekey.start()
    assert rekey.put_password(email="ann@example.org").status == 202
    becomes(rekey, "session", 2, seconds=60)
    began = time.monotonic()
    rekey.stop()
    assert time.monotonic() - began < 10


# ---- the end of an account ----

def a_whole_life(rekey):
    """Everything that an account leaves behind somewhere; gives its sessions and a living link's token."""
    sessions, token = a_member_and_a_stranger(rekey)
    rekey.log_in("ann@example.org", "wrong")
    assert rekey.put_password(old=PASSWORD, new=NEW_PASSWORD, bearer=sessions[0]).status == 204
    rekey.mail_to("ann@example.org")
    return sessions, rekey.reset_token("ann@example.org")


def test_nothing_of_a_removed_account_is_left(rekey):
    sessions, token = a_whole_life(rekey)
    rekey.has_account("bob@example.org", username="bob")
    bob = rekey.session_of("bob")
    assert rekey.command("account", "remove", "ann@example.org") == ""
    assert not rekey.can_log_in("ann@example.org", NEW_PASSWORD)
    assert rekey.put_password(old=NEW_PASSWORD, new=PASSWORD, bearer=sessions[0]).status == 401
    assert rekey.put_password(token=token, new=PASSWORD).status == 410
    assert rekey.get("/password-reset", query={"token": token}).status == 410
    assert rekey.session_lives(bob)
    trail = rekey.command_json("audit", "list")
    assert [(row["event"], row["outcome"], row["account"]) for row in trail if row["outcome"] == "removed"] == \
        [("account_remove", "removed", 0)]
    assert {row["account"] for row in trail} == {0, rekey.sql("SELECT id FROM account")[0][0]}
    assert "wrong password" in {row["outcome"] for row in trail if row["account"] == 0 and row["network"] == ""}
    rekey.stop()
    assert b"ann@example.org" not in rekey.storage.dump()


def test_a_removed_account_asks_for_mail_as_a_stranger(rekey):
    a_whole_life(rekey)
    rekey.command("account", "remove", "ann@example.org")
    assert rekey.put_password(email="ann@example.org").status == 202
    rekey.gets_no_mail()


def test_an_address_can_be_used_again_after_a_removal(rekey):
    sessions, token = a_whole_life(rekey)
    rekey.command("account", "remove", "ann@example.org")
    rekey.has_account("ann@example.org", password="another's password")
    assert rekey.can_log_in("ann@example.org", "another's password")
    assert not rekey.can_log_in("ann@example.org", NEW_PASSWORD)
    assert rekey.put_password(token=token, new=NEW_PASSWORD).status == 410
    assert rekey.put_password(old="another's password", new=NEW_PASSWORD, bearer=sessions[0]).status == 401


def test_a_login_that_is_nobodys_is_refused_with_one_clear_line(rekey):
    rekey.has_account("ann@example.org", username="ann")
    rekey.has_app("other")
    for words in (["nobody@example.org", "--app", "default"], ["ann", "--app", "other"]):
        with pytest.raises(Refused) as refused:
            rekey.command("account", "remove", *words)
        done = refused.value.done
        assert done.returncode == 1 and done.stdout == ""
        assert done.stderr.startswith("rekey: account remove: there is no such account") and done.stderr.count("\n") == 1
    assert rekey.command("account", "remove", "ann", "--app", "default") == ""
    assert rekey.run("account", "remove").returncode == 2


def test_a_mail_under_way_when_its_account_is_removed_comes_to_nothing(make_rekey, sink):
    """The mail server hangs, so the row stays claimed while the account goes; the retry would come after 5 s."""
    rekey = make_rekey({"mail.url": sink.url()}).start()
    rekey.has_account("ann@example.org")
    sink.answers("CONNECT", HANG)
    rekey.asks_for_reset("ann@example.org")
    sink.wait_for(lambda: sink.connections > 0)
    rekey.command("account", "remove", "ann@example.org")
    sink.obeys()
    rekey.has_account("bob@example.org")
    rekey.asks_for_reset("bob@example.org")
    sink.wait_for(sink.accepted)
    time.sleep(7)
    assert [one.recipients for one in sink.received] == [["bob@example.org"]]
    assert [row["login"] for row in rekey.mail_list()] == ["bob@example.org"]
    assert rekey.sql("SELECT count(*) FROM token")[0][0] == 1


def test_log_ins_that_race_with_a_removal_end_well_and_open_nothing(make_rekey):
    rekey = make_rekey(NO_LIMITS).start()
    rekey.has_account("ann@example.org")
    seen, stop = [], threading.Event()

    def logs_in():
        while not stop.is_set():
            seen.append(rekey.log_in("ann@example.org", PASSWORD).status)

    threads = [threading.Thread(target=logs_in) for _ in range(4)]
    for thread in threads:
        thread.start()
    time.sleep(0.5)
    rekey.command("account", "remove", "ann@example.org")
    rekey.has_account("bob@example.org")
    time.sleep(0.5)
    stop.set()
    for thread in threads:
        thread.join()
    assert set(seen) == {201, 401}
    assert rekey.sql("SELECT count(*) FROM session")[0][0] == 0
