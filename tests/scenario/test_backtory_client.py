# SPDX-License-Identifier: Apache-2.0
"""Backtory's own client, the npm package backtory-sdk 0.3.5, unmodified, runs its whole surface against a fresh server."""

import json
import os
import pathlib
import subprocess

import pytest
from backtory import MEMBERS, Shop
from server import NO_LIMITS, PASSWORD, App

SETTINGS = NO_LIMITS
ROOT = pathlib.Path(__file__).parent.parent.parent
NODE_MODULES = pathlib.Path(os.environ.get("REKEY_NODE_MODULES") or ROOT / "build-test/node/node_modules")
NOBODY = "0" * 24
ANN = {"firstName": "Ann", "lastName": "Example", "email": "ann@example.org", "password": PASSWORD, "username": "ann", "phoneNumber": "+15550100"}


@pytest.fixture
def shop(rekey):
    assert (NODE_MODULES / "backtory-sdk").exists(), "script/install-test-tools has not run"
    assert json.loads((NODE_MODULES / "backtory-sdk/package.json").read_text())["version"] == "0.3.5"
    return Shop(rekey)


def run(shop, *calls, master_key=None, seconds=60):
    """What the SDK's promises come to: [("ok", value) or ("error", reason)]."""
    environment = {**os.environ, "NODE_PATH": str(NODE_MODULES), "BacktoryUseEnvVars": "YES", "BacktoryBaseUrl": shop.rekey.url + "/",
                   "BacktoryAuthenticationId": shop.app.id, "BacktoryMasterKey": master_key or shop.app.master_key, "BacktoryDataBaseId": "x"}
    done = subprocess.run(["node", ROOT / "tests/node/backtory.cjs"], input=json.dumps(calls), capture_output=True, text=True,
                          env=environment, timeout=seconds, check=False)
    assert done.returncode == 0, done.stderr
    line, = (line for line in done.stdout.splitlines() if line.startswith("results: "))
    return [next(iter(result.items())) for result in json.loads(line.removeprefix("results: "))]


def part(path):
    return {"$": path}


def refused(result, status):
    kind, reason = result
    return kind == "error" and reason["responseCode"] == status and reason["responseBody"]["message"]


@pytest.mark.proves("backtory", "POST /auth/login with nothing", "POST /auth/users", "GET /auth/users/{user_id}", "PUT /auth/users/{user_id}",
                    "DELETE /auth/users/{user_id}", "GET /auth/users/by-username/{username}", "POST /auth/users/by-user-ids",
                    "GET /auth/users/search", "GET /auth/users/get-number-of-user")
def test_the_sdk_signs_users_up_finds_changes_and_deletes_them(shop):
    """Every call of its Users, in the order in which a back end would make them."""
    results = run(
        shop,
        ["signUpAsync", ANN],
        ["signUpAsync", ANN],
        ["getByUserIdAsync", part("0.userId")],
        ["getByUserNameAsync", "ann"],
        ["updateAsync", part("0.userId"), {"firstName": "Anna", "team": "blue"}],
        ["signUpAsync", {"username": "bob", "password": PASSWORD}],
        ["getByUserIdsAsync", [part("5.userId"), part("0.userId")]],
        ["searchAsync", "ann", 1, 10],
        ["countAsync"],
        ["deleteAsync", part("5.userId")],
        ["countAsync"],
        ["getByUserIdAsync", part("5.userId")],
        ["updateAsync", part("0.userId"), {"username": "ann2"}],
        ["getByUserNameAsync", "ann"],
    )
    ann, bob = results[0][1], results[5][1]
    assert results[0] == ("ok", {**ann, **{name: value for name, value in ANN.items() if name != "password"}, "guest": False, "active": True})
    assert set(ann) == MEMBERS and refused(results[1], 409)
    assert results[2] == results[3] == ("ok", ann)
    changed = {**ann, "firstName": "Anna", "team": "blue"}
    assert results[4] == ("ok", changed)
    assert results[5][0] == "ok" and bob["username"] == "bob"
    assert results[6] == ("ok", [bob, changed])
    assert results[7] == ("ok", [changed])
    assert results[8] == ("ok", 2) and results[9] == ("ok", None) and results[10] == ("ok", 1)
    assert refused(results[11], 404)
    assert results[12] == ("ok", {**changed, "username": "ann2"}) and refused(results[13], 404)
    assert shop.log_in("ann2").status == 200 and shop.log_in("bob").status == 401


