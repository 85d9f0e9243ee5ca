# SPDX-License-Identifier: Apache-2.0
"""Hack System: what its applications show and are built of, the waiting list, and the commands that edit all of it while the
server runs."""

import json
import time

import pytest
from server import PASSWORD, Refused, text_of
from test_hacksystem import INPUT, check_error, check_row

CONTENT, WAITING = "/content", "/waitinglist"
ANN, BOB = "ann@example.org", "bob@example.org"


@pytest.fixture
def hack(rekey):
    rekey.has_app("hack", dialects=["hacksystem"])
    return rekey


def sets(rekey, name, app="hack", **members):
    rekey.command("content", "set", name, *(f"{key}={value}" for key, value in members.items()), "--app", app)


def imports(rekey, rows, *words, app="hack"):
    return rekey.run("content", "import", "-", "--app", app, *words, stdin=rows if isinstance(rows, str) else "\n".join(json.dumps(row) for row in rows))


def names(rows):
    return [row["name"] for row in rows]


# ---- content ----

@pytest.mark.proves("hacksystem", "GET /content")
def test_a_page_gets_its_own_strings_and_those_of_all(hack):
    assert hack.get(CONTENT).body == {"strings": [], "structure": []}
    before = int(time.time()) * 1000
    sets(hack, "content_strings/welcome", slug="home", text="Hello")
    sets(hack, "content_strings/footer", text="The end", **{"global": "yes"})
    sets(hack, "content_strings/title", slug="account", text="Yours")
    sets(hack, "app_structure/menu", label="Menu", slug="is a member like others")
    for query, wanted in ((None, ["footer"]), ({"slug": ""}, ["footer"]), ({"slug": "home"}, ["welcome", "footer"]),
                          ({"slug": "account"}, ["footer", "title"]), ({"slug": "nowhere"}, ["footer"]), ({"slug": "%"}, ["footer"])):
        body = hack.get(CONTENT, query=query).body
        assert set(body) == {"strings", "structure"} and names(body["strings"]) == wanted, (query, body)
        assert names(body["structure"]) == ["menu"]
    string = hack.get(CONTENT, query={"slug": "home"}).body["strings"][0]
    assert set(string) == {"id", "created_at", "name", "slug", "global", "text"}
    assert (string["slug"], string["global"], string["text"]) == ("home", False, "Hello") and isinstance(string["id"], int)
    assert before <= string["created_at"] <= time.time() * 1000
    structure, = body["structure"]
    assert set(structure) == {"id", "created_at", "name", "label", "slug"} and structure["label"] == "Menu"


def test_an_edit_is_in_the_next_answer(hack):
    sets(hack, "content_strings/welcome", slug="home", text="Hello", tone="kind")
    before = hack.get(CONTENT, query={"slug": "home"}).body["strings"][0]
    sets(hack, "content_strings/welcome", text='<b>"Hi"</b> \\ {{name}}')
    after = hack.get(CONTENT, query={"slug": "home"}).body["strings"][0]
    assert after == {**before, "text": '<b>"Hi"</b> \\ {{name}}'}
    sets(hack, "content_strings/welcome", slug="other", **{"global": "true"})
    assert hack.get(CONTENT).body["strings"] == [{**after, "slug": "other", "global": True}]
    hack.command("content", "remove", "content_strings/welcome", "--app", "hack")
    assert hack.get(CONTENT).body["strings"] == []
    assert hack.run("content", "remove", "content_strings/welcome", "--app", "hack").returncode == 1


def test_the_content_of_one_app_is_not_that_of_another(hack):
    hack.has_app("other", dialects=["hacksystem"])
    sets(hack, "app_structure/menu", label="of hack")
    assert hack.get("/api:other" + CONTENT).body["structure"] == []
    sets(hack, "app_structure/menu", app="other", label="of other")
    assert [hack.get(f"/api:{app}{CONTENT}").body["structure"][0]["label"] for app in ("hack", "other")] == ["of hack", "of other"]
    hack.command("content", "remove", "app_structure/menu", "--app", "other")
    assert names(hack.get("/api:hack" + CONTENT).body["structure"]) == ["menu"]


