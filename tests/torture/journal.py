# SPDX-License-Identifier: Apache-2.0
"""What happened: every operation counted by its outcome, what broke a rule, and what must stay secret.

An outcome is what the client knows of an operation: OK and REFUSED were answered, ENDED is the
refusal of a session, BUSY (503) promises that nothing was done. LOST was sent and never answered,
so it was done or not; UNSENT never reached the server."""

import collections
import re
import threading
import time

OK, REFUSED, ENDED, BUSY, LOST, UNSENT = "acknowledged", "refused", "ended", "busy", "lost", "unsent"
OUTCOMES = (OK, REFUSED, ENDED, BUSY, LOST, UNSENT)
MAYBE = (OK, LOST)  # it may have been done

EVENTS_SHOWN, VIOLATIONS_SHOWN = 40, 20


class Journal:
    def __init__(self):
        self.started = time.monotonic()
        self.counts = collections.Counter()  # (operation, outcome)
        self.kills = collections.Counter()
        self.world_events = []  # what concerns everybody: kills and starts
        self.violations = []
        self.secrets = set()
        self._lock = threading.Lock()

    def now(self):
        return time.monotonic() - self.started

    def count(self, operation, outcome):
        with self._lock:
            self.counts[operation, outcome] += 1

    def counted(self, outcome):
        with self._lock:
            return sum(n for (_, one), n in self.counts.items() if one == outcome)

    def happened(self, what):
        with self._lock:
            self.world_events.append((self.now(), what))

    def killed(self, how):
        with self._lock:
            self.kills[how] += 1

    # ---- rules that were broken ----

    def violation(self, rule, events=()):
        """Kept with what led to it; a terminal sees the first ones in full."""
        with self._lock:
            said = f"{self.now():8.3f} VIOLATION: {rule}"
            self.violations.append(said + self._history(list(events)[-EVENTS_SHOWN:]))
            if len(self.violations) <= VIOLATIONS_SHOWN:
                print(self.violations[-1], flush=True)

    def _history(self, events):
        if not events:
            return ""
        around = [event for event in self.world_events if event[0] >= events[0][0]]
        return "".join(f"\n  {at:8.3f} {what}" for at, what in sorted([*events, *around]))

    # ---- secrets ----

    def keeps_secret(self, word):
        self.secrets.add(word)
        return word

    # Made passwords, tokens and the passwords of the test are all such words.
    def secrets_in(self, text):
        words = re.findall(r"[A-Za-z0-9_-]{12,}", text)
        return [word for word in words if word in self.secrets]
