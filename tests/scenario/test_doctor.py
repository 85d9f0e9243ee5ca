# SPDX-License-Identifier: Apache-2.0
"""rekey doctor: each thing that can be wrong is told in a line, with what to do; and nothing is made, changed or sent."""

import json
import os
import re
import resource
import shutil
import sqlite3
import subprocess
import time

import pytest
from mail_server import PASSWORD as MAIL_PASSWORD
from mail_server import USER
from server import PASSWORD

pytestmark = pytest.mark.sqlite

GOOD = {"server.public_url": "https://localhost"}
ADVISED = {"hash.memory_kib": 19456, "hash.passes": 2}


@pytest.fixture
def healthy(make_rekey):
    """A service that has run and runs no more, with nothing wrong with it."""
    rekey = make_rekey(GOOD)
    rekey.has_account("ann@example.org")
    return rekey


def examine(rekey, *words, settings=None, **options):
    """{check: [(state, what and advice), ...]}, and the exit status it was told with."""
    flags = {**rekey.settings, **(settings or {})}
    flags = [word for key, value in flags.items() if value is not None for word in ("--set", f"{key}={value}")]
    done = subprocess.run([rekey.program, "doctor", "--json", *words, *flags], cwd=rekey.directory, env=rekey.environment, capture_output=True,
                          text=True, timeout=90, check=False, **options)
    assert "Sanitizer" not in done.stderr and "runtime error" not in done.stderr, done.stderr
    found = {}
    for finding in json.loads(done.stdout):
        assert set(finding) <= {"check", "state", "what", "advice"} and finding["state"] in ("ok", "warn", "FAIL"), finding
        assert finding["state"] == "ok" or "advice" in finding, finding
        found.setdefault(finding["check"], []).append((finding["state"], f"{finding['what']}: {finding.get('advice', '')}"))
    states = [state for lines in found.values() for state, _ in lines]
    assert done.returncode == (1 if "FAIL" in states else 0), done
    found["everything"] = done.stdout + done.stderr
    return found


def worst(found, check):
    return max((state for state, _ in found.get(check, [])), key=("ok", "warn", "FAIL").index, default=None)


def told(found, check, state, words):
    return any(found_state == state and re.search(words, line) for found_state, line in found.get(check, []))


def listing(rekey):
    return sorted((path.name, path.stat().st_size, path.stat().st_mode) for path in rekey.directory.rglob("*") if path.suffix != ".eml")


# ---- the whole ----

def test_a_healthy_service_passes_and_is_left_as_it_was(healthy):
    before, bytes_before = listing(healthy), healthy.database.read_bytes()
    found = examine(healthy)
    assert not [line for lines in found.values() if isinstance(lines, list) for line in lines if line[0] == "FAIL"]
    for check in ("configuration", "public url", "key file", "database", "signing key", "disk", "mail", "outbox"):
        assert worst(found, check) == "ok", (check, found[check])
    assert {"clock", "hash", "open files"} <= set(found)
    assert listing(healthy) == before and healthy.database.read_bytes() == bytes_before


def test_people_read_a_line_for_each_thing(healthy):
    done = healthy.run("doctor")
    assert done.returncode == 0, done.stdout
    for line in done.stdout.splitlines():
        assert re.match(r"(ok  |warn|FAIL) (configuration|public url|key file|database|signing key|disk|clock|hash|mail|outbox|open files) +\S", line), line
    healthy.settings["server.public_url"] = "http://id.example.org"
    done = healthy.run("doctor")
    assert done.returncode == 1 and "\nFAIL public url    " in done.stdout and done.stderr == ""
    assert healthy.run("doctor", "now").returncode == 2


def test_a_running_server_is_not_disturbed(make_rekey):
    rekey = make_rekey(GOOD).start()
    rekey.has_account("ann@example.org")
    session = rekey.session_of("ann@example.org")
    rows = rekey.sql("SELECT max(id) FROM audit")
    found = examine(rekey)
    assert worst(found, "database") == "ok" and rekey.sql("SELECT max(id) FROM audit") == rows
    last = rekey.session_of("ann@example.org")
    rekey.kill()
    rekey.start()
    assert rekey.session_lives(session) and rekey.session_lives(last)


# ---- configuration ----

