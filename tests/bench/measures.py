# SPDX-License-Identifier: Apache-2.0
"""What is measured. Each measure is a function that says how it went in rows, and a line of MEASURES.

Rates are measured in turn with their ceiling, round by round, and a ratio is the median of the
rounds' own ratios: a machine that slows down slows both. A peer, where one is installed, would take
its turn there too, between ceiling and Rekey (in_turn)."""

import dataclasses
import statistics
import threading
import time

import flood
import house
import postgres
import wrk
from client import Connection, request_bytes

MEMBERS = 1000
HASH_COST = (19456, 2)  # KiB and passes, the server's default
LOG_IN_CONNECTIONS, READ_CONNECTIONS, RECOVERY_CONNECTIONS = 16, 64, 64
OPEN_CONNECTIONS = 1000
READ_DELAY_MS = 5
ROWS_PER_COMMIT = 64

LOG_IN = {"method": "POST", "path": "/api/v1/sessions", "headers": wrk.JSON, "accounts": MEMBERS,
          "body": {"login": "member#@bench.example", "password": house.PASSWORD}}
RECOVERY = {"method": "PUT", "path": "/api/v1/account/password", "headers": wrk.JSON, "accounts": MEMBERS,
            "body": {"email": "member#@bench.example"}}


@dataclasses.dataclass
class Row:
    measure: str
    value: float
    unit: str
    ceiling: float = None
    ceiling_name: str = ""
    ratio: float = None
    goal: float = None
    rounds: list = dataclasses.field(default_factory=list)


@dataclasses.dataclass
class Bench:
    home: house.House
    ceilings: object
    cores: int
    rounds: int
    seconds: int  # of one round

    def in_turn(self, ceiling, rekey):
        """[(ceiling, rekey)...], a round each."""
        made = []
        for i in range(self.rounds):
            made.append((ceiling(), rekey()))
            house.say(f"  round {i + 1}: ceiling {made[-1][0]:,.1f}, rekey {made[-1][1]:,.1f}")
        return made


def rate_row(measure, unit, ceiling_name, rounds, goal=None):
    ceilings, values = zip(*rounds)
    return Row(measure, statistics.median(values), unit, statistics.median(ceilings), ceiling_name,
               statistics.median(value / ceiling for ceiling, value in rounds), goal, [list(pair) for pair in rounds])


def row_of_median(measure, unit, values):
    return Row(measure, statistics.median(values), unit, rounds=list(values))


def only(status, result):
    """Every answer was that; else the measure would be of something else."""
    if result["broken"] or set(result["statuses"]) - {str(status)}:
        raise RuntimeError(f"answers other than {status}: {result}")
    return result


# ---- rates ----

def log_ins(bench):
    def rekey():
        with bench.home.serving() as rekey:
            wrk.load(rekey.url, LOG_IN_CONNECTIONS, 1, **LOG_IN)
            return only(201, wrk.load(rekey.url, LOG_IN_CONNECTIONS, bench.seconds, count=True, **LOG_IN))["per_second"]

    rounds = bench.in_turn(lambda: bench.ceilings.hashes(bench.seconds, *HASH_COST), rekey)
    yield rate_row(f"log-ins, {LOG_IN_CONNECTIONS} connections", "/s", "bare hashes, one thread a core", rounds, 0.90)


# The quickest first; the first that is there is taken. The last is in every version, and is made only where it is
# needed: its mail may have to wait behind those of a measure before.
def reads(rekey):
    bearer = {"Authorization": "Bearer " + rekey.session_of(house.member(0))}
    yield "GET /api/v1/sessions, signed in", {"path": "/api/v1/sessions", "headers": bearer}
    yield "GET /api/v1/account, signed in", {"path": "/api/v1/account", "headers": bearer}
    yield "GET of the page of a live link", {"path": "/password-reset?token=" + rekey.reset_token(house.member(1))}


def quickest_read(rekey):
    for name, what in reads(rekey):
        if rekey.get(what["path"], headers=what.get("headers")).status == 200:
            return name, what
    raise RuntimeError("none of the reads answers 200")


