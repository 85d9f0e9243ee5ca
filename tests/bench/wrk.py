# SPDX-License-Identifier: Apache-2.0
"""Load by wrk, with load.lua: a closed loop, so each connection asks again once it is answered."""

import json
import os
import pathlib
import subprocess

SCRIPT = pathlib.Path(__file__).with_name("load.lua")
JSON = {"Content-Type": "application/json"}


def environment(method="GET", path="/", body=None, headers=None, accounts=1, delay_ms=0, count=False):
    made = {
        "LOAD_METHOD": method,
        "LOAD_PATH": path,
        "LOAD_ACCOUNTS": str(accounts),
        "LOAD_DELAY_MS": str(delay_ms),
        "LOAD_COUNT": "yes" if count else "no",
        "LOAD_HEADERS": "\n".join(f"{name}: {value}" for name, value in (headers or {}).items()),
    }
    if body is not None:
        made["LOAD_BODY"] = body if isinstance(body, str) else json.dumps(body)
    return made


class Load:
    """A wrk at work. end() waits for it and gives what it found."""

    def __init__(self, url, connections, seconds, threads=1, **what):
        self.process = subprocess.Popen(
            ["wrk", "--timeout", "60s", f"-t{threads}", f"-c{connections}", f"-d{seconds}s", "-s", str(SCRIPT), url],
            env={**os.environ, **environment(**what)}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.seconds = seconds

    def end(self):
        out, err = self.process.communicate(timeout=self.seconds + 90)
        _, found, line = out.partition("RESULT ")
        if not found:
            raise RuntimeError("wrk told nothing: " + out + err)
        result = json.loads(line)
        result["per_second"] = (result["answers"] - result["refused"]) / result["seconds"]
        return result


def load(url, connections, seconds, **what):
    return Load(url, connections, seconds, **what).end()
