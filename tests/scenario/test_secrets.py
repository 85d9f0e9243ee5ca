# SPDX-License-Identifier: Apache-2.0
"""After everything that can be done with passwords was done, none of them is left anywhere."""

import os
import re
import time

import pytest
from server import NO_LIMITS, PUBLIC_URL, link_in, secret_in, token_in

SETTINGS = NO_LIMITS
PASSWORDS = {name: f"{name}'s unmistakable password {number}" for number, name in enumerate(
    ("ann", "bob", "cem", "ann-2", "ann-3", "bob-2", "cem-2", "wrong", "cem-form"))}


def a_full_run(rekey):
    """Every password call in all three formats, good and bad; gives the raw secrets it met, by name."""
    secrets = {f"password {name}": value for name, value in PASSWORDS.items()}
    app = rekey.has_app("demo", dialects=["account", "backtory", "hacksystem"])
    secrets |= {"client key": app.client_key, "master key": app.master_key}
    for name in ("ann", "bob", "cem"):
        rekey.has_account(f"{name}@example.org", username=name, password=PASSWORDS[name])

    def kept(name, value):
        secrets[name] = value
        return value

    # account
    answer = rekey.log_in("ann@example.org", PASSWORDS["ann"])
    session = kept("session of ann", answer.body["access_token"])
    if answer.body.get("refresh_token"):
        kept("refresh token of ann", answer.body["refresh_token"])
    rekey.log_in("ann@example.org", PASSWORDS["wrong"])
    rekey.log_in("nobody@example.org", PASSWORDS["wrong"])
    rekey.put_password(old=PASSWORDS["wrong"], new=PASSWORDS["ann-2"], bearer=session)
    assert rekey.put_password(old=PASSWORDS["ann"], new=PASSWORDS["ann-2"], bearer=session).status == 204
    rekey.mail_to("ann@example.org")
    unused = kept("superseded token", rekey.reset_token("ann@example.org"))
    token = kept("redeemed token", rekey.reset_token("ann@example.org"))
    rekey.open_link(f"/password-reset?token={token}")
    rekey.put_password(token=unused, new=PASSWORDS["ann-3"])
    rekey.put_password(body=b'{"token": "%s", "new": "%s", "x": 1}' % (token.encode(), PASSWORDS["ann-3"].encode()), type="application/json")
    assert rekey.put_password(token=token, new=PASSWORDS["ann-3"]).status == 204
    rekey.mail_to("ann@example.org")
    kept("token that nobody used", rekey.reset_token("ann@example.org"))
    kept("last session of ann", rekey.session_of("ann@example.org", PASSWORDS["ann-3"]))

    # backtory
    for options in ({"form": {"username": "bob", "password": PASSWORDS["bob"]}}, {"query": {"username": "bob", "password": PASSWORDS["bob"]}}):
        rekey.post("/auth/login", headers=rekey.backtory_headers(app, app.client_key), **options)
    answer = rekey.backtory_log_in(app, "bob", PASSWORDS["bob"])
    session = kept("session of bob", answer.body["access_token"])
    if answer.body.get("refresh_token"):
        kept("refresh token of bob", answer.body["refresh_token"])
    rekey.post("/auth/change-password", headers=rekey.backtory_headers(app), bearer=session, lastPassword=PASSWORDS["bob"],
               newPassword=PASSWORDS["bob-2"])
    rekey.mail_to("bob@example.org")
    rekey.post("/auth/forgot-password", query={"username": "bob"}, headers=rekey.backtory_headers(app))
    mail = rekey.mail_to("bob@example.org")
    kept("confirmed token", token_in(mail))
    rekey.submit(rekey.open_link(link_in(mail)).page.form_with("username"), username="bob")
    made = kept("made password", secret_in(rekey.mail_to("bob@example.org")))
    deadline = time.monotonic() + 20
    while rekey.backtory_log_in(app, "bob", made).status != 200:
        assert time.monotonic() < deadline
        time.sleep(0.1)

    # hacksystem, and the form of the page
    kept("authToken of cem", rekey.hack_log_in("cem@example.org", PASSWORDS["cem"]).body["authToken"])
    rekey.get("/reset/password", query={"email": "cem@example.org"})
    code = kept("reset code", secret_in(rekey.mail_to("cem@example.org")))
    rekey.post("/reset/password", code=code, password="")
    assert rekey.post("/reset/password", code=code, password=PASSWORDS["cem-2"]).status == 200
    rekey.mail_to("cem@example.org")
    rekey.asks_for_reset("cem@example.org")
    link = link_in(rekey.mail_to("cem@example.org"))
    kept("token of the form", link.partition("token=")[2])
    rekey.submit(rekey.open_link(link).page.form_with("new"), new=PASSWORDS["cem-form"], confirm=PASSWORDS["wrong"])
    rekey.submit(rekey.open_link(link).page.form_with("new"), new=PASSWORDS["cem-form"], confirm=PASSWORDS["cem-form"])
    rekey.mail_to("cem@example.org")

    # and what is refused before it is understood
    rekey.put_password(body=b'{"token": "x", "new": "' + PASSWORDS["wrong"].encode(), type="application/json")
    rekey.put("/api/v1/nothing", body=PASSWORDS["wrong"].encode(), type="application/json")
    rekey.get(f"/nothing?token={token}&password={PASSWORDS['wrong'].replace(' ', '+')}")
    return secrets


