# SPDX-License-Identifier: Apache-2.0
"""rekey backup: a copy made beside a busy server, which works when it is brought back, and of which nothing is left if it fails."""

import json
import os
import pty
import re
import resource
import shutil
import signal
import subprocess
import threading
import time

import pytest
from server import NO_LIMITS, PASSWORD, Rekey, has_reset_link, token_in

SETTINGS = NO_LIMITS
pytestmark = pytest.mark.sqlite

BIG_ROWS = 400_000  # some 40 MiB, so that a copy takes long enough to be met on its way


def backup(rekey, file, *words, **options):
    return subprocess.Popen([rekey.program, "backup", str(file), *rekey.set_flags, *words], cwd=rekey.directory, env=rekey.environment,
                            stdout=subprocess.PIPE, stderr=options.pop("stderr", subprocess.PIPE), stdin=subprocess.DEVNULL, text=True, **options)


def restore(rekey, copy, directory):
    """As the manual has it: the copy and the key file into place, in a new home."""
    os.mkdir(directory)
    restored = Rekey(directory, {**NO_LIMITS, "mail.url": rekey.settings["mail.url"]})
    shutil.copy(copy, restored.database)
    shutil.copy(rekey.directory / "rekey.key", directory)
    os.chmod(restored.database, 0o600)
    return restored


def makes_big(rekey):
    rekey.sql("INSERT INTO audit (app_id, account_id, at, event, outcome, network) WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"
              f" WHERE i < {BIG_ROWS}) SELECT 0, 0, 1, 'filler', 'a line of the trail that takes some room ' || i, 'nowhere in particular' FROM n")


def remains(rekey, name):
    return [path.name for path in rekey.directory.iterdir() if path.name.startswith(name)]


def wait_for_part(rekey, name, process):
    deadline = time.monotonic() + 30
    while not any(".part-" in found and (rekey.directory / found).stat().st_size > 0 for found in remains(rekey, name)):
        assert process.poll() is None and time.monotonic() < deadline, "the backup was over before it was met"
        time.sleep(0.002)


class Load(threading.Thread):
    """A member who logs in, changes the password and asks for recovery, again and again; and keeps what was answered."""

    def __init__(self, rekey, address):
        super().__init__(daemon=True)
        self.rekey, self.address, self.over = rekey, address, threading.Event()
        self.acknowledged, self.failures, self.rounds = [(0, PASSWORD, None)], [], 0

    def run(self):
        while not self.over.is_set():
            password = f"password number {self.rounds}"
            answer = self.rekey.log_in(self.address, self.acknowledged[-1][1])
            if answer.status != 201:
                self.failures.append(answer.raw)
                return
            session = answer.body["access_token"]
            changed = self.rekey.put_password(old=self.acknowledged[-1][1], new=password, bearer=session)
            asked = self.rekey.put_password(email=self.address)
            if (changed.status, asked.status) != (204, 202):
                self.failures.append((changed.raw, asked.raw))
                return
            self.acknowledged.append((time.monotonic(), password, session))
            self.rounds += 1

    def last_before(self, moment):
        return [number for number, (at, _, _) in enumerate(self.acknowledged) if at < moment][-1]


def test_a_backup_under_load_has_all_that_was_answered_before_it_began(make_rekey, tmp_path):
    rekey = make_rekey().start()
    rekey.has_account("zoe@example.org")
    token = rekey.reset_token("zoe@example.org")
    members = [Load(rekey, f"ann{number}@example.org") for number in range(4)]
    for member in members:
        rekey.has_account(member.address)
    for member in members:
        member.start()
    while min(member.rounds for member in members) < 5:
        time.sleep(0.05)
        assert not any(member.failures for member in members)
    began = time.monotonic()
    process = backup(rekey, "copy.db")
    said, complained = process.communicate(timeout=60)
    ended = time.monotonic()
    rounds = sum(member.rounds for member in members)
    while sum(member.rounds for member in members) < rounds + 4:
        time.sleep(0.05)
        assert not any(member.failures for member in members)
    for member in members:
        member.over.set()
        member.join(30)
    assert (process.returncode, complained) == (0, ""), complained
    assert not any(member.failures for member in members)
    assert re.search(r"copy\.db: \d+ bytes, accounts: 5; the key file \S+rekey\.key is not in it", said.splitlines()[-1]), said
    rekey.kill()

    restored = restore(rekey, rekey.directory / "copy.db", tmp_path / "restored").start()
    try:
        for member in members:
            # One of those from the last answered before it began to the first after its end: never an older one.
            first, last = member.last_before(began), min(member.last_before(ended) + 1, len(member.acknowledged) - 1)
            works = [number for number in range(max(first - 2, 0), last + 1) if restored.can_log_in(member.address, member.acknowledged[number][1])]
            assert len(works) == 1 and first <= works[0] <= last, (member.address, first, works, last)
            if (session := member.acknowledged[works[0]][2]):
                assert restored.session_lives(session)
        answer = restored.put_password(token=token, new="chosen by an old link")
        assert answer.status == 204, answer.raw
        assert restored.can_log_in("zoe@example.org", "chosen by an old link")
        restored.asks_for_reset("zoe@example.org")
        while not has_reset_link(mail := rekey.mail_to("zoe@example.org")):  # but the notice of the change
            pass
        assert restored.put_password(token=token_in(mail), new=PASSWORD).status == 204
    finally:
        restored.stop()
    restored.check_sanitizers()


