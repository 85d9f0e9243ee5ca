# SPDX-License-Identifier: Apache-2.0
"""What describes the APIs: /openapi.json, docs/api-*.md with their examples, and the pages of problems."""

import json
import os
import pathlib
import re
import shlex
import subprocess

import contract
import document_backtory
import document_hacksystem
import proofs
import pytest
import schema_fuzz
from server import NEW_PASSWORD, NO_LIMITS, PASSWORD, PUBLIC_URL, binary, text_of, token_in

SETTINGS = {**NO_LIMITS, "log.requests": "on"}

HERE = pathlib.Path(__file__).parent
DOCS = HERE.parent.parent / "docs"
NODE_MODULES = os.environ.get("REKEY_NODE_MODULES") or HERE.parent.parent / "build-test" / "node" / "node_modules"
REDOCLY = pathlib.Path(NODE_MODULES) / ".bin" / "redocly"
ANN, BASE = "ann@example.org", "https://id.example.org"
SCHEMA_REQUESTS = 300

# The page's placeholders for what only a mail or an answer can give.
TOKEN = "q0JrMb2QOVZ0mZ4hkHgUu7gkmrFpEwEfhSJ-9OLpZkE"
ACCESS_TOKEN = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhbm4ifQ.c2lnbmF0dXJl"
REFRESH_TOKEN = "U3q1m9G8bZVqg0nTq0cJ5oJ6kqN8p2wXb1Zr4sYtE7c"
SESSION_ID = "6c2f19d6413c5d433792f352"
APP_AND_KEY = "ID:KEY"
REFERENCE, CODE = "K7Q2-9FMX", "7KQM-2RXW"

EXAMPLE = re.compile(r"```sh\n(?P<command>.*?)```\n```http\n(?P<answer>.*?)```", re.S)
HEADING = re.compile(r"^(##|###) ([^\n]*)$", re.M)


def printed(*options):
    return subprocess.run([binary(), "serve", *options], capture_output=True, text=True, check=True, timeout=60).stdout


# ---- /openapi.json ----

def test_openapi_is_what_the_program_prints_below_its_own_address(rekey):
    answer = rekey.get("/openapi.json")
    assert answer.status == 200 and answer.type == "application/json"
    assert answer.text == printed("--print-openapi").replace(BASE, PUBLIC_URL)
    assert rekey.get("/openapi.json").raw == answer.raw


def test_openapi_names_the_address_of_the_app_that_is_asked(rekey):
    rekey.has_app("default")
    rekey.has_app("other", public_url="https://other.example.net")
    assert rekey.get("/openapi.json").body["servers"] == [{"url": PUBLIC_URL}]
    assert rekey.get("/api:other/openapi.json").body["servers"] == [{"url": "https://other.example.net"}]


def test_openapi_describes_every_row_of_the_account_api_and_no_other(rekey):
    rows = {(method, path) for dialect, method, path, *_ in (line.split() for line in printed("--print-routes").splitlines())
            if dialect == "account"}
    paths = json.loads(printed("--print-openapi"))["paths"]
    assert {(method.upper(), path) for path, calls in paths.items() for method in calls} == rows


@pytest.mark.sqlite
def test_openapi_lints_without_a_complaint(tmp_path):
    assert REDOCLY.exists(), "script/install-test-tools has not run"
    (tmp_path / "openapi.json").write_text(printed("--print-openapi"), encoding="utf-8")
    environment = {**os.environ, "CI": "true", "REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true"}
    done = subprocess.run([REDOCLY, "lint", "--format=json", "--extends=recommended", "openapi.json"], cwd=tmp_path, env=environment,
                          capture_output=True, text=True, check=False, timeout=120)
    report = json.loads(done.stdout)
    assert (done.returncode, report["totals"]["errors"], report["totals"]["warnings"]) == (0, 0, 0), report["problems"]


@pytest.mark.timeout(600)
def test_nothing_that_schemathesis_sends_is_answered_in_another_way_than_described(make_rekey):
    rekey = make_rekey()
    schema_fuzz.settle(rekey)
    rekey.start()
    output, well = schema_fuzz.run_round(rekey, seed=1, examples=25)
    assert well, output
    assert schema_fuzz.served(rekey) >= SCHEMA_REQUESTS, output


# ---- docs/api-*.md ----

def page_of(dialect):
    return (DOCS / f"api-{dialect}.md").read_text(encoding="utf-8")


def test_a_page_is_what_the_program_prints():
    for dialect in PAGES:
        assert page_of(dialect) == printed("--print-api", dialect), dialect
    assert printed("--print-api") == printed("--print-api=account") == page_of("account")


