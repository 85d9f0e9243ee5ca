# SPDX-License-Identifier: Apache-2.0
"""A real mail server for one test run: Postfix, with STARTTLS and AUTH, delivering into a maildir.

Debian packages: postfix, sasl2-bin (saslpasswd2), libsasl2-modules (PLAIN and LOGIN), openssl.

Everything that belongs to it (configuration, queue, certificate, log, maildir) lives in a directory
of its own below /tmp, so that it neither reads nor disturbs a Postfix of the machine, and several
can run side by side. It has to be root, as Postfix's master does. OpenSMTPD, which would be the
simpler choice, cannot do STARTTLS as Debian 12 ships it (its 6.8.0 signs nothing with OpenSSL 3).
"""

import email
import email.policy
import os
import pathlib
import shutil
import signal
import smtplib
import ssl
import subprocess
import tempfile
import time

from ports import free_port

USER = "rekey"
PASSWORD = "post-box-key"
NOBODY = 65534


class MailServer:
    """Addresses, certificates and the mailbox of a running server."""

    def __init__(self):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="rekey-post-", dir="/tmp"))
        self.directory.chmod(0o755)
        self.port = free_port()
        self.ca_file = self.directory / "ca.pem"
        self.maildir = self.directory / "mail" / "box"
        self.process = None

    # The URL of this server as the configuration wants it. The host is the name in the certificate.
    def url(self, user=USER, password=PASSWORD, host="localhost"):
        return f"smtp://{user}:{password}@{host}:{self.port}"

    def start(self):
        make_certificates(self.directory)
        self._make_mailbox()
        self._make_passwords()
        self._write_configuration()
        self._run("postfix", "-c", self._config(), "check")
        with open(self.directory / "master.out", "wb") as out:
            self.process = subprocess.Popen(
                ["/usr/lib/postfix/sbin/master", "-c", self._config(), "-d"],
                stdout=out, stderr=out, stdin=subprocess.DEVNULL, start_new_session=True)
        self._wait_until_it_answers()
        return self

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(15)
        shutil.rmtree(self.directory, ignore_errors=True)

    def log(self):
        path = self.directory / "mail.log"
        return path.read_text(errors="replace") if path.exists() else ""

    # Every mail delivered so far, oldest first, parsed.
    def mails(self):
        found = []
        for path in (self.maildir / "new").glob("*"):
            raw = path.read_bytes()
            found.append((path.stat().st_mtime_ns, email.message_from_bytes(raw, policy=email.policy.default)))
        return [mail for _, mail in sorted(found, key=lambda pair: pair[0])]

    def _config(self):
        return str(self.directory / "etc")

    def _make_mailbox(self):
        for part in ("", "new", "cur", "tmp"):
            (self.maildir / part).mkdir(parents=True, exist_ok=True)
        for path in [self.maildir.parent, *self.maildir.parent.rglob("*")]:
            os.chown(path, NOBODY, NOBODY)

    def _make_passwords(self):
        sasl = self.directory / "etc" / "sasl"  # where Debian's Postfix looks for it
        sasl.mkdir(parents=True)
        (sasl / "smtpd.conf").write_text(
            "pwcheck_method: auxprop\nauxprop_plugin: sasldb\nmech_list: PLAIN LOGIN\n"
            f"sasldb_path: {sasl}/passwords\n")
        subprocess.run(["saslpasswd2", "-p", "-c", "-u", "localhost", "-f", f"{sasl}/passwords", USER],
                       input=PASSWORD.encode(), check=True)
        shutil.chown(sasl / "passwords", "postfix")

    def _write_configuration(self):
        here = self.directory
        for name in ("queue", "data"):
            (here / name).mkdir()
        shutil.chown(here / "data", "postfix")
        (here / "etc" / "main.cf").write_text(MAIN_CF.format(here=here, nobody=NOBODY))
        (here / "etc" / "master.cf").write_text(MASTER_CF.format(port=self.port))

    def _wait_until_it_answers(self):
        deadline = time.monotonic() + 20
        while True:
            if self.process.poll() is not None or time.monotonic() > deadline:
                out = (self.directory / "master.out").read_text(errors="replace")
                raise RuntimeError("the mail server did not start:\n" + out + self.log())
            try:
                with smtplib.SMTP("127.0.0.1", self.port, timeout=5) as client:
                    client.noop()
                return
            except OSError:
                time.sleep(0.1)

    def _run(self, *command):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(" ".join(command) + ": " + done.stdout + done.stderr + self.log())


def make_certificates(directory):
    """A CA of the test's own in ca.pem, and a certificate for localhost in server.pem with its key."""
    def openssl(*arguments):
        subprocess.run(["openssl", *arguments], cwd=directory, check=True, capture_output=True)

    (directory / "extensions").write_text("subjectAltName=DNS:localhost,IP:127.0.0.1\n")
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "ca.key",
            "-out", "ca.pem", "-subj", "/CN=A test authority", "-days", "2")
    openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "server.key",
            "-out", "server.csr", "-subj", "/CN=localhost")
    openssl("x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial",
            "-out", "server.pem", "-days", "2", "-extfile", "extensions")


def server_context(directory):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(directory / "server.pem", directory / "server.key")
    return context


MAIN_CF = """\
compatibility_level = 3.6
queue_directory = {here}/queue
data_directory = {here}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
meta_directory = /etc/postfix
maillog_file = {here}/mail.log
maillog_file_prefixes = {here}
mail_owner = postfix
setgid_group = postdrop
myhostname = localhost
mydestination =
mynetworks =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
default_transport = error:nothing leaves this machine
relay_transport = error:nothing leaves this machine
alias_maps =
local_recipient_maps =
local_transport = error:nothing leaves this machine
virtual_mailbox_domains = static:all
virtual_mailbox_maps = static:box/
virtual_mailbox_base = {here}/mail
virtual_uid_maps = static:{nobody}
virtual_gid_maps = static:{nobody}
smtpd_tls_security_level = encrypt
smtpd_tls_auth_only = yes
smtpd_tls_cert_file = {here}/server.pem
smtpd_tls_key_file = {here}/server.key
smtpd_sasl_auth_enable = yes
smtpd_sasl_path = smtpd
smtpd_sasl_local_domain = localhost
smtpd_recipient_restrictions = permit_sasl_authenticated, reject
smtpd_client_connection_count_limit = 0
smtpd_client_connection_rate_limit = 0
"""

MASTER_CF = """\
127.0.0.1:{port} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
virtual unix - n n - - virtual
error unix - - n - - error
retry unix - - n - - error
proxymap unix - - n - - proxymap
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
"""
