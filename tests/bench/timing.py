# SPDX-License-Identifier: Apache-2.0
"""timing.py PROGRAM [PAIRS] [--only REGEX] [--pause-ms N] [--set KEY=VALUE]... - "same answer, same time".

Asks the server about somebody who is there and somebody who is not, in pairs, one request at a time
on a kept connection, in random order within each pair, and compares the times: by their medians,
and by the chance that the one takes longer than the other (AUC). Exits 1 if anything can be told
apart. The verdict's bounds are made for 1,000 pairs: with fewer, chance alone crosses them. Where the
controls, two strangers, are told apart, the machine is too busy to say anything."""

import argparse
import gc
import os
import random
import re
import statistics
import sys
import time

import calls
import house
import ranks
from client import Connection

WARM_UP_PAIRS = 10
MS_MAX, AUC_MIN, AUC_MAX = 1.0, 0.45, 0.55
HEADS = ("format", "call", "mail", "there", "not there", "differ by", "AUC", "verdict")
WIDTHS = (10, 60, 4, 9, 9, 9, 5, 0)


class Series:
    """The times of one call: [there, not there], in ms, and all the answers that came."""

    def __init__(self):
        self.times, self.answers = ([], []), (set(), set())

    def add(self, which, answer):
        seconds, status, body = answer
        self.times[which].append(seconds * 1000)
        self.answers[which].add((status, len(body)))

    def forget(self):
        self.times = ([], [])

    def verdict(self):
        there, strange = (statistics.median(times) for times in self.times)
        chance = ranks.auc(*self.times)
        if self.answers[0] != self.answers[1]:
            return there, strange, chance, f"ANSWERS DIFFER: {self.answers[0]} {self.answers[1]}"
        if abs(there - strange) < MS_MAX and AUC_MIN <= chance <= AUC_MAX:
            return there, strange, chance, "same"
        return there, strange, chance, "TOLD APART"


def measure(rekey, call, asked):
    """(series of the answers, series of the requests right after; None if none were made)."""
    own, after = Series(), Series() if call.probe else None
    turn = random.SystemRandom()
    with Connection(rekey) as connection:
        for i in range(-WARM_UP_PAIRS, asked.pairs):
            if i == 0:
                own.forget()
            if i == 0 and after:
                after.forget()
            for which in turn.sample((0, 1), 2):
                request = (call.known, call.unknown)[which](i + WARM_UP_PAIRS)
                if call.paused:
                    time.sleep(asked.pause_ms / 1000)
                own.add(which, connection.ask(request))
                if after:
                    after.add(which, connection.ask(call.probe(i + WARM_UP_PAIRS)))
    return own, after


def rows_of(rekey, call, asked):
    own, after = measure(rekey, call, asked)
    yield call.format, title(call), call.mail, *own.verdict()
    if after:
        yield call.format, call.name + ": the request right after", call.mail, *after.verdict()


def title(call):
    return call.name + (", after a pause" if call.paused else "")


def spell(row):
    *words, there, strange, chance, verdict = row
    return (*words, f"{there:.3f} ms", f"{strange:.3f} ms", f"{abs(there - strange):.3f} ms", f"{chance:.3f}", verdict)


def print_row(row):
    print("  ".join(cell.ljust(width) for cell, width in zip(row, WIDTHS)).rstrip(), flush=True)


def all_calls(rekey, apps, mail):
    made = calls.control_calls() + calls.log_in_calls(apps) + calls.recovery_calls(apps) + calls.address_calls() + calls.dearer_calls()
    if mail == "up":
        made += calls.redemption_calls(rekey) + calls.signed_in_calls(rekey)
    return [call for call in made if call.mail == mail]


def run(home, asked):
    """The verdicts, each printed as soon as it is there."""
    verdicts = []
    states = {"up": {}, "down": {"mail.url": f"smtp://127.0.0.1:{house.free_port()}"}, "dear": {"hash.memory_kib": 32768}}
    for mail, settings in states.items():
        with home.serving(settings) as rekey:
            wanted = [call for call in all_calls(rekey, home.apps, mail)
                      if re.search(asked.only, f"{call.format} {title(call)} {mail}")]
            for row in (row for call in wanted for row in rows_of(rekey, call, asked)):
                print_row(spell(row))
                verdicts.append(row[-1])
    return verdicts


def main():
    parser = argparse.ArgumentParser(usage=__doc__.split(" - ")[0])
    parser.add_argument("program")
    parser.add_argument("pairs", nargs="?", type=int, default=1000)
    parser.add_argument("--only", default="")
    parser.add_argument("--pause-ms", type=float, default=15)
    parser.add_argument("--set", action="append", default=[])
    asked = parser.parse_args()
    gc.disable()
    house.clean_up_when_ended()
    with house.House(asked.program, dict(pair.split("=", 1) for pair in asked.set)) as home:
        home.seed(calls.APPS, calls.MEMBERS, calls.INVITED)
        house.say(f"{asked.pairs} pairs of each; by chance alone an AUC is off by "
                  f"{ranks.auc_error(asked.pairs, asked.pairs):.3f} (one sigma)")
        print_row(HEADS)
        verdicts = run(home, asked)
    n_apart = sum(verdict != "same" for verdict in verdicts)
    print(f"{n_apart} of {len(verdicts)} can be told apart")
    return 1 if n_apart or not verdicts else 0


if __name__ == "__main__":
    os.environ.setdefault("LC_ALL", "C.UTF-8")
    sys.exit(main())
