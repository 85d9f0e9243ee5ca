# SPDX-License-Identifier: Apache-2.0
"""The servers under test, one on SQLite or two on PostgreSQL, with their apps and accounts, and what may
be done to them from outside: kills, commands beside them, a look at their logs and into their database."""

import contextlib
import itertools
import os
import socket
import subprocess
import threading

import databases
import dialects
import server
import wire
from worlds import Account

ALL_DIALECTS = (dialects.ACCOUNT, dialects.BACKTORY, dialects.HACKSYSTEM)
APPS = {  # one mails made passwords and tells who has an account, the other neither
    "made": {"recovery": "generated"},
    "form": {"recovery": "form", "conceal_accounts": "yes"},
}
LIMITS = ("requests_per_network", "failures_per_network", "failures_per_login", "mails_per_address")
COMMAND_SECONDS = 60

# Outside the range that the kernel gives out by itself, so that it is still free after a kill.
PORTS = range(20000, 32000)


LOST_S = 0.3  # within which a COMMIT that was sent is done, or never


class Doors(wire.Client):
    """Each request goes to one of the servers, whichever."""

    def __init__(self, servers, rng):
        super().__init__(None, None)
        self.servers, self.rng = servers, rng

    def _send(self, *arguments):
        rekey = self.rng.choice(self.servers)
        return wire.Client("127.0.0.1", rekey.fixed_port)._send(*arguments)


