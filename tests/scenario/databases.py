# SPDX-License-Identifier: Apache-2.0
"""Where a server under test keeps its accounts: a file, or a database of PostgreSQL's; and SQL past it,
for what only time could do."""

import contextlib
import copy
import itertools
import os
import pathlib
import shutil
import sqlite3
import subprocess
import tempfile
import threading

counter = itertools.count(1)
patterns = {}


def make(engine, directory):
    """Without a table: whoever opens it first makes them."""
    return {"sqlite": Sqlite, "postgresql": Postgres}[engine](directory)


def make_with_tables(engine, directory, program):
    """As if that program had just made its tables: it did so once in this process, and this is a copy."""
    if (engine, program) not in patterns:
        place = tempfile.mkdtemp(prefix="rekey-pattern-")
        pattern = patterns[engine, program] = make(engine, place)
        subprocess.run([program, "migrate", "--set", f"database.url={pattern.url}"], cwd=place, check=True, capture_output=True, timeout=60)
        pattern.place = place
    return patterns[engine, program].clone(directory)


def forget_patterns():
    for pattern in patterns.values():
        pattern.remove()
        shutil.rmtree(pattern.place, ignore_errors=True)
    patterns.clear()


class Sqlite:
    engine = "sqlite"

    def __init__(self, directory):
        self.path = pathlib.Path(directory) / "rekey.db"
        self.url = f"sqlite:{self.path}"

    def sql(self, statement, values):
        connection = self.connect()
        try:
            with connection:
                cursor = connection.execute(statement, values)
                rows = cursor.fetchall()
                return rows if cursor.description else cursor.rowcount
        finally:
            connection.close()

    def connect(self):
        return sqlite3.connect(self.path, timeout=20)

    def clone(self, directory):
        """Of a database that nobody has open."""
        for path in self.path.parent.glob(self.path.name + "*"):
            shutil.copy(path, directory)
        return Sqlite(directory)

    def dump(self):
        """All that is at rest, as bytes."""
        return b"".join(path.read_bytes() for path in sorted(self.path.parent.glob(self.path.name + "*")))

    def remove(self):
        pass  # with its directory


class Postgres:
    engine = "postgresql"

    def __init__(self, _directory):
        self.server, self._kept = os.environ["REKEY_TEST_POSTGRES"], None
        self.name = f"scenario_{os.getpid()}_{next(counter)}"
        self.url = self.server.rpartition("/")[0] + "/" + self.name
        with self._connected(self.server) as connection:
            connection.execute(f"CREATE DATABASE {self.name}")
        with self._connected(self.url) as connection:  # a word of SQLite's that tests use
            connection.execute("CREATE FUNCTION randomblob(integer) RETURNS bytea LANGUAGE sql AS "
                               "$$ SELECT decode(md5(random()::text) || md5(random()::text), 'hex') $$")

    @contextlib.contextmanager
    def _connected(self, url):
        import psycopg  # from PyPI, and not everywhere where files do

        with psycopg.connect(url, autocommit=True) as connection:
            yield connection

    def sql(self, statement, values):
        with self._kept_or_connected() as connection:
            cursor = connection.execute(statement.replace("%", "%%").replace("?", "%s"), values)
            return cursor.fetchall() if cursor.description else cursor.rowcount

    @contextlib.contextmanager
    def _kept_or_connected(self):
        """One connection serves all statements of a test: a process of PostgreSQL's for each would be dear. Threads have their own."""
        if threading.current_thread() is not threading.main_thread():
            with self._connected(self.url) as connection:
                yield connection
            return
        if self._kept is None or self._kept.closed:
            import psycopg

            self._kept = psycopg.connect(self.url, autocommit=True)
        yield self._kept

    def _let_go(self):
        if self._kept is not None:
            self._kept.close()
        self._kept = None

    def connect(self):
        import psycopg

        class Connection(psycopg.Connection):
            """As sqlite3's: with ? for values, and `with` for a transaction."""

            def execute(self, statement, values=()):
                return super().execute(statement.replace("%", "%%").replace("?", "%s"), values)

            def __enter__(self):
                return self

            def __exit__(self, *_):
                self.commit()

        return Connection.connect(self.url)

    def clone(self, _directory):
        """Of a database that nobody else is connected to."""
        self._let_go()
        other = copy.copy(self)
        other.name = f"scenario_{os.getpid()}_{next(counter)}"
        other.url = self.server.rpartition("/")[0] + "/" + other.name
        with self._connected(self.server) as connection:
            connection.execute(f"CREATE DATABASE {other.name} TEMPLATE {self.name} STRATEGY file_copy")
        return other

    def dump(self):
        with self._connected(self.url) as connection:
            tables = [name for name, in connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()]
            return "".join(str(row) for table in tables for row in connection.execute(f"SELECT t::text FROM {table} t").fetchall()).encode()

    def remove(self):
        self._let_go()
        with self._connected(self.server) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {self.name} WITH (FORCE)")
