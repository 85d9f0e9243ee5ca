# SPDX-License-Identifier: Apache-2.0
"""docs/security.md and the scenarios say the same: what it names exists, and no attack is left out."""

import ast
import pathlib
import re

HERE = pathlib.Path(__file__).parent
DOCUMENT = HERE.parent.parent / "docs" / "security.md"
LINK = re.compile(r"`(test_\w+\.py)::(test_\w+)`")
ROW = re.compile(r"^\| (?P<attack>[^|]+) \| (?P<lesson>[^|]+) \| (?P<how>[^|]+) \| (?P<scenarios>[^|]+) \|$")


def scenarios_of(path):
    return {(path.name, node.name) for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")}


def named():
    return set(LINK.findall(DOCUMENT.read_text(encoding="utf-8")))


def test_every_scenario_that_the_document_names_exists():
    there = set().union(*(scenarios_of(path) for path in HERE.glob("test_*.py")))
    assert not sorted(named() - there)


def test_every_attack_scenario_is_in_the_document():
    attacks = set().union(*(scenarios_of(path) for path in HERE.glob("test_attacks_*.py")))
    assert len(attacks) > 50 and not sorted(attacks - named())


def test_every_attack_in_the_document_has_a_scenario():
    table = DOCUMENT.read_text(encoding="utf-8").split("## The attacks")[1].split("\n## ")[0]
    rows = [line for line in table.splitlines() if line.startswith("| ")][2:]
    assert len(rows) > 30
    assert not [row[:80] for row in rows if not (ROW.match(row) and LINK.search(ROW.match(row)["scenarios"]))]
