# SPDX-License-Identifier: Apache-2.0
"""The same verbs in three wire formats: what is sent, and which answer means what.

Every verb gives (outcome, answer); the answer is None where none came."""

import http.client
import time

import wire
from journal import BUSY, ENDED, LOST, OK, REFUSED, UNSENT
from server import PUBLIC_URL

BUSY_STATUSES = (429, 503)
ACCOUNT, BACKTORY, HACKSYSTEM, PAGES = "account", "backtory", "hacksystem", "pages"

# (format, verb): what each status says. Any other answer is a violation.
MEANINGS = {
    (ACCOUNT, "ask"): {202: OK},
    (ACCOUNT, "log in"): {201: OK, 401: REFUSED},
    (ACCOUNT, "change"): {204: OK, 403: REFUSED, 401: ENDED},
    (ACCOUNT, "redeem"): {204: OK, 410: REFUSED},
    (BACKTORY, "ask"): {200: OK, 404: REFUSED},
    (BACKTORY, "log in"): {200: OK, 401: REFUSED},
    (BACKTORY, "change"): {200: OK, 403: REFUSED, 401: ENDED},
    (HACKSYSTEM, "ask"): {200: OK, 400: REFUSED},
    (HACKSYSTEM, "log in"): {200: OK, 400: REFUSED},
    (HACKSYSTEM, "redeem"): {200: OK, 400: REFUSED},
    (PAGES, "redeem"): {200: OK, 410: REFUSED},
    (PAGES, "confirm"): {200: OK, 410: REFUSED},
}


class Wires:
    """Requests to one app of the server under test."""

    def __init__(self, door, app, journal, lost_s=0):
        """lost_s: after a connection that broke, how long what it asked for may still come to be."""
        self.door, self.app, self.journal, self.lost_s = door, app, journal, lost_s
        self.prefix = "/api:" + app.name
        self.id = {"X-Backtory-Authentication-Id": app.id}
        self.id_and_key = {**self.id, "X-Backtory-Authentication-Key": app.client_key}

    def ask(self, dialect, account):
        if dialect == ACCOUNT:
            return self._send(dialect, "ask", "PUT", "/api/v1/account/password", email=account.email)
        if dialect == BACKTORY:
            return self._send(dialect, "ask", "POST", "/auth/forgot-password", bare=True, headers=self.id,
                              query={"username": account.username})
        return self._send(dialect, "ask", "GET", "/reset/password", query={"email": account.email})

    def log_in(self, dialect, account, password):
        """The session's token beside the outcome."""
        if dialect == ACCOUNT:
            sent = self._send(dialect, "log in", "POST", "/api/v1/sessions", login=account.email, password=password)
        elif dialect == BACKTORY:
            sent = self._send(dialect, "log in", "POST", "/auth/login", bare=True, headers=self.id_and_key,
                              multipart={"username": account.username, "password": password})
        else:
            sent = self._send(dialect, "log in", "POST", "/auth/login", email=account.email, password=password)
        outcome, answer = sent
        if outcome != OK:
            return outcome, None
        return outcome, answer.body["authToken" if dialect == HACKSYSTEM else "access_token"]

    def change(self, dialect, session, old, new):
        if dialect == ACCOUNT:
            return self._send(dialect, "change", "PUT", "/api/v1/account/password", bearer=session, old=old, new=new)
        return self._send(dialect, "change", "POST", "/auth/change-password", bare=True, headers=self.id,
                          bearer=session, lastPassword=old, newPassword=new)

    def redeem(self, dialect, token, new):
        if dialect == ACCOUNT:
            return self._send(dialect, "redeem", "PUT", "/api/v1/account/password", token=token, new=new)
        if dialect == HACKSYSTEM:
            return self._send(dialect, "redeem", "POST", "/reset/password", code=token, password=new)
        return self._submit("redeem", "/password-reset", {"token": token, "new": new, "confirm": new})

    def confirm(self, token, username):
        return self._submit("confirm", "/password-reset/confirm", {"token": token, "username": username})

    def _submit(self, verb, path, form):
        return self._send(PAGES, verb, "POST", path, form=form, host="rekey.example",
                          headers={"Origin": PUBLIC_URL, "Sec-Fetch-Site": "same-origin"})

    # A LOST request cannot be done later: whoever could do it is dead when the connection is; but for a
    # COMMIT that has reached a database of another process, which is given the time to be done.
    def _send(self, dialect, verb, method, path, bare=False, **options):
        name = f"{verb} ({dialect})"
        try:
            answer = self.door.request(method, path if bare else self.prefix + path, **options)
        except ConnectionRefusedError:
            outcome, answer = UNSENT, None
        except TimeoutError:
            self.journal.violation(f"{name} was not answered within {wire.TIMEOUT} s")
            outcome, answer = LOST, None
        except (OSError, http.client.HTTPException):
            outcome, answer = LOST, None
            time.sleep(self.lost_s)
        else:
            outcome = self._meaning(dialect, verb, answer)
        self.journal.count(name, outcome)
        return outcome, answer

    def _meaning(self, dialect, verb, answer):
        if answer.status in BUSY_STATUSES:
            return BUSY
        outcome = MEANINGS[dialect, verb].get(answer.status)
        standard = dialect != HACKSYSTEM or answer.status != 400 or answer.code == "ERROR_FATAL"
        if outcome and standard:
            return outcome
        self.journal.violation(f"{verb} ({dialect}) was answered {answer.status} {answer.raw[:300]!r}")
        return LOST