def test_a_refused_configuration_is_told_with_file_and_line(healthy):
    config = healthy.directory / "rekey.conf"
    for text, number, words in (("[hash]\nmemory_kib = 7\n", 2, r"hash\.memory_kib takes a whole number from 8"), ("; x\n\n[server]\ncolour = red\n", 4, "is no key"),
                                ("no setting\n", 1, "neither"), ("[mail]\nstarttls = maybe\n", 2, "required off")):
        config.write_text(text)
        found = examine(healthy, "--config", str(config))
        assert told(found, "configuration", "FAIL", rf"^\S*rekey\.conf:{number}: .*{words}"), found
        assert "database" not in found
        serve = subprocess.run([healthy.program, "serve", "--config", str(config)], capture_output=True, text=True, timeout=20, check=False,
                               env=healthy.environment, cwd=healthy.directory)
        line = serve.stderr.removeprefix("rekey: ").strip()
        assert any(what.startswith(line) for _, what in found["configuration"]), (line, found)
    found = examine(healthy, "--config", "/nothing/rekey.conf")
    assert told(found, "configuration", "FAIL", "/nothing/rekey.conf")
    found = examine(healthy, settings={"hash.memory_kib": "lots"})
    assert told(found, "configuration", "FAIL", r"--set: hash\.memory_kib")


@pytest.mark.parametrize(("url", "state", "words"), [
    (None, "FAIL", "not set"), ("http://id.example.org", "FAIL", "http://"), ("https://user:word@localhost", "FAIL", "names a user"),
    ("https:///path", "FAIL", "no host"), ("https://localhost/id", "warn", "has a path, /id"), ("https://rekey.invalid", "warn", "rekey.invalid is not known"),
    ("http://127.0.0.1:8080", "ok", "127.0.0.1:8080"), ("http://localhost:8080", "ok", "localhost"), ("http://[::1]:8080", "ok", "::1"),
    ("https://localhost:8443/", "ok", "https://localhost:8443"),
])
def test_the_public_url_is_looked_at(healthy, url, state, words):
    found = examine(healthy, settings={"server.public_url": url})
    assert told(found, "public url", state, re.escape(words)) and worst(found, "public url") == state, found["public url"]


# ---- files ----

@pytest.mark.no_tables
def test_what_is_missing_is_told_and_not_made(make_rekey):
    rekey = make_rekey(GOOD)
    found = examine(rekey)
    assert told(found, "database", "FAIL", r"there is no database at \S+rekey\.db: .*rekey migrate")
    assert told(found, "key file", "warn", "the first start makes it")
    assert not rekey.database.exists() and not (rekey.directory / "rekey.key").exists()
    rekey.has_app()
    (rekey.directory / "rekey.key").unlink()
    found = examine(rekey)
    assert told(found, "key file", "FAIL", "bring it back") and not (rekey.directory / "rekey.key").exists()
    assert told(examine(rekey, settings={"database.url": "sqlite:/nowhere/rekey.db"}), "disk", "FAIL", "/nowhere")


def test_a_key_file_that_is_none_or_not_private_is_told(healthy):
    key = healthy.directory / "rekey.key"
    key.chmod(0o640)
    assert told(examine(healthy), "key file", "FAIL", r"mode 640.*chmod 600")
    key.chmod(0o600)
    if os.geteuid() == 0:
        os.chown(key, 65534, 65534)
        assert told(examine(healthy), "key file", "FAIL", "belongs to user 65534, and the database to user 0")
        os.chown(key, 0, 0)
    kept = key.read_text()
    key.write_text("no key")
    found = examine(healthy)
    assert told(found, "key file", "FAIL", "is no key")
    key.unlink()
    key.mkdir()
    assert told(examine(healthy), "key file", "FAIL", "is no file")
    key.rmdir()
    key.write_text(kept)
    key.chmod(0o600)
    found = examine(healthy)
    assert worst(found, "key file") == "ok" and kept.strip() not in found["everything"]


def test_a_database_that_is_none_or_broken_is_told(healthy):
    whole = healthy.database.read_bytes()
    page = len(whole) // 2 // 4096 * 4096
    for broken, words in ((b"this is no database, but a text that is long enough to be one" * 10, "cannot be opened"),
                          (whole[:page], "cannot be opened|broken|cannot be read"),
                          (whole[:page] + b"\xa5" * 4096 + whole[page + 4096:], "broken|cannot be read|cannot be opened")):
        healthy.database.write_bytes(broken)
        found = examine(healthy)
        assert told(found, "database", "FAIL", words), found
        assert healthy.database.read_bytes() == broken
    healthy.database.write_bytes(whole)
    assert worst(examine(healthy), "database") == "ok"
    healthy.database.chmod(0o644)
    assert told(examine(healthy), "database", "warn", "chmod 600")


