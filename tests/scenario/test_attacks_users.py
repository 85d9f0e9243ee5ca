# SPDX-License-Identifier: Apache-2.0
"""Backtory's users: who says of themselves what is not theirs to say, who takes one kind of token for another, and who fills a
database with what nobody asked for."""

import base64
import hashlib
import hmac
import json
import random
from concurrent.futures import ThreadPoolExecutor

import pytest
from attacks import NO_LIMITS, rows
from backtory import COMPLETE, COMPLETE_MASTER, LOGIN, LOGOUT, ME, USERS, Shop, is_error
from server import NEW_PASSWORD, PASSWORD

SETTINGS = NO_LIMITS
NOBODY = "0" * 24
COLUMNS = "public_id, app_id, email_key, epoch, status, phc, password_set_at, password_expires_at, email_verified_at, held_until, guest"
# What a client must not say, whatever it is called.
OWN = {"userId": NOBODY, "id": NOBODY, "guest": True, "active": False, "password": "chosen by a thief", "newPassword": "chosen by a thief",
       "lastPassword": "x", "Password_Hash": "x", "passwordExpiresAt": 0}
INNER = {"epoch": 7, "status": 1, "phc": "x", "app_id": 1, "email_key": "x", "username_key": "x", "public_id": NOBODY, "role": "admin",
         "email_verified_at": 1, "held_until": 0, "account_id": 1, "scope": "master"}


@pytest.fixture
def shop(rekey):
    return Shop(rekey)


def account(shop, username):
    return shop.rekey.sql(f"SELECT {COLUMNS} FROM account WHERE username = ?", username)


def masters_calls(shop, user_id):
    return [("GET", f"{USERS}/{user_id}", {}), ("GET", f"{USERS}/by-username/ann", {}), ("GET", USERS + "/search", {}),
            ("GET", USERS + "/get-number-of-user", {}), ("POST", USERS + "/by-user-ids", {"json_value": {"userIds": [user_id]}}),
            ("POST", COMPLETE_MASTER, {"json_value": {"userId": user_id, "newUsername": "x", "newPassword": NEW_PASSWORD}}),
            ("DELETE", f"{USERS}/{user_id}", {})]


def users_calls(shop, user_id):
    return [("GET", ME, {}), ("PUT", ME, {"json_value": {"firstName": "x"}}),
            ("POST", COMPLETE, {"json_value": {"newUsername": "x", "newPassword": NEW_PASSWORD}}),
            ("POST", "/auth/change-password", {"json_value": {"lastPassword": PASSWORD, "newPassword": NEW_PASSWORD}})]


# ---- mass assignment ----

def test_what_is_not_a_users_to_say_is_never_taken(shop):
    """Concrete CMS and others: a member too many became a column. Here members are kept as texts beside the account, or passed over."""
    first = shop.register("ann", **{name: value for name, value in OWN.items() if name != "password"}, **INNER)
    assert first.status == 201 and first.body["guest"] is False and first.body["active"] is True and first.body["userId"] != NOBODY
    before, user_id = account(shop, "ann"), first.body["userId"]
    session, master = shop.session(), shop.master()
    for bearer, path in ((session, ME), (session, f"{USERS}/{user_id}"), (master, f"{USERS}/{user_id}")):
        answer = shop.call("PUT", path, bearer=bearer, json_value={**OWN, **INNER})
        assert answer.status == 200 and answer.body == first.body, answer.raw
    assert account(shop, "ann") == before and "thief" not in json.dumps(shop.rekey.sql("SELECT value FROM account_field"))
    assert shop.log_in().status == 200 and shop.log_in(password="chosen by a thief").status == 401
    kept = {name for name, in shop.rekey.sql("SELECT name FROM account_field")}
    assert kept == set(INNER)  # texts that mean nothing to anybody here


