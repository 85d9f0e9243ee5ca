# SPDX-License-Identifier: Apache-2.0
"""The end: all mail goes out, every account is asked for every password, and the database is held
against what was acknowledged."""

import collections
import concurrent.futures
import json
import time

from dialects import ACCOUNT, BACKTORY, HACKSYSTEM
from journal import LOST, OK

QUIET_SECONDS, LAST_ASKERS, LIST_MAX = 180, 8, 1000
RETRY_MAX_S, SLACK_S = 15 * 60, 60  # a mail is tried again after at most that long
SESSIONS_TRIED, TOKENS_TRIED = 40, 40

RECOVERY, NAMED, CODE, MADE, NOTICE, INVITATION = range(6)
DUE, SENT, DEAD, DROPPED = range(4)
KINDS_ASKED = {ACCOUNT: RECOVERY, BACKTORY: NAMED, HACKSYSTEM: CODE}
KIND_NAMES = {RECOVERY: "link", CODE: "link", MADE: "made password", NOTICE: "notice", INVITATION: "invitation"}
NEWER = {RECOVERY, NAMED, CODE, INVITATION}  # kinds that carry a token


def waits_for_quiet(town):
    """All mail goes out: the mail server is well, and nobody waits for the end of a delay. Gives how
    many mails were dead until then."""
    with town.database() as database:
        check_files(town, database)
        (late,), = database.execute("SELECT count(*) FROM outbox WHERE state = ? AND next_attempt_at > ?",
                                    (DUE, time.time() + RETRY_MAX_S + SLACK_S))
        if late:
            town.journal.violation(f"{late} mails wait longer than the longest delay")
        with database:
            database.execute("UPDATE outbox SET next_attempt_at = ? WHERE state = ?", (int(time.time()), DUE))
        dead = {id for id, in database.execute("SELECT id FROM outbox WHERE state = ?", (DEAD,))}
    listed = json.loads(town.must_do("mail", "list", "--json") or "[]")
    hidden = dead - {row["id"] for row in listed if row["state"] == "dead"}
    if len(dead) - len(hidden) < min(len(dead), LIST_MAX):
        town.journal.violation(f"dead mails that rekey mail list does not show: {sorted(hidden)[:20]}")
    town.starts()
    deadline = time.monotonic() + QUIET_SECONDS
    while unsettled(town) and time.monotonic() < deadline:
        town.must_do("mail", "retry", "--all")
        time.sleep(0.5)
    return len(dead)


# Beside the server, but from a process of our own: see the comment on locks in driver_sqlite.c.
def unsettled(town):
    return town.rekey.sql("SELECT count(*) FROM outbox WHERE state IN (?, ?)", DUE, DEAD)[0][0]


def check_files(town, database):
    if town.storage.engine != "sqlite":
        return  # its server looks after them
    for pragma, good in (("integrity_check", [("ok",)]), ("foreign_key_check", [])):
        found = database.execute(f"PRAGMA {pragma}").fetchall()
        if found != good:
            town.journal.violation(f"PRAGMA {pragma}: {found[:5]}")


# ---- by its own door ----

def check_accounts(town, client):
    for account in town.accounts:
        account.mail_is_out()
    with concurrent.futures.ThreadPoolExecutor(LAST_ASKERS) as pool:
        list(pool.map(lambda account: check_account(client, account), town.accounts))


def check_account(client, account):
    story = list(account.events)
    ever = [password for password in list(account.born) if password]
    work = [password for password in ever if client.logs_in(account, password) == OK]
    if len(work) != (account.worlds != {(None, frozenset())}):
        account.violation(f"in the end {len(work)} of {len(ever)} passwords work: {work}")
    for session in account.sessions[-SESSIONS_TRIED:]:
        client.probes(account, session)
    for token in list(account.tokens.values())[-TOKENS_TRIED:]:
        if token.spent:
            client.redeems(account, token, 1)
    account.events = collections.deque(story)  # what the database is yet to be explained by


# ---- in the database ----

Row = collections.namedtuple("Row", "id kind state reference login account_id epoch last_error")