def test_what_is_asked_of_content_is_a_slug_and_nothing_else(hack):
    for query in ("?slug=a&slug=b", "?slug=a&x=y", "?x=y", "?slug[]=a", "?app_id=1", "?slug=%00", "?slug=%ff"):
        check_error(hack.get(CONTENT + query), 400, INPUT)
    assert hack.head(CONTENT).status == 200


def test_an_export_is_imported_as_it_was(hack):
    rows = [{"table": "app_structure", "name": "menu", "items": [{"to": "/", "label": "Home"}, None, 1.5], "slug": "x", "deep": {"a": {"b": []}}},
            {"table": "content_strings", "name": "hello", "slug": "home", "global": False, "text": "“Hello”\n& more", "count": 3},
            {"table": "content_strings", "name": "all", "slug": "", "global": True, "none": None}]
    done = imports(hack, rows)
    assert done.returncode == 0, done.stderr
    exported = hack.command("content", "export", "--app", "hack")
    assert [json.loads(line) for line in exported.splitlines()] == rows
    assert hack.get(CONTENT).body["structure"][0]["items"] == rows[0]["items"]
    sets(hack, "app_structure/menu", extra="goes")
    for _ in range(2):
        assert imports(hack, exported).returncode == 0
        assert hack.command("content", "export", "--app", "hack") == exported
    assert [row["name"] for row in hack.command_json("content", "list", "--app", "hack")] == ["menu", "hello", "all"]
    assert hack.command_json("content", "show", "content_strings/hello", "--app", "hack") == rows[1]


def test_the_export_of_the_old_platform_is_taken_as_it_is(hack):
    """Its rows have an id and no name; in CSV a cell may be JSON."""
    csv = 'id,created_at,slug,global,title,body\n7,1609459200000,home,false,Hello,"{""a"":[1,2]}"\n8,1609459200000,,true,"All, of you",\n'
    done = imports(hack, csv, "--table", "content_strings")
    assert done.returncode == 0, done.stderr
    strings = hack.get(CONTENT, query={"slug": "home"}).body["strings"]
    assert [(row["name"], row["title"], row.get("body")) for row in strings] == [("7", "Hello", {"a": [1, 2]}), ("8", "All, of you", None)]
    assert imports(hack, json.dumps([{"id": 3, "created_at": 1, "route": "/x", "auth": True}]), "--table", "app_structure").returncode == 0
    assert hack.get(CONTENT).body["structure"][0]["route"] == "/x"
    refused = imports(hack, [{"name": "x", "a": 1}, {"table": "nothing", "name": "x"}, {"table": "app_structure"}, {"table": "app_structure", "name": "ok"}])
    assert refused.returncode == 1 and [line.split(":")[0] for line in refused.stderr.splitlines()] == ["line 1", "line 2", "line 3"]
    assert names(hack.get(CONTENT).body["structure"]) == ["3", "ok"]


def test_content_that_does_not_fit_is_refused(hack):
    for name, pairs in {"nothing/x": ["a=b"], "app_structure": ["a=b"], "app_structure/": ["a=b"], "app_structure/ x": ["a=b"], "app_structure/x\n": ["a=b"],
                        "app_structure/x": ["=b"], "content_strings/y": ["global=maybe"], "content_strings/z": ["slug=" + "x" * 200],
                        "content_strings/n": ["name=another"], "content_strings/t": ["table=app_structure"], "content_strings/w": ["word"]}.items():
        assert hack.run("content", "set", name, *pairs, "--app", "hack").returncode in (1, 2), name
    assert hack.run("content", "set", "content_strings/x", "text=" + "x" * 100_000, "--app", "hack").returncode == 0
    assert hack.run("content", "set", "content_strings/y", "text=" + "x" * 100_000, "--app", "hack").returncode == 1
    many = imports(hack, [{"table": "app_structure", "name": f"n{number}"} for number in range(500)], "--json")
    assert many.returncode == 1 and json.loads(many.stdout) == {"imported": 499, "refused": 1}
    answer = hack.get(CONTENT, query={"slug": "x"})
    assert answer.status == 200 and len(answer.body["structure"]) == 499