@pytest.mark.proves("backtory", "POST /auth/guest-users", "POST /auth/guest-users/complete-registration-master")
def test_the_sdk_makes_a_guest_and_completes_it(shop):
    results = run(
        shop,
        ["guestSignUpAsync"],
        ["completeGuestRegistrationAsync", {
            "userId": part("0.id"), "newUsername": "ann", "lastPassword": part("0.password"), "newPassword": part("0.password"),
            "firstName": "Ann", "lastName": "Example", "email": "ann@example.org"}],
        ["completeGuestRegistrationAsync", {"userId": part("0.id"), "newUsername": "ann2", "newPassword": PASSWORD}],
        ["getByUserNameAsync", "ann"],
    )
    guest, user = results[0][1], results[1][1]
    assert results[0][0] == "ok" and guest["guest"] is True and guest["id"] == guest["userId"]
    assert results[1][0] == "ok" and user == {**user, "userId": guest["id"], "username": "ann", "guest": False, "email": "ann@example.org"}
    assert refused(results[2], 409) and results[3] == ("ok", user)
    assert shop.log_in("ann", guest["password"]).status == 200


def test_the_sdk_logs_in_once_and_shows_its_token_with_every_call(shop):
    assert run(shop, *[["countAsync"]] * 5) == [("ok", 0)] * 5
    shop.rekey.stop()
    assert shop.rekey.stderr().count("request: POST /auth/login 200") == 1


def test_the_sdk_is_told_what_is_wrong_with_its_key(shop):
    result, = run(shop, ["countAsync"], master_key=NOBODY)
    assert result == ("error", {"error": "invalid_client", "error_description": "The Authentication-Key is wrong."})
    result, = run(shop, ["countAsync"], master_key=shop.app.client_key)
    assert result[0] == "error" and result[1]["status"] == 400


def test_the_sdk_administrates_a_hundred_users(shop):
    results = run(shop, *[["signUpAsync", {"username": f"user{i:03}", "password": PASSWORD}] for i in range(100)],
                  ["searchAsync", "user", 1, 100], ["searchAsync", "USER09", 1, 3], ["searchAsync", "user", 1, 101], ["countAsync"], seconds=200)
    users = [value for _, value in results[:100]]
    assert results[100] == ("ok", users) and results[101] == ("ok", users[90:93]) and refused(results[102], 400) and results[103] == ("ok", 100)


def test_clients_that_know_the_old_id_and_keys_need_another_base_url_and_nothing_else(rekey):
    """The id and the keys of an app of Backtory's are compiled into its clients: they come along."""
    known, keys = "57629c38e4b0ad38567f88e0", ("57629904e4b0ad38567f88de", "57596532e4b05a176d5bb52d")
    made = json.loads(rekey.command("app", "add", "game", "--dialect", "backtory", "--id", known, "--keys-stdin", "--json", stdin="\n".join(keys) + "\n"))
    assert (made["id"], made["client_key"], made["master_key"]) == (known, *keys)
    shop = Shop(rekey, app=App("game", known, *keys))
    assert run(shop, ["signUpAsync", ANN], ["countAsync"])[1] == ("ok", 1)
    assert shop.log_in("ann").status == 200
    for number, (more, lines) in enumerate([(["--id", known], None), (["--id", known.upper()], None), (["--id", known[:-1]], None), (["--id", ""], None),
                                            (["--keys-stdin"], ""), (["--keys-stdin"], keys[0]), (["--keys-stdin"], f"{keys[0]}\n{keys[0]}\n"),
                                            (["--keys-stdin"], f"{keys[0]}\n{keys[1]}\nmore"), (["--keys-stdin"], f"{keys[0]}\nnot a key\n")]):
        assert rekey.run("app", "add", f"other{number}", *more, stdin=lines or "").returncode == 1, (more, lines)
