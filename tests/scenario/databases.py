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

counter = itertools.count(1)


def make(engine, directory):
    return {"sqlite": Sqlite, "postgresql": Postgres}[engine](directory)


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
        self.server = os.environ["REKEY_TEST_POSTGRES"]
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
        with self._connected(self.url) as connection:
            cursor = connection.execute(statement.replace("%", "%%").replace("?", "%s"), values)
            return cursor.fetchall() if cursor.description else cursor.rowcount

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
        """Of a database that nobody is connected to."""
        other = copy.copy(self)
        other.name = f"scenario_{os.getpid()}_{next(counter)}"
        other.url = self.server.rpartition("/")[0] + "/" + other.name
        with self._connected(self.server) as connection:
            connection.execute(f"CREATE DATABASE {other.name} TEMPLATE {self.name}")
        return other

    def dump(self):
        with self._connected(self.url) as connection:
            tables = [name for name, in connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()]
            return "".join(str(row) for table in tables for row in connection.execute(f"SELECT t::text FROM {table} t").fetchall()).encode()

    def remove(self):
        with self._connected(self.server) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {self.name} WITH (FORCE)")
