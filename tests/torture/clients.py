# SPDX-License-Identifier: Apache-2.0
"""People and attackers: threads that do something with some account, again and again, at random."""

import concurrent.futures
import threading
import time
import traceback

from dialects import ACCOUNT, BACKTORY, HACKSYSTEM, PAGES
from journal import OK
from worlds import Write

LOG_IN_DIALECTS = (ACCOUNT, BACKTORY, HACKSYSTEM)
CHANGE_DIALECTS = (ACCOUNT, BACKTORY)
REDEEM_DIALECTS = (ACCOUNT, HACKSYSTEM, PAGES)
RECENT, PARALLEL_MAX, TRIES, PATIENCE_S = 6, 6, 20, 2


class Stranger:
    def __init__(self, rng):
        self.username = f"stranger{rng.randrange(10**9)}"
        self.email = f"{self.username}@strangers.example"


class Client(threading.Thread):
    def __init__(self, town, rng):
        super().__init__(daemon=True)
        self.town, self.rng, self.journal = town, rng, town.journal
        self.pool = concurrent.futures.ThreadPoolExecutor(PARALLEL_MAX)
        self.ends = threading.Event()

    def run(self):
        acts, weights = zip(*ACTS)
        while not self.ends.is_set():
            if self.town.is_up.wait(0.1):
                with self._some_account() as account:
                    self._does(self.rng.choices(acts, weights)[0], account)

    def _does(self, act, account):
        try:
            act(self, account)
        except Exception:  # whatever it is, it is no reason to stop, nor to pass
            self.journal.violation(f"{act.__name__}: {traceback.format_exc()}", account.events)

    def _some_account(self):
        for _ in range(TRIES):
            account = self.rng.choice(self.town.accounts)
            if account.lock.acquire(blocking=False):
                return Held(account)
        account.lock.acquire()
        return Held(account)

    def new_password(self):
        return self.journal.keeps_secret(f"pw-{self.rng.getrandbits(64):016x}")

    # ---- one request, told to the account ----

    def logs_in(self, account, password):
        outcome, token = account.wires.log_in(self.rng.choice(LOG_IN_DIALECTS), account, password)
        account.logged_in(password, outcome, token)
        return outcome

    def a_change(self, session, old):
        return Write(self.new_password(), self.journal.now(), session=session, old=old,
                     dialect=self.rng.choice(CHANGE_DIALECTS))

    def a_redemption(self, token):
        return Write(self.new_password(), self.journal.now(), token=token, dialect=self.rng.choice(REDEEM_DIALECTS))

    def sends(self, account, *writes):
        """Side by side, if there are several."""
        def send(write):
            if write.token:
                return account.wires.redeem(write.dialect, write.token.text, write.new)[0]
            return account.wires.change(write.dialect, write.session.token, write.old, write.new)[0]

        self.town.write_begins.set()
        outcomes = map(send, writes) if len(writes) == 1 else self.pool.map(send, writes)
        for write, outcome in zip(writes, outcomes):
            write.outcome = outcome
        account.wrote(writes)
        if any(write.outcome == OK for write in writes) and self.rng.random() < 0.5:
            self.looks_closely(account, writes)

    def redeems(self, account, token, n):
        if not token.confirms:
            self.sends(account, *(self.a_redemption(token) for _ in range(n)))
            return
        sent_at, n_made = self.journal.now(), len(account.made)
        self.town.write_begins.set()
        outcomes = list(self.pool.map(lambda _: account.wires.confirm(token.text, account.username)[0], range(n)))
        account.confirmed(token, sent_at, outcomes)
        if OK in outcomes and self.rng.random() < 0.5:
            self.meddles(account, n_made)

    # A change just when the made password is mailed: before it comes into force, or after.
    def meddles(self, account, n_made):
        old, until = account.likely_password(self.rng), self.journal.now() + PATIENCE_S
        if not old or self.logs_in(account, old) != OK:
            return
        while len(account.made) == n_made and self.journal.now() < until:
            time.sleep(0.005)
        self.sends(account, self.a_change(account.sessions[-1], old))

    # After a write: its password, that of the others, and one that is older.
    def looks_closely(self, account, writes):
        for password in {*(write.new for write in writes), self.rng.choice(list(account.born)) or "none yet"}:
            self.logs_in(account, password)
        if account.sessions:
            self.probes(account, self.rng.choice(account.sessions))

    def probes(self, account, session):
        """A wrong old password is refused as such only to a session that lives."""
        self.sends(account, self.a_change(session, self.new_password()))

    def recent(self, things):
        return self.rng.choice(list(things)[-RECENT:])

    # How many of the same at once: mostly one.
    def some(self):
        return self.rng.randint(2, PARALLEL_MAX) if self.rng.random() < 0.25 else 1