def test_what_is_not_a_guests_to_say_is_never_taken(shop):
    for path, by_master in ((COMPLETE, False), (COMPLETE_MASTER, True)):
        guest = shop.guest()
        bearer = shop.master() if by_master else shop.session(guest["username"], guest["password"])
        said = {**INNER, "guest": True, "active": False, "username": "thief", "password": "chosen by a thief", "id": NOBODY,
                "userId": guest["id"] if by_master else NOBODY}
        answer = shop.call("POST", path, bearer=bearer, json_value={**said, "newUsername": f"user{by_master}", "newPassword": PASSWORD})
        assert answer.status == 200, answer.raw
        assert answer.body["userId"] == guest["id"] and answer.body["guest"] is False and answer.body["username"] == f"user{by_master}"
        assert shop.log_in(f"user{by_master}").status == 200 and shop.log_in("thief", "chosen by a thief").status == 401


def test_a_user_changes_nobody_else(shop):
    ann, bob = shop.has_user("ann"), shop.has_user("bob")
    session, before = shop.session("ann"), rows(shop.rekey, "account", "session")
    answers = [shop.call("PUT", f"{USERS}/{user_id}", bearer=session, firstName="x")
               for user_id in (bob["userId"], NOBODY, "x", bob["username"], ann["userId"].upper(), ann["userId"] + "0", ann["userId"][:-1])]
    # The same for a user that there is and one that there is not.
    assert all(is_error(answer, 403, "Forbidden") for answer in answers)
    assert len({(answer.body["message"], answer.body["exception"]) for answer in answers}) == 1
    assert rows(shop.rekey, "account", "session") == before and shop.rekey.sql("SELECT count(*) FROM account_field") == [(0,)]


# ---- one kind of token for another ----

def test_a_users_token_opens_nothing_of_the_masters_and_the_masters_nothing_of_a_user(shop):
    user_id = shop.has_user("ann")["userId"]
    tokens, guest = shop.tokens(), shop.guest()
    users = [tokens["access_token"], shop.session(guest["username"], guest["password"])]
    before = rows(shop.rekey, "account", "session")
    for method, path, options in masters_calls(shop, user_id):
        for bearer in users:
            assert is_error(shop.call(method, path, bearer=bearer, **options), 403, "Forbidden"), path
        for bearer in (tokens["refresh_token"], tokens["jti"], shop.app.master_key, shop.app.client_key, shop.app.id, user_id):
            assert shop.call(method, path, bearer=bearer, **options).status == 401, path
    for method, path, options in users_calls(shop, user_id):
        assert is_error(shop.call(method, path, bearer=shop.master(), **options), 403, "Forbidden"), path
        for bearer in (tokens["refresh_token"], shop.app.master_key, shop.app.client_key):
            assert shop.call(method, path, bearer=bearer, **options).status == 401, path
    assert rows(shop.rekey, "account", "session") == before
    for token in (shop.master(), shop.app.master_key, tokens["access_token"]):
        assert shop.refresh(token).status == 401  # what is not for refreshing refreshes nothing


def test_the_keys_of_an_app_log_in_whom_they_are_for(shop):
    shop.has_user("ann")
    fields = {"username": "ann", "password": PASSWORD}
    for key, options, status in (
            (shop.app.client_key, {"form": fields}, 200), (shop.app.master_key, {"form": fields}, 417), (shop.app.master_key, {}, 200),
            (shop.app.client_key, {}, 400), (shop.app.master_key, {"query": {"scope": "master"}}, 400), (shop.app.id, {}, 417),
            (shop.app.master_key.upper(), {}, 417), (shop.app.master_key[:-1], {}, 417), (shop.app.master_key + "0", {}, 417)):
        answer = shop.rekey.post(LOGIN, headers=shop.rekey.backtory_headers(shop.app, key), **options)
        assert answer.status == status, (key, options, answer.raw)


def test_a_retired_master_key_ends_the_tokens_that_were_given_for_it(shop):
    rekey, count = shop.rekey, USERS + "/get-number-of-user"
    old = shop.master()
    changed = rekey.command_json("app", "set", "shop", "master_key=new")
    new = shop.master(changed["master_key"])
    assert [shop.call("GET", count, bearer=token).status for token in (old, new)] == [200, 200]
    rekey.command("app", "set", "shop", "master_key=retire")
    assert [shop.call("GET", count, bearer=token).status for token in (old, new)] == [401, 200]
    assert shop.log_in_master(shop.app.master_key).status == 417
    rekey.restart()
    assert [shop.call("GET", count, bearer=token).status for token in (old, new)] == [401, 200]


