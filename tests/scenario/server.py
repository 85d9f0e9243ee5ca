# SPDX-License-Identifier: Apache-2.0
"""The built program on a fresh directory, and the verbs with which a test talks to it."""

import dataclasses
import email
import email.policy
import email.utils
import json
import os
import pathlib
import re
import signal
import subprocess
import threading
import time
import urllib.parse

import databases
import wire

PUBLIC_URL = "http://rekey.example"
MAIL_FROM = "no-reply@rekey.example"
PASSWORD = "correct horse battery"
NEW_PASSWORD = "a brand new password"
NO_LIMITS = {f"limits.{name}": "none" for name in
             ("requests_per_network", "failures_per_network", "failures_per_login", "mails_per_address")}
START_SECONDS, STOP_SECONDS, MAIL_SECONDS, SILENCE_SECONDS = 30, 30, 30, 1.5

PLAIN = re.compile(r"[a-z0-9@.:/ -]*")
SANITIZER = re.compile(r"ERROR: (Address|Leak|Thread|Memory)Sanitizer|runtime error:|WARNING: ThreadSanitizer|"
                       r"AddressSanitizer:DEADLYSIGNAL|Assertion .* failed")


def binary():
    return os.environ["REKEY_BIN"]


@dataclasses.dataclass
class App:
    name: str
    id: str
    client_key: str
    master_key: str


class Refused(Exception):
    """A command that did not exit 0."""

    def __init__(self, done):
        super().__init__(f"{done.args} exited {done.returncode}: {done.stderr}")
        self.done = done


