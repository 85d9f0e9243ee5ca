# SPDX-License-Identifier: Apache-2.0
"""torture PROGRAM [--postgresql] [SECONDS] [SEED] - people use the server, mail fails, and it is killed all the while.

Read driver.py for what is done to the server, clients.py for what people do, worlds.py and
checker.py for what must hold. Exit status 1: a rule was broken."""

import contextlib
import os
import pathlib
import random
import shutil
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "scenario"))

import checker
import clients
import driver
import journal as journals
import post as posts
import postgres
import town as towns

SECONDS, CLIENTS, ACCOUNTS, PROGRESS_S = 600, 10, 100, 5


class Torture:
    def __init__(self, program, seconds, seed, directory, engine):
        self.seconds, self.seed = seconds, seed
        self.journal = journals.Journal()
        self.post = posts.Post(self.journal, self._random("post"), towns.free_port(self._random("port")))
        self.town = towns.Town(directory, program, self.journal, self._random("town"), self.post.port, engine)
        self.clients = [clients.Client(self.town, self._random(n)) for n in range(CLIENTS)]
        self.tally, self.dead, self._next_progress = {}, 0, 0

    # Each of them has a generator of its own, so that threads do not disturb each other's dice.
    def _random(self, name):
        return random.Random(f"{self.seed} {name}")

    def run(self):
        town = self.town
        town.opens(self.post, ACCOUNTS)
        mood = driver.in_background(driver.changes_mood, self.post, self._random("mood"), self.clients[0].ends)
        for client in self.clients:
            client.start()
        driver.tortures(town, self._random("driver"), self.seconds, self._progress)
        for client in self.clients:
            client.ends.set()
        for thread in (mood, *self.clients):
            thread.join()
        self._ends()

    def _ends(self):
        town, client = self.town, self.clients[0]
        town.is_killed(all_of_them=True)
        self.dead = checker.waits_for_quiet(town)
        checker.check_accounts(town, client)
        town.is_stopped(all_of_them=True)
        self.tally = checker.check_database(town)

    def _progress(self):
        if self.journal.now() < self._next_progress:
            return
        self._next_progress = self.journal.now() + PROGRESS_S
        self.town.reads_log()
        mails = list(self.post.mails.values())
        print(f"{self.journal.now():6.0f} s  {self.journal.kills.total()} kills, "
              f"{self.journal.counted(journals.OK)} acknowledged, {len(mails)} mails, "
              f"{self.post.delivered()} delivered, {self.post.faults.total()} mail faults, "
              f"{len(self.journal.violations)} violations", flush=True)

    def table(self):
        journal, counts = self.journal, self.journal.counts
        print(f"\n{'operation':24}" + "".join(f"{outcome:>14}" for outcome in journals.OUTCOMES))
        for name in sorted({name for name, _ in counts}):
            print(f"{name:24}" + "".join(f"{counts[name, outcome]:14}" for outcome in journals.OUTCOMES))
        print(f"{'all':24}" + "".join(f"{journal.counted(outcome):14}" for outcome in journals.OUTCOMES))
        rows = [("seconds", self.seconds), ("seed", self.seed), *sorted(journal.kills.items()),
                ("accounts", len(self.town.accounts)), ("mails accepted", sum(self.tally.values())),
                *((f"  {what}", n) for what, n in sorted(self.tally.items())),
                ("  dead, then retried", self.dead),
                ("mail faults", ", ".join(f"{n} {what}" for what, n in sorted(self.post.faults.items())) or 0),
                ("violations", len(journal.violations))]
        print("\n" + "\n".join(f"{name:24} {value}" for name, value in rows), flush=True)


@contextlib.contextmanager
def kept_in(engine):
    """While PostgreSQL serves, if it is to."""
    if engine == "sqlite":
        yield
        return
    cluster = postgres.Cluster()
    try:
        os.environ["REKEY_TEST_POSTGRES"] = cluster.make().start().url()
        yield
    finally:
        cluster.remove()


def main():
    program = str(pathlib.Path(sys.argv[1]).resolve())
    engine = "postgresql" if "--postgresql" in sys.argv else "sqlite"
    numbers = [int(word) for word in sys.argv[2:] if word != "--postgresql"]
    seconds = numbers[0] if numbers else SECONDS
    seed = numbers[1] if len(numbers) > 1 else random.SystemRandom().randrange(2**32)
    print(f"torture: {seconds} s, seed {seed}, {'one server on SQLite' if engine == 'sqlite' else 'two servers on PostgreSQL'}", flush=True)
    with kept_in(engine):
        return run(program, seconds, seed, engine)


def run(program, seconds, seed, engine):
    directory = tempfile.mkdtemp(prefix="rekey-torture-")
    torture = Torture(program, seconds, seed, directory, engine)
    try:
        torture.run()
        torture.table()
    finally:
        torture.town.ends()
    if torture.journal.violations:
        print(f"the database and the log are kept in {directory}")
        return 1
    shutil.rmtree(directory, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
