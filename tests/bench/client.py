# SPDX-License-Identifier: Apache-2.0
"""One kept connection that asks and looks at the clock: requests are bytes made beforehand."""

import json
import socket
import time

TIMEOUT = 60


def request_bytes(method, path, members=None, headers=(), body=b"", host="rekey.example"):
    lines = [f"{method} {path} HTTP/1.1", f"Host: {host}"]
    if members is not None:
        body = json.dumps(members).encode()
        lines.append("Content-Type: application/json")
    lines += [f"{name}: {value}" for name, value in headers]
    if body or method != "GET":
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


class Connection:
    """Opened again when the server has closed it. `source` is the address to come from."""

    def __init__(self, rekey, source=None):
        self.address, self.source, self.socket = (rekey.host, rekey.port), source, None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        if self.socket:
            self.socket.close()
        self.socket = None

    def open(self):
        self.socket = socket.create_connection(self.address, TIMEOUT, (self.source, 0) if self.source else None)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self, request):
        """(seconds until the whole answer was there, status, body)."""
        if not self.socket:
            self.open()
        before = time.perf_counter()
        self.socket.sendall(request)
        head, body = self._receive()
        seconds = time.perf_counter() - before
        if b"\r\nconnection: close" in head.lower():
            self.close()
        return seconds, int(head[9:12]), body

    def _receive(self):
        data = b""
        while b"\r\n\r\n" not in data:
            data += self._part()
        head, _, body = data.partition(b"\r\n\r\n")
        while len(body) < content_length(head):
            body += self._part()
        return head, body

    def _part(self):
        part = self.socket.recv(65536)
        if not part:
            self.close()
            raise ConnectionError("the server closed the connection")
        return part


def content_length(head):
    _, found, rest = head.lower().partition(b"\r\ncontent-length:")
    return int(rest.split(b"\r\n", 1)[0]) if found else 0