class Rekey(wire.Client):
    def __init__(self, directory, settings=None, program=None, prefix=(), flags=(), engine="sqlite", storage=None):
        super().__init__("127.0.0.1", None)
        self.directory = pathlib.Path(directory)
        self.program, self.prefix, self.flags = program or binary(), list(prefix), list(flags)
        self.storage = storage or databases.make(engine, self.directory)
        self.database = self.directory / "rekey.db"  # where the engine is SQLite
        self.mail_directory = self.directory / "mail"
        self.mail_directory.mkdir(exist_ok=True)
        self.stderr_file = self.directory / "stderr"
        self.stdout_file = self.directory / "stdout"
        self.settings = {
            "server.listen": "127.0.0.1:0",
            "server.public_url": PUBLIC_URL,
            "server.operations_listen": "none",
            "database.url": self.storage.url,
            "mail.url": f"file:{self.mail_directory}",
            "mail.from": MAIL_FROM,
            "mail.starttls": "off",
            "hash.memory_kib": 8,
            "hash.passes": 1,
        }
        for key, value in (settings or {}).items():
            if value is None:
                self.settings.pop(key, None)
            else:
                self.settings[key] = value
        self.process, self.apps, self.seen_mails, self.mailboxes = None, {}, set(), []

    # ---- the program ----

    @property
    def set_flags(self):
        return [word for key, value in self.settings.items() for word in ("--set", f"{key}={value}")]

    @property
    def environment(self):
        return {
            **{key: value for key, value in os.environ.items() if not key.startswith("REKEY_")},
            "ASAN_OPTIONS": "detect_leaks=1:detect_stack_use_after_return=1:strict_string_checks=1",
            "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1",
        }

    def start(self):
        with open(self.stdout_file, "ab") as stdout:
            self.process = subprocess.Popen(
                [*self.prefix, self.program, "serve", *self.set_flags, *self.flags], cwd=self.directory, stdout=stdout,
                stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, env=self.environment)
        self._address, self._has_spoken = None, threading.Event()
        # By a pipe, so that a file-size limit put on the server does not silence it.
        self._reader = threading.Thread(target=self._keep_stderr, args=(self.process.stderr,), daemon=True)
        self._reader.start()
        if not self._has_spoken.wait(START_SECONDS) or not self._address:
            self.kill()
            raise AssertionError("the server did not start:\n" + self.stderr())
        self.host, self.port = self._address
        return self

    def _keep_stderr(self, pipe):
        with open(self.stderr_file, "ab", buffering=0) as kept:
            for line in pipe:
                kept.write(line)
                found = re.match(rb"listening on http://([^/\s]+):(\d+)", line)
                if found and not self._address:
                    self._address = found[1].decode(), int(found[2])
                    self._has_spoken.set()
        self._has_spoken.set()

    def stop(self):
        """By SIGTERM, and it has to end well."""
        if not self.process:
            return
        process, self.process = self.process, None
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        try:
            status = process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise AssertionError("the server did not stop:\n" + self.stderr()) from None
        finally:
            self._reader.join(5)
        assert status == 0, f"the server exited {status}:\n{self.stderr()}"

    def kill(self):
        if self.process:
            self.process.kill()
            self.process.wait()
            self._reader.join(5)
            self.process = None

    def restart(self):
        self.stop()
        return self.start()

    def stderr(self):
        return self.stderr_file.read_text(errors="replace") if self.stderr_file.exists() else ""

    def stdout(self):
        return self.stdout_file.read_text(errors="replace")

    def check_sanitizers(self):
        found = SANITIZER.search(self.stderr())
        assert not found, self.stderr()

    @property
    def url(self):
        return f"http://{self.host}:{self.port}"

    def is_alive(self):
        return self.process is not None and self.process.poll() is None

    # ---- the command line ----

    def run(self, *arguments, stdin=None, program=None):
        done = subprocess.run([program or self.program, *arguments, *self.set_flags], cwd=self.directory, input=stdin,
                              capture_output=True, text=True, env=self.environment, timeout=60, check=False)
        assert not SANITIZER.search(done.stderr), done.stderr
        return done

    def command(self, *arguments, stdin=None):
        done = self.run(*arguments, stdin=stdin)
        if done.returncode:
            raise Refused(done)
        return done.stdout

    def command_json(self, *arguments):
        return json.loads(self.command(*arguments, "--json"))

    def arranges(self, *arguments, stdin=None):
        """A command that is not what is tested: by the program without sanitizers, which starts in a third of the time.
        What is given anything but plain words is tested by them, and has its sanitizers."""
        plain = PLAIN.fullmatch(" ".join((*arguments, (stdin or "").removesuffix("\n").replace(PASSWORD, ""))))
        arranger = os.environ.get("REKEY_RELEASE_BIN") if plain and self.program == os.environ.get("REKEY_BIN") else None
        done = self.run(*arguments, stdin=stdin, program=arranger)
        if done.returncode:
            raise Refused(done)
        return done.stdout

    def has_app(self, name="default", dialects=("account",), hosts=(), aliases=(), origins=(), **settings):
        words = ["app", "add", name]
        for flag, values in (("--dialect", dialects), ("--host", hosts), ("--alias", aliases), ("--origin", origins)):
            words += [word for value in values for word in (flag, value)]
        made = json.loads(self.arranges(*words, "--json"))
        app = App(made["name"], made["id"], made["client_key"], made["master_key"])
        self.apps[name] = app
        if settings:
            self.sets_app(name, **settings)
        return app

    def sets_app(self, name, **settings):
        self.command("app", "set", name, *(f"{key}={value}" for key, value in settings.items()))

    def has_account(self, address, username=None, password=PASSWORD, app=None):
        """In the app of that name; an app `default` of the account dialect is made if there is none."""
        if not self.apps:
            self.has_app()
        words = ["account", "add", address, "--password-stdin"]
        if username:
            words += ["--username", username]
        if app:
            words += ["--app", app]
        self.arranges(*words, stdin=password + "\n")

    def sets_message(self, name, app, **values):
        self.command("messages", "set", name, *(f"{key}={value}" for key, value in values.items()), "--app", app)

    def message(self, name, app):
        """The row as the operator sees it: a dict with message, type and input."""
        shown = self.command_json("messages", "show", name, "--app", app)
        return shown[0] if isinstance(shown, list) else shown

    def mail_list(self):
        return self.command_json("mail", "list")

    # ---- the database, for what only time could do ----

    def sql(self, statement, *values):
        return self.storage.sql(statement, values)

    def tokens_expire(self):
        assert self.sql("UPDATE token SET expires_at = ?", int(time.time()) - 1) > 0

    def sessions_expire(self):
        assert self.sql("UPDATE session SET expires_at = ?", int(time.time()) - 1) > 0

    def hurry_mail(self):
        self.sql("UPDATE outbox SET next_attempt_at = ?", int(time.time()) - 1)

    # ---- the conversation ----

    def log_in(self, login, password=PASSWORD, **options):
        """An answer of POST /api/v1/sessions."""
        return self.post("/api/v1/sessions", login=login, password=password, **options)

    def session_of(self, login, password=PASSWORD, **options):
        answer = self.log_in(login, password, **options)
        assert answer.status == 201, (answer.status, answer.body)
        return answer.body["access_token"]

    def can_log_in(self, login, password, **options):
        answer = self.log_in(login, password, **options)
        assert answer.status in (201, 401), (answer.status, answer.body)
        return answer.status == 201

    # A wrong old password is refused as such only to those who are signed in.
    def session_lives(self, session, **options):
        answer = self.put_password(old="not the old password", new="something else entirely", bearer=session, **options)
        assert answer.status in (401, 403), (answer.status, answer.body)
        return answer.status == 403

    def put_password(self, **options):
        return self.put("/api/v1/account/password", **options)

    def asks_for_reset(self, address, **options):
        answer = self.put_password(email=address, **options)
        assert answer.status == 202, (answer.status, answer.body)
        return answer

    def reset_token(self, address, **options):
        """Asks, waits for the mail, and takes the token out of its link."""
        self.asks_for_reset(address, **options)
        return token_in(self.mail_to(address))

    def backtory_headers(self, app, key=None):
        headers = {"X-Backtory-Authentication-Id": app.id}
        if key:
            headers["X-Backtory-Authentication-Key"] = key
        return headers

    def backtory_log_in(self, app, username, password=PASSWORD):
        return self.post("/auth/login", headers=self.backtory_headers(app, app.client_key),
                         multipart={"username": username, "password": password})

    def backtory_session(self, app, username, password=PASSWORD):
        answer = self.backtory_log_in(app, username, password)
        assert answer.status == 200, (answer.status, answer.body)
        return answer.body["access_token"]

    def hack_log_in(self, address, password=PASSWORD, prefix=""):
        return self.post(prefix + "/auth/login", email=address, password=password)

    # ---- mail ----

    def delivers_to(self, mailbox):
        """Mails are read from something that has mails(), instead of from the file directory."""
        self.mailboxes.append(mailbox)

    def all_mails(self):
        mails = [email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
                 for path in sorted(self.mail_directory.glob("*.eml"), key=lambda path: path.stat().st_mtime_ns)]
        for mailbox in self.mailboxes:
            mails += mailbox.mails()
        return mails

    def mail_to(self, address, seconds=MAIL_SECONDS):
        """The next mail to that address which the test has not read yet; waits for it."""
        deadline = time.monotonic() + seconds
        while True:
            for mail in self.all_mails():
                if address in recipients_of(mail) and mail["Message-ID"] not in self.seen_mails:
                    self.seen_mails.add(mail["Message-ID"])
                    return mail
            assert time.monotonic() < deadline, f"no mail to {address} came:\n{self.stderr()}"
            time.sleep(0.05)

    def unread_mails(self):
        return [mail for mail in self.all_mails() if mail["Message-ID"] not in self.seen_mails]

    def gets_no_mail(self, seconds=SILENCE_SECONDS):
        """Nobody got a mail that the test has not read."""
        time.sleep(seconds)
        unread = [(mail["To"], mail["Subject"]) for mail in self.unread_mails()]
        assert not unread, unread

    # ---- pages ----

    def open_link(self, link, **options):
        return self.get(path_of(link), **options)

    def submit(self, form, at="/password-reset", **values):
        """Sends a form as a browser without JavaScript would; empty actions go to the page itself."""
        filled = {**form.inputs, **values}
        target = urllib.parse.urljoin(PUBLIC_URL + at, form.action)
        headers = {"Origin": PUBLIC_URL, "Sec-Fetch-Site": "same-origin"}
        return self.request(form.method, path_of(target), form=filled, headers=headers, host="rekey.example")


