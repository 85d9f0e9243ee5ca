# SPDX-License-Identifier: Apache-2.0
"""Completion in the shells themselves: what is offered where the cursor stands."""

import os
import pathlib
import pty
import select
import shutil
import subprocess
import time

import pytest

ROOT = pathlib.Path(__file__).parents[2]
FOLDER = ROOT / "contrib" / "completion"

pytestmark = pytest.mark.sqlite

# A line, and all that may come at its end.
LINES = [
    ("rekey acc", {"account"}),
    ("rekey account d", {"disable"}),
    ("rekey account re", {"recover", "remove"}),
    ("rekey mail-templates ", {"list", "show", "set", "import", "export"}),
    ("rekey app add shop --dialect b", {"backtory"}),
    ("rekey account export --w", {"--with-hashes"}),
    ("rekey audit list --", {"--account", "--since", "--limit", "--config", "--set", "--app", "--json", "--help"}),
    ("rekey help account e", {"enable", "export"}),
    ("rekey messages set resetcode_empty ", {"message=", "type=", "input="}),
    ("rekey account import acc", {"accounts.csv", "accounts.jsonl"}),
    ("rekey serve --config acc", {"accounts.csv", "accounts.jsonl"}),
    ("rekey serve --set mail.starttls=r", {"mail.starttls=required"}),
    ("rekey account show ", set()),
    ("rekey nothing ", set()),
]


@pytest.fixture
def place(tmp_path):
    """A directory with rekey on the way to programs, and two files."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "rekey").symlink_to(os.path.abspath(os.environ["REKEY_BIN"]))
    (tmp_path / "here").mkdir()
    for name in ("accounts.csv", "accounts.jsonl", "other"):
        (tmp_path / "here" / name).touch()
    return tmp_path


def environment(place):
    return {"PATH": f"{place}/bin:{os.environ['PATH']}", "HOME": str(place), "LC_ALL": "C.UTF-8", "TERM": "dumb", "PS1": "% "}


def needs(shell):
    return pytest.mark.skipif(not shutil.which(shell), reason=f"there is no {shell}")


@needs("bash")
def test_bash_completes(place):
    script = f"""source {FOLDER}/rekey.bash
compopt() {{ :; }}
COMP_LINE=$1 COMP_POINT=${{#1}}
_rekey
printf '%s\\n' "${{COMPREPLY[@]}}"
"""
    for line, offered in LINES:
        done = subprocess.run(["bash", "--norc", "-c", script, "bash", line], cwd=place / "here", env=environment(place),
                              capture_output=True, text=True, timeout=30, check=True)
        # bash has cut the line at = already, and wants what stands behind it.
        wanted = {word.removeprefix("mail.starttls=") for word in offered}
        assert (line, set(done.stdout.split())) == (line, wanted) and not done.stderr


@needs("fish")
def test_fish_completes(place):
    for line, offered in LINES:
        done = subprocess.run(["fish", "--no-config", "-c", f"source {FOLDER}/rekey.fish; complete -C '{line}'"], cwd=place / "here",
                              env=environment(place), capture_output=True, text=True, timeout=30, check=True)
        assert (line, {found.split("\t")[0] for found in done.stdout.splitlines()}) == (line, offered), done.stderr


class Zsh:
    """zsh at a terminal of its own: its completion works nowhere else."""

    def __init__(self, place):
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            os.chdir(place / "here")
            os.execvpe("zsh", ["zsh", "-f"], environment(place))
        self.types(f"fpath=({place}/functions $fpath); autoload -Uz compinit; compinit -u -D; unsetopt beep; LISTMAX=1000; print rea''dy\n")
        self.reads(lambda text: "ready" in text)

    def types(self, text):
        os.write(self.terminal, text.encode())

    def reads(self, is_enough, seconds=20):
        text, deadline = "", time.monotonic() + seconds
        while not is_enough(text):
            assert time.monotonic() < deadline, text
            if select.select([self.terminal], [], [], 0.2)[0]:
                text += os.read(self.terminal, 65536).decode(errors="replace")
        return text

    def closes(self):
        os.close(self.terminal)
        os.waitpid(self.pid, 0)


@needs("zsh")
def test_zsh_completes(place):
    (place / "functions").mkdir()
    shutil.copy(FOLDER / "rekey.zsh", place / "functions" / "_rekey")
    zsh = Zsh(place)
    try:
        for line, offered in LINES:
            if not offered:
                continue
            zsh.types(line + "\t\t")
            whole = line.rpartition(" ")[0] + " " + next(iter(offered))
            if len(offered) == 1:
                zsh.reads(lambda text, whole=whole: whole in text)
            else:
                zsh.reads(lambda text, words=offered: all(word in text.replace("\r", "").replace("\n", "\n") for word in words))
            zsh.types("\x15")
    finally:
        zsh.closes()
