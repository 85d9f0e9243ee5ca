# SPDX-License-Identifier: Apache-2.0
"""docs/deployment.md, followed to the letter: its blocks are taken from the page and run, below a folder of the test, on free
ports, with certificates of the test. What is replaced is in `Machine.here`; what has no place in a test is in PRELUDE."""

import contextlib
import http.client
import os
import pathlib
import re
import shutil
import signal
import socket
import ssl
import subprocess
import time

import mail_server as post_office
import pytest
import wire
from ports import free_port
from server import NEW_PASSWORD, PASSWORD, Rekey, link_in

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
PAGE = (REPOSITORY / "docs" / "deployment.md").read_text()
HOST = "id.example.org"
NOT_THERE = "/.well-known/resource-that-should-not-exist-whose-status-code-should-not-be-200"

# What a machine has and a test has not: another user, an init that starts and stops the unit's ExecStart.
PRELUDE = """
set -eu
adduser() { :; }
runuser() { shift 3; "$@"; }
rekey() { %(root)s/usr/local/bin/rekey "$@" --config %(root)s/etc/rekey/rekey.conf; }
script_build() { :; }
start() { setsid $(sed -n 's/^ExecStart=//p' %(root)s/etc/systemd/system/rekey.service) </dev/null 2>>%(root)s/journal >&2 & echo $! >%(root)s/pid; }
stop() { kill "$(cat %(root)s/pid)"; while kill -0 "$(cat %(root)s/pid)" 2>/dev/null; do sleep 0.05; done; rm %(root)s/pid; }
systemctl() {
	case $1 in
	start | enable) start ;;
	stop) stop ;;
	restart) stop; start ;;
	daemon-reload) ;;
	*) echo "systemctl $* is not in this test" >&2; return 1 ;;
	esac
}
"""


def block(name):
    """The fenced block below a line with that name in bold."""
    found = re.search(rf"^\*\*`?{re.escape(name)}`?\*\*\n\n```\w*\n(.*?)^```$", PAGE, re.M | re.S)
    assert found, f"the page has no block {name}"
    return found[1]


def knows(key):
    return key in subprocess.run([os.environ["REKEY_BIN"], "help", "serve"], capture_output=True, text=True, check=True, timeout=20).stdout


class Machine(Rekey):
    """A machine of its own below one folder, on which the page is followed."""

    def __init__(self, root, mail):
        super().__init__(root)
        self.root, self.mail, self.config = self.directory, mail, self.directory / "etc" / "rekey" / "rekey.conf"
        self.port, self.settings = free_port(), {}
        self.ann = f"ann{self.port}@example.org"  # the mail server has the mails of other machines too
        self.delivers_to(mail)
        self.database = self.storage.path = self.root / "var/lib/rekey/rekey.db"
        for folder in ("usr/local/bin", "etc/systemd/system"):
            (self.root / folder).mkdir(parents=True)

    @property
    def set_flags(self):
        return ["--config", str(self.config)]

    def here(self, text):
        """The page's words, for this machine."""
        text = re.sub(r"(?<![\w/])/(?=(usr/local/bin|etc/rekey|etc/systemd|var/lib/rekey|var/backups)\b)", f"{self.root}/", text)
        text = re.sub(r" -o \w+ -g \w+", "", text)
        return text.replace("127.0.0.1:8080", f"127.0.0.1:{self.port}")

    def follows(self, name, status=0, **replaced):
        """Runs a block of commands as root's shell would, up to the first that fails."""
        commands = self.here(block(name)).replace("script/build\n", "script_build\n").replace(" build/rekey ", f" {self.program} ")
        commands = commands.replace("contrib/", f"{REPOSITORY}/contrib/")
        for word, with_what in replaced.items():
            commands = commands.replace(word, with_what)
        done = subprocess.run(["bash", "-c", PRELUDE % {"root": self.root} + commands], cwd=self.root, env=self.environment, capture_output=True,
                              text=True, timeout=100, check=False)
        assert done.returncode == status, (commands, done.stdout, done.stderr)
        service = self.root / "etc/systemd/system/rekey.service"
        if service.exists():
            service.write_text(re.sub(r"(?<=[= ])/(?=usr|etc)", f"{self.root}/", service.read_text()))
        return done.stdout

    def is_configured(self):
        """The two files of the page, but for the mail server's name, password and authority."""
        lines = self.here(block("/etc/rekey/rekey.conf"))
        if not knows("server.trusted_proxies"):  # is being built; the page has it already
            lines = lines.replace("trusted_proxies = 127.0.0.1\n", "")
        self.config.write_text(lines + f"ca_file = {self.mail.ca_file}\n[hash]\nmemory_kib = 8\npasses = 1\n")
        url = block("/etc/rekey/mail.url").replace("the-password", post_office.PASSWORD).replace("mail.example.org:587", f"localhost:{self.mail.port}")
        assert url.strip() == self.mail.url()
        (self.config.parent / "mail.url").write_text(url)

    def waits_until_it_listens(self):
        deadline = time.monotonic() + 30
        while True:
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                if "listening on " in self.journal():  # said once it accepts
                    return
            assert time.monotonic() < deadline, self.journal()
            time.sleep(0.05)

    def journal(self):
        path = self.root / "journal"
        return path.read_text(errors="replace") if path.exists() else ""

    def shuts_down(self):
        with contextlib.suppress(OSError, ValueError):
            os.kill(int((self.root / "pid").read_text()), signal.SIGKILL)