def test_a_database_of_another_rekey_is_told_and_takes_no_step(healthy):
    version = healthy.sql("PRAGMA user_version")[0][0]
    for other, state, words in ((version + 1, "FAIL", "newer"), (version - 1, "warn", "steps of the schema are missing")):
        healthy.sql(f"PRAGMA user_version = {other}")
        assert told(examine(healthy), "database", state, words)
        assert healthy.sql("PRAGMA user_version")[0][0] == other
    healthy.sql(f"PRAGMA user_version = {version}")
    healthy.sql("PRAGMA journal_mode = DELETE")
    assert told(examine(healthy), "database", "warn", "journal is delete and not wal")
    assert healthy.sql("PRAGMA journal_mode")[0][0] == "delete"


def test_a_locked_database_is_told(healthy):
    connection = sqlite3.connect(healthy.database, isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    try:
        assert told(examine(healthy), "database", "FAIL", "cannot be written.*locked")
    finally:
        connection.close()


@pytest.mark.skipif(os.geteuid() != 0, reason="becomes another user")
def test_the_wrong_user_is_told(healthy):
    """Whoever may not read the service's files learns that, and not that they are missing."""
    if os.access(healthy.program, os.X_OK) and subprocess.run([healthy.program, "--version"], user=65534, group=65534, capture_output=True, check=False).returncode:
        pytest.skip("the program is not for everybody")
    healthy.directory.chmod(0o755)
    healthy.directory.parent.chmod(0o755)
    found = examine(healthy, user=65534, group=65534, extra_groups=[])
    assert told(found, "database", "FAIL", "cannot be written") and told(found, "key file", "FAIL", "is no key that can be read")


@pytest.mark.skipif(os.geteuid() != 0, reason="a file system is mounted")
def test_a_full_disk_is_told(healthy):
    small = healthy.directory / "small"
    small.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=40m", "rekey-test", str(small)], capture_output=True, check=False).returncode:
        pytest.skip("nothing can be mounted here")
    try:
        shutil.copy(healthy.database, small)
        shutil.copy(healthy.directory / "rekey.key", small)
        here = {"database.url": f"sqlite:{small}/rekey.db"}
        assert told(examine(healthy, settings=here), "disk", "warn", r"^3\d MiB are free")
        (small / "filler").write_bytes(bytes(30 << 20))
        assert told(examine(healthy, settings=here), "disk", "FAIL", r"^\d MiB are free.*make room")
    finally:
        subprocess.run(["umount", str(small)], check=True)


# ---- the machine ----

def test_a_clock_behind_the_audit_trail_is_told(healthy):
    healthy.sql("INSERT INTO audit (app_id, account_id, at, event, outcome, network) VALUES (0, 0, ?, 'x', 'done', '')", int(time.time()) + 3600)
    found = examine(healthy)
    assert told(found, "clock", "FAIL", r"(3600|359\d) seconds ahead")


def test_few_open_files_are_told(healthy):
    found = examine(healthy, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (256, 256)))
    assert told(found, "open files", "warn", "256 files.*LimitNOFILE")


def test_a_cheap_hash_and_a_dear_one_are_told(healthy):
    assert told(examine(healthy), "hash", "warn", "below OWASP's minimum.*rekey calibrate")
    assert told(examine(healthy, settings={"hash.memory_kib": 262144, "hash.passes": 8}), "hash", "warn", "less than a second")


def test_the_release_build_keeps_its_hash_memory_and_says_so(healthy):
    assert told(examine(healthy, settings=ADVISED), "hash", "warn", r"mapped anew for each: a release build")
    healthy.program = os.environ["REKEY_RELEASE_BIN"]
    assert told(examine(healthy, settings=ADVISED), "hash", "ok", r"^\d+\.\d ms for 19456 KiB and 2 passes, so \d+ hashes/s by \d+ threads; the memory is kept")


# ---- mail ----

def test_mail_settings_are_looked_at(healthy):
    folder = healthy.directory / "file"
    folder.write_text("")
    for settings, state, words in (
        ({"mail.url": None}, "warn", "not set.*wait in the outbox"),
        ({"mail.from": None}, "FAIL", "mail.from is not set"),
        ({"mail.url": f"file:{healthy.directory}/nowhere"}, "warn", "the start makes it"),
        ({"mail.url": f"file:{folder}"}, "FAIL", "no mail can be written"),
        ({"mail.url": "smtp://host:99999"}, "FAIL", "no address of a mail server"),
        ({"mail.url": "smtp://127.0.0.1:1"}, "FAIL", "no connection to the mail server"),
        ({"mail.url": "smtp://mail.invalid:25"}, "FAIL", "name is unknown|no connection"),
        ({"mail.url": "smtp://mail.invalid:25"}, "warn", "in the clear"),
    ):
        assert told(examine(healthy, settings=settings), "mail", state, words), (settings, examine(healthy, settings=settings)["mail"])
    assert not (healthy.directory / "nowhere").exists()


