# SPDX-License-Identifier: Apache-2.0
"""What an account may be like: the set of worlds that all answers so far allow.

Every password is used once, so the one that works names the account's epoch. A world is that
password, and the confirmed tokens of the same epoch whose made passwords are still to come. An
acknowledged write leaves one world, a lost answer leaves two, every look at the account removes
those that it contradicts. Where none is left, a rule was broken.

Whoever talks about an account holds its lock; only mails arrive at any time."""

import collections
import dataclasses
import threading
import typing

from journal import ENDED, LOST, MAYBE, OK, REFUSED


PATIENCE_S = 10  # before somebody asks once more


class World(typing.NamedTuple):
    password: str  # None: nobody has chosen one yet
    pending: frozenset = frozenset()


@dataclasses.dataclass(eq=False)
class Session:
    token: str
    epochs: set  # the passwords in whose time it may live


@dataclasses.dataclass(eq=False)
class Token:
    text: str
    confirms: bool  # it leads to a made password
    reference: str
    seen_at: float
    spent: bool = False
    confirmed_at: float = None

    def __repr__(self):
        return f"token {self.text[:8]}"


@dataclasses.dataclass
class Made:
    """A made password, as its mail told it."""
    seen_at: float
    accepted: bool


@dataclasses.dataclass
class Request:
    dialect: str
    outcome: str
    sent_at: float
    reference: str  # None: the format tells none
    home: World     # the only one there was then: its epoch is that of the token; None: there were several


@dataclasses.dataclass
class Write:
    """One attempt at a new password: by a session and the old one, or by a token."""
    new: str
    sent_at: float
    session: Session = None
    old: str = None
    token: Token = None
    dialect: str = None
    outcome: str = None

    def __str__(self):
        by = repr(self.token) if self.token else f"session {self.session.token[:8]} and {self.old}"
        return f"{self.outcome}: {self.new} by {by} ({self.dialect})"