@pytest.fixture
def machine(directory, mail_server):
    made = Machine(directory, mail_server)
    made.follows("Commands: install")
    made.is_configured()
    yield made
    made.shuts_down()


@pytest.fixture
def served(machine):
    machine.follows("Commands: start")
    machine.waits_until_it_listens()
    machine.apps["default"] = None
    yield machine


# ---- the service ----

def test_the_page_leads_to_a_running_service(served):
    assert served.journal().splitlines()[0] == f"listening on http://127.0.0.1:{served.port}"
    assert served.database.exists() and (served.root / "var/lib/rekey/rekey.key").exists()
    served.has_account(served.ann)
    assert served.session_of(served.ann)
    served.asks_for_reset(served.ann)
    assert link_in(served.mail_to(served.ann)).startswith(f"https://{HOST}/password-reset?token=")


def test_the_unit_is_one_that_systemd_takes(machine):
    if not shutil.which("systemd-analyze"):
        pytest.skip("there is no systemd-analyze")
    unit = machine.root / "etc/systemd/system/rekey.service"
    done = subprocess.run(["systemd-analyze", "verify", str(unit)], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0 and str(unit) not in done.stderr, done.stderr
    done = subprocess.run(["systemd-analyze", "security", "--offline=yes", "--threshold=14", "--no-pager", str(unit)], capture_output=True, text=True,
                          timeout=60, check=False)
    rated = re.search(r"Overall exposure level for rekey.service: ([\d.]+)", done.stdout)
    assert done.returncode == 0 and f'rates it {rated[1]} ("OK"' in " ".join(PAGE.split()), done.stdout[-500:]


# ---- backup, bringing back, upgrade ----

def test_a_backup_by_cron_is_brought_back(served):
    served.has_account(served.ann)
    line = block("/etc/cron.d/rekey").strip()
    schedule, user, command = re.fullmatch(r"((?:\S+ ){5})(\S+) (.*)", line).groups()
    assert (schedule, user) == ("15 3 * * * ", "rekey")
    backups = served.root / "var/backups/rekey"
    old = backups / "2020-01-01.db"
    old.write_text("old")
    os.utime(old, (time.time() - 15 * 86400 - 60,) * 2)
    command = served.here(command).replace("\\%", "%").replace(" backup ", f" backup --config {served.config} ")
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, env=served.environment, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    made, = backups.iterdir()
    assert re.fullmatch(r"\d{4}-\d\d-\d\d\.db", made.name) and made.stat().st_mode & 0o777 == 0o600

    session = served.session_of(served.ann)
    assert served.put_password(old=PASSWORD, new=NEW_PASSWORD, bearer=session).status == 204
    served.has_account("eve@example.org")
    served.follows("Commands: bring back", **{"BACKUP.db": made.name})
    served.waits_until_it_listens()
    assert served.can_log_in(served.ann, PASSWORD) and not served.can_log_in(served.ann, NEW_PASSWORD)
    assert not served.can_log_in("eve@example.org", PASSWORD)


def test_a_link_mailed_before_the_backup_works_after_it_is_brought_back(served):
    served.has_account(served.ann)
    token = served.reset_token(served.ann)
    served.command("backup", str(served.root / "var/backups/rekey/BACKUP.db"))
    served.follows("Commands: bring back")
    served.waits_until_it_listens()
    assert served.put_password(token=token, new=NEW_PASSWORD).status == 204


def test_what_a_killed_server_left_does_not_meet_the_backup(served):
    """SQLite would take the log of the old database for that of the new one, and bring back what was meant to go."""
    served.has_account(served.ann)
    served.command("backup", str(served.root / "var/backups/rekey/BACKUP.db"))
    assert served.put_password(old=PASSWORD, new=NEW_PASSWORD, bearer=served.session_of(served.ann)).status == 204
    served.shuts_down()
    assert served.database.with_name("rekey.db-wal").stat().st_size > 0
    served.follows("Commands: bring back", **{"systemctl stop rekey": ":"})
    served.waits_until_it_listens()
    assert served.can_log_in(served.ann, PASSWORD) and not served.can_log_in(served.ann, NEW_PASSWORD)


def test_an_upgrade_goes_forward_and_back(served):
    served.has_account(served.ann)
    served.follows("Commands: upgrade")
    served.waits_until_it_listens()
    assert (served.root / "var/backups/rekey/before-upgrade.db").exists() and (served.root / "usr/local/bin/rekey.before").exists()
    assert served.can_log_in(served.ann, PASSWORD)
    # As if the new one had taken a step.
    served.sql(f"PRAGMA user_version = {served.sql('PRAGMA user_version')[0][0] + 1}")
    assert "made by a newer rekey" in served.follows("Commands: back again", status=1)
    served.follows("Commands: bring back", **{"BACKUP.db": "before-upgrade.db", "systemctl stop rekey": ":"})
    served.waits_until_it_listens()
    assert served.can_log_in(served.ann, PASSWORD)


# ---- the proxies ----

class Tls(http.client.HTTPSConnection):
    """To 127.0.0.1, by the name that the certificate has."""

    source = "127.0.0.1"

    def connect(self):
        plain = socket.create_connection(("127.0.0.1", self.port), timeout=wire.TIMEOUT, source_address=(self.source, 0))
        self.sock = self._context.wrap_socket(plain, server_hostname=HOST)


class Proxy(wire.Client):
    """A proxy of the page's block, as an ordinary process; and the world's side of it."""

    def __init__(self, machine, directory):
        super().__init__(HOST, free_port())
        self.machine, self.directory, self.plain_port, self.process = machine, directory, free_port(), None
        directory.mkdir()
        certify(directory)
        self.context = ssl.create_default_context(cafile=directory / "ca.pem")
        self.log = directory / "process.log"

    def launch(self, *command):
        environment = {**os.environ, "HOME": str(self.directory), "XDG_DATA_HOME": str(self.directory), "XDG_CONFIG_HOME": str(self.directory)}
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd=self.directory, env=environment)
        deadline = time.monotonic() + 30
        while True:
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return self
            assert self.process.poll() is None and time.monotonic() < deadline, self.logs()
            time.sleep(0.05)

    def logs(self):
        return "\n".join(path.read_text(errors="replace") for path in self.directory.glob("*.log"))

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def _send(self, method, path, fields, body, host, source="127.0.0.1"):
        connection = Tls(HOST, self.port, context=self.context)
        connection.source = source
        try:
            connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            for name, value in [("Host", host or HOST), ("Connection", "close"), *fields]:
                connection.putheader(name, value)
            with contextlib.suppress(BrokenPipeError, ConnectionResetError, ssl.SSLEOFError):
                connection.endheaders(body)
            response = connection.getresponse()
            return wire.Answer(response.status, wire.Headers(response.getheaders()), response.read())
        finally:
            connection.close()


