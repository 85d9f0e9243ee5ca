# SPDX-License-Identifier: Apache-2.0
"""Access tokens that others verify by the published keys, before and after a rotation; forged ones; and sessions that
end whatever their tokens say."""

import base64
import hashlib
import hmac
import http.server
import json
import os
import pathlib
import subprocess
import threading
import time

import attacks
import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from server import NEW_PASSWORD, NO_LIMITS, PASSWORD, PUBLIC_URL, Refused

SETTINGS = NO_LIMITS
ANN = "ann@example.org"
KEYS, SESSIONS = "/.well-known/jwks.json", "/api/v1/sessions"
ROOT = pathlib.Path(__file__).parents[2]
CLAIMS = {"iss", "sub", "aud", "client_id", "sid", "jti", "iat", "exp"}


@pytest.fixture
def ann(rekey):
    rekey.has_account(ANN)
    return rekey


@pytest.fixture
def make_servers(make_rekey):
    """Two servers of one database, one key file and one mail directory, not started yet."""
    first = make_rekey()
    shared = {"server.key_file": first.directory / "rekey.key", "mail.url": f"file:{first.mail_directory}"}
    return first, make_rekey(shared, storage=first.storage)


def log_in(rekey, **options):
    answer = rekey.log_in(ANN, **options)
    assert answer.status == 201, answer.text
    return answer.body


def lives(rekey, token, **options):
    answer = rekey.get(SESSIONS, bearer=token, **options)
    assert answer.status in (200, 401), answer.text
    assert answer.status == 200 or answer.code == "unauthenticated"
    return answer.status == 200


def keys_of(rekey):
    return rekey.get(KEYS).body["keys"]


def app_of(rekey):
    return next(iter(rekey.apps.values()))


# ---- foreign verifiers ----

def verified_by_python(rekey, token):
    key = jwt.PyJWKClient(rekey.url + KEYS).get_signing_key_from_jwt(token)
    return jwt.decode(token, key, algorithms=["ES256"], audience=app_of(rekey).id, issuer=PUBLIC_URL, options={"require": sorted(CLAIMS)})


