#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""importing.py [N] - what an import of N users (100,000) with bcrypt hashes takes: time, memory, after a kill.

For Backtory's users as CSV and Xano's as JSON lines, on SQLite, and on PostgreSQL where REKEY_TEST_POSTGRES
names a server. REKEY_BIN is the program. Prints a table for docs/importing.md; fails when a number of users
or a hash is not what it should be."""

import csv
import ctypes
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "scenario"))

import databases  # noqa: E402
from server import Rekey  # noqa: E402

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789./"
HASHES = 64  # different ones: to make 100,000 of them would take two hours
LOG_INS = 40


def old_hashes():
    lib = ctypes.CDLL("libcrypt.so.1")
    lib.crypt.restype = ctypes.c_char_p
    return [lib.crypt(f"password {i:02d}".encode(), f"$2b$10${LETTERS[i]}abcdefghijklmnopqrstu".encode()).decode() for i in range(HASHES)]


def write_backtory(path, n, hashes):
    with open(path, "w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow("userId username firstName lastName email phoneNumber avatar guest active password city".split())
        for i in range(n):
            rows.writerow([f"5a1b2c3d4e5f6071{i:08x}", f"user{i}", f"First {i}", f"Last {i}", f"user{i}@example.org", f"+49 {i}", "", "false", "true",
                           hashes[i % HASHES], "Berlin"])


def write_xano(path, n, hashes):
    with open(path, "w", encoding="utf-8") as file:
        for i in range(n):
            file.write(json.dumps({"id": i + 1, "created_at": 1700000000000 + i, "name": f"User {i}", "email": f"user{i}@example.org",
                                   "password": hashes[i % HASHES], "info": {"job": "smith"}, "linkedin_oauth": None}) + "\n")


def run(rekey, *words):
    """Seconds, MiB at the most, and what it printed last."""
    began = time.monotonic()
    with tempfile.TemporaryFile("w+") as out:
        process = subprocess.Popen([rekey.program, *words, *rekey.set_flags], cwd=rekey.directory, stdout=out, stderr=subprocess.DEVNULL,
                                   stdin=subprocess.DEVNULL, env=rekey.environment)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        assert process.returncode == 0, (words, process.returncode)
        out.seek(0)
        return time.monotonic() - began, usage.ru_maxrss / 1024, json.loads(out.read().splitlines()[-1])


def killed(rekey, words, accounts):
    """As soon as so many accounts are there."""
    process = subprocess.Popen([rekey.program, *words, *rekey.set_flags], cwd=rekey.directory, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                               stdin=subprocess.DEVNULL, env=rekey.environment)
    while count(rekey) < accounts:
        assert process.poll() is None
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.wait()


def count(rekey, where="1 = 1"):
    return rekey.sql(f"SELECT count(*) FROM account WHERE {where}")[0][0]


def measure(engine, source, path, n):
    with tempfile.TemporaryDirectory() as directory:
        storage = databases.make(engine, directory)
        rekey = Rekey(directory, program=os.environ["REKEY_BIN"], engine=engine, storage=storage,
                      settings={"hash.memory_kib": 19456, "hash.passes": 2, "limits.requests_per_network": "none", "limits.failures_per_network": "none"})
        try:
            for app in ("whole", "broken"):
                rekey.command("app", "add", app, "--dialect", "account", "--host", f"{app}.example")
            dry = run(rekey, "account", "import", path, "--json", "--dry-run", "--app", "whole")
            assert count(rekey) == 0 and dry[2]["imported"] == n, dry
            whole = run(rekey, "account", "import", path, "--json", "--app", "whole")
            assert whole[2] == {"imported": n, "existing": 0, "refused": 0, "bcrypt": n}, whole
            again = run(rekey, "account", "import", path, "--json", "--app", "whole")
            assert again[2] == {"imported": 0, "existing": n, "refused": 0}, again

            words = ("account", "import", path, "--json", "--app", "broken")
            killed(rekey, words, n + n * 2 // 5)
            left = count(rekey) - n
            assert 0 < left < n and left % 500 == 0, left
            rest = run(rekey, *words)
            assert rest[2]["imported"] == n - left and rest[2]["existing"] == left, (left, rest)
            assert count(rekey) == 2 * n

            rekey.start()
            for i in range(0, n, n // LOG_INS):
                login = f"user{i}" if source == "backtory" else f"user{i}@example.org"
                assert rekey.can_log_in(login, f"password {i % HASHES:02d}", host="whole.example"), login
                assert not rekey.can_log_in(login, f"password {(i + 1) % HASHES:02d}", host="whole.example"), login
            rekey.stop()
            upgraded = count(rekey, "phc LIKE '$argon2id$%'")
            assert upgraded == len(range(0, n, n // LOG_INS)), upgraded
            print(f"| {source}, {engine} | {whole[0]:.1f} s | {whole[1]:.0f} MiB | {dry[0]:.1f} s, {dry[1]:.0f} MiB | {again[0]:.1f} s"
                  f" | {left} | {rest[0]:.1f} s | {upgraded} of {upgraded} |", flush=True)
        finally:
            if rekey.process:
                rekey.kill()
            storage.remove()


def main():
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 100000
    print("| from, into | time | memory | dry run | the same file again | left by a kill | resumed in | upgraded at log-in |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    with tempfile.TemporaryDirectory() as directory:
        hashes = old_hashes()
        for source, write, name in (("backtory", write_backtory, "users.csv"), ("xano", write_xano, "users.jsonl")):
            path = os.path.join(directory, name)
            write(path, n, hashes)
            for engine in ["sqlite"] + (["postgresql"] if os.environ.get("REKEY_TEST_POSTGRES") else []):
                measure(engine, source, path, n)


if __name__ == "__main__":
    main()