def quick_reads(bench):
    names, sizes = set(), set()

    def rekey():
        with bench.home.serving() as rekey:
            name, what = quickest_read(rekey)
            names.add(name)
            wrk.load(rekey.url, READ_CONNECTIONS, 1, threads=bench.cores, **what)
            result = wrk.load(rekey.url, READ_CONNECTIONS, bench.seconds, threads=bench.cores, **what)
            sizes.add(round(result["bytes"] / result["answers"]))
            assert not result["refused"] and not result["broken"], result
            return result["per_second"]

    rounds = bench.in_turn(lambda: bench.ceilings.answers(bench.seconds, READ_CONNECTIONS), rekey)
    yield rate_row(f"reads, {READ_CONNECTIONS} connections: {names.pop()} ({max(sizes)} bytes)", "/s",
                   "bare libmicrohttpd, 200 bytes of JSON", rounds)


def recoveries(bench):
    def rekey(settings):
        with bench.home.serving(settings) as rekey:
            return only(202, wrk.load(rekey.url, RECOVERY_CONNECTIONS, bench.seconds, count=True, **RECOVERY))["per_second"]

    def ceiling():
        return bench.ceilings.inserts(bench.seconds, ROWS_PER_COMMIT, bench.home.place)

    for words, settings in (("mails written meanwhile", {}), ("mails wait", {"mail.url": None, "mail.from": None})):
        yield rate_row(f"recoveries accepted, {RECOVERY_CONNECTIONS} connections, {words}", "/s",
                       f"bare SQLite, {ROWS_PER_COMMIT} rows a COMMIT", bench.in_turn(ceiling, lambda: rekey(settings)))
    single = [bench.ceilings.inserts(bench.seconds, 1, bench.home.place) for _ in range(bench.rounds)]
    yield Row("(for scale)", None, "/s", statistics.median(single), "bare SQLite, a COMMIT for each row")


# ---- under load ----

def read_under_load(bench):
    """One connection reads, at a modest pace, while the others log in as fast as they are answered."""
    alone, loaded, logged_in, shed = [], [], [], []
    for i in range(bench.rounds):
        with bench.home.serving() as rekey:
            name, what = quickest_read(rekey)
            alone.append(wrk.load(rekey.url, 1, bench.seconds, delay_ms=READ_DELAY_MS, **what))
            load = wrk.Load(rekey.url, flood.CONNECTIONS, bench.seconds + 1, count=True, **LOG_IN)
            time.sleep(0.5)
            loaded.append(wrk.load(rekey.url, 1, bench.seconds, delay_ms=READ_DELAY_MS, **what))
            result = load.end()
        assert not loaded[-1]["refused"], loaded[-1]
        logged_in.append(result["statuses"].get("201", 0) / result["seconds"])
        shed.append(result["statuses"].get("503", 0) / result["seconds"])
        house.say(f"  round {i + 1}: p99 alone {alone[-1]['p99_ms']:.2f} ms, under load {loaded[-1]['p99_ms']:.2f} ms")
    for quantile in ("p50", "p99"):
        yield row_of_median(f"{quantile} of one read at a time, alone", "ms", [one[quantile + "_ms"] for one in alone])
        yield row_of_median(f"{quantile} of it while {flood.CONNECTIONS} connections log in", "ms",
                            [one[quantile + "_ms"] for one in loaded])
    yield row_of_median("    these log in", "/s", logged_in)
    yield row_of_median("    these are refused with 503", "/s", shed)


def flooded(bench):
    quiet, loud = [], []
    for i in range(bench.rounds):
        quiet.append(flood.round_of(bench, False))
        loud.append(flood.round_of(bench, True))
        house.say(f"  round {i + 1}: others let in {quiet[-1]['in']:.1f} %, in the flood {loud[-1]['in']:.1f} %")
    for words, rounds in (("", quiet), (f" while {flood.CONNECTIONS} connections flood", loud)):
        yield row_of_median(f"others' log-ins that are let in{words}", "%", [one["in"] for one in rounds])
        for quantile in ("p50", "p99"):
            values = [one[quantile] for one in rounds if one[quantile] is not None]
            if values:
                yield row_of_median(f"    {quantile} of those", "ms", values)
    yield row_of_median("    the flood is answered 401", "/s", [one["flood_401"] for one in loud])
    yield row_of_median("    the flood is refused with 503", "/s", [one["flood_503"] for one in loud])


# ---- PostgreSQL, and several servers ----

POOL = 10  # connections of one server, as database.connections has it


