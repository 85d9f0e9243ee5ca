# SPDX-License-Identifier: Apache-2.0
"""The program itself: its start, its configuration, its commands, its development mode and its end."""

import contextlib
import re
import signal
import socket
import subprocess
import threading
import time
import urllib.parse

import pytest
from server import MAIL_FROM, PASSWORD, link_in

pytestmark = pytest.mark.no_tables  # the server makes them


@pytest.fixture
def fails(make_rekey):
    """Runs `serve` with settings that must not start; gives what it said."""

    def run(settings=None, flags=(), config=None):
        rekey = make_rekey(settings)
        words = [rekey.program, "serve", *rekey.set_flags, *flags]
        if config is not None:
            (rekey.directory / "rekey.conf").write_text(config)
            words += ["--config", str(rekey.directory / "rekey.conf")]
        try:
            done = subprocess.run(words, cwd=rekey.directory, capture_output=True, text=True, timeout=10, env=rekey.environment, check=False)
        except subprocess.TimeoutExpired as started:
            return subprocess.CompletedProcess(words, None, "", "it started: " + (started.stderr or b"").decode())
        assert "Sanitizer" not in done.stderr and "runtime error" not in done.stderr
        assert "listening" not in done.stderr
        return done

    return run


# ---- start and stop ----

def test_the_first_line_says_where_it_listens(rekey):
    first = rekey.stderr().splitlines()[0]
    assert re.fullmatch(r"listening on http://127\.0\.0\.1:\d+", first)


@pytest.mark.sqlite
def test_a_server_on_a_fresh_directory_makes_its_database_and_stops_with_0(rekey):
    assert rekey.database.exists()
    rekey.stop()


def test_a_second_server_on_one_port_is_refused(rekey, fails):
    done = fails({"server.listen": f"127.0.0.1:{rekey.port}"})
    assert done.returncode == 1 and str(rekey.port) in done.stderr


def test_a_request_in_flight_is_finished_when_the_server_stops(make_rekey):
    rekey = make_rekey({"hash.memory_kib": 262144, "hash.passes": 6}).start()
    rekey.has_account("ann@example.org")
    answers = []
    clients = [threading.Thread(target=lambda: answers.append(rekey.log_in("ann@example.org"))) for _ in range(2)]
    for client in clients:
        client.start()
    time.sleep(0.4)
    rekey.stop()
    for client in clients:
        client.join()
    assert [answer.status for answer in answers] == [201, 201]


def test_a_stopping_server_takes_no_new_work_and_does_not_wait_for_idlers(make_rekey):
    rekey = make_rekey().start()
    rekey.has_account("ann@example.org")
    with contextlib.ExitStack() as stack:
        for data in (b"", b"PUT /api", b"PUT /api/v1/account/password HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n"):
            connection = stack.enter_context(socket.create_connection((rekey.host, rekey.port)))
            connection.sendall(data)
        time.sleep(0.2)
        began = time.monotonic()
        rekey.stop()
        assert time.monotonic() - began < 20
    with pytest.raises(OSError):
        socket.create_connection((rekey.host, rekey.port), timeout=2).close()


def test_a_server_stops_while_a_mail_hangs(make_rekey, sink):
    from sink import HANG
    rekey = make_rekey({"mail.url": sink.url()}).start()
    rekey.has_account("ann@example.org")
    sink.answers("CONNECT", HANG)
    rekey.asks_for_reset("ann@example.org")
    sink.wait_for(lambda: sink.connections > 0)
    rekey.stop()


def test_sigint_stops_like_sigterm(rekey):
    rekey.process.send_signal(signal.SIGINT)
    assert rekey.process.wait(20) == 0


def test_accounts_and_apps_made_while_the_server_runs_are_there_at_once(rekey):
    rekey.has_app()
    assert not rekey.can_log_in("ann@example.org", PASSWORD)
    rekey.has_account("ann@example.org")
    assert rekey.can_log_in("ann@example.org", PASSWORD)


# ---- configuration ----