# ---- the waiting list ----

def joins(rekey, address, prefix=""):
    answer = rekey.post(prefix + WAITING, email=address)
    row = rekey.message("waitinglist_added", "hack")
    assert (answer.status, answer.body) == (200, {"message": row["message"], "type": row["type"]}), answer.raw
    return text_of(rekey.mail_to(address)).replace("\n", " ")


def test_the_checks_of_the_waiting_list(hack):
    for body in ({}, {"email": ""}, {"email": None}):
        check_row(hack, hack.post(WAITING, json_value=body), "email_empty")
    check_row(hack, hack.post(WAITING, length=False), "email_empty")
    for address in ("ann", "ann@", "@example.org", f"{ANN},{BOB}", f"{ANN}\r\nBcc: {BOB}", f"{ANN} {BOB}", f"<{ANN}>"):
        check_error(hack.post(WAITING, email=address), 400, INPUT, "Invalid email format.")
    for value in (1, True, [ANN], {}, {"$ne": ""}):
        check_error(hack.post(WAITING, email=value), 400, INPUT)
    for extra in ({"account_created": True}, {"created_at": 1}, {"id": 1}, {"app": "other"}):
        check_error(hack.post(WAITING, email=ANN, **extra), 400, INPUT)
    assert hack.sql("SELECT count(*) FROM waiting") == [(0,)] and hack.mail_list() == []


@pytest.mark.proves("hacksystem", "POST /waitinglist")
def test_an_address_is_on_the_list_once_and_keeps_its_place(hack):
    for place, address in enumerate((ANN, BOB, "cem@example.org"), 1):
        assert f"Your place on it is {place}." in joins(hack, address)
    assert "Your place on it is 1." in joins(hack, ANN)
    assert hack.post(WAITING, email="ANN@Example.ORG").status == 200
    hack.mail_to(ANN)
    assert hack.sql("SELECT email, account_created FROM waiting ORDER BY id") == [(ANN, 0), (BOB, 0), ("cem@example.org", 0)]
    assert hack.post("/auth/signup", email=ANN, password=PASSWORD).status == 200
    assert "Your place on it is 1." in joins(hack, BOB)  # whoever was before has an account
    assert hack.post(WAITING, form={"email": ANN}).status == 200
    hack.gets_no_mail()


def test_the_waiting_list_tells_nobody_who_is_on_it(hack):
    """Somebody who waits, a member, a member who waited and a stranger: one answer, and the mail is for the mailbox."""
    hack.has_account("member@example.org", app="hack")
    joins(hack, ANN)
    joins(hack, BOB)
    assert hack.post("/auth/signup", email=BOB, password=PASSWORD).status == 200
    answers = {address: hack.post(WAITING, email=address) for address in (ANN, BOB, "member@example.org", "stranger@example.org")}
    assert len({(answer.status, answer.raw) for answer in answers.values()}) == 1


def test_a_flood_of_one_address_is_mailed_within_its_limit(make_rekey):
    rekey = make_rekey({"limits.mails_per_address": "3/30m"}).start()
    rekey.has_app("hack", dialects=["hacksystem"])
    for _ in range(3): # one by one: of two that wait, only the newer is sent
        assert rekey.post(WAITING, email=ANN).status == 200
        rekey.mail_to(ANN)
    for _ in range(5):
        assert rekey.post(WAITING, email=ANN).status == 200
    rekey.gets_no_mail()
    assert rekey.sql("SELECT count(*) FROM waiting") == [(1,)]


def test_a_flood_of_addresses_of_one_network_is_refused(make_rekey):
    rekey = make_rekey({"limits.requests_per_network": "5/1m"}).start()
    rekey.has_app("hack", dialects=["hacksystem"])
    answers = [rekey.post(WAITING, email=f"n{number}@example.org") for number in range(8)]
    assert [answer.status for answer in answers] == [200] * 5 + [429] * 3
    check_error(answers[-1], 429, "ERROR_CODE_TOO_MANY_REQUESTS")
    assert rekey.sql("SELECT count(*) FROM waiting") == [(5,)]


