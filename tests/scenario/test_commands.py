# SPDX-License-Identifier: Apache-2.0
"""The command line as its own help tells it: every example of every command is run as it stands there.

What an example names outside of its directory (/var, /etc, another database) is put inside; the mail
that it retries is dead; the rest is as on a machine with one app and two accounts."""

import csv
import io
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import time

import databases
import pytest
from server import NEW_PASSWORD, PASSWORD, SANITIZER, link_in, token_in

ROOT = pathlib.Path(__file__).parents[2]

# What the product promises; each has to be there under its name.
PROMISED = """serve, app add, app list, app show, app set, app disable, app enable, account add, account list, account show, account set,
account disable, app remove, provider list, provider show, provider set, provider remove, provider people, provider link, provider unlink, account enable, account remove, account recover, account import, account export, messages list, messages show, messages set,
messages import, messages export, mail-templates list, mail-templates show, mail-templates set, mail-templates import, mail-templates export,
mail list, mail show, mail retry, audit list, key rotate, key list, calibrate, doctor, migrate, backup, copy, help"""

# These print what is no JSON, or JSON already.
NOT_JSON = {"serve", "help", "account export", "messages export", "mail-templates export"}


def help_of(rekey, *words):
    return rekey.run_bare("help", *words).stdout


def commands(rekey):
    """The names of all commands, from the list of them."""
    return [match[1] for match in re.finditer(r"(?m)^rekey ((?:[a-z][a-z-]* ?)+?)(?= [^a-z]|$)", help_of(rekey))]


def examples(rekey, command):
    text = help_of(rekey, *command.split())
    found = re.search(r"(?m)^Examples:\n((?:    .*\n)+)", text)
    assert found, f"{command} has no examples"
    return [line[4:] for line in found[1].splitlines()]


@pytest.fixture
def bare(make_rekey):
    """The program, which need not be served for this."""
    rekey = make_rekey()
    rekey.run_bare = lambda *words, **options: subprocess.run(
        [rekey.program, *words], cwd=rekey.directory, capture_output=True, text=True, env=rekey.environment, timeout=60, check=False, **options)
    return rekey


# ---- every example ----