def test_a_bad_value_is_told_with_its_key_and_its_range(fails):
    wrong = []
    for key, value, words in (
        ("hash.memory_kib", "7", ["8"]),
        ("hash.memory_kib", "lots", ["8"]),
        ("hash.memory_kib", "19 MiB", ["8"]),
        ("hash.memory_kib", "-8", ["8"]),
        ("hash.memory_kib", "99999999999999999999", ["8"]),
        ("hash.passes", "0", ["1"]),
        ("tokens.reset_minutes", "0", ["1"]),
        ("tokens.reset_minutes", "30s", []),
        ("tokens.reset_minutes", "", []),
        ("mail.starttls", "maybe", ["required", "off"]),
        ("database.url", "mysql://x", ["sqlite", "postgresql"]),
        ("mail.url", "http://x", ["smtp"]),
        ("mail.from", "no address", []),
        ("server.public_url", "rekey.example", ["http"]),
        ("server.listen", "127.0.0.1", []),
        ("server.listen", "127.0.0.1:99999", []),
    ):
        done = fails({key: value})
        reasons = [line for line in done.stderr.splitlines() if " warning: " not in line]
        if done.returncode != 1 or len(reasons) != 1 or not all(word in done.stderr for word in (key, *words)):
            wrong.append((key, value, done.returncode, done.stderr))
    assert not wrong


def test_a_bad_line_of_the_file_is_told_with_file_and_line(fails):
    for line, key in (("[hash]\nmemory_kib = 7\n", "hash.memory_kib"), ("[server]\n\ncolour = red\n", "server.colour"),
                      ("[nothing]\nkey = value\n", "nothing.key"), ("[tokens]\nreset_minutes = 30 hours\n", "tokens.reset_minutes")):
        done = fails(config="; a comment\n" + line)
        number = 1 + line.count("\n")
        assert done.returncode == 1, (line, done.stderr)
        assert key in done.stderr and re.search(rf"rekey\.conf:{number}\b|line {number}\b", done.stderr), (line, done.stderr)


def test_a_file_that_is_not_ini_is_told_with_its_line(fails):
    done = fails(config="[hash]\nthis is no setting\n")
    assert done.returncode == 1 and re.search(r"rekey\.conf:2\b|line 2\b", done.stderr), done.stderr


def test_an_unknown_key_on_the_command_line_is_told(fails):
    done = fails({"server.colour": "red"})
    assert done.returncode == 1 and "server.colour" in done.stderr


def test_without_a_public_url_the_server_does_not_start(fails):
    done = fails({"server.public_url": None})
    assert done.returncode == 1 and "server.public_url" in done.stderr and len(done.stderr.strip().splitlines()) == 1


def test_mail_needs_a_sender(fails):
    done = fails({"mail.from": None})
    assert done.returncode == 1 and "mail.from" in done.stderr


def test_a_configuration_file_that_is_not_there_is_told(fails):
    done = fails(flags=["--config", "/nothing/rekey.conf"])
    assert done.returncode == 1 and "/nothing/rekey.conf" in done.stderr


def test_settings_come_from_file_environment_and_flags(make_rekey):
    rekey = make_rekey()
    config = rekey.directory / "rekey.conf"
    config.write_text("".join(f"[{key.split('.')[0]}]\n{key.split('.')[1]} = {value}\n" for key, value in rekey.settings.items()))
    rekey.settings = {}
    rekey.flags = ["--config", str(config)]
    rekey.start()
    rekey.stop()
    secret = rekey.directory / "url"
    secret.write_text(f"file:{rekey.mail_directory}\n")
    config.write_text(config.read_text().replace(f"url = file:{rekey.mail_directory}", f"url_from_file = {secret}"))
    assert "url_from_file" in config.read_text()
    rekey.start()
    words = ["app", "add", "default", "--config", str(config)]
    subprocess.run([rekey.program, *words], check=True, capture_output=True, env=rekey.environment, cwd=rekey.directory)
    subprocess.run([rekey.program, "account", "add", "ann@example.org", "--password-stdin"], check=True, capture_output=True, cwd=rekey.directory,
                   input=PASSWORD.encode(), env={**rekey.environment, "REKEY_DATABASE_URL": rekey.storage.url,
                                                "REKEY_HASH_MEMORY_KIB": "8", "REKEY_HASH_PASSES": "1"})
    rekey.asks_for_reset("ann@example.org")
    assert rekey.mail_to("ann@example.org")["From"].addresses[0].addr_spec == MAIL_FROM


def test_weak_hashing_is_warned_of(rekey):
    deadline = time.monotonic() + 10
    while not re.search(r"(?i)warning.*hash\.", rekey.stderr()):
        assert time.monotonic() < deadline, rekey.stderr()
        time.sleep(0.05)


def test_a_newer_schema_is_not_touched(rekey, fails):
    rekey.stop()
    if rekey.storage.engine == "sqlite":
        rekey.sql(f"PRAGMA user_version = {rekey.sql('PRAGMA user_version')[0][0] + 1000}")
    else:
        rekey.sql("UPDATE schema_version SET version = version + 1000")
    before = rekey.storage.dump()
    done = fails({"database.url": rekey.storage.url})
    assert done.returncode == 1 and "newer" in done.stderr
    assert rekey.storage.dump() == before


