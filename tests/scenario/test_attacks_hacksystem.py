# SPDX-License-Identifier: Apache-2.0
"""Who makes more of a sign-up, a profile, a workspace or a waiting list than there is in it."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from attacks import NO_LIMITS, TABLES, address, is_refused, rows, settled
from server import NEW_PASSWORD, PASSWORD, recipients_of, secret_in, text_of
from test_attacks_recipients import OF_A_STRANGER, READ_TWICE, TWO
from test_poisoning import INJECTIONS

SETTINGS = NO_LIMITS
SIGN_UP, USER, PROFILE, WAITING = "/auth/signup", "/auth/user", "/user/profile", "/waitinglist"
# What is in the tables, or in other systems', and not for its person to say.
PRIVILEGES = {"id": 1, "user_id": 1, "account_id": 1, "app_id": 1, "created_at": 0, "email_verified_at": 1, "verified": True, "status": 0, "role": "admin",
              "roles": ["admin"], "is_admin": True, "guest": 0, "epoch": 99, "phc": "x", "reset_code": "x", "token": "x", "linkedin_oauth": {"id": "x"},
              "password_hash": "x", "username": "root", "workspace": [1], "workspace_id": 1, "workspace_info": {"name": "x"}, "users": [1], "terms": {},
              "user": {"id": 1}, "account_created": True, "__proto__": {"admin": True}, "constructor": {"prototype": {}}, "": "x"}


@pytest.fixture
def hack(rekey):
    rekey.has_app("default", dialects=["account", "backtory", "hacksystem"])
    return rekey


def signs_up(rekey, name):
    answer = rekey.post(SIGN_UP, email=address(name), password=PASSWORD)
    assert answer.status == 200, answer.raw
    return answer.body["authToken"]


def user_of(rekey, token):
    return rekey.get(USER, bearer=token).body


def test_more_than_an_address_and_a_password_at_a_sign_up(hack):
    """Mass assignment: what nobody asked for is refused with all the rest, and nothing is made."""
    before = rows(hack, *TABLES)
    for name, value in PRIVILEGES.items():
        assert is_refused(hack.post(SIGN_UP, json_value={"email": address("eve"), "password": PASSWORD, name: value})), name
        assert is_refused(hack.post(WAITING, json_value={"email": address("eve"), name: value})), name
    assert rows(hack, *TABLES) == before
    signs_up(hack, "eve")


def test_more_of_oneself_than_is_ones_own_to_say(hack):
    """A record that comes back with other values in it: of the account and of the workspace nothing else changes."""
    ann, eve = signs_up(hack, "ann"), signs_up(hack, "eve")
    annes, eves = user_of(hack, ann), user_of(hack, eve)
    mine = eves["workspace"][0]
    before = rows(hack, "account", "session", "token", "workspace", "workspace_member")
    said = {**PRIVILEGES, "email": address("ann"), "password": NEW_PASSWORD, "Password": NEW_PASSWORD, "new_password": NEW_PASSWORD, "ID": 1, "Email": address("ann")}
    for name in ("", "__proto__"):
        assert is_refused(hack.put(PROFILE, bearer=eve, user={name: said.pop(name)}))
    answer = hack.put(PROFILE, bearer=eve, user={"id": annes["user"]["id"], **said}, workspace_id=mine["id"],
                      workspace_info={"role": "admin", "account_id": 1, "id": annes["workspace"][0]["id"], "users": [1, 2], "created_at": 0})
    assert answer.status == 200, answer.raw
    assert rows(hack, "account", "session", "token", "workspace", "workspace_member") == before
    assert {key: answer.body["user"][key] for key in ("id", "created_at", "email")} == {key: eves["user"][key] for key in ("id", "created_at", "email")}
    assert answer.body["workspace"] == [mine] and user_of(hack, ann) == annes
    shown = {name.lower() for name in answer.body["user"]}
    assert not shown & {"username", "guest", "status", "user_id", "password", "new_password", "password_hash", "reset_code", "token", "linkedin_oauth"}
    assert hack.hack_log_in(address("eve")).status == 200 and hack.hack_log_in(address("eve"), NEW_PASSWORD).status == 400
    # What was kept of it is eve's own, and no other format makes a right of it.
    session = hack.session_of(address("eve"))
    assert set(hack.get("/api/v1/account", bearer=session).body) <= {"id", "email", "username", "name", "locale", "email_verified", "created_at", "password_changed_at"}


def test_the_workspace_of_somebody_else(hack):
    ann, eve = signs_up(hack, "ann"), signs_up(hack, "eve")
    theirs = user_of(hack, ann)["workspace"][0]
    before = rows(hack, *TABLES)
    for body in ({"workspace_id": theirs["id"]}, {"workspace_id": str(theirs["id"])}, {"workspace_id": theirs["id"], "workspace_info": {"name": "mine"}},
                 {"workspace_id": theirs["id"], "workspace_info": {**theirs, "name": "mine"}, "user": {"info": {"a": 1}}}):
        answer = hack.put(PROFILE, bearer=eve, json_value=body)
        assert answer.status == 400 and answer.body["message"] == hack.message("settings_info_error", "default")["message"], answer.raw
    # One that is nobody's is answered alike: no number tells that there is one.
    nobodys = hack.put(PROFILE, bearer=eve, workspace_id=10 ** 6)
    assert (nobodys.status, nobodys.body) == (answer.status, answer.body)
    assert rows(hack, *TABLES) == before
    hack.command("account", "remove", address("eve"), "--app", "default")
    assert is_refused(hack.put(PROFILE, bearer=eve, workspace_id=theirs["id"]))


def test_one_address_signed_up_forty_times_at_once(hack):
    with ThreadPoolExecutor(40) as pool:
        answers = list(pool.map(lambda _: hack.post(SIGN_UP, email=address("ann"), password=PASSWORD), range(40)))
    assert sorted({answer.status for answer in answers} - {503}) == [200, 403]
    assert [answer.status for answer in answers].count(200) == 1
    assert hack.sql("SELECT (SELECT count(*) FROM account), (SELECT count(*) FROM workspace), (SELECT count(*) FROM workspace_member),"
                    " (SELECT count(*) FROM session)") == [(1, 1, 1, 1)]


def test_a_sign_up_that_waits_is_overtaken_by_one_that_does_not(hack):
    """Two formats, one address: whoever has the mailbox has the account in the end."""
    assert hack.post("/api/v1/accounts", email=address("ann"), password="of the one who waits").status == 202
    settled(hack)
    eve = signs_up(hack, "ann")
    link = [mail for mail in hack.all_mails() if recipients_of(mail) == [address("ann")]][0]
    token = text_of(link).split("token=")[1].split()[0]
    assert hack.put("/api/v1/account/verification", token=token).status == 410
    assert hack.sql("SELECT count(*) FROM account") == [(1,)]
    assert hack.get("/reset/password", query={"email": address("ann")}).status == 200
    hack.mail_to(address("ann"))
    code = secret_in(hack.mail_to(address("ann")))
    assert hack.post("/reset/password", code=code, password=NEW_PASSWORD).status == 200
    assert hack.get(USER, bearer=eve).status == 401


def test_the_waiting_list_mails_one_plain_address_or_nobody(hack):
    for typed in TWO + READ_TWICE + INJECTIONS:
        assert is_refused(hack.post(WAITING, email=typed)), typed
        assert is_refused(hack.post(WAITING, form={"email": typed})), typed
    for pairs in ([("email", address("ann")), ("email", address("eve"))], [("email[]", address("ann"))], [("email", address("ann")), ("cc", address("eve"))]):
        assert is_refused(hack.post(WAITING, form=pairs)) and is_refused(hack.post(WAITING, multipart=pairs))
    assert rows(hack, "waiting", "outbox") == {"waiting": [], "outbox": []}
    taken = [typed for typed in OF_A_STRANGER if hack.post(WAITING, email=typed).status == 200]
    settled(hack)
    assert all(len(recipients_of(mail)) == 1 and not mail["Cc"] and not mail["Bcc"] for mail in hack.all_mails())
    assert len(hack.all_mails()) == len(taken) > 5


def test_concealed_accounts_at_every_call_that_names_an_address(hack):
    """Whoever is on the list, has an account, or neither. A sign-up cannot conceal: it opens the account at once."""
    hack.sets_app("default", conceal_accounts="yes")
    signs_up(hack, "ann")
    for ask in (lambda name: hack.get("/reset/password", query={"email": address(name)}), lambda name: hack.hack_log_in(address(name), "wrong"),
                lambda name: hack.post(WAITING, email=address(name))):
        answers = {(answer.status, answer.raw) for answer in (ask(name) for name in ("ann", "bob", "ann", "bob"))}
        assert len(answers) == 1
    assert hack.post(SIGN_UP, email=address("ann"), password=PASSWORD).status == 403
    hack.sets_app("default", sign_up="closed")
    answers = {(answer.status, answer.raw) for answer in (hack.post(SIGN_UP, email=address(name), password=PASSWORD) for name in ("ann", "bob"))}
    assert len(answers) == 1


def test_a_profile_that_is_markup_a_template_or_too_much(hack):
    eve = signs_up(hack, "eve")
    for value in ("<script>alert(1)</script>", "{{secret}}", "$(id)", "'; DROP TABLE account; --", "\u202eevil", "x" * 1500):
        answer = hack.put(PROFILE, bearer=eve, user={"info": {"bio": value}, "bio": "x"})
        assert answer.status == 200 and answer.type == "application/json", answer.raw
        assert user_of(hack, eve)["user"]["info"] == {"bio": value}
    for _ in range(3):
        for number in range(40):
            hack.put(PROFILE, bearer=eve, user={f"field{number}": "x" * 200})
    assert hack.sql("SELECT count(*) <= 32, sum(length(name) + length(value)) <= 2048 FROM account_field") in ([(1, 1)], [(True, True)])
    assert hack.get(USER, bearer=eve).status == 200
