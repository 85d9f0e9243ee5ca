# SPDX-License-Identifier: Apache-2.0
"""Nothing in a request changes where a mail leads or to whom it goes."""

import json
import urllib.parse

from server import MAIL_FROM, PUBLIC_URL, html_of, link_in, recipients_of, text_of

PATH = "/api/v1/account/password"


def raw_request(path, address, *fields, host="rekey.example"):
    body = json.dumps({"email": address}).encode()
    lines = [f"PUT {path} HTTP/1.1", *([f"Host: {host}"] if host is not None else []), "Connection: close", "Content-Type: application/json",
             f"Content-Length: {len(body)}", *fields]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


POISONS = {
    "Host": {"host": "evil.example"},
    "Host with a port": {"host": "rekey.example:1337"},
    "Host with markup behind the port": {"host": "rekey.example:'<a href=\"//evil.example/?"},
    "Host with a path": {"host": "evil.example/rekey.example"},
    "Host with credentials": {"host": "rekey.example@evil.example"},
    "an empty Host": {"host": ""},
    "Host with white space": {"host": " evil.example"},
    "two Hosts": {"fields": ["Host: evil.example"]},
    "the absolute form": {"path": f"http://evil.example{PATH}"},
    "X-Forwarded-Host": {"fields": ["X-Forwarded-Host: evil.example"]},
    "X-Forwarded-Host and -Proto": {"fields": ["X-Forwarded-Host: evil.example", "X-Forwarded-Proto: https"]},
    "X-Forwarded-Port": {"fields": ["X-Forwarded-Port: 1337"]},
    "X-Forwarded-Prefix": {"fields": ["X-Forwarded-Prefix: //evil.example"]},
    "X-Forwarded-Server": {"fields": ["X-Forwarded-Server: evil.example"]},
    "Forwarded": {"fields": ["Forwarded: for=127.0.0.1;host=evil.example;proto=https"]},
    "X-Host": {"fields": ["X-Host: evil.example"]},
    "X-HTTP-Host-Override": {"fields": ["X-HTTP-Host-Override: evil.example"]},
    "X-Original-URL": {"fields": ["X-Original-URL: http://evil.example/"]},
    "X-Rewrite-URL": {"fields": ["X-Rewrite-URL: http://evil.example/"]},
    "Origin": {"fields": ["Origin: http://evil.example"]},
    "Referer": {"fields": ["Referer: http://evil.example/password-reset"]},
    "a folded line": {"fields": ["X-Ignored: a", " Host: evil.example"]},
}


def test_links_are_the_same_whatever_a_request_claims(rekey):
    rekey.has_app()
    for number, (name, poison) in enumerate(POISONS.items()):
        address = f"ann{number}@example.org"
        rekey.has_account(address)
        request = raw_request(poison.get("path", PATH), address, *poison.get("fields", []), host=poison.get("host", "rekey.example"))
        answer = rekey.raw(request)
        assert answer is None or answer.status == 202 or 400 <= answer.status < 500, (name, answer.raw)
        if answer is None or answer.status != 202:
            continue
        mail = rekey.mail_to(address)
        assert link_in(mail).startswith(f"{PUBLIC_URL}/password-reset?token="), name
        for part in (text_of(mail), html_of(mail), mail.as_string()):
            assert "evil.example" not in part and ":1337" not in part, name
        assert mail["From"].addresses[0].addr_spec == MAIL_FROM, name
        assert mail["Message-ID"].strip("<>").partition("@")[2] == "rekey.example", name
    rekey.gets_no_mail()


def test_hosts_that_are_plain_wrong_do_not_stop_the_one_app_there_is(rekey):
    rekey.has_account("ann@example.org")
    assert rekey.raw(raw_request(PATH, "ann@example.org", host="evil.example")).status == 202


def test_no_member_or_parameter_changes_a_link(rekey):
    rekey.has_account("ann@example.org")
    for name in ("redirect_to", "redirect_uri", "origin", "url", "host", "public_url", "reset_url", "callback"):
        assert rekey.put(PATH, email="ann@example.org", **{name + "_": "x"}).status == 400
        assert rekey.put(PATH, json_value={"email": "ann@example.org", name: "http://evil.example"}).status == 400
    rekey.gets_no_mail()
    answer = rekey.put(f"{PATH}?redirect_to=http://evil.example", email="ann@example.org")
    if answer.status == 202:
        assert link_in(rekey.mail_to("ann@example.org")).startswith(f"{PUBLIC_URL}/password-reset?token=")
    else:
        assert answer.status == 400


def test_a_page_builds_no_absolute_address_from_a_request(rekey):
    rekey.has_app()
    for headers in ([("Host", "evil.example")], [("Host", "rekey.example"), ("X-Forwarded-Host", "evil.example")]):
        for path in ("/password-reset", "/password-reset?token=x"):
            answer = rekey.get(path, headers=headers)
            assert b"evil" not in answer.raw and "evil" not in str(answer.headers.pairs)