def test_a_mail_server_is_asked_up_to_its_log_in_and_gets_no_mail(healthy, sink):
    here = {"mail.url": sink.url(f"{USER}:{MAIL_PASSWORD}@")}
    found = examine(healthy, settings=here)
    assert told(found, "mail", "ok", "logged in") and worst(found, "mail") == "ok"
    verbs = [command.split(" ")[0] for command in sink.commands]
    assert verbs[0] == "EHLO" and "AUTH" in verbs and "NOOP" in verbs and not {"MAIL", "RCPT", "DATA"} & set(verbs)
    assert not sink.received
    assert told(examine(healthy, settings={"mail.url": sink.url()}), "mail", "ok", "without a log-in")


def test_a_mail_server_that_would_refuse_is_told_without_the_password(healthy, sink):
    here = {"mail.url": sink.url(f"{USER}:{MAIL_PASSWORD}@")}
    for step, line, words in (("AUTH", f"535 5.7.8 no {MAIL_PASSWORD}", r"refused at log-in: 535"), ("CONNECT", "554 5.3.2 not today", "554"),
                              ("EHLO", "250 sink", "offers no log-in"), ("CONNECT", "close", "connection|greeting")):
        sink.answers(step, line)
        found = examine(healthy, settings=here)
        assert told(found, "mail", "FAIL", words), (line, found["mail"])
        assert MAIL_PASSWORD not in found["everything"]
        sink.obeys()
    found = examine(healthy, settings={**here, "mail.starttls": "required"})
    assert told(found, "mail", "FAIL", "no encryption")
    assert not any(command.startswith("AUTH") for command in sink.commands[-2:])


def test_a_mail_server_that_hangs_is_given_up(healthy, sink):
    from sink import HANG
    sink.answers("CONNECT", HANG)
    began = time.monotonic()
    assert told(examine(healthy, settings={"mail.url": sink.url()}), "mail", "FAIL", "took too long")
    assert time.monotonic() - began < 60


def test_a_real_mail_server_is_asked_by_tls(healthy, mail_server):
    mails = len(mail_server.mails())
    here = {"mail.url": mail_server.url(), "mail.ca_file": mail_server.ca_file, "mail.starttls": "required"}
    assert told(examine(healthy, settings=here), "mail", "ok", "logged in")
    for settings, words in (({"mail.ca_file": None}, "certificate is not trusted"), ({"mail.url": mail_server.url(password="wrong")}, "refused at log-in: 535"),
                            ({"mail.url": mail_server.url(host="127.0.0.2")}, "certificate is not trusted|no connection"),
                            ({"mail.ca_file": "/nothing.pem"}, "file of trusted certificates")):
        found = examine(healthy, settings={**here, **settings})
        assert told(found, "mail", "FAIL", words) and MAIL_PASSWORD not in found["everything"], found["mail"]
    assert len(mail_server.mails()) == mails


def test_late_and_dead_mails_are_counted(healthy):
    healthy.settings["mail.url"] = None
    healthy.settings = {key: value for key, value in healthy.settings.items() if value is not None}
    healthy.start()
    for _ in range(3):
        healthy.asks_for_reset("ann@example.org")
    healthy.stop()
    assert worst(examine(healthy), "outbox") == "ok"
    healthy.sql("UPDATE outbox SET created_at = created_at - 500")
    assert worst(examine(healthy), "outbox") == "ok"
    healthy.sql("UPDATE outbox SET created_at = created_at - 3600")
    healthy.sql("UPDATE outbox SET state = 2 WHERE id = (SELECT min(id) FROM outbox)")
    found = examine(healthy)
    assert told(found, "outbox", "warn", "wait for more than 10 minutes: 2") and told(found, "outbox", "warn", "dead mails: 1: .*retry --all")
    assert PASSWORD not in found["everything"]


def test_a_key_file_that_did_not_seal_the_signing_key_is_told(healthy):
    healthy.start()
    healthy.stop()
    assert worst(examine(healthy), "signing key") == "ok"
    (healthy.directory / "rekey.key").write_text("0123456789abcdef" * 4 + "\n")
    assert told(examine(healthy), "signing key", "FAIL", "sealed by another key file.*rekey key rotate")
    healthy.command("key", "rotate")
    assert worst(examine(healthy), "signing key") == "ok"
