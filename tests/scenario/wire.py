# SPDX-License-Identifier: Apache-2.0
"""HTTP as a test speaks it: requests in one line, answers that compare, pages whose forms can be sent."""

import base64
import contextlib
import dataclasses
import html.parser
import http.client
import json
import socket
import urllib.parse

UNSET = object()
TIMEOUT = 60


class Headers:
    """The header fields of an answer: names in any case, repeated ones kept."""

    def __init__(self, pairs):
        self.pairs = list(pairs)

    def all(self, name):
        return [value for key, value in self.pairs if key.lower() == name.lower()]

    def get(self, name, default=None):
        found = self.all(name)
        return found[0] if found else default

    def __contains__(self, name):
        return bool(self.all(name))

    def __getitem__(self, name):
        return self.all(name)[0]


@dataclasses.dataclass
class Answer:
    status: int
    headers: Headers
    raw: bytes

    @property
    def type(self):
        return (self.headers.get("Content-Type") or "").split(";")[0].strip().lower()

    @property
    def text(self):
        return self.raw.decode("utf-8")

    # The JSON value if it says it is JSON, None if there is no body, else the text.
    @property
    def body(self):
        if not self.raw:
            return None
        if self.type.endswith("json"):
            return json.loads(self.raw)
        return self.text

    @property
    def code(self):
        return self.body.get("code") if isinstance(self.body, dict) else None

    @property
    def page(self):
        return Page(self.text)


class Client:
    """Speaks to one address; every request has a connection of its own, from `source` if that is given."""

    def __init__(self, host, port, source=None):
        self.host, self.port, self.source = host, port, source

    def get(self, path, **options):
        return self.request("GET", path, **options)

    def head(self, path, **options):
        return self.request("HEAD", path, **options)

    def post(self, path, **options):
        return self.request("POST", path, **options)

    def put(self, path, **options):
        return self.request("PUT", path, **options)

    def delete(self, path, **options):
        return self.request("DELETE", path, **options)

    def request(self, method, path, headers=None, body=None, type=None, json_value=UNSET, form=None,
                multipart=None, query=None, bearer=None, host=None, length=True, **members):
        """Members become a JSON object. `json_value`, `form`, `multipart` (pairs or a dict) and
        `body` with `type` are the other bodies. `headers` is a dict or a list of pairs;
        `length=False` sends a request that says nothing of a body."""
        fields = list(headers.items()) if isinstance(headers, dict) else list(headers or [])
        if members:
            json_value = members
        if json_value is not UNSET:
            body, type = json.dumps(json_value).encode(), type or "application/json"
        elif form is not None:
            body, type = urllib.parse.urlencode(form).encode(), type or "application/x-www-form-urlencoded"
        elif multipart is not None:
            body, type = encode_multipart(multipart)
        if isinstance(body, str):
            body = body.encode()
        if query is not None:
            path += "?" + urllib.parse.urlencode(query)
        if bearer is not None:
            fields.append(("Authorization", "Bearer " + bearer))
        if type:
            fields.append(("Content-Type", type))
        if length and (body is not None or method in ("POST", "PUT", "PATCH")):
            fields.append(("Content-Length", str(len(body or b""))))
        return self._send(method, path, fields, body, host)

    def _send(self, method, path, fields, body, host):
        connection = http.client.HTTPConnection(self.host, self.port, timeout=TIMEOUT,
                                                source_address=(self.source, 0) if self.source else None)
        try:
            connection.connect()
            connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            if not any(name.lower() == "host" for name, _ in fields):
                connection.putheader("Host", host or f"{self.host}:{self.port}")
            connection.putheader("Connection", "close")
            for name, value in fields:
                connection.putheader(name, value.encode("utf-8") if isinstance(value, str) else value)
            # A server may answer and close before it has read a body that it will not take.
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                connection.endheaders(body)
            response = connection.getresponse()
            return Answer(response.status, Headers(response.getheaders()), response.read())
        finally:
            connection.close()

    def send_raw(self, data, timeout=TIMEOUT, half_close=False):
        """Sends bytes as they are; gives all that comes back until the server closes."""
        with socket.create_connection((self.host, self.port), timeout=timeout) as connection:
            with contextlib.suppress(OSError):  # it may close before it has all
                connection.sendall(data)
                if half_close:
                    connection.shutdown(socket.SHUT_WR)
            return read_until_closed(connection)

    def raw(self, data, **options):
        """As send_raw, parsed; None if the server closed without an answer."""
        return parse_answer(self.send_raw(data, **options))


def read_until_closed(connection):
    received = b""
    while True:
        try:
            part = connection.recv(65536)
        except ConnectionResetError:
            return received
        if not part:
            return received
        received += part


def parse_answer(data):
    while data.startswith(b"HTTP/1.1 100"):
        data = data.partition(b"\r\n\r\n")[2]
    if not data:
        return None
    head, _, body = data.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    pairs = [(name, value.strip()) for name, _, value in (line.partition(":") for line in lines)]
    return Answer(int(first.split()[1]), Headers(pairs), body)


def basic(user, password):
    """The header of RFC 7617."""
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


def encode_multipart(parts):
    """Raw UTF-8 parts without a part type, as the clients of Backtory send them."""
    boundary = "----a-boundary-of-the-test"
    pairs = parts.items() if isinstance(parts, dict) else parts
    body = "".join(f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
                   for name, value in pairs)
    return (body + f"--{boundary}--\r\n").encode(), f"multipart/form-data; boundary={boundary}"


class Form:
    def __init__(self, method, action):
        self.method, self.action, self.inputs, self.types = method.upper(), action, {}, {}


class Page(html.parser.HTMLParser):
    """A page's forms, and its words without markup."""

    def __init__(self, text):
        super().__init__()
        self.forms, self.words, self.tags, self._hidden = [], [], [], 0
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.tags.append((tag, attributes))
        if tag in ("style", "script"):
            self._hidden += 1
        if tag == "form":
            self.forms.append(Form(attributes.get("method") or "get", attributes.get("action") or ""))
        if tag in ("input", "button") and attributes.get("name") and self.forms:
            self.forms[-1].inputs[attributes["name"]] = attributes.get("value") or ""
            self.forms[-1].types[attributes["name"]] = (attributes.get("type") or "text").lower()

    def handle_endtag(self, tag):
        if tag in ("style", "script"):
            self._hidden -= 1

    def handle_data(self, data):
        if not self._hidden and data.strip():
            self.words.append(" ".join(data.split()))

    @property
    def says(self):
        return " ".join(self.words)

    def form_with(self, name):
        for form in self.forms:
            if name in form.inputs:
                return form
        raise AssertionError(f"no form with an input called {name}; the page says: {self.says}")
