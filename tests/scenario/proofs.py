# SPDX-License-Identifier: Apache-2.0
"""Which test proves which call. A test says so by @pytest.mark.proves("backtory", "POST /auth/users"), with the name that the call has
in the document of its format; conftest then asks the server's log whether it was answered as its row promises. Run as a program,
this prints docs/proven-calls.md."""

import ast
import os
import pathlib
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).parent
# Formats whose every call has to have a proof, and how the page calls them.
PROVEN = {"backtory": "Backtory", "hacksystem": "Hack System"}


def routes():
    """[(dialect, method, path, when, ok)] of the built program."""
    printed = subprocess.run([os.environ["REKEY_BIN"], "serve", "--print-routes"], capture_output=True, text=True, check=True, timeout=60)
    return [(dialect, method, path, when, int(ok)) for dialect, method, path, when, _, ok in (line.split() for line in printed.stdout.splitlines())]


def calls(dialect):
    """{"POST /auth/login with username": (method, path, ok)}"""
    rows = [row[1:] for row in routes() if row[0] == dialect and row[3] != "error"]  # told of with the row beside it
    alike = [(method, path) for method, path, *_ in rows]
    return {f"{method} {path}" + (f" with {'nothing' if when == '-' else when}" if alike.count((method, path)) > 1 else ""):
            (method, path, ok) for method, path, when, ok in rows}


def marks_of(function):
    for decorator in function.decorator_list:
        if isinstance(decorator, ast.Call) and ast.unparse(decorator.func) == "pytest.mark.proves":
            dialect, *names = (argument.value for argument in decorator.args)
            yield from ((dialect, name) for name in names)


def proofs():
    """{(dialect, call): ["test_x.py::test_y"]}, by what the test files say."""
    found = {}
    for path in sorted(HERE.glob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef):
                for mark in marks_of(node):
                    found.setdefault(mark, []).append(f"{path.name}::{node.name}")
    return found


def check(servers, dialect, *names):
    """Whether one of the servers of a test that ended well has answered these calls as their rows promise."""
    logs = "".join(server.stderr() for server in servers)
    rows = calls(dialect)
    for name in names:
        method, path, ok = rows[name]
        assert re.search(rf" request: {method} {re.escape(path)} {ok} ", logs), f"{name} is said to be proven, and was not answered {ok}"


def page():
    found = proofs()
    lines = ["# Every call, and the test that proves it", "",
             "`tests/scenario/proofs.py` prints this page. A test of this table has to make the call against a running server, on SQLite and on",
             "PostgreSQL, and the server's log has to say that it was answered as promised; a call without a test fails the suite."]
    for dialect, title in PROVEN.items():
        names = calls(dialect)
        proven = [name for name in names if found.get((dialect, name))]
        lines += ["", f"## {title}", "", "| call | proven by |", "| --- | --- |"]
        lines += [f"| {name} | {', '.join(f'`{test}`' for test in found.get((dialect, name), [])) or '**open**'} |" for name in names]
        lines += ["", f"Rows {len(names)}, proven {len(proven)}, open {len(names) - len(proven)}."]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.stdout.write(page())