class Shell:
    """Runs lines with `rekey` in a directory of its own, on a copy of a prepared database."""

    def __init__(self, prepared, directory, command):
        self.directory = directory
        self.directory.mkdir()
        shutil.copy(prepared.directory / "rekey.key", self.directory / "rekey.key")
        self.storage, self.other = prepared.storage.clone(self.directory), None
        (self.directory / "backups").mkdir()
        (self.directory / "mail").mkdir()
        (self.directory / "shop.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"/>')
        settings = {**prepared.settings, "server.public_url": "https://localhost", "database.url": self.storage.url, "server.key_file": self.directory / "rekey.key",
                    "mail.url": f"file:{self.directory}/mail", "server.listen": "127.0.0.1:0"}
        variables = {"REKEY_" + key.upper().replace(".", "_"): str(value) for key, value in settings.items()}
        self.environment = {**prepared.environment, **variables, "PATH": f"{self.directory}/bin:{os.environ['PATH']}"}
        (self.directory / "bin").mkdir()
        # What measures this machine is not to measure the sanitizers.
        program = os.environ.get("REKEY_RELEASE_BIN", prepared.program) if command == "calibrate" else prepared.program
        (self.directory / "bin" / "rekey").symlink_to(os.path.abspath(program))

    def here(self, line):
        """The line, with its places inside of this directory."""
        if "//rekey@db/" in line:
            (self.directory / "other").mkdir()
            self.other = databases.make(self.storage.engine, self.directory / "other")
            line = line.replace("postgresql://rekey@db/rekey", self.other.url)
        for place, instead in (("sqlite:/var/lib/rekey/rekey.db", self.storage.url),
                               ("/var/backups/rekey", f"{self.directory}/backups"), ("/etc/rekey/rekey.conf", f"{self.directory}/rekey.conf"),
                               ("127.0.0.1:8080", "127.0.0.1:0")):
            line = line.replace(place, instead)
        return line

    def run(self, line):
        done = subprocess.run(["bash", "-o", "pipefail", "-c", self.here(line)], cwd=self.directory, capture_output=True, text=True,
                              env=self.environment, timeout=120, check=False)
        assert not SANITIZER.search(done.stderr), done.stderr
        return done

    def serve(self, line):
        """Until it listens; then it has to end well."""
        process = subprocess.Popen(["bash", "-c", "exec " + self.here(line)], cwd=self.directory, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.PIPE, text=True, env=self.environment)
        first = process.stderr.readline()
        process.send_signal(signal.SIGTERM)
        rest = process.communicate(timeout=60)[1]
        return subprocess.CompletedProcess(line, process.returncode if first.startswith("listening on") else 1, "", first + rest)

    def remove(self):
        self.storage.remove()
        if self.other:
            self.other.remove()
        shutil.rmtree(self.directory)


def prepare(rekey):
    rekey.has_app()
    rekey.has_account("ann@example.org", username="ann")
    rekey.has_account("bob@example.org", username="bob")
    rekey.command("account", "recover", "ann")
    rekey.command("provider", "set", "linkedin", "client_id=86abc")
    rekey.command("provider", "link", "linkedin", "bob", "subject-of-bob")
    assert rekey.sql("UPDATE outbox SET state = 2 WHERE id = 1") == 1
    rekey.command("content", "set", "content_strings/welcome", "slug=home")
    rekey.sql("INSERT INTO waiting (app_id, email, email_key, created_at, account_created) VALUES (1, 'frank@example.org', 'frank@example.org', 1, 0)")


def is_left_out(rekey, command):
    # PostgreSQL's own programs make its copies, and a measurement knows no database.
    return command in ("backup", "calibrate") and rekey.storage.engine == "postgresql"


# Those of one first word, each in a test of its own, and whatever else there is.
FAMILIES = ["account", "app", "provider", "messages", "mail-templates", "content", "waitinglist", "mail", "calibrate", None]


@pytest.mark.parametrize("family", FAMILIES)
def test_every_example_of_every_command_does_what_it_says(bare, tmp_path, family):
    prepare(bare)
    wrong, n = [], 0
    for number, command in enumerate(commands(bare)):
        first = command.split()[0]
        if (first if first in FAMILIES else None) != family or is_left_out(bare, command):
            continue
        lines = examples(bare, command)
        shell = Shell(bare, tmp_path / str(number), command)
        for line in lines:
            done = shell.serve(line) if command == "serve" else shell.run(line)
            n += 1
            if done.returncode != 0:
                wrong.append((line, done.returncode, done.stderr))
        shell.remove()
    assert not wrong
    assert n > 1 or (family, bare.storage.engine) == ("calibrate", "postgresql")


@pytest.mark.sqlite  # how a result is spelled knows no engine
@pytest.mark.parametrize("family", FAMILIES)
def test_every_command_that_prints_data_prints_json(bare, tmp_path, family):
    prepare(bare)
    wrong = []
    for number, command in enumerate(commands(bare)):
        first = command.split()[0]
        line = next((line for line in examples(bare, command) if not re.search(r"[|;>]", line)), None)
        if (first if first in FAMILIES else None) != family or command in NOT_JSON or not line:
            continue
        shell = Shell(bare, tmp_path / str(number), command)
        done = shell.run(line if "--json" in line else line + " --json")
        try:
            assert done.returncode == 0 and json.loads(done.stdout) is not None
        except (AssertionError, ValueError):
            wrong.append((line, done.returncode, done.stdout, done.stderr))
        shell.remove()
    assert not wrong


def test_every_promised_command_is_there_and_has_help_of_its_own(bare):
    promised = {name.strip() for name in PROMISED.replace("\n", " ").split(",")}
    assert promised <= set(commands(bare))
    for name in promised:
        done = bare.run_bare(*name.split(), "--help")
        assert (name, done.returncode, done.stderr) == (name, 0, "")
        if name != "help":
            assert done.stdout == help_of(bare, *name.split())


def test_a_family_has_help_too(bare):
    for words in (["help", "account"], ["account", "--help"]):
        done = bare.run_bare(*words)
        assert done.returncode == 0 and "rekey account recover LOGIN" in done.stdout and "rekey app add" not in done.stdout
    done = bare.run_bare("account")
    assert done.returncode == 2 and "rekey help account" in done.stderr


def test_the_page_of_commands_is_what_the_program_prints(bare):
    made = bare.run_bare("help", "--markdown").stdout
    assert (ROOT / "docs" / "commands.md").read_text() == made, "rekey help --markdown > docs/commands.md"


# ---- manual pages ----

@pytest.fixture(scope="module")
def scdoc():
    for program in ("scdoc", "mandoc", "man"):
        if not shutil.which(program):
            pytest.skip(f"there is no {program}")


@pytest.mark.sqlite
def test_manual_pages_are_well_formed_and_say_what_help_says(bare, scdoc, tmp_path):
    names = dict(zip((name.replace(" ", "-") for name in commands(bare)), commands(bare)))
    pages = bare.run_bare("help", "--pages").stdout.split()
    assert {"rekey.1", "rekey.conf.5", "rekey-account.1", *(f"rekey-{name}.1" for name in names)} <= set(pages)
    for page in pages:
        source = bare.run_bare("help", "--scdoc", page).stdout
        roff = subprocess.run(["scdoc"], input=source, capture_output=True, text=True, check=False)
        assert (page, roff.returncode, roff.stderr) == (page, 0, "")
        (tmp_path / page).write_text(roff.stdout)
        lint = subprocess.run(["mandoc", "-T", "lint", "-W", "error", tmp_path / page], capture_output=True, text=True, check=False)
        assert (page, lint.stdout) == (page, "")
        shown = subprocess.run(["man", "-l", tmp_path / page], capture_output=True, text=True, check=True,
                               env={**os.environ, "MANWIDTH": "2000", "MANPAGER": "cat", "LC_ALL": "C.UTF-8"}).stdout
        name = names.get(page.removeprefix("rekey-").removesuffix(".1"))
        if name:
            said = set(re.sub(r"[‘’]", "'", shown).replace("‐", "-").replace("−", "-").lower().split())
            help_words = set(help_of(bare, *name.split()).lower().replace(":\n", " ").split())
            assert {word for word in help_words if word not in said and word.rstrip(".:") not in said
                    and word + "." not in said} == set(), page
    assert bare.run_bare("help", "--scdoc", "rekey-nothing.1").returncode == 2


# ---- account ----

def test_a_disabled_account_is_out_at_once_and_back_by_its_old_password(rekey):
    rekey.has_account("ann@example.org", username="ann")
    session, token = rekey.session_of("ann"), rekey.reset_token("ann@example.org")
    shown = rekey.command_json("account", "disable", "ann")
    assert shown["status"] == "disabled"
    assert not rekey.session_lives(session) and not rekey.can_log_in("ann", PASSWORD)
    assert rekey.put_password(token=token, new=NEW_PASSWORD).status == 410
    assert rekey.command_json("account", "enable", "ann@example.org")["status"] == "active"
    assert rekey.can_log_in("ann", PASSWORD) and not rekey.session_lives(session)
    trail = [(row["event"], row["outcome"]) for row in rekey.command_json("audit", "list", "--account", "ann")]
    assert ("account_set_status", "disabled") in trail and ("account_set_status", "enabled") in trail


def test_a_recovery_by_the_operator_reaches_the_owner_alone(rekey):
    rekey.has_account("ann@example.org")
    done = rekey.run("account", "recover", "ann@example.org", "--json")
    mail = rekey.mail_to("ann@example.org")
    token = token_in(mail)
    assert json.loads(done.stdout)["reference"] in link_in(mail) + mail.get_body(("plain",)).get_content()
    for words in (["mail", "list"], ["mail", "show", "1"], ["audit", "list"]):
        assert token not in rekey.command(*words) + rekey.command(*words, "--json") + done.stdout + done.stderr
    assert rekey.put_password(token=token, new=NEW_PASSWORD).status == 204
    assert rekey.can_log_in("ann@example.org", NEW_PASSWORD)


def test_nobody_is_mailed_for_an_account_that_cannot_be(rekey):
    rekey.has_account("ann@example.org", username="ann")
    rekey.command("account", "import", "-", stdin='{"username": "only a name"}')
    rekey.command("account", "disable", "ann")
    for login, why in (("ann", "disabled"), ("only a name", "no address"), ("nobody", "no such account")):
        done = rekey.run("account", "recover", login)
        assert done.returncode == 1 and why in done.stderr and len(done.stderr.splitlines()) == 1
    rekey.gets_no_mail(0.5)


def test_an_account_is_shown_without_its_hash(rekey):
    rekey.has_account("ann@example.org", username="ann")
    shown = rekey.command_json("account", "show", "ann")
    assert {key: shown[key] for key in ("email", "username", "status", "password")} == \
        {"email": "ann@example.org", "username": "ann", "status": "active", "password": "set"}
    assert re.fullmatch(r"[0-9a-f]{24}", shown["id"])
    phc = rekey.sql("SELECT phc FROM account")[0][0]
    for words in (["show", "ann"], ["list"], ["export"], ["show", "ann", "--json"], ["list", "--json"]):
        assert phc not in rekey.command("account", *words)
    assert phc in rekey.command("account", "export", "--with-hashes")


def test_a_username_is_set_and_logs_in(rekey):
    rekey.has_account("ann@example.org", username="ann")
    rekey.has_account("bob@example.org", username="bob")
    assert rekey.command_json("account", "set", "ann", "username=Ann.Lee")["username"] == "Ann.Lee"
    assert rekey.can_log_in("ann.lee", PASSWORD) and not rekey.can_log_in("ann", PASSWORD)
    for words, why in ((["ann.lee", "username=bob"], "taken"), (["ann.lee", "colour=red"], "setting"), (["ann.lee", "username=a", "username=b"], "setting"),
                       (["nobody", "username=x"], "no such account")):
        done = rekey.run("account", "set", *words)
        assert done.returncode == 1 and why in done.stderr


def test_a_lost_mailbox_is_replaced_and_both_are_told(rekey):
    rekey.has_account("ann@example.org", username="ann")
    session = rekey.session_of("ann")
    assert rekey.command_json("account", "set", "ann", "email=ann@new.example")["email"] == "ann@new.example"
    rekey.mail_to("ann@example.org")
    rekey.mail_to("ann@new.example")
    assert not rekey.session_lives(session) and rekey.can_log_in("ann@new.example", PASSWORD)
    assert rekey.put_password(token=rekey.reset_token("ann@new.example"), new=NEW_PASSWORD).status == 204


def test_a_removed_account_is_told_to_programs(rekey):
    rekey.has_account("ann@example.org")
    assert rekey.command_json("account", "remove", "ann@example.org")["email"] == "ann@example.org"
    assert rekey.command_json("account", "list") == []


# ---- import and export ----

def many(first, n):
    return "".join(json.dumps({"email": f"user{i}@example.org", "username": f"user {i}", "created_at": 1700000000 + i}) + "\n"
                   for i in range(first, first + n))


def test_a_list_is_as_long_as_there_are_accounts(bare):
    bare.has_app()
    assert json.loads(bare.command("account", "import", "-", "--json", stdin=many(0, 1203))) == \
        {"imported": 1203, "existing": 0, "refused": 0, "without_password": 1203}
    rows = bare.command_json("account", "list")
    assert [row["email"] for row in rows] == [f"user{i}@example.org" for i in range(1203)]
    assert bare.command_json("account", "list", "--limit", "501") == rows[:501]
    lines = bare.command("account", "list").splitlines()
    assert len(lines) == 1204 and lines[0].split() == ["email", "username", "status", "created_at", "id"]
    assert lines[1].split() == ["user0@example.org", "user", "0", "active", "2023-11-14T22:13:20Z", rows[0]["id"]]
    for limit in ("0", "-1", "x"):
        assert bare.run("account", "list", "--limit", limit).returncode == 1


def test_what_is_imported_can_log_in_and_a_second_import_changes_nothing(rekey):
    rekey.has_app("old")
    rekey.has_account("ann@example.org", username="ann", app="old")
    rekey.command("account", "disable", "ann", "--app", "old")
    rekey.has_account("bob@example.org", app="old")
    moved = rekey.command("account", "export", "--with-hashes", "--app", "old")
    rekey.has_app("new", hosts=["new.example"])
    assert json.loads(rekey.command("account", "import", "-", "--app", "new", "--json", stdin=moved)) == \
        {"imported": 2, "existing": 0, "refused": 0, "argon2id": 2}
    assert rekey.can_log_in("bob@example.org", PASSWORD, host="new.example")
    assert not rekey.can_log_in("ann", PASSWORD, host="new.example")
    assert rekey.command("account", "export", "--with-hashes", "--app", "new") == moved
    assert json.loads(rekey.command("account", "import", "-", "--app", "new", "--json", stdin=moved)) == {"imported": 0, "existing": 2, "refused": 0}
    rekey.gets_no_mail(0.5)


def test_a_refused_line_is_told_by_its_number_and_the_others_go_in(bare):
    bare.has_app()
    bare.has_account("ann@example.org", username="ann")
    rows = [("email", "username", "password_hash"), ("b@example.org", 'b "the bee", jr.', ""), ("no address", "", ""), ("ann@example.org", "", ""),
            ("c@example.org", "", "$2b$15$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW"), ("d@example.org", "ann", ""), ("e@example.org", "", "")]
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    (bare.directory / "accounts.csv").write_text(text.getvalue() + '"f@example.org\n')
    done = bare.run("account", "import", "accounts.csv", "--json")
    assert done.returncode == 1
    assert json.loads(done.stdout) == {"imported": 2, "existing": 1, "refused": 4, "without_password": 2}
    told = {int(match[1]): match[2] for match in re.finditer(r"(?m)^line (\d+): (.*)$", done.stderr)}
    assert sorted(told) == [3, 5, 6, 8] and "more time" in told[5] and "username" in told[6] and "quote" in told[8]
    assert {row["email"]: row.get("username") for row in bare.command_json("account", "list")} == \
        {"ann@example.org": "ann", "b@example.org": 'b "the bee", jr.', "e@example.org": None}


def test_a_file_that_is_no_list_of_accounts_is_refused_whole(bare):
    bare.has_app()
    for text, why in (("colour,email\nx,a@example.org\n", "no field colour"), ("email,email\na@example.org,b@example.org\n", "same name")):
        done = bare.run("account", "import", "-", stdin=text)
        assert done.returncode == 1 and why in done.stderr and not done.stdout
    done = bare.run("account", "import", "nothing.csv")
    assert done.returncode == 1 and "No such file" in done.stderr
    assert bare.command_json("account", "list") == []


@pytest.mark.skipif(not os.environ.get("REKEY_RELEASE_BIN"), reason="REKEY_RELEASE_BIN is not set")
def test_many_thousands_are_imported_listed_and_exported_in_little_memory(make_rekey):
    """The size of the file and of the table does not count: three times the rows take as much memory."""
    rekey = make_rekey(program=os.environ["REKEY_RELEASE_BIN"])
    rekey.has_app()

    def peak_of(*words, stdin=None):
        done = subprocess.Popen([rekey.program, *words, *rekey.set_flags], cwd=rekey.directory, stdin=stdin or subprocess.DEVNULL,
                                stdout=subprocess.DEVNULL, env=rekey.environment)
        _, status, usage = os.wait4(done.pid, 0)
        done.returncode = os.waitstatus_to_exitcode(status)
        assert done.returncode == 0, words
        return usage.ru_maxrss

    peaks, first = {}, 0
    began = time.monotonic()
    for n in (5000, 15000):
        (rekey.directory / "accounts.jsonl").write_text(many(first, n))
        first += n
        for words in (["account", "import", "accounts.jsonl"], ["account", "list"], ["account", "list", "--json"], ["account", "export"]):
            peaks.setdefault(" ".join(words), []).append(peak_of(*words))
    assert time.monotonic() - began < 120
    assert rekey.sql("SELECT count(*) FROM account")[0][0] == first
    # 20,000 rows at once would be tens of MiB.
    grown = {words: (small, large) for words, (small, large) in peaks.items() if large > small + 6000}
    assert not grown


# ---- texts ----

def test_texts_are_exported_edited_and_imported(bare):
    bare.has_app("hack", dialects=["hacksystem"])
    before = bare.command("messages", "export")
    rows = [json.loads(line) for line in before.splitlines()]
    assert rows == bare.command_json("messages", "list") and len(rows) > 10
    rows[0]["message"] = "Where is the code?"
    done = bare.run("messages", "import", "-", "--json", stdin=json.dumps([rows[0], {"internal_name": "nothing", "message": "x"}, {"message": "x"}]))
    assert done.returncode == 1 and json.loads(done.stdout) == {"imported": 1, "refused": 2} and done.stderr.count("no row of this name") == 2
    assert bare.message(rows[0]["internal_name"], "hack") == rows[0]
    bare.command("messages", "import", "-", stdin=before)
    assert bare.command("messages", "export") == before
    before = bare.command("mail-templates", "export")
    bare.command("mail-templates", "set", "reset_password", "subject=Something else", "sender=hack@example.org")
    assert bare.command("mail-templates", "export") != before
    bare.command("mail-templates", "import", "-", stdin=before)
    assert bare.command("mail-templates", "export") == before


def test_a_terminal_is_shown_no_escape_sequences(bare):
    bare.has_app()
    bare.command("mail-templates", "set", "reset_password", "subject=\x1b]0;owned\x07 \u202egnp.exe", "content=first\n\x1b[2Jsecond")
    for words in (["list"], ["show", "reset_password"], ["set", "reset_password", "send_name=x"]):
        shown = bare.command("mail-templates", *words)
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f\u202e]", shown) and r"\x1b[2J" in shown
    assert bare.command_json("mail-templates", "show", "reset_password")["content"] == "first\n\x1b[2Jsecond"


# ---- audit ----

def test_the_trail_is_read_by_account_time_and_number(rekey):
    rekey.has_account("ann@example.org", username="ann")
    rekey.has_account("bob@example.org")
    for login in ("ann", "bob@example.org", "ann"):
        rekey.log_in(login, "wrong")
    rekey.sql("UPDATE audit SET at = ? WHERE event = 'app_add'", int(time.time()) - 3 * 86400)
    everything = rekey.command_json("audit", "list")
    of_ann = rekey.command_json("audit", "list", "--account", "ann")
    assert [row["outcome"] for row in of_ann] == ["wrong password", "wrong password", "done"] and len({row["account"] for row in of_ann}) == 1
    assert rekey.command_json("audit", "list", "--account", "ann@example.org", "--limit", "1") == of_ann[:1]
    assert rekey.command_json("audit", "list", "--limit", "2") == everything[:2]
    recent = [row for row in everything if row["event"] != "app_add"]
    assert len(recent) == len(everything) - 1
    today = time.strftime("%Y-%m-%d", time.gmtime(time.time() - 86400))
    for since in ("24h", "2d", today, today + "T00:00:00Z"):
        assert rekey.command_json("audit", "list", "--since", since) == recent
    assert rekey.command_json("audit", "list", "--since", "7d") == everything == rekey.command_json("audit", "list", "--since", "1970-01-01")
    for words in (["--since", "yesterday"], ["--since", "2026-02-30"], ["--limit", "0"], ["--account", "nobody"]):
        done = rekey.run("audit", "list", *words, "--json")
        assert done.returncode == 1 and not done.stdout and len(done.stderr.splitlines()) == 1


def test_a_trail_longer_than_a_page_is_read_to_its_end(bare):
    bare.has_app()
    bare.command("account", "import", "-", stdin=many(0, 1500))
    assert len(bare.command_json("audit", "list")) == 1000
    numbers = [row["id"] for row in bare.command_json("audit", "list", "--limit", "100000")]
    assert len(numbers) == 1501 and numbers == sorted(numbers, reverse=True)


# ---- mail, and the rest ----

def test_a_retried_mail_is_shown_and_counted(bare):
    prepare(bare)
    assert bare.command_json("mail", "retry", "1")["state"] == "due"
    bare.sql("UPDATE outbox SET state = 2")
    assert bare.command_json("mail", "retry", "--all") == {"retried": 1}
    assert bare.command_json("migrate") == {"up_to_date": True}


def test_a_variable_that_names_no_key_stops_the_start(bare):
    bare.has_app()
    for name, stops in (("REKEY_HASH_MEMORY", True), ("REKEY_SERVER_PUBLICURL", True), ("REKEY_MAIL_URL_FROM", True), ("REKEY_PORT_8080_TCP", False)):
        done = subprocess.run([bare.program, "app", "list", *bare.set_flags], cwd=bare.directory, capture_output=True, text=True,
                              env={**bare.environment, name: "1"}, timeout=60, check=False)
        assert (name, done.returncode) == (name, 1 if stops else 0)
        assert not stops or (name in done.stderr and len(done.stderr.splitlines()) == 1)