def spellings(secret):
    yield secret.encode()
    yield secret.replace(" ", "+").replace("'", "%27").encode()
    yield secret.encode("utf-16-le")


def found_in(data, secrets):
    return sorted(name for name, secret in secrets.items() if any(spelling in data for spelling in spellings(secret)))


def memory_of(pid):
    """Every readable byte of a process, map by map."""
    with open(f"/proc/{pid}/maps", encoding="utf-8") as maps, open(f"/proc/{pid}/mem", "rb", 0) as memory:
        for line in maps:
            start, end, rights = re.match(r"([0-9a-f]+)-([0-9a-f]+) (\S+)", line).groups()
            if "r" not in rights or line.rstrip().endswith(("[vvar]", "[vsyscall]", "[vvar_vclock]")):
                continue
            try:
                memory.seek(int(start, 16))
                yield line.strip(), memory.read(int(end, 16) - int(start, 16))
            except (OSError, ValueError, OverflowError):
                continue


def test_no_secret_is_in_the_database_nor_in_the_logs(rekey):
    secrets = a_full_run(rekey)
    for stopped in (False, True):
        if stopped:
            rekey.stop()
        places = {"the database": rekey.storage.dump(), "stderr": rekey.stderr_file.read_bytes(), "stdout": rekey.stdout_file.read_bytes()}
        assert len(places["the database"]) > 1000
        for name, content in places.items():
            assert (name, found_in(content, secrets)) == (name, [])


def test_no_secret_is_in_what_the_commands_print(rekey):
    secrets = a_full_run(rekey)
    for words in (["audit", "list", "--json"], ["mail", "list", "--json"], ["messages", "list", "--app", "demo", "--json"],
                  ["app", "list", "--json"], ["audit", "list"], ["mail", "list"]):
        done = rekey.run(*words)
        assert done.returncode == 0, (words, done.stderr)
        assert (words, found_in((done.stdout + done.stderr).encode(), secrets)) == (words, [])


def test_the_audit_trail_tells_what_happened(rekey):
    a_full_run(rekey)
    rows = rekey.command_json("audit", "list")
    assert len(rows) >= 10 and all(isinstance(row, dict) for row in rows)
    words = str(rows)
    assert "wrong password" in words and "no such account" in words


def test_a_key_file_is_made_for_its_owner_alone_and_is_not_in_the_database(rekey):
    key_file = rekey.directory / "rekey.key"
    assert key_file.stat().st_mode & 0o777 == 0o600 and key_file.stat().st_size >= 32
    rekey.has_account("ann@example.org")
    rekey.reset_token("ann@example.org")
    key = key_file.read_bytes().strip()
    rekey.stop()
    dump = rekey.storage.dump()
    assert key not in dump and key.hex().encode() not in dump
    assert key_file.read_bytes().strip() == key


@pytest.mark.skipif(not os.environ.get("REKEY_RELEASE_BIN"), reason="REKEY_RELEASE_BIN is not set")
@pytest.mark.parametrize("way", ["file", "smtp"])
def test_no_secret_is_in_the_memory_of_an_idle_server(make_rekey, mail_server, way):
    """As in a core of the server, taken when its clients have gone. Sanitizers keep what was freed: release only."""
    settings = {"mail.url": mail_server.url(), "mail.starttls": "required", "mail.ca_file": mail_server.ca_file} if way == "smtp" else {}
    rekey = make_rekey(settings, program=os.environ["REKEY_RELEASE_BIN"]).start()
    if way == "smtp":
        rekey.seen_mails |= {mail["Message-ID"] for mail in mail_server.mails()}
        rekey.delivers_to(mail_server)
    secrets = a_full_run(rekey)
    time.sleep(3)
    found = {}
    size, readable = 0, False
    for region, data in memory_of(rekey.process.pid):
        size += len(data)
        readable = readable or PUBLIC_URL.encode() in data  # what has to be there is found
        for name in found_in(data, secrets):
            found.setdefault(name, []).append(region)
    assert size > 1_000_000 and readable
    assert not found