def test_without_the_key_file_mails_to_come_and_the_signing_key_are_lost(make_rekey, sink):
    rekey = make_rekey({"mail.url": sink.url()})
    rekey.delivers_to(Mailbox(sink))
    rekey.has_account("ann@example.org")
    rekey.has_account("zoe@example.org")
    rekey.start()
    session, token = rekey.session_of("ann@example.org"), rekey.reset_token("ann@example.org")
    sink.answers("BODY", "451 4.3.0 later")
    rekey.asks_for_reset("zoe@example.org")
    sink.wait_for(lambda: len(sink.received) > len(sink.accepted()))
    rekey.stop()
    (rekey.directory / "rekey.key").unlink()
    sink.obeys()
    rekey.start()
    assert rekey.session_lives(session)
    assert rekey.put_password(token=token, new="by a link of before").status == 204
    rekey.hurry_mail()
    assert rekey.put_password(token=token_in(rekey.mail_to("zoe@example.org")), new="by a link that was lost").status == 410
    assert rekey.log_in("ann@example.org", "by a link of before").status == 500
    rekey.command("key", "rotate")
    assert rekey.session_lives(rekey.session_of("ann@example.org", "by a link of before"))


class Mailbox:
    def __init__(self, sink):
        self.sink = sink

    def mails(self):
        return [received.mail for received in self.sink.accepted()]


def test_what_was_answered_beside_a_backup_outlives_a_kill(rekey):
    """The backup is a second program on the database: its end must not take the log of the server with it."""
    rekey.has_account("ann@example.org")
    before = rekey.session_of("ann@example.org")
    rekey.command("backup", "copy.db")
    after = rekey.session_of("ann@example.org")
    rekey.kill()
    rekey.start()
    assert rekey.session_lives(before) and rekey.session_lives(after)


def test_a_backup_is_a_private_whole_file_and_audited(rekey):
    rekey.has_account("ann@example.org")
    shown = rekey.command_json("backup", "copy.db")
    path = rekey.directory / "copy.db"
    assert shown == {"file": "copy.db", "bytes": path.stat().st_size, "apps": 1, "accounts": 1, "key_file": str(rekey.directory / "rekey.key")}
    assert path.stat().st_mode & 0o7777 == 0o600 and remains(rekey, "copy.db") == ["copy.db"]
    assert rekey.sql("SELECT event, outcome, network FROM audit WHERE event LIKE 'backup%'") == [
        ("backup_begin", "begun", "command line"), ("backup_finish", "done", "command line")]
    key = (rekey.directory / "rekey.key").read_bytes().strip()
    assert key not in path.read_bytes() and bytes.fromhex(key.decode()) not in path.read_bytes()


@pytest.mark.no_tables
def test_a_backup_replaces_nothing_and_makes_no_database(make_rekey):
    rekey = make_rekey()
    done = rekey.run("backup", "copy.db")
    assert done.returncode == 1 and "there is no database" in done.stderr and "database.url" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert not rekey.database.exists() and not (rekey.directory / "rekey.key").exists() and not remains(rekey, "copy.db")
    rekey.has_app()
    for taken in ("rekey.db", "rekey.key", "mail"):
        done = rekey.run("backup", taken)
        assert done.returncode == 1 and len(done.stderr.splitlines()) == 1 and "already" in done.stderr
    for impossible in ("nowhere/copy.db", "", "a?b"):
        done = rekey.run("backup", impossible)
        assert done.returncode == 1 and "cannot be made" in done.stderr, done.stderr
    assert rekey.run("backup").returncode == rekey.run("backup", "a", "b").returncode == 2
    (rekey.directory / "file:x").mkdir()
    rekey.command("backup", "file:x/file:copy.db")
    assert os.listdir(rekey.directory / "file:x") == ["file:copy.db"]


