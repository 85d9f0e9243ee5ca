# SPDX-License-Identifier: Apache-2.0
"""PostgreSQL from Debian, as throwaway clusters of the tests' own; never as root.

postgres.py - starts one, says its url, and ends it when its standard input ends."""

import os
import pathlib
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from ports import free_port

PROGRAMS = max(pathlib.Path("/usr/lib/postgresql").glob("*/bin"), default=pathlib.Path("/usr/bin"))
USER, START_SECONDS = "rekey", 60
SETTINGS = {"listen_addresses": "127.0.0.1", "max_connections": "1000", "max_prepared_transactions": "0", "shared_buffers": "64MB",
            "log_min_messages": "fatal"}


def as_user():
    """Flags for subprocess: PostgreSQL refuses to be root."""
    if os.geteuid() != 0:
        return {}
    entry = pwd.getpwnam("postgres")
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


class Cluster:
    """One server with its data; `settings` are of postgresql.conf."""

    def __init__(self, **settings):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="rekey-postgres-"))
        self.data, self.log = self.directory / "data", self.directory / "log"
        if os.geteuid() == 0:
            os.chown(self.directory, as_user()["user"], as_user()["group"])
        self.port, self.process = free_port(), None
        self.settings = {**SETTINGS, "unix_socket_directories": str(self.directory), **settings}

    def run(self, program, *arguments):
        done = subprocess.run([PROGRAMS / program, *arguments], cwd=self.directory, capture_output=True, text=True, check=False, **as_user())
        if done.returncode:
            raise RuntimeError(f"{program} {arguments}: {done.stdout}{done.stderr}")
        return done.stdout

    def make(self):
        self.run("initdb", "--pgdata", self.data, "--username", USER, "--auth", "trust", "--encoding", "UTF8", "--locale", "C.UTF-8",
                 "--no-sync", "--no-instructions")
        return self

    def start(self, wait=True):
        flags = [word for name, value in self.settings.items() for word in ("-c", f"{name}={value}")]
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen([PROGRAMS / "postgres", "-D", self.data, "-p", str(self.port), *flags], cwd=self.directory,
                                            stdout=log, stderr=log, stdin=subprocess.DEVNULL, **as_user())
        if wait:
            self.wait_until_it_answers()
        return self

    def wait_until_it_answers(self):
        deadline = time.monotonic() + START_SECONDS
        while subprocess.run([PROGRAMS / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(self.port)], check=False).returncode:
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("PostgreSQL did not start:\n" + self.log.read_text(errors="replace"))
            time.sleep(0.02)

    def stop(self, how=signal.SIGINT):
        """SIGINT ends sessions and stops, SIGQUIT stops at once as a crash does; see also kill()."""
        if self.process:
            self.process.send_signal(how)
            self.process.wait()
            self.process = None

    def kill(self):
        """As the end of the machine: nobody gets to say goodbye."""
        pid = self.process.pid
        children = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        self.process.kill()
        for child in children:
            try:
                os.kill(int(child), signal.SIGKILL)
            except ProcessLookupError:
                pass
        self.process.wait()
        self.process = None

    def remove(self):
        self.stop(signal.SIGQUIT)
        shutil.rmtree(self.directory, ignore_errors=True)

    def standby_of(self, primary, name):
        """Copies the primary and follows it under this name."""
        self.run("pg_basebackup", "-h", "127.0.0.1", "-p", str(primary.port), "-U", USER, "-D", self.data, "-X", "stream", "-c", "fast",
                 "--no-sync", "--write-recovery-conf")
        self.settings["primary_conninfo"] = f"host=127.0.0.1 port={primary.port} user={USER} application_name={name}"
        return self

    def promote(self):
        self.run("pg_ctl", "promote", "-D", self.data, "-w")

    def url(self, database="postgres"):
        return f"postgresql://{USER}@127.0.0.1:{self.port}/{database}"


def main():
    cluster = Cluster(fsync="off", full_page_writes="off")
    try:
        cluster.make().start()
        print(cluster.url(), flush=True)
        sys.stdin.read()
    finally:
        cluster.remove()


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(1))
    main()