class Held:
    def __init__(self, account):
        self.account = account

    def __enter__(self):
        return self.account

    def __exit__(self, *_):
        self.account.lock.release()


# ---- the acts ----

def log_in_rightly(client, account):
    client.logs_in(account, account.likely_password(client.rng) or "none yet")


def log_in_wrongly(client, account):
    known = [password for password in list(account.born) if password]
    wrong = client.new_password() if not known or client.rng.random() < 0.3 else client.rng.choice(known)
    client.logs_in(account, wrong)


def use_a_session(client, account):
    if account.sessions:
        client.probes(account, client.recent(account.sessions))


def use_an_old_session(client, account):
    if account.sessions:
        client.probes(account, client.rng.choice(account.sessions))


def change(client, account):
    old = account.likely_password(client.rng)
    if not account.sessions or client.rng.random() < 0.5:
        client.logs_in(account, old or "none yet")
    if account.sessions and old:
        client.sends(account, *(client.a_change(client.recent(account.sessions), old) for _ in range(client.some())))


def change_and_redeem_at_once(client, account):
    tokens = [token for token in list(account.tokens.values()) if not token.confirms]
    old = account.likely_password(client.rng)
    if tokens and account.sessions and old:
        client.sends(account, client.a_change(account.sessions[-1], old), client.a_redemption(tokens[-1]))


def ask(client, account):
    if account.waits_for_mail() and client.rng.random() < 0.9:
        log_in_rightly(client, account)
        return
    dialect, sent_at = client.rng.choice(LOG_IN_DIALECTS), client.journal.now()
    outcome, answer = account.wires.ask(dialect, account)
    reference = answer.body["reference"] if dialect == ACCOUNT and outcome == OK else None
    account.asked(dialect, outcome, sent_at, reference)


def redeem_a_live_one(client, account):
    worlds = account.possible()
    live = [token for token in list(account.tokens.values()) if any(account.lives_in(token, world) for world in worlds)]
    if live:
        client.redeems(account, live[-1], client.some())
    else:
        ask(client, account)


def redeem_an_old_one(client, account):
    if account.tokens:
        client.redeems(account, client.rng.choice(list(account.tokens.values())), client.some())


def ask_as_a_stranger(client, account):
    account.wires.ask(client.rng.choice(LOG_IN_DIALECTS), Stranger(client.rng))


def guess_a_token(client, account):
    guess = f"{client.rng.getrandbits(256):064x}"
    outcome, _ = account.wires.redeem(client.rng.choice(REDEEM_DIALECTS), guess, client.new_password())
    if outcome == OK:
        client.journal.violation("a guessed token was redeemed")


ACTS = (
    (log_in_rightly, 18),
    (log_in_wrongly, 14),
    (use_a_session, 5),
    (use_an_old_session, 4),
    (change, 2),
    (change_and_redeem_at_once, 2),
    (ask, 12),
    (redeem_a_live_one, 25),
    (redeem_an_old_one, 5),
    (ask_as_a_stranger, 4),
    (guess_a_token, 1),
)
