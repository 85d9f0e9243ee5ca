# SPDX-License-Identifier: Apache-2.0
"""A mail server that fails on demand: it says what the test tells it to say, and keeps what it gets."""

import contextlib
import dataclasses
import email
import email.policy
import socket
import socketserver
import threading
import time

HANG, CLOSE = "hang", "close"
STEPS = ("CONNECT", "EHLO", "STARTTLS", "AUTH", "MAIL", "RCPT", "DATA", "BODY")


@dataclasses.dataclass
class Received:
    """One attempt that reached the end of its text, accepted or not."""
    sender: str
    recipients: list
    raw: bytes
    accepted: bool

    @property
    def mail(self):
        return email.message_from_bytes(self.raw, policy=email.policy.default)


class Sink:
    """`answers("RCPT", "450 4.2.0 come again", times=1)` scripts a step; HANG holds the connection
    until the test ends or `release()`, CLOSE drops it. Steps: see STEPS; BODY is the end of DATA."""

    def __init__(self, tls_context=None, port=0):
        self.tls_context = tls_context  # offered as STARTTLS if there is one
        self.received, self.commands, self.connections = [], [], 0
        self._script, self._lock, self._free = {}, threading.Lock(), threading.Event()
        sink = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self):
                with contextlib.suppress(OSError, EOFError):
                    Conversation(sink, self.request).run()

        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address = daemon_threads = True

            def handle_error(self, request, client_address):
                pass

        self._server = Server(("127.0.0.1", port), Handler)
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def url(self, credentials=""):
        return f"smtp://{credentials}127.0.0.1:{self.port}"

    def answers(self, step, line, times=10**9):
        assert step in STEPS
        with self._lock:
            self._script[step] = [line, times]

    def obeys(self):
        """Ends all scripts: from now on everything is accepted."""
        with self._lock:
            self._script.clear()
        self.release()

    def release(self):
        self._free.set()
        self._free = threading.Event()

    def close(self):
        self.release()
        self._server.shutdown()
        self._server.server_close()

    def accepted(self):
        return [one for one in self.received if one.accepted]

    def wait_for(self, condition, seconds=30):
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, f"the sink waited in vain; it was told {self.commands}"
            time.sleep(0.05)

    # At BODY with what has come.
    def scripted(self, step, entry=None):
        with self._lock:
            entry = self._script.get(step)
            if not entry or entry[1] <= 0:
                return None
            entry[1] -= 1
            return entry[0]

    def is_done_with(self, step):
        with self._lock:
            return self._script.get(step, [None, 0])[1] <= 0

    def hold(self):
        self._free.wait(300)


class Conversation:
    def __init__(self, sink, connection):
        self.sink, self.connection = sink, connection
        self.file = connection.makefile("rb")
        self.secure, self.sender, self.recipients = False, None, []

    def run(self):
        self.sink.connections += 1
        self.answer("CONNECT", "220 sink ESMTP")
        while True:
            line = self.file.readline(4096)
            if not line:
                return
            words = line.decode("utf-8", "replace").strip()
            self.sink.commands.append(words)
            verb = words.split(" ")[0].upper()
            if verb == "QUIT":
                self.write("221 2.0.0 bye")
                return
            getattr(self, "on_" + verb.lower(), self.on_other)(words)

    def on_ehlo(self, words):
        lines = ["sink", "8BITMIME", "AUTH PLAIN LOGIN"]
        if self.sink.tls_context and not self.secure:
            lines.append("STARTTLS")
        ok = "\r\n".join(("250-" if i + 1 < len(lines) else "250 ") + line for i, line in enumerate(lines))
        self.answer("EHLO", ok)

    def on_helo(self, words):
        self.answer("EHLO", "250 sink")

    def on_starttls(self, words):
        if not self.sink.tls_context:
            self.write("454 4.7.0 not here")
            return
        if not self.answer("STARTTLS", "220 2.0.0 go on").startswith("220"):
            return
        self.connection = self.sink.tls_context.wrap_socket(self.connection, server_side=True)
        self.file, self.secure = self.connection.makefile("rb"), True

    def on_auth(self, words):
        if words.upper() in ("AUTH PLAIN", "AUTH LOGIN"):
            for _ in range(2 if words.upper() == "AUTH LOGIN" else 1):
                self.write("334 ")
                self.file.readline(4096)
        self.answer("AUTH", "235 2.7.0 welcome")

    def on_mail(self, words):
        self.sender, self.recipients = path_in(words), []
        self.answer("MAIL", "250 2.1.0 ok")

    def on_rcpt(self, words):
        if self.answer("RCPT", "250 2.1.5 ok").startswith("250"):
            self.recipients.append(path_in(words))

    def on_data(self, words):
        if not self.answer("DATA", "354 go on").startswith("354"):
            return
        raw = b""
        while (line := self.file.readline()) != b".\r\n":
            if not line:
                return
            raw += line[1:] if line.startswith(b".") else line
        entry = Received(self.sender, self.recipients, raw, False)
        self.sink.received.append(entry)
        self.answer("BODY", "250 2.0.0 kept", entry)

    def on_rset(self, words):
        self.sender, self.recipients = None, []
        self.write("250 2.0.0 ok")

    def on_noop(self, words):
        self.write("250 2.0.0 ok")

    def on_other(self, words):
        self.write("502 5.5.1 what?")

    # What was said in the end; the script goes before the usual words.
    def answer(self, step, usual, entry=None):
        line = self.sink.scripted(step, entry) or usual
        if line == HANG:
            self.sink.hold()
        if line in (HANG, CLOSE):
            self.connection.shutdown(socket.SHUT_RDWR)
            raise EOFError
        if entry:
            entry.accepted = line.startswith("250")  # before whoever sent it can know
        self.write(line)
        return line

    def write(self, line):
        self.connection.sendall(line.encode() + b"\r\n")


def path_in(words):
    return words.partition("<")[2].rpartition(">")[0]