def test_a_mail_template_that_is_empty_is_none(hack):
    hack.has_account(ANN, app="hack")
    for template, ask in (("waiting_position", lambda: hack.post(WAITING, email=BOB)),
                          ("reset_password", lambda: hack.get("/reset/password", query={"email": ANN}))):
        hack.command("mail-templates", "set", template, "content=", "--app", "hack")
        check_row(hack, ask(), "no_email_template_found")
        hack.command("mail-templates", "set", template, "content=Back: {{position}}{{code}}", "subject=", "--app", "hack")
        check_row(hack, ask(), "no_email_template_found")
        hack.command("mail-templates", "set", template, "subject=Again", "--app", "hack")
        assert ask().status == 200
    check_row(hack, hack.get("/reset/password", query={"email": BOB}), "user_dontexist")
    assert "Back: 1" in text_of(hack.mail_to(BOB)) and hack.mail_to(ANN)["Subject"] == "Again"


def test_without_a_mail_server_no_mail_is_sent(make_rekey):
    rekey = make_rekey({"mail.url": None, "mail.from": None}).start()
    rekey.has_app("hack", dialects=["hacksystem"])
    rekey.has_account(ANN, app="hack")
    check_row(rekey, rekey.post(WAITING, email=BOB), "email_not_sent")
    check_row(rekey, rekey.get("/reset/password", query={"email": ANN}), "email_not_sent")
    assert rekey.sql("SELECT count(*) FROM waiting") == [(0,)]


def test_a_template_is_filled_with_what_cannot_break_out(hack):
    hack.command("mail-templates", "set", "waiting_position", "subject={{position}} {{email}}\r\nBcc: eve@evil.example", "--app", "hack",
                 "content=<script>{{email}}</script> {{link}}{{secret}}{{code}} {{nothing}}")
    assert hack.post(WAITING, email="o'hara+<b>@example.org").status in (200, 400)
    assert hack.post(WAITING, email="o'hara@example.org").status == 200
    mail = hack.mail_to("o'hara@example.org")
    assert not mail["Bcc"] and "eve" not in (mail["To"] or "") and mail["To"] == "o'hara@example.org"
    html = mail.get_body(("html",)).get_content()
    assert "<script>" not in html and "&lt;script&gt;" in html


def test_the_operator_reads_the_list_and_takes_off_it(hack):
    for address in (ANN, BOB):
        joins(hack, address)
    listed = hack.command_json("waitinglist", "list", "--app", "hack")
    assert [entry["email"] for entry in listed] == [ANN, BOB] and not any(entry["account_created"] for entry in listed)
    assert len(hack.command_json("waitinglist", "list", "--limit", "1", "--app", "hack")) == 1
    hack.command("waitinglist", "remove", "ANN@example.org", "--app", "hack")
    assert [entry["email"] for entry in hack.command_json("waitinglist", "list", "--app", "hack")] == [BOB]
    with pytest.raises(Refused):
        hack.command("waitinglist", "remove", ANN, "--app", "hack")
    assert "Your place on it is 1." in joins(hack, BOB)


def test_a_french_list_speaks_french(rekey):
    rekey.has_app("hack", dialects=["hacksystem"], language="fr")
    assert "Vous y occupez la place 1." in joins(rekey, ANN)


# ---- development mode ----

def test_the_demo_app_serves_all_of_it_at_the_bare_paths(make_rekey):
    rekey = make_rekey(flags=["--dev"]).start()
    while "Rekey is up" not in rekey.stdout():
        time.sleep(0.05)
    body = rekey.get(CONTENT, query={"slug": "home"}).body
    assert names(body["strings"]) == ["footer", "welcome"] and names(body["structure"]) == ["home", "account"]
    token = rekey.post("/auth/signup", email=ANN, password=PASSWORD).body["authToken"]
    assert rekey.get("/auth/user", bearer=token).body["workspace"][0]["name"] == "ann"
    assert rekey.put("/user/profile", bearer=token, user={"info": {"a": 1}}).status == 200
    assert rekey.post(WAITING, email=BOB).status == 200
    rekey.restart()
    assert len(rekey.get(CONTENT).body["structure"]) == 2