def verified_by_node(rekey, *tokens):
    """What npm's jose makes of each."""
    modules = os.environ.get("REKEY_NODE_MODULES") or str(ROOT / "build-test/node/node_modules")
    asked = {"url": rekey.url + KEYS, "audience": app_of(rekey).id, "issuer": PUBLIC_URL, "tokens": tokens}
    done = subprocess.run(["node", ROOT / "tests/node/verify.cjs"], input=json.dumps(asked), capture_output=True, text=True, timeout=60,
                          env={**os.environ, "NODE_PATH": modules}, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_a_token_is_verified_by_programs_that_know_nothing_but_the_key_set(ann):
    token = log_in(ann)["access_token"]
    claims = verified_by_python(ann, token)
    assert verified_by_node(ann, token) == [{"claims": claims}]
    assert set(claims) == CLAIMS and claims["aud"] == claims["client_id"] == app_of(ann).id
    assert claims["exp"] - claims["iat"] == 900 and abs(claims["iat"] - time.time()) < 60
    assert claims["sub"] == ann.sql("SELECT public_id FROM account")[0][0]
    assert claims["sid"] == ann.get(SESSIONS, bearer=token).body["sessions"][0]["id"]
    assert jwt.get_unverified_header(token) == {"alg": "ES256", "typ": "at+jwt", "kid": keys_of(ann)[0]["kid"]}


def test_tokens_are_verified_before_and_after_a_rotation(ann):
    before = log_in(ann)["access_token"]
    old, = keys_of(ann)
    rotated = ann.command_json("key", "rotate")
    after = log_in(ann)["access_token"]
    assert [key["kid"] for key in keys_of(ann)] == [rotated["kid"], old["kid"]] and rotated["kid"] != old["kid"]
    assert [jwt.get_unverified_header(token)["kid"] for token in (before, after)] == [old["kid"], rotated["kid"]]
    by_node = verified_by_node(ann, before, after)
    for token, node in zip((before, after), by_node):
        assert node == {"claims": verified_by_python(ann, token)} and lives(ann, token)


def test_a_rotated_key_is_gone_when_its_tokens_are_dead(ann):
    before = log_in(ann)["access_token"]
    ann.command("key", "rotate")
    after = log_in(ann)["access_token"]
    assert ann.sql("UPDATE signing_key SET verifies_until = ? WHERE retired_at <> 0", int(time.time()) - 1) == 1
    assert len(keys_of(ann)) == 1 and not lives(ann, before) and lives(ann, after)
    assert verified_by_node(ann, before, after)[0] == {"refused": "ERR_JWKS_NO_MATCHING_KEY"}


def test_the_key_set_has_public_members_only_and_may_be_kept_for_minutes(ann):
    answer = ann.get(KEYS)
    assert answer.status == 200 and answer.type == "application/json"
    assert answer.headers["Cache-Control"] == "public, max-age=300"
    key, = answer.body["keys"]
    assert set(key) == {"kty", "crv", "x", "y", "use", "alg", "kid"}
    assert (key["kty"], key["crv"], key["use"], key["alg"]) == ("EC", "P-256", "sig", "ES256")
    thumbprint = json.dumps({name: key[name] for name in ("crv", "kty", "x", "y")}, separators=(",", ":"))
    assert key["kid"] == spell(hashlib.sha256(thumbprint.encode()).digest())
    assert ann.head(KEYS).status == 200 and ann.post(KEYS).status == 405
    assert ann.post(KEYS).headers["Cache-Control"] == "no-store"


def test_a_refresh_gives_a_signed_token_of_the_same_session(ann):
    first = log_in(ann)
    second = ann.post(SESSIONS + "/refresh", refresh_token=first["refresh_token"])
    assert second.status == 200
    again = ann.post(SESSIONS + "/refresh", refresh_token=first["refresh_token"])
    claims = [verified_by_python(ann, tokens["access_token"]) for tokens in (first, second.body, again.body)]
    assert claims[0]["sid"] == claims[1]["sid"] and claims[0]["jti"] != claims[1]["jti"]
    assert claims[1] == claims[2]  # a lost answer is repeated
    assert all(lives(ann, tokens["access_token"]) for tokens in (first, second.body, again.body))


def test_each_format_has_tokens_as_its_clients_know_them(rekey):
    """Hack System's are opaque; Backtory's are of another type than our own, so that nobody's library takes one for the other."""
    app = attacks.has_everything(rekey)
    tokens = attacks.log_in_everywhere(rekey, app, "ann")
    assert "." not in tokens["hacksystem"]
    assert [jwt.get_unverified_header(tokens[name])["typ"] for name in ("account", "backtory")] == ["at+jwt", "JWT"]


# ---- sessions ----

def end_it(rekey, tokens):
    assert rekey.delete(SESSIONS + "/current", bearer=tokens["access_token"]).status == 204


def change_password(rekey, tokens):
    other = log_in(rekey)
    assert rekey.put_password(old=PASSWORD, new=NEW_PASSWORD, bearer=other["access_token"]).status == 204


def reset_password(rekey, tokens):
    assert rekey.put_password(token=rekey.reset_token(ANN), new=NEW_PASSWORD).status == 204


def remove_account(rekey, tokens):
    rekey.command("account", "remove", ANN)


def reuse_refresh_token(rekey, tokens):
    newer = rekey.post(SESSIONS + "/refresh", refresh_token=tokens["refresh_token"]).body
    assert rekey.post(SESSIONS + "/refresh", refresh_token=newer["refresh_token"]).status == 200
    assert rekey.post(SESSIONS + "/refresh", refresh_token=tokens["refresh_token"]).status == 401


@pytest.mark.parametrize("end", [end_it, change_password, reset_password, remove_account, reuse_refresh_token])
def test_a_token_whose_session_ended_is_dead_at_once_at_every_server(make_servers, end):
    first, second = (rekey.start() for rekey in make_servers)
    first.has_account(ANN)
    second.apps = first.apps
    tokens = log_in(first)
    assert lives(first, tokens["access_token"]) and lives(second, tokens["access_token"])
    end(first, tokens)
    assert not lives(first, tokens["access_token"]) and not lives(second, tokens["access_token"])
    assert verified_by_python(first, tokens["access_token"])  # its signature is as good as ever


def test_the_token_of_one_app_is_nothing_at_another(rekey):
    rekey.has_app("red", hosts=["red.example"])
    rekey.has_app("blue", hosts=["blue.example"])
    for name in ("red", "blue"):
        rekey.has_account(ANN, app=name)
    token = log_in(rekey, host="red.example")["access_token"]
    assert lives(rekey, token, host="red.example") and not lives(rekey, token, host="blue.example")
    assert rekey.get("/api:blue" + SESSIONS, bearer=token).status == 401
    assert rekey.get("/api:red" + SESSIONS, bearer=token).status == 200


# ---- servers ----

def test_servers_that_start_at_once_on_an_empty_database_make_one_key(make_servers):
    first, second = make_servers
    first.command("migrate")  # the key file, too
    threads = [threading.Thread(target=rekey.start) for rekey in (first, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert keys_of(first) == keys_of(second) and len(keys_of(first)) == 1


def test_a_rotation_reaches_servers_that_run(make_servers):
    first, second = (rekey.start() for rekey in make_servers)
    first.has_account(ANN)
    before = log_in(first)["access_token"]
    assert lives(second, before)
    kid = second.command_json("key", "rotate")["kid"]
    for here, there in ((first, second), (second, first)):
        token = log_in(here)["access_token"]
        assert jwt.get_unverified_header(token)["kid"] == kid and lives(there, token) and lives(there, before)


def test_a_server_with_another_key_file_says_so_and_a_rotation_mends_it(ann):
    token = log_in(ann)["access_token"]
    ann.stop()
    (ann.directory / "rekey.key").write_text("0123456789abcdef" * 4 + "\n")
    ann.start()
    assert "the key file is not the one that sealed the signing key" in ann.stderr()
    assert lives(ann, token)
    assert ann.log_in(ANN).status == 500
    ann.command("key", "rotate")
    assert lives(ann, log_in(ann)["access_token"]) and lives(ann, token)


def test_the_private_key_is_nowhere_in_the_clear(ann):
    log_in(ann)
    rows = ann.sql("SELECT sealed_jwk, public_jwk FROM signing_key")
    assert len(rows) == 1 and b'"d"' not in bytes(rows[0][0]) and '"d"' not in rows[0][1]
    ann.command("key", "rotate")
    assert sorted(ann.sql("SELECT sealed_jwk IS NULL FROM signing_key")) in ([(0,), (1,)], [(False,), (True,)])


def test_the_operator_lists_keys(ann):
    only, = ann.command_json("key", "list")
    assert only["signs"] is True and only["kid"] == keys_of(ann)[0]["kid"] and set(only) == {"kid", "signs", "created_at"}
    rotated = ann.command_json("key", "rotate")
    assert set(rotated) == {"kid", "created_at", "old_verify_until"}
    new, old = ann.command_json("key", "list")
    assert (new["kid"], new["signs"], old["kid"], old["signs"]) == (rotated["kid"], True, only["kid"], False)
    assert old["verifies_until"] == rotated["old_verify_until"] > old["retired_at"]
    assert rotated["kid"] in ann.command("key", "list")
    with pytest.raises(Refused) as refused:
        ann.command("key", "rotate", "now")
    assert refused.value.done.returncode == 2


# ---- forgeries ----

def spell(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def part(value):
    return spell(json.dumps(value, separators=(",", ":")).encode())


def payload_of(token):
    return token.split(".")[1]


def signed_by(private_key, header, token):
    """The token's claims under another header and another signature, whose s is as low as it has to be."""
    while True:
        made = jwt.api_jws.encode(base64.urlsafe_b64decode(payload_of(token) + "=="), private_key, algorithm="ES256", headers=header)
        signature = base64.urlsafe_b64decode(made.split(".")[2] + "==")
        if signature[32] < 0x7f:
            return made


def mac(key, header, token):
    text = part(header) + "." + payload_of(token)
    return text + "." + spell(hmac.new(key, text.encode(), hashlib.sha256).digest())


class Listener:
    """Serves a thief's keys, and counts who asks."""

    def __init__(self, body):
        listener, self.asked = self, 0

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                listener.asked += 1
                self.send_response(200)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/keys"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def test_a_token_that_was_signed_by_nobody_or_somebody_else_is_refused(ann):
    token = log_in(ann)["access_token"]
    ours, = keys_of(ann)
    thief = ec.generate_private_key(ec.SECP256R1())
    public = json.loads(jwt.algorithms.ECAlgorithm.to_jwk(thief.public_key()))
    listener = Listener(json.dumps({"keys": [{**public, "kid": "thief", "alg": "ES256", "use": "sig"}]}).encode())
    good = {"alg": "ES256", "typ": "at+jwt", "kid": ours["kid"]}
    our_public_key = jwt.PyJWK(ours).key
    spellings = [our_public_key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo),
                 our_public_key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo),
                 our_public_key.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint),
                 json.dumps(ours).encode(), ours["x"].encode(), b""]
    forged = {f"alg {alg!r}, {name}": part({**good, "alg": alg}) + "." + payload_of(token) + "." + signature
              for alg in ("none", "None", "NONE", "", None, "es256", "ES512")
              for name, signature in (("no signature", ""), ("ours", token.split(".")[2]))}
    forged |= {f"HS256, key {number}": mac(key, {**good, "alg": "HS256"}, token) for number, key in enumerate(spellings)}
    forged |= {f"ES256 by a thief, {more}": signed_by(thief, {**good, **more}, token)
               for more in ({}, {"kid": "thief"}, {"kid": "A" * 43}, {"kid": "../../../dev/null"}, {"kid": "' OR '1'='1"},
                            {"jku": listener.url}, {"x5u": listener.url}, {"jwk": public}, {"jku": listener.url, "kid": "thief"},
                            {"crit": ["exp"]}, {"typ": "JWT"}, {"b64": False})}
    taken = [name for name, value in forged.items() if lives(ann, value)]
    assert not taken and len(forged) > 30
    assert listener.asked == 0
    listener.close()
    assert lives(ann, token)


def test_what_is_nearly_a_token_is_refused(ann):
    token = log_in(ann)["access_token"]
    near = [value for value in attacks.variants(token) if value.isprintable() and value.strip() == value]
    head, payload, signature = token.split(".")
    near = near + [
        f"{head}.{payload}.", f"{head}..{signature}", f".{payload}.{signature}", f"{head}.{payload}", "..", ".", f"{head}.{payload}.{signature}.",
        f"{head}.{payload}.{signature}.{signature}", f"{payload}.{head}.{signature}", f"{head}.{payload}.{'A' * 86}", "a.b." + "c" * 3000,
        f"{head}.{part({'sub': 'x'})}.{signature}"]
    taken = [value for value in near if ann.get(SESSIONS, bearer=value).status == 200]
    assert not taken
    assert lives(ann, token)


def test_the_twin_of_a_signature_is_refused_here(ann):
    token = log_in(ann)["access_token"]
    head, payload, signature = token.split(".")
    raw = base64.urlsafe_b64decode(signature + "==")
    order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551
    twin = ".".join((head, payload, spell(raw[:32] + (order - int.from_bytes(raw[32:], "big")).to_bytes(32, "big"))))
    assert verified_by_python(ann, twin)  # mathematics has nothing against it
    assert not lives(ann, twin) and lives(ann, token)