class Town:
    def __init__(self, directory, program, journal, rng, mail_port, engine="sqlite"):
        self.journal, self.rng = journal, rng
        storage = databases.make(engine, directory)
        self.servers = [self._makes_server(os.path.join(directory, str(number)), program, mail_port, storage)
                        for number in range(1 if engine == "sqlite" else 2)]
        for rekey in self.servers:
            rekey.settings["server.key_file"] = os.path.join(directory, "rekey.key")
        self.rekey, self.storage = self.servers[0], storage
        self.accounts, self.wires, self.post = [], {}, None
        self.is_up, self.write_begins = threading.Event(), threading.Event()
        self._numbers, self._read = itertools.count(1), {}

    def _makes_server(self, directory, program, mail_port, storage):
        os.mkdir(directory)
        port = free_port(self.rng)
        rekey = server.Rekey(directory, {
            "server.listen": f"127.0.0.1:{port}",
            "mail.url": f"smtp://127.0.0.1:{mail_port}",
            "tokens.reset_minutes": 1440,
            "tokens.access_minutes": 1440,
            "hash.queue_max": 512,
        }, program=program, storage=storage)
        rekey.fixed_port = port
        return rekey

    def opens(self, post, n_accounts):
        self.post = post
        self._lifts_limits()
        for rekey in self.servers:
            rekey.start()
        for name, settings in APPS.items():
            app = self.rekey.has_app(name, dialects=ALL_DIALECTS, **settings)
            self.wires[name] = dialects.Wires(Doors(self.servers, self.rng), app, self.journal,
                                              LOST_S if len(self.servers) > 1 else 0)
        for _ in range(n_accounts):
            self.adds_account()
        self.is_up.set()

    # A limit that slows the torture down is none of its rules; older programs know no limits.
    def _lifts_limits(self):
        for limit in LIMITS:
            key = f"limits.{limit}"
            self.rekey.settings[key] = "none"
            if self.rekey.run("app", "list").returncode:
                del self.rekey.settings[key]
        for rekey in self.servers:
            rekey.settings.update({key: value for key, value in self.rekey.settings.items() if key.startswith("limits.")})

    # ---- ends and starts ----

    # Of two servers mostly one, so that the other goes on from where it was left.
    def _victims(self, all_of_them):
        if all_of_them or len(self.servers) == 1 or self.rng.random() < 0.2:
            self.is_up.clear()
            return self.servers
        return [self.rng.choice(self.servers)]

    def is_killed(self, all_of_them=False):
        for rekey in self._victims(all_of_them):
            rekey.kill()
            self._went("SIGKILL")

    def is_stopped(self, all_of_them=False):
        for rekey in self._victims(all_of_them):
            try:
                rekey.stop()
            except AssertionError as error:
                self.journal.violation(f"SIGTERM: {error}")
            self._went("SIGTERM")

    def starts(self):
        for rekey in self.servers:
            if rekey.is_alive():
                continue
            try:
                rekey.start()
            except AssertionError as error:
                self.journal.violation(str(error))
                raise
            self.journal.happened("the server is up")
        self.is_up.set()

    def is_whole(self):
        return all(rekey.is_alive() for rekey in self.servers)

    def _went(self, how):
        self.journal.killed(how)
        self.journal.happened(how)
        self.reads_log()

    def has_ended_by_itself(self):
        return [rekey.process.returncode for rekey in self.servers if rekey.process is not None and rekey.process.poll() is not None]

    def ends(self):
        for rekey in self.servers:
            rekey.kill()
        self.storage.remove()

    # ---- commands beside it ----

    def command(self, *words, stdin="", kill_after_s=None):
        """What it printed; None if it was killed. A command that fails beside a server breaks a rule."""
        process = subprocess.Popen([self.rekey.program, *words, *self.rekey.set_flags], cwd=self.rekey.directory,
                                   env=self.rekey.environment, text=True, stdin=subprocess.PIPE,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        try:
            stdout, stderr = process.communicate(stdin, timeout=kill_after_s or COMMAND_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            self.journal.count("command", "lost")
            if not kill_after_s:
                self.journal.violation(f"{words} took more than {COMMAND_SECONDS} s")
            return None
        self.journal.count("command", "acknowledged" if process.returncode == 0 else "refused")
        return stdout if process.returncode == 0 else Failed(stderr)

    def adds_account(self, kill_after_s=None):
        number, name = next(self._numbers), self.rng.choice(list(APPS))
        email, username = f"member{number}.{name}@members.example", f"member{number}"
        invited = self.rng.random() < 0.2
        password = None if invited else self.journal.keeps_secret(f"pw-{self.rng.getrandbits(64):016x}")
        account = Account(self.journal, self.wires[name], email, username, password)
        self.post.accounts[email] = account  # before its invitation
        words = ["account", "add", email, "--username", username, "--app", name]
        words += [] if invited else ["--password-stdin"]
        done = self.command(*words, stdin=f"{password}\n", kill_after_s=kill_after_s)
        if done is None:  # killed: added or not, and the next try tells
            done = self.command(*words, stdin=f"{password}\n")
            if isinstance(done, Failed) and "taken" in done:
                done = "added before it was killed"
        if isinstance(done, Failed):
            self.journal.violation(f"{words}: {done}")
        else:
            account.event(f"added, with {password}")
            self.accounts.append(account)

    def must_do(self, *words):
        done = self.command(*words)
        if isinstance(done, Failed):
            self.journal.violation(f"{words}: {done}")
        return done

    # ---- the log ----

    def reads_log(self):
        """What was written since the last time."""
        for file in (file for rekey in self.servers for file in (rekey.stderr_file, rekey.stdout_file)):
            with contextlib.suppress(FileNotFoundError), open(file, errors="replace") as log:
                log.seek(self._read.get(file, 0))
                text = log.read()
                self._read[file] = log.tell()
                self._checks_log(text)

    def _checks_log(self, text):
        for line in text.splitlines():
            if " error: " in line or server.SANITIZER.search(line) or "fault" in line.lower():
                self.journal.violation(f"the log says: {line}")
        for word in self.journal.secrets_in(text):
            self.journal.violation(f"the log holds the secret {word}")

    # ---- the database, while no server runs ----

    def database(self):
        assert not any(rekey.is_alive() for rekey in self.servers)
        return contextlib.closing(self.storage.connect())


class Failed(str):
    """What a command said that did not exit 0."""


def free_port(rng):
    while True:
        port = rng.choice(PORTS)
        with contextlib.suppress(OSError), socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
            return port
