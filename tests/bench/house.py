# SPDX-License-Identifier: Apache-2.0
"""The built server with many accounts, as bench.py and timing.py load it.

A database is made once by the command line and copied for every round, so that none sees what
another has left behind. The verbs are those of the scenarios (tests/scenario/server.py); here the
hash has its default cost, and limits on how often something may be tried are off."""

import contextlib
import os
import pathlib
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent / "scenario"))

import databases
import server

PASSWORD = server.PASSWORD
LIMITS = ("limits.requests_per_network", "limits.failures_per_network", "limits.failures_per_login",
          "limits.mails_per_address")
OWN = {"id", "public_id", "email", "email_key", "username", "username_key"}  # what no two accounts share


def say(words):
    print(words, file=sys.stderr, flush=True)


def clean_up_when_ended():
    """SIGTERM, too, stops the servers and takes the directories away."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))


def member(i):
    return f"member{i:05d}@bench.example"


def stranger(i):
    return f"nobody{i:05d}@bench.example"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class House:
    """Seeded databases, and servers on copies of them. Use as a context manager."""

    def __init__(self, program, settings=None):
        self.program = os.path.abspath(program)
        self.place = pathlib.Path(tempfile.mkdtemp(prefix="rekey-bench-"))
        self.template = self.place / "template"
        self.settings = {"hash.memory_kib": None, "hash.passes": None, **self._no_limits(), **(settings or {})}
        self.apps, self.rounds = {}, 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.place, ignore_errors=True)

    # Every key that this program knows: an unknown one would stop its start.
    def _no_limits(self):
        known = subprocess.run([self.program, "help", "serve"], capture_output=True, text=True, check=True).stdout
        return {key: "none" for key in LIMITS if key in known.split()}

    def _rekey(self, directory, settings=None):
        return server.Rekey(directory, {**self.settings, **(settings or {})}, program=self.program)

    # ---- the template ----

    def seed(self, apps, members, invited=0):
        """apps: {name: (dialects, settings)}. Each gets its members, usernames and all, who have one
        password, and its invited ones, who have none yet."""
        self.template.mkdir()
        rekey = self._rekey(self.template)
        for name, (dialects, settings) in apps.items():
            self.apps[name] = rekey.has_app(name, dialects, **settings)
            rekey.has_account(member(0), username="member00000", app=name)
            rekey.command("account", "add", invited_address(0), "--username", "guest000000", "--app", name)
        with contextlib.closing(sqlite3.connect(rekey.database)) as database, database:
            copy_accounts(database, member(0), [(member(i), f"member{i:05d}") for i in range(1, members)])
            copy_accounts(database, invited_address(0), [(invited_address(i), f"guest{i:06d}") for i in range(1, invited)])
            database.execute("DELETE FROM outbox")
        return self

    # ---- servers ----

    @contextlib.contextmanager
    def serving(self, settings=None, empty=False):
        """A server on a copy of the template, or on nothing at all; rekey.start_ms says how long its
        start took."""
        self.rounds += 1
        directory = self.place / str(self.rounds)
        if empty:
            directory.mkdir()
        else:
            shutil.copytree(self.template, directory)
        rekey = self._rekey(directory, settings)
        try:
            before = time.monotonic()
            rekey.start()
            rekey.start_ms = (time.monotonic() - before) * 1000
            rekey.apps = dict(self.apps)
            yield rekey
            rekey.stop()
        finally:
            rekey.kill()
            shutil.rmtree(directory, ignore_errors=True)


    @contextlib.contextmanager
    def serving_on(self, cluster, n):
        """n servers on one database of a PostgreSQL, which has the same accounts."""
        self.rounds += 1
        place, name = self.place / str(self.rounds), f"bench_{self.rounds}"
        cluster.run("createdb", "-h", "127.0.0.1", "-p", str(cluster.port), "-U", "rekey", name)
        subprocess.run([self.program, "copy", "--from", databases.Sqlite(self.template).url, "--to", cluster.url(name)],
                       check=True, capture_output=True)
        shared = {"database.url": cluster.url(name), "server.key_file": self.template / "rekey.key"}
        servers = []
        try:
            for i in range(n):
                (place / str(i)).mkdir(parents=True)
                servers.append(self._rekey(place / str(i), shared))
                servers[-1].start()
                servers[-1].apps = dict(self.apps)
            yield servers
            for rekey in servers:
                rekey.stop()
        finally:
            for rekey in servers:
                rekey.kill()
            cluster.run("dropdb", "-f", "-h", "127.0.0.1", "-p", str(cluster.port), "-U", "rekey", name)
            shutil.rmtree(place, ignore_errors=True)


def invited_address(i):
    return f"guest{i:06d}@bench.example"


# Whatever columns the table has: those of the first are everybody's, but for the names.
def copy_accounts(database, of, names):
    columns = [row[1] for row in database.execute("PRAGMA table_info(account)")]
    shared = ", ".join(column for column in columns if column not in OWN)
    for i, (address, username) in enumerate(names):
        database.execute(
            f"INSERT INTO account (public_id, email, email_key, username, username_key, {shared})"
            f" SELECT lower(hex(randomblob(12))), ?, ?, ?, ?, {shared} FROM account WHERE email_key = ?",
            (address, address, username, username, of))


# ---- what a process takes ----

def pss_mib(pid):
    """Its memory, pages that it shares with others shared out."""
    for line in pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    raise ValueError("no Pss in smaps_rollup")


def stop_process(process):
    """By its own id, politely first."""
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