INJECTIONS = [
    "ann@example.org\r\nBcc: eve@example.net", "ann@example.org\nBcc: eve@example.net", "ann@example.org\rBcc: eve@example.net",
    "ann@example.org%0d%0aBcc:eve@example.net\r\n", "ann@example.org\u2028Bcc: eve@example.net", "ann@example.org\x0b", "ann@example.org\x7f",
    "ann@example.org,eve@example.net", "ann@example.org, eve@example.net", "ann@example.org;eve@example.net",
    "ann@example.org|eve@example.net", "ann@example.org eve@example.net", "ann@example.org\teve@example.net",
    "ann@example.org<eve@example.net>", "eve <ann@example.org>", "<ann@example.org>", "a@x<b@y>",
    "ann@example.org@example.net", "@example.org", "ann@", "ann", "", " ", "@", "ann@example.org ", " ann@example.org",
    '"ann"@example.org', '"ann eve"@example.org', "ann(comment)@example.org", "ann@(comment)example.org", "ann@example.org(eve)",
    "ann@exa mple.org", "ann@example..org", "ann@.example.org", "ann@-example.org", "ann@example.org..", ".ann@example.org",
    "ann.@example.org", "an..n@example.org", "ann@[127.0.0.1]", "ann@[IPv6:::1]", "ann\\@example.org", "ann@example.org\\",
    "ann@example.org'", "ann@example.org>", "ann@example.org\"", "ann@example.org\u202e",
    "a" * 65 + "@example.org", "ann@" + "a" * 64 + ".org", "ann@" + ".".join(["a" * 60] * 5) + ".org",
    "ann@example_org.x\r\nDATA\r\n.", "ann@example.org\r\n.\r\nMAIL FROM:<eve@example.net>", "mailto:ann@example.org",
]


def test_what_is_not_one_plain_address_is_refused_and_mails_nothing(rekey):
    rekey.has_account("ann@example.org")
    accepted = []
    for address in INJECTIONS:
        for answer in (rekey.put(PATH, email=address), rekey.put(f"{PATH}?email={urllib.parse.quote(address)}")):
            if (answer.status, answer.code) != (400, "malformed"):
                accepted.append((address, answer.status, answer.raw))
    assert not accepted
    rekey.gets_no_mail()


def test_an_encoded_word_is_an_address_like_any_other_or_none(rekey):
    rekey.has_account("ann@example.org")
    for address in ("=?utf-8?q?ann=40example.org=3e?=@example.net", "ann%40example.org@example.net", "+AD4-ann@example.net",
                    "ann!example.org@example.net", "ann%example.org@example.net"):
        assert rekey.put(PATH, email=address).status in (202, 400), address
    rekey.gets_no_mail()


def test_the_page_that_asks_for_an_address_refuses_injections_too(rekey):
    rekey.has_account("ann@example.org")
    for address in INJECTIONS:
        answer = rekey.post("/password-reset", form={"email": address})
        assert 400 <= answer.status < 500 and answer.type == "text/html", (address, answer.status)
        for markup in ("<eve", "<b@y>", '"ann"@', "Bcc: eve"):
            assert markup not in answer.text or markup == "Bcc: eve", address
    rekey.gets_no_mail()


def test_the_command_line_refuses_the_same_addresses(rekey):
    rekey.has_app()
    for address in ("ann@example.org,eve@example.net", "ann@example.org\r\nBcc: eve@example.net", '"ann"@example.org', "ann", "a@x<b@y>"):
        done = rekey.run("account", "add", address, "--password-stdin", stdin="correct horse battery\n")
        assert done.returncode == 1 and done.stderr, address


def test_two_addresses_in_any_shape_mail_nobody(rekey):
    """GitLab's CVE-2023-7028: one link for two addresses."""
    rekey.has_account("ann@example.org")
    for body in (b'{"email": ["ann@example.org", "eve@example.net"]}', b'{"email": {"0": "ann@example.org", "1": "eve@example.net"}}',
                 b'{"email": "eve@example.net", "email": "ann@example.org"}', b'{"email[]": "ann@example.org"}'):
        assert rekey.put(PATH, body=body, type="application/json").status == 400
    for form in ([("email", "ann@example.org"), ("email", "eve@example.net")], [("email[]", "ann@example.org"), ("email[]", "eve@example.net")]):
        assert 400 <= rekey.post("/password-reset", form=form).status < 500
    rekey.gets_no_mail()


def test_odd_letters_of_an_address_are_inert_in_a_mail(rekey):
    address = "o'neil+tag&more@example.org"
    rekey.has_account(address)
    rekey.asks_for_reset(address)
    mail = rekey.mail_to(address)
    assert recipients_of(mail) == [address] and "tag&more" not in html_of(mail)