def parts_of(token):
    return [base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)) for part in token.split(".")]


def spelled(*parts):
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)


def forgeries(token, other, pem):
    """Tokens that somebody made out of good ones: name and token."""
    header, payload, signature = parts_of(token)
    claims = json.loads(payload)
    for name, value in (("scope", ["master"]), ("scope", ["client", "master"]), ("scope", "master"), ("user_id", NOBODY), ("user_id", None),
                        ("client_id", NOBODY), ("exp", claims["exp"] + 1), ("exp", None), ("sid", NOBODY), ("jti", "x"), ("key", "0" * 32), ("more", 1)):
        yield f"{name} = {value}", spelled(header, json.dumps({**claims, name: value}, separators=(",", ":")).encode(), signature)
    for name in claims:
        yield f"without {name}", spelled(header, json.dumps({key: value for key, value in claims.items() if key != name}).encode(), signature)
    for algorithm in ("none", "None", "HS256", "ES384", "RS256"):
        said = {**json.loads(header), "alg": algorithm}
        unsigned = spelled(json.dumps(said).encode(), payload)
        yield f"alg {algorithm}", unsigned + "."
        yield f"alg {algorithm}, by the public key", unsigned + "." + spelled(hmac.new(pem.encode(), unsigned.encode(), hashlib.sha256).digest())
    for said in ({"typ": "at+jwt"}, {"typ": None}, {"kid": "x"}, {"jwk": {}}, {"jku": "http://evil.example"}, {"crit": ["exp"]}):
        yield f"header {said}", spelled(json.dumps({**json.loads(header), **said}).encode(), payload, signature)
    yield "the other's payload", ".".join([token.split(".")[0], other.split(".")[1], token.split(".")[2]])
    yield "the other's signature", ".".join([*token.split(".")[:2], other.split(".")[2]])
    yield "no signature", token.rpartition(".")[0] + "."
    yield "twice", token + "." + token
    yield "padding", token + "="
    chance = random.Random(1)
    for _ in range(60):
        at = chance.randrange(len(token))
        yield f"letter {at}", token[:at] + chance.choice("ABCDEFabcdef0123456789-_") + token[at + 1:]


def test_a_token_of_backtorys_form_that_was_changed_in_any_way_is_none(shop):
    user_id = shop.has_user("ann")["userId"]
    session, master = shop.session(), shop.master()
    pem = shop.call("GET", "/auth/token_key").body["value"]
    before = rows(shop.rekey, "account", "session")
    calls = masters_calls(shop, user_id)[:4] + users_calls(shop, user_id)[:1]
    tried = 0
    for token, other in ((session, master), (master, session)):
        for name, forged in forgeries(token, other, pem):
            if forged == token:
                continue
            for method, path, options in calls:
                answer = shop.call(method, path, bearer=forged, **options)
                assert answer.status == 401 and set(answer.body) == {"error", "error_description"}, (name, path, answer.raw)
                tried += 1
    assert tried > 800 and rows(shop.rekey, "account", "session") == before
    assert shop.me(session).status == 200 and shop.call("GET", USERS + "/search", bearer=master).status == 200


# ---- refresh tokens ----

def test_a_refresh_token_of_before_ends_the_session_of_whoever_has_the_newest(shop):
    shop.has_user("ann")
    first = shop.tokens()
    second = shop.refresh(first["refresh_token"]).body
    third = shop.refresh(second["refresh_token"]).body
    assert shop.me(third["access_token"]).status == 200
    assert shop.refresh(first["refresh_token"]).status == 401  # in two hands: nobody knows whose
    assert shop.me(third["access_token"]).status == 401 and shop.refresh(third["refresh_token"]).status == 401


