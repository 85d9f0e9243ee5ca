# SPDX-License-Identifier: Apache-2.0
"""The client that Xano's applications use, unmodified, driven from a test."""

import contextlib
import json
import os
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).parents[2]


class Client:
    """client.post("/auth/login", {...}) calls the method of that name, and gives what came of it."""

    def __init__(self, process, configuration):
        self.process = process
        self._write(configuration)

    def _write(self, value):
        self.process.stdin.write(json.dumps(value) + "\n")
        self.process.stdin.flush()

    def __getattr__(self, method):
        def call(*arguments):
            self._write({"do": method, "with": arguments})
            line = self.process.stdout.readline()
            assert line, "the client ended"
            return json.loads(line)
        return call


def file(name, text):
    return {"$file": [name, text]}


@contextlib.contextmanager
def xano(url, **configuration):
    modules = os.environ.get("REKEY_NODE_MODULES") or str(ROOT / "build-test/node/node_modules")
    process = subprocess.Popen(["node", ROOT / "tests/node/xano.cjs"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                               env={**os.environ, "NODE_PATH": modules})
    try:
        yield Client(process, {"apiGroupBaseUrl": url, **configuration})
    finally:
        process.stdin.close()
        process.wait(timeout=20)
