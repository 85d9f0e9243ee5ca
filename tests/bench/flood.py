# SPDX-License-Identifier: Apache-2.0
"""One network floods log-ins with wrong passwords; how do others, who know theirs, get in?"""

import threading
import time

import house
import ranks
import wrk
from client import Connection, request_bytes

CONNECTIONS = 256
SOURCES = [f"127.0.0.{i}" for i in range(2, 10)]  # the flood comes from 127.0.0.1
PAUSE_S = 0.25  # of each of them between two log-ins

WRONG = {"method": "POST", "path": "/api/v1/sessions", "headers": wrk.JSON, "accounts": 1000,
         "body": {"login": "member#@bench.example", "password": "not the right password"}}


class Other(threading.Thread):
    """Logs in again and again from an address of its own, and does not try again when refused."""

    def __init__(self, rekey, i, until):
        super().__init__(daemon=True)
        self.rekey, self.source, self.until, self.error = rekey, SOURCES[i], until, None
        self.request = request_bytes("POST", "/api/v1/sessions", {"login": house.member(i), "password": house.PASSWORD})
        self.phase = PAUSE_S * i / len(SOURCES)
        self.got_in, self.n = [], 0  # ms of those that got in; all that were tried
        self.start()

    def run(self):
        time.sleep(self.phase)
        try:
            with Connection(self.rekey, self.source) as connection:
                while time.monotonic() < self.until:
                    self.try_once(connection)
                    time.sleep(PAUSE_S)
        except (OSError, ValueError) as error:
            self.error = error

    def try_once(self, connection):
        seconds, status, body = connection.ask(self.request)
        self.n += 1
        if status == 201:
            self.got_in.append(seconds * 1000)
        elif status not in (429, 503):
            raise ValueError(f"{status} {body}")


def round_of(bench, with_flood):
    """{"in": percent of the others' log-ins that were let in, "p50", "p99": ms of those, or None,
    "flood_401", "flood_503": a second}."""
    seconds = 2 * bench.seconds
    with bench.home.serving() as rekey:
        load = wrk.Load(rekey.url, CONNECTIONS, seconds + 1, count=True, **WRONG) if with_flood else None
        time.sleep(0.5)
        others = [Other(rekey, i, time.monotonic() + seconds) for i in range(len(SOURCES))]
        for other in others:
            other.join()
        flood = load.end() if load else {"statuses": {}, "seconds": 1}
    for other in others:
        if other.error:
            raise other.error
    got_in = [ms for other in others for ms in other.got_in]
    return {
        "in": 100 * len(got_in) / sum(other.n for other in others),
        "p50": ranks.percentile(got_in, 0.50) if got_in else None,
        "p99": ranks.percentile(got_in, 0.99) if got_in else None,
        "flood_401": flood["statuses"].get("401", 0) / flood["seconds"],
        "flood_503": flood["statuses"].get("503", 0) / flood["seconds"],
    }
