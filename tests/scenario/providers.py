# SPDX-License-Identifier: Apache-2.0
"""A provider of OpenID Connect that does what a test tells it to: right by itself, and wrong in any one way."""

import base64
import hashlib
import hmac
import http.server
import json
import secrets
import ssl
import threading
import time
import urllib.parse

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

CLIENT, CLIENT_SECRET = "the-app", "the app's secret: 100% +ours&"
CALLBACK, OTHER_CALLBACK = "https://hack.example/welcome", "https://hack.example/elsewhere"


def spell(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def public_jwk(key, kid):
    make = jwt.algorithms.RSAAlgorithm if isinstance(key, rsa.RSAPrivateKey) else jwt.algorithms.ECAlgorithm
    algorithm = "RS256" if isinstance(key, rsa.RSAPrivateKey) else "ES256"
    return {**json.loads(make.to_jwk(key.public_key())), "kid": kid, "use": "sig", "alg": algorithm}


RSA_KEY, OTHER_KEY = (rsa.generate_private_key(65537, 2048) for _ in range(2))
EC_KEY, WEAK_KEY = ec.generate_private_key(ec.SECP256R1()), rsa.generate_private_key(65537, 1024)


def query_of(url):
    return dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(url).query, strict_parsing=True))


def unsigned(claims, header):
    return ".".join((spell(json.dumps(header).encode()), spell(json.dumps(claims).encode()), ""))


def signed_by_public_key(claims, kid):
    """HS256, with what everybody knows as the shared secret."""
    public = RSA_KEY.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    start = ".".join(spell(json.dumps(part).encode()) for part in ({"alg": "HS256", "typ": "JWT", "kid": kid}, claims))
    return start + "." + spell(hmac.new(public, start.encode(), hashlib.sha256).digest())


class Provider:
    """Its addresses, the people whom it knows by their codes, and what it is told to do otherwise."""

    def __init__(self, context=None):
        self.codes, self.tokens, self.asked = {}, {}, []
        self.keys = {"rsa": RSA_KEY, "ec": EC_KEY}
        self.kid, self.sends_nonce, self.auth = "rsa", True, "post"
        # Each may be replaced by a test.
        self.claims = lambda claims: claims
        self.sign = lambda claims: jwt.encode(claims, self.keys[self.kid], "RS256" if self.kid == "rsa" else "ES256",
                                              headers={"kid": self.kid})
        self.user_info = lambda info: info
        self.answers = {}  # path: (status, headers, body), or a callable that gets the handler
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.server.daemon_threads = True
        if context:
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.url = f"{'https' if context else 'http'}://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def settings(self, **others):
        """The row of `rekey provider set`."""
        return {"issuer": self.url, "client_id": CLIENT, "authorization_url": self.url + "/authorize", "token_url": self.url + "/token",
                "keys_url": self.url + "/keys", "user_info_url": self.url + "/me", "redirect_uris": f"{CALLBACK},{OTHER_CALLBACK}", **others}

    def lets_in(self, url, **person):
        """What happens in the browser: somebody signs in at the address, and comes back with a code."""
        code = secrets.token_urlsafe(24)
        self.codes[code] = (query_of(url), {"sub": "subject-of-ann", "email": "ann@example.org", "email_verified": True,
                                            "name": "Ann Example", **person})
        return code

    def count(self, path):
        return sum(1 for asked, _ in self.asked if asked == path)

    # ---- its three answers ----

    def exchange(self, form, authorization):
        user, password = form.get("client_id"), form.get("client_secret")
        if self.auth == "basic":
            user, password = (urllib.parse.unquote(part) for part in base64.b64decode(authorization.removeprefix("Basic ")).decode().split(":"))
        if (user, password) != (CLIENT, CLIENT_SECRET):
            return 401, {"error": "invalid_client"}
        query, person = self.codes.pop(form.get("code"), (None, None))
        if not query or query["redirect_uri"] != form.get("redirect_uri") or form.get("grant_type") != "authorization_code":
            return 400, {"error": "invalid_grant"}
        challenge = query.get("code_challenge")
        if challenge and challenge != spell(hashlib.sha256(form.get("code_verifier", "").encode()).digest()):
            return 400, {"error": "invalid_grant", "error_description": "PKCE"}
        access = secrets.token_urlsafe(24)
        self.tokens[access] = person
        now = int(time.time())
        claims = {"iss": self.url, "aud": CLIENT, "sub": person["sub"], "iat": now, "exp": now + 300}
        if self.sends_nonce:
            claims["nonce"] = query["nonce"]
        token = self.sign(self.claims(claims))
        return 200, {"access_token": access, "token_type": "Bearer", "expires_in": 300, **({"id_token": token} if token else {})}

    def answer(self, handler, path, body):
        if path == "/token":
            return self.exchange(dict(urllib.parse.parse_qsl(body.decode())), handler.headers.get("Authorization", ""))
        if path == "/keys":
            return 200, {"keys": [{"kty": "oct", "kid": "rsa", "k": "AAAA"}, *(public_jwk(key, kid) for kid, key in self.keys.items())]}
        person = self.tokens.get(handler.headers.get("Authorization", "").removeprefix("Bearer "))
        return (200, self.user_info(dict(person))) if path == "/me" and person else (401, {"error": "invalid_token"})

    def _handler(provider):
        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                path = urllib.parse.urlsplit(self.path).path
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                provider.asked.append((path, self.headers))
                told = provider.answers.get(path)
                if callable(told):
                    told = told(self)
                    if told is None:
                        self.close_connection = True
                        return
                if told:
                    status, headers, raw = told
                else:
                    status, value = provider.answer(self, path, body)
                    headers, raw = {"Content-Type": "application/json"}, json.dumps(value).encode()
                self.send_response(status)
                for name, value in {"Content-Length": str(len(raw)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(raw)

            do_POST = do_GET

            def log_message(self, *_):
                pass

        return Handler


def server_context(certificates):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificates / "server.pem", certificates / "server.key")
    return context