def test_the_page_of_templates_lists_the_values_that_they_have():
    made = subprocess.run([DOCS.parent / "tools" / "template-values", DOCS.parent / "src" / "pages" / "files"], capture_output=True, text=True, check=True).stdout
    assert (DOCS / "templates.md").read_text(encoding="utf-8").endswith("\n\n" + made), "tools/template-values src/pages/files"


def examples(dialect):
    """{"PUT /api/v1/account/password with token": (command, answer)}, by the headings."""
    found, text, headings = {}, page_of(dialect), ["", ""]
    for part in re.finditer(f"{HEADING.pattern}|{EXAMPLE.pattern}", text, re.S | re.M):
        if part["command"]:
            name = " ".join(headings).strip()
            assert name not in found, name
            found[name] = part["command"].replace("\\\n", " "), part["answer"]
        elif part[1] == "##":
            headings = [part[2].replace("`", ""), ""]
        else:
            headings[1] = part[2].replace("`", "")
    return found


def settle(rekey):
    rekey.has_account(ANN)
    return {}


def session(rekey):
    return {ACCESS_TOKEN: rekey.session_of(ANN)}


def another_session(rekey):
    """Of two, the older one's name and the newer one's token."""
    rekey.session_of(ANN)
    token = rekey.session_of(ANN)
    entries = rekey.get("/api/v1/sessions", bearer=token).body["sessions"]
    return {ACCESS_TOKEN: token, SESSION_ID: next(entry["id"] for entry in entries if not entry["current"])}


def code_in_a_mail(rekey):
    reference = rekey.asks_for_reset(ANN).body["reference"]
    lines = text_of(rekey.mail_to(ANN)).splitlines()
    code, = (line.strip() for line in lines if re.fullmatch(r"\s*[0-9A-Z]{4}-[0-9A-Z]{4}\s*", line) and reference not in line)
    return {REFERENCE: reference, CODE: code}


def profile(rekey):
    """Somebody who has said all there is to say."""
    made = session(rekey)
    answer = rekey.request("PATCH", "/api/v1/account", bearer=made[ACCESS_TOKEN], username="ann", name="Ann Example", locale="en")
    assert answer.status == 200, answer.text
    rekey.sql("UPDATE account SET email_verified_at = 1")
    return made


def back_end(rekey):
    app = rekey.apps["default"]
    return {**profile(rekey), APP_AND_KEY: f"{app.id}:{app.client_key}"}


def signed_up(rekey):
    answer = rekey.post("/api/v1/accounts", email="bob@example.org", password=PASSWORD)
    assert answer.status == 202, answer.text
    return {TOKEN: token_in(rekey.mail_to("bob@example.org"))}


def another_address(rekey):
    answer = rekey.put("/api/v1/account/email", email="ann@example.net", password=PASSWORD, bearer=rekey.session_of(ANN))
    assert answer.status == 202, answer.text
    return {TOKEN: token_in(rekey.mail_to("ann@example.net"))}


def nothing(_rekey):
    return {}


# What has to be there before an example can be tried, and what stands for its placeholders then.
PREPARATIONS = {
    "PUT /api/v1/account/password with email": nothing,
    "PUT /api/v1/account/password with token": lambda rekey: {TOKEN: rekey.reset_token(ANN)},
    "PUT /api/v1/account/password with old": session,
    "PUT /api/v1/account/password with code": code_in_a_mail,
    "POST /api/v1/accounts": nothing,
    "PUT /api/v1/account/verification with email": nothing,
    "PUT /api/v1/account/verification with token": signed_up,
    "PUT /api/v1/account/email with email": session,
    "PUT /api/v1/account/email with token": another_address,
    "GET /api/v1/account": profile,
    "PATCH /api/v1/account": profile,
    "DELETE /api/v1/account": session,
    "POST /api/v1/sessions": nothing,
    "GET /api/v1/sessions": session,
    "DELETE /api/v1/sessions": session,
    "POST /api/v1/sessions/refresh": lambda rekey: {REFRESH_TOKEN: rekey.log_in(ANN).body["refresh_token"]},
    "DELETE /api/v1/sessions/current": session,
    "DELETE /api/v1/sessions/{id}": another_session,
    "POST /api/v1/sessions/introspect": back_end,
    "GET /.well-known/jwks.json": nothing,
    "GET /openapi.json": nothing,
}

# Of each page: what every example needs, and what each of them does.
PAGES = {
    "account": (settle, PREPARATIONS),
    "backtory": (document_backtory.settle, document_backtory.PREPARATIONS),
    "hacksystem": (document_hacksystem.settle, document_hacksystem.PREPARATIONS),
}