class Rows:
    """The outbox at the end, beside the accounts it knows."""

    def __init__(self, town, database):
        self.town, self.violation = town, town.journal.violation
        self.outbox = [Row(*row) for row in database.execute(
            "SELECT id, kind, state, reference, login, account_id, epoch, last_error FROM outbox ORDER BY id")]
        known = database.execute("SELECT id, email_key, username_key FROM account").fetchall()
        by_email = {account.email: account for account in town.accounts}
        self.by_id = {row[0]: by_email[row[1]] for row in known if row[1] in by_email}
        self.by_login = {login: by_email[row[1]] for row in known if row[1] in by_email for login in row[1:]}
        self.audited = collections.Counter(database.execute(
            "SELECT account_id, event FROM audit WHERE outcome IN ('done', 'made password mailed')").fetchall())
        self.spent = collections.Counter(database.execute(
            "SELECT account_id, purpose FROM token WHERE state = 1").fetchall())
        self.epochs = dict(database.execute("SELECT id, epoch FROM account"))
        if len(self.by_id) != len(town.accounts):
            self.violation(f"{len(town.accounts)} accounts were added, the database has {len(self.by_id)} of them")

    def account_of(self, row):
        return self.by_id.get(row.account_id) if row.account_id else self.by_login.get(row.login)

    def check(self):
        self._check_outcomes()
        self._check_references()
        self.rows = collections.Counter((self.account_of(row), row.kind) for row in self.outbox)
        for id, account in self.by_id.items():
            self._check_counts(id, account)
            self._check_whole(id, account)

    # A row that counts as sent was sent; one that was dropped had a reason.
    def _check_outcomes(self):
        newest_token, newest_password = {}, {}
        for row in reversed(self.outbox):
            account = self.account_of(row)
            mail = self.town.post.by_reference.get(row.reference)
            if row.state == DUE:
                self.violation(f"still due at the end: {row}")
            if row.state == SENT and not (mail and mail.accepted and account and mail.to == account.email):
                self.violation(f"counts as sent, and never was: {row}, {mail}", account.events if account else ())
            if row.state == DROPPED and not self._has_reason(row, account, newest_token, newest_password):
                self.violation(f"dropped without a reason: {row}", account.events if account else ())
            if row.kind in NEWER:
                newest_token.setdefault(account, row.id)
            if row.kind == NOTICE or (row.kind == MADE and row.state == SENT):
                newest_password.setdefault(account, row.id)

    def _has_reason(self, row, account, newest_token, newest_password):
        return {
            "there is no such account": account is None,
            "a newer request took its place": newest_token.get(account, 0) > row.id or
                                              newest_password.get(account, 0) > row.id,
            "the password was changed after this was asked for": newest_password.get(account, 0) > row.id,
            # Of two confirmed in one epoch, the first that is mailed ends it for the other.
            "the password was changed after this was confirmed": self.epochs.get(row.account_id, 0) > row.epoch,
            "the account has a password already": row.kind == INVITATION and account in newest_password,
        }.get(row.last_error, False)

    def _check_references(self):
        by_reference = {row.reference: row for row in self.outbox}
        for account in self.town.accounts:
            for request in account.requests:
                row = by_reference.get(request.reference)
                if request.reference and not (row and row.login == account.email and row.kind == RECOVERY):
                    account.violation(f"the acknowledged request {request.reference} has no row: {row}")

    # What was acknowledged is there once; what got no answer is there at most once.
    def _check_counts(self, id, account):
        counts = [("requests by " + dialect, self.rows[account, kind], dialect)
                  for dialect, kind in KINDS_ASKED.items()]
        counts += [("notices", self.rows[account, NOTICE], "write"),
                   ("made passwords", self.rows[account, MADE], "confirm")]
        for name, n, what in counts:
            at_least = account.done[what, OK]
            at_most = at_least + account.done[what, LOST]
            if not at_least <= n <= at_most:
                account.violation(f"{n} {name}; acknowledged {at_least}, lost {at_most - at_least}")

    # What belongs to one transaction is there together.
    def _check_whole(self, id, account):
        resets, changes = self.audited[id, "password_reset"], self.audited[id, "password_change"]
        confirmed, made = self.audited[id, "recovery_confirm"], self.audited[id, "mail_settle"]
        notices = self.rows[account, NOTICE]
        for name, n, other, expected in (
                ("notices", notices, "audited writes", resets + changes),
                ("spent reset tokens", self.spent[id, 0], "audited resets", resets),
                ("spent confirm tokens", self.spent[id, 1], "audited confirmations", confirmed),
                ("made passwords", self.rows[account, MADE], "audited confirmations", confirmed),
                ("epoch", self.epochs[id], "1 + notices + mailed passwords", 1 + notices + made)):
            if n != expected:
                account.violation(f"{name}: {n}, {other}: {expected}")

    def tally(self):
        """Rows by what became of them."""
        words = {SENT: "delivered", DEAD: "dead", DUE: "due"}
        return collections.Counter(
            words.get(row.state) or ("to strangers" if self.account_of(row) is None else "superseded")
            for row in self.outbox)


def check_database(town):
    with town.database() as database:
        check_files(town, database)
        rows = Rows(town, database)
    rows.check()
    return rows.tally()