class Account:
    def __init__(self, journal, wires, email, username, password):
        self.journal, self.wires, self.email, self.username = journal, wires, email, username
        self.lock = threading.Lock()
        self.worlds = {World(password)}
        self.born = {password: 0.0}  # when its write was sent: it cannot have worked before
        self.made, self.tokens, self.sessions, self.requests = {}, {}, [], []
        self.wrote_at = 0.0
        self.done = collections.Counter()  # (what, outcome): checked against the database in the end
        self.events = collections.deque(maxlen=400)

    def event(self, what):
        self.events.append((self.journal.now(), what))

    def violation(self, rule):
        self.journal.violation(f"{self.email}: {rule}", self.events)

    # ---- the worlds ----

    # A made password comes into force whenever its mail was accepted and the mail thread says so.
    def possible(self):
        moved = set()
        for world in self.worlds:
            starts = [token.confirmed_at for token in world.pending]
            moved |= {World(password) for password, made in list(self.made.items())
                      if made.accepted and any(start <= made.seen_at for start in starts)}
        return self.worlds | moved

    def observe(self, fits, rule):
        possible = self.possible()
        kept = {world for world in possible if fits(world)}
        if not kept:
            self.violation(f"{rule}; it could only be {' or '.join(map(describe, possible))}")
            kept = {World(password) for password in list(self.born)}  # begin anew
        self.worlds = kept

    def is_calm(self):
        return not any(world.pending for world in self.possible())

    def likely_password(self, rng):
        return rng.choice(sorted(self.possible(), key=str)).password

    def lives_in(self, token, world):
        return not token.spent and token not in world.pending and self.born[world.password] <= token.seen_at

    # ---- looks ----

    def logged_in(self, password, outcome, token):
        self.event(f"log in with {password}: {outcome}")
        if outcome == OK:
            self.observe(lambda world: world.password == password, f"the password {password} works")
            self.sessions.append(Session(self.journal.keeps_secret(token), {password}))
        elif outcome == REFUSED:
            self.observe(lambda world: world.password != password, f"the password {password} does not work")

    def _look(self, write):
        """What a refused write tells, when nothing else happened meanwhile."""
        if write.token:
            if write.outcome == REFUSED:
                self._refused(write.token)
        elif write.outcome == REFUSED:
            self.observe(lambda world: world.password in write.session.epochs and world.password != write.old,
                         f"session {write.session.token[:8]} lives, and its old password {write.old} is wrong")
        elif write.outcome == ENDED:
            self.observe(lambda world: world.password not in write.session.epochs,
                         f"session {write.session.token[:8]} has ended")

    # The token of the newest request lives as long as the epoch it was asked for in; it is also
    # spent in worlds where it was confirmed. So a token that was spent for nothing is seen.
    def _refused(self, token):
        last = self.requests[-1] if self.requests else None
        if last and last.home and last.outcome == OK and last.reference == token.reference and not token.spent:
            self.observe(lambda world: world.password != last.home.password or token in world.pending,
                         f"{token} of the newest request is refused")

    # ---- writes ----

    def wrote(self, writes):
        """Writes that were sent side by side. At most one of them can have been done: each needs the
        epoch it found, and moves it."""
        for write in writes:
            self.event(str(write))
            self.done["write", write.outcome] += 1
        won = [write for write in writes if write.outcome == OK]
        lost = [write for write in writes if write.outcome == LOST]
        for write in won + lost:
            self.born[write.new] = write.sent_at
        if len(won) > 1:
            self.violation(f"{len(won)} writes side by side were all acknowledged")
        if won:
            self._won(won[-1])
        else:
            self._may_have_won(lost)
            if not lost and (len(writes) == 1 or self.is_calm()):
                for write in writes:
                    self._look(write)
        for write in won + lost:
            self.wrote_at = self.journal.now()
            if write.session:
                write.session.epochs.add(write.new)
            elif write.outcome == OK:
                write.token.spent = True

    def _fits(self, write, world):
        if write.token:
            return self.lives_in(write.token, world)
        return world.password == write.old and world.password in write.session.epochs

    def _won(self, write):
        if write.token and write.token.spent:
            self.violation(f"{write.token} was spent twice")
        self.observe(lambda world: self._fits(write, world), f"{write}, though it cannot have been")
        self.worlds = {World(write.new)}

    def _may_have_won(self, lost):
        possible = self.possible()
        self.worlds = possible | {World(write.new) for write in lost
                                  if any(self._fits(write, world) for world in possible)}

    # ---- confirmations: the password is made and comes later ----

    def confirmed(self, token, sent_at, outcomes):
        self.event(f"confirm {token}: {', '.join(outcomes)}")
        for outcome in outcomes:
            self.done["confirm", outcome] += 1
        if not any(outcome in MAYBE for outcome in outcomes):
            if REFUSED in outcomes:
                self._refused(token)
            return
        won = outcomes.count(OK)
        if won > 1 or (won and token.spent):
            self.violation(f"{token} was spent twice")
        if token.confirmed_at is None:
            token.confirmed_at = sent_at
        if won:
            self.observe(lambda world: self.lives_in(token, world), f"{token} was confirmed, though it was dead")
            self.worlds = {World(world.password, world.pending | {token}) for world in self.worlds}
            token.spent = True
        else:
            self.worlds = self.possible() | {World(world.password, world.pending | {token})
                                             for world in self.possible() if self.lives_in(token, world)}
        self.wrote_at = self.journal.now()

    # ---- requests and mails ----

    def asked(self, dialect, outcome, sent_at, reference):
        self.event(f"ask ({dialect}): {outcome} {reference or ''}")
        self.done[dialect, outcome] += 1
        if outcome in MAYBE:
            worlds = self.possible()
            home = min(worlds) if len(worlds) == 1 and self.is_calm() else None
            self.requests.append(Request(dialect, outcome, sent_at, reference, home))
        elif outcome == REFUSED:
            self.violation("a member who asked for a new password is said not to exist")

    def waits_for_mail(self):
        if not self.requests or self.requests[-1].sent_at < max(self.wrote_at, self.journal.now() - PATIENCE_S):
            return False
        newest = next(reversed(self.tokens.values()), None)
        return newest is None or newest.seen_at < self.requests[-1].sent_at

    def mail_arrived(self, mail, accepted):
        """In a thread of the sink, before the answer: from now on the mail may count as accepted."""
        now = self.journal.now()
        self.event(f"mail: {mail.kind} {mail.reference} {mail.secret[:8]} {'' if accepted else 'not '}accepted")
        if mail.kind == "made password":
            self.born.setdefault(mail.secret, now)
            made = self.made.setdefault(mail.secret, Made(now, False))
            made.accepted = made.accepted or accepted
        elif mail.secret and mail.secret not in self.tokens:
            self.tokens[mail.secret] = Token(mail.secret, mail.kind == "confirm", mail.reference, now)

    # All mail is out: what was confirmed has come, or a newer password has voided it.
    def mail_is_out(self):
        self.worlds = self.possible()
        self.observe(lambda world: not world.pending, "no mail is due any more, and no made password came")


def describe(world):
    coming = f", and {len(world.pending)} made to come" if world.pending else ""
    return f"{world.password}{coming}"