def test_every_row_of_an_api_has_an_example_that_is_tried():
    for dialect, (_, preparations) in PAGES.items():
        assert set(proofs.calls(dialect)) == set(examples(dialect)) == set(preparations), dialect


# ---- docs/proven-calls.md ----

def test_every_call_of_a_format_has_a_test_that_proves_it():
    marks = proofs.proofs()
    for dialect in proofs.PROVEN:
        assert set(proofs.calls(dialect)) == {name for other, name in marks if other == dialect}, dialect
    assert {dialect for dialect, _ in marks} == set(proofs.PROVEN)
    assert (DOCS / "proven-calls.md").read_text(encoding="utf-8") == proofs.page()
    assert "open 0." in proofs.page() and "**open**" not in proofs.page()


def shape(value):
    """What an example and an answer have in common: texts and numbers are others each time, the rest is not."""
    if isinstance(value, dict):
        return {key: shape(member) for key, member in value.items()}
    if isinstance(value, list):
        return [shape(item) for item in value[:1]]
    return value if isinstance(value, bool) else type(value)


@pytest.mark.parametrize(("dialect", "name"), [(dialect, name) for dialect, (_, rows) in PAGES.items() for name in rows])
def test_an_example_of_a_page_works_as_it_stands(rekey, dialect, name):
    command, promised = examples(dialect)[name]
    settle_all, preparations = PAGES[dialect]
    rekey.lent = []
    for placeholder, value in {**settle_all(rekey), **preparations[name](rekey), BASE: rekey.url}.items():
        assert placeholder in command
        command = command.replace(placeholder, value)
    words = shlex.split(command)
    assert words[0] == "curl"
    done = subprocess.run([words[0], "--silent", "--show-error", *words[1:]], capture_output=True, text=True, check=True, timeout=60)
    for thing in rekey.lent:
        thing.close()
    head, _, body = done.stdout.replace("\r\n", "\n").partition("\n\n")
    promised_head, _, promised_body = promised.partition("\n\n")
    assert all(line in head.splitlines() for line in promised_head.splitlines()), (head, promised_head)
    if promised_body:
        assert shape(json.loads(body)) == shape(json.loads(promised_body))
    if "Content-Type" not in promised_head:
        assert not body


def test_an_example_changes_the_password_that_it_says_it_changes(rekey):
    """The placeholders of the page are the passwords of these tests, so that an example can succeed at all."""
    assert f'"old":"{PASSWORD}","new":"{NEW_PASSWORD}"' in examples("account")["PUT /api/v1/account/password with old"][0]


# ---- /problems ----

def codes():
    return json.loads(printed("--print-openapi"))["components"]["schemas"]["Problem"]["properties"]["code"]["enum"]


def test_the_type_of_a_problem_leads_to_its_page(rekey):
    rekey.has_account(ANN)
    problem = rekey.log_in(ANN, "not the password").body
    assert problem["type"] == f"{PUBLIC_URL}/problems/bad_credentials"
    answer = rekey.open_link(problem["type"])
    assert answer.status == 200 and answer.type == "text/html" and "What to do" in answer.page.says


def test_every_code_has_a_page_and_other_words_have_none(rekey):
    assert len(codes()) > 10
    for code in codes():
        answer = rekey.get(f"/problems/{code}")
        assert answer.status == 200 and code in answer.page.says, code
        assert "`" not in answer.page.says and "openapi.json" in answer.text, code
    for other in ("nonsense", "Malformed", "malformed/", "malformed.", "%20", "..%2fmalformed", "malformed%00", "mal%ffformed"):
        assert rekey.get(f"/problems/{other}").status == 404, other


def test_what_a_problem_says_of_a_member_names_the_member(rekey):
    rekey.has_account(ANN)
    problem = rekey.put_password(email=ANN, token="x").body
    assert problem["code"] == "malformed" and [error["field"] for error in problem["errors"]] == ["token"]


# ---- the watch over all scenarios ----

def test_an_answer_that_is_not_described_is_noticed(rekey):
    rekey.has_account(ANN)
    good = rekey.log_in(ANN)
    contract.check(rekey.program, "POST", "/api/v1/sessions", good)
    for name, worse in {
        "a status": {"status": 418},
        "a member too many": {"raw": good.raw.replace(b"{", b'{"more":1,', 1)},
        "a member too few": {"raw": good.raw.replace(b'"expires_in"', b'"expires"')},
        "no body": {"raw": b""},
    }.items():
        with pytest.raises(AssertionError):
            contract.check(rekey.program, "POST", "/api/v1/sessions", type(good)(**{**vars(good), **worse}))
            pytest.fail(name)
