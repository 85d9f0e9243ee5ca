# SPDX-License-Identifier: Apache-2.0
"""Who wants an address that is somebody else's, or somebody to lose theirs: races of changes, a mailbox flooded from
the doors that mail whoever is named, and machines that open the links of notices."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from attacks import NO_LIMITS, SAME_ORIGIN, address, has_everything, settled
from server import NEW_PASSWORD, PASSWORD, link_in, path_of, token_in

SETTINGS = NO_LIMITS

ACCOUNT, ACCOUNTS, EMAIL, VERIFICATION = "/api/v1/account", "/api/v1/accounts", "/api/v1/account/email", "/api/v1/account/verification"


def asks_for_address(rekey, session, new):
    """The token of the mail to the new address."""
    assert rekey.put(EMAIL, bearer=session, email=new, password=PASSWORD).status == 202
    return token_in(rekey.mail_to(new))


def put_confirm(rekey, token, new):
    return rekey.put(EMAIL, token=token)


def page_confirm(rekey, token, new):
    return rekey.post("/verify/email", form={"token": token, "address": new}, headers=SAME_ORIGIN, host="rekey.example")


CONFIRMERS = (put_confirm, page_confirm)


def all_at_once(rekey, tried):
    """The pairs (token, address) that were confirmed, 200 times at once at all doors."""
    barrier = threading.Barrier(200)

    def one(number):
        barrier.wait()
        return tried[number % len(tried)], CONFIRMERS[number % 2](rekey, *tried[number % len(tried)])

    with ThreadPoolExecutor(200) as pool:
        answers = list(pool.map(one, range(200)))
    assert {answer.status for _, answer in answers} <= {200, 204, 410, 503}
    return [pair for pair, answer in answers if answer.status in (200, 204)]


@pytest.mark.timeout(300)
def test_two_changes_of_address_confirmed_200_times_at_once(make_rekey):
    """GitLab's and PortSwigger's races: an address confirmed by the link of another. One wins, and it is the newest."""
    rekey = make_rekey({"hash.queue_max": 400}).start()
    has_everything(rekey)
    session = rekey.session_of(address("ann"))
    tried = [(asks_for_address(rekey, session, new), new) for new in (address("first"), address("second"), address("third"))]
    assert all_at_once(rekey, tried) == [tried[-1]]
    assert rekey.get(ACCOUNT, bearer=session).body["email"] == address("third")
    settled(rekey)
    rekey.mail_to(address("ann"))  # the notice: one
    rekey.gets_no_mail()
    assert [rekey.can_log_in(login, PASSWORD) for login in (address("third"), address("first"), address("second"), address("ann"))] == [True] + [False] * 3


@pytest.mark.timeout(300)
def test_two_accounts_that_move_to_one_address_at_once(make_rekey):
    rekey = make_rekey({"hash.queue_max": 400}).start()
    has_everything(rekey, "ann", "bob")
    new = address("both")
    tokens = {name: asks_for_address(rekey, rekey.session_of(address(name)), new) for name in ("ann", "bob")}
    (won, _), = all_at_once(rekey, [(token, new) for token in tokens.values()])
    assert rekey.sql("SELECT count(*) FROM account WHERE email_key = ?", new) == [(1,)]
    assert [rekey.can_log_in(address(name), PASSWORD) for name in ("ann", "bob")] == [tokens[name] != won for name in ("ann", "bob")]
    assert rekey.can_log_in(new, PASSWORD)


def test_a_change_of_address_confirmed_after_the_owner_changed_the_password_or_reset_it(rekey):
    """A thief with session and password asks, and waits: the owner's own change ends it."""
    has_everything(rekey, "ann", "bob")
    for name in ("ann", "bob"):
        session = rekey.session_of(address(name))
        token = asks_for_address(rekey, session, f"thief-{name}@example.net")
        if name == "ann":
            assert rekey.put_password(old=PASSWORD, new=NEW_PASSWORD, bearer=session).status == 204
        else:
            assert rekey.put_password(token=rekey.reset_token(address(name)), new=NEW_PASSWORD).status == 204
        for confirm in CONFIRMERS:
            assert confirm(rekey, token, f"thief-{name}@example.net").status == 410
        assert rekey.can_log_in(address(name), NEW_PASSWORD)


def test_a_mailbox_flooded_by_sign_ups_and_changes_of_address(make_rekey):
    """Whoever is named there is mailed, account or not: no more often than by a recovery."""
    rekey = make_rekey({"limits.mails_per_address": "3/1h"}).start()
    has_everything(rekey, "ann", "eve")
    session, victim = rekey.session_of(address("eve")), "victim@example.org"
    for flood in (lambda to: rekey.post(ACCOUNTS, email=to, password="a password of eve's"),
                  lambda to: rekey.put(VERIFICATION, email=to),
                  lambda to: rekey.put(EMAIL, bearer=session, email=to, password=PASSWORD)):
        for to in (victim, address("ann")):
            assert {flood(to).status for _ in range(12)} == {202}
    settled(rekey)
    mails = [str(mail["To"]) for mail in rekey.all_mails()]
    assert mails.count(victim) <= 6 and mails.count(address("ann")) <= 6, mails


def test_the_link_of_a_notice_opened_and_its_button_pressed_by_a_scanner(rekey):
    """Mail gateways open every link, and some press what they find there: whoever types no address ends nothing."""
    has_everything(rekey)
    session = rekey.session_of(address("ann"))
    assert rekey.put_password(old=PASSWORD, new=NEW_PASSWORD, bearer=session).status == 204
    link = link_in(rekey.mail_to(address("ann")))
    for method in ("GET", "HEAD", "GET", "OPTIONS"):
        answer = rekey.request(method, path_of(link), headers={"Purpose": "prefetch", "Sec-Purpose": "prefetch"})
        assert answer.status in (200, 204, 405)
    form = rekey.open_link(link).page.form_with("address")
    for typed in ({}, {"address": ""}, {"address": "scanner@gateway.example"}, {"address": "x", "old": "x"}):
        assert rekey.submit(form, at="/verify", **typed).status == 422, typed
    rekey.gets_no_mail()
    assert rekey.session_lives(session) and rekey.can_log_in(address("ann"), NEW_PASSWORD)
    assert rekey.submit(form, at="/verify", address=address("ann")).status == 200
    assert rekey.get(ACCOUNT, bearer=session).status == 401