# ---- commands ----

def test_wrong_usage_exits_2_and_a_refusal_exits_1(rekey):
    rekey.has_app()
    for words in ([], ["nothing"], ["app"], ["app", "nothing"], ["app", "add"], ["app", "add", "x", "--nothing"], ["serve", "--set"]):
        done = rekey.run(*words) if words and words[-1] != "--set" else subprocess.run(
            [rekey.program, *words], capture_output=True, text=True, env=rekey.environment, cwd=rekey.directory, timeout=20, check=False)
        assert (words, done.returncode) == (words, 2), done.stderr
        assert done.stderr.strip()
    for words in (["app", "add", "default"], ["app", "add", "x y"], ["app", "add", "x", "--dialect", "klingon"], ["app", "set", "nobody", "language=en"],
                  ["app", "set", "default", "nothing=x"], ["app", "set", "default", "conceal_accounts=maybe"], ["app", "disable", "nobody"],
                  ["account", "add", "ann", "--password-stdin"], ["account", "add", "a@example.org", "--password-stdin", "--app", "nobody"],
                  ["messages", "show", "nothing"]):
        done = rekey.run(*words, stdin=PASSWORD + "\n")
        assert done.returncode in (1, 2), (words, done.stdout)
        assert done.stderr.strip(), words
        if done.returncode == 1:
            assert len(done.stderr.strip().splitlines()) == 1, (words, done.stderr)


def test_an_account_is_added_once(rekey):
    rekey.has_account("ann@example.org", username="ann")
    for words in (["ann@example.org"], ["ANN@example.org"], ["ann@EXAMPLE.ORG"], ["other@example.org", "--username", "ann"],
                  ["other@example.org", "--username", "ANN"]):
        done = rekey.run("account", "add", *words, "--password-stdin", stdin=PASSWORD + "\n")
        assert (words, done.returncode) == (words, 1) and done.stderr.strip()


def test_keys_are_shown_once(rekey):
    app = rekey.has_app()
    for words in (["app", "list"], ["app", "show", "default"]):
        done = rekey.run(*words, "--json")
        if done.returncode != 2:
            assert app.id in done.stdout and app.client_key not in done.stdout and app.master_key not in done.stdout


# ---- development mode ----

@pytest.fixture
def dev(make_rekey):
    rekey = make_rekey({"server.public_url": None, "mail.url": None, "mail.from": None, "mail.starttls": None}, flags=["--dev"])
    return rekey.start()


def test_development_mode_refuses_to_listen_anywhere_but_on_loopback(fails):
    for address in ("0.0.0.0:0", "[::]:0"):
        done = fails({"server.listen": address, "server.public_url": None}, flags=["--dev"])
        assert done.returncode == 1 and "loopback" in done.stderr, done.stderr


def printed_lines(rekey, count=3):
    deadline = time.monotonic() + 20
    while True:
        lines = [line.strip() for line in rekey.stdout().splitlines() if line.strip().startswith("curl ")]
        if len(lines) >= count:
            time.sleep(0.2)
            return [line.strip() for line in rekey.stdout().splitlines() if line.strip().startswith("curl ")]
        assert time.monotonic() < deadline, rekey.stdout()
        time.sleep(0.1)


def test_the_printed_curl_lines_work_as_printed(dev):
    lines = printed_lines(dev)
    for line in lines:
        done = subprocess.run(["bash", "-c", 'curl() { command curl -sS --max-time 20 -w "\\n%{http_code}\\n" "$@"; }; ' + line],
                              capture_output=True, text=True, cwd="/tmp", timeout=30, check=False)
        assert done.returncode == 0, (line, done.stderr)
        assert re.fullmatch(r"2\d\d", done.stdout.strip().splitlines()[-1]), (line, done.stdout)
    words = " ".join(lines)
    assert "/api/v1/account/password" in words and "/auth/" in words and "/reset/password" in words
    assert f"http://127.0.0.1:{dev.port}/" in dev.stdout()


