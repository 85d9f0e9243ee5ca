# SPDX-License-Identifier: Apache-2.0
"""schema_fuzz.py [REQUESTS [SEED]] - schemathesis makes requests out of the server's own document, good and
bad ones, and compares what comes back with what the document promises.

The limits are off and the hash is cheap. REQUESTS (20,000) are counted by the server, in its log of
requests; rounds with other seeds follow each other until there are as many. REKEY_BIN names the program;
run from the environment with tests/requirements.txt. Status 1: something was not as documented."""

import pathlib
import re
import subprocess
import sys
import tempfile

import server

HERE = pathlib.Path(__file__).parent
ACCOUNTS = 40  # a password that was changed is changed for good
MEMBERS = [f"member{n}@example.org" for n in range(ACCOUNTS)]
SETTINGS = {**server.NO_LIMITS, "log.requests": "on"}
REQUEST_LINE = re.compile(r"(?:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS|-) \S+ \d{3} \d+\.\dms [0-9A-Z]{4}-[0-9A-Z]{4}$", re.M)
EXAMPLES_PER_CALL = 500


def settle(rekey):
    """Somebody for the requests to be about."""
    if not rekey.apps:
        rekey.has_app()
    for member in MEMBERS:
        rekey.has_account(member)


def served(rekey):
    return len(REQUEST_LINE.findall(rekey.stderr()))


def run_round(rekey, seed, examples):
    """One run of schemathesis; its output and whether all was well."""
    program = pathlib.Path(sys.executable).with_name("schemathesis")
    words = [str(program), "--config-file", str(HERE / "schemathesis.toml"), "run", rekey.url + "/openapi.json", "--url", rekey.url,
             "--checks", "all", "--seed", str(seed), "--max-examples", str(examples), "--no-color"]
    done = subprocess.run(words, cwd=rekey.directory, capture_output=True, text=True, check=False,
                          env={**rekey.environment, "SCHEMATHESIS_HOOKS": "schema_fuzz_hooks", "PYTHONPATH": str(HERE),
                               "REKEY_FUZZ_URL": rekey.url})
    return done.stdout + done.stderr, done.returncode == 0


def main():
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else 20000
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    well = True
    with tempfile.TemporaryDirectory(prefix="rekey-schema-") as directory:
        rekey = server.Rekey(directory, SETTINGS)
        settle(rekey)
        rekey.start()
        try:
            while well and served(rekey) < wanted:
                output, well = run_round(rekey, seed, EXAMPLES_PER_CALL)
                print(output if not well else f"seed {seed}: {served(rekey)} requests so far, all as documented", flush=True)
                seed += 1
        finally:
            rekey.stop()
        rekey.check_sanitizers()
        print(f"{served(rekey)} requests were served; {'all as documented' if well else 'FAILED'}")
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main())
