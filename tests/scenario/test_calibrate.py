# SPDX-License-Identifier: Apache-2.0
"""rekey calibrate: a cost for this machine, never below OWASP's minimum, as lines that the configuration takes."""

import json
import os
import re
import signal
import subprocess
import time

import pytest


@pytest.fixture
def calibrate(tmp_path):
    """Runs it in an empty directory, without any configuration, by the release build."""

    def run(*words):
        environment = {key: value for key, value in os.environ.items() if not key.startswith("REKEY_")}
        done = subprocess.run([os.environ["REKEY_RELEASE_BIN"], "calibrate", *words], cwd=tmp_path, env=environment, capture_output=True, text=True,
                              timeout=100, check=False)
        assert os.listdir(tmp_path) == []
        return done

    return run


def rows_of(text):
    return [(int(memory), int(passes), float(ms), int(speed)) for memory, passes, ms, speed in
            re.findall(r"^ *(\d+) KiB +(\d+) passes +([\d.]+) ms +(\d+) hashes/s +\d+ MiB in all$", text, re.M)]


def test_the_lines_are_taken_by_the_configuration(calibrate, make_rekey):
    done = calibrate("--target-ms", "300")
    assert done.returncode == 0, done.stderr
    found = re.fullmatch(r"\[hash\]\nmemory_kib = (\d+)\npasses = (\d+)\n", done.stdout)
    assert found and int(found[1]) >= 19456 and int(found[2]) >= 2
    rows = rows_of(done.stderr)
    assert rows[0][:2] == (19456, 2) and (int(found[1]), int(found[2])) in [row[:2] for row in rows]
    rekey = make_rekey({"hash.memory_kib": None, "hash.passes": None})
    config = rekey.directory / "rekey.conf"
    config.write_text("[tokens]\nreset_minutes = 20\n" + done.stdout)
    rekey.flags = ["--config", str(config)]
    rekey.start()
    rekey.stop()
    assert "warning: hash." not in rekey.stderr()


def test_what_is_chosen_is_the_dearest_that_was_in_time(calibrate):
    for target in (10, 1000):
        done = calibrate("--target-ms", str(target), "--json")
        chosen = json.loads(done.stdout)
        assert set(chosen) == {"hash", "target_ms", "milliseconds", "hashes_per_second", "threads", "memory_mib"} and chosen["target_ms"] == target
        cost = chosen["hash"]["memory_kib"], chosen["hash"]["passes"]
        rows = rows_of(done.stderr)
        if any(abs(row[2] - target) < 0.1 for row in rows):
            continue  # printed to a tenth, and judged by the microsecond
        in_time = [row[:2] for row in rows if row[2] <= target]
        assert cost == (max(in_time, key=lambda cost: cost[0] * cost[1]) if in_time else (19456, 2)), (cost, rows)
        assert chosen["threads"] == min(os.cpu_count(), 64) and chosen["memory_mib"] == cost[0] * chosen["threads"] // 1024
    assert cost > (19456, 2), "a machine that needs a second for OWASP's minimum"


def test_a_machine_too_slow_for_the_target_keeps_the_minimum(calibrate):
    done = calibrate("--target-ms", "10")
    row = rows_of(done.stderr)[0]
    if row[2] > 10:
        assert done.stdout == "[hash]\nmemory_kib = 19456\npasses = 2\n" and "OWASP's minimum takes longer" in done.stderr


def test_a_target_is_a_number_of_milliseconds(calibrate):
    for words in (["--target-ms", "9"], ["--target-ms", "5001"], ["--target-ms", "fast"], ["--target-ms", ""], ["--target-ms"], ["now"]):
        done = calibrate(*words)
        assert done.returncode == 2 and done.stderr and not done.stdout, (words, done.stderr)


def test_a_calibration_can_be_interrupted():
    process = subprocess.Popen([os.environ["REKEY_RELEASE_BIN"], "calibrate", "--target-ms", "5000"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    time.sleep(1)
    process.send_signal(signal.SIGINT)
    said, _ = process.communicate(timeout=10)
    assert process.returncode == -signal.SIGINT and said == b""


@pytest.mark.parametrize("command", ["backup", "doctor", "calibrate"])
def test_help_has_examples(command):
    program = os.environ["REKEY_BIN"]
    shown = [subprocess.run([program, *words], capture_output=True, text=True, check=True, timeout=20).stdout for words in (["help", command], [command, "--help"])]
    assert shown[0] == shown[1] and f"\n    rekey {command}" in shown[0]
    assert "--json gives" in shown[0] and max(map(len, shown[0].splitlines())) <= 100
    assert f"rekey {command}" in subprocess.run([program, "help"], capture_output=True, text=True, check=True, timeout=20).stdout
