# SPDX-License-Identifier: Apache-2.0
"""bench.py PROGRAM CEILINGS [--smoke] [--rounds N] [--only MEASURE]... - measures the server beside
the bare machine. The table goes to standard output and bench/results.json; progress to standard
error. CEILINGS is the folder of the bare programs. script/bench builds both and calls this."""

import argparse
import os
import resource
import sys
import time

import ceilings
import house
import measures
import report

RESULTS = "bench/results.json"


def arguments():
    parser = argparse.ArgumentParser(usage=__doc__.split(" - ")[0])
    parser.add_argument("program")
    parser.add_argument("ceilings")
    parser.add_argument("--smoke", action="store_true", help="one short round of everything: does it work?")
    parser.add_argument("--rounds", type=int, help="of each measure")
    parser.add_argument("--only", action="append", choices=list(measures.MEASURES))
    return parser.parse_args()


def main():
    asked = arguments()
    house.clean_up_when_ended()
    known = report.facts(asked.program, asked.smoke)
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    cores = min(os.cpu_count(), 64)
    rows, began = [], time.monotonic()
    with house.House(asked.program) as home:
        home.seed({"default": (("account",), {})}, measures.MEMBERS)
        bench = measures.Bench(home, ceilings.Ceilings(asked.ceilings, cores), cores,
                               rounds=asked.rounds or (1 if asked.smoke else 5), seconds=1 if asked.smoke else 5)
        for name in asked.only or measures.MEASURES:
            house.say(f"{time.monotonic() - began:4.0f} s  {name}")
            rows += measures.MEASURES[name](bench)
    known["seconds"] = round(time.monotonic() - began)
    report.write(RESULTS, known, rows)
    print(report.table(rows))
    house.say(f"{known['seconds']} s; written to {RESULTS}")


if __name__ == "__main__":
    main()
