# SPDX-License-Identifier: Apache-2.0
"""The table for people, and the JSON for whoever compares two runs."""

import dataclasses
import datetime
import json
import os
import pathlib
import platform
import re
import subprocess

LIBRARIES = ("libmicrohttpd", "libsodium", "sqlite3", "jansson", "libcurl")


def output_of(*command):
    """"" if it cannot be had: a folder without its history has no commit."""
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""


def cpu_model():
    found = re.search(r"^model name\s*:\s*(.*)$", pathlib.Path("/proc/cpuinfo").read_text(), re.M)
    return found[1] if found else platform.machine()


def facts(program, smoke):
    """What the figures depend on."""
    return {
        "date": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
        "smoke": smoke,
        "commit": output_of("git", "rev-parse", "HEAD"),
        "changed_since": bool(output_of("git", "status", "--porcelain", "--untracked-files=no")),
        "rekey": output_of(program, "--version"),
        "machine": {"cores": os.cpu_count(), "cpu": cpu_model(), "kernel": platform.release(),
                    "load_before": os.getloadavg()[0]},
        "versions": {name: output_of("pkg-config", "--modversion", name) for name in LIBRARIES},
    }


def number(value, unit):
    if value is None:
        return ""
    return f"{value:,.0f} {unit}" if value >= 1000 else f"{value:,.1f} {unit}" if value >= 10 else f"{value:.2f} {unit}"


def table(rows):
    cells = [("measure", "Rekey", "ceiling", "ratio", "")]
    for row in rows:
        ratio = "" if row.ratio is None else f"{row.ratio:.2f}" + (f" of {row.goal:.2f}" if row.goal else "")
        cells.append((row.measure, number(row.value, row.unit), number(row.ceiling, row.unit), ratio, row.ceiling_name))
    widths = [max(len(line[i]) for line in cells) for i in range(5)]
    return "\n".join(
        f"{line[0]:<{widths[0]}}  {line[1]:>{widths[1]}}  {line[2]:>{widths[2]}}  {line[3]:<{widths[3]}}  {line[4]}".rstrip()
        for line in cells)


def write(path, known, rows):
    path = pathlib.Path(path)
    path.parent.mkdir(exist_ok=True)
    text = json.dumps({**known, "results": [dataclasses.asdict(row) for row in rows]})
    rounded = json.loads(text, parse_float=lambda digits: round(float(digits), 3))
    path.write_text(json.dumps(rounded, indent=1) + "\n")
