# SPDX-License-Identifier: Apache-2.0
"""The bare programs beside which Rekey is measured: built by script/bench, run for one round each."""

import contextlib
import json
import os
import pathlib
import re
import subprocess
import tempfile

import house
import wrk


class Ceilings:
    def __init__(self, folder, cores):
        self.folder, self.cores = pathlib.Path(folder), cores

    def _run(self, name, *arguments, seconds):
        done = subprocess.run([self.folder / name, *map(str, arguments)], capture_output=True, text=True,
                              timeout=seconds + 60, check=True)
        return json.loads(done.stdout)

    def hashes(self, seconds, memory_kib, passes):
        """A second, one thread on every core."""
        found = self._run("hash_ceiling", seconds, memory_kib, passes, self.cores, seconds=seconds)
        assert found["in_kept_memory"] == found["hashes"], "the hashes' memory was not kept"
        return found["per_second"]

    def inserts(self, seconds, rows, place):
        """A second, `rows` of them to a COMMIT, on the disk of `place`."""
        with tempfile.TemporaryDirectory(dir=place) as directory:
            path = os.path.join(directory, "inserts.db")
            return self._run("insert_ceiling", seconds, path, rows, seconds=seconds)["per_second"]

    def commits_on(self, cluster, seconds, clients):
        """A second on PostgreSQL: an INSERT of one row and its COMMIT, by so many clients."""
        script = cluster.directory / "insert.sql"
        script.write_text("INSERT INTO bare (nonce, name, at) VALUES ('\\x00112233445566778899aabbccddeeff', 'member@bench.example', 1);\n")
        where = ["-h", "127.0.0.1", "-p", str(cluster.port), "-U", "rekey"]
        cluster.run("psql", *where, "-q", "-d", "postgres", "-c", "DROP TABLE IF EXISTS bare; CREATE TABLE bare (id bigint GENERATED ALWAYS AS "
                    "IDENTITY PRIMARY KEY, nonce bytea NOT NULL, name text NOT NULL, at bigint NOT NULL)")
        said = cluster.run("pgbench", *where, "-n", "-M", "prepared", "-f", script, "-c", str(clients), "-j", str(self.cores), "-T", str(seconds), "postgres")
        return float(re.search(r"tps = ([\d.]+)", said)[1])

    @contextlib.contextmanager
    def http(self):
        """The URL of a libmicrohttpd that gives one answer."""
        process = subprocess.Popen([self.folder / "http_ceiling", str(self.cores)], stdin=subprocess.PIPE,
                                   stdout=subprocess.PIPE, text=True)
        try:
            yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        finally:
            process.stdin.close()
            process.stdout.close()
            house.stop_process(process)

    def answers(self, seconds, connections):
        with self.http() as url:
            wrk.load(url, connections, 1, threads=self.cores)
            return wrk.load(url, connections, seconds, threads=self.cores)["per_second"]