def of_all(servers, connections, seconds, **what):
    """The load is shared out among them."""
    loads = [wrk.Load(rekey.url, connections // len(servers), seconds, **what) for rekey in servers]
    return [load.end() for load in loads]


def on_postgres(bench):
    cluster = postgres.Cluster()
    try:
        cluster.make().start()
        for n in (1, 2):
            yield from on_cluster(bench, cluster, n)
    finally:
        cluster.remove()


def on_cluster(bench, cluster, n):
    where = f"PostgreSQL, {n} server{'s' if n > 1 else ''}: "

    def rate(connections, status, load):
        with bench.home.serving_on(cluster, n) as servers:
            what = load(servers[0])
            of_all(servers, connections, 1, **what)
            return sum(only(status, result)["per_second"] for result in of_all(servers, connections, bench.seconds, count=True, **what))

    rounds = bench.in_turn(lambda: bench.ceilings.hashes(bench.seconds, *HASH_COST), lambda: rate(LOG_IN_CONNECTIONS, 201, lambda _: LOG_IN))
    yield rate_row(where + "log-ins", "/s", "bare hashes, one thread a core", rounds)
    rounds = bench.in_turn(lambda: bench.ceilings.answers(bench.seconds, READ_CONNECTIONS),
                           lambda: rate(READ_CONNECTIONS, 200, lambda rekey: quickest_read(rekey)[1]))
    yield rate_row(where + "reads", "/s", "bare libmicrohttpd, 200 bytes of JSON", rounds)
    rounds = bench.in_turn(lambda: bench.ceilings.commits_on(cluster, bench.seconds, POOL * n),
                           lambda: rate(RECOVERY_CONNECTIONS, 202, lambda _: RECOVERY))
    yield rate_row(where + "recoveries accepted, mails written meanwhile", "/s", f"pgbench, one INSERT a COMMIT, {POOL * n} clients", rounds)


# ---- memory and start ----

def open_idle(rekey, what):
    """Connections that have asked once and are kept."""
    kept = []
    request = request_bytes("GET", what["path"], headers=what.get("headers", {}).items(), host="127.0.0.1")
    for _ in range(OPEN_CONNECTIONS):
        connection = Connection(rekey)
        assert connection.ask(request)[1] == 200
        kept.append(connection)
    return kept


class Peak(threading.Thread):
    """The most memory that a process takes while this runs."""

    def __init__(self, pid):
        super().__init__(daemon=True)
        self.pid, self.mib, self.over = pid, 0, threading.Event()
        self.start()

    def run(self):
        while not self.over.wait(0.1):
            self.mib = max(self.mib, house.pss_mib(self.pid))

    def end(self):
        self.over.set()
        self.join()
        return self.mib


def busy_mib(rekey, seconds, **what):
    peak = Peak(rekey.process.pid)
    wrk.load(rekey.url, OPEN_CONNECTIONS, seconds, **what)
    return peak.end()


def memory(bench):
    with bench.home.serving() as rekey:
        pid = rekey.process.pid
        yield Row("memory at rest, after the start", house.pss_mib(pid), "MiB")
        _, what = quickest_read(rekey)
        kept = open_idle(rekey, what)
        yield Row(f"memory, {OPEN_CONNECTIONS} connections kept open", house.pss_mib(pid), "MiB")
        for connection in kept:
            connection.close()
        yield Row(f"peak memory, {OPEN_CONNECTIONS} connections read", busy_mib(rekey, bench.seconds, **what), "MiB")
        yield Row(f"peak memory, {OPEN_CONNECTIONS} connections log in", busy_mib(rekey, bench.seconds, **LOG_IN), "MiB")
        time.sleep(1)
        yield Row("memory at rest, after all that", house.pss_mib(pid), "MiB")


def start(bench):
    def times(empty):
        for _ in range(2 * bench.rounds + 1):
            with bench.home.serving(empty=empty) as rekey:
                yield rekey.start_ms

    yield row_of_median("start to \"listening\"", "ms", list(times(False)))
    yield row_of_median("the very first start, which makes the database", "ms", list(times(True)))


MEASURES = {
    "log-ins": log_ins,
    "reads": quick_reads,
    "recoveries": recoveries,
    "read-under-load": read_under_load,
    "flood": flooded,
    "postgresql": on_postgres,
    "memory": memory,
    "start": start,
}