def test_a_database_of_another_rekey_is_not_touched_by_a_backup(rekey):
    rekey.has_app()
    rekey.stop()
    version = rekey.sql("PRAGMA user_version")[0][0]
    for other, words in ((version + 1, "newer"), (version - 1, "migrate")):
        rekey.sql(f"PRAGMA user_version = {other}")
        done = rekey.run("backup", "copy.db")
        assert done.returncode == 1 and words in done.stderr, done.stderr
        assert rekey.sql("PRAGMA user_version")[0][0] == other and not remains(rekey, "copy.db")


def test_an_interrupted_backup_leaves_nothing_that_looks_whole(rekey):
    rekey.has_account("ann@example.org")
    makes_big(rekey)
    process = backup(rekey, "copy.db")
    wait_for_part(rekey, "copy.db", process)
    process.kill()
    process.communicate()
    assert not (rekey.directory / "copy.db").exists()
    for leftover in remains(rekey, "copy.db"):
        assert leftover.startswith("copy.db.part-")
        (rekey.directory / leftover).unlink()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        process = backup(rekey, "copy.db")
        wait_for_part(rekey, "copy.db", process)
        process.send_signal(signal.SIGSTOP)  # lest it be done before the other one comes
        process.send_signal(number)
        process.send_signal(signal.SIGCONT)
        process.communicate(timeout=20)
        assert process.returncode == -number and remains(rekey, "copy.db") == []
    rekey.command("backup", "copy.db")
    assert remains(rekey, "copy.db") == ["copy.db"]
    assert rekey.can_log_in("ann@example.org", PASSWORD)


def test_a_full_disk_is_told_and_leaves_nothing(make_rekey):
    rekey = make_rekey()
    rekey.has_account("ann@example.org")
    makes_big(rekey)
    limit = 4 << 20
    process = backup(rekey, "copy.db", preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)))
    _, complained = process.communicate(timeout=60)
    assert process.returncode == 1, (process.returncode, complained)
    last = complained.splitlines()[-1]
    assert re.fullmatch(r"rekey: backup: copy\.db was not made, and nothing is left of it; it takes up to \d+ KiB, and the disk has \d+", last), complained
    assert remains(rekey, "copy.db") == []
    rekey.start()
    assert rekey.can_log_in("ann@example.org", PASSWORD)


@pytest.mark.skipif(os.geteuid() != 0, reason="a file system is mounted")
def test_a_disk_without_room_is_told_and_leaves_nothing(rekey):
    rekey.has_account("ann@example.org")
    makes_big(rekey)
    small = rekey.directory / "small"
    small.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "rekey-test", str(small)], capture_output=True, check=False).returncode:
        pytest.skip("nothing can be mounted here")
    try:
        done = rekey.run("backup", str(small / "copy.db"))
        assert done.returncode == 1 and "full" in done.stderr and "the disk has" in done.stderr.splitlines()[-1], done.stderr
        assert os.listdir(small) == []
    finally:
        subprocess.run(["umount", str(small)], check=True)
    assert [row for row, in rekey.sql("SELECT outcome FROM audit WHERE event = 'backup_finish'")] == ["no copy was made"]
    assert rekey.can_log_in("ann@example.org", PASSWORD)


def test_a_terminal_sees_how_far_a_backup_is_and_a_file_does_not(rekey):
    rekey.has_app()
    makes_big(rekey)
    terminal, end = pty.openpty()
    process = backup(rekey, "copy.db", "--json", stderr=end)
    os.close(end)
    seen = b""
    while True:
        try:
            seen += os.read(terminal, 4096)
        except OSError:
            break
    os.close(terminal)
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 0 and json.loads(said)["file"] == "copy.db"
    assert re.search(rb"\d+ % of \d+ MiB|reading it back", seen), seen
    assert rekey.run("backup", "second.db").stderr == ""
