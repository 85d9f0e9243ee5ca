# SPDX-License-Identifier: Apache-2.0
"""The mail server of the torture: it refuses, stalls, hangs up and is away at random; it checks what
it gets, and hands it to the account it is for."""

import collections
import dataclasses
import email
import re
import socket
import threading
import time

import sink

KINDS = {
    "Choose a new password": "link",
    "Reset your password": "link",
    "Confirm that you need": "confirm",
    "Your account at": "invitation",
    "Your new password": "made password",
    "Your password for": "notice",
}

# How likely it is at every step that something goes wrong, and that it is slow.
MOODS = {"well": (0, 0.01), "flaky": (0.03, 0.02), "ill": (0.3, 0.1), "down": (0, 0)}
SLOW_S, VERY_SLOW_S, VERY_SLOW_CHANCE = 0.5, 8, 0.01
SLOW_MADE_CHANCE = 0.5  # much can happen between a made password and its 250
DROPPED_TEXT_CHANCE = 0.1  # after the text and before its 250: the sender cannot know
FAULTS = (("450 4.2.0 come again", 5), ("550 5.0.0 never", 2), (sink.CLOSE, 4))


@dataclasses.dataclass
class Mail:
    id: str
    to: str
    kind: str
    reference: str
    secret: str
    look: int        # a hash of all that a person sees
    attempts: int = 0
    accepted: int = 0


class Post(sink.Sink):
    def __init__(self, journal, rng, port):
        super().__init__(port=port)
        self.received = self.commands = collections.deque(maxlen=0)  # there will be many
        self.journal, self.rng = journal, rng
        self.accounts, self.mails, self.by_reference, self.by_secret = {}, {}, {}, {}
        self.faults = collections.Counter()
        self.mood, self._book = "well", threading.Lock()

    # ---- moods ----

    def is_now(self, mood):
        if (mood == "down") != (self.mood == "down"):
            self._listen(mood != "down")
        self.mood = mood

    # The port stays bound, so that it is still ours afterwards.
    def _listen(self, listens):
        if listens:
            self._server.socket.listen(64)
            threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        else:
            self._server.shutdown()
            self._server.socket.shutdown(socket.SHUT_RDWR)

    def scripted(self, step, entry=None):
        fault_chance, slow_chance = MOODS[self.mood]
        with self._book:
            fault = self._fault() if self.rng.random() < fault_chance else None
            if not fault and fault_chance and entry and self.rng.random() < DROPPED_TEXT_CHANCE:
                fault = sink.CLOSE
        if entry and self._takes(entry, fault is None).kind == "made password":
            slow_chance = SLOW_MADE_CHANCE
        slow = self.rng.random() < slow_chance
        if slow:
            time.sleep(VERY_SLOW_S if self.rng.random() < VERY_SLOW_CHANCE else self.rng.uniform(0.02, SLOW_S))
        if fault or slow:
            self.faults["slow" if not fault else fault.split()[0]] += 1
        return fault

    def _fault(self):
        lines, weights = zip(*FAULTS)
        return self.rng.choices(lines, weights)[0]

    # ---- mails ----

    def _takes(self, entry, accepted):
        mail = read_mail(entry.raw)
        with self._book:
            known = self.mails.setdefault(mail.id, mail)
            self._check(known, mail, entry)
            self.by_reference.setdefault(mail.reference, known)
            known.attempts += 1
            known.accepted += accepted
        account = self.accounts.get(mail.to)
        if account:
            account.mail_arrived(mail, accepted)
        return mail

    def _check(self, known, mail, entry):
        if entry.recipients != [mail.to] or mail.to not in self.accounts:
            self.journal.violation(f"a mail goes to a stranger: {entry.recipients}, {mail}")
        if not mail.kind or not mail.reference:
            self.journal.violation(f"a mail of no kind that is known: {entry.raw[:600]!r}")
        if known.look != mail.look:
            self.journal.violation(f"two different mails are called {mail.id}: {known} and {mail}")
        if mail.reference in self.by_reference and self.by_reference[mail.reference] is not known:
            self.journal.violation(f"two mails have one reference: {self.by_reference[mail.reference]} and {mail}")
        if mail.secret:
            self.journal.keeps_secret(mail.secret)
            if self.by_secret.setdefault(mail.secret, mail.id) != mail.id:
                self.journal.violation(f"two mails have one secret: {self.by_secret[mail.secret]} and {mail}")

    def delivered(self):
        with self._book:
            return sum(mail.accepted > 0 for mail in self.mails.values())


# How long the link lives is counted anew at every attempt; nothing else may differ.
def read_mail(raw):
    parsed = email.message_from_bytes(raw)
    parts = [part.get_payload(decode=True).decode() for part in parsed.walk() if not part.is_multipart()]
    text, subject = parts[0], parsed["Subject"]
    look = hash((parsed["To"], parsed["From"], subject, *(re.sub(r"\d+ minutes", "", part) for part in parts)))
    kind = next((kind for start, kind in KINDS.items() if subject.startswith(start)), None)
    secret = re.search(r"token=([A-Za-z0-9_-]+)", text)
    if kind == "made password":
        secret = re.search(r"(?m)^([A-Za-z0-9_-]{16,})\s*$", text)
    reference = re.search(r"Reference: (\S+)", text)
    return Mail(parsed["Message-ID"], parsed["To"].strip("<>"), kind, reference and reference[1],
                secret[1] if secret else "", look)