def test_development_mode_shows_its_mails(dev):
    # One of them: what another asks for would replace the link of this one.
    line = [line for line in printed_lines(dev) if "/api/v1/account/password" in line][0]
    subprocess.run(["bash", "-c", line], capture_output=True, cwd="/tmp", timeout=30, check=True)

    def shown():
        """The list of mails, and every mail that it leads to."""
        page = dev.get("/dev/mail")
        assert page.status == 200 and page.type == "text/html"
        links = [urllib.parse.urljoin("/dev/mail", attributes["href"]) for tag, attributes in page.page.tags if tag == "a"]
        return "\n".join([page.text, *(dev.get(link).text for link in links if link.startswith("/dev/mail"))])

    deadline = time.monotonic() + 20
    while not (found := re.findall(r"http://127\.0\.0\.1:\d+/password-reset\?token=[A-Za-z0-9_-]+", shown())):
        assert time.monotonic() < deadline, shown()
        time.sleep(0.2)
    assert all(link.startswith(dev.url) for link in found)
    assert [link for link in found if dev.open_link(link).status == 200]


def test_development_mode_can_be_started_again(dev):
    before = printed_lines(dev)
    port = dev.port
    dev.stop()
    dev.stdout_file.unlink()
    dev.settings["server.listen"] = f"127.0.0.1:{port}"
    dev.start()
    after = printed_lines(dev)
    assert len(before) == len(after)
    for line in after:
        done = subprocess.run(["bash", "-c", line.replace("curl ", "curl -sS -o /dev/null -w '%{http_code}' ", 1)], capture_output=True,
                              text=True, cwd="/tmp", timeout=30, check=False)
        assert re.search(r"2\d\d$", done.stdout), (line, done.stdout, done.stderr)


def test_mails_are_shown_in_development_mode_only(rekey):
    rekey.has_account("ann@example.org")
    rekey.asks_for_reset("ann@example.org")
    link_in(rekey.mail_to("ann@example.org"))
    answer = rekey.get("/dev/mail")
    assert answer.status == 404 and b"token=" not in answer.raw


def test_there_is_no_demo_account_outside_development_mode(rekey):
    assert rekey.sql("SELECT count(*) FROM app")[0][0] == 0
    assert rekey.sql("SELECT count(*) FROM account")[0][0] == 0


def test_what_was_answered_is_kept_when_commands_run_beside_the_server_and_it_dies(rekey):
    """A command that ends must not take the write-ahead log of the running server away with it."""
    rekey.has_account("ann@example.org")
    session = rekey.session_of("ann@example.org")
    rekey.command("app", "list")
    last = rekey.session_of("ann@example.org")
    assert rekey.sql("SELECT count(*) FROM session")[0][0] == 2
    rekey.kill()
    rekey.start()
    assert rekey.session_lives(session) and rekey.session_lives(last)


# ---- what a review found ----

@pytest.mark.parametrize("url", ["smtp://", "smtp://user:password@host:99999", "smtp://user:secret#hash@host"])
def test_an_impossible_mail_server_is_told_without_its_password(fails, url):
    done = fails({"mail.url": url})
    reasons = [line for line in done.stderr.splitlines() if " warning: " not in line]
    assert done.returncode == 1 and len(reasons) == 1 and "mail.url" in reasons[0]
    assert "secret" not in done.stderr and "user:password@host:99999" not in done.stderr


def test_the_demo_account_is_as_long_as_the_policy_asks(make_rekey):
    rekey = make_rekey({"password.min_length": 20, "server.public_url": None}, flags=["--dev"]).start()
    deadline = time.monotonic() + 20
    while not (found := re.search(r"demo account: (\S+), username demo, password (\S+)", rekey.stdout())):
        assert time.monotonic() < deadline, rekey.stdout()
        time.sleep(0.1)
    assert rekey.can_log_in(found[1], found[2])


def test_a_unix_socket_takes_no_file_and_no_running_server_away(fails, make_rekey, tmp_path):
    precious = tmp_path / "precious"
    precious.write_text("precious")
    assert fails({"server.listen": f"unix:{precious}"}).returncode == 1
    assert precious.read_text() == "precious"
    path = tmp_path / "socket"
    running = socket.socket(socket.AF_UNIX)
    running.bind(str(path))
    running.listen()
    done = fails({"server.listen": f"unix:{path}"})
    assert done.returncode == 1 and "another server" in done.stderr
    running.close()
    assert path.exists()


@pytest.mark.parametrize("typed", ["long password\0rest\n", "long password\nsecond line\n"])
def test_a_password_on_standard_input_is_one_line_or_none(rekey, typed):
    rekey.has_app()
    done = rekey.run("account", "add", "ann@example.org", "--password-stdin", stdin=typed)
    assert done.returncode == 1 and len(done.stderr.splitlines()) == 1
    assert not rekey.can_log_in("ann@example.org", "long password")


def test_what_is_retried_is_an_id_or_all_and_not_both(rekey):
    rekey.has_app()
    assert [rekey.run("mail", "retry", *words).returncode for words in ((), ("4", "--all"), ("--all",))] == [2, 2, 0]