def test_nobody_logs_another_out(shop):
    shop.has_user("ann")
    shop.has_user("bob")
    anns, bobs = shop.tokens("ann"), shop.tokens("bob")
    chance, token = random.Random(2), bobs["refresh_token"]
    guesses = ["", "x", "null", "*", "%", bobs["access_token"], bobs["jti"], bobs["access_token"].split(".")[1], shop.app.master_key, shop.master()]
    guesses += [token[:at] + chance.choice("ABCabc012-_") + token[at + 1:] for at in range(0, len(token), 2)]
    for guess in guesses:
        if guess != token:
            assert shop.call("DELETE", LOGOUT, query={"refresh-token": guess}, bearer=anns["access_token"]).status in (200, 400), guess
    for doubled in ([("refresh-token", token), ("refresh-token", "x")], [("refresh-token", "x"), ("userId", "y")], [("refresh_token", token)]):
        assert shop.call("DELETE", LOGOUT, query=doubled).status == 400
    assert shop.me(bobs["access_token"]).status == 200 and shop.refresh(token).status == 200


# ---- more than anybody asked for ----

BAD_NAMES = ["__proto__", "", " ", "a b", "a.b", "1", "_x", "$where", "-", "a" * 65, "a\n", "\x7f", "é" * 33]


def test_fields_of_a_user_have_bounds(shop):
    shop.has_user("ann", team="blue")
    session, path = shop.session(), ME
    shown = shop.me(session).body
    bad = [{name: "x"} for name in BAD_NAMES] + [{"big": "x" * 2049}, {"avatar": "x" * 2049}, {"more": {"inner": "x"}}, {"list": ["x"]}, {"list": []},
                                                 {"constructor": {"prototype": "x"}}, {f"field{i}": "x" for i in range(33)},
                                                 {f"field{i}": "x" * 1000 for i in range(3)}, {f"field{i}": "" for i in range(70)}]
    for members in bad:
        answer = shop.call("PUT", path, bearer=session, json_value={"firstName": "changed", **members})
        assert is_error(answer, 400), (members, answer.raw)
        assert is_error(shop.call("POST", USERS, json_value={"username": "bob", "password": PASSWORD, **members}), 400), members
    for text in ('{"a\\u0000b":"x"}', '{"a":"x\\u0000y"}', '{"a":"\\ud800"}', '{"a":"x","a":"y"}', '{"\\ud800":"x"}'):
        assert is_error(shop.call("PUT", path, bearer=session, body=text, type="application/json"), 400), text
    assert shop.me(session).body == shown and shop.rekey.sql("SELECT count(*) FROM account") == [(1,)]
    most = {f"field{i}": "x" for i in range(31)}
    assert shop.call("PUT", path, bearer=session, json_value=most).body == {**shown, **most}


def test_of_changes_at_once_none_grows_a_user_beyond_its_bounds(shop):
    shop.has_user("ann")
    session = shop.session()
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda i: shop.call("PUT", ME, bearer=session, json_value={f"of{i}x{j}": "x" for j in range(10)}), range(8)))
    assert sorted(answer.status for answer in answers) == [200] * 3 + [400] * 5
    assert shop.rekey.sql("SELECT count(*) FROM account_field") == [(30,)]


def test_a_search_knows_no_wildcards_and_no_page_out_of_range(shop):
    for name in ("ann", "a_n", "a%n", "a!n", "a\\n"):
        shop.has_user(name)
    master = shop.master()

    def found(word):
        answer = shop.call("GET", USERS + "/search", query={"word": word}, bearer=master)
        assert answer.status == 200, answer.raw
        return [user["username"] for user in answer.body["users"]]

    for word, names in (("a_n", ["a_n"]), ("a%n", ["a%n"]), ("a!n", ["a!n"]), ("\\", ["a\\n"]), ("%%", []), ("_", ["a_n"]), ("!", ["a!n"]), ("!_", []),
                        ("' OR '1'='1", []), ("[a-z]", []), ("*", []), (".*", []), ("A_N", ["a_n"])):
        assert found(word) == names, word
    for query in ({"page": 0}, {"page": -1}, {"page": "x"}, {"page": ""}, {"page": "1e1"}, {"page": 10**18}, {"page": 10**30}, {"pageSize": 0}, {"pageSize": 101},
                  {"pageSize": -1}, {"pageSize": 10**18}, {"pageSize": "10 "}, {"word": "x" * 513}, {"word": "x", "more": "y"},
                  [("page", 1), ("page", 2)]):
        assert is_error(shop.call("GET", USERS + "/search", query=query, bearer=master), 400), query
    assert shop.call("GET", USERS + "/search", query={"page": 10**9, "pageSize": 100}, bearer=master).body == {"users": [], "userCount": 5}
    assert is_error(shop.call("POST", USERS + "/by-user-ids", bearer=master, userIds=["x"] * 101), 400)
    for value in ("x", 1, None, {}, [1], [None], [["x"]], True):
        assert is_error(shop.call("POST", USERS + "/by-user-ids", bearer=master, json_value={"userIds": value}), 400), value