def certify(directory):
    """An authority of the test's own, and a certificate for the page's host."""
    def openssl(*arguments):
        subprocess.run(["openssl", *arguments], cwd=directory, check=True, capture_output=True)

    post_office.make_certificates(directory)
    (directory / "extensions").write_text(f"subjectAltName=DNS:{HOST}\n")
    openssl("x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-out", "fullchain.pem", "-days", "2",
            "-extfile", "extensions")
    shutil.copy(directory / "server.key", directory / "privkey.pem")


NGINX = """
daemon off;
{user}
pid {here}/nginx.pid;
events {{ worker_connections 64; }}
http {{
	gzip on;
	access_log {here}/other.log;
	{temporary}
	include {here}/site;
}}
"""


def start_nginx(proxy):
    site = proxy.machine.here(block("/etc/nginx/sites-enabled/rekey"))
    site = re.sub(r"\n\tlisten \[::\]:.*", "", site).replace("listen 443", f"listen 127.0.0.1:{proxy.port}")
    site = site.replace("listen 80", f"listen 127.0.0.1:{proxy.plain_port}").replace(f"/etc/letsencrypt/live/{HOST}", str(proxy.directory))
    (proxy.directory / "site").write_text(site.replace("/var/log/nginx", str(proxy.directory)))
    temporary = "".join(f"{kind}_temp_path {proxy.directory}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    (proxy.directory / "nginx.conf").write_text(NGINX.format(here=proxy.directory, temporary=temporary, user="user root;" if os.geteuid() == 0 else ""))
    return proxy.launch("nginx", "-p", str(proxy.directory), "-e", str(proxy.directory / "start.log"), "-c", str(proxy.directory / "nginx.conf"))


def start_caddy(proxy):
    text = proxy.machine.here(block("/etc/caddy/Caddyfile"))
    ports = f"{{\n\tadmin off\n\thttp_port {proxy.plain_port}\n\tdefault_bind 127.0.0.1\n"
    text = text.replace("{\n", ports, 1).replace(f"\n{HOST} {{\n", f"\n{HOST}:{proxy.port} {{\n\ttls fullchain.pem privkey.pem\n")
    (proxy.directory / "Caddyfile").write_text(text)
    return proxy.launch("caddy", "run", "--adapter", "caddyfile", "--config", str(proxy.directory / "Caddyfile"))


@pytest.fixture(params=[start_nginx, start_caddy], ids=["nginx", "caddy"])
def proxy(request, served, tmp_path):
    made = Proxy(served, tmp_path / "proxy")
    try:
        yield request.param(made)
    finally:
        made.stop()


def test_a_recovery_goes_through_the_proxy(proxy):
    machine = proxy.machine
    machine.has_account(machine.ann)
    page = proxy.get("/password-reset")
    assert page.status == 200 and page.type == "text/html" and page.headers["Strict-Transport-Security"] == "max-age=31536000"
    assert "Content-Encoding" not in proxy.get("/password-reset", headers={"Accept-Encoding": "gzip, zstd"}).headers
    assert proxy.put("/api/v1/account/password", email=machine.ann).status == 202
    link = link_in(machine.mail_to(machine.ann))
    assert link.startswith(f"https://{HOST}/password-reset?token=")
    form = proxy.get(link.removeprefix(f"https://{HOST}")).page.form_with("new")
    fields = {**form.inputs, **{name: NEW_PASSWORD for name, kind in form.types.items() if kind == "password"}}
    answer = proxy.post("/password-reset", form=fields, headers={"Origin": f"https://{HOST}", "Sec-Fetch-Site": "same-origin"})
    assert answer.status in (200, 303), answer.raw
    assert proxy.post("/api/v1/sessions", login=machine.ann, password=PASSWORD).status == 401
    assert proxy.post("/api/v1/sessions", login=machine.ann, password=NEW_PASSWORD).status == 201
    proxy.stop()
    assert token_of(link) not in proxy.logs() + machine.journal() and PASSWORD not in proxy.logs()


def token_of(link):
    return link.partition("token=")[2]


def test_the_host_chooses_the_app_through_the_proxy(proxy):
    machine = proxy.machine
    machine.has_app("shop", hosts=[HOST])
    machine.has_account(machine.ann, app="shop")
    assert proxy.post("/api/v1/sessions", login=machine.ann, password=PASSWORD).status == 201
    assert not machine.can_log_in(machine.ann, PASSWORD)  # at the door that is not the shop's


def test_what_is_not_there_is_404_and_nothing_else_of_the_proxys(proxy):
    for path in (NOT_THERE, "/nothing", "/%2e%2e/etc/passwd"):
        assert proxy.get(path).status in ((404,) if "%" not in path else (400, 404)), path
    assert proxy.post("/api/v1/sessions", body=b"x" * 20000, type="application/json").status == 413


def test_a_poisoned_request_moves_no_link(proxy):
    machine = proxy.machine
    machine.has_account(machine.ann)
    for headers in ({"X-Forwarded-Host": "evil.example"}, {"Forwarded": "host=evil.example;proto=https"}, {"X-Forwarded-Proto": "http"},
                    {"X-Original-URL": "https://evil.example/"}, {"X-Forwarded-Prefix": "//evil.example"}):
        assert proxy.put("/api/v1/account/password", headers=headers, email=machine.ann).status == 202, headers
        mail = machine.mail_to(machine.ann)
        assert link_in(mail).startswith(f"https://{HOST}/password-reset?token=") and "evil" not in mail.as_string(), headers
    answers = []
    for host in ("evil.example", f"{HOST}.evil.example", f"evil.example:{proxy.port}"):
        with contextlib.suppress(OSError, http.client.HTTPException):
            answers.append(proxy.put("/api/v1/account/password", host=host, email=machine.ann))
    for answer in answers:
        assert b"evil" not in answer.raw and "evil" not in str(answer.headers.pairs), answer
    assert not any(200 <= answer.status < 300 and answer.raw for answer in answers), answers


def test_a_server_that_is_away_costs_no_token(proxy):
    machine = proxy.machine
    machine.shuts_down()
    time.sleep(0.3)
    answer = proxy.get("/password-reset?token=a-token-that-nobody-may-see", headers={"Referer": f"https://{HOST}/password-reset?token=another-that-nobody-may-see"})
    assert answer.status in (502, 503) and b"nobody-may-see" not in answer.raw
    proxy.stop()
    assert "nobody-may-see" not in proxy.logs()


def test_plain_http_leads_to_https(proxy):
    answer = wire.Client("127.0.0.1", proxy.plain_port).get("/password-reset?app=x", host=HOST)
    assert answer.status in (301, 302, 308) and re.fullmatch(rf"https://{HOST}(:\d+)?/password-reset\?app=x", answer.headers["Location"])


def test_the_audit_trail_has_the_clients_address_and_not_what_it_claims(proxy):
    if not knows("server.trusted_proxies"):
        pytest.skip("server.trusted_proxies is being built")
    machine = proxy.machine
    machine.has_account(machine.ann)
    fields = [("X-Forwarded-For", "203.0.113.9"), ("Content-Type", "application/json")]
    body = f'{{"login": "{machine.ann}", "password": "wrong"}}'.encode()
    answer = proxy._send("POST", "/api/v1/sessions", [*fields, ("Content-Length", str(len(body)))], body, None, source="127.0.0.7")
    assert answer.status == 401
    network, = machine.sql("SELECT network FROM audit WHERE event = 'account_log_in' ORDER BY id DESC LIMIT 1")[0]
    assert network == "127.0.0.7"