def recipients_of(mail):
    return [address for _, address in email.utils.getaddresses(str(value) for value in mail.get_all("To", []))]


# Names and addresses hold word joiners, which nobody sees, so that no mail client makes links of them.
def text_of(mail):
    return mail.get_body(("plain",)).get_content().replace("\u2060", "")


def html_of(mail):
    return mail.get_body(("html",)).get_content().replace("\u2060", "")


def link_in(mail):
    """The one link of the text part that carries a token."""
    links = {link for link in re.findall(r"https?://[^\s<>\"]+", text_of(mail)) if "token=" in link}
    assert len(links) == 1, text_of(mail)
    return links.pop()


def token_in(mail):
    return urllib.parse.parse_qs(urllib.parse.urlsplit(link_in(mail)).query)["token"][0]


def has_link(mail):
    return "token=" in text_of(mail) + html_of(mail)


# The link of a notice, for whoever did not do it, is none.
def has_reset_link(mail):
    return "/password-reset?token=" in text_of(mail) + html_of(mail)


# A secret to be copied by hand stands alone on its line: a made password or a reset code.
def secret_in(mail):
    lines = [line.strip() for line in text_of(mail).splitlines()]
    found = [line for line in lines if re.fullmatch(r"[A-Za-z0-9_-]{16,}", line)]
    assert len(found) == 1, text_of(mail)
    return found[0]


def path_of(link):
    parts = urllib.parse.urlsplit(link)
    return parts.path + ("?" + parts.query if parts.query else "")