def test_the_fullest_users_there_can_be_fit_on_the_largest_page(shop):
    members = {"field0": '"' * 1000, "field1": "\\" * 1000}
    ids = [shop.has_user(f"user{i:03}" + "\U0001f600" * 120, email="a" * 60 + f"@{'b' * 60}.example", **members)["userId"] for i in range(100)]
    answer = shop.call("GET", USERS + "/search", query={"word": "", "pageSize": 100}, bearer=shop.master())
    assert answer.status == 200 and [user["userId"] for user in answer.body["users"]] == ids


# ---- who is first ----

def test_of_many_who_want_one_username_one_gets_it(shop):
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda i: shop.register("ann", f"the password number {i}"), range(8)))
    assert sorted(answer.status for answer in answers) == [201] + [409] * 7
    winner = next(i for i, answer in enumerate(answers) if answer.status == 201)
    assert [shop.log_in("ann", f"the password number {i}").status for i in range(8)] == [200 if i == winner else 401 for i in range(8)]


def test_a_guest_becomes_one_user_once(shop):
    guest = shop.guest()
    sessions = [shop.session(guest["username"], guest["password"]) for _ in range(4)]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda i: shop.call("POST", COMPLETE, bearer=sessions[i % 4], newUsername=f"user{i}", newPassword=PASSWORD), range(8)))
    assert sorted(answer.status for answer in answers).count(200) == 1
    assert all(answer.status in (200, 401, 409) for answer in answers), [answer.raw for answer in answers]
    assert shop.rekey.sql("SELECT count(*) FROM account") == [(1,)]


# ---- who is there ----

def test_an_app_that_conceals_its_users_answers_for_strangers_as_for_members(rekey):
    shop = Shop(rekey, conceal_accounts="yes")
    shop.has_user("ann", email="ann@example.org")
    asks = {
        "log-in": lambda name: shop.log_in(name, "not the password"),
        "forgot": lambda name: shop.call("POST", "/auth/forgot-password", query={"username": name}),
        "user by id": lambda name: shop.call("GET", f"{USERS}/{name}"),
        "user by name": lambda name: shop.call("GET", f"{USERS}/by-username/{name}"),
    }
    for what, ask in asks.items():
        member, stranger = ask("ann"), ask("nobody")
        assert (what, member.status, member.text.replace("ann", "nobody").partition("timestamp")[0]) == \
            (what, stranger.status, stranger.text.partition("timestamp")[0])
    # A username is public: whoever registers has to hear that it is taken. The document says so.
    assert shop.register("ann").status == 409


def test_no_password_of_a_guest_is_shown_again_or_kept(shop):
    guest = shop.guest()
    master = shop.master()
    for path in (f"{USERS}/{guest['id']}", f"{USERS}/by-username/{guest['username']}", USERS + "/search"):
        assert guest["password"] not in shop.call("GET", path, bearer=master).text
    kept = json.dumps([shop.rekey.sql(f"SELECT * FROM {table}") for table in ("account", "account_field", "audit", "outbox")], default=str)
    assert guest["password"] not in kept
    shop.rekey.stop()
    assert guest["password"] not in shop.rekey.stderr()
