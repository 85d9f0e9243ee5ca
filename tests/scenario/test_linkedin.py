# SPDX-License-Identifier: Apache-2.0
"""Signing in by LinkedIn (OpenID Connect), as Hack System's clients do it, with a provider that does what it is told."""

import pytest
from providers import CALLBACK, CLIENT, CLIENT_SECRET, OTHER_CALLBACK, Provider, query_of

INIT, CONTINUE = "/linkedin/init", "/linkedin/continue"
DENIED, FATAL, INPUT, NOWHERE = "ERROR_CODE_ACCESS_DENIED", "ERROR_FATAL", "ERROR_CODE_INPUT_ERROR", "ERROR_CODE_NOT_FOUND"
STRICT = {"pkce": "on", "nonce": "required", "state": "required"}


@pytest.fixture
def provider():
    made = Provider()
    yield made
    made.close()


def knows(rekey, provider, app="hack", name="linkedin", secret=CLIENT_SECRET, **settings):
    rekey.command("provider", "set", name, *(f"{key}={value}" for key, value in provider.settings(**settings).items()),
                  "--app", app, "--secret-stdin", stdin=secret + "\n")


@pytest.fixture
def hack(rekey, provider):
    """An app whose LinkedIn is the test's provider, as lenient as the real one is."""
    rekey.has_app("hack", dialects=["hacksystem"])
    knows(rekey, provider)
    return rekey


def begin(rekey, redirect_uri=CALLBACK, path=INIT, **options):
    answer = rekey.get(path, query={"redirect_uri": redirect_uri}, **options)
    assert answer.status == 200 and set(answer.body) == {"authUrl"}, (answer.status, answer.raw)
    return answer.body["authUrl"]


def finish(rekey, code, redirect_uri=CALLBACK, path=CONTINUE, query=None, **options):
    return rekey.get(path, query={"code": code, "redirect_uri": redirect_uri, **(query or {})}, **options)


def sign_in(rekey, provider, with_state=True, **person):
    url = begin(rekey)
    return finish(rekey, provider.lets_in(url, **person), query={"state": query_of(url)["state"]} if with_state else {})


def reasons(rekey, app="hack"):
    return [row["outcome"] for row in rekey.command_json("audit", "list", "--app", app) if row["event"] == "sign_in_finish"]


def is_refused(answer, status, code, message=None):
    assert (answer.status, answer.body["code"]) == (status, code), (answer.status, answer.raw)
    if message:
        assert answer.body["message"] == message, answer.body


def accounts(rekey, app="hack"):
    return [row["email"] for row in rekey.command_json("account", "list", "--app", app)]


# ---- as it should be ----


def test_a_new_person_gets_an_account_and_a_returning_one_the_same(hack, provider):
    first = sign_in(hack, provider)
    assert first.status == 200 and set(first.body) == {"token", "name", "email"}, first.raw
    assert (first.body["name"], first.body["email"]) == ("Ann Example", "ann@example.org")
    again = sign_in(hack, provider, email="moved@example.org", name="Another")
    assert again.status == 200 and (again.body["name"], again.body["email"]) == ("Ann Example", "ann@example.org")
    assert again.body["token"] != first.body["token"] and accounts(hack) == ["ann@example.org"]
    assert reasons(hack) == ["done", "account made"]
    other = sign_in(hack, provider, sub="another-subject", email="bob@example.org", name="Bob")
    assert other.status == 200 and accounts(hack) == ["ann@example.org", "bob@example.org"]
