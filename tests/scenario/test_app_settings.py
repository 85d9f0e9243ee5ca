# SPDX-License-Identifier: Apache-2.0
"""What an operator sets of an app by the command line, and what it is to its clients at once."""

import pytest
from server import PASSWORD, Refused


def shown(rekey, name="shop"):
    return rekey.command_json("app", "show", name)


def test_an_app_is_shown_with_all_that_it_has(rekey):
    rekey.has_app("shop", dialects=["account", "backtory"], hosts=["B.example", "a.example"], aliases=["laden"],
                  origins=["https://Shop.example:443", "http://localhost:3000"])
    rekey.has_account("ann@example.org", app="shop")
    got = shown(rekey)
    assert got["dialects"] == ["account", "backtory"] and got["hosts"] == ["a.example", "b.example"] and got["aliases"] == ["laden"]
    assert got["origins"] == ["http://localhost:3000", "https://shop.example"]
    assert (got["client_keys"], got["master_keys"], got["accounts"], got["sign_up"], got["password_min_length"]) == (1, 1, 1, "open", 0)
    assert not {"client_key", "master_key"} & set(got)
    assert rekey.command_json("app", "list") == [got]
    words = rekey.command("app", "show", "shop").splitlines()
    assert [line.split() for line in words if line.startswith(("hosts", "origins"))] == [
        ["hosts", "a.example", "b.example"], ["origins", "http://localhost:3000", "https://shop.example"]]


def test_lists_are_given_whole_or_changed_by_one(rekey):
    rekey.has_app("shop", hosts=["a.example"], aliases=["laden"])
    rekey.command("app", "set", "shop", "hosts+=b.example,c.example", "hosts-=a.example", "aliases=", "origins=https://shop.example", "dialects+=hacksystem")
    got = shown(rekey)
    assert (got["hosts"], got["aliases"], got["origins"], got["dialects"]) == (["b.example", "c.example"], [], ["https://shop.example"],
                                                                              ["account", "hacksystem"])
    assert rekey.log_in("ann@example.org", host="b.example").status == 401
    rekey.has_app("other")
    assert rekey.log_in("ann@example.org", host="a.example").status == 404
    assert rekey.post("/api:laden/api/v1/sessions", login="a", password="b").status == 404
    assert rekey.hack_log_in("ann@example.org", prefix="/api:shop").status == 400


@pytest.mark.parametrize("words", [["hosts=a.example:80"], ["origins=*"], ["origins=null"], ["origins=https://shop.example/"], ["dialects="],
                                   ["aliases=a/b"], ["password_min_length=7"], ["sign_up=maybe"], ["client_key=hunter2"], ["hosts=other.example"],
                                   ["aliases+=other"]])
def test_a_setting_that_is_refused_changes_nothing(rekey, words):
    rekey.has_app("shop", hosts=["a.example"])
    rekey.has_app("other", hosts=["other.example"])
    before = shown(rekey)
    with pytest.raises(Refused) as refused:
        rekey.command("app", "set", "shop", "sender=Eve", *words)
    assert refused.value.done.returncode == 1 and refused.value.done.stderr.count("\n") == 1
    assert shown(rekey) == before


def test_two_client_keys_are_good_while_clients_change(rekey):
    app = rekey.has_app("shop", dialects=["backtory"])
    rekey.has_account("ann@example.org", username="ann")

    def opens(key):
        return rekey.post("/auth/login", headers=rekey.backtory_headers(app, key), form={"username": "ann", "password": PASSWORD}).status == 200

    changed = rekey.command_json("app", "set", "shop", "client_key=new")
    second = changed["client_key"]
    assert len(second) == 24 and second != app.client_key and changed["client_keys"] == 2 and "master_key" not in changed
    assert opens(app.client_key) and opens(second) and not opens(app.master_key)
    with pytest.raises(Refused) as refused:
        rekey.command("app", "set", "shop", "client_key=new")
    assert "retire" in refused.value.done.stderr
    assert rekey.command_json("app", "set", "shop", "client_key=retire")["client_keys"] == 1
    assert not opens(app.client_key) and opens(second)
    both = rekey.command_json("app", "set", "shop", "client_key=new", "master_key=new")
    assert both["client_key"] != both["master_key"] and opens(both["client_key"]) and not opens(both["master_key"])
    everything = str(rekey.sql("SELECT * FROM app")) + str(rekey.sql("SELECT * FROM audit")) + rekey.stderr()
    assert not any(key in everything for key in (app.client_key, second, both["client_key"], both["master_key"]))


def test_an_app_has_a_length_of_passwords_of_its_own(rekey):
    rekey.has_app("shop", password_min_length=15)
    rekey.has_account("ann@example.org", password="a password of 15 letters and more")
    session = rekey.session_of("ann@example.org", "a password of 15 letters and more")
    change = {"old": "a password of 15 letters and more", "bearer": session}
    answer = rekey.put_password(new="only-14-letter", **change)
    assert (answer.status, answer.code) == (422, "password_rejected")
    assert 'minlength="15"' in rekey.open_link("/password-reset?token=" + rekey.reset_token("ann@example.org")).text
    assert rekey.put_password(new="there-are-15-of", **change).status == 204


def test_an_app_is_removed_with_its_people_only_when_that_is_said(rekey):
    rekey.has_app("shop", hosts=["shop.example"], aliases=["laden"], origins=["https://shop.example"])
    rekey.has_app("other", hosts=["other.example"])
    for app in ("shop", "other"):
        rekey.has_account("ann@example.org", app=app)
        rekey.has_account("bob@example.org", app=app)
    session = rekey.session_of("ann@example.org", host="shop.example")
    token = rekey.reset_token("ann@example.org", host="shop.example")
    refused = rekey.run("app", "remove", "shop")
    assert refused.returncode == 1 and "2 accounts" in refused.stderr and "--yes" in refused.stderr
    assert rekey.session_lives(session, host="shop.example")
    rekey.command("app", "remove", "shop", "--yes")
    assert [app["name"] for app in rekey.command_json("app", "list")] == ["other"]
    assert rekey.sql("SELECT count(*) FROM account")[0][0] == 2
    # The only app answers now, and is not the one that was.
    assert not rekey.session_lives(session, host="shop.example")
    assert rekey.put_password(token=token, new="something else entirely", host="shop.example").status == 410
    assert rekey.post("/api:shop/api/v1/sessions", login="ann@example.org", password=PASSWORD).status == 404
    assert rekey.can_log_in("ann@example.org", PASSWORD, host="other.example")
    assert rekey.run("app", "remove", "shop", "--yes").returncode == 1
    rekey.has_app("shop", hosts=["shop.example"])
    assert not rekey.can_log_in("ann@example.org", PASSWORD, host="shop.example")
    assert not [row for row in rekey.command_json("audit", "list", "--app", "shop") if row["event"] == "account_log_in" and row["outcome"] == "done"]
    rekey.command("app", "remove", "shop")


def test_help_says_how_an_app_is_set(rekey):
    text = rekey.command("app", "set", "--help")
    for word in ("hosts", "aliases", "origins", "dialects", "client_key", "master_key", "sign_up", "password_min_length", "retire", "origins+="):
        assert word in text, word
